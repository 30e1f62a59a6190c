"""Coarser forms of a table, for when none of its own cells can be shown safely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from qa_sampling.errors import SchemaError
from qa_sampling.reporting.table_request import Coarser, TableRequest, altered, sum_of_labels


def coarsened(request: TableRequest, step: Coarser) -> TableRequest:
    """Give a coarser form of a request: labels put together, or a classification left out.

    Parameters
    ----------
    request : TableRequest
        The request.
    step : mapping
        Of a classification: what each label becomes (others stay), or None to leave it out.

    Raises
    ------
    SchemaError
        When nothing of the table would be left, or the step names no classification.
    """
    if unknown := sorted(set(step) - set(request.by)):
        raise SchemaError(
            f"`coarser` may name only the classifications ({', '.join(request.by)}); "
            f"got {', '.join(unknown)}."
        )
    kept = tuple(name for name in request.by if step.get(name, {}) is not None)
    if not kept:
        raise SchemaError("`coarser` leaves no classification; keep at least one.")
    if any(request.total_label in (into or {}).values() for into in step.values()):
        raise SchemaError("`coarser` puts labels together under the name of the total; rename it.")
    table = request.table.copy()
    made_of = {name: dict(into) for name, into in request.made_of.items() if name in kept}
    for name in kept:
        into = step.get(name) or {}
        table[name] = table[name].astype("str")
        if into:
            before = list(dict.fromkeys(table[name]))
            table[name] = [into.get(label, label) for label in table[name]]
            made_of[name] = _merged_names(before, into, made_of.get(name, {}), name)
    made_of |= _totals(request, kept, made_of)
    added = [*request.counts, *request.publics]
    return altered(
        request,
        table=table.groupby(list(kept), as_index=False, sort=False)[added].sum(),
        by=kept,
        made_of={name: into for name, into in made_of.items() if into},
        subtotals_of={
            n: v for n, v in request.subtotals_of.items() if n in kept and not step.get(n)
        },
        over=request.over | _left_out(request, kept),
        growing=tuple(name for name in request.growing if name in kept),
        known_zeros=_still_empty(request, step, kept),
        coarser=(),
        coarsened=_said(request, step),
    )


def _totals(
    request: TableRequest, kept: Sequence[str], made_of: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Keep what the totals of growing classifications cover."""
    return {
        name: {
            **made_of[name],
            request.total_label: request.made_of[name][request.total_label],
        }
        for name in request.growing
        if name in kept
    }


def _left_out(request: TableRequest, kept: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Say what the table is summed over when a growing classification is left out."""
    return dict(
        request.made_of[name][request.total_label] for name in request.growing if name not in kept
    )


def _still_empty(
    request: TableRequest, step: Coarser, kept: Sequence[str]
) -> frozenset[tuple[str, ...]]:
    """Give the combinations that are made of nothing but combinations known to be empty."""
    labels = [list(dict.fromkeys(request.table[name].astype("str"))) for name in request.by]
    empty: dict[tuple[str, ...], bool] = {}
    for place in product(*labels) if request.known_zeros else ():
        merged = tuple(
            (step.get(name) or {}).get(label, label)
            for name, label in zip(request.by, place, strict=True)
            if name in kept
        )
        empty[merged] = empty.get(merged, True) and place in request.known_zeros
    return frozenset(place for place, is_empty in empty.items() if is_empty)


def _merged_names(
    before: Sequence[str], into: Mapping[str, str], made_of: Mapping[str, Any], name: str
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Say which labels each merged one is made of."""
    merged: dict[str, list[str]] = {}
    for label in before:
        merged.setdefault(into.get(label, label), []).append(label)
    kept = {label: sum_of_labels(made_of, name, parts) for label, parts in merged.items()}
    return {label: one for label, one in kept.items() if one != (name, (label,))}


def _said(request: TableRequest, step: Coarser) -> str:
    """Say what was put together."""
    names = [request.labels.get(name, name.replace("_", " ")).lower() for name in step]
    verb = "left out" if all(into is None for into in step.values()) else "put together"
    return f"To show more counts safely, some of this was {verb}: {', '.join(names)}."
