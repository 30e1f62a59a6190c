"""The import rule of the design, held on the syntax trees."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "qa_sampling"
METHODS = {"sampling", "agreement", "trends"}
LEAVES = {"schema", "declared", "errors", "results", "__version__", ""}
HEAVY = {"matplotlib", "seaborn", "sqlalchemy", "openpyxl", "xlsxwriter", "papermill", "nbconvert"}
RUNS = (
    "analysis_settings parameters keyring inputs returns_in leak_gate plan_keys plan_seeds "
    "plan_steps plan_releases preflight plan_outputs checking rotating relinking execution "
    "run_result run_pages plan_run analyses moderation_steps moderation_panel analysis_outputs "
    "moderation_outputs analysis_run runner cli_output cli_options cli_keys "
    "cli_exercise cli"
).split()
BOOKS = {"workbooks", "workbook_cells", "workbook_tables", "workbook_headings"}
DATA = {"annex_a_layout.py"}
ALONE = ("verify_draw.py", "verify_selection.py")
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def layer(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} uses a relative import"
            names.add(node.module)
            if node.module == "qa_sampling":
                names |= {f"qa_sampling.{alias.name}" for alias in node.names}
    return names


def ours(path: Path) -> set[str]:
    """Layers of this package that a module imports."""
    dotted = (name for name in imported(path) if name.split(".")[0] == "qa_sampling")
    return {[*name.split("."), ""][1] for name in dotted}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path: Path) -> None:
    here, found = layer(path), ours(path)
    if here in {"schema", "errors", "declared", "results"}:
        assert found <= {"errors", "declared", here}
    elif here in METHODS:
        assert found <= LEAVES | {here}
    elif here in BOOKS:
        assert found <= LEAVES | BOOKS
    elif here in {"records", "reporting"}:
        assert found <= LEAVES | METHODS | BOOKS | {here}
    elif here == "settings":
        assert found <= LEAVES | METHODS
    elif here == "publication" or here == "kernels":
        assert found <= LEAVES
    elif here in RUNS:
        below = LEAVES | METHODS | {"records", "reporting", "workbooks", "kernels", "settings"}
        order = [*RUNS[: RUNS.index(here) + 1], "publication"]
        assert found <= below | set(order)
    else:
        assert here in {"__init__", "__main__"}
    assert "notebooks" not in found
    if here != "__main__":
        assert "cli" not in found or here == "cli"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_methods_know_no_file_chart_database_or_clock(path: Path) -> None:
    if layer(path) not in METHODS or path.name in ALONE:
        return
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & (HEAVY | {"random", "time", "pathlib", "os"})
    text = path.read_text(encoding="utf-8")
    assert "np.random" not in text
    assert "date.today" not in text
    assert "datetime.now" not in text


@pytest.mark.parametrize("name", ALONE)
def test_stand_alone_verifiers_need_the_standard_library_only(name: str) -> None:
    import sys

    path = PACKAGE / "sampling" / name
    roots = {name.split(".")[0] for name in imported(path)}
    assert roots <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name not in DATA:
        assert text.count("\n") <= 400, "the file is asking for another name to be found"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1:] if ast.get_docstring(node) else node.body
            code = node.end_lineno - first[0].lineno + 1 if first else 0
            assert code <= 50, f"{node.name} is too long"
