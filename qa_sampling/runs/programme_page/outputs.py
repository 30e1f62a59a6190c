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
from qa_sampling.reporting.loop_tables import by_group
from qa_sampling.reporting.members_page import build_members_page
from qa_sampling.reporting.outcomes_workbook import write_outcomes_workbook
from qa_sampling.reporting.programme_tables import ProgrammeTables, protect_programme
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.slides import Slide, write_slides
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.counted_days import days_of
from qa_sampling.runs.programme_page.much import GROUPS, PERSONAL
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables

if TYPE_CHECKING:
    from qa_sampling.runs.loop.steps import Loop
    from qa_sampling.runs.programme_page.difference import Owed
    from qa_sampling.runs.programme_page.much import Much
    from qa_sampling.runs.programme_page.own_service import OwnService
    from qa_sampling.runs.programme_page.well import Well
    from qa_sampling.settings.programme import QaProgramme

_MARKING = "RESTRICTED – names of staff, small numbers"
_COVER = (
    ("For", "The QA Group and named managers. What everybody may read is in another workbook."),
    ("Owed", "What was not back, not given or still open on the day. Reports leave no record."),
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
    tables = protect_programme(
        much.progress,
        much.activity,
        well.readings,
        owed.roles.dropna(subset=["owed"]),
        as_at=settings.extract_day.isoformat(),
        periods=settings.all_periods,
        days=days_of(settings, register.activities()["date"]),
        own=_own_activity(much, settings.own_section),
        edition=settings.edition,
        earlier=printed_tables(register.releases()["content"]),
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
    pairs = loop.again.pairs
    table = protect_again(
        pairs[pairs["re_date_completed"] >= pd.Timestamp(settings.first_day)],
        days=days_of(settings, pairs["re_date_completed"]),
        edition=settings.edition,
        earlier=printed_tables(register.releases()["content"]),
    )
    record_tables(register, settings.slug, {AGAIN_TITLE: table})
    return SharedTable(table, AGAIN_TITLE, f"Audited again {span_of(settings)}")


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
    named: Mapping[str, pd.DataFrame] | None = None,
    parts: Mapping[str, Words],
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
    named : mapping of str to DataFrame, optional
        Further sheets for named readers, by the name of the sheet.
    parts : mapping of str to Words
        The page's sentences by heading: for elected members, and for the cover of the workbook.
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
        shared = (*tables.shared(span, day), *more)
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
            parts=parts,
            provenance={
                "Figures": f"{span}, as they stood on {day}",
                "Ask": settings.contact,
                "Made with": f"qa-sampling {__version__}",
            },
        )
        path = folder / "shareable" / "members_page.html"
        path.write_text(page, encoding="utf-8", newline="\n")
        write_slides(folder / "shareable", slides_of(tables, more), source=str(title))

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


def _stem(title: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in title.lower()).split())[:40]


def _restricted(much: Much, well: Well, owed: Owed, own: OwnService) -> dict[str, pd.DataFrame]:
    return {
        "Audits drawn": view.plan_view(much.draws),
        "Other activity": view.plan_view(much.activity),
        "By month": view.stand_view(much.progress, "period"),
        "By service": view.stand_view(much.progress, "service"),
        "Not looked at": view.overlooked_view(much.coverage, GROUPS, personal=PERSONAL),
        "Scorecard": view.scorecard_view(well.readings, well.ways, well.good),
        "Evidence": view.evidence_view(well.readings),
        "One service": view.service_view(own.activity),
        "Its outcomes": view.own_outcomes_view(own.outcomes),
        "Roles": view.owed_view(owed.roles),
        "Who owes what": view.people_view(owed.people),
    }
