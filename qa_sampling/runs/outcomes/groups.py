"""Which groups of children are large enough for signals to be looked for in them."""

from __future__ import annotations

import pandas as pd

LEAST = 6
"""Fewest, in a usual month: what is below is hidden of groups of children."""
_BEFORE = 12
"""Settled months, before the latest, by which a group is judged."""


def watched_groups(readings: pd.DataFrame) -> pd.DataFrame:
    """Keep the groups of which a usual month may be shown.

    A group stays when half or more of its 12 settled months before the latest count 6 or more,
    above and, of a share, below it too. The latest month is not asked: chosen by what is tested, a
    group would be tested with a bias.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` by groups of children.
    """
    keys = ["measure", "unit_kind", "unit"]
    settled = readings[readings["mature"] & readings["numerator"].notna()].sort_values("start")
    ends = settled.groupby("measure")["start"].transform("max")
    before = settled[settled["start"] < ends].groupby(keys).tail(_BEFORE)
    counts = before["numerator"].astype("float64")
    rest = (before["denominator"] - counts).fillna(counts)
    usual = pd.DataFrame({"least": counts.where(counts < rest, rest)}).join(before[keys])
    often = (usual["least"] >= LEAST).groupby([usual[name] for name in keys]).mean()
    kept = often.index[often >= 0.5]
    inside = pd.MultiIndex.from_frame(readings[keys]).isin(kept)
    return readings[inside].reset_index(drop=True)
