"""The files of the programme: who owes what, tables and pictures for everybody, members' page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling import __version__
from qa_sampling.records.register import Register
from qa_sampling.reporting import programme_view as view
from qa_sampling.reporting.again_tables import AGAIN_TITLE, protect_again
from qa_sampling.reporting.dates import day_in_words, period_in_words
from qa_sampling.reporting.event_tables import protect_events
from qa_sampling.reporting.loop_tables import by_group
from qa_sampling.reporting.members_page import build_members_page
from qa_sampling.reporting.outcome_tables import titled
from qa_sampling.reporting.outcomes_workbook import write_outcomes_workbook
from qa_sampling.reporting.programme_tables import ProgrammeTables, protect_programme
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.review_words import month_told
from qa_sampling.reporting.slides import Slide, write_slides
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.counted_days import days_of
from qa_sampling.runs.programme_page.exceptions import exceptions_of
from qa_sampling.runs.programme_page.much import GROUPS, PERSONAL
from qa_sampling.runs.programme_page.well import voices_of
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables

if TYPE_CHECKING:
    from qa_sampling.reporting.derived import Derived
    from qa_sampling.runs.loop.steps import Loop
    from qa_sampling.runs.programme_page.difference import Owed
    from qa_sampling.runs.programme_page.much import Much
    from qa_sampling.runs.programme_page.own_service import OwnService
    from qa_sampling.runs.programme_page.well import Well
    from qa_sampling.settings.programme import QaProgramme

RE_AUDIT = "re_audit"
"""Design under which re-audits are drawn (`parameters/re_audit.yml`)."""
_MARKING = "RESTRICTED – names of staff, small numbers"
_COVER = (
    ("For", "The QA Group and named managers. What everybody may read is in another workbook."),
    ("Owed", "What was not back, not given, not held or still open on the day."),
    ("Reading", "Sources that contradict each other are never averaged: they disagree."),
)


def span_of(settings: QaProgramme) -> str:
    """Say the months in words.

    Parameters
    ----------
    settings : QaProgramme
        Checked parameters.
    """
    return period_in_words(settings.first_day, settings.period_end)


def release_programme(
    much: Much, well: Well, owed: Owed, settings: QaProgramme, register: Register
) -> ProgrammeTables:
    """Protect the tables, and enter them in the ledger before anyone reads them.

    Parameters
    ----------
    much : Much
        What was done against the plan.
    well : Well
        The scorecard.
    owed : Owed
        What each role owes.
    settings : QaProgramme
        Checked parameters.
    register : Register
        Holds the ledger of releases.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    earlier, days = printed_tables(register.releases()["content"]), register.activities()["date"]
    dates = days_of(settings, days)
    told = {"as_at": settings.extract_day.isoformat(), "edition": settings.edition}
    told |= {"periods": settings.all_periods, "days": dates, "earlier": earlier}
    decided = exceptions_of(settings, register, much.progress).set_index("exception")["number"]
    planned = much.activity.set_index("what")["planned"]
    tables = protect_programme(
        much.progress,
        much.activity,
        well.readings,
        owed.roles,
        own=_own_activity(much, settings.own_section),
        voices=voices_of(much.activities),
        events=protect_events(much.activities, planned, decisions=decided, **told),
        **told,
    )
    record_tables(register, settings.slug, tables.by_title())
    return tables


def _own_activity(much: Much, service: str) -> tuple[str, pd.DataFrame] | None:
    """Count what was done in one service; None when nothing of it is on record."""
    held = much.activities[much.activities["service"] == service]
    return (service, by_group(held)) if len(held) else None


def release_again(loop: Loop, settings: QaProgramme, register: Register) -> SharedTable:
    """Protect what second looks of the months found, and enter it in the ledger.

    Parameters
    ----------
    loop : Loop
        What stood on the day.
    settings : QaProgramme
        Checked parameters.
    register : Register
        Holds the ledger of releases.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    pairs, alone = loop.again.pairs, re_audits_alone(loop, settings, register)
    days = pd.concat([pairs["re_date_completed"], alone["date_completed"]])
    table = protect_again(
        pairs[pairs["re_date_completed"] >= pd.Timestamp(settings.first_day)],
        alone=len(alone),
        days=days_of(settings, days),
        edition=settings.edition,
        earlier=printed_tables(register.releases()["content"]),
    )
    record_tables(register, settings.slug, {AGAIN_TITLE: table})
    return SharedTable(table, AGAIN_TITLE, f"Audited again {span_of(settings)}")


def re_audits_alone(loop: Loop, settings: QaProgramme, register: Register) -> pd.DataFrame:
    """Give the re-audits of the months whose case has no earlier low grade in the register.

    Parameters
    ----------
    loop : Loop
        What stood on the day.
    settings : QaProgramme
        Say which months, and the day.
    register : Register
        Holds the audits.

    Returns
    -------
    DataFrame
        Audits drawn as re-audits, one a row, with `date_completed`.
    """
    audits = register.audits()
    first, day = pd.Timestamp(settings.first_day), pd.Timestamp(settings.extract_day)
    back = audits["date_completed"].between(first, day) & (audits["design"] == RE_AUDIT)
    compared = audits["audit_id"].isin(loop.again.pairs["re_audit_id"])
    return audits[back & ~compared].reset_index(drop=True)


def again_counts(loop: Loop, settings: QaProgramme, register: Register) -> pd.DataFrame:
    """Count the re-audits of the months: back, comparable, better. Restricted.

    Parameters
    ----------
    loop, settings, register
        As for :func:`re_audits_alone`.
    """
    pairs = loop.again.pairs
    pairs = pairs[pairs["re_date_completed"] >= pd.Timestamp(settings.first_day)]
    alone = len(re_audits_alone(loop, settings, register))
    better, worse = int((pairs["change"] > 0).sum()), int((pairs["change"] < 0).sum())
    rows = [
        ("Re-audits that are back", len(pairs) + alone),
        ("Of them with an earlier low grade in the register", len(pairs)),
        ("Of these graded higher", better),
        ("Of these graded the same", len(pairs) - better - worse),
        ("Of these graded lower", worse),
    ]
    return pd.DataFrame(rows, columns=["Re-audits of these months", "Number"])


def publish_programme(
    settings: QaProgramme,
    register: Register,
    *,
    much: Much,
    well: Well,
    owed: Owed,
    own: OwnService,
    tables: ProgrammeTables,
    more: Sequence[SharedTable] = (),
    curves: Mapping[str, Derived] | None = None,
    lines: Mapping[str, Derived] | None = None,
    named: Mapping[str, pd.DataFrame] | None = None,
    again_on: str = "",
    parts: Mapping[str, Words],
    in_brief: Mapping[str, Words] | None = None,
    beside: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    settings : QaProgramme
        Checked parameters.
    register : Register
        Holds the ledger of releases.
    much, well, owed
        As for :func:`release_programme`.
    own : OwnService
        The service that has a section of its own.
    tables : ProgrammeTables
        The protected tables the page shows, of the ledger of releases.
    more : sequence of SharedTable
        Tables of findings and actions, of the ledger as well.
    curves, lines : mapping of str to Derived, optional
        Curves that were to be turned, and other outcomes, by name of the measure: for slides.
    named : mapping of str to DataFrame, optional
        Further sheets for named readers, by the name of the sheet.
    again_on : str
        Month in which it is looked at again, as "2026-12"; blank for none.
    parts : mapping of str to Words
        The page's sentences by heading: for elected members, and for the cover of the workbook.
    in_brief : mapping of str to Words, optional
        What members read under a heading in place of that.
    beside : Words
        Further sentences for that cover.
    """
    span, day = span_of(settings), day_in_words(settings.extract_day)
    title = declared(f"{settings.whose}: quality assurance, {span}")
    findings = sum(parts.values(), start=NOTHING_SAID) + beside

    def write(folder: Path) -> None:
        write_outcomes_workbook(
            folder / "restricted" / f"qa_programme_{settings.period}.xlsx",
            _restricted(much, well, owed, own) | dict(named or {}),
            title=f"QA programme, {span}",
            as_at=settings.extract_day,
            cover=_COVER,
            marking=_MARKING,
        )
        shared = (*tables.shared(span, day), *tables.of_events(span), *more)
        write_shared_tables(
            folder,
            "programme_tables",
            shared,
            settings,
            register,
            title=declared(f"Quality assurance programme, {span}"),
            findings=findings,
        )
        page = build_members_page(
            title=title,
            parts={**parts, **(in_brief or {})},
            provenance={
                "Figures": f"{span}, as they stood on {day}",
                "Looked at again": month_told(again_on),
                "Ask": settings.contact,
                "Made with": f"qa-sampling {__version__}",
            },
        )
        path = folder / "shareable" / "members_page.html"
        path.write_text(page, encoding="utf-8", newline="\n")
        slides = (*slides_of(tables, more), *outcome_slides(settings, curves or {}, lines or {}))
        write_slides(folder / "shareable", slides, source=str(title))

    return publish_files(settings, register, write)


def slides_of(tables: ProgrammeTables, more: Sequence[SharedTable]) -> tuple[Slide, ...]:
    """Give the pictures for slides, each of a protected table.

    Parameters
    ----------
    tables : ProgrammeTables
        The protected tables.
    more : sequence of SharedTable
        Others; those with one classification and shown counts become bars.
    """
    own = (
        Slide("standards", "What the sources of each standard say", tables.standards, "scorecard"),
        *(
            Slide(_stem(name), f"{name} beside the plan", table, "plan")
            for table, name in tables.pictured
        ),
    )
    bars = tuple(
        Slide(_stem(one.title), one.title, one.table, "bars", one.caption)
        for one in more
        if len(one.table.by) == 1 and len(one.table.counts) == 1 and not one.table.withheld
    )
    return (*own, *bars)


def outcome_slides(
    settings: QaProgramme, curves: Mapping[str, Derived], lines: Mapping[str, Derived]
) -> tuple[Slide, ...]:
    """Give the pictures of outcomes for slides: curves that were to be turned, then the others.

    Of the others those are left out of whose quarters most are hidden: they say nothing on a wall.

    Parameters
    ----------
    settings : QaProgramme
        Say whose figures they are.
    curves, lines : mapping of str to Derived
        As for :func:`publish_programme`.
    """
    about = declared(f"All children of {settings.whose}, by finished quarter")
    made = [(name, one, "curve") for name, one in curves.items()]
    made += [(name, one, "line") for name, one in lines.items() if is_mostly_shown(one)]
    return tuple(
        Slide(f"{kind}_{name}", titled(name), one.table, kind, about, one)
        for name, one, kind in made
    )


def is_mostly_shown(line: Derived) -> bool:
    """Say whether at least half of a line's quarters are printed; fewer make no picture.

    Parameters
    ----------
    line : Derived
        The line.
    """
    return bool(2 * line.result.table["value"].notna().sum() > len(line.result.table))


def _stem(title: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in title.lower()).split())[:40]


def _restricted(much: Much, well: Well, owed: Owed, own: OwnService) -> dict[str, pd.DataFrame]:
    return {
        "Audits drawn": view.plan_view(much.draws),
        "Other activity": view.plan_view(much.activity),
        "By month": view.stand_view(much.progress, "period"),
        "By service": view.stand_view(much.progress, "service"),
        "Not looked at": view.overlooked_view(much.coverage, GROUPS, personal=PERSONAL),
        "Scorecard": view.scorecard_view(
            well.readings, well.ways, well.good, no_measure=well.no_measure
        ),
        "Beside the scorecard": view.beside_view(
            well.no_measure, well.other_evidence, well.counted
        ),
        "Evidence": view.evidence_view(well.readings),
        "One service": view.service_view(own.activity),
        "Its outcomes": view.own_outcomes_view(own.outcomes),
        "Roles": view.owed_view(owed.roles),
        "Who owes what": view.people_view(owed.people),
    }
