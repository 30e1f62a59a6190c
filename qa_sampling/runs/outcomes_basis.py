"""What an analysis of outcomes rests on: the files of the extract, in a keyed digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from qa_sampling import __version__
from qa_sampling.settings.common import Settings


def extract_digest(settings: Settings) -> str:
    """Give a digest of the files that an analysis reads, so that it is made anew when they change.

    The files hold children's records and are long, so that nobody can try all that could be in
    them; yet the digest says nothing but that they are the same.

    Parameters
    ----------
    settings : Settings
        Name the extract and the extra tables.
    """
    digest = hashlib.sha256()
    if settings.is_invented:
        digest.update(f"invented {__version__} {settings.extract_day}".encode())
        return digest.hexdigest()
    places = [*settings.extract_paths]
    if settings.extra_tables:
        places.append(settings.place(settings.extra_tables))
    for path in sorted(file for place in places for file in _files(place)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(place: Path) -> list[Path]:
    if place.is_dir():
        return [path for path in place.rglob("*") if path.is_file()]
    return [place] if place.is_file() else []
