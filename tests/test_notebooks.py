"""Notebooks are thin, hold the invented authority only, and run."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST = 8
FORBIDDEN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.While, ast.Lambda)
TAGS = {"parameters", "page-finding", "page-chart", "page-table", "page-method", "restricted-only"}

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
    assert all(re.fullmatch(r"\d\d_[a-z_]+", path.stem) for path in NOTEBOOKS)


@each
def test_cells_are_thin(path: Path) -> None:
    for cell in code_cells(path):
        if "parameters" in cell.metadata.get("tags", []):
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= LONGEST, f"{lines[0]}: the package lacks a function"
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, FORBIDDEN), f"{lines[0]}: no {type(node).__name__}"


@each
def test_it_begins_with_its_question_and_one_parameters_cell(path: Path) -> None:
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    assert "?" in cells[0].source.splitlines()[0]
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    lines = tagged[0].source.splitlines()
    for above, line in zip(["", *lines], lines, strict=False):
        own_line = above.startswith("#") and len(line) > 80
        assert line.startswith("#") or "  # " in line or own_line, f"no comment: {line}"
    assert {tag for cell in cells for tag in cell.metadata.get("tags", [])} <= TAGS


@each
def test_it_was_run_from_top_to_bottom(path: Path) -> None:
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]
    assert any(cell.outputs for cell in cells), "nbval would pass trivially"


@each
def test_it_holds_nothing_of_a_real_run(path: Path) -> None:
    notebook, text = read(path), path.read_text(encoding="utf-8")
    assert set(notebook.metadata) <= {"kernelspec", "language_info", "qa_sampling"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert "injected-parameters" not in text
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}
        lines = cell.source.splitlines() if cell.cell_type == "code" else []
        assert not [line for line in lines if line.rstrip().endswith(";")]
        outputs = json.dumps(cell.get("outputs", []))
        sizes = [len(json.dumps(one)) for one in cell.get("outputs", [])]
        assert max(sizes, default=0) < 600_000, "a picture or a table is too large to keep"
        assert not re.search(r"/(home|root|tmp|Users)/|[A-Z]:\\\\", outputs)
        assert not re.search(r'"name": "stderr"', outputs), "a warning was recorded"


def run(arguments: list[str], outputs: Path, *, seconds: int = 600) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=kept | {"QA_SAMPLING_OUTPUTS": str(outputs), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
    )


@pytest.mark.slow
def test_recorded_outputs_are_made_again_by_strict_nbval(tmp_path) -> None:
    """What cannot be made again from the invented authority did not come from it."""
    options = ["-p", "no:randomly", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    done = run(["pytest", "-q", *options, *map(str, NOTEBOOKS)], tmp_path, seconds=1800)
    assert done.returncode == 0, done.stdout[-4000:]
    cells = sum(len(code_cells(path)) for path in NOTEBOOKS)
    assert f"{cells} passed" in done.stdout


@pytest.mark.slow
def test_plain_papermill_runs_the_plan_from_its_parameter_files(tmp_path) -> None:
    files = ["parameters/authority.yml", "parameters/monthly_audit_plan.yml"]
    options = [part for name in files for part in ("-f", name)]
    notebook = "notebooks/10_monthly_audit_plan.ipynb"
    executed = tmp_path / "executed.ipynb"
    command = ["papermill", notebook, str(executed), *options, "-p", "period", "2026-10"]
    done = run([*command, "--no-progress-bar"], tmp_path / "out")
    assert done.returncode == 0, done.stderr[-4000:]
    assert (tmp_path / "out/invented/2026-10/restricted/audit_plan_2026-10.xlsx").is_file()
    assert not list((tmp_path / "out").rglob(".stage*"))


@pytest.mark.slow
def test_nbval_would_notice_an_output_of_other_data(tmp_path) -> None:
    """The check can fail: one changed number in a recorded table is enough."""
    path = NOTEBOOKS[0]
    notebook = read(path)
    at = next(at for at, cell in enumerate(notebook.cells) if "frame.funnel" in cell.source)
    notebook.cells = notebook.cells[: at + 1]
    table = notebook.cells[at].outputs[0].data
    table["text/plain"] = re.sub(r"\d{4}", "9999", table["text/plain"], count=1)
    changed = tmp_path / "notebooks" / path.name
    changed.parent.mkdir()
    nbformat.write(notebook, changed)
    options = ["-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    done = run(["pytest", "-q", *options, "--rootdir", str(tmp_path), str(changed)], tmp_path)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "1 failed" in done.stdout
