"""The picture of cohorts: what share has come by each day, the latest cohorts in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.alt_words import hidden, many, opening, told
from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import known, measure_axis, nothing, number_axis, steps_of
from qa_sampling.reporting.plot_captions import caption_of, said, subtitle_of
from qa_sampling.reporting.plot_labels import LINE
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import BAND, HATCHED, PALETTE, SMALL, THIN
from qa_sampling.reporting.words import Told
from qa_sampling.results import CohortCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT = 230.0
_LOOKS = (
    ("D", PALETTE["blue"], "-", 2.6),
    ("^", PALETTE["orange"], (0, (6, 2)), 2.0),
    ("s", PALETTE["turquoise"], (0, (1.5, 1.5)), 2.0),
)
"""Marker, colour, line and width of the latest cohort, the one before, and the one before that."""
_EARLIER = ("o", THIN, "-", 1.0)


@in_house_style
def cohort_chart(
    result: CohortCurves | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw what share has come by each day, a step curve a cohort, each ending at its mark.

    The latest three have colours, marks and strokes of their own, the earlier ones are thin and
    grey; the interval of the latest is shaded. A curve ends where too few are still waited for.

    Parameters
    ----------
    result : CohortCurves or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    curves, table = opened(result, CohortCurves)
    rows, sheet = curves.table, open_sheet(ax, table)
    front = rows[rows["name"] == curves.cohorts[-1]] if len(rows) else rows
    top = min(1.0, 1.1 * max([0.0, *known(rows["share"]), *known(front["high"])])) or 1.0
    ticks = steps_of(0.0, top, unit="share")
    hidden = bool(rows["hidden"].any())
    shaded = bool(front["low"].notna().any())
    band = f"Shaded: {100 * curves.level:g}% interval of the latest." if shaded else ""
    sheet.lay(
        height=_HEIGHT,
        title=title,
        subtitle=subtitle_of(curves),
        caption=caption_of(curves, more=[band, "Days since the start."], hidden=hidden),
        key=_key(curves) + ([HIDDEN_KEY] if hidden else []),
        left=measure_axis(ticks, "share"),
        right=14,
        above=4,
        below=LINE * SMALL + 6,
    )
    drawn = sheet.ax
    drawn.set_ylim(0.0, top)
    drawn.set_xlim(0.0, curves.most_days)
    number_axis(drawn, ticks, "share")
    days = steps_of(0.0, curves.most_days, unit="days", most=max(int(sheet.plot[2] / 60), 2))
    drawn.set_xticks(days, [f"{one:g}" for one in days], fontsize=SMALL)
    if not len(rows):
        nothing(sheet)
        return drawn
    _curves(drawn, curves)
    _hidden_stubs(sheet, rows)
    return drawn


def _looks(curves: CohortCurves) -> dict[str, tuple]:
    """Give each cohort its marker, colour, line and width, latest first."""
    latest = curves.cohorts[::-1]
    return {name: _LOOKS[place] if place < len(_LOOKS) else _EARLIER
            for place, name in enumerate(latest)}  # fmt: skip


def _key(curves: CohortCurves) -> list[KeyItem]:
    key = []
    looks = _looks(curves)
    for name in list(looks)[: len(_LOOKS)]:
        marker, colour, line, _ = looks[name]
        shown = _shown(curves.table, name)
        words = name
        if len(shown):
            end = shown.iloc[-1]
            words = f"{name}: {said(end['share'], 'share')} by day {end['day']:.0f}"
        key.append(KeyItem(words, marker, colour, pattern=line))
    earlier = list(looks)[len(_LOOKS) :]
    if earlier:
        key.append(KeyItem(f"{len(earlier)} earlier", *_EARLIER[:2], pattern=_EARLIER[2]))
    return key


def _shown(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows[(rows["name"] == name) & ~rows["hidden"].astype(bool)]


def _curves(ax: Axes, curves: CohortCurves) -> None:
    """Draw the curves, the latest on top, and the interval of the latest."""
    looks = _looks(curves)
    latest = next(iter(looks))
    for depth, name in enumerate(reversed(looks)):
        marker, colour, line, wide = looks[name]
        held = _shown(curves.table, name)
        if not len(held):
            continue
        if name == latest and held["low"].notna().any():
            ends = (held[one].astype("float64") for one in ("day", "low", "high"))
            ax.fill_between(*ends, step="post", color=BAND, linewidth=0, zorder=1)
        ax.plot(held["day"], held["share"], drawstyle="steps-post", color=colour, linestyle=line,
                linewidth=wide, zorder=2 + depth / 100)  # fmt: skip
        ax.scatter(held["day"].iloc[-1:], held["share"].iloc[-1:], s=44, marker=marker,
                   color=colour, edgecolor="white", linewidth=0.8, zorder=4,
                   clip_on=False)  # fmt: skip


def _hidden_stubs(sheet: Sheet, rows: pd.DataFrame) -> None:
    """Mark the days on which a share is hidden, at the foot and always of one size."""
    from matplotlib.patches import Rectangle

    ax = sheet.ax
    wide = 8 * (ax.get_xlim()[1] - ax.get_xlim()[0]) / sheet.plot[2]
    for day in sorted(set(rows.loc[rows["hidden"].astype(bool), "day"])):
        ax.add_patch(
            Rectangle((day - wide / 2, 0), wide, 13 / sheet.plot[3], zorder=2.5,
                      transform=ax.get_xaxis_transform(), clip_on=False, **HATCHED)
        )  # fmt: skip


def cohort_chart_alt(result: CohortCurves | Derived) -> Told:
    """Say what a picture of cohorts shows: how far each curve has come, and by which day.

    Parameters
    ----------
    result : CohortCurves or Derived
        What the picture draws.
    """
    curves, table = opened(result, CohortCurves)
    rows = curves.table
    listed = []
    for name in curves.cohorts:
        shown = _shown(rows, name)
        if not len(shown):
            listed.append(f"{name}: hidden")
            continue
        end = shown.iloc[-1]
        words = f"{name}: {said(end['share'], 'share')} by day {end['day']:.0f}"
        if not pd.isna(end["low"]):
            words += f" ({said(end['low'], 'share')} to {said(end['high'], 'share')})"
        listed.append(words)
    number = len(listed)
    parts = [opening("Step curves", curves), f"Days since the start, {many(number, 'cohort')}."]
    parts.append(f"{'; '.join(listed)}." if listed else "No cohort is shown.")
    if rows["low"].notna().any():
        parts.append(f"In brackets {100 * curves.level:g}% intervals.")
    return told(table, rows, [*parts, hidden(rows, "day")])
