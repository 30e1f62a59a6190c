"""Sentences about one estimate and its interval: shares, counts, means and rates.

Each gives sealed ``Words``. Small counts of children are hidden by the rule of a table: a share
that rests on 1 to 5 cases, or leaves 1 to 5, is not said. Several shares of one whole belong
into one protected table and are said by :mod:`qa_sampling.reporting.sentence_tables`, because
one hidden share follows from all the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import counted, number_text, percent_text
from qa_sampling.reporting.saying import (
    USUAL,
    Count,
    SayingRules,
    _said,
    hidden_words,
    known_counts,
    require_interval,
)
from qa_sampling.reporting.words import Words
from qa_sampling.results import Interval


def share_words(
    share: float,
    interval: Interval,
    *,
    what: str,
    count: Count,
    n: Count,
    population: Count,
    of: tuple[str, str] = ("open case", "open cases"),
    rules: SayingRules = USUAL,
) -> Words:
    """Say what share of all cases is estimated to be something.

    Parameters
    ----------
    share : float
        Estimated share of all cases, 0 to 1.
    interval : Interval
        Its interval, 0 to 1.
    what : str
        What these cases are, as it follows their number: "were graded good or better".
    count, n : int or Cell
        Audits that are so, and audits in all; best as ``cell`` of a protected table, so that
        what it hides is hidden here.
    population : int or Cell
        Cases the estimate speaks for.
    of : (str, str)
        What a case is called, one and many.
    rules : SayingRules
        When to hide it, and when it is too uncertain.

    Returns
    -------
    Words
        One sentence. When all or none of the audits are so, the interval's other end is said;
        when all cases were audited, there is no interval.

    Raises
    ------
    ParameterError
        When the numbers cannot belong together.
    """
    require_all_free("share_words", what=what, of=of)
    known = known_counts(count, n, population, what="share_words()")
    if known is None:
        return hidden_words(f"what share of {of[1]} {what}")
    group = _Group(what, *known, of, rules)
    return _estimated(group, share, interval, _clipped_percent, asked="what share", about="")


def count_words(
    total: float,
    interval: Interval,
    *,
    what: str,
    count: Count,
    n: Count,
    population: Count,
    of: tuple[str, str] = ("open case", "open cases"),
    rules: SayingRules = USUAL,
) -> Words:
    """Say how many of all cases are estimated to be something.

    Parameters
    ----------
    total : float
        Estimated number of cases.
    interval : Interval
        Its interval, in cases.
    what, count, n, population, of, rules
        As for :func:`share_words`.
    """
    require_all_free("count_words", what=what, of=of)
    known = known_counts(count, n, population, what="count_words()")
    if known is None or _total_is_small(total, known, rules):
        return hidden_words(f"how many {of[1]} {what}")
    group = _Group(what, *known, of, rules)

    def cases(value: float) -> str:
        small = 0 < float(number_text(value, "count").replace(",", "")) < rules.threshold
        few = f"fewer than {rules.threshold}"
        return few if small else number_text(value, "count", nearest=rules.nearest)

    return _estimated(group, total, interval, cases, asked="how many", about="about ")


def _total_is_small(total: float, known: tuple[int, ...], rules: SayingRules) -> bool:
    """Say whether an estimated number of cases, or what it leaves of all, is small itself."""
    said, population = round(total), known[-1]
    return not 0 < population < rules.threshold and rules.is_small(said, population)


@dataclass(frozen=True)
class _Group:
    """Cases that are something, among the audits and all cases."""

    what: str
    count: int
    n: int
    population: int
    of: tuple[str, str]
    rules: SayingRules

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.n <= self.population:
            raise ParameterError(
                f"Of {self.population:,} cases {self.n:,} were audited, and {self.count:,} of the "
                "audits are counted: each must be a whole number no larger than the one before. "
                "Check `count`, `n` and `population`."
            )


def _estimated(
    group: _Group,
    value: float,
    interval: Interval,
    show: Callable[[float], str],
    *,
    asked: str,
    about: str,
) -> Words:
    """Say an estimate of a group, in the first of these ways that applies."""
    what, rules, many = group.what, group.rules, group.of[1]
    if 0 < group.population < rules.threshold:
        return _said(f"there are too few {many} to say {asked} {what}")
    whole = counted(group.population, *group.of)
    if group.n < max(rules.minimum_n, 2):
        return _said(f"too few audits were made to say {asked} of {whole} {what}")
    if rules.is_small(group.count, group.n):
        return _said(f"{asked} of {whole} {what} is hidden, because it rests on a small number")
    if group.n == group.population:
        return _said(_of_all(group))
    require_interval(value, interval)
    low, high = show(interval.low), show(interval.high)
    audits = f"{group.n:,} audits"
    if rules.too_wide(interval) and rules.uncertain == "instead":
        fits = f"anything from {low} to {high} fits the {audits}"
        return _said(f"{asked} of {whole} {what} is too uncertain to say: {fits}")
    beside = "; this is uncertain" if rules.too_wide(interval) else ""
    if group.count in (0, group.n):
        some, end = ("none", f"up to {high}") if group.count == 0 else ("all", f"as few as {low}")
        audited = f"{some} of the {group.n:,} {many} audited {what}"
        return _said(f"{audited}; of all {whole} it may be {end}{beside}")
    return _said(
        f"{about}{show(value)} ({low} to {high}) of {whole} {what}, judged from {audits}{beside}"
    )


def _of_all(group: _Group) -> str:
    """Say what is known of cases that were all audited."""
    everything = f"all {counted(group.n, *group.of)} were audited"
    if group.count in (0, group.n):
        return f"{everything}, and {'none' if group.count == 0 else 'all'} {group.what}"
    share = percent_text(group.count / group.n)
    return f"{everything}: {group.count:,} ({share}) {_agreeing(group.what, group.count)}"


def _agreeing(what: str, number: int) -> str:
    """Let the verb agree with a number: "were graded" for many, "was graded" for one."""
    first, _, rest = what.partition(" ")
    one = {"were": "was", "are": "is", "have": "has", "do": "does"}.get(first, first)
    return what if number != 1 else f"{one} {rest}".strip()


def _clipped_percent(share: float) -> str:
    return percent_text(min(max(share, 0.0), 1.0))


def mean_words(
    mean: float,
    interval: Interval,
    *,
    what: str,
    unit: tuple[str, str],
    n: Count,
    based_on: tuple[str, str] = ("audit", "audits"),
    rules: SayingRules = USUAL,
) -> Words:
    """Say a mean with its interval: "The mean time to a plan was 3.2 days (2.8 to 3.7), …".

    Parameters
    ----------
    mean : float
        The estimated mean.
    interval : Interval
        Its interval, in the same unit.
    what : str
        What it is the mean of, as it begins the sentence: "the mean time to a plan".
    unit : (str, str)
        Its unit, one and many, such as ("day", "days").
    n : int or Cell
        How many it rests on; hidden when small.
    based_on : (str, str)
        What is counted in `n`, one and many.
    rules : SayingRules
        When it is too uncertain.
    """
    require_all_free("mean_words", what=what, unit=unit, based_on=based_on)
    known = known_counts(n, what="mean_words()")
    if known is None:
        return hidden_words(what)
    (n,) = known
    if n < max(rules.minimum_n, rules.threshold):
        return _said(f"There are too few {based_on[1]} to say {what}")
    require_interval(mean, interval)
    value = number_text(mean, "mean")
    low, high = (number_text(end, "mean") for end in _sides(interval))
    named = unit[0] if value == "1.0" else unit[1]
    from_n = counted(n, *based_on)
    if rules.too_wide(interval) and rules.uncertain == "instead":
        return _said(
            f"{what} is too uncertain to say: anything from {low} to {high} {unit[1]} fits {from_n}"
        )
    beside = "; this is uncertain" if rules.too_wide(interval) else ""
    return _said(f"{what} was {value} {named} ({low} to {high}), judged from {from_n}{beside}")


def rate_words(
    rate: float,
    interval: Interval,
    *,
    what: str,
    count: Count,
    of: str = "children",
    rules: SayingRules = USUAL,
) -> Words:
    """Say a rate per 10,000 with its interval; hidden when it rests on a small count.

    Parameters
    ----------
    rate : float
        Rate per 10,000.
    interval : Interval
        Its interval, per 10,000.
    what : str
        What is counted, as it begins the sentence: "referrals".
    count : int or Cell
        How many were counted.
    of : str
        Whom the 10,000 are.
    rules : SayingRules
        When to hide it, and when it is too uncertain.
    """
    require_all_free("rate_words", what=what, of=of)
    known = known_counts(count, what="rate_words()")
    if known is None:
        return hidden_words(f"the rate of {what}")
    (count,) = known
    if rules.is_small(count):
        return _said(f"The rate of {what} is hidden, as it rests on a small number")
    require_interval(rate, interval)
    value, low, high = (number_text(v, "rate") for v in (rate, *_sides(interval)))
    if rules.too_wide(interval) and rules.uncertain == "instead":
        return _said(
            f"The rate of {what} is too uncertain to say: anything from {low} to {high} per "
            f"10,000 {of} fits"
        )
    beside = "; this is uncertain" if rules.too_wide(interval) else ""
    if count == 0:
        return _said(f"There were no {what}; a rate of up to {high} per 10,000 {of} fits{beside}")
    return _said(f"There were {value} ({low} to {high}) {what} per 10,000 {of}{beside}")


def _sides(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high
