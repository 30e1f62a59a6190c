"""The page: what gets on it, what is refused, and that everybody can read it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from qa_sampling.errors import DisclosureError, ParameterError, PublicationError
from qa_sampling.reporting import narrative, plots
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.page_text import plain_table, safe_png, to_html
from qa_sampling.reporting.plan_tables import SHARES
from qa_sampling.reporting.releases import release_fingerprint
from qa_sampling.reporting.report import build_page, share, share_figure, show, show_figure
from qa_sampling.reporting.share import SHARE_TYPE, number_columns

CHROMIUM = Path("/usr/bin/chromium")
SCRIPT = "<script>alert(1)</script>"
TABLE = pd.DataFrame(
    {
        "status": ["Looked after", "Child protection plan", f"Other {SCRIPT}"],
        "cases": [224, 116, 98],
        "audits": [13, 4, 3],
    }
)
PAGE = {
    "title": "Practice Evaluations, November 2026",
    "question": "Which cases are audited this month?",
    "provenance": {"Draw": "2026-11 monthly 1", "Seed": SCRIPT},
}


@pytest.fixture(scope="module")
def safe():
    return protect(TABLE, by=["status"], counts=["cases", "audits"], percentages=SHARES)


@pytest.fixture(scope="module")
def safe_grid():
    rng = np.random.default_rng(1)
    rows = [
        (f"Team {team}", status, int(rng.poisson(20)), int(rng.poisson(7)))
        for team in range(4)
        for status in ("Looked after", "Child in need plan")
    ]
    table = pd.DataFrame(rows, columns=["team", "status", "cases", "audits"])
    return protect(table, by=["team", "status"], counts=["cases", "audits"])


@pytest.fixture(scope="module", autouse=True)
def shell():
    """A notebook's shell, without a history, so that what is displayed can be caught."""
    yield InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    InteractiveShell.clear_instance()


def outputs(call, *args, **kwargs):
    """The notebook outputs that a call displays."""
    with capture_output() as captured:
        call(*args, **kwargs)
    return [
        nbformat.v4.new_output("display_data", data=one.data, metadata=one.metadata)
        for one in captured.outputs
    ]


def chart(table):
    axes = plots.allocation_chart(table, ax=plt.figure().gca())
    return outputs(
        share_figure, axes, table, title="Audits follow cases", alt=narrative.allocation_alt(table)
    )


def raw(**data):
    return [nbformat.v4.new_output("display_data", data=data)]


def code(shown=(), *tags, count=1):
    cell = nbformat.v4.new_code_cell("…", metadata={"tags": list(tags)}, outputs=list(shown))
    cell.execution_count = count
    return cell


def markdown(text, *tags):
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": list(tags)})


def build(*cells, audience="shareable", **others):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    return build_page(notebook, audience=audience, **(PAGE | others))


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page(safe, safe_grid):
    words = outputs(share, narrative.say("{n:case|cases} will be audited.", n=40))
    grid_chart = outputs(
        share_figure,
        plots.coverage_map(safe_grid, ax=plt.figure().gca()),
        safe_grid,
        title="Every team is covered",
        alt=narrative.coverage_alt(safe_grid),
    )
    notebook = nbformat.v4.new_notebook(
        cells=[
            markdown("# The question"),
            code((), "parameters"),
            code(raw(**{"text/plain": "untagged and unseen"})),
            code(words, "page-finding"),
            code(chart(safe), "page-chart"),
            code(grid_chart, "page-chart"),
            code(outputs(share, safe, title="By status"), "page-table"),
            code(outputs(show, TABLE, title="Raw"), "page-table", "restricted-only"),
            markdown("# How\n\n## Drawn\n\nBy *ticket*.\n\n- one\n- two", "page-method"),
        ]
    )
    return build_page(notebook, audience="shareable", **PAGE)


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
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
    for tag, attributes in Elements(page).found:
        assert tag not in ("script", "link", "iframe", "object", "a") or attributes == {
            "class": "skip",
            "href": "#main",
        }
        source = attributes.get("src")
        assert source is None or source.startswith("data:image/png;base64,")
    assert "http" not in page.replace("http-equiv", "")
    assert "url(" not in page


def test_no_code_and_nothing_untagged_is_on_the_page(page):
    assert "…" not in page
    assert "untagged and unseen" not in page
    assert "Raw" not in page


def test_everything_is_escaped(page):
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_every_picture_has_words_and_a_table(page):
    found = Elements(page).found
    pictures = [attributes for tag, attributes in found if tag == "img"]
    assert len(pictures) == 2
    assert all(len(attributes["alt"]) > 40 for attributes in pictures)
    assert page.count("The numbers in this chart") == 2
    assert page.count("[c]") > 4


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


def test_a_picture_that_is_no_png_is_refused(safe):
    figure, table = chart(safe)
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
    assert [output.data[SHARE_TYPE] for output in chart(safe)] == [
        output.data[SHARE_TYPE] for output in chart(safe)
    ]


def test_shared_pictures_carry_no_metadata_and_are_closed(safe):
    before = plt.get_fignums()
    figure, table = chart(safe)
    assert plt.get_fignums() == before
    assert b"Matplotlib" not in __import__("base64").b64decode(figure.data["image/png"])
    assert figure.metadata["image/png"]["alt"].startswith("Dot chart")
    assert "image/png" not in table.data


def test_the_notebooks_own_table_is_escaped(safe):
    (output,) = outputs(share, safe, title=SCRIPT)
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
    assert 'alt="Dots by role"' in build(code(shown), audience="restricted")


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
    assert grid["columns"] == ["", "nx", ""]
    assert grid["rows"] == [["a", "3 < 4", ""]]
    assert plain_table("<p>none</p>") is None


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


# Everybody can read it -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
    ]
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def page_files(page, safe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    restricted = build(
        code(raw(**UNSHARED["a DataFrame"])),
        code(chart(safe), "page-chart"),
        code(outputs(show, TABLE, title="Raw"), "page-table"),
        markdown("# How\n\nBy ticket.", "page-method"),
        audience="restricted",
    )
    (folder / "shareable.html").write_text(page, encoding="utf-8")
    (folder / "restricted.html").write_text(restricted, encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("audience", ["shareable", "restricted"])
def test_axe_finds_no_violation(browser, page_files, audience, width):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    opened = browser.new_page(viewport={"width": width, "height": 900})
    asked = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((page_files / f"{audience}.html").as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened.evaluate(script)
    found = opened.evaluate("axe.run()")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    opened.close()


def test_the_page_is_used_by_keyboard(browser, page_files):
    opened = browser.new_page(viewport={"width": 800, "height": 900})
    opened.goto((page_files / "shareable.html").as_uri())
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    assert opened.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "main"
    for _ in range(30):
        opened.keyboard.press("Tab")
        if opened.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.parentElement.open") is True
    opened.close()


def test_what_is_folded_is_printed(browser, page_files):
    opened = browser.new_page(viewport={"width": 800, "height": 900})
    opened.goto((page_files / "shareable.html").as_uri())
    seen = "document.querySelector('details table').checkVisibility()"
    assert opened.evaluate(seen) is False
    opened.emulate_media(media="print")
    assert opened.evaluate(seen) is True
    opened.close()
