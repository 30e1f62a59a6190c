"""The files of the loop: the sheet of open actions, and the tables everybody may read."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.loop.said import said_and_done
from qa_sampling.records.action_sheet import write_action_sheet
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.reporting.loop_tables import LoopTables, protect_loop
from qa_sampling.reporting.loop_words import SaidWords, said_words
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analyses import identifiers_of
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.counted_days import days_of
from qa_sampling.runs.loop.steps import Loop
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables
from qa_sampling.settings.analyses import ActionsAndActivity


def release_loop(loop: Loop, settings: ActionsAndActivity, register: Register) -> LoopTables:
    """Protect the tables, and enter them in the ledger before anyone reads them.

    Parameters
    ----------
    loop : Loop
        What stood on the day.
    settings : ActionsAndActivity
        Checked parameters.
    register : Register
        Holds the ledger of releases.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    tables = protect_loop(
        loop.recent,
        loop.activities,
        as_at=settings.extract_day.isoformat(),
        raised=days_of(settings, loop.actions["raised"]),
        days=days_of(settings, register.activities()["date"]),
        designs=settings.designs,
        edition=settings.edition,
        earlier=printed_tables(register.releases()["content"]),
    )
    record_tables(register, settings.slug, tables.by_title())
    return tables


def told_of(loop: Loop, settings: ActionsAndActivity, register: Register) -> SaidWords:
    """Give "you said, we did" in words; what names somebody or holds a number is left out.

    Parameters
    ----------
    loop : Loop
        What stood on the day.
    settings : ActionsAndActivity
        Say where the staff list is.
    register : Register
        Knows the references that must not be read.
    """
    return said_words(said_and_done(loop.recent), never=identifiers_of(settings, register))


def publish_loop(
    settings: ActionsAndActivity,
    register: Register,
    *,
    tables: LoopTables,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    settings : ActionsAndActivity
        Checked parameters.
    register : Register
        What it all rests on.
    tables : LoopTables
        The protected tables the page shows, of the ledger of releases.
    findings : Words
        What the page says first.
    """
    span = period_in_words(settings.first_day, settings.period_end)
    actions, staff = register.actions(), staff_of(settings)

    def write(folder: Path) -> None:
        sheet = folder / "restricted" / f"open_actions_{settings.period}.xlsx"
        write_action_sheet(sheet, actions, staff=staff, sheet_id=_sheet_id(settings, register))
        shared = tables.shared(span)
        write_shared_tables(
            folder,
            "actions_tables",
            shared,
            settings,
            register,
            title=f"Actions and other activity, {span}",
            findings=findings,
        )

    return publish_files(settings, register, write)


def _sheet_id(settings: ActionsAndActivity, register: Register) -> str:
    """Give the sheet a name that follows from what it was written from."""
    return f"E{register.head()[:8]}" if register.head() else ""
