"""Other QA activity on its sheets: in, again, corrected; hostile ones told by row and column."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from loop_samples import TEAMS, activities
from register_samples import made

from qa_sampling.errors import ExtractError, ParameterError, SchemaError
from qa_sampling.loop.activity import activity_counts
from qa_sampling.loop.vocabulary import ACTIVITY_GROUPS, ACTIVITY_KINDS, THEMES
from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.records.activity_sheet import (
    activity_fields,
    read_activity_sheet,
    write_activity_template,
)
from qa_sampling.records.invented.activity import (
    GOVERNED,
    MISSED_SERVICE,
    MONTHLY,
    QUIET_SERVICE,
    activity_truths,
    invent_activity,
)

TODAY = dt.date(2026, 11, 2)
ID = "T0000abcd"
NOTHING = ACTIVITIES.empty()
SOUND = {
    "Observations": {"Kind": "planned visit observed", "Date": "05/10/2026", "Team": "north 1",
                     "Grade": "good", "Role of the observer": "Team Manager",
                     "Score (0 to 100)": 80,
                     "Standards": "visits; Child and family voice informs planning",
                     "Themes": "direct work with the child, oversight".replace(",", ";")},
    "Deskside discussions": {"Date": "2026-10-06", "Service": "Assessment"},
    "Feedback": {"Kind": "Feedback from a child", "Date": "7 October 2026", "Team": "Care 1",
                 "Who said it": "Child or young person", "On the whole": "Mixed"},
    "Complaints": {"Kind": "Complaint", "Date": "08/10/2026", "Service": "Assessment",
                   "What became of it": "partly upheld"},
    "Surveys": {"Date": "09/10/2026", "Service": "Assessment", "How many people": 40},
    "Escalations": {"Date": "12/10/2026", "Team": "Care 1"},
    "Other activity": {"Kind": "Peer sharing event", "Date": "13/10/2026", "Service": "Assessment",
                       "How many people": "12"},
}  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("activity") / "activity.xlsx"
    write_activity_template(path, teams=TEAMS, sheet_id=ID)
    return path


@pytest.fixture(scope="module")
def sound(original, tmp_path_factory):
    path = Path(shutil.copy(original, tmp_path_factory.mktemp("sound") / "activity.xlsx"))
    return filled(path, {(sheet, 2, name): value for sheet, row in SOUND.items()
                         for name, value in row.items()})  # fmt: skip


@pytest.fixture
def sheet(original, tmp_path):
    return Path(shutil.copy(original, tmp_path / "activity.xlsx"))


def filled(path, changes):
    book = openpyxl.load_workbook(path)
    for (sheet, row, heading), value in changes.items():
        heads = {cell.value: cell.column for cell in book[sheet][1]}
        book[sheet].cell(row, heads.get(heading, heading)).value = value
    book.save(path)
    return path


def read(path, held=NOTHING):
    return read_activity_sheet(path, held, today=TODAY, teams=TEAMS)


class TestTemplate:
    def test_a_sheet_a_group_with_references_of_its_own(self, original):
        book = openpyxl.load_workbook(original)
        assert tuple(book.sheetnames) == ("Notes", *ACTIVITY_GROUPS)
        refs = [row[0].value for name in ACTIVITY_GROUPS for row in book[name].iter_rows(min_row=2)]
        assert len(refs) == len(set(refs)) == 60 * len(ACTIVITY_GROUPS)
        assert all(ref.startswith(f"{ID}-") for ref in refs)

    def test_every_kind_and_every_column_has_a_place(self):
        fields = {group: activity_fields(group) for group in ACTIVITY_GROUPS}
        kinds = [kind for group in fields.values() for one in group if one.name == "kind"
                 for kind in one.options]  # fmt: skip
        assert sorted(kinds) == sorted(ACTIVITY_KINDS)
        names = {one.name for group in fields.values() for one in group}
        assert names == set(ACTIVITIES.names) - {"sheet_id"}
        assert not any("child_id" in name or "case" in name for name in names)

    def test_two_workbooks_never_share_a_reference(self, tmp_path):
        paths = [write_activity_template(tmp_path / f"{one}.xlsx") for one in "ab"]
        first = [openpyxl.load_workbook(path)["Surveys"]["A2"].value for path in paths]
        assert first[0] != first[1]

    def test_nothing_is_overwritten(self, original):
        with pytest.raises(ParameterError, match=r"new \.xlsx file"):
            write_activity_template(original)


class TestIn:
    def test_what_is_filled_in_is_read(self, sound):
        table = read(sound).table.set_index("kind")
        assert len(table) == len(SOUND)
        visit = table.loc["Planned visit observed"]
        assert visit["team"] == "North 1"
        assert visit["service"] == "Assessment", "it follows from the team"
        assert (visit["grade"], visit["score"]) == ("Good", 80)
        assert visit["standards"] == "visits; voice"
        assert visit["themes"] == "direct_work; oversight"
        assert table.loc["Peer sharing event", "people"] == 12
        assert table.loc["Deskside discussion", "date"] == pd.Timestamp("2026-10-06")
        assert set(table["sheet_id"]) == {ID}

    @pytest.mark.parametrize("kind", ["QA Group meeting", "Report to members"])
    def test_what_is_of_the_whole_authority_has_no_service(self, sheet, kind):
        changes = {"Kind": kind, "Date": "14/10/2026"}
        filled(sheet, {("Other activity", 2, name): value for name, value in changes.items()})
        assert read(sheet).table["service"].isna().tolist() == [True]

    def test_empty_it_says_nothing(self, original):
        found = read(original)
        assert (len(found.table), found.unchanged) == (0, 0)

    def test_through_the_register_twice_and_corrected(self, sound, tmp_path):
        path = Path(shutil.copy(sound, tmp_path / "again.xlsx"))
        with made(tmp_path / "register.sqlite") as register:
            assert register.record_activities(read(path).table).new == len(SOUND)
            head = register.head()
            found = read(path, register.activities())
            assert (len(found.table), found.unchanged) == (0, len(SOUND))
            register.record_activities(found.table)
            assert register.head() == head
            pd.testing.assert_frame_equal(
                register.activities().sort_values("activity_id", ignore_index=True),
                read(path).table.sort_values("activity_id", ignore_index=True),
            )
            filled(path, {("Complaints", 2, "What became of it"): "Upheld"})
            assert (
                register.record_activities(read(path, register.activities()).table).corrected == 1
            )
            held = register.activities().set_index("kind")
            assert held.loc["Complaint", "outcome"] == "Upheld"
            assert register.check() == ()

    def test_a_csv_of_one_sheet_does_as_well(self, tmp_path):
        path = tmp_path / "surveys.csv"
        path.write_text(
            "Reference,Kind,Date,Service,Team,Who said it,On the whole,Score (0 to 100),"
            "How many people,Standards,Themes,Note\n"
            "S-1,Survey,09/10/2026,Assessment,,,,,40,,,\n",
            encoding="utf-8",
        )
        assert read(path).table["people"].tolist() == [40]


VISIT = SOUND["Observations"]
HOSTILE = {
    "kind of another sheet": ({"Kind": "Complaint"}, r"Observations: Kind: the cell holds none of"),
    "no kind": ({"Kind": None}, r"Observations: Kind: the cell is blank \(row 2\)"),
    "no date": ({"Date": None}, r"Date: the cell is blank \(row 2\)"),
    "a day to come": ({"Date": "03/11/2026"}, r"Date: the cell holds a day that has not come yet"),
    "a month without that day": ({"Date": "31/09/2026"}, "a day the calendar does not have"),
    "no day": ({"Date": "Tuesday"}, r"Date: the cell is not a date"),
    "before anything": ({"Date": "01/01/1066"}, "Date: the cell is a date before 1980"),
    "unknown team": ({"Team": "Moon"}, r"Team: the cell holds none of the choices \(row 2\)"),
    "unknown service": ({"Service": "Moon"}, "Service: the cell holds none of the choices"),
    "team of another service": (
        {"Service": "Children in Care"},
        r"Team: the team is not of that service \(row 2\)",
    ),
    "nowhere": ({"Team": None}, "Service: neither service nor team is given"),
    "unknown grade": ({"Grade": "Splendid"}, "Grade: the cell holds none of the choices"),
    "score above": ({"Score (0 to 100)": 101}, r"Score \(0 to 100\): the cell is no score from"),
    "score in words": ({"Score (0 to 100)": "high"}, "is no score from 0 to 100"),
    "half a person": ({"How many people": 1.5}, "How many people: the cell is not a whole number"),
    "a crowd": ({"How many people": 10**6}, "is a number of people above 100,000"),
    "unknown standard": ({"Standards": "visits; love"}, "Standards: the cell holds none of"),
    "unknown theme": ({"Themes": "gossip"}, "Themes: the cell holds none of the choices"),
    "a child's number": (
        {"Note": "Seen with 4001234"},
        "Note: the cell holds a long number, which may be a child’s",
    ),
    "a number for a role": ({"Role of the observer": "Manager 4001234"}, "holds a long number"),
    "an essay for a role": ({"Role of the observer": "x" * 81}, "holds more than 80 characters"),
    "an essay": ({"Note": "x" * 2001}, "Note: the cell holds more than 2000 characters"),
    "reference lost": ({"Reference": None}, r"Reference: the cell is blank \(row 2\)"),
    "reference of signs": ({"Reference": "<a>"}, "Reference: the cell holds no short code"),
    "reference twice": (
        {"Reference": f"{ID}-OB002"},
        r"Observations: Reference: a reference is there twice \(rows 2 and 3\)",
    ),
    "an Excel error": ({"Team": "#REF!"}, "Team: the cell shows an Excel error"),
    "beside the sheet": ({"Gossip": "psst"}, "stands in a column that is not of the sheet"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_told_by_row_and_column(tmp_path, name):
    """As CSV, which is quicker to write; workbooks are read by the same code."""
    change, message = HOSTILE[name]
    heads = [field.heading for field in activity_fields("Observations")]
    row = {"Reference": f"{ID}-OB001"} | VISIT | change
    rows = [row] + [VISIT | {"Reference": f"{ID}-OB002"}] * (name == "reference twice")
    path = tmp_path / "observations.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, [*heads, *(set(row) - set(heads))])
        out.writeheader()
        out.writerows(rows)
    with pytest.raises(
        ExtractError, match=message.replace("Observations", "observations")
    ) as error:
        read(path)
    for secret in ("Moon", "Splendid", "love", "gossip", "4001234", "psst"):
        assert secret not in str(error.value)


def test_feedback_must_say_something(sheet):
    told = SOUND["Feedback"] | {"On the whole": None}
    filled(sheet, {("Feedback", 2, name): value for name, value in told.items()})
    with pytest.raises(ExtractError, match="On the whole: feedback says nothing on the whole"):
        read(sheet)


def test_a_sheet_of_another_name_is_told(sheet):
    book = openpyxl.load_workbook(sheet)
    book["Surveys"].title = "Survey 1"
    book.save(sheet)
    with pytest.raises(ExtractError, match="Survey 1: the sheet has a name that is not known"):
        read(sheet)


@pytest.mark.parametrize("content", [None, b"PK not really"])
def test_what_is_no_workbook(tmp_path, content):
    path = tmp_path / "x.xlsx"
    if content:
        path.write_bytes(content)
    with pytest.raises(ExtractError, match="The sheets of activity cannot be used"):
        read(path)


def test_a_copied_sheet_filled_in_anew_is_no_correction(sound, sheet):
    held = read(sound).table
    other = VISIT | {"Date": "20/10/2026", "Team": "Care 1"}
    filled(sheet, {("Observations", 2, name): value for name, value in other.items()})
    with pytest.raises(ExtractError, match="the reference is of another activity in the register"):
        read(sheet, held)
    moved = VISIT | {"Date": "20/10/2026"}
    filled(sheet, {("Observations", 2, name): value for name, value in moved.items()})
    assert len(read(sheet, held).table) == 1, "another day of the same team is a correction"
    other_kind = VISIT | {"Kind": "Other meeting observed"}
    filled(sheet, {("Observations", 2, name): value for name, value in other_kind.items()})
    with pytest.raises(ExtractError, match="of another activity"):
        read(sheet, held)


class TestCounts:
    ROWS = (
        {"kind": "Planned visit observed", "grade": "Good", "standards": "visits; voice"},
        {"kind": "Planned visit observed", "grade": "Inadequate", "standards": "visits"},
        {"kind": "Feedback from a family", "view": "Positive", "themes": "visits_kept"},
        {"kind": "Complaint", "outcome": "Upheld", "date": "2026-09-30", "service": None},
        {"kind": "Survey", "people": 40, "view": "Negative"},
    )

    def test_by_hand(self):
        held = activities(*self.ROWS)
        found = activity_counts(held)
        table = found.table.set_index("kind")
        assert found.total == 5
        assert table.loc["Planned visit observed", ["activities", "graded", "good"]].tolist() == [
            2,
            2,
            1,
        ]
        assert table.loc["Survey", ["people", "negative"]].tolist() == [40, 1]
        assert table.loc["Complaint", "upheld"] == 1
        standard = activity_counts(held, by=["standard"]).table.set_index("standard")
        assert standard["activities"].to_dict() == {"Not recorded": 3, "visits": 2, "voice": 1}
        assert standard.index.tolist() == ["voice", "visits", "Not recorded"]
        month = activity_counts(held, by=["month", "group"]).table
        assert month.iloc[0][["month", "group", "activities"]].tolist() == [
            "2026-09",
            "Complaints",
            1,
        ]
        service = activity_counts(held, by=["service"]).table
        assert service["service"].tolist() == ["Assessment", "Not recorded"]
        assert activity_counts(held, by=[]).table["activities"].tolist() == [5]

    def test_only_the_days_asked_for(self):
        held = activities(*self.ROWS)
        first, last = pd.Timestamp("2026-10-01"), pd.Timestamp("2026-10-04")
        assert activity_counts(held, first=first).total == 4
        assert activity_counts(held, first=first, as_at=last).total == 0
        assert activity_counts(held, first=first, as_at=last).table.empty

    def test_the_order_of_rows_is_irrelevant(self):
        held = activities(*self.ROWS)
        mixed = held.sample(frac=1, random_state=4)
        for by in (["kind"], ["standard"], ["month", "service"], ["theme"]):
            pd.testing.assert_frame_equal(
                activity_counts(held, by=by).table, activity_counts(mixed, by=by).table
            )

    @pytest.mark.parametrize("by", [["child"], ["kind", "kind"]])
    def test_by_anything_else_is_refused(self, by):
        with pytest.raises(SchemaError, match="choose from kind, group, month"):
            activity_counts(activities(*self.ROWS), by=by)


@pytest.fixture(scope="module")
def told():
    from qa_sampling.records.synthetic import invent

    small = invent(seed=11, scale=0.1)
    return invent_activity(
        small.staff, seed=2026, scale=1.0, until=dt.date(2026, 10, 31), months=36
    )


class TestInvented:
    def test_it_is_as_declared_and_the_same_every_time(self, told):
        assert told["activity_id"].is_unique
        assert set(told["kind"]) <= set(ACTIVITY_KINDS)
        assert set(MONTHLY) | {"IRO escalation"} | set(GOVERNED) == set(ACTIVITY_KINDS)
        assert told["date"].max() <= pd.Timestamp("2026-10-31")
        assert set(told["themes"].dropna()) <= set(THEMES)

    def test_what_is_planted_is_there(self, told):
        truths = activity_truths()
        assert truths["little_family_feedback"]["service"] == QUIET_SERVICE
        heard = told[told["kind"].isin(["Feedback from a family", "Feedback from a child"])]
        per_team = heard["service"].value_counts()
        others = per_team.drop(QUIET_SERVICE, errors="ignore")
        assert per_team.get(QUIET_SERVICE, 0) < 0.4 * others.min()
        calls = told[told["kind"] == "IRO escalation"]["date"].dt.year.value_counts()
        first = told["date"] < pd.Timestamp("2024-11-01")
        last = told["date"] >= pd.Timestamp("2025-11-01")
        is_call = told["kind"] == "IRO escalation"
        assert (is_call & first).sum() > 1.5 * (is_call & last).sum() > 0
        assert calls.sum() == is_call.sum()
        missed = told[told["themes"] == "visits_missed"]
        assert set(missed["service"]) == {MISSED_SERVICE}
