"""The files of a benchmark: the tables that everybody may read."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.records.register import Register
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.benchmarking.steps import THEMES, Compared, funnels_of, trends_of
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables
from qa_sampling.settings.benchmarking import Benchmarking


def release_benchmarks(compared: Compared, settings: Benchmarking, register: Register) -> None:
    """Enter the tables in the ledger of releases before anyone reads them.

    Parameters
    ----------
    compared : Compared
        The authority beside others.
    settings : Benchmarking
        Checked parameters.
    register : Register
        Holds the ledger.
    """
    tables = compared.tables.by_title()
    shown = [*funnels_of(compared, settings, "exact"), *funnels_of(compared, settings, "spread")]
    shown += [one for theme in THEMES for one in trends_of(compared, theme)]
    tables |= {str(one.title): one.table for one in shown}
    record_tables(register, settings.slug, tables, once=True)


def publish_benchmarks(
    compared: Compared,
    settings: Benchmarking,
    register: Register,
    *,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    compared : Compared
        The authority beside others.
    settings : Benchmarking
        Checked parameters.
    register : Register
        The ledger of releases.
    findings : Words
        What the page says first.
    """
    shared = compared.tables.shared()

    def write(folder: Path) -> None:
        write_shared_tables(
            folder,
            "benchmark_tables",
            shared,
            settings,
            register,
            title=declared(f"Benchmarks, {settings.span}"),
            source=declared(f"{settings.whose}: {compared.tables.neighbours.published}"),
            findings=findings,
        )

    return publish_files(settings, register, write)
