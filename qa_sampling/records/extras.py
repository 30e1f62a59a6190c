"""Reads the tables an authority keeps beside Annex A: staff, families, case roles and more.

Each is a CSV file or a sheet named after its table ("staff", "families", "case_roles",
"restricted", "past_audits", "measure_events"), with the column names that it declares as headers;
:func:`write_templates` writes empty ones. Each is optional, and what cannot be guaranteed
without it is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ExtractError
from qa_sampling.records.annex_a_headers import normal
from qa_sampling.records.book import Sheet
from qa_sampling.records.entries import checked_entries
from qa_sampling.records.extras_tables import TableReader
from qa_sampling.records.extras_templates import TABLES, write_templates
from qa_sampling.records.quality import FaultLog, in_two
from qa_sampling.records.tabular import SUFFIXES, read_book
from qa_sampling.schema import Table

__all__ = ["EXTRA_TABLES", "Extras", "read_extras", "write_templates"]

EXTRA_TABLES: dict[str, Table] = {name: table for name, (table, _) in TABLES.items()}
"""The extra tables by the name of their file or sheet."""

WITHOUT: dict[str, str] = {
    "staff": "Without a staff table no auditors can be assigned, and cases have no service.",
    "families": "Without a families table brothers and sisters may be audited in the same month.",
    "case_roles": "Without case roles it cannot be guaranteed that an auditor never worked on "
    "or managed a case earlier: only the team and worker of today are known.",
    "restricted": "Without a table of restricted cases no case is kept out of the draw for "
    "confidentiality.",
    "past_audits": "Without past audits a case audited in recent months may be drawn again, "
    "unless the register knows of that audit.",
}
"""What cannot be guaranteed without each table."""


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
        A sentence for each table that is absent and that a draw would need.
    measure_events : DataFrame or None
        ``trends.entered.ENTERED``; None when not given.
    """

    staff: pd.DataFrame | None
    families: pd.DataFrame | None
    case_roles: pd.DataFrame | None
    restricted: pd.DataFrame | None
    past_audits: pd.DataFrame | None
    quality: pd.DataFrame
    cannot_guarantee: tuple[str, ...]
    measure_events: pd.DataFrame | None = None


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
        tables[name] = TableReader(file, sheet, name, EXTRA_TABLES[name], log).read()
    _check_between(tables, log)
    tables["measure_events"] = checked_entries(tables["measure_events"], log)
    log.raise_if_stopped("The set of extra tables")
    absent = tuple(WITHOUT[name] for name in WITHOUT if tables[name] is None)
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
                fault, action = in_two(str(error), path.name)
                log.add("stop", path.name, "file", fault, action)
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
