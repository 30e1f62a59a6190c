"""The cases behind a measure that is counted on a day: who is open, or on a list, that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.schema import NOT_RECORDED
from qa_sampling.trends.background import SINCE, since_bands
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_cases import KnownEvents, known_events, with_referral

__all__ = [
    "NO_REFERRAL",
    "ComeAndGone",
    "cases_on",
    "come_and_gone",
    "why_no_cases",
    "why_no_sample",
]

NO_REFERRAL = "No referral in the year before"


def why_no_cases(measure: Measure) -> str:
    """Say why no case stands behind a measure; blank where the cases can be given.

    Parameters
    ----------
    measure : Measure
        A measure of the registry.

    Returns
    -------
    str
        One sentence, without the measure's name.
    """
    if measure.base is None:
        return f"the extracts do not hold what it counts; it needs {measure.needs}"
    return ""


def why_no_sample(measure: Measure) -> str:
    """Say why no child can be drawn of a measure's cases; blank where they are children.

    Parameters
    ----------
    measure : Measure
        A measure of the registry.

    Returns
    -------
    str
        One sentence.
    """
    if measure.base is not None and measure.base.of == "activity":
        return (
            f"No case is drawn: the register of activity names no child of {measure.title.lower()}."
            " Read its entries on the page of actions and activity, those of any group that stands "
            "out first."
        )
    return ""


def cases_on(
    events: pd.DataFrame | KnownEvents,
    measure: Measure,
    *,
    day: date,
    as_at: date,
    on_lists: pd.DataFrame | None = None,
    entered: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the cases that a measure counts on a day, one row each.

    Parameters
    ----------
    events : DataFrame
        ``schema.EVENTS``, with `family_id` where it is known.
    measure : Measure
        A measure that is counted on a day: of the events, of lists, or of a table of its own.
    day : date
        The day.
    as_at : date
        Day the records reach to.
    on_lists : DataFrame, optional
        ``on_lists.ON_LISTS`` of that day, for a measure of lists.
    entered : DataFrame, optional
        ``entered.ENTERED``, for a measure of that table.

    Returns
    -------
    DataFrame
        As ``measure_cases.cases_of`` gives it, `start` being the day on which the episode began
        (the day itself where that is not known) and `month` that of `day`; beside it `day`, and
        `open_for` (time since it began, of ``background.SINCE``). A child that counts once has one
        row. Of a list `category` is the legal status. Cases of which it cannot be told are left
        out.

    Raises
    ------
    TrendError
        When the measure is not counted on a day, or its table was not given.
    """
    if measure.base is None or not measure.stock:
        raise TrendError(f"{measure.title} is not counted on a day. Ask for one that is.")
    held, until = known_events(events, pd.Timestamp(as_at)), pd.Timestamp(day)
    tables = {"events": held, "on_lists": on_lists, "measure_events": entered}
    table = tables[measure.base.of]
    if table is None:
        named = {"on_lists": "by lists. Give `on_lists` of the day"}
        own = "by a table of its own. Give it as `entered`"
        raise TrendError(f"{measure.title} is told {named.get(measure.base.of, own)}.")
    rows = measure.base.rows(table, pd.DatetimeIndex([until]).as_unit("us"))
    met = measure.rule.met(rows, held) if measure.rule else pd.Series(True, index=rows.index)
    known = met.notna() & ~rows.get("undecided", pd.Series(data=False, index=rows.index))
    rows = rows[known].assign(met=met[known].astype("bool"))
    began = rows["date"] if "date" in rows else rows["start"]
    rows = rows.assign(began=began.astype("datetime64[us]"))
    rows = rows.sort_values(["child_id", "began"], kind="stable", na_position="last")
    if measure.counted == "children":
        rows = rows.drop_duplicates("child_id")
    rows = rows.reset_index(drop=True)
    rows["category"] = rows.get("category", rows.get("legal_status"))
    return _on_the_day(rows, with_referral(rows, held))


def _on_the_day(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Put the day on which each began in the place of the day on which it is counted."""
    source = table["source"].where(table["source"] != NOT_RECORDED, NO_REFERRAL)
    open_for = since_bands(rows["day"] - rows["began"]).where(rows["began"].notna(), NOT_RECORDED)
    order = pd.CategoricalDtype([*SINCE, NOT_RECORDED], ordered=True)
    return table.assign(
        start=rows["began"].where(rows["began"].notna(), rows["day"]),
        day=rows["day"],
        source=source,
        open_for=open_for.astype(order),
    )


@dataclass(frozen=True)
class ComeAndGone:
    """Two days of one measure, child by child. Restricted: it holds small counts.

    Attributes
    ----------
    before, now : int
        Children concerned on either day.
    stayed, came, gone : int
        Concerned on both days, on the later alone, and on the earlier alone.
    families_came, families_gone : int
        Families of whom some child is concerned on one of the days alone.
    p : float
        Chance of families as unequally many, were a family as likely to come as to go.
    """

    before: int
    now: int
    stayed: int
    came: int
    gone: int
    families_came: int
    families_gone: int
    p: float


def come_and_gone(before: pd.DataFrame, now: pd.DataFrame) -> ComeAndGone:
    """Set the children concerned on two days side by side.

    Parameters
    ----------
    before, now : DataFrame
        One row a case concerned on either day: `child_id`, `family_id` (a child without one is a
        family of its own).

    Returns
    -------
    ComeAndGone

    Notes
    -----
    Exact test of McNemar (1947), Psychometrika 12, 153-157, of families: those of both days say
    nothing of a change.
    """
    from scipy import stats  # slow to load, and every command reads the settings

    then, here = (set(one["child_id"]) for one in (before, now))
    came, gone = (
        _families(one) - _families(other) for one, other in ((now, before), (before, now))
    )
    both = len(came) + len(gone)
    p = float(stats.binomtest(len(came), both, 0.5).pvalue) if both else 1.0
    return ComeAndGone(
        len(then), len(here), len(then & here), len(here - then), len(then - here),
        len(came), len(gone), p,
    )  # fmt: skip


def _families(cases: pd.DataFrame) -> set[str]:
    known = cases["family_id"].notna() & (cases["family_id"].astype("str").str.strip() != "")
    return set(cases["family_id"].astype("str").where(known, "child " + cases["child_id"]))
