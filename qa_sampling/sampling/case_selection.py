"""Selecting cases by any method of the family: one call, one kind of result.

:func:`select_cases` takes a table of cases, sizes or inclusion probabilities, a method's name
and a seed text. Chance comes from tickets only, so the order of rows, dtypes and versions
change nothing. Each stratum is drawn from by itself (but for the cube), so another stratum
changes nothing. The registered audit draw with its reserves and families is
:func:`qa_sampling.sampling.selection.draw_sample`; "tickets" here draws the same cases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from qa_sampling.errors import SelectionError
from qa_sampling.sampling.prepared_selection import PreparedSelection, prepare_selection
from qa_sampling.sampling.selection_methods import Group, selection_method

SELECTION_VERSION = "qa_sampling/selection/v1"
_MOST_JOINT = 2_000


@dataclass(frozen=True)
class Selection:
    """Cases selected by one of the methods.

    Attributes
    ----------
    sample : DataFrame
        One row a selected case, by reference: `case_ref`, `stratum`, `inclusion_probability`,
        `weight` (its reciprocal).
    cases : DataFrame
        One row a case of the table, by reference: `case_ref`, `stratum`,
        `inclusion_probability`, `drawn` (bool).
    strata : DataFrame
        One row a stratum: `stratum`, `population`, `expected` (sum of the probabilities),
        `sampled`.
    method : str
        Name of the method.
    seed : str
        Seed text.
    parameters : dict
        The other arguments, in plain values that JSON can hold.
    has_exact_probabilities : bool
        Whether the inclusion probabilities are exactly those stated; order sampling meets
        them nearly.
    frame_fingerprint : str
        SHA-256 of the canonical text of references, strata, probabilities and covariates.
    fingerprint : str
        SHA-256 of the canonical text of the sample.
    """

    sample: pd.DataFrame
    cases: pd.DataFrame
    strata: pd.DataFrame
    method: str
    seed: str
    parameters: dict
    has_exact_probabilities: bool
    frame_fingerprint: str
    fingerprint: str
    groups: tuple[Group, ...] = field(repr=False)

    def joint_probabilities(self) -> pd.DataFrame:
        """Give the joint inclusion probabilities of all pairs of cases, by reference.

        Raises
        ------
        SelectionError
            When the method has none in closed form, or the table holds more than 2,000 cases.
        """
        joint = selection_method(self.method).joint
        if joint is None:
            raise SelectionError(
                f"The joint probabilities of {self.method!r} have no closed form. Use 'sampford', "
                f"'ordered_pivotal' or 'tickets' when you need them."
            )
        if len(self.cases) > _MOST_JOINT:
            raise SelectionError(
                f"Joint probabilities are given for at most {_MOST_JOINT} cases; this table holds "
                f"{len(self.cases)}."
            )
        chance = self.cases["inclusion_probability"].to_numpy()
        pairs = np.outer(chance, chance)
        np.fill_diagonal(pairs, chance)
        place = {ref: number for number, ref in enumerate(self.cases["case_ref"].tolist())}
        for group in self.groups:
            here = [place[ref] for ref in group.references]
            pairs[np.ix_(here, here)] = joint(group)
        refs = self.cases["case_ref"].to_numpy()
        return pd.DataFrame(pairs, index=refs, columns=refs)


def select_cases(
    table: pd.DataFrame,
    sizes: int | Mapping[str, int] | None = None,
    *,
    method: str,
    seed: str,
    size_column: str = "",
    probability_column: str = "",
    order_by: Sequence[str] = (),
    serpentine_order: bool = True,
    spread_over: Sequence[str] = (),
    balance_on: Sequence[str] = (),
) -> Selection:
    """Select cases from a table by one of the methods.

    Parameters
    ----------
    table : DataFrame
        One row a case: `case_ref`, `stratum` where sizes are by stratum, and the columns named
        below. Never altered; the order of rows does not count.
    sizes : int or mapping of str to int
        Cases from the table as a whole, whatever their strata, or from every stratum by
        label. None when `probability_column` is given.
    method : str
        A name of :data:`~qa_sampling.sampling.selection_methods.METHODS`.
    seed : str
        Seed text, given after the table was fixed.
    size_column : str, optional
        Measure of size: probabilities in proportion to it, the largest cases for certain.
    probability_column : str, optional
        Inclusion probabilities, adding up to a whole number in the table or, with strata,
        in every stratum.
    order_by : sequence of str
        Columns that order the list, the most important first ("systematic",
        "ordered_pivotal"); ties by reference.
    serpentine_order : bool
        Whether later columns of `order_by` run up and down in turn.
    spread_over : sequence of str
        Covariates over which the sample spreads ("local_pivotal").
    balance_on : sequence of str
        Covariates whose totals the sample meets ("cube"), the most important first.

    Returns
    -------
    Selection

    Raises
    ------
    FrameError
        When a key is missing, blank or repeated, a column is missing, or the seed is blank.
    AllocationError
        When sizes or probabilities cannot be met.
    SelectionError
        When the method is unknown or an option belongs to another one.
    """
    prepared = prepare_selection(
        table,
        sizes,
        method=method,
        size_column=size_column,
        probability_column=probability_column,
        order_by=order_by,
        serpentine_order=serpentine_order,
        spread_over=spread_over,
        balance_on=balance_on,
    )
    return _result(prepared, prepared.drawn(seed), seed)


def _result(prepared: PreparedSelection, drawn: np.ndarray, seed: str) -> Selection:
    cases = prepared.cases[["case_ref", "stratum"]]
    listed = cases.assign(inclusion_probability=prepared.probability, drawn=drawn)
    sample = listed[drawn].drop(columns="drawn").reset_index(drop=True)
    sample["weight"] = 1 / sample["inclusion_probability"]
    strata = (
        listed.groupby("stratum")
        .agg(
            population=("case_ref", "size"),
            expected=("inclusion_probability", "sum"),
            sampled=("drawn", "sum"),
        )
        .reset_index()
    )
    return Selection(
        sample=sample,
        cases=listed,
        strata=strata,
        method=prepared.name,
        seed=seed,
        parameters=prepared.parameters,
        has_exact_probabilities=prepared.method.is_exact,
        frame_fingerprint=_frame_fingerprint(listed, prepared.groups),
        fingerprint=_fingerprint(_lines(sample)),
        groups=prepared.groups,
    )


def _lines(table: pd.DataFrame) -> list[str]:
    columns = (table[name].tolist() for name in ("case_ref", "stratum", "inclusion_probability"))
    return [f"{ref}\x1f{label}\x1f{p.hex()}" for ref, label, p in zip(*columns, strict=True)]


def _frame_fingerprint(cases: pd.DataFrame, groups: tuple[Group, ...]) -> str:
    lines = _lines(cases)
    for group in groups:
        columns = zip(group.references, group.coordinates, group.columns, strict=True)
        for ref, at, values in columns:
            numbers = [*map(str, at.tolist()), *(value.hex() for value in values.tolist())]
            if numbers:
                lines.append("\x1f".join(["covariates", ref, *numbers]))
        if list(group.order) != sorted(group.order):
            ordered = "\x1f".join(group.references[place] for place in group.order)
            lines.append(f"order\x1f{group.label}\x1f{ordered}")
    return _fingerprint(lines)


def _fingerprint(lines: Sequence[str]) -> str:
    text = "\n".join([f"{SELECTION_VERSION}\x1f{len(lines)}", *sorted(lines), ""])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
