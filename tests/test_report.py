"""The page: what gets on it, what is refused, and that everybody can read it."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from itertools import pairwise

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from page_factory import (
    PAGE,
    SCRIPT,
    TABLE,
    Elements,
    build,
    chart,
    code,
    markdown,
    outputs,
    raw,
    safe_table,
    safe_two_way,
    shell,  # noqa: F401
    whole_page,
)

from qa_sampling.errors import DisclosureError, ParameterError, PublicationError
from qa_sampling.reporting import narrative, plots
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.html_table import plain_table
from qa_sampling.reporting.page_text import safe_png, to_html
from qa_sampling.reporting.plan_tables import SHARES
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.releases import release_fingerprint
from qa_sampling.reporting.report import build_page, share, share_figure, show, show_figure
from qa_sampling.reporting.share import SHARE_TYPE, brief_columns, is_long, number_columns


@pytest.fixture(scope="module")
def safe():
    return safe_table()


@pytest.fixture(scope="module")
def safe_grid():
    return safe_two_way()


@pytest.fixture(scope="module")
def page(safe, safe_grid):
    return whole_page(safe, safe_grid)


# What the page is ----------------------------------------------------------------------------


def test_the_order_is_question_findings_evidence_method_provenance(page):
    wanted = [
        PAGE["title"],
        PAGE["question"],
        "40 cases will be audited.",
        "Audits follow cases",
        "Every team is covered",
        "By status",
        "Method and limits",
        "Where this page comes from",
    ]
    places = [page.rindex(text) for text in wanted[:3]] + [page.index(f">{w}<") for w in wanted[3:]]
    assert places == sorted(places)


def test_the_page_asks_for_nothing_from_outside(page):
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    assert (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'" in page
    )
    assert "unsafe" not in page
    assert "style=" not in page
    for tag, attributes in Elements(page).found:
        assert tag not in ("script", "link", "iframe", "object", "a") or attributes == {
            "class": "skip",
            "href": "#main",
        }
        source = attributes.get("src")
        assert source is None or source.startswith("data:image/png;base64,")
    assert "http" not in page.replace("http-equiv", "")
    assert set(re.findall(r"url\((.)", page)) <= {"#"}


def test_no_code_and_nothing_untagged_is_on_the_page(page):
    assert "nobody_reads" not in page
    assert "untagged and unseen" not in page
    assert "Raw" not in page


def test_everything_is_escaped(page):
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_every_picture_has_words_and_a_table(page):
    found = Elements(page).found
    pictures = [attributes for tag, attributes in found if tag == "svg"]
    assert len(pictures) == 2
    assert all(picture["role"] == "img" for picture in pictures)
    assert all(len(picture["aria-label"]) > 40 for picture in pictures)
    assert page.count("This chart in words and numbers") == 2
    for picture in pictures:
        assert f'<p class="words again">{escape(picture["aria-label"])}</p>' in page
    assert page.count("[c]") > 4


def test_pictures_of_one_page_share_no_id(page):
    named = re.findall(r'\sid="([^"]*)"', page)
    assert len(named) == len(set(named))
    for used in re.findall(r'(?:href="|url\()#([^")]*)', page):
        assert named.count(used) == 1


def test_nothing_but_words_can_be_taken_for_a_case_number(page):
    """Colours, places and ids hold no run of digits as long as a case number."""
    silent = re.sub(r">[^<]*<", "><", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    silent = re.sub(r'aria-label="[^"]*"|sha256-[^\']*', "", silent)
    assert not re.search(r"\d{5}", silent)
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    assert not re.search(r"\d{5}", style)


def test_hidden_counts_are_not_in_the_page(page):
    cells = re.findall(r"<td class=\"number\">([^<]*)</td>", page)
    assert "13" in cells
    assert not {"3", "4"} & set(cells)


def test_headings_go_down_by_one(page):
    levels = [int(tag[1]) for tag, _ in Elements(page).found if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_table_that_is_not_in_the_ledger_of_releases_is_refused(safe, safe_grid):
    cells = [code(outputs(share, safe, title="By status"), "page-table")]
    assert build(*cells, released={release_fingerprint(safe)}) == build(*cells)
    for ledger in ({release_fingerprint(safe_grid)}, set()):
        with pytest.raises(DisclosureError, match="not in the ledger of releases"):
            build(*cells, released=ledger)
        with pytest.raises(DisclosureError, match="not in the ledger of releases"):
            build(code(chart(safe), "page-chart"), released=ledger)
    assert build(*cells, audience="restricted", released=set())


def test_the_page_is_the_same_each_time(safe):
    cells = [code(outputs(share, safe, title="By status"), "page-table")]
    assert build(*cells) == build(*cells)
    assert build(*cells).startswith('<!DOCTYPE html>\n<html lang="en-GB">')


def test_a_notebook_file_is_read(tmp_path, safe):
    cells = [code(outputs(share, safe, title="By status"), "page-table")]
    path = tmp_path / "plan.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert build_page(path, audience="shareable", **PAGE) == build(*cells)


# What a shareable page refuses ---------------------------------------------------------------

UNSHARED = {
    "a DataFrame": {"text/html": TABLE.to_html(), "text/plain": "status …"},
    "a number": {"text/plain": "3"},
    "a picture": {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"},
    "markup": {"text/html": "<b>3</b>"},
    "markdown": {"text/markdown": "3 children"},
    "a restricted mark": {SHARE_TYPE: {"kind": "words", "sentences": [], "restricted": True}},
    "a mark that says nothing": {SHARE_TYPE: {"kind": "words", "sentences": ["3"]}},
}


@pytest.mark.parametrize("name", UNSHARED)
@pytest.mark.parametrize("tag", ["page-finding", "page-chart", "page-table", "page-method"])
def test_outputs_that_were_not_shared_are_refused(name, tag):
    with pytest.raises(DisclosureError, match="Cell 1 of the notebook shows something that was"):
        build(code(raw(**UNSHARED[name]), tag))


def test_printed_text_is_refused():
    stream = [nbformat.v4.new_output("stream", name="stdout", text="3 children")]
    with pytest.raises(DisclosureError, match="not given to share"):
        build(code(stream, "page-finding"))


@pytest.mark.parametrize("audience", ["shareable", "restricted"])
def test_warnings_are_left_out_and_stop_no_page(safe, audience):
    """Such as matplotlib's of a letter that its font lacks, in a team's name."""
    said = nbformat.v4.new_output("stream", name="stderr", text="UserWarning: Glyph 128512 missing")
    shown = outputs(share, safe, title="By status")
    page = build(code([said, *shown], "page-table"), audience=audience)
    assert page == build(code(shown, "page-table"), audience=audience).replace("c1-2", "c1-1")
    assert "Glyph" not in page


def test_what_show_displayed_is_refused(safe):
    with pytest.raises(DisclosureError, match="not given to share"):
        build(code(outputs(show, safe, title="By status"), "page-table"))


def test_a_chart_without_its_table_is_refused(safe):
    with pytest.raises(DisclosureError, match="shows a chart without its table"):
        build(code(chart(safe)[:1], "page-chart"))


@pytest.mark.parametrize("change", [{"version": 2}, {"kind": "script"}, {"grids": None}])
def test_marks_of_another_version_are_refused(safe, change):
    (output,) = outputs(share, safe, title="By status")
    mark = dict(output.data[SHARE_TYPE]) | change
    if change.get("grids", 0) is None:
        del mark["grids"]
    with pytest.raises(PublicationError, match="cannot read"):
        build(code(raw(**{SHARE_TYPE: mark}), "page-table"))


def test_a_chart_without_svg_is_taken_as_png(safe):
    figure, table = chart(safe)
    del figure.metadata[SHARE_TYPE]
    page = build(code([figure, table], "page-chart"))
    assert "<svg" not in page
    assert 'src="data:image/png;base64,' in page


@pytest.mark.parametrize("inside", [SCRIPT, "<foreignObject/>", '<a href="https://x.org"/>'])
def test_a_svg_with_more_than_a_chart_needs_is_refused(safe, inside):
    figure, table = chart(safe)
    mark = figure.metadata[SHARE_TYPE]
    figure.metadata[SHARE_TYPE] = {"svg": mark["svg"].replace("</svg>", f"{inside}</svg>")}
    with pytest.raises(PublicationError, match="chart of cell 1 of the notebook cannot go onto"):
        build(code([figure, table], "page-chart"))


def test_a_picture_that_is_no_png_is_refused(safe):
    figure, table = chart(safe)
    del figure.metadata[SHARE_TYPE]
    figure.data["image/png"] = "R0lGODdh"
    with pytest.raises(PublicationError, match="not a PNG"):
        build(code([figure, table], "page-chart"))


def test_a_failed_cell_is_refused_wherever_it_is(safe):
    error = [nbformat.v4.new_output("error", ename="E", evalue="child 123", traceback=[])]
    good = code(outputs(share, safe, title="By status"), "page-table")
    with pytest.raises(PublicationError, match=r"^Cell 2 of the notebook failed, so no page was"):
        build(good, code(error))


def test_a_cell_that_was_not_run_is_refused(safe):
    good = code(outputs(share, safe, title="By status"), "page-table")
    with pytest.raises(PublicationError, match="Cell 2 of the notebook was not run"):
        build(good, code((), count=None))


def test_an_empty_page_is_refused():
    with pytest.raises(PublicationError, match="would be empty"):
        build(code(), markdown("words"))


def test_an_unknown_audience_is_refused():
    with pytest.raises(PublicationError, match="got 'public'"):
        build(code(), audience="public")


# What share() refuses ------------------------------------------------------------------------


@pytest.mark.parametrize("what", [TABLE, TABLE.style, {"n": 3}, 3, "3 children", [1], None])
def test_share_takes_nothing_but_what_was_protected(what):
    with pytest.raises(DisclosureError, match=r"share\(\) was given a"):
        share(what, title="Cases")


def test_share_figure_takes_no_plain_table():
    axes = plots.load_chart(TABLE.assign(role="A", audits=1))
    with pytest.raises(DisclosureError, match=r"share_figure\(\) was given a DataFrame"):
        share_figure(axes, TABLE, title="Loads", alt="Loads")


def test_share_figure_takes_no_chart_of_something_else(safe):
    figure, axes = plt.subplots()
    axes.bar([0, 1], [3, 4])
    for picture in (figure, axes, plots.load_chart(TABLE.assign(role="A"), ax=axes)):
        with pytest.raises(DisclosureError, match="not drawn from the table beside it"):
            share_figure(picture, safe, title="Loads", alt="Loads")
    plt.close(figure)


def test_every_axes_of_a_shared_figure_must_be_drawn_from_the_table(safe):
    figure, axes = plt.subplots(1, 2)
    plots.allocation_chart(safe, ax=axes[0])
    axes[1].plot([3, 4])
    with pytest.raises(DisclosureError, match="not drawn from the table beside it"):
        share_figure(figure, safe, title="Shares", alt="Shares")
    plots.allocation_chart(safe, ax=axes[1])
    with pytest.raises(DisclosureError, match="not drawn from the table beside it"):
        share_figure(figure, safe, title="Shares", alt="Shares")
    plt.close(figure)
    figure, axes = plt.subplots(1, 2)
    for ax in axes:
        plots.allocation_chart(safe, ax=ax)
    alt = narrative.allocation_alt(safe)
    assert len(outputs(share_figure, figure, safe, title="Shares", alt=alt)) == 2


def test_a_charts_words_must_be_told_from_its_table(safe):
    plain = TABLE.assign(share_of_cases=1.0, share_of_audits=1.0)
    other = protect(TABLE, by=["status"], counts=["cases", "audits"], percentages=SHARES)
    axes = plots.allocation_chart(safe, ax=plt.figure().gca())
    for alt in ("Hand-made: 3", narrative.allocation_alt(plain), narrative.allocation_alt(other)):
        with pytest.raises(DisclosureError, match="words that were not told from the table"):
            share_figure(axes, safe, title="Shares", alt=alt)


def test_tables_and_charts_need_a_title_and_words(safe):
    with pytest.raises(ParameterError, match=r"share\(\) needs a title"):
        share(safe)
    axes = plots.load_chart(TABLE.assign(role="A"), ax=plt.figure().gca())
    with pytest.raises(ParameterError, match="A chart needs `alt`"):
        show_figure(axes, title="Shares", alt=" ")
    with pytest.raises(ParameterError, match="A chart needs a title"):
        show_figure(axes, title="", alt="Shares")


# What share() displays -----------------------------------------------------------------------


def test_outputs_are_the_same_on_every_machine(safe):
    for output in (*chart(safe), *outputs(share, safe, title="By status")):
        assert "Figure size" not in output.data["text/plain"]
        assert "0x" not in output.data["text/plain"]
    assert chart(safe) == chart(safe)


def test_strict_nbval_compares_no_picture(safe):
    """nbval compares every part of `data` but PNG; so the SVG lies in the metadata."""
    figure, _ = chart(safe)
    assert set(figure.data) == {SHARE_TYPE, "text/plain", "image/png"}
    assert "svg" not in figure.data[SHARE_TYPE]
    assert figure.metadata[SHARE_TYPE]["svg"].startswith("<svg ")


def test_shared_pictures_carry_no_metadata_and_are_closed(safe):
    before = plt.get_fignums()
    figure, table = chart(safe)
    assert plt.get_fignums() == before
    assert b"Matplotlib" not in __import__("base64").b64decode(figure.data["image/png"])
    assert figure.metadata["image/png"]["alt"].startswith("Dot chart")
    assert "image/png" not in table.data


def test_the_notebooks_own_table_is_escaped(safe):
    (output,) = outputs(share, safe, title=declared(SCRIPT))
    assert "<script" not in output.data["text/html"]


def test_one_count_of_a_two_way_table_can_be_shared(safe_grid):
    (output,) = outputs(share, safe_grid, title="Cases", count="cases")
    grids = output.data[SHARE_TYPE]["grids"]
    assert [grid["name"] for grid in grids] == ["Cases"]
    assert grids[0]["columns"] == ["Team", "Looked after", "Child in need plan", "Total"]


def test_values_are_put_as_people_read_them():
    table = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-11-03", None]),
            "share": [12.345, np.nan],
            "cases": pd.array([1612, None], dtype="Int64"),
            "open": [True, False],
        }
    )
    (output,) = outputs(show, table, title="Values")
    rows = output.data[SHARE_TYPE]["grids"][0]["rows"]
    assert rows == [["03/11/2026", "12.3", "1,612", "Yes"], ["", "", "", "No"]]


def test_columns_of_numbers_are_known():
    grid = {"columns": list("abcd"), "rows": [["1", "1,612", "x", "[c]"], ["2", "", "5", "0.5"]]}
    assert number_columns(grid) == [False, True, False, True]


# The restricted page -------------------------------------------------------------------------


def test_the_restricted_page_shows_everything_and_says_so(safe):
    page = build(
        markdown("# The question"),
        code((), "parameters"),
        code(raw(**UNSHARED["a DataFrame"])),
        code(outputs(show, TABLE, title="Raw"), "restricted-only"),
        code([nbformat.v4.new_output("stream", name="stdout", text=SCRIPT)]),
        code([nbformat.v4.new_output("stream", name="stderr", text="warning")]),
        markdown(f"Some *words*, [a link](https://example.org) and {SCRIPT}"),
        audience="restricted",
    )
    assert "Restricted." in page
    assert ">Raw<" in page
    assert page.count(">224<") == 2
    assert "warning" not in page
    assert "<em>words</em>, a link and" in page
    assert "<script" not in page
    assert "example.org" not in page
    assert "<h3>The question" not in page


def test_a_chart_without_words_is_refused_on_the_restricted_page(safe):
    figure = chart(safe)[0].data["image/png"]
    with pytest.raises(PublicationError, match="no words that describe it"):
        build(code(raw(**{"image/png": figure})), audience="restricted")


def test_restricted_charts_have_words():
    axes = plots.load_chart(TABLE.assign(role="A"), ax=plt.figure().gca())
    shown = outputs(show_figure, axes, title="Loads", alt="Dots by role")
    page = build(code(shown), audience="restricted")
    assert '<svg role="img" aria-label="Dots by role"' in page
    assert '<p class="words">Dots by role</p>' in page


def test_headings_with_nothing_beneath_them_are_left_out():
    page = build(
        code((), "parameters"),
        markdown("## Nothing here"),
        markdown("## Something"),
        code(raw(**{"text/plain": "a word"})),
        markdown("## The end"),
        audience="restricted",
    )
    assert "Nothing here" not in page
    assert "The end" not in page
    assert "<h3>Something</h3>" in page
    assert '<p class="printed">a word</p>' in page


def test_printed_sentences_are_paragraphs_and_other_lines_stay_as_they_are():
    parts = [code((), "parameters")]
    parts += [code(raw(**{"text/plain": text})) for text in ("One.\nWhy so?", "a   1\nb   2")]
    page = build(*parts, audience="restricted")
    for said in ("One.", "Why so?"):
        assert f'<p class="printed">{said}</p>' in page
    assert ">a   1\nb   2</pre>" in page


def test_wide_tables_and_the_text_above_them_turn_the_sheet():
    wide = pd.DataFrame([range(10)], columns=list("abcdefghij"))
    page = build(
        code((), "parameters"),
        markdown("## Before"),
        code(outputs(show, TABLE, title="Narrow")),
        markdown("## Above"),
        code(outputs(show, wide, title="Wide")),
        audience="restricted",
    )
    assert page.count('<div class="text wide"><h3>Above') == 1
    assert page.count('<section class="table wide">\n<h3>Wide') == 1
    assert '<div class="text"><h3>Before' in page


def test_a_restricted_page_says_so_in_its_title(safe):
    shown = code(outputs(share, safe, title="By status"), "page-table")
    assert "<title>Restricted: Practice" in build(shown, audience="restricted")
    assert "<title>Practice" in build(shown)


# Text and pictures made harmless -------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        "![x](https://example.org/a.png)",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "<https://example.org>",
        "</style><b>",
    ],
)
def test_markdown_cannot_bring_markup_or_addresses(text):
    tags = {tag for tag, _ in Elements(str(to_html(text))).found}
    assert tags <= {"p"}


def test_a_table_from_html_is_words_only():
    html = '<style>td{}</style><table><tr><th></th><th colspan="2">n<script>x</script></th></tr>'
    grid = plain_table(html + "<tr><th>a</th><td>3 &lt; 4</td></tr></table><table><tr><td>no")
    assert grid["columns"] == ["", "Nx", "Nx"]
    assert grid["rows"] == [["a", "3 < 4", ""]]
    assert plain_table("<p>none</p>") is None


def test_a_dataframe_is_put_as_people_read_it():
    table = pd.DataFrame(
        {
            "case_ref": ["A1", "B2", "C3"],
            "Team": ["North", None, "South"],
            "audits": pd.array([1, None, 3], dtype="Float64"),
            "p_value": [0.00012345, 14.589016, 1234.5678],
            "seen": [True, False, True],
        }
    )
    grid = plain_table(table.to_html())
    assert grid["columns"] == ["Case ref", "Team", "Audits", "P value", "Seen"]
    assert grid["rows"] == [
        ["A1", "North", "1", "0.000123", "Yes"],
        ["B2", "", "", "14.6", "No"],
        ["C3", "South", "3", "1235", "Yes"],
    ]


def test_a_dataframes_own_index_stays_and_takes_its_name():
    counts = TABLE.set_index("status")[["cases"]]
    grid = plain_table(counts.to_html())
    assert grid["columns"] == ["Status", "Cases"]
    assert [row[0] for row in grid["rows"]] == list(counts.index)


def test_indices_of_several_levels_are_said_in_every_row():
    table = pd.DataFrame({"team": ["N", "N"], "status": ["a", "b"], "n": [7, 8]})
    grid = plain_table(table.set_index(["team", "status"]).to_html())
    assert grid["columns"] == ["Team", "Status", "N"]
    assert grid["rows"] == [["N", "a", "7"], ["N", "b", "8"]]
    crossed = table.pivot_table(index="team", columns="status", values=["n"], aggfunc="sum")
    assert plain_table(crossed.to_html())["columns"] == ["Team", "N – A", "N – B"]


def test_a_shortened_dataframe_says_how_long_it_is():
    grid = plain_table(pd.DataFrame({"n": range(100)})._repr_html_())
    assert grid["columns"] == ["N"]
    assert grid["note"] == "100 rows in all; not all of them are shown."
    assert plain_table(TABLE.to_html())["note"] == ""


def test_numbers_that_name_rows_stay():
    grid = plain_table(TABLE.set_axis([2024, 2025, 2026]).to_html())
    assert [row[0] for row in grid["rows"]] == ["2024", "2025", "2026"]


@pytest.mark.parametrize(
    ("text", "long"),
    [("Strengthening Families South", False), ("Team " * 7, True), ("L" * 25, True), ("", False)],
)
def test_long_headings_are_told(text, long):
    assert is_long(text) is long


def test_columns_of_a_word_or_two_are_kept_on_one_line():
    grid = {"columns": ["a", "b"], "rows": [["S0036", "x" * 21], ["", ""]]}
    assert brief_columns(grid) == [True, False]


def test_pictures_lose_their_metadata():
    import io

    from PIL import Image, PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "Case 4001107")
    stored = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(stored, "PNG", pnginfo=info)
    cleaned = safe_png(stored.getvalue())
    assert b"4001107" in stored.getvalue()
    assert b"4001107" not in cleaned
    assert Image.open(io.BytesIO(cleaned)).getpixel((0, 0)) == (255, 0, 0)
    with pytest.raises(ValueError, match="not a PNG"):
        safe_png(b"GIF89a")
