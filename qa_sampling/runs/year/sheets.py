"""The workbooks of a year that are no forms: what became of actions, and other activity."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import openpyxl
import pandas as pd

from qa_sampling.loop.actions import status_of
from qa_sampling.loop.vocabulary import ACTIVITY_GROUPS, ACTIVITY_KINDS, HOW_VERIFIED
from qa_sampling.records.action_sheet import OPEN, action_fields, write_action_sheet
from qa_sampling.records.activity_sheet import activity_fields, write_activity_template
from qa_sampling.records.invented.activity import invent_activity
from qa_sampling.records.invented.days import add_weekdays, to_date, to_day
from qa_sampling.records.invented.follow_up import PUBLISHED_SHARE, TOLD
from qa_sampling.records.register import Register
from qa_sampling.runs.returns_in import teams_of
from qa_sampling.runs.year.dives import WEEKS_TO_ACT
from qa_sampling.runs.year.folder import (
    HISTORY_MONTHS,
    InventedYear,
    collecting_day,
    month_before,
)
from qa_sampling.schema import QUALITY_STANDARDS

DONE, VERIFIED, EVIDENCED = 0.86, 0.7, 0.6
"""Shares of actions that are done, of these verified, and of these with evidence."""
DEEP_DIVE = "Deep dive"
"""Source of the actions that a deep dive agreed, which are all done: its review waits for them."""
_EVIDENCE = (
    "Invented: the next record shows it, and the family says so.",
    "Invented: seen in the plan and in the last visits.",
    "Invented: the next supervision reflects on it.",
)


def fill_actions(made: InventedYear, period: str, staff: pd.DataFrame) -> bool:
    """Export the open actions and write in what became of them by the month's day.

    Parameters
    ----------
    made : InventedYear
        The year.
    period : str
        The month in which the sheet is recorded.
    staff : DataFrame
        ``schema.STAFF``.

    Returns
    -------
    bool
        Whether there was an open action; without one no sheet is written.
    """
    with Register.open(made.outputs / "register.sqlite", create=False) as register:
        actions = register.actions()
        ended = register.audits().set_index("audit_id")["date_completed"]
    going = actions[status_of(actions).isin(("Open", "Completed"))]
    if going.empty:
        return False
    path, name = made.sheet("actions", period), _sheet_id("E", made, f"actions {period}")
    write_action_sheet(path, actions, staff=staff, sheet_id=name)
    now, known = collecting_day(period), actions.set_index("action_id")
    known["raised"] = known["raised"].fillna(known["audit_id"].map(ended)).fillna(known["due"])
    fields = [field.name for field in action_fields(staff, now)]
    book = openpyxl.load_workbook(path)
    for row in book[OPEN].iter_rows(min_row=2):
        action = row[fields.index("action_id")].value
        for column, value in _became(action, known.loc[action], staff, now).items():
            row[fields.index(column)].value = value
    book.save(path)
    return True


def _became(action_id: str, action: pd.Series, staff: pd.DataFrame, now: date) -> dict[str, Any]:
    """Give what is to be written of an action: nothing, done, or done and verified."""
    begun, share, days = action["raised"].date(), DONE, 60
    if action["source"] == DEEP_DIVE:
        begun, share, days = action["due"].date() - timedelta(weeks=WEEKS_TO_ACT), 1.0, 30
    luck = _chance(action_id, "done")
    done = to_date(add_weekdays(to_day(begun), 1 + int(days * luck / share)))
    if luck > share or done > now:
        return {}
    written: dict[str, Any] = {"completed": done}
    seen = to_date(add_weekdays(to_day(done), 3 + int(30 * _chance(action_id, "seen"))))
    if _chance(action_id, "verified") > VERIFIED or seen > now:
        return written
    others = staff[staff["may_moderate"] & staff["staff_id"].ne(action["owner"])]
    who = others["name"].iloc[int(_chance(action_id, "who") * len(others))]
    how = HOW_VERIFIED[int(_chance(action_id, "how") * len(HOW_VERIFIED))]
    written |= {"verified_by": who, "verified_date": seen, "how_verified": how}
    if _chance(action_id, "evidence") < EVIDENCED:
        written["impact_evidence"] = _EVIDENCE[int(_chance(action_id, "what") * len(_EVIDENCE))]
    told = TOLD.get(str(action["standard"]))
    if told and _chance(action_id, "told") < PUBLISHED_SHARE:
        said = dict(zip(("you_said", "we_did", "what_changed"), told, strict=True))
        written |= {"publishable": "Yes"} | {name: text or None for name, text in said.items()}
    return written


def fill_activities(made: InventedYear, period: str, staff: pd.DataFrame) -> bool:
    """Write the other activity since the month before into an empty template.

    Parameters
    ----------
    made : InventedYear
        The year.
    period : str
        The month in which the sheet is recorded.
    staff : DataFrame
        ``schema.STAFF``.

    Returns
    -------
    bool
        Whether there was any.
    """
    every = invent_activity(
        staff, seed=made.seed, scale=made.scale, until=made.until, months=HISTORY_MONTHS
    )
    now = pd.Timestamp(collecting_day(period))
    last = pd.Timestamp(collecting_day(month_before(period)))
    own = every[(every["date"] > last) & (every["date"] <= now)]
    if own.empty:
        return False
    teams = teams_of(staff)
    path = made.sheet("activities", period)
    name = _sheet_id("T", made, f"activities {period}")
    write_activity_template(path, teams=teams, sheet_id=name)
    book = openpyxl.load_workbook(path)
    for group in ACTIVITY_GROUPS:
        fields = [field.name for field in activity_fields(group, teams=teams)]
        kinds = [kind for kind, told in ACTIVITY_KINDS.items() if told.group == group]
        _write_rows(book[group], fields, own[own["kind"].isin(kinds)])
    book.save(path)
    return True


def _write_rows(sheet: Any, fields: list[str], rows: pd.DataFrame) -> None:  # noqa: ANN401
    for number, row in enumerate(rows.to_dict("records"), start=2):
        for place, name in enumerate(fields, start=1):
            value = row.get(name)
            if name != "activity_id" and not pd.isna(value):
                day = value.date() if isinstance(value, pd.Timestamp) else value
                sheet.cell(number, place).value = _plain(name, day)


def _plain(name: str, value: object) -> object:
    if name == "standards":
        return "; ".join(QUALITY_STANDARDS.get(one, one) for one in str(value).split("; "))
    return value


def _sheet_id(letter: str, made: InventedYear, what: str) -> str:
    return letter + hashlib.sha256(f"{made.seed}|{what}".encode()).hexdigest()[:8]


def _chance(action_id: str, what: str) -> float:
    text = f"{what}|{action_id}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 16**8
