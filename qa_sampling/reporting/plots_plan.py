"""Pictures of the audit plan: allocation, coverage map, from extract to frame, loads.

They compute nothing: a number in the picture is a number in the table. What a SafeTable hides
is drawn as a hatched mark. Colours are the Government Analysis Function's palette; shapes and
words always say the same as colours, so the pictures hold in grey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.plot_style import (
    INK,
    MUTED,
    PALETTE,
    QUIET,
    SEQUENTIAL,
    WIDTH_INCHES,
    remember,
)
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEXT = 10.5
SMALL = 9.5


def allocation_chart(
    table: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw each class's share of the cases (circle) and of the audits (diamond).

    Parameters
    ----------
    table : SafeTable or DataFrame
        One classification, then `cases`, `audits`, `share_of_cases`, `share_of_audits`
        (per cent).
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    label, rows = _rows(table)
    ax = _begin(ax, table, height=0.38 * len(rows) + 1.2)
    looks = (
        ("share_of_cases", "o", PALETTE["blue"], "Share of cases in the frame"),
        ("share_of_audits", "D", PALETTE["orange"], "Share of audits"),
    )
    for line, (_, row) in enumerate(rows.iterrows()):
        known = [float(row[look[0]]) for look in looks if _shown(row[look[0]])]
        if len(known) == 2:
            ax.plot(known, [line, line], color=QUIET, linewidth=2.5, zorder=1)
        ax.axhline(line, color="#EDEDED", linewidth=0.8, zorder=0)
        words = f"{_said(row['audits'])} of {_said(row['cases'])}"
        ax.annotate(
            words,
            (1.0, line),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
        )
        if not known:
            ax.text(0.5, line, HIDDEN_MARK, va="center", fontsize=SMALL, color=PALETTE["grey"])
    for name, marker, colour, words in looks:
        places = [line for line, value in enumerate(rows[name]) if _shown(value)]
        values = [float(value) for value in rows[name] if _shown(value)]
        ax.scatter(
            values, places, s=62, marker=marker, color=colour, label=words, zorder=3,
            edgecolor="white", linewidth=0.8,
        )  # fmt: skip
    _name_rows(ax, list(rows[label]))
    ax.set_xlim(left=0)
    ax.set_xlabel("Per cent", fontsize=SMALL, color=INK)
    ax.annotate(
        "audits of cases", (1.0, 1.0), xycoords="axes fraction", xytext=(8, 6),
        textcoords="offset points", fontsize=SMALL, color=INK, va="bottom",
    )  # fmt: skip
    ax.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2, frameon=False, fontsize=SMALL,
        handletextpad=0.2, columnspacing=1.2,
    )  # fmt: skip
    return _finish(ax, title)


def coverage_map(
    table: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw the caseload as a map: cases as shades and numbers, audits as diamonds with numbers.

    Parameters
    ----------
    table : SafeTable or DataFrame
        Two classifications (down, across), then `cases` and `audits`.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    _, rows = _rows(table)
    down, across = rows.columns[:2]
    names = list(dict.fromkeys(rows[down])), list(dict.fromkeys(rows[across]))
    ax = _begin(ax, table, height=0.34 * len(names[0]) + 1.5)
    most = max([int(value) for value in rows["cases"] if _shown(value)], default=0)
    for _, row in rows.iterrows():
        place = names[1].index(row[across]), names[0].index(row[down])
        _coverage_cell(ax, place, row["cases"], row["audits"], most)
    ax.set_xlim(-0.5, len(names[1]) - 0.5)
    _name_rows(ax, names[0])
    columns = [_wrap(name, 11) for name in names[1]]
    ax.set_xticks(range(len(columns)), columns, fontsize=SMALL if len(columns) > 4 else TEXT)
    ax.tick_params(axis="x", top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    key = ["Shade and number: cases in the frame. Diamond: audits."]
    marks = {"cases": f"Hatched {HIDDEN_MARK}: cases hidden.", "audits": "Hollow: audits hidden."}
    hidden = [text for name, text in marks.items() if not rows[name].map(_shown).all()]
    key += [" ".join(hidden)] if hidden else []
    ax.annotate(
        "\n".join(key), (0, 0), xycoords="axes fraction", xytext=(0, -8),
        textcoords="offset points", va="top", fontsize=SMALL, color=INK,
    )  # fmt: skip
    return _finish(ax, title, pad=30)


def _coverage_cell(
    ax: Axes, place: tuple[int, int], cases: object, audits: object, most: int
) -> None:
    """Draw one cell of the coverage map."""
    from matplotlib.patches import Rectangle

    x, y = place
    fill, ink, hatch = "white", INK, None
    if not _shown(cases):
        fill, hatch = "#F2F2F2", "////"
    elif cases:
        shade = min(int(len(SEQUENTIAL) * int(cases) / (most + 1)), len(SEQUENTIAL) - 1)
        fill, ink = SEQUENTIAL[shade], "white" if shade >= 2 else INK
    box = {"facecolor": fill, "edgecolor": QUIET if hatch else "white", "hatch": hatch}
    ax.add_patch(
        Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, linewidth=0 if not hatch else 0.6, **box)
    )
    if _shown(cases) and not cases:
        ax.text(x, y, "0", ha="center", va="center", fontsize=SMALL, color=MUTED)
        return
    halo = {"facecolor": fill, "edgecolor": "none", "pad": 1.2}
    ax.text(x - 0.1, y, _said(cases), ha="right", va="center", fontsize=TEXT, color=ink, bbox=halo)
    if _shown(audits) and int(audits) == 0:
        return
    known = _shown(audits)
    look = (PALETTE["orange"], "white") if known else ("white", PALETTE["grey"])
    ax.scatter(x + 0.1, y, marker="D", s=30, color=look[0], edgecolor=look[1], zorder=3)
    if known:
        ax.text(x + 0.2, y, _said(audits), va="center", fontsize=TEXT, color=ink, bbox=halo)


def funnel_chart(
    table: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw how the cases of the extract become the frame: a bar for each reason, the frame last.

    Parameters
    ----------
    table : SafeTable or DataFrame
        `reason` and `cases`; the last row holds the cases that can be drawn.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    label, rows = _rows(table)
    ax = _begin(ax, table, height=0.4 * len(rows) + 0.35)
    colours = [PALETTE["plum"]] * (len(rows) - 1) + [PALETTE["blue"]]
    _bars(ax, list(rows[label]), list(rows["cases"]), colours)
    return _finish(ax, title)


def load_chart(loads: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw audits by role of the auditor: bars from a SafeTable, else a dot a person, unnamed.

    Parameters
    ----------
    loads : SafeTable or DataFrame
        `role` and `audits`; with one row a person when it is a plain table.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    if isinstance(loads, SafeTable):
        label, rows = _rows(loads)
        ax = _begin(ax, loads, height=0.4 * len(rows) + 0.35)
        _bars(ax, list(rows[label]), list(rows["audits"]), [PALETTE["blue"]] * len(rows))
        return _finish(ax, title)
    roles = list(dict.fromkeys(loads["role"]))
    ax = _begin(ax, loads, height=0.42 * len(roles) + 0.9)
    for line, role in enumerate(roles):
        people = loads.loc[loads["role"] == role, "audits"].value_counts()
        for audits, number in people.items():
            _stack(ax, float(audits), line, int(number))
    _name_rows(ax, roles)
    ax.set_xlim(-0.6, max(int(loads["audits"].max()), 1) + 0.9)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_xlabel("Audits this month; one dot is one person", fontsize=SMALL, color=INK)
    return _finish(ax, title)


def _stack(ax: Axes, x: float, y: int, number: int) -> None:
    """Draw people with the same load side by side: at most four dots, and the number in words."""
    for dot in range(min(number, 4)):
        ax.scatter(x + 0.1 * dot, y, s=40, color=PALETTE["blue"], edgecolor="white", zorder=3)
    if number > 1:
        ax.text(x + 0.1 * min(number, 4), y, f"×{number}", va="center", fontsize=SMALL, color=INK)


def _bars(ax: Axes, names: list, values: list, colours: list[str]) -> None:
    """Draw horizontal bars with their numbers at the ends; hidden ones as a hatched stub."""
    most = max([int(value) for value in values if _shown(value)], default=1) or 1
    for line, (value, colour) in enumerate(zip(values, colours, strict=True)):
        if _shown(value):
            ax.barh(line, int(value), height=0.62, color=colour)
            end = int(value)
        else:
            end = 0.03 * most
            ax.barh(
                line, end, height=0.62, facecolor="white", edgecolor=PALETTE["grey"], hatch="////"
            )
        ax.text(end + 0.012 * most, line, _said(value), va="center", fontsize=TEXT, color=INK)
    _name_rows(ax, names)
    ax.set_xlim(0, most * 1.12)
    ax.set_xticks([])


def _rows(table: SafeTable | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Give the rows to draw, and the name of the first classification."""
    if isinstance(table, SafeTable):
        return table.by[0], table.body
    if not isinstance(table, pd.DataFrame):
        raise DisclosureError(
            f"A chart takes a SafeTable or a DataFrame; got a {type(table).__name__}."
        )
    return str(table.columns[0]), table.reset_index(drop=True)


def _begin(ax: Axes | None, table: SafeTable | pd.DataFrame, *, height: float) -> Axes:
    """Give the ax, noting what is drawn on it; size the figure when it is ours to size."""
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.gca()
        ax.figure.set_size_inches(WIDTH_INCHES, height)
        ax.figure.set_layout_engine("constrained")
    remember(ax, table if isinstance(table, SafeTable) else None)
    return ax


def _name_rows(ax: Axes, names: list) -> None:
    ax.set_yticks(range(len(names)), [_wrap(str(name), 34) for name in names], fontsize=TEXT)
    ax.set_ylim(len(names) - 0.5, -0.5)


def _finish(ax: Axes, title: str, *, pad: float = 26) -> Axes:
    """Leave out what carries nothing: frame, ticks, all but a faint grid."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(QUIET)
    ax.spines["bottom"].set_visible(len(ax.get_xticks()) > 0 and ax.spines["bottom"].get_visible())
    ax.tick_params(length=0, labelcolor=INK)
    ax.set_axisbelow(True)
    if title:
        ax.set_title(title, loc="left", fontsize=12.5, fontweight="bold", color=INK, pad=pad)
    return ax


def _wrap(text: str, width: int = 14) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width)) or text


def _shown(value: object) -> bool:
    return not isinstance(value, str) and not pd.isna(value)


def _said(value: object) -> str:
    return f"{int(value):,}" if _shown(value) else HIDDEN_MARK
