"""How often intervals of agreement hold the truth: simulated, with a known truth.

Run `python benchmarks/coverage_agreement.py` (some ten minutes); it prints the tables of
docs/agreement.md. `--samples` and `--bootstraps` change how many samples are drawn a line.

Five worlds, each with a declared joint distribution of the grades of auditor and moderator:

- every case graded twice;
- a third of the cases graded again, the others once;
- three moderators grade, each grade missing with a chance of 30%;
- cases in 8 teams, some of which are much better understood than others;
- cases graded again by risk: most of the Inadequate, few of the Good, weighted by the chance.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE

MIX = np.array([0.08, 0.32, 0.45, 0.15])
RISK = np.array([0.9, 0.25, 0.1, 0.6])
SIZES = (8, 15, 30, 60)
COEFFICIENTS = ("exact", "ac2", "cohen", "alpha")
SEED = 20261125
QUICK = ("plus_two", "jackknife", "linearised", "gwet")


def moves(same: float, near: float) -> np.ndarray:
    """Give the chance of each grade by a second grader, by the case's true grade."""
    place = np.arange(4)
    steps = np.abs(place[:, None] - place[None, :])
    one, more = (steps == 1).astype(float), (steps > 1).astype(float)
    out = same * np.eye(4) + near * one / one.sum(axis=1, keepdims=True)
    return out + (1 - same - near) * more / more.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class World:
    """A way grades come about."""

    name: str
    draw: Callable[[np.random.Generator, int], Ratings]
    pairs: np.ndarray
    cluster: str | None = "auto"
    coefficients: tuple[str, ...] = COEFFICIENTS


GRADER = moves(0.86, 0.12)
PAIRS = np.einsum("t,ta,tb->ab", MIX, GRADER, GRADER)


def chosen(random: np.random.Generator, chances: np.ndarray) -> np.ndarray:
    """Draw one grade a row of chances."""
    return (random.random(len(chances))[:, None] > chances.cumsum(axis=1)).sum(axis=1).clip(0, 3)


def two_graders(random: np.random.Generator, n: int) -> np.ndarray:
    """Draw the grades of two alike graders."""
    truth = random.choice(4, n, p=MIX)
    return np.stack([chosen(random, GRADER[truth]) for _ in range(2)], axis=1)


def twice(random: np.random.Generator, n: int) -> Ratings:
    """Every case graded twice."""
    return Ratings.from_codes(two_graders(random, n), scale=GRADES_SCALE)


def some_again(random: np.random.Generator, n: int) -> Ratings:
    """N cases graded again among three times as many."""
    codes = two_graders(random, 3 * n)
    codes[n:, 1] = -1
    return Ratings.from_codes(codes, scale=GRADES_SCALE)


def three(random: np.random.Generator, n: int) -> Ratings:
    """Three graders with holes."""
    truth = random.choice(4, n, p=MIX)
    codes = np.stack([chosen(random, GRADER[truth]) for _ in range(3)], axis=1)
    return Ratings.from_codes(
        np.where(random.random(codes.shape) < 0.3, -1, codes), scale=GRADES_SCALE
    )


TEAM_SHARES = np.array([0.5, 0.95])


def teams(random: np.random.Generator, n: int) -> Ratings:
    """Cases of 8 teams; in each team graders agree seldom or nearly always."""
    team = np.arange(n) % 8
    clear = random.random(8) < 0.5
    truth = random.choice(4, n, p=MIX)
    kinds = np.stack([moves(TEAM_SHARES[0], 0.4), moves(TEAM_SHARES[1], 0.05)])
    second = chosen(random, kinds[clear[team].astype(int), truth])
    units = pd.DataFrame({"case_ref": np.arange(n), "team": team})
    codes = np.stack([truth, second], axis=1)
    return Ratings.from_codes(codes, scale=GRADES_SCALE, units=units)


TEAM_PAIRS = MIX[:, None] * (moves(TEAM_SHARES[0], 0.4) + moves(TEAM_SHARES[1], 0.05)) / 2


def by_risk(random: np.random.Generator, n: int) -> Ratings:
    """So many cases that about n are graded again, chosen by the auditor's grade."""
    chance = float((PAIRS.sum(axis=1) * RISK).sum())
    codes = two_graders(random, round(n / chance))
    again = random.random(len(codes)) < RISK[codes[:, 0]]
    codes[~again, 1] = -1
    return Ratings.from_codes(
        codes, scale=GRADES_SCALE, weights=np.where(again, 1 / RISK[codes[:, 0]], 0.0)
    )


def by_risk_unweighted(random: np.random.Generator, n: int) -> Ratings:
    """Graded again by risk, with nobody allowing for it."""
    found = by_risk(random, n)
    return Ratings.from_codes(found.codes, scale=GRADES_SCALE)


MANY = ("exact", "ac2", "conger", "alpha")
WORLDS = (
    World("all graded twice", twice, PAIRS),
    World("a third graded again", some_again, PAIRS),
    World("three graders, 30% missing", three, PAIRS, coefficients=MANY),
    World("8 teams, cases taken as independent", teams, TEAM_PAIRS),
    World('8 teams, `cluster="team"`', teams, TEAM_PAIRS, cluster="team"),
    World("by risk, weighted", by_risk, PAIRS),
    World("by risk, not weighted", by_risk_unweighted, PAIRS),
)


def truth_of(world: World) -> dict[str, float]:
    """Give the coefficients of a population without end."""
    cells = np.argwhere(np.ones((4, 4)))
    whole = Ratings.from_codes(cells, scale=GRADES_SCALE, weights=1e12 * world.pairs.ravel())
    found = agreement(whole, coefficients=world.coefficients, cluster=None)
    return {one.coefficient: one.estimate for one in found.estimates}


def measure(
    world: World, n: int, samples: int, methods: tuple[str, ...], stream: int
) -> dict[str, dict[str, tuple[float, float]]]:
    """Give coverage and mean width by method and coefficient."""
    random = np.random.default_rng([SEED, stream, n])
    truth = truth_of(world)
    held = {(m, c): [] for m in methods for c in world.coefficients}
    wide = {key: [] for key in held}
    for sample in range(samples):
        ratings = world.draw(random, n)
        for method in methods:
            if method == "gwet" and (world.cluster == "team" or not (ratings.weights == 1).all()):
                continue
            found = agreement(
                ratings, coefficients=world.coefficients, interval=method, cluster=world.cluster,
                seed=f"{SEED} {stream} {n} {sample}", draws=1000,
            )  # fmt: skip
            for one in found.estimates:
                if one.interval is not None:
                    key = (method, one.coefficient)
                    held[key].append(
                        one.interval.low <= truth[one.coefficient] <= one.interval.high
                    )
                    wide[key].append(one.interval.width)
    return {
        method: {
            c: (float(np.mean(held[method, c])), float(np.mean(wide[method, c])))
            for c in world.coefficients
            if held[method, c]
        }
        for method in methods
    }


def line(found: dict[str, tuple[float, float]], coefficients: tuple[str, ...]) -> list[str]:
    """Write coverage / width of one method, bold below 93%."""
    out = []
    for name in coefficients:
        if name not in found:
            out.append("-")
            continue
        coverage, width = found[name]
        text = f"{100 * coverage:.1f} / {width:.2f}"
        out.append(f"**{text}**" if coverage < 0.93 else text)
    return out


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--bootstraps", type=int, default=300)
    parser.add_argument("--world", type=int, default=None, help="only this one, from 0")
    options = parser.parse_args()
    many = f"{options.samples:,} samples a line ({options.bootstraps:,} for bootstraps)"
    print(f"Seed {SEED}; {many}.")
    for stream, world in enumerate(WORLDS):
        if options.world not in (None, stream):
            continue
        truth = truth_of(world)
        told = ", ".join(f"{name} {value:.3f}" for name, value in truth.items())
        print(f"\n### {world.name[0].upper()}{world.name[1:]}\n\nTruth: {told}.\n")
        print("| graded again | interval |", " | ".join(world.coefficients), "|")
        print("| --- | --- |", " | ".join("---" for _ in world.coefficients), "|")
        for n in SIZES:
            quick = measure(world, n, options.samples, QUICK, stream)
            slow = {}
            if options.bootstraps:
                slow = measure(world, n, options.bootstraps, ("percentile", "bca"), stream)
            for method, found in (quick | slow).items():
                cells = " | ".join(line(found, world.coefficients))
                if found:
                    print(f"| {n} | {method} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
