"""Measure how often a quarter's interval holds the truth, through the whole pipeline.

    python benchmarks/coverage_quarters.py 200   (pairs of quarters; a quarter of an hour)

Each quarter is three monthly plans of 20 audits as in tests/quarter_pipeline.py: the real draw
(controlled rounding, one child a family), cases out of scope, records that are not to be had,
reserves opened by ``follow_up``, the pooled design of the three months. Two quarters make a
change. Prints the lines of docs/intervals.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from quarter_pipeline import GOOD, design_of, months, sample_of, settled, true_grades, true_share

from qa_sampling.records.synthetic import invent
from qa_sampling.sampling.change import estimate_change
from qa_sampling.sampling.estimation import Difference, Estimate, estimate_proportion
from qa_sampling.sampling.estimation_grades import grade_distribution
from qa_sampling.schema import GRADES


def ends_of(found: Estimate | Difference) -> tuple[float, float]:
    """Give the ends of the default interval."""
    interval = found.confidence_interval()
    return interval.low, interval.high


def main() -> None:
    """Measure and print."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    invented = months(invent(2026))
    halves = invented[:3], invented[3:]
    truths = [true_share(half) for half in halves]
    hits: dict[str, list[tuple[float, float]]] = {}
    estimates: list[tuple[float, ...]] = []
    signals = 0

    def note(name: str, low: float, high: float, truth: float) -> None:
        held = low <= truth + 1e-12 and truth <= high + 1e-12
        hits.setdefault(name, []).append((float(held), high - low))

    for pair in range(pairs):
        designs = []
        for half, truth in zip(halves, truths, strict=True):
            samples = [
                sample_of(month, settled(month, f"quarter {pair} {month.period}", 20))
                for month in half
            ]
            design = design_of(samples, {month.period: month.frame for month in half})
            found = estimate_proportion(design, "grade", values=GOOD)
            note("good or better", *ends_of(found), truth)
            first = estimate_proportion(
                design, "grade", values=GOOD, where={"period": half[0].period}
            )
            note("one month", *ends_of(first), true_share(half[:1]))
            grades, wanted = grade_distribution(design, "grade").table, true_grades(half)
            for row in grades.itertuples():
                note(row.grade, row.low, row.high, wanted[row.grade])
            designs.append(design)
            estimates.append((found.estimate - truth, found.standard_error, design.response_rate))
        change = estimate_change(*designs, "grade", values=GOOD)
        note("change", *ends_of(change), truths[1] - truths[0])
        signals += change.is_distinguishable()
        if (pair + 1) % 10 == 0 or pair + 1 == pairs:
            tell(pair + 1, truths, hits, estimates, signals)


def tell(
    pairs: int,
    truths: list[float],
    hits: dict[str, list[tuple[float, float]]],
    estimates: list[tuple[float, ...]],
    signals: int,
) -> None:
    """Print what was measured so far."""
    print(f"{pairs} pairs; truth {truths[0]:.4f} and {truths[1]:.4f}")
    for name in ("good or better", "one month", *GRADES, "change"):
        held, width = np.mean(hits[name], axis=0)
        print(f"| {name} | {len(hits[name])} | {100 * held:.1f} / {100 * width:.0f} |")
    errors, told, response = np.array(estimates).T
    print(f"mean error {100 * errors.mean():+.2f} points, its spread {100 * errors.std():.2f}")
    print(f"mean standard error {100 * told.mean():.2f}, response {response.mean():.3f}")
    print(f"change told from chance in {signals} of {pairs}", flush=True)


if __name__ == "__main__":
    main()
