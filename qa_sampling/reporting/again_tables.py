"""What second looks found, for everybody: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.words import Words, _sealed, say

HIGHER, NOT_HIGHER = "Graded higher than before", "Not graded higher"
AGAIN_TITLE = "What re-audits found"
_SERIES, _COUNT = "re-audits", "re_audits"


def protect_again(
    pairs: pd.DataFrame,
    *,
    days: Sequence[str],
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> SafeTable:
    """Protect the counts of re-audits, tied by the days they were completed on.

    Parameters
    ----------
    pairs : DataFrame
        ``ReAuditResult.pairs`` of those days: `change`.
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
        {"result": [HIGHER, NOT_HIGHER], _COUNT: [better, len(pairs) - better]},
    )
    request = request_of(
        table,
        by=["result"],
        counts=[_COUNT],
        labels={"result": "What they found", _COUNT: "Re-audits"},
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
    whole = None if table.withheld else cell(table, _COUNT)
    if whole is None or whole.hidden:
        return _sealed("Re-audits: too few cases were audited again to say what was found.")
    if not whole.value:
        return _sealed("Re-audits: no case that called for a second look was audited again.")
    better, other = cell(table, _COUNT, HIGHER), cell(table, _COUNT, NOT_HIGHER)
    words = say("{n:case was|cases were} audited again after a low grade.", n=whole)
    if better.hidden:
        return words + _sealed(
            "How many of them were graded higher is not told here: either these or the others are "
            "too few."
        )
    return words + say(
        "{better} of them were graded higher, {same} were not; cases chosen for a low grade are "
        "graded higher more often than not, also when nothing has changed.",
        better=better if better.value else "none",
        same=other if other.value else "none",
    )
