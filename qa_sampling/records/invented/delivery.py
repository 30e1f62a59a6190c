"""Delivers an invented authority's extracts and extra tables as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from qa_sampling.errors import ParameterError
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.days import (
    month_end,
    month_starts,
    months_before,
    to_date,
    to_day,
)
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.extras import case_roles, families
from qa_sampling.records.invented.faults import plant_faults

Format = Literal["xlsx", "csv"]


@dataclass(frozen=True)
class Written:
    """The files of an invented authority.

    Attributes
    ----------
    extracts : dict of date to tuple of Path
        The extract of each day: workbooks and folders of CSV files, as asked.
    tables : dict of str to Path
        The extra tables by name: staff, families, case_roles, restricted, past_audits.
    faults : DataFrame
        Faults planted in the extracts: `as_at`, `list`, `column`, `row` (of the sheet, the
        header being row 1), `kind`.
    """

    extracts: dict[date, tuple[Path, ...]]
    tables: dict[str, Path]
    faults: pd.DataFrame

    @property
    def workbooks(self) -> list[Path]:
        """The workbooks, oldest first."""
        return [
            path
            for _, paths in sorted(self.extracts.items())
            for path in paths
            if path.suffix == ".xlsx"
        ]


def write_authority(
    authority: Authority,
    folder: Path | str,
    *,
    as_at: Sequence[date] | None = None,
    faults: bool = True,
    formats: Sequence[Format] = ("xlsx",),
) -> Written:
    """Write an authority's extracts and extra tables, as its analysts would receive them.

    Parameters
    ----------
    authority : Authority
        The authority.
    folder : Path or str
        Where to; made if need be. Files of the same name are overwritten.
    as_at : sequence of date, optional
        Days of the extracts; when not given, the last day of the records and the month end
        six months before, which together hold 12 months.
    faults : bool
        Whether the extracts hold the planted data-entry faults.
    formats : sequence of {"xlsx", "csv"}
        Workbooks such as ``annex_a_2026-10-31.xlsx``, folders of CSV files, or both.

    Returns
    -------
    Written
        Paths, and where the faults are.

    Raises
    ------
    ParameterError
        When a format is unknown, or a day lies outside the records.
    """
    unknown = [kind for kind in formats if kind not in ("xlsx", "csv")]
    if unknown or not formats:
        raise ParameterError(
            f"`formats` may hold xlsx and csv; got {', '.join(unknown) or 'nothing'}. "
            'Give ("xlsx",).'
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    days = sorted(set(as_at)) if as_at else _two_days(authority)
    extracts, planted = {}, []
    for day in days:
        faulty = authority.lists_at(day)
        if faults:
            dice = Dice(authority.seed, f"faults of {day}")
            faulty, where = plant_faults(faulty, dice, pd.Timestamp(day))
            planted.append(where.assign(as_at=pd.Timestamp(day)))
        extracts[day] = _write_extract(faulty, folder / f"annex_a_{day}", formats)
    columns = ["as_at", "list", "column", "row", "kind"]
    placed = pd.concat(planted, ignore_index=True) if planted else pd.DataFrame(columns=columns)
    return Written(extracts, _write_tables(authority, folder, max(days)), placed[columns])


def _two_days(authority: Authority) -> list[date]:
    earlier = to_date(months_before(authority.history.last, 6))
    return [to_date(month_end(month_starts(earlier, 1)[0])), authority.until]


def _write_extract(
    written: dict[int, pd.DataFrame], path: Path, formats: Sequence[Format]
) -> tuple[Path, ...]:
    from qa_sampling.records.invented import writing

    paths = []
    if "xlsx" in formats:
        paths.append(path.with_name(path.name + ".xlsx"))
        writing.write_workbook(written, paths[-1])
    if "csv" in formats:
        writing.write_folder(written, path)
        paths.append(path)
    return tuple(paths)


def _write_tables(authority: Authority, folder: Path, last: date) -> dict[str, Path]:
    """Write the extra tables as they stood on the day of the last extract."""
    from qa_sampling.records.invented import writing

    day, audits = to_day(last), authority.past_audits
    tables = {
        "staff": authority.staff,
        "families": families(authority.history, day),
        "case_roles": case_roles(authority.history, day),
        "restricted": authority.restricted,
        "past_audits": audits[audits["date"] <= pd.Timestamp(last)],
    }
    paths = {name: folder / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        writing.write_table(table, paths[name])
    return paths
