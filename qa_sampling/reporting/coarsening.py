"""Coarser forms of a table, for when none of its own cells can be shown safely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa_sampling.errors import SchemaError
from qa_sampling.reporting.table_request import Coarser, TableRequest, altered


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
    table = request.table.copy()
    made_of = {name: dict(into) for name, into in request.made_of.items() if name in kept}
    for name in kept:
        into = step.get(name) or {}
        before = list(dict.fromkeys(table[name].astype("str")))
        table[name] = [into.get(label, label) for label in table[name].astype("str")]
        made_of[name] = _merged_names(before, into, made_of.get(name, {}), name)
    added = [*request.counts, *request.publics]
    return altered(
        request,
        table=table.groupby(list(kept), as_index=False, sort=False)[added].sum(),
        by=kept,
        made_of={name: into for name, into in made_of.items() if into},
        subtotals_of={n: v for n, v in request.subtotals_of.items() if n in kept and n not in step},
        known_zeros=frozenset(),
        coarser=(),
        coarsened=_said(request, step),
    )


def _merged_names(
    before: Sequence[str], into: Mapping[str, str], made_of: Mapping[str, Any], name: str
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Say which labels each merged one is made of."""
    merged: dict[str, list[str]] = {}
    dimension = name
    for label in before:
        dimension, parts = made_of.get(label, (name, (label,)))
        merged.setdefault(into.get(label, label), []).extend(parts)
    kept = {label: (dimension, tuple(parts)) for label, parts in merged.items()}
    return {label: one for label, one in kept.items() if one != (name, (label,))}


def _said(request: TableRequest, step: Coarser) -> str:
    """Say what was put together."""
    names = [request.labels.get(name, name.replace("_", " ")).lower() for name in step]
    verb = "left out" if all(into is None for into in step.values()) else "put together"
    return f"To show more counts safely, some of this was {verb}: {', '.join(names)}."
