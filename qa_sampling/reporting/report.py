"""The executed notebook as one self-contained, accessible page.

What goes where is said by cell tags: `page-finding`, `page-chart`, `page-table`, `page-method`,
and `restricted-only` for what only the restricted page may hold. A shareable page takes outputs
that ``share`` displayed and nothing else; text of tagged markdown cells comes along.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qa_sampling.errors import DisclosureError, PublicationError
from qa_sampling.reporting.leaks import Leak, LeakScan, leak_scan
from qa_sampling.reporting.page_text import plain_table, safe_png, to_html
from qa_sampling.reporting.share import (
    SHARE_TYPE,
    TEMPLATES,
    environment,
    share,
    share_figure,
    show,
    show_figure,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "Leak",
    "LeakScan",
    "build_page",
    "leak_scan",
    "share",
    "share_figure",
    "show",
    "show_figure",
]

Audience = Literal["restricted", "shareable"]
_PLACES = {
    "page-finding": "findings",
    "page-chart": "body",
    "page-table": "body",
    "page-method": "method",
}
_NEVER = {"parameters", "injected-parameters"}
_FIELDS = {
    "words": {"sentences"},
    "table": {"title", "caption", "note", "grids", "release"},
    "figure_table": {"title", "caption", "note", "grids", "release"},
    "figure": {"title", "alt", "caption"},
}


@dataclass
class _Page:
    """What the page holds, by place: blocks in the order of the notebook."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    body: list[dict[str, Any]] = field(default_factory=list)
    method: list[dict[str, Any]] = field(default_factory=list)


def build_page(
    notebook: NotebookNode | Path | str,
    *,
    title: str,
    question: str,
    audience: Audience,
    provenance: Mapping[str, str],
    released: Collection[str] | None = None,
) -> str:
    """Give the executed notebook as one HTML page that opens offline and asks for nothing.

    Parameters
    ----------
    notebook : NotebookNode or Path
        The executed notebook.
    title : str
        Title of the page.
    question : str
        The question it answers; stands first.
    audience : {"restricted", "shareable"}
        "shareable": only tagged cells, and of their outputs only those displayed through
        ``share``; "restricted": all outputs, with a marking.
    provenance : mapping of str to str
        Where the page comes from: what is printed at its foot.
    released : collection of str, optional
        Fingerprints of the tables in the ledger of releases: a shareable page with another
        table is refused. Not checked by default, for a page that stays with its author.

    Returns
    -------
    str
        HTML, to be written as UTF-8.

    Raises
    ------
    DisclosureError
        When a tagged cell of a shareable page holds an output that was not shared, or a table
        that is not in the ledger of releases.
    PublicationError
        When a cell failed or was not run, a chart has no words or no table, or there is
        nothing to show.
    """
    if audience not in ("restricted", "shareable"):
        raise PublicationError(f'`audience` must be "restricted" or "shareable"; got {audience!r}.')
    page = _Page()
    started = False
    for number, cell in enumerate(_read(notebook).cells, start=1):
        tags = set(cell.metadata.get("tags", ()))
        started = started or cell.cell_type == "code"
        place = next((_PLACES[tag] for tag in _PLACES if tag in tags), "")
        if tags & _NEVER or (audience == "shareable" and (not place or "restricted-only" in tags)):
            _require_run(cell, number)
            continue
        blocks = _blocks(cell, number, audience, wanted=bool(place) or started)
        if audience == "shareable" and released is not None:
            _require_released(blocks, number, released)
        getattr(page, place or "body").extend(blocks)
    if not (page.findings or page.body):
        raise PublicationError(
            "The page would be empty: tag cells with page-finding, page-chart or page-table."
        )
    template = environment().get_template("page.html.j2")
    page_text = template.render(
        title=title,
        question=question,
        audience=audience,
        page=page,
        provenance=dict(provenance),
        style=(TEMPLATES / "page.css").read_text(encoding="utf-8"),
    )
    return page_text.strip() + "\n"


def _read(notebook: NotebookNode | Path | str) -> NotebookNode:
    if isinstance(notebook, str | Path):
        import nbformat

        return nbformat.read(notebook, as_version=4)
    return notebook


def _require_run(cell: NotebookNode, number: int) -> None:
    """Refuse a notebook that stopped on the way."""
    if cell.cell_type != "code" or not cell.source.strip():
        return
    if any(output.output_type == "error" for output in cell.outputs):
        raise PublicationError(f"Cell {number} of the notebook failed, so no page was made.")
    if cell.execution_count is None:
        raise PublicationError(f"Cell {number} of the notebook was not run, so no page was made.")


def _blocks(
    cell: NotebookNode, number: int, audience: Audience, *, wanted: bool
) -> list[dict[str, Any]]:
    """Give what a cell puts on the page."""
    if cell.cell_type == "markdown":
        return [{"kind": "text", "html": to_html(cell.source)}] if wanted else []
    if cell.cell_type != "code":
        return []
    _require_run(cell, number)
    blocks = []
    for output in cell.outputs:
        blocks += _shared(output, number, audience)
    if audience == "shareable":
        _require_tables(blocks, number)
    return blocks


def _shared(output: NotebookNode, number: int, audience: Audience) -> Iterator[dict[str, Any]]:
    """Give the block of one output; refuse it when it may not be there."""
    data = output.get("data", {})
    mark = data.get(SHARE_TYPE)
    if audience == "shareable" and (mark is None or mark.get("restricted", True)):
        raise DisclosureError(
            f"Cell {number} of the notebook shows something that was not given to share(), such "
            "as a DataFrame, printed text or a chart of its own. Use share() or share_figure(), "
            "or tag the cell restricted-only."
        )
    if mark is not None:
        yield _checked(mark, data, number)
    else:
        yield from _restricted(output, data, number)


def _checked(mark: Mapping[str, Any], data: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Take over what the page knows of a mark, and nothing else."""
    kind = mark.get("kind")
    if kind not in _FIELDS or mark.get("version") != 1 or not _FIELDS[kind] <= set(mark):
        raise PublicationError(
            f"Cell {number} of the notebook shared something this version cannot read. Run the "
            "notebook again."
        )
    block = {"kind": kind} | {name: mark[name] for name in _FIELDS[kind]}
    if kind == "figure":
        block["source"] = _picture(data.get("image/png", ""), number)
    return block


def _picture(encoded: str, number: int) -> str:
    """Give a PNG without its metadata as a data address."""
    try:
        stored = safe_png(base64.b64decode(encoded))
    except (binascii.Error, ValueError):
        raise PublicationError(
            f"Cell {number} of the notebook holds a chart that is not a PNG picture."
        ) from None
    return f"data:image/png;base64,{base64.b64encode(stored).decode('ascii')}"


def _require_tables(blocks: list[dict[str, Any]], number: int) -> None:
    """Hold every shared chart to its table."""
    for block, following in zip(blocks, [*blocks[1:], {"kind": ""}], strict=True):
        if block["kind"] == "figure" and following["kind"] != "figure_table":
            raise DisclosureError(
                f"Cell {number} of the notebook shows a chart without its table. Use "
                "share_figure()."
            )


def _require_released(blocks: list[dict[str, Any]], number: int, released: Collection[str]) -> None:
    """Hold every shared table to the ledger of releases."""
    if any("release" in block and block["release"] not in released for block in blocks):
        raise DisclosureError(
            f"Cell {number} of the notebook shares a table that is not in the ledger of releases, "
            "so later tables could give it away. Make it with a step that records it, such as "
            "release_plan()."
        )


def _restricted(
    output: NotebookNode, data: Mapping[str, Any], number: int
) -> Iterator[dict[str, Any]]:
    """Give what a restricted page makes of an output that was not marked for a page."""
    if "text/html" in data and (grid := plain_table(data["text/html"])):
        yield {"kind": "table", "title": "", "caption": "", "note": "", "grids": [grid]}
    elif "image/png" in data:
        alt = output.metadata.get("image/png", {}).get("alt", "")
        if not alt:
            raise PublicationError(
                f"The chart of cell {number} of the notebook has no words that describe it. "
                "Display it with show_figure(…, alt=…)."
            )
        source = _picture(data["image/png"], number)
        yield {"kind": "figure", "title": "", "alt": alt, "caption": "", "source": source}
    elif "text/markdown" in data:
        yield {"kind": "text", "html": to_html(data["text/markdown"])}
    elif "text/plain" in data:
        yield {"kind": "plain", "text": data["text/plain"]}
    elif output.get("name") == "stdout":
        yield {"kind": "plain", "text": output.text}
