"""Checks the table of measure events: names of measures, and whether each is marked."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.quality import FaultLog
from qa_sampling.trends.elsewhere_measures import FROM_ELSEWHERE

__all__ = ["checked_entries"]

_TABLE = "measure_events"
_SHARES = {one.name for one in FROM_ELSEWHERE if one.rule is not None}
_NAMES = tuple(one.name for one in FROM_ELSEWHERE)
_MARKS = dict.fromkeys(("y", "yes", "true", "1", "t"), "Yes") | dict.fromkeys(
    ("n", "no", "false", "0", "f"), "No"
)


def checked_entries(table: pd.DataFrame | None, log: FaultLog) -> pd.DataFrame | None:
    """Give the table with its marks as "Yes" and "No"; every fault is noted, none guessed away.

    Parameters
    ----------
    table : DataFrame or None
        ``trends.entered.ENTERED`` as it was read; None when not given.
    log : FaultLog
        Where faults go: an unknown measure and an unknown mark stop the run.
    """
    if table is None:
        return None
    tidy = table["measure"].str.strip().str.casefold().str.replace(" ", "_")
    unknown = ~tidy.isin(_NAMES)
    if unknown.any():
        log.add(
            "stop", "", _TABLE, "the measure is none that this table serves",
            f"Write one of: {', '.join(_NAMES)}.", column="measure", count=int(unknown.sum()),
        )  # fmt: skip
    said = (
        table["met"]
        .astype("object")
        .map(lambda one: None if pd.isna(one) else str(one).strip().casefold())
    )
    mark = said.map(_MARKS)
    odd = said.notna() & mark.isna()
    if odd.any():
        log.add(
            "stop", "", _TABLE, "the mark is neither yes nor no",
            "Write Yes or No, or leave it blank where it is not known.", column="met",
            count=int(odd.sum()),
        )  # fmt: skip
    blank = tidy.isin(_SHARES) & said.isna()
    if blank.any():
        log.add(
            "note", "", _TABLE, "the mark is blank", "Left out of the share, and counted as such.",
            column="met", count=int(blank.sum()),
        )  # fmt: skip
    return table.assign(measure=tidy, met=mark.astype("str"))
