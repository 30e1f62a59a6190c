"""What difference did it make, and who owes what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.records.register import Register
from qa_sampling.reporting.outcome_families import families_of
from qa_sampling.reporting.outcome_tables import OutcomeTables
from qa_sampling.reporting.plot_captions import when
from qa_sampling.reporting.programme_tables import OTHER_ROLES
from qa_sampling.runs.moderation_owed import moderation_form, owed_moderations
from qa_sampling.runs.outcome_editions import finished_quarters
from qa_sampling.runs.returned_folder import sent_out
from qa_sampling.schema import NOT_RECORDED
from qa_sampling.trends.measures import MEASURES

if TYPE_CHECKING:
    from qa_sampling.results import Turning
    from qa_sampling.runs.outcome_inputs import Told
    from qa_sampling.runs.outcomes.steps import Outcomes
    from qa_sampling.runs.programme_page.much import Much
    from qa_sampling.settings.outcomes import OutcomeTrends
    from qa_sampling.settings.programme import QaProgramme
    from qa_sampling.settings.programme_files import (
        QualityStandards,
        Responsibilities,
        Responsibility,
    )

ESCALATION = "IRO escalation"
NONE_DUE = "None due this month"


@dataclass(frozen=True)
class Owed:
    """Who owes what this month. Restricted.

    Attributes
    ----------
    roles : DataFrame
        One row a responsibility of the month, and what other roles owe besides: `role`, `what`,
        `owed` (Int64: not back, not given, open, or still to do; missing for what leaves no
        record), `overdue` (Int64), `holders` (people of the role on the staff list), `due`
        (whether anything that is counted is due by the file). A role with nothing due this month
        has a row that says so.
    people : DataFrame
        One row a thing that a person owes: `person`, `role`, `what`, `reference`, `due`,
        `days_overdue`.
    """

    roles: pd.DataFrame
    people: pd.DataFrame


def owed_by(
    settings: QaProgramme,
    register: Register,
    declared: Responsibilities,
    *,
    much: Much,
    actions: pd.DataFrame,
    staff: pd.DataFrame | None,
    names: dict[str, str],
) -> Owed:
    """Say who owes what on the day.

    Parameters
    ----------
    settings : QaProgramme
        Say the month and the day.
    register : Register
        Holds the moderations.
    declared : Responsibilities
        What each role owes.
    much : Much
        Drawn audits and other activity.
    actions : DataFrame
        Actions as they stood (``loop.actions.known_at``), with the role of their owner.
    staff : DataFrame or None
        ``schema.STAFF``; without it nobody's role is known.
    names : dict of str to str
        Staff number to name.
    """
    roles = {} if staff is None else staff.set_index("staff_id")["role"].to_dict()
    people = pd.concat(
        [
            _audits(much, roles, settings),
            _moderations(settings, register, roles),
            _actions(actions, settings),
        ],
        ignore_index=True,
    )
    month = int(settings.period[5:])
    done = much.activities[much.activities["month"] == settings.period]
    rows = _of_named_roles(people, declared, month, done)
    rows += _of_other_roles(people, declared, month)
    table = pd.DataFrame(rows, columns=["role", "what", "owed", "overdue", "due"])
    table = table.astype({"owed": "Int64", "overdue": "Int64"})
    people["person"] = people["person"].map(lambda one: names.get(one, one))
    held = pd.Series(roles, dtype="object").value_counts()
    table["holders"] = table["role"].map(held).fillna(0).astype("int64")
    ordered = people.sort_values(["role", "person", "due", "reference"], ignore_index=True)
    return Owed(table, ordered)


_PEOPLE = ("person", "role", "owes", "what", "reference", "due", "days_overdue")


def _owed(rows: pd.DataFrame, owes: str, what: str, settings: QaProgramme) -> pd.DataFrame:
    """Give one row a thing a person owes; `rows` has person, role, reference and due."""
    day = pd.Timestamp(settings.extract_day)
    late = (day - pd.to_datetime(rows["due"])).dt.days.clip(lower=0).astype("Int64")
    return rows.assign(owes=owes, what=what, days_overdue=late)[list(_PEOPLE)]


def _audits(much: Much, roles: dict[str, str], settings: QaProgramme) -> pd.DataFrame:
    held = much.progress.table
    held = held[held["state"].isin(("overdue", "not_due"))]
    rows = pd.DataFrame(
        {
            "person": held["auditor_id"].fillna(NOT_RECORDED),
            "role": held["auditor_id"].map(roles).astype("object").fillna(NOT_RECORDED),
            "reference": held["audit_id"],
            "due": held["due"],
        }
    )
    return _owed(rows, "audits", "An audit to return", settings)


def _moderations(settings: QaProgramme, register: Register, roles: dict[str, str]) -> pd.DataFrame:
    held = owed_moderations(
        register, sent_out(register), form=moderation_form(), as_at=settings.extract_day
    )
    asked = held["period"].isin(settings.all_periods) & held["state"].isin(("overdue", "not_due"))
    held = held[asked]
    rows = pd.DataFrame(
        {
            "person": held["moderator_id"].fillna(NOT_RECORDED),
            "role": held["moderator_id"].map(roles).astype("object").fillna(NOT_RECORDED),
            "reference": held["audit_id"],
            "due": held["due"],
        }
    )
    return _owed(rows, "moderations", "A moderation to give", settings)


def _actions(actions: pd.DataFrame, settings: QaProgramme) -> pd.DataFrame:
    held = actions[actions["status"] == "Open"]
    rows = pd.DataFrame(
        {
            "person": held["owner"].fillna(NOT_RECORDED),
            "role": held["owner_role"],
            "reference": held["action_id"],
            "due": held["due"],
        }
    )
    return _owed(rows, "actions", "An action to carry out", settings)


def _row(one: Responsibility, people: pd.DataFrame, done: pd.DataFrame) -> dict[str, object]:
    row: dict[str, object] = {"role": one.role, "what": one.what, "owed": None, "overdue": None}
    row["due"] = one.owes != "report" or bool(one.kind)
    if one.owes in ("activity", "report"):
        if not one.kind:
            return row
        own = done[done["kind"] == one.kind]
        made = len(own) if one.owes == "report" else int((own["observer_role"] == one.role).sum())
        return row | {"owed": max(one.number - made, 0), "overdue": 0}
    own = people[(people["owes"] == one.owes) & (people["role"] == one.role)]
    return row | {"owed": len(own), "overdue": int((own["days_overdue"] > 0).sum())}


def _of_named_roles(
    people: pd.DataFrame, declared: Responsibilities, month: int, done: pd.DataFrame
) -> list[dict[str, object]]:
    """Give what each role of the file owes in a month; a row that says so where it is nothing."""
    rows = []
    for role in dict.fromkeys(one.role for one in declared.responsibilities):
        own = [one for one in declared.responsibilities if one.role == role and one.in_month(month)]
        none: dict[str, object] = {"role": role, "what": NONE_DUE, "owed": 0, "overdue": 0}
        rows += [_row(one, people, done) for one in own] or [none | {"due": False}]
    return rows


def _of_other_roles(
    people: pd.DataFrame, declared: Responsibilities, month: int
) -> list[dict[str, object]]:
    """Count what is owed by roles that the file does not name for it, so that nothing is lost."""
    named = {(one.role, one.owes) for one in declared.responsibilities if one.in_month(month)}
    left = pd.MultiIndex.from_frame(people[["role", "owes"]]).isin(list(named))
    rows = []
    for what, own in people[~left].groupby("what", sort=False):
        late = int((own["days_overdue"] > 0).sum())
        told = {"role": OTHER_ROLES, "what": f"{what}, of roles not named for it"}
        rows.append(told | {"owed": len(own), "overdue": late, "due": True})
    return rows


def curves_view(curves: Iterable[Turning]) -> pd.DataFrame:
    """Say whether each curve turned since each thing that was done. Restricted.

    Parameters
    ----------
    curves : iterable of Turning
        What ``trends.turning`` gave.
    """
    rows = [
        (curve.measure, one["name"], f"{one['period']:%B %Y}", one["verdict"], one["words"])
        for curve in curves
        for one in curve.done.to_dict("records")
    ]
    heads = ["Measure", "What was done", "Since", "Verdict", "In words"]
    return pd.DataFrame(rows, columns=heads)


def escalations_of(activities: pd.DataFrame, periods: Iterable[str]) -> pd.DataFrame:
    """Count escalations of IROs by month, those without any included.

    Months before any activity was recorded are left out: that nothing was recorded then is not
    that nothing was escalated.

    Parameters
    ----------
    activities : DataFrame
        Other activity, with `month`.
    periods : iterable of str
        The months.

    Returns
    -------
    DataFrame
        `month` in words, `escalations`.
    """
    held = activities.loc[activities["kind"] == ESCALATION, "month"].value_counts()
    began = min(activities["month"], default="9999-12")
    months = [period for period in periods if period >= began]
    counts = held.reindex(months, fill_value=0).astype("int64").to_numpy()
    told = [when(pd.Timestamp(f"{month}-01"), "month") for month in months]
    return pd.DataFrame({"month": told, "escalations": counts})


def pictured_of(standards: QualityStandards, settings: QaProgramme) -> tuple[str, ...]:
    """Name the measures that the page pictures: those with a target, but for curves to turn.

    Parameters
    ----------
    standards : QualityStandards
        Hold the targets.
    settings : QaProgramme
        Name the curves, which have a picture of their own.
    """
    named = [name for one in standards.standards for name in one.measures]
    curves = {one.measure for one in settings.curves}
    return tuple(name for name in dict.fromkeys(named) if name not in curves)


def release_pictured(
    events: Told,
    outcomes: Outcomes,
    settings: QaProgramme,
    register: Register,
    *,
    standards: QualityStandards,
    release: Callable[..., OutcomeTables],
) -> OutcomeTables:
    """Protect the outcomes by quarter that the page needs, and enter them in the ledger.

    Each family of measures goes back as far as those of it that are needed are whole.

    Parameters
    ----------
    events : Told
        The events.
    outcomes : Outcomes
        The measures.
    settings : QaProgramme
        Checked parameters.
    register : Register
        Holds the ledger of releases.
    standards : QualityStandards
        Name the measures with a target.
    release : callable
        What protects and enters them (``runs.outcomes.outputs.release_outcomes``).

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    needed = {*pictured_of(standards, settings), *(one.measure for one in settings.curves)}
    asked, made = settings.outcomes, []
    for family in families_of(outcomes.measures):
        names = needed & {family.whole, *(part.name for part in family.parts)}
        shown = [whole_quarters(outcomes, name, asked) for name in names]
        if not any(shown):
            continue
        kept = replace(outcomes, measures=(MEASURES[family.whole], *family.parts))
        window = asked.model_copy(update={"quarters": min(one for one in shown if one)})
        made.append(release(events, kept, window, register, slug=settings.slug))
    return OutcomeTables(
        tuple(family for one in made for family in one.families),
        tuple(table for one in made for table in one.tables),
    )


def whole_quarters(outcomes: Outcomes, name: str, settings: OutcomeTrends) -> int:
    """Count the latest finished quarters, one after the other, that hold a measure whole.

    Parameters
    ----------
    outcomes : Outcomes
        The measures, by month.
    name : str
        Name of the measure.
    settings : OutcomeTrends
        Say up to which day, and how many at most.
    """
    rows = outcomes.readings
    rows = rows[(rows["measure"] == name) & rows["mature"] & rows["numerator"].notna()]
    months = rows["start"].dt.to_period("Q").value_counts()
    number = 0
    for day in reversed(finished_quarters(settings)):
        if months.get(pd.Period(day, "Q"), 0) < 3:
            break
        number += 1
    return number
