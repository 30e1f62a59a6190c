"""Outcomes of one service's teams: by finished quarter, and now beside before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.records.register import Register
from qa_sampling.reporting.outcome_families import families_of
from qa_sampling.reporting.own_service_tables import protect_own_outcomes
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.runs.outcome_editions import edition_of, finished_quarters
from qa_sampling.runs.shared_tables import record_tables
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.then_and_now import changes_of

if TYPE_CHECKING:
    from qa_sampling.runs.outcomes.steps import Outcomes
    from qa_sampling.runs.programme_page.own_service import OwnService
    from qa_sampling.settings.programme import QaProgramme

_YEAR, _FEWEST_QUARTERS = 4, 2
"""Quarters compared with as many before; fewer where fewer are whole, down to so many."""
_COUNTS = ("now", "now_of", "before", "before_of")


def then_and_now(
    outcomes: Outcomes, teams: Sequence[str], *, measures: Sequence[str], quarters: Sequence[str]
) -> pd.DataFrame:
    """Count the cases that some teams held, in the latest whole quarters and as many before.

    Parameters
    ----------
    outcomes : Outcomes
        The measures, by team.
    teams : sequence of str
        The teams.
    measures : sequence of str
        Names of shares; left out are those that no team has a case of, and those of which fewer
        than four quarters are whole.
    quarters : sequence of str
        First days of the finished quarters, in order.

    Returns
    -------
    DataFrame
        A row a quarter: `measure`, `span` ("before", "now"), `start`, `numerator`,
        `denominator` (Int64), `families` (in the numerator; missing when not known).
    """
    held = outcomes.by_unit[outcomes.by_unit["unit"].isin(teams)]
    parts = []
    for name in measures:
        days = _whole(outcomes, name, quarters)
        own = held[held["measure"] == name]
        number = min(_YEAR, len(days) // 2)
        if number < _FEWEST_QUARTERS or own.empty:
            continue
        days = pd.DatetimeIndex(days[-2 * number :])
        sums = own.assign(start=own["start"].dt.to_period("Q").dt.start_time).groupby("start")
        rows = sums[["numerator", "denominator"]].sum().reindex(days, fill_value=0)
        rows["families"] = sums["families"].sum(min_count=1).reindex(days)
        rows["span"] = ["before"] * number + ["now"] * number
        parts.append(rows.rename_axis("start").reset_index().assign(measure=name))
    columns = ["measure", "span", "start", "numerator", "denominator", "families"]
    if not parts:
        return pd.DataFrame(columns=columns)
    whole = {"numerator": "Int64", "denominator": "Int64"}
    return pd.concat(parts, ignore_index=True)[columns].astype(whole)


def _whole(outcomes: Outcomes, name: str, quarters: Sequence[str]) -> list[str]:
    """Give the latest quarters, one after the other, that hold a measure whole."""
    rows = outcomes.readings
    rows = rows[(rows["measure"] == name) & rows["mature"] & rows["numerator"].notna()]
    months = rows["start"].dt.to_period("Q").value_counts()
    days: list[str] = []
    for day in reversed(quarters):
        if months.get(pd.Period(day, "Q"), 0) == 3:
            days.insert(0, day)
        elif days:
            break
    return days


def outcomes_of_teams(counted: pd.DataFrame, *, fewest: int, level: float) -> pd.DataFrame:
    """Give the measures of cases that some teams held: now beside before. Restricted.

    Parameters
    ----------
    counted : DataFrame
        What :func:`then_and_now` gives.
    fewest : int
        Cases, now or before, below which no change is told.
    level : float
        Of the interval, and of all comparisons together.

    Returns
    -------
    DataFrame
        As ``OwnService.outcomes``.

    Notes
    -----
    The interval of the share is Wilson's. Children of one family go together, so it and the
    comparison are made of as many cases as there are families among those the measure counts; of
    every case where families are not known.
    """
    from statsmodels.stats.proportion import proportion_confint

    rows = []
    for name, own in counted.groupby("measure", sort=False):
        sums = own.groupby("span")[["numerator", "denominator"]].sum()
        counts = [int(sums.loc[span, one]) for span in ("now", "before") for one in sums.columns]
        rows.append((name, *counts, len(own) // 2, _alone(own)))
    columns = ["measure", *_COUNTS, "quarters", "alone"]
    table = pd.DataFrame(rows, columns=columns)
    table["change"] = changes_of(table, fewest=fewest, level=level)
    few = table[["now_of", "before_of"]].min(axis=1) < fewest
    ends = [
        (None,) * 3 if little else (
            row.now / row.now_of,
            *proportion_confint(row.alone * row.now, row.alone * row.now_of, alpha=1 - level,
                                method="wilson"),
        )
        for row, little in zip(table.itertuples(), few, strict=True)
    ]  # fmt: skip
    shares = pd.DataFrame(ends, columns=["share", "low", "high"], index=table.index)
    return pd.concat([table, shares.astype("float64")], axis=1)


def _alone(own: pd.DataFrame) -> float:
    """Give families a case among those the measure counts; 1 where they are not known."""
    told = own[own["families"].notna() & (own["numerator"] > 0)]
    return float(told["families"].sum() / told["numerator"].sum()) if len(told) else 1.0


def release_own(
    own: OwnService, outcomes: Outcomes, settings: QaProgramme, register: Register
) -> tuple[SharedTable, ...]:
    """Protect the service's outcomes, and enter them in the ledger.

    Parameters
    ----------
    own : OwnService
        The service.
    outcomes : Outcomes
        The measures, by team.
    settings : QaProgramme
        Checked parameters.
    register : Register
        Holds the ledger of releases, everybody's outcomes among it.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    kept = [
        name
        for family in families_of(outcomes.measures)
        for name in (family.whole, *(one.name for one in family.parts))
        if name in settings.own_measures
        or (name == family.whole and {one.name for one in family.parts} & {*settings.own_measures})
    ]
    quarters = finished_quarters(settings.outcomes)
    counted = by_quarter(outcomes, own.teams, measures=kept, quarters=quarters)
    shared = protect_own_outcomes(
        counted,
        [MEASURES[name] for name in dict.fromkeys(counted["measure"])],
        service=own.service,
        edition=edition_of(settings.outcomes),
        earlier=printed_tables(register.releases()["content"]),
    )
    record_tables(register, settings.slug, {str(one.title): one.table for one in shared})
    return shared


def by_quarter(
    outcomes: Outcomes, teams: Sequence[str], *, measures: Sequence[str], quarters: Sequence[str]
) -> pd.DataFrame:
    """Add up what some teams' cases show, quarter by quarter.

    Parameters
    ----------
    outcomes : Outcomes
        The measures, by team.
    teams : sequence of str
        The teams.
    measures : sequence of str
        Names of measures.
    quarters : sequence of str
        First days of the quarters.

    Returns
    -------
    DataFrame
        `start`, `measure`, `numerator`, `denominator` (missing for a count): of measures that
        add up and that every one of the quarters holds, from the first that is whole.
    """
    columns = ["start", "measure", "numerator", "denominator"]
    held = outcomes.by_unit[outcomes.by_unit["unit"].isin(teams) & outcomes.by_unit["adds"]]
    parts = []
    for name in measures:
        own = held[held["measure"] == name]
        days = _whole(outcomes, name, quarters)
        if own.empty or days != list(quarters)[-len(days) :]:
            continue
        grouped = own.groupby(own["start"].dt.to_period("Q").dt.start_time)
        sums = grouped[["numerator", "denominator"]].sum(min_count=1)
        sums = sums.reindex(pd.DatetimeIndex(days))
        sums["numerator"] = sums["numerator"].fillna(0)
        parts.append(sums.rename_axis("start").reset_index().assign(measure=name))
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)[columns]
    shared = table.groupby("start")["measure"].transform("nunique") == table["measure"].nunique()
    return table[shared].reset_index(drop=True)
