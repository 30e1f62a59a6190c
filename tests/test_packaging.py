"""Dependencies are declared once; everything else agrees with them."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_ON_CONDA_BY_PIP_NAME = {"playwright", "axe-playwright-python", "axe-core-python"}
OPTIONAL = {"numba": ("compiled_tickets.py",)}
HOSTS = [
    "python" + "hosted",
    "npm" + "js",
    "deb." + "debian",
    "pypi" + ".org",
    "conda" + ".anaconda",
]


def declared() -> dict[str, Requirement]:
    lines = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(one.name): one for one in found}


def optional() -> set[str]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    return {canonicalize_name(Requirement(line).name) for lines in extras for line in lines}


def conda() -> dict[str, Requirement]:
    lines = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    found = [Requirement(line) for line in lines if isinstance(line, str)]
    return {canonicalize_name(one.name): one for one in found}


def pinned() -> dict[str, list[str]]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        pins.setdefault(canonicalize_name(name), []).append(version)
    return pins


def test_conda_environment_agrees() -> None:
    ours, theirs = declared(), conda()
    python = theirs.pop("python")
    theirs.pop("pip")
    assert python.specifier == Requirement(f"x{PROJECT['project']['requires-python']}").specifier
    assert set(ours) - NOT_ON_CONDA_BY_PIP_NAME == set(theirs)
    for name, wanted in theirs.items():
        assert ours[name].specifier == wanted.specifier, name


def test_pins_satisfy_what_is_declared() -> None:
    pins = pinned()
    for name, wanted in declared().items():
        assert name in pins, f"{name} is not pinned; compile requirements.txt again"
        for version in pins[name]:
            assert wanted.specifier.contains(version), f"{name}=={version} is out of date"


def test_every_pin_has_a_hash() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert len(entries) > 100
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)


def test_core_packages_are_declared() -> None:
    core = {"jupyterlab", "papermill", "pandas", "scipy", "statsmodels", "seaborn", "nbval"}
    assert core <= set(declared())


def test_imports_are_declared() -> None:
    import ast
    import sys

    names = {
        "yaml": "pyyaml", "odf": "odfpy", "jupyter_client": "ipykernel", "nbformat": "nbconvert",
        "jinja2": "nbconvert", "markdown_it": "nbconvert", "PIL": "matplotlib",
        "IPython": "ipykernel", "markupsafe": "nbconvert", "mistune": "nbconvert",
        "bleach": "nbconvert", "traitlets": "ipykernel", "nbclient": "papermill",
        "jupyter_server": "jupyterlab",
    }  # fmt: skip
    for path in (ROOT / "qa_sampling").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            roots = []
            if isinstance(node, ast.Import):
                roots = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                roots = [node.module.split(".")[0]]
            for root in roots:
                if root in sys.stdlib_module_names or root == "qa_sampling":
                    continue
                name = canonicalize_name(names.get(root, root))
                assert name in declared() or path.name in OPTIONAL.get(name, ()), f"{path}: {root}"


def test_what_is_optional_is_imported_where_it_is_expected_only() -> None:
    # The package works without the extras: one module each may import them.
    assert optional() == set(OPTIONAL)
    assert not optional() & set(declared())
    for name, paths in OPTIONAL.items():
        held = [
            path.name
            for path in (ROOT / "qa_sampling").rglob("*.py")
            if re.search(rf"^\s*(from|import) {name}\b", path.read_text("utf-8"), re.MULTILINE)
        ]
        assert held == list(paths)


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_registry_host_and_no_place_of_a_machine_is_committed() -> None:
    places = ["/" + "root/", "/" + "home/", "C:" + "\\Users", "/" + "tmp/"]
    for path in tracked():
        if path.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".ipynb", ".json", ""}:
            text = path.read_text(encoding="utf-8")
            assert not [host for host in HOSTS if host in text], path.name
            found = [place for place in places if place in text]
            assert not found or path.name in {"test_packaging.py"}, f"{path.name}: {found}"


def test_no_output_no_register_and_no_key_is_committed() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    assert not [name for name in names if re.search(r"\.(sqlite|key|xlsx|ods)$", name)]
    assert [name for name in names if name.startswith("outputs/")] == ["outputs/.gitkeep"]
