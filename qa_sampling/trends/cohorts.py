"""Cohorts against each other: what share of each quarter's starts has come again by each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.results import CohortCurves
from qa_sampling.trends.chart_words import period_words
from qa_sampling.trends.family_bootstrap import cluster_codes
from qa_sampling.trends.incidence import Incidence, incidence

__all__ = ["Cohorts", "compare_cohorts"]


@dataclass(frozen=True)
class Cohorts:
    """Curves of several cohorts. Restricted: they hold small counts.

    Attributes
    ----------
    event : str
        What is waited for.
    table : DataFrame
        One row a cohort and day that was asked for: `cohort`, `n`, `families`, `days`, `at_risk`
        (still waited for then), `share`, `low`, `high` (missing where too few were watched so
        long).
    curves : dict
        Cohort to its :class:`incidence.Incidence`, earliest first.
    reach : dict
        Cohort to the last day on which enough families are waited for.
    level : float
        Level of the intervals.
    """

    event: str
    table: pd.DataFrame
    curves: dict[str, Incidence]
    reach: dict[str, float]
    level: float

    def drawn(self, *, most_days: float = 365.0, **about: object) -> CohortCurves:
        """Give the curves as a result that ``plots.cohort_chart`` draws.

        Cohorts of which too few families were watched at all are left out.

        Parameters
        ----------
        most_days : float
            Where the picture ends.
        **about
            What ``results.Described`` takes.
        """
        parts = [pd.DataFrame(columns=_DRAWN, dtype="float64")]
        for name, one in self.curves.items():
            until = min(self.reach[name], most_days)
            if until <= 0:
                continue
            kept = one.curve[(one.curve["came"] > 0) & one.curve["days"].between(
                0, until, inclusive="neither")]  # fmt: skip
            first = pd.DataFrame([one.at(0) | {"days": 0.0}])
            last = pd.DataFrame([one.at(until) | {"days": until}])
            rows = pd.concat([part for part in (first, kept, last) if len(part)])
            rows = rows.rename(columns={"days": "day"})
            parts.append(rows[list(_DRAWN[1:])].assign(name=name))
        found = [part for part in parts if len(part)] or parts
        table = pd.concat(found, ignore_index=True)[list(_DRAWN)]
        settings = {"unit": "share", "n": sum(one.n for one in self.curves.values())} | about
        return CohortCurves(
            table.astype({"name": "str"}), level=self.level, most_days=most_days, **settings
        )


def compare_cohorts(
    cases: pd.DataFrame,
    *,
    event: str,
    cohort: str = "quarter",
    at: Sequence[float] = (91, 182, 365),
    cluster: str | None = "family_id",
    least: int = 30,
    level: float = 0.95,
) -> Cohorts:
    """Give each cohort's curve, and its share at some days.

    Parameters
    ----------
    cases : DataFrame
        Such as :func:`waiting.times_to_next` gives: `days`, `state`, a cohort and a family.
    event : str
        State that is waited for.
    cohort : str
        Column of cohorts: first days of quarters, or names.
    at : sequence of float
        Days at which shares are wanted.
    cluster : str or None
        Column of families; None when each case stands alone.
    least : int
        Where fewer families than this are still waited for, nothing is said: there a single
        family would lift the curve by itself.
    level : float
        Level of the intervals.

    Raises
    ------
    TrendError
        When there are no cases, the cohort's column is missing, or `least` is below 1.
    """
    if cohort not in cases or not len(cases):
        raise TrendError(f"`cases` needs rows, and the column {cohort} that names their cohort.")
    if least < 1:
        raise TrendError(f"`least` must be at least 1; got {least}. Give 30.")
    names = cases[cohort]
    dated = pd.api.types.is_datetime64_any_dtype(names)
    curves, reach, rows = {}, {}, []
    for value in sorted(names.dropna().unique()):
        held = cases[names == value]
        found = incidence(held, event=event, cluster=cluster, level=level)
        name = _quarter_words(pd.Timestamp(value)) if dated else str(value)
        curves[name] = found
        own = cluster_codes(held[cluster]) if cluster else np.arange(len(held))
        reach[name] = _reach(held["days"], own, least)
        for day in at:
            told = found.at(day) if day <= reach[name] else dict.fromkeys(_ENDS, float("nan"))
            rows.append({"cohort": name, "n": found.n, "families": found.families,
                         "days": float(day), "at_risk": int((held["days"] >= day).sum()),
                         **{one: told[one] for one in _ENDS}})  # fmt: skip
    return Cohorts(event, pd.DataFrame(rows), curves, reach, level)


_ENDS = ("share", "low", "high")
_DRAWN = ("name", "day", *_ENDS)


def _quarter_words(start: pd.Timestamp) -> str:
    """Say a quarter: "April to June 2025"."""
    last = period_words(start + pd.DateOffset(months=2), "month")
    return f"{period_words(start, 'month').split()[0]} to {last}"


def _reach(days: pd.Series, families: np.ndarray, least: int) -> float:
    """Give the last day on which so many families are waited for; 0 where there never were."""
    longest = np.sort(days.groupby(families).max().to_numpy())[::-1]
    return float(longest[least - 1]) if len(longest) >= least else 0.0
