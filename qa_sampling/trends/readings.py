"""What a chart reads: one measure of one unit, period by period, with what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hold, refuse

__all__ = ["KINDS", "Frequency", "MeasureKind", "Readings"]

MeasureKind = Literal["count", "rate", "proportion", "duration", "grade", "between"]
Frequency = Literal["month", "quarter", "week", "year", "event"]
KINDS: dict[str, str] = {
    "count": "how many there were in the period",
    "rate": "how many for an exposure, such as children and days",
    "proportion": "how many of those who could",
    "duration": "a mean or median of days or of another quantity",
    "grade": "a share estimated from audits that are a sample",
    "between": "cases or days from one rare event to the next",
}
"""Kinds of measure, with what they mean."""

_READINGS = Table(
    "readings",
    (
        Column("period", "date", "First day of the period"),
        Column("numerator", "number", "Count, or the value itself; missing for a gap", False),
        Column("denominator", "number", "Exposure, or those who could; missing for a gap", False),
        Column("mature", "flag", "Whether the period can no longer change"),
    ),
    key=("period",),
)


@dataclass(frozen=True)
class Readings(Counted):
    """One measure of one unit over time.

    Attributes
    ----------
    table : DataFrame
        One row a period, in order: `period` (first day), `numerator` (a count; the value itself
        for a duration, a grade or a stretch between events; missing for a gap, never 0 in its
        place). May be left out: `denominator` (exposure of a rate above 0, those who could of a
        proportion; 0 or missing makes a gap), `mature` (False: the period can still change).
        A grade with a `denominator` is sampled: that is how many audits of a plain random
        sample would say as much (:func:`sampled_grades.effective_audits`), and the numerator is
        the estimated share of them; neither has to be whole.
    kind : {"count", "rate", "proportion", "duration", "grade", "between"}
        What is measured.
    per : float
        A rate is shown per so much exposure: 10,000 children.
    frequency : {"month", "quarter", "week", "year", "event"}
        Length of a period; "event" for waits, with a row an event (:func:`between.waits`).
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    target : float or None
        Target, in the unit of the values.
    series : str
        What the series is called in lists: "Re-referrals, North".

    Raises
    ------
    SchemaError
        When the table is not as described, or holds what the kind cannot be: counts below 0 or
        in fractions, more met than could.
    """

    table: pd.DataFrame
    kind: MeasureKind = "count"
    per: float = 1.0
    frequency: Frequency = "month"
    better: Literal["up", "down", ""] = ""
    target: float | None = None
    series: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no series of readings."""
        self.check_about("series of readings")
        faults = []
        if self.kind not in KINDS:
            faults.append(f"`kind` must be one of {', '.join(KINDS)}; got {self.kind!r}")
        if self.better not in ("up", "down", ""):
            faults.append(f'`better` must be "up", "down" or blank; got {self.better!r}')
        if not (np.isfinite(self.per) and self.per > 0):
            faults.append(f"`per` must be above 0; got {self.per}")
        refuse("series of readings", faults)
        table = hold(self, "table", _READINGS, {"denominator": np.nan, "mature": True})
        if not table["period"].is_monotonic_increasing:
            faults.append("periods are not in order; sort by `period`")
        refuse("series of readings", faults + self._faults())

    def _faults(self) -> list[str]:
        top, bottom = self.numerators, self.table["denominator"].to_numpy(dtype="float64")
        seen, faults = np.isfinite(top), []
        counted = self.kind in ("count", "rate", "proportion", "between")
        if counted and (count := int((top[seen] < 0).sum())):
            faults.append(f"{count} counts lie below 0")
        if counted and self.kind != "between":
            odd = np.abs(top[seen] - np.rint(top[seen])) > 1e-9 * (1 + np.abs(top[seen]))
            if odd.any():
                faults.append(
                    f"{int(odd.sum())} counts are not whole; give counts, not rates or shares "
                    '(or `kind="duration"` for a value that is no count)'
                )
        if self.kind in ("rate", "proportion") and (count := int((bottom < 0).sum())):
            faults.append(f"{count} denominators lie below 0")
        if self.kind in ("rate", "proportion") and seen.any() and np.isnan(bottom).all():
            faults.append(f"a {self.kind} needs the column `denominator`")
        part = self.kind == "proportion" or self.sampled
        if part and (count := int((top > bottom + 1e-9).sum())):
            faults.append(f"{count} numerators are larger than their denominator")
        return faults

    @cached_property
    def numerators(self) -> np.ndarray:
        """Counts, the values themselves, or good ones of effective audits; NaN for a gap."""
        return self.table["numerator"].to_numpy(dtype="float64")

    @cached_property
    def sampled(self) -> bool:
        """Whether the values are shares estimated from audits whose precision is known."""
        return self.kind == "grade" and bool(self.table["denominator"].notna().any())

    @cached_property
    def exposures(self) -> np.ndarray:
        """What a count is divided by; 1 for counts and values, NaN where it is 0 or missing."""
        if self.kind not in ("rate", "proportion") and not self.sampled:
            return np.ones(len(self.table))
        bottom = self.table["denominator"].to_numpy(dtype="float64")
        return np.where(bottom > 0, bottom, np.nan)

    @property
    def scale(self) -> float:
        """What a count for one of exposure is multiplied by to be shown."""
        return self.per if self.kind == "rate" else 1.0

    @cached_property
    def values(self) -> np.ndarray:
        """The values as shown; NaN for a gap."""
        return self.numerators / self.exposures * self.scale

    @cached_property
    def mature(self) -> np.ndarray:
        """Whether a period has a value that can no longer change."""
        return self.table["mature"].to_numpy(dtype=bool) & np.isfinite(self.values)
