"""Designs side by side as people read them: percentages, points, one in so many."""

from __future__ import annotations

import math

import pandas as pd

from qa_sampling.sampling.comparison import DesignComparison

_ONE = {"audits": "audit", "rows": "row", "strata": "stratum", "months": "month"}
_SMALLEST = "Smallest chance of a case"


def readable_comparison(comparison: DesignComparison) -> pd.DataFrame:
    """Give the summary of a comparison as text: a row a question, a column a design.

    Parameters
    ----------
    comparison : DesignComparison
        What ``sampling.comparison.compare_designs`` gave.
    """
    summary = comparison.summary
    designs = [name for name in summary.columns if name not in ("question", "unit")]
    table = pd.DataFrame({"question": summary["question"]})
    for name in designs:
        rows = zip(summary["question"], summary["unit"], summary[name], strict=True)
        table[name] = [_said(question, unit, value) for question, unit, value in rows]
    return table


def _said(question: str, unit: str, value: float | None) -> str:
    if value is None or pd.isna(value):
        return "not known"
    if unit == "± share":
        return f"± {100 * value:.1f} points"
    if question == _SMALLEST:
        return f"1 in {round(1 / value)}" if value else "none"
    if unit.startswith("share"):
        return f"{100 * value:.1f}%" + (" of months" if unit == "share of months" else "")
    if math.isinf(value):
        return "never"
    shown = f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
    return f"{shown} {_ONE.get(unit, unit) if shown == '1' else unit}"
