"""How samples look over many seeds: balance of twenty cases, and coordination over 36 months.

Usage: python benchmarks/simulate_selection.py [--seeds 150]

Prints the two tables of docs/selection_methods.md, from an invented caseload. The last lines are
a z-test of every method's inclusion probabilities over all those seeds.
"""

from __future__ import annotations

import argparse
import itertools

import numpy as np
import pandas as pd

from qa_sampling.sampling.case_selection import select_cases
from qa_sampling.sampling.coordination import next_starts
from qa_sampling.sampling.covariates import spread_coordinates
from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.spread import spatial_balance

COVARIATES = ["age", "gender", "ethnic_group", "need", "weeks"]
WORDS = ["gender", "ethnic_group", "need"]
YEAR = "permanent tickets"


def caseload(cases: int = 1_400) -> pd.DataFrame:
    """Give an invented caseload with covariates and the chance that its audit is good."""
    dice = np.random.default_rng(20261125)
    age = dice.integers(0, 18, cases)
    need = dice.choice([f"N{n}" for n in range(1, 7)], cases, p=[0.55, 0.12, 0.05, 0.1, 0.13, 0.05])
    status = dice.choice(["CIN", "CP", "LAC", "CL"], cases, p=[0.5, 0.15, 0.25, 0.1])
    weeks = np.round(dice.gamma(1.2, 30, cases)).astype(int)
    group = dice.choice(["White", "Mixed", "Asian", "Black"], cases, p=[0.7, 0.1, 0.12, 0.08])
    good = 0.35 + 0.02 * (17 - age) + 0.2 * (need == "N1") - 0.002 * np.minimum(weeks, 100)
    return pd.DataFrame(
        {
            "case_ref": [f"R{place:04}" for place in range(cases)],
            "stratum": status,
            "age": age,
            "gender": dice.choice(["Female", "Male"], cases),
            "ethnic_group": group,
            "need": need,
            "weeks": weeks,
            "good": (dice.random(cases) < good).astype(float),
        }
    )


def designs(table: pd.DataFrame, n: int) -> dict[str, dict]:
    """Give the arguments of each design."""
    share = table["stratum"].value_counts(normalize=True)
    sizes = {label: round(n * part) for label, part in share.items()}
    sizes["CIN"] += n - sum(sizes.values())
    return {
        "tickets, whole caseload": {"sizes": n, "method": "tickets"},
        "tickets, by status": {"sizes": sizes, "method": "tickets"},
        "systematic (need, group, age)": {
            "sizes": n,
            "method": "systematic",
            "order_by": ["need", "ethnic_group", "age"],
        },
        "cube, by status": {"sizes": sizes, "method": "cube", "balance_on": COVARIATES},
        "cube": {"sizes": n, "method": "cube", "balance_on": COVARIATES},
        "local pivotal": {"sizes": n, "method": "local_pivotal", "spread_over": COVARIATES},
    }


def balance_table(seeds: int, n: int = 20) -> pd.DataFrame:
    """Give, design by design, how like the caseload samples of `n` look."""
    table = caseload()
    at = spread_coordinates(table, COVARIATES)
    truth = {name: table[name].value_counts(normalize=True) for name in WORDS}
    rows = []
    for name, arguments in designs(table, n).items():
        found, hits = [], np.zeros(len(table))
        for seed in range(seeds):
            chosen = select_cases(table, seed=f"month {seed}", **arguments)
            drawn = chosen.cases["drawn"].to_numpy()
            hits += drawn
            found.append(_look(table, truth, at, chosen.cases, drawn))
        chance = chosen.cases["inclusion_probability"].to_numpy()
        z = (hits / seeds - chance) / np.sqrt(chance * (1 - chance) / seeds)
        error = np.sqrt((np.array(found) ** 2).mean(axis=0))
        rows.append((name, *error[:4], np.array(found)[:, 4].mean(), error[5], (z**2).mean()))
    columns = ["design", "age", "weeks", "shares", "none", "spread", "error", "z2"]
    return pd.DataFrame(rows, columns=columns).set_index("design")


def _look(
    table: pd.DataFrame, truth: dict, at: np.ndarray, cases: pd.DataFrame, drawn: np.ndarray
) -> tuple[float, ...]:
    weight = 1 / cases["inclusion_probability"].to_numpy()[drawn]
    sample = table[drawn]

    def off(name: str) -> float:
        apart = np.average(sample[name], weights=weight) - table[name].mean()
        return float(apart / table[name].std(ddof=0))

    shares = np.concatenate(
        [
            [weight[(sample[name] == word).to_numpy()].sum() / weight.sum() - part]
            for name, parts in truth.items()
            for word, part in parts.items()
        ]
    )
    missing = float((sample["ethnic_group"] == "Asian").sum() == 0)
    chance = cases["inclusion_probability"].to_numpy()
    spread = spatial_balance(at, chance, drawn)
    good = float(np.average(sample["good"], weights=weight) - table["good"].mean())
    return off("age"), off("weeks"), float(np.sqrt((shares**2).mean())), missing, spread, good


def months(rule: str, overlap: float, seed: int, length: int = 36) -> list[tuple[set, set, set]]:
    """Play months of joiners, leavers and movers; give audited, in the frame, newly joined."""
    dice = np.random.default_rng(seed)
    weights = dice.lognormal(0, 0.8, 24)
    teams = [f"T{place:02}" for place in range(24)]
    home = dict(
        zip(
            (f"R{n:05}" for n in range(1_400)),
            dice.choice(teams, 1_400, p=weights / weights.sum()),
            strict=True,
        )
    )
    joined = dict.fromkeys(home, -99)
    size = Size(60, rounding="fixed", minimum=1, reserves=0, one_per_family=False)
    number, draws, played = 1_400, [], []
    shift: dict[str, float] = {}
    for month in range(length):
        refs = sorted(home)
        for ref in dice.choice(refs, round(0.04 * len(refs)), replace=False).tolist():
            del home[ref]
            home[f"R{number:05}"], joined[f"R{number:05}"] = dice.choice(teams), month
            number += 1
        for ref in dice.choice(sorted(home), round(0.03 * len(home)), replace=False).tolist():
            home[ref] = dice.choice(teams)
        frame = _frame(home)
        text = f"{seed} month {month}"
        if rule == "fresh":
            draw = draw_sample(frame, size, seed=text)
        else:
            fixed = f"{YEAR} {seed}"
            start = next_starts(draws, fixed, overlap=overlap, seed=text)
            draw = draw_sample(frame, size, seed=text, ticket_seed=fixed, start_after=start)
        audited = set(draw.cases["case_ref"])
        if rule == "moved":
            audited = _moved(frame, draw, shift, dice)
        draws.append(draw)
        new = {ref for ref in home if month - joined[ref] < 6}
        played.append((audited, set(home), new))
    return played


def _moved(frame: Frame, draw: Draw, shift: dict[str, float], dice: np.random.Generator) -> set:
    """Draw by numbers that move by each case's probability: what not to do."""
    sizes = draw.allocation.set_index("stratum")
    audited = set()
    for label, part in frame.cases.groupby("stratum"):
        refs, n = part["case_ref"].tolist(), int(sizes.loc[label, "sampled"])
        for ref in refs:
            shift.setdefault(ref, float(dice.random()))
        audited |= set(sorted(refs, key=shift.__getitem__)[:n])
        for ref in refs:
            shift[ref] = (shift[ref] - n / len(refs)) % 1
    return audited


def _frame(home: dict[str, str]) -> Frame:
    refs = sorted(home)
    labels = [str(home[ref]) for ref in refs]
    cases = pd.DataFrame(
        {
            "case_ref": refs,
            "stratum": labels,
            "row": labels,
            "column": "all",
            "family_ref": refs,
        },
        dtype="str",
    )
    nothing = pd.DataFrame({"case_ref": [], "reason": []}, dtype="str")
    return Frame(cases, nothing, nothing, nothing, ("team",), frame_fingerprint(cases))


def coordination_table(runs: int) -> pd.DataFrame:
    """Give, rule by rule, the overlap and repeats that were achieved over 36 months."""
    rules = {
        "fresh tickets every month": ("fresh", 0.0),
        "numbers moved by probability": ("moved", 0.0),
        **{f"overlap = {value}": ("rank", value) for value in (0.0, 0.25, 0.5, 0.75, 1.0)},
    }
    rows = []
    for name, (rule, overlap) in rules.items():
        found = [_achieved(months(rule, overlap, seed)) for seed in range(runs)]
        rows.append((name, *np.mean(found, axis=0)))
    columns = ["rule", "overlap", "again_6", "again_12", "reached", "joiners"]
    return pd.DataFrame(rows, columns=columns).set_index("rule")


def _achieved(played: list[tuple[set, set, set]]) -> tuple[float, ...]:
    audits = [audited for audited, _, _ in played]
    pairs = itertools.pairwise(audits)
    overlap = np.mean([len(a & b) / len(b) for a, b in pairs])
    again = {
        window: np.mean(
            [
                len(audits[m] & set().union(*audits[m - window : m])) / len(audits[m])
                for m in range(12, len(audits))
            ]
        )
        for window in (6, 12)
    }
    reached = len(set().union(*audits)) / sum(map(len, audits))
    share = [(len(a & new) / len(a), len(new) / len(home)) for a, home, new in played[12:]]
    taken, held = np.mean(share, axis=0)
    return float(overlap), again[6], again[12], reached, float(taken / held)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=150)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    pd.set_option("display.width", 200)
    print(coordination_table(given.runs).round(3).to_string())
    print(balance_table(given.seeds).round(3).to_string())
