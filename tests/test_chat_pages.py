"""The table of ChAT's boxes in docs/benchmarking.md: each has its answer, and its names exist."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from test_measures import made

from qa_sampling.records.published_catalogue import MEASURES as PUBLISHED
from qa_sampling.trends import list_rules, measure_rules, population_rates
from qa_sampling.trends.measure_rules import Lasted, SinceLatest, Within
from qa_sampling.trends.measures import MEASURES, measure_of
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.unit_kinds import UNIT_KINDS

DOCS = Path(__file__).parents[1] / "docs"
PART = (DOCS / "benchmarking.md").read_text("utf-8").split("## ChAT's pages")[1].split("\n##")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PART.splitlines()
    if line.startswith("| ") and not line.startswith("| page")
]
WAYS = {*vars(measure_rules), *vars(list_rules), *vars(population_rates)}
NAME = re.compile(r"`(\w+)`")
BOXES = {
    "Contacts": "count, rate; list of referrals; age and gender; sources; of a child; ethnicity",
    "Early help": "count, rate; list of referrals; age and gender; repeat; ethnicity",
    "Referrals": "count, rate; source; age and gender; ethnicity; number of referrals; no further",
    "Assessments": "count, rate; open and closed; disability; support; bins; 45; age; ethnicity",
    "S47 and ICPC": "enquiries: count, rate; disability; of a child; no conference; conferences: "
    "count, rate; conferences of a child; led to a plan; in bins; 15 working days",
    "CIN": "all; started; ceased, reason, duration; open: age; disability; ethnicity; "
    "open: duration; last seen; need",
    "CP": "started, ended; previous plans; initial category; latest category; length of ended; "
    "two years; open: age, ethnicity; disability; open: length; visit; seen alone; review",
    "CLA": "started, ceased; asylum; previously; need; reasons; open: age; legal status; "
    "permanence; review; visit; type; provider; placements in 12; short-term; long-term; "
    "12 months; health; dental; missing; absent; interview offered",
    "Care leavers": "count; eligibility; in touch; accommodation type; suitability; employment",
    "Adoption": "adopted; time",
    "Adopters": "approvals",
}
"""Boxes of each page, as a public re-implementation of ChAT computes them."""


@pytest.mark.parametrize("page", BOXES)
def test_every_box_of_a_page_has_its_row(page: str) -> None:
    told = " / ".join(row[1] for row in ROWS if row[0] == page)
    assert [one for one in BOXES[page].split("; ") if one not in told] == []


def test_every_row_is_answered_or_says_why_not() -> None:
    assert {row[0] for row in ROWS} == set(BOXES)
    assert len({(row[0], row[1]) for row in ROWS}) == len(ROWS) > 70
    for page, box, _, own in ROWS:
        unanswered = own.startswith("Not answered: ")
        assert unanswered or any(one in MEASURES for one in NAME.findall(own)), (page, box)
    assert sum(row[3].startswith("Not answered") for row in ROWS) == 7


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}")
def test_every_name_exists(row: list[str]) -> None:
    assert row[2] == "–" or NAME.findall(row[2])
    assert [one for one in NAME.findall(row[2]) if one not in PUBLISHED] == []
    known = {*MEASURES, *UNIT_KINDS, *WAYS}
    assert [one for one in NAME.findall(row[3]) if one not in known] == []
    counted = [one for one in NAME.findall(row[3]) if one in MEASURES]
    elsewhere = [one for one in counted if MEASURES[one].base is None]
    assert not elsewhere or row[3].startswith("Not answered")


def test_every_published_measure_is_in_a_box() -> None:
    assert set(PUBLISHED) == {one for row in ROWS for one in NAME.findall(row[2])}


def test_other_borders_of_a_clock_make_bins() -> None:
    rows = [(f"c{one}", "Assessment", "2024-06-03", f"2024-06-{3 + one:02}") for one in (0, 4, 25)]
    rows += [("a", "Section 47 enquiry", "2024-06-03")]
    rows += [("a", "Initial child protection conference", "2024-06-18")]  # 11 working days
    rows += [("n", "Child in need episode", "2024-04-01", f"2024-06-{one}") for one in (30,)]
    rows += [("m", "Child in need episode", "2024-03-31", "2024-06-30")]
    table = made(*rows)

    def share(name: str, rule: Within | SinceLatest | Lasted) -> list[int]:
        one = replace(measure_of(name), rule=rule)
        read = readings_of(table, one, as_at=date(2024, 12, 31), since=date(2023, 1, 1))
        june = read.set_index("start").loc[pd.Timestamp("2024-06-01")]
        return june[["numerator", "denominator"]].tolist()

    days = [share("assessments_45_days", Within(most)) for most in (0, 3, 4, 18, 19, 45)]
    assert days == [[1, 3], [1, 3], [2, 3], [2, 3], [3, 3], [3, 3]]
    s47 = [share("icpc_15_days", SinceLatest("Section 47 enquiry", most, 12)) for most in (10, 11)]
    assert s47 == [[0, 1], [1, 1]]
    assert [share("need_two_years", Lasted(most)) for most in (91, 92)] == [[2, 2], [1, 2]]
