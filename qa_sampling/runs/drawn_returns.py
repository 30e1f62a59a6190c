"""The register that findings read: a real one, or the invented authority's drawn months."""

from __future__ import annotations

import pandas as pd

from qa_sampling import __version__
from qa_sampling.records import keys
from qa_sampling.records.invented.audit_tags import invented_tags
from qa_sampling.records.invented.drawn_months import PERIODS, DrawnMonth, drawn_month, graded
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
from qa_sampling.runs.returns_in import open_returns, record_activities
from qa_sampling.sampling.frame import frame_snapshot
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import Table
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.plan import MonthlyAuditPlan

_UNDRAWN = ("2026-02", "2026-03")
"""Months whose audits are from before the invented authority drew by the register."""


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
    months = []
    for period in periods:
        month = drawn_month(authority, period, drawn)
        register_month(register, month)
        refs = month.draw.cases["case_ref"]
        one = pd.DataFrame({"case_ref": refs, "date": pd.Timestamp(month.as_at)})
        drawn = pd.concat([drawn, one], ignore_index=True)
        months.append(month)
    told, early = graded(authority, months), authority.audits["period"].isin(_UNDRAWN)
    kept = set(authority.audits.loc[early, "audit_id"])
    tables = {
        name: pd.concat([_some(getattr(authority, name), kept), told[name]], ignore_index=True)
        for name in ("audits", "answers", "moderations", "moderated_answers", "actions")
    }
    draws = {
        audit.audit_id: f"{month.period}-monthly" for month in months for audit in month.audits
    }
    tables["audits"]["draw_id"] = tables["audits"]["audit_id"].map(draws)
    day = pd.Timestamp(settings.extract_day)
    record_audits(register, tables, day=day)
    register.record_audit_tags(invented_tags(register.answers()))
    record_activities(register, day=day)


_NO_DRAWS = pd.DataFrame({"case_ref": [], "date": pd.to_datetime([])})


def record_audits(
    register: Register, tables: dict[str, pd.DataFrame], *, day: pd.Timestamp
) -> None:
    """Record invented audits, moderations and actions, as far as they are known on a day.

    Parameters
    ----------
    register : Register
        Where they are recorded.
    tables : dict of str to DataFrame
        `audits` (with `draw_id`), `answers`, `moderations`, `moderated_answers` and `actions`, as
        ``invented.grading`` gives them.
    day : Timestamp
        What came later is not known.
    """
    key = keys.INVENTED_KEY.secret
    audits = tables["audits"].query("date_assigned <= @day").copy()
    audits["date_completed"] = audits["date_completed"].where(audits["date_completed"] <= day)
    audits["case_ref"] = [pseudonym(number, key) for number in audits["child_id"]]
    audits["design"] = audits["audit_type"] = "monthly"
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
    actions = _of(tables["actions"], done).drop(columns="status")
    for name in ("completed", "verified_date"):
        actions[name] = actions[name].where(actions[name] <= day)
    unseen = actions["verified_date"].isna()
    actions.loc[unseen, ["verified_by", "impact_evidence"]] = None
    register.record_actions(_declared(actions, ACTIONS))


def _some(table: pd.DataFrame, audits: set[str]) -> pd.DataFrame:
    return table[table["audit_id"].isin(audits)]


def _of(table: pd.DataFrame, audits: pd.DataFrame) -> pd.DataFrame:
    return _some(table, set(audits["audit_id"])).copy()


def _declared(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    held = frame.reindex(columns=table.names).reset_index(drop=True)
    return held.astype(table.empty().dtypes.to_dict())


def register_month(register: Register, month: DrawnMonth) -> None:
    """Record a drawn month as the monthly plan does: its frame, then its draw.

    Parameters
    ----------
    register : Register
        Where it is recorded.
    month : DrawnMonth
        The month.
    """
    asked = MonthlyAuditPlan(period=month.period)
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
