"""The other QA activity of an invented authority, with truths planted for analyses to find.

Planted: one service gives little family feedback; IRO escalations fall over the months; one
service has more complaints that say visits are missed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from qa_sampling.loop.vocabulary import ACTIVITY_KINDS, THEMES
from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.records.invented.days import (
    month_starts,
    next_weekday,
    to_date,
    to_dates,
)
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.grading import QUALITY, grade_of

QUIET_SERVICE = "Disabled Children"
"""Gives little feedback from families and children."""
QUIET_SHARE = 0.1
MISSED_SERVICE = "Leaving Care"
ESCALATIONS = (14.0, 4.0)
"""IRO escalations a month at scale 1, in the first and the last month."""
MONTHLY = {
    "Child protection conference observed": 3.0,
    "Looked-after review observed": 3.0,
    "Planned visit observed": 5.0,
    "Group supervision observed": 2.0,
    "Other meeting observed": 1.0,
    "Deskside discussion": 6.0,
    "Feedback from a family": 24.0,
    "Feedback from a child": 12.0,
    "Feedback from a practitioner": 8.0,
    "Feedback from a partner": 4.0,
    "Complaint": 7.0,
    "Compliment": 9.0,
    "Survey": 0.4,
    "Management oversight check": 8.0,
    "Supervision audit": 4.0,
    "Journey of the Child group": 1.0,
    "Peer sharing event": 1.0,
    "Rapid review": 0.15,
    "Consultation": 0.3,
    "Practice week": 0.17,
}
"""How often each kind happens in a month at scale 1."""
GOVERNED = {
    "QA Group meeting": ((1, 3, 5, 7, 9, 11), 0.9),
    "Report to members": ((1, 4, 7, 10), 0.85),
}
"""Months in which a meeting or a report is due, and how likely it is to take place."""
_OBSERVERS = (
    ("Team Manager", 40),
    ("Service Delivery Manager", 25),
    ("Principal Social Worker", 20),
    ("Senior Manager", 12),
    ("Director", 3),
)
_LIKELY = {
    "Child protection conference observed": "voice decisions",
    "Looked-after review observed": "voice care_planning",
    "Planned visit observed": "visits voice",
    "Group supervision observed": "oversight interventions",
    "Deskside discussion": "assessment planning recording",
    "Management oversight check": "oversight recording",
    "Supervision audit": "oversight culture",
    "IRO escalation": "planning statutory care_planning",
    "Feedback from a family": "voice difference",
    "Feedback from a child": "voice difference visits",
    "Feedback from a practitioner": "culture oversight",
    "Feedback from a partner": "assessment decisions",
    "Complaint": "visits recording",
    "Compliment": "difference",
}
_GOOD = "listened_to visits_kept plan_clear direct_work".split()
_BAD = "not_listened_to changes_of_worker reports_late plan_unclear communication".split()
_GIVEN_BY = {
    "Feedback from a family": (("Parent or carer", 85), ("Family member", 15)),
    "Feedback from a child": (("Child or young person", 1),),
    "Feedback from a practitioner": (("Practitioner", 1),),
    "Feedback from a partner": (("Partner", 1),),
    "Complaint": (("Parent or carer", 70), ("Family member", 15), ("Child or young person", 15)),
    "Compliment": (("Parent or carer", 60), ("Partner", 30), ("Child or young person", 10)),
    "Survey": (("Parent or carer", 50), ("Practitioner", 50)),
}


def invent_activity(
    staff: pd.DataFrame, *, seed: int, scale: float, until: date, months: int
) -> pd.DataFrame:
    """Invent the other QA activity of an authority, by its own stream of chance.

    Parameters
    ----------
    staff : DataFrame
        ``schema.STAFF``: teams and services.
    seed : int
        Seed of the authority.
    scale : float
        Its size.
    until : date
        Last day of its records.
    months : int
        Months of records.

    Returns
    -------
    DataFrame
        ``activities.ACTIVITIES``.
    """
    dice, apart = Dice(seed, "other QA activity"), Dice(seed, "meetings and reports")
    known = staff.dropna(subset=["team", "service"]).drop_duplicates("team")
    held = known[~known["service"].isin(("Family Connect", "Safeguarding and Review"))]
    teams = list(zip(held["team"], held["service"], strict=True))
    starts, rows = month_starts(until, months), []
    for place, start in enumerate(starts):
        part = place / max(len(starts) - 1, 1)
        rates = MONTHLY | {
            "IRO escalation": ESCALATIONS[0] + (ESCALATIONS[1] - ESCALATIONS[0]) * part
        }
        own: list[dict[str, Any]] = []
        for kind, rate in rates.items():
            tries = dice.round(2 * rate * scale)
            for _ in range(sum(dice.chance(0.5) for _ in range(tries))):
                team, service = dice.pick(teams)
                row = _activity(kind, start, dice)
                is_said = kind in ("Feedback from a family", "Feedback from a child")
                if is_said and service == QUIET_SERVICE and not dice.chance(QUIET_SHARE):
                    continue
                if kind == "Complaint" and service == MISSED_SERVICE and dice.chance(0.7):
                    row["themes"] = "visits_missed"
                own.append({"team": team, "service": service} | row)
        own += _governed(start, apart)
        month = f"I-{to_date(start):%Y-%m}"
        rows += [{"activity_id": f"{month}-{n:03d}"} | row for n, row in enumerate(own, start=1)]
    frame = pd.DataFrame(rows).reindex(columns=ACTIVITIES.names)
    frame["date"] = to_dates(frame["date"])
    return frame.astype(ACTIVITIES.empty().dtypes.to_dict())


def _governed(start: int, dice: Dice) -> list[dict[str, Any]]:
    """Give the meetings held and the reports made in a month: nobody's team."""
    month = to_date(start).month
    held = [
        kind for kind, (due, likely) in GOVERNED.items() if month in due and dice.chance(likely)
    ]
    return [_activity(kind, start, dice) for kind in held]


def _activity(kind: str, start: int, dice: Dice) -> dict[str, Any]:
    """Give one activity of a kind, in the month that starts on a day."""
    told = ACTIVITY_KINDS[kind]
    row: dict[str, Any] = {
        "kind": kind,
        "date": min(next_weekday(start + dice.below(26)), start + 27),
    }
    quality = dice.spread(QUALITY)
    if told.graded:
        row["grade"] = grade_of(quality)
        row["observer_role"] = dice.weighted(_OBSERVERS)
    standards = _LIKELY.get(kind, "").split()
    if standards:
        row["standards"] = "; ".join(sorted(dice.shuffled(standards)[: dice.between(1, 2)]))
    if kind in _GIVEN_BY:
        row["given_by"] = dice.weighted(_GIVEN_BY[kind])
    if kind.startswith("Feedback") or kind == "Survey":
        row["view"] = (
            "Positive" if dice.chance(0.55) else "Mixed" if dice.chance(0.6) else "Negative"
        )
        row["themes"] = dice.pick(_GOOD if row["view"] == "Positive" else _BAD)
    if kind == "Complaint":
        row["outcome"] = dice.weighted((("Upheld", 25), ("Partly upheld", 35), ("Not upheld", 40)))
        row["themes"] = dice.pick(_BAD)
    if kind == "IRO escalation":
        row["outcome"] = dice.weighted((("Resolved", 85), ("Not resolved", 15)))
        row["observer_role"], row["themes"] = "Independent Reviewing Officer", "drift"
    if kind in ("Survey", "Group supervision observed", "Peer sharing event", "Practice week"):
        row["people"] = dice.between(5, 60)
    return row


def activity_truths() -> dict[str, Any]:
    """Give what is planted, as plain data that JSON can hold."""
    return {
        "little_family_feedback": {"service": QUIET_SERVICE, "share_kept": QUIET_SHARE},
        "falling_escalations": {"first_month": ESCALATIONS[0], "last_month": ESCALATIONS[1]},
        "missed_visits": {"service": MISSED_SERVICE, "theme": THEMES["visits_missed"]},
    }
