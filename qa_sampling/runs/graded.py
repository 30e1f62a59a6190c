"""How good audits find practice over time: an estimate of open cases, never a count of audits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.records.returned import OVERALL
from qa_sampling.sampling.estimation import Design, estimate_proportion
from qa_sampling.schema import GRADES
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.sampled_grades import effective_audits
from qa_sampling.trends.series_grid import PERIODS, Every

GOOD = GRADES[:2]
MEASURE = "audits_good"
_STARTS = {"month": "MS", "quarter": "QS"}

GRADED = Table(
    "grades over time",
    (
        Column("unit_kind", "text", '"service", "team", or "all"'),
        Column("unit", "text", 'Its name, or "All"'),
        Column("start", "date", "First day of the month or quarter"),
        Column("value", "number", "Estimated share of open cases; missing of too few", False),
        Column("low", "number", "Low end of its interval", False),
        Column("high", "number", "High end of its interval", False),
        Column("audits", "whole", "Audits it rests on"),
        Column("effective", "number", "As many drawn plainly would be as precise", False),
        Column("months", "whole", "Months of the period with audits"),
        Column("open_cases", "number", "Cases it speaks for, in the average month", False),
        Column("waiting", "whole", "Cases of these months that may still come back"),
        Column("mature", "flag", "Whether it is over, enough were read and no case is waited for"),
    ),
    key=("unit_kind", "unit", "start"),
)
"""One row a unit and month or quarter with audits."""


class Audited(Protocol):
    """The audits of some months with the draws they came from (``runs.findings.steps``)."""

    @property
    def cases(self) -> pd.DataFrame:
        """The opened cases."""

    @property
    def design(self) -> Design:
        """What the audited ones stand for."""

    @property
    def waiting(self) -> Mapping[str, int]:
        """Cases that may still come back, by month."""


def grades_over_time(
    audited: Audited, by: str | None, settings: OutcomeTrends, *, every: Every = "month"
) -> pd.DataFrame:
    """Estimate good or better of all open cases, month by month or quarter by quarter.

    Parameters
    ----------
    audited : Audited
        The audits with their draws.
    by : {"service", "team"} or None
        Of each of these; of everybody together when None.
    settings : OutcomeTrends
        Give the level, and the fewest audits below which nothing is estimated.
    every : {"month", "quarter"}
        Length of a period.

    Returns
    -------
    DataFrame
        :data:`GRADED`.
    """
    back = audited.cases[audited.cases["outcome"] == "audited"]
    months = pd.PeriodIndex(back["period"], freq="M")
    start = (months if every == "month" else months.asfreq("Q")).start_time
    unit = EVERYBODY if by is None else back[by].astype("str")
    rows = [
        _row(audited, cases, settings, by=by, unit=str(name), start=start, every=every)
        for (name, start), cases in back.assign(start=start, unit=unit).groupby(
            ["unit", "start"], sort=True
        )
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=[*GRADED.names, "effect", "weights"])
    for _, part in table.groupby("unit"):
        table.loc[part.index, "effective"] = effective_audits(
            part["audits"].where(part["value"].notna()), part["effect"], part["weights"],
            settled=part["mature"],
        )  # fmt: skip
    return check_table(table[GRADED.names].astype(GRADED.empty().dtypes.to_dict()), GRADED)


def _row(
    audited: Audited, cases: pd.DataFrame, settings: OutcomeTrends, *, by: str | None, unit: str,
    start: pd.Timestamp, every: Every,
) -> dict[str, object]:  # fmt: skip
    """Estimate one unit and period; `effect` and `weights` are what its design does."""
    months = sorted(set(cases["period"]))
    waiting = sum(audited.waiting.get(one, 0) for one in months)
    row: dict[str, object] = {
        "unit_kind": by or "all", "unit": unit, "start": start, "audits": len(cases),
        "months": len(months), "waiting": waiting, "mature": False,
    }  # fmt: skip
    if len(cases) < settings.fewest_for_interval:
        return row
    last = start + pd.DateOffset(months=12 // PERIODS[every]) - pd.Timedelta(days=1)
    settled = waiting == 0 and last <= pd.Timestamp(settings.extract_day)
    where = {"period": months} | ({} if by is None else {by: unit})
    one = estimate_proportion(audited.design, OVERALL, values=GOOD, where=where)
    ends = one.confidence_interval(settings.level)
    table = audited.design.table
    here = audited.design.in_scope & table["period"].isin(months).to_numpy()
    here &= True if by is None else (table[by].astype("str") == unit).to_numpy()
    weight = audited.design.weight[here]
    return row | {
        "value": one.estimate, "low": ends.low, "high": ends.high, "mature": settled,
        "open_cases": one.population / len(months), "effect": one.design_effect,
        "weights": len(weight) * float(weight @ weight) / float(weight.sum()) ** 2,
    }  # fmt: skip


def graded_series(
    grades: pd.DataFrame, settings: AnalysisSettings, *, every: Every = "month"
) -> pd.DataFrame:
    """Give grades as charts and signals take them (``series_grid.LONG_READINGS``, and `audits`).

    Periods without audits between the first and the last are gaps.

    Parameters
    ----------
    grades : DataFrame
        :data:`GRADED`, by months or by quarters.
    settings : AnalysisSettings
        Give the last month.
    every : {"month", "quarter"}
        Which of these they are by.
    """
    parts, end = [], pd.Timestamp(settings.period_end)
    for (kind, unit), rows in grades.groupby(["unit_kind", "unit"], sort=False):
        starts = pd.date_range(rows["start"].min(), end, freq=_STARTS[every])
        held = rows.set_index("start").reindex(starts)
        parts.append(pd.DataFrame({
            "measure": MEASURE, "unit_kind": kind, "unit": unit, "start": starts,
            "numerator": (held["value"] * held["effective"]).to_numpy(dtype="float64"),
            "denominator": held["effective"].to_numpy(dtype="float64"),
            "audits": held["audits"].to_numpy(dtype="float64"),
            "mature": held["mature"].eq(other=True).to_numpy(),
        }))  # fmt: skip
    empty = {"measure": "str", "unit_kind": "str", "unit": "str", "start": "datetime64[us]"}
    numbers = ("numerator", "denominator", "audits")
    names = [*empty, *numbers, "mature"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names).astype(
        empty | dict.fromkeys(numbers, "float64") | {"mature": "bool"}
    )  # fmt: skip


def graded_readings(
    rows: pd.DataFrame, *, scope: str, target: float | None = None, every: Every = "month",
    n: int | None = None,
) -> Readings:  # fmt: skip
    """Give one unit's grades as the series that a chart takes.

    Parameters
    ----------
    rows : DataFrame
        :func:`graded_series` of one unit.
    scope : str
        Whose audits.
    target : float, optional
        Share aimed at.
    every : {"month", "quarter"}
        Length of a period.
    n : int, optional
        Audits they rest on.
    """
    title = MEASURES[MEASURE].title
    table = rows.rename(columns={"start": "period"}).reset_index(drop=True)
    return Readings(
        table[["period", "numerator", "denominator", "mature"]],
        kind="grade", unit="share", better="up", target=target, measure=title, series=title,
        scope=scope, n=n, n_of="audits", frequency=every,
    )  # fmt: skip
