"""The files of a moderation: the panel's pack, and the tables everybody may read."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.records.register import Register
from qa_sampling.reporting.calibration_pack import write_calibration_pack
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.reporting.moderation_tables import ModerationTables, protect_moderation
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.moderation.panel import cases_apart
from qa_sampling.runs.moderation.steps import Review, days_moderated, moderations_in
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables
from qa_sampling.settings.analyses import ModerationAgreement


def release_moderation(settings: ModerationAgreement, register: Register) -> ModerationTables:
    """Protect the tables of a moderation, and enter them in the ledger before anyone reads them.

    The shareable tables count moderations by the day they were made on, which later months do
    not change, so that what is published each month adds up with what was published before.

    Parameters
    ----------
    settings : ModerationAgreement
        Checked parameters.
    register : Register
        Holds the moderations and the ledger of releases.

    Raises
    ------
    DisclosureError
        When figures contradict what was released, such as after a moderation that was recorded
        late; name an `edition` then, and keep it.
    """
    tables = protect_moderation(
        moderations_in(settings, register),
        days=days_moderated(settings, register),
        designs=settings.designs,
        edition=settings.edition,
        earlier=printed_tables(register.releases()["content"]),
    )
    record_tables(register, settings.slug, tables.by_title())
    return tables


def publish_moderation(
    review: Review,
    settings: ModerationAgreement,
    register: Register,
    *,
    tables: ModerationTables,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files of a moderation, all or nothing; give the name of their folder.

    Parameters
    ----------
    review : Review
        The audits and their moderations.
    settings : ModerationAgreement
        Checked parameters.
    register : Register
        What it all rests on.
    tables : ModerationTables
        The protected tables the page shows, of the ledger of releases.
    findings : Words
        What the page says first.
    """
    span = period_in_words(settings.first_day, settings.period_end)

    def write(folder: Path) -> None:
        wide, standards = cases_apart(review, settings)
        write_calibration_pack(
            folder / "restricted" / f"calibration_pack_{settings.period}.xlsx",
            wide,
            standards,
            title=f"Calibration pack for the moderation panel, {span}",
            gap=settings.gap,
            as_at=settings.extract_day,
        )
        shared = tables.shared(span)
        write_shared_tables(
            folder,
            "moderation_tables",
            shared,
            settings,
            register,
            title=f"Moderation of audits, {span}",
            findings=findings,
        )

    return publish_files(settings, register, write)
