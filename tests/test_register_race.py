"""Twenty at once, one that waits, one that is killed: the register holds one draw, and whole."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import register_samples
from register_samples import DESIGN, PERIOD, clock, commit, drawn, fix, made, plain_rows
from sqlalchemy import Engine, event
from tiers import thorough

from qa_sampling.errors import RegisterError
from qa_sampling.records.register import Register

posix = pytest.mark.skipif(os.name != "posix", reason="uses fork and signals")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "register.sqlite"


@pytest.mark.parametrize("many", [6, thorough(20)])
def test_many_processes_draw_once(path, many):
    Path(f"{path}.rows").write_text(json.dumps(plain_rows()), encoding="utf-8")
    script = register_samples.__file__
    children = [
        subprocess.Popen(
            [sys.executable, script, str(path), str(i)], stdout=subprocess.PIPE, text=True
        )
        for i in range(many)
    ]
    await_all(lambda: len(list(path.parent.glob("*.ready*"))) == many, children)
    Path(f"{path}.go").touch()
    said = [json.loads(child.communicate(timeout=60)[0]) for child in children]
    assert [child.returncode for child in children] == [0] * many
    assert sum(not found for found, *_ in said) == 1
    assert len({tuple(draw) for _, *draw in said}) == 1
    with Register.open(path) as register:
        assert register.check() == ()
        assert len(register.draws()) == 1
        assert [event.kind for event in register.events()] == [
            "register created",
            "frame fixed",
            "draw committed",
        ]
        assert register.find_draw(PERIOD, DESIGN).seed == said[0][2]
    assert not list(path.parent.glob("*.new*"))


def test_waiting_for_another_writer_ends_with_a_sentence(path):
    drawn(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Register.open(path, wait_seconds=0.3) as register:
        assert register.find_draw(PERIOD, DESIGN).found, "readers do not wait"
        start = time.monotonic()
        with pytest.raises(RegisterError, match=r"busy: another run .* more than 0\.3 seconds"):
            register.record_commitment(2030, "ab" * 32)
        assert time.monotonic() - start < 3
        other.execute("ROLLBACK")
        register.record_commitment(2030, "ab" * 32)
        assert register.check() == ()
    other.close()


@posix
def test_killed_at_every_statement_it_is_before_or_after_never_between(path):
    with made(path) as register:
        fix(register)
        before = register.head()
    outcomes = []
    for nth in range(1, 40):
        killed = in_a_child(lambda nth=nth: kill_at_statement(nth, path))
        with Register.open(path) as register:
            assert register.check() == ()
            found = register.find_draw(PERIOD, DESIGN)
            assert found is not None or register.head() == before
            outcomes.append((killed, found is not None))
        if not killed:
            break
    assert outcomes.count((True, False)) >= 6, "killed before the commit: nothing was kept"
    assert outcomes[-1] == (False, True)
    assert [drawn for _, drawn in outcomes] == sorted(drawn for _, drawn in outcomes)
    with Register.open(path) as register:
        assert len(register.draws()) == 1


@posix
def test_killed_while_it_is_made_it_is_made_the_next_time(path):
    for nth in range(1, 200, 7):
        killed = in_a_child(lambda nth=nth: kill_at_statement(nth, path, create=True))
        if path.exists():
            break
        assert killed
    with made(path) as register:
        assert register.check() == ()


def test_what_a_killed_process_left_is_swept_after_an_hour(path):
    old, young = (path.with_name(f".register.sqlite.{name}.new-wal") for name in ("1", "2"))
    for left in (old, young):
        left.touch()
    os.utime(old, (0, 0))
    made(path).close()
    assert young.exists()
    assert not old.exists()


def kill_at_statement(nth, path, create=False):
    count = 0

    def shoot(*_):
        nonlocal count
        count += 1
        if count == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", shoot)
    event.listen(Engine, "commit", shoot)
    with Register.open(path, create=create, clock=clock) as register:
        if not create:
            commit(register)


def in_a_child(work):
    """Run in a fork; whether it was killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def await_all(ready, children):
    end = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < end
        assert all(child.poll() is None for child in children)
        time.sleep(0.02)
