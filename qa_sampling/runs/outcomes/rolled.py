"""The twelve months up to each month, of measures that are published by the year."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.runs.outcomes.rates import rates_over_time
from qa_sampling.runs.outcomes.steps import Outcomes
from qa_sampling.runs.populations import population_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.rolling import rolling_year


@dataclass(frozen=True)
class Rolled:
    """Rolling years. Restricted: differences of neighbours are small counts.

    Attributes
    ----------
    years : DataFrame
        ``rolling.ROLLING`` of everybody, counts and shares.
    rates : DataFrame
        The counts as rates (``population_rates.RATES``); empty without a population.
    """

    years: pd.DataFrame
    rates: pd.DataFrame


def rolled_of(found: Outcomes, settings: OutcomeTrends) -> Rolled:
    """Add up twelve months to each month, of measures with a figure that is published by the year.

    Nothing is signalled: neighbours share 11 of their 12 months.

    Parameters
    ----------
    found : Outcomes
        What was counted by month.
    settings : OutcomeTrends
        Give the population.
    """
    yearly = [one for one in found.measures if one.adds and one.benchmark]
    names = [one.name for one in yearly]
    held = found.readings[found.readings["measure"].isin(names)].reset_index(drop=True)
    years = rolling_year(held)
    return Rolled(years, rates_over_time(years, yearly, population_of(settings)))
