"""How well a quality standard is met: what each source says, and how they are read together.

A source says "Good" when the interval of its share lies wholly at or above what is good enough,
"Not yet" when wholly below, "Open" when it holds both, and "Silent" with too little to go by.
Sources that contradict each other are never averaged: the reading is that they disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_sampling.errors import SchemaError

SAYS = ("Good", "Open", "Not yet", "Silent")
"""What a source can say of a standard."""
GOOD, MOSTLY, NOT_YET, DISAGREE, OPEN = (
    "Good",
    "Good, by one source",
    "Not yet good",
    "Sources disagree",
    "Cannot be told",
)
READINGS = (GOOD, MOSTLY, NOT_YET, DISAGREE, OPEN)
"""How all sources of a standard are read together."""
MARKS = {GOOD: "▲", MOSTLY: "△", NOT_YET: "▼", DISAGREE: "◆", OPEN: "○"}
"""The shape of each reading, to see it at a glance; the words stand beside it."""
CONFIDENCE = ("High", "Medium", "Low", "None")
_ENOUGH = {3: "High", 2: "Medium", 1: "Low", 0: "None"}


@dataclass(frozen=True)
class Evidence:
    """What one source says of one standard.

    Attributes
    ----------
    standard, source : str
        Key of the standard; what tells, such as "Audits".
    n : int
        Gradings, answers or cases it rests on.
    share, low, high : float or None
        Share of good or better, of positive answers or of a measure, with its interval; None
        where there is too little.
    wanted : float
        What is good enough.
    better : {"up", "down"}
        Which way is better.
    """

    standard: str
    source: str
    n: int
    share: float | None
    low: float | None
    high: float | None
    wanted: float
    better: str = "up"

    @property
    def says(self) -> str:
        """What it says, of :data:`SAYS`."""
        if self.low is None or self.high is None:
            return "Silent"
        below, above = self.high < self.wanted, self.low >= self.wanted
        if self.better == "down":
            below, above = self.low > self.wanted, self.high <= self.wanted
        return "Good" if above else "Not yet" if below else "Open"


@dataclass(frozen=True)
class Reading:
    """How a standard is read.

    Attributes
    ----------
    standard : str
        Its key.
    evidence : tuple of Evidence
        All of it.
    reading : str
        Of :data:`READINGS`.
    confidence : str
        Of :data:`CONFIDENCE`: by how many sources tell, and "Low" at most when they disagree.
    """

    standard: str
    evidence: tuple[Evidence, ...]
    reading: str
    confidence: str

    def sources(self, says: str) -> tuple[str, ...]:
        """Give the sources that say this, in order."""
        return tuple(one.source for one in self.evidence if one.says == says)


def share_of(
    standard: str,
    source: str,
    good: int,
    n: int,
    *,
    wanted: float,
    fewest: int,
    level: float = 0.95,
    better: str = "up",
) -> Evidence:
    """Give what a source says from its counts, with Wilson's interval.

    Parameters
    ----------
    standard, source : str
        Key of the standard; what tells.
    good, n : int
        How many are good, of how many.
    wanted : float
        Share that is good enough.
    fewest : int
        Below so many nothing is said.
    level : float
        Level of the interval.
    better : {"up", "down"}
        Which way is better.

    Raises
    ------
    SchemaError
        When more are good than there are.
    """
    if not 0 <= good <= n:
        raise SchemaError(f"{source}: {good} good of {n} cannot be. Count again.")
    if n < fewest:
        return Evidence(standard, source, n, None, None, None, wanted, better)
    from scipy import stats

    ends = stats.binomtest(good, n).proportion_ci(level, method="wilson")
    return Evidence(
        standard, source, n, good / n, float(ends.low), float(ends.high), wanted, better
    )


def weighted_share_of(
    standard: str,
    source: str,
    good: Sequence[bool],
    chances: Sequence[float],
    *,
    wanted: float,
    fewest: int,
    level: float = 0.95,
) -> Evidence:
    """Give what a source says whose gradings were chosen by unequal chances.

    Parameters
    ----------
    standard, source : str
        Key of the standard; what tells.
    good : sequence of bool
        Whether each grading is good or better.
    chances : sequence of float
        Chance of each to be chosen, above 0 and at most 1.
    wanted, fewest, level
        As for :func:`share_of`.

    Raises
    ------
    SchemaError
        When a chance is not above 0 and at most 1, or one is lacking.

    Notes
    -----
    Each grading stands for 1 / chance. The interval is Wilson's from the effective number of
    gradings, (sum of weights)² / sum of squares (Kish, Survey Sampling, 1965, section 11.7).
    """
    if len(good) != len(chances) or not all(0 < one <= 1 for one in chances):
        raise SchemaError(f"{source}: each grading needs a chance above 0 and at most 1.")
    if len(good) < fewest:
        return Evidence(standard, source, len(good), None, None, None, wanted)
    from statsmodels.stats.proportion import proportion_confint

    weights = [1 / one for one in chances]
    whole = sum(weights)
    share = sum(weight for weight, one in zip(weights, good, strict=True) if one) / whole
    enough = whole**2 / sum(one**2 for one in weights)
    low, high = proportion_confint(share * enough, enough, alpha=1 - level, method="wilson")
    return Evidence(standard, source, len(good), share, float(low), float(high), wanted)


def read_standard(standard: str, evidence: Sequence[Evidence]) -> Reading:
    """Read all evidence of a standard together, by a rule that hides no disagreement.

    Parameters
    ----------
    standard : str
        Its key.
    evidence : sequence of Evidence
        What each source says.

    Notes
    -----
    One source that says "Good" and another that says "Not yet" is a disagreement, however many
    stand on either side. "Good" needs two sources. "Not yet" needs one.
    """
    says = [one.says for one in evidence]
    good, bad = says.count("Good"), says.count("Not yet")
    confidence = "Low" if good and bad else _ENOUGH[min(good + bad, 3)]
    return Reading(standard, tuple(evidence), reading_of(good, bad), confidence)


def reading_of(good: int, bad: int) -> str:
    """Give the reading of a standard, of :data:`READINGS`, from how many sources say what.

    Parameters
    ----------
    good, bad : int
        Sources that say "Good", and that say "Not yet".
    """
    if good and bad:
        return DISAGREE
    return NOT_YET if bad else GOOD if good > 1 else MOSTLY if good else OPEN


def marked(reading: str) -> str:
    """Give a reading with its shape, on one line: "◆ Sources disagree".

    Parameters
    ----------
    reading : str
        Of :data:`READINGS`.
    """
    return f"{MARKS[reading]}\N{NO-BREAK SPACE}{reading}"


def chance_of_not_yet(reading: Reading, *, level: float = 0.95) -> float:
    """Give the chance that some source says "Not yet" of a standard that is just good enough.

    Parameters
    ----------
    reading : Reading
        What tells of the standard.
    level : float
        Level of the intervals.

    Returns
    -------
    float
        0 when no source says anything.

    Notes
    -----
    Every source that says anything is taken to have its number of gradings from the binomial
    distribution at what is wanted, with Wilson's interval, and sources as independent. So a
    standard with five sources is read as not yet good, or its sources disagree, far more often
    than one in twenty when it stands at the border.
    """
    quiet = 1.0
    for one in reading.evidence:
        if one.says != "Silent":
            quiet *= 1 - _not_yet(one.n, one.wanted, one.better, level)
    return 1 - quiet


def _not_yet(n: int, wanted: float, better: str, level: float) -> float:
    """Give the chance that the whole interval lies on the wrong side of the truth."""
    from scipy import stats
    from statsmodels.stats.proportion import proportion_confint

    good = np.arange(n + 1)
    low, high = proportion_confint(good, n, alpha=1 - level, method="wilson")
    wrong = low > wanted if better == "down" else high < wanted
    return float(stats.binom.pmf(good[wrong], n, wanted).sum())
