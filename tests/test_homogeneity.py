"""Marginal homogeneity and symmetry: published values, naive twins, edges by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa_sampling.agreement.homogeneity import bhapkar, bowker, mcnemar, stuart_maxwell
from qa_sampling.errors import AgreementError

# Stuart 1953, Biometrika 40:105-110: unaided vision of 7,477 women, right eye by left eye.
VISION = np.array(
    [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
)
# Bentur et al. 2009 as in Fagerland, Lydersen and Laake 2013, BMC Med Res Methodol 13:91.
AIRWAYS = np.array([[1, 1], [7, 12]])
SQUARES = st.integers(2, 5).flatmap(
    lambda size: arrays(np.int64, (size, size), elements=st.integers(0, 6))
)


def test_stuart_maxwell_on_the_vision_data() -> None:
    # Stuart 1955: 11.96 with 3 degrees of freedom; irr 0.84.1: 11.956570, p .007533.
    found = stuart_maxwell(VISION)
    assert found.statistic == pytest.approx(11.956570, abs=5e-7)
    assert found.p_value == pytest.approx(0.007533, abs=5e-7)
    assert (found.degrees_of_freedom, found.n) == (3, 7477)


def test_bhapkar_on_the_vision_data() -> None:
    # irr 0.84.1 gives 11.975720; Bhapkar 1966 prints 11.976.
    assert bhapkar(VISION).statistic == pytest.approx(11.975720, abs=5e-7)


def test_bowker_on_the_vision_data() -> None:
    # R 4.2.2, mcnemar.test(vision): 19.10655021527, df 6, p 0.00398741984043.
    found = bowker(VISION)
    assert found.statistic == pytest.approx(19.10655021527, abs=5e-11)
    assert found.p_value == pytest.approx(0.00398741984043, abs=5e-14)
    assert found.degrees_of_freedom == 6


@pytest.mark.parametrize(
    ("method", "p_value", "half_digit"),
    [
        ("asymptotic", 0.0338948535246893, 5e-16),  # R 4.2.2: mcnemar.test(b, correct = FALSE)
        ("corrected", 0.077099871743542, 5e-16),  # R 4.2.2: mcnemar.test(b)
        ("exact", 0.0703125, 5e-8),  # R 4.2.2: binom.test(1, 8)
        ("mid-p", 0.039, 5e-4),  # Fagerland, Lydersen and Laake 2013, their example
    ],
)
def test_mcnemar_on_the_airways(method: str, p_value: float, half_digit: float) -> None:
    assert mcnemar(AIRWAYS, method=method).p_value == pytest.approx(p_value, abs=half_digit)


def dropping_one(table: np.ndarray) -> float:
    """Stuart's own form: leave one grade out and invert the covariance of the others."""
    gap = (table.sum(axis=1) - table.sum(axis=0))[:-1].astype(float)
    spread = -(table + table.T).astype(float)
    np.fill_diagonal(spread, table.sum(axis=1) + table.sum(axis=0) - 2 * np.diag(table))
    return float(gap @ np.linalg.solve(spread[:-1, :-1], gap))


@given(SQUARES)
def test_stuart_maxwell_is_the_textbook_form_where_that_exists(table: np.ndarray) -> None:
    whole = table + 1  # every pair of grades met, so leaving one out can be inverted
    found = stuart_maxwell(whole)
    assert found.statistic == pytest.approx(dropping_one(whole), abs=1e-9)
    assert found.degrees_of_freedom == len(table) - 1


@given(SQUARES)
def test_swapping_the_graders_or_the_grades_changes_nothing(table: np.ndarray) -> None:
    order = np.arange(len(table))[::-1]
    for test in (stuart_maxwell, bowker, bhapkar):
        found = test(table)
        for other in (table.T, table[np.ix_(order, order)]):
            again = test(other)
            assert again.degrees_of_freedom == found.degrees_of_freedom
            assert again.statistic == pytest.approx(found.statistic, abs=1e-8)


@given(SQUARES)
def test_an_unused_grade_changes_nothing(table: np.ndarray) -> None:
    wider = np.insert(np.insert(table, 1, 0, axis=0), 1, 0, axis=1)
    for test in (stuart_maxwell, bowker, bhapkar):
        found, again = test(table), test(wider)
        assert again.statistic == pytest.approx(found.statistic, abs=1e-8)
        assert again.degrees_of_freedom == found.degrees_of_freedom


@given(arrays(np.int64, (2, 2), elements=st.integers(0, 30)))
def test_of_two_grades_all_are_mcnemar(table: np.ndarray) -> None:
    plain = mcnemar(table, method="asymptotic")
    for test in (stuart_maxwell, bowker):
        assert test(table).statistic == pytest.approx(plain.statistic, abs=1e-9)


def test_a_grade_with_equal_margins_keeps_its_degree_of_freedom() -> None:
    # Good is given 12 times by both. irr::stuart.maxwell.mh drops it.
    table = np.array([[5, 3, 1], [2, 6, 4], [1, 3, 7]])
    assert table.sum(axis=0)[1] == table.sum(axis=1)[1] == 12
    found = stuart_maxwell(table)
    assert found.degrees_of_freedom == 2
    assert found.statistic == pytest.approx(dropping_one(table), abs=1e-12)


def test_equal_margins_everywhere_give_zero_and_one() -> None:
    # irr::stuart.maxwell.mh stops with "Too many equal marginals".
    found = stuart_maxwell(np.array([[4, 2, 0], [0, 5, 2], [2, 0, 6]]))
    assert (found.statistic, found.p_value) == (pytest.approx(0, abs=1e-12), 1)
    assert found.degrees_of_freedom == 2


def test_grades_in_two_parts_that_never_mix_lose_one_degree() -> None:
    table = np.zeros((4, 4), dtype=int)
    table[0, 1], table[1, 0], table[2, 3] = 5, 1, 4
    found = stuart_maxwell(table)
    # two separate tables of 2 by 2: (5-1)^2/6 and 4^2/4
    assert found.statistic == pytest.approx(16 / 6 + 4, abs=1e-12)
    assert found.degrees_of_freedom == 2


@pytest.mark.parametrize("test", [mcnemar, bowker, stuart_maxwell, bhapkar])
def test_nothing_differs_and_nothing_there(test) -> None:
    for table, why in ((np.diag([3, 4]), "no case has two"), (np.zeros((2, 2)), "no case")):
        found = test(table)
        assert found.p_value is None and found.statistic is None and why in found.why_not


def test_bhapkar_where_every_case_moves_the_same_way() -> None:
    found = bhapkar(np.array([[0, 6], [0, 0]]))
    assert found.p_value is None
    assert "no variance" in found.why_not


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(AgreementError, match=r"must be square.*\(2, 3\)"):
        stuart_maxwell(np.ones((2, 3)))
    with pytest.raises(AgreementError, match="whole numbers of at least 0"):
        bowker(np.array([[1, -1], [0, 2]]))
    with pytest.raises(AgreementError, match="needs a table of 2 by 2; got 3 by 3"):
        mcnemar(np.ones((3, 3)))
    with pytest.raises(AgreementError, match="choose one of exact, mid-p"):
        mcnemar(AIRWAYS, method="chi")
