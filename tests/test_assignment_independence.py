import pytest
from authorities import authority, chain, room_of, twin_reasons
from tiers import thorough

from qa_sampling.errors import AssignmentError
from qa_sampling.sampling.assignment import assign


@pytest.mark.slow
@pytest.mark.parametrize("block", [0, *map(thorough, (1, 2, 3))])
def test_independence_is_never_broken_in_a_thousand_random_authorities(block):
    impossible = moderated = 0
    for seed in range(250 * block, 250 * (block + 1)):
        made = authority(seed, cases=5, teams=2, monthly_cap=1 if seed % 5 == 0 else 2)
        try:
            plan = assign(
                made.cases,
                made.staff,
                rules=made.rules,
                seed=str(seed),
                case_roles=made.case_roles,
            )
        except AssignmentError:
            impossible += 1
            assert not can_be_matched(made), seed
            continue
        assert sorted(plan.table["case_ref"]) == sorted(made.team_of)
        for row in plan.table.itertuples():
            assert made.people[row.auditor_id].get("may_audit", True), seed
            assert twin_reasons(made, row.case_ref, row.auditor_id) == set(), seed
            if isinstance(row.moderator_id, str):
                moderated += 1
                assert_independent_moderator(made, row)
    assert 10 < impossible < 125 and moderated > 200


def assert_independent_moderator(made, row):
    assert made.people[row.moderator_id].get("may_moderate", False)
    assert row.moderator_id != row.auditor_id
    assert twin_reasons(made, row.case_ref, row.moderator_id) == set()
    levels = made.rules.manager_levels
    in_line = row.moderator_id in chain(made, row.auditor_id, levels)
    in_line |= row.auditor_id in chain(made, row.moderator_id, levels)
    assert made.rules.allow_line_moderation or not in_line


def can_be_matched(made):
    """Whether caps and independence allow an assignment, by augmenting paths."""
    given = {person: [] for person in made.people}
    room = {person: room_of(made, person) for person in made.people}

    def place(ref, tried):
        for person in made.people:
            if person in tried or twin_reasons(made, ref, person) or not room[person]:
                continue
            tried.add(person)
            if len(given[person]) < room[person]:
                given[person].append(ref)
                return True
            for other in list(given[person]):
                if place(other, tried):
                    given[person].remove(other)
                    given[person].append(ref)
                    return True
        return False

    return all(place(ref, set()) for ref in made.team_of)
