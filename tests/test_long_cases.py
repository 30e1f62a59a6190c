"""How long things take, looked into: long cases, and what moved the median."""

from __future__ import annotations

from statistics import median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.errors import TrendError
from qa_sampling.trends.long_cases import as_share, long_from, median_change, weighted_median
from qa_sampling.trends.measures import MEASURES

DAYS = st.lists(st.integers(0, 60), min_size=1, max_size=12)


@given(DAYS, st.data())
def test_a_weighted_median_is_that_of_the_cases_written_out(days, data):
    days = sorted(days)
    times = data.draw(st.lists(st.integers(0, 4), min_size=len(days), max_size=len(days)))
    found = weighted_median(np.array(days, float), np.array([times], float))[0]
    whole = [day for day, number in zip(days, times, strict=True) for _ in range(number)]
    assert (found == median(whole)) if whole else np.isnan(found)


@given(DAYS)
def test_three_in_four_are_not_longer_and_more_would_be_one_day_sooner(days):
    found = long_from(pd.Series(days))
    assert sum(day > found for day in days) <= len(days) / 4
    assert sum(day >= found for day in days) > len(days) / 4


def cases(dice, number, *, slow=0.3, shift=0.0):
    """Cases of two teams, of which B takes longer; families of one to three children."""
    family = np.repeat(np.arange(number), dice.choice([1, 2, 3], number, p=[0.6, 0.3, 0.1]))
    team = np.where(dice.random(number) < slow, "B", "A")[family]
    own = np.round(dice.gamma(4, 8, number) + shift)[family] + np.where(team == "B", 15, 0)
    return pd.DataFrame({"days": own, "team": team, "family_id": family.astype("str")})


def parted(before, now, factor):
    """The parts of a median's change in plain loops, with every case written out by its weight."""
    tables = [one[[factor, "days"]].to_dict("records") for one in (before, now)]

    def share(table, value):
        return sum(row[factor] == value for row in table) / len(table)

    def weighted(table, like):
        rows = sorted((row["days"], share(like, row[factor]) / share(table, row[factor])
                       if share(like, row[factor]) else 1.0) for row in table)  # fmt: skip
        half, held = sum(weight for _, weight in rows) / 2, 0.0
        for place, (day, weight) in enumerate(rows):
            held += weight
            if abs(held - half) < 1e-7:
                return (day + rows[place + 1][0]) / 2
            if held > half:
                return day
        raise AssertionError

    ends = [median(row["days"] for row in table) for table in tables]
    mix = (weighted(tables[0], tables[1]) - ends[0] + ends[1] - weighted(tables[1], tables[0])) / 2
    return ends, mix


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_are_those_of_plain_loops_and_add_up(seed):
    dice = np.random.default_rng(seed)
    before, now = cases(dice, 90), cases(dice, 40, slow=0.7, shift=3)
    found = median_change(before, now, factors=["team"], draws=100)
    ends, mix = parted(before, now, "team")
    part = found.parts.iloc[0]
    assert (found.before, found.now) == tuple(ends) and part["mix"] == pytest.approx(mix)
    assert part["within"] + part["mix"] == pytest.approx(found.change, abs=1e-12)
    for row in found.groups.itertuples():
        then = [one for one, team in zip(before["days"], before["team"], strict=True)
                if team == row.value]  # fmt: skip
        assert (row.before, row.cases_before) == (median(then), len(then))


def test_another_mix_alone_is_told_as_mix():
    """Nothing changes within the teams, and the slow one has four times its share of the cases."""
    dice = np.random.default_rng(3)
    found = median_change(
        cases(dice, 900, slow=0.2), cases(dice, 900, slow=0.8), factors=["team"], draws=100
    )
    part = found.parts.iloc[0]
    assert found.is_change and part["low"] > 0
    assert abs(part["within"]) < part["mix"] / 4


def test_the_interval_holds_its_level_with_brothers_and_sisters():
    """Where nothing changed, about one interval in twenty misses 0."""
    said = []
    for seed in range(80):
        dice = np.random.default_rng(1000 + seed)
        held = median_change(cases(dice, 120), cases(dice, 60), factors=["team"], draws=100)
        said.append(held.is_change)
    assert 1 <= sum(said) <= 9, "of 80; 4 are expected, and more than 9 once in a hundred times"


def test_months_that_scatter_more_widen_it_and_what_cannot_be_is_refused():
    dice = np.random.default_rng(5)
    before, now = cases(dice, 60), cases(dice, 60, shift=9)
    narrow = median_change(before, now, factors=["team"], draws=100)
    wide = median_change(before, now, factors=["team"], draws=100, scatter=30.0)
    assert narrow.is_change and not wide.is_change and wide.standard_error == 30
    with pytest.raises(TrendError, match="is not a measure of how long things take"):
        as_share(MEASURES["referrals"], 30)
    with pytest.raises(TrendError, match="no case of which it is known how long"):
        long_from(pd.Series([], dtype="float64"))
    with pytest.raises(TrendError, match="has no cases"):
        median_change(before.iloc[:0], now, factors=["team"])
