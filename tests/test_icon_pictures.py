"""Icons of variation and assurance: each name drawn, told apart in grey, and put on a page."""

import io
import re
import zipfile
from datetime import date
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
from trend_samples import share as share_of
from workbook_rules import check_workbook

from qa_sampling.errors import ParameterError
from qa_sampling.reporting import share
from qa_sampling.reporting.icon_drawing import PIXELS, icon_png
from qa_sampling.reporting.icon_pictures import ICONS, icon_svg
from qa_sampling.reporting.outcomes_view import overview, overview_icons
from qa_sampling.reporting.outcomes_workbook import write_outcomes_workbook
from qa_sampling.reporting.overview_slide import write_overview_slide
from qa_sampling.reporting.report import build_page
from qa_sampling.trends.charts import chart
from qa_sampling.trends.icons import ASSURANCE, VARIATION, icons_of

NAMES = [*VARIATION, *(one for one in ASSURANCE if one)]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_meaning_has_one_icon_and_no_icon_is_without():
    assert sorted(ICONS) == sorted(NAMES)
    labels = [one.label for one in ICONS.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_a_labelled_picture_that_asks_for_nothing(name):
    root = ElementTree.fromstring(str(icon_svg(name)))
    assert (root.get("role"), root.get("aria-label")) == ("img", ICONS[name].label)
    assert {one.tag for one in root} <= {"circle", "polygon", "polyline"}
    numbers = [float(one) for part in root for one in re.findall(r"[\d.]+", part.get("points", ""))]
    assert all(0 <= one <= 40 for one in numbers)


@pytest.mark.parametrize("name", NAMES)
def test_its_outline_and_its_sign_stand_out_in_grey(name):
    # WCAG 2.2, 1.4.11: 3 to 1 for parts of a picture that are needed to understand it.
    ground, *signs = ICONS[name].shapes
    assert max(contrast(ground.stroke, "#FFFFFF"), contrast(ground.fill, "#FFFFFF")) >= 3
    assert signs
    assert all(contrast(one.fill or one.stroke, ground.fill) >= 3 for one in signs)


def test_meanings_differ_by_outline_and_not_by_colour_alone():
    def outline(name):
        ground = ICONS[name].shapes[0]
        return (len(ground.points), min(x for x, _ in ground.points))

    ways = [f"{one}_high" for one in ("improvement", "concern", "neutral")]
    assert len({outline(one) for one in ways}) == 3
    assert outline("consistent_pass") != outline("consistent_fail")
    signs = {one: ICONS[one].shapes[1:] for one in NAMES}
    assert signs["concern_high"] != signs["concern_low"]


def test_an_unknown_icon_and_a_list_that_does_not_fit_are_refused():
    table = pd.DataFrame({"Measure": ["A", "B"], "Says": ["x", "y"]})
    with pytest.raises(ParameterError, match="There is no icon of that name"):
        icon_svg("<script>")
    with pytest.raises(ParameterError, match="icons of 'Says' do not fit"):
        share.show(table, title="T", icons={"Says": ["common_cause"]})
    with pytest.raises(ParameterError, match="There is no icon of that name"):
        share.show(table, title="T", icons={"Says": ["common_cause", "x"]})


def test_the_overview_draws_what_the_charts_say():
    charts = {
        "assessments_45_days": chart(
            share_of([18, 19] * 11 + [19, 3], [20] * 24, better="up", target=0.99)
        )
    }
    icons, table = overview_icons(charts), overview(charts)
    said = icons_of(charts["assessments_45_days"])
    assert icons == {"Variation": ["concern_low"], "Assurance": [said.assurance]}
    assert table.loc[0, "Variation"].startswith("Concern, low: below the lower limit")
    assert table.loc[0, "Aim"] == "at least 99%"


def test_a_restricted_page_shows_the_icon_and_the_words(monkeypatch):
    import nbformat

    made = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda bundle, metadata, raw: made.append((bundle, metadata)),
    )
    table = pd.DataFrame({"Measure": ["A", "B"], "Says": ["up", "none"]})
    share.show(table, title="T", icons={"Says": ["concern_high", ""]})
    cell = nbformat.v4.new_code_cell("x", execution_count=1, metadata={"tags": ["restricted-only"]})
    bundle, metadata = made[0]
    cell.outputs = [nbformat.v4.new_output("display_data", data=bundle, metadata=metadata)]
    about = {"title": "P", "question": "Q?", "provenance": {}}
    page = build_page(nbformat.v4.new_notebook(cells=[cell]), audience="restricted", **about)
    assert page.count('<svg class="icon"') == 1
    assert 'aria-label="Concern, high"' in page
    assert "<span>up</span>" in page


def every_icon() -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """A row a meaning, in the order of the names; half of them without a target."""
    assured = [one for one in ASSURANCE if one]
    second = [*assured, *[""] * (len(VARIATION) - len(assured))]
    words = [ICONS[one].label for one in VARIATION]
    table = pd.DataFrame({"Measure": [f"Measure {one}" for one in range(len(words))]})
    table = table.assign(Month="Oct 2026", Value="12%", Variation=words)
    table["Assurance"] = [ICONS[one].label if one else "No target" for one in second]
    return table, {"Variation": list(VARIATION), "Assurance": second}


@pytest.mark.parametrize("name", NAMES)
def test_the_png_of_an_icon_looks_like_its_svg(name):
    """Colours at a grid of places, worked out from the shapes by hand: no drawing program."""
    from PIL import Image

    drawn = Image.open(io.BytesIO(icon_png(name))).convert("RGBA")
    for shape in ICONS[name].shapes:
        if not shape.radius or shape.width:
            continue
        x, y = (round(one * PIXELS / 40) for one in shape.points[0])
        assert f"#{bytes(drawn.getpixel((x, y))[:3]).hex().upper()}" == shape.fill.upper()
    ground = ICONS[name].shapes[0]
    left, top, right, foot = drawn.getchannel("A").getbbox()
    reach = ground.radius or max(abs(x - 20) for x, _ in ground.points)
    expected = PIXELS * (20 - reach - ground.width / 2) / 40
    for edge in (left, top, PIXELS - right, PIXELS - foot):
        assert edge == pytest.approx(expected, abs=2.5)


def test_a_workbook_shows_each_icon_in_its_cell_before_its_words(tmp_path):
    table, icons = every_icon()
    path = write_outcomes_workbook(
        tmp_path / "w.xlsx", {"Overview": table}, title="Outcomes", as_at=date(2026, 11, 1),
        icons={"Overview": icons},
    )  # fmt: skip
    assert check_workbook(path, kind="pictured") == []
    faults = check_workbook(path, kind="restricted")
    assert "part xl/drawings/drawing1.xml has no place here" in faults
    sheet = openpyxl.load_workbook(path)["Overview"]
    found = {
        sheet.cell(one.anchor._from.row + 1, one.anchor._from.col + 1).value: one
        for one in sheet._images
    }
    assert set(found) == {ICONS[one].label for one in NAMES}
    drawing = zipfile.ZipFile(path).read("xl/drawings/drawing1.xml").decode()
    told = re.findall(r'descr="([^"]*)"', drawing)
    assert sorted(told) == sorted(found)


def test_the_slide_puts_what_stands_out_first_and_says_it_all(tmp_path):
    table, icons = every_icon()
    more = pd.concat([table.iloc[[0]]] * 10 + [table], ignore_index=True)
    many = {name: [held[0]] * 10 + held for name, held in icons.items()}
    many["Assurance"][:10] = [""] * 10
    picture, words = write_overview_slide(
        tmp_path, more, many, source="Inventshire, October 2026", marking="RESTRICTED"
    )
    lines = words.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "6 of 19 measures stand out"
    assert lines[1].endswith("The other 8 are in the workbook.")
    kinds = [line.split("; ")[1].partition(",")[0] for line in lines[3:] if line]
    assert kinds[:6] == ["Concern"] * 2 + ["Improvement"] * 2 + ["Unusual"] * 2
    from PIL import Image

    with Image.open(picture) as drawn:
        assert drawn.size == (1920, 1080)
        assert drawn.text["Description"] == words.read_text(encoding="utf-8")
