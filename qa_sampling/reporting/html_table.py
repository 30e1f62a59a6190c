"""The table of a notebook's output as plain words: what a DataFrame showed, without its markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

_MOST_SPANNED = 1000
_PLAIN = dict.fromkeys(("NaN", "None", "<NA>", "NaT", "nan"), "") | {"True": "Yes", "False": "No"}
_LONG = re.compile(r"-?(\d+)\.\d{3,}(?:e[+-]\d+)?")
_WHOLE = re.compile(r"-?\d+\.0+|")
_SIZE = re.compile(r"(\d[\d,]*) rows? × \d+ columns?")
_COLUMN_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def plain_table(text: str) -> dict[str, Any] | None:
    """Give the first table of an HTML text as plain words.

    Headings of several rows become one, cells over several rows are said again in each, names
    such as `case_ref` are put as words, long decimals are shortened to three significant digits
    (never before the point), a DataFrame's row numbers 0, 1, 2 … are left out.

    Parameters
    ----------
    text : str
        HTML of a notebook's output, such as a DataFrame's.

    Returns
    -------
    dict or None
        `name`, `columns`, `rows`, `note` (how many rows there are where some are left out);
        None when there is no table.
    """
    reader = _TableReader()
    reader.feed(text)
    rows = reader.squared()
    if not rows:
        return None
    top = reader.headings or 1
    named = max((reader.row_names[top:] or [0])[0], 0)
    columns = _columns(rows[:top], named)
    body = _readable(rows[top:])
    if named == 1 and not columns[0] and _is_count([row[0] for row in body]):
        columns, body = columns[1:], [row[1:] for row in body]
    size = _SIZE.search(reader.after)
    note = f"{size[1]} rows in all; not all of them are shown." if size else ""
    return {"name": "", "columns": columns, "rows": body, "note": note}


def _readable(rows: list[list[str]]) -> list[list[str]]:
    """Put the values of a DataFrame as people read them."""
    plain = [[_PLAIN.get(cell, cell) for cell in row] for row in rows]
    columns = [list(column) for column in zip(*plain, strict=True)]
    for column in columns:
        if all(_WHOLE.fullmatch(cell) for cell in column):
            column[:] = [cell.partition(".")[0] for cell in column]
        column[:] = [_shortened(cell) for cell in column]
    return [list(row) for row in zip(*columns, strict=True)]


def _shortened(cell: str) -> str:
    """Shorten a long decimal; other text stays as it is."""
    found = _LONG.fullmatch(cell)
    if not found:
        return cell
    places = max(3 - len(found[1].lstrip("0")), 0)
    value = float(cell)
    return f"{value:.{places}f}" if abs(value) >= 1 else f"{value:.3g}"


def _columns(headings: list[list[str]], named: int) -> list[str]:
    """Put several rows of headings as one; `named` columns in front name the rows."""
    last = headings[-1]
    names_only = len(headings) > 1 and named > 0 and not any(last[named:])
    columns = []
    for place in range(len(last)):
        parts = [row[place] for row in headings]
        if names_only:
            parts = parts[-1:] if place < named else parts[:-1]
        columns.append(" – ".join(dict.fromkeys(_said(part) for part in parts if part)))
    return columns


def _said(name: str) -> str:
    """Put the name of a column as words."""
    if not _COLUMN_NAME.fullmatch(name):
        return name
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _is_count(names: list[str]) -> bool:
    """Say whether names of rows are only the numbers a DataFrame gives them."""
    numbers = [name for name in names if name not in ("...", "…")]
    if not all(number.isdecimal() for number in numbers):
        return False
    places = [int(number) for number in numbers]
    whole = len(numbers) == len(names)
    return places == list(range(len(places))) if whole else places == sorted(places)


class _TableReader(HTMLParser):
    """Read the words of the first table of an HTML text, and nothing else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[tuple[str, int, int]]] = []
        self.row_names: list[int] = []
        self.headings = 0
        self.after = ""
        self.tables = 0
        self.in_table = self.in_head = self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables += 1
            self.in_table = self.tables == 1
        if not self.in_table:
            return
        if tag in ("thead", "tbody"):
            self.in_head = tag == "thead"
        elif tag == "tr":
            self.rows.append([])
            self.row_names.append(0)
            self.headings += self.in_head
        elif tag in ("td", "th") and self.rows:
            spans = [_span(dict(attrs).get(name)) for name in ("rowspan", "colspan")]
            self.row_names[-1] += tag == "th" and self.row_names[-1] == len(self.rows[-1])
            self.rows[-1].append(("", *spans))
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False
        elif tag == "table":
            self.in_table = self.in_cell = False

    def handle_data(self, data: str) -> None:
        if self.in_table and self.in_cell and self.rows and self.rows[-1]:
            text, *spans = self.rows[-1][-1]
            self.rows[-1][-1] = (text + data, *spans)
        elif self.tables and not self.in_table:
            self.after += data

    def squared(self) -> list[list[str]]:
        """Give the rows with every spanned cell said again, all of one width."""
        held: dict[int, tuple[str, int]] = {}
        squared = []
        for row in filter(None, self.rows):
            line: list[str] = []
            for text, rows, columns in row:
                self._carry(held, line)
                for _ in range(columns):
                    held[len(line)] = (text.strip(), rows - 1)
                    line.append(text.strip())
            self._carry(held, line)
            squared.append(line)
        width = max(map(len, squared), default=0)
        return [line + [""] * (width - len(line)) for line in squared]

    @staticmethod
    def _carry(held: dict[int, tuple[str, int]], line: list[str]) -> None:
        """Say again what a cell above reaches down to."""
        while held.get(len(line), ("", 0))[1] > 0:
            text, left = held[len(line)]
            held[len(line)] = (text, left - 1)
            line.append(text)


def _span(said: str | None) -> int:
    return min(max(int(said), 1), _MOST_SPANNED) if said and said.isdecimal() else 1
