"""The page that says where each part of the framework is answered names only what there is."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
import typer

from qa_sampling import cli
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.parameters import read_parameters, read_programme_files
from qa_sampling.records.form_templates import load_form
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.trends.measures import MEASURES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> set[str]:
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \|", part, re.MULTILINE)
    return set(rows[1:])


def rows_of(heading: str) -> list[tuple[str, str]]:
    """Give what each row of a table asks, and where it is answered."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", part, re.MULTILINE)
    return rows[1:]


def places(text: str) -> dict[str, set[str]]:
    """Give what a text names: notebooks, files, commands, functions."""
    numbers = re.findall(r"[Nn]otebooks? ((?:\d\d(?:, | and )?)+)", text)
    quoted = re.findall(r"`([^`]+)`", text)
    return {
        "notebooks": {one for run in numbers for one in re.findall(r"\d\d", run)},
        "files": {one for one in quoted if re.match(r"parameters/\w", one)},
        "commands": {one.split(" ", 1)[1] for one in quoted if one.startswith("qa-sampling ")},
        "functions": {one for one in quoted if one.startswith("qa_sampling.")},
    }


def commands() -> set[str]:
    made = typer.main.get_command(cli.app)
    names = set(made.commands)
    for name, one in made.commands.items():
        names |= {f"{name} {inner}" for inner in getattr(one, "commands", {})}
    return names


def missing(found: dict[str, set[str]]) -> set[str]:
    books = {path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb")}
    lost = {one for one in found["notebooks"] if one not in books}
    lost |= {one for one in found["files"] if not (ROOT / one).is_file()}
    lost |= found["commands"] - commands()
    for dotted in found["functions"]:
        module, _, name = dotted.rpartition(".")
        lost |= set() if hasattr(import_module(module), name) else {dotted}
    return lost


def test_every_place_it_names_exists() -> None:
    found = places(PAGE)
    assert len(found["notebooks"]) >= 10
    assert found["functions"]
    assert len(found["files"]) >= 8
    assert len(found["commands"]) >= 5
    assert missing(found) == set()


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("notebooks 30 and 99", "99"),
        ("`parameters/none.yml`", "parameters/none.yml"),
        ("`qa-sampling juggle`", "juggle"),
        ("`qa_sampling.loop.activity.nothing`", "qa_sampling.loop.activity.nothing"),
    ],
)
def test_a_place_there_is_none_of_would_be_noticed(text: str, lost: str) -> None:
    assert missing(places(text)) == {lost}


def test_no_item_of_the_declared_files_is_missing() -> None:
    files = read_programme_files(read_parameters("qa_programme", {}))
    drawn = {one.label for one in files.calendar.entries if one.name in files.designs}
    assert drawn | set(ACTIVITY_KINDS) <= first_cells("Activities")
    assert {one.role for one in files.responsibilities.responsibilities} <= first_cells("Roles")
    assert set(QUALITY_STANDARDS.values()) == first_cells("Quality standards")
    assert {f"`{name}` {one.title}" for name, one in MEASURES.items()} == first_cells("Measures")
    heard = " ".join(first_cells("Feedback"))
    for voice in ("Families", "children", "Practitioners", "partners", "Surveys", "Complaints"):
        assert voice in heard


def test_every_measure_can_be_dived_into_and_those_with_a_target_are_on_page_80() -> None:
    files = read_programme_files(read_parameters("qa_programme", {}))
    rows = dict(re.findall(r"^\| `(\w+)` [^|]+\| (.+) \|$", PAGE, flags=re.M))
    assert set(rows) == set(MEASURES)
    assert [name for name, where in rows.items() if not re.search(r"\b60\b", where)] == []
    held = {name for one in files.standards.standards for name in one.measures}
    assert len(held) > 20
    assert [name for name in held if not re.search(r"\b80\b", rows[name])] == []


FORMS = sorted((ROOT / "parameters" / "forms").glob("*.yml"))
NAMED = """Assessments on time; Re-referrals; Repeat plans; Placement stability; Permanence;
pre-proceedings; New entries to care; care orders; Statutory visits; Core groups; Personal education
plans; foster carers; Escalations; Education, employment and training; ChAT; Care planning meetings;
per 10,000"""
"""What the framework's own measures are called, typed in from it."""


def test_what_the_framework_names_is_answered() -> None:
    told = " ".join(first_cells("Named by the framework, and counted elsewhere"))
    assert [one for one in NAMED.replace("\n", " ").split("; ") if one not in told] == []
    assert {"Senior Practitioner", "Executive Director"} <= first_cells("Roles")
    part = PAGE.split("and counted elsewhere")[1].split("## Feedback")[0]
    measures = re.findall(r"`(\w+)`", part)
    assert len(measures) > 15
    asked = set(re.findall(r"key: (\w+)", " ".join(f.read_text("utf-8") for f in FORMS)))
    assert set(measures) <= set(MEASURES) | {"curves", "measure_events"} | asked


TABLES = (
    "Activities",
    "Roles",
    "Quality standards",
    "Measures",
    "Named by the framework, and counted elsewhere",
    "Feedback",
)


@pytest.mark.parametrize("heading", TABLES)
def test_every_row_names_a_place_that_exists(heading: str) -> None:
    rows = rows_of(heading)
    assert len(rows) >= 6
    for asked, where in rows:
        found = places(where)
        named = {one for kind in found.values() for one in kind}
        named |= set(re.findall(r"`(\w+)`", where)) & set(MEASURES)
        assert named, asked
        assert missing(found) == set(), asked
        assert not re.search(r"not (answered|counted|from the extract)", where), asked


def test_the_questions_it_names_are_on_the_forms_it_names() -> None:
    """`by_second_review` of `parameters/forms/permanence.yml` is a choice on that form."""
    pairs = re.findall(r"`(\w+)`(?: of| of the)? `(parameters/forms/\w+\.yml)`", PAGE)
    assert {key for key, _ in pairs} >= {
        "by_second_review", "meetings_in_time", "legal_meeting", "carers_visited",
        "education_plan", "core_groups_in_time", "route",
    }  # fmt: skip
    for key, path in pairs:
        form = load_form(ROOT / path)
        asked = {one.key: one for part in form.sections for one in part.questions}
        assert asked[key].answer == "choice", key


def test_every_line_of_page_80_has_its_title_and_its_test() -> None:
    part = PAGE.split("## Page 80, line by line\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", part, re.MULTILINE)[1:]
    assert len(rows) > 20
    notebook = json.loads((ROOT / "notebooks" / "80_qa_programme.ipynb").read_text("utf-8"))
    source = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    held = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    source += "".join(str(cell.get("outputs", "")) for cell in notebook["cells"])
    tables = [*(ROOT / "qa_sampling" / "reporting").glob("*_tables.py")]
    tables.append(ROOT / "qa_sampling" / "reporting" / "review_words.py")
    source += "\n".join(path.read_text("utf-8") for path in tables)
    for _, titles, tests in rows:
        for title in re.findall('"(.+?)"', titles):
            assert title in source, title
        for test in re.findall("`(test_.+?)`", tests):
            assert f"def {test}(" in held, test
