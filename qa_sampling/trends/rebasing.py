"""Setting the centre line anew: only by a recorded decision, never by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError

__all__ = ["Rebase", "phases_of"]


@dataclass(frozen=True)
class Rebase:
    """A recorded decision to set a centre line anew.

    Attributes
    ----------
    date : str or Timestamp
        First day of the first period that counts for the new centre line, as an ISO date.
    by : str
        Who decided: a role or a name of staff.
    reason : str
        Why: what changed in practice, in recording or in law.
    decided : str
        Day of the decision as an ISO date; blank when not known.
    """

    date: str | pd.Timestamp
    by: str
    reason: str
    decided: str = ""

    def __post_init__(self) -> None:
        """Refuse a decision without date, person or reason."""
        missing = [name for name in ("by", "reason") if not str(getattr(self, name)).strip()]
        if missing:
            raise TrendError(
                f"A rebase needs {' and '.join(f'`{name}`' for name in missing)}: who decided it "
                "and what changed. A centre line is never set anew without either."
            )
        try:
            when = pd.Timestamp(self.date)
        except (ValueError, TypeError):
            when = pd.NaT
        if pd.isna(when):
            raise TrendError(
                "`date` of a rebase is no day; give the first day of the first period as an ISO "
                'date, such as "2025-04-01".'
            )
        object.__setattr__(self, "date", when.normalize())

    @property
    def words(self) -> str:
        """What is said on the chart."""
        return f"{self.reason} ({self.by})"


def phases_of(periods: pd.Series, rebases: Sequence[Rebase]) -> np.ndarray:
    """Give the phase of every period: 0 at first, one more at each rebase.

    Parameters
    ----------
    periods : Series of datetime64
        First days, in order.
    rebases : sequence of Rebase
        Decisions in any order.

    Raises
    ------
    TrendError
        When two decisions begin with the same period, or one with the first or none.
    """
    starts = sorted(pd.Timestamp(one.date) for one in rebases)
    begins = periods.searchsorted(pd.DatetimeIndex(starts), side="left") if starts else []
    places = [int(one) for one in begins]
    if any(place == 0 for place in places):
        raise TrendError(
            "A rebase begins with the first period or before it; leave it out: the first baseline "
            "begins there already."
        )
    if any(place >= len(periods) for place in places):
        raise TrendError("A rebase begins after the last period; leave it out until there is data.")
    if len(set(places)) < len(places):
        raise TrendError("Two rebases begin with the same period; record one decision.")
    return np.searchsorted(places, np.arange(len(periods)), side="right")
