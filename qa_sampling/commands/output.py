"""What the command line shows: steps as they come, a dry run, a result."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

if TYPE_CHECKING:
    from qa_sampling.records.register import Register
    from qa_sampling.runs.plan.preflight import Preflight
    from qa_sampling.runs.result import RunResult

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Steps:
    """Show steps as they come: a moving line on a terminal, plain lines elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.status = err.status("Starting …") if err.is_terminal and not quiet else None

    def __enter__(self) -> Callable[[str], None]:
        if self.status:
            self.status.start()
        return self._tell

    def __exit__(self, *error: object) -> None:
        if self.status:
            self.status.stop()

    def _tell(self, step: str) -> None:
        if self.status:
            self.status.update(step)
        elif not self.quiet and not step.startswith("notebook: cell"):
            err.print(f"· {step}", markup=False)


def show_preflight(found: Preflight) -> None:
    """Show the funnel and the expected audits of a dry run."""
    for step in found.frame.funnel.itertuples():
        label = step.reason or step.step
        change = f"−{step.excluded}" if step.excluded else ""
        if step.step != "Excluded" or step.excluded:
            out.print(f"{label:<44} {change:>7} {step.remaining:>7}", markup=False)
    table = Table("Margin", "Label", "Cases", "Expected audits")
    for row in found.expected.itertuples():
        table.add_row(row.margin, row.label, str(row.cases), f"{row.expected:.2f}")
    out.print(table)
    out.print("Checked; no case was drawn and nothing was published.")


def show_result(result: RunResult) -> None:
    """Show what a run published, and where."""
    out.print(f"{result.name}: {result.outcome}.", style="bold", markup=False)
    if result.note:
        out.print(result.note, markup=False)
    if result.folder is None:
        return
    for pattern, about in result.files:
        for path in sorted(result.folder.glob(pattern)):
            out.print(f"  {_near(path)}  ({about})", markup=False)
    if result.verifiable:
        command = os.environ.get("QA_SAMPLING_COMMAND", "qa-sampling")
        out.print(f"Verify it: {command} verify {_near(result.folder)}", markup=False)


def _near(path: Path) -> str:
    """Give a path from the working folder where it lies below it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def show_draws(register: Register) -> None:
    """Show the draws of a register."""
    table = Table(Column("Draw", no_wrap=True), "As at", "Due", "Audits", "Moderated", "Drawn")
    for row in register.draws().itertuples():
        name = f"{row.draw_id} (superseded)" if row.superseded else row.draw_id
        days = [f"{day:%d %b %y}" for day in (row.as_at, row.due)]
        table.add_row(name, *days, str(row.sampled), str(row.moderated), row.drawn_at[:10])
    out.print(table)
