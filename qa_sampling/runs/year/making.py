"""Makes the files of a year: extracts, tables, keys and a parameter file a month."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path

import yaml

from qa_sampling.errors import ParameterError
from qa_sampling.records.invented.published import write_published
from qa_sampling.records.keys import Key
from qa_sampling.records.synthetic import Authority, write_authority
from qa_sampling.runs.result import Progress
from qa_sampling.runs.year.folder import FACTS, InventedYear, day_before, month_before
from qa_sampling.settings.common import home

EXTRACTS_EVERY, EXTRACTS_MONTHS = 3, 24
"""Outcomes rest on an extract each quarter: each holds six months, so no seam stays open."""


def make_year(
    folder: Path, *, year: int = 2026, seed: int = 2026, scale: float = 1.0, tell: Progress
) -> InventedYear:
    """Invent an authority whose one register and extracts reach a whole calendar year.

    Parameters
    ----------
    folder : Path
        A new folder outside the project; keys may not lie in it.
    year : int
        The calendar year.
    seed : int
        The same seed gives the same year on every machine.
    scale : float
        Size; 1 for about 1,900 open cases.
    tell : callable
        Told each step in words.

    Raises
    ------
    ParameterError
        When the folder is there, lies in the project, or an argument is out of range.
    """
    folder = folder.expanduser().resolve()
    if folder.is_relative_to(home()):
        raise ParameterError("The year's keys may not lie in the project; name a folder elsewhere.")
    if folder.exists():
        raise ParameterError(f"{folder} is there already. Name a new folder, or go on with it.")
    if not 2001 <= year <= 2099:
        raise ParameterError(f"`year` must lie between 2001 and 2099; got {year}. Give 2026.")
    made = InventedYear(folder, year, seed, scale)
    tell("inventing the authority")
    authority = made.authority()
    for name in ("extracts", "tables", "keys", "published", "months", "returned", "restricted"):
        (folder / name).mkdir(parents=True)
    _write_keys(made)
    write_published(made.published, seed=seed)
    for day in _days(made):
        tell(f"writing the extract of {day}")
        _write_day(made, authority, day)
    for period in made.months:
        _write_month(made, period)
    facts = {"year": year, "seed": seed, "scale": scale}
    (folder / FACTS).write_text(json.dumps(facts) + "\n", encoding="utf-8")
    return made


def quarterly_extracts(made: InventedYear, period: str) -> tuple[Path, ...]:
    """Give the extracts that the outcomes of a month rest on, oldest first.

    Parameters
    ----------
    made : InventedYear
        The year.
    period : str
        The month in which they are looked at: the newest is of the day before it.
    """
    backs = range(EXTRACTS_MONTHS, -1, -EXTRACTS_EVERY)
    return tuple(made.extract(day_before(month_before(period, back))) for back in backs)


def _days(made: InventedYear) -> list[date]:
    """Give the days of all extracts: each month's, and those of the quarters before."""
    periods = (*made.months, f"{made.year + 1}-01")
    backs = range(0, EXTRACTS_MONTHS + 1, EXTRACTS_EVERY)
    return sorted({day_before(month_before(one, back)) for one in periods for back in backs})


def _write_day(made: InventedYear, authority: Authority, day: date) -> None:
    tables = made.tables(day)
    written = write_authority(authority, tables, as_at=[day])
    for path in written.workbooks:
        path.rename(made.extract(day))


def _write_month(made: InventedYear, period: str) -> None:
    day = day_before(period)
    values = {
        "authority": "Inventshire (invented)",
        "extract": str(made.extract(day)),
        "extra_tables": str(made.tables(day)),
        "outputs": str(made.outputs),
        "register_at": "",
        "key_file": str(made.keys / "references.key"),
    }
    text = f"# {period} of the invented year: its extract is of {day}.\n\n"
    made.month_file(period).write_text(
        text + yaml.safe_dump(values, sort_keys=False), encoding="utf-8"
    )


def _write_keys(made: InventedYear) -> None:
    """Write the key of the references and the year's secret, which follow from the seed."""
    for name in ("references", f"seeds-{made.year}"):
        secret = hashlib.sha256(f"invented year|{made.seed}|{name}".encode()).digest()
        path = made.keys / f"{name}.key"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.write(Key(secret).file_text())
