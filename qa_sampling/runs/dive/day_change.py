"""A measure of a day beside an earlier day, mostly a year before: who stayed, came and went."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.runs.dive.cases import OUTCOME, Dive, of_unit, unit_words
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.day_cases import ComeAndGone, come_and_gone
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.then_and_now import p_of_change

LEVEL = 0.05
"""A change is told where chance would make one as large less often."""
_ENDS = 9


@dataclass(frozen=True)
class OneChange:
    """The change of one unit. Restricted: it holds small counts.

    Attributes
    ----------
    children : ComeAndGone
        Those concerned on either day.
    shares : tuple of float or None
        Of all cases then and now; None of a count.
    p : float
        Chance of a change as large: of a count by families that came and went (McNemar), of a
        share by families concerned of all (chi-square).
    """

    children: ComeAndGone
    shares: tuple[float, float] | None
    p: float

    @property
    def is_change(self) -> bool:
        """Whether it is more than chance."""
        return self.p < LEVEL


@dataclass(frozen=True)
class DayChange:
    """What can be told of a day. Restricted.

    Attributes
    ----------
    units : dict of str to OneChange
        Everybody, and the unit where one was named; empty of one day alone.
    ends : DataFrame
        The latest ends of a quarter and the day: `start` (first day of the month), `numerator`,
        `denominator`.
    concerned, cases : int
        On the day, of the unit where one was named.
    """

    units: dict[str, OneChange]
    ends: pd.DataFrame
    concerned: int
    cases: int

    @property
    def is_change(self) -> bool:
        """Whether it differs from the earlier day: that of the unit, where one was named."""
        return bool(self.units) and list(self.units.values())[-1].is_change


def day_change(dive: Dive, settings: DeepDive) -> DayChange | None:
    """Set a day beside the earlier day it is held against; None of a measure of months.

    Parameters
    ----------
    dive : Dive
        The cases of both.
    settings : DeepDive
        Name the unit.
    """
    if dive.kind == "period":
        return None
    units = {}
    if dive.kind == "day":
        units[EVERYBODY] = _change(dive.before, dive.now, dive)
        if settings.is_of_unit:
            parts = [of_unit(one, settings) for one in (dive.before, dive.now)]
            units[unit_words(settings)] = _change(*parts, dive)
    own = of_unit(dive.now, settings)
    known = dive.readings[dive.readings["numerator"].notna()].sort_values("start")
    months = (dive.own[-1].month - known["start"].dt.month) % 3
    ends = known.loc[months == 0, ["start", "numerator", "denominator"]].tail(_ENDS)
    return DayChange(units, ends.reset_index(drop=True), int(own[OUTCOME].sum()), len(own))


def _change(before: pd.DataFrame, now: pd.DataFrame, dive: Dive) -> OneChange:
    found = come_and_gone(*(one[one[OUTCOME] == 1] for one in (before, now)))
    if not dive.is_share or before.empty or now.empty:
        return OneChange(found, None, found.p)
    counts = [count for one in (now, before) for count in _families(one)]
    shares = (float(before[OUTCOME].mean()), float(now[OUTCOME].mean()))
    return OneChange(found, shares, p_of_change(*counts))


def _families(cases: pd.DataFrame) -> tuple[int, int]:
    """Count families concerned, and all."""
    family = cases["family_id"].where(cases["family_id"].notna(), "child " + cases["child_id"])
    return int(family[cases[OUTCOME] == 1].nunique()), int(family.nunique())


def day_words(found: DayChange, dive: Dive) -> tuple[str, ...]:
    """Say how the day stands beside the earlier one, and who came and went.

    Parameters
    ----------
    found : DayChange
        The change.
    dive : Dive
        The days.
    """
    title = dive.measure.title
    if not found.units:
        share = f", {found.concerned / found.cases:.0%}" if found.cases else ""
        return (
            f"Whether it moved cannot be told from one day: {title}, {dive.spans[1]}. Concerned "
            f"are {found.concerned} of {found.cases}{share}; who they are stands below.",
        )
    said = []
    for unit, one in found.units.items():
        whose = "Everybody together" if unit == EVERYBODY else unit
        told = "More than chance" if one.is_change else "Within what chance does"
        said.append(f"{told}. {whose}: {_figures(one, dive)} {_moved(one, dive)}")
    last = said.pop()
    return (last, *said)


def _figures(one: OneChange, dive: Dive) -> str:
    then, now = one.children.before, one.children.now
    if one.shares is None:
        return f"{now} children on {dive.spans[1]}, {then} on {dive.spans[0]}."
    counts = f"{now} children concerned, {then} then"
    now, then = (f"{one.shares[place]:.0%}" for place in (1, 0))
    return f"{now} are concerned on {dive.spans[1]}, {then} {dive.ago} ({counts})."


def _moved(one: OneChange, dive: Dive) -> str:
    held = one.children
    sign = "more" if held.now >= held.before else "fewer"
    gap = abs(held.now - held.before)
    return (
        f"{held.stayed} are in both, {held.came} are new and {held.gone} are in it no more "
        f"({gap} {sign})."
    )
