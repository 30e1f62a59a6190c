"""The finding of pictures of a change in a few words: parts, groups, coming again, the way."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.alt_words import told
from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_captions import said
from qa_sampling.reporting.words import Told
from qa_sampling.results import CohortCurves, Decomposition, IntervalList
from qa_sampling.trends.driver_results import EXPECTED
from qa_sampling.trends.journeys import Journeys
from qa_sampling.trends.then_and_now import CHANGES

__all__ = ["cohorts_finding", "ratios_finding", "waterfall_finding", "way_finding"]

_NAMED = 2
_ELSEWHERE = ("Elsewhere", "All cases")
"""What a waterfall calls the cases of no named group."""


def waterfall_finding(result: Decomposition | Derived) -> Told:
    """Say which way a number went and which part did most of it.

    Parameters
    ----------
    result : Decomposition or Derived
        What is drawn. Where parts are hidden, or there is one alone, none is named.
    """
    change, table = opened(result, Decomposition)
    rows, unit = change.table, change.unit
    start, end = (said(one, unit) for one in (change.start, change.end))
    is_expected = change.start_name == EXPECTED
    if start == end:
        return told(table, rows, [f"{end}, as {'expected' if is_expected else 'before'}"])
    rise = change.end > change.start
    went = f"{'Up' if rise else 'Down'} from {start} to {end}"
    went = f"{end} where {start} were expected" if is_expected else went
    if rows["hidden"].any():
        return told(table, rows, [went])
    if len(rows) < _NAMED:
        return told(table, rows, [f"{went}{_chance_words(rows)}"])
    return told(table, rows, [f"{went}: {_most_words(rows, unit, rise=rise)}"])


def _most_words(rows: pd.DataFrame, unit: str, *, rise: bool) -> str:
    """Say which part did most; two where they are the same as shown."""
    order = rows.sort_values("contribution", ascending=not rise, kind="stable")
    shares = [said(float(one), unit, signed=True) for one in order["contribution"]]
    shares = [one.replace("%", " points") for one in shares]  # of a share, a difference of shares
    most = order.iloc[: shares.count(shares[0])]
    parts, share = most["part"].astype("str").tolist(), shares[0]
    if parts[0] in _ELSEWHERE:
        words = f"most of it elsewhere ({share})"
    elif len(parts) > 1:
        words = f"{' and '.join(parts)} {'raise' if rise else 'lower'} it most ({share} each)"
    else:
        words = f"{parts[0]} {'raises' if rise else 'lowers'} it most ({share})"
    return f"{words}{_chance_words(most)}"


def _chance_words(parts: pd.DataFrame) -> str:
    """Say that each of these parts may be nothing, where all their intervals say so."""
    within = (parts["low"] <= 0) & (parts["high"] >= 0)
    return ", as chance may too" if within.all() and len(parts) else ""


def ratios_finding(listed: IntervalList) -> str:
    """Say which groups are marked; blank where none is listed.

    Parameters
    ----------
    listed : IntervalList
        Groups, of which those that carry the difference are marked.
    """
    if listed.table.empty:
        return ""
    names = listed.table.loc[listed.table["marked"].astype(bool), "name"].astype("str").tolist()
    if not names:
        return "No group stands out by more than chance"
    more = f"; and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"Stands out: {'; '.join(names[:_NAMED])}{more}"


def cohorts_finding(curves: CohortCurves) -> str:
    """Say what share of the latest cohort has come, and of the earlier ones by the same day.

    Parameters
    ----------
    curves : CohortCurves
        What is drawn.
    """
    rows = curves.table[~curves.table["hidden"].astype(bool)]
    if rows.empty:
        return ""
    latest = rows[rows["name"] == rows["name"].iloc[-1]]
    day = latest["day"].iloc[-1]
    words = f"{latest['name'].iloc[0]}: {said(latest['share'].iloc[-1], 'share')} by day {day:.0f}"
    others = rows[rows["name"] != latest["name"].iloc[0]]
    reach = others.groupby("name", sort=False)["day"].transform("max") >= day
    shares = others[reach & (others["day"] <= day)].groupby("name", sort=False)["share"].last()
    if shares.empty:
        return words
    ends = [said(float(one), "share") for one in (shares.min(), shares.max())]
    before = f"the {len(shares)} before" if len(shares) > 1 else "the one before"
    return f"{words}, {ends[0] if ends[0] == ends[1] else ' to '.join(ends)} in {before}"


def way_finding(found: Journeys) -> str:
    """Say which steps those concerned reach more or less often than others, beyond chance.

    Parameters
    ----------
    found : Journeys
        Both ways.
    """
    rows = found.table
    parts = [
        f"{step}: {said(concerned, 'share')} of those concerned, {said(others, 'share')} of others"
        for step, concerned, others, change in zip(
            rows["step"], rows["concerned"], rows["others"], rows["change"], strict=True
        )
        if change in CHANGES[:2]
    ]
    if parts:
        return "; ".join(parts[:_NAMED])
    if rows["change"].eq(CHANGES[2]).any():
        return "No step sets those concerned and the others apart beyond chance"
    return "Too few were watched to say whether the ways differ"
