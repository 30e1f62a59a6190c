"""What the lists of every extract say of its own day: visits, reviews, placements, care leavers."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.records.on_lists import build_over_time, children_on, joined
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.settings.analyses import AnalysisSettings

__all__ = ["INVENTED_EXTRACTS", "lists_over_time"]

INVENTED_EXTRACTS = 24
"""Monthly extracts that the invented authority has kept, the newest among them."""


def lists_over_time(annex: AnnexA, settings: AnalysisSettings) -> pd.DataFrame:
    """Give the children on the lists of each extract, on its own day.

    Parameters
    ----------
    annex : AnnexA
        The extracts that were read.
    settings : AnalysisSettings
        Checked parameters. Of the invented authority the months between its extracts are told by
        its records, as an extract of each month's end would hold them without faults.

    Returns
    -------
    DataFrame
        ``trends.on_lists.ON_LISTS``, sorted by day.
    """
    told = build_over_time(annex)
    if not settings.is_invented:
        return told
    ends = [day for day in invented_authority().month_ends if day <= settings.extract_day]
    read = set(told["day"].dt.date)
    others = [_invented_on(day) for day in ends[-INVENTED_EXTRACTS:] if day not in read]
    return joined([told, *others]).sort_values("day", kind="stable", ignore_index=True)


@cache
def _invented_on(day: date) -> pd.DataFrame:
    return children_on(invented_authority().fields_at(day), pd.Timestamp(day))
