"""Which population estimate, and which authorities, lie behind printed figures.

A rate is printed once, with the population as it was estimated then; estimates are revised. The
counts and the rates of one release tell, between them, what it was divided by.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import ExtractError
from qa_sampling.records.published_catalogue import MEASURES, POPULATION

__all__ = ["VINTAGES", "population_behind", "share_without_unreliable"]

VINTAGES = Table(
    "vintages",
    (
        Column("code", "text", "The area's code, such as an authority's 894"),
        Column("area", "text", "Its name"),
        Column("level", "text", "authority, region or country"),
        Column("year", "whole", "Year the rates end in"),
        Column("rates", "whole", "Printed rates that were asked"),
        Column("low", "number", "Smallest population that rounds to all of them"),
        Column("high", "number", "Largest; below `low` when no single one does"),
        Column("held", "number", "Estimate in the files now", required=False),
        Column("agrees", "flag", "Whether an estimate is held now and is one of them"),
    ),
    key=("code", "year"),
)
"""One row an area and year with a printed rate."""

_RATE, _PER, _HALF = "_rate", 10_000, 0.05
_KEY = ["code", "year"]


def population_behind(published: pd.DataFrame) -> pd.DataFrame:
    """Give the populations that all printed rates of an area and year can have been divided by.

    Parameters
    ----------
    published : DataFrame
        ``published.PUBLISHED``: counts and rates of one decimal place (`X` and `X_rate`), and
        population estimates.

    Returns
    -------
    DataFrame
        :data:`VINTAGES`. A rate printed as r of a count n rests on a population between
        10,000 n / (r + 0.05) and 10,000 n / (r - 0.05); `low` and `high` are what these ranges
        have in common. Counts of regions and of England are rounded to 10 and taken 5 wider.
        Noughts and rates of 0.0 say nothing and are passed over.

    Raises
    ------
    ExtractError
        When there is no rate beside its count.
    """
    known = set(published["figure"])
    rates = sorted(one for one in known if one.endswith(_RATE) and one[: -len(_RATE)] in known)
    if not rates:
        raise ExtractError(
            "No printed rate stands beside its count. Give the files of children in need with "
            "columns such as Section47 and Section47_rate."
        )
    held = published.assign(code=_codes(published))
    areas = held.drop_duplicates("code").set_index("code")[["area", "level"]]
    wanted = held[held["figure"].isin([*rates, *(one[: -len(_RATE)] for one in rates)])]
    wide = wanted.drop_duplicates([*_KEY, "figure"]).pivot(
        index=_KEY, columns="figure", values="value"
    )
    local = wide.index.get_level_values("code").map(areas["level"]) == "authority"
    slack = np.where(local, 0.0, 5.0)
    low, high = {}, {}
    for one in rates:
        count, rate = wide[one[: -len(_RATE)]], wide[one]
        told = (count > 0) & (rate > _HALF)
        low[one] = (_PER * (count - slack) / (rate + _HALF)).where(told)
        high[one] = (_PER * (count + slack) / (rate - _HALF)).where(told)
    table = pd.DataFrame(
        {
            "rates": pd.DataFrame(low).notna().sum(axis=1),
            "low": pd.DataFrame(low).max(axis=1),
            "high": pd.DataFrame(high).min(axis=1),
        }
    ).query("rates > 0")
    table = table.reset_index().join(areas, on="code")
    return _with_estimate(table, held)


def _with_estimate(table: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    estimates = published[
        published["figure"].isin(POPULATION.figures)
        & published["breakdown"].eq(POPULATION.breakdown)
    ].drop_duplicates(_KEY)
    estimates = estimates.assign(year=estimates["year"] + POPULATION.years_before)
    table = table.join(estimates.set_index(_KEY)["value"].rename("held"), on=_KEY)
    table["agrees"] = table["held"].between(table["low"] - 0.5, table["high"] + 0.5)
    kinds = VINTAGES.empty().dtypes.to_dict()
    ordered = table.sort_values(["year", "code"], kind="stable", ignore_index=True)
    return check_table(ordered[VINTAGES.names].astype(kinds), VINTAGES)


def share_without_unreliable(
    published: pd.DataFrame, key: str, *, year: int, region: str = ""
) -> tuple[float, float]:
    """Give the range of a region's or England's share without authorities marked unreliable.

    The DfE leaves an authority whose count above is unreliable (``u``) out of the percentages of
    its region and of England, while their counts below still hold it.

    Parameters
    ----------
    published : DataFrame
        ``published.PUBLISHED``.
    key : str
        Name in ``MEASURES`` of a share.
    year : int
        The year.
    region : str
        Name of the region; blank for England.

    Returns
    -------
    tuple of float
        Lowest and highest share in per cent that counts rounded to 10 allow.

    Raises
    ------
    ExtractError
        When the area has no such counts in that year.
    """
    above, below = (MEASURES[key].numerator.figures[0], MEASURES[key].denominator.figures[0])
    held = published[(published["year"] == year) & published["figure"].isin([above, below])]
    level, name = ("region", region) if region else ("country", "England")
    whole = held[(held["level"] == level) & (held["area"] == name)].drop_duplicates("figure")
    counts = whole.set_index("figure")["value"]
    if not {above, below} <= set(counts.index):
        raise ExtractError(f"There are no counts of {key} for {name} in {year}.")
    local = held[held["level"] == "authority"]
    local = local[local["region"] == region] if region else local
    odd = local[(local["figure"] == above) & (local["reason"] == "unreliable")]["code"]
    left_out = local[local["code"].isin(odd) & (local["figure"] == below)]
    rest = counts[below] - left_out.drop_duplicates("code")["value"].sum()
    low, high = (counts[above] - 5) / (rest + 5), (counts[above] + 5) / (rest - 5)
    return 100 * float(low), 100 * float(high)


def _codes(published: pd.DataFrame) -> pd.Series:
    """Give an authority's three digits, and the code of a region or of England."""
    return published["old_code"].mask(published["level"] != "authority", published["code"])
