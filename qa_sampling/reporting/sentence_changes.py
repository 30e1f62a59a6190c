"""Sentences that compare: two periods or groups, an estimate and a benchmark, a signal of a chart.

A direction is said only when the interval of the difference leaves out 0; otherwise the
difference "cannot be told from chance". Words of size come from declared bands only, and name
every band that the interval reaches. Differences of percentages are percentage points; a
relative change is said as so many per cent more or fewer, from the interval of the ratio.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.number_words import (
    Kind,
    half_up,
    number_text,
    percent_text,
    percentage_text,
    plural,
    points_text,
)
from qa_sampling.reporting.saying import require_interval, said
from qa_sampling.reporting.words import Words
from qa_sampling.results import Interval

Bands = Sequence[tuple[float, str]]
"""Words of size, each with the smallest size it is used for, in the unit of the estimate."""


def change_words(
    difference: float,
    interval: Interval,
    *,
    what: str,
    between: tuple[str, str],
    kind: Kind = "share",
    bands: Bands = (),
    verbs: tuple[str, str] = ("rose", "fell"),
) -> Words:
    """Say how something differs between two periods: "… rose between A and B by 18 points …".

    Parameters
    ----------
    difference : float
        Second less first, in the unit of the estimate (a share of 1 for shares).
    interval : Interval
        Interval of the difference.
    what : str
        What changed, as it begins the sentence: "the share graded good".
    between : (str, str)
        The first and the second period: ("October", "November 2026").
    kind : {"share", "count", "mean", "rate"}
        What the estimates are.
    bands : sequence of (float, str)
        Words of size with the smallest size each is used for, smallest first and starting at 0:
        ``[(0, "small"), (0.1, "large")]``. None are said without bands.
    verbs : (str, str)
        What is said of more and of less.
    """
    require_interval(difference, interval)
    first, second = between
    if 0 in interval:
        return _chance(f"between {first} and {second}", what, interval, kind)
    up = interval.low > 0
    near, far = sorted((abs(interval.low), abs(interval.high)))
    size = _size_words(near, far, bands)
    by = f"{_amount(difference, kind)} ({_bare(near, kind)} to {_bare(far, kind)})"
    verb = verbs[0] if up else verbs[1]
    size = f"; a {size} change" if size else ""
    return said(f"{what} {verb} between {first} and {second} by {by}{size}")


def groups_words(
    difference: float,
    interval: Interval,
    *,
    what: str,
    groups: tuple[str, str],
    kind: Kind = "share",
    bands: Bands = (),
) -> Words:
    """Say how two groups differ: "The share graded good was 18 points higher in A than in B …".

    Parameters
    ----------
    difference : float
        First less second, in the unit of the estimate.
    interval : Interval
        Interval of the difference.
    what : str
        What is compared, as it begins the sentence.
    groups : (str, str)
        The first and the second group, each with its preposition: ("in the North", …).
    kind, bands
        As for :func:`change_words`.
    """
    require_interval(difference, interval)
    first, second = groups
    if 0 in interval:
        return _chance(f"{first} and {second}", what, interval, kind)
    near, far = sorted((abs(interval.low), abs(interval.high)))
    size = _size_words(near, far, bands)
    way = "higher" if interval.low > 0 else "lower"
    span = f"({_bare(near, kind)} to {_bare(far, kind)})"
    size = f"; a {size} difference" if size else ""
    return said(f"{what} was {_amount(difference, kind)} {span} {way} {first} than {second}{size}")


def _chance(where: str, what: str, interval: Interval, kind: Kind) -> Words:
    """Say that a difference may be nothing: no direction is named."""
    span = "anything"
    if interval.low < 0:
        span += f" from {_amount(interval.low, kind)} less"
    if interval.high > 0:
        more = f"{_amount(interval.high, kind)} more"
        span += f" to {more}" if interval.low < 0 else f" from no difference to {more}"
    elif interval.low < 0:
        span += " to no difference"
    fits = f": {span} fits" if interval.width else ""
    return said(f"the difference in {what} {where} cannot be told from chance{fits}")


def _amount(value: float, kind: Kind) -> str:
    """Give a size of difference without its sign, with its unit; never 0 for what is not 0."""
    if kind == "share":
        return points_text(100 * value)
    return f"{_bare(value, kind)} per 10,000" if kind == "rate" else _bare(value, kind)


def _bare(value: float, kind: Kind) -> str:
    """Give the same without its unit, where that has just been named."""
    if kind == "share":
        return points_text(100 * value).partition(" percentage")[0]
    number = half_up(abs(value), 0 if kind == "count" else 1)
    least = "1" if kind == "count" else "0.1"
    return f"less than {least}" if number == 0 and value != 0 else f"{number:,}"


def _size_words(near: float, far: float, bands: Bands) -> str:
    """Give the words of the bands that an interval reaches, from its near end to its far one."""
    if not bands:
        return ""
    starts = [start for start, _ in bands]
    if starts[0] != 0 or starts != sorted(set(starts)):
        raise ParameterError(
            "`bands` must start at 0 and rise, such as [(0, 'small'), (0.1, 'large')]; got starts "
            f"{starts}."
        )
    at = [max(place for place, start in enumerate(starts) if start <= end) for end in (near, far)]
    words = [bands[place][1] for place in sorted(set(at))]
    return " to ".join(words)


def relative_words(
    ratio: float, interval: Interval, *, what: str, between: tuple[str, str]
) -> Words:
    """Say a relative change: "There were 18% (4% to 33%) more referrals in B than in A".

    Parameters
    ----------
    ratio : float
        Second over first; above 0.
    interval : Interval
        Interval of the ratio.
    what : str
        What is counted, many: "referrals".
    between : (str, str)
        The first and the second period, each with its preposition: ("in October", …).
    """
    require_interval(ratio, interval)
    if interval.low < 0:
        raise ParameterError(
            f"A ratio cannot be below 0; its interval starts at {interval.low}. Give the ratio of "
            "the two numbers, 1 for no change."
        )
    first, second = between
    if 1 in interval:
        return said(
            f"whether there were more or fewer {what} {second} than {first} cannot be told "
            "from chance"
        )
    way = "more" if interval.low > 1 else "fewer"
    near, far = sorted(abs(end - 1) for end in (interval.low, interval.high))
    change, near_text, far_text = (_relative(size) for size in (abs(ratio - 1), near, far))
    return said(
        f"there were {change} ({near_text} to {far_text}) {way} {what} {second} than {first}"
    )


def _relative(size: float) -> str:
    """Give a relative size in per cent, which may exceed 100."""
    if size <= 1:
        return percent_text(size)
    return f"{half_up(half_up(100 * size, 1)):,}%"


def benchmark_words(
    value: float,
    interval: Interval,
    benchmark: float,
    *,
    what: str,
    name: str,
    kind: Kind = "share",
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
    kind : {"share", "count", "mean", "rate"}
        What the estimate is.
    """
    require_interval(value, interval)
    shown, low, high, other = _alike((value, interval.low, interval.high, benchmark), kind)
    near = low if interval.low > benchmark else high
    if benchmark in interval or near == other:
        return said(f"{what}, {shown} ({low} to {high}), cannot be told from {name} {other}")
    way = "above" if interval.low > benchmark else "below"
    return said(f"{what}, {shown} ({low} to {high}), lies {way} {name} {other}")


def target_words(
    value: float,
    interval: Interval,
    target: float,
    *,
    what: str,
    kind: Kind = "share",
    good: Literal["high", "low"] = "high",
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
    kind : {"share", "count", "mean", "rate"}
        What the estimate is.
    good : {"high", "low"}
        Whether the target is a least or a most.
    """
    require_interval(value, interval)
    shown, low, high, other = _alike((value, interval.low, interval.high, target), kind)
    least = "at least" if good == "high" else "at most"
    met = interval.low >= target if good == "high" else interval.high <= target
    missed = interval.high < target if good == "high" else interval.low > target
    missed = missed and other not in (low, high)
    answer = "is met" if met else "is missed" if missed else "may or may not be met"
    return said(f"{what} is {shown} ({low} to {high}): the target of {least} {other} {answer}")


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
    ways = {"none": ("",), "shift": ("above", "below"), "trend": ("up", "down")}
    if way not in ways.get(signal, ("above", "below")):
        raise ParameterError(f'A signal "{signal}" cannot go "{way}"; give one of its own ways.')
    if signal == "none":
        return said(
            f"{what} varies no more than chance would have it: there is no signal of change"
        )
    if signal == "outside":
        return said(f"{what} was {way} its limits in {since}: more than chance would have it")
    run = f"{points} {plural(points, *unit)} in a row"
    told = f"was {way} its average" if signal == "shift" else f"went {way}"
    return said(f"{what} {told} for {run} since {since}: a sign of change, not of its cause")
