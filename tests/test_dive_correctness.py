"""What docs/deep_dives.md says of how right it is: its figures made again, its tests there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "deep_dives.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script():
    path = ROOT / "benchmarks" / "deep_dives.py"
    spec = importlib.util.spec_from_file_location("deep_dive_figures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shares_on_the_page(world):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {world} | count |")]
    return [cell.strip() for cell in row.strip("| ").split("|")[2:]]


def test_the_search_is_as_often_right_as_the_page_says(script):
    world = "5 families a month, source 6 in East"
    assert script.how_often(world, "count", 100) == shares_on_the_page(world)


def test_where_nothing_was_planted_nobody_is_accused(script):
    assert script.how_often("nothing", "count", 30) == shares_on_the_page("nothing")


def held_of(held, cluster):
    return sum(held[cluster]), len(held[cluster])


def test_intervals_of_changes_and_of_curves_hold_their_level_with_siblings(script):
    """60 worlds in which nothing differs: below 53 of 60 has a chance under 2% at 95%.

    Where each child stands alone they hold too seldom, which is what families are for.
    """
    found = script.levels_held(range(60), 1.0, draws=100)
    for name in ("rate part of a change (`decompose`)", "share after a year (`incidence`)"):
        families, alone = (held_of(found[name], one) for one in script.BOTH)
        assert families[0] >= 53 and families[1] == alone[1] == 60
        assert alone[0] < families[0]


def test_intervals_of_the_model_of_waits_hold_their_level_with_siblings(script):
    """12 worlds of six months: below 21 of the 24 intervals has a chance under 2% at 95%."""
    found = script.waits_held(range(12), 1.0, months=6)
    families, alone = (held_of(found, one) for one in script.BOTH)
    assert families[0] >= 21 and families[1] == 24
    assert alone[0] / alone[1] < 0.9


def test_every_test_that_the_page_names_is_there():
    lines = PAGE.partition("## What holds it")[2].partition("\n## ")[0]
    named = re.findall(r"`(test_\w+\.py)::(?:\w+::)?(test_\w+)`", lines)
    assert len(named) >= 10
    for file, name in named:
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"def {name}\(", text), f"{file} has no {name}"
