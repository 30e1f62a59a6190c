"""What a "turning the curve" page shows: history, forecast, target, and what was done."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import hold, refuse
from qa_sampling.results.over_time import Forecast

VERDICTS = ("better", "worse", "changed", "not shown", "too short")
"""Whether the curve turned: for the better, for the worse, some way (neither way is better), not
more than chance would make it, or too short to say."""

_DONE = Table(
    "things that were done",
    (
        Column("period", "date", "First period in which it could tell"),
        Column("name", "text", "What was done"),
        Column("verdict", "code", "Whether the curve turned", codes=VERDICTS),
        Column("ratio", "number", "Level at the end over what it would have been", required=False),
        Column("low", "number", "Lower end of its 95% interval", required=False),
        Column("high", "number", "Upper end of its 95% interval", required=False),
        Column("words", "text", "The verdict in a sentence"),
    ),
    key=("period",),
)


@dataclass(frozen=True)
class Turning(Forecast):
    """A measure's history, where it goes if nothing changes, and whether it turned.

    Attributes
    ----------
    done : DataFrame
        One row a thing that was done, in order: `period`, `name`, `verdict` (of ``VERDICTS``),
        `ratio`, `low`, `high` (missing when too short; of odds for shares), `words`.
    chance : float or None
        Chance that the target is met in the last period of the fan, if nothing changes; None
        without a target, a better direction or a forecast.
    words : str
        All of it in sentences.
    """

    done: pd.DataFrame = field(default_factory=_DONE.empty)
    chance: float | None = None
    words: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no turning of a curve."""
        super().__post_init__()
        done = hold(self, "done", _DONE)
        faults = []
        if not done["period"].is_monotonic_increasing:
            faults.append("what was done is not in order; sort by `period`")
        if self.chance is not None and not 0 <= self.chance <= 1:
            faults.append(f"`chance` must lie between 0 and 1; got {self.chance}")
        if self.chance is not None and self.target is None:
            faults.append("there is a chance to meet a target, but no target")
        refuse("turning of a curve", faults)
