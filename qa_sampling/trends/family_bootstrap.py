"""Resamples of families: brothers and sisters are drawn together or not at all.

Families of both periods are drawn with putting back, as many as there are; a family that is in
both periods brings its cases of both. The numbers follow from a seed text
(:mod:`qa_sampling.seeded`).

Source: A C Davison, D V Hinkley (1997), Bootstrap Methods and their Application, 3.8; C A Field,
A H Welsh (2007), Bootstrapping clustered data, JRSS B 69, 369-390 (the cluster bootstrap).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import sparse

from qa_sampling.seeded import numbers_below

__all__ = ["cluster_codes", "resampled_totals"]

_TAG = "qa_sampling/trends/families/v1"
_PART = 1 << 21


def cluster_codes(clusters: pd.Series) -> np.ndarray:
    """Give each row the place of its family; a row without one is a family of its own.

    Parameters
    ----------
    clusters : Series
        Family of each row; blank or missing where it is not known.

    Returns
    -------
    array of int
        From 0 to the number of families less 1.
    """
    text = clusters.astype("str").str.strip().to_numpy(dtype=object)
    blank = (clusters.isna() | (clusters.astype("str").str.strip() == "")).to_numpy()
    keys = np.where(blank, None, text)
    codes = pd.factorize(keys)[0]
    codes[blank] = codes.max(initial=-1) + 1 + np.arange(int(blank.sum()))
    return codes


def resampled_totals(
    families: np.ndarray, columns: np.ndarray, values: np.ndarray, *, width: int, draws: int,
    seed: str,
) -> Iterator[np.ndarray]:  # fmt: skip
    """Give totals of every column in every resample, part by part.

    Parameters
    ----------
    families : array of int, (rows,)
        Family of each row, from 0.
    columns : array of int, (rows,)
        Column that the row's value adds to.
    values : array, (rows, kinds)
        What is added, several kinds at once.
    width : int
        Columns.
    draws : int
        Resamples.
    seed : str
        Seed text.

    Yields
    ------
    array, (kinds, some draws, width)
    """
    n = int(families.max(initial=-1)) + 1
    held = [sparse.csr_array((kind, (families, columns)), shape=(n, width)) for kind in values.T]
    rows = max(_PART // max(n, width), 1)
    for part, start in enumerate(range(0, draws, rows)):
        here = min(rows, draws - start)
        chosen = numbers_below(n, here * n, seed, tag=_TAG, part=part).reshape(here, n)
        chosen = chosen + np.arange(here)[:, None] * n
        times = np.bincount(chosen.ravel(), minlength=here * n).reshape(here, n).astype(float)
        yield np.stack([(kind.T @ times.T).T for kind in held])
