"""The whole distribution of a grade over all cases, not only "good or better"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.results import GradeDistribution
from qa_sampling.sampling.estimation import estimate_proportion
from qa_sampling.sampling.estimation_columns import column_of
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_intervals import IntervalMethod
from qa_sampling.schema import GRADES


def grade_distribution(
    design: Design,
    y: str,
    *,
    grades: Sequence[str] = GRADES,
    where: Mapping[str, object] | None = None,
    level: float = 0.95,
    method: IntervalMethod = "default",
) -> GradeDistribution:
    """Estimate the share of every grade, and of every grade or a better one.

    Parameters
    ----------
    design : Design
        The sample.
    y : str
        Column of grades.
    grades : sequence of str
        All grades, best first; also those that nobody has.
    where : mapping, optional
        Domain: column -> label or labels.
    level : float
        Confidence level of each interval by itself.
    method : str
        Interval; see ``Estimate.confidence_interval``.

    Returns
    -------
    GradeDistribution
        The last `cumulated` share is 1, with its ends.

    Raises
    ------
    EstimationError
        When a grade is missing, or not among `grades`.
    """
    member = design.rows_where(where)
    column = column_of(design.table, y)
    others = sorted(set(column[member].dropna().astype(str)) - set(grades))
    if others:
        raise EstimationError(
            f"`{y}` holds {others[0]!r}, which is not among the grades {', '.join(grades)}. Leave "
            f"such cases out by `where`, or name the grade."
        )
    rows = []
    for place, grade in enumerate(grades):
        own = estimate_proportion(design, y, values=(grade,), where=where)
        up_to = estimate_proportion(design, y, values=grades[: place + 1], where=where)
        interval = own.confidence_interval(level, method=method)
        last = place == len(grades) - 1
        ends = (1.0, 1.0) if last else _ends(up_to.confidence_interval(level, method=method))
        rows.append(
            {
                "grade": grade,
                "share": own.estimate,
                "low": interval.low,
                "high": interval.high,
                "count": int((column[member] == grade).sum()),
                "standard_error": own.standard_error,
                "cumulated": up_to.estimate,
                "cumulated_standard_error": up_to.standard_error,
                "cumulated_low": ends[0],
                "cumulated_high": ends[1],
            }
        )
    return GradeDistribution(
        table=pd.DataFrame(rows),
        n=own.n,
        population=int(np.rint(own.population)),
        level=level,
        method=interval.method,
    )


def _ends(interval: object) -> tuple[float, float]:
    return interval.low, interval.high
