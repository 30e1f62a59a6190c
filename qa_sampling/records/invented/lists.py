"""Annex A lists 1 to 7 as the case system would give them on one day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.records.annex_a_layout import CODES, LISTS
from qa_sampling.records.invented.days import OPEN, ages, months_before, to_dates
from qa_sampling.records.invented.history import History

TEMPLATE = {
    name: {meaning: text for text, meaning in reversed(codes.items())}
    for name, codes in CODES.items()
}
"""The template's text of every meaning, by code set."""


def as_list(number: int, fields: pd.DataFrame) -> pd.DataFrame:
    """Give an Annex A list from its fields.

    Parameters
    ----------
    number : int
        Number of the list.
    fields : DataFrame
        A column for each field of the list; coded fields hold meanings.

    Returns
    -------
    DataFrame
        The template's headers in order, coded fields in the template's own text.
    """
    columns = {}
    for column in LISTS[number].columns:
        values = fields[column.field]
        if column.kind == "code":
            values = values.map(TEMPLATE[column.codes]).astype(object)
            values = values.where(values.notna(), None)
        columns[column.header] = values.to_numpy() if column.kind == "code" else values
    return pd.DataFrame(columns).reset_index(drop=True)


def people(history: History, rows: pd.DataFrame, day: int) -> pd.DataFrame:
    """Give the fields that every list has of each row's child.

    Parameters
    ----------
    history : History
        The story.
    rows : DataFrame
        Rows with `child`, the child's number.
    day : int
        The day of the extract.
    """
    child = history.children.loc[rows["child"]].reset_index(drop=True)
    return pd.DataFrame(
        {
            "child_id": child["child_id"],
            "gender": child["gender"],
            "ethnicity": child["ethnicity"],
            "date_of_birth": to_dates(child["born"]),
            "age": ages(child["born"], day),
            "disability": yes_no(child["disabled"]),
            "uasc": yes_no(child["lone"]),
        }
    )


def yes_no(said: pd.Series, known: pd.Series | None = None) -> pd.Series:
    """Give Yes and No of true and false, and nothing where it is not known."""
    words = pd.Series(np.where(said, "Yes", "No"), index=said.index, dtype=object)
    return words if known is None else words.where(known, None)


def last_of(start: pd.Series, upto: pd.Series, every: pd.Series, offset: pd.Series) -> pd.Series:
    """Give the last day of a series of visits or reviews that lies not after `upto`.

    Parameters
    ----------
    start, upto : Series
        First and last day (numbers).
    every, offset : Series
        Days between two of them, and from `start` to the first.

    Returns
    -------
    Series
        Day numbers; ``OPEN`` where there was none yet.
    """
    times = (upto - start - offset) // every
    last = start + offset + times * every
    return last.where(times >= 0, OPEN)


def late_now_and_then(
    history: History, rows: pd.DataFrame, last: pd.Series, upto: pd.Series, every: pd.Series,
    offset: pd.Series, *, percent: int, days: int,
) -> pd.Series:  # fmt: skip
    """Give the last day of a series of which some come late; the very first never does.

    Parameters
    ----------
    history : History
        The story, which keeps every child's luck.
    rows : DataFrame
        Rows with `child` and `start`.
    last, upto, every, offset : Series
        What :func:`last_of` gave, and was given.
    percent, days : int
        How many in a hundred come late, and by how many days; fewer than `every`.

    Returns
    -------
    Series
        Day numbers; the one before where the last is late and has not come yet. ``OPEN`` stays.
    """
    child = history.children["luck"].loc[rows["child"]].to_numpy()
    number = (last - rows["start"] - offset) // every

    def is_late(of: pd.Series) -> pd.Series:
        mixed = (child ^ (of.to_numpy() * 2654435761 % 2**32)) * 40503 % 2**32
        return pd.Series((mixed * 100 >> 32) < percent, index=rows.index) & (of > 0)

    come = last + days * is_late(number)
    before = last - every + days * is_late(number - 1)
    return last.where(last == OPEN, come.where(come <= upto, before))


def luck(history: History, rows: pd.DataFrame, n: int, *, other: bool = False) -> pd.Series:
    """Give each row's child a lasting whole number below `n`.

    Parameters
    ----------
    history : History
        The story, which keeps every child's luck.
    rows : DataFrame
        Rows with `child`, the child's number.
    n : int
        How many numbers there are: 0 to `n` - 1.
    other : bool
        Whether to use the child's second luck, so that two things are not linked.

    Returns
    -------
    Series
        Whole numbers on the index of `rows`.
    """
    column = history.children["other_luck" if other else "luck"]
    values = (column.loc[rows["child"]].to_numpy() * n) >> 32
    return pd.Series(values, index=rows.index)


def add_holders(
    history: History, fields: pd.DataFrame, rows: pd.DataFrame, days: pd.Series
) -> pd.DataFrame:
    """Give the fields with `team` and `worker` (the name) on these days beside.

    Parameters
    ----------
    history : History
        The story.
    fields : DataFrame
        Fields of a list, in the order of `rows`.
    rows : DataFrame
        Rows with `child`, the child's number.
    days : Series
        Day (number) of each row.
    """
    held = history.holders(rows["child"], days).reset_index(drop=True)
    return fields.assign(team=held["team"], worker=held["worker"].map(history.names))


def _within(frame: pd.DataFrame, day: int, since: int, column: str = "start") -> pd.DataFrame:
    chosen = (frame[column] > since) & (frame["start"] <= day)
    return frame[chosen].reset_index(drop=True)


def contacts(history: History, day: int) -> pd.DataFrame:
    """Give list 1: the contacts of the six months before `day`."""
    rows = _within(history.records["contacts"], day, months_before(day, 6))
    fields = people(history, rows, day)
    return fields.assign(contact_date=to_dates(rows["start"]), source=rows["source"])


def early_help(history: History, day: int) -> pd.DataFrame:
    """Give list 2: early help assessments of the six months, and help that still runs."""
    frame = history.records["early_help"]
    since = months_before(day, 6)
    lately = (frame["start"] > since) | (frame["end"] > day)
    rows = frame[lately & (frame["start"] <= day)].reset_index(drop=True)
    held = history.holders(rows["child"], rows["start"], help_only=True)
    return people(history, rows, day).assign(
        start_date=to_dates(rows["start"]),
        completion_date=to_dates(rows["completion"], seen_from=day),
        organisation=held["team"].reset_index(drop=True),
    )


def referrals(history: History, day: int) -> pd.DataFrame:
    """Give list 3: the referrals of the six months before `day`."""
    frame = history.records["referrals"]
    rows = _within(frame, day, months_before(day, 6))
    fields = people(history, rows, day).assign(
        referral_date=to_dates(rows["start"]),
        source=rows["source"],
        nfa=yes_no(rows["nfa"]),
        referrals_12m=count_before(frame, rows["child"], rows["start"]),
    )
    return add_holders(history, fields, rows, rows["start"])


def count_before(frame: pd.DataFrame, child: pd.Series, day: pd.Series) -> pd.Series:
    """Count a child's rows of `frame` in the 12 months before `day`, itself not counted.

    Parameters
    ----------
    frame : DataFrame
        What is counted: `child`, `start` (day numbers).
    child, day : Series
        Numbers of children and days, of one length.

    Returns
    -------
    Series
        Int64 on the index of `child`: rows that start in the 365 days before; 0 for none.
    """
    asked = pd.DataFrame({"child": child, "day": day, "place": np.arange(len(child))})
    pairs = asked.merge(frame[["child", "start"]], on="child")
    pairs = pairs[(pairs["start"] < pairs["day"]) & (pairs["start"] >= pairs["day"] - 365)]
    counts = pairs.groupby("place").size()
    return pd.Series(
        counts.reindex(asked["place"], fill_value=0).to_numpy(), index=child.index, dtype="Int64"
    )


def assessments(history: History, day: int) -> pd.DataFrame:
    """Give list 4: assessments open on `day` or ended in the six months before."""
    frame = history.records["assessments"]
    rows = _within(frame, day, months_before(day, 6), "end")
    fields = people(history, rows, day).assign(
        start_date=to_dates(rows["start"]),
        child_seen=rows["seen"],
        authorisation_date=to_dates(rows["end"], seen_from=day),
        needs_support=yes_no(rows["support"], rows["end"] <= day),
    )
    return add_holders(history, fields, rows, rows["start"])


def enquiries(history: History, day: int) -> pd.DataFrame:
    """Give list 5: Section 47 enquiries of the six months, with their conference."""
    frame = history.records["enquiries"]
    rows = _within(frame, day, months_before(day, 6))
    decided = rows["end"] <= day
    needless = rows["outcome"] == "unnecessary"
    held = decided & ~needless
    conferences = frame[(frame["outcome"] != "unnecessary") & (frame["end"] <= day)]
    conferences = conferences.assign(start=conferences["end"])
    next_day = pd.Series(day + 1, index=rows.index)
    fields = people(history, rows, day).assign(
        strategy_date=to_dates(rows["start"]),
        icpc_unnecessary=yes_no(needless, decided),
        icpc_date=to_dates(rows["end"].where(held, OPEN)),
        plan_made=yes_no(rows["outcome"] == "yes", held),
        s47_12m=count_before(frame[frame["start"] <= day], rows["child"], next_day),
        icpc_12m=count_before(conferences, rows["child"], next_day),
    )
    return add_holders(history, fields, rows, rows["start"])


def children_in_need(history: History, day: int) -> pd.DataFrame:
    """Give list 6: all episodes of need open on `day` or closed in the six months before."""
    rows = history.episodes_at(day, since=months_before(day, 6))
    closed = rows["end"] <= day
    upto = rows["end"].where(closed, day)
    every = rows["status"].map(
        {"Looked after": 32, "Child protection plan": 11, "Child in need plan": 24}
    )
    every = every.fillna(18).astype("int64") + luck(history, rows, 9)
    every = every.where(luck(history, rows, 100, other=True) > 6, every * 3)
    seen = last_of(rows["status_from"], upto, every, luck(history, rows, 7) + 2)
    seen = seen.where((seen < OPEN) | (rows["status_from"] == rows["start"]), rows["status_from"])
    fields = people(history, rows, day).assign(
        start_date=to_dates(rows["start"]),
        primary_need=rows["need"],
        last_seen=to_dates(seen),
        closure_date=to_dates(rows["end"], seen_from=day),
        closure_reason=rows["reason"].where(closed, None),
        case_status=rows["status"],
    )
    return add_holders(history, fields, rows, upto - closed)


def protection_plans(history: History, day: int) -> pd.DataFrame:
    """Give list 7: child protection plans open on `day` or ended in the six months before."""
    frame = history.records["plans"]
    rows = _within(frame, day, months_before(day, 6), "end")
    upto = rows["end"].where(rows["end"] <= day, day)
    every, offset = luck(history, rows, 6) + 9, luck(history, rows, 5) + 3
    visit = last_of(rows["start"], upto, every, offset)
    visit = late_now_and_then(history, rows, visit, upto, every, offset, percent=20, days=8)
    first = last_of(rows["start"], upto, upto - rows["start"] + 9, luck(history, rows, 14) + 76)
    every, offset = luck(history, rows, 20) + 160, luck(history, rows, 14) + 240
    later = last_of(rows["start"], upto, every, offset)
    later = late_now_and_then(history, rows, later, upto, every, offset, percent=40, days=40)
    born = history.children["born"].loc[rows["child"]].to_numpy()
    speaks = pd.Series((upto.to_numpy() - born) > 1200, index=rows.index)
    alone = speaks & (luck(history, rows, 10, other=True) > 0)
    fields = people(history, rows, day).assign(
        start_date=to_dates(rows["start"]),
        initial_category=rows["first_category"],
        latest_category=rows["category"],
        last_visit=to_dates(visit),
        seen_alone=yes_no(alone, visit < OPEN),
        last_review=to_dates(later.where(later < OPEN, first)),
        end_date=to_dates(rows["end"], seen_from=day),
        emergency_order=yes_no(rows["emergency"] & (rows["start"] > months_before(day, 6))),
        previous_plans=rows["previous"].astype("Int64"),
    )
    return add_holders(history, fields, rows, upto - (rows["end"] <= day))
