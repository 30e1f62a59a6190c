"""Both phases' probabilities, their joint ones by enumeration, and unbiased weights."""

import itertools
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pandas as pd
import pytest
from frame_factory import make_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import SelectionError
from qa_sampling.sampling.case_selection import select_cases
from qa_sampling.sampling.moderation_phase import round_in_order
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.two_phase import expected_products, first_phase_joint, two_phase


def every_rounding(targets: dict[str, Fraction]):
    """Every outcome of rounding in random order with an even start, with its probability."""
    names = list(targets)
    for order in itertools.permutations(names):
        sums = list(itertools.accumulate([Fraction(0)] + [targets[name] for name in order]))
        cuts = sorted({(-s) % 1 for s in sums} | {Fraction(0), Fraction(1)})
        for low, high in itertools.pairwise(cuts):
            sizes = round_in_order([targets[name] for name in order], (low + high) / 2)
            share = (high - low) / len(list(itertools.permutations(names)))
            yield share, dict(zip(order, sizes, strict=True))


@pytest.mark.parametrize(
    "targets",
    [
        {"A": Fraction(3, 5), "B": Fraction(4, 5), "C": Fraction(8, 5)},
        {"A": Fraction(1, 4), "B": Fraction(1, 4), "C": Fraction(1, 2), "D": Fraction(2)},
        {"A": Fraction(2, 3), "B": Fraction(9, 4)},
        {"A": Fraction(1, 3), "B": Fraction(0), "C": Fraction(1, 3), "D": Fraction(1, 3)},
        {"A": Fraction(7, 10), "B": Fraction(7, 10), "C": Fraction(9, 10), "D": Fraction(2, 5)},
    ],
)
def test_expected_products_by_enumeration(targets: dict[str, Fraction]) -> None:
    found = expected_products(targets)
    outcomes = list(every_rounding(targets))
    assert sum(share for share, _ in outcomes) == 1
    for one, other in itertools.product(targets, repeat=2):
        exact = sum(
            share * sizes[one] * (sizes[other] - (one == other)) for share, sizes in outcomes
        )
        assert found[one, other] == exact


@given(st.lists(st.integers(1, 29), min_size=2, max_size=9))
@settings(max_examples=30, deadline=None)
def test_expected_products_add_up(tenths: list[int]) -> None:
    # The total is a whole number with a known spread: its second moment is the sum of all.
    targets = {f"{n}": Fraction(value, 10) for n, value in enumerate(tenths)}
    total = sum(targets.values())
    part = total - floor(total)
    second = (1 - part) * floor(total) ** 2 + part * ceil(total) ** 2
    assert sum(expected_products(targets).values()) + total == second


def tables(audits: dict[str, int], rate: Fraction, moderated: set[str] = frozenset()):
    refs = [f"{who}{n}" for who, count in audits.items() for n in range(count)]
    sample = pd.DataFrame({"case_ref": refs, "stratum": "s", "inclusion_probability": 0.25})
    chosen = [ref in moderated for ref in refs]
    assignment = pd.DataFrame(
        {
            "case_ref": refs,
            "auditor_id": [ref[0] for ref in refs],
            "moderator_id": ["M" if one else None for one in chosen],
            "moderation_probability": float(rate),
        }
    )
    return sample, assignment


def test_probabilities_and_weights_of_both_phases() -> None:
    found = two_phase(*tables({"A": 4, "B": 1}, Fraction(1, 2), {"A1", "A3"})).cases
    assert found["probability"].tolist() == [0.125] * 5
    assert found["audit_weight"].tolist() == [4.0] * 5
    assert found["weight"].tolist() == [0, 8, 0, 8, 0]
    assert found["moderated"].tolist() == [False, True, False, True, False]


def test_joint_probabilities_of_the_second_phase_by_enumeration() -> None:
    audits, rate = {"A": 3, "B": 2, "C": 1}, Fraction(2, 5)
    targets = {who: rate * count for who, count in audits.items()}
    sample, assignment = tables(audits, rate)
    refs = sample["case_ref"].tolist()
    exact = {pair: Fraction(0) for pair in itertools.product(refs, repeat=2)}
    for share, sizes in every_rounding(targets):
        pools = [
            list(itertools.combinations([r for r in refs if r[0] == who], sizes[who]))
            for who in audits
        ]
        ways = list(itertools.product(*pools))
        for way in ways:
            chosen = [ref for part in way for ref in part]
            for pair in itertools.product(chosen, repeat=2):
                exact[pair] += share / len(ways)
    joint = two_phase(sample, assignment).second_joint()
    for (one, other), value in exact.items():
        assert joint.loc[one, other] == pytest.approx(float(value), abs=1e-12)


def test_joint_probabilities_of_both_phases() -> None:
    frame = make_frame(("N", "CP", 6), ("S", "CP", 8))
    size = Size(6, rounding="fixed", one_per_family=False)
    draw = draw_sample(frame, size, seed="1")
    assignment = pd.DataFrame(
        {
            "case_ref": draw.cases["case_ref"],
            "auditor_id": list("AAABBB"),
            "moderator_id": None,
            "moderation_probability": 1 / 3,
        }
    )
    found = two_phase(draw.cases, assignment)
    first = first_phase_joint(draw)
    both = found.joint(first)
    assert np.diag(both) == pytest.approx(found.cases["probability"].to_numpy())
    everyone = select_cases(
        frame.cases,
        dict(zip(draw.allocation["stratum"], draw.allocation["sampled"].tolist(), strict=True)),
        method="tickets",
        seed="1",
    ).joint_probabilities()
    pd.testing.assert_frame_equal(first, everyone.loc[first.index, first.columns])
    with pytest.raises(SelectionError, match="lacks an audited case"):
        found.joint(first.iloc[1:, 1:])


def test_audits_that_nobody_may_moderate_have_no_joint_probability() -> None:
    sample, assignment = tables({"A": 2, "B": 2}, Fraction(1, 2))
    assignment.loc[[0, 1], "moderation_probability"] = 0.0
    found = two_phase(sample, assignment)
    assert (found.second_joint().loc[["A0", "A1"]] == 0).all(axis=None)
    assert found.cases["weight"].tolist() == [0.0] * 4


def test_what_does_not_belong_together_is_refused() -> None:
    sample, assignment = tables({"A": 2, "B": 2}, Fraction(1, 2), {"A1"})
    with pytest.raises(SelectionError, match="hold different cases"):
        two_phase(sample.iloc[1:], assignment)
    assignment.loc[1, "moderation_probability"] = 0.0
    with pytest.raises(SelectionError, match="1 moderated audits had no chance of being drawn"):
        two_phase(sample, assignment)
    with pytest.raises(SelectionError, match="common denominator 1000000; joint"):
        expected_products({"A": Fraction(1, 1_000_000), "B": Fraction(1, 2)})
    draw = draw_sample(make_frame(("N", "CP", 6)), Size(2), seed="1")
    with pytest.raises(SelectionError, match="rounding='fixed' and one_per_family=False only"):
        first_phase_joint(draw)
