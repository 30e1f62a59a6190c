"""Time estimation by 100 domains against a pandas twin and, where installed, svy and samplics.

    python benchmarks/bench_estimation.py              (100,000 and 1,000,000 rows)
    python benchmarks/bench_estimation.py --rows 20000

1,000 strata (fewer below 20,000 rows), 100 domains, a yes-or-no outcome. Each line gives the
median of five runs (svy: three; samplics: one, up to 20,000 rows): making the design, and
estimates with standard errors. The pandas twin computes the same variances by group-by, so that
the numbers can be compared; "pandas means" are point estimates without a variance. Peers that
are not installed are skipped. Run it in an environment of its own to have them: `pip install svy
samplics` beside this package.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from qa_sampling.sampling.estimation import make_design
from qa_sampling.sampling.estimation_domains import estimate_by

SEED = 20261125


def make_table(rows: int) -> pd.DataFrame:
    """Invent a sample: strata, domains, outcome, weight and population of the stratum."""
    dice = np.random.default_rng(SEED)
    strata = min(1000, rows // 20)
    stratum, domain = dice.integers(0, strata, rows), dice.integers(0, 100, rows)
    table = pd.DataFrame(
        {
            "stratum": pd.Categorical.from_codes(stratum, [f"S{one:04d}" for one in range(strata)]),
            "domain": pd.Categorical.from_codes(domain, [f"D{one:03d}" for one in range(100)]),
            "good": dice.integers(0, 2, rows),
        }
    )
    opened = np.bincount(stratum, minlength=strata)
    population = opened * dice.integers(2, 20, strata)
    return table.assign(
        population=population[stratum], weight=(population / np.maximum(opened, 1))[stratum]
    )


def ours(table: pd.DataFrame) -> tuple[Callable[[], object], Callable[[], pd.DataFrame]]:
    """Give the two steps of this package."""

    def design() -> object:
        return make_design(table, "stratum", population="population")

    made = design()

    def estimate() -> pd.DataFrame:
        found = estimate_by(made, "domain", "good")
        errors = [found[one].standard_error for one in found]
        return pd.DataFrame({"estimate": [found[one].estimate for one in found], "se": errors})

    return design, estimate


def pandas_twin(table: pd.DataFrame) -> pd.DataFrame:
    """Compute shares and linearised standard errors by group-by alone."""
    by = table.groupby("domain", observed=True)
    size = by["weight"].sum()
    share = (table["good"] * table["weight"]).groupby(table["domain"], observed=True).sum() / size
    codes = table["domain"].cat.codes.to_numpy()
    z = table["weight"] * (table["good"] - share.to_numpy()[codes]) / size.to_numpy()[codes]
    moments = pd.DataFrame(
        {"stratum": table["stratum"], "domain": table["domain"], "z": z, "zz": z * z}
    )
    cells = moments.groupby(["stratum", "domain"], observed=True).sum().reset_index()
    strata = table.groupby("stratum", observed=True)["population"].agg(["size", "first"])
    n = strata["size"].reindex(cells["stratum"]).to_numpy()
    whole = strata["first"].reindex(cells["stratum"]).to_numpy()
    part = n / (n - 1) * (1 - n / whole) * (cells["zz"] - cells["z"] ** 2 / n)
    variance = part.groupby(cells["domain"], observed=True).sum()
    return pd.DataFrame({"estimate": share.to_numpy(), "se": np.sqrt(variance.to_numpy())})


def pandas_means(table: pd.DataFrame) -> pd.DataFrame:
    """Compute weighted shares without a variance."""
    top = (table["good"] * table["weight"]).groupby(table["domain"], observed=True).sum()
    return (top / table.groupby("domain", observed=True)["weight"].sum()).to_frame("estimate")


def with_svy(table: pd.DataFrame) -> tuple[Callable[[], object], Callable[[], pd.DataFrame]]:
    """Give the two steps of svy."""
    import polars as pl
    import svy

    data = pl.DataFrame(
        {
            "stratum": table["stratum"].astype(str).tolist(),
            "domain": table["domain"].astype(str).tolist(),
            "good": table["good"].to_numpy(),
            "weight": table["weight"].to_numpy(),
            "population": table["population"].to_numpy(),
        }
    )

    def design() -> object:
        return svy.Sample(data, svy.Design(stratum="stratum", wgt="weight", pop_size="population"))

    made = design()

    def estimate() -> pd.DataFrame:
        found = made.estimation.mean("good", by="domain").to_polars()
        names = {name.lower(): name for name in found.columns}
        found = found.sort(names.get("domain", found.columns[0]))
        return pd.DataFrame(
            {"estimate": found[names["est"]].to_list(), "se": found[names["se"]].to_list()}
        )

    return design, estimate


def with_samplics(table: pd.DataFrame) -> pd.DataFrame:
    """Estimate with samplics."""
    from samplics.estimation import TaylorEstimator
    from samplics.utils.types import PopParam

    taken = (1 / table.groupby("stratum", observed=True)["weight"].first()).to_dict()
    estimator = TaylorEstimator(PopParam.mean)
    estimator.estimate(
        y=table["good"].to_numpy(),
        samp_weight=table["weight"].to_numpy(),
        stratum=table["stratum"].astype(str).to_numpy(),
        domain=table["domain"].astype(str).to_numpy(),
        fpc={label: 1 - share for label, share in taken.items()},
    )
    labels = sorted(estimator.point_est)
    return pd.DataFrame(
        {
            "estimate": [estimator.point_est[one] for one in labels],
            "se": [estimator.stderror[one] for one in labels],
        }
    )


def seconds(step: Callable[[], object], runs: int) -> float:
    """Give the median time of some runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def line(
    name: str, design: float | None, estimate: float, found: pd.DataFrame, mine: pd.DataFrame
) -> None:
    """Print a line: times, and the largest difference from ours."""
    apart = float(np.abs(found["estimate"].to_numpy() - mine["estimate"].to_numpy()).max())
    said = f"estimates within {apart:.0e}"
    if "se" in found:
        errors = float(np.abs(found["se"].to_numpy() / mine["se"].to_numpy() - 1).max())
        said += f", standard errors within {errors:.0e}"
    shown = "       -" if design is None else f"{1000 * design:8.1f}"
    print(f"  {name:<14}{shown} ms {1000 * estimate:10.1f} ms   {said}")


def run(rows: int) -> None:
    """Time everything at one size."""
    table = make_table(rows)
    print(f"{rows:,} rows, {table['stratum'].nunique():,} strata, 100 domains: design, estimates")
    design, estimate = ours(table)
    mine = estimate()
    line("this package", seconds(design, 5), seconds(estimate, 5), mine, mine)
    line("pandas twin", None, seconds(lambda: pandas_twin(table), 5), pandas_twin(table), mine)
    line("pandas means", None, seconds(lambda: pandas_means(table), 5), pandas_means(table), mine)
    if importlib.util.find_spec("svy") is None:
        print("  svy is not installed: skipped")
    else:
        theirs, step = with_svy(table)
        line("svy", seconds(theirs, 3), seconds(step, 3), step(), mine)
    if importlib.util.find_spec("samplics") is None:
        print("  samplics is not installed: skipped")
    elif rows > 20_000:
        print("  samplics takes minutes at this size (107 s at 20,000 rows): skipped")
    else:
        kept: list[pd.DataFrame] = []
        spent = seconds(lambda: kept.append(with_samplics(table)), 1)
        line("samplics", None, spent, kept[0], mine)


def main() -> None:
    """Time every size that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000])
    warnings.simplefilter("ignore")
    for rows in parser.parse_args().rows:
        run(rows)


if __name__ == "__main__":
    main()
