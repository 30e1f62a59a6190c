"""The data-quality report: what is wrong with an extract, where, and what was done.

Faults are gathered while files are read and become one table (:data:`schema.QUALITY`),
a workbook to send to the system team, and lines for the terminal. None of them ever
holds the value of a child's field: file, list, column and row numbers only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from qa_sampling.errors import ExtractError
from qa_sampling.schema import QUALITY

Severity = Literal["stop", "mended", "note"]
SEVERITIES: dict[str, str] = {
    "stop": "Must be put right: the run cannot go on",
    "mended": "Mended on reading: put right in the case system",
    "note": "For information",
}
"""Severity and the heading it is shown under, worst first."""
ROWS_SHOWN = 5
ALL_FILES = "all files"


@dataclass
class FaultLog:
    """Gathers faults as they are found."""

    entries: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        file: str,
        where: str,
        fault: str,
        action: str,
        *,
        column: str | None = None,
        rows: Sequence[int] = (),
        count: int | None = None,
    ) -> None:
        """Note one fault.

        Parameters
        ----------
        severity : {"stop", "mended", "note"}
            "stop" when the run cannot go on.
        file, where : str
            File name, blank for all files; list or table.
        fault, action : str
            What is wrong, without any value of a child's field; what was done or is to do.
        column : str, optional
            Header of the column.
        rows : sequence of int
            Row numbers as the spreadsheet counts them.
        count : int, optional
            How many rows; the number of `rows` unless given.
        """
        self.entries.append(
            {
                "file": file or ALL_FILES,
                "list": where,
                "column": column,
                "rows": rows_text(rows) or None,
                "fault": fault,
                "count": len(rows) if count is None else count,
                "action": action,
                "severity": severity,
            }
        )

    @property
    def must_stop(self) -> bool:
        """Whether a fault stops the run."""
        return any(entry["severity"] == "stop" for entry in self.entries)

    def table(self) -> pd.DataFrame:
        """Give the faults as a table declared by :data:`schema.QUALITY`, worst first."""
        return combine_quality([_typed(pd.DataFrame(self.entries, columns=QUALITY.names))])

    def raise_if_stopped(self, what: str) -> None:
        """Raise one error that lists every fault that stops the run.

        Parameters
        ----------
        what : str
            What was being read, such as "The Annex A extract".

        Raises
        ------
        ExtractError
            With the whole table of faults as its attribute `quality`.
        """
        if not self.must_stop:
            return
        table = self.table()
        stops = table[table["severity"] == "stop"]
        listed = "\n".join(f"- {_sentence(entry)}" for entry in stops.to_dict("records"))
        number = "1 fault" if len(stops) == 1 else f"{len(stops)} faults"
        error = ExtractError(f"{what} cannot be used because of {number}:\n{listed}")
        error.quality = table
        raise error


def in_two(message: str, file: str) -> tuple[str, str]:
    """Split the refusal of a file into what is wrong and what to do.

    Parameters
    ----------
    message : str
        A message of :func:`tabular.read_book`: a fact, then what to do.
    file : str
        File name, left out of the fact.
    """
    fault, _, action = message.removeprefix(file).strip(" ,").partition(". ")
    return fault.removesuffix("."), action or "Check the file."


def rows_text(numbers: Iterable[int], shown: int = ROWS_SHOWN) -> str:
    """Say which rows: "row 7", "rows 7 and 9", "rows 7, 9, 12, 14, 20 and 31 more".

    Parameters
    ----------
    numbers : iterable of int
        Row numbers, in any order.
    shown : int
        Most numbers to write out.
    """
    ordered = sorted(set(numbers))
    if not ordered:
        return ""
    if len(ordered) == 1:
        return f"row {ordered[0]}"
    if len(ordered) <= shown:
        return f"rows {', '.join(map(str, ordered[:-1]))} and {ordered[-1]}"
    return f"rows {', '.join(map(str, ordered[:shown]))} and {len(ordered) - shown} more"


def combine_quality(tables: Iterable[pd.DataFrame | None]) -> pd.DataFrame:
    """Join quality tables into one, worst first, otherwise in the order they came.

    Parameters
    ----------
    tables : iterable of DataFrame or None
        Tables declared by :data:`schema.QUALITY`.

    Returns
    -------
    DataFrame
        One table of the same columns.
    """
    present = [table for table in tables if table is not None and len(table)]
    if not present:
        return QUALITY.empty()
    joined = pd.concat(present, ignore_index=True)
    rank = joined["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    return joined.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(QUALITY.empty().dtypes.to_dict())


def summarise_quality(quality: pd.DataFrame) -> pd.DataFrame:
    """Count faults and rows by file, list and severity.

    Parameters
    ----------
    quality : DataFrame
        Declared by :data:`schema.QUALITY`.

    Returns
    -------
    DataFrame
        Columns file, list, severity, faults (how many kinds), rows (how many rows in all),
        in the order of the report.
    """
    grouped = quality.groupby(["file", "list", "severity"], sort=False, dropna=False)
    return grouped.agg(faults=("fault", "size"), rows=("count", "sum")).reset_index()


def quality_lines(quality: pd.DataFrame) -> list[str]:
    """Give the report as lines for a terminal, grouped by severity and list.

    Parameters
    ----------
    quality : DataFrame
        Declared by :data:`schema.QUALITY`.

    Returns
    -------
    list of str
        A summary line first; no line holds the value of a child's field.
    """
    if quality.empty:
        return ["No faults found."]
    counts = quality["severity"].value_counts()
    words = {"stop": "must be put right", "mended": "mended", "note": "for information"}
    lines = [", ".join(f"{counts.get(key, 0)} {word}" for key, word in words.items()) + "."]
    for severity, heading in SEVERITIES.items():
        part = quality[quality["severity"] == severity]
        if part.empty:
            continue
        lines += ["", heading]
        for (file, where), rows in part.groupby(["file", "list"], sort=False):
            lines.append(f"  {where} ({file})")
            lines += [f"    {_detail(entry)}" for entry in rows.to_dict("records")]
    return lines


def _given(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _detail(entry: dict[str, object]) -> str:
    column, rows = _given(entry["column"]), _given(entry["rows"])
    start = f"{column}: " if column else ""
    end = f" ({rows})" if rows else f" ({entry['count']} in all)" if entry["count"] else ""
    return f"{start}{entry['fault']}{end}. {entry['action']}"


def _sentence(entry: dict[str, object]) -> str:
    return f"{entry['file']}, {entry['list']}: {_detail(entry)}"
