"""Coefficients against published tables and against irrCAC, over its whole grid."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from qa_sampling.agreement.benchmarks import benchmark, gwet_benchmark
from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.resampling import numbers_below
from qa_sampling.agreement.scale import Scale
from qa_sampling.seeded import split_mix

GOLDEN = Path(__file__).parent / "golden"
LITERATURE = json.loads((GOLDEN / "agreement_literature.json").read_text(encoding="utf-8"))
IRRCAC = json.loads((GOLDEN / "agreement_irrcac.json").read_text(encoding="utf-8"))["sets"]


def ratings_of(one: dict) -> Ratings:
    if "table" in one:
        scale = Scale.of_numbers(*range(1, len(one["table"]) + 1))
        return Ratings.from_counts(np.array(one["table"]), scale=scale, raters=("A", "B"))
    return Ratings.from_codes(np.array(one["codes"]), scale=Scale.of_numbers(*one["values"]))


def table_named(name: str) -> Ratings:
    return ratings_of(next(one for one in LITERATURE["tables"] if one["id"] == name))


@pytest.mark.parametrize("one", LITERATURE["tables"], ids=lambda one: one["id"])
def test_published_coefficients(one: dict) -> None:
    for name, weights, value, tolerance in one["expected"]:
        found = agreement(ratings_of(one), coefficients=[name], weights=weights, columns="rater")
        assert found.one(name).estimate == pytest.approx(value, abs=tolerance), name


@pytest.mark.parametrize("weights", IRRCAC["raw4"]["results"])
@pytest.mark.parametrize("name", IRRCAC)
def test_irrcacs_grid_to_the_ninth_digit(name: str, weights: str) -> None:
    """The functions for tables divide by n, those for raw grades, and ours, by n - 1."""
    expected = IRRCAC[name]["results"].get(weights, {})
    ratings = ratings_of(IRRCAC[name])
    n = len(ratings.codes)
    shrunk = np.sqrt((n - 1) / n) if "table" in IRRCAC[name] else 1.0
    for coefficient, numbers in expected.items():
        found = agreement(ratings, coefficients=[coefficient], weights=weights, interval="gwet")
        one = found.one(coefficient)
        error = one.standard_error * shrunk
        assert [one.estimate, error] == pytest.approx(numbers, abs=1e-9), coefficient


def test_irrcacs_interval_finite_population_and_benchmarks() -> None:
    """Print of gwet.ac1.raw(cac.raw4raters) and altman.bf, landis.koch.bf, fleiss.bf."""
    ratings = ratings_of(IRRCAC["raw4"])
    one = agreement(ratings, coefficients=["ac1"], interval="gwet").one("ac1")
    assert one.interval.low == pytest.approx(0.460813348130838, abs=1e-9)
    assert one.interval.high == 1
    assert [one.observed, one.expected] == pytest.approx([0.818181818181818, 0.190321180555556])
    altman = [0.396752806807944, 0.883370241894849, 0.995419186832476, 0.999969818249894, 1]
    assert [row.at_least for row in gwet_benchmark(one, "altman")] == pytest.approx(altman)
    fleiss = [0.544147814282294, 0.995419186832476, 1]
    assert [row.at_least for row in gwet_benchmark(one, "fleiss")] == pytest.approx(fleiss)
    for population, error in ((20, 0.0904094870866929), (40, 0.119600509496147),
                              (100, 0.134098940270285)):  # fmt: skip
        less = agreement(ratings, coefficients=["ac1"], interval="gwet", population=population)
        assert less.one("ac1").standard_error == pytest.approx(error, abs=1e-12)


def test_standard_errors_of_kappa() -> None:
    """SAS PROC FREQ (statsmodels' tests), Agresti 1992 and Cohen 1968 by Fleiss, Cohen, Everitt.

    All divide by n where the linearised variance divides by n - 1.
    """
    sas = table_named("SAS_freq")
    plain = agreement(sas, coefficients=["cohen"], weights="identity", interval="linearised")
    assert plain.one("cohen").standard_error * np.sqrt(18 / 19) == pytest.approx(0.1380, abs=5e-5)
    linear = agreement(sas, coefficients=["cohen"], weights="linear", interval="linearised")
    assert linear.one("cohen").standard_error * np.sqrt(18 / 19) == pytest.approx(0.1457, abs=5e-5)
    landis = agreement(table_named("Agresti1992_LandisKoch"), coefficients=["cohen"],
                       weights="identity", interval="linearised")  # fmt: skip
    assert landis.one("cohen").standard_error == pytest.approx(0.057, abs=5e-4)
    v = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    cohen = agreement(table_named("Cohen1968"), coefficients=["cohen"], weights=1 - v / 6,
                      interval="linearised")  # fmt: skip
    assert cohen.one("cohen").estimate == pytest.approx(0.3478260869565, abs=5e-14)
    assert cohen.one("cohen").standard_error * np.sqrt(199 / 200) == pytest.approx(
        0.07550402, abs=5e-9
    )


def test_fleiss_kappas_of_single_grades_and_its_asymptotic_variance() -> None:
    """Print of irr 0.84.1, kappam.fleiss(detail = TRUE); misskappa 1.1.0, which divides by n."""
    ratings = table_named("Fleiss1971")
    found = []
    for grade in range(5):
        codes = (ratings.codes == grade).astype(np.int8)
        two = Ratings.from_codes(codes, scale=Scale(("other", "this")))
        found.append(agreement(two, coefficients=["fleiss"]).one("fleiss").estimate)
    assert found == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)
    one = agreement(ratings, coefficients=["fleiss"], weights="identity", interval="linearised")
    variance = one.one("fleiss").standard_error ** 2 * 29 / 30
    assert variance == pytest.approx(0.0028396071239620256, rel=1e-9)


def test_the_corrected_error_of_once_graded_cases() -> None:
    """One unit graded once must not double the error: 0.1247 linearised, 0.1252 jackknife."""
    ratings = ratings_of(IRRCAC["raw4"])
    errors = {
        name: agreement(ratings, coefficients=["ac1"], interval=name).one("ac1").standard_error
        for name in ("gwet", "linearised", "jackknife")
    }
    assert errors["gwet"] == pytest.approx(0.142949950640765, abs=1e-12)
    assert errors["linearised"] == pytest.approx(0.1247, abs=5e-5)
    assert errors["jackknife"] == pytest.approx(0.1252, abs=5e-5)


def test_a_benchmark_speaks_with_the_intervals_own_distribution() -> None:
    ratings = ratings_of(IRRCAC["raw4"])
    one = agreement(ratings, coefficients=["ac1"], level=0.9).one("ac1")
    rows = benchmark(one, "landis_koch")
    chances = [row.at_least for row in rows]
    assert chances == sorted(chances)
    assert rows[-1].word == "Poor" and rows[-1].at_least == pytest.approx(1)
    # what lies above the low end of a 90% interval has a chance of 95%
    assert one.chance_above(one.interval.low) == pytest.approx(0.95)
    assert one.chance_above(one.interval.high) == pytest.approx(0.05)


def test_the_generator_of_the_bootstrap_is_splitmix64() -> None:
    """Numbers of splitmix64.c (Vigna, prng.di.unimi.it) from the state 1234567."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423,
                 4593380528125082431, 16408922859458223821]  # fmt: skip
    assert split_mix(1234567, 5).tolist() == published
    state = int.from_bytes(
        hashlib.sha256(b"qa_sampling/agreement/bootstrap/v2\x00seed\x000").digest()[:8], "little"
    )
    halves = [half for one in split_mix(state, 2).tolist() for half in (one % 2**32, one >> 32)]
    assert numbers_below(60, 3, "seed").tolist() == [60 * half >> 32 for half in halves[:3]]


def test_an_estimate_alone_is_the_same_estimate() -> None:
    ratings = ratings_of(IRRCAC["raw4"])
    asked = ("exact", "ac2", "alpha", "conger", "specific")
    alone = agreement(ratings, coefficients=asked, interval="none").estimates
    whole = agreement(ratings, coefficients=asked).estimates
    for one, other in zip(alone, whole, strict=True):
        assert (one.estimate, one.observed, one.expected) == (
            other.estimate, other.observed, other.expected,
        )  # fmt: skip
        assert one.standard_error is None and one.interval is None and one.why_not == ""
    same = Ratings.from_codes(np.zeros((4, 2), dtype=np.int8), scale=Scale.of_numbers(1, 2))
    none = agreement(same, coefficients=["alpha"], interval="none").one("alpha")
    assert none.estimate is None and "0 divided by 0" in none.why_not
