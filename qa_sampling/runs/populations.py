"""The population that the parameters declare, as the methods take it."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from qa_sampling.records.invented.published import SEED
from qa_sampling.records.invented.published_areas import AREAS, OWN
from qa_sampling.records.invented.published_counts import populations
from qa_sampling.settings.population import Population
from qa_sampling.trends.population_rates import POPULATIONS

_INVENTED = "Invented mid-year estimates"


class WithPopulation(Protocol):
    """Parameters that declare a population.

    Attributes
    ----------
    population : tuple of PopulationEstimate
        Its estimates.
    """

    population: Population

    @property
    def is_invented(self) -> bool:
        """Whether they are of the invented authority."""


def population_of(settings: WithPopulation) -> pd.DataFrame:
    """Give the estimates of the population that the parameters declare.

    Parameters
    ----------
    settings : WithPopulation
        Hold `population`. The invented authority without any has that of its invented published
        figures.

    Returns
    -------
    DataFrame
        ``population_rates.POPULATIONS``; empty where none is declared.
    """
    rows = [(one.year, float(one.children), one.vintage) for one in settings.population]
    if not rows and settings.is_invented:
        own = next(one for one in AREAS if one.code == OWN)
        held = populations(own, SEED)
        rows = [(year, float(children), _INVENTED) for year, children in held.items()]
    if not rows:
        return POPULATIONS.empty()
    table = pd.DataFrame(rows, columns=POPULATIONS.names).sort_values("year", ignore_index=True)
    return table.astype(POPULATIONS.empty().dtypes.to_dict())
