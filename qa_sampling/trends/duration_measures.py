"""Measures of how long things take, as declared data.

A month's figure is the median: a few very long cases move a mean and not a median. They are of
what ended in the month, so a month in which a backlog is cleared looks slow; what still waits is
not in it. The chart is an XmR chart: what is usual is learnt from how far neighbouring months
differ, since medians of days have no distribution that is known beforehand.
"""

from __future__ import annotations

from qa_sampling.trends.measure import Measure, duration
from qa_sampling.trends.measure_bases import Base
from qa_sampling.trends.measure_lengths import FromStart, SinceEvent

__all__ = ["DURATIONS"]

_SOURCE = "Working Together to Safeguard Children 2023"

DURATIONS: tuple[Measure, ...] = (
    duration(
        "assessment_days",
        "Working days to complete an assessment",
        "How long does the usual assessment take?",
        Base("Assessment", "end_date"),
        FromStart(),
        "Of assessments authorised, the median of the working days since their start, which is "
        f"day 0. At most 45 are allowed ({_SOURCE}), so half of them being later would be far off.",
        better="down",
        target=45.0,
    ),
    duration(
        "icpc_days",
        "Working days from strategy discussion to initial conference",
        "How long does a child wait for the initial conference?",
        Base("Initial child protection conference"),
        SinceEvent("Section 47 enquiry", 12),
        "Of conferences held, the median of the working days since the child's latest strategy "
        f"discussion in the 12 months before, which is day 0. At most 15 are allowed ({_SOURCE}).",
        better="down",
        target=15.0,
    ),
    duration(
        "plan_days",
        "Days on a child protection plan at its end",
        "How long does the usual plan last?",
        Base("Child protection plan", "end_date"),
        FromStart(working=False),
        "Of plans ended, the median of the days they lasted, the first and the last counted. "
        "Neither long nor short is good by itself: read it beside second plans.",
    ),
)
"""Each with its events and how long each of them took."""
