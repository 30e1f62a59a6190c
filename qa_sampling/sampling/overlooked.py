"""Which teams, workers or groups of children no audit has looked at, and how likely that was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import SchemaError


@dataclass(frozen=True)
class Overlooked:
    """Groups against what a random draw would have looked at.

    Attributes
    ----------
    by : str
        What the groups are.
    table : DataFrame
        One row a group, the least likely overlooked first: `group`, `cases` (months of cases that
        could be drawn), `looked_at`, `chance_none` (chance that a random draw of the same size
        looks at none of them), `overlooked` (bool).
    observed : int
        Groups that nobody looked at.
    expected : float
        How many a random draw would leave out on average.
    p : float
        Chance that a random draw leaves out as many or more, groups taken as independent.
    """

    by: str
    table: pd.DataFrame
    observed: int
    expected: float
    p: float


def overlooked(cases: pd.DataFrame, *, by: str, within: Sequence[str] = ("period",)) -> Overlooked:
    """Say which groups no case was looked at of, and how unlikely that is by chance.

    Parameters
    ----------
    cases : DataFrame
        One row a case and draw: `looked_at` (bool), the column named by `by` and those of
        `within`. Cases without a group are left out of the groups, not of the draw.
    by : str
        Column of the groups.
    within : sequence of str
        What the draws were made within: of each combination as many are drawn as were looked at.

    Raises
    ------
    SchemaError
        When a column is missing, or there is no case.

    Notes
    -----
    In each combination the chance that a draw of n among N leaves out all of a group's M cases
    is hypergeometric, C(N − M, n) / C(N, n); draws are independent, so chances multiply. How many
    groups are left out follows the Poisson binomial distribution if groups are independent;
    they compete for the same draws, which makes its upper tail a little too large: cautious.
    """
    from scipy import stats

    missing = [name for name in (by, "looked_at", *within) if name not in cases.columns]
    if missing or cases.empty:
        raise SchemaError(
            f"The cases lack {', '.join(missing)}. Give them."
            if missing
            else "There is no case that could have been looked at. Give at least one draw."
        )
    cells = cases.groupby(list(within))["looked_at"].agg(["size", "sum"])
    sizes = cases.dropna(subset=[by]).groupby([by, *within])["looked_at"].agg(["size", "sum"])
    held = sizes.join(cells, on=list(within), suffixes=(None, "_all"))
    held["none"] = stats.hypergeom.pmf(0, held["size_all"], held["size"], held["sum_all"])
    groups = held.groupby(level=0)
    table = pd.DataFrame(
        {
            "cases": groups["size"].sum(),
            "looked_at": groups["sum"].sum().astype("int64"),
            "chance_none": groups["none"].prod(),
        }
    )
    table["overlooked"] = table["looked_at"] == 0
    table = table.rename_axis("group").reset_index()
    table = table.sort_values(["overlooked", "chance_none", "group"], ascending=[False, True, True])
    chances = table["chance_none"].to_numpy().clip(0.0, 1.0)
    observed = int(table["overlooked"].sum())
    p = float(stats.poisson_binom.sf(observed - 1, chances)) if observed else 1.0
    return Overlooked(by, table.reset_index(drop=True), observed, float(chances.sum()), min(p, 1.0))
