"""The worked quarter of docs/estimation.md is what the code gives."""

import matplotlib

matplotlib.use("Agg")

import pytest
from quarter_page import BEGIN, END, PAGE, PICTURE, page
from quarter_pipeline import CONFLICT, fieldwork, months, settled, true_grades, true_share

from qa_sampling.records.synthetic import invent


@pytest.fixture(scope="module")
def chosen():
    return months(invent(2026))


def test_the_page_says_what_the_code_gives(chosen) -> None:
    text, stored = page(chosen)
    found = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert found == text, "run `python tests/quarter_page.py`"
    assert stored.startswith(b"<?xml")
    assert PICTURE.read_bytes().startswith(b"<?xml")


def test_both_ways_of_opening_cases_end_alike(chosen) -> None:
    one = fieldwork(chosen[0], "alike", 20)[0]
    other = settled(chosen[0], "alike", 20)
    assert other.is_settled
    columns = ["case_ref", "outcome", "weight", "stands_for"]
    assert one.cases[columns].equals(other.cases[columns])


def test_the_truth_is_as_planted(chosen) -> None:
    assert 0.01 < true_share(chosen[3:]) - true_share(chosen[:3]) < 0.06
    assert sum(true_grades(chosen).values()) == pytest.approx(1)
    conflicts = sum(month.truth["conflict"].mean() for month in chosen) / len(chosen)
    assert conflicts == pytest.approx(CONFLICT, abs=0.015)
