"""Readings feed charts, alerts and long frames as they are."""

from datetime import date

import pandas as pd
import pytest
from measured_authority import small_authority
from test_measures import made

from qa_sampling.errors import SchemaError, TrendError
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.unit_columns import with_units
from qa_sampling.trends.alerts import alerts
from qa_sampling.trends.charts import chart
from qa_sampling.trends.many import chart_frame
from qa_sampling.trends.measured import READINGS, series_of
from qa_sampling.trends.measures import measure_of
from qa_sampling.trends.measuring import readings_of

AS_AT = date(2026, 10, 31)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return small_authority()


@pytest.fixture(scope="module")
def events(authority: Authority) -> pd.DataFrame:
    return with_units(authority.events, staff=authority.staff, families=authority.families)


def test_readings_are_as_declared(events: pd.DataFrame) -> None:
    table = readings_of(events, "re_referrals", as_at=AS_AT, unit="service")
    assert table.columns.tolist() == READINGS.names
    assert set(table["measure"]) == {"re_referrals"}
    assert set(table["unit_kind"]) == {"service"}
    assert table["days"].tolist()[:4] == [30, 31, 31, 29]  # November 2023 to February 2024
    quarters = readings_of(events, "re_referrals", as_at=AS_AT, period="quarter")
    assert quarters["days"].tolist()[:2] == [92, 91]
    assert set(quarters["unit_kind"]) == {"all"}


def test_units_and_months_add_up_to_everybody(events: pd.DataFrame) -> None:
    counts = ["numerator", "denominator", "pending", "unknown"]
    for name in ("re_referrals", "icpc_15_days", "plans_open_two_years"):
        whole = readings_of(events, name, as_at=AS_AT).set_index("start")[counts]
        by_team = readings_of(events, name, as_at=AS_AT, unit="team")
        summed = by_team.groupby("start")[counts].sum(min_count=1)
        pd.testing.assert_frame_equal(summed, whole, check_dtype=False)
    months = readings_of(events, "referrals", as_at=AS_AT, first=date(2024, 1, 1))
    quarters = readings_of(
        events, "referrals", as_at=AS_AT, first=date(2024, 1, 1), period="quarter"
    )
    whole = months["numerator"].iloc[:33].to_numpy().reshape(11, 3).sum(axis=1)
    assert quarters["numerator"].iloc[:11].tolist() == whole.tolist()


def test_a_chart_draws_its_limits_from_readings(events: pd.DataFrame) -> None:
    table = readings_of(events, "re_referrals", as_at=AS_AT)
    series = series_of(table)
    assert list(series) == [("re_referrals", "All")]
    one = series["re_referrals", "All"]
    assert (one.kind, one.better, one.frequency) == ("proportion", "down", "month")
    assert one.series == "Re-referrals within 12 months, All"
    drawn = chart(one)
    assert drawn.long_enough
    lines = drawn.table[drawn.table["mature"]]
    assert ((lines["low"] <= lines["centre"]) & (lines["centre"] <= lines["high"])).all()
    mature = table[table["mature"]].iloc[:-1]
    share = mature["numerator"].sum() / mature["denominator"].sum()
    assert drawn.table["centre"].iloc[-1] == pytest.approx(share, rel=0.1)
    assert drawn.table["value"].iloc[-1] == table["value"].iloc[-1]


def test_stocks_that_carry_over_are_charted_only_when_asked(events: pd.DataFrame) -> None:
    table = readings_of(events, "plans_open", as_at=AS_AT)
    assert table["carries_over"].all()
    with pytest.raises(TrendError, match="plans_open counts mostly the children of the month befo"):
        series_of(table)
    series = series_of(table, carried=True)["plans_open", "All"]
    values = series.values
    assert values.tolist() == table["value"].tolist()
    near = pd.Series(values).autocorr()
    starts = series_of(readings_of(events, "plan_starts", as_at=AS_AT))["plan_starts", "All"]
    assert near > 0.5 > pd.Series(starts.values).autocorr()
    late = readings_of(events, "assessments_overdue", as_at=AS_AT)
    assert not late["carries_over"].any()
    assert list(series_of(late)) == [("assessments_overdue", "All")]


def test_many_units_feed_alerts_and_the_long_frame(events: pd.DataFrame) -> None:
    names = ("referrals", "s47", "assessments_45_days")
    table = pd.concat([readings_of(events, name, as_at=AS_AT, unit="service") for name in names])
    series = series_of(table)
    assert len(series) == len(table.drop_duplicates(["measure", "unit"]))
    found = alerts({key: chart(one) for key, one in series.items()})
    assert len(found.considered) == len(series)
    counts = table[table["measure"] == "referrals"]
    long = counts.rename(columns={"start": "period", "unit": "series"})
    drawn = chart_frame(long[["series", "period", "numerator", "mature"]], kind="gamma_poisson")
    assert len(drawn) == len(counts)


def test_first_and_last_choose_periods_and_change_no_figure(events: pd.DataFrame) -> None:
    whole = readings_of(events, "re_referrals", as_at=AS_AT).set_index("start")
    part = readings_of(
        events, "re_referrals", as_at=AS_AT, first=date(2025, 2, 10), last=date(2025, 7, 1)
    ).set_index("start")
    assert part.index.strftime("%Y-%m").tolist() == [f"2025-0{month}" for month in range(2, 8)]
    pd.testing.assert_frame_equal(part, whole.loc[part.index])
    early = readings_of(
        events, "referrals", as_at=AS_AT, first=date(2023, 1, 1), last=date(2023, 12, 1)
    )
    assert early["numerator"].isna().sum() == 10  # before the records: missing, not 0
    assert not early.loc[early["numerator"].isna(), "mature"].any()
    with pytest.raises(TrendError, match=r"`first` \(01 May 2025\) lies after `last`"):
        readings_of(
            events, "referrals", as_at=AS_AT, first=date(2025, 5, 1), last=date(2025, 4, 30)
        )


def test_row_order_and_repeated_rows_change_nothing(events: pd.DataFrame) -> None:
    mixed = pd.concat([events, events.iloc[::3]]).sample(frac=1, random_state=3)
    for name in ("re_referrals", "plans_open", "s47_to_icpc"):
        pd.testing.assert_frame_equal(
            readings_of(mixed, name, as_at=AS_AT, unit="team"),
            readings_of(events, name, as_at=AS_AT, unit="team"),
        )


def test_a_measure_of_ones_own_is_charted_without_a_direction(events: pd.DataFrame) -> None:
    from dataclasses import replace

    from qa_sampling.trends.measure_rules import Earlier

    known = measure_of("re_referrals")
    own = replace(known, name="re_referrals_6", rule=Earlier("Referral", 6))
    table = readings_of(events, own, as_at=AS_AT)
    assert table["numerator"].sum() <= readings_of(events, known, as_at=AS_AT)["numerator"].sum()
    one = series_of(table)["re_referrals_6", "All"]
    assert (one.better, one.series) == ("", "re_referrals_6, All")


def test_a_measure_by_two_kinds_of_unit_is_refused() -> None:
    events = made(("a", "Contact", "2024-01-01"), source=["North"])
    both = [
        readings_of(events, "contacts", as_at=date(2024, 3, 31), unit=unit)
        for unit in ("team", "source")
    ]
    with pytest.raises(TrendError, match="1 measures stand there by two kinds of unit"):
        series_of(pd.concat(both))
    with pytest.raises(SchemaError, match="column `mature` is missing"):
        series_of(both[0].drop(columns="mature"))


def test_units_are_joined_without_losing_a_row(authority: Authority) -> None:
    joined = with_units(authority.events, staff=authority.staff, families=authority.families)
    assert len(joined) == len(authority.events)
    known = authority.families.set_index("child_id")["family_id"]
    assert (joined["family_id"] == joined["child_id"].map(known)).all()
    help_teams = set(authority.staff["team"].dropna())
    told = joined.loc[joined["team"].isin(help_teams), "service"]
    assert (told != "Not recorded").mean() > 0.9
    assert with_units(authority.events).columns.tolist() == authority.events.columns.tolist()
