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
from qa_sampling.trends.population_rates import rates_of, wanted_years

PER = 10_000
"""Children that a rate is for."""
GROWTHS = 5
"""Years of growth that say between what the children may grow on."""
_YEAR = 365.25
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
class Carried:
    """The children there would be, were they to go on growing as they did: an assumption.

    Attributes
    ----------
    growth, low, high : float
        A year: between the latest two estimates, and the least and most between any two that
        follow each other of the latest :data:`GROWTHS`; 0.01 for 1% more.
    growths : int
        How many those are.
    before, now : float
        Children in both spans, by `growth`.
    by_children : tuple of float
        What of the change a month their number would do: by `growth`, and from `low` to `high`
        the least and the most.
    is_revised : bool
        Whether the estimates are of several vintages, so that growth may be a revision.
    """

    growth: float
    low: float
    high: float
    growths: int
    before: float
    now: float
    by_children: tuple[float, float, float]
    is_revised: bool


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
    months_old : int
        Months from the middle of the latest estimate's year to the last month looked at.
    is_late : bool
        Whether the latest estimate is of an earlier year than some month should rest on.
    carried : Carried or None
        The latest estimate carried forward, where it is late; None where nobody knows how the
        children grew.
    per : str
        What counts are of: "a month", or "on the day".
    """

    rates: pd.DataFrame
    before: Estimates
    now: Estimates
    change: float
    by_children: float
    months_old: int
    is_late: bool
    carried: Carried | None
    per: str = "a month"

    @property
    def is_one_estimate(self) -> bool:
        """Whether both rest on the same estimates, so that their change is not known."""
        return self.before == self.now


def population_change(dive: Dive, settings: DeepDive) -> PopulationChange | None:
    """Set the counts of both spans beside the children there were.

    Of a share both its cases and the concerned are counted. A year that ends on 31 March of Y
    rests on the middle of Y - 1, as the Department for Education has it, or on the latest estimate
    before. Estimates come out a year late: where that of the latest month is not there yet, the
    latest is carried forward too, month by month.

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
    then, later = counts[dive.called]
    wanted = max(int(wanted_years(one).max()) for one in held)
    known, last = population[population["year"] <= wanted], dive.own.max()
    latest = int(known["year"].max())
    return PopulationChange(
        rates=pd.DataFrame(rows, columns=["what", "before", "now", "annual"]),
        before=before, now=now, change=later - then,
        by_children=_by_children(before.children, now.children, then, later),
        months_old=12 * (last.year - latest) + last.month - 6,
        is_late=latest < wanted,
        carried=_carried(known, held, then, later) if latest < wanted else None, per=dive.per,
    )  # fmt: skip


def _by_children(before: float, now: float, then: float, later: float) -> float:
    """Give what the number of children does to a change a month: Kitagawa's part of it."""
    ends = ((before, then), (now, later))
    parts = product_effects(*(np.array([one, a_month / one]) for one, a_month in ends))
    return float(parts[0])


def _carried(
    known: pd.DataFrame, held: list[pd.DataFrame], then: float, later: float
) -> Carried | None:
    """Carry the latest estimate forward by how the children grew; None with one estimate alone."""
    recent = known.sort_values("year").tail(GROWTHS + 1)
    years = recent["year"].astype("float64").to_numpy()
    children = recent["population"].to_numpy(dtype="float64")
    if len(recent) < 2:
        return None
    growths = (children[1:] / children[:-1]) ** (1 / np.diff(years)) - 1
    ends = []
    for growth in (growths[-1], growths.min(), growths.max()):
        spans = [
            float((one["population"] * (1 + growth) ** _years_since(one, years[-1])).mean())
            for one in held
        ]  # fmt: skip
        ends.append((*spans, _by_children(*spans, then, later)))
    (before, now, by_last), (_, _, by_low), (_, _, by_high) = ends
    return Carried(
        growth=float(growths[-1]), low=float(growths.min()), high=float(growths.max()),
        growths=len(growths), before=before, now=now,
        by_children=(by_last, min(by_low, by_high), max(by_low, by_high)),
        is_revised=recent["vintage"].nunique() > 1,
    )  # fmt: skip


def _years_since(rates: pd.DataFrame, year: float) -> pd.Series:
    """Give the years from the middle of a year to the middle of each month; 0 before it."""
    middle = rates["start"] + pd.to_timedelta(rates["days"].astype("float64") / 2, unit="D")
    return ((middle - pd.Timestamp(int(year), 7, 1)).dt.days / _YEAR).clip(lower=0)


def _counts(dive: Dive, settings: DeepDive) -> dict[str, pd.Series]:
    """Give what is counted each month, by what it is called; the concerned are the last."""
    held = dive.readings
    if not dive.is_share:
        return {dive.measure.title: held["numerator"]}
    cases = held["denominator"].astype("Int64")
    concerned = held["numerator"] if settings.looks_at_met else cases - held["numerator"]
    whole = whole_of(dive.measure)
    return {whole.title if whole else _ALL: cases, dive.called: concerned}


def _estimates(rates: pd.DataFrame) -> Estimates:
    return Estimates(
        float(rates["population"].mean()),
        tuple(sorted({int(one) for one in rates["population_year"]})),
        tuple(dict.fromkeys(rates["vintage"])),
    )
