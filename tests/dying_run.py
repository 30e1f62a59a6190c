"""A run that dies, as if the power went, at a named step. Used by test_plan_kill.py."""

from __future__ import annotations

import json
import os
import sys
from typing import NoReturn


def die(*_: object, **__: object) -> NoReturn:
    """End the process at once: nothing is flushed, closed or tidied."""
    os._exit(137)


def main(values: str, where: str) -> None:
    """Run a plan with these parameters and die at the first step that begins with `where`."""
    from qa_sampling import runner
    from qa_sampling.records.register import Register
    from qa_sampling.runs import publication

    if where == "half the rename":
        publication._flush = die
    if where == "after the rename":
        Register.record_publication = die

    def progress(step: str) -> None:
        if step.startswith(where):
            die()

    runner.run("monthly_audit_plan", json.loads(values), progress=progress)
    print("reached the end")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
