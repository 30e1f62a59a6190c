"""How far more or fewer children would explain a change, and the rates per 10,000 beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.reporting.dive_tables import whole_of
from qa_sampling.runs.dive.cases import Dive
from qa_sampling.runs.populations import population_of
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.factor_effects import product_effects
from qa_sampling.trends.population_rates import rates_of

PER = 10_000
"""Children that a rate is for."""
_ALL = "All cases of the measure"


@dataclass(frozen=True)
class Estimates:
    """The children that a span of months rests on.

    Attributes
    ----------
    children : float
        Aged 0 to 17, the mean over its months.
    years : tuple of int
        Years in whose middle they were estimated.
    vintages : tuple of str
        Which estimates.
    """

    children: float
    years: tuple[int, ...]
    vintages: tuple[str, ...]


@dataclass(frozen=True)
class PopulationChange:
    """A measure's counts beside the children of the authority. Restricted: small counts.

    Attributes
    ----------
    rates : DataFrame
        One row a count: `what`, `before`, `now` (per :data:`PER` children), `annual` (whether at
        a year's pace, or of a month).
    before, now : Estimates
        What both rest on.
    change : float
        Change of the concerned a month.
    by_children : float
        What of it the change of the number of children does; the rest is the rate's.
    """

    rates: pd.DataFrame
    before: Estimates
    now: Estimates
    change: float
    by_children: float

    @property
    def is_one_estimate(self) -> bool:
        """Whether both rest on the same estimates, so that their change is not known."""
        return self.before == self.now


def population_change(dive: Dive, settings: DeepDive) -> PopulationChange | None:
    """Set the counts of both spans beside the children there were.

    Of a share both its cases and the concerned are counted. A year that ends on 31 March of Y
    rests on the middle of Y - 1, as the Department for Education has it, or on the latest estimate
    before.

    Parameters
    ----------
    dive : Dive
        The readings of everybody, and the months.
    settings : DeepDive
        Declare the population.

    Returns
    -------
    PopulationChange or None
        None where no estimate is declared for these months.
    """
    population = population_of(settings)
    spans = [dive.readings["start"].isin(months) for months in (dive.held, dive.own)]
    if population.empty:
        return None
    rows, counts = [], {}
    for what, count in _counts(dive, settings).items():
        counted = dive.readings.assign(
            kind="count", numerator=count, denominator=np.nan, value=count.astype("float64")
        )
        rates = rates_of(counted, population, annual=dive.measure.adds, per=PER)
        held = [rates[span & rates["numerator"].notna()] for span in spans]
        if any(one.empty or one["population"].isna().any() for one in held):
            return None
        shares = [float(one["numerator"].sum() / one["denominator"].sum() * PER) for one in held]
        rows.append((what, *shares, dive.measure.adds))
        counts[what] = [float(one["numerator"].mean()) for one in held]
    before, now = (_estimates(one) for one in held)
    then, later = counts[dive.measure.title]
    parts = product_effects(
        *(np.array([one.children, a_month / one.children])
          for one, a_month in ((before, then), (now, later)))
    )  # fmt: skip
    return PopulationChange(
        rates=pd.DataFrame(rows, columns=["what", "before", "now", "annual"]),
        before=before, now=now, change=later - then, by_children=float(parts[0]),
    )  # fmt: skip


def _counts(dive: Dive, settings: DeepDive) -> dict[str, pd.Series]:
    """Give what is counted each month, by what it is called; the concerned are the last."""
    held = dive.readings
    if not dive.is_share:
        return {dive.measure.title: held["numerator"]}
    cases = held["denominator"].astype("Int64")
    concerned = held["numerator"] if settings.looks_at_met else cases - held["numerator"]
    whole = whole_of(dive.measure)
    return {whole.title if whole else _ALL: cases, dive.measure.title: concerned}


def _estimates(rates: pd.DataFrame) -> Estimates:
    return Estimates(
        float(rates["population"].mean()),
        tuple(sorted({int(one) for one in rates["population_year"]})),
        tuple(dict.fromkeys(rates["vintage"])),
    )
