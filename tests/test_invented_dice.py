"""Chance and days of the invented authority."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.records.invented import days
from qa_sampling.records.invented.dice import Dice

DATES = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def test_the_stream_is_the_raw_stream_of_pcg64():
    # Snapshot; the raw stream is numpy's promise (NEP 19: bit generators never change).
    dice = Dice(2026, "journeys")
    assert dice.rolls(3).tolist() == [2166965059, 642887288, 2609285036]


def test_streams_of_two_purposes_differ():
    assert Dice(1, "staff").rolls(5).tolist() != Dice(1, "audits").rolls(5).tolist()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_chance_comes_as_often_as_its_share(share):
    dice = Dice(5, "test")
    assert sum(dice.chance(share) for _ in range(4000)) / 4000 == pytest.approx(share, abs=0.03)
    assert Dice(6, "test").many_chance(share, 4000).mean() == pytest.approx(share, abs=0.03)


def test_numbers_below_come_alike():
    counts = np.bincount(Dice(7, "test").many_below(6, 12_000), minlength=6)
    assert counts.min() > 1850
    assert counts.max() < 2150
    dice = Dice(7, "test")
    assert {dice.between(3, 5) for _ in range(100)} == {3, 4, 5}


def test_weights_count():
    dice = Dice(8, "test")
    drawn = [dice.weighted((("a", 1), ("b", 0), ("c", 3))) for _ in range(4000)]
    assert drawn.count("b") == 0
    assert drawn.count("c") / 4000 == pytest.approx(0.75, abs=0.03)
    many = Dice(8, "test").many_weighted([1, 0, 3], 4000)
    assert (many == 1).sum() == 0
    assert (many == 2).mean() == pytest.approx(0.75, abs=0.03)


def test_nothing_can_be_drawn_from_no_weight():
    with pytest.raises(ValueError, match="`items` holds no weight; give at least one"):
        Dice(1, "test").weighted((("a", 0),))


def test_a_spread_has_the_quantiles_of_its_knots():
    dice = Dice(9, "test")
    values = [dice.spread(((0, 10), (500, 20), (1000, 100))) for _ in range(5000)]
    assert min(values) >= 10
    assert max(values) <= 100
    assert np.median(values) == pytest.approx(20, abs=3)
    assert np.quantile(values, 0.75) == pytest.approx(60, abs=4)


def test_rounding_keeps_the_mean():
    dice = Dice(10, "test")
    assert np.mean([dice.round(2.3) for _ in range(4000)]) == pytest.approx(2.3, abs=0.03)


@given(st.integers(0, 1000), st.integers(0, 30))
def test_shuffling_keeps_everything(seed, n):
    assert sorted(Dice(seed, "test").shuffled(range(n))) == list(range(n))


@given(DATES)
def test_day_numbers_are_dates(value):
    day = days.to_day(value)
    assert days.to_date(day) == value
    assert days.weekday(day) == value.weekday()
    assert days.next_weekday(day) - day == {5: 2, 6: 1}.get(value.weekday(), 0)


@given(DATES, st.integers(0, 90))
def test_weekdays_are_added_as_numpy_adds_them(value, n):
    start = np.datetime64(value)
    expected = np.busday_offset(start, n, roll="forward") if n else start
    assert days.to_date(days.add_weekdays(days.to_day(value), n)) == expected.astype(object)


@given(DATES, st.integers(0, 40))
def test_months_before_are_those_of_pandas(value, months):
    expected = (pd.Timestamp(value) - pd.DateOffset(months=months)).date()
    assert days.to_date(days.months_before(days.to_day(value), months)) == expected


@given(DATES)
def test_a_month_ends_the_day_before_the_next(value):
    end = days.to_date(days.month_end(days.to_day(value.replace(day=1))))
    assert (end + timedelta(days=1)).day == 1
    assert (end.year, end.month) == (value.year, value.month)


@given(st.dates(date(2000, 1, 1), date(2027, 1, 1)), st.dates(date(2018, 1, 1), date(2026, 12, 31)))
def test_ages_are_completed_years(born, at):
    age = days.ages(pd.Series([days.to_day(born)]), days.to_day(at))[0]
    whole = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
    assert age == max(-1, whole)


def test_a_child_of_29_february_turns_18_on_1_march():
    assert days.to_date(days.birthday(days.to_day(date(2008, 2, 29)), 18)) == date(2026, 3, 1)


def test_days_to_come_are_missing():
    seen = days.to_dates(pd.Series([10, 20, days.OPEN]), seen_from=15)
    assert seen.isna().tolist() == [False, True, True]
