"""What a performance meeting says of a curve that it wants to turn: closed, frozen models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from qa_sampling.settings.common import plain_day
from qa_sampling.trends.measures import MEASURES


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class DoneThing(_Closed):
    """Something that was done to turn a curve.

    Attributes
    ----------
    since : str
        First day it could tell, as "2025-04-01".
    name : str
        What it was.
    """

    since: str = Field(min_length=10)
    name: str = Field(min_length=1, max_length=80)

    @field_validator("since")
    @classmethod
    def _is_day(cls, value: str) -> str:
        return plain_day(value)


class PlannedAction(_Closed):
    """An action of the meeting, with its review.

    Attributes
    ----------
    what, owner : str
        What is to be done, and the role that owns it.
    review : str
        Day it is looked at again.
    """

    what: str = Field(min_length=1, max_length=200)
    owner: str = Field(min_length=1, max_length=80)
    review: str = Field(min_length=10)

    @field_validator("review")
    @classmethod
    def _is_day(cls, value: str) -> str:
        return plain_day(value)


class CurveToTurn(_Closed):
    """A measure that a meeting wants to turn.

    Attributes
    ----------
    measure : str
        Its name in the registry.
    target : float or None
        Where it should be, in the unit of its values (0.15 for 15%).
    done : tuple of DoneThing
        What was done.
    story : str
        Why it is as it is, in the authority's own words; no child's details.
    partners : tuple of str
        Who can help.
    actions : tuple of PlannedAction
        What is to be done, by whom, and when it is looked at again.
    """

    measure: str
    target: float | None = None
    done: tuple[DoneThing, ...] = ()
    story: str = Field("", max_length=1_000)
    partners: tuple[str, ...] = ()
    actions: tuple[PlannedAction, ...] = ()

    @field_validator("measure")
    @classmethod
    def _is_known(cls, value: str) -> str:
        return known_measure(value)


def known_measure(name: str) -> str:
    """Give a measure's name back, or say which there are.

    Parameters
    ----------
    name : str
        Name in the registry.

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    if name not in MEASURES:
        raise ValueError(f"there is no measure {name!r}; choose one of: {', '.join(MEASURES)}")
    return name
