"""What may be asked of the benchmarking notebook: one closed, frozen model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.common import INVENTED

_CODE = re.compile(r"\d{3}")
_MOST = 1000


class Benchmarking(AnalysisSettings):
    """Parameters of `70_benchmarking`.

    Attributes
    ----------
    published : str
        "invented" for invented figures, or the folder of the files as they were downloaded.
    authority_code : str
        The authority's three digits in the published files.
    neighbours : str or tuple of str
        Codes of the neighbours, or the list of neighbours as a file; blank for the one file whose
        name begins with `sn_` in the folder.
    measures : tuple of str
        Measures, by their names in ``records.published_measures.MEASURES``.
    funnels : tuple of str
        Those of them that have funnels.
    first_year, last_year : int
        Years the figures end in; a `last_year` of 0 is the latest there is.
    level : float
        Level of the intervals; 1 less the share of false discoveries.
    design_effect : float
        How many times wider a variance is than that of children who come independently.
    """

    STEM: ClassVar[str] = "benchmarks"

    months: int = Field(1, ge=1, le=1)
    published: str = Field(INVENTED, min_length=1)
    authority_code: str = "001"
    neighbours: str | tuple[str, ...] = ""
    measures: tuple[str, ...] = Field(
        (
            "referrals",
            "re_referrals",
            "referral_nfa",
            "assessments",
            "assessments_45_days",
            "s47",
            "icpc",
            "icpc_15_days",
            "children_in_need",
            "cp_plans",
            "second_plans",
            "looked_after",
            "three_placements",
            "same_carer_two_years",
            "adopted",
            "care_leavers_in_touch_19_21",
            "care_leavers_accommodation_19_21",
            "care_leavers_activity_19_21",
        ),
        min_length=1,
    )
    funnels: tuple[str, ...] = ("re_referrals",)
    first_year: int = Field(2013, ge=2000, le=2100)
    last_year: int = Field(0, ge=0, le=2100)
    level: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    design_effect: float = Field(2.0, ge=1, le=10)

    @field_validator("authority_code", "neighbours", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:  # noqa: ANN401
        """Take codes as a command line and YAML give them: as whole numbers."""
        if type(value) is int and 0 < value < _MOST:
            return f"{value:03d}"
        if isinstance(value, list | tuple):
            return tuple(cls._as_text(one) for one in value)
        return value

    @field_validator("authority_code")
    @classmethod
    def _is_code(cls, value: str) -> str:
        if not _CODE.fullmatch(value):
            raise ValueError('must be three digits such as "894", as in the published files')
        return value

    @field_validator("neighbours")
    @classmethod
    def _are_codes(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if not isinstance(value, str) and not all(_CODE.fullmatch(code) for code in value):
            raise ValueError('must be three digits each, such as ["371", "372"], or a file')
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.published == INVENTED and self.extract != INVENTED:
            raise ValueError(
                "published is the invented figures, but the extract is your own; give the folder "
                "of the files you downloaded"
            )
        if strangers := [name for name in self.funnels if name not in self.measures]:
            raise ValueError(f"funnels names {', '.join(strangers)}, which measures does not")
        if len(set(self.measures)) < len(self.measures):
            raise ValueError("measures names one twice")
        if self.last_year and self.last_year < self.first_year:
            raise ValueError("last_year lies before first_year; 0 is the latest there is")
        return self

    @property
    def is_invented(self) -> bool:
        """Whether the figures are invented."""
        return self.published == INVENTED

    @property
    def whose(self) -> str:
        """The authority's name; its code where real figures would bear the invented one's name."""
        usual = type(self).model_fields["authority"].default
        if self.is_invented or self.authority != usual:
            return super().whose
        return f"Authority {self.authority_code}"

    @property
    def span(self) -> str:
        """The years in words."""
        last = f"to {self.last_year}" if self.last_year else "to the latest"
        return f"years to March, {self.first_year} {last}"

    @property
    def register_location(self) -> str | Path:
        """Path or URL of the register; of the invented figures one of its own."""
        if self.is_invented:
            return self.outputs_folder / "register_of_benchmarks.sqlite"
        return super().register_location

    def plain(self) -> dict[str, Any]:
        """Give the parameters as plain values, without those that mean nothing here."""
        apart = {"months", "designs", "edition"}
        return {name: value for name, value in super().plain().items() if name not in apart}

    def record(self) -> dict[str, Any]:
        """Give the parameters for the register, without paths, which are this machine's."""
        apart = {"published"} | ({"neighbours"} if isinstance(self.neighbours, str) else set())
        return {name: value for name, value in super().record().items() if name not in apart}
