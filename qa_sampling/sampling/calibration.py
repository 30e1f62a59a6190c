"""Weights that add up to what is known of the caseload: calibration, raking, post-stratification.

Deville and Särndal (1992, Journal of the American Statistical Association 87:376-382): of all
weights ``d * F(x'b)`` that meet the totals, those closest to the first weights d. The
method names F: "linear" (with bounds: cut at them), "raking" (never negative; iterative
proportional fitting), "logit" (between bounds). Variances then rest on the
residuals of what is estimated on what was calibrated (``calibration_adjustment``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.calibration_adjustment import Adjustment
from qa_sampling.sampling.estimation_columns import LARGEST, check_present, codes_of, numbers_of
from qa_sampling.sampling.estimation_design import Design

CalibrationMethod = Literal["linear", "raking", "logit"]
CALIBRATIONS: tuple[str, ...] = ("linear", "raking", "logit")
Totals = Mapping[str, float | Mapping[str, float]]
_AIM, _ENOUGH = 1e-13, 1e-9
"""How near the totals must be met, as a share of them: where steps stop, and what suffices."""


def calibrate(
    design: Design,
    totals: Totals,
    *,
    method: CalibrationMethod = "linear",
    bounds: tuple[float, float] | None = None,
    max_iterations: int = 200,
) -> Design:
    """Calibrate the weights to known totals.

    Parameters
    ----------
    design : Design
        The sample; it is not altered.
    totals : mapping
        Column -> number of cases by label, or the total of a column of numbers. Where no
        labels are given, the number of cases (``design.population``) is held too.
    method : {"linear", "raking", "logit"}
        How weights may move.
    bounds : tuple of float, optional
        Least and most that a weight may be multiplied by, such as (0.4, 2.5); below and above
        1. Needed for "logit", possible for "linear".
    max_iterations : int
        Steps before it is said that the totals cannot be met.

    Returns
    -------
    Design

    Raises
    ------
    EstimationError
        When a total cannot be met: a label nobody in the sample has, labels without a total,
        margins that add up to different numbers, bounds that are too narrow; when weights
        would be negative; or when the design is calibrated already.
    """
    _check(design, totals, method, bounds)
    columns, wanted, names = _auxiliaries(design, totals)
    adjust = _FUNCTIONS[method]
    factor = _solve(columns, design.weight, wanted, names, (adjust, bounds), max_iterations)
    if (factor <= 0).any():
        raise EstimationError(
            f"{int((factor <= 0).sum())} weights would not be above 0. Use method='raking', or "
            f"give `bounds`."
        )
    weight = design.weight * factor
    counted = next((sum(one.values()) for one in totals.values() if isinstance(one, Mapping)), None)
    return replace(
        design,
        weight=weight,
        population=design.population if counted is None else float(counted),
        adjustment=Adjustment(columns, design.weight, method),
    )


def post_stratify(design: Design, column: str, counts: Mapping[str, float]) -> Design:
    """Make the weights of every group add up to its known number of cases.

    Parameters
    ----------
    design : Design
        The sample.
    column : str
        Column of the groups.
    counts : mapping of str to float
        Cases by group.

    Raises
    ------
    EstimationError
        When a group has cases but nobody in the sample, or a group has no number.
    """
    return calibrate(design, {column: counts})


def rake(
    design: Design, margins: Mapping[str, Mapping[str, float]], *, max_iterations: int = 200
) -> Design:
    """Make the weights add up to several margins at once.

    Parameters
    ----------
    design : Design
        The sample.
    margins : mapping of str to mapping
        Column -> cases by label.
    max_iterations : int
        Steps before it is said that the margins cannot be met.

    Raises
    ------
    EstimationError
        When the margins cannot be met, or add up to different numbers.
    """
    return calibrate(design, margins, method="raking", max_iterations=max_iterations)


def _check(design: Design, totals: Totals, method: str, bounds: tuple[float, float] | None) -> None:
    if method not in CALIBRATIONS:
        raise EstimationError(
            f"`method` {method!r} is unknown; choose one of {', '.join(CALIBRATIONS)}."
        )
    if design.adjustment is not None:
        raise EstimationError("The design is calibrated already. Give all totals in one call.")
    if not totals or not isinstance(totals, Mapping):
        raise EstimationError("`totals` is empty. Give the known totals by column.")
    if bounds is not None and not bounds[0] < 1 < bounds[1]:
        raise EstimationError(
            f"`bounds` must lie below and above 1; got {bounds}. Give (0.4, 2.5)."
        )
    if bounds is not None and method == "raking":
        raise EstimationError("Raking knows no bounds. Use method='logit' with them.")
    if bounds is None and method == "logit":
        raise EstimationError("method='logit' needs `bounds`, such as (0.4, 2.5).")
    counts = [
        count
        for one in totals.values()
        for count in (one.values() if isinstance(one, Mapping) else [one])
    ]
    if any(isinstance(one, bool) or not isinstance(one, int | float | np.number) for one in counts):
        raise EstimationError("A total is not a number. Give the number of cases that is known.")
    if not np.isfinite(counts).all() or max(np.abs(counts)) > LARGEST:
        raise EstimationError("A total is missing or infinite. Give the number that is known.")
    sums = {
        name: float(sum(one.values())) for name, one in totals.items() if isinstance(one, Mapping)
    }
    if sums and max(sums.values()) - min(sums.values()) > 1e-6 * max(sums.values()):
        told = ", ".join(f"`{name}` to {value:g}" for name, value in sums.items())
        raise EstimationError(
            f"The margins add up to different numbers of cases: {told}. Take them from one list."
        )


def _auxiliaries(design: Design, totals: Totals) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Give what is calibrated (rows by columns), the totals wanted and their names."""
    columns, wanted, names = [], [], []
    if not any(isinstance(one, Mapping) for one in totals.values()):
        columns, wanted, names = [np.ones(len(design.weight))], [design.population], ["all cases"]
    for name, one in totals.items():
        if not isinstance(one, Mapping):
            numbers = numbers_of(design.table, name)
            check_present(numbers, np.ones(len(numbers), dtype=bool), name)
            columns.append(numbers)
            wanted.append(float(one))
            names.append(f"`{name}`")
            continue
        codes, labels = codes_of(design.table, name)
        counts = {str(label): float(count) for label, count in one.items()}
        _check_labels(name, counts, set(labels))
        opened = np.bincount(codes, minlength=len(labels))
        short = [label for label, n in zip(labels, opened, strict=True) if counts[label] < n]
        if short:
            raise EstimationError(
                f"`{name}` {short[0]!r} is said to have {counts[short[0]]:g} cases, but "
                f"{opened[labels.index(short[0])]} of them were opened. Give the cases there are."
            )
        for place, label in enumerate(labels):
            columns.append((codes == place).astype(float))
            wanted.append(counts[label])
            names.append(f"`{name}` {label!r}")
    return np.column_stack(columns), np.array(wanted), names


def _check_labels(name: str, counts: Mapping[str, float], present: set[str]) -> None:
    absent = sorted(label for label, count in counts.items() if count > 0 and label not in present)
    if absent:
        raise EstimationError(
            f"Nobody in the sample has `{name}` {absent[0]!r}, which has {counts[absent[0]]:g} "
            f"cases, so no weights can speak for them. Merge it with another group."
        )
    untold = sorted(present - set(counts))
    if untold:
        raise EstimationError(f"`{name}` {untold[0]!r} has no total. Give one for every group.")
    if min(counts.values()) < 0 or any(counts[label] <= 0 for label in present):
        raise EstimationError(
            f"A total of `{name}` is 0 or less, although the sample holds such a case. Correct it."
        )


def _solve(
    columns: np.ndarray,
    weight: np.ndarray,
    wanted: np.ndarray,
    names: list[str],
    function: tuple[Callable, tuple[float, float] | None],
    max_iterations: int,
) -> np.ndarray:
    """Find the factors of the weights: Newton's method on the dual, which is concave."""
    adjust, bounds = function
    scale = np.maximum(np.abs(wanted), np.abs(columns).T @ weight)

    def at(place: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        with np.errstate(over="ignore", invalid="ignore"):
            factor, slope, area = adjust(columns @ place, bounds)
            short = wanted - columns.T @ (weight * factor)
            return factor, slope, short, float(wanted @ place - weight @ area)

    place = np.zeros(columns.shape[1])
    factor, slope, short, height = at(place)
    for _ in range(max_iterations):
        worst = float((np.abs(short) / scale).max())
        if worst < _AIM:
            break
        matrix = columns.T @ ((weight * slope)[:, None] * columns)
        step = np.linalg.lstsq(matrix, short, rcond=1e-12)[0]
        length, found = 1.0, None
        while length > 1e-9 and found is None:
            tried = at(place + length * step)
            rises = tried[3] >= height + 1e-4 * length * float(short @ step)
            # near the top rises are lost in rounding; there the totals tell
            if rises or (worst < 1e-3 and (np.abs(tried[2]) / scale).max() < worst):
                found = tried
            else:
                length /= 2
        if found is None:
            break
        place, (factor, slope, short, height) = place + length * step, found
    worst = np.abs(short) / scale
    if worst.max() < _ENOUGH:
        return factor
    one = int(np.argmax(worst))
    raise EstimationError(
        f"The weights cannot be made to meet the totals: {names[one]} stays at "
        f"{wanted[one] - short[one]:.6g} and not {wanted[one]:.6g}. Widen `bounds`, merge small "
        f"groups, give fewer margins, or check the totals."
    )


Curve = tuple[np.ndarray, np.ndarray, np.ndarray]
"""F, its slope, and the area below it."""


def _linear(score: np.ndarray, bounds: tuple[float, float] | None) -> Curve:
    factor = 1 + score
    if bounds is None:
        return factor, np.ones_like(score), score + score**2 / 2
    cut = np.clip(factor, *bounds)
    inside = cut == factor
    # beyond the bounds the slope is 0; a small one keeps the steps defined
    return cut, np.where(inside, 1.0, 0.05), (cut**2 - 1) / 2 + cut * (factor - cut)


def _raking(score: np.ndarray, bounds: tuple[float, float] | None) -> Curve:
    factor = np.exp(score)
    return factor, factor, factor


def _logit(score: np.ndarray, bounds: tuple[float, float] | None) -> Curve:
    low, high = bounds or (0.0, np.inf)
    flat = (1 - low) * (high - 1) / (high - low)
    grown = np.exp(np.clip(score / flat, -500, 500))
    below = (high - 1) + (1 - low) * grown
    factor = (low * (high - 1) + high * (1 - low) * grown) / below
    slope = np.maximum((factor - low) * (high - factor) / ((1 - low) * (high - 1)), 1e-6)
    return factor, slope, low * score + (1 - low) * (high - 1) * np.log(below)


_FUNCTIONS: dict[str, Callable] = {"linear": _linear, "raking": _raking, "logit": _logit}
