"""The deep dives of a year: drawn, read, closed with what was agreed, and reviewed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import yaml

from qa_sampling.runs.year.folder import InventedYear, collecting_day, month_before
from qa_sampling.runs.year.making import quarterly_extracts

_OWNERS = ("Service Delivery Manager", "Senior Manager", "Principal Social Worker")
"""Roles that own what a deep dive agreed, in the order of its actions."""
WEEKS_TO_ACT = 6
"""Weeks from the day on which actions are agreed to the day they are due."""


@dataclass(frozen=True)
class YearDive:
    """A deep dive of the year.

    Attributes
    ----------
    measure : str
        Its name in the registry, and that of its parameter file.
    drawn, closed, reviewed : int
        The months in which cases are drawn, it is closed, and the measure is tested again.
    recommendation : str
        What the group recommends once the cases have been read.
    actions : tuple of str
        What was agreed.
    more : tuple of str
        Further parameters, such as "draw_when=always".
    """

    measure: str
    drawn: int
    closed: int
    reviewed: int
    recommendation: str
    actions: tuple[str, ...]
    more: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Its parameter file in the project."""
        return f"parameters/deep_dive_{self.measure}.yml"

    def agreed_file(self, made: InventedYear) -> Path:
        """Give the parameter file of what was agreed."""
        return made.folder / "restricted" / f"agreed_{self.measure}.yml"


DIVES = (
    YearDive(
        "re_referrals", 5, 7, 12,
        "Invented: agree with the police what a referral tells, and plan each closure with the "
        "family.",
        (
            "Invented: hold a joint desk with the police on each second referral of a family",
            "Invented: write into each closure who helps the family next",
        ),
    ),
    YearDive(
        "second_plans", 7, 10, 12,
        "Invented: look at what the first plan left undone before a second one begins.",
        ("Invented: bring each second plan to group supervision within ten days",),
        # nothing stands out, and the group asked for the cases all the same
        ("draw_when=always", "read=8"),
    ),
)  # fmt: skip
"""The year's deep dives."""


def dive_lines(made: InventedYear, period: str) -> tuple[tuple[str, ...], ...]:
    """Give the lines of a month by which deep dives are drawn, closed and reviewed.

    Closing looks at the extracts of the draw, so that nothing but the readers' forms is new; the
    review has those of its own month.

    Parameters
    ----------
    made : InventedYear
        The year.
    period : str
        The month.
    """
    lines, month = [], int(period[5:])
    for one in DIVES:
        drawn = f"{made.year}-{one.drawn:02d}"
        agreed = ("-f", str(one.agreed_file(made)))
        if month == one.drawn:
            lines.append(_line(made, one, drawn))
        elif month == one.closed:
            lines.append(_line(made, one, drawn, *agreed))
        elif month == one.reviewed:
            review = ("-p", f"review={month_before(period)}")
            lines.append(_line(made, one, period, *agreed, *review))
    return tuple(lines)


def _line(made: InventedYear, one: YearDive, at: str, *more: str) -> tuple[str, ...]:
    files = ("-f", str(made.month_file(at)), "-f", one.file)
    listed = json.dumps([str(path) for path in quarterly_extracts(made, at)])
    pairs = [word for pair in (f"extract={listed}", *one.more) for word in ("-p", pair)]
    before = month_before(f"{made.year}-{one.drawn:02d}")
    return ("run", "deep_dive", *files, *more, "--period", before, *pairs, "--quiet")


def write_agreed(made: InventedYear, period: str, staff: pd.DataFrame) -> int:
    """Write what was agreed in the deep dives that a month closes, as a person would; how many.

    Parameters
    ----------
    made : InventedYear
        The year.
    period : str
        The month.
    staff : DataFrame
        ``schema.STAFF``: who owns the actions.
    """
    closing = [one for one in DIVES if one.closed == int(period[5:])]
    for one in closing:
        due = collecting_day(period) + timedelta(weeks=WEEKS_TO_ACT)
        values = {"recommendation": one.recommendation, "actions": _actions(one, staff, due)}
        text = f"# What was agreed in {period}.\n\n{yaml.safe_dump(values, sort_keys=False)}"
        one.agreed_file(made).write_text(text, encoding="utf-8")
    return len(closing)


def _actions(one: YearDive, staff: pd.DataFrame, due: date) -> list[dict[str, str]]:
    rows = zip(one.actions, _OWNERS, strict=False)
    return [
        {
            "what": what,
            "owner": str(staff.loc[staff["role"] == role, "staff_id"].iloc[0]),
            "due": due.isoformat(),
        }
        for what, role in rows
    ]
