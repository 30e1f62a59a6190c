"""Over the months: where rotation goes on, and when a stratum runs dry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import floor

import pandas as pd

from qa_sampling.errors import SelectionError
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.tickets import ticket


def next_starts(
    draws: Sequence[Draw], ticket_seed: str, *, overlap: float = 0.0, seed: str = ""
) -> dict[str, str]:
    """Give, by stratum, the ticket after which the next month's order starts.

    Parameters
    ----------
    draws : sequence of Draw
        Earlier draws, oldest first; those with other permanent tickets do not count.
    ticket_seed : str
        Seed of the permanent tickets.
    overlap : float
        Share of a month's audits that the next one takes again, 0 to 1: 0 goes on after the last
        audited case (nobody again before everybody's turn; negative coordination), 1 starts
        where the last month did (the same cases as far as they are there; positive
        coordination). In between the first 1 - overlap of the audits make way.
    seed : str
        Seed text that decides how many make way where that is not a whole number; needed
        with an `overlap` between 0 and 1, and known before the draw.

    Returns
    -------
    dict of str to str
        By stratum that has been drawn from; a stratum that starts at the lowest ticket is left
        out.

    Raises
    ------
    SelectionError
        When `overlap` does not lie between 0 and 1, or needs a seed.

    Notes
    -----
    Rotation goes by rank (Ohlsson 1995): with fixed numbers, moving the tickets themselves by
    each case's probability would bring back cases just above the cut.
    """
    if not 0 <= overlap <= 1:
        raise SelectionError(f"`overlap` must lie between 0 and 1; got {overlap}.")
    if 0 < overlap < 1 and not seed.strip():
        raise SelectionError(
            "An `overlap` between 0 and 1 needs a `seed`: it decides who makes way where that is "
            "not a whole number."
        )
    starts: dict[str, str] = {}
    for draw in draws:
        if ticket_seed and draw.parameters.get("ticket_seed") == ticket_seed:
            for label, part in draw.cases.sort_values("rank").groupby("stratum"):
                leaving = _leaving(len(part), overlap, seed, str(label))
                before = draw.parameters["start_after"].get(label, "")
                starts[label] = part["ticket"].iloc[leaving - 1] if leaving else before
    return {label: start for label, start in starts.items() if start}


def _leaving(audits: int, overlap: float, seed: str, label: str) -> int:
    """Give how many audits make way: their share, rounded at random without bias."""
    share = (1 - Fraction(str(overlap))) * audits
    rest = share - floor(share)
    if not rest:
        return int(share)
    value = int(ticket(f"rotation\x1f{label}", seed, purpose="rounding"), 16)
    return floor(share) + (value < rest * 2**256)


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
