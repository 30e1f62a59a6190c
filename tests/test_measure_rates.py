"""Rolling years and rates of the population, against published figures and hand-worked ones."""

from datetime import date

import pandas as pd
import pytest
from test_measures import made

from qa_sampling.errors import SchemaError, TrendError
from qa_sampling.trends.charts import chart
from qa_sampling.trends.measured import series_of
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.population_rates import POPULATIONS, rates_of
from qa_sampling.trends.rolling import rolling_year

# Telford and Wrekin, year ending 31 March 2024 (Children in need 2024, tables C1 and A1, and the
# Local Authority Interactive Tool): 482 Section 47 enquiries; 43,064 children in the middle of
# 2023 as estimated at the release, 43,242 a year later; rates 111.9 and 111.5.
ENQUIRIES = 482
RELEASED, REVISED = (43_064, 111.9), (43_242, 111.5)


def people(*rows: tuple[int, float, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["year", "population", "vintage"])
    return table.astype(POPULATIONS.empty().dtypes.to_dict())


@pytest.fixture(scope="module")
def enquiries() -> pd.DataFrame:
    """Readings of 482 enquiries from April 2023 to March 2024, and a few after."""
    days = pd.date_range("2023-04-01", "2024-03-31").repeat(2)[:ENQUIRIES]
    days = [*days, *pd.date_range("2024-04-01", periods=30)]
    rows = [(f"c{place}", "Section 47 enquiry", day) for place, day in enumerate(days)]
    return readings_of(made(*rows), "s47", as_at=date(2024, 4, 30), since=date(2023, 4, 1))


@pytest.mark.parametrize(("population", "rate"), [RELEASED, REVISED])
def test_a_years_rate_is_the_published_one(
    enquiries: pd.DataFrame, population: float, rate: float
) -> None:
    years = rolling_year(enquiries)
    rates = rates_of(years, people((2023, population, "this one")), annual=True).iloc[0]
    assert (rates["numerator"], rates["denominator"]) == (ENQUIRIES, population)
    assert rates["value"] == pytest.approx(rate, abs=0.05)
    assert (rates["population"], rates["population_year"], rates["vintage"]) == (
        population,
        2023,
        "this one",
    )
    assert rates["annual"]
    assert (rates["start"], rates["end"]) == (
        pd.Timestamp("2023-04-01"),
        pd.Timestamp("2024-03-31"),
    )
    assert rates["days"] == 366


def test_a_months_rate_says_whether_it_is_a_years(enquiries: pd.DataFrame) -> None:
    table = people((2022, 40_000, "of 2024"), (2023, 50_000, "of 2025"))
    plain = rates_of(enquiries, table, annual=False).set_index("start")
    pace = rates_of(enquiries, table, annual=True).set_index("start")
    april = pd.Timestamp("2023-04-01")
    assert plain.loc[april, "value"] == pytest.approx(60 / 50_000 * 10_000)
    assert pace.loc[april, "value"] == pytest.approx(60 / (50_000 * 30 / 366) * 10_000)
    assert (plain.loc[april, "annual"], pace.loc[april, "annual"]) == (False, True)
    year = pace.loc["2023-04-01":"2024-03-01"]
    assert year["denominator"].sum() == pytest.approx(50_000)  # the months make up the year
    assert year["numerator"].sum() / year["denominator"].sum() * 10_000 == pytest.approx(
        ENQUIRIES / 50_000 * 10_000
    )
    assert set(plain.loc["2023-04-01":"2024-03-01", "vintage"]) == {"of 2025"}
    # April 2024 asks for the middle of 2024: not out yet, so the latest before it, and it is said.
    assert pace.loc[pd.Timestamp("2024-04-01"), "population_year"] == 2023


def test_before_the_first_estimate_there_is_no_rate(enquiries: pd.DataFrame) -> None:
    late = rates_of(enquiries, people((2024, 50_000, "of 2026")), annual=False)
    assert late["value"].notna().tolist() == [False] * 12 + [True]
    assert late["vintage"].tolist() == [""] * 12 + ["of 2026"]
    nothing = rates_of(enquiries, people(), annual=True)
    assert nothing["value"].isna().all()


def test_rates_are_charted_for_10_000_children(enquiries: pd.DataFrame) -> None:
    rates = rates_of(enquiries, people((2023, 43_064, "one")), annual=True)
    series = series_of(rates)["s47", "All"]
    assert (series.kind, series.per, series.frequency) == ("rate", 10_000.0, "month")
    drawn = chart(series, "u_prime")
    assert drawn.table["value"].tolist() == pytest.approx(rates["value"].tolist())
    assert drawn.table["centre"].iloc[0] > 0


def test_twelve_months_are_added_up() -> None:
    days = ["2024-01-15", "2024-06-01", "2024-12-31", "2025-01-01", "2025-02-01"]
    rows = [(name, "Referral", day) for name in "ab" for day in days[::2]]
    rows += [("a", "Referral", day) for day in days[1::2]]
    events = made(*rows)
    given = {"as_at": date(2025, 2, 28), "since": date(2023, 1, 1), "first": date(2024, 1, 1)}
    months = readings_of(events, "re_referrals", **given)
    years = rolling_year(months)
    assert years["end"].dt.strftime("%Y-%m").tolist() == ["2024-12", "2025-01", "2025-02"]
    # 2024: a in January, June and December, b in January and December; the later ones follow.
    assert years["numerator"].tolist() == [3, 4, 6]
    assert years["denominator"].tolist() == [5, 4, 6]
    assert years["value"].tolist() == [0.6, 1.0, 1.0]
    assert years["overlapping"].all()
    assert years["mature"].all()
    given["since"] = date(2024, 1, 1)  # the year before is not on record
    unknown = rolling_year(readings_of(events, "re_referrals", **given))
    assert unknown["numerator"].isna().all()
    assert set(unknown["note"]) == {"too few months before it"}
    assert years[["children", "families"]].isna().all(axis=None)
    by_quarter = readings_of(
        events, "referrals", as_at=date(2025, 3, 31), since=date(2024, 1, 1), period="quarter"
    )
    assert rolling_year(by_quarter)["numerator"].tolist() == [5, 6]
    assert rolling_year(by_quarter)["mature"].all()


def test_a_missing_month_makes_its_years_missing() -> None:
    rows = [("a", "Referral", f"2024-{month:02d}-10") for month in range(1, 13)]
    events = made(*rows, ("a", "Referral", "2025-01-10"))
    months = readings_of(events, "referrals", as_at=date(2025, 1, 31))  # January 2024 is partial
    years = rolling_year(months)
    assert years["numerator"].fillna(-1).tolist() == [-1, 12]
    assert years["mature"].tolist() == [False, True]
    assert years["note"].tolist() == ["before the records", ""]


def test_rolling_years_are_never_charted(enquiries: pd.DataFrame) -> None:
    years = rolling_year(enquiries)
    with pytest.raises(TrendError, match="Rolling years overlap: neighbours share 11 of 12 months"):
        series_of(years)
    rates = rates_of(years, people((2023, 43_064, "one")), annual=True)
    with pytest.raises(TrendError, match="Rolling years overlap"):
        series_of(rates)


def test_what_does_not_add_up_is_refused(enquiries: pd.DataFrame) -> None:
    events = made(("a", "Referral", "2024-01-01"), ("a", "Child protection plan", "2024-01-01"))
    given = {"as_at": date(2025, 3, 31), "since": date(2024, 1, 1)}
    for name in ("plans_open", "re_referred_children"):
        with pytest.raises(TrendError, match=f"Months of {name} do not add up to a year"):
            rolling_year(readings_of(events, name, **given))
    with pytest.raises(TrendError, match="Months or quarters are left out"):
        rolling_year(enquiries.drop(index=3))
    rates = rates_of(enquiries, people((2023, 43_064, "one")), annual=True)
    with pytest.raises(TrendError, match="Rates do not add up"):
        rolling_year(rates)


def test_what_has_no_rate_is_refused(enquiries: pd.DataFrame) -> None:
    table = people((2023, 43_064, "one"))
    events = made(("a", "Referral", "2024-01-01"), ("a", "Child protection plan", "2024-01-01"))
    given = {"as_at": date(2025, 3, 31), "since": date(2024, 1, 1)}
    with pytest.raises(TrendError, match="re_referrals is no count"):
        rates_of(readings_of(events, "re_referrals", **given), table, annual=True)
    with pytest.raises(TrendError, match="Teams, services and sources have no population"):
        rates_of(readings_of(events, "referrals", unit="team", **given), table, annual=True)
    with pytest.raises(TrendError, match=r"plans_open is counted on a day.*Give annual=False"):
        rates_of(readings_of(events, "plans_open", **given), table, annual=True)
    with pytest.raises(TrendError, match=r"`per` must be above 0 children; got 0\. Give 10_000"):
        rates_of(enquiries, table, annual=True, per=0)
    with pytest.raises(SchemaError, match=r"1 rows repeat the key \(year\)"):
        rates_of(enquiries, pd.concat([table, table]), annual=True)
    stock = rates_of(readings_of(events, "plans_open", **given), table, annual=False)
    assert stock["value"].iloc[-1] == pytest.approx(10_000 / 43_064)


def test_no_readings_have_no_years(enquiries: pd.DataFrame) -> None:
    assert len(rolling_year(enquiries.iloc[:11])) == 0
    assert len(rolling_year(enquiries.iloc[:0])) == 0
    assert len(rates_of(enquiries.iloc[:0], people((2023, 43_064, "one")), annual=True)) == 0
