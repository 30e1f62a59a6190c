"""What share has come again by a day, where something else may come first, or the watch ends.

The share is Aalen and Johansen's cumulative incidence: a child that came into care, or turned 18,
can no longer be referred again and is not waited for, and one watched for three months counts for
three months. Without anything that may come first it is one less Kaplan and Meier's curve. Leaving
the others out, or taking them as still waiting, would tell too much.

Source: O O Aalen, S Johansen (1978), Scandinavian Journal of Statistics 5, 141-150; E L Kaplan, P
Meier (1958), JASA 53, 457-481. Errors: the infinitesimal jackknife, summed by family (T M Therneau,
P M Grambsch 2000, Modeling Survival Data, chapter 8, as R's `survival` has it). Intervals on the
scale log(-log(share)) (J Choudhury 2002, Statistics in Medicine 21, 1129-1144).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.family_bootstrap import cluster_codes

__all__ = ["WAITING", "Incidence", "incidence", "waits_in"]

WAITING = "Waiting"
"""State of those for whom nothing has come yet."""
_CHUNK = 4_000_000


@dataclass(frozen=True)
class Incidence:
    """What share has come by each day. Restricted: it holds small counts.

    Attributes
    ----------
    event : str
        What is waited for.
    n, families : int
        Cases, and the families they belong to.
    came, first, waiting : int
        For how many it came, something else came first, nothing had come when last looked at.
    curve : DataFrame
        One row a day on which it came or something else did: `days`, `at_risk`, `came`, `share`,
        `standard_error`, `low`, `high` (missing before the first).
    longest : float
        Longest that any case was watched, in days.
    level : float
        Level of the intervals, each day by itself.
    """

    event: str
    n: int
    families: int
    came: int
    first: int
    waiting: int
    curve: pd.DataFrame
    longest: float
    level: float

    def at(self, days: float) -> dict[str, float]:
        """Give share, error and interval by a day; missing when no case was watched so long.

        Parameters
        ----------
        days : float
            Days after the start.
        """
        names = ("share", "standard_error", "low", "high")
        if not self.n or days > self.longest:
            return dict.fromkeys(names, float("nan"))
        before = self.curve[self.curve["days"] <= days]
        if before.empty:
            return {"share": 0.0, "standard_error": 0.0, "low": float("nan"), "high": float("nan")}
        return {name: float(before[name].iloc[-1]) for name in names}


def incidence(
    cases: pd.DataFrame,
    *,
    event: str,
    days: str = "days",
    state: str = "state",
    cluster: str | None = "family_id",
    level: float = 0.95,
) -> Incidence:
    """Estimate what share has come by each day.

    Parameters
    ----------
    cases : DataFrame
        One row a case, such as :func:`waiting.times_to_next` gives.
    event : str
        State that is waited for.
    days : str
        Column of days from the start until something came, or the case was last looked at.
    state : str
        Column of what came: `event`, something else, or "Waiting".
    cluster : str or None
        Column of families; None when each case stands alone.
    level : float
        Level of the intervals.

    Raises
    ------
    TrendError
        When columns are missing, days are missing or below 0, or a state is blank.
    """
    if cluster and cluster not in cases:
        raise TrendError(f"`cases` lacks the columns {cluster}.")
    x, kind = waits_in(cases, event=event, days=days, state=state, level=level)
    own = cluster_codes(cases[cluster]) if cluster else np.arange(len(cases))
    return Incidence(
        event=event, n=len(x), families=int(own.max(initial=-1)) + 1, came=int((kind == 1).sum()),
        first=int((kind == 2).sum()), waiting=int((kind == 0).sum()),
        curve=_curve(x, kind, own, level), longest=float(x.max(initial=0.0)), level=level,
    )  # fmt: skip


def waits_in(
    cases: pd.DataFrame, *, event: str, days: str = "days", state: str = "state", level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the days of each case, and 1 where it came, 2 where something else did, or else 0.

    Parameters
    ----------
    cases : DataFrame
        One row a case.
    event : str
        State that is waited for.
    days, state : str
        Columns of both.
    level : float
        Level of the intervals, which is checked.

    Raises
    ------
    TrendError
        When columns are missing, days are missing or below 0, or a state is blank.
    """
    absent = [one for one in (days, state) if one not in cases]
    if absent:
        raise TrendError(f"`cases` lacks the columns {', '.join(absent)}.")
    if not 0 < level < 1:
        raise TrendError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")
    x = pd.to_numeric(cases[days], errors="coerce").to_numpy("float64")
    what = cases[state].astype("object").to_numpy()
    wrong = int((~(np.isfinite(x) & (x >= 0)) | pd.isna(what)).sum())
    if wrong:
        raise TrendError(f"{wrong} cases have no days of 0 or more, or no state; leave them out.")
    return x, np.where(what == event, 1, np.where(what == WAITING, 0, 2))


def _curve(x: np.ndarray, kind: np.ndarray, families: np.ndarray, level: float) -> pd.DataFrame:
    times = np.unique(x[kind > 0])
    ordered = np.sort(x)
    risk = (len(x) - np.searchsorted(ordered, times, side="left")).astype("float64")
    any_way = np.bincount(np.searchsorted(times, x[kind > 0]), minlength=len(times))
    came = np.bincount(np.searchsorted(times, x[kind == 1]), minlength=len(times))
    gone = any_way / risk
    left = np.concatenate([[1.0], np.cumprod(1 - gone)[:-1]]) if len(times) else gone
    share = np.cumsum(left * came / risk)
    error = _errors(x, kind, families, times, (risk, gone, left, came / risk, share))
    inner = (share > 0) & (share < 1)
    low, high = np.full(len(times), np.nan), np.full(len(times), np.nan)
    reach = stats.norm.ppf((1 + level) / 2) * error[inner]
    reach = reach / (share[inner] * np.abs(np.log(share[inner])))
    low[inner], high[inner] = share[inner] ** np.exp(reach), share[inner] ** np.exp(-reach)
    return pd.DataFrame(
        {"days": times, "at_risk": risk.astype(int), "came": came, "share": share,
         "standard_error": error, "low": low, "high": high}
    )  # fmt: skip


def _errors(
    x: np.ndarray, kind: np.ndarray, families: np.ndarray, times: np.ndarray,
    parts: tuple[np.ndarray, ...],
) -> np.ndarray:  # fmt: skip
    """Give standard errors: how far the curve moves when a family counts a little more.

    The derivative of the curve by a case's weight has a part for its own event and a part for
    having been at risk; both come from running sums, so it costs a look-up a case and day.
    """
    if not len(times):
        return np.zeros(0)
    risk, gone, left, hazard, share = parts
    stays = np.divide(1.0, risk * (1 - gone), out=np.zeros(len(risk)), where=gone < 1)
    sums = [np.concatenate([[0.0], np.cumsum(one)]) for one in
            (left * hazard / risk, gone * stays, share * gone * stays)]  # fmt: skip
    last = np.searchsorted(times, x, side="right")
    place = np.minimum(np.searchsorted(times, x), len(times) - 1)
    own = np.where(kind == 1, left[place] / risk[place], 0.0)
    any_way = np.where(kind > 0, stays[place], 0.0)
    then = any_way * share[place]
    mine = sparse.csr_array((np.ones(len(x)), (families, np.arange(len(x)))))
    found = np.empty(len(times))
    step = max(_CHUNK // max(len(x), 1), 1)
    for start in range(0, len(times), step):
        grid = np.arange(start, min(start + step, len(times)))
        until = np.minimum(last[:, None], grid + 1)
        happened = (place[:, None] <= grid) & (kind > 0)[:, None]
        risked, stayed, held = (one[until] for one in sums)
        moved = np.where(happened, own[:, None] + then[:, None], 0.0) - risked - held
        moved -= share[grid] * (np.where(happened, any_way[:, None], 0.0) - stayed)
        found[grid] = np.sqrt(((mine @ moved) ** 2).sum(axis=0))
    return found
