"""Measure how often the findings' intervals hold the planted truth, from the draw to the table.

    python benchmarks/coverage_findings.py 200   (pairs of quarters; about a quarter of an hour)

Six months of the invented authority's frames, 40 audits each by the real monthly draw (controlled
rounding, one child a family). Every case has an overall grade and grades on three standards: one
that applies to all, one to looked-after children alone, one to most. Some audits never come
back; half of these are replaced by a reserve. Missing audits are missing at random
in the first run, and more often where practice is weak in the second. What
``runs.findings`` makes of it is held against the truth of all cases. Prints the lines of
docs/findings.md.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd

from qa_sampling.records.invented.drawn_months import PERIODS, drawn_month
from qa_sampling.records.synthetic import invent
from qa_sampling.runs.findings.estimates import bounds, by_group, by_standard, changes
from qa_sampling.runs.findings.steps import FACTS, Findings, design_of, opened_cases
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.schema import GRADES, NOT_APPLICABLE
from qa_sampling.settings.findings import AuditFindings

GOOD = ("Outstanding", "Good")
CUTS = np.array([0.1, 0.62, 0.93])
"""Where the grades end for a case of the middle, best first."""
TILT = {"Looked after": 0.12, "Care leaver": 0.05, "Early help": -0.1}
IMPROVED = 0.05
MISSING = 0.16
STANDARDS = ("overall", "assessment", "care_planning", "culture")
SETTINGS = AuditFindings()


@dataclass(frozen=True)
class Month:
    """A month's frame, its `draw_id`, and the truth of every case: grades by standard."""

    period: str
    frame: Frame
    truth: pd.DataFrame


def chance(refs: pd.Series, purpose: str) -> np.ndarray:
    """Give every case its own number between 0 and 1, the same every time."""
    texts = (f"{purpose}|{ref}".encode() for ref in refs)
    return np.array([int(hashlib.sha256(one).hexdigest()[:12], 16) / 16**12 for one in texts])


@cache
def months() -> tuple[Month, ...]:
    """Build the frames of six months and lay the truth upon them."""
    authority, none = invent(2026), pd.DataFrame({"case_ref": [], "date": pd.to_datetime([])})
    made = []
    for number, period in enumerate(PERIODS):
        frame = drawn_month(authority, period, none).frame
        cases = frame.cases
        level = chance(cases["case_ref"], "level") - IMPROVED * (number >= 3)
        truth = cases[["case_ref", "team", "service", "status", "age_band", "ethnic_group"]].copy()
        truth["level"] = level - cases["status"].map(TILT).fillna(0.0)
        for name in STANDARDS:
            wobble = 0.3 * (chance(cases["case_ref"], f"{name} {period}") - 0.5)
            place = np.searchsorted(CUTS, truth["level"] + wobble)
            truth[name] = np.array(GRADES)[np.minimum(place, 3)]
        truth.loc[cases["status"] != "Looked after", "care_planning"] = NOT_APPLICABLE
        truth.loc[chance(cases["case_ref"], "applies") < 0.25, "culture"] = NOT_APPLICABLE
        made.append(Month(period, frame, truth))
    return tuple(made)


def simulated(number: int, *, worse: float = 0.0) -> Findings:
    """Draw six months anew, let audits come back or not, and bring them together as findings do.

    Parameters
    ----------
    number : int
        Which simulation.
    worse : float
        How much likelier an audit is missing where practice is weak; 0 for at random.
    """
    parts = []
    for month in months():
        seed = f"findings {number} {month.period}"
        draw = draw_sample(month.frame, Size(40, reserves=2), seed=seed)
        truth = month.truth.set_index("case_ref")
        opened = []
        listed = draw.sample.sort_values(["stratum", "rank"])
        for _, rows in listed.groupby("stratum"):
            due = 0
            for ref, kind in zip(rows["case_ref"], rows["drawn_as"], strict=True):
                if kind == "reserve" and not due:
                    continue
                due -= kind == "reserve"
                odds = MISSING + worse * (truth.at[ref, "overall"] not in GOOD)
                fate = chance(pd.Series([ref]), f"fate {seed}")[0]
                opened.append((ref, fate < odds))
                due += fate < odds / 2
        audits = truth.loc[[ref for ref, _ in opened]].copy()
        audits.loc[[gone for _, gone in opened], "overall"] = None
        audits = audits.assign(audit_id=audits.index, date_completed=pd.Timestamp("2026-10-31"))
        audits = audits.assign(**dict.fromkeys(FACTS, "No"))
        cases, _ = opened_cases(month.frame, SimpleNamespace(draw=draw), audits)
        described = truth[["team", "service", "status", "age_band", "ethnic_group"]]
        cases = cases.merge(described, left_on="case_ref", right_index=True)
        parts.append(cases.assign(period=month.period))
    cases = pd.concat(parts, ignore_index=True)
    populations = {month.period: month.frame.size for month in months()}
    return Findings(
        cases, design_of(cases, populations), populations, PERIODS[3:], PERIODS[:3], 0, 0,
        pd.DataFrame(),
    )  # fmt: skip


def true_share(periods: tuple[str, ...], name: str, grades: tuple[str, ...], **where: str) -> float:
    """Give the share of grades over all case-months to which a standard applies."""
    truth = pd.concat([month.truth for month in months() if month.period in periods])
    for column, label in where.items():
        truth = truth[truth[column] == label]
    held = truth[truth[name].isin(GRADES)]
    return float(held[name].isin(grades).mean())


def measure(number: int, *, worse: float = 0.0) -> dict[str, tuple[float, float, float, float]]:
    """Give estimate, truth and both ends of every interval of one simulation, by what it is of."""
    found = simulated(number, worse=worse)
    rows: dict[str, tuple[float, float, float, float]] = {}
    told = by_standard(found, SETTINGS).set_index("standard")
    for name in STANDARDS:
        row = told.loc[name]
        truth = true_share(found.now, name, GOOD)
        rows[f"good or better, {name}"] = (row.share_good, truth, row.low_good, row.high_good)
    for grade in GRADES:
        row = told.loc["overall"]
        truth = true_share(found.now, "overall", (grade,))
        ends = (row[f"low_{grade}"], row[f"high_{grade}"])
        rows[grade] = (row[f"share_{grade}"], truth, *ends)
    for row in by_group(found, "service", SETTINGS).itertuples():
        if not row.too_few:
            truth = true_share(found.now, "overall", GOOD, service=row.group)
            rows[f"service {row.group}"] = (row.share_good, truth, row.low_good, row.high_good)
    changed = changes(found, SETTINGS).set_index("standard")
    for name in STANDARDS:
        if name in changed.index:
            row = changed.loc[name]
            truth = true_share(found.now, name, GOOD) - true_share(found.before, name, GOOD)
            rows[f"change, {name}"] = (row.change, truth, row.low, row.high)
    least, most, low, high = bounds(found, SETTINGS)
    truth = true_share(found.now, "overall", GOOD)
    rows["whatever is missing"] = ((least + most) / 2, truth, low, high)
    return rows


def main() -> None:
    """Measure and print."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    worse = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    held: dict[str, list[tuple[float, float, float]]] = {}
    for number in range(pairs):
        for name, (estimate, truth, low, high) in measure(number, worse=worse).items():
            key = "a service" if name.startswith("service") else name
            inside = low - 1e-12 <= truth <= high + 1e-12
            held.setdefault(key, []).append((inside, high - low, estimate - truth))
        if (number + 1) % 50 == 0 or number + 1 == pairs:
            print(f"{number + 1} pairs, worse {worse}", flush=True)
            for name, rows in held.items():
                inside, width, error = np.mean(rows, axis=0)
                print(
                    f"| {name} | {len(rows)} | {100 * inside:.1f}% | {100 * width:.0f} | "
                    f"{100 * error:+.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
