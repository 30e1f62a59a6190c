"""The cases behind a measure: one row each, with whether it counts above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from qa_sampling.declared import check_table
from qa_sampling.errors import TrendError
from qa_sampling.schema import EVENTS, NOT_RECORDED
from qa_sampling.trends.event_neighbours import latest_before
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_rules import Earlier, Followed

__all__ = [
    "REFERRED_MONTHS",
    "KnownEvents",
    "cases_of",
    "known_events",
    "waits_of",
    "with_referral",
]

REFERRED_MONTHS = 12
"""A referral so many months before an event may have led to it; an older one did not."""


@dataclass(frozen=True)
class KnownEvents:
    """Events already checked and cut to a day, for many measures counted from the same ones.

    Attributes
    ----------
    table : DataFrame
        What :func:`known_events` gave.
    as_at : date
        The day.
    """

    table: pd.DataFrame
    as_at: date

    @classmethod
    def of(cls, events: pd.DataFrame, as_at: date) -> KnownEvents:
        """Check the events and cut them to a day, once.

        Parameters
        ----------
        events : DataFrame
            ``schema.EVENTS`` of all stacked extracts.
        as_at : date
            The day.

        Raises
        ------
        SchemaError
            When the table is not as declared.
        """
        return cls(known_events(events, pd.Timestamp(as_at)), as_at)


def known_events(events: pd.DataFrame | KnownEvents, until: pd.Timestamp) -> pd.DataFrame:
    """Give the events known on a day, each once; what ended later has not ended.

    Parameters
    ----------
    events : DataFrame or KnownEvents
        ``schema.EVENTS`` of all stacked extracts, or those known on that same day already.
    until : Timestamp
        The day.

    Raises
    ------
    SchemaError
        When the table is not as declared.
    TrendError
        When events already known are those of another day.
    """
    if isinstance(events, KnownEvents):
        if pd.Timestamp(events.as_at) != until:
            raise TrendError(
                f"The events are those known on {events.as_at.isoformat()}; those of "
                f"{until.date().isoformat()} were asked for. Give the whole table."
            )
        return events.table
    once = events.drop_duplicates([name for name in EVENTS.key if name in events.columns])
    held = check_table(once, EVENTS)
    held = held[held["date"] <= until]
    return held.assign(end_date=held["end_date"].where(held["end_date"] <= until))


def cases_of(
    events: pd.DataFrame | KnownEvents,
    measure: Measure,
    *,
    as_at: date,
    first: date,
    last: date,
    entered: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the cases that a measure counts in some months, one row each.

    Parameters
    ----------
    events : DataFrame
        ``schema.EVENTS``, with `family_id` where it is known.
    measure : Measure
        A measure of a period: of the events, or of a table of its own.
    as_at : date
        Day the records reach to.
    first, last : date
        First and last day.
    entered : DataFrame, optional
        The measure's own table, where it is not of the events: ``entered.ENTERED``, or
        ``measuring.LOGGED`` with a `child_id` that tells its entries apart.

    Returns
    -------
    DataFrame
        `child_id`, `family_id`, `start` (the day that puts it there), `month` (its first day),
        `source`, `outcome`, `category`, `team`, `service`, `referred` (day of the child's latest
        referral by then, at most 12 months before; missing without) and `met` (whether it counts
        above; always, for a count); where it is about how long things take, `days` as well. The
        source is the case's own, or else that of the referral. Cases of which it cannot be told
        are left out.

    Raises
    ------
    TrendError
        When the measure is not of a period, or its own table was not given.
    """
    own = measure.base is not None and measure.base.of in ("measure_events", "activity")
    if measure.base is None or not (own or measure.base.of == "events") or measure.stock:
        raise TrendError(
            f"{measure.title} is not counted from the events of a period, so there are no cases "
            "to look into. Ask for one that is (docs/measures.md)."
        )
    if own and entered is None:
        raise TrendError(f"{measure.title} has a table of its own. Give it as `entered`.")
    until = pd.Timestamp(as_at)
    held = known_events(events, until)
    rows = measure.base.rows(entered if own else held, pd.DatetimeIndex([until]))
    met = measure.rule.met(rows, held) if measure.rule else pd.Series(True, index=rows.index)
    length = measure.length or getattr(measure.rule, "length", None)
    if length is not None:
        rows = rows.assign(days=length.days(rows, held).astype("Float64"))
        met = met.astype("boolean").mask(rows["days"].isna())
    inside = rows["day"].between(pd.Timestamp(first), pd.Timestamp(last)) & met.notna()
    rows = rows[inside].assign(met=met[inside].astype("bool"))
    return with_referral(rows.reset_index(drop=True), held)


def with_referral(rows: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Give the rows their referral, and its source where they have none of their own.

    Parameters
    ----------
    rows : DataFrame
        Rows of a measure's base, with `day` and `met`.
    events : DataFrame
        What :func:`known_events` gives.

    Returns
    -------
    DataFrame
        As :func:`cases_of` says.
    """
    rows = rows.assign(
        **{name: None for name in ("source", "outcome", "category") if name not in rows}
    )
    day = latest_before(events, "Referral", rows["child_id"], rows["day"], same_day=True)
    day = day.where(day >= rows["day"] - pd.DateOffset(months=REFERRED_MONTHS))
    named = events.loc[events["event"] == "Referral", ["child_id", "date", "source"]]
    named = named.drop_duplicates(["child_id", "date"]).rename(columns={"date": "referred"})
    asked = rows[["child_id"]].assign(referred=day)
    theirs = asked.merge(named, on=["child_id", "referred"], how="left")["source"]
    table = rows.assign(start=rows["day"], referred=day)
    table["month"] = table["start"].dt.to_period("M").dt.start_time
    table["source"] = table["source"].where(table["source"].notna(), theirs)
    for name in ("family_id", "service"):
        if name not in table:
            table[name] = None
    for name in ("source", "team", "service"):
        text = table[name].astype("object")
        table[name] = text.where(text.notna(), NOT_RECORDED).astype("str")
    order = ["child_id", "family_id", "start", "month", "source", "outcome", "category", "team"]
    took = ["days"] if "days" in table else []
    return table[[*order, "service", "referred", "met", *took]]


def waits_of(measure: Measure) -> dict[str, object] | None:
    """Say how long it takes until what a measure asks for, as ``waiting.times_to_next`` takes it.

    Parameters
    ----------
    measure : Measure
        The measure.

    Returns
    -------
    dict or None
        `start`, `event`, `from_end`; None when the measure is not about something that follows.
    """
    rule, base = measure.rule, measure.base
    if isinstance(rule, Earlier):
        lasts = rule.event == "Child protection plan"
        return {"start": rule.event, "event": base.event, "from_end": lasts}
    if isinstance(rule, Followed):
        return {"start": base.event, "event": rule.event, "from_end": base.on == "end_date"}
    return None
