"""Invented children, and draws of them under any key, for the tests of keys and references."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from pathlib import Path

import pandas as pd

from qa_sampling.records.keys import Key
from qa_sampling.records.register import Register
from qa_sampling.sampling.frame import frame_fingerprint, frame_snapshot
from qa_sampling.sampling.plan import Assignment, Draw, Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.tickets import pseudonym

CHILDREN = [f"70{number:05d}" for number in range(101, 131)]
NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
WORDS = {"by": "QA lead", "reason": "The yearly rotation."}
V1 = Path(__file__).parent / "golden" / "register_v1.sql"


def clock() -> dt.datetime:
    return NOON


def opened(path: Path, *, create: bool = True) -> Register:
    return Register.open(path, create=create, clock=clock)


def register_v1(path: Path) -> Path:
    """Write the register that the released 0.1.0 made."""
    connection = sqlite3.connect(path)
    connection.executescript(V1.read_text(encoding="utf-8"))
    connection.close()
    return path


def frame_under(key: Key, children: list[str]) -> Frame:
    """A frame of two strata, in references of this key."""
    refs = [pseudonym(child, key.secret) for child in children]
    row = ["North" if number % 2 else "South" for number in range(len(refs))]
    cases = pd.DataFrame(
        {"case_ref": refs, "stratum": row, "row": row, "column": "all", "family_ref": refs}
    ).sort_values("case_ref", ignore_index=True)
    nothing = pd.DataFrame({"case_ref": [], "reason": []}, dtype="str")
    link = pd.DataFrame({"case_ref": refs, "child_id": children})
    return Frame(cases, link, nothing, nothing, ("row",), frame_fingerprint(cases))


def fix_under(register: Register, key: Key, period: str, children: list[str] = CHILDREN) -> Frame:
    frame = frame_under(key, children)
    register.fix_frame(
        period=period,
        design="monthly",
        fingerprint=frame.fingerprint,
        snapshot=frame_snapshot(frame.cases),
        parameters={"key_id": key.key_id},
        alone=True,
    )
    return frame


def draw_under(
    register: Register, key: Key, period: str, children: list[str] = CHILDREN, audits: int = 4
) -> Draw:
    """Fix a frame and draw from it; nobody audits."""
    frame = fix_under(register, key, period, children)
    draw = draw_sample(frame, Size(audits, reserves=1), seed=f"dice of {period}")
    none = pd.DataFrame(
        columns=["case_ref", "auditor_id", "auditor_role", "moderator_id"], dtype="str"
    ).assign(moderation_probability=pd.Series(dtype="float64"))
    register.commit_draw(
        period=period,
        design="monthly",
        draw=draw,
        assignment=Assignment(none, pd.DataFrame({"x": []}), pd.DataFrame({"x": []}), {}),
        as_at=dt.date.fromisoformat(f"{period}-01"),
        due=dt.date.fromisoformat(f"{period}-28"),
        title="Practice Evaluations",
        library_version="0.2.0",
    )
    return draw


def drawn_children(draw: Draw, key: Key, children: list[str] = CHILDREN) -> list[str]:
    """The case numbers of a draw, by the naive way: try them all."""
    number = {pseudonym(child, key.secret): child for child in children}
    return [number[ref] for ref in draw.cases["case_ref"]]


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777 if os.name == "posix" else 0o600
