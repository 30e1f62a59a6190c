"""How many audits from each stratum: whole numbers within bounds, optimal.

Every method minimises the sum of ``a²/n`` over strata, with the measure ``a`` that names it
(:mod:`qa_sampling.sampling.allocation_measures`): the cases (proportional), one (equal), the
square root of the cases (square-root), a power of a size (power), cases times standard
deviation (Neyman), or that over the square root of the cost (cost-optimal). The whole-number
optimum under bounds is reached by giving one audit at a time to the stratum with the largest
priority ``a² / (n (n + 1))`` (Wright 2012, The American Statistician 66:217-224; 2017,
Statistics & Probability Letters 129:50-57). Priorities are compared as exact fractions, ties
go by label, so that no machine rounds to another answer.

How many in all is a number, a budget, or a variance that is wanted. Bounds on two
classifications at once are met by :mod:`qa_sampling.sampling.allocation_margins`; several
measures at once by :mod:`qa_sampling.sampling.allocation_several`. When there are fewer
audits than strata, no table of whole numbers leaves everyone a chance;
:mod:`qa_sampling.sampling.rounding` then rounds a table of targets at random.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation_margins import Margin
from qa_sampling.sampling.allocation_measures import Method, plain_values, squared_measure
from qa_sampling.sampling.allocation_precision import (
    ExpectedPrecision,
    expected_precision,
    loss,
)
from qa_sampling.sampling.allocation_solving import (
    Bounded,
    Goal,
    by_goal,
    by_number,
    excess,
    free_optimum,
    read_margins,
    sum_of_squares,
)
from qa_sampling.sampling.bounds import Bound, check_reachable, stratum_bounds, whole_cases

__all__ = ["Allocation", "Method", "allocate", "squared_measure"]


@dataclass(frozen=True)
class Allocation:
    """A whole-number allocation.

    Attributes
    ----------
    table : DataFrame
        One row a stratum, in the order given: `stratum`, `group`, `population`, `sampled`,
        `bound` ("no cases", "all taken", "maximum", "minimum" when above 1, or blank) and
        `probability` (share of its cases that is audited, missing where there are none).
    n : int
        Audits in all.
    method : str
        The measure that was used.
    objective : float
        Sum of ``a²/n`` over the strata; what the method minimises. Infinite when a stratum
        with a measure above 0 gets none.
    margins : DataFrame
        One row a bounded group or column: `margin`, `label`, `sampled`, `minimum`, `maximum`,
        `bound` ("minimum", "maximum" or blank).
    cost : float or None
        What the audits cost; None without costs.
    """

    table: pd.DataFrame
    n: int
    method: str
    objective: float
    margins: pd.DataFrame = field(default_factory=pd.DataFrame)
    cost: float | None = None
    _squares: Mapping[str, Fraction] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sizes(self) -> dict[str, int]:
        """Audits by stratum."""
        return dict(zip(self.table["stratum"], self.table["sampled"].astype(int), strict=True))

    @property
    def populations(self) -> dict[str, int]:
        """Cases by stratum."""
        return dict(zip(self.table["stratum"], self.table["population"].astype(int), strict=True))

    @property
    def smallest_probability(self) -> float:
        """Smallest inclusion probability of a case; 0 when a stratum is left out."""
        return float(self.table["probability"].min()) if self.n else 0.0

    @property
    def without_chance(self) -> float:
        """Share of the cases that no draw can reach, 0 to 1."""
        unreached = self.table.loc[self.table["sampled"] == 0, "population"].sum()
        return float(unreached) / (int(self.table["population"].sum()) or 1)

    @property
    def loss(self) -> float:
        """Share by which the bounds raise what the method minimises, over as many audits free.

        Of the sum of ``a² (1/n - 1/N)``, against the best whole numbers between 0 and all cases
        of a stratum.
        """
        filled = {label: size for label, size in self.populations.items() if size > 0}
        strata = Bounded(filled, self._squares, {}, {})
        return loss(
            *(excess(strata, sizes) for sizes in (self.sizes, free_optimum(strata, self.n)))
        )

    def expected(
        self,
        *,
        standard_deviations: Mapping[str, float] | None = None,
        means: Mapping[str, float] | None = None,
    ) -> ExpectedPrecision:
        """Say what the allocation can be expected to give for the mean of all cases.

        Parameters
        ----------
        standard_deviations, means : mapping of str to float, optional
            By stratum; see ``allocation_precision.expected_precision``.
        """
        return expected_precision(
            self.populations, self.sizes, standard_deviations=standard_deviations, means=means
        )


def allocate(
    populations: Mapping[str, int] | pd.Series,
    n: int | None = None,
    *,
    method: Method = "proportional",
    standard_deviations: Mapping[str, float] | None = None,
    means: Mapping[str, float] | None = None,
    importance: Mapping[str, float] | None = None,
    power: float | None = None,
    costs: Mapping[str, float] | None = None,
    budget: float | None = None,
    variance: float | None = None,
    minimum: Bound = 1,
    maximum: Bound = None,
    certainty: Iterable[str] = (),
    groups: Mapping[str, str] | None = None,
    group_minimum: Bound = None,
    group_maximum: Bound = None,
    columns: Mapping[str, str] | None = None,
    column_minimum: Bound = None,
    column_maximum: Bound = None,
) -> Allocation:
    """Allocate audits to strata: the whole-number optimum under bounds.

    Parameters
    ----------
    populations : mapping or Series of int
        Cases by stratum label.
    n : int, optional
        Audits in all, certainty strata included. Give one of `n`, `budget` and `variance`.
    method : {"proportional", "equal", "square_root", "power", "neyman", "cost_optimal"}
        The measure (see ``allocation_measures``).
    standard_deviations, means, importance, power, costs
        What the method needs; see ``allocation_measures.squared_measure``.
    budget : float, optional
        What may be spent, in the unit of `costs`: the most precise audits that it pays for.
    variance : float, optional
        Largest variance of the estimated total, from `standard_deviations`: the fewest audits
        that reach it, or with "cost_optimal" the cheapest.
    minimum, maximum : int or mapping of str to int, optional
        Bounds by stratum. One number holds for every non-empty stratum and bends to the cases
        there are; a mapping names strata and is kept or refused. Unnamed strata have a minimum of
        1 and a maximum of all their cases.
    certainty : iterable of str
        Strata that are taken whole.
    groups, columns : mapping of str to str, optional
        Group (such as the team) and column (such as the status) of every stratum.
    group_minimum, group_maximum, column_minimum, column_maximum : int or mapping, optional
        Bounds by group and by column, as above; there are none unless given. With `n` only.

    Returns
    -------
    Allocation

    Raises
    ------
    AllocationError
        When `n` is not a whole number from 0, more than the cases, or no allocation meets
        the bounds; the message names the bound. When there are fewer audits than strata,
        so that some cases would have no chance.
    """
    sizes = whole_cases(populations)
    standard_deviations, means, importance, costs = (
        part if part is None else {str(label): one for label, one in plain_values(part).items()}
        for part in (standard_deviations, means, importance, costs)
    )
    if isinstance(certainty, str) or not isinstance(certainty, Iterable):
        raise AllocationError(f"`certainty` must be a list of strata; got {certainty!r}.")
    filled = {label: size for label, size in sizes.items() if size > 0}
    _check_one_way(n, budget, variance)
    if n is not None:
        _check_size(n, sum(sizes.values()))
    low, high = stratum_bounds(filled, minimum, maximum, tuple(certainty), sizes)
    known = {"means": means, "costs": costs, "importance": importance, "power": power}
    squares = squared_measure(filled, method, standard_deviations, **known)
    strata = Bounded(filled, squares, low, high)
    if n is not None:
        check_reachable(filled, n, low, high)
    margins = read_margins(
        strata,
        (groups, group_minimum, group_maximum),
        (columns, column_minimum, column_maximum),
    )
    if n is not None:
        taken = by_number(strata, n, margins)
    elif margins:
        raise AllocationError("Bounds of groups and columns go with a number of audits; give `n`.")
    else:
        taken = by_goal(strata, Goal(method, standard_deviations, costs, budget, variance))
    if costs is not None and (absent := [label for label in filled if label not in costs]):
        raise AllocationError(f"`costs` lack stratum {absent[0]!r}; give every stratum one.")
    table = _table(sizes, groups or {}, taken, low, high)
    value = sum_of_squares(squares, taken)
    return Allocation(
        table=table,
        n=sum(taken.values()),
        method=method,
        objective=float(math.inf if value is None else value),
        margins=_margin_table(margins, taken),
        cost=None
        if costs is None
        else float(sum(Fraction(costs[label]) * count for label, count in taken.items())),
        _squares=squares,
    )


def _check_one_way(n: int | None, budget: float | None, variance: float | None) -> None:
    given = [name for name in (n, budget, variance) if name is not None]
    if len(given) != 1:
        raise AllocationError(
            f"Say how many in one way: by `n`, `budget` or `variance`; got {len(given)} of them."
        )
    for name, value in (("budget", budget), ("variance", variance)):
        if value is not None and not 0 < value < math.inf:
            raise AllocationError(f"`{name}` must be a number above 0; got {value!r}.")


def _check_size(n: int, cases: int) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise AllocationError(f"`n` must be a whole number of audits, 0 or more; got {n!r}.")
    if n > cases:
        raise AllocationError(
            f"{n} audits were asked for, but the frame holds {cases} cases. "
            f"Ask for {cases} or fewer, or widen who is eligible."
        )


def _table(
    sizes: Mapping[str, int],
    groups: Mapping[str, str],
    taken: Mapping[str, int],
    low: Mapping[str, int],
    high: Mapping[str, int],
) -> pd.DataFrame:
    sampled = [taken.get(label, 0) for label in sizes]
    table = pd.DataFrame(
        {
            "stratum": list(sizes),
            "group": [str(groups.get(label, label)) for label in sizes],
            "population": list(sizes.values()),
            "sampled": sampled,
            "bound": [_what_bound(label, taken, low, high, sizes) for label in sizes],
        }
    )
    cases = table["population"].astype("float64")
    table["probability"] = table["sampled"] / cases.where(cases > 0)
    return table


def _what_bound(
    label: str,
    taken: Mapping[str, int],
    low: Mapping[str, int],
    high: Mapping[str, int],
    sizes: Mapping[str, int],
) -> str:
    if label not in taken:
        return "no cases"
    if taken[label] == sizes[label]:
        return "all taken"
    if taken[label] == high[label]:
        return "maximum"
    return "minimum" if taken[label] == low[label] > 1 else ""


def _margin_table(margins: list[Margin], taken: Mapping[str, int]) -> pd.DataFrame:
    rows = []
    for margin in margins:
        sums = dict.fromkeys(margin.labels, 0)
        for label, group in margin.of.items():
            sums[group] += taken[label]
        for label, held in sums.items():
            least, most = margin.least[label], margin.most[label]
            bound = "maximum" if held == most else "minimum" if held == least > 0 else ""
            rows.append((margin.name, label, held, least, most, bound))
    columns = ["margin", "label", "sampled", "minimum", "maximum", "bound"]
    return pd.DataFrame(rows, columns=columns)
