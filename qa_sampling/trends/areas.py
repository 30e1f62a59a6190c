"""The table of areas that benchmarking works on: authorities, regions and England by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NoReturn

import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError

LEVELS = ("authority", "region", "country")

AREAS = Table(
    "areas",
    (
        Column("code", "text", "The area's code, such as an authority's 894"),
        Column("area", "text", "Its name"),
        Column("level", "code", "What it is", codes=LEVELS),
        Column("region", "text", "Region of an authority", required=False),
        Column("year", "whole", "Year it ends in"),
        Column("numerator", "number", "Count above; missing with a reason", required=False),
        Column("denominator", "number", "Count or population below", required=False),
        Column("value", "number", "Per cent, rate or ratio, as published", required=False),
        Column("reason", "text", "Why the value is missing; blank when not", required=False),
    ),
    key=("code", "year"),
)
"""One row an area and year of one measure."""

FEWEST_AUTHORITIES = 20
"""Authorities that a year of a measure published for England has at least."""
_AGREES_WITHIN = 0.02


@dataclass(frozen=True)
class PublishedSeries:
    """A measure as the DfE published it for all of England: what may be shown without protection.

    It is held to the shape of a national publication, which no table of one authority's cases,
    teams or months has: every year has England and at least 20 authorities, authorities are named
    by their three digits, and no part of England is larger than England.

    Attributes
    ----------
    title : str
        What it is called, with its unit.
    kind : {"proportion", "rate", "ratio"}
        What it is.
    table : DataFrame
        ``AREAS``.
    files : tuple of str
        Names of the files it was read from.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    digits : int
        Decimal places the DfE prints it with, 0 or 1.

    Raises
    ------
    TrendError
        When it is no publication of England; says why.
    """

    title: str
    kind: Literal["proportion", "rate", "ratio"]
    table: pd.DataFrame
    files: tuple[str, ...]
    better: Literal["up", "down", ""] = ""
    digits: int = 1

    def __init_subclass__(cls, **kwargs: object) -> NoReturn:
        """Refuse a class of the same name for what was never checked."""
        raise TrendError("PublishedSeries cannot be derived from.")

    def __post_init__(self) -> None:
        """Refuse what is no publication of England, and keep a copy of what is."""
        check_table(self.table, AREAS)
        table = self.table[AREAS.names].copy()
        faults = _no_publication(table)
        if not self.files:
            faults.append("the files it was read from are not named")
        if faults:
            raise TrendError(
                f"These are no published figures of England: {'; '.join(faults)}. Only figures "
                "that the DfE has published may be shown as they are; give counts of your own to "
                "disclosure.protect()."
            )
        object.__setattr__(self, "table", table)

    @property
    def scale(self) -> int:
        """What a quotient is multiplied by."""
        return 10_000 if self.kind == "rate" else 100

    def figures(self) -> pd.DataFrame:
        """Give a copy of the table."""
        return self.table.copy()


def _no_publication(table: pd.DataFrame) -> list[str]:
    """Say why a table is no publication of England; empty when it is one."""
    faults = []
    local = table[table["level"] == "authority"]
    if not local["code"].str.fullmatch(r"\d{3}").all():
        faults.append("authorities are not named by their three digits")
    of_year = local[local["value"].notna() | local["numerator"].notna()].groupby("year")
    country = table[table["level"] == "country"].set_index("year")
    held = country.index[country["value"].notna() | country["numerator"].notna()]
    if country.index.has_duplicates:
        faults.append("a year has England twice")
        return faults
    without = sorted(set(of_year.groups) - set(held))
    if without or not len(held):
        faults.append(f"England is missing in {_years(without) or 'every year'}")
    few = of_year["code"].nunique()
    if len(few := few[few < FEWEST_AUTHORITIES]):
        faults.append(f"fewer than {FEWEST_AUTHORITIES} authorities in {_years(few.index)}")
    for name in ("numerator", "denominator"):
        parts, whole = of_year[name].sum(), country[name].dropna()
        over = [
            year
            for year in parts.index.intersection(whole.index)
            if parts[year] > (1 + _AGREES_WITHIN) * whole[year] + 10
        ]
        if over:
            faults.append(f"authorities together are larger than England in {_years(over)}")
            break
    return faults


def _years(years: object) -> str:
    return ", ".join(str(int(year)) for year in list(years)[:5])
