"""What audits found, in sentences that everybody may read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from qa_sampling.agreement.moderated import ModeratedShare
from qa_sampling.reporting.dates import day_in_words
from qa_sampling.reporting.findings_tables import AUDITS, GOOD, LESS, FindingsTables
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.moderation_words import good_words
from qa_sampling.reporting.number_words import listed, percent_text
from qa_sampling.reporting.quantities import Cell, cell
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.saying import USUAL, _said, hidden_words, rests_on_hidden
from qa_sampling.reporting.sentence_changes import change_words
from qa_sampling.reporting.sentence_estimates import share_words
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed, say
from qa_sampling.sampling.estimation import Difference, Estimate

_WHAT = "were graded good or better"
RANGE_WORDS = _sealed("The range in brackets is where the true share very likely lies.")


def earlier_day_words(day: date) -> Words:
    """Say that figures are those of an earlier day, and why.

    Parameters
    ----------
    day : date
        The day.
    """
    return _said(
        f"these are the figures as at {day_in_words(day)}, the last that can be told; newer ones "
        "are hidden, so that nobody can be identified, and told on the page for named readers alone"
    )


def findings_words(
    tables: FindingsTables,
    good: Estimate,
    *,
    cases: int,
    level: float = 0.95,
    change: Difference | None = None,
    before: tuple[int, int] = (0, 0),
    between: tuple[str, str] = ("before", "now"),
    moderated: ModeratedShare | None = None,
) -> Words:
    """Say how good practice is, what changed, and what moderators make of it.

    Parameters
    ----------
    tables : FindingsTables
        The protected tables.
    good : Estimate
        Share of open cases that are good or better.
    cases : int
        Open cases that could be drawn.
    level : float
        Level of the intervals.
    change : Difference, optional
        Since the months before.
    before : (int, int)
        Audits good or better, and all audits, of the months before.
    between : (str, str)
        The months before, and these, in words.
    moderated : ModeratedShare, optional
        Good or better, as auditors graded and corrected by moderation.
    """
    words = grade_words(tables, good, cases=cases, level=level)
    count, n = shown_counts(tables)
    if count is None:
        return words
    if change is not None:
        words += change_words(
            change.estimate,
            change.confidence_interval(level),
            what="the share graded good or better",
            between=between,
            counts=[before, (count, n)],
        )
    if moderated is not None and tables.moderated is None:
        words += hidden_words("what moderators found")
    elif moderated is not None:
        words += good_words(moderated, tables.moderated, level=level)
    return words + _fact_words(tables)


def grade_words(
    tables: FindingsTables, good: Estimate, *, cases: int, level: float = 0.95
) -> Words:
    """Say what share of open cases is good or better, with its interval, or that it is hidden.

    Parameters
    ----------
    tables, good, cases, level
        As for :func:`findings_words`.
    """
    count, n = shown_counts(tables)
    if count is None:
        return hidden_words("what share of open cases were graded good or better")
    return share_words(
        good.estimate, good.confidence_interval(level), what=_WHAT, count=count, n=n,
        population=cases,
    )  # fmt: skip


def shown_counts(tables: FindingsTables) -> tuple[int | None, int]:
    """Give the audits that are good or better, and all; None when either is hidden.

    Parameters
    ----------
    tables : FindingsTables
        The protected tables.
    """
    table = tables.services
    body = tables.grades.totals[AUDITS]
    if "kind" not in table.by or isinstance(body, str):
        return None, 0
    labels = () if len(table.by) == 1 else (table.total_label,)
    both = [cell(table, AUDITS, *labels, kind) for kind in (GOOD, LESS)]
    if any(one.hidden for one in both):
        return None, 0
    return int(both[0].value), int(body)


def groups_said(
    table: pd.DataFrame,
    shown: SafeTable,
    *,
    cell_of: Mapping[str, tuple[str, ...]],
    fewest: int,
    intro: str = "",
    rest: str,
) -> Words:
    """Say of each group what share of its cases is good or better, the weakest first.

    How many audits and cases a group has is not said: the table beside says what may be known.

    Parameters
    ----------
    table : DataFrame
        Estimates: `group`, `n` (audits with a grade), `count_good`, `share_good`, `low_good`,
        `high_good`.
    shown : SafeTable
        The protected counts of the groups; where it hides those that are good or better, or
        1 to 5 were good or better or were not, the share is hidden.
    cell_of : mapping of str to tuple of str
        By group its count in the table, and its labels there.
    fewest : int
        Audits below which nothing is said.
    intro : str
        How each sentence begins, such as "Service ".
    rest : str
        What the hidden ones are called, such as "services".
    """
    require_all_free("groups_said", intro=intro, rest=rest)
    words, hidden = NOTHING_SAID, []
    for row in table.sort_values("share_good", kind="stable").itertuples():
        if row.group not in cell_of or row.n < fewest or pd.isna(row.share_good):
            continue
        count, *labels = cell_of[row.group]
        number = cell(shown, count, *labels)
        share = share_told(row, number)
        if not share:
            hidden.append(f"“{row.group}”")
            continue
        words += _said(f"{intro}“{row.group}”: {share}")
    if hidden:
        words += _said(f"{rest} hidden, so that nobody can be identified: {listed(hidden)}")
    return words


def share_told(row: Any, number: Cell) -> str:  # noqa: ANN401
    """Give the share of a group that is good or better with its interval; blank where hidden.

    Parameters
    ----------
    row : named tuple
        Of the estimates: `n`, `count_good`, `share_good`, `low_good`, `high_good`.
    number : Cell
        Its good or better in the protected table.
    """
    counts = [number, (int(row.count_good), int(row.n))]
    if rests_on_hidden(counts, USUAL, what="share_told()"):
        return ""
    low, high = (percent_text(min(max(one, 0.0), 1.0)) for one in (row.low_good, row.high_good))
    return f"{percent_text(row.share_good)} ({low} to {high})"


def groups_heading() -> Words:
    """Say what the list of groups is, and how not to read it."""
    return _sealed(
        "Good or better by standard and by service, the weakest first; those whose ranges overlap "
        "may be alike."
    )


def _fact_words(tables: FindingsTables) -> Words:
    """Say how often the family's feedback was sought, and the practitioner met."""
    words = NOTHING_SAID
    for fact, text in (
        ("family_feedback", "The family’s feedback was sought in {yes} of {all:audit|audits}."),
        ("practitioner_met", "Auditors met the practitioner in {yes} of {all:audit|audits}."),
    ):
        table = tables.facts[fact]
        if table.withheld or "Yes" not in set(table.body[table.by[0]]):
            continue
        yes = cell(table, AUDITS, "Yes")
        if not yes.hidden:
            words += say(text, yes=yes, all=cell(table, AUDITS))
    return words


def response_words(back: int, opened: int, low: float, high: float) -> Words:
    """Say what share of audits came back, and how far the missing ones could move the estimate.

    Parameters
    ----------
    back, opened : int
        Audits that came back, of those that were opened.
    low, high : float
        The low end of the interval of good or better if every missing audit were Inadequate, and
        the high end if every one were Good.
    """
    if back >= opened:
        return _said("every audit that was opened came back")
    if USUAL.is_small(back, opened):
        return _said("nearly all audits that were opened came back")
    return _said(
        f"{percent_text(back / opened)} of the audits that were opened came back; whatever the "
        f"others would have found, {percent_text(low)} to {percent_text(high)} fits"
    )


def findings_method(*, level: float, method: str) -> Words:
    """Say how the findings were worked out, and what they cannot show.

    Parameters
    ----------
    level : float
        Level of the intervals.
    method : str
        Method of the intervals, as an interval names it.
    """
    require_all_free("findings_method", method=method)
    named = method.replace("_", "-").title()
    words = _sealed(_DRAWN) + _sealed(_INTERVALS.format(level=f"{100 * level:g}%", method=named))
    return words + _sealed(_OPEN) + _sealed(_HIDDEN) + _sealed(_LIMITS)


_DRAWN = (
    "Cases were drawn at random. Each audit stands for as many open cases as its chance of being "
    "drawn says; audits that did not come back are made up for by those of their month that did."
)
_INTERVALS = (
    "In brackets are {level} intervals ({method}). A change is called one only when its interval "
    "leaves out that nothing changed; the months are drawn separately."
)
_OPEN = (
    "Open cases are those that could be drawn: not restricted, not just opened, not audited "
    "lately. Each month counts with its own; the number said is that of the average month."
)
_HIDDEN = (
    "Counts of 1 to 5 are hidden, and others from which they could be worked out; so is what rests "
    "on them. Groups with few audits have no share."
)
_LIMITS = (
    "Limits: a grade is one person's view of a case, so what moderators make of it is said beside "
    "it; audits that did not come back may be of worse practice than those that did."
)
