"""Small invented tables of counts for the tests of disclosure control, and what holds for all."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from qa_sampling.reporting.attack import intervals, key_of
from qa_sampling.reporting.safe_table import _SEAL, HIDDEN_MARK, SafeTable


def one_way(*counts, name="n"):
    return pd.DataFrame({"kind": [f"K{i}" for i in range(len(counts))], name: counts})


def two_way(values, name="n"):
    rows, columns = np.shape(values)
    return pd.DataFrame(
        [
            (f"Team {i}", f"Status {j}", int(values[i][j]))
            for i, j in product(range(rows), range(columns))
        ],
        columns=["team", "status", name],
    )


def random_counts(rng, rows, columns, mean=8):
    return rng.poisson(rng.gamma(0.8, mean / 0.8, (rows, columns)))


def printed(rows, *, by=("kind",), counts=("n",), percentages=None, within=None, **rules):
    """A table as somebody else printed it: not protected by us."""
    settings_ = {
        "labels": {},
        "total_label": "Total",
        "population": "",
        "threshold": 6,
        "zeros_shown": False,
        "withheld": "",
        "hidden": 0,
    } | rules
    return SafeTable(
        by=by,
        counts=counts,
        percentages=percentages or {},
        within=within or {},
        rows=tuple(rows),
        seal=_SEAL,
        **settings_,
    )


def hidden_keys(*tables):
    """Names of all counts that the tables hide."""
    return {
        key_of(table, count, row)
        for table in tables
        for row in table.rows
        for count in table.counts
        if row[table.columns.index(count)] == HIDDEN_MARK
    }


def assert_safe(*tables):
    """Every hidden count may be 6 or more, and may be at least five different amounts apart."""
    found = intervals(tables)
    for key in hidden_keys(*tables) & set(found):
        low, high = found[key]
        assert high >= tables[0].threshold
        assert high - low >= tables[0].threshold - 1
