"""Many series of one measure on one calendar: a long table of readings, laid out in arrays.

A period without a row is a gap, as is one whose numerator is missing or whose denominator is 0;
a gap is never a count of 0. Periods that can still change are not held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.seasons import LEAST_PERIODS, seasonal_factors

__all__ = ["LONG_READINGS", "CountedKind", "Every", "Grid", "grids_of", "period_name"]

CountedKind = Literal["count", "rate", "proportion", "sampled"]
Every = Literal["month", "quarter"]
PERIODS: dict[str, int] = {"month": 12, "quarter": 4}
"""Periods a year."""

LONG_READINGS = Table(
    "readings of many measures",
    (
        Column("measure", "text", "Key of the measure"),
        Column("unit_kind", "text", "What the unit is: all, service, team"),
        Column("unit", "text", "The unit"),
        Column("start", "date", "First day of the period"),
        Column("numerator", "number", "Count; missing for a gap", required=False),
        Column("mature", "flag", "Whether the period can no longer change"),
    ),
    key=("measure", "unit_kind", "unit", "start"),
)
"""One row a measure, unit and period. May be left out: `denominator` (exposure, or those who
could; missing for a count), `families` (families that the children of the numerator come from)."""


@dataclass(frozen=True)
class Grid:
    """Series of one measure, arrays of shape (series, periods).

    Attributes
    ----------
    measure : str
        Its key.
    kind : {"count", "rate", "proportion", "sampled"}
        Events; events in an exposure; a part of a whole; an estimated part of effective audits.
    units : tuple of (str, str)
        Kind of unit and unit, a pair a series.
    starts : DatetimeIndex
        First day of each period, up to the latest that is mature in any series.
    top, bottom : array
        Counts, and what they are counted in (1 for a count); NaN where not held.
    families : array
        Families in the numerator; NaN where not known or not held.
    held : array of bool
        Mature, with a count.
    still_open : array of bool
        Whether a series' latest period has a count that can still change.
    """

    measure: str
    kind: CountedKind
    units: tuple[tuple[str, str], ...]
    starts: pd.DatetimeIndex
    top: np.ndarray
    bottom: np.ndarray
    families: np.ndarray
    held: np.ndarray
    still_open: np.ndarray

    @property
    def is_share(self) -> bool:
        """Whether counts are part of `bottom`."""
        return self.kind in ("proportion", "sampled")

    def exposure(self, before: int, every: Every) -> np.ndarray:
        """Give what counts are held against: `bottom`, with the time of year where it is known.

        Parameters
        ----------
        before : int
            Periods the time of year is learnt from: those before this place.
        every : {"month", "quarter"}
            Length of a period.

        Notes
        -----
        Shares are not adjusted, nor series with fewer than three years before the place.
        """
        found = self.bottom.copy()
        if self.is_share:
            return found
        periods = PERIODS[every]
        place = ((self.starts.month - 1) // (12 // periods)).to_numpy()
        for row in np.flatnonzero(self.held[:, :before].sum(axis=1) >= LEAST_PERIODS):
            counts, size = self.top[row, :before], self.bottom[row, :before]
            factors = seasonal_factors(counts, np.nan_to_num(size), place[:before], periods=periods)
            found[row] *= factors[place]
        return found


def grids_of(
    readings: pd.DataFrame, *, kinds: Mapping[str, CountedKind] | None = None, every: Every
) -> Iterator[Grid]:
    """Lay a long table of readings out, a grid a measure.

    Parameters
    ----------
    readings : DataFrame
        Of :data:`LONG_READINGS`.
    kinds : mapping of str to {"count", "rate", "proportion", "sampled"}, optional
        Kind of a measure; by default a proportion where it has a denominator, else a count.
    every : {"month", "quarter"}
        Length of a period.

    Raises
    ------
    SchemaError
        When the table is not as declared.
    TrendError
        When periods do not begin with a month or quarter, counts cannot be, or a kind is unknown.
    """
    check_table(readings, LONG_READINGS)
    kinds = dict(kinds or {})
    _refuse(readings, kinds, every)
    for measure, rows in readings.groupby("measure", sort=True):
        yield _grid(str(measure), rows, kinds.get(str(measure)), every)


def period_name(start: pd.Timestamp, every: Every) -> str:
    """Name a period: "2026-03", or "2026-Q1" for a quarter.

    Parameters
    ----------
    start : Timestamp
        Its first day.
    every : {"month", "quarter"}
        Its length.
    """
    if every == "month":
        return f"{start.year}-{start.month:02}"
    return f"{start.year}-Q{(start.month + 2) // 3}"


def _refuse(readings: pd.DataFrame, kinds: dict[str, CountedKind], every: str) -> None:
    if every not in PERIODS:
        raise TrendError(f'`every` must be "month" or "quarter"; got {every!r}.')
    faults = []
    months = readings["start"].dt.month
    begins = (readings["start"].dt.day == 1) & ((months - 1) % (12 // PERIODS[every]) == 0)
    if count := int((~begins).sum()):
        faults.append(f"{count} rows do not start with the first day of a {every}")
    counts = _column(readings, "numerator")
    sampled = readings["measure"].astype("str").map(kinds) == "sampled"
    odd = (counts < 0) | (~sampled & (np.abs(counts - counts.round()) > 1e-9 * (1 + counts.abs())))
    if count := int(odd.sum()):
        faults.append(
            f"{count} numerators are no counts; measurements cannot be watched for spikes, leave "
            "their measures out"
        )
    known = set(readings["measure"].astype("str"))
    for name in sorted(set(kinds) - known):
        faults.append(f"`kinds` names {name!r}, which no reading has")
    for name, kind in kinds.items():
        if kind not in get_args(CountedKind):
            faults.append(f"the kind of {name!r} must be one of {', '.join(get_args(CountedKind))}")
    below, families = _column(readings, "denominator"), _column(readings, "families")
    if count := int(((families < 0) | (families > counts)).sum()):
        faults.append(f"{count} rows have more families than there were, or fewer than 0")
    shares = readings["measure"].astype("str").map(lambda name: kinds.get(name, "proportion"))
    part = shares.isin(("proportion", "sampled"))
    if count := int(((counts > below * (1 + 1e-9)) & part).sum()):
        faults.append(
            f"{count} numerators are larger than their denominator; give the measure's kind as "
            '"rate" in `kinds` if it is one'
        )
    for name in sorted(name for name, kind in kinds.items() if kind in get_args(CountedKind)[1:]):
        if name in known and below[readings["measure"] == name].isna().all():
            faults.append(f"{name!r} is a {kinds[name]} and has no denominator")
    if faults:
        raise TrendError(f"These readings cannot be watched: {'; '.join(faults)}.")


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    if name in rows.columns:
        return rows[name].astype("Float64").astype("float64")
    return pd.Series(np.nan, index=rows.index)


def _grid(measure: str, rows: pd.DataFrame, kind: CountedKind | None, every: str) -> Grid:
    below = _column(rows, "denominator")
    if kind is None:
        kind = "count" if below.isna().all() else "proportion"
    step = pd.DateOffset(months=12 // PERIODS[every])
    starts = pd.date_range(rows["start"].min(), rows["start"].max(), freq=step)
    units = sorted(set(zip(rows["unit_kind"].astype(str), rows["unit"].astype(str), strict=True)))
    at = {pair: place for place, pair in enumerate(units)}
    pairs = zip(rows["unit_kind"].astype(str), rows["unit"].astype(str), strict=True)
    places = np.array([at[pair] for pair in pairs]), starts.get_indexer(rows["start"])

    def spread(values: pd.Series, empty: float = np.nan) -> np.ndarray:
        whole = np.full((len(units), len(starts)), empty)
        whole[places] = values.to_numpy(dtype="float64")
        return whole

    top = spread(_column(rows, "numerator"))
    bottom = np.ones_like(top) if kind == "count" else spread(below)
    mature = spread(rows["mature"].astype("float64"), 0.0) > 0
    seen = np.isfinite(top) & (np.nan_to_num(bottom) > 0)
    held = mature & seen
    ever = np.flatnonzero(mature.any(axis=0))
    last = int(ever[-1]) + 1 if len(ever) else 0
    families = spread(_column(rows, "families"))
    top, bottom, families = (np.where(held, one, np.nan) for one in (top, bottom, families))
    still_open = (seen & ~mature)[:, last - 1] if last else np.ones(len(units), dtype=bool)
    cut = np.s_[:, :last]
    return Grid(
        measure, kind, tuple(units), starts[:last], top[cut], bottom[cut], families[cut],
        held[cut], still_open,
    )  # fmt: skip
