"""What the panel sees of changes and of checks by other methods, and why two figures differ."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from moderation_samples import a_year, with_gaps

from qa_sampling.agreement.calibration import calibration
from qa_sampling.agreement.changes import Change, compare_counts
from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.crossed import crossed_severity
from qa_sampling.agreement.homogeneity import bowker, mcnemar
from qa_sampling.agreement.pooling import pool
from qa_sampling.agreement.severity import severity
from qa_sampling.errors import SchemaError
from qa_sampling.reporting.moderation_checks import change_view, margins_view, mixed_view
from qa_sampling.reporting.moderation_view import coefficients_view
from qa_sampling.reporting.sentence_agreement import agreement_text, difference_words
from qa_sampling.results import Calibration

WORSE, BETTER = [0, 0, 0, 1, 1, 1, 1, -1, 1, 1] * 4, [0] * 38 + [1, -1]


@pytest.fixture(scope="module")
def year():
    return a_year(5, shifts=[1.5] + [0] * 11, cases=120)


def test_changes_are_told_with_whether_chance_could_do_it() -> None:
    first, second = with_gaps(WORSE), with_gaps(BETTER)
    names = ("exact", "distance", "net_bias")
    shown = change_view([compare_counts(first, second, measure=one) for one in names])
    assert shown["What"].tolist() == ["Share with the same grade", "Mean distance, in grades",
                                      "Net bias, in grades"]  # fmt: skip
    assert shown["First half"].tolist() == ["30% of 40", "0.70 of 40", "0.50 of 40"]
    assert shown["What it says"].tolist() == [
        "Can be told from chance: rose",
        "Can be told from chance: grades have come closer",
        "Can be told from chance: auditors have moved down",
    ]
    assert shown["Change (95% interval)"][0].startswith("+65 points (+4")
    assert shown["Change (95% interval)"][0].count("points") == 1
    same = change_view([compare_counts(first, first, measure="exact")])
    assert same["What it says"].tolist() == ["Cannot be told from chance"]
    none = Change("exact", None, None, None, None, None, 0, 3, "one of the two has no audit")
    assert change_view([none])["What it says"].tolist() == [
        "Cannot be told: one of the two has no audit"
    ]


def test_tests_of_equal_use_say_what_they_ask_and_what_they_say() -> None:
    lopsided, even = np.array([[20, 0], [12, 20]]), np.array([[20, 6], [6, 20]])
    shown = margins_view([mcnemar(lopsided), bowker(even), mcnemar(np.diag([3, 4]))])
    assert shown["Test"].tolist() == ["McNemar", "Bowker", "McNemar"]
    assert shown["Result"].tolist() == [
        "p below 0.001; 12 cases differ",
        "χ² 0.00 (1 df), p 1.000; 12 cases differ",
        "–",
    ]
    assert shown["What it says"].tolist() == [
        "No: more than chance would do",
        "Nothing that chance would not do",
        "Cannot be told: no case has two different grades",
    ]


def test_the_mixed_model_names_who_is_far_off_and_says_what_must_hold(year) -> None:
    shifts, fit = severity(year), crossed_severity(year)
    shown = mixed_view(fit, shifts, {"A00": "Nadia Example"}).set_index("What")["Result"]
    assert shown["Beyond 99.8% limits"].startswith("Nadia Example: +")
    assert shown["What must hold"] == fit.assumption
    told = float(shown["Do both ways agree?"].split()[1])
    paired = shifts.table.dropna(subset="shift").set_index("auditor")["shift"]
    model = fit.raters.set_index("rater")["shift"]
    assert told == pytest.approx(paired.corr(model.reindex(paired.index)), abs=5e-3)
    alone = mixed_view("There are 2 raters.", shifts, {})
    assert alone["Result"].tolist() == ["There are 2 raters."]
    few = replace(shifts, table=shifts.table.iloc[:2])
    again = mixed_view(fit, few, {}).set_index("What")["Result"]
    assert again["Do both ways agree?"] == "Too few auditors have a shift of both kinds"


def test_pooled_figures_stand_beside_the_raw_ones(year) -> None:
    services = year.units.assign(service=[f"S{n % 4}" for n in range(len(year.units))])
    parted = replace(year, units=services)
    found = agreement(parted, by="service", coefficients=("ac2",))
    pooled = pool(parted.by("service"))
    shown = coefficients_view(found, pooled=pooled)
    assert shown.columns.tolist()[-2:] == ["Drawn towards all", "80% sure it is at least"]
    row = pooled.table.iloc[1]
    assert shown["Drawn towards all"][1] == (
        f"{row['pooled']:.2f} ({row['pooled_low']:.2f}, {row['pooled_high']:.2f})"
    )


def test_why_ac2_is_high_and_alpha_low_is_said_only_where_they_are() -> None:
    apart = agreement(with_gaps([0] * 38 + [1, -1]), coefficients=("ac2", "alpha"))
    words = difference_words(apart.one("ac2"), apart.one("alpha"), counts=[40]).sentences
    assert words[0].startswith("Both are right, for they answer different questions")
    close = replace(apart.one("alpha"), estimate=apart.one("ac2").estimate - 0.1)
    assert not difference_words(apart.one("ac2"), close, counts=[40]).sentences
    assert not difference_words(apart.one("ac2"), apart.one("alpha"), counts=[3]).sentences
    few = replace(apart.one("ac2"), cases=9)
    assert not difference_words(few, apart.one("alpha"), counts=[40]).sentences


def test_what_is_counted_is_said() -> None:
    said = agreement_text({0: 2, 1: 1}, 3, counted=("moderation", "moderations"))
    assert said.startswith("In 2 of 3 moderations the moderator gave")
    assert "No moderation was" in agreement_text({}, 0, counted=("moderation", "moderations"))
    assert agreement_text({0: 1}, 1).startswith("In the 1 audit")


def test_calibration_joins_months_and_signals(year) -> None:
    drifting = with_gaps([1] * 24 + [0] * 12, period=[f"2026-{1 + n // 6:02d}" for n in range(36)])
    found = calibration(drifting, scope="Invented")
    assert found.unit == "grades" and found.agreed == 0 and found.n == 36
    assert found.table["period"].tolist() == list(pd.date_range("2026-01-01", periods=6, freq="MS"))
    assert "higher" in set(found.table["signal"][:4])
    assert found.table["average"].iloc[-1] < found.table["average"].iloc[3]
    same = calibration(drifting, measure="exact")
    assert same.unit == "share" and same.agreed == 1 and (same.table["signal"] == "").all()


def test_a_calibration_that_makes_no_sense_is_refused() -> None:
    months = pd.DataFrame({"period": pd.to_datetime(["2026-02-01", "2026-01-01"]),
                           "average": [0.1, 0.2], "low": [0.3, 0.1], "high": 0.4})  # fmt: skip
    with pytest.raises(SchemaError, match=r"periods are not in order.*outside its interval"):
        Calibration(months)
    with pytest.raises(SchemaError, match="`level` must lie between 0 and 1; got 95"):
        Calibration(months.iloc[1:], level=95)
