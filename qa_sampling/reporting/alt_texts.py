"""What a picture shows, in words, for readers who cannot see it: one function a picture.

Each says what kind of chart it is, what is plotted, the extremes and the signals, and what is
hidden. The words of a Derived result know its SafeTable, as its picture does; those of a raw
result are for the restricted page.
"""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.alt_findings import grade_profiles_alt, interval_chart_alt
from qa_sampling.reporting.alt_words import hidden, many, opening, some_named, told
from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_captions import days_words, said, when
from qa_sampling.reporting.plot_style import SIGNALS
from qa_sampling.reporting.plots_cohorts import cohort_chart_alt
from qa_sampling.reporting.plots_fan import TURNS
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.words import Told
from qa_sampling.results import (
    AgreementTable,
    Calibration,
    ControlChart,
    Decomposition,
    Forecast,
    Funnel,
    GradeDistribution,
    Journey,
    Severities,
    Sparklines,
    Turning,
    latest_settled,
    own_starts,
    since_recorded,
)

__all__ = [
    "agreement_heat_alt",
    "cohort_chart_alt",
    "control_chart_alt",
    "decomposition_waterfall_alt",
    "forecast_fan_alt",
    "funnel_plot_alt",
    "grade_distribution_alt",
    "grade_profiles_alt",
    "interval_chart_alt",
    "journey_chart_alt",
    "severity_funnel_alt",
    "small_multiples_alt",
    "sparklines_alt",
    "turning_chart_alt",
]
_BETTER = {"up": "Higher is better.", "down": "Lower is better.", "": ""}


def control_chart_alt(result: ControlChart | Derived) -> Told:
    """Say what a control chart shows: its span, its limits, each signal, gaps and hidden months."""
    asked, table = opened(result, ControlChart)
    chart = since_recorded(asked)
    rows, unit = chart.table, chart.unit
    parts = [opening("Control chart", chart), _span(rows, chart.frequency), *_ends(chart, rows)]
    parts.append(_limit_words(chart))
    if chart.target is not None:
        parts.append(f"Target {said(chart.target, unit)}.")
    parts.append(_BETTER[chart.better])
    parts += _signals(chart)
    parts += [_anew_words(chart)]
    gaps = int((rows["value"].isna() & ~rows["hidden"].astype(bool)).sum())
    parts.append(f"{many(gaps, chart.frequency)} in between without data." if gaps else "")
    return told(table, rows, [*parts, _open_words(chart), hidden(rows, chart.frequency)])


def _open_words(result: ControlChart | Forecast) -> str:
    """Say how many of the values shown can still change."""
    rows = result.history if isinstance(result, Forecast) else result.table
    soft = int((~rows["mature"].astype(bool) & rows["value"].notna()).sum())
    return f"{many(soft, result.frequency)} can still change." if soft else ""


def forecast_fan_alt(result: Forecast | Derived) -> Told:
    """Say what a forecast fan shows: what was seen, and the range at its end."""
    cast, table = opened(result, Forecast)
    return _fan_alt(since_recorded(cast), table, "Forecast", [])


def turning_chart_alt(result: Turning | Derived) -> Told:
    """Say what a turning of a curve shows: what was seen, what comes, and where it turned."""
    asked, table = opened(result, Turning)
    turning = since_recorded(asked, from_day=asked.done["period"].min())
    chance = turning.chance
    meets = "" if chance is None else f"It is met by then with a chance of {chance:.0%}."
    names = [
        f"{row['name']} from {when(row['period'], turning.frequency, short=False)} "
        f"({TURNS[row['verdict']][0]})"
        for _, row in turning.done.iterrows()
    ]
    done = f"Done, and whether the curve turned: {some_named(names)}." if names else ""
    return _fan_alt(turning, table, "Turning the curve", [meets, done])


def _fan_alt(cast: Forecast, table: SafeTable | None, kind: str, more: list[str]) -> Told:
    rows = cast.history
    parts = [opening(kind, cast), _span(rows, cast.frequency), *_ends(cast, rows)]
    parts.append(_open_words(cast))
    if len(cast.fan):
        last = cast.fan.iloc[-1]
        ranges = [
            f"{100 * level:g}% from {said(last[low], cast.unit)} to {said(last[high], cast.unit)}"
            for level in cast.levels
            for low, high in [cast.ends(level)]
        ]
        parts.append(
            f"If nothing changes, {when(last['period'], cast.frequency, short=False)} is at about "
            f"{said(last['middle'], cast.unit)} ({'; '.join(ranges)})."
        )
    else:
        parts.append("No period is forecast.")
    if cast.target is not None:
        parts.append(f"Target {said(cast.target, cast.unit)}.")
    return told(table, rows, [*parts, *more, _BETTER[cast.better], hidden(rows, cast.frequency)])


def funnel_plot_alt(result: Funnel | Derived) -> Told:
    """Say what a funnel shows: how many units, what they are held against, who stands out."""
    funnel, table = opened(result, Funnel)
    rows, unit = funnel.table, funnel.unit
    parts = [opening("Funnel plot", funnel), f"{many(len(rows), 'unit')} by their size."]
    if funnel.centre is not None:
        parts.append(f"{funnel.centre_name}: {said(funnel.centre, unit)}.")
    ours = rows[(rows["unit"] == funnel.own) & rows["value"].notna()]
    parts += [f"Ringed: {funnel.own}, {said(value, unit)}." for value in ours["value"]]
    parts += _extremes(rows, "unit", "value", unit)
    marked = rows[rows["signal"].fillna("") != ""]
    outer = f"{100 * funnel.levels[1]:g}%"
    if len(marked):
        listed = [
            f"{row.unit} ({SIGNALS[row.signal][2].lower()}, {said(row.value, unit)})"
            for row in marked.itertuples()
        ]
        parts.append(f"Marked: {some_named(listed)}.")
    else:
        parts.append(f"No unit is marked; limits are drawn at {outer}.")
    return told(table, rows, [*parts, hidden(rows, "unit")])


def severity_funnel_alt(result: Severities | Derived) -> Told:
    """Say what a severity funnel shows: how many auditors, and who stands out; nobody is ranked."""
    people, table = opened(result, Severities)
    rows = people.table
    known = rows[rows["shift"].notna()]
    parts = [opening("Funnel of auditors", people), f"{many(len(rows), 'auditor')} by how many "
             "of their audits were moderated."]  # fmt: skip
    if len(known):
        low, high = (said(one, people.unit, signed=True) for one in
                     (known["shift"].min(), known["shift"].max()))  # fmt: skip
        parts.append(f"Shifts from {low} to {high} grades; above 0 grades higher than moderators.")
    marked = rows[rows["signal"].fillna("") != ""]
    words = {"easier": "grades higher", "harder": "grades lower"}
    if len(marked):
        listed = [
            f"{row.auditor} {words[row.signal]} ({said(row.shift, people.unit, signed=True)})"
            for row in marked.itertuples()
        ]
        parts.append(f"Standing out: {some_named(listed)}.")
    elif len(rows):
        parts.append("Nobody stands out.")
    few = int((rows["shift"].isna() & ~rows["hidden"].astype(bool)).sum())
    parts.append(f"Too few audits for a shift: {many(few, 'auditor')}." if few else "")
    return told(table, rows, [*parts, hidden(rows, "auditor")])


def calibration_chart_alt(result: Calibration | Derived) -> Told:
    """Say what a calibration shows: the average first and last, its interval, and each drift."""
    found, table = opened(result, Calibration)
    rows, unit, signed = found.table, found.unit, found.unit == "grades"
    parts = [opening("Moving average", found), _span(rows, "month")]
    shown = rows[rows["average"].notna()]
    for words, place in (("At first", 0), ("At last", -1)):
        if len(shown):
            row = shown.iloc[place]
            ends = [said(row[one], unit, signed=signed) for one in ("average", "low", "high")]
            parts.append(f"{words} {ends[0]} ({100 * found.level:g}% interval {ends[1]} to "
                         f"{ends[2]}).")  # fmt: skip
    if signed:
        parts.append("Above 0 auditors grade higher than moderators.")
    marked = rows[rows["signal"].fillna("") != ""]
    listed = [f"{when(row.period, 'month', short=False)} ({row.signal})"
              for row in marked.itertuples()]  # fmt: skip
    parts.append(f"Auditors have drifted: {some_named(listed)}." if listed else "No drift is told.")
    return told(table, rows, [*parts, hidden(rows, "month")])


def agreement_heat_alt(result: AgreementTable | Derived) -> Told:
    """Say what an agreement table shows: how many agree, the commonest pair, what is hidden."""
    met, table = opened(result, AgreementTable)
    rows = met.table
    parts = [opening("Table of shades", met), f"Auditor’s grade down, moderator’s grade across, "
             f"{many(len(met.grades), 'grade')}."]  # fmt: skip
    whole = f" of {met.n:,}" if met.n is not None else ""
    if met.same is not None:
        parts.append(f"Same grade: {met.same:,}{whole}.")
    if met.within_one is not None:
        parts.append(f"No more than one grade apart: {met.within_one:,}{whole}.")
    if met.coefficient and met.estimate is not None:
        parts.append(f"{met.coefficient}: {said(met.estimate, 'grades')}.")
    counts = rows["count"].dropna()
    if len(counts) and counts.max() > 0:
        most = rows.loc[counts.idxmax()]
        parts.append(
            f"Commonest pair shown: auditor {most['auditor_grade']}, moderator "
            f"{most['moderator_grade']} ({int(most['count']):,})."
        )
    else:
        parts.append("No pair is shown.")
    return told(table, rows, [*parts, hidden(rows, "pair")])


def grade_distribution_alt(result: GradeDistribution | Derived) -> Told:
    """Say what a distribution of grades shows: each grade's share with its interval."""
    spread, table = opened(result, GradeDistribution)
    rows = spread.table
    shares = []
    for row in rows.itertuples():
        words = "hidden" if row.hidden else said(row.share, "share") or "not known"
        if not row.hidden and not pd.isna(row.low):
            words += f" ({said(row.low, 'share')} to {said(row.high, 'share')})"
        shares.append(f"{row.grade}: {words}")
    parts = [opening("Bar chart of grades", spread)]
    parts.append(f"{'; '.join(shares)}." if shares else "No grade is shown.")
    parts.append(
        f"In brackets {100 * spread.level:g}% intervals, from {spread.n:,} {spread.n_of} for "
        f"{spread.population:,} cases."
    )
    return told(table, rows, [*parts, hidden(rows, "grade")])


def decomposition_waterfall_alt(result: Decomposition | Derived) -> Told:
    """Say what a waterfall shows: then and now, and each part's rise or fall."""
    change, table = opened(result, Decomposition)
    rows, unit = change.table, change.unit
    parts = [
        opening("Waterfall chart", change),
        f"From {said(change.start, unit)} ({change.start_name}) to {said(change.end, unit)} "
        f"({change.end_name}).",
    ]
    listed = [
        f"{row.part} {said(row.contribution, unit, signed=True)}"
        for row in rows.itertuples()
        if not row.hidden
    ]
    parts.append(f"{'; '.join(listed)}." if listed else "No part is shown.")
    return told(table, rows, [*parts, hidden(rows, "part")])


def journey_chart_alt(result: Journey | Derived) -> Told:
    """Say what a journey shows: how many reach each step, what share goes on, how long it takes."""
    way, table = opened(result, Journey)
    rows = way.table
    steps = []
    for row in rows.itertuples():
        words = "hidden" if row.hidden else said(row.count, "count")
        if not pd.isna(row.share_before):
            words += f", {said(row.share_before, 'share')} of the step before"
        if not pd.isna(row.days):
            words += f", median {days_words(row.days, way.day_word)}"
        steps.append(f"{row.step}: {words}")
    parts = [opening("Chart of steps", way)]
    parts.append(f"{'; '.join(steps)}." if steps else "No step is shown.")
    return told(table, rows, [*parts, hidden(rows, "step")])


def small_multiples_alt(result: Sparklines | Derived) -> Told:
    """Say what small multiples show: how many series, and which stand out."""
    return _many_alt(result, "Grid of small line charts")


def sparklines_alt(result: Sparklines | Derived) -> Told:
    """Say what sparklines show: how many series, from when each is, and which stand out."""
    return _many_alt(result, "Rows of small line charts", apart=True)


def _many_alt(result: Sparklines | Derived, kind: str, *, apart: bool = False) -> Told:
    asked, table = opened(result, Sparklines)
    shown = since_recorded(asked)
    rows, lines = shown.table, shown.lines
    parts = [opening(kind, shown), f"{len(lines)} series.", _span(rows, shown.frequency)]
    starts = own_starts(shown) if apart else {}
    first = rows["period"].min()
    later = sum(one > first for one in starts.values())
    parts.append(
        f"Each begins with its own first {shown.frequency}, {later} of them later than that."
        if later else ""
    )  # fmt: skip
    marked = lines[lines["signal"].fillna("") != ""]
    for signal, (_, _, word) in SIGNALS.items():
        names = list(marked.loc[marked["signal"] == signal, "series"])
        parts.append(f"{word} at the latest settled value: {some_named(names)}." if names else "")
    judged = lines[["low", "high"]].notna().any(axis=None)
    if judged and not len(marked):
        parts.append("No series stands out at its latest settled value.")
    soft = rows.loc[~rows["mature"].astype(bool) & rows["value"].notna(), "series"].nunique()
    parts.append(
        f"In {soft} of them the latest {shown.frequency}s can still change." if soft else ""
    )
    return told(table, rows, [*parts, hidden(rows, shown.frequency)])


def _span(rows: pd.DataFrame, frequency: str) -> str:
    if not len(rows):
        return "There is nothing to show."
    first, last = rows["period"].min(), rows["period"].max()
    ends = (when(one, frequency, short=False) for one in (first, last))
    return f"{' to '.join(ends)}."


def _ends(result: ControlChart | Forecast, rows: pd.DataFrame) -> list[str]:
    """Say the latest value, the lowest and the highest."""
    seen = rows[rows["value"].notna()]
    if not len(seen):
        return ["No value is shown."] if len(rows) else []
    settled = seen[seen["mature"].astype(bool)]
    held = settled if len(settled) else seen
    low, high = held.loc[held["value"].idxmin()], held.loc[held["value"].idxmax()]
    words = [
        f"{name} {said(row['value'], result.unit)} {'on' if result.frequency == 'event' else 'in'} "
        f"{when(row['period'], result.frequency, short=False)}"
        for name, row in (("latest", latest_settled(rows)), ("lowest", low), ("highest", high))
    ]
    text = ", ".join(words)
    return [f"{text[:1].upper()}{text[1:]}."]


def _limit_words(chart: ControlChart) -> str:
    """Say centre line and limits at the end of the chart."""
    if not len(chart.table):
        return ""
    last = chart.table.iloc[-1]
    if pd.isna(last["centre"]):
        return "There is no centre line yet."
    words = f"Centre line {said(last['centre'], chart.unit)}"
    if pd.isna(last["low"]) or pd.isna(last["high"]):
        return f"{words}."
    limits = f"{said(last['low'], chart.unit)} to {said(last['high'], chart.unit)}"
    return f"{words}, limits {limits}."


def _signals(chart: ControlChart) -> list[str]:
    """Say each signal with its period and rule, or that there is none."""
    rows = chart.table
    marked = rows[rows["signal"].fillna("") != ""]
    if not len(marked):
        return ["No signal."] if rows["centre"].notna().any() else []
    listed = []
    for row in marked.itertuples():
        rule = f", {row.rules}" if isinstance(row.rules, str) and row.rules else ""
        word = SIGNALS[row.signal][2].lower()
        moment = when(row.period, chart.frequency, short=False)
        listed.append(f"{moment} ({word}{rule})")
    return [f"Signals: {some_named(listed)}."]


def _anew_words(chart: ControlChart) -> str:
    """Say when the centre line was set anew."""
    rows = chart.table
    starts = rows.loc[rows["phase"].diff() > 0, "period"]
    if not len(starts):
        return ""
    moments = [when(one, chart.frequency, short=False) for one in starts]
    return f"Centre line set anew from {some_named(moments)}."


def _extremes(rows: pd.DataFrame, name: str, value: str, unit: str) -> list[str]:
    """Say the lowest and the highest of the known values."""
    seen = rows[rows[value].notna()]
    if not len(seen):
        return ["No value is shown."]
    low, high = seen.loc[seen[value].idxmin()], seen.loc[seen[value].idxmax()]
    return [
        f"Lowest {low[name]} ({said(low[value], unit)}), highest {high[name]} "
        f"({said(high[value], unit)})."
    ]
