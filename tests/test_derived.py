"""Derived results: worked out from printed numbers, sealed, and shareable with their pictures."""

from __future__ import annotations

import copy
from dataclasses import FrozenInstanceError, replace
from datetime import date
from functools import partial

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import picture_edges
import pytest
from picture_checks import assert_picture, svg_of, written
from picture_edges import control_from, derived_pictures, safe_months, safe_pairs
from picture_factory import PICTURES, control

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting import alt_texts, derived, plots, share
from qa_sampling.reporting.derived import Derived, derive, opened, printed
from qa_sampling.reporting.disclosure import protect
from qa_sampling.results import ControlChart

NAMES = [
    "control_chart", "forecast_fan", "turning_chart", "sparklines", "small_multiples",
    "funnel_plot",
    "severity_funnel", "calibration_chart", "grade_profiles", "interval_chart",
    "grade_distribution", "journey_chart", "cohort_chart", "decomposition_waterfall",
    "agreement_heat",
]  # fmt: skip


@pytest.fixture(autouse=True)
def known_methods(monkeypatch):
    """Let the invented methods of the tests count as the package's own."""
    monkeypatch.setattr(derived, "_METHODS_OF", ("qa_sampling", "picture_edges"))
    yield
    plt.close("all")


def no_result(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


no_result.__module__ = "picture_edges"


def test_a_method_gets_printed_numbers_only():
    table = safe_months((3, 4))
    frame = printed(table)
    assert list(frame.columns) == ["month", "referrals", "again", "hidden"]
    assert frame["again"].isna().tolist() == [False, True, False, True, False, False, False]
    assert frame["hidden"].tolist() == frame["again"].isna().tolist()
    assert frame["referrals"].tolist() == [90, 80, 70, 85, 95, 75, 88]
    pd.testing.assert_frame_equal(frame, printed(safe_months((4, 3))))


def test_totals_are_not_among_the_rows():
    assert len(printed(safe_months((3, 4)))) == 7
    assert len(printed(safe_pairs((3, 4)))) == 16


def test_a_column_called_hidden_is_refused():
    table = pd.DataFrame({"hidden": ["a", "b"], "cases": [10, 20]})
    with pytest.raises(DisclosureError, match="a column called `hidden`"):
        printed(protect(table, by=["hidden"], counts=["cases"]))


def test_what_a_derived_result_holds():
    table = safe_months((3, 4))
    made = derive(table, control_from, target=0.2)
    assert made.table is table
    assert isinstance(made.result, ControlChart)
    assert made.result.target == 0.2
    assert made.result.table["hidden"].sum() == 2
    shown = [90, 70, 95, 75, 88], [20, 17, 22, 19, 15]
    assert made.result.table["centre"].iloc[0] == pytest.approx(sum(shown[1]) / sum(shown[0]))


def test_a_derived_result_cannot_be_forged():
    made = derive(safe_months((3, 4)), control_from)
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        Derived(made.table, control())
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        Derived(made.table, control(), object())
    with pytest.raises((DisclosureError, ValueError)):
        replace(made, held=control())
    with pytest.raises(FrozenInstanceError):
        made.held = b""
    with pytest.raises(AttributeError):
        made.result = control()


def test_nothing_can_be_slipped_into_a_derived_result():
    made = derive(safe_months((3, 4)), control_from)
    before = made.result.table["value"].tolist()
    table = made.result.table
    table.loc[:, "value"] = 0.99
    object.__setattr__(made.result, "warnings", ("3 children",))
    assert made.result.table["value"].tolist() == pytest.approx(before, nan_ok=True)
    assert "3 children" not in made.result.warnings
    assert copy.deepcopy(made).result.warnings == made.result.warnings


class Holder:
    def method(self, frame: pd.DataFrame) -> ControlChart:
        return control()


def closing_over(raw: ControlChart):
    def inner(frame: pd.DataFrame) -> ControlChart:
        return raw

    inner.__module__ = "picture_edges"
    return inner


@pytest.mark.parametrize(
    "method",
    [
        lambda frame: control(),
        closing_over(control()),
        partial(control_from, target=0.1),
        Holder().method,
        Holder,
        control,
        "control_from",
    ],
    ids=["lambda", "closure", "partial", "bound method", "class", "other module", "text"],
)
def test_methods_that_could_know_other_data_are_refused(method):
    with pytest.raises(DisclosureError, match="a function of this package that stands at the top"):
        derive(safe_months((3, 4)), method)


def test_notebook_functions_are_refused_outside_the_tests(monkeypatch):
    monkeypatch.setattr(derived, "_METHODS_OF", ("qa_sampling",))
    with pytest.raises(DisclosureError, match="got 'control_from'"):
        derive(safe_months((3, 4)), control_from)


@pytest.mark.parametrize(
    "smuggled",
    [pd.DataFrame({"a": [1]}), pd.Series([1]), control(), [pd.Series([1])], {"a": control()}],
    ids=["frame", "series", "result", "in a list", "in a mapping"],
)
def test_arguments_that_are_tables_are_refused(smuggled):
    with pytest.raises(DisclosureError, match=r"for `target`.*give plain values"):
        derive(safe_months((3, 4)), control_from, target=smuggled)


def test_plain_arguments_are_taken():
    for value in (None, True, 1, 0.5, "a", date(2026, 1, 1), (1, "a"), {"a": [1]}, frozenset("a")):
        assert derived._plain(value)


def test_only_a_safe_table_can_be_derived_from():
    with pytest.raises(DisclosureError, match=r"derive\(\) was given a DataFrame"):
        derive(pd.DataFrame({"a": [1]}), control_from)


def test_a_method_must_give_a_declared_result():
    with pytest.raises(DisclosureError, match=r"`no_result` gave a DataFrame"):
        derive(safe_months((3, 4)), no_result)


def test_a_picture_takes_its_own_kind_of_result():
    with pytest.raises(DisclosureError, match="takes a Funnel, or a Derived of one; got a Control"):
        plots.funnel_plot(control())
    with pytest.raises(DisclosureError, match=r"takes a Funnel.*got a ControlChart"):
        opened(derive(safe_months((3, 4)), control_from), picture_edges.Funnel)
    with pytest.raises(DisclosureError, match="got a SafeTable"):
        plots.control_chart(safe_months((3, 4)))


def test_every_picture_has_a_derived_example():
    assert set(NAMES) == {name.removesuffix("_rare") for name in PICTURES}
    assert set(NAMES) == set(derived_pictures((3, 4)))


@pytest.mark.parametrize("name", NAMES)
def test_hidden_values_leave_no_trace_in_a_picture(name):
    """Two tables that print alike and differ in what they hide: the same bytes."""
    pictures = []
    for small in ((3, 4), (4, 3)):
        draw, result = derived_pictures(small)[name]
        pictures.append(svg_of(draw(result, title="The finding")))
        plt.close("all")
    assert pictures[0] == pictures[1]
    assert b"<dc:date>" not in pictures[0]


@pytest.mark.parametrize("make", [safe_months, safe_pairs])
def test_the_two_tables_differ_in_what_they_hide_only(make, monkeypatch):
    """Without this the test above would pass trivially."""
    given = []

    def spy(table, **rules):
        given.append(table)
        return protect(table, **rules)

    monkeypatch.setattr(picture_edges, "protect", spy)
    one, other = make((3, 4)), make((4, 3))
    assert one.rows == other.rows
    assert one.hidden == other.hidden > 0
    assert not given[0].equals(given[1])


def test_the_bytes_do_change_with_what_is_shown():
    pictures = []
    for small in ((3, 4), (8, 9)):
        draw, result = derived_pictures(small)["control_chart"]
        pictures.append(svg_of(draw(result)))
        plt.close("all")
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("name", NAMES)
def test_hidden_values_are_drawn_as_hatched_marks(name):
    draw, result = derived_pictures((3, 4))[name]
    ax = draw(result, title="The finding")
    assert "hidden so that nobody can be identified" in written(ax).replace("\n", " ")
    hatched = [one for one in (*ax.patches, *ax.collections, *ax.artists) if one.get_hatch()]
    assert hatched
    assert_picture(ax)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_of_derived_results_can_be_shared_and_raw_ones_not(name, capsys):
    draw, result = derived_pictures((3, 4))[name]
    tell = getattr(alt_texts, f"{name}_alt")
    ax = draw(result, title="The finding")
    assert plots.drawn_from(ax, result.table)
    share.share_figure(ax, result.table, title="The finding", alt=tell(result))
    assert "The finding" in capsys.readouterr().out

    ax = draw(result.result, ax=plt.figure().gca())
    assert not plots.drawn_from(ax, result.table)
    with pytest.raises(DisclosureError, match="not drawn from the table beside it"):
        share.share_figure(ax, result.table, title="The finding", alt=tell(result))

    ax = draw(result, ax=plt.figure().gca())
    with pytest.raises(DisclosureError, match="not told from the table beside the chart"):
        share.share_figure(ax, result.table, title="The finding", alt=tell(result.result))


def test_a_picture_drawn_over_by_a_raw_result_can_no_longer_be_shared():
    made = derive(safe_months((3, 4)), control_from)
    ax = plots.control_chart(made)
    plots.control_chart(control(), ax=ax)
    assert not plots.drawn_from(ax, made.table)
