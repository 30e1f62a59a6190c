"""The overview of measures as one slide: icons of variation and assurance beside their words.

Restricted, as the page it sums up: what fired in a month and the values of a month are on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.icon_drawing import draw_icon
from qa_sampling.reporting.icon_pictures import icon_named
from qa_sampling.reporting.plot_labels import width_of, wrapped
from qa_sampling.reporting.plot_sheet import in_points
from qa_sampling.reporting.plot_style import INK, MUTED, QUIET, SMALL, house_style
from qa_sampling.reporting.plot_words import add_words
from qa_sampling.reporting.slides import DPI, INCHES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

__all__ = ["write_overview_slide"]

_ROWS = 11
"""Measures that one slide holds in letters that are read from the back."""
_TITLE, _HEAD, _BODY, _SMALLER = 26.0, 14.0, 15.0, 12.0
_EDGE, _TOP, _EACH, _ICON = 36.0, 420.0, 34.0, 26.0
_COLUMNS = {"Measure": 36.0, "Value": 372.0, "Variation": 468.0, "Assurance": 676.0}
"""Where each column begins, in points."""
_FIRST = ("concern", "improvement", "neutral")


def write_overview_slide(
    folder: Path,
    overview: pd.DataFrame,
    icons: Mapping[str, Sequence[str]],
    *,
    source: str,
    marking: str,
) -> tuple[Path, ...]:
    """Write the measures that matter most as a picture, and its words; give their paths.

    What stands out comes first, then what always misses its target, then the others.

    Parameters
    ----------
    folder : Path
        A restricted folder; the picture is called `slide_overview.png`, the words
        `slide_overview_in_words.txt`.
    overview : DataFrame
        ``outcomes_view.overview``: `Measure`, `Month`, `Value`, `Variation`, `Assurance`.
    icons : mapping of str to sequence of str
        ``outcomes_view.overview_icons``: by `Variation` and `Assurance`, one a row.
    source : str
        Whose figures they are and of when.
    marking : str
        Written at the foot.
    """
    import matplotlib.pyplot as plt

    table = overview.assign(one=list(icons["Variation"]), two=list(icons["Assurance"]))
    table = table.iloc[sorted(range(len(table)), key=lambda at: _rank(table.iloc[at]))]
    shown = table.head(_ROWS)
    out = int(table["one"].str.startswith(_FIRST).sum())
    title = f"{out} of {len(table)} measures {'stands' if out == 1 else 'stand'} out"
    title = title if out else f"None of {len(table)} measures stands out"
    left_out = len(table) - len(shown)
    others = f" The other {left_out} are in the workbook." if left_out else ""
    words = _words(shown, title, f"{source}.{others}")
    with house_style():
        figure = plt.figure(figsize=INCHES, dpi=DPI, facecolor="white")
        ax = figure.add_axes((0, 0, 1, 1), frame_on=False, xticks=[], yticks=[])
        _draw(ax, shown, title, foot=f"{marking}. {source}.{others}")
        path = folder / "slide_overview.png"
        figure.savefig(path, metadata={"Software": None, "Description": words})
        plt.close(figure)
    told = folder / "slide_overview_in_words.txt"
    told.write_text(words, encoding="utf-8", newline="\n")
    return path, told


def _rank(row: pd.Series) -> tuple[int, int]:
    """Put what stands out first, concerns before all, then targets always missed."""
    found = [place for place, name in enumerate(_FIRST) if row["one"].startswith(name)]
    missed = row["two"] in ("consistent_fail", "cannot_pass")
    return (found[0] if found else len(_FIRST), int(not missed))


def _words(shown: pd.DataFrame, title: str, source: str) -> str:
    """Say what the slide shows, a line a measure."""
    lines = [
        f"{row.Measure}: {row.Value}, {row.Month}; {row.Variation}; {row.Assurance}"
        for row in shown.itertuples()
    ]
    return "\n".join([title, source, "", *lines, ""])


def _draw(ax: Axes, shown: pd.DataFrame, title: str, *, foot: str) -> None:
    """Draw the title, the headings, a row a measure and the foot."""
    at = in_points(ax)
    look = {"transform": at, "color": INK}
    add_words(ax, _EDGE, 470, title, fontsize=_TITLE, fontweight="bold", va="baseline", **look)
    for name, place in _COLUMNS.items():
        add_words(ax, place, _TOP + 8, name, fontsize=_HEAD, va="baseline", transform=at,
                  color=MUTED)  # fmt: skip
    for place, row in enumerate(shown.itertuples()):
        _rule(ax, _TOP - place * _EACH, at)
        _row(ax, row, _TOP - (place + 0.5) * _EACH, at)
    add_words(ax, _EDGE, 16, foot, fontsize=SMALL, va="baseline", transform=at, color=MUTED)


def _rule(ax: Axes, level: float, at: Transform) -> None:
    from matplotlib.lines import Line2D

    ends = [_EDGE, 72 * INCHES[0] - _EDGE]
    ax.add_artist(Line2D(ends, [level] * 2, color=QUIET, linewidth=0.8, transform=at))


def _row(ax: Axes, row: tuple, middle: float, at: Transform) -> None:
    """Write a measure: its name, its latest value, and each icon with its words."""
    starts, ends = list(_COLUMNS.values()), [*list(_COLUMNS.values())[1:], 72 * INCHES[0] - 12]
    cells = [
        (str(row.Measure), ""),
        (str(row.Value).partition(" (")[0], ""),
        (icon_named(row.one).label, row.one),
        (str(row.Assurance), row.two),
    ]
    for (text, icon), start, end in zip(cells, starts, ends, strict=True):
        beside = start + (_ICON + 8 if icon else 0)
        if icon:
            draw_icon(ax, icon, (start, middle - _ICON / 2), _ICON, at)
        _cell(ax, text, (beside, middle), end - beside - 10, at)


def _cell(ax: Axes, text: str, place: tuple[float, float], room: float, at: Transform) -> None:
    """Write a cell on one line, or on two in smaller letters."""
    size = _BODY if width_of(text, _BODY) <= room else _SMALLER
    made = wrapped(text, room, size, lines=2)
    (x, y), one_line = place, "\n" not in made
    add_words(ax, x, y - 0.36 * size * one_line, made, fontsize=size, transform=at, color=INK,
              va="baseline" if one_line else "center")  # fmt: skip
