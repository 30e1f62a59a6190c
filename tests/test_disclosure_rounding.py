"""Rounded tables, rates and public numbers: nothing is told beyond what is printed."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from disclosure_tables import assert_safe, one_way, printed, random_counts, two_way
from tiers import repeats

from qa_sampling.errors import SchemaError
from qa_sampling.reporting.attack import attack, intervals, key_of
from qa_sampling.reporting.disclosure import HIDDEN_MARK, protect
from qa_sampling.reporting.table_lines import rounded, rounding_range


@pytest.mark.parametrize("base", [1, 2, 3, 5, 10, 20])
@pytest.mark.parametrize("threshold", [2, 6, 10])
def test_the_range_of_a_rounded_count_is_what_trying_all_counts_gives(base, threshold):
    for printed_as in {rounded(count, base) for count in range(60)}:
        could = [
            count
            for count in range(100)
            if rounded(count, base) == printed_as and not 0 < count < threshold
        ]
        if could:
            low, high = rounding_range(printed_as, base, threshold)
            assert (low, high) == (min(could), max(could))


def test_halves_round_upwards():
    assert [rounded(count, 5) for count in (0, 2, 3, 7, 8, 12, 13)] == [0, 0, 5, 5, 10, 10, 15]
    assert [rounded(count, 10) for count in (4, 5, 14, 15, 25)] == [0, 10, 10, 20, 30]


@pytest.mark.parametrize("base", [5, 10])
@pytest.mark.parametrize("zeros_shown", [False, True])
def test_nothing_is_recovered_from_rounded_tables(base, zeros_shown):
    rng = np.random.default_rng(31)
    hidden = {1: 0, base: 0}
    for _ in range(repeats(4, 12)):
        values = random_counts(rng, 4, 3, 10)
        for used in hidden:
            safe = protect(
                two_way(values),
                by=["team", "status"],
                counts=["n"],
                zeros_shown=zeros_shown,
                rounded_to=used,
            )
            assert_safe(safe)
            hidden[used] += safe.hidden
        shown = safe.numbers("n", totals=True).dropna()
        assert (shown % base == 0).all()
    assert 0 < hidden[base] < hidden[1], "rounding protects, so that fewer counts are hidden"


def test_rounding_alone_leaves_a_count_small_and_the_attack_sees_it():
    """All three of 20 and 10 rounded to 5: the hidden one is at most 22 - 8 - 8."""
    rows = [("K0", 10), ("K1", 10), ("K2", "[c]"), ("Total", 20)]
    exact = attack(printed([("K0", 9), ("K1", 9), ("K2", "[c]"), ("Total", 20)]))
    assert exact[["low", "high"]].to_numpy().tolist() == [[2, 2]]
    found = attack(printed(rows, rounded_to=5)).set_index("cell").loc["K2"]
    assert (found["low"], found["high"]) == (0, 6)


def test_the_attack_on_a_rounded_table_agrees_with_trying_every_table():
    """Naive twin: all counts that would be printed like this."""
    safe = protect(two_way([[3, 14], [21, 9]]), by=["team", "status"], counts=["n"], rounded_to=5)
    possible = {}
    reach = range(0, 60)
    printed_as = {row[:2]: row[2] for row in safe.rows}
    names = [(f"Team {i}", f"Status {j}") for i, j in product(range(2), range(2))]
    ranges = [
        [n for n in reach if printed_as[name] == HIDDEN_MARK or fits(n, printed_as[name])]
        for name in names
    ]
    for a, b, c, d in product(*ranges):
        whole = {
            ("Team 0", "Total"): a + b,
            ("Team 1", "Total"): c + d,
            ("Total", "Status 0"): a + c,
            ("Total", "Status 1"): b + d,
            ("Total", "Total"): a + b + c + d,
        }
        if all(
            printed_as[place] == HIDDEN_MARK or fits(n, printed_as[place])
            for place, n in whole.items()
        ):
            for name, n in zip(names, (a, b, c, d), strict=True):
                low, high = possible.get(name, (n, n))
                possible[name] = (min(low, n), max(high, n))
    found = intervals((safe,))
    tried = 0
    for name in names:
        if printed_as[name] == HIDDEN_MARK and possible[name][1] < 50:
            assert found[key_of(safe, "n", name)] == possible[name]
            tried += 1
    assert tried


def fits(count, printed_as):
    return rounded(count, 5) == printed_as and not 0 < count < 6


def test_decisions_are_not_rounded():
    table = one_way(40, 30, name="cases").assign(audits=[2, 3])
    safe = protect(
        table, by=["kind"], counts=["cases", "audits"], decisions=["audits"], rounded_to=10
    )
    assert list(safe.frame["audits"]) == [2, 3, 5]
    assert list(safe.frame["cases"]) == [40, 30, 70]


def test_percentages_of_rounded_counts_come_from_the_rounded_counts():
    table = one_way(23, 38).assign(kind=["A", "B"])
    safe = protect(
        table, by=["kind"], counts=["n"], percentages={"share": ("n", "total")}, rounded_to=5
    )
    assert list(safe.frame["n"]) == [25, 40, 60]
    assert list(safe.frame["share"]) == [41.7, 66.7, 100.0]
    assert "rounded to the nearest 5" in safe.note
    assert "Percentages and rates are of rounded counts." in safe.note


def with_population():
    table = one_way(61, 3, 240, 18, name="children")
    return table.assign(population=[9_800, 1_250, 30_410, 2_000])


def test_rates_are_hidden_with_their_counts_and_right_to_the_last_digit():
    """Rates per 10,000 by hand: 61 of 9,800 is 62.24..., 240 of 30,410 is 78.92..."""
    safe = protect(
        with_population(),
        by=["kind"],
        counts=["children"],
        publics=["population"],
        rates={"rate": ("children", "population")},
    )
    assert_safe(safe)
    assert safe.columns == ("kind", "children", "population", "rate")
    assert list(safe.frame["population"]) == [9_800, 1_250, 30_410, 2_000, 43_460]
    hidden = safe.frame["children"] == HIDDEN_MARK
    assert list(safe.frame["rate"] == HIDDEN_MARK) == list(hidden)
    assert safe.frame.set_index("kind").loc["K2", "rate"] == 78.9
    assert safe.totals["rate"] == 74.1
    assert hidden.sum() == 2


def test_the_attack_uses_rates():
    """24.0 per 10,000 of 1,250 is 3 children, though their number is hidden."""
    rows = [("K0", "[c]", 1_250, 24.0), ("K1", 50, 9_000, 55.6), ("Total", "[c]", 10_250, "[c]")]
    rules = {"publics": ("population",), "rates": {"rate": ("n", "population")}}
    found = attack(printed(rows, **rules)).set_index("cell")
    assert found.loc["K0", ["low", "high"]].tolist() == [3, 3]


def test_a_rate_of_nobody_is_not_applicable():
    table = with_population().assign(population=[0, 10, 10, 10], children=[0, 7, 8, 9])
    safe = protect(
        table,
        by=["kind"],
        counts=["children"],
        publics=["population"],
        rates={"rate": ("children", "population")},
    )
    assert safe.frame["rate"].iloc[0] == "[z]"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rounded_to": 0}, "`rounded_to` must be 1, 5 or 10; got 0"),
        ({"most_hidden": 1.5}, "`most_hidden` is a share between 0 and 1; got 1.5"),
        ({"rates": {"rate": ("n", "population")}}, "needs a public number"),
        ({"rates": {"rate": ("m", "n")}}, "may name only the count columns"),
        ({"publics": ["population"]}, "lacks `population`"),
    ],
)
def test_nonsense_is_refused(arguments, message):
    with pytest.raises(SchemaError, match=message):
        protect(one_way(10, 20), **({"by": ["kind"], "counts": ["n"]} | arguments))


def test_public_numbers_must_be_whole():
    table = one_way(10, 20).assign(population=[1.5, 2])
    with pytest.raises(SchemaError, match="`population` holds values that are no whole numbers"):
        protect(table, by=["kind"], counts=["n"], publics=["population"])
    assert isinstance(table, pd.DataFrame)
