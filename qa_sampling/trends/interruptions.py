"""What followed each thing that was done, and the series it was found in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.results import Interval

__all__ = ["Effect", "Interrupted"]


@dataclass(frozen=True)
class Effect:
    """What followed one thing that was done.

    Attributes
    ----------
    at : Timestamp
        First period after it.
    name : str
        What was done.
    after : int
        Settled periods after it, up to the next thing that was done.
    step : float
        Ratio of the level just after to what was to be expected: of rates, or of odds for shares.
    slope : float
        Ratio by which the yearly change differs from before.
    by_then : float
        Ratio at the end of its stretch to what would have been without it.
    horizon : int
        Periods from `at` to that end.
    p : float
        Chance of a step and slope as far from none, were there none (F test).
    errors : tuple of (float, float, float)
        Standard errors of the logarithms of `step`, `slope` and `by_then`.
    free : int
        Degrees of freedom.
    too_short : bool
        Whether a side has too few periods; every number is missing then.
    """

    at: pd.Timestamp
    name: str
    after: int
    step: float
    slope: float
    by_then: float
    horizon: int
    p: float
    errors: tuple[float, float, float]
    free: int
    too_short: bool

    def confidence_interval(
        self, of: Literal["step", "slope", "by_then"] = "by_then", level: float = 0.95
    ) -> Interval:
        """Give the interval of a ratio.

        Parameters
        ----------
        of : {"step", "slope", "by_then"}
            Which ratio.
        level : float
            Confidence level.

        Raises
        ------
        TrendError
            When the level is none, or it is too short to say.
        """
        if not 0 < level < 1:
            raise TrendError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")
        if self.too_short:
            raise TrendError("It is too short to say, so there is no interval.")
        value = {"step": self.step, "slope": self.slope, "by_then": self.by_then}[of]
        error = self.errors[("step", "slope", "by_then").index(of)]
        half = float(stats.t.isf((1 - level) / 2, self.free)) * error
        return Interval(value * np.exp(-half), value * np.exp(half), level, "segmented regression")


@dataclass(frozen=True)
class Interrupted:
    """A measure with what was fitted, and what it would have been.

    Attributes
    ----------
    table : DataFrame
        One row a period: `period`, `value`, `used` (settled, with a value), `fitted`,
        `counterfactual` (had nothing been done; the same as fitted before), in the unit of
        the values.
    effects : tuple of Effect
        One a thing that was done, in order.
    before : float
        Ratio by which the measure changed a year before anything was done; missing when too short.
    dispersion : float
        Variance over what chance alone would make it; at least 1.
    resemblance : float
        Correlation of a period's residual with the next one's, 0 to 0.9; errors allow for it.
    seasonal : bool
        Whether the time of year is allowed for.
    """

    table: pd.DataFrame
    effects: tuple[Effect, ...]
    before: float
    dispersion: float
    resemblance: float
    seasonal: bool
