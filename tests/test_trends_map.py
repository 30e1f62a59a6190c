"""The table in docs/trends.md that says which test shows what: every test it names is there."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parent / "docs" / "trends.md").read_text(encoding="utf-8")
SHARED = HERE.parents[1] / "shared" / "data" / "trends" / "known_answers.json"
PART = PAGE.split("## What shows it\n")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| (?!what)(.+?) \| (`.+`) \|$", PART, flags=re.MULTILINE)
NAMED = sorted({name for _, names in ROWS for name in re.findall(r"`(.+?)`", names)})


@cache
def names_in(file: str) -> set[str]:
    """Give the tests of a file: `test_x`, or `TestY::test_x`."""
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    found = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
    for group in (one for one in tree.body if isinstance(one, ast.ClassDef)):
        found |= {
            f"{group.name}::{one.name}" for one in group.body if isinstance(one, ast.FunctionDef)
        }
    return found


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_is_there(name: str) -> None:
    if name.startswith("benchmarks/"):
        assert (HERE.parent / name).is_file()
        return
    file, _, test = name.partition("::")
    assert test.rpartition("::")[2].startswith("test_")
    assert test in names_in(file)


def test_every_row_is_read() -> None:
    lines = [one for one in PART.splitlines() if one.startswith("| ")]
    assert len(ROWS) == len(lines) - 1 > 45
    assert len({what for what, _ in ROWS}) == len(ROWS)


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared answers")
def test_every_part_of_the_shared_answers_has_a_row() -> None:
    parts = set(json.loads(SHARED.read_text("utf-8"))) - {"_note"}
    told = {part for what, _ in ROWS for part in parts if f"known_answers: {part}" in what}
    assert told == parts
