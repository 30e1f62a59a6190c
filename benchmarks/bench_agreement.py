"""Speed of agreement against other packages, in one run; peers that are missing are named.

Run `python benchmarks/bench_agreement.py`. Peers (krippendorff, irrCAC, statsmodels, scikit-learn,
pingouin) belong into an environment of their own. Every time is the median
of some runs, in processor time, so that other work on the machine does not count; a peer's
bootstrap is a loop of which a part is timed and scaled up. Results are compared before timing.
Like is compared with like: an estimate with an estimate (``interval="none"``), one with its error
with one with its error; ours then has the honest interval too.
"""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.icc import intraclass
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE

PEERS = ("krippendorff", "irrCAC.raw", "statsmodels.api", "sklearn.metrics", "pingouin")
SIX = ("exact", "ac2", "alpha", "fleiss", "conger", "brennan_prediger")
DRAWS = 10_000


def loaded() -> dict[str, object]:
    """Import the peers that are here, and say which are not."""
    found = {}
    for name in PEERS:
        try:
            found[name] = importlib.import_module(name)
        except ImportError as fault:
            print(f"Missing: {name} ({type(fault).__name__}).")
    return found


def invented(n: int, raters: int, seed: int = 1) -> np.ndarray:
    """Give grades of raters who mostly agree, a tenth missing."""
    random = np.random.default_rng(seed)
    truth = random.choice(4, n, p=[0.1, 0.3, 0.45, 0.15])
    moves = random.choice([-1, 0, 1], (n, raters), p=[0.1, 0.8, 0.1])
    codes = np.clip(truth[:, None] + moves, 0, 3).astype(np.int8)
    codes[random.random(codes.shape) < 0.1] = -1
    return codes


def timed(what: Callable[[], object], runs: int) -> float:
    """Give the median processor time in milliseconds, all threads together."""
    took = []
    for _ in range(runs):
        start = time.process_time()
        what()
        took.append(1000 * (time.process_time() - start))
    return statistics.median(took)


def same(difference: float, tolerance: float) -> None:
    """Stop when a peer gives another figure."""
    if not abs(difference) < tolerance:
        raise SystemExit(f"The figures differ by {difference}.")


def show(task: str, ours: float, peer: str, theirs: float) -> None:
    """Print one line of the table."""
    times = f"{theirs / ours:,.0f}" if theirs > 10 * ours else f"{theirs / ours:.1f}"
    print(f"| {task} | {ours:,.2f} | {peer} | {theirs:,.1f} | {times} |", flush=True)


def one_coefficient(peers: dict, n: int) -> None:
    """Time one coefficient, alone and with its error."""
    codes = invented(n, 5)
    ratings = Ratings.from_codes(codes, scale=GRADES_SCALE)
    grades = np.where(codes >= 0, codes + 1.0, np.nan)
    runs = 15 if n < 10_000 else 3
    ask = {
        (name, kind): lambda name=name, kind=kind: agreement(
            ratings, coefficients=[name], interval=kind
        )
        for name in ("alpha", "ac2", "alpha_weighted")
        for kind in ("plus_two", "none")
    }
    ours = {name: timed(call, runs) for name, call in ask.items()}
    if "krippendorff" in peers:

        def theirs() -> float:
            return peers["krippendorff"].alpha(
                grades.T, level_of_measurement="ordinal", value_domain=[1, 2, 3, 4]
            )

        same(theirs() - ask["alpha", "none"]().one("alpha").estimate, 1e-9)
        task = f"alpha ordinal, estimate; {n:,} x 5"
        show(task, ours["alpha", "none"], "krippendorff", timed(theirs, runs))
    if "irrCAC.raw" in peers:
        table = pd.DataFrame(grades)

        def other(method: str) -> dict:
            made = peers["irrCAC.raw"].CAC(table, weights="quadratic", categories=[1, 2, 3, 4])
            return getattr(made, method)()["est"]

        asked = {"ac2": ("gwet", "AC2"), "alpha_weighted": ("krippendorff", "alpha quadratic")}
        for name, (method, words) in asked.items():
            same(other(method)["coefficient_value"] - ask[name, "none"]().one(name).estimate, 1e-3)
            took = timed(lambda method=method: other(method), min(runs, 3))
            task = f"{words} with error; {n:,} x 5"
            show(task, ours[name, "plus_two"], "irrCAC (Python)", took)


def two_raters(peers: dict, n: int) -> None:
    """Time weighted kappa of two raters."""
    codes = invented(n, 2)
    codes = codes[(codes >= 0).all(axis=1)]
    ratings = Ratings.from_codes(codes, scale=GRADES_SCALE)
    runs = 15 if n < 10_000 else 3

    def mine(kind: str = "none") -> float:
        return agreement(ratings, coefficients=["cohen"], interval=kind).one("cohen").estimate

    ours, task = timed(mine, runs), f"weighted kappa, estimate; {n:,} x 2"
    if "sklearn.metrics" in peers:

        def theirs() -> float:
            return peers["sklearn.metrics"].cohen_kappa_score(
                codes[:, 0], codes[:, 1], weights="quadratic", labels=[0, 1, 2, 3]
            )

        same(theirs() - mine(), 1e-9)
        show(task, ours, "scikit-learn", timed(theirs, runs))
    if "statsmodels.api" in peers:
        rater = importlib.import_module("statsmodels.stats.inter_rater")

        def other() -> float:
            table = rater.to_table(codes)[0]
            return rater.cohens_kappa(table, wt="quadratic").kappa

        same(other() - mine(), 1e-9)
        ours = timed(lambda: mine("plus_two"), runs)
        task = f"weighted kappa with error; {n:,} x 2"
        show(task, ours, "statsmodels", timed(other, min(runs, 3)))


def bootstraps(peers: dict) -> None:
    """Time 10,000 bootstraps of 60 x 4."""
    codes = invented(60, 4)
    ratings = Ratings.from_codes(codes, scale=GRADES_SCALE)
    ours, alone = (
        timed(
            lambda asked=asked: agreement(
                ratings, coefficients=asked, interval="percentile", seed="bench", draws=DRAWS
            ),
            5,
        )
        for asked in (SIX, ("alpha",))
    )
    random = np.random.default_rng(3)
    rows = random.integers(0, 60, (DRAWS, 60))
    grades = np.where(codes >= 0, codes + 1.0, np.nan)
    task = "10,000 bootstraps of six coefficients; 60 x 4"
    if "krippendorff" in peers:
        part = 1000
        took = timed(
            lambda: [
                peers["krippendorff"].alpha(
                    grades[row].T, level_of_measurement="ordinal", value_domain=[1, 2, 3, 4]
                )
                for row in rows[:part]
            ],
            1,
        )
        show(task, ours, "krippendorff (one coefficient)", took * DRAWS / part)
        one = "10,000 bootstraps of alpha ordinal; 60 x 4"
        show(one, alone, "krippendorff", took * DRAWS / part)
    if "irrCAC.raw" in peers:
        part = 60
        cac = peers["irrCAC.raw"].CAC

        def some() -> None:
            for row in rows[:part]:
                cac(pd.DataFrame(grades[row]), weights="quadratic", categories=[1, 2, 3, 4]).gwet()

        show(task, ours, "irrCAC (one coefficient)", timed(some, 1) * DRAWS / part)
    if "sklearn.metrics" in peers:
        part, pair = 500, codes[:, :2].clip(0)
        took = timed(
            lambda: [
                peers["sklearn.metrics"].cohen_kappa_score(
                    pair[row, 0], pair[row, 1], weights="quadratic", labels=[0, 1, 2, 3]
                )
                for row in rows[:part]
            ],
            1,
        )
        two = Ratings.from_codes(pair, scale=GRADES_SCALE)
        kappa = timed(
            lambda: agreement(
                two, coefficients=["cohen"], interval="percentile", seed="bench", draws=DRAWS
            ),
            5,
        )
        task = "10,000 bootstraps of weighted kappa; 60 x 2"
        show(task, kappa, "scikit-learn", took * DRAWS / part)


def correlations(peers: dict) -> None:
    """Time the six intraclass correlations."""
    codes = invented(60, 4).clip(0)
    ratings = Ratings.from_codes(codes, scale=GRADES_SCALE)
    ours = timed(lambda: intraclass(ratings), 9)
    if "pingouin" in peers:
        long = pd.DataFrame(codes).melt(ignore_index=False).reset_index()
        asked = {"targets": "index", "raters": "variable", "ratings": "value"}
        theirs = timed(lambda: peers["pingouin"].intraclass_corr(long, **asked), 5)
        show("six intraclass correlations with intervals; 60 x 4", ours, "pingouin", theirs)


def main() -> None:
    """Print the table."""
    peers = loaded()
    print("| task | ours, ms | peer | peer, ms | ratio |\n| --- | ---: | --- | ---: | ---: |")
    for n in (1000, 1_000_000):
        one_coefficient(peers, n)
        two_raters(peers, n)
    bootstraps(peers)
    correlations(peers)


if __name__ == "__main__":
    main()
