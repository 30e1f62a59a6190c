"""A measure unit by unit: the small charts of its teams, large enough ones alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qa_sampling.results import Sparklines
from qa_sampling.runs.outcomes.steps import Outcomes
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.showing import sparklines_of
from qa_sampling.trends.spikes import Spikes
from qa_sampling.trends.unit_kinds import UNIT_KINDS

_BEFORE = 12
"""Latest settled months by which a unit is judged large enough."""
_MOST = 4
"""Measures that are drawn by unit where none was asked for."""


@dataclass(frozen=True)
class UnitCharts:
    """The small charts of one measure.

    Attributes
    ----------
    title : str
        Which measure, by what.
    lines : Sparklines
        A chart a unit, those with a signal first; which units are not drawn is among its warnings.
    """

    title: str
    lines: Sparklines


@dataclass(frozen=True)
class DrawnByUnit:
    """What is drawn unit by unit.

    Attributes
    ----------
    charts : tuple of UnitCharts
        A measure each.
    words : str
        Why these; with it which measures have no unit that is large enough.
    """

    charts: tuple[UnitCharts, ...]
    words: str


def drawn_by_unit(found: Outcomes, settings: OutcomeTrends, signals: Spikes) -> DrawnByUnit:
    """Give the small charts by unit of the measures that were asked for.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    settings : OutcomeTrends
        Name the measures (`pictured_by_unit`); without any they are those with a signal, at most
        four, or the first that is shown large.
    signals : Spikes
        The round of signals.
    """
    held = {name for name, _ in found.unit_charts}
    kind = UNIT_KINDS[settings.unit].title.lower()
    asked, why = list(settings.pictured_by_unit), "Asked for."
    if not asked:
        asked = list(dict.fromkeys(one.measure for one in signals.signals))
        asked, why = [one for one in asked if one in held][:_MOST], "These have a signal."
    if not asked:
        asked, why = [one for one in settings.pictured if one in held][:1], "None has a signal."
    made = {name: _one(found, name, settings, kind) for name in asked}
    small = [MEASURES[name].title for name, one in made.items() if one is None]
    if small:
        why += f" Not by {kind}, for none has enough in a usual month: {', '.join(small)}."
    return DrawnByUnit(tuple(one for one in made.values() if one is not None), why)


def _one(found: Outcomes, name: str, settings: OutcomeTrends, kind: str) -> UnitCharts | None:
    """Give the charts of one measure; None where no unit is large enough."""
    charts = {unit: one for (known, unit), one in found.unit_charts.items() if known == name}
    least = MEASURES[name].minimum
    drawn = {unit: one for unit, one in sorted(charts.items()) if is_large_enough(one, least)}
    if not drawn:
        return None
    left = [unit for unit in sorted(charts) if unit not in drawn]
    words = f"Not drawn, with fewer than {least} in a usual month: {', '.join(left)}."
    title = f"{MEASURES[name].title}, by {kind}"
    named = [
        replace(one, readings=replace(one.readings, series=unit)) for unit, one in drawn.items()
    ]
    lines = sparklines_of(named, measure=title, scope=settings.whose)
    first = lines.lines["signal"].eq("").argsort(kind="stable")
    ordered = lines.lines.iloc[first].reset_index(drop=True)
    warnings = (words,) if left else ()
    return UnitCharts(title, replace(lines, lines=ordered, warnings=warnings))


def is_large_enough(one: Chart, least: int) -> bool:
    """Say whether a unit has so many in a usual month that its months say something by themselves.

    Parameters
    ----------
    one : Chart
        Of a unit.
    least : int
        Fewest: below a share, or of a count, in the median of the 12 latest settled months. A
        median of days is told of enough cases alone: half of the 12 months must have one.
    """
    settled = one.table["mature"].astype(bool)
    if one.readings.kind == "duration":
        return bool(settled.tail(_BEFORE).sum() >= _BEFORE / 2)
    column = "exposure" if one.readings.kind == "proportion" else "numerator"
    return bool(one.table.loc[settled, column].tail(_BEFORE).median() >= least)
