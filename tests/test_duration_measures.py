"""How long things take: against plain loops, hand-worked days, and the chart they get."""

from __future__ import annotations

from datetime import date
from statistics import median

import pandas as pd
import pytest
from measure_twins import ICPC, PLAN, S47, moved, plain, working_days
from measured_authority import small_authority
from test_measures import made

from qa_sampling.errors import TrendError
from qa_sampling.runs.outcomes.curves import curve_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.turning import CurveToTurn
from qa_sampling.trends.charts import chart
from qa_sampling.trends.duration_measures import DURATIONS
from qa_sampling.trends.measured import series_of
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.rolling import rolling_year

AS_AT = date(2026, 10, 31)


@pytest.fixture(scope="module")
def events():
    return small_authority().events


def length(told: list[dict], one: dict, name: str) -> int | None:
    """Days of one case in a plain loop."""
    if name == "plan_days":
        days = (one["end"] - one["date"]).days + 1
        return days if days >= 1 else None
    since = one["date"]
    if name == "icpc_days":
        days = [
            other["date"]
            for other in told
            if other["child_id"] == one["child_id"]
            and other["event"] == S47
            and moved(one["date"], -12) <= other["date"] <= one["date"]
        ]
        if not days:
            return None
        since = max(days)
    end = one["date"] if name == "icpc_days" else one["end"]
    return working_days(since, end) if end >= since else None


KINDS = {"assessment_days": "Assessment", "icpc_days": ICPC, "plan_days": PLAN}


@pytest.mark.parametrize("name", KINDS)
def test_medians_are_those_of_plain_loops(events, name):
    told = plain(events, AS_AT)
    cells: dict[tuple, list[int]] = {}
    for one in told:
        day = one["date"] if name == "icpc_days" else one["end"]
        if one["event"] == KINDS[name] and day and (days := length(told, one, name)) is not None:
            cells.setdefault((day.replace(day=1), one["team"]), []).append(days)
    asked = {"as_at": AS_AT, "unit": "team", "since": date(2023, 11, 1), "first": date(2024, 2, 1)}
    table = readings_of(events, name, **asked)
    least = MEASURES[name].minimum
    seen = 0
    for row in table.itertuples():
        mine = cells.get((row.start.date(), row.unit), [])
        assert row.numerator == len(mine)
        if len(mine) < least:
            assert pd.isna(row.value)
        else:
            assert row.value == median(mine)
            seen += 1
    assert seen > 10 or name != "assessment_days"
    assert set(table["kind"]) == {"duration"} and not table["adds"].any()


def one_quarter(rows):
    asked = {"as_at": AS_AT, "period": "quarter", "since": date(2024, 1, 1)}
    table = readings_of(made(*rows), "icpc_days", **asked)
    return table.set_index("start").loc[pd.Timestamp("2025-01-01")]


def test_days_worked_by_hand_over_christmas():
    # Bank holidays: 25 and 26 December 2024, 1 January 2025 (gov.uk/bank-holidays).
    since = ["2025-01-07", "2025-01-06", "2024-12-12", "2024-12-11", "2024-12-10"]
    rows = [(child, S47, day) for child, day in zip("abcde", since, strict=True)]
    rows += [(child, ICPC, "2025-01-07") for child in "abcde"]
    row = one_quarter(rows)
    assert (row["numerator"], row["value"]) == (5, 15.0)  # of 0, 1, 15, 16 and 17
    moved_in = [*rows, ("z", ICPC, "2025-01-09")]
    row = one_quarter(moved_in)
    assert (row["numerator"], row["unknown"], row["value"]) == (5, 1, 15.0)
    row = one_quarter(rows[:4] + rows[5:9])
    assert (row["numerator"], pd.isna(row["value"])) == (4, True), "too few for a median"


def test_the_chart_is_an_xmr_chart_of_days_held_against_what_is_allowed(events):
    table = readings_of(events, "assessment_days", as_at=AS_AT)
    (one,) = series_of(table).values()
    assert (one.kind, one.unit) == ("duration", "days")
    drawn = chart(one)
    assert drawn.kind.name == "xmr" and "median" in drawn.reason
    values = one.values[one.mature]
    ranges = abs(values[1:] - values[:-1]).mean()
    assert drawn.table["high"].iloc[-1] == pytest.approx(values.mean() + 2.66 * ranges)


def test_the_registry_holds_what_is_allowed_and_an_authority_goes_before_it():
    allowed = {one.name: one.target for one in DURATIONS}
    assert allowed == {"assessment_days": 45.0, "icpc_days": 15.0, "plan_days": None}
    own = OutcomeTrends(targets={"assessment_days": 35.0, "re_referrals": 0.2})
    asked = ("assessment_days", "icpc_days", "re_referrals", "s47")
    assert [own.target_of(one) for one in asked] == [35.0, 15.0, 0.2, None]


def test_medians_are_neither_added_up_nor_turned(events):
    table = readings_of(events, "assessment_days", as_at=AS_AT)
    with pytest.raises(TrendError, match="do not add up to a year: it is a median"):
        rolling_year(table)

    class Found:
        readings = table

    with pytest.raises(TrendError, match="Name a count or a share"):
        curve_of(Found, CurveToTurn(measure="assessment_days"), OutcomeTrends())
