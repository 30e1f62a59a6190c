"""A new key for the references: made, linked, recorded, put in its place.

The steps, in this order: the key so far is kept under its id; a new key is made beside
it; the register records which reference continues as which, and with that the new key is
the current one; its file takes the place of the old one. A rotation that is interrupted
anywhere is finished by another call: until the register has recorded it the old key is
current, from then on the new one, and both are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_sampling.errors import RegisterError, SecretError
from qa_sampling.records import key_files, keys
from qa_sampling.records.keys import Key
from qa_sampling.records.link_records import KeyRotation
from qa_sampling.records.register import Register
from qa_sampling.sampling.tickets import pseudonym


@dataclass(frozen=True)
class Rotated:
    """What a rotation did.

    Attributes
    ----------
    recorded : KeyRotation
        What the register holds of it.
    key_file : Path
        File of the new key, to be backed up.
    kept_file : Path or None
        File of the old key; None when that was lost.
    resumed : bool
        Whether it was recorded before this call, which finished it where that was needed.
    """

    recorded: KeyRotation
    key_file: Path
    kept_file: Path | None
    resumed: bool


def rotate_key(
    path: Path | None,
    register: Register,
    numbers: Iterable[str],
    *,
    by: str,
    reason: str,
    lost: bool = False,
    never_inside: Sequence[Path] = (),
) -> Rotated:
    """Rotate the key of the references, or finish a rotation that was interrupted.

    Parameters
    ----------
    path : Path or None
        File of the key; the usual one for None.
    register : Register
        Knows the key by its id, and learns which reference continues as which.
    numbers : iterable of str
        The case numbers in the present files. None of them is kept.
    by, reason : str
        Who rotates, and why. No child's details. The same words again on the same day give
        the rotation that was made: a call that was killed at its very end can be repeated.
    lost : bool
        Whether the current key is lost. References are then linked through kept earlier keys
        only, as far as they go.
    never_inside : sequence of Path
        Folders keys must not live in: the repository, the outputs.

    Raises
    ------
    RegisterError
        When a frame waits for its draw, the key at hand is not the register's, or `by` or
        `reason` is missing.
    SecretError
        When the key is missing, damaged, readable by others, out of place, or cannot be
        written.
    """
    path = (path or keys.key_path()).expanduser().resolve()
    if (resumed := _finish(path, register, never_inside)) is not None:
        return resumed
    if (made := register.rotation_of_today(by=by, reason=reason)) is not None:
        _current_key(path, [made.new_key_id], never_inside)
        return _rotated(made, path, resumed=True)
    register.require_no_frame_waits()
    known = register.key_ids_in_order()
    old = None if lost else _current_key(path, known, never_inside)
    if lost:
        _require_lost(path, known, never_inside)
    else:
        key_files.keep_key(path, old)
    new = key_files.prepare_key(path, taken=[*known, *([old.key_id] if old else [])])
    links = links_to(
        numbers,
        new,
        current=old,
        earlier=key_files.find_keys(path, known[:-1], never_inside=never_inside),
        recorded=register.recorded_references(),
        latest=register.latest_references(),
    )
    recorded = register.record_rotation(
        old_key_id=old.key_id if old else known[-1],
        new_key_id=new.key_id,
        links=links,
        by=by,
        reason=reason,
        old_key_is_lost=lost,
    )
    key_files.put_in_place(path, old=old, new_key_id=new.key_id)
    return _rotated(recorded, path, resumed=False)


def links_to(
    numbers: Iterable[str],
    new: Key,
    *,
    current: Key | None,
    earlier: Sequence[Key],
    recorded: Collection[str],
    latest: Mapping[str, str],
) -> dict[str, str]:
    """Give which reference of these cases continues as which one under a new key.

    Parameters
    ----------
    numbers : iterable of str
        Case numbers; blank ones are passed over.
    new : Key
        The key to link to.
    current : Key or None
        The key before it, under which every number is linked; None for none.
    earlier : sequence of Key
        Keys before that, under which a number is linked when the register holds its reference
        and no later key took it up: the child was away when the key was rotated.
    recorded : collection of str
        References the register holds.
    latest : mapping of str to str
        From a replaced reference to the newest one of the same case.
    """
    links: dict[str, str] = {}
    for number in {text.strip() for text in numbers} - {""}:
        new_ref = pseudonym(number, new.secret)
        if current is not None:
            links[pseudonym(number, current.secret)] = new_ref
        for key in earlier:
            first = pseudonym(number, key.secret)
            last = latest.get(first, first)
            if last != new_ref and (first in recorded or first in latest):
                links[last] = new_ref
    return links


def _finish(path: Path, register: Register, never_inside: Sequence[Path]) -> Rotated | None:
    """Finish a rotation that the register has recorded and whose key still waits."""
    waiting = key_files.next_path(path)
    rotations = register.rotations()
    if rotations.empty or not waiting.exists():
        return None
    last = KeyRotation(**rotations.iloc[-1].to_dict())
    if keys.load_key(waiting, never_inside=never_inside).key_id != last.new_key_id:
        return None
    old = None if last.old_key_is_lost else keys.load_key(path, never_inside=never_inside)
    if old is not None and old.key_id != last.old_key_id:
        raise SecretError(
            f"{path} is neither the key before the last rotation ({last.old_key_id}) nor the one "
            f"after it ({last.new_key_id}). Move it away, and restore the key from the backup."
        )
    key_files.put_in_place(path, old=old, new_key_id=last.new_key_id)
    return _rotated(last, path, resumed=True)


def _rotated(recorded: KeyRotation, path: Path, *, resumed: bool) -> Rotated:
    kept = None if recorded.old_key_is_lost else key_files.kept_path(path, recorded.old_key_id)
    return Rotated(recorded, path, kept, resumed)


def _current_key(path: Path, known: Sequence[str], never_inside: Sequence[Path]) -> Key:
    key = keys.load_key(path, never_inside=never_inside)
    if known and key.key_id != known[-1]:
        raise RegisterError(
            f"The key at {path} is {key.key_id}; this register's references are made with "
            f"{known[-1]}. Put that key there (from its backup), and rotate then."
        )
    return key


def _require_lost(path: Path, known: Sequence[str], never_inside: Sequence[Path]) -> None:
    """Refuse to give a key up that is there, or that this register never had."""
    if not known:
        raise RegisterError(
            "Nothing in this register was made with a key, so none is lost. Make one "
            "(`qa-sampling key`)."
        )
    if key_files.find_key(path, known[-1], never_inside=never_inside) is not None:
        raise SecretError(f"Key {known[-1]} is not lost: it lies beside {path}. Rotate without.")
    if path.exists():
        raise SecretError(
            f"There is another key at {path} than the lost one ({known[-1]}). Move it away, and "
            "rotate then."
        )
