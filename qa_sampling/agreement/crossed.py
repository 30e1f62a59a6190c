"""A second look at severity: a mixed model of all grades, moderated or not.

Grade = standard + case + rater + case by standard + rest, the last four random and normal, the
grades taken as numbers. It uses every audit, also those nobody moderated, and so says more of an
auditor with one or two moderated cases. The price is an assumption: **cases were given to
auditors at random**. If weaker cases go to one auditor, that auditor looks harder. The
paired shift (:mod:`~qa_sampling.agreement.severity`) needs no such thing; where both agree, good.

Restricted maximum likelihood in the manner of Bates et al. (2015, J Stat Softw 67(1), sections
3.2 to 3.4): all but the ratios of variances is profiled out. The effect of case by standard is
taken out cell by cell in closed form, since a cell of m grades has the covariance I + aJ, whose
inverse is I - a / (1 + a m) J. What is left are the few dozen equations of cases and raters
(Henderson 1975, Biometrics 31:423-447), solved densely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg, optimize, stats

from qa_sampling.agreement.net_bias import check_level
from qa_sampling.agreement.ratings import ROLES, Ratings
from qa_sampling.errors import AgreementError

__all__ = ["ASSUMPTION", "CrossedFit", "crossed_severity"]

ASSUMPTION = (
    "Assumes that cases were given to auditors at random: an auditor given weaker cases would look "
    "harder."
)
_STARTS = ((0.3, 0.7, 1.0), (0.1, 0.2, 0.5), (1.0, 1.5, 2.0))
"""Ratios of rater, cell and case to the rest from which the search starts."""


@dataclass(frozen=True)
class CrossedFit:
    """The fitted mixed model.

    Attributes
    ----------
    raters : DataFrame
        One row a rater, by name: `rater`, `role` ("auditor", "moderator" or "both"), `grades`,
        `shift` (predicted effect in grades, above 0 marks higher than the average rater),
        `standard_error` (of the prediction).
    standards : DataFrame
        One row a standard: `standard`, `mean` (1 for the worst grade), `standard_error`.
    variances : dict of str to float
        `case`, `rater`, `case_standard`, `rest`, in squared grades.
    deviance : float
        Minus twice the restricted log-likelihood.
    n : int
        Grades.
    assumption : str
        What must hold for it to be read as severity.
    """

    raters: pd.DataFrame
    standards: pd.DataFrame
    variances: dict[str, float]
    deviance: float
    n: int
    assumption: str = ASSUMPTION

    def confidence_limits(self, level: float = 0.95) -> pd.DataFrame:
        """Give the raters with `low` and `high`, the variances taken as known.

        Parameters
        ----------
        level : float
            Level of each interval by itself.
        """
        check_level(level)
        reach = float(stats.norm.ppf((1 + level) / 2)) * self.raters["standard_error"]
        shift = self.raters["shift"]
        return self.raters.assign(low=shift - reach, high=shift + reach)


def crossed_severity(ratings: Ratings) -> CrossedFit:
    """Fit standard + case + rater + case by standard to all grades.

    Parameters
    ----------
    ratings : Ratings
        All grades, moderated or not, on the scale's values. Weights are not used.

    Returns
    -------
    CrossedFit

    Raises
    ------
    AgreementError
        When there are fewer than three raters or cases; when no standard of a case was graded
        twice, so that its own strength and chance cannot be told apart; or when cases and raters
        explain every grade, so that nothing is left to chance.
    """
    grades = _long(ratings)
    model = _Model(grades)
    model.check_rest()
    best = min((model.fit(np.array(start)) for start in _STARTS), key=lambda found: found.fun)
    ratios = np.where(np.abs(best.x) < 1e-5, 0.0, np.abs(best.x))
    return model.told(ratios, grades)


def _long(ratings: Ratings) -> pd.DataFrame:
    """Give one row a grade: case, standard, rater, role, value."""
    unit, column = np.nonzero(ratings.codes >= 0)
    units, values = ratings.units, np.array(ratings.scale.values)
    case = units["case_ref"].astype(str)
    if "period" in units.columns:
        case = case + "\x1f" + units["period"].astype(str)
    standard = units["standard"] if "standard" in units.columns else pd.Series("", units.index)
    grades = pd.DataFrame(
        {
            "case": case.to_numpy()[unit],
            "standard": standard.astype(str).to_numpy()[unit],
            "rater": np.array(ratings.raters, dtype=object)[column],
            "role": ratings.roles[unit, column],
            "value": values[ratings.codes[unit, column]],
        }
    )
    counts = {name: grades[name].nunique() for name in ("case", "rater", "standard")}
    if counts["case"] < 3 or counts["rater"] < 3:
        raise AgreementError(
            f"The mixed model needs at least 3 cases and 3 raters; got {counts['case']} and "
            f"{counts['rater']}. Use the paired shifts."
        )
    cells = grades.groupby(["case", "standard"]).size()
    if counts["standard"] > 1 and (cells < 2).all():
        raise AgreementError(
            "No standard of a case was graded twice, so a case's own strength in a standard cannot "
            "be told from chance. Give the moderators' grades too."
        )
    return grades


class _Model:
    """The equations, with everything that does not depend on the variances computed once.

    Effects are cases and raters, then standards, then the grade itself; what is taken out cell
    by cell is case by standard. With one standard a cell is the case, and no case is left.
    """

    def __init__(self, grades: pd.DataFrame) -> None:
        case, self.cases = pd.factorize(grades["case"], sort=True)
        rater, self.raters = pd.factorize(grades["rater"], sort=True)
        standard, self.standards = pd.factorize(grades["standard"], sort=True)
        self.n, self.fixed = len(grades), len(self.standards)
        self.by_case = len(self.cases) if self.fixed > 1 else 0
        self.random = self.by_case + len(self.raters)
        rows = np.zeros((self.n, self.random + self.fixed + 1))
        place = np.arange(self.n)
        if self.by_case:
            rows[place, case] = 1
        rows[place, self.by_case + rater] = 1
        rows[place, self.random + standard] = 1
        rows[:, -1] = grades["value"]
        cell = pd.factorize(case * self.fixed + standard)[0]
        sums = np.zeros((cell.max() + 1, rows.shape[1]))
        np.add.at(sums, cell, rows)
        self.sizes = np.bincount(cell)
        self.products = rows.T @ rows
        self.cell_products = {
            int(size): sums[self.sizes == size].T @ sums[self.sizes == size]
            for size in np.unique(self.sizes)
        }
        means = sums / np.sqrt(self.sizes)[:, None]
        self.within = self.products - means.T @ means

    def check_rest(self) -> None:
        """Refuse grades that cases, standards and raters explain without a rest."""
        along = self.within[:-1, -1]
        fitted = along @ np.linalg.lstsq(self.within[:-1, :-1], along, rcond=None)[0]
        if self.within[-1, -1] - fitted <= 1e-9 * self.products[-1, -1]:
            raise AgreementError(
                "Cases and raters explain every grade, so nothing is left that could be chance and "
                "the mixed model has no answer. Use the counts and the paired shifts."
            )

    def whitened(self, cell: float) -> tuple[np.ndarray, float]:
        """Give the cross products with the cells taken out, and the log determinant of that."""
        matrix, log_det = self.products.copy(), 0.0
        for size, products in self.cell_products.items():
            matrix -= cell / (1 + cell * size) * products
            log_det += (self.sizes == size).sum() * np.log1p(cell * size)
        return matrix, log_det

    def scales(self, ratios: np.ndarray) -> np.ndarray:
        """Give the standard deviation of every effect left, against that of the rest."""
        people = np.full(len(self.raters), abs(ratios[0]))
        return (
            people if not self.by_case else np.append(np.full(self.by_case, abs(ratios[2])), people)
        )

    def factor(self, ratios: np.ndarray) -> tuple[np.ndarray, float]:
        """Give the Cholesky factor of the bordered equations, and the log determinant."""
        matrix, log_det = self.whitened(float(ratios[1]) ** 2)
        scale = np.append(self.scales(ratios), np.ones(self.fixed + 1))
        matrix = scale[:, None] * matrix * scale
        matrix[np.arange(self.random), np.arange(self.random)] += 1
        return linalg.cholesky(matrix, lower=True), log_det

    def deviance(self, ratios: np.ndarray) -> float:
        """Give minus twice the restricted log-likelihood, its scale profiled out."""
        try:
            lower, log_det = self.factor(ratios)
        except linalg.LinAlgError:
            return np.inf
        diagonal = np.diag(lower)
        free = self.n - self.fixed
        logs = log_det + 2 * np.log(diagonal[:-1]).sum()
        return float(logs + free * (1 + np.log(2 * np.pi * diagonal[-1] ** 2 / free)))

    def fit(self, start: np.ndarray) -> optimize.OptimizeResult:
        """Minimise the deviance from one start: ratios of rater, cell and case to the rest."""
        start = start if self.by_case else start[:2]
        options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000, "maxfev": 4000}
        return optimize.minimize(self.deviance, start, method="Nelder-Mead", options=options)

    def variances(self, ratios: np.ndarray, rest: float) -> dict[str, float]:
        """Give the variances by their name."""
        names = ("rater", "case_standard", "case") if self.by_case else ("rater", "case")
        found = {name: rest * float(one) ** 2 for name, one in zip(names, ratios, strict=True)}
        return {"case": 0.0, "rater": 0.0, "case_standard": 0.0, "rest": rest} | found

    def told(self, ratios: np.ndarray, grades: pd.DataFrame) -> CrossedFit:
        """Give effects, errors and variances at the best ratios."""
        lower, _ = self.factor(ratios)
        rest = float(lower[-1, -1] ** 2 / (self.n - self.fixed))
        inner = lower[:-1, :-1]
        effects = linalg.solve_triangular(inner, lower[-1, :-1], trans="T", lower=True)
        inverse = linalg.cho_solve((inner, True), np.eye(len(inner)))
        scale = np.append(self.scales(ratios), np.ones(self.fixed))
        effects = scale * effects
        errors = np.sqrt(np.maximum(rest * np.diag(inverse), 0)) * scale
        people = slice(self.by_case, self.random)
        held = grades.groupby("rater")["role"].agg(["size", "min", "max"])
        roles = [
            ROLES[low] if low == high else "both"
            for low, high in zip(held["min"], held["max"], strict=True)
        ]
        return CrossedFit(
            pd.DataFrame(
                {
                    "rater": self.raters,
                    "role": roles,
                    "grades": held["size"].to_numpy(),
                    "shift": effects[people],
                    "standard_error": errors[people],
                }
            ),
            pd.DataFrame(
                {
                    "standard": self.standards,
                    "mean": effects[self.random :],
                    "standard_error": errors[self.random :],
                }
            ),
            self.variances(ratios, rest),
            self.deviance(ratios),
            self.n,
        )
