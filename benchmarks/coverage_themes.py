"""Measure how often the intervals of themed audits hold the planted truth, design by design.

    python benchmarks/coverage_themes.py 200   (draws of every theme; some minutes)

Every themed design of `parameters/` draws its rounds of the calendar's year from the invented
authority, by the real draw (controlled rounding, one child a family where it asks for that). Every
case has an overall grade, better for looked-after children and worse in early help, and one audit
in eight never comes back, at random. What ``runs.findings`` makes of all rounds together is held
against the truth of all cases of the frames. Prints the lines of docs/findings.md.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from coverage_findings import CUTS, GOOD, TILT, chance

from qa_sampling.parameters import load_parameters, read_calendar, read_parameters
from qa_sampling.records import keys
from qa_sampling.records.invented.cases_of_day import cases_of_day
from qa_sampling.records.synthetic import invent
from qa_sampling.runs.findings.estimates import good_or_better
from qa_sampling.runs.findings.steps import FACTS, Findings, design_of, opened_cases
from qa_sampling.sampling.frame import build_frame
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import draw_sample
from qa_sampling.schema import GRADES
from qa_sampling.settings.plan import MonthlyAuditPlan

ROOT = Path(__file__).parents[1]
MISSING = 1 / 8
Round = tuple[str, MonthlyAuditPlan, Frame, pd.DataFrame]


def themes() -> dict[str, list[tuple[str, MonthlyAuditPlan]]]:
    """Give the rounds of every theme of the calendar, as 2026 has them."""
    made = {}
    for entry in read_calendar(ROOT / "parameters" / "calendar.yml").entries:
        file = next((one for one in entry.files if "/themed_" in one), None)
        if entry.run == "monthly_audit_plan" and file:
            values = load_parameters([ROOT / file])
            made[entry.title] = [
                (period, read_parameters("monthly_audit_plan", values | {"period": period}))
                for period in (f"2026-{month:02d}" for month in entry.months if month <= 10)
            ]
    return made


def framed(period: str, asked: MonthlyAuditPlan, authority: object) -> Round:
    """Build the frame of a round, and lay the truth upon it."""
    day = date.fromisoformat(f"{period}-01") - timedelta(1)
    cases = cases_of_day(authority, day)
    frame = build_frame(
        cases, asked.eligibility, rows=asked.strata_rows, columns=asked.strata_columns, as_at=day,
        key=keys.INVENTED_KEY.secret, families=authority.families,
        restricted=authority.restricted, pool_below=asked.pool_below,
    )  # fmt: skip
    known = frame.cases
    level = chance(known["case_ref"], "level") - known["status"].map(TILT).fillna(0.0).to_numpy()
    grades = np.array(GRADES)[np.minimum(np.searchsorted(CUTS, level), 3)]
    return period, asked, frame, pd.DataFrame({"overall": grades}, index=known["case_ref"])


def drawn(rounds: list[Round], number: int) -> Findings:
    """Draw all rounds anew, and bring together what comes back."""
    parts, populations = [], {}
    for period, asked, frame, truth in rounds:
        size = asked.size_of(frame.cases["family_ref"].tolist())
        draw = draw_sample(frame, size, seed=f"{asked.design} {number} {period}")
        refs = draw.cases["case_ref"]
        audits = truth.loc[refs].copy()
        audits.loc[chance(refs, f"fate {number} {period}") < MISSING, "overall"] = None
        audits = audits.assign(audit_id=audits.index, date_completed=pd.Timestamp("2026-10-31"))
        audits = audits.assign(**dict.fromkeys(FACTS, "No"))
        cases, _ = opened_cases(frame, SimpleNamespace(draw=draw), audits)
        parts.append(cases.assign(period=period))
        populations[period] = int(draw.allocation["population"].sum())
    cases = pd.concat(parts, ignore_index=True)
    periods = tuple(populations)
    return Findings(
        cases, design_of(cases, populations), populations, periods, (), 0, 0, pd.DataFrame()
    )


def main() -> None:
    """Measure and print."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    authority = invent(2026)
    for title, asked in themes().items():
        rounds = [framed(period, one, authority) for period, one in asked]
        truth = float(pd.concat([one[3] for one in rounds])["overall"].isin(GOOD).mean())
        held, audits = [], []
        for number in range(draws):
            found = drawn(rounds, number)
            one = good_or_better(found)
            ends = one.confidence_interval(0.95)
            held.append(
                (ends.low <= truth <= ends.high, ends.high - ends.low, one.estimate - truth)
            )
            audits.append(len(found.audited))
        inside, width, error = np.mean(held, axis=0)
        print(
            f"| {title} | {len(rounds)} | {np.mean(audits):.0f} | {100 * truth:.0f}% | "
            f"{100 * inside:.1f}% | {100 * width:.0f} | {100 * error:+.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
