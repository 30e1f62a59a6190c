"""The truths planted in an invented authority, and how they are told as plain data."""

from __future__ import annotations

from datetime import date
from typing import Any

from qa_sampling.records.invented.arrivals import SEASON, Spike
from qa_sampling.records.invented.audits import PLANTED_SHIFT, AuditProgramme
from qa_sampling.records.invented.days import month_end, month_starts, to_date
from qa_sampling.records.invented.faults import planned_faults
from qa_sampling.records.invented.history import History
from qa_sampling.records.invented.journeys import Turn
from qa_sampling.records.invented.staffing import locality_weights

SPIKE_SOURCE = "6"
SPIKE_FAMILIES_A_MONTH = 9.0
SPIKE_MONTHS = (9, 7)
"""The first and the last month of the spike, counted back from the last: 0 is the last."""
TURN_MONTHS = 16
"""Months from the intervention to the end of the records (half of them, if fewer)."""


def plant(until: date, months: int, scale: float) -> tuple[Turn, Spike]:
    """Give the intervention and the spike that are planted.

    Parameters
    ----------
    until : date
        Last day of the records.
    months : int
        Months of records.
    scale : float
        Size of the authority.
    """
    starts = month_starts(until, months)
    turn = Turn(starts[-min(TURN_MONTHS, months // 2)])
    first, last = (starts[-1 - back] for back in SPIKE_MONTHS)
    locality = min(2, len(locality_weights(scale)) - 1)
    return turn, Spike(first, month_end(last), SPIKE_SOURCE, locality, SPIKE_FAMILIES_A_MONTH)


def tell(history: History, turn: Turn, spike: Spike, programme: AuditProgramme) -> dict[str, Any]:
    """Give the planted truths as plain data that JSON can hold.

    Parameters
    ----------
    history : History
        The story.
    turn, spike
        What was planted.
    programme : AuditProgramme
        The audits, once run.
    """
    team = next(
        team.name
        for team in history.teams
        if team.kind == "assessment" and team.locality == spike.locality
    )
    months = [
        f"{to_date(start):%Y-%m}"
        for start in month_starts(to_date(spike.last), 1 + SPIKE_MONTHS[0] - SPIKE_MONTHS[1])
    ]
    return {
        "re_referral_spike": {
            "measure": "re-referrals within 12 months",
            "months": months,
            "source": spike.source,
            "team": team,
            "families_a_month": spike.families_a_month,
        },
        "turned_curve": {
            "intervention": "Family Safeguarding",
            "date": to_date(turn.day).isoformat(),
            "measure": "share of child protection plans that are second or subsequent",
            **_shares(history, turn),
        },
        "lenient_auditor": {"staff_id": programme.lenient, "shift": PLANTED_SHIFT / 1000},
        "severe_auditor": {"staff_id": programme.severe, "shift": -PLANTED_SHIFT / 1000},
        "seasonality": {str(month): share / 100 for month, share in enumerate(SEASON, start=1)},
        "faults": planned_faults(),
    }


def _shares(history: History, turn: Turn) -> dict[str, Any]:
    """Give the share of repeat plans before and after, over the months of records."""
    plans = history.records["plans"]
    plans = plans[(plans["start"] >= history.first) & (plans["start"] <= history.last)]
    told = {}
    for name, part in (
        ("before", plans[plans["start"] < turn.day]),
        ("after", plans[plans["start"] >= turn.day]),
    ):
        repeated, starts = int((part["previous"] > 0).sum()), len(part)
        told[name] = {"repeat_plans": repeated, "plan_starts": starts}
    return told
