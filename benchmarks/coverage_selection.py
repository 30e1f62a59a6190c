"""Measure 95% intervals of samples by Sampford, cube and local pivotal; add to docs/intervals.md.

    python benchmarks/coverage_selection.py             (some minutes on two cores; writes the page)
    python benchmarks/coverage_selection.py --quick     (a quarter of a minute; prints only)

The caseload is the invented one of simulate_selection.py: 1,400 cases with age, gender, ethnic
group, need and weeks open. Each truth p is laid over the cases by chance, on the logit scale
more likely for young children, a common need and short cases, then fixed: only the draw is
random. Methods, variances and intervals are the package's; a generator's coin is in place of
tickets. Sampford draws cases in proportion to 13 weeks and the weeks they have been open, at most
two years.
"""

from __future__ import annotations

import argparse
import random
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_selection import COVARIATES, caseload

from qa_sampling.sampling.estimation_intervals import proportion_interval
from qa_sampling.sampling.estimation_quadratic import joint_variance, local_mean_variance
from qa_sampling.sampling.estimation_variance import BalancedVariance
from qa_sampling.sampling.prepared_selection import PreparedSelection, prepare_selection
from qa_sampling.sampling.sampford import sampford_joint

SEED = 20261125
DRAWS = 400
SIZES = (10, 20, 40, 80)
TRUTHS = (0.02, 0.1, 0.5, 0.9)
PAGE = Path(__file__).parents[1] / "docs" / "intervals.md"
DESIGNS = {
    "sampford": {"size_column": "size"},
    "cube": {"balance_on": COVARIATES},
    "local_pivotal": {"spread_over": COVARIATES},
}
TITLES = {
    "sampford": "Sampford, in proportion to the time open",
    "cube": "Balanced on five covariates (cube)",
    "local_pivotal": "Well spread over five covariates (local pivotal)",
}
COLUMNS = {
    "sampford": ("joint", "pooled"),
    "cube": ("pooled", "balanced"),
    "local_pivotal": ("local_mean", "pooled"),
}
METHODS = ("korn_graubard", "wilson", "logit", "wald")


class Coin:
    """Chance from a generator, for simulations only."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)  # noqa: S311

    def toss(self, step: int, heads: int, total: int) -> bool:
        """Give true with probability heads / total."""
        return self._dice.randrange(total) < heads

    def choose(self, step: int, count: int) -> int:
        """Give one of 0 to count - 1."""
        return self._dice.randrange(count)

    def numbers(self, references: tuple[str, ...]) -> list[int]:
        """Give each case's own number."""
        return [self._dice.getrandbits(256) for _ in references]


def cases() -> pd.DataFrame:
    """Give the caseload with the truths laid over it, in columns named by them."""
    table = caseload().drop(columns=["stratum", "good"]).sort_values("case_ref", ignore_index=True)
    table["size"] = 13.0 + table["weeks"].clip(upper=104)
    dice = np.random.default_rng(SEED)
    lean = 0.09 * (8.5 - table["age"]) + 0.9 * (table["need"] == "N1")
    lean -= 0.009 * table["weeks"].clip(upper=100)
    luck = dice.logistic(size=len(table))
    for truth in TRUTHS:
        rank = (lean + luck).rank(ascending=False, method="first")
        table[str(truth)] = (rank <= round(truth * len(table))).astype(float)
    return table


def variance_of(prepared: PreparedSelection, rows: np.ndarray, kind: str) -> object:
    """Build one variance of a drawn sample; None where there are too few audits for it."""
    group, p = prepared.groups[0], prepared.probability[rows]
    constant = np.ones((len(rows), 1))
    if kind == "pooled":
        return BalancedVariance(p, constant)
    if kind == "local_mean":
        return local_mean_variance(group.coordinates[rows], p)
    if kind == "balanced":
        margins = np.hstack([constant, group.columns[rows] / p[:, None]])
        enough = 2 * np.linalg.matrix_rank(margins) <= len(rows)
        return BalancedVariance(p, margins) if enough else None
    place = {where: number for number, where in enumerate(group.places)}
    inside = [number for number, where in enumerate(rows.tolist()) if where in place]
    own = [place[rows[number]] for number in inside]
    joint = np.outer(p, p)
    joint[np.ix_(inside, inside)] = _joint(prepared)[np.ix_(own, own)]
    np.fill_diagonal(joint, p)
    return joint_variance(joint, form="yates_grundy")


_JOINTS: dict[int, np.ndarray] = {}


def _joint(prepared: PreparedSelection) -> np.ndarray:
    group = prepared.groups[0]
    if id(prepared) not in _JOINTS:
        _JOINTS[id(prepared)] = sampford_joint(group.probability, group.size)
    return _JOINTS[id(prepared)]


def measure(design: str, n: int, draws: int) -> dict[tuple[str, str, float], tuple[float, float]]:
    """Give coverage and mean width by variance, interval and truth."""
    table = cases()
    prepared = prepare_selection(table, n, method=design, **DESIGNS[design])
    outcomes = table[[str(truth) for truth in TRUTHS]].to_numpy()
    wanted = outcomes.mean(axis=0)
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for number in range(draws):
        drawn = prepared.probability >= 1
        group = prepared.groups[0]
        coin = Coin(f"{SEED} {design} {n} {number}")
        drawn[list(group.places)] = prepared.method.draw(group, coin)
        rows = np.flatnonzero(drawn)
        weight, good = 1 / prepared.probability[rows], outcomes[rows]
        share = weight @ good / weight.sum()
        share = np.where(good.all(axis=0), 1.0, np.where(good.any(axis=0), share, 0.0))
        values = weight[:, None] * (good - share) / weight.sum()
        for kind in COLUMNS[design]:
            held = variance_of(prepared, rows, kind)
            if held is None:
                continue
            variance = (held.deviations(values) ** 2).sum(axis=0)
            variance[(share <= 0) | (share >= 1)] = 0.0
            degrees = held.degrees_of_freedom(np.ones(len(rows), dtype=bool))
            for method in METHODS:
                low, high = proportion_interval(
                    share, variance, n=len(rows), degrees_of_freedom=degrees, method=method
                )
                holds = (low <= wanted + 1e-12) & (wanted <= high + 1e-12)
                found.setdefault((kind, method), []).append(np.array([holds, high - low]))
    return {
        (kind, method, truth): tuple(np.mean(parts, axis=0)[:, place].tolist())
        for (kind, method), parts in found.items()
        if len(parts) == draws  # those with too few audits for a variance would be chosen ones
        for place, truth in enumerate(TRUTHS)
    }


def shown(pair: tuple[float, float] | None) -> str:
    """Show coverage and width; coverage below 94% stands out."""
    if pair is None:
        return "-"
    text = f"{100 * pair[0]:.1f} / {100 * pair[1]:.0f}"
    return f"**{text}**" if pair[0] < 0.94 else text


def table_of(design: str, found: dict[int, dict]) -> list[str]:
    """Give the table of one design in Markdown."""
    names = [
        (kind, method)
        for kind in COLUMNS[design]
        for method in (METHODS if kind == COLUMNS[design][0] else ("korn_graubard", "wald"))
    ]
    heads = ["n", "truth", *(f"{kind}, {method}" for kind, method in names)]
    lines = [f"### {TITLES[design]}", "", "| " + " | ".join(heads) + " |"]
    lines.append("| " + " | ".join(["---"] * len(heads)) + " |")
    for n, truth in product(SIZES, TRUTHS):
        cells = [shown(found[n].get((kind, method, truth))) for kind, method in names]
        lines.append("| " + " | ".join([str(n), f"{truth:g}", *cells]) + " |")
    return [*lines, ""]


def main() -> None:
    """Measure everything and write the page between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    draws = 20 if quick else DRAWS
    jobs = list(product(DESIGNS, SIZES))
    with ProcessPoolExecutor(2) as pool:
        parts = pool.map(measure, *zip(*jobs, strict=True), [draws] * len(jobs))
        found = dict(zip(jobs, parts, strict=True))
    lines = []
    for design in DESIGNS:
        lines += table_of(design, {n: found[design, n] for n in SIZES})
    error = 100 * (0.95 * 0.05 / draws) ** 0.5
    head = (
        f"Seed {SEED}; 1,400 cases; {draws:,} draws of each design and size (standard error of a "
    )
    head += f"coverage near 95%: {error:.1f} points)."
    text = "\n".join([head, "", *lines]).rstrip() + "\n"
    if quick:
        print(text)
        return
    before, _, after = PAGE.read_text(encoding="utf-8").partition("<!-- selected -->\n")
    rest = after.partition("<!-- end of selected -->")[2]
    PAGE.write_text(
        f"{before}<!-- selected -->\n{text}<!-- end of selected -->{rest}",
        encoding="utf-8",
        newline="\n",
    )


if __name__ == "__main__":
    main()
