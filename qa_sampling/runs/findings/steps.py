"""From the register to what the findings rest on: the cases that were opened, and their weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from qa_sampling.errors import RegisterError
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.runs.case_places import Describer
from qa_sampling.runs.findings.describing import describer
from qa_sampling.sampling.estimation import Design, make_design
from qa_sampling.sampling.frame import frame_from_snapshot
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.substitution import LOSSES, follow_up
from qa_sampling.schema import GRADES, NOT_RECORDED, QUALITY_STANDARDS
from qa_sampling.settings.findings import AuditFindings

FACTS = ("practitioner_met", "family_feedback", "immediate_safeguarding_concern")
WAITED_DAYS = 90
"""Days after an audit was due from which a case that is not back is not waited for."""
DESCRIBED = ("team", "service", "status", "age_band", "ethnic_group")


@dataclass(frozen=True)
class Findings:
    """The audits of some months with the draws they came from. Restricted.

    Attributes
    ----------
    cases : DataFrame
        One row a case that was opened: `case_ref`, `period`, `stratum`, `outcome`, `probability`,
        `audit_id`, `overall` and a column a quality standard (grade, "Not applicable" or "Not
        recorded"; missing unless audited), `practitioner_met`, `family_feedback`,
        `immediate_safeguarding_concern`, `date_completed`, and what describes the case:
        `team`, `service`, `status`, `age_band`, `ethnic_group`.
    design : Design
        What the audited cases stand for.
    populations : dict of str to int
        Cases that could be drawn, by month.
    now, before : tuple of str
        The months of the findings, and those they are compared with; `before` may be fewer, or
        none.
    undrawn, uncalled : int
        Audits of these months whose draw is not in the register, and audits of reserves that
        no lost case called; both are left out.
    actions : DataFrame
        The actions of these audits, as the register holds them.
    unanswered : dict of str to int
        Months that were drawn and of which nothing has come back, with the cases opened; nothing
        is said of them.
    waiting : dict of str to int
        Cases that may still come back, by month: not given up, and due less than
        :data:`WAITED_DAYS` days ago.
    title : str
        What people call these audits, as the latest draw has it.
    """

    cases: pd.DataFrame
    design: Design
    populations: dict[str, int]
    now: tuple[str, ...]
    before: tuple[str, ...]
    undrawn: int
    uncalled: int
    actions: pd.DataFrame
    unanswered: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    title: str = ""

    @property
    def open_cases(self) -> int:
        """Cases that could be drawn, in the average month of the findings."""
        return average(self.populations, self.now)

    @property
    def audited(self) -> pd.DataFrame:
        """The audited cases of the months of the findings."""
        inside = self.cases["period"].isin(self.now) & (self.cases["outcome"] == "audited")
        return self.cases[inside].reset_index(drop=True)

    @property
    def where_now(self) -> dict[str, list[str]]:
        """The months of the findings, as estimates take a domain."""
        return {"period": list(self.now)}


def average(populations: dict[str, int], periods: tuple[str, ...]) -> int:
    """Give the cases of the average month.

    Parameters
    ----------
    populations : dict of str to int
        Cases by month.
    periods : tuple of str
        The months, at least one.
    """
    return round(sum(populations[one] for one in periods) / len(periods))


def span_of(periods: tuple[str, ...]) -> str:
    """Say months in words: "July to October 2026".

    Parameters
    ----------
    periods : tuple of str
        Months such as "2026-10", in order.
    """
    first = date.fromisoformat(f"{periods[0]}-01")
    last = (pd.Period(periods[-1], "M").end_time).date()
    return period_in_words(first, last)


def findings_of(
    settings: AuditFindings,
    register: Register,
    staff: pd.DataFrame | None,
    *,
    describe: Describer | None = None,
) -> Findings:
    """Bring the audits of the months asked for together with the draws they came from.

    An audit that was drawn and did not come back with an overall grade is non-response: those
    that did, in its month, carry its weight. Audits whose draw is not in the register have no
    probability; they are counted and left out, never weighted as if they had one.

    Parameters
    ----------
    settings : AuditFindings
        Checked parameters.
    register : Register
        Draws and audits.
    staff : DataFrame or None
        ``schema.STAFF``, for the services of teams; None when there is no list.
    describe : callable, optional
        Says what cases were like (``runs.findings.describing``), where it is at hand already.

    Raises
    ------
    RegisterError
        When no draw of these months is in the register, or none of its audits came back.
    """
    audits, describe = _graded(settings, register), describe or describer(settings)
    outcomes = register.outcomes()
    outcomes = outcomes[outcomes["date"] <= pd.Timestamp(settings.extract_day)]
    parts, populations, rounded, used, uncalled = [], {}, [], [], 0
    waiting, title = {}, ""
    for period in settings.all_periods:
        recorded = register.find_draw(period, settings.design)
        fixed = register.find_frame(period, settings.design)
        if recorded is None or fixed is None:
            continue
        mine = audits[audits["draw_id"] == recorded.draw_id].set_index("case_ref")
        own = outcomes[outcomes["draw_id"] == recorded.draw_id]
        told = dict(zip(own["case_ref"], own["outcome"], strict=True))
        opened, left = opened_cases(_frame(fixed.snapshot, recorded), recorded, mine, told=told)
        waiting[period] = _waiting(opened, told, recorded.due, settings.extract_day)
        uncalled += left
        used += mine["audit_id"].tolist()
        title = recorded.title
        described = describe(recorded.as_at, opened["case_ref"])
        part = opened.merge(described, on="case_ref", how="left")
        parts.append(_with_team(part, mine, staff).assign(period=period))
        populations[period] = int(recorded.draw.allocation["population"].sum())
        rounded.append(recorded.draw.parameters.get("rounding") != "fixed")
    cases = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"outcome": []})
    if not (cases["outcome"] == "audited").any():
        raise RegisterError(
            f"No drawn audit of {settings.first_period} to {settings.period} has come back. "
            f"Collect the forms first, or ask for other months with `period` and `months`."
        )
    answered = sorted(set(cases.loc[cases["outcome"] == "audited", "period"]))
    silent = cases.loc[~cases["period"].isin(answered), "period"].value_counts().sort_index()
    cases = cases[cases["period"].isin(answered)].reset_index(drop=True)
    return Findings(
        cases=cases,
        design=design_of(cases, populations, rounded=any(rounded)),
        populations={one: populations[one] for one in answered},
        now=tuple(answered[-settings.window :]),
        before=_before(answered, settings.window),
        undrawn=int((~audits["audit_id"].isin(used)).sum()),
        uncalled=uncalled,
        actions=register.actions().query("audit_id in @used").reset_index(drop=True),
        unanswered={str(period): int(count) for period, count in silent.items()},
        waiting=waiting,
        title=title,
    )


def _waiting(opened: pd.DataFrame, told: Mapping[str, str], due: date, day: date) -> int:
    """Count the cases that may still come back."""
    if day - due >= timedelta(WAITED_DAYS):
        return 0
    left = opened.loc[opened["outcome"] == "unavailable", "case_ref"]
    return sum(told.get(ref) != "unavailable" for ref in left)


def design_of(cases: pd.DataFrame, populations: dict[str, int], *, rounded: bool = True) -> Design:
    """State the design of several months' cases.

    Parameters
    ----------
    cases : DataFrame
        One row an opened case: `period`, `outcome`, `probability`; unless rounded also `stratum`,
        `population`, `available`, `stands_for`.
    populations : dict of str to int
        Cases that could be drawn, by month.
    rounded : bool
        Whether numbers by stratum were rounded at random; else they were fixed.
    """
    if rounded:
        return make_design(
            cases,
            population={one: populations[one] for one in cases["period"].unique()},
            probability="probability",
            outcome="outcome",
            approximation="pooled",
            draw="period",
        )
    return make_design(
        cases,
        "stratum",
        population="population",
        available="available",
        stands_for="stands_for",
        outcome="outcome",
        draw="period",
    )


def opened_cases(
    frame: Frame,
    recorded: RecordedDraw,
    audits: pd.DataFrame,
    *,
    told: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, int]:
    """Give the cases of a draw that were opened, with what came back and their probabilities.

    Parameters
    ----------
    frame : Frame
        The frame it was drawn from.
    recorded : RecordedDraw
        The draw.
    audits : DataFrame
        Its audits by `case_ref`, with their grades; `overall` is missing while it is not back.
    told : mapping of str to str, optional
        What is known of cases that did not come back (``schema.AUDIT_OUTCOMES``): out of scope
        counts as a case that does not belong; all else as one that could not be had.

    Returns
    -------
    (DataFrame, int)
        One row an opened case (see ``Findings.cases``); and how many audits of reserves are left
        out, because no lost case called them.
    """
    listed = recorded.draw.sample.sort_values(["stratum", "rank"], ignore_index=True)
    back = set(audits.index[audits["overall"].isin(GRADES)])
    asked = set(audits.index)
    known_of = told or {}
    outcome, uncalled = {}, 0
    for _, rows in listed.groupby("stratum"):
        due = 0
        for ref, drawn_as in zip(rows["case_ref"], rows["drawn_as"], strict=True):
            if drawn_as == "reserve" and (ref not in asked or not due):
                uncalled += ref in asked
                due = 0 if ref not in asked else due
                continue
            lost = "out_of_scope" if known_of.get(ref) == "out_of_scope" else "unavailable"
            outcome[ref] = "audited" if ref in back else lost
            due += (outcome[ref] in LOSSES) - (drawn_as == "reserve")
    table = pd.DataFrame(outcome.items(), columns=["case_ref", "outcome"])
    found = follow_up(frame, recorded.draw, table).cases
    known = audits.reindex(columns=["audit_id", "date_completed", "overall", *FACTS,
                                    *QUALITY_STANDARDS])  # fmt: skip
    cases = found.drop(columns="weight").merge(
        known, left_on="case_ref", right_index=True, how="left"
    )
    here = cases["outcome"] == "audited"
    for name in (*FACTS, *QUALITY_STANDARDS):
        cases[name] = cases[name].astype("object").fillna(NOT_RECORDED).where(here)
    cases["overall"] = cases["overall"].where(here)
    return cases, uncalled


def _graded(settings: AuditFindings, register: Register) -> pd.DataFrame:
    """Give the audits of the months, with a column a standard; later grades do not count yet."""
    held = register.audits()
    asked = held["period"].between(settings.first_period, settings.period)
    audits = held[asked & (held["design"] == settings.design)].copy()
    late = ~(audits["date_completed"] <= pd.Timestamp(settings.extract_day))
    answers = register.answers()
    wide = answers.pivot(index="audit_id", columns="standard", values="grade")
    wide = wide.reindex(columns=[OVERALL, *QUALITY_STANDARDS])
    audits = audits.merge(wide, left_on="audit_id", right_index=True, how="left")
    audits.loc[late, OVERALL] = None
    return audits.reset_index(drop=True)


def _frame(snapshot: str, recorded: RecordedDraw) -> Frame:
    empty = pd.DataFrame()
    cases = frame_from_snapshot(snapshot)
    return Frame(cases, empty, empty, empty, (), recorded.frame_fingerprint)


def _with_team(
    part: pd.DataFrame, audits: pd.DataFrame, staff: pd.DataFrame | None
) -> pd.DataFrame:
    """Give each case the team it had at the draw, as its audit says, and that team's service.

    Without a team the service is that of its stratum, where it was drawn by service, and else not
    recorded. It is never the extract's: that is of another day, so that a child who has left care
    since would have another service on next month's page, which the tables could not be tied to.
    """
    team = part["case_ref"].map(audits["team"]).fillna(part["team"])
    known = {}
    if staff is not None:
        teams = staff.dropna(subset=["team", "service"]).drop_duplicates("team")
        known = dict(zip(teams["team"], teams["service"], strict=True))
    drawn = part["stratum"].where(part["stratum"].isin(set(known.values())))
    service = team.map(known).astype("object").fillna(drawn)
    filled = part.assign(team=team, service=service)
    return filled.assign(**{name: filled[name].fillna(NOT_RECORDED) for name in DESCRIBED})


def _before(answered: list[str], window: int) -> tuple[str, ...]:
    """Give the months that the findings are compared with: next before, as many as there are."""
    return tuple(answered[:-window][-window:])
