"""The invented results of ``picture_factory`` driven to their edges, and the printed ones.

Edges: empty, one point, all hidden, very long names, zeros. At the foot: SafeTables in pairs
that differ in hidden values only and print alike, with what ``derive`` makes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import nan, sqrt

import numpy as np
import pandas as pd
import picture_factory as made
from picture_factory import GRADES, binomial_limits

from qa_sampling.reporting import plots
from qa_sampling.reporting.derived import Derived, derive
from qa_sampling.reporting.disclosure import protect
from qa_sampling.results import (
    AgreementTable,
    Calibration,
    CohortCurves,
    ControlChart,
    Decomposition,
    Forecast,
    Funnel,
    GradeDistribution,
    GradeProfiles,
    IntervalList,
    Journey,
    Severities,
    Sparklines,
    Turning,
)

LONG = (
    "A very long name of a team with $pecial_signs & <marks> such as Wissenschaftstransparenz"
    "gesetzgebungsverfahren"
)
ABOUT = {"measure": f"{LONG} and what is measured of it", "scope": f"In {LONG}", "n_of": LONG,
         "baseline": LONG, "warnings": (f"{LONG} must be known.", f"So must {LONG}.")}  # fmt: skip
TABLES = ("table", "history", "fan", "lines")
VALUES = {"value", "average", "share", "low", "high", "count", "shift", "contribution",
          "share_before", "share_first", "days", "days_low", "days_high", "pending", "latest",
          "middle", "low_80", "high_80", "low_95", "high_95", "centre", "outstanding", "good",
          "requires_improvement", "inadequate"}  # fmt: skip


def tables_of(result) -> dict[str, pd.DataFrame]:
    return {name: getattr(result, name) for name in TABLES if hasattr(result, name)}


def empty(result):
    fields = {name: table.iloc[:0] for name, table in tables_of(result).items()}
    return replace(result, **fields, **_agrees(result, 0), **_targets(result))


def one_point(result):
    fields = {name: table.iloc[:1] for name, table in tables_of(result).items()}
    if isinstance(result, Sparklines):
        fields["table"] = result.table.iloc[:1]
    if isinstance(result, Decomposition):
        fields["end"] = result.start + float(result.table["contribution"].iloc[0])
    if isinstance(result, Journey):
        fields["targets"] = ()
    return replace(result, **fields, **_agrees(result, 3))


def all_hidden(result):
    fields = {}
    for name, table in tables_of(result).items():
        if "hidden" in table:
            wanted = VALUES - {"centre"}
            if isinstance(result, ControlChart):
                wanted = {"value"}
            columns = {one: nan for one in table.columns if one in wanted}
            blank = {"signal": ""} if "signal" in table else {}
            fields[name] = table.assign(**columns, **blank, hidden=True)
        elif name == "lines":
            fields[name] = table.assign(latest=nan, signal="", words="")
    none = {"same": None, "within_one": None, "estimate": None, "interval": None}
    return replace(result, **fields, **(none if isinstance(result, AgreementTable) else {}))


def long_names(result):
    fields = dict(ABOUT)
    columns = ("unit", "auditor", "part", "step", "grade", "series", "words", "name")
    for name, table in tables_of(result).items():
        named = [one for one in columns if one in table]
        longer = {one: [f"{LONG} {value}" for value in table[one]] for one in named}
        fields[name] = table.assign(**longer)
    if isinstance(result, AgreementTable):
        fields["grades"] = tuple(f"{LONG} {one}" for one in result.grades)
        pairs = ("auditor_grade", "moderator_grade")
        longer = {one: [f"{LONG} {value}" for value in result.table[one]] for one in pairs}
        fields["table"] = result.table.assign(**longer)
    if isinstance(result, Journey):
        fields["targets"] = tuple((f"{LONG} {one}", days) for one, days in result.targets)
    for name in ("start_name", "end_name", "centre_name", "chart", "method", "limits"):
        if isinstance(getattr(result, name, None), str):
            fields[name] = f"{LONG} {name}"
    if hasattr(result, "rebases"):
        fields["rebases"] = (LONG,)
        fields["table"] = result.table.assign(
            rules=[f"{LONG} {rule}" if rule else "" for rule in result.table["rules"]]
        )
    return replace(result, **fields)


def zeros(result):
    fields = {}
    for name, table in tables_of(result).items():
        known = {one: table[one].where(table[one].isna(), 0.0) for one in table if one in VALUES}
        fields[name] = table.assign(**known)
    if isinstance(result, Decomposition):
        fields |= {"start": 0.0, "end": 0.0}
    if isinstance(result, GradeProfiles):
        worst = result.table["inadequate"].where(result.table["inadequate"].isna(), 1.0)
        fields["table"] = fields["table"].assign(inadequate=worst)
    if isinstance(result, Funnel):
        fields["centre"] = 0.0
        fields["limits"] = result.limits.assign(low=0.0, high=0.0, low_outer=0.0, high_outer=0.0)
    return replace(result, **fields)


def _agrees(result, count: int) -> dict:
    if not isinstance(result, AgreementTable):
        return {}
    return {"n": count, "same": count, "within_one": count, "estimate": None, "interval": None}


def _targets(result) -> dict:
    if isinstance(result, Journey):
        return {"targets": ()}
    if isinstance(result, Decomposition):
        return {"end": result.start}
    return {}


EDGES = {"empty": empty, "one point": one_point, "all hidden": all_hidden,
         "long names": long_names, "zeros": zeros}  # fmt: skip


def control_from(frame: pd.DataFrame, *, target: float | None = None) -> ControlChart:
    share = frame["again"] / frame["referrals"]
    shown = share.notna()
    centre = frame.loc[shown, "again"].sum() / frame.loc[shown, "referrals"].sum()
    spread = 3 * (centre * (1 - centre) / frame["referrals"]) ** 0.5
    rows = pd.DataFrame({"period": pd.to_datetime(frame["month"] + "-01"), "value": share,
                         "centre": centre, "low": (centre - spread).clip(lower=0),
                         "high": centre + spread, "hidden": share.isna()})  # fmt: skip
    return ControlChart(rows, measure="Re-referrals, share", unit="share", target=target,
                        warnings=("Hidden months are left out of the centre line.",))  # fmt: skip


def forecast_from(frame: pd.DataFrame) -> Forecast:
    days = pd.to_datetime(frame["month"] + "-01")
    history = pd.DataFrame({"period": days, "value": frame["again"], "hidden": frame["hidden"]})
    mean = float(frame["again"].mean())
    ahead = pd.DataFrame({"period": pd.date_range(days.max(), periods=4, freq="MS")[1:]})
    ahead["middle"] = mean
    for level, wide in ((80, 1.28), (95, 1.96)):
        ahead[f"low_{level}"] = max(mean - wide * sqrt(mean), 0.0)
        ahead[f"high_{level}"] = mean + wide * sqrt(mean)
    return Forecast(history, ahead, measure="Re-referrals", method="mean of the shown months")


def turning_from(frame: pd.DataFrame) -> Turning:
    cast = forecast_from(frame)
    done = pd.DataFrame(
        {
            "period": cast.history["period"].iloc[[3]], "name": ["A new team"],
            "verdict": ["too short"], "words": ["Too short to say."],
            "ratio": [float("nan")], "low": [float("nan")], "high": [float("nan")],
        }
    )  # fmt: skip
    return Turning(**vars(cast), done=done)


def many_from(frame: pd.DataFrame) -> Sparklines:
    days = pd.to_datetime(frame["month"] + "-01")
    table = pd.DataFrame({"series": "Re-referrals", "period": days, "value": frame["again"],
                          "hidden": frame["hidden"]})  # fmt: skip
    lines = pd.DataFrame({"series": ["Re-referrals"], "latest": [frame["again"].iloc[-1]],
                          "centre": [frame["again"].mean()]})  # fmt: skip
    return Sparklines(table, lines, measure="Re-referrals")


def funnel_from(frame: pd.DataFrame) -> Funnel:
    share = frame["again"] / frame["referrals"]
    centre = frame.loc[share.notna(), "again"].sum() / frame.loc[share.notna(), "referrals"].sum()
    rows = pd.DataFrame({"unit": frame["month"], "n": frame["referrals"], "value": share,
                         "hidden": share.isna()})  # fmt: skip
    limits = binomial_limits(float(centre), np.arange(20, 200, 10))
    return Funnel(rows, limits, centre=float(centre), unit="share", n_of="referrals")


def severities_from(frame: pd.DataFrame) -> Severities:
    shift = frame["again"] / frame["referrals"]
    rows = pd.DataFrame({"auditor": frame["month"], "n": frame["referrals"], "shift": shift})
    rows = rows.assign(low=shift - 0.1, high=shift + 0.1, hidden=shift.isna())
    return Severities(rows, unit="grades")


def calibration_from(frame: pd.DataFrame) -> Calibration:
    share = frame["again"] / frame["referrals"]
    rows = pd.DataFrame({"period": pd.to_datetime(frame["month"] + "-01"), "value": share,
                         "average": share, "low": share - 0.1, "high": share + 0.1,
                         "hidden": share.isna()})  # fmt: skip
    return Calibration(rows, unit="share", agreed=1.0)


def grades_from(frame: pd.DataFrame) -> GradeDistribution:
    share = frame["again"] / frame["again"].sum()
    rows = pd.DataFrame({"grade": frame["month"], "share": share, "low": 0.9 * share,
                         "high": (1.1 * share).clip(upper=1), "count": frame["again"],
                         "hidden": frame["hidden"]})  # fmt: skip
    return GradeDistribution(rows, int(frame["again"].sum()), 500, 0.95, "invented")


def cohorts_from(frame: pd.DataFrame) -> CohortCurves:
    share = (frame["again"] / frame["referrals"]).cummax()
    share = share.where(~frame["hidden"])
    rows = pd.DataFrame({"name": "The year", "day": 30.0 * np.arange(len(frame)), "share": share,
                         "hidden": frame["hidden"]})  # fmt: skip
    return CohortCurves(rows, unit="share")


def journey_from(frame: pd.DataFrame) -> Journey:
    rows = pd.DataFrame({"step": frame["month"], "count": frame["again"],
                         "hidden": frame["hidden"]})  # fmt: skip
    return Journey(rows)


def decomposition_from(frame: pd.DataFrame, *, start: int, end: int) -> Decomposition:
    rows = pd.DataFrame({"part": frame["month"], "contribution": frame["again"].astype("float64"),
                         "hidden": frame["hidden"]})  # fmt: skip
    rows = rows.sort_values("hidden", kind="stable")
    return Decomposition(rows, start, end, measure="Re-referrals added up")


def profiles_from(frame: pd.DataFrame) -> GradeProfiles:
    share = frame["again"] / frame["referrals"]
    rows = pd.DataFrame({"name": frame["month"], "n": frame["referrals"], "good": share,
                         "outstanding": 0.0 * share, "requires_improvement": 1 - share,
                         "inadequate": 0.0 * share, "low": 0.9 * share, "high": 1.1 * share,
                         "hidden": share.isna()})  # fmt: skip
    return GradeProfiles(rows, unit="share")


def intervals_from(frame: pd.DataFrame) -> IntervalList:
    share = frame["again"] / frame["referrals"]
    rows = pd.DataFrame({"name": frame["month"], "value": share, "low": 0.9 * share,
                         "high": 1.1 * share, "hidden": share.isna()})  # fmt: skip
    return IntervalList(rows, unit="share", reference=0.2)


def agreement_from(frame: pd.DataFrame) -> AgreementTable:
    rows = frame.rename(columns={"audits": "count"})
    return AgreementTable(rows, GRADES, measure="Audits")


MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07"]


def safe_months(small: tuple[int, int]):
    """Protect months of which two are small: these print alike whichever way they are."""
    table = pd.DataFrame({"month": MONTHS, "referrals": [90, 80, 70, 85, 95, 75, 88],
                          "again": [20, small[0], 17, small[1], 22, 19, 15]})  # fmt: skip
    return protect(
        table, by=["month"], counts=["referrals", "again"], within={"again": "referrals"}
    )


def safe_pairs(small: tuple[int, int]):
    """Protect grades by grades, with small counts that print alike whichever way they are."""
    a, b = small
    counts = [[9, 8, a, b], [7, 31, b, a], [8, 16, 21, 7], [7, 9, 6, 12]]
    rows = [(GRADES[i], GRADES[j], counts[i][j]) for i in range(4) for j in range(4)]
    table = pd.DataFrame(rows, columns=["auditor_grade", "moderator_grade", "audits"])
    return protect(table, by=["auditor_grade", "moderator_grade"], counts=["audits"])


def derived_pictures(small: tuple[int, int]) -> dict[str, tuple[object, Derived]]:
    """Give every picture of results with a Derived result to draw."""
    months = safe_months(small)
    totals = {"start": 0, "end": months.totals["again"]}
    found = {
        "control_chart": derive(months, control_from, target=0.15),
        "forecast_fan": derive(months, forecast_from),
        "turning_chart": derive(months, turning_from),
        "sparklines": derive(months, many_from),
        "small_multiples": derive(months, many_from),
        "funnel_plot": derive(months, funnel_from),
        "severity_funnel": derive(months, severities_from),
        "calibration_chart": derive(months, calibration_from),
        "grade_distribution": derive(months, grades_from),
        "grade_profiles": derive(months, profiles_from),
        "interval_chart": derive(months, intervals_from),
        "journey_chart": derive(months, journey_from),
        "cohort_chart": derive(months, cohorts_from),
        "decomposition_waterfall": derive(months, decomposition_from, **totals),
        "agreement_heat": derive(safe_pairs(small), agreement_from),
    }
    return {name: (getattr(plots, name), one) for name, one in found.items()}


def edge_cases() -> dict[str, tuple[object, Callable[[], object]]]:
    """Give every picture, and how its results at every edge are made."""

    def changed(change: Callable, make: Callable) -> Callable[[], object]:
        return lambda: change(make())

    return {
        f"{name}, {edge}": (draw, changed(change, make))
        for name, (draw, make, _) in made.PICTURES.items()
        for edge, change in EDGES.items()
    }
