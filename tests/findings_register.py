"""Findings without a register: small months whose truth is known, and those of a golden file."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from qa_sampling.runs.drawn_returns import open_findings
from qa_sampling.runs.findings.steps import FACTS, Findings, design_of, opened_cases
from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.schema import NOT_APPLICABLE, QUALITY_STANDARDS
from qa_sampling.settings.findings import AuditFindings

GOLDEN = Path(__file__).parent / "golden" / "findings.json"
WORDS = {"O": "Outstanding", "G": "Good", "R": "Requires improvement", "I": "Inadequate",
         "N": NOT_APPLICABLE, "": None}  # fmt: skip
MONTHS = ("2026-05", "2026-06")
FIXED = {"team": "Team A", "service": "Service A", "status": "Looked after", "age_band": "5 to 9",
         "ethnic_group": "White"}  # fmt: skip


@cache
def shared_outputs() -> Path:
    """A folder of outputs with the invented authority's drawn months in its register, made once."""
    folder = Path(tempfile.mkdtemp(prefix="qa-sampling-findings-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(folder))
        open_findings(AuditFindings()).close()
    return folder


def golden() -> Findings:
    """The months of the golden file."""
    held = json.loads(GOLDEN.read_text(encoding="utf-8"))
    columns = ["period", "probability", "back", "service", "overall", "oversight", "planning",
               "recording"]  # fmt: skip
    cases = pd.DataFrame(held["rows"], columns=columns)
    for name in columns[4:]:
        cases[name] = cases[name].map(WORDS)
    cases["outcome"] = cases.pop("back").map({True: "audited", False: "unavailable"})
    others = [name for name in QUALITY_STANDARDS if name not in cases]
    cases = cases.assign(**dict.fromkeys(others, NOT_APPLICABLE))
    return findings(cases, held["populations"], window=3)


def findings(
    cases: pd.DataFrame, populations: dict[str, int], *, window: int = 1, rounded: bool = True
) -> Findings:
    """Findings of these cases, the last months against as many before."""
    months = tuple(sorted(set(cases["period"])))
    before = months[:-window][-window:]
    return Findings(
        cases=cases,
        design=design_of(cases, populations, rounded=rounded),
        populations=populations,
        now=months[-window:],
        before=before,
        undrawn=0,
        uncalled=0,
        actions=pd.DataFrame({"audit_id": [], "due": [], "completed": []}),
    )


def small(grades: list[str], *, population: int = 200, **more: object) -> Findings:
    """One month of plain random audits with these overall grades; "" did not come back."""
    cases = pd.DataFrame(
        {
            "case_ref": [f"C{number}" for number in range(len(grades))],
            "audit_id": [f"A{number}" for number in range(len(grades))],
            "period": MONTHS[0],
            "stratum": "all",
            "probability": len(grades) / population,
            "outcome": ["audited" if one else "unavailable" for one in grades],
            "overall": [WORDS[one] for one in grades],
            "date_completed": pd.Timestamp("2026-05-28"),
        }
    )
    given = dict.fromkeys(QUALITY_STANDARDS, "Good") | dict.fromkeys(FACTS, "No") | FIXED | more
    cases = cases.assign(**given)
    return findings(cases, {MONTHS[0]: population})


def frame(period: str, size: int = 240) -> tuple[Frame, pd.DataFrame]:
    """A small frame of three teams and two statuses, and the truth of its cases."""
    numbers = range(size)
    refs = [f"{period} {number:03d}" for number in numbers]
    teams = [f"Team {'ABC'[number % 3]}" for number in numbers]
    statuses = ["Looked after" if number % 5 < 2 else "Child in need plan" for number in numbers]
    cases = pd.DataFrame(
        {
            "case_ref": refs,
            "stratum": [f"{a} / {b}" for a, b in zip(teams, statuses, strict=True)],
            "row": teams,
            "column": statuses,
            "family_ref": refs,
        }
    ).astype("str")
    grades = [("Good", "Requires improvement", "Good", "Outstanding", "Inadequate")[(7 * one + one
              // 11) % 5] for one in numbers]  # fmt: skip
    truth = pd.DataFrame({"case_ref": refs, "overall": grades}).set_index("case_ref")
    empty = pd.DataFrame()
    return Frame(cases, empty, empty, empty, ("team", "status"), frame_fingerprint(cases)), truth


def drawn(number: int, *, missing: float = 0.15) -> Findings:
    """Two months drawn from small frames; some audits do not come back, some have a reserve."""
    parts, populations = [], {}
    for period in MONTHS:
        whole, truth = frame(period)
        draw = draw_sample(whole, Size(24, reserves=2), seed=f"{number} {period}")
        asked = list(draw.cases["case_ref"])
        gone = [
            ref for place, ref in enumerate(asked) if (place * 7 + number) % 100 < 100 * missing
        ]
        spare = draw.reserves.groupby("stratum")["case_ref"].first()
        lost = draw.cases[draw.cases["case_ref"].isin(gone)].drop_duplicates("stratum")
        asked += [spare[one] for one in lost["stratum"] if one in spare]
        audits = truth.loc[asked].assign(audit_id=asked, **dict.fromkeys(FACTS, "No"))
        audits.loc[gone, "overall"] = None
        cases, left = opened_cases(whole, SimpleNamespace(draw=draw), audits)
        assert left == 0
        parts.append(cases.assign(period=period, **FIXED))
        populations[period] = whole.size
    return findings(pd.concat(parts, ignore_index=True), populations)
