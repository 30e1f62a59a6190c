"""How long charts and rules take, beside nhspy-plotthedots, statprocon and others, in one run.

Usage: python benchmarks/bench_trends.py [--series 10000] [--periods 60] [--peers 200]

Ratios count, not seconds: everything runs in one process on one invented table, the best of a few
runs each. Peers work series by series and take minutes, so they get `--peers` series and their
time is scaled; each takes part where it can be imported. nhspy-plotthedots is not on PyPI: put its
folder on the path. Peers do less than ours: what each leaves out stands beside its name. Nothing
here is a test.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
import pandas as pd

from qa_sampling.reporting.plots import control_chart, small_multiples
from qa_sampling.trends.alerts import alerts
from qa_sampling.trends.change_scan import scan_arrays
from qa_sampling.trends.charts import chart
from qa_sampling.trends.farrington import farrington
from qa_sampling.trends.many import chart_arrays, chart_frame
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.showing import control_chart_of, sparklines_of
from qa_sampling.trends.spikes import find_spikes

matplotlib.use("Agg")
import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OURS = "ours, arrays: limits and the four MDC rules"


def best(run: Callable[[], object], repeats: int) -> float:
    """Give the best wall time in seconds."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def nhspy(values: np.ndarray) -> Callable[[], object]:
    """Chart every series with nhspy-plotthedots."""
    from nhspy_plotthedots.pandas_spc_calculations import pandas_spc_x_calc

    frames = [pd.DataFrame({"value": row}) for row in values]
    return lambda: [pandas_spc_x_calc(frame.copy(), "value") for frame in frames]


def statprocon(values: np.ndarray) -> Callable[[], object]:
    """Chart every series with statprocon: limits and its three rules."""
    from statprocon import XmR

    def run() -> None:
        for row in values:
            one = XmR(row.tolist())
            limits = one.upper_natural_process_limit(), one.lower_natural_process_limit()
            rules = (
                one.rule_1_x_indices_beyond_limits(), one.rule_2_runs_about_central_line(),
                one.rule_3_runs_near_limits(),
            )  # fmt: skip
            del limits, rules

    return run


def process_improvement(values: np.ndarray) -> Callable[[], object]:
    """Chart every series with process-improvement: limits and points beyond them."""
    from process_improvement.calculations import xmr_calculations as xmr

    columns = [pd.Series(row) for row in values]

    def run() -> None:
        for one in columns:
            ranges = xmr.calculate_moving_range(one, 2)
            limits = xmr.calculate_xmr_limits(one, ranges, 2, False, False)
            ends = [getattr(limits, name) for name in ("LPL", "UPL") if hasattr(limits, name)]
            if len(ends) == 2:
                xmr.characterize_x_variation(one, *ends)

    return run


PEERS = {
    "nhspy-plotthedots (one flag a point)": ("nhspy_plotthedots", nhspy),
    "statprocon (three rules)": ("statprocon", statprocon),
    "process-improvement (limits, one rule)": ("process_improvement", process_improvement),
}


def ruptures(values: np.ndarray) -> Callable[[], object]:
    """Look for one change in every series with ruptures' Pelt on squares."""
    from ruptures import Pelt

    return lambda: [
        Pelt(model="l2", min_size=6, jump=1).fit(row).predict(pen=3 * row.var()) for row in values
    ]


def show(name: str, seconds: float, base: float) -> None:
    """Print one line: seconds and how many times ours it took."""
    print(f"{name:48} {seconds:10.4f} s {seconds / base:10,.1f}x", flush=True)


def peers(known: dict, values: np.ndarray, take: int, base: float) -> None:
    """Time the peers on some series and scale."""
    for name, (package, make) in known.items():
        if importlib.util.find_spec(package) is None:
            print(f"{name:48} not installed")
            continue
        some = values[:take]
        with contextlib.redirect_stdout(None):
            seconds = best(make(some), 1)
        show(name, seconds * len(values) / len(some), base)


def long_frame(values: np.ndarray) -> pd.DataFrame:
    """Give the series as a long frame."""
    series, periods = values.shape
    return pd.DataFrame(
        {
            "series": np.repeat([f"S{one:05}" for one in range(series)], periods),
            "period": np.tile(pd.date_range("2020-01-01", periods=periods, freq="MS"), series),
            "numerator": values.ravel(),
        }
    )


def charts_and_rules(series: int, periods: int, take: int, repeats: int) -> None:
    """Limits and all rules of many series."""
    values = np.random.default_rng(1).poisson(20, (series, periods)).astype(float)
    print(f"\n{series:,} series x {periods} months: limits and all rules")
    base = best(lambda: chart_arrays(values, preset="mdc"), repeats)
    show(OURS, base, base)
    show("ours, screened as NHSRplotthedots",
         best(lambda: chart_arrays(values, preset="nhsr"), repeats), base)  # fmt: skip
    long = long_frame(values)
    show("ours, long frame in and out",
         best(lambda: chart_frame(long, preset="mdc"), repeats), base)  # fmt: skip
    counts = values[: max(series // 10, 1)]
    seconds = best(lambda: chart_arrays(counts, kind="gamma_poisson"), repeats)
    show("ours, predictive limits of counts (a tenth, scaled)", seconds * series / len(counts),
         base)  # fmt: skip
    peers(PEERS, values, take, base)


def changes(series: int, periods: int, take: int, repeats: int) -> None:
    """One change in each of many series."""
    values = np.random.default_rng(2).poisson(20, (series, periods)).astype(float)
    print(f"\n{series:,} series x {periods} months: is there a change of level?")
    base = best(lambda: scan_arrays(values), repeats)
    show("ours, likelihood scan", base, base)
    peers({"ruptures (Pelt, squares)": ("ruptures", ruptures)}, values, take, base)


def round_of_alerts(repeats: int) -> None:
    """120 charts, their alerts and words."""
    values = np.random.default_rng(3).poisson(6, (120, 36))
    days = pd.date_range("2023-01-01", periods=36, freq="MS")
    rows = [Readings(pd.DataFrame({"period": days, "numerator": one})) for one in values]
    print("\n120 series x 36 months: whole charts with words, then the round of alerts")
    base = best(lambda: [chart(one) for one in rows], repeats)
    drawn = {("M", str(place)): chart(one) for place, one in enumerate(rows)}
    show("charts", base, base)
    show("alerts with the classical view", best(lambda: alerts(drawn), repeats), base)


def spikes(repeats: int) -> None:
    """Farrington's method on 1,000 series and 12 months, and a whole search for spikes."""
    values = np.random.default_rng(4).poisson(6, (1000, 84)).astype(float)
    print("\n1,000 series x 12 months watched (84 held), then 120 series searched for spikes")
    base = best(lambda: farrington(values, at=range(72, 84), years_back=5), repeats)
    show("Farrington in Noufaily's form", base, base)
    long = long_frame(values[:120]).rename(columns={"series": "unit", "period": "start"})
    long = long.assign(measure="m", unit_kind="team", mature=True)
    show("spikes and drifts, 120 series x 84", best(lambda: find_spikes(long), repeats), base)


def processor(run: Callable[[], object], repeats: int) -> float:
    """Give the least processor time in seconds, which other programs touch less than the clock."""
    found = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def written(figure: Figure) -> None:
    """Write a picture as SVG and close it."""
    figure.savefig(io.BytesIO(), format="svg")
    plt.close(figure)


def naive_sheet(values: np.ndarray, days: pd.DatetimeIndex) -> Figure:
    """Draw the series as most would: axes, a line, a band and words each."""
    figure, places = plt.subplots(30, 4, figsize=(7.2, 30), layout="constrained")
    for ax, row, place in zip(places.flat, values, range(len(values)), strict=True):
        middle, spread = row.mean(), 3 * row.std()
        ax.plot(days, row, color="#3D3D3D", linewidth=1.3)
        ax.axhspan(max(middle - spread, 0), middle + spread, color="#E9EFF5", zorder=0)
        ax.axhline(middle, color="#A8A8A8", linewidth=0.8)
        ax.scatter(days[-1:], row[-1:], s=18, color="#3D3D3D")
        ax.set_title(f"Series {place}", loc="left", fontsize=11)
        ax.annotate(f"{row[-1]:.0f}", (days[-1], row[-1]), xytext=(6, 0), fontsize=11,
                    textcoords="offset points", annotation_clip=False)  # fmt: skip
        ax.set_axis_off()
    return figure


def pictures(repeats: int) -> None:
    """120 series as one contact sheet, naively too, and as control charts of their own."""
    plt.rcParams["svg.fonttype"] = "none"  # text as text, as the pages have it
    values = np.random.default_rng(5).poisson(6, (120, 36))
    days = pd.date_range("2023-01-01", periods=36, freq="MS")
    rows = [
        Readings(pd.DataFrame({"period": days, "numerator": one}), series=f"Series {place}")
        for place, one in enumerate(values)
    ]
    charts = [chart(one) for one in rows]
    drawn, sheet = [control_chart_of(one) for one in charts], sparklines_of(charts)
    print("\n120 series x 36 months as pictures, SVG, processor time")
    base = processor(lambda: written(small_multiples(sheet).figure), repeats)
    show("all on one contact sheet", base, base)
    show("the same, an axes a series, laid out by matplotlib",
         processor(lambda: written(naive_sheet(values, days)), 1), base)  # fmt: skip
    show("120 control charts, an SVG each",
         processor(lambda: [written(control_chart(one).figure) for one in drawn],
                   min(repeats, 2)), base)  # fmt: skip
    print(f"a series of the sheet: {1000 * base / len(rows):.1f} ms; its aim: 0.2 s together")


def main() -> None:
    """Run every comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--periods", type=int, default=60)
    parser.add_argument("--peers", type=int, default=200, help="series that the peers get")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    charts_and_rules(given.series, given.periods, given.peers, given.repeats)
    changes(given.series, given.periods, given.peers, given.repeats)
    round_of_alerts(given.repeats)
    spikes(given.repeats)
    pictures(given.repeats)


if __name__ == "__main__":
    main()
