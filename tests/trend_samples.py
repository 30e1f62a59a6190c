"""Invented series for tests of charts, and naive twins of the rules in plain loops."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd

from qa_sampling.trends.lines import Lines
from qa_sampling.trends.readings import Readings


def readings(top: list, bottom: list | None = None, **about: object) -> Readings:
    """Readings by month from April 2022."""
    periods = pd.date_range("2022-04-01", periods=len(top), freq="MS")
    table = pd.DataFrame({"period": periods, "numerator": np.asarray(top, dtype="float64")})
    if bottom is not None:
        table["denominator"] = np.asarray(bottom, dtype="float64")
    if (mature := about.pop("mature", None)) is not None:
        table["mature"] = np.asarray(mature, dtype=bool)
    return Readings(table, **about)


def share(met: list, whole: list, **about: object) -> Readings:
    """Readings of a proportion."""
    return readings(met, whole, kind="proportion", unit="share", **about)


def flat_lines(
    shape: tuple[int, int], *, centre: float, low: float, high: float, near: float = 2 / 3
) -> Lines:
    """Lines that are the same for every point."""

    def line(value: float) -> np.ndarray:
        return np.full(shape, float(value))

    return Lines(
        line(centre), line(low), line(high), line(centre + near * (low - centre)),
        line(centre + near * (high - centre)), line(centre), line(centre),
        np.full(shape[0], np.nan),
    )  # fmt: skip


def naive_rules(
    values: list[float],
    lines: dict[str, float],
    *,
    shift: int = 7,
    trend: int = 7,
    beyond_counts: bool = True,
    phase: list[int] | None = None,
) -> dict[str, list[int]]:
    """Say which rules fire where, written from the words of the rules, point by point."""
    n = len(values)
    phase = [0] * n if phase is None else phase
    known = [place for place in range(n) if not math.isnan(values[place])]
    numbers = [abs(values[place]) for place in known] + [abs(lines["high"])]
    slack = 1e-9 * max(numbers)
    found = {rule: [0] * n for rule in ("beyond_limit", "shift", "trend", "two_of_three")}
    for sign in (1, -1):
        end = lines["high"] if sign > 0 else lines["low"]
        near_end = lines["near_high"] if sign > 0 else lines["near_low"]

        def beyond(place: int, line: float, sign: int = sign) -> bool:
            return sign * (values[place] - line) > slack

        for place in known:
            if beyond(place, end):
                found["beyond_limit"][place] = sign
        for first in range(len(known)):
            run = known[first : first + shift]
            one_phase = len({phase[place] for place in run}) == 1
            if len(run) == shift and one_phase and all(beyond(one, lines["centre"]) for one in run):
                for place in run:
                    found["shift"][place] = sign
            run = known[first : first + trend]
            one_phase = len({phase[place] for place in run}) == 1
            if len(run) == trend and one_phase:
                steps = [sign * (values[b] - values[a]) > slack for a, b in pairwise(run)]
                if all(steps):
                    for place in run:
                        found["trend"][place] = sign
            run = known[first : first + 3]
            if len(run) < 3 or len({phase[place] for place in run}) > 1:
                continue
            near = [
                one for one in run
                if beyond(one, near_end) and (beyond_counts or not beyond(one, end))
            ]  # fmt: skip
            if len(near) >= 2 and all(beyond(one, lines["centre"]) for one in run):
                for place in near:
                    found["two_of_three"][place] = sign
    return found


def naive_runs(signs: list[int]) -> tuple[int, int, int]:
    """Give useful points, the longest run and the crossings, by counting."""
    useful = [sign for sign in signs if sign]
    longest = run = crossings = 0
    for place, sign in enumerate(useful):
        if place and sign != useful[place - 1]:
            crossings += 1
            run = 0
        run += 1
        longest = max(longest, run)
    return len(useful), longest, crossings
