"""Text and pictures made harmless: what a page takes over from a notebook's cells."""

from __future__ import annotations

import struct
import zlib
from functools import cache
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
