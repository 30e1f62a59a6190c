"""What was asked for and cannot be told, with what it would need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.registered import Registered
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.measure_bases import OnList
from qa_sampling.trends.measures import Measure
from qa_sampling.trends.unit_kinds import UNIT_KINDS

FROM_REGISTER = ("activity", "audits")
"""What measures of the register are counted from."""
BY_TEAM_ONLY = "a {kind} beside each entry; the register knows their team and service only"


def lacks_of(told: Told, registered: Registered | None, one: Measure, day: date) -> str:
    """Say what a measure needs that is not there, the register's measures too.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    registered : Registered or None
        What the register tells; None where it was not read.
    one : Measure
        The measure.
    day : date
        Day that the newest extract describes.
    """
    if one.base.of not in FROM_REGISTER or registered is None:
        return what_lacks(told, one, day)
    return registered.lacks.get(one.name, "")


def what_lacks(told: Told, one: Measure, day: date) -> str:
    """Say what a measure needs that is not there; blank when it can be counted.

    An event that no row of the extract has is a list that was not given, not a count of none.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    one : Measure
        The measure.
    day : date
        Day that the newest extract describes.
    """
    if one.base.of == "measure_events":
        held = told.entered is not None and (told.entered["measure"] == one.name).any()
        return "" if held else one.needs
    if one.base.of in ("activity", "audits"):
        return "the register, which was not read here; the page of outcome trends reads it"
    if isinstance(one.base, OnList):
        days = told.on_lists.loc[told.on_lists["list"] == one.base.number, "day"]
        there = (days <= pd.Timestamp(day)).any()
        return "" if there else f"list {one.base.number} in an extract"
    event = one.base.event
    if not (told.events["event"] == event).any():
        return f"the list of the extract with {event.lower()}s; no row has one"
    known = told.covered is None or told.covered.spans.get(event)
    return "" if known else f"the month of the extract with {event.lower()}s in its file's name"


def units_lacking(
    told: Told, registered: Registered | None, flows: Sequence[Measure], settings: OutcomeTrends
) -> list[tuple[str, str]]:
    """Say by which kinds of unit signals were asked for and cannot be looked for.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    registered : Registered or None
        What the register tells.
    flows : sequence of Measure
        What is counted over time.
    settings : OutcomeTrends
        Name the kinds (`unit`, `signals_by`).

    Returns
    -------
    list of (str, str)
        What cannot be told, and what it would need; nothing where all can.
    """
    found = []
    columns = {settings.unit: settings.unit} | {
        name: UNIT_KINDS[name].column for name in settings.signals_by if name != settings.unit
    }
    from_events = any(one.base.of == "events" for one in flows)
    logged = [one for one in flows if one.base.of == "activity"]
    for name, column in columns.items():
        kind = UNIT_KINDS[name].title.lower()
        if from_events and not _tells(told.events, column):
            found.append((f"All measures by {kind}", UNIT_KINDS[name].needs))
        if logged and not _tells(registered.activity, column):
            needs = BY_TEAM_ONLY.format(kind=kind)
            found += [(f"{one.title} by {kind}", needs) for one in logged]
    return found


def _tells(table: pd.DataFrame, column: str) -> bool:
    """Say whether a table names a unit for any row."""
    return column in table and bool(table[column].notna().any())
