"""Where an authority stands, and what moved: what could be chance, and what could not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import TrendError
from qa_sampling.trends.areas import AREAS
from qa_sampling.trends.movement import leaps, moved
from qa_sampling.trends.standing import (
    Standing,
    discovered,
    judged,
    spread_of,
    standing,
)

NEAR = np.array([23.1, 20.4, 25.7, 22.9, 21.0, 24.2, 19.8, 22.2, 26.1, 23.6])
# R 4.2.2: predict(lm(y ~ 1), newdata = data.frame(x = 1), interval = "prediction", level = …)
PREDICTED = {0.95: (17.881952739, 27.918047261), 0.80: (19.8320860254, 25.9679139746)}


class TestSpread:
    @pytest.mark.parametrize("level", PREDICTED)
    @pytest.mark.parametrize("side", [0, 1])
    def test_the_ends_of_r_s_prediction_interval(self, level: float, side: int) -> None:
        assert spread_of(NEAR).chance(PREDICTED[level][side]) == pytest.approx(1 - level, abs=5e-9)

    @pytest.mark.parametrize("level", PREDICTED)
    def test_the_ends_are_r_s_prediction_interval(self, level: float) -> None:
        assert spread_of(NEAR).ends(1 - level) == pytest.approx(PREDICTED[level], abs=5e-9)

    def test_one_more_of_the_same_is_rarely_called_outside(self) -> None:
        chance = np.random.default_rng(2026)
        draws = chance.normal(20, 3, size=(4000, 11))
        found = np.array([spread_of(row[1:]).chance(row[0]) for row in draws])
        assert (found < 0.05).mean() == pytest.approx(0.05, abs=0.014)  # 4 standard errors

    def test_a_small_authority_is_allowed_its_own_chance(self) -> None:
        plain = spread_of(NEAR)
        wider = spread_of(NEAR, own_variance=16.0, variances=np.full(10, 1.0))
        assert plain.chance(32.0) < 0.01 < wider.chance(32.0)
        narrower = spread_of(NEAR, own_variance=0.5, variances=np.full(10, 1.0))
        assert narrower == plain

    def test_edges(self) -> None:
        assert np.isnan(spread_of(NEAR[:4]).chance(20.0))
        assert np.isnan(spread_of(NEAR[:4]).ends(0.05)).all()
        assert np.isnan(spread_of(NEAR).chance(float("nan")))
        assert spread_of(np.full(6, 5.0)).chance(5.0) == 1.0
        assert spread_of(np.full(6, 5.0)).chance(5.1) == 0.0
        assert spread_of([1.0, 9, 0, 8, 2, 10], most=10).ends(0.05) == (0, 10)


def areas(
    figures: dict[str, dict[int, tuple[float, float]]], *, scale: float = 100
) -> pd.DataFrame:
    """Give counts by code and year as a table of areas; England is ten times all of them."""
    rows = []
    for code, of_year in figures.items():
        for year, (events, size) in of_year.items():
            value = scale * events / size
            rows.append((code, code, "authority", "West", year, events, size, value, ""))
    table = pd.DataFrame(rows, columns=AREAS.names)
    for year, held in table.groupby("year"):
        events, size = 10 * held["numerator"].sum(), 10 * held["denominator"].sum()
        table.loc[len(table)] = (
            "E9", "England", "country", "", year, events, size, scale * events / size, "",
        )  # fmt: skip
    return table.astype(AREAS.empty().dtypes.to_dict())


NEIGHBOURS = [f"{n:03d}" for n in range(2, 12)]


def world(own: float, *, size: int = 1500, spread: float = 0.02) -> pd.DataFrame:
    """Give one year: neighbours' shares spread evenly about 22%, and an own share."""
    shares = np.linspace(0.22 - spread, 0.22 + spread, 10)
    figures = {code: {2025: (round(2000 * share), 2000.0)}
               for code, share in zip(NEIGHBOURS, shares, strict=True)}  # fmt: skip
    return areas({"001": {2025: (round(size * own), float(size))}} | figures)


ASKED = {"own": "001", "neighbours": NEIGHBOURS, "kind": "proportion", "scale": 100}


def verdict(table: pd.DataFrame, **more: object) -> tuple[str, str]:
    row = judged({"one": standing(table, **(ASKED | more))}).iloc[0]
    return row["verdict"], row["verdict_country"]


class TestStanding:
    def test_three_tiers(self) -> None:
        assert verdict(world(0.10)) == ("outside", "apart")
        assert verdict(world(0.10, spread=0.10)) == ("apart", "apart")
        assert verdict(world(0.215)) == ("alike", "alike")

    def test_beyond_the_spread_but_not_beyond_chance_is_alike(self) -> None:
        """Thirty children of which four: far from the others, and chance for all that."""
        found = standing(world(0.40, size=30, spread=0.001), **ASKED)
        assert found.chance_outside > 0.05 or found.chance > 0.01
        assert verdict(world(0.30, size=30, spread=0.001)) == ("alike", "alike")

    def test_brothers_and_sisters_take_certainty_away(self) -> None:
        table = world(0.195, spread=0.01)
        plain, wide = (standing(table, **ASKED, design_effect=one) for one in (1.0, 3.0))
        assert plain.chance < wide.chance
        assert plain.chance_country < wide.chance_country

    def test_ends_and_ways(self) -> None:
        found = standing(world(0.10), **ASKED)
        assert (found.year, found.lowest, found.highest) == (2025, 20.0, 24.0)
        assert not found.higher
        assert not found.higher_than_country

    def test_a_ratio_is_held_to_the_spread_alone(self) -> None:
        assert verdict(world(0.10), kind="ratio") == ("outside", "unknown")
        assert verdict(world(0.22), kind="ratio") == ("within", "unknown")

    def test_too_few_neighbours_are_no_spread(self) -> None:
        found = standing(world(0.10), **(ASKED | {"neighbours": NEIGHBOURS[:4]}))
        assert np.isnan(found.chance_outside)
        assert judged({"one": found})["verdict"].tolist() == ["apart"]
        found = standing(world(0.10), **(ASKED | {"neighbours": NEIGHBOURS[:4], "kind": "ratio"}))
        assert judged({"one": found})["verdict"].tolist() == ["unknown"]

    def test_no_figure_is_unknown(self) -> None:
        table = world(0.10)
        own = table["code"] == "001"
        table.loc[own, ["numerator", "value"]] = np.nan
        table.loc[own, "reason"] = "suppressed"
        found = standing(table, **ASKED)
        assert found.year == 0
        assert judged({"one": found}).iloc[0].tolist()[:3] == ["one", "unknown", "unknown"]
        assert standing(world(0.1), **ASKED, year=2019).year == 0

    def test_many_measures_are_judged_together(self) -> None:
        """R: p.adjust(c(0.001, 0.012, 0.03, 0.04, 0.2, 0.6), "BH"), first two below 0.05."""
        chances = np.array([0.001, 0.012, 0.03, 0.04, 0.2, 0.6, np.nan])
        assert discovered(chances, 0.05).tolist() == [True, True, *[False] * 5]
        assert not discovered(np.array([np.nan]), 0.05).any()
        base = standing(world(0.10), **ASKED)
        many = {
            str(place): Standing(2025, base.row, 20.0, 24.0, chance, chance, chance)
            for place, chance in enumerate(chances[:6])
        }
        found = judged(many)
        assert (found["verdict"] == "outside").tolist() == [True, True, *[False] * 4]

    def test_the_printed_range_is_of_one_measure_however_many_are_looked_at(self) -> None:
        spread = spread_of(NEAR)
        base = standing(world(0.10), **ASKED)
        one = Standing(2025, base.row, 20.0, 24.0, 0.5, 0.5, 0.5, spread)
        found = judged({str(place): one for place in range(30)})
        for row in found[["low", "high"]].to_numpy():
            assert tuple(row) == pytest.approx(PREDICTED[0.95], abs=5e-9)

    def test_refused(self) -> None:
        with pytest.raises(TrendError, match=r"Give 0\.95"):
            judged({}, level=95)


def years(own: list[float], *, others: float = 200.0) -> pd.DataFrame:
    """Give rates over years: neighbours sway by a tenth, the authority has these counts."""
    figures = {"001": {2013 + place: (count, 10_000.0) for place, count in enumerate(own)}}
    for place, code in enumerate(NEIGHBOURS):
        figures[code] = {
            2013 + year: (others + 20 * ((place + year) % 2), 10_000.0) for year in range(len(own))
        }
    return areas(figures, scale=10_000)


MOVING = {"own": "001", "neighbours": NEIGHBOURS, "kind": "rate"}


class TestMovement:
    def test_a_leap_that_no_neighbour_made(self) -> None:
        found = leaps(years([200, 210, 205, 450, 200, 205]), **MOVING)
        assert [(one.first, one.last, one.rose) for one in found] == [
            (2015, 2016, True),
            (2016, 2017, False),
        ]
        assert (found[0].others, found[0].larger) == (50, 0)

    def test_a_change_that_a_neighbour_made_too_is_none(self) -> None:
        assert leaps(years([200, 218, 200, 218, 200, 218]), **MOVING) == ()

    def test_a_small_count_that_doubles_by_chance_is_none(self) -> None:
        table = years([4, 10, 5, 4, 6, 5])
        assert leaps(table, **MOVING) == ()

    def test_few_changes_or_a_ratio_tell_no_leap(self) -> None:
        assert leaps(years([200, 900, 200]), **MOVING) == ()
        assert leaps(years([200, 210, 205, 450, 200]), **(MOVING | {"kind": "ratio"})) == ()

    def test_from_the_first_to_the_last(self) -> None:
        found = moved(years([300, 280, 260, 150]), **MOVING)
        assert (found.first, found.last, found.before, found.after) == (2013, 2016, 300, 150)
        assert found.chance < 1e-6
        assert not found.rose
        assert (found.median_before, found.others, found.larger) == (210, 10, 0)

    def test_chance_is_not_called_a_move(self) -> None:
        assert moved(years([200, 210, 190, 215]), **MOVING).chance > 0.3

    def test_a_published_nought_is_passed_over(self) -> None:
        found = moved(years([0, 210, 205, 215]), **MOVING)
        assert found.first == 2014
        assert moved(years([0, 0, 205]), **MOVING) is None
