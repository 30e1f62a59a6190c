"""How good practice is: grades of all open cases by standard and by group, and what changed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from qa_sampling.records.returned import OVERALL
from qa_sampling.runs.findings.steps import Findings, design_of
from qa_sampling.sampling.change_windows import rolling_estimates
from qa_sampling.sampling.estimation import (
    Difference,
    Estimate,
    estimate_difference,
    estimate_proportion,
)
from qa_sampling.schema import (
    AGE_BANDS,
    GRADES,
    NOT_APPLICABLE,
    NOT_RECORDED,
    QUALITY_STANDARDS,
    STATUSES,
)
from qa_sampling.settings.findings import AuditFindings

GOOD = ("Outstanding", "Good")
ROWS = (OVERALL, *QUALITY_STANDARDS)
"""The overall grade and the quality standards, in the order to show them."""
_PLACE = {label: place for place, label in enumerate((*STATUSES, *AGE_BANDS, NOT_RECORDED), 1)}


def good_or_better(found: Findings) -> Estimate:
    """Estimate the share of open cases with which practice is good or better overall.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    """
    return estimate_proportion(found.design, OVERALL, values=GOOD, where=found.where_now)


def by_standard(found: Findings, settings: AuditFindings) -> pd.DataFrame:
    """Estimate the whole distribution of grades, overall and for each standard.

    Each standard speaks for the cases it applies to. Where fewer audits were graded than
    `fewest_for_interval`, only counts are given.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Give the level and the fewest audits.

    Returns
    -------
    DataFrame
        One row a standard, `standard` "overall" first: `graded`, `not_applicable`,
        `not_recorded` (audits), `applies` (share of open cases it applies to); by grade
        `count_…` (audits), `share_…`, `low_…`, `high_…` (of the cases it applies to), named by
        the grade; the same for "good" (good or better); `design_effect`, `effective_n` (of good
        or better), `population` (cases it applies to, in the average month).
    """
    return pd.DataFrame([_standard_row(found, name, settings) for name in ROWS])


def _standard_row(found: Findings, name: str, settings: AuditFindings) -> dict[str, object]:
    values = found.audited[name]
    where = found.where_now | {name: list(GRADES)}
    graded = int(values.isin(GRADES).sum())
    row: dict[str, object] = {
        "standard": name,
        "graded": graded,
        "not_applicable": int((values == NOT_APPLICABLE).sum()),
        "not_recorded": int((values == NOT_RECORDED).sum()),
    }
    row |= {f"count_{grade}": int((values == grade).sum()) for grade in GRADES}
    row["count_good"] = row["count_Outstanding"] + row["count_Good"]
    kinds = {grade: (grade,) for grade in GRADES} | {"good": GOOD}
    empty = [f"{part}_{kind}" for kind in kinds for part in ("share", "low", "high")]
    empty += ["applies", "design_effect", "effective_n", "population"]
    row |= dict.fromkeys(empty, np.nan)
    if graded < settings.fewest_for_interval:
        return row
    for kind, labels in kinds.items():
        one = estimate_proportion(found.design, name, values=labels, where=where)
        row |= _ends(one, kind, settings.level)
    row |= {"design_effect": one.design_effect, "effective_n": one.effective_n}
    row["population"] = one.population / len(found.now)
    applies = estimate_proportion(found.design, name, values=GRADES, where=found.where_now)
    return row | {"applies": applies.estimate}


def _ends(one: Estimate, kind: str, level: float) -> dict[str, float]:
    interval = one.confidence_interval(level)
    return {
        f"share_{kind}": one.estimate,
        f"low_{kind}": interval.low,
        f"high_{kind}": interval.high,
    }


def by_group(found: Findings, by: str, settings: AuditFindings) -> pd.DataFrame:
    """Estimate good or better overall for each group of cases.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    by : str
        "team", "service", "status", "age_band" or "ethnic_group".
    settings : AuditFindings
        Give the level, and the fewest audits below which a group has counts alone.

    Returns
    -------
    DataFrame
        One row a group: `group`, `audits`, `count_…` by grade, `count_good`, `share_good`,
        `low_good`, `high_good`, `design_effect`, `effective_n`, `too_few` (bool).
    """
    rows = []
    groups = dict(iter(found.audited.groupby(by)))
    for group in sorted(groups, key=lambda one: (_PLACE.get(one, 0), one)):
        cases = groups[group]
        row: dict[str, object] = {"group": str(group), "audits": len(cases)}
        row |= {f"count_{grade}": int((cases[OVERALL] == grade).sum()) for grade in GRADES}
        row["count_good"] = row["count_Outstanding"] + row["count_Good"]
        row["too_few"] = len(cases) < settings.fewest_for_interval
        names = ("share_good", "low_good", "high_good", "design_effect", "effective_n")
        row |= dict.fromkeys(names, np.nan)
        if not row["too_few"]:
            where = found.where_now | {by: str(group)}
            one = estimate_proportion(found.design, OVERALL, values=GOOD, where=where)
            row |= _ends(one, "good", settings.level)
            row |= {"design_effect": one.design_effect, "effective_n": one.effective_n}
        rows.append(row)
    return pd.DataFrame(rows)


def change_of(found: Findings, name: str = OVERALL) -> Difference | None:
    """Estimate the change in good or better since the months before; None without any.

    Parameters
    ----------
    found : Findings
        The audits with their draws. Months are drawn separately; what the two windows share is
        counted.
    name : str
        "overall", or the key of a standard.
    """
    if not found.before:
        return None
    windows = [{"period": list(one), name: list(GRADES)} for one in (found.before, found.now)]
    if not all(found.design.rows_where(one).any() for one in windows):
        return None
    first, second = windows
    return estimate_difference(found.design, name, first=first, second=second, values=GOOD)


def changes(found: Findings, settings: AuditFindings) -> pd.DataFrame:
    """Estimate the change in good or better, overall and for each standard.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Give the level and the fewest audits, of either window.

    Returns
    -------
    DataFrame
        One row a standard with enough audits in both windows: `standard`, `before`, `now`
        (shares), `n_before`, `n_now` (audits), `good_before`, `good_now` (of them good or
        better), `change`, `low`, `high` (shares), `distinguishable` (bool).
    """
    rows = []
    for name in ROWS:
        one = change_of(found, name)
        if one is None or min(one.first.n, one.second.n) < settings.fewest_for_interval:
            continue
        ends = one.confidence_interval(settings.level)
        rows.append(
            {
                "standard": name,
                "before": one.first.estimate,
                "now": one.second.estimate,
                "n_before": one.first.n,
                "n_now": one.second.n,
                "good_before": _good(found, found.before, name),
                "good_now": _good(found, found.now, name),
                "change": one.estimate,
                "low": ends.low,
                "high": ends.high,
                "distinguishable": one.is_distinguishable(settings.level),
            }
        )
    columns = "standard before now n_before n_now good_before good_now change low high"
    return pd.DataFrame(rows, columns=[*columns.split(), "distinguishable"])


def _good(found: Findings, periods: tuple[str, ...], name: str) -> int:
    cases = found.cases[found.cases["period"].isin(periods)]
    return int(cases[name].isin(GOOD).sum())


def rolling(found: Findings, settings: AuditFindings) -> pd.DataFrame:
    """Estimate good or better overall, so many months at a time.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Give the months of a window and the level.

    Returns
    -------
    DataFrame
        See :func:`~qa_sampling.sampling.change_windows.rolling_estimates`.
    """
    months = found.cases["period"].nunique()
    return rolling_estimates(
        found.design,
        OVERALL,
        window=min(settings.window, months),
        values=GOOD,
        level=settings.level,
    )


def missing_audits(found: Findings) -> pd.DataFrame:
    """Give by month what was opened, what came back, and the share that did.

    Parameters
    ----------
    found : Findings
        The audits with their draws.

    Returns
    -------
    DataFrame
        One row a month: `period`, `population` (missing where nothing came back, so that nothing
        is said of the month), `opened`, `audited`, `missing`, `response`.
    """
    table = pd.crosstab(found.cases["period"], found.cases["outcome"])
    table = table.reindex(columns=["audited", "unavailable"], fill_value=0)
    silent = pd.DataFrame({"audited": 0, "unavailable": found.unanswered})
    table = pd.concat([table, silent[silent["unavailable"].notna()]]).astype(int).sort_index()
    opened = table.sum(axis=1)
    return pd.DataFrame(
        {
            "period": table.index,
            "population": [found.populations.get(one) for one in table.index],
            "opened": opened.to_numpy(),
            "audited": table["audited"].to_numpy(),
            "missing": table["unavailable"].to_numpy(),
            "response": (table["audited"] / opened).to_numpy(),
        }
    )


def came_back(found: Findings) -> tuple[int, int]:
    """Give how many audits came back, of those that were opened in the months of the findings.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    """
    return len(found.audited), int(found.cases["period"].isin(found.now).sum())


def response_of(found: Findings) -> float:
    """Give the share of the opened audits that came back, in the months of the findings.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    """
    back, opened = came_back(found)
    return back / opened


class Bounds(NamedTuple):
    """How far missing audits could move the share of good or better.

    Attributes
    ----------
    least, most : float
        The estimate if every missing audit were Inadequate, and if Good.
    low, high : float
        The low end of the interval of the first, and the high end of the second: chance and what
        is missing together.
    """

    least: float
    most: float
    low: float
    high: float


def bounds(found: Findings, settings: AuditFindings) -> Bounds:
    """Give how far the missing audits could move the share of good or better.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Give the level.
    """
    made = []
    missing = found.cases["outcome"] != "audited"
    rounded = found.design.method.startswith("rounded")
    for grade in ("Inadequate", "Good"):
        filled = found.cases.assign(
            overall=found.cases[OVERALL].where(~missing, grade), outcome="audited"
        )
        design = design_of(filled, found.populations, rounded=rounded)
        made.append(estimate_proportion(design, OVERALL, values=GOOD, where=found.where_now))
    ends = [one.confidence_interval(settings.level) for one in made]
    return Bounds(made[0].estimate, made[1].estimate, ends[0].low, ends[1].high)
