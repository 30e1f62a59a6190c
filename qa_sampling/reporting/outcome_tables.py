"""The tables of outcomes that everybody may read: counts by finished quarter, protected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qa_sampling.reporting.dates import period_in_words
from qa_sampling.reporting.derived import Derived, derive
from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions, told_before
from qa_sampling.reporting.outcome_families import KNOWN, NESTED, Family, families_of, known_of
from qa_sampling.reporting.quantities import DeclaredText, declared
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.table_request import TableRequest, altered
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.results import ControlChart
from qa_sampling.trends.measures import MEASURES, Measure

QUARTER = "quarter"
_FEWEST_IN_A_LINE = 2


@dataclass(frozen=True)
class OutcomeTables:
    """The protected tables.

    Attributes
    ----------
    families : tuple of Family
        What each table is of.
    tables : tuple of SafeTable
        One a family, by quarter.
    """

    families: tuple[Family, ...]
    tables: tuple[SafeTable, ...]

    def by_title(self) -> dict[str, SafeTable]:
        """Give the tables by the titles they are shared under."""
        return {shared.title: shared.table for shared in self.shared("")}

    def shared(self, span: str) -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions, in the order to read them.

        Parameters
        ----------
        span : str
            The quarters in words, for a table that shows none; blank for no captions.
        """
        return tuple(
            SharedTable(
                table,
                declared(f"{family.title} by quarter"),
                declared(
                    f"{family.title}, {span_of_table(table) or span}" if span else family.title
                ),
            )
            for family, table in zip(self.families, self.tables, strict=True)
        )


def protect_outcomes(
    readings: pd.DataFrame,
    measures: Sequence[Measure],
    *,
    quarters: Sequence[str],
    edition: str,
    earlier: Sequence[PrintedTable] = (),
) -> OutcomeTables:
    """Protect the counts of everybody by quarter, a table a family of measures.

    Later extracts change the counts of earlier quarters, because events are recorded late. So
    each extract is an edition of its own, protected against the editions before in every quarter
    in which both can be true. What an edition hid of a quarter no later one shows, and what one
    showed hides nothing else.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of everybody, by quarter.
    measures : sequence of Measure
        What was counted.
    quarters : sequence of str
        First days of the quarters to show, as "2026-04-01", in order.
    edition : str
        What tells this extract from others.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures of the same edition contradict what was released.
    """
    families = families_of(measures)
    made: list[SafeTable] = []
    kept: list[Family] = []
    for family in families:
        request = _request(readings, family, quarters, edition)
        if request is None:
            continue
        about = {"series": series_of(family)}
        known = tied_editions([request], earlier, edition=edition, along=QUARTER, **about)
        request = altered(request, told_before=told_before(earlier, **about))
        made += protect_linked([request], earlier=known)
        kept.append(family)
    return OutcomeTables(tuple(kept), tuple(made))


def series_of(family: Family) -> str:
    """Name the series of tables of a family of measures.

    Parameters
    ----------
    family : Family
        The family.
    """
    return f"outcomes, {family.whole}"


def _request(
    readings: pd.DataFrame, family: Family, quarters: Sequence[str], edition: str
) -> TableRequest | None:
    """Give the table of one family, of the latest quarters that the extracts hold; None of none.

    A measure whose follow-up is not over in every quarter is left out: its figures can change.
    Where a measure is not known of all cases, those of whom it is stand beside it: its share is
    of these.
    """
    days = pd.DatetimeIndex(list(quarters))
    final = readings[readings["mature"]]
    wide = final.pivot(index="start", columns="measure", values="numerator").reindex(days)
    if family.whole not in wide or pd.isna(wide[family.whole].iloc[-1]):
        return None
    days = days[wide[family.whole].notna()[::-1].cummin()[::-1]]
    wide = wide.loc[days]
    names = [family.whole, *(one.name for one in family.parts)]
    names = [name for name in names if name in wide and not wide[name].isna().any()]
    table = wide[names].astype("int64").reset_index(drop=True)
    wholes = dict.fromkeys(names[1:], family.whole)
    out_of = final.pivot(index="start", columns="measure", values="denominator").reindex(days)
    for name in names[1:]:
        known = out_of[name].astype("int64").reset_index(drop=True)
        if (known != table[family.whole]).any():
            wholes[name] = known_of(name)
            table[known_of(name)] = known
    table.insert(0, QUARTER, [quarter_words(day) for day in days])
    counts = [one for name in names for one in _beside(name, wholes)]
    nested = [(part, one) for part, one in NESTED if part in names and one in names]
    return request_of(
        table[[QUARTER, *counts]],
        by=[QUARTER],
        counts=counts,
        within=wholes | {one: family.whole for one in wholes.values() if one != family.whole},
        exclusive={one: [[part]] for part, one in nested},
        percentages={f"share_{name}": (name, whole) for name, whole in wholes.items()},
        labels={QUARTER: "Quarter"} | {one: _heading(one) for one in counts}
        | {f"share_{name}": declared(f"Per cent: {_lower(_title(name))}") for name in wholes},
        growing=[QUARTER],
        population=population_of_edition(series_of(family), edition),
    )  # fmt: skip


def _beside(name: str, wholes: dict[str, str]) -> list[str]:
    """Give a count, after the one it is counted from where that is not the whole."""
    return [wholes[name], name] if wholes.get(name) == known_of(name) else [name]


def _heading(name: str) -> DeclaredText:
    if name.startswith(KNOWN):
        return declared(f"{_title(name.removeprefix(KNOWN))}: known of")
    return declared(_title(name))


def _title(name: str) -> str:
    return MEASURES[name].title


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if not title[:2].isupper() else title


def span_of_table(table: PrintedTable) -> str:
    """Say the quarters of a table in words; blank where it shows none.

    Parameters
    ----------
    table : PrintedTable
        A table by quarter.
    """
    if QUARTER not in table.by or table.body.empty:
        return ""
    days = [_first_day(words) for words in table.body[QUARTER].iloc[[0, -1]]]
    last = days[1] + pd.DateOffset(months=3) - pd.Timedelta(days=1)
    return period_in_words(days[0].date(), last.date())


def _first_day(words: str) -> pd.Timestamp:
    return pd.to_datetime("01 " + words.partition(" to ")[0] + " " + words[-4:], format="%d %b %Y")


def quarter_words(day: pd.Timestamp) -> str:
    """Say a quarter: "Apr to Jun 2026".

    Parameters
    ----------
    day : Timestamp
        Its first day.
    """
    last = day + pd.DateOffset(months=2)
    return f"{day:%b} to {last:%b %Y}"


def titled(name: str) -> DeclaredText:
    """Give the title of a measure, as a chart for everybody takes it.

    Parameters
    ----------
    name : str
        Name of the measure.
    """
    return declared(f"{MEASURES[name].title}, by quarter")


def charted(tables: OutcomeTables, name: str) -> Derived | None:
    """Give a measure of the tables as a line by quarter, from printed numbers alone.

    Parameters
    ----------
    tables : OutcomeTables
        The protected tables.
    name : str
        Name of the measure.

    Returns
    -------
    Derived or None
        A share where the measure is one; None when no table shows it in two quarters or more.
    """
    table = table_to_chart(tables, name)
    if table is None:
        return None
    return derive(table, quarters_charted, **column_of(table, name))


def table_to_chart(tables: OutcomeTables, name: str) -> SafeTable | None:
    """Give the table of a measure that makes a line: one quarter, or none, is read in the table.

    Parameters
    ----------
    tables : OutcomeTables
        The protected tables.
    name : str
        Name of the measure.
    """
    table = table_of(tables, name)
    if table is None:
        return None
    shown = table.numbers(column_of(table, name)["column"]).notna()
    return table if shown.sum() >= _FEWEST_IN_A_LINE else None


def table_of(tables: OutcomeTables, name: str) -> SafeTable | None:
    """Give the table that shows a measure by quarter; None when none does.

    Parameters
    ----------
    tables : OutcomeTables
        The protected tables.
    name : str
        Name of the measure.
    """
    for table in tables.tables:
        if not table.withheld and QUARTER in table.by and name in table.counts:
            return table
    return None


def column_of(table: SafeTable, name: str) -> dict[str, Any]:
    """Say which column of a table by quarter is charted, and how to read it.

    Parameters
    ----------
    table : SafeTable
        What :func:`table_of` gave.
    name : str
        Name of the measure.
    """
    measure, share = MEASURES[name], f"share_{name}" in table.columns
    return {
        "column": declared(f"share_{name}" if share else name),
        "share": share,
        "better": measure.better,
        "measure": declared(measure.title),
    }


def quarters_charted(
    frame: pd.DataFrame, *, column: str, share: bool, better: str, measure: str
) -> ControlChart:
    """Give a column of a table by quarter as a line without limits, from its printed numbers.

    Parameters
    ----------
    frame : DataFrame
        What ``derived.printed`` gives: `quarter` and numbers, missing where hidden.
    column : str
        The column.
    share : bool
        Whether it is a percentage.
    better : {"up", "down", ""}
        Which way is better.
    measure : str
        Its name in words.
    """
    rows = quarters_printed(frame, column=column, share=share)
    rows = rows.assign(centre=float("nan"), low=float("nan"), high=float("nan"))
    return ControlChart(
        rows, chart="line", frequency="quarter", better=better, measure=measure,
        unit="share" if share else "count",
    )  # fmt: skip


def quarters_printed(frame: pd.DataFrame, *, column: str, share: bool) -> pd.DataFrame:
    """Give a column of a table by quarter as a series of printed numbers.

    Parameters
    ----------
    frame, column, share
        As for :func:`quarters_charted`.

    Returns
    -------
    DataFrame
        `period` (first day), `value` (missing where hidden), `hidden`.
    """
    starts = pd.to_datetime([_first_day(words) for words in frame[QUARTER]])
    value = frame[column] / 100 if share else frame[column]
    return pd.DataFrame({"period": starts, "value": value, "hidden": value.isna()})
