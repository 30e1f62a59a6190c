"""Sentences on a deep dive that everybody may read, and how it was worked out."""

from __future__ import annotations

from qa_sampling.reporting.dive_tables import DiveTable
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.words import Words, _sealed, say


def dive_findings(
    table: DiveTable | None, *, title: str, on_a_day: bool = False, elsewhere: bool = False
) -> Words:
    """Say what is looked into, and the figures of the protected table.

    Parameters
    ----------
    table : DiveTable or None
        The protected table; None where there is none to show.
    title : str
        Title of the measure.
    on_a_day : bool
        Whether it is counted on a day, and so has no table here.
    elsewhere : bool
        Whether it is of a kind that has no table here.
    """
    words = say("A deep dive looks into one measure: {title}.", title=declared(title))
    if table is None:
        why = _ELSEWHERE if elsewhere else _NO_TABLE
        return words + _sealed(_ON_A_DAY if on_a_day else why)
    whole = cell(table.table, table.whole.name)
    words += say("{what}, {when}: {whole}.", what=declared(table.whole.title),
                 when=declared(table.quarter), whole=whole)  # fmt: skip
    if table.part is not None:
        part = cell(table.table, table.part.name)
        share = cell(table.table, f"share_{table.part.name}")
        words += say("{what}: {part} of these, {share}.", what=declared(table.part.title),
                     part=part, share=share)  # fmt: skip
    return words + _sealed(_WHO)


def dive_method() -> Words:
    """Say how a deep dive is made, and what it cannot show."""
    words = _sealed(_TESTED)
    for text in (_APART, _READ, _HIDDEN, _LIMITS):
        words += _sealed(text)
    return words


_NO_TABLE = "There is no table to share: too few cases, or no finished quarter."
_ON_A_DAY = "It is counted on a day: how many there are stands on the page of outcomes."
_ELSEWHERE = "What everybody may read of it stands on the page of outcomes."
_WHO = (
    "Which groups carry a change, and which cases are read, is for those who look into it; "
    "findings come back to everybody with the report of the deep dive."
)
_TESTED = (
    "The measure is tested again with each family counted once, in months whose figures can no "
    "longer change, beside contacts, referrals and referrals without further action."
)
_APART = (
    "The change is taken apart into more or fewer cases, their mix, and how often it happens; then "
    "groups are looked for that hold more families than expected, few of them by chance alone."
)
_READ = (
    "Cases to read are drawn by tickets, not picked, from families concerned and from others who "
    "are alike, one child a family."
)
_HIDDEN = "Counts of 1 to 5 are hidden, and others from which they could be worked out."
_LIMITS = (
    "Limits: figures say where a change is, and not why. The table is of a whole quarter, so its "
    "months need not be those looked into."
)
