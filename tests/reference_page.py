"""Write docs/reference.md: every public name of the package with its first line.

Run `python tests/reference_page.py` when a public name is added, renamed or removed.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qa_sampling"
PAGE = ROOT / "docs" / "reference.md"
HEAD = """# Every public name

Made by `python tests/reference_page.py`; a test holds it to the code. The first line of each
docstring; the rest (shapes, units, errors, sources) is in the code, or `help(name)`.
"""


def public_names(path: Path) -> list[tuple[str, str, ast.AST]]:
    """Give the public functions and classes of a module: name, first line, node."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if isinstance(node, kinds) and not node.name.startswith("_"):
            found.append((node.name, (ast.get_docstring(node) or "").partition("\n")[0], node))
    return found


def modules() -> list[Path]:
    """Give the modules of the package, sorted by name."""
    return sorted(PACKAGE.rglob("*.py"), key=lambda path: dotted(path))


def dotted(path: Path) -> str:
    """Give the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def page() -> str:
    """Give the text of the page."""
    lines = [HEAD]
    for path in modules():
        names = public_names(path)
        if not names:
            continue
        about = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[
            0
        ]
        lines.append(f"## `{dotted(path)}`\n\n{about.partition(chr(10))[0]}\n")
        lines += [f"- `{name}`: {first}" for name, first, _ in names]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
