"""What disclosure control is asked for: a table of counts with all that is to be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qa_sampling.errors import SchemaError
from qa_sampling.reporting.safe_table import TOTAL_OF_COUNT

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
    percentages, within, decisions, labels, total_label, population, threshold, zeros_shown
        As for ``protect``.
    known_zeros, publics, rates, rate_per, rounded_to, subtotals_of, made_of, over
        As for ``protect``.
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
    for name in ("by", "counts", "publics", "coarser"):
        given[name] = tuple(given.get(name, ()))
    for name in ("percentages", "within", "labels", "rates", "subtotals_of"):
        given[name] = dict(given.get(name, {}))
    given["decisions"] = frozenset(given.get("decisions", ()))
    given["known_zeros"] = frozenset(tuple(place) for place in given.get("known_zeros", ()))
    given["over"] = {
        name: (labels,) if isinstance(labels, str) else tuple(labels)
        for name, labels in given.get("over", {}).items()
    }
    given["made_of"] = {
        name: {label: (dimension, tuple(parts)) for label, parts in into.items()}
        for name, (dimension, into) in given.get("made_of", {}).items()
    }
    request = TableRequest(table=table, **given)
    check_request(request)
    return _with_subtotals(request)


def _with_subtotals(request: TableRequest) -> TableRequest:
    """Say of each subtotal which labels it is made of."""
    made_of = {name: dict(into) for name, into in request.made_of.items()}
    for name, into in request.subtotals_of.items():
        leaves = list(dict.fromkeys(request.table[name].astype("str")))
        for subtotal in request.subtotals[name]:
            parts = tuple(leaf for leaf in leaves if into.get(leaf) == subtotal)
            atoms = [made_of.get(name, {}).get(part, (name, (part,))) for part in parts]
            dimension = atoms[0][0]
            labels = tuple(label for _, some in atoms for label in some)
            made_of.setdefault(name, {})[subtotal] = (dimension, labels)
    return altered(request, made_of=made_of)


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


def check_request(request: TableRequest) -> None:
    """Refuse what is no table of counts, or what does not fit it.

    Parameters
    ----------
    request : TableRequest
        The request.

    Raises
    ------
    SchemaError
        With every fault, without quoting a value.
    """
    _check_numbers(request)
    table = request.table
    columns = (*request.by, *request.counts, *request.publics)
    missing = [name for name in columns if name not in table.columns]
    if missing or not request.by or not request.counts:
        listed = ", ".join(f"`{name}`" for name in missing) or "`by` or `counts`"
        raise SchemaError(
            f"The table to protect lacks {listed}. It needs at least one classification column "
            "and one count column; name them in `by` and `counts`."
        )
    named = {*request.within, *request.within.values(), *request.decisions}
    named |= {part for pair in request.percentages.values() for part in pair} - {TOTAL_OF_COUNT}
    named |= {count for count, _ in request.rates.values()}
    if unknown := sorted(named - set(request.counts)):
        raise SchemaError(
            f"`percentages`, `rates`, `within` and `decisions` may name only the count columns "
            f"({', '.join(request.counts)}); got {', '.join(unknown)}."
        )
    if unknown := sorted({public for _, public in request.rates.values()} - set(request.publics)):
        raise SchemaError(
            f"A rate needs a public number to be given per: name {', '.join(unknown)} in `publics`."
        )
    if unknown := sorted({*request.subtotals_of, *request.made_of} - set(request.by)):
        raise SchemaError(
            f"`subtotals_of` and `made_of` may name only the classifications "
            f"({', '.join(request.by)}); got {', '.join(unknown)}."
        )
    if faults := [*_faults(request), *_label_faults(request)]:
        raise SchemaError(f"The table cannot be protected: {'; '.join(faults)}.")


def _check_numbers(request: TableRequest) -> None:
    if request.threshold < 2:
        raise SchemaError(
            f"`threshold` must be at least 2; got {request.threshold}. Give 6 to hide 1 to 5."
        )
    if request.rounded_to < 1:
        raise SchemaError(
            f"`rounded_to` must be at least 1; got {request.rounded_to}. Give 5 or 10, or 1 for "
            "no rounding."
        )
    if not 0 <= request.most_hidden <= 1:
        raise SchemaError(
            f"`most_hidden` is a share between 0 and 1; got {request.most_hidden}. Give 0.5 "
            "for a half."
        )


def _faults(request: TableRequest) -> list[str]:
    """Collect what is wrong with the values, without quoting them."""
    faults, table = [], request.table
    for name in (*request.counts, *request.publics):
        values = pd.to_numeric(table[name], errors="coerce")
        if values.isna().any() or (values < 0).any() or (values % 1 != 0).any():
            faults.append(f"column `{name}` holds values that are no whole numbers of at least 0")
    classes = table[list(request.by)]
    if classes.empty:
        faults.append("it has no rows")
    if classes.isna().any(axis=None):
        faults.append('a classification is blank; write a word such as "Not recorded"')
    if classes.astype("str").duplicated().any():
        faults.append("combinations of the classifications repeat; add them up first")
    if (classes.astype("str") == request.total_label).any(axis=None):
        faults.append(
            f'"{request.total_label}" stands among the classifications; leave totals out '
            "(they are added), or give another `total_label`"
        )
    if not faults:
        for part, whole in request.within.items():
            if (table[part] > table[whole]).any():
                faults.append(f"column `{part}` is larger than `{whole}`, which should contain it")
    return faults


def _label_faults(request: TableRequest) -> Iterable[str]:
    """Collect what is wrong with subtotals, merged labels and dimensions."""
    for name, into in request.subtotals_of.items():
        labels = set(request.table[name].dropna().astype("str"))
        if labels & set(into.values()) or request.total_label in into.values():
            yield f"a subtotal of `{name}` has the name of one of its labels or of the total"
    for name, labels in request.over.items():
        if not labels or name in request.by:
            yield f"`over` must give labels for dimensions that are no columns; see `{name}`"
    dimensions = [
        dimension
        for name in request.by
        for dimension in {place for place, _ in request.made_of.get(name, {}).values()} | {name}
    ]
    if len(dimensions) > len(set(dimensions)) or set(dimensions) & set(request.over):
        yield "two classifications speak of the same dimension; see `made_of` and `over`"
