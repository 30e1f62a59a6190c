"""One measure of an authority's outcomes, declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa_sampling.trends.measure_rules import Base, Rule
from qa_sampling.trends.readings import MeasureKind

__all__ = ["Measure"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure: what is counted, above what, and how it is to be read.

    Attributes
    ----------
    name : str
        Its key.
    title : str
        What it is called in lists and on charts.
    kind : str
        Kind of measure as charts take it (``readings.KINDS``).
    base : Base or None
        Events in the denominator of a proportion, or that are counted. None when the events
        cannot answer it.
    rule : Rule or None
        What must hold for one of them to be in the numerator; None for a count.
    counted : {"events", "children"}
        Whether each event counts, or each child once a period when one of its events does.
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
    definition : str
        What it is, in a sentence or two.
    needs : str
        What must be held for it when the events cannot answer it; blank when they can.
    """

    name: str
    title: str
    kind: MeasureKind
    base: Base | None = None
    rule: Rule | None = None
    counted: Literal["events", "children"] = "events"
    better: Literal["up", "down", ""] = ""
    target: float | None = None
    cluster: str = "family"
    minimum: int = 5
    benchmark: str = ""
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
