"""Working days against hand-worked calendars, numpy's count and the rules of the holidays."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.errors import TrendError
from qa_sampling.trends.working_days import (
    BANK_HOLIDAYS,
    add_working_days,
    is_working_day,
    working_days_between,
)

DAYS = st.dates(date(2012, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2024, 6, 3), date(2024, 6, 3), 0),  # the same Monday
        (date(2024, 6, 3), date(2024, 6, 4), 1),
        (date(2024, 6, 7), date(2024, 6, 9), 0),  # Friday to Sunday
        (date(2024, 6, 8), date(2024, 6, 10), 1),  # Saturday to Monday
        (date(2024, 6, 3), date(2024, 6, 24), 15),  # three weeks
        (date(2024, 3, 28), date(2024, 4, 2), 1),  # over Easter: 2 April alone
        (date(2024, 12, 24), date(2025, 1, 2), 4),  # 27, 30, 31 December, 2 January
        (date(2012, 6, 1), date(2012, 6, 8), 3),  # diamond jubilee: 6, 7, 8 June
        (date(2020, 5, 1), date(2020, 5, 11), 5),  # 4 May worked, 8 May kept
        (date(2022, 6, 1), date(2022, 6, 6), 1),  # platinum jubilee
        (date(2022, 5, 27), date(2022, 5, 30), 1),  # the spring holiday was moved away
        (date(2022, 9, 16), date(2022, 9, 20), 1),  # state funeral
        (date(2023, 5, 5), date(2023, 5, 9), 1),  # coronation
        (date(2021, 12, 24), date(2022, 1, 4), 4),  # 29 to 31 December, 4 January
        (date(2022, 9, 1), date(2022, 11, 4), 45),  # 46 weekdays after it, less the funeral
    ],
)
def test_hand_worked_calendars(start: date, end: date, days: int) -> None:
    assert working_days_between(start, end) == days


def test_bank_holidays_follow_from_the_rules_of_the_year() -> None:
    def first(year: int, month: int) -> date:
        return next(d for d in (date(year, month, n) for n in range(1, 8)) if d.weekday() == 0)

    def last(year: int, month: int) -> date:
        return next(
            d for d in (date(year, month, n) for n in range(31, 24, -1)) if d.weekday() == 0
        )

    expected = set()
    for year in range(2012, 2029):
        sunday = easter(year)
        kept = {sunday - timedelta(2), sunday + timedelta(1), last(year, 8)}
        kept |= {first(year, 5), last(year, 5)}
        new_year = date(year, 1, 1)
        kept.add(new_year + timedelta({5: 2, 6: 1}.get(new_year.weekday(), 0)))
        christmas = date(year, 12, 25).weekday()
        shift = {4: (25, 28), 5: (27, 28), 6: (26, 27)}.get(christmas, (25, 26))
        expected |= kept | {date(year, 12, day) for day in shift}
    expected -= {date(2012, 5, 28), date(2020, 5, 4), date(2022, 5, 30)}
    expected |= {date(2012, 6, 4), date(2012, 6, 5), date(2020, 5, 8), date(2022, 6, 2)}
    expected |= {date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)}
    assert sorted(expected) == list(BANK_HOLIDAYS)
    assert len(BANK_HOLIDAYS) == 17 * 8 + 4  # single ones: 2012, two in 2022, 2023
    # the same 140 days as the weekdays of python-holidays 0.109, GB, subdivision ENG


def test_numpy_counts_the_same_after_the_start() -> None:
    start = pd.Series(pd.date_range("2012-01-01", "2028-06-30", freq="D"))
    for length in (0, 1, 9, 46, 120):
        end = start + pd.Timedelta(days=length)
        after = (start + pd.Timedelta(days=1)).to_numpy().astype("datetime64[D]")
        until = (end + pd.Timedelta(days=1)).to_numpy().astype("datetime64[D]")
        counted = np.busday_count(after, until, holidays=list(BANK_HOLIDAYS))
        assert working_days_between(start, end).tolist() == counted.tolist()
    days = start.to_numpy().astype("datetime64[D]")
    assert is_working_day(start).tolist() == np.is_busday(days, holidays=BANK_HOLIDAYS).tolist()


@given(st.dates(date(2012, 1, 1), date(2027, 12, 31)), st.integers(0, 200))
def test_adding_then_counting_gives_it_back(start: date, days: int) -> None:
    due = add_working_days(start, days)
    assert working_days_between(start, due) == days
    assert days == 0 or is_working_day(due)
    rolled = np.busday_offset(start, days, roll="preceding", holidays=list(BANK_HOLIDAYS))
    assert due == (pd.Timestamp(start) if days == 0 else pd.Timestamp(rolled))


@given(st.lists(DAYS, min_size=3, max_size=3).map(sorted))
def test_counts_add_up(days: list[date]) -> None:
    first, middle, last = days
    parts = working_days_between(first, middle) + working_days_between(middle, last)
    assert working_days_between(first, last) == parts


def test_missing_days_stay_missing_and_the_index_is_kept() -> None:
    table = pd.DataFrame(
        {"a": pd.to_datetime(["2024-06-03", None]), "b": pd.to_datetime(["2024-06-05"] * 2)},
        index=[7, 3],
    )
    counted = working_days_between(table["a"], table["b"])
    expected = pd.Series([2, None], index=[7, 3], dtype="Int64")
    pd.testing.assert_series_equal(counted, expected)
    assert working_days_between(table["a"], date(2024, 6, 4)).tolist() == [1, pd.NA]
    assert working_days_between(date(2024, 6, 4), table["b"]).index.tolist() == [7, 3]
    assert add_working_days(table["a"], 45).tolist() == [pd.Timestamp("2024-08-05"), pd.NaT]
    assert is_working_day(table["a"]).tolist() == [True, pd.NA]
    assert working_days_between(pd.NaT, date(2024, 6, 4)) is pd.NA
    assert add_working_days(pd.Series([], dtype="datetime64[us]"), 1).empty


def test_refusals_say_what_to_do() -> None:
    with pytest.raises(TrendError, match="1 of 1 ends lie before their start"):
        working_days_between(date(2024, 6, 4), date(2024, 6, 3))
    with pytest.raises(TrendError, match="outside 2012 to 2028, the years whose bank"):
        working_days_between(date(2011, 12, 31), date(2012, 1, 4))
    with pytest.raises(TrendError, match="`end`: 1 dates lie outside"):
        working_days_between(date(2028, 12, 31), date(2029, 1, 1))
    with pytest.raises(TrendError, match="`days`: 1 dates lie outside"):
        add_working_days(date(2028, 12, 29), 1)
    with pytest.raises(TrendError, match="whole number of 0 or more; got -1"):
        add_working_days(date(2024, 6, 4), -1)
    with pytest.raises(TrendError, match="must hold dates; got"):
        working_days_between("2024-06-03", date(2024, 6, 4))
    days = pd.Series(pd.to_datetime(["2024-06-03"]))
    with pytest.raises(TrendError, match="same index, row for row"):
        working_days_between(days, days.set_axis([5]))
    with pytest.raises(TrendError, match="take off a time zone"):
        is_working_day(days.dt.tz_localize("Europe/London"))
