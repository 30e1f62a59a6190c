"""Who marks high or low: each auditor's shift against the moderators, shrunken.

An auditor's shift is the mean of their grades less the moderators' of the same cases. It assumes
nothing of how cases were given to auditors, since both graded the same case; it is a shift
against those moderators, who have a severity of their own.

The spread of a difference is pooled over auditors, with a case a grade up and one a grade down
added, so three cases without a difference are no proof of perfection. Somebody stands out when
a test of the plain mean does, with false discovery control, and the interval of the shrunken
shift lies on one side too. Nobody is ranked. The test is Student's t; but three cases that are
all a grade higher are less rare than t says, so the exact probability of such a sum counts
where it is larger, differences being scattered as those of all auditors: against the moderators
as often high as low, against the average as they are.

Moderation should be random. Where audits are moderated because of their grade, such as every
Inadequate, whoever graded one by chance looks harder: a second grade falls back to the middle.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from qa_sampling.agreement.counts import graded_pairs
from qa_sampling.agreement.cusum import scatter_of
from qa_sampling.agreement.discovery import Control, adjusted_p_values, expected_false_alarms
from qa_sampling.agreement.net_bias import check_level
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.shrinkage import ShrinkMethod, shrink
from qa_sampling.errors import AgreementError
from qa_sampling.results import Funnel, Severities

__all__ = ["bias_funnel", "cases_to_detect", "minimum_detectable_bias", "severity", "shifts"]

FEWEST = 3
"""Fewest moderated cases for an auditor's shift to be shown."""
_STEPS = np.linspace(-8, 8, 321)
Against = Literal["moderators", "average"]


def shifts(ratings: Ratings, *, role: Literal["auditor", "moderator"] = "auditor") -> pd.DataFrame:
    """Give each auditor's plain mean shift and its standard error.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.
    role : {"auditor", "moderator"}
        Whose shifts: a moderator's is the mean of their grades less the auditors'.

    Returns
    -------
    DataFrame
        One row a person, by name: the role's column, `n` (cases), `mean` (in grades; a case on
        several standards counts as one, with its mean), `standard_error` (with the pooled
        spread). ``attrs["spread"]`` is the pooled standard deviation of a case's difference,
        ``attrs["degrees_of_freedom"]`` what it rests on; ``attrs["scatter"]`` how often each
        difference is seen, both ways alike (None where a case's mean is no whole grade),
        ``attrs["seen"]`` as it is, a case each way added.

    Raises
    ------
    AgreementError
        When no audit was graded by both roles.
    """
    met = graded_pairs(ratings)
    if not len(met):
        raise AgreementError(
            "No audit has a grade of both auditor and moderator, so no shift can be told."
        )
    sign = 1.0 if role == "auditor" else -1.0
    cases = sign * met.groupby([role, "case"], sort=True)["gap"].mean()
    found = cases.groupby(level=0).agg(["size", "mean"])
    rest = cases - cases.groupby(level=0).transform("mean")
    free = len(cases) - len(found) + 2
    spread = float(np.sqrt(((rest**2).sum() + 2) / free))
    table = pd.DataFrame(
        {
            role: found.index.to_numpy(),
            "n": found["size"].to_numpy(),
            "mean": found["mean"].to_numpy(),
            "standard_error": spread / np.sqrt(found["size"].to_numpy()),
        }
    )
    whole = bool((cases % 1 == 0).all())
    table.attrs |= {"spread": spread, "degrees_of_freedom": free}
    table.attrs["scatter"] = scatter_of(cases) if whole else None
    seen = pd.Series([*cases, 1.0, -1.0]).value_counts(normalize=True)
    table.attrs["seen"] = {int(gap): float(share) for gap, share in seen.items()} if whole else None
    return table


def severity(
    ratings: Ratings,
    *,
    against: Against = "moderators",
    control: Control = "benjamini-hochberg",
    rate: float = 0.05,
    level: float = 0.95,
    method: ShrinkMethod = "averaged",
    fewest: int = FEWEST,
    scope: str = "",
) -> Severities:
    """Give each auditor's shrunken shift with its interval, and who stands out.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.
    against : {"moderators", "average"}
        What an auditor must differ from to stand out: no shift at all, or the mean shift of the
        other auditors.
    control : {"benjamini-hochberg", "benjamini-yekutieli", "none"}
        How looking at many auditors is allowed for.
    rate : float
        False discovery rate among those who stand out; the level of each test without control.
    level : float
        Level of the intervals, each by itself.
    method : {"averaged", "reml", "paule-mandel"}
        How auditors are shrunken; see :func:`~qa_sampling.agreement.shrinkage.shrink`.
    fewest : int
        Fewest cases for a shift to be shown. The others help to find the middle.
    scope : str
        Place and period.

    Returns
    -------
    Severities
        By name, with further columns `mean` (plain), `p_value`, `adjusted_p`.

    Raises
    ------
    AgreementError
        When nothing was moderated, a level or rate is no share, or a choice is unknown.
    """
    check_level(level)
    check_level(rate)
    table = shifts(ratings)
    if against not in ("moderators", "average"):
        raise AgreementError(
            f"`against` {against!r} is unknown; choose one of moderators, average."
        )
    shrunken = shrink(table["mean"], table["standard_error"] ** 2, method=method)
    low, high = shrunken.confidence_limits(level)
    shown = (table["n"] >= fewest).to_numpy()
    p_value = np.where(shown, _p_values(table, against), np.nan)
    adjusted = adjusted_p_values(p_value, control=control)
    held = 0.0 if against == "moderators" else shrunken.middle
    named = (np.nan_to_num(adjusted, nan=1.0) <= rate) & ((low > held) | (high < held))
    way = np.where(_gaps(table, against)[0] > 0, "easier", "harder")
    rows = pd.DataFrame(
        {
            "auditor": table["auditor"],
            "n": table["n"].astype(float),
            "shift": np.where(shown, np.clip(shrunken.shift, low, high), np.nan),
            "low": np.where(shown, low, np.nan),
            "high": np.where(shown, high, np.nan),
            "signal": np.where(named, way, ""),
            "mean": np.where(shown, table["mean"], np.nan),
            "p_value": p_value,
            "adjusted_p": adjusted,
        }
    )
    return Severities(
        rows,
        measure="Auditor’s grade minus the moderator’s, in grades, shrunk towards the average",
        scope=scope,
        unit="grades",
        n=int(table["n"].sum()),
        n_of="moderated audits",
        average=shrunken.middle,
        level=level,
        method=shrunken.method,
        expected_by_chance=expected_false_alarms(int(shown.sum()), rate=rate, control=control),
        warnings=_few(int((~shown).sum()), fewest),
    )


def bias_funnel(ratings: Ratings, *, scope: str = "", fewest: int = FEWEST) -> Funnel:
    """Give the plain mean shifts of auditors with the limits of the middle auditor.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.
    scope : str
        Place and period.
    fewest : int
        Fewest cases for an auditor to be shown.

    Returns
    -------
    Funnel
        Limits at 95% and 99.8% around the mean of all cases, by Student's t with the pooled
        spread; without false discovery control. Whoever lies beyond the outer ones is marked.
    """
    table = shifts(ratings)
    spread, free = table.attrs["spread"], table.attrs["degrees_of_freedom"]
    centre = float(np.average(table["mean"], weights=table["n"]))
    seen = table[table["n"] >= fewest]
    sizes = np.arange(1, int(table["n"].max()) + 2, dtype=float)
    reach = {level: stats.t.ppf((1 + level) / 2, free) * spread for level in (0.95, 0.998)}
    limits = {"n": sizes}
    for level, end in ((0.95, ""), (0.998, "_outer")):
        limits[f"low{end}"] = centre - reach[level] / np.sqrt(sizes)
        limits[f"high{end}"] = centre + reach[level] / np.sqrt(sizes)
    beyond = (seen["mean"] - centre).abs() > reach[0.998] / np.sqrt(seen["n"])
    units = pd.DataFrame(
        {
            "unit": seen["auditor"],
            "n": seen["n"].astype(float),
            "value": seen["mean"],
            "signal": np.where(beyond, "neutral", ""),
        }
    )
    return Funnel(
        units,
        pd.DataFrame(limits),
        centre=centre,
        centre_name="All auditors",
        measure="Auditor’s grade minus the moderator’s, mean, in grades",
        scope=scope,
        unit="grades",
        n=int(table["n"].sum()),
        n_of="moderated audits",
        warnings=_few(len(table) - len(seen), fewest),
    )


def minimum_detectable_bias(
    n: int, *, spread: float, level: float = 0.95, power: float = 0.8
) -> float:
    """Give the smallest shift that a t-test of n moderated cases would probably find.

    Parameters
    ----------
    n : int
        Moderated cases of the auditor, at least 2.
    spread : float
        Standard deviation of a case's difference, in grades.
    level : float
        One less the chance of a false alarm.
    power : float
        Wanted chance of finding the shift.

    Returns
    -------
    float
        In grades.
    """
    check_level(level)
    check_level(power)
    if n < 2 or not spread > 0:
        raise AgreementError("A shift can be found from 2 cases on, with a spread above 0.")

    if power <= 1 - level:
        return 0.0
    edge = float(stats.t.ppf((1 + level) / 2, n - 1))
    high = edge + 6.0
    while _power(high, edge, n - 1) < power:
        high *= 2
    size = optimize.brentq(lambda one: _power(one, edge, n - 1) - power, 0.0, high, xtol=1e-12)
    return float(size) * spread / np.sqrt(n)


def _power(size: float, edge: float, free: int) -> float:
    """Give the power of a two-sided t-test, averaged over the spread that the sample shows.

    The noncentral t distribution of scipy has no value far out, where two cases need it.
    """
    low, high = stats.norm.cdf(_STEPS), stats.norm.sf(_STEPS)
    squares = np.where(_STEPS < 0, stats.chi2.ppf(low, free), stats.chi2.isf(high, free))
    shown = np.sqrt(squares / free)
    found = special.ndtr(size - edge * shown) + special.ndtr(-size - edge * shown)
    return float(stats.norm.pdf(_STEPS) @ found * (_STEPS[1] - _STEPS[0]))


def cases_to_detect(
    bias: float, *, spread: float, level: float = 0.95, power: float = 0.8, most: int = 10_000
) -> int | None:
    """Give the fewest moderated cases with which a shift would probably be found.

    Parameters
    ----------
    bias : float
        The shift in grades; its sign does not matter.
    spread : float
        Standard deviation of a case's difference, in grades.
    level, power : float
        As in :func:`minimum_detectable_bias`.
    most : int
        Beyond this many, None.
    """
    low, high = 1, most
    if not bias or minimum_detectable_bias(most, spread=spread, level=level, power=power) > abs(
        bias
    ):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        least = minimum_detectable_bias(middle, spread=spread, level=level, power=power)
        low, high = (low, middle) if least <= abs(bias) else (middle, high)
    return high


def _gaps(table: pd.DataFrame, against: Against) -> tuple[np.ndarray, np.ndarray]:
    """Give how far each mean lies from what it is held against, and the error of that."""
    mean, n = table["mean"].to_numpy(), table["n"].to_numpy(dtype=float)
    error = table["standard_error"].to_numpy()
    if against == "moderators":
        return mean, error
    rest = n.sum() - n
    if (rest <= 0).any():
        raise AgreementError("An auditor is held against the others; there is only one.")
    others = ((mean * n).sum() - mean * n) / rest
    return mean - others, error * np.sqrt(1 + n / rest)


def _p_values(table: pd.DataFrame, against: Against) -> np.ndarray:
    gap, error = _gaps(table, against)
    p_value = 2 * stats.t.sf(np.abs(gap) / error, table.attrs["degrees_of_freedom"])
    if table.attrs["scatter"] is None:
        return p_value
    return np.maximum(p_value, _exact_p_values(table, against))


def _exact_p_values(table: pd.DataFrame, against: Against) -> np.ndarray:
    """Give the probability of a sum of differences so far out, by folding their scatter."""
    scatter = table.attrs["scatter" if against == "moderators" else "seen"]
    most = max(abs(gap) for gap in scatter)
    each = np.array([scatter.get(gap, 0.0) for gap in range(-most, most + 1)])
    sums = {0: np.ones(1)}
    for n in range(1, int(table["n"].max()) + 1):
        sums[n] = np.convolve(sums[n - 1], each)
    found = []
    for n, mean in zip(table["n"], table["mean"], strict=True):
        place = n * most + round(n * mean)
        found.append(2 * min(sums[n][: place + 1].sum(), sums[n][place:].sum()))
    return np.minimum(found, 1.0)


def _few(count: int, fewest: int) -> tuple[str, ...]:
    if not count:
        return ()
    people = "1 auditor has" if count == 1 else f"{count} auditors have"
    return (f"{people} fewer than {fewest} moderated audits: too few for a shift.",)
