"""Measure how often 95% intervals hold the truth, and how wide they are; write docs/intervals.md.

    python benchmarks/coverage_estimation.py            (some ten minutes; writes the page)
    python benchmarks/coverage_estimation.py --quick    (a minute; prints only)

The population is a month of the invented authority (seed 2026): its open cases in their 36
cells of team by status. Each truth p is laid over the cells unevenly (on the logit scale, with a
standard deviation of 0.7 between cells), then fixed: only the draw is random. Everything that
is measured runs through the package: designs, variances, degrees of freedom, intervals, and for
rounded draws the real targets and the real controlled rounding, with a generator's coin
in place of tickets.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from qa_sampling.records.synthetic import invent
from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.estimation_design import APPROXIMATIONS, Design, make_design
from qa_sampling.sampling.estimation_intervals import METHODS, exact_interval, proportion_interval
from qa_sampling.sampling.estimation_variance import SINGLE_CASE_RULES
from qa_sampling.sampling.rounding import UNIT, controlled_rounding
from qa_sampling.sampling.targets import cell_targets

SEED = 20261125
SIZES = (10, 20, 40, 80)
TRUTHS = (0.02, 0.1, 0.5, 0.9)
LEVEL = 0.95
ROUNDED = tuple(name for name in APPROXIMATIONS if name != "stratified")
PAGE = Path(__file__).parents[1] / "docs" / "intervals.md"


@dataclass(frozen=True)
class Population:
    """Cells of a caseload with their cases, and how many of each are good, by truth."""

    cells: pd.DataFrame
    good: dict[float, np.ndarray]

    @property
    def size(self) -> int:
        """Cases in all."""
        return int(self.cells["population"].sum())

    def share(self, truth: float) -> float:
        """Give the proportion in the population, which the intervals are to hold."""
        return float(self.good[truth].sum()) / self.size

    def by(self, column: str) -> Population:
        """Give the same caseload in coarser strata."""
        codes, labels = pd.factorize(self.cells[column], sort=True)
        sizes = np.bincount(codes, self.cells["population"]).astype(int)
        table = pd.DataFrame(
            {"stratum": labels, "row": labels, "column": labels, "population": sizes}
        )
        return Population(
            table, {p: np.bincount(codes, good).astype(int) for p, good in self.good.items()}
        )


def month(seed: int = SEED) -> Population:
    """Give the caseload of the invented authority's last month, with the truths laid over it."""
    history = invent(2026).history
    cases = history.cases_at(history.last)
    cases = cases[cases["status"] != "Closed"]
    cells = cases.groupby(["team", "status"]).size().reset_index(name="population")
    cells.columns = ["row", "column", "population"]
    cells.insert(0, "stratum", cells["row"] + " / " + cells["column"])
    return Population(cells, lay_truths(cells["population"].to_numpy(), seed))


def lay_truths(sizes: np.ndarray, seed: int) -> dict[float, np.ndarray]:
    """Fix how many cases of each cell are good, for every truth."""
    dice = np.random.default_rng(seed)
    tilt = dice.normal(0, 0.7, len(sizes))
    good = {}
    for truth in TRUTHS:
        low, high = -20.0, 20.0
        for _ in range(80):
            middle = (low + high) / 2
            shares = 1 / (1 + np.exp(-(middle + tilt)))
            low, high = (middle, high) if sizes @ shares < truth * sizes.sum() else (low, middle)
        places = np.cumsum(sizes * shares) + 0.5
        good[truth] = np.diff(np.floor(places), prepend=0).clip(0, sizes).astype(int)
    return good


def draw_counts(
    sizes: np.ndarray, good: np.ndarray, taken: np.ndarray, draws: int, dice: np.random.Generator
) -> np.ndarray:
    """Draw without replacement; give cases by draws, 1 for good, in the order of the strata."""
    parts = []
    for size, has, n in zip(sizes, good, taken, strict=True):
        found = dice.hypergeometric(has, size - has, n, size=draws)
        parts.append(np.arange(n)[:, None] < found)
    return np.concatenate(parts).astype(float)


def measure(
    design: Design, found: np.ndarray, truth: float, methods: list[str]
) -> dict[str, tuple[float, float]]:
    """Give coverage and mean width by method for one design and many outcomes."""
    held = intervals(design, found, methods)
    return {
        name: (float(_holds(*ends, truth).mean()), float((ends[1] - ends[0]).mean()))
        for name, ends in held.items()
    }


def intervals(
    design: Design, found: np.ndarray, methods: list[str], inside: np.ndarray | None = None
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give the ends of intervals by method, a draw each; over all cases or those inside."""
    rows = np.ones(len(design.weight), dtype=bool) if inside is None else inside
    weight = design.weight * rows
    good, cases = (rows[:, None] * found).sum(axis=0), int(rows.sum())
    share = weight @ found / weight.sum()
    share = np.where(good == 0, 0.0, np.where(good == cases, 1.0, share))
    variance = design.variances(weight[:, None] * (found - share) / weight.sum())
    df = design.variance.degrees_of_freedom(rows)
    ends = {}
    for name in methods:
        if name == "hypergeometric":
            size = round(design.population)
            pairs = {int(x): exact_interval(int(x), cases, population=size) for x in set(good)}
            ends[name] = tuple(np.array([pairs[int(x)][side] for x in good]) for side in (0, 1))
            continue
        low, high = proportion_interval(
            share, variance, n=cases, degrees_of_freedom=df, level=LEVEL, method=name
        )
        if inside is None:
            low = np.maximum(low, good / design.population)
            high = np.minimum(high, 1 - (cases - good) / design.population)
        ends[name] = low, high
    return ends


def _holds(low: np.ndarray, high: np.ndarray, truth: float) -> np.ndarray:
    return (low <= truth + 1e-12) & (truth <= high + 1e-12)


def fixed_design(population: Population, n: int, rule: str) -> tuple[Design, np.ndarray]:
    """Give the design of n audits in fixed numbers, at least one a stratum."""
    sizes = dict(zip(population.cells["stratum"], population.cells["population"], strict=True))
    taken = np.array(list(allocate(sizes, n).sizes.values()))
    table = population.cells.loc[np.repeat(np.arange(len(taken)), taken)]
    return (
        make_design(
            table, "stratum", population="population", single_case=rule, collapse_within="column"
        ),
        taken,
    )


def fixed_draws(
    population: Population,
    n: int,
    truth: float,
    *,
    rule: str,
    methods: list[str],
    draws: int,
    dice: np.random.Generator,
) -> dict[str, tuple[float, float]]:
    """Measure a stratified draw of fixed numbers."""
    design, taken = fixed_design(population, n, rule)
    sizes = population.cells["population"].to_numpy()
    found = draw_counts(sizes, population.good[truth], taken, draws, dice)
    return measure(design, found, population.share(truth), methods)


def rounded_draws(
    population: Population, n: int, *, draws: int, dice: np.random.Generator
) -> dict[tuple[float, str, str], tuple[float, float]]:
    """Measure the real controlled rounding: every draw is another design.

    By truth, approximation (or "pooled" in a status) and method: coverage and mean width.
    """
    cells = list(population.cells[["stratum", "row", "column"]].itertuples(index=False, name=None))
    sizes = population.cells["population"].to_numpy()
    targets = cell_targets(dict(zip(cells, sizes.tolist(), strict=True)), n)
    expected = np.array([targets[cell] for cell in cells]) / UNIT
    table = population.cells.assign(probability=expected / sizes)
    hits: dict[tuple[float, str, str], list[tuple[float, float]]] = {}
    for _ in range(draws):
        order = [cells[place] for place in dice.permutation(len(cells))]
        whole = controlled_rounding(
            targets, lambda step, heads, total: dice.integers(total) < heads, order=order
        )
        taken = np.array([whole[cell] for cell in cells])
        sample = table.loc[np.repeat(np.arange(len(cells)), taken)]
        found = np.column_stack(
            [draw_counts(sizes, population.good[truth], taken, 1, dice)[:, 0] for truth in TRUTHS]
        )
        for name in ROUNDED:
            design = make_design(
                sample, population=population.size, probability="probability", approximation=name
            )
            methods = list(METHODS) if name == "pooled" else ["korn_graubard"]
            _note(hits, name, intervals(design, found, methods), population)
            if name == "pooled":
                _note_statuses(hits, design, found, population)
    return {key: tuple(np.mean(pairs, axis=0)) for key, pairs in hits.items()}


def _note(
    hits: dict, name: str, ends: dict[str, tuple[np.ndarray, np.ndarray]], population: Population
) -> None:
    for method, (low, high) in ends.items():
        for place, truth in enumerate(TRUTHS):
            held = _holds(low[place], high[place], population.share(truth))
            width = float(high[place] - low[place])
            hits.setdefault((truth, name, method), []).append((float(held), width))


def _note_statuses(hits: dict, design: Design, found: np.ndarray, population: Population) -> None:
    """Note every status as a domain; in draws without an audit of it nothing is said."""
    coarse = population.by("column")
    for status, label in enumerate(coarse.cells["stratum"]):
        inside = (design.table["column"] == label).to_numpy()
        if inside.any():
            one = Population(
                coarse.cells.iloc[[status]], {p: g[[status]] for p, g in coarse.good.items()}
            )
            _note(hits, label, intervals(design, found, ["korn_graubard"], inside), one)


def row(cells: list[str]) -> str:
    """Give a row of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def heading(cells: list[str]) -> list[str]:
    """Give the head of a Markdown table."""
    return [row(cells), row(["---"] * len(cells))]


def shown(pair: tuple[float, float]) -> str:
    """Show coverage and width; coverage below 94% stands out."""
    text = f"{100 * pair[0]:.1f} / {100 * pair[1]:.0f}"
    return f"**{text}**" if pair[0] < 0.94 else text


def table_of_methods(
    population: Population, draws: int, dice: np.random.Generator, title: str, extra: list[str]
) -> list[str]:
    """Measure every interval method on a fixed draw and give the table."""
    methods = [*METHODS, *extra]
    lines = [f"### {title}", "", *heading(["n", "truth", *methods])]
    for n, truth in itertools.product(SIZES, TRUTHS):
        found = fixed_draws(
            population, n, truth, rule="collapse", methods=methods, draws=draws, dice=dice
        )
        lines.append(row([str(n), f"{truth:g}", *(shown(found[name]) for name in methods)]))
    return [*lines, ""]


def table_of_rules(
    populations: list[tuple[str, Population, tuple[int, ...]]],
    draws: int,
    dice: np.random.Generator,
) -> list[str]:
    """Measure every rule for single cases with the default interval and give the table."""
    lines = [
        "### Strata of one audited case",
        "",
        *heading(["strata", "n", "single", "truth", *SINGLE_CASE_RULES]),
    ]
    for name, population, sizes in populations:
        for n, truth in itertools.product(sizes, TRUTHS):
            cells, single = [], 0
            for rule in SINGLE_CASE_RULES:
                single = int(fixed_design(population, n, "remove")[0].variance.is_single.sum())
                found = fixed_draws(
                    population,
                    n,
                    truth,
                    rule=rule,
                    methods=["korn_graubard"],
                    draws=draws,
                    dice=dice,
                )
                cells.append(shown(found["korn_graubard"]))
            lines.append(row([name, str(n), str(single), f"{truth:g}", *cells]))
    return [*lines, ""]


def tables_of_rounding(population: Population, draws: int, dice: np.random.Generator) -> list[str]:
    """Measure approximations, methods and domains on the real rounding."""
    methods, statuses = list(METHODS), population.by("column").cells
    one = ["### Rounded draws: the approximation", "", *heading(["n", "truth", *ROUNDED])]
    two = ["### Rounded draws: every method, pooled", "", *heading(["n", "truth", *methods])]
    named = [f"{s.stratum} ({s.population})" for s in statuses.itertuples()]
    three = ["### Rounded draws: a status as domain, pooled", "", *heading(["n", "truth", *named])]
    for n in SIZES:
        found = rounded_draws(population, n, draws=draws, dice=dice)
        for truth in TRUTHS:
            start = [str(n), f"{truth:g}"]
            cells = [shown(found[truth, name, "korn_graubard"]) for name in ROUNDED]
            one.append(row([*start, *cells]))
            two.append(row([*start, *(shown(found[truth, "pooled", name]) for name in methods)]))
            domains = [shown(found[truth, name, "korn_graubard"]) for name in statuses["stratum"]]
            three.append(row([*start, *domains]))
    return [*one, "", *two, "", *three, ""]


def main() -> None:
    """Measure everything and write the page between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    fixed, rounded = (500, 50) if quick else (10_000, 3_000)
    dice = np.random.default_rng(SEED)
    cells = month()
    statuses = cells.by("column")
    whole = Population(
        pd.DataFrame({"stratum": ["all"], "row": "all", "column": "all", "population": cells.size}),
        {truth: np.array([good.sum()]) for truth, good in cells.good.items()},
    )
    lines = table_of_methods(statuses, fixed, dice, "Stratified by status (6 strata)", [])
    lines += table_of_methods(whole, fixed, dice, "A plain random sample", ["hypergeometric"])
    lines += table_of_rules(
        [("6 statuses", statuses, (10, 20)), ("36 cells", cells, (40, 80))], fixed, dice
    )
    lines += tables_of_rounding(cells, rounded, dice)
    head = (
        f"Seed {SEED}; {cells.size} cases; {fixed:,} draws of each fixed design (standard error of "
        f"a coverage near 95%: {100 * (0.95 * 0.05 / fixed) ** 0.5:.1f} points) and {rounded:,} "
        f"rounded draws ({100 * (0.95 * 0.05 / rounded) ** 0.5:.1f} points)."
    )
    text = "\n".join([head, "", *lines]).rstrip() + "\n"
    if quick:
        print(text)
        return
    before, _, after = PAGE.read_text(encoding="utf-8").partition("<!-- measured -->\n")
    rest = after.partition("<!-- end -->")[2]
    PAGE.write_text(
        f"{before}<!-- measured -->\n{text}<!-- end -->{rest}", encoding="utf-8", newline="\n"
    )


if __name__ == "__main__":
    main()
