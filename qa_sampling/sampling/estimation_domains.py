"""One estimate a domain, for many domains at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation import (
    Bounds,
    is_settled,
    of_a_kind,
    ratio_of,
    seen_range,
)
from qa_sampling.sampling.estimation_columns import check_present, codes_of, numbers_of
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_precision import Linear, precise
from qa_sampling.sampling.estimation_results import Estimate

Statistic = Literal["proportion", "mean", "total", "ratio"]
STATISTICS: tuple[str, ...] = ("proportion", "mean", "total", "ratio")


@dataclass(frozen=True, eq=False)
class DomainEstimates:
    """Estimates by domain.

    Attributes
    ----------
    by : str
        Column of the domains.
    estimates : dict of str to Estimate
        By domain, in the order of the labels.
    absent : tuple of str
        Domains that were asked for and hold no audited case; nothing can be said of them.
    """

    by: str
    estimates: dict[str, Estimate]
    absent: tuple[str, ...] = field(default=())

    def __getitem__(self, label: str) -> Estimate:
        if label not in self.estimates:
            raise EstimationError(
                f"Domain {label!r} of `{self.by}` has no audited case in this sample, so nothing "
                f"can be said of it. Domains with one: {', '.join(self.estimates)}."
            )
        return self.estimates[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self.estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """Give one row a domain.

        Parameters
        ----------
        level : float
            Confidence level of the intervals, each by itself.

        Returns
        -------
        DataFrame
            `by`'s column, `estimate`, `standard_error`, `low`, `high`, `interval` (its method),
            `n`, `population`, `degrees_of_freedom`, `design_effect`, `effective_n`, `flags`.
        """
        rows = []
        for label, one in self.estimates.items():
            interval = one.confidence_interval(level)
            rows.append(
                {
                    self.by: label,
                    "estimate": one.estimate,
                    "standard_error": one.standard_error,
                    "low": interval.low,
                    "high": interval.high,
                    "interval": interval.method,
                    "n": one.n,
                    "population": one.population,
                    "degrees_of_freedom": one.degrees_of_freedom,
                    "design_effect": one.design_effect,
                    "effective_n": one.effective_n,
                    "flags": ", ".join(one.flags),
                }
            )
        return pd.DataFrame(rows)


def estimate_by(
    design: Design,
    by: str,
    y: str,
    *,
    statistic: Statistic = "proportion",
    values: Collection[object] | None = None,
    per: str | None = None,
    domains: Collection[str] | None = None,
    bounds: Bounds = None,
) -> DomainEstimates:
    """Estimate by domain.

    Parameters
    ----------
    design : Design
        The sample.
    by : str
        Column of the domains, such as the team.
    y : str
        Column; see :mod:`qa_sampling.sampling.estimation`.
    statistic : {"proportion", "mean", "total", "ratio"}
        What is estimated.
    values : collection, optional
        Labels that count, for a proportion.
    per : str, optional
        Column below, for a ratio.
    domains : collection of str, optional
        Domains to give, in this order. Those without an audited case are listed as absent. By
        default all that the sample holds, sorted.
    bounds : tuple of float, optional
        Lowest and highest value there can be; see ``estimate_mean``.

    Returns
    -------
    DomainEstimates

    Raises
    ------
    EstimationError
        When the statistic is unknown, or a column is absent or has missing values.
    """
    if statistic not in STATISTICS:
        raise EstimationError(
            f"`statistic` {statistic!r} is unknown; choose one of {', '.join(STATISTICS)}."
        )
    codes, labels = codes_of(design.table, by)
    counts = np.bincount(codes, design.in_scope, minlength=len(labels))
    present = [label for label, count in zip(labels, counts, strict=True) if count]
    wanted = present if domains is None else [str(one) for one in domains]
    held = [label for label in wanted if label in set(present)]
    place = dict(zip(held, range(len(held)), strict=True))
    domain = np.array([place.get(label, -1) for label in labels])[codes]
    domain = np.where(design.in_scope, domain, -1)
    found: list[Estimate] = []
    if held:
        linear = _linear(design, by, y, domain, statistic, values, per, bounds)
        found = precise(design, linear)
    absent = tuple(label for label in wanted if label not in place)
    return DomainEstimates(by, dict(zip(held, found, strict=True)), absent)


def _linear(
    design: Design,
    by: str,
    y: str,
    domain: np.ndarray,
    statistic: Statistic,
    values: Collection[object] | None,
    per: str | None,
    bounds: Bounds,
) -> Linear:
    """Give the linear part of the statistic for every domain."""
    member = domain >= 0
    if statistic == "proportion":
        kind = of_a_kind(design, y, member, values)
        return ratio_of(design, kind, None, domain, kind="proportion", where={by: None})
    numbers = _filled(design, y, member)
    reach = bounds or seen_range(design, y)
    if statistic == "total":
        weighted = design.weight * numbers
        return Linear(
            kind="total",
            estimates=np.bincount(domain + 1, weighted)[1:],
            values=weighted,
            domain=domain,
            residuals=numbers,
            reach=(min(reach[0], 0.0), max(reach[1], 0.0)),
            settled=is_settled(design, {by: None}),
        )
    if statistic == "mean":
        return ratio_of(design, numbers, None, domain, kind="mean", where={by: None}, reach=reach)
    if per is None:
        raise EstimationError("A ratio needs `per`, the column below.")
    below = _filled(design, per, member)
    if (np.bincount(domain + 1, design.weight * below)[1:] == 0).any():
        raise EstimationError(f"The total of `{per}` is 0 in a domain, so there is no ratio to it.")
    each = numbers[member & (below != 0)] / below[member & (below != 0)]
    reach = bounds or (float(each.min()), float(each.max()))
    return ratio_of(design, numbers, below, domain, kind="ratio", where={by: None}, reach=reach)


def _filled(design: Design, name: str, member: np.ndarray) -> np.ndarray:
    numbers = numbers_of(design.table, name)
    check_present(numbers, member, name)
    return np.where(member, numbers, 0.0)
