"""Tables and sentences of the widgets as HTML, escaped, readable in light and dark themes."""

from __future__ import annotations

import html
from collections.abc import Collection
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.svg import figure_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDE, _HIGH = 9.0, 3.0
STYLE = """<style>
.qa-picture { background: #fff; margin: .5em 0; max-width: 60em; }
.qa-picture svg { width: 100%; height: auto; }
.qa-tables { display: flex; flex-wrap: wrap; gap: 0 3em; align-items: flex-start; }
.qa-table { border-collapse: collapse; margin: .5em 0 1em; font-size: 13px; line-height: 1.45; }
.qa-table caption { text-align: left; font-weight: 600; padding: .3em 0; }
.qa-table th, .qa-table td { padding: .25em 0 .25em 1.2em; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--jp-border-color2, #bbb); }
.qa-table th:first-child { padding-left: 0; min-width: 9em; max-width: 22em; }
.qa-table thead th { vertical-align: bottom; max-width: 9em; }
.qa-table tr + tr th:first-child:not([scope="row"]) { min-width: 0; padding-left: 1.2em; }
.qa-table tbody th { font-weight: normal; }
.qa-table th.qa-group { text-align: right; }
.qa-table .qa-number { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.qa-fault { border-left: 4px solid #b10e1e; padding: .1em .9em; margin: .5em 0; max-width: 60em; }
.qa-done { border-left: 4px solid #00703c; padding: .3em .9em; margin: .5em 0; max-width: 60em; }
.qa-note { max-width: 60em; line-height: 1.45; margin: .4em 0; }
.qa-fault, .qa-done, .qa-note { white-space: normal; }
</style>"""
"""Style sheet of everything the widgets show."""


def table_html(table: pd.DataFrame, *, caption: str, words: Collection[str] = ()) -> str:
    """Give a table of text and numbers as HTML; the first column names the rows.

    Parameters
    ----------
    table : DataFrame
        Cells that are to be shown as they are.
    caption : str
        What it says.
    words : collection of str
        Columns that are words even where every cell begins with a digit.
    """
    counted = [name for name in table.columns[1:] if name not in words]
    numbers = {name for name in counted if _all_numbers(table[name])}
    heads = _heads([str(name) for name in table.columns], {str(name) for name in numbers})
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
        f"<thead>{heads}</thead><tbody>{rows}</tbody></table>"
    )


def _heads(names: list[str], numbers: set[str]) -> str:
    """Give the heading rows: names such as "Design A: cases" come in two, the group above."""
    parts = [name.partition(": ") for name in names]
    if not any(inner for _, _, inner in parts):
        cells = (f"<th scope='col'{_kind(one in numbers)}>{html.escape(one)}</th>" for one in names)
        return f"<tr>{''.join(cells)}</tr>"
    above = f"<th scope='col' rowspan='2'>{html.escape(names[0])}</th>"
    for group, held in groupby(group for group, _, _ in parts[1:]):
        span = len(list(held))
        above += f"<th scope='colgroup' class='qa-group' colspan='{span}'>{html.escape(group)}</th>"
    below = "".join(
        f"<th scope='col'{_kind(name in numbers)}>{html.escape(inner)}</th>"
        for name, (_, _, inner) in zip(names[1:], parts[1:], strict=True)
    )
    return f"<tr>{above}</tr><tr>{below}</tr>"


def new_figure(high: float = _HIGH) -> tuple[Figure, Axes]:
    """Give a figure of the widgets' width that no notebook displays by itself.

    Parameters
    ----------
    high : float
        Its height in inches.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDE, high))
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
    words = html.escape(alt, quote=True)
    svg = figure_svg(figure).replace("<svg", f'<svg role="img" aria-label="{words}"', 1)
    return f"<div class='qa-picture'>{svg}</div>"


def said_html(text: str, *, fault: bool = False) -> str:
    """Give what was done, or what is wrong, as a sentence that is read out.

    Parameters
    ----------
    text : str
        The sentence.
    fault : bool
        Whether something is wrong.
    """
    kind, role = ("qa-fault", "alert") if fault else ("qa-done", "status")
    return f"<p class='{kind}' role='{role}'>{html.escape(text)}</p>"


def _all_numbers(column: pd.Series) -> bool:
    return all(str(cell)[:1].isdigit() or str(cell)[:1] in "±–" for cell in column)


def _kind(number: bool) -> str:
    return " class='qa-number'" if number else ""
