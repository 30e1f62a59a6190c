"""Recorded decisions to set a centre line anew, and which of them a series can take."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase


def rebases_of(settings: OutcomeTrends) -> dict[str, tuple[Rebase, ...]]:
    """Give the recorded decisions to set a centre line anew, by measure.

    Parameters
    ----------
    settings : OutcomeTrends
        Checked parameters.
    """
    decided: dict[str, tuple[Rebase, ...]] = {}
    for one in settings.rebases:
        rebase = Rebase(one.since, by=one.by, reason=one.reason, decided=one.decided)
        decided[one.measure] = (*decided.get(one.measure, ()), rebase)
    return decided


def fitting_rebases(
    readings: Readings, decided: Sequence[Rebase]
) -> tuple[tuple[Rebase, ...], tuple[str, ...]]:
    """Give the rebases that begin within a series, and say which do not.

    Parameters
    ----------
    readings : Readings
        The series.
    decided : sequence of Rebase
        What was decided.

    Returns
    -------
    tuple of Rebase
        Of several that begin with one period the latest.
    tuple of str
        A sentence a decision that was left out.
    """
    periods, kept, said = readings.table["period"], {}, []
    for one in sorted(decided, key=lambda one: one.date):
        place = int(periods.searchsorted(pd.Timestamp(one.date), side="left"))
        if 0 < place < len(periods):
            kept[place] = one
        else:
            said.append(
                f"The rebase since {one.date:%d %B %Y} ({one.reason}) begins outside of what is "
                "shown."
            )
    return tuple(kept.values()), tuple(said)
