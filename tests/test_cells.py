"""One cell at a time: identifiers, dates, counts and ages, and what is never guessed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.records import cells
from qa_sampling.records.book import Flaw
from qa_sampling.records.cells import (
    MARKERS,
    Unreadable,
    read_age,
    read_column,
    read_date,
    read_id,
    read_text,
    read_whole,
)

DAY = dt.date(2024, 3, 1)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("00123", "00123"),
        ("  00123\u00a0", "00123"),
        ("00\u200b123", "00123"),
        ("\u202a00123\u202c", "00123"),
        ("\u202e\u2066123\u2069", "123"),
        ("123.0", "123"),
        (123, "123"),
        (123.0, "123"),
        ("C/2025/0007", "C/2025/0007"),
        ("NA", "NA"),
        ("None", "None"),
        ("null", "null"),
        ("Ab-12 b", "Ab-12 b"),
        ("12345678901234567", "12345678901234567"),
        (None, None),
        ("   ", None),
        ("1.2E+05", cells.SCIENTIFIC),
        (1234567890123456, cells.LONG_NUMBER),
        (1.2345678901234568e16, cells.LONG_NUMBER),
        ("А123", cells.NOT_PLAIN),
        ("12–3", cells.NOT_PLAIN),
        (12.5, cells.NOT_AN_ID),
        (True, cells.NOT_AN_ID),
        (dt.datetime(2024, 1, 1), cells.NOT_AN_ID),
        (Flaw.ERROR, cells.EXCEL_ERROR),
        (Flaw.UNCACHED, cells.UNCACHED),
        ("#N/A", cells.EXCEL_ERROR),
    ],
)
def test_identifiers(cell, read):
    assert read_id(cell) == read


def test_identifiers_in_two_unicode_forms_are_one():
    assert cells.plain("Zoe\u0308") == cells.plain("Zo\u00eb") == "Zo\u00eb"


@pytest.mark.parametrize(
    "text",
    [
        "01/03/2024",
        "1/3/2024",
        " 01-03-2024 ",
        "01.03.2024",
        "2024-03-01",
        "2024-03-01T00:00:00",
        "2024-03-01 09:30",
        "2024-03-01T00:00:00Z",
        "2024-03-01T00:00:00+01:00",
        "01/03/2024 00:00:00",
        "01/03/2024 12:15 PM",
        "1 March 2024",
        "01-Mar-2024",
        "1st March 2024",
        "1 mar 2024",
        dt.datetime(2024, 3, 1, 13, 5),
        DAY,
    ],
)
def test_dates_that_mean_one_day(text):
    assert read_date(text) == DAY


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("31/02/2024", cells.NO_SUCH_DAY),
        ("04/25/2024", cells.NO_SUCH_DAY),
        ("2024-13-01", cells.NO_SUCH_DAY),
        ("00/01/2024", cells.NO_SUCH_DAY),
        ("01/03/24", cells.SHORT_YEAR),
        ("1-Mar-24", cells.SHORT_YEAR),
        (45352, cells.BARE_NUMBER),
        (45352.5, cells.BARE_NUMBER),
        ("45352", cells.BARE_NUMBER),
        (True, cells.BARE_NUMBER),
        ("20240301", cells.BARE_NUMBER),
        ("n/k", cells.NOT_A_DATE),
        ("tomorrow", cells.NOT_A_DATE),
        ("01/03/2024 and 02/03/2024", cells.NOT_A_DATE),
        ("32 Smarch 2024", cells.NOT_A_DATE),
        (dt.datetime(1900, 1, 5), cells.TOO_EARLY),
        ("01/01/1900", cells.TOO_EARLY),
        ("#REF!", cells.EXCEL_ERROR),
        (Flaw.UNCACHED, cells.UNCACHED),
    ],
)
def test_dates_that_are_not_guessed(cell, why):
    assert read_date(cell) == why
    assert isinstance(why, Unreadable)


@given(st.dates(min_value=dt.date(1980, 1, 1), max_value=dt.date(2100, 1, 1)))
def test_every_written_day_reads_back(day):
    for written in (f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}", f"{day.day} {day:%B} {day.year}"):
        assert read_date(written) == day


@pytest.mark.parametrize("marker", sorted(MARKERS))
@pytest.mark.parametrize("read", [read_date, read_whole, read_age])
def test_markers_never_become_values(marker, read):
    assert read(marker) == cells.MARKER
    assert read(f" {marker.upper()} ") == cells.MARKER


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (2, 2),
        (2.0, 2),
        ("2", 2),
        ("2.0", 2),
        ("1,234", 1234),
        (0, 0),
        (None, None),
        ("", None),
        (2.5, cells.NOT_WHOLE),
        (-1, cells.NOT_WHOLE),
        ("two", cells.NOT_WHOLE),
        (True, cells.NOT_WHOLE),
        ("NaN", cells.NOT_WHOLE),
        ("inf", cells.NOT_WHOLE),
        (dt.datetime(2024, 1, 1), cells.NOT_WHOLE),
    ],
)
def test_counts(cell, read):
    assert read_whole(cell) == read


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (6.138261464750171, 6.138261464750171),
        ("6.1", 6.1),
        (-1, -1.0),
        ("Unborn", -1.0),
        (None, None),
        (-3, cells.NOT_AN_AGE),
        (2009, cells.NOT_AN_AGE),
        ("six", cells.NOT_AN_AGE),
    ],
)
def test_ages(cell, read):
    assert read_age(cell) == read


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("Dustin\u00a0Hazlett ", "Dustin Hazlett"),
        ("NA", "NA"),
        (7.0, "7"),
        (True, "TRUE"),
        (dt.datetime(2024, 3, 1), "2024-03-01"),
        ("\u200b", None),
        ("#n/a", cells.EXCEL_ERROR),
    ],
)
def test_text(cell, read):
    assert read_text(cell) == read


def test_a_column_counts_every_row_of_a_fault():
    reading = read_column(["1", "y", None, "y", "c"], [2, 3, 4, 5, 9], read_whole)
    assert reading.values == [1, None, None, None, None]
    assert reading.faults == {cells.NOT_WHOLE: [3, 5], cells.MARKER: [9]}


def test_true_and_one_are_different_cells():
    assert read_column([1, True, 1.0], [1, 2, 3], read_id).values == ["1", None, "1"]


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_no_cell_breaks_a_reader(cell):
    for read in (read_id, read_date, read_whole, read_age, read_text):
        value = read(cell)
        assert value is None or isinstance(value, str | int | float | dt.date)
