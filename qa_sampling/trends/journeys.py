"""The way of the children concerned against that of others: who reaches which step, and when.

Each case begins with a referral. What follows it belongs to it until so many days have passed, the
child is referred again, or the records end. A contact belongs to it in the month before.

Shares are of the cases that began early enough to be followed to the end; one that another referral
cuts short is censored there (``incidence``), since whether it is cut may go with who is concerned.
Their differences have Newcombe's interval (1998, method 10), families counted as wholes: one by
plain errors would take a share of 0 for exact. Which steps are said to differ is told of all that
are compared together (Holm), on the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from qa_sampling.errors import TrendError
from qa_sampling.results import Journey
from qa_sampling.schema import EVENT_KINDS
from qa_sampling.trends.binary_results import points_words
from qa_sampling.trends.family_bootstrap import cluster_codes
from qa_sampling.trends.incidence import WAITING, incidence
from qa_sampling.trends.then_and_now import CHANGES, changes_of

__all__ = ["STEPS", "Journeys", "journeys"]

STEPS = (
    "Contact",
    "Referral",
    "Assessment",
    "Section 47 enquiry",
    "Initial child protection conference",
    "Child protection plan",
    "Care episode",
)
"""Steps in their order; not every child takes every one."""


@dataclass(frozen=True)
class Journeys:
    """Two ways side by side. Restricted: they hold small counts.

    Attributes
    ----------
    concerned, others : Journey
        Each way, for ``plots.journey_chart``: `count`, `share_first` (of all its cases),
        `share_before` (of those at the step before, how many are at this one too; missing where
        most came another way), `days` with quartiles since the latest step before, `pending` (no
        later step yet, and watched for less than `within_days`).
    table : DataFrame
        One row a step: `step`, `concerned`, `others` (shares that reach it by `within_days`, of
        the cases that began so long before the records end; one that is referred again counts
        until then), `difference`, `low`, `high`, `change` (of ``then_and_now.CHANGES``: what is
        told of all steps together), `days_concerned`, `days_others` (medians of all); missing
        where there are too few, or all that have not reached it were cut short.
    watched : tuple of (int, int)
        Cases that began so long before, among those concerned and the others.
    within_days : int
        How long a case is followed.
    level : float
        Level of the intervals, each step by itself, and of what is told of all together.
    words : tuple of str
        Where the ways differ beyond chance among all steps compared, how many cases that rests
        on, and which steps could not be compared, in plain sentences.
    """

    concerned: Journey
    others: Journey
    table: pd.DataFrame
    watched: tuple[int, int]
    within_days: int
    level: float
    words: tuple[str, ...]


def journeys(
    events: pd.DataFrame,
    cases: pd.DataFrame,
    *,
    as_at: object,
    concerned: str = "concerned",
    within_days: int = 180,
    contact_days: int = 31,
    steps: Sequence[str] = STEPS,
    cluster: str | None = "family_id",
    least: int = 10,
    level: float = 0.95,
    **about: object,
) -> Journeys:
    """Set the way of the cases concerned beside that of the others.

    Parameters
    ----------
    events : DataFrame
        ``schema.EVENTS``.
    cases : DataFrame
        One row a referral, such as :func:`waiting.times_to_next` gives: `child_id`, `start`, a
        flag for those concerned, and a family.
    as_at : date
        Last day of the records.
    concerned : str
        Column of true and false.
    within_days : int
        How long a case is followed.
    contact_days : int
        How long before its referral a contact belongs to a case.
    steps : sequence of str
        Steps in their order; "Referral" must be among them.
    cluster : str or None
        Column of families, for the intervals; None when each case stands alone.
    least : int
        With fewer cases watched so long, in either, no shares are compared.
    level : float
        Level of the intervals.
    **about
        What ``results.Described`` takes, for both ways.

    Raises
    ------
    TrendError
        When columns are missing, either has no cases, or a setting is out of range.
    """
    last = pd.Timestamp(as_at)
    _check(cases, concerned, cluster, steps, within_days, level, last)
    held = cases.reset_index(drop=True)
    reached = _reached(events, held, steps, last, within_days, contact_days)
    flag = held[concerned].to_numpy(dtype=bool)
    days = _days(reached, steps)
    ended = held["start"] + pd.Timedelta(days=within_days) <= last
    unripe = ~(ended | reached["cut"]).to_numpy()
    ended = ended.to_numpy()
    ways = [_way(reached, days, own, unripe, steps, about) for own in (flag, ~flag)]
    families = cluster_codes(held[cluster]) if cluster else np.arange(len(held))
    table = _compared(reached, days, flag, ended, families, steps, least, level)
    watched = (int((flag & ended).sum()), int((~flag & ended).sum()))
    words = _words(table, watched, least, within_days, level)
    return Journeys(*ways, table, watched, within_days, level, words)


def _check(
    cases: pd.DataFrame, concerned: str, cluster: str | None, steps: Sequence[str],
    within_days: int, level: float, last: pd.Timestamp,
) -> None:  # fmt: skip
    wanted = ["child_id", "start", concerned, *([cluster] if cluster else [])]
    faults = [f"`cases` lacks the column {one}" for one in wanted if one not in cases]
    unknown = [one for one in steps if one not in EVENT_KINDS]
    if unknown or "Referral" not in steps or len(set(steps)) < len(steps):
        faults.append("`steps` must name different kinds of event, Referral among them")
    if within_days < 1:
        faults.append(f"`within_days` must be at least 1; got {within_days}")
    if not 0 < level < 1:
        faults.append(f"`level` must lie between 0 and 1; got {level}")
    if pd.isna(last):
        faults.append("`as_at` is missing; give the last day of the records")
    if not faults and not 0 < int(cases[concerned].astype(bool).sum()) < len(cases):
        faults.append("there must be cases that are concerned, and others to set beside them")
    if faults:
        raise TrendError(f"These ways cannot be compared: {'; '.join(faults)}.")


def _reached(
    events: pd.DataFrame, cases: pd.DataFrame, steps: Sequence[str], last: pd.Timestamp,
    within_days: int, contact_days: int,
) -> pd.DataFrame:  # fmt: skip
    """Give each case the day of each step, missing where not reached, with start and last day."""
    kinds = events["event"].isin([*steps, "Referral"]) & (events["date"] <= last)
    held = events.loc[kinds, ["child_id", "event", "date"]]
    left = cases[["child_id", "start"]].assign(case=np.arange(len(cases)))
    both = left.merge(held, on="child_id")
    end = left["start"] + pd.Timedelta(days=within_days)
    again = both[(both["event"] == "Referral") & (both["date"] > both["start"])]
    following = again.groupby("case")["date"].min().reindex(left["case"])
    cut = (following <= end).to_numpy()
    until = np.where(cut, following - pd.Timedelta(days=1), end).astype("datetime64[us]")
    since = both["date"] - both["start"]
    inside = (since >= pd.Timedelta(0)) & (both["date"].to_numpy() <= until[both["case"]])
    before = since.between(pd.Timedelta(days=-contact_days), pd.Timedelta(0))
    found = {}
    for step in steps:
        own = both["event"] == step
        if step == "Contact":
            found[step] = both[own & before].groupby("case")["date"].max()
        else:
            found[step] = both[own & inside].groupby("case")["date"].min()
    table = pd.DataFrame({step: days.reindex(left["case"]) for step, days in found.items()})
    table["Referral"] = left["start"].to_numpy()
    return table.assign(start=left["start"], until=until, cut=cut)


def _days(reached: pd.DataFrame, steps: Sequence[str]) -> pd.DataFrame:
    """Give the days of each step since the latest step before it that was reached by then."""
    found = {}
    for place, step in enumerate(steps):
        before = reached[list(steps[:place])]
        known = before.where(before.le(reached[step], axis=0)).max(axis=1)
        found[step] = (reached[step] - known).dt.days if place else np.nan
    return pd.DataFrame(found, index=reached.index, dtype="float64")


def _way(
    reached: pd.DataFrame, days: pd.DataFrame, own: np.ndarray, unripe: np.ndarray,
    steps: Sequence[str], about: dict[str, object],
) -> Journey:  # fmt: skip
    met = reached.loc[own, list(steps)].notna()
    rows = []
    for place, step in enumerate(steps):
        count = int(met[step].sum())
        before = met[steps[place - 1]] if place and steps[place - 1] != "Contact" else met[step]
        through = int((met[step] & before).sum())
        known = step != "Referral" and place and 2 * through >= count and before.any()
        shared = through / int(before.sum()) if known else np.nan
        waits = days.loc[own, step].dropna()
        quarters = waits.quantile([0.25, 0.5, 0.75]).tolist() if len(waits) else [np.nan] * 3
        later = met[list(steps[place + 1 :])].any(axis=1)
        waiting = met[step] & ~later & unripe[own] & (step != "Contact")
        rows.append((step, count, shared, count / len(met), *quarters, int(waiting.sum())))
    names = ["step", "count", "share_before", "share_first", "days_low", "days", "days_high",
             "pending"]  # fmt: skip
    settings = {"n": len(met), "n_of": "referrals"} | about
    return Journey(pd.DataFrame(rows, columns=names), **settings)


def _compared(
    reached: pd.DataFrame, days: pd.DataFrame, flag: np.ndarray, ended: np.ndarray,
    families: np.ndarray, steps: Sequence[str], least: int, level: float,
) -> pd.DataFrame:  # fmt: skip
    """Compare shares among cases that began early enough, with errors by family."""
    rows, counts = [], []
    held, group, own = reached[ended], flag[ended], families[ended]
    enough = min(int(group.sum()), int((~group).sum())) >= max(least, 2)
    for step in steps:
        told, both = [np.nan] * 5, [(np.nan, 0.0)] * 2
        if enough:
            both = [_share(held[one], step, own[one], level) for one in (group, ~group)]
            told = _difference(*both, level)
        counts.append([one for share, size in both for one in (share * size, size or np.nan)])
        medians = [days.loc[one, step].median() for one in (flag, ~flag)]
        rows.append((step, *told, *medians))
    table = pd.DataFrame(rows, columns=["step", "concerned", "others", "difference", "low", "high",
                                        "days_concerned", "days_others"])  # fmt: skip
    table.insert(6, "change", _changes(counts, steps, level))
    return table


def _changes(counts: list[list[float]], steps: Sequence[str], level: float) -> list[str]:
    """Say where the ways differ, all steps compared together; all begin with the referral."""
    names = ["now", "now_of", "before", "before_of"]
    table = pd.DataFrame(counts, columns=names, index=list(steps)).assign(alone=1.0)
    held = table.drop(index="Referral")
    found = dict(zip(held.index, changes_of(held, fewest=0, level=level), strict=True))
    return [found.get(step, CHANGES[2]) for step in steps]


def _share(
    held: pd.DataFrame, step: str, families: np.ndarray, level: float
) -> tuple[float, float]:
    """Give the share that reaches a step, and of how many it is, families as wholes.

    A case that another referral cut short counts for as long as it was watched. The number is what
    would give the error by family, were cases alone (at most that of the cases), corrected for few
    families (E L Korn, B I Graubard 1998, Survey Methodology 24, 193-201). Where none or all reach
    the step there is no error: families whose answer is known are counted. Missing where all that
    have not reached it were cut short.
    """
    met = held[step].notna().to_numpy()
    cut = ~met & held["cut"].to_numpy() & (step != "Contact")
    if cut.any() and not (~met & ~cut).any():
        return np.nan, 0.0
    watched = np.where(met, held[step] - held["start"], held["until"] - held["start"])
    waits = pd.DataFrame(
        {
            "days": np.maximum(watched / np.timedelta64(1, "D"), 0),
            "state": np.where(met, step, WAITING),
            "family_id": families,
        }
    )
    found = incidence(waits, event=step).curve
    share = float(found["share"].iloc[-1]) if len(found) else 0.0
    known = len(np.unique(families[~cut]))
    if not 0 < share < 1 or known < 2:
        return share, float(known)
    number, cases = len(np.unique(families)), int((~cut).sum())
    variance = float(found["standard_error"].iloc[-1]) ** 2 * number / (number - 1)
    tail = (1 + level) / 2
    few = stats.t.ppf(tail, max(cases - 1, 1)) / stats.t.ppf(tail, number - 1)
    return share, float(min(share * (1 - share) / variance * few**2, cases))


def _difference(own: tuple[float, float], other: tuple[float, float], level: float) -> list[float]:
    """Give two shares, their difference and Newcombe's interval, missing where none is known."""
    shares, sizes = (own[0], other[0]), (own[1], other[1])
    if min(sizes) <= 0:
        return [*shares, shares[0] - shares[1], np.nan, np.nan]
    low, high = confint_proportions_2indep(
        shares[0] * sizes[0], sizes[0], shares[1] * sizes[1], sizes[1],
        method="newcomb", compare="diff", alpha=1 - level,
    )  # fmt: skip
    return [*shares, shares[0] - shares[1], float(low), float(high)]


def _words(
    table: pd.DataFrame, watched: tuple[int, int], least: int, within_days: int, level: float
) -> tuple[str, ...]:
    if table["difference"].isna().all():
        return (
            f"Only {watched[0]} cases concerned and {watched[1]} others were watched for "
            f"{within_days} days; with fewer than {least} no shares are compared.",
        )
    steps = table[table["step"] != "Referral"]
    lost = steps.loc[steps["change"] == CHANGES[3], "step"].tolist()
    differs = steps["change"].isin(CHANGES[:2])
    alone = ~differs & ((steps["low"] > 0) | (steps["high"] < 0))
    said = [_gap_words(row, level) for row in steps[differs].itertuples()]
    compared = len(steps) - len(lost)
    if not said:
        said.append(
            f"No step is reached more or less often within {within_days} days than chance would do."
        )
    said.append(
        f"Compared are {watched[0]} cases concerned and {watched[1]} others that began at least "
        f"{within_days} days before the records end, by how far they came in those days. The "
        "pictures count every case and every day, so their numbers differ."
    )
    if compared > 1:
        said.append(
            f"{_number(compared)} steps are compared, so a difference is told only where chance "
            f"would not make it among {_number(compared).lower()} (Holm, {100 * level:g}%). "
            "Intervals are of one step by itself."
        )
    if alone.any():
        said.append(
            "Not told for that reason, though it would be of one step alone: "
            f"{'; '.join(_gap_words(row, level)[:-1] for row in steps[alone].itertuples())}."
        )
    if lost:
        said.append(
            f"Not compared: {', '.join(lost)}. All who had not come so far were referred again "
            "before the days were over, so how many would have come there cannot be said."
        )
    return tuple(said)


def _number(count: int) -> str:
    words = "None One Two Three Four Five Six Seven Eight Nine Ten".split()
    return words[count] if count < len(words) else str(count)


def _gap_words(row: Any, level: float) -> str:  # noqa: ANN401 - a row of a table
    """Say how far apart both ways are at a step."""
    return (
        f"{row.step}: {100 * row.concerned:.0f} in 100 of those concerned, {100 * row.others:.0f} "
        f"in 100 of others ({100 * row.difference:+.0f}; {100 * level:g}% interval "
        f"{points_words(row.low)} to {points_words(row.high)})."
    )
