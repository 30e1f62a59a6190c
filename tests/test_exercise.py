"""The training exercise: how grades spread, who is far from the rest, the expert."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.agreement.exercise import exercise
from qa_sampling.agreement.net_bias import net_bias
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.errors import AgreementError


def graded(codes: list[list[int]], **columns) -> Ratings:
    units = pd.DataFrame({"case_ref": [f"C{n}" for n in range(len(codes))], **columns})
    return Ratings.from_codes(np.array(codes), scale=GRADES_SCALE, units=units)


def test_one_case_and_seven_auditors() -> None:
    found = exercise(graded([[2, 2, 1, 3, 2, 1, -1]]))
    row = found.spread.iloc[0]
    assert (row["n"], row["consensus"], row["range"], row["same"]) == (6, "Good", 2, 3)
    assert row[["Outstanding", "Good", "Requires improvement", "Inadequate"]].tolist() == [
        1,
        3,
        2,
        0,
    ]
    assert row["expert"] is None and np.isnan(row["with_expert"])
    people = found.auditors.set_index("auditor")
    assert people["n"].tolist() == [1] * 6 + [0]
    assert people.loc["rater 4", "shift"] == 1
    assert people.loc["rater 3", "shift"] == -1
    assert np.isnan(people.loc["rater 7", "shift"])
    assert found.expert_share is None and found.against == "others"


def test_the_middle_of_the_others_leaves_oneself_out() -> None:
    # for the first the others say 1 and 1; for the others 3 and 1, of which the lower is taken
    people = exercise(graded([[3, 1, 1]])).auditors
    assert people["shift"].tolist() == [2, 0, 0]


def test_against_the_experts_grades() -> None:
    codes = [[2, 1, 2], [3, 3, 2], [0, 1, 0]]
    found = exercise(graded(codes), expert={"C0": "Good", "C1": "Good", "C2": "Inadequate"})
    assert found.against == "expert"
    assert found.auditors["shift"].tolist() == pytest.approx([1 / 3, 1 / 3, 0])
    assert found.auditors["distance"].tolist() == pytest.approx([1 / 3, 1, 0])
    assert found.auditors["same"].tolist() == [2, 0, 3]
    assert found.spread["with_expert"].tolist() == [2, 1, 2]
    assert (found.expert_share.hits, found.expert_share.n) == (5, 9)
    assert found.expert_share.effective_n == 3
    twin = net_bias([0, 1, 0], most=3).confidence_interval()
    assert found.auditors.loc[0, ["low", "high"]].tolist() == [twin.low, twin.high]
    assert found.furthest()["auditor"].tolist() == ["rater 2"]


def test_the_expert_may_be_one_of_the_raters() -> None:
    ratings = graded([[2, 1, 2], [3, 3, 2]])
    found = exercise(ratings, expert="rater 3")
    assert found.auditors["auditor"].tolist() == ["rater 1", "rater 2"]
    assert found.spread["expert"].tolist() == ["Good", "Good"]
    assert found.spread["n"].tolist() == [2, 2]
    assert found.auditors["shift"].tolist() == [0.5, 0]


def test_standards_are_questions_of_their_own() -> None:
    ratings = Ratings.from_codes(
        np.array([[2, 1], [3, 3]]),
        scale=GRADES_SCALE,
        units=pd.DataFrame({"case_ref": "C0", "standard": ["voice", "visits"]}),
    )
    found = exercise(ratings, expert={"C0 / voice": "Good", "C0 / visits": "Outstanding"})
    assert found.spread["standard"].tolist() == ["voice", "visits"]
    assert found.auditors["same"].tolist() == [2, 1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=5),
       st.permutations(range(4)))  # fmt: skip
def test_the_order_of_auditors_is_nothing(codes: list, order: list[int]) -> None:
    found = exercise(graded(codes))
    again = exercise(graded([[row[place] for place in order] for row in codes]))
    assert again.spread["consensus"].tolist() == found.spread["consensus"].tolist()
    shifts = found.auditors["shift"].to_numpy()[order]
    assert again.auditors["shift"].tolist() == pytest.approx(shifts.tolist())


def test_everybody_agrees() -> None:
    found = exercise(graded([[2, 2, 2]] * 4))
    assert (found.auditors["distance"] == 0).all()
    assert (found.auditors["high"] > 0).all()
    assert len(found.furthest()) == 3


def test_exercises_that_cannot_be() -> None:
    with pytest.raises(AgreementError, match="No case was graded by two auditors"):
        exercise(graded([[2, -1], [-1, 1]]))
    with pytest.raises(AgreementError, match="none of the raters"):
        exercise(graded([[2, 1]]), expert="the panel")
    with pytest.raises(AgreementError, match="graded 1 questions that are not in the exercise"):
        exercise(graded([[2, 1]]), expert={"C9": "Good"})
    with pytest.raises(AgreementError, match="'Excellent' is no grade"):
        exercise(graded([[2, 1]]), expert={"C0": "Excellent"})
    with pytest.raises(AgreementError, match="The expert graded no case"):
        exercise(graded([[2, 1, -1]]), expert="rater 3")
