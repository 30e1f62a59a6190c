"""What anyone needs to verify a draw: its frame, its record and a program that stands alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

from qa_sampling.sampling import verify_draw
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.sampling.verification import draw_record, frame_csv

_HOW_TO_VERIFY = """How to verify this draw

You need Python 3 and nothing else. In this folder run

    python verify_draw.py frame.csv draw.json

It answers YES, or says what differs. The program is short, shares no code with the package
that made the draw, and states the rule at its top. The frame holds keyed pseudonyms, no numbers.
"""


def write_verification(folder: Path, plan: AuditPlan) -> None:
    """Write frame, draw, verifier and exclusions of a plan into a new folder.

    Parameters
    ----------
    folder : Path
        Folder to make, which must be restricted.
    plan : AuditPlan
        The plan.
    """
    folder.mkdir()
    record = json.dumps(draw_record(plan.draw), indent=1, ensure_ascii=False)
    program = Path(verify_draw.__file__).read_text(encoding="utf-8")
    texts: Mapping[str, str] = {
        "frame.csv": frame_csv(plan.frame),
        "draw.json": record + "\n",
        "verify_draw.py": program,
        "how_to_verify.txt": _HOW_TO_VERIFY,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    with (folder / "exclusions.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["case_ref", "reason"])
        left_out = plan.frame.exclusions[["case_ref", "reason"]]
        writer.writerows(left_out.itertuples(index=False, name=None))
