"""Pictures of grades: who gave which, and how they spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import known, nothing, number_axis, steps_of
from qa_sampling.reporting.plot_captions import caption_of, said, subtitle_of
from qa_sampling.reporting.plot_labels import LINE, height_of, width_of, wrapped
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, Sheet, open_sheet
from qa_sampling.reporting.plot_style import (
    FAINT,
    HATCHED,
    INK,
    MUTED,
    PALETTE,
    SEQUENTIAL,
    SMALL,
    TEXT,
)
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.results import AgreementTable, GradeDistribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CELL, _BAR = 44.0, 34.0


@in_house_style
def agreement_heat(
    result: AgreementTable | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw auditor's grade by moderator's grade: counts and shades, the same grade outlined.

    Parameters
    ----------
    result : AgreementTable or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    met, table = opened(result, AgreementTable)
    sheet, grades = open_sheet(ax, table), met.grades
    left = min(max(width_of(grade, SMALL) for grade in grades) + 8, 0.34 * sheet.width)
    each = (sheet.width - left) / len(grades)
    names = [wrapped(grade, left - 8, SMALL, lines=3) for grade in grades]
    heads = [wrapped(grade, each - 4, SMALL, lines=3) for grade in grades]
    if any("…" in head for head in heads):
        heads = [str(place) for place in range(1, len(grades) + 1)]
        left = min(left + width_of("1 ", SMALL), 0.42 * sheet.width)
        numbered = [f"{place} {grade}" for place, grade in zip(heads, grades, strict=True)]
        names = [wrapped(name, left - 8, SMALL, lines=3) for name in numbered]
    above = max(height_of(head, SMALL) for head in heads) + LINE * SMALL + 10
    hidden = bool(met.table["hidden"].any())
    sheet.lay(
        height=max(_CELL, max(height_of(name, SMALL) for name in names) + 4) * len(grades),
        title=title,
        subtitle=subtitle_of(met),
        caption=caption_of(met, more=_agreement_words(met), hidden=hidden),
        key=[HIDDEN_KEY] if hidden else [],
        left=left,
        above=above,
        below=4,
    )
    drawn, count = sheet.ax, len(grades)
    drawn.set_xlim(-0.5, count - 0.5)
    drawn.set_ylim(count - 0.5, -0.5)
    drawn.set_yticks(range(count), names, fontsize=SMALL, color=INK)
    drawn.set_xticks(range(count), heads, fontsize=SMALL, color=INK)
    drawn.tick_params(length=0, top=False, labeltop=True, labelbottom=False, bottom=False, pad=4)
    x, y, _, height = sheet.plot
    top = y + height + above - 4
    sheet.write(x, top, "Moderator’s grade", va="top", color=INK, fontweight="bold")
    sheet.write(x - left, top, wrapped("Auditor’s grade", left, SMALL, bold=True), va="top",
                color=INK, fontweight="bold")  # fmt: skip
    _cells(drawn, met)
    return drawn


def _agreement_words(met: AgreementTable) -> list[str]:
    """Say how many agree, the coefficient, and what the sides of the diagonal mean."""
    words = []
    whole = f" of {met.n:,}" if met.n is not None else ""
    if met.same is not None:
        words.append(f"Same grade (outlined): {met.same:,}{whole}.")
    if met.within_one is not None:
        words.append(f"No more than one grade apart: {met.within_one:,}{whole}.")
    if met.coefficient and met.estimate is not None:
        span = ""
        if met.interval:
            ends = f"{said(met.interval.low, 'grades')} to {said(met.interval.high, 'grades')}"
            span = f" ({100 * met.interval.level:g}% interval {ends})"
        words.append(f"{met.coefficient}: {said(met.estimate, 'grades')}{span}.")
    return [*words, "Right of the outlined cells the moderator graded lower than the auditor."]


def _cells(ax: Axes, met: AgreementTable) -> None:
    """Draw a cell for each pair of grades, those that never met as zeros."""
    from matplotlib.patches import Rectangle

    order = {grade: place for place, grade in enumerate(met.grades)}
    cells = {
        (order[row.moderator_grade], order[row.auditor_grade]): (row.count, bool(row.hidden))
        for row in met.table.itertuples()
    }
    most = max(known(met.table["count"]), default=0.0)
    for y in range(len(order)):
        for x in range(len(order)):
            count, hidden = cells.get((x, y), (0.0, False))
            _cell(ax, (x, y), None if hidden else int(count), most)
    for place in range(len(order)):
        box = Rectangle((place - 0.475, place - 0.46), 0.95, 0.92, facecolor="none",
                        edgecolor=INK, linewidth=2.2, zorder=4)  # fmt: skip
        ax.add_patch(box)


def _cell(ax: Axes, place: tuple[int, int], count: int | None, most: float) -> None:
    """Draw one cell: its shade and its number; hatched and marked when hidden."""
    from matplotlib.patches import Rectangle

    x, y = place
    look: dict = {"facecolor": "#FAFAFA", "edgecolor": FAINT, "linewidth": 0.8}
    ink, text = MUTED, "0"
    if count is None:
        look, ink, text = HATCHED, INK, HIDDEN_MARK
    elif count:
        shade = min(int(len(SEQUENTIAL) * count / (most + 1)), len(SEQUENTIAL) - 1)
        look = {"facecolor": SEQUENTIAL[shade], "linewidth": 0}
        ink, text = "white" if shade >= 2 else INK, f"{count:,}"
    ax.add_patch(Rectangle((x - 0.475, y - 0.46), 0.95, 0.92, **look))
    halo = {"facecolor": "#F4F4F4", "edgecolor": "none", "pad": 1.5} if count is None else None
    ax.text(x, y, text, ha="center", va="center", fontsize=TEXT, color=ink, bbox=halo,
            fontweight="bold" if count else "normal", zorder=5)  # fmt: skip


@in_house_style
def grade_distribution(
    result: GradeDistribution | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw the share of each grade as a bar, its interval as a line, both in words beside it.

    Parameters
    ----------
    result : GradeDistribution or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    spread, table = opened(result, GradeDistribution)
    rows, sheet = spread.table, open_sheet(ax, table)
    size = sheet.name_size
    left = sheet.name_room(rows["grade"])
    names = [wrapped(one, left - 8, size, lines=3) for one in rows["grade"]]
    notes = [_grade_words(row, narrow=sheet.narrow) for _, row in rows.iterrows()]
    right = max((width_of(note, SMALL) for note in notes), default=0) + 14
    hidden = bool(rows["hidden"].any())
    more = (
        f"Lines: {100 * spread.level:g}% intervals for all {spread.population:,} cases"
        f"{f' ({spread.method})' if spread.method else ''}.",
    )
    each = max(_BAR, max((height_of(name, size) for name in names), default=0) + 4)
    sheet.lay(
        height=each * max(len(rows), 1),
        title=title,
        subtitle=subtitle_of(spread),
        caption=caption_of(spread, more=more, hidden=hidden),
        key=[HIDDEN_KEY] if hidden else [],
        left=left,
        right=right,
        above=2,
        below=LINE * SMALL + 6,
    )
    drawn = sheet.ax
    ends = min(1.0, 1.08 * max([*known(rows[["share", "high"]]), 0.1]))
    drawn.set_xlim(0, ends)
    drawn.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    most = max(min(int(sheet.plot[2] / 50), 5), 1)
    number_axis(drawn, steps_of(0, ends, most=most, unit="share"), "share", across=True)
    if not len(rows):
        nothing(sheet)
        return drawn
    drawn.set_yticks(range(len(rows)), names, fontsize=size, color=INK)
    drawn.tick_params(axis="y", length=0, pad=4)
    for place, (row, note) in enumerate(zip(rows.itertuples(), notes, strict=True)):
        _grade_bar(sheet, place, row, note)
    return drawn


def _grade_words(row: pd.Series, *, narrow: bool) -> str:
    """Say share, interval and count of one grade."""
    if row["hidden"]:
        return HIDDEN_MARK
    words, span = said(row["share"], "share"), ""
    if not pd.isna(row["low"]):
        span = f"({said(row['low'], 'share')} to {said(row['high'], 'share')})"
    count = "" if pd.isna(row["count"]) else f", {int(row['count']):,} graded"
    return f"{words}{count}\n{span}".strip() if narrow else f"{words} {span}".strip() + count


def _grade_bar(sheet: Sheet, place: int, row: tuple, note: str) -> None:
    """Draw one bar with its interval; a hatched stub of one size when hidden."""
    ax = sheet.ax
    left, base, width, height = sheet.plot
    if row.hidden:
        stub = 16 * ax.get_xlim()[1] / width
        ax.barh(place, stub, height=0.6, **HATCHED)
    elif not pd.isna(row.share):
        ax.barh(place, row.share, height=0.6, color=SEQUENTIAL[1], zorder=2)
        ax.plot([row.share] * 2, [place - 0.3, place + 0.3], color=PALETTE["blue"], linewidth=3,
                zorder=3, solid_capstyle="butt")  # fmt: skip
        if not pd.isna(row.low):
            ax.plot([row.low, row.high], [place, place], color=INK, linewidth=1.8, zorder=4)
            ends = [row.low, row.high]
            ax.vlines(ends, place - 0.12, place + 0.12, color=INK, linewidth=1.8, zorder=4)
    middle = base + height * (1 - (place + 0.5) / round(ax.get_ylim()[0] + 0.5))
    sheet.write(left + width + 12, middle, note, va="center", color=INK)
