"""What a run did, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from qa_sampling.runs.plan.preflight import Preflight

Progress = Callable[[str], None]
Outcome = Literal["published", "already published", "checked"]


@dataclass(frozen=True)
class RunResult:
    """What a run did.

    Attributes
    ----------
    outcome : {"published", "already published", "checked"}
        What happened. "checked" for a dry run.
    folder : Path or None
        Published folder.
    name : str
        The draw or the report; blank for a dry run of a plan.
    files : tuple of (str, str)
        What lies in the folder, by path or pattern within it, and what it is for.
    verifiable : bool
        Whether the folder holds a draw that `qa-sampling verify` derives again.
    preflight : Preflight or None
        What a plan would work on; given for its dry run only.
    note : str
        What the reader should know besides; blank for nothing.
    """

    outcome: Outcome
    folder: Path | None = None
    name: str = ""
    files: tuple[tuple[str, str], ...] = ()
    verifiable: bool = False
    preflight: Preflight | None = None
    note: str = ""
