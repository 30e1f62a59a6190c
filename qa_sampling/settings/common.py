"""What every notebook's parameters share, and where the project lies."""

from __future__ import annotations

import calendar
import json
import os
import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from qa_sampling.errors import ParameterError

INVENTED = "invented"
ASKED_EVENT = "qa_sampling.asked"
"""Audit event (PEP 578) of every model that is made; it carries the model."""
MADE_EVENT = "qa_sampling.made"
"""Audit event of a folder that is filled with invented files alone; it carries the folder."""
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What designs, forms and parameters files may be called."""
_PERIOD = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def home() -> Path:
    """Give the project's folder: where `notebooks/` and `parameters/` are.

    The environment variable QA_SAMPLING_HOME names it; otherwise it is the nearest folder from
    the working one upwards that holds both, or the checkout this package lies in.

    Raises
    ------
    ParameterError
        When there is no such folder.
    """
    named = os.environ.get("QA_SAMPLING_HOME")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, Path(__file__).parents[2]]
    for folder in candidates:
        if (folder / "notebooks").is_dir() and (folder / "parameters").is_dir():
            return folder.resolve()
    raise ParameterError(
        "The folders `notebooks` and `parameters` were not found from here upwards. "
        "Run from the project's folder, or set QA_SAMPLING_HOME to it."
    )


class Settings(BaseModel):
    """What every notebook's parameters share.

    Attributes
    ----------
    authority : str
        Name shown on what is published.
    extract : str or tuple of str
        "invented" for the invented authority, or the path of an Annex A workbook, of a folder of
        CSV files, or several paths of monthly extracts. Relative paths start from the project.
    extra_tables : str
        Folder of the extra tables (staff, families, case_roles, restricted, past_audits); blank for
        none.
    register_at : str
        Path or SQLAlchemy URL of the register; blank for `register.sqlite` in the outputs.
    outputs : str
        Folder that runs write to.
    key_file : str
        File of the secret key of the references; blank for the usual place of this user.
    period : str
        Month, as "2026-11".
    as_at : str
        Day the extract describes, as "2026-10-31"; blank for the last day of the month before.
    """

    LATER_DAYS: ClassVar[bool] = False
    """Whether the day looked back from may lie after the period."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        validate_default=True,
        allow_inf_nan=False,
    )

    authority: str = Field("Inventshire", min_length=1, max_length=80)
    extract: str | tuple[str, ...] = INVENTED
    extra_tables: str = ""
    register_at: str = ""
    outputs: str = "outputs"
    key_file: str = ""
    period: str = "2026-11"
    as_at: str = ""

    @field_validator("period")
    @classmethod
    def _is_month(cls, value: str) -> str:
        return plain_month(value)

    @field_validator("as_at")
    @classmethod
    def _is_day(cls, value: str) -> str:
        return plain_day(value)

    @field_validator("register_at")
    @classmethod
    def _holds_no_password(cls, value: str) -> str:
        if re.search(r"://[^/@]*:[^/@]*@", value):
            raise ValueError(
                "must not hold a password, which would be kept in outputs; put the whole address "
                "into the environment variable QA_SAMPLING_REGISTER instead"
            )
        return value

    @classmethod
    def filled(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Give parameters with what some of them stand for; here all stand for themselves."""
        return values

    def model_post_init(self, context: Any) -> None:  # noqa: ANN401 (pydantic's)
        """Let whoever listens know which data is asked for."""
        sys.audit(ASKED_EVENT, self)

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if self.extract_day > self.period_end and not self.LATER_DAYS:
            raise ValueError("as_at lies after the period; give the day the extract describes")
        if self.is_invented and self.register_at:
            raise ValueError(
                "register_at is set, but the extract is the invented authority, which has a "
                "register of its own; name your extract, or leave register_at blank"
            )
        return self

    @property
    def is_invented(self) -> bool:
        """Whether the run uses the invented authority."""
        return self.extract == INVENTED

    @property
    def whose(self) -> str:
        """The authority's name; an invented one is called invented."""
        return f"{self.authority}{' (invented)' if self.is_invented else ''}"

    @property
    def period_start(self) -> date:
        """First day of the period."""
        return date(int(self.period[:4]), int(self.period[5:]), 1)

    @property
    def period_end(self) -> date:
        """Last day of the period."""
        start = self.period_start
        return start.replace(day=calendar.monthrange(start.year, start.month)[1])

    @property
    def extract_day(self) -> date:
        """Day the extract describes."""
        return date.fromisoformat(self.as_at) if self.as_at else self.period_start - timedelta(1)

    @property
    def records_day(self) -> date:
        """Day the records are read up to; what is dated later is a fault of the extract."""
        return self.extract_day

    def place(self, text: str) -> Path:
        """Give a path that was asked for; relative ones start from the project."""
        return home() / Path(text).expanduser()

    @property
    def extract_paths(self) -> tuple[Path, ...]:
        """Where the extract is; empty for the invented authority."""
        if self.is_invented:
            return ()
        named = (self.extract,) if isinstance(self.extract, str) else self.extract
        return tuple(self.place(path) for path in named)

    @property
    def outputs_folder(self) -> Path:
        """Folder that runs write to; QA_SAMPLING_OUTPUTS goes before the parameter.

        The invented authority has a folder of its own in it, so that it never meets a real plan.
        """
        folder = self.place(os.environ.get("QA_SAMPLING_OUTPUTS") or self.outputs)
        return folder / INVENTED if self.is_invented else folder

    @property
    def register_location(self) -> str | Path:
        """Path or URL of the register; QA_SAMPLING_REGISTER goes before the parameter."""
        named = os.environ.get("QA_SAMPLING_REGISTER") or self.register_at
        if self.is_invented or not named:
            return self.outputs_folder / "register.sqlite"
        return named if "://" in named else self.place(named)

    def plain(self) -> dict[str, Any]:
        """Give the parameters as plain values that JSON, YAML and papermill can hold."""
        return json.loads(self.model_dump_json())

    def record(self) -> dict[str, Any]:
        """Give the plain values that are kept with the frame and published.

        Without places on this machine, and without the seed, which comes after the frame.
        """
        apart = {"extract", "extra_tables", "register_at", "outputs", "key_file", "seed"}
        return {name: value for name, value in self.plain().items() if name not in apart}


def plain_month(value: str) -> str:
    """Give a month as it was written, or say how it must be written."""
    if not _PERIOD.fullmatch(value):
        raise ValueError('must be a month such as "2026-11"')
    return value


def plain_day(value: str) -> str:
    """Give a day as it was written, or say how it must be written."""
    if value:
        try:
            if date.fromisoformat(value).isoformat() != value:
                raise ValueError
        except ValueError:
            raise ValueError('must be a day such as "2026-10-31", or blank') from None
    return value
