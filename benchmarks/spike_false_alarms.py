"""How often the search for spikes and drifts cries wolf, and how often it finds the wolf.

Usage: python benchmarks/spike_false_alarms.py [--series 4000] [--part NAME]

Parts: counts, shares, season, rounds, levels, farrington, groups. Independent months, Poisson or
negative binomial (variance phi times the mean), binomial or beta-binomial. Prints the tables of
docs/trends.md. Nothing here is a test; a small piece of each part is in tests/test_spikes.py.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from trend_false_alarms import counts, head, percent, row

from qa_sampling.trends.drifts import expect_drift
from qa_sampling.trends.expecting import Method, expect_latest
from qa_sampling.trends.farrington import farrington
from qa_sampling.trends.series_grid import Grid
from qa_sampling.trends.spikes import find_spikes

MEANS = (0.3, 1.0, 2.0, 5.0, 10.0, 30.0)
SPREADS = (1.0, 1.5, 2.0)
MONTHS = (13, 24, 39, 64)
LEVEL = 0.001
SEED = 20261126


def grid(top: np.ndarray, bottom: np.ndarray | None = None, teams: int = 1) -> Grid:
    """Give series as a grid in which so many share a spread."""
    series, months = top.shape
    units = tuple((f"kind{row // teams}", str(row)) for row in range(series))
    starts = pd.date_range("2019-01-01", periods=months, freq="MS")
    none = np.full(top.shape, np.nan)
    return Grid(
        "measure", "count" if bottom is None else "proportion", units, starts, top,
        np.ones_like(top) if bottom is None else bottom, none, np.ones(top.shape, dtype=bool),
        np.zeros(series, dtype=bool),
    )  # fmt: skip


def spike(
    top: np.ndarray, bottom: np.ndarray | None = None, teams: int = 1, method: Method = "auto"
) -> float:
    """Give how often the latest month is rarer than the level."""
    found = expect_latest(grid(top, bottom, teams), method=method, every="month")
    return (found.p("high") <= LEVEL).mean()


def drift(top: np.ndarray, bottom: np.ndarray | None = None, teams: int = 1) -> float:
    """Give how often the latest months together are rarer than the level."""
    return (expect_drift(grid(top, bottom, teams), every="month", side="high").p <= LEVEL).mean()


def count_part(series: int) -> None:
    """Stable counts, a spike of the latest month, and a rise over nine months."""
    head("mean, φ, months", "spike, alone", "spike, ten teams", "drift, alone", "drift, ten teams",
         "×2 found", "×3 found", "nine months ×1.5", "nine months ×2")  # fmt: skip
    worst = np.zeros(4)
    for mean in MEANS:
        for phi in SPREADS:
            for months in MONTHS:
                dice = np.random.default_rng([SEED, months])
                top = counts(dice, mean, phi, (series, months))
                false = np.array([spike(top), spike(top, teams=10), drift(top),
                                  drift(top, teams=10)])  # fmt: skip
                worst = np.maximum(worst, false)
                found = []
                for size, length in ((2, 1), (3, 1), (1.5, 9), (2, 9)):
                    level = np.where(np.arange(months) >= months - length, size * mean, mean)
                    risen = counts(dice, level, phi, (series, months))
                    found.append((spike if length == 1 else drift)(risen, teams=10))
                row(f"{mean:g}, {phi:g}, {months}", *map(percent, [*false, *found]))
    row("largest", *map(percent, worst), "", "", "", "")


def share_part(series: int) -> None:
    """Stable shares, and one that rises."""
    head("of, share, rho, months", "spike, alone", "spike, ten teams", "drift, alone",
         "drift, ten teams", "+20 points found", "nine months +10 points")  # fmt: skip
    worst = np.zeros(4)
    for whole in (5, 12, 30, 100):
        for share in (0.1, 0.25, 0.5):
            for rho in (0.0, 0.03):
                for months in (13, 24, 36):
                    dice = np.random.default_rng([SEED, months])
                    shape = (series, months)

                    def drawn(more: float, length: int) -> np.ndarray:
                        late = np.arange(months) >= months - length  # noqa: B023
                        level = np.broadcast_to(share + more * late, shape)  # noqa: B023
                        if rho:  # noqa: B023
                            total = 1 / rho - 1  # noqa: B023
                            level = dice.beta(level * total, (1 - level) * total)  # noqa: B023
                        return dice.binomial(whole, level).astype(float)  # noqa: B023

                    bottom, top = np.full(shape, float(whole)), drawn(0, 0)
                    false = np.array([one(top, bottom, teams) for one in (spike, drift)
                                      for teams in (1, 10)])  # fmt: skip
                    worst = np.maximum(worst, false)
                    found = (spike(drawn(0.2, 1), bottom, 10), drift(drawn(0.1, 9), bottom, 10))
                    row(f"{whole}, {share:g}, {rho:g}, {months}",
                        *map(percent, [*false, *found]))  # fmt: skip
    row("largest", *map(percent, worst), "", "")


def season_part(series: int) -> None:
    """Stable counts that rise and fall with the time of year, by method, at their highest month."""
    head("mean, season, months", "auto", "predictive", "drift")
    for mean in (5.0, 20.0):
        for season in (0.0, 0.2, 0.4):
            for months in (30, 42, 66):
                dice = np.random.default_rng([SEED, months])
                turn = np.cos(2 * np.pi * (np.arange(months) - (months - 1)) / 12)
                top = counts(dice, mean * (1 + season * turn), 1, (series, months))
                row(f"{mean:g}, {season:g}, {months}", percent(spike(top, teams=10)),
                    percent(spike(top, teams=10, method="predictive")),
                    percent(drift(top, teams=10)))  # fmt: skip


def round_part(rounds: int) -> None:
    """Twelve measures in ten teams: signals a month, and one latest month multiplied by 2.5."""
    teams, months = 10, 36
    means = (0.5, 1, 2, 2, 3, 5, 5, 8, 10, 15, 20, 30)
    head("φ", "spikes a month", "drifts a month", "months with any", "×2.5 found",
         "ranked first when found", "false discovery rate with it")  # fmt: skip
    for phi in SPREADS:
        dice = np.random.default_rng(SEED)
        spikes, drifts, found, first, false = [], [], [], [], []
        for number in range(rounds):
            values = [counts(dice, mean, phi, (teams, months)) for mean in means]
            signals = find_spikes(long(values)).signals
            spikes.append(sum(one.kind == "spike" for one in signals))
            drifts.append(len(signals) - spikes[-1])
            planted = 2 + number % 10
            values[planted][0, -1] = counts(dice, 2.5 * means[planted], phi, (1,))[0]
            signals = find_spikes(long(values)).signals
            names = [(one.measure, one.unit) for one in signals]
            hit = (f"M{planted:02}", "T00") in names
            found.append(hit)
            if hit:
                first.append(names[0] == (f"M{planted:02}", "T00"))
            false.append((len(names) - names.count((f"M{planted:02}", "T00"))) / max(len(names), 1))
        row(f"{phi:g}", f"{np.mean(spikes):.2f}", f"{np.mean(drifts):.2f}",
            percent(np.mean(np.add(spikes, drifts) > 0)), percent(np.mean(found)),
            percent(np.mean(first)), percent(np.mean(false)))  # fmt: skip


def level_part(series: int) -> None:
    """How often chances are as rare as they say, of 36 stable months in ten teams; 1 is right."""
    levels, means = (1e-3, 4e-4, 1e-4), (0.5, 1, 2, 3, 5, 8, 10, 15, 20, 30)
    head("mean, φ", *(f"{kind} {level:g}" for kind in ("spike", "drift") for level in levels))
    for phi in SPREADS:
        told = []
        for mean in means:
            top = counts(np.random.default_rng([5, int(mean * 10)]), mean, phi, (2 * series, 36))
            held = grid(top, None, 10)
            chances = (expect_latest(held, method="auto", every="month").p("high"),
                       expect_drift(held, every="month", side="high").p)  # fmt: skip
            told.append([(p <= level).mean() / level for p in chances for level in levels])
            row(f"{mean:g}, {phi:g}", *(f"{one:.2f}" for one in told[-1]))
        row(f"mean of these, {phi:g}", *(f"{one:.2f}" for one in np.mean(told, axis=0)))


def farrington_part(series: int) -> None:
    """Farrington's method as published, at 5 and at 1%, and what the pages use, at 64 months."""
    head("mean, φ", "published, 5%", "published, 1%", "1%, no least number", "pages, alone",
         "pages, ten teams")  # fmt: skip
    months, worst = 64, np.zeros(5)
    for mean in MEANS:
        for phi in SPREADS:
            top = counts(np.random.default_rng([SEED, 64]), mean, phi, (series, months))
            asked = ({"chance": 0.05}, {"chance": 0.01}, {"chance": 0.01, "least": (0, 4)})
            plain = [farrington(top, at=[months - 1], years_back=5, **one).alarm.mean()
                     for one in asked]  # fmt: skip
            found = np.array([*plain, spike(top), spike(top, teams=10)])
            worst = np.maximum(worst, found)
            row(f"{mean:g}, {phi:g}", *map(percent, found))
    row("largest", *map(percent, worst))


GROUPED = {"all": 1, "team": 10, "need": 6, "age": 5, "gender": 2, "ethnicity": 5}
"""Kinds of unit that hold the same children, with how many units each has."""


def overlapping(
    dice: np.random.Generator, means: tuple[float, ...], phi: float, planted: float = 1.0
) -> pd.DataFrame:
    """Give measures of which every event belongs to one unit of each kind.

    Sizes are unequal (1 to so many parts). The largest team has `planted` times its events in the
    latest month of the first measure.
    """
    months, frames = 36, []
    starts = pd.date_range("2022-10-01", periods=months, freq="MS")
    for place, mean in enumerate(means):
        total = counts(dice, mean, phi, (months,)).astype(int)
        month = np.repeat(np.arange(months), total)
        held = {
            kind: dice.choice(n, len(month), p=np.arange(1, n + 1) / (n * (n + 1) / 2))
            for kind, n in GROUPED.items()
        }
        if planted > 1 and place == 0:
            own = GROUPED["team"] * mean / sum(range(1, GROUPED["team"] + 1))
            more = dice.poisson((planted - 1) * own)
            month = np.append(month, np.full(more, months - 1))
            for kind, n in GROUPED.items():
                new = np.full(more, n - 1) if kind == "team" else dice.integers(n, size=more)
                held[kind] = np.append(held[kind], new)
        for kind, n in GROUPED.items():
            table = np.zeros((n, months))
            np.add.at(table, (held[kind], month), 1)
            frames.append(pd.DataFrame({
                "measure": f"M{place:02}", "unit_kind": kind, "start": np.tile(starts, n),
                "unit": np.repeat([f"{kind} {one}" for one in range(n)], months),
                "numerator": table.ravel(), "mature": True,
            }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def group_part(rounds: int) -> None:
    """Six measures of everybody, teams and four kinds of group: the same children six times."""
    means = (60.0, 120.0, 40.0, 30.0, 20.0, 12.0)
    head("φ", "signals a month", "months with any (all false)", "team spike ×3 found",
         "false discovery rate with it")  # fmt: skip
    for phi in SPREADS:
        dice = np.random.default_rng([SEED, 6])
        plain, found, false = [], [], []
        for _ in range(rounds):
            plain.append(len(find_spikes(overlapping(dice, means, phi)).signals))
            signals = find_spikes(overlapping(dice, means, phi, planted=3.0)).signals
            true = [
                one
                for one in signals
                if one.measure == "M00" and (one.unit_kind != "team" or one.unit == "team 9")
            ]
            found.append(any(one.unit == "team 9" for one in true))
            false.append((len(signals) - len(true)) / max(len(signals), 1))
        row(f"{phi:g}", f"{np.mean(plain):.2f}", percent(np.mean(np.array(plain) > 0)),
            percent(np.mean(found)), percent(np.mean(false)))  # fmt: skip


def long(values: list[np.ndarray]) -> pd.DataFrame:
    """Give measures as a long table of readings."""
    frames = []
    for place, top in enumerate(values):
        teams, months = top.shape
        starts = pd.date_range("2022-10-01", periods=months, freq="MS")
        frames.append(pd.DataFrame({
            "measure": f"M{place:02}", "unit_kind": "team",
            "unit": np.repeat([f"T{one:02}" for one in range(teams)], months),
            "start": np.tile(starts, teams), "numerator": top.ravel(), "mature": True,
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def main() -> None:
    """Run what is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=4000)
    parser.add_argument("--part", default="")
    given = parser.parse_args()
    parts = {"counts": count_part, "shares": share_part, "season": season_part,
             "rounds": lambda series: round_part(series // 20), "levels": level_part,
             "farrington": farrington_part,
             "groups": lambda series: group_part(series // 20)}  # fmt: skip
    for name, run in parts.items():
        if given.part in ("", name):
            print(f"\n## {name}")
            run(given.series)


if __name__ == "__main__":
    main()
