"""The month's plan as a shareable workbook and a tidy file: the tables of the plan's page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from qa_sampling.reporting.dates import day_in_words
from qa_sampling.reporting.narrative import plan_findings
from qa_sampling.reporting.plan_tables import PlanTables
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.tables import SharedTable, write_tables_workbook
from qa_sampling.reporting.tables_csv import write_tables_csv
from qa_sampling.sampling.plan import AuditPlan

WORKBOOK, TIDY = "audit_plan_tables.xlsx", "audit_plan_tables.csv"
"""Names of the two files."""


def plan_shared_tables(tables: PlanTables, plan: AuditPlan) -> tuple[SharedTable, ...]:
    """Give the plan's protected tables with titles and captions, in the order to read them.

    Parameters
    ----------
    tables : PlanTables
        The protected tables of the page: these and no others, so that the two files never
        hide other counts than the page does.
    plan : AuditPlan
        The plan; only its dates are read.
    """
    return tuple(_titled(tables, plan))


def _titled(tables: PlanTables, plan: AuditPlan) -> Iterator[SharedTable]:
    day = day_in_words(plan.as_at)
    audits = f"audits due by {day_in_words(plan.due)}"
    both = f"Cases that could be drawn on {day}, and {audits}"
    yield SharedTable(
        tables.funnel,
        "From the extract to the cases that can be drawn",
        f"Cases of the extract of {day}, by what became of them",
    )
    down, across = (name.replace("_", " ") for name in tables.coverage.by)
    for table, name in ((tables.by_column, across), (tables.by_row, down)):
        if len(table.body) > 1:
            yield SharedTable(table, f"Cases and audits by {name}", both)
    yield SharedTable(tables.coverage, f"By {down} and {across}", both)
    yield SharedTable(
        tables.by_role, "Audits by role of the auditor", audits[:1].upper() + audits[1:]
    )


def write_plan_tables(
    folder: Path,
    tables: PlanTables,
    plan: AuditPlan,
    *,
    whose: str,
    contact: str,
    released: Collection[str] | None = None,
) -> tuple[Path, Path]:
    """Write the plan's protected tables as a workbook and as a tidy file; give their paths.

    Parameters
    ----------
    folder : Path
        Folder of what may be shared.
    tables : PlanTables
        The protected tables of the page.
    plan : AuditPlan
        The plan; only its title and dates are read.
    whose : str
        Name of the authority.
    contact : str
        Whom to ask.
    released : collection of str, optional
        Fingerprints of the tables in the ledger of releases; see
        :func:`tables.write_tables_workbook`.
    """
    shared = plan_shared_tables(tables, plan)
    workbook = write_tables_workbook(
        folder / WORKBOOK,
        shared,
        title=declared(f"{plan.title}: audit plan for {plan.month}"),
        as_at=plan.as_at,
        source=declared(
            f"{whose}, draw {plan.draw_id}, from the Annex A extract of {day_in_words(plan.as_at)}."
        ),
        contact=contact[:1].upper() + contact[1:],
        findings=plan_findings(tables, due=plan.due, as_at=plan.as_at),
        released=released,
    )
    return workbook, write_tables_csv(folder / TIDY, shared, released=released)
