"""Disclosure control: a table of counts in, a table that nobody can be found in out.

The Department for Education's rule by default: counts of 1 to 5 are hidden, and so are further
counts from which they could be worked out (secondary suppression), and percentages of hidden
counts. The pattern of hidden counts is the cheapest safe one (``suppression``); before a table
is given back, a program of its own attacks what is printed (``attack``). A table that cannot be
made safe is withheld, never given back unprotected.

What it does not guard against: knowledge from outside (two families who know their own counts),
and readers who reason from the choice of hidden counts itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from qa_sampling.errors import DisclosureError, SchemaError
from qa_sampling.reporting.attack import attack, given_away, key_of
from qa_sampling.reporting.safe_table import (
    _SEAL,
    HIDDEN_MARK,
    NOT_APPLICABLE_MARK,
    TOTAL_OF_COUNT,
    SafeTable,
    require_safe,
)
from qa_sampling.reporting.suppression import hidden_too, hide
from qa_sampling.reporting.table_cells import Grid, Rules, TableCells, cells_of, with_totals

__all__ = ["HIDDEN_MARK", "SafeTable", "attack", "protect", "require_safe"]

_ROUNDS = 12


def protect(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    counts: Sequence[str],
    percentages: Mapping[str, tuple[str, str]] | None = None,
    within: Mapping[str, str] | None = None,
    decisions: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
    total_label: str = "Total",
    population: str = "",
    threshold: int = 6,
    zeros_shown: bool = False,
    known_zeros: Iterable[tuple[str, ...]] = (),
    earlier: Sequence[SafeTable] = (),
    time_limit_s: float = 20.0,
) -> SafeTable:
    """Hide what could identify a child; give a table that may be shared.

    Parameters
    ----------
    table : DataFrame
        One row a combination of the classifications, without totals: these are added here.
        Combinations that are absent count 0.
    by : sequence of str
        Classification columns: one, or two for a two-way table with both margins.
    counts : sequence of str
        Columns of whole numbers of children or cases, none negative or missing.
    percentages : mapping of str to (str, str), optional
        Percentages to print, to one decimal place: name to (numerator, denominator), both
        count columns, or the denominator "total" for the numerator's grand total.
    within : mapping of str to str, optional
        Counts that count some of those of another column ({"audits": "cases"}): a reader knows
        that they are no larger, and can subtract.
    decisions : iterable of str
        Counts that are decisions of ours and not counts of children with a characteristic, such
        as audits planned: shown however small, unless the whole table is withheld. What they
        tell of the other counts is guarded against.
    labels : mapping of str to str, optional
        Column headings people read.
    total_label : str
        Label of the totals; none of the classifications may use it.
    population : str
        Whom the counts count ("open cases, 31 October 2026"). Tables of the same population
        and the same column names are tied to each other.
    threshold : int
        Smallest count shown: 6 hides 1 to 5, 10 hides 1 to 9.
    zeros_shown : bool
        True: zeros are always shown, so a reader knows that a hidden count is at least 1.
        False: a zero may be hidden to protect another count.
    known_zeros : iterable of tuple of str
        Combinations everyone knows to be empty: shown as 0 and of no use for hiding others.
    earlier : sequence of SafeTable
        Tables already given to the same readers: what they show stays shown, what they hide
        stays hidden, and all are attacked together.
    time_limit_s : float
        Seconds for the cheapest pattern; a costlier safe one is taken after that.

    Returns
    -------
    SafeTable
        The protected table; with everything but a safe total hidden, and the reason in
        `withheld`, when no pattern is safe.

    Raises
    ------
    SchemaError
        When columns are missing, counts are not whole, or combinations repeat.
    DisclosureError
        When even the withheld table could be worked out, or contradicts an earlier one.
    """
    rules = Rules(
        by=tuple(by),
        counts=tuple(counts),
        percentages=dict(percentages or {}),
        within=dict(within or {}),
        decisions=frozenset(decisions),
        labels=dict(labels or {}),
        total_label=total_label,
        population=population,
        threshold=threshold,
        zeros_shown=zeros_shown,
        known_zeros=frozenset(tuple(place) for place in known_zeros),
        earlier=tuple(require_safe(one, what="protect(earlier=…)") for one in earlier),
    )
    _check(table, rules)
    grid = with_totals(table, rules)
    return _safest(grid, rules, time_limit_s) or _withhold(grid, rules)


def _safest(grid: Grid, rules: Rules, time_limit_s: float) -> SafeTable | None:
    """Hide, print, attack; hide more while the attack still finds something."""
    tied = cells_of(grid, rules)
    cells = tied.cells
    for _ in range(_ROUNDS):
        hidden = hide(cells, time_limit_s=time_limit_s)
        if hidden is None:
            return None
        made = _print(grid, rules, dict(zip(tied.names, hidden, strict=True)))
        unsafe = _unsafe(made, rules, tied)
        if not unsafe.any():
            return made
        beside = abs(cells.sums).T @ (abs(cells.sums) @ unsafe.astype(float)) > 0
        widened = hidden_too(cells, beside)
        if (widened.state == cells.state).all():
            return None
        cells = widened
    return None


def _check(table: pd.DataFrame, rules: Rules) -> None:
    """Refuse what is no table of counts."""
    if rules.threshold < 2:
        raise SchemaError(
            f"`threshold` must be at least 2; got {rules.threshold}. Give 6 to hide 1 to 5."
        )
    missing = [name for name in (*rules.by, *rules.counts) if name not in table.columns]
    if missing or not rules.by or not rules.counts:
        listed = ", ".join(f"`{name}`" for name in missing) or "`by` or `counts`"
        raise SchemaError(
            f"The table to protect lacks {listed}. It needs at least one classification column "
            "and one count column; name them in `by` and `counts`."
        )
    named = {*rules.within, *rules.within.values(), *rules.decisions}
    named |= {part for pair in rules.percentages.values() for part in pair} - {TOTAL_OF_COUNT}
    if unknown := sorted(named - set(rules.counts)):
        raise SchemaError(
            f"`percentages`, `within` and `decisions` may name only the count columns "
            f"({', '.join(rules.counts)}); got {', '.join(unknown)}."
        )
    if faults := _faults(table, rules):
        raise SchemaError(f"The table cannot be protected: {'; '.join(faults)}.")


def _faults(table: pd.DataFrame, rules: Rules) -> list[str]:
    """Collect what is wrong with the values, without quoting them."""
    faults = []
    for name in rules.counts:
        values = pd.to_numeric(table[name], errors="coerce")
        if values.isna().any() or (values < 0).any() or (values % 1 != 0).any():
            faults.append(f"column `{name}` holds values that are no whole numbers of at least 0")
    classes = table[list(rules.by)]
    if classes.empty:
        faults.append("it has no rows")
    if classes.isna().any(axis=None):
        faults.append('a classification is blank; write a word such as "Not recorded"')
    if classes.astype("str").duplicated().any():
        faults.append("combinations of the classifications repeat; add them up first")
    if (classes.astype("str") == rules.total_label).any(axis=None):
        faults.append(
            f'"{rules.total_label}" stands among the classifications; leave totals out '
            "(they are added), or give another `total_label`"
        )
    if not faults:
        for part, whole in rules.within.items():
            if (table[part] > table[whole]).any():
                faults.append(f"column `{part}` is larger than `{whole}`, which should contain it")
    return faults


def _print(
    grid: Grid, rules: Rules, hidden: Mapping[tuple, bool], *, withheld: str = ""
) -> SafeTable:
    """Put the table as it is printed."""
    total = (rules.total_label,) * len(rules.by)
    rows = []
    for position, place in enumerate(grid.places):
        shown: dict[str, Any] = {
            count: HIDDEN_MARK if hidden[count, place] else int(values[position])
            for count, values in grid.values.items()
        }
        for name, (over, under) in rules.percentages.items():
            if under == TOTAL_OF_COUNT:
                whole = HIDDEN_MARK if hidden[over, total] else int(grid.values[over][-1])
            else:
                whole = shown[under]
            shown[name] = _percentage(shown[over], whole)
        rows.append((*place, *shown.values()))
    return SafeTable(
        by=rules.by,
        counts=rules.counts,
        percentages=rules.percentages,
        within=rules.within,
        rows=tuple(rows),
        labels=rules.labels,
        total_label=rules.total_label,
        population=rules.population,
        threshold=rules.threshold,
        zeros_shown=rules.zeros_shown,
        withheld=withheld,
        hidden=sum(bool(hidden[count, place]) for count in grid.values for place in grid.places),
        decisions=tuple(count for count in rules.counts if count in rules.decisions),
        seal=_SEAL,
    )


def _percentage(over: int | str, under: int | str) -> float | str:
    """Give 100 * over / under to one decimal place, half upwards, from shown counts only."""
    if isinstance(over, str) or isinstance(under, str):
        return HIDDEN_MARK
    if under == 0:
        return NOT_APPLICABLE_MARK
    return (2000 * over + under) // (2 * under) / 10


def _unsafe(made: SafeTable, rules: Rules, tied: TableCells) -> np.ndarray:
    """Attack what is printed; say which cells it says too much about."""
    keys = [key_of(made, count, place) for count, place in tied.names]
    told = given_away(
        (made, *rules.earlier),
        [key for key, guarded in zip(keys, tied.cells.guarded, strict=True) if guarded],
        threshold=rules.threshold,
    )
    return np.array([key in told for key in keys])


def _withhold(grid: Grid, rules: Rules) -> SafeTable:
    """Hide everything, with the grand totals shown where that is safe."""
    reason = (
        "The whole table is withheld: no choice of hidden counts would have kept the counts of "
        f"1 to {rules.threshold - 1} from being worked out."
    )
    total = (rules.total_label,) * len(rules.by)
    tied = cells_of(grid, rules)
    for totals_shown in (True, False):
        hidden = {
            (count, place): not (
                totals_shown and place == total and not 0 < grid.values[count][-1] < rules.threshold
            )
            for count in grid.values
            for place in grid.places
        }
        made = _print(grid, rules, hidden, withheld=reason)
        if not _unsafe(made, rules, tied).any():
            return made
    raise DisclosureError(
        "The table cannot be shared: together with the tables that are already out, even its "
        f"total would tell a count of 1 to {rules.threshold - 1}. Leave it out."
    )
