"""Are we calibrating: months smoothed, and the drift that a cumulative sum tells, as one result."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from qa_sampling.agreement.calibrating import monthly
from qa_sampling.agreement.counts import FEWEST
from qa_sampling.agreement.cusum import cusum
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.results import Calibration

__all__ = ["calibration"]

_MEASURES = {
    "net_bias": ("Auditor’s grade minus the moderator’s, mean, in grades", "grades", 0.0),
    "exact": ("Moderated audits with the same grade, per cent", "share", 1.0),
    "within_one": ("Moderated audits no more than one grade apart, per cent", "share", 1.0),
}
"""What is said of each measure: its name, its unit, where full agreement lies."""


def calibration(
    ratings: Ratings,
    *,
    measure: Literal["net_bias", "exact", "within_one"] = "net_bias",
    decay: float = 0.3,
    level: float = 0.95,
    fewest: int = FEWEST,
    scope: str = "",
) -> Calibration:
    """Give a measure month by month, its moving average, and, of the net bias, signals of a drift.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles, with `period` ("2026-10").
    measure, decay, level, fewest
        As :func:`~qa_sampling.agreement.calibrating.monthly` has them.
    scope : str
        Place and period.

    Returns
    -------
    Calibration
        Signals are those of :func:`~qa_sampling.agreement.cusum.cusum` of single cases; where a
        month has both, the last.

    Raises
    ------
    AgreementError
        When the ratings have no period, the measure is unknown, or nothing was moderated.
    """
    months = monthly(ratings, measure=measure, decay=decay, level=level, fewest=fewest)
    signal = pd.Series("", index=months.index)
    method = f"moving average, a month's weight falls by {decay:.0%} a month and with its error"
    if measure == "net_bias":
        sums = cusum(ratings)
        told = sums.table[sums.table["signal"] != ""].groupby("period")["signal"].last()
        signal = months["period"].map(told).fillna("")
        method += (
            f"; drifts are found by cumulative sum, a false alarm every {sums.in_control:,.0f} "
            "cases or so"
        )
    name, unit, agreed = _MEASURES[measure]
    table = months[["n", "value"]].assign(
        period=pd.to_datetime(months["period"] + "-01"),
        n=months["n"].astype(float),
        average=months["average"],
        low=months["average_low"],
        high=months["average_high"],
        signal=signal,
    )
    return Calibration(
        table, level=level, agreed=agreed, method=method, measure=name, scope=scope, unit=unit,
        n=int(months["n"].sum()), n_of="moderations",
    )  # fmt: skip
