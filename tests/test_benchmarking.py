"""Funnels, ranks, intervals and one authority beside others, against published figures."""

import json
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.areas import AREAS
from qa_sampling.trends.benchmarking import CHANGES, benchmark
from qa_sampling.trends.dispersion import dispersion, winsorise
from qa_sampling.trends.funnel import UNITS, funnel
from qa_sampling.trends.intervals import byar, exact_poisson, rate_interval, wilson
from qa_sampling.trends.ranks import rank_of
from qa_sampling.trends.tails import (
    beta_binomial_tail,
    binomial_tail,
    limit_of,
    negative_binomial_tail,
    poisson_tail,
)

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "benchmarking.json").read_text(encoding="utf-8")
)


class TestIntervals:
    @pytest.mark.parametrize(("count", "level", "low", "high"), GOLDEN["byars"])
    def test_byar(self, count, level, low, high) -> None:
        found = byar(count, level=level)
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)

    @pytest.mark.parametrize(("count", "level", "low", "high"), GOLDEN["exact_poisson"])
    def test_exact_poisson(self, count, level, low, high) -> None:
        found = exact_poisson(count, level=level)
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)

    @pytest.mark.parametrize(("count", "n", "level", "low", "high"), GOLDEN["wilson"])
    def test_wilson(self, count, n, level, low, high) -> None:
        found = wilson(count, n, level=level)
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)

    def test_ends(self) -> None:
        assert exact_poisson(0).low == byar(0).low == wilson(0, 8).low == 0
        assert wilson(8, 8).high == 1
        assert rate_interval(9).method == "exact" and rate_interval(10).method == "byar"

    def test_refused(self) -> None:
        with pytest.raises(TrendError, match="must be 0 or more; got -1"):
            exact_poisson(-1)
        with pytest.raises(TrendError, match=r"Give 0\.95"):
            byar(3, level=95)
        with pytest.raises(TrendError, match="got 4 of 3"):
            wilson(4, 3)


class TestTails:
    @pytest.mark.parametrize("n", [1, 2, 7, 40])
    @pytest.mark.parametrize("share", [0.02, 0.5, 0.93])
    def test_whole_numbers_have_the_distribution_s_own_chance(self, n: int, share: float) -> None:
        x = np.arange(n + 1.0)
        size = np.full(n + 1, float(n))
        spread = 0.2 * share * (1 - share)
        total = share * (1 - share) / spread - 1
        mean = size * share
        extra = 0.3
        pairs = [
            (binomial_tail(size, share, "high"), stats.binom.sf(x - 1, n, share)),
            (binomial_tail(size, share, "low"), stats.binom.cdf(x, n, share)),
            (poisson_tail(mean, "high"), stats.poisson.sf(x - 1, mean)),
            (poisson_tail(mean, "low"), stats.poisson.cdf(x, mean)),
            (
                negative_binomial_tail(mean, extra, "high"),
                stats.nbinom.sf(x - 1, 1 / extra, 1 / (1 + extra * mean)),
            ),
            (
                negative_binomial_tail(mean, extra, "low"),
                stats.nbinom.cdf(x, 1 / extra, 1 / (1 + extra * mean)),
            ),
            (
                beta_binomial_tail(size, share, spread, "high"),
                stats.betabinom.sf(x - 1, n, share * total, (1 - share) * total),
            ),
            (
                beta_binomial_tail(size, share, spread, "low"),
                stats.betabinom.cdf(x, n, share * total, (1 - share) * total),
            ),
        ]
        for tail, chance in pairs:
            assert tail(x) == pytest.approx(chance, abs=1e-12)

    def test_a_limit_is_where_the_chance_is_met(self) -> None:
        mean = np.array([2.0, 15.0, 400.0])
        for side in ("low", "high"):
            tail = poisson_tail(mean, side)
            limit = limit_of(tail, 0.001, 10 * mean + 50, side)
            sure = limit > 0
            assert tail(limit)[sure] == pytest.approx(0.001, rel=1e-9)
        assert limit_of(poisson_tail(mean, "low"), 0.001, 10 * mean, "low")[0] == 0

    def test_limits_of_other_tools_are_intervals_of_the_expected_count(self) -> None:
        """FunnelPlotR's "Poisson limits" take the expected count for one that was seen."""
        for n, expected in enumerate(GOLDEN["poisson_funnel_ratio"]["expected"]):
            for level, name in ((0.95, "95"), (0.998, "998")):
                theirs = exact_poisson(expected, level=level)
                low = GOLDEN["poisson_funnel_ratio"][f"ll{name}"][n]
                high = GOLDEN["poisson_funnel_ratio"][f"ul{name}"][n]
                assert theirs.low / expected == pytest.approx(low, abs=5e-7)
                assert theirs.high / expected == pytest.approx(high, abs=5e-7)


class TestDispersion:
    def test_as_funnelplotr_gives_it(self) -> None:
        told = GOLDEN["overdispersion"]
        seen, expected = (np.array(told[name], dtype=float) for name in ("num", "denom"))
        errors = 1 / (2 * np.sqrt(expected))
        found = dispersion(winsorise((np.sqrt(seen / expected) - 1) / errors), errors)
        assert found.phi == pytest.approx(told["SR_CQC"]["phi"], abs=5e-7)
        assert found.tau2 == pytest.approx(told["SR_CQC"]["tau2"], abs=5e-9)
        errors = 1 / np.sqrt(expected)
        found = dispersion(np.log(seen / expected) / errors, errors)
        assert found.phi == pytest.approx(told["SR_SHMI"]["phi"], abs=5e-7)
        assert found.tau2 == pytest.approx(told["SR_SHMI"]["tau2"], abs=5e-9)
        ratio = np.log((seen + 0.5) / (expected + 0.5))
        errors = np.sqrt(seen / (seen + 0.5) ** 2 + expected / (expected + 0.5) ** 2)
        found = dispersion(winsorise((ratio - np.log(told["RC"]["target"])) / errors), errors)
        assert found.phi == pytest.approx(told["RC"]["phi"], abs=5e-8)
        assert found.tau2 == pytest.approx(told["RC"]["tau2"], abs=5e-10)

    def test_edges(self) -> None:
        assert dispersion(np.array([3.0]), np.array([1.0])).tau2 == 0
        assert np.isnan(dispersion(np.array([]), np.array([])).phi)
        assert dispersion(np.zeros(5), np.ones(5)).tau2 == 0
        with pytest.raises(TrendError, match="finite z"):
            dispersion(np.array([np.inf]), np.array([1.0]))
        with pytest.raises(TrendError, match="`share` must lie from 0"):
            winsorise(np.ones(3), share=0.5)


def units(counts: dict[str, tuple[float | None, float | None]]) -> pd.DataFrame:
    rows = [(name, *pair) for name, pair in counts.items()]
    table = pd.DataFrame(rows, columns=UNITS.names)
    return table.astype({"numerator": "float64", "denominator": "float64"})


class TestFunnel:
    def test_a_unit_beyond_its_limit_is_the_one_drawn_beyond_it(self) -> None:
        given_ = {f"T{n}": (round(0.2 * 10 * n), 10.0 * n) for n in range(1, 12)}
        found = funnel(
            units(given_ | {"High": (60.0, 100.0), "Low": (2.0, 100.0)}), kind="proportion"
        )
        limits = found.funnel.limits.set_index("n")
        for row in found.table.itertuples():
            at = limits.loc[row.denominator]
            outside = row.value > at["high_outer"] or row.value < at["low_outer"]
            assert outside == (row.beyond == "outer")
            inside = at["low"] <= row.value <= at["high"]
            assert inside == (row.beyond == "")

    def test_chance_alone_and_a_spread(self) -> None:
        rates = {f"T{n}": (40.0 + 30 * (n % 3), 1000.0) for n in range(12)}
        exact = funnel(units(rates), kind="rate", scale=1000, limits="exact")
        wide = funnel(units(rates), kind="rate", scale=1000, limits="spread")
        assert exact.dispersion == wide.dispersion
        assert wide.dispersion.tau2 > 0.05 and wide.dispersion.phi > 5
        wider, narrower = wide.funnel.limits, exact.funnel.limits
        assert (wider["high_outer"] > narrower["high_outer"]).all()
        assert (wider["low_outer"] < narrower["low_outer"]).all()
        assert (exact.table["beyond"] != "").sum() >= 4 and (wide.table["beyond"] == "").all()

    def test_no_event_anywhere_and_events_everywhere(self) -> None:
        for kind in ("proportion", "rate"):
            found = funnel(units({"A": (0.0, 5.0), "B": (0.0, 40.0)}), kind=kind)
            assert (found.table["p"] == 1).all() and (found.table["beyond"] == "").all()
            assert np.isfinite(found.funnel.limits.to_numpy()).all()
        found = funnel(units({"A": (5.0, 5.0), "B": (40.0, 40.0)}), kind="proportion")
        assert (found.table["beyond"] == "").all() and found.funnel.centre == 1

    def test_one_unit_without_an_event_does_not_break_the_spread(self) -> None:
        """Faults of peers: the logarithm of 0 made phi and tau² infinite."""
        given_ = {"None": (0.0, 30.0)} | {f"T{n}": (20.0 + n, 100.0) for n in range(6)}
        found = funnel(units(given_), kind="rate")
        assert np.isfinite(found.dispersion.phi) and np.isfinite(found.dispersion.tau2)

    @pytest.mark.parametrize(("share", "n"), [(0.05, 50), (0.18, 20), (0.5, 8), (0.01, 30)])
    def test_false_alarms_never_pass_their_level(self, share: float, n: int) -> None:
        """Where arcsine limits had 7.7% and 1.9% below a limit meant for 0.1%."""
        for x in range(n + 1):
            found = funnel(units({"A": (x, n)}), kind="proportion", centre=share, limits="exact")
            row = found.table.iloc[0]
            if row["beyond"] == "outer":
                tail = (
                    stats.binom.cdf(x, n, share)
                    if x < n * share
                    else stats.binom.sf(x - 1, n, share)
                )
                assert tail < 0.001

    def test_what_is_left_out_is_told(self) -> None:
        found = funnel(
            units({"A": (3.0, 10.0), "B": (None, 5.0), "C": (0.0, 0.0)}), kind="proportion"
        )
        assert found.left_out.values.tolist() == [
            ["B", "no figure"],
            ["C", "none in the denominator"],
        ]

    def test_signals_follow_the_better_way(self) -> None:
        counts = units({"High": (90.0, 100.0), "Low": (1.0, 100.0), "A": (45.0, 100.0)})
        for better, high, low in (
            ("up", "improvement", "concern"),
            ("down", "concern", "improvement"),
            ("", "neutral", "neutral"),
        ):
            found = funnel(counts, kind="proportion", limits="exact", better=better)
            assert list(found.funnel.table["signal"]) == [high, low, ""]

    @pytest.mark.parametrize(
        ("counts", "asked", "message"),
        [
            ({}, {"kind": "proportion"}, "No unit has a figure"),
            ({"A": (None, 3.0)}, {"kind": "rate"}, "No unit has a figure"),
            ({"A": (4.0, 3.0)}, {"kind": "proportion"}, "1 units have counts that cannot be"),
            ({"A": (1.5, 3.0)}, {"kind": "proportion"}, "counts that are not whole"),
            ({"A": (-1.0, 3.0)}, {"kind": "rate"}, "below 0"),
            ({"A": (1.0, 3.0)}, {"kind": "mean"}, '"proportion" or "rate"'),
            ({"A": (1.0, 3.0)}, {"kind": "rate", "limits": "normal"}, '"exact" or "spread"'),
            ({"A": (1.0, 3.0)}, {"kind": "rate", "levels": (0.99, 0.95)}, "two that rise"),
            ({"A": (1.0, 3.0)}, {"kind": "proportion", "scale": 100}, "and 1 for proportions"),
            ({"A": (1.0, 3.0)}, {"kind": "proportion", "centre": 1.2}, "`centre` must be"),
            ({"A": (1.0, 3.0)}, {"kind": "rate", "better": "left"}, "`better` must be"),
        ],
    )
    def test_refused(self, counts, asked, message) -> None:
        with pytest.raises(TrendError, match=message):
            funnel(units(counts), **asked)

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=2, max_size=12),
        st.randoms(),
    )
    def test_order_does_not_matter(self, pairs, order) -> None:
        table = units({f"T{n}": (min(pair), max(pair)) for n, pair in enumerate(pairs)})
        shuffled = list(range(len(table)))
        order.shuffle(shuffled)
        one = funnel(table, kind="proportion").table.set_index("unit")
        other = funnel(table.iloc[shuffled], kind="proportion").table.set_index("unit")
        pd.testing.assert_frame_equal(one, other.loc[one.index])


class TestRanks:
    def test_two_units_by_their_distribution_alone(self) -> None:
        found = rank_of(0, np.array([12, 20]), np.array([40, 40]), kind="proportion")
        grid = np.linspace(0, 1, 200_001)[1:-1]
        own = stats.beta(12.5, 28.5).pdf(grid) * np.diff(grid[:2])[0]
        lower = float((own * stats.beta(20.5, 20.5).cdf(grid)).sum())
        assert found.chances == pytest.approx((1 - lower, lower), abs=1e-5)
        assert found.higher == pytest.approx((1 - lower,), abs=1e-5)
        assert found.place == 1

    def test_against_a_simulation(self) -> None:
        events, size = np.array([30, 22, 41, 35, 12]), np.array([100, 90, 120, 150, 30])
        found = rank_of(2, events, size, kind="rate")
        chance = np.random.default_rng(7)
        truths = chance.gamma(events + 0.5, 1 / size, size=(200_000, 5))
        places = 1 + (truths < truths[:, [2]]).sum(axis=1)
        seen = np.bincount(places, minlength=6)[1:] / 200_000
        assert found.chances == pytest.approx(seen, abs=0.004)  # 4 standard errors

    def test_chances_add_up_and_ties_share_a_place(self) -> None:
        found = rank_of(0, np.full(5, 7), np.full(5, 30), kind="proportion")
        assert sum(found.chances) == pytest.approx(1)
        assert found.chances == pytest.approx((0.2,) * 5, abs=1e-3) and found.place == 3
        ends = found.confidence_interval(0.95)
        assert (ends.low, ends.high) == (1, 5) and all(found.undecided())

    def test_a_clear_rank(self) -> None:
        found = rank_of(0, np.array([900, 10, 11]), np.array([1000] * 3), kind="proportion")
        assert found.confidence_interval().low == found.confidence_interval().high == 3
        assert found.undecided() == (False, False)
        alone = rank_of(0, np.array([3]), np.array([9]), kind="rate")
        assert alone.chances == pytest.approx((1,)) and alone.confidence_interval().high == 1

    def test_refused(self) -> None:
        with pytest.raises(TrendError, match="without gaps"):
            rank_of(0, np.array([1, np.nan]), np.array([3, 3]), kind="rate")
        with pytest.raises(TrendError, match="more events than there could be"):
            rank_of(0, np.array([4, 1]), np.array([3, 3]), kind="proportion")
        with pytest.raises(TrendError, match=r"Give 0\.95"):
            rank_of(0, np.array([1]), np.array([3]), kind="rate").confidence_interval(95)


def areas(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=AREAS.names)
    return table.astype(AREAS.empty().dtypes.to_dict())


def year_of(year: int, **changed: tuple) -> list[tuple]:
    plain = {
        "894": ("Own", "authority", "West", 30.0, 200.0, 15.0, ""),
        "1": ("One", "authority", "West", 20.0, 100.0, 20.0, ""),
        "2": ("Two", "authority", "East", 90.0, 300.0, 30.0, ""),
        "3": ("Three", "authority", "East", 5.0, 50.0, 10.0, ""),
        "W": ("West", "region", "", 60.0, 350.0, 17.1, ""),
        "E9": ("England", "country", "", 900.0, 4000.0, 22.5, ""),
    }
    held = plain | {code.lstrip("_"): row for code, row in changed.items()}
    return [(code, *row[:3], year, *row[3:]) for code, row in held.items() if row]


class TestBenchmark:
    ASKED: ClassVar = {
        "own": "894",
        "neighbours": ["1", "2", "3"],
        "kind": "proportion",
        "scale": 100,
    }

    def test_worked_by_hand(self) -> None:
        found = benchmark(areas(*year_of(2025)), **self.ASKED)
        row = found.table.iloc[0]
        assert (row["own"], row["median"], row["region"], row["country"]) == (15, 20, 17.1, 22.5)
        assert row["pooled"] == pytest.approx(100 * 115 / 450)
        assert (row["quarter_low"], row["quarter_high"]) == (15, 25)
        assert (row["place"], row["among"], row["neighbours"], row["of"]) == (2, 4, 3, 3)
        ends = wilson(30, 200)
        assert row["own_low"] == pytest.approx(100 * ends.low)
        assert found.missing.empty and found.region == "West"

    def test_a_hidden_neighbour_is_missing_and_said(self) -> None:
        hidden = ("Two", "authority", "East", None, 300.0, None, "suppressed")
        found = benchmark(areas(*year_of(2025, _2=hidden)), **self.ASKED)
        row = found.table.iloc[0]
        assert (row["median"], row["neighbours"], row["of"]) == (15, 2, 3)
        assert found.missing.values.tolist() == [[2025, "2", "Two", "suppressed"]]

    def test_an_authority_without_a_figure_has_no_place(self) -> None:
        own = ("Own", "authority", "West", None, None, None, "unreliable")
        row = benchmark(areas(*year_of(2025, _894=own)), **self.ASKED).table.iloc[0]
        assert pd.isna(row["own"]) and pd.isna(row["place"]) and row["median"] == 20

    def test_authorities_come_and_go(self) -> None:
        old = ("928", "Northamptonshire", "authority", "East", 2021, 10.0, 100.0, 10.0, "")
        new = ("940", "North N.", "authority", "East", 2022, 10.0, 100.0, 10.0, "")
        first, then = [*year_of(2021), old], [*year_of(2022), new]
        asked = self.ASKED | {"neighbours": ["1", "928", "940", "777"]}
        missing = benchmark(areas(*first, *then), **asked).missing
        assert missing.values.tolist() == [
            [2021, "940", "North N.", "did not exist"],
            [2021, "777", "777", "not in the files"],
            [2022, "928", "Northamptonshire", "had been divided or merged"],
            [2022, "777", "777", "not in the files"],
        ]
        assert {code for pair in CHANGES.values() for part in pair for code in part} >= {
            "909",
            "839",
        }

    def test_siblings_widen_intervals_and_places(self) -> None:
        plain = benchmark(areas(*year_of(2025)), **self.ASKED).table.iloc[0]
        wide = benchmark(areas(*year_of(2025)), **self.ASKED, design_effect=2).table.iloc[0]
        assert wide["own_high"] - wide["own_low"] > 1.3 * (plain["own_high"] - plain["own_low"])
        assert wide["pooled"] == pytest.approx(plain["pooled"])
        assert (wide["own"], wide["median"]) == (plain["own"], plain["median"])

    def test_a_ratio_has_neither_interval_nor_place(self) -> None:
        row = benchmark(areas(*year_of(2025)), **(self.ASKED | {"kind": "ratio"})).table.iloc[0]
        assert pd.isna(row["own_low"]) and pd.isna(row["place"]) and row["own"] == 15

    def test_refused(self) -> None:
        table = areas(*year_of(2025))
        with pytest.raises(TrendError, match="No authority has the code '895'"):
            benchmark(table, **(self.ASKED | {"own": "895"}))
        with pytest.raises(TrendError, match="codes of other authorities"):
            benchmark(table, **(self.ASKED | {"neighbours": ["894"]}))
        with pytest.raises(TrendError, match="`kind` must be"):
            benchmark(table, **(self.ASKED | {"kind": "mean"}))
        with pytest.raises(TrendError, match="`design_effect` must be 1 or more"):
            benchmark(table, **self.ASKED, design_effect=0.5)


DFE = Path(__file__).parents[2] / "shared" / "data" / "dfe"


@pytest.mark.skipif(not DFE.is_dir(), reason="the published files are not here")
def test_telford_and_wrekin_s_spike_and_fall() -> None:
    """The rise of Section 47 enquiries in 2017 and the fall of re-referrals, told rightly."""
    from qa_sampling.records.published import read_neighbours, read_published
    from qa_sampling.records.published_measures import MEASURES, published_series

    published = read_published(DFE)
    near = read_neighbours(DFE / "sn_model_2025_wide.csv").query("old_code == '894'")["neighbour"]
    tables = {}
    for key in ("s47", "re_referrals"):
        measure = MEASURES[key]
        tables[key] = benchmark(
            published_series(published, key),
            own="894",
            neighbours=list(near),
            kind=measure.kind,
            scale=measure.scale,
        ).table.set_index("year")
    s47, again = tables["s47"], tables["re_referrals"]
    assert (s47.loc[2017, "own"], s47.loc[2017, "place"], s47.loc[2017, "place_low"]) == (
        384.4,
        11,
        11,
    )
    assert s47.loc[2016, "own"] < s47.loc[2016, "median"] < s47.loc[2017, "own"] / 1.8
    assert (again.loc[2013, "own"], again.loc[2025, "own"]) == (33.4, 15.8)
    assert again.loc[2013, "place_low"] == 11 and again.loc[2025, "place_high"] <= 3
    assert again.loc[2025, "own_high"] < again.loc[2025, "country"]
