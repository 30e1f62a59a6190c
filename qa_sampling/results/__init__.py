"""What results share: intervals, and results that one part computes and another draws.

Methods compute them, ``reporting.plots`` draws them, ``reporting.alt_texts`` and
``reporting.narrative`` say them; none needs to know the other. Nothing is computed or rounded
here: a result holds its numbers to its declaration and refuses what makes no sense. Tables are
never altered; a column that may be left out is filled in a copy.
"""

from __future__ import annotations

from qa_sampling.results.agreeing import AgreementTable, Severities
from qa_sampling.results.calibrating import Calibration
from qa_sampling.results.changing import Decomposition, Journey
from qa_sampling.results.comparing import Funnel
from qa_sampling.results.curves import CohortCurves
from qa_sampling.results.described import Described
from qa_sampling.results.intervals import GradeDistribution, Interval
from qa_sampling.results.over_time import (
    ControlChart,
    Forecast,
    Sparklines,
    latest_settled,
    own_starts,
    since_recorded,
)
from qa_sampling.results.profiles import GradeProfiles, IntervalList
from qa_sampling.results.turning import Turning

__all__ = [
    "AgreementTable",
    "Calibration",
    "CohortCurves",
    "ControlChart",
    "Decomposition",
    "Described",
    "Forecast",
    "Funnel",
    "GradeDistribution",
    "GradeProfiles",
    "Interval",
    "IntervalList",
    "Journey",
    "Severities",
    "Sparklines",
    "Turning",
    "latest_settled",
    "own_starts",
    "since_recorded",
]
