"""Ratios of observed to expected, drawn towards those of the groups that did not change."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.trends.dispersion import dispersion
from qa_sampling.trends.driver_groups import Group, Tallies
from qa_sampling.trends.driver_tests import Evidence

__all__ = ["ratio_of_the_rest", "shrunken_ratios"]


def ratio_of_the_rest(
    groups: list[Group], facts: Evidence, held: Tallies, named: list[int], of: str
) -> tuple[float, float]:  # fmt: skip
    """Give the logarithm of the ratio outside the named groups, and its variance.

    Parameters
    ----------
    groups : list of Group
        Groups that were looked at, all cases first.
    facts : Evidence
        Families by group.
    held : Tallies
        Counts by cell.
    named : list of int
        Named groups; where they leave nothing, all cases are taken.
    of : {"count", "rate"}
        What is held against the baseline.
    """
    free = np.ones(len(groups[0].cells), dtype=bool)
    for place in named:
        if groups[place].columns:
            free &= ~groups[place].cells
    before, now = held.families[:, free].sum(axis=1)
    then, here = held.at_risk[:, free].sum(axis=1)
    ratio = facts.ratio[0] if of == "count" else here / then if then > 0 else np.nan
    if not (np.isfinite(ratio) and ratio > 0):
        before, now, ratio = facts.before[0], facts.now[0], facts.ratio[0]
    log = float(np.log((now + 0.5) / ((before + 0.5) * ratio)))
    return log, float(facts.spread[0] * (1 / (now + 0.5) + 1 / (before + 0.5)))


def shrunken_ratios(
    groups: list[Group], facts: Evidence, rest: tuple[float, float], level: float
) -> dict[str, np.ndarray]:
    """Draw each ratio towards that of the rest, as far as groups of its kind hardly differ.

    The rest is what is outside the named groups. The logarithm of a ratio is taken as normal around
    that of the rest, with a variance between groups of the same columns by the method of moments (R
    DerSimonian, N Laird 1986). No ratio is drawn by more than one of its standard errors (limited
    translation: B Efron, C Morris 1972, JASA 67, 130-139), for the one group that did change must
    not vanish among many that did not.

    Parameters
    ----------
    groups : list of Group
        Groups that were looked at, all cases first.
    facts : Evidence
        Families by group.
    rest : tuple of float
        Logarithm of the ratio of the rest, and its variance.
    level : float
        Level of the intervals.

    Returns
    -------
    dict
        `ratio`, `shrunken`, `low`, `high`, each (groups,).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = facts.now / (facts.before * facts.ratio)
        logs = np.log((facts.now + 0.5) / ((facts.before + 0.5) * facts.ratio))
    variance = facts.spread * (1 / (facts.now + 0.5) + 1 / (facts.before + 0.5))
    (centre, unsure), around = rest, np.zeros(len(logs))
    kinds = pd.Series([group.columns for group in groups])
    usable = np.isfinite(logs) & (facts.now + facts.before > 0)
    for columns in kinds.unique():
        own = (kinds == columns).to_numpy() & usable
        if columns and own.sum() > 1:
            errors = np.sqrt(variance[own])
            around[own] = dispersion((logs[own] - centre) / errors, errors).tau2
    around[0] = np.inf
    with np.errstate(invalid="ignore"):
        pull = np.where(np.isinf(around), 1.0, around / (around + variance))
        moved = (1 - pull) * (logs - centre)
    most = np.sqrt(variance)
    limited = np.abs(moved) > most
    drawn = logs - np.clip(moved, -most, most)
    error = np.where(limited, most, np.sqrt(pull * variance + (1 - pull) ** 2 * unsure))
    reach = stats.norm.ppf((1 + level) / 2) * error
    return {
        "ratio": np.where(facts.before > 0, ratio, np.nan),
        "shrunken": np.where(usable, np.exp(drawn), np.nan),
        "low": np.where(usable, np.exp(drawn - reach), np.nan),
        "high": np.where(usable, np.exp(drawn + reach), np.nan),
    }
