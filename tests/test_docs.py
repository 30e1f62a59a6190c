"""Every public name is documented and listed, and the documents agree with the code."""

import ast
import re
from pathlib import Path

import yaml
from by_folder import by_folder
from reference_page import PACKAGE, PAGE, modules, page, public_names

ROOT = PACKAGE.parent
COMMANDS = (PACKAGE / "cli.py", *(PACKAGE / "commands").glob("*.py"))


@by_folder(modules())
def test_public_names_are_documented(path: Path) -> None:
    for name, first, node in public_names(path):
        assert first.endswith((".", ":")), f"{name} has no first line that is a sentence"
        if isinstance(node, ast.FunctionDef) and path not in COMMANDS:
            arguments = [arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)]
            arguments = [arg for arg in arguments if arg not in ("self", "cls")]
            text = ast.get_docstring(node)
            if len(arguments) > 2:
                assert "Parameters\n----" in text, f"{name} does not describe its parameters"
                assert not [arg for arg in arguments if arg not in text], name
            assert all(arg.annotation for arg in (*node.args.args, *node.args.kwonlyargs)), name
            assert node.returns is not None, name


def test_reference_page_is_up_to_date() -> None:
    found = PAGE.read_text(encoding="utf-8")
    assert found == page(), "run `python tests/reference_page.py`"


def test_readme_tree_lists_every_module_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for folder in ("notebooks", "parameters", "outputs", "tests", "docs", "qa_sampling"):
        assert f"{folder}/" in readme
    for folder in sorted(path for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()):
        assert f"{folder.name}/" in readme
    for path in sorted(PACKAGE.glob("*.py")):
        if not path.name.startswith("__"):
            assert f"`{path.name}`" in readme or path.name in readme, f"{path.name} is not named"


def test_relative_links_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", text):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_parameter_files_are_accepted_by_their_model() -> None:
    from qa_sampling.parameters import SETTINGS, load_parameters, read_parameters

    folder = ROOT / "parameters"
    base = folder / "authority.yml"
    apart = ("calendar", "planned_activity", "quality_standards", "question_bank")
    others = (base, *(folder / f"{name}.yml" for name in (*apart, "responsibilities")))
    files = [path for path in sorted(folder.glob("*.yml")) if path not in others]
    assert len([path for path in files if path.stem not in SETTINGS]) >= 4
    assert set(SETTINGS) <= {path.stem for path in files}, "a notebook without its file"
    for path in files:
        named = [name for name in SETTINGS if f"{path.stem}_".startswith(f"{name}_")]
        notebook = named[0] if named else "monthly_audit_plan"
        settings = read_parameters(notebook, load_parameters([base, path]), closed=True)
        if notebook == "monthly_audit_plan":
            assert (folder / "forms" / f"{settings.form}.yml").is_file()


def test_changelog_names_the_version() -> None:
    from qa_sampling import __version__

    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {__version__}" in text
    assert "### Changed figures" in text


def test_pre_commit_names_no_outside_repository() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repo["repo"] for repo in hooks["repos"]} == {"local"}
