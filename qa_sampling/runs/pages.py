"""The pages of a run: one for everybody, one for named readers, from the executed notebook."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.report import build_page

if TYPE_CHECKING:
    from nbformat import NotebookNode


def write_pages(
    stage: Path,
    executed: NotebookNode,
    *,
    shareable: str,
    restricted: str,
    notebook: str,
    title: str,
    question: str,
    provenance: Mapping[str, str],
    released: Collection[str],
) -> None:
    """Write the page for everybody, the page for named readers, and the notebook as it ran.

    Parameters
    ----------
    stage : Path
        Stage of the run.
    executed : NotebookNode
        The executed notebook.
    shareable, restricted : str
        Paths of the two pages in the stage.
    notebook : str
        File name of the notebook.
    title : str
        Title of the pages; its numbers are the authority's and the months'.
    question : str
        What the notebook answers.
    provenance : mapping of str to str
        What stands at the foot.
    released : collection of str
        Fingerprints of the tables in the ledger of releases.
    """
    import nbformat

    for path, audience in ((shareable, "shareable"), (restricted, "restricted")):
        page = build_page(
            executed,
            title=declared(title),
            question=question,
            audience=audience,
            provenance=provenance,
            released=released,
        )
        (stage / path).write_text(page, encoding="utf-8", newline="\n")
    nbformat.write(executed, stage / "restricted" / notebook)
