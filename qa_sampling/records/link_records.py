"""Rotations of the key, links between references and re-linkings, as the register keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, and_, select

from qa_sampling.errors import RegisterError
from qa_sampling.records.draw_records import waiting_frame
from qa_sampling.records.draw_rules import accounted_for
from qa_sampling.records.ledger import Ledger
from qa_sampling.records.link_tables import (
    follow,
    key_id_in,
    key_ids_in_order,
    latest_references,
    recorded_references,
    require_current_key,
)
from qa_sampling.records.register_schema import (
    draws,
    frames,
    key_rotations,
    reference_links,
    relinkings,
)
from qa_sampling.records.transaction import Transaction

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class KeyRotation:
    """A rotation as the register holds it.

    Attributes
    ----------
    old_key_id, new_key_id : str
        Ids of the key before and after.
    rotated_by, reason : str
        Who, and why.
    old_key_is_lost : bool
        Whether the key before was lost, so that references could be linked through kept earlier
        keys only.
    linked : int
        References that continue as new ones.
    not_linked : int
        References in the register's frames, draws and audits that could not be linked: their
        case numbers are in no file any more.
    audited_not_linked : int
        Of these, how many were drawn or audited.
    rotated_at : str
        When, in UTC, as ISO text.
    """

    old_key_id: str
    new_key_id: str
    rotated_by: str
    reason: str
    old_key_is_lost: bool
    linked: int
    not_linked: int
    audited_not_linked: int
    rotated_at: str


class LinkRecords(Ledger):
    """The part of the register that holds rotations of the key, links and re-linkings."""

    def require_no_frame_waits(self) -> None:
        """Refuse a rotation while a frame is fixed and waits for its seed or its draw.

        Raises
        ------
        RegisterError
            Naming the frame.
        """
        with self._reading() as connection:
            _require_none_waits(connection)

    def record_rotation(
        self,
        *,
        old_key_id: str,
        new_key_id: str,
        links: Mapping[str, str],
        by: str,
        reason: str,
        old_key_is_lost: bool = False,
    ) -> KeyRotation:
        """Record that references are made with a new key from now on, and which continues as which.

        The same rotation again gives the one that is recorded.

        Parameters
        ----------
        old_key_id, new_key_id : str
            Ids of the two keys.
        links : mapping of str to str
            From the reference of a case so far to its new one.
        by, reason : str
            Who rotates, and why in at least 10 characters. No child's details.
        old_key_is_lost : bool
            Whether the old key was lost.

        Raises
        ------
        RegisterError
            When a frame waits for its draw, the old key is not the current one, the new one was
            used before, or `by` or `reason` is missing.
        """
        who, why = accounted_for("A rotation of the key", by=by, reason=reason)

        def work(write: Transaction) -> None:
            if _rotation(write.connection, old_key_id, new_key_id) is not None:
                return
            _require_none_waits(write.connection)
            require_current_key(write.connection, old_key_id)
            if new_key_id in key_ids_in_order(write.connection):
                raise RegisterError(f"Key {new_key_id} was used before. Rotate to a new key.")
            lost, audited = _not_linked(write.connection, links)
            facts = {"linked": len(links), "not_linked": lost, "audited_not_linked": audited}
            facts |= {"old_key_id": old_key_id, "new_key_id": new_key_id}
            write.facts |= facts
            people = {"rotated_by": who, "reason": why, "old_key_is_lost": int(old_key_is_lost)}
            write.add(key_rotations, [facts | people | {"rotated_at": write.at}])
            write.add(reference_links, _link_rows(links, new_key_id))

        self._write("key rotated", work)
        with self._reading() as connection:
            row = _rotation(connection, old_key_id, new_key_id)
        return _key_rotation(row)

    def rotation_of_today(self, *, by: str, reason: str) -> KeyRotation | None:
        """Give the last rotation when it was recorded today with these words, or None."""
        today = self._clock().astimezone(dt.UTC).date().isoformat()
        columns = list(key_rotations.columns)[2:]
        with self._reading() as connection:
            last = select(*columns).order_by(key_rotations.c.event.desc()).limit(1)
            row = connection.execute(last).mappings().first()
        if row is None or not row["rotated_at"].startswith(today):
            return None
        same = (row["rotated_by"], row["reason"]) == (by.strip(), reason.strip())
        return _key_rotation(row) if same else None

    def record_links(self, links: Mapping[str, str], *, new_key_id: str) -> int:
        """Record links that a rotation could not make; give how many are new.

        Parameters
        ----------
        links : mapping of str to str
            From the reference of a case so far to the one under the current key.
        new_key_id : str
            Id of the current key.

        Raises
        ------
        RegisterError
            When another key is current.
        """

        def work(write: Transaction) -> int:
            require_current_key(write.connection, new_key_id)
            held = set(write.connection.execute(select(reference_links.c.old_ref)).scalars())
            new = {old: ref for old, ref in links.items() if old not in held}
            write.facts |= {"linked": len(new), "new_key_id": new_key_id}
            write.add(reference_links, _link_rows(new, new_key_id))
            return len(new)

        return self._write("references linked", work)

    def record_relinking(
        self, *, by: str, reason: str, source: str, asked_for: int, found: int
    ) -> str:
        """Record that references were turned back into case numbers; never which.

        Parameters
        ----------
        by, reason : str
            Who asked, and why in at least 10 characters. No child's details.
        source : str
            Where the references came from, such as the name of a published folder.
        asked_for, found : int
            How many references, and how many of them were linked.

        Returns
        -------
        str
            When it was recorded, in UTC, as ISO text.

        Raises
        ------
        RegisterError
            When `by` or `reason` is missing.
        """
        who, why = accounted_for("Re-linking", by=by, reason=reason)
        row = {"relinked_by": who, "reason": why, "source": source}
        counts = {"asked_for": asked_for, "found": found}

        def work(write: Transaction) -> str:
            write.facts |= counts
            write.add(relinkings, [row | counts | {"relinked_at": write.at}])
            return write.at

        return self._write("references re-linked", work)

    def key_ids_in_order(self) -> list[str]:
        """Give the ids of this register's keys, oldest first; the last one is current."""
        with self._reading() as connection:
            return key_ids_in_order(connection)

    def key_id_of(self, draw_id: str) -> str:
        """Give the id of the key under which a draw's references were made; blank for none.

        Raises
        ------
        RegisterError
            When the register holds no such draw.
        """
        same = and_(*(frames.c[name] == draws.c[name] for name in ("period", "design", "redraw")))
        joined = select(frames.c.parameters).join(draws, same).where(draws.c.draw_id == draw_id)
        with self._reading() as connection:
            parameters = connection.execute(joined).scalar()
        if parameters is None:
            raise RegisterError(f"The register holds no draw {draw_id!r}.")
        return key_id_in(parameters)

    def latest_references(self) -> dict[str, str]:
        """Give, for every reference that was replaced, the newest one of the same case."""
        with self._reading() as connection:
            return latest_references(connection)

    def recorded_references(self) -> set[str]:
        """Give every reference in the register's frames, draws and audits."""
        with self._reading() as connection:
            return recorded_references(connection)

    def rotations(self) -> pd.DataFrame:
        """Give one row a rotation of the key, oldest first: the fields of :class:`KeyRotation`."""
        table = self._table(key_rotations)
        return table.astype({"old_key_is_lost": "bool"})

    def relinkings(self) -> pd.DataFrame:
        """Give one row a re-linking.

        Returns
        -------
        DataFrame
            `relinked_by`, `reason`, `source`, `asked_for`, `found` (references), `relinked_at`.
        """
        return self._table(relinkings)

    def _table(self, table: Table) -> pd.DataFrame:
        import pandas as pd

        columns = list(table.columns)[2:]
        with self._reading() as connection:
            rows = connection.execute(select(*columns).order_by(table.c.event)).all()
        return pd.DataFrame(
            [tuple(row) for row in rows], columns=[column.name for column in columns]
        )


def _key_rotation(row: Mapping) -> KeyRotation:
    return KeyRotation(**{**row, "old_key_is_lost": bool(row["old_key_is_lost"])})


def _require_none_waits(connection: Connection) -> None:
    waiting = waiting_frame(connection)
    if waiting:
        raise RegisterError(
            f"The frame of {' '.join(waiting)} is fixed and waits for its draw, with references of "
            "the current key. Give its seed and draw it first, or set it aside "
            "(`qa-sampling redraw`); then rotate the key."
        )


def _link_rows(links: Mapping[str, str], new_key_id: str) -> list[dict[str, str]]:
    """Lay links out in the order of the old references, which says nothing of the numbers."""
    return [
        {"old_ref": old, "new_ref": links[old], "new_key_id": new_key_id} for old in sorted(links)
    ]


def _rotation(connection: Connection, old_key_id: str, new_key_id: str) -> dict | None:
    same = and_(key_rotations.c.old_key_id == old_key_id, key_rotations.c.new_key_id == new_key_id)
    columns = list(key_rotations.columns)[2:]
    row = connection.execute(select(*columns).where(same)).mappings().first()
    return None if row is None else dict(row)


def _not_linked(connection: Connection, links: Mapping[str, str]) -> tuple[int, int]:
    """Count the references without a successor among the new ones: all, and drawn or audited."""
    from qa_sampling.records.draw_tables import past_audits_table

    ends = follow(latest_references(connection) | dict(links))
    new = set(links.values())

    def without(references: Collection[str]) -> int:
        return len({ends.get(ref, ref) for ref in references} - new)

    audited = past_audits_table(connection, None)["case_ref"]
    return without(recorded_references(connection)), without(set(audited))
