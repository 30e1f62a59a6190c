"""The measure at review: whether it is back, and whether what was agreed turned it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.dates import month_in_words
from qa_sampling.results import Turning
from qa_sampling.runs.dive.cases import Dive, day_readings, monthly_readings, unit_words
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.reality import Reality, retest
from qa_sampling.runs.extract_gaps import months_in_words
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.turning import turning_the_curve


@dataclass(frozen=True)
class Review:
    """The measure before the deep dive, in its months, and at review. Restricted: small counts.

    Attributes
    ----------
    table : DataFrame
        Three rows: `when`, `months`, `concerned` (a month), `of` (cases a month; missing of a
        count), `share` (missing of a count).
    real : Reality
        The measure tested again in the month of the review.
    turning : Turning or None
        Its curve up to then, and whether it turned after what was agreed; None of a measure that
        is counted on a day, whose months take over most children from those before.
    per : str
        What the figures are of: "a month", or "on the day".
    """

    table: pd.DataFrame
    real: Reality
    turning: Turning | None
    per: str = "a month"


def review(told: Told, dive: Dive, settings: DeepDive, acted: pd.DataFrame) -> Review | None:
    """Test the measure again in the month of the review; None while there is none.

    Parameters
    ----------
    told : Told
        What the extracts tell, up to the review.
    dive : Dive
        The months of the deep dive.
    settings : DeepDive
        Name the month.
    acted : DataFrame
        Actions of the deep dive (``returned.ACTIONS``): the curve can turn from the month after
        the first was done; one that is not done turns nothing.

    Raises
    ------
    TrendError
        When the records hold no settled months up to it.
    """
    if not settings.review:
        return None
    later = settings.at_review
    then = open_dive(told, later)
    real = retest(told, then, later)
    readings = _own(told, dive, later)
    spans = ((dive.held, "before"), (dive.own, "in it"))
    rows = [_figures(readings, months, when) for months, when in spans]
    last = pd.date_range(*then.days, freq="MS")
    rows.append(_figures(readings, last, "at review"))
    names = ["when", "months", "concerned", "of", "share"]
    table = pd.DataFrame(rows, columns=names)
    if dive.kind != "period":
        return Review(table, real, None, dive.per)
    done = acted["completed"].dropna().sort_values()
    turning = turning_the_curve(
        readings,
        as_at=later.extract_day,
        interventions=[(done.iloc[0], "What was agreed")] if len(done) else [],
        better=dive.measure.better,
        title=dive.measure.title,
        scope=unit_words(settings) if settings.is_of_unit else settings.whose,
    )
    return Review(table, real, turning)


def _own(told: Told, dive: Dive, settings: DeepDive) -> pd.DataFrame:
    kind = settings.unit_kind if settings.is_of_unit else None
    counted = day_readings if dive.measure.stock else monthly_readings
    readings = counted(told, dive.measure, settings, kind)
    whose = settings.unit if settings.is_of_unit else EVERYBODY
    return readings[readings["unit"] == whose].reset_index(drop=True)


def _figures(readings: pd.DataFrame, months: object, when: str) -> tuple:
    held = readings[readings["start"].isin(months) & readings["numerator"].notna()]
    held = held.sort_values("start")
    span = months_in_words(held["start"])
    cases = held["denominator"].mean()
    share = float(held["numerator"].sum() / held["denominator"].sum()) if pd.notna(cases) else None
    return when, span, float(held["numerator"].mean()), cases, share


def review_words(found: Review | None, settings: DeepDive) -> tuple[str, ...]:
    """Say how the measure stands at review, and what can be said of why.

    Parameters
    ----------
    found : Review or None
        The review.
    settings : DeepDive
        Name the month.
    """
    if found is None:
        return (
            "No review has been asked for. Give the month in `review`, with the extract of then.",
        )
    month = month_in_words(pd.Timestamp(f"{settings.review}-01").date())
    parts = [
        f"{row.concerned:.1f} {found.per} {row.when} ({row.months}"
        + (f"; {row.share:.0%} of {row.of:.0f})" if pd.notna(row.share) else ")")
        for row in found.table.itertuples()
    ]
    back = (
        "It differs from the day it is held against at review, too, by more than chance."
        if found.real.is_signal and found.real.day
        else "There is a signal at review: it is back, or has not gone. " + found.real.signals.words
        if found.real.is_signal
        else "There is no signal at review."
    )
    done = None if found.turning is None else found.turning.done
    why = (
        "Whether what was agreed turned it cannot be told of a measure that is counted on a day."
        if done is None
        else " ".join(done["words"])
        if len(done)
        else "Nothing that was agreed is done, by the register of actions; so what turned it, if "
        "it turned, was not that."
    )
    said = "; ".join(parts)
    caution = (
        "A spike falls back by itself more often than not, for a high month is chosen for being "
        "high: a fall alone does not show that the action worked."
    )
    return (f"At review, {month}: {said}.", back, why, caution)
