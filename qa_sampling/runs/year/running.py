"""The lines of the command line by which a year is run, month by month, and how long each takes."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from qa_sampling.records.extras import read_extras
from qa_sampling.runs.result import Progress
from qa_sampling.runs.year.decisions import Against, decision_lines
from qa_sampling.runs.year.dives import dive_lines, write_agreed
from qa_sampling.runs.year.filling import fill_month
from qa_sampling.runs.year.folder import InventedYear, collecting_day, day_before, month_before
from qa_sampling.runs.year.making import quarterly_extracts
from qa_sampling.settings.calendar import Calendar

TIMES = "times.csv"
_REFERENCE = re.compile(r"[A-Z2-7]{26}")


@dataclass(frozen=True)
class Step:
    """One line that was run.

    Attributes
    ----------
    period : str
        The month.
    what : str
        Its command, such as "month".
    code : int
        How it ended.
    seconds, processor : float
        Clock time and processor time of all its processes, in seconds.
    said : str
        What it said last.
    """

    period: str
    what: str
    code: int
    seconds: float
    processor: float
    said: str


def lines_before(made: InventedYear, period: str) -> tuple[tuple[str, ...], ...]:
    """Give the lines that a month begins with: the secret, actions and activities recorded.

    Parameters
    ----------
    made : InventedYear
        The year.
    period : str
        The month.
    """
    common = ("-f", str(made.month_file(period)))
    day = ("--as-at", collecting_day(period).isoformat())
    first = (("secret", str(made.year), *common),) if period == made.months[0] else ()
    sheets = ("actions", "activities")
    recorded = tuple(
        (kind, "record", str(made.sheet(kind, period)), *day, *common)
        for kind in sheets
        if made.sheet(kind, period).exists()
    )
    return (*first, *recorded)


def month_line(made: InventedYear, calendar: Calendar, period: str) -> tuple[str, ...]:
    """Give the line that runs a month.

    Parameters
    ----------
    made : InventedYear
        The year.
    calendar : Calendar
        What the month asks for.
    period : str
        The month.
    """
    asked = {entry.run for entry in calendar.of_month(period)}
    names = {entry.run: entry.name for entry in calendar.of_month(period)}
    words = ["month", period, "-f", str(made.month_file(period))]
    pairs = {}
    if "collect_audits" in asked and made.returned(period).is_dir():
        pairs["collect_audits"] = {
            "returned": str(made.returned(period)),
            "as_at": collecting_day(period).isoformat(),
        }
    for run in ("outcome_trends", "qa_programme", "deep_dive"):
        if run in asked:
            pairs[run] = {"extract": _listed(made, period)}
    if "benchmarking" in asked:
        pairs["benchmarking"] = {"published": str(made.published)}
    for run, values in pairs.items():
        for name, value in values.items():
            words += ["-p", f"{names[run]}.{name}={value}"]
    return tuple(words)


def lines_after(made: InventedYear, calendar: Calendar, period: str) -> tuple[tuple[str, ...], ...]:
    """Give the lines that a month ends with: moderators' forms, and deep dives.

    Parameters
    ----------
    made : InventedYear
        The year.
    calendar : Calendar
        Says which plans were drawn in the month before.
    period : str
        The month.
    """
    before = month_before(period)
    lines = []
    for entry in calendar.of_month(before) if before in made.months else ():
        if entry.run == "monthly_audit_plan":
            files = [word for name in entry.files for word in ("-f", name)]
            day = ("--as-at", collecting_day(period).isoformat())
            common = ("-f", str(made.month_file(before)), *files)
            lines.append(("moderation-forms", before, *day, *common))
    return (*lines, *dive_lines(made, period))


def run_month(
    made: InventedYear,
    calendar: Calendar,
    period: str,
    *,
    jobs: int,
    tell: Progress,
    against: Against,
) -> tuple[Step, ...]:
    """Let what comes back come back, then run a month as a person would, line by line.

    Parameters
    ----------
    made : InventedYear
        The year.
    calendar : Calendar
        What the month asks for.
    period : str
        The month.
    jobs : int
        Most runs side by side.
    tell : callable
        Told each line and how it ended.
    against : callable
        As for ``decisions.decision_lines``.

    Notes
    -----
    The same month again changes nothing that is published: what came back is there already.
    """
    begun, worked = time.perf_counter(), time.process_time()
    written = fill_month(made, calendar, period)
    fill = time.perf_counter() - begun, time.process_time() - worked
    steps = [Step(period, "what comes back", 0, *fill, f"{written} workbooks")]
    tell(f"{period}: {written} workbooks come back ({fill[0]:.0f} s)")
    month = (*month_line(made, calendar, period), "--jobs", str(jobs))
    for words in (*lines_before(made, period), month):
        steps.append(_run(made, period, words, tell))
    staff = read_extras(made.tables(day_before(period))).staff
    decided = decision_lines(made, period, staff, against=against)
    again = (month,) if any(words[0] == "redraw" for words in decided) else ()
    write_agreed(made, period, staff)
    for words in (*decided, *again, *lines_after(made, calendar, period)):
        steps.append(_run(made, period, words, tell))
    return tuple(steps)


def write_times(made: InventedYear, steps: Sequence[Step]) -> None:
    """Add what a month took to the year's list of times.

    Parameters
    ----------
    made : InventedYear
        The year.
    steps : sequence of Step
        What was run.
    """
    path = made.folder / TIMES
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        if fresh:
            table.writerow(["month", "what", "code", "seconds", "processor_seconds"])
        for step in steps:
            spent = (f"{step.seconds:.1f}", f"{step.processor:.1f}")
            table.writerow([step.period, step.what, step.code, *spent])


def _run(made: InventedYear, period: str, words: Sequence[str], tell: Progress) -> Step:
    tell(f"qa-sampling {' '.join(map(_unnamed, words))}")
    begun, before = time.perf_counter(), _processor()
    ended = subprocess.run(
        [sys.executable, "-m", "qa_sampling", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=os.environ | {"PYTHONUTF8": "1", "QA_SAMPLING_KEYS": str(made.keys)},
        check=False,
    )
    spent = time.perf_counter() - begun, _processor() - before
    lines = ended.stdout.decode().splitlines()
    if ended.returncode:
        lines += [line for line in ended.stderr.decode().splitlines() if not line.startswith("·")]
    step = Step(period, words[0], ended.returncode, *spent, "\n".join(lines))
    tell(f"  ended with {step.code}, {spent[0]:.0f} s, {spent[1]:.0f} s of processor time")
    return step


def _unnamed(word: str) -> str:
    """Give a word of a line as it is printed: an audit's name without the case's reference."""
    draw, _, ref = word.rpartition("/")
    return f"{draw}/CASE" if _REFERENCE.fullmatch(ref) else word


def _processor() -> float:
    """Give the processor time of all processes that were started here and have ended."""
    told = os.times()
    return told.children_user + told.children_system


def _listed(made: InventedYear, period: str) -> str:
    return json.dumps([str(path) for path in quarterly_extracts(made, period)])
