"""Measure 95% intervals of systematic, ordered pivotal and order samples; add to docs/intervals.md.

    python benchmarks/coverage_lists.py             (some ten minutes on two cores; writes the page)
    python benchmarks/coverage_lists.py --quick     (half a minute; prints only)

The caseload and the truths of coverage_selection.py: 1,400 cases, of which young children, a
common need and short cases are more often good. Everything is the package's own, from tickets to
interval: ``select_cases``, ``design_of_selection``, ``estimate_proportion``. Lists are ordered by
age, need and weeks open, and drawn from with equal probabilities; so the order bears upon the
answer. Order samples and Poisson draw in proportion to 13 weeks and the weeks open, at most two
years.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import numpy as np
from coverage_selection import PAGE, SEED, SIZES, TRUTHS, cases, shown

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.case_selection import select_cases
from qa_sampling.sampling.estimation import estimate_proportion
from qa_sampling.sampling.unequal_designs import design_of_selection

DRAWS = 400
ORDER = {"order_by": ["age", "need", "weeks"]}
SIZED = {"size_column": "size"}
DESIGNS = {
    "systematic": (ORDER, ("local_mean", "pooled")),
    "ordered_pivotal": (ORDER, ("local_mean", "pooled")),
    "sequential_poisson": (SIZED, ("pooled",)),
    "pareto": (SIZED, ("pooled",)),
    "poisson": (SIZED, ("joint",)),
}
METHODS = ("korn_graubard", "wilson", "wald")
FIRST, LAST = "<!-- listed -->\n", "<!-- end of listed -->"
Found = dict[tuple[str, str, float], list[tuple[float, float]]]


def measure(design: str, n: int, draws: int) -> tuple[dict, int]:
    """Give coverage and mean width by variance, interval and truth, and the refused samples."""
    table = cases()
    options, kinds = DESIGNS[design]
    wanted = {truth: float(table[str(truth)].mean()) for truth in TRUTHS}
    found: Found = {}
    refused = 0
    for number in range(draws):
        seed = f"{SEED} {design} {n} {number}"
        chosen = select_cases(table, n, method=design, seed=seed, **options)
        sample = table.merge(chosen.sample[["case_ref"]], on="case_ref")
        for kind in kinds:
            try:
                held = design_of_selection(chosen, sample, variance=kind)
            except EstimationError:
                refused += 1
                continue
            for truth in TRUTHS:
                one = estimate_proportion(held, str(truth))
                for method in METHODS:
                    ends = one.confidence_interval(method=method)
                    holds = ends.low <= wanted[truth] + 1e-12 and wanted[truth] <= ends.high + 1e-12
                    found.setdefault((kind, method, truth), []).append((float(holds), ends.width))
    return {key: tuple(np.mean(pairs, axis=0).tolist()) for key, pairs in found.items()}, refused


def main() -> None:
    """Measure everything and write the page between its marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    draws = 20 if quick else DRAWS
    jobs = list(product(DESIGNS, SIZES))
    with ProcessPoolExecutor(2) as pool:
        parts = list(pool.map(measure, *zip(*jobs, strict=True), [draws] * len(jobs)))
    found = dict(zip(jobs, parts, strict=True))
    error = 100 * (0.95 * 0.05 / draws) ** 0.5
    lines = [
        f"Seed {SEED}; 1,400 cases; {draws:,} draws of each design and size (standard error of a "
        f"coverage near 95%: {error:.1f} points); {sum(part[1] for part in parts)} samples were "
        f"refused as too small to estimate from.",
        "",
    ]
    for design, (_, kinds) in DESIGNS.items():
        names = [(kind, method) for kind in kinds for method in METHODS]
        heads = ["n", "truth", *(f"{kind}, {method}" for kind, method in names)]
        lines += [f"### {design}", "", "| " + " | ".join(heads) + " |"]
        lines.append("| " + " | ".join(["---"] * len(heads)) + " |")
        for n, truth in product(SIZES, TRUTHS):
            cells = [shown(found[design, n][0].get((*name, truth))) for name in names]
            lines.append("| " + " | ".join([str(n), f"{truth:g}", *cells]) + " |")
        lines.append("")
    text = "\n".join(lines).rstrip() + "\n"
    if quick:
        print(text)
        return
    before, _, after = PAGE.read_text(encoding="utf-8").partition(FIRST)
    rest = after.partition(LAST)[2]
    PAGE.write_text(f"{before}{FIRST}{text}{LAST}{rest}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
