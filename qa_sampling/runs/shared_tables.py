"""The tables that everybody may read, as every analysis writes them: a workbook and CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from qa_sampling.records.register import Register
from qa_sampling.reporting.quantities import DeclaredText, declared
from qa_sampling.reporting.releases import release_text
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.tables import SharedTable, write_tables_workbook
from qa_sampling.reporting.tables_csv import write_tables_csv
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.settings.analyses import AnalysisSettings

REGISTER = "the register of audits."
CASE_SYSTEM = "its case system."


def record_tables(
    register: Register, slug: str, tables: Mapping[str, SafeTable], *, once: bool = False
) -> None:
    """Write into the ledger what is released with a run, before anything shows it.

    Parameters
    ----------
    register : Register
        Holds the ledger.
    slug : str
        The run's name.
    tables : mapping of str to SafeTable
        The tables by title.
    once : bool
        Whether tables that say the same are kept once, by the title of the last of them.
    """
    texts = {title: release_text(table) for title, table in tables.items()}
    if once:
        titles = {text: title for title, text in texts.items()}
        texts = {title: text for text, title in titles.items()}
    register.record_releases(slug, texts)


def write_shared_tables(
    folder: Path,
    name: str,
    shared: Sequence[SharedTable],
    settings: AnalysisSettings,
    register: Register,
    *,
    title: str | DeclaredText,
    source: str | DeclaredText = REGISTER,
    as_at: date | None = None,
    findings: Words = NOTHING_SAID,
) -> None:
    """Write the tables of an analysis that everybody may read; only released ones are taken.

    Parameters
    ----------
    folder : Path
        Folder with `shareable` in it.
    name : str
        What the files are called, without an ending.
    shared : sequence of SharedTable
        The tables, in the order to read them.
    settings : AnalysisSettings
        Say whose they are, of which day, and whom readers ask.
    register : Register
        Holds the ledger of releases.
    title : str
        What the workbook shows.
    source : str
        Where the figures come from, after the authority's name; as it stands when it is declared.
    as_at : date, optional
        The day they describe; that of the settings by default.
    findings : Words
        What the page says first.

    Raises
    ------
    DisclosureError
        When a table is not in the ledger of releases.
    """
    released = set(register.releases(settings.slug)["fingerprint"])
    given = isinstance(source, DeclaredText)
    write_tables_workbook(
        folder / "shareable" / f"{name}.xlsx",
        shared,
        title=title,
        as_at=as_at or settings.extract_day,
        source=source if given else declared(f"{settings.whose}, {source}"),
        contact=settings.contact[:1].upper() + settings.contact[1:],
        findings=findings,
        released=released,
    )
    write_tables_csv(folder / "shareable" / f"{name}.csv", shared, released=released)
