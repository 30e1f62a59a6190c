"""Printed rates: which population lies behind them, and why England's 2022 share differs."""

import json
from pathlib import Path

import pandas as pd
import pytest

from qa_sampling.errors import ExtractError
from qa_sampling.records.published import read_published
from qa_sampling.records.published_measures import MEASURES, published_series
from qa_sampling.records.published_vintages import population_behind, share_without_unreliable

DFE = Path(__file__).parents[2] / "shared" / "data" / "dfe"
needs_dfe = pytest.mark.skipif(not DFE.is_dir(), reason="the published files are not here")
HEAD = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,new_la_code,la_name,category,"
)
TOWN = (
    "{year},Reporting year,Local authority,E92000001,England,E12000005,West Midlands,"
    "894,E06000020,Telford and Wrekin,{category},"
)
ENGLAND = "{year},Reporting year,National,E92000001,England,,,,,,{category},"
NORTH = "{year},Reporting year,Regional,E92000001,England,E12000003,The North,,,,{category},"
PLACE = (
    "{year},Reporting year,Local authority,E92000001,England,E12000003,The North,"
    "{code},E08000{code},{area},{category},"
)
CHILDREN = "Children aged 0 to 17 years"
# DfE, Children in need, release of 2024: counts and rates of Telford and Wrekin, year to March 2024
T_AND_W_2024 = {
    "Assessments_completed": (1587, 368.5),
    "Section47": (482, 111.9),
    "ICPC": (212, 49.2),
    "CPP_start": (201, 46.7),
    "CPP_end": (290, 67.3),
    "CPP_At31": (152, 35.3),
}
THEN, NOW = 43_064, 43_242
"""Children in mid-2023, as ONS put it for the release of 2024, and revised for that of 2025."""


def written(folder: Path, name: str, figures: list[str], *lines: str) -> None:
    text = "\n".join([HEAD + ",".join(figures), *lines]) + "\n"
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def rates(folder: Path, populations: list[int], counts: dict[str, tuple[float, float]]) -> None:
    figures = [one for name in counts for one in (name, f"{name}_rate")]
    cells = ",".join(str(one) for pair in counts.values() for one in pair)
    written(folder, "rates", figures, TOWN.format(year=2024, category="All") + cells)
    lines = [TOWN.format(year=2023, category=CHILDREN) + str(one) for one in populations]
    written(folder, "people", ["population_estimate"], *lines)


def test_rates_of_2024_rest_on_the_estimate_of_their_time(tmp_path: Path) -> None:
    rates(tmp_path, [NOW], T_AND_W_2024)
    row = population_behind(read_published(tmp_path)).iloc[0]
    assert (row["code"], row["year"], row["rates"], row["held"]) == ("894", 2024, 6, NOW)
    assert row["low"] <= THEN <= row["high"] < NOW
    assert row["high"] - row["low"] < 20
    assert not row["agrees"]
    for count, rate in T_AND_W_2024.values():
        assert round(1e4 * count / THEN, 1) == rate
    apart = [round(1e4 * count / NOW, 1) != rate for count, rate in T_AND_W_2024.values()]
    assert sum(apart) == 6  # with the estimate held now not one of the six is met


def test_every_population_in_the_range_meets_every_rate_and_none_outside(tmp_path: Path) -> None:
    counts = {"Section47": (77, 20.0), "ICPC": (31, 8.1), "CPP_start": (0, 0.0)}
    rates(tmp_path, [38_500], counts)
    row = population_behind(read_published(tmp_path)).iloc[0]
    told = [pair for pair in counts.values() if pair[0]]
    fits = [
        population
        for population in range(30_000, 45_000)
        if all(abs(1e4 * count / population - rate) <= 0.05 for count, rate in told)
    ]
    assert fits == list(range(int(row["low"]) + 1, int(row["high"]) + 1))
    assert row["rates"] == 2 and row["agrees"]


def test_rates_that_no_one_population_can_have_made(tmp_path: Path) -> None:
    rates(tmp_path, [40_000], {"Section47": (100, 25.0), "ICPC": (100, 30.0)})
    row = population_behind(read_published(tmp_path)).iloc[0]
    assert row["low"] > row["high"] and not row["agrees"]


def test_a_year_without_an_estimate_says_so(tmp_path: Path) -> None:
    rates(tmp_path, [40_000], {"Section47": (100, 25.0)})
    (tmp_path / "people.csv").unlink()
    row = population_behind(read_published(tmp_path)).iloc[0]
    assert pd.isna(row["held"]) and not row["agrees"]


def test_counts_alone_tell_no_population(tmp_path: Path) -> None:
    written(tmp_path, "counts", ["Section47"], TOWN.format(year=2024, category="All") + "482")
    with pytest.raises(ExtractError, match="No printed rate stands beside its count"):
        population_behind(read_published(tmp_path))


# DfE, Children in need, release of 2025: plans started, second or later plans, per cent, 2022
PLANS = {
    "England": (64390, 14550, 22.7),
    "Yorkshire and The Humber": (7490, 1660, 23.6),
    "Doncaster": (437, "u", "u"),
}


def plans(folder: Path) -> pd.DataFrame:
    figures = ["CPP_start", "CPP_subsequent", "CPP_subsequent_percent"]

    def cells(name: str) -> str:
        return ",".join(str(one) for one in PLANS[name])

    about = {"year": 2022, "category": "Plans"}
    lines = [
        ENGLAND.format(**about) + cells("England"),
        NORTH.format(**about) + cells("Yorkshire and The Humber"),
        PLACE.format(code=371, area="Doncaster", **about) + cells("Doncaster"),
        PLACE.format(code=373, area="Sheffield", **about) + "500,100,20.0",
    ]
    written(folder, "d3", figures, *lines)
    return read_published(folder)


@pytest.mark.parametrize(
    ("region", "printed"), [("", 22.7), ("The North", 23.6)], ids=["England", "its region"]
)
def test_the_share_of_2022_leaves_the_unreliable_authority_out(
    tmp_path: Path, region: str, printed: float
) -> None:
    published = plans(tmp_path)
    low, high = share_without_unreliable(published, "second_plans", year=2022, region=region)
    assert low - 0.05 <= printed <= high + 0.05
    table = published_series(published, "second_plans").set_index("area")
    assert not table.loc[region or "England", "agrees"]  # with it, it is 22.6 and 22.2
    assert table.loc[region or "England", "recomputed"] < printed - 0.1


def test_a_share_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="no counts of second_plans for England in 2019"):
        share_without_unreliable(plans(tmp_path), "second_plans", year=2019)


GOLDEN = json.loads((Path(__file__).parent / "golden" / "published.json").read_text("utf-8"))
REVISED = {2023, 2024}  # rates of the release of 2024, which stands on estimates revised since
APART = {
    ("second_plans", "E92000001"): {2022},
    **{(key, "E92000001"): REVISED for key in ("s47", "icpc")},
    ("s47", "894"): REVISED,
    ("icpc", "894"): REVISED,
    ("cp_plan_starts", "894"): {2024},  # in 2023 both estimates round alike
    ("cp_plan_starts", "E92000001"): {2024},
}


@pytest.mark.parametrize("code", ["894", "E92000001"])
@pytest.mark.parametrize("key", [key for key in GOLDEN if not key.startswith("_")])
def test_figures_of_2013_to_2025_are_met_to_the_last_digit(
    tmp_path: Path, key: str, code: str
) -> None:
    measure, area = MEASURES[key], {"894": TOWN, "E92000001": ENGLAND}[code]
    kept = measure.numerator.breakdown or "All"
    below = measure.denominator.figures if measure.kind == "proportion" else ()
    names = [*measure.numerator.figures, *below, *measure.printed.figures]
    counts = [
        area.format(year=year, category=kept)
        + ",".join(str(one) for one in ((above, whole, shown) if below else (above, shown)))
        for year, above, whole, shown in GOLDEN[key][code]
    ]
    written(tmp_path, "counts", names, *counts)
    if not below:
        people = [
            area.format(year=year - 1, category=CHILDREN) + str(whole)
            for year, _, whole, _ in GOLDEN[key][code]
        ]
        written(tmp_path, "people", ["population_estimate"], *people)
    table = published_series(read_published(tmp_path), key)
    table = table[table["value"].notna() & table["agrees"].notna()]
    assert len(table) == len(GOLDEN[key][code]) >= 5
    assert set(table.loc[~table["agrees"], "year"]) == APART.get((key, code), set())


@needs_dfe
class TestOfTheDfE:
    @pytest.fixture(scope="class")
    @classmethod
    def published(cls) -> pd.DataFrame:
        return read_published(DFE)

    def test_one_estimate_explains_all_rates_of_an_area_and_year(
        self, published: pd.DataFrame
    ) -> None:
        table = population_behind(published)
        assert len(table) > 1900 and table["rates"].sum() > 20_000
        assert (table["low"] <= table["high"]).all()
        before = table.query("year <= 2022")
        assert before["agrees"].all()  # the estimates held now, in every area and year
        assert table.query("year >= 2023")["agrees"].mean() < 0.02  # revised since

    @pytest.mark.parametrize("code", ["894", "E92000001"])
    def test_of_telford_and_wrekin_and_england(self, published: pd.DataFrame, code: str) -> None:
        table = population_behind(published).query("code == @code").set_index("year")
        assert list(table.index) == list(range(2013, 2025))
        assert table.index[table["agrees"].astype(bool)].tolist() == list(range(2013, 2023))
        if code == "894":
            assert table.loc[2024, "low"] <= THEN <= table.loc[2024, "high"]
            assert table.loc[2024, "held"] == NOW
        off = table["held"] / table["high"] - 1
        assert off[2023] < 0.002 and off[2024] < 0.006  # how much a recomputed rate can be off

    def test_second_plans_of_2022(self, published: pd.DataFrame) -> None:
        for region, printed in (("", 22.7), ("Yorkshire and The Humber", 23.6)):
            low, high = share_without_unreliable(
                published, "second_plans", year=2022, region=region
            )
            assert low - 0.05 <= printed <= high + 0.05

    @pytest.mark.parametrize("key", ["looked_after", "starting_care", "ceasing_care"])
    def test_rates_of_care_are_met_in_every_year(self, published: pd.DataFrame, key: str) -> None:
        """Their file was made anew in 2025 with the estimates held now."""
        table = published_series(published, key)
        met = table[table["agrees"].notna()]
        assert met["agrees"].all()
        assert set(met.loc[met["code"] == "E92000001", "year"]) == set(range(2021, 2026))
        assert set(met.loc[met["code"] == "894", "year"]) == set(range(2021, 2026))
