"""What is asked of the grades: coefficients, weights, units that belong together, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.agreement.formulas import FORMULAS
from qa_sampling.agreement.patterns import Blocks, Patterns, find_patterns
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import Scale
from qa_sampling.agreement.weighting import weight_matrix, within
from qa_sampling.errors import AgreementError

IntervalName = Literal["plus_two", "jackknife", "linearised", "percentile", "bca", "gwet", "none"]
INTERVALS: dict[str, str] = {
    "plus_two": "t interval on the atanh scale with two cases more, over {blocks}",
    "jackknife": "t interval on the atanh scale, jackknife over {blocks}",
    "linearised": "t interval on the atanh scale, linearised over {blocks}",
    "percentile": "percentile bootstrap of {blocks}, {draws} draws",
    "bca": "bias-corrected accelerated bootstrap of {blocks}, {draws} draws",
    "gwet": "t interval by Gwet's published formula, as irrCAC gives it",
    "none": "the estimate alone: no error and no interval was asked for",
}
"""Intervals by name, in words."""
Columns = Literal["auto", "role", "rater"]
_PART = 1 << 15


@dataclass(frozen=True, eq=False)
class Question:
    """One question to any number of groups; :func:`agreement` explains the fields."""

    scale: Scale
    coefficients: tuple[str, ...]
    weights: str | np.ndarray
    interval: str
    level: float
    columns: str
    cluster: str | None
    unconditional: bool
    population: float | None
    rater_population: float | None
    draws: int
    seed: str | None
    matrices: dict[str, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be asked, and make the weights."""
        _check_names(self.coefficients)
        if self.interval not in INTERVALS:
            raise AgreementError(
                f"`interval` {self.interval!r} is unknown; choose one of {', '.join(INTERVALS)}."
            )
        if self.columns not in ("auto", "role", "rater"):
            raise AgreementError(
                f"`columns` {self.columns!r} is unknown; choose one of auto, role, rater."
            )
        if not 0 < self.level < 1:
            raise AgreementError(
                f"`level` must lie between 0 and 1; got {self.level:g}. Give 0.95."
            )
        if self.interval in ("percentile", "bca") and not self.seed:
            raise AgreementError("A bootstrap needs a `seed` text, so that it can be repeated.")
        if self.draws < 100:
            raise AgreementError(f"`draws` must be at least 100; got {self.draws}. Give 2000.")
        size = self.scale.size
        made = {
            "weights": weight_matrix(self.weights, self.scale),
            "identity": np.eye(size),
            "one": within(1, size),
            "quadratic": weight_matrix("quadratic", self.scale),
        }
        if "alpha_ratio" in self.coefficients:
            made["ratio"] = weight_matrix("ratio", self.scale)
        object.__setattr__(self, "matrices", made)

    @property
    def weights_name(self) -> str:
        """What the weights are called."""
        return self.weights if isinstance(self.weights, str) else "own weights"


def _check_names(coefficients: Sequence[str]) -> None:
    unknown = [name for name in coefficients if name not in FORMULAS]
    if unknown or not coefficients:
        what = f"{', '.join(map(repr, unknown))} unknown" if unknown else "none given"
        raise AgreementError(f"`coefficients`: {what}; choose from {', '.join(FORMULAS)}.")


@dataclass(frozen=True, eq=False)
class Group:
    """The ratings of a group, ready to be counted.

    Attributes
    ----------
    ratings : Ratings
        With a column a rater.
    arranged : Ratings
        With the columns that are compared.
    blocks : Blocks
        Patterns and what is left out as a whole.
    clustered : str
        What the blocks are: "cases", "teams" …
    """

    ratings: Ratings
    arranged: Ratings
    blocks: Blocks
    clustered: str

    @property
    def patterns(self) -> Patterns:
        """The patterns."""
        return self.blocks.patterns


def prepare(ratings: Ratings, question: Question) -> Group:
    """Find the patterns of a group and the units that belong together.

    Parameters
    ----------
    ratings : Ratings
        The group.
    question : Question
        What is asked.
    """
    arranged = arrange(ratings, question.columns)
    clusters, named = clusters_of(ratings.units, question.cluster)
    patterns = find_patterns(
        arranged.codes, arranged.scale.size, ratings.weights, keep_members=clusters is not None
    )
    return Group(ratings, arranged, Blocks(patterns, clusters), named)


def arrange(ratings: Ratings, columns: str) -> Ratings:
    """Give the ratings with the columns that are compared.

    Parameters
    ----------
    ratings : Ratings
        The ratings.
    columns : {"auto", "role", "rater"}
        As :func:`agreement` has it.
    """
    if columns == "role" or (columns == "auto" and ratings.has_roles):
        return ratings.by_role()
    return ratings


def clusters_of(units: pd.DataFrame, cluster: str | None) -> tuple[np.ndarray | None, str]:
    """Give the cluster of each unit, or None where each stands for itself.

    Parameters
    ----------
    units : DataFrame
        The units of the ratings.
    cluster : str or None
        "auto": the case, where a case has several units; None: every unit by itself; or a
        column of the units.

    Raises
    ------
    AgreementError
        When there is no such column, or it has missing values.
    """
    if cluster is None:
        return None, "units"
    column = "case_ref" if cluster == "auto" else cluster
    if column not in units.columns:
        raise AgreementError(
            f"There is no column `{column}` to cluster by; choose one of "
            f"{', '.join(units.columns)}, or None."
        )
    if cluster == "auto" and _all_differ(units[column]):
        return None, "cases"
    places, _ = pd.factorize(units[column])
    if (places < 0).any():
        raise AgreementError(
            f"Column `{column}` is missing in {int((places < 0).sum())} units; every unit must "
            "belong to a cluster."
        )
    return places, "cases" if column == "case_ref" else f"{column}s"


def _all_differ(values: pd.Series) -> bool:
    """Say whether no value occurs twice; quick for numbers that rise."""
    held = values.to_numpy()
    if np.issubdtype(held.dtype, np.number):
        parts = (held[start : start + _PART + 1] for start in range(0, len(held), _PART))
        if all((part[1:] > part[:-1]).all() for part in parts):
            return True
    return values.is_unique
