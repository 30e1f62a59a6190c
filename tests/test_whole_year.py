"""Twelve months by the calendar, and a month taken up again after a run failed.

Runs are stood in for by the smallest process that publishes a folder, so that 140 of them take
seconds; tests/test_small_year.py has the same with real runs.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from qa_sampling.commands.programme import Asked, programme_of
from qa_sampling.parameters import read_calendar
from qa_sampling.runs.month.index import PAGE, RESTRICTED_PAGE, publish_index
from qa_sampling.runs.month.side_by_side import run_side_by_side
from qa_sampling.runs.month.tasks import MonthTask, exit_code
from qa_sampling.runs.publication import faults_of

ROOT = Path(__file__).parents[1]
CALENDAR = read_calendar(ROOT / "parameters" / "calendar.yml")
BASE = (ROOT / "parameters" / "authority.yml",)
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))
RUN = """
import os, sys
name, folder, log, failing = sys.argv[1:]
there = os.path.isdir(folder)
with open(log, "a") as file:
    file.write(name + (" again" if there else "") + "\\n")
if os.path.exists(failing) and name in open(failing).read().split():
    sys.exit("A fault: OSError: no space is left on the disk")
os.makedirs(os.path.join(folder, "shareable"), exist_ok=True)
if not there:
    with open(os.path.join(folder, "shareable", "page.html"), "w") as file:
        file.write(name)
print(name + (": already published." if there else ": published."))
"""


class Office:
    """Runs months of the calendar that comes with the package, with stand-ins for its runs."""

    def __init__(self, place: Path) -> None:
        self.place, self.log, self.failing = place, place / "log", place / "failing"
        self.log.touch()

    def fail(self, *names: str) -> None:
        self.failing.write_text(" ".join(names))

    def month(self, period: str, jobs: int = 2):
        programme = programme_of(CALENDAR, Asked(period, BASE))
        tasks = [self._stand_in(one) for one in programme.tasks]
        self.log.write_text("")
        ended = run_side_by_side(tasks, jobs=jobs, progress=lambda step: None)
        made = publish_index(programme.settings, period, ended, programme.due)
        return ended, made, self.log.read_text().splitlines()

    def _stand_in(self, task: MonthTask) -> MonthTask:
        words = (task.name, str(task.folder), str(self.log), str(self.failing))
        return replace(task, command=(sys.executable, "-I", "-S", "-c", RUN, *words))


@pytest.fixture
def office(tmp_path, monkeypatch) -> Office:
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "out"))
    return Office(tmp_path)


def behind(name: str, period: str) -> set[str]:
    """Follow by hand what waits for an entry in a month, at any remove."""
    entries = {one.name: one for one in CALENDAR.of_month(period) if one.run}
    found: set[str] = set()
    while more := {
        one.name
        for one in entries.values()
        if one.name not in found and set(one.after) & {name, *found}
    }:
        found |= more
    return found


def test_twelve_months_run_all_that_the_calendar_asks_for(office):
    asked, ran = Counter(), Counter()
    for period in MONTHS:
        entries = [one for one in CALENDAR.entries if one.run and one.in_month(int(period[5:]))]
        asked.update(one.name for one in entries)
        ended, made, log = office.month(period)
        ran.update(log)
        assert [one.state for one in ended] == ["published"] * len(entries), period
        for one in entries:
            before = [name for name in one.after if name in log]
            assert all(log.index(name) < log.index(one.name) for name in before), one.name
        assert faults_of(made.folder) == ()
        page = (made.folder / PAGE).read_text(encoding="utf-8")
        assert page.count("/shareable/page.html") == len(entries)
        assert "What is missing" not in page
    assert ran == asked
    assert asked["programme"] == asked["findings"] == 12
    assert asked["monthly"] == 10
    assert sum(asked.values()) > 120


def test_december_again_makes_nothing_anew(office):
    first, made, _ = office.month("2026-12")
    pages = {name: (made.folder / name).read_bytes() for name in (PAGE, RESTRICTED_PAGE)}
    ended, again, log = office.month("2026-12")
    assert {one.state for one in ended} == {"already published"}
    assert all(line.endswith(" again") for line in log)
    assert len(log) == len(first)
    assert again.outcome == "already published"
    assert {name: (made.folder / name).read_bytes() for name in pages} == pages


@pytest.mark.parametrize("failing", ["collected", "findings", "monthly"])
def test_a_month_is_taken_up_where_it_failed(office, failing):
    """What failed, and what waited for it, is run; all else is left as it was published."""
    period = "2026-11"
    office.fail(failing)
    ended, made, _ = office.month(period)
    states = {one.task.name: one.state for one in ended}
    waiting = behind(failing, period)
    assert waiting
    assert {name for name, state in states.items() if state == "failed"} == {failing}
    assert {name for name, state in states.items() if state == "not started"} == waiting
    assert exit_code(ended) == 4
    public, own = ((made.folder / name).read_text("utf-8") for name in (PAGE, RESTRICTED_PAGE))
    assert public.count("it failed; the Quality Assurance team runs it again") == 1
    assert public.count("it waits for another run that is missing") == len(waiting)
    assert "no space is left" in own
    assert "no space is left" not in public

    done = {one.task.folder: one.task.name for one in ended if one.done}
    written = {folder: (folder / "shareable" / "page.html").stat().st_mtime_ns for folder in done}
    office.fail()
    ended, made, log = office.month(period)
    assert exit_code(ended) == 0
    assert {line for line in log if not line.endswith(" again")} == {failing, *waiting}
    assert {one.task.name for one in ended if one.state == "already published"} == set(
        done.values()
    )
    assert written == {
        folder: (folder / "shareable" / "page.html").stat().st_mtime_ns for folder in done
    }
    page = (made.folder / PAGE).read_text("utf-8")
    assert "What is missing" not in page
    assert page.count("/shareable/page.html") == len(ended)
    assert (made.folder.parent / f"{period}-month.replaced-1").is_dir()
