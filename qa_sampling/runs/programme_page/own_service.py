"""One service by itself, such as Family Safeguarding: audits, activity, outcomes of its teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.loop.activity import activity_counts
from qa_sampling.records.register import Register
from qa_sampling.reporting.outcome_families import families_of
from qa_sampling.reporting.own_service_tables import protect_own_outcomes
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.runs.outcome_editions import edition_of, finished_quarters
from qa_sampling.runs.returns_in import teams_of
from qa_sampling.runs.shared_tables import record_tables
from qa_sampling.schema import GRADES
from qa_sampling.trends.measures import MEASURES

if TYPE_CHECKING:
    from qa_sampling.runs.outcomes.steps import Outcomes
    from qa_sampling.runs.programme_page.much import Much
    from qa_sampling.settings.programme import QaProgramme

CHANGES = ("Higher", "Lower", "No difference that can be told from chance", "Too few to say")
"""How the latest twelve months of a measure stand beside the twelve before."""


@dataclass(frozen=True)
class OwnService:
    """What is known of one service. Restricted.

    Attributes
    ----------
    service : str
        The service.
    teams : tuple of str
        Its teams; none where nobody knows of such a service.
    activity : DataFrame
        Audits and other activity: `what`, `number`, `good` (of the graded, or positive of those
        with a view; Int64).
    outcomes : DataFrame
        The measures asked for, of cases that its teams held: `measure` (its name), `now`,
        `now_of`, `before`, `before_of` (of two times twelve months; Int64), `share`, `low`,
        `high` (of now), `change` (of :data:`CHANGES`).
    """

    service: str
    teams: tuple[str, ...]
    activity: pd.DataFrame
    outcomes: pd.DataFrame


def own_service(
    settings: QaProgramme,
    much: Much,
    outcomes: Outcomes,
    *,
    audited: pd.DataFrame,
    staff: pd.DataFrame | None,
) -> OwnService:
    """Bring together what is known of the service that has a section of its own.

    Parameters
    ----------
    settings : QaProgramme
        Name the service.
    much : Much
        Drawn audits and other activity.
    outcomes : Outcomes
        The measures, by team.
    audited : DataFrame
        Audits of the findings: `service`, `overall`.
    staff : DataFrame or None
        ``schema.STAFF``; without it nobody knows which teams the service has.
    """
    service = settings.own_section
    teams = tuple(team for team, one in (teams_of(staff) or {}).items() if one == service)
    return OwnService(
        service,
        teams,
        _activity(much, audited, service),
        outcomes_of_teams(
            outcomes, teams, measures=settings.own_measures, fewest=settings.fewest_for_reading
        ),
    )


def _activity(much: Much, audited: pd.DataFrame, service: str) -> pd.DataFrame:
    own = audited[audited["service"] == service]
    held = much.activities[much.activities["service"] == service]
    table = activity_counts(held, by=["group"]).table
    stand = much.progress.table
    stand = stand[(stand["service"] == service) & (stand["state"] != "replaced")]
    rows: list[tuple[str, int, int | None]] = [
        ("Audits planned", len(stand), None),
        ("Audits returned", int(stand["state"].isin(("on_time", "late")).sum()), None),
        ("Audits graded in these findings", len(own), int(own["overall"].isin(GRADES[:2]).sum())),
    ]
    for row in table.itertuples():
        good = row.good if row.graded else row.positive if row.viewed else None
        rows.append((str(row.group), int(row.activities), None if good is None else int(good)))
    return pd.DataFrame(rows, columns=["what", "number", "good"]).astype({"good": "Int64"})


def outcomes_of_teams(
    outcomes: Outcomes, teams: Sequence[str], *, measures: Sequence[str], fewest: int
) -> pd.DataFrame:
    """Give the measures of cases that some teams held: twelve months beside the twelve before.

    Parameters
    ----------
    outcomes : Outcomes
        The measures, by team.
    teams : sequence of str
        The teams.
    measures : sequence of str
        Names of shares; those that no team has a case of are left out.
    fewest : int
        Cases in twelve months below which no change is told.

    Returns
    -------
    DataFrame
        As ``OwnService.outcomes``.

    Notes
    -----
    The interval of the share is Wilson's, that of the change Newcombe's (1998, method 10).
    Children of one family go together, so both are made of as many cases as there are families
    among those the measure counts; of every case where families are not known.
    """
    settled = outcomes.readings[outcomes.readings["mature"]]
    held = outcomes.by_unit[outcomes.by_unit["unit"].isin(teams)]
    rows = []
    for name in measures:
        months = settled.loc[settled["measure"] == name, "start"].sort_values().tail(24)
        own = held[(held["measure"] == name) & held["start"].isin(months)]
        if len(months) < 24 or own.empty:
            continue
        before, now = (own[own["start"].isin(part)] for part in (months[:12], months[12:]))
        counts = [int(part[one].fillna(0).sum()) for part in (now, before)
                  for one in ("numerator", "denominator")]  # fmt: skip
        rows.append((name, *counts, *_told(*counts, alone=_alone(own), fewest=fewest)))
    columns = ["measure", "now", "now_of", "before", "before_of", "share", "low", "high", "change"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(("share", "low", "high"), "float64"))


def _alone(own: pd.DataFrame) -> float:
    """Give families a case among those the measure counts; 1 where they are not known."""
    told = own[own["families"].notna() & (own["numerator"] > 0)]
    return float(told["families"].sum() / told["numerator"].sum()) if len(told) else 1.0


def _told(
    now: int, now_of: int, before: int, before_of: int, *, alone: float, fewest: int
) -> tuple[float | None, float | None, float | None, str]:
    """Give the share of now with Wilson's interval, and how it changed."""
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    if min(now_of, before_of) < fewest:
        return None, None, None, CHANGES[3]
    counts = [alone * one for one in (now, now_of, before, before_of)]
    ends = proportion_confint(*counts[:2], method="wilson")
    low, high = confint_proportions_2indep(*counts, method="newcomb")
    change = CHANGES[0] if low > 0 else CHANGES[1] if high < 0 else CHANGES[2]
    return now / now_of, float(ends[0]), float(ends[1]), change


def release_own(
    own: OwnService, outcomes: Outcomes, settings: QaProgramme, register: Register
) -> tuple[SharedTable, ...]:
    """Protect the service's outcomes by finished quarter, and enter them in the ledger.

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
        `start`, `measure`, `numerator`: of measures that add up and that every one of the
        quarters holds, from the first that is whole.
    """
    columns = ["start", "measure", "numerator"]
    held = outcomes.by_unit[outcomes.by_unit["unit"].isin(teams) & outcomes.by_unit["adds"]]
    every, parts = outcomes.readings, []
    known = every[every["mature"] & every["numerator"].notna()]
    for name in measures:
        if not (held["measure"] == name).any():
            continue
        months = known.loc[known["measure"] == name, "start"]
        whole = months.dt.to_period("Q").value_counts()
        days = [day for day in quarters if whole.get(pd.Period(day, "Q"), 0) == 3]
        if not days or days != list(quarters)[-len(days) :]:
            continue
        own = held[held["measure"] == name]
        sums = own.groupby(own["start"].dt.to_period("Q").dt.start_time)["numerator"].sum()
        sums = sums.reindex(pd.DatetimeIndex(days), fill_value=0)
        parts.append(pd.DataFrame({"start": sums.index, "measure": name,
                                   "numerator": sums.to_numpy()}))  # fmt: skip
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    shared = table.groupby("start")["measure"].transform("nunique") == table["measure"].nunique()
    return table[shared].reset_index(drop=True)
