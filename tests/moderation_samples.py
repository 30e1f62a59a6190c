"""Invented moderated audits for the tests of direction, severity and calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE, NO_GRADE, Scale
from qa_sampling.schema import NOT_APPLICABLE

WORST_FIRST = GRADES_SCALE.grades


def moderated(
    rows: Sequence[tuple],
    columns: str = "case_ref auditor moderator first second",
    *,
    scale: Scale = GRADES_SCALE,
    probability: str | None = None,
) -> Ratings:
    """Give ratings of one row a pair; grades by their place (0 the worst), None for none.

    -3 stands for not applicable, "" for not recorded. `standard`, `period`, `service` and
    `chance` may be among the columns.
    """
    table = pd.DataFrame(rows, columns=columns.split())
    parts = []
    for role, grade in (("auditor", "first"), ("moderator", "second")):
        side = table.rename(columns={role: "rater", grade: "grade"}).assign(role=role)
        others = [name for name in ("auditor", "moderator", "first", "second") if name in side]
        side = side.drop(columns=others)
        parts.append(side[side["grade"].notna() & side["rater"].notna()])
    long = pd.concat(parts, ignore_index=True)
    long["grade"] = [_word(one, scale) for one in long["grade"]]
    long = long.drop_duplicates()
    return Ratings.from_long(long, scale=scale, probability=probability)


def _word(grade: object, scale: Scale) -> str:
    if isinstance(grade, str):
        return grade
    place = int(grade)
    return NOT_APPLICABLE if place == NO_GRADE else scale.grades[place]


def with_gaps(gaps: Sequence[int], auditors: Sequence[str] | None = None, **columns) -> Ratings:
    """Give ratings of cases with these gaps (at most 3 either way), auditor less moderator."""
    rows = []
    for place, gap in enumerate(gaps):
        second = 1 if -1 <= gap <= 2 else (0 if gap > 2 else 3)
        who = auditors[place] if auditors is not None else "A1"
        further = tuple(values[place] for values in columns.values())
        rows.append((f"C{place:03d}", who, "M1", second + gap, second, *further))
    names = " ".join(["case_ref auditor moderator first second", *columns])
    return moderated(rows, names)


def a_year(
    seed: int,
    *,
    auditors: int = 12,
    cases: int = 60,
    shifts: Sequence[float] | None = None,
    agree: float = 0.7,
) -> Ratings:
    """Give moderated cases of auditors with shifts in grades, chance from a seed."""
    dice = np.random.default_rng(seed)
    true = np.zeros(auditors) if shifts is None else np.asarray(shifts)
    rows = []
    for place in range(cases):
        who = place % auditors
        quality = dice.normal(2.6, 0.8)
        noise = (1 - agree) * 1.2
        grade = [quality + true[who] + dice.normal(0, noise), quality + dice.normal(0, noise)]
        first, second = (int(np.clip(np.rint(one), 1, 4)) - 1 for one in grade)
        month = f"2026-{1 + place * 12 // cases:02d}"
        rows.append((f"C{place:03d}", f"A{who:02d}", f"M{dice.integers(3)}", first, second, month))
    return moderated(rows, "case_ref auditor moderator first second period")
