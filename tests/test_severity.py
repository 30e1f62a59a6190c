"""Who marks high or low: shifts, who stands out, the funnel, what could be found at all."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moderation_samples import a_year, moderated, with_gaps
from scipy import stats

from qa_sampling.agreement.net_bias import net_bias
from qa_sampling.agreement.severity import (
    bias_funnel,
    cases_to_detect,
    minimum_detectable_bias,
    severity,
    shifts,
)
from qa_sampling.errors import AgreementError


def test_shifts_by_hand() -> None:
    found = shifts(with_gaps([1, 1, 0, 0, -1], ["A1", "A1", "A1", "A2", "A2"]))
    assert found["auditor"].tolist() == ["A1", "A2"]
    assert found["n"].tolist() == [3, 2]
    assert found["mean"].tolist() == pytest.approx([2 / 3, -1 / 2])
    # within A1: 1/9 + 1/9 + 4/9, within A2: 1/4 + 1/4; one up and one down: 2
    variance = (6 / 9 + 1 / 2 + 2) / (5 - 2 + 2)
    assert found.attrs["spread"] == pytest.approx(np.sqrt(variance))
    assert found["standard_error"].tolist() == pytest.approx(
        [np.sqrt(variance / 3), np.sqrt(variance / 2)]
    )


def test_moderators_have_shifts_too() -> None:
    found = shifts(with_gaps([1, 1, 0, 0]), role="moderator")
    assert found["moderator"].tolist() == ["M1"]
    assert found["mean"].tolist() == [-0.5]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=2, max_size=25))
def test_one_auditor_is_the_net_bias(gaps: list[int]) -> None:
    table = shifts(with_gaps(gaps))
    assert table["mean"].iloc[0] == pytest.approx(net_bias(gaps).estimate)
    found = severity(with_gaps(gaps), fewest=1)
    assert found.table["shift"].iloc[0] == pytest.approx(np.mean(gaps))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["averaged", "reml", "paule-mandel"]))
def test_order_names_and_direction_do_not_matter(seed: int, method: str) -> None:
    dice = np.random.default_rng(seed)
    gaps, who = dice.integers(-1, 2, 30), dice.integers(0, 5, 30)
    names = [f"A{one}" for one in who]
    found = severity(with_gaps(gaps, names), method=method, fewest=1).table
    order = dice.permutation(30)
    again = severity(
        with_gaps(gaps[order], [names[one] for one in order]), method=method, fewest=1
    ).table
    assert again["shift"].tolist() == pytest.approx(found["shift"].tolist(), abs=1e-7)
    turned = severity(with_gaps(-gaps, names), method=method, fewest=1).table
    assert turned["shift"].tolist() == pytest.approx((-found["shift"]).tolist(), abs=1e-5)
    assert turned["p_value"].tolist() == pytest.approx(found["p_value"].tolist())
    assert (found["low"] < found["shift"]).all() and (found["shift"] < found["high"]).all()


def test_planted_auditors_stand_out_and_nobody_else() -> None:
    gaps = [1] * 9 + [0] + [-1] * 9 + [0] + [0, 1, -1, 0, 0] * 8
    who = ["easy"] * 10 + ["hard"] * 10 + [f"A{n}" for n in range(4) for _ in range(10)]
    found = severity(with_gaps(gaps, who)).table.set_index("auditor")
    assert found["signal"].to_dict() == {"A0": "", "A1": "", "A2": "", "A3": "",
                                         "easy": "easier", "hard": "harder"}  # fmt: skip
    assert 0 < found.loc["easy", "shift"] < found.loc["easy", "mean"]
    assert found.loc["easy", "adjusted_p"] == pytest.approx(3 * found.loc["easy", "p_value"])


def test_p_values_are_students_or_the_exact_sum_whichever_is_larger() -> None:
    gaps, who = [1, 1, 0, 1, 0, 0, -1, 0], ["A"] * 4 + ["B"] * 4
    ratings = with_gaps(gaps, who)
    table, found = shifts(ratings), severity(ratings, control="none").table
    t = 2 * stats.t.sf(abs(table["mean"] / table["standard_error"]), 8)
    # four of eight differ, and a case each way is added: each way 3 of 10
    ways = list(product((-1, 0, 1), repeat=4))
    chance = [np.prod([0.4 if one == 0 else 0.3 for one in way]) for way in ways]
    exact = [
        sum(c for c, way in zip(chance, ways, strict=True) if abs(sum(way)) >= far)
        for far in (3, 1)
    ]
    assert exact[0] > t[0]
    assert found["p_value"].tolist() == pytest.approx(np.maximum(t, exact).tolist())
    average = severity(ratings, control="none", against="average").table
    gap = (0.75 - -0.25) / (table.attrs["spread"] * np.sqrt(1 / 4 + 1 / 4))
    # as they are: 0.4 higher, 0.2 lower; sums of 3 or more, and of -1 or less
    shares = {-1: 0.2, 0: 0.4, 1: 0.4}
    chance = [np.prod([shares[one] for one in way]) for way in ways]
    above = sum(c for c, way in zip(chance, ways, strict=True) if sum(way) >= 3)
    below = sum(c for c, way in zip(chance, ways, strict=True) if sum(way) <= -1)
    wanted = np.maximum(2 * stats.t.sf(gap, 8), [2 * above, 2 * below])
    assert average["p_value"].tolist() == pytest.approx(wanted.tolist())


def test_who_stands_out_has_an_interval_on_one_side_too() -> None:
    # four of five cases a grade higher: the test alone would name, the interval does not
    gaps = [1, 1, 0, 1, 1] + [0, 0, 0, 0, 0, 0, 1, -1] * 10
    who = ["few"] * 5 + [f"A{n}" for n in range(10) for _ in range(8)]
    row = severity(with_gaps(gaps, who)).table.set_index("auditor").loc["few"]
    assert row["adjusted_p"] < 0.05
    assert row["low"] < 0 < row["shift"]
    assert row["signal"] == ""


def test_everybody_higher_is_a_shift_of_all_not_of_one() -> None:
    ratings = with_gaps([1, 1, 0, 1, 1, 1, 1, 1] * 4, [f"A{n}" for n in range(4) for _ in range(8)])
    assert (severity(ratings).table["signal"] == "easier").all()
    assert (severity(ratings, against="average").table["signal"] == "").all()


def test_auditors_with_few_cases_help_but_are_not_shown() -> None:
    found = severity(with_gaps([0, 0, 1, 0, 3], ["A1"] * 4 + ["A2"]))
    hidden = found.table.iloc[1]
    assert hidden["n"] == 1
    assert np.isnan(hidden["shift"]) and np.isnan(hidden["mean"]) and hidden["signal"] == ""
    assert found.warnings == ("1 auditor has fewer than 3 moderated audits: too few for a shift.",)
    assert found.expected_by_chance == pytest.approx(0.05)
    none = severity(with_gaps([0, 0, 1], ["A1", "A2", "A3"]))
    assert none.expected_by_chance == 0
    assert "3 auditors have fewer than 3" in none.warnings[0]


def test_nobody_differs_at_all() -> None:
    found = severity(with_gaps([0] * 20, [f"A{n % 4}" for n in range(20)]))
    assert (found.table["shift"] == 0).all()
    assert (found.table["high"] > 0.02).all()
    assert (found.table["signal"] == "").all()


def test_standards_of_a_case_count_once() -> None:
    rows = [(f"C{n}", "A1", "M1", 2, 1, f"s{s}") for n in range(4) for s in range(10)]
    found = shifts(moderated(rows, "case_ref auditor moderator first second standard"))
    assert found["n"].tolist() == [4]
    assert found["mean"].tolist() == [1]


def test_funnel_limits_by_hand() -> None:
    ratings = a_year(5, shifts=[1.5] + [0] * 11, cases=120)
    table, found = shifts(ratings), bias_funnel(ratings)
    spread, free = table.attrs["spread"], table.attrs["degrees_of_freedom"]
    at = found.limits.set_index("n").loc[10]
    assert at["high"] - found.centre == pytest.approx(stats.t.ppf(0.975, free) * spread / 10**0.5)
    assert found.centre - at["low_outer"] == pytest.approx(
        stats.t.ppf(0.999, free) * spread / 10**0.5
    )
    assert found.table.set_index("unit").loc["A00", "signal"] == "neutral"
    assert found.levels == (0.95, 0.998)


def test_pictures_and_their_words_take_the_results() -> None:
    import matplotlib.pyplot as plt

    from qa_sampling.reporting.alt_texts import severity_funnel_alt
    from qa_sampling.reporting.plots import funnel_plot, severity_funnel

    ratings = a_year(5, shifts=[1.5] + [0] * 11, cases=120)
    found, funnel = severity(ratings, scope="2026"), bias_funnel(ratings, scope="2026")
    for draw, result in ((severity_funnel, found), (funnel_plot, funnel)):
        ax = draw(result, ax=plt.figure(figsize=(8, 5)).gca(), title="Auditors")
        words = " ".join(text.get_text() for text in ax.figure.findobj(plt.Text))
        assert "A00" in words
        plt.close(ax.figure)
    assert "Standing out: A00 grades higher" in str(severity_funnel_alt(found))


def test_smallest_shift_to_be_found() -> None:
    # R 4.2.2: power.t.test(n = 12, sd = 0.6, power = 0.8, type = "one.sample", strict = TRUE,
    # tol = 1e-13)$delta = 0.533192559175932
    assert minimum_detectable_bias(12, spread=0.6) == pytest.approx(0.533192559175932, abs=5e-9)


@settings(max_examples=4, deadline=None)
@given(st.integers(2, 60), st.floats(0.2, 1.5), st.floats(0.5, 0.95))
def test_cases_and_shift_to_be_found_agree(n: int, spread: float, power: float) -> None:
    bias = minimum_detectable_bias(n, spread=spread, power=power)
    assert cases_to_detect(bias * 1.000001, spread=spread, power=power) == n
    assert minimum_detectable_bias(n + 1, spread=spread, power=power) < bias


def test_what_cannot_be_told_is_refused() -> None:
    with pytest.raises(AgreementError, match="No audit has a grade of both"):
        severity(moderated([("a", "A1", "M1", 2, -3)]))
    with pytest.raises(AgreementError, match="choose one of moderators, average"):
        severity(with_gaps([0, 1, 0]), against="zero")
    with pytest.raises(AgreementError, match="there is only one"):
        severity(with_gaps([0, 1, 0]), against="average")
    with pytest.raises(AgreementError, match="from 2 cases on"):
        minimum_detectable_bias(1, spread=0.6)
    assert cases_to_detect(0, spread=0.6) is None
    assert cases_to_detect(0.001, spread=1, most=100) is None
