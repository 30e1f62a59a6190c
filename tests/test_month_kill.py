"""A month that is killed in its middle is ended by the same line, and its index is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from small_authority import own_values, write_small

from qa_sampling.records.register import Register
from qa_sampling.runs.month.index import PAGE, RESTRICTED_PAGE
from qa_sampling.runs.publication import faults_of

ROOT = Path(__file__).parents[1]
FEW = {"audits": 6, "row_minimum": None, "column_minimum": None}
ENTRIES = [
    {"name": "monthly", "run": "monthly_audit_plan", "parameters": FEW},
    {"name": "themed", "title": "Themed audits", "run": "monthly_audit_plan", "after": ["monthly"]}
    | {"parameters": FEW | {"design": "themed"}},
]


@pytest.fixture
def line(tmp_path) -> tuple[list[str], dict[str, str]]:
    """Give the line that runs the month, and its environment."""
    values = own_values(write_small(tmp_path / "data", scale=0.08))
    own, asked = tmp_path / "own.yml", tmp_path / "calendar.yml"
    kept = {name: values[name] for name in ("authority", "extract", "extra_tables")}
    own.write_text(yaml.safe_dump(kept), encoding="utf-8")
    asked.write_text(yaml.safe_dump({"entries": ENTRIES}), encoding="utf-8")
    around = {
        "QA_SAMPLING_KEYS": str(tmp_path / "keys"),
        "QA_SAMPLING_OUTPUTS": str(tmp_path / "out"),
        "QA_SAMPLING_HOME": str(ROOT),
    }
    program = [sys.executable, "-m", "qa_sampling"]
    for words in (["key"], ["secret", "2026", "-f", str(own)]):
        subprocess.run([*program, *words], env=os.environ | around, check=True, timeout=120)
    month = ["month", "2026-11", "-f", str(own), "--calendar", str(asked), "--jobs", "1"]
    return [*program, *month], os.environ | around


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_month_killed_in_its_middle(line, tmp_path):
    """The first plan is out and the second at work when it dies; nothing is drawn twice."""
    words, around = line
    out = tmp_path / "out"
    dying = subprocess.Popen(
        words, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    for told in dying.stderr:
        if "themed: started" in told:
            break
    dying.send_signal(signal.SIGKILL)
    assert dying.wait(timeout=60) == -signal.SIGKILL
    dying.stderr.close()
    assert faults_of(out / "2026-11") == ()
    assert not (out / "2026-11-month").exists()

    asked = {"env": around, "capture_output": True, "text": True, "timeout": 600}
    again = subprocess.run(words, **asked)
    assert again.returncode == 0, again.stderr
    assert "Already published: Monthly (monthly)" in again.stdout
    index = out / "2026-11-month"
    pages = {name: (index / name).read_bytes() for name in (PAGE, RESTRICTED_PAGE)}
    assert all(b"2026-11-themed/shareable/" in page for page in pages.values())
    with Register.open(out / "register.sqlite") as register:
        assert register.check() == ()
        assert sorted(register.draws()["draw_id"]) == ["2026-11-monthly", "2026-11-themed"]

    third = subprocess.run(words, **asked)
    assert third.returncode == 0
    assert third.stdout.count("Already published") == 2
    assert {name: (index / name).read_bytes() for name in pages} == pages
    assert not list(out.glob("*replaced*"))
