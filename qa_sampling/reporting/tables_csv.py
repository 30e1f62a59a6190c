"""Protected tables as one tidy CSV file: one number a row, for machines."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.tables import SharedTable, heading_of, require_shared
from qa_sampling.workbook_cells import clean_text, starts_formula

_FEWEST = 2


def csv_columns(classifications: int = _FEWEST) -> list[str]:
    """Give the columns of the file: `value` is a plain number, or blank where `mark` stands.

    Parameters
    ----------
    classifications : int
        The most classifications any table has; there are columns for at least two.
    """
    places = range(1, max(classifications, _FEWEST) + 1)
    groups = [f"{name}_{place}" for place in places for name in ("classification", "group")]
    return ["table", "title", *groups, "measure", "unit", "value", "mark"]


def write_tables_csv(
    path: Path, tables: Sequence[SharedTable], *, released: Collection[str] | None = None
) -> Path:
    """Write all numbers of protected tables, one a row, as UTF-8 and give the path.

    Text that a spreadsheet could take for a formula gets an apostrophe before it, and all
    text is quoted; numbers are not.

    Parameters
    ----------
    path : Path
        File to write.
    tables : sequence of SharedTable
        The tables, numbered from 1.
    released : collection of str, optional
        Fingerprints of the tables in the ledger of releases: another table is refused.

    Raises
    ------
    DisclosureError
        When anything but protected tables is given, or one that is not in the ledger.
    ParameterError
        When there is no table.
    """
    shared = require_shared(tables, what="write_tables_csv()", released=released)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        most = max(_FEWEST, *(len(one.table.by) for one in shared))
        writer.writerow(csv_columns(most))
        for number, one in enumerate(shared, start=1):
            for row in _rows(one.table, most):
                writer.writerow([number, _safe(one.title), *row])
    return path


def _rows(table: SafeTable, most: int) -> Iterator[list[object]]:
    """Give one row a number: groups, what is measured, in which unit, and the number."""
    measures = dict.fromkeys(table.counts, "count") | dict.fromkeys(table.publics, "number")
    measures |= dict.fromkeys(table.percentages, "%")
    measures |= dict.fromkeys(table.rates, f"per {table.rate_per:,}")
    for values in table.rows:
        printed = dict(zip(table.columns, values, strict=True))
        groups: list[object] = []
        for name in table.by:
            groups += [_safe(table.heading(name)), _safe(printed[name])]
        groups += [""] * (2 * most - len(groups))
        for name, unit in measures.items():
            value = printed[name]
            shown = ["", value] if isinstance(value, str) else [value, ""]
            yield [*groups, _safe(heading_of(table, name)), unit, *shown]


def _safe(text: object) -> str:
    """Give text in one line that no spreadsheet takes for a formula."""
    line = " ".join(clean_text(text).split())
    return f"'{line}" if starts_formula(line) else line
