"""The Annex A extract, checked and cleaned: one workbook, a folder of CSV files, or months of both.

Ofsted's Annex A is the set of eleven child-level lists an authority produces for an
inspection (ILACS) and, in practice, every month. Each extract holds six months, so that
several are stacked to see more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ExtractError
from qa_sampling.records.annex_a_checks import check_between_lists
from qa_sampling.records.annex_a_finding import Extract, find_extracts, locate_lists
from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.annex_a_list import read_list
from qa_sampling.records.annex_a_months import oldest_first, stack
from qa_sampling.records.annex_a_source import KEY_DATES, ListSource
from qa_sampling.records.annex_a_values import FIELD_DTYPES
from qa_sampling.records.annex_a_windows import Held, Window, held_on, note_gaps, windows_of
from qa_sampling.records.book import Book
from qa_sampling.records.quality import FaultLog, in_two
from qa_sampling.records.tabular import read_book

STALE = timedelta(days=45)
"""An extract whose newest event is further back was probably not the month's."""


@dataclass(frozen=True)
class AnnexA:
    """A checked Annex A extract, or several stacked.

    Attributes
    ----------
    lists : dict of int to DataFrame
        Lists 1 to 11 that were found: the fields of `annex_a_layout`, typed, and `extract`
        (file or folder name), `row` (row number there) and `in_newest` (whether the row
        comes from the newest extract that holds the list: what is true now).
    quality : DataFrame
        Every fault found and what was done, as declared by :data:`schema.QUALITY`.
    files : tuple of str
        Names of the extracts, oldest first.
    as_at : date or None
        Day up to which the extract was read.
    absent : tuple of int
        Lists that no extract holds.
    windows : tuple of Window
        Which days each extract holds of each list.
    held : tuple of Held
        Lists 6 to 9 of each extract as it had them, with the day it describes, oldest first.
    """

    lists: dict[int, pd.DataFrame]
    quality: pd.DataFrame
    files: tuple[str, ...]
    as_at: date | None
    absent: tuple[int, ...]
    windows: tuple[Window, ...] = ()
    held: tuple[Held, ...] = field(default=(), repr=False)

    @property
    def found(self) -> tuple[int, ...]:
        """Numbers of the lists that were found."""
        return tuple(sorted(self.lists))

    def newest(self, number: int) -> pd.DataFrame:
        """Give the rows of a list in the newest extract that holds it.

        Parameters
        ----------
        number : int
            Number of the list. An absent list gives an empty frame with its fields.
        """
        rows = self.all_rows(number)
        return rows[rows["in_newest"]].reset_index(drop=True)

    def all_rows(self, number: int) -> pd.DataFrame:
        """Give all rows of a list, of every extract; empty when the list is absent.

        Parameters
        ----------
        number : int
            Number of the list.
        """
        if number in self.lists:
            return self.lists[number]
        declared = {
            column.field: pd.Series(dtype=FIELD_DTYPES[column.kind])
            for column in LISTS[number].columns
        }
        return pd.DataFrame(declared).assign(row=0, extract="", in_newest=False)


def read_annex_a(
    paths: Path | str | Sequence[Path | str],
    *,
    as_at: date | None = None,
    progress: Callable[[str], None] | None = None,
    id_pattern: str | None = None,
) -> AnnexA:
    r"""Read an Annex A extract, or several monthly ones stacked.

    Parameters
    ----------
    paths : path or sequence of paths
        A workbook (.xlsx, .xlsm, .ods), a folder of CSV files (one a list), or a folder
        that holds several workbooks or folders of CSV files (one a month).
    as_at : date, optional
        Rows that begin later are left out, and dates far in the future are refused. Without
        it no date counts as future.
    progress : callable, optional
        Called with a short text before each file is read.
    id_pattern : str, optional
        Regular expression that every child's identifier must match in full, such as
        r"\d{8}"; without it identifiers that differ only by leading zeros are refused.

    Returns
    -------
    AnnexA
        With every fault that could be mended in its `quality`.

    Raises
    ------
    ExtractError
        One error that lists everything that cannot be mended; its attribute `quality` holds
        the whole report.
    """
    log = FaultLog()
    read: list[tuple[Extract, dict[int, pd.DataFrame]]] = []
    for extract in find_extracts(paths, log):
        if progress:
            progress(f"Reading {extract.name}")
        lists = _read_extract(extract, log, as_at, id_pattern)
        if lists:
            read.append((extract, lists))
    if not read and not log.must_stop:
        log.add("stop", "", "Annex A", "no Annex A list was found", _HOW_TO_NAME_LISTS)
    log.raise_if_stopped("The Annex A extract")
    ordered = oldest_first(read, log)
    stacked = stack(ordered, log)
    if id_pattern is None:
        _check_alike(stacked, log)
    if not any(len(frame) for frame in stacked.values()):
        log.add("stop", "", "Annex A", "no list holds any row", "Check the export.")
    _note_limits(stacked, as_at, log)
    check_between_lists(stacked, as_at, log)
    windows = windows_of(ordered, as_at)
    note_gaps(stacked, windows, log)
    log.raise_if_stopped("The Annex A extract")
    absent = tuple(number for number in LISTS if number not in stacked)
    names = tuple(extract.name for extract, _ in ordered)
    held = held_on(ordered, as_at)
    return AnnexA(stacked, log.table(), names, as_at, absent, windows, held)


_HOW_TO_NAME_LISTS = (
    'Name the sheets or CSV files "List 1" to "List 11", with the template\'s headers.'
)


def _read_extract(
    extract: Extract, log: FaultLog, as_at: date | None, id_pattern: str | None
) -> dict[int, pd.DataFrame]:
    """Read one extract's lists."""
    books: list[Book] = []
    for path in extract.paths:
        try:
            books.append(read_book(path))
        except ExtractError as error:
            fault, action = in_two(str(error), path.name)
            log.add("stop", path.name, "file", fault, action)
    lists: dict[int, pd.DataFrame] = {}
    for number, (file, sheet) in sorted(locate_lists(books, log).items()):
        frame = read_list(ListSource(file, sheet, LISTS[number], log, as_at, id_pattern))
        if frame is not None:
            lists[number] = frame
    return lists


def _check_alike(lists: dict[int, pd.DataFrame], log: FaultLog) -> None:
    """Refuse identifiers that differ only by leading zeros or capitals: one child, seen as two."""
    ids = pd.concat(
        [frame["child_id"] for number, frame in lists.items() if number <= 10]
        or [pd.Series(dtype="str")]
    )
    unique = pd.Series(ids.unique(), dtype="str")
    alike = unique.groupby(unique.str.casefold().str.lstrip("0")).transform("size") > 1
    if alike.any():
        log.add(
            "stop",
            "",
            "Annex A",
            "identifiers differ from another only by leading zeros or capital "
            "letters, so that one child may be seen as two",
            "Store identifiers as text in every list; if they are right, set id_pattern.",
            column="Child Unique ID",
            count=int(alike.sum()),
        )


def _note_limits(lists: dict[int, pd.DataFrame], as_at: date | None, log: FaultLog) -> None:
    """Note what the extract cannot show."""
    absent = [number for number in LISTS if number not in lists]
    for number in absent:
        log.add(
            "note",
            "",
            f"List {number} {LISTS[number].title}",
            "the list is not in the extract",
            "Nothing can be said from it.",
        )
    if len(lists.get(2, ())):
        log.add(
            "note",
            "",
            f"List 2 {LISTS[2].title}",
            "Annex A does not say when early help ended",
            "Every child on the newest list counts as open to early help.",
        )
    dates = [rows[KEY_DATES[number]].max() for number, rows in lists.items() if number <= 5]
    latest = max((day for day in dates if pd.notna(day)), default=None)
    if as_at is not None and latest is not None and latest < pd.Timestamp(as_at) - STALE:
        fault = f"the newest event is of {latest:%d/%m/%Y}, long before the as-at date"
        log.add("note", "", "Annex A", fault, "Check that this is the newest extract.")
    if as_at is None:
        log.add(
            "note", "", "Annex A", "no as-at date was given", "Future dates were not looked for."
        )
