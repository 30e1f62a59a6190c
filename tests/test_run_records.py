"""Runs, publications and yearly commitments in the register."""

import pytest
from register_samples import DESIGN, PERIOD, clock, commit, fix

from qa_sampling.errors import RegisterError
from qa_sampling.records.register import Register

SHA = "ab" * 32


@pytest.fixture
def register(tmp_path):
    with Register.open(tmp_path / "register.sqlite", create=True, clock=clock) as opened:
        yield opened
        assert opened.check() == ()


class TestRuns:
    def test_started_and_ended(self, register):
        run = start(register)
        other = start(register)
        assert run != other
        register.finish_run(run, state="completed", draw_id="2026-11-monthly")
        table = register.runs().set_index("run_id")
        assert table.loc[run, "state"] == "completed"
        assert table.loc[run, "ended_at"] == "2026-11-02T12:00:00+00:00"
        assert table.loc[other, "state"] == "started"
        assert table.loc[other, ["ended_at"]].isna().all()

    def test_none(self, register):
        assert register.runs().empty

    def test_ends_once(self, register):
        run = start(register)
        register.finish_run(run, state="failed", detail="step 3")
        with pytest.raises(RegisterError, match=r"ended already \(failed\)"):
            register.finish_run(run, state="completed")

    def test_unknown(self, register):
        with pytest.raises(RegisterError, match="not in the register"):
            register.finish_run("run-000099", state="failed")
        with pytest.raises(RegisterError, match="must be completed or failed"):
            register.finish_run("run-000099", state="done")


class TestPublications:
    def test_recorded_once(self, register):
        fix(register)
        commit(register)
        for _ in range(2):
            register.record_publication("2026-11-monthly", "2026-11/monthly", SHA)
        register.record_publication("2026-11-monthly", "2026-11/monthly-p2", SHA)
        table = register.publications()
        assert list(table["folder"]) == ["2026-11/monthly", "2026-11/monthly-p2"]

    def test_of_no_draw(self, register):
        with pytest.raises(RegisterError, match="holds no draw 'x'"):
            register.record_publication("x", "folder", SHA)

    def test_no_digest(self, register):
        with pytest.raises(RegisterError, match="64 small hexadecimal digits"):
            register.record_publication("x", "folder", "AB")


class TestCommitment:
    def test_recorded_once(self, register):
        assert register.commitment(2026) is None
        register.record_commitment(2026, SHA)
        head = register.head()
        register.record_commitment(2026, SHA)
        assert (register.commitment(2026), register.head()) == (SHA, head)

    def test_another_is_refused(self, register):
        register.record_commitment(2026, SHA)
        with pytest.raises(RegisterError, match="Another commitment stands for 2026"):
            register.record_commitment(2026, "cd" * 32)

    def test_comes_before_the_years_first_frame(self, register):
        fix(register)
        with pytest.raises(RegisterError, match="A frame of 2026 is fixed already"):
            register.record_commitment(2026, SHA)
        register.record_commitment(2027, SHA)

    def test_no_digest(self, register):
        with pytest.raises(RegisterError, match="64 small hexadecimal digits"):
            register.record_commitment(2026, "secret")


def start(register):
    return register.record_run(
        notebook="monthly_audit_plan",
        period=PERIOD,
        design=DESIGN,
        parameters={"n": 6},
        library_version="0.1.0",
    )
