"""Re-audits of the invented authority: cases graded Inadequate, drawn again and looked at again."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from qa_sampling.records import keys
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.cases_of_day import cases_of_day
from qa_sampling.records.invented.drawn_months import DrawnMonth, graded, opened_month
from qa_sampling.sampling.frame import Eligibility, build_frame
from qa_sampling.sampling.selection import Size, draw_sample

RE_AUDITED = ("2026-02", "2026-05", "2026-09")
"""Months whose re-audits the invented authority drew."""
AFTER = (500, 2300)
"""Planted: how good practice is with them after the actions, in thousandths of a grade: better with
most of them, and as it was with others."""
CALLED = Eligibility(
    open_at_least_weeks=0,
    not_audited_within_months=0,
    last_graded=("Inadequate",),
    re_audit_after_months=3,
    re_audit_within_months=9,
)
"""As `parameters/re_audit.yml` asks."""


def re_audited_month(authority: Authority, period: str, past: pd.DataFrame) -> DrawnMonth:
    """Draw all cases whose last grade calls for another audit.

    Parameters
    ----------
    authority : Authority
        The invented authority.
    period : str
        The month.
    past : DataFrame
        Audits before it: `case_ref`, `date` (completed), `grade`.
    """
    day = date.fromisoformat(f"{period}-01") - timedelta(1)
    cases = cases_of_day(authority, day)
    frame = build_frame(
        cases,
        CALLED,
        rows=("service",),
        columns=(),
        as_at=day,
        key=keys.INVENTED_KEY.secret,
        families=authority.families,
        restricted=authority.restricted,
        past_audits=past,
    )
    size = Size(len(frame.cases), reserves=0, one_per_family=False)
    draw = draw_sample(frame, size, seed=f"invented re-audits {period}")
    shown = {"frame": frame, "draw": draw, "series": "r", "within": AFTER}
    return opened_month(authority, period, cases, **shown)


def graded_again(authority: Authority, months: list[DrawnMonth]) -> dict[str, pd.DataFrame]:
    """Let re-audits be done; give the tables of ``invented.grading``.

    Parameters
    ----------
    authority : Authority
        The invented authority.
    months : list of DrawnMonth
        What was drawn again.
    """
    return graded(authority, months, apart="re-audits")
