"""A published change taken apart step by step, beside how the neighbours' steps moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.results import Decomposition
from qa_sampling.trends.factor_effects import chain

_HUNDRED = 100.0
_PROPER = "Section 47"


@dataclass(frozen=True)
class StepChange:
    """A step of the chain then and now, ours and the neighbours'.

    Attributes
    ----------
    step : str
        Such as "Section 47 enquiries per 100 referrals"; the first is a count.
    before, after : float
        The count, or the ratio per 100.
    times : float
        Now over then.
    contribution : float
        What it did to the last count: Das Gupta's effect; together the change.
    median_before, median_after : float
        The median of the neighbours who have both; missing where none has.
    neighbours : int
        Neighbours who have both years.
    as_much : int
        Those of them whose step moved the same way by at least as many times.
    """

    step: str
    before: float
    after: float
    times: float
    contribution: float
    median_before: float
    median_after: float
    neighbours: int
    as_much: int


def published_change(
    counts: Mapping[str, pd.DataFrame],
    *,
    own: str,
    neighbours: Collection[str],
    years: tuple[int, int],
) -> tuple[StepChange, ...]:
    """Take the change of the last count between two years apart by its steps.

    Parameters
    ----------
    counts : mapping of str to DataFrame
        Step, such as "Referrals", to its ``areas.AREAS``, in order; the numerator is the count.
    own : str
        Code of the authority.
    neighbours : collection of str
        Codes of its neighbours.
    years : (int, int)
        Then and now, years that end in March.

    Raises
    ------
    TrendError
        When a count of the authority is missing, or a step is 0 that others follow.
    """
    wide = {
        step: table.pivot(index="code", columns="year", values="numerator")
        for step, table in counts.items()
    }
    held = [_counts(wide, own, year) for year in years]
    missing = [f"{step} in {year}" for year, one in zip(years, held, strict=True)
               for step, value in one.items() if not np.isfinite(value)]  # fmt: skip
    if missing:
        raise TrendError(
            f"There is no published count of {'; '.join(missing)}, so the change cannot be taken "
            "apart. Ask for other years, or leave the step out."
        )
    parts = chain(*held)
    beside = np.array([_ratios(wide, code, years) for code in neighbours], dtype="float64")
    beside = beside.reshape(-1, len(counts), 2)
    made = []
    for place, row in enumerate(parts.itertuples()):
        near = beside[:, place]
        near = near[np.isfinite(near).all(axis=1)]
        scale = 1.0 if place == 0 else _HUNDRED
        positive = near[(near > 0).all(axis=1)]
        theirs, mine = np.log(positive[:, 1] / positive[:, 0]), np.log(row.times)
        medians = np.median(near, axis=0) * scale if len(near) else (np.nan, np.nan)
        made.append(
            StepChange(
                step_name(list(counts), place),
                row.before * scale,
                row.after * scale,
                row.times,
                row.contribution,
                float(medians[0]),
                float(medians[1]),
                len(near),
                int((np.sign(mine) * theirs >= abs(mine)).sum()),
            )
        )
    return tuple(made)


def step_name(steps: list[str], place: int) -> str:
    """Name a step: the first as it is, others as so many per 100 of the one before.

    Parameters
    ----------
    steps : list of str
        The counts in order.
    place : int
        Which of them.
    """
    if place == 0:
        return steps[0]
    below = steps[place - 1]
    below = below if below.startswith(_PROPER) else below[:1].lower() + below[1:]
    return f"{steps[place]} per 100 {below}"


def _counts(wide: Mapping[str, pd.DataFrame], code: str, year: int) -> dict[str, float]:
    found = {}
    for step, table in wide.items():
        there = code in table.index and year in table.columns
        found[step] = float(table.at[code, year]) if there else float("nan")
    return found


def _ratios(
    wide: Mapping[str, pd.DataFrame], code: str, years: tuple[int, int]
) -> list[tuple[float, float]]:
    """Give first the count and then each ratio, then and now; missing where there is none."""
    both = [list(_counts(wide, code, year).values()) for year in years]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [[one[0], *(np.divide(late, soon) for soon, late in pairwise(one))]
                  for one in both]  # fmt: skip
    return list(zip(*ratios, strict=True))


def chain_waterfall(
    printed: pd.DataFrame, *, measure: str, scope: str, years: tuple[int, int]
) -> Decomposition:
    """Give the waterfall of printed counts, from the last count then to the last count now.

    Parameters
    ----------
    printed : DataFrame
        `step`, `before`, `after`: counts, in order.
    measure, scope : str
        What the last count is, and whose.
    years : (int, int)
        Then and now.
    """
    steps = printed["step"].tolist()
    both = [dict(zip(steps, printed[name].astype("float64"), strict=True))
            for name in ("before", "after")]  # fmt: skip
    parts = chain(*both)
    names = [step_name(steps, place) for place in range(len(steps))]
    return Decomposition(
        table=pd.DataFrame({"part": names, "contribution": parts["contribution"]}),
        start=both[0][steps[-1]], end=both[1][steps[-1]],
        start_name=f"Year to March {years[0]}", end_name=f"Year to March {years[1]}",
        method="Das Gupta’s decomposition of a product", measure=measure, scope=scope,
    )  # fmt: skip
