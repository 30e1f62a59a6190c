"""Reserves by reason: the order, the weights, the refusals, and no bias by enumeration."""

import itertools
from fractions import Fraction

import pandas as pd
import pytest
from frame_factory import make_frame

from qa_sampling.errors import FrameError, SelectionError
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.selection import Size, _select, _Tickets, draw_sample
from qa_sampling.sampling.substitution import Fieldwork, follow_up

FIXED = Size(6, rounding="fixed", reserves=3, one_per_family=False)


def drawn(families: dict[str, str] | None = None, size: Size = FIXED) -> tuple[Frame, Draw]:
    frame = make_frame(("N", "CP", 10), ("S", "CP", 20), families=families)
    return frame, draw_sample(frame, size, seed="1")


def in_order(draw: Draw, stratum: str) -> list[str]:
    return draw.sample.loc[draw.sample["stratum"] == stratum, "case_ref"].tolist()


def after(frame: Frame, draw: Draw, **outcomes: str) -> Fieldwork:
    rows = [(ref.replace("_", "."), outcome) for ref, outcome in outcomes.items()]
    return follow_up(frame, draw, pd.DataFrame(rows, columns=["case_ref", "outcome"], dtype="str"))


def audited_but(draw: Draw, **others: str) -> pd.DataFrame:
    found = dict.fromkeys(draw.cases["case_ref"], "audited") | {
        ref.replace("_", "."): outcome for ref, outcome in others.items()
    }
    return pd.DataFrame({"case_ref": list(found), "outcome": list(found.values())})


def safe(ref: str) -> str:
    return ref.replace(".", "_")


# nothing lost -----------------------------------------------------------------------------


def test_when_all_are_completed_nothing_changes() -> None:
    frame, draw = drawn()
    found = follow_up(frame, draw, audited_but(draw))
    assert found.is_settled
    assert found.to_open.empty
    assert found.to_reassign.empty
    known = draw.cases.set_index("case_ref")
    here = found.cases.set_index("case_ref")
    assert here["probability"].to_dict() == pytest.approx(known["inclusion_probability"].to_dict())
    assert here["weight"].to_dict() == pytest.approx(known["weight"].to_dict())
    assert set(found.strata["response_rate"]) == {1.0}
    assert found.cases.columns.tolist() == [
        "case_ref",
        "stratum",
        "rank",
        "drawn_as",
        "population",
        "available",
        "stands_for",
        "opened",
        "outcome",
        "probability",
        "weight",
    ]


def test_before_anything_is_known_all_wait_and_nothing_has_a_weight() -> None:
    frame, draw = drawn()
    found = after(frame, draw)
    assert not found.is_settled
    assert set(found.cases["outcome"]) == {"pending"}
    assert found.cases["weight"].isna().all()
    assert found.strata["waiting"].tolist() == found.strata["sampled"].tolist()
    assert found.strata["response_rate"].isna().all()


# losses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["out_of_scope", "unavailable"])
def test_a_loss_calls_the_next_reserve_by_rank(reason: str) -> None:
    frame, draw = drawn()
    line = in_order(draw, "N / CP")
    found = follow_up(frame, draw, audited_but(draw, **{safe(line[0]): reason}))
    assert found.to_open.values.tolist() == [[line[2], "N / CP", 3, line[0]]]
    assert not found.is_settled
    north = found.strata.set_index("stratum").loc["N / CP"]
    assert (north["waiting"], north["reserves_left"], north["short"]) == (1, 2, 0)
    weights = found.cases.set_index("stratum")["weight"]
    assert weights["N / CP"].isna().all()
    assert weights["S / CP"].tolist() == pytest.approx([5.0] * 4)


def test_weights_when_a_case_is_out_of_scope() -> None:
    # 10 cases, 3 opened: 10 / 3 each, also the one that counts 0.
    frame, draw = drawn()
    line = in_order(draw, "N / CP")
    more = {safe(line[1]): "out_of_scope", safe(line[2]): "audited"}
    found = follow_up(frame, draw, audited_but(draw, **more))
    assert found.is_settled
    north = found.cases[found.cases["stratum"] == "N / CP"]
    assert north["case_ref"].tolist() == line[:3]
    assert north["probability"].tolist() == pytest.approx([0.3] * 3)
    assert north["weight"].tolist() == pytest.approx([10 / 3] * 3)
    assert north["opened"].tolist() == [3, 3, 3]
    assert found.strata.set_index("stratum").loc["N / CP", "response_rate"] == 1


def test_weights_when_a_record_is_unavailable() -> None:
    # 10 cases, 3 opened, 2 answered: they carry 10 / 2 each.
    frame, draw = drawn()
    line = in_order(draw, "N / CP")
    more = {safe(line[1]): "unavailable", safe(line[2]): "audited"}
    found = follow_up(frame, draw, audited_but(draw, **more))
    north = found.cases[found.cases["stratum"] == "N / CP"]
    assert north["probability"].tolist() == pytest.approx([0.3] * 3)
    assert north["weight"].tolist() == pytest.approx([5.0, 0.0, 5.0])
    assert found.strata.set_index("stratum").loc["N / CP", "response_rate"] == pytest.approx(2 / 3)


def test_a_conflict_is_assigned_again_and_not_replaced() -> None:
    frame, draw = drawn()
    line = in_order(draw, "S / CP")
    found = follow_up(frame, draw, audited_but(draw, **{safe(line[0]): "conflict"}))
    assert found.to_open.empty
    assert found.to_reassign.values.tolist() == [[line[0], "S / CP"]]
    assert not found.is_settled


def test_reserves_that_are_lost_call_the_next_until_there_are_none() -> None:
    frame, draw = drawn()
    line = in_order(draw, "N / CP")
    assert len(line) == 5
    lost = {safe(ref): "unavailable" for ref in line}
    found = follow_up(frame, draw, audited_but(draw, **lost))
    north = found.strata.set_index("stratum").loc["N / CP"]
    assert (north["opened"], north["short"], north["reserves_left"]) == (5, 2, 0)
    assert north["response_rate"] == 0
    assert found.is_settled
    assert found.cases.loc[found.cases["stratum"] == "N / CP", "weight"].isna().all()


def test_two_losses_call_two_reserves_in_order() -> None:
    frame, draw = drawn()
    line = in_order(draw, "S / CP")
    lost = {safe(line[3]): "unavailable", safe(line[1]): "out_of_scope"}
    found = follow_up(frame, draw, audited_but(draw, **lost))
    assert found.to_open["case_ref"].tolist() == line[4:6]
    assert found.to_open["instead_of"].tolist() == [line[1], line[3]]
    more = lost | {safe(line[4]): "audited"}
    found = follow_up(frame, draw, audited_but(draw, **more))
    assert found.to_open["case_ref"].tolist() == [line[5]]


def test_a_family_of_three_counts_three_times_also_as_a_reserve() -> None:
    families = {"N.CP.1": "f", "N.CP.2": "f", "S.CP.3": "f"}
    size = Size(28, rounding="fixed", reserves=0)
    frame, draw = drawn(families, size)
    found = follow_up(frame, draw, audited_but(draw))
    here = found.cases.set_index("case_ref")
    stands = set(families) & set(here.index)
    assert len(stands) == 1
    assert here["weight"].loc[list(stands)].tolist() == [3.0]
    assert here["weight"].to_dict() == pytest.approx(
        draw.cases.set_index("case_ref")["weight"].to_dict()
    )


def test_controlled_rounding_keeps_its_targets() -> None:
    frame, draw = drawn(size=Size(7, reserves=2))
    line = in_order(draw, "N / CP")
    n = int(draw.allocation.set_index("stratum").loc["N / CP", "sampled"])
    more = {safe(line[0]): "out_of_scope", safe(line[n]): "audited"}
    found = follow_up(frame, draw, audited_but(draw, **more))
    target = draw.allocation.set_index("stratum").loc["N / CP", "target"]
    north = found.cases[found.cases["stratum"] == "N / CP"]
    assert north["probability"].tolist() == pytest.approx([target * (n + 1) / n / 10] * (n + 1))


# no bias ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fate",
    [
        {"N.CP.2": "out_of_scope"},
        {"N.CP.2": "unavailable"},
        {"N.CP.2": "out_of_scope", "N.CP.4": "unavailable"},
    ],
)
def test_the_mean_of_cases_in_scope_is_unbiased_over_every_order(fate: dict[str, str]) -> None:
    frame = make_frame(("N", "CP", 5))
    refs = frame.cases["case_ref"].tolist()
    size = Size(2, rounding="fixed", reserves=3, one_per_family=False)
    value = dict(zip(refs, [1, 10, 100, 1_000, 10_000], strict=True))
    means = []
    for order in itertools.permutations(refs):
        tickets = _Tickets({ref: f"{at:02}" for at, ref in enumerate(order)}, {}, None)
        sample, allocation, aside = _select(frame.cases, size, tickets, {})
        rule = {"one_per_family": False}
        draw = Draw(sample, allocation, aside, "1", frame.fingerprint, "", rule, "")
        found = settled(frame, draw, fate)
        done = found.cases[found.cases["outcome"] == "audited"]
        assert len(done) == 2
        weights = [Fraction(w).limit_denominator(10**6) for w in done["weight"]]
        means.append(
            sum(w * value[r] for w, r in zip(weights, done["case_ref"], strict=True)) / sum(weights)
        )
    inside = [v for ref, v in value.items() if ref not in fate]
    assert sum(means) / len(means) == Fraction(sum(inside), len(inside))


def settled(frame: Frame, draw: Draw, fate: dict[str, str]) -> Fieldwork:
    """Open reserves as they are called until the draw is settled."""
    opened = draw.cases["case_ref"].tolist()
    while True:
        outcomes = [fate.get(ref, "audited") for ref in opened]
        found = follow_up(frame, draw, pd.DataFrame({"case_ref": opened, "outcome": outcomes}))
        if found.is_settled:
            return found
        opened += found.to_open["case_ref"].tolist()


# refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["looks bad", "weak file", "completed", ""])
def test_other_reasons_are_refused_with_the_list(outcome: str) -> None:
    frame, draw = drawn()
    message = (
        "1 rows hold an outcome that is none of audited, out_of_scope, unavailable, conflict, "
        "pending. A case is never replaced because of what its file shows"
    )
    with pytest.raises(SelectionError, match=message):
        after(frame, draw, **{safe(draw.cases["case_ref"].iloc[0]): outcome})


def test_a_reserve_that_nobody_called_is_refused() -> None:
    frame, draw = drawn()
    line = in_order(draw, "S / CP")
    with pytest.raises(SelectionError, match="1 reserves of 'S / CP' were opened, but only 0"):
        follow_up(frame, draw, audited_but(draw, **{safe(line[4]): "audited"}))


def test_a_reserve_out_of_turn_is_refused() -> None:
    frame, draw = drawn()
    line = in_order(draw, "S / CP")
    more = {safe(line[0]): "unavailable", safe(line[5]): "audited"}
    with pytest.raises(SelectionError, match="before one with a lower rank"):
        follow_up(frame, draw, audited_but(draw, **more))


def test_strangers_repeated_rows_and_missing_columns_are_refused() -> None:
    frame, draw = drawn()
    ref = draw.cases["case_ref"].iloc[0]
    other = next(ref for ref in frame.cases["case_ref"] if ref not in set(draw.sample["case_ref"]))
    with pytest.raises(SelectionError, match="neither sampled nor a reserve of this draw"):
        after(frame, draw, **{safe(other): "audited"})
    with pytest.raises(SelectionError, match="1 rows repeat a case"):
        follow_up(frame, draw, pd.DataFrame({"case_ref": [ref] * 2, "outcome": "audited"}))
    with pytest.raises(SelectionError, match="no column `outcome`"):
        follow_up(frame, draw, pd.DataFrame({"case_ref": [ref]}))
    foreign = make_frame(("N", "CP", 11))
    with pytest.raises(FrameError, match="made from another frame"):
        after(foreign, draw)
