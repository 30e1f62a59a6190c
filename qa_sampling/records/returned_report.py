"""What goes back: the faults of a batch of forms, in one workbook and one for each auditor."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.records.returned_batch import Batch
from qa_sampling.workbooks import (
    Formats,
    open_workbook,
    safe_sheet_name,
    write_sheet,
    write_text_sheet,
)

_MARKING = "RESTRICTED – about audits of single cases"
_COLUMNS = {
    "file": "Workbook",
    "sheet": "Sheet",
    "cell": "Cell",
    "kind": "What it is",
    "fault": "What is wrong",
    "action": "What to do",
}
_FOR_COORDINATOR = {"private": "For you alone"}
_TOLD = {"file": "file_told", "sheet": "sheet_told"}
_KINDS = {"fault": "To put right", "to do": "Still to do", "note": "For your information"}
_NOBODY = "Not known whose"


def write_batch_report(
    folder: Path,
    batch: Batch,
    *,
    names: dict[str, str],
    as_at: date,
    more: tuple[tuple[str, str], ...] = (),
) -> list[Path]:
    """Write the report of a batch, and one workbook for each auditor who has something to do.

    Parameters
    ----------
    folder : Path
        A restricted folder, made if need be.
    batch : Batch
        What was read.
    names : dict of str to str
        Staff number to the name people know.
    as_at : date
        Day it was read.
    more : tuple of (str, str)
        Further lines of the cover, such as how moderations stand: a label and a text each.

    Returns
    -------
    list of Path
        The report first, `returned_forms.xlsx`; then `send_back/returned_forms_….xlsx` by staff
        number, each with that auditor's rows alone, and no word of another's workbook.
    """
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "returned_forms.xlsx"
    title = f"Returned forms, read on {as_at.day} {as_at:%B %Y}"
    owners = sorted(set(batch.faults["auditor_id"].fillna("")))
    with open_workbook(report, title=title, created=as_at) as book:
        formats = Formats(book)
        write_text_sheet(
            book, "Cover", title, _cover(batch, more), formats, marking=_MARKING, contents=None
        )
        taken = ["Cover"]
        for owner in owners:
            called = names.get(owner, owner) or _NOBODY
            taken.append(safe_sheet_name(called, taken))
            rows = _rows(batch, owner, _COLUMNS | _FOR_COORDINATOR)
            _write(book, taken[-1], f"Returned forms: {called}", rows, formats)
    paths = [report]
    for owner in filter(None, owners):
        rows = batch.faults[batch.faults["auditor_id"] == owner]
        if (rows["kind"] == "note").all():
            continue
        paths.append(_write_own(folder / "send_back", batch, owner, names, as_at))
    return paths


def _cover(batch: Batch, more: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    counts = batch.counts()
    return (
        ("Workbooks", str(counts["workbooks"])),
        ("No form of ours", str(counts["not_ours"])),
        ("Complete", str(counts["complete"])),
        ("Cannot be audited", str(counts["cannot"])),
        ("Not finished", str(counts["unfinished"])),
        ("Not begun", str(counts["untouched"])),
        ("To put right", str(counts["faulty"])),
        ("Replaced already", str(counts["replaced"])),
        *more,
        ("How to use it", "A sheet an auditor; the same as a workbook of their own in send_back."),
        ("What was taken", "Sheets that are complete and sound; the others wait."),
    )


def _rows(batch: Batch, owner: str, columns: dict[str, str]) -> pd.DataFrame:
    rows = batch.faults[batch.faults["auditor_id"].fillna("") == owner]
    shown = rows.assign(kind=rows["kind"].map(_KINDS))[list(columns)]
    return shown.rename(columns=columns).reset_index(drop=True)


def _write_own(folder: Path, batch: Batch, owner: str, names: dict[str, str], as_at: date) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", owner)
    path = folder / f"returned_forms_{stem}.xlsx"
    rows = _rows(batch, owner, {_TOLD.get(name, name): head for name, head in _COLUMNS.items()})
    title = f"Your audit forms, read on {as_at.day} {as_at:%B %Y}"
    with open_workbook(path, title=title, created=as_at) as book:
        formats = Formats(book)
        _write(book, "To do", f"{title}: {names.get(owner, owner)}", rows, formats)
    return path


def _write(book: object, sheet: str, title: str, rows: pd.DataFrame, formats: Formats) -> None:
    notes = ("Put these right in your workbook, save it, and send it back whole.",)
    write_sheet(
        book,
        sheet,
        title,
        notes,
        rows,
        formats,
        marking=_MARKING,
        contents=None,
        filters=False,
        empty="Nothing to do.",
    )
