"""Which reference continues as which, and under which key: read from the register's tables."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from qa_sampling.errors import RegisterError
from qa_sampling.records.register_schema import (
    audits,
    frames,
    key_rotations,
    reference_links,
    sampled_cases,
)


def latest_references(connection: Connection, *, before_event: int | None = None) -> dict[str, str]:
    """Give, for every reference that was replaced, the newest one of the same case.

    Parameters
    ----------
    connection : Connection
        To the register.
    before_event : int, optional
        As things stood before that event.
    """
    links = select(reference_links.c.old_ref, reference_links.c.new_ref)
    if before_event is not None:
        links = links.where(reference_links.c.event < before_event)
    return follow({row.old_ref: row.new_ref for row in connection.execute(links)})


def follow(links: dict[str, str]) -> dict[str, str]:
    """Give the end of every chain of links.

    Parameters
    ----------
    links : dict of str to str
        From a reference to the one it continues as.

    Raises
    ------
    RegisterError
        When a chain comes back to where it began, which no rotation can have recorded.
    """
    ends: dict[str, str] = {}
    for start in links:
        passed = [start]
        while passed[-1] in links and passed[-1] not in ends:
            passed.append(links[passed[-1]])
            if len(passed) > len(links) + 1:
                raise RegisterError(
                    "The register's links between references go round in a circle. Run "
                    "`qa-sampling register check`, and restore the last backup."
                )
        end = ends.get(passed[-1], passed[-1])
        ends |= dict.fromkeys(passed[:-1], end)
    return ends


def key_ids_in_order(connection: Connection) -> list[str]:
    """Give the ids of the keys of this register, oldest first; empty before the first frame.

    Parameters
    ----------
    connection : Connection
        To the register.
    """
    used = connection.execute(select(frames.c.parameters).order_by(frames.c.event)).scalars()
    ids = dict.fromkeys(filter(None, (key_id_in(text) for text in used)))
    changed = select(key_rotations.c.old_key_id, key_rotations.c.new_key_id)
    chain = connection.execute(changed.order_by(key_rotations.c.event)).all()
    turned = dict.fromkeys(key_id for pair in chain for key_id in pair)
    return [*(key_id for key_id in ids if key_id not in turned), *turned]


def key_id_in(parameters: str) -> str:
    """Give the key id in the recorded parameters of a frame; blank when they name none."""
    return str(json.loads(parameters).get("key_id", ""))


def require_current_key(connection: Connection, key_id: str) -> None:
    """Refuse a key that is not the one this register's references are made with now.

    Parameters
    ----------
    connection : Connection
        To the register; within a write, so that no rotation comes between.
    key_id : str
        Id of the key at hand; blank where references are of no key.

    Raises
    ------
    RegisterError
        When another key is current.
    """
    known = key_ids_in_order(connection)
    if not key_id or not known or known[-1] == key_id:
        return
    if key_id in known:
        raise RegisterError(
            f"The key of this register was rotated: {key_id} was replaced, and {known[-1]} is "
            "current. Use that key; on another machine, copy it there. A rotation that was "
            "interrupted is finished by `qa-sampling key rotate`."
        )
    raise RegisterError(
        f"This register's references were made with another key ({', '.join(known)}; this one is "
        f"{key_id}), so earlier cases would not be known again. Use that key."
    )


def recorded_references(connection: Connection) -> set[str]:
    """Give every reference in the register's frames, draws and audits.

    Parameters
    ----------
    connection : Connection
        To the register.
    """
    snapshots = connection.execute(select(frames.c.snapshot)).scalars()
    found = {line.split("\x1f", 1)[0] for text in snapshots for line in text.split("\n")[1:]}
    for column in (sampled_cases.c.case_ref, audits.c.case_ref):
        found |= set(connection.execute(select(column)).scalars())
    return found - {""}
