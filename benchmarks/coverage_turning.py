"""How often forecasts and interrupted series hold the truth: the tables of docs/trends.md.

Run by hand: ``python benchmarks/coverage_turning.py [series]``, 300 series a row by default.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from qa_sampling.trends.forecasting import forecast
from qa_sampling.trends.interrupted import interrupted

AHEAD = 6


def history(counts: np.ndarray) -> pd.DataFrame:
    """Give counts as monthly history."""
    days = pd.date_range("2020-01-01", periods=len(counts), freq="MS")
    return pd.DataFrame({"period": days, "numerator": counts.astype(float)})


def counted(chance: np.random.Generator, mean: np.ndarray, phi: float) -> np.ndarray:
    """Draw counts with a dispersion."""
    if phi == 1:
        return chance.poisson(mean)
    return chance.negative_binomial(mean / (phi - 1), 1 / phi)


def alike(chance: np.random.Generator, n: int, rho: float, spread: float = 0.15) -> np.ndarray:
    """Draw log levels that resemble their neighbours."""
    drawn = chance.normal(0, spread, n)
    for t in range(1, n):
        drawn[t] = rho * drawn[t - 1] + np.sqrt(1 - rho**2) * drawn[t]
    return drawn


def forecasts(series: int) -> None:
    """Print how often months ahead lie within the fan."""
    print("mean  phi  drift  season  months   80%    95%   width 95%")
    rows = [
        (mean, phi, 0.0, 0.0, n)
        for mean in (0.3, 1, 3, 8, 30)
        for phi in (1, 1.5, 2)
        for n in (24, 36, 60)
    ]
    rows += [(8, 1, 0.06, 0.0, 60), (30, 1, 0.06, 0.0, 60), (40, 1, 0.0, 0.3, 60)]
    rows += [(30, 2, 0.03, 0.2, 60)]
    for row, (mean, phi, drift, season, n) in enumerate(rows):
        chance = np.random.default_rng([2026, row])
        held, asked, width = np.zeros(2), 0, 0.0
        for _ in range(series):
            t = np.arange(n + AHEAD)
            level = np.exp(np.cumsum(chance.normal(0, drift, len(t)))) if drift else 1.0
            counts = counted(chance, mean * level * (1 + season * np.sin(2 * np.pi * t / 12)), phi)
            fan = forecast(history(counts[:n]), ahead=AHEAD, kind="count").fan
            if not len(fan):
                continue
            after = counts[n:]
            for k, name in enumerate(("80", "95")):
                held[k] += ((after >= fan[f"low_{name}"]) & (after <= fan[f"high_{name}"])).sum()
            asked += AHEAD
            width += (fan["high_95"] - fan["low_95"]).mean() / series
        shares = held / asked
        print(
            f"{mean:<5} {phi:<4} {drift:<6} {season:<7} {n:<7} "
            f"{shares[0]:.3f}  {shares[1]:.3f}  {width:.1f}"
        )


def turns(series: int) -> None:
    """Print how often 95% intervals hold, and how often p is below 0.05."""
    print("mean phi  rho  before after  step  season   step   slope  by then   p<0.05")
    rows = [
        (30, 1, 0.0, 24, 24, 1.0, 0.0),
        (5, 1, 0.0, 24, 24, 1.0, 0.0),
        (1, 1, 0.0, 24, 24, 1.0, 0.0),
        (30, 2, 0.0, 24, 24, 1.0, 0.0),
        (30, 2, 0.0, 12, 12, 1.0, 0.0),
        (5, 1, 0.0, 10, 10, 1.0, 0.0),
        (30, 1, 0.5, 24, 24, 1.0, 0.0),
        (30, 1, 0.8, 24, 24, 1.0, 0.0),
        (30, 2, 0.5, 30, 30, 1.0, 0.0),
        (40, 1, 0.0, 36, 24, 1.0, 0.2),
        (30, 1, 0.0, 24, 24, 0.7, 0.0),
        (8, 2, 0.0, 24, 24, 0.7, 0.0),
        (20, 1.5, 0.0, 24, 24, 0.55, 0.0),
    ]
    for row, (mean, phi, rho, before, after, step, season) in enumerate(rows):
        chance = np.random.default_rng([2027, row])
        held, signs = np.zeros(3), 0
        n = before + after
        for _ in range(series):
            t = np.arange(n)
            level = np.where(t < before, 1.0, step) * np.exp(season * np.sin(2 * np.pi * t / 12))
            if rho:
                level = level * np.exp(alike(chance, n, rho))
            table = history(counted(chance, mean * level, phi))
            done = [(table["period"][before], "what was done")]
            effect = interrupted(table, kind="count", done=done).effects[0]
            for k, (name, true) in enumerate((("step", step), ("slope", 1.0), ("by_then", step))):
                held[k] += true in effect.confidence_interval(name)
            signs += effect.p < 0.05
        shares = " ".join(f"{share:.3f} " for share in held / series)
        print(
            f"{mean:<4} {phi:<4} {rho:<4} {before:<6} {after:<6} {step:<5} {season:<7}  "
            f"{shares}   {signs / series:.3f}"
        )


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    forecasts(asked)
    turns(asked)
