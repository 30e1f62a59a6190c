"""What every reader of tabular files gives: a book of sheets of rows, and what they share."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from xml.parsers import expat

from qa_sampling.errors import ExtractError

LAST_COLUMN = 500
"""Values further right than this are stray: the widest Annex A list has 34 columns."""
LAST_ROW = 200_000
"""A longer list in a workbook is asked for as CSV, where reading is quicker and safer."""


class Flaw(Enum):
    """A cell whose value is not there to be read."""

    ERROR = "shows an Excel error such as #N/A"
    UNCACHED = "holds a formula whose result was not saved"


Cell = str | bool | int | float | date | datetime | Flaw | None


@dataclass(frozen=True)
class Row:
    """One row that holds something: its number as the spreadsheet counts, and its cells."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one CSV file.

    Attributes
    ----------
    name : str
        Sheet name; for a CSV file its name without the ending.
    rows : list of Row
        Rows that hold something, in order.
    is_hidden : bool
        Whether the sheet is hidden.
    hidden_rows : int
        How many of its rows are hidden or filtered out; they are read all the same.
    merged : tuple of str
        Ranges of merged cells, such as "A2:A5".
    is_csv : bool
        Whether every row must have as many fields as the header.
    """

    name: str
    rows: list[Row]
    is_hidden: bool = False
    hidden_rows: int = 0
    merged: tuple[str, ...] = ()
    is_csv: bool = False


@dataclass(frozen=True)
class Book:
    """All sheets of one file, and what the reader of the quality report should know."""

    file: str
    sheets: list[Sheet]
    notes: tuple[str, ...] = field(default=())


def stray_cell(file: str, sheet: str, place: str) -> ExtractError:
    """Give the refusal of a value far outside any list.

    Parameters
    ----------
    file, sheet : str
        File and sheet name.
    place : str
        Such as "cell XFD1" or "row 1048576".
    """
    return ExtractError(
        f"{file}, sheet {sheet}: there is a value in {place}, far outside any list "
        f"(at most {LAST_ROW:,} rows and {LAST_COLUMN} columns). Delete everything right of and "
        "below the list and save again; save a longer list as CSV."
    )


def guarded_parser() -> expat.XMLParserType:
    """Give an expat parser that refuses document types and entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ExtractError(
            "The workbook contains a document type declaration, which no spreadsheet program "
            "writes and which can be used to attack a computer. Save it again from Excel."
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Give the bytes of one part of an archive, piece by piece.

    Parameters
    ----------
    archive : ZipFile
        The open archive.
    name : str
        Name of the part.
    """
    with archive.open(name) as stream:
        while piece := stream.read(1 << 16):
            yield piece
