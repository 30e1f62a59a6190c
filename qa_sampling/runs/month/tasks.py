"""The runs of a month: what each is, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal[
    "published", "already published", "nothing yet", "waiting", "refused", "failed", "not started"
]
DONE = ("published", "already published")
CODES: dict[State, int] = {"failed": 4, "refused": 2, "waiting": 3}
"""Exit code of a month by how its worst run ended, the worst first."""
_REDRAW = re.compile(r"-r(\d+)")


@dataclass(frozen=True)
class MonthTask:
    """One run of a month.

    Attributes
    ----------
    name : str
        The calendar's name of it.
    title : str
        What people call it.
    command : tuple of str
        The process that does it.
    line : str
        The line with which a person repeats it.
    period : str
        The month it looks at, as "2026-10".
    folder : Path
        Where it publishes; a redraw has its number behind.
    after : tuple of str
        Tasks of the same month that must be published first.
    draws : bool
        Whether it draws cases: draws of a period come one after the other, or a child could be
        drawn twice.
    """

    name: str
    title: str
    command: tuple[str, ...]
    line: str
    period: str
    folder: Path
    after: tuple[str, ...] = ()
    draws: bool = False

    @property
    def published_folder(self) -> Path:
        """Where it is published now: the folder of the last redraw, where there is one."""
        number = 0
        for path in self.folder.parent.glob(f"{self.folder.name}-r*"):
            found = _REDRAW.fullmatch(path.name.removeprefix(self.folder.name))
            number = max(number, int(found[1]) if found and path.is_dir() else 0)
        return self.folder.with_name(f"{self.folder.name}-r{number}") if number else self.folder


@dataclass(frozen=True)
class Ended:
    """How a task ended.

    Attributes
    ----------
    task : MonthTask
        The task.
    state : str
        "published", "already published", "nothing yet" to look at, "waiting" for a seed,
        "refused", "failed" or "not started".
    message : str
        What it said, or what it waits for; blank for nothing. Restricted.
    seconds : float
        How long it took.
    """

    task: MonthTask
    state: State
    message: str = ""
    seconds: float = 0.0

    @property
    def done(self) -> bool:
        """Whether it is published."""
        return self.state in DONE

    @property
    def settled(self) -> bool:
        """Whether there is nothing more to do about it now: published, or nothing to look at."""
        return self.done or self.state == "nothing yet"


def exit_code(ended: Sequence[Ended]) -> int:
    """Give the exit code of a month: 4 a run failed, 2 was refused, 3 waits for a seed, or 0."""
    states = {one.state for one in ended}
    return next((code for state, code in CODES.items() if state in states), 0)
