"""What an analysis of returned audits works on: the register, and who the people in it are."""

from __future__ import annotations

import pandas as pd

from qa_sampling.errors import RegisterError
from qa_sampling.loop.actions import status_of
from qa_sampling.records.extras import read_extras
from qa_sampling.records.register import Register
from qa_sampling.records.returned import (
    ACTIONS,
    ANSWERS,
    AUDITS,
    MODERATED_ANSWERS,
    MODERATIONS,
    OVERALL,
)
from qa_sampling.runs.inputs import invented_authority, open_register, register_is_there
from qa_sampling.runs.keyring import load_keys
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import Table
from qa_sampling.settings.common import Settings


def open_returns(settings: Settings) -> Register:
    """Open the register with the audits that came back.

    Parameters
    ----------
    settings : Settings
        Say where it is. Of the invented authority the audits up to its as-at day are recorded
        first, unless the register knows of that month already.

    Raises
    ------
    RegisterError
        When there is no register: nothing has been drawn or collected yet.
    """
    if not settings.is_invented:
        if not register_is_there(settings):
            raise RegisterError(
                "There is no register yet, so no audit has come back. Run the monthly audit plan "
                "first, or check `register_at` and `outputs`."
            )
        return open_register(settings)
    register = open_register(settings)
    if not (register.audits()["period"] >= f"{settings.extract_day:%Y-%m}").any():
        _record_invented(settings, register)
    return register


def staff_of(settings: Settings) -> pd.DataFrame | None:
    """Give the staff list that the settings name; None when they name none.

    Parameters
    ----------
    settings : Settings
        Say where the extra tables are.
    """
    if settings.is_invented:
        return invented_authority().staff.copy()
    folder = settings.extra_tables
    return read_extras(settings.place(folder)).staff if folder else None


def teams_of(staff: pd.DataFrame | None) -> dict[str, str] | None:
    """Give the service of each team of the staff list; None without a list.

    Parameters
    ----------
    staff : DataFrame or None
        ``schema.STAFF``.
    """
    if staff is None:
        return None
    known = staff.dropna(subset=["team", "service"]).drop_duplicates("team")
    return dict(zip(known["team"], known["service"], strict=True))


def _record_invented(settings: Settings, register: Register) -> None:
    """Record what the invented authority's audits found up to the day looked back from."""
    from qa_sampling.records.invented.follow_up import follow_up

    told, day = invented_authority(), pd.Timestamp(settings.extract_day)
    roles = told.staff.set_index("staff_id")["role"]
    key = load_keys(settings).key.secret
    audits = told.audits[told.audits["date_assigned"] <= day].copy()
    late = audits["date_completed"] > day
    audits.loc[late, "date_completed"] = pd.NaT
    audits["case_ref"] = [pseudonym(number, key) for number in audits["child_id"]]
    audits["design"] = audits["audit_type"] = "monthly"
    audits["auditor_role"] = audits["auditor_id"].map(roles)
    audits["immediate_safeguarding_concern"] = audits["immediate_concern"]
    audits["stratum"] = audits["status"]
    done = audits[audits["date_completed"].notna()]
    overall = done[["audit_id"]].assign(standard=OVERALL, grade=done["grade_overall"])
    answers = told.answers[told.answers["audit_id"].isin(done["audit_id"])]
    register.record_audits(
        _declared(audits, AUDITS), _declared(pd.concat([answers, overall]), ANSWERS)
    )
    kept = told.moderations["audit_id"].isin(done["audit_id"]) & (told.moderations["date"] <= day)
    moderations = told.moderations[kept].copy()
    moderations["moderation_id"] = "M-" + moderations["audit_id"].str.removeprefix("A-")
    moderations["role"] = moderations["moderator_id"].map(roles)
    given = moderations.rename(columns={"grade_overall": "grade"}).assign(standard=OVERALL)
    names = moderations.set_index("audit_id")["moderation_id"]
    more = told.moderated_answers[told.moderated_answers["audit_id"].isin(names.index)]
    more = more.assign(moderation_id=more["audit_id"].map(names))
    given = pd.concat([given[["moderation_id", "standard", "grade"]], more])
    register.record_moderations(
        _declared(moderations, MODERATIONS), _declared(given, MODERATED_ANSWERS)
    )
    actions = follow_up(told.actions, told.audits, told.seed)
    actions = actions[actions["audit_id"].isin(done["audit_id"])].copy()
    held = register.actions()
    by_hand = held.loc[held["sheet_id"].notna(), "action_id"]
    actions = actions[~actions["action_id"].isin(by_hand)]
    register.record_actions(_declared(as_known(actions, day), ACTIONS))
    record_activities(register, day=day)


def record_activities(register: Register, *, day: pd.Timestamp) -> None:
    """Record the invented authority's other QA activity up to a day, as far as it is not there.

    Parameters
    ----------
    register : Register
        Where it is recorded.
    day : Timestamp
        What came later is not known.
    """
    activities = invented_activities()
    known = ~activities["activity_id"].isin(register.activities()["activity_id"])
    register.record_activities(activities[known & (activities["date"] <= day)])


def invented_activities() -> pd.DataFrame:
    """Give the invented authority's other QA activity, all its months (``ACTIVITIES``)."""
    from qa_sampling.records.invented.activity import invent_activity

    told = invented_authority()
    return invent_activity(
        told.staff, seed=told.seed, scale=told.scale, until=told.until, months=len(told.month_ends)
    )


def as_known(actions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Forget what became of invented actions after a day.

    Parameters
    ----------
    actions : DataFrame
        What ``invented.follow_up`` gives; changed in place.
    day : Timestamp
        The day.
    """
    undone, unseen = actions["completed"] > day, actions["verified_date"] > day
    actions.loc[undone, ["completed", "verified_date"]] = pd.NaT
    actions.loc[undone | unseen, "verified_date"] = pd.NaT
    later = ["verified_by", "impact_evidence", "how_verified"]
    later += ["publishable", "you_said", "we_did", "what_changed"]
    actions.loc[undone | unseen, later] = None
    actions["status"] = status_of(actions)
    return actions


def _declared(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give the declared columns in their order; those that are absent are missing."""
    empty = table.empty()
    held = frame.reindex(columns=table.names).reset_index(drop=True)
    return held.astype(empty.dtypes.to_dict())
