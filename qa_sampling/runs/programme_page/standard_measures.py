"""What measures tell of a standard: how they stand now, and whether they went up or down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.loop.standards import Evidence, share_of
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.then_and_now import CHANGES, changes_of

if TYPE_CHECKING:
    from qa_sampling.settings.programme import QaProgramme
    from qa_sampling.settings.programme_files import QualityStandards

__all__ = ["MeasureTold", "measures_told", "ways_of_measures"]

_MONTHS = 12
WAYS = ("Better", "Worse", "No change that can be told from chance", "Not known")


@dataclass(frozen=True)
class MeasureTold:
    """One measure of one standard, now and a year before. Restricted.

    Attributes
    ----------
    standard, name : str
        Key of the standard; name of the measure.
    evidence : Evidence
        How it stands now: the latest 12 settled months together, or, of what is counted on a day,
        the latest settled day alone, since a child is in month after month.
    before, before_of : int or None
        The same a year before; None where it is not on record.
    way : str
        Of :data:`WAYS`.
    """

    standard: str
    name: str
    evidence: Evidence
    before: int | None
    before_of: int | None
    way: str


def measures_told(
    standards: QualityStandards, measured: pd.DataFrame, settings: QaProgramme
) -> tuple[MeasureTold, ...]:
    """Tell each measure that a standard names, and which way it goes.

    Parameters
    ----------
    standards : QualityStandards
        Name the measures with their targets.
    measured : DataFrame
        ``measured.READINGS`` of everybody by month.
    settings : QaProgramme
        Give the level, and the fewest cases below which nothing is said.

    Notes
    -----
    Directions of all measures together are held against chance (Holm): a stable year calls any of
    them a change with a probability of at most 1 - level. Children of one family count as one
    where families are known. Of what is counted on a day many children are in both days, which
    makes a true change harder to tell, not easier.
    """
    named = [(one.key, name, wanted) for one in standards.standards
             for name, wanted in one.measures.items()]  # fmt: skip
    rows = [_now_and_before(MEASURES[name], measured) for _, name, _ in named]
    counts = pd.DataFrame(rows, columns=["now", "now_of", "before", "before_of", "alone"])
    single = [place for place, (_, name, _) in enumerate(named)
              if name not in [other for _, other, _ in named[:place]]]  # fmt: skip
    given = {"fewest": settings.fewest_for_reading, "level": settings.level}
    found = changes_of(counts.loc[single].reset_index(drop=True), **given)
    changed = {named[place][1]: one for place, one in zip(single, found, strict=True)}
    told = []
    for (key, name, wanted), row in zip(named, counts.itertuples(index=False), strict=True):
        one = MEASURES[name]
        evidence = share_of(
            key, one.title, int(row.now), int(row.now_of), wanted=wanted, better=one.better, **given
        )
        before = [None if pd.isna(value) else int(value) for value in (row.before, row.before_of)]
        told.append(MeasureTold(key, name, evidence, *before, _way(one, changed[name])))
    return tuple(told)


def _now_and_before(one: Measure, measured: pd.DataFrame) -> tuple[float, ...]:
    """Count above and below now and a year before, and families a child of those above."""
    rows = measured[(measured["measure"] == one.name) & measured["mature"]]
    rows = rows[rows["numerator"].notna()].sort_values("start")
    if rows.empty:
        return (0, 0, float("nan"), float("nan"), 1.0)
    last = rows["start"].iloc[-1]
    if one.stock:
        now = rows.tail(1)
        before, whole = rows[rows["start"] == last - pd.DateOffset(months=_MONTHS)], 1
    else:
        now, whole = rows.tail(_MONTHS), _MONTHS
        since = now["start"].iloc[0]
        before = rows[(rows["start"] < since)].tail(_MONTHS)
    sums = [float(part[name].fillna(0).sum()) for part in (now, before)
            for name in ("numerator", "denominator")]  # fmt: skip
    if len(before) < whole:
        sums[2:] = [float("nan")] * 2
    children, families = now["children"].sum(), now["families"].sum()
    return (*sums, float(families / children) if children and families else 1.0)


def _way(one: Measure, change: str) -> str:
    if change not in CHANGES[:2]:
        return WAYS[3] if change == CHANGES[3] else WAYS[2]
    return WAYS[0] if (change == CHANGES[0]) == (one.better == "up") else WAYS[1]


def ways_of_measures(told: tuple[MeasureTold, ...]) -> dict[tuple[str, str], str]:
    """Give which way each measure goes, by standard and by its title.

    Parameters
    ----------
    told : tuple of MeasureTold
        From :func:`measures_told`.
    """
    return {(one.standard, one.evidence.source): one.way for one in told}
