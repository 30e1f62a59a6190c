"""The panel's minutes, written as a page into the restricted files of its run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from qa_sampling import __version__
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import day_in_words, period_in_words
from qa_sampling.reporting.panel_minutes import Part, minutes_page
from qa_sampling.reporting.panel_view import (
    NOT_COMPARABLE,
    answers_view,
    cases_view,
    decisions_view,
    effect_view,
    nearer_view,
    progress_words,
)
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.moderation.session import Meeting
from qa_sampling.settings.panel import PanelSession

_WAY = (
    "Listed are audits whose overall grades lie {gap} or more grades apart. The panel settles one "
    "overall grade a case and answers its two questions. Nobody’s name is here, and nobody is "
    "ranked.",
    "Every decision was recorded in the register when it was made. What the moderator said stands "
    "there beside it, so that figures of auditors and moderators do not change by it.",
)


def minutes_name(settings: PanelSession) -> str:
    """Give the name of the minutes' file.

    Parameters
    ----------
    settings : PanelSession
        Name the months.
    """
    return f"panel_minutes_{settings.period}.html"


def minutes_of(meeting: Meeting, settings: PanelSession) -> str:
    """Give the minutes as a page. Restricted.

    Parameters
    ----------
    meeting : Meeting
        The cases, and what was decided of them.
    settings : PanelSession
        Say whose meeting it was.
    """
    asked = {"weights": settings.weights, "level": settings.level}
    effect = effect_view(
        meeting.before, meeting.after, **asked, fewest=settings.fewest_for_interval
    )
    days = sorted(meeting.cases["day"].dropna().unique())
    when = "; ".join(day_in_words(pd.Timestamp(day).date()) for day in days) or "nothing decided"
    present = "; ".join(settings.present) or "not written down"
    head = pd.DataFrame(
        [("Decided on", when), ("Present", present), ("How far", progress_words(meeting.cases))],
        columns=["The meeting", "What is known"],
    )
    gap, listed = settings.gap, cases_view(meeting.cases).drop(columns="Audit")
    parts: list[Part] = [
        ("The meeting", (), head),
        ("What was decided", (), decisions_view(meeting.cases)),
        ("Where the final grades lie", (), nearer_view(meeting.nearer())),
        ("The panel’s two questions", (), answers_view(meeting.cases)),
        ("What it changes", (NOT_COMPARABLE,), effect),
        ("The cases", tuple(text.format(gap=gap) for text in _WAY), listed),
    ]
    span = period_in_words(settings.first_day, settings.period_end)
    foot = {
        "Authority": settings.whose,
        "Audits of": span,
        "Looked back from": day_in_words(settings.extract_day),
        "Questions to": settings.contact,
        "Written with": f"qa-sampling {__version__}",
    }
    edition = f", {settings.edition}" if settings.edition else ""
    title = f"Minutes of the moderation panel, {span}{edition}"
    return minutes_page(parts, title=title, provenance=foot)


def write_minutes(meeting: Meeting, settings: PanelSession, register: Register) -> Path:
    """Write the minutes, and give where they are.

    Minutes of before are kept beside them (``.replaced-1``); the same again writes nothing.

    Parameters
    ----------
    meeting : Meeting
        The cases, and what was decided of them.
    settings : PanelSession
        Checked parameters.
    register : Register
        What it all rests on.
    """
    name = minutes_name(settings)

    def write(folder: Path) -> None:
        page = minutes_of(meeting, settings)
        (folder / "restricted").mkdir(exist_ok=True)
        (folder / "restricted" / name).write_text(page, encoding="utf-8", newline="\n")

    slug = publish_files(settings, register, write)
    return settings.outputs_folder / slug / "restricted" / name
