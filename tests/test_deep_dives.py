"""The whole way of a deep dive on the invented authority's planted spike of re-referrals."""

import numpy as np
import pandas as pd
import pytest

from qa_sampling.records.synthetic import invent
from qa_sampling.trends.binary_model import explain_outcome
from qa_sampling.trends.cohorts import compare_cohorts
from qa_sampling.trends.decomposition import decompose
from qa_sampling.trends.drivers import find_drivers
from qa_sampling.trends.journeys import journeys
from qa_sampling.trends.waiting import times_to_next

ASKED = {"outcome": "again", "periods": (12, 3)}


@pytest.fixture(scope="module")
def authority():
    return invent(2026)


@pytest.fixture(scope="module")
def referrals(authority) -> pd.DataFrame:
    """One row a referral: whether the child was referred in the twelve months before."""
    table = times_to_next(authority.events, as_at=authority.until, children=authority.families)
    last = table.groupby("child_id")["start"].shift()
    again = last.notna() & (last + pd.DateOffset(months=12) >= table["start"])
    return table.assign(again=again.astype(int))


@pytest.fixture(scope="module")
def periods(authority, referrals) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The year before the planted months, and those."""
    start = pd.Timestamp(f"{authority.truths['re_referral_spike']['months'][0]}-01")
    before = referrals[referrals["start"].between(start - pd.DateOffset(months=12), start,
                                                  inclusive="left")]  # fmt: skip
    now = referrals[referrals["start"].between(start, start + pd.DateOffset(months=3),
                                               inclusive="left")]  # fmt: skip
    return before, now


def test_the_planted_group_is_named_and_no_other(authority, periods) -> None:
    found = find_drivers(*periods, groups=["source", "team"], **ASKED)
    truth = authority.truths["re_referral_spike"]
    assert found.named["values"].tolist() == [(truth["source"], truth["team"])]
    # Nine families a month for three months, so 27 more than were expected, give or take chance.
    row = found.named.iloc[0]
    assert row["families"] - row["families_expected"] == pytest.approx(27, abs=10)


def test_three_months_before_nobody_is_named(authority, referrals, periods) -> None:
    start = periods[0]["start"].max() + pd.Timedelta(days=1)
    now = referrals["start"].between(start - pd.DateOffset(months=3), start, inclusive="left")
    year = referrals["start"].between(
        start - pd.DateOffset(months=15), start - pd.DateOffset(months=3), inclusive="left"
    )
    found = find_drivers(referrals[year], referrals[now], groups=["source", "team"], **ASKED)
    assert found.named.empty


def test_the_parts_tell_the_same_story(authority, periods) -> None:
    truth = authority.truths["re_referral_spike"]
    change = decompose(*periods, factors=["source", "team"], of="count", draws=100, **ASKED)
    assert change.parts["contribution"].sum() == pytest.approx(change.change, abs=1e-12)
    values = change.values.assign(part=lambda t: t["rate_part"] + t["mix_part"])
    highest = values.loc[values.groupby("factor")["part"].idxmax()].set_index("factor")["value"]
    assert (highest["source"], highest["team"]) == (truth["source"], truth["team"])


def test_the_model_says_it_in_words(authority, periods) -> None:
    truth = authority.truths["re_referral_spike"]
    found = explain_outcome(periods[1], outcome="again", columns=["source", "team"], least=15)
    teams = found.table[found.table["column"] == "team"].set_index("value")["adjusted"]
    assert teams.idxmax() == truth["team"]
    assert any("in 100, allowing for the other factors" in one for one in found.words)


def test_cohorts_and_ways_of_the_planted_months(authority, periods) -> None:
    truth = authority.truths["re_referral_spike"]
    both = pd.concat(periods)
    curves = compare_cohorts(both, event="Referral", at=(182,))
    assert curves.table["share"].between(0.01, 0.25).all()
    flag = both["source"].eq(truth["source"]) & both["team"].eq(truth["team"])
    ways = journeys(authority.events, both.assign(concerned=flag), as_at=authority.until)
    counts = ways.concerned.table.set_index("step")["count"]
    assert counts["Referral"] == int(flag.sum())
    assert np.isfinite(ways.table["difference"]).all()
    assert ways.watched == (int(flag.sum()), int((~flag).sum()))
