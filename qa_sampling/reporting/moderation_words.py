"""What a moderation found, in sentences that everybody may read."""

from __future__ import annotations

from qa_sampling.agreement.estimates import Agreement
from qa_sampling.agreement.moderated import ModeratedShare
from qa_sampling.reporting.moderation_tables import HOW_FAR, ModerationTables
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.saying import USUAL, _said, hidden_words, rests_on_hidden
from qa_sampling.reporting.sentence_agreement import agreement_words, coefficient_words
from qa_sampling.reporting.words import NOTHING_SAID, Told, Words, _told, say
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
    words = agreement_words(tables.steps, count="moderations")
    words += good_words(share, level=coefficients.level)
    whole = cell(tables.steps, "moderations")
    for one in coefficients.estimates:
        words += coefficient_words(one, counts=[whole, share.moderated], fewest=fewest)
    return (
        words
        + _yes_words(tables.reflects, "the audit reflects the quality of practice")
        + _yes_words(tables.learning, "there is meaningful learning")
    )


def good_words(share: ModeratedShare, *, level: float = 0.95) -> Words:
    """Say the share of good or better, as auditors graded and as moderators would have.

    Parameters
    ----------
    share : ModeratedShare
        Both shares.
    level : float
        Level of the interval.
    """
    what = "the share of practice that is good or better"
    good = round(share.audited * share.audits)
    if rests_on_hidden([(good, share.audits), share.moderated], USUAL, what="good_words()"):
        return hidden_words(what)
    ends = share.confidence_interval(level)
    before, after, low, high = (
        percent_text(min(max(one, 0.0), 1.0))
        for one in (share.audited, share.estimate, ends.low, ends.high)
    )
    return _said(
        f"auditors graded {before} of {share.audits:,} audits good or better; had moderators read "
        f"them all, it would be about {after} ({low} to {high}), judged from the "
        f"{share.moderated:,} of them that were read again"
    )


def _yes_words(table: SafeTable, what: str) -> Words:
    if table.withheld or "Yes" not in set(table.body[table.by[0]]):
        return NOTHING_SAID
    answers = table.body.set_index(table.by[0])["moderations"]
    if answers.get(NOT_RECORDED) == table.totals["moderations"]:
        return _said(f"whether {what} was not recorded")
    return say(
        "The panel said in {yes} of {all:moderation|moderations} that {what}.",
        yes=cell(table, "moderations", "Yes"),
        all=cell(table, "moderations"),
        what=what,
    )


def steps_alt(table: SafeTable) -> Told:
    """Say what the chart of steps shows.

    Parameters
    ----------
    table : SafeTable
        The table of steps.
    """
    rows = zip(table.body[table.by[0]], table.body["moderations"], strict=True)
    parts = [f"{HOW_FAR[step]}: {number}" for step, number in rows]
    return _told(table, f"Bar chart of moderations by how far the grades are apart. "
                        f"{'; '.join(parts)}.")  # fmt: skip
