"""What is decided about single audits in a year: leave, other auditors, reserves, a redraw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.runs.returned_folder import fieldwork_of
from qa_sampling.runs.year.folder import InventedYear, month_before

DECIDED_ON, RESERVES_ON = 20, 12
"""Days of a month on which an auditor's leave is decided, and reserves are called."""
EXEMPTED = {
    3: "Invented: the auditor is on long sick leave",
    6: "Invented: the child's file is before the court this month",
    10: "Invented: the auditor is called to a rapid review",
}
"""Reason of the one exemption of a month, by month."""
EXTENDED = {2: 21, 9: 14}
"""Days that one auditor is given more, by month."""
REASSIGNED = {2: "absence", 5: "conflict", 9: "absence"}
"""Why one case of a month goes to another auditor, by month."""
REDRAWN = {7: ("permanence", "Invented: the extract held placements of the month before")}
"""The design whose draw is set aside, and why, by month."""
MOST_RESERVES = 2
"""Reserves that are called in a month at most."""
DESIGN = "monthly"
_HEAD, _GROUP = "Head of Quality Assurance", "Chair of the QA Group"
Line = tuple[str, ...]
Against = Callable[[str, str, str], object]
"""Takes a month, a case and an auditor; gives what holds against it, nothing where it may be."""


@dataclass(frozen=True)
class Decided:
    """What was decided of the cases of a register, for those who fill forms in. Restricted.

    Attributes
    ----------
    set_aside : frozenset of str
        Draws whose place another has taken.
    exempted : frozenset of str
        Audits that need not be done.
    now : dict of str to (str, date)
        Who audits a case instead, and since when, by the audit's name.
    """

    set_aside: frozenset[str]
    exempted: frozenset[str]
    now: dict[str, tuple[str, date]]

    def is_owed(self, audit: str, auditor: str) -> bool:
        """Say whether an auditor still owes an audit.

        Parameters
        ----------
        audit : str
            Its name.
        auditor : str
            Staff number.
        """
        return audit not in self.exempted and self.now.get(audit, (auditor,))[0] == auditor


def decided(register: Register) -> Decided:
    """Give what was decided so far.

    Parameters
    ----------
    register : Register
        Holds draws, grants and new auditors.
    """
    draws = register.draws()
    aside = draws.loc[draws["superseded"].fillna(False).astype(bool), "draw_id"]
    granted = register.grants().drop_duplicates("audit_id", keep="last")
    changed = register.reassignments().itertuples()
    return Decided(
        frozenset(aside),
        frozenset(granted.loc[granted["kind"] == "exempted", "audit_id"]),
        {row.reassignment_id: (str(row.auditor_id), row.date.date()) for row in changed},
    )


@dataclass(frozen=True)
class _Free:
    """Who may take cases over."""

    staff: pd.DataFrame
    against: Against

    def another(self, drawn: RecordedDraw, ref: str) -> str:
        """Give who may take a case: independent of it, not its moderator, with fewest cases."""
        table = drawn.assignment.table
        own = table[table["case_ref"] == ref]
        barred = {*own["auditor_id"].astype(str), *own["moderator_id"].astype(str)}
        load = table["auditor_id"].value_counts()
        listed = [str(one) for one in self.staff.loc[self.staff["may_audit"], "staff_id"]]
        listed.sort(key=lambda one: (load.get(one, 0), _ticket(ref, one)))
        free = (one for one in listed if one not in barred)
        return next(one for one in free if not self.against(drawn.period, ref, one))


def decision_lines(
    made: InventedYear, period: str, staff: pd.DataFrame, *, against: Against
) -> tuple[Line, ...]:
    """Give the lines of a month by which exceptions are decided; those recorded are left out.

    Parameters
    ----------
    made : InventedYear
        The year; the month's audits are drawn, and what came back is collected.
    period : str
        The month.
    staff : DataFrame
        ``schema.STAFF``: who may take a case over.
    against : callable
        Gives the reasons why a case of a month's plan may not go to an auditor.
    """
    free = _Free(staff, against)
    month, lines = int(period[5:]), []
    with Register.open(made.outputs / "register.sqlite", create=False) as register:
        drawn = register.find_draw(period, DESIGN)
        if drawn is not None:
            lines += _on_leave(made, register, drawn, free)
        earlier = register.find_draw(month_before(period), DESIGN)
        if earlier is not None:
            day = date.fromisoformat(f"{period}-{RESERVES_ON}")
            lines += _reserves(made, register, earlier, free, day)
        again = REDRAWN.get(month)
        if again and (one := register.find_draw(period, again[0])) and not one.redraw:
            names = ("--agreed-by", _HEAD, "--agreed-by", _GROUP)
            given = ("--design", again[0], "--reason", again[1])
            lines.append(("redraw", period, *given, *names, *_common(made, period)))
    return tuple(lines)


def _on_leave(
    made: InventedYear, register: Register, drawn: RecordedDraw, free: _Free
) -> Iterator[Line]:
    """Give a month's exemption, extension and change of auditor, each of another case."""
    month, day = int(drawn.period[5:]), date.fromisoformat(f"{drawn.period}-{DECIDED_ON}")
    held, common = decided(register), _common(made, drawn.period)
    refs = sorted(drawn.assignment.table["case_ref"], key=lambda ref: _ticket("leave", ref))
    names = [case_name(drawn.draw_id, ref) for ref in refs[:3]]
    given = set(register.grants()["audit_id"])
    asked = ("--by", _HEAD, "--as-at", day.isoformat(), *common)
    if month in EXEMPTED and names[0] not in given:
        yield ("exempt", names[0], "--reason", EXEMPTED[month], *asked)
    if month in EXTENDED and names[1] not in given:
        until = drawn.due + timedelta(EXTENDED[month])
        why = ("--reason", "Invented: the auditor is on leave", "--until", until.isoformat())
        yield ("exempt", names[1], *why, *asked)
    if month in REASSIGNED and names[2] not in held.now:
        who = free.another(drawn, refs[2])
        given = ("--auditor", who, "--reason", REASSIGNED[month], "-p", f"period={drawn.period}")
        yield ("reassign", names[2], *given, *asked)


def _reserves(
    made: InventedYear,
    register: Register,
    drawn: RecordedDraw,
    free: _Free,
    day: date,
) -> Iterator[Line]:
    """Give the lines that call the reserves that are due, and give each its own day."""
    held = decided(register)
    due = fieldwork_of(register, drawn).to_open
    names = [case_name(drawn.draw_id, ref) for ref in due["case_ref"]]
    due = due.assign(audit=names)[[name not in held.now for name in names]].head(MOST_RESERVES)
    asked = ("--by", _HEAD, "--as-at", day.isoformat(), *_common(made, drawn.period))
    for row in due.itertuples():
        lost = case_name(drawn.draw_id, row.instead_of)
        who = free.another(drawn, row.case_ref)
        given = ("--auditor", who, "--reason", "reserve", "-p", f"period={drawn.period}")
        yield ("reassign", lost, *given, *asked)
        until = (day + timedelta(28)).isoformat()
        why = ("--reason", "Invented: a reserve, called after the month", "--until", until)
        yield ("exempt", row.audit, *why, *asked)


def _common(made: InventedYear, period: str) -> Line:
    return ("-f", str(made.month_file(period)))


def _ticket(what: str, name: str) -> str:
    return hashlib.sha256(f"{what}|{name}".encode()).hexdigest()
