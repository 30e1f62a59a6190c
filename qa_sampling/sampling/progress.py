"""Where a month's audits stand: due, returned, late, exempted; and whom to remind.

A state is what is known on the day looked back from. What came back later counts as not back yet,
so that last month's page can be made again. Days late are calendar days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import SchemaError

STATES = ("on_time", "late", "overdue", "not_due", "exempted", "not_auditable", "replaced")
"""How an audit can stand; see :class:`Progress`."""
LEAVE_KINDS = ("exempted", "extended")
"""What can be granted: the audit need not be done, or may come later."""
_RETURNED = ("on_time", "late")
_ASKED = ("on_time", "late", "overdue", "not_due")
_UNKNOWN = "Not recorded"

OWED = Table(
    "owed audits",
    (
        Column("audit_id", "text", "The audit"),
        Column("auditor_id", "text", "Staff number of the auditor", required=False),
        Column("team", "text", "Team of the case", required=False),
        Column("service", "text", "Service of the case", required=False),
        Column("date_due", "date", "Day it is due"),
        Column("date_completed", "date", "Day it was completed; missing while not", required=False),
        Column("not_auditable", "flag", "Whether the file cannot be audited, or is out of scope"),
        Column("replaced", "flag", "Whether somebody else audits it instead, or its draw fell"),
    ),
    key=("audit_id",),
)
"""One row an audit that somebody was asked for."""

GRANTED = Table(
    "exemptions and extensions",
    (
        Column("audit_id", "text", "The audit"),
        Column("kind", "code", "What was granted", codes=LEAVE_KINDS),
        Column("new_due", "date", "New day it is due; for an extension", required=False),
        Column("reason", "text", "Why"),
        Column("approved_by", "text", "Who granted it"),
        Column("date", "date", "Day it was granted"),
    ),
)
"""One row an exemption or an extension; the last one that was granted holds."""


@dataclass(frozen=True)
class Progress:
    """How each audit of a plan stands on a day.

    Attributes
    ----------
    as_at : Timestamp
        The day looked back from.
    table : DataFrame
        One row an audit, in the order given, with the columns given and `due` (the day it was due
        after extensions), `state` and `days_late` (calendar days past `due`: of its return when
        it is back, up to `as_at` when it is not; 0 when it is not late), `reason` and
        `approved_by` of what was granted (blank for nothing). States:

        - "on_time", "late": back, by its day or after it
        - "overdue", "not_due": not back, and its day has passed or has not
        - "exempted": need not be done, and is not back
        - "not_auditable": the file cannot be audited; a reserve may stand in for it
        - "replaced": asked of somebody else instead
    """

    as_at: pd.Timestamp
    table: pd.DataFrame

    def counts(self, by: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Count the audits by how they stand.

        Parameters
        ----------
        by : str or sequence of str, optional
            Columns of `table` to count by, such as "team" or ["service", "team"]; a missing value
            counts as "Not recorded". In all by default.

        Returns
        -------
        DataFrame
            One row a group, in order of its name: `planned` (every audit that was asked for),
            one column a state, `asked` (planned without exempted, not auditable and replaced),
            `returned` (on time or late), `outstanding` (overdue or not due), `share_returned`
            (of those asked; missing when none was) and `share_on_time` (of those asked that are
            back or overdue; missing when none is).

        Raises
        ------
        SchemaError
            When a column is not there.
        """
        names = [by] if isinstance(by, str) else list(by or ())
        if strangers := [name for name in names if name not in self.table.columns]:
            raise SchemaError(
                f"`by` names {', '.join(strangers)}, which the audits do not have. "
                f"Give one of: {', '.join(map(str, self.table.columns))}."
            )
        keys = [self.table[name].astype("str").fillna(_UNKNOWN) for name in names]
        keys = [key.mask(key.str.strip() == "", _UNKNOWN) for key in keys]
        flags = pd.DataFrame(
            {state: (self.table["state"] == state).astype("int64") for state in STATES},
            index=self.table.index,
        )
        if names:
            counted = flags.groupby(
                [key.rename(name) for key, name in zip(keys, names, strict=True)]
            ).sum()
        else:
            counted = flags.sum().to_frame().T
        counted.insert(0, "planned", counted.sum(axis=1))
        counted["asked"] = counted[list(_ASKED)].sum(axis=1)
        counted["returned"] = counted[list(_RETURNED)].sum(axis=1)
        counted["outstanding"] = counted["overdue"] + counted["not_due"]
        fell_due = counted["returned"] + counted["overdue"]
        counted["share_returned"] = _share(counted["returned"], counted["asked"])
        counted["share_on_time"] = _share(counted["on_time"], fell_due)
        return counted.reset_index() if names else counted.reset_index(drop=True)

    def chase(self, *, due_within_days: int = 7) -> pd.DataFrame:
        """List whom to remind of what: restricted, for it names people and audits.

        Parameters
        ----------
        due_within_days : int
            Audits that are due within so many days count as well; 0 for overdue ones alone.

        Returns
        -------
        DataFrame
            The rows of `table` that are overdue or due soon, the longest overdue first, with
            `days_left` (to `due`; below 0 when it has passed).

        Raises
        ------
        SchemaError
            When `due_within_days` is below 0.
        """
        if due_within_days < 0:
            raise SchemaError(f"`due_within_days` must be 0 or more; got {due_within_days}.")
        days_left = (self.table["due"] - self.as_at).dt.days
        waiting = self.table["state"].isin(("overdue", "not_due"))
        wanted = self.table.assign(days_left=days_left)[waiting & (days_left <= due_within_days)]
        return wanted.sort_values(["days_left", "audit_id"], kind="stable", ignore_index=True)


def progress(
    owed: pd.DataFrame, *, as_at: str | pd.Timestamp, granted: pd.DataFrame | None = None
) -> Progress:
    """Say how each audit of a plan stands on a day.

    Parameters
    ----------
    owed : DataFrame
        One row an audit, as declared by ``OWED``; further columns (period, role …) are kept.
    as_at : str or Timestamp
        The day looked back from. What was completed or granted later is not known yet.
    granted : DataFrame, optional
        Exemptions and extensions, as declared by ``GRANTED``; none by default. Of several for one
        audit the last granted holds; on one day, the last row.

    Returns
    -------
    Progress

    Raises
    ------
    SchemaError
        When a table is not as declared, an extension names no new day, or something was granted
        for an audit that nobody was asked for.

    Notes
    -----
    An audit that is back is "on_time" or "late" even when it was exempted: it was done. One that
    cannot be audited or was replaced is never late.
    """
    check_table(owed, OWED)
    day = pd.Timestamp(as_at)
    held = _held(granted, owed, day)
    found = owed["audit_id"].astype("str").map(held["new_due"]) if len(held) else pd.NaT
    table = owed.copy()
    table["due"] = pd.to_datetime(found).fillna(owed["date_due"]) if len(held) else owed["date_due"]
    for name in ("reason", "approved_by"):
        given = owed["audit_id"].astype("str").map(held[name]) if len(held) else ""
        table[name] = pd.Series(given, index=owed.index, dtype="str").fillna("")
    exempted = owed["audit_id"].isin(held.index[held["kind"] == "exempted"])
    back = owed["date_completed"] <= day
    late = back & (owed["date_completed"] > table["due"])
    table["state"] = pd.Series(
        np.select(
            [
                owed["replaced"],
                owed["not_auditable"],
                late,
                back,
                exempted,
                table["due"] < day,
            ],
            ["replaced", "not_auditable", "late", "on_time", "exempted", "overdue"],
            default="not_due",
        ),
        index=owed.index,
        dtype="str",
    )
    until = owed["date_completed"].where(back, day)
    days = (until - table["due"]).dt.days
    is_late = table["state"].isin(("late", "overdue"))
    table["days_late"] = days.where(is_late, 0).astype("Int64")
    return Progress(day, table)


def _held(granted: pd.DataFrame | None, owed: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Give what holds on a day, one row an audit, by its name."""
    if granted is None:
        granted = GRANTED.empty()
    check_table(granted, GRANTED)
    faults = []
    extended = granted["kind"] == "extended"
    if count := int((extended & granted["new_due"].isna()).sum()):
        faults.append(f"{count} extensions name no new day in `new_due`")
    if count := int((~granted["audit_id"].isin(owed["audit_id"])).sum()):
        faults.append(f"{count} rows are of audits that nobody was asked for")
    if faults:
        raise SchemaError(f"The table of {GRANTED.name} is not sound: {'; '.join(faults)}.")
    known = granted[granted["date"] <= day].sort_values("date", kind="stable")
    held = known.drop_duplicates("audit_id", keep="last").set_index("audit_id")
    held.index = held.index.astype("str")
    return held.assign(new_due=held["new_due"].where(held["kind"] == "extended"))


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return (part / whole.where(whole > 0)).astype("float64")
