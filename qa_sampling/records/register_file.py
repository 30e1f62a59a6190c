"""The SQLite file under a register: looked at before use, connected safely, copied whole.

SQLite makes an empty database of any name it does not find, so a wrong path would
look like a register without draws. Here a file is only ever made when asked for, is
born whole (written beside its place and then linked into it), and is opened in a mode
that creates nothing.
"""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import sqlite3
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from qa_sampling.errors import RegisterError
from qa_sampling.records.register_schema import APPLICATION_ID

IMMEDIATE = "qa_sampling_immediate"
"""Execution option of connections that write: take the write lock before reading anything."""

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_LEFT_BEHIND_SECONDS = 3600
_RESTORE = "Restore the last backup (`qa-sampling register backup` makes them)"


def place_of(location: str | Path) -> tuple[Path | None, str]:
    """Give the path of a SQLite file, or None and the URL of a database server."""
    if isinstance(location, Path) or "://" not in location:
        return Path(location), ""
    try:
        url = make_url(location)
    except ArgumentError:
        raise RegisterError(
            "The register's address is not a SQLAlchemy URL such as "
            "postgresql+psycopg://user@server/database."
        ) from None
    if url.get_backend_name() != "sqlite":
        return None, location
    if url.database in (None, "", ":memory:"):
        raise RegisterError("A register in memory keeps nothing. Give the path of a file.")
    return Path(url.database), ""


def inspect_file(path: Path) -> None:
    """Look at a file before SQLite does, and refuse what is not a whole register.

    Raises
    ------
    RegisterError
        When it is missing, unreadable, a folder, empty, not a register, or shorter
        than its own header says.
    """
    try:
        _inspect(path)
    except OSError as error:
        raise RegisterError(
            f"The register {path} cannot be read ({error.strerror}). Check the path, and ask for "
            "access to file and folder."
        ) from None


def _inspect(path: Path) -> None:
    if not path.exists():
        raise RegisterError(
            f"There is no register at {path}. Check the path; to start a new register there, "
            "ask for it (the first `qa-sampling run` makes it; in code `create=True`)."
        )
    if path.is_dir():
        raise RegisterError(f"{path} is a folder. Give a file, such as register.sqlite.")
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if not header:
        raise RegisterError(f"The register {path} is empty (0 bytes). {_RESTORE}.")
    if not header.startswith(_MAGIC):
        raise RegisterError(
            f"{path} is not a register: it is not a SQLite database at all. Check the path."
        )
    _inspect_header(path, header)


def _inspect_header(path: Path, header: bytes) -> None:
    if len(header) < _HEADER:
        raise RegisterError(f"The register {path} is cut off: {len(header)} bytes. {_RESTORE}.")
    if struct.unpack(">I", header[68:72])[0] != APPLICATION_ID:
        raise RegisterError(f"{path} is a database, but not a register of audits. Check the path.")
    page = struct.unpack(">H", header[16:18])[0]
    expected = (65536 if page == 1 else page) * struct.unpack(">I", header[28:32])[0]
    size = path.stat().st_size
    if size < expected and not _unfinished_log(path):
        raise RegisterError(
            f"The register {path} is cut off: {size} bytes of {expected}. {_RESTORE}."
        )


def _unfinished_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def connect_file(path: Path, *, wait_seconds: float) -> Engine:
    """Give an engine on an existing SQLite file: durable, bounded in waiting, never creating.

    Parameters
    ----------
    path : Path
        The file.
    wait_seconds : float
        How long a writer waits for another one.
    """
    place = path.resolve().as_posix()
    uri = "file://" + quote(place if place.startswith("/") else "/" + place, safe="/:") + "?mode=rw"
    journal = "DELETE" if on_network(path) else "WAL"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=wait_seconds, isolation_level=None)
        try:
            _settle(connection, journal)
        except BaseException:
            connection.close()  # or the file stays open, and Windows would not let go of it
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: sqlite3.Connection, journal: str) -> None:
    for setting in ("foreign_keys = ON", "synchronous = FULL", "recursive_triggers = ON"):
        connection.execute(f"PRAGMA {setting}")
    with contextlib.suppress(sqlite3.OperationalError):  # another one has it open: it stays
        if connection.execute("PRAGMA journal_mode").fetchone()[0].upper() != journal:
            connection.execute(f"PRAGMA journal_mode = {journal}")


def connect_server(url: str) -> Engine:
    """Give an engine on a database server.

    Raises
    ------
    RegisterError
        When SQLAlchemy does not know the kind of database, or its driver is not installed.
    """
    try:
        return create_engine(url, hide_parameters=True)
    except (NoSuchModuleError, ImportError):
        kind = make_url(url).drivername
        raise RegisterError(
            f"The register's address names the database {kind!r}, which SQLAlchemy does not know "
            "or whose driver is not installed. Install the driver, or correct the address."
        ) from None


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another one has
    # written in between, whatever the timeout; an immediate one waits for its turn.
    immediate = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def on_network(path: Path) -> bool:
    r"""Tell whether a path lies on a network drive of Windows (``\\server\share`` or mapped).

    A write-ahead log needs memory shared between all who have it open, which network drives
    do not give; there the slower rollback journal is used.
    """
    if os.name != "nt":
        return False
    import ctypes

    drive = path.resolve().drive
    remote = 4
    return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == remote


@contextlib.contextmanager
def born_whole(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to; on success, move it there unless it exists.

    Of several that do this at once, one succeeds and the others leave its file alone. What
    a killed process left behind is swept away after an hour.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.new")
    try:
        yield draft
        with contextlib.suppress(FileExistsError):
            _move_if_absent(draft, path)
    finally:
        for left in (draft, *(draft.with_name(draft.name + end) for end in ("-wal", "-shm"))):
            left.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.new*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - _LEFT_BEHIND_SECONDS:
                left.unlink()


def _move_if_absent(draft: Path, path: Path) -> None:
    if os.name == "nt":
        draft.rename(path)  # refuses an existing target there
        return
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError from None
        draft.rename(path)


def copy_file(source: Engine, target: Path) -> None:
    """Copy a live SQLite database whole, through SQLite's own backup, and wait for the disk."""
    raw = source.raw_connection()
    copy = sqlite3.connect(target, isolation_level=None)
    try:
        raw.driver_connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # readable anywhere, also write-protected
    finally:
        copy.close()
        raw.close()
    with target.open("rb+") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def plain_words(location: str, *, wait_seconds: float) -> Iterator[None]:
    """Turn a database's errors into one sentence; neither SQL nor values are quoted.

    Raises
    ------
    RegisterError
        For every error of the database or its driver.
    """
    try:
        yield
    except DBAPIError as error:
        raise RegisterError(_sentence(error.orig, location, wait_seconds)) from None
    except sqlite3.Error as error:
        raise RegisterError(_sentence(error, location, wait_seconds)) from None
    except UnicodeDecodeError:  # a damaged name in the file's schema, told of by the driver
        raise RegisterError(f"The register {location} is damaged. {_RESTORE}") from None
    except SQLAlchemyError as error:
        kind = type(error).__name__
        raise RegisterError(f"The register {location} could not be used ({kind}).") from None


def _sentence(error: BaseException | None, location: str, wait_seconds: float) -> str:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return (
            f"The register {location} is busy: another run has been writing for more than "
            f"{wait_seconds:g} seconds. Nothing was recorded. Wait until it is done, close other "
            "programs that hold the file, and run this again."
        )
    known = {
        sqlite3.SQLITE_READONLY: "cannot be written to. Ask for write access to file and folder",
        sqlite3.SQLITE_PERM: "cannot be written to. Ask for write access to file and folder",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that file and folder can be written to",
        sqlite3.SQLITE_FULL: "could not grow: the disk is full. Make room and run this again",
        sqlite3.SQLITE_IOERR: "could not be read or written by the disk. Check disk and drive",
        sqlite3.SQLITE_CORRUPT: f"is damaged. {_RESTORE}",
        sqlite3.SQLITE_NOTADB: f"is damaged, or not a register. {_RESTORE}",
        sqlite3.SQLITE_ERROR: f"is damaged or not whole. {_RESTORE}",
        sqlite3.SQLITE_CONSTRAINT: "refused rows that would repeat or contradict what it holds",
    }
    said = known.get(code, f"could not be used ({type(error).__name__})")
    return f"The register {location} {said}. Nothing was recorded."
