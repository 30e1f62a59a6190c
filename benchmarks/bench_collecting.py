"""How long a month's forms take: 60 workbooks of three cases, read, held against, recorded.

Run by hand from the repository: ``PYTHONPATH=.:tests python benchmarks/bench_collecting.py``. It
fills in the forms of an invented plan, collects them, collects them again, and collects
corrections of them all. The figures stand in docs/collecting.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
from plan_factory import KEY, make_plan, make_staff
from returned_factory import FORM, filled, put

from qa_sampling.records.form_standing import standing_forms
from qa_sampling.records.forms import write_audit_forms
from qa_sampling.records.register import Register
from qa_sampling.records.returned_batch import read_batch, returned_files
from qa_sampling.records.returned_form import Expected, read_returned
from qa_sampling.runs.form_changes import held_against
from qa_sampling.runs.recording import record_sheets
from qa_sampling.sampling.frame import frame_snapshot
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.sampling.tickets import pseudonym

DRAW = "2026-11-monthly"


def large_plan(auditors: int) -> tuple[AuditPlan, pd.DataFrame]:
    """Repeat the small plan until there are three cases for each auditor."""
    plan, staff = make_plan(), make_staff()
    cases, sample, link = [], [], []
    for number in range(-(-auditors * 3 // 12)):
        own = plan.frame.link.assign(child_id=plan.frame.link["child_id"] + f"{number:03d}")
        refs = [pseudonym(child, KEY) for child in own["child_id"]]
        new = dict(zip(plan.frame.link["case_ref"], refs, strict=True))
        link.append(own.assign(case_ref=refs))
        held = plan.frame.cases
        cases.append(
            held.assign(case_ref=held["case_ref"].map(new), family_ref=held["case_ref"].map(new))
        )
        sample.append(plan.draw.sample.assign(case_ref=plan.draw.sample["case_ref"].map(new)))
    frame = replace(
        plan.frame,
        cases=pd.concat(cases).sort_values("case_ref", ignore_index=True),
        link=pd.concat(link, ignore_index=True),
    )
    mark = hashlib.sha256(frame_snapshot(frame.cases).encode()).hexdigest()
    drawn = pd.concat(sample).sort_values(["stratum", "ticket"], ignore_index=True)
    drawn["rank"] = drawn.groupby("stratum").cumcount() + 1
    draw = replace(plan.draw, sample=drawn, frame_fingerprint=mark)
    people = pd.concat(
        [staff.iloc[[0]].assign(staff_id=f"A{n:03d}", name=f"Auditor {n}") for n in range(auditors)]
    ).reset_index(drop=True)
    refs = draw.cases["case_ref"].tolist()[: auditors * 3]
    table = pd.DataFrame({"case_ref": refs})
    table["auditor_id"] = [f"A{n % auditors:03d}" for n in range(len(refs))]
    table = table.assign(auditor_role="Team Manager", moderator_id=None, moderation_probability=0.0)
    assignment = replace(plan.assignment, table=table)
    whole = replace(
        plan, frame=replace(frame, fingerprint=mark), draw=draw, assignment=assignment, draw_id=DRAW
    )
    return whole, people


def collect(register: Register, plan: AuditPlan, folder: Path, staff: pd.DataFrame) -> str:
    """Collect a folder once; say how long each part took."""
    expected = {
        (DRAW, row.case_ref): Expected(DRAW, row.case_ref, row.auditor_id, plan.as_at)
        for row in plan.assignment.table.itertuples()
    }
    started = time.perf_counter()
    history = register.form_history()
    standing = standing_forms(history)
    batch = read_batch(
        returned_files(folder),
        lambda path: read_returned(
            path,
            keys=[KEY],
            template=lambda name, version: FORM,
            expected=expected,
            today=dt.date(2026, 11, 30),
        ),
        judge=lambda sheet: held_against(sheet, standing, history),
    )
    read = time.perf_counter()
    draws = {DRAW: register.get_draw(DRAW)}
    done = record_sheets(register, batch.sound, draws, staff=staff, today=dt.date(2026, 11, 30))
    ended = time.perf_counter()
    return (
        f"read {read - started:.1f} s, recorded {ended - read:.1f} s: {len(batch.sound)} sound, "
        f"{done.audits}"
    )


def main(auditors: int) -> None:
    """Measure, and print a line a collecting."""
    plan, staff = large_plan(auditors)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for name in ("sent", "back", "corrected"):
            (root / name).mkdir()
        sent = write_audit_forms(root / "sent", plan, form=FORM, staff=staff, key=KEY)
        for path in sent:
            back = filled(path, root / "back" / path.name, fill_all=True)
            filled(back, root / "corrected" / path.name, put("overall", "Inadequate"))
        with Register.open(root / "r.sqlite", create=True) as register:
            snapshot = frame_snapshot(plan.frame.cases)
            register.fix_frame(
                period="2026-11",
                design="monthly",
                fingerprint=plan.frame.fingerprint,
                snapshot=snapshot,
                parameters={},
            )
            register.commit_draw(
                period="2026-11",
                design="monthly",
                draw=plan.draw,
                assignment=plan.assignment,
                as_at=plan.as_at,
                due=plan.due,
                title=plan.title,
                library_version="benchmark",
            )
            for name in ("back", "back", "corrected", "back"):
                print(
                    f"{len(sent)} workbooks, {name}: {collect(register, plan, root / name, staff)}"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
