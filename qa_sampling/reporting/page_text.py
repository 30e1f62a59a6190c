"""Text and pictures made harmless: what a page takes over from a notebook's cells."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from html.parser import HTMLParser
from typing import Any

from qa_sampling.reporting.leaks import png_chunks

_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"sRGB", b"pHYs"}


def to_html(markdown: str) -> Any:  # noqa: ANN401
    """Give markdown as HTML without links, pictures or markup of its own.

    Parameters
    ----------
    markdown : str
        Text of a markdown cell. HTML in it is shown as text; of links and pictures the words
        stay.
    """
    from markupsafe import Markup

    return Markup(_renderer()(markdown))  # noqa: S704 - made by a renderer that escapes


@cache
def _renderer() -> Any:  # noqa: ANN401
    import mistune

    class Quiet(mistune.HTMLRenderer):
        def link(self, text: str, url: str, title: str | None = None) -> str:
            return text

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return text

        def heading(self, text: str, level: int, **attributes: Any) -> str:  # noqa: ANN401
            place = min(max(level + 1, 3), 6)
            return f"<h{place}>{text}</h{place}>\n"

    return mistune.create_markdown(renderer=Quiet(escape=True), plugins=["table"])


class _TableReader(HTMLParser):
    """Read the words of the first table of an HTML text, and nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.tables = 0
        self.spare = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tables += tag == "table"
        if self.tables != 1:
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.in_cell = True
            span = dict(attrs).get("colspan") or "1"
            self.spare = min(int(span), 99) - 1 if span.isdigit() else 0

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.in_cell:
            self.in_cell = False
            self.rows[-1] += [""] * self.spare

    def handle_data(self, data: str) -> None:
        if self.in_cell and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def plain_table(text: str) -> dict[str, Any] | None:
    """Give the first table of an HTML text as plain words: the first row as headings.

    Parameters
    ----------
    text : str
        HTML of a notebook's output, such as a DataFrame's.

    Returns
    -------
    dict or None
        `name`, `columns`, `rows`; None when there is no table.
    """
    reader = _TableReader()
    reader.feed(text)
    rows = [[cell.strip() for cell in row] for row in reader.rows if row]
    if not rows:
        return None
    width = max(len(row) for row in rows)
    padded = [row + [""] * (width - len(row)) for row in rows]
    return {"name": "", "columns": padded[0], "rows": padded[1:]}


def safe_png(stored: bytes) -> bytes:
    """Give a PNG picture without any text, time or metadata in it.

    Parameters
    ----------
    stored : bytes
        The picture.

    Raises
    ------
    ValueError
        When it is not a PNG picture.
    """
    if not stored.startswith(_PNG):
        raise ValueError("The picture is not a PNG.")
    kept = [_PNG]
    for kind, body in png_chunks(stored):
        if kind in _KEPT_CHUNKS:
            checked = kind + body
            kept.append(struct.pack(">I", len(body)) + checked)
            kept.append(struct.pack(">I", zlib.crc32(checked)))
    return b"".join(kept)
