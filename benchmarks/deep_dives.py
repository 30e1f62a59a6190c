"""How often a search for drivers names the planted group, and how often it accuses an innocent one.

Usage: python benchmarks/deep_dives.py [--seeds 100] [--part drivers|levels|waits]

Invented referrals with brothers and sisters (tests/dive_samples.py): 75 families a month, twelve
months of baseline, three months looked at, 16 sources, 4 teams, 4 needs. Prints the tables of
docs/deep_dives.md; those of the whole invented authority: deep_dives_authority.py. Nothing here is
a test; a small piece of each part is in tests/.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dive_samples import referrals, with_spike

from qa_sampling.trends.binary_model import explain_outcome
from qa_sampling.trends.decomposition import decompose
from qa_sampling.trends.drivers import find_drivers
from qa_sampling.trends.incidence import incidence
from qa_sampling.trends.waiting_model import explain_waits

COLUMNS = ["source", "team", "need"]
BOTH = ("family_id", None)
"""Families as wholes, and each child by itself."""


def row(*cells: object) -> None:
    """Print one row of a table."""
    print("| " + " | ".join(str(one) for one in cells) + " |", flush=True)


def head(*names: str) -> None:
    """Print the head of a table."""
    print()
    row(*names)
    row(*["---"] * len(names))


def verdict(found: object, now: pd.DataFrame, planted: dict[str, str]) -> Counter:
    """Say what was named: exactly the planted group, one mostly made of it, or an innocent one."""
    said: Counter = Counter(none=int(not len(found.named)))
    events = now[now["again"] == 1]
    for one in found.named.itertuples():
        named = dict(zip(one.columns, one.values, strict=True))
        inside = events[(events[list(named)] == pd.Series(named)).all(axis=1)]
        mine = inside["family_id"].str.startswith("spike").mean()
        said["exact" if planted and named == planted else "like" if mine >= 0.5 else "innocent"] = 1
    return said


EAST = {"source": "6", "team": "East"}
WORLDS = {
    "nothing": ({}, 0),
    "nothing; months scatter (variance 2 × mean), `spread=2`": ({}, 0),
    "nothing; months scatter so, not said": ({}, 0),
    "9 families a month, source 6 in East": (EAST, 27),
    "5 families a month, source 6 in East": (EAST, 15),
    "3 families a month, source 6 in East": (EAST, 9),
    "9 families a month, source 6 in every team": ({"source": "6"}, 27),
    "5 families a month, source 4 in West": ({"source": "4", "team": "West"}, 15),
}
"""What is planted: the group, and how many families in three months."""


def how_often(world: str, of: str, seeds: int) -> list[str]:
    """Say how often a search names what was planted: the four shares of the table."""
    planted, families = WORLDS[world]
    spread = 0.06 if "scatter" in world else 0.0
    total: Counter = Counter()
    for seed in range(seeds):
        before = referrals(2 * seed, 12, spread=spread)
        now = referrals(2 * seed + 1, 3, spread=spread)
        if planted:
            where = {"source": planted["source"], "team": planted.get("team")}
            now = with_spike(now, seed, families, **where)
        found = find_drivers(before, now, outcome="again", groups=COLUMNS, of=of, periods=(12, 3),
                             spread=2.0 if "spread=2" in world else 1.0)  # fmt: skip
        total += verdict(found, now, planted)
    return [f"{100 * total[one] / seeds:.0f}%" for one in ("exact", "like", "innocent", "none")]


def drivers(seeds: int) -> None:
    """Print how often the planted group is named."""
    head(
        "planted",
        "looked at",
        "exactly named",
        "one mostly made of it",
        "innocent accused",
        "nothing named",
    )
    for of in ("count", "rate"):
        for world in WORLDS:
            row(world, of, *how_often(world, of, seeds))


def levels(seeds: int) -> None:
    """Print how often 95% intervals hold what is true, with families and without."""
    head("interval", "siblings alike", "families as wholes", "each child alone")
    for alike in (0.8, 1.0):
        for name, held in levels_held(range(seeds), alike).items():
            row(name, f"{100 * alike:.0f}%", *(_counted(one) for one in held.values()))


def levels_held(
    seeds: range, alike: float, *, draws: int = 200
) -> dict[str, dict[str | None, list[bool]]]:
    """Say by interval, and by families as wholes or each child alone, which hold the truth.

    Families come whole in each of six months of 50; `alike` is the share that siblings have alike.
    """
    held: dict[str, dict[str | None, list[bool]]] = {}
    for seed in seeds:
        before, after = (referrals(place, 6, families=50, alike=alike) for place in
                         (5000 + 2 * seed, 5001 + 2 * seed))  # fmt: skip
        for cluster in BOTH:
            for name, inside in _intervals(before, after, cluster, draws).items():
                held.setdefault(name, {one: [] for one in BOTH})[cluster].extend(inside)
    return held


def _counted(held: list[bool]) -> str:
    return f"{sum(held)} of {len(held)} ({100 * np.mean(held):.1f}%)"


def _intervals(
    before: pd.DataFrame, after: pd.DataFrame, cluster: str | None, draws: int
) -> dict[str, list[bool]]:  # fmt: skip
    """Say which intervals hold the truth, which is that nothing differs and 19% come again."""
    parts = decompose(before, after, factors=["source", "team"], outcome="again", cluster=cluster,
                      draws=draws).parts  # fmt: skip
    model = explain_outcome(before, outcome="again", columns="team", cluster=cluster).table
    model = model[~model["reference"]]
    waits = before.assign(days=np.where(before["again"] == 1, 90, 365),
                          state=np.where(before["again"] == 1, "again", "Waiting"))  # fmt: skip
    year = incidence(waits, event="again", cluster=cluster).at(365)
    rate = parts[parts["kind"] == "rate"]
    return {
        "rate part of a change (`decompose`)": ((rate["low"] < 0) & (rate["high"] > 0)).tolist(),
        "odds ratio of a team (`explain_outcome`)": (
            (model["low"] < 1) & (model["high"] > 1)
        ).tolist(),
        "share after a year (`incidence`)": [year["low"] < 0.19 < year["high"]],
    }


def waits(seeds: int) -> None:
    """Print how often 95% intervals of the model of waits hold what is true: no team is sooner."""
    head("interval", "siblings alike", "families as wholes", "each child alone")
    for alike in (0.8, 1.0):
        held = waits_held(range(seeds), alike)
        row("ratio of a team's rate (`explain_waits`)", f"{100 * alike:.0f}%",
            *(_counted(one) for one in held.values()))  # fmt: skip


def waits_held(seeds: range, alike: float, *, months: int = 9) -> dict[str | None, list[bool]]:
    """Say, by families as wholes or each child alone, which intervals of the model hold 1."""
    held: dict[str | None, list[bool]] = {one: [] for one in BOTH}
    for seed in seeds:
        table = _waiting(referrals(9000 + seed, months, alike=alike), seed)
        for cluster, inside in held.items():
            rows = explain_waits(table, event="Referral", columns="team", cluster=cluster).table
            rows = rows[~rows["reference"]]
            inside.extend(((rows["low"] < 1) & (rows["high"] > 1)).tolist())
    return held


def _waiting(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Give cases a day on which they came, or were last seen; one in fifteen left for care."""
    dice = np.random.default_rng(seed)
    family = pd.factorize(table["family_id"])[0]
    came, seen, care = (dice.integers(1, 366, family.max() + 1)[family] for _ in range(3))
    came = np.where(table["again"] == 1, came, 9999)
    care = np.where(dice.random(family.max() + 1)[family] < 1 / 15, care, 9999)
    seen = np.maximum(seen, 180)
    days = np.minimum(np.minimum(came, care), seen)
    state = np.select([days == came, days == care], ["Referral", "Care episode"], "Waiting")
    return table.assign(days=days, state=state)


PARTS = {"drivers": drivers, "levels": levels, "waits": waits}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--part", default="", choices=["", *PARTS])
    asked = parser.parse_args()
    begun = time.time()
    for name, part in PARTS.items():
        if asked.part in ("", name):
            part(asked.seeds)
    print(f"\n{time.time() - begun:.0f} s")
