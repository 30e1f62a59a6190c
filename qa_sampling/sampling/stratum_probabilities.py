"""The inclusion probability of every case, from sizes, a measure of size, or as given."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum

import numpy as np
import pandas as pd

from qa_sampling.errors import AllocationError, FrameError
from qa_sampling.sampling.probabilities import inclusion_probabilities, sample_size

_SURE = 1e-12


def case_probabilities(
    cases: pd.DataFrame,
    sizes: int | Mapping[str, int] | None,
    *,
    size_column: str,
    probability_column: str,
    by_stratum: bool,
    has_fixed_size: bool,
) -> tuple[np.ndarray, dict[str, int]]:
    """Give the inclusion probability of every case, and how many each group gives.

    Parameters
    ----------
    cases : DataFrame
        What :func:`~qa_sampling.sampling.case_tables.read_cases` gave.
    sizes : int, mapping of str to int, or None
        Cases from the whole, or by stratum.
    size_column, probability_column : str
        Columns of sizes or probabilities; blank without.
    by_stratum : bool
        Whether strata are drawn from apart.
    has_fixed_size : bool
        Whether probabilities must add up to whole numbers.

    Returns
    -------
    (ndarray of float, dict of str to int)
        Probabilities in the order of `cases`; size by stratum, or of "all".

    Raises
    ------
    FrameError
        When a column is missing, or holds what is no number.
    AllocationError
        When sizes are not whole, name a stratum that is not there or leave one out, exceed a
        stratum, or probabilities do not lie between 0 and 1 or add up.
    """
    labels = np.array(cases["stratum"].tolist(), dtype=object)
    if not by_stratum:
        labels = np.full(len(cases), "all", dtype=object)
    if (sizes is None) == (not probability_column) or (probability_column and size_column):
        raise AllocationError(
            "Give either `sizes` (with `size_column` for unequal probabilities) or "
            "`probability_column`, not both."
        )
    if probability_column:
        return _given(cases, labels, probability_column, has_fixed_size)
    wanted = _wanted(sizes, labels)
    chance = np.zeros(len(cases))
    for label, n in wanted.items():
        here = labels == label
        if size_column:
            chance[here] = inclusion_probabilities(_numbers(cases, size_column)[here], n)
        elif n > int(here.sum()):
            raise AllocationError(
                f"{n} cases were asked for from {label!r}, which holds {int(here.sum())}. Ask for "
                f"fewer."
            )
        else:
            chance[here] = n / int(here.sum())
    return chance, wanted


def _wanted(sizes: int | Mapping[str, int] | None, labels: np.ndarray) -> dict[str, int]:
    held = sorted(set(labels.tolist()))
    asked = dict(sizes) if isinstance(sizes, Mapping) else {"all": sizes}
    for label, n in asked.items():
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 0:
            raise AllocationError(
                f"The size of {label!r} must be a whole number, 0 or more; got {n!r}."
            )
    wanted = {str(label): int(n) for label, n in asked.items()}
    if strangers := sorted(set(wanted) - set(held)):
        raise AllocationError(f"Stratum {strangers[0]!r} has a size but no case. Leave it out.")
    if forgotten := sorted(set(held) - set(wanted)):
        raise AllocationError(
            f"Stratum {forgotten[0]!r} has cases but no size. Give it one, 0 if nobody is drawn."
        )
    return wanted


def _given(
    cases: pd.DataFrame, labels: np.ndarray, column: str, has_fixed_size: bool
) -> tuple[np.ndarray, dict[str, int]]:
    chance = _numbers(cases, column)
    if (chance < 0).any() or (chance > 1).any():
        raise AllocationError(f"Column `{column}` must hold probabilities between 0 and 1.")
    chance = np.where(chance > 1 - _SURE, 1.0, np.where(chance < _SURE, 0.0, chance))
    whole = {}
    for label in sorted(set(labels.tolist())):
        here = chance[labels == label]
        whole[label] = sample_size(here) if has_fixed_size else round(fsum(here))
    return chance, whole


def _numbers(cases: pd.DataFrame, column: str) -> np.ndarray:
    if column not in cases.columns:
        raise FrameError(
            f"The table has no column `{column}`; it has {', '.join(map(str, cases.columns))}."
        )
    values = pd.to_numeric(cases[column], errors="coerce")
    if missing := int(values.isna().sum()):
        raise FrameError(
            f"Column `{column}` holds no number in {missing} rows. Give every case one; 0 is "
            f"allowed."
        )
    return values.to_numpy(dtype=float)
