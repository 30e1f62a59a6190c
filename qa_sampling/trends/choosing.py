"""Which chart for which data, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_sampling.errors import TrendError
from qa_sampling.trends.readings import KINDS, Readings

__all__ = ["FEWEST", "FIRM", "ChartChoice", "choose_chart", "choose_for"]

FEWEST = 12
"""Mature points below which there are no limits."""
FIRM = 24
"""Mature points from which a baseline is firm."""
RARE = 0.5
"""Events a period below which a chart of counts says little."""
LARGE = 10.0
"""Events a period from which the textbooks' charts say nearly the same."""


@dataclass(frozen=True)
class ChartChoice:
    """A chart and why.

    Attributes
    ----------
    chart : str
        Name of the chart.
    reason : str
        Why, in words.
    also : tuple of str
        Charts that may be looked at beside it.
    advice : str
        What would say more; blank for nothing.
    """

    chart: str
    reason: str
    also: tuple[str, ...] = ()
    advice: str = ""


def choose_for(readings: Readings) -> ChartChoice:
    """Choose the chart of a series by its kind, its length and how rare its events are.

    Parameters
    ----------
    readings : Readings
        The series; periods that can still change are not counted.
    """
    seen = readings.mature
    return choose_chart(
        readings.kind,
        counts=readings.numerators[seen],
        whole=readings.exposures[seen] if readings.kind != "grade" or readings.sampled else (),
        in_days=readings.unit == "days",
    )


def choose_chart(
    kind: str,
    *,
    counts: Sequence[float] = (),
    whole: Sequence[float] = (),
    in_days: bool = False,
) -> ChartChoice:
    """Choose a chart and say why.

    Parameters
    ----------
    kind : str
        Kind of measure, of ``readings.KINDS``.
    counts : sequence of float
        Mature counts or values.
    whole : sequence of float
        Those who could, for a proportion; effective audits, for a sampled grade.
    in_days : bool
        Whether waits between events are days, and not cases.

    Returns
    -------
    ChartChoice

    Raises
    ------
    TrendError
        When the kind is unknown.

    Notes
    -----
    Below 12 mature points a run chart; rare counts (fewer than 1 in two periods, or none in most)
    keep limits that are chances, with advice to chart the time between events, or quarters.
    """
    if kind not in KINDS:
        raise TrendError(
            f"The kind of measure {kind!r} is unknown; it must be one of {', '.join(KINDS)}."
        )
    known = np.asarray(counts, dtype="float64")
    n = len(known)
    if n < FEWEST:
        return ChartChoice(
            "run",
            f"There are {n} periods that can no longer change; limits need {FEWEST}. Until then "
            "a run chart shows the median only.",
        )
    if kind in ("count", "rate"):
        return _of_counts(known, kind)
    if kind == "proportion":
        return _of_shares(known, np.asarray(whole, dtype="float64"))
    if kind == "between":
        return _of_waits(known, in_days=in_days)
    if kind == "grade" and len(whole):
        return _of_audits(np.asarray(whole, dtype="float64"))
    if kind == "grade":
        return ChartChoice(
            "run",
            "The values are estimates from audits; how far they scatter depends on how many were "
            "read, so limits come from the sampling design and not from the months.",
            ("xmr",),
            "Show quarters with the interval of each estimate.",
        )
    return ChartChoice(
        "xmr",
        "The values are measurements (means or medians), not counts, so what is usual is learnt "
        "from how far neighbouring periods differ.",
        ("run",),
    )


def _of_counts(known: np.ndarray, kind: str) -> ChartChoice:
    mean, none = float(known.mean()), float((known == 0).mean())
    views = ("u_prime", "xmr") if kind == "rate" else ("c", "u_prime", "xmr")
    if mean < RARE or none > 0.5:
        return ChartChoice(
            "gamma_poisson",
            f"The events are rare ({mean:.2g} a period, none in {none:.0%} of periods): limits at "
            "three standard deviations would mark ordinary months, so they are chances of a count.",
            ("run",),
            "The time or the cases between events (t or g chart), or quarters, would say more.",
        )
    if mean < LARGE:
        return ChartChoice(
            "gamma_poisson",
            f"Counts are small ({mean:.2g} a period), so limits are chances of a count, with the "
            "error of the baseline and the spread between periods counted.",
            ("run", *views),
        )
    return ChartChoice(
        "gamma_poisson",
        f"Counts ({mean:.3g} a period) scatter as counts do, and more where periods differ; limits "
        "are chances with that spread measured.",
        views,
    )


def _of_shares(met: np.ndarray, whole: np.ndarray) -> ChartChoice:
    share = met.sum() / whole.sum() if whole.sum() > 0 else np.nan
    return ChartChoice(
        "beta_binomial",
        f"Every period is a number out of {np.median(whole) if len(whole) else 0:.0f} or so "
        f"({share:.0%} over all), so limits follow each period's denominator and stay between 0 "
        "and 100%.",
        ("p_prime", "xmr"),
    )


def _of_audits(effective: np.ndarray) -> ChartChoice:
    return ChartChoice(
        "sampled_grade",
        f"Every period is an estimate from a draw, as precise as some {np.median(effective):.0f} "
        "audits drawn plainly at random. Limits are chances of such a number, so that they follow "
        "how many were read and how they were drawn; a p chart of the audits themselves would "
        "take them for a count of all cases.",
        ("run",),
    )


def _of_waits(known: np.ndarray, *, in_days: bool) -> ChartChoice:
    cases = not in_days and bool((known == np.rint(known)).all())
    name, what = ("g", "cases") if cases else ("t", "time")
    return ChartChoice(
        name,
        f"The values are {what} between rare events, which are skewed: limits are exact chances, "
        "not standard deviations.",
        ("t", "run") if cases else ("run",),
    )
