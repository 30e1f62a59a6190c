"""Designs side by side: what is counted is right, and no case is shown."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from designs_page import PAGE, PICTURE, page, picture
from designs_page import comparison as compared_designs
from frame_factory import fixed, make_frame
from tiers import repeats

from qa_sampling.errors import AllocationError, FrameError
from qa_sampling.reporting.design_words import readable_comparison
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.comparison import ALL_CASES, DesignComparison, compare_designs
from qa_sampling.sampling.designs import AtRandom, OneDraw, SampleDesign, TicketDesign
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.planning_assumptions import Assumptions
from qa_sampling.sampling.selection import Size, draw_sample

CELLS = [("N", "CP", 30), ("N", "CIN", 50), ("S", "CP", 10), ("S", "CIN", 60)]


def described(*cells: tuple, families: dict | None = None) -> Frame:
    """A frame with descriptors: the service is the row, gender alternates, durations rise."""
    cases = make_frame(*cells, families=families).cases.copy()
    count = len(cases)
    return fixed(
        cases.assign(
            service="Service " + cases["row"],
            gender=pd.Series(["Male", "Female"] * count).iloc[:count].to_numpy(),
            weeks_open=pd.array([None, *range(1, count)], dtype="Int64"),
        )
    )


@pytest.fixture(scope="module")
def frame() -> Frame:
    return described(*CELLS)


@pytest.fixture(scope="module")
def comparison(frame: Frame) -> DesignComparison:
    return compare_designs(
        frame,
        {
            "proportional": Size(15),
            "equal": Size(16, method="equal", rounding="fixed"),
            "random": AtRandom(15),
        },
        draws=40,
    )


def of(comparison: DesignComparison, part: str, design: str) -> pd.DataFrame:
    table = getattr(comparison, part)
    return table[table["design"] == design]


def answer(comparison: DesignComparison, question: str, design: str) -> float:
    rows = comparison.summary.set_index("question")
    return rows.loc[question, design]


# what is counted --------------------------------------------------------------------------


def test_audits_by_margin_add_up(comparison: DesignComparison) -> None:
    for design, audits in (("proportional", 15), ("equal", 16), ("random", 15)):
        margins = of(comparison, "margins", design)
        for part in ("row", "column"):
            rows = margins[margins["margin"] == part]
            assert rows["expected"].sum() == pytest.approx(audits)
            assert rows["cases"].sum() == 150
            assert (rows["least"] <= rows["expected"]).all()
            assert (rows["expected"] <= rows["most"]).all()
        assert answer(comparison, "Audits", design) == pytest.approx(audits)


def test_fixed_numbers_are_the_same_in_every_draw(comparison: DesignComparison) -> None:
    margins = of(comparison, "margins", "equal")
    assert (margins["least"] == margins["most"]).all()
    assert margins["expected"].tolist() == [8, 8, 8, 8]


def test_chances_are_those_of_the_design(comparison: DesignComparison) -> None:
    assert answer(comparison, "Smallest chance of a case", "equal") == pytest.approx(4 / 60)
    assert answer(comparison, "Smallest chance of a case", "random") == pytest.approx(0.1)
    assert answer(comparison, "Smallest chance of a case", "proportional") == pytest.approx(
        0.1, abs=1e-5
    )
    assert answer(comparison, "Cases without any chance", "proportional") == 0


def test_a_stratum_that_is_left_out_has_no_chance(frame: Frame) -> None:
    left = Size(12, rounding="fixed", minimum=0, maximum={"S / CP": 0})
    found = compare_designs(frame, {"left out": left}, draws=2)
    assert answer(found, "Cases without any chance", "left out") == pytest.approx(10 / 150)
    assert answer(found, "Smallest chance of a case", "left out") == 0
    dry = found.dry.set_index(["part", "label"])["months"]
    assert dry["stratum", "S / CP"] == float("inf")


def test_half_widths_with_equal_weights_are_those_of_the_size(
    comparison: DesignComparison,
) -> None:
    row = of(comparison, "precision", "random").set_index("domain").loc[ALL_CASES]
    assert row["half_width"] == pytest.approx(Assumptions(0.5, 150).half_width(15))
    assert row["expected"] == 15
    assert row["cases"] == 150


def test_half_widths_by_hand_for_unequal_weights(comparison: DesignComparison) -> None:
    # Four audits of each stratum: weights 7.5, 12.5, 2.5 and 15; Kish's size by hand.
    weights = [30 / 4] * 4 + [50 / 4] * 4 + [10 / 4] * 4 + [60 / 4] * 4
    worth = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    rows = of(comparison, "precision", "equal").set_index("domain")["half_width"]
    assert rows[ALL_CASES] == pytest.approx(Assumptions(0.5, 150).half_width(worth))
    north = weights[:8]
    worth = sum(north) ** 2 / sum(weight**2 for weight in north)
    assert rows["Service N"] == pytest.approx(Assumptions(0.5, 80).half_width(worth))


def test_the_stated_proportion_and_level_count(frame: Frame) -> None:
    found = compare_designs(frame, {"random": AtRandom(15)}, proportion=0.9, level=0.9, draws=2)
    row = found.precision.set_index("domain").loc[ALL_CASES]
    assert row["half_width"] == pytest.approx(Assumptions(0.9, 150, 0.9).half_width(15))


def test_balance_is_dissimilarity(frame: Frame) -> None:
    @dataclass(frozen=True)
    class OnlyMen:
        def once(self, frame: Frame, seed: str) -> OneDraw:
            cases = frame.cases
            men = cases.loc[cases["gender"] == "Male", "case_ref"]
            return OneDraw(pd.Series(1.0, index=men))

    assert isinstance(OnlyMen(), SampleDesign)
    found = compare_designs(
        frame, {"men": OnlyMen()}, characteristics=["gender", "absent"], draws=2
    )
    assert found.balance.to_dict("records") == [
        {"design": "men", "characteristic": "gender", "other": 0.5, "weighted": 0.5}
    ]
    # A design that cannot say its chances leaves them unknown.
    assert pd.isna(answer(found, "Smallest chance of a case", "men"))
    assert (
        readable_comparison(found).set_index("question").loc["Cases without any chance", "men"]
        == "not known"
    )


def test_weights_bring_an_unequal_design_back_to_the_caseload(frame: Frame) -> None:
    cases = fixed(frame.cases.assign(status=frame.cases["column"]))
    size = Size(16, method="equal", rounding="fixed")
    found = compare_designs(cases, {"equal": size}, characteristics=["status"], draws=2)
    row = found.balance.iloc[0]
    assert row["other"] == pytest.approx(abs(8 / 16 - 40 / 150))
    assert row["weighted"] == pytest.approx(0, abs=1e-12)


def test_when_strata_run_dry(comparison: DesignComparison) -> None:
    dry = of(comparison, "dry", "equal").set_index(["part", "label"])
    assert dry.loc[("stratum", "S / CP"), "months"] == 2.5
    assert dry.loc[("row", "N"), "months"] == 10
    assert answer(comparison, "Strata that run dry within a year", "equal") == 2
    assert answer(comparison, "Rows that run dry within a year", "equal") == 2
    assert answer(comparison, "The first row runs dry after", "equal") == 70 / 8


def test_siblings_share_a_chance() -> None:
    kin = {f"N.CP.{number}": f"family {number // 3}" for number in range(3, 9)}
    frame = described(("N", "CP", 12), families=kin)
    once = TicketDesign(Size(6, rounding="fixed")).once(frame, "a seed")
    # Twelve cases in families of 3, 3 and singles: 1, 2, 9 to 12, so 8 stand; 6 of 8 are drawn.
    assert once.chances["N.CP.1"] == pytest.approx(6 / 8)
    assert once.chances["N.CP.4"] == pytest.approx(6 / 8 / 3)
    assert once.chances.sum() == pytest.approx(6)


def test_chances_agree_with_how_often_cases_are_drawn() -> None:
    frame = described(("N", "CP", 4), ("N", "CIN", 6), ("S", "CIN", 8))
    design, times = TicketDesign(Size(5)), repeats(500, 1500)
    drawn = pd.Series(0.0, index=frame.cases["case_ref"])
    mean = pd.Series(0.0, index=frame.cases["case_ref"])
    for number in range(times):
        once = design.once(frame, f"often {number}")
        drawn[once.weights.index] += 1 / times
        mean += once.chances / times
    error = (mean * (1 - mean) / times) ** 0.5
    assert ((drawn - mean).abs() <= 4.5 * error).all()


def test_the_workload_of_auditors(frame: Frame) -> None:
    from datetime import date

    from authorities import staff_table

    staff = staff_table([{"staff_id": f"S{number}"} for number in range(5)])
    staff.loc[0, "may_audit"] = False
    rules = AssignmentRules(
        period_start=date(2026, 11, 2), period_end=date(2026, 11, 27), monthly_cap=6
    )
    found = compare_designs(frame, {"random": AtRandom(12)}, staff=staff, rules=rules, draws=2)
    assert answer(found, "Audits an auditor", "random") == 3
    assert answer(found, "Auditors' room that is used", "random") == 0.5


# nothing is given away --------------------------------------------------------------------


def test_no_case_is_shown(frame: Frame, comparison: DesignComparison) -> None:
    refs = set(frame.cases["case_ref"])
    for part in vars(comparison).values():
        if isinstance(part, pd.DataFrame):
            assert not refs & set(part.astype(str).to_numpy().ravel())
            assert not refs & set(map(str, part.index))


def test_the_seeds_are_not_the_months(frame: Frame) -> None:
    seeds = []

    @dataclass(frozen=True)
    class Listening:
        def once(self, frame: Frame, seed: str) -> OneDraw:
            seeds.append(seed)
            return AtRandom(3).once(frame, seed)

    compare_designs(frame, {"a": Listening(), "b": Listening()}, draws=5, seed="2026-11")
    assert len(set(seeds)) == 10
    assert "2026-11" not in seeds


def test_the_same_comparison_gives_the_same_figures(
    frame: Frame, comparison: DesignComparison
) -> None:
    again = compare_designs(
        fixed(frame.cases.sample(frac=1, random_state=1)),
        {
            "proportional": Size(15),
            "equal": Size(16, method="equal", rounding="fixed"),
            "random": AtRandom(15),
        },
        draws=40,
    )
    pd.testing.assert_frame_equal(again.margins, comparison.margins)
    pd.testing.assert_frame_equal(again.summary, comparison.summary)
    before = frame.cases.copy()
    compare_designs(frame, {"random": AtRandom(15)}, draws=2)
    pd.testing.assert_frame_equal(frame.cases, before)


def test_drawing_once_is_the_draw_itself(frame: Frame) -> None:
    once = TicketDesign(Size(15)).once(frame, "a seed")
    draw = draw_sample(frame, Size(15), seed="a seed").cases.set_index("case_ref")
    assert once.weights.to_dict() == draw["weight"].to_dict()
    assert once.chances[draw.index].tolist() == pytest.approx(
        draw["inclusion_probability"].tolist()
    )


# words, refusals, the page ----------------------------------------------------------------


def test_the_summary_reads_as_words(comparison: DesignComparison) -> None:
    rows = readable_comparison(comparison).set_index("question")
    assert rows.loc["Audits", "random"] == "15 audits a month"
    assert rows.loc["Smallest chance of a case", "random"] == "1 in 10"
    assert rows.loc["Cases without any chance", "random"] == "0.0%"
    assert rows.loc["How precise, all cases?", "random"].startswith("± 2")
    assert rows.loc["The first row runs dry after", "equal"] == "8.8 months"
    assert rows.loc["A service without any audit", "equal"] == "0.0% of months"


REFUSALS = [
    ({"designs": {}}, AllocationError, "Give at least one design, such as"),
    ({"designs": {"x": 40}}, AllocationError, "Design 'x' is neither a `Size` nor something that"),
    ({"designs": {"x": AtRandom(999)}}, AllocationError, "999 audits cannot be drawn at random fr"),
    ({"designs": {"x": Size(999)}}, AllocationError, "999 audits were asked for, but only 150"),
    ({"domain": "height"}, FrameError, "The frame has no column 'height' to give precision by"),
    ({"draws": 1}, FrameError, r"`draws` must be a whole number, 2 or more; got 1\. Give 200"),
    ({"draws": 2.0}, FrameError, "`draws` must be a whole number, 2 or more; got 2.0"),
]


@pytest.mark.parametrize(
    ("changed", "error", "message"), REFUSALS, ids=lambda value: str(value)[:40]
)
def test_what_cannot_be_is_refused_with_the_reason(
    frame: Frame, changed: dict, error: type, message: str
) -> None:
    asked = {"designs": {"x": AtRandom(5)}, "draws": 2} | changed
    with pytest.raises(error, match=message):
        compare_designs(frame, asked.pop("designs"), **asked)


def test_an_empty_frame_is_refused(frame: Frame) -> None:
    with pytest.raises(FrameError, match="No case is eligible, so there is nothing to compare"):
        compare_designs(fixed(frame.cases.iloc[:0]), {"x": Size(1)})


@pytest.mark.thorough
def test_the_page_of_designs_is_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
    found, compared = PAGE.read_text(encoding="utf-8"), compared_designs(tmp_path)
    assert found == page(compared), "run `python tests/designs_page.py`"
    # The drawing differs between versions of matplotlib, its words do not.
    drawn, kept = picture(compared), PICTURE.read_text(encoding="utf-8")
    assert words_of(drawn) == words_of(kept), "run `python tests/designs_page.py`"


def words_of(svg: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", svg)
