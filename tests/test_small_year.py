"""A small year whole, and a real month taken up where a notebook failed. All are slow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from small_authority import own_values, write_small
from year_samples import CALENDAR, plan_of, settings_in

from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.records.action_sheet import read_action_sheet
from qa_sampling.records.activity_sheet import read_activity_sheet
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import open_register
from qa_sampling.runs.month.index import PAGE, RESTRICTED_PAGE
from qa_sampling.runs.plan.moderation_month import write_month_moderations
from qa_sampling.runs.programme_page.much import audits_stand
from qa_sampling.runs.publication import faults_of
from qa_sampling.runs.recording_batch import record_folder
from qa_sampling.runs.returns_in import staff_of, teams_of
from qa_sampling.runs.year import making
from qa_sampling.runs.year.filling import fill_month
from qa_sampling.runs.year.folder import collecting_day, day_before, month_before

ROOT = Path(__file__).parents[1]
FEW = {"audits": 6, "row_minimum": None, "column_minimum": None}
THEMED = FEW | {"design": "themed"}
ENTRIES = [
    {"name": "monthly", "run": "monthly_audit_plan", "parameters": FEW},
    {"name": "themed", "title": "Themed audits", "run": "monthly_audit_plan", "after": ["monthly"]}
    | {"parameters": THEMED},
]
ROUNDS = (1, 4, 7, 10)
BREAKS = "if settings.design == 'themed': raise OSError('no space is left on the disk')"


def broken_home(place: Path) -> Path:
    """Give a home whose plan notebook fails in its middle for the themed audits, and them alone."""
    home = place / "home"
    home.mkdir()
    for name in ("parameters", "notebooks"):
        shutil.copytree(ROOT / name, home / name)
    shutil.copy(ROOT / "pyproject.toml", home)
    path = home / "notebooks" / "10_monthly_audit_plan.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [one for one in notebook["cells"] if one["cell_type"] == "code"]
    own = next(one for one in code if any("settings = " in line for line in one["source"]))
    own["source"] = [*own["source"], "\n", BREAKS]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return home


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(os.name != "posix", reason="a home of symbolic links")
def test_a_month_whose_second_notebook_failed_is_taken_up_there(tmp_path):
    """As ``test_month`` has it with stand-ins and ``test_month_kill`` with a death."""
    values = own_values(write_small(tmp_path / "data", scale=0.08))
    own, asked = tmp_path / "own.yml", tmp_path / "calendar.yml"
    kept = {name: values[name] for name in ("authority", "extract", "extra_tables")}
    own.write_text(yaml.safe_dump(kept), encoding="utf-8")
    asked.write_text(yaml.safe_dump({"entries": ENTRIES}), encoding="utf-8")
    out = tmp_path / "out"
    around = os.environ | {
        "QA_SAMPLING_KEYS": str(tmp_path / "keys"),
        "QA_SAMPLING_OUTPUTS": str(out),
        "PYTHONPATH": str(ROOT),
    }

    def qa(home: Path, *words: str) -> subprocess.CompletedProcess:
        line = [sys.executable, "-m", "qa_sampling", *words]
        told = around | {"QA_SAMPLING_HOME": str(home)}
        return subprocess.run(
            line, env=told, capture_output=True, text=True, timeout=600, check=False
        )

    for words in (["key"], ["secret", "2026", "-f", str(own)]):
        assert qa(ROOT, *words).returncode == 0
    month = ["month", "2026-11", "-f", str(own), "--calendar", str(asked), "--jobs", "1"]

    first = qa(broken_home(tmp_path), *month)
    assert first.returncode == 4, first.stdout + first.stderr
    assert "Published: Monthly (monthly)" in first.stdout
    assert "Failed (4): Themed audits (themed)" in first.stdout
    index, plan = out / "2026-11-month", out / "2026-11"
    public, restricted = ((index / name).read_text("utf-8") for name in (PAGE, RESTRICTED_PAGE))
    assert "it failed; the Quality Assurance team runs it again" in public
    assert "OSError" in restricted
    assert "OSError" not in public
    assert not (out / "2026-11-themed").exists()
    before = {path: path.read_bytes() for path in plan.rglob("*") if path.is_file()}

    again = qa(ROOT, *month)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Already published: Monthly (monthly)" in again.stdout
    assert "Published: Themed audits (themed)" in again.stdout
    assert {path: path.read_bytes() for path in plan.rglob("*") if path.is_file()} == before
    assert faults_of(out / "2026-11-themed") == ()
    public = (index / PAGE).read_text("utf-8")
    assert "What is missing" not in public
    assert "2026-11-themed/shareable/" in public
    with Register.open(out / "register.sqlite") as register:
        assert register.check() == ()
        assert sorted(register.draws()["draw_id"]) == ["2026-11-monthly", "2026-11-themed"]


def take_back(year, period: str) -> None:
    """Let what comes back come back, and record it: forms, actions, other activity."""
    settings, day = settings_in(year, period), collecting_day(period)
    staff = staff_of(settings)
    fill_month(year, CALENDAR, period)
    with open_register(settings) as register:
        if year.returned(period).is_dir():
            record_folder(settings, register, year.returned(period), staff=staff, today=day)
        if (sheet := year.sheet("actions", period)).exists():
            told = read_action_sheet(sheet, register.actions(), today=day, staff=staff)
            register.record_actions(told.table)
        if (sheet := year.sheet("activities", period)).exists():
            asked = {"today": day, "teams": teams_of(staff)}
            told = read_activity_sheet(sheet, register.activities(), **asked)
            register.record_activities(told.table)
        before = month_before(period)
        if register.find_draw(before, "monthly"):
            folder = year.outputs / "restricted" / "moderation_forms" / f"{before}_{day}"
            write_month_moderations(settings_in(year, before), register, folder, as_at=day)


@pytest.mark.slow
def test_a_year_month_by_month_on_one_register(tmp_path, monkeypatch, request):
    """Drawn, sent out, returned, moderated, followed up; then counted as December's page counts."""
    if not request.config.getoption("--whole-year"):
        pytest.skip("takes a minute or more: give --whole-year")
    days = [day_before(f"2026-{month:02d}") for month in range(1, 13)]
    monkeypatch.setattr(making, "_days", lambda made: days)
    year = making.make_year(tmp_path / "year", scale=0.03, tell=lambda step: None)
    for period in year.months:
        take_back(year, period)
        if int(period[5:]) in ROUNDS:
            plan_of(year, period, audits=3).close()

    values = load_parameters([year.month_file("2026-12")]) | {"period": "2026-12"}
    settings = read_parameters("qa_programme", values)
    with open_register(settings_in(year, "2026-12")) as register:
        assert register.check() == ()
        draws, audits = register.draws(), register.audits()
        drawn = {one: register.get_draw(one).draw.cases["case_ref"] for one in draws["draw_id"]}
        stand = audits_stand(settings, register, staff_of(settings))
        moderations, actions = register.moderations(), register.actions()
        months = register.activities()["date"].dt.strftime("%Y-%m")

    every = [ref for refs in drawn.values() for ref in refs]
    assert sorted(drawn) == [f"2026-{month:02d}-monthly" for month in ROUNDS]
    assert len(every) == len(set(every)) == 3 * len(ROUNDS), "no child is drawn twice in a year"
    back = audits.dropna(subset=["date_completed"])
    assert len(back) >= 6
    assert all(row.case_ref in set(drawn[row.draw_id]) for row in back.itertuples())
    counts = stand.counts("period").set_index("period")
    by_hand = back[back["date_completed"] <= "2026-12-31"].groupby("period").size()
    assert counts["returned"].to_dict() == {one[:7]: int(by_hand.get(one[:7], 0)) for one in drawn}
    assert (counts["planned"] - counts["replaced"] == 3).all()
    assert set(moderations["audit_id"]) <= set(back["audit_id"])
    assert moderations["date"].dt.month.nunique() >= 2
    assert (actions["status"] == "Closed").sum() >= 2
    assert {f"2026-{month:02d}" for month in range(1, 12)} <= set(months)
