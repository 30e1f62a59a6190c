"""The mixed model of all grades: lme4's figures, a dense twin, edges."""

import numpy as np
import pandas as pd
import pytest
from moderation_samples import a_year, moderated

from qa_sampling.agreement.crossed import ASSUMPTION, CrossedFit, crossed_severity
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import Scale
from qa_sampling.errors import AgreementError

# tests/golden/crossed.R, R 4.2.2 with lme4 1.1-31, on tests/golden/crossed_grades.csv (invented).
# Deviances agree to 1e-8; variances and effects lie on a flat optimum, so to 1e-6.
DEVIANCE = 305.973155875
VARIANCES = {"case_standard": 0.0629166198747, "case": 0.0973109273527,
             "rater": 0.0737480301650, "rest": 0.2481744742251}  # fmt: skip
MEANS = [2.26470351024, 2.27969341356, 2.56830983868, 2.37487677988]
ERRORS = [0.142840230343, 0.142472430508, 0.143820716794, 0.145039806087]
SHIFTS = [0.3784987886819, -0.4933361425149, 0.0893894120093, 0.0812926172711, -0.0821050984796,
          0.0317031625914, -0.0142291452300, -0.0259176089475, 0.0347040146184]  # fmt: skip


def grades() -> pd.DataFrame:
    from pathlib import Path

    return pd.read_csv(Path(__file__).parent / "golden" / "crossed_grades.csv")


def fitted(table: pd.DataFrame) -> CrossedFit:
    return crossed_severity(Ratings.from_long(table, scale=Scale.of_numbers(1, 2, 3, 4)))


def test_the_model_is_that_of_lme4() -> None:
    found = fitted(grades())
    assert found.deviance == pytest.approx(DEVIANCE, abs=1e-8)
    assert found.variances == pytest.approx(VARIANCES, abs=1e-6)
    assert found.standards["mean"].tolist() == pytest.approx(MEANS, abs=1e-6)
    assert found.standards["standard_error"].tolist() == pytest.approx(ERRORS, abs=1e-6)
    assert found.raters["shift"].tolist() == pytest.approx(SHIFTS, abs=1e-6)


def test_the_model_of_one_standard_is_that_of_lme4() -> None:
    # the same script: REMLcrit 74.0751725614; case, rater, residual variances; first three shifts
    found = fitted(grades().query("standard == 'voice'"))
    assert found.deviance == pytest.approx(74.0751725614, abs=1e-8)
    wanted = {"case": 0.0381747675037, "rater": 0.1382554897311, "case_standard": 0.0,
              "rest": 0.2787643820393}  # fmt: skip
    assert found.variances == pytest.approx(wanted, abs=1e-6)
    first = [0.5628240817061, -0.5047737357795, -0.0657916737787]
    assert found.raters["shift"].tolist()[:3] == pytest.approx(first, abs=1e-6)


def test_effects_and_errors_by_the_whole_covariance_matrix() -> None:
    table = grades()
    found = fitted(table)
    v = found.variances
    hot = {name: pd.get_dummies(table[name]).to_numpy(float) for name in
           ("case_ref", "rater", "standard")}  # fmt: skip
    cell = pd.get_dummies(table["case_ref"] + table["standard"]).to_numpy(float)
    spread = v["case"] * hot["case_ref"] @ hot["case_ref"].T
    spread += v["rater"] * hot["rater"] @ hot["rater"].T + v["case_standard"] * cell @ cell.T
    spread += v["rest"] * np.eye(len(table))
    inverse, x, y = np.linalg.inv(spread), hot["standard"], table["grade"].to_numpy(float)
    fixed = np.linalg.inv(x.T @ inverse @ x)
    around = inverse - inverse @ x @ fixed @ x.T @ inverse
    across = v["rater"] * hot["rater"].T
    assert found.raters["shift"].to_numpy() == pytest.approx(across @ around @ y, abs=1e-9)
    errors = np.sqrt(v["rater"] - np.diag(across @ around @ across.T))
    assert found.raters["standard_error"].to_numpy() == pytest.approx(errors, abs=1e-9)
    deviance = np.linalg.slogdet(spread)[1] + np.linalg.slogdet(x.T @ inverse @ x)[1]
    deviance += y @ around @ y + (len(y) - x.shape[1]) * np.log(2 * np.pi)
    assert found.deviance == pytest.approx(deviance, abs=1e-8)


def test_order_of_rows_and_worth_of_grades() -> None:
    table = grades()
    found = fitted(table)
    again = fitted(table.sample(frac=1, random_state=3))
    assert again.raters["shift"].tolist() == pytest.approx(found.raters["shift"].tolist(), abs=1e-6)
    scale = Scale.of_numbers(10, 20, 30, 40)
    tenfold = crossed_severity(
        Ratings.from_long(table.assign(grade=table["grade"] * 10), scale=scale)
    )
    assert tenfold.raters["shift"].to_numpy() / 10 == pytest.approx(
        found.raters["shift"].to_numpy(), abs=1e-5
    )


def test_it_says_what_it_assumes_and_who_is_who() -> None:
    found = fitted(grades())
    assert found.assumption == ASSUMPTION
    assert "given to auditors at random" in ASSUMPTION
    assert found.raters["role"].tolist() == ["auditor"] * 6 + ["moderator"] * 3
    limits = found.confidence_limits()
    reach = 1.959964 * limits["standard_error"]
    assert (limits["high"] - limits["shift"]).tolist() == pytest.approx(reach.tolist(), abs=1e-6)


def test_auditors_that_do_not_differ_have_no_variance() -> None:
    # every auditor a grade up once, a grade down once, of three grades, so their means are equal
    gaps = [1, -1, 0, 0, 0, 0]
    rows = [(f"C{n}", f"A{n % 4}", "M1", 1 + gaps[n // 4], 1) for n in range(24)]
    found = crossed_severity(moderated(rows))
    assert found.variances["rater"] == 0
    assert found.raters["shift"].abs().max() == 0


def test_a_planted_shift_is_found_with_few_moderations() -> None:
    found = crossed_severity(a_year(11, shifts=[0.9, -0.9] + [0] * 10, cases=120))
    shift = found.raters.set_index("rater")["shift"]
    assert shift.idxmax() == "A00"
    assert shift.idxmin() == "A01"


def test_what_the_model_cannot_tell() -> None:
    with pytest.raises(AgreementError, match="at least 3 cases and 3 raters; got 2 and 2"):
        crossed_severity(moderated([("a", "A1", "M1", 1, 2), ("b", "A1", "M1", 1, 2)]))
    same = [(f"C{n}", f"A{n % 4}", "M1", n % 3, n % 3) for n in range(24)]
    with pytest.raises(AgreementError, match="explain every grade, so nothing is left"):
        crossed_severity(moderated(same))
    several = [(*row, standard) for row in same for standard in ("voice", "visits")]
    with pytest.raises(AgreementError, match="explain every grade, so nothing is left"):
        crossed_severity(moderated(several, "case_ref auditor moderator first second standard"))
    single = grades().query("role == 'auditor'")
    with pytest.raises(AgreementError, match="No standard of a case was graded twice"):
        fitted(single)
