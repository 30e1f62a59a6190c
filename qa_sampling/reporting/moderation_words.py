"""What a moderation found, in sentences that everybody may read."""

from __future__ import annotations

from qa_sampling.agreement.estimates import Agreement
from qa_sampling.agreement.moderated import ModeratedShare
from qa_sampling.reporting.moderation_tables import ModerationTables
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.saying import USUAL, _said, hidden_words, rests_on_hidden
from qa_sampling.reporting.sentence_agreement import (
    agreement_words,
    coefficient_words,
    difference_words,
)
from qa_sampling.reporting.words import NOTHING_SAID, Words, say
from qa_sampling.schema import NOT_RECORDED


def moderation_findings(
    tables: ModerationTables,
    *,
    share: ModeratedShare,
    coefficients: Agreement,
    fewest: int = 10,
) -> Words:
    """Say what a moderation found: how often grades agreed, what is good, how far to trust it.

    Parameters
    ----------
    tables : ModerationTables
        The protected tables.
    share : ModeratedShare
        Good or better, as auditors graded and corrected for what moderation found.
    coefficients : Agreement
        Coefficients of the overall grade.
    fewest : int
        Moderated audits below which no coefficient is said.
    """
    words = agreement_words(tables.steps, count=tables.count, counted=("moderation", "moderations"))
    words += good_words(share, tables.found, level=coefficients.level)
    whole = cell(tables.steps, tables.count)
    basis = [whole, share.moderated]
    for one in coefficients.estimates:
        words += coefficient_words(one, counts=basis, fewest=fewest)
    named = {one.coefficient: one for one in coefficients.estimates}
    if {"ac2", "alpha"} <= set(named):
        words += difference_words(named["ac2"], named["alpha"], counts=basis, fewest=fewest)
    return (
        words
        + _yes_words(tables.reflects, "the audit reflects the quality of practice")
        + _yes_words(tables.learning, "there is meaningful learning")
    )


def good_words(share: ModeratedShare, found: SafeTable, *, level: float = 0.95) -> Words:
    """Say the share of good or better, corrected for what moderation found.

    How many audits there are, and what auditors graded them, is not said: from one month to the
    next the numbers of a single month would follow, however few they are.

    Parameters
    ----------
    share : ModeratedShare
        The share.
    found : SafeTable
        Moderations by whether the moderator found practice good or better. Where every audit is
        moderated the share follows from it, so the share is hidden when any of it is.
    level : float
        Level of the interval.
    """
    counts = [cell(found, found.counts[0], *row[:1]) for row in found.rows]
    if rests_on_hidden(counts, USUAL, what="good_words()"):
        return hidden_words("the share of practice that is good or better")
    ends = share.confidence_interval(level)
    after, low, high = (
        percent_text(min(max(one, 0.0), 1.0)) for one in (share.estimate, ends.low, ends.high)
    )
    return _said(
        f"had moderators graded every audit, about {after} of them ({low} to {high}) would be good "
        f"or better"
    )


def _yes_words(table: SafeTable, what: str) -> Words:
    if table.withheld or "Yes" not in set(table.body[table.by[0]]):
        return NOTHING_SAID
    answers = table.body.set_index(table.by[0])[table.counts[0]]
    if answers.get(NOT_RECORDED) == table.totals[table.counts[0]]:
        return _said(f"whether {what} was not recorded")
    return say(
        "In {yes} of {all:moderation|moderations} the panel said that {what}.",
        yes=cell(table, table.counts[0], "Yes"),
        all=cell(table, table.counts[0]),
        what=what,
    )
