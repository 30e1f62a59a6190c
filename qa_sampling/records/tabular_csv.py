"""Reads one CSV file strictly: encodings in a stated order, no field lost or shifted."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from qa_sampling.errors import ExtractError
from qa_sampling.records.book import Book, Row, Sheet


def read_csv(path: Path) -> Book:
    """Read one CSV file whose every value is text.

    The encoding is UTF-8 (with or without a byte-order mark), UTF-16 with one, or Windows
    (cp1252), tried in that order; the separator is the comma, semicolon or tab that the
    header line holds most of.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Book
        One sheet named after the file.

    Raises
    ------
    ExtractError
        When the file is not text, or a quotation mark is never closed.
    """
    text, encoding = _decode(path)
    separator = _separator(text)
    notes = []
    if encoding != "UTF-8":
        notes.append(f"was read as {encoding}")
    if separator != ",":
        notes.append(f"was read as separated by {_SEPARATORS[separator]}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, [cell or None for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ExtractError(
            f"{path.name}, line {line}: a quotation mark is never closed, or text follows a "
            "closing one, so the fields cannot be told apart. Export the list again."
        ) from error
    return Book(path.name, [Sheet(path.stem, rows, is_csv=True)], tuple(notes))


_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _decode(path: Path) -> tuple[str, str]:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        attempts = [("utf-16", "UTF-16")]
    else:
        attempts = [("utf-8-sig", "UTF-8"), ("cp1252", "Windows text (cp1252)")]
    for codec, name in attempts:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, name
    raise ExtractError(
        f"{path.name} is not readable text (neither UTF-8 nor Windows text, or it holds null "
        'bytes). In Excel choose "CSV UTF-8" when saving, or give the .xlsx.'
    )


def _separator(text: str) -> str:
    """Give the separator that the first line with any of them holds most of."""
    for line in io.StringIO(text):
        outside = "".join(line.split('"')[::2])
        counts = {separator: outside.count(separator) for separator in _SEPARATORS}
        best = max(counts, key=lambda separator: counts[separator])
        if counts[best]:
            return best
    return ","
