"""Reads the columns of a list into typed values and holds its dates to sense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pandas as pd

from qa_sampling.records.annex_a_headers import HeaderMatch
from qa_sampling.records.annex_a_layout import ListColumn
from qa_sampling.records.annex_a_rows import is_blank
from qa_sampling.records.annex_a_source import KEY_DATES, ListSource
from qa_sampling.records.annex_a_spellings import read_code
from qa_sampling.records.book import Cell, Row
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
from qa_sampling.schema import NOT_RECORDED

DATED_LISTS = frozenset({1, 3, 5})
"""Lists whose rows are events and nothing else: a row without its date says nothing. The
other lists also say that a child's case is open, so a row there is kept without its date."""
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
"""The dtype of a field, by the kind of its column."""
_DAMAGED_IDS = (LONG_NUMBER, SCIENTIFIC, NOT_PLAIN)


def read_values(source: ListSource, header: HeaderMatch, rows: list[Row]) -> pd.DataFrame:
    """Give the typed table of a list's rows, noting every cell that could not be read.

    Parameters
    ----------
    source : ListSource
        The list.
    header : HeaderMatch
        Which column holds which field.
    rows : list of Row
        Rows that hold data.

    Returns
    -------
    DataFrame
        The fields of the list and `row`. Rows whose identifier cannot be read are left
        out; a damaged identifier is noted as a fault that stops the run.
    """
    numbers = [row.number for row in rows]
    values: dict[str, pd.Series] = {}
    for column in source.wanted.columns:
        place = header.columns.get(column.field)
        cells: list[Cell] = [
            row.cells[place] if place is not None and place < len(row.cells) else None
            for row in rows
        ]
        reading = read_column(cells, numbers, _reader(column))
        _note_faults(source, column, reading)
        if column.kind == "code":
            reading.values = _code_values(column, cells, reading)
        if place is not None and not column.may_be_blank and column.kind != "id":
            _note_blanks(source, column, cells, numbers)
        values[column.field] = pd.Series(reading.values, dtype=FIELD_DTYPES[column.kind])
    frame = pd.DataFrame(values)
    frame["row"] = pd.Series(numbers, dtype="int64")
    frame = frame[frame[source.id_field].notna()].reset_index(drop=True)
    _check_pattern(source, frame)
    _check_dates(source, frame)
    return _drop_undated(source, frame)


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
        NOT_RECORDED if value is None and not (column.may_be_blank and is_blank(cell)) else value
        for value, cell in zip(reading.values, cells, strict=True)
    ]


def _note_faults(source: ListSource, column: ListColumn, reading: ColumnReading) -> None:
    for reason, rows in reading.faults.items():
        fault = f"the cell {reason}"
        if column.kind == "id" and reason in _DAMAGED_IDS:
            source.add("stop", fault, "Store identifiers as text.", column.header, rows)
        elif column.kind == "id":
            source.add("mended", fault, "Set aside.", column.header, rows)
        else:
            source.add("mended", fault, _instead(column), column.header, rows)


def _note_blanks(
    source: ListSource, column: ListColumn, cells: list[Cell], numbers: list[int]
) -> None:
    blank = [number for cell, number in zip(cells, numbers, strict=True) if is_blank(cell)]
    if blank:
        fault = "the cell is blank, although the guidance asks for a value"
        source.add("note", fault, _instead(column), column.header, blank)


def _instead(column: ListColumn) -> str:
    is_worded = column.kind == "code" or column.field in ("team", "worker")
    return f'Read as "{NOT_RECORDED}".' if is_worded else "Left blank."


def _check_pattern(source: ListSource, frame: pd.DataFrame) -> None:
    """Hold children's identifiers to the authority's pattern, if there is one."""
    if not source.id_pattern or source.id_field != "child_id":
        return
    odd = frame[~frame["child_id"].str.fullmatch(source.id_pattern)]
    if len(odd):
        source.add(
            "stop",
            "the identifier does not have the form that was set for this authority (a "
            "spreadsheet may have dropped leading zeros)",
            "Store identifiers as text.",
            source.header_of("child_id"),
            odd["row"].tolist(),
        )


def _check_dates(source: ListSource, frame: pd.DataFrame) -> None:
    """Blank dates in the future and long before birth, in place (the frame is ours)."""
    birth = frame.get("date_of_birth")
    if birth is not None and source.as_at is not None:
        late = birth > pd.Timestamp(source.as_at + BEFORE_BIRTH)
        _blank(source, frame, "date_of_birth", late, "is a date in the future")
        birth = frame["date_of_birth"]
    for column in source.wanted.columns:
        if column.kind != "date" or column.field == "date_of_birth":
            continue
        if source.as_at is not None:
            late = frame[column.field] > pd.Timestamp(source.as_at + JUST_AFTER)
            _blank(source, frame, column.field, late, "is a date in the future")
        if birth is not None:
            early = frame[column.field] < birth - BEFORE_BIRTH
            _blank(source, frame, column.field, early, "is a date long before the date of birth")


def _blank(
    source: ListSource, frame: pd.DataFrame, field: str, bad: pd.Series, reason: str
) -> None:
    if bad.any():
        rows = frame.loc[bad, "row"].tolist()
        source.add("mended", f"the cell {reason}", "Left blank.", source.header_of(field), rows)
        frame.loc[bad, field] = pd.NaT


def _drop_undated(source: ListSource, frame: pd.DataFrame) -> pd.DataFrame:
    """Set aside events without a date, and rows that begin after the as-at date."""
    field = KEY_DATES.get(source.wanted.number)
    if field is None:
        return frame
    header = source.header_of(field)
    absent = frame[field].isna()
    if absent.any():
        rows = frame.loc[absent, "row"].tolist()
        if source.wanted.number in DATED_LISTS:
            source.add("mended", "the row has no usable date", "Set aside.", header, rows)
            frame = frame[~absent]
        else:
            kept = "Kept as a case; not counted as an event."
            source.add("note", "the row has no usable date", kept, header, rows)
    if source.as_at is not None:
        late = frame[field] > pd.Timestamp(source.as_at)
        if late.any():
            rows = frame.loc[late, "row"].tolist()
            source.add("note", "the row begins after the as-at date", "Left out.", header, rows)
            frame = frame[~late]
    return frame.reset_index(drop=True)
