"""A published change taken apart, as everybody may read it: tables, waterfalls and sentences.

As in ``published_tables``, every number comes from ``trends.areas.PublishedSeries`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa_sampling.reporting.derived import Derived, derive
from qa_sampling.reporting.published_tables import (
    Asked,
    _number,
    _require_published,
    _safe,
    _source,
)
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.words import NOTHING_SAID, Words, say
from qa_sampling.trends.areas import PublishedSeries
from qa_sampling.trends.published_change import StepChange, chain_waterfall, published_change

_PART_COLUMNS = {
    "before": "Then", "after": "Now", "contribution": "Effect",
    "median_before": "Neighbours then", "median_after": "Neighbours now",
    "as_much": "As much in", "neighbours": "Of",
}  # fmt: skip


@dataclass(frozen=True)
class ChangeTables:
    """The change of one count, to be shared.

    Attributes
    ----------
    measure : str
        The count.
    counts : SafeTable
        The steps as counts, then and now.
    parts : SafeTable
        Each step: then, now, what it did, and the neighbours beside it.
    steps : tuple of StepChange
        What the words rest on.
    years : str
        "2016 to 2017".
    own : str
        What the authority is called.
    waterfall : Derived
        To be drawn.
    """

    measure: str
    counts: SafeTable
    parts: SafeTable
    steps: tuple[StepChange, ...]
    years: str
    own: str
    waterfall: Derived


def change_tables(
    series: Mapping[str, PublishedSeries], asked: Asked, *, years: tuple[int, int]
) -> ChangeTables:
    """Take the change of the last of some published counts apart.

    Parameters
    ----------
    series : mapping of str to PublishedSeries
        Step, such as "Referrals", to its measure, in order.
    asked : Asked
        Whom to hold beside whom.
    years : (int, int)
        Then and now.

    Raises
    ------
    DisclosureError
        When anything but published series is given.
    TrendError
        When a count of the authority is missing.
    """
    series = {name: _require_published(one) for name, one in series.items()}
    figures = {name: one.figures() for name, one in series.items()}
    held = {"own": asked.own, "neighbours": asked.neighbours, "years": years}
    steps = published_change(figures, **held)
    span = f"{years[0]} to {years[1]}"
    source = _source(list(series.values()), invented=asked.invented)
    rows = []
    for name, table in figures.items():
        own = table[table["code"] == asked.own].set_index("year")["numerator"]
        rows.append((name, *(int(own[year]) for year in years)))
    labels = {"step": "Count", "before": "Then", "after": "Now"}
    counts = _safe(("step",), ("before", "after"), rows, labels, source)
    parts = _safe(
        ("step",), tuple(_PART_COLUMNS),
        [(one.step, *(_number(getattr(one, name), 0) for name in _PART_COLUMNS))
         for one in steps],
        {"step": "Step"} | _PART_COLUMNS, source,
    )  # fmt: skip
    last = list(series)[-1]
    names = next(iter(figures.values()))
    own_name = str(names.loc[names["code"] == asked.own, "area"].iloc[-1])
    fall = derive(counts, chain_waterfall, measure=declared(last), scope=own_name, years=years)
    return ChangeTables(last, counts, parts, steps, span, own_name, fall)


def change_words(change: ChangeTables, *, first: bool = True) -> Words:
    """Say what moved, which steps carry it, and whether neighbours' steps moved as much.

    Parameters
    ----------
    change : ChangeTables
        The change.
    first : bool
        Whether all its steps are said, the largest first; else only the last, which is new beside
        the change of the count before it.
    """
    words = say(
        "{measure} of {own} went from {before} to {after} (years to March {years}).",
        about=change.counts,
        measure=change.measure,
        own=change.own,
        before=cell(change.counts, "before", change.measure),
        after=cell(change.counts, "after", change.measure),
        years=declared(change.years),
    )
    ordered = sorted(change.steps, key=lambda step: -abs(step.contribution))
    for one in ordered if first else change.steps[-1:]:
        words += _step_words(change, one)
    return words


def _step_words(change: ChangeTables, one: StepChange) -> Words:
    numbers = {name: cell(change.parts, name, one.step) for name in _PART_COLUMNS}
    beside = (
        "no neighbour has figures of both years"
        if not one.neighbours
        else "in none of {neighbours:neighbour|neighbours} did it move as much"
        if not one.as_much
        else "in {as_much} of {neighbours:neighbour|neighbours} it moved as much"
    )
    return say(
        "{step}: from {before} to {after}, which by itself is worth {contribution}; "
        + beside
        + ".",
        about=change.parts,
        step=one.step,
        **numbers,
    )


def published_dive_words(changes: tuple[ChangeTables, ...]) -> Words:
    """Say all changes, one after the other.

    Parameters
    ----------
    changes : tuple of ChangeTables
        The changes.
    """
    words = NOTHING_SAID
    for number, one in enumerate(changes):
        words += change_words(one, first=number == 0)
    return words


def published_dive_method() -> Words:
    """Say how it was worked out, and what it cannot show."""
    words = say(
        "A count is the count before it times a ratio: enquiries are referrals times enquiries "
        "per referral, and so on. Each part is an average over all orders in which the steps "
        "could have moved (Das Gupta), so the parts add up to the change and no order matters."
    )
    words += say(
        "Counts of a year need not be of the same children: an enquiry may follow a referral of "
        "the year before, or none. A ratio says how both stand to each other."
    )
    words += say(
        "A neighbour moved as much where its step rose or fell the same way by at least as many "
        "times. Neighbours whose figures are hidden or missing are left out."
    )
    return words + say(
        "Where it is, and not why: a changed threshold, recording, a new system or need look the "
        "same here. The cases of then would have to be read, or those who were there be asked."
    )
