"""The declared scale and the matrix of codes: order, spellings, states, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import ABSENT, BLANK, GRADES_SCALE, NO_GRADE, Scale
from qa_sampling.errors import AgreementError


def long(rows: list[tuple], *names: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["case_ref", "rater", "role", "grade", *names])


PLAIN = long(
    [
        ("c2", "ann", "auditor", "Good"),
        ("c2", "mo", "moderator", "RI"),
        ("c1", "bob", "auditor", "outstanding "),
        ("c1", "mo", "moderator", "Outstanding"),
        ("c1", "ann", "moderator", "Good"),
        ("c3", "bob", "auditor", "N/A"),
        ("c4", "bob", "auditor", None),
    ]
)


def test_the_scale_orders_the_grades_never_the_alphabet() -> None:
    assert GRADES_SCALE.grades == ("Inadequate", "Requires improvement", "Good", "Outstanding")
    given_order = pd.Categorical(["Good", "Outstanding"], categories=["Outstanding", "Good"])
    assert GRADES_SCALE.encode(given_order).tolist() == [2, 3]
    assert GRADES_SCALE.encode(["Outstanding"]).tolist() == [3]  # unused grades keep their place


def test_spellings_and_the_three_states() -> None:
    codes = GRADES_SCALE.encode(["ri", " Requires  IMPROVEMENT", "n/a", "", None, np.nan, "good"])
    assert codes.tolist() == [1, 1, NO_GRADE, BLANK, BLANK, BLANK, 2]
    assert codes.dtype == np.int8
    assert Scale.of_numbers(0, 1, 2.5).encode([1.0, 2.5, "0", np.nan]).tolist() == [1, 2, 0, BLANK]
    assert GRADES_SCALE.encode([]).tolist() == []


def test_an_unknown_spelling_is_placed_and_never_quoted() -> None:
    with pytest.raises(AgreementError, match="2 values of `grade` in 1 spellings") as caught:
        GRADES_SCALE.encode(["Good", "Jane was seen", "Jane was seen"])
    assert "rows 2, 3" in str(caught.value)
    assert "Inadequate, Requires improvement, Good, Outstanding" in str(caught.value)
    assert "RI (= Requires improvement)" in str(caught.value)
    assert "N/A (not applicable)" in str(caught.value)
    assert "Jane" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"grades": {"a", "b"}}, "a set has no order"),
        ({"grades": "ab"}, "a str has no order"),
        ({"grades": ("a",)}, "needs 2 to 100 grades"),
        ({"grades": ("a", "A ")}, "each grade of the scale once"),
        ({"grades": ("a", "b"), "aliases": {"x": "c"}}, "not on the scale: c"),
        ({"grades": ("a", "b"), "aliases": {"b": "a"}}, "means two things"),
        ({"grades": ("a", "b"), "not_applicable": ("A",)}, "means two things"),
        ({"grades": ("a", ""), "not_recorded": ()}, "means two things"),
        ({"grades": ("a", "b"), "values": (1, 1)}, "must rise"),
        ({"grades": ("a", "b"), "values": (1,)}, "one finite number a grade"),
    ],
)
def test_a_scale_refuses_what_is_ambiguous(arguments: dict, message: str) -> None:
    with pytest.raises(AgreementError, match=message):
        Scale(**arguments)


def test_ratings_from_a_long_table() -> None:
    made = Ratings.from_long(PLAIN, scale=GRADES_SCALE)
    assert made.raters == ("ann", "bob", "mo")
    assert made.units["case_ref"].tolist() == ["c1", "c2", "c3", "c4"]
    assert made.codes.tolist() == [
        [2, 3, 3],
        [2, ABSENT, 1],
        [ABSENT, NO_GRADE, ABSENT],
        [ABSENT, BLANK, ABSENT],
    ]
    assert made.roles.tolist() == [[1, 0, 1], [0, -1, 1], [-1, 0, -1], [-1, 0, -1]]
    assert made.weights.tolist() == [1, 1, 1, 1]
    assert made.has_roles
    assert made.states().to_dict("list") == {
        "role": ["auditor", "moderator"],
        "grades": [2, 3],
        "not_applicable": [1, 0],
        "not_recorded": [1, 0],
    }


def test_columns_of_roles_and_pairs() -> None:
    made = Ratings.from_long(PLAIN, scale=GRADES_SCALE)
    roles = made.by_role()
    assert roles.raters == ("auditor", "moderator", "moderator 2")
    assert roles.codes.tolist()[:2] == [[3, 2, 3], [2, 1, ABSENT]]
    pairs = made.pairs()
    assert pairs[["case_ref", "auditor", "moderator", "gap"]].to_numpy().tolist() == [
        ["c1", "bob", "ann", 1.0],
        ["c1", "bob", "mo", 0.0],
        ["c2", "ann", "mo", 1.0],
    ]
    assert pairs["moderator_grade"].tolist() == ["Good", "Outstanding", "Requires improvement"]


def test_groups_of_units_and_of_people() -> None:
    made = Ratings.from_long(PLAIN.assign(team=["b", "b", "a", "a", "a", "a", None]),
                             scale=GRADES_SCALE)  # fmt: skip
    assert {group: len(one.units) for group, one in made.by("team").items()} == {"a": 2, "b": 1}
    assert list(made.by("auditor")) == ["ann", "bob"]
    assert made.by("auditor")["bob"].units["case_ref"].tolist() == ["c1", "c3", "c4"]
    assert made.by("moderator")["mo"].raters == ("ann", "bob", "mo")
    with pytest.raises(AgreementError, match="no column `tame` to group by; choose one of case_re"):
        made.by("tame")


def test_applicability_and_thresholds_are_ratings_too() -> None:
    made = Ratings.from_long(PLAIN, scale=GRADES_SCALE)
    assert made.applicability().codes.tolist()[2:] == [[-1, 0, -1], [-1, -1, -1]]
    reached = made.reaching("Good")
    assert reached.scale.grades == ("Below Good", "Good or better")
    assert reached.codes.tolist()[:2] == [[1, 1, 1], [1, ABSENT, 0]]
    with pytest.raises(AgreementError, match="the worst of the scale"):
        made.reaching("Inadequate")


def test_weights_and_probabilities() -> None:
    chance = PLAIN.assign(chance=[0.25, 0.25, 0.5, 0.5, 0.5, None, 1.0])
    made = Ratings.from_long(chance, scale=GRADES_SCALE, probability="chance")
    assert made.weights.tolist() == [2.0, 4.0, 0.0, 0.0]
    heavy = PLAIN.assign(w=[1, 1, 2, 2, 2, 3, 0])
    assert Ratings.from_long(heavy, scale=GRADES_SCALE, weight="w").weights.tolist() == [2, 1, 3, 0]


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (lambda t: t.drop(columns="grade"), {}, "lacks the columns `grade`"),
        (lambda t: pd.concat([t, t.head(1)]), {}, "1 rows repeat a grade"),
        (lambda t: t.assign(case_ref=[None, *t["case_ref"][1:]]), {}, "`case_ref` is blank in 1"),
        (lambda t: t.assign(role="boss"), {}, "none of auditor, moderator in 7 rows"),
        (lambda t: t.assign(team=list("abcdefg")), {}, "`team` differs within 2 units"),
        (lambda t: t.assign(w=1), {"weight": "w", "probability": "w"}, "Both `weight` and"),
        (lambda t: t.assign(w=-1), {"weight": "w"}, "out of range in 4 units.* 0 or more"),
        (lambda t: t.assign(w=range(7)), {"weight": "w"}, "`w` differs within 2 units"),
        (lambda t: t.assign(w=1.5), {"probability": "w"}, "above 0 and at most 1"),
        (lambda t: t.assign(w=None), {"probability": "w"}, "missing or out of range in 2 units"),
    ],
)
def test_a_long_table_is_refused(change, arguments: dict, message: str) -> None:
    with pytest.raises(AgreementError, match=message):
        Ratings.from_long(change(PLAIN), scale=GRADES_SCALE, **arguments)


@pytest.mark.parametrize(
    ("codes", "arguments", "message"),
    [
        (np.zeros((2, 2)), {}, "must be a matrix of whole numbers"),
        (np.full((2, 2), 4), {}, "between -3 and 3"),
        (np.zeros((2, 2), int), {"weights": np.ones(3)}, "got 2 units, 3 weights and 2 raters"),
        (np.zeros((2, 2), int), {"weights": np.array([1, np.nan])}, "1 weights are missing"),
    ],
)
def test_a_matrix_of_codes_is_refused(codes, arguments: dict, message: str) -> None:
    with pytest.raises(AgreementError, match=message):
        Ratings.from_codes(codes, scale=GRADES_SCALE, **arguments)


def test_no_rows_are_no_units() -> None:
    made = Ratings.from_long(PLAIN.head(0), scale=GRADES_SCALE)
    assert made.codes.shape == (0, 0)
    assert made.by_role().raters == ()
    assert len(made.pairs()) == 0


@given(st.permutations(range(7)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    one = Ratings.from_long(PLAIN, scale=GRADES_SCALE)
    two = Ratings.from_long(PLAIN.iloc[list(order)], scale=GRADES_SCALE)
    assert one.codes.tolist() == two.codes.tolist()
    assert one.raters == two.raters
    assert one.units.equals(two.units)
