"""Groups that hold more of those concerned on one day than their share, beside plain counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.day_groups import find_day_groups

ASKED = {"outcome": "late", "groups": ["team", "age"]}


def children(seed: int, *, planted: float = 0.0, families: int = 220) -> pd.DataFrame:
    """Children of one day in families of one to three; `planted` more are late in team A."""
    dice = np.random.default_rng(seed)
    size = dice.choice([1, 2, 3], families, p=[0.6, 0.3, 0.1])
    family = np.repeat(np.arange(families), size)
    team = dice.choice(list("ABCDEFGH"), families)
    chance = np.where(team == "A", 0.15 + planted, 0.15)
    late = dice.random(families) < chance  # brothers and sisters are visited together
    return pd.DataFrame(
        {
            "family_id": family.astype(str),
            "team": team[family],
            "age": dice.choice(["0 to 4", "5 to 9", "10 to 17"], len(family)),
            "late": late[family].astype(int),
        }
    )


def test_counts_and_expectations_are_those_of_plain_tables() -> None:
    table = children(1)
    found = find_day_groups(table, **ASKED)
    rows = found.groups.set_index("group")
    share = table["late"].mean()
    for team, own in table.groupby("team"):
        row = rows.loc[f"team {team}"]
        assert row["observed"] == own["late"].sum()
        assert row["expected"] == pytest.approx(share * len(own))
        assert row["families"] == pytest.approx(own.loc[own["late"] == 1, "family_id"].nunique())
    figures = found.groups.select_dtypes("number")
    assert np.isfinite(figures.fillna(0)).all(axis=None), "all cases have nobody outside them"
    assert (found.observed, found.excess) == (table["late"].sum(), pytest.approx(0, abs=1e-9))
    both = table[(table["team"] == "B") & (table["age"] == "0 to 4")]
    assert rows.loc["team B, age 0 to 4", "observed"] == both["late"].sum()


def test_a_chance_is_near_fishers_of_the_families() -> None:
    """By itself a team's chance is the hypergeometric one, drawn without replacement."""
    table = children(2)
    rows = find_day_groups(table, **ASKED).groups.set_index("group")
    one = table.drop_duplicates("family_id")
    for team in "ABCDEFGH":
        own = one["team"] == team
        exact = stats.hypergeom.sf(
            one.loc[own, "late"].sum() - 1, len(one), one["late"].sum(), own.sum()
        )
        p = rows.loc[f"team {team}", "p"]
        assert np.isnan(p) or abs(np.log(p / exact)) < 0.35, (team, p, exact)


def test_a_planted_team_is_named_and_an_innocent_one_seldom() -> None:
    named = [find_day_groups(children(seed, planted=0.4), **ASKED).named for seed in range(40)]
    right = sum("A" in sum(one["values"], ()) for one in named)
    wrong = sum(not set(sum(one["values"], ())) & {"A"} for one in named if len(one))
    assert right >= 30
    assert wrong <= 4


def test_where_nothing_was_planted_nobody_is_accused() -> None:
    found = [find_day_groups(children(100 + seed), **ASKED) for seed in range(60)]
    assert sum(not one.named.empty for one in found) <= 6  # 3 expected of 60 at 5%
    assert "No group stands out" in found[0].words


def test_the_words_name_who_has_more() -> None:
    found = find_day_groups(children(7, planted=0.5), **ASKED)
    assert "More than its share has team A:" in found.words
    assert found.waterfall(measure="Late", scope="A day").table["part"].iloc[0] == "team A"


@pytest.mark.parametrize("value", [0, 1])
def test_all_alike_are_refused(value) -> None:
    with pytest.raises(TrendError, match="the same in every case"):
        find_day_groups(children(3).assign(late=value), **ASKED)
