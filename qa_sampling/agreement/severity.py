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

Where audits are moderated because of their grade, such as every Inadequate, give their chance of
moderation: shifts are then those of all audits of an auditor
(:mod:`~qa_sampling.agreement.shifts`). An auditor whose moderated audits stand for less than half
of their audits, such as one of whom only the Inadequate were moderated, is not shown.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.agreement.detectable import cases_to_detect, minimum_detectable_bias
from qa_sampling.agreement.discovery import Control, adjusted_p_values, expected_false_alarms
from qa_sampling.agreement.net_bias import check_level
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.shifts import Against, gaps, p_values, shifts
from qa_sampling.agreement.shrinkage import ShrinkMethod, shrink
from qa_sampling.errors import AgreementError
from qa_sampling.results import Funnel, Severities

__all__ = ["bias_funnel", "cases_to_detect", "minimum_detectable_bias", "severity", "shifts"]

FEWEST = 3
"""Fewest moderated cases for an auditor's shift to be shown."""
LEAST_STANDS_FOR = 0.5
"""Least share of an auditor's audits that moderated ones must stand for, where chances differ."""


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
        Grades of both roles, with the chances of moderation where these differ.
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
    enough = (table["n"] >= fewest).to_numpy()
    shown = enough & _stand_for_enough(table)
    p_value = np.where(shown, p_values(table, against), np.nan)
    adjusted = adjusted_p_values(p_value, control=control)
    held = 0.0 if against == "moderators" else shrunken.middle
    named = (np.nan_to_num(adjusted, nan=1.0) <= rate) & ((low > held) | (high < held))
    way = np.where(gaps(table, against)[0] > 0, "easier", "harder")
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
        method=shrunken.method + (", weighted" if _is_weighted(table) else ""),
        expected_by_chance=expected_false_alarms(int(shown.sum()), rate=rate, control=control),
        warnings=_few(int((~enough).sum()), fewest) + _one_sided(int((enough & ~shown).sum())),
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
        Where chances of moderation differ, sizes are numbers of cases of equal weight.
    """
    table = shifts(ratings)
    spread, free = table.attrs["spread"], table.attrs["degrees_of_freedom"]
    centre = float(np.average(table["mean"], weights=table["effective_n"]))
    seen = table[(table["n"] >= fewest) & _stand_for_enough(table)]
    sizes = np.arange(1, int(table["n"].max()) + 2, dtype=float)
    reach = {level: stats.t.ppf((1 + level) / 2, free) * spread for level in (0.95, 0.998)}
    limits = {"n": sizes}
    for level, end in ((0.95, ""), (0.998, "_outer")):
        limits[f"low{end}"] = centre - reach[level] / np.sqrt(sizes)
        limits[f"high{end}"] = centre + reach[level] / np.sqrt(sizes)
    beyond = (seen["mean"] - centre).abs() > reach[0.998] / np.sqrt(seen["effective_n"])
    units = pd.DataFrame(
        {
            "unit": seen["auditor"],
            "n": seen["effective_n"],
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


def _is_weighted(table: pd.DataFrame) -> bool:
    """Say whether cases stand for different numbers of audits."""
    return not bool(np.allclose(table.attrs["cases"]["weight"], 1))


def _stand_for_enough(table: pd.DataFrame) -> np.ndarray:
    """Say whose moderated audits stand for enough of their audits; all where chances are alike."""
    if not _is_weighted(table):
        return np.ones(len(table), dtype=bool)
    return (table["stands_for"] >= LEAST_STANDS_FOR).to_numpy()


def _one_sided(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    people = "Of 1 auditor" if count == 1 else f"Of {count} auditors"
    return (
        f"{people} nearly only grades that are always moderated were moderated: they stand for too "
        "few of their audits for a shift.",
    )


def _few(count: int, fewest: int) -> tuple[str, ...]:
    if not count:
        return ()
    people = "1 auditor has" if count == 1 else f"{count} auditors have"
    return (f"{people} fewer than {fewest} moderated audits: too few for a shift.",)
