"""Invented referrals for deep dives: brothers and sisters, sources, teams, a planted spike."""

from __future__ import annotations

import numpy as np
import pandas as pd

SOURCES = np.array(["6", "2A", "1A", "3F", "5A", "5C", "5B", "3E", "8", "7", "5D", "2B", "1B",
                    "3A", "4", "9"])  # fmt: skip
SOURCE_SHARES = np.array([29, 17, 6, 6, 6, 5, 5, 4, 4, 3, 3, 3, 3, 2, 2, 2]) / 100
TEAMS = np.array(["East", "North", "South", "West"])
TEAM_SHARES = np.array([0.30, 0.28, 0.27, 0.15])
NEEDS = np.array(["N1", "N4", "N5", "N2"])
NEED_SHARES = np.array([0.6, 0.15, 0.15, 0.1])
SIZE_SHARES = np.array([0.55, 0.25, 0.13, 0.05, 0.02])
"""Families of one to five children."""


def referrals(
    seed: int,
    months: int,
    *,
    families: float = 75.0,
    again: float = 0.19,
    alike: float = 0.8,
    spread: float = 0.0,
) -> pd.DataFrame:
    """Referrals of so many months: one row a child.

    Parameters
    ----------
    families : float
        Families a month, on average.
    again : float
        Share of children who were referred within the last year.
    alike : float
        How often a family's children share one fate; otherwise each has its own.
    spread : float
        Variance of a month's families beyond Poisson's, over the mean squared.
    """
    dice = np.random.default_rng(seed)
    rates = np.full(months, families)
    if spread:
        rates = rates * dice.gamma(1 / spread, spread, len(rates))
    number = int(dice.poisson(rates).sum())
    size = dice.choice(np.arange(1, 6), number, p=SIZE_SHARES)
    family = np.repeat(np.arange(number), size)
    own = dice.random(number) < again
    shared = dice.random(number) < alike
    child = dice.random(len(family)) < again
    return pd.DataFrame(
        {
            "family_id": [f"{seed}-{one}" for one in family],
            "source": dice.choice(SOURCES, number, p=SOURCE_SHARES)[family],
            "team": dice.choice(TEAMS, number, p=TEAM_SHARES)[family],
            "need": dice.choice(NEEDS, number, p=NEED_SHARES)[family],
            "again": np.where(shared[family], own[family], child).astype(int),
        }
    )


def with_spike(
    table: pd.DataFrame, seed: int, families: float, *, source: str = "6", team: str | None = "East"
) -> pd.DataFrame:
    """Add families that come again, of one source and one team (or every team)."""
    dice = np.random.default_rng(10_000 + seed)
    number = int(dice.poisson(families))
    size = dice.choice(np.arange(1, 6), number, p=SIZE_SHARES)
    family = np.repeat(np.arange(number), size)
    teams = np.full(number, team) if team else dice.choice(TEAMS, number, p=TEAM_SHARES)
    more = pd.DataFrame(
        {
            "family_id": [f"spike {seed}-{one}" for one in family],
            "source": source,
            "team": teams[family],
            "need": dice.choice(NEEDS, number, p=NEED_SHARES)[family],
            "again": 1,
        }
    )
    return pd.concat([table, more], ignore_index=True)
