"""The step to schema 3, which brings columns of actions and other activity, on an old register."""

import re

import pytest
from key_samples import V1, register_v1
from register_samples import made
from test_register_keys_upgrade import rows, shape

from qa_sampling.records.register import Register
from qa_sampling.records.register_steps import (
    ACTION_COLUMNS,
    ACTIVITIES,
    FIELDWORK,
    MIGRATIONS,
    NAME_INDEXES,
)

HEAD = re.search(r"-- Head: ([0-9a-f]{64})", V1.read_text(encoding="utf-8"))[1]


@pytest.fixture
def path(tmp_path):
    return register_v1(tmp_path / "register.sqlite")


@pytest.mark.parametrize(
    "table", ["actions", "activities", "outcomes", "grants", "reassignments", "audit_tags"]
)
def test_an_upgraded_register_has_what_a_new_one_has(path, tmp_path, table):
    Register.open(path).close()
    made(tmp_path / "new.sqlite").close()
    old, new = shape(path, table), shape(tmp_path / "new.sqlite", table)
    assert [row[1:3] for row in old["columns"]] == [row[1:3] for row in new["columns"]]
    assert {name: old[name] for name in ("unique", "guards")} == {
        name: new[name] for name in ("unique", "guards")
    }
    assert len(old["guards"]) == 2


@pytest.mark.parametrize("table", ["audits", "moderations", "actions", "activities"])
def test_what_stands_is_found_by_an_index(path, tmp_path, table):
    Register.open(path).close()
    made(tmp_path / "new.sqlite").close()
    for one in (path, tmp_path / "new.sqlite"):
        columns = [name for _, _, name in rows(one, f"PRAGMA index_info({table}_by_name)")]
        assert columns == [f"{table.removesuffix('s') if table != 'activities' else 'activity'}_id",
                           "event"]  # fmt: skip


def test_what_was_there_is_sound_and_new_rows_go_beside_it(path):
    with Register.open(path) as register:
        assert register.check(HEAD) == ()
        assert register.activities().empty
        before = register.actions()
        assert {"source", "raised", "publishable", "sheet_id"} <= set(before.columns)
    assert rows(path, "SELECT count(*) FROM activities") == [(0,)]


def test_the_block_is_in_the_step_to_schema_3():
    (step,) = [step for step in MIGRATIONS if step.to_version == 3]
    kept = {*ACTION_COLUMNS, *ACTIVITIES, *FIELDWORK, *NAME_INDEXES}
    assert kept <= set(step.statements)
