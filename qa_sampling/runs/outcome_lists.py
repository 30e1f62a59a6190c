"""What the lists of every extract say of its own day: visits, reviews, placements, care leavers."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.records.extras import Extras
from qa_sampling.records.on_lists import build_over_time, children_on
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.invented_kept import kept
from qa_sampling.settings.analyses import AnalysisSettings

__all__ = ["INVENTED_EXTRACTS", "entered_of", "lists_over_time"]

INVENTED_EXTRACTS = 18
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
    read, day = frozenset(told["day"].dt.date), settings.extract_day
    both = pd.concat([told, _invented_between(day, read)])
    return both.sort_values(["day", "list", "child_id"], kind="stable", ignore_index=True)


@cache
def _invented_between(until: date, read: frozenset[date]) -> pd.DataFrame:
    """Give the months' ends up to a day but those that were read; once a process."""
    authority = invented_authority()
    ends = [day for day in authority.month_ends if day <= until][-INVENTED_EXTRACTS:]
    days = [day for day in ends if day not in read]
    return kept(
        f"between-{until}-{'-'.join(map(str, sorted(read)))}",
        lambda: children_on({pd.Timestamp(day): authority.fields_at(day) for day in days}),
    )


def entered_of(extras: Extras, settings: AnalysisSettings) -> pd.DataFrame | None:
    """Give the table of measure events; of the invented authority its own.

    Parameters
    ----------
    extras : Extras
        The extra tables that were read.
    settings : AnalysisSettings
        Checked parameters.

    Returns
    -------
    DataFrame or None
        ``trends.entered.ENTERED``; None where no such table was given.
    """
    if not settings.is_invented:
        return extras.measure_events
    return invented_authority().measure_events_at(settings.extract_day)
