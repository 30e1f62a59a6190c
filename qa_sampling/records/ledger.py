"""The append-only store under the register: one way in, and every way of checking.

A :class:`Ledger` knows tables, transactions and the chain, but nothing of draws or
audits; those are in the classes that build on it. Everything that is recorded goes
through one function that takes the write lock first, writes the event that seals the
rows, then the rows, and commits all or nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import pandas as pd
from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import IntegrityError

from qa_sampling.errors import RegisterError
from qa_sampling.records import register_schema as schema
from qa_sampling.records.chain import GENESIS, Event
from qa_sampling.records.register_check import faults_of
from qa_sampling.records.register_file import (
    IMMEDIATE,
    born_whole,
    connect_file,
    connect_server,
    copy_file,
    inspect_file,
    place_of,
    plain_words,
)
from qa_sampling.records.register_upgrade import create_schema, stored_version, upgrade
from qa_sampling.records.transaction import Transaction, last_event

Result = TypeVar("Result")
Clock = Callable[[], dt.datetime]

_ATTEMPTS = 8


def utc_now() -> dt.datetime:
    """Give the time now, in UTC."""
    return dt.datetime.now(dt.UTC)


class Ledger:
    """An append-only store with a hash chain; see :class:`~qa_sampling.records.register.Register`.

    Opened by :meth:`open`, used as a context manager or ended by :meth:`close`.
    """

    def __init__(
        self, engine: Engine, *, path: Path | None, actor: str, clock: Clock, wait_seconds: float
    ) -> None:
        self._engine, self.path, self.actor = engine, path, actor
        self._clock, self._wait_seconds = clock, wait_seconds
        self._held: dict[tuple[str, bool], tuple[str, pd.DataFrame]] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.location})"

    @property
    def location(self) -> str:
        """Where the register is; a password in a database's address is hidden."""
        return str(self.path or self._engine.url.render_as_string(hide_password=True))

    @classmethod
    def open(
        cls,
        location: str | Path,
        *,
        create: bool = False,
        actor: str = "qa-sampling",
        clock: Clock = utc_now,
        wait_seconds: float = 15.0,
    ) -> Self:
        """Open a register, and bring an older one up to date (after a backup beside it).

        Parameters
        ----------
        location : str or Path
            Path of a SQLite file, or a SQLAlchemy URL of a database server.
        create : bool
            Start a new register when there is none; an existing one is only opened.
        actor : str
            Who is recording: a person or a scheduled run. Kept with every event.
        clock : callable
            Gives the time now, with its zone.
        wait_seconds : float
            How long a writer waits for another one before giving up.

        Raises
        ------
        RegisterError
            When there is none and `create` is false; when the file is not a whole register;
            when a newer version of this package has written it.
        """
        path, url = place_of(location)
        kept = {"actor": actor, "clock": clock, "wait_seconds": wait_seconds}
        if path is None:
            engine = connect_server(url)
        else:
            if create and not path.exists():
                cls._create_file(path, **kept)
            inspect_file(path)
            engine = connect_file(path, wait_seconds=wait_seconds)
        ledger = cls(engine, path=path, **kept)
        try:
            ledger._start_unless_there(create=create and path is None)
            ledger._bring_up_to_date()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def _create_file(cls, path: Path, **kept: Any) -> None:  # noqa: ANN401 - passed on
        try:
            with born_whole(path) as draft:
                draft.touch(mode=0o600)
                engine = connect_file(draft, wait_seconds=kept["wait_seconds"])
                with cls(engine, path=draft, **kept) as ledger:
                    ledger._start()
        except OSError as error:
            raise RegisterError(
                f"No register could be made at {path} ({error.strerror}). Choose a folder that "
                "can be written to."
            ) from None

    def _start(self) -> None:
        def found(write: Transaction) -> None:
            lines = {"schema_version": str(schema.VERSION), "register_id": uuid.uuid4().hex}
            write.add(schema.meta, [{"name": name, "value": lines[name]} for name in lines])

        self._write("register created", found, prepare=create_schema)

    def _start_unless_there(self, create: bool) -> None:
        with self._plain_words(), self._engine.connect() as connection:
            present = inspect(connection).has_table("events")
            present = present and stored_version(connection) > 0
        if not present and create:
            self._start()
        elif not present:
            raise RegisterError(
                f"{self.location} holds no register, or only a part of one. Check the place; "
                "restore the last backup, or start a new register elsewhere (`create=True`)."
            )

    def _bring_up_to_date(self) -> None:
        with self._reading() as connection:
            version = stored_version(connection)
        if version > schema.VERSION:
            raise RegisterError(
                f"The register {self.location} was written by a newer version of this package "
                f"(schema {version}; this one knows {schema.VERSION}). Upgrade qa-sampling."
            )
        if version == schema.VERSION:
            return
        if self.path is not None:
            stamp = self._clock().astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
            name = f"{self.path.stem}-before-schema-{schema.VERSION}-{stamp}-{uuid.uuid4().hex[:4]}"
            self.backup(self.path.with_name(name + self.path.suffix))
        for step in schema.MIGRATIONS:
            self._write("register upgraded", partial(upgrade, step=step))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _plain_words(self) -> AbstractContextManager[None]:
        return plain_words(self.location, wait_seconds=self._wait_seconds)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Give a connection whose reads all see one moment."""
        with self._plain_words(), self._engine.connect() as connection, connection.begin():
            yield connection

    def _write(
        self,
        kind: str,
        work: Callable[[Transaction], Result],
        *,
        prepare: Callable[[Connection], None] | None = None,
    ) -> Result:
        """Run `work` under the write lock and commit what it added, sealed by one event.

        On a server without such a lock, the loser of a race meets a unique key and looks
        again; `work` must therefore read before it adds, and have no other effect.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._plain_words():
                    return self._write_once(kind, work, prepare)
            except _LostRaceError:
                if attempt + 1 == _ATTEMPTS:
                    break
        raise RegisterError(
            f"The register {self.location} refused rows that would repeat or contradict what it "
            "holds. Nothing was recorded."
        )

    def _write_once(
        self,
        kind: str,
        work: Callable[[Transaction], Result],
        prepare: Callable[[Connection], None] | None,
    ) -> Result:
        at = self._clock().astimezone(dt.UTC).isoformat(timespec="seconds")
        immediate = {IMMEDIATE: True}
        try:
            with (
                self._engine.connect().execution_options(**immediate) as connection,
                connection.begin(),
            ):
                if prepare is not None:
                    prepare(connection)
                write = Transaction(connection, at)
                result = work(write)
                write.seal(actor=self.actor, kind=kind)
            return result
        except IntegrityError:
            raise _LostRaceError from None

    def head(self) -> str:
        """Give the hash of the last event: print it on outputs and minutes, compare it later."""
        with self._reading() as connection:
            last = last_event(connection)
        return GENESIS if last is None else last.hash

    def check(self, expect_head: str | None = None) -> tuple[str, ...]:
        """Give every fault that shows in the register; an empty tuple when it is sound.

        Parameters
        ----------
        expect_head : str, optional
            A head noted earlier, at least its first 16 digits. Without it, a chain whose tail
            was cut off cannot be told from one that never grew.
        """
        with self._reading() as connection:
            return faults_of(connection, expect_head=expect_head)

    def events(self) -> list[Event]:
        """Give the whole chain: everything that was ever recorded, in order."""
        with self._reading() as connection:
            return [Event(*row) for row in connection.execute(_IN_ORDER)]

    def backup(self, target: Path) -> Path:
        """Copy the register while it is in use, and check the copy.

        Parameters
        ----------
        target : Path
            File to write; or a folder, in which a file named by the time is made.

        Returns
        -------
        Path
            The copy. It opens as a register does; to restore, put it in the register's place.

        Raises
        ------
        RegisterError
            When there is a file already, the register is not a SQLite file, or the copy is not
            sound (it is then removed; the faults are in the message).
        """
        if self.path is None:
            raise RegisterError(
                f"{self.location} is on a database server. Use the server's own backup."
            )
        if target.is_dir():
            stamp = self._clock().astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
            target = target / f"{self.path.stem}-{stamp}{self.path.suffix}"
        if target.exists():
            raise RegisterError(f"{target} exists already. Give a backup a name of its own.")
        try:
            with born_whole(target) as draft:
                with self._plain_words():
                    copy_file(self._engine, draft)
                self._check_copy(draft)
        except OSError as error:
            raise RegisterError(
                f"No backup could be made at {target} ({error.strerror})."
            ) from None
        return target

    def _check_copy(self, draft: Path) -> None:
        inspect_file(draft)
        engine = connect_file(draft, wait_seconds=self._wait_seconds)
        kept = {"actor": self.actor, "clock": self._clock, "wait_seconds": self._wait_seconds}
        with Ledger(engine, path=draft, **kept) as copy:
            faults = copy.check()
        if faults:
            raise RegisterError(
                f"The backup was not kept, for the copy is not sound: {'; '.join(faults)}. "
                "Run `qa-sampling register check`, and restore an earlier backup."
            )


class _LostRaceError(Exception):
    """Another writer was faster, or the rows repeat what is there."""


_IN_ORDER = select(schema.events).order_by(schema.events.c.n)
