"""Who is concerned on one day: the groups that hold more of the concerned than their share.

Where only one day is known there is nothing to hold a group against but the others of that day. So
each group's families concerned are held against those outside it: given how many there are in all,
those in the group are binomial with its share of the families, the variance drawn down by the share
that is concerned at all, as it is when families are drawn without replacement. Naming goes on as in
:mod:`qa_sampling.trends.drivers`: one group after another, by the false discovery rate (Y Benjamini
and Y Hochberg 1995, JRSS B 57, 289-300), until none is surprising beside those named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.dive_cases import read_cases
from qa_sampling.trends.driver_groups import Tallies, groups_of, membership, tallies
from qa_sampling.trends.driver_results import Drivers, drivers_of
from qa_sampling.trends.driver_tests import Evidence
from qa_sampling.trends.drivers import Search

__all__ = ["find_day_groups"]

_ROUNDING = 1e-9
"""Fewer families than this are none: families in parts do not add up exactly."""


def find_day_groups(
    cases: pd.DataFrame,
    *,
    outcome: str,
    groups: Sequence[str],
    pairs: bool = True,
    cluster: str | None = "family_id",
    false_discovery: float = 0.05,
    most: int = 8,
    level: float = 0.95,
) -> Drivers:
    """Find the groups that hold more of those concerned than their share of all cases.

    Parameters
    ----------
    cases : DataFrame
        One row a case of the day.
    outcome : str
        Column of 0 and 1: whether it is concerned.
    groups : sequence of str
        One to five columns whose values, and pairs of values, are looked at.
    pairs : bool
        Whether pairs are looked at.
    cluster : str or None
        Column of families; None when each case stands alone.
    false_discovery : float
        Expected share of named groups that are innocent, at most.
    most : int
        Most groups to name.
    level : float
        Level of the intervals.

    Returns
    -------
    Drivers
        `of` is "share"; what is expected of a group is the share of all times its cases, so that
        all cases have no excess, and `share` is missing.

    Raises
    ------
    TrendError
        When a column is missing, an outcome is not 0 or 1, or none or all are concerned.
    """
    held = read_cases(cases, cases, outcome=outcome, factors=tuple(groups), cluster=cluster)
    if not np.isin(held.outcome, (0, 1)).all():
        raise TrendError(f"`{outcome}` must be 0 or 1 in every case, to be counted by families.")
    if not 0 < held.outcome.sum() < len(held.outcome):
        raise TrendError(f"`{outcome}` is the same in every case, so no group stands out by it.")
    found = groups_of(held, pairs=pairs)
    members = membership(found)
    counts = _against_all(tallies(held, of_cases=True))
    facts, furthest = _evidence(counts, members)
    search = Search(facts, members, found, more=True, rate=false_discovery,
                    correction="positive", furthest=furthest)  # fmt: skip
    named = search.run(most)
    return drivers_of(
        found, members, counts, facts, search, named, of="share", periods=(1, 1), direction="more",
        false_discovery=false_discovery, level=level, families=int(held.families.max()) + 1,
    )  # fmt: skip


def _against_all(held: Tallies) -> Tallies:
    """Give in the place of a time before the cases as they are, concerned as all of them are."""
    share = held.events[1].sum() / held.cases[1].sum()
    families = held.families[1].sum() / held.at_risk[1].sum()
    return replace(
        held,
        events=np.stack([share * held.cases[1], held.events[1]]),
        families=np.stack([families * held.at_risk[1], held.families[1]]),
    )


def _evidence(held: Tallies, members: np.ndarray) -> tuple[Evidence, Evidence]:
    """Give each group's families concerned beside those outside it; and as far as they can go."""
    now, here = held.families[1] @ members, held.at_risk[1] @ members
    whole, risk = held.families[1].sum(), held.at_risk[1].sum()
    outside = np.maximum(risk - here, 0.0)
    is_part = outside > _ROUNDING
    ratio = np.where(is_part, here / np.maximum(outside, _ROUNDING), np.inf)
    spread = np.full(len(now), 1 - whole / risk)
    expected = np.maximum(held.families[0], 1e-9)
    most = np.minimum(whole, here)
    return (
        Evidence(np.where(is_part, whole - now, 0.0), now, ratio, spread, expected),
        Evidence(np.where(is_part, whole - most, 0.0), most, ratio, spread, expected),
    )
