"""What an accessible and harmless workbook is, held on the raw XML of any workbook we write.

Written apart from the writers: it knows the format (ECMA-376) and the rules, and nothing of our
code. The rules are the Analysis Function's "Releasing statistics in spreadsheets" and its
checklist, OWASP's list on formula injection, and WCAG 2.2 for contrast (1.4.3).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/workbook\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/worksheets/sheet\d+\.xml"
    r"|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/tables/table\d+\.xml"
    r"|xl/(sharedStrings|styles)\.xml|xl/theme/theme\d+\.xml"
)
FORM_PARTS = re.compile(r"docProps/custom\.xml|xl/(comments|drawings/vmlDrawing)\d+\.(xml|vml)")
PICTURE_PARTS = re.compile(
    r"xl/drawings/drawing\d+\.xml|xl/drawings/_rels/drawing\d+\.xml\.rels|xl/media/image\d+\.png"
)
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
STARTS = tuple("=+-@\t\r\n＝＋－＠")
UNSEEN = " \u00a0\u200b\u2060\ufeff"
MARK = re.compile(r"\[[a-z]+\]")
LONG = 25


@dataclass
class Cell:
    row: int
    column: int
    value: object
    style: int
    formula: str | None = None

    @property
    def is_text(self) -> bool:
        return isinstance(self.value, str)


@dataclass
class Sheet:
    name: str
    xml: ElementTree.Element
    cells: dict[tuple[int, int], Cell]
    tables: list[ElementTree.Element]
    links: list[str] = field(default_factory=list)

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)


def place(address: str) -> tuple[int, int]:
    """Give row and column from 1 of an address such as B7."""
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", address).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits), column


class Book:
    """The raw parts of a workbook."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.infos = archive.infolist()
            self.parts = {info.filename: archive.read(info) for info in self.infos}
        self.strings = ["".join(t.itertext()) for t in self._texts()]
        self.strings = [unescaped(text) for text in self.strings]
        self.workbook = self.xml("xl/workbook.xml")
        self.styles = self.xml("xl/styles.xml")
        self.xfs = list(self.styles.find(f"{MAIN}cellXfs"))
        self.sheets = list(self._sheets())

    def xml(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.parts[name])

    def _texts(self) -> list[ElementTree.Element]:
        shared = "xl/sharedStrings.xml"
        return list(self.xml(shared)) if shared in self.parts else []

    def rels(self, name: str) -> dict[str, tuple[str, str]]:
        folder, _, file = name.rpartition("/")
        part = f"{folder}/_rels/{file}.rels"
        if part not in self.parts:
            return {}
        return {
            one.get("Id"): (one.get("Type").rpartition("/")[2], one.get("Target"))
            for one in self.xml(part)
        }

    def _sheets(self) -> Iterator[Sheet]:
        targets = self.rels("xl/workbook.xml")
        for entry in self.workbook.find(f"{MAIN}sheets"):
            part = "xl/" + targets[entry.get(f"{REL}id")][1]
            xml, rels = self.xml(part), self.rels(part)
            tables = [
                self.xml("xl/" + rels[one.get(f"{REL}id")][1].removeprefix("../"))
                for one in xml.iter(f"{MAIN}tablePart")
            ]
            links = [one.get("location") or "" for one in xml.iter(f"{MAIN}hyperlink")]
            yield Sheet(entry.get("name"), xml, dict(self._cells(xml)), tables, links)

    def _cells(self, xml: ElementTree.Element) -> Iterator[tuple[tuple[int, int], Cell]]:
        for one in xml.iter(f"{MAIN}c"):
            value, formula = one.find(f"{MAIN}v"), one.find(f"{MAIN}f")
            kind, inner = one.get("t", "n"), None if value is None else value.text
            if kind == "s":
                inner = self.strings[int(inner)]
            elif kind == "n" and inner is not None:
                inner = float(inner)
            at = place(one.get("r"))
            style = int(one.get("s", 0))
            if inner is not None or formula is not None:
                yield at, Cell(*at, inner, style, None if formula is None else formula.text)


def unescaped(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def check_workbook(path: Path, *, kind: str = "shareable") -> list[str]:
    """Give every fault of a workbook; none when it keeps the rules.

    Parameters
    ----------
    path : Path
        The workbook.
    kind : {"shareable", "restricted", "pictured", "working", "form"}
        What it is for: a restricted workbook is marked in print, a pictured one is restricted
        and has icons in its cells, a working one goes to colleagues, a form has inputs and lists
        on a hidden sheet.
    """
    book = Book(path)
    faults = list(_package(book, kind))
    kind = "restricted" if kind == "pictured" else kind
    faults += [*_workbook(book, kind), *_contrast(book)]
    for sheet in book.sheets:
        found = [*_sheet(book, sheet, kind), *_print(book, sheet, kind)]
        if kind != "form":
            found += _table(book, sheet, kind)
        faults += [f"{sheet.name}: {fault}" for fault in found]
    if kind == "shareable":
        faults += _shareable(book)
    return faults


def _package(book: Book, kind: str) -> Iterator[str]:
    for info in book.infos:
        form = kind == "form" and FORM_PARTS.fullmatch(info.filename)
        form = form or (kind == "pictured" and PICTURE_PARTS.fullmatch(info.filename))
        if not PARTS.fullmatch(info.filename) and not form:
            yield f"part {info.filename} has no place here"
        if info.date_time[0] != 1980 or info.comment or info.extra:
            yield f"part {info.filename} carries a time or a remark"
    for name, part in book.parts.items():
        if name.startswith("xl/drawings/drawing"):
            told = [
                one.get("descr") for one in ElementTree.fromstring(part).iter(f"{DRAWING}cNvPr")
            ]
            yield from ["a picture has no words"] * sum(not one for one in told)
        if name.endswith(".rels") and b'TargetMode="External"' in part:
            yield f"{name} leads out of the workbook"
    core = book.xml("docProps/core.xml")
    named = {one.tag.rpartition("}")[2]: one.text or "" for one in core}
    if not named.get("title", "").strip():
        yield "the document has no title"
    allowed = {"title", "created", "modified", "creator", "lastModifiedBy"}
    for name, text in named.items():
        if name not in allowed:
            yield f"property {name} is set"
        if kind == "shareable" and name in ("creator", "lastModifiedBy") and text:
            yield f"property {name} says more than the title"
    app = book.xml("docProps/app.xml")
    for one in app:
        if one.tag.rpartition("}")[2] in ("Company", "Manager", "HyperlinkBase") and one.text:
            yield "the application's properties name somebody"


def _workbook(book: Book, kind: str) -> Iterator[str]:
    names = [sheet.name for sheet in book.sheets]
    if len({name.casefold() for name in names}) != len(names):
        yield "two sheets have the same name"
    for name in names:
        bad = re.search(r"[\[\]:*?/\\]", name) or name.startswith("'") or name.endswith("'")
        if bad or not 0 < len(name) <= 31 or name.casefold() == "history":
            yield f"sheet name {name!r} is not acceptable"
    for entry in book.workbook.find(f"{MAIN}sheets"):
        if entry.get("state", "visible") != "visible" and kind != "form":
            yield f"sheet {entry.get('name')} is hidden"
    for one in book.workbook.iter(f"{MAIN}definedName"):
        if one.get("name") != "_xlnm.Print_Titles" and kind != "form":
            yield f"defined name {one.get('name')}"
    view = next(book.workbook.iter(f"{MAIN}workbookView"))
    if view.get("activeTab", "0") != "0":
        yield "it does not open on its first sheet"
    tables = [table.get("displayName") for sheet in book.sheets for table in sheet.tables]
    if len({name.casefold() for name in tables}) != len(tables):
        yield "two tables have the same name"
    for name in tables:
        if not re.fullmatch(r"[A-Za-z_]\w{0,254}", name) or re.fullmatch(r"[A-Za-z]{1,3}\d+", name):
            yield f"table name {name!r} is not acceptable"
        if not re.search(r"[a-z]{3}", name.lower().removeprefix("table")):
            yield f"table name {name!r} says nothing"


def _sheet(book: Book, sheet: Sheet, kind: str) -> Iterator[str]:
    first = sheet.cells.get((1, 1))
    if first is None or not first.is_text or not first.value.strip():
        yield "A1 holds no title"
    if sheet.xml.find(f"{MAIN}mergeCells") is not None and kind != "form":
        yield "cells are merged"
    for one in (*sheet.xml.iter(f"{MAIN}row"), *sheet.xml.iter(f"{MAIN}col")):
        if one.get("hidden") == "1" and kind != "form":
            yield "a row or column is hidden"
    for one in sheet.xml.iter(f"{MAIN}hyperlink"):
        if one.get(f"{REL}id"):
            yield "a link leads out of the workbook"
    names = {other.name for other in book.sheets}
    for location in sheet.links:
        target = location.rpartition("!")[0].strip("'").replace("''", "'")
        if target not in names:
            yield f"a link leads nowhere ({location})"
    for cell in sheet.cells.values():
        xf = book.xfs[cell.style]
        where = f"row {cell.row}, column {cell.column}"
        if cell.formula is not None and kind == "shareable":
            yield f"{where} is a formula"
        if cell.formula and kind != "form" and not cell.formula.startswith("SUBTOTAL(109,"):
            yield f"{where} is a formula that is no total"
        formula_like = cell.is_text and cell.value.lstrip(UNSEEN).startswith(STARTS)
        if formula_like and xf.get("quotePrefix") != "1":
            yield f"{where} becomes a formula when it is edited"


LEGIBLE = 0.55
"""The least scale at which a sheet is printed that is put onto a number of pages."""


def _scale(sheet: Sheet, page: ElementTree.Element, tall: int) -> float:
    """Give the scale to which rows are drawn together to fit onto so many pages, in points."""
    rows = sheet.xml.iter(f"{MAIN}row")
    high = sum(float(row.get("ht", 15)) for row in rows)
    inches = 8.27 if page.get("orientation") == "landscape" else 11.69
    return tall * 72 * (inches - 0.75 - 0.7) / high


def _print(book: Book, sheet: Sheet, kind: str) -> Iterator[str]:
    entry = next(e for e in book.workbook.find(f"{MAIN}sheets") if e.get("name") == sheet.name)
    if entry.get("state", "visible") != "visible":
        return
    page = sheet.xml.find(f"{MAIN}pageSetup")
    if page is None or page.get("paperSize") != "9":
        yield "it does not print on A4"
    elif (tall := int(page.get("fitToHeight", 1))) and _scale(sheet, page, tall) < LEGIBLE:
        yield "it does not print on A4 in as many pages as it needs to be read"
    printed = sheet.xml.find(f"{MAIN}headerFooter")
    said = "" if printed is None else "".join(printed.itertext())
    if kind in ("shareable", "working") and said:
        yield "it has a header or a footer, which screen readers do not read"
    if kind == "restricted" and "RESTRICTED" not in said:
        yield "its pages are not marked"


def _table(book: Book, sheet: Sheet, kind: str) -> Iterator[str]:
    column_a = {row for row, column in sheet.cells if column == 1}
    if column_a != set(range(1, sheet.last_row + 1)):
        yield "column A has blank rows"
    if not sheet.tables:
        return
    if len(sheet.tables) > 1:
        yield "it has more than one table"
    table = sheet.tables[0]
    (top, left), (bottom, right) = (place(end) for end in table.get("ref").split(":"))
    if left != 1:
        yield "its table does not start in column A"
    if table.get("headerRowCount", "1") != "1":
        yield "its table has no heading"
    if bottom != sheet.last_row or right < max(column for _, column in sheet.cells):
        yield "something stands below or beside its table"
    if any(column > 1 for row, column in sheet.cells if row < top):
        yield "something stands beside its title"
    names = [unescaped(one.get("name")) for one in table.iter(f"{MAIN}tableColumn")]
    above = [sheet.cells[top, column].value for column in range(1, right + 1)]
    if names != above:
        yield "the table's headings are not those in the cells"
    if len({name.casefold() for name in names}) != len(names) or not all(names):
        yield "two headings are the same, or one is blank"
    if kind == "shareable":
        if table.find(f"{MAIN}autoFilter") is not None:
            yield "its table has filters"
        for row in range(top + 1, bottom + 1):
            for column in range(1, right + 1):
                if (row, column) not in sheet.cells:
                    yield f"row {row}, column {column} of its table is blank"
    yield from _frozen(sheet, top, bottom)
    yield from _repeated(book, sheet, top)
    for column in range(1, right + 1):
        body = [sheet.cells.get((row, column)) for row in range(top + 1, bottom + 1)]
        yield from _aligned(book, names[column - 1], [cell for cell in body if cell])
        yield from _wrapped(book, sheet, column, [cell for cell in body if cell])


def _frozen(sheet: Sheet, top: int, bottom: int) -> Iterator[str]:
    pane = next(sheet.xml.iter(f"{MAIN}pane"), None)
    if pane is None:
        if bottom - top > LONG:
            yield "its long table scrolls away from its headings"
    elif pane.get("state") != "frozen" or place(pane.get("topLeftCell"))[0] != top + 1:
        yield "the headings of its table do not stay in view"


def _repeated(book: Book, sheet: Sheet, top: int) -> Iterator[str]:
    quoted = sheet.name.replace("'", "''")
    for one in book.workbook.iter(f"{MAIN}definedName"):
        repeated = re.search(rf"\$1:\${top}$", one.text)
        if one.text.startswith((f"'{quoted}'!", f"{quoted}!")) and repeated:
            return
    yield "its headings are not printed on every page"


def _aligned(book: Book, heading: str, body: list[Cell]) -> Iterator[str]:
    """Numbers, and marks in their place, stand on the right."""
    days = ("d mmm yyyy",)
    if not any(isinstance(cell.value, float) for cell in body):
        return
    for cell in body:
        xf = book.xfs[cell.style]
        if _number_format(book, xf) in days:
            return
        alignment = xf.find(f"{MAIN}alignment")
        right = alignment is not None and alignment.get("horizontal") == "right"
        if not right and (isinstance(cell.value, float) or MARK.fullmatch(cell.value)):
            yield f"row {cell.row} of column {heading!r} is not aligned as a number"
        if isinstance(cell.value, float) and _number_format(book, xf) == "":
            yield f"row {cell.row} of column {heading!r} has no number format"


def _number_format(book: Book, xf: ElementTree.Element) -> str:
    number = xf.get("numFmtId", "0")
    own = {f.get("numFmtId"): f.get("formatCode") for f in book.styles.iter(f"{MAIN}numFmt")}
    return own.get(number, {"3": "#,##0", "4": "#,##0.00"}.get(number, ""))


def _wrapped(book: Book, sheet: Sheet, column: int, body: list[Cell]) -> Iterator[str]:
    """Text that is longer than its column is wrapped, and numbers fit."""
    widths = {}
    for one in sheet.xml.iter(f"{MAIN}col"):
        for at in range(int(one.get("min")), int(one.get("max")) + 1):
            widths[at] = float(one.get("width"))
    width = widths.get(column, 9)
    for cell in body:
        alignment = book.xfs[cell.style].find(f"{MAIN}alignment")
        wrapped = alignment is not None and alignment.get("wrapText") == "1"
        if cell.is_text and len(cell.value) > width * 1.2 and not wrapped:
            yield f"row {cell.row}, column {column} is cut off"
        if isinstance(cell.value, float) and len(f"{cell.value:,.1f}") > width + 2:
            yield f"row {cell.row}, column {column} shows ###"


def _contrast(book: Book) -> Iterator[str]:
    """Every font stands out from its fill by at least 4.5 to 1."""
    fonts = list(book.styles.find(f"{MAIN}fonts"))
    fills = list(book.styles.find(f"{MAIN}fills"))
    for at, xf in enumerate(book.xfs):
        ink = fonts[int(xf.get("fontId", 0))].find(f"{MAIN}color")
        fill = fills[int(xf.get("fillId", 0))].find(f"{MAIN}patternFill/{MAIN}fgColor")
        dark = ink.get("rgb", "FF000000")[2:] if ink is not None else "000000"
        pale = fill.get("rgb", "FFFFFFFF")[2:] if fill is not None else "FFFFFF"
        high, low = sorted((_luminance(dark), _luminance(pale)), reverse=True)
        if (high + 0.05) / (low + 0.05) < 4.5:
            yield f"format {at} is hard to read"


def _luminance(rgb: str) -> float:
    parts = [int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shareable(book: Book) -> Iterator[str]:
    names = [sheet.name for sheet in book.sheets]
    if names[:3] != ["Cover", "Contents", "Notes"]:
        yield "cover, contents and notes do not come first"
        return
    cover, contents, notes, *tables = book.sheets
    linked = {location.rpartition("!")[0].strip("'") for location in contents.links}
    if linked != set(names) - {"Contents"}:
        yield "the contents do not lead to every sheet"
    headings = {cell.value for cell in cover.cells.values()}
    if not {"Source", "Contact"} <= headings:
        yield "the cover names no source or no contact"
    explained = {cell.value for (_, column), cell in notes.cells.items() if column == 1}
    if not {"[c]", "[z]", "[low]", "[x]"} <= explained:
        yield "the notes do not explain the shorthand"
    if cover.tables or not contents.tables or not notes.tables:
        yield "contents and notes are not marked up as tables"
    for sheet in book.sheets:
        if (1, 1) in sheet.cells and _style_name(book, sheet.cells[1, 1]) != "Heading 1":
            yield f"the title of {sheet.name} is not tagged as a heading"
    for sheet in tables:
        texts = [cell.value for cell in sheet.cells.values() if cell.is_text]
        if not sheet.tables:
            yield f"{sheet.name} has no table"
        if not any(text.startswith("Source: ") for text in texts):
            yield f"{sheet.name} names no source"
        if "'Contents'!A1" not in sheet.links:
            yield f"{sheet.name} does not lead back to the contents"
        if not {text for text in texts if MARK.fullmatch(text)} <= explained:
            yield f"{sheet.name} has a mark that the notes do not explain"
        said = {found for text in texts for found in re.findall(r"note \d+", text)}
        if not said <= explained:
            yield f"{sheet.name} refers to a note that is not there"


def _style_name(book: Book, cell: Cell) -> str:
    """Give the name of a cell's style, as assistive technology reads it."""
    base = book.xfs[cell.style].get("xfId", "0")
    names = {one.get("xfId"): one.get("name") for one in book.styles.iter(f"{MAIN}cellStyle")}
    assert int(base) < len(book.styles.find(f"{MAIN}cellStyleXfs"))
    return names.get(base, "")
