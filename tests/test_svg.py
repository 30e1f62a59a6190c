"""Charts as SVG: what is drawn, what is taken over, and what is refused."""

from __future__ import annotations

import base64
import io
import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_factory import TABLE, safe_table, safe_two_way
from PIL import Image, PngImagePlugin

from qa_sampling.reporting import plots
from qa_sampling.reporting.svg import LIMIT, figure_svg, safe_svg
from qa_sampling.reporting.svg_rules import ELEMENTS

CHILD = "4001107"


def svg(inside="", attributes='viewBox="0 0 10 10"'):
    return f"<svg {attributes}>{inside}</svg>"


def png(**texts):
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    stored = io.BytesIO()
    Image.new("RGB", (3, 3), "red").save(stored, "PNG", pnginfo=info)
    return "data:image/png;base64," + base64.b64encode(stored.getvalue()).decode("ascii")


REFUSED = {
    "a script": "<script>alert(1)</script>",
    "a script in another case": "<Script>alert(1)</Script>",
    "a script by another name": '<x:script xmlns:x="http://www.w3.org/2000/svg">1</x:script>',
    "HTML": "<foreignObject><b>x</b></foreignObject>",
    "a frame": '<iframe src="https://example.org"/>',
    "a link": '<a href="https://example.org"><text>x</text></a>',
    "a script as a link": '<a xlink:href="javascript:alert(1)"><text>x</text></a>',
    "an event": '<path d="M 0 0" onclick="alert(1)"/>',
    "an event when loaded": '<g onload="alert(1)"/>',
    "an event in another case": '<g OnLoad="alert(1)"/>',
    "an animation": '<animate attributeName="href" values="javascript:alert(1)"/>',
    "setting an attribute": '<set attributeName="onload" to="alert(1)"/>',
    "a remote picture": '<image href="https://example.org/a.png" width="1" height="1"/>',
    "a remote picture, old": '<image xlink:href="//example.org/a.png" width="1" height="1"/>',
    "a SVG as a picture": '<image href="data:image/svg+xml;base64,PHN2Zy8+" width="1"/>',
    "no picture at all": '<image href="data:image/png;base64,R0lGODdh" width="1"/>',
    "a page as data": '<image href="data:text/html,x" width="1"/>',
    "another file's shape": '<use href="https://example.org/a.svg#b"/>',
    "a shape that is not there": '<use href="#b"/>',
    "a shape that holds itself": '<g id="b"><use href="#b"/></g>',
    "shapes that hold each other": '<defs><path id="a" d="M 0 0"/><use id="b" href="#c"/>'
    '<use id="c" href="#b"/></defs>',
    "a filter": '<filter id="f"><feImage href="https://example.org"/></filter>',
    "a mask": '<mask id="m"><rect width="1"/></mask>',
    "a remote fill": '<path d="M 0 0" fill="url(https://example.org/a#b)"/>',
    "a remote fill in a style": '<path d="M 0 0" style="fill: url(//example.org#b)"/>',
    "a pattern in itself": '<pattern id="p" width="1"><path d="M 0 0" fill="url(#p)"/></pattern>',
    "an address in a style": '<path d="M 0 0" style="background: url(https://example.org)"/>',
    "a style that covers the page": '<path d="M 0 0" style="position: fixed"/>',
    "an expression": '<path d="M 0 0" style="fill: expression(alert(1))"/>',
    "a class of the page": '<g class="marking"/>',
    "a name for the reader": '<g aria-label="Shareable"/>',
    "a role": '<g role="button" tabindex="0"/>',
    "data": '<g data-case="x"/>',
    "another base": '<g xml:base="https://example.org"/>',
    "a picture in a picture": '<svg viewBox="0 0 1 1"/>',
    "the same id twice": '<g id="a"/><g id="a"/>',
    "text outside labels": "<g>Case</g>",
    "a path that is none": '<path d="javascript:alert(1)"/>',
    "a transform that is none": '<g transform="url(x)"/>',
    "a number without end": '<rect width="1e999" height="1"/>',
    "an instruction": '<?xml-stylesheet href="https://example.org/a.css"?>',
    "an entity": "<text>&secret;</text>",
    "half a picture": "<g>",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_chart_does_not_need_is_refused(name):
    with pytest.raises(ValueError, match="picture"):
        safe_svg(svg(REFUSED[name]))


DOCTYPES = {
    "many laughs": '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    "a file of the machine": '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "matplotlib's own": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">',
}


@pytest.mark.parametrize("name", DOCTYPES)
def test_document_types_are_refused(name):
    with pytest.raises(ValueError, match="declares a document type"):
        safe_svg(DOCTYPES[name] + svg("<text>&b;</text>"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not well-formed"),
        ("<html/>", "<html>, which no chart"),
        (svg() + svg(), "not well-formed"),
        (svg(attributes=""), "does not say how large"),
        (svg(attributes='viewBox="0 0 1 1" onload="x"'), "`onload` that no chart"),
        (" " * LIMIT + svg(), "too large"),
    ],
)
def test_what_is_no_picture_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        safe_svg(text)


def test_a_refusal_tells_no_value():
    for inside in (f'<g data-{CHILD}="1"/>', f'<g class="{CHILD}"/>', f"<case{CHILD}/>"):
        with pytest.raises(ValueError, match="picture") as caught:
            safe_svg(svg(inside))
        assert CHILD not in str(caught.value)


LEFT_OUT = {
    "comments": f"<!-- {CHILD} -->",
    "metadata": f"<metadata><rdf:RDF xmlns:rdf='x'><dc>{CHILD}</dc></rdf:RDF></metadata>",
    "titles": f"<title>{CHILD}</title>",
    "descriptions": f"<g><desc>{CHILD} <b onclick='x'>x</b></desc></g>",
    "style sheets": f"<style>@import 'https://example.org/{CHILD}'; * {{ color: red }}</style>",
    "scripts in what is left out": f"<metadata><script>{CHILD}</script></metadata>",
    "ids nobody refers to": f'<g id="case_{CHILD}"/>',
    "pictures' metadata": f'<image href="{png(Title=CHILD)}" width="3" height="3"/>',
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_not_drawn_is_left_out(name):
    cleaned = safe_svg(svg(LEFT_OUT[name] + '<path d="M 0 0 L 1 1"/>'))
    assert CHILD not in cleaned
    assert "example.org" not in cleaned
    assert "script" not in cleaned
    assert '<path d="M 0 0 L 1 1"/>' in cleaned
    for encoded in re.findall(r"base64,([^\"]*)", cleaned):
        assert CHILD.encode() not in base64.b64decode(encoded)


def test_text_stays_and_is_escaped():
    cleaned = safe_svg(svg("<text>3 &lt; 4 &amp; &#60;script&#62; </text>"))
    assert "<text>3 &lt; 4 &amp; &lt;script&gt; </text>" in cleaned


def test_ids_are_renamed_in_order_and_kept_apart():
    text = svg(
        '<defs><path id="m1" d="M 0 0"/><clipPath id="c"><rect width="1" height="1"/></clipPath>'
        '<pattern id="h" width="1" height="1"><path d="M 0 0"/></pattern></defs>'
        '<use xlink:href="#m1" clip-path="url(#c)" style="fill: url(#h)"/><g id="spare"/>'
    )
    cleaned = safe_svg(text, prefix="c7-1")
    assert re.findall(r' id="([^"]*)"', cleaned) == ["c7-1-1", "c7-1-2", "c7-1-3"]
    assert '<use clip-path="url(#c7-1-2)" href="#c7-1-1" fill="url(#c7-1-3)"/>' in cleaned
    others = safe_svg(text, prefix="c7-2")
    assert not set(re.findall(r'"([^"]*-\d)"', cleaned)) & set(re.findall(r'"([^"]*-\d)"', others))


def test_styles_become_attributes():
    style = "font: italic 700 9.5px 'DejaVu Sans', sans-serif; text-anchor: end; fill: #12436d"
    cleaned = safe_svg(svg(f'<text style="{style}" x="1">a</text>'))
    assert "style" not in cleaned.replace("font-style", "")
    for said in ('font-size="9.5"', 'font-weight="700"', 'font-style="italic"', 'x="1"'):
        assert said in cleaned
    assert 'text-anchor="end" fill="rgb(18,67,109)"' in cleaned


def test_places_are_short():
    cleaned = safe_svg(
        svg(
            '<path d="M 1.23456789 -0.001 L 1e2 .5" transform="translate(1.23456 7)'
            ' scale(0.0156255)"/>'
        )
    )
    assert 'd="M 1.23 0 L 100 0.5"' in cleaned
    assert 'transform="translate(1.23 7) scale(0.01563)"' in cleaned


# What matplotlib draws -----------------------------------------------------------------------


def every_kind():
    """A figure with whatever matplotlib may draw: hatches, formulas, images, clips, markers."""
    figure, axes = plt.subplots(2, 2, layout="constrained")
    axes[0, 0].bar([0, 1], [3, 7], hatch="//", label="<b>&amp;", alpha=0.5)
    axes[0, 0].legend()
    axes[0, 1].plot([1, 2], [3, 4], "--o", label="a")
    axes[0, 1].set_title(r"$\bar{x} \pm 3\sigma_i^2$ and words", fontstyle="italic")
    axes[1, 0].imshow(np.arange(6).reshape(2, 3))
    axes[1, 1].fill_between([0, 1], [0, 1], [1, 2], facecolor="C1")
    axes[1, 1].errorbar([0, 1], [1, 2], yerr=0.3, capsize=3)
    axes[1, 1].annotate("here", (0, 1), (0.5, 1.5), arrowprops={"arrowstyle": "->"}, rotation=30)
    return figure


def ours():
    safe, grid = safe_table(), safe_two_way()
    yield plots.allocation_chart(safe, ax=plt.figure().gca()).figure
    yield plots.coverage_map(grid, ax=plt.figure(layout="constrained").gca()).figure
    yield plots.load_chart(TABLE.assign(role="A"), ax=plt.figure().gca()).figure


@pytest.fixture(scope="module")
def drawn():
    figures = [*ours(), every_kind()]
    yield [(figure, figure_svg(figure)) for figure in figures]
    plt.close("all")


def test_everything_matplotlib_draws_is_taken_over(drawn):
    for _, text in drawn:
        assert text.startswith("<svg ")
        assert text.endswith("</svg>")
        assert set(re.findall(r"<([a-zA-Z]+)", text)) <= set(ELEMENTS)
        assert " style=" not in text
        assert "http" not in text


def test_drawing_again_gives_the_same_bytes(drawn):
    for figure, text in drawn[:-1]:
        assert figure_svg(figure) == text


def test_cleaning_again_changes_nothing(drawn):
    for _, text in drawn:
        assert safe_svg(text) == text


def test_no_run_of_digits_could_be_a_case_number(drawn):
    for _, text in drawn[:-1]:
        assert not re.search(r"\d{5}", text)


def test_labels_are_text_in_fonts_that_exist_everywhere(drawn):
    text = drawn[0][1]
    assert ">Looked after</text>" in text
    fonts = re.findall(r'font-family="([^"]*)"', text)
    assert fonts == ["DejaVu Sans, Verdana, Bitstream Vera Sans, Geneva, Arial, sans-serif"]


def test_the_figure_and_the_settings_are_left_as_they_were(drawn):
    figure = drawn[0][0]
    before = matplotlib.rcParams.copy(), figure.get_size_inches().tolist(), figure.dpi
    figure_svg(figure)
    assert before == (matplotlib.rcParams.copy(), figure.get_size_inches().tolist(), figure.dpi)


def test_the_machine_and_the_moment_are_not_in_it():
    figure = plt.figure()
    figure.gca().plot([1, 2], gid=f"case_{CHILD}")
    text = figure_svg(figure)
    plt.close(figure)
    for word in (CHILD, "matplotlib", "Matplotlib", "2026", "dc:", "rdf", "<!--"):
        assert word not in text


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_label_can_leave_its_place(label):
    from xml.sax.saxutils import escape

    printable = "".join(letter for letter in label if letter.isprintable())
    cleaned = safe_svg(svg(f"<text>{escape(printable)}</text>"))
    assert cleaned.count("<") == 4
    assert set(re.findall(r"<(\w+)", cleaned)) == {"svg", "text"}


def test_hidden_counts_are_not_among_the_labels():
    figure = plots.allocation_chart(safe_table(), ax=plt.figure().gca()).figure
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", figure_svg(figure))
    plt.close(figure)
    assert "[c] of 98" in labels
    assert not {"3 of 98", "4 of 116"} & set(labels)
