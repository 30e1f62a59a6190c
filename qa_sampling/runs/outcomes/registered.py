"""What the register tells beside the extracts: complaints, and how good audits find practice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from qa_sampling.errors import RegisterError
from qa_sampling.records.register import Register
from qa_sampling.runs.drawn_returns import open_findings
from qa_sampling.runs.graded import GRADED, Audited, grades_over_time
from qa_sampling.runs.inputs import register_is_there
from qa_sampling.runs.returns_in import invented_activities, staff_of
from qa_sampling.schema import NOT_RECORDED
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.series_grid import Every

_NONE = (GRADED.empty(), GRADED.empty(), GRADED.empty())
NO_REGISTER = "the register of audits and activity; there is none at `register_at` or in `outputs`"


FindingsOf = Callable[[AuditFindings, Register, pd.DataFrame | None], Audited]
"""Brings the audits of some months together with their draws."""


@dataclass(frozen=True)
class Registered:
    """What the register tells. Restricted.

    Attributes
    ----------
    activity : DataFrame or None
        ``measuring.LOGGED``; None where there is no register.
    grades, by_unit : DataFrame
        ``graded.GRADED`` of everybody, and by service and team, by quarter.
    by_month : DataFrame
        The same of everybody and of each, by month.
    lacks : mapping of str to str
        Why a measure of the register cannot be told, by its name.
    """

    activity: pd.DataFrame | None
    grades: pd.DataFrame
    by_unit: pd.DataFrame
    by_month: pd.DataFrame
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def graded(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The estimates: of everybody by quarter, of units by quarter, of both by month."""
        return self.grades, self.by_unit, self.by_month

    @property
    def words(self) -> str:
        """Say what the register tells, and what it does not."""
        if self.activity is None:
            return (
                "No register is at hand (`register_at`), so complaints and audit grades are not "
                "told; all else is."
            )
        complaints = int((self.activity["kind"] == "Complaint").sum())
        audits = int(self.grades["audits"].sum())
        quarters = len(self.grades)
        graded = f"{audits} drawn audits of {quarters} quarters" if quarters else "no drawn audit"
        return f"The register tells of {complaints} complaints and of {graded}."


def read_registered(
    settings: OutcomeTrends,
    findings: FindingsOf,
) -> Registered:
    """Read the register before the series are made; without one say so and go on.

    Parameters
    ----------
    settings : OutcomeTrends
        Say where it is, up to which day, and whose audits.
    findings : callable
        Brings audits together with their draws (``runs.findings.steps.findings_of``).
    """
    if not settings.is_invented and not register_is_there(settings):
        lacks = dict.fromkeys(("complaints", "audits_good"), NO_REGISTER)
        return Registered(None, *_NONE, lacks)
    day = pd.Timestamp(settings.extract_day)
    asked = _asked(settings)
    with open_findings(asked) as register:
        held = invented_activities() if settings.is_invented else register.activities()
        try:
            audited = findings(asked, register, staff_of(settings))
        except RegisterError as fault:
            audited, why = None, f"audits that were drawn. {fault}"
    activity = held[held["date"] <= day].reset_index(drop=True)
    lacks = {} if (activity["kind"] == "Complaint").any() else {
        "complaints": "complaints in the register; sheets of QA activity bring them in"
    }  # fmt: skip
    if audited is None:
        return Registered(activity, *_NONE, lacks | {"audits_good": why})
    grades = grades_over_time(audited, None, settings, every="quarter")
    by_unit = _by_unit(audited, settings, every="quarter")
    months = [grades_over_time(audited, None, settings), _by_unit(audited, settings, every="month")]
    return Registered(activity, grades, by_unit, pd.concat(months, ignore_index=True), lacks)


def _by_unit(audited: Audited, settings: OutcomeTrends, *, every: Every) -> pd.DataFrame:
    """Estimate by service and by team, whichever somebody wrote down."""
    parts = [grades_over_time(audited, by, settings, every=every) for by in ("service", "team")]
    told = [one for one in parts if set(one["unit"]) - {NOT_RECORDED}]
    return pd.concat([GRADED.empty(), *told], ignore_index=True)


def _asked(settings: OutcomeTrends) -> AuditFindings:
    """Give the same places, months and day as the findings of audits take them."""
    names = "authority extract extra_tables register_at outputs key_file period as_at months"
    shared = {name: getattr(settings, name) for name in names.split()}
    if not settings.is_invented:
        shared["extract"] = ""  # teams are those of the audits; no reference has to be made again
    return AuditFindings(**shared, designs=(settings.audit_design,))
