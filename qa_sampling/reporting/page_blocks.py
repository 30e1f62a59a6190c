"""What a page makes of a chart, and what a restricted page makes of an output without a mark."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qa_sampling.errors import PublicationError
from qa_sampling.reporting.html_table import plain_table
from qa_sampling.reporting.page_text import safe_png, to_html
from qa_sampling.reporting.share import SHARE_TYPE
from qa_sampling.reporting.svg import safe_svg

if TYPE_CHECKING:
    from nbformat import NotebookNode


def picture_of(output: NotebookNode, name: str, number: int) -> dict[str, Any]:
    """Give a chart's SVG written anew; its PNG where there is none.

    Parameters
    ----------
    output : NotebookNode
        What `share_figure` or `show_figure` displayed.
    name : str
        Begins the ids of its SVG; another one for each picture of a page.
    number : int
        Of the cell, for messages.

    Returns
    -------
    dict
        `svg`: the rest of an `<svg>` element after its name, or blank; `source`: the data
        address of the PNG where `svg` is blank.

    Raises
    ------
    PublicationError
        When the SVG holds anything a chart does not need, or the PNG is none.
    """
    from markupsafe import Markup

    svg = output.get("metadata", {}).get(SHARE_TYPE, {}).get("svg", "")
    if not svg:
        return {"svg": "", "source": _png(output.data.get("image/png", ""), number)}
    try:
        cleaned = safe_svg(svg, prefix=name)
    except ValueError as error:
        raise PublicationError(
            f"The chart of cell {number} of the notebook cannot go onto the page: {error}. Draw "
            "it with functions of qa_sampling.reporting.plots."
        ) from None
    return {"svg": Markup(cleaned.removeprefix("<svg"))}  # noqa: S704 - written by safe_svg


def _png(encoded: str, number: int) -> str:
    """Give a PNG without its metadata as a data address."""
    try:
        stored = safe_png(base64.b64decode(encoded))
    except (binascii.Error, ValueError):
        raise PublicationError(
            f"Cell {number} of the notebook holds a chart that is not a PNG picture."
        ) from None
    return f"data:image/png;base64,{base64.b64encode(stored).decode('ascii')}"


def restricted_blocks(output: NotebookNode, number: int) -> Iterator[dict[str, Any]]:
    """Give what a restricted page makes of an output that was not marked for a page.

    Tables and text as plain words, lines that are sentences as paragraphs, charts as cleaned PNG,
    warnings not at all.

    Parameters
    ----------
    output : NotebookNode
        The output.
    number : int
        Of its cell, for messages.

    Raises
    ------
    PublicationError
        When a chart has no words that describe it.
    """
    data = output.get("data", {})
    words = {"title": "", "caption": "", "note": ""}
    if "text/html" in data and (grid := plain_table(data["text/html"])):
        yield {"kind": "table"} | words | {"note": grid["note"], "grids": [grid]}
    elif "image/png" in data:
        alt = output.metadata.get("image/png", {}).get("alt", "")
        if not alt:
            raise PublicationError(
                f"The chart of cell {number} of the notebook has no words that describe it. "
                "Display it with show_figure(…, alt=…)."
            )
        source = _png(data["image/png"], number)
        yield {"kind": "figure", "alt": alt, "svg": "", "source": source} | words
    elif "text/markdown" in data:
        yield {"kind": "text", "html": to_html(data["text/markdown"])}
    elif "text/plain" in data or output.get("name") == "stdout":
        text = data.get("text/plain") or output.get("text", "")
        yield from ({"kind": "plain", "text": part} for part in _paragraphs(text.strip("\n")))


def _paragraphs(text: str) -> list[str]:
    """Give each line by itself where all are sentences, and the text as it is where not."""
    lines = text.split("\n")
    return lines if all(line.endswith((".", "?", "!")) for line in lines) else [text]
