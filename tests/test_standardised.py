"""Rates of several populations: Das Gupta's table, sums, pairs, order, refusals."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import TrendError
from qa_sampling.trends.factor_effects import factor_effects
from qa_sampling.trends.standardised import standardised_rates

GOLDEN = json.loads((Path(__file__).parent / "golden" / "decomposition.json").read_text("utf-8"))


def per_1000(x: dict) -> float:
    """Births outside marriage per 1,000 births, of six ages: Das Gupta's example 6.5."""
    outside = (x["A"] * x["B"] * x["C"]).sum()
    return 1000 * outside / (outside + (x["A"] * (1 - x["B"]) * x["D"]).sum())


def product(x: dict) -> float:
    return float(np.prod([np.sum(one) for one in x.values()]))


def test_five_years_of_das_gupta() -> None:
    one = GOLDEN["6.5"]
    found = standardised_rates(one["populations"], per_1000)
    wanted = one["rates"] | {"Rate": one["rates"]["crude"]}
    assert list(found.columns) == ["1963", "1968", "1973", "1978", "1983"]
    for name, row in found.iterrows():
        assert row.to_numpy() == pytest.approx(wanted[name], abs=5e-8), name


def test_two_populations_are_the_pair() -> None:
    one = GOLDEN["6.5"]["populations"]
    pair = {year: one[year] for year in ("1963", "1983")}
    found = standardised_rates(pair, per_1000).drop(index="Rate")
    wanted = factor_effects(pair["1963"], pair["1983"], per_1000)
    assert (found["1983"] - found["1963"]).to_dict() == pytest.approx(wanted, rel=1e-12)


NUMBERS = st.floats(0.1, 10)
YEARS = st.lists(
    st.fixed_dictionaries({"a": NUMBERS, "b": NUMBERS, "c": NUMBERS}), min_size=3, max_size=5
)


@settings(max_examples=25, deadline=None)
@given(YEARS)
def test_effects_add_up_over_factors_and_over_years(years: list[dict]) -> None:
    held = dict(enumerate(years))
    found = standardised_rates(held, product)
    for one, other in combinations(held, 2):
        gap = found[other] - found[one]
        assert gap.drop("Rate").sum() == pytest.approx(gap["Rate"], abs=1e-7)
    turned = standardised_rates(dict(reversed(held.items())), product)
    turned = turned.loc[found.index, found.columns]  # the order they are given in is no matter
    assert turned.to_numpy() == pytest.approx(found.to_numpy())


def test_a_factor_that_never_changes_has_one_rate() -> None:
    years = {2023: {"a": 2, "b": 5}, 2024: {"a": 3, "b": 5}, 2025: {"a": 7, "b": 5}}
    found = standardised_rates(years, product)
    assert found.loc["b"].to_numpy() == pytest.approx(found.loc["b"].iloc[0])
    assert found.loc["a"].diff().iloc[1:].to_numpy() == pytest.approx([5, 20])


@pytest.mark.parametrize(
    ("years", "message"),
    [
        ({1: {"a": 1}}, "Give 2 to 20 populations; got 1"),
        ({n: {"a": 1} for n in range(21)}, "got 21"),
        ({1: {"a": 1}, 2: {"b": 1}}, "the same 1 to 8 factors"),
        ({1: {}, 2: {}}, "the same 1 to 8 factors"),
    ],
)
def test_refused(years: dict, message: str) -> None:
    with pytest.raises(TrendError, match=message):
        standardised_rates(years, product)
