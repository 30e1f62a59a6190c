"""How many children the authority has: estimates that rates per 10,000 rest on."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class PopulationEstimate(BaseModel):
    """How many children there were in the middle of a year, by one estimate.

    Attributes
    ----------
    year : int
        Year in whose middle it is estimated.
    children : int
        Children aged 0 to 17.
    vintage : str
        Which estimate it is, and when it came out: "ONS mid-year estimates, July 2025".
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    year: int = Field(ge=1990, le=2100)
    children: int = Field(gt=0)
    vintage: str = Field(min_length=1, max_length=120)


def _one_a_year(value: tuple[PopulationEstimate, ...]) -> tuple[PopulationEstimate, ...]:
    years = [one.year for one in value]
    if twice := [year for year in years if years.count(year) > 1]:
        raise ValueError(f"{twice[0]} has two estimates; keep one vintage of each year")
    return value


Population = Annotated[tuple[PopulationEstimate, ...], AfterValidator(_one_a_year)]
"""Estimates of several years, one of each."""
