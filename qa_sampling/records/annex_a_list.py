"""Reads one sheet as one Annex A list: header, rows, then values."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.annex_a_headers import HeaderMatch, find_header, list_from_headers
from qa_sampling.records.annex_a_layout import ABSENT_BEFORE_2024, AnnexAList
from qa_sampling.records.annex_a_rows import data_rows
from qa_sampling.records.annex_a_source import KEY_DATES, ListSource, id_field
from qa_sampling.records.annex_a_values import read_values

DECIDES_OPEN = {
    4: ("authorisation_date",),
    6: ("start_date", "closure_date"),
    7: ("end_date",),
    8: ("end_date",),
}
"""Columns that may be blank but must be there: without them every case would look open."""
SPARED = frozenset(
    "placement_type placement_provider placement_postcode placement_location "
    "placement_authority placements_12m placement_date missing_12m absent_12m".split()
)
"""Columns of list 8 that no table of ours holds: noted when missing, never a reason to stop."""


def read_list(source: ListSource) -> pd.DataFrame | None:
    """Give the cleaned table of one list, or None when a fault stops the run.

    Parameters
    ----------
    source : ListSource
        The sheet and how to read it.

    Returns
    -------
    DataFrame or None
        One row a row of the list that names a person and repeats no other; columns as
        declared in `annex_a_layout`, and `row`, its number in the spreadsheet.
    """
    header = find_header(source.sheet.rows, source.wanted)
    if header is None:
        source.add("stop", "no row holds the list's headers", "Restore the template's headers.")
        return None
    _check_header(source, header)
    if source.must_stop:
        return None
    rows = data_rows(source, header)
    frame = read_values(source, header, rows)
    return None if source.must_stop else _drop_repeats(source, frame)


def _check_header(source: ListSource, header: HeaderMatch) -> None:
    """Note what is odd about the header; a needed column that is missing stops the run."""
    if header.row > 1:
        source.add("note", f"the header stands in row {header.row}", "Rows above were skipped.")
    if header.extra:
        number = "1 column is" if header.extra == 1 else f"{header.extra} columns are"
        source.add("note", f"{number} not in the Annex A template", "Not read.")
    other = list_from_headers(source.sheet) if _lacks(source, header) else None
    todo = "Add it to the extract."
    if other not in (None, source.wanted.number):
        todo = f"The headers look like list {other}: rename the sheet or file."
    for column in source.wanted.columns:
        if column.field in header.repeated:
            source.add("stop", "two columns have this header", "Remove one.", column.header)
        if column.field in header.columns:
            continue
        if _is_needed(source.wanted, column.field, column.may_be_blank):
            source.add("stop", "the column is missing", todo, column.header)
        else:
            source.add("note", "the column is missing", "Read as blank.", column.header)


def _lacks(source: ListSource, header: HeaderMatch) -> bool:
    return any(
        column.field not in header.columns
        and _is_needed(source.wanted, column.field, column.may_be_blank)
        for column in source.wanted.columns
    )


def _is_needed(wanted: AnnexAList, field: str, may_be_blank: bool) -> bool:
    number = wanted.number
    if field in DECIDES_OPEN.get(number, ()):
        return True
    if number > 9:
        return field in (id_field(wanted), KEY_DATES[number])
    return not (may_be_blank or field in SPARED or field in ABSENT_BEFORE_2024.get(number, ()))


def _drop_repeats(source: ListSource, frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the first of rows that repeat a person and date."""
    repeats = frame.duplicated(source.key)
    if repeats.any():
        date_header = source.header_of(KEY_DATES.get(source.wanted.number))
        source.add(
            "mended",
            "the row repeats an earlier row's identifier" + (" and date" if date_header else ""),
            "The first of them was kept.",
            date_header,
            frame.loc[repeats, "row"].tolist(),
        )
    return frame[~repeats].reset_index(drop=True)
