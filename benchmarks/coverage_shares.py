"""How often the fan of a share holds what comes: the table of shares in docs/trends.md.

Usage: python benchmarks/coverage_shares.py [series]

300 series a row by default; months 1 to 6 ahead. Independent months: binomial, or beta-binomial
where brothers and sisters come together (rho is how alike two children of a month are); the level
may drift (standard deviation a month, of the log odds). The number of those who could varies about
its mean as a Poisson count does, as it does in life; the fan takes the mean of the last year.
Nothing here is a test; a small piece is in tests/test_turning.py.
"""

from __future__ import annotations

import sys
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from qa_sampling.trends.forecasting import forecast

AHEAD = 6
SEED = 20261127
WIDTHS = ("80", "95")


def drawn(
    chance: np.random.Generator, of: float, share: float, rho: float, drift: float, months: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give how many met it, of how many, by month."""
    level = expit(logit(share) + np.cumsum(chance.normal(0, drift, months) if drift else [0.0]))
    level = np.broadcast_to(level, months)
    whole = np.maximum(chance.poisson(of, months), 1)
    if rho:
        total = 1 / rho - 1
        level = chance.beta(level * total, (1 - level) * total)
    return chance.binomial(whole, level), whole


def held(
    chance: np.random.Generator,
    series: int,
    *,
    of: float,
    share: float,
    rho: float,
    drift: float,
    months: int,
) -> tuple[np.ndarray, float]:
    """Give how often months ahead lie within the fans, and the width of the wider in points."""
    inside, asked, width = np.zeros(len(WIDTHS)), 0, []
    days = pd.date_range("2020-01-01", periods=months, freq="MS")
    for _ in range(series):
        met, whole = drawn(chance, of, share, rho, drift, months + AHEAD)
        table = pd.DataFrame(
            {"period": days, "numerator": met[:months], "denominator": whole[:months]}
        )
        fan = forecast(table, ahead=AHEAD, kind="proportion").fan
        if not len(fan):
            continue
        later = met[months:] / whole[months:]
        for place, name in enumerate(WIDTHS):
            low, high = fan[f"low_{name}"] - 1e-9, fan[f"high_{name}"] + 1e-9
            inside[place] += ((later >= low) & (later <= high)).sum()
        asked += AHEAD
        width.append(100 * (fan["high_95"] - fan["low_95"]).mean())
    return inside / asked, float(np.mean(width))


def main(series: int) -> None:
    """Print the table."""
    cells = [
        {"of": of, "share": share, "rho": rho, "drift": 0.0, "months": months}
        for of, share, rho, months in product(
            (5, 12, 30, 100), (0.1, 0.25, 0.5, 0.85), (0.0, 0.03), (24, 60)
        )
    ]
    cells += [
        {"of": of, "share": 0.25, "rho": rho, "drift": drift, "months": 60}
        for of in (30, 100)
        for rho, drift in ((0.0, 0.06), (0.03, 0.06), (0.1, 0.0))
    ]
    print("| of, share, rho, drift, months | 80% | 95% | width of 95%, points |")
    print("| --- | --- | --- | --- |")
    worst = np.ones(2)
    for row, cell in enumerate(cells):
        shares, width = held(np.random.default_rng([SEED, row]), series, **cell)
        worst = np.minimum(worst, shares)
        name = ", ".join(f"{one:g}" for one in cell.values())
        told = " | ".join(f"{100 * one:.1f}%" for one in shares)
        print(f"| {name} | {told} | {width:.0f} |", flush=True)
    print(f"| smallest | {100 * worst[0]:.1f}% | {100 * worst[1]:.1f}% | |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
