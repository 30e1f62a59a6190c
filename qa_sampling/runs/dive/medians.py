"""A measure of how long things take: its median then and now, and what moved it. Restricted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.runs.dive.cases import Dive, of_unit, unit_words
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.factor_words import factor_words
from qa_sampling.trends.long_cases import MedianChange, median_change
from qa_sampling.trends.measure_lengths import Length

_DRAWS = 300
_MOVING_RANGE = 1.128
"""Mean moving range of two over the standard deviation (Shewhart's d2 for pairs)."""


def median_of(dive: Dive, settings: DeepDive) -> MedianChange | None:
    """Take the change of the median apart; None of a measure of anything else.

    Parameters
    ----------
    dive : Dive
        The cases: those of the unit are taken, where one was named.
    settings : DeepDive
        Name the unit.
    """
    parts = [of_unit(one, settings) for one in (dive.before, dive.now)]
    if not dive.is_long or any(one.empty for one in parts):
        return None
    return median_change(
        *parts, factors=dive.factors, draws=_DRAWS, seed=f"{settings.slug} median",
        scatter=_scatter(parts[0], dive.months),
    )  # fmt: skip


def _scatter(before: pd.DataFrame, months: tuple[int, int]) -> float:
    """Give the standard error of the change by how far neighbouring months' medians differed."""
    medians = before.groupby("month")["days"].median().astype("float64").to_numpy()
    if len(medians) < 2:
        return 0.0
    spread = np.abs(np.diff(medians)).mean() / _MOVING_RANGE
    return float(spread * np.sqrt(1 / months[0] + 1 / months[1]))


def median_words(found: MedianChange, dive: Dive, settings: DeepDive) -> str:
    """Say how the median stands, and who the concerned are.

    Parameters
    ----------
    found : MedianChange
        The medians.
    dive : Dive
        The months.
    settings : DeepDive
        Name the unit.
    """
    clock = _length(dive).clock
    whose = f"{unit_words(settings)}: the" if settings.is_of_unit else "The"
    told = "more than chance" if found.is_change else "within what chance does"
    ends = f"{_signed(found.low, 1)} to {_signed(found.high, 1)}"
    return (
        f"{whose} median is {found.now:.0f} {clock} in {dive.spans[1]} and was {found.before:.0f} "
        f"in {dive.spans[0]}: {_signed(found.change)} ({found.level:.0%} interval {ends}), {told}. "
        f"A median is of no single case, so the cases looked into are the long ones: more than "
        f"{dive.measure.rule.days:g} {clock}, as at most one in four were before."
    )


def _length(dive: Dive) -> Length:
    return dive.measure.rule.length


def median_parts_view(found: MedianChange | None) -> pd.DataFrame:
    """Give what moved the median by each factor; no rows of other measures.

    Parameters
    ----------
    found : MedianChange or None
        The change.
    """
    rows = [
        (_title(row.factor), _signed(row.within, 1), _signed(row.mix, 1),
         f"{_signed(row.low, 1)} to {_signed(row.high, 1)}")
        for row in ([] if found is None else found.parts.itertuples())
    ]  # fmt: skip
    heads = ["Factor", "Within its values, days", "By their mix, days", "95% interval of the mix"]
    return pd.DataFrame(rows, columns=heads)


def median_groups_view(found: MedianChange | None) -> pd.DataFrame:
    """Give the median of each group with cases enough then and now; no rows of other measures.

    Parameters
    ----------
    found : MedianChange or None
        The change.
    """
    rows = [
        (_title(row.factor), row.value, f"{row.before:.0f} ({row.cases_before})",
         f"{row.now:.0f} ({row.cases_now})",
         f"{_signed(row.change)} ({_signed(row.low)} to {_signed(row.high)})")
        for row in ([] if found is None else found.groups.dropna(subset="change").itertuples())
    ]  # fmt: skip
    heads = ["Factor", "Group", "Median before (cases)", "Median now (cases)", "Change (95%)"]
    return pd.DataFrame(rows, columns=heads)


def _signed(value: float, places: int = 0) -> str:
    """Give a number with its sign, and none before 0."""
    said = f"{value:+.{places}f}"
    return said if float(said) else "0"


def _title(name: str) -> str:
    said = factor_words(name)
    return said[:1].upper() + said[1:]
