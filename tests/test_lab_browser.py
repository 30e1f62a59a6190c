"""A person in a real JupyterLab: the start page, a run, the chooser, the plan builder, a save.

One JupyterLab and one browser for all. `--every-notebook` runs all notebooks as well, and the saved
design by papermill, which takes minutes.
"""

from __future__ import annotations

import re

import nbformat
import pytest
from lab_driver import ROOT, SECONDS, new_page, running_browser, running_lab

from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.records.register import Register
from qa_sampling.reporting.design_tables import margin_table
from qa_sampling.runs.plan.designing import planning_inputs
from qa_sampling.sampling.selection import draw_sample
from qa_sampling.widgets.plan_builder import look

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
BUILDER = "15_plan_builder.ipynb"
PANEL = "41_panel_session.ipynb"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser():
    with running_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser):
    page = new_page(browser)
    yield page
    page.close()


def test_it_opens_on_the_start_page_as_a_page(lab, page) -> None:
    lab.visit(page, settled=".jp-MarkdownViewer h1")
    shown = page.locator(".jp-MarkdownViewer")
    assert shown.locator("h1").inner_text().startswith("Start here")
    links = shown.locator("tbody a").all()
    files = [link.get_attribute("href").partition("?")[0].split("/")[-1] for link in links]
    assert files == NOTEBOOKS
    links[NOTEBOOKS.index(BUILDER)].click()
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=SECONDS * 1000)


SCRATCH = {
    "choose": 'import pathlib; from qa_sampling.widgets.choosing import choose_parameters\n'
    'audits = 40; choose_parameters(globals(), "monthly_audit_plan")',
    "before": "print('before: 4711')",
    "invented": "from qa_sampling.parameters import read_parameters\n"
    'settings = read_parameters("monthly_audit_plan", globals())\n'
    'print("invented:", settings.audits)',
    "other": "[path.read_text() for path in pathlib.Path().glob('other.csv')]",
    "after": "settings.audits",
}  # fmt: skip


def test_a_save_keeps_what_is_invented_and_strips_the_rest(lab, page) -> None:
    """In a real kernel, by a real save; and a parameters file is chosen by keyboard on the way."""
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in SCRATCH.items()]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, lab.place / "notebooks" / "scratch.ipynb")
    lab.open(page, "scratch.ipynb")
    lab.run_all(page)
    assert lab.errors(page) == []
    saved = {cell["id"]: cell["outputs"] for cell in lab.save(page)["cells"]}
    assert "invented: 40" in str(saved["invented"])
    assert [name for name in SCRATCH if not saved[name]] == ["choose", "before"]
    text = (lab.place / "notebooks" / "scratch.ipynb").read_text(encoding="utf-8")
    assert '"cells": [\n     "before"\n    ]' in text
    assert "Outputs were left out when this notebook was saved" in text
    assert "vnd.jupyter.widget" not in text
    assert "vnd.qa-sampling.origin" not in text
    (lab.place / "notebooks" / "other.csv").write_text("child\n4711\n", encoding="utf-8")
    page.get_by_label("Parameters from").select_option(label="themed_supervision.yml")
    page.get_by_text("themed_supervision.yml would change").wait_for()
    page.get_by_role("button", name="Use these values").press("Enter")
    page.get_by_text("The values of themed_supervision.yml are set").wait_for()
    lab.run_all(page)
    page.get_by_text("invented: 20").wait_for()
    again = lab.save(page)
    assert [cell["outputs"] for cell in again["cells"]] == [[]] * 5, (
        "the kernel has seen other data"
    )


@pytest.fixture(scope="module")
def built(lab, page):
    """The plan builder, run once: a design is changed by mouse and keyboard and saved."""
    lab.open(page, BUILDER)
    lab.run_all(page)
    assert lab.errors(page) == []
    audits = page.get_by_label("Audits a month").first
    audits.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("52")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SELECT", "the next control"
    page.get_by_text("52 audits a month").first.wait_for()
    fewest = page.get_by_label("Fewest by row").first
    fewest.fill("many")
    fewest.press("Enter")
    page.get_by_role("alert").get_by_text("must be blank, a whole number").wait_for()
    fewest.fill("1")
    fewest.press("Enter")
    page.get_by_role("alert").wait_for(state="detached")
    page.get_by_label("Shared out").first.select_option("square_root")
    page.get_by_label("as file").fill("built_by_hand")
    page.get_by_label("as file").press("Tab")
    page.get_by_role("button", name="Save design").click()
    page.get_by_text("is saved as parameters/built_by_hand.yml").wait_for()
    rows = page.locator("table", has_text="Audits of each row of the strata a month").first
    shown = [
        [cell.inner_text() for cell in row.locator("th, td").all()[:3]]
        for row in rows.locator("tbody tr").all()
    ]
    return shown


def settings_of(
    lab, monkeypatch, notebook="monthly_audit_plan", files=("authority", "built_by_hand")
):
    monkeypatch.setenv("QA_SAMPLING_HOME", str(lab.place))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(lab.place / "outputs"))
    files = [lab.place / "parameters" / f"{name}.yml" for name in ("authority", "built_by_hand")]
    return read_parameters("monthly_audit_plan", load_parameters(files), closed=True)


def test_the_saved_design_gives_what_was_shown_and_no_case_was(
    lab, page, built, monkeypatch
) -> None:
    settings = settings_of(lab, monkeypatch)
    assert (settings.audits, settings.method, settings.row_minimum) == (52, "square_root", 1)
    assert settings.column_minimum == {"Looked after": 6, "Child protection plan": 6}
    builder = read_parameters("plan_builder", {})
    found = look(builder, settings, planning_inputs(builder), "Design A")
    assert margin_table(found.comparison, "row").astype(str).to_numpy().tolist() == built
    text = page.locator(".jp-NotebookPanel").first.inner_text()
    assert "No case is shown here, and none is drawn" in text
    assert not [ref for ref in found.frame.cases["case_ref"] if ref in text]


@pytest.fixture(scope="module")
def decided(lab, page):
    """The panel's session: two cases by keyboard alone, the kernel restarted between them."""
    lab.open(page, PANEL)
    lab.run_all(page)
    assert lab.errors(page) == []
    decide_by_keyboard(page, "Case 1 is recorded: Good. Here is case 2.", "Read the chronology")
    lab.restart(page)
    lab.run_all(page)
    assert lab.errors(page) == []
    page.get_by_text("1 of 6 cases decided; 5 to come.").first.wait_for()
    lines = page.get_by_label("Case", exact=True).locator("option").all_inner_texts()
    lines = [line.replace("\xa0", " ") for line in lines]
    decide_by_keyboard(page, "Case 2 is recorded: Good. Here is case 3.")
    return lines


def decide_by_keyboard(page, said: str, note: str = "") -> None:
    page.get_by_label("Case", exact=True).focus()
    for downs in (2, 1, 3):  # Good, Yes, No
        page.keyboard.press("Tab")
        for _ in range(downs):
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(100)  # as slow as a hand: a list is drawn anew at each step
    page.keyboard.press("Tab")
    page.keyboard.type(note)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text(said).wait_for()


def test_a_restart_in_the_middle_of_the_session_loses_nothing(lab, page, decided) -> None:
    assert decided[0].startswith("✓ 1. decided Good:")
    assert [line[0] for line in decided] == ["✓", "…", "…", "…", "…", "…"]
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for key in ("D", "D", "X"):  # commands to the notebook, where the focus is not in the panel
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert page.evaluate("document.activeElement.tagName") == "SELECT", "the next case's grade"
    with Register.open(lab.place / "outputs" / "invented" / "register.sqlite") as register:
        held = register.panel_decisions()
        assert register.check() == ()
    columns = ["panel_final_grade", "reflects_practice", "meaningful_learning"]
    assert held[columns].to_numpy().tolist() == [["Good", "Yes", "No"]] * 2
    assert held["comment"].fillna("").tolist() == ["Read the chronology", ""]


def test_nothing_is_asked_of_the_world(lab, page, built, decided) -> None:
    away = [url for url in page.asked if not url.startswith((lab.address, "data:", "blob:"))]
    assert away == []


# All notebooks, by `--every-notebook` ---------------------------------------------------------


@pytest.fixture
def every_notebook(request):
    if not request.config.getoption("--every-notebook"):
        pytest.skip("takes minutes: give --every-notebook")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_opens_and_runs(every_notebook, lab, page, name) -> None:
    lab.open(page, name)
    lab.run_all(page)
    assert lab.errors(page) == []
    book = lab.save(page)
    assert "stripped" not in book["metadata"]["qa_sampling"], "all of it is invented"
    outputs = [cell for cell in book["cells"] if cell.get("outputs")]
    assert len(outputs) >= 2


def test_papermill_draws_what_was_built(every_notebook, lab, built, monkeypatch, tmp_path) -> None:
    import papermill

    values = settings_of(lab, monkeypatch).plain() | {"period": "2026-10", "design": "built"}
    settings = read_parameters("monthly_audit_plan", values, closed=True)
    notebook = str(lab.place / "notebooks" / NOTEBOOKS[0])
    papermill.execute_notebook(
        notebook, str(tmp_path / "done.ipynb"), parameters=settings.plain(), kernel_name="python3",
        progress_bar=False,
    )  # fmt: skip
    with Register.open(settings.register_location) as register:
        drawn = register.find_draw("2026-10", "built")
    builder = read_parameters("plan_builder", {"period": "2026-10"})
    found = look(builder, settings, planning_inputs(builder), "Design A")
    assert found.frame.fingerprint == drawn.draw.frame_fingerprint
    same = draw_sample(found.frame, settings.size, seed=drawn.seed).allocation
    assert same.equals(drawn.draw.allocation) or same.compare(drawn.draw.allocation).empty
    audits = drawn.draw.allocation.groupby("row")["sampled"].sum()
    held = found.comparison.margins.query("margin == 'row'").set_index("label")
    assert (audits.sub(held["expected"]).abs() < 1.5).all()
    text = (tmp_path / "done.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"vnd\.jupyter\.widget|vnd\.qa-sampling\.origin", text), "not silent"
