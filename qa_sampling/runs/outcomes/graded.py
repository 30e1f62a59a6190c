"""How good audits find practice over time: an estimate of open cases, never a count of audits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.records.returned import OVERALL
from qa_sampling.sampling.estimation import Design, estimate_proportion
from qa_sampling.schema import GRADES
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.sampled_grades import effective_audits
from qa_sampling.trends.series_grid import Every

GOOD = GRADES[:2]
MEASURE = "audits_good"

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
        Column("mature", "flag", "Whether enough were read and no case is waited for"),
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
        _row(audited, cases, settings, by=by, unit=str(name), start=start)
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
    start: pd.Timestamp,
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
    where = {"period": months} | ({} if by is None else {by: unit})
    one = estimate_proportion(audited.design, OVERALL, values=GOOD, where=where)
    ends = one.confidence_interval(settings.level)
    table = audited.design.table
    here = audited.design.in_scope & table["period"].isin(months).to_numpy()
    here &= True if by is None else (table[by].astype("str") == unit).to_numpy()
    weight = audited.design.weight[here]
    return row | {
        "value": one.estimate, "low": ends.low, "high": ends.high, "mature": waiting == 0,
        "open_cases": one.population / len(months), "effect": one.design_effect,
        "weights": len(weight) * float(weight @ weight) / float(weight.sum()) ** 2,
    }  # fmt: skip


def graded_series(grades: pd.DataFrame, settings: OutcomeTrends) -> pd.DataFrame:
    """Give months of grades as charts and signals take them (``series_grid.LONG_READINGS``).

    Months without audits between the first and the last are gaps.

    Parameters
    ----------
    grades : DataFrame
        :data:`GRADED` by month.
    settings : OutcomeTrends
        Give the last month.
    """
    parts = []
    for (kind, unit), rows in grades.groupby(["unit_kind", "unit"], sort=False):
        every = pd.date_range(rows["start"].min(), pd.Timestamp(settings.period_end), freq="MS")
        held = rows.set_index("start").reindex(every)
        parts.append(pd.DataFrame({
            "measure": MEASURE, "unit_kind": kind, "unit": unit, "start": every,
            "numerator": (held["value"] * held["effective"]).to_numpy(dtype="float64"),
            "denominator": held["effective"].to_numpy(dtype="float64"),
            "mature": held["mature"].eq(other=True).to_numpy(),
        }))  # fmt: skip
    empty = {"measure": "str", "unit_kind": "str", "unit": "str", "start": "datetime64[us]"}
    names = [*empty, "numerator", "denominator", "mature"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names).astype(
        empty | {"numerator": "float64", "denominator": "float64", "mature": "bool"}
    )  # fmt: skip


def graded_readings(
    grades: pd.DataFrame, settings: OutcomeTrends, *, scope: str
) -> Readings | None:
    """Give one unit's months as the series that a chart takes; None where nothing is estimated.

    Parameters
    ----------
    grades : DataFrame
        :data:`GRADED` by month, of one unit.
    settings : OutcomeTrends
        Give the last month, and the target.
    scope : str
        Whose audits.
    """
    if not grades["value"].notna().any():
        return None
    title = MEASURES[MEASURE].title
    table = graded_series(grades, settings).rename(columns={"start": "period"})
    return Readings(
        table[["period", "numerator", "denominator", "mature"]],
        kind="grade", unit="share", better="up", target=settings.targets.get(MEASURE),
        measure=title, series=title, scope=scope, n=int(grades["audits"].sum()), n_of="audits",
    )  # fmt: skip
