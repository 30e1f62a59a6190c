"""Months of the invented authority that were really drawn: plans, returns, and what is missing.

`records.synthetic` invents audits as authorities have them, whose draw nobody knows any more.
Here each month's cases are drawn from the cases that are open, as the monthly plan draws them, and
what comes back is recorded with the draw: some audits are never completed, some of these are
replaced by a reserve. How good practice is, is laid upon all cases beforehand, so that estimates
can be held against the truth.
"""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from qa_sampling.records import keys
from qa_sampling.records.invented.audits import PLANTED_SHIFT
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.cases_of_day import cases_of_day
from qa_sampling.records.invented.days import to_day
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.grading import QUALITY, AssignedAudit, Grading, grade_of
from qa_sampling.sampling.assignment import assign
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.frame import Eligibility, build_frame
from qa_sampling.sampling.plan import Assignment, Draw, Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.tickets import pseudonym

PERIODS = ("2026-04", "2026-05", "2026-06", "2026-07", "2026-09", "2026-10")
"""Months that are drawn; there are no audits in August."""
AUDITS = 40
TILT = {"Looked after": 220, "Care leaver": 120, "Early help": -180, "Open assessment": -140}
"""How much better practice is with cases of a status, in thousandths of a grade."""
IMPROVED_FROM, IMPROVED = "2026-07", 120
_WORST, _BEST = 800, 4300
MISSING_SHARE, REPLACED_SHARE = 0.1, 0.5
"""Share of audits that never come back, and of these the share that a reserve replaces."""


@dataclass(frozen=True)
class DrawnMonth:
    """A month that was drawn, and what of it came back.

    Attributes
    ----------
    period : str
        The month.
    as_at, due : date
        Day its cases describe; day its audits are due.
    frame, draw, assignment
        As of a monthly plan.
    audits : tuple of AssignedAudit
        The cases that were opened, reserves included, and who audits them.
    lost : frozenset of str
        Names of the audits that never come back.
    quality : dict of str to int
        How good practice is, by child, of every case of the frame, in thousandths of a grade.
    """

    period: str
    as_at: date
    due: date
    frame: Frame
    draw: Draw
    assignment: Assignment
    audits: tuple[AssignedAudit, ...]
    lost: frozenset[str]
    quality: dict[str, int]

    @property
    def share_good(self) -> float:
        """The share of the frame's cases with which practice is good or better."""
        good = [grade_of(one) in ("Outstanding", "Good") for one in self.quality.values()]
        return float(np.mean(good))


def drawn_month(authority: Authority, period: str, past: pd.DataFrame) -> DrawnMonth:
    """Draw a month from the cases that were open on the last day of the month before.

    Parameters
    ----------
    authority : Authority
        The invented authority.
    period : str
        The month, such as "2026-10".
    past : DataFrame
        `case_ref` and `date` of the audits before it.
    """
    start = date.fromisoformat(f"{period}-01")
    cases = cases_of_day(authority, start - timedelta(1))
    frame = build_frame(
        cases,
        Eligibility(open_at_least_weeks=4),
        rows=("team",),
        columns=("status",),
        as_at=start - timedelta(1),
        key=keys.INVENTED_KEY.secret,
        families=authority.families,
        restricted=authority.restricted,
        past_audits=past,
    )
    draw = draw_sample(frame, Size(AUDITS, row_minimum=1, reserves=2), seed=f"invented {period}")
    return opened_month(authority, period, cases, frame=frame, draw=draw)


def opened_month(
    authority: Authority,
    period: str,
    cases: pd.DataFrame,
    *,
    frame: Frame,
    draw: Draw,
    series: str = "d",
    within: tuple[int, int] | None = None,
    rules: AssignmentRules | None = None,
) -> DrawnMonth:
    """Give drawn cases to auditors, and say how good practice is with every case of the frame.

    Parameters
    ----------
    authority : Authority
        The invented authority.
    period : str
        The month.
    cases : DataFrame
        Every open case, as ``cases_of_day`` gives them.
    frame, draw
        As of a monthly plan.
    series : str
        Letter that the names of its audits begin with.
    within : tuple of int, optional
        Least and most that practice is with these cases, in thousandths of a grade.
    rules : AssignmentRules, optional
        Who may audit; those of the monthly audits by default.
    """
    start = date.fromisoformat(f"{period}-01")
    due = start.replace(day=calendar.monthrange(start.year, start.month)[1])
    seed = draw.seed
    sampled = frame.cases[frame.cases["case_ref"].isin(draw.cases["case_ref"])]
    rules = rules or AssignmentRules(period_start=start, period_end=due, monthly_cap=3)
    assignment = assign(sampled, authority.staff, rules=rules, seed=seed)
    refs = [pseudonym(one, keys.INVENTED_KEY.secret) for one in cases["child_id"]]
    managers = authority.cases_at(start - timedelta(1)).set_index("child_id")["manager_id"]
    known = cases.assign(case_ref=refs, manager=cases["child_id"].map(managers))
    known = known.set_index("case_ref")
    opened = _opened(draw, assignment, seed)
    names = [f"A-{period}-{series}{number:03d}" for number in range(1, len(opened) + 1)]
    audits = [
        _assigned(name, known.loc[ref], auditor, authority.staff, start, due)
        for name, (ref, auditor, _) in zip(names, opened, strict=True)
    ]
    lost = {name for name, (_, _, gone) in zip(names, opened, strict=True) if gone}
    quality = _qualities(known.loc[frame.cases["case_ref"]], period)
    if within is not None:
        scale = dict(zip(("xp", "fp"), ((_WORST, _BEST), within), strict=True))
        quality = {child: int(np.interp(one, **scale)) for child, one in quality.items()}
    return DrawnMonth(
        period, start - timedelta(1), due, frame, draw, assignment, tuple(audits),
        frozenset(lost), quality,
    )  # fmt: skip


def _assigned(
    name: str, case: pd.Series, auditor: str, staff: pd.DataFrame, start: date, due: date
) -> AssignedAudit:
    """Give a case to its auditor; moderators come from other services."""
    may = staff[staff["may_moderate"] & (staff["staff_id"] != auditor)]
    return AssignedAudit(
        audit_id=name,
        period=f"{start:%Y-%m}",
        child_id=case["child_id"],
        status=case["status"],
        team=case["team"],
        worker=case["worker"],
        manager=case["manager"],
        auditor=auditor,
        moderators=tuple(may.loc[may["service"] != case["service"], "staff_id"]),
        assigned=to_day(start) + 1,
        due=to_day(due),
    )


def graded(
    authority: Authority, months: list[DrawnMonth], *, apart: str = ""
) -> dict[str, pd.DataFrame]:
    """Let the audits of drawn months be done; give the tables of ``invented.grading``.

    Parameters
    ----------
    authority : Authority
        The invented authority.
    months : list of DrawnMonth
        What was drawn.
    apart : str
        Names audits whose chances are apart from the monthly ones, such as "re-audits".
    """
    dice = Dice(authority.seed, "drawn audits")
    shifts = {
        authority.truths["lenient_auditor"]["staff_id"]: PLANTED_SHIFT,
        authority.truths["severe_auditor"]["staff_id"]: -PLANTED_SHIFT,
    }
    severity = {one: shifts.get(one, dice.between(-40, 200)) for one in authority.staff["staff_id"]}
    second = Dice(authority.seed, f"drawn audits, again{apart}")
    dice = Dice(authority.seed, apart) if apart else dice
    grading = Grading(dice, severity, to_day(authority.until), second)
    for month in months:
        for audit in month.audits:
            grading.add(audit, month.quality[audit.child_id], lost=audit.audit_id in month.lost)
    return grading.tables()


def _qualities(cases: pd.DataFrame, period: str) -> dict[str, int]:
    """Give how good practice is with each case, the same every time."""
    better = IMPROVED if period >= IMPROVED_FROM else 0
    places, values = zip(*QUALITY, strict=True)
    found = {}
    for child, status in zip(cases["child_id"], cases["status"], strict=True):
        level = int(hashlib.sha256(f"quality|{child}".encode()).hexdigest()[:8], 16) % 1000
        value = np.interp(level, places, values) + TILT.get(status, 0) + better
        found[child] = int(min(max(value, _WORST), _BEST))
    return found


def _opened(draw: Draw, assignment: Assignment, seed: str) -> list[tuple[str, str, bool]]:
    """Give the cases that are opened, their auditors, and whether they never come back."""
    auditor = assignment.table.set_index("case_ref")["auditor_id"]
    spare = {
        label: rows["case_ref"].tolist()
        for label, rows in draw.reserves.sort_values(["stratum", "rank"]).groupby("stratum")
    }
    opened = []
    listed = draw.cases.sort_values(["stratum", "rank"])
    for ref, stratum in zip(listed["case_ref"], listed["stratum"], strict=True):
        fate = int(hashlib.sha256(f"fate|{seed}|{ref}".encode()).hexdigest()[:8], 16) / 16**8
        gone = fate < MISSING_SHARE
        opened.append((ref, auditor[ref], gone))
        if fate < MISSING_SHARE * REPLACED_SHARE and spare.get(stratum):
            opened.append((spare[stratum].pop(0), auditor[ref], False))
    return opened
