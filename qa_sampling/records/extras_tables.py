"""Reads one extra table from one sheet or CSV file, noting every fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.records.annex_a_headers import normal
from qa_sampling.records.book import Cell, Row, Sheet
from qa_sampling.records.cells import (
    ColumnReading,
    Unreadable,
    read_column,
    read_date,
    read_id,
    read_text,
    read_whole,
)
from qa_sampling.records.quality import FaultLog
from qa_sampling.schema import NOT_RECORDED, Column, Table, check_table

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


@dataclass
class TableReader:
    """Reads one sheet as one extra table.

    Attributes
    ----------
    file : str
        File name, for the report.
    sheet : Sheet
        The sheet; its first row is the header.
    name : str
        Name of the table, as in `extras.EXTRA_TABLES`.
    table : Table
        Its declaration.
    log : FaultLog
        Where faults go.
    """

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
            number = "1 column is" if extra == 1 else f"{extra} columns are"
            self._add("note", f"{number} not in the template", "Not read.")
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
                todo = "Write the identifier as text."
                todo = "Write a day, dd/mm/yyyy." if column.kind == "date" else todo
                self._add("stop", f"the cell {reason}", todo, column.name, rows)
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
