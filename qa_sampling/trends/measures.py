"""The registry of measures: all of an authority's outcomes by name."""

from __future__ import annotations

from qa_sampling.errors import TrendError
from qa_sampling.trends.asked_list_measures import ASKED_LISTS
from qa_sampling.trends.asked_measures import ASKED_EVENTS, ASKED_ON_A_DAY
from qa_sampling.trends.day_measures import ON_A_DAY
from qa_sampling.trends.duration_measures import DURATIONS
from qa_sampling.trends.elsewhere_measures import FROM_ELSEWHERE
from qa_sampling.trends.event_measures import FROM_EVENTS
from qa_sampling.trends.list_measures import FROM_LISTS
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.register_measures import FROM_REGISTER

__all__ = ["MEASURES", "Measure", "measure_of"]

MEASURES: dict[str, Measure] = {
    one.name: one
    for one in (
        *FROM_EVENTS,
        *DURATIONS,
        *ON_A_DAY,
        *FROM_LISTS,
        *FROM_REGISTER,
        *ASKED_EVENTS,
        *ASKED_ON_A_DAY,
        *ASKED_LISTS,
        *FROM_ELSEWHERE,
    )
}
"""By name: from events, how long they take, on a day, from lists, of the register, of what ChAT
shows besides, and from elsewhere."""


def measure_of(name: str) -> Measure:
    """Give a measure by its name.

    Parameters
    ----------
    name : str
        Key of :data:`MEASURES`.

    Raises
    ------
    TrendError
        When there is none of that name.
    """
    if name not in MEASURES:
        raise TrendError(f"There is no measure {name!r}. Choose one of: {', '.join(MEASURES)}.")
    return MEASURES[name]
