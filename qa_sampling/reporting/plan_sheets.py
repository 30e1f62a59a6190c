"""The tables of the coordinator's workbook, in the words people read. Restricted."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.known_order import KNOWN_ORDER
from qa_sampling.sampling.plan import AuditPlan

_SHORT_TICKET = 12
_GROUPINGS = {
    "status": "Status",
    "service": "Service",
    "team": "Team",
    "age_band": "Age band",
    "gender": "Gender",
    "ethnic_group": "Ethnic group",
}
NOT_MODERATED = "Not drawn"
UNASSIGNED = "Not assigned"


def names_of(staff: pd.DataFrame | None) -> dict[str, str]:
    """Give what each member of staff is called: "Name (number)", or the number alone."""
    names: dict[str, str] = {}
    if staff is None:
        return names
    for number, name in staff[["staff_id", "name"]].itertuples(index=False, name=None):
        named = not pd.isna(name) and str(name).strip()
        names[str(number)] = f"{name} ({number})" if named else str(number)
    return names


def plan_table(plan: AuditPlan, staff: pd.DataFrame | None) -> pd.DataFrame:
    """Give one row an audit: which case, whose, who audits and moderates it, and why it.

    Parameters
    ----------
    plan : AuditPlan
        The month's plan.
    staff : DataFrame or None
        Columns of ``schema.STAFF``.
    """
    cases, names = plan.cases, names_of(staff)
    return pd.DataFrame(
        {
            "Order": cases["order"],
            "Case number": cases["child_id"],
            "Stratum": cases["stratum"],
            "Team": cases["team"],
            "Status": cases["status"],
            "Worker": cases["worker"],
            "Auditor": _said(_called(cases["auditor_id"], names), UNASSIGNED),
            "Auditor's role": _said(cases["auditor_role"], UNASSIGNED),
            "Moderator": _said(_called(cases["moderator_id"], names), NOT_MODERATED),
            "Due": pd.Series([plan.due] * len(cases), dtype=object),
            "Rank": cases["rank"],
            "Ticket (start)": cases["ticket"].str[:_SHORT_TICKET],
            "Weight": cases["weight"],
            "Case reference": cases["case_ref"],
        }
    )


def allocation_table(plan: AuditPlan) -> pd.DataFrame:
    """Give one row a stratum: how many cases, how many audits, and what bound them."""
    allocation = plan.draw.allocation
    return pd.DataFrame(
        {
            "Stratum": allocation["stratum"],
            "Cases in the frame": allocation["population"],
            "Available": allocation["available"],
            "Target": allocation["target"],
            "Audits": allocation["sampled"],
            "Reserves": allocation["reserves"],
            "Bound": _said(allocation["bound"]),
        }
    )


def coverage_table(plan: AuditPlan) -> pd.DataFrame:
    """Give frame and audits side by side for every team, status and other group."""
    frame = plan.frame.cases
    audited = frame[frame["case_ref"].isin(plan.draw.cases["case_ref"])]
    parts = []
    for column, grouping in _GROUPINGS.items():
        if column not in frame:
            continue
        known = [value for value in KNOWN_ORDER.get(column, ()) if value in set(frame[column])]
        others = sorted(set(frame[column]) - set(known))
        counts = frame[column].value_counts().reindex([*known, *others])
        audits = audited[column].value_counts().reindex(counts.index, fill_value=0)
        parts.append(
            pd.DataFrame(
                {
                    "Grouping": grouping,
                    "Group": counts.index,
                    "Cases in the frame": counts.to_numpy(),
                    "Share of the frame": counts.to_numpy() / max(len(frame), 1),
                    "Audits": audits.to_numpy(),
                    "Share of the audits": audits.to_numpy() / max(len(audited), 1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def exclusions_table(plan: AuditPlan) -> pd.DataFrame:
    """Give the funnel from all cases to the frame."""
    funnel = plan.frame.funnel
    ends = {"Population": "All cases of the extract", "Frame": "Cases that could be drawn"}
    return pd.DataFrame(
        {
            "Step": funnel["step"],
            "Reason": _capital(funnel["step"].map(ends).fillna(funnel["reason"])),
            "Cases excluded": funnel["excluded"],
            "Cases remaining": funnel["remaining"],
        }
    )


def reserves_table(plan: AuditPlan) -> pd.DataFrame:
    """Give the reserves of every stratum in the order in which they stand by."""
    reserves = (
        plan.draw.reserves.merge(plan.frame.link, on="case_ref", how="left")
        .merge(plan.frame.cases.drop(columns="stratum"), on="case_ref", how="left")
        .sort_values(["stratum", "rank"], ignore_index=True)
    )
    return pd.DataFrame(
        {
            "Stratum": reserves["stratum"],
            "Order in the stratum": reserves.groupby("stratum").cumcount() + 1,
            "Case number": reserves["child_id"],
            "Team": reserves["team"],
            "Status": reserves["status"],
            "Worker": reserves["worker"],
            "Rank": reserves["rank"],
            "Ticket (start)": reserves["ticket"].str[:_SHORT_TICKET],
            "Case reference": reserves["case_ref"],
        }
    )


def auditors_table(plan: AuditPlan, staff: pd.DataFrame | None) -> pd.DataFrame:
    """Give one row an auditor or moderator: cap, audits and moderations this month."""
    loads, names = plan.assignment.loads, names_of(staff)
    busy = loads["audits"].fillna(0) + loads["moderations"].fillna(0)
    loads = loads.assign(busy=busy).sort_values(["busy", "staff_id"], ascending=[False, True])
    caps = loads["cap"].astype(object).where(loads["cap"].notna(), "No cap of their own")
    return pd.DataFrame(
        {
            "Person": _called(loads["staff_id"], names),
            "Role": loads["role"],
            "Team": _said(loads["team"]),
            "Service": _said(loads["service"]),
            "Cap": caps,
            "Audits": loads["audits"],
            "Moderations": loads["moderations"],
        }
    ).reset_index(drop=True)


def independence_table(plan: AuditPlan) -> pd.DataFrame:
    """Give the rules of independence: how each was held, and what cannot be guaranteed."""
    checks = plan.assignment.checks
    return pd.DataFrame(
        {
            "Rule": checks["rule"],
            "How it was held": checks["held"],
            "What cannot be guaranteed": _said(checks["cannot_be_guaranteed"], "Nothing"),
        }
    )


def quality_table(quality: pd.DataFrame) -> pd.DataFrame:
    """Give the data quality report in words: what stops the run first."""
    words = {"stop": "Stops the run", "mended": "Mended", "note": "For information"}
    ordered = quality.assign(place=quality["severity"].map(list(words).index))
    ordered = ordered.sort_values("place", kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "File": _said(ordered["file"], "All files"),
            "List": ordered["list"],
            "Column": _said(ordered["column"], "Whole list"),
            "Rows": _said(ordered["rows"], "No single row"),
            "What is wrong": _capital(ordered["fault"]),
            "How many": ordered["count"],
            "What was done, or what to do": _capital(ordered["action"]),
            "Kind": ordered["severity"].map(words),
        }
    )


def _called(numbers: pd.Series, names: dict[str, str]) -> pd.Series:
    """Replace staff numbers by what people are called, where that is known."""
    numbers = numbers.astype(object)
    return numbers.map(names).astype(object).fillna(numbers)


def _said(values: pd.Series, otherwise: str = "None") -> pd.Series:
    """Replace blanks by words: an empty cell leaves a reader guessing."""
    blank = values.isna() | (values.astype("str").str.strip() == "")
    return values.astype(object).mask(blank, otherwise)


def _capital(values: pd.Series) -> pd.Series:
    return values.str[:1].str.upper() + values.str[1:]
