"""The files of the invented authority: as real extracts are, with the faults that were told."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from qa_sampling.errors import ParameterError
from qa_sampling.records.annex_a import read_annex_a
from qa_sampling.records.annex_a_layout import CODES, LISTS
from qa_sampling.records.cases import build_cases, build_events
from qa_sampling.records.extras import read_extras
from qa_sampling.records.invented.faults import FAULTS
from qa_sampling.records.synthetic import invent, region, write_authority

UNTIL = date(2026, 10, 31)
MARCH = date(2026, 3, 31)


@pytest.fixture(scope="module")
def authority():
    return invent(seed=11, scale=0.1)


@pytest.fixture(scope="module")
def written(authority, tmp_path_factory):
    return write_authority(authority, tmp_path_factory.mktemp("faulty"))


@pytest.fixture(scope="module")
def clean(authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    return write_authority(authority, folder, faults=False, formats=("xlsx", "csv"))


def sheets(path):
    book = openpyxl.load_workbook(path)
    rows = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    assert book.properties.created == datetime(2024, 1, 1)
    return rows


def wrong_cells(path):
    """Cells of a workbook that are not as the template has them, as (list, header, row)."""
    found = set()
    for number, rows in enumerate(sheets(path).values(), start=1):
        for place, column in enumerate(LISTS[number].columns):
            for row, cells in enumerate(rows[1:], start=2):
                if not fits(cells[place], column):
                    found.add((number, column.header, row))
    return found


def fits(cell, column):
    if cell is None:
        return column.may_be_blank and column.field != "age"
    if column.kind == "code":
        return cell in CODES[column.codes]
    if column.kind == "date":
        return isinstance(cell, datetime) and cell.year < 2030
    if column.kind in ("whole", "age"):
        return isinstance(cell, int)
    return (
        isinstance(cell, str) and cell == cell.strip() and "\u00a0" not in cell and cell != "#N/A"
    )


def test_workbooks_have_the_template_s_sheets_and_headers(written):
    assert [path.name for path in written.workbooks] == [
        "annex_a_2026-04-30.xlsx",
        "annex_a_2026-10-31.xlsx",
    ]
    for path in written.workbooks:
        rows = sheets(path)
        assert list(rows) == [f"List {number}" for number in LISTS]
        for number, layout in LISTS.items():
            assert list(rows[f"List {number}"][0]) == layout.headers


def test_without_faults_every_cell_is_the_template_s(clean):
    for path in clean.workbooks:
        assert wrong_cells(path) == set()


def test_the_faults_are_where_they_are_said_to_be(authority, written):
    counts = written.faults.groupby(["as_at", "kind"]).size()
    for day in counts.index.get_level_values("as_at").unique():
        assert counts[day].to_dict() == authority.truths["faults"]
    quiet = ("repeated row", "other spelling of a code", "Total row")
    for path, day in zip(written.workbooks, sorted(written.extracts), strict=True):
        here = written.faults[written.faults["as_at"] == pd.Timestamp(day)]
        cellwise = here[~here["kind"].isin(quiet)]
        told = set(cellwise[["list", "column", "row"]].itertuples(index=False, name=None))
        whole_rows = set(
            here.loc[here["kind"] == "Total row", ["list", "row"]].itertuples(
                index=False, name=None
            )
        )
        spelt = here[here["kind"] == "other spelling of a code"]
        told |= set(spelt[["list", "column", "row"]].itertuples(index=False, name=None))
        wrong = {(n, h, row) for n, h, row in wrong_cells(path) if (n, row) not in whole_rows}
        assert wrong == told
        assert all(sheets(path)[f"List {n}"][row - 1][0] == "Total" for n, row in whole_rows)


def test_repeated_rows_repeat_a_row(written):
    rows = sheets(written.workbooks[-1])["List 1"]
    count = next(fault.count for fault in FAULTS if fault.kind == "repeated row")
    assert all(row in rows[1:-count] for row in rows[-count:])


def test_the_reader_gets_back_what_was_written(authority, written, clean):
    own = authority.cases_at(UNTIL).set_index("child_id")["status"].sort_index()
    folders = [path for paths in clean.extracts.values() for path in paths if path.is_dir()]
    for paths in (clean.workbooks, folders, written.workbooks):
        annex = read_annex_a(paths, as_at=UNTIL)
        cases = build_cases(annex, as_at=UNTIL, staff=authority.staff)
        read = cases.set_index("child_id")["status"].sort_index()
        pd.testing.assert_series_equal(read, own, check_dtype=False, check_index_type=False)


def test_the_reader_gets_back_teams_and_services(authority, clean):
    annex = read_annex_a(clean.workbooks, as_at=UNTIL)
    cases = build_cases(annex, as_at=UNTIL, staff=authority.staff)
    both = cases.merge(authority.cases_at(UNTIL), on="child_id", suffixes=("", "_own"))
    assert (both["team"] == both["team_own"]).all()
    assert (both["service"] == both["service_own"]).all()
    worker = both["worker_id"].map(authority.staff.set_index("staff_id")["name"])
    named = both["status"] != "Early help"  # list 2 names no worker
    assert (both["worker"] == worker)[named].all()


@pytest.mark.parametrize("event", ["Contact", "Referral", "Section 47 enquiry"])
def test_two_stacked_extracts_hold_the_events_of_a_year(authority, clean, event):
    read = build_events(read_annex_a(clean.workbooks, as_at=UNTIL))
    keys = [
        set(events.loc[chosen, ["child_id", "date"]].itertuples(index=False, name=None))
        for events in (authority.events, read)
        for chosen in [(events["event"] == event) & (events["date"] > "2025-10-31")]
    ]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 20


def test_placement_moves_are_told_as_far_as_the_latest_placements_go(authority, clean):
    read = build_events(read_annex_a(clean.workbooks, as_at=UNTIL))
    begun = authority.events.loc[authority.events["event"] == "Contact", "date"].min()
    keys = [
        set(events.loc[chosen, ["child_id", "date"]].itertuples(index=False, name=None))
        for events in (authority.events, read)
        for chosen in [(events["event"] == "Placement move") & (events["date"] >= begun)]
    ]
    assert keys[1] <= keys[0]
    assert len(keys[1]) > 20


def test_the_reader_reports_the_faults_it_should(written):
    quality = read_annex_a(written.workbooks[-1], as_at=UNTIL).quality
    mended = quality[quality["severity"] == "mended"]
    assert sorted(mended["count"]) == sorted([2, 1, 4, 5, 3])


def test_the_reader_gets_back_the_extra_tables(authority, written):
    extras = read_extras(list(written.tables.values()))
    assert extras.cannot_guarantee == ()
    assert len(extras.quality) == 0
    for name in ("staff", "case_roles", "restricted", "past_audits"):
        own, read = getattr(authority, name), getattr(extras, name)
        assert len(read) == len(own)
        same = read[own.columns].sort_values(list(own.columns[:3])).reset_index(drop=True)
        told = own.sort_values(list(own.columns[:3])).reset_index(drop=True)
        pd.testing.assert_frame_equal(same, told, check_dtype=False)


def test_extra_tables_know_nothing_of_later_days(authority, tmp_path):
    written = write_authority(authority, tmp_path, as_at=[MARCH])
    roles = pd.read_csv(written.tables["case_roles"], dtype=str)
    assert roles["start"].max() <= str(MARCH)
    assert roles["end"].dropna().max() <= str(MARCH)
    assert pd.read_csv(written.tables["past_audits"])["date"].max() <= str(MARCH)
    known = pd.read_csv(written.tables["families"], dtype=str)["child_id"]
    assert set(roles["child_id"]) <= set(known) < set(authority.families["child_id"])


def test_the_same_authority_gives_the_same_bytes(authority, written, tmp_path):
    again = write_authority(authority, tmp_path)
    for one, other in zip(
        [*written.workbooks, *written.tables.values()],
        [*again.workbooks, *again.tables.values()],
        strict=True,
    ):
        digests = [hashlib.sha256(path.read_bytes()).digest() for path in (one, other)]
        assert digests[0] == digests[1]


def test_every_month_can_be_written(authority):
    assert len(authority.month_ends) == 36
    assert authority.month_ends[0] == date(2023, 11, 30)
    assert len(authority.lists_at(authority.month_ends[0])[1]) > 50


def test_no_child_has_a_name(authority):
    for frame in (authority.families, authority.events, *authority.lists_at(UNTIL).values()):
        assert not [header for header in frame if "name" in header.lower()]


def test_numbers_of_children_are_seven_digits_some_leading_with_zeros(authority):
    numbers = authority.families["child_id"]
    assert numbers.str.fullmatch(r"\d{7}").all()
    assert numbers.is_unique
    assert 0.03 < numbers.str.startswith("0").mean() < 0.2


def test_a_tiny_authority_can_be_written(tmp_path):
    written = write_authority(invent(seed=1, scale=0.01, months=12), tmp_path)
    assert len(written.workbooks) == 2
    assert len(read_annex_a(written.workbooks).lists) == 11


REFUSED = [
    (lambda: invent(-1), "`seed` must not be negative; got -1"),
    (lambda: invent(scale=0), "`scale` must lie between 0.01 and 20; got 0"),
    (lambda: invent(months=6), "`months` must be at least 12; got 6"),
    (
        lambda: invent(until=date(2026, 10, 30)),
        "`until` must be the last day of a month; got 2026-10-30. Give 2026-10-31",
    ),
    (lambda: region(1, 0), "`authorities` must lie between 1 and 16; got 0"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_what_cannot_be_invented_is_refused(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


@pytest.mark.parametrize("day", [date(2023, 10, 31), date(2026, 11, 1)])
def test_a_day_outside_the_records_is_refused(authority, day):
    with pytest.raises(ParameterError, match="from 2023-11-01 to 2026-10-31; got"):
        authority.lists_at(day)


@pytest.mark.parametrize(("formats", "given"), [(("ods",), "ods"), ((), "nothing")])
def test_an_unknown_format_is_refused(authority, tmp_path, formats, given):
    with pytest.raises(ParameterError, match=f"`formats` may hold xlsx and csv; got {given}"):
        write_authority(authority, tmp_path, formats=formats)
