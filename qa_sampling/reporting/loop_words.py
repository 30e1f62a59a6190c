"""Whether the loop is closed, in sentences that everybody may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qa_sampling.loop.closing import ClosingTimes
from qa_sampling.loop.said import SaidAndDone
from qa_sampling.reporting.free_text import numbers_in
from qa_sampling.reporting.loop_tables import STATES, LoopTables
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.saying import _said
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed, say

_TOLD = "You said, we did: what people told us, what was done, and what changed."
_NOT_TOLD = "You said, we did: nothing has been written to be published yet."


@dataclass(frozen=True)
class SaidWords:
    """What people said and what was done, for everybody.

    Attributes
    ----------
    words : Words
        A first sentence, then one an action; of several with the same words one.
    left_out : int
        Texts that hold a number or name somebody, and are therefore not told.
    """

    words: Words
    left_out: int


def loop_findings(tables: LoopTables, *, times: ClosingTimes, fewest: int = 10) -> Words:
    """Say how many actions are closed, how long it takes, what was done besides audits.

    Parameters
    ----------
    tables : LoopTables
        The protected tables.
    times : ClosingTimes
        How long it takes until an action is closed.
    fewest : int
        Closed actions below which no median is said.
    """
    words = _states_words(tables) + closing_words(times, fewest=fewest)
    if not tables.groups.withheld:
        words += say(
            "People told us or raised something {all:time|times}.",
            all=cell(tables.groups, tables.groups.counts[0]),
        )
    return words + _heard_words(tables)


def closing_words(times: ClosingTimes, *, fewest: int = 10) -> Words:
    """Say how long it takes until an action is closed, those still open allowed for.

    Parameters
    ----------
    times : ClosingTimes
        The times.
    fewest : int
        Closed actions below which nothing is said.
    """
    if times.reached < fewest:
        return NOTHING_SAID
    if times.median is None:
        return _said("fewer than half of actions are closed so far, however long one waits")
    ends = ""
    if times.low is not None and times.high is not None:
        ends = f" ({_days(times.low)} to {_days(times.high)})"
    return _said(
        f"it takes about {_days(times.median)} days{ends} until half of actions are closed, those "
        "that are still open allowed for"
    )


def said_words(said: SaidAndDone, *, never: Iterable[str] = ()) -> SaidWords:
    """Say what people said, what was done and what changed.

    Parameters
    ----------
    said : SaidAndDone
        What the authority lets everybody read.
    never : iterable of str
        References and names that must not be read: a text with one is left out, as is one with
        a number, which could be a count of children.
    """
    sought = [one.casefold() for one in never]
    words, left_out, told = NOTHING_SAID, 0, set()
    for row in said.table.itertuples():
        texts = tuple(
            " ".join(text.split()).rstrip(".")
            for text in (row.you_said, row.we_did, row.what_changed)
        )
        if texts in told:
            continue
        whole = " ".join(texts).casefold()
        if numbers_in(whole) or any(one in whole for one in sought):
            left_out += 1
            continue
        told.add(texts)
        template = "You said: {said}. We did: {done}."
        template += " What changed: {changed}." if texts[2] else ""
        words += say(template, said=texts[0], done=texts[1], changed=texts[2])
    first = _TOLD if words.sentences else _NOT_TOLD
    return SaidWords(_sealed(first) + words, left_out)


def loop_method(*, after_months: int) -> Words:
    """Say how it was worked out, and what it cannot show.

    Parameters
    ----------
    after_months : int
        Months from an audit to the re-audit it calls for.
    """
    words = _sealed(
        "An action is closed when somebody other than its owner has seen that it was done; until "
        "then it is completed at most. Overdue means open after the day it was due."
    )
    words += _sealed(
        "Half of actions are closed by the day on which the curve of Kaplan and Meier falls to "
        "one half; an action that is still open counts for as long as it has been open."
    )
    words += _sealed(
        "Cases are audited again when their last grade calls for it, "
        f"{after_months} months later at the earliest."
    )
    words += _sealed(
        "What people said is told in words that the authority wrote to be published, and only of "
        "actions that are closed. Counts of 1 to 5 are hidden, and others from which they could "
        "be worked out."
    )
    return words + _sealed(
        "Limits: only what was recorded counts; a service that records little looks quiet; that "
        "an action was done does not show that it made the difference."
    )


def closed_words(tables: LoopTables) -> Words:
    """Say how many actions are closed; nothing where that is hidden.

    Parameters
    ----------
    tables : LoopTables
        The protected tables of actions.
    """
    table = tables.states
    if table.withheld or STATES["closed"] not in [row[0] for row in table.rows]:
        return NOTHING_SAID
    return say(
        "{closed} of {all:action|actions} are closed: somebody other than the owner has seen "
        "that they were done.",
        closed=cell(table, tables.count, STATES["closed"]),
        all=cell(table, tables.count),
    )


def _states_words(tables: LoopTables) -> Words:
    table, words = tables.states, closed_words(tables)
    if words != NOTHING_SAID and STATES["overdue"] in [row[0] for row in table.rows]:
        words += say(
            "{late:action is|actions are} overdue, and {done:is|are} completed but seen by nobody "
            "else yet.",
            late=cell(table, tables.count, STATES["overdue"]),
            done=cell(table, tables.count, STATES["completed"]),
        )
    return words


def _heard_words(tables: LoopTables) -> Words:
    table = tables.heard
    if table.withheld or not len(table.rows):
        return NOTHING_SAID
    return say(
        "Families and children told us what they think {all:time|times}, apart from what auditors "
        "heard.",
        all=cell(table, table.counts[0]),
    )


def _days(value: float) -> int:
    return int(value + 0.5)
