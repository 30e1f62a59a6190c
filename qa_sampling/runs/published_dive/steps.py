"""From published files to a change taken apart: read, take apart, share."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.records.published_measures import MEASURES
from qa_sampling.records.register import Register
from qa_sampling.reporting.published_dive import ChangeTables, change_tables
from qa_sampling.reporting.published_tables import Asked
from qa_sampling.reporting.quantities import DeclaredText, declared
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.published_inputs import neighbours_of, series_of
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables
from qa_sampling.settings.published_dive import PublishedDeepDive

_FEWEST = 2


def take_apart(settings: PublishedDeepDive) -> tuple[ChangeTables, ...]:
    """Take each count but the first apart by the steps up to it.

    Parameters
    ----------
    settings : PublishedDeepDive
        Name the files, the steps and the years.

    Raises
    ------
    ParameterError, ExtractError, TrendError
        When files, the authority or its figures are not there or not sound.
    """
    series = {MEASURES[name].title: one for name, one in series_of(settings).items()}
    asked = Asked(settings.authority_code, neighbours_of(settings), invented=settings.is_invented)
    names = list(series)
    return tuple(
        change_tables({name: series[name] for name in names[:n]}, asked, years=settings.years)
        for n in range(_FEWEST, len(names) + 1)
    )


def shared_of(changes: tuple[ChangeTables, ...]) -> tuple[SharedTable, ...]:
    """Give the tables with their titles: the counts once, then each change.

    Parameters
    ----------
    changes : tuple of ChangeTables
        The changes.
    """
    tables = [
        SharedTable(changes[-1].counts, declared(f"The counts, years to March {changes[-1].years}"))
    ]
    tables += [SharedTable(one.parts, title_of(one)) for one in changes]
    return tuple(tables)


def title_of(change: ChangeTables) -> DeclaredText:
    """Give the title of a change.

    Parameters
    ----------
    change : ChangeTables
        The change.
    """
    return declared(f"{change.measure}: what made the change")


def release_changes(
    changes: tuple[ChangeTables, ...], settings: PublishedDeepDive, register: Register
) -> None:
    """Enter the tables in the ledger of releases before anyone reads them.

    Parameters
    ----------
    changes : tuple of ChangeTables
        The changes.
    settings : PublishedDeepDive
        Checked parameters.
    register : Register
        Holds the ledger.
    """
    tables = {str(one.title): one.table for one in shared_of(changes)}
    tables |= {f"{one.measure}: counts": one.counts for one in changes}
    record_tables(register, settings.slug, tables, once=True)


def publish_changes(
    changes: tuple[ChangeTables, ...],
    settings: PublishedDeepDive,
    register: Register,
    *,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    changes : tuple of ChangeTables
        The changes.
    settings : PublishedDeepDive
        Checked parameters.
    register : Register
        The ledger of releases.
    findings : Words
        What the page says first.
    """

    def write(folder: Path) -> None:
        write_shared_tables(
            folder,
            "published_dive_tables",
            shared_of(changes),
            settings,
            register,
            title=declared(f"Why published figures moved, {settings.span}"),
            source=declared(f"{settings.whose}: {changes[-1].counts.published}"),
            findings=findings,
        )

    return publish_files(settings, register, write)
