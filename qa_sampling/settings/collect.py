"""What may be asked of the notebook that collects audits."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from qa_sampling.settings.analyses import AnalysisSettings


class CollectAudits(AnalysisSettings):
    """Parameters of `20_collect_audits`.

    The invented authority has a register of its own for it, whose month was really drawn.

    Attributes
    ----------
    returned : str
        Folder of returned forms; blank where they were collected before. Of the invented
        authority forms are filled in, damaged and put into a folder of the outputs.
    due_within_days : int
        Audits due within so many days are in the chase list as well.
    """

    STEM: ClassVar[str] = "collected"
    LATER_DAYS: ClassVar[bool] = True

    period: str = "2026-09"
    as_at: str = ""
    months: int = Field(1, ge=1, le=120)
    returned: str = ""
    due_within_days: int = Field(7, ge=0, le=60)

    @property
    def register_location(self) -> str | Path:
        """Path or URL of the register; see ``Settings.register_location``."""
        if self.is_invented:
            return self.outputs_folder / "register_of_returned_forms.sqlite"
        return super().register_location

    def record(self) -> dict[str, Any]:
        """Give the parameters for the register: without the folder, which is this machine's."""
        return {name: value for name, value in super().record().items() if name != "returned"}
