"""What disclosure control is asked for: a table of counts with all that is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qa_sampling.errors import SchemaError
from qa_sampling.reporting.table_checks import check_request

Coarser = Mapping[str, Mapping[str, str] | None]
"""How to make a table coarser: of a classification, what each label becomes, or None to drop it."""


@dataclass(frozen=True)
class TableRequest:
    """A table to protect. The arguments of ``disclosure.protect``, under their names there.

    Attributes
    ----------
    table : DataFrame
        One row a combination of the classifications, without totals.
    by, counts : tuple of str
        Classification columns and count columns.
    events : frozenset of str
        As for ``protect``; they are decisions as well.
    percentages, within, decisions, labels, total_label, population, threshold, zeros_shown
        As for ``protect``.
    known_zeros, publics, rates, rate_per, rounded_to, subtotals_of, made_of, over, growing
        As for ``protect``.
    exclusive, adding_up : mapping of str to tuple of tuple of str
        As for ``protect``, always as groups.
    concealed : frozenset of tuple of str
        Places, totals included, that are hidden however large their counts are: those by which
        readers who know some of the counted could tell all others.
    told_before : mapping of (str, tuple of str) to bool
        Single counts, by name and place, that earlier editions hid (False), which stay hidden
        however large they are now, or showed (True), which are hidden only when they are small.
    coarser : sequence of mapping
        Coarser forms of the table, to be tried in turn.
    most_hidden : float
        Share of hidden counts above which a coarser form is tried.
    coarsened : str
        What has been put together already, for the note.
    """

    table: pd.DataFrame
    by: tuple[str, ...]
    counts: tuple[str, ...]
    percentages: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    decisions: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    total_label: str = "Total"
    population: str = ""
    threshold: int = 6
    zeros_shown: bool = False
    known_zeros: frozenset[tuple[str, ...]] = frozenset()
    publics: tuple[str, ...] = ()
    rates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    rate_per: int = 10_000
    rounded_to: int = 1
    subtotals_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    made_of: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    concealed: frozenset[tuple[str, ...]] = frozenset()
    told_before: Mapping[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict)
    exclusive: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    adding_up: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    growing: tuple[str, ...] = ()
    coarser: tuple[Coarser, ...] = ()
    most_hidden: float = 1.0
    coarsened: str = ""

    @property
    def subtotals(self) -> dict[str, tuple[str, ...]]:
        """Of each classification, the labels of its subtotals, in order of appearance."""
        return {
            name: tuple(
                dict.fromkeys(
                    into[label] for label in self.table[name].astype("str") if label in into
                )
            )
            for name, into in self.subtotals_of.items()
        }


def request_of(table: pd.DataFrame, **arguments: Any) -> TableRequest:  # noqa: ANN401
    """Give the arguments of ``protect`` as a request, checked.

    Parameters
    ----------
    table : DataFrame
        The table.
    **arguments
        As for ``protect``.

    Raises
    ------
    SchemaError
        When the table is no table of counts, or the arguments do not fit it.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    for name in ("by", "counts", "publics", "coarser", "growing"):
        given[name] = tuple(given.get(name, ()))
    for name in ("percentages", "within", "labels", "rates", "subtotals_of"):
        given[name] = dict(given.get(name, {}))
    given["events"] = frozenset(given.get("events", ()))
    given["decisions"] = frozenset(given.get("decisions", ())) | given["events"]
    for name in ("known_zeros", "concealed"):
        given[name] = frozenset(tuple(place) for place in given.get(name, ()))
    given["over"] = {
        name: (labels,) if isinstance(labels, str) else tuple(labels)
        for name, labels in given.get("over", {}).items()
    }
    given["made_of"] = {
        name: {label: (dimension, tuple(parts)) for label, parts in into.items()}
        for name, (dimension, into) in given.get("made_of", {}).items()
    }
    for name in ("exclusive", "adding_up"):
        given[name] = {whole: _groups(parts) for whole, parts in given.get(name, {}).items()}
    request = TableRequest(table=table, **given)
    check_request(request)
    return _with_sums_named(request)


def _groups(parts: Sequence[str] | Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Give one group of counts, or several, as several."""
    if all(isinstance(part, str) for part in parts):
        return (tuple(parts),)
    return tuple((some,) if isinstance(some, str) else tuple(some) for some in parts)


def _with_sums_named(request: TableRequest) -> TableRequest:
    """Say of each subtotal, and of each total that grows, which labels it is made of."""
    made_of = {name: dict(into) for name, into in request.made_of.items()}
    for name in dict.fromkeys((*request.subtotals_of, *request.growing)):
        leaves = list(dict.fromkeys(request.table[name].astype("str")))
        into = request.subtotals_of.get(name, {})
        groups = {
            subtotal: [leaf for leaf in leaves if into.get(leaf) == subtotal]
            for subtotal in request.subtotals.get(name, ())
        }
        if name in request.growing:
            groups[request.total_label] = leaves
        known = made_of.setdefault(name, {})
        known |= {group: sum_of_labels(known, name, parts) for group, parts in groups.items()}
    return altered(request, made_of=made_of)


def sum_of_labels(
    made_of: Mapping[str, tuple[str, tuple[str, ...]]], name: str, parts: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Give the dimension and the labels that some labels of a classification are made of.

    Parameters
    ----------
    made_of : mapping
        Of the classification, the labels that stand for several.
    name : str
        The classification.
    parts : sequence of str
        Some of its labels, which are added up.

    Raises
    ------
    SchemaError
        When they are made of labels of different dimensions.
    """
    atoms = [made_of.get(part, (name, (part,))) for part in parts]
    dimensions = sorted({dimension for dimension, _ in atoms})
    if len(dimensions) > 1:
        raise SchemaError(
            f"Labels of `{name}` that are added up are made of labels of different dimensions "
            f"({', '.join(dimensions)}), so their sum has no name. Give all of them in `made_of` "
            "as labels of one dimension."
        )
    return dimensions[0], tuple(label for _, some in atoms for label in some)


def altered(request: TableRequest, **changes: Any) -> TableRequest:  # noqa: ANN401
    """Give a request with some attributes changed.

    Parameters
    ----------
    request : TableRequest
        The request.
    **changes
        New values by attribute.
    """
    plain = {name: getattr(request, name) for name in TableRequest.__dataclass_fields__}
    return TableRequest(**(plain | changes))
