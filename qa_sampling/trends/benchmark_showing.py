"""Benchmarks as the results that pictures are drawn from, made from what a table prints."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from qa_sampling.results import Funnel
from qa_sampling.results.benchmarks import BenchmarkTrends
from qa_sampling.trends.funnel import Better, Kind, Limits, funnel

_WORDS = {
    "exact": "Limits: chance alone",
    "spread": "Limits: chance and how these authorities differ among themselves",
}


def authority_funnel(
    table: pd.DataFrame,
    *,
    kind: Kind,
    limits: Limits,
    better: Better = "",
    measure: str = "",
    scope: str = "",
    n_of: str = "cases",
    own: str = "",
) -> Funnel:
    """Give the funnel of authorities from their printed counts.

    Parameters
    ----------
    table : DataFrame
        `authority`, `events`, `of`; missing where the DfE hides them.
    kind : {"proportion", "rate"}
        What the measure is; rates are per 10,000.
    limits : {"exact", "spread"}
        Which limits are drawn.
    better : {"up", "down", ""}
        Which way is better.
    measure, scope, n_of : str
        What the picture says it shows.
    own : str
        The authority that is ringed; blank for none.

    Raises
    ------
    TrendError
        When no authority has a figure.
    """
    units = pd.DataFrame(
        {
            "unit": table["authority"],
            "numerator": table["events"].astype("float64"),
            "denominator": table["of"].astype("float64"),
        }
    )
    found = funnel(
        units, kind=kind, scale=1 if kind == "proportion" else 10_000, limits=limits,
        better=better, measure=measure, scope=scope, n_of=n_of, centre_name="Together",
    )  # fmt: skip
    notes = [_WORDS[limits]]
    if len(found.left_out):
        notes.append(f"Without a figure: {', '.join(found.left_out['unit'])}")
    drawn = found.funnel
    ringed = own if own in set(drawn.table["unit"]) else ""
    return replace(drawn, warnings=tuple(notes), own=ringed)


def benchmark_trends(
    table: pd.DataFrame, *, own_name: str, region_name: str, scope: str = ""
) -> BenchmarkTrends:
    """Give the trends of all measures from what a table prints.

    Parameters
    ----------
    table : DataFrame
        `measure`, `year` (as text), `own`, `lowest`, `median`, `highest`, `region`, `country`.
    own_name, region_name : str
        What the authority and its region are called.
    scope : str
        What the picture says it shows.
    """
    held = table.rename(columns={"measure": "series"}).assign(year=table["year"].astype("int64"))
    known = held[["own", "lowest", "median", "highest", "region", "country"]].notna().any(axis=1)
    return BenchmarkTrends(
        held[known].drop(columns="hidden").reset_index(drop=True),
        own_name,
        region_name,
        measure="Published figures",
        scope=scope,
    )
