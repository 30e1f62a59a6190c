"""How long draws take, beside pandas, polars, DuckDB, scikit-learn and samplics, in one run.

Usage: python benchmarks/bench_sampling.py [--rows 10000000] [--repeats 3] [--slow]

Ratios count, not seconds: everything runs in one process on one invented table, the best of a few
runs each. Memory is the peak of the process above the loaded table in a run of its own, where
the system tells it.
Peers take part where they are installed; samplics draws from a tenth of the rows unless --slow.
The peers draw at random for a seed; ours are tickets that anyone can check, whatever the order of
rows. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from qa_sampling.sampling.case_selection import select_cases
from qa_sampling.sampling.frame import frame_fingerprint
from qa_sampling.sampling.large_draws import count_strata, draw_large
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import Size, draw_sample

STATM = Path("/proc/self/statm")


def memory() -> float:
    """Give the resident memory in MB; not a number where the system does not tell."""
    if not STATM.exists():
        return float("nan")
    return int(STATM.read_text(encoding="ascii").split()[1]) * 4096 / 1e6


def measure(run: Callable[[], object], repeats: int) -> tuple[float, float, float]:
    """Give the best wall time and processor time in seconds, and the first run's peak in MB."""
    peak, found = peak_memory(run), []
    for _ in range(repeats):
        wall, busy = time.perf_counter(), time.process_time()
        kept = run()
        found.append((time.perf_counter() - wall, time.process_time() - busy))
        del kept
    wall, busy = zip(*found, strict=True)
    return min(wall), min(busy), peak


def peak_memory(run: Callable[[], object]) -> float:
    """Give the highest memory during a run above that before it, in MB."""
    gc.collect()
    base, seen, over = memory(), [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.002):
            seen.append(memory() - base)

    watcher = threading.Thread(target=watch)
    watcher.start()
    kept = run()
    seen.append(memory() - base)
    over.set()
    watcher.join()
    del kept
    return max(seen)


def big_table(rows: int, strata: int = 1_000) -> pd.DataFrame:
    """Give an invented table: whole-number references, skewed strata as categories."""
    dice = np.random.default_rng(1)
    weights = dice.pareto(1.2, strata) + 0.05
    codes = dice.choice(strata, rows, p=weights / weights.sum()).astype(np.int16)
    labels = [f"S{place:04}" for place in range(strata)]
    return pd.DataFrame(
        {
            "case_ref": dice.permutation(rows) + 100_000_000,
            "stratum": pd.Categorical.from_codes(codes, labels),
        }
    )


def our_draw(table: pd.DataFrame, engine: str = "auto") -> object:
    """Count the strata, take 1% and at least 2 of each, draw."""
    counts = count_strata(table, engine=engine)
    sizes = {label: min(n, max(2, round(n / 100))) for label, n in counts.items()}
    return draw_large(table, sizes, seed="20261125", engine=engine)


def peers(table: pd.DataFrame, slow: bool) -> dict[str, tuple[str, Callable[[], object]]]:
    """Give what each peer runs, by name, and the package it needs."""
    held: dict[str, tuple[str, Callable[[], object]]] = {}
    held["numpy: one random number a row (floor)"] = (
        "numpy",
        lambda: np.random.Generator(np.random.SFC64(1)).integers(
            0, 2**32, len(table), dtype=np.uint32
        ),
    )
    held["pandas groupby.sample"] = (
        "pandas",
        lambda: table.groupby("stratum", observed=True).sample(frac=0.01, random_state=1),
    )

    def shuffle() -> object:
        import polars as pl

        frame = pl.DataFrame({"r": table["case_ref"].to_numpy(), "s": table["stratum"].cat.codes})
        cut = (pl.len() * 0.01).ceil().over("s")
        return frame.filter(pl.int_range(pl.len()).shuffle(seed=1).over("s") < cut)

    def window() -> object:
        import duckdb

        frame = pd.DataFrame({"r": table["case_ref"], "s": table["stratum"].cat.codes})
        with duckdb.connect() as database:
            database.execute("SET threads = 1")
            database.register("frame", frame)
            return database.execute(
                "SELECT r, s FROM (SELECT r, s, row_number() OVER (PARTITION BY s ORDER BY h) k, "
                "count(*) OVER (PARTITION BY s) n FROM (SELECT r, s, hash(r) h FROM frame)) "
                "WHERE k <= greatest(2, round(n / 100))"
            ).fetchnumpy()

    def split() -> object:
        from sklearn.model_selection import train_test_split

        places = np.arange(len(table))
        return train_test_split(
            places, test_size=0.01, stratify=table["stratum"].cat.codes, random_state=1
        )[1]

    held["polars shuffle().over"] = ("polars", shuffle)
    held["duckdb hash window"] = ("duckdb", window)
    held["scikit-learn train_test_split"] = ("sklearn", split)
    part = table if slow else table.iloc[: len(table) // 10]
    held[f"samplics srs ({len(part):,} rows)"] = ("samplics", lambda: samplics(part))
    return held


def samplics(table: pd.DataFrame) -> object:
    """Draw as samplics does."""
    from samplics.sampling import SampleSelection
    from samplics.utils.types import SelectMethod

    labels = table["stratum"].astype("str").to_numpy(dtype=object)
    sizes = {str(k): max(1, v // 100) for k, v in table["stratum"].value_counts().items() if v}
    chosen = SampleSelection(method=SelectMethod.srs_wor, strat=True, wr=False)
    return chosen.select(table["case_ref"].to_numpy(), sizes, labels)


def frame_of(table: pd.DataFrame) -> Frame:
    """Give a fixed frame of a small table, in 40 strata of two margins."""
    labels = table["stratum"].astype("str")
    row = "T" + (labels.str[-2:].astype(int) % 10).astype("str")
    column = "C" + (labels.str[-2:].astype(int) // 10 % 4).astype("str")
    refs = table["case_ref"].astype("str")
    cases = pd.DataFrame(
        {"case_ref": refs, "stratum": row + " / " + column, "row": row, "column": column}
    ).assign(family_ref=refs)
    nothing = pd.DataFrame({"case_ref": [], "reason": []}, dtype="str")
    cases = cases.sort_values("case_ref", ignore_index=True)
    return Frame(cases, nothing, nothing, nothing, ("row",), frame_fingerprint(cases))


def covariates(cases: int = 10_000) -> pd.DataFrame:
    """Give an invented caseload with five covariates."""
    dice = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "case_ref": [f"R{place:06}" for place in range(cases)],
            "age": dice.integers(0, 18, cases),
            "weeks": dice.gamma(1.2, 30, cases).round(),
            "gender": dice.choice(["F", "M"], cases),
            "group": dice.choice(list("WABMO"), cases, p=[0.7, 0.1, 0.1, 0.06, 0.04]),
            "need": dice.choice([f"N{n}" for n in range(1, 7)], cases),
        }
    )


def show(name: str, found: tuple[float, float, float], base: tuple[float, ...]) -> None:
    """Print one line: seconds, memory, and how many times ours it took."""
    wall, busy, peak = found
    print(
        f"{name:44} {wall:8.3f} s {busy:8.3f} s cpu {peak:7.0f} MB  "
        f"{wall / base[0]:6.1f}x {busy / base[1]:6.1f}x cpu",
        flush=True,
    )


def compare(title: str, name: str, run: Callable, others: dict, repeats: int) -> None:
    """Measure ours and the peers on one task and print the table."""
    print(f"\n{title}", flush=True)
    base = measure(run, repeats)
    show(name, base, base)
    for other, (package, call) in others.items():
        if importlib.util.find_spec(package) is None:
            print(f"{other:44} not installed")
            continue
        try:
            show(other, measure(call, repeats), base)
        except ValueError as refused:
            print(f"{other:44} refused: {str(refused)[:60]} …")


def main() -> None:
    """Run every comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--slow", action="store_true", help="samplics on all rows")
    given = parser.parse_args()
    table = big_table(given.rows)
    before, start = memory(), time.perf_counter()
    engine = "numba" if importlib.util.find_spec("numba") else "numpy"
    draw_large(big_table(20_000), {}, seed="1", ticket="siphash-2-4", engine=engine)
    loaded = f"{time.perf_counter() - start:.1f} s and {memory() - before:.0f} MB once a process"
    print(f"loading {engine} and its compiled loops: {loaded}")
    compare(
        f"1% of {given.rows:,} cases in 1,000 strata",
        f"draw_large, {engine}",
        lambda: our_draw(table),
        {
            "draw_large, numpy": ("numpy", lambda: our_draw(table, "numpy")),
            **peers(table, given.slow),
        },
        given.repeats,
    )
    small = big_table(5_000, 40)
    frame = frame_of(small)
    compare(
        "5,000 cases in 40 strata: ours is the whole registered draw (60 audits)",
        "draw_sample",
        lambda: draw_sample(frame, Size(60), seed="1"),
        {"draw_large": ("numpy", lambda: our_draw(small)), **peers(small, True)},
        10,
    )
    cases = covariates()
    names = ["age", "weeks", "gender", "group", "need"]
    print("\n100 of 10,000 cases, five covariates (of our own: no Python peer has either)")
    for method, option in (("local_pivotal", "spread_over"), ("cube", "balance_on")):
        call = {"method": method, "seed": "1", option: names}
        found = measure(lambda call=call: select_cases(cases, 100, **call), given.repeats)
        show(method, found, found)


if __name__ == "__main__":
    main()
