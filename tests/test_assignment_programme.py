from itertools import product

import numpy as np
import pytest

from qa_sampling.errors import AssignmentError
from qa_sampling.sampling.assignment_programme import (
    Programme,
    Share,
    Spread,
    level_costs,
    refuse_if_given_up,
    solve,
)
from qa_sampling.sampling.pair_tickets import PAIR_BITS, pair_tickets
from qa_sampling.sampling.tickets import ticket


def programme(rng, cases, people, *, groups=2):
    shape = (cases, people)
    return Programme(
        eligible=rng.random(shape) < 0.7,
        caps=rng.integers(0, 4, people),
        tickets=rng.integers(0, 2**PAIR_BITS, shape),
        avoided=rng.integers(0, 2, shape),
        penalties=rng.integers(0, 3, shape),
        spreads=tuple(Spread(rng.integers(-1, 3, cases), 1 + n) for n in range(groups)),
        shares=(Share(rng.random(people) < 0.5, int(rng.integers(0, 3))),),
    )


def twin_cost(given, chosen):
    """The goals of one assignment, counted by hand."""
    pairs = list(enumerate(chosen))
    first = sum(int(given.avoided[pair]) for pair in pairs)
    for share in given.shares:
        first += max(0, share.minimum - sum(bool(share.members[who]) for who in chosen))
    level = 0
    for who in set(chosen):
        level += sum(level_costs(int(given.caps[who]), chosen.count(who)))
    prefer = sum(int(given.penalties[pair]) for pair in pairs)
    for spread in given.spreads:
        met = [(spread.codes[case], who) for case, who in pairs if spread.codes[case] >= 0]
        prefer += spread.weight * (len(met) - len(set(met)))
    drawn = [int(given.tickets[pair]) for pair in pairs]
    half = PAIR_BITS // 2
    return (
        first,
        level,
        prefer,
        sum(value >> half for value in drawn),
        sum(value % 2**half for value in drawn),
    )


def enumerated(given):
    choices = [np.flatnonzero(row & (given.caps > 0)).tolist() for row in given.eligible]
    possible = [
        chosen
        for chosen in product(*choices)
        if all(chosen.count(who) <= given.caps[who] for who in set(chosen))
    ]
    return min(possible, key=lambda chosen: twin_cost(given, chosen)) if possible else None


@pytest.mark.parametrize("groups", [0, 1, 2, 3])
def test_the_solution_is_the_lexicographic_optimum(groups):
    rng = np.random.default_rng(groups)
    solved = 0
    for _ in range(40):
        given = programme(rng, int(rng.integers(1, 6)), int(rng.integers(1, 5)), groups=groups)
        best, found = enumerated(given), solve(given)
        assert (best is None) == (found is None)
        if best is not None:
            assert tuple(found) == best
            solved += 1
    assert solved > 10


def test_asking_for_whole_numbers_gives_the_same_as_the_network():
    rng = np.random.default_rng(7)
    problems = [programme(rng, 6, 5, groups=1) for _ in range(25)]
    for given in problems:
        network, whole = solve(given), solve(given, as_network=False)
        assert (network is None) == (whole is None)
        assert network is None or network.tolist() == whole.tolist()


def test_a_corner_that_is_not_whole_is_solved_in_whole_numbers():
    # Three cases; each two share a group, one group for each two: an odd circle.
    codes = [np.array([0, 0, -1]), np.array([-1, 0, 0]), np.array([0, -1, 0])]
    given = Programme(
        eligible=np.ones((3, 2), dtype=bool),
        caps=np.array([3, 3]),
        tickets=pair_tickets("abc", "xy", "seed"),
        avoided=np.zeros((3, 2), dtype=np.int64),
        penalties=np.zeros((3, 2), dtype=np.int64),
        spreads=tuple(Spread(code, 1) for code in codes),
    )
    assert tuple(solve(given)) == enumerated(given)


def test_no_cases_and_no_people():
    nothing = np.zeros((0, 2), dtype=int)
    empty = Programme(nothing == 0, np.ones(2, dtype=int), nothing, nothing, nothing)
    assert solve(empty).tolist() == []
    nobody = np.zeros((2, 0), dtype=int)
    assert solve(Programme(nobody == 0, np.ones(0, dtype=int), nobody, nobody, nobody)) is None


@pytest.mark.parametrize("cap", [1, 2, 3, 7, 10, 13, 400])
def test_level_costs_never_fall_and_add_up_to_load_squared_over_cap(cap):
    costs = level_costs(cap, 20)
    assert costs == sorted(costs)
    assert abs(sum(costs) - 2520 * 20**2 / cap) < 20
    if cap <= 10:
        assert sum(costs) == 2520 * 20**2 / cap


def test_pair_tickets_are_the_leading_bits_of_the_tickets():
    drawn = pair_tickets(["C1", "C2"], ["A"], "seed")
    full = [ticket(f"{ref}\x1fA", "seed", purpose="assignment") for ref in ("C1", "C2")]
    assert [f"{value:010x}" for value in drawn[:, 0]] == [value[:10] for value in full]
    other = pair_tickets(["C1"], ["A"], "seed", task="moderator")[0, 0]
    named = ticket("C1\x1fA\x1fmoderator", "seed", purpose="assignment")
    assert f"{other:010x}" == named[:10]


@pytest.mark.parametrize("values", [None, np.array([1, 0])])
def test_a_goal_given_up_is_refused(values):
    with pytest.raises(AssignmentError, match="The solver gave up an earlier goal"):
        refuse_if_given_up(values, [(np.array([1, 1]), 2)])
    refuse_if_given_up(np.array([2, 0]), [(np.array([1, 1]), 2)])
