"""The executed notebook as one self-contained, accessible page.

What goes where is said by cell tags: `page-finding`, `page-chart`, `page-table`, `page-method`,
and `restricted-only` for what only the restricted page may hold. A shareable page takes outputs
that ``share`` displayed and nothing else. Text of tagged markdown cells comes along; it holds no
number that could be a count, unless its cell is tagged `numbers-declared` as well. A restricted
page takes every output, as plain words, and says on every sheet of paper that it is restricted.

A page runs nothing and asks for nothing: its policy allows its own style sheet, by its SHA-256,
and pictures that lie in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qa_sampling.errors import DisclosureError, PublicationError
from qa_sampling.reporting.free_text import numbers_in
from qa_sampling.reporting.leaks import Leak, LeakScan, leak_scan
from qa_sampling.reporting.page_blocks import picture_of, restricted_blocks
from qa_sampling.reporting.page_render import render_page
from qa_sampling.reporting.page_text import to_html
from qa_sampling.reporting.share import (
    SHARE_TYPE,
    share,
    share_figure,
    show,
    show_figure,
)
from qa_sampling.reporting.words import require_title

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
    "word_table": {"title", "caption", "note", "grids"},
    "figure_table": {"title", "caption", "note", "grids", "release"},
    "figure": {"title", "alt", "caption"},
}
_UPRIGHT = 8
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_DECLARED = "numbers-declared"
_LISTED = re.compile(r"^\s*\d+\.(?=\s)", re.MULTILINE)
_ONLY_HEADING = re.compile(r"\s*<h[1-6]>.*</h[1-6]>\s*")


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
    if audience == "shareable":
        title = require_title(title, what="the title of the page")
        question = require_title(question, what="the question of the page")
    page = _gather(_read(notebook), audience, released)
    if not (page.findings or page.body):
        raise PublicationError(
            "The page would be empty: tag cells with page-finding, page-chart or page-table."
        )
    return render_page(
        "page.html.j2",
        title=title,
        question=question,
        audience=audience,
        page=page,
        provenance=dict(provenance),
    )


def _gather(notebook: NotebookNode, audience: Audience, released: Collection[str] | None) -> _Page:
    """Give what the notebook puts on the page, each block in its place."""
    page = _Page()
    started, heading = False, ""
    for number, cell in enumerate(notebook.cells, start=1):
        tags = set(cell.metadata.get("tags", ()))
        started = started or cell.cell_type == "code"
        if cell.cell_type == "markdown" and (said := _HEADING.search(cell.source)):
            heading = said[1] if audience == "restricted" or not numbers_in(said[1]) else ""
        place = next((_PLACES[tag] for tag in _PLACES if tag in tags), "")
        if tags & _NEVER or (audience == "shareable" and (not place or "restricted-only" in tags)):
            _require_run(cell, number)
            continue
        blocks = _blocks(cell, number, audience, wanted=bool(place) or started)
        if audience == "shareable" and released is not None:
            _require_released(blocks, number, released)
        for block in blocks:
            block["under"] = heading
        getattr(page, place or "body").extend(blocks)
    page.body = _without_empty_parts(page.body)
    for blocks in (page.findings, page.body, page.method):
        _mark_wide(blocks)
    return page


def _mark_wide(blocks: list[dict[str, Any]]) -> None:
    """Mark what is printed on a sheet turned sideways: wide tables, and the text above them."""
    wide = False
    for block in reversed(blocks):
        grids = [*block.get("grids", ()), *block.get("table", {}).get("grids", ())]
        wide = any(len(grid["columns"]) > _UPRIGHT for grid in grids) or (
            wide and block["kind"] == "text"
        )
        block["wide"] = wide


def _without_empty_parts(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out headings with nothing beneath them."""
    return [
        block
        for block, following in zip(blocks, [*blocks[1:], {"html": "<h"}], strict=False)
        if not _ONLY_HEADING.fullmatch(str(block.get("html", "")))
        or not str(following.get("html", "")).lstrip().startswith("<h")
    ]


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
        declared = _DECLARED in cell.metadata.get("tags", ())
        if wanted and audience == "shareable" and not declared:
            text = _LISTED.sub("", cell.source)
            require_title(text, what=f"the text of cell {number} of the notebook")
        return [{"kind": "text", "html": to_html(cell.source)}] if wanted else []
    if cell.cell_type != "code":
        return []
    _require_run(cell, number)
    blocks: list[dict[str, Any]] = []
    for place, output in enumerate(cell.outputs, start=1):
        for block in _shared(output, f"c{number}-{place}", number, audience):
            last = blocks[-1] if blocks else {}
            if block["kind"] == "figure_table" and last.get("kind") == "figure":
                last["table"] = block
            else:
                blocks.append(block)
    if audience == "shareable":
        _require_tables(blocks, number)
    return blocks


def _shared(
    output: NotebookNode, name: str, number: int, audience: Audience
) -> Iterator[dict[str, Any]]:
    """Give the block of one output; refuse it when it may not be there."""
    if output.get("name") == "stderr":  # a warning: never on a page
        return
    data = output.get("data", {})
    mark = data.get(SHARE_TYPE)
    if audience == "shareable" and (mark is None or mark.get("restricted", True)):
        raise DisclosureError(
            f"Cell {number} of the notebook shows something that was not given to share(), such "
            "as a DataFrame, printed text or a chart of its own. Use share() or share_figure(), "
            "or tag the cell restricted-only."
        )
    if mark is not None:
        block = _checked(mark, number)
        yield block | picture_of(output, name, number) if block["kind"] == "figure" else block
    else:
        yield from restricted_blocks(output, number)


def _checked(mark: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Take over what the page knows of a mark, and nothing else."""
    kind = mark.get("kind")
    if kind not in _FIELDS or mark.get("version") != 1 or not _FIELDS[kind] <= set(mark):
        raise PublicationError(
            f"Cell {number} of the notebook shared something this version cannot read. Run the "
            "notebook again."
        )
    return {"kind": kind} | {name: mark[name] for name in _FIELDS[kind]}


def _require_tables(blocks: list[dict[str, Any]], number: int) -> None:
    """Hold every shared chart to its table."""
    if any(block["kind"] == "figure" and "table" not in block for block in blocks):
        raise DisclosureError(
            f"Cell {number} of the notebook shows a chart without its table. Use share_figure()."
        )


def _require_released(blocks: list[dict[str, Any]], number: int, released: Collection[str]) -> None:
    """Hold every shared table to the ledger of releases."""
    tables = [block.get("table", block) for block in blocks]
    if any("release" in table and table["release"] not in released for table in tables):
        raise DisclosureError(
            f"Cell {number} of the notebook shares a table that is not in the ledger of releases, "
            "so later tables could give it away. Make it with a step that records it, such as "
            "release_plan()."
        )
