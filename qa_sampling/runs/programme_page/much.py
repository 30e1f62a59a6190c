"""How much did we do? Audits and other activity against the plan, and who was not looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.loop.activity import tidy_activity
from qa_sampling.loop.programme import UNKNOWN, PlannedRow, against_plan
from qa_sampling.records.register import Register
from qa_sampling.runs.case_places import Describer
from qa_sampling.runs.returned_folder import owed_audits, sent_out
from qa_sampling.sampling.frame import frame_from_snapshot
from qa_sampling.sampling.overlooked import Overlooked, overlooked
from qa_sampling.sampling.progress import GRANTED, Progress, progress
from qa_sampling.schema import DEEP_DIVE, NOT_RECORDED
from qa_sampling.settings.deep_dive import DIVE_STEM
from qa_sampling.trends.measures import MEASURES

if TYPE_CHECKING:
    from qa_sampling.settings.calendar import CalendarEntry
    from qa_sampling.settings.programme import QaProgramme
    from qa_sampling.settings.programme_files import ProgrammeFiles

GROUPS = {
    "team": "Teams",
    "status": "Statuses",
    "age_band": "Age bands",
    "ethnic_group": "Ethnic groups",
    "worker": "Workers",
}
"""What is asked of coverage, and what it is called."""
PERSONAL = ("worker",)
"""Of whom only the number is shown."""


@dataclass(frozen=True)
class Much:
    """How much was done. Restricted.

    Attributes
    ----------
    draws : DataFrame
        The rounds of audits of the calendar against those drawn (``loop.programme.against_plan``).
    activity : DataFrame
        Other activity against its plan, the same columns.
    done : DataFrame
        Other activity: `what`, `period`, `service`, `number`.
    progress : Progress
        How every drawn audit stands.
    activities : DataFrame
        The activities of the months.
    coverage : dict of str to Overlooked
        By the keys of :data:`GROUPS`; those that nobody knows of are absent.
    beside : int
        Audits of reserves that came back without anybody having been asked for them by a record.
    """

    draws: pd.DataFrame
    activity: pd.DataFrame
    done: pd.DataFrame
    progress: Progress
    activities: pd.DataFrame
    coverage: dict[str, Overlooked]
    beside: int

    @property
    def coming_back(self) -> str:
        """Say how many drawn audits are back, and how many stood in for lost cases."""
        counts = self.progress.counts().iloc[0]
        return (
            f"{int(counts['returned'])} of {int(counts['planned'])} drawn audits are back; "
            f"{self.beside} audits of reserves came back besides."
        )


def much_of(
    settings: QaProgramme,
    register: Register,
    staff: pd.DataFrame | None,
    files: ProgrammeFiles,
    *,
    describe: Callable[[date, pd.Series], pd.DataFrame],
) -> Much:
    """Bring together what was planned and what was done.

    Parameters
    ----------
    settings : QaProgramme
        Say which months, and the day looked back from.
    register : Register
        Draws, audits, activities.
    staff : DataFrame or None
        ``schema.STAFF``.
    files : ProgrammeFiles
        The plan.
    describe : callable
        Takes the day a draw describes and references; gives `case_ref` and what is known of
        each case: `team`, `status`, `age_band`, `ethnic_group`, and `worker` where it is known.

    Raises
    ------
    SchemaError
        When something was done that the plan does not name.
    """
    first, day = pd.Timestamp(settings.first_day), pd.Timestamp(settings.extract_day)
    held = tidy_activity(register.activities())
    held = held[held["date"].between(first, day)].reset_index(drop=True)
    done = held.assign(
        what=held["kind"],
        period=held["month"],
        service=held["service"].fillna(NOT_RECORDED),
        number=1,
    )[["what", "period", "service", "number"]]
    plan = [
        PlannedRow(
            one.kind,
            one.owner,
            one.number,
            tuple(period for period in settings.all_periods if one.in_month(int(period[5:]))),
        )
        for one in files.plan.activities
    ]
    stand = audits_stand(settings, register, staff, describe=describe)
    activity = against_plan(plan, done, periods=settings.all_periods)
    return Much(
        beside=_beside(settings, register, stand),
        draws=_draws(settings, register, files),
        activity=activity if len(held) else activity.assign(state=UNKNOWN),
        done=done,
        progress=stand,
        activities=held,
        coverage=coverage_of(settings, register, describe),
    )


def _draws(settings: QaProgramme, register: Register, files: ProgrammeFiles) -> pd.DataFrame:
    """Hold the rounds of audits that the calendar asks for against those that were drawn."""
    entries = [one for one in files.calendar.entries if one.name in files.designs]
    names = {files.designs[one.name]: one.label for one in entries}
    held = register.draws()
    held = held[held["superseded"].isna() | ~held["superseded"].astype(bool)]
    drawn = pd.DataFrame(
        {
            "what": held["design"].map(lambda one: names.get(one) or _title_of(one)),
            "period": held["period"],
            "number": 1,
        }
    )
    plan = [_row(one, settings) for one in entries]
    extra = sorted(set(drawn["what"]) - {one.what for one in plan})
    plan += [PlannedRow(one, "", 0, ()) for one in extra]
    return against_plan(plan, drawn, periods=settings.all_periods)


def _title_of(design: str) -> str:
    """Give a design that the calendar does not name as people read it.

    That of a deep dive begins with its measure; where it looks at one place, a mark of it follows.
    """
    for name in sorted(MEASURES, key=len, reverse=True):
        stem = f"{DEEP_DIVE}{name}"[:DIVE_STEM]
        if design == stem or design.startswith(f"{stem}_"):
            title = MEASURES[name].title
            of = "" if design == stem else ", of one place"
            return f"Deep dive, not in the calendar: {title[:1].lower()}{title[1:]}{of}"
    return f"Not in the calendar: {design.replace('_', ' ')}"


def _row(entry: CalendarEntry, settings: QaProgramme) -> PlannedRow:
    due = [period for period in settings.all_periods if entry.in_month(int(period[5:]))]
    return PlannedRow(entry.label, entry.owner, 1, tuple(due))


def audits_stand(
    settings: QaProgramme,
    register: Register,
    staff: pd.DataFrame | None,
    *,
    describe: Describer | None = None,
) -> Progress:
    """Say how every audit that was drawn in the months stands on the day.

    An audit that came back under a name of its own is found by its draw and case.

    Parameters
    ----------
    settings : QaProgramme
        Say which months, and the day.
    register : Register
        Draws, audits, exemptions.
    staff : DataFrame or None
        ``schema.STAFF``.
    describe : callable, optional
        As for :func:`much_of`: where cases were held that neither audit nor stratum tells of.
    """
    owed = owed_audits(register, sent_out(register), staff, describe=describe)
    owed = owed[owed["period"].isin(settings.all_periods)]
    owed = owed[~owed["audit_id"].isin(_called_later(settings, register))].reset_index(drop=True)
    audits = register.audits().dropna(subset=["draw_id"])
    back = audits.drop_duplicates(["draw_id", "case_ref"], keep="last")
    back = back.set_index(["draw_id", "case_ref"])["date_completed"]
    places = pd.MultiIndex.from_frame(owed[["draw_id", "case_ref"]])
    found = pd.Series(back.reindex(places).to_numpy(), index=owed.index)
    owed["date_completed"] = owed["date_completed"].fillna(found)
    grants = register.grants()
    grants = grants[grants["audit_id"].isin(owed["audit_id"])][GRANTED.names]
    day = pd.Timestamp(settings.extract_day)
    return progress(owed, as_at=day, granted=grants.reset_index(drop=True))


def _called_later(settings: QaProgramme, register: Register) -> pd.Series:
    """Name the reserves that were called after the day: on it nobody was asked for them."""
    moved = register.reassignments()
    later = moved["date"] > pd.Timestamp(settings.extract_day)
    return moved.loc[later & (moved["reason"] == "reserve"), "reassignment_id"]


def _beside(settings: QaProgramme, register: Register, stand: Progress) -> int:
    """Count audits of the months' draws that are back and that no record asks for."""
    audits = register.audits().dropna(subset=["draw_id"])
    back = audits["date_completed"] <= pd.Timestamp(settings.extract_day)
    back &= audits["period"].isin(settings.all_periods)
    names = ["draw_id", "case_ref"]
    asked = pd.MultiIndex.from_frame(stand.table[names])
    return int((~pd.MultiIndex.from_frame(audits.loc[back, names]).isin(asked)).sum())


def coverage_of(
    settings: QaProgramme,
    register: Register,
    describe: Callable[[date, pd.Series], pd.DataFrame],
) -> dict[str, Overlooked]:
    """Say which groups no audit of the months has looked at.

    Workers are held against draws within their team and status; all others against a draw from
    all cases of the month.

    Parameters
    ----------
    settings : QaProgramme
        Name the design and the months.
    register : Register
        Draws with their frames, and audits.
    describe : callable
        As for :func:`much_of`.
    """
    audits = register.audits()
    audits = audits[audits["date_completed"] <= pd.Timestamp(settings.extract_day)]
    parts = []
    for period in settings.all_periods:
        drawn = register.find_draw(period, settings.design)
        fixed = register.find_frame(period, settings.design)
        if drawn is None or fixed is None:
            continue
        frame = frame_from_snapshot(fixed.snapshot)[["case_ref", "stratum"]]
        own = set(audits.loc[audits["draw_id"] == drawn.draw_id, "case_ref"])
        known = describe(drawn.as_at, frame["case_ref"])
        told = frame.merge(known, on="case_ref", how="left")
        parts.append(told.assign(period=period, looked_at=told["case_ref"].isin(own)))
    if not parts:
        return {}
    cases = pd.concat(parts, ignore_index=True)
    return {
        name: overlooked(
            cases, by=name, within=["period", "stratum"] if name in PERSONAL else ["period"]
        )
        for name in GROUPS
        if name in cases.columns and cases[name].notna().any()
    }
