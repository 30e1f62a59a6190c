"""What was done against the year's plan: activity by kind and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import SchemaError

UNKNOWN = "None on record"
STATES = ("On plan", "Behind", "Not begun", "Nothing was due", "Not planned", UNKNOWN)
"""How an activity stands against its plan."""


@dataclass(frozen=True)
class PlannedRow:
    """One activity of the plan.

    Attributes
    ----------
    what : str
        Its name.
    owner : str
        Role that owes it.
    number : int
        How many in each month; 0 for what cannot be planned.
    periods : tuple of str
        Months it is planned for, as "2026-10".
    """

    what: str
    owner: str
    number: int
    periods: tuple[str, ...]


def against_plan(
    planned: Sequence[PlannedRow], done: pd.DataFrame, *, periods: Sequence[str]
) -> pd.DataFrame:
    """Hold what was done against the plan, activity by activity.

    Parameters
    ----------
    planned : sequence of PlannedRow
        The plan.
    done : DataFrame
        `what`, `period` (as "2026-10"), `number` (done).
    periods : sequence of str
        Months looked at.

    Returns
    -------
    DataFrame
        One row an activity in the plan's order: `what`, `owner`, `planned`, `done` (in all
        months looked at), `share` (done of planned, missing where none was), `state` (of
        :data:`STATES`), `without` (months it was planned for and nothing was done, joined).

    Raises
    ------
    SchemaError
        When something was done that the plan does not name, which would go unseen.
    """
    names = {one.what for one in planned}
    if strangers := sorted(set(done["what"]) - names):
        raise SchemaError(
            f"The plan does not name {', '.join(strangers)}, which was done. Add it, with "
            "`number: 0` where it cannot be planned."
        )
    asked = tuple(periods)
    held = done[done["period"].isin(asked)]
    counted = held.groupby(["what", "period"])["number"].sum()
    rows = []
    for one in planned:
        due = [period for period in one.periods if period in asked] if one.number else []
        made = counted[one.what] if one.what in counted.index.get_level_values(0) else {}
        number = int(sum(made.values)) if len(made) else 0
        without = [period for period in due if not made.get(period)]
        rows.append(
            {
                "what": one.what,
                "owner": one.owner,
                "planned": one.number * len(due),
                "done": number,
                "share": number / (one.number * len(due)) if due else None,
                "state": _state(one.number, one.number * len(due), number),
                "without": ", ".join(without),
            }
        )
    table = pd.DataFrame(rows, columns=["what", "owner", "planned", "done", "share", "state",
                                        "without"])  # fmt: skip
    table["share"] = table["share"].astype("float64")
    return table


def _state(number: int, planned: int, done: int) -> str:
    if not number:
        return "Not planned"
    if not planned:
        return "Nothing was due"
    if done >= planned:
        return "On plan"
    return "Behind" if done else "Not begun"


def done_by_month(done: pd.DataFrame, *, periods: Sequence[str]) -> pd.DataFrame:
    """Give how many of each activity were done each month.

    Parameters
    ----------
    done : DataFrame
        As for :func:`against_plan`.
    periods : sequence of str
        Months, a column each.

    Returns
    -------
    DataFrame
        A row an activity in the order of its name, a column a month.
    """
    held = done[done["period"].isin(periods)]
    wide = held.pivot_table(index="what", columns="period", values="number", aggfunc="sum")
    wide = wide.reindex(columns=list(periods)).fillna(0).astype("int64")
    return wide.rename_axis(index="what", columns=None).reset_index()
