"""The latest quarter of a measure against the four before, group by group."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measured import READINGS
from qa_sampling.trends.unit_kinds import UnitKind

__all__ = [
    "BREAKDOWN",
    "Breakdown",
    "BrokenDown",
    "breakdown_of",
    "cases_a_family",
    "change_of_groups",
]

QUARTERS_BEFORE = 4

BREAKDOWN = Table(
    "breakdown",
    (
        Column("unit", "text", "The group"),
        Column("latest", "whole", "Count above in the latest quarter, or on the latest day", False),
        Column("latest_of", "whole", "Below it; missing for a count", False),
        Column("latest_families", "whole", "Its families; missing when not known", False),
        Column("before", "whole", "Count above in the four quarters before, added up", False),
        Column("before_of", "whole", "Below it; missing for a count", False),
        Column("before_families", "whole", "Families of each quarter, added up", False),
    ),
    key=("unit",),
)
"""One row a group."""


@dataclass(frozen=True)
class Breakdown:
    """A measure by one kind of unit, in two periods. Restricted: it holds small counts.

    Attributes
    ----------
    table : DataFrame
        Declared by :data:`BREAKDOWN`.
    latest : Timestamp or None
        First day of the latest period, a quarter mostly; None when none is known.
    end : Timestamp or None
        Its last day.
    before : tuple of Timestamp
        First days of those it is held against; empty when they are not whole on record.
    on_a_day : bool
        Whether cases are counted on the last day of each, not over it.
    """

    table: pd.DataFrame
    latest: pd.Timestamp | None
    end: pd.Timestamp | None
    before: tuple[pd.Timestamp, ...]
    on_a_day: bool


@dataclass(frozen=True)
class BrokenDown:
    """A measure by every kind of unit that can be told. Restricted: it holds small counts.

    Attributes
    ----------
    measure : Measure
        What is counted.
    parts : dict of str to Breakdown
        By kind of unit, in the order of ``UNIT_KINDS``.
    lacking : tuple of UnitKind
        Kinds that were asked for and cannot be told of any case.
    """

    measure: Measure
    parts: dict[str, Breakdown]
    lacking: tuple[UnitKind, ...]


def breakdown_of(readings: pd.DataFrame, *, on_a_day: bool = False) -> Breakdown:
    """Set the latest quarter that can no longer change beside the twelve months before it.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of one measure and one kind of unit, by quarter; or of one day.
    on_a_day : bool
        Whether the measure counts what is open on a day. The twelve months before are then the
        same day of the year before.

    Returns
    -------
    Breakdown
        Its table in the order of the readings. Who is counted once a quarter is so in each.

    Raises
    ------
    TrendError
        When the readings are of several measures or kinds of unit, or rates.
    SchemaError
        When the table is not as declared.
    """
    held = check_table(readings, READINGS)
    if len(held[["measure", "unit_kind"]].drop_duplicates()) > 1 or (held["kind"] == "rate").any():
        raise TrendError("Give the readings of one measure by one kind of unit, not rates.")
    known = held[held["mature"] & held["numerator"].notna()]
    if known.empty:
        return Breakdown(BREAKDOWN.empty(), None, None, (), on_a_day)
    latest = known["start"].max()
    days = int(known.loc[known["start"] == latest, "days"].iloc[0])
    end = latest + pd.Timedelta(days=days - 1)
    backs = [QUARTERS_BEFORE] if on_a_day else range(QUARTERS_BEFORE, 0, -1)
    before = tuple(latest - pd.DateOffset(months=3 * back) for back in backs)
    before = before if set(before) <= set(known["start"]) else ()
    table = pd.DataFrame({"unit": held["unit"].drop_duplicates()}).set_index("unit")
    for name, starts in (("latest", (latest,)), ("before", before)):
        rows = known[known["start"].isin(starts)].groupby("unit")
        for what, column in (("", "numerator"), ("_of", "denominator"), ("_families", "families")):
            table[f"{name}{what}"] = rows[column].sum(min_count=1).astype("Int64")
    made = table.reset_index().astype(BREAKDOWN.empty().dtypes.to_dict())
    return Breakdown(check_table(made[BREAKDOWN.names], BREAKDOWN), latest, end, before, on_a_day)


def change_of_groups(
    table: pd.DataFrame, *, shares: bool, quarters: int, apart: bool = True, level: float = 0.95
) -> pd.DataFrame:
    """Give the change of each group with its interval, from the counts as they are printed.

    Parameters
    ----------
    table : DataFrame
        `latest`, `before` and, where they are known, `latest_of`, `before_of`, `latest_families`
        and `before_families`: numbers, missing where hidden.
    shares : bool
        Whether the measure is a share: its counts alone say nothing of it.
    quarters : int
        Quarters that `before` adds up.
    apart : bool
        Whether the two periods count other cases; what is open on two days is mostly the same,
        and has no interval.
    level : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        `change`, `low`, `high` on the index of `table`: of a share the difference of the two
        shares; of a count the relative change of its pace, 0.1 for a tenth more. Missing where
        a count, or what a share is of, is hidden, or there was nothing before.

    Notes
    -----
    Brothers and sisters come together. So counts are divided by the cases that a family has, on
    the average of the rows that show both, before an interval is taken: of two shares Newcombe's
    from two of Wilson's (Statistics in Medicine 17, 873-890, 1998, method 10), of two counts the
    exact one that holds their sum for given (Przyborowski and Wilenski, Biometrika 31, 313-323,
    1940). Families of more than the average size would make it wider still.
    """
    inflation = cases_a_family(table)
    rows = [
        _share_change(row, inflation, level) if shares
        else _pace_change(row, quarters, inflation, level)
        for row in table.to_dict("records")
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=["change", "low", "high"], index=table.index, dtype="float64")
    if not apart:
        made[["low", "high"]] = np.nan
    return made


def cases_a_family(table: pd.DataFrame) -> float:
    """Give how many cases a family has on the average, 1 or more, of the rows that show both.

    Parameters
    ----------
    table : DataFrame
        As for :func:`change_of_groups`.
    """
    cases = families = 0.0
    for name in ("latest", "before"):
        if f"{name}_families" not in table:
            continue
        both = table[[name, f"{name}_families"]].dropna().astype("float64")
        cases, families = cases + both[name].sum(), families + both[f"{name}_families"].sum()
    return max(1.0, cases / families) if families else 1.0


_NOTHING = (math.nan, math.nan, math.nan)


def _share_change(row: dict, inflation: float, level: float) -> tuple[float, float, float]:
    values = [row.get(name) for name in ("latest", "latest_of", "before", "before_of")]
    if any(pd.isna(one) for one in values) or not values[1] or not values[3]:
        return _NOTHING
    now, now_of, then, then_of = (float(one) for one in values)
    low, high = confint_proportions_2indep(
        now / inflation, now_of / inflation, then / inflation, then_of / inflation,
        method="newcomb", compare="diff", alpha=1 - level,
    )  # fmt: skip
    return now / now_of - then / then_of, float(low), float(high)


def _pace_change(
    row: dict, quarters: int, inflation: float, level: float
) -> tuple[float, float, float]:
    if pd.isna(row["latest"]) or pd.isna(row["before"]) or not row["before"]:
        return _NOTHING
    now, then = float(row["latest"]) / inflation, float(row["before"]) / inflation
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, now, then + 1) if now else 0.0
    high = stats.beta.isf(tail, now + 1, then)
    ends = [quarters * one / (1 - one) - 1 for one in (low, high)]
    return quarters * now / then - 1, float(ends[0]), float(ends[1])
