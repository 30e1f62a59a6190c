"""A quarter as an analyst has it: plans drawn, cases opened, reserves, outcomes, estimates.

The frames are the invented authority's own, month by month. Upon them a truth is laid that nobody
in the pipeline sees: every case has a grade, some cases do not belong in the frame, some records
are not to be had, some auditors have a conflict. All of it follows from the case's reference.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.days import to_day
from qa_sampling.sampling.estimation import Design, make_design
from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.substitution import Fieldwork, follow_up
from qa_sampling.schema import GRADES

FIRST = {"2026-02": date(2026, 1, 31), "2026-03": date(2026, 2, 28), "2026-04": date(2026, 3, 31)}
SECOND = {"2026-05": date(2026, 4, 30), "2026-06": date(2026, 5, 31), "2026-07": date(2026, 6, 30)}
GOOD = ("Outstanding", "Good")
OUT_OF_SCOPE, UNAVAILABLE, CONFLICT = 0.05, 0.08, 0.04
CUTS = np.array([0.09, 0.58, 0.92])
"""Where the grades end for a case of the middle status, best first."""
TILT = {"Looked after": 0.12, "Child protection plan": 0.05, "Early help": -0.1}
IMPROVED = 0.04


def chance(refs: pd.Series, purpose: str) -> np.ndarray:
    """Give every case its own number between 0 and 1, the same every time."""
    texts = (f"{purpose}|{ref}".encode() for ref in refs)
    return np.array([int(hashlib.sha256(one).hexdigest()[:12], 16) / 16**12 for one in texts])


@dataclass(frozen=True)
class Month:
    """A frame and the truth that is laid upon it: `grade`, `fate` and `conflict` by case."""

    period: str
    frame: Frame
    truth: pd.DataFrame


def months(authority: Authority) -> list[Month]:
    """Build the frames of six months and lay the truth upon them."""
    return [
        _month(authority, period, day, better=period in SECOND)
        for period, day in (FIRST | SECOND).items()
    ]


def _month(authority: Authority, period: str, day: date, *, better: bool) -> Month:
    frame, status = _frame(authority, day)
    refs = frame.cases["case_ref"]
    quality = chance(refs, "grade") - status.map(TILT).fillna(0.0) - IMPROVED * better
    away = chance(refs, "fate")
    fate = np.where(away < OUT_OF_SCOPE, "out_of_scope", "audited")
    fate = np.where(away > 1 - UNAVAILABLE, "unavailable", fate)
    truth = pd.DataFrame(
        {
            "case_ref": refs,
            "grade": np.array(GRADES)[np.searchsorted(CUTS, quality)],
            "fate": fate,
            "conflict": chance(refs, "conflict") < CONFLICT,
        }
    )
    return Month(period, frame, truth)


def _frame(authority: Authority, day: date) -> tuple[Frame, pd.Series]:
    """Fix the frame of the cases that are open on a day; give their statuses too."""
    history = authority.history
    cases = history.cases_at(to_day(day)).query("status != 'Closed'")
    children = history.children.loc[cases["child"], ["child_id", "family_id"]]
    table = pd.DataFrame(
        {
            "case_ref": children["child_id"].to_numpy(),
            "stratum": (cases["team"] + " / " + cases["status"]).to_numpy(),
            "row": cases["team"].to_numpy(),
            "column": cases["status"].to_numpy(),
            "family_ref": children["family_id"].to_numpy(),
        }
    ).astype("str")
    table = table.sort_values("case_ref", ignore_index=True)
    empty = pd.DataFrame()
    mark = frame_fingerprint(table)
    return Frame(table, empty, empty, empty, ("team", "status"), mark), table["column"]


def fieldwork(month: Month, seed: str, audits: int) -> tuple[Fieldwork, dict[str, int]]:
    """Draw the month's plan and open cases until it is settled; count what happened."""
    draw = draw_sample(month.frame, Size(audits, reserves=3), seed=seed)
    truth = month.truth.set_index("case_ref")
    seen = dict.fromkeys(draw.cases["case_ref"], "pending")
    counts = {"assigned again": 0, "reserves opened": 0}
    while True:
        for ref, outcome in seen.items():
            if outcome == "pending" and truth.at[ref, "conflict"]:
                seen[ref] = "conflict"  # this auditor must not; another will
                counts["assigned again"] += 1
            elif outcome in ("pending", "conflict"):
                seen[ref] = truth.at[ref, "fate"]
        table = pd.DataFrame(seen.items(), columns=["case_ref", "outcome"])
        found = follow_up(month.frame, draw, table)
        if found.is_settled:
            return found, counts
        counts["reserves opened"] += len(found.to_open)
        seen |= dict.fromkeys(found.to_open["case_ref"], "pending")


def settled(month: Month, seed: str, audits: int) -> Fieldwork:
    """Give the same fieldwork as :func:`fieldwork`, opening all that will be called at once."""
    draw = draw_sample(month.frame, Size(audits, reserves=3), seed=seed)
    fates = dict(zip(month.truth["case_ref"], month.truth["fate"], strict=True))
    seen: dict[str, str] = {}
    due: dict[str, int] = {}
    listed = draw.sample.sort_values(["stratum", "rank"])
    for ref, stratum, drawn_as in zip(
        listed["case_ref"], listed["stratum"], listed["drawn_as"], strict=True
    ):
        if drawn_as == "reserve" and not due.get(stratum):
            continue
        due[stratum] = due.get(stratum, 0) - (drawn_as == "reserve")
        seen[ref] = fates[ref]
        due[stratum] += seen[ref] != "audited"
    table = pd.DataFrame(seen.items(), columns=["case_ref", "outcome"])
    return follow_up(month.frame, draw, table)


def sample_of(month: Month, found: Fieldwork) -> pd.DataFrame:
    """Give what the register would hold of a month: the cases opened, graded where audited."""
    cases = found.cases.merge(month.truth[["case_ref", "grade"]], on="case_ref")
    audited = cases["outcome"] == "audited"
    return cases.assign(period=month.period, grade=cases["grade"].where(audited))


def design_of(samples: list[pd.DataFrame], frames: dict[str, Frame]) -> Design:
    """State the design of several months together."""
    table = pd.concat(samples, ignore_index=True)
    return make_design(
        table,
        population={period: frames[period].size for period in table["period"].unique()},
        probability="probability",
        outcome="outcome",
        approximation="pooled",
        draw="period",
    )


def true_share(chosen: list[Month]) -> float:
    """Give the share of good or better grades over all case-months that are in scope."""
    truth = pd.concat([month.truth for month in chosen])
    inside = truth[truth["fate"] != "out_of_scope"]
    return float(inside["grade"].isin(GOOD).mean())


def true_grades(chosen: list[Month]) -> dict[str, float]:
    """Give the share of every grade over all case-months that are in scope."""
    truth = pd.concat([month.truth for month in chosen])
    inside = truth[truth["fate"] != "out_of_scope"]
    return {grade: float((inside["grade"] == grade).mean()) for grade in GRADES}
