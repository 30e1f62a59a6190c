"""The sheets of other QA activity: one a group of kinds, out empty and back filled in.

Every row has a reference of its own, so that a sheet that is read again changes nothing and a
corrected row supersedes the earlier one. Nobody is named; a child never.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ExtractError
from qa_sampling.loop.vocabulary import ACTIVITY_GROUPS, ACTIVITY_KINDS, OUTCOMES, THEMES, VIEWS
from qa_sampling.records.action_sheet import require_new_workbook
from qa_sampling.records.activities import ACTIVITIES, GIVEN_BY
from qa_sampling.records.book import Cell, Sheet
from qa_sampling.records.cells import Unreadable, read_text, read_whole
from qa_sampling.records.extras_templates import CREATED
from qa_sampling.records.quality import FaultLog, in_two
from qa_sampling.records.sheet_fields import (
    FORMATS,
    Field,
    choice,
    code,
    day,
    headings_of,
    read_fields,
    several,
    words_without_numbers,
    write_fields,
)
from qa_sampling.records.tabular import read_book
from qa_sampling.schema import AUDITOR_ROLES, GRADES, NOT_APPLICABLE, QUALITY_STANDARDS

BLANK_ROWS = 60
_MARKING = "RESTRICTED – about single families and members of staff"
_CHOOSE = "Choose from the list."
_NO_SCORE = Unreadable("is no score from 0 to 100")
_TOO_MANY = Unreadable("is a number of people above 100,000")
_MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class ActivityRows:
    """What sheets of activity say that the register does not hold yet. Restricted.

    Attributes
    ----------
    table : DataFrame
        Columns of ``activities.ACTIVITIES``: new or changed.
    unchanged : int
        Rows that say what the register holds.
    """

    table: pd.DataFrame
    unchanged: int


_ALWAYS = "activity_id kind date service team standards themes people note".split()
_COLUMNS: dict[str, tuple[str, ...]] = {
    "Observations": (*_ALWAYS, "observer_role", "grade", "score"),
    "Deskside discussions": (*_ALWAYS, "observer_role", "grade"),
    "Feedback": (*_ALWAYS, "given_by", "view"),
    "Complaints": (*_ALWAYS, "given_by", "outcome"),
    "Surveys": (*_ALWAYS, "given_by", "view", "score"),
    "Escalations": (*_ALWAYS, "observer_role", "outcome"),
    "Other activity": (*_ALWAYS, "observer_role", "grade", "score"),
}
"""The columns of each sheet."""
_ROLE_HEADINGS = {"Escalations": "Role of who escalated", "Other activity": "Role of who led"}


def activity_fields(
    group: str,
    *,
    today: date | None = None,
    teams: Mapping[str, str] | None = None,
    themes: Mapping[str, str] = THEMES,
) -> tuple[Field, ...]:
    """Give the columns of a sheet.

    Parameters
    ----------
    group : str
        Name of the sheet, one of ``loop.vocabulary.ACTIVITY_GROUPS``.
    today : date, optional
        No day may lie after it.
    teams : mapping of str to str, optional
        Team to service; any are taken without.
    themes : mapping of str to str
        Tags and the words people read.
    """
    kinds = tuple(name for name, kind in ACTIVITY_KINDS.items() if kind.group == group)
    standards = {word: key for key, word in QUALITY_STANDARDS.items()}
    standards |= {key: key for key in QUALITY_STANDARDS}
    tags = {word: tag for tag, word in themes.items()} | {tag: tag for tag in themes}
    known_teams = choice(tuple(teams)) if teams else _name
    services = tuple(dict.fromkeys((teams or {}).values()))
    known_services = choice(services) if services else _name
    every = (
        Field("activity_id", "Reference", code, "Leave it as it came; one a row.", needed=True,
              width=18, fixed=True),
        Field("kind", "Kind", choice(kinds), _CHOOSE, needed=True, options=kinds, width=34),
        Field("date", "Date", day(today), "Write a day as dd/mm/yyyy, not after today.",
              needed=True, width=13),
        Field("service", "Service", known_services, "Write the service as in the staff list.",
              options=services, width=22),
        Field("team", "Team", known_teams, "Write the team as in the staff list.", width=26),
        Field("observer_role", _ROLE_HEADINGS.get(group, "Role of the observer"), _name,
              "Write a role, not a name.", options=AUDITOR_ROLES, width=26),
        Field("given_by", "Who said it", choice(GIVEN_BY), _CHOOSE, options=GIVEN_BY, width=22),
        Field("view", "On the whole", choice(VIEWS), _CHOOSE, options=VIEWS, width=14),
        Field("outcome", "What became of it", choice(OUTCOMES), _CHOOSE, options=OUTCOMES,
              width=18),
        Field("grade", "Grade", choice((*GRADES, NOT_APPLICABLE)), _CHOOSE,
              options=(*GRADES, NOT_APPLICABLE), width=22),
        Field("score", "Score (0 to 100)", _score, "Write a number from 0 to 100.", width=12),
        Field("people", "How many people", _people, "Write a whole number.", width=12),
        Field("standards", "Standards", several(standards),
              "Write standards of the notes, with semicolons between them.", width=34),
        Field("themes", "Themes", several(tags),
              "Write tags of the notes, with semicolons between them.", width=30),
        Field("note", "Note", words_without_numbers,
              "Write less, and no child’s name or number.", width=44),
    )  # fmt: skip
    return tuple(field for field in every if field.name in _COLUMNS[group])


def write_activity_template(
    path: Path | str,
    *,
    teams: Mapping[str, str] | None = None,
    themes: Mapping[str, str] = THEMES,
    sheet_id: str = "",
) -> Path:
    """Write empty sheets of other QA activity, one a group of kinds, with notes.

    Parameters
    ----------
    path : path
        A new .xlsx file.
    teams : mapping of str to str, optional
        Team to service.
    themes : mapping of str to str
        Tags and the words people read.
    sheet_id : str
        Name of the workbook, as "T0123abcd"; by chance when blank, so that the references of
        two workbooks never meet.

    Raises
    ------
    ParameterError
        When the file is there or is no .xlsx file.
    """
    from qa_sampling.workbooks import Formats, open_workbook, write_text_sheet

    path = require_new_workbook(path)
    name = sheet_id or f"T{secrets.token_hex(4)}"
    notes = [*_NOTES, ("Standards", "; ".join(QUALITY_STANDARDS)),
             *((word, key) for key, word in QUALITY_STANDARDS.items()),
             ("Themes", "Write the tag; others are refused."),
             *((word, tag) for tag, word in themes.items())]  # fmt: skip
    if teams:
        notes += [("Teams", "; ".join(sorted(teams)))]
    with open_workbook(path, created=CREATED, title="Other QA activity") as book:
        formats = Formats(book, FORMATS)
        write_text_sheet(book, "Notes", "Other QA activity", notes, formats,
                         marking=_MARKING, contents=None)  # fmt: skip
        for group in ACTIVITY_GROUPS:
            fields = activity_fields(group, teams=teams, themes=themes)
            letters = group[:2].upper()
            rows: list[dict[str, object]] = [
                {"activity_id": f"{name}-{letters}{number:03d}"}
                for number in range(1, BLANK_ROWS + 1)
            ]
            only = [kind for kind, told in ACTIVITY_KINDS.items() if told.group == group]
            if len(only) == 1:
                rows = [row | {"kind": only[0]} for row in rows]
            write_fields(book, group, fields, rows, formats, marking=_MARKING)
    return path


def read_activity_sheet(
    path: Path | str,
    activities: pd.DataFrame,
    *,
    today: date,
    teams: Mapping[str, str] | None = None,
    themes: Mapping[str, str] = THEMES,
) -> ActivityRows:
    """Read sheets of activity beside what the register holds.

    Parameters
    ----------
    path : path
        The filled-in workbook, saved by any program; or a CSV file named after its sheet.
    activities : DataFrame
        The register's activities (``activities.ACTIVITIES``).
    today : date
        Day it is read on.
    teams, themes
        As for :func:`activity_fields`.

    Raises
    ------
    ExtractError
        One error that lists every fault by file, sheet, row and column; none holds a value.
    """
    path, log = Path(path), FaultLog()
    parts = []
    for group, sheet in _sheets(path, log):
        fields = activity_fields(group, today=today, teams=teams, themes=themes)
        only = [kind for kind, told in ACTIVITY_KINDS.items() if told.group == group]
        prefilled = ("activity_id", "kind") if len(only) == 1 else ("activity_id",)
        read = read_fields(path.name, sheet, fields, log, prefilled=prefilled)
        parts.append(read.assign(sheet=sheet.name))
    if not parts:
        log.raise_if_stopped("The sheets of activity")
    held = pd.concat(parts, ignore_index=True)
    _note_repeated(path.name, held, log)
    sound = held[held["whole"]].reset_index(drop=True)
    rows = _as_activities(sound, teams)
    _note_places(path.name, rows, sound, teams, log)
    changed = _note_earlier(path.name, rows, sound, activities, log)
    log.raise_if_stopped("The sheets of activity")
    return ActivityRows(rows[changed].reset_index(drop=True), int((~changed).sum()))


_NOTES = (
    ("Sheets", "One a kind of activity. Fill in a row for each activity; leave other sheets "
     "empty. Grey-blue cells come filled in: leave them."),
    ("Corrections", "Correct the row in this very workbook and hand it in again. For other "
     "activity get a new workbook, so that no two rows have one reference."),
    ("People", "Write no child’s name and no member of staff’s: roles, teams and services only."),
)  # fmt: skip


def _name(value: Cell) -> str | Unreadable | None:
    text = words_without_numbers(value)
    if isinstance(text, str) and not isinstance(text, Unreadable) and len(text) > 80:
        return Unreadable("holds more than 80 characters")
    return text


def _score(value: Cell) -> float | Unreadable | None:
    if isinstance(value, bool):
        return _NO_SCORE
    if isinstance(value, int | float):
        return float(value) if 0 <= value <= 100 else _NO_SCORE
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    try:
        number = float(text)
    except ValueError:
        return _NO_SCORE
    return number if 0 <= number <= 100 else _NO_SCORE


def _people(value: Cell) -> int | Unreadable | None:
    number = read_whole(value)
    if isinstance(number, int) and number > _MOST_PEOPLE:
        return _TOO_MANY
    return number


def _sheets(path: Path, log: FaultLog) -> list[tuple[str, Sheet]]:
    try:
        sheets = read_book(path).sheets
    except ExtractError as error:
        log.add("stop", path.name, "file", *in_two(str(error), path.name))
        return []
    groups = {group.casefold(): group for group in ACTIVITY_GROUPS}
    found = []
    for sheet in sheets:
        group = groups.get(sheet.name.strip().casefold())
        if group:
            found.append((group, sheet))
        elif "reference" in headings_of(sheet):
            log.add("stop", path.name, sheet.name, "the sheet has a name that is not known",
                    f"Call it {', '.join(ACTIVITY_GROUPS)}.")  # fmt: skip
    if not found and not log.must_stop:
        log.add("stop", path.name, "file", "no sheet is called as one of the template",
                "Use the workbook that `qa-sampling activities template` wrote.")  # fmt: skip
    return found


def _as_activities(sound: pd.DataFrame, teams: Mapping[str, str] | None) -> pd.DataFrame:
    rows = sound.reindex(columns=ACTIVITIES.names)
    rows["sheet_id"] = sound["activity_id"].str.rpartition("-")[0] if len(sound) else None
    rows["sheet_id"] = rows["sheet_id"].replace("", None)
    if teams:
        of_team = rows["team"].map(dict(teams))
        rows["service"] = rows["service"].where(rows["service"].notna(), of_team)
    rows["date"] = pd.to_datetime(rows["date"])
    return rows.astype(ACTIVITIES.empty().dtypes.to_dict())


def _note_repeated(file: str, held: pd.DataFrame, log: FaultLog) -> None:
    again = held["activity_id"].notna() & held.duplicated("activity_id", keep=False)
    for sheet, part in held[again].groupby("sheet", sort=False):
        log.add("stop", file, str(sheet), "a reference is there twice",
                "Give every activity a row of its own with the reference that came in it.",
                column="Reference", rows=part["row"].tolist())  # fmt: skip


def _note_places(
    file: str,
    rows: pd.DataFrame,
    places: pd.DataFrame,
    teams: Mapping[str, str] | None,
    log: FaultLog,
) -> None:
    """Note teams of another service, and activity of which nobody can say where it was."""
    of_all = [name for name, kind in ACTIVITY_KINDS.items() if kind.is_of_all]
    nowhere = rows["service"].isna() & rows["team"].isna() & ~rows["kind"].isin(of_all)
    for sheet, part in places[nowhere].groupby("sheet", sort=False):
        log.add("stop", file, str(sheet), "neither service nor team is given",
                "Give one of them.", column="Service", rows=part["row"].tolist())  # fmt: skip
    if teams:
        other = rows["team"].notna() & (rows["team"].map(dict(teams)) != rows["service"])
        for sheet, part in places[other].groupby("sheet", sort=False):
            log.add("stop", file, str(sheet), "the team is not of that service",
                    "Correct one of them, or leave the service blank.", column="Team",
                    rows=part["row"].tolist())  # fmt: skip
    feedback = rows["kind"].isin([name for name in ACTIVITY_KINDS if name.startswith("Feedback")])
    unsaid = feedback & rows["view"].isna()
    for sheet, part in places[unsaid].groupby("sheet", sort=False):
        log.add("stop", file, str(sheet), "feedback says nothing on the whole",
                "Choose Positive, Mixed or Negative.", column="On the whole",
                rows=part["row"].tolist())  # fmt: skip


def _note_earlier(
    file: str, rows: pd.DataFrame, places: pd.DataFrame, activities: pd.DataFrame, log: FaultLog
) -> pd.Series:
    """Say which rows are new or changed; note references that belong to something else."""
    held = {row["activity_id"]: row for row in activities.to_dict("records")}
    changed, faults = [], {}
    for row, place in zip(rows.to_dict("records"), places.to_dict("records"), strict=True):
        current = held.get(row["activity_id"])
        changed.append(current is None or _plain(current) != _plain(row))
        if changed[-1] and current is not None and _is_another(current, row):
            faults.setdefault(place["sheet"], []).append(place["row"])
    for sheet, numbers in faults.items():
        log.add("stop", file, sheet, "the reference is of another activity in the register",
                "If a filled-in workbook was copied, get a new one: references are one a row.",
                column="Reference", rows=numbers)  # fmt: skip
    return pd.Series(changed, index=rows.index, dtype=bool)


def _plain(row: dict) -> dict:
    return {name: value for name, value in row.items() if pd.notna(value) and name != "sheet_id"}


def _is_another(current: dict, row: dict) -> bool:
    """Say whether two rows tell of different activities rather than one corrected."""
    if current["kind"] != row["kind"]:
        return True
    same_day = current["date"] == row["date"]
    same_team = _plain(current).get("team") == _plain(row).get("team")
    return not same_day and not same_team
