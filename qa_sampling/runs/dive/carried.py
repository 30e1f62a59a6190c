"""What the change is made of, who carries it, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.runs.dive.cases import OUTCOME, Dive, of_unit, unit_words
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.binary_model import BinaryModel, explain_outcome
from qa_sampling.trends.day_groups import find_day_groups
from qa_sampling.trends.decomposition import Change, decompose
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.drivers import find_drivers
from qa_sampling.trends.measure_rules import Earlier
from qa_sampling.trends.measured import EVERYBODY

ELSEWHERE = "Elsewhere"
BEFORE = {"since_referral", "since_closure", "closure_reason", "closed_by", "worker"}
"""Factors that are blank for a child who was never known before."""
_DRAWS = 300
_TOGETHER = 2
"""Factors taken apart together: with more, most cases are alone in their cell."""


@dataclass(frozen=True)
class Apart:
    """A change taken apart. Restricted: it holds small groups.

    Attributes
    ----------
    together : Change
        By the first two factors together.
    each : dict of str to Change
        By each factor alone.
    per : str
        What its figures are of: "a month", or "on the day".
    """

    together: Change
    each: dict[str, Change]
    per: str = "a month"

    @property
    def table(self) -> pd.DataFrame:
        """Give for each factor alone what its mix did: `factor`, `mix`, `low`, `high`."""
        rows = []
        for name, one in self.each.items():
            part = one.parts[one.parts["kind"] == "mix"].iloc[0]
            rows.append((name, part["contribution"], part["low"], part["high"]))
        return pd.DataFrame(rows, columns=["factor", "mix", "low", "high"])


def take_apart(dive: Dive, settings: DeepDive) -> Apart | None:
    """Take the change of the concerned a month into volume, rate and mix; None of one day alone.

    Parameters
    ----------
    dive : Dive
        The cases.
    settings : DeepDive
        Name the factors.
    """
    if dive.kind == "list":
        return None
    asked = {"outcome": OUTCOME, "of": dive.of, "periods": dive.months, "draws": _DRAWS}
    both = (dive.before, dive.now)
    first = list(dive.factors[:_TOGETHER])
    together = decompose(*both, factors=first, seed=f"{settings.slug} together", **asked)
    each = {
        name: decompose(*both, factors=name, seed=f"{settings.slug} {name}", **asked)
        for name in dive.factors
    }
    return Apart(together, each, dive.per)


def monthly_scatter(dive: Dive) -> float:
    """Give the variance of families a month before these, over what chance would make it.

    Parameters
    ----------
    dive : Dive
        The cases and readings.

    Returns
    -------
    float
        At least 1; 1 where fewer than 12 months are known, and of a measure of a day.
    """
    if dive.kind != "period" or dive.of == "rate":
        return 1.0
    held = dive.readings[dive.readings["mature"] & (dive.readings["start"] < dive.days[0])]
    known = held["families"] if held["families"].notna().all() else held["children"]
    counts = known.astype("float64").to_numpy()
    if len(counts) < 12 or counts.mean() == 0:
        return 1.0
    slope = np.polyfit(np.arange(len(counts)), counts, 1)
    left = counts - np.polyval(slope, np.arange(len(counts)))
    return float(max(1.0, (left**2).sum() / (len(counts) - 2) / counts.mean()))


def who_carries(dive: Dive, settings: DeepDive) -> dict[str, Drivers]:
    """Find who carries it among everybody, and within the unit where one was named.

    Parameters
    ----------
    dive : Dive
        The cases.
    settings : DeepDive
        Name the groups, the direction and the unit.

    Returns
    -------
    dict of str to Drivers
        "All", and the unit where it has cases in both.
    """
    if dive.kind == "list":
        return _who_of_a_day(dive, settings)
    asked = {
        "outcome": OUTCOME, "of": dive.of, "periods": dive.months, "direction": settings.direction,
        "false_discovery": settings.false_discovery_rate, "spread": monthly_scatter(dive),
    }  # fmt: skip
    groups = list(dive.factors)
    found = {EVERYBODY: find_drivers(dive.before, dive.now, groups=groups, **asked)}
    if settings.is_of_unit:
        parts = [of_unit(one, settings) for one in (dive.before, dive.now)]
        within = [name for name in groups if name != settings.unit_kind]
        if within and all(len(one) for one in parts):
            found[unit_words(settings)] = find_drivers(*parts, groups=within, **asked)
    return found


def _who_of_a_day(dive: Dive, settings: DeepDive) -> dict[str, Drivers]:
    """Hold each group against the others of the day."""
    asked = {"outcome": OUTCOME, "false_discovery": settings.false_discovery_rate}
    found = {EVERYBODY: find_day_groups(dive.now, groups=list(dive.factors), **asked)}
    if settings.is_of_unit:
        own = of_unit(dive.now, settings)
        within = [name for name in dive.factors if name != settings.unit_kind]
        if within and own[OUTCOME].nunique() > 1:
            found[unit_words(settings)] = find_day_groups(own, groups=within, **asked)
    return found


def in_groups(cases: pd.DataFrame, found: Drivers) -> pd.Series:
    """Give each case the narrowest named group it is in, or "Elsewhere".

    Parameters
    ----------
    cases : DataFrame
        The cases.
    found : Drivers
        The named groups.
    """
    named = pd.Series(ELSEWHERE, index=cases.index, dtype="object")
    rows = sorted(found.named.itertuples(), key=lambda row: len(row.columns))
    for row in rows:
        named[members(cases, row)] = row.group
    return named


def members(cases: pd.DataFrame, group: Any) -> pd.Series:  # noqa: ANN401 - a row of a table
    """Give which cases a named group holds.

    Parameters
    ----------
    cases : DataFrame
        The cases.
    group
        A row of ``Drivers.named``: `columns` and `values`.
    """
    inside = pd.Series(data=True, index=cases.index)
    for column, value in zip(group.columns, group.values, strict=True):
        inside &= cases[column].astype("object").astype("str") == value
    return inside


def explained(dive: Dive, settings: DeepDive) -> BinaryModel | str:
    """Say what goes with it among the cases of these months; why not, where that cannot be said.

    What went before is left out where it is what the measure asks for: a child without an earlier
    case cannot come again. Where the factors cannot be told apart, the last named are left out.

    Parameters
    ----------
    dive : Dive
        The cases.
    settings : DeepDive
        Name the factors.
    """
    if not dive.is_share:
        return "A count has no cases without it, so nothing can be said of what goes with it."
    known = set(dive.factors) - (BEFORE if isinstance(dive.measure.rule, Earlier) else set())
    columns = [one for one in dive.factors if one in known and dive.now[one].nunique() > 1]
    why = "All cases are alike in every factor, so nothing goes with it more than anything else."
    while columns:
        try:
            return explain_outcome(dive.now, outcome=OUTCOME, columns=columns, least=15)
        except TrendError as error:
            why = str(error)
            columns = columns[:-1]
    return why
