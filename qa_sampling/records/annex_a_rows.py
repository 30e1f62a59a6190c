"""Reads one list of an Annex A extract into a clean table, noting every fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from qa_sampling.records.annex_a_headers import HeaderMatch, find_header, match_headers, normal
from qa_sampling.records.annex_a_layout import ABSENT_BEFORE_2024, AnnexAList, ListColumn
from qa_sampling.records.annex_a_spellings import read_code
from qa_sampling.records.cells import (
    LONG_NUMBER,
    NOT_PLAIN,
    SCIENTIFIC,
    UNKNOWN_CODE,
    ColumnReading,
    Unreadable,
    read_age,
    read_column,
    read_date,
    read_id,
    read_text,
    read_whole,
)
from qa_sampling.records.quality import FaultLog
from qa_sampling.records.tabular import Cell, Row, Sheet
from qa_sampling.schema import NOT_RECORDED

KEY_DATES = {
    1: "contact_date",
    2: "start_date",
    3: "referral_date",
    4: "start_date",
    5: "strategy_date",
    6: "start_date",
    7: "start_date",
    8: "start_date",
    10: "decision_date",
    11: "enquiry_date",
}
"""The date that, with the identifier, tells one row of a list from another."""
DATED_LISTS = frozenset({1, 3, 5})
"""Lists whose rows are events and nothing else: a row without its date says nothing. The
other lists also say that a child's case is open, so a row there is kept without its date."""
DECIDES_OPEN = {
    4: ("authorisation_date",),
    6: ("start_date", "closure_date"),
    7: ("end_date",),
    8: ("end_date",),
}
"""Columns that may be blank but must be there: without them every case would look open."""
SPARED = frozenset(
    "placement_type placement_provider placement_postcode placement_location "
    "placement_authority placements_12m placement_date missing_12m absent_12m personal_advisor "
    "fostering_for_adoption care_date".split()
)
"""Columns of the template that nothing reads yet: noted when missing, never a reason to stop."""
BEFORE_BIRTH = timedelta(days=300)
"""Plans and referrals for an unborn child are real; nothing is earlier than this."""
JUST_AFTER = timedelta(days=35)
"""An extract is often taken some days after the as-at date: such dates are no fault."""
FIELD_DTYPES = {
    "id": "str",
    "text": "str",
    "code": "str",
    "postcode": "str",
    "date": "datetime64[us]",
    "whole": "Int64",
    "age": "float64",
}
_BAD_IDS = (LONG_NUMBER, SCIENTIFIC, NOT_PLAIN)
_TOTAL = re.compile(r"^(grand )?totals?\b|^sub ?total|^(record |row )?count\b")


@dataclass
class ListReader:
    """Reads one sheet as one list.

    Attributes
    ----------
    file : str
        File name, for the report.
    sheet : Sheet
        The sheet.
    wanted : AnnexAList
        The list it holds.
    log : FaultLog
        Where faults go.
    as_at : date or None
        Later dates are left out; None keeps them.
    id_pattern : str or None
        What every identifier must look like in full, as a regular expression.
    """

    file: str
    sheet: Sheet
    wanted: AnnexAList
    log: FaultLog
    as_at: date | None = None
    id_pattern: str | None = None

    @property
    def where(self) -> str:
        """The list as the report names it."""
        return f"List {self.wanted.number} {self.wanted.title}"

    @property
    def id_field(self) -> str:
        """Field that identifies the person."""
        return next(c.field for c in self.wanted.columns if c.kind == "id")

    def read(self) -> pd.DataFrame | None:
        """Give the cleaned table, or None when a fault stops the run.

        Returns
        -------
        DataFrame or None
            One row a row of the list that names a person; columns as declared in
            `annex_a_layout`, and `row`, its number in the spreadsheet.
        """
        header = find_header(self.sheet.rows, self.wanted)
        if header is None:
            self._add("stop", "no row holds the list's headers", "Restore the template's headers.")
            return None
        if not self._check_header(header):
            return None
        rows = self._rows_below(header)
        if rows is None:
            return None
        frame = self._columns(rows, header)
        if frame is None:
            return None
        self._check_dates(frame)
        return self._drop_undated(frame)

    def _add(
        self,
        severity: str,
        fault: str,
        action: str,
        column: str | None = None,
        rows: list[int] | None = None,
    ) -> None:
        self.log.add(severity, self.file, self.where, fault, action, column=column, rows=rows or [])

    # -- header -------------------------------------------------------------------------

    def _check_header(self, header: HeaderMatch) -> bool:
        """Note what is odd about the header; False when a needed column is missing."""
        if header.row > 1:
            self._add("note", f"the header stands in row {header.row}", "Rows above were skipped.")
        if header.extra:
            self._add(
                "note",
                f"{header.extra} columns are not in the Annex A template",
                "They were not read.",
            )
        fine = True
        number = self.wanted.number
        needed = DECIDES_OPEN.get(number, ())
        for column in self.wanted.columns:
            if column.field in header.repeated:
                self._add("stop", "two columns have this header", "Remove one.", column.header)
                fine = False
            if column.field in header.columns:
                continue
            optional = (
                column.may_be_blank
                or column.field in SPARED
                or column.field in ABSENT_BEFORE_2024.get(number, ())
                or (number > 9 and column.kind != "id" and column.field != KEY_DATES[number])
            )
            if optional and column.field not in needed:
                self._add("note", "the column is missing", "Read as blank.", column.header)
            else:
                self._add("stop", "the column is missing", "Add it to the extract.", column.header)
                fine = False
        return fine

    # -- rows ---------------------------------------------------------------------------

    def _rows_below(self, header: HeaderMatch) -> list[Row] | None:
        """Give the rows that hold data; None when rows cannot be trusted."""
        rows = [row for row in self.sheet.rows if row.number > header.row]
        if self._is_merged(header) or self._is_ragged(header, rows):
            return None
        if self.sheet.hidden_rows:
            self._add(
                "note",
                f"{self.sheet.hidden_rows} rows are hidden or filtered out",
                "They were read like the others.",
            )
        place = header.columns[self.id_field]
        kept: list[Row] = []
        aside: dict[str, list[int]] = {}
        for row in rows:
            reason = self._not_data(row, place, header)
            if reason is None:
                kept.append(row)
            elif reason:
                aside.setdefault(reason, []).append(row.number)
        for reason, numbers in aside.items():
            self._add("mended", reason, "The rows were set aside.", rows=numbers)
        if not kept:
            self._add("note", "the list holds no rows", "Check that this is right.")
        return kept

    def _not_data(self, row: Row, place: int, header: HeaderMatch) -> str | None:
        """Say why a row is no data: a reason, "" for a blank row, None for data."""
        texts = [normal(cell) if isinstance(cell, str) else cell for cell in row.cells]
        filled = [text for text in texts if text not in (None, "")]
        if not filled:
            return ""
        if isinstance(filled[0], str) and _TOTAL.match(filled[0]):
            return "the row is a total, not a child"
        if len(match_headers(row.cells, self.wanted).columns) >= 3 and all(
            isinstance(text, str) for text in filled
        ):
            return "the row repeats the headers"
        if len(filled) == 1 and len(header.columns) > 2:
            return "the row holds a single cell"
        if place >= len(row.cells) or texts[place] in (None, ""):
            return "the row has no identifier"
        return None

    def _is_merged(self, header: HeaderMatch) -> bool:
        bad = []
        for reference in self.sheet.merged:
            numbers = [int(number) for number in re.findall(r"\d+", reference)]
            if len(numbers) == 2 and numbers[1] > max(numbers[0], header.row):
                bad.append(numbers[0])
        if bad:
            self._add("stop", "cells are merged over several rows", "Unmerge them.", rows=bad)
        return bool(bad)

    def _is_ragged(self, header: HeaderMatch, rows: list[Row]) -> bool:
        if not self.sheet.is_csv:
            return False
        width = next(len(row.cells) for row in self.sheet.rows if row.number == header.row)
        bad = [
            row.number
            for row in rows
            if len(row.cells) < width or any(cell is not None for cell in row.cells[width:])
        ]
        if bad:
            self._add(
                "stop",
                f"the row does not have the header's {width} fields, so values may stand in "
                "the wrong columns",
                "Export the list again with quotation marks around text.",
                rows=bad,
            )
        return bool(bad)

    # -- columns ------------------------------------------------------------------------

    def _columns(self, rows: list[Row], header: HeaderMatch) -> pd.DataFrame | None:
        numbers = [row.number for row in rows]
        values: dict[str, pd.Series] = {}
        for column in self.wanted.columns:
            place = header.columns.get(column.field)
            if place is None:
                cells: list[Cell] = [None] * len(rows)
            else:
                cells = [row.cells[place] if place < len(row.cells) else None for row in rows]
            reading = read_column(cells, numbers, _reader(column))
            self._note_faults(column, reading)
            if column.kind == "code":
                reading.values = _code_values(column, cells, reading)
            if place is not None and not column.may_be_blank and column.kind != "id":
                self._note_blanks(column, cells, numbers)
            values[column.field] = pd.Series(reading.values, dtype=FIELD_DTYPES[column.kind])
        frame = pd.DataFrame(values)
        frame["row"] = pd.Series(numbers, dtype="int64")
        if not self._check_ids(frame):
            return None
        return frame[frame[self.id_field].notna()].reset_index(drop=True)

    def _note_faults(self, column: ListColumn, reading: ColumnReading) -> None:
        for reason, rows in reading.faults.items():
            if column.kind == "id":
                severity = "stop" if reason in _BAD_IDS else "mended"
                action = (
                    "Store identifiers as text in the extract."
                    if severity == "stop"
                    else "The rows were set aside."
                )
            else:
                severity = "mended"
                action = f'Read as "{NOT_RECORDED}".' if column.kind == "code" else "Left blank."
            self._add(severity, f"the cell {reason}", action, column.header, rows)

    def _note_blanks(self, column: ListColumn, cells: list[Cell], numbers: list[int]) -> None:
        blank = [
            number
            for cell, number in zip(cells, numbers, strict=True)
            if cell is None or (isinstance(cell, str) and not cell.strip())
        ]
        if blank:
            action = f'Read as "{NOT_RECORDED}".' if column.kind in ("code", "text") else "Kept."
            self._add("note", "the cell is blank", action, column.header, blank)

    def _check_ids(self, frame: pd.DataFrame) -> bool:
        """Hold identifiers to the pattern, if there is one; False when the run must stop."""
        stopped = any(
            entry["severity"] == "stop"
            and entry["file"] == self.file
            and entry["list"] == self.where
            for entry in self.log.entries
        )
        if self.id_pattern and self.wanted.number <= 10:
            known = frame[frame[self.id_field].notna()]
            odd = known[~known[self.id_field].str.fullmatch(self.id_pattern)]
            if len(odd):
                self._add(
                    "stop",
                    "the identifier does not have the form that was set for this authority "
                    "(a spreadsheet may have dropped leading zeros)",
                    "Store identifiers as text in the extract.",
                    next(c.header for c in self.wanted.columns if c.kind == "id"),
                    odd["row"].tolist(),
                )
                stopped = True
        return not stopped

    # -- dates --------------------------------------------------------------------------

    def _check_dates(self, frame: pd.DataFrame) -> None:
        """Blank dates in the future and long before birth, in place (the frame is ours)."""
        birth = frame.get("date_of_birth")
        for column in self.wanted.columns:
            if column.kind != "date":
                continue
            dates = frame[column.field]
            if self.as_at is not None:
                slack = BEFORE_BIRTH if column.field == "date_of_birth" else JUST_AFTER
                late = dates > pd.Timestamp(self.as_at + slack)
                self._blank(frame, column, late, "is a date in the future")
            if column.field != "date_of_birth" and birth is not None:
                early = dates < birth - BEFORE_BIRTH
                self._blank(frame, column, early, "is a date long before the date of birth")

    def _blank(self, frame: pd.DataFrame, column: ListColumn, bad: pd.Series, reason: str) -> None:
        if bad.any():
            rows = frame.loc[bad, "row"].tolist()
            self._add("mended", f"the cell {reason}", "Left blank.", column.header, rows)
            frame.loc[bad, column.field] = pd.NaT

    def _drop_undated(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Set aside events without a date, and rows that begin after the as-at date."""
        field = KEY_DATES.get(self.wanted.number)
        if field is None:
            return frame
        header = next(c.header for c in self.wanted.columns if c.field == field)
        absent = frame[field].isna()
        if absent.any() and self.wanted.number in DATED_LISTS:
            self._add(
                "mended",
                "the row has no usable date",
                "The rows were set aside.",
                header,
                frame.loc[absent, "row"].tolist(),
            )
            frame = frame[~absent]
        if self.as_at is not None:
            late = frame[field] > pd.Timestamp(self.as_at)
            if late.any():
                self._add(
                    "note",
                    "the row begins after the as-at date",
                    "The rows were left out.",
                    header,
                    frame.loc[late, "row"].tolist(),
                )
                frame = frame[~late]
        return frame.reset_index(drop=True)


def _reader(column: ListColumn) -> Callable[[Cell], object]:
    if column.kind == "code":
        return lambda cell: _read_code(column.codes, cell)
    return {
        "id": read_id,
        "date": read_date,
        "whole": read_whole,
        "age": read_age,
        "text": read_text,
        "postcode": read_text,
    }[column.kind]


def _read_code(code_set: str, cell: Cell) -> str | Unreadable | None:
    text = read_text(cell)
    if text is None or isinstance(text, Unreadable):
        return text
    return read_code(code_set, text) or UNKNOWN_CODE


def _code_values(column: ListColumn, cells: list[Cell], reading: ColumnReading) -> list:
    """Give "Not recorded" for unknown codes, and for blanks where a value is due."""
    return [
        value
        if value is not None
        else NOT_RECORDED
        if not column.may_be_blank or not _is_blank(cell)
        else None
        for value, cell in zip(reading.values, cells, strict=True)
    ]


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
