"""Measure 95% intervals after a calibration, and those of the same samples without it.

    python benchmarks/coverage_calibration.py          (some minutes; writes docs/intervals.md)
    python benchmarks/coverage_calibration.py --quick  (prints only)

Plain random samples from the caseload of coverage_estimation.py; the weights are then made to add
up to the six statuses, to three classes of them, or raked to statuses and five areas. Samples in
which a group has nobody are drawn again, because they cannot be calibrated (the analyst is told to
merge groups). The truths: a share of 10% and of 50% that the status bears upon; a score of 1 to 4
that it bears upon; weeks open, skewed, on which it has none; a number that it explains almost
wholly, which is where residuals mislead most.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from coverage_estimation import LEVEL, PAGE, SEED, SIZES, heading, month, row, shown

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.calibration import post_stratify, rake
from qa_sampling.sampling.estimation import Design, estimate_mean, estimate_proportion, make_design

WAYS = ("3 groups", "6 groups", "6 and 5 groups, raked")
TRUTHS = ("share 0.1", "share 0.5", "score", "weeks", "explained")
FIRST, LAST = "<!-- calibrated -->\n", "<!-- end of calibrated -->"


def caseload(dice: np.random.Generator) -> pd.DataFrame:
    """Give one row a case: its groups and its truths."""
    sizes = month().by("column").cells["population"].to_numpy()
    status = np.repeat(np.arange(len(sizes)), sizes)
    effect = dice.normal(0, 1, len(sizes))[status]
    table = pd.DataFrame({"status": status, "third": status // 2})
    table["area"] = dice.integers(0, 5, len(table))
    for share in (0.1, 0.5):
        odds = np.log(share / (1 - share)) + 0.7 * effect
        table[f"share {share:g}"] = dice.random(len(table)) < 1 / (1 + np.exp(-odds))
    score = 2.5 + 0.4 * effect + dice.normal(0, 0.7, len(table))
    table["score"] = np.clip(np.round(score), 1, 4)
    table["weeks"] = np.exp(3 + dice.normal(0, 0.8, len(table)))
    table["explained"] = 3 * effect + dice.normal(0, 0.3, len(table))
    return table


def calibrated(cases: pd.DataFrame, sample: pd.DataFrame, way: str) -> tuple[Design, Design] | None:
    """Give the plain and the calibrated design; None when a group has nobody."""
    plain = make_design(sample, population=len(cases))
    counts = {name: cases[name].value_counts().to_dict() for name in ("status", "third", "area")}
    try:
        if way == "3 groups":
            return plain, post_stratify(plain, "third", counts["third"])
        if way == "6 groups":
            return plain, post_stratify(plain, "status", counts["status"])
        return plain, rake(plain, {name: counts[name] for name in ("status", "area")})
    except EstimationError:
        return None


def measured(
    cases: pd.DataFrame, n: int, way: str, draws: int, dice: np.random.Generator
) -> tuple[dict[tuple[str, str], tuple[float, float]], float]:
    """Give coverage and width by truth and design, and the share of samples that were possible."""
    hits: dict[tuple[str, str], list[tuple[float, float]]] = {}
    tried = done = 0
    needed = {"3 groups": ("third",), "6 groups": ("status",)}.get(way, ("status", "area"))
    codes = [cases[name].to_numpy() for name in needed]
    while done < draws and tried < 200 * draws:
        tried += 1
        rows = dice.choice(len(cases), n, replace=False)
        if any(len(set(code[rows].tolist())) <= code.max() for code in codes):
            continue
        pair = calibrated(cases, cases.iloc[rows], way)
        if pair is None:
            continue
        done += 1
        for name in TRUTHS:
            estimate = estimate_proportion if name.startswith("share") else estimate_mean
            for which, design in zip(("plain", "calibrated"), pair, strict=True):
                ends = estimate(design, name).confidence_interval(LEVEL)
                truth = float(cases[name].mean())
                held = ends.low <= truth + 1e-12 and truth <= ends.high + 1e-12
                width = ends.width / (1 if name.startswith("share") else cases[name].std())
                hits.setdefault((name, which), []).append((float(held), width))
    return {key: tuple(np.mean(pairs, axis=0)) for key, pairs in hits.items()}, done / tried


def main() -> None:
    """Measure everything and write the page between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    draws = 60 if quick else 300
    dice = np.random.default_rng(SEED + 2)
    cases = caseload(dice)
    lines = [
        f"Seed {SEED + 2}; {draws} calibrated samples a line (standard error near 95%: "
        f"{100 * (0.0475 / draws) ** 0.5:.1f} points). Calibrated, then in brackets the same "
        f"samples without calibration; widths in points of 100, for numbers in hundredths of "
        f"their standard deviation. *Possible* is the share of samples with every group in them.",
        "",
        *heading(["groups", "n", "possible", *TRUTHS]),
    ]
    for way in WAYS:
        for n in SIZES:
            if "raked" in way and n < 20:
                continue  # next to no sample has every group
            found, possible = measured(cases, n, way, draws, dice)
            if not found:
                lines.append(row([way, str(n), "0%", *(["none"] * len(TRUTHS))]))
                continue
            cells = [
                f"{shown(found[name, 'calibrated'])} ({shown(found[name, 'plain'])})"
                for name in TRUTHS
            ]
            lines.append(row([way, str(n), f"{possible:.0%}", *cells]))
            print(lines[-1], flush=True)
    text = "\n".join(lines) + "\n"
    if quick:
        print(text)
        return
    before, _, after = PAGE.read_text(encoding="utf-8").partition(FIRST)
    rest = after.partition(LAST)[2]
    PAGE.write_text(f"{before}{FIRST}{text}{LAST}{rest}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
