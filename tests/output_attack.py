"""An intruder with the shareable files of one or more runs, and nothing else.

Reads files from scratch (it imports nothing of the package): pages, workbooks, CSV, JSON, SVG,
PDF and what they carry beside their text. Takes every table it can understand for equations,
every sentence of the form "label: 12 cases" or "label: 3.4% of cases" too, and finds the least
and the greatest whole number that every hidden count can be.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

MARK = "[c]"
TOTALS = ("Total", "All cases in the extract", "All cases listed")
NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?%?")
FAR = 100_000


@dataclass
class Found:
    """What was found in files."""

    tables: list[tuple[str, list[str], list[list[str]]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    pictures: list[list[str]] = field(default_factory=list)

    def __add__(self, other: Found) -> Found:
        return Found(
            self.tables + other.tables,
            self.texts + other.texts,
            self.beside + other.beside,
            self.pictures + other.pictures,
        )


class _Page(HTMLParser):
    """Tables, texts and attributes of a page, its pictures' text included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Found()
        self.rows: list[list[str]] | None = None
        self.caption, self.cell, self.place = "", None, []

    def handle_starttag(self, tag, attributes):
        self.place.append(tag)
        if tag == "svg":
            self.found.pictures.append([])
        self.found.beside += [
            value
            for name, value in attributes
            if (value and name in ("aria-label", "title", "id", "content"))
            or name.startswith("data")
        ]
        self.found.texts += [value for name, value in attributes if name == "alt" and value]
        if tag == "table":
            self.rows, self.caption = [], ""
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in self.place:
            while self.place.pop() != tag:
                pass
        if tag in ("td", "th") and self.rows and self.cell is not None:
            self.rows[-1].append(self.cell.strip())
            self.cell = None
        elif tag == "table" and self.rows is not None:
            rows = [row for row in self.rows if row]
            self.found.tables.append((self.caption.strip(), rows[0], rows[1:]))
            self.rows = None

    def handle_data(self, data):
        if "style" in self.place or "script" in self.place:
            return
        if self.cell is not None:
            self.cell += data
        elif "caption" in self.place:
            self.caption += data
        elif data.strip():
            self._put(" ".join(data.split()))

    def _put(self, text):
        if {"metadata", "desc", "title"} & set(self.place):
            self.found.beside.append(text)
        elif "svg" in self.place:
            self.found.pictures[-1].append(text)
        else:
            self.found.texts.append(text)

    def handle_comment(self, data):
        self.found.beside.append(data)


def read_page(text: str) -> Found:
    page = _Page()
    page.feed(text)
    return page.found


def read_workbook(path: Path) -> Found:
    """Every cell of every sheet, hidden or not, and every other part as text."""
    import openpyxl

    found = Found()
    for sheet in openpyxl.load_workbook(path):
        grid = [
            ["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)
        ]
        for number, row in enumerate(grid):
            filled = [value for value in row if value]
            if len(filled) == 1:
                found.texts.append(filled[0])
            elif len(filled) > 1:
                body = [line for line in grid[number + 1 :] if any(line)]
                found.tables.append((sheet.title, row, body))
                break
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            found.beside.append(name)
            if "docProps" in name or "comments" in name or "externalLink" in name:
                found.beside.append(re.sub(r"<[^>]+>", " ", parts.read(name).decode("utf-8")))
    return found


def read_csv_file(path: Path) -> Found:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    return Found(tables=[(path.stem, rows[0], rows[1:])])


def read_pdf(path: Path) -> Found:
    found = Found()
    for program, into in (("pdftotext", found.texts), ("pdfinfo", found.beside)):
        if shutil.which(program):
            words = [program, str(path), *(["-"] if program == "pdftotext" else [])]
            told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            into += told.splitlines()
    return found


def read_folder(folder: Path) -> Found:
    """Everything that the shareable files of a folder tell."""
    found = Found()
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        found.beside.append(path.name)
        if path.suffix == ".html":
            found += read_page(path.read_text(encoding="utf-8"))
        elif path.suffix == ".xlsx":
            found += read_workbook(path)
        elif path.suffix == ".csv":
            found += read_csv_file(path)
        elif path.suffix == ".pdf":
            found += read_pdf(path)
        elif path.suffix == ".json":
            found.beside.append(json.dumps(json.loads(path.read_text(encoding="utf-8"))))
        else:
            raise AssertionError(f"the intruder cannot read {path.suffix} files yet")
    return found


# What it makes of them -----------------------------------------------------------------------

Cell = tuple[str, frozenset]


@dataclass
class System:
    """Cells and what is known of them."""

    index: dict[Cell, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)
    hidden: set[Cell] = field(default_factory=set)

    def at(self, cell: Cell) -> int:
        if cell not in self.index:
            self.index[cell] = len(self.low)
            self.low.append(0.0)
            self.high.append(float(FAR))
        return self.index[cell]

    def know(self, cell: Cell, text: str, *, least: int) -> None:
        number = self.at(cell)
        if text == MARK:
            self.hidden.add(cell)
            self.low[number] = max(self.low[number], least)
        else:
            value = float(text.replace(",", ""))
            self.low[number], self.high[number] = max(self.low[number], value), value

    def tie(self, terms: dict[int, float], low: float, high: float) -> None:
        self.rows.append(terms)
        self.limits.append((low, high))

    def ranges(self) -> dict[Cell, tuple[int, int]]:
        """The least and the greatest number that each hidden count can be."""
        matrix = csr_array((len(self.rows), len(self.low))).tolil()
        for line, terms in enumerate(self.rows):
            for cell, factor in terms.items():
                matrix[line, cell] = factor
        low, high = np.array(self.limits).T
        tied = LinearConstraint(matrix.tocsr(), low, high)
        found = {}
        for cell in self.hidden:
            ends = []
            for sign in (1, -1):
                objective = np.zeros(len(self.low))
                objective[self.index[cell]] = sign
                answer = milp(
                    objective,
                    integrality=np.ones(len(self.low)),
                    bounds=Bounds(self.low, self.high),
                    constraints=tied,
                )
                assert answer.status == 0, "what is printed contradicts itself"
                ends.append(round(float(answer.x[self.index[cell]])))
            found[cell] = (ends[0], ends[1])
        return found


def attack(
    found: Found,
    *,
    counts: dict[str, str],
    least: int,
    same: dict[tuple[str, str], str] | None = None,
) -> dict[Cell, tuple[int, int]]:
    """Find what every hidden count can be.

    Parameters
    ----------
    found : Found
        What was read.
    counts : dict
        Headings that count something, and what: {"Cases in the frame": "cases"}.
    least : int
        Least value of a hidden count: 1 where the files say that zeros are always shown.
    same : dict
        Cells that are the total of another count: {("extract", "Can be drawn"): "cases"}.
    """
    system = System()
    for caption, header, rows in found.tables:
        _read_table(system, caption, header, rows, counts, least)
    for (count, labels), number in list(system.index.items()):
        if count == "audits" and ("cases", labels) in system.index:
            system.tie({system.at(("cases", labels)): 1.0, number: -1.0}, 0.0, np.inf)
    for (count, label), other in (same or {}).items():
        ends = system.at((count, frozenset({label}))), system.at((other, frozenset()))
        system.tie({ends[0]: 1.0, ends[1]: -1.0}, 0.0, 0.0)
    said = found.texts + [text for one in found.pictures for text in one]
    _read_sentences(system, said, counts)
    return system.ranges()


def _read_table(system, caption, header, rows, counts, least) -> None:
    if caption in counts and header[-1] in TOTALS:
        count = counts[caption]
        cells = [
            (count, (row[0], label), value)
            for row in rows
            for label, value in zip(header[1:], row[1:], strict=True)
        ]
    else:
        classes = [place for place, name in enumerate(header) if not _is_number(name, rows, place)]
        cells = [
            (counts[name], tuple(row[at] for at in classes), row[place])
            for row in rows
            for place, name in enumerate(header)
            if name in counts and row[place]
        ]
        _read_shares(system, header, rows, classes, counts)
    lines: dict[tuple, dict[int, float]] = {}
    for count, labels, value in cells:
        cell = (count, frozenset(label for label in labels if label not in TOTALS))
        system.know(cell, value, least=least)
        for axis, label in enumerate(labels):
            line = lines.setdefault((count, axis, labels[:axis] + labels[axis + 1 :]), {})
            line[system.at(cell)] = -1.0 if label in TOTALS else 1.0
    for line in lines.values():
        if -1.0 in line.values() and len(line) > 1:
            system.tie(line, 0.0, 0.0)


def _is_number(name: str, rows: list[list[str]], place: int) -> bool:
    values = [row[place] for row in rows if len(row) > place and row[place]]
    return bool(values) and all(
        value in (MARK, "[z]") or NUMBER.fullmatch(value) for value in values
    )


def _read_shares(system, header, rows, classes, counts) -> None:
    """ "% of cases" is the count over its total, to one decimal place."""
    for place, name in enumerate(header):
        count = next((what for what in counts.values() if name == f"% of {what}"), None)
        for row in rows if count else ():
            if row[place] not in (MARK, "[z]", ""):
                labels = frozenset(row[at] for at in classes if row[at] not in TOTALS)
                _share(system, count, labels, float(row[place].rstrip("%")))


def _share(system: System, count: str, labels: frozenset, share: float) -> None:
    part, whole = system.at((count, labels)), system.at((count, frozenset()))
    if part != whole:
        system.tie({part: 100.0, whole: -(share - 0.0501)}, 0.0, np.inf)
        system.tie({part: 100.0, whole: -(share + 0.0501)}, -np.inf, 0.0)


def _read_sentences(system: System, texts: list[str], counts: dict[str, str]) -> None:
    """Take "label: 12 cases", "label (12)" and "label: 3.4% of cases" for what they say."""
    known = sorted({label for _, labels in system.index for label in labels}, key=len)
    for text in texts:
        for label in known:
            for said in re.finditer(
                rf"{re.escape(label)}”?(?:, ([^(:]+?))?(?:: | \()([^;.)]+)", text
            ):
                labels = frozenset({label, said[1]} - {None})
                if said[1] and said[1] not in known:
                    continue
                for count in set(counts.values()):
                    if share := re.search(rf"([\d.]+)% of {count}", said[2]):
                        _share(system, count, labels, float(share[1]))
                    if number := re.search(rf"([\d,]+) {count}\b", said[2]):
                        system.know((count, labels), number[1], least=0)


def unexplained(found: Found, phrases: tuple[str, ...] = ()) -> set[str]:
    """Give numbers in sentences that no table prints and no phrase explains.

    Parameters
    ----------
    found : Found
        What was read.
    phrases : tuple of str
        Regular expressions of phrases whose numbers are known to tell nothing of a case.
    """
    number = r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)"
    printed = {
        value.replace(",", "")
        for _, header, rows in found.tables
        for row in [header, *rows]
        for text in row
        for value in re.findall(number, text)
    }
    texts = found.texts + [text for one in found.pictures for text in _without_axis(one)]
    told = (re.sub("|".join(phrases), " ", text) if phrases else text for text in texts)
    return {value.replace(",", "") for text in told for value in re.findall(number, text)} - printed


def _without_axis(texts: list[str]) -> list[str]:
    """Leave out an axis: equal steps from 0, one after the other, at least three."""
    kept = list(texts)
    for start, text in enumerate(texts):
        run = [float(one) for one in _numbers_from(texts, start)] if text == "0" else []
        while len(run) > 2 and any(value != at * run[1] for at, value in enumerate(run)):
            run.pop()
        if len(run) > 2:
            kept[start : start + len(run)] = [""] * len(run)
    return kept


def _numbers_from(texts: list[str], start: int) -> list[str]:
    stop = start
    while stop < len(texts) and re.fullmatch(r"\d+", texts[stop]):
        stop += 1
    return texts[start:stop]
