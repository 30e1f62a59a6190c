"""The register that findings read: a real one, or the invented authority's drawn months."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd

from qa_sampling import __version__
from qa_sampling.records import keys
from qa_sampling.records.invented.audit_tags import invented_tags
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.drawn_months import PERIODS, DrawnMonth, drawn_month, graded
from qa_sampling.records.invented.follow_up import follow_up
from qa_sampling.records.invented.re_audited import (
    CALLED,
    RE_AUDITED,
    graded_again,
    re_audited_month,
)
from qa_sampling.records.register import Register
from qa_sampling.records.returned import (
    ACTIONS,
    ANSWERS,
    AUDITS,
    MODERATED_ANSWERS,
    MODERATIONS,
    OVERALL,
)
from qa_sampling.runs.inputs import invented_authority, open_register
from qa_sampling.runs.invented_kept import kept
from qa_sampling.runs.returns_in import as_known, open_returns, record_activities
from qa_sampling.sampling.frame import frame_snapshot
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import Table
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.plan import MonthlyAuditPlan

_UNDRAWN = ("2025-05", "2026-03")
"""First and last month whose audits are from before the invented authority drew by the register."""


def open_findings(settings: AuditFindings) -> Register:
    """Open the register with the draws and what came back of them.

    Parameters
    ----------
    settings : AuditFindings
        Say where it is. Of the invented authority months that were really drawn are recorded
        first, up to the period, and audits of earlier months without a draw.

    Raises
    ------
    RegisterError
        When there is no register: nothing has been drawn or collected yet.
    """
    if not settings.is_invented:
        return open_returns(settings)
    register = open_register(settings)
    wanted = [one for one in PERIODS if one <= settings.period]
    if wanted and register.find_draw(wanted[-1], "monthly") is None:
        _record(settings, register, wanted)
    return register


def _record(settings: AuditFindings, register: Register, periods: list[str]) -> None:
    authority, drawn = invented_authority(), _NO_DRAWS
    early = authority.audits["period"].between(*_UNDRAWN)
    early = set(authority.audits.loc[early, "audit_id"])
    before = {name: _some(getattr(authority, name), early) for name in _TABLES}
    months, again = [], []
    asked = [(one, "monthly") for one in periods]
    asked += [(one, "re_audit") for one in RE_AUDITED if one <= settings.period]
    for period, design in sorted(asked):
        if design == "re_audit":
            again.append(_re_audited(authority, register, period, before, months))
            continue
        month = kept(f"drawn-{period}", partial(drawn_month, authority, period, drawn))
        register_month(register, month, MonthlyAuditPlan(period=period))
        refs = month.draw.cases["case_ref"]
        one = pd.DataFrame({"case_ref": refs, "date": pd.Timestamp(month.as_at)})
        drawn = pd.concat([drawn, one], ignore_index=True)
        months.append(month)
    told, seconds = graded(authority, months), graded_again(authority, again)
    tables = {
        name: pd.concat([before[name], told[name], seconds[name]], ignore_index=True)
        for name in _TABLES
    }
    designs = {"monthly": months, "re_audit": again}
    drawn_in = {
        audit.audit_id: (design, f"{month.period}-{design}")
        for design, held in designs.items()
        for month in held
        for audit in month.audits
    }
    names = tables["audits"]["audit_id"]
    tables["audits"]["draw_id"] = [drawn_in.get(one, (None, None))[1] for one in names]
    tables["audits"]["design"] = [drawn_in.get(one, ("monthly", None))[0] for one in names]
    tables["actions"] = follow_up(tables["actions"], tables["audits"], authority.seed)
    day = pd.Timestamp(settings.extract_day)
    record_audits(register, tables, day=day)
    register.record_audit_tags(invented_tags(register.answers()))
    record_activities(register, day=day)


_NO_DRAWS = pd.DataFrame({"case_ref": [], "date": pd.to_datetime([])})
_TABLES = ("audits", "answers", "moderations", "moderated_answers", "actions")


def _re_audited(
    authority: Authority,
    register: Register,
    period: str,
    before: dict[str, pd.DataFrame],
    months: list[DrawnMonth],
) -> DrawnMonth:
    """Draw and register the month's re-audits from the grades that were known by then."""
    past = pd.concat([before["audits"], graded(authority, months)["audits"]], ignore_index=True)
    refs = [pseudonym(number, keys.INVENTED_KEY.secret) for number in past["child_id"]]
    past = past.assign(case_ref=refs, date=past["date_completed"], grade=past["grade_overall"])
    past = past.dropna(subset=["date", "grade"])[["case_ref", "date", "grade"]]
    again = partial(re_audited_month, authority, period, past)
    month = kept(f"drawn-again-{period}", again)
    register_month(register, month, MonthlyAuditPlan(period=period, **_RE_AUDIT))
    return month


_RE_AUDIT: dict[str, Any] = {
    "design": "re_audit",
    "title": "Re-audits",
    "audit_all": True,
    "strata_rows": ("service",),
    "strata_columns": (),
    "row_minimum": None,
    "column_minimum": None,
    "reserves": 0,
    "one_per_family": False,
    **asdict(CALLED),
}


def record_audits(
    register: Register, tables: dict[str, pd.DataFrame], *, day: pd.Timestamp
) -> None:
    """Record invented audits, moderations and actions, as far as they are known on a day.

    Parameters
    ----------
    register : Register
        Where they are recorded.
    tables : dict of str to DataFrame
        What ``invented.drawn_months.graded`` gives, with `design` and `draw_id` of the audits, and
        actions followed up.
    day : Timestamp
        What came later is not known.
    """
    key = keys.INVENTED_KEY.secret
    audits = tables["audits"].query("date_assigned <= @day").copy()
    audits["date_completed"] = audits["date_completed"].where(audits["date_completed"] <= day)
    audits["case_ref"] = [pseudonym(number, key) for number in audits["child_id"]]
    audits["audit_type"] = audits["design"]
    audits["stratum"] = audits["team"] + " / " + audits["status"]
    audits["immediate_safeguarding_concern"] = audits["immediate_concern"]
    done = audits[audits["date_completed"].notna()]
    overall = done.assign(standard=OVERALL, grade=done["grade_overall"])
    given = [_of(tables["answers"], done), overall[["audit_id", "standard", "grade"]]]
    register.record_audits(_declared(audits, AUDITS), _declared(pd.concat(given), ANSWERS))
    made = _of(tables["moderations"], done).query("date <= @day")
    made = made.assign(moderation_id="M-" + made["audit_id"].str.removeprefix("A-"))
    first = made.rename(columns={"grade_overall": "grade"}).assign(standard=OVERALL)
    more = _of(tables["moderated_answers"], made).merge(made[["audit_id", "moderation_id"]])
    again = pd.concat([one[["moderation_id", "standard", "grade"]] for one in (first, more)])
    register.record_moderations(_declared(made, MODERATIONS), _declared(again, MODERATED_ANSWERS))
    register.record_actions(_declared(as_known(_of(tables["actions"], done), day), ACTIONS))


def _some(table: pd.DataFrame, audits: set[str]) -> pd.DataFrame:
    return table[table["audit_id"].isin(audits)]


def _of(table: pd.DataFrame, audits: pd.DataFrame) -> pd.DataFrame:
    return _some(table, set(audits["audit_id"])).copy()


def _declared(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    held = frame.reindex(columns=table.names).reset_index(drop=True)
    return held.astype(table.empty().dtypes.to_dict())


def register_month(register: Register, month: DrawnMonth, asked: MonthlyAuditPlan) -> None:
    """Record a drawn month as the monthly plan does: its frame, then its draw.

    Parameters
    ----------
    register : Register
        Where it is recorded.
    month : DrawnMonth
        The month.
    asked : MonthlyAuditPlan
        What the plan was asked for.
    """
    register.fix_frame(
        period=month.period,
        design=asked.design,
        fingerprint=month.frame.fingerprint,
        snapshot=frame_snapshot(month.frame.cases),
        parameters=asked.record() | {"key_id": keys.INVENTED_KEY.key_id},
    )
    register.commit_draw(
        period=month.period,
        design=asked.design,
        draw=month.draw,
        assignment=month.assignment,
        as_at=month.as_at,
        due=month.due,
        title=asked.title,
        library_version=__version__,
    )
