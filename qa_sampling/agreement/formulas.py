"""The coefficients, each a formula over totals; one or many draws at once.

Notation (Gwet 2014): r_i raters of a unit, r_ik of them gave grade k, w the weights, pa the
observed agreement, pe the one expected by chance; coefficient (pa - pe) / (1 - pe). Units graded
once have no pair, so pa rests on units graded at least twice; the shares pi_k of Gwet's AC and
Fleiss' kappa rest on all units graded at least once.

Sources: Cohen 1960, 1968 (kappa, weighted); Scott 1955 (pi); Fleiss 1971; Conger 1980; Brennan
and Prediger 1981; Gwet 2008 (AC1, AC2); Krippendorff 2011 (alpha); Bangdiwala 1985, 1987 (B);
Cicchetti and Feinstein 1990 and Uebersax (specific agreement).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qa_sampling.agreement.patterns import Sums
from qa_sampling.agreement.weighting import ordinal_middles, two_grades

TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Parts:
    """A coefficient of every draw.

    Attributes
    ----------
    value : ndarray, (draws,) or (draws, grades)
        The coefficient; NaN where it is 0 divided by 0.
    observed, expected : ndarray or None
        Observed agreement and the one expected by chance, where there are such.
    """

    value: np.ndarray
    observed: np.ndarray | None = None
    expected: np.ndarray | None = None


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divide, with NaN where the divisor is 0 (to rounding).

    Parameters
    ----------
    above, below : ndarray
        Of one shape; may be complex.
    """
    good = np.abs(np.real(below)) > TINY
    return np.where(good, above / np.where(good, below, 1), np.nan)


def _beyond_chance(observed: np.ndarray, expected: np.ndarray) -> Parts:
    return Parts(ratio(observed - expected, 1 - expected), observed, expected)


def _observed(sums: Sums, key: str) -> np.ndarray:
    return ratio(sums.get("agreement", key)[:, 0], sums.get("twice")[:, 0])


def _shares(sums: Sums) -> np.ndarray:
    return ratio(sums.get("share"), sums.get("graded"))


def _quadratic(left: np.ndarray, weights: np.ndarray, right: np.ndarray) -> np.ndarray:
    return ((left @ weights) * right).sum(axis=-1)


def _percent(key: str) -> Callable[[Sums], Parts]:
    def formula(sums: Sums) -> Parts:
        found = _observed(sums, key)
        return Parts(found, found)

    return formula


def _gwet(key: str) -> Callable[[Sums], Parts]:
    def formula(sums: Sums) -> Parts:
        share, weights, q = _shares(sums), sums.matrices[key], sums.size
        expected = weights.sum() / (q * (q - 1)) * (share * (1 - share)).sum(axis=-1)
        return _beyond_chance(_observed(sums, key), expected)

    return formula


def _fleiss(sums: Sums) -> Parts:
    share = _shares(sums)
    expected = _quadratic(share, sums.matrices["weights"], share)
    return _beyond_chance(_observed(sums, "weights"), expected)


def _brennan_prediger(sums: Sums) -> Parts:
    observed = _observed(sums, "weights")
    expected = np.full_like(observed, sums.matrices["weights"].sum() / sums.size**2)
    return _beyond_chance(observed, expected)


def _conger(sums: Sums) -> Parts:
    """Conger's kappa: chance agreement of every two raters by their own margins."""
    margins = sums.get("margins").reshape(-1, sums.raters, sums.size)
    graded = margins.sum(axis=-1, keepdims=True)
    here = np.abs(np.real(graded)) > TINY
    own = np.where(here, margins / np.where(here, graded, 1), 0)
    raters = here[..., 0].sum(axis=-1)
    weights, whole = sums.matrices["weights"], own.sum(axis=1)
    alone = _quadratic(own, weights, own).sum(axis=-1)
    expected = ratio(_quadratic(whole, weights, whole) - alone, raters * (raters - 1.0))
    return _beyond_chance(_observed(sums, "weights"), expected)


def _two(sums: Sums) -> np.ndarray:
    """Give the table of two raters as shares, (draws, grades, grades)."""
    table = sums.get("table").reshape(-1, sums.size, sums.size)
    return ratio(table, table.sum(axis=(1, 2), keepdims=True))


def _cohen(sums: Sums) -> Parts:
    table, weights = _two(sums), sums.matrices["weights"]
    expected = _quadratic(table.sum(axis=2), weights, table.sum(axis=1))
    return _beyond_chance((table * weights).sum(axis=(1, 2)), expected)


def _scott(sums: Sums) -> Parts:
    table, weights = _two(sums), sums.matrices["weights"]
    share = (table.sum(axis=2) + table.sum(axis=1)) / 2
    return _beyond_chance((table * weights).sum(axis=(1, 2)), _quadratic(share, weights, share))


def _bangdiwala(sums: Sums) -> Parts:
    table = _two(sums)
    same = np.einsum("bkk->bk", table)
    return Parts(ratio((same**2).sum(axis=1), (table.sum(axis=2) * table.sum(axis=1)).sum(axis=1)))


def alpha(sums: Sums, key: str, *, small_sample: bool = True) -> Parts:
    """Krippendorff's alpha with a metric that is known beforehand.

    Parameters
    ----------
    sums : Sums
        Totals.
    key : str
        Weights that are 1 less the metric over its largest value.
    small_sample : bool
        Whether the disagreement expected is that of two grades drawn without putting back, as
        Krippendorff has it.
    """
    counts, weights = sums.get("counts"), sums.matrices[key]
    whole = counts.sum(axis=-1)
    observed = ratio(sums.get("agreeing", key)[:, 0], whole)
    share = ratio(counts, whole[:, None])
    expected = _quadratic(share, weights, share)
    if small_sample:
        observed = observed + ratio(1 - observed, whole)
    return _beyond_chance(observed, expected)


def _alpha_ordinal(sums: Sums) -> Parts:
    """Krippendorff's alpha with his ordinal metric, of the counts of each draw.

    Distances are squared gaps of mean ranks, so those of all pairs are twice n times their spread.
    """
    counts = sums.get("counts")
    whole = counts.sum(axis=-1)
    middle = ordinal_middles(counts)
    low, high = two_grades(sums.size)
    apart = (middle[:, high] - middle[:, low]) ** 2
    found = ratio((sums.get("pairs") * apart).sum(axis=-1), whole)
    mean = ratio((counts * middle).sum(axis=-1), whole)
    spread = (counts * (middle - mean[:, None]) ** 2).sum(axis=-1)
    expected = ratio(2 * spread, whole - 1)
    scale = np.real(whole) ** 2  # so that "0" does not depend on how many grades there are
    return Parts(1 - ratio(found / scale, expected / scale))


def _specific(sums: Sums) -> Parts:
    return Parts(ratio(sums.get("same"), sums.get("counts")))


@dataclass(frozen=True)
class Formula:
    """A coefficient and what must be known to show it.

    Attributes
    ----------
    title : str
        Name people read; ``{weights}`` stands for the weights.
    formula : callable
        From sums to the coefficient of every draw.
    bounds : tuple of float
        Least and largest value it can take, for the scale of its interval.
    two_raters : bool
        Whether it compares exactly two columns.
    needs_columns : bool
        Whether it asks which rater gave which grade.
    weighted : bool
        Whether it uses `weights`.
    is_share : bool
        Whether it is a share of units that agree, so that exact bounds exist.
    by_margins : bool
        Whether chance is that of the margins squared, so that it is near 1 where nearly all grades
        are the same.
    undefined : str
        Why it can be 0 divided by 0 although units were graded twice.
    """

    title: str
    formula: Callable[[Sums], Parts]
    bounds: tuple[float, float] = (-1.0, 1.0)
    two_raters: bool = False
    needs_columns: bool = False
    weighted: bool = True
    is_share: bool = False
    by_margins: bool = False
    undefined: str = (
        "every grade given is the same, so chance alone would agree as often and nothing can be "
        "said beyond chance (0 divided by 0)"
    )


_SHARE = (0.0, 1.0)
_COUNTED = {"bounds": _SHARE, "weighted": False, "is_share": True}
_TWO = {"two_raters": True, "needs_columns": True}
_ALPHA = {"weighted": False, "by_margins": True}
FORMULAS: dict[str, Formula] = {
    "exact": Formula("Exact agreement", _percent("identity"), **_COUNTED),
    "within_one": Formula("Agreement within one grade", _percent("one"), **_COUNTED),
    "percent": Formula("Percent agreement, {weights}", _percent("weights"), _SHARE, is_share=True),
    "cohen": Formula("Cohen's kappa, {weights}", _cohen, by_margins=True, **_TWO),
    "scott": Formula("Scott's pi, {weights}", _scott, by_margins=True, **_TWO),
    "conger": Formula("Conger's kappa, {weights}", _conger, needs_columns=True, by_margins=True),
    "fleiss": Formula("Fleiss' kappa, {weights}", _fleiss, by_margins=True),
    "brennan_prediger": Formula("Brennan-Prediger, {weights}", _brennan_prediger),
    "ac1": Formula("Gwet's AC1", _gwet("identity"), weighted=False),
    "ac2": Formula("Gwet's AC2, {weights}", _gwet("weights")),
    "alpha": Formula("Krippendorff's alpha, ordinal", _alpha_ordinal, **_ALPHA),
    "alpha_nominal": Formula(
        "Krippendorff's alpha, nominal", lambda sums: alpha(sums, "identity"), **_ALPHA
    ),
    "alpha_interval": Formula(
        "Krippendorff's alpha, interval", lambda sums: alpha(sums, "quadratic"), **_ALPHA
    ),
    "alpha_ratio": Formula(
        "Krippendorff's alpha, ratio", lambda sums: alpha(sums, "ratio"), **_ALPHA
    ),
    "alpha_weighted": Formula(
        "Krippendorff's alpha, {weights} weights",
        lambda sums: alpha(sums, "weights"),
        by_margins=True,
    ),
    "bangdiwala": Formula(
        "Bangdiwala's B", _bangdiwala, _SHARE, two_raters=True, needs_columns=True, weighted=False
    ),
    "specific": Formula(
        "Specific agreement", _specific, **_COUNTED,
        undefined="nobody gave this grade in a unit that was graded twice",
    ),
}  # fmt: skip
"""Coefficients by name."""
