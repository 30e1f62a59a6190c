"""What became of the children: how soon they came again, and their way beside that of others."""

from __future__ import annotations

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.runs.dive.carried import ELSEWHERE, in_groups
from qa_sampling.runs.dive.cases import OUTCOME, Dive
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.cohorts import Cohorts, compare_cohorts
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.journeys import Journeys, journeys
from qa_sampling.trends.measure_cases import waits_of
from qa_sampling.trends.waiting import times_to_next

_COHORT_QUARTERS = 6


def coming_again(told: Told, dive: Dive, settings: DeepDive) -> Cohorts | None:
    """Give the share that has come by each day, by quarter; None where nothing is waited for.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    dive : Dive
        The measure.
    settings : DeepDive
        Give the day of the extract.
    """
    asked = waits_of(dive.measure)
    if asked is None:
        return None
    born = told.children.drop_duplicates("child_id").set_index("child_id")["date_of_birth"]
    family = told.events.drop_duplicates("child_id")
    if "family_id" in family:
        children = family[["child_id", "family_id"]].reset_index(drop=True)
    else:
        children = family[["child_id"]].assign(family_id=None)
    children = children.assign(date_of_birth=children["child_id"].map(born))
    competing = ("Care episode",) if asked["event"] != "Care episode" else ()
    waits = times_to_next(told.events, as_at=settings.extract_day, competing=competing,
                          children=children, **asked)  # fmt: skip
    quarters = sorted(waits["quarter"].unique())[-_COHORT_QUARTERS - 1 :]
    waits = waits[waits["quarter"].isin(quarters)]
    return compare_cohorts(waits, event=str(asked["event"])) if len(waits) else None


def ways_of(told: Told, dive: Dive, settings: DeepDive, found: Drivers) -> Journeys | str:
    """Set the way of the children concerned beside that of others; say why not where it cannot be.

    The concerned are those of the named groups, or all where none is named; the others are of the
    same months, or, of a count, the cases of the months before. A case without a
    referral in the year before it has no way and is left out.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    dive : Dive
        The cases.
    settings : DeepDive
        Say how long they are followed.
    found : Drivers
        Who carries it.
    """
    cases = dive.now.assign(own=concerned_of(dive, found))
    if not dive.is_share:
        cases = pd.concat([cases[cases["own"]], dive.before.assign(own=False)], ignore_index=True)
    cases = cases[cases["referred"].notna()]
    keys = ["child_id", "referred"]
    own = cases.groupby(keys)["own"].any()
    ways = cases.drop_duplicates(keys)[[*keys, "family_id"]].set_index(keys)
    ways = ways.assign(concerned=own).reset_index().rename(columns={"referred": "start"})
    try:
        return journeys(told.events, ways, as_at=settings.extract_day,
                        within_days=settings.follow_days)  # fmt: skip
    except TrendError as error:
        return str(error)


def concerned_of(dive: Dive, found: Drivers) -> pd.Series:
    """Say which cases of these months are concerned: of the named groups, or all if none is.

    Parameters
    ----------
    dive : Dive
        The cases.
    found : Drivers
        Who carries it.
    """
    own = dive.now[OUTCOME] == 1
    if found.named.empty:
        return own
    return own & (in_groups(dive.now, found) != ELSEWHERE)
