"""Did the curve turn? A measure by quarter for everybody, with what was done to turn it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from qa_sampling.reporting.derived import Derived, derive
from qa_sampling.reporting.free_text import numbers_in
from qa_sampling.reporting.outcome_tables import (
    OutcomeTables,
    column_of,
    quarters_printed,
    table_to_chart,
)
from qa_sampling.results import Turning

_METHOD = "printed counts by quarter; whether it turned is told from months"


def turned(tables: OutcomeTables, name: str, curve: Turning) -> Derived | None:
    """Give a curve that was to be turned by quarter, from printed numbers alone.

    Whether it turned is the verdict of the curve by month, in a word. What was done is left out
    when its name holds a number.

    Parameters
    ----------
    tables : OutcomeTables
        The protected tables.
    name : str
        Name of the measure.
    curve : Turning
        What ``trends.turning`` gave of its months.

    Returns
    -------
    Derived or None
        None when no table shows the measure in two quarters or more.
    """
    table = table_to_chart(tables, name)
    if table is None:
        return None
    done = [
        (one["period"].date(), str(one["name"]), str(one["verdict"]))
        for one in curve.done.to_dict("records")
        if not numbers_in(str(one["name"]))
    ]
    given = column_of(table, name)
    return derive(table, quarters_turned, done=done, target=curve.target, **given)


def quarters_turned(
    frame: pd.DataFrame,
    *,
    column: str,
    share: bool,
    better: str,
    measure: str,
    target: float | None,
    done: Sequence[tuple[date, str, str]],
) -> Turning:
    """Give a column of a table by quarter as a curve without a forecast.

    Parameters
    ----------
    frame : DataFrame
        What ``derived.printed`` gives: `quarter` and numbers, missing where hidden.
    column, share, better, measure
        As for ``outcome_tables.quarters_charted``.
    target : float, optional
        Where it should be, in the unit of the values.
    done : sequence of (date, str, str)
        What was done: first day it could tell, name, verdict. Things of one quarter go together:
        so near each other, by month none can be told from another.
    """
    ends = [f"{kind}_{level}" for level in (80, 95) for kind in ("low", "high")]
    rows = pd.DataFrame(sorted(done), columns=["period", "name", "verdict"])
    rows["period"] = pd.to_datetime(rows["period"]).dt.to_period("Q").dt.start_time
    rows = rows.groupby("period", as_index=False).agg({"name": " and ".join, "verdict": "first"})
    unsaid = dict.fromkeys(("ratio", "low", "high"), float("nan"))
    rows = rows.assign(words=rows["verdict"], **unsaid)
    return Turning(
        history=quarters_printed(frame, column=column, share=share),
        fan=pd.DataFrame(columns=["period", "middle", *ends]).astype({"period": "datetime64[ns]"}),
        method=_METHOD,
        frequency="quarter",
        better=better,
        target=target,
        measure=measure,
        unit="share" if share else "count",
        done=rows,
    )
