"""What the panel sees first: counts, the square of grades, the list of cases, the questions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moderation_samples import moderated, with_gaps

from qa_sampling.agreement.applicability import applicability_counts, panel_answers
from qa_sampling.agreement.counts import counts, disagreements, grades_met
from qa_sampling.agreement.crossing import grade_table
from qa_sampling.agreement.net_bias import net_bias
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.errors import AgreementError
from qa_sampling.schema import GRADES

GAPS = st.lists(st.integers(-3, 3), min_size=5, max_size=30)


def test_the_counts_of_nine_audits() -> None:
    found = counts(with_gaps([0, 0, 0, 0, 1, 1, 2, -1, 3])).table.iloc[0]
    assert (found["n"], found["cases"], found["without"]) == (9, 9, 0)
    assert (found["exact"], found["within_one"], found["two_or_more"]) == (4, 7, 2)
    assert (found["higher"], found["lower"]) == (4, 1)
    assert found["sign_p"] == pytest.approx(0.375)  # R 4.2.2: binom.test(1, 5)$p.value
    assert found["net_bias"] == pytest.approx(6 / 9)
    assert found["exact_share"] == pytest.approx(4 / 9)
    assert found["why_not"] == ""


@settings(max_examples=30, deadline=None)
@given(GAPS)
def test_counts_are_what_counting_by_hand_gives(gaps: list[int]) -> None:
    row = counts(with_gaps(gaps)).table.iloc[0]
    assert row["exact"] == gaps.count(0)
    assert row["within_one"] + row["two_or_more"] == len(gaps)
    assert row["higher"] == sum(gap > 0 for gap in gaps)
    assert row["lower"] == sum(gap < 0 for gap in gaps)
    interval = net_bias(gaps, most=3).confidence_interval()
    assert (row["net_bias_low"], row["net_bias_high"]) == pytest.approx(
        (interval.low, interval.high)
    )


@settings(max_examples=20, deadline=None)
@given(GAPS, st.integers(0, 2**32 - 1))
def test_groups_add_up_and_the_order_of_rows_is_nothing(gaps: list[int], seed: int) -> None:
    dice = np.random.default_rng(seed)
    who = [f"A{one}" for one in dice.integers(0, 4, len(gaps))]
    whole = counts(with_gaps(gaps, who)).table.iloc[0]
    parts = counts(with_gaps(gaps, who), by="auditor").table
    for name in ("n", "exact", "within_one", "two_or_more", "higher", "lower"):
        assert parts[name].sum() == whole[name]
    order = dice.permutation(len(gaps))
    again = counts(with_gaps([gaps[one] for one in order], [who[one] for one in order]))
    assert again.table.iloc[0]["net_bias_low"] == pytest.approx(whole["net_bias_low"])


def test_swapping_the_roles_turns_the_direction() -> None:
    rows = [("a", "A1", "M1", 3, 2), ("b", "A1", "M1", 1, 1), ("c", "A2", "M1", 2, 0)]
    rows += [(f"d{n}", "A2", "M1", 1, 2) for n in range(4)]
    turned = [(case, two, one, second, first) for case, one, two, first, second in rows]
    one, other = (counts(moderated(each)).table.iloc[0] for each in (rows, turned))
    assert one["net_bias"] == -other["net_bias"]
    assert (one["higher"], one["lower"]) == (other["lower"], other["higher"])
    assert one["sign_p"] == other["sign_p"]


def test_standards_of_one_case_are_one_witness() -> None:
    rows = [
        (f"C{case}", "A1", "M1", 2 + (case < 3), 2, f"s{standard}")
        for case in range(6)
        for standard in range(10)
    ]
    ratings = moderated(rows, "case_ref auditor moderator first second standard")
    whole = counts(ratings).table.iloc[0]
    one = counts(ratings, by="standard").table.iloc[0]
    assert (whole["n"], whole["cases"]) == (60, 6)
    assert whole["sign_p"] == one["sign_p"] == 0.25
    for name in ("net_bias_low", "net_bias_high", "exact_low", "exact_high"):
        assert whole[name] == pytest.approx(one[name])


def test_risk_based_moderation_is_weighed() -> None:
    # ten audits with the auditor higher were all moderated, of the others one in ten
    rows = [(f"a{n}", "A1", "M1", 2, 1, 1.0) for n in range(10)]
    rows += [(f"b{n}", "A1", "M1", 2, 2, 0.1) for n in range(9)]
    ratings = moderated(
        rows, "case_ref auditor moderator first second chance", probability="chance"
    )
    assert counts(ratings).table.iloc[0]["net_bias"] == pytest.approx(10 / 100)


def test_too_few_for_an_interval() -> None:
    found = counts(with_gaps([0, 1, 0, 0])).table.iloc[0]
    assert (found["n"], found["exact"]) == (4, 3)
    assert np.isnan(found["net_bias"]) and np.isnan(found["exact_low"])
    assert found["why_not"] == "fewer than 5 audits with both grades: counts only"
    assert counts(with_gaps([0, 1]), fewest=1).table.iloc[0]["net_bias"] == 0.5


def test_nobody_gave_both_grades() -> None:
    ratings = moderated([("a", "A1", "M1", 2, -3), ("b", "A1", "M1", -3, 1)])
    found = counts(ratings).table.iloc[0]
    assert (found["n"], found["without"]) == (0, 2)
    assert found["why_not"] == "no audit has a grade of both"
    assert counts(ratings, by="auditor").table["n"].tolist() == [0]


def test_everybody_agrees() -> None:
    found = counts(with_gaps([0] * 12)).table.iloc[0]
    assert found["exact"] == 12
    assert found["exact_high"] == 1 and found["exact_low"] < 0.8
    assert found["net_bias_low"] < 0 < found["net_bias_high"]


def test_one_role_only_is_refused() -> None:
    alone = Ratings.from_codes(np.array([[1, 2], [2, 2]]), scale=GRADES_SCALE)
    with pytest.raises(AgreementError, match="these have one role"):
        counts(alone)
    with pytest.raises(AgreementError, match="no column `team` to group by; choose one of auditor"):
        counts(with_gaps([0] * 6), by="team")
    with pytest.raises(AgreementError, match="between 0 and 1; got 95"):
        counts(with_gaps([0] * 6), level=95)


def test_the_square_of_grades_has_the_whole_scale_best_first() -> None:
    ratings = moderated([("a", "A1", "M1", 3, 2), ("b", "A1", "M1", 2, 2), ("c", "A1", "M2", 0, 2)])
    grid = grades_met(ratings)
    assert tuple(grid.index) == tuple(grid.columns) == GRADES
    assert grid.loc["Outstanding", "Good"] == 1
    assert grid.loc["Inadequate", "Good"] == 1
    drawn = grade_table(ratings).table.set_index(["auditor_grade", "moderator_grade"])["count"]
    assert all(drawn[one, other] == grid.loc[one, other] for one in GRADES for other in GRADES)


def test_the_list_of_cases_with_their_influence() -> None:
    gaps = [0, 0, 1, 3, -2, 0]
    found = disagreements(with_gaps(gaps))
    assert found["case_ref"].tolist() == ["C003", "C004"]
    assert found["gap"].tolist() == [3, -2]
    rest = [np.mean(gaps[:3] + gaps[4:]), np.mean(gaps[:4] + gaps[5:])]
    assert found["influence"].tolist() == pytest.approx([np.mean(gaps) - one for one in rest])
    assert found.loc[0, "auditor_grade"] == "Outstanding"
    assert found.loc[0, "moderator_grade"] == "Inadequate"
    assert not len(disagreements(with_gaps([0, 1, -1])))


def test_influence_on_any_measure() -> None:
    def exact(ratings: Ratings) -> float:
        return float((ratings.pairs()["gap"] == 0).mean())

    found = disagreements(with_gaps([0, 0, 0, 2]), measure=exact)
    assert found["influence"].tolist() == [pytest.approx(0.75 - 1)]


def test_the_only_case_has_no_influence_to_tell() -> None:
    assert np.isnan(disagreements(with_gaps([2]))["influence"].iloc[0])
    with pytest.raises(AgreementError, match="at least 1 grade; got 0"):
        disagreements(with_gaps([2]), min_gap=0)


def test_applicability_apart_from_grades() -> None:
    rows = [("a", "A1", "M1", 2, -3, "culture"), ("b", "A1", "M1", -3, -3, "culture")]
    rows += [("c", "A1", "M1", 1, 3, "culture"), ("d", "A1", "M1", -3, 2, "culture")]
    rows += [("e", "A1", "M1", "", 2, "culture"), ("a", "A1", "M1", 2, 2, "voice")]
    found = applicability_counts(
        moderated(rows, "case_ref auditor moderator first second standard")
    ).set_index("standard")
    first = found.loc["culture"]
    names = ["n", "both_apply", "auditor_only", "moderator_only", "neither", "not_recorded"]
    assert first[names].tolist() == [4, 1, 1, 1, 1, 1]
    assert first["same_share"] == 0.5
    assert first["mcnemar_p"] == 1
    assert found.loc["voice", "same_share"] == 1
    assert np.isnan(found.loc["voice", "mcnemar_p"])


def test_applicability_in_one_row_and_of_nothing() -> None:
    found = applicability_counts(moderated([("a", "A1", "M1", "", "")]), by=None).iloc[0]
    assert (found["n"], found["not_recorded"]) == (0, 1)
    assert np.isnan(found["same_share"])


def test_the_panels_questions_beside_the_grades() -> None:
    ratings = with_gaps([0, 0, 1, -1, 2, 0])
    answers = pd.DataFrame(
        {
            "case_ref": [f"C00{n}" for n in range(5)],
            "moderator": "M1",
            "reflects_practice": ["Yes", "Yes", "Partly", "No", "No"],
        }
    )
    found = panel_answers(ratings, answers, question="reflects_practice")
    assert found["reflects_practice"].tolist() == ["No", "Yes", "Partly", "Not recorded"]
    assert found["n"].tolist() == [2, 2, 1, 1]
    assert found.loc[0, ["same", "one_higher", "one_lower", "two_or_more"]].tolist() == [0, 0, 1, 1]
    assert found["same"].tolist() == [0, 2, 0, 1]


def test_questions_that_cannot_be_tabulated() -> None:
    ratings = with_gaps([0, 1])
    with pytest.raises(AgreementError, match="lacks the columns `moderator`, `learning`"):
        panel_answers(ratings, pd.DataFrame({"case_ref": ["C000"]}), question="learning")
    twice = pd.DataFrame({"case_ref": ["C000"] * 2, "moderator": "M1", "learning": "Yes"})
    with pytest.raises(AgreementError, match="1 rows repeat a moderation"):
        panel_answers(ratings, twice, question="learning")
    rows = [("a", "A1", "M1", 2, 2, "voice"), ("a", "A1", "M1", 2, 2, "visits")]
    several = moderated(rows, "case_ref auditor moderator first second standard")
    with pytest.raises(AgreementError, match="answers once an audit"):
        panel_answers(several, twice.iloc[:1], question="learning")
