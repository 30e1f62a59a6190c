"""How often counts of 1 to 5 can be recovered: rules by hand, ours, and a ledger of releases.

    python benchmarks/disclosure_attacks.py [TABLES] [SERIES] [GROUPS]

Random two-way tables of small counts are protected in three ways and attacked; then series of
three months are released with their year to date, each release by itself or against the ledger
of those before it; then groups of children are shown by quarter in the explorer and on page 50,
each by itself or together. All invented; seed 2026. docs/disclosure.md holds a run of it.
"""

from __future__ import annotations

import sys
import time
from itertools import product

import numpy as np
import pandas as pd

from qa_sampling.reporting.attack import intervals, key_of
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable
from qa_sampling.reporting.table_grid import blank_table, with_totals
from qa_sampling.reporting.table_request import request_of
from qa_sampling.runs.outcomes.group_cells import printed_on_the_page, protected_groups
from qa_sampling.trends.breakdown import BrokenDown, breakdown_of
from qa_sampling.trends.measured import READINGS
from qa_sampling.trends.measures import MEASURES

BY = {"by": ["team", "status"], "counts": ["n"]}
MONTHS = ["2026-04", "2026-05", "2026-06"]
THRESHOLD = 6


def two_way(values: np.ndarray) -> pd.DataFrame:
    """Give an array as a table of teams by statuses."""
    places = product(range(values.shape[0]), range(values.shape[1]))
    rows = [(f"Team {i}", f"Status {j}", int(values[i, j])) for i, j in places]
    return pd.DataFrame(rows, columns=["team", "status", "n"])


def by_hand(values: np.ndarray, *, further: bool) -> PrintedTable:
    """Hide counts of 1 to 5; `further`: one more, the smallest, in each line with one hidden."""
    request = request_of(two_way(values), **BY)
    grid = with_totals(request)
    size = [len(dict.fromkeys(place[axis] for place in grid.places)) for axis in (0, 1)]
    whole = grid.values["n"].reshape(size)
    hidden = (whole > 0) & (whole < THRESHOLD)
    for _ in range(9 if further else 0):
        for axis in (0, 1):
            for line in np.flatnonzero(hidden.sum(axis=1 - axis) == 1):
                place = (line, slice(None)) if axis == 0 else (slice(None), line)
                open_ = np.where(hidden[place], np.inf, whole[place])[:-1]
                if np.isfinite(open_).any():
                    hidden[place][int(open_.argmin())] = True
    plain = blank_table(request, grid)
    rows = tuple(
        (*place, HIDDEN_MARK if hide else int(value))
        for place, hide, value in zip(grid.places, hidden.ravel(), whole.ravel(), strict=True)
    )
    fields = {name: getattr(plain, name) for name in PrintedTable.__dataclass_fields__}
    return PrintedTable(**(fields | {"rows": rows}))


def told(*tables: PrintedTable) -> tuple[int, int, int]:
    """Give hidden counts, those recovered exactly, and those known to lie below the threshold."""
    hidden = {
        key_of(table, "n", row) for table in tables for row in table.rows if row[2] == HIDDEN_MARK
    }
    found = intervals(tables)
    spans = [found[key] for key in hidden if key in found]
    exact = sum(low == high for low, high in spans)
    return len(hidden), exact, sum(0 < high < THRESHOLD for _, high in spans)


def attack_tables(number: int, rng: np.random.Generator) -> None:
    """Protect and attack random tables; print a line a rule."""
    results: dict[str, list[tuple[int, int, int, float]]] = {}
    for _ in range(number):
        shape = (int(rng.integers(3, 8)), int(rng.integers(3, 5)))
        values = rng.poisson(rng.gamma(0.8, 10, shape))
        ways = {
            "counts of 1 to 5 only": lambda v=values: by_hand(v, further=False),
            "and one more in each line": lambda v=values: by_hand(v, further=True),
            "ours": lambda v=values: protect(two_way(v), **BY),
        }
        for name, make in ways.items():
            start = time.perf_counter()
            table = make()
            took = time.perf_counter() - start
            results.setdefault(name, []).append((*told(table), took))
    print(f"{number} random tables, 3 to 7 teams by 3 or 4 statuses:")
    for name, rows in results.items():
        hidden, exact, below, took = (np.array(column) for column in zip(*rows, strict=True))
        print(
            f"  {name:28} hidden {hidden.sum():5}  tables with a count recovered "
            f"{(exact > 0).sum():4}  with one known to be below 6 {(below > 0).sum():4}  "
            f"median {np.median(took):.3f} s"
        )


def attack_series(number: int, rng: np.random.Generator) -> None:
    """Release three months and their years to date, with and without the ledger."""
    print(f"{number} series of three months with their years to date:")
    all_series = [[rng.poisson(rng.gamma(0.8, 8, (4, 3))) for _ in MONTHS] for _ in range(number)]
    for ledger in (False, True):
        exact, hidden, start = 0, 0, time.perf_counter()
        for series in all_series:
            out: list[PrintedTable] = []
            for at in range(len(MONTHS)):
                so_far = sum(series[: at + 1])
                for values, months in ((series[at], [MONTHS[at]]), (so_far, MONTHS[: at + 1])):
                    if at or not out:
                        kept = {"over": {"month": months}, "earlier": out if ledger else []}
                        out.append(protect(two_way(values), **BY, population="audits", **kept))
            result = told(*out)
            hidden, exact = hidden + result[0], exact + bool(result[1])
        print(
            f"  {'with' if ledger else 'without'} the ledger: a count recovered in {exact} of "
            f"{number}; hidden in all {hidden}; {time.perf_counter() - start:.0f} s"
        )


QUARTERS = pd.date_range("2025-01-01", periods=5, freq="QS")


def by_quarter(counts: np.ndarray) -> pd.DataFrame:
    """Give counts of groups (rows) by quarter (columns) as readings of referrals by gender."""
    rows = [
        (f"Group {group}", QUARTERS[quarter], int(count))
        for (group, quarter), count in np.ndenumerate(counts)
    ]
    table = pd.DataFrame(rows, columns=["unit", "start", "numerator"])
    unknown = ("families", "pending", "unknown")
    table = table.assign(
        measure="referrals", unit_kind="gender", kind="count", days=90, adds=True, note="",
        carries_over=False, mature=True, value=table["numerator"], children=table["numerator"],
        denominator=np.nan, **dict.fromkeys(unknown, pd.NA),
    )  # fmt: skip
    return table[READINGS.names].astype(READINGS.empty().dtypes.to_dict())


def as_shown(shown: pd.DataFrame, counts: np.ndarray, form: PrintedTable) -> list[PrintedTable]:
    """Give what the explorer shows of each quarter, with everybody's figure, as it is printed."""
    fields = {name: getattr(form, name) for name in PrintedTable.__dataclass_fields__}
    made = []
    for place, day in enumerate(QUARTERS):
        rows = shown[shown["start"] == day]
        told = [
            (unit, HIDDEN_MARK if hide else int(number))
            for unit, hide, number in zip(
                rows["unit"], rows["hidden"], counts[:, place], strict=True
            )
        ]
        told.append((form.total_label, int(counts[:, place].sum())))
        own = {"rows": tuple(told), "over": {"quarter": (f"{day:%Y-%m-%d}",)}}
        made.append(PrintedTable(**(fields | own)))
    return made


def attack_groups(number: int, rng: np.random.Generator) -> None:
    """Show groups by quarter in the explorer and on the page, each alone or together."""
    print(f"{number} measures by 5 groups and quarter, in the explorer and on page 50:")
    worlds = [rng.poisson(rng.gamma(1.5, 10, (5, 1)), (5, 5)) for _ in range(number)]
    for together in (False, True):
        hidden = exact = below = worlds_told = 0
        for counts in worlds:
            readings = by_quarter(counts)
            parts = {"gender": breakdown_of(readings)}
            page = printed_on_the_page(BrokenDown(MEASURES["referrals"], parts, ()))["gender"]
            shown = protected_groups(readings, page if together else ())
            tables = as_shown(shown, counts, page[0])
            found = intervals([*tables, *page])
            small = [
                found[key_of(table, "above", row)]
                for place, table in enumerate(tables)
                for row, count in zip(table.rows, counts[:, place], strict=False)
                if row[1] == HIDDEN_MARK and 0 < count < THRESHOLD
            ]
            told_now = sum(low == high for low, high in small)
            hidden, exact = hidden + len(small), exact + told_now
            below += sum(high < THRESHOLD for _, high in small)
            worlds_told += told_now > 0
        print(
            f"  {'together' if together else 'each alone'}: {exact} of {hidden} small counts "
            f"worked out, in {worlds_told} of {number} measures; {below} known to be below "
            f"{THRESHOLD}"
        )


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]] or [120, 25, 40]
    attack_tables(numbers[0], np.random.default_rng(2026))
    attack_series(numbers[min(1, len(numbers) - 1)], np.random.default_rng(2026))
    attack_groups(numbers[-1], np.random.default_rng(2026))
