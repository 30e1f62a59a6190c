"""How long actions take: the median with those that are still open (Kaplan and Meier).

Leaving out what is still open would make the time look short: the slow ones are missing. The
product-limit estimator counts an open action for as long as it has been watched.

Source: E L Kaplan, P Meier (1958), Nonparametric estimation from incomplete observations, JASA
53, 457-481. The interval of the median inverts the interval of the curve on the scale
log(-log(S)) (R Brookmeyer, J Crowley 1982, Biometrics 38, 29-41). Computed by statsmodels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import SchemaError

_ENDS = {"closed": "verified_date", "completed": "completed"}


@dataclass(frozen=True)
class ClosingTimes:
    """How long actions take.

    Attributes
    ----------
    until : str
        What is waited for: "closed" or "completed".
    n : int
        Actions watched.
    reached : int
        How many got there.
    waiting : int
        How many have not yet, each counted for as long as it was watched.
    left_out : int
        Withdrawn, or without a day on which they were raised.
    median : float or None
        Days by which half are there; None while fewer than half are.
    low, high : float or None
        Ends of its interval; None where the curve does not reach so far.
    level : float
        Level of the interval.
    curve : DataFrame
        One row a day on which one got there: `days`, `at_risk`, `reached`, `share_waiting`
        (0 to 1), `standard_error`.
    """

    until: str
    n: int
    reached: int
    waiting: int
    left_out: int
    median: float | None
    low: float | None
    high: float | None
    level: float
    curve: pd.DataFrame

    def share_within(self, days: float) -> float | None:
        """Give the share that is there within so many days; None when not watched so long.

        Parameters
        ----------
        days : float
            Days after an action was raised.
        """
        before = self.curve[self.curve["days"] <= days]
        if self.n == 0 or days > self.longest:
            return None
        return 1.0 - float(before["share_waiting"].iloc[-1]) if len(before) else 0.0

    @property
    def longest(self) -> float:
        """Longest time any action was watched, in days."""
        return float(self.curve.attrs.get("longest", 0.0))


def closing_times(
    held: pd.DataFrame, *, as_at: pd.Timestamp, until: str = "closed", level: float = 0.95
) -> ClosingTimes:
    """Estimate how long actions take.

    Parameters
    ----------
    held : DataFrame
        What ``actions.known_at`` gives: `raised`, `completed`, `verified_date`, `status`.
    as_at : Timestamp
        Day on which those still open were last looked at.
    until : {"closed", "completed"}
        What is waited for.
    level : float
        Level of the interval of the median.

    Raises
    ------
    SchemaError
        When `until` is neither, or the level is no share.
    """
    if until not in _ENDS:
        raise SchemaError(f"`until` must be one of {', '.join(_ENDS)}; got {until!r}.")
    if not 0 < level < 1:
        raise SchemaError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")
    kept = held[(held["status"] != "Withdrawn") & held["raised"].notna()]
    end = kept[_ENDS[until]]
    if until == "closed":
        end = end.where(kept["status"] == "Closed")
    days = (end.fillna(as_at) - kept["raised"]).dt.days.to_numpy(dtype=float)
    there = end.notna().to_numpy()
    return _estimate(days, there, until=until, level=level, left_out=len(held) - len(kept))


def _estimate(
    days: np.ndarray, there: np.ndarray, *, until: str, level: float, left_out: int
) -> ClosingTimes:
    from statsmodels.duration.survfunc import SurvfuncRight

    columns = ["days", "at_risk", "reached", "share_waiting", "standard_error"]
    curve, median, low, high = pd.DataFrame(columns=columns, dtype=float), None, None, None
    if there.any():
        found = SurvfuncRight(np.maximum(days, 0.5), there.astype(int))
        times, prob = found.surv_times, found.surv_prob
        times = np.where(times == 0.5, 0.0, times)
        kept = found.n_events > 0
        curve = pd.DataFrame(
            np.column_stack([times, found.n_risk, found.n_events, prob, found.surv_prob_se])[kept],
            columns=columns,
        )
        median = _crossing(curve["days"], curve["share_waiting"])
        low, high = _ends(curve, level)
    curve.attrs["longest"] = float(days.max()) if len(days) else 0.0
    return ClosingTimes(
        until=until,
        n=len(days),
        reached=int(there.sum()),
        waiting=int((~there).sum()),
        left_out=left_out,
        median=median,
        low=low,
        high=high,
        level=level,
        curve=curve,
    )


def _crossing(days: pd.Series, share: pd.Series) -> float | None:
    """Give the first day on which no more than half wait."""
    below = (share <= 0.5 + 1e-12).to_numpy()
    return float(days[below.argmax()]) if below.any() else None


def _ends(curve: pd.DataFrame, level: float) -> tuple[float | None, float | None]:
    """Invert the interval of the curve on the scale log(-log(S))."""
    from scipy import stats

    z = float(stats.norm.ppf((1 + level) / 2))
    share, error = curve["share_waiting"].to_numpy(), curve["standard_error"].to_numpy()
    inner = (share > 0) & (share < 1)
    lower, upper = share.copy(), share.copy()
    logged = np.log(share[inner])
    reach = z * error[inner] / (share[inner] * np.abs(logged))
    lower[inner] = share[inner] ** np.exp(reach)
    upper[inner] = share[inner] ** np.exp(-reach)
    if (share == 0).any():  # the last one got there: no interval beyond
        upper[share == 0] = np.inf
        lower[share == 0] = 0.0
    days = curve["days"]
    return _crossing(days, pd.Series(lower)), _crossing(days, pd.Series(upper))
