"""The sheet of actions: all that are open go out, what became of them comes back in.

Each row carries the version of the action it was written from, so that an old sheet cannot
undo what was recorded since. Reading a sheet again changes nothing; a corrected sheet
supersedes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ExtractError, ParameterError
from qa_sampling.loop.actions import action_faults, status_of
from qa_sampling.loop.vocabulary import ACTION_SOURCES, HOW_VERIFIED
from qa_sampling.records.book import Sheet
from qa_sampling.records.chain import canonical_json
from qa_sampling.records.extras_templates import CREATED
from qa_sampling.records.people import person_reader, written_names
from qa_sampling.records.quality import FaultLog, in_two
from qa_sampling.records.returned import ACTIONS
from qa_sampling.records.sheet_fields import (
    FORMATS,
    Field,
    choice,
    code,
    day,
    flag,
    headings_of,
    read_fields,
    words,
    words_without_numbers,
    write_fields,
)
from qa_sampling.records.tabular import read_book
from qa_sampling.schema import QUALITY_STANDARDS

OPEN, NEW = "Open actions", "New actions"
BLANK_ROWS = 40
_MARKING = "RESTRICTED – actions of single cases and members of staff"
_CHOOSE = "Choose from the list."
_DAY = "Write a day as dd/mm/yyyy."
_PERSON = "Write the name or number as in the staff list."
_LEAVE = "Leave it as it came; get a new sheet if it is lost."
_VERSION = re.compile(r"(E[0-9a-f]{8})-(new|[0-9a-f]{10})")
_SIDE = ("status", "sheet_id")


@dataclass(frozen=True)
class ActionRows:
    """What a sheet of actions says that the register does not hold yet. Restricted.

    Attributes
    ----------
    table : DataFrame
        Columns of ``returned.ACTIONS``: actions that are new or have changed.
    unchanged : int
        Rows that say what the register holds.
    """

    table: pd.DataFrame
    unchanged: int


def action_fields(staff: pd.DataFrame | None, today: date | None) -> tuple[Field, ...]:
    """Give the columns of the sheet.

    Parameters
    ----------
    staff : DataFrame or None
        ``schema.STAFF``; with it, owners and verifiers must be in it.
    today : date or None
        No day but the one an action is due may lie after it.
    """
    person, past = person_reader(staff), day(today)
    by_word = {word: key for key, word in QUALITY_STANDARDS.items()}
    standards = choice(by_word | {key: key for key in QUALITY_STANDARDS})
    names = tuple(QUALITY_STANDARDS.values())
    public = "Leave out names and long numbers: everybody may read it."
    short = "Write less, and no child’s name."
    return (
        Field("action_id", "Action", code, _LEAVE, needed=True, width=20, fixed=True),
        Field("audit_id", "Came from", code, "Write the audit’s name, or another reference.",
              needed=True, width=18),
        Field("source", "Kind of source", choice(ACTION_SOURCES), _CHOOSE, options=ACTION_SOURCES),
        Field("standard", "Standard", standards, _CHOOSE, options=names, width=26),
        Field("text", "What is to be done", words, short, needed=True, width=44),
        Field("owner", "Owner", person, _PERSON, needed=True, width=26),
        Field("raised", "Raised", past, f"{_DAY} Not after today.", width=13),
        Field("due", "Due", day(), _DAY, needed=True, width=13),
        Field("completed", "Completed", past, f"{_DAY} Not after today.", width=13),
        Field("verified_by", "Verified by", person, _PERSON, width=26),
        Field("verified_date", "Verified on", past, f"{_DAY} Not after today.", width=13),
        Field("how_verified", "How verified", choice(HOW_VERIFIED), _CHOOSE, options=HOW_VERIFIED,
              width=24),
        Field("impact_evidence", "What difference it made", words, short, width=40),
        Field("withdrawn", "Withdrawn?", flag, "Write Yes, or leave it blank.",
              options=("Yes",), width=13),
        Field("publishable", "May be published?", flag, "Write Yes or No.", options=("Yes", "No"),
              width=13),
        Field("you_said", "You said", words_without_numbers, public, width=36),
        Field("we_did", "We did", words_without_numbers, public, width=36),
        Field("what_changed", "What changed", words_without_numbers, public, width=36),
        Field("version", "Version", _read_version, _LEAVE, needed=True, width=24, fixed=True),
    )  # fmt: skip


def write_action_sheet(
    path: Path | str,
    actions: pd.DataFrame,
    *,
    staff: pd.DataFrame | None = None,
    sheet_id: str = "",
) -> int:
    """Write all actions that are open or wait to be verified, and room for new ones.

    Parameters
    ----------
    path : path
        A new .xlsx file. Restricted.
    actions : DataFrame
        The register's actions (``returned.ACTIONS``).
    staff : DataFrame, optional
        ``schema.STAFF``, for names.
    sheet_id : str
        Name of the sheet, as "E0123abcd"; by chance when blank.

    Returns
    -------
    int
        How many actions are on it.

    Raises
    ------
    ParameterError
        When the file is there or is no .xlsx file.
    """
    from qa_sampling.workbooks import Formats, open_workbook, write_text_sheet

    path = require_new_workbook(path)
    name = sheet_id or f"E{secrets.token_hex(4)}"
    going = actions[status_of(actions).isin(("Open", "Completed"))]
    going = going.sort_values(["due", "action_id"])
    fields, people = action_fields(staff, None), written_names(staff)
    rows = [_shown(row, people, name) for row in going.to_dict("records")]
    blank = [
        {"action_id": f"{name}-{number:03d}", "version": f"{name}-new"}
        for number in range(1, BLANK_ROWS + 1)
    ]
    with open_workbook(path, created=CREATED, title="Actions") as book:
        formats = Formats(book, FORMATS)
        write_text_sheet(book, "Notes", "Actions: what became of them", _NOTES, formats,
                         marking=_MARKING, contents=None)  # fmt: skip
        write_fields(book, OPEN, fields, rows, formats, marking=_MARKING)
        write_fields(book, NEW, fields, blank, formats, marking=_MARKING)
    return len(rows)


def read_action_sheet(
    path: Path | str,
    actions: pd.DataFrame,
    *,
    today: date,
    staff: pd.DataFrame | None = None,
) -> ActionRows:
    """Read a sheet of actions beside what the register holds.

    Parameters
    ----------
    path : path
        The filled-in workbook, saved by any program.
    actions : DataFrame
        The register's actions (``returned.ACTIONS``).
    today : date
        Day it is read on.
    staff : DataFrame, optional
        ``schema.STAFF``.

    Raises
    ------
    ExtractError
        One error that lists every fault by file, sheet, row and column; none holds a value.
    """
    path, log = Path(path), FaultLog()
    fields = action_fields(staff, today)
    parts = [
        read_fields(path.name, sheet, fields, log, prefilled=("action_id", "version")).assign(
            sheet=sheet.name
        )
        for sheet in _sheets(path, log)
    ]
    if not parts:
        log.raise_if_stopped("The sheet of actions")
    held = pd.concat(parts, ignore_index=True)
    _note_repeated(path.name, held, log)
    sound = held[held["whole"]].reset_index(drop=True)
    rows, places = _as_actions(sound), sound[["sheet", "row", "version"]]
    _note_rules(path.name, rows, places, log)
    _note_names(path.name, rows, places, staff, log)
    changed = _note_versions(path.name, rows, places, actions, log)
    log.raise_if_stopped("The sheet of actions")
    return ActionRows(rows[changed].reset_index(drop=True), int((~changed).sum()))


def require_new_workbook(path: Path | str) -> Path:
    """Give a path at which a workbook can be written, and refuse any other.

    Parameters
    ----------
    path : path
        Where it is to be.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx" or path.exists() or not path.parent.is_dir():
        raise ParameterError(
            f"The sheet must be a new .xlsx file in a folder that exists; got {path.name!r}."
        )
    return path


def action_version(row: dict) -> str:
    """Give ten digits that tell one version of an action from another.

    Parameters
    ----------
    row : dict
        Columns of ``returned.ACTIONS``; how it is called and where it was read do not count.
    """
    told = {
        name: str(value)[:10] if isinstance(value, (date, pd.Timestamp)) else str(value)
        for name, value in row.items()
        if name in ACTIONS.names and name not in _SIDE and pd.notna(value) and str(value).strip()
    }
    if str(row.get("status")).casefold() == "withdrawn":
        told["status"] = "Withdrawn"
    told.setdefault("source", "Audit")
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()[:10]


_NOTES = (
    ("Open actions", "Each is in a row. Fill in what has happened; leave the other rows as they "
     "are. Grey-blue cells come filled in: leave them."),
    ("Completed", "The day the owner says that it was done."),
    ("Verified", "Somebody other than the owner has seen that it was done, on which day and how. "
     "Only then is an action closed."),
    ("New actions", "One a row, also from observations, complaints and other activity: write in "
     "“Came from” which one."),
    ("May be published?", "Yes only where the words under “You said”, “We did” and “What changed” "
     "may be read by everybody. Nothing else of an action is ever published."),
    ("Child’s details", "Write no child’s name, number or date of birth anywhere."),
)  # fmt: skip


def _read_version(value: object) -> object:
    text = code(value)
    if not isinstance(text, str) or not _VERSION.fullmatch(text):
        from qa_sampling.records.cells import Unreadable

        return None if text is None else Unreadable("is not as it came")
    return text


def _shown(row: dict, people: dict[str, str], name: str) -> dict:
    told = {key: None if pd.isna(value) else value for key, value in row.items()}
    for column in ("owner", "verified_by"):
        told[column] = people.get(told[column], told[column])
    told["standard"] = QUALITY_STANDARDS.get(told["standard"], told["standard"])
    told["source"] = told["source"] or "Audit"
    return told | {"version": f"{name}-{action_version(row)}"}


def _sheets(path: Path, log: FaultLog) -> list[Sheet]:
    try:
        sheets = read_book(path).sheets
    except ExtractError as error:
        log.add("stop", path.name, "file", *in_two(str(error), path.name))
        return []
    found = [sheet for sheet in sheets if "version" in headings_of(sheet)]
    if not found:
        log.add("stop", path.name, "file", "no sheet has a heading “Version”",
                "Use a sheet that `qa-sampling actions export` wrote.")  # fmt: skip
    return found


def _as_actions(sound: pd.DataFrame) -> pd.DataFrame:
    rows = sound.reindex(columns=ACTIONS.names)
    rows["source"] = rows["source"].where(rows["source"].notna(), "Audit")
    rows["sheet_id"] = sound["version"].str.partition("-")[0] if len(sound) else None
    for column in ACTIONS.columns:
        if column.kind == "date":
            rows[column.name] = pd.to_datetime(rows[column.name])
    rows["status"] = sound["withdrawn"].map({"Yes": "Withdrawn"})
    rows = rows.astype(ACTIONS.empty().dtypes.to_dict())
    withdrawn = rows["status"] == "Withdrawn"
    rows["status"] = status_of(rows).where(~withdrawn, "Withdrawn")
    return rows


def _note_repeated(file: str, held: pd.DataFrame, log: FaultLog) -> None:
    again = held["action_id"].notna() & held.duplicated("action_id", keep=False)
    for sheet, part in held[again].groupby("sheet", sort=False):
        log.add("stop", file, str(sheet), "an action is there twice", "Keep one of the rows.",
                column="Action", rows=part["row"].tolist())  # fmt: skip


def _note_rules(file: str, rows: pd.DataFrame, places: pd.DataFrame, log: FaultLog) -> None:
    """Note what cannot be so, such as a verification by the owner."""
    fields = {field.name: field.heading for field in action_fields(None, None)}
    undated = places["version"].str.endswith("-new") & rows["raised"].isna()
    for sheet, part in places[undated.astype(bool)].groupby("sheet", sort=False):
        log.add("stop", file, str(sheet), "the cell is blank", f"{_DAY} New actions need it.",
                column="Raised", rows=part["row"].tolist())  # fmt: skip
    at = dict(zip(rows["action_id"], zip(places["sheet"], places["row"], strict=True), strict=True))
    for fault in action_faults(rows):
        sheet, row = at[fault.action_id]
        log.add("stop", file, sheet, f"the action {fault.fault}", fault.action,
                column=fields.get(fault.column, "Withdrawn?"), rows=[row])  # fmt: skip


def _note_names(
    file: str, rows: pd.DataFrame, places: pd.DataFrame, staff: pd.DataFrame | None, log: FaultLog
) -> None:
    """Note members of staff in words that are to be published, and words that say nothing."""
    names = [] if staff is None else [str(one).casefold() for one in staff["name"].dropna()]
    for column, heading in (("you_said", "You said"), ("we_did", "We did"),
                            ("what_changed", "What changed")):  # fmt: skip
        texts = rows[column].fillna("").str.casefold()
        named = texts.map(lambda text: any(name in text for name in names)).astype(bool)
        for sheet, part in places[named].groupby("sheet", sort=False):
            log.add("stop", file, str(sheet), "the cell names a member of staff",
                    "Take the name out: everybody may read it.", column=heading,
                    rows=part["row"].tolist())  # fmt: skip
    empty = (rows["publishable"] == "Yes") & (rows["you_said"].isna() | rows["we_did"].isna())
    for sheet, part in places[empty].groupby("sheet", sort=False):
        log.add("stop", file, str(sheet), "the action may be published, but says nothing",
                "Fill in “You said” and “We did”.", column="May be published?",
                rows=part["row"].tolist())  # fmt: skip


def _note_versions(
    file: str, rows: pd.DataFrame, places: pd.DataFrame, actions: pd.DataFrame, log: FaultLog
) -> pd.Series:
    """Say which rows are new or changed; note those that rest on what is no longer so."""
    held = {row["action_id"]: row for row in actions.to_dict("records")}
    changed, faults = [], {}
    for row, place in zip(rows.to_dict("records"), places.to_dict("records"), strict=True):
        sheet_id, _, version = place["version"].partition("-")
        current = held.get(row["action_id"])
        now = None if current is None else action_version(current)
        changed.append(current is None or now != action_version(row))
        fault = _version_fault(version, current, now, sheet_id)
        if changed[-1] and fault is None and current and current["audit_id"] != row["audit_id"]:
            fault = "the action came from something else", "Leave “Came from” as it came."
        if changed[-1] and fault:
            faults.setdefault((place["sheet"], *fault), []).append(place["row"])
    for (sheet, fault, to_do), numbers in faults.items():
        log.add("stop", file, sheet, fault, to_do, column="Version", rows=numbers)
    return pd.Series(changed, index=rows.index, dtype=bool)


def _version_fault(
    version: str, current: dict | None, now: str | None, sheet_id: str
) -> tuple[str, str] | None:
    if version == "new":
        if current is None or current["sheet_id"] == sheet_id:
            return None
        return "the action is in the register already", "Export the actions again."
    if current is None:
        return "the register knows no such action", "Write new actions on the sheet for them."
    if now == version or current["sheet_id"] == sheet_id:
        return None
    return (
        "the action was changed in the register since this sheet was written",
        "Export the actions again and fill in what is still missing.",
    )
