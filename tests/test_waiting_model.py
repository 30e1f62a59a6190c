"""What makes it come sooner: R's coxph with clusters, plain shares, few events, edges by name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.waiting_model import explain_waits

GOLDEN = json.loads((Path(__file__).parent / "golden" / "waiting.json").read_text())
ASKED = {"event": "Referral", "columns": ["source", "team"]}
AGAINST = {"source": "B", "team": "S"}


def sixty_families(width: int = 1) -> pd.DataFrame:
    """Give the cases of ``golden/waiting.R``."""
    place = np.arange(180)
    family = place // 3
    source = np.array(list("ABC"))[(place * 7) // 5 % 3]
    team = np.array(list("NS"))[place // 4 % 2]
    days = 20 + (place * 37 + family * 11) % 300 + np.where(source == "A", 0, 60)
    kind = (place * place * 3 + family * 7) % 11
    state = np.select([kind < 5, kind == 5], ["Referral", "Care episode"], "Waiting")
    return pd.DataFrame({"family_id": family, "source": source, "team": team,
                         "days": width * (days // width), "state": state})  # fmt: skip


@pytest.mark.parametrize(("name", "width"), [("daily", 1), ("weekly", 7)])
def test_r_s_cox_model_by_family(name: str, width: int) -> None:
    known = GOLDEN[name]
    found = explain_waits(sixty_families(width), references=AGAINST, at=250, **ASKED)
    rows = found.table.set_index("value")
    reach = stats.t.ppf(0.975, 59)
    for value, slope in known["slopes"].items():
        row = rows.loc[value]
        assert np.log(row["ratio"]) == pytest.approx(slope, abs=1e-8)
        error = np.log(row["high"] / row["ratio"]) / reach
        assert error == pytest.approx(known["errors"][value], abs=1e-8)
        assert np.log(row["early"]) == pytest.approx(known["early"][value], abs=1e-8)
        late = known["early"][value] + known["later"][value]
        assert np.log(row["late"]) == pytest.approx(late, abs=1e-8)
    for value, share in known["share"].items():
        assert rows.loc[value, "share"] == pytest.approx(share, abs=1e-12)
    tests = found.columns.set_index("column").loc["source"]
    assert tests["p"] == pytest.approx(stats.f.sf(known["f_source"], 2, 59), rel=1e-7)
    assert tests["p_steady"] == pytest.approx(stats.f.sf(known["f_steady"], 2, 59), rel=1e-7)
    assert (found.cases, found.came, found.families, found.half) == (180, 84, 60, known["half"])


def test_the_words_stand_beside_the_plain_table() -> None:
    table = sixty_families()
    found = explain_waits(table, references=AGAINST, at=250, **ASKED)
    first = (table["state"] == "Care episode").sum()
    assert found.words[0] == (
        "Of 180 starts of 60 families, 84 were followed by a referral; in "
        f"{first} something else came first, which ends the wait and is no event."
    )
    assert found.words[1] == (
        "referral source: A: on any day of waiting 3.3 times as likely as with B, allowing for the "
        "other factors (95% interval 2.2 to 4.8). Without allowing for anything, it had come "
        "within 250 days in 51 in 100 and in 22 in 100."
    )
    assert found.intervals(measure="Soon").table["marked"].tolist() == [True, True, False]
    quiet = explain_waits(table, event="Referral", columns="team")
    assert quiet.words[1] == (
        "No factor, taken as a whole, makes it come sooner or later by more than chance."
    )


def test_one_value_twice_as_often_is_the_ratio_of_rates() -> None:
    """With constant rates the ratio is that of events per day watched."""
    dice = np.random.default_rng(11)
    team = np.repeat(["N", "S"], 4000)
    came = dice.exponential(np.where(team == "N", 300, 600))
    table = pd.DataFrame({"team": team, "days": np.ceil(np.minimum(came, 365)),
                          "state": np.where(came <= 365, "Referral", "Waiting")})  # fmt: skip
    found = explain_waits(table, event="Referral", columns="team", cluster=None,
                          references={"team": "S"}).table.set_index("value")  # fmt: skip
    rate = table.assign(came=table["state"] == "Referral").groupby("team")[["came", "days"]].sum()
    rate = rate["came"] / rate["days"]
    assert found.loc["N", "ratio"] == pytest.approx(rate["N"] / rate["S"], rel=0.01)
    assert found.loc["N", "low"] < 2 < found.loc["N", "high"]


def test_a_ratio_that_changes_is_said_to_be_an_average() -> None:
    dice = np.random.default_rng(3)
    team = np.repeat(["N", "S"], 600)
    soon = dice.exponential(np.where(team == "N", 150, 600))
    days = np.where(soon <= 100, soon, 100 + dice.exponential(600, 1200)).clip(max=365)
    table = pd.DataFrame({"team": team, "days": np.ceil(days),
                          "state": np.where(days < 365, "Referral", "Waiting")})  # fmt: skip
    found = explain_waits(table, event="Referral", columns="team", cluster=None)
    row = found.table[~found.table["reference"]].iloc[0]
    assert abs(np.log(row["early"])) > 2 * abs(np.log(row["late"]))
    assert any(one.startswith("What the team does is not the same early") for one in found.words)


def test_those_who_left_before_the_first_event_change_nothing() -> None:
    table = sixty_families()
    more = table.head(30).assign(days=3, state="Waiting", family_id="late")
    found = explain_waits(pd.concat([table, more]), references=AGAINST, **ASKED).table
    known = explain_waits(table, references=AGAINST, **ASKED).table
    reach = stats.t.ppf(0.975, 60) / stats.t.ppf(0.975, 59)
    assert found["ratio"].tolist() == pytest.approx(known["ratio"].tolist())
    assert np.log(found["high"] / found["ratio"]).dropna().tolist() == pytest.approx(
        (reach * np.log(known["high"] / known["ratio"])).dropna().tolist()
    )


def test_brothers_and_sisters_widen_the_interval() -> None:
    one = sixty_families().groupby("family_id").head(1)
    thrice = pd.concat([one] * 3).assign(team=np.where(np.arange(180) % 60 < 30, "N", "S"))
    robust, plain = (
        explain_waits(thrice, event="Referral", columns="team", cluster=cluster).table
        for cluster in ("family_id", None)
    )
    wider = np.log(robust["high"] / robust["low"]) / np.log(plain["high"] / plain["low"])
    assert wider.dropna().iloc[0] == pytest.approx(np.sqrt(3), rel=0.06)


@pytest.mark.parametrize(
    ("changed", "columns", "words"),
    [
        ({}, ["source", "service"], "lacks columns that were asked for: service"),
        ({}, [], "none were named"),
        ({"days": -1}, "source", "180 cases have no days of 0 or more"),
        ({"source": "A"}, "source", "No factor has two values"),
        ({"state": "Waiting"}, "source", "No factor has two values"),
        ({"team": sixty_families()["source"]}, ["source", "team"], "or each other, completely"),
    ],
)
def test_what_cannot_be_told_is_refused(changed: dict, columns: object, words: str) -> None:
    with pytest.raises(TrendError, match=words):
        explain_waits(sixty_families().assign(**changed), event="Referral", columns=columns)


def test_too_few_families_are_refused_with_the_reason() -> None:
    table = sixty_families()
    few = table.assign(state=np.where(table["family_id"] < 25, table["state"], "Waiting"))
    with pytest.raises(TrendError, match=r"in \d+ families, too few for 3 differences"):
        explain_waits(few, **ASKED)
