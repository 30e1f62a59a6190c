"""Where a year of an invented authority lies, and what it was made from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from qa_sampling.errors import ParameterError
from qa_sampling.records.synthetic import Authority, invent

FACTS = "invented_year.json"
HISTORY_MONTHS = 48
COLLECTED_ON = 10
"""Day of a month on which what came back is collected."""


@dataclass(frozen=True)
class InventedYear:
    """A folder that :func:`~qa_sampling.runs.year.making.make_year` made.

    Attributes
    ----------
    folder : Path
        The folder.
    year : int
        The calendar year.
    seed : int
        What the authority was invented from.
    scale : float
        Its size; 1 for about 1,900 open cases.
    """

    folder: Path
    year: int
    seed: int
    scale: float

    @property
    def outputs(self) -> Path:
        """Where the runs publish, with the one register of the year."""
        return self.folder / "outputs"

    @property
    def keys(self) -> Path:
        """Where the key and the year's secret are."""
        return self.folder / "keys"

    @property
    def published(self) -> Path:
        """Where the published figures of authorities are."""
        return self.folder / "published"

    @property
    def months(self) -> tuple[str, ...]:
        """The twelve months, as "2026-01"."""
        return tuple(f"{self.year}-{month:02d}" for month in range(1, 13))

    @property
    def until(self) -> date:
        """The last day of the year."""
        return date(self.year, 12, 31)

    def month_file(self, period: str) -> Path:
        """Give the parameter file of a month: its extract, tables, outputs and key."""
        return self.folder / "months" / f"{period}.yml"

    def extract(self, day: date) -> Path:
        """Give the extract of a day."""
        return self.folder / "extracts" / f"annex_a_{day}.xlsx"

    def tables(self, day: date) -> Path:
        """Give the folder of the extra tables of a day."""
        return self.folder / "tables" / f"{day:%Y-%m}"

    def returned(self, period: str) -> Path:
        """Give the folder of the forms that are collected in a month."""
        return self.folder / "returned" / period

    def sheet(self, kind: str, period: str) -> Path:
        """Give the workbook of actions or activities that is recorded in a month."""
        return self.folder / "restricted" / f"{kind}_{period}.xlsx"

    def authority(self) -> Authority:
        """Invent the authority again."""
        return invent(self.seed, scale=self.scale, months=HISTORY_MONTHS, until=self.until)


def open_year(folder: Path) -> InventedYear:
    """Give the year that a folder holds.

    Parameters
    ----------
    folder : Path
        The folder.

    Raises
    ------
    ParameterError
        When it holds none.
    """
    try:
        held = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        return InventedYear(folder.resolve(), held["year"], held["seed"], held["scale"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ParameterError(
            f"{folder} holds no invented year. Make one with `qa-sampling invented-year make`."
        ) from None


def day_before(period: str) -> date:
    """Give the last day before a month, which its extract describes."""
    return date.fromisoformat(f"{period}-01") - timedelta(1)


def collecting_day(period: str) -> date:
    """Give the day on which a month collects what came back."""
    return date.fromisoformat(f"{period}-{COLLECTED_ON}")


def month_before(period: str, back: int = 1) -> str:
    """Give the month so many months before a month."""
    place = int(period[:4]) * 12 + int(period[5:]) - 1 - back
    return f"{place // 12:04d}-{place % 12 + 1:02d}"
