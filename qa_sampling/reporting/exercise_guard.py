"""What auditors who know their own grades, and a friend's, could tell of the others from counts.

An exercise is read by those it counts. A count of auditors is shown when, without any two of
them, enough others are left in it; so the unit is the auditor, not the grade: whoever graded
several cases counts once a standard, by the grade furthest away. Where all auditors, or all but
a few, fall on one side, the row is hidden whole. The total of all standards is shown when no two
auditors can work out a hidden row from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

PAIR = 2
"""Auditors who know of each other's grades: oneself and a friend."""


@dataclass(frozen=True)
class Answers:
    """How far auditors are away, each once a standard.

    Attributes
    ----------
    steps : DataFrame
        One row an auditor and one column a standard: 0, 1, or 2 for two or more grades; missing
        where nothing was graded.
    """

    steps: pd.DataFrame

    @property
    def counts(self) -> pd.DataFrame:
        """One row a standard: auditors at 0, 1 and 2 steps, `apart` (1 or 2), `n`."""
        found = pd.DataFrame({step: (self.steps == step).sum() for step in (0, 1, 2)})
        return found.assign(apart=found[1] + found[2], n=self.steps.notna().sum())


def answers_of(grades: pd.DataFrame, *, fewest: int) -> Answers:
    """Count each auditor once a standard, by the grade furthest from what it is held against.

    Parameters
    ----------
    grades : DataFrame
        ``Exercise.grades``: `standard`, `auditor`, `gap`.
    fewest : int
        Auditors; standards that fewer graded are left out.
    """
    far = grades.assign(step=grades["gap"].abs().clip(upper=2).astype(int))
    table = far.groupby(["auditor", "standard"])["step"].max().unstack("standard")
    return Answers(table.loc[:, table.notna().sum() >= fewest])


def side_is_shown(counts: pd.DataFrame, smallest: int) -> pd.Series:
    """Say of which standards it may be shown how many are away: enough on either side.

    Parameters
    ----------
    counts : DataFrame
        ``Answers.counts``.
    smallest : int
        Smallest count of auditors shown.
    """
    return counts[[0, "apart"]].min(axis=1) >= smallest


def steps_are_shown(counts: pd.DataFrame, smallest: int) -> pd.Series:
    """Say of which standards it may be shown how far: where the side is, and no step is small.

    Parameters
    ----------
    counts, smallest
        As for :func:`side_is_shown`.
    """
    small = counts[[1, 2]].gt(0) & counts[[1, 2]].lt(smallest)
    return side_is_shown(counts, smallest) & ~small.any(axis=1)


def total_is_safe(answers: Answers, smallest: int) -> bool:
    """Say whether totals over standards may be shown beside the rows that are shown.

    Each side must be made by enough auditors; without any two none may hold more than half of
    what is left; and no two, who know these rules too, may tell of a hidden row that fewer than
    `smallest` less two of the others are on a side.

    Parameters
    ----------
    answers : Answers
        All standards of the table.
    smallest : int
        Smallest count of auditors shown.
    """
    away = (answers.steps > 0).to_numpy()
    same = (answers.steps == 0).to_numpy()
    for side in (away, same):
        if (side.any(axis=1)).sum() < smallest or _one_holds_most(side.sum(axis=1)):
            return False
    hidden = ~side_is_shown(answers.counts, smallest).to_numpy()
    left = smallest - PAIR
    return all(
        high >= left and others - low >= left
        for told in _told(away[:, hidden], same[:, hidden], smallest)
        for low, high, others in told
    )


def _one_holds_most(given: np.ndarray) -> bool:
    """Say whether two auditors can be left with a rest of which one other holds more than half."""
    for pair in combinations(range(len(given)), PAIR):
        rest = np.delete(given, pair)
        if rest.sum() and 2 * rest.max() > rest.sum():
            return True
    return False


def _told(
    away: np.ndarray, same: np.ndarray, smallest: int
) -> Iterator[list[tuple[int, int, int]]]:
    """Give, for every two auditors, how many of the others can be away on each hidden standard.

    They know their own, how many graded each standard, the sum over the hidden ones, and that a
    hidden one has fewer than `smallest` on one side: least, most, and how many others there are.
    """
    graded = (away | same).sum(axis=0)
    for pair in combinations(range(len(away)), PAIR):
        own, alike = (side[list(pair)].sum(axis=0) for side in (away, same))
        possible = []
        for n, mine, theirs in zip(graded, own, alike, strict=True):
            number = np.arange(n + 1)
            fits = (number >= mine) & (number <= n - theirs)
            possible.append(fits & ((number < smallest) | (number > n - smallest)))
        ends = _ends(possible, int(away.sum()))
        others = graded - own - alike
        yield [
            (int(low - mine), int(high - mine), int(rest))
            for (low, high), mine, rest in zip(ends, own, others, strict=True)
        ]


def _ends(possible: list[np.ndarray], total: int) -> list[tuple[int, int]]:
    """Give the least and the greatest of each number, of which the sum is known.

    Parameters
    ----------
    possible : list of array of bool
        Which values each number may have, from 0.
    total : int
        Their sum.
    """
    before, after = [np.ones(1, dtype=bool)], [np.ones(1, dtype=bool)]
    for one in possible:
        before.append(np.convolve(before[-1], one) > 0)
    for one in reversed(possible):
        after.append(np.convolve(after[-1], one) > 0)
    found = []
    for place, one in enumerate(possible):
        rest = np.convolve(before[place], after[len(possible) - place - 1]) > 0
        values = np.flatnonzero(one)
        needed = total - values
        fits = (needed >= 0) & (needed < len(rest))
        fits[fits] = rest[needed[fits]]
        found.append((int(values[fits].min()), int(values[fits].max())))
    return found
