"""The step to schema 2 that brings rotation: on a register that the released 0.1.0 made."""

import json
import re
import sqlite3

import pytest
from key_samples import V1, draw_under, opened, register_v1
from plan_factory import KEY

from qa_sampling.records.keys import Key
from qa_sampling.records.register import Register
from qa_sampling.records.register_schema import MIGRATIONS, VERSION
from qa_sampling.records.register_steps import KEY_ROTATION
from qa_sampling.sampling.frame import frame_from_snapshot
from qa_sampling.sampling.selection import sample_fingerprint
from qa_sampling.sampling.tickets import pseudonym

TABLES = ("key_rotations", "reference_links", "relinkings")
HEAD = re.search(r"-- Head: ([0-9a-f]{64})", V1.read_text(encoding="utf-8"))[1]


@pytest.fixture
def path(tmp_path):
    return register_v1(tmp_path / "register.sqlite")


def rows(path, statement):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def shape(path, table):
    """What SQLite knows of a table, but for how its statement was laid out."""
    unique = [
        [name for _, _, name in rows(path, f"PRAGMA index_info({index})")]
        for _, index, is_unique, *_ in rows(path, f"PRAGMA index_list({table})")
        if is_unique
    ]
    guards = f"SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name='{table}'"
    return {
        "columns": rows(path, f"PRAGMA table_info({table})"),
        "foreign keys": rows(path, f"PRAGMA foreign_key_list({table})"),
        "unique": sorted(unique),
        "guards": sorted(rows(path, guards)),
    }


def test_it_is_of_schema_1_and_has_none_of_the_tables(path):
    assert rows(path, "PRAGMA user_version") == [(1,)]
    held = {name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type='table'")}
    assert not held & set(TABLES)
    assert {"frames", "draws", "audits"} <= held


def test_everything_is_still_there_and_sound(path):
    with Register.open(path) as register:
        assert register.check(HEAD) == ()
        kinds = [event.kind for event in register.events()]
        assert kinds[-3:] == ["audits recorded", *["register upgraded"] * 2]
        recorded = register.find_draw("2026-11", "monthly")
        assert sample_fingerprint(recorded.draw.sample) == recorded.sample_fingerprint
        assert len(register.past_audits()) == 6
        assert set(register.past_audits()["kind"]) == {"completed", "assigned"}
        assert register.key_ids_in_order() == [Key(KEY).key_id]
        assert register.key_id_of("2026-11-monthly") == Key(KEY).key_id
        assert register.rotations().empty
        assert register.relinkings().empty
    assert rows(path, "PRAGMA user_version") == [(VERSION,)]
    with Register.open(path) as register:
        assert [event.kind for event in register.events()] == kinds, "upgraded once"


def test_the_backup_beside_it_is_the_register_as_it_was(path):
    Register.open(path).close()
    (copy,) = path.parent.glob(f"register-before-schema-{VERSION}-*")
    assert rows(copy, "PRAGMA user_version") == [(1,)]
    assert rows(copy, "SELECT hash FROM events ORDER BY n DESC LIMIT 1") == [(HEAD,)]


@pytest.mark.parametrize("table", TABLES)
def test_an_upgraded_register_has_what_a_new_one_has(path, tmp_path, table):
    Register.open(path).close()
    opened(tmp_path / "new.sqlite").close()
    assert shape(path, table) == shape(tmp_path / "new.sqlite", table)
    assert len(shape(path, table)["guards"]) == 2


def test_the_block_makes_these_tables_and_nothing_else():
    made = [re.match(r"CREATE TABLE (\w+)", statement)[1] for statement in KEY_ROTATION]
    assert tuple(made) == TABLES
    (step,) = [step for step in MIGRATIONS if step.to_version == 2]
    assert set(KEY_ROTATION) <= set(step.statements)


def test_a_table_dropped_after_the_upgrade_shows(path):
    Register.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE key_rotations")
    connection.commit()
    connection.close()
    with Register.open(path) as register:
        assert "the guard key_rotations_no_update was removed" in " ".join(register.check())


def test_a_month_of_the_old_register_counts_under_a_new_key(path):
    new = Key(b"n" * 32)
    children = [f"40{number:05d}" for number in range(1101, 1117)]
    with opened(path, create=False) as register:
        before = set(register.past_audits()["case_ref"])
        links = {pseudonym(child, KEY): pseudonym(child, new.secret) for child in children}
        done = register.record_rotation(
            old_key_id=Key(KEY).key_id,
            new_key_id=new.key_id,
            links=links,
            by="QA lead",
            reason="The yearly rotation.",
        )
        assert (done.linked, done.not_linked, done.audited_not_linked) == (16, 0, 0)
        assert set(register.past_audits()["case_ref"]) == {links[ref] for ref in before}
        frame = register.find_frame("2026-11", "monthly")
        assert set(frame_from_snapshot(frame.snapshot)["case_ref"]) <= set(links), "as it was"
        draw_under(register, new, "2026-12", children)
        assert register.check(HEAD) == ()
        facts = json.loads(register.events()[-3].body)
        assert facts["linked"] == 16
