"""Puts monthly extracts in order of time and stacks them, the newest facts first."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from qa_sampling.records.annex_a_finding import Extract
from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.annex_a_source import ENDS, KEY_DATES, id_field
from qa_sampling.records.quality import FaultLog

Read = tuple[Extract, dict[int, pd.DataFrame]]
"""An extract and the lists read from it."""


def oldest_first(read: list[Read], log: FaultLog) -> list[Read]:
    """Put extracts in order of time: by the month in their names, or by what they hold.

    Parameters
    ----------
    read : list of (Extract, dict of int to DataFrame)
        Extracts in any order. Their names decide when each has one month and no two the
        same; otherwise the dates of their events do, of which a twentieth may be mistyped.
    log : FaultLog
        Told which way was taken.
    """
    if len(read) < 2:
        return read
    named = [month_in_name(extract.name) for extract, _ in read]
    if all(named) and len(set(named)) == len(named):
        order, how = named, "by the month in their names"
    else:
        order, how = [_latest_event(lists) for _, lists in read], "by their latest events"
    fault = f"{len(read)} extracts were stacked, put in order {how}"
    log.add("note", "", "Annex A", fault, "Where they differ the newest counts.")
    ranked = sorted(range(len(read)), key=lambda place: (order[place], read[place][0].name))
    return [read[place] for place in ranked]


def month_in_name(name: str) -> str | None:
    """Give the year, month and day in a file name, such as "2026-10" in "annex_a_2026-10.xlsx".

    Parameters
    ----------
    name : str
        File or folder name.

    Returns
    -------
    str or None
        "yyyy-mm" or "yyyy-mm-dd"; None when there is no month, or more than one.
    """
    tidy = Path(name).stem.casefold()
    found = re.findall(r"(?<!\d)(20\d\d)[-_. ]?(0[1-9]|1[0-2])(?:[-_. ]?([0-3]\d))?(?!\d)", tidy)
    found += [
        (year, month, day)
        for day, month, year in re.findall(
            r"(?<!\d)([0-3]\d)[-_. ](0[1-9]|1[0-2])[-_. ](20\d\d)(?!\d)", tidy
        )
    ]
    names = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    found += [
        (year, f"{names.index(month) + 1:02d}", "")
        for month, year in re.findall(rf"({'|'.join(names)})[a-z]*[-_. ]*(20\d\d)(?!\d)", tidy)
    ]
    found += [
        (year, f"{names.index(month) + 1:02d}", "")
        for year, month in re.findall(rf"(?<!\d)(20\d\d)[-_. ]*({'|'.join(names)})", tidy)
    ]
    return "-".join(part for part in found[0] if part) if len(set(found)) == 1 else None


def _latest_event(lists: dict[int, pd.DataFrame]) -> pd.Timestamp:
    """Give a late date among an extract's events, robust to a mistyped one."""
    parts = [frame[KEY_DATES[number]].dropna() for number, frame in lists.items() if number <= 5]
    dates = pd.concat(parts or [pd.Series(dtype="datetime64[us]")])
    return dates.quantile(0.95) if len(dates) else pd.Timestamp.min


def stack(ordered: list[Read], log: FaultLog) -> dict[int, pd.DataFrame]:
    """Join the extracts list by list; of rows with the same key the newest is kept.

    Parameters
    ----------
    ordered : list of (Extract, dict of int to DataFrame)
        Extracts and their lists, oldest first.
    log : FaultLog
        Told of episodes whose start date was changed later.

    Returns
    -------
    dict of int to DataFrame
        Every list that was found, with the columns `extract` and `in_newest`.
    """
    stacked: dict[int, pd.DataFrame] = {}
    for number, wanted in LISTS.items():
        parts = [
            lists[number].assign(extract=extract.name)
            for extract, lists in ordered
            if number in lists
        ]
        if not parts:
            continue
        newest = len(parts) - 1
        parts = [part.assign(in_newest=place == newest) for place, part in enumerate(parts)]
        joined = pd.concat(parts[::-1], ignore_index=True)
        date_field = KEY_DATES.get(number)
        key = [id_field(wanted), date_field] if date_field else [id_field(wanted)]
        unique = joined.drop_duplicates(key).reset_index(drop=True)
        stacked[number] = _without_redated(unique, number, log)
    return stacked


def _without_redated(rows: pd.DataFrame, number: int, log: FaultLog) -> pd.DataFrame:
    """Leave out older open episodes of a child whom the newest extract holds otherwise.

    An episode that was open, and that the newest extract no longer holds although it holds
    the child, was given another start date since. Kept, it would count twice.
    """
    end = ENDS.get(number)
    if end is None:
        return rows
    held = set(rows.loc[rows["in_newest"], "child_id"])
    redated = ~rows["in_newest"] & rows[end].isna() & rows["child_id"].isin(held)
    if redated.any():
        log.add(
            "mended",
            "",
            f"List {number} {LISTS[number].title}",
            "an open row of an older extract has another start date in the newest",
            "The newest counts.",
            count=int(redated.sum()),
        )
    return rows[~redated].reset_index(drop=True)
