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

from qa_sampling.errors import FrameError, SelectionError
from qa_sampling.sampling.case_tables import read_cases
from qa_sampling.sampling.chance import TicketChance
from qa_sampling.sampling.covariates import balance_columns, spread_coordinates
from qa_sampling.sampling.selection_methods import Group, SelectionMethod, selection_method
from qa_sampling.sampling.stratum_probabilities import case_probabilities
from qa_sampling.sampling.systematic import serpentine

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
    chosen = selection_method(method)
    options = {
        "order_by": list(order_by),
        "spread_over": list(spread_over),
        "balance_on": list(balance_on),
    }
    _check_options(method, chosen, options, size_column or probability_column, seed)
    cases = read_cases(table)
    by_stratum = isinstance(sizes, Mapping) or (sizes is None and "stratum" in table.columns)
    chance, whole = case_probabilities(
        cases,
        sizes,
        size_column=size_column,
        probability_column=probability_column,
        by_stratum=by_stratum,
        has_fixed_size=chosen.has_fixed_size,
    )
    groups = _groups(cases, chance, whole, options, chosen, by_stratum, serpentine_order)
    drawn = chance >= 1
    place = {ref: number for number, ref in enumerate(cases["case_ref"].tolist())}
    for group in groups:
        mask = chosen.draw(group, TicketChance(seed, method, group.label))
        drawn[[place[ref] for ref in group.references]] = mask
    parameters = {
        "sizes": dict(sorted(sizes.items())) if isinstance(sizes, Mapping) else sizes,
        "size_column": size_column,
        "probability_column": probability_column,
        **options,
        "serpentine_order": serpentine_order,
    }
    return _result(cases, chance, drawn, groups, chosen, method, seed, parameters)


def _check_options(
    method: str, chosen: SelectionMethod, options: Mapping, unequal: str, seed: str
) -> None:
    if not seed.strip():
        raise FrameError("`seed` is blank. Give the text that was rolled or committed to.")
    for name, columns in options.items():
        if columns and name != chosen.takes:
            raise SelectionError(f"`{name}` is not an option of {method!r}; leave it out.")
    needed = chosen.takes in ("spread_over", "balance_on")
    if needed and not options[chosen.takes]:
        raise SelectionError(f"{method!r} needs `{chosen.takes}`: name at least one covariate.")
    if unequal and chosen.is_equal:
        raise SelectionError(
            f"{method!r} draws with equal probabilities and takes no column `{unequal}`. Choose "
            f"'pivotal', 'sampford' or 'pareto' for unequal ones."
        )


def _groups(
    cases: pd.DataFrame,
    chance: np.ndarray,
    whole: Mapping[str, int],
    options: Mapping[str, list[str]],
    chosen: SelectionMethod,
    by_stratum: bool,
    turning: bool,
) -> tuple[Group, ...]:
    """Put the cases that chance decides into groups that are drawn together."""
    open_cases = np.flatnonzero((chance > 0) & (chance < 1))
    strata = np.array(cases["stratum"].tolist(), dtype=object)
    labels = strata if by_stratum else np.full(len(cases), "all", dtype=object)
    apart = by_stratum and not chosen.takes_strata_together
    columns = balance_columns(cases, options["balance_on"])
    groups = []
    for name in sorted(set(labels)) if apart else ["all"]:
        rows = open_cases[labels[open_cases] == name] if apart else open_cases
        if not len(rows):
            continue
        members = np.flatnonzero(labels == name) if apart else np.arange(len(cases))
        total = whole[name] if apart else sum(whole.values())
        at = spread_coordinates(cases.iloc[members], options["spread_over"])
        groups.append(
            Group(
                label=name,
                references=tuple(cases["case_ref"].iloc[rows].tolist()),
                strata=tuple(labels[rows].tolist()),
                probability=chance[rows],
                size=total - int((chance[members] >= 1).sum()),
                order=_order(cases.iloc[rows], options["order_by"], turning),
                coordinates=at[np.isin(members, rows)],
                columns=columns[rows],
            )
        )
    return tuple(groups)


def _order(cases: pd.DataFrame, columns: Sequence[str], turning: bool) -> tuple[int, ...]:
    missing = [name for name in columns if name not in cases.columns]
    if missing:
        raise FrameError(
            f"The table has no column `{missing[0]}`; it has {', '.join(map(str, cases.columns))}."
        )
    if not columns:
        return tuple(range(len(cases)))
    return tuple(serpentine(cases[[*columns, "case_ref"]], turning=turning))


def _result(
    cases: pd.DataFrame,
    chance: np.ndarray,
    drawn: np.ndarray,
    groups: tuple[Group, ...],
    chosen: SelectionMethod,
    method: str,
    seed: str,
    parameters: dict,
) -> Selection:
    listed = cases[["case_ref", "stratum"]].assign(inclusion_probability=chance, drawn=drawn)
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
        method=method,
        seed=seed,
        parameters=parameters,
        has_exact_probabilities=chosen.is_exact,
        frame_fingerprint=_frame_fingerprint(listed, groups),
        fingerprint=_fingerprint(_lines(sample)),
        groups=groups,
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
