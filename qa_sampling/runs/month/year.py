"""The year's programme as a table: month by month, what runs and what is due by whom."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.dates import month_in_words
from qa_sampling.settings.calendar import Calendar, first_day

COLUMNS = ("Month", "Kind", "What", "Owner", "Looks at", "After")


def year_of(calendar: Calendar, year: int) -> pd.DataFrame:
    """Give a year of the programme.

    Parameters
    ----------
    calendar : Calendar
        The programme.
    year : int
        The year.

    Returns
    -------
    DataFrame
        A row an entry and month, all text: `Month`, `Kind` ("runs" or "due"), `What`, `Owner`,
        `Looks at` (the month a run looks at; blank for what is due) and `After` (what is
        published before it in that month).
    """
    rows = []
    for number in range(1, 13):
        period = f"{year:04d}-{number:02d}"
        entries = calendar.of_month(period)
        titles = {entry.name: entry.label for entry in entries}
        for entry in sorted(entries, key=lambda one: not one.run):
            looked_at = month_in_words(first_day(entry.period_in(period))) if entry.run else ""
            after = ", ".join(titles[name] for name in entry.after if name in titles)
            kind, month = "runs" if entry.run else "due", month_in_words(first_day(period))
            rows.append((month, kind, entry.label, entry.owner, looked_at, after))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def at_a_glance(table: pd.DataFrame) -> pd.DataFrame:
    """Give the year on one page: a row an entry, a column a month.

    Parameters
    ----------
    table : DataFrame
        From :func:`year_of`.

    Returns
    -------
    DataFrame
        All text: `What`, `Owner`, then the months as "Jan" to "Dec" with "runs", "due" or "–"; in
        the order of first appearance, what runs before what is due.
    """
    months = list(table["Month"].unique())
    ordered = pd.concat([table[table["Kind"] == kind] for kind in ("runs", "due")])
    rows = []
    for (what, owner), part in ordered.groupby(["What", "Owner"], sort=False):
        kinds = dict(zip(part["Month"], part["Kind"], strict=True))
        rows.append((what, owner, *(kinds.get(month, "–") for month in months)))
    columns = ["What", "Owner", *(month[:3] for month in months)]
    return pd.DataFrame(rows, columns=columns, dtype="str")
