"""What may be asked of a training exercise: one closed, frozen model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from qa_sampling.settings.analyses import AnalysisSettings

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")


class TrainingExercise(AnalysisSettings):
    """Parameters of `45_training_exercise`: all auditors grade the same cases.

    Attributes
    ----------
    grades_file : str
        Workbook or CSV file of the grades; blank for the invented authority's exercise.
    name : str
        What tells several exercises of a month apart, such as "voice"; blank for one alone.
    level : float
        Level of the intervals.
    """

    STEM: ClassVar[str] = "exercise"

    months: int = Field(1, ge=1, le=1)
    grades_file: str = ""
    name: str = ""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95

    @field_validator("name")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        if value and not _NAME.fullmatch(value):
            raise ValueError("must be small letters, digits and _, such as voice")
        return value

    @property
    def slug(self) -> str:
        """Name of the run's folder: the period, what it is, and the exercise's name."""
        return f"{self.period}-{self.STEM}{f'-{self.name}' if self.name else ''}"

    @property
    def register_location(self) -> str | Path:
        """Path or URL of the register; of the invented authority one of its own."""
        if self.is_invented:
            return self.outputs_folder / "register_of_exercises.sqlite"
        return super().register_location

    def record(self) -> dict[str, Any]:
        """Give the parameters for the register, without the file, which is this machine's."""
        return {name: value for name, value in super().record().items() if name != "grades_file"}
