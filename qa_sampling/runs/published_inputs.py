"""The published figures a benchmark rests on: read once, held to be published, fingerprinted."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ExtractError, ParameterError
from qa_sampling.records.invented.published import write_published
from qa_sampling.records.published import read_neighbours, read_published
from qa_sampling.records.published_measures import (
    MEASURES,
    absent,
    files_of,
    published_series,
)
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import open_register
from qa_sampling.runs.keyring import load_keys
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.benchmarking import Benchmarking
from qa_sampling.settings.common import MADE_EVENT
from qa_sampling.trends.areas import PublishedSeries

_UNITS = {"proportion": ", %", "rate": " per 10,000 children", "ratio": ""}


@lru_cache(maxsize=2)
def _read(folder: Path | None) -> tuple[pd.DataFrame, str]:
    """Read all figures of a folder, or the invented ones, with their fingerprint."""
    if folder is None:
        with _made() as files:
            return read_published(files[0].parent), _digest(sorted(files))
    return read_published(folder), _digest(sorted(folder.glob("*.csv")))


@lru_cache(maxsize=2)
def _invented_neighbours() -> pd.DataFrame:
    with _made() as files:
        return read_neighbours(files[-1])


@contextmanager
def _made() -> Iterator[tuple[Path, ...]]:
    """Write the invented published files for a moment; the list of neighbours is the last."""
    with tempfile.TemporaryDirectory() as name:
        sys.audit(MADE_EVENT, Path(name))
        yield write_published(Path(name))


def _digest(files: list[Path]) -> str:
    found = hashlib.sha256()
    for path in files:
        found.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _folder(settings: Benchmarking) -> Path | None:
    if settings.is_invented:
        return None
    folder = settings.place(settings.published)
    if not folder.is_dir():
        raise ParameterError(
            "`published` is no folder. Give the folder of the files as you downloaded them from "
            "Explore education statistics."
        )
    return folder


def published_figures(settings: Benchmarking) -> pd.DataFrame:
    """Give all published figures that were read.

    Parameters
    ----------
    settings : Benchmarking
        Name the folder.

    Returns
    -------
    DataFrame
        ``records.published.PUBLISHED``.

    Raises
    ------
    ParameterError
        When there is no such folder.
    ExtractError
        With every fault of the files.
    """
    return _read(_folder(settings))[0].copy()


def figures_digest(settings: Benchmarking) -> str:
    """Give the SHA-256 of the published files and the neighbours: whether either has changed.

    Parameters
    ----------
    settings : Benchmarking
        Name the folder.
    """
    held = f"{_read(_folder(settings))[1]} {' '.join(neighbours_of(settings))}"
    return hashlib.sha256(held.encode()).hexdigest()


def series_of(settings: Benchmarking) -> dict[str, PublishedSeries]:
    """Give the measures that were asked for, each held to be a publication of all of England.

    Parameters
    ----------
    settings : Benchmarking
        Name measures and years.

    Returns
    -------
    dict of str to PublishedSeries
        By the measure's name, in the order asked for.

    Raises
    ------
    ExtractError
        When a measure is unknown, or no file has any of the measures.
    TrendError
        When figures are no publication of England, such as a file of one authority.
    """
    published = published_figures(settings)
    lacking = absent_measures(settings)
    made = {}
    for key in settings.measures:
        if key in lacking:
            continue
        table = published_series(published, key)
        measure = MEASURES[key]
        kept = table["year"].between(settings.first_year, settings.last_year or 2100)
        made[key] = PublishedSeries(
            f"{measure.title}{_UNITS[measure.kind]}",
            measure.kind,
            _with_authorities(table[kept]),
            files_of(published, key),
            measure.better,
            measure.digits,
        )
    if not made:
        first, file = next(iter(lacking.items()))
        raise ExtractError(
            f"No measure that was asked for is in the files: {first} needs {file}, and so on. "
            "Download the files that docs/benchmarking.md lists."
        )
    return made


def absent_measures(settings: Benchmarking) -> dict[str, str]:
    """Give the measures asked for whose files are not there, each with the file it lacks.

    Parameters
    ----------
    settings : Benchmarking
        Name measures.

    Raises
    ------
    ExtractError
        When a measure is unknown.
    """
    published = _read(_folder(settings))[0]
    unknown = [key for key in settings.measures if key not in MEASURES]
    if unknown:
        raise ExtractError(
            f"There is no published measure {unknown[0]!r}. Choose from {', '.join(MEASURES)}."
        )
    found = {key: absent(published, key) for key in settings.measures}
    return {key: file for key, file in found.items() if file}


def _with_authorities(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out years in which no authority has a figure, such as those of a population alone."""
    known = table[(table["level"] == "authority") & table["value"].notna()]
    return table[table["year"].isin(known["year"])].reset_index(drop=True)


def neighbours_of(settings: Benchmarking) -> tuple[str, ...]:
    """Give the codes of the neighbours, nearest first.

    Parameters
    ----------
    settings : Benchmarking
        Name the codes or the list.

    Raises
    ------
    ParameterError
        When there is no list, or it does not have the authority.
    """
    if not isinstance(settings.neighbours, str):
        return settings.neighbours
    if settings.is_invented and not settings.neighbours:
        table = _invented_neighbours()
    else:
        table = read_neighbours(_list_of(settings))
    own = table[table["old_code"] == settings.authority_code]
    if own.empty:
        raise ParameterError(
            f"The list of neighbours has no authority {settings.authority_code}. Check "
            "`authority_code`, or give the neighbours' codes."
        )
    return tuple(own.sort_values("rank")["neighbour"])


def _list_of(settings: Benchmarking) -> Path:
    if settings.neighbours:
        return settings.place(str(settings.neighbours))
    found = sorted(settings.place(settings.published).glob("sn_*.csv"))
    if len(found) != 1:
        raise ParameterError(
            f"`neighbours` is blank, and the folder has {len(found)} lists called sn_*.csv. Give "
            "the codes of your neighbours, or the file."
        )
    return found[0]


def open_benchmarks(settings: AnalysisSettings) -> Register:
    """Open the register, which keeps what was published; started if need be, if there is a key.

    Parameters
    ----------
    settings : AnalysisSettings
        Say where it and the key are.

    Raises
    ------
    SecretError
        When there is no key: what is published is sealed with it at the end.
    """
    load_keys(settings)
    return open_register(settings)
