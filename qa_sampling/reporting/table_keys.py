"""Names of counts: the same count of the same children has the same name in every table.

A count is named by its population, what it counts, and the labels it is restricted to. A label
may stand for several others: a service for its teams, a year to date for its months, a merged
group for what was put together, the total of a growing series for what it covers. Such a label
is named by the labels it is made of, so that tables at different levels, and of different
months, are tied to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
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
    within: Mapping[str, str]
    exclusive: Mapping[str, tuple[tuple[str, ...], ...]]
    adding_up: Mapping[str, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True)
class Remainder:
    """What is left of a count when counts that exclude each other are taken away.

    Attributes
    ----------
    whole : str
        Count that the others are parts of.
    parts : tuple of str
        Counts that exclude each other.
    nothing : bool
        Whether nothing is left: the parts add up to the whole.
    """

    whole: str
    parts: tuple[str, ...]
    nothing: bool = False

    @property
    def name(self) -> str:
        """Name of what is left, as keys hold it."""
        return rest_name(self.whole, *self.parts)

    @property
    def counts(self) -> tuple[str, ...]:
        """The whole, then the parts."""
        return (self.whole, *self.parts)


def remainders(table: Named) -> list[Remainder]:
    """Give every remainder that a table's declarations tell of, each once.

    Parameters
    ----------
    table : PrintedTable or TableRequest
        The table, with `within`, `exclusive` and `adding_up`.
    """
    found = [Remainder(whole, (part,)) for part, whole in table.within.items()]
    for groups, nothing in ((table.exclusive, False), (table.adding_up, True)):
        found += [Remainder(w, parts, nothing) for w, some in groups.items() for parts in some]
    return list(dict.fromkeys(found))


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
        if label != table.total_label or label in table.made_of.get(name, {})
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


def rest_name(whole: str, *parts: str) -> str:
    """Name the remainder that subtraction gives: those in `whole` that are in none of `parts`."""
    return f"{whole} not in {' or '.join(parts)}"


Blocks = Mapping[tuple[str, str], Mapping[str, Labels]]
"""By population and dimension: of each label, the group of labels it is never apart from."""


def blocks_of(keys: Iterable[Key]) -> Blocks:
    """Give the largest groups of labels that no name takes apart.

    Months that only occur together need not be thought of one by one.

    Parameters
    ----------
    keys : iterable of Key
        All names that are spoken of.
    """
    used: dict[tuple[str, str], set[Labels]] = {}
    for population, _, pairs in keys:
        for dimension, labels in pairs:
            used.setdefault((population, dimension), set()).add(labels)
    return {where: _blocks(sorted(some, key=str)) for where, some in used.items()}


def _blocks(used: list[Labels]) -> dict[str, Labels]:
    inside: dict[str, list[int]] = {}
    for number, labels in enumerate(used):
        for label in (labels,) if isinstance(labels, str) else labels:
            inside.setdefault(label, []).append(number)
    together: dict[tuple[int, ...], list[str]] = {}
    for label, numbers in inside.items():
        together.setdefault(tuple(numbers), []).append(label)
    return {label: merged(some) for some in together.values() for label in some}


def _split(blocks: Blocks, population: str, pair: tuple[str, Labels]) -> list[Labels]:
    """Give the groups that a label is made of; itself when nothing takes it apart."""
    dimension, labels = pair
    if isinstance(labels, str):
        return [labels]
    known = blocks[population, dimension]
    return list(dict.fromkeys(known[label] for label in labels))


def parts_of(key: Key, blocks: Blocks) -> Iterator[list[Key]]:
    """Give, for each pair of a name that is made of several groups, the names of its parts.

    Parameters
    ----------
    key : Key
        The name.
    blocks : mapping
        Groups of labels, from :func:`blocks_of`.
    """
    population, count, pairs = key
    for pair in sorted(pairs, key=str):
        if len(parts := _split(blocks, population, pair)) > 1:
            yield [(population, count, (pairs - {pair}) | {(pair[0], part)}) for part in parts]


def restricted(line: Mapping[Key, float], blocks: Blocks) -> Iterator[dict[Key, float]]:
    """Give a sum again for each group of labels that its own group is made of.

    What adds up over three months adds up in each of them, since no part can be below 0.

    Parameters
    ----------
    line : mapping of Key to float
        Factor by cell.
    blocks : mapping
        Groups of labels, from :func:`blocks_of`.
    """
    shared = frozenset.intersection(*(pairs for _, _, pairs in line))
    population = next(iter(line))[0]
    split = {pair: _split(blocks, population, pair) for pair in sorted(shared, key=str)}
    split = {pair: parts for pair, parts in split.items() if len(parts) > 1}
    choices = [[(pair[0], part) for part in parts] for pair, parts in split.items()]
    for chosen in product(*choices):
        yield {
            (population, count, (pairs - set(split)) | set(chosen)): factor
            for (population, count, pairs), factor in line.items()
        }


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
