"""From the register to what a moderation panel looks at: who graded what, twice."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.errors import RegisterError
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.runs.moderation_chance import chance_of_moderation
from qa_sampling.schema import GRADES, NOT_RECORDED, QUALITY_STANDARDS
from qa_sampling.settings.analyses import ModerationAgreement, ReviewSettings


@dataclass(frozen=True)
class Review:
    """The audits of some months, and what moderators made of those they read. Restricted.

    Attributes
    ----------
    audits : DataFrame
        One row a completed audit with an overall grade: `audit_id`, `case_ref`, `period`,
        `design`, `team`, `service`, `auditor_id`, `grade` (overall, the auditor's), `moderated`
        (bool), `moderated_grade` (overall, the moderator's; missing unless moderated),
        `moderator_id`, `moderation_date`, `reflects_practice`, `meaningful_learning`, `probability`
        (chance of being moderated, given the auditor's grade).
    overall : Ratings
        The overall grades of all these audits, once or twice.
    standards : Ratings
        The grades of the twelve standards, of moderated audits.
    names : dict of str to str
        Staff number to name and role, as a restricted page may show them.
    completed, moderated : int
        How many audits were completed, and how many of them moderated.
    late : int
        Moderations that came after the day that is looked back from, left out.
    ungraded : int
        Moderations whose overall grade is none of the scale (not applicable, not recorded):
        left out of the overall grades, and the audit is not moderated unless another was.
    without_grade : int
        Audits to which the auditor gave no overall grade of the scale, left out of all.
    """

    audits: pd.DataFrame
    overall: Ratings
    standards: Ratings
    names: dict[str, str]
    completed: int
    moderated: int
    late: int
    ungraded: int = 0
    without_grade: int = 0


def review_of(settings: ReviewSettings, register: Register, staff: pd.DataFrame | None) -> Review:
    """Bring the audits of the months asked for together with their moderations.

    Of several moderations of an audit the latest with an overall grade counts for the panel's two
    questions; all their grades are ratings. Of several by one moderator the latest replaces the
    others.

    Parameters
    ----------
    settings : ReviewSettings
        Checked parameters.
    register : Register
        Audits and moderations that stand.
    staff : DataFrame or None
        ``schema.STAFF``; None when there is no list, and staff numbers are shown.

    Raises
    ------
    RegisterError
        When no audit of these months was completed, or none moderated.
    """
    audits = _audits(settings, register, staff)
    moderations, late = _moderations(settings, register, audits)
    grades = register.answers().query("standard == @OVERALL").set_index("audit_id")["grade"]
    audits["grade"] = audits["audit_id"].map(grades)
    without_grade = int((~audits["grade"].isin(GRADES)).sum())
    audits = audits[audits["grade"].isin(GRADES)].reset_index(drop=True)
    told = register.moderated_answers()
    told = told[told["moderation_id"].isin(moderations["moderation_id"])]
    again = told[told["standard"] == OVERALL].set_index("moderation_id")["grade"]
    graded = moderations["moderation_id"].map(again).isin(GRADES)
    ungraded = int((~graded & moderations["audit_id"].isin(audits["audit_id"])).sum())
    last = moderations[graded].drop_duplicates("audit_id", keep="last").set_index("audit_id")
    moderated_grade = last["moderation_id"].map(again)
    audits["moderated_grade"] = audits["audit_id"].map(moderated_grade)
    audits["moderated"] = audits["moderated_grade"].isin(GRADES)
    if not audits["moderated"].any():
        raise RegisterError(
            f"No audit from {settings.first_period} to {settings.period} has been moderated. "
            "Record what the moderators found, or ask for other months with `period` and `months`."
        )
    for name, column in (
        ("moderator_id", "moderator_id"),
        ("moderation_date", "date"),
        ("reflects_practice", "reflects_practice"),
        ("meaningful_learning", "meaningful_learning"),
    ):
        audits[name] = audits["audit_id"].map(last[column]).where(audits["moderated"])
    audits["probability"] = chance_of_moderation(audits["grade"], audits["moderated"])
    long = _long(audits, register.answers(), told, moderations)
    overall = long["standard"] == OVERALL
    twice = long["audit_id"].isin(audits.loc[audits["moderated"], "audit_id"])
    return Review(
        audits=audits,
        overall=_ratings(long[overall]),
        standards=_ratings(long[~overall & twice & long["standard"].isin(QUALITY_STANDARDS)]),
        names=_names(staff, pd.concat([audits["auditor_id"], moderations["moderator_id"]])),
        completed=len(audits),
        moderated=int(audits["moderated"].sum()),
        late=late,
        ungraded=ungraded,
        without_grade=without_grade,
    )


def moderations_in(settings: ModerationAgreement, register: Register) -> pd.DataFrame:
    """Give the moderations that were made in the months asked for, whenever the audit was.

    Parameters
    ----------
    settings : ModerationAgreement
        Checked parameters.
    register : Register
        Audits and moderations that stand.

    Returns
    -------
    DataFrame
        One row a moderation with both overall grades: `gap` (grades the auditor is above the
        moderator), `found` (the moderator's grade), `reflects`, `learning` (the panel's answers;
        "Not recorded" where blank).
    """
    audits, held = register.audits(), register.moderations()
    days = pd.Timestamp(settings.first_day), pd.Timestamp(settings.extract_day)
    held = held[held["date"].between(*days)]
    if settings.designs:
        asked = audits.loc[audits["design"].isin(settings.designs), "audit_id"]
        held = held[held["audit_id"].isin(asked)]
    place = {grade: code for code, grade in enumerate(GRADES_SCALE.grades)}
    first, second = register.answers(), register.moderated_answers()
    first = first[first["standard"] == OVERALL].set_index("audit_id")["grade"].map(place)
    second = second[second["standard"] == OVERALL].set_index("moderation_id")["grade"].map(place)
    found = held["moderation_id"].map(second)
    gap = held["audit_id"].map(first) - found
    counted = pd.DataFrame(
        {
            "gap": gap,
            "found": found.map(dict(enumerate(GRADES_SCALE.grades))),
            "reflects": held["reflects_practice"].fillna(NOT_RECORDED),
            "learning": held["meaningful_learning"].fillna(NOT_RECORDED),
        }
    )
    return counted[gap.notna()].reset_index(drop=True)


def days_moderated(settings: ModerationAgreement, register: Register) -> tuple[str, ...]:
    """Give the days whose moderations count, from the first on which any was made.

    Everybody knows that there was none before, so those days may not be thought to hold some.

    Parameters
    ----------
    settings : ModerationAgreement
        Checked parameters.
    register : Register
        Audits and moderations that stand.

    Returns
    -------
    tuple of str
        As "2026-10-31"; the last day alone when nothing was moderated until then.
    """
    last = pd.Timestamp(settings.extract_day)
    first = min(register.moderations()["date"].min(), last)
    days = pd.date_range(max(pd.Timestamp(settings.first_day), first), last)
    return tuple(days.strftime("%Y-%m-%d"))


def _audits(
    settings: ReviewSettings, register: Register, staff: pd.DataFrame | None
) -> pd.DataFrame:
    held = register.audits()
    day = pd.Timestamp(settings.extract_day)
    asked = held["period"].between(settings.first_period, settings.period)
    asked &= held["date_completed"] <= day
    if settings.designs:
        asked &= held["design"].isin(settings.designs)
    if not asked.any():
        raise RegisterError(
            f"No audit from {settings.first_period} to {settings.period} has been completed. "
            "Collect the forms first, or ask for other months with `period` and `months`."
        )
    columns = ["audit_id", "case_ref", "period", "design", "team", "auditor_id"]
    audits = held.loc[asked, columns].copy()
    audits["service"] = audits["team"].map({} if staff is None else _services(staff))
    return audits


def _services(staff: pd.DataFrame) -> dict[str, str]:
    """Give the service of each team, by the staff list."""
    teams = staff.dropna(subset=["team", "service"]).drop_duplicates("team")
    return dict(zip(teams["team"], teams["service"], strict=True))


def _moderations(
    settings: ReviewSettings, register: Register, audits: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    held = register.moderations()
    held = held[held["audit_id"].isin(audits["audit_id"])]
    late = held["date"] > pd.Timestamp(settings.extract_day)
    kept = held[~late].sort_values(["date", "moderation_id"])
    return kept.drop_duplicates(["audit_id", "moderator_id"], keep="last"), int(late.sum())


def _long(
    audits: pd.DataFrame, answers: pd.DataFrame, told: pd.DataFrame, moderations: pd.DataFrame
) -> pd.DataFrame:
    """Give one row a grade: who gave it, in which role, of which audit and standard."""
    first = answers.merge(audits[["audit_id", "auditor_id"]], on="audit_id")
    first = first.rename(columns={"auditor_id": "rater"}).assign(role="auditor")
    second = told.merge(moderations[["moderation_id", "audit_id", "moderator_id"]])
    second = second.rename(columns={"moderator_id": "rater"}).assign(role="moderator")
    both = pd.concat([first, second])[["audit_id", "standard", "rater", "role", "grade"]]
    known = ["audit_id", "case_ref", "period", "design", "team", "service", "probability"]
    return both.merge(audits[known], on="audit_id")


def _ratings(long: pd.DataFrame) -> Ratings:
    return Ratings.from_long(
        long.drop(columns="case_ref"),
        scale=GRADES_SCALE,
        case="audit_id",
        groups=("team", "service", "design"),
        probability="probability",
    )


def _names(staff: pd.DataFrame | None, numbers: pd.Series) -> dict[str, str]:
    known = {} if staff is None else staff.set_index("staff_id")[["name", "role"]].T.to_dict()
    return {
        number: f"{known[number]['name']} ({known[number]['role']})" if number in known else number
        for number in sorted(numbers.dropna().unique())
    }
