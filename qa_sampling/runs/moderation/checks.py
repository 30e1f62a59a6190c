"""What a panel may ask after the counts: has it changed, and does another method say the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa_sampling.agreement.calibrating import change_between
from qa_sampling.agreement.changes import Change
from qa_sampling.agreement.counts import grades_met
from qa_sampling.agreement.crossed import CrossedFit, crossed_severity
from qa_sampling.agreement.homogeneity import (
    HomogeneityTest,
    bhapkar,
    bowker,
    mcnemar,
    stuart_maxwell,
)
from qa_sampling.errors import AgreementError
from qa_sampling.runs.moderation.steps import Review
from qa_sampling.schema import GRADES

__all__ = ["Halves", "changes_between_halves", "margin_tests", "mixed_model"]

MEASURES = ("exact", "distance", "net_bias")
"""What is compared between the halves of the months."""


@dataclass(frozen=True)
class Halves:
    """Changes from the first half of the months to the second.

    Attributes
    ----------
    first, second : tuple of str
        Months of each half with moderated audits, as "2026-10".
    changes : tuple of Change
        One a measure: share with the same grade, mean distance, net bias.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def words(self) -> str:
        """Say which months are compared."""
        if not self.first:
            return "Only one month has moderated audits: there is nothing to compare it with."
        return (
            f"First half: {self.first[0]} to {self.first[-1]}. "
            f"Second half: {self.second[0]} to {self.second[-1]}."
        )


def changes_between_halves(review: Review, *, level: float = 0.95) -> Halves:
    """Compare the first half of the months with the second.

    A month none of whose audits is moderated yet, as the latest often is, is in neither half.

    Parameters
    ----------
    review : Review
        The audits and their moderations.
    level : float
        Level of the intervals.

    Returns
    -------
    Halves
        Without changes where there is one month only.
    """
    months = sorted(review.audits.loc[review.audits["moderated"], "period"].unique())
    middle = len(months) // 2
    first, second = tuple(months[:middle]), tuple(months[middle:])
    if not first:
        return Halves(first, second, ())
    changes = tuple(
        change_between(review.overall, first=first, second=second, measure=one, level=level)
        for one in MEASURES
    )
    return Halves(first, second, changes)


def margin_tests(review: Review) -> tuple[HomogeneityTest, ...]:
    """Test whether auditors and moderators use the grades alike, all grades and good or better.

    Parameters
    ----------
    review : Review
        The audits and their moderations; counts as they stand, not weighted.

    Returns
    -------
    tuple of HomogeneityTest
        Stuart-Maxwell, Bhapkar, Bowker, and McNemar's of good or better.
    """
    table = grades_met(review.overall)
    counts = table.to_numpy()
    good = table.index.isin(GRADES[:2])
    halves = np.array([[counts[np.ix_(one, two)].sum() for two in (good, ~good)]
                       for one in (good, ~good)])  # fmt: skip
    return (stuart_maxwell(counts), bhapkar(counts), bowker(counts), mcnemar(halves))


def mixed_model(review: Review) -> CrossedFit | str:
    """Fit the mixed model of all overall grades, or say why there is none.

    Parameters
    ----------
    review : Review
        The audits, moderated or not.
    """
    try:
        return crossed_severity(review.overall)
    except AgreementError as fault:
        return str(fault)
