"""What managers see on the restricted page of outcomes: tables as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from qa_sampling.reporting.icon_pictures import ICONS
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.reporting.outcome_words import tells_few
from qa_sampling.reporting.plot_captions import said
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.results import Sparklines
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.icons import icons_of
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.showing import sparklines_of
from qa_sampling.trends.signals import latest_words
from qa_sampling.trends.spikes import Signal, Spikes
from qa_sampling.trends.unit_kinds import CHILDREN, UNIT_KINDS


class Decided(Protocol):
    """A recorded decision to set a centre line anew."""

    @property
    def measure(self) -> str:
        """Name of the measure."""

    @property
    def since(self) -> str:
        """First day that counts for the new line."""

    @property
    def by(self) -> str:
        """Who decided."""

    @property
    def reason(self) -> str:
        """What changed."""

    @property
    def decided(self) -> str:
        """Day of the decision; blank when not known."""


_WAYS = {"up": "more is better", "down": "less is better", "": "neither way"}
_LEAST = {"up": "at least", "down": "at most", "": "aim"}


def overview(charts: Mapping[str, Chart]) -> pd.DataFrame:
    """Give every measure's latest month that can no longer change, and what it says.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of everybody by measure.
    """
    rows = [_overview_row(name, one) for name, one in charts.items()]
    heads = ["Measure", "Aim", "Month", "Value", "Usual", "Stays within", *_ICONED]
    return pd.DataFrame(rows, columns=heads)


_ICONED = ("Variation", "Assurance")


def overview_icons(charts: Mapping[str, Chart]) -> dict[str, list[str]]:
    """Give the icons of the overview, by column and in its order; blank where there is none.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of everybody by measure.
    """
    found = [icons_of(one) for one in charts.values()]
    pairs = zip(_ICONED, ("variation", "assurance"), strict=True)
    return {column: [getattr(one, name) for one in found] for column, name in pairs}


def _overview_row(name: str, one: Chart) -> tuple[str, ...]:
    measure, readings = MEASURES[name], one.readings
    unit = readings.unit
    aim = _WAYS[measure.better]
    if readings.target is not None:
        aim = f"{_LEAST[measure.better]} {said(readings.target, unit)}"
    if one.latest is None:
        return (measure.title, aim, *["–"] * 4, *_icon_words(one))
    row = one.table.iloc[one.latest]
    value = said(float(row["value"]), unit)
    if readings.kind == "proportion":
        value = f"{value} ({row['numerator']:.0f} of {row['exposure']:.0f})"
    elif readings.sampled:
        value = f"{value}, estimated"
    within = "–"
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        within = f"{said(float(row['low']), unit)} to {said(float(row['high']), unit)}"
    usual = said(float(row["centre"]), unit) if pd.notna(row["centre"]) else "–"
    month = f"{row['period']:%b %Y}"
    return (measure.title, aim, month, value, usual, within, *_icon_words(one))


def _icon_words(one: Chart) -> tuple[str, str]:
    """Say what the two icons of a chart say, and what fired."""
    icons = icons_of(one)
    fired = latest_words(one) if icons.variation.endswith(("_high", "_low")) else ""
    variation = f"{ICONS[icons.variation].label}{f': {fired}' if fired else ''}"
    if icons.assurance:
        return variation, ICONS[icons.assurance].label + (", were it steady" if fired else "")
    return variation, "No target" if one.readings.target is None else "–"


def day_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what the lists say of their day.

    Parameters
    ----------
    table : DataFrame
        ``measured.READINGS`` of one period.
    """
    rows = [
        (
            MEASURES[row.measure].title,
            "–" if pd.isna(row.value) else percent_text(row.value),
            "–" if pd.isna(row.denominator) else f"{row.numerator} of {row.denominator:.0f}",
            "" if pd.isna(row.unknown) or not row.unknown else f"{row.unknown} left out",
        )
        for row in table.itertuples()
    ]
    return pd.DataFrame(rows, columns=["Measure", "Share", "Children", "Not told"])


def stock_lines(readings: pd.DataFrame, *, measures: Sequence[Measure], scope: str) -> Sparklines:
    """Give stocks as lines without signals: each month holds most children of the one before.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of everybody.
    measures : sequence of Measure
        What was counted; of these the counts on a day are shown.
    scope : str
        The months in words.
    """
    stocks = [one.name for one in measures if one.stock and one.rule is None]
    held = readings[readings["measure"].isin(stocks)]
    held = held.assign(series=held["measure"].map(lambda name: MEASURES[name].title))
    table = held[["series", "start", "value", "mature"]].rename(columns={"start": "period"})
    table = table.assign(signal="")
    known = held[held["mature"] & held["value"].notna()]
    latest = known.groupby("series", sort=False)["value"].last()
    lines = pd.DataFrame({"series": held["series"].unique()})
    lines["latest"] = lines["series"].map(latest)
    return Sparklines(
        table.reset_index(drop=True), lines, measure="Children or cases on the last day of a month",
        scope=scope, unit="count",
    )  # fmt: skip


def flow_lines(charts: Mapping[str, Chart], kind: str, *, scope: str) -> Sparklines:
    """Give the charts of one kind as lines with their latest signal; none counted on a day.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of everybody by measure.
    kind : {"count", "proportion", "duration"}
        Counts, shares or medians: they have no scale in common.
    scope : str
        The months in words.
    """
    words = {
        "count": "How many a month",
        "proportion": "Share of those who could, by month",
        "duration": "Days of the usual case (median), by month",
    }
    flows = {name: one for name, one in charts.items() if not MEASURES[name].stock}
    named = [one for one in flows.values() if one.readings.kind == kind]
    return sparklines_of(named, measure=words[kind], scope=scope)


def signals_view(found: Spikes, *, budget: int) -> pd.DataFrame:
    """Give the signals, the most children first.

    Parameters
    ----------
    found : Spikes
        The round of signals.
    budget : int
        Signals there is time to look into; the others are marked.
    """
    rows = [
        (
            MEASURES[one.measure].title,
            _where(one),
            f"{one.period:%b %Y}" if one.kind == "spike" else f"since {one.since:%b %Y}",
            _seen(one),
            _excess(one),
            _meaning(one),
            "" if place < budget else "beyond the budget",
        )
        for place, one in enumerate(found.signals)
    ]
    heads = ["Measure", "Where", "When", "Seen", "Excess", "Meaning", "Budget"]
    return pd.DataFrame(rows, columns=heads)


def drawn_large(charts: Mapping[str, Chart], pictured: Sequence[str]) -> list[str]:
    """Give the measures whose chart is shown large; audits once their chart has limits.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of everybody by measure.
    pictured : sequence of str
        What was asked for. Until their chart has limits, estimates from audits are shown with
        their intervals (``outcome_rates_view.graded_lists``): points alone would say more than is
        known.
    """
    known = [one for one in pictured if one in charts]
    return [one for one in known if MEASURES[one].kind != "grade" or charts[one].long_enough]


def before_view(found: Mapping[pd.Timestamp, Spikes]) -> pd.DataFrame:
    """Give the signals of earlier months, the latest month first; of a month without one, none.

    Parameters
    ----------
    found : mapping of Timestamp to Spikes
        ``runs.outcomes.signalling.signals_before``.
    """
    rows: list[tuple[str, ...]] = []
    for month in sorted(found, reverse=True):
        signals = found[month].signals
        if not signals:
            rows.append((f"{month:%b %Y}", "none", *[_NOTHING] * 4))
        shown = signals_view(found[month], budget=max(len(signals), 1))
        rows += [
            (f"{month:%b %Y}", *row) for row in
            shown[["Measure", "Where", "When", "Seen", "Meaning"]].itertuples(index=False)
        ]  # fmt: skip
    heads = ["Page of", "Measure", "Where", "When", "Seen", "Meaning"]
    return pd.DataFrame(rows, columns=heads)


def considered_view(found: Spikes) -> pd.DataFrame:
    """Give every series that was looked at; counts of groups of children are left out.

    Parameters
    ----------
    found : Spikes
        The round of signals.
    """
    table = found.considered
    groups = table["unit_kind"].isin(CHILDREN)
    shown = {name: table[name].mask(groups) for name in ("observed", "expected", "p", "q")}
    return table.assign(**shown)


def too_small(one: Signal) -> bool:
    """Say whether a signal of a group of children tells a count of 1 to 5, or of the others.

    Parameters
    ----------
    one : Signal
        The signal.
    """
    return one.unit_kind in CHILDREN and tells_few(one)


_NOTHING = "–"


def _seen(one: Signal) -> str:
    if too_small(one):
        return HIDDEN_MARK
    if MEASURES[one.measure].kind == "grade":
        return f"{percent_text(one.observed / one.out_of)}, estimated"
    return f"{one.children:.0f}{'' if one.out_of is None else f' of {one.out_of:.0f}'}"


def _excess(one: Signal) -> str:
    """Give the children more than expected; of an estimate from audits there are none."""
    if MEASURES[one.measure].kind == "grade":
        return "–"
    return HIDDEN_MARK if too_small(one) else f"{one.excess:+.1f}"


def _where(one: Signal) -> str:
    """Name the unit, with what it is where that does not say itself."""
    if one.unit_kind not in CHILDREN:
        return one.unit
    return f"{UNIT_KINDS[one.unit_kind].title}: {one.unit}"


def _meaning(one: Signal) -> str:
    better = MEASURES[one.measure].better
    if not better:
        return "Unusual"
    return "Improvement" if (better == "up") == (one.side == "high") else "Concern"


def proposals_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give the proposals to set a centre line anew.

    Parameters
    ----------
    table : DataFrame
        ``runs.outcomes.steps.proposals_of``.
    """
    since = [f"{day:%b %Y}" for day in table["date"]]
    shown = {"Measure": table["measure"], "Since": since, "Why": table["words"]}
    return pd.DataFrame(shown)


def rebases_view(decided: Sequence[Decided]) -> pd.DataFrame:
    """Give the decisions to set a centre line anew: since when, who decided, and why.

    Parameters
    ----------
    decided : sequence of RebaseDecision
        What the parameters record: `measure`, `since`, `by`, `reason`, `decided`.
    """
    rows = [
        (
            MEASURES[one.measure].title,
            f"{pd.Timestamp(one.since):%b %Y}",
            one.by,
            one.reason,
            f"{pd.Timestamp(one.decided):%d %b %Y}" if one.decided else "not recorded",
        )
        for one in decided
    ]
    return pd.DataFrame(rows, columns=["Measure", "Since", "Who decided", "Why", "When decided"])


def unable_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what the extracts cannot answer, and what it would need.

    Parameters
    ----------
    table : DataFrame
        `measure`, `needs`.
    """
    return table.set_axis(["Measure", "It would need"], axis=1)


def planned_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what the meeting wrote of a curve.

    Parameters
    ----------
    table : DataFrame
        ``runs.outcomes.curves.planned``.
    """
    return table.set_axis(["", "What", "Owner", "Review"], axis=1)
