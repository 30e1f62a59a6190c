"""The register's file: refused when it is none, copied whole, brought up to date."""

import os
import sqlite3

import pytest
import register_samples
from register_samples import (
    DESIGN,
    PERIOD,
    commit,
    drawn,
    fix,
    made,
    outside,
    sqlite_count,
)
from sqlalchemy.dialects import mssql, postgresql
from sqlalchemy.schema import CreateTable

from qa_sampling.errors import RegisterError
from qa_sampling.records import ledger, register_schema
from qa_sampling.records.register import Register
from qa_sampling.records.register_schema import VERSION, Migration

posix = pytest.mark.skipif(os.name != "posix", reason="uses fork and signals")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "register.sqlite"


class TestOpening:
    def test_nothing_is_made_unless_asked_for(self, path):
        with pytest.raises(RegisterError, match="There is no register at"):
            Register.open(path)
        assert not path.exists()

    def test_made_with_its_folder_and_nothing_left_beside(self, tmp_path):
        path = tmp_path / "a b#?%" / "régister.sqlite"
        with made(path) as register:
            assert register.check() == ()
            assert repr(register) == f"Register({path})"
        assert list(path.parent.iterdir()) == [path]

    def test_create_opens_what_is_there(self, path):
        head = drawn(path)
        with made(path) as register:
            assert register.head() == head

    def test_a_sqlite_url_is_a_path(self, path):
        head = drawn(path)
        with Register.open(f"sqlite:///{path}") as register:
            assert register.head() == head

    def test_settings(self, path):
        with made(path) as register, register._reading() as connection:
            said = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert said == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 15000,
        }

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is empty"),
            (b"case,team\n1,North\n", "not a SQLite database at all"),
            (b"SQLite format 3\x00", "is cut off: 16 bytes"),
        ],
    )
    def test_other_files(self, path, content, message):
        path.write_bytes(content)
        for create in (False, True):
            with pytest.raises(RegisterError, match=message):
                Register.open(path, create=create)
        assert path.read_bytes() == content

    def test_a_folder(self, tmp_path):
        with pytest.raises(RegisterError, match="is a folder"):
            Register.open(tmp_path)

    def test_a_path_that_cannot_be_looked_at(self, tmp_path):
        with pytest.raises(RegisterError, match=r"cannot be read|There is no register"):
            Register.open(tmp_path / ("x" * 300))

    def test_another_database(self, path):
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE draws (x)")
        other.close()
        with pytest.raises(RegisterError, match="but not a register of audits"):
            Register.open(path)

    @pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
    def test_cut_off(self, path, share):
        drawn(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(RegisterError, match=r"is cut off: .* Restore the last backup"):
            Register.open(path)

    def test_a_newer_schema(self, path):
        drawn(path)
        outside(path, "PRAGMA user_version = 9")
        with pytest.raises(RegisterError, match=r"newer version of this package \(schema 9"):
            Register.open(path)

    @pytest.mark.parametrize("change", ["DROP TABLE events", "PRAGMA user_version = 0"])
    def test_a_part_of_a_register(self, path, change):
        drawn(path)
        outside(path, change)
        with pytest.raises(RegisterError, match="holds no register, or only a part of one"):
            Register.open(path)

    def test_damaged_pages_are_a_sentence_not_a_traceback(self, path):
        drawn(path)
        content = bytearray(path.read_bytes())
        content[4096:12288] = os.urandom(8192)
        path.write_bytes(content)
        with pytest.raises(RegisterError, match="damaged") as caught:
            Register.open(path).fix_frame(
                period=PERIOD,
                design=DESIGN,
                fingerprint=register_samples.fingerprint(),
                snapshot=register_samples.snapshot(),
                parameters={},
            )
        assert "SELECT" not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_memory_keeps_nothing(self):
        with pytest.raises(RegisterError, match="in memory keeps nothing"):
            Register.open("sqlite://")

    @pytest.mark.parametrize("kind", ["nothing", "postgresql+psycopg9"])
    def test_a_database_that_is_not_known(self, kind):
        with pytest.raises(RegisterError, match="SQLAlchemy does not know or whose") as caught:
            Register.open(f"{kind}://user:secret@server/register")
        assert "secret" not in str(caught.value)

    def test_no_address(self):
        with pytest.raises(RegisterError, match="not a SQLAlchemy URL"):
            Register.open("://")

    def test_where_nothing_can_be_made(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(RegisterError, match="No register could be made"):
            made(tmp_path / "file" / "register.sqlite")

    @posix
    @pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anywhere")
    def test_a_file_that_cannot_be_written(self, path):
        drawn(path)
        path.chmod(0o400)
        with pytest.raises(RegisterError, match="cannot be written to"):
            drawn(path)


def test_rows_cannot_be_changed_even_from_outside(path):
    drawn(path)
    for table in register_schema.METADATA.tables:
        for change in (f"UPDATE {table} SET rowid = rowid", f"DELETE FROM {table}"):
            if sqlite_count(path, table):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    outside(path, change)


def test_the_tables_can_be_made_on_a_server():
    ddl = [
        str(CreateTable(table).compile(dialect=dialect))
        for table in register_schema.METADATA.sorted_tables
        for dialect in (postgresql.dialect(), mssql.dialect())
    ]
    assert sum("DOUBLE PRECISION" in statement for statement in ddl) == 6


def test_without_a_write_lock_the_same_rules_hold(path, monkeypatch):
    """SQLAlchemy's own engine stands for a server: nothing of ours at connect or begin."""
    monkeypatch.setattr(ledger, "place_of", lambda location: (None, location))
    url = f"sqlite:///{path}"
    with pytest.raises(RegisterError, match=r"sqlite:///.* holds no register"):
        Register.open(url)
    with made(url) as register:
        fix(register)
        head = commit(register).head
        assert commit(register, seed="9999999991").found
        with pytest.raises(RegisterError, match="own backup"):
            register.backup(path.with_name("copy"))
    with Register.open(url) as register:
        assert register.check(head) == ()
        assert "sqlite:///" in repr(register)


class TestBackup:
    def test_of_a_register_in_use(self, path, tmp_path):
        head = drawn(path)
        with made(path) as register:
            copy = register.backup(tmp_path / "copies" / "copy.sqlite")
        with Register.open(copy) as restored:
            assert restored.check(head) == ()
            assert restored.find_draw(PERIOD, DESIGN).seed == "5341796018"
        assert [file.name for file in copy.parent.iterdir()] == ["copy.sqlite"]

    def test_a_folder_gets_a_file_named_by_the_time(self, path, tmp_path):
        drawn(path)
        (tmp_path / "copies").mkdir()
        with made(path) as register:
            copy = register.backup(tmp_path / "copies")
        assert copy.name == "register-20261102T120000Z.sqlite"

    def test_restored_it_goes_on(self, path, tmp_path):
        head = drawn(path)
        with made(path) as register:
            copy = register.backup(tmp_path / "copy.sqlite")
            fix(register, period="2026-12")
        copy.replace(path)
        with Register.open(path) as register:
            assert register.head() == head
            fix(register, period="2027-01")
            assert register.check() == ()

    def test_nothing_is_overwritten(self, path, tmp_path):
        drawn(path)
        (tmp_path / "copy").write_text("x")
        with made(path) as register, pytest.raises(RegisterError, match="exists already"):
            register.backup(tmp_path / "copy")

    def test_an_unsound_copy_is_not_kept(self, path, tmp_path):
        drawn(path)
        outside(path, "DROP TRIGGER draws_no_update", "UPDATE draws SET seed = '1'")
        with made(path) as register, pytest.raises(RegisterError, match="draws: rows that event 3"):
            register.backup(tmp_path / "copy")
        assert not (tmp_path / "copy").exists()

    def test_where_nothing_can_be_kept(self, path, tmp_path):
        drawn(path)
        (tmp_path / "file").touch()
        with made(path) as register, pytest.raises(RegisterError, match="No backup could be made"):
            register.backup(tmp_path / "file" / "copy")


class TestMigration:
    GOOD = Migration(
        VERSION + 1, "keep notes", ("CREATE TABLE notes (x)", "ALTER TABLE runs ADD note TEXT")
    )
    BAD = Migration(
        VERSION + 1, "fail", ("CREATE TABLE notes (x)", "ALTER TABLE nothing ADD note TEXT")
    )

    def newer(self, monkeypatch, *steps):
        monkeypatch.setattr(register_schema, "VERSION", steps[-1].to_version)
        monkeypatch.setattr(register_schema, "MIGRATIONS", steps)

    def test_an_older_register_is_brought_up_to_date_after_a_backup(self, path, monkeypatch):
        head = drawn(path)
        third = Migration(VERSION + 2, "keep more", ("CREATE TABLE more (x)",))
        self.newer(monkeypatch, self.GOOD, third)
        for _ in range(2):
            with made(path) as register:
                assert register.check(head) == ()
                assert register.find_draw(PERIOD, DESIGN).seed == "5341796018"
                assert [event.kind for event in register.events()][3:] == ["register upgraded"] * 2
        assert sqlite_count(path, "notes") == 0
        (copy,) = path.parent.glob(f"register-before-schema-{VERSION + 2}-*")
        monkeypatch.undo()
        with Register.open(copy) as older:
            assert older.head() == head
        with pytest.raises(RegisterError, match="newer version"):
            Register.open(path)

    def test_a_step_that_fails_leaves_nothing(self, path, monkeypatch):
        head = drawn(path)
        self.newer(monkeypatch, self.BAD)
        with pytest.raises(RegisterError, match="Nothing was recorded"):
            made(path)
        monkeypatch.undo()
        with made(path) as register:
            assert register.head() == head
            assert register.check() == ()
        self.newer(monkeypatch, self.GOOD)
        made(path).close()

    def test_a_column_added_later_leaves_earlier_digests_sound(self, path, monkeypatch):
        drawn(path)
        self.newer(monkeypatch, self.GOOD)
        with made(path) as register:
            run = register.record_run(
                notebook="x", period=PERIOD, design=DESIGN, parameters={}, library_version="2"
            )
            register.finish_run(run, state="completed")
            assert register.check() == ()
