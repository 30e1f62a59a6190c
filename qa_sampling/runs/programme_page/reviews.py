"""When everything on the page is looked at again: the page, each standard, actions, curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.loop.standards import DISAGREE, NOT_YET, Reading
from qa_sampling.settings.calendar import Calendar, CalendarEntry

if TYPE_CHECKING:
    from qa_sampling.settings.programme import QaProgramme
    from qa_sampling.settings.programme_files import ProgrammeFiles

PAGE = "qa_programme"
AGAIN = (
    ("Open actions, and what has become of them", "actions_and_activity"),
    ("Outcomes, and whether curves turned", "outcome_trends"),
    ("How we compare with neighbours and England", "benchmarking"),
)
"""What the calendar looks at again, and the notebook that does."""


@dataclass(frozen=True)
class Reviews:
    """When things are looked at again; months as "2026-12".

    Attributes
    ----------
    page : str
        The next of these pages, by the month it is made in; blank when the calendar has none.
    standards : dict of str to str
        The month of each standard's next review, by its key; blank for none.
    others : DataFrame
        What else: `what`, `month` (blank for none), `owner`.
    owner : str
        Role that owns the page.
    """

    page: str
    standards: dict[str, str]
    others: pd.DataFrame
    owner: str = ""


def reviews_of(
    settings: QaProgramme, files: ProgrammeFiles, readings: Sequence[Reading]
) -> Reviews:
    """Say when the page, each standard, actions, second looks and outcomes are looked at again.

    A standard that reads as not yet good, or on which sources disagree, is looked at again on the
    next page; any other in the next of the months that the standards' file names.

    Parameters
    ----------
    settings : QaProgramme
        Name the month.
    files : ProgrammeFiles
        The calendar, the standards with the months of their review, and who reports.
    readings : sequence of Reading
        The scorecard.
    """
    own = _entry(files.calendar, PAGE)
    now = _later(settings.period, own.months_back if own else 0)
    page = _next(now, own.in_month) if own else ""
    usual = _next(now, files.standards.in_review_month)
    standards = {
        one.standard: page if one.reading in (NOT_YET, DISAGREE) and page else usual
        for one in readings
    }
    rows = [(what, *_when(now, _entry(files.calendar, run))) for what, run in AGAIN]
    again = next((one for one in files.calendar.entries if _is_again(one, files)), None)
    rows.append(("Cases with a low grade: second looks", *_when(now, again)))
    rows += [
        (one.what, _next(now, one.in_month), one.role)
        for one in files.responsibilities.responsibilities
        if one.owes == "report"
    ]
    others = pd.DataFrame(rows, columns=["what", "month", "owner"])
    return Reviews(page, standards, others, own.owner if own else "")


def _entry(calendar: Calendar, run: str) -> CalendarEntry | None:
    return next((one for one in calendar.entries if one.run == run), None)


def _is_again(entry: CalendarEntry, files: ProgrammeFiles) -> bool:
    return files.designs.get(entry.name) in files.again


def _when(now: str, entry: CalendarEntry | None) -> tuple[str, str]:
    return (_next(now, entry.in_month), entry.owner) if entry else ("", "")


def _next(now: str, asked: Callable[[int], bool]) -> str:
    """Give the first month after one that is asked for; blank for none within a year."""
    months = (_later(now, ahead) for ahead in range(1, 13))
    return next((one for one in months if asked(int(one[5:]))), "")


def _later(period: str, ahead: int) -> str:
    place = int(period[:4]) * 12 + int(period[5:]) - 1 + ahead
    return f"{place // 12:04d}-{place % 12 + 1:02d}"


def due_by_role(actions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Say by role of the owner when open actions fall due. Restricted: small numbers.

    Parameters
    ----------
    actions : DataFrame
        Actions as they stood on the day (``runs.loop.steps.Loop.actions``).
    day : Timestamp
        The day.

    Returns
    -------
    DataFrame
        One row a role with open actions: `Role`, `Open`, `Overdue`, `Due in the next month` (30
        days), `Next due`, `Longest overdue` (days of the calendar; "–" for none).
    """
    left = actions[actions["status"] == "Open"].assign(
        role=lambda held: held["owner_role"].astype("object").fillna("Not recorded")
    )
    rows = []
    for role, own in left.groupby("role", sort=True):
        ahead, late = own.loc[own["due"] >= day, "due"], own.loc[own["due"] < day, "due"]
        soon = int((ahead <= day + pd.Timedelta(days=30)).sum())
        rows.append((role, len(own), len(late), soon, _day(ahead.min()), _day(late.min())))
    heads = ["Role", "Open", "Overdue", "Due in the next month", "Next due", "Longest overdue"]
    return pd.DataFrame(rows, columns=heads)


def _day(value: pd.Timestamp) -> str:
    return "–" if pd.isna(value) else f"{value.day} {value:%B %Y}"
