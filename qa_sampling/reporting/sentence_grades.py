"""Sentences about how grades are distributed over all cases, as far as a table may show it."""

from __future__ import annotations

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import listed, percent_text
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable, require_safe
from qa_sampling.reporting.saying import USUAL, SayingRules, _said
from qa_sampling.reporting.words import Words
from qa_sampling.results import GradeDistribution, Interval


def grades_words(
    distribution: GradeDistribution,
    table: SafeTable,
    *,
    count: str,
    of: tuple[str, str] = ("open case", "open cases"),
    rules: SayingRules = USUAL,
) -> Words:
    """Say what share of all cases has each grade, of the grades whose audits a table shows.

    The shares add up to the whole, so a single hidden one would follow from the others: when
    the table hides one grade alone, or the number of all audits, no share is said.

    Parameters
    ----------
    distribution : GradeDistribution
        The estimate.
    table : SafeTable
        The audits by grade, protected; every grade of the distribution.
    count : str
        Its count of audits.
    of : (str, str)
        What a case is called, one and many.
    rules : SayingRules
        When it is too uncertain.

    Raises
    ------
    DisclosureError
        When the table is not that of the distribution.
    """
    require_all_free("grades_words", of=of)
    safe = require_safe(table, what="grades_words()")
    printed = _printed(distribution, safe, count)
    hidden = [grade for grade, value in printed.items() if value == HIDDEN_MARK]
    small = 0 < distribution.population < rules.threshold
    if len(hidden) == 1 or safe.withheld or safe.totals[count] == HIDDEN_MARK or small:
        return _said(f"the shares of {of[1]} by grade are hidden, as they rest on small numbers")
    if distribution.n < max(rules.minimum_n, 2):
        return _said(f"too few audits were made to say the shares of {of[1]} by grade")
    shares, unsure = _shares(distribution, printed, rules)
    whole = f"{distribution.population:,} {of[0] if distribution.population == 1 else of[1]}"
    parts = [f"of {whole} an estimated {listed(shares)}" if shares else ""]
    parts.append(f"too uncertain to say: {listed(unsure)}" if unsure else "")
    parts.append(f"hidden: {listed(hidden)}" if hidden else "")
    parts.append(f"judged from {distribution.n:,} audits")
    return _said("; ".join(part for part in parts if part))


def _printed(distribution: GradeDistribution, safe: SafeTable, count: str) -> dict[str, int | str]:
    """Give what the table prints by grade, after checking that the two belong together."""
    if len(safe.by) != 1 or count not in safe.counts:
        raise DisclosureError(
            "grades_words() needs a table with one classification (the grade) and the count named "
            "in `count`."
        )
    body = safe.body
    printed = dict(zip(body[safe.by[0]], body[count], strict=True))
    rows = distribution.table[["grade", "count"]].itertuples(index=False, name=None)
    counts = {str(grade): int(number) for grade, number in rows}
    belong = set(printed) == set(counts) and all(
        value in (HIDDEN_MARK, counts[grade]) for grade, value in printed.items()
    )
    if not belong:
        raise DisclosureError(
            "The table given to grades_words() is not that of the distribution: its grades or its "
            "counts differ. Protect the counts of the distribution and give that table."
        )
    return printed


def _shares(
    distribution: GradeDistribution, printed: dict[str, int | str], rules: SayingRules
) -> tuple[list[str], list[str]]:
    """Give the shares that may be said, and the grades whose share is too uncertain."""
    shares, unsure = [], []
    columns = ["grade", "share", "low", "high"]
    for grade, share, low, high in distribution.table[columns].itertuples(index=False, name=None):
        if printed[str(grade)] == HIDDEN_MARK:
            continue
        wide = rules.too_wide(Interval(low, high, distribution.level))
        if wide and rules.uncertain == "instead":
            unsure.append(str(grade))
            continue
        mark = ", uncertain" if wide else ""
        span = f"{percent_text(max(low, 0.0))} to {percent_text(min(high, 1.0))}"
        shares.append(f"{percent_text(share)} ({span}{mark}) are {grade}")
    return shares, unsure
