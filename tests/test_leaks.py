"""The leak scan: canaries planted everywhere must be found."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct
import time
import zipfile
import zlib
from urllib.parse import quote

import openpyxl
import pytest
from PIL import Image, PngImagePlugin

from qa_sampling.reporting.leaks import leak_scan

CHILD = "4001107"
REFERENCE = "PHOIGO727YA2NEVKDI7OKAUCIK"
CANARIES = [CHILD, REFERENCE, "C/2025/0007"]


def picture(**texts):
    """A PNG that carries text."""
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
        info.add_text(name + "2", text, zip=True)
        info.add_itxt(name + "3", text, zip=True)
    stored = io.BytesIO()
    Image.new("RGB", (3, 3)).save(stored, "PNG", pnginfo=info)
    return stored.getvalue()


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize(
    "content",
    [
        "<td>{}</td>",
        '{{"case": "{}"}}',
        "child_{}.pdf",
        "a,b\n1,{}\n",
        "({})",
        "{}",
    ],
)
def test_identifiers_are_found_in_text(tmp_path, canary, content):
    (tmp_path / "page.html").write_text(content.format(canary), encoding="utf-8")
    found = leak_scan([tmp_path], CANARIES)
    assert [(leak.file, leak.part, leak.count) for leak in found] == [("page.html", "", 1)]
    assert bool(found)


def test_a_number_is_found_after_letters(tmp_path):
    (tmp_path / "page.html").write_text(f"case{CHILD}x", encoding="utf-8")
    assert leak_scan([tmp_path], CANARIES)


def test_the_line_is_told_and_the_identifier_is_not(tmp_path):
    (tmp_path / "plan.csv").write_text(f"a\nb\n{CHILD}\n{CHILD}\n", encoding="utf-8")
    (leak,) = leak_scan([tmp_path / "plan.csv"], CANARIES)
    assert leak.lines == (3, 4)
    assert leak.count == 2
    assert CHILD not in repr(leak)


@pytest.mark.parametrize(
    "content",
    [
        "40011071",
        "14001107",
        "4,001,107",
        f"{REFERENCE}A",
        "a" * 20 + CHILD + "b" * 37,
        "nothing",
    ],
)
def test_what_is_no_identifier_is_passed_over(tmp_path, content):
    (tmp_path / "page.html").write_text(content, encoding="utf-8")
    assert not leak_scan([tmp_path], CANARIES)


def test_case_and_escapes_do_not_hide_an_identifier(tmp_path):
    (tmp_path / "a.html").write_text(REFERENCE.lower(), encoding="utf-8")
    (tmp_path / "b.html").write_text("&#52;001107", encoding="utf-8")
    (tmp_path / "c.json").write_text(r'"\u0034001107"', encoding="utf-8")
    (tmp_path / "d.csv").write_text(CHILD, encoding="utf-16")
    assert [leak.file for leak in leak_scan([tmp_path], CANARIES)] == [
        "a.html",
        "b.html",
        "c.json",
        "d.csv",
    ]


def test_file_names_are_read_too(tmp_path):
    (tmp_path / f"form_{CHILD}.txt").write_text("nothing", encoding="utf-8")
    (leak,) = leak_scan([tmp_path], CANARIES)
    assert leak.part == "file name"


def test_workbooks_are_read_part_by_part(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = CHILD
    book.properties.title = f"Plan {REFERENCE}"
    book.save(tmp_path / "plan.xlsx")
    parts = {leak.part for leak in leak_scan([tmp_path], CANARIES)}
    assert "docProps/core.xml" in parts
    assert [part for part in parts if part.startswith("xl/")]


def test_folders_in_folders_are_read(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as folder:
        folder.writestr(f"{CHILD}.txt", "nothing")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as folder:
        folder.writestr("inner.zip", inner.getvalue())
    (leak,) = leak_scan([tmp_path], CANARIES)
    assert leak.part == "inner.zip > names of parts"


def test_pictures_are_read_wherever_they_are(tmp_path):
    stored = picture(Title=f"Case {CHILD}")
    encoded = base64.b64encode(stored).decode("ascii")
    (tmp_path / "a.png").write_bytes(stored)
    page = f'<img src="data:image/png;base64,{encoded}">'
    (tmp_path / "b.html").write_text(page, encoding="utf-8")
    notebook = json.dumps({"image/png": encoded[:100] + "\n" + encoded[100:]})
    (tmp_path / "c.ipynb").write_text(notebook, encoding="utf-8")
    found = leak_scan([tmp_path], CANARIES)
    assert [(leak.file, leak.part, leak.count) for leak in found] == [
        ("a.png", "picture", 3),
        ("b.html", "picture 1", 3),
        ("c.ipynb", "picture 1", 3),
    ]


SVG = '<svg viewBox="0 0 9 9">{}</svg>'
SPELLED = "<text>Case <tspan>400</tspan><tspan x='2'>1107</tspan></text>"
IN_PICTURES = {
    "a label": f"<text>Case {CHILD}</text>",
    "a label in pieces": SPELLED,
    "a label in lines": "<text>4001\n107</text>",
    "a label of entities": "<text>&#52;&#x30;01107</text>",
    "a title": f"<title>{CHILD}</title>",
    "a description": f"<desc>{CHILD}</desc>",
    "an id": f'<g id="case_{CHILD}"/>',
    "an attribute": f'<g data-case="{CHILD}"/>',
    "metadata": f"<metadata><dc:title>{CHILD}</dc:title></metadata>",
    "a comment": f"<!-- {CHILD} -->",
    "a style": f"<style>.c{CHILD} {{}}</style>",
    "a path": f'<path d="M {CHILD} 0"/>',
}


@pytest.mark.parametrize("name", IN_PICTURES)
@pytest.mark.parametrize("way", ["file", "page", "packed", "data", "quoted", "notebook"])
def test_svg_pictures_are_read_wherever_they_are(tmp_path, name, way):
    drawn = SVG.format(IN_PICTURES[name])
    if way == "packed":
        (tmp_path / "a.svgz").write_bytes(gzip.compress(drawn.encode("utf-8")))
    else:
        encoded = base64.b64encode(drawn.encode("utf-8")).decode("ascii")
        text = {
            "file": drawn,
            "page": f"<p>{drawn}</p>",
            "data": f'<img src="data:image/svg+xml;base64,{encoded}">',
            "quoted": f'<img src="data:image/svg+xml,{quote(drawn)}">',
            "notebook": json.dumps({"svg": drawn}),
        }[way]
        (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert leak_scan([tmp_path], CANARIES)


def test_labels_side_by_side_are_not_one_number(tmp_path):
    labels = "<text>400</text><text>1107</text>"
    (tmp_path / "a.svg").write_text(SVG.format(labels), encoding="utf-8")
    assert not leak_scan([tmp_path], CANARIES)


def test_pictures_in_pictures_are_read(tmp_path):
    inner = base64.b64encode(picture(Title=CHILD)).decode("ascii")
    drawn = SVG.format(f'<image href="data:image/png;base64,{inner}"/>')
    outer = base64.b64encode(drawn.encode("utf-8")).decode("ascii")
    page = f'<img src="data:image/svg+xml;base64,{outer}">'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert [leak.part for leak in leak_scan([tmp_path], CANARIES)] == ["picture 1 > picture 1"]


def test_pictures_that_carry_nothing_pass(tmp_path):
    (tmp_path / "a.png").write_bytes(picture())
    damaged = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 9, b"zTXt") + b"a\x00\x00" + b"broken"
    (tmp_path / "b.png").write_bytes(damaged + struct.pack(">I", zlib.crc32(b"")))
    assert not leak_scan([tmp_path], CANARIES)


def test_short_numbers_are_counted_and_not_sought(tmp_path):
    (tmp_path / "page.html").write_text("123 cases", encoding="utf-8")
    found = leak_scan([tmp_path], ["123", CHILD, ""])
    assert (len(found), found.too_short, found.files) == (0, 1, 1)
    assert leak_scan([tmp_path], ["123"], shortest=3)


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.html is not there"):
        leak_scan([tmp_path / "gone.html"], CANARIES)


def test_a_large_page_and_many_identifiers_take_a_moment(tmp_path):
    text = "<p>Case 12345 of 67890, team 7.</p>\n" * 60_000
    (tmp_path / "page.html").write_text(text + CHILD, encoding="utf-8")
    identifiers = [str(4_000_000 + number) for number in range(50_000)]
    began = time.perf_counter()
    assert len(leak_scan([tmp_path], identifiers)) == 1
    assert time.perf_counter() - began < 10
