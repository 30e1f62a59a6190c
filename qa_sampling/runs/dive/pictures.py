"""The pictures of a deep dive, each as a result that ``reporting.plots`` draws. Restricted."""

from __future__ import annotations

from dataclasses import replace

from qa_sampling.results import CohortCurves, Decomposition, IntervalList, Journey
from qa_sampling.runs.dive.carried import Apart
from qa_sampling.runs.dive.cases import Dive
from qa_sampling.trends.cohorts import Cohorts
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.journeys import Journeys
from qa_sampling.trends.measured import EVERYBODY


def change_waterfall(apart: Apart, dive: Dive) -> Decomposition:
    """Give the change a month, from then to now.

    Parameters
    ----------
    apart : Apart
        The change taken apart.
    dive : Dive
        The measure and the months.
    """
    fall = apart.together.waterfall(
        start_name="A month before",
        end_name="A month now",
        measure=f"{dive.measure.title}, a month",
        scope=f"{dive.spans[1]} against {dive.spans[0]}",
        unit="count",
    )
    if dive.is_share:
        return fall
    kept = fall.table[fall.table["part"] == "Volume"].reset_index(drop=True)
    return replace(fall, table=kept)


def carried_waterfall(found: dict[str, Drivers], dive: Dive) -> Decomposition:
    """Give the way from what was expected to what was seen, by named group.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    dive : Dive
        The measure and the months.
    """
    return found[EVERYBODY].waterfall(
        measure=f"{dive.measure.title}, expected and seen", scope=dive.spans[1]
    )


def group_ratios(found: dict[str, Drivers], dive: Dive) -> IntervalList:
    """Give how many times the expected families each group has.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    dive : Dive
        The measure and the months.
    """
    return found[EVERYBODY].intervals(scope=f"{dive.measure.title}, {dive.spans[1]}")


def cohort_curves(found: Cohorts | None, dive: Dive) -> list[CohortCurves]:
    """Give the curves of the quarters; none where nothing is waited for or too few were watched.

    Parameters
    ----------
    found : Cohorts or None
        The curves.
    dive : Dive
        The measure.
    """
    if found is None or not any(one > 0 for one in found.reach.values()):
        return []
    title = f"How soon: {dive.measure.title[:1].lower()}{dive.measure.title[1:]}"
    return [found.drawn(measure=title, scope="by quarter")]


def journey_pictures(found: Journeys | str) -> list[Journey]:
    """Give both ways; none where they could not be compared.

    Parameters
    ----------
    found : Journeys or str
        The ways, or why there are none.
    """
    if isinstance(found, str):
        return []
    return [
        replace(found.concerned, scope="The way of the children concerned"),
        replace(found.others, scope="The way of the others"),
    ]
