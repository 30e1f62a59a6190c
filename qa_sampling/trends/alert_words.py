"""What an alert says, and what it would take to look ordinary."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qa_sampling.trends.chart_words import period_words
from qa_sampling.trends.latest import LatestTest
from qa_sampling.trends.readings import Readings

__all__ = ["alert_words", "ordinary_words"]

_MEANING = {"improvement": "An improvement.", "concern": "A concern.", "neutral": "", "": ""}


def ordinary_words(test: LatestTest, critical: float, readings: Readings) -> str:
    """Say what it would take for the latest period to be no alert.

    Parameters
    ----------
    test : LatestTest
        The test of the period.
    critical : float
        A two-sided p-value at most this is an alert.
    readings : Readings
        The series.
    """
    low, high = test.ends(critical / 2)
    counted = readings.kind != "duration" and readings.kind != "grade"
    edge = high if test.side > 0 else low
    if readings.sampled:
        way = "less" if test.side > 0 else "more"
        return f"It would look ordinary at {edge / round(test.exposure):.0%} or {way}."
    edge = edge if counted else round(edge, 1)
    out_of = f" of {test.exposure:.0f}" if readings.kind == "proportion" else ""
    way = "fewer" if test.side > 0 else "more"
    if not counted or readings.kind == "between":
        way = "less" if test.side > 0 else "more"
    return f"It would look ordinary at {edge:.6g}{out_of} or {way}."


def alert_words(row: Mapping[str, object], readings: Readings) -> str:
    """Say an alert in sentences.

    Parameters
    ----------
    row : mapping
        A row of the alerts.
    readings : Readings
        The series.
    """
    seen, expected, excess = (float(row[name]) for name in ("seen", "expected", "excess"))
    moment = period_words(row["period"], readings.frequency)
    out_of = f" of {row['exposure']:.0f}" if readings.kind == "proportion" else ""
    way = "above" if excess > 0 else "below"
    limits = f"{row['low']:.4g} to {row['high']:.4g}"
    if readings.sampled:
        return _sampled_words(row, moment, way)
    text = (
        f"{row['measure']}, {row['unit']}, {moment}: {seen:.6g}{out_of} seen, "
        f"{expected:.3g} expected (limits {limits}), {abs(excess):.3g} {way} it. "
        f"{_chance_words(row)}"
    )
    return _whole(text, row)


def _sampled_words(row: Mapping[str, object], moment: str, way: str) -> str:
    """Say an alert of a share estimated from audits: per cent, never effective audits."""
    audits = float(row["exposure"])
    seen, expected = (float(row[name]) / audits for name in ("seen", "expected"))
    low, high = (float(row[name]) / round(audits) for name in ("low", "high"))
    return _whole(
        f"{row['measure']}, {row['unit']}, {moment}: {seen:.0%} estimated from audits worth "
        f"{audits:.0f} drawn plainly, {expected:.0%} expected (limits {low:.0%} to {high:.0%}), "
        f"{abs(seen - expected) * 100:.0f} points {way} it. {_chance_words(row)}",
        row,
    )


def _chance_words(row: Mapping[str, object]) -> str:
    p = float(row["p"])
    chance = f"about 1 in {_rounded(1 / p)}" if p > 1e-9 else "less than 1 in 1,000,000,000"
    return f"A stable series is as far off in {chance} periods; q = {row['q']:.2g}."


def _whole(text: str, row: Mapping[str, object]) -> str:
    parts = (text, str(row["ordinary"]), _MEANING[str(row["meaning"])])
    return " ".join(part for part in parts if part)


def _rounded(value: float) -> str:
    """Round to two digits, with commas."""
    step = 10.0 ** max(np.floor(np.log10(value)) - 1, 0)
    return f"{round(value / step) * step:,.0f}"
