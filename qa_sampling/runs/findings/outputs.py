"""The files of findings: everything for named readers, and the tables everybody may read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from qa_sampling.agreement.moderated import ModeratedShare
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.reporting import findings_view as view
from qa_sampling.reporting.findings_tables import (
    AUDITS,
    GOOD,
    FindingsTables,
)
from qa_sampling.reporting.findings_words import (
    findings_words,
    groups_heading,
    groups_said,
    response_words,
)
from qa_sampling.reporting.findings_workbook import write_findings_workbook
from qa_sampling.reporting.themed_words import of_theme_words
from qa_sampling.reporting.voices_view import said_view, voices_view
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.findings import estimates, practice
from qa_sampling.runs.findings.moderating import moderated_of
from qa_sampling.runs.findings.steps import Findings, span_of
from qa_sampling.runs.findings.voices import voices, what_was_said
from qa_sampling.runs.shared_tables import write_shared_tables
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.settings.findings import MONTHLY, AuditFindings

NAMES = {OVERALL: "Overall"} | QUALITY_STANDARDS
"""Words of the overall grade and of every standard."""
GROUPS = {
    "service": "Service",
    "team": "Team",
    "status": "Status",
    "age_band": "Age band",
    "ethnic_group": "Ethnic group",
}


def words_of(
    found: Findings,
    settings: AuditFindings,
    tables: FindingsTables,
    moderated: ModeratedShare | None,
) -> Words:
    """Say what the audits found, as everybody may read it.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Checked parameters.
    tables : FindingsTables
        The protected tables.
    moderated : ModeratedShare or None
        Good or better, corrected by moderation.
    """
    change = estimates.change_of(found)
    rows = estimates.changes(found, settings)
    first = rows[rows["standard"] == OVERALL]
    before = between = None
    if len(first):
        before = (int(first["good_before"].iloc[0]), int(first["n_before"].iloc[0]))
        between = (span_of(found.before), span_of(found.now))
    words = findings_words(
        tables,
        estimates.good_or_better(found),
        cases=found.open_cases,
        level=settings.level,
        change=change if len(first) else None,
        before=before or (0, 0),
        between=between or ("before", "now"),
        moderated=moderated,
    )
    low, high = estimates.bounds(found, settings)[2:]
    words = words if settings.design == MONTHLY else of_theme_words(found.title) + words
    return words + response_words(*estimates.came_back(found), low, high)


def groups_in_words(found: Findings, settings: AuditFindings, tables: FindingsTables) -> Words:
    """Say what share is good or better by standard and by service, the weakest first.

    Parameters
    ----------
    found, settings, tables
        As for :func:`words_of`.
    """
    words = groups_heading()
    if not tables.standards.withheld:
        table = estimates.by_standard(found, settings)
        table = table.assign(group=table["standard"].map(QUALITY_STANDARDS), n=table["graded"])
        cells = {one: ("good", one) for one in QUALITY_STANDARDS.values()}
        words += groups_said(
            table, tables.standards, cell_of=cells, fewest=settings.fewest_for_interval,
            rest="standards",
        )  # fmt: skip
    if len(tables.services.by) > 1 and not tables.services.withheld:
        table = estimates.by_group(found, "service", settings)
        cells = {one: (AUDITS, one, GOOD) for one in table["group"]}
        words += groups_said(
            table.assign(n=table["audits"]), tables.services, cell_of=cells,
            fewest=settings.fewest_for_interval, intro="Service ",
            rest="services",
        )  # fmt: skip
    return words


def sheets_of(
    found: Findings, settings: AuditFindings, register: Register
) -> dict[str, pd.DataFrame]:
    """Give every table in full, as named readers may see it, by the name of its sheet. Restricted.

    Parameters
    ----------
    found, settings, register
        As for ``releasing.release_findings``.
    """
    standards = estimates.by_standard(found, settings)
    sheets = {
        "Good or better": view.good_view(
            estimates.good_or_better(found), cases=found.open_cases,
            moderated=moderated_of(found, settings, register),
            bounds=estimates.bounds(found, settings),
            response=estimates.response_of(found), level=settings.level,
        ),
        "Standards": view.standards_view(standards, NAMES),
        "Precision": view.precision_view(standards, NAMES),
    }  # fmt: skip
    for by, head in GROUPS.items():
        sheets[f"By {head.lower()}"] = view.groups_view(
            estimates.by_group(found, by, settings), head
        )
    sheets |= {
        "Change": view.changes_view(estimates.changes(found, settings), NAMES),
        "Rolling": view.rolling_view(estimates.rolling(found, settings)),
        "Go together": view.pairs_view(practice.weak_together(found, settings), NAMES, most=66),
        "Family feedback": view.answers_view(
            practice.answers_to(found, "family_feedback", settings)
        ),
        "Practitioner met": view.answers_view(
            practice.answers_to(found, "practitioner_met", settings)
        ),
        "Concerns": view.concerns_view(practice.concerns(found)),
        "Who said how it was": voices_view(voices(found, register)),
        "What was said": said_view(what_was_said(found, register), most=50),
        "Themes": themes_view(practice.themes(found, register)),
        "Missing": view.missing_view(estimates.missing_audits(found)),
    }
    return sheets


def themes_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give the tags and how many audits have each.

    Parameters
    ----------
    table : DataFrame
        ``practice.themes``.
    """
    heads = {"kind": "Kind", "tag": "Tag", "audits": "Audits"}
    return table.assign(kind=table["kind"].str.capitalize()).rename(columns=heads)


def publish_findings(
    found: Findings,
    settings: AuditFindings,
    register: Register,
    *,
    tables: FindingsTables,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files of the findings, all or nothing; give the name of their folder.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Checked parameters.
    register : Register
        What it all rests on.
    tables : FindingsTables
        The protected tables the page shows, of the ledger of releases.
    findings : Words
        What the page says first.
    """
    span = span_of(found.now)

    def write(folder: Path) -> None:
        write_findings_workbook(
            folder / "restricted" / f"audit_findings_{settings.period}.xlsx",
            sheets_of(found, settings, register),
            title=f"What audits found, {span}",
            as_at=settings.extract_day,
        )
        shared = tables.shared(span)
        write_shared_tables(
            folder,
            "findings_tables",
            shared,
            settings,
            register,
            title=f"What audits found, {span}",
            findings=findings,
        )

    return publish_files(settings, register, write)
