"""What may be asked of the panel's session: which audits, and whose meeting it is."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from qa_sampling.settings.analyses import ReviewSettings
from qa_sampling.settings.common import plain_day


class PanelSession(ReviewSettings):
    """Parameters of `41_panel_session`.

    Attributes
    ----------
    meeting : str
        Day of the meeting, as "2026-11-12"; blank for the day on which a decision is recorded.
    present : tuple of str
        Who is there, by role or name, for the minutes.
    """

    STEM: ClassVar[str] = "panel"

    meeting: str = ""
    present: tuple[str, ...] = Field((), max_length=40)

    @field_validator("meeting")
    @classmethod
    def _is_meeting_day(cls, value: str) -> str:
        return plain_day(value)
