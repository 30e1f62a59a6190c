"""The fast hand-out against the plain greedy one: equal to the last audit."""

import heapq
import random
from fractions import Fraction

import numpy as np
import pytest

from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.priorities import Strata, hand_out, hand_out_freely


def plain_greedy(
    squares: list[Fraction],
    taken: list[int],
    high: list[int],
    n: int,
    group: list[int] | None = None,
    most: list[int] | None = None,
) -> list[int]:
    """One audit at a time by exact priority, ties to the lower place; groups have maxima."""
    taken = list(taken)
    group = group or [0] * len(taken)
    room = [10**9] if most is None else list(most)
    for place, count in enumerate(taken):
        room[group[place]] -= count

    def key(place: int) -> tuple:
        count, square = taken[place], squares[place]
        first = count == 0 and square > 0
        return (not first, -(square / (count * (count + 1)) if count else square), place)

    heap = [key(place) for place in range(len(taken)) if taken[place] < high[place]]
    heapq.heapify(heap)
    while n and heap:
        place = heapq.heappop(heap)[-1]
        if room[group[place]] == 0:
            continue
        taken[place] += 1
        room[group[place]] -= 1
        n -= 1
        if taken[place] < high[place]:
            heapq.heappush(heap, key(place))
    return taken


def strata_of(squares: list, taken: list, high: list, group: list | None = None) -> Strata:
    return Strata(
        squares=[Fraction(square) for square in squares],
        taken=np.array(taken, dtype=np.int64),
        high=np.array(high, dtype=np.int64),
        group=np.array(group or [0] * len(squares), dtype=np.int64),
    )


def random_strata(dice: random.Random) -> tuple[list, list, list]:
    count = dice.choice([1, 2, 7, 40, 300])
    kind = dice.choice(["many ties", "uneven", "plain", "some do not vary"])
    high = [dice.randint(1, 60) for _ in range(count)]
    taken = [min(dice.choice([0, 1, 2]), most) for most in high]
    squares = []
    for _ in range(count):
        if kind == "many ties":
            squares.append(Fraction(dice.choice([1, 4, 9])))
        elif kind == "uneven":
            squares.append(Fraction(10) ** dice.randint(-12, 12))
        elif kind == "plain":
            squares.append(Fraction(dice.random()) ** 2)
        else:
            squares.append(Fraction(dice.choice([0, 0, 1, 3])))
    return squares, taken, high


@pytest.mark.parametrize("block", range(6))
def test_equal_to_the_plain_greedy(block: int) -> None:
    dice = random.Random(f"priorities {block}")
    large = 0
    for _ in range(60):
        squares, taken, high = random_strata(dice)
        n = dice.randint(0, sum(high) - sum(taken))
        strata = strata_of(squares, taken, high)
        left = hand_out_freely(strata, n, np.array([sum(high)]))
        assert left == 0
        assert strata.taken.tolist() == plain_greedy(squares, taken, high, n)
        large += n > 256
    assert large > 5


@pytest.mark.parametrize("block", range(6))
def test_equal_to_the_plain_greedy_with_maxima_of_groups(block: int) -> None:
    dice = random.Random(f"groups {block}")
    short = 0
    for _ in range(60):
        squares, taken, high = random_strata(dice)
        groups = min(dice.randint(1, 5), len(squares))
        group = [*range(groups), *(dice.randrange(groups) for _ in squares)][: len(squares)]
        held = [sum(c for c, g in zip(taken, group, strict=True) if g == k) for k in range(groups)]
        most = [count + dice.randint(0, 400) for count in held]
        n = dice.randint(0, sum(high) - sum(taken))
        strata = strata_of(squares, taken, high, group)
        left = hand_out_freely(strata, n, np.array(most))
        plain = plain_greedy(squares, taken, high, n, group, most)
        assert strata.taken.tolist() == plain
        assert left == n - (sum(plain) - sum(taken))
        short += left > 0
    assert short > 3


def test_within_groups_each_gets_what_is_wanted_as_if_alone() -> None:
    dice = random.Random("within")
    for _ in range(40):
        squares, taken, high = random_strata(dice)
        group = [place % 2 for place in range(len(squares))]
        places = [[p for p, g in enumerate(group) if g == k] for k in range(max(group) + 1)]
        wanted = [
            dice.randint(sum(taken[p] for p in part), sum(high[p] for p in part)) for part in places
        ]
        strata = strata_of(squares, taken, high, group)
        hand_out(strata, np.array(wanted))
        for part, goal in zip(places, wanted, strict=True):
            alone = plain_greedy(
                [squares[p] for p in part],
                [taken[p] for p in part],
                [high[p] for p in part],
                goal - sum(taken[p] for p in part),
            )
            assert [int(strata.taken[p]) for p in part] == alone


def test_ties_of_ten_thousand_equal_strata_go_by_label() -> None:
    labels = [f"s{place:05d}" for place in range(10_000)]
    sizes = allocate(dict.fromkeys(reversed(labels), 50), 123_456).sizes
    assert [sizes[label] for label in labels] == [13] * 3456 + [12] * 6544


def test_ordinary_numbers_that_tie_are_told_apart() -> None:
    # 3 * 2**53 + 1 and 3 * 2**53 are one 64-bit number; the larger stratum must go first.
    large = 3 * 2**53
    labels = [f"s{place:04d}" for place in range(1000)]
    sizes = {label: large + place % 2 for place, label in enumerate(labels)}
    result = allocate(sizes, 1500).sizes
    assert all(result[label] == 1 + place % 2 for place, label in enumerate(labels))


def test_measures_too_far_apart_for_ordinary_numbers() -> None:
    squares = [Fraction(10) ** -400, Fraction(1), Fraction(10) ** 400, Fraction(0)]
    strata = strata_of(squares, [1, 1, 1, 1], [400, 400, 400, 400])
    hand_out_freely(strata, 900, np.array([1600]))
    assert strata.taken.tolist() == plain_greedy(squares, [1] * 4, [400] * 4, 900)


def test_more_strata_than_most_computers_see_are_quick_and_exact_at_the_threshold() -> None:
    count, n = 20_000, 150_000
    sizes = {f"s{place:05d}": 2 + (place * 7919) % 997 for place in range(count)}
    result = allocate(sizes, n).sizes
    assert sum(result.values()) == n
    # No audit moved from one stratum to another lowers the sum: the last given is worth at
    # least as much as the next one not given.
    last = min(
        Fraction(sizes[at]) ** 2 / (held * (held - 1)) for at, held in result.items() if held > 1
    )
    following = max(
        Fraction(sizes[at]) ** 2 / (held * (held + 1))
        for at, held in result.items()
        if held < sizes[at]
    )
    assert last >= following
