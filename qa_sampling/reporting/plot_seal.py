"""The seal of a picture: which SafeTable it was drawn from, and how it looked when it was done.

What is drawn from a protected table may be shared as long as it is what this package drew. So its
looks are kept as the SHA-256 of its SVG, and taken again when it is shared: words, lines, ticks,
images or another scale that came later show. It is kept beside the picture, not on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from qa_sampling.reporting.derived import Derived
from qa_sampling.reporting.plot_style import house_style
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.svg import figure_svg
from qa_sampling.reporting.words import require_title

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class _Seal:
    """What is kept of a picture: its table, and its looks once it is done."""

    table: SafeTable | None
    looks: str = ""


_SEALS: WeakKeyDictionary[Axes, _Seal] = WeakKeyDictionary()


def begin(ax: Axes, table: SafeTable | None) -> None:
    """Note which SafeTable a picture is drawn from; not on axes that hold something already.

    Parameters
    ----------
    ax : Axes
        Where it is drawn.
    table : SafeTable or None
        The protected table; None for a restricted picture.
    """
    _SEALS[ax] = _Seal(table if _is_empty(ax) else None)


def finish(ax: Axes) -> None:
    """Keep the looks of a picture that is done.

    Parameters
    ----------
    ax : Axes
        The picture.
    """
    seal = _SEALS.get(ax)
    if seal is not None and seal.table is not None:
        _SEALS[ax] = replace(seal, looks=_digest(_drawn_alone(ax)))


def drawn_from(ax: Axes, table: SafeTable) -> bool:
    """Say whether a picture was drawn by this package from exactly this SafeTable.

    Parameters
    ----------
    ax : Axes
        The picture.
    table : SafeTable
        The table it is said to show.
    """
    seal = _SEALS.get(ax)
    return seal is not None and bool(seal.looks) and seal.table is table


def svg_as_drawn(figure: Figure) -> str:
    """Give a figure's SVG when every picture of it looks as it did when done; blank otherwise.

    Parameters
    ----------
    figure : Figure
        The figure that is shared; what stands on it besides its pictures makes it another.
    """
    axes = figure.axes
    if set(_others(figure)) - set(axes) or not all(one in _SEALS for one in axes):
        return ""
    drawn = [_drawn_alone(one) for one in axes]
    if not all(_SEALS[one].looks == _digest(svg) for svg, one in zip(drawn, axes, strict=True)):
        return ""
    if len(axes) == 1:
        return drawn[0]
    with house_style():
        return figure_svg(figure)


def _digest(svg: str) -> str:
    return hashlib.sha256(svg.encode("utf-8")).hexdigest()


def _drawn_alone(ax: Axes) -> str:
    """Give a picture's SVG, without what else is on its figure."""
    with _alone(ax), house_style():
        return figure_svg(ax.figure)


@contextmanager
def _alone(ax: Axes) -> Iterator[None]:
    """Give a context in which a figure shows one picture only."""
    beside = [one for one in _others(ax.figure) if one is not ax and one.get_visible()]
    for one in beside:
        one.set_visible(False)
    try:
        yield
    finally:
        for one in beside:
            one.set_visible(True)


def _others(figure: Figure) -> list[Artist]:
    """Give what is on a figure besides its ground."""
    return [one for one in figure.get_children() if one is not figure.patch]


def _is_empty(ax: Axes) -> bool:
    """Say whether axes hold nothing yet: no artist, no title, no label."""
    titles = (ax.title, ax._left_title, ax._right_title)
    parts = [ax.patch, ax.xaxis, ax.yaxis, *ax.spines.values(), *titles]
    labels = (*titles, ax.xaxis.label, ax.yaxis.label)
    nothing_said = not any(one.get_text() for one in labels)
    return nothing_said and all(any(one is part for part in parts) for one in ax.get_children())


def in_house_style(draw: Callable[..., Axes]) -> Callable[..., Axes]:
    """Make a picture draw in the house style whatever the caller's settings are, and seal it.

    The title of a picture that may be shared holds no number but what was told from a table.
    """

    @wraps(draw)
    def drawn(result: object, **kwargs: Any) -> Axes:  # noqa: ANN401
        table = result.table if isinstance(result, Derived) else result
        if isinstance(table, SafeTable):
            title = kwargs.get("title", "")
            require_title(title, what=f"the title of {draw.__name__}()", table=table)
        with house_style():
            ax = draw(result, **kwargs)
        finish(ax)
        return ax

    return drawn
