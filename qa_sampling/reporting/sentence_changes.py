"""Sentences that compare two periods or groups.

A direction is said only when the interval of the difference leaves out 0; otherwise the
difference "cannot be told from chance". Words of size come from declared bands only, and name
every band that the interval reaches. Differences of percentages are percentage points; a
relative change is said as so many per cent more or fewer, from the interval of the ratio. What
rests on a hidden count is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import (
    Kind,
    half_up,
    percent_text,
    points_text,
)
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

Bands = Sequence[tuple[float, str]]
"""Words of size, each with the smallest size it is used for, in the unit of the estimate."""


def change_words(
    difference: float,
    interval: Interval,
    *,
    what: str,
    between: tuple[str, str],
    counts: Basis,
    kind: Kind = "share",
    bands: Bands = (),
    verbs: tuple[str, str] = ("rose", "fell"),
    rules: SayingRules = USUAL,
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
    counts : sequence of int, Cell or pair
        The counts that the two estimates rest on, of each period: ``cell`` of a protected table,
        or whole numbers; for shares in pairs with their whole. Where one is hidden or small, the
        difference is hidden: with the other number it would give the count away.
    kind : {"share", "count", "mean", "rate"}
        What the estimates are.
    bands : sequence of (float, str)
        Words of size with the smallest size each is used for, smallest first and starting at 0:
        ``[(0, "small"), (0.1, "large")]``. None are said without bands.
    verbs : (str, str)
        What is said of more and of less.
    rules : SayingRules
        What is too small to be said.
    """
    names = [word for _, word in bands]
    require_all_free("change_words", what=what, between=between, verbs=verbs, bands=names)
    first, second = between
    if rests_on_hidden(counts, rules, what="change_words()"):
        return hidden_words(f"the difference in {what} between {first} and {second}")
    require_interval(difference, interval)
    if 0 in interval:
        return _chance(f"between {first} and {second}", what, interval, kind)
    up = interval.low > 0
    near, far = sorted((abs(interval.low), abs(interval.high)))
    size = _size_words(near, far, bands)
    by = f"{_amount(difference, kind)} ({_bare(near, kind)} to {_bare(far, kind)})"
    verb = verbs[0] if up else verbs[1]
    size = f"; a {size} change" if size else ""
    return _said(f"{what} {verb} between {first} and {second} by {by}{size}")


def groups_words(
    difference: float,
    interval: Interval,
    *,
    what: str,
    groups: tuple[str, str],
    counts: Basis,
    kind: Kind = "share",
    bands: Bands = (),
    rules: SayingRules = USUAL,
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
    counts, kind, bands, rules
        As for :func:`change_words`.
    """
    names = [word for _, word in bands]
    require_all_free("groups_words", what=what, groups=groups, bands=names)
    first, second = groups
    if rests_on_hidden(counts, rules, what="groups_words()"):
        return hidden_words(f"the difference in {what} {first} and {second}")
    require_interval(difference, interval)
    if 0 in interval:
        return _chance(f"{first} and {second}", what, interval, kind)
    near, far = sorted((abs(interval.low), abs(interval.high)))
    size = _size_words(near, far, bands)
    way = "higher" if interval.low > 0 else "lower"
    span = f"({_bare(near, kind)} to {_bare(far, kind)})"
    size = f"; a {size} difference" if size else ""
    return _said(f"{what} was {_amount(difference, kind)} {span} {way} {first} than {second}{size}")


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
    return _said(f"the difference in {what} {where} cannot be told from chance{fits}")


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
    ratio: float,
    interval: Interval,
    *,
    what: str,
    between: tuple[str, str],
    counts: Basis,
    rules: SayingRules = USUAL,
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
    counts, rules
        As for :func:`change_words`: a percentage of a hidden count gives it away too.
    """
    require_all_free("relative_words", what=what, between=between)
    if rests_on_hidden(counts, rules, what="relative_words()"):
        return hidden_words(f"how {what} differ {between[0]} and {between[1]}")
    require_interval(ratio, interval)
    if interval.low < 0:
        raise ParameterError(
            f"A ratio cannot be below 0; its interval starts at {interval.low}. Give the ratio of "
            "the two numbers, 1 for no change."
        )
    first, second = between
    if 1 in interval:
        return _said(
            f"whether there were more or fewer {what} {second} than {first} cannot be told "
            "from chance"
        )
    way = "more" if interval.low > 1 else "fewer"
    near, far = sorted(abs(end - 1) for end in (interval.low, interval.high))
    change, near_text, far_text = (_relative(size) for size in (abs(ratio - 1), near, far))
    return _said(
        f"there were {change} ({near_text} to {far_text}) {way} {what} {second} than {first}"
    )


def _relative(size: float) -> str:
    """Give a relative size in per cent, which may exceed 100."""
    if size <= 1:
        return percent_text(size)
    return f"{half_up(half_up(100 * size, 1)):,}%"
