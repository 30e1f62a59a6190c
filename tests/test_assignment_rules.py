import json
from datetime import date

import pytest
from authorities import rules, staff_table
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.caps import (
    audit_caps,
    cap_that_gives,
    days_present,
    moderation_caps,
    own_caps,
    scale,
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"period_end": date(2026, 11, 1)}, r"`period_end` \(2026-11-01\) lies before"),
        ({"moderation_rate": 20}, "`moderation_rate` must lie between 0 and 1; got 20"),
        ({"moderation_rate": -0.1}, "`moderation_rate` must lie between 0 and 1"),
        ({"monthly_cap": -1}, "`monthly_cap` must be a whole number from 0; got -1"),
        ({"monthly_cap": 1.5}, r"`monthly_cap` must be a whole number from 0; got 1\.5"),
        ({"monthly_cap": True}, "`monthly_cap` must be a whole number"),
        ({"manager_levels": 0}, "`manager_levels` must be a whole number from 1; got 0"),
        ({"moderator_cap": -2}, "`moderator_cap` must be a whole number from 0"),
        ({"previously_held_within_months": -1}, "`previously_held_within_months` must be"),
        ({"moderation_min_per_auditor": -1}, "`moderation_min_per_auditor` must be"),
        ({"mandatory_grades": ("Bad",)}, "`mandatory_grades` holds 'Bad'; the grades are Outst"),
        ({"beside": {"A": -1}}, "`beside` must .* got -1 for 'A'"),
        ({"caps_by_role": {"Director": -1}}, "`caps_by_role` must .* got -1 for 'Director'"),
        ({"moderator_caps": {"A": "2"}}, "`moderator_caps` must .* got '2' for 'A'"),
        ({"role_shares": {"Director": 1.5}}, "`role_shares` must .* got 1.5 for 'Director'"),
        ({"role_shares": {"Director": -1}}, "`role_shares` must .* got -1 for 'Director'"),
        ({"role_shares": {"Director": "1"}}, "`role_shares` must .* got '1' for 'Director'"),
    ],
)
def test_rules_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        rules(**changes)


def test_all_faults_of_the_rules_are_told_at_once():
    with pytest.raises(ParameterError, match=r"`moderation_rate`.*; `monthly_cap`"):
        rules(moderation_rate=2, monthly_cap=-1)


@pytest.mark.parametrize(
    ("asked", "audits", "expected"),
    [(2, 40, 2), (1, 40, 1), (1.0, 40, 1), (0.05, 40, 2), (0.05, 41, 3), (0.1, 30, 3), (0, 9, 0)],
)
def test_a_role_share_is_a_number_or_a_share_rounded_up(asked, audits, expected):
    assert rules(role_shares={"Director": asked}).role_minimum("Director", audits) == expected


def test_the_rules_can_be_kept_as_json():
    kept = rules(role_shares={"Director": 1, "Chief Executive": 0.5}).as_parameters()
    assert json.loads(json.dumps(kept)) == kept
    assert kept["period_start"] == "2026-11-02"
    assert list(kept["role_shares"]) == ["Chief Executive", "Director"]


@pytest.mark.parametrize(
    ("left", "back", "present"),
    [
        (None, None, 20),
        ("2026-11-02", "2026-11-27", 0),
        ("2026-11-02", None, 0),
        (None, "2026-11-27", 0),
        (None, "2026-11-06", 15),
        ("2026-11-07", "2026-11-08", 20),
        ("2026-11-27", "2026-12-24", 19),
        ("2026-12-01", None, 20),
        ("2026-10-01", "2026-10-31", 20),
    ],
)
def test_weekdays_at_work(left, back, present):
    staff = staff_table([{"staff_id": "A", "unavailable_from": left, "unavailable_to": back}])
    days, total = days_present(staff, rules())
    assert (days.tolist(), total) == ([present], 20)


def test_a_period_of_a_weekend_counts_its_days():
    weekend = rules(period_start=date(2026, 11, 7), period_end=date(2026, 11, 8))
    staff = staff_table([{"staff_id": "A", "unavailable_from": "2026-11-08"}])
    days, total = days_present(staff, weekend)
    assert (days.tolist(), total) == ([1], 2)


def test_a_cap_is_the_smaller_of_ones_own_and_the_roles_or_the_default():
    staff = staff_table(
        [
            {"staff_id": "A", "role": "Director", "monthly_cap": 5},
            {"staff_id": "B", "role": "Director"},
            {"staff_id": "C"},
            {"staff_id": "D", "may_audit": False, "monthly_cap": 5},
        ]
    )
    assert own_caps(staff, rules(caps_by_role={"Director": 1})).tolist() == [1, 1, 2, 0]
    assert own_caps(staff, rules(caps_by_role={"Director": 9})).tolist() == [5, 9, 2, 0]
    assert audit_caps(staff, rules()).tolist() == [5, 2, 2, 0]


def test_what_is_owed_elsewhere_is_taken_off_after_leave():
    """Away for half of the weeks: 2 of 4, of which 1 is owed; never below 0."""
    staff = staff_table(
        [
            {"staff_id": "A", "monthly_cap": 4, "unavailable_from": "2026-11-16"},
            {"staff_id": "B"},
            {"staff_id": "C"},
        ]
    )
    asked = rules(beside={"A": 1, "B": 5, "not on the list": 3})
    assert audit_caps(staff, asked).tolist() == [1, 0, 2]
    assert own_caps(staff, asked).tolist() == [4, 2, 2]


def test_a_moderators_cap_is_ones_own_then_the_roles_then_the_common_one():
    people = [
        {"staff_id": "A", "role": "Director"},
        {"staff_id": "B", "role": "Director"},
        {"staff_id": "C", "role": "PSW"},
        {"staff_id": "D", "unavailable_from": "2026-11-16"},
        {"staff_id": "E", "unavailable_from": "2026-10-16"},
    ]
    staff = staff_table([{**person, "may_moderate": True} for person in people])
    given = rules(moderator_caps={"A": 1, "Director": 4}, moderator_cap=6)
    assert moderation_caps(staff, given, 30).tolist() == [1, 4, 6, 3, 0]
    assert moderation_caps(staff, rules(), 30).tolist() == [30, 30, 30, 30, 0]


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20), st.integers(0, 20))
def test_the_cap_that_gives_is_the_smallest_that_does(total, present, cap, wanted):
    present = min(present, total)
    needed = cap_that_gives(wanted, present, total)
    assert scale(needed, present, total) >= wanted
    assert needed == 0 or scale(needed - 1, present, total) < wanted
    assert abs(scale(cap, present, total) - cap * present / total) <= 0.5
