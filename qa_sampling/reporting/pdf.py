"""PDF files of our pages: made by a browser, stripped to title and producer, and read back.

The reader knows what browsers write (objects in clear, streams deflated, text through ToUnicode
tables). It gives text for the leak scan, not for people: pieces in the order of the file. A file
it cannot read whole is refused, never passed as empty.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qa_sampling.errors import PublicationError
from qa_sampling.reporting.browser import print_page

PRODUCER = "qa-sampling"
_OBJECT = re.compile(rb"(?<![0-9])(\d+)\s+(\d+)\s+obj\b(.*?)\bendobj", re.DOTALL)
_STREAM = re.compile(rb"(.*?)\bstream\r?\n(.*?)endstream", re.DOTALL)
_INFO = re.compile(rb"/Info\s+(\d+)\s+\d+\s+R")
_TITLE = re.compile(rb"/Title\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_VERSION = re.compile(rb"/Producer\s*\(Skia/PDF m(\d+)")
_OLDEST = 131
"""The first version with boxes in a page's margins, and with folded parts that a page can open."""
_STRING = re.compile(
    rb"\((?P<plain>(?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)|(?<!<)<(?P<hex>[0-9A-Fa-f\s]*)>(?!>)",
    re.DOTALL,
)
_SHOWN = re.compile(
    rb"/(?P<font>[\w.+-]+)\s+[-\d.]+\s+Tf|(?P<break>\bET\b|\bT\*|\bTm\b)|(?P<end>\bEMC\b)|"
    rb"(?P<instead>/ActualText\s*)?(?:" + _STRING.pattern + rb")",
    re.DOTALL,
)
_CODE = rb"<([0-9A-Fa-f]+)>\s*"
_ENTRY = {b"char": re.compile(_CODE + rb"()" + _CODE), b"range": re.compile(_CODE * 3)}
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_NAME = re.compile(rb"/[^\s/<>()\[\]{}%]+")
_PLACES = re.compile(rb"\bxref\b.*?\btrailer\b|startxref\s+\d+|\d+ \d+ R|/Size\s+\d+", re.DOTALL)
_FONT_USE = re.compile(rb"/([\w.+-]+)\s+(\d+)\s+\d+\s+R")
_FONTS = re.compile(rb"/Font\s*<<(.*?)>>", re.DOTALL)
_TO_UNICODE = re.compile(rb"/ToUnicode\s+(\d+)\s+\d+\s+R")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b""}
_UNREAD = ("/Encrypt", "/ObjStm", "/EmbeddedFile", "/JavaScript", "/Launch", "/RichMedia")
_PICTURES = (b"/Subtype /Image", b"/Subtype/Image", b"/FontFile", b"/Length1", b"/N 3")
_LARGEST = 100_000_000


def write_pdf(page: Path, target: Path, *, browser: Path) -> None:
    """Print a page to a PDF that says its title and nothing of this machine or moment.

    Parameters
    ----------
    page : Path
        A page of ``report.build_page``.
    target : Path
        The PDF.
    browser : Path
        What ``browser.find_browser`` gave.

    Raises
    ------
    PublicationError
        When the browser fails or is too old, or the PDF is not tagged, has no title or no
        language.
    """
    target.write_bytes(plain_facts(print_page(page, browser=browser)))


def plain_facts(stored: bytes) -> bytes:
    """Give a PDF whose document information is its title and our name.

    Browser, system and time are overwritten in place, so no offset in the file changes.

    Parameters
    ----------
    stored : bytes
        A PDF of a browser.

    Raises
    ------
    PublicationError
        When it cannot be done, the browser is too old, or the PDF is not tagged, has no title
        or no language.
    """
    wanted = (b"/MarkInfo", b"/StructTreeRoot", b"/Lang")
    found, place = _INFO.search(stored), None
    if found:
        place = re.search(
            rb"(?<!\d)" + found[1] + rb"\s+\d+\s+obj\s*(<<.*?>>)\s*endobj", stored, re.S
        )
    title = _TITLE.search(place[1]) if place else None
    if not title or not all(name in stored for name in wanted) or b"/Metadata" in stored:
        raise PublicationError(
            "The browser's PDF has no tags, title or language, or facts that cannot be taken out. "
            "Name a newer Chrome, Chromium or Edge in QA_SAMPLING_BROWSER, or run without --pdf."
        )
    made_by = _VERSION.search(place[1])
    if made_by and int(made_by[1]) < _OLDEST:
        raise PublicationError(
            f"The browser is too old (version {int(made_by[1])}): it prints neither what is folded "
            f"nor the marking on every sheet. Name a Chrome, Chromium or Edge of version {_OLDEST} "
            "or newer in QA_SAMPLING_BROWSER, or run without --pdf."
        )
    said = b"<</Title " + title[1] + b"\n/Producer (" + PRODUCER.encode("ascii") + b")"
    room = len(place[1]) - len(said) - len(b">>")
    if room < 0:
        raise PublicationError("The browser's PDF has no room for our name. Run without --pdf.")
    start, end = place.span(1)
    return stored[:start] + said + b" " * room + b">>" + stored[end:]


@dataclass
class _Parts:
    """Objects of a PDF: their dictionaries, and their streams where these are not pictures."""

    heads: dict[int, bytes] = field(default_factory=dict)
    streams: dict[int, bytes] = field(default_factory=dict)


def pdf_texts(stored: bytes) -> Iterator[tuple[str, str]]:
    """Give every text in a PDF by part: facts, titles, words for pictures, and the pages' text.

    Parameters
    ----------
    stored : bytes
        The file.

    Yields
    ------
    tuple of str
        Part, such as "page text" or "strings", and its text.

    Raises
    ------
    ValueError
        When it holds what this reader does not know, such as encrypted or packed objects.
    """
    parts = _open(stored)
    whole = b"\n".join(parts.heads.values())
    yield "strings", "\n".join(_strings(whole))
    yield "names", "\n".join(name.decode("latin-1") for name in _NAME.findall(whole))
    fonts = _fonts(parts)
    for number, stream in parts.streams.items():
        if b"BT" in stream and b"ET" in stream:
            yield "page text", _shown(stream, fonts, number, spoken=True)
            yield "page as drawn", _shown(stream, fonts, number, spoken=False)
    outside = _PLACES.sub(b" ", _OBJECT.sub(b" ", stored))
    yield "rest", outside.decode("latin-1")


def _open(stored: bytes) -> _Parts:
    """Give the objects of a file that is read whole, or refuse it."""
    parts = _Parts()
    for number, _, body in _OBJECT.findall(stored):
        head, stream = body, b""
        if found := _STREAM.match(body):
            head, stream = found[1], found[2]
        parts.heads[int(number)] = head
        if stream and not any(name in head for name in _PICTURES):
            parts.streams[int(number)] = _unpacked(head, stream)
    rest = _OBJECT.sub(b" ", stored)
    said = b"\n".join([*parts.heads.values(), rest]).decode("latin-1")
    if not parts.heads or any(name in said for name in _UNREAD):
        raise ValueError("The PDF holds parts that cannot be read.")
    return parts


def _unpacked(head: bytes, stream: bytes) -> bytes:
    if b"/Filter" not in head:
        return stream
    if b"/FlateDecode" not in head or b"/DecodeParms" in head:
        raise ValueError("The PDF holds a stream that cannot be read.")
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(stream, _LARGEST)
    except zlib.error:
        unpacked = b""
    if not unpacking.eof:
        raise ValueError("The PDF holds a stream that is damaged or too large.")
    return unpacked


def _strings(head: bytes) -> Iterator[str]:
    """Give the strings of dictionaries: titles, words for pictures, addresses, languages."""
    for found in _STRING.finditer(head):
        yield _plain(_raw(found))


def _plain(raw: bytes) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", errors="replace")
    return raw.decode("latin-1")


def _raw(found: re.Match[bytes]) -> bytes:
    """Give the bytes of a string in either notation."""
    if found["plain"] is None:
        digits = b"".join(found["hex"].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))

    def one(escaped: re.Match[bytes]) -> bytes:
        if escaped[1]:
            return bytes([int(escaped[1], 8) & 255])
        return _ESCAPES.get(escaped[2], escaped[2])

    return re.sub(rb"\\(?:([0-7]{1,3})|(.))", one, found["plain"], flags=re.DOTALL)


def _fonts(parts: _Parts) -> dict[str, list[dict[bytes, str]]]:
    """Give the letters of every font by the name pages call it; a name may stand for several."""
    fonts: dict[str, list[dict[bytes, str]]] = {}
    for head in parts.heads.values():
        for listed in _FONTS.findall(head):
            for name, number in _FONT_USE.findall(listed):
                found = _TO_UNICODE.search(parts.heads.get(int(number), b""))
                if not found:
                    raise ValueError("The PDF has a font without a table of its letters.")
                letters = _letters(parts.streams.get(int(found[1]), b""))
                known = fonts.setdefault(name.decode("latin-1"), [])
                if letters not in known:
                    known.append(letters)
    return fonts


def _letters(table: bytes) -> dict[bytes, str]:
    """Give what each code of a font stands for, from its ToUnicode table."""
    letters = {}
    for kind, body in _SECTION.findall(table):
        for first, last, stands_for in _ENTRY[kind].findall(body):
            begins, ends = int(first, 16), int(last or first, 16)
            text = bytes.fromhex(stands_for.decode("ascii"))
            for step in range(min(ends - begins, 65535) + 1):
                code = (begins + step).to_bytes(len(first) // 2, "big")
                letters[code] = _stepped(text, step)
    return letters


def _stepped(text: bytes, step: int) -> str:
    value = int.from_bytes(text, "big") + step
    return value.to_bytes(max(len(text), 2), "big").decode("utf-16-be", errors="replace")


def _shown(
    stream: bytes, fonts: dict[str, list[dict[bytes, str]]], number: int, *, spoken: bool
) -> str:
    """Give the text a page shows, a line for each piece; `spoken` with words for its ligatures."""
    shown: list[str] = []
    current: list[dict[bytes, str]] = []
    replaced = False
    for found in _SHOWN.finditer(stream):
        if found["font"]:
            current = fonts.get(found["font"].decode("latin-1"), [])
        elif found["break"]:
            shown.append("\n")
        elif found["end"]:
            replaced = False
        elif found["instead"]:
            replaced = spoken
            shown += [_plain(_raw(found))] if spoken else []
        elif raw := _raw(found):
            if not current:
                raise ValueError(f"Stream {number} of the PDF shows text in an unknown font.")
            shown += [] if replaced else [_spelled(raw, letters) for letters in current]
    return "".join(shown)


def _spelled(raw: bytes, letters: dict[bytes, str]) -> str:
    width = max(map(len, letters), default=1)
    codes = (raw[place : place + width] for place in range(0, len(raw), width))
    return "".join(letters.get(code, "\ufffd") for code in codes)
