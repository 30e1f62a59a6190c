"""Proposed rebases: where the level seems to have changed, and what a decision would need.

Nothing here sets a centre line anew. A proposal says when, how much and how sure; somebody decides
and records who, when and why, and only then is it a rebase.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.change_scan import FEWEST_EACH_SIDE, Family, scan_arrays
from qa_sampling.trends.change_thresholds import COUNTS, LENGTHS, LEVELS, MEANS, MEASUREMENTS
from qa_sampling.trends.chart_words import period_words, periods_words
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase, phases_of

__all__ = ["ProposedRebase", "propose_rebases", "scan_chance", "scan_threshold"]

_FAMILIES: dict[str, Family] = {
    "count": "count",
    "rate": "count",
    "proportion": "share",
    "duration": "measurement",
    "grade": "measurement",
}
"""How a kind scatters; a sampled grade does as a share."""


@dataclass(frozen=True)
class ProposedRebase:
    """A change that somebody may decide to set the centre line anew for.

    Attributes
    ----------
    date : Timestamp
        First day of the first period after the change.
    before, after : float
        Levels between this change and the ones next to it, in the unit of the values.
    points_before, points_after : int
        Mature periods each level rests on.
    statistic, threshold : float
        Likelihood ratio over the spread, and what it had to exceed.
    chance : float
        About how often a stable series shows as much somewhere; never below 0.002.
    dispersion : float
        Spread within the two parts (phi; the variance for measurements).
    words : str
        All of it in sentences.
    """

    date: pd.Timestamp
    before: float
    after: float
    points_before: int
    points_after: int
    statistic: float
    threshold: float
    chance: float
    dispersion: float
    words: str

    NEEDS = (
        "who decides (a role or name)",
        "what changed in practice, recording or law, and since when",
        "the day of the decision",
    )

    @property
    def change(self) -> float:
        """The new level less the old, in the unit of the values."""
        return self.after - self.before

    def decide(self, *, by: str, reason: str, decided: str = "") -> Rebase:
        """Give the rebase that a recorded decision makes of the proposal.

        Parameters
        ----------
        by : str
            Who decides.
        reason : str
            What changed.
        decided : str
            Day of the decision, as an ISO date.
        """
        return Rebase(self.date, by, reason, decided)


def propose_rebases(
    readings: Readings,
    *,
    level: float = 0.05,
    rebases: Sequence[Rebase] = (),
    sibling_dispersion: float = 1.0,
    each_side: int = FEWEST_EACH_SIDE,
) -> tuple[ProposedRebase, ...]:
    """Propose where the centre line might be set anew; nothing is applied.

    Parameters
    ----------
    readings : Readings
        The series; periods that can still change are left out.
    level : float
        Chance that a stable series gets a proposal, between 0.002 and 0.2.
    rebases : sequence of Rebase
        What has been decided; only the time since the last is looked at.
    sibling_dispersion : float
        Least spread of counts.
    each_side : int
        Mature periods on each side of a change, at least.

    Returns
    -------
    tuple of ProposedRebase
        In order of time; empty where nothing changed or the series is too short (12 points).

    Raises
    ------
    TrendError
        When the level is out of range, or the measure is waits between events.

    Notes
    -----
    The strongest change is found first; the parts before and after it are then looked at in the
    same way, each by its own threshold.
    """
    if not LEVELS[-1] <= level <= LEVELS[0]:
        raise TrendError(
            f"`level` must lie between {LEVELS[-1]} and {LEVELS[0]}; got {level}. Give 0.05."
        )
    if readings.kind not in _FAMILIES:
        raise TrendError(
            "Waits between events are too skewed for the change scan; scan the counts of events a "
            "quarter instead."
        )
    phase = phases_of(readings.table["period"], rebases)
    places = np.flatnonzero(readings.mature & (phase == phase.max() if len(phase) else False))
    family = "share" if readings.sampled else _FAMILIES[readings.kind]
    found = dict(_split(readings, places, family, level, sibling_dispersion, each_side))
    ends = [0, *sorted(found), len(places)]
    return tuple(
        _proposal(readings, places, family, ends[one : one + 3], found[ends[one + 1]])
        for one in range(len(found))
    )


def _split(
    readings: Readings,
    places: np.ndarray,
    family: Family,
    level: float,
    sibling_dispersion: float,
    each_side: int,
    first: int = 0,
) -> Iterator[tuple[int, tuple[float, float, float, float]]]:
    """Find the strongest change of these periods, then look on both sides of it.

    Gives the number of the first period after each change, with its ratio, what that had to
    exceed, the chance of as much, and phi.
    """
    if len(places) < max(2 * each_side, LENGTHS[0]):
        return
    top, bottom = readings.numerators[places][None], readings.exposures[places][None]
    found = scan_arrays(
        top, bottom, family=family, sibling_dispersion=sibling_dispersion, each_side=each_side
    )
    mean = _mean(top, bottom, family)
    threshold = scan_threshold(len(places), mean, level=level)
    statistic, at = float(found.statistic[0]), int(found.place[0])
    if not statistic > threshold:
        return
    chance = scan_chance(statistic, len(places), mean)
    yield first + at, (statistic, threshold, chance, float(found.dispersion[0]))
    rest = (family, level, sibling_dispersion, each_side)
    yield from _split(readings, places[:at], *rest, first)
    yield from _split(readings, places[at:], *rest, first + at)


def _proposal(
    readings: Readings,
    places: np.ndarray,
    family: Family,
    ends: list[int],
    evidence: tuple[float, float, float, float],
) -> ProposedRebase:
    """Make a proposal of a change: the levels are those between it and its neighbours."""
    parts = [places[ends[side] : ends[side + 1]] for side in (0, 1)]
    weights = np.ones(len(readings.table)) if family == "measurement" else readings.exposures
    before, after = (
        float(readings.numerators[one].sum() / weights[one].sum()) * readings.scale for one in parts
    )
    date = readings.table["period"].iloc[places[ends[1]]]
    bare = ProposedRebase(date, before, after, len(parts[0]), len(parts[1]), *evidence, "")
    return replace(bare, words=_words(bare, readings))


def _mean(top: np.ndarray, bottom: np.ndarray, family: Family) -> float | None:
    """Give the mean count, of a share that of the rarer outcome; None for measurements."""
    if family == "measurement":
        return None
    rarer = min(top.sum(), (bottom - top).sum()) if family == "share" else top.sum()
    return float(rarer / top.size)


def _row(points: int, mean: float | None) -> np.ndarray:
    """Give the thresholds at all levels, between the lengths and means that were simulated."""
    place = np.interp(np.log(points), np.log(LENGTHS), np.arange(len(LENGTHS)))
    if mean is None:
        table = np.array(MEASUREMENTS)
    else:
        held = np.clip(mean, MEANS[0], MEANS[-1])
        column = np.interp(np.log(held), np.log(MEANS), np.arange(len(MEANS)))
        table = _between(np.array(COUNTS).swapaxes(0, 1), column)
    return _between(table, place)


def _between(table: np.ndarray, place: float) -> np.ndarray:
    low = int(np.floor(place))
    high = min(low + 1, len(table) - 1)
    return table[low] + (place - low) * (table[high] - table[low])


def scan_threshold(points: int, mean: float | None, *, level: float = 0.05) -> float:
    """Give what the largest ratio must exceed.

    Parameters
    ----------
    points : int
        Points of the series, at least 12; above 120 those of 120 are taken.
    mean : float or None
        Mean count, of a share that of the rarer outcome; None for measurements.
    level : float
        Chance that a stable series exceeds it, between 0.002 and 0.2.
    """
    return float(np.interp(-np.log(level), -np.log(LEVELS), _row(points, mean)))


def scan_chance(statistic: float, points: int, mean: float | None) -> float:
    """Give about how often a stable series has a ratio as large; within 0.002 and 0.2.

    Parameters
    ----------
    statistic : float
        The largest ratio.
    points, mean
        As in :func:`scan_threshold`.
    """
    return float(np.exp(np.interp(statistic, _row(points, mean), np.log(LEVELS))))


def _words(one: ProposedRebase, readings: Readings) -> str:
    """Say when, how much, how sure, and what a decision needs."""
    shown = [_said(value, readings.unit) for value in (one.before, one.after)]
    moment = period_words(one.date, readings.frequency)
    ratio = f" ({one.after / one.before:.2g} times)" if one.before > 0 else ""
    least = one.chance <= LEVELS[-1] * (1 + 1e-9)
    rare = f"{'Fewer than' if least else 'About'} 1 in {round(1 / one.chance)}"
    return (
        f"The level seems to have changed from {shown[0]} to {shown[1]}{ratio} with {moment}: "
        f"{periods_words(one.points_before, readings.frequency)} before, {one.points_after} since. "
        f"{rare} stable series show as much. The centre line stays as it is until "
        f"somebody decides and records: {'; '.join(one.NEEDS)}."
    )


def _said(value: float, unit: str) -> str:
    return f"{100 * value:.1f}%" if unit == "share" else f"{value:.4g}"
