"""A measure unit by unit: the small charts of its teams, large enough ones alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_sampling.results import Sparklines
from qa_sampling.runs.outcomes.steps import Outcomes
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.showing import sparklines_of
from qa_sampling.trends.spikes import Signal, Spikes
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
    finding : str
        Which units of it have a signal, and since when; blank for none.
    lines : Sparklines
        A chart a unit, those that stand out first; which units are not drawn is among its warnings.
    """

    title: str
    finding: str
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
    told = {name: [one for one in signals.signals if one.measure == name] for name in asked}
    made = {name: _one(found, name, settings, kind, told[name]) for name in asked}
    small = [MEASURES[name].title for name, one in made.items() if one is None]
    if small:
        why += f" Not by {kind}, for none has enough in a usual month: {', '.join(small)}."
    return DrawnByUnit(tuple(one for one in made.values() if one is not None), why)


def _one(
    found: Outcomes, name: str, settings: OutcomeTrends, kind: str, signals: Sequence[Signal]
) -> UnitCharts | None:
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
    standing = [one for one in signals if one.unit in drawn and one.unit_kind == settings.unit]
    marked = lines.lines["signal"].ne("") | lines.lines["series"].isin([x.unit for x in standing])
    ordered = lines.lines.iloc[(~marked).argsort(kind="stable")].reset_index(drop=True)
    warnings = (words,) if left else ()
    return UnitCharts(title, _finding(standing), replace(lines, lines=ordered, warnings=warnings))


def _finding(standing: Sequence[Signal]) -> str:
    """Say which units have a signal: of its latest months together, or of the latest alone."""
    said = [
        f"{one.unit} ({'in' if one.kind == 'spike' else 'since'} {one.since:%b %Y})"
        for one in standing
    ]
    return f"Stands out: {', '.join(dict.fromkeys(said))}" if said else ""


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
