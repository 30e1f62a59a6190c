"""What second looks found, for everybody: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.quantities import Cell, cell
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.words import Words, _sealed, say

HIGHER, NOT_HIGHER = "Graded higher than before", "Not graded higher"
COMPARED, NOT_COMPARED = "With an earlier low grade on record", "No earlier low grade on record"
AGAIN_TITLE = "What re-audits found"
_SERIES, _COUNT = "re-audits", "re_audits"


def protect_again(
    pairs: pd.DataFrame,
    *,
    alone: int = 0,
    days: Sequence[str],
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> SafeTable:
    """Protect the counts of re-audits, tied by the days they were completed on.

    Parameters
    ----------
    pairs : DataFrame
        ``ReAuditResult.pairs`` of those days: `change`.
    alone : int
        Audits drawn as re-audits that came back on those days, and whose case has no earlier low
        grade in the register to compare with.
    days : sequence of str
        The days, as "2026-10-31".
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    better = int((pairs["change"] > 0).sum())
    table = pd.DataFrame(
        {
            "result": [HIGHER, NOT_HIGHER, NOT_COMPARED],
            _COUNT: [better, len(pairs) - better, alone],
        },
    )
    request = request_of(
        table,
        by=["result"],
        counts=[_COUNT],
        subtotals_of={"result": {HIGHER: COMPARED, NOT_HIGHER: COMPARED}},
        growing=["result"],
        labels={"result": "What they found", _COUNT: "Re-audits"},
        total_label="All that are back",
        over={"day": list(days)},
        population=population_of_edition(_SERIES, edition),
    )
    known = tied_editions([request], earlier, series=_SERIES, edition=edition)
    return protect_linked([request], earlier=known)[0]


def again_words(table: SafeTable) -> Words:
    """Say what second looks found, as far as it is shown.

    Parameters
    ----------
    table : SafeTable
        What :func:`protect_again` gave.
    """
    if table.withheld:
        return _sealed("Re-audits: too few are back to say what was found.")
    whole, compared = cell(table, _COUNT), cell(table, _COUNT, COMPARED)
    if not whole.hidden and not whole.value:
        return _sealed("Re-audits: no case that called for a second look was audited again.")
    words = _back_words(whole, compared)
    if compared.hidden or not compared.value:
        return words
    better, other = cell(table, _COUNT, HIGHER), cell(table, _COUNT, NOT_HIGHER)
    if better.hidden:
        return words + _sealed(
            "How many of these were graded higher is not told: either they or the others are too "
            "few."
        )
    return words + say(
        "{better} of these were graded higher, {same} were not; some would be graded higher even "
        "if nothing had changed, since they were chosen for a low grade.",
        better=better if better.value else "none",
        same=other if other.value else "none",
    )


def _back_words(whole: Cell, compared: Cell) -> Words:
    """Say how many are back, and how many have an earlier low grade to compare with."""
    if whole.hidden and compared.hidden:
        return _sealed(
            "Re-audits: how many are back, and what they found, is not told: some are too few."
        )
    if whole.hidden:
        return say(
            "{compared:re-audit|re-audits} can be compared with an earlier low grade on "
            "record; how many others are back is hidden.",
            compared=compared,
        )
    if compared.hidden:
        return say(
            "{n:re-audit is|re-audits are} back; how many of them have an earlier low grade on "
            "record to compare with, and how many were graded higher, is hidden.",
            n=whole,
        )
    return say(
        "{n:re-audit is|re-audits are} back; {compared} can be compared with an earlier low grade "
        "on record.",
        n=whole,
        compared=compared if compared.value else "none of them",
    )
