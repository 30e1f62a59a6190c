"""Names of counts: the same count of the same children has the same name in every table.

A count is named by its population, what it counts, and the labels it is restricted to. A label
may stand for several others: a service for its teams, a year to date for its months, a merged
group for what was put together. Such a label is named by the labels it is made of, so that
tables at different levels, and of different months, are tied to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

Labels = str | tuple[str, ...]
"""One label, or the sorted labels that a group is made of."""

Key = tuple[str, str, frozenset]
"""Population, count, and the set of (dimension, labels) pairs; a total names fewer pairs."""


class Named(Protocol):
    """What names the counts of a table; see ``safe_table.PrintedTable``."""

    by: tuple[str, ...]
    total_label: str
    population: str
    made_of: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]]
    over: Mapping[str, tuple[str, ...]]


def key_of(table: Named, count: str, row: tuple) -> Key:
    """Name a cell of a table.

    Parameters
    ----------
    table : PrintedTable or TableRequest
        The table.
    count : str
        Count column, or the name of a remainder (:func:`rest_name`).
    row : tuple
        Labels of the classifications, in order; more may follow.
    """
    pairs = {
        _pair(table, name, str(label))
        for name, label in zip(table.by, row, strict=False)
        if label != table.total_label
    }
    pairs |= {(name, merged(labels)) for name, labels in table.over.items()}
    return (table.population, count, frozenset(pairs))


def _pair(table: Named, name: str, label: str) -> tuple[str, Labels]:
    dimension, labels = table.made_of.get(name, {}).get(label, (name, (label,)))
    return dimension, merged(labels)


def merged(labels: Iterable[str]) -> Labels:
    """Put labels as a name holds them: one as it is, several sorted.

    Parameters
    ----------
    labels : iterable of str
        At least one label.
    """
    several = tuple(sorted(set(labels)))
    return several[0] if len(several) == 1 else several


def rest_name(whole: str, part: str) -> str:
    """Name the remainder that subtraction gives: those in `whole` that are not in `part`."""
    return f"{whole} not in {part}"


def parts_of(key: Key) -> Iterator[list[Key]]:
    """Give, for each pair of a name that is made of several labels, the names of its parts.

    Parameters
    ----------
    key : Key
        The name.
    """
    population, count, pairs = key
    for dimension, labels in sorted(pairs, key=str):
        if isinstance(labels, tuple):
            others = pairs - {(dimension, labels)}
            yield [(population, count, others | {(dimension, label)}) for label in labels]


def in_words(key: Key) -> str:
    """Say which cell a name means, by its labels.

    Parameters
    ----------
    key : Key
        The name.
    """
    texts = [
        label if isinstance(label, str) else " + ".join(label)
        for _, label in sorted(key[2], key=str)
    ]
    return " / ".join(texts) or "Total"
