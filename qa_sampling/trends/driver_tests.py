"""How surprising a group's events are, and how groups that are named explain the others.

Events of families then and now are taken as Poisson in each group. Given their total, those now
are binomial, with the ratio of exposures as odds (J Przyborowski, H Wilenski 1940, Biometrika 31,
313-323): exact however few they are, and the baseline's own error is in it. Counts in fractions,
and a spread other than Poisson's, go through the continuous form of the tail (an incomplete beta
function of counts divided by the spread).

What is expected of the cells of a named group is multiplied until its total is met (iterative
proportional fitting: W E Deming, F F Stephan 1940), so that a group is only surprising for what
the named ones leave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qa_sampling.trends.driver_groups import Tallies

__all__ = ["Evidence", "evidence", "multipliers", "tail"]


@dataclass(frozen=True)
class Evidence:
    """What each group holds; arrays over groups.

    Attributes
    ----------
    before, now : array
        Families with the event.
    ratio : array
        How many are expected now for one then, if nothing changed.
    spread : array
        Variance of families over Poisson's.
    expected : array, (cells,)
        Families expected now in each cell, never 0: smoothed. It only says how what a named group
        explains spreads over its cells.
    """

    before: np.ndarray
    now: np.ndarray
    ratio: np.ndarray
    spread: np.ndarray
    expected: np.ndarray


def evidence(
    held: Tallies, members: np.ndarray, *, of_cases: bool, periods: tuple[float, float],
    spread: float,
) -> Evidence:  # fmt: skip
    """Bring the counts of all groups together.

    Parameters
    ----------
    held : Tallies
        Counts by cell.
    members : array, (cells, groups)
        Which cells are in which group.
    of_cases : bool
        Whether the event is a share of cases.
    periods : tuple of float
        Lengths of then and now, for events counted by themselves.
    spread : float
        Variance of families over Poisson's (or over the binomial's), from the measure's chart.
    """
    before, now = held.families @ members
    then, here = held.at_risk @ members
    if not of_cases:
        ratio = np.full(len(now), periods[1] / periods[0])
        expected = ratio[0] * _smoothed(held)
        return Evidence(before, now, ratio, np.full(len(now), spread), expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = here / then
        rate = np.clip((before + now) / (then + here), 0.0, 0.95)
    level = (held.families[0].sum() + 0.5) / (held.at_risk[0].sum() + 1)
    expected = held.at_risk[1] * (held.families[0] + level) / (held.at_risk[0] + 1)
    return Evidence(before, now, ratio, spread * (1 - rate), np.maximum(expected, 1e-9))


def _smoothed(held: Tallies) -> np.ndarray:
    """Give families then by cell: half as they fell, half as all cases do, and never 0.

    All cases count as they fell, and as they would were the columns independent, in equal parts.
    """
    own, whole = held.families[0], held.at_risk[0].sum()
    joint = held.at_risk[0] / whole if whole > 0 else held.independent
    spread = (joint + held.independent) / 2
    return (own + own.sum() * spread) / 2 + 0.5 * spread


def tail(found: Evidence, more_by: np.ndarray, *, more: bool) -> np.ndarray:
    """Give the chance of as many (or as few) families now, given how many there are in all.

    Parameters
    ----------
    found : Evidence
        The counts.
    more_by : array, (groups,)
        What the named groups multiply the expectation of each group by.
    more : bool
        Whether more than expected is looked for; otherwise fewer.

    Returns
    -------
    array, (groups,)
        Chances; 1 where nothing can be told, such as in a group without cases in a period.
    """
    odds = found.ratio * more_by
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = np.where(np.isinf(odds), 1.0, odds / (1 + odds))
    now, before = found.now / found.spread, found.before / found.spread
    with np.errstate(invalid="ignore"):
        if more:
            p = np.where(now > 0, special.betainc(np.maximum(now, 1e-12), before + 1, chance), 1.0)
        else:
            p = np.where(
                before > 0, special.betaincc(now + 1, np.maximum(before, 1e-12), chance), 1.0
            )
    usable = np.isfinite(found.ratio) & (found.ratio > 0)
    return np.where(usable & np.isfinite(p), p, 1.0)


def multipliers(found: Evidence, members: np.ndarray, named: list[int]) -> np.ndarray:
    """Give what the named groups multiply the expectation of every group by.

    Cells are fitted so that each named group is expected to hold what it holds; a group is raised
    by what that adds in its own cells.

    Parameters
    ----------
    found : Evidence
        The counts.
    members : array, (cells, groups)
        Which cells are in which group.
    named : list of int
        Named groups.
    """
    start = found.expected @ members
    with np.errstate(invalid="ignore"):
        base = found.before * found.ratio
    base = np.where(np.isfinite(base) & (base > 0), base, np.maximum(start, 1e-9))
    wanted = np.maximum(start + found.now - base, 0.05 * start)
    cells = found.expected.copy()
    for _ in range(200):
        most = 0.0
        for place in named:
            inside = members[:, place] > 0
            step = wanted[place] / cells[inside].sum()
            cells[inside] *= step
            most = max(most, abs(step - 1))
        if most < 1e-10:
            break
    return np.maximum(1 + (cells @ members - start) / base, 1e-9)
