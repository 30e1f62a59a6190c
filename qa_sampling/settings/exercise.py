"""What may be asked of a training exercise: one closed, frozen model."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.common import plain_day

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 30
FEWEST_AUDITORS = 6
"""Auditors below which nothing is published: without oneself and a friend four are left."""
SMALLEST_COUNT = 4
"""Count of auditors below which none is published: without oneself and a friend two are left."""


class TrainingExercise(AnalysisSettings):
    """Parameters of `45_training_exercise`: all auditors grade the same cases.

    Attributes
    ----------
    grades_file : str
        Workbook or CSV file of the grades; blank for the invented authority's exercise.
    held_on : str
        Day of the exercise, within the period, as "2026-10-14"; blank when the month is enough.
    name : str
        What the exercise is called, such as "voice"; blank for one alone. Name or day tell several
        exercises of a month apart.
    fewest_auditors : int
        Auditors who graded a standard below which nothing is published of it, and of the whole
        exercise when fewer graded at all; 6 or more.
    smallest_count : int
        Smallest count of auditors that is published; 4 or more, and no more than
        `fewest_auditors`.
    level : float
        Level of the intervals.
    """

    STEM: ClassVar[str] = "exercise"

    months: int = Field(1, ge=1, le=1)
    grades_file: str = ""
    held_on: str = ""
    name: str = ""
    fewest_auditors: int = Field(FEWEST_AUDITORS, ge=FEWEST_AUDITORS, le=100)
    smallest_count: int = Field(5, ge=SMALLEST_COUNT, le=100)
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95

    @field_validator("name")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        if value and (len(value) > _LONGEST or not _NAME.fullmatch(value)):
            raise ValueError(
                f"must be at most {_LONGEST} small letters and digits, words joined by _, such as "
                "child_voice"
            )
        return value

    @field_validator("held_on")
    @classmethod
    def _is_exercise_day(cls, value: str) -> str:
        return plain_day(value)

    @model_validator(mode="after")
    def _is_held_in_the_period(self) -> Self:
        if self.held_on and not self.held_on.startswith(self.period):
            raise ValueError("held_on does not lie in the period; give the month of that day")
        return self

    @model_validator(mode="after")
    def _counts_fit(self) -> Self:
        if self.smallest_count > self.fewest_auditors:
            raise ValueError("smallest_count is larger than fewest_auditors; raise that as well")
        return self

    @property
    def is_invented(self) -> bool:
        """Whether the grades are the invented authority's: none once a file is named."""
        return super().is_invented and not self.grades_file

    @property
    def extract_day(self) -> date:
        """Day the figures describe: that of the exercise, unless `as_at` is given."""
        if self.held_on and not self.as_at:
            return date.fromisoformat(self.held_on)
        return super().extract_day

    @property
    def slug(self) -> str:
        """Name of the run's folder: the day or period, what it is, and the exercise's name."""
        return f"{self.held_on or self.period}-{self.STEM}{self._suffix}"

    @property
    def feedback_file(self) -> str:
        """Name of the workbook with each auditor's sheet."""
        return f"feedback_{self.held_on or self.period}{self._suffix}.xlsx"

    @property
    def _suffix(self) -> str:
        return f"-{self.name}" if self.name else ""

    @property
    def register_location(self) -> str | Path:
        """Path or URL of the register; of the invented authority one of its own."""
        if self.is_invented:
            return self.outputs_folder / "register_of_exercises.sqlite"
        return super().register_location

    def record(self) -> dict[str, Any]:
        """Give the parameters for the register, without the file, which is this machine's."""
        return {name: value for name, value in super().record().items() if name != "grades_file"}
