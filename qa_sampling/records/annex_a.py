"""The Annex A extract, checked and cleaned: one workbook, a folder of CSV files, or months of both.

Ofsted's Annex A is the set of eleven child-level lists an authority produces for an
inspection (ILACS) and, in practice, every month. Each extract holds six months, so that
several are stacked to see more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ExtractError
from qa_sampling.records.annex_a_headers import list_from_headers, list_from_name
from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.annex_a_rows import FIELD_DTYPES, KEY_DATES, ListReader
from qa_sampling.records.quality import FaultLog
from qa_sampling.records.tabular import Book, Sheet, read_book

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
STATE_LISTS = frozenset({6, 7, 8, 9, 10})
"""Lists that say how things stand, rather than what happened."""


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
    """

    lists: dict[int, pd.DataFrame]
    quality: pd.DataFrame
    files: tuple[str, ...]
    as_at: date | None
    absent: tuple[int, ...]

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


@dataclass(frozen=True)
class _Extract:
    """One month's files: a workbook, or CSV files that belong together."""

    name: str
    paths: tuple[Path, ...]


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
    read: list[tuple[_Extract, dict[int, pd.DataFrame]]] = []
    for extract in _extracts(paths, log):
        if progress:
            progress(f"Reading {extract.name}")
        lists = _read_extract(extract, log, as_at, id_pattern)
        if lists:
            read.append((extract, lists))
    if not read and not log.must_stop:
        log.add("stop", "", "Annex A", "no Annex A list was found", _HOW_TO_NAME_LISTS)
    log.raise_if_stopped("The Annex A extract")
    ordered = _oldest_first(read, log)
    stacked = _stack(ordered, log)
    if id_pattern is None:
        _check_alike(stacked, log)
    if not any(len(frame) for frame in stacked.values()):
        log.add("stop", "", "Annex A", "no list holds any row", "Check the export.")
    _note_limits(stacked, as_at, log)
    log.raise_if_stopped("The Annex A extract")
    absent = tuple(number for number in LISTS if number not in stacked)
    names = tuple(extract.name for extract, _ in ordered)
    return AnnexA(stacked, log.table(), names, as_at, absent)


_HOW_TO_NAME_LISTS = (
    'Name the sheets or CSV files "List 1" to "List 11", with the template\'s headers.'
)


def _extracts(paths: Path | str | Sequence[Path | str], log: FaultLog) -> list[_Extract]:
    """Say which files belong to one extract."""
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found: list[_Extract] = []
    loose: list[Path] = []
    for path in map(Path, given):
        if path.is_dir():
            found += _in_folder(path)
        elif path.suffix.lower() == ".csv":
            loose.append(path)
        else:
            found.append(_Extract(path.name, (path,)))
    if loose:
        found.append(_Extract(loose[0].parent.name or "CSV files", tuple(loose)))
    if not found:
        log.add("stop", "", "Annex A", "the folder holds no workbook and no CSV file", "Check it.")
    return found


def _in_folder(folder: Path) -> list[_Extract]:
    entries = sorted(
        path for path in folder.iterdir() if not path.name.startswith(("~$", ".", "__"))
    )
    tables = tuple(path for path in entries if path.suffix.lower() == ".csv")
    found = [_Extract(p.name, (p,)) for p in entries if p.suffix.lower() in WORKBOOKS]
    if tables:
        found.append(_Extract(folder.name, tables))
    for inner in (path for path in entries if path.is_dir()):
        found += _in_folder(inner)
    return found


def _read_extract(
    extract: _Extract, log: FaultLog, as_at: date | None, id_pattern: str | None
) -> dict[int, pd.DataFrame]:
    """Read one extract's lists."""
    books: list[Book] = []
    for path in extract.paths:
        try:
            books.append(read_book(path))
        except ExtractError as error:
            log.add("stop", path.name, "file", str(error), "See there.")
    lists: dict[int, pd.DataFrame] = {}
    for number, (file, sheet) in sorted(_locate(books, log).items()):
        reader = ListReader(file, sheet, LISTS[number], log, as_at, id_pattern)
        frame = reader.read()
        if frame is not None:
            lists[number] = _drop_repeats(frame, reader, log)
    return lists


def _locate(books: list[Book], log: FaultLog) -> dict[int, tuple[str, Sheet]]:
    """Say which sheet or file holds which list."""
    located: dict[int, tuple[str, Sheet]] = {}
    unnamed: list[tuple[str, int, Sheet]] = []
    for book in books:
        for note in book.notes:
            log.add("note", book.file, "file", f"the file {note}", "Check that this is right.")
        for place, sheet in enumerate(book.sheets):
            if not sheet.rows:
                continue
            number = list_from_name(sheet.name) or (
                list_from_name(Path(book.file).stem) if sheet.is_csv else None
            )
            if number is None:
                unnamed.append((book.file, place, sheet))
            else:
                _place(located, number, book.file, sheet, log)
    for file, place, sheet in unnamed:
        number = list_from_headers(sheet)
        if number is not None and number not in located:
            _place(located, number, file, sheet, log)
        elif number is None and not sheet.is_csv and len(books[0].sheets) == len(LISTS):
            number = place + 1
            if number not in located:
                _place(located, number, file, sheet, log)
        if number is None:
            log.add("note", file, f"sheet {sheet.name}", "is not an Annex A list", "Not read.")
    return located


def _place(
    located: dict[int, tuple[str, Sheet]], number: int, file: str, sheet: Sheet, log: FaultLog
) -> None:
    where = f"List {number} {LISTS[number].title}"
    if number in located:
        other_file, other = located[number]
        if other.is_hidden != sheet.is_hidden:
            located[number] = (other_file, other) if sheet.is_hidden else (file, sheet)
            log.add("note", file, where, "a hidden sheet holds it as well", "It was not read.")
            return
        log.add("stop", file, where, "two sheets or files hold this list", "Remove one of them.")
        return
    if sheet.is_hidden:
        log.add("note", file, where, "the sheet is hidden", "It was read all the same.")
    located[number] = (file, sheet)


def _drop_repeats(frame: pd.DataFrame, reader: ListReader, log: FaultLog) -> pd.DataFrame:
    """Keep the first of rows that repeat a person and date."""
    key = _key(reader.wanted.number, reader.id_field)
    repeats = frame.duplicated(key)
    if repeats.any():
        date_field = KEY_DATES.get(reader.wanted.number)
        header = next((c.header for c in reader.wanted.columns if c.field == date_field), None)
        log.add(
            "mended",
            reader.file,
            reader.where,
            "the row repeats an earlier row's identifier" + (" and date" if header else ""),
            "The first of them was kept.",
            column=header,
            rows=frame.loc[repeats, "row"].tolist(),
        )
    return frame[~repeats].reset_index(drop=True)


def _key(number: int, id_field: str) -> list[str]:
    field = KEY_DATES.get(number)
    return [id_field, field] if field else [id_field]


# -- several months ---------------------------------------------------------------------


def _oldest_first(
    read: list[tuple[_Extract, dict[int, pd.DataFrame]]], log: FaultLog
) -> list[tuple[_Extract, dict[int, pd.DataFrame]]]:
    """Put extracts in order of time: by the month in their names, or by what they hold."""
    if len(read) < 2:
        return read
    named = [month_in_name(extract.name) for extract, _ in read]
    if all(named) and len(set(named)) == len(named):
        order, how = named, "by the month in their names"
    else:
        order, how = [_latest_event(lists) for _, lists in read], "by their latest events"
    log.add(
        "note",
        "",
        "Annex A",
        f"{len(read)} extracts were stacked, put in order {how}",
        "Where they differ the newest counts.",
    )
    ranked = sorted(range(len(read)), key=lambda place: (order[place], read[place][0].name))
    return [read[place] for place in ranked]


def month_in_name(name: str) -> str | None:
    """Give the year, month and day in a file name, such as "2026-10" in "annex_a_2026-10.xlsx".

    Parameters
    ----------
    name : str
        File or folder name.

    Returns
    -------
    str or None
        "yyyy-mm" or "yyyy-mm-dd"; None when there is no month, or more than one.
    """
    tidy = Path(name).stem.casefold()
    found = re.findall(r"(?<!\d)(20\d\d)[-_. ]?(0[1-9]|1[0-2])(?:[-_. ]?([0-3]\d))?(?!\d)", tidy)
    found += [
        (year, month, day)
        for day, month, year in re.findall(
            r"(?<!\d)([0-3]\d)[-_. ](0[1-9]|1[0-2])[-_. ](20\d\d)(?!\d)", tidy
        )
    ]
    names = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    found += [
        (year, f"{names.index(month) + 1:02d}", "")
        for month, year in re.findall(rf"({'|'.join(names)})[a-z]*[-_. ]*(20\d\d)(?!\d)", tidy)
    ]
    found += [
        (year, f"{names.index(month) + 1:02d}", "")
        for year, month in re.findall(rf"(?<!\d)(20\d\d)[-_. ]*({'|'.join(names)})", tidy)
    ]
    return "-".join(part for part in found[0] if part) if len(set(found)) == 1 else None


def _latest_event(lists: dict[int, pd.DataFrame]) -> pd.Timestamp:
    """Give a late date among an extract's events, robust to a mistyped one."""
    dates = pd.concat(
        [
            frame[KEY_DATES[number]].dropna()
            for number, frame in lists.items()
            if number in (1, 2, 3, 4, 5)
        ]
        or [pd.Series(dtype="datetime64[us]")]
    )
    return dates.quantile(0.95) if len(dates) else pd.Timestamp.min


def _stack(
    ordered: list[tuple[_Extract, dict[int, pd.DataFrame]]], log: FaultLog
) -> dict[int, pd.DataFrame]:
    """Join the extracts list by list; of rows with the same key the newest is kept."""
    stacked: dict[int, pd.DataFrame] = {}
    for number, wanted in LISTS.items():
        parts = [
            lists[number].assign(extract=extract.name)
            for extract, lists in ordered
            if number in lists
        ]
        if not parts:
            continue
        parts = [part.assign(in_newest=place == len(parts) - 1) for place, part in enumerate(parts)]
        newest_first = pd.concat(parts[::-1], ignore_index=True)
        id_field = next(c.field for c in wanted.columns if c.kind == "id")
        stacked[number] = newest_first.drop_duplicates(_key(number, id_field)).reset_index(
            drop=True
        )
    return stacked


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
            f"{int(alike.sum())} identifiers differ from another only by leading zeros or capital "
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
    if as_at is None:
        log.add(
            "note", "", "Annex A", "no as-at date was given", "Future dates were not looked for."
        )
