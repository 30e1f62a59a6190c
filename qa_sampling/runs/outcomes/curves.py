"""Turning the curve: what a performance meeting looks at, measure by measure."""

from __future__ import annotations

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.results import Turning
from qa_sampling.runs.graded import graded_series
from qa_sampling.runs.outcomes.steps import Outcomes
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.turning import CurveToTurn
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.turning import turning_the_curve


def curve_of(found: Outcomes, curve: CurveToTurn, settings: OutcomeTrends) -> Turning:
    """Give a measure's history, its forecast, and whether it turned when something was done.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    curve : CurveToTurn
        The measure, its target and what was done.
    settings : OutcomeTrends
        Checked parameters.

    Raises
    ------
    TrendError
        When the measure was not counted or estimated over time, carries over from month to
        month, or is a median: none of the forecasts is of days.
    """
    measure = MEASURES[curve.measure]
    rows = found.readings[found.readings["measure"] == curve.measure]
    if measure.kind == "grade":
        rows = graded_series(found.grades[found.grades["unit_kind"] == "all"], settings)
    if rows.empty or measure.carries_over or measure.length:
        raise TrendError(
            f"`curves`: {measure.title} is not counted month by month here, so no curve can be "
            "drawn. Name a count or a share of events."
        )
    return turning_the_curve(
        rows.reset_index(drop=True),
        as_at=settings.extract_day,
        target=curve.target,
        interventions=[(one.since, one.name) for one in curve.done],
        better=measure.better,
        kind="sampled" if measure.kind == "grade" else None,
        title=measure.title,
        scope=settings.whose,
    )


NO_CURVE = (
    "No curve is named. For a performance meeting, give `curves` the measure, its target, what was "
    "done and since when; parameters/outcome_trends.yml has an example."
)


def curves_words(settings: OutcomeTrends) -> str:
    """Say which curves are to be turned, or how to name one.

    Parameters
    ----------
    settings : OutcomeTrends
        Checked parameters.
    """
    if not settings.curves:
        return NO_CURVE
    return f"To be turned: {'; '.join(MEASURES[one.measure].title for one in settings.curves)}."


def planned(curve: CurveToTurn, settings: OutcomeTrends) -> pd.DataFrame:
    """Give what the meeting wrote: the story, the partners, the actions with their review.

    Parameters
    ----------
    curve : CurveToTurn
        What was written.
    settings : OutcomeTrends
        Say the day: a review before it is due.

    Returns
    -------
    DataFrame
        `what` ("Story", "Partners", "Action"), `words`, `owner`, `review` (with "due" where the day
        has come); a row a part that was written.
    """
    rows = [("Story", curve.story, "", "")] if curve.story else []
    if curve.partners:
        rows.append(("Partners", "; ".join(curve.partners), "", ""))
    for one in curve.actions:
        day = pd.Timestamp(one.review)
        due = ", due" if day <= pd.Timestamp(settings.extract_day) else ""
        rows.append(("Action", one.what, one.owner, f"{day:%d %b %Y}{due}"))
    return pd.DataFrame(rows, columns=["what", "words", "owner", "review"])
