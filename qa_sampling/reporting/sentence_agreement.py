"""Sentences about how far moderators agree with auditors: counts first, nobody ranked."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sampling.agreement.benchmarks import sure_word
from qa_sampling.agreement.estimates import CoefficientEstimate
from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import as_sentence, listed, percent_text
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable, require_safe
from qa_sampling.reporting.saying import USUAL, Basis, _said, hidden_words, rests_on_hidden
from qa_sampling.reporting.words import NOTHING_SAID, Words

_FAR_APART = 0.15
"""How far AC2 must lie above alpha for the difference to be explained."""
_SMALL = "no one two three four five six seven eight nine ten".split()


def agreement_words(
    table: SafeTable,
    *,
    count: str,
    people: tuple[str, str] = ("auditor", "moderator"),
    counted: tuple[str, str] = ("audit", "audits"),
) -> Words:
    """Say how often two graders gave the same grade, and how far and which way they differed.

    Parameters
    ----------
    table : SafeTable
        One classification by signed steps, as text: how many grades the first of `people` is
        above the second ("-1", "0", "1"). What it hides is hidden here.
    count : str
        Its count of audits.
    people : (str, str)
        What the two are called.
    counted : (str, str)
        What is counted, one and many: moderations, where an audit can be moderated twice.

    Returns
    -------
    Words
        One sentence, such as "In 9 of 12 audits the moderator gave the same grade as the
        auditor; in 2 the auditor was one grade higher and in 1 one grade lower."
    """
    require_all_free("agreement_words", people=people, counted=counted)
    safe = require_safe(table, what="agreement_words()")
    if len(safe.by) != 1 or count not in safe.counts:
        raise DisclosureError(
            "agreement_words() needs a table with one classification (steps) and the count named "
            f"in `count`; this one has {', '.join(safe.columns)}."
        )
    if safe.rounded_to > 1:
        raise DisclosureError(
            "agreement_words() was given rounded counts, from which nobody can tell whether all "
            "or none agree. Give a table that is not rounded."
        )
    if safe.withheld:
        return _said("how often the grades agree is hidden")
    body = safe.body
    counts = {_steps(label): n for label, n in zip(body[safe.by[0]], body[count], strict=True)}
    return _said(agreement_text(counts, safe.totals[count], people=people, counted=counted))


def _steps(label: str) -> int:
    try:
        return int(label)
    except ValueError:
        raise ParameterError(
            "A classification by steps holds whole numbers as text, such as -1, 0 and 1; it holds "
            "something else."
        ) from None


def agreement_text(
    counts: Mapping[int, int | str],
    whole: int | str,
    *,
    people: tuple[str, str] = ("auditor", "moderator"),
    counted: tuple[str, str] = ("audit", "audits"),
) -> str:
    """Say the same of plain counts, for a restricted page: text, which cannot be shared.

    Parameters
    ----------
    counts : mapping of int to int or str
        Audits by steps that the first grader is above the second; a mark where hidden.
    whole : int or str
        All these audits.
    people : (str, str)
        What the two are called.
    counted : (str, str)
        What is counted, one and many.
    """
    first, second = people
    one, many = counted
    if whole == 0:
        return as_sentence(f"no {one} was graded by both {first} and {second}")
    same = counts.get(0, 0)
    total = f"a hidden number of {many}" if whole == HIDDEN_MARK else _many(int(whole), counted)
    if same == whole and same != HIDDEN_MARK:
        every = f"the 1 {one}" if whole == 1 else f"all {total}"
        return as_sentence(f"in {every} the {second} gave the same grade as the {first}")
    if same == 0:
        start = f"in none of {total} did the {second} give the same grade as the {first}"
    else:
        number = "a hidden number" if same == HIDDEN_MARK else f"{same:,}"
        start = f"in {number} of {total} the {second} gave the same grade as the {first}"
    parts = [part for part in (_way(counts, first, up) for up in (True, False)) if part]
    return as_sentence("; ".join([start, *parts]))


def _many(number: int, counted: tuple[str, str]) -> str:
    return f"{number:,} {counted[0] if number == 1 else counted[1]}"


def _way(counts: Mapping[int, int | str], first: str, up: bool) -> str:
    """Say the audits in which the first grader was higher, or lower, by steps."""
    way = "higher" if up else "lower"
    told = []
    for steps in sorted(counts, key=abs):
        if steps == 0 or (steps > 0) != up or counts[steps] == 0:
            continue
        hidden = counts[steps] == HIDDEN_MARK
        number = "a hidden number" if hidden else f"{counts[steps]:,}"
        size = abs(steps)
        named = _SMALL[size] if size < len(_SMALL) else str(size)
        grades = f"{named} {'grade' if size == 1 else 'grades'} {way}"
        told.append(f"in {number} {grades}" if told else f"in {number} the {first} was {grades}")
    return listed(told)


def coefficient_words(
    estimate: CoefficientEstimate, *, counts: Basis, fewest: int = 10, chance: float = 0.8
) -> Words:
    """Say a coefficient with its interval, and the best word it can be given with some sureness.

    Parameters
    ----------
    estimate : CoefficientEstimate
        The coefficient.
    counts : sequence of int or Cell
        The counts it rests on, best as ``cell`` of a protected table.
    fewest : int
        Cases below which no number and no word is said.
    chance : float
        How sure the word must be.

    Returns
    -------
    Words
        One sentence, such as "Allowing for luck (perfect is one, luck alone zero), agreement
        was 0.86 (0.76 to 0.92) by Gwet's AC2, quadratic; with 80% sureness the word for it is
        at least “substantial”." Two decimal places: no count follows from it.
    """
    named = estimate.title
    if rests_on_hidden(counts, USUAL, what="coefficient_words()"):
        return hidden_words("a coefficient of agreement")
    if estimate.estimate is None or estimate.interval is None:
        return _said(f"{named} cannot be told: {estimate.why_not}")
    if estimate.cases < fewest:
        return _said(f"too few audits were moderated to say {named}")
    value, low, high = (
        f"{one:.2f}" for one in (estimate.estimate, estimate.interval.low, estimate.interval.high)
    )
    word = sure_word(estimate, sure=chance, even_if_few=True)
    words = (
        f"with {percent_text(chance)} sureness the word for it is at least “{word.lower()}”"
        if word
        else "one cannot be sure that agreement is better than chance"
    )
    return _said(
        f"allowing for luck (perfect is one, luck alone zero), agreement was {value} "
        f"({low} to {high}) by {named}; {words}"
    )


def difference_words(
    ac2: CoefficientEstimate, alpha: CoefficientEstimate, *, counts: Basis, fewest: int = 10
) -> Words:
    """Say why AC2 can be high where alpha is not, where they are far apart; nothing else.

    Parameters
    ----------
    ac2, alpha : CoefficientEstimate
        Gwet's AC2 and Krippendorff's alpha of the same grades.
    counts, fewest
        As :func:`coefficient_words` has them; nothing is said where that says no number.
    """
    known = ac2.estimate is not None and alpha.estimate is not None
    few = min(ac2.cases, alpha.cases) < fewest
    if not known or few or rests_on_hidden(counts, USUAL, what="difference_words()"):
        return NOTHING_SAID
    if ac2.estimate - alpha.estimate < _FAR_APART:
        return NOTHING_SAID
    return _said(
        "both are right, for they answer different questions: AC2 is high because grades seldom "
        "lie far apart, and it counts a neighbouring grade as nearly the same; alpha asks how well "
        "grades tell one case from another, which shows less the more audits get the same grade"
    )
