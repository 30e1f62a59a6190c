"""Whether a recorded selection, or a large draw, follows from its table, seed and parameters.

These methods are derived again with this package: cube, pivotal and the others are too much
for one page of standard Python. The stand-alone ``verify_selection.py`` checks those that follow
from simple rules (tickets, Poisson, order sampling, systematic, large draws), from the table of
:func:`published_cases`; ``verify_draw.py`` checks registered draws.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qa_sampling.errors import QASamplingError, VerificationError
from qa_sampling.sampling.case_selection import SELECTION_VERSION, Selection, select_cases
from qa_sampling.sampling.large_draws import LARGE_VERSION, LargeDraw, draw_large
from qa_sampling.sampling.selection_methods import selection_method

_PARTS = {
    SELECTION_VERSION: (
        "seed",
        "method",
        "parameters",
        "frame_fingerprint",
        "fingerprint",
        "sample",
    ),
    LARGE_VERSION: ("seed", "ticket", "strata", "fingerprint"),
}


def selection_record(selection: Selection) -> dict:
    """Give a selection as plain values: with its table all that is needed to verify it.

    Parameters
    ----------
    selection : Selection
        The selection.

    Returns
    -------
    dict
        `version`, `seed`, `method`, `parameters`, `frame_fingerprint`, `fingerprint` and
        `sample` (references).
    """
    return {
        "version": SELECTION_VERSION,
        "seed": selection.seed,
        "method": selection.method,
        "parameters": selection.parameters,
        "frame_fingerprint": selection.frame_fingerprint,
        "fingerprint": selection.fingerprint,
        "sample": selection.sample["case_ref"].tolist(),
    }


def published_cases(selection: Selection) -> pd.DataFrame:
    """Give the cases of a selection as they are published for ``verify_selection.py``.

    Parameters
    ----------
    selection : Selection
        The selection.

    Returns
    -------
    DataFrame
        `case_ref`, `stratum`, `inclusion_probability` (text, ``float.hex``), `place` (in the
        ordered list of its group, blank where no list counts). No covariate.
    """
    cases = selection.cases[["case_ref", "stratum"]].copy()
    chances = selection.cases["inclusion_probability"].tolist()
    cases["inclusion_probability"] = [chance.hex() for chance in chances]
    place = {
        group.references[where]: str(number)
        for group in selection.groups
        for number, where in enumerate(group.order)
        if selection_method(selection.method).takes == "order_by"
    }
    cases["place"] = [place.get(ref, "") for ref in cases["case_ref"].tolist()]
    return cases


def large_draw_record(draw: LargeDraw) -> dict:
    """Give a large draw as plain values: with its table all that is needed to verify it.

    Parameters
    ----------
    draw : LargeDraw
        The draw.

    Returns
    -------
    dict
        `version`, `seed`, `ticket`, `fingerprint` and `strata` (by label the cases in it and
        drawn). The table itself has no fingerprint: record the SHA-256 of its file beside it.
    """
    rows = draw.strata.itertuples(index=False, name=None)
    return {
        "version": LARGE_VERSION,
        "seed": draw.seed,
        "ticket": draw.ticket,
        "fingerprint": draw.fingerprint,
        "strata": {
            label: {"population": int(count), "sampled": int(n)} for label, count, n in rows
        },
    }


def verify_selection(record: Mapping, table: pd.DataFrame) -> tuple[str, ...]:
    """Select again from the table, seed and parameters of a record, and compare.

    Parameters
    ----------
    record : mapping
        What :func:`selection_record` gave, as read back from JSON.
    table : DataFrame
        The table: references, strata and the columns that the parameters name.

    Returns
    -------
    tuple of str
        What differs, in words; empty when the selection follows exactly.

    Raises
    ------
    VerificationError
        When the record is not of the known form.
    """
    _check_form(record, SELECTION_VERSION)
    try:
        again = select_cases(
            table, method=record["method"], seed=record["seed"], **dict(record["parameters"])
        )
    except (QASamplingError, TypeError) as refused:
        return (f"The recorded parameters do not lead to a selection: {refused}",)
    if again.frame_fingerprint != record["frame_fingerprint"]:
        return (
            "The table is not the one that was selected from: references, strata, probabilities "
            "or covariates differ.",
        )
    said, found = list(record["sample"]), again.sample["case_ref"].tolist()
    differences = [
        f"Case {ref} is in the record, but the method does not select it."
        for ref in said
        if ref not in set(found)
    ]
    differences += [
        f"Case {ref} should have been selected." for ref in found if ref not in set(said)
    ]
    if len(said) != len(set(said)):
        differences.append("The record names a case more than once.")
    if not differences and again.fingerprint != record["fingerprint"]:
        differences.append("The cases agree, but the record's fingerprint is another.")
    return tuple(differences)


def verify_large_draw(record: Mapping, table: pd.DataFrame) -> tuple[str, ...]:
    """Draw again from the large table, the seed and the sizes of a record, and compare.

    Parameters
    ----------
    record : mapping
        What :func:`large_draw_record` gave, as read back from JSON.
    table : DataFrame
        The table: `case_ref`, `stratum`.

    Returns
    -------
    tuple of str
        What differs, in words; empty when the draw follows exactly.

    Raises
    ------
    VerificationError
        When the record is not of the known form.
    """
    _check_form(record, LARGE_VERSION)
    sizes = {label: part["sampled"] for label, part in record["strata"].items()}
    try:
        again = draw_large(table, sizes, seed=record["seed"], ticket=record["ticket"])
    except QASamplingError as refused:
        return (f"The recorded sizes do not lead to a draw: {refused}",)
    if large_draw_record(again)["strata"] != record["strata"]:
        return ("The table is not the one that was drawn from: its strata hold other numbers.",)
    if again.fingerprint != record["fingerprint"]:
        return ("The sample that follows is another than the recorded one.",)
    return ()


def _check_form(record: Mapping, version: str) -> None:
    if record.get("version") != version:
        raise VerificationError(
            f"This record is of version {record.get('version')!r}; {version!r} was expected. Use "
            f"the release that made it."
        )
    absent = [name for name in _PARTS[version] if name not in record]
    if absent:
        raise VerificationError(f"The record lacks `{absent[0]}`; it is not whole.")
