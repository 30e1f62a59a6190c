"""Many hidden counts attacked at once: the same is found as one by one, with less work."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from tiers import repeats

from qa_sampling.reporting import attack, knowledge
from qa_sampling.reporting.attack import given_away, intervals
from qa_sampling.reporting.disclosure import request_of
from qa_sampling.reporting.knowledge import System, read_tables
from qa_sampling.reporting.table_grid import print_table, with_totals

THRESHOLD = 5


def carelessly_printed(seed: int, sizes: tuple[int, int], mean: float):
    """Print a table that hides small counts and nothing beside them; some can be worked out."""
    counts = np.random.default_rng(seed).poisson(mean, sizes)
    rows = [
        {"team": f"T{down:02}", "status": f"S{across:02}", "cases": int(count)}
        for (down, across), count in np.ndenumerate(counts)
    ]
    request = request_of(pd.DataFrame(rows), by=["team", "status"], counts=["cases"])
    grid = with_totals(request)
    values = zip(grid.places, grid.values["cases"], strict=True)
    hidden = {("cases", place): 0 < value < THRESHOLD for place, value in values}
    return print_table(request, grid, hidden)


@pytest.mark.parametrize(("seed", "mean"), [(3, 7.0), (4, 7.0), (5, 8.0), (6, 6.0)])
def test_what_is_found_is_what_the_exact_bounds_say(seed, mean, monkeypatch) -> None:
    table = carelessly_printed(seed, (12, 8), mean)
    told = {
        key
        for key, (low, high) in intervals((table,)).items()
        if not (high >= THRESHOLD and high - low >= THRESHOLD - 1) and high != 0
    }
    assert told
    for few in (0, 10**6):
        monkeypatch.setattr(attack, "_FEW", few)
        assert given_away((table,), None, threshold=THRESHOLD) == told


def test_together_takes_a_third_of_the_work(monkeypatch) -> None:
    table = carelessly_printed(3, (40, 25), 0.7)
    assert table.hidden > 500
    solved = []
    kept = knowledge.fitting
    monkeypatch.setattr(
        knowledge, "fitting", lambda *given, **more: solved.append(1) or kept(*given, **more)
    )
    found = given_away((table,), None, threshold=THRESHOLD)
    together = len(solved)
    monkeypatch.setattr(attack, "_FEW", 10**6)
    assert given_away((table,), None, threshold=THRESHOLD) == found
    assert 3 * together <= len(solved) - together


def without_narrowing(monkeypatch, tables, **asked):
    with monkeypatch.context() as patch:
        patch.setattr(knowledge, "_narrowed", lambda low, high, *_: (low, high))
        return intervals(tables), given_away(tables, None, **asked)


@pytest.mark.parametrize("seed", range(repeats(4, 40)))
def test_bounds_that_are_narrowed_first_leave_the_same_to_be_found(seed, monkeypatch) -> None:
    table = carelessly_printed(seed, (7, 5), 4.0)
    spans, told = without_narrowing(monkeypatch, (table,), threshold=THRESHOLD)
    assert intervals((table,)) == spans
    assert given_away((table,), None, threshold=THRESHOLD) == told
    system = System(read_tables((table,)))
    cells = read_tables((table,)).index
    for key, (low, high) in spans.items():
        if key in cells:
            assert system.low[cells[key]] <= low
            assert high <= system.high[cells[key]]


def test_no_whole_numbers_that_fit_are_lost_when_bounds_are_narrowed() -> None:
    """By trial: all whole numbers within the bounds, and those of them that fit."""
    random = np.random.default_rng(11)
    narrower = 0
    for _ in range(repeats(60, 600)):
        matrix = random.choice([-2, -1, 0, 1, 3], (3, 4)).astype(float)
        truth = random.integers(0, 5, 4)
        middle = matrix @ truth
        limits = np.stack([middle - random.choice([0, 1.5, np.inf], 3), middle + 0.5], axis=1)
        low, high = np.zeros(4), np.full(4, 5.0)
        tried = np.array(list(product(range(6), repeat=4)))
        sums = tried @ matrix.T
        fits = tried[((sums >= limits[:, 0]) & (sums <= limits[:, 1])).all(axis=1)]
        least, most = knowledge._narrowed(low, high, csr_array(matrix), limits)
        assert (least <= fits.min(axis=0)).all()
        assert (fits.max(axis=0) <= most).all()
        narrower += int((most - least < high - low).sum())
    assert narrower > 60


def test_what_was_not_added_between_two_totals_is_known_without_solving() -> None:
    """Two rows and their total, all printed but one row: it follows, and so does each part."""
    terms = [{0: 1.0, 1: 1.0, 2: -1.0}, {3: 1.0, 4: 1.0, 1: -1.0}]
    matrix = knowledge._matrix(terms, 5)
    low, high = np.array([7.0, 0, 7, 0, 0]), np.array([7.0, 99, 7, 99, 99])
    least, most = knowledge._narrowed(low, high, matrix, np.zeros((2, 2)))
    assert least.tolist() == most.tolist() == [7, 0, 7, 0, 0]
    crossed = knowledge._narrowed(low + np.eye(5)[1], high, matrix, np.zeros((2, 2)))
    assert (crossed[0] > crossed[1]).any()
