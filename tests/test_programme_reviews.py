"""When the page, its standards and its actions are looked at again; whose an audit is."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from qa_sampling.errors import ParameterError
from qa_sampling.loop.standards import Evidence, read_standard
from qa_sampling.parameters import read_parameters, read_programme_files
from qa_sampling.reporting.programme_words import short_of
from qa_sampling.reporting.review_words import month_told, reviews_table
from qa_sampling.runs.findings.steps import _with_team
from qa_sampling.runs.programme_page.reviews import due_by_role, reviews_of
from qa_sampling.schema import NOT_RECORDED, QUALITY_STANDARDS
from qa_sampling.settings.programme_files import declared_file

KEYS = tuple(QUALITY_STANDARDS)


def files_and(period: str):
    settings = read_parameters("qa_programme", {"period": period})
    return settings, read_programme_files(settings)


def reading(key: str, *says: str):
    shares = {"Good": (0.9, 0.8, 0.95), "Not yet": (0.4, 0.3, 0.5)}
    told = [
        Evidence(key, f"Source {place}", *_evidence(one, shares)) for place, one in enumerate(says)
    ]
    return read_standard(key, told)


def _evidence(says: str, shares: dict) -> tuple:
    share, low, high = shares[says]
    return 40, share, low, high, 0.7, says


def first_month_after(period: str, months: range | tuple[int, ...] | str) -> str:
    """Count on by hand, a month at a time."""
    year, month = int(period[:4]), int(period[5:])
    for _ in range(12):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if months == "every" or month in months:
            return f"{year}-{month:02d}"
    return ""


@pytest.mark.parametrize("period", ["2026-10", "2026-11", "2026-12", "2027-02", "2027-06"])
def test_months_against_counting_on_by_hand(period):
    settings, files = files_and(period)
    told = reviews_of(settings, files, [read_standard(key, []) for key in KEYS])
    made_in = first_month_after(period, "every")
    assert told.page == first_month_after(made_in, "every")
    assert set(told.standards.values()) == {first_month_after(made_in, (1, 4, 7, 10))}
    months = dict(zip(told.others["what"], told.others["month"], strict=True))
    assert months["Cases with a low grade: second looks"] == first_month_after(
        made_in, (2, 5, 9, 11)
    )
    reports = [one for one in files.responsibilities.responsibilities if one.owes == "report"]
    assert len(reports) == 3
    for one in reports:
        assert months[one.what] == first_month_after(made_in, one.months)
    assert told.owner == "Head of Quality Assurance"


def test_a_standard_that_does_not_read_well_is_on_the_next_page():
    settings, files = files_and("2026-10")
    cards = [reading(KEYS[0], "Good", "Good"), reading(KEYS[1], "Not yet"),
             reading(KEYS[2], "Good", "Not yet"), read_standard(KEYS[3], [])]  # fmt: skip
    told = reviews_of(settings, files, cards)
    assert told.standards == {
        KEYS[0]: "2027-01", KEYS[1]: "2026-12", KEYS[2]: "2026-12", KEYS[3]: "2027-01",
    }  # fmt: skip
    table = reviews_table(told.page, told.standards, told.others, owner=told.owner)
    rows = table.text
    assert rows[0] == ["This page", "December 2026", "Head of Quality Assurance"]
    assert rows[1][0] == f"Standards: {short_of(KEYS[1])}; {short_of(KEYS[2])}"
    assert [row[1] for row in rows] == sorted(
        (row[1] for row in rows), key=lambda one: pd.Timestamp(f"1 {one}")
    )
    assert month_told("") == "Not in the calendar"


def test_the_months_of_review_are_declared():
    files = files_and("2026-10")[1].standards
    assert files.review_months == (1, 4, 7, 10)
    values = files.model_dump(mode="json")
    every = declared_file("standards_file", values | {"review_months": "every"}, named="s.yml")
    assert all(every.in_review_month(month) for month in range(1, 13))
    with pytest.raises(ParameterError, match="review_months"):
        declared_file("standards_file", values | {"review_months": [13]}, named="s.yml")


def test_open_actions_by_role_and_when_they_fall_due():
    day = pd.Timestamp(date(2026, 10, 31))
    rows = [
        ("Team Manager", "Open", "2026-10-01"),
        ("Team Manager", "Open", "2026-10-31"),
        ("Team Manager", "Open", "2026-11-30"),
        ("Team Manager", "Open", "2026-12-01"),
        ("Team Manager", "Closed", "2026-09-01"),
        (None, "Open", "2026-11-05"),
        ("Director", "Completed", "2026-11-05"),
    ]
    held = pd.DataFrame(rows, columns=["owner_role", "status", "due"])
    held["due"] = pd.to_datetime(held["due"])
    assert due_by_role(held, day).to_numpy().tolist() == [
        [NOT_RECORDED, 1, 0, 1, "5 November 2026", "–"],
        ["Team Manager", 4, 1, 2, "31 October 2026", "1 October 2026"],
    ]
    assert due_by_role(held.iloc[:0], day).empty


def test_an_audit_without_a_team_takes_no_service_from_an_extract_of_another_day():
    """The extract, of a later day, says Leaving Care; the draw does not say where the case was."""
    part = pd.DataFrame(
        {"case_ref": ["A", "B", "C"], "team": [None, None, "Team 1"],
         "service": ["Leaving Care"] * 3, "stratum": ["0 to 4", "Children in Care", "0 to 4"],
         "status": "Open", "age_band": "0 to 4", "ethnic_group": "White", "worker": "W"}
    )  # fmt: skip
    staff = pd.DataFrame(
        {"team": ["Team 1", "Team 2"], "service": ["Assessment", "Children in Care"]}
    )
    audits = pd.DataFrame({"team": [None, None, "Team 1"]}, index=["A", "B", "C"], dtype="object")
    found = _with_team(part, audits, staff).set_index("case_ref")["service"]
    assert found.to_dict() == {"A": NOT_RECORDED, "B": "Children in Care", "C": "Assessment"}
