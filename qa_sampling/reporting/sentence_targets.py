"""Sentences that hold a number against another: a benchmark, a target, the limits of a chart.

A side is said only when the interval leaves the other number out, and both can be told apart as
printed. What rests on a hidden count is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import Kind, number_text, percentage_text, plural
from qa_sampling.reporting.saying import (
    USUAL,
    Basis,
    SayingRules,
    _said,
    hidden_words,
    require_interval,
    rests_on_hidden,
)
from qa_sampling.reporting.words import Words
from qa_sampling.results import Interval


def benchmark_words(
    value: float,
    interval: Interval,
    benchmark: float,
    *,
    what: str,
    name: str,
    counts: Basis,
    kind: Kind = "share",
    rules: SayingRules = USUAL,
) -> Words:
    """Say whether an estimate lies above or below a benchmark, or cannot be told from it.

    Parameters
    ----------
    value : float
        The estimate.
    interval : Interval
        Its interval.
    benchmark : float
        The benchmark, in the same unit, taken as exact.
    what : str
        What is estimated, as it begins the sentence: "the share graded good".
    name : str
        Whose benchmark it is: "England's".
    counts, rules
        The counts that the estimate rests on; see ``sentence_changes.change_words``.
    kind : {"share", "count", "mean", "rate"}
        What the estimate is.
    """
    require_all_free("benchmark_words", what=what, name=name)
    if rests_on_hidden(counts, rules, what="benchmark_words()"):
        return hidden_words(f"how {what} compares with {name}")
    require_interval(value, interval)
    shown, low, high, other = _alike((value, interval.low, interval.high, benchmark), kind)
    near = low if interval.low > benchmark else high
    if benchmark in interval or near == other:
        return _said(f"{what}, {shown} ({low} to {high}), cannot be told from {name} {other}")
    way = "above" if interval.low > benchmark else "below"
    return _said(f"{what}, {shown} ({low} to {high}), lies {way} {name} {other}")


def target_words(
    value: float,
    interval: Interval,
    target: float,
    *,
    what: str,
    counts: Basis,
    kind: Kind = "share",
    good: Literal["high", "low"] = "high",
    rules: SayingRules = USUAL,
) -> Words:
    """Say whether a target is met, missed, or cannot be told to be met.

    Parameters
    ----------
    value, interval
        The estimate and its interval.
    target : float
        The target, in the same unit; reaching it exactly meets it.
    what : str
        What is estimated, as it begins the sentence.
    counts, rules
        The counts that the estimate rests on; see ``sentence_changes.change_words``.
    kind : {"share", "count", "mean", "rate"}
        What the estimate is.
    good : {"high", "low"}
        Whether the target is a least or a most.
    """
    require_all_free("target_words", what=what)
    if rests_on_hidden(counts, rules, what="target_words()"):
        return hidden_words(f"whether {what} meets its target")
    require_interval(value, interval)
    shown, low, high, other = _alike((value, interval.low, interval.high, target), kind)
    least = "at least" if good == "high" else "at most"
    met = interval.low >= target if good == "high" else interval.high <= target
    missed = interval.high < target if good == "high" else interval.low > target
    missed = missed and other not in (low, high)
    answer = "is met" if met else "is missed" if missed else "may or may not be met"
    return _said(f"{what} is {shown} ({low} to {high}): the target of {least} {other} {answer}")


def _alike(values: Sequence[float], kind: Kind) -> list[str]:
    """Give numbers to the same decimals: to one place where whole per cents would hide a gap."""
    shown = [number_text(value, kind) for value in values]
    if kind != "share" or shown[-1] not in shown[:-1]:
        return shown
    return [percentage_text(100 * value, decimals=1) for value in values]


def signal_words(
    *,
    what: str,
    signal: Literal["none", "shift", "trend", "outside"],
    way: Literal["above", "below", "up", "down", ""] = "",
    points: int = 0,
    since: str = "",
    unit: tuple[str, str] = ("month", "months"),
) -> Words:
    """Say what a control chart signals; never why.

    Parameters
    ----------
    what : str
        The measure, as it begins the sentence: "the number of referrals".
    signal : {"none", "shift", "trend", "outside"}
        No signal; a run on one side of the average; a run up or down; a point outside the limits.
    way : {"above", "below", "up", "down", ""}
        On which side, or which way.
    points : int
        How many points in a row make the signal.
    since : str
        When it began: "April 2026".
    unit : (str, str)
        What a point is, one and many.

    Raises
    ------
    ParameterError
        When the way does not go with the signal.
    """
    require_all_free("signal_words", what=what, since=since, unit=unit)
    ways = {"none": ("",), "shift": ("above", "below"), "trend": ("up", "down")}
    if way not in ways.get(signal, ("above", "below")):
        raise ParameterError(f'A signal "{signal}" cannot go "{way}"; give one of its own ways.')
    if signal == "none":
        return _said(
            f"{what} varies no more than chance would have it: there is no signal of change"
        )
    if signal == "outside":
        return _said(f"{what} was {way} its limits in {since}: more than chance would have it")
    run = f"{points} {plural(points, *unit)} in a row"
    told = f"was {way} its average" if signal == "shift" else f"went {way}"
    return _said(f"{what} {told} for {run} since {since}: a sign of change, not of its cause")
