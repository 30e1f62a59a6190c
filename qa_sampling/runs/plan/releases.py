"""The tables of a month's plan that others may read: protected against all that is out."""

from __future__ import annotations

from qa_sampling.records.register import Register
from qa_sampling.reporting.plan_tables import PlanTables, protect_plan
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.runs.shared_tables import record_tables
from qa_sampling.sampling.plan import AuditPlan


def release_plan(plan: AuditPlan, register: Register) -> PlanTables:
    """Protect the tables of a plan, and enter them in the ledger before anyone can read them.

    Parameters
    ----------
    plan : AuditPlan
        The plan.
    register : Register
        Holds the ledger of releases. What it shows stays shown, what it hides stays hidden;
        the tables of a plan that was released before are given as they were.

    Returns
    -------
    PlanTables

    Raises
    ------
    DisclosureError
        When a table cannot be shared beside what is out, or its figures were changed.
    """
    tables = protect_plan(plan, earlier=printed_tables(register.releases()["content"]))
    record_tables(register, plan.draw_id, tables.by_title())
    return tables
