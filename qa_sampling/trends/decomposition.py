"""Why a rate moved: rate, mix and volume parts by source, need, age, team and the like.

The **rate** part is what would have moved it had the mix of cases stayed; the **mix** part of a
factor is what its other spread of cases did; the **volume** part (for counts) is what more or
fewer cases did. They add up to the change exactly.

Source: E M Kitagawa (1955), JASA 50, 1168-1194 (one factor, both weightings averaged); P Das Gupta
(1993), Standardization and Decomposition of Rates, US Bureau of the Census, P23-186, chapters 5
and 6 (several factors, cross-classified). Intervals: the cluster bootstrap
(:mod:`qa_sampling.trends.family_bootstrap`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.cells import Effects, cell_effects, cell_rates
from qa_sampling.trends.decomposition_results import Change, Of
from qa_sampling.trends.dive_cases import Cases, read_cases
from qa_sampling.trends.factor_words import factor_words
from qa_sampling.trends.family_bootstrap import resampled_totals

__all__ = ["Change", "decompose"]


def decompose(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    factors: str | Sequence[str],
    outcome: str,
    cluster: str | None = "family_id",
    of: Of = "rate",
    periods: tuple[float, float] = (1.0, 1.0),
    centred: bool = True,
    draws: int = 1000,
    seed: str = "decompose",
    level: float = 0.95,
) -> Change:
    """Take the change of a rate, or of a count, between two sets of cases apart.

    Parameters
    ----------
    before, after : DataFrame
        One row a case (such as a referral) then and now. "Then" may be a baseline of many months:
        the change is then from expected to observed.
    factors : str or sequence of str
        One to five columns. A blank is "Not recorded".
    outcome : str
        Column of what is counted in a case: 0 or 1 (or true and false), or any count.
    cluster : str or None
        Column of families, for the intervals; None when each case stands alone. Blank families
        stand alone too.
    of : {"rate", "count"}
        Whether the events per case changed, or the events a period.
    periods : tuple of float
        Lengths of the two, in the same unit, such as (12, 1) months: counts are per unit. A rate
        does not need it.
    centred : bool
        Hold rates against their average when the mix is judged (:func:`cells.cell_effects`).
    draws : int
        Resamples of families for the intervals; 0 for none.
    seed : str
        Seed text of the resamples.
    level : float
        Level of the intervals: estimate and standard error of the bootstrap, normal.

    Returns
    -------
    Change

    Raises
    ------
    TrendError
        When a period has no cases, a column is missing, the outcome is missing or negative
        somewhere, or a setting is out of range.
    """
    names = (factors,) if isinstance(factors, str) else tuple(factors)
    _check(of, periods, draws, level)
    cases = read_cases(before, after, outcome=outcome, factors=names, cluster=cluster)
    size, events = cases.totals()
    effects = cell_effects(size, events, cases.codes, centred=centred)
    spread = _Spread()
    if draws:
        for kinds in resampled_totals(
            cases.families, cases.column, cases.values, width=2 * cases.cells, draws=draws,
            seed=seed,
        ):  # fmt: skip
            drawn = kinds.reshape(2, len(kinds[0]), 2, cases.cells).transpose(0, 2, 1, 3)
            spread.take(cases, cell_effects(*drawn, cases.codes, centred=centred),
                        drawn[0].sum(axis=-1), of, periods)  # fmt: skip
    parts, tables = _numbers(cases, effects, size.sum(axis=-1), of, periods)
    start, end = effects.before, effects.after
    if of == "count":
        start, end = (events.sum(axis=-1) / np.array(periods)).tolist()
    return Change(
        of=of,
        start=float(start),
        end=float(end),
        parts=_parts_table(names, of, parts, spread.errors(0), level),
        values=_values_table(cases, size, events, tables, spread),
        cases=(int(size[0].sum()), int(size[1].sum())),
        families=int(cases.families.max()) + 1,
        level=level,
        draws=draws,
        seed=seed,
        notes=cases.notes(size),
    )


def _check(of: str, periods: tuple[float, float], draws: int, level: float) -> None:
    faults = []
    if of not in ("rate", "count"):
        faults.append(f'`of` must be "rate" or "count"; got {of!r}')
    if len(periods) != 2 or not all(np.isfinite(one) and one > 0 for one in periods):
        faults.append(f"`periods` must be two lengths above 0; got {periods}")
    if draws != 0 and draws < 100:
        faults.append(f"`draws` must be 0, or at least 100 for an interval; got {draws}")
    if not 0 < level < 1:
        faults.append(f"`level` must lie between 0 and 1; got {level}. Give 0.95")
    if faults:
        raise TrendError(f"This cannot be taken apart: {'; '.join(faults)}.")


def _numbers(
    cases: Cases, effects: Effects, whole: np.ndarray, of: Of, periods: tuple[float, float]
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Give the parts (..., parts), and by value of every factor the rate and the mix parts."""
    rate = [effects.rate @ one for one in cases.membership]
    mix = [cells @ one for cells, one in zip(effects.mix, cases.membership, strict=True)]
    tables = np.concatenate(rate, axis=-1), np.concatenate(mix, axis=-1)
    parts = np.stack([effects.rate.sum(axis=-1), *effects.mix.sum(axis=-1)], axis=-1)
    if of == "rate":
        return parts, tables
    then, now = whole[0] / periods[0], whole[1] / periods[1]
    middle = ((then + now) / 2)[..., None]
    volume = (now - then) * (effects.before + effects.after) / 2
    parts = np.concatenate([volume[..., None], parts * middle], axis=-1)
    return parts, (tables[0] * middle, tables[1] * middle)


class _Spread:
    """Gathers the resamples, and gives their standard errors."""

    def __init__(self) -> None:
        self.drawn: list[tuple[np.ndarray, ...]] = []

    def take(
        self, cases: Cases, effects: Effects, whole: np.ndarray, of: Of,
        periods: tuple[float, float],
    ) -> None:  # fmt: skip
        parts, tables = _numbers(cases, effects, whole, of, periods)
        self.drawn.append((parts, *tables))

    def errors(self, place: int) -> np.ndarray | None:
        """Give standard errors; a resample in which a period has no case does not count."""
        if not self.drawn:
            return None
        values = np.concatenate([one[place] for one in self.drawn])
        return np.nanstd(values, axis=0, ddof=1)


def _parts_table(
    names: tuple[str, ...], of: Of, parts: np.ndarray, errors: np.ndarray | None, level: float
) -> pd.DataFrame:
    words = ["Rate", *(f"Mix of {factor_words(name)}" for name in names)]
    kinds, factors = ["rate", *["mix"] * len(names)], ["", *names]
    if of == "count":
        words, kinds, factors = ["Volume", *words], ["volume", *kinds], ["", *factors]
    error = np.full(len(parts), np.nan) if errors is None else errors
    reach = stats.norm.ppf((1 + level) / 2) * error
    return pd.DataFrame(
        {"part": words, "kind": kinds, "factor": factors, "contribution": parts,
         "standard_error": error, "low": parts - reach, "high": parts + reach}
    )  # fmt: skip


def _values_table(
    cases: Cases, size: np.ndarray, events: np.ndarray,
    tables: tuple[np.ndarray, np.ndarray], spread: _Spread,
) -> pd.DataFrame:  # fmt: skip
    counts = [np.concatenate([one @ held for held in cases.membership], axis=-1)
              for one in (size, events)]  # fmt: skip
    whole = size.sum(axis=-1)[:, None]
    rates = np.where(counts[0] > 0, cell_rates(*counts), np.nan)
    errors = [spread.errors(place) for place in (1, 2)]
    missing = np.full(counts[0].shape[1], np.nan)
    return pd.DataFrame(
        {
            "factor": np.repeat(cases.factors, [len(one) for one in cases.labels]),
            "value": np.concatenate(cases.labels),
            "cases_before": counts[0][0].astype(int),
            "cases_after": counts[0][1].astype(int),
            "events_before": counts[1][0],
            "events_after": counts[1][1],
            "share_before": (counts[0] / whole)[0],
            "share_after": (counts[0] / whole)[1],
            "rate_before": rates[0],
            "rate_after": rates[1],
            "rate_part": tables[0],
            "rate_error": missing if errors[0] is None else errors[0],
            "mix_part": tables[1],
            "mix_error": missing if errors[1] is None else errors[1],
        }
    )
