"""The difference between two estimates, with what they have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from qa_sampling.errors import EstimationError
from qa_sampling.results import Interval
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_intervals import check_level
from qa_sampling.sampling.estimation_precision import Linear, precise
from qa_sampling.sampling.estimation_results import Estimate


@dataclass(frozen=True)
class Difference:
    """The difference between two estimates: the second less the first.

    Attributes
    ----------
    first, second : Estimate
        What is compared, such as last quarter and this.
    standard_error : float
        Of the difference, with what the two have in common.
    correlation : float
        Correlation of the two estimates over draws; 0 for separate samples.
    degrees_of_freedom : float
        Of the standard error.
    interval_error : float or None
        Standard error that "wald" rests on, as ``Estimate.interval_error``.
    """

    first: Estimate
    second: Estimate
    standard_error: float
    correlation: float
    degrees_of_freedom: float
    interval_error: float | None = None

    @property
    def estimate(self) -> float:
        """The second estimate less the first."""
        return self.second.estimate - self.first.estimate

    def confidence_interval(
        self, level: float = 0.95, *, method: Literal["default", "mover", "wald"] = "default"
    ) -> Interval:
        """Give an interval of the difference.

        Parameters
        ----------
        level : float
            Confidence level, between 0 and 1.
        method : {"default", "mover", "wald"}
            "mover" combines the two estimates' own intervals (Zou and Donner 2008,
            Statistics in Medicine 27:1693-1702, with their correlation), so it is defined where
            nothing varies: the default for proportions. "wald": t standard errors; the
            default for other kinds, as long as both vary.

        Raises
        ------
        EstimationError
            When the method is unknown, or "wald" is asked for where nothing varies.
        """
        check_level(level)
        if method not in ("default", "mover", "wald"):
            raise EstimationError(
                f"`method` {method!r} is unknown; choose one of default, mover, wald."
            )
        ends = (self.first, self.second)
        varies = all(one.careful_error > 0 or one.is_complete for one in ends)
        if method == "default":
            method = "mover" if self.first.kind == "proportion" or not varies else "wald"
        if method == "mover":
            return self._mover(level)
        if not varies:
            raise EstimationError(
                "One of the two estimates has no spread, so 'wald' would be too narrow. Give "
                "'mover'."
            )
        error = self.standard_error if self.interval_error is None else self.interval_error
        half = float(stats.t.ppf((1 + level) / 2, self.degrees_of_freedom)) * error
        return Interval(self.estimate - half, self.estimate + half, level, "wald")

    def _mover(self, level: float) -> Interval:
        a, b = (one.confidence_interval(level) for one in (self.first, self.second))
        below_a, above_a = self.first.estimate - a.low, a.high - self.first.estimate
        below_b, above_b = self.second.estimate - b.low, b.high - self.second.estimate
        twice = 2 * self.correlation
        down = below_b**2 + above_a**2 - twice * below_b * above_a
        up = above_b**2 + below_a**2 - twice * above_b * below_a
        if max(down, up) < 1e-18 and not (self.first.is_complete and self.second.is_complete):
            # the same cases, none of them changed: those not seen may have, as 0 of n may be more
            share = 1 - ((1 - level) / 2) ** (1 / max(min(self.first.n, self.second.n), 1))
            down = up = (share * max(a.width, b.width)) ** 2
        return Interval(
            self.estimate - math.sqrt(max(down, 0)),
            self.estimate + math.sqrt(max(up, 0)),
            level,
            "mover",
        )

    def is_distinguishable(self, level: float = 0.95) -> bool:
        """Say whether the difference can be told from chance: its interval leaves 0 out.

        Parameters
        ----------
        level : float
            Confidence level, between 0 and 1.
        """
        interval = self.confidence_interval(level)
        return not interval.low <= 0 <= interval.high

    @property
    def p_value(self) -> float:
        """One less the highest level at which the difference can be told from chance."""
        low, high = 0.0, 1.0
        for _ in range(34):
            middle = (low + high) / 2
            if 0 < middle < 1 and self.is_distinguishable(middle):
                low = middle
            else:
                high = middle
        return 1 - low


def difference_of(design: Design, first: Linear, second: Linear) -> Difference:
    """Give the difference of two estimates of one sample, with what they have in common.

    Parameters
    ----------
    design : Design
        The sample.
    first, second : Linear
        The two estimates.
    """
    ends = tuple(precise(design, linear)[0] for linear in (first, second))
    apart = (second.values - first.values)[:, None]
    variance, careful = float(design.variances(apart)[0]), float(design.careful_variances(apart)[0])
    spread = design.covariance(np.column_stack([first.values, second.values]))
    return Difference(
        first=ends[0],
        second=ends[1],
        standard_error=float(np.sqrt(variance)),
        correlation=correlation_of(float(spread[0, 1]), *(one.standard_error for one in ends)),
        degrees_of_freedom=design.degrees_of_freedom(first.rows | second.rows),
        interval_error=float(np.sqrt(careful)),
    )


def correlation_of(covariance: float, first: float, second: float) -> float:
    """Give the correlation of two estimates; 0 where one of them has no spread.

    Parameters
    ----------
    covariance : float
        Their covariance.
    first, second : float
        Their standard errors.

    Raises
    ------
    EstimationError
        When it lies beyond 1 by more than rounding, so that the three cannot belong together.
    """
    if first <= 0 or second <= 0:
        return 0.0
    found = covariance / (first * second)
    if abs(found) > 1 + 1e-9:
        raise EstimationError(
            f"The two estimates would be correlated by {found:.2f}, which cannot be. Give the "
            f"covariance and the standard errors of the same samples."
        )
    return min(max(found, -1.0), 1.0)
