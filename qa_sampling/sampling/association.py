"""How far two grades of the same cases go together, over all cases: Kendall's tau-b.

With p_ij the weighted share of cases with grade i on one standard and j on the other, C_ij the
share of cases that are above both or below both, D_ij of those above one and below the other,

    tau-b = sum p_ij (C_ij - D_ij) / sqrt((1 - sum p_i.²) (1 - sum p_.j²))

(Kendall 1945, Biometrika 33:239-251). It is 1 when the cases stand in the same order on both, 0
when knowing one tells nothing of the other; ties are allowed for. The variance is that of its
linear part: the derivatives by p_ij (Brown and Benedetti 1977, JASA 72:309-315) times each case's
weight, under the design of the sample. The interval is made on Fisher's scale, with Student's t.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from qa_sampling.errors import EstimationError
from qa_sampling.results import Interval
from qa_sampling.sampling.estimation_columns import column_of
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_intervals import check_level
from qa_sampling.sampling.estimation_precision import Linear, precise
from qa_sampling.schema import GRADES

_ALMOST = 1 - 1e-12


@dataclass(frozen=True)
class Association:
    """How far two grades go together.

    Attributes
    ----------
    estimate : float
        Kendall's tau-b, -1 to 1; missing where all cases have one grade on either.
    standard_error : float
        Of the estimate; 0 where the sample gives none, missing with the estimate.
    n : int
        Audits with both grades.
    degrees_of_freedom : int
        Of the standard error.
    """

    estimate: float
    standard_error: float
    n: int
    degrees_of_freedom: int

    def confidence_interval(self, level: float = 0.95) -> Interval:
        """Give an interval on Fisher's scale; all there can be where nothing varies.

        Parameters
        ----------
        level : float
            Confidence level.
        """
        check_level(level)
        if not self.standard_error > 0:
            return Interval(-1.0, 1.0, level, "none")
        middle, error = self._fisher()
        half = float(stats.t.ppf((1 + level) / 2, self.degrees_of_freedom)) * error
        return Interval(math.tanh(middle - half), math.tanh(middle + half), level, "fisher, t")

    @property
    def p_value(self) -> float:
        """Chance of as much either way if the two had nothing to do with each other."""
        if not self.standard_error > 0:
            return math.nan
        middle, error = self._fisher()
        return float(2 * stats.t.sf(abs(middle) / error, self.degrees_of_freedom))

    def _fisher(self) -> tuple[float, float]:
        inside = min(max(self.estimate, -_ALMOST), _ALMOST)
        return math.atanh(inside), self.standard_error / (1 - inside**2)


def estimate_association(
    design: Design,
    first: str,
    second: str,
    *,
    grades: Sequence[str] = GRADES,
    where: Mapping[str, object] | None = None,
) -> Association:
    """Estimate how far two grades go together among the cases that have both.

    Parameters
    ----------
    design : Design
        The sample.
    first, second : str
        Columns of grades; other values, such as "Not applicable", are left out.
    grades : sequence of str
        The scale, in its order.
    where : mapping, optional
        Domain: column -> label or labels.

    Returns
    -------
    Association

    Raises
    ------
    EstimationError
        When fewer than two cases have both grades.
    """
    places = {grade: place for place, grade in enumerate(grades)}
    one, two = (column_of(design.table, name).map(places) for name in (first, second))
    member = design.rows_where(where) & (one.notna() & two.notna()).to_numpy()
    if member.sum() < 2:
        raise EstimationError(
            f"Fewer than two audits have a grade of both `{first}` and `{second}`, so nothing can "
            f"be said of how they go together."
        )
    i, j = (np.where(member, values.fillna(0), 0).astype(int) for values in (one, two))
    weight = np.where(member, design.weight, 0.0)
    p = np.zeros((len(grades), len(grades)))
    np.add.at(p, (i, j), weight / weight.sum())
    estimate, slopes = _tau(p)
    if math.isnan(estimate):
        return Association(math.nan, math.nan, int(member.sum()), 1)
    moves = slopes[i, j] - (p * slopes).sum()
    linear = Linear(
        kind="mean",
        estimates=np.array([estimate]),
        values=weight / weight.sum() * moves,
        domain=np.where(member, 0, -1),
        residuals=np.where(member, moves, 0.0),
        reach=(-1.0, 1.0),
        settled=False,
    )
    found = precise(design, linear)[0]
    return Association(
        estimate, found.standard_error, int(member.sum()), max(found.degrees_of_freedom, 1)
    )


def _tau(p: np.ndarray) -> tuple[float, np.ndarray]:
    """Give tau-b of a table of shares, and its derivatives by each share."""
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    untied = 1 - (rows**2).sum(), 1 - (columns**2).sum()
    if min(untied) <= 1 - _ALMOST:
        return math.nan, np.zeros_like(p)
    size = len(p)
    order = np.sign(np.subtract.outer(np.arange(size), np.arange(size)))
    excess = order @ p @ order.T
    top, root = float((p * excess).sum()), math.sqrt(untied[0] * untied[1])
    shrink = rows[:, None] / untied[0] + columns[None, :] / untied[1]
    return top / root, (2 * excess + top * shrink) / root
