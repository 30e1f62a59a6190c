"""The import rule of the design, held on the syntax trees."""

import ast
from pathlib import Path

import pytest
from by_folder import by_folder

PACKAGE = Path(__file__).parents[1] / "qa_sampling"
METHODS = {"sampling", "agreement", "trends", "loop"}
LEAVES = {"schema", "declared", "errors", "results", "seeded", "__version__", ""}
HEAVY = {"matplotlib", "seaborn", "sqlalchemy", "openpyxl", "xlsxwriter", "papermill", "nbconvert"}
ABOVE = ("parameters", "runner", "lab", "widgets", "commands", "cli")
BOOKS = {"workbooks", "workbook_cells", "workbook_pictures", "workbook_tables", "workbook_headings"}
DATA = {"annex_a_layout.py"}
ALONE = ("verify_draw.py", "verify_selection.py")
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def layer(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path, *, typing_too: bool = True) -> set[str]:
    names = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not typing_too and id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} uses a relative import"
            names.add(node.module)
            if _is_package(node.module):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _is_package(dotted: str) -> bool:
    first, *rest = dotted.split(".")
    return first == "qa_sampling" and PACKAGE.joinpath(*rest).is_dir()


def ours(path: Path) -> set[str]:
    """Layers of this package that a module imports."""
    dotted = (name for name in imported(path) if name.split(".")[0] == "qa_sampling")
    return {[*name.split("."), ""][1] for name in dotted}


def run_modules(path: Path) -> set[tuple[str, ...]]:
    """Modules of `runs` that a module imports when it runs, as their parts below it."""
    dotted = (name.split(".") for name in imported(path, typing_too=False))
    parts = (tuple(name[2:]) for name in dotted if name[:2] == ["qa_sampling", "runs"])
    files = (PACKAGE / "runs").joinpath
    return {part for part in parts if part and files(*part).with_suffix(".py").is_file()}


@by_folder(MODULES)
def test_imports_point_down(path: Path) -> None:
    here, found = layer(path), ours(path)
    methods = LEAVES | METHODS
    if here in {"schema", "errors", "declared", "results", "seeded"}:
        assert found <= {"errors", "declared", here}
    elif here in METHODS:
        assert found <= LEAVES | {here}
    elif here in BOOKS:
        assert found <= LEAVES | BOOKS
    elif here in {"records", "reporting"}:
        assert found <= methods | BOOKS | {here}
    elif here in {"settings", "parameters"}:
        assert found <= methods | {"settings"}
    elif here == "runs":
        assert found <= methods | {"records", "reporting", "workbooks", "settings", "runs"}
    elif here in ABOVE:
        below = {"records", "reporting", "workbooks", "settings", "runs"}
        assert found <= methods | below | set(ABOVE[: ABOVE.index(here) + 1])
    else:
        assert here in {"__init__", "__main__"}
    assert "notebooks" not in found
    if here != "widgets":
        assert "widgets" not in found, "widgets are for notebooks only"
    if here not in {"lab", "widgets", "commands"}:
        assert "lab" not in found
    roots = {name.split(".")[0] for name in imported(path)}
    assert "ipywidgets" not in roots or here == "widgets"
    assert not roots & {"jupyterlab", "jupyter_server"} or here == "lab"
    if here != "__main__":
        assert "cli" not in found or here == "cli"


RUNS = sorted((PACKAGE / "runs").rglob("*.py"))


@by_folder(RUNS)
def test_one_notebook_s_run_knows_no_other(path: Path) -> None:
    folder = path.relative_to(PACKAGE / "runs").parts[:-1]
    allowed = ((), folder)
    assert {part for part in run_modules(path) if part[:-1] not in allowed} == set()
    if path.name in {"kernels.py", "publication.py"}:
        assert ours(path) <= LEAVES | {"runs"}


def test_the_runs_import_in_no_circle() -> None:
    places = {path.relative_to(PACKAGE / "runs").with_suffix("").parts: path for path in RUNS}
    left = {parts: run_modules(path) for parts, path in places.items()}
    while ready := [parts for parts, needs in left.items() if not needs & set(left)]:
        for parts in ready:
            del left[parts]
    assert left == {}


@by_folder(MODULES)
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


@by_folder(MODULES)
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name not in DATA:
        assert text.count("\n") <= 400, "the file is asking for another name to be found"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1:] if ast.get_docstring(node) else node.body
            code = node.end_lineno - first[0].lineno + 1 if first else 0
            assert code <= 50, f"{node.name} is too long"
