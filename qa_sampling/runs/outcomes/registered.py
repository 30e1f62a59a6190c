"""What the register tells beside the extracts: complaints, and how good audits find practice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import RegisterError
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.runs.drawn_returns import open_findings
from qa_sampling.runs.inputs import register_is_there
from qa_sampling.runs.returns_in import invented_activities, staff_of
from qa_sampling.sampling.estimation import Design, estimate_proportion
from qa_sampling.schema import GRADES, NOT_RECORDED
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.outcomes import OutcomeTrends

GOOD = GRADES[:2]
NO_REGISTER = "the register of audits and activity; there is none at `register_at` or in `outputs`"

GRADED = Table(
    "grades over time",
    (
        Column("unit_kind", "text", '"service", "team", or "all"'),
        Column("unit", "text", 'Its name, or "All"'),
        Column("start", "date", "First day of the quarter"),
        Column("value", "number", "Estimated share of open cases; missing of too few", False),
        Column("low", "number", "Low end of its interval", False),
        Column("high", "number", "High end of its interval", False),
        Column("audits", "whole", "Audits it rests on"),
        Column("months", "whole", "Months of the quarter with audits"),
        Column("open_cases", "number", "Cases it speaks for, in the average month", False),
    ),
    key=("unit_kind", "unit", "start"),
)
"""One row a unit and quarter with audits."""


class Audited(Protocol):
    """The audits of some months with the draws they came from (``runs.findings.steps``)."""

    @property
    def cases(self) -> pd.DataFrame:
        """The opened cases."""

    @property
    def design(self) -> Design:
        """What the audited ones stand for."""


@dataclass(frozen=True)
class Registered:
    """What the register tells. Restricted.

    Attributes
    ----------
    activity : DataFrame or None
        ``measuring.LOGGED``; None where there is no register.
    grades, by_unit : DataFrame
        :data:`GRADED` of everybody, and by service and team.
    lacks : mapping of str to str
        Why a measure of the register cannot be told, by its name.
    """

    activity: pd.DataFrame | None
    grades: pd.DataFrame
    by_unit: pd.DataFrame
    lacks: Mapping[str, str] = field(default_factory=dict)

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
    findings: Callable[[AuditFindings, Register, pd.DataFrame | None], Audited],
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
        return Registered(None, GRADED.empty(), GRADED.empty(), lacks)
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
        return Registered(activity, GRADED.empty(), GRADED.empty(), lacks | {"audits_good": why})
    grades = grades_by_quarter(audited, None, settings)
    parts = [grades_by_quarter(audited, by, settings) for by in ("service", "team")]
    told = [one for one in parts if set(one["unit"]) - {NOT_RECORDED}]
    by_unit = pd.concat([GRADED.empty(), *told], ignore_index=True)
    return Registered(activity, grades, by_unit, lacks)


def _asked(settings: OutcomeTrends) -> AuditFindings:
    """Give the same places, months and day as the findings of audits take them."""
    names = "authority extract extra_tables register_at outputs key_file period as_at months"
    shared = {name: getattr(settings, name) for name in names.split()}
    if not settings.is_invented:
        shared["extract"] = ""  # teams are those of the audits; no reference has to be made again
    return AuditFindings(**shared, designs=(settings.audit_design,))


def grades_by_quarter(audited: Audited, by: str | None, settings: OutcomeTrends) -> pd.DataFrame:
    """Estimate good or better of all open cases, quarter by quarter.

    Parameters
    ----------
    audited : Audited
        The audits with their draws.
    by : {"service", "team"} or None
        Of each of these; of everybody together when None.
    settings : OutcomeTrends
        Give the level, and the fewest audits below which nothing is estimated.

    Returns
    -------
    DataFrame
        :data:`GRADED`.
    """
    back = audited.cases[audited.cases["outcome"] == "audited"]
    quarter = pd.PeriodIndex(back["period"], freq="M").asfreq("Q").start_time
    unit = "All" if by is None else back[by].astype("str")
    back = back.assign(start=quarter, unit=unit)
    rows = []
    for (name, start), cases in back.groupby(["unit", "start"], sort=True):
        months = sorted(set(cases["period"]))
        row = {
            "unit_kind": by or "all",
            "unit": name,
            "start": start,
            "audits": len(cases),
            "months": len(months),
        }
        if len(cases) >= settings.fewest_for_interval:
            where = {"period": months} | ({} if by is None else {by: str(name)})
            one = estimate_proportion(audited.design, OVERALL, values=GOOD, where=where)
            ends = one.confidence_interval(settings.level)
            row |= {"value": one.estimate, "low": ends.low, "high": ends.high}
            row["open_cases"] = one.population / len(months)
        rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=GRADED.names)
    return check_table(table.astype(GRADED.empty().dtypes.to_dict()), GRADED)
