"""How often a search for drivers names the planted group, and how often it accuses an innocent one.

Usage: python benchmarks/deep_dive_drivers.py [--seeds 100] [--part drivers|levels|authority]

Invented referrals with brothers and sisters (tests/dive_samples.py): 75 families a month, twelve
months of baseline, three months looked at, 16 sources, 4 teams, 4 needs. Prints the tables of
docs/deep_dives.md. Nothing here is a test; a small piece of each part is in tests/.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dive_samples import referrals, with_spike

from qa_sampling.trends.drivers import find_drivers

COLUMNS = ["source", "team", "need"]


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
    worlds = [
        ("nothing", {}, 0, None),
        ("nothing; months scatter (variance 1.9 × mean)", {}, 0, None),
        ("9 families a month, source 6 in East", {"source": "6", "team": "East"}, 27, "East"),
        ("5 families a month, source 6 in East", {"source": "6", "team": "East"}, 15, "East"),
        ("3 families a month, source 6 in East", {"source": "6", "team": "East"}, 9, "East"),
        ("9 families a month, source 6 in every team", {"source": "6"}, 27, None),
        ("5 families a month, source 4 in West", {"source": "4", "team": "West"}, 15, "West"),
    ]
    for of in ("count", "rate"):
        for name, planted, families, team in worlds:
            total: Counter = Counter()
            for seed in range(seeds):
                spread = 0.06 if "scatter" in name else 0.0
                before = referrals(2 * seed, 12, spread=spread)
                now = referrals(2 * seed + 1, 3, spread=spread)
                if planted:
                    now = with_spike(now, seed, families, source=planted["source"], team=team)
                total += verdict(
                    find_drivers(before, now, outcome="again", groups=COLUMNS, of=of,
                                 periods=(12, 3), spread=1.9 if spread else 1.0),
                    now, planted,
                )  # fmt: skip
            row(name, of, *(f"{100 * total[one] / seeds:.0f}%" for one in
                            ("exact", "like", "innocent", "none")))  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--part", default="")
    asked = parser.parse_args()
    begun = time.time()
    for name, part in {"drivers": drivers}.items():
        if asked.part in ("", name):
            part(asked.seeds)
    print(f"\n{time.time() - begun:.0f} s")
