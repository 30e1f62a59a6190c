"""What is refused before anything is protected: tables and arguments that do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import SchemaError
from qa_sampling.reporting.safe_table import TOTAL_OF_COUNT

if TYPE_CHECKING:
    from qa_sampling.reporting.table_request import TableRequest

ROUNDED_TO = (1, 5, 10)
"""What counts may be rounded to; 1 for not at all."""


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
    named = {*request.within, *request.decisions}
    for _, whole, parts in _declared(request):
        named |= {*_own(request, whole, parts)}
    named |= {part for pair in request.percentages.values() for part in pair} - {TOTAL_OF_COUNT}
    named |= {count for count, _ in request.rates.values()}
    if unknown := sorted(named - set(request.counts)):
        raise SchemaError(
            f"`percentages`, `rates`, `within`, `exclusive`, `adding_up` and `decisions` may name "
            f"only the count columns ({', '.join(request.counts)}), but for a whole that another "
            f"table counts, with others of its parts; got {', '.join(unknown)}."
        )
    if unknown := sorted({public for _, public in request.rates.values()} - set(request.publics)):
        raise SchemaError(
            f"A rate needs a public number to be given per: name {', '.join(unknown)} in `publics`."
        )
    named = {*request.subtotals_of, *request.made_of, *request.growing}
    if unknown := sorted(named - set(request.by)):
        raise SchemaError(
            f"`subtotals_of`, `made_of` and `growing` may name only the classifications "
            f"({', '.join(request.by)}); got {', '.join(unknown)}."
        )
    faults = [*_faults(request), *_label_faults(request)]
    if faults := faults or [*_contained_faults(request), *_zero_faults(request)]:
        raise SchemaError(f"The table cannot be protected: {'; '.join(faults)}.")


def _check_numbers(request: TableRequest) -> None:
    if request.threshold < 2:
        raise SchemaError(
            f"`threshold` must be at least 2; got {request.threshold}. Give 6 to hide 1 to 5."
        )
    if request.rounded_to not in ROUNDED_TO:
        raise SchemaError(
            f"`rounded_to` must be 1, 5 or 10; got {request.rounded_to}. Give 5 or 10, or 1 for "
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
    return faults


def _declared(request: TableRequest) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """Give what excludes each other: the argument's name, the whole, the parts."""
    for argument in ("exclusive", "adding_up"):
        for whole, groups in getattr(request, argument).items():
            for parts in groups:
                yield argument, whole, parts


def _own(request: TableRequest, whole: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Give the parts that must be counts of this table: all of its own whole, else one or more."""
    ours = tuple(part for part in parts if part in request.counts)
    return parts if whole in request.counts or not ours else ours


def _contained_faults(request: TableRequest) -> Iterable[str]:
    """Collect counts that are not within each other as declared."""
    table = request.table
    for part, whole in request.within.items():
        if part == whole:
            yield f"`within` says that `{part}` is within itself"
        elif whole in request.counts and (table[part] > table[whole]).any():
            yield f"column `{part}` is larger than `{whole}`, which should contain it"
    for argument, whole, parts in _declared(request):
        if not parts or whole in parts or len(set(parts)) < len(parts):
            yield f"`{argument}` must give `{whole}` different other counts, each once"
            continue
        if whole not in request.counts:
            continue
        together = table[list(parts)].sum(axis=1)
        if (together > table[whole]).any():
            yield f"{_listed(parts)} together are larger than `{whole}`, which should contain them"
        elif argument == "adding_up" and (together < table[whole]).any():
            yield (
                f"{_listed(parts)} do not add up to `{whole}` everywhere; give them in `exclusive` "
                "if there are others, or a column for the others"
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _zero_faults(request: TableRequest) -> Iterable[str]:
    """Collect combinations that are said to be empty and are unknown, or are not empty."""
    classes = request.table[list(request.by)].astype("str")
    counted = request.table[list(request.counts)].sum(axis=1) > 0
    unknown, counted_there = 0, 0
    for place in request.known_zeros:
        fits = len(place) == len(request.by)
        there = pd.Series(data=True, index=classes.index)
        for name, label in zip(request.by, place, strict=False):
            fits = fits and (classes[name] == label).any()
            there &= classes[name] == label
        unknown += not fits
        counted_there += bool(fits and counted[there].any())
    if unknown:
        yield (
            f"{unknown} of `known_zeros` are no combinations of its labels; give one label for "
            f"each of {_listed(request.by)}, no totals"
        )
    if counted_there:
        yield f"{counted_there} of `known_zeros` hold counts above 0; leave them out"


def _label_faults(request: TableRequest) -> Iterable[str]:
    """Collect what is wrong with subtotals, merged labels and dimensions."""
    for name, into in request.subtotals_of.items():
        labels = set(request.table[name].dropna().astype("str"))
        if labels & set(into.values()) or request.total_label in into.values():
            yield f"a subtotal of `{name}` has the name of one of its labels or of the total"
    for name, into in request.made_of.items():
        if request.total_label in into:
            yield f"`made_of` speaks of the total of `{name}`; give `growing` instead"
        leaves = set(request.table[name].dropna().astype("str"))
        atoms = [atom for label in leaves for atom in set(into.get(label, (name, (label,)))[1])]
        if len(atoms) > len(set(atoms)):
            yield f"two labels of `{name}` are made of the same label, whose cases count twice"
        if any(not parts for _, parts in into.values()):
            yield f"a label of `{name}` is made of no labels; see `made_of`"
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
