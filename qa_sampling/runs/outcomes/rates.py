"""Rates per 10,000 children, beside the estimate that each rests on."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.trends.measures import Measure
from qa_sampling.trends.population_rates import RATES, rates_of


def rates_over_time(
    readings: pd.DataFrame, measures: Sequence[Measure], population: pd.DataFrame
) -> pd.DataFrame:
    """Give the counts of children of everybody as rates, each as its published figure is.

    What begins or ends in a period is published for a year, so a month's rate is that of a year at
    its pace; who is there on a day is published for that day, so its rate is of the day.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of everybody, or ``rolling.ROLLING``.
    measures : sequence of Measure
        What was counted.
    population : DataFrame
        ``population_rates.POPULATIONS``.

    Returns
    -------
    DataFrame
        ``population_rates.RATES``, empty without a population.
    """
    if population.empty:
        return RATES.empty()
    counts = [one for one in measures if one.kind == "count" and one.base.of == "events"]
    parts = []
    for annual in (True, False):
        names = [one.name for one in counts if one.adds == annual]
        held = readings[readings["measure"].isin(names)].reset_index(drop=True)
        if len(held):
            parts.append(rates_of(held, population, annual=annual))
    rates = pd.concat(parts, ignore_index=True) if parts else RATES.empty()
    place = {one.name: at for at, one in enumerate(counts)}
    order = rates["measure"].map(place).argsort(kind="stable")
    return rates.iloc[order].reset_index(drop=True)
