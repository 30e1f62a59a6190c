"""Sentences on outcomes that everybody may read, and how they were worked out."""

from __future__ import annotations

import itertools

from qa_sampling.reporting.dates import month_in_words, period_in_words
from qa_sampling.reporting.outcome_families import known_of
from qa_sampling.reporting.outcome_tables import QUARTER, OutcomeTables
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed, say
from qa_sampling.trends.coverage import Coverage
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.spikes import Signal, Spikes


def outcome_findings(tables: OutcomeTables, covered: Coverage | None = None) -> Words:
    """Say of each table its latest quarter, where it is shown, and what the extracts lack.

    Parameters
    ----------
    tables : OutcomeTables
        The protected tables.
    covered : Coverage, optional
        Which days the extracts hold; all of them when left out.
    """
    words = NOTHING_SAID
    for family, table in zip(tables.families, tables.tables, strict=True):
        if table.withheld or QUARTER not in table.by:
            continue
        latest = str(table.body[QUARTER].iloc[-1])
        whole = cell(table, family.whole, latest)
        if whole.hidden:
            continue
        words += say(
            "{title}, {when}: {whole}.", title=declared(family.title), when=latest, whole=whole
        )
        for one in family.parts:
            if f"share_{one.name}" not in table.columns:
                continue
            part = cell(table, one.name, latest)
            share = cell(table, f"share_{one.name}", latest)
            if part.hidden or share.hidden:
                continue
            given = {"title": declared(one.title), "part": part, "share": share}
            if known_of(one.name) in table.columns:
                known = cell(table, known_of(one.name), latest)
                words += say("{title}: {part} of {known} of whom it is known, {share}.",
                             known=known, **given)  # fmt: skip
            else:
                words += say("{title}: {part} of these, {share}.", **given)
    return words + _gap_words(covered) if covered else words


def _gap_words(covered: Coverage) -> Words:
    """Say where there are no figures because nothing is on record."""
    words = NOTHING_SAID
    for first, last in covered.between():
        words += say(
            "No extract covers {when}: quarters in it are missing, not nought.",
            when=declared(period_in_words(first.date(), last.date())),
        )
    for event, months in itertools.groupby(covered.empty, key=lambda one: one.event):
        when = {month_in_words(one.month.date()): None for one in months}
        words += say(
            "No {event} is on record in {when}, where many a month are usual: recorded "
            "elsewhere, or missing? The quarter is left out.",
            event=event[:1].lower() + event[1:],
            when=declared(" and ".join(when)),
        )
    return words


def signal_findings(found: Spikes) -> Words:
    """Name the measures that stand out, without a figure and without the unit.

    A signal that rests on a count of 1 to 5, or leaves so many others, is not named.

    Parameters
    ----------
    found : Spikes
        The round of signals.
    """
    named = dict.fromkeys(
        MEASURES[one.measure].title for one in found.signals if not tells_few(one)
    )
    if not named:
        return say("Of what was watched month by month, no measure is named as unusual.")
    return say(
        "Watched month by month, {n:measure stands|measures stand} out from what chance does, of "
        "the whole authority or of a part of it: {listed}.",
        n=declared(len(named)),
        listed=declared("; ".join(named)),
    )


def tells_few(one: Signal) -> bool:
    """Say whether a signal tells a count of 1 to 5, or of the others of a share.

    Parameters
    ----------
    one : Signal
        The signal.
    """
    told = [one.children, one.observed]
    told += [] if one.out_of is None else [one.out_of, one.out_of - one.children]
    return any(0 < value < _LEAST for value in told)


_LEAST = 6


def outcome_method() -> Words:
    """Say how outcomes were worked out, and what they cannot show."""
    words = _sealed(_COUNTED)
    for text in (_QUARTERS, _LATE, _HIDDEN, _LIMITS):
        words += _sealed(text)
    return words


_COUNTED = (
    "Each child of a referral, an assessment or a conference counts, as in the Department for "
    "Education's returns; a case counts in the quarter in which it happened."
)
_QUARTERS = "Only finished quarters are shown. A quarter without any case is a true nought."
_LATE = (
    "What is recorded late changes earlier quarters, so figures of a later extract can differ; "
    "each says of which day its extract is."
)
_HIDDEN = "Counts of 1 to 5 are hidden, and others from which they could be worked out."
_LIMITS = (
    "Limits: one quarter higher or lower than the last is what chance does. Whether a change is "
    "more than that is tested month by month, with limits, for the managers who act on it."
)
