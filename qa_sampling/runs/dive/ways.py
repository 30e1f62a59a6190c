"""What became of the children: how soon they came again, and their way beside that of others."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.runs.dive.carried import ELSEWHERE, in_groups
from qa_sampling.runs.dive.cases import OUTCOME, Dive
from qa_sampling.runs.dive.code_words import in_words
from qa_sampling.runs.dive.kinds import NO_WAY
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.background import add_background
from qa_sampling.trends.cohorts import Cohorts, compare_cohorts
from qa_sampling.trends.day_cases import why_no_sample
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.factor_words import factor_words
from qa_sampling.trends.journeys import Journeys, journeys
from qa_sampling.trends.measure_cases import waits_of
from qa_sampling.trends.waiting import times_to_next
from qa_sampling.trends.waiting_model import WaitModel, explain_waits

_COHORT_QUARTERS = 6


def waited_for(told: Told, dive: Dive, settings: DeepDive) -> pd.DataFrame | None:
    """Give each start of the latest quarters with how long it took; None where nothing is awaited.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    dive : Dive
        The measure.
    settings : DeepDive
        Give the day of the extract.

    Returns
    -------
    DataFrame or None
        What ``waiting.times_to_next`` gives, with ``background.add_background`` of its day.
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
    if told.covered is not None:
        since = told.covered.unbroken_since(str(asked["start"]), str(asked["event"]))
        waits = waits[waits["start"] >= since]
    quarters = sorted(waits["quarter"].unique())[-_COHORT_QUARTERS - 1 :]
    waits = waits[waits["quarter"].isin(quarters)].reset_index(drop=True)
    return waits if len(waits) else None


def coming_again(waits: pd.DataFrame | None, dive: Dive) -> Cohorts | None:
    """Give the share that has come by each day, by quarter; None where nothing is awaited.

    Parameters
    ----------
    waits : DataFrame or None
        What :func:`waited_for` gives.
    dive : Dive
        The measure.
    """
    if waits is None:
        return None
    return compare_cohorts(waits, event=str(waits_of(dive.measure)["event"]))


def coming_sooner(
    waits: pd.DataFrame | None, told: Told, dive: Dive, settings: DeepDive
) -> WaitModel | str:
    """Say what makes it come sooner; why not, where that cannot be said.

    The factors are those known on the day the wait begins. Where it came in too few families for
    all, the last named are left out.

    Parameters
    ----------
    waits : DataFrame or None
        What :func:`waited_for` gives.
    told : Told
        What the extracts tell.
    dive : Dive
        The measure.
    settings : DeepDive
        Name the factors.
    """
    if waits is None:
        return "This measure asks for nothing that comes later, so there is no time to it."
    held = add_background(waits, told.events, children=told.children)
    for name in ("source", "need"):
        held[name] = [in_words(name, one) for one in held[name]]
    known = [one for one in dive.factors if one in held and held[one].nunique() > 1]
    columns, why = (
        list(known),
        "All starts are alike in every factor, so none makes it come sooner.",
    )
    event = str(waits_of(dive.measure)["event"])
    while columns:
        try:
            found = explain_waits(held, event=event, columns=columns)
            return replace(found, notes=(*found.notes, *_left_out(known[len(columns) :])))
        except TrendError as error:
            why = str(error)
            columns = columns[:-1]
    return why


def _left_out(more: list[str]) -> tuple[str, ...]:
    if not more:
        return ()
    names = ", ".join(factor_words(one) for one in more)
    return (f"Not in the model, for it came in too few families: {names}.",)


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
    if dive.kind != "period":
        return NO_WAY
    if why_no_sample(dive.measure):
        return "No child stands behind these entries, so there is no way to follow."
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
