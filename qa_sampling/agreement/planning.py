"""How many cases to moderate for an interval of a wanted width.

Of the audits of a month only some are graded again. What agreement would look like is either
assumed (how auditors grade, how often the second grade is the same or one step away) or taken from
what was moderated so far. For m moderated of n audits the expected numbers of every pattern of
grades are laid out, the engine gives the standard error, and the default interval its width at the
expected estimate. A month's own interval can be narrower or wider: that is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.agreement.asking import Question
from qa_sampling.agreement.formulas import FORMULAS
from qa_sampling.agreement.intervals import curved_interval, two_more_ends, with_two_more
from qa_sampling.agreement.patterns import Blocks, Patterns
from qa_sampling.agreement.precision import columns_of, influence, linearised_variance, point
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE, Scale
from qa_sampling.errors import AgreementError

FEWEST = 3
_GRID = (5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True, eq=False)
class ModerationPlan:
    """How many cases to moderate.

    Attributes
    ----------
    moderated : int or None
        The fewest cases whose expected interval is no wider than wanted; None where even
        moderating every audit does not do.
    width : float
        Wanted width.
    expected_width : float
        Width with `moderated` cases, or with every audit where that does not do.
    estimate : float
        The coefficient that is expected.
    table : DataFrame
        `moderated`, `low`, `high`, `width` for other numbers.
    audits : int
        Audits in all.
    coefficient : str
        What is planned for.
    why_not : str
        Why there is no number.
    """

    moderated: int | None
    width: float
    expected_width: float
    estimate: float
    table: pd.DataFrame
    audits: int
    coefficient: str
    why_not: str = ""


def plan_moderation(
    pairs: np.ndarray,
    *,
    width: float,
    audits: int,
    coefficient: str = "ac2",
    weights: str | np.ndarray = "quadratic",
    scale: Scale = GRADES_SCALE,
    level: float = 0.95,
) -> ModerationPlan:
    """Find how many audits to moderate.

    Parameters
    ----------
    pairs : ndarray, (grades, grades)
        Expected share of every pair of grades, auditor's in rows, worst first:
        :func:`assumed_pairs` or :func:`pairs_so_far`. Need not sum to 1.
    width : float
        Wanted width of the interval.
    audits : int
        Audits there are, each graded once at least.
    coefficient, weights, level
        As ``agreement`` has them.
    scale : Scale
        The declared scale.

    Returns
    -------
    ModerationPlan

    Raises
    ------
    AgreementError
        When the shares are no shares of disagreeing pairs, the coefficient is "specific", or
        width or number of audits make no sense.
    """
    shares = _checked(pairs, scale, width, audits)
    if coefficient == "specific":
        raise AgreementError("A plan is for one number; specific agreement is one a grade.")
    question = Question(
        scale, (coefficient,), weights, "linearised", level, "auto", None, False, None, None,
        2000, None,
    )  # fmt: skip

    def ends(moderated: int) -> tuple[float, float, float]:
        return _expected(shares, moderated, audits, coefficient, question)

    few, many = FEWEST - 1, audits
    value, low, high = ends(many)
    reached = high - low <= width
    while reached and many - few > 1:
        middle = (few + many) // 2
        _, low, high = ends(middle)
        few, many = (few, middle) if high - low <= width else (middle, many)
    numbers = sorted({size for size in (*_GRID, many, audits) if FEWEST <= size <= audits})
    rows = [(size, *ends(size)[1:]) for size in numbers]
    table = pd.DataFrame(rows, columns=["moderated", "low", "high"])
    table["width"] = table["high"] - table["low"]
    _, low, high = ends(many)
    reason = ""
    if not reached:
        reason = (
            f"even with all {audits} audits moderated the interval would be {high - low:.2f} wide; "
            "take several months together, or a wider interval"
        )
    return ModerationPlan(
        many if reached else None, width, high - low, value, table, audits, coefficient, reason
    )


def _checked(pairs: np.ndarray, scale: Scale, width: float, audits: int) -> np.ndarray:
    shares = np.asarray(pairs, dtype=float)
    if shares.shape != (scale.size, scale.size) or not (shares >= 0).all() or shares.sum() <= 0:
        raise AgreementError(
            f"`pairs` must hold a share of 0 or more for each pair of the {scale.size} grades."
        )
    if np.trace(shares) >= shares.sum() * (1 - 1e-9):
        raise AgreementError(
            "With perfect agreement expected nothing can be planned; expect some disagreement."
        )
    if not 0 < width < 2:
        raise AgreementError(f"`width` must lie between 0 and 2; got {width:g}.")
    if audits < FEWEST:
        raise AgreementError(f"`audits` must be at least {FEWEST}; got {audits}.")
    return shares / shares.sum()


def _expected(
    shares: np.ndarray, moderated: int, audits: int, coefficient: str, question: Question
) -> tuple[float, float, float]:
    """Give the expected estimate and the ends of its interval."""
    size = len(shares)
    first, second = np.divmod(np.arange(size**2), size)
    cells = np.full((size**2 + size, 2), -1, dtype=np.int8)
    cells[: size**2, 0], cells[: size**2, 1] = first, second
    cells[size**2 :, 0] = np.arange(size)
    times = np.concatenate([moderated * shares.ravel(), (audits - moderated) * shares.sum(axis=1)])
    used = times > 0
    blocks = Blocks(Patterns(cells[used], times[used], np.ones(used.sum()), size))
    formula = FORMULAS[coefficient]
    value = float(columns_of(point(formula.formula, blocks, question.matrices))[0, 0])
    if formula.is_share:
        parts = influence(formula.formula, blocks, question.matrices)
        error = float(np.sqrt(linearised_variance(parts, blocks)[0]))
        ends = curved_interval(value, error, moderated - 1, question.level, formula.bounds)
    else:
        moved, variance = with_two_more(formula, blocks, question.matrices)
        error, level = float(np.sqrt(variance)), question.level
        ends = two_more_ends(value, moved, error, moderated, level, formula.bounds)
    return value, *(ends or (value, value))


def assumed_pairs(
    grades: Sequence[float], *, same: float, within_one: float, scale: Scale = GRADES_SCALE
) -> np.ndarray:
    """Lay out what is assumed of agreement.

    Parameters
    ----------
    grades : sequence of float
        Expected share of each grade by auditors, worst first; need not sum to 1.
    same : float
        Share of cases in which the moderator gives the same grade, 0 to 1.
    within_one : float
        Share in which the grades are no more than one step apart, `same` to 1.
    scale : Scale
        The declared scale.

    Returns
    -------
    ndarray, (grades, grades)
        Disagreements go up and down alike where both can be; those of two steps or more
        alike to all grades so far away (to the next grade where there are none).

    Raises
    ------
    AgreementError
        When the shares make no sense.
    """
    given = np.asarray(grades, dtype=float)
    if given.shape != (scale.size,) or not (given >= 0).all() or given.sum() <= 0:
        raise AgreementError(f"`grades` must hold {scale.size} shares of 0 or more, worst first.")
    if not 0 <= same <= within_one <= 1:
        raise AgreementError(
            f"0 <= same <= within_one <= 1 must hold; got {same:g} and {within_one:g}."
        )
    place = np.arange(scale.size)
    steps = np.abs(place[:, None] - place[None, :])
    near, far = (steps == 1).astype(float), (steps > 1).astype(float)
    far = np.where(far.any(axis=1, keepdims=True), far, near)
    moved = same * np.eye(scale.size)
    moved += (within_one - same) * near / near.sum(axis=1, keepdims=True)
    moved += (1 - within_one) * far / far.sum(axis=1, keepdims=True)
    return given[:, None] / given.sum() * moved


def pairs_so_far(ratings: Ratings) -> np.ndarray:
    """Give the shares of pairs of grades that auditors and moderators gave so far.

    Parameters
    ----------
    ratings : Ratings
        Ratings with roles.

    Returns
    -------
    ndarray, (grades, grades)
        Weighted; with two pairs more, one that agrees on the margins and one by chance, so that
        perfect agreement of a few cases is not planned on.

    Raises
    ------
    AgreementError
        When no case has a grade of both.
    """
    met = ratings.pairs()
    met = met[met["gap"].notna() & (met["weight"] > 0)]
    if not len(met):
        raise AgreementError("No case was graded by auditor and moderator, so nothing is known.")
    size = ratings.scale.size
    table = np.zeros((size, size))
    worth = met["weight"].to_numpy() / met["weight"].mean()
    np.add.at(table, (met["auditor_code"].to_numpy(), met["moderator_code"].to_numpy()), worth)
    margin = table.sum(axis=0) + table.sum(axis=1) + 1 / size
    margin = margin / margin.sum()
    return table + np.diag(margin) + np.outer(margin, margin)
