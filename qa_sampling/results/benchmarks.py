"""Published measures of one authority beside its neighbours, its region and England."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Described, hold, out_of_order, refuse

LINES = ("own", "median", "region", "country")
"""What has a line of its own."""

_TRENDS = Table(
    "benchmark trends",
    (
        Column("series", "text", "Measure, with its unit"),
        Column("year", "whole", "Year it ends in"),
        *(
            Column(name, "number", f"Figure: {name}; missing where there is none", required=False)
            for name in ("own", "lowest", "median", "highest", "region", "country")
        ),
    ),
    key=("series", "year"),
)


@dataclass(frozen=True)
class BenchmarkTrends(Described):
    """Several measures over the years, each beside the neighbours, the region and England.

    Attributes
    ----------
    table : DataFrame
        One row a measure and year, years rising: `series` (with its unit), `year`, `own`,
        `lowest`, `median`, `highest` (of the neighbours), `region`, `country`.
    own_name, region_name, country_name : str
        What the authority, the region and the country are called.

    Raises
    ------
    SchemaError
        When the table is not as described, or the neighbours' figures are not in order.
    """

    table: pd.DataFrame
    own_name: str
    region_name: str
    country_name: str = "England"

    def __post_init__(self) -> None:
        """Refuse what is no set of trends."""
        table = hold(self, "table", _TRENDS)
        self.check_about("set of benchmark trends")
        faults = []
        if count := out_of_order(table, ("lowest", "median", "highest")):
            faults.append(f"in {count} rows the median lies outside lowest and highest")
        if (table.groupby("series", sort=False)["year"].diff() < 0).any():
            faults.append("years are not in order")
        refuse("set of benchmark trends", faults)

    @property
    def series(self) -> list[str]:
        """The measures, in order."""
        return list(dict.fromkeys(self.table["series"]))
