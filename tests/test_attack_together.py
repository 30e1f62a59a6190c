"""Many hidden counts attacked at once: the same is found as one by one, with less work."""

import numpy as np
import pandas as pd
import pytest

from qa_sampling.reporting import attack, knowledge
from qa_sampling.reporting.attack import given_away, intervals
from qa_sampling.reporting.disclosure import request_of
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
