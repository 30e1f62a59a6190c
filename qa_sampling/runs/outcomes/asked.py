"""What the trend explorer is asked, and what it answers with."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.results import ControlChart
from qa_sampling.settings.explorer import Every, RuleSet, UnitKind
from qa_sampling.trends.changes import ProposedRebase
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.measured import EVERYBODY

ROLLING_NOTE = (
    "Neighbours share 11 of their 12 months, so limits and rules do not hold: read the line. "
    "Choose months or quarters for rules."
)
STOCK_NOTE = (
    "Counted on a day of each period, which holds most children of the one before and what they "
    "keep, so limits and rules do not hold: read the line."
)
NO_SIGNALS = (
    "it is a median, mostly repeats the month before, or counts each child once. Look at the "
    "measure of its events where there is one, or at what fired."
)
GROUPS_NOTE = (
    "Groups of children are shown by quarter alone, and small ones hidden: by month as well, a "
    "quarter less two of its months would be the third."
)


@dataclass(frozen=True)
class Asked:
    """What is looked at.

    Attributes
    ----------
    measure : str
        Its name in the registry.
    unit_kind, unit : str
        What and where; "all" and "All" for everybody.
    every : {"month", "quarter", "rolling"}
        Length of a period.
    rules : {"ours", "mdc", "nhsr", "excel", "anhoej"}
        Set of rules.
    chart : str
        A name of ``chart_kinds.CHARTS``; blank for the scheduled run's, the data's or the rules'.
    freeze : str
        Last month that the lines rest on; blank for the scheduled run's, or all.
    """

    measure: str
    unit_kind: UnitKind = "all"
    unit: str = EVERYBODY
    every: Every = "month"
    rules: RuleSet = "ours"
    chart: str = ""
    freeze: str = ""


@dataclass(frozen=True)
class Look:
    """One measure of one unit, as it was asked for. Restricted: it holds small counts.

    Attributes
    ----------
    asked : Asked
        What was asked for.
    control : ControlChart
        What is drawn, and what the table says.
    counts : DataFrame
        `numerator`, `denominator` of each period, in the chart's order; audits read, of estimates.
    chart : Chart or None
        With every rule at every point; None where rules do not hold.
    proposals : tuple of ProposedRebase
        Where the centre line could be set anew.
    notes : tuple of str
        What a reader must know, each a sentence.
    """

    asked: Asked
    control: ControlChart
    counts: pd.DataFrame
    chart: Chart | None
    proposals: tuple[ProposedRebase, ...] = ()
    notes: tuple[str, ...] = ()


def not_drawn(asked: Asked) -> tuple[str, ...]:
    """Say what was asked for and cannot go with a line without limits; nothing otherwise.

    Parameters
    ----------
    asked : Asked
        What is looked at.
    """
    wanted = [f"the chart {asked.chart!r}"] if asked.chart else []
    wanted += [f"the rules {asked.rules!r}"] if asked.rules != "ours" else []
    wanted += [f"lines frozen at {asked.freeze}"] if asked.freeze else []
    return (f"Asked for and not drawn here: {', '.join(wanted)}.",) if wanted else ()
