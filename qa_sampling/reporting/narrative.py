"""Sentences from templates, numbers from results: what a page says in words.

Counts of children in a sentence follow the same rule as counts in a table: 1 to 5 become "fewer
than 6", and what a SafeTable hides stays hidden. Every chart has a function here that says in
words what it shows (its alt text), from the same table as the chart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from qa_sampling.reporting.dates import day_in_words
from qa_sampling.reporting.plan_tables import ELIGIBLE, PlanTables
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable
from qa_sampling.reporting.words import NOTHING_SAID, Told, Words, _told, say

_FOLLOWS_WITHIN_POINTS = 5.0


def plan_findings(tables: PlanTables, *, due: date, as_at: date) -> Words:
    """Say what the month's plan is: how many cases, of whom, by whom.

    Parameters
    ----------
    tables : PlanTables
        The plan's protected tables.
    due : date
        Day the audits are due.
    as_at : date
        Day the extract describes.
    """
    coverage = tables.coverage
    dates = {"as_at": day_in_words(as_at), "due": day_in_words(due)}
    audits, cases = cell(coverage, "audits"), cell(coverage, "cases")
    if cases.hidden:
        words = say(
            "Cases open on {as_at} will be audited by {due}; there are too few to say how many.",
            **dates,
        )
    elif audits.hidden:
        words = say(
            "Some of the {cases:eligible case|eligible cases} open on {as_at} will be audited by "
            "{due}; it cannot be said how many.",
            cases=cases,
            **dates,
        )
    else:
        words = say(
            "{audits} of the {cases:eligible case|eligible cases} open on {as_at} will be "
            "audited by {due}.",
            audits=audits,
            cases=cases,
            **dates,
        )
    words += _largest(tables.by_main)
    words += _out_of_scope(tables.funnel)
    if not tables.auditors:
        return words + say("Auditors are still to be named.")
    if audits.hidden:
        return words + say("Auditors have been named.")
    if HIDDEN_MARK in set(tables.by_role.frame["audits"]):
        words += say("{people:auditor|auditors} take part.", people=declared(tables.auditors))
    else:
        words += say(
            "{people:auditor|auditors} take part; nobody has more than {most:audit|audits}.",
            people=declared(tables.auditors),
            most=declared(tables.most_audits),
        )
    if tables.moderated:
        words += say(
            "{moderated:audit|audits} will be read by a moderator as well, chosen at random.",
            moderated=declared(tables.moderated),
        )
    return words


def _plain(number: int, one: str, many: str) -> str:
    """Say a number of staff or of tasks, which identifies no child."""
    return f"{number:,} {one if number == 1 else many}"


def _largest(table: SafeTable) -> Words:
    """Say which class holds the most cases, if any is shown."""
    cases = table.numbers("cases")
    if cases.isna().all():
        return NOTHING_SAID
    label = str(table.body.loc[cases.fillna(-1).astype(float).idxmax(), table.by[0]])
    return say(
        "The largest group shown is “{label}”: {cases:case|cases}, {audits:audit|audits}.",
        about=table,
        label=label,
        cases=cell(table, "cases", label),
        audits=cell(table, "audits", label),
    )


def _out_of_scope(funnel: SafeTable) -> Words:
    """Say how many cases cannot be drawn, and the commonest reason shown."""
    rows = funnel.body
    whole, kept = funnel.totals["cases"], rows.set_index("reason").loc[ELIGIBLE, "cases"]
    if HIDDEN_MARK in (whole, kept):
        return NOTHING_SAID
    excluded = rows[rows["reason"] != ELIGIBLE]
    shown = excluded[[isinstance(value, int) and value > 0 for value in excluded["cases"]]]
    if excluded.empty:
        return say("{kept:case|cases} can be drawn.", kept=cell(funnel, "cases", ELIGIBLE))
    words = say(
        "Of {whole:case|cases} in the extract, {kept} can be drawn.",
        whole=cell(funnel, "cases"),
        kept=cell(funnel, "cases", ELIGIBLE),
    )
    if shown.empty:
        return words
    reason = str(shown.loc[shown["cases"].astype(int).idxmax(), "reason"])
    return words + say(
        "The commonest reason why a case cannot be drawn is “{reason}”: {cases:case|cases}.",
        about=funnel,
        reason=reason,
        cases=cell(funnel, "cases", reason),
    )


def allocation_heading(table: SafeTable) -> Told:
    """Say in a few words whether audits follow the caseload, from the shares that are shown."""
    cases, audits = (table.numbers(name) for name in ("share_of_cases", "share_of_audits"))
    gap = (audits - cases).dropna()
    if gap.empty:
        return _told(table, f"Cases and audits by {_spoken(table.by[0])}")
    furthest = gap.abs().idxmax()
    if abs(gap[furthest]) < _FOLLOWS_WITHIN_POINTS:
        return _told(table, f"Audits follow the caseload by {_spoken(table.by[0])}")
    label = table.body.loc[furthest, table.by[0]]
    way = "more" if gap[furthest] > 0 else "less"
    return _told(table, f"“{label}” is audited {way} than its share of cases")


def audited_rows_heading(table: SafeTable) -> Told:
    """Say in a few words how many classes, such as teams, have an audit, if the table tells.

    Where zeros may be hidden, "every team has an audit" would tell more than the table: that no
    hidden count is a zero. Then nothing is said.

    Parameters
    ----------
    table : SafeTable
        One classification with `audits`, such as ``PlanTables.by_row``.
    """
    what = _spoken(table.by[0])
    audits = table.body["audits"]
    if table.withheld or (HIDDEN_MARK in set(audits) and not table.zeros_shown):
        return _told(table, f"Cases and audits by {what}")
    some, whole = int((audits != 0).sum()), len(audits)
    if some == whole:
        return _told(table, f"Every {what} that has cases has at least one audit")
    return _told(table, f"{some} of {whole} {_plural(what)} that have cases have an audit")


def allocation_alt(table: SafeTable | pd.DataFrame) -> Told:
    """Say what the allocation chart shows: each class's share of cases and of audits."""
    label, rows = _body(table)
    parts = [
        f"{row[label]}: {_share(row['share_of_cases'])} of cases, "
        f"{_share(row['share_of_audits'])} of audits"
        for _, row in rows.iterrows()
    ]
    said = (
        f"Dot chart of the shares of cases and of audits by {_spoken(label)}. {'; '.join(parts)}."
    )
    return _told(table, said)


def coverage_alt(table: SafeTable | pd.DataFrame) -> Told:
    """Say what the coverage map shows: its size, its extremes and what is hidden."""
    down, across = table.by if isinstance(table, SafeTable) else tuple(table.columns[:2])
    _, rows = _body(table)
    sizes = (rows[down].nunique(), rows[across].nunique())
    shown = rows[[isinstance(value, int) for value in _plain_values(rows["cases"])]]
    some = shown[[int(value) > 0 for value in shown["cases"]]]
    words = (
        f"Map of {sizes[0]} {_spoken(down)} rows by {sizes[1]} {_spoken(across)} columns: "
        "cases as shades, "
        "audits as diamonds. "
    )
    if len(some):
        most = some.loc[some["cases"].astype(int).idxmax()]
        words += f"Most cases: {most[down]}, {most[across]} ({int(most['cases']):,}). "
    hidden = len(rows) - len(shown)
    words += f"{hidden} of {len(rows)} cells hidden. " if hidden else ""
    return _told(table, words + "All numbers are in the table below.")


def funnel_alt(table: SafeTable | pd.DataFrame) -> Told:
    """Say what the funnel chart shows: each reason with its count, and what can be drawn."""
    label, rows = _body(table)
    parts = [f"{row[label]}: {_number(row['cases'])}" for _, row in rows.iterrows()]
    return _told(table, f"Bar chart of cases from the extract to the frame. {'; '.join(parts)}.")


def bar_alt(table: SafeTable, *, names: Mapping[str, str] | None = None) -> Told:
    """Say what a bar chart of a table with one classification shows.

    Parameters
    ----------
    table : SafeTable
        The table; its first count is drawn.
    names : mapping of str to str, optional
        What people read instead of a label, as for ``plots.bar_chart``.
    """
    known, count = names or {}, table.counts[0]
    label, rows = _body(table)
    parts = [f"{known.get(row[label], row[label])}: {_number(row[count])}"
             for _, row in rows.iterrows()]  # fmt: skip
    what = f"{table.heading(count).lower()} by {table.heading(label).lower()}"
    return _told(table, f"Bar chart of {what}. {'; '.join(parts)}.")


def load_alt(loads: SafeTable | pd.DataFrame) -> Told:
    """Say what the load chart shows: audits by auditor role."""
    if isinstance(loads, SafeTable):
        label, rows = _body(loads)
        parts = [f"{row[label]}: {_number(row['audits'])}" for _, row in rows.iterrows()]
        return _told(loads, f"Bar chart of audits by role of the auditor. {'; '.join(parts)}.")
    parts = []
    for role, people in loads.groupby("role", sort=False):
        low, high = people["audits"].min(), people["audits"].max()
        span = f"{low}" if low == high else f"{low} to {high}"
        parts.append(f"{role}: {_plain(len(people), 'person', 'people')}, {span} audits each")
    return _told(loads, f"Dot chart of audits for each auditor by role. {'; '.join(parts)}.")


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _plural(word: str) -> str:
    if word.endswith("s"):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _body(table: SafeTable | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    if isinstance(table, SafeTable):
        return table.by[0], table.body
    return str(table.columns[0]), table


def _plain_values(values: Iterable) -> list:
    return [value if isinstance(value, str) else int(value) for value in values]


def _number(value: int | str) -> str:
    return "hidden" if value == HIDDEN_MARK else f"{int(value):,}"


def _share(value: float | str) -> str:
    return "hidden" if isinstance(value, str) else f"{value:.1f}%"
