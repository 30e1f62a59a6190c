"""Reads the DfE's published figures as they are downloaded, and its lists of neighbours.

Every file of the service Explore education statistics has the same first columns; what else
it has is told from its cells: a column of numbers and symbols is a figure, any other is a
breakdown. A symbol is a reason for a missing value, never a zero.

Sources: Department for Education, Explore education statistics (layout of data files);
Government Analysis Function, symbols in tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import ExtractError
from qa_sampling.records.book import Cell
from qa_sampling.records.tabular import read_book

LEVELS = {"National": "country", "Regional": "region", "Local authority": "authority"}
"""Geographic levels that are read, and what they are called here; others are left out."""

SYMBOLS = {
    "c": "suppressed",
    "[c]": "suppressed",
    "low": "rounds to zero",
    "[low]": "rounds to zero",
    "k": "rounds to zero",
    "u": "unreliable",
    "[u]": "unreliable",
    "x": "not available",
    "[x]": "not available",
    ":": "not available",
    "..": "not available",
    "z": "not applicable",
    "[z]": "not applicable",
    ".": "not applicable",
    "": "not published",
}
"""Symbols in place of a number, and the reason each gives."""
REASONS = tuple(dict.fromkeys(SYMBOLS.values()))

PUBLISHED = Table(
    "published figures",
    (
        Column("source", "text", "File without its ending"),
        Column("year", "whole", "Year it ends in: 2025 for the year to March 2025"),
        Column("level", "code", "What the area is", codes=tuple(LEVELS.values())),
        Column("code", "text", "The area's ONS code, such as E06000020"),
        Column("old_code", "text", "An authority's three digits, such as 894", required=False),
        Column("area", "text", "Name of the area"),
        Column("region", "text", "Region of an authority", required=False),
        Column("breakdown", "text", "Values of the other columns, joined by |", required=False),
        Column("figure", "text", "Name of the figure's column"),
        Column("value", "number", "The figure; missing with a reason", required=False),
        Column("reason", "code", "Why it is missing; blank when it is not", False, REASONS),
    ),
    key=("source", "year", "code", "breakdown", "figure"),
)
"""One row a published figure."""

NEIGHBOURS = Table(
    "statistical neighbours",
    (
        Column("old_code", "text", "The authority's three digits"),
        Column("area", "text", "Its name"),
        Column("rank", "whole", "1 for its nearest neighbour"),
        Column("neighbour", "text", "The neighbour's three digits"),
        Column("closeness", "text", "How close, in the list's words", required=False),
    ),
    key=("old_code", "rank"),
)
"""One row an authority and neighbour."""

_AREA = (
    "time_period time_identifier geographic_level country_code country_name region_code "
    "region_name old_la_code new_la_code la_name"
).split()
_NEEDED = ("time_period", "geographic_level", "country_name", "la_name", "new_la_code")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_LISTED = 12


def read_published(paths: Path | str | Iterable[Path | str]) -> pd.DataFrame:
    """Read files of published figures into one table.

    Parameters
    ----------
    paths : Path, str, or iterable of them
        CSV files or workbooks as they were downloaded, or folders of CSV files. A file without
        the columns of published figures that lies in a folder is passed over; one that is named
        is refused.

    Returns
    -------
    DataFrame
        ``PUBLISHED``, in the order of the files and rows. Levels other than country, region and
        authority (such as wards) are left out.

    Raises
    ------
    ExtractError
        When a file cannot be read, or with every fault of all files: unknown symbols, periods
        that are no year, a figure that stands twice.
    """
    tables, faults = [], []
    for path, named in _files(paths):
        wide = _wide(path)
        missing = [name for name in _NEEDED if name not in wide.columns]
        if missing and named:
            faults.append(f"{path.name} has no column {', '.join(missing)}")
        elif not missing:
            tables.append(_tidy(path, wide, faults))
    if faults:
        shown = "; ".join(faults[:_LISTED])
        more = f"; and {len(faults) - _LISTED} more" if len(faults) > _LISTED else ""
        raise ExtractError(
            f"The published figures cannot be read: {shown}{more}. Download the files again and "
            "leave them as they are; a new symbol must be declared before it is read."
        )
    if not tables:
        raise ExtractError(
            "There are no published figures there. Give CSV files from Explore education "
            "statistics, or the folder they lie in."
        )
    return check_table(pd.concat(tables, ignore_index=True), PUBLISHED)


def read_neighbours(path: Path | str) -> pd.DataFrame:
    """Read a list of statistical neighbours, one line an authority.

    Parameters
    ----------
    path : Path or str
        CSV file or workbook with columns old_la_code, la_name, SN_1, SN_1P, SN_2 …; the columns
        that end in P say how close and may be absent.

    Returns
    -------
    DataFrame
        ``NEIGHBOURS``, in the order of the file.

    Raises
    ------
    ExtractError
        When columns are missing, a code is not three digits, or an authority is its own
        neighbour or stands twice.
    """
    path = Path(path)
    wide = _wide(path)
    ranks = sorted(int(m[1]) for name in wide.columns if (m := re.fullmatch(r"SN_?(\d+)", name)))
    if not ranks or not {"old_la_code", "la_name"} <= set(wide.columns):
        raise ExtractError(
            f"{path.name} is no list of neighbours: it needs the columns old_la_code, la_name, "
            "SN_1, SN_2 and so on."
        )
    named = {name.replace("SN_", "SN"): name for name in wide.columns}
    parts = []
    for rank in ranks:
        part = pd.DataFrame({"old_code": wide["old_la_code"], "area": wide["la_name"]})
        closeness = named.get(f"SN{rank}P")
        part["rank"] = pd.array([rank] * len(part), dtype="Int64")
        part["neighbour"] = wide[named[f"SN{rank}"]]
        part["closeness"] = wide[closeness] if closeness else ""
        parts.append(part.assign(line=range(len(part))))
    table = pd.concat(parts, ignore_index=True).sort_values(
        ["line", "rank"], kind="stable", ignore_index=True
    )
    table = table[table["neighbour"] != ""].drop(columns="line").reset_index(drop=True)
    _check_neighbours(path, wide, table)
    return check_table(table.astype(NEIGHBOURS.empty().dtypes.to_dict()), NEIGHBOURS)


def _check_neighbours(path: Path, wide: pd.DataFrame, table: pd.DataFrame) -> None:
    faults = []
    codes = pd.concat([wide["old_la_code"], table["neighbour"]])
    if wrong := sorted({code for code in codes if not re.fullmatch(r"\d{3}", code)}):
        faults.append(f"codes that are not three digits: {', '.join(wrong[:_LISTED])}")
    own = table.loc[table["old_code"] == table["neighbour"], "old_code"]
    if len(own):
        faults.append(f"authorities that are their own neighbour: {', '.join(sorted(set(own)))}")
    twice = table.loc[table.duplicated(["old_code", "neighbour"]), "old_code"]
    twice = {*twice, *wide.loc[wide["old_la_code"].duplicated(), "old_la_code"]}
    if twice:
        faults.append(f"neighbours or authorities that stand twice: {', '.join(sorted(twice))}")
    if faults:
        raise ExtractError(f"{path.name} is no sound list of neighbours: {'; '.join(faults)}.")


def _files(paths: Path | str | Iterable[Path | str]) -> list[tuple[Path, bool]]:
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    files: list[tuple[Path, bool]] = []
    for path in map(Path, given):
        if path.is_dir():
            files += [(found, False) for found in sorted(path.glob("*.csv"))]
        elif path.is_file():
            files.append((path, True))
        else:
            raise ExtractError(f"{path.name} is not there. Give the file or the folder as it is.")
    return files


def _wide(path: Path) -> pd.DataFrame:
    """Read the first sheet as text, blank cells as blank text."""
    rows = read_book(path).sheets[0].rows
    if not rows:
        raise ExtractError(f"{path.name} is empty. Download it again.")
    header = [_text(cell) for cell in rows[0].cells]
    if len(set(header)) < len(header):
        raise ExtractError(f"{path.name} has a column twice, or without a name.")
    for row in rows[1:]:
        if len(row.cells) > len(header):
            raise ExtractError(
                f"{path.name}, line {row.number}: {len(row.cells)} fields under {len(header)} "
                "headings. Download it again."
            )
    cells = [[*map(_text, row.cells), *[""] * (len(header) - len(row.cells))] for row in rows[1:]]
    wide = pd.DataFrame(cells, columns=header, dtype="str")
    return wide.set_axis(pd.Index([row.number for row in rows[1:]], name="line"))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _tidy(path: Path, wide: pd.DataFrame, faults: list[str]) -> pd.DataFrame:
    wide = wide[wide["geographic_level"].isin(LEVELS)]
    years = wide["time_period"].map(_year)
    for line in wide.index[years.isna()]:
        faults.append(f"{path.name}, line {line}: `time_period` is no year")
    others = [name for name in wide.columns if name not in _AREA]
    figures = [name for name in others if _is_figure(wide[name])]
    breakdowns = [name for name in others if name not in figures]
    ids = _areas(wide).assign(
        source=path.stem,
        year=years.astype("Int64"),
        breakdown=[" | ".join(row) for row in wide[breakdowns].itertuples(index=False, name=None)],
        line=wide.index,
    )
    parts = [ids.assign(figure=name, cell=wide[name]) for name in figures]
    long = pd.concat(parts, ignore_index=True)
    is_number = long["cell"].str.fullmatch(_NUMBER.pattern)
    lower = long["cell"].str.lower()
    for name, line in long.loc[~is_number & ~lower.isin(SYMBOLS), ["figure", "line"]].to_numpy():
        faults.append(f"{path.name}, line {line}: an unknown symbol in `{name}`")
    long["value"] = pd.to_numeric(long["cell"].where(is_number), errors="coerce")
    long["reason"] = lower.map(SYMBOLS).where(~is_number, "").fillna("")
    twice = long.duplicated(list(PUBLISHED.key))
    for name, line in long.loc[twice, ["figure", "line"]].to_numpy():
        faults.append(f"{path.name}, line {line}: `{name}` stands a second time for its area")
    kinds = PUBLISHED.empty().dtypes.to_dict()
    return long.sort_values("line", kind="stable")[PUBLISHED.names].astype(kinds)


def _areas(wide: pd.DataFrame) -> pd.DataFrame:
    level = wide["geographic_level"]
    blank = pd.Series("", index=wide.index, dtype="str")
    held = {name: wide.get(name, blank) for name in _AREA}
    is_region, is_authority = level == "Regional", level == "Local authority"

    def of_level(country: str, region: str, authority: str) -> np.ndarray:
        picked = held[country].mask(is_region, held[region])
        return picked.mask(is_authority, held[authority]).to_numpy()

    return pd.DataFrame(
        {
            "level": level.map(LEVELS),
            "code": of_level("country_code", "region_code", "new_la_code"),
            "old_code": held["old_la_code"],
            "area": of_level("country_name", "region_name", "la_name"),
            "region": held["region_name"],
        },
        index=wide.index,
    )


def _year(period: str) -> int | None:
    """Give the year a period ends in: 2024, 202324 and 2023/24 end in 2024."""
    if re.fullmatch(r"(19|20)\d\d", period):
        return int(period)
    if match := re.fullmatch(r"((?:19|20)\d\d)[/-]?(\d\d)", period):
        year = int(match[1]) + 1
        return year if year % 100 == int(match[2]) else None
    return None


def _is_figure(cells: pd.Series) -> bool:
    """Tell a column of numbers and symbols; one without any number is a breakdown."""
    numbers = cells.str.fullmatch(_NUMBER.pattern)
    known = cells.str.lower().isin(SYMBOLS)
    return bool(numbers.any() and (numbers | known).mean() > 0.5)
