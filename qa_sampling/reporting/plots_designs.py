"""The picture of designs side by side: precision, balance and workload, a row a design."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.plot_labels import LINE, height_of, width_of, wrapped
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import FAINT, INK, PALETTE, QUIET, SMALL
from qa_sampling.sampling.comparison import DesignComparison
from qa_sampling.sampling.comparison_looks import ALL_CASES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 34.0
_GAP = 16.0
_PRECISE = (
    KeyItem("Nothing else known", "o", PALETTE["blue"]),
    KeyItem("Characteristics count", "D", PALETTE["turquoise"]),
)
_UNLIKE = KeyItem("Unlike the caseload", "s", PALETTE["plum"])
_AUDITS = KeyItem("Audits of a team in a month, fewest and most", "^", PALETTE["orange"])


@in_house_style
def design_chart(comparison: DesignComparison, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw designs side by side in three panels from zero: precision, balance, workload.

    Parameters
    ----------
    comparison : DesignComparison
        What ``sampling.comparison.compare_designs`` gave.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    rows = chart_rows(comparison)
    sheet = open_sheet(ax, None)
    names = list(rows["design"])
    left = sheet.name_room(names)
    size = sheet.name_size
    labels = [wrapped(name, left - 8, size, lines=3) for name in names]
    panel = (sheet.width - left) / 3
    heads = [wrapped(head, panel - _GAP, SMALL) for head in (_SHORT if sheet.narrow else _HEADS)]
    above = max(height_of(head, SMALL) for head in heads) + 6
    each = max([_ROW, *(height_of(label, size) + 6 for label in labels)])
    sheet.lay(
        height=each * len(names), title=title, key=_PRECISE,
        caption=_caption(comparison), left=left, above=above, below=4,
    )  # fmt: skip
    drawn = sheet.ax
    drawn.set_xlim(0, sheet.plot[2])
    drawn.set_ylim(len(names) - 0.5, -0.5)
    drawn.set_yticks(range(len(names)), labels, fontsize=size, color=INK)
    drawn.tick_params(axis="y", length=0, pad=4)
    for line in range(len(names)):
        drawn.axhline(line, color=FAINT, linewidth=0.8, zorder=0)
    for place, (head, draw) in enumerate(zip(heads, _PANELS, strict=True)):
        x, base = sheet.plot[0] + place * panel, sheet.plot[1] + sheet.plot[3]
        sheet.write(x, base + 4, head, va="bottom", color=INK)
        drawn.plot([place * panel] * 2, [-0.5, len(names) - 0.5], color=QUIET, linewidth=0.8)
        draw(sheet, rows, place * panel, panel - _GAP)
    return drawn


def chart_rows(comparison: DesignComparison) -> pd.DataFrame:
    """Give what the picture shows: a row a design.

    Parameters
    ----------
    comparison : DesignComparison
        What ``compare_designs`` gave.

    Returns
    -------
    DataFrame
        `design`, `half_width`, `explained` (missing without characteristics), `other`, `least`,
        `most`.
    """
    whole = comparison.precision[comparison.precision["domain"] == ALL_CASES].set_index("design")
    margins = comparison.margins[comparison.margins["margin"] == "row"]
    teams = margins.groupby("design", sort=False)
    balance = comparison.balance.groupby("design", sort=False)["other"].mean()
    rows = whole[["half_width", "explained"]].copy()
    rows["other"] = balance.reindex(rows.index)
    rows["least"], rows["most"] = teams["least"].min(), teams["most"].max()
    return rows.reset_index()


def design_chart_alt(comparison: DesignComparison) -> str:
    """Say the picture in words.

    Parameters
    ----------
    comparison : DesignComparison
        What ``compare_designs`` gave.
    """
    parts = [
        f"{row.design}: half-width {100 * row.half_width:.1f} points, "
        f"{_share(row.other)} unlike the caseload, {row.least} to {row.most} audits of a team"
        for row in chart_rows(comparison).itertuples()
    ]
    return f"{len(parts)} designs side by side. {'; '.join(parts)}."


_SHORT = ("± points", "Unlike", "Audits of a team")
_HEADS = ("± points, all cases", "Unlike the caseload", "Audits of a team, fewest to most")


def _share(value: float) -> str:
    return "not known" if pd.isna(value) else f"{100 * value:.0f}%"


def _points(value: float) -> str:
    return "" if pd.isna(value) else f"{100 * value:.0f}"


def _caption(comparison: DesignComparison) -> str:
    return (
        f"{100 * comparison.level:g}% interval for a share of {100 * comparison.proportion:g}%; "
        f"{comparison.draws} simulated draws of each design. Characteristics count: they explain "
        f"{100 * comparison.explained:g}% of what makes practice good."
    )


def _mark(sheet: Sheet, x: float, line: float, item: KeyItem) -> None:
    sheet.ax.scatter([x], [line], s=52, marker=item.marker, color=item.colour, zorder=3,
                     edgecolor="white", linewidth=0.8, clip_on=False)  # fmt: skip


def _note(sheet: Sheet, x: float, line: int, words: str) -> None:
    _, y = sheet.to_page(0, line)
    sheet.write(sheet.plot[0] + x + 8, y, words, va="center", color=INK)


def _precision(sheet: Sheet, rows: pd.DataFrame, x: float, room: float) -> None:
    words = [f"{100 * value:.0f}" for value in rows["half_width"]]
    if not sheet.narrow:
        pairs = zip(rows["explained"].map(_points), words, strict=True)
        words = [
            second if first in ("", second) else f"{first} to {second}" for first, second in pairs
        ]
    scale = _scale(words, room, float(rows[["half_width", "explained"]].max().max()))
    for line, row in enumerate(rows.itertuples()):
        ends = [value for value in (row.explained, row.half_width) if not pd.isna(value)]
        sheet.ax.plot([x, x + scale * max(ends)], [line, line], color=QUIET, linewidth=2, zorder=1)
        if not pd.isna(row.explained):
            _mark(sheet, x + scale * row.explained, line + 0.13, _PRECISE[1])
        _mark(sheet, x + scale * row.half_width, line - 0.13, _PRECISE[0])
        _note(sheet, x + scale * max(ends), line, words[line])


def _balance(sheet: Sheet, rows: pd.DataFrame, x: float, room: float) -> None:
    words = [_share(value) for value in rows["other"]]
    scale = _scale(words, room, float(rows["other"].max()))
    for line, value in enumerate(rows["other"]):
        if pd.isna(value):
            _note(sheet, x, line, words[line])
            continue
        sheet.ax.plot([x, x + scale * value], [line, line], color=QUIET, linewidth=2, zorder=1)
        _mark(sheet, x + scale * value, line, _UNLIKE)
        _note(sheet, x + scale * value, line, words[line])


def _audits(sheet: Sheet, rows: pd.DataFrame, x: float, room: float) -> None:
    words = [f"{row.least} to {row.most}" for row in rows.itertuples()]
    scale = _scale(words, room, float(rows["most"].max()))
    for line, row in enumerate(rows.itertuples()):
        ends = [x + scale * row.least, x + scale * row.most]
        sheet.ax.plot(ends, [line, line], color=QUIET, linewidth=2, zorder=1)
        for end in ends:
            _mark(sheet, end, line, _AUDITS)
        _note(sheet, ends[1], line, words[line])


def _scale(words: list[str], room: float, most: float) -> float:
    """Give points a unit, so that the longest mark and its words have room."""
    spare = room - max(width_of(word, SMALL) for word in words) - 0.7 * LINE * SMALL
    return max(spare, 20.0) / most if most > 0 else 0.0


_Panel = Callable[[Sheet, pd.DataFrame, float, float], None]
_PANELS: tuple[_Panel, ...] = (_precision, _balance, _audits)
