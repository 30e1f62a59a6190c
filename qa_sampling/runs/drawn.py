"""Months of the invented authority that were really drawn, put into a register as a plan does."""

from __future__ import annotations

from qa_sampling import __version__
from qa_sampling.records import keys
from qa_sampling.records.invented.drawn_months import DrawnMonth
from qa_sampling.records.register import Register
from qa_sampling.sampling.frame import frame_snapshot
from qa_sampling.settings.plan import MonthlyAuditPlan


def register_month(register: Register, month: DrawnMonth) -> None:
    """Record a drawn month as the monthly plan does: its frame, then its draw.

    Parameters
    ----------
    register : Register
        Where it is recorded.
    month : DrawnMonth
        The month.
    """
    asked = MonthlyAuditPlan(period=month.period)
    register.fix_frame(
        period=month.period,
        design=asked.design,
        fingerprint=month.frame.fingerprint,
        snapshot=frame_snapshot(month.frame.cases),
        parameters=asked.record() | {"key_id": keys.INVENTED_KEY.key_id},
    )
    register.commit_draw(
        period=month.period,
        design=asked.design,
        draw=month.draw,
        assignment=month.assignment,
        as_at=month.as_at,
        due=month.due,
        title=asked.title,
        library_version=__version__,
    )
