"""Reads workbooks and CSV files into plain grids of cells, guessing nothing.

A text cell stays text (``00123``, ``NA``), a date cell becomes a date, a number stays the
number that was stored. Every file is looked over first: one that is encrypted, damaged,
of another kind than its name says, or built to exhaust a computer is refused with one
sentence that says what to do.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from qa_sampling.errors import ExtractError
from qa_sampling.records import tabular_csv, tabular_ods, tabular_xlsx
from qa_sampling.records.book import Book

LARGEST_UNPACKED_BYTES = 150_000_000
LARGEST_CSV_BYTES = 200_000_000
SUFFIXES = (".xlsx", ".xlsm", ".ods", ".csv")


def read_book(path: Path) -> Book:
    """Read one workbook or CSV file.

    Parameters
    ----------
    path : Path
        A file ending in .xlsx, .xlsm, .ods or .csv.

    Returns
    -------
    Book
        Its sheets in order, hidden ones included and marked.

    Raises
    ------
    ExtractError
        One sentence saying why the file cannot be read and what to do.
    """
    path = Path(path)
    suffix = look_over(path)
    try:
        if suffix == ".csv":
            return tabular_csv.read_csv(path)
        with zipfile.ZipFile(path) as archive:
            _check_archive(path, archive, suffix)
            read = tabular_ods.read_ods if suffix == ".ods" else tabular_xlsx.read_xlsx
            return read(path.name, archive)
    except NotImplementedError as error:
        raise ExtractError(
            f"{path.name} is packed in a way that cannot be read. "
            "Open it in Excel and save it as a new .xlsx workbook."
        ) from error
    except _DAMAGE as error:
        raise _damaged(path) from error
    except OSError as error:
        raise _unreadable(path) from error


_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    expat.ExpatError,
    struct.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    RuntimeError,
    OverflowError,
    MemoryError,
)
"""What reading a damaged archive has been seen to raise."""


def look_over(path: Path) -> str:
    """Refuse what is plainly not a readable file of its kind, and give its ending.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        The file's ending in lower case: one of :data:`SUFFIXES`.

    Raises
    ------
    ExtractError
        For a file that is missing, a folder, empty, a lock file, encrypted, or of another
        kind than its name says.
    """
    if path.name.startswith("~$"):
        raise ExtractError(
            f"{path.name} is only Excel's lock file: the workbook is open in Excel. "
            "Close it, then name the workbook itself."
        )
    if path.is_dir():
        raise ExtractError(f"{path.name} is a folder where a file was expected. Name one file.")
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
            size = path.stat().st_size
            inside = start + (stream.read(2_000_000) if start[:4] == _OLE2 else b"")
    except FileNotFoundError as error:
        raise ExtractError(
            f"There is no file called {path.name} in that folder. Check the name and the folder."
        ) from error
    except OSError as error:
        raise _unreadable(path) from error
    suffix = path.suffix.lower()
    if not start:
        raise ExtractError(f"{path.name} is empty (0 bytes). Export it again.")
    _check_kind(path, suffix, start, inside)
    if suffix == ".csv" and size > LARGEST_CSV_BYTES:
        raise ExtractError(
            f"{path.name} is larger than {LARGEST_CSV_BYTES // 1_000_000} MB. "
            "An Annex A list is a few megabytes: check that it is the right file."
        )
    return suffix


_OLE2 = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def _check_kind(path: Path, suffix: str, start: bytes, inside: bytes) -> None:
    """Compare the first bytes with the file's ending."""
    name = path.name
    if start[:4] == _OLE2:
        if "EncryptedPackage".encode("utf-16-le") in inside:
            raise ExtractError(f"{name} is password-protected. Save an unprotected copy.")
        raise ExtractError(
            f"{name} is in the old .xls format, which loses rows beyond 65,536. "
            "Open it in Excel and save it as .xlsx."
        )
    if suffix == ".xls":
        raise ExtractError(f"{name} ends in .xls, which is not read. Save it as .xlsx.")
    if suffix not in SUFFIXES:
        raise ExtractError(
            f"{name} is of a kind that is not read. Give a file ending in {', '.join(SUFFIXES)}."
        )
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table")):
        raise ExtractError(
            f"{name} is a web page or XML file under another name. "
            "Open it in Excel and save it as .xlsx."
        )
    if start.startswith(b"%PDF"):
        raise ExtractError(f"{name} is a PDF under another name. Export the extract as .xlsx.")
    is_zip = start[:4] == _ZIP
    if suffix == ".csv" and is_zip:
        raise ExtractError(f"{name} is a workbook under the name of a CSV. Rename it to .xlsx.")
    if suffix != ".csv" and not is_zip:
        raise ExtractError(
            f"{name} is not a workbook although its name ends in {suffix}. "
            "If it is a CSV file, rename it to .csv; otherwise save it again as .xlsx."
        )


def _check_archive(path: Path, archive: zipfile.ZipFile, suffix: str) -> None:
    """Refuse an archive of another kind, encrypted, or that would unpack too large."""
    names = set(archive.namelist())
    entries = archive.infolist()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ExtractError(f"{path.name} is password-protected. Save an unprotected copy.")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED_BYTES:
        raise ExtractError(
            f"{path.name} would unpack to more than {LARGEST_UNPACKED_BYTES // 1_000_000} MB. "
            "Delete empty rows and columns beyond the lists, or save each list as CSV."
        )
    if "xl/workbook.bin" in names:
        raise ExtractError(f"{path.name} is a binary workbook (.xlsb). Save it as .xlsx.")
    is_ods = "content.xml" in names and "mimetype" in names
    if suffix == ".ods" and not is_ods:
        raise ExtractError(f"{path.name} is not an OpenDocument workbook. Save it as .xlsx.")
    if suffix != ".ods" and is_ods:
        raise ExtractError(f"{path.name} is an OpenDocument workbook. Rename it to .ods.")
    if suffix != ".ods" and "xl/workbook.xml" not in names:
        raise ExtractError(f"{path.name} holds no workbook. Save it again as .xlsx from Excel.")
    if is_ods and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise ExtractError(f"{path.name} is password-protected. Save an unprotected copy.")


def _damaged(path: Path) -> ExtractError:
    return ExtractError(
        f"{path.name} is damaged or was cut short. Copy or export it again; "
        "if Excel can still open it, save it under a new name."
    )


def _unreadable(path: Path) -> ExtractError:
    return ExtractError(
        f"{path.name} cannot be opened. Close it if it is open in Excel, "
        "and check that you may read it."
    )
