"""Where extracts end and begin: conferences there are in none of them.

List 5 has the Section 47 enquiries of six months, each with its conference. A conference in the
first weeks of an extract mostly follows an enquiry before it, and the extract before was made
before that conference. So it is in neither, unless a third extract spans both.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_periods import STEPS
from qa_sampling.trends.measure_rules import Followed

_LIST, _ICPC = 5, "Initial child protection conference"
_WITHIN = pd.Timedelta(days=28)
"""By when nearly all conferences are held: 15 working days are 21 days, and some are late."""
_NOTE = "conferences of enquiries before the extract are missing"
_MISSING = ("numerator", "denominator", "value", "children", "families", "pending", "unknown")


def seams_of(annex: AnnexA) -> tuple[pd.Timestamp, ...]:
    """Give the first days of extracts that no other extract spans by four weeks on both sides.

    Parameters
    ----------
    annex : AnnexA
        The extracts.
    """
    windows = [one for one in annex.windows if one.number == _LIST]
    return tuple(
        first
        for first in sorted({one.first for one in windows})
        if not any(one.first <= first - _WITHIN and one.last >= first + _WITHIN for one in windows)
    )


def without_seams(
    readings: pd.DataFrame,
    measures: Sequence[Measure],
    seams: Sequence[pd.Timestamp],
    *,
    period: str = "month",
) -> pd.DataFrame:
    """Leave figures of conferences out where extracts do not hold all of them.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS``.
    measures : sequence of Measure
        What was counted.
    seams : sequence of Timestamp
        From :func:`seams_of`.
    period : {"month", "quarter"}
        Length of a period.

    Returns
    -------
    DataFrame
        The same rows; those that cannot be counted are missing, with a note.
    """
    held = [one.name for one in measures if one.base is not None and _event(one) == _ICPC]
    follow = [one.name for one in measures if isinstance(one.rule, Followed)
              and one.rule.event == _ICPC]  # fmt: skip
    ends = readings["start"] + pd.DateOffset(months=STEPS[period])
    short = pd.Series(data=False, index=readings.index)
    for seam in seams:
        for names, first, last in ((held, seam, seam + _WITHIN), (follow, seam - _WITHIN, seam)):
            short |= readings["measure"].isin(names) & (readings["start"] < last) & (ends > first)
    changed = readings.copy()
    for name in _MISSING:
        changed.loc[short, name] = pd.NA
    changed.loc[short, "mature"] = False
    changed.loc[short, "note"] = _NOTE
    return changed


def _event(measure: Measure) -> str:
    return getattr(measure.base, "event", "")
