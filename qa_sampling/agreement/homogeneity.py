"""Whether two graders use the grades alike: tests of marginal homogeneity and of symmetry.

A square table counts the cases by the grade of the one (rows) and of the other (columns). The
cases on the diagonal say nothing about which way they differ; the tests compare the others:

- ``mcnemar``: two grades, or a scale split in two (McNemar 1947, Psychometrika 12:153-157);
  exact, mid-p (Fagerland, Lydersen and Laake 2013, BMC Med Res Methodol 13:91) or asymptotic.
- ``bowker``: is every pair of grades swapped as often one way as the other? (Bowker 1948,
  JASA 43:572-574)
- ``stuart_maxwell``: are the two distributions of grades the same? (Stuart 1955, Biometrika
  42:412-416; Maxwell 1970, Br J Psychiatry 116:651-655)
- ``bhapkar``: the same, with the variance not computed under equality (Bhapkar 1966, JASA
  61:228-235); with n cases and Stuart and Maxwell's S it is S / (1 - S / n).

The covariance of the differences of the margins under equality is the Laplacian of a graph:
grades are joined where cases fall between them. Its rank is the number of grades less the number
of connected parts, which is the right number of degrees of freedom whichever grades happen to be
unused or to have equal margins; the Moore-Penrose inverse gives the statistic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from qa_sampling.errors import AgreementError

__all__ = ["HomogeneityTest", "bhapkar", "bowker", "mcnemar", "stuart_maxwell"]

McNemarMethod = Literal["exact", "mid-p", "asymptotic", "corrected"]
_MCNEMAR: tuple[str, ...] = ("exact", "mid-p", "asymptotic", "corrected")


@dataclass(frozen=True)
class HomogeneityTest:
    """A test of whether two graders use the grades alike.

    Attributes
    ----------
    statistic : float or None
        Its statistic: chi-squared, or for the exact tests the smaller of the two counts; None
        where there is none.
    degrees_of_freedom : int
        Degrees of freedom; 0 for the exact tests and where nothing differs.
    p_value : float or None
        Two-sided; None where it cannot be told.
    n : int
        Cases in the table.
    discordant : int
        Cases with different grades: those the test rests on.
    method : str
        Name of the test.
    why_not : str
        Why there is no p-value; blank where there is one.
    """

    statistic: float | None
    degrees_of_freedom: int
    p_value: float | None
    n: int
    discordant: int
    method: str
    why_not: str = ""


def mcnemar(table: np.ndarray, *, method: McNemarMethod = "exact") -> HomogeneityTest:
    """Test whether two graders reach a two-way answer equally often.

    Parameters
    ----------
    table : ndarray of int
        2 by 2: answers of the one in rows, of the other in columns.
    method : {"exact", "mid-p", "asymptotic", "corrected"}
        The exact binomial test; the same with half the probability of what was seen; the
        chi-squared statistic; the same with Edwards's correction.

    Raises
    ------
    AgreementError
        When the table is not 2 by 2, holds no counts, or the method is unknown.
    """
    counts = _square(table)
    if len(counts) != 2:
        raise AgreementError(
            f"McNemar's test needs a table of 2 by 2; got {len(counts)} by {len(counts)}. Split "
            "the scale at a grade, or use bowker() or stuart_maxwell()."
        )
    if method not in _MCNEMAR:
        raise AgreementError(
            f"`method` {method!r} is unknown; choose one of {', '.join(_MCNEMAR)}."
        )
    up, down = int(counts[0, 1]), int(counts[1, 0])
    n, apart, name = int(counts.sum()), up + down, f"McNemar, {method}"
    if not apart:
        return _nothing_differs(n, name)
    if method in ("exact", "mid-p"):
        fewer = min(up, down)
        tail = 2 * float(stats.binom.cdf(fewer, apart, 0.5))
        if method == "mid-p":
            tail -= float(stats.binom.pmf(fewer, apart, 0.5))
        return HomogeneityTest(float(fewer), 0, min(1.0, tail), n, apart, name)
    gap = max(abs(up - down) - (method == "corrected"), 0)
    return _chi_squared(gap**2 / apart, 1, n, apart, name)


def bowker(table: np.ndarray) -> HomogeneityTest:
    """Test whether grades are swapped as often one way as the other.

    Parameters
    ----------
    table : ndarray of int
        Square: grades of the one in rows, of the other in columns, in one order.

    Notes
    -----
    Pairs of grades that were never swapped say nothing and have no degree of freedom.
    """
    counts = _square(table)
    upper = np.triu_indices(len(counts), 1)
    one, other = counts[upper], counts.T[upper]
    both = one + other
    used = both > 0
    apart, n = int(both.sum()), int(counts.sum())
    if not apart:
        return _nothing_differs(n, "Bowker")
    statistic = float(((one - other)[used] ** 2 / both[used]).sum())
    return _chi_squared(statistic, int(used.sum()), n, apart, "Bowker")


def stuart_maxwell(table: np.ndarray) -> HomogeneityTest:
    """Test whether the two distributions of grades are the same.

    Parameters
    ----------
    table : ndarray of int
        Square: grades of the one in rows, of the other in columns, in one order.

    Notes
    -----
    Equal margins in some grades lose no degree of freedom; all margins equal gives 0 and p = 1.
    """
    counts = _square(table)
    apart, n = int(counts.sum() - np.trace(counts)), int(counts.sum())
    if not apart:
        return _nothing_differs(n, "Stuart-Maxwell")
    statistic, rank = _margins(counts)
    return _chi_squared(statistic, rank, n, apart, "Stuart-Maxwell")


def bhapkar(table: np.ndarray) -> HomogeneityTest:
    """Test whether the two distributions of grades are the same, by Bhapkar's statistic.

    Parameters
    ----------
    table : ndarray of int
        Square: grades of the one in rows, of the other in columns, in one order.

    Notes
    -----
    Where every case differs the same way its variance is 0 and there is no statistic.
    """
    counts = _square(table)
    apart, n = int(counts.sum() - np.trace(counts)), int(counts.sum())
    if not apart:
        return _nothing_differs(n, "Bhapkar")
    statistic, rank = _margins(counts)
    if n - statistic <= 1e-9 * n:
        why = "the differences do not vary, so Bhapkar's statistic has no variance to divide by"
        return HomogeneityTest(None, rank, None, n, apart, "Bhapkar", why)
    return _chi_squared(statistic / (1 - statistic / n), rank, n, apart, "Bhapkar")


def _margins(counts: np.ndarray) -> tuple[float, int]:
    """Give Stuart and Maxwell's statistic and its degrees of freedom."""
    gap = counts.sum(axis=1) - counts.sum(axis=0)
    joined = counts + counts.T
    np.fill_diagonal(joined, 0.0)
    laplacian = np.diag(joined.sum(axis=1)) - joined
    values, vectors = np.linalg.eigh(laplacian)
    kept = values > 1e-9 * values.max()
    along = vectors[:, kept].T @ gap
    return float((along**2 / values[kept]).sum()), int(kept.sum())


def _chi_squared(statistic: float, df: int, n: int, apart: int, method: str) -> HomogeneityTest:
    p_value = float(stats.chi2.sf(statistic, df))
    return HomogeneityTest(statistic, df, p_value, n, apart, method)


def _nothing_differs(n: int, method: str) -> HomogeneityTest:
    why = "no case has two different grades" if n else "there is no case"
    return HomogeneityTest(None, 0, None, n, 0, method, why)


def _square(table: np.ndarray) -> np.ndarray:
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise AgreementError(
            f"The table must be square, both graders on one scale; got the shape {counts.shape}. "
            "Keep grades that nobody gave as rows and columns of zeros."
        )
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts % 1 != 0).any():
        raise AgreementError("The table must hold counts: whole numbers of at least 0.")
    return counts
