"""What may be asked of the plan builder: which two designs are looked at first."""

from __future__ import annotations

from pydantic import Field, field_validator

from qa_sampling.settings.common import PLAIN_NAME, Settings


class PlanBuilder(Settings):
    """Parameters of `15_plan_builder`: two designs for a month that is not drawn yet.

    Attributes
    ----------
    first, second : str
        Parameters files of the audit plan that the designs start from, by name without ``.yml``.
    draws : int
        Draws of each design that are simulated, with seeds that are not the month's.
    proportion : float
        Share for which half-widths are told; 0.5 is the widest.
    """

    first: str = "monthly_audit_plan"
    second: str = "equal_teams"
    draws: int = Field(40, ge=2, le=1000)
    proportion: float = Field(0.5, gt=0, lt=1)

    @field_validator("first", "second")
    @classmethod
    def _is_plain_name(cls, value: str) -> str:
        if not PLAIN_NAME.fullmatch(value):
            raise ValueError(
                "must be the name of a file in `parameters` without .yml: lower-case letters, "
                "digits and underscores, no path"
            )
        return value
