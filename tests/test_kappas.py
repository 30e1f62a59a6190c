"""Kappas that publications report beside the coefficients: published values and edges."""

import numpy as np
import pytest
from test_agreement_golden import table_named

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.kappas import kappa_against_chance, light_kappa, maximum_kappa
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import Scale
from qa_sampling.errors import AgreementError

TWO = Scale(("no", "yes"))


def graded(*rows: tuple[int, ...]) -> Ratings:
    return Ratings.from_codes(np.array(rows, dtype=np.int8), scale=TWO)


def test_the_highest_kappa_the_margins_allow() -> None:
    """Cohen 1960, page 42: 0.831 for the table of page 45; 0.85 for that of page 37."""
    found = maximum_kappa(table_named("Cohen1960_p45"))
    assert found.maximum == pytest.approx(0.831, abs=5e-4)
    assert found.kappa == pytest.approx(0.492, abs=5e-4)
    assert found.share == pytest.approx(found.kappa / found.maximum)
    assert maximum_kappa(table_named("Cohen1960_p37")).maximum == pytest.approx(0.85, abs=5e-3)


def test_equal_margins_can_reach_one() -> None:
    found = maximum_kappa(graded((0, 1), (1, 0), (0, 0), (1, 1)))
    assert (found.kappa, found.maximum) == (pytest.approx(0), pytest.approx(1))
    same = maximum_kappa(graded((1, 1), (1, 1)))
    assert (same.kappa, same.maximum, same.share, same.n) == (None, None, None, 2)


def test_lights_kappa() -> None:
    """R's irr 0.84.1, kappam.light(diagnoses): 0.459412; Warrens 2010, page 284: 0.8325.

    Warrens' four digits come from rounded steps (see the golden table), so the third is held.
    """
    assert light_kappa(table_named("Fleiss1971")) == pytest.approx(0.459412, abs=5e-7)
    assert light_kappa(table_named("Warrens2010")) == pytest.approx(0.8325, abs=5e-4)
    two = graded((0, 0), (0, 1), (1, 1), (1, 1))
    cohen = agreement(two, coefficients=["cohen"], weights="identity").one("cohen").estimate
    assert light_kappa(two) == pytest.approx(cohen)
    assert light_kappa(graded((1, 1), (1, 1))) is None


def test_kappa_against_chance_of_two() -> None:
    """SAS PROC FREQ, in statsmodels' tests: errors under chance 0.1484 and 0.1426, z 3.2626."""
    table = table_named("SAS_freq")
    found = kappa_against_chance(table)
    assert found.null_error == pytest.approx(0.1484, abs=5e-5)
    assert found.z == pytest.approx(3.2626, abs=5e-5)
    assert found.kappa == pytest.approx(0.4842, abs=5e-5)
    linear = kappa_against_chance(table, weights="linear")
    assert linear.null_error == pytest.approx(0.1426, abs=5e-5)


def test_sas_intervals_of_kappa() -> None:
    """The same print: 0.2137 to 0.7547, linear 0.1845 to 0.7558; it divides by n, ours by n - 1."""
    for weights, low, high in (("identity", 0.2137, 0.7547), ("linear", 0.1845, 0.7558)):
        one = agreement(table_named("SAS_freq"), coefficients=["cohen"], weights=weights,
                        interval="linearised").one("cohen")  # fmt: skip
        reach = 1.959964 * one.standard_error * np.sqrt(18 / 19)
        assert [one.estimate - reach, one.estimate + reach] == pytest.approx([low, high], abs=5e-5)


def test_kappa_against_chance_of_six() -> None:
    """Irr 0.84.1, kappam.fleiss(diagnoses): z = 17.7, in full 17.651830582991."""
    found = kappa_against_chance(table_named("Fleiss1971"))
    assert found.z == pytest.approx(17.651830582991, abs=5e-12)
    assert found.p_value < 1e-60


def test_disagreements_of_krippendorffs_first_example() -> None:
    """Krippendorff 2011, section A: 0.400 observed, 0.442 expected, of 20 grades."""
    one = agreement(table_named("K2011_A"), coefficients=["exact", "alpha_nominal"])
    assert 1 - one.one("exact").estimate == pytest.approx(0.4, abs=5e-4)
    expected = (1 - one.one("alpha_nominal").expected) * 20 / 19
    assert expected == pytest.approx(0.442, abs=5e-4)


def test_what_cannot_be_told_is_refused() -> None:
    with pytest.raises(AgreementError, match="Two columns of grades are compared; got 3"):
        maximum_kappa(graded((0, 1, 1)))
    with pytest.raises(AgreementError, match="No case was graded by both"):
        maximum_kappa(graded((0, -1)))
    with pytest.raises(AgreementError, match="1 cases lack a grade"):
        kappa_against_chance(graded((0, 1, 1), (0, 1, -1)))
    with pytest.raises(AgreementError, match="without weights"):
        kappa_against_chance(graded((0, 1, 1)), weights="linear")
    assert kappa_against_chance(graded((1, 1), (1, 1))).z is None
    assert kappa_against_chance(graded((1, 1, 1), (1, 1, 1))).kappa is None
