"""Designs side by side for the plan builder: tables of what `compare_designs` says, its desk."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from test_comparison import CELLS, described

from qa_sampling.errors import FrameError
from qa_sampling.parameters import read_parameters
from qa_sampling.reporting.design_tables import (
    balance_table,
    dry_table,
    margin_table,
    precision_table,
)
from qa_sampling.runs.inputs import Inputs
from qa_sampling.runs.plan.designing import side_by_side
from qa_sampling.sampling.comparison import compare_designs
from qa_sampling.sampling.selection import Size
from qa_sampling.widgets import plan_builder
from qa_sampling.widgets.plan_builder import PlanDesk, build_plan
from qa_sampling.widgets.words import table_html


@pytest.fixture(scope="module")
def frame():
    return described(*CELLS)


@pytest.fixture(scope="module")
def designs() -> dict[str, Size]:
    return {"A": Size(15), "B": Size(16, method="equal", rounding="fixed")}


@pytest.fixture(scope="module")
def apart(frame, designs):
    return [compare_designs(frame, {name: size}, draws=20) for name, size in designs.items()]


@pytest.fixture(scope="module")
def together(frame, designs):
    return compare_designs(frame, designs, draws=20)


def test_apart_and_side_by_side_is_the_same_as_together(apart, together) -> None:
    found = side_by_side(*apart)
    pd.testing.assert_frame_equal(found.summary, together.summary, check_dtype=False)
    for part in ("margins", "precision", "balance", "dry"):
        pd.testing.assert_frame_equal(getattr(found, part), getattr(together, part))


def test_designs_of_one_name_or_seen_otherwise_are_not_put_side_by_side(apart) -> None:
    with pytest.raises(FrameError, match="different names and were looked at in the same way"):
        side_by_side(apart[0], apart[0])
    with pytest.raises(FrameError, match="looked at in the same way"):
        side_by_side(apart[0], replace(apart[1], draws=21))


def test_tables_say_what_the_comparison_says(together) -> None:
    rows = margin_table(together, "row").set_index("Part of the caseload")
    assert list(rows.columns) == ["A: cases", "A: audits", "B: cases", "B: audits"]
    assert rows.loc["N", "A: cases"] == "80"
    assert rows.loc["N", "B: audits"] == "8.0", "equal and fixed: no range"
    held = together.margins.query("design == 'A' and margin == 'row' and label == 'N'").iloc[0]
    range_said = f" ({held.least}–{held.most})" if held.least < held.most else ""
    assert rows.loc["N", "A: audits"] == f"{held.expected:.1f}{range_said}"
    precision = precision_table(together).set_index("Service")
    width = together.precision.query("design == 'B' and domain == 'All cases'").iloc[0].half_width
    assert precision.loc["All cases", "B: precision"] == f"± {100 * width:.0f} points"
    assert len(balance_table(together)) == together.balance["characteristic"].nunique()
    dry = dry_table(together, within_months=10)
    soon = together.dry.query("part == 'stratum' and months <= 10")["label"]
    assert set(dry["Stratum"]) == set(soon)
    assert list(dry.columns[1:]) == ["A: cases", "A: dry after", "B: cases", "B: dry after"]


def test_a_part_that_one_design_lacks_is_shown_as_lacking(frame, apart) -> None:
    other = frame.cases.assign(row="All")
    found = side_by_side(
        apart[0], compare_designs(replace(frame, cases=other), {"B": Size(15)}, draws=20)
    )
    rows = margin_table(found, "row").set_index("Part of the caseload")
    assert rows.loc["N", "B: audits"] == "–"
    assert rows.loc["All", "A: audits"] == "–"


def test_a_table_is_escaped_and_its_groups_are_headed() -> None:
    table = pd.DataFrame({"Part": ["<b>N</b>"], "A: cases": ["8"], "A: audits": ["1.0"]})
    shown = table_html(table, caption="x & y")
    assert "&lt;b&gt;N&lt;/b&gt;" in shown
    assert "x &amp; y" in shown
    assert re.search(r"colspan='2'>A</th>", shown)
    assert shown.count("<tr>") == 3


# The desk without a page ---------------------------------------------------------------------


@pytest.fixture
def desk(monkeypatch, frame) -> PlanDesk:
    """The builder over a small frame: what is looked at is real, the inputs are not read."""

    def look(builder, settings, inputs, name):
        sizes = settings.size_of(frame.cases["family_ref"].tolist())
        size = replace(sizes, column_minimum=None)
        comparison = compare_designs(frame, {name: size}, draws=2)
        return plan_builder.Look(settings, frame, comparison)

    monkeypatch.setattr(plan_builder, "look", look)
    nothing = pd.DataFrame()
    inputs = Inputs(nothing, None, None, None, None, None, nothing, (), b"")
    return PlanDesk(read_parameters("plan_builder", {}), inputs)


def test_without_somebody_at_the_page_the_builder_is_silent(capsys) -> None:
    assert build_plan(read_parameters("plan_builder", {}), None) is None
    assert capsys.readouterr().out == ""


def test_what_is_changed_is_looked_at_at_once(desk) -> None:
    form = desk.forms["Design A"]
    form.controls["audits"].value = 17
    assert "17 audits a month" in desk.shown.value
    form.controls["strata_rows"].value = ()
    form.controls["strata_columns"].value = ()
    assert "name one column" in form.faults.value
    assert "The other design is left out" in desk.shown.value


def test_a_design_that_cannot_be_drawn_says_why_beneath_it(desk) -> None:
    form = desk.forms["Design B"]
    form.controls["audits"].value = 5000
    assert "5000 audits were asked for" in form.faults.value
    form.controls["audits"].value = 20
    assert form.faults.value == ""


def test_no_case_is_shown(desk, frame) -> None:
    text = " ".join(widget.value for widget in desk.box.children if hasattr(widget, "value"))
    assert "No case is shown here" in text
    assert not [ref for ref in frame.cases["case_ref"] if ref in text]


def test_a_design_with_a_fault_is_not_saved(desk, monkeypatch, tmp_path) -> None:
    form = desk.forms["Design A"]
    form.controls["row_minimum"].value = "many"
    desk.save()
    assert "Design A is not in order" in desk.saved.value


def test_another_file_to_start_from_fills_the_controls(desk) -> None:
    form = desk.forms["Design A"]
    form.file.value = "themed_supervision"
    assert form.controls["audits"].value == 20
    assert form.controls["strata_columns"].value == ()
    assert form.settings().design == "supervision"
