"""Rate, mix and volume: Das Gupta's published examples, a naive twin, sums, edges by name."""

import json
from itertools import permutations
from math import prod
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import TrendError
from qa_sampling.trends.cells import cell_effects, shares_by_factor
from qa_sampling.trends.decomposition import decompose
from qa_sampling.trends.factor_effects import chain, factor_effects, product_effects
from qa_sampling.trends.factor_words import factor_words
from qa_sampling.trends.family_bootstrap import cluster_codes, resampled_totals

GOLDEN = json.loads((Path(__file__).parent / "golden" / "decomposition.json").read_text("utf-8"))
HALF = 5e-8


def naive_effects(before: dict, after: dict, rate) -> dict:
    """Let the factors change one after the other, in every order, and average what each adds."""
    found = dict.fromkeys(before, 0.0)
    orders = list(permutations(before))
    for order in orders:
        now = dict(before)
        for name in order:
            was = rate(now)
            now[name] = after[name]
            found[name] += (rate(now) - was) / len(orders)
    return found


def table_of(cells: dict[tuple, tuple[int, int]]) -> pd.DataFrame:
    """Cases from counts: cell to cases and events."""
    rows = [(*cell, int(case < events)) for cell, (cases, events) in cells.items()
            for case in range(cases)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["source", "team", "y"])
    return table.assign(family_id=[f"F{place // 2}" for place in range(len(table))])


@pytest.mark.parametrize("example", GOLDEN["products"])
def test_published_products(example: str) -> None:
    one = GOLDEN["products"][example]
    found = factor_effects(one["before"], one["after"], lambda held: prod(held.values()))
    wanted = one["effects"]
    places = 5e-7 if max(map(abs, wanted)) > 1000 else HALF
    assert list(found.values()) == pytest.approx(wanted, abs=places)


def test_published_sums_of_products_and_ratios() -> None:
    one = GOLDEN["4.3"]
    found = factor_effects(
        one["before"], one["after"], lambda x: float((x["bm"] * x["mw"] * x["wp"]).sum())
    )
    assert list(found.values()) == pytest.approx(one["effects"], abs=HALF)

    def illegitimate(x: dict) -> float:
        outside = (x["A"] * x["B"] * x["C"]).sum()
        return float(outside / (outside + (x["A"] * (1 - x["B"]) * x["D"]).sum()))

    one = GOLDEN["4.4"]
    found = factor_effects(one["before"], one["after"], illegitimate)
    assert list(found.values()) == pytest.approx(one["effects"], abs=HALF)
    assert found == pytest.approx(
        naive_effects(
            *({name: np.array(v) for name, v in one[when].items()} for when in ("before", "after")),
            illegitimate,
        ),
        rel=1e-12,
    )


def test_kitagawa_s_published_example() -> None:
    one = GOLDEN["5.1"]
    size, rate = np.array(one["size"]), np.array(one["rate"])
    found = cell_effects(size, size * rate, np.arange(13)[None])
    assert found.rate.sum() == pytest.approx(one["effects"]["rate"], abs=5e-5)
    assert found.mix.sum() == pytest.approx(one["effects"]["age"], abs=5e-5)


def test_the_published_cross_classified_example() -> None:
    one = GOLDEN["5.3"]
    size, rate = np.array(one["size"]), np.array(one["rate"])
    codes = np.array([one["race"], one["age"]]) - 1
    found = cell_effects(size, size * rate, codes, centred=False)
    race, age = found.mix.sum(axis=-1)
    assert found.rate.sum() == pytest.approx(one["effects"]["rate"], abs=HALF)
    assert (race, age) == pytest.approx((one["effects"]["race"], one["effects"]["age"]), abs=HALF)
    centred = cell_effects(size, size * rate, codes)
    total = centred.rate.sum() + centred.mix.sum()
    assert total == pytest.approx(float(found.after - found.before), abs=1e-12)


def test_no_mix_matters_where_every_rate_is_the_same() -> None:
    # Das Gupta's uncentred parts cancel each other here; the centred ones are all nothing.
    size = np.array([[40.0, 10, 25, 25], [10, 50, 20, 5]])
    codes = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    found = cell_effects(size, 0.2 * size, codes)
    assert np.abs(found.mix.sum(axis=-1)).max() < 1e-15
    plain = cell_effects(size, 0.2 * size, codes, centred=False)
    assert np.abs(plain.mix.sum(axis=-1)).max() > 1e-4
    assert plain.mix.sum() == pytest.approx(0, abs=1e-15)


cells = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (max(pair), min(pair)))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(cells, min_size=6, max_size=6).filter(lambda one: sum(n for n, _ in one) > 0),
    st.lists(cells, min_size=6, max_size=6).filter(lambda one: sum(n for n, _ in one) > 0),
    st.sampled_from(["rate", "count"]),
    st.booleans(),
)
def test_the_parts_are_the_change(then: list, now: list, of: str, centred: bool) -> None:
    keys = [(source, team) for source in "ABC" for team in "NS"]
    before, after = (table_of(dict(zip(keys, one, strict=True))) for one in (then, now))
    found = decompose(before, after, factors=["source", "team"], outcome="y", of=of, draws=0,
                      periods=(12, 1), centred=centred)  # fmt: skip
    top, bottom = after["y"].sum(), before["y"].sum()
    lengths = (len(before), len(after)) if of == "rate" else (12, 1)
    assert (found.start, found.end) == pytest.approx((bottom / lengths[0], top / lengths[1]))
    scale = 1 + abs(found.start) + abs(found.end)
    assert found.parts["contribution"].sum() == pytest.approx(found.change, abs=1e-12 * scale)
    parts = found.parts.set_index("part")["contribution"]
    for factor, held in found.values.groupby("factor"):
        assert held["rate_part"].sum() == pytest.approx(parts["Rate"], abs=1e-12 * scale)
        mix = parts[f"Mix of {factor_words(factor)}"]
        assert held["mix_part"].sum() == pytest.approx(mix, abs=1e-11 * scale)
    swapped = decompose(after, before, factors=["team", "source"], outcome="y", of=of, draws=0,
                        periods=(1, 12), centred=centred)  # fmt: skip
    other = swapped.parts.set_index("part")["contribution"]
    assert (-other[parts.index]).to_numpy() == pytest.approx(parts.to_numpy(), abs=1e-10 * scale)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(0, 10**6))
def test_products_as_their_naive_twin(factors: int, place: int) -> None:
    values = np.random.default_rng(place).uniform(0, 2, (2, factors))
    names = [str(one) for one in range(factors)]
    twin = naive_effects(*(dict(zip(names, one, strict=True)) for one in values),
                         lambda held: prod(held.values()))  # fmt: skip
    assert list(product_effects(*values)) == pytest.approx(list(twin.values()), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=24, max_size=24))
def test_shares_are_products_of_their_parts(counts: list[int]) -> None:
    size = np.array(counts, dtype=float).reshape(2, 12)
    size[:, 0] += 1
    codes = np.array([[cell // 6, cell // 2 % 3, cell % 2] for cell in range(12)]).T
    parts = shares_by_factor(size, codes)
    assert np.prod(parts, axis=0) == pytest.approx(size / size.sum(axis=1, keepdims=True), abs=1e-9)
    # With full tables: the formula of Das Gupta for three factors, written out.
    size = size + 1
    a = shares_by_factor(size, codes)[0]
    cube = size.reshape(2, 2, 3, 2)
    ij, ik = cube.sum(axis=3, keepdims=True), cube.sum(axis=2, keepdims=True)
    i, jk = cube.sum(axis=(2, 3), keepdims=True), cube.sum(axis=1, keepdims=True)
    j, k = cube.sum(axis=(1, 3), keepdims=True), cube.sum(axis=(1, 2), keepdims=True)
    whole = cube.sum(axis=(1, 2, 3), keepdims=True)
    wanted = (cube / jk * i / whole) ** (1 / 3) * (ij / j * ik / k) ** (1 / 6)
    assert a == pytest.approx(wanted.reshape(2, 12), rel=1e-12)


def test_a_value_of_one_period_only_moves_its_own_mix() -> None:
    before = table_of({("A", "N"): (30, 6), ("A", "S"): (70, 14)})
    after = table_of({("A", "N"): (30, 6), ("A", "S"): (70, 14), ("B", "N"): (15, 12),
                      ("B", "S"): (35, 28)})  # fmt: skip
    found = decompose(before, after, factors=["source", "team"], outcome="y", draws=0)
    parts = found.parts.set_index("part")["contribution"]
    assert parts["Rate"] == 0
    assert parts["Mix of team"] == pytest.approx(0, abs=1e-12)
    assert parts["Mix of referral source"] == pytest.approx(found.change)
    values = found.values.set_index("value")
    assert np.isnan(values.loc["B", "rate_before"])
    assert values.loc["B", "cases_before"] == 0
    assert "33% of cases" in found.notes[0]


def test_volume_is_the_change_where_nothing_but_it_changes() -> None:
    before = table_of({("A", "N"): (20, 5), ("B", "S"): (40, 20)})
    after = pd.concat([before] * 3)
    found = decompose(before, after, factors="source", outcome="y", of="count", draws=0)
    assert found.parts["contribution"].tolist() == pytest.approx([50, 0, 0])
    # Three periods of one: the same number a period, so nothing changed at all.
    found = decompose(before, after, factors="source", outcome="y", of="count", draws=0,
                      periods=(1, 3))  # fmt: skip
    assert found.parts["contribution"].tolist() == pytest.approx([0, 0, 0])


def test_no_events_at_all_is_no_change() -> None:
    none = table_of({("A", "N"): (5, 0)})
    found = decompose(none, none, factors="source", outcome="y")
    assert found.parts[["contribution", "low", "high"]].to_numpy() == pytest.approx(0)


def test_the_same_seed_gives_the_same_intervals_and_row_order_the_same_estimate() -> None:
    before = table_of({("A", "N"): (30, 6), ("B", "S"): (50, 20)})
    after = table_of({("A", "N"): (40, 16), ("B", "S"): (30, 12)})
    one, two = (decompose(before, after, factors="source", outcome="y", draws=100) for _ in "12")
    pd.testing.assert_frame_equal(one.parts, two.parts)
    other = decompose(before, after, factors="source", outcome="y", draws=100, seed="another")
    assert not np.allclose(other.parts["low"], one.parts["low"], atol=1e-6)
    turned = decompose(before[::-1], after[::-1], factors="source", outcome="y", draws=0)
    assert turned.parts["contribution"].to_numpy() == pytest.approx(
        one.parts["contribution"].to_numpy(), abs=1e-15
    )


def test_resamples_draw_families_whole() -> None:
    families = np.array([0, 0, 1, 2, 2, 2])
    values = np.array([[1.0, 0], [1, 1], [1, 0], [1, 1], [1, 1], [1, 0]])
    drawn = np.concatenate(
        list(resampled_totals(families, families, values, width=3, draws=400, seed="x")), axis=1
    )
    times = drawn[0] / np.array([2, 1, 3])
    assert (times.sum(axis=1) == 3).all()
    assert (times == times.round()).all()
    assert (drawn[1] == times * np.array([1, 0, 2])).all()
    # Each of the three is drawn once on average: 400 draws, standard error sqrt(2/3)/20.
    assert times.mean(axis=0) == pytest.approx(1, abs=0.17)
    assert cluster_codes(pd.Series(["a", None, "a", " ", "b"])).tolist() == [0, 2, 0, 3, 1]


def test_the_bootstrap_error_of_one_rate_is_the_cluster_robust_one() -> None:
    # Pairs that always agree: the error of a share of n cases is that of n / 2.
    pairs = pd.DataFrame({"g": "all", "y": np.repeat([1, 0, 0, 1, 0, 0, 0, 1, 0, 0], 2 * 20)})
    pairs["family_id"] = np.arange(len(pairs)) // 2
    other = pairs.assign(family_id=pairs["family_id"] + 1000)
    found = decompose(pairs, other, factors="g", outcome="y", draws=2000)
    rate = found.parts.loc[0]
    assert rate["standard_error"] == pytest.approx(np.sqrt(2 * 0.3 * 0.7 / 200), rel=0.06)
    alone = decompose(pairs, other, factors="g", outcome="y", cluster=None, draws=2000)
    assert alone.parts.loc[0, "standard_error"] == pytest.approx(
        np.sqrt(2 * 0.3 * 0.7 / 400), rel=0.06
    )


def test_a_chain_of_published_counts() -> None:
    then = {"Referrals": 2000, "S47 enquiries": 500, "ICPC": 200, "Plans": 180}
    now = {"Referrals": 2400, "S47 enquiries": 1200, "ICPC": 360, "Plans": 306}
    found = chain(then, now)
    assert found["part"].tolist() == [
        "Referrals", "S47 enquiries / Referrals", "ICPC / S47 enquiries", "Plans / ICPC",
    ]  # fmt: skip
    assert found["contribution"].sum() == pytest.approx(126, abs=1e-12)
    assert found["times"].tolist() == pytest.approx([1.2, 2.0, 0.75, 0.85 / 0.9])
    twin = naive_effects(
        *(dict(zip(found["part"], found[when], strict=True)) for when in ("before", "after")),
        lambda held: prod(held.values()),
    )
    assert found["contribution"].tolist() == pytest.approx(list(twin.values()))
    # Telford and Wrekin, years to March 2016 and 2017 (DfE, Children in need): 240 to 437 plans.
    then = dict(zip(then, (2036, 659, 254, 240), strict=True))
    now = dict(zip(now, (2982, 1510, 457, 437), strict=True))
    told = chain(then, now).set_index("part")["contribution"]
    assert told.sum() == pytest.approx(197, abs=1e-12)
    assert told["ICPC / S47 enquiries"] < 0 < told["S47 enquiries / Referrals"]
    # The last step may be nothing: then its ratio is 0 and no ratio hides it.
    ended = chain(then, now | {"Plans": 0})
    assert ended["contribution"].sum() == pytest.approx(-240)


def test_what_cannot_be_taken_apart_is_refused() -> None:
    good = table_of({("A", "N"): (5, 2)})
    with pytest.raises(TrendError, match="`after` has no cases"):
        decompose(good, good[:0], factors="source", outcome="y")
    with pytest.raises(TrendError, match="`before` lacks the columns age"):
        decompose(good, good.assign(age=1), factors="age", outcome="y")
    with pytest.raises(TrendError, match="1 cases whose `y` is missing or below 0"):
        decompose(good.assign(y=[1, 0, None, 0, 1]), good, factors="source", outcome="y")
    with pytest.raises(TrendError, match="1 to 5 different columns; got 2"):
        decompose(good, good, factors=["source", "source"], outcome="y")
    with pytest.raises(TrendError, match="at least 100 for an interval; got 5"):
        decompose(good, good, factors="source", outcome="y", draws=5)
    with pytest.raises(TrendError, match=r"`of` must be .* got 'odds'.*`level` must lie.*got 95"):
        decompose(good, good, factors="source", outcome="y", of="odds", level=95)
    with pytest.raises(TrendError, match="`periods` must be two lengths above 0"):
        decompose(good, good, factors="source", outcome="y", periods=(0, 1))
    with pytest.raises(TrendError, match="`factor` must be one of source; got 'team'"):
        decompose(good, good, factors="source", outcome="y").waterfall_of("team")
    with pytest.raises(TrendError, match="now Referrals is 0, so there is no ratio"):
        chain({"Referrals": 5, "Plans": 1}, {"Referrals": 0, "Plans": 0})
    with pytest.raises(TrendError, match="then the count of Plans is missing or below 0"):
        chain({"Referrals": 5, "Plans": np.nan}, {"Referrals": 2, "Plans": 0})
    with pytest.raises(TrendError, match="the same steps, in the same order"):
        chain({"Referrals": 5, "Plans": 1}, {"Plans": 0, "Referrals": 0})
    with pytest.raises(TrendError, match="a chain has 2 to 8 steps; got 1"):
        chain({"Referrals": 5}, {"Referrals": 5})
    with pytest.raises(TrendError, match="the same 1 to 8 factors; got 1 and 2"):
        factor_effects({"a": 1}, {"a": 1, "b": 2}, lambda held: 0.0)


def test_waterfalls_add_up() -> None:
    rng = np.random.default_rng(5)
    before, after = (
        pd.DataFrame({"source": rng.choice(list("ABCDEFGHIJKL"), 300),
                      "team": rng.choice(["N", "S"], 300), "y": rng.integers(0, 2, 300),
                      "family_id": np.arange(300) // 2})
        for _ in range(2)
    )  # fmt: skip
    found = decompose(before, after, factors=["source", "team"], outcome="y", draws=100)
    whole = found.waterfall(start_name="2025", end_name="2026", measure="Re-referrals")
    assert whole.table["part"].tolist() == ["Rate", "Mix of referral source", "Mix of team"]
    assert (whole.start_name, whole.end_name, whole.unit) == ("2025", "2026", "share")
    ways = found.waterfall_of("source", most=4)
    assert ways.table["part"].tolist()[4:] == ["8 others", "Volume and mix of other factors"]
    assert ways.table["contribution"].sum() == pytest.approx(found.change, abs=1e-12)
