"""The picture of a signal: every month as it would have been tested then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import TrendError
from qa_sampling.trends.spikes import find_spikes
from qa_sampling.trends.windows_tested import windows_tested


def readings(counts: list[float], of: float | None = None, **more: object) -> pd.DataFrame:
    starts = pd.date_range("2023-01-01", periods=len(counts), freq="MS")
    about = {"measure": "m", "unit_kind": "team", "unit": "A", "mature": True, "start": starts}
    table = pd.DataFrame(about | {"numerator": counts} | more)
    return table if of is None else table.assign(denominator=of)


STEADY = [4.0, 6.0, 5.0, 3.0, 7.0, 5.0, 4.0, 6.0, 5.0, 5.0] * 2


def test_each_month_is_what_a_round_of_that_month_says():
    """The naive twin: the whole round again, with the records cut after each month."""
    table = readings([*STEADY, 25.0])
    found = find_spikes(table, drifts=False)
    (signal,) = found.signals
    shown = windows_tested(table, signal, critical=found.critical, side="high")
    assert shown["period"].iloc[-1] == signal.period and len(shown) == 21
    for row in shown.itertuples():
        then = find_spikes(table[table["start"] <= row.period], drifts=False).considered.iloc[-1]
        assert row.value == then["observed"]
        assert row.centre == pytest.approx(then["expected"], nan_ok=True)
    last = shown.iloc[-1]
    assert (last["high"], last["value"]) == (signal.ordinary, 25.0)
    assert shown["low"].isna().all(), "only more is watched"
    assert shown["centre"].isna().iloc[0] and shown["centre"].notna().iloc[-1]


def test_a_drift_is_shown_by_its_months_together():
    table = readings([*STEADY, 13.0, 12.0, 14.0])
    found = find_spikes(table)
    (signal,) = [one for one in found.signals if one.kind == "drift"]
    shown = windows_tested(table, signal, critical=found.critical, side="high")
    assert shown["value"].iloc[-1] == signal.observed == 39
    assert shown["value"].iloc[-4] == sum(STEADY[-3:])
    assert shown["high"].iloc[-1] == signal.ordinary
    assert shown["centre"].iloc[-1] == pytest.approx(signal.expected)


def test_a_fall_of_a_share_has_its_trials():
    table = readings([90.0] * 20 + [40.0], of=100.0)
    found = find_spikes(table, sides={"m": "low"}, drifts=False)
    (signal,) = found.signals
    last = windows_tested(table, signal, critical=found.critical, side="low").iloc[-1]
    assert (last["value"], last["of"], last["low"]) == (40, 100, signal.ordinary)
    assert np.isnan(last["high"])


def test_a_gap_is_no_count_of_none():
    table = readings([*STEADY, 25.0])
    table.loc[18, "numerator"] = np.nan
    found = find_spikes(table, drifts=False)
    shown = windows_tested(table, found.signals[0], critical=found.critical, side="high")
    assert shown["value"].isna().tolist().count(True) == 1


def test_readings_of_another_unit_are_refused():
    table = readings([*STEADY, 25.0])
    found = find_spikes(table, drifts=False)
    with pytest.raises(TrendError, match="do not hold the signal"):
        windows_tested(table.assign(unit="B"), found.signals[0], critical=0.001, side="high")
