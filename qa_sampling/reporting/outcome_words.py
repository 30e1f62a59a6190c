"""Sentences on outcomes that everybody may read, and how they were worked out."""

from __future__ import annotations

import itertools

from qa_sampling.reporting.dates import month_in_words, period_in_words
from qa_sampling.reporting.outcome_families import known_of
from qa_sampling.reporting.outcome_tables import QUARTER, OutcomeTables
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed, say
from qa_sampling.trends.coverage import Coverage


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
