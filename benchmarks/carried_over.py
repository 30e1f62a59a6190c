"""How far measures of a day carry over to the next month, and what charts make of it.

Invented authorities of 36 months in which nothing was planted into these measures: the
correlation of neighbouring months, and the share of months that any rule of the chart marks. The
table stands in docs/measures.md.

    python benchmarks/carried_over.py [seeds] [scale]
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from qa_sampling.records.annex_a import read_annex_a
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.writing import write_workbook
from qa_sampling.records.on_lists import build_on_lists
from qa_sampling.records.synthetic import invent
from qa_sampling.trends.charts import chart
from qa_sampling.trends.day_measures import ON_A_DAY
from qa_sampling.trends.list_measures import FROM_LISTS
from qa_sampling.trends.measured import series_of
from qa_sampling.trends.measures import measure_of
from qa_sampling.trends.measuring import readings_of

AS_AT = date(2026, 10, 31)
LISTS = (6, 7, 8, 9)


def on_lists(authority: Authority, folder: Path) -> pd.DataFrame:
    """Write each month's lists, read them, and join what they say of their day."""
    parts = []
    for day in authority.month_ends:
        path = folder / f"annex_a_{day:%Y-%m}.xlsx"
        held = authority.lists_at(day)
        write_workbook({number: held[number] for number in LISTS}, path)
        parts.append(build_on_lists(read_annex_a(path, as_at=day), as_at=day))
    return pd.concat(parts)


def measured(seed: int, scale: float) -> pd.DataFrame:
    """Give correlation and share of months marked, by measure."""
    authority, found = invent(seed=seed, scale=scale), {}
    with tempfile.TemporaryDirectory() as folder:
        lists = on_lists(authority, Path(folder))
    flows = (measure_of("plan_starts"), measure_of("referrals"))
    for measure in (*ON_A_DAY, *FROM_LISTS, *flows):
        table = readings_of(authority.events, measure, as_at=AS_AT, on_lists=lists)
        series = series_of(table, carried=True)[measure.name, "All"]
        marked = chart(series).fired["period"].nunique() / len(table)
        varies = np.nanstd(series.values) > 0
        near = pd.Series(series.values).autocorr() if varies else np.nan
        found[measure.name] = {"correlation": near, "marked": marked}
    return pd.DataFrame(found).T


def main() -> None:
    """Print the table."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    scale = float(sys.argv[2]) if len(sys.argv) > 2 else 0.4
    tables = [measured(seed, scale) for seed in range(1, seeds + 1)]
    print(pd.concat(tables).groupby(level=0, sort=False).mean().round(2).to_string())


if __name__ == "__main__":
    main()
