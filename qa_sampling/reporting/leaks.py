"""Read what is about to be published for identifiers of children: the last gate.

Looks for case numbers and references in the text of files, in the text that PNG pictures carry,
in pictures inside pages, in the labels of SVG pictures also where they are spelled in pieces, in
everything a PDF says, and in every part of zip-like files such as workbooks.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from qa_sampling.errors import PublicationError
from qa_sampling.reporting.pdf import pdf_texts

SHORTEST = 5
"""Letters or digits below which an identifier is not told from a count, and not looked for."""
_DEPTH = 3
_PART_LIMIT = 500_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_PICTURE = re.compile(r"iVBORw0KGgo(?:[A-Za-z0-9+/=]|\\n|\s)+")
_GZIP = b"\x1f\x8b"
_INLINE = re.compile(r"data:[\w/.+-]*(?:;[\w=.-]+)*;base64,((?:[A-Za-z0-9+/=]|\\n|\s)+)")
_QUOTED = re.compile(r"data:image/svg\+xml[^\"'\s<>]*%[^\"'\s<>]*", re.IGNORECASE)
_LABEL = re.compile(r"<text\b[^>]*>(.*?)</text>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"\n|\\n")
_TAG = re.compile(r"<[^>]*>")
_DIGEST = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MONTHS = {"may", "june", "july"}
_RUN = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Leak:
    """Identifiers found in one file. Never says which.

    Attributes
    ----------
    file : str
        Name of the file.
    part : str
        Part of it, such as "xl/sharedStrings.xml", "picture 2" or "file name"; blank for the
        file itself.
    count : int
        How many times identifiers stand there.
    lines : tuple of int
        The first lines where they stand, at most five.
    """

    file: str
    part: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True)
class LeakScan:
    """What :func:`leak_scan` found; true when it found anything, and a sequence of its leaks.

    Attributes
    ----------
    leaks : tuple of Leak
        One a file and part.
    files : int
        How many files were read.
    too_short : int
        How many identifiers were too short to be told from counts, and were not looked for.
    """

    leaks: tuple[Leak, ...]
    files: int
    too_short: int

    def __len__(self) -> int:
        return len(self.leaks)

    def __iter__(self) -> Iterator[Leak]:
        return iter(self.leaks)


def leak_scan(
    paths: Iterable[Path | str], identifiers: Iterable[str], *, shortest: int = SHORTEST
) -> LeakScan:
    """Look for identifiers of children in files.

    An identifier is found where it stands as a whole (not inside a longer number or word), in
    upper or lower case. SHA-256 digests are passed over.

    Parameters
    ----------
    paths : iterable of Path
        Files, or folders with everything in them.
    identifiers : iterable of str
        Case numbers, references, names: whatever must not be there.
    shortest : int
        Shorter identifiers are counted in `too_short` and not looked for: a case number of
        three digits cannot be told from a count.

    Raises
    ------
    FileNotFoundError
        When a path is not there.
    PublicationError
        When a PDF cannot be read whole: what cannot be read is not passed as clean.
    """
    wanted = {str(one).strip().casefold() for one in identifiers if str(one).strip()}
    sought = _index({one for one in wanted if len(one) >= shortest})
    leaks, files = _scan(paths, lambda text: _find(text, sought))
    return LeakScan(leaks, files, sum(len(one) < shortest for one in wanted))


def name_scan(paths: Iterable[Path | str], names: Iterable[str]) -> LeakScan:
    """Look for short names of people in files, such as Jo: as whole words, capitals kept.

    A name is looked for as it is written, with a capital first and all in capitals; next to a
    number, as in "31 May" and "May 2026", the name of a month is a date.

    Parameters
    ----------
    paths : iterable of Path
        Files, or folders with everything in them.
    names : iterable of str
        Names of people.

    Raises
    ------
    FileNotFoundError, PublicationError
        As :func:`leak_scan`.
    """
    written = {" ".join(str(one).split()) for one in names} - {""}
    forms = {form for one in written for form in (one, one.title(), one.upper())}
    sought = [_as_word(form) for form in sorted(forms)]

    def lines(text: str) -> list[int]:
        starts = sorted(found.start() for one in sought for found in one.finditer(text))
        return [text.count("\n", 0, start) + 1 for start in starts]

    leaks, files = _scan(paths, lines)
    return LeakScan(leaks, files, 0)


def _as_word(name: str) -> re.Pattern:
    """Give what finds a name as a whole word; of a month's name, not beside a number."""
    words = r"\s+".join(re.escape(word) for word in name.split())
    if name.casefold() in _MONTHS:
        return re.compile(rf"(?<![^\W_])(?<!\d\s){words}(?![^\W_])(?!\s\d)")
    return re.compile(rf"(?<![^\W_]){words}(?![^\W_])")


def _scan(
    paths: Iterable[Path | str], find: Callable[[str], list[int]]
) -> tuple[tuple[Leak, ...], int]:
    """Give where a search finds something in any text of the files, and how many files."""
    files = sorted(set(_files(paths)))
    leaks = []
    for file in files:
        try:
            texts = [("file name", file.name), *_texts(file.read_bytes(), "", _DEPTH)]
        except ValueError as error:
            raise PublicationError(
                f"{file.name} cannot be searched for case numbers, so it must not be shared. "
                f"{error}"
            ) from None
        for part, text in texts:
            if lines := find(text):
                leaks.append(Leak(file.name, part, len(lines), tuple(lines[:5])))
    return tuple(leaks), len(files)


def _files(paths: Iterable[Path | str]) -> Iterator[Path]:
    for path in map(Path, paths):
        if path.is_dir():
            yield from (inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            yield path
        else:
            raise FileNotFoundError(f"{path.name} is not there, so it cannot be checked for leaks.")


def _index(identifiers: set[str]) -> dict[str, list[str]]:
    """Group identifiers by their first run of letters or digits."""
    index: dict[str, list[str]] = {}
    for identifier in identifiers:
        first = _RUN.search(identifier)
        if first:
            index.setdefault(first[0], []).append(identifier[first.start() :])
    return index


def _find(text: str, sought: dict[str, list[str]]) -> list[int]:
    """Give the line of every place where an identifier stands as a whole."""
    text = text.casefold()
    if sought.keys().isdisjoint(_RUN.findall(text)):
        return []
    lines = []
    for run in _RUN.finditer(text):
        for identifier in sought.get(run[0], ()):
            end = run.start() + len(identifier)
            if text.startswith(identifier, run.start()) and not _goes_on(text, end):
                lines.append(text.count("\n", 0, run.start()) + 1)
    return lines


def _goes_on(text: str, end: int) -> bool:
    """Say whether the run of digits or letters that ends here goes on."""
    if end >= len(text):
        return False
    last, after = text[end - 1], text[end]
    return (last.isdigit() and after.isdigit()) or (last.isalpha() and after.isalpha())


def _texts(stored: bytes, part: str, depth: int) -> Iterator[tuple[str, str]]:
    """Give every text in a file by part."""
    if stored.startswith(_PNG):
        yield part or "picture", "\n".join(_png_texts(stored))
    elif stored.startswith(b"PK") and depth and zipfile.is_zipfile(io.BytesIO(stored)):
        with zipfile.ZipFile(io.BytesIO(stored)) as folder:
            for info in folder.infolist():
                yield _joined(part, "names of parts"), info.filename
                with folder.open(info) as opened:
                    inner = opened.read(_PART_LIMIT)
                yield from _texts(inner, _joined(part, info.filename), depth - 1)
    elif b"%PDF-" in stored[:1024]:
        for name, text in pdf_texts(stored):
            yield _joined(part, name), text
    elif stored.startswith(_GZIP) and depth:
        with gzip.open(io.BytesIO(stored)) as opened:
            yield from _texts(opened.read(_PART_LIMIT), _joined(part, "unpacked"), depth - 1)
    else:
        yield from _plain_texts(stored, part, depth)


def _joined(part: str, inner: str) -> str:
    return f"{part} > {inner}" if part else inner


def _plain_texts(stored: bytes, part: str, depth: int) -> Iterator[tuple[str, str]]:
    """Give the text of a file without its pictures, then what the pictures carry."""
    utf_16 = stored.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = stored.decode("utf-16" if utf_16 else "utf-8", errors="replace")
    pictures: list[str] = []

    def take(found: re.Match) -> str:
        pictures.append(found[1] if found.re is _INLINE else found[0])
        return " "

    text = _PICTURE.sub(take, _INLINE.sub(take, text))
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), _DIGEST.sub(" ", text))
    yield part, html.unescape(text)
    yield from _labels(text, part)
    for quoted in _QUOTED.findall(text) if depth else ():
        yield from _plain_texts(unquote(quoted).encode("utf-8"), _joined(part, "quoted"), depth - 1)
    for number, picture in enumerate(pictures, start=1):
        name = _joined(part, f"picture {number}")
        try:
            opened = base64.b64decode(re.sub(r"\\n|\s", "", picture))
        except (binascii.Error, ValueError):
            yield name, picture
            continue
        if depth:
            yield from _texts(opened, name, depth - 1)


def _labels(text: str, part: str) -> Iterator[tuple[str, str]]:
    """Give the labels of SVG pictures whole: a word may be spelled in several pieces."""
    labels = [html.unescape(_TAG.sub("", found)) for found in _LABEL.findall(text)]
    if labels:
        yield _joined(part, "labels"), "\n".join(_BREAK.sub("", label) for label in labels)


def _png_texts(stored: bytes) -> Iterator[str]:
    """Give the texts a PNG picture carries beside its pixels."""
    for kind, body in png_chunks(stored):
        if kind in (b"tEXt", b"eXIf"):
            yield body.decode("latin-1")
        elif kind == b"zTXt":
            yield _unpacked(body.partition(b"\x00")[2][1:]).decode("latin-1")
        elif kind == b"iTXt":
            yield body.decode("utf-8", errors="replace")
            flags = body.partition(b"\x00")[2]
            if flags[:1] == b"\x01":
                packed = flags[2:].split(b"\x00", 2)[-1]
                yield _unpacked(packed).decode("utf-8", errors="replace")


def png_chunks(stored: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the chunks of a PNG picture: kind and body.

    Parameters
    ----------
    stored : bytes
        The picture.
    """
    place = len(_PNG)
    while place + 8 <= len(stored):
        length, kind = struct.unpack(">I4s", stored[place : place + 8])
        yield kind, stored[place + 8 : place + 8 + length]
        place += 12 + length


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, 10_000_000)
    except zlib.error:
        return b""
