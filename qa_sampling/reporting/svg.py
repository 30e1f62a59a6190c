"""Charts as SVG: drawn by matplotlib with text as text, and taken over through an allow-list.

Text stays text, not paths: it can be read aloud, searched, copied and zoomed, the leak scan can
read it, and it takes a third of the room. It is laid out in DejaVu Sans, which comes with
matplotlib and so is the same on every machine, and shown in that or in Verdana, whose letters are
as wide; where a device has neither, its letters are narrower and still fit.

A page never holds an SVG as it came. :func:`safe_svg` writes a new one from elements, attributes
and values that charts of ours need; anything else is refused. Ids are renamed, so that pictures of
one page never meet, and ids nobody refers to are dropped with comments, titles and metadata.
Places are rounded to a hundredth of a point and colours put as `rgb(18,67,109)`: neither is seen,
and no run of digits is left that could be taken for a case number.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING
from xml.parsers import expat

from qa_sampling.reporting.page_text import safe_png
from qa_sampling.reporting.svg_rules import (
    ELEMENTS,
    LEFT_OUT,
    NAME,
    PATTERNS,
    TARGETS,
    URL,
    named,
    short,
    spread,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = "DejaVu Sans, Verdana, Bitstream Vera Sans, Geneva, Arial, sans-serif"
"""Families of the same width: Linux and matplotlib, Windows and Apple; then whatever there is."""
LIMIT = 4_000_000
"""Characters; a larger picture is refused."""
_SALT = "qa-sampling"
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))

_DATA_PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)", re.ASCII)
_ROOT_LOOK = f' font-family="{FONTS}" stroke-linejoin="round" stroke-linecap="butt"'


def figure_svg(figure: Figure) -> str:
    """Draw a figure as SVG: text as text, the same each time, without metadata.

    Parameters
    ----------
    figure : Figure
        The figure; it is left as it is.
    """
    import matplotlib as mpl

    settings = {"svg.fonttype": "none", "svg.hashsalt": _SALT}
    if "svg.id" in mpl.rcParams:
        settings["svg.id"] = None
    stored = io.StringIO()
    with mpl.rc_context(settings):
        figure.savefig(stored, format="svg", bbox_inches="tight", metadata=_NO_METADATA)
    text = stored.getvalue()
    return safe_svg(text[text.index("<svg") :])


def safe_svg(text: str, *, prefix: str = "p") -> str:
    """Give a chart's SVG written anew from what charts need, for standing inside a page.

    Parameters
    ----------
    text : str
        The picture, from its `<svg` on.
    prefix : str
        Begins every id; another one for each picture of a page.

    Returns
    -------
    str
        One `<svg>` element: without style attributes, scripts, links, addresses, events,
        comments, titles or metadata. Giving it to this function again changes nothing.

    Raises
    ------
    ValueError
        When it holds anything a chart does not need, refers to what is not in it, is too large
        or is no SVG. The message names elements and attributes only, never a value.
    """
    if len(text) > LIMIT:
        raise ValueError("the picture is too large")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.ProcessingInstructionHandler = reader.refuse_instruction
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        raise ValueError("the picture is not well-formed") from None
    return reader.written(prefix)


class _Reader:
    """Write the allowed parts of an SVG while it is read; ids stay open until its end."""

    def __init__(self) -> None:
        self.parts: list[str | tuple[str, str]] = []
        self.open: list[str] = []
        self.outside = 0
        self.kinds: dict[str, str] = {}
        self.wanted: list[tuple[str, str]] = []

    def refuse_doctype(self, *declared: object) -> None:
        raise ValueError("the picture declares a document type")

    def refuse_instruction(self, *instruction: object) -> None:
        raise ValueError("the picture holds a processing instruction")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.outside or name in LEFT_OUT:
            self.outside += 1
            return
        if name not in ELEMENTS or (name == "svg") != (not self.open):
            raise ValueError(f"the picture holds <{named(name)}>, which no chart of ours needs")
        self.parts.append(f"<{name}")
        self.open.append(name)
        if name == "svg":
            if "viewBox" not in attributes:
                raise ValueError("the picture does not say how large it is")
            self.parts.append(_ROOT_LOOK)
        for key, value in spread(name, attributes).items():
            self._write(name, key, value.strip())
        self.parts.append(">")

    def end(self, name: str) -> None:
        if self.outside:
            self.outside -= 1
            return
        self.open.pop()
        if self.parts[-1] == ">" and name not in ("text", "tspan"):
            self.parts[-1] = "/>"
        else:
            self.parts.append(f"</{name}>")

    def text(self, text: str) -> None:
        if self.outside or not self.open:
            return
        if self.open[-1] in ("text", "tspan"):
            self.parts.append(escape(text, quote=False))
        elif text.strip():
            raise ValueError("the picture holds text outside its labels")

    def _write(self, element: str, key: str, value: str) -> None:
        """Write one attribute, or refuse it."""
        if key == "id":
            if value in self.kinds:
                raise ValueError("the picture uses an id twice")
            self.kinds[value] = element
            self.parts.append(("id", value))
        elif key == "href" and element == "image":
            self.parts.append(f' href="{_picture(value)}"')
        elif key == "href" and element == "use" and re.fullmatch(f"#{NAME}", value):
            self._refer("href", value[1:], ' href="#', '"')
        elif key not in ELEMENTS[element] or not PATTERNS[key].fullmatch(value):
            raise ValueError(
                f"the picture's <{element}> has a `{named(key)}` that no chart of ours needs"
            )
        elif found := re.fullmatch(URL, value):
            self._refer(key, found[1], f' {key}="url(#', ')"')
        else:
            self.parts.append(f' {key}="{short(value)}"')

    def _refer(self, key: str, target: str, before: str, after: str) -> None:
        if {"pattern", "clipPath"} & set(self.open[:-1]):
            raise ValueError("the picture's patterns and clips refer to each other")
        self.wanted.append((target, TARGETS[key]))
        self.parts += [before, ("ref", target), after]

    def written(self, prefix: str) -> str:
        """Give the picture, with the ids that are referred to renamed in their order."""
        for target, kind in self.wanted:
            if self.kinds.get(target) != kind:
                raise ValueError("the picture refers to what is not in it")
        referred = {target for target, _ in self.wanted}
        used = [name for name in self.kinds if name in referred]
        names = {name: f"{prefix}-{place}" for place, name in enumerate(used, start=1)}
        return "".join(part if isinstance(part, str) else _id(part, names) for part in self.parts)


def _id(part: tuple[str, str], names: Mapping[str, str]) -> str:
    kind, name = part
    if kind == "ref":
        return names[name]
    return f' id="{names[name]}"' if name in names else ""


def _picture(value: str) -> str:
    """Give a PNG picture inside the SVG without its metadata; refuse any other address."""
    found = _DATA_PNG.fullmatch(value)
    if not found:
        raise ValueError("the picture's <image> points outside it")
    try:
        stored = safe_png(base64.b64decode(found[1]))
    except (binascii.Error, ValueError):
        raise ValueError("the picture's <image> is not a PNG") from None
    return f"data:image/png;base64,{base64.b64encode(stored).decode('ascii')}"
