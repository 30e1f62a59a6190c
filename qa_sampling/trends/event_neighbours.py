"""The latest event of a child before a day, and the next from a day on."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

__all__ = ["latest_before", "next_from"]


def latest_before(
    events: pd.DataFrame, event: str, child: pd.Series, day: pd.Series, *, same_day: bool = False
) -> pd.Series:
    """Give the day of each child's latest event of a kind before a day, missing without one.

    Parameters
    ----------
    events : DataFrame
        ``schema.EVENTS``.
    event : str
        Kind of event that is looked for.
    child, day : Series
        Whose, and from which day; of one index, which the answer has too.
    same_day : bool
        Whether one on the day itself counts.
    """
    return _neighbour(events, event, child, day, step=-1, side="right" if same_day else "left")


def next_from(
    events: pd.DataFrame, event: str, child: pd.Series, day: pd.Series, *, after: bool = False
) -> pd.Series:
    """Give the day of each child's next event of a kind from a day on, or only after it.

    Parameters
    ----------
    events : DataFrame
        ``schema.EVENTS``.
    event : str
        Kind of event that is looked for.
    child, day : Series
        Whose, and from which day; of one index, which the answer has too.
    after : bool
        Whether only one on a later day counts.
    """
    return _neighbour(events, event, child, day, step=0, side="right" if after else "left")


def _neighbour(
    events: pd.DataFrame,
    event: str,
    child: pd.Series,
    day: pd.Series,
    *,
    step: int,
    side: Literal["left", "right"],
) -> pd.Series:
    """Find neighbours in one sorted list of child and day, a child's days following each other."""
    known = events.loc[events["event"] == event, ["child_id", "date"]]
    codes, children = pd.factorize(known["child_id"])
    wanted = pd.Index(children).get_indexer(child)
    span = np.int64(1) << 32  # more than there are days
    held = np.sort(codes * span + _ordinal(known["date"]))
    asked = wanted * span + _ordinal(day)
    place = np.searchsorted(held, asked, side=side) + step
    inside = (wanted >= 0) & (place >= 0) & (place < held.size) & day.notna().to_numpy()
    if not held.size:
        return pd.Series(pd.NaT, index=day.index, dtype="datetime64[us]")
    found = held[np.clip(place, 0, held.size - 1)]
    inside &= found // span == wanted
    days = (found % span).astype("datetime64[D]").astype("datetime64[us]")
    return pd.Series(days, index=day.index).where(inside)


def _ordinal(days: pd.Series) -> np.ndarray:
    """Give days since 1970; 0 for a missing one."""
    return days.fillna(pd.Timestamp(0)).to_numpy().astype("datetime64[D]").astype("int64")
