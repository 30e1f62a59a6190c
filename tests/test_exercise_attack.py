"""Auditors attack what is published of their own exercise: they know their grades and a friend's.

The attack is written apart from the guard: it reads the printed tables, takes what two auditors
know out of them, and tries every whole number that fits and that the published rule allows. Two
auditors know too much when they can tell of a standard that fewer than three of the others (three
are left of a smallest count of five) are, or are not, away from the expert.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import DisclosureError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.exercise_file import EXPERT
from qa_sampling.records.keys import create_key
from qa_sampling.reporting.disclosure import HIDDEN_MARK, protect
from qa_sampling.reporting.exercise_tables import (
    APART,
    MORE,
    ONE,
    SAME,
    Protection,
    exercise_findings,
    protect_exercise,
)
from qa_sampling.runs.exercise.outputs import publish_exercise, release_exercise
from qa_sampling.runs.exercise.steps import SHORT, graded_of
from qa_sampling.runs.exercise_grades import open_exercise

SMALLEST = 5
LEFT = SMALLEST - 2
STANDARDS = ("overall", "voice", "visits")


def of(steps, standards=STANDARDS) -> pd.DataFrame:
    """Make grades: one row an auditor, in it one tuple a standard: the gap in each case."""
    return pd.DataFrame(
        [
            (f"Case {case}", standard, f"Auditor {number:02d}", gap)
            for number, row in enumerate(steps)
            for standard, gaps in zip(standards, row, strict=False)
            for case, gap in enumerate(gaps, start=1)
        ],
        columns=["case_ref", "standard", "auditor", "gap"],
    )


def protected(grades, **asked):
    return protect_exercise(
        grades, names=SHORT, whose="the expert", exercise=asked.pop("exercise", "one"), **asked
    )


def printed(tables) -> dict[tuple[str, str], int]:
    """Everything that is printed, of both tables."""
    found = {}
    for row in tables.standards.frame.itertuples():
        found[row.standard, row.steps] = row.auditors
    for row in tables.steps.frame.itertuples():
        place = ("All", row.steps)
        assert found[place] == row.auditors or HIDDEN_MARK in (found[place], row.auditors)
        found[place] = row.auditors if found[place] == HIDDEN_MARK else found[place]
    return {place: int(value) for place, value in found.items() if value != HIDDEN_MARK}


def away_of(grades) -> pd.DataFrame:
    """One row an auditor, one column a standard: whether they are away; missing without grade."""
    far = grades.assign(far=(grades["gap"] != 0).astype(float))
    table = far.groupby(["auditor", "standard"])["far"].max().unstack("standard")
    return table.rename(columns=SHORT)


def known_too_well(grades, shown) -> list[tuple[str, str]]:
    """Give the pairs that can tell too much, by trying all numbers of others that are away."""
    away = away_of(grades)
    rows = [name for name in away.columns if (name, "All") in shown]
    away, total = away[rows], shown.get(("All", APART))
    told = np.array([shown.get((name, APART), -1) for name in rows])
    graded = np.array([shown[name, "All"] for name in rows])
    hidden = np.flatnonzero(told < 0)
    tried = np.indices(graded[hidden] + 1).reshape(
        len(hidden), max(int(np.prod(graded[hidden] + 1)), 1)
    )
    by_rule = ((tried < SMALLEST) | (tried > graded[hidden, None] - SMALLEST)).all(axis=0)
    tried = tried[:, by_rule]
    found = []
    for pair in combinations(away.index, 2):
        own = away.loc[list(pair)]
        mine, same = (own == 1).sum().to_numpy(), (own == 0).sum().to_numpy()
        others = graded - mine - same
        fits = ((tried >= mine[hidden, None]) & (tried <= (graded - same)[hidden, None])).all(
            axis=0
        )
        if total is not None:
            fits &= tried.sum(axis=0) + told[told >= 0].sum() == total
        assert fits.any(), "the truth itself must fit"
        low, high = told - mine, told - mine
        low[hidden] = tried[:, fits].min(axis=1) - mine[hidden]
        high[hidden] = tried[:, fits].max(axis=1) - mine[hidden]
        if (high < LEFT).any() or (others - low < LEFT).any():
            found.append(pair)
    return found


def test_the_attack_works_on_counts_of_grades() -> None:
    """What was published before: six grades of three auditors, one of whom has a friend."""
    grades = of([[(1, 1)], [(1, 1)], [(1, 1)], *[[(0, 0)]] * 7], STANDARDS[:1])
    plain = {("Overall", "All"): 10, ("Overall", APART): 3, ("All", APART): 3}
    assert known_too_well(grades, plain)
    assert not known_too_well(grades, printed(protected(grades)))
    assert all(row.auditors == HIDDEN_MARK for row in protected(grades).standards.body.itertuples())


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_no_two_auditors_can_tell_of_the_others(data) -> None:
    people = data.draw(st.integers(6, 12))
    chance = data.draw(st.sampled_from([(0, 0, 0, 0, 1), (0, 1), (0, 1, 1, -1, 2), (0, 0, 0, 1)]))
    cases = data.draw(st.integers(1, 2))
    gaps = st.tuples(*[st.sampled_from(chance)] * cases)
    grades = of(data.draw(st.lists(st.lists(gaps, min_size=3, max_size=3), min_size=people,
                                   max_size=people)))  # fmt: skip
    shown = printed(protected(grades))
    assert not known_too_well(grades, shown)
    assert all(value == 0 or value >= 5 for value in shown.values())
    names = {row for row, _ in shown} - {"All"}
    if ("All", MORE) in shown or ("All", ONE) in shown:
        assert all((name, step) in shown for name in names for step in (ONE, MORE))


def test_no_two_auditors_of_the_invented_exercise_can(tmp_path) -> None:
    graded = graded_of(read_parameters("training_exercise", {}))
    grades = graded.found.grades
    shown = printed(protected(grades))
    assert 20 < len(shown) < 70
    assert not known_too_well(grades, shown)


class TestRows:
    def test_fewer_than_six_auditors_publish_nothing(self) -> None:
        five = of([[(0,), (1,), (0,)]] * 2 + [[(1,), (0,), (0,)]] * 3)
        tables = protected(five)
        assert not printed(tables) and tables.why_not == "too few auditors graded"
        assert "too few auditors" in str(exercise_findings(tables))
        sixth = of([[(0,), (1,), (0,)]] * 3 + [[(1,), (0,), (0,)]] * 3)
        assert printed(protected(sixth))
        assert not printed(protected(sixth, protection=Protection(7, 5)))

    def test_a_standard_that_few_graded_is_left_out_and_not_counted(self) -> None:
        grades = of([[(0,), (1,)]] * 3 + [[(1,), (0,)]] * 2 + [[(1,)]] * 7, STANDARDS[:2])
        shown = printed(protected(grades))
        assert shown["All", "All"] == 12 and ("Voice", "All") not in shown

    @pytest.mark.parametrize("gap", [0, 1, 2])
    def test_a_standard_on_which_all_are_alike_is_hidden_whole(self, gap) -> None:
        mixed = [[(0,), (gap,)]] * 6 + [[(1,), (gap,)]] * 6
        shown = printed(protected(of(mixed, STANDARDS[:2])))
        assert {step for row, step in shown if row == SHORT["voice"]} == {"All"}
        assert shown["Overall", SAME] == 6 and ("All", SAME) not in shown

    def test_whoever_graded_two_cases_counts_once_by_the_grade_furthest_away(self) -> None:
        rows = [[(0, 0)]] * 5 + [[(1, 0)]] * 5 + [[(-1, 2)]] * 5
        shown = printed(protected(of(rows, STANDARDS[:1])))
        row = {step: value for (name, step), value in shown.items() if name == "Overall"}
        assert row == {SAME: 5, ONE: 5, MORE: 5, APART: 10, "All": 15}

    def test_how_far_is_hidden_where_few_are_far(self) -> None:
        rows = [[(0,)]] * 6 + [[(1,)]] * 6 + [[(2,)]]
        shown = printed(protected(of(rows, STANDARDS[:1])))
        assert {step for name, step in shown if name == "Overall"} == {SAME, APART, "All"}


class TestTotals:
    def test_one_auditor_who_makes_most_of_a_total_hides_it(self) -> None:
        names = list(SHORT)
        rows = [[(2,)] * 13] + [[(int(place == number % 13),) for place in range(13)]
                                for number in range(7)]  # fmt: skip
        shown = printed(protected(of(rows, names)))
        assert ("All", APART) not in shown and shown["All", "All"] == 8 * 13

    def test_a_total_that_tells_of_a_hidden_row_is_hidden(self) -> None:
        rows = [[(0,), (0,)]] * 6 + [[(1,), (0,)]] * 6 + [[(1,), (1,)]]
        shown = printed(protected(of(rows, STANDARDS[:2])))
        assert shown["Overall", APART] == 7 and ("All", APART) not in shown


class TestEditions:
    def test_the_next_edition_shows_nothing_where_the_first_did(self) -> None:
        first = of([[(0,)]] * 6 + [[(1,)]] * 6, STANDARDS[:1])
        told = protected(first)
        late = of([[(0,)]] * 6 + [[(1,)]] * 7, STANDARDS[:1])
        earlier = (told.steps, told.standards)
        again = protected(late, edition="second edition", earlier=earlier)
        assert not printed(again) and "whose grades changed" in again.why_not
        assert printed(protected(late, exercise="other", earlier=earlier))
        assert printed(protected(first, earlier=earlier)) == printed(told)

    def test_where_grades_were_published_before_auditors_are_not(self) -> None:
        grades = of([[(0,)]] * 6 + [[(1,)]] * 6, STANDARDS[:1])
        counts = pd.DataFrame({"steps": [SAME, APART], "grades": [6, 6]})
        former = protect(counts, by=["steps"], counts=["grades"], population="grades of one")
        assert not printed(protected(grades, earlier=[former]))
        assert printed(protected(grades, earlier=[former], exercise="one-more"))

    def test_after_an_edition_that_showed_nothing_the_next_may(self) -> None:
        few = protected(of([[(0,)]] * 5, STANDARDS[:1]))
        grades = of([[(0,)]] * 6 + [[(1,)]] * 6, STANDARDS[:1])
        more = protected(grades, edition="second", earlier=(few.steps, few.standards))
        assert printed(more)


def test_another_exercise_of_the_month_is_told_to_take_a_name(tmp_path) -> None:
    asked = read_parameters("training_exercise", {"outputs": str(tmp_path)})
    graded = graded_of(asked)
    grades = graded.found.grades
    other = replace(
        graded, found=replace(graded.found, grades=grades.assign(gap=-grades["gap"] + 1))
    )
    with open_exercise(asked) as register:
        release_exercise(graded, asked, register)
        with pytest.raises(
            DisclosureError, match="another exercise of the month, give it a `name`"
        ):
            release_exercise(other, asked, register)
        named = read_parameters("training_exercise", {"outputs": str(tmp_path), "name": "voice"})
        assert release_exercise(other, named, register).steps.population.endswith("exercise-voice")


@pytest.mark.parametrize("people", [5, 12])
def test_page_tables_workbook_and_csv_say_no_more_than_the_tables(
    tmp_path, monkeypatch, people
) -> None:
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    create_key()
    rows = [("Case 1", EXPERT, "Overall", "Good")]
    rows += [
        ("Case 1", f"Auditor {letter}", "Overall", "Good" if place % 2 else "Outstanding")
        for place, letter in enumerate("abcdefghijkl"[:people])
    ]
    path = tmp_path / "g.csv"
    columns = ["case", "auditor", "standard", "grade"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    asked = read_parameters(
        "training_exercise", {"grades_file": str(path), "outputs": str(tmp_path / "o")}
    )
    graded = graded_of(asked)
    with open_exercise(asked) as register:
        tables = release_exercise(graded, asked, register)
        publish_exercise(graded, asked, register, tables=tables, findings=exercise_findings(tables))
    folder = asked.outputs_folder / asked.slug / "shareable"
    book = openpyxl.load_workbook(folder / "exercise_tables.xlsx")
    cells = [
        value
        for sheet in book.worksheets[3:]
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if isinstance(value, int | float)
    ]
    text = (folder / "exercise_tables.csv").read_text(encoding="utf-8-sig")
    numbers = [float(one) for one in re.findall(r",(\d+(?:\.\d+)?)(?=[,\r\n])", text)]
    allowed = {0, 6, 12, 50, 100} if people == 12 else set()
    assert set(cells) <= allowed and set(numbers) <= allowed
    assert bool(cells) == bool(numbers) == (people == 12)
    assert not np.isin([5, 2, 3], cells).any()
