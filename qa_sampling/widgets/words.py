"""Tables and sentences of the widgets as HTML, escaped, readable in light and dark themes."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.svg import figure_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (9.0, 3.0)
STYLE = """<style>
.qa-picture { display: block; max-width: 100%; background: #fff; margin: .5em 0; }
.qa-table { border-collapse: collapse; margin: .5em 0 1em; font-size: 13px; line-height: 1.45; }
.qa-table caption { text-align: left; font-weight: 600; padding: .3em 0; }
.qa-table th, .qa-table td { padding: .25em .9em .25em 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--jp-border-color2, #bbb); overflow-wrap: anywhere; }
.qa-table td.qa-number, .qa-table th.qa-number { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.qa-fault { border-left: 4px solid #b10e1e; padding: .1em .9em; margin: .5em 0; max-width: 60em; }
.qa-done { border-left: 4px solid #00703c; padding: .3em .9em; margin: .5em 0; max-width: 60em; }
.qa-note { max-width: 60em; line-height: 1.45; margin: .4em 0; }
.qa-fault, .qa-done, .qa-note { white-space: normal; }
</style>"""
"""Style sheet of everything the widgets show."""


def table_html(table: pd.DataFrame, *, caption: str) -> str:
    """Give a table of text and numbers as HTML; the first column names the rows.

    Parameters
    ----------
    table : DataFrame
        Cells that are to be shown as they are.
    caption : str
        What it says.
    """
    numbers = {name for name in table.columns[1:] if _all_numbers(table[name])}
    heads = "".join(
        f"<th scope='col'{_kind(name in numbers)}>{html.escape(str(name))}</th>"
        for name in table.columns
    )
    rows = "".join(
        "<tr>"
        + f"<th scope='row'>{html.escape(str(row[0]))}</th>"
        + "".join(
            f"<td{_kind(name in numbers)}>{html.escape(str(cell))}</td>"
            for name, cell in zip(table.columns[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return (
        f"<table class='qa-table'><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def new_figure() -> tuple[Figure, Axes]:
    """Give a figure of the widgets' width that no notebook displays by itself."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE)
    return figure, figure.add_subplot()


def picture_html(figure: Figure, *, alt: str) -> str:
    """Give a figure as a picture with its words.

    Parameters
    ----------
    figure : Figure
        The figure.
    alt : str
        What it shows in words.
    """
    data = base64.b64encode(figure_svg(figure).encode("utf-8")).decode("ascii")
    source = f"data:image/svg+xml;base64,{data}"
    return f"<img class='qa-picture' alt='{html.escape(alt, quote=True)}' src='{source}'>"


def _all_numbers(column: pd.Series) -> bool:
    return all(str(cell)[:1].isdigit() or str(cell)[:1] in "±–" for cell in column)


def _kind(number: bool) -> str:
    return " class='qa-number'" if number else ""
