"""The minutes of a moderation panel as a page. Restricted: they are about single cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.report import build_page

if TYPE_CHECKING:
    from nbformat import NotebookNode

QUESTION = "What did the panel decide of the audits that were seen far apart?"
Part = tuple[str, Sequence[str], pd.DataFrame | None]
"""A heading, sentences beneath it, and a table."""


def minutes_page(parts: Sequence[Part], *, title: str, provenance: Mapping[str, str]) -> str:
    """Give the minutes as one HTML page, marked restricted, that asks for nothing.

    Parameters
    ----------
    parts : sequence of (str, sequence of str, DataFrame or None)
        In the order of the page: a heading, sentences of ours (no text of the register), and a
        table, or none. An empty table is left out.
    title : str
        Whose minutes, and of which months.
    provenance : mapping of str to str
        What stands at the foot.
    """
    import nbformat

    cells: list[NotebookNode] = []
    for heading, sentences, table in parts:
        text = "\n\n".join([f"## {heading}", *sentences])
        tagged = {"tags": ["page-table"]}
        cells.append(nbformat.v4.new_markdown_cell(text, metadata=tagged))
        if table is not None and len(table):
            shown = nbformat.v4.new_output("display_data", data={"text/html": _html(table)})
            code = nbformat.v4.new_code_cell("table", outputs=[shown], execution_count=1)
            cells.append(nbformat.from_dict(code | {"metadata": tagged}))
    page = nbformat.v4.new_notebook(cells=cells)
    return build_page(
        page, title=title, question=QUESTION, audience="restricted", provenance=provenance
    )


def _html(table: pd.DataFrame) -> str:
    with pd.option_context("display.max_colwidth", None):
        return table.to_html(index=False, escape=True)
