"""Rates, rolling years and audit grades as the restricted page of outcomes shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from qa_sampling.reporting.dates import period_in_words
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.reporting.outcome_tables import quarter_words
from qa_sampling.reporting.plot_captions import said
from qa_sampling.results import IntervalList, Sparklines
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.showing import sparklines_of

_DASH = "–"
_MONTHS = 12
RATE_HEADS = ["Measure", "Month", "Per 10,000", "Usual", "Stays within", "Count", "Children"]
ROLLED_HEADS = ["Measure", "Twelve months to", "Figure", "A year before", "From"]
GRADED_HEADS = ["Of", "Quarter", "Good or better", "Interval", "Audits", "Open cases"]
MONTH_HEADS = ["Month", "Good or better", "Interval", "Audits", "As precise as", "State"]


class Graded(Protocol):
    """A row of ``runs.graded.GRADED``."""

    value: float
    low: float
    high: float
    waiting: int
    mature: bool


def rates_view(charts: Mapping[str, Chart], rates: pd.DataFrame) -> pd.DataFrame:
    """Give every rate at its latest settled month, with the count and the children below it.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of rates of everybody, by measure.
    rates : DataFrame
        ``population_rates.RATES`` of everybody.
    """
    settled = rates[rates["mature"] & rates["value"].notna()]
    latest = settled.groupby("measure", sort=False).tail(1)
    rows = []
    for row in latest.itertuples():
        drawn = charts.get(row.measure)
        lines = (_DASH, "on the day") if drawn is None else _lines_of(drawn)
        rows.append((
            MEASURES[row.measure].title, f"{row.start:%b %Y}", said(row.value, "rate"), *lines,
            f"{row.numerator:,}", f"{row.population:,.0f} (mid-{row.population_year})",
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=RATE_HEADS)


def rates_tables(charts: Mapping[str, Chart], rates: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the table of rates by its title; none where there is no rate to put in it.

    Parameters
    ----------
    charts, rates
        As for :func:`rates_view`.
    """
    table = rates_view(charts, rates)
    return {"Rates at their latest month": table} if len(table) else {}


def rate_lines(charts: Mapping[str, Chart], *, scope: str) -> tuple[Sparklines, ...]:
    """Give the rates as lines with their latest signal; none without a population.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of rates of everybody, by measure.
    scope : str
        The months in words.
    """
    words = "Per 10,000 children at the pace of a year, by month"
    return (sparklines_of(list(charts.values()), measure=words, scope=scope),) if charts else ()


def _lines_of(drawn: Chart) -> tuple[str, str]:
    row = drawn.table.iloc[drawn.latest]
    usual = said(float(row["centre"]), "rate") if pd.notna(row["centre"]) else _DASH
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return usual, _DASH
    return usual, f"{said(float(row['low']), 'rate')} to {said(float(row['high']), 'rate')}"


def estimates_words(rates: pd.DataFrame) -> str:
    """Say which estimates of the population the rates rest on, or that there is none.

    Parameters
    ----------
    rates : DataFrame
        ``population_rates.RATES``.
    """
    held = rates[rates["population_year"].notna()]
    used = held[["population_year", "population", "vintage"]].drop_duplicates()
    parts = [
        f"mid-{row.population_year} {row.population:,.0f} ({row.vintage})"
        for row in used.sort_values("population_year").itertuples()
    ]
    if not parts:
        return "No `population` is given, so there are counts and no rates."
    return (
        f"Children aged 0 to 17: {'; '.join(parts)}. A year to March is divided by the middle of "
        "the year before, as the Department for Education does; where that is not out yet, by the "
        "latest before it. What begins or ends in a month is shown at the pace of a year, as the "
        "published figure is of a year; what is counted on a day is of that day."
    )


def rolled_view(years: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Give the latest twelve months of each measure beside the twelve before.

    Parameters
    ----------
    years : DataFrame
        ``rolling.ROLLING`` of everybody.
    rates : DataFrame
        The counts of these as rates; empty without a population.
    """
    shown = _shown(years, rates)
    rows = []
    for name, one in shown.groupby("measure", sort=False):
        settled = one[one["mature"] & one["value"].notna()].set_index("end")
        if settled.empty:
            continue
        end = settled.index[-1]
        before = settled.reindex([end - pd.DateOffset(years=1) + pd.offsets.MonthEnd(0)])
        row, unit = settled.loc[end], _unit(settled["kind"].iloc[-1])
        figure = said(float(row["value"]), unit)
        per = " per 10,000" if unit == "rate" else ""
        earlier = before["value"].iloc[0]
        out_of = f"{row['numerator']:,}" + (
            f" of {row['denominator']:,.0f}" if unit == "share" else ""
        )
        rows.append((
            MEASURES[name].title, f"{end:%b %Y}", f"{figure}{per}",
            f"{said(float(earlier), unit)}{per}" if pd.notna(earlier) else _DASH, out_of,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=ROLLED_HEADS)


def rolled_lines(years: pd.DataFrame, rates: pd.DataFrame, *, scope: str) -> tuple[Sparklines, ...]:
    """Give rolling years as lines without signals; a year stands at its last month.

    Parameters
    ----------
    years, rates : DataFrame
        As for :func:`rolled_view`.
    scope : str
        The months in words; of the lines, the months at which a whole year has ended.

    Returns
    -------
    tuple of Sparklines
        Counts (rates where there are any), then shares; what has no whole year is left out.
    """
    shown = _shown(years, rates)
    settled = shown["mature"] & shown["value"].notna()
    held = shown[shown["measure"].isin(shown.loc[settled, "measure"])]
    parts = [held[(held["kind"] == "proportion") == shares] for shares in (False, True)]
    return tuple(_rolled_lines(part, scope) for part in parts if len(part))


_ROLLED = {"share": "Share of those who could", "rate": "Per 10,000 children", "count": "How many"}


def _rolled_lines(held: pd.DataFrame, scope: str) -> Sparklines:
    months = held["end"].dt.to_period("M").dt.start_time
    held = held.assign(series=held["measure"].map(lambda name: MEASURES[name].title), period=months)
    known = held[held["mature"] & held["value"].notna()]
    lines = pd.DataFrame({"series": held["series"].unique()})
    lines["latest"] = lines["series"].map(known.groupby("series", sort=False)["value"].last())
    unit = _unit(held["kind"].iloc[0])
    table = held[["series", "period", "value", "mature"]].assign(signal="")
    told = months[held["value"].notna()].min(), months.max() + pd.offsets.MonthEnd()
    return Sparklines(
        table.reset_index(drop=True), lines, unit=unit,
        scope=scope and period_in_words(*(one.date() for one in told)),
        measure=f"{_ROLLED[unit]} in the twelve months up to each month",
    )  # fmt: skip


def _shown(years: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Give each measure once: as a rate where there is one."""
    if rates.empty:
        return years
    rest = years[~years["measure"].isin(rates["measure"].unique())]
    both = pd.concat([rates, rest], ignore_index=True)
    place = {name: at for at, name in enumerate(years["measure"].unique())}
    order = both["measure"].map(place).argsort(kind="stable")
    return both.iloc[order].reset_index(drop=True)


def _unit(kind: str) -> str:
    return {"proportion": "share", "rate": "rate"}.get(kind, "count")


def graded_view(grades: pd.DataFrame) -> pd.DataFrame:
    """Give good or better by quarter: an estimate of open cases with its interval.

    Parameters
    ----------
    grades : DataFrame
        ``runs.graded.GRADED``; where too few were read there is no figure.
    """
    rows = [
        (
            row.unit,
            _quarter(row.start, row.months),
            *_estimated(row),
            str(row.audits),
            _DASH if pd.isna(row.open_cases) else f"{row.open_cases:,.0f}",
        )
        for row in grades.itertuples()
    ]
    return pd.DataFrame(rows, columns=GRADED_HEADS)


def graded_months(grades: pd.DataFrame) -> pd.DataFrame:
    """Give good or better of everybody by month, with what each estimate is worth and its state.

    Parameters
    ----------
    grades : DataFrame
        ``runs.graded.GRADED`` of everybody, by month.
    """
    rows = [
        (
            f"{row.start:%b %Y}",
            *_estimated(row),
            str(row.audits),
            _DASH if pd.isna(row.effective) else f"{row.effective:.0f} drawn plainly",
            _state(row),
        )
        for row in grades.itertuples()
    ]
    return pd.DataFrame(rows, columns=MONTH_HEADS)


def _estimated(row: Graded) -> tuple[str, str]:
    """Give an estimate and its interval in words."""
    if pd.isna(row.value):
        return _DASH, "too few"
    return percent_text(row.value), f"{percent_text(row.low)} to {percent_text(row.high)}"


def _state(row: Graded) -> str:
    """Say whether a month can still change, and why it is not judged."""
    if row.waiting:
        return f"open: {row.waiting} may still come back"
    return "settled" if row.mature else "too few to judge"


def _quarter(start: pd.Timestamp, months: int) -> str:
    """Name a quarter, and how many of its months audits tell of."""
    return quarter_words(start) + ("" if months == 3 else f", {months} of 3 months")


def graded_tables(
    grades: pd.DataFrame, by_unit: pd.DataFrame, by_month: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Give the tables of good or better by their titles; none where nothing was audited.

    Parameters
    ----------
    grades, by_unit : DataFrame
        ``runs.graded.GRADED`` of everybody, and by service and team, by quarter. Units
        without a quarter of enough audits are left out.
    by_month : DataFrame
        The same by month; that of everybody is shown.
    """
    found = {}
    if len(grades):
        whole = by_month[by_month["unit_kind"] == "all"]
        found["Audits graded good or better, by month"] = graded_months(whole)
        found["Audits graded good or better, by quarter"] = graded_view(grades)
    for kind, rows in by_unit.groupby("unit_kind", sort=False):
        told = rows[rows["unit"].isin(rows.loc[rows["value"].notna(), "unit"])]
        if len(told):
            found[f"Audits graded good or better, by {kind}"] = graded_view(told)
    return found


def graded_lists(
    grades: pd.DataFrame, by_month: pd.DataFrame, *, level: float, scope: str
) -> tuple[IntervalList, ...]:
    """Give good or better by month and by quarter as a picture takes it; none without an estimate.

    Parameters
    ----------
    grades, by_month : DataFrame
        ``runs.graded.GRADED`` by quarter, and by month, of which everybody's latest 12 are
        shown; what has too few audits is left out.
    level : float
        Level of the intervals.
    scope : str
        Whose audits.
    """
    months = by_month[(by_month["unit_kind"] == "all") & by_month["value"].notna()].tail(_MONTHS)
    quarters = grades[grades["value"].notna()]
    names = [f"{row.start:%b %Y}{', open' if row.waiting else ''}" for row in months.itertuples()]
    parts = [
        ("month", months, names),
        ("quarter", quarters, [_quarter(row.start, row.months) for row in quarters.itertuples()]),
    ]
    return tuple(
        IntervalList(
            rows[["value", "low", "high"]].reset_index(drop=True).assign(
                name=names, n=rows["audits"].to_numpy(dtype="float64")
            ),
            level=level, scope=scope, unit="share", n_of="audits", n=int(rows["audits"].sum()),
            measure=f"Open cases that are good or better, by {every}, estimated from drawn audits",
        )
        for every, rows, names in parts
        if len(rows)
    )  # fmt: skip
