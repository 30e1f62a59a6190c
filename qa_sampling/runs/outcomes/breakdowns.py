"""Measures by service, source, need, age, gender and ethnicity, whichever can be told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from qa_sampling.runs.extract_seams import without_seams
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.steps import Outcomes
from qa_sampling.schema import NOT_RECORDED
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.breakdown import Breakdown, BrokenDown, breakdown_of
from qa_sampling.trends.coverage import Coverage
from qa_sampling.trends.measure_cases import KnownEvents
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.unit_kinds import UNIT_KINDS, UnitKind, unit_kind_of


def broken_down(told: Told, found: Outcomes, settings: OutcomeTrends) -> tuple[BrokenDown, ...]:
    """Count measures by the kinds of unit that were asked for.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    found : Outcomes
        What can be counted.
    settings : OutcomeTrends
        Name the measures (`breakdowns`; all that can be counted when empty) and the kinds of unit
        (`breakdowns_by`).

    Returns
    -------
    tuple of BrokenDown
        In the registry's order. A measure of which no quarter can be told is left out.
    """
    counted = [one for one in found.measures if _adds_up(one)]
    known = {one.name for one in counted} | set(found.on_the_day["measure"])
    wanted = set(settings.breakdowns or MEASURES) & known
    tables, kinds = _tables(told, settings)
    made = [_one(tables, MEASURES[name], kinds, settings) for name in MEASURES if name in wanted]
    return tuple(one for one in made if one.parts)


def broken_down_alone(told: Told, measure: Measure, settings: OutcomeTrends) -> BrokenDown | None:
    """Count one measure as :func:`broken_down` does; None where the page does not have it.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    measure : Measure
        The measure.
    settings : OutcomeTrends
        As for :func:`broken_down`.
    """
    listed = measure.base is not None and measure.base.of == "on_lists"
    asked = measure.name in (settings.breakdowns or MEASURES)
    if not asked or not (listed or _adds_up(measure)):
        return None
    tables, kinds = _tables(told, settings)
    one = _one(tables, measure, kinds, settings)
    return one if one.parts else None


def _adds_up(one: Measure) -> bool:
    """Say whether groups add up: medians do not, and a child that counts once may be of two."""
    of_events = one.base is not None and one.base.of == "events"
    return of_events and not one.length and one.counted == "events"


def _tables(told: Told, settings: OutcomeTrends) -> tuple[_Tables, list[UnitKind]]:
    """Give what is counted from, and the kinds of unit that were asked for."""
    kinds = [unit_kind_of(name) for name in UNIT_KINDS if name in settings.breakdowns_by]
    events, on_lists = (_with_columns(table, kinds) for table in (told.events, told.on_lists))
    known = KnownEvents.of(events, settings.extract_day)
    return _Tables(known, on_lists, told.seams, told.covered), kinds


@dataclass(frozen=True)
class _Tables:
    """What the breakdowns are counted from, each with a column for every kind of unit."""

    events: KnownEvents
    on_lists: pd.DataFrame
    seams: tuple[pd.Timestamp, ...]
    covered: Coverage | None


def _with_columns(table: pd.DataFrame, kinds: list[UnitKind]) -> pd.DataFrame:
    """Give a table with the columns of all kinds; those that nothing tells are blank."""
    unknown = {kind.column for kind in kinds} - set(table.columns)
    nothing = pd.Series(pd.NA, index=table.index, dtype="object")
    return table.assign(**dict.fromkeys(sorted(unknown), nothing))


def _one(
    tables: _Tables, measure: Measure, kinds: list[UnitKind], settings: OutcomeTrends
) -> BrokenDown:
    """Break one measure down."""
    parts, lacking = {}, []
    for kind in kinds:
        one = breakdown_of(_readings(tables, measure, kind, settings), on_a_day=measure.stock)
        if one.latest is None:
            continue
        if set(one.table["unit"]) <= {NOT_RECORDED}:
            lacking.append(kind)
        else:
            parts[kind.name] = _in_order(one, kind)
    return BrokenDown(measure, parts, tuple(lacking))


def _readings(
    tables: _Tables, measure: Measure, kind: UnitKind, settings: OutcomeTrends
) -> pd.DataFrame:
    """Count a measure by one kind of unit: by quarter, or on the day of the newest extract."""
    asked = {"as_at": settings.extract_day, "unit": kind.column}
    if measure.base.of == "on_lists":
        end = settings.period_end
        asked |= {"on_lists": tables.on_lists, "first": end, "last": end}
        return readings_of(tables.events, measure, **asked)
    asked |= {"period": "quarter", "covered": tables.covered}
    counted = readings_of(tables.events, measure, **asked)
    return without_seams(counted, [measure], tables.seams, period="quarter")


def _in_order(one: Breakdown, kind: UnitKind) -> Breakdown:
    """Give the groups in the order in which the kind of unit has them."""
    place = {label: at for at, label in enumerate(kind.labels)}
    order = one.table["unit"].map(lambda label: place.get(label, len(place)))
    table = one.table.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    return replace(one, table=table)
