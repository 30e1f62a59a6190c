"""The finding of each slide in a line, worked out from what its protected table prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.loop.standards import DISAGREE, GOOD, MOSTLY, NOT_YET
from qa_sampling.reporting.derived import opened
from qa_sampling.reporting.event_tables import EVENTS
from qa_sampling.reporting.plot_captions import said, when
from qa_sampling.reporting.programme_tables import ACTIVITIES, BACK, IN_TIME, PLANNED, READ
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.reporting.words import Told, _told
from qa_sampling.results import ControlChart, Turning, latest_settled

if TYPE_CHECKING:
    from qa_sampling.reporting.slides import Slide

_NONE = "none"


def finding_of(slide: Slide) -> Told | str:
    """Give what a slide shows as its title; what it is about where no more can be told.

    Parameters
    ----------
    slide : Slide
        The slide. What its table hides decides nothing: a finding that a hidden count could
        overturn is not told.
    """
    told = _FOUND[slide.kind](slide)
    return _told(slide.table, told) if told else slide.title


def _scorecard(slide: Slide) -> str:
    rows = slide.table.body[slide.table.by[0]].drop_duplicates()
    read = [str(one).rpartition(READ)[2].partition("\N{NO-BREAK SPACE}")[2] for one in rows]
    good, bad = sum(one in (GOOD, MOSTLY) for one in read), read.count(NOT_YET)
    apart = read.count(DISAGREE)
    first = f"Of {len(read)} standards {good or _NONE} read as good and {bad or _NONE} as not yet"
    return f"{first} good; on {apart or _NONE} the sources disagree"


def _plan(slide: Slide) -> str:
    table = slide.table
    if IN_TIME in table.counts:
        told = [table.totals[one] for one in (PLANNED, BACK, IN_TIME)]
        if any(isinstance(one, str) for one in told):
            return ""
        planned, back, in_time = (int(one) for one in told)
        return f"{back:,} of {planned:,} planned audits came back, {in_time:,} of them in time"
    done = next((one for one in (EVENTS, ACTIVITIES) if one in table.counts), "")
    rows = table.body[(table.body[[done, PLANNED]] != HIDDEN_MARK).all(axis=1)] if done else []
    due = [(int(row[done]), int(row[PLANNED])) for _, row in pd.DataFrame(rows).iterrows()]
    due = [(made, wanted) for made, wanted in due if wanted]
    if not due:
        return ""
    met = sum(made >= wanted for made, wanted in due)
    name = slide.title.removesuffix(" beside the plan")
    return f"{name}: of {len(due)} planned kinds {met or _NONE} met the plan"


def _bars(slide: Slide) -> str:
    """Name the largest group; where a hidden one could be as large, the two that are shown."""
    table, (count,) = slide.table, slide.table.counts
    told = [(str(row[table.by[0]]), row[count]) for _, row in table.body.iterrows()]
    shown = sorted(((int(n), name) for name, n in told if n != HIDDEN_MARK), reverse=True)
    whole, hidden = table.totals[count], any(n == HIDDEN_MARK for _, n in told)
    if not shown or not shown[0][0] or [n for n, _ in shown].count(shown[0][0]) > 1:
        return ""
    most, name = shown[0]
    told_apart = ", ".join(f"{one[:1].lower()}{one[1:]} {n:,}" for n, one in shown[:2])
    left = 0 if isinstance(whole, str) else int(whole) - sum(n for n, _ in shown)
    if hidden and (isinstance(whole, str) or left >= most):
        return f"{slide.title}: {told_apart}"
    if isinstance(whole, str):
        return f"{slide.title}: “{name}” most often, {most:,} times"
    ending = "" if slide.title.endswith("?") else ":"
    return f"{slide.title}{ending} “{name}” most often, {most:,} of {int(whole):,}"


def _curve(slide: Slide) -> str:
    if slide.result is None:
        return ""
    chart, _ = opened(slide.result, Turning)
    last = _latest(chart.history, chart)
    if last is None or chart.target is None or chart.better not in ("up", "down"):
        return "" if last is None else last[1]
    value, told = last
    met = value >= chart.target if chart.better == "up" else value <= chart.target
    wanted = said(chart.target, chart.unit)
    return (
        f"{told}: {f'the target of {wanted} is met' if met else f'not at the target of {wanted}'}"
    )


def _line(slide: Slide) -> str:
    if slide.result is None:
        return ""
    chart, _ = opened(slide.result, ControlChart)
    last = _latest(chart.table, chart)
    if last is None:
        return ""
    ends = [
        said(one, chart.unit) for one in (chart.table["value"].min(), chart.table["value"].max())
    ]
    first = when(chart.table["period"].iloc[0], chart.frequency, short=False)
    around = f"; never below {ends[0]} or above {ends[1]} since {first}"
    hidden = bool(chart.table["value"].isna().any())
    return last[1] + ("" if hidden or ends[0] == ends[1] else around)


def _latest(rows: pd.DataFrame, chart: ControlChart | Turning) -> tuple[float, str] | None:
    """Give the latest value that is shown, and with its period in words."""
    if rows["value"].notna().sum() == 0:
        return None
    last = latest_settled(rows)
    value = float(last["value"])
    return (
        value,
        f"{said(value, chart.unit)} in {when(last['period'], chart.frequency, short=False)}",
    )


_FOUND = {
    "scorecard": _scorecard,
    "plan": _plan,
    "bars": _bars,
    "curve": _curve,
    "line": _line,
}
