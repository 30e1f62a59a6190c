"""Every kind of chart, as declared data: its name in words, its lines, what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from qa_sampling.errors import TrendError
from qa_sampling.trends.between import cases_ahead, g_lines, t_lines, time_ahead
from qa_sampling.trends.chances import Chances
from qa_sampling.trends.classical import Material, c_lines, p_lines, run_lines, u_lines, xmr_lines
from qa_sampling.trends.lines import Lines
from qa_sampling.trends.predictive import (
    binomial_ahead,
    count_ahead,
    counted_lines,
    sampled_lines,
)

__all__ = ["CHARTS", "ChartKind", "ChartName", "chart_kind"]

ChartName = Literal[
    "run", "xmr", "c", "u", "u_prime", "p", "p_prime", "g", "t", "gamma_poisson", "beta_binomial",
    "sampled_grade",
]  # fmt: skip
_SIGMAS = "three standard deviations either side of the centre line"


@dataclass(frozen=True)
class ChartKind:
    """A kind of chart.

    Attributes
    ----------
    name : str
        What it is asked for by.
    words : str
        What it is called on the picture.
    lines : Callable
        Gives the lines of a Material.
    fits : tuple of str
        Kinds of measure it is for.
    limits : str
        What the limits mean; "{within}" stands for the share of stable months within them.
    preset : str
        Rules that go with it.
    tested : int
        Latest mature points that are left out of the baseline: they are what is tested.
    ahead : Callable or None
        Gives the distribution of a new value, where the chart has one.
    """

    name: str
    words: str
    lines: Callable[[Material], Lines]
    fits: tuple[str, ...]
    limits: str = _SIGMAS
    preset: str = "mdc"
    tested: int = 0
    ahead: Callable[[Material], Chances] | None = None


def _chances(ahead: Callable) -> Callable[[Material], Chances]:
    return lambda material: ahead(material).chances


_COUNTS = ("count", "rate")
_ALL = ("count", "rate", "proportion", "duration", "grade", "between")
_CHANCE = "a stable process stays within them in {within}"
_DECLARED = (
    ChartKind("run", "run chart", run_lines, _ALL, "none: the line is the median", "anhoej"),
    ChartKind("xmr", "XmR chart", xmr_lines, _ALL, "2.66 mean moving ranges either side"),
    ChartKind("c", "c chart", c_lines, ("count",)),
    ChartKind("u", "u chart", u_lines, _COUNTS),
    ChartKind("u_prime", "u' chart", partial(u_lines, prime=True), _COUNTS),
    ChartKind("p", "p chart", p_lines, ("proportion",)),
    ChartKind("p_prime", "p' chart", partial(p_lines, prime=True), ("proportion",)),
    ChartKind(
        "g", "g chart (cases between events)", g_lines, ("between",), _CHANCE, "steady", 1,
        cases_ahead,
    ),
    ChartKind(
        "t", "t chart (time between events)", t_lines, ("between",), _CHANCE, "steady", 1,
        time_ahead,
    ),
    ChartKind(
        "gamma_poisson", "chart of counts with predictive limits", counted_lines, _COUNTS,
        _CHANCE, "steady", 1, _chances(count_ahead),
    ),
    ChartKind(
        "beta_binomial", "chart of shares with predictive limits",
        partial(counted_lines, share=True), ("proportion",), _CHANCE, "steady", 1,
        _chances(binomial_ahead),
    ),
    ChartKind(
        "sampled_grade", "chart of audited shares with limits of the draw's design", sampled_lines,
        ("grade",), _CHANCE, "steady", 1, _chances(binomial_ahead),
    ),
)  # fmt: skip
CHARTS: dict[str, ChartKind] = {one.name: one for one in _DECLARED}
"""Every kind of chart by its name."""


def chart_kind(name: str, measure: str) -> ChartKind:
    """Give a kind of chart, and refuse one that the measure cannot be drawn with.

    Parameters
    ----------
    name : str
        A name of ``CHARTS``.
    measure : str
        Kind of the measure.

    Raises
    ------
    TrendError
        When the name is unknown or the chart is for other measures.
    """
    if name not in CHARTS:
        raise TrendError(f"The chart {name!r} is unknown; it must be one of {', '.join(CHARTS)}.")
    found = CHARTS[name]
    if measure not in found.fits:
        fitting = [one.name for one in _DECLARED if measure in one.fits]
        raise TrendError(
            f"A {found.words} is for {' and '.join(found.fits)}, not for a {measure}; choose one "
            f"of {', '.join(fitting)}."
        )
    return found


def plain_limits(kind: ChartKind, alpha: float) -> str:
    """Say what the limits of a chart mean.

    Parameters
    ----------
    kind : ChartKind
        The chart.
    alpha : float
        Chance beyond each limit.
    """
    within = f"{np.floor(1000 * (1 - 2 * alpha)):.0f} of 1,000 periods or more"
    return kind.limits.format(within=within)
