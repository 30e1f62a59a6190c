"""One measure of an authority's outcomes, declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa_sampling.trends.measure_bases import Whole
from qa_sampling.trends.measure_rules import Rule
from qa_sampling.trends.readings import MeasureKind

__all__ = ["Measure", "count", "share"]


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
        What must hold for one of them to be in the numerator; None for a count.
    counted : {"events", "children"}
        Whether each row counts, or each child once a period when one of its rows does.
    renewed : bool
        Whether a stock is made anew within a month: what is late is soon put right.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    target : float or None
        The authority's own target, in the unit of the values; none is declared here.
    cluster : str
        What children come in: they do not move alone.
    minimum : int
        Fewest in a denominator (or of a count) for which a unit's figure leaves the team.
    benchmark : str
        Key of the published measure it may stand beside; blank for none.
    page : str
        Page of ChAT that shows it; blank for none.
    by_name : bool
        Whether it is counted only where it is asked for by name: not every extract tells it whole.
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
        return self.rule.back if self.rule else 0

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
        """Whether its periods add up to a longer one: not on a day, nor each child once."""
        return not self.stock and self.counted == "events"


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
