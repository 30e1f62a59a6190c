"""From a table of one row a grade to a matrix of codes, with every fault refused."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from qa_sampling.agreement.scale import ABSENT, Scale, plain
from qa_sampling.errors import AgreementError

Assembled = tuple[pd.DataFrame, tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]
_KEY = ("case_ref", "standard", "period")


def assemble(
    table: pd.DataFrame,
    scale: Scale,
    names: Mapping[str, str],
    groups: tuple[str, ...],
    weight: str | None,
    probability: str | None,
    *,
    roles: tuple[str, ...],
) -> Assembled:
    """Give units, raters, codes, roles and weights of a long table.

    Parameters
    ----------
    table : DataFrame
        One row a rater and unit.
    scale : Scale
        The declared scale.
    names : mapping
        Our name of each column to the table's.
    groups : tuple of str
        Further columns of the unit.
    weight, probability : str or None
        Columns of the weight, or of the chance of being graded again.
    roles : tuple of str
        Known roles, in the order of their codes.

    Returns
    -------
    tuple
        Units (DataFrame), raters (tuple), codes, roles (int8 matrices), weights (float).
    """
    _check_columns(table, names, weight, probability)
    key = [name for name in _KEY if names[name] in table.columns]
    rows = pd.DataFrame({name: table[names[name]].to_numpy() for name in (*key, "rater")})
    _check_filled(rows, names)
    further = [name for name in groups if name in table.columns and name not in key]
    unit = rows.groupby(key, sort=True, observed=True).ngroup().to_numpy()
    rater, raters = pd.factorize(rows["rater"].astype(str), sort=True)
    _check_once(unit, rater)
    units = rows[key].assign(**{name: table[name].to_numpy() for name in further})
    _check_constant(units, unit, further)
    count = int(unit.max(initial=-1)) + 1
    first = _first(unit, count)
    codes = np.full((count, len(raters)), ABSENT, dtype=np.int8)
    codes[unit, rater] = scale.encode(table[names["grade"]].array, what=names["grade"])
    placed = np.full((count, len(raters)), -1, dtype=np.int8)
    placed[unit, rater] = _roles(table, names["role"], roles)
    weights = _weights(table, unit, count, weight, probability)
    return units.iloc[first].reset_index(drop=True), tuple(raters), codes, placed, weights


def _check_columns(
    table: pd.DataFrame, names: Mapping[str, str], weight: str | None, probability: str | None
) -> None:
    needed = [names[name] for name in ("case_ref", "rater", "grade")]
    needed += [name for name in (weight, probability) if name]
    absent = [f"`{name}`" for name in needed if name not in table.columns]
    if absent:
        raise AgreementError(
            f"The table of grades lacks the columns {', '.join(absent)}. One row a grade needs "
            "at least the case, the rater and the grade."
        )
    if weight and probability:
        raise AgreementError(
            "Both `weight` and `probability` were given; give one. The weight is the inverse of "
            "the chance."
        )


def _check_filled(rows: pd.DataFrame, names: Mapping[str, str]) -> None:
    for name in rows.columns:
        text = rows[name].isna() | (rows[name].astype("str").str.strip() == "")
        if text.any():
            raise AgreementError(
                f"Column `{names[name]}` is blank in {int(text.sum())} rows; every grade needs "
                "its case and its rater, and its standard and period where there are any."
            )


def _check_once(unit: np.ndarray, rater: np.ndarray) -> None:
    repeated = int(pd.DataFrame({"unit": unit, "rater": rater}).duplicated().sum())
    if repeated:
        raise AgreementError(
            f"{repeated} rows repeat a grade: the same rater, case, standard and period more "
            "than once. Keep the grade that counts; two cannot both."
        )


def _check_constant(units: pd.DataFrame, unit: np.ndarray, columns: list[str]) -> None:
    for name in columns:
        values = units[name].groupby(unit).nunique(dropna=False)
        if (values > 1).any():
            raise AgreementError(
                f"Column `{name}` differs within {int((values > 1).sum())} units; a case and "
                "standard belong to one group. Leave the column out of `groups`, or mend it."
            )


def _first(unit: np.ndarray, count: int) -> np.ndarray:
    first = np.zeros(count, dtype=int)
    first[unit[::-1]] = np.arange(len(unit))[::-1]
    return first


def _roles(table: pd.DataFrame, column: str, roles: tuple[str, ...]) -> np.ndarray:
    if column not in table.columns:
        return np.zeros(len(table), dtype=np.int8)
    text = table[column].map(lambda value: plain(value) if pd.notna(value) else "")
    unknown = ~text.isin(roles)
    if unknown.any():
        raise AgreementError(
            f"Column `{column}` is none of {', '.join(roles)} in {int(unknown.sum())} rows."
        )
    return text.map({role: place for place, role in enumerate(roles)}).to_numpy(dtype=np.int8)


def _weights(
    table: pd.DataFrame, unit: np.ndarray, count: int, weight: str | None, probability: str | None
) -> np.ndarray:
    if weight is None and probability is None:
        return np.ones(count)
    name = weight or probability
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    several = np.bincount(unit, minlength=count) > 1
    if probability:
        values = np.where(several[unit], values, np.nan)
    given = pd.Series(values).groupby(unit)
    spread = (given.max() - given.min()).to_numpy()
    if (spread > 1e-12).any():
        raise AgreementError(
            f"Column `{name}` differs within {int((spread > 1e-12).sum())} units; a unit has one."
        )
    each = given.max().to_numpy()
    needed = several if probability else np.ones(count, dtype=bool)
    wrong = needed & ~(np.isfinite(each) & (each >= 0))
    if probability:
        wrong |= needed & ~((each > 0) & (each <= 1))
    if wrong.any():
        allowed = "above 0 and at most 1" if probability else "0 or more"
        raise AgreementError(
            f"Column `{name}` is missing or out of range in {int(wrong.sum())} units; expected a "
            f"number {allowed}."
        )
    if not probability:
        return each
    return np.divide(1.0, each, out=np.zeros(count), where=needed)
