"""Whatever is done to any row of any table outside the register shows in its check."""

import shutil
import sqlite3

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from loop_samples import activities
from register_samples import PERIOD, clock, commit, fix, invented_returns

from qa_sampling.declared import Table
from qa_sampling.errors import RegisterError
from qa_sampling.records import fieldwork
from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.records.chain import next_event
from qa_sampling.records.register import Register
from qa_sampling.records.register_file import plain_words
from qa_sampling.records.register_schema import METADATA, VERSION, append_only_triggers

TABLES = sorted(METADATA.tables)
COLUMNS = [
    (column.table.name, column.name) for name in TABLES for column in METADATA.tables[name].c
]
GUARDS = append_only_triggers()


def one_row(table: Table) -> pd.DataFrame:
    """One row of a declared table: its first code, a plain text, a day."""
    plain = {"text": "a text", "date": pd.Timestamp("2026-11-05"), "whole": 3, "number": 0.5}
    values = {
        column.name: column.codes[0] if column.codes else plain.get(column.kind, True)
        for column in table.columns
    }
    return pd.DataFrame([values]).astype(table.empty().dtypes.to_dict())


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A register with rows in every table."""
    path = tmp_path_factory.mktemp("register") / "register.sqlite"
    back = invented_returns()
    with Register.open(path, create=True, clock=clock) as register:
        register.record_commitment(2026, "ab" * 32)
        run = register.record_run(
            notebook="plan", period=PERIOD, design="monthly", parameters={}, library_version="0.1.0"
        )
        fix(register)
        register.record_seed(period=PERIOD, design="monthly", seed="3461 5522 16", counts=True)
        commit(register)
        register.record_publication("2026-11-monthly", "2026-11/monthly", "ab" * 32)
        register.finish_run(run, state="completed")
        register.open_redraw(PERIOD, "monthly", reason="A reason, long", agreed_by=["A", "B"])
        register.record_audits(back.audits, back.answers)
        register.record_moderations(back.moderations, back.moderated_answers)
        register.record_actions(back.actions)
        register.record_actions(back.actions.assign(status="Open"))
        register.record_activities(one_row(ACTIVITIES))
        register.record_outcomes(one_row(fieldwork.OUTCOMES))
        register.record_grants(one_row(fieldwork.GRANTS))
        register.record_reassignments(one_row(fieldwork.REASSIGNMENTS))
        register.record_audit_tags(one_row(fieldwork.TAGS))
        register.record_releases("2026-11-monthly", {"Cases": "North, 12"})
        keys = {"old_key_id": "11111111", "new_key_id": "22222222"}
        words = {"by": "QA lead", "reason": "The yearly rotation."}
        register.record_rotation(**keys, links={"CASE1": "NEW1", "CASE2": "NEW2"}, **words)
        register.record_relinking(**words, source="2026-11", asked_for=2, found=1)
        register.record_activities(activities({"grade": "Good", "people": 3, "score": 61.5}))
        assert register.check() == ()
    return path


class Tampering:
    """A copy of the register, its guards taken down, as anyone with the file could."""

    def __init__(self, full, folder, keep_guards=True):
        self.path = folder / "tampered.sqlite"
        shutil.copyfile(full, self.path)
        self.db = sqlite3.connect(self.path, isolation_level=None)
        self.keep_guards = keep_guards
        self.db.execute("PRAGMA synchronous = OFF")
        drops = "".join(f"DROP TRIGGER {name};" for name in GUARDS)
        self.db.executescript(f"BEGIN; {drops} COMMIT;")

    def faults(self, **kept):
        if self.keep_guards:
            self.db.executescript(f"BEGIN; {';'.join(GUARDS.values())}; COMMIT;")
        self.db.close()
        with Register.open(self.path) as register:
            return register.check(**kept)


@pytest.fixture
def tampering(full, tmp_path):
    return Tampering(full, tmp_path)


def test_every_table_has_rows(tampering):
    for table in TABLES:
        assert tampering.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table


def test_left_alone_it_is_sound(tampering):
    assert tampering.faults() == ()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_an_edit_of_any_column_shows(tampering, table, column):
    value = tampering.db.execute(f"SELECT {column} FROM {table} WHERE rowid = 1").fetchone()[0]
    other = value + 1000 if isinstance(value, (int, float)) else f"{value or ''}x"
    tampering.db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = 1", [other])
    assert tampering.faults()


VALUES = (
    st.none() | st.integers(-9, 9) | st.floats(0, 2) | st.text(max_size=3) | st.binary(max_size=3)
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(COLUMNS), nth=st.integers(0, 20), value=VALUES, as_text=st.booleans())
def test_any_value_in_any_cell_shows(full, tmp_path_factory, place, nth, value, as_text):
    table, column = place
    tampering = Tampering(full, tmp_path_factory.mktemp("t"))
    db = tampering.db
    count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    rowid = db.execute(f"SELECT rowid FROM {table} LIMIT 1 OFFSET ?", [nth % count]).fetchone()[0]
    new = "CAST(? AS TEXT)" if as_text else "?"
    look = f"SELECT hex({column}), typeof({column}) FROM {table} WHERE rowid = ?"
    before = db.execute(look, [rowid]).fetchone()
    moved = column == "n" and table == "events"  # the row number itself
    try:
        db.execute(f"UPDATE {table} SET {column} = {new} WHERE rowid = ?", [value, rowid])
    except sqlite3.IntegrityError:
        assume(False)
    assume(moved or db.execute(look, [rowid]).fetchone() != before)
    if moved:
        assume(db.execute("SELECT count(*) FROM events WHERE n = ?", [rowid]).fetchone()[0] == 0)
    assert tampering.faults()


@pytest.mark.parametrize("table", TABLES)
def test_a_deletion_from_any_table_shows(tampering, table):
    tampering.db.execute(f"DELETE FROM {table} WHERE rowid = 1")
    assert tampering.faults()


@pytest.mark.parametrize("table", [table for table in TABLES if table != "events"])
def test_an_insertion_into_any_table_shows(tampering, table):
    columns = [column.name for column in METADATA.tables[table].c]
    numbers = {"event": "event", "line": "line + 100"}
    copied = [numbers.get(name, f"{name} || 'x'") for name in columns]
    tampering.db.execute(
        f"INSERT INTO {table} SELECT {', '.join(copied)} FROM {table} WHERE rowid = 1"
    )
    assert any(fault.startswith(f"{table}: event") for fault in tampering.faults())


def test_rows_that_name_no_event_show(tampering):
    tampering.db.execute("INSERT INTO meta VALUES (999, 1, 'note', 'x')")
    assert "meta: 1 rows name event 999, which did not write them" in tampering.faults()


def test_two_cases_that_change_places_show(tampering):
    tampering.db.executescript(
        "UPDATE sampled_cases SET line = 99 WHERE line = 1;"
        "UPDATE sampled_cases SET line = 1 WHERE line = 7;"
        "UPDATE sampled_cases SET line = 7 WHERE line = 99;"
    )
    assert tampering.faults() == ("sampled_cases: rows that event 6 wrote were altered",)


def test_a_cut_tail_shows_against_the_head_that_was_noted(tampering, full):
    with Register.open(full) as register:
        head = register.head()
    last = tampering.db.execute("SELECT max(n) FROM events").fetchone()[0]
    for table in TABLES:
        key = "n" if table == "events" else "event"
        tampering.db.execute(f"DELETE FROM {table} WHERE {key} = {last}")
    faults = tampering.faults(expect_head=head[:16])
    assert len(faults) == 1
    assert "cut off" in faults[0]


def test_a_forged_event_without_its_rows_shows(tampering):
    with Register.open(tampering.path) as register:
        last = register.events()[-1]
    forged = next_event(last, at="x", actor="x", kind="x", body='{"rows":{"draws":[1,"ab"]}}')
    tampering.db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", forged)
    assert tampering.faults() == (f"draws: event {forged.n} wrote 1 rows, and 0 are there now",)


def test_guards_that_were_taken_down_show(full, tmp_path):
    faults = Tampering(full, tmp_path, keep_guards=False).faults()
    assert len(faults) == len(GUARDS)
    assert "the guard draws_no_update was removed or altered" in " ".join(faults)


def test_an_altered_mark_shows(tampering):
    tampering.db.execute(f"PRAGMA user_version = {VERSION}")
    tampering.db.execute("PRAGMA foreign_keys = OFF")
    tampering.db.execute("DELETE FROM draws")
    assert any("refer to rows that are not there" in fault for fault in tampering.faults())


def test_a_version_set_back_is_refused_before_anything_is_upgraded(tampering):
    tampering.db.execute("PRAGMA user_version = 1")
    with pytest.raises(RegisterError, match="schema version is not the one the register recorded"):
        tampering.faults()
    with sqlite3.connect(tampering.path) as after:
        assert after.execute("PRAGMA user_version").fetchone() == (1,)
    after.close()


def test_a_table_that_was_dropped_shows(tampering):
    tampering.db.execute("DROP TABLE actions")
    tampering.keep_guards = False
    assert "actions: event 12 wrote 1 rows, and 0 are there now" in tampering.faults()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_flipped_bit_is_refused_or_shows_or_was_in_unused_space(full, tmp_path_factory, data):
    """Never a traceback; and never another draw than the one recorded, taken for sound."""
    path = tmp_path_factory.mktemp("bit") / "register.sqlite"
    content = bytearray(full.read_bytes())
    at = data.draw(st.integers(0, len(content) * 8 - 1))
    content[at // 8] ^= 1 << at % 8
    path.write_bytes(content)
    with Register.open(full) as register:
        held = register.get_draw("2026-11-monthly")
    try:
        with Register.open(path) as register:
            if register.check(held.head) == ():
                assert register.get_draw("2026-11-monthly")._row == held._row
                assert register.get_draw("2026-11-monthly")._cases == held._cases
    except RegisterError:
        pass


def test_a_message_that_cannot_be_decoded_is_told_as_damage():
    """SQLite quotes a damaged name of the schema, and its driver cannot read the message."""
    with pytest.raises(RegisterError, match="is damaged"), plain_words("here", wait_seconds=1):
        b"malformed \xff".decode("utf-8")
