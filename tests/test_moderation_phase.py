from collections import Counter
from fractions import Fraction
from itertools import product
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from authorities import case_table, rules, staff_table
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.errors import AssignmentError
from qa_sampling.sampling.assignment import assign
from qa_sampling.sampling.moderation_phase import (
    draw_moderations,
    moderation_targets,
    round_in_order,
    round_targets,
)


def audits(**counts):
    """Audits by auditor, all of which can be moderated."""
    rows = [(f"{who}{n}", who, True) for who, count in counts.items() for n in range(count)]
    return pd.DataFrame(rows, columns=["case_ref", "auditor_id", "can_be_moderated"])


@pytest.mark.parametrize(
    ("count", "rate", "minimum", "expected"),
    [
        (8, 0.2, 0, Fraction(8, 5)),
        (8, 0.2, 1, Fraction(8, 5)),
        (2, 0.2, 1, 1),
        (2, 0.2, 3, 2),
        (0, 0.2, 1, 0),
        (5, 1.0, 0, 5),
        (5, 0, 0, 0),
        (3, 0.1, 0, Fraction(3, 10)),
    ],
)
def test_targets_are_the_rate_or_the_minimum_and_never_more_than_there_are(
    count, rate, minimum, expected
):
    assert moderation_targets({"A": count}, rate=rate, minimum=minimum) == {"A": expected}


def test_rounding_is_exact_on_average_by_enumeration():
    for numerators in product(range(5), repeat=3):
        targets = [Fraction(value, 4) for value in numerators]
        starts = [Fraction(2 * step + 1, 8) for step in range(4)]  # all that can make a difference
        rounded = [round_in_order(targets, start) for start in starts]
        means = [Fraction(sum(column), 4) for column in zip(*rounded, strict=True)]
        assert means == targets


@given(st.lists(st.fractions(0, 5), max_size=8), st.fractions(0, 1))
def test_rounding_goes_up_or_down_and_the_total_is_off_by_less_than_one(targets, start):
    rounded = round_in_order(targets, start)
    assert all(abs(size - target) < 1 for size, target in zip(rounded, targets, strict=True))
    assert abs(sum(rounded) - sum(targets)) < 1


def test_the_order_in_which_auditors_are_listed_does_not_count():
    targets = {who: Fraction(2, 5) for who in "ABCDEFG"}
    turned = dict(reversed(targets.items()))
    assert round_targets(targets, seed="x") == round_targets(turned, seed="x")


def test_probabilities_are_met_over_many_seeds():
    table = audits(A=7, B=4, C=2, D=1, E=1)
    table.loc[2, "can_be_moderated"] = False
    held = rules(moderation_rate=0.3, moderation_min_per_auditor=1)
    seeds = 3000
    taken = np.zeros(len(table))
    for seed in range(seeds):
        phase = draw_moderations(table, rules=held, seed=f"seed {seed}")
        taken += phase["moderated"]
    probability = phase["moderation_probability"].to_numpy()
    assert probability.tolist() == pytest.approx(
        [0.3, 0.3, 0, *[0.3] * 4, *[0.3] * 4, 0.5, 0.5, 1, 1]
    )
    spread = np.sqrt(seeds * probability * (1 - probability))
    off = np.abs(taken - seeds * probability)
    assert (off[spread == 0] == 0).all()
    assert (off[spread > 0] / spread[spread > 0] < 3.6).all()


def test_pairs_within_an_auditor_are_equally_likely():
    table = audits(A=4)
    counts = Counter()
    for seed in range(1200):
        phase = draw_moderations(table, rules=rules(moderation_rate=0.5), seed=str(seed))
        counts[tuple(phase.loc[phase["moderated"], "case_ref"])] += 1
    assert len(counts) == 6
    assert all(abs(count - 200) < 4 * sqrt(1200 / 6 * 5 / 6) for count in counts.values())


@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 9), min_size=1),
    st.integers(0, 3),
    st.integers(0, 10),
    st.text(max_size=5),
)
def test_at_least_k_of_each_auditor_and_the_total_near_the_target(counts, minimum, tenths, seed):
    held = rules(moderation_rate=tenths / 10, moderation_min_per_auditor=minimum)
    table = audits(**counts)
    phase = draw_moderations(table, rules=held, seed=seed)
    drawn = phase["moderated"].groupby(table["auditor_id"]).sum()
    assert all(drawn[who] >= min(minimum, count) for who, count in counts.items())
    assert abs(phase["moderated"].sum() - phase["moderation_probability"].sum()) < 1 + 1e-9
    assert (phase["moderation_probability"] > 0).equals(
        pd.Series([tenths > 0 or minimum > 0] * len(table))
    ) or table.empty


def test_a_larger_phase_holds_the_smaller_when_targets_are_whole():
    table = audits(A=10, B=10)
    smaller, larger = (
        draw_moderations(table, rules=rules(moderation_rate=rate), seed="x")["moderated"]
        for rate in (0.2, 0.5)
    )
    assert smaller.sum() == 4 and larger.sum() == 10 and larger[smaller].all()


def team(**more):
    return [
        {"staff_id": "TM1", "team": "North", "line_manager_id": "SDM", **more},
        {"staff_id": "TM2", "team": "South", "line_manager_id": "SDM", **more},
        {"staff_id": "SDM", "may_audit": False, "may_moderate": True, "role": "Manager"},
        {"staff_id": "PSW", "may_audit": False, "may_moderate": True, "role": "Principal"},
    ]


CASES = case_table([(f"C{n}", ("North", "South")[n % 2], "Help", f"W{n}") for n in range(4)])


def check(plan, rule):
    return plan.checks.set_index("rule").loc[rule]


def test_moderators_are_never_in_line_with_the_auditor():
    every = rules(moderation_rate=1)
    plan = assign(CASES, staff_table(team()), rules=every, seed="x")
    assert plan.table["moderator_id"].tolist() == ["PSW"] * 4
    up = staff_table([*team()[:3], {**team()[3], "line_manager_id": "TM1"}])
    report = assign(CASES, up, rules=every, seed="x").table
    assert report.loc[report["auditor_id"] == "TM1", "moderator_id"].isna().all()


def test_moderators_in_line_come_last_when_they_are_allowed():
    allowed = rules(moderation_rate=1, allow_line_moderation=True)
    plan = assign(CASES, staff_table(team()), rules=allowed, seed="x")
    assert set(plan.table["moderator_id"]) == {"PSW"}
    plan = assign(CASES, staff_table(team()[:3]), rules=allowed, seed="x")
    assert set(plan.table["moderator_id"]) == {"SDM"}
    doubt = check(plan, "Moderators")["cannot_be_guaranteed"]
    assert doubt == "4 moderations in line with the auditor: nobody else could."


def test_when_nobody_may_moderate_the_phase_is_skipped_or_refused():
    staff = staff_table(team()[:3])
    plan = assign(CASES, staff, rules=rules(moderation_rate=0.5), seed="x")
    assert plan.table["moderator_id"].isna().all()
    assert (plan.table["moderation_probability"] == 0).all()
    told = check(plan, "Random moderation phase")
    assert told["held"] == "Skipped: nobody independent may moderate."
    assert "cannot be estimated" in told["cannot_be_guaranteed"]
    with pytest.raises(AssignmentError, match="required, but nobody independent may moderate"):
        assign(CASES, staff, rules=rules(moderation_required=True), seed="x")


def test_audits_that_nobody_may_moderate_have_probability_zero():
    staff = staff_table([*team()[:3], {**team()[3], "team": "North"}])
    plan = assign(CASES, staff, rules=rules(moderation_rate=1), seed="x")
    north = plan.table["auditor_id"] == "TM2"
    assert plan.table["moderation_probability"].where(north, 1).eq([0, 1, 0, 1]).all()
    doubt = check(plan, "Random moderation phase")["cannot_be_guaranteed"]
    assert doubt == "2 audits can be moderated by nobody independent."


def test_moderations_are_level_and_meet_different_auditors():
    staff = staff_table(
        [*team(), {"staff_id": "DIR", "may_audit": False, "may_moderate": True, "role": "PSW"}]
    )
    for seed in "abcd":
        plan = assign(CASES, staff, rules=rules(moderation_rate=1), seed=seed).table
        assert plan["moderator_id"].value_counts().to_dict() == {"PSW": 2, "DIR": 2}
        assert not plan.duplicated(["auditor_id", "moderator_id"]).any()


def test_moderators_caps_that_bind_are_named_and_the_proposed_caps_suffice():
    tight = {"moderation_rate": 1, "moderator_cap": 1}
    message = (
        r"1 of 4 cases can be given a moderator\. 4 cases of teams 'North' and 'South' can go only "
        r"to 1 moderator \(PSW\), whose caps leave room for 1\. The smallest relaxation that "
        r"helps: raise the cap \(`moderator_caps`\) from 1 to 4 for PSW\."
    )
    with pytest.raises(AssignmentError, match=message):
        assign(CASES, staff_table(team()), rules=rules(**tight), seed="x")
    mended = rules(**tight, moderator_caps={"PSW": 4})
    plan = assign(CASES, staff_table(team()), rules=mended, seed="x")
    assert plan.table["moderator_id"].notna().all()


def test_the_mandatory_grades_do_not_change_the_random_phase():
    staff = staff_table(team())
    plans = [
        assign(CASES, staff, rules=rules(moderation_rate=0.5, mandatory_grades=grades), seed="x")
        for grades in ((), ("Inadequate",))
    ]
    pd.testing.assert_frame_equal(plans[0].table, plans[1].table)
    assert plans[1].parameters["mandatory_grades"] == ["Inadequate"]
    assert "come back Inadequate" in check(plans[1], "Mandatory grades")["held"]
