"""An invented training exercise: auditors of planted severity grade the same cases."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.invented.audits import PLANTED_SHIFT
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.grading import HARDER, grade_of
from qa_sampling.schema import NOT_APPLICABLE, QUALITY_STANDARDS

AUDITORS = 14
QUALITIES = (2700, 1800)
"""Quality of the cases, in thousandths of a grade: a weak Good and a Requires improvement."""
OVERALL, EXPERT = "overall", "Expert"


def invent_exercise(authority: Authority) -> pd.DataFrame:
    """Give the grades of an exercise with two cases, by its own stream of chance.

    Parameters
    ----------
    authority : Authority
        Names the auditors; the lenient and the severe one are among them.

    Returns
    -------
    DataFrame
        One row a grade: `case_ref`, `rater` (name; "Expert"), `standard`, `grade`.
    """
    dice = Dice(authority.seed, "training exercise")
    staff = authority.staff[authority.staff["may_audit"]].set_index("staff_id")["name"]
    planted = [authority.truths[name]["staff_id"] for name in ("lenient_auditor", "severe_auditor")]
    others = [number for number in staff.index if number not in planted]
    people = [*planted, *dice.shuffled(others)[: AUDITORS - len(planted)]]
    shifts = dict(zip(planted, (PLANTED_SHIFT, -PLANTED_SHIFT), strict=True))
    rows = []
    for place, quality in enumerate(QUALITIES, start=1):
        true = {
            name: quality + HARDER.get(name, 0) + dice.between(-350, 350)
            for name in QUALITY_STANDARDS
        } | {OVERALL: quality}
        rows += [(f"Case {place}", EXPERT, name, grade_of(value)) for name, value in true.items()]
        for number in people:
            shift = shifts.get(number, dice.between(-120, 120))
            for name, value in true.items():
                grade = grade_of(value + shift + dice.between(-450, 450))
                if name == "culture" and dice.chance(0.15):
                    grade = NOT_APPLICABLE
                rows.append((f"Case {place}", staff[number], name, grade))
    return pd.DataFrame(rows, columns=["case_ref", "rater", "standard", "grade"])
