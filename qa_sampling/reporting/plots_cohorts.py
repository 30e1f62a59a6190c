"""The picture of cohorts: what share has come by each day, the latest cohorts in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.alt_words import hidden, opening, told
from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import measure_axis, nothing, number_axis, steps_of
from qa_sampling.reporting.plot_captions import caption_of, said, subtitle_of
from qa_sampling.reporting.plot_labels import LINE
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import KeyItem, open_sheet
from qa_sampling.reporting.plot_style import BAND, PALETTE, SMALL, THIN
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
    front = rows[rows["cohort"] == curves.cohorts[-1]] if len(rows) else rows
    top = min(1.0, 1.1 * max([0.0, *rows["share"], *front["high"].dropna()])) or 1.0
    ticks = steps_of(0.0, top, unit="share")
    shaded = bool(front["low"].notna().any())
    band = f"Shaded: {100 * curves.level:g}% interval of the latest." if shaded else ""
    sheet.lay(
        height=_HEIGHT,
        title=title,
        subtitle=subtitle_of(curves),
        caption=caption_of(curves, more=[band, "Days since the start."]),
        key=_key(curves),
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
        end = curves.table[curves.table["cohort"] == name].iloc[-1]
        marker, colour, *_ = looks[name]
        words = f"{name}: {said(end['share'], 'share')} by day {end['days']:.0f}"
        key.append(KeyItem(words, marker, colour))
    earlier = list(looks)[len(_LOOKS) :]
    if earlier:
        key.append(KeyItem(f"{len(earlier)} earlier", _EARLIER[0], _EARLIER[1]))
    return key


def _curves(ax: Axes, curves: CohortCurves) -> None:
    """Draw the curves, the latest on top, and the interval of the latest."""
    looks = _looks(curves)
    latest = next(iter(looks))
    for depth, name in enumerate(reversed(looks)):
        marker, colour, line, wide = looks[name]
        held = curves.table[curves.table["cohort"] == name]
        if name == latest and held["low"].notna().any():
            ax.fill_between(held["days"], held["low"], held["high"], step="post", color=BAND,
                            linewidth=0, zorder=1)  # fmt: skip
        ax.plot(held["days"], held["share"], drawstyle="steps-post", color=colour, linestyle=line,
                linewidth=wide, zorder=2 + depth / 100)  # fmt: skip
        ax.scatter(held["days"].iloc[-1:], held["share"].iloc[-1:], s=44, marker=marker,
                   color=colour, edgecolor="white", linewidth=0.8, zorder=4,
                   clip_on=False)  # fmt: skip


def cohort_chart_alt(result: CohortCurves | Derived) -> Told:
    """Say what a picture of cohorts shows: how far each curve has come, and by which day.

    Parameters
    ----------
    result : CohortCurves or Derived
        What the picture draws.
    """
    curves, table = opened(result, CohortCurves)
    rows = curves.table.assign(hidden=False)
    ends = rows.groupby("cohort", sort=False).tail(1)
    listed = []
    for row in ends.itertuples():
        words = f"{row.cohort}: {said(row.share, 'share')} by day {row.days:.0f}"
        if not pd.isna(row.low):
            words += f" ({said(row.low, 'share')} to {said(row.high, 'share')})"
        listed.append(words)
    parts = [opening("Step curves", curves), f"Days since the start, {len(ends)} cohorts."]
    parts.append(f"{'; '.join(listed)}." if listed else "No cohort is shown.")
    parts.append(f"In brackets {100 * curves.level:g}% intervals." if listed else "")
    return told(table, rows, [*parts, hidden(rows, "cohort")])
