"""A run that dies at any point leaves the former state or the new one, and can be run again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_authority import own_values, write_small
from tiers import thorough

from qa_sampling.records.keys import create_key
from qa_sampling.records.register import Register
from qa_sampling.runs.plan.checking import verify_folder
from qa_sampling.runs.publication import faults_of

EVERY = [
    "reading the extract",
    "building the frame",
    "fixing the frame",
    "starting the notebook",
    "notebook: cell 3",
    "notebook: cell 6",
    "notebook: cell 8",  # auditors are assigned; nothing is committed yet
    "notebook: cell 9",  # the draw is committed
    "notebook: cell 15",  # the files are in the stage
    "making the page",
    "looking for case numbers",
    "publishing",
    "half the rename",
    "after the rename",
]
TELLING = [
    "notebook: cell 9",
    "half the rename",
    "after the rename",
]
"""Points at which what is left differs from the point before."""


@pytest.fixture
def place(tmp_path, monkeypatch):
    written = write_small(tmp_path / "data")
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "out"))
    create_key()
    return tmp_path, own_values(written)


def run(values: dict, where: str) -> subprocess.CompletedProcess:
    program = Path(__file__).with_name("dying_run.py")
    return subprocess.run(
        [sys.executable, str(program), json.dumps(values), where],
        env=os.environ | {"QA_SAMPLING_HOME": str(program.parents[1])},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
@pytest.mark.parametrize("points", [TELLING, thorough(EVERY)], ids=["telling", "every"])
def test_killed_at_every_point(place, points):
    folder, values = place
    out = folder / "out"
    commit_secret(out)
    left, draws = {}, set()
    for point in points:
        died = run(values, point)
        assert died.returncode == 137, f"{point}: {died.stderr[-2000:]}"
        published = (out / "2026-11").exists()
        assert not published or faults_of(out / "2026-11") == (), point
        with Register.open(out / "register.sqlite") as register:
            assert register.check() == (), point
            table = register.draws()
        draws |= set(table["frame_fingerprint"] + table["sample_fingerprint"])
        assert len(table) <= 1
        left[point] = (len(table), published)
    assert left.get("notebook: cell 8", (0, False)) == (0, False)
    assert left["notebook: cell 9"] == (1, False)
    assert left["half the rename"] == (1, False)
    assert left["after the rename"] == (1, True)
    ended = run(values, "never")
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert verify_folder(out / "2026-11") == ()
    assert len(draws) == 1, "one draw from the first commit to the last run"
    with Register.open(out / "register.sqlite") as register:
        assert register.publications()["folder"].tolist() == ["2026-11"]
        assert register.check() == ()
    leftovers = [path.name for path in out.iterdir() if path.name.startswith(".stage")]
    assert leftovers == []


def commit_secret(out: Path) -> None:
    """Commit a yearly secret, so that no dice are needed."""
    from qa_sampling.records.keys import commitment, yearly_secret

    out.mkdir()
    with Register.open(out / "register.sqlite", create=True) as register:
        register.record_commitment(2026, commitment(yearly_secret(2026, create=True)))
