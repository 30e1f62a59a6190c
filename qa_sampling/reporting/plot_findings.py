"""The finding of a picture in a few words, where a rule gives one; blank where none does."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.alt_words import told
from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_captions import said, when
from qa_sampling.reporting.plot_style import SIGNALS
from qa_sampling.reporting.plots_fan import TURNS
from qa_sampling.reporting.words import Told
from qa_sampling.results import ControlChart, IntervalList, Sparklines, Turning, latest_settled

_NAMED = 2
_FEWEST = 12


def many_finding(many: Sparklines) -> str:
    """Say which series stand out at their latest settled value; blank where none has limits.

    Parameters
    ----------
    many : Sparklines
        What is drawn.
    """
    lines = many.lines
    signals = lines["signal"].fillna("")
    judged = int((lines[["low", "high"]].notna().all(axis=1) | signals.ne("")).sum())
    if not judged:
        return ""
    names = [str(one) for one in lines.loc[signals != "", "series"]]
    if not names:
        return f"None of {judged} stands out in its latest settled {many.frequency}"
    verb = "stands" if len(names) == 1 else "stand"
    return f"{len(names)} of {judged} {verb} out: {_named(names)}"


def lines_finding(many: Sparklines) -> str:
    """Say which lines without limits stand at an end of what is shown: no more can be said of them.

    Parameters
    ----------
    many : Sparklines
        What is drawn. Values that can still change are left out, and a line that never moved or
        has fewer than 12 settled values is at no end.
    """
    settled = many.table[many.table["mature"].astype(bool) & many.table["value"].notna()]
    ends: dict[str, list[str]] = {"highest": [], "lowest": []}
    for name in many.lines["series"]:
        values = settled.loc[settled["series"] == name, "value"].to_numpy()
        if len(values) < _FEWEST:
            continue
        before = values[:-1]
        ends["highest"] += [str(name)] * bool(values[-1] > before.max())
        ends["lowest"] += [str(name)] * bool(values[-1] < before.min())
    told = [
        f"at {'its' if len(names) == 1 else 'their'} {end}: {_named(names)}"
        for end, names in ends.items()
        if names
    ]
    if not told:
        shown = f"{many.frequency}s shown"
        return f"None of {len(many.lines)} is at its highest or lowest of the {shown}"
    return f"Of the {many.frequency}s shown, {'; '.join(told)}"


def estimates_finding(listed: IntervalList) -> str:
    """Say the latest estimate that can no longer change; the latest of all where none is settled.

    Parameters
    ----------
    listed : IntervalList
        Estimates by period, of which those that can still change say so after a comma.
    """
    rows = listed.table[listed.table["value"].notna()]
    if rows.empty:
        return ""
    settled = rows[~rows["name"].str.contains(",")]
    row = (settled if len(settled) else rows).iloc[-1]
    value, low, high = (said(float(row[name]), listed.unit) for name in ("value", "low", "high"))
    return f"{row['name']}: {value}, between {low} and {high}"


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def chart_finding(chart: ControlChart) -> str:
    """Say what the latest settled value of a control chart says; blank where it has no limits.

    Parameters
    ----------
    chart : ControlChart
        What is drawn.
    """
    row = latest_settled(chart.table)
    if row is None or not row["mature"] or pd.isna(row["low"]) or pd.isna(row["high"]):
        return ""
    at = "on" if chart.frequency == "event" else "in"
    moment = f"{at} {when(row['period'], chart.frequency, short=False)}"
    if signal := row["signal"]:
        rules = f": {row['rules']}" if row["rules"] else ""
        return f"{SIGNALS[signal][2]} {moment}{rules}"
    earlier = chart.table.loc[chart.table["signal"].fillna("") != "", "period"]
    last = "" if earlier.empty else (
        f"; last a signal {at} {when(earlier.iloc[-1], chart.frequency, short=False)}"
    )  # fmt: skip
    return f"As usual {moment}{last}"


def quarters_finding(result: ControlChart | Turning | Derived) -> Told:
    """Say where the latest value stands among the earlier ones: all that a line can say.

    One value above or below the others is what chance does too; whether it is more is told by
    month, with limits.

    Parameters
    ----------
    result : ControlChart, Turning or Derived
        A line without limits; of a Derived one the words may stand over its picture. What can
        still change is left out. Of a curve that was to be turned what was done last is told too.

    Returns
    -------
    Told
        Blank where fewer than two values are shown.
    """
    turning = isinstance(result.result if isinstance(result, Derived) else result, Turning)
    inner, table = opened(result, Turning if turning else ControlChart)
    rows = inner.history if turning else inner.table
    seen = rows[rows["value"].notna() & rows["mature"].astype(bool)]
    if len(seen) < _NAMED:
        return told(table, rows, [])
    at = when(seen["period"].iloc[-1], inner.frequency)
    latest = f"{said(float(seen['value'].iloc[-1]), inner.unit)} in {at}"
    turn = _turn_words(inner)
    return told(table, rows, [f"{turn}; {latest}" if turn else f"{latest}, {_place(seen, inner)}"])


def _place(seen: pd.DataFrame, line: ControlChart | Turning) -> str:
    """Say whether the latest value lies above, below or within the ones before, as printed."""
    values = seen["value"].to_numpy(dtype="float64")
    latest, low, high = values[-1], values[:-1].min(), values[:-1].max()
    ends = [said(float(one), line.unit) for one in (low, high)]
    shown, count = said(float(latest), line.unit), len(values) - 1
    before = f"{count} earlier {line.frequency}s" if count > 1 else f"earlier {line.frequency}"
    span = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    if shown == span:
        return f"as in the {before} shown"
    side = "above" if latest > high else "below" if latest < low else "within"
    side = "within" if shown in ends else side
    return f"{side} the {span} of the {before} shown"


def _turn_words(line: ControlChart | Turning) -> str:
    """Say of what was done last whether the curve turned; nothing of a line."""
    if not isinstance(line, Turning) or line.done.empty:
        return ""
    last = line.done.iloc[-1]
    return f"{last['name']}: {TURNS[last['verdict']][0]}"


def turning_finding(turning: Turning) -> str:
    """Say how likely the target is met if nothing changes; blank without target or forecast.

    Parameters
    ----------
    turning : Turning
        What is drawn.
    """
    if turning.chance is None or not len(turning.fan):
        return ""
    end = when(turning.fan["period"].iloc[-1], turning.frequency, short=False)
    chance = min(max(turning.chance, 0.01), 0.99)
    edge = "less than " if turning.chance < 0.01 else "more than " if turning.chance > 0.99 else ""
    return (
        f"Target {said(turning.target, turning.unit)} in {end}: a chance of {edge}{chance:.0%} "
        "if nothing changes"
    )
