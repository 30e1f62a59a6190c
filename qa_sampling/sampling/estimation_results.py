"""What an estimate is: the number, how sure it is, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scipy import stats

from qa_sampling.errors import EstimationError
from qa_sampling.results import Interval
from qa_sampling.sampling.estimation_intervals import (
    JEFFREYS,
    METHODS,
    IntervalMethod,
    check_level,
    exact_interval,
    proportion_interval,
)
from qa_sampling.sampling.reliability import Reliability, judge

Kind = Literal["proportion", "mean", "total", "ratio"]
DEFAULT_INTERVAL = "korn_graubard"
"""Interval of proportions in any design, chosen from what docs/intervals.md measured."""


@dataclass(frozen=True)
class Estimate:
    """An estimate for all cases of a population or a domain.

    Attributes
    ----------
    kind : {"proportion", "mean", "total", "ratio"}
        What is estimated.
    estimate : float
        The estimate, in its own unit; proportions from 0 to 1.
    standard_error : float
        Its standard error over draws.
    n : int
        Audited cases it rests on.
    population : float
        Cases it speaks for; estimated where the domain's size is not known.
    degrees_of_freedom : int
        Of the standard error, at least 1 (R's count may be 0).
    design_effect : float
        Variance over that of a plain random sample of n; where nothing varies, what the
        weights alone do (Kish 1965, 1 + cv²).
    effective_n : float
        `n` over the design effect: the plain random sample that would be as precise.
    method : str
        The design and its rule for single cases or its approximation.
    response_rate : float
        Share of the cases opened that were not unavailable, 0 to 1.
    flags : tuple of str
        "none" or "all" (nobody or everybody audited is of the kind), "no spread" (the
        sample gives no variance), "weights calibrated", "strata collapsed", "one case".
    is_complete : bool
        Whether every case was audited.
    exact : tuple of int or None
        Found, audited and there are, where the sample is a plain random one of a known number.
    reach : tuple of float
        What can be at all. Proportions: what the audited cases leave possible. Means and
        others: the lowest and highest value; used only where there is no spread.
    units : int
        Cases, or clusters, that were drawn by themselves. Where nothing varies in a sample of
        clusters, intervals take these for the size, since siblings may all be alike.
    most_n : int or None
        Where intervals cut the effective size; None for `n`. In two phases the audits, whose
        results help.
    asked : int or None
        Totals: units of the whole sample, at its effective size by weights alone. Those outside
        a domain count as zero, so they bear on its total.
    interval_error : float or None
        Standard error that intervals rest on; None for `standard_error`, which it is no
        smaller than. Larger after a calibration, whose standard error is left as R's survey has it
        (see ``calibration_adjustment``).
    counted : float or None
        Totals of a column of 0 and 1: the cases among which is counted, so that the interval is
        this number times a proportion's. None for other values.
    """

    kind: Kind
    estimate: float
    standard_error: float
    n: int
    population: float
    degrees_of_freedom: int
    design_effect: float
    effective_n: float
    method: str
    response_rate: float
    flags: tuple[str, ...]
    is_complete: bool
    exact: tuple[int, int, int] | None
    reach: tuple[float, float]
    units: int
    most_n: int | None = None
    asked: int | None = None
    interval_error: float | None = None
    counted: float | None = None

    @property
    def careful_error(self) -> float:
        """The standard error that intervals rest on."""
        return self.standard_error if self.interval_error is None else self.interval_error

    def confidence_interval(
        self,
        level: float = 0.95,
        *,
        method: IntervalMethod = "default",
        prior: tuple[float, float] = JEFFREYS,
    ) -> Interval:
        """Give an interval; of zero width only when every case was audited.

        Parameters
        ----------
        level : float
            Confidence level, between 0 and 1.
        method : str
            Proportions: "default" ("hypergeometric" where the sample is a plain random one from a
            known number of cases, else "korn_graubard"), or one of
            ``estimation_intervals.METHODS``. Other kinds: "default" or "wald" (t).
        prior : tuple of float
            Beta prior of "bayes".

        Raises
        ------
        EstimationError
            When the method is unknown or not for this kind, or there is neither spread nor
            bounds.
        """
        check_level(level)
        known = (
            ("default", "hypergeometric", *METHODS)
            if self.kind == "proportion"
            else ("default", "wald")
        )
        if method not in known:
            raise EstimationError(
                f"`method` {method!r} is unknown for a {self.kind}; choose one of "
                f"{', '.join(known)}."
            )
        if self.is_complete:
            return Interval(self.estimate, self.estimate, level, "complete")
        if self.kind == "proportion":
            return self._of_proportion(level, method, prior)
        if self.counted is not None and method == "default":
            return self._of_count(level, self.counted)
        return self._of_value(level)

    def _of_proportion(
        self, level: float, method: IntervalMethod, prior: tuple[float, float]
    ) -> Interval:
        if method == "hypergeometric" and self.exact is None:
            raise EstimationError(
                "The exact interval is for a plain random sample from a known number of cases, or "
                "one whole stratum. Leave the method out, or give 'korn_graubard'."
            )
        if self.exact is not None and method in ("default", "hypergeometric"):
            found, n, population = self.exact
            low, high = exact_interval(found, n, population=population, level=level)
            return Interval(low, high, level, "hypergeometric")
        name = DEFAULT_INTERVAL if method == "default" else method
        ends = proportion_interval(
            self.estimate,
            self.careful_error**2,
            n=self.n if self.careful_error > 0 else min(self.n, self.units),
            degrees_of_freedom=self.degrees_of_freedom,
            level=level,
            method=name,
            prior=prior,
            most=self.most_n,
        )
        low, high = (min(max(float(end), self.reach[0]), self.reach[1]) for end in ends)
        return Interval(low, high, level, name)

    def _of_count(self, level: float, cases: float) -> Interval:
        ends = proportion_interval(
            min(max(self.estimate / cases, 0.0), 1.0),
            (self.careful_error / cases) ** 2,
            n=self.asked or 1,
            degrees_of_freedom=self.degrees_of_freedom,
            level=level,
            method=DEFAULT_INTERVAL,
        )
        low, high = (min(max(float(end) * cases, self.reach[0]), self.reach[1]) for end in ends)
        return Interval(low, high, level, DEFAULT_INTERVAL)

    def _of_value(self, level: float) -> Interval:
        if self.careful_error > 0:
            t = stats.t.ppf((1 + level) / 2, max(self.degrees_of_freedom, 1))
            half = float(t) * self.careful_error
            return Interval(self.estimate - half, self.estimate + half, level, "wald")
        if self.reach[0] == self.reach[1]:
            raise EstimationError(
                "All values are equal, so the sample says nothing of their spread. Give `bounds`, "
                "the lowest and the highest value there can be."
            )
        seen = min(self.n, self.units) if self.asked is None else self.asked
        unseen = 1 - ((1 - level) / 2) ** (1 / max(seen, 1))
        low = self.estimate - unseen * (self.estimate - self.reach[0])
        high = self.estimate + unseen * (self.reach[1] - self.estimate)
        return Interval(low, high, level, "bounds")

    @property
    def reliability(self) -> Reliability:
        """The verdict of a statistics office's rule; proportions only."""
        if self.kind != "proportion":
            raise EstimationError("The rule judges proportions; this is a " + self.kind + ".")
        interval = self.confidence_interval(method=DEFAULT_INTERVAL)
        return judge(
            self.estimate,
            interval.low,
            interval.high,
            n=self.n,
            effective_n=self.effective_n,
            degrees_of_freedom=self.degrees_of_freedom,
        )
