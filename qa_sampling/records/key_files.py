"""The key's files over its rotations: the current one, the earlier ones, the one to come.

All lie in one folder, outside repository and outputs, for their owner only:

- ``references.key``: the current key;
- ``references-1a2b3c4d.key``: an earlier one, kept under its key id and never overwritten;
- ``references-next.key``: one that a rotation has made and the register does not know yet.

Each appears whole or not at all, so that a rotation that is killed leaves every key readable.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_sampling.errors import SecretError
from qa_sampling.records.keys import Key, load_key
from qa_sampling.records.register_file import born_whole

_BYTES = 32


@dataclass(frozen=True)
class KeyRing:
    """The key that references are made with, and the earlier ones that are still kept.

    Attributes
    ----------
    key : Key
        The key.
    earlier : tuple of Key
        Kept keys of before, oldest first.
    """

    key: Key
    earlier: tuple[Key, ...] = ()


def kept_path(path: Path, key_id: str) -> Path:
    """Give where a key is kept after its rotation: beside the key's file, by its id."""
    return path.with_name(f"{path.stem}-{key_id}{path.suffix}")


def next_path(path: Path) -> Path:
    """Give where a new key waits until the register knows of its rotation."""
    return path.with_name(f"{path.stem}-next{path.suffix}")


def find_key(path: Path, key_id: str, *, never_inside: Sequence[Path] = ()) -> Key | None:
    """Give the key of this id from the files beside `path`, or None when none is it.

    Parameters
    ----------
    path : Path
        File of the current key.
    key_id : str
        Id of the key that is wanted.
    never_inside : sequence of Path
        Folders keys must not live in.

    Raises
    ------
    SecretError
        When a file that may hold it is damaged, readable by others, or in a forbidden folder.
    """
    for candidate in (path, kept_path(path, key_id), next_path(path)):
        if key_id and candidate.exists():
            key = load_key(candidate, never_inside=never_inside)
            if key.key_id == key_id:
                return key
    return None


def find_keys(
    path: Path, key_ids: Sequence[str], *, never_inside: Sequence[Path] = ()
) -> tuple[Key, ...]:
    """Give the keys of these ids that are still kept, in the order of the ids.

    Parameters
    ----------
    path, never_inside
        As for :func:`find_key`.
    key_ids : sequence of str
        Ids of the keys that are wanted.
    """
    found = (find_key(path, key_id, never_inside=never_inside) for key_id in key_ids)
    return tuple(key for key in found if key is not None)


def keep_key(path: Path, key: Key) -> None:
    """Keep a key under its id before another takes its place; a kept one is never overwritten.

    Parameters
    ----------
    path : Path
        File of the current key.
    key : Key
        The key it holds.

    Raises
    ------
    SecretError
        When it cannot be written, or another key lies under that name.
    """
    place = kept_path(path, key.key_id)
    if not place.exists():
        _write(place, key)
    if load_key(place) != key:
        raise SecretError(
            f"{place} holds another key than its name says. Move it away, find out whose it is, "
            "and rotate again."
        )


def prepare_key(path: Path, *, taken: Collection[str]) -> Key:
    """Make the key to come, or give the one that an interrupted rotation made.

    Parameters
    ----------
    path : Path
        File of the current key.
    taken : collection of str
        Ids that the new key must not have.

    Raises
    ------
    SecretError
        When it cannot be written, or the one that waits is damaged or was used before.
    """
    place = next_path(path)
    if not place.exists():
        key = Key(secrets.token_bytes(_BYTES))
        while key.key_id in taken:  # once in some four thousand million rotations
            key = Key(secrets.token_bytes(_BYTES))
        _write(place, key)
    key = load_key(place)
    if key.key_id in taken:
        raise SecretError(
            f"{place} holds a key that was used before. Move it away and rotate again; nothing "
            "was changed."
        )
    return key


def put_in_place(path: Path, *, old: Key | None, new_key_id: str) -> Key:
    """Make the key that waits the current one, by one rename; the old one must be kept by now.

    Parameters
    ----------
    path : Path
        File of the current key.
    old : Key or None
        The key it holds; None when that was lost.
    new_key_id : str
        Id of the key that waits.

    Raises
    ------
    SecretError
        When the key that waits is another, or an old one would be overwritten.
    """
    key = load_key(next_path(path))
    if key.key_id != new_key_id:
        raise SecretError(
            f"{next_path(path)} is not the key that was recorded ({new_key_id}). Restore that key "
            "from the backup."
        )
    if old is not None:
        keep_key(path, old)
    elif path.exists():
        raise SecretError(f"There is a key at {path}, where none was. Move it away, and go on.")
    with _in_words(path):
        next_path(path).replace(path)
        _flush_folder(path.parent)
    return key


def _write(place: Path, key: Key) -> None:
    """Write a key's file whole: to the disk under another name first, then linked to its own."""
    with _in_words(place), born_whole(place) as draft:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.write(key.file_text())
            file.flush()
            os.fsync(file.fileno())
    with _in_words(place):
        _flush_folder(place.parent)


def _flush_folder(folder: Path) -> None:
    """Have the system write a folder's list of names to the disk, where it lets us."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network drives cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _in_words(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SecretError(
            f"The key could not be kept at {place} ({error.strerror}). Ask for write access to "
            "the folder, and rotate again; no key was lost."
        ) from None
