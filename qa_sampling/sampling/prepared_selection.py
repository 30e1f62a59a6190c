"""A selection that is ready to be drawn: probabilities, groups and covariates, no chance yet.

:func:`~qa_sampling.sampling.case_selection.select_cases` draws it once;
:class:`~qa_sampling.sampling.selection_designs.SelectionDesign` draws it again and again with
other seeds, to compare designs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import FrameError, SelectionError
from qa_sampling.sampling.case_tables import check_seed, read_cases
from qa_sampling.sampling.chance import TicketChance
from qa_sampling.sampling.covariates import balance_columns, spread_coordinates
from qa_sampling.sampling.selection_methods import Group, SelectionMethod, selection_method
from qa_sampling.sampling.stratum_probabilities import case_probabilities
from qa_sampling.sampling.systematic import serpentine


@dataclass(frozen=True, eq=False)
class PreparedSelection:
    """A selection before chance comes in.

    Attributes
    ----------
    cases : DataFrame
        One row a case, by reference: `case_ref`, `stratum` and what else the table held.
    probability : ndarray of float
        Inclusion probability of every case.
    groups : tuple of Group
        Cases that chance decides, as they are drawn together.
    method : SelectionMethod
        The method.
    name : str
        Its name.
    parameters : dict
        The other arguments, in plain values that JSON can hold.
    """

    cases: pd.DataFrame
    probability: np.ndarray
    groups: tuple[Group, ...]
    method: SelectionMethod
    name: str
    parameters: dict

    def drawn(self, seed: str) -> np.ndarray:
        """Say which cases a seed text draws, in the order of `cases`.

        Parameters
        ----------
        seed : str
            Seed text.

        Returns
        -------
        ndarray of bool

        Raises
        ------
        FrameError
            When the seed is blank.
        """
        check_seed(seed)
        drawn = self.probability >= 1
        for group in self.groups:
            chance = TicketChance(seed, self.name, group.label)
            drawn[list(group.places)] = self.method.draw(group, chance)
        return drawn


def prepare_selection(
    table: pd.DataFrame,
    sizes: int | Mapping[str, int] | None = None,
    *,
    method: str,
    size_column: str = "",
    probability_column: str = "",
    order_by: Sequence[str] = (),
    serpentine_order: bool = True,
    spread_over: Sequence[str] = (),
    balance_on: Sequence[str] = (),
) -> PreparedSelection:
    """Prepare a selection; the arguments are those of ``case_selection.select_cases``.

    Parameters
    ----------
    table, sizes, method, size_column, probability_column, order_by, serpentine_order
        As for ``select_cases``.
    spread_over, balance_on
        As for ``select_cases``.

    Returns
    -------
    PreparedSelection

    Raises
    ------
    FrameError, AllocationError, SelectionError
        As ``select_cases`` does, but for the seed.
    """
    chosen = selection_method(method)
    options = {"order_by": order_by, "spread_over": spread_over, "balance_on": balance_on}
    for name, columns in options.items():
        if isinstance(columns, str) or not isinstance(columns, Sequence):
            raise SelectionError(f"`{name}` must be a list of columns; got {columns!r}.")
        options[name] = list(columns)
    _check_options(method, chosen, options, size_column or probability_column)
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
    parameters = {
        "sizes": dict(sorted(sizes.items())) if isinstance(sizes, Mapping) else sizes,
        "size_column": size_column,
        "probability_column": probability_column,
        **options,
        "serpentine_order": serpentine_order,
    }
    return PreparedSelection(cases, chance, groups, chosen, method, parameters)


def _check_options(method: str, chosen: SelectionMethod, options: Mapping, unequal: str) -> None:
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
                places=tuple(rows.tolist()),
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
