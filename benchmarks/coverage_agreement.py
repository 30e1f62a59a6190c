"""How often intervals of agreement hold the truth: simulated, with a known truth.

Run `python benchmarks/coverage_agreement.py` (some ten minutes); it prints the tables of
docs/agreement.md. `--samples` and `--bootstraps` change how many samples are drawn a line.

Eight worlds, each with a declared joint distribution of the grades of auditor and moderator:

- every case graded twice;
- a third of the cases graded again, the others once;
- three moderators grade, each grade missing with a chance of 30%;
- cases in 8 teams, some of which are much better understood than others;
- cases graded again by risk: most of the Inadequate, few of the Good, weighted by the chance;
- both at once: 8 or 20 such teams, whose cases are graded again by risk;
- 5 or 10 graders, some hard and some easy, drawn anew in every sample: the truth is of all such
  graders, and the interval is for these graders or for graders like these (`unconditional`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

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
    unconditional: bool = False
    methods: tuple[str, ...] = QUICK


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


def teams_by_risk(random: np.random.Generator, n: int, count: int) -> Ratings:
    """So many cases of teams that about n are graded again, chosen by the auditor's grade."""
    size = round(n / float(MIX @ RISK))
    team = np.arange(size) % count
    clear = random.random(count) < 0.5
    truth = random.choice(4, size, p=MIX)
    kinds = np.stack([moves(TEAM_SHARES[0], 0.4), moves(TEAM_SHARES[1], 0.05)])
    second = chosen(random, kinds[clear[team].astype(int), truth])
    again = random.random(size) < RISK[truth]
    return Ratings.from_codes(
        np.stack([truth, np.where(again, second, -1)], axis=1),
        scale=GRADES_SCALE,
        units=pd.DataFrame({"case_ref": np.arange(size), "team": team}),
        weights=np.where(again, 1 / RISK[truth], 0.0),
    )


CUTS = np.array([-1.4, -0.25, 1.05])
"""Where a grade ends on a scale on which cases have the spread 1."""
HARD, UNSURE = 0.3, 0.35
"""Spread of graders' hardness, and of a grader about a case, on that scale."""


def like_these(random: np.random.Generator, n: int, raters: int) -> Ratings:
    """Cases graded by all of some graders, who are drawn too."""
    case, shift = random.normal(size=n), random.normal(scale=HARD, size=raters)
    seen = case[:, None] + shift + random.normal(scale=UNSURE, size=(n, raters))
    return Ratings.from_codes(np.searchsorted(CUTS, seen).astype(np.int8), scale=GRADES_SCALE)


def pairs_of_like_these() -> np.ndarray:
    """Give the chance of each pair of grades of two such graders, by adding up over cases."""
    case = np.linspace(-7, 7, 4001)
    edges = np.concatenate([[-np.inf], CUTS, [np.inf]])
    grade = np.diff(stats.norm.cdf((edges - case[:, None]) / np.hypot(HARD, UNSURE)), axis=1)
    chance = stats.norm.pdf(case)
    return np.einsum("t,ta,tb->ab", chance / chance.sum(), grade, grade)


MANY = ("exact", "ac2", "conger", "alpha")
LIKE_THESE = pairs_of_like_these()


def of_graders(raters: int, *, unconditional: bool) -> World:
    """Give the world of some graders drawn from many."""
    name = f"{raters} graders drawn, interval for " + (
        "graders like these" if unconditional else "these graders"
    )
    return World(name, partial(like_these, raters=raters), LIKE_THESE, coefficients=MANY,
                 unconditional=unconditional, methods=("plus_two", "jackknife"))  # fmt: skip


def of_teams(count: int) -> World:
    """Give the world of teams that are graded again by risk."""
    return World(f'{count} teams by risk, weighted, `cluster="team"`',
                 partial(teams_by_risk, count=count), TEAM_PAIRS, cluster="team",
                 methods=("plus_two", "jackknife", "linearised"))  # fmt: skip


WORLDS = (
    World("all graded twice", twice, PAIRS),
    World("a third graded again", some_again, PAIRS),
    World("three graders, 30% missing", three, PAIRS, coefficients=MANY),
    World("8 teams, cases taken as independent", teams, TEAM_PAIRS),
    World('8 teams, `cluster="team"`', teams, TEAM_PAIRS, cluster="team"),
    World("by risk, weighted", by_risk, PAIRS),
    World("by risk, not weighted", by_risk_unweighted, PAIRS),
    of_teams(8),
    of_teams(20),
    of_graders(5, unconditional=False),
    of_graders(5, unconditional=True),
    of_graders(10, unconditional=False),
    of_graders(10, unconditional=True),
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
                unconditional=world.unconditional,
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
    parser.add_argument("--world", type=int, default=None, help="from this one on, 0 the first")
    options = parser.parse_args()
    many = f"{options.samples:,} samples a line ({options.bootstraps:,} for bootstraps)"
    print(f"Seed {SEED}; {many}.")
    for stream, world in enumerate(WORLDS):
        if stream < (options.world or 0):
            continue
        truth = truth_of(world)
        told = ", ".join(f"{name} {value:.3f}" for name, value in truth.items())
        print(f"\n### {world.name[0].upper()}{world.name[1:]}\n\nTruth: {told}.\n")
        print("| graded again | interval |", " | ".join(world.coefficients), "|")
        print("| --- | --- |", " | ".join("---" for _ in world.coefficients), "|")
        for n in SIZES:
            quick = measure(world, n, options.samples, world.methods, stream)
            slow = {}
            if options.bootstraps and world.methods == QUICK:
                slow = measure(world, n, options.bootstraps, ("percentile", "bca"), stream)
            for method, found in (quick | slow).items():
                cells = " | ".join(line(found, world.coefficients))
                if found:
                    print(f"| {n} | {method} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
