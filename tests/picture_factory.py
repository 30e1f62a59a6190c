"""Invented results for the pictures: small, plausible, and nobody's.

Values come from sines and short lists, not from any record. The functions at the foot are what
``derive`` is given in tests: they work results out of the printed rows of a SafeTable.
"""

from __future__ import annotations

from math import cos, nan, sin, sqrt

import numpy as np
import pandas as pd

from qa_sampling.reporting import plots
from qa_sampling.reporting.plots_designs import design_chart_alt
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
    Interval,
    IntervalList,
    Journey,
    Severities,
    Sparklines,
    Turning,
)
from qa_sampling.sampling.comparison import DesignComparison
from qa_sampling.sampling.comparison_looks import ALL_CASES

GRADES = ("Outstanding", "Good", "Requires improvement", "Inadequate")
TEAMS = ("Assessment North", "Assessment South", "Family Safeguarding 1", "Family Safeguarding 2",
         "Family Safeguarding 3", "Children in Care", "Disabled Children", "Care Leavers",
         "Exploitation", "Fostering Support")  # fmt: skip


def months(count: int, start: str = "2024-04-01") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=count, freq="MS")


def control(count: int = 30) -> ControlChart:
    """Re-referrals: a step down after a new front door, one gap, two months that can change."""
    share = [0.222 + 0.024 * sin(2.1 * one) + 0.012 * cos(5.0 * one) for one in range(count)]
    share = [value - 0.045 * (place >= 18) for place, value in enumerate(share)]
    n = [138 + 22 * sin(1.3 * one) for one in range(count)]
    phase = [int(one >= 18) for one in range(count)]
    centre = [0.222 - 0.045 * one for one in phase]
    spread = [3 * sqrt(c * (1 - c) / size) for c, size in zip(centre, n, strict=True)]
    rows = pd.DataFrame(
        {
            "period": months(count),
            "value": share,
            "n": n,
            "centre": centre,
            "low": [c - s for c, s in zip(centre, spread, strict=True)],
            "high": [c + s for c, s in zip(centre, spread, strict=True)],
            "signal": "",
            "rules": "",
            "mature": [one < count - 2 for one in range(count)],
            "phase": phase,
        }
    )
    if count >= 28:
        rows.loc[7, "value"] = nan
        rows.loc[11, ["value", "signal", "rules"]] = [0.345, "concern", "above the upper limit"]
        rows.loc[[18, 19], ["signal", "rules"]] = ["improvement", "2 of 3 near the lower limit"]
        rows.loc[[18, 19], "value"] = [0.102, 0.108]
    return ControlChart(
        rows,
        measure="Re-referrals within 12 months, share of referrals",
        scope="All teams, April 2024 to September 2026",
        unit="share",
        n=int(sum(n)),
        n_of="referrals",
        baseline="April 2024 to September 2025, 18 months",
        warnings=("The last two months can still rise.",),
        chart="p′ chart",
        limits="a stable process stays within them in 997 of 1,000 months",
        better="down",
        target=0.18,
        rebases=("New front door",),
    )


def rare(count: int = 24) -> ControlChart:
    """A rare count without limits for the first months, with hidden months."""
    values = [float(one % 5 == 3) * 3 + (one % 3) * 3 for one in range(count)]
    rows = pd.DataFrame({"period": months(count), "value": values, "centre": nan})
    rows = rows.assign(low=nan, high=nan, hidden=[one % 4 == 1 for one in range(count)])
    rows.loc[rows["hidden"], "value"] = nan
    rows.loc[11:, ["centre", "low", "high"]] = [3.5, 0.0, 11.0]
    rows["signal"] = ""
    rows.loc[18, ["value", "signal"]] = [13.0, "neutral"]
    rows.loc[18, "hidden"] = False
    return ControlChart(
        rows,
        measure="Children missing from care, a month",
        scope="Invented authority",
        baseline="March 2025 to March 2026",
        chart="g chart",
        warnings=("Hidden months are left out of the centre line.",),
    )


def binomial_limits(centre: float, sizes: np.ndarray) -> pd.DataFrame:
    """Exact binomial limits at each size, as a method would give them."""
    from scipy.stats import binom

    made = {"n": sizes}
    for name, level in (("low", 0.025), ("low_outer", 0.001)):
        made[name] = binom.ppf(level, sizes, centre) / sizes
    for name, level in (("high", 0.975), ("high_outer", 0.999)):
        made[name] = binom.ppf(level, sizes, centre) / sizes
    return pd.DataFrame(made)


def funnel() -> Funnel:
    """Assessments within 45 working days by team; one beyond the limits, one hidden."""
    n = [212, 188, 96, 104, 91, 61, 44, 23, 17, 33]
    value = [0.93, 0.90, 0.92, 0.78, 0.95, 0.93, 0.89, nan, 0.94, 0.97]
    signal = ["", "", "", "concern", "", "", "", "", "", ""]
    table = pd.DataFrame({"unit": TEAMS, "n": n, "value": value, "signal": signal,
                          "hidden": [pd.isna(one) for one in value]})  # fmt: skip
    return Funnel(
        table,
        binomial_limits(0.91, np.arange(8, 226, 2)),
        measure="Assessments within 45 working days, share",
        scope="By team, October 2025 to September 2026",
        unit="share",
        n_of="assessments",
        centre=0.91,
        centre_name="All teams",
        warnings=("Limits treat assessments as independent; siblings are not.",),
    )


def agreement() -> AgreementTable:
    """Overall grades of 52 moderated audits; one pair hidden."""
    counts = [[3, 2, 0, 0], [1, 21, 4, 0], [0, 6, 11, 1], [0, 0, 1, 2]]
    rows = [(a, m, float(counts[i][j])) for i, a in enumerate(GRADES)
            for j, m in enumerate(GRADES)]  # fmt: skip
    return AgreementTable(
        pd.DataFrame(rows, columns=["auditor_grade", "moderator_grade", "count"]),
        GRADES,
        measure="Overall grade of the auditor and of the moderator, audits",
        scope="April to September 2026",
        n=52,
        n_of="moderated audits",
        same=37,
        within_one=52,
        coefficient="Gwet’s AC2, quadratic weights",
        estimate=0.87,
        interval=Interval(0.78, 0.93, method="jackknife"),
    )


def severities() -> Severities:
    """Shrunken shifts of 14 auditors; one grades higher, one too few to say."""
    n = [14, 12, 9, 9, 9, 7, 6, 6, 5, 4, 4, 3, 2, 2]
    shift = [0.06, -0.11, 0.48, -0.02, 0.14, -0.36, 0.1, 0.03, -0.08, 0.17, 0.0, 0.05, 0.02, nan]
    half = [0.27 + 0.5 / sqrt(one) if one > 2 else 0.6 for one in n]
    half = [min(one, 0.42) for one in half]
    low = [s - h for s, h in zip(shift, half, strict=True)]
    high = [s + h for s, h in zip(shift, half, strict=True)]
    signal = ["easier" if one == 0.48 else "" for one in shift]
    people = [f"Auditor {place}" for place in range(1, 15)]
    table = pd.DataFrame({"auditor": people, "n": n, "shift": shift, "low": low, "high": high,
                          "signal": signal})  # fmt: skip
    return Severities(
        table,
        measure="Auditor’s grade minus the moderator’s, in grades, shrunk towards the average",
        scope="October 2025 to September 2026",
        unit="grades",
        n=92,
        n_of="moderated audits",
        average=0.05,
        method="normal–normal, REML",
        expected_by_chance=0.7,
        warnings=("Auditor 14: too few moderated audits for a shift.",),
    )


def calibrated(count: int = 18) -> Calibration:
    """Net bias month by month: high at first, near the moderators at last; one month too few."""
    average = [0.34 * 0.88**one + 0.03 * sin(1.9 * one) for one in range(count)]
    half = [0.3 / sqrt(one + 1) + 0.06 for one in range(count)]
    own = [value + 0.16 * sin(2.6 * one) for one, value in enumerate(average)]
    table = pd.DataFrame({"period": months(count, "2025-04-01"), "n": 6.0, "value": own,
                          "average": average,
                          "low": [a - h for a, h in zip(average, half, strict=True)],
                          "high": [a + h for a, h in zip(average, half, strict=True)],
                          "signal": ""})  # fmt: skip
    if count > 6:
        table.loc[3, "value"] = nan
        table.loc[5, "signal"] = "higher"
    return Calibration(
        table,
        measure="Auditor’s grade minus the moderator’s, mean, in grades",
        scope="Invented authority",
        unit="grades",
        n=6 * count,
        n_of="moderations",
        agreed=0.0,
        method="moving average; cumulative sum, 250 cases between false alarms",
    )


def grades() -> GradeDistribution:
    """The spread of overall grades over all cases."""
    table = pd.DataFrame(
        {
            "grade": GRADES,
            "share": [0.09, 0.51, 0.33, 0.07],
            "low": [0.03, 0.38, 0.22, 0.02],
            "high": [0.2, 0.63, 0.46, 0.17],
            "count": [4, 22, 14, 3],
        }
    )
    return GradeDistribution(
        table, 43, 826, 0.95, "stratified Wilson",
        measure="Overall grade, estimated share of all open cases",
        scope="September 2026", unit="share", n_of="graded audits",
    )  # fmt: skip


def profiles() -> GradeProfiles:
    """Grades by standard: one that few audits graded, one hidden."""
    rows = [
        ("Overall", 100, 0.19, 0.5, 0.29, 0.02, 0.57, 0.8),
        ("Plans are of good quality and SMART", 100, 0.14, 0.53, 0.28, 0.05, 0.54, 0.77),
        ("Supervision, management oversight and independent review", 97, 0.12, 0.45, 0.35, 0.08,
         0.44, 0.68),
        ("Visits are of good quality", 98, 0.2, 0.6, 0.18, 0.02, 0.68, 0.89),
        ("Care planning meetings are held regularly", 8, nan, nan, nan, nan, nan, nan),
    ]  # fmt: skip
    names = ["name", "n", "outstanding", "good", "requires_improvement", "inadequate", "low",
             "high"]  # fmt: skip
    hidden = pd.DataFrame([{"name": "Positive organisational culture", "hidden": True}])
    table = pd.concat([pd.DataFrame(rows, columns=names).assign(hidden=False), hidden])
    return GradeProfiles(
        table,
        measure="Share of the open cases that each standard applies to, by grade",
        scope="July to October 2026",
        unit="share",
        n=100,
        n_of="audits",
    )


def changes() -> IntervalList:
    """Changes by standard: one told from chance, one with too few audits, one hidden."""
    rows = [
        ("Overall", 0.04, -0.13, 0.19, 100, False, False),
        ("Plans are of good quality and SMART", 0.22, 0.05, 0.37, 100, True, False),
        ("Recording is of good quality", -0.01, -0.17, 0.15, 100, False, False),
        ("Care planning meetings are held regularly", nan, nan, nan, 8, False, False),
        ("Positive organisational culture", nan, nan, nan, nan, False, True),
    ]
    names = ["name", "value", "low", "high", "n", "marked", "hidden"]
    return IntervalList(
        pd.DataFrame(rows, columns=names),
        reference=0.0,
        signed=True,
        marks=("Can be told from chance", "Cannot be told from chance"),
        measure="Change in the share that is good or better, percentage points",
        scope="July to October 2026 against April to June 2026",
        unit="share",
        n_of="audits",
    )


def decomposition() -> Decomposition:
    """Why the re-referral rate rose."""
    parts = [("More from police", 1.9, 0.8, 3.1), ("Higher rate: ages 0 to 4", 1.2, 0.2, 2.3),
             ("Higher rate: ages 5 to 15", 0.6, -0.3, 1.5), ("From schools", -0.7, -1.2, -0.2),
             ("Everything else", -0.3, -0.9, 0.3)]  # fmt: skip
    return Decomposition(
        pd.DataFrame(parts, columns=["part", "contribution", "low", "high"]),
        21.4,
        24.1,
        "2024/25",
        "2025/26",
        method="Das Gupta, bootstrap by family",
        measure="Re-referrals within 12 months, per 100 referrals",
        scope="All teams",
        unit="rate",
        n=1489,
        n_of="referrals",
    )


def journey() -> Journey:
    """From contact to plan."""
    rows = [
        ("Contact", 5210, nan, 1.0, nan, nan, nan, nan),
        ("Referral", 1489, 0.286, 0.286, 1, 0, 1, nan),
        ("Assessment", 1301, 0.874, 0.25, 28, 17, 39, 96),
        ("Section 47 enquiry", 482, 0.37, 0.093, 2, 0, 6, 12),
        ("Initial conference", 212, 0.44, 0.041, 13, 11, 15, 9),
        ("Protection plan", 187, 0.882, 0.036, 0, 0, 0, nan),
    ]
    names = ["step", "count", "share_before", "share_first", "days", "days_low", "days_high",
             "pending"]  # fmt: skip
    return Journey(
        pd.DataFrame(rows, columns=names),
        (("Assessment", 45.0), ("Initial conference", 15.0)),
        "working days",
        measure="Children by the furthest step of their contact",
        scope="Contacts of October 2024 to September 2025, followed for 12 months",
        n=5210,
        n_of="contacts",
        warnings=("A referral can lead straight to a section 47 enquiry.",),
    )


def forecast() -> Forecast:
    """Children looked after: 24 months seen, 6 ahead."""
    seen = [398 + 0.9 * one + 7 * sin(1.7 * one) for one in range(24)]
    history = pd.DataFrame({"period": months(24), "value": [float(round(one)) for one in seen]})
    ahead = pd.DataFrame({"period": months(6, "2026-04-01")})
    ahead["middle"] = [421.0 + one for one in range(6)]
    for level, wide in ((80, 6.0), (95, 9.5)):
        ahead[f"low_{level}"] = [421 + one - wide * sqrt(one + 1) for one in range(6)]
        ahead[f"high_{level}"] = [421 + one + wide * sqrt(one + 1) for one in range(6)]
    return Forecast(
        history,
        ahead,
        method="discounted gamma–Poisson",
        measure="Children looked after at the end of the month",
        scope="Invented authority",
        target=400.0,
        better="down",
        baseline="April 2024 to March 2026",
        warnings=("Counts only what happens if nothing changes.",),
    )


def turning() -> Turning:
    """Re-referrals: a new front door that turned the curve, and family meetings, too recent."""
    share = [0.24 + 0.02 * sin(2.1 * one) - (0.06 if one >= 14 else 0) for one in range(30)]
    history = pd.DataFrame({"period": months(30), "value": share})
    history["mature"] = [one < 27 for one in range(30)]
    ahead = pd.DataFrame({"period": months(9, "2026-10-01"), "middle": 0.18})
    for level, wide in ((80, 0.03), (95, 0.05)):
        ahead[f"low_{level}"] = [0.18 - wide * sqrt(1 + one / 3) for one in range(9)]
        ahead[f"high_{level}"] = [0.18 + wide * sqrt(1 + one / 3) for one in range(9)]
    done = pd.DataFrame(
        {
            "period": pd.to_datetime(["2025-06-01", "2026-03-01"]),
            "name": ["New front door", "Family group meetings"],
            "verdict": ["better", "too short"],
            "ratio": [0.68, float("nan")], "low": [0.55, float("nan")],
            "high": [0.84, float("nan")], "words": ["It turned.", "Too short to say."],
        }
    )  # fmt: skip
    return Turning(
        history, ahead, method="discounted beta-binomial", unit="share", target=0.15,
        measure="Re-referrals within 12 months, per cent", scope="All teams", better="down",
        done=done, chance=0.21,
    )  # fmt: skip


def cohorts(count: int = 5) -> CohortCurves:
    """Children referred again, by quarter: the latest is watched for half a year only."""
    names = ("April to June 2025", "July to September 2025", "October to December 2025",
             "January to March 2026", "April to June 2026")  # fmt: skip
    rows = []
    for place, name in enumerate(names[:count]):
        days = range(0, 366 if place < 3 else 280 - 90 * (place - 3), 12)
        for day in days:
            share = (0.19 + 0.02 * sin(3.0 * place) + 0.09 * (place == 4)) * (day / 365) ** 0.8
            spread = 0.35 * share if day else nan
            rows.append((name, float(day), share, share - spread, share + spread))
    return CohortCurves(
        pd.DataFrame(rows, columns=["name", "day", "share", "low", "high"]),
        measure="Referred again, share of referrals",
        scope="All teams, by quarter of the first referral",
        n=1_800,
        n_of="referrals",
        warnings=("Children who came into care are no longer waited for.",),
    )


def many(series: int = 18, count: int = 36) -> Sparklines:
    """Many measures by team; a few with signals, gaps and hidden months."""
    measures = ("Referrals", "Re-referrals", "Assessments", "Section 47", "Conferences", "Plans")
    names = [f"{measures[one % 6]}, {TEAMS[(one // 6) % 10]}" + ("" if one < 60 else " (2)")
             for one in range(series)]  # fmt: skip
    tables, lines = [], []
    for place, name in enumerate(names):
        level = 12 + 9 * (place % 4)
        values = [round(level + 0.2 * level * sin(2.3 * one + place)
                        + 0.17 * level * sin((1.1 + 0.3 * (place % 7)) * one))
                  for one in range(count)]  # fmt: skip
        rows = pd.DataFrame({"series": name, "period": months(count, "2023-10-01"),
                             "value": values, "signal": "", "hidden": False})  # fmt: skip
        rows["value"] = rows["value"].astype("float64")
        signal = ""
        if place % 7 == 2:
            rows.loc[count - 1, "value"] = round(1.75 * level)
            signal = "concern"
        if place % 9 == 4:
            rows.loc[count - 1, "value"] = round(0.4 * level)
            signal = "improvement"
        if signal:
            rows.loc[count - 1, "signal"] = signal
        if place % 5 == 3:
            rows.loc[12, "value"] = nan
            rows.loc[20, ["value", "hidden"]] = [nan, True]
        tables.append(rows)
        word = {"": "no change", "concern": "above the limit", "improvement": "below the limit"}
        latest = rows["value"].iloc[-1]
        lines.append((name, latest, level, 0.55 * level, 1.45 * level, signal, word[signal]))
    columns = ["series", "latest", "centre", "low", "high", "signal", "words"]
    return Sparklines(
        pd.concat(tables),
        pd.DataFrame(lines, columns=columns),
        measure="Children a month",
        scope="By team, October 2023 to September 2026",
        baseline="October 2023 to September 2025",
    )


PICTURES = {
    "control_chart": (plots.control_chart, control,
                      "Re-referrals fell after the new front door and have stayed lower"),
    "control_chart_rare": (plots.control_chart, rare, "One month stands out; many are hidden"),
    "funnel_plot": (plots.funnel_plot, funnel, "One team finishes fewer assessments in time"),
    "agreement_heat": (plots.agreement_heat, agreement,
                       "Moderators gave the same grade to 37 of 52 audits"),
    "severity_funnel": (plots.severity_funnel, severities,
                        "One auditor of 14 grades higher than moderators do"),
    "calibration_chart": (plots.calibration_chart, calibrated,
                          "Auditors graded higher at first and are now as moderators"),
    "grade_distribution": (plots.grade_distribution, grades,
                           "About half of all cases would be graded Good"),
    "grade_profiles": (plots.grade_profiles, profiles,
                       "Oversight is the weakest of the standards"),
    "interval_chart": (plots.interval_chart, changes,
                       "Plans are better than in the spring; no other change is sure"),
    "decomposition_waterfall": (plots.decomposition_waterfall, decomposition,
                                "More police referrals explain most of the rise"),
    "journey_chart": (plots.journey_chart, journey,
                      "Of 100 contacts, 29 become referrals and 4 end in a plan"),
    "cohort_chart": (plots.cohort_chart, cohorts,
                     "The latest quarter's children come again sooner"),
    "forecast_fan": (plots.forecast_fan, forecast,
                     "Numbers looked after will likely stay above the target"),
    "turning_chart": (plots.turning_chart, turning,
                      "The new front door turned the curve; the target is still far"),
    "small_multiples": (plots.small_multiples, many, "Three of 18 series rose above their limits"),
    "sparklines": (plots.sparklines, many, "Three of 18 series rose above their limits"),
}  # fmt: skip
"""Name: the picture, an invented result, its finding."""


def plan_pictures() -> dict[str, tuple]:
    """Give the pictures of the audit plan, with protected tables and the words of narrative."""
    from qa_sampling.reporting import narrative
    from qa_sampling.reporting.disclosure import protect
    from qa_sampling.reporting.plan_tables import SHARES
    from qa_sampling.reporting.quantities import cell
    from qa_sampling.reporting.words import tell

    names = ["Looked after", "Child protection plan", "Child in need plan", "Open assessment"]
    status = pd.DataFrame({"status": names, "cases": [224, 116, 221, 167],
                           "audits": [13, 4, 11, 7]})  # fmt: skip
    numbers = ((30, 2, 8, 0, 21, 7), (3, 1, 25, 9, 14, 0), (40, 8, 11, 1, 19, 6))
    teams = [
        (team, one, cases, audits)
        for team, row in zip(TEAMS, numbers, strict=False)
        for one, cases, audits in zip(names, row[::2], row[1::2], strict=False)
    ]
    coverage = pd.DataFrame(teams, columns=["team", "status", "cases", "audits"])
    reasons = pd.DataFrame({"reason": ["Closed", "Audited within 12 months", "Can be drawn"],
                            "cases": [512, 61, 826]})  # fmt: skip
    loads = pd.DataFrame({"role": ["Team Manager"] * 6 + ["Director"],
                          "audits": [1, 1, 1, 1, 1, 2, 0]})  # fmt: skip
    counts = ["cases", "audits"]
    funnel = protect(reasons, by=["reason"], counts=["cases"])
    return {
        "allocation_chart": (
            plots.allocation_chart,
            protect(status, by=["status"], counts=counts, percentages=SHARES, decisions=["audits"]),
            "Audits follow the caseload", narrative.allocation_alt),
        "coverage_map": (
            plots.coverage_map, protect(coverage, by=["team", "status"], counts=counts),
            "Every team has an audit", narrative.coverage_alt),
        "funnel_chart": (
            plots.funnel_chart, funnel, tell(
                funnel, "{drawn} of {whole:case|cases} can be drawn",
                drawn=cell(funnel, "cases", "Can be drawn"), whole=cell(funnel, "cases")),
            narrative.funnel_alt),
        "bar_chart": (plots.bar_chart, protect(status, by=["status"], counts=["cases"]),
                      "Most children are looked after or have a plan", narrative.bar_alt),
        "load_chart": (plots.load_chart, loads, "Nobody has more than two audits",
                       narrative.load_alt),
        "design_chart": (plots.design_chart, designs(), "Balanced is most like the caseload",
                         design_chart_alt),
    }  # fmt: skip


def designs() -> DesignComparison:
    """Give an invented comparison of three designs."""
    names = ["In proportion", "Balanced", "At random"]
    nothing = pd.DataFrame()
    precision = pd.DataFrame({"design": names, "domain": ALL_CASES, "cases": 1461,
                              "half_width": [0.172, 0.146, 0.146],
                              "explained": [0.168, 0.134, 0.146]})  # fmt: skip
    margins = pd.DataFrame({"design": names, "margin": "row", "least": [1, 0, 0],
                            "most": [3, 7, 8]})  # fmt: skip
    balance = pd.DataFrame({"design": names, "other": [0.09, 0.05, 0.11]})
    return DesignComparison(nothing, margins, precision, balance, nothing, 0.5, 0.95, 0.25, 60)
