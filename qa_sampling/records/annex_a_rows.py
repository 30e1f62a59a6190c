"""Tells the rows of a list that hold data from titles, totals, repeated headers and blanks."""

from __future__ import annotations

import re

from qa_sampling.records.annex_a_headers import HeaderMatch, normal
from qa_sampling.records.annex_a_source import ListSource
from qa_sampling.records.book import Cell, Row
from qa_sampling.records.cells import plain

_TOTAL = re.compile(r"^(grand )?totals?\b|^sub ?totals?\b|^(record|row) count\b")
OLD_LIMITS = (65_535, 65_536)
"""Numbers of rows at which an old spreadsheet or driver cuts a list off in silence."""


def data_rows(source: ListSource, header: HeaderMatch) -> list[Row]:
    """Give the rows below the header that hold data; the others are set aside and noted.

    Parameters
    ----------
    source : ListSource
        The list.
    header : HeaderMatch
        Where its header stands.
    """
    rows = [row for row in source.sheet.rows if row.number > header.row]
    _refuse_merged(source, header)
    _refuse_ragged(source, header, rows)
    if source.sheet.hidden_rows:
        source.add(
            "note",
            f"{source.sheet.hidden_rows} rows are hidden or filtered out",
            "Read like the others.",
        )
    if len(source.sheet.rows) in OLD_LIMITS:
        fault = f"the list has {len(source.sheet.rows):,} rows, the most an old .xls can hold"
        source.add("note", fault, "Check that no rows were lost on the way.")
    names = next(row.cells for row in source.sheet.rows if row.number == header.row)
    place = header.columns[source.id_field]
    kept: list[Row] = []
    aside: dict[str, list[int]] = {}
    for row in rows:
        reason = _not_data(row, place, names)
        if reason is None:
            kept.append(row)
        elif reason:
            aside.setdefault(reason, []).append(row.number)
    for reason, numbers in aside.items():
        source.add("mended", reason, "Set aside.", rows=numbers)
    if not kept:
        source.add("note", "the list holds no rows", "Check that this is right.")
    return kept


def _not_data(row: Row, place: int, names: list[Cell]) -> str | None:
    """Say why a row is no data: a reason, "" for a blank row, None for data."""
    filled = [cell for cell in row.cells if not is_blank(cell)]
    if not filled:
        return ""
    if isinstance(filled[0], str) and _TOTAL.match(normal(filled[0])):
        return "the row is a total, not a child"
    alike = sum(
        cell == name for cell, name in zip(row.cells, names, strict=False) if isinstance(cell, str)
    )
    if alike >= 3:
        return "the row repeats the headers"
    if len(filled) == 1 and len(names) > 2:
        return "the row holds a single cell"
    if place >= len(row.cells) or is_blank(row.cells[place]):
        return "the row has no identifier"
    return None


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing but spaces and invisible signs.

    Parameters
    ----------
    cell : Cell
        The raw cell.
    """
    return cell is None or (isinstance(cell, str) and not plain(cell))


def _refuse_merged(source: ListSource, header: HeaderMatch) -> None:
    bad = []
    for reference in source.sheet.merged:
        numbers = [int(number) for number in re.findall(r"\d+", reference)]
        if len(numbers) == 2 and numbers[1] > max(numbers[0], header.row):
            bad.append(max(numbers[0], header.row))
    if bad:
        source.add(
            "stop",
            "cells are merged over several rows, so that all but the first look blank",
            "Unmerge them and fill every row.",
            rows=bad,
        )


def _refuse_ragged(source: ListSource, header: HeaderMatch, rows: list[Row]) -> None:
    """Refuse CSV rows with another number of fields than the header."""
    if not source.sheet.is_csv:
        return
    width = next(len(row.cells) for row in source.sheet.rows if row.number == header.row)
    bad = [
        row.number
        for row in rows
        if len(row.cells) < width or any(cell is not None for cell in row.cells[width:])
    ]
    if bad:
        source.add(
            "stop",
            f"the row does not have the header's {width} fields, so that values may stand in "
            "the wrong columns",
            "Export the list again with quotation marks around text.",
            rows=bad,
        )
