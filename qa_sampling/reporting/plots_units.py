"""Pictures of units against each other: the funnel of teams, the funnel of auditors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import (
    EdgeLabel,
    edge_labels,
    from_where,
    known,
    measure_edge,
    nothing,
    number_axis,
    span,
    steps_of,
    white_edge,
)
from qa_sampling.reporting.plot_captions import said
from qa_sampling.reporting.plot_points import (
    hidden_units,
    lay_points,
    name_points,
    signalled,
    size_axis,
)
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import (
    BAND,
    INK,
    MUTED,
    PALETTE,
    SIGNALS,
    THIN,
)
from qa_sampling.results import Funnel, Severities

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SEVERITY = {
    "easier": ("^", PALETTE["orange"], "Grades higher than moderators"),
    "harder": ("v", PALETTE["blue"], "Grades lower than moderators"),
}
"""Marker, colour and words of an auditor whose interval stands out."""
_RING = 230
_RINGED = {"marker": "o", "facecolor": "none", "edgecolor": INK, "linewidth": 2.0, "zorder": 4}
"""The ring about the reader's own unit, by area in square points: its signal stays to be seen."""


@in_house_style
def funnel_plot(result: Funnel | Derived, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw units against each other by size, with the limits chance alone would keep them in.

    Units beyond the limits are named; so are all where there are few. The reader's own is ringed
    and its name bold. A hidden unit is a hatched square at the foot, at its size where that is
    shown.

    Parameters
    ----------
    result : Funnel or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    funnel, table = opened(result, Funnel)
    rows, limits, sheet = funnel.table, funnel.limits, open_sheet(ax, table)
    centre = [funnel.centre] if funnel.centre is not None else []
    seen = rows[rows["value"].notna()]
    furthest = max(known(rows["n"]) + known(limits["n"]), default=1.0)
    inside = limits[limits["n"] >= 0.8 * min(known(seen["n"]), default=0)]
    numbers = known(inside[["low", "high", "low_outer", "high_outer"]])
    ends = span(known(seen["value"]) + numbers + centre, funnel.unit)
    labels = _funnel_labels(funnel)
    right = measure_edge(labels, 0.36 * sheet.width)
    ticks = steps_of(*ends, unit=funnel.unit)
    more = [*signalled(rows, "unit", SIGNALS), from_where(ends)]
    lay_points(sheet, funnel, title, ticks, right, _funnel_key(funnel), more=more)
    drawn = sheet.ax
    drawn.set_ylim(*ends)
    number_axis(drawn, ticks, funnel.unit)
    size_axis(sheet, furthest, funnel.n_of)
    if not len(rows):
        nothing(sheet)
        return drawn
    _curves(drawn, funnel)
    marks = {signal: look[:2] for signal, look in SIGNALS.items()} | {"": ("o", PALETTE["grey"])}
    for signal, (marker, colour) in marks.items():
        here = seen[seen["signal"].fillna("") == signal]
        drawn.scatter(here["n"], here["value"], s=72 if marker == "^" else 46, marker=marker,
                      color=colour, edgecolor="white", linewidth=0.9, zorder=3)  # fmt: skip
    ours = seen[seen["unit"] == funnel.own]
    drawn.scatter(ours["n"], ours["value"], s=_RING, **_RINGED)
    hidden_units(sheet, rows)
    name_points(sheet, seen, "unit", seen["value"], own=funnel.own)
    edge_labels(sheet, labels, right)
    return drawn


def _funnel_labels(funnel: Funnel) -> list[EdgeLabel]:
    """Say centre and limits at the right edge."""
    labels = []
    if funnel.centre is not None:
        words = f"{funnel.centre_name} {said(funnel.centre, funnel.unit)}"
        short = said(funnel.centre, funnel.unit)
        labels.append(EdgeLabel(funnel.centre, words, INK, bold=True, short=short))
    if len(funnel.limits):
        last = funnel.limits.iloc[-1]
        inner, outer = (f"{100 * level:g}%" for level in funnel.levels)
        for name, words in (
            ("high", f"{inner} limit"), ("low", f"{inner} limit"),
            ("high_outer", f"{outer} limit"), ("low_outer", f"{outer} limit"),
        ):  # fmt: skip
            if not pd.isna(last[name]):
                short = words.removesuffix(" limit")
                labels.append(EdgeLabel(float(last[name]), words, MUTED, short=short))
    return labels


def _funnel_key(funnel: Funnel) -> list[KeyItem]:
    found = set(funnel.table["signal"].fillna(""))
    named = [KeyItem(funnel.own, "o", INK, filled=False), KeyItem("Neighbours")]
    return (named if funnel.own else []) + [
        KeyItem(word, marker, colour)
        for signal, (marker, colour, word) in SIGNALS.items()
        if signal in found
    ]


def _curves(ax: Axes, funnel: Funnel) -> None:
    """Draw the limits as curves and the centre as a line."""
    limits = funnel.limits
    n = limits["n"].to_numpy(dtype="float64")
    curves = {name: limits[name].to_numpy(dtype="float64") for name in limits if name != "n"}
    ax.fill_between(n, curves["low"], curves["high"], color=BAND, linewidth=0, zorder=0.5)
    for name in ("low", "high"):
        ax.plot(n, curves[name], color=THIN, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
    for name in ("low_outer", "high_outer"):
        ax.plot(n, curves[name], color=THIN, linewidth=0.9, zorder=1)
    if funnel.centre is not None:
        ax.axhline(funnel.centre, color=MUTED, linewidth=1.4, zorder=1)


@in_house_style
def severity_funnel(
    result: Severities | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw each auditor's shrunken shift with its interval, against how many were moderated.

    Not a league table: who stands out is marked, nobody is ranked.

    Parameters
    ----------
    result : Severities or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    people, table = opened(result, Severities)
    rows, sheet = people.table, open_sheet(ax, table)
    seen = rows[rows["shift"].notna()]
    numbers = [*known(seen[["shift", "low", "high"]]), 0.0]
    reach = 1.08 * max(*(abs(one) for one in numbers), 0.1)
    labels = [EdgeLabel(0.0, "As moderators", INK, bold=True, short="Same")]
    if people.average is not None:
        words = f"Average {said(people.average, people.unit, signed=True)}"
        short = words.removeprefix("Average ")
        labels.append(EdgeLabel(people.average, words, MUTED, short=short))
    right = measure_edge(labels, 0.36 * sheet.width)
    ticks = steps_of(-reach, reach, unit=people.unit)
    found = set(rows["signal"].fillna(""))
    key = [KeyItem(word, marker, colour) for name, (marker, colour, word) in SEVERITY.items()
           if name in found]  # fmt: skip
    chance = people.expected_by_chance
    more = signalled(rows, "auditor", SEVERITY)
    more += [f"Lines: {100 * people.level:g}% intervals."]
    more += [f"Method: {people.method}."] if people.method else []
    if chance is not None:
        more.append(f"If all marked alike, {said(chance, 'count')} would stand out by chance.")
    lay_points(sheet, people, title, ticks, right, key, more=more)
    drawn = sheet.ax
    drawn.set_ylim(-reach, reach)
    number_axis(drawn, ticks, people.unit, signed=True)
    size_axis(sheet, max(known(rows["n"]), default=1.0), people.n_of)
    if not len(rows):
        nothing(sheet)
        return drawn
    drawn.axhline(0, color=MUTED, linewidth=1.4, zorder=1)
    if people.average is not None:
        drawn.axhline(people.average, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    across = _dodged(sheet, seen["n"])
    _people(drawn, seen, across)
    hidden_units(sheet, rows)
    name_points(sheet, seen, "auditor", seen["shift"], across, only_signals=True)
    left, base, _, height = sheet.plot
    edge = {"color": MUTED, "path_effects": white_edge(), "zorder": 6}
    sheet.write(left + 6, base + height - 3, "Auditor grades higher", va="top", **edge)
    foot = base + (18 if rows["hidden"].any() else 4)
    sheet.write(left + 6, foot, "Auditor grades lower", va="bottom", **edge)
    edge_labels(sheet, labels, right)
    return drawn


def _dodged(sheet: Sheet, sizes: pd.Series) -> np.ndarray:
    """Move auditors with the same number apart, a little to both sides, in their order."""
    wide = 9 * (sheet.ax.get_xlim()[1] - sheet.ax.get_xlim()[0]) / sheet.plot[2]
    turn = sizes.groupby(sizes).cumcount()
    number = sizes.groupby(sizes).transform("size")
    step = np.minimum(wide, 0.8 / number.clip(lower=1)) if len(sizes) else wide
    return (sizes + step * (turn - (number - 1) / 2)).to_numpy(dtype="float64")


def _people(ax: Axes, rows: pd.DataFrame, across: np.ndarray) -> None:
    """Draw intervals and points."""
    signals = rows["signal"].fillna("").to_numpy()
    looks = {"": ("o", PALETTE["grey"], 36)} | {
        name: (marker, colour, 64) for name, (marker, colour, _) in SEVERITY.items()
    }
    for signal, (marker, colour, size) in looks.items():
        here = signals == signal
        ends = rows.loc[here, "low"], rows.loc[here, "high"]
        line, wide = (colour, 1.8) if signal else (THIN, 1.0)
        ax.vlines(across[here], *ends, color=line, linewidth=wide, zorder=2)
        ax.scatter(across[here], rows.loc[here, "shift"], s=size, marker=marker, color=colour,
                   edgecolor="white", linewidth=0.8, zorder=3)  # fmt: skip
