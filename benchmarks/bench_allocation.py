"""How long exact allocation takes: beside handing out one audit at a time, and beside peers.

Usage: python benchmarks/bench_allocation.py [--quick]

Ratios count, not seconds: everything runs in one process on one invented set of strata. Ours is
the whole call, from a dictionary of cases to the table. The plain way is a heap of priorities in
ordinary numbers, one step an audit, without reading or checking anything; the exact way is the
same with fractions. The answers are compared. Peers take part where they are installed.
"""

from __future__ import annotations

import argparse
import heapq
import importlib.util
import math
import shutil
import subprocess
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

from qa_sampling.sampling.allocation import allocate

Strata = tuple[dict[str, int], dict[str, float]]
SIZES = (
    (1, 10_000),
    (1_000, 100_000),
    (10_000, 1_000_000),
    (100_000, 1_300_000),
    (150_000, 2_000_000),
)
R_LINES = """
library(stratallo); x <- read.csv("{file}")
t <- system.time(r <- opt(n = {n}, A = x$a, m = x$m, M = x$M))[["elapsed"]]; cat(t)
"""


def strata(count: int, n: int) -> Strata:
    """Give invented strata: skewed numbers of cases, uneven standard deviations."""
    dice = np.random.default_rng(count)
    sizes = np.maximum(2, dice.lognormal(3.5, 1.5, count).astype(int))
    if count == 1:
        sizes = np.array([2 * n])
    spreads = dice.gamma(2, 1, count)
    labels = [f"s{place:06d}" for place in range(count)]
    return (
        dict(zip(labels, sizes.tolist(), strict=True)),
        dict(zip(labels, spreads.tolist(), strict=True)),
    )


def ours(problem: Strata, n: int) -> dict[str, int]:
    """Allocate as the package does."""
    sizes, spreads = problem
    return allocate(sizes, n, method="neyman", standard_deviations=spreads, minimum=2).sizes


def one_by_one(problem: Strata, n: int, number: Callable = float) -> dict[str, int]:
    """Hand out one audit at a time by priority."""
    sizes, spreads = problem
    squares = {at: (size * number(spreads[at])) ** 2 for at, size in sizes.items()}
    taken = {at: min(2, size) for at, size in sizes.items()}

    def key(at: str) -> tuple:
        return (-squares[at] / (taken[at] * (taken[at] + 1)), at)

    heap = [key(at) for at in sizes if taken[at] < sizes[at]]
    heapq.heapify(heap)
    for _ in range(n - sum(taken.values())):
        at = heapq.heappop(heap)[1]
        taken[at] += 1
        if taken[at] < sizes[at]:
            heapq.heappush(heap, key(at))
    return taken


def timed(call: Callable, *given: object, times: int = 1) -> tuple[float, object]:
    """Give the shortest of some times in seconds, and the answer."""
    best, answer = math.inf, None
    for _ in range(times):
        start = time.perf_counter()
        answer = call(*given)
        best = min(best, time.perf_counter() - start)
    return best, answer


def stratallo(problem: Strata, n: int, folder: str) -> float | None:
    """Time stratallo's real-valued optimum in R, where both are installed."""
    if shutil.which("Rscript") is None:
        return None
    sizes, spreads = problem
    path = Path(folder) / "strata.csv"
    rows = (f"{size * spreads[at]!r},{min(2, size)},{size}" for at, size in sizes.items())
    path.write_text("\n".join(["a,m,M", *rows, ""]), encoding="utf-8")
    lines = R_LINES.format(file=path.as_posix(), n=n)
    found = subprocess.run(["Rscript", "-e", lines], capture_output=True, text=True, check=False)
    return float(found.stdout) if found.returncode == 0 and found.stdout else None


def samplics(problem: Strata, n: int) -> float | None:
    """Time samplics' proportional shares, where it is installed.

    They are rounded up, so they are more than n; it refuses this Neyman problem, having no bounds.
    """
    if importlib.util.find_spec("samplics") is None:
        return None
    from samplics.sampling import allocate as theirs

    sizes = problem[0]
    return timed(theirs, "propal", list(sizes), sizes, n)[0]


def main() -> None:
    """Print the table."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="up to 1,000 strata only")
    quick = parser.parse_args().quick
    print(f"{'strata':>8} {'audits':>9} {'ours s':>8} {'heap s':>8} {'heap/ours':>9}  same  peers")
    before: tuple[int, float] | None = None
    for count, asked in SIZES[:2] if quick else SIZES:
        problem = strata(count, asked)
        n = min(asked, sum(problem[0].values()) // 2)
        mine, answer = timed(ours, problem, n, times=5 if count <= 10_000 else 2)
        plain, other = timed(one_by_one, problem, n)
        peers = []
        with tempfile.TemporaryDirectory() as folder:
            for name, seconds in (
                ("stratallo (real-valued)", stratallo(problem, n, folder)),
                ("samplics (proportional, rounded up)", samplics(problem, n)),
            ):
                peers.append(
                    f"{name} not installed"
                    if seconds is None
                    else f"{name} {seconds:.3f} s, {seconds / mine:.1f}x ours"
                )
        print(
            f"{count:>8,} {n:>9,} {mine:>8.3f} {plain:>8.3f} {plain / mine:>8.1f}x  "
            f"{'yes' if answer == other else 'no':>4}  {'; '.join(peers)}"
        )
        if before and before[0] >= 1000:
            power = math.log(mine / before[1]) / math.log(count / before[0])
            print(f"{'':>8} time grows with the strata to the power {power:.2f}")
        before = (count, mine)
    problem = strata(1_000, 20_000)
    exact, answer = timed(lambda: one_by_one(problem, 20_000, Fraction))
    mine, same = timed(ours, problem, 20_000, times=5)
    print(
        f"\nAgainst one audit at a time in fractions (1,000 strata, 20,000 audits): "
        f"{exact / mine:.0f}x, {'the same answer' if answer == same else 'ANOTHER ANSWER'}."
    )


if __name__ == "__main__":
    main()
