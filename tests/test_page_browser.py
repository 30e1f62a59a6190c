"""Everybody can read the pages: axe-core, keyboard, phones, zoom, forced colours and paper.

Every page the project makes is looked at: of every notebook as it is recorded, for both
audiences, and pages with what the recorded ones lack.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from page_factory import (
    PAGE,
    page_of_cases,
    page_of_long_names,
    safe_table,
    safe_two_way,
    shell,  # noqa: F401
    whole_page,
)
from tiers import repeats

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.browser import find_browser
from qa_sampling.reporting.report import build_page

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [
    path
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    if '"page-finding"' in path.read_text(encoding="utf-8")
]
AUDIENCES = ("shareable", "restricted")
PAGES = [
    *(f"{path.stem} {audience}" for path in NOTEBOOKS for audience in AUDIENCES),
    "whole shareable",
    "whole restricted",
    "cases restricted",
    "long names",
]
LONGEST = {f"{path.stem} restricted" for path in NOTEBOOKS if repeats(1, 0)}
SITUATIONS = {
    "phone": {"media": "screen"},
    "screen": {"media": "screen"},
    "print": {"media": "print"},
    "dark": {"media": "screen", "color_scheme": "dark"},
    "forced colours, light": {"forced_colors": "active", "color_scheme": "light"},
    "forced colours, dark": {"forced_colors": "active", "color_scheme": "dark"},
}


def situations_of(name: str) -> list[str]:
    """Pages made here, which hold every part, are looked at in all; those of notebooks in one.

    With `--thorough` those of notebooks are looked at on paper as well, the long ones in colour.
    """
    if name.startswith("whole"):
        return list(SITUATIONS)
    return ["phone", "print"][: repeats(1, 2)]


STANDARD = """rules => axe.run({
    runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                                    'best-practice']},
    rules: {'target-size': {enabled: true}, ...rules},
})"""
WITHOUT_COLOURS = {"color-contrast": {"enabled": False}}
"""Takes most of the time of a long page, whose colours are those of all pages."""
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
FOLD_ALL = OPEN_ALL.replace("true", "false")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("pages")
    safe, grid = safe_table(), safe_two_way()
    pages = {f"whole {who}": whole_page(safe, grid, audience=who) for who in AUDIENCES}
    pages["cases restricted"] = page_of_cases()
    pages["long names"] = page_of_long_names()
    for path in NOTEBOOKS:
        for audience in AUDIENCES:
            notebook = nbformat.read(path, as_version=4)
            made = build_page(notebook, audience=audience, **PAGE)
            pages[f"{path.stem} {audience}"] = made
    for name, text in pages.items():
        (place / f"{name}.html").write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    try:
        program = find_browser()
    except ParameterError:
        pytest.skip("neither Chrome, Chromium nor Edge is installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(program), args=arguments)
        yield opened
        opened.close()


def listening(page):
    """Note what a page asks for and what the console says."""
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    return page


@pytest.fixture
def visit(browser, folder):
    """Open a page by name, noting what it asks for and what the console says."""
    opened = []

    def go(name, *, width=1280, height=900, text=None):
        page = listening(browser.new_page(viewport={"width": width, "height": height}))
        opened.append(page)
        path = folder / f"{name}.html"
        if text is not None:
            path = folder / "changed.html"
            path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri())
        return page

    yield go
    for page in opened:
        page.close()


@pytest.fixture(scope="class")
def opened(request, browser, folder):
    """Open a page once for all that is looked at in it: opening takes longest."""
    page = listening(browser.new_page())
    page.goto((folder / f"{request.param}.html").as_uri())
    page.called = request.param
    yield page
    page.close()


@pytest.fixture
def page(opened):
    """Give the opened page as it was: folded, on a screen, in its own colours."""
    opened.set_viewport_size({"width": 1280, "height": 900})
    opened.emulate_media(media="null", color_scheme="null", forced_colors="null")
    opened.evaluate(FOLD_ALL)
    return opened


def violations(page, rules=None):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    if not page.evaluate("'axe' in window"):
        page.evaluate(script)
    found = page.evaluate(STANDARD, rules or {})
    assert len(found["passes"]) > 15
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]]


def test_axe_would_find_a_violation(visit, folder):
    """The check can fail: a picture without words is enough."""
    text = (folder / "whole shareable.html").read_text(encoding="utf-8")
    page = visit("", text=re.sub(r'(<svg role="img") aria-label="[^"]*"', r"\1", text))
    assert [name for name, _ in violations(page)] == ["svg-img-alt"]


# By keyboard ---------------------------------------------------------------------------------

FOCUS = """(() => {
    const one = document.activeElement, look = getComputedStyle(one);
    const all = [...document.querySelectorAll('*')];
    return {tag: one.tagName, place: all.indexOf(one), name: one.getAttribute('aria-label'),
            outline: look.outlineStyle === 'none' ? 0 : parseFloat(look.outlineWidth),
            box: one.getBoundingClientRect().toJSON(), high: innerHeight};
})()"""


def test_the_first_key_leads_past_the_top(visit):
    page = visit("whole shareable", width=800)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_what_is_folded_opens_by_key(visit, key):
    page = visit("whole shareable", width=800)
    page.focus("summary")
    page.keyboard.press(key)
    assert page.evaluate("document.activeElement.parentElement.open") is True
    page.keyboard.press(key)
    assert page.evaluate("document.activeElement.parentElement.open") is False


@pytest.mark.parametrize("part", [".picture", ".scroll.large"])
def test_what_scrolls_is_scrolled_by_key(visit, part):
    page = visit("cases restricted" if "large" in part else "whole shareable", width=320)
    page.focus(part)
    assert page.evaluate("document.activeElement.getAttribute('aria-label').length") > 5
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    for _ in range(50):  # scrolling is smooth, and takes a moment
        if page.evaluate(f"document.querySelector('{part}').scrollLeft") > 20:
            return
        page.wait_for_timeout(100)
    pytest.fail("the part does not scroll by arrow keys")


# Words for pictures --------------------------------------------------------------------------


def test_text_in_pictures_is_text(visit):
    page = visit("whole shareable")
    assert page.locator("svg text", has_text="Looked").count() >= 2
    width = page.evaluate("document.querySelector('svg').getBoundingClientRect().width")
    labels = page.evaluate(
        """[...document.querySelectorAll('svg text')].map(one => {
            const box = one.getBoundingClientRect(), all = one.closest('svg');
            const frame = all.getBoundingClientRect();
            const inside = box.left >= frame.left - 1 && box.right <= frame.right + 1;
            return inside ? "" : one.textContent; })"""
    )
    assert width > 400
    assert [label for label in labels if label] == []


def inner_pixels(picture):
    """The pixels of a picture without its rim, which may be half outside it."""
    from PIL import Image

    shot = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
    return shot.crop((2, 2, shot.width - 2, shot.height - 2)).tobytes()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_keep_their_colours_where_colours_are_forced(visit, scheme):
    page = visit("whole shareable")
    page.emulate_media(color_scheme="light")
    picture = page.locator("svg").first
    plain = inner_pixels(picture)
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    assert inner_pixels(picture) == plain


# Nothing runs, nothing is fetched ------------------------------------------------------------

HOSTILE = {
    "a script": "<script>document.title = 'taken over'</script>",
    "an event": "<img src=x onerror=\"document.title = 'taken over'\">",
    "a style": "<style>h1 { color: red !important }</style>",
    "a style attribute": '<i id="styled" style="position: fixed; inset: 0">x</i>',
    "a remote picture": '<img alt="" src="https://example.org/a.png">',
    "a frame": '<iframe src="https://example.org"></iframe>',
    "another base": '<base href="https://example.org/">',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_policy_stops_what_might_slip_in(visit, folder, name):
    text = (folder / "whole shareable.html").read_text(encoding="utf-8")
    page = visit("", text=text.replace("<h1>", f"{HOSTILE[name]}<h1>"))
    assert page.title() == PAGE["title"]
    colour = "getComputedStyle(document.querySelector('h1')).color"
    assert page.evaluate(colour) == "rgb(18, 67, 109)", "the page's own style must hold"
    assert page.evaluate("document.baseURI").startswith("file:")
    if page.locator("#styled").count():
        assert page.evaluate("getComputedStyle(styled).position") == "static"
    assert any("Content Security Policy" in said for said in page.said)


# On paper ------------------------------------------------------------------------------------


def test_what_is_folded_is_printed(visit):
    page = visit("whole shareable", width=800)
    seen = "document.querySelector('details table').checkVisibility()"
    assert page.evaluate(seen) is False
    page.emulate_media(media="print")
    assert page.evaluate(seen) is True


def sheets(page, tmp_path):
    """The text of every printed sheet."""
    if not shutil.which("pdftotext"):
        pytest.skip("poppler's pdftotext is not installed")
    printed = tmp_path / "page.pdf"
    page.pdf(path=str(printed), prefer_css_page_size=True)
    done = subprocess.run(
        ["pdftotext", "-layout", str(printed), "-"], capture_output=True, check=True
    )
    return [sheet for sheet in done.stdout.decode("utf-8").split("\f") if sheet.strip()]


def test_long_tables_repeat_their_headings(visit, tmp_path):
    printed = sheets(visit("cases restricted"), tmp_path)
    with_cases = [sheet for sheet in printed if re.search(r"REF\d\d\dAB7", sheet)]
    assert len(with_cases) >= 3
    assert all(re.search(r"Case ref\s", sheet) for sheet in with_cases)


# Every page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", PAGES, indirect=True, scope="class")
class TestEveryPage:
    def test_axe_finds_no_violation(self, page):
        """WCAG 2.2 AA."""
        found = {}
        for situation in situations_of(page.called):
            page.set_viewport_size({"width": 360 if situation == "phone" else 1280, "height": 900})
            nothing = {"media": "null", "color_scheme": "null", "forced_colors": "null"}
            page.emulate_media(**nothing | SITUATIONS[situation])
            page.evaluate(FOLD_ALL if situation == "print" else OPEN_ALL)
            found[situation] = violations(page, WITHOUT_COLOURS if page.called in LONGEST else None)
        assert not any(found.values()), found
        assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
        assert page.said == []

    def test_it_is_used_by_keyboard_and_what_is_pressed_is_large_enough(self, page):
        page.set_viewport_size({"width": 360, "height": 900})
        page.reload()
        wanted = page.evaluate(
            "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')]"
            ".filter(one => one.checkVisibility()).length"
        )
        places = []
        for _ in range(wanted):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            places.append(focus["place"])
            assert focus["outline"] >= 2, "the focus is not seen"
            assert focus["box"]["top"] < focus["high"], "the focus is off the screen"
            assert focus["box"]["bottom"] > 0, "the focus is off the screen"
        assert places == sorted(set(places)), "the order is not that of the page"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "BODY", "the page is a trap"
        page.set_viewport_size({"width": 320, "height": 900})
        sizes = page.evaluate(
            """[...document.querySelectorAll('summary, a, button')].map(one => { one.focus();
                const box = one.getBoundingClientRect(); return [box.width, box.height]; })"""
        )
        assert len(sizes) >= 1
        assert all(min(size) >= 24 for size in sizes)

    def test_pictures_are_named_by_their_words(self, page):
        icons = page.locator("svg.icon")
        for place in range(icons.count()):
            assert icons.nth(place).get_attribute("role") == "img"
            assert icons.nth(place).get_attribute("aria-label").strip()
        pictures = page.locator("svg:not(.icon)")
        for place in range(pictures.count()):
            words = pictures.nth(place).get_attribute("aria-label")
            named = page.get_by_role("img", name=words, exact=True)
            assert named.count() == 1
            beneath = "xpath=ancestor::section[1]//p[contains(@class, 'words')]"
            assert pictures.nth(place).locator(beneath).text_content() == words

    def test_every_sheet_is_marked_and_numbered_and_ends_with_no_heading(self, page, tmp_path):
        said = page.evaluate(
            "[...document.querySelectorAll('h2, h3, caption')].map(one => one.textContent.trim())"
        )
        printed = sheets(page, tmp_path)
        for number, sheet in enumerate(printed, start=1):
            lines = [line.strip() for line in sheet.splitlines() if line.strip()]
            assert lines[-1].endswith(f"Page {number} of {len(printed)}")
            assert lines[-2] not in said, "a heading is left at the foot of a sheet"
            if "restricted" in page.called:
                assert lines[0].startswith("RESTRICTED: holds information about individual")
                assert lines[-1].startswith("RESTRICTED")
            else:
                assert lines[-1].startswith("Shareable")
                assert "RESTRICTED" not in sheet

    def test_no_table_runs_over_the_edge_of_a_sheet(self, page):
        """The room of A4 within its margins; wide tables lie on their side."""
        page.emulate_media(media="print")
        for turned, millimetres in (("false", 182), ("true", 269)):
            page.set_viewport_size({"width": int(millimetres / 25.4 * 96), "height": 900})
            wide = page.evaluate(
                f"""[...document.querySelectorAll('.scroll')]
                .filter(one => (one.closest('.wide') !== null) === {turned})
                .map(one => [one.scrollWidth - one.clientWidth, one.getAttribute('aria-label')])"""
            )
            assert [told for over, told in wide if over > 1] == []

    def test_names_leave_the_numbers_on_the_screen(self, page):
        """Tables of more than eight columns, such as years, may be scrolled on a tablet."""
        if "restricted" in page.called:
            return  # long references may be scrolled
        page.evaluate(OPEN_ALL)
        over = """[...document.querySelectorAll('.scroll')]
            .filter(one => innerWidth > 1000
                    || one.querySelectorAll('thead th, thead td').length <= 8)
            .map(one => one.scrollWidth - one.clientWidth)"""
        for width in (768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert max(page.evaluate(over)) <= 1

    def test_it_reflows_and_holds_at_twice_the_size_and_with_more_space(self, page):
        """WCAG 1.4.4, 1.4.10 and 1.4.12. The last, as it spoils the opened page."""
        page.evaluate(OPEN_ALL)
        over = {}
        for width in (320, 360, 640, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            over[width] = page.evaluate(OVERFLOW)
        assert [width for width, by in over.items() if by > 0] == []
        page.set_viewport_size({"width": 640, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(OVERFLOW) <= 0
        page.evaluate(
            """for (const one of document.querySelectorAll('body *')) {
                one.style.lineHeight = '1.5'; one.style.letterSpacing = '0.12em';
                one.style.wordSpacing = '0.16em'; }"""
        )
        assert page.evaluate(OVERFLOW) <= 0
