"""A person in a real JupyterLab with the trend explorer: choices, a decision, a deep dive."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from lab_driver import ROOT, new_page, running_browser, running_lab

from qa_sampling.parameters import load_parameters, read_parameters

EXPLORER = "51_trend_explorer.ipynb"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def page():
    with running_browser() as browser:
        yield new_page(browser)


@pytest.fixture(scope="module")
def explored(lab, page):
    """The explorer, run once: a rebase decided and a deep dive written for re-referrals."""
    lab.open(page, EXPLORER)
    lab.run_all(page)
    assert lab.errors(page) == []
    look(page, "first")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    page.get_by_label("Measure", exact=True).select_option(label="Section 47 enquiries")
    heading(page, "Section 47 enquiries,")
    page.get_by_label("Measure", exact=True).focus()
    page.keyboard.press("ArrowUp")
    heading(page, "Assessments within 45 working days of the referral,")
    for key in ("D", "D", "X"):  # commands to the notebook, where the focus is not in the explorer
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    page.get_by_label("Measure", exact=True).select_option(label="Re-referrals within 12 months")
    page.get_by_label("Rules", exact=True).select_option(label="Making Data Count (XmR)")
    page.get_by_role("rowheader", name="December 2024 to June 2025 (7 months)").first.wait_for()
    look(page, "rules")
    page.get_by_label("Decided by (role or name)").fill("Director")
    page.keyboard.press("Tab")
    page.keyboard.type("New front door")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("Recorded in parameters/outcome_trends.yml").wait_for()
    page.get_by_text("Recorded: new centre line since July 2025").wait_for()
    page.get_by_role("button", name="Write the deep dive's parameters").click()
    page.get_by_text("Written: parameters/dive_re_referrals_2026_03.yml").wait_for()
    look(page, "written")


def heading(page, text: str) -> None:
    page.get_by_role("heading", name=text).first.wait_for()


def look(page, name: str) -> None:
    """Keep a picture where one is asked for."""
    if folder := os.environ.get("QA_SAMPLING_PICTURES"):
        page.set_viewport_size({"width": 1400, "height": 2600})
        page.locator(".qa-trends").evaluate("one => one.scrollIntoView()")
        page.wait_for_timeout(1000)
        page.screenshot(path=f"{folder}/explorer_{name}.png")
        page.set_viewport_size({"width": 1400, "height": 1000})


def test_what_was_decided_is_read_by_the_scheduled_run(lab, explored) -> None:
    path = lab.place / "parameters" / "outcome_trends.yml"
    values = load_parameters([lab.place / "parameters" / "authority.yml", path])
    held = read_parameters("outcome_trends", values, closed=True).rebases
    assert [(one.measure, one.since, one.by, one.reason) for one in held] == [
        ("re_referrals", "2025-07-01", "Director", "New front door")
    ]
    before = (ROOT / "parameters" / "outcome_trends.yml").read_text(encoding="utf-8")
    kept = [line for line in before.splitlines() if not line.startswith("rebases")]
    assert set(kept) <= set(path.read_text(encoding="utf-8").splitlines())


def test_the_deep_dive_takes_what_was_written(lab, explored) -> None:
    files = [str(lab.place / "parameters" / f"{name}.yml")
             for name in ("authority", "dive_re_referrals_2026_03")]  # fmt: skip
    command = [sys.executable, "-m", "qa_sampling", "run", "deep_dive", "--dry-run"]
    command += [part for file in files for part in ("-f", file)]
    homes = {"QA_SAMPLING_HOME": str(lab.place), "QA_SAMPLING_OUTPUTS": str(lab.place / "outputs")}
    homes["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        command, env=os.environ | homes, cwd=lab.place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "2026-03-deep_dive-re_referrals-assessment_east: checked."


def test_nothing_is_asked_of_the_world(lab, page, explored) -> None:
    away = [url for url in page.asked if not url.startswith((lab.address, "data:", "blob:"))]
    assert away == []
