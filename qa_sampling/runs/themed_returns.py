"""The invented authority's themed audits, as far as its programme got with them in a year.

They are drawn apart from the months that findings speak of: the page of the programme adds them to
the register, and no other page changes for them. Some rounds of the calendar were held and some
not, so that the programme is one in progress.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pandas as pd

from qa_sampling.records import keys
from qa_sampling.records.fieldwork import ANSWER_KIND, TAGS
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.cases_of_day import cases_of_day
from qa_sampling.records.invented.drawn_months import DrawnMonth, graded, opened_month
from qa_sampling.records.invented.follow_up import follow_up
from qa_sampling.records.register import Register
from qa_sampling.runs.drawn_returns import open_findings, record_audits, register_month
from qa_sampling.runs.form_questions import own_questions
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.sampling.frame import build_frame
from qa_sampling.sampling.selection import draw_sample
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.plan import MonthlyAuditPlan

_PLANNED = ("Child protection plan", "Child in need plan")
_AND_CARE = ("Looked after", *_PLANNED)
_FAMILY_SAFEGUARDING: dict[str, Any] = {
    "services": ("Family Safeguarding",),
    "statuses": _PLANNED,
    "open_at_least_weeks": 12,
    "strata_rows": ("team",),
    "strata_columns": (),
}
_THEMES: dict[str, dict[str, Any]] = {
    "family_safeguarding": _FAMILY_SAFEGUARDING | {"audits": 12},
    "family_safeguarding_workbook": _FAMILY_SAFEGUARDING | {"audits": 10},
    "practitioner_summary": _FAMILY_SAFEGUARDING | {"audits": 10},
    "supervision": {"statuses": _AND_CARE, "strata_rows": ("service",), "audits": 20},
    "multi_agency": {"statuses": _PLANNED[:1], "strata_rows": ("service",), "audits": 6},
    "senior_manager": {
        "statuses": _AND_CARE,
        "strata_rows": ("service",),
        "audits": 8,
        "auditor_cap": 1,
        "role_caps": {"Team Manager": 0, "Independent Reviewing Officer": 0},
        "role_shares": {"Director": 1, "Chief Executive": 1, "Lead Member": 1},
    },
    "permanence": {"statuses": _AND_CARE[:1], "strata_rows": ("age_band",), "audits": 12},
    "voice_of_the_child": {"statuses": _AND_CARE, "strata_rows": ("status",), "audits": 16},
    "service_level": {"strata_rows": ("service",), "audits": 20},
    "journey_of_the_child": {"statuses": _AND_CARE, "strata_rows": ("status",), "audits": 8},
}
"""As the files `parameters/themed_*.yml` ask, in short."""
ROUNDS = (
    ("2026-01", "family_safeguarding_workbook"),
    ("2026-01", "permanence"),
    ("2026-02", "family_safeguarding"),
    ("2026-02", "voice_of_the_child"),
    ("2026-03", "practitioner_summary"),
    ("2026-04", "senior_manager"),
    ("2026-04", "service_level"),
    ("2026-04", "supervision"),
    ("2026-05", "journey_of_the_child"),
    ("2026-06", "family_safeguarding"),
    ("2026-07", "permanence"),
    ("2026-07", "senior_manager"),
    ("2026-09", "multi_agency"),
    ("2026-10", "family_safeguarding"),
    ("2026-10", "senior_manager"),
)
"""The rounds that were held, in order."""


def open_programme(settings: AuditFindings) -> Register:
    """Open the register with all draws of the programme and what came back of them.

    Parameters
    ----------
    settings : AuditFindings
        Say where it is, and up to which day. Of the invented authority the themed audits are
        recorded beside what ``open_findings`` records, the first time.

    Raises
    ------
    RegisterError
        When there is no register: nothing has been drawn or collected yet.
    """
    register = open_findings(settings)
    held = [one for one in ROUNDS if one[0] <= settings.period]
    if settings.is_invented and held and register.find_draw(*held[-1]) is None:
        _record(settings, register, held)
    return register


def open_design(settings: AuditFindings) -> Register:
    """Open the register for the findings of one design, a themed one too.

    Parameters
    ----------
    settings : AuditFindings
        Name the design. Of the invented authority, themed rounds are recorded when they are asked
        for.

    Raises
    ------
    RegisterError
        When there is no register: nothing has been drawn or collected yet.
    """
    themed = settings.design in {design for _, design in ROUNDS}
    return open_programme(settings) if themed else open_findings(settings)


def _record(settings: AuditFindings, register: Register, held: list[tuple[str, str]]) -> None:
    authority = invented_authority()
    taken = register.past_audits()[["case_ref"]].drop_duplicates()
    months = []
    for period, design in held:
        asked = MonthlyAuditPlan(
            period=period,
            design=design,
            title=f"{design.replace('_', ' ').capitalize()} audits",
            strata_columns=(),
            reserves=0,
            **{name: value for name, value in _THEMES[design].items() if name != "strata_columns"},
        )
        month = _drawn(authority, asked, taken["case_ref"])
        register_month(register, month, asked)
        taken = pd.concat([taken, month.draw.cases[["case_ref"]]])
        months.append((design, month))
    tables = graded(authority, [month for _, month in months], apart="themed audits")
    design_of = {audit.audit_id: (design, f"{month.period}-{design}")
                 for design, month in months for audit in month.audits}  # fmt: skip
    audits = tables["audits"]
    audits["design"], audits["draw_id"] = zip(*audits["audit_id"].map(design_of), strict=True)
    tables["actions"] = follow_up(tables["actions"], audits, authority.seed)
    record_audits(register, tables, day=pd.Timestamp(settings.extract_day))
    register.record_audit_tags(_chosen(register.audits()))


def _chosen(audits: pd.DataFrame) -> pd.DataFrame:
    """Choose answers to the themes' own questions: the first option of each most often."""
    done = audits[audits["date_completed"].notna() & audits["design"].isin(_THEMES)]
    asked_of = {design: own_questions(design) for design in done["design"].unique()}
    rows = [
        (f"{one.audit_id}/{ANSWER_KIND}{asked.key}", one.audit_id, f"{ANSWER_KIND}{asked.key}",
         _picked(asked.options, f"{one.audit_id}|{asked.key}"))
        for one in done.itertuples()
        for asked in asked_of[one.design]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=TAGS.names).astype(TAGS.empty().dtypes.to_dict())


def _picked(options: tuple[str, ...], text: str) -> str:
    number = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    return options[0] if number % 5 < 3 else options[number // 5 % len(options)]


def _drawn(authority: Authority, asked: MonthlyAuditPlan, taken: pd.Series) -> DrawnMonth:
    """Draw a round among cases that no other round of the year looks at."""
    day = date.fromisoformat(f"{asked.period}-01") - timedelta(1)
    cases = cases_of_day(authority, day)
    frame = build_frame(
        cases,
        asked.eligibility,
        rows=asked.strata_rows,
        columns=(),
        as_at=day,
        key=keys.INVENTED_KEY.secret,
        families=authority.families,
        restricted=authority.restricted,
        past_audits=pd.DataFrame({"case_ref": taken, "date": pd.Timestamp(day)}),
    )
    size = asked.size_of(frame.cases["family_ref"].tolist())
    draw = draw_sample(frame, size, seed=f"invented {asked.design} {asked.period}")
    series = "".join(word[0] for word in asked.design.split("_"))
    shown = {"frame": frame, "draw": draw, "series": f"t{series}", "rules": asked.rules}
    return opened_month(authority, asked.period, cases, **shown)
