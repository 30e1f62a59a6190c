"""Files as they arrive: every kind that is read, and every kind that is refused and how."""

import datetime as dt
import struct
import zipfile

import openpyxl
import pytest
from annex_a_factory import write_grids
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import ExtractError
from qa_sampling.records import tabular
from qa_sampling.records.book import Flaw
from qa_sampling.records.tabular import read_book


def cells(book, sheet=0):
    return [row.cells for row in book.sheets[sheet].rows]


@pytest.fixture
def workbook(tmp_path):
    return write_grids(tmp_path / "book.xlsx", {"List 1": [["id", "day"], ["00123", "NA"]]})


def rewritten(path, part, change):
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part]) if part in parts else change(b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


# -- what is read, and as what ----------------------------------------------------------


def test_cells_keep_what_they_hold(tmp_path):
    day = dt.date(2024, 3, 1)
    book = read_book(write_grids(tmp_path / "a.xlsx", {"S": [["00123", "NA", 12, 1.5, day, None]]}))
    assert cells(book) == [["00123", "NA", 12, 1.5, dt.datetime(2024, 3, 1)]]


def test_workbook_written_by_openpyxl_reads_alike(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["00123", 7, dt.datetime(2020, 1, 2), True, None, "é\u00a0ß"])
    book.create_sheet("Hidden").sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")
    read = read_book(tmp_path / "a.xlsx")
    assert cells(read) == [["00123", 7, dt.datetime(2020, 1, 2), True, None, "é\u00a0ß"]]
    assert [sheet.is_hidden for sheet in read.sheets] == [False, True]


@pytest.mark.parametrize("code", ["dd/mm/yyyy", "d mmm yy", "[$-809]dd mmmm yyyy;@", "m/d/yy h:mm"])
def test_date_formats_are_dates(tmp_path, code):
    book = openpyxl.Workbook()
    book.active["A1"] = dt.datetime(2020, 5, 6)
    book.active["A1"].number_format = code
    book.save(tmp_path / "a.xlsx")
    assert cells(read_book(tmp_path / "a.xlsx")) == [[dt.datetime(2020, 5, 6)]]


@pytest.mark.parametrize("code", ["0.00", '#,##0 "days"', "[Red]0", "0.0%", "General", "\\d0"])
def test_number_formats_are_numbers(tmp_path, code):
    book = openpyxl.Workbook()
    book.active["A1"] = 43000
    book.active["A1"].number_format = code
    book.save(tmp_path / "a.xlsx")
    assert cells(read_book(tmp_path / "a.xlsx")) == [[43000]]


def test_1904_workbook_counts_from_1904(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active["A1"] = dt.datetime(2020, 5, 6)
    book.save(tmp_path / "a.xlsx")
    read = read_book(tmp_path / "a.xlsx")
    assert cells(read) == [[dt.datetime(2020, 5, 6)]]
    assert read.notes == ("counts its days from 1904",)


def test_formulas_give_their_saved_result(tmp_path):
    path = write_grids(
        tmp_path / "a.xlsx",
        {"S": [["x"]]},
        formulas=[
            ("S", "A2", "=1+1", 2),
            ("S", "B2", '="a"&"b"', "ab"),
            ("S", "C2", "=1/0", "#DIV/0!"),
        ],
    )
    assert cells(read_book(path))[1] == [2, "ab", Flaw.ERROR]


def test_formula_without_saved_result_is_a_flaw(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "a.xlsx")
    assert cells(read_book(tmp_path / "a.xlsx")) == [[Flaw.UNCACHED]]


def test_hidden_rows_and_merges_are_told(tmp_path):
    book = openpyxl.Workbook()
    for value in range(4):
        book.active.append([value, value])
    book.active.row_dimensions[2].hidden = True
    book.active.merge_cells("A3:A4")
    book.save(tmp_path / "a.xlsx")
    sheet = read_book(tmp_path / "a.xlsx").sheets[0]
    assert (sheet.hidden_rows, sheet.merged, len(sheet.rows)) == (1, ("A3:A4",), 4)


def test_rich_text_and_phonetic_strings(workbook):
    def change(data):
        run = b"<si><r><t>Ro</t></r><r><t>bin</t></r><rPh><t>x</t></rPh></si>"
        return data.replace(b"<si><t>NA</t></si>", run)

    assert cells(read_book(rewritten(workbook, "xl/sharedStrings.xml", change)))[1][1] == "Robin"


def test_xlsm_reads_like_xlsx(workbook):
    assert cells(read_book(workbook.rename(workbook.with_suffix(".xlsm"))))[1] == ["00123", "NA"]


def test_ods_keeps_text_dates_and_repeats(tmp_path):
    path = ods(
        tmp_path / "a.ods",
        '<table:table-row><table:table-cell office:value-type="string"><text:p>00123</text:p>'
        '</table:table-cell><table:table-cell office:value-type="float" office:value="7"'
        ' table:number-columns-repeated="2"/><table:table-cell office:value-type="date"'
        ' office:date-value="2024-03-01"/><table:table-cell'
        ' table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="100000"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
        '<table:table-row><table:table-cell table:formula="of:=1"/><table:table-cell'
        ' office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p>'
        "</table:table-cell></table:table-row>",
    )
    book = read_book(path)
    assert cells(book)[0] == ["00123", 7, 7, dt.datetime(2024, 3, 1)]
    assert [row.number for row in book.sheets[0].rows] == [1, 100002]
    assert cells(book)[1] == [Flaw.UNCACHED, Flaw.ERROR]


def test_ods_written_by_odfpy(tmp_path):
    odf = pytest.importorskip("odf.opendocument")
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = odf.OpenDocumentSpreadsheet()
    table, line = Table(name="List 1"), TableRow()
    for text in ("Child Unique ID", "00123"):
        cell = TableCell(valuetype="string")
        cell.addElement(P(text=text))
        line.addElement(cell)
    table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(tmp_path / "a.ods")
    book = read_book(tmp_path / "a.ods")
    assert (book.sheets[0].name, cells(book)) == ("List 1", [["Child Unique ID", "00123"]])


def ods(path, rows, *, prolog="", manifest=""):
    spaces = " ".join(
        f'xmlns:{name}="urn:{name}"' for name in ("office", "table", "text", "calcext", "style")
    )
    content = (
        f'<?xml version="1.0"?>{prolog}<office:document-content {spaces}><office:body>'
        f'<table:table table:name="List 1">{rows}</table:table></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
    return path


# -- CSV --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", "UTF-16"), ("cp1252", "cp1252")],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_csv_encodings_separators_and_line_ends(tmp_path, encoding, note, separator, ending):
    text = ending.join(separator.join(cells) for cells in [["id", "wörker"], ["00123", "Zoë"]])
    path = tmp_path / "list 1.csv"
    path.write_bytes((text + ending).encode(encoding))
    book = read_book(path)
    assert cells(book) == [["id", "wörker"], ["00123", "Zoë"]]
    assert book.sheets[0].is_csv and book.sheets[0].name == "list 1"
    assert (
        any(note in said for said in book.notes) if note else "read as" not in str(book.notes[1:])
    )


def test_csv_keeps_quoted_newlines_and_numbers_lines(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,note\n1,"two\nlines"\n\n2,x\n', encoding="utf-8", newline="")
    rows = read_book(path).sheets[0].rows
    assert [(row.number, row.cells) for row in rows][1:] == [
        (2, ["1", "two\nlines"]),
        (5, ["2", "x"]),
    ]


@pytest.mark.parametrize("text", ['id,note\n1,"never closed\n2,x\n', 'id,note\n"1"x,2\n'])
def test_csv_quotes_that_do_not_match_are_refused(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExtractError, match=r"a\.csv, line 2: a quotation mark"):
        read_book(path)


@pytest.mark.parametrize(
    "data",
    [
        b"id,x\n1,\x00\n",
        b"id,x\n1,\x81\x8d\n",
        b"\xff\xfei\x00d\x00\n",
        "id,x\n".encode("utf-16-le"),
    ],
)
def test_csv_that_is_not_text_is_refused(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(ExtractError, match="not readable text"):
        read_book(path)


# -- refused before reading -------------------------------------------------------------

REFUSED = {
    "empty.xlsx": (b"", "is empty"),
    "page.xlsx": (b"<html><table></table>", "web page"),
    "page.csv": (b"\xef\xbb\xbf<!DOCTYPE html><html>", "web page"),
    "report.xlsx": (b"%PDF-1.7 x", "is a PDF"),
    "list.xlsx": (b"id,name\n1,x\n", "rename it to .csv"),
    "list.csv": (b"PK\x03\x04" + b"0" * 40, "workbook under the name of a CSV"),
    "old.xls": (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old .xls format"),
    "old_renamed.xlsx": (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old .xls format"),
    "new.xls": (b"PK\x03\x04", "ends in .xls"),
    "secret.xlsx": (
        b"\xd0\xcf\x11\xe0" + b"0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "password-protected. Save an unprotected copy",
    ),
    "notes.docx": (b"PK\x03\x04", "kind that is not read"),
    "~$annex.xlsx": (b"lock", "lock file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_kinds_are_refused_with_one_sentence(tmp_path, name):
    data, words = REFUSED[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ExtractError, match=words):
        read_book(tmp_path / name)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ExtractError, match="There is no file called a"):
        read_book(tmp_path / "a.xlsx")
    with pytest.raises(ExtractError, match="is a folder"):
        read_book(tmp_path)


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n", encoding="utf-8")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "sharing violation")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(ExtractError, match="Close it if it is open in Excel"):
        read_book(path)


def test_large_csv_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tabular, "LARGEST_CSV_BYTES", 10)
    (tmp_path / "a.csv").write_text("id,name\n1,x\n", encoding="utf-8")
    with pytest.raises(ExtractError, match="larger than"):
        read_book(tmp_path / "a.csv")


@pytest.mark.parametrize("keep", [0.9, 0.5, 0.1])
def test_workbook_cut_short(workbook, keep):
    data = workbook.read_bytes()
    workbook.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(ExtractError, match="damaged or was cut short"):
        read_book(workbook)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_one_bit_flipped_never_crashes(tmp_path_factory, place, bit):
    folder = tmp_path_factory.mktemp("flip")
    path = write_grids(folder / "a.xlsx", {"List 1": [["id", "x"], ["00123", "NA"]]})
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    path.write_bytes(bytes(data))
    try:
        read_book(path)
    except ExtractError as error:
        assert "a.xlsx" in str(error) or "workbook" in str(error)


@pytest.mark.parametrize(
    ("prolog", "rows"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>', "&d;"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', "&b;"),
    ],
)
def test_document_types_and_entities_are_refused(tmp_path, prolog, rows):
    with pytest.raises(ExtractError, match="document type declaration"):
        read_book(ods(tmp_path / "a.ods", rows, prolog=prolog))


def test_document_type_in_a_worksheet(workbook):
    def change(data):
        return data.replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet', 1)

    with pytest.raises(ExtractError, match="document type declaration"):
        read_book(rewritten(workbook, SHEET, change))


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD2", "A1048576"])
def test_far_cell_is_refused(workbook, cell):
    row = "".join(letter for letter in cell if letter.isdigit())

    def change(data):
        far = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'
        return data.replace(b"</sheetData>", far.encode())

    with pytest.raises(ExtractError, match=f"value in cell {cell}, far outside"):
        read_book(rewritten(workbook, SHEET, change))


def test_far_formatted_but_empty_cell_is_harmless(workbook):
    def change(data):
        return data.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        )

    assert len(read_book(rewritten(workbook, SHEET, change)).sheets[0].rows) == 2


def test_far_cells_in_ods(tmp_path):
    wide = (
        '<table:table-row><table:table-cell table:number-columns-repeated="16000"'
        ' office:value-type="float" office:value="1"/></table:table-row>'
    )
    deep = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
        ' office:value-type="float" office:value="1"/></table:table-row>'
    )
    for rows in (wide, deep):
        with pytest.raises(ExtractError, match="far outside"):
            read_book(ods(tmp_path / "a.ods", rows))


def test_repeated_rows_of_many_tables_are_not_unrolled(tmp_path):
    row = (
        '<table:table-row table:number-rows-repeated="199999"><table:table-cell'
        ' table:number-columns-repeated="400" office:value-type="float" office:value="1"/>'
        '</table:table-row></table:table><table:table table:name="x">'
    )
    with pytest.raises(ExtractError, match="far outside"):
        read_book(ods(tmp_path / "a.ods", row * 50))


def test_zip_bomb_is_refused_unread(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (tabular.LARGEST_UNPACKED_BYTES + 1))
    assert path.stat().st_size < 500_000
    with pytest.raises(ExtractError, match="would unpack to more than 150 MB"):
        read_book(path)


def test_zip_that_lies_about_its_size(workbook):
    data = bytearray(workbook.read_bytes())
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    data[place + 24 : place + 28] = struct.pack("<I", 3)
    workbook.write_bytes(bytes(data))
    with pytest.raises(ExtractError, match="damaged"):
        read_book(workbook)


def with_parts(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return path


def test_other_archives_are_named(tmp_path):
    for name, parts, words in [
        ("a.xlsx", ["word/document.xml"], "holds no workbook"),
        ("a.xlsx", ["xl/workbook.bin"], "xlsb"),
        ("a.ods", ["xl/workbook.xml"], "is not an OpenDocument workbook"),
        ("a.xlsx", ["mimetype", "content.xml"], "Rename it to .ods"),
        ("a.xlsx", ["xl/workbook.xml"], "holds no worksheet"),
    ]:
        with pytest.raises(ExtractError, match=words):
            read_book(with_parts(tmp_path / name, *parts))


def test_encrypted_ods_and_encrypted_entries(tmp_path, workbook):
    path = ods(tmp_path / "a.ods", "", manifest="<m><encryption-data/></m>")
    with pytest.raises(ExtractError, match="password-protected"):
        read_book(path)
    data = bytearray(workbook.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    workbook.write_bytes(bytes(data))
    with pytest.raises(ExtractError, match="password-protected"):
        read_book(workbook)


def test_shared_string_that_is_not_there(workbook):
    def change(data):
        return data.replace(b"<v>3</v>", b"<v>99</v>")

    with pytest.raises(ExtractError, match="cell B2 points to a text"):
        read_book(rewritten(workbook, SHEET, change))
