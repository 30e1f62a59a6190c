"""Measures by groups of children, protected: small groups are hidden from managers too.

The tables stay on the restricted page. Their quarters overlap from one month's page to the next, so
that what one hides could be worked out from several; the tables by quarter that everybody may read
are made for that, these are not. Within one page none gives away what another hides, nor does the
explorer of the same day (``runs.outcomes.group_cells``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.derived import printed
from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.reporting.outcome_tables import quarter_words
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.reporting.table_request import TableRequest
from qa_sampling.trends.breakdown import Breakdown, BrokenDown, cases_a_family, change_of_groups
from qa_sampling.trends.measures import Measure
from qa_sampling.trends.unit_kinds import UNIT_KINDS

HEADS = (
    "By", "Group", "Latest", "Families", "Year before", "Its families", "Change",
    "95% interval",
)  # fmt: skip
_FAMILIES = ("latest_families", "before_families")


@dataclass(frozen=True)
class GroupView:
    """A measure by groups as the restricted page shows it; small groups are hidden.

    Attributes
    ----------
    title, caption : str
        What it is of, and which periods.
    table : DataFrame
        :data:`HEADS`.
    """

    title: str
    caption: str
    table: pd.DataFrame


def broken_down_views(found: Sequence[BrokenDown]) -> tuple[GroupView, ...]:
    """Give each measure by groups, protected, as people read it.

    Parameters
    ----------
    found : sequence of BrokenDown
        The measures.
    """
    made = []
    for one in found:
        tables = protect_breakdowns(one.measure, one.parts)
        needs = "; ".join(f"{kind.title.lower()} ({kind.needs})" for kind in one.lacking)
        lacking = f"Not known here, it would need: {needs}." if needs else ""
        caption = breakdown_caption(one.parts, tables, lacking=lacking)
        table = breakdown_view(one.measure, one.parts, tables)
        made.append(GroupView(f"{one.measure.title}, by group", caption, table))
    return tuple(made)


def groups_sheet(views: Sequence[GroupView]) -> pd.DataFrame:
    """Give the same as one table, for a workbook.

    Parameters
    ----------
    views : sequence of GroupView
        What :func:`broken_down_views` made.

    Returns
    -------
    DataFrame
        `Measure`, :data:`HEADS` and `Of which periods`.
    """
    parts = [
        one.table.assign(**{"Of which periods": one.caption}).assign(
            Measure=one.title.removesuffix(", by group")
        )
        for one in views
    ]
    heads = ["Measure", *HEADS, "Of which periods"]
    return pd.concat(parts, ignore_index=True)[heads] if parts else pd.DataFrame(columns=heads)


def protect_breakdowns(measure: Measure, parts: Mapping[str, Breakdown]) -> dict[str, SafeTable]:
    """Hide the small groups of one measure, so that its tables together give none away.

    Parameters
    ----------
    measure : Measure
        What is counted.
    parts : mapping of str to Breakdown
        By kind of unit.

    Returns
    -------
    dict of str to SafeTable
        By kind of unit: `latest` and `before`, each with what it is of (`latest_of`) and its
        families (`latest_families_` and the kind) where these are known.
    """
    requests = [_request(measure, kind, one) for kind, one in parts.items()]
    return dict(zip(parts, protect_linked(requests), strict=True))


def _request(measure: Measure, kind: str, one: Breakdown) -> TableRequest:
    """Give one kind of unit, its families in columns of its own: those of groups overlap."""
    table = one.table.rename(columns={"unit": kind})
    names, within = [], {}
    for when in ("latest", "before") if one.before else ("latest",):
        below, families = f"{when}_of", f"{when}_families"
        if table[below].notna().any():
            names.append(below)
            within[when] = below
        names.append(when)
        if table[families].notna().any():
            own = f"{families}_{kind}"
            table = table.rename(columns={families: own})
            names.append(own)
            within[own] = when
    counts = table[names].fillna(0).astype("int64")
    return request_of(
        counts.assign(**{kind: table[kind]})[[kind, *names]],
        by=[kind],
        counts=names,
        within=within,
        population=f"{measure.name}, {one.latest:%Y-%m-%d}",
    )


def breakdown_view(
    measure: Measure, parts: Mapping[str, Breakdown], tables: Mapping[str, SafeTable]
) -> pd.DataFrame:
    """Give a measure's tables as one, as people read it, from printed numbers alone.

    Parameters
    ----------
    measure : Measure
        What is counted.
    parts : mapping of str to Breakdown
        Give the periods alone.
    tables : mapping of str to SafeTable
        What :func:`protect_breakdowns` made.

    Returns
    -------
    DataFrame
        :data:`HEADS`; what is hidden has the mark of hidden counts, and no change.
    """
    rows: list[tuple[str, ...]] = []
    for kind, table in tables.items():
        rows += _rows_of(measure, kind, parts[kind], table)
    return pd.DataFrame(rows, columns=list(HEADS))


def _rows_of(
    measure: Measure, kind: str, one: Breakdown, table: SafeTable
) -> list[tuple[str, ...]]:
    """Give the rows of one kind of unit; groups of which nothing is shown are one row."""
    title, nothing = UNIT_KINDS[kind].title, [HIDDEN_MARK] * 4 + ["–", "–"]
    if table.withheld:
        return [(title, "All groups", *nothing)]
    frame, body = _plain(printed(table), kind), table.body
    shares = measure.kind == "proportion"
    changes = change_of_groups(
        frame, shares=shares, quarters=len(one.before), apart=not one.on_a_day
    )
    rows, hidden = [], []
    for place, label in enumerate(body[kind]):
        cells = body.iloc[place]
        if not frame.iloc[place].fillna(0).any():
            hidden.append(str(label))
            continue
        shown = [
            text
            for when in ("latest", "before")
            for text in (_cell(cells, when), _families(cells, when, kind))
        ]
        said = _said(changes.iloc[place], share=shares)
        rows.append((title, str(label), *shown, *said))
    if hidden:
        rows.append((title, ", ".join(hidden), *nothing))
    return rows


def breakdown_caption(
    parts: Mapping[str, Breakdown], tables: Mapping[str, SafeTable], *, lacking: str = ""
) -> str:
    """Say the periods, what was hidden and how the intervals allow for families.

    Parameters
    ----------
    parts : mapping of str to Breakdown
        Give the periods.
    tables : mapping of str to SafeTable
        Give how many cases a family has.
    lacking : str
        Kinds of unit that cannot be told, in words.
    """
    one = next(iter(parts.values()))
    words = [_periods(one)]
    per = max(cases_a_family(_plain(printed(table), kind)) for kind, table in tables.items())
    if not one.on_a_day and any(_known(table) for table in tables.values()):
        words.append(
            f"Intervals allow for brothers and sisters: up to {per:.1f} cases a family. A family "
            "with children in two groups counts in both."
        )
    words.append(f"{HIDDEN_MARK}: 1 to 5, or what would give such a count away, or none.")
    return " ".join([*words, lacking]).strip()


def _periods(one: Breakdown) -> str:
    """Say which periods are set beside each other."""
    if one.on_a_day:
        then = (one.end - pd.DateOffset(years=1)) + pd.offsets.MonthEnd(0)
        beside = f", beside {then:%d %B %Y}" if one.before else ""
        same = " Mostly the same children, so no interval." if one.before else ""
        return f"On {one.end:%d %B %Y}{beside}.{same}"
    latest = quarter_words(one.latest)
    if not one.before:
        return f"{latest}; the 12 months before are not whole on record."
    return f"{latest}, beside the four quarters before; counts change by their pace a quarter."


def _known(table: SafeTable) -> bool:
    return any("_families_" in name for name in table.counts)


def _plain(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Give the families their plain names again."""
    return frame.rename(columns={f"{name}_{kind}": name for name in _FAMILIES}).reindex(
        columns=["latest", "latest_of", "latest_families", "before", "before_of",
                 "before_families"]
    )  # fmt: skip


def _cell(cells: pd.Series, when: str) -> str:
    if when not in cells:
        return "–"
    above = _number(cells[when])
    if f"{when}_of" not in cells:
        return above
    below = cells[f"{when}_of"]
    told = isinstance(cells[when], int) and isinstance(below, int) and below
    return f"{above} of {_number(below)}" + (
        f" ({percent_text(cells[when] / below)})" if told else ""
    )


def _families(cells: pd.Series, when: str, kind: str) -> str:
    name = f"{when}_families_{kind}"
    return _number(cells[name]) if name in cells else "–"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _said(change: pd.Series, *, share: bool) -> tuple[str, str]:
    """Say a change and its interval in its unit: of shares in points, of counts in per cent."""
    unit = " points" if share else "%"
    moved, low, high = (
        "" if pd.isna(one) else f"{100 * one:+.0f}".replace("-", "\N{MINUS SIGN}")
        for one in change[["change", "low", "high"]]
    )
    return f"{moved}{unit}" if moved else "–", f"{low} to {high}" if low else "–"
