"""Over the months: where rotation goes on, and when a stratum runs dry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pandas as pd

from qa_sampling.sampling.plan import Draw, Frame


def next_starts(draws: Sequence[Draw], ticket_seed: str) -> dict[str, str]:
    """Give, by stratum, the ticket after which the next month's order starts.

    Parameters
    ----------
    draws : sequence of Draw
        Earlier draws, oldest first; those with other permanent tickets do not count.
    ticket_seed : str
        Seed of the permanent tickets.

    Returns
    -------
    dict of str to str
        The ticket of the last audited case of each stratum that has been drawn from.
    """
    starts: dict[str, str] = {}
    for draw in draws:
        if ticket_seed and draw.parameters.get("ticket_seed") == ticket_seed:
            last = draw.cases.sort_values("rank").groupby("stratum")["ticket"].last()
            starts.update(last.to_dict())
    return starts


def forecast_supply(
    frame: Frame,
    draw: Draw,
    *,
    as_at: date,
    not_audited_within_months: int,
    months: int = 24,
) -> pd.DataFrame:
    """Forecast when a row of the strata runs dry if every month draws as this one does.

    Parameters
    ----------
    frame, draw : Frame, Draw
        This month's frame and draw.
    as_at : date
        Day the frame describes.
    not_audited_within_months : int
        Months for which an audited case is not drawn again; 0 when they may be.
    months : int
        How many months to look ahead.

    Returns
    -------
    DataFrame
        One row a row label: `row`, `eligible` (cases that can be drawn, one child a family),
        `a_month` (expected audits), `lasts_months` (months that can be drawn in full, this
        one included, at most `months`) and `runs_dry` (whether that is before `months`).
        Nobody joins or leaves; cases audited earlier come back when their window ends.
    """
    by_row = draw.allocation.groupby("row")[["available", "target"]].sum()
    window = not_audited_within_months or 1
    back = _coming_back(frame.exclusions, as_at)
    forecast = []
    for label, available, target in by_row.itertuples(name=None):
        stock, lasts = float(available), 0
        while lasts < months and stock >= target - 1e-9:
            lasts += 1
            stock += back.get((label, lasts), 0) - target + (target if lasts >= window else 0)
        forecast.append((label, int(available), float(target), lasts, lasts < months))
    columns = ["row", "eligible", "a_month", "lasts_months", "runs_dry"]
    return pd.DataFrame(forecast, columns=columns)


def _coming_back(exclusions: pd.DataFrame, as_at: date) -> dict[tuple[str, int], int]:
    """Count, by row and month from now, the cases whose window since their audit ends."""
    due = exclusions.dropna(subset=["returns"])
    start = pd.Timestamp(as_at)
    ahead = (due["returns"].dt.year - start.year) * 12 + due["returns"].dt.month - start.month
    if not start.is_month_end:
        ahead += due["returns"].dt.day > start.day
    return Counter(zip(due["row"], ahead.astype(int), strict=True))
