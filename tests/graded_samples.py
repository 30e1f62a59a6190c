"""Months of audits with the draws they came from, as the findings of audits give them."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from qa_sampling.runs.findings.steps import design_of
from qa_sampling.schema import NOT_RECORDED


def audited(good, *, n=20, service=("North",), waiting=()):
    """Give months in each of which n of 100 cases were drawn and read, so many of them good."""
    rows = [
        {"period": period, "stratum": "all", "population": 100, "available": 100,
         "stands_for": 100 / n, "probability": n / 100, "outcome": "audited",
         "overall": "Good" if place < count else "Inadequate",
         "service": service[place % len(service)], "team": NOT_RECORDED}
        for period, count in good.items() for place in range(n)
    ]  # fmt: skip
    cases = pd.DataFrame(rows)
    return SimpleNamespace(
        cases=cases, design=design_of(cases, dict.fromkeys(good, 100), rounded=True),
        waiting=dict.fromkeys(waiting, 2),
    )  # fmt: skip


def years(share=(14, 15, 13, 16), *, months=24, last="2026-01", **about):
    """Give months of audits up to the last, so many of 20 of them good."""
    periods = pd.period_range(end=last, periods=months, freq="M").astype(str)
    return audited({one: share[at % len(share)] for at, one in enumerate(periods)}, **about)
