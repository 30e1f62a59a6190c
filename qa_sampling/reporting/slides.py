"""Pictures the size of a slide (16 to 9), each drawn from a protected table, with its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Literal

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.alt_texts import control_chart_alt, turning_chart_alt
from qa_sampling.reporting.derived import Derived
from qa_sampling.reporting.narrative import bar_alt
from qa_sampling.reporting.plot_style import INK, SMALL, at_width
from qa_sampling.reporting.plots import control_chart, turning_chart
from qa_sampling.reporting.plots_plan import bar_chart
from qa_sampling.reporting.plots_programme import (
    plan_chart,
    plan_chart_alt,
    scorecard_alt,
    scorecard_chart,
)
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable, require_safe
from qa_sampling.reporting.slide_titles import finding_of
from qa_sampling.reporting.words import require_title

INCHES, DPI = (12.8, 7.2), 150
"""1920 by 1080 pixels, with words large enough to be read from the back."""
_HEADROOM, _ROW = 0.14, 0.13
"""Share of the height that a title takes, and a row at most: few bars are no thicker than many."""
_LINE = 150
"""Letters in a line at the foot."""
_HIDDEN = f"{HIDDEN_MARK}: hidden, because it is small or would give a small number away."
_DRAWN: dict[str, tuple[Callable, Callable]] = {
    "scorecard": (scorecard_chart, scorecard_alt),
    "plan": (plan_chart, plan_chart_alt),
    "bars": (bar_chart, bar_alt),
    "curve": (turning_chart, turning_chart_alt),
    "line": (control_chart, control_chart_alt),
}


@dataclass(frozen=True)
class Slide:
    """One picture.

    Attributes
    ----------
    stem : str
        What its file is called, without an ending.
    title : str
        What it is about; what it shows is worked out from its table (``slide_titles``).
    table : SafeTable
        What it is drawn from.
    kind : {"scorecard", "plan", "bars", "curve", "line"}
        How.
    about : str
        What it counts and of when, where that is not what the source says; blank otherwise.
    result : Derived, optional
        Of a curve or a line, what was worked out from the table.
    """

    stem: str
    title: str
    table: SafeTable
    kind: Literal["scorecard", "plan", "bars", "curve", "line"]
    about: str = ""
    result: Derived | None = None

    @property
    def drawn(self) -> SafeTable | Derived:
        """What the picture is drawn from: the result worked out from the table, or the table."""
        return self.table if self.result is None else self.result


def write_slides(folder: Path, slides: Sequence[Slide], *, source: str) -> tuple[Path, ...]:
    """Write the pictures, and their words for readers who cannot see them; give their paths.

    Parameters
    ----------
    folder : Path
        Where they go; each is called `slide_<stem>.png`, the words `slides_in_words.txt`.
    slides : sequence of Slide
        The pictures.
    source : str
        Whose figures they are and of when, for the words.

    Raises
    ------
    DisclosureError
        When one is not of a protected table.
    """
    import matplotlib.pyplot as plt

    paths, words = [], [source, ""]
    for one in slides:
        table = require_safe(one.table, what="write_slides()")
        require_title(one.title, what="the title of a slide", table=table)
        if one.about:
            require_title(one.about, what="what a slide counts", table=table)
        draw, tell = _DRAWN[one.kind]
        title = finding_of(one)
        figure = plt.figure(figsize=INCHES, dpi=DPI)
        ax = figure.add_axes((0.04, 0.95 - _height(one), 0.92, _height(one)))
        with at_width(INCHES[0] * 0.92):
            draw(one.drawn, ax=ax, title=title)
        whose = f"{one.about}. From: {source}." if one.about else f"{source}."
        note = f"{whose} {_HIDDEN}" if table.hidden else whose
        figure.text(0.04, 0.02, fill(note, _LINE), fontsize=SMALL, color=INK, va="bottom")
        alt = tell(one.drawn)
        if alt.table is not table:
            raise DisclosureError("The words of a slide were not told from its table.")
        path = folder / f"slide_{one.stem}.png"
        figure.savefig(path, metadata={"Software": None, "Description": str(alt)})
        plt.close(figure)
        paths.append(path)
        subject = [] if title.startswith(str(one.title)) else [str(one.title)]
        words += [f"{path.name}: {title}", *subject, whose, str(alt), ""]
    told = folder / "slides_in_words.txt"
    told.write_text("\n".join(words), encoding="utf-8", newline="\n")
    return (*paths, told)


def _height(one: Slide) -> float:
    """Give the share of the slide's height that a picture takes: bars a row, a curve all of it."""
    if one.result is not None:
        return 0.82
    return min(0.87, _HEADROOM + _ROW * len(set(one.table.body[one.table.by[0]])))
