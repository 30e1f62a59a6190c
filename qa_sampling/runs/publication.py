"""Publishing a run's files: all or nothing.

Files are written into a stage beside the outputs, listed with their SHA-256 in a manifest, and
appear under their final name by one rename. A run that dies leaves what was there before; its
stage is swept by the next run of the same name. A sound publication is never overwritten.

The manifest that may be shared lists what may be shared. Of the restricted files it holds one
digest, of their own manifest: a size is a sum over cases, from which hidden counts could be
worked out, and the digest of a file that can be guessed confirms a guess.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from qa_sampling.errors import PublicationError

MANIFEST = "shareable/manifest.json"
RESTRICTED_MANIFEST = "restricted/manifest.json"
STAGE_VARIABLE = "QA_SAMPLING_STAGE"
_LOCK_SECONDS = 900
_OF_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}
_RENAME_TRIES = 8


@contextmanager
def only_run(outputs: Path, slug: str, *, wait_seconds: float = _LOCK_SECONDS) -> Iterator[None]:
    """Hold the outputs of one name for one run; a second run of that name waits.

    Parameters
    ----------
    outputs : Path
        Folder of all outputs; made if it is not there.
    slug : str
        Name of the run's folder.
    wait_seconds : float
        How long to wait for another run.

    Raises
    ------
    PublicationError
        When the folder cannot be written, or another run holds it for too long.
    """
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        lock = FileLock(outputs / f".lock-{slug}")
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise PublicationError(
            f"Another run of {slug} has been at work for {wait_seconds:.0f} seconds. "
            f"Wait for it, or end it, and run again."
        ) from None
    except OSError as error:
        raise PublicationError(
            f"The outputs folder cannot be written ({error.strerror}). "
            f"Choose another with `outputs`."
        ) from None
    try:
        sweep(outputs, slug)
        yield
    finally:
        lock.release()


def sweep(outputs: Path, slug: str) -> int:
    """Remove the stages that dead runs of this name left; give their number."""
    mine = re.compile(rf"\.stage-{re.escape(slug)}-[0-9a-f]{{12}}")
    stages = [path for path in outputs.glob(".stage-*") if mine.fullmatch(path.name)]
    for stage in stages:
        shutil.rmtree(stage, ignore_errors=True)
    return len(stages)


@contextmanager
def stage_for(outputs: Path, slug: str) -> Iterator[Path]:
    """Make an empty stage for one run; it is gone again unless it is published.

    Parameters
    ----------
    outputs : Path
        Folder of all outputs.
    slug : str
        Name of the run's folder.

    Yields
    ------
    Path
        A folder that only this user may read, with `restricted` and `shareable` in it.
    """
    stage = outputs / f".stage-{slug}-{uuid.uuid4().hex[:12]}"
    for part in ("restricted", "shareable"):
        (stage / part).mkdir(parents=True)
    stage.chmod(0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def write_manifest(stage: Path, facts: Mapping[str, Any], *, blind: str) -> str:
    """Write the manifests of a stage: the facts of the run and the SHA-256 of every file.

    Parameters
    ----------
    stage : Path
        Folder of the run; no file may change afterwards.
    facts : mapping
        Plain values: parameters, seed, fingerprints, versions. No child-level data.
    blind : str
        A text nobody outside can guess; it goes into the restricted manifest, so that its
        digest tells nothing of the files.

    Returns
    -------
    str
        SHA-256 of the manifest that may be shared.
    """
    files = {name: path for name, path in _files(stage).items() if name not in _MANIFESTS}
    inner = {name: path for name, path in files.items() if name.startswith("restricted/")}
    restricted = stage / RESTRICTED_MANIFEST
    _write(restricted, {"blind": blind, "files": _listed(inner)})
    outer = {name: path for name, path in files.items() if name not in inner}
    target = stage / MANIFEST
    kept = {"files": _listed(outer), "restricted_manifest_sha256": digest_of(restricted)}
    _write(target, {**facts, **kept})
    return digest_of(target)


_MANIFESTS = (MANIFEST, RESTRICTED_MANIFEST)


def _listed(files: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    return {
        name: {"bytes": path.stat().st_size, "sha256": digest_of(path)}
        for name, path in files.items()
    }


def _write(target: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a published folder; `files` lists the restricted ones as well.

    Parameters
    ----------
    folder : Path
        A published folder, whole.

    Raises
    ------
    PublicationError
        When there is none, or it is not one.
    """
    manifest = _read(folder, MANIFEST)
    if _lists_all(manifest):
        return manifest
    return manifest | {"files": manifest["files"] | _read(folder, RESTRICTED_MANIFEST)["files"]}


def _lists_all(manifest: Mapping[str, Any]) -> bool:
    """Say whether this is a manifest of version 0.1, which listed the restricted files too."""
    return "restricted_manifest_sha256" not in manifest


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / name).read_text(encoding="utf-8"))
        for entry in manifest["files"].values():
            str.lower(entry["sha256"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PublicationError(
            f"{folder.name} has no readable {name}, so it is not a whole publication."
        ) from None
    return manifest


def faults_of(folder: Path) -> tuple[str, ...]:
    """Compare a published folder with its manifests.

    Returns
    -------
    tuple of str
        Files that are missing, altered or not listed; empty when the folder is sound.
    """
    try:
        manifest = read_manifest(folder)
    except PublicationError as error:
        return (str(error),)
    listed, found = manifest["files"], _files(folder)
    faults = [f"{name} is missing" for name in sorted(set(listed) - set(found))]
    expected = {name: listed[name]["sha256"] for name in sorted(set(listed) & set(found))}
    sealed = manifest.get("restricted_manifest_sha256")
    if sealed is not None:
        expected[RESTRICTED_MANIFEST] = sealed
    faults += filter(None, (_alteration(folder, *one) for one in expected.items()))
    known = {*listed, MANIFEST} if sealed is None else {*listed, *_MANIFESTS}
    strangers = sorted({*found, *_links(folder)} - known)
    return (*faults, *(f"{name} was added after the publication" for name in strangers))


def _alteration(folder: Path, name: str, expected: str) -> str:
    """Say what is wrong with a file that should have a digest; blank when nothing is."""
    try:
        found = digest_of(folder / name)
    except OSError as error:
        return f"{name} could not be read ({error.strerror}); close it in other programs"
    return "" if found == expected else f"{name} was altered after it was published"


def _links(folder: Path) -> list[str]:
    """Give the links of a folder: whatever they lead to was not published."""
    links = (path for path in folder.rglob("*") if path.is_symlink())
    return [path.relative_to(folder).as_posix() for path in links]


def publish(stage: Path, target: Path) -> Path:
    """Give a finished stage its final name by one rename.

    Parameters
    ----------
    stage : Path
        Finished stage with its manifest.
    target : Path
        Final folder on the same volume. If one stands there, it is kept beside it as
        ``<name>.replaced-1`` and so on; nothing is deleted.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    PublicationError
        When a file is held open by another program, such as Excel.
    """
    for path in _files(stage).values():
        _flush(path)
    if target.exists():
        numbers = range(1, 10_000)
        spare = next(
            folder
            for folder in (target.with_name(f"{target.name}.replaced-{n}") for n in numbers)
            if not folder.exists()
        )
        _rename(target, spare)
        try:
            _rename(stage, target)
        except PublicationError:
            _rename(spare, target)
            raise
        return target
    _rename(stage, target)
    return target


def _files(folder: Path) -> dict[str, Path]:
    """Give every file of a folder by its path within it, with forward slashes."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path
        for path in paths
        if not path.name.startswith(("~$", ".~lock", "._")) and path.name not in _OF_THE_SYSTEM
    }


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Have the system write a file to the disk before its folder is renamed."""
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _rename(source: Path, target: Path) -> None:
    """Rename a folder; on Windows another program may hold it for a moment."""
    for attempt in range(_RENAME_TRIES):
        try:
            source.rename(target)
            return
        except OSError as error:
            fault = error
            time.sleep(0.05 * 2**attempt)
    raise PublicationError(
        f"{source.name} could not be renamed to {target.name} ({fault.strerror}). Close the files "
        f"that are open in Excel or another program, and run again; the draw is safe."
    )
