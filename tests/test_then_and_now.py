"""Shares of now beside before: the test of one, and several compared together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from qa_sampling.trends.then_and_now import CHANGES, changes_of, p_of_change


def counts_of(*rows: tuple[int, int, int, int], alone: float = 1.0) -> pd.DataFrame:
    columns = ["now", "now_of", "before", "before_of"]
    return pd.DataFrame(rows, columns=columns).assign(alone=alone)


def said(*rows, fewest: int = 10, level: float = 0.95, alone: float = 1.0) -> list[str]:
    return changes_of(counts_of(*rows, alone=alone), fewest=fewest, level=level)


def test_the_n_minus_1_chi_square():
    """56/70 and 48/80 (Newcombe 1998, table II): chi-square 7.0234 by hand, times 149 / 150."""
    table = stats.chi2_contingency([[56, 14], [48, 32]], correction=False)
    assert table.statistic == pytest.approx(7.0234, abs=5e-5)
    wanted = stats.chi2.sf(table.statistic * 149 / 150, 1)
    assert p_of_change(56, 70, 48, 80) == pytest.approx(wanted, rel=1e-12)
    assert p_of_change(48, 80, 56, 70) == pytest.approx(wanted, rel=1e-12)
    assert wanted == pytest.approx(0.00826, abs=5e-6)
    assert p_of_change(0, 9, 0, 12) == p_of_change(9, 9, 12, 12) == 1


def test_three_comparisons_must_go_further_than_one():
    """p is 0.039: a change by itself, none among three that are told together."""
    border = (28, 100, 42, 100)
    assert 0.025 < p_of_change(*border) < 0.05
    same = (30, 100, 30, 100)
    assert said(border) == [CHANGES[1]]
    assert said(border, same, same) == [CHANGES[2]] * 3
    assert said(border, (10, 100, 90, 100), (90, 100, 10, 100)) == [
        CHANGES[1], CHANGES[1], CHANGES[0],
    ], "Holm: the last of three, with the others found, needs no correction"  # fmt: skip


def test_what_is_missing_or_small_counts_as_a_comparison_that_found_nothing():
    border = (28, 100, 42, 100)
    missing = counts_of(border, border).astype("Int64")
    missing.loc[1, "now"] = pd.NA
    assert changes_of(missing.assign(alone=1.0), fewest=10, level=0.95) == [CHANGES[2], CHANGES[3]]
    assert said((0, 9, 90, 100)) == [CHANGES[3]]
    assert said(border, alone=0.5) == [CHANGES[2]], "half as many families as children"
    assert changes_of(counts_of(), fewest=10, level=0.95) == []


def test_nothing_changed_is_seldom_called_a_change():
    """Three measures, nothing changed, 1,000 times: Holm begins with p at most 0.05 / 3."""
    rng = np.random.default_rng(20261126)
    drawn = rng.binomial(100, 0.3, (1000, 3, 2))
    least = [min(p_of_change(a, 100, b, 100) for a, b in page) for page in drawn]
    assert np.mean(np.array(least) <= 0.05 / 3) == pytest.approx(0.05, abs=0.02)
