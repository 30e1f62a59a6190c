"""How well a sample is spread, and how like the caseload it looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qa_sampling.errors import FrameError

_ROWS = 256


def spatial_balance(coordinates: np.ndarray, probability: np.ndarray, drawn: np.ndarray) -> float:
    """Give the spatial balance of a sample: 0 when every drawn case stands for one case drawn.

    Parameters
    ----------
    coordinates : ndarray, cases by coordinates
        Where the cases lie.
    probability : ndarray of float
        Inclusion probabilities, adding up to the sample's size.
    drawn : ndarray of bool
        Who was drawn.

    Returns
    -------
    float
        The mean over the sample of (v - 1) squared, v being the sum of the probabilities of the
        cases nearest to it; a case as near to several is shared among them (Stevens and Olsen
        2004, Journal of the American Statistical Association 99:262-278). Lower is better.

    Raises
    ------
    FrameError
        When nobody was drawn.
    """
    at = np.asarray(coordinates)
    sample = np.flatnonzero(drawn)
    if not len(sample):
        raise FrameError("Nobody was drawn, so there is no spread to measure. Draw a case first.")
    held = np.zeros(len(sample))
    for first in range(0, len(at), _ROWS):
        rows = slice(first, first + _ROWS)
        apart = at[rows, None, :] - at[None, sample, :]
        away = (apart * apart).sum(axis=2)
        nearest = away == away.min(axis=1, keepdims=True)
        shares = np.asarray(probability)[rows, None] * nearest / nearest.sum(axis=1, keepdims=True)
        held += shares.sum(axis=0)
    return float(((held - 1) ** 2).mean())


def compare_with_caseload(
    table: pd.DataFrame, sample: pd.DataFrame, columns: Sequence[str]
) -> pd.DataFrame:
    """Compare a sample with the caseload, covariate by covariate.

    Parameters
    ----------
    table : DataFrame
        The caseload: `case_ref` and the covariates.
    sample : DataFrame
        The sample: `case_ref` and `weight`.
    columns : sequence of str
        Covariates. Numbers are compared by their mean, words by their shares.

    Returns
    -------
    DataFrame
        One row a covariate and word: `covariate`, `value` (the word, or "mean"), `caseload`,
        `sample` (weighted), `difference` (sample minus caseload; of means in standard
        deviations of the caseload), `drawn` (cases of the sample with the word). Missing
        values are shown as "(missing)"; means are of what is known.
    """
    weight = sample.set_index("case_ref")["weight"]
    drawn = table[table["case_ref"].isin(weight.index)]
    rows = []
    for name in columns:
        here, there = table[name], drawn[name]
        heavy = drawn["case_ref"].map(weight).to_numpy(dtype=float)
        if pd.api.types.is_numeric_dtype(here) and not pd.api.types.is_bool_dtype(here):
            rows.append(_means(name, here, there, heavy))
        else:
            rows += _shares(name, here, there, heavy)
    names = ["covariate", "value", "caseload", "sample", "difference", "drawn"]
    return pd.DataFrame(rows, columns=names)


def _means(name: str, here: pd.Series, there: pd.Series, weight: np.ndarray) -> tuple:
    known = there.notna().to_numpy()
    values = there[known].to_numpy(dtype=float)
    caseload = float(here.mean())
    mean = float(np.average(values, weights=weight[known])) if len(values) else float("nan")
    deviation = float(here.std(ddof=0))
    apart = (mean - caseload) / deviation if deviation > 0 else mean - caseload
    return (name, "mean", caseload, mean, apart, int(known.sum()))


def _shares(name: str, here: pd.Series, there: pd.Series, weight: np.ndarray) -> list[tuple]:
    words, held = (part.astype(object).where(part.notna(), "(missing)") for part in (here, there))
    rows = []
    for word in sorted(set(words.tolist()), key=str):
        caseload = float((words == word).mean())
        is_word = (held == word).to_numpy()
        share = float(weight[is_word].sum() / weight.sum()) if len(weight) else float("nan")
        rows.append((name, word, caseload, share, share - caseload, int(is_word.sum())))
    return rows
