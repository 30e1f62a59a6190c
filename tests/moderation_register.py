"""A register with invented moderated audits, and an intruder with the tables made of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from qa_sampling.records import returned
from qa_sampling.records.register import Register
from qa_sampling.settings.analyses import ModerationAgreement

GRADES = ("Inadequate", "Requires improvement", "Good", "Outstanding")
ANSWERS = ("Yes", "Partly", "No", "Not recorded")


@dataclass(frozen=True)
class Moderated:
    """One audit and its moderation, made on one day; grades by their place, worst first."""

    name: str
    day: str
    first: int
    second: int
    reflects: str = "Yes"
    learning: str = "Yes"
    design: str = "monthly"


def asked(period: str, **more) -> ModerationAgreement:
    """Parameters of a run on one's own register."""
    return ModerationAgreement(authority="Little Inventshire", extract="own", period=period, **more)


def month(seed: int, period: str, count: int, design: str = "monthly") -> list[Moderated]:
    """Invented moderations of one month: most grades the same, few answers No."""
    dice = random.Random(f"{seed} {period} {design}")
    found = []
    for place in range(count):
        first = dice.choice((1, 2, 2, 2, 3))
        second = min(3, max(0, first + dice.choice((0, 0, 0, 0, 1, -1))))
        answers = dice.choice(ANSWERS[:3]), dice.choice(("Yes", "Yes", "No"))
        name = f"{period}-{design}-{place}"
        found.append(
            Moderated(name, f"{period}-{1 + place % 28:02d}", first, second, *answers, design)
        )
    return found


def record(register: Register, rows: Sequence[Moderated]) -> None:
    """Record them as audits that were moderated on the day they were completed."""
    audits, answers, moderations, again = [], [], [], []
    for one in rows:
        audits.append(
            {
                "audit_id": f"A-{one.name}",
                "case_ref": f"CASE-{one.name}",
                "period": one.day[:7],
                "design": one.design,
                "date_completed": one.day,
                "auditor_id": "S1",
            }
        )
        answers.append(
            {"audit_id": f"A-{one.name}", "standard": "overall", "grade": GRADES[one.first]}
        )
        moderations.append(
            {
                "moderation_id": f"M-{one.name}",
                "audit_id": f"A-{one.name}",
                "moderator_id": "S9",
                "date": one.day,
                "reflects_practice": one.reflects,
                "meaningful_learning": one.learning,
            }
        )
        again.append(
            {"moderation_id": f"M-{one.name}", "standard": "overall", "grade": GRADES[one.second]}
        )
    register.record_audits(_table(returned.AUDITS, audits), _table(returned.ANSWERS, answers))
    register.record_moderations(
        _table(returned.MODERATIONS, moderations), _table(returned.MODERATED_ANSWERS, again)
    )


def _table(declared, rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=declared.names)
    return frame.astype(declared.empty().dtypes.to_dict())


def known_too_well(
    printed: Sequence[tuple[Sequence[str], Sequence]],
    truth: Mapping[tuple[str, str, str], int],
) -> list[str]:
    """Give counts of 1 to 5 that whoever reads the tables knows to be below 6, in words.

    `printed` holds, of each publication, the parts of the time it counts (nothing was moderated
    in any other) and its tables, of which the printed rows are read. `truth` has every count by
    classification, label and part of the time, and says only which of them are small.
    """
    places = {key: at for at, key in enumerate(truth)}
    parts = list(dict.fromkeys(part for _, _, part in truth))
    classes = list(dict.fromkeys(name for name, _, _ in truth))
    sums, low, high = [], [], []

    def know(marks, least, most):
        sums.append(marks)
        low.append(least)
        high.append(most)

    def marked(name, label, some):
        marks = np.zeros(len(places))
        for (whose, what, part), at in places.items():
            if whose == name and part in some and label in (what, "Total"):
                marks[at] = 1
        return marks

    for name in classes[1:]:
        for part in parts:
            know(marked(name, "Total", [part]) - marked(classes[0], "Total", [part]), 0, 0)
    wanted = {
        f"{name} {label} in {part}": marked(name, label, [part])
        for name, label, part in truth
        if 0 < truth[name, label, part] < 6
    }
    for some, tables in printed:
        for table in tables:
            name = table.by[0]
            for label, value, *_ in table.rows:
                stands = ("Partly", "No", "Not recorded") if label == "Not yes" else (label,)
                marks = sum(marked(name, one, some) for one in stands)
                if value == "[c]":
                    wanted[f"{name} {label} in {some}"] = marks
                else:
                    know(marks, value, value)
    return [words for words, marks in wanted.items() if _is_known(marks, sums, low, high)]


def _is_known(marks, sums, low, high) -> bool:
    ends = []
    for sign in (1, -1):
        solved = milp(
            sign * marks,
            integrality=np.ones(len(marks)),
            bounds=Bounds(0, 300),
            constraints=LinearConstraint(np.array(sums), low, high),
        )
        assert solved.status == 0, solved.message
        ends.append(round(sign * solved.fun))
    least, most = ends
    return most > 0 and not (most >= 6 and most - least >= 5)


def truth_of(parts: Mapping[str, Sequence[Moderated]]) -> dict[tuple[str, str, str], int]:
    """Count moderations by classification, label and part of the time."""
    found = {}
    for part, rows in parts.items():
        told = {
            "steps": [str(one.first - one.second) for one in rows],
            "found": ["Good or better" if one.second > 1 else "Less than good" for one in rows],
            "reflects": [one.reflects for one in rows],
            "learning": [one.learning for one in rows],
        }
        labels = {
            "steps": [str(step) for step in range(-3, 4)],
            "found": ["Good or better", "Less than good"],
            "reflects": ANSWERS,
            "learning": ANSWERS,
        }
        for name, values in told.items():
            for label in labels[name]:
                found[name, label, part] = values.count(label)
    return found
