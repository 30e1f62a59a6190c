"""What cannot be so in actions is refused when they are recorded, whoever records them."""

from __future__ import annotations

import pandas as pd

from qa_sampling.errors import RegisterError
from qa_sampling.loop.actions import action_faults
from qa_sampling.records.returned import ACTIONS
from qa_sampling.schema import check_table

_SHOWN = 5


def check_actions(actions: pd.DataFrame) -> None:
    """Hold actions to the rules.

    Parameters
    ----------
    actions : DataFrame
        Columns of :data:`~qa_sampling.records.returned.ACTIONS`.

    Raises
    ------
    SchemaError
        When the table is not as declared.
    RegisterError
        With each kind of fault, the actions that have it, and what to do.
    """
    check_table(actions, ACTIONS)
    kinds: dict[tuple[str, str], list[str]] = {}
    for fault in action_faults(actions):
        kinds.setdefault((fault.fault, fault.action), []).append(fault.action_id)
    if kinds:
        listed = [f"{_named(names)} {what}. {to_do}" for (what, to_do), names in kinds.items()]
        raise RegisterError(f"Nothing was recorded. {' '.join(listed)}")


def _named(names: list[str]) -> str:
    more = len(names) - _SHOWN
    if len(names) == 1:
        return f"Action {names[0]}"
    return f"Each of the actions {', '.join(names[:_SHOWN])}" + (
        f" and {more} more" if more > 0 else ""
    )
