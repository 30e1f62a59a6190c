"""What the invented authority comes to, kept while one command or one run of the tests lasts.

Inventing the authority, writing its files and reading them takes some fifteen seconds of every
process that begins anew. Many such processes follow one another when a month or the tests are
run; each takes what the first one made. Nothing real is ever kept here, and nothing stays: who
names the folder in :data:`KEPT_VARIABLE` makes it, private to this user, and takes it away.
"""

from __future__ import annotations

import os
import pickle
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

__all__ = ["KEPT_VARIABLE", "keeping", "kept", "kept_folder"]

KEPT_VARIABLE = "QA_SAMPLING_INVENTED_KEPT"
"""Names the folder, for the processes a command starts; not set otherwise."""

Made = TypeVar("Made")


@contextmanager
def keeping() -> Iterator[None]:
    """Keep what is invented for the processes started within; take it away at the end."""
    if KEPT_VARIABLE in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="invented-", ignore_cleanup_errors=True) as folder:
        os.environ[KEPT_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[KEPT_VARIABLE]


def kept(name: str, make: Callable[[], Made]) -> Made:
    """Give what another process made under a name, or make it.

    Parameters
    ----------
    name : str
        Name of a file: what it is, and whatever it depends on.
    make : callable
        Makes it, of the invented authority alone.
    """
    folder = _folder()
    if folder is None:
        return make()
    path = folder / f"{name}.pickle"
    try:
        return pickle.loads(path.read_bytes())  # noqa: S301 - this user's own folder, made for it
    except FileNotFoundError:
        made = make()
    draft = path.with_name(f"{path.name}-{uuid.uuid4().hex[:8]}")
    draft.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
    _put(draft, path)
    return made


def kept_folder(name: str, target: Path, make: Callable[[Path], object]) -> None:
    """Fill a folder with files another process wrote under a name, or write them.

    Parameters
    ----------
    name : str
        What they are, and whatever they depend on.
    target : Path
        The folder, not there yet.
    make : callable
        Writes the files into the folder it is given.
    """
    folder = _folder()
    if folder is None:
        make(target)
        return
    path = folder / name
    if not path.is_dir():
        draft = path.with_name(f"{path.name}-{uuid.uuid4().hex[:8]}")
        make(draft)
        _put(draft, path)
    shutil.copytree(path, target)


def _folder() -> Path | None:
    named = os.environ.get(KEPT_VARIABLE)
    return Path(named) if named and Path(named).is_dir() else None


def _put(draft: Path, path: Path) -> None:
    """Give a file or folder its name, unless another process was first."""
    try:
        draft.replace(path) if draft.is_file() else draft.rename(path)
    except OSError:
        shutil.rmtree(draft) if draft.is_dir() else draft.unlink()
        if not path.exists():
            raise
