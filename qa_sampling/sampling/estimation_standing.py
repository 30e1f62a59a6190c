"""What it adds to chance that one child stands for each family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_columns import numbers_of


@dataclass(frozen=True, eq=False)
class Standing:
    """Cases that stand for their family: which child does was left to chance too.

    Attributes
    ----------
    share : ndarray of float
        Share of the stratum's standing cases that were opened; 0 for cases without siblings.
    weight : ndarray of float
        Weight of every row.

    Notes
    -----
    With u the value of the child that stands and m the children of its family, the total over
    those standing moves by no more than the sum of m² (u - b)² over families of two and more,
    whatever b: a variance is at most the mean squared distance from any point. The sum is
    estimated from the cases opened; b is the mean of all others. One child of a family is seen, so
    siblings cannot be compared, and this bound is what can be told; it is reached when
    siblings differ as much as strangers.
    """

    share: np.ndarray
    weight: np.ndarray

    def deviations(self, values: np.ndarray) -> np.ndarray:
        """Give numbers whose squares add up to what the choice of the child adds.

        Parameters
        ----------
        values : ndarray
            Weighted values: rows of the sample by columns.
        """
        apart = values - self.weight[:, None] * (values.sum(axis=0) / self.weight.sum())
        some = self.share > 0
        return np.sqrt(self._factor[some])[:, None] * apart[some]

    @property
    def _factor(self) -> np.ndarray:
        """The share, over the square of what makes a distance from all one from all others."""
        others = 1 - self.weight / self.weight.sum()
        return self.share / np.maximum(others, 1e-6) ** 2

    def domain_variances(self, values: np.ndarray, domain: np.ndarray, domains: int) -> np.ndarray:
        """Give what the choice of the child adds to the variance of each domain's sum.

        Parameters
        ----------
        values, domain, domains
            As for :meth:`StratifiedVariance.domain_variances`.
        """
        mean = np.bincount(domain, values, minlength=domains) / self.weight.sum()
        factor = self._factor
        first = np.bincount(domain, factor * self.weight * values, minlength=domains)
        second = np.bincount(domain, factor * values**2, minlength=domains)
        return second - 2 * mean * first + mean**2 * (factor @ self.weight**2)


def read_standing(table: pd.DataFrame, stands_for: str) -> np.ndarray:
    """Give how many children every case opened stands for.

    Parameters
    ----------
    table : DataFrame
        One row a case opened.
    stands_for : str
        Column.

    Raises
    ------
    EstimationError
        When a number is missing, below 1 or not whole.
    """
    children = numbers_of(table, stands_for)
    wrong = int((~(children >= 1) | (children % 1 != 0)).sum())
    if wrong:
        raise EstimationError(
            f"`{stands_for}` is not a whole number from 1 for {wrong} cases. Give the number of "
            f"children in the frame that the case stands for, itself included."
        )
    return children


def check_available(available: np.ndarray, populations: np.ndarray, labels: list[str]) -> None:
    """Refuse more children that stand than there are.

    Parameters
    ----------
    available, populations : ndarray of float
        Children that stand, and all there are, by stratum.
    labels : list of str
        Label of every stratum.

    Raises
    ------
    EstimationError
        When a stratum has more that stand than children.
    """
    wrong = np.flatnonzero(available > populations)
    if len(wrong):
        one = int(wrong[0])
        raise EstimationError(
            f"Of the {populations[one]:g} children of stratum {labels[one]!r} {available[one]:g} "
            f"would stand for a family. Give all children as `population`."
        )


def check_against_standing(
    weights: np.ndarray, codes: np.ndarray, labels: list[str], populations: np.ndarray
) -> None:
    """Refuse weights that say that the population counts standing children only.

    Parameters
    ----------
    weights : ndarray of float
        Weight of every case opened.
    codes : ndarray of int
        Stratum of every case.
    labels : list of str
        Label of every stratum.
    populations : ndarray of float
        Cases of every stratum; infinite when unknown.

    Raises
    ------
    EstimationError
        When all weights of a stratum are whole multiples of population / opened, some of them
        two and more: they then always add up to more than the population, so that it cannot
        be that of all children.
    """
    opened = np.bincount(codes, minlength=len(labels))
    times = weights * (opened / populations)[codes]
    whole = (np.abs(times - np.round(times)) < 1e-6) & (np.round(times) >= 1)
    all_whole = np.bincount(codes, ~whole, minlength=len(labels)) == 0
    some_more = np.bincount(codes, times > 1.5, minlength=len(labels)) > 0
    wrong = np.flatnonzero(all_whole & some_more & (opened > 1))
    if len(wrong):
        one = int(wrong[0])
        raise EstimationError(
            f"The weights of stratum {labels[one]!r} are whole multiples of its population over "
            f"the cases opened, so {populations[one]:g} counts the children that stand for a "
            f"family, not `population`. Give all children as `population`, those that stand as "
            f"`available`, and `stands_for`, the children of each case's family."
        )
