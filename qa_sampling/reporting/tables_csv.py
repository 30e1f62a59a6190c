"""Protected tables as one tidy CSV file: one number a row, for machines."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.tables import SharedTable, require_shared
from qa_sampling.workbook_cells import clean_text, starts_formula

COLUMNS = (
    "table",
    "title",
    "classification_1",
    "group_1",
    "classification_2",
    "group_2",
    "measure",
    "unit",
    "value",
    "mark",
)
"""Columns of the file: `value` is a plain number, or blank where `mark` stands in its place."""


def write_tables_csv(path: Path, tables: Sequence[SharedTable]) -> Path:
    """Write all numbers of protected tables, one a row, as UTF-8 and give the path.

    Text that a spreadsheet could take for a formula gets an apostrophe before it, and all
    text is quoted; numbers are not.

    Parameters
    ----------
    path : Path
        File to write.
    tables : sequence of SharedTable
        The tables, numbered from 1.

    Raises
    ------
    DisclosureError
        When anything but protected tables is given.
    ParameterError
        When there is no table.
    """
    shared = require_shared(tables, what="write_tables_csv()")
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(COLUMNS)
        for number, one in enumerate(shared, start=1):
            for row in _rows(one.table):
                writer.writerow([number, _safe(one.title), *row])
    return path


def _rows(table: SafeTable) -> Iterator[list[object]]:
    """Give one row a number: groups, what is measured, in which unit, and the number."""
    measures = dict.fromkeys(table.counts, "count") | dict.fromkeys(table.percentages, "%")
    for values in table.rows:
        printed = dict(zip(table.columns, values, strict=True))
        groups: list[object] = []
        for name in table.by:
            groups += [_safe(table.heading(name)), _safe(printed[name])]
        groups += [""] * (4 - len(groups))
        for name, unit in measures.items():
            value = printed[name]
            shown = ["", value] if isinstance(value, str) else [value, ""]
            yield [*groups, _safe(table.heading(name)), unit, *shown]


def _safe(text: object) -> str:
    """Give text in one line that no spreadsheet takes for a formula."""
    line = " ".join(clean_text(text).split())
    return f"'{line}" if starts_formula(line) else line
