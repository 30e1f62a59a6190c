"""What a notebook puts before readers: `share` for everybody, `show` for the restricted page.

Both display a result in the notebook and mark it for the page (``report.build_page``). A
shareable page takes only what `share` and `share_figure` displayed, and these take only what
disclosure control has made: a SafeTable, sentences from ``narrative``, a chart drawn by
``plots`` from the SafeTable that is printed beneath it. The mark carries plain text and no
markup, so the page decides how it looks and nothing can slip into it. A chart is displayed as
PNG, which notebooks are never compared by; its SVG for the page lies in the output's metadata,
which they are not compared by either, so that another matplotlib does not fail strict nbval.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.reporting.icon_pictures import icon_named, icon_svg
from qa_sampling.reporting.plot_seal import drawn_from, svg_as_drawn
from qa_sampling.reporting.plot_style import house_style
from qa_sampling.reporting.releases import release_fingerprint
from qa_sampling.reporting.safe_table import SafeTable, require_safe
from qa_sampling.reporting.svg import figure_svg
from qa_sampling.reporting.word_table import WordTable
from qa_sampling.reporting.words import Told, Words, require_title, require_words_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARE_TYPE = "application/vnd.qa-sampling.share+json"
"""Media type that marks an output for the page."""
TEMPLATES = Path(__file__).parent / "templates"
_VERSION = 1
_SCREEN_DPI = 96
_BRIEF = 20
_LONG, _LONG_WORD = 32, 24
_NUMBER = re.compile(r"[-−]?[\d,]+(\.\d+)?%?|\[\w+\]")


def share(
    what: SafeTable | Words | WordTable,
    *,
    title: str = "",
    caption: str = "",
    count: str | None = None,
) -> None:
    """Display a protected table, or sentences, and let them onto the shareable page.

    Parameters
    ----------
    what : SafeTable, Words or WordTable
        What ``disclosure.protect`` or ``narrative`` gave, or such words side by side.
    title : str
        The finding in a few words; a table needs one.
    caption : str
        Measure, place and period.
    count : str, optional
        Of a two-way table, the one count to show; all of them by default.

    Raises
    ------
    DisclosureError
        When `what` is anything else, such as a DataFrame.
    """
    if isinstance(what, Words):
        _display(_mark("words", sentences=list(what.sentences)))
        return
    if isinstance(what, WordTable):
        for text in (title, caption):
            require_title(text, what="the title and the caption of share()")
        _require_title(title, "share()")
        grid = {"name": title, "columns": list(what.heads), "rows": what.text}
        _display(_mark("word_table", title=title, caption=caption, note="", grids=[grid]))
        return
    table = require_safe(what, what="share()")
    words = require_words_beside(table, what="share()", title=title, caption=caption)
    _require_title(title, "share()")
    _display(_table_mark("table", table, **words, count=count))


def share_figure(
    picture: Axes | Figure, table: SafeTable, *, title: str, alt: Told, caption: str = ""
) -> None:
    """Display a chart with its table beneath, and let both onto the shareable page.

    Parameters
    ----------
    picture : Axes or Figure
        What a function of ``plots`` gave back. It is closed.
    table : SafeTable
        The table it was drawn from.
    title : str
        The finding in a few words.
    alt : Told
        What the chart shows in words, told from the same table by ``narrative``.
    caption : str
        Measure, place and period.

    Raises
    ------
    DisclosureError
        When the chart was not drawn from this SafeTable by ``plots``, or the words were not
        told from it.
    """
    table = require_safe(table, what="share_figure()")
    figure = picture if hasattr(picture, "savefig") else getattr(picture, "figure", None)
    axes = getattr(figure, "axes", None)
    if not axes or not all(drawn_from(ax, table) for ax in axes):
        raise DisclosureError(
            "share_figure() was given a chart that was not drawn from the table beside it. Draw "
            "it with a function of qa_sampling.reporting.plots from the same SafeTable."
        )
    if not isinstance(alt, Told) or alt.table is not table:
        raise DisclosureError(
            "share_figure() was given words that were not told from the table beside the chart. "
            "Give `alt` what a *_alt function of qa_sampling.reporting.narrative makes of it."
        )
    words = require_words_beside(table, what="share_figure()", title=title, caption=caption)
    svg = svg_as_drawn(figure)
    if not svg:
        raise DisclosureError(
            "share_figure() was given a chart that was changed after it was drawn, or to whose "
            "figure something was added, so nobody can say what is on it. Draw it again and share "
            "it as it is; words belong into `title` and `caption`."
        )
    _display_figure(figure, alt=alt, **words, restricted=False, svg=svg)
    _display(_table_mark("figure_table", table, **words))


def show(
    what: pd.DataFrame | SafeTable,
    *,
    title: str,
    caption: str = "",
    icons: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Display a table for the restricted page; the shareable page refuses it.

    Parameters
    ----------
    what : DataFrame or SafeTable
        Any table.
    title : str
        What it shows.
    caption : str
        Measure, place and period.
    icons : mapping of str to sequence of str, optional
        By column of a DataFrame, the icon that stands in front of each cell, by its name
        (``icon_pictures.ICONS``); blank for none.

    Raises
    ------
    ParameterError
        When the title is blank, an icon is unknown, or icons are not one a row.
    """
    _require_title(title, "show()")
    if isinstance(what, SafeTable):
        mark = _table_mark("table", what, title=title, caption=caption)
    else:
        mark = _mark(
            "table",
            title=title,
            caption=caption,
            note="",
            release="",
            grids=[_grid(title, what, _headings(what)) | _iconed(what, icons or {})],
        )
    _display(mark | {"restricted": True})


def show_figure(picture: Axes | Figure, *, title: str, alt: str, caption: str = "") -> None:
    """Display a chart for the restricted page; the shareable page refuses it.

    Parameters
    ----------
    picture : Axes or Figure
        Any chart. It is closed.
    title, alt, caption : str
        The finding, what the chart shows in words, and measure, place and period.
    """
    figure = picture if hasattr(picture, "savefig") else picture.figure
    _display_figure(figure, title=title, alt=alt, caption=caption, restricted=True)


def _require_title(title: str, what: str) -> None:
    if not title.strip():
        raise ParameterError(f"{what} needs a title that says what the reader sees.")


def _mark(kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"version": _VERSION, "kind": kind, "restricted": False, **fields}


def _table_mark(
    kind: str, table: SafeTable, *, title: str, caption: str, count: str | None = None
) -> dict[str, Any]:
    """Put a SafeTable as plain text: one grid, or one a count when it is two-way."""
    grids = []
    if len(table.by) == 2:
        for name in (count,) if count else table.counts or table.publics:
            grid = table.grid(name)
            frame = grid.rename_axis(None, axis=1).reset_index()
            heading = table.heading(name)
            grids.append(_grid(heading, frame, {table.by[0]: table.heading(table.by[0])}))
    else:
        headings = {name: table.heading(name) for name in table.columns}
        grids.append(_grid(title, table.frame, headings))
    release = release_fingerprint(table)
    return _mark(kind, title=title, caption=caption, note=table.note, grids=grids, release=release)


def _headings(frame: pd.DataFrame) -> dict[Any, str]:
    """Put column names as people read them."""
    names = {column: str(column).replace("_", " ") for column in frame.columns}
    return {column: name[:1].upper() + name[1:] for column, name in names.items()}


def _grid(name: str, frame: pd.DataFrame, headings: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "name": name,
        "columns": [str(headings.get(column, column)) for column in frame.columns],
        "rows": [[_text(value) for value in row] for row in frame.itertuples(index=False)],
    }


def _iconed(frame: pd.DataFrame, icons: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Put the icons of a table as names, by the place of their column; nothing without any."""
    placed: dict[str, list[str]] = {}
    for column, names in icons.items():
        if column not in frame or len(names) != len(frame):
            raise ParameterError(
                f"The icons of {column!r} do not fit the table; give one a row, of a column it has."
            )
        placed[str(frame.columns.get_loc(column))] = [
            icon_named(one).name if one else "" for one in names
        ]
    return {"icons": placed} if placed else {}


def _text(value: object) -> str:
    """Put one value as people read it."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, pd.Timestamp):
        return f"{value:%d/%m/%Y}"
    return f"{value:,}" if isinstance(value, Integral) else str(value)


def _display_figure(
    figure: Figure, *, title: str, alt: str, caption: str, restricted: bool, svg: str = ""
) -> None:
    """Display a figure as PNG at twice the screen's resolution, with its SVG for the page.

    The PNG is packed in earnest once it has its palette; `svg` is what was made of it already.
    """
    import matplotlib.pyplot as plt

    _require_title(title, "A chart")
    if not alt.strip():
        raise ParameterError(
            "A chart needs `alt`, which says in words what it shows; see the *_alt functions of "
            "qa_sampling.reporting.narrative."
        )
    stored = io.BytesIO()
    settings = {"bbox_inches": "tight", "metadata": {"Software": None},
                "pil_kwargs": {"compress_level": 1}}  # fmt: skip
    with house_style() if not restricted else nullcontext():
        figure.savefig(stored, format="png", dpi=2 * _SCREEN_DPI, **settings)
        svg = svg or figure_svg(figure)
    plt.close(figure)
    mark = _mark("figure", title=title, alt=alt, caption=caption) | {"restricted": restricted}
    width = round(figure.get_figwidth() * _SCREEN_DPI)
    _display(mark, png=with_a_palette(stored.getvalue()), svg=svg, width=width)


def with_a_palette(png: bytes) -> bytes:
    """Give a PNG with a palette of 256 colours: a third of the size, and to the eye the same.

    Parameters
    ----------
    png : bytes
        A chart as PNG; what is transparent becomes white.
    """
    from PIL import Image

    made = io.BytesIO()
    with Image.open(io.BytesIO(png)) as drawn:
        seen = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn.convert("RGBA"))
        palette = seen.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        palette.save(made, format="png", compress_level=8)
    return made.getvalue()


def _display(mark: dict[str, Any], *, png: bytes = b"", svg: str = "", width: int = 0) -> None:
    """Emit one output: the mark, and what the notebook itself shows."""
    from IPython.display import display

    bundle: dict[str, Any] = {SHARE_TYPE: mark, "text/plain": _plain(mark)}
    metadata: dict[str, Any] = {}
    if png:
        bundle["image/png"] = base64.b64encode(png).decode("ascii")
        metadata = {"image/png": {"alt": mark["alt"], "width": width}, SHARE_TYPE: {"svg": svg}}
    else:
        bundle["text/html"] = _html(mark)
    display(bundle, metadata=metadata, raw=True)


def _plain(mark: dict[str, Any]) -> str:
    """Give the output in plain text, the same on every machine."""
    if mark["kind"] == "words":
        return "\n".join(mark["sentences"])
    if mark["kind"] == "figure":
        return f"{mark['title']}\n{mark['alt']}"
    size = "; ".join(f"{grid['name']}: {len(grid['rows'])} rows" for grid in mark["grids"])
    return f"{mark['title']}\n{size}"


def _html(mark: dict[str, Any]) -> str:
    """Give the output as the notebook shows it."""
    return environment().get_template("notebook.html.j2").render(block=mark).strip()


@lru_cache(maxsize=1)
def environment() -> Any:  # noqa: ANN401
    """Give the templates, with every value escaped; made once, since they take long to read."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters["number_columns"] = number_columns
    made.filters["brief_columns"] = brief_columns
    made.filters["is_long"] = is_long
    made.filters["icon"] = icon_svg
    return made


def number_columns(grid: Mapping[str, Any]) -> list[bool]:
    """Say which columns of a grid hold numbers (or marks, or nothing), for aligning them.

    Parameters
    ----------
    grid : mapping
        `columns` and `rows` of text; the first column names the rows and is never a number, and
        without a row none is.
    """
    columns, rows = range(len(grid["columns"])), grid["rows"] or [["–"] * len(grid["columns"])]
    return [
        place > 0 and all(_NUMBER.fullmatch(row[place]) for row in rows if row[place])
        for place in columns
    ]


def brief_columns(grid: Mapping[str, Any]) -> list[bool]:
    """Say which columns of a grid hold nothing but a word or two, to be kept on one line.

    Parameters
    ----------
    grid : mapping
        `columns` and `rows` of text; without a row none is, so that headings may break.
    """
    columns, rows = range(len(grid["columns"])), grid["rows"]
    return [bool(rows) and all(len(row[place]) <= _BRIEF for row in rows) for place in columns]


def is_long(text: str) -> bool:
    """Say whether a heading is too long for one line, so that it would push numbers aside."""
    return len(text) > _LONG or any(len(word) > _LONG_WORD for word in text.split())
