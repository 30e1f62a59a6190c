"""The model read out in words: R's sandwich, plain tables, brothers and sisters, edges by name."""

import numpy as np
import pandas as pd
import pytest
from dive_samples import referrals
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.binary_model import SMALL_GROUPS, explain_outcome


def sixty_families() -> pd.DataFrame:
    place = np.arange(180)
    family = place // 3
    source = np.array(list("ABC"))[(place * 7) // 5 % 3]
    team = np.array(list("NS"))[place // 4 % 2]
    again = ((place * place * 3 + family * 7) % 11) < np.where(source == "A", 6, 3)
    return pd.DataFrame({"family_id": family, "source": source, "team": team, "again": again})


def test_r_s_sandwich() -> None:
    # R 4.2, sandwich: m <- glm(y ~ source + team, binomial); vcovCL(m, cluster = family,
    # type = "HC1"); the same arithmetic for the data. Shares: mean(plogis(X %*% coef(m))) with the
    # source set for all; their errors by numerical derivatives of the difference.
    found = explain_outcome(sixty_families(), outcome="again", columns=["source", "team"],
                            references={"source": "B", "team": "S"})  # fmt: skip
    rows = found.table.set_index("value")
    logs = np.log(rows["odds_ratio"])
    assert logs[["A", "C", "N"]].tolist() == pytest.approx(
        [0.60877814278, -0.06774314146, 0.07645022464], abs=5e-9
    )
    reach = stats.t.ppf(0.975, 59)
    errors = (np.log(rows["high"]) - logs) / reach
    assert errors[["A", "C", "N"]].tolist() == pytest.approx(
        [0.3284218954, 0.3153656144, 0.3097026699], abs=5e-9
    )
    assert rows.loc[["A", "B", "C"], "adjusted"].tolist() == pytest.approx(
        [0.5671879770, 0.4162539715, 0.3998981063], abs=5e-9
    )
    wide = (rows["difference_high"] - rows["difference"])[["A", "C"]] / reach
    assert wide.tolist() == pytest.approx([0.08028493304, 0.07605631182], abs=5e-7)
    assert found.columns["p"].tolist() == pytest.approx(
        [stats.f.sf(2.221076407, 2, 59), stats.f.sf((0.07645022464 / 0.3097026699) ** 2, 1, 59)],
        abs=1e-7,
    )
    assert (found.cases, found.events, found.families) == (180, 83, 60)


def test_one_column_is_the_plain_table() -> None:
    table = sixty_families()
    found = explain_outcome(table, outcome="again", columns="source", references={"source": "C"})
    rows = found.table.set_index("value")
    plain = table.groupby("source")["again"].mean()
    assert rows["adjusted"].sort_index().tolist() == pytest.approx(plain.tolist())
    assert rows["share"].sort_index().tolist() == pytest.approx(plain.tolist())
    odds = plain / (1 - plain)
    assert rows.loc["A", "odds_ratio"] == pytest.approx(odds["A"] / odds["C"])
    # Each by itself: the error of a difference of two shares, with R's correction 180 / 177.
    alone = explain_outcome(table, outcome="again", columns="source", cluster=None,
                            references={"source": "C"}).table.set_index("value")  # fmt: skip
    variance = (plain * (1 - plain) / 60)[["A", "C"]].sum() * 180 / 177
    assert alone.loc["A", "difference_high"] - alone.loc["A", "difference"] == pytest.approx(
        stats.t.ppf(0.975, 179) * np.sqrt(variance)
    )


def test_the_words_say_who_and_against_whom() -> None:
    table = referrals(1, 24, families=60)
    table["again"] = np.where(table["source"].eq("6"), (np.arange(len(table)) % 2), table["again"])
    found = explain_outcome(table, outcome="again", columns=["source", "team"],
                            references={"source": "2A"})  # fmt: skip
    said = [one for one in found.words if one.startswith("referral source: 6")]
    assert len(said) == 1
    assert "50 in 100, allowing for the other factors, which is more: 2A has" in said[0]
    shown = found.intervals(measure="Re-referrals")
    assert shown.table["name"].iloc[0].endswith("(against 2A)")
    quiet = explain_outcome(sixty_families(), outcome="again", columns="team")
    assert quiet.words == ("No value differs from its reference by more than chance.",)
    marked = shown.table.set_index("name")["marked"]
    assert marked["referral source: 6 (against 2A)"]


def test_families_widen_the_intervals_where_they_are_alike() -> None:
    table = referrals(2, 12, alike=1.0)
    robust, plain = (
        explain_outcome(table, outcome="again", columns="team", cluster=one).table
        for one in ("family_id", None)
    )
    wider = (robust["high"] / robust["low"] / (plain["high"] / plain["low"])).dropna()
    assert (wider > 1).all()
    assert robust["odds_ratio"].tolist() == pytest.approx(plain["odds_ratio"].tolist())


def test_cluster_robust_intervals_hold_their_level() -> None:
    # 50 worlds in which the team does not matter and siblings share their fate: 3 intervals each,
    # 95%. The larger run is in docs/deep_dives.md; below 136 of 150 has a chance under 2%.
    held = dict.fromkeys(("family_id", None), 0)
    for seed in range(500, 550):
        table = referrals(seed, 6, families=50, alike=1.0)
        for cluster in held:
            rows = explain_outcome(table, outcome="again", columns="team", cluster=cluster).table
            rows = rows[~rows["reference"]]
            held[cluster] += int(((rows["low"] < 1) & (rows["high"] > 1)).sum())
    assert held["family_id"] >= 136
    assert held[None] < held["family_id"]


def test_small_groups_are_put_together_or_left_out() -> None:
    table = sixty_families()
    table.loc[:3, "source"] = "D"
    table.loc[4:9, "source"] = "E"
    found = explain_outcome(table, outcome="again", columns="source")
    assert SMALL_GROUPS in found.table["value"].tolist()
    assert "2 values of referral source with few cases" in found.notes[0]
    table.loc[:9, "again"] = True
    found = explain_outcome(table, outcome="again", columns="source")
    assert found.cases == 170
    assert "10 cases are left out" in found.notes[0]
    found = explain_outcome(table.assign(team="N"), outcome="again", columns=["source", "team"])
    assert "team has a single value left" in found.notes[-1]


def test_what_cannot_be_explained_is_refused() -> None:
    table = sixty_families()
    with pytest.raises(TrendError, match="lacks columns that were asked for: place"):
        explain_outcome(table, outcome="again", columns="place")
    with pytest.raises(TrendError, match="none were named"):
        explain_outcome(table, outcome="again", columns=[])
    with pytest.raises(TrendError, match="must be 0 or 1 in every case"):
        explain_outcome(table.assign(again=2), outcome="again", columns="team")
    with pytest.raises(TrendError, match="the same in all 180 cases"):
        explain_outcome(table.assign(again=0), outcome="again", columns="team")
    with pytest.raises(TrendError, match="No factor has two values"):
        explain_outcome(table.assign(team="N"), outcome="again", columns="team")
    with pytest.raises(TrendError, match="3 families are too few for 3 differences"):
        explain_outcome(table.assign(family_id=table.index % 3), outcome="again",
                        columns=["source", "team"])  # fmt: skip
    with pytest.raises(TrendError, match="cannot be told apart"):
        explain_outcome(table.assign(other=table["team"]), outcome="again",
                        columns=["team", "other"])  # fmt: skip
    with pytest.raises(TrendError, match="give one of A, B, C"):
        explain_outcome(table, outcome="again", columns="source", references={"source": "Z"})
    with pytest.raises(TrendError, match="`level` must lie between 0 and 1; got 95"):
        explain_outcome(table, outcome="again", columns="source", level=95)
