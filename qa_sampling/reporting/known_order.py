"""The order of groups that have one: ages rise, statuses go by precedence; others stay."""

from __future__ import annotations

import pandas as pd

from qa_sampling.schema import AGE_BANDS, STATUSES

__all__ = ["KNOWN_ORDER", "in_known_order"]

KNOWN_ORDER = {"status": STATUSES, "age_band": AGE_BANDS}
"""Groups of a column, in the order in which people expect to read them."""


def in_known_order(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Give a table with its groups in the order people expect.

    Parameters
    ----------
    table : DataFrame
        One row a group, or a pair of groups.
    columns : tuple of str
        The columns of groups, the first first. Groups of a column without an order of its own,
        and groups unknown to it, such as several pooled, keep their order and come last.
    """
    places = pd.DataFrame({name: _places(table[name], name) for name in columns})
    order = places.sort_values(list(columns), kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _places(values: pd.Series, column: str) -> pd.Series:
    known = [value for value in KNOWN_ORDER.get(column, ()) if value in set(values)]
    others = [value for value in values.unique() if value not in known]
    return values.map({value: place for place, value in enumerate([*known, *others])})
