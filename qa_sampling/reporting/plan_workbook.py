"""The coordinator's workbook: the month's plan in one accessible, restricted workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qa_sampling.reporting.plan_sheets import (
    allocation_table,
    auditors_table,
    coverage_table,
    exclusions_table,
    independence_table,
    plan_table,
    quality_table,
    reserves_table,
)
from qa_sampling.reporting.plan_words import cover_rows, verify_rows
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.workbooks import Formats, open_workbook, write_sheet, write_text_sheet

_COVER, _CONTENTS, _VERIFY = "Cover", "Contents", "How to verify"


@dataclass(frozen=True)
class TableSheet:
    """One table of the workbook.

    Attributes
    ----------
    name, title : str
        Name of the sheet, and the title above its table.
    about : str
        What it holds, for the contents.
    frame : DataFrame
        The table.
    notes : sequence of str
        Sentences above the table.
    styles, widths : mapping
        Format and width by column, where the usual does not do.
    totals : sequence of str
        Columns with a total.
    freeze_columns : int
        Columns that stay in view.
    empty : str
        What an empty table says.
    """

    name: str
    title: str
    about: str
    frame: pd.DataFrame
    notes: Sequence[str] = ()
    styles: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)
    totals: Sequence[str] = ()
    freeze_columns: int = 1
    empty: str = "There is nothing to list."


def write_plan_workbook(
    path: Path, plan: AuditPlan, *, staff: pd.DataFrame | None, quality: pd.DataFrame | None = None
) -> Path:
    """Write the coordinator's workbook and give its path.

    Parameters
    ----------
    path : Path
        File to write, in a restricted folder: the workbook holds case numbers.
    plan : AuditPlan
        The month's plan.
    staff : DataFrame or None
        Columns of ``schema.STAFF``; without it people are called by their numbers.
    quality : DataFrame, optional
        Columns of ``schema.QUALITY``; adds the sheet "Data quality".

    Returns
    -------
    Path
        `path`. The same plan gives the same bytes.
    """
    sheets = list(_sheets(plan, staff, quality))
    title = f"{plan.title}: audit plan for {plan.month}"
    workbook = open_workbook(path, created=plan.as_at, title=title)
    formats = Formats(workbook)
    write_text_sheet(workbook, _COVER, title, cover_rows(plan), formats)
    contents = _contents(sheets)
    write_sheet(
        workbook,
        _CONTENTS,
        "What is in this workbook",
        (),
        contents,
        formats,
        links="Sheet",
        contents=None,
        styles={"Rows": "text"},
        widths={"Sheet": 24, "What it holds": 78},
    )
    for sheet in sheets:
        write_sheet(
            workbook,
            sheet.name,
            sheet.title,
            sheet.notes,
            sheet.frame,
            formats,
            styles=sheet.styles,
            widths=sheet.widths,
            totals=sheet.totals,
            freeze_columns=sheet.freeze_columns,
            empty=sheet.empty,
        )
    write_text_sheet(workbook, _VERIFY, "How to verify this draw", verify_rows(plan), formats)
    workbook.close()
    return path


def _contents(sheets: Sequence[TableSheet]) -> pd.DataFrame:
    rows = [(_COVER, "What this plan is, its fingerprints, and what cannot be guaranteed", "–")]
    rows += [(sheet.name, sheet.about, f"{len(sheet.frame):,}") for sheet in sheets]
    rows.append((_VERIFY, "How anyone can check that these cases follow from the seed", "–"))
    return pd.DataFrame(rows, columns=["Sheet", "What it holds", "Rows"])


def _sheets(
    plan: AuditPlan, staff: pd.DataFrame | None, quality: pd.DataFrame | None
) -> Iterator[TableSheet]:
    yield from _sample_sheets(plan, staff)
    yield from _frame_sheets(plan)
    yield from _people_sheets(plan, staff)
    if quality is not None:
        yield TableSheet(
            "Data quality",
            "What was wrong with the extract, and what was done",
            "Faults of the extract to send back to the system team",
            quality_table(quality),
            ("No child's details are shown; rows are those of the file named.",),
            widths={"What is wrong": 50, "What was done, or what to do": 50},
            empty="No fault was found in the extract.",
        )


def _sample_sheets(plan: AuditPlan, staff: pd.DataFrame | None) -> Iterator[TableSheet]:
    audits = len(plan.draw.cases)
    yield TableSheet(
        "Plan",
        f"{audits} cases to audit by {plan.due.day} {plan.due:%B %Y}",
        "One row an audit: the case, who audits and moderates it, and its place in the draw",
        plan_table(plan, staff),
        (
            "Rank: the place of the case's ticket in its stratum, 1 for the lowest.",
            "Weight: how many open cases this case stands for.",
            "Moderator: drawn at random; audits not drawn may still be moderated for their grade.",
        ),
        widths={
            "Stratum": 42,
            "Team": 27,
            "Worker": 20,
            "Auditor": 28,
            "Auditor's role": 28,
            "Moderator": 28,
            "Case reference": 42,
        },
        freeze_columns=2,
        empty="No case was drawn.",
    )
    yield TableSheet(
        "Reserves",
        "Reserves: who comes next when a case cannot be audited",
        "Cases that stand by, in order, stratum by stratum",
        reserves_table(plan),
        (
            "Use a reserve only when an auditor says that a case cannot be audited, and why.",
            "Take the first of the same stratum that is not yet used; never choose among them.",
            "Write the reason on the form of the case it stands in for: the weights depend on it.",
        ),
        widths={"Stratum": 42, "Team": 27, "Worker": 20, "Case reference": 42},
        empty="No reserves were drawn.",
    )


def _frame_sheets(plan: AuditPlan) -> Iterator[TableSheet]:
    yield TableSheet(
        "Allocation",
        "How many audits come from each stratum",
        "One row a stratum: cases, target, audits, reserves",
        allocation_table(plan),
        (
            "Available: cases left when one child stands for each family.",
            "Target: the stratum's share of the audits before rounding to whole audits.",
        ),
        totals=("Cases in the frame", "Available", "Target", "Audits", "Reserves"),
    )
    yield TableSheet(
        "Coverage",
        "Who is in the frame, and who is audited",
        "Frame and audits side by side, by status, service, team, age, gender and ethnic group",
        coverage_table(plan),
        ("Each grouping counts every case once.",),
        styles={"Share of the frame": "percent", "Share of the audits": "percent"},
        freeze_columns=2,
    )
    aside = len(plan.draw.set_aside)
    yield TableSheet(
        "Exclusions",
        f"From all cases to the {plan.frame.size:,} that could be drawn",
        "The funnel: each step, why, how many cases were excluded and how many remained",
        exclusions_table(plan),
        (f"Another child of the family stands for {aside:,} of the remaining cases this month.",)
        if aside
        else (),
    )


def _people_sheets(plan: AuditPlan, staff: pd.DataFrame | None) -> Iterator[TableSheet]:
    yield TableSheet(
        "Auditors",
        "Who audits and moderates how many",
        "Loads of auditors and moderators, with their caps",
        auditors_table(plan, staff),
        styles={"Cap": "whole"},
        widths={"Cap": 22},
        totals=("Audits", "Moderations"),
    )
    yield TableSheet(
        "Independence checks",
        "The rules of independence, and how they were held",
        "Each rule, how it was held, and what cannot be guaranteed",
        independence_table(plan),
        widths={"Rule": 40, "How it was held": 50, "What cannot be guaranteed": 50},
    )
