"""Shareable workbooks: protected tables in one accessible workbook that anyone may open.

Follows the Analysis Function's "Releasing statistics in spreadsheets" and its checklist: cover,
contents with links, notes with the shorthand explained, one marked-up table a sheet in column A,
no merged or blank cells, no headers or footers, no filters, nothing by colour alone. Takes
protected tables only; a two-way table becomes a grid for each of its counts, and stands in long
form in the file of :mod:`qa_sampling.reporting.tables_csv`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from xlsxwriter.workbook import Workbook

from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.reporting.dates import day_in_words
from qa_sampling.reporting.releases import release_fingerprint
from qa_sampling.reporting.safe_table import SafeTable, require_safe
from qa_sampling.reporting.shorthand import MEANINGS, marks_in
from qa_sampling.reporting.words import NOTHING_SAID, Words, require_title, require_words_beside
from qa_sampling.workbook_headings import tag_headings
from qa_sampling.workbook_tables import headings_of
from qa_sampling.workbooks import Formats, open_workbook, write_paragraphs, write_sheet

COVER, CONTENTS, NOTES = "Cover", "Contents", "Notes"
_LONG = 25
_ONE_TABLE = "This worksheet contains one table."
_TITLE_WIDTH = 76


@dataclass(frozen=True)
class SharedTable:
    """A protected table with the words it is published under.

    Attributes
    ----------
    table : SafeTable
        The table.
    title : str
        What it shows; short, and without a number that the table does not print.
    caption : str
        Measure, place and period, in one sentence.
    """

    table: SafeTable
    title: str
    caption: str = ""

    def __post_init__(self) -> None:
        """Refuse any other table, and a table without a title."""
        require_safe(self.table, what="SharedTable")
        words = {"title": self.title, "caption": self.caption}
        require_words_beside(self.table, what="SharedTable", **words)
        if not self.title.strip():
            raise ParameterError("SharedTable needs a title that says what the reader sees.")


def that_count(shared: Iterable[SharedTable]) -> tuple[SharedTable, ...]:
    """Leave out tables of which nothing is on record: their noughts would tell of nothing done.

    Parameters
    ----------
    shared : iterable of SharedTable
        Protected tables.
    """
    return tuple(
        one for one in shared if any(one.table.totals[name] != 0 for name in one.table.counts)
    )


@dataclass(frozen=True)
class _Sheet:
    """One sheet: a table as it stands in cells."""

    name: str
    title: str
    caption: str
    frame: pd.DataFrame
    styles: dict[str, str]
    note: str


def write_tables_workbook(
    path: Path,
    tables: Sequence[SharedTable],
    *,
    title: str,
    as_at: date,
    source: str,
    contact: str,
    findings: Words = NOTHING_SAID,
    released: Collection[str] | None = None,
) -> Path:
    """Write protected tables as one accessible workbook and give its path.

    Parameters
    ----------
    path : Path
        File to write.
    tables : sequence of SharedTable
        The tables, in order; a two-way table takes a sheet a count.
    title : str
        Title of the workbook, also among its properties; nothing else is.
    as_at : date
        Day the figures describe; also written as the day of creation, so that the same
        tables give the same bytes.
    source : str
        Where the figures come from, in one sentence.
    contact : str
        Whom to ask.
    findings : Words
        What the tables say, for the cover.
    released : collection of str, optional
        Fingerprints of the tables in the ledger of releases: another table is refused. Not
        checked by default, for a workbook that stays with its author.

    Raises
    ------
    DisclosureError
        When anything but protected tables and sealed words is given, or a table that is not
        in the ledger.
    ParameterError
        When there is no table.
    """
    shared = require_shared(tables, what="write_tables_workbook()", released=released)
    if not isinstance(findings, Words):
        raise DisclosureError(
            f"write_tables_workbook() was given a {type(findings).__name__} as `findings`. Give "
            "what narrative or the sentence modules made."
        )
    title = require_title(title, what="the title of write_tables_workbook()")
    source = require_title(source, what="the source of write_tables_workbook()")
    notes = list(dict.fromkeys(one.table.note for one in shared if one.table.note))
    sheets = list(_sheets(shared, notes))
    workbook = open_workbook(path, created=as_at, title=title, author="")
    formats = Formats(workbook)
    cover = _cover(sheets, findings, as_at=as_at, source=source, contact=contact)
    write_paragraphs(workbook, COVER, title, cover, formats, contents=CONTENTS)
    _write_contents(workbook, sheets, formats)
    _write_notes(workbook, sheets, notes, formats)
    for sheet in sheets:
        _write_table(workbook, sheet, source, formats)
    workbook.close()
    return tag_headings(path)


def require_shared(
    tables: Iterable[object], *, what: str, released: Collection[str] | None = None
) -> tuple[SharedTable, ...]:
    """Give tables back if each is protected and has its title, and refuse anything else.

    Parameters
    ----------
    tables : iterable of object
        What somebody wants to share.
    what : str
        Who asks, for the message.
    released : collection of str, optional
        Fingerprints of the tables in the ledger of releases.

    Raises
    ------
    DisclosureError
        When one is not protected, or not in the ledger.
    ParameterError
        When one has no title, or there is none.
    """
    given = tuple(tables)
    if not given:
        raise ParameterError(f"{what} was given no table. Give at least one SharedTable.")
    for one in given:
        if not isinstance(one, SharedTable):
            require_safe(one, what=what)
            raise ParameterError(
                f"{what} was given a table without a title. Give SharedTable(table, title)."
            )
        table = require_safe(one.table, what=what)
        if released is not None and release_fingerprint(table) not in released:
            raise DisclosureError(
                f"{what} was given a table that is not in the ledger of releases, so later tables "
                "could give it away. Make it with a step that records it, such as release_plan()."
            )
    return given


def _sheets(shared: Sequence[SharedTable], notes: Sequence[str]) -> Iterator[_Sheet]:
    """Give one sheet a table, and of a two-way table one a count."""
    number = 0
    for one in shared:
        table = one.table
        note = f"note {notes.index(table.note) + 1}" if table.note else ""
        two_way = len(table.by) == 2
        for measure in table.columns[2:] if two_way else ("",):
            number += 1
            title = f"{one.title}: {_lowered(heading_of(table, measure))}" if measure else one.title
            frame, styles = _cells(table, measure)
            yield _Sheet(f"Table {number}", title, one.caption, frame, styles, note)


def heading_of(table: SafeTable, name: str) -> str:
    """Give the heading of a column; that of a rate says what it is given per."""
    heading = table.heading(name)
    said = name not in table.rates or " per " in f" {heading.lower()} "
    return heading if said else f"{heading} per {table.rate_per:,}"


def _lowered(heading: str) -> str:
    """Give a heading as it goes on a sentence: "Cases" as "cases", "IRO" as it is."""
    return heading if heading[:2].isupper() else heading[:1].lower() + heading[1:]


def _cells(table: SafeTable, measure: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give what stands in the cells, under the headings people read, and their formats."""
    if measure:
        frame = table.grid(measure).rename_axis(None, axis=1).reset_index()
        headings = [table.heading(table.by[0]), *map(str, frame.columns[1:])]
        measures = [""] + [measure] * (len(headings) - 1)
    else:
        frame = table.frame
        headings = [heading_of(table, name) for name in table.columns]
        measures = [name if name not in table.by else "" for name in table.columns]
    unique = headings_of(pd.DataFrame(columns=headings))
    frame = frame.set_axis(unique, axis=1)
    for column, counted in zip(unique, measures, strict=True):
        if not counted:
            blank = frame[column].astype("str").str.strip() == ""
            frame[column] = frame[column].astype(object).mask(blank, "(blank)")
    kinds = {"": "wrap"} | dict.fromkeys(table.counts, "whole")
    kinds |= {name: _kind_of(table, name) for name in table.publics}
    kinds |= dict.fromkeys((*table.percentages, *table.rates), "tenth")
    return frame, dict(zip(unique, (kinds[name] for name in measures), strict=True))


def _kind_of(table: SafeTable, name: str) -> str:
    """Say how a public number is written: whole, or to a tenth where any of its column is."""
    place = table.columns.index(name)
    return "tenth" if any(isinstance(row[place], float) for row in table.rows) else "whole"


def _cover(
    sheets: Sequence[_Sheet], findings: Words, *, as_at: date, source: str, contact: str
) -> Iterator[tuple[str, Sequence[str]]]:
    """Give the sections of the cover."""
    if findings.sentences:
        yield "What the tables say", findings.sentences
    number = "one table" if len(sheets) == 1 else f"{len(sheets)} tables"
    described = [
        f"This workbook holds {number}, one on each worksheet. The worksheet {CONTENTS} lists "
        "them, with links.",
        "The figures describe "
        f"{day_in_words(as_at)}. Each table starts in column A below its title and source.",
    ]
    yield "What is in this workbook", described
    marks = sorted({mark for sheet in sheets for mark in marks_in(sheet.frame)})
    if marks:
        listed = " and ".join([", ".join(marks[:-1]), marks[-1]] if marks[1:] else marks)
        yield (
            "Numbers that are not shown",
            [f"Some cells hold {listed} in place of a number. The worksheet {NOTES} says why."],
        )
    yield "Source", [source]
    yield "Contact", [contact]


def _write_contents(workbook: Workbook, sheets: Sequence[_Sheet], formats: Formats) -> None:
    rows = [(COVER, "What this workbook is, where it comes from and whom to ask")]
    rows += [(NOTES, "What the marks in place of numbers mean, and notes on the tables")]
    rows += [(sheet.name, _described(sheet)) for sheet in sheets]
    write_sheet(
        workbook,
        CONTENTS,
        "Contents",
        (_ONE_TABLE,),
        pd.DataFrame(rows, columns=["Worksheet", "What it shows"]),
        formats,
        links="Worksheet",
        contents=None,
        marking="",
        widths={"Worksheet": 18, "What it shows": _TITLE_WIDTH},
        freeze_columns=None,
        table_name="table_of_contents",
        filters=False,
    )


def _described(sheet: _Sheet) -> str:
    end = "" if sheet.title.endswith(("?", "!", ".")) else "."
    return f"{sheet.title}{end} {sheet.caption}" if sheet.caption else sheet.title


def _write_notes(
    workbook: Workbook, sheets: Sequence[_Sheet], notes: Sequence[str], formats: Formats
) -> None:
    rows = []
    for mark, meaning in MEANINGS.items():
        where = [sheet.name for sheet in sheets if mark in marks_in(sheet.frame)]
        rows.append((mark, meaning, ", ".join(where) or "Not used in this workbook"))
    for number, note in enumerate(notes, start=1):
        where = [sheet.name for sheet in sheets if sheet.note == f"note {number}"]
        rows.append((f"note {number}", note, ", ".join(where)))
    write_sheet(
        workbook,
        NOTES,
        "Notes: shorthand and remarks on the tables",
        (_ONE_TABLE,),
        pd.DataFrame(rows, columns=["Mark or note", "What it means", "Where it is used"]),
        formats,
        marking="",
        widths={"Mark or note": 18, "What it means": _TITLE_WIDTH, "Where it is used": 26},
        freeze_columns=None,
        table_name="notes_on_the_tables",
        filters=False,
    )


def _write_table(workbook: Workbook, sheet: _Sheet, source: str, formats: Formats) -> None:
    above = [sheet.caption] if sheet.caption else []
    above.append(_ONE_TABLE)
    look = f"see {sheet.note} on the worksheet {NOTES}." if sheet.note else f"see {NOTES}."
    if marks := marks_in(sheet.frame):
        verb = "stand" if marks[1:] else "stands"
        above.append(f"{' and '.join(marks)} {verb} in place of some numbers: {look}")
    elif sheet.note:
        above.append(look[:1].upper() + look[1:])
    above.append(f"Source: {source}")
    write_sheet(
        workbook,
        sheet.name,
        f"{sheet.name}: {sheet.title}",
        above,
        sheet.frame,
        formats,
        styles=sheet.styles,
        marking="",
        freeze_columns=1 if len(sheet.frame) > _LONG else None,
        table_name=f"{sheet.name} {sheet.title}",
        filters=False,
        strong_rows=1,
    )
