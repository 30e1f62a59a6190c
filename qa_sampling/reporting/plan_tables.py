"""The month's plan as tables that may be shared, and as the plain ones they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from qa_sampling.reporting.disclosure import protect_linked
from qa_sampling.reporting.known_order import in_known_order
from qa_sampling.reporting.plan_population import (
    DRAW,
    PART,
    PlanPopulation,
    as_said_of,
    funnel_made_of,
    margin_made_of,
    population_of,
)
from qa_sampling.reporting.safe_table import PrintedTable, SafeTable
from qa_sampling.reporting.table_request import TableRequest, request_of
from qa_sampling.sampling.plan import AuditPlan, Draw, Frame

ELIGIBLE = "Can be drawn"
"""Label of the cases that pass every step of the funnel."""

SHARES = {"share_of_cases": ("cases", "total"), "share_of_audits": ("audits", "total")}
_WITHIN = {"audits": "cases"}
_HEADINGS = {
    "cases": "Cases in the frame",
    "audits": "Audits",
    "share_of_cases": "% of cases",
    "share_of_audits": "% of audits",
    "role": "Role of the auditor",
    "reason": "What became of the case",
}


_OTHER_REASONS = "other reasons"


@dataclass(frozen=True)
class PlanTables:
    """What the plan's shareable page is made from.

    Attributes
    ----------
    funnel : SafeTable
        Cases of the extract by `reason` why they cannot be drawn, and those that can.
    coverage : SafeTable
        `cases` and `audits` by both margins of the strata, such as team and status.
    by_row, by_column : SafeTable
        `cases`, `audits` and their shares by one margin.
    by_role : SafeTable
        `audits` by `role` of the auditor.
    auditors, most_audits : int
        How many people audit, and the most audits anyone has.
    moderated : int
        Audits that a moderator reads as well, in the whole authority.
    """

    funnel: SafeTable
    coverage: SafeTable
    by_row: SafeTable
    by_column: SafeTable
    by_role: SafeTable
    auditors: int
    most_audits: int
    moderated: int

    @property
    def by_main(self) -> SafeTable:
        """The margin to show first: the second one, unless it is all cases together."""
        return self.by_column if len(self.by_column.body) > 1 else self.by_row

    def by_title(self) -> dict[str, SafeTable]:
        """Give every table that may be shared by a title that says what it holds."""
        down, across = self.coverage.by
        return {
            "From the extract to the frame": self.funnel,
            f"Cases and audits by {down} and {across}": self.coverage,
            f"Cases and audits by {down}": self.by_row,
            f"Cases and audits by {across}": self.by_column,
            "Audits by role of the auditor": self.by_role,
        }


def protect_plan(
    plan: AuditPlan,
    *,
    threshold: int = 6,
    zeros_shown: bool = True,
    earlier: Sequence[PrintedTable] = (),
) -> PlanTables:
    """Protect the tables of a month's plan together, and against all that is out.

    All five are of one population (see ``plan_population``): what one says of the cases that can
    be drawn, or of the audits, the others say of the same counts. Another draw of the same frame
    is of the same cases as well.

    Parameters
    ----------
    plan : AuditPlan
        The plan.
    threshold : int
        Smallest count shown.
    zeros_shown : bool
        Whether zeros are always shown; see ``disclosure.protect``. They are by default: a row is
        listed because it has cases, so a reader knows that much anyway.
    earlier : sequence of PrintedTable
        What was released before, such as the ledger of releases.
    """
    whom = population_of(plan.frame)
    rules = {"threshold": threshold, "zeros_shown": zeros_shown, "population": whom.name}
    rules["over"] = {PART: whom.frame, DRAW: plan.draw_id}
    rules["decisions"] = ["audits"] if _tell_little(plan.draw, threshold) else []
    requests = [
        *_allocated(plan, **rules),
        request_of(
            role_table(plan.assignment.table, audits=int(plan.draw.allocation["sampled"].sum())),
            by=["role"],
            counts=["audits"],
            labels=_HEADINGS,
            **rules,
        ),
        _funnel_request(plan, whom, threshold=threshold),
    ]
    known = as_said_of(plan.draw_id, earlier)
    coverage, by_row, by_column, by_role, funnel = protect_linked(requests, earlier=known)
    work = plan.assignment.loads
    return PlanTables(
        funnel=funnel,
        coverage=coverage,
        by_row=by_row,
        by_column=by_column,
        by_role=by_role,
        auditors=int((work["audits"] > 0).sum()),
        most_audits=int(work["audits"].max()) if len(work) else 0,
        moderated=int((plan.assignment.table["moderator_id"].fillna("") != "").sum()),
    )


def _allocated(plan: AuditPlan, **rules: Any) -> Iterator[TableRequest]:  # noqa: ANN401
    """Ask for cases and audits by both margins, then by each."""
    names = dict(zip(("row", "column"), margin_names(plan.frame), strict=True))
    made_of = {
        name: margin_made_of(
            plan.frame, margin, name=name, labels=plan.draw.allocation[margin].unique()
        )
        for margin, name in names.items()
    }
    both = {"counts": ["cases", "audits"], "within": _WITHIN, "labels": _HEADINGS, **rules}
    cells = coverage_table(plan.draw, down=names["row"], across=names["column"])
    empty = _empty(cells) if rules["zeros_shown"] else ()
    yield request_of(cells, by=[*names.values()], made_of=made_of, known_zeros=empty, **both)
    for margin, name in names.items():
        table = allocation_table(plan.draw, by=margin, name=name)
        own = {name: made_of[name]}
        yield request_of(table, by=[name], percentages=SHARES, made_of=own, **both)


def margin_names(frame: Frame) -> tuple[str, str]:
    """Name the two margins of the strata: the columns they were formed from, where there are two.

    Parameters
    ----------
    frame : Frame
        The sampling frame.
    """
    if len(frame.strata) == 2:
        return frame.strata[0], frame.strata[1]
    if len(frame.strata) == 1:
        down = frame.cases["row"].nunique() > 1
        return (frame.strata[0], "column") if down else ("row", frame.strata[0])
    return "row", "column"


def coverage_table(draw: Draw, *, down: str, across: str) -> pd.DataFrame:
    """Give `cases` in the frame and `audits` drawn by both margins. Restricted.

    Parameters
    ----------
    draw : Draw
        The draw.
    down, across : str
        Names of the two margins.
    """
    table = draw.allocation.groupby(["row", "column"], as_index=False, sort=False)
    table = table[["population", "sampled"]].sum()
    table = table.set_axis([down, across, "cases", "audits"], axis=1)
    return in_known_order(table, (down, across))


def allocation_table(draw: Draw, *, by: str, name: str) -> pd.DataFrame:
    """Give `cases`, `audits` and their shares (per cent) by one margin. Restricted.

    Parameters
    ----------
    draw : Draw
        The draw.
    by : {"row", "column"}
        Which margin.
    name : str
        What to call it.
    """
    table = draw.allocation.groupby(by, as_index=False, sort=False)[["population", "sampled"]].sum()
    table = in_known_order(table.set_axis([name, "cases", "audits"], axis=1), (name,))
    for share, (count, _) in SHARES.items():
        table[share] = 100 * table[count] / max(table[count].sum(), 1)
    return table


def funnel_table(frame: Frame) -> pd.DataFrame:
    """Give the cases of the extract by `reason` why they cannot be drawn, and those that can.

    Parameters
    ----------
    frame : Frame
        The sampling frame.
    """
    steps = frame.funnel[frame.funnel["excluded"] > 0]
    reasons = steps.groupby("reason", as_index=False, sort=False)["excluded"].sum()
    table = reasons.set_axis(["reason", "cases"], axis=1)
    kept = pd.DataFrame({"reason": [ELIGIBLE], "cases": [frame.size]})
    return pd.concat([table, kept], ignore_index=True)


def role_table(assignments: pd.DataFrame, *, audits: int) -> pd.DataFrame:
    """Give `audits` by `role` of the auditor; those without one as "Not assigned yet".

    Parameters
    ----------
    assignments : DataFrame
        Columns of ``schema.ASSIGNMENTS``.
    audits : int
        Audits in all.
    """
    table = assignments.groupby("auditor_role", as_index=False).size()
    table = table.set_axis(["role", "audits"], axis=1)
    table = table.sort_values(["audits", "role"], ascending=[False, True], ignore_index=True)
    if len(assignments) < audits:
        table.loc[len(table)] = ["Not assigned yet", audits - len(assignments)]
    return table


def _empty(cells: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Give the combinations without a case: they have no audit either."""
    down, across = cells.iloc[:, 0], cells.iloc[:, 1]
    there = set(zip(down, across, strict=True))
    return (place for place in product(down.unique(), across.unique()) if place not in there)


def _tell_little(draw: Draw, threshold: int) -> bool:
    """Say whether numbers of audits tell little of numbers of cases.

    They do while fewer than one case in `threshold` is audited and no stratum is audited whole:
    the rule of the draw is public, so a large share would give small counts away.
    """
    cases, audits = (int(draw.allocation[name].sum()) for name in ("population", "sampled"))
    return audits * threshold < cases and not draw.parameters.get("certainty")


def _funnel_request(plan: AuditPlan, whom: PlanPopulation, *, threshold: int) -> TableRequest:
    """Ask for the funnel with small reasons put together, so that no reason in it is small.

    The cases that can be drawn are the total of every other table, so no reason may be hidden
    by hiding them. When all exclusions together are fewer than the threshold, none is listed,
    and the total is that of the frame.
    """
    table = funnel_table(plan.frame)
    reasons, kept = table.iloc[:-1], table.iloc[[-1]]
    order = reasons.sort_values("cases", kind="stable")
    small = int((order["cases"] < threshold).sum())
    while small and order["cases"].iloc[:small].sum() < threshold and small < len(order):
        small += 1
    together = int(order["cases"].iloc[:small].sum())
    shown = reasons.loc[reasons.index.isin(order.index[small:])]
    stands_for = {reason: [reason] for reason in shown["reason"]}
    if together >= threshold:
        other = pd.DataFrame({"reason": [_OTHER_REASONS], "cases": [together]})
        shown = pd.concat([shown, other], ignore_index=True)
        stands_for[_OTHER_REASONS] = list(order["reason"].iloc[:small])
    over = {DRAW: plan.draw_id} if len(shown) else {DRAW: plan.draw_id, PART: whom.frame}
    made_of = funnel_made_of(whom, kept=ELIGIBLE, reasons=stands_for)
    return request_of(
        pd.concat([shown, kept], ignore_index=True),
        by=["reason"],
        counts=["cases"],
        labels=_HEADINGS | {"cases": "Cases"},
        total_label="All cases in the extract" if len(shown) else "All cases listed",
        population=whom.name,
        over=over,
        made_of={"reason": made_of if len(shown) else ("listed", {ELIGIBLE: ["all"]})},
        threshold=threshold,
        zeros_shown=True,
    )
