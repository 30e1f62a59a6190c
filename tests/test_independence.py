import time

import numpy as np
import pandas as pd
import pytest
from authorities import authority, case_table, role_table, rules, staff_table, twin_reasons
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import SchemaError
from qa_sampling.sampling.independence import (
    conflicts,
    eligible_pairs,
    line_above,
    name_keys,
    without_eligible_auditor,
)

CASE = [("C1", "North", "Help", "Sam Jones")]


def reasons(staff_row, *, case=CASE, roles=None, others=(), **changes):
    """The reasons against one person for one case."""
    staff = staff_table([{"staff_id": "A", **staff_row}, *others])
    found = conflicts(case_table(case), staff, roles, rules=rules(**changes))
    return found.loc[found["staff_id"] == "A", "reason"].tolist()


def test_someone_from_elsewhere_has_no_conflict():
    assert reasons({"team": "South", "service": "Help", "role": "Peer"}) == []


def test_own_team_counts_in_any_spelling_unless_it_is_allowed():
    assert reasons({"team": " NORTH ", "role": "Peer"}) == ["own team"]
    assert reasons({"team": "North", "role": "Peer"}, allow_own_team=True) == []


def test_a_team_not_recorded_is_nobodys_own():
    case = [("C1", "Not recorded", "Not recorded", "Not recorded")]
    person = {"team": "Not recorded", "service": "Not recorded", "name": "Not recorded"}
    assert reasons(person, case=case, allow_own_service=False) == []
    blank = case_table(case).assign(team=None, service=None, worker=None)
    found = conflicts(blank, staff_table([{"staff_id": "A"}]), None, rules=rules())
    assert found.empty and list(found) == ["case_ref", "staff_id", "reason"]


def test_own_service_counts_only_when_it_is_not_allowed():
    person = {"team": "South", "service": "Help"}
    assert reasons(person, allow_own_service=False) == ["own service"]
    assert reasons(person) == []


@pytest.mark.parametrize(
    "text", ["Sam Jones", "JONES, Sam", "  sam   jones", "Sám Jónes", "Sam-Jones", "A", "a "]
)
def test_the_allocated_worker_is_known_by_name_or_number(text):
    case = [("C1", "North", "Help", text)]
    assert reasons({"name": "Sam Jones"}, case=case) == ["allocated worker"]


def test_an_apostrophe_in_a_name_does_not_count():
    keys = name_keys(pd.Series(["O'Neill, Pat", "Pat ONeill", "Pat O’Neill"]))
    assert len(set(keys)) == 1


def test_two_of_one_name_are_both_held_to_be_the_worker():
    twins = [{"staff_id": "B", "name": "Sam Jones"}, {"staff_id": "A", "name": "Jones Sam"}]
    found = conflicts(case_table(CASE), staff_table(twins), None, rules=rules())
    assert found["staff_id"].tolist() == ["A", "B"]


LINE = [
    {"staff_id": "W", "name": "Sam Jones", "role": "Worker", "line_manager_id": "M"},
    {"staff_id": "M", "line_manager_id": "S"},
    {"staff_id": "S", "line_manager_id": "D"},
    {"staff_id": "D"},
]


@pytest.mark.parametrize(("levels", "barred"), [(1, "M"), (2, "MS"), (3, "DMS"), (None, "DMS")])
def test_the_workers_line_of_management_counts_as_far_as_the_rules_say(levels, barred):
    found = conflicts(case_table(CASE), staff_table(LINE), None, rules=rules(manager_levels=levels))
    managers = found[found["reason"] == "line manager of the worker"]
    assert "".join(managers["staff_id"]) == barred


def test_a_circle_of_managers_ends():
    circle = staff_table(
        [{"staff_id": "A", "line_manager_id": "B"}, {"staff_id": "B", "line_manager_id": "A"}]
    )
    assert line_above(circle, None).tolist() == [[False, True], [True, False]]
    alone = staff_table([{"staff_id": "A", "line_manager_id": "A"}])
    assert not line_above(alone, None).any()


TEAM = [
    {"staff_id": "W", "role": "Worker", "team": "North", "line_manager_id": "M"},
    {"staff_id": "M", "role": "Team Manager", "team": "North", "line_manager_id": "S"},
    {"staff_id": "S", "role": "Service Manager", "line_manager_id": "D"},
    {"staff_id": "D", "role": "Director"},
]


@pytest.mark.parametrize(("levels", "barred"), [(1, "M"), (2, "MS"), (None, "DMS")])
@pytest.mark.parametrize("listed", [slice(0, 4), slice(1, 4)], ids=["all", "managers only"])
def test_a_teams_line_begins_with_its_head(levels, barred, listed):
    staff = staff_table(TEAM[listed])
    found = conflicts(case_table(CASE), staff, None, rules=rules(manager_levels=levels))
    managers = found[found["reason"] == "line manager of the team"]
    assert "".join(managers["staff_id"]) == barred


def test_a_head_who_belongs_to_no_team_is_known_by_those_they_manage():
    others = [{"staff_id": "W", "role": "Worker", "team": "North", "line_manager_id": "A"}]
    assert reasons({"role": "Head"}, others=others) == ["line manager of the team"]


def test_a_head_stays_barred_when_own_teams_are_allowed():
    person = {"role": "Team Manager", "team": "North"}
    assert reasons(person, allow_own_team=True) == ["line manager of the team"]


@pytest.mark.parametrize(
    ("end", "months", "expected"),
    [
        (None, 0, ["has a role in the case"]),
        ("2026-11-02", 0, ["has a role in the case"]),
        ("2026-11-01", None, ["had a role in the case"]),
        ("1999-01-01", None, ["had a role in the case"]),
        ("2025-11-02", 12, ["had a role in the case"]),
        ("2025-11-01", 12, []),
        ("2026-11-01", 0, []),
    ],
)
def test_a_role_in_the_case_counts_now_and_for_as_long_as_the_rules_say(end, months, expected):
    roles = role_table([("C1", "A", end)])
    assert reasons({}, roles=roles, previously_held_within_months=months) == expected


def test_roles_of_strangers_and_other_cases_are_passed_over():
    roles = role_table([("C1", "NOBODY", None), ("C9", "A", None)])
    assert reasons({}, roles=roles) == []
    assert reasons({}, roles=role_table([])) == []


def test_only_staff_who_audit_or_moderate_are_listed():
    staff = staff_table(
        [
            {"staff_id": "A", "team": "North", "may_audit": False, "role": "Peer"},
            {"staff_id": "B", "team": "North", "may_audit": False, "may_moderate": True},
        ]
    )
    found = conflicts(case_table(CASE), staff, None, rules=rules())
    assert set(found["staff_id"]) == {"B"}


def test_cases_without_an_eligible_auditor_are_found_before_the_draw():
    cases = case_table([("C2", "North", "", ""), ("C1", "North", "", ""), ("C3", "South", "", "")])
    staff = staff_table([{"staff_id": "A", "team": "North"}])
    assert without_eligible_auditor(cases, staff, None, rules=rules()) == ["C1", "C2"]
    pairs = eligible_pairs(cases, staff, None, rules=rules())
    assert pairs.to_numpy().tolist() == [["C3", "A"]]


def test_without_a_staff_list_nothing_is_said():
    assert without_eligible_auditor(case_table(CASE), None, None, rules=rules()) == []


@pytest.mark.parametrize(
    "person",
    [
        {"may_audit": False},
        {"monthly_cap": 0},
        {"unavailable_from": "2026-10-01"},
        {"unavailable_to": "2026-11-27"},
    ],
    ids=["may not", "cap 0", "away without end", "away from before"],
)
def test_an_auditor_with_no_room_is_not_eligible(person):
    staff = staff_table([{"staff_id": "A", **person}])
    assert without_eligible_auditor(case_table(CASE), staff, None, rules=rules()) == ["C1"]


def test_no_cases_and_no_staff_give_empty_tables():
    nothing, nobody = case_table([]), staff_table([])
    somebody = staff_table([{"staff_id": "A"}])
    assert conflicts(nothing, somebody, None, rules=rules()).empty
    assert conflicts(case_table(CASE), nobody, None, rules=rules()).empty
    assert without_eligible_auditor(nothing, somebody, None, rules=rules()) == []
    assert without_eligible_auditor(case_table(CASE), nobody, None, rules=rules()) == ["C1"]


def test_tables_that_are_not_as_declared_are_refused():
    staff = staff_table([{"staff_id": "A"}])
    with pytest.raises(SchemaError, match="1 rows repeat the key"):
        conflicts(case_table(CASE * 2), staff, None, rules=rules())
    with pytest.raises(SchemaError, match=r"table of case roles .* column `end` is missing"):
        roles = role_table([("C1", "A", None)]).drop(columns="end")
        conflicts(case_table(CASE), staff, roles, rules=rules())
    with pytest.raises(SchemaError, match=r"table of staff .* column `may_audit` is missing"):
        conflicts(case_table(CASE), staff.drop(columns="may_audit"), None, rules=rules())


def test_conflicts_agree_with_a_naive_twin():
    for seed in range(120):
        made = authority(seed, cases=8)
        found = conflicts(made.cases, made.staff, made.case_roles, rules=made.rules)
        expected = {
            (ref, person, reason)
            for ref in made.team_of
            for person, row in made.people.items()
            if row.get("may_audit", True) or row.get("may_moderate", False)
            for reason in twin_reasons(made, ref, person)
        }
        assert set(found.itertuples(index=False, name=None)) == expected, seed


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(seed, shuffle):
    made = authority(seed)

    def mixed(table):
        return table.iloc[shuffle.sample(range(len(table)), len(table))]

    straight = conflicts(made.cases, made.staff, made.case_roles, rules=made.rules)
    tables = (mixed(made.cases), mixed(made.staff), mixed(made.case_roles))
    pd.testing.assert_frame_equal(straight, conflicts(*tables, rules=made.rules))
    assert without_eligible_auditor(*tables, rules=made.rules) == without_eligible_auditor(
        made.cases, made.staff, made.case_roles, rules=made.rules
    )


def test_a_whole_authority_takes_well_under_a_second():
    rng = np.random.default_rng(1)
    cases = case_table(
        [(f"C{n}", f"Team {n % 25}", f"Service {n % 4}", f"Name {n % 300}") for n in range(2000)]
    )
    staff = staff_table(
        [{"staff_id": f"S{n}", "name": f"Name {n}", "team": f"Team {n % 25}"} for n in range(60)]
    )
    roles = pd.DataFrame(
        {
            "case_ref": rng.choice(cases["case_ref"], 10_000),
            "staff_id": rng.choice(staff["staff_id"], 10_000),
            "end": pd.Series([pd.NaT] * 10_000, dtype="datetime64[us]"),
        }
    )
    start = time.perf_counter()
    without_eligible_auditor(cases, staff, roles, rules=rules())
    conflicts(cases, staff, roles, rules=rules())
    assert time.perf_counter() - start < 2  # about 0.15 s; the margin is for busy machines
