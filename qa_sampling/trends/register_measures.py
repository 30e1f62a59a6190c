"""Measures of the register: what came in about the services, how good audits find practice."""

from __future__ import annotations

from qa_sampling.trends.measure import Measure, count
from qa_sampling.trends.measure_bases import Estimated, Logged

__all__ = ["FROM_REGISTER"]

FROM_REGISTER: tuple[Measure, ...] = (
    count(
        "complaints",
        "Complaints",
        "How many complaints come in?",
        "",
        Logged("Complaint"),
        "Complaints received about children's services, as the register of activity has them. No "
        "child stands in it; team and service do where they were written down. Months before the "
        "first complaint are missing, because nothing says that the list was kept.",
        better="down",
        cluster="",
    ),
    Measure(
        name="audits_good",
        title="Audits graded good or better",
        question="How good do audits find practice?",
        kind="grade",
        base=Estimated(),
        better="up",
        cluster="",
        definition="Share of open cases with which practice is good or better overall: an estimate "
        "from the audits that were drawn, by quarter, with the interval of the draw's design; "
        "never the share of the audits read, and never a count of all cases. Teams "
        "and quarters with few audits have no interval and so no figure.",
    ),
)
"""Read from the register before series are made (``runs.outcomes.registered``)."""
