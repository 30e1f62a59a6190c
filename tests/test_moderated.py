"""Moderated estimates: R's two-phase figures, brute force without bias, edges."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moderation_samples import moderated

from qa_sampling.agreement.moderated import (
    misclassification,
    moderated_grades,
    moderated_share,
    phase_table,
)
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError

FIRST = [0] * 6 + [1] * 30 + [2] * 50 + [3] * 14
SECOND: list[int | None] = [None] * 100
SECOND[0:6] = [0, 0, 0, 0, 1, 0]
SECOND[6:18] = [0, 1, 1, 1, 1, 2, 1, 1, 2, 1, 1, 1]
SECOND[36:56] = [1, 2, 2, 2, 1, 2, 2, 2, 2, 3, 2, 1, 2, 2, 2, 2, 1, 2, 2, 1]
SECOND[86:92] = [2, 3, 3, 2, 3, 2]


def audits(first: list, second: list) -> Ratings:
    rows = [
        (f"C{place:03d}", f"A{place % 3}", None if two is None else "M1", one, two)
        for place, (one, two) in enumerate(zip(first, second, strict=True))
    ]
    return moderated(rows)


def test_two_phase_figures_of_r() -> None:
    # R 4.2.2, survey 4.1-1: twophase(id = list(~1, ~1), strata = list(NULL, ~a), fpc = list(~N,
    # NULL), subset = ~mod, method = "full") with N = 800, then svymean of Good or better and of
    # each grade, worst first.
    ratings = audits(FIRST, SECOND)
    share = moderated_share(ratings, population=800)
    assert share.estimate == pytest.approx(0.565, abs=1e-12)
    assert share.standard_error == pytest.approx(0.0659806367987, abs=5e-14)
    assert (share.audited, share.audits, share.moderated) == (0.64, 100, 44)
    table = moderated_grades(ratings, population=800).table
    assert table["share"].tolist() == pytest.approx([0.095, 0.47, 0.36, 0.075])
    errors = [0.0412691645105, 0.071602954608, 0.0667705010035, 0.0314877320988]
    assert table["standard_error"].tolist() == pytest.approx(errors, abs=5e-14)


def test_share_and_variance_have_no_bias_over_all_moderations() -> None:
    # six audits, three of each grade, of which every choice of two each is moderated
    first, truth = [1, 1, 1, 2, 2, 2], [1, 2, 1, 2, 2, 1]
    found, inner = [], []
    for one in combinations(range(3), 2):
        for two in combinations(range(3, 6), 2):
            second = [truth[n] if n in one + two else None for n in range(6)]
            share = moderated_share(audits(first, second), population=6)
            found.append(share.estimate)
            inner.append(share.standard_error**2)
    assert np.mean(found) == pytest.approx(0.5)
    assert np.mean(inner) == pytest.approx(np.var(found))


def test_mandatory_moderation_of_a_grade_does_no_harm() -> None:
    # all Inadequate are moderated, of the others half: the grades of the whole are met
    first = [0] * 10 + [2] * 20
    second = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, *[2, 1] * 5, *[None] * 10]
    share = moderated_share(audits(first, second))
    assert share.audited == pytest.approx(20 / 30)
    assert share.estimate == pytest.approx(10 / 30)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), min_size=3,
                max_size=25), st.randoms())  # fmt: skip
def test_shares_add_up_and_order_is_nothing(rows: list, random) -> None:
    if not any(row[2] for row in rows):
        rows = [(rows[0][0], rows[0][1], True), *rows[1:]]
    found = moderated_grades(audits([r[0] for r in rows], [r[1] if r[2] else None for r in rows]))
    assert found.table["share"].sum() == pytest.approx(1)
    assert (found.table["low"] < found.table["high"]).all()
    random.shuffle(rows)
    again = moderated_grades(audits([r[0] for r in rows], [r[1] if r[2] else None for r in rows]))
    assert again.table["share"].tolist() == pytest.approx(found.table["share"].tolist())
    assert again.table["low"].tolist() == pytest.approx(found.table["low"].tolist())


def test_everything_moderated_is_what_moderators_said() -> None:
    ratings = audits([2, 2, 1, 1, 3], [2, 1, 1, 1, 2])
    share = moderated_share(ratings, population=5)
    assert share.estimate == pytest.approx(2 / 5)
    assert share.standard_error == 0
    assert moderated_share(ratings).standard_error > 0


def test_full_agreement_has_an_interval_wider_than_the_audits_alone() -> None:
    first = [2] * 30 + [1] * 10
    share = moderated_share(audits(first, [*[2] * 10, *[None] * 20, *[1] * 4, *[None] * 6]))
    assert share.estimate == share.audited == 0.75
    ends = share.confidence_interval()
    assert ends.low < 0.6 and ends.high > 0.86
    every = moderated_share(audits([2] * 12, [2] * 12)).confidence_interval()
    assert every.low < 0.8 and every.high == 1


def test_a_grade_nobody_moderated_stands_and_is_told() -> None:
    share = moderated_share(audits([3, 3, 2, 2, 1], [None, None, 2, 1, 1]))
    assert share.estimate == pytest.approx(3 / 5)
    assert share.warnings == (
        "No audit graded Outstanding was moderated: there the auditor’s grade stands.",
    )


def test_misclassification_row_by_row() -> None:
    found = misclassification(audits([3, 2, 2, 2, 1], [None, 2, 1, 2, 0]))
    found = found.set_index("auditor_grade")
    assert found.loc["Good", ["audits", "moderated"]].tolist() == [3, 3]
    assert found.loc["Good", "Requires improvement"] == pytest.approx(1 / 3)
    assert found.loc["Requires improvement", "Inadequate"] == 1
    assert np.isnan(found.loc["Outstanding", "Good"])
    assert found.loc["Inadequate", "audits"] == 0


def test_table_for_the_two_phase_estimators() -> None:
    rows = [("a", "A1", "M1", 2, 1), ("a", "A1", "M2", 2, 3), ("b", "A2", None, 3, None)]
    rows += [("c", "A2", "M1", -3, 2)]
    found = phase_table(moderated(rows))
    assert found["case_ref"].tolist() == ["a", "b"]
    assert found["auditor_id"].tolist() == ["A1", "A2"]
    assert found["auditor_grade"].tolist() == ["Good", "Outstanding"]
    assert found["moderator_grade"].tolist()[0] == "Requires improvement"
    assert pd.isna(found["moderator_grade"].iloc[1])
    assert found["moderated"].tolist() == [True, False]


def test_it_feeds_the_two_phase_estimators_of_the_sample() -> None:
    # the sampling part, moderation drawn within the auditors' grades, of a plain random sample
    from qa_sampling.sampling.estimation import make_design
    from qa_sampling.sampling.estimation_phases import add_phase, estimate_moderated

    ratings = audits(FIRST, SECOND)
    table = phase_table(ratings).assign(stratum="all")
    design = add_phase(
        make_design(table, "stratum", population={"all": 800}), "moderated", within="auditor_grade"
    )
    twin = estimate_moderated(
        design, "moderator_grade", "auditor_grade", values=("Good", "Outstanding")
    )
    share = moderated_share(ratings, population=800)
    assert share.estimate == pytest.approx(twin.estimate, abs=1e-12)
    assert share.standard_error == pytest.approx(twin.standard_error, rel=0.01)


def test_estimates_that_cannot_be() -> None:
    with pytest.raises(AgreementError, match="No audit was moderated"):
        moderated_share(audits([1, 2], [None, None]))
    with pytest.raises(AgreementError, match="`population` is 1, fewer than the 2 audits"):
        moderated_share(audits([1, 2], [1, None]), population=1)
    with pytest.raises(AgreementError, match="'Excellent' is no grade"):
        moderated_share(audits([1, 2], [1, None]), reaching="Excellent")
    rows = [("a", "A1", "M1", 2, 2, "voice"), ("a", "A1", "M1", 2, 2, "visits")]
    with pytest.raises(AgreementError, match="1 rows repeat a case, such as once a standard"):
        moderated_share(moderated(rows, "case_ref auditor moderator first second standard"))
