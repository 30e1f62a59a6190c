"""What may be asked of the findings of the audits: one closed, frozen model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from qa_sampling.settings.analyses import AnalysisSettings

MONTHLY = "monthly"
"""The design that speaks for all open cases."""
_SHARE = Annotated[float, Field(gt=0, lt=1)]


class AuditFindings(AnalysisSettings):
    """Parameters of `30_audit_findings`.

    The invented authority has a register of its own for it, whose months were really drawn.

    Attributes
    ----------
    designs : tuple of str
        The one design whose audits are looked at; each speaks for the cases of its own frame.
    window : int
        Months with audits that the findings speak for, and that they are compared with.
    level : float
        Level of the intervals.
    fewest_for_interval : int
        Audits below which a group's counts alone are shown.
    false_discovery_rate : float
        Share of false alarms that is put up with among pairs of standards said to go together.
    """

    STEM: ClassVar[str] = "findings"

    designs: tuple[str, ...] = Field((MONTHLY,), min_length=1, max_length=1)
    window: int = Field(3, ge=1, le=24)
    level: _SHARE = 0.95
    fewest_for_interval: int = Field(10, ge=2, le=100)
    false_discovery_rate: _SHARE = 0.05

    @property
    def design(self) -> str:
        """The design whose audits are looked at."""
        return self.designs[0]

    @property
    def slug(self) -> str:
        """Name of the folder: the period, what the run is called, the design unless monthly."""
        return "-".join((super().slug, *(one for one in self.designs if one != MONTHLY)))

    @property
    def register_location(self) -> str | Path:
        """Path or URL of the register; see ``Settings.register_location``."""
        if self.is_invented:
            return self.outputs_folder / "register_of_drawn_months.sqlite"
        return super().register_location
