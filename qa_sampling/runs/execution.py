"""Executing a notebook in a kernel of its own, and making sure that it really finished."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_sampling import errors
from qa_sampling.errors import NotebookError
from qa_sampling.runs.publication import STAGE_VARIABLE

if TYPE_CHECKING:
    from nbformat import NotebookNode

_CELL_SECONDS = 1800


def execute(
    path: Path,
    parameters: Mapping[str, Any],
    *,
    stage: Path,
    failed_to: Path,
    progress: Callable[[int, int], None] | None = None,
) -> NotebookNode:
    """Execute a notebook with papermill; nothing is saved unless it fails.

    Parameters
    ----------
    path : Path
        The notebook.
    parameters : mapping
        Plain values for its tagged cell.
    stage : Path
        Stage of the run; the notebook writes its files there.
    failed_to : Path
        Where a failed notebook is kept for reading. Restricted.
    progress : callable, optional
        Told the number of code cells done and of all.

    Returns
    -------
    NotebookNode
        The executed notebook, without papermill's own metadata.

    Raises
    ------
    QASamplingError
        What a cell raised on purpose, in its own words.
    NotebookError
        When a cell failed otherwise, the kernel died, or a cell was not run to its end.
    """
    _spare_unused_grammars()
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    cells = nbformat.read(path, as_version=4).cells
    total = sum(cell.cell_type == "code" for cell in cells) + 1  # papermill adds the parameters
    done = 0

    def one_more(**event: object) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(min(done, total), total)

    os.environ[STAGE_VARIABLE] = str(stage)
    kept = stage / "unfinished.ipynb"
    try:
        notebook = papermill.execute_notebook(
            str(path),
            str(kept).replace("{", "{{").replace("}", "}}"),
            parameters=dict(parameters),
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            execution_timeout=_CELL_SECONDS,
            kernel_manager_class=_kernel_manager(),
            shutdown_kernel="immediate",
            on_cell_executed=one_more,
        )
    except PapermillExecutionError as error:
        _keep(kept, failed_to)
        raise _own(error, failed_to) from None
    except Exception as error:
        _keep(kept, failed_to)
        raise NotebookError(
            f"The notebook stopped ({type(error).__name__}), most likely because its kernel died "
            f"or took too long. Run again; the draw, if it was made, is safe."
        ) from None
    finally:
        del os.environ[STAGE_VARIABLE]
        kept.unlink(missing_ok=True)
    _require_finished(notebook)
    return _without_papermill(notebook)


def _spare_unused_grammars() -> None:
    """Leave out a package of grammars that Jupyter's schemas do not use: 1.7 s at every start."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _kernel_manager() -> str:
    """Name the kernel manager: encrypted where the installed Jupyter can."""
    return "qa_sampling.runs.kernels.PrivateKernelManager"


def _keep(notebook: Path, folder: Path) -> None:
    """Keep a failed notebook where only this user can read it."""
    if notebook.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        notebook.replace(folder / "failed.ipynb")


def _own(error: Any, folder: Path) -> errors.QASamplingError:  # noqa: ANN401 (papermill's)
    """Turn a cell's error into ours; words of other errors could hold a child's details."""
    name = str(error.ename).rpartition(".")[2]
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, errors.QASamplingError):
        return kind(str(error.evalue))
    return NotebookError(
        f"Cell {error.cell_index} of the notebook failed ({name}). Its output is kept in "
        f"{folder.name} in the outputs folder; it may hold case numbers. Nothing was published."
    )


def _require_finished(notebook: NotebookNode) -> None:
    """Refuse a notebook that ended early without an error, as after sys.exit(0)."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    unrun = [cell for cell in code if cell.execution_count is None]
    faulty = [cell for cell in code for output in cell.outputs if output.output_type == "error"]
    if unrun or faulty:
        raise NotebookError(
            f"The notebook did not run to its end: {len(unrun)} cells were not run and "
            f"{len(faulty)} ended in an error. Nothing was published."
        )


def _without_papermill(notebook: NotebookNode) -> NotebookNode:
    """Drop times and places that papermill notes in the metadata, and its random cell name."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
    return notebook
