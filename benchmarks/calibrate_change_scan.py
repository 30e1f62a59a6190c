"""How large the change scan's ratio becomes in stable series; writes the thresholds.

Usage: python benchmarks/calibrate_change_scan.py [--series 30000] [--write]

Stable counts of every length and mean, Poisson and negative binomial with a spread of 1, 1.5, 2
and 3 times Poisson; of the spreads the largest quantile is kept. Measurements are normal. With
--write the table goes to qa_sampling/trends/change_thresholds.py; without, it is printed. Each
cell has a seed of its own from SHA-256 of its name, so a part of the table can be made again.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np

from qa_sampling.trends.change_scan import scan_arrays

LENGTHS = (12, 14, 16, 20, 24, 30, 36, 48, 60, 84, 120)
MEANS = (0.1, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0)
LEVELS = (0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)
SPREADS = (1.0, 1.5, 2.0, 3.0)
TARGET = Path(__file__).parents[1] / "qa_sampling" / "trends" / "change_thresholds.py"
HEAD = '''"""Thresholds of the change scan, as declared data.

Made by `python benchmarks/calibrate_change_scan.py --series {series} --write`: how large the
largest likelihood ratio over phi becomes in stable series. For counts the largest of the
quantiles at spreads of 1, 1.5, 2 and 3 times Poisson, so that it holds for all of them; for
measurements normal values. Not to be edited by hand.
"""

LENGTHS = {lengths}
"""Points of a series."""
MEANS = {means}
"""Mean count a period; of a share, of the rarer outcome."""
LEVELS = {levels}
"""Chance that a stable series has a larger ratio somewhere."""
'''


def dice(*name: object) -> np.random.Generator:
    """Give a generator whose seed follows from a name."""
    text = "change scan/" + "/".join(str(part) for part in name)
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def counts(mean: float, spread: float, length: int, series: int) -> np.ndarray:
    """Give stable counts."""
    own = dice(mean, spread, length)
    if spread == 1:
        return own.poisson(mean, (series, length)).astype(float)
    size = mean / (spread - 1)
    return own.negative_binomial(size, 1 / spread, (series, length)).astype(float)


def quantiles(values: np.ndarray) -> np.ndarray:
    """Give the upper quantiles at all levels."""
    return np.quantile(values, [1 - level for level in LEVELS])


def of_counts(length: int, mean: float, series: int) -> np.ndarray:
    """Give the largest quantiles over all spreads."""
    return np.max(
        [quantiles(scan_arrays(counts(mean, one, length, series)).statistic) for one in SPREADS],
        axis=0,
    )


def of_measurements(length: int, series: int) -> np.ndarray:
    """Give the quantiles for normal values."""
    values = dice("normal", length).normal(size=(series, length))
    return quantiles(scan_arrays(values, family="measurement").statistic)


def row(values: np.ndarray) -> str:
    """Write a row of numbers."""
    return "(" + ", ".join(f"{value:.2f}" for value in values) + ")"


def main() -> None:
    """Make the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--series", type=int, default=30_000)
    asked.add_argument("--write", action="store_true")
    given = asked.parse_args()
    lines = [HEAD.format(series=given.series, lengths=LENGTHS, means=MEANS, levels=LEVELS)]
    lines.append("COUNTS = (")
    for length in LENGTHS:
        lines.append(f"    (  # {length} points")
        lines += [f"        {row(of_counts(length, mean, given.series))}," for mean in MEANS]
        lines.append("    ),")
    lines.append(')\n"""By length, mean and level."""')
    lines.append("MEASUREMENTS = (")
    lines += [f"    {row(of_measurements(length, given.series))}," for length in LENGTHS]
    lines.append(')\n"""By length and level."""')
    text = "\n".join(lines) + "\n"
    if given.write:
        TARGET.write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text)


if __name__ == "__main__":
    main()
