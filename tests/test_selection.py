"""The draw: what changes nothing, exact probabilities by enumeration, fairness, refusals."""

import itertools
from collections import Counter

import pandas as pd
import pytest
from frame_factory import fixed, frame_of, make_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.errors import AllocationError, FrameError
from qa_sampling.sampling.plan import Draw
from qa_sampling.sampling.selection import (
    Size,
    draw_sample,
    in_ticket_order,
    sample_fingerprint,
)
from qa_sampling.sampling.tickets import ticket
from qa_sampling.schema import SAMPLE, check_table

CELLS = [("N", "CP", 7), ("N", "CIN", 12), ("S", "CP", 5), ("S", "CIN", 9), ("E", "CP", 1)]
FIXED = Size(12, rounding="fixed", one_per_family=False)


def drawn_by_stratum(draw: Draw) -> dict[str, list[str]]:
    return {label: part["case_ref"].tolist() for label, part in draw.cases.groupby("stratum")}


def orders(draw: Draw) -> dict[str, list[str]]:
    return {label: part["case_ref"].tolist() for label, part in draw.sample.groupby("stratum")}


# what comes out ---------------------------------------------------------------------------


@pytest.mark.parametrize("rounding", ["controlled", "fixed"])
def test_a_draw_is_as_declared(rounding: str) -> None:
    frame = make_frame(*CELLS)
    draw = draw_sample(frame, Size(12, rounding=rounding), seed="1")
    check_table(draw.sample, SAMPLE)
    assert len(draw.cases) == 12 == draw.allocation["sampled"].sum()
    assert draw.frame_fingerprint == frame.fingerprint
    assert draw.fingerprint == sample_fingerprint(draw.sample)
    assert draw.method == f"proportional, {rounding} rounding"
    assert draw.parameters["audits"] == 12
    assert draw.set_aside.empty
    table = draw.allocation
    assert table["stratum"].tolist() == sorted(table["stratum"])
    assert table["target"].sum() == pytest.approx(12, abs=1e-9)
    assert (table["sampled"] + table["reserves"] <= table["available"]).all()
    assert (table["population"] == table["available"]).all()
    kinds = draw.sample.groupby("stratum")["drawn_as"].value_counts().unstack(fill_value=0)
    for label, sampled, spare in table[["stratum", "sampled", "reserves"]].itertuples(index=False):
        if sampled:
            assert kinds.loc[label, "sample"] == sampled
            assert kinds.loc[label].get("reserve", 0) == spare


def test_the_lowest_tickets_are_drawn_and_the_next_are_reserves() -> None:
    frame = make_frame(*CELLS)
    draw = draw_sample(frame, FIXED, seed="a seed")
    for label, part in frame.cases.groupby("stratum"):
        ordered = sorted((ticket(ref, "a seed"), ref) for ref in part["case_ref"])
        found = draw.sample[draw.sample["stratum"] == label]
        assert found["ticket"].tolist() == [value for value, _ in ordered[: len(found)]]
        assert found["case_ref"].tolist() == [ref for _, ref in ordered[: len(found)]]
        assert found["rank"].tolist() == list(range(1, len(found) + 1))


def test_probability_and_weight_of_a_stratified_draw() -> None:
    draw = draw_sample(make_frame(("N", "CP", 6), ("S", "CP", 3)), Size(3), seed="1")
    cases = draw.cases
    assert cases["inclusion_probability"].tolist() == pytest.approx([1 / 3] * 3, abs=1e-6)
    assert cases["weight"].tolist() == pytest.approx([3.0] * 3, abs=1e-5)
    assert draw.reserves[["inclusion_probability", "weight"]].isna().all(axis=None)


# what changes nothing ---------------------------------------------------------------------


@pytest.mark.parametrize("rounding", ["controlled", "fixed"])
@pytest.mark.parametrize("dtype", ["str", "object", "category", "string"])
def test_row_order_and_dtypes_change_nothing(rounding: str, dtype: str) -> None:
    families = {"N.CP.1": "f", "S.CIN.2": "f", "N.CIN.4": "g", "N.CIN.5": "g"}
    frame = make_frame(*CELLS, families=families)
    size = Size(12, rounding=rounding)
    known = draw_sample(frame, size, seed="7")
    for turn in range(5):
        shuffled = frame.cases.sample(frac=1, random_state=turn).astype(dtype)
        again = draw_sample(fixed(shuffled), size, seed="7")
        assert again.fingerprint == known.fingerprint
        assert again.frame_fingerprint == known.frame_fingerprint
        pd.testing.assert_frame_equal(again.sample, known.sample, check_dtype=dtype == "str")
        pd.testing.assert_frame_equal(again.allocation, known.allocation, check_dtype=False)


def test_the_draw_is_the_same_on_every_version() -> None:
    # A snapshot of our own: Python 3.11, 3.12 and 3.13 with pandas 3.1.1, 3.0.1 and 3.0.0 and
    # numpy 2.4.6, 2.0.0 and 2.1.0 all gave it. It guards draws that were published.
    frame = make_frame(*CELLS, families={"N.CP.1": "f", "S.CP.1": "f"})
    draw = draw_sample(frame, Size(12, row_minimum=2, column_maximum=8), seed="x")
    assert draw.fingerprint == ("c7d24a96d35736d364a2ccf45fd56a3d1da535cf9926bb6c76857b62cab7c6f6")


def test_an_ordered_category_with_unused_values_changes_nothing() -> None:
    frame = make_frame(*CELLS)
    known = draw_sample(frame, Size(12), seed="7")
    labels = ["unused", *sorted(set(frame.cases["stratum"]), reverse=True)]
    kind = pd.CategoricalDtype(labels, ordered=True)
    again = draw_sample(fixed(frame.cases.astype({"stratum": kind})), Size(12), seed="7")
    assert again.fingerprint == known.fingerprint
    assert again.sample["case_ref"].tolist() == known.sample["case_ref"].tolist()


def test_the_frame_given_is_not_altered() -> None:
    frame = make_frame(*CELLS)
    before = frame.cases.copy(deep=True)
    draw_sample(frame, Size(12), seed="7")
    pd.testing.assert_frame_equal(frame.cases, before)


@pytest.mark.parametrize("rounding", ["controlled", "fixed"])
def test_power_and_costs_reach_the_allocation(rounding: str) -> None:
    frame = make_frame(*CELLS)
    strata = sorted(set(frame.cases["stratum"]))
    equal, flat = (
        draw_sample(frame, Size(12, method=method, power=power, rounding=rounding), seed="7")
        for method, power in (("equal", None), ("power", 0.0))
    )
    assert flat.allocation["target"].tolist() == equal.allocation["target"].tolist()
    known = {"standard_deviations": dict.fromkeys(strata, 0.5)}
    cheap, dear = (
        draw_sample(
            frame,
            Size(
                12,
                method="cost_optimal",
                costs=dict.fromkeys(strata, 1.0) | {"N / CIN": cost},
                rounding=rounding,
                **known,
            ),
            seed="7",
        ).allocation.set_index("stratum")["target"]["N / CIN"]
        for cost in (1.0, 25.0)
    )
    assert dear < cheap


def test_fixed_numbers_keep_bounds_of_rows_and_columns_at_once() -> None:
    frame = make_frame(*CELLS)
    free = draw_sample(frame, Size(12, rounding="fixed"), seed="7").allocation
    column = free.groupby("column")["sampled"].sum().idxmax()
    most = int(free.groupby("column")["sampled"].sum().max()) - 1
    size = Size(12, rounding="fixed", row_minimum=2, column_maximum={column: most})
    held = draw_sample(frame, size, seed="7").allocation
    assert held["sampled"].sum() == 12
    assert held.groupby("column")["sampled"].sum()[column] == most
    rows = held.groupby("row")[["sampled", "available"]].sum()
    assert (rows["sampled"] >= rows["available"].clip(upper=2)).all()
    assert (held["sampled"] >= 1).all()


def test_further_columns_change_nothing() -> None:
    frame = make_frame(*CELLS)
    wider = fixed(frame.cases.assign(worker="Someone"))
    assert draw_sample(wider, Size(9), seed="2").fingerprint == (
        draw_sample(frame, Size(9), seed="2").fingerprint
    )


# what changes what ------------------------------------------------------------------------


@given(st.integers(5, 33), st.integers(0, 8), st.text(min_size=1).filter(str.strip))
@settings(max_examples=25, deadline=None)
def test_a_larger_draw_begins_with_the_smaller(n: int, more: int, seed: str) -> None:
    frame = make_frame(*CELLS)
    larger = min(n + more, 34)
    small, large = (
        drawn_by_stratum(draw_sample(frame, Size(size, rounding="fixed"), seed=seed))
        for size in (n, larger)
    )
    for label, refs in small.items():
        assert large[label][: len(refs)] == refs


def test_more_reserves_begin_with_the_fewer_and_change_no_audit() -> None:
    frame = make_frame(*CELLS)
    draws = [draw_sample(frame, Size(12, reserves=spare), seed="3") for spare in (0, 1, 2, 9)]
    for fewer, more in itertools.pairwise(draws):
        assert fewer.cases["case_ref"].tolist() == more.cases["case_ref"].tolist()
        for label, refs in orders(fewer).items():
            assert orders(more)[label][: len(refs)] == refs
    assert draws[0].reserves.empty


def test_an_added_stratum_leaves_the_others_alone() -> None:
    before, after = make_frame(*CELLS), make_frame(*CELLS, ("W", "CIN", 40))
    sizes = {"method": "equal", "rounding": "fixed", "one_per_family": False}
    cap = {"E / CP": 1, "N / CP": 2, "N / CIN": 2, "S / CP": 2, "S / CIN": 2}
    first = draw_sample(before, Size(9, minimum=cap, maximum=cap, **sizes), seed="4")
    second = draw_sample(after, Size(11, minimum=cap, maximum=cap, **sizes), seed="4")
    for label, refs in orders(first).items():
        assert orders(second)[label] == refs


def test_an_added_case_changes_its_own_stratum_by_one_at_most() -> None:
    before = drawn_by_stratum(draw_sample(make_frame(*CELLS), FIXED, seed="5"))
    minimum = {label: len(refs) for label, refs in before.items()}
    size = Size(12, rounding="fixed", minimum=minimum, maximum=minimum, one_per_family=False)
    entered = 0
    for name in map(str, range(30)):
        places = make_frame(*CELLS).cases[["case_ref", "row", "column"]]
        extended = frame_of([*places.itertuples(index=False, name=None), (name, "N", "CIN")])
        after = drawn_by_stratum(draw_sample(extended, size, seed="5"))
        for label, refs in before.items():
            gone = set(refs) - set(after[label])
            assert len(gone) <= (label == "N / CIN")
            assert set(after[label]) - set(refs) <= {name}
        entered += name in after["N / CIN"]
    assert 0 < entered < 30


def test_a_moved_case_changes_two_strata_at_most() -> None:
    frame = make_frame(*CELLS)
    before = drawn_by_stratum(draw_sample(frame, FIXED, seed="6"))
    minimum = {label: len(refs) for label, refs in before.items()}
    size = Size(12, rounding="fixed", minimum=minimum, maximum=minimum, one_per_family=False)
    for moved in frame.cases.loc[frame.cases["stratum"] == "N / CIN", "case_ref"]:
        places = frame.cases[["case_ref", "row", "column"]].copy()
        places.loc[places["case_ref"] == moved, "row"] = "S"
        after = drawn_by_stratum(
            draw_sample(frame_of(list(places.itertuples(index=False, name=None))), size, seed="6")
        )
        for label in ("N / CP", "S / CP", "E / CP"):
            assert after[label] == before[label]
        for label in ("N / CIN", "S / CIN"):
            assert len(set(after[label]) ^ set(before[label])) <= 2


def test_the_seed_decides() -> None:
    frame = make_frame(*CELLS)
    prints = {draw_sample(frame, Size(12), seed=seed).fingerprint for seed in map(str, range(40))}
    assert len(prints) == 40
    assert draw_sample(frame, Size(12), seed="1 ").fingerprint != (
        draw_sample(frame, Size(12), seed="1").fingerprint
    )


def test_strata_of_one_size_are_drawn_independently() -> None:
    # Seeded recipes of data-frame libraries draw the same places in every stratum of one size.
    places = [
        (f"{team:03}-{place}", f"{team:03}", "CP") for team in range(200) for place in "abcdefghij"
    ]
    draw = draw_sample(frame_of(places), Size(400, rounding="fixed", reserves=0), seed="2026-11")
    drawn = [tuple(sorted(ref[-1] for ref in refs)) for refs in drawn_by_stratum(draw).values()]
    common = Counter(drawn)
    assert len(drawn) == 200
    assert set(map(len, drawn)) == {2}
    assert len(common) >= 40  # of 45 pairs; expected 44.5
    assert max(common.values()) <= 15  # expected 4.4 each
    assert stats.chisquare(list(common.values()) + [0] * (45 - len(common))).pvalue > 0.001


# families ---------------------------------------------------------------------------------


def test_one_child_a_family_is_drawn_and_never_two() -> None:
    families = {
        f"{row}.{column}.{number}": f"family {number % 3}"
        for row, column, count in CELLS
        for number in range(1, count + 1)
        if number < 5
    }
    frame = make_frame(*CELLS, families=families)
    for seed in range(25):
        draw = draw_sample(frame, Size(9, reserves=30), seed=str(seed))
        held = [families.get(ref, ref) for ref in draw.sample["case_ref"]]
        assert len(held) == len(set(held))
        assert len(draw.set_aside) == len(families) - 3
        assert set(draw.set_aside["reason"]) == {"another child of the family stands for it"}
        assert not set(draw.set_aside["case_ref"]) & set(draw.sample["case_ref"])


def test_a_stratum_whose_children_all_stand_aside_gives_none() -> None:
    frame = make_frame(("N", "CP", 1), ("S", "CP", 4), families={"N.CP.1": "f", "S.CP.1": "f"})
    seen = set()
    for seed in range(20):
        draw = draw_sample(frame, Size(2), seed=str(seed))
        north = draw.allocation.set_index("stratum").loc["N / CP"]
        seen.add(north["bound"])
        assert len(draw.cases) == 2
        assert north["population"] == 1
        if not north["available"]:
            assert (north["sampled"], north["target"], north["bound"]) == (0, 0, "no cases left")
    assert "no cases left" in seen


def test_more_audits_than_families_are_refused() -> None:
    frame = make_frame(("N", "CP", 4), families=dict.fromkeys(("N.CP.1", "N.CP.2"), "f"))
    message = (
        r"4 audits were asked for, but only 3 cases can be drawn \(of 4 in the frame, one child"
    )
    with pytest.raises(AllocationError, match=message):
        draw_sample(frame, Size(4), seed="1")
    assert len(draw_sample(frame, Size(4, one_per_family=False), seed="1").cases) == 4


# edges ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rounding", ["controlled", "fixed"])
def test_a_census_draws_everybody_with_weight_one(rounding: str) -> None:
    frame = make_frame(*CELLS)
    draw = draw_sample(frame, Size(34, rounding=rounding), seed="1")
    assert set(draw.cases["case_ref"]) == set(frame.cases["case_ref"])
    assert set(draw.cases["weight"]) == {1.0}
    assert draw.reserves.empty
    assert set(draw.allocation["bound"]) == {"all taken"}


@pytest.mark.parametrize(
    "size", [Size(0), Size(0, rounding="fixed", minimum=0)], ids=["controlled", "fixed"]
)
def test_no_audits_draw_nobody(size: Size) -> None:
    draw = draw_sample(make_frame(*CELLS), size, seed="1")
    check_table(draw.sample, SAMPLE)
    assert draw.sample.empty
    assert draw.allocation["reserves"].sum() == 0


@pytest.mark.parametrize("rounding", ["controlled", "fixed"])
def test_one_case(rounding: str) -> None:
    draw = draw_sample(make_frame(("N", "CP", 1)), Size(1, rounding=rounding), seed="1")
    assert draw.cases["case_ref"].tolist() == ["N.CP.1"]
    assert draw.cases["weight"].tolist() == [1.0]


def test_one_stratum() -> None:
    draw = draw_sample(make_frame(("N", "CP", 50)), Size(5), seed="1")
    assert draw.cases["weight"].tolist() == [10.0] * 5
    assert len(draw.reserves) == 2


def test_more_strata_than_audits_leaves_nobody_without_a_chance() -> None:
    cells = [(f"T{team:02}", status, 1 + team % 5) for team in range(25) for status in "abc"]
    frame = make_frame(*cells)
    draw = draw_sample(frame, Size(40, row_minimum=1), seed="1")
    assert len(draw.cases) == 40
    assert (draw.allocation["target"] > 0).all()
    assert (draw.allocation.groupby("row")["sampled"].sum() >= 1).all()
    held = draw.allocation.groupby("column")[["target", "sampled"]].sum()
    assert ((held["sampled"] - held["target"]).abs() < 1).all()


def test_reserves_run_out_with_the_cases() -> None:
    draw = draw_sample(make_frame(("N", "CP", 3), ("S", "CP", 30)), Size(6, reserves=5), seed="1")
    table = draw.allocation.set_index("stratum")
    assert table.loc["N / CP", "reserves"] <= 3
    assert (table["sampled"] + table["reserves"] <= table["available"]).all()


def test_a_certainty_stratum_is_drawn_whole() -> None:
    size = Size(9, rounding="fixed", certainty=("S / CP",))
    draw = draw_sample(make_frame(("N", "CP", 30), ("S", "CP", 4)), size, seed="1")
    table = draw.allocation.set_index("stratum")
    assert table.loc["S / CP", ["sampled", "bound"]].tolist() == [4, "all taken"]
    assert set(draw.cases.loc[draw.cases["stratum"] == "S / CP", "weight"]) == {1.0}


def test_equal_tickets_go_by_reference() -> None:
    assert in_ticket_order({"b": "1", "a": "1", "c": "0"}) == ["c", "a", "b"]


def test_parameters_are_plain_values() -> None:
    size = Size(5, row_minimum={"S": 1, "N": 2}, standard_deviations=None)
    draw = draw_sample(make_frame(*CELLS), size, seed="1")
    assert draw.parameters["row_minimum"] == {"N": 2, "S": 1}
    assert list(draw.parameters["row_minimum"]) == ["N", "S"]
    assert draw.parameters["certainty"] == []
    assert draw.parameters["start_after"] == {}


# rotation ---------------------------------------------------------------------------------


def test_rotation_goes_on_after_the_last_and_wraps_round() -> None:
    held = {"a": "1", "b": "3", "c": "5"}
    assert in_ticket_order(held) == ["a", "b", "c"]
    assert in_ticket_order(held, "1") == ["b", "c", "a"]
    assert in_ticket_order(held, "4") == ["c", "a", "b"]
    assert in_ticket_order(held, "5") == ["a", "b", "c"]


def test_rotation_repeats_nobody_before_the_stratum_is_exhausted() -> None:
    frame = make_frame(("N", "CP", 11), ("S", "CP", 7))
    size = Size(5, rounding="fixed", minimum={"N / CP": 3}, maximum={"N / CP": 3})
    starts: dict[str, str] = {}
    history: dict[str, list[str]] = {"N / CP": [], "S / CP": []}
    for month in range(12):
        draw = draw_sample(
            frame, size, seed=f"month {month}", ticket_seed="the year", start_after=starts
        )
        for label, refs in drawn_by_stratum(draw).items():
            history[label] += refs
            starts[label] = draw.cases[draw.cases["case_ref"] == refs[-1]]["ticket"].iloc[0]
    for label, count in (("N / CP", 11), ("S / CP", 7)):
        line = history[label]
        for first in range(len(line) - count + 1):
            assert len(set(line[first : first + count])) == count


def test_permanent_tickets_do_not_depend_on_the_months_seed() -> None:
    frame = make_frame(("N", "CP", 30))
    size = Size(5, rounding="fixed")
    first, second = (
        draw_sample(frame, size, seed=seed, ticket_seed="the year") for seed in ("1", "2")
    )
    assert first.sample["ticket"].tolist() == second.sample["ticket"].tolist()
    assert (
        first.sample["ticket"].tolist()
        != draw_sample(frame, size, seed="1").sample["ticket"].tolist()
    )


# refusals ---------------------------------------------------------------------------------

REFUSALS = [
    ({"size": Size(35)}, "35 audits were asked for, but only 34 cases can be drawn"),
    ({"size": Size(-1)}, "`audits` must be a whole number, 0 or more; got -1"),
    ({"size": Size(2.5)}, "`audits` must be a whole number, 0 or more; got 2.5"),
    ({"size": Size("5")}, "`audits` must be a whole number, 0 or more; got '5'"),
    ({"size": Size(True)}, "`audits` must be a whole number, 0 or more; got True"),
    ({"size": Size(5, reserves=-1)}, "`reserves` must be a whole number, 0 or more; got -1"),
    ({"size": Size(5, rounding="lucky")}, "`rounding` 'lucky' is unknown; choose 'controlled'"),
    ({"size": Size(5, method="lucky")}, "`method` 'lucky' is unknown"),
    ({"size": Size(5, certainty=("N / CP",))}, "go with rounding='fixed'"),
    ({"size": Size(5, maximum=3)}, "go with rounding='fixed'"),
    ({"size": Size(5, minimum={"N / CP": 1})}, "go with rounding='fixed'"),
    (
        {"size": Size(5, rounding="fixed", column_maximum={"CP": 1})},
        "The bounds of 'CP' cannot be met: at least",
    ),
    ({"size": Size(5, method="power", power=2.0)}, "`power` must lie between 0 .* and 1"),
    ({"size": Size(5, method="cost_optimal")}, "Cost-optimal allocation needs a standard deviat"),
    (
        {"size": Size(4, rounding="fixed")},
        "With 5 non-empty strata at least 1 would have no chance",
    ),
    ({"size": Size(5, row_minimum={"W": 1})}, "A row minimum is given for 'W'"),
    ({"size": Size(2, row_minimum=1)}, "2 audits cannot meet the minima of 3 rows or columns"),
]


@pytest.mark.parametrize(("changed", "message"), REFUSALS, ids=lambda value: str(value)[:50])
def test_what_cannot_be_drawn_is_refused(changed: dict, message: str) -> None:
    asked = {"frame": make_frame(*CELLS), "size": Size(5), "seed": "1"} | changed
    with pytest.raises(AllocationError, match=message):
        draw_sample(**asked)


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_seed_is_refused(blank: str) -> None:
    with pytest.raises(FrameError, match="`seed` is blank"):
        draw_sample(make_frame(*CELLS), Size(5), seed=blank)


def test_rotation_without_permanent_tickets_is_refused() -> None:
    with pytest.raises(FrameError, match="`start_after` rotates permanent tickets"):
        draw_sample(make_frame(*CELLS), Size(5), seed="1", start_after={"N / CP": "a"})


def test_an_empty_frame_is_refused() -> None:
    frame = make_frame(("N", "CP", 1))
    with pytest.raises(FrameError, match="No case is eligible, so nothing can be drawn"):
        draw_sample(fixed(frame.cases.iloc[:0]), Size(1), seed="1")
