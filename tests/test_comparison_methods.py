"""Every selection method beside the monthly plan: the adapter says what the method does."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from frame_factory import fixed
from test_comparison import answer, described, of

from qa_sampling.errors import AllocationError, FrameError, SelectionError
from qa_sampling.reporting.plots_designs import chart_rows, design_chart, design_chart_alt
from qa_sampling.sampling.case_selection import select_cases
from qa_sampling.sampling.comparison import ALL_CASES, compare_designs
from qa_sampling.sampling.designs import AtRandom, SampleDesign
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.planning_assumptions import Assumptions
from qa_sampling.sampling.selection_designs import SelectionDesign
from qa_sampling.sampling.selection_methods import METHODS

CELLS = [("N", "CP", 30), ("N", "CIN", 50), ("S", "CP", 10), ("S", "CIN", 60)]
OPTIONS = {
    "systematic": {"order_by": ["service", "gender"]},
    "ordered_pivotal": {"order_by": ["service", "gender"]},
    "cube": {"balance_on": ["gender", "weeks_open"]},
    "local_pivotal": {"spread_over": ["gender", "weeks_open"]},
}


@pytest.fixture(scope="module")
def frame() -> Frame:
    whole = described(*CELLS)
    size = np.arange(1.0, whole.size + 1)
    return fixed(whole.cases.assign(size=size, likely=size / size.sum() * 12))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_joins_a_comparison(frame: Frame, method: str) -> None:
    design = SelectionDesign(12, method, **OPTIONS.get(method, {}))
    assert isinstance(design, SampleDesign)
    found = compare_designs(frame, {"it": design, "random": AtRandom(12)}, draws=4)
    audits = answer(found, "Audits", "it")
    assert audits == pytest.approx(12, abs=0 if METHODS[method].has_fixed_size else 6)
    assert answer(found, "Smallest chance of a case", "it") == pytest.approx(12 / 150)
    if METHODS[method].has_fixed_size:
        row = of(found, "precision", "it").set_index("domain").loc[ALL_CASES]
        assert row["half_width"] == pytest.approx(Assumptions(0.5, 150).half_width(12))


@pytest.mark.parametrize("method", [m for m in METHODS if not METHODS[m].is_equal])
def test_unequal_probabilities_are_those_of_the_selection(frame: Frame, method: str) -> None:
    options = OPTIONS.get(method, {})
    chosen = select_cases(
        frame.cases, 12, method=method, seed="a seed", size_column="size", **options
    )
    for design in (
        SelectionDesign(12, method, size_column="size", **options),
        SelectionDesign(None, method, probability_column="likely", **options),
    ):
        once = design.once(frame, "a seed")
        expected = chosen.sample.set_index("case_ref")["weight"]
        assert once.weights.index.tolist() == expected.index.tolist()
        assert once.weights.to_numpy() == pytest.approx(expected.to_numpy())
        chances = chosen.cases.set_index("case_ref")["inclusion_probability"]
        assert once.chances[chances.index].to_numpy() == pytest.approx(chances.to_numpy())


def test_sizes_by_a_column_of_the_frame(frame: Frame) -> None:
    sizes = {"Service N": 5, "Service S": 7}
    design = SelectionDesign(sizes, "cube", strata="service", balance_on=["weeks_open"])
    for number in range(5):
        drawn = design.once(frame, f"{number}").weights.index
        services = frame.cases.set_index("case_ref").loc[drawn, "service"]
        assert services.value_counts().to_dict() == sizes
    by_stratum = SelectionDesign(dict.fromkeys(frame.cases["stratum"].unique(), 2), "tickets")
    once = by_stratum.once(frame, "a seed")
    assert len(once.weights) == 8
    assert once.chances["S.CP.1"] == pytest.approx(2 / 10)


def test_one_child_stands_for_each_family() -> None:
    kin = {f"N.CP.{number}": f"family {number // 3}" for number in range(3, 9)}
    frame = described(("N", "CP", 12), families=kin)
    design = SelectionDesign(6, "pivotal", one_per_family=True)
    drawn, mean = pd.Series(0.0, index=frame.cases["case_ref"]), 0.0
    for number in range(800):
        once = design.once(frame, f"family {number}")
        kept = frame.cases.set_index("case_ref").loc[once.weights.index, "family_ref"]
        assert kept.is_unique
        assert (1 / once.weights).to_numpy() == pytest.approx(
            once.chances[once.weights.index].to_numpy()
        )
        drawn[once.weights.index] += 1 / 800
        mean = mean + once.chances / 800
    # Eight stand (families of 3 and 3, six singles); six of them are drawn.
    assert mean["N.CP.1"] == pytest.approx(6 / 8)
    assert mean["N.CP.4"] == pytest.approx(6 / 8 / 3)
    error = (mean * (1 - mean) / 800) ** 0.5
    assert ((drawn - mean[drawn.index]).abs() <= 4.5 * error[drawn.index]).all()


def test_balance_is_better_than_chance_and_pays_where_characteristics_count(frame: Frame) -> None:
    designs = {
        "cube": SelectionDesign(12, "cube", balance_on=["gender", "service"]),
        "random": AtRandom(12),
    }
    asked = {"characteristics": ["gender", "service"], "draws": 40}
    found = compare_designs(frame, designs, **asked)
    for part in ("other", "weighted"):
        cube, random = (of(found, "balance", name)[part].mean() for name in designs)
        assert cube < random / 2
    question = "The same, if characteristics count"
    assert answer(found, question, "cube") < answer(found, question, "random") - 0.02
    # Where they explain nothing, nothing is gained.
    none = compare_designs(frame, designs, explained=0.0, **asked)
    for name in designs:
        assert answer(none, question, name) == pytest.approx(
            answer(none, "How precise, all cases?", name)
        )


def test_the_half_width_with_characteristics_by_hand() -> None:
    # Two cases, one of each gender, one drawn: the share is 0 or 1, so its mean square error is
    # 1/4 for each gender; the spread is 1/4 each; the ratio is 1 and the rest 1/1 - 1/2.
    frame = described(("N", "CP", 2))
    found = compare_designs(
        frame, {"one": AtRandom(1)}, characteristics=["gender"], explained=0.5, draws=3
    )
    worth = 1 / (0.5 * 0.5 + 0.5 * 1.0 + 0.5)
    expected = Assumptions(0.5, 2).half_width(worth)
    assert answer(found, "The same, if characteristics count", "one") == pytest.approx(expected)


def test_the_frame_is_prepared_anew_when_it_changes(frame: Frame) -> None:
    design = SelectionDesign(3, "local_pivotal", spread_over=["weeks_open"])
    first = design.once(frame, "a seed").weights.index
    other = fixed(frame.cases[~frame.cases["case_ref"].isin(first)])
    assert not set(design.once(other, "a seed").weights.index) & set(first)
    assert design.once(frame, "a seed").weights.index.tolist() == first.tolist()


REFUSALS = [
    (SelectionDesign(5, "dice"), SelectionError, "`method` 'dice' is unknown"),
    (SelectionDesign(5, "cube"), SelectionError, "'cube' needs `balance_on`"),
    (SelectionDesign(500, "pivotal"), AllocationError, "500 cases were asked for from 'all'"),
    (SelectionDesign({"x": 1}, "tickets"), AllocationError, "Stratum 'x' has a size but no case"),
    (
        SelectionDesign({"x": 1}, "tickets", strata="wing"),
        FrameError,
        "The frame has no column 'wing' to draw by",
    ),
    (
        SelectionDesign(5, "sampford", size_column="size", one_per_family=True),
        SelectionError,
        "One child a family goes with equal probabilities only",
    ),
]


@pytest.mark.parametrize(
    ("design", "error", "message"), REFUSALS, ids=lambda value: str(value)[:40]
)
def test_what_cannot_be_drawn_is_refused(
    frame: Frame, design: SelectionDesign, error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        design.once(frame, "a seed")


def test_an_empty_frame_is_refused(frame: Frame) -> None:
    with pytest.raises(FrameError, match="No case is eligible, so nothing can be drawn"):
        SelectionDesign(1, "tickets").once(fixed(frame.cases.iloc[:0]), "a seed")


def test_a_share_beyond_one_is_refused(frame: Frame) -> None:
    with pytest.raises(FrameError, match=r"`explained` must lie between 0 and 1; got 25\. Give"):
        compare_designs(frame, {"x": AtRandom(5)}, explained=25, draws=2)


def test_the_picture_holds_the_figures_of_the_comparison(frame: Frame) -> None:
    designs = {"A": AtRandom(12), "B": SelectionDesign(12, "cube", balance_on=["gender"])}
    found = compare_designs(frame, designs, draws=4)
    rows = chart_rows(found).set_index("design")
    for name in designs:
        assert rows.loc[name, "half_width"] == answer(found, "How precise, all cases?", name)
        assert rows.loc[name, "other"] == answer(found, "Sample unlike the caseload", name)
        assert rows.loc[name, "most"] == answer(found, "Most audits of a row in a month", name)
    figure = plt.figure()
    ax = design_chart(found, title="Title")
    words = [text.get_text() for text in ax.texts]
    for name in designs:
        assert f"{100 * rows.loc[name, 'other']:.0f}%" in words
        assert f"{rows.loc[name, 'least']} to {rows.loc[name, 'most']}" in words
        assert name in design_chart_alt(found)
    assert ax.figure is figure
    plt.close(figure)
    none = compare_designs(frame, designs, draws=2, characteristics=[])
    design_chart(none, ax=plt.figure().gca())
    assert "not known unlike" in design_chart_alt(none)
    plt.close("all")
