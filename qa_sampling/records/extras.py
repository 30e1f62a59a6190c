"""Reads the tables an authority keeps beside Annex A: staff, families, case roles and more.

Each is a CSV file or a sheet named after its table ("staff", "families", "case_roles",
"restricted", "past_audits"), with the column names of :mod:`qa_sampling.schema` as headers;
:func:`write_templates` writes empty ones. Each is optional, and what cannot be guaranteed
without it is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ExtractError
from qa_sampling.records.annex_a_headers import normal
from qa_sampling.records.cells import (
    ColumnReading,
    Unreadable,
    read_column,
    read_date,
    read_id,
    read_text,
    read_whole,
)
from qa_sampling.records.extras_templates import write_templates
from qa_sampling.records.quality import FaultLog
from qa_sampling.records.tabular import SUFFIXES, Cell, Row, Sheet, read_book
from qa_sampling.schema import (
    CASE_ROLES,
    FAMILIES,
    NOT_RECORDED,
    PAST_AUDITS,
    RESTRICTED,
    STAFF,
    Column,
    Table,
    check_table,
)

__all__ = ["EXTRA_TABLES", "Extras", "read_extras", "write_templates"]

EXTRA_TABLES: dict[str, Table] = {
    "staff": STAFF,
    "families": FAMILIES,
    "case_roles": CASE_ROLES,
    "restricted": RESTRICTED,
    "past_audits": PAST_AUDITS,
}
"""The extra tables by the name of their file or sheet."""

WITHOUT: dict[str, str] = {
    "staff": "Without a staff table no auditors can be assigned, and cases have no service.",
    "families": "Without a families table two children of one family may both be audited in a "
    "month.",
    "case_roles": "Without case roles it cannot be guaranteed that an auditor never worked on "
    "or managed a case earlier: only the team and worker of today are known.",
    "restricted": "Without a table of restricted cases no case is kept out of the draw for "
    "confidentiality.",
    "past_audits": "Without past audits a case audited in recent months may be drawn again, "
    "unless the register knows of that audit.",
}
"""What cannot be guaranteed without each table."""

_OTHER_HEADERS = {
    "staff_id": ("staff number", "employee id", "employee number", "id"),
    "line_manager_id": ("line manager", "line manager staff id", "manager id"),
    "child_id": ("child unique id", "child identifier"),
    "family_id": ("family identifier", "household id"),
    "monthly_cap": ("cap", "audits a month", "most audits a month"),
    "date": ("audit date", "date of audit", "date audited"),
    "auditor_id": ("auditor", "auditor staff id"),
    "grade": ("overall grade",),
    "start": ("start date", "from"),
    "end": ("end date", "to"),
}
_YES = {"y", "yes", "true", "1", "t"}
_NO = {"n", "no", "false", "0", "f"}
_NOT_A_FLAG = Unreadable("is neither yes nor no (Y, N, Yes, No, True, False, 1 and 0 are read)")


@dataclass(frozen=True)
class Extras:
    """The extra tables that were given.

    Attributes
    ----------
    staff, families, case_roles, restricted, past_audits : DataFrame or None
        As declared in :mod:`qa_sampling.schema`; None when not given.
    quality : DataFrame
        Faults found in them (:data:`schema.QUALITY`).
    cannot_guarantee : tuple of str
        A sentence for each table that is absent.
    """

    staff: pd.DataFrame | None
    families: pd.DataFrame | None
    case_roles: pd.DataFrame | None
    restricted: pd.DataFrame | None
    past_audits: pd.DataFrame | None
    quality: pd.DataFrame
    cannot_guarantee: tuple[str, ...]


def read_extras(folder_or_files: Path | str | Sequence[Path | str] | None) -> Extras:
    """Read the extra tables from a folder, a workbook, or named files.

    Parameters
    ----------
    folder_or_files : path, sequence of paths or None
        Files and folders; in a folder, files and sheets that are none of the tables are
        passed over. None gives no tables.

    Returns
    -------
    Extras
        With a header-only template counted as absent.

    Raises
    ------
    ExtractError
        One error that lists everything that cannot be mended; its attribute `quality` holds
        the whole report.
    """
    log = FaultLog()
    sheets = _sheets(folder_or_files, log)
    tables: dict[str, pd.DataFrame | None] = dict.fromkeys(EXTRA_TABLES)
    for name, held in sheets.items():
        if len(held) > 1:
            files = ", ".join(file for file, _ in held)
            log.add("stop", files, name, "the table is given twice", "Keep one of them.")
            continue
        file, sheet = held[0]
        tables[name] = _TableReader(file, sheet, name, EXTRA_TABLES[name], log).read()
    _check_between(tables, log)
    log.raise_if_stopped("The set of extra tables")
    absent = tuple(WITHOUT[name] for name, table in tables.items() if table is None)
    return Extras(**tables, quality=log.table(), cannot_guarantee=absent)


def _sheets(
    given: Path | str | Sequence[Path | str] | None, log: FaultLog
) -> dict[str, list[tuple[str, Sheet]]]:
    """Find the sheet or file of every table; templates without rows are passed over."""
    found: dict[str, list[tuple[str, Sheet]]] = {}
    empty: dict[str, str] = {}
    for path, was_named in _files(given):
        in_folder_csv = path.suffix.lower() == ".csv" and _table_name(path.stem) is None
        if in_folder_csv and not was_named:
            continue
        try:
            book = read_book(path)
        except ExtractError as error:
            if was_named or _table_name(path.stem):
                log.add("stop", path.name, "file", str(error), "See there.")
            continue
        names = [(_table_name(sheet.name), sheet) for sheet in book.sheets]
        if was_named and not any(name for name, _ in names):
            log.add(
                "stop",
                path.name,
                "file",
                f"holds none of the tables {', '.join(EXTRA_TABLES)}",
                "Name the file or sheet after its table.",
            )
        for name, sheet in names:
            if name and len(sheet.rows) > 1:
                found.setdefault(name, []).append((path.name, sheet))
            elif name:
                empty[name] = path.name
    for name, file in empty.items():
        if name not in found:
            log.add("note", file, name, "the table holds no rows", "Counted as not given.")
    return found


def _files(given: Path | str | Sequence[Path | str] | None) -> Iterable[tuple[Path, bool]]:
    """Give every file, and whether it was named rather than found in a folder."""
    if given is None:
        return
    for path in map(Path, [given] if isinstance(given, str | Path) else given):
        if path.is_dir():
            for inner in sorted(path.iterdir()):
                hidden = inner.name.startswith(("~$", "."))
                if inner.suffix.lower() in SUFFIXES and not hidden:
                    yield inner, False
        else:
            yield path, True


def _table_name(name: str) -> str | None:
    tidy = normal(name).replace(" ", "_")
    tidy = {"restricted_cases": "restricted", "family": "families", "roles": "case_roles"}.get(
        tidy, tidy
    )
    return tidy if tidy in EXTRA_TABLES else None


@dataclass
class _TableReader:
    file: str
    sheet: Sheet
    name: str
    table: Table
    log: FaultLog

    def read(self) -> pd.DataFrame | None:
        """Give the declared table, or None when a fault stops the run."""
        header, rows = self.sheet.rows[0], self.sheet.rows[1:]
        places = self._places(header)
        if places is None or self._is_ragged(len(header.cells), rows):
            return None
        numbers = [row.number for row in rows]
        columns = {}
        for column in self.table.columns:
            place = places.get(column.name)
            cells: list[Cell] = [
                row.cells[place] if place is not None and place < len(row.cells) else None
                for row in rows
            ]
            reading = read_column(cells, numbers, _READERS[_kind(column)])
            self._note(column, reading)
            columns[column.name] = reading.values
        frame = pd.DataFrame(columns, dtype="object")
        frame["row"] = numbers
        frame = self._complete(frame)
        frame = self._unrepeated(frame)
        typed = frame[self.table.names].astype(self.table.empty().dtypes.to_dict())
        return (
            None if self._has_stopped() else check_table(typed.reset_index(drop=True), self.table)
        )

    def _add(
        self,
        severity: str,
        fault: str,
        action: str,
        column: str | None = None,
        rows: Sequence[int] = (),
    ) -> None:
        self.log.add(severity, self.file, self.name, fault, action, column=column, rows=rows)

    def _has_stopped(self) -> bool:
        return any(
            entry["severity"] == "stop" and entry["list"] == self.name for entry in self.log.entries
        )

    def _places(self, header: Row) -> dict[str, int] | None:
        """Say where each column stands; None when a needed one is missing."""
        names = [normal(cell) if isinstance(cell, str) else "" for cell in header.cells]
        places: dict[str, int] = {}
        taken: set[int] = set()
        for column in self.table.columns:
            wanted = [normal(column.name), *_OTHER_HEADERS.get(column.name, ())]
            at = next((names.index(want) for want in wanted if want in names), None)
            if at is not None and at not in taken:
                places[column.name] = at
                taken.add(at)
                if names.count(names[at]) > 1:
                    self._add("stop", "two columns have this header", "Remove one.", column.name)
            elif column.required:
                self._add(
                    "stop", "the column is missing", "Add it (see the template).", column.name
                )
            else:
                self._add("note", "the column is missing", "Read as blank.", column.name)
        extra = sum(1 for place, name in enumerate(names) if name and place not in taken)
        if extra:
            self._add("note", f"{extra} columns are not in the template", "They were not read.")
        return None if self._has_stopped() else places

    def _is_ragged(self, width: int, rows: list[Row]) -> bool:
        bad = [
            row.number
            for row in rows
            if self.sheet.is_csv
            and (len(row.cells) < width or any(cell is not None for cell in row.cells[width:]))
        ]
        if bad:
            self._add(
                "stop",
                f"the row does not have the header's {width} fields",
                "Save the table again with quotation marks around text.",
                rows=bad,
            )
        return bool(bad)

    def _note(self, column: Column, reading: ColumnReading) -> None:
        for reason, rows in reading.faults.items():
            if column.name in self.table.key or column.name.endswith("child_id"):
                self._add(
                    "stop", f"the cell {reason}", "Write the identifier as text.", column.name, rows
                )
            elif column.kind == "flag":
                self._add("mended", f"the cell {reason}", "Read as No.", column.name, rows)
            else:
                self._add("mended", f"the cell {reason}", "Left blank.", column.name, rows)

    def _complete(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Fill or set aside what is blank where a value is due."""
        for column in self.table.columns:
            blank = frame[column.name].isna()
            rows = frame.loc[blank, "row"].tolist()
            if column.kind == "flag":
                frame[column.name] = [value is True for value in frame[column.name]]
            if not column.required or not rows:
                continue
            if column.kind == "flag":
                self._add("note", "the cell is blank", "Read as No.", column.name, rows)
            elif self.name == "restricted" and column.name == "child_id":
                self._add(
                    "stop",
                    "the identifier is blank, so the case cannot be kept out of the draw",
                    "Write the identifier.",
                    column.name,
                    rows,
                )
            elif column.name in ("role", "reason"):
                self._add(
                    "mended", "the cell is blank", f'Read as "{NOT_RECORDED}".', column.name, rows
                )
                frame.loc[blank, column.name] = NOT_RECORDED
            else:
                self._add(
                    "mended", "the cell is blank", "The rows were set aside.", column.name, rows
                )
                frame = frame[~blank]
        return frame

    def _unrepeated(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Refuse keys given twice; a child given twice alike is kept once."""
        key = list(self.table.key)
        if not key:
            return frame
        facts = self.table.names if self.name != "restricted" else key
        alike = frame.duplicated(facts)
        if alike.any() and self.name != "staff":
            rows = frame.loc[alike, "row"].tolist()
            self._add("mended", "the row repeats an earlier one", "Kept once.", key[0], rows)
            frame = frame[~alike]
        repeated = frame.duplicated(key, keep=False)
        if repeated.any():
            rows = frame.loc[repeated, "row"].tolist()
            self._add(
                "stop",
                "the same identifier is given twice with other facts"
                if self.name != "staff"
                else "the same staff number is given twice",
                "Keep one of the rows.",
                key[0],
                rows,
            )
        return frame


def _kind(column: Column) -> str:
    is_id = column.name in ("child_id", "staff_id", "line_manager_id", "auditor_id", "family_id")
    return "id" if is_id else column.kind


def _read_flag(value: Cell) -> bool | Unreadable | None:
    if isinstance(value, bool):
        return value
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    if text.casefold() in _YES:
        return True
    return False if text.casefold() in _NO else _NOT_A_FLAG


_READERS: dict[str, Callable[[Cell], object]] = {
    "id": read_id,
    "text": read_text,
    "date": read_date,
    "whole": read_whole,
    "flag": _read_flag,
}


def _check_between(tables: dict[str, pd.DataFrame | None], log: FaultLog) -> None:
    """Check what the tables say of each other, and dates that are the wrong way round."""
    staff, roles = tables["staff"], tables["case_roles"]
    if staff is not None:
        known = set(staff["staff_id"])
        _note_unknown(staff, "line_manager_id", known, "staff", log)
        _note_order(staff, "unavailable_from", "unavailable_to", "staff", log)
        if not staff["may_audit"].any():
            log.add("note", "", "staff", "nobody may audit", "Set may_audit to Yes for auditors.")
        if roles is not None:
            _note_unknown(roles, "staff_id", known, "case_roles", log)
        if tables["past_audits"] is not None:
            _note_unknown(tables["past_audits"], "auditor_id", known, "past_audits", log)
    if roles is not None:
        _note_order(roles, "start", "end", "case_roles", log)


def _note_unknown(
    table: pd.DataFrame, column: str, known: set[str], name: str, log: FaultLog
) -> None:
    unknown = int((table[column].notna() & ~table[column].isin(known)).sum())
    if unknown:
        log.add(
            "note",
            "",
            name,
            "the staff number is not in the staff table",
            "Kept; nothing can be checked against it.",
            column=column,
            count=unknown,
        )


def _note_order(table: pd.DataFrame, first: str, last: str, name: str, log: FaultLog) -> None:
    wrong = int((table[first] > table[last]).sum())
    if wrong:
        log.add(
            "stop",
            "",
            name,
            f"`{last}` is before `{first}`",
            "Put the two days in order.",
            column=last,
            count=wrong,
        )
