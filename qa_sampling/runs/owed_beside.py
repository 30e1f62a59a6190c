"""What auditors owe beside a plan or a deep dive: audits of others due in the same weeks."""

from __future__ import annotations

from datetime import date

import pandas as pd

from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.register import Register
from qa_sampling.runs.returned_folder import sent_out
from qa_sampling.schema import DEEP_DIVE


def audits_beside(
    register: Register, *, first: date, last: date, dives_only: bool = False
) -> dict[str, int]:
    """Count the audits that each member of staff owes in some weeks, as the register holds them.

    With who audits them now; those that had come back by the first day are not owed.

    Parameters
    ----------
    register : Register
        Holds the draws.
    first, last : date
        The day after which audits must be due, and the day before which their extract is of.
    dives_only : bool
        Whether only cases read in deep dives count, and no audits of plans.

    Returns
    -------
    dict of str to int
        By staff number, in order; those who owe any.
    """
    listed = register.draws()
    wanted = ~listed["superseded"].astype("bool")
    if dives_only:
        wanted &= listed["design"].str.startswith(DEEP_DIVE)
    if not wanted.any():
        return {}
    sent, names = sent_out(register), set(listed.loc[wanted, "draw_id"])
    beside = {
        name for name, draw in sent.draws.items()
        if name in names and draw.due > first and draw.as_at < last
    }  # fmt: skip
    held = register.audits()
    done = set(held.loc[held["date_completed"] <= pd.Timestamp(first), "audit_id"])
    owed = pd.Series(
        [one.auditor_id for (name, ref), one in sent.expected.items()
         if name in beside and case_name(name, ref) not in done],
        dtype="str",
    )  # fmt: skip
    counts = owed.value_counts().sort_index()
    return {str(who): int(number) for who, number in counts.items()}
