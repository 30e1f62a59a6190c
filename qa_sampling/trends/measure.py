"""One measure of an authority's outcomes, declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa_sampling.trends.measure_bases import Whole
from qa_sampling.trends.measure_lengths import Length
from qa_sampling.trends.measure_rules import Rule
from qa_sampling.trends.readings import MeasureKind

__all__ = ["Measure", "count", "duration", "share"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure: what is counted, above what, and how it is to be read.

    Attributes
    ----------
    name : str
        Its key.
    title : str
        What it is called in lists and on charts.
    question : str
        The question it answers.
    kind : str
        Kind of measure as charts take it (``readings.KINDS``).
    base : Whole or None
        Rows in the denominator of a proportion, or that are counted: events of a period,
        episodes open on a day, or children on a list. None when the tables cannot answer it.
    rule : Rule or None
        What must hold for one of them to be in the numerator; None for a count or a duration.
    length : Length or None
        How long each of them took, whose median is the figure; None but for a duration.
    counted : {"events", "children"}
        Whether each row counts, or each child once a period when one of its rows does.
    renewed : bool
        Whether a stock is made anew within a month: what is late is soon put right.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    target : float or None
        What law or guidance allows of all, in the unit of the values; an authority's own is in
        its parameters (`targets`), and goes before it. None where nobody has set one.
    cluster : str
        What children come in: they do not move alone.
    minimum : int
        Fewest in a period for a median to be told, and in a unit's usual month for the unit to
        be drawn by itself.
    benchmark : str
        Key of the published measure it may stand beside; blank for none.
    page : str
        Page of ChAT that shows it; blank for none.
    by_name : bool
        Whether it is counted only where it is asked for by name: not every extract tells it
        whole, or it answers a single question that not every month needs.
    definition : str
        What it is, in a sentence or two.
    needs : str
        What must be held for it when the tables cannot answer it; blank when they can.
    """

    name: str
    title: str
    question: str
    kind: MeasureKind
    base: Whole | None = None
    rule: Rule | None = None
    length: Length | None = None
    counted: Literal["events", "children"] = "events"
    renewed: bool = False
    better: Literal["up", "down", ""] = ""
    target: float | None = None
    cluster: str = "family"
    minimum: int = 5
    benchmark: str = ""
    page: str = ""
    by_name: bool = False
    definition: str
    needs: str = ""

    @property
    def look_back(self) -> int:
        """Months before a period that must be known for its figure to be whole."""
        asked = self.rule or self.length
        return asked.back if asked else 0

    @property
    def neighbour(self) -> str:
        """Kind of event that is looked for before or after; that of its rows without another."""
        return getattr(self.rule or self.length, "event", getattr(self.base, "event", ""))

    @property
    def lag(self) -> int:
        """Months after a period until its figure can no longer change."""
        return self.rule.ahead if self.rule else 0

    @property
    def stock(self) -> bool:
        """Whether it is counted at the end of a period, not over it."""
        return self.base is not None and self.base.stock

    @property
    def carries_over(self) -> bool:
        """Whether its figure is mostly that of the period before: the same children."""
        return self.stock and not self.renewed

    @property
    def watched(self) -> bool:
        """Whether signals are looked for: each period tells anew, and of no child twice."""
        return self.adds or (self.stock and self.renewed)

    @property
    def adds(self) -> bool:
        """Whether its periods add up to a longer one: no median, not on a day, no child once."""
        return not self.stock and self.counted == "events" and self.length is None


def count(
    name: str,
    title: str,
    question: str,
    page: str,
    base: Whole,
    definition: str,
    **about: str | bool,
) -> Measure:
    """Declare a count.

    Parameters
    ----------
    name, title, question, page, base, definition
        As in :class:`Measure`.
    about
        Others of its attributes, such as `better` and `benchmark`.
    """
    return Measure(
        name=name, title=title, question=question, page=page, kind="count", base=base,
        definition=definition, **about,
    )  # fmt: skip


def share(
    name: str,
    title: str,
    question: str,
    page: str,
    base: Whole,
    rule: Rule,
    definition: str,
    **about: str | bool,
) -> Measure:
    """Declare a share of those that could.

    Parameters
    ----------
    name, title, question, page, base, rule, definition
        As in :class:`Measure`.
    about
        Others of its attributes, such as `better` and `benchmark`.
    """
    return Measure(
        name=name, title=title, question=question, page=page, kind="proportion", base=base,
        rule=rule, definition=definition, **about,
    )  # fmt: skip


def duration(
    name: str,
    title: str,
    question: str,
    base: Whole,
    length: Length,
    definition: str,
    **about: str | float,
) -> Measure:
    """Declare how long something takes: the median of a period's cases.

    Parameters
    ----------
    name, title, question, base, length, definition
        As in :class:`Measure`.
    about
        Others of its attributes, such as `better` and `target`.
    """
    return Measure(
        name=name, title=title, question=question, kind="duration", base=base, length=length,
        definition=definition, **about,
    )  # fmt: skip
