"""The seals on what leaves: words hold no typed number, pictures and tables stay as made."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from page_factory import build, code, markdown, outputs, shell  # noqa: F401 - a fixture
from picture_edges import control_from, safe_months

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting import derived, narrative, plots
from qa_sampling.reporting.derived import Derived, derive
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.free_text import labels_of, numbers_in, require_free
from qa_sampling.reporting.frozen import FrozenDict, frozen
from qa_sampling.reporting.plan_tables import SHARES
from qa_sampling.reporting.quantities import Cell, cell, declared
from qa_sampling.reporting.releases import printed_table, release_fingerprint, release_text
from qa_sampling.reporting.safe_table import PrintedTable, SafeTable
from qa_sampling.reporting.share import share, share_figure
from qa_sampling.reporting.tables import SharedTable, write_tables_workbook
from qa_sampling.reporting.words import Told, say, tell

CASES = pd.DataFrame(
    {
        "team": ["North 1", "South", "East", "16 plus"],
        "cases": [45, 3, 4, 60],
        "audits": [9, 2, 1, 12],
    }
)


def safe():
    return protect(
        CASES,
        by=["team"],
        counts=["cases", "audits"],
        percentages=SHARES,
        decisions=["audits"],
        zeros_shown=True,
    )


@pytest.fixture(autouse=True)
def closed():
    """Leave no figure open."""
    yield
    plt.close("all")


# --- free text -------------------------------------------------------------------------------

HARMLESS = [
    "Practice Evaluations, November 2026",
    "as at 30 November 2026",
    "3 to 17 November 2026",
    "30 October to 2 November 2026",
    "1 April 2025 to 31 March 2026",
    "2026-11 and 2026-11-30 and 31/10/2026",
    "2025/26, 2025-26, 2024 to 2026",
    "Q3 2026, quarter 3, 2nd quarter",
    "Section 47 enquiries, Regulation 44 visits, standard 3B",
    "Children Act 1989",
    "aged 16 to 17, under 5s, 5-year-olds, aged 16 or over",
    "within 10 working days, in the last two weeks, more than 3 months",
    "per 10,000 children, 95% intervals",
    "Counts of 1 to 5 are hidden",
    "No more than one grade apart, one-to-one",
    "the 16+ service",
    "the first half of 2026, half-term, half a year",
    "",
]
TYPED = [
    "3 children in South",
    "South: three children",
    "There was one child",
    "only one left",
    "one very young person",
    "n=4",
    "③ cases",
    "Ⅳ cases",
    "٣ cases",
    "３ cases",
    "½ of them",
    "half of them",
    "a third of the cases",
    "2,026 cases",
    "12%",
    "under 5 children",
    "over 3 children",
    "3 November cases",
    "thr\N{ZERO WIDTH SPACE}ee cases",
    "twenty-one",
    "a dozen",
    "20261",
    "in 2026 4 fell",
    "section 47: 12",
    "from 4 to 12",
    "a pair of siblings",
    "3rd",
    "fewer than 6",
    "seventeen",
    "both children in South",
    "all but one",
    "one per cent",
    "Half were seen",
    "one in 3",
    "S0036",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_dates_ages_laws_and_periods_are_left_alone(text):
    assert numbers_in(text) == ()
    assert require_free(text, what="the title") == text


@pytest.mark.parametrize("text", TYPED)
def test_typed_numbers_are_found_and_not_repeated(text):
    assert numbers_in(text)
    with pytest.raises(DisclosureError, match="A number in the title could be") as refused:
        require_free(text, what="the title")
    assert text not in str(refused.value)


def test_labels_of_the_table_are_left_alone():
    table = safe()
    assert labels_of(table)[:2] == ("16 plus", "North 1")
    assert numbers_in("North 1 and 16 plus differ", table=table) == ()
    assert numbers_in("North 12 and North 1 differ", table=table) == ("12",)
    assert numbers_in("North 1: 3", table=table) == ("3",)
    assert numbers_in("North 1") == ("1",)


def test_a_label_that_is_a_bare_number_is_left_alone_in_quotation_marks_only():
    table = protect(pd.DataFrame({"step": ["1", "2"], "n": [40, 30]}), by=["step"], counts=["n"])
    assert numbers_in("step “1”", table=table) == ()
    assert numbers_in("1 child", table=table) == ("1",)


ROUTES = {
    "a template": lambda text: say(text),
    "a text of a sentence": lambda text: say("{what} happened.", what=text),
    "a noun of a template": lambda text: say(
        "{n:case|" + text.replace("{", "").replace("}", "") + "}.",
        n=cell(safe(), "cases", "South"),
    ),
    "braces": lambda text: say("{{" + text + "}}"),
    "tell": lambda text: tell(safe(), text),
    "a title": lambda text: share(safe(), title=text),
    "a caption": lambda text: share(safe(), title="Title", caption=text),
    "the title of a picture": lambda text: plots.allocation_chart(safe(), title=text),
    "a text of derive": lambda text: derive(safe_months((3, 4)), control_from, target=text),
    "a list given to derive": lambda text: derive(
        safe_months((3, 4)), control_from, target=[{text: text}]
    ),
    "a sheet's title": lambda text: SharedTable(safe(), text),
    "a sheet's caption": lambda text: SharedTable(safe(), "Title", text),
    "a heading": lambda text: share(
        protect(CASES, by=["team"], counts=["cases"], labels={"cases": text}), title="Title"
    ),
    "a page's title": lambda text: build(title=text),
    "a page's question": lambda text: build(question=text),
    "a page's text": lambda text: build(markdown(text, "page-method")),
}


@pytest.mark.parametrize("text", ["3 children in South", "South: three children", "one child"])
@pytest.mark.parametrize("route", list(ROUTES))
def test_no_route_takes_a_typed_number(route, text, monkeypatch):
    monkeypatch.setattr(derived, "_METHODS_OF", ("qa_sampling", "picture_edges"))
    with pytest.raises(DisclosureError, match="could be a count"):
        ROUTES[route](text)


def test_the_title_and_source_of_a_workbook_hold_no_number(tmp_path):
    words = {"title": "Title", "source": "Source.", "contact": "01234 567890", "as_at": None}
    for name in ("title", "source"):
        with pytest.raises(DisclosureError, match=f"the {name} of write_tables_workbook"):
            write_tables_workbook(
                tmp_path / "t.xlsx", [SharedTable(safe(), "T")], **(words | {name: "3 children"})
            )
    assert list(tmp_path.iterdir()) == []


def test_words_that_are_put_together_are_looked_at_together():
    with pytest.raises(DisclosureError, match="could be a count"):
        say("th{rest} children", rest="ree")
    with pytest.raises(DisclosureError, match="could be a count"):
        say("{one} {child}", one="one", child="child")


@pytest.mark.parametrize("template", ["{n.value}", "{n.table.rows}", "{n!r}", "{n[0]}", "{0}"])
def test_templates_reach_into_nothing(template):
    with pytest.raises(DisclosureError, match="without attributes, indices or conversions"):
        say(template, n=cell(safe(), "cases", "South"))


def test_declared_numbers_pass_and_are_the_writers_own():
    sentence = say("{scale}: {n:auditor|auditors}.", scale=declared("4-point"), n=declared(1))
    assert sentence.sentences == ("4-point: 1 auditor.",)
    assert SharedTable(safe(), declared("Grades 1 to 4")).title == "Grades 1 to 4"
    with pytest.raises(DisclosureError, match="could be a count"):
        SharedTable(safe(), declared("Grades 1 to 4") + ": 3")
    for what in (True, safe(), None, np.int64(3), np.float64(3), CASES["cases"].mean()):
        with pytest.raises(DisclosureError, match=r"declared\(\) was given a"):
            declared(what)


def test_a_page_may_hold_declared_numbers(shell):  # noqa: F811
    shown = code(outputs(share, safe(), title="Title"), "page-table")
    text = "Grades go from 1 to 4."
    with pytest.raises(DisclosureError, match="the text of cell 2 of the notebook"):
        build(shown, markdown(text, "page-method"))
    assert text in build(shown, markdown(text, "page-method", "numbers-declared"))
    assert "First" in build(shown, markdown("1. First\n2. Second", "page-method"))


def test_told_text_knows_one_table_for_ever():
    table = safe()
    told = tell(table, "{n:case|cases} in North 1", n=cell(table, "cases", "North 1"))
    assert told == "45 cases in North 1"
    assert told.table is table
    assert say("{what}.", what=told).sentences == ("45 cases in North 1.",)
    assert SharedTable(table, told).title == told
    for forged in (Told("3 children"), str(told), told + "", told.upper(), f"{told}"):
        assert getattr(forged, "table", None) is None
    with pytest.raises(DisclosureError, match="cannot be said to come from another"):
        told.table = safe()
    with pytest.raises(DisclosureError, match="cannot be said to come from another"):
        Told("3 children")._table = table
    assert copy.deepcopy(told) is copy.copy(told) is told
    assert type(pickle.loads(pickle.dumps(told))) is str
    with pytest.raises(DisclosureError, match="a cell of another table for n"):
        tell(table, "{n}", n=cell(safe(), "cases", "North 1"))


def test_cells_say_what_the_table_prints():
    table = safe()
    assert cell(table, "cases").value == "[c]" or isinstance(cell(table, "cases").value, int)
    assert cell(table, "cases", "South").hidden
    assert f"{cell(table, 'audits', 'East'):audit|audits}" == "1 audit"
    for call in (lambda: cell(table, "cases", "West"), lambda: cell(table, "team", "South")):
        with pytest.raises(DisclosureError, match=r"cell\(\) (needs one of|was asked for)"):
            call()
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        Cell(table, "cases", 3)
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        replace(cell(table, "cases", "South"), value=3)
    with pytest.raises(DisclosureError, match="may hold counts that identify a child"):
        cell(CASES, "cases", "South")


# --- pictures --------------------------------------------------------------------------------


def drawn(table, **options):
    return plots.allocation_chart(table, ax=plt.figure().gca(), **options)


def shared(ax, table):
    share_figure(ax, table, title="Title", alt=narrative.allocation_alt(table))


CHANGES = {
    "text": lambda ax: ax.text(0.5, 0.5, "3 children"),
    "annotate": lambda ax: ax.annotate("3 children", (1, 1)),
    "title": lambda ax: ax.set_title("South: 3 children"),
    "title at the left": lambda ax: ax.set_title("South: 3 children", loc="left"),
    "label": lambda ax: ax.set_xlabel("3 children in South"),
    "a text that was there": lambda ax: ax.texts[-1].set_text("3 children"),
    "line": lambda ax: ax.plot([1, 3, 4]),
    "data of a line": lambda ax: ax.lines[0].set_xdata([3, 4]),
    "points": lambda ax: ax.scatter([3], [4]),
    "offsets of points": lambda ax: ax.collections[0].set_offsets([[3, 4], [4, 3]]),
    "bar": lambda ax: ax.bar([0], [3]),
    "ticks": lambda ax: ax.set_xticks([3, 4]),
    "words of ticks": lambda ax: ax.set_xticks([10], ["3 children"]),
    "limits": lambda ax: ax.set_xlim(3, 4),
    "legend": lambda ax: ax.legend([ax.lines[0]], ["3 children"]),
    "image": lambda ax: ax.imshow([[3, 4]], extent=(0, 1, 0, 1)),
    "table": lambda ax: ax.table([["3"]]),
    "inset": lambda ax: ax.inset_axes((0, 0, 0.2, 0.2)).text(0, 0, "3"),
    "text of the figure": lambda ax: ax.figure.text(0.1, 0.1, "3 children"),
    "title of the figure": lambda ax: ax.figure.suptitle("3 children"),
    "legend of the figure": lambda ax: ax.figure.legend([ax.lines[0]], ["3 children"]),
    "image of the figure": lambda ax: ax.figure.figimage([[3, 4]]),
    "line of the figure": lambda ax: ax.figure.add_artist(plt.Line2D([0, 1], [0, 1])),
    "size": lambda ax: ax.figure.set_size_inches(3, 4),
    "place": lambda ax: ax.set_position((0.3, 0.4, 0.3, 0.4)),
    "colour": lambda ax: ax.lines[2].set_color("red"),
    "hidden": lambda ax: ax.texts[0].set_visible(False),
    "removed": lambda ax: ax.texts[0].remove(),
    "outside": lambda ax: ax.text(9, 9, "3 children", clip_on=False),
    "white": lambda ax: ax.text(0.5, 0.5, "3 children", color="white"),
    "transparent": lambda ax: ax.text(0.5, 0.5, "3 children", alpha=0),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_picture_that_was_changed_is_not_shared(name):
    table = safe()
    ax = drawn(table)
    CHANGES[name](ax)
    with pytest.raises(DisclosureError, match="changed after it was drawn"):
        shared(ax, table)


@pytest.mark.parametrize("add", ["twinx", "twiny", "axes", "subfigure"])
def test_other_axes_on_the_figure_are_not_shared(add):
    table = safe()
    ax = drawn(table)
    if add == "axes":
        ax.figure.add_axes((0, 0, 0.1, 0.1)).text(0, 0, "3")
    elif add == "subfigure":
        ax.figure.subfigures().text(0, 0, "3")
    else:
        getattr(ax, add)().plot([3, 4])
    for picture in (ax, ax.figure):
        with pytest.raises(DisclosureError, match=r"not drawn from the table|changed after it was"):
            shared(picture, table)


def test_a_picture_of_another_table_on_the_same_figure_is_not_shared():
    """It would stand there without its own table, which may not be in the ledger."""
    table, other = safe(), safe()
    figure, axes = plt.subplots(1, 2)
    for ax, one in zip(axes, (table, other), strict=True):
        plots.allocation_chart(one, ax=ax)
    for picture in (figure, *axes):
        with pytest.raises(DisclosureError, match="not drawn from the table"):
            shared(picture, table)


BEFORE = {
    "text": lambda ax: ax.text(0.5, 0.5, "3 children"),
    "line": lambda ax: ax.plot([3, 4]),
    "title": lambda ax: ax.set_title("3 children", loc="right"),
    "label": lambda ax: ax.set_xlabel("3 children"),
    "image": lambda ax: ax.imshow([[3, 4]]),
    "inset": lambda ax: ax.inset_axes((0, 0, 0.2, 0.2)),
}


@pytest.mark.parametrize("name", list(BEFORE))
def test_a_picture_on_axes_that_held_something_is_not_shared(name):
    table = safe()
    ax = plt.figure().gca()
    BEFORE[name](ax)
    plots.allocation_chart(table, ax=ax)
    with pytest.raises(DisclosureError, match="not drawn from the table"):
        shared(ax, table)


def test_the_seal_cannot_be_put_on_by_hand_or_copied():
    table = safe()
    ax = plt.figure().gca()
    ax.text(0.5, 0.5, "3 children")
    ax._qa_sampling_table = table
    assert not plots.drawn_from(ax, table)
    other = pickle.loads(pickle.dumps(drawn(table).figure))
    with pytest.raises(DisclosureError, match="not drawn from the table"):
        shared(other, table)


@pytest.mark.parametrize("style", ["default", "ggplot", "dark_background"])
def test_a_picture_as_drawn_is_shared_whatever_the_style(style, capsys):
    table = safe()
    with plt.style.context(style):
        ax = drawn(table, title=narrative.allocation_heading(table))
        shared(ax, table)
    assert "Dot chart" in capsys.readouterr().out
    ax = drawn(table)
    ax.figure.canvas.draw()
    with plt.style.context(style):
        shared(ax, table)


def test_several_pictures_of_one_table_are_shared_together_and_none_is_changed():
    table = safe()
    for change in (False, True):
        figure, axes = plt.subplots(1, 2)
        for ax in axes:
            plots.allocation_chart(table, ax=ax)
        assert all(plots.drawn_from(ax, table) for ax in axes)
        if not change:
            shared(figure, table)
            continue
        axes[0].text(0.5, 0.5, "3 children")
        with pytest.raises(DisclosureError, match="changed after it was drawn"):
            shared(axes[1], table)


# --- tables ----------------------------------------------------------------------------------


def everything():
    frame = pd.DataFrame(
        {
            "team": ["A", "B", "C"],
            "cases": [40, 30, 20],
            "seen": [20, 12, 11],
            "people": [400, 300, 200],
        }
    )
    return protect(
        frame,
        by=["team"],
        counts=["cases", "seen"],
        within={"seen": "cases"},
        percentages={"share": ("seen", "cases")},
        publics=["people"],
        rates={"rate": ("cases", "people")},
        subtotals_of={"team": {"A": "A and B", "B": "A and B"}},
        labels={"cases": "Cases"},
        over={"month": ["May"]},
    )


def mappings(value, path=""):
    """Every mapping in a value, however deep."""
    if isinstance(value, dict):
        yield path, value
        for key, one in value.items():
            yield from mappings(one, f"{path}.{key}")
    elif isinstance(value, tuple | list):
        for one in value:
            yield from mappings(one, path)


def test_nothing_in_a_sealed_table_can_be_changed():
    table = everything()
    before = release_text(table)
    found = [
        one for name in PrintedTable.__dataclass_fields__
        for one in mappings(getattr(table, name), name)
    ]  # fmt: skip
    assert {"labels", "percentages", "within", "rates", "over"} <= {path for path, _ in found}
    for _, one in found:
        for change in (
            lambda d: d.__setitem__("cases", "3 children"),
            lambda d: d.update(cases="3 children"),
            lambda d: d.setdefault("x", "3 children"),
            lambda d: d.pop("cases", None),
            lambda d: d.popitem(),
            lambda d: d.clear(),
            lambda d: d.__delitem__("cases"),
            lambda d: d.__ior__({"cases": "3 children"}),
        ):
            with pytest.raises(TypeError, match="sealed table cannot be changed"):
                change(one)
    assert not any(isinstance(value, list | set) for value in vars(table).values())
    assert release_text(table) == before


def test_what_protect_was_given_is_not_what_it_holds():
    labels, ratios = {"cases": "Cases"}, {"share": ("cases", "total")}
    table = protect(CASES, by=["team"], counts=["cases"], labels=labels, percentages=ratios)
    labels["cases"], ratios["share"] = "3 children", ("x", "y")
    assert table.heading("cases") == "Cases"
    assert table.percentages == {"share": ("cases", "total")}
    frame = table.frame
    frame.loc[:, "cases"] = 3
    assert (table.frame["cases"].astype(str) != "3").all()


def test_a_table_is_itself_when_copied_and_cannot_be_made_again():
    table = everything()
    assert copy.copy(table) is copy.deepcopy(table) is table
    assert copy.deepcopy([table])[0] is table
    with pytest.raises(DisclosureError, match="cannot be pickled"):
        pickle.dumps(table)
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        replace(table, rows=(("A", 3),))
    with pytest.raises(DisclosureError, match="cannot be made from a pickle"):
        SafeTable.__new__(SafeTable).__setstate__({"rows": ()})
    made = PrintedTable(**{n: getattr(table, n) for n in PrintedTable.__dataclass_fields__})
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(DisclosureError, match="which may hold counts"):
        share(made, title="Title")


def test_the_ledger_reads_a_frozen_table_as_before():
    table = everything()
    back = printed_table(release_text(table))
    assert release_fingerprint(table) == release_fingerprint(everything())
    assert {n: getattr(back, n) for n in PrintedTable.__dataclass_fields__} == {
        n: getattr(table, n) for n in PrintedTable.__dataclass_fields__
    }


def test_frozen_goes_all_the_way_down_and_back():
    given = {"a": [{"b": {1, 2}}, (3, [4])]}
    held = frozen(given)
    assert held == {"a": ({"b": frozenset({1, 2})}, (3, (4,)))}
    assert isinstance(held["a"][0], FrozenDict)
    assert pickle.loads(pickle.dumps(held)) == held
    assert copy.deepcopy(held) is copy.copy(held) is held
    assert type(held | {"c": 1}) is dict


def test_words_and_results_cannot_be_pickled_or_changed(monkeypatch):
    monkeypatch.setattr(derived, "_METHODS_OF", ("qa_sampling", "picture_edges"))
    made = derive(safe_months((3, 4)), control_from)
    words = say("All is well.")
    one = cell(safe(), "cases", "South")
    for thing in (made, words, one):
        assert copy.copy(thing) is copy.deepcopy(thing) is thing
        with pytest.raises(DisclosureError, match="cannot be pickled"):
            pickle.dumps(thing)
    assert isinstance(made, Derived)
    assert isinstance(made.held, bytes)
    before = made.result.table["value"].tolist()
    table = made.result.table
    table.loc[:, "value"] = 0.99
    assert made.result.table["value"].tolist() == pytest.approx(before, nan_ok=True)


@pytest.mark.parametrize("sealed", [SafeTable, Derived, Cell, Told, type(say("Yes."))])
def test_a_sealed_class_has_no_children(sealed):
    with pytest.raises(DisclosureError, match="cannot be derived from"):
        type("Mine", (sealed,), {"__post_init__": lambda self, seal: None})


def test_what_was_computed_elsewhere_is_no_setting(monkeypatch):
    monkeypatch.setattr(derived, "_METHODS_OF", ("qa_sampling", "picture_edges"))
    for value in (CASES["cases"].mean(), CASES["cases"].sum(), [np.float64(3)]):
        with pytest.raises(DisclosureError, match="not what was computed by pandas or numpy"):
            derive(safe_months((3, 4)), control_from, target=value)


def test_the_label_of_the_totals_holds_no_number():
    table = protect(CASES, by=["team"], counts=["cases"], total_label="All, with 3 in South")
    with pytest.raises(DisclosureError, match="the label of the totals"):
        share(table, title="Title")
