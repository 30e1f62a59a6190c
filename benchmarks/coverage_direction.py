"""Measure intervals of net bias and of shrunken shifts, and whether planted auditors are found.

    python benchmarks/coverage_direction.py            (a quarter of an hour; prints tables)
    python benchmarks/coverage_direction.py --quick    (a minute)

The tables in docs/moderation.md are what it prints. Net bias: n cases with a known distribution of
differences. Shifts: twelve auditors with true shifts of a known spread, one to ten cases each.
Planted auditors: the grading of the invented authority over many seeds (36 months, some 50
auditors in turn, one audit in five moderated and every Inadequate), one auditor 0.7 grades
lenient and one 0.7 severe, everybody else, moderators too, within 0.12.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.agreement.crossed import crossed_severity
from qa_sampling.agreement.discovery import adjusted_p_values
from qa_sampling.agreement.moderated import moderated_share
from qa_sampling.agreement.net_bias import net_bias
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.agreement.severity import severity, shifts
from qa_sampling.agreement.shrinkage import shrink
from qa_sampling.records.invented.audits import QUIET_MONTHS, AuditProgramme
from qa_sampling.records.invented.building import build_history
from qa_sampling.records.invented.days import month_end, month_starts, to_date
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.grading import MODERATED, AssignedAudit, Grading
from qa_sampling.records.invented.truths import plant

SEED = 20261125
STEPS = np.array([-2, -1, 0, 1, 2])
SCATTERS = {
    "unbiased, 70% same": (0.01, 0.14, 0.70, 0.14, 0.01),
    "seldom apart, 95% same": (0.0, 0.03, 0.95, 0.02, 0.0),
    "mostly higher, 78% same": (0.0, 0.02, 0.78, 0.18, 0.02),
    "lenient, 35% same": (0.0, 0.0, 0.35, 0.60, 0.05),
    "wide, 40% same": (0.05, 0.25, 0.40, 0.25, 0.05),
    "never lower, 90% same": (0.0, 0.0, 0.90, 0.10, 0.0),
}
SIZES = (3, 5, 8, 12, 20, 40, 80)
SPREADS = (0.0, 0.2, 0.4, 0.8)
LOADS = (1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10)
UNTIL = date(2026, 10, 31)


def table(rows: list[dict]) -> str:
    """Give rows as a Markdown table."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def bias_coverage(runs: int) -> list[dict]:
    """Share of 95% intervals of the net bias that hold the truth: plain t, then ours."""
    dice, rows = np.random.default_rng(SEED), []
    for name, chance in SCATTERS.items():
        truth, row = float(STEPS @ np.array(chance)), {"differences": name}
        for n in SIZES:
            drawn = dice.choice(STEPS, p=chance, size=(runs, n)).astype(float)
            mean, error = drawn.mean(axis=1), drawn.std(axis=1, ddof=1) / np.sqrt(n)
            reach = stats.t.ppf(0.975, n - 1) * error
            plain = np.mean(np.abs(mean - truth) <= reach + 1e-12)
            held = [truth in net_bias(one).confidence_interval() for one in drawn]
            row[f"n = {n}"] = f"{100 * plain:.0f} / {100 * np.mean(held):.0f}"
        rows.append(row)
    return rows


def moderated_set(
    dice: np.random.Generator, true: np.ndarray, loads: tuple[int, ...] = LOADS
) -> Ratings:
    """Give moderated audits of auditors with these true shifts before grades are rounded."""
    who = np.repeat(np.arange(len(true)), loads)
    quality = dice.normal(2.6, 0.8, len(who))
    noise = dice.normal(0, 0.35, (2, len(who)))
    first = np.clip(np.rint(quality + true[who] + noise[0]), 1, 4).astype(int) - 1
    second = np.clip(np.rint(quality + noise[1]), 1, 4).astype(int) - 1
    rows = pd.DataFrame(
        {
            "case_ref": [f"C{n}" for n in range(len(who))] * 2,
            "rater": [*(f"A{n:02d}" for n in who), *["M"] * len(who)],
            "role": ["auditor"] * len(who) + ["moderator"] * len(who),
            "grade": GRADES_SCALE.decode([*first, *second]),
        }
    )
    return Ratings.from_long(rows, scale=GRADES_SCALE)


def expected_gap(shift: float, runs: int = 400_000) -> float:
    """Give the mean difference in rounded grades that a true shift leads to."""
    dice = np.random.default_rng(SEED)
    quality = dice.normal(2.6, 0.8, runs)
    grades = [np.clip(np.rint(quality + by + dice.normal(0, 0.35, runs)), 1, 4)
              for by in (shift, 0.0)]  # fmt: skip
    return float(np.mean(grades[0] - grades[1]))


def shift_coverage(runs: int) -> list[dict]:
    """Share of 95% intervals of auditors' shifts that hold the true mean difference."""
    dice = np.random.default_rng(SEED)
    knots = np.linspace(-3, 3, 61)
    known = np.array([expected_gap(knot, 60_000) for knot in knots])
    rows = []
    for spread in SPREADS:
        held: dict[str, list] = {name: [] for name in ("own t", "averaged", "reml", "paule-mandel")}
        wide: dict[str, list] = {name: [] for name in held}
        off: dict[str, list] = {name: [] for name in held}
        for _ in range(runs):
            true = dice.normal(0, spread, len(LOADS)) if spread else np.zeros(len(LOADS))
            found = shifts(moderated_set(dice, true))
            truth = np.interp(true, knots, known)
            reach = stats.t.ppf(0.975, found.attrs["degrees_of_freedom"])
            mean, error = found["mean"].to_numpy(), found["standard_error"].to_numpy()
            ends = {"own t": (mean - reach * error, mean + reach * error)}
            points = {"own t": mean}
            for method in ("averaged", "reml", "paule-mandel"):
                one = shrink(mean, error**2, method=method)
                ends[method], points[method] = one.confidence_limits(), one.shift
            for name, (low, high) in ends.items():
                held[name].append((low <= truth) & (truth <= high))
                wide[name].append(high - low)
                off[name].append((points[name] - truth) ** 2)
        row: dict[str, object] = {"spread of true shifts": spread}
        for name in held:
            rate, width = 100 * np.mean(held[name]), np.mean(wide[name])
            error = np.sqrt(np.mean(off[name]))
            row[name] = f"{rate:.0f}% ({width:.2f}; {error:.2f})"
        rows.append(row)
    return rows


def ratings_of(programme: AuditProgramme, dice: Dice, *, at_random: bool) -> Ratings:
    """Give the overall grades of :func:`graded`."""
    return overall_of(*graded(programme, dice, at_random=at_random)[:2])


def graded(
    programme: AuditProgramme, dice: Dice, *, at_random: bool
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    """Let every auditor grade in turn, 40 audits a month; give audits, moderations, all tables.

    Every Inadequate is moderated; `at_random` keeps one in five of those, as of all others.
    """
    people = programme.history.staff
    programme._people = {person.staff_id: person for person in people.itertuples(index=False)}
    auditors = people.loc[people["may_audit"], "staff_id"].tolist()
    moderators = people.loc[people["may_moderate"], "staff_id"].tolist()
    grading = Grading(dice, programme._appoint(), programme.history.last, programme.second)
    rota: list[str] = []
    for start in month_starts(UNTIL, 36):
        for number in range(40 if to_date(start).month not in QUIET_MONTHS else 0):
            rota = rota or dice.shuffled(auditors)
            who, period = rota.pop(0), f"{to_date(start):%Y-%m}"
            others = tuple(one for one in moderators if one != who)
            grading.add(
                AssignedAudit(
                    f"A-{period}-{number:03d}", period, "", "Child in need plan", "", "", "",
                    who, others, start + 1, month_end(start),
                )
            )  # fmt: skip
    made = grading.tables()
    audits = made["audits"].dropna(subset=["grade_overall"])
    audits = audits[["audit_id", "period", "auditor_id", "grade_overall"]]
    moderations = made["moderations"].merge(audits[["audit_id", "period"]], on="audit_id")
    if at_random:
        grade = moderations["audit_id"].map(audits.set_index("audit_id")["grade_overall"])
        kept = [one != "Inadequate" or dice.chance(MODERATED) for one in grade]
        moderations = moderations[kept]
    return audits, moderations, made


def overall_of(audits: pd.DataFrame, moderations: pd.DataFrame) -> Ratings:
    """Give the overall grades."""
    sides = [
        audits.rename(columns={"auditor_id": "rater"}).assign(role="auditor"),
        moderations.rename(columns={"moderator_id": "rater"}).assign(role="moderator"),
    ]
    rows = pd.concat(sides, ignore_index=True).rename(
        columns={"audit_id": "case_ref", "grade_overall": "grade"}
    )
    columns = ["case_ref", "period", "rater", "role", "grade"]
    return Ratings.from_long(rows[columns], scale=GRADES_SCALE)


def standards_of(
    audits: pd.DataFrame, moderations: pd.DataFrame, made: dict[str, pd.DataFrame]
) -> Ratings:
    """Give the grades of the standards of moderated audits, with their chances of moderation."""
    moderated = audits["audit_id"].isin(moderations["audit_id"])
    chance = moderated.groupby(audits["grade_overall"]).transform("mean")
    known = audits.assign(chance=chance)[moderated]
    sides = [
        made["answers"].merge(known.rename(columns={"auditor_id": "rater"}), on="audit_id")
        .assign(role="auditor"),
        made["moderated_answers"].merge(known.drop(columns="auditor_id"), on="audit_id")
        .merge(moderations[["audit_id", "moderator_id"]], on="audit_id")
        .rename(columns={"moderator_id": "rater"}).assign(role="moderator"),
    ]  # fmt: skip
    columns = ["audit_id", "period", "standard", "rater", "role", "grade", "chance"]
    rows = pd.concat(sides, ignore_index=True)[columns].rename(columns={"audit_id": "case_ref"})
    return Ratings.from_long(rows, scale=GRADES_SCALE, probability="chance")


RULES = {
    "each tested at 5%, no control": ("none", 0.05, "p_value"),
    "Benjamini-Hochberg, 5%": ("benjamini-hochberg", 0.05, "p_value"),
    "Benjamini-Hochberg, 20%": ("benjamini-hochberg", 0.20, "p_value"),
    "Benjamini-Yekutieli, 20%": ("benjamini-yekutieli", 0.20, "p_value"),
    "against the average, Benjamini-Hochberg, 5%": ("benjamini-hochberg", 0.05, "p_average"),
}


def planted(seeds: int, *, at_random: bool = False) -> list[dict]:
    """Tell how often the planted auditors of the invented authority are found, by rule."""
    turn, spike = plant(UNTIL, 36, 1.0)
    history = build_history(2026, scale=1.0, months=36, until=UNTIL, turn=turn, spike=spike)
    found: dict[str, list] = {name: [] for name in RULES}
    shown, interval, mixed, cases = [], [], [], []
    for seed in range(seeds):
        dice = Dice(seed, "audits")
        programme = AuditProgramme(history, dice, 1.0, Dice(seed, "second grades"))
        ratings = ratings_of(programme, dice, at_random=at_random)
        marked = {programme.lenient: "easier", programme.severe: "harder"}
        people = severity(ratings).table
        average = severity(ratings, against="average", method="reml").table
        people = people.assign(p_average=average["p_value"])
        way = np.where(people["mean"] > 0, "easier", "harder")
        for name, (control, rate, column) in RULES.items():
            named = adjusted_p_values(people[column].to_numpy(), control=control) <= rate
            found[name].append(_score(people.assign(signal=np.where(named, way, "")), marked))
        shown.append(_score(people, marked))
        outside = (people["low"] > 0) | (people["high"] < 0)
        interval.append(_score(people.assign(signal=np.where(outside, way, "")), marked))
        sizes = people.set_index("auditor")["n"]
        cases.append(([sizes.get(one, 0) for one in marked], float(sizes.median())))
        fitted = crossed_severity(ratings).raters.query("role != 'moderator'")
        fitted = fitted.rename(columns={"rater": "auditor"})
        # 99.8% limits of the prediction stand in for control: 50 auditors, 0.1 false alarms
        reach = 3.09 * fitted["standard_error"]
        side = np.where(fitted["shift"] > reach, "easier", "")
        side = np.where(fitted["shift"] < -reach, "harder", side)
        mixed.append(_score(fitted.assign(signal=side), marked))
    rows = [_told("severity() as it is by default", shown)]
    rows += [_told(name, scores) for name, scores in found.items()]
    rows.append(_told("95% interval of the shrunken shift", interval))
    rows.append(_told("mixed model of all audits, 99.8% limits", mixed))
    few = np.array([one for one, _ in cases]).ravel()
    middle = np.mean([one for _, one in cases])
    print(
        f"planted auditors: {few.mean():.1f} moderated cases on average ({few.min():.0f} to "
        f"{few.max():.0f}); median of all {middle:.1f}"
    )
    return rows


def by_weights(seeds: int) -> list[dict]:
    """Tell what weighting by the chance of moderation does to shifts, by how audits are chosen."""
    turn, spike = plant(UNTIL, 36, 1.0)
    history = build_history(2026, scale=1.0, months=36, until=UNTIL, turn=turn, spike=spike)
    counted = ("all alike", "by chance of moderation", "by chance, all standards")
    ways = [(chosen, one) for chosen in ("at random", "and every Inadequate") for one in counted]
    scores: dict[tuple, list] = {way: [] for way in ways}
    found: dict[tuple, list] = {way: [] for way in ways}
    for seed in range(seeds):
        for chosen in ("at random", "and every Inadequate"):
            dice = Dice(seed, "audits")
            programme = AuditProgramme(history, dice, 1.0, Dice(seed, "second grades"))
            drawn = graded(programme, dice, at_random=chosen == "at random")
            ratings = overall_of(*drawn[:2])
            sets = (ratings, with_chances(ratings), standards_of(*drawn))
            marked = {programme.lenient: "easier", programme.severe: "harder"}
            for weighted, given in zip(counted, sets, strict=True):
                people = severity(given).table.dropna(subset="mean").set_index("auditor")
                scores[chosen, weighted].append(_score(people.reset_index(), marked))
                means = people["mean"]
                innocent = means[~means.index.isin(list(marked))].mean()
                planted_two = [means.get(one, np.nan) for one in marked]
                found[chosen, weighted].append([*planted_two, innocent, len(people)])
    rows = []
    for way in ways:
        told = _told(f"{way[0]}; {way[1]}", scores[way])
        told.pop("both found")
        lenient, severe, innocent, shown = np.nanmean(np.array(found[way]), axis=0)
        means = (lenient, severe, innocent)
        names = ("mean shift, lenient", "severe", "innocent")
        told |= {name: f"{one:+.2f}" for name, one in zip(names, means, strict=True)}
        rows.append(told | {"auditors shown": f"{shown:.0f}"})
    return rows


def with_chances(ratings: Ratings) -> Ratings:
    """Give the same ratings, weighted by the share moderated of each grade of auditors."""
    grade = np.where(ratings.roles == 0, ratings.codes, -1).max(axis=1)
    moderated = (ratings.roles == 1).any(axis=1)
    share = np.array([moderated[grade == one].mean() for one in range(4)])
    weights = np.where(moderated, 1 / np.maximum(share[grade], 1e-9), 0.0)
    return replace(ratings, weights=weights)


def _score(people: pd.DataFrame, marked: dict[str, str]) -> tuple[int, int, int]:
    """Count planted auditors found the right way, innocent named, and innocent in all."""
    signal = people.set_index("auditor")["signal"]
    right = sum(signal.get(who, "") == way for who, way in marked.items())
    innocent = signal[~signal.index.isin(list(marked))]
    return right, int((innocent != "").sum()), len(innocent)


def _told(name: str, scores: list[tuple[int, int, int]]) -> dict:
    right, wrong, innocent = np.array(scores).T
    return {
        "rule": name,
        "planted found": f"{100 * right.mean() / 2:.0f}%",
        "both found": f"{100 * np.mean(right == 2):.0f}%",
        "innocent named, each": f"{100 * wrong.sum() / innocent.sum():.2f}%",
        "runs with an innocent named": f"{100 * np.mean(wrong > 0):.0f}%",
    }


def by_cases(runs: int) -> list[dict]:
    """Tell how often a shift of 0.7 is found among twelve auditors by cases moderated of each."""
    dice, rows = np.random.default_rng(SEED), []
    for each in (3, 5, 8, 12, 20, 30):
        right, wrong = 0, 0
        for _ in range(runs):
            true = np.array([0.7, -0.7, *dice.uniform(-0.12, 0.12, 10)])
            signal = severity(moderated_set(dice, true, (each,) * 12)).table["signal"]
            right += (signal.iloc[0] == "easier") + (signal.iloc[1] == "harder")
            wrong += (signal.iloc[2:] != "").sum()
        rows.append(
            {
                "moderated cases an auditor": each,
                "planted found": f"{100 * right / runs / 2:.0f}%",
                "innocent named, each": f"{100 * wrong / runs / 10:.2f}%",
            }
        )
    return rows


def moderated_coverage(runs: int) -> list[dict]:
    """Share of 95% intervals of the moderated share that hold the share of all cases."""
    dice, rows = np.random.default_rng(SEED), []
    cases = 800
    for audits, rate in ((40, 0.3), (40, 0.6), (80, 0.3), (160, 0.2)):
        row: dict[str, object] = {"audits": audits, "moderated": f"{100 * rate:.0f}%"}
        for good in (0.5, 0.7, 0.9):
            held, wide = [], []
            truth = dice.random(cases) < good
            for _ in range(runs):
                drawn = dice.choice(cases, audits, replace=False)
                second = np.where(truth[drawn], 2, 1)
                off = dice.random(audits)
                first = np.where(off < 0.15, 2, np.where(off > 0.95, 1, second))
                chosen = (dice.random(audits) < rate) | (first == 0)
                if not chosen.any():
                    continue
                codes = np.column_stack([first, np.where(chosen, second, -1)])
                ratings = Ratings.from_codes(
                    codes, scale=GRADES_SCALE, roles=("auditor", "moderator")
                )
                ends = moderated_share(ratings, population=cases).confidence_interval()
                held.append(truth.mean() in ends)
                wide.append(ends.width)
            row[f"{100 * good:.0f}% good"] = f"{100 * np.mean(held):.0f}% ({np.mean(wide):.2f})"
        rows.append(row)
    return rows


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="part of a table's name")
    parser.add_argument("--runs", type=int, default=2_000)
    given = parser.parse_args()
    runs, seeds = (200, 4) if given.quick else (given.runs, 200)
    parts = {
        "net bias: plain t / ours": lambda: bias_coverage(runs),
        "shifts: coverage (width; error)": lambda: shift_coverage(runs // 5),
        "shifts of 0.7 by cases": lambda: by_cases(runs // 5),
        "moderated share: coverage (width)": lambda: moderated_coverage(runs // 2),
        "planted auditors, every Inadequate moderated": lambda: planted(seeds),
        "planted auditors, moderation at random": lambda: planted(seeds, at_random=True),
        "weights: planted auditors, before and after": lambda: by_weights(seeds),
    }
    for name, part in parts.items():
        if given.only in name:
            print(f"\n{name}\n\n{table(part())}", flush=True)


if __name__ == "__main__":
    main()
