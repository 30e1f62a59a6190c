"""The sums of a table, and what rounding tells: shared facts, not shared reasoning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product

from qa_sampling.reporting.table_keys import Key, Named, key_of


def lines_of(table: Named, labels: list[list[str]] | None = None) -> Iterator[dict[Key, float]]:
    """Give every sum of a table: 1 at each part, -1 at the total, by name of the cell.

    Parameters
    ----------
    table : PrintedTable or TableRequest
        The table, with `counts` and `subtotals`.
    labels : list of list of str, optional
        Labels of each classification without the total; read from `rows` by default.
    """
    if labels is None:
        labels = [
            list(dict.fromkeys(row[axis] for row in table.rows if row[axis] != table.total_label))
            for axis in range(len(table.by))
        ]
    for axis, name in enumerate(table.by):
        others = [
            [""] if other == axis else [*known, table.total_label]
            for other, known in enumerate(labels)
        ]
        for whole, parts in _families(table, name, labels[axis]):
            for place in product(*others):
                for count in table.counts:
                    line = _line(table, count, place, axis, whole, parts)
                    if len(line) > 1:  # a subtotal of one label is that label, by the same name
                        yield line


def _line(
    table: Named, count: str, place: tuple, axis: int, whole: str, parts: list[str]
) -> dict[Key, float]:
    def at(label: str) -> Key:
        return key_of(table, count, (*place[:axis], label, *place[axis + 1 :]))

    return {at(part): 1.0 for part in parts} | {at(whole): -1.0}


def _families(table: Named, name: str, labels: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Give each subtotal, and the total, with the labels that add up to it."""
    subtotals = table.subtotals.get(name, ())
    members: Mapping[str, tuple[str, tuple[str, ...]]] = table.made_of.get(name, {})
    leaves = [label for label in labels if label not in subtotals]
    for whole in subtotals:
        inside = set(members[whole][1])
        parts = [leaf for leaf in leaves if _labels_of(members, leaf) <= inside]
        if parts:
            yield whole, parts
    yield table.total_label, leaves


def _labels_of(members: Mapping[str, tuple[str, tuple[str, ...]]], label: str) -> set[str]:
    return set(members[label][1]) if label in members else {label}


def rounding_range(printed: int, base: int, threshold: int) -> tuple[float, float]:
    """Give the least and the greatest true count that is printed as this number.

    Halves go upwards. Counts of 1 to `threshold` - 1 are hidden, so they are not meant.

    Parameters
    ----------
    printed : int
        A multiple of `base`.
    base : int
        What counts are rounded to; 1 for not at all.
    threshold : int
        Smallest count shown.
    """
    if base == 1:
        return float(printed), float(printed)
    low, high = max(printed - base // 2, 0), printed + math.ceil(base / 2) - 1
    if high < threshold:
        return 0.0, 0.0
    return float(low if low == 0 or low >= threshold else threshold), float(high)


def rounded(count: int, base: int) -> int:
    """Round a count to the nearest multiple, halves upwards.

    Parameters
    ----------
    count : int
        At least 0.
    base : int
        What to round to.
    """
    return (2 * count + base) // (2 * base) * base
