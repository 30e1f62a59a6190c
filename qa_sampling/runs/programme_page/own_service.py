"""One service by itself, such as Family Safeguarding: audits, activity, outcomes of its teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.loop.activity import activity_counts
from qa_sampling.runs.outcome_editions import finished_quarters
from qa_sampling.runs.programme_page.own_outcomes import outcomes_of_teams, then_and_now
from qa_sampling.runs.returns_in import teams_of
from qa_sampling.schema import GRADES

if TYPE_CHECKING:
    from qa_sampling.runs.outcomes.steps import Outcomes
    from qa_sampling.runs.programme_page.much import Much
    from qa_sampling.settings.programme import QaProgramme


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
        `now_of`, `before`, `before_of` (of the latest whole quarters and as many before),
        `quarters` (how many), `alone` (families a case), `share`, `low`, `high` (of now),
        `change` (of ``then_and_now.CHANGES``).
    counted : DataFrame
        The same quarter by quarter (``own_outcomes.then_and_now``).
    """

    service: str
    teams: tuple[str, ...]
    activity: pd.DataFrame
    outcomes: pd.DataFrame
    counted: pd.DataFrame


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
    counted = then_and_now(
        outcomes,
        teams,
        measures=settings.own_measures,
        quarters=finished_quarters(settings.outcomes),
    )
    return OwnService(
        service,
        teams,
        _activity(much, audited, service),
        outcomes_of_teams(counted, fewest=settings.fewest_for_reading, level=settings.level),
        counted,
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
