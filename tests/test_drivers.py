"""Who carries it: exact tests against scipy, excess counted once, planted groups, edges by name."""

import numpy as np
import pandas as pd
import pytest
from dive_samples import referrals, with_spike
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.dive_cases import read_cases
from qa_sampling.trends.driver_groups import EVERYWHERE, groups_of, membership, tallies
from qa_sampling.trends.driver_tests import Evidence, evidence, multipliers, tail
from qa_sampling.trends.drivers import find_drivers

ASKED = {"outcome": "again", "groups": ["source", "team", "need"], "periods": (12, 3)}
EAST = ("referral source: 6, team East", ("source", "team"), ("6", "East"))


def cases(counts: dict[tuple[str, str], tuple[int, int]]) -> pd.DataFrame:
    """One row a child, each its own family: cell to events and cases without."""
    rows = [(source, team, event) for (source, team), (yes, no) in counts.items()
            for event in [1] * yes + [0] * no]  # fmt: skip
    table = pd.DataFrame(rows, columns=["source", "team", "again"])
    return table.assign(family_id=[str(one) for one in range(len(table))])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.05, 4), st.booleans())
def test_the_tail_is_the_exact_test_of_two_counts(before: int, now: int, ratio: float, more: bool):
    one = np.array([1.0])
    facts = Evidence(before * one, now * one, ratio * one, one, one)
    found = tail(facts, one, more=more)[0]
    if before + now == 0:
        assert found == 1
        return
    chance = ratio / (1 + ratio)
    side = "greater" if more else "less"
    wanted = stats.binomtest(now, before + now, chance, alternative=side).pvalue
    assert found == pytest.approx(wanted, rel=1e-7, abs=1e-12)


def test_counts_of_one_group_against_a_binomial_test_by_hand() -> None:
    before = cases({("A", "N"): (12, 50), ("B", "N"): (24, 90)})
    now = cases({("A", "N"): (11, 5), ("B", "N"): (6, 20)})
    found = find_drivers(before, now, outcome="again", groups="source", periods=(12, 3))
    table = found.groups.set_index("group")
    own = table.loc["referral source: A"]
    assert own[["observed", "expected", "families"]].tolist() == [11, 3, 11]
    assert own["p"] == pytest.approx(stats.binomtest(11, 23, 0.2, alternative="greater").pvalue)
    assert found.named["group"].tolist() == ["referral source: A"]
    assert found.named.loc[0, "explains"] == 8
    assert (found.observed, found.expected, found.elsewhere) == (17, 9, 0)
    assert found.named.loc[0, "share"] == 1
    assert found.words == (
        "17 seen where 9 were expected (+8). It is carried by referral source: A: 11 where 3 were "
        "expected (+8, 100% of the difference). Elsewhere +0."
    )


def test_families_count_once() -> None:
    before = cases({("A", "N"): (12, 0), ("B", "N"): (24, 0)})
    now = cases({("A", "N"): (11, 0), ("B", "N"): (6, 0)})
    one_family = now.assign(family_id=now["family_id"].where(now["source"] != "A", "the same"))
    found = find_drivers(before, one_family, outcome="again", groups="source", periods=(12, 3))
    table = found.groups.set_index("group")
    assert table.loc["referral source: A", ["observed", "families"]].tolist() == pytest.approx(
        [11, 1]
    )
    assert found.named.empty
    assert "No group stands out" in found.words
    assert "17 cases of 7 families" in found.notes[0]
    # A family over two groups is shared between them, so that families add up.
    split = cases({("A", "N"): (3, 0), ("B", "N"): (1, 0)}).assign(family_id="x")
    held = read_cases(before, split, outcome="again", factors=("source",), cluster="family_id")
    assert tallies(held, of_cases=False).families[1].tolist() == [0.75, 0.25]
    of_cases = tallies(held, of_cases=True)
    assert of_cases.at_risk[1].tolist() == of_cases.families[1].tolist() == [0.75, 0.25]


def test_a_planted_pair_is_named_and_nothing_beside_it() -> None:
    before, now = referrals(0, 12), with_spike(referrals(1, 3), 0, 27)
    found = find_drivers(before, now, **ASKED)
    assert found.named[["group", "columns", "values"]].to_numpy().tolist() == [list(EAST)]
    row = found.named.loc[0]
    spike = now["family_id"].str.startswith("spike")
    assert row["excess"] == pytest.approx(int(spike.sum()), abs=12)
    assert row["low"] > 1
    assert found.named["explains"].sum() + found.elsewhere == pytest.approx(found.excess)
    # The source and the team alone are high too, but only through the pair.
    table = found.groups.set_index("group")
    assert table.loc["referral source: 6", "q"] < 0.05
    assert not table.loc["referral source: 6", "named"]
    shuffled = find_drivers(before.sample(frac=1, random_state=1),
                            now.sample(frac=1, random_state=2), **ASKED)  # fmt: skip
    pd.testing.assert_frame_equal(shuffled.named, found.named)


def test_a_rise_everywhere_is_called_that() -> None:
    found = find_drivers(referrals(4, 12), referrals(5, 3, families=140), **ASKED)
    assert found.named["group"].tolist() == [EVERYWHERE]
    assert found.named.loc[0, "share"] == pytest.approx(1)
    assert found.elsewhere == pytest.approx(0)


def test_one_source_of_every_team_is_named_as_that() -> None:
    now = with_spike(referrals(7, 3), 3, 30, team=None)
    found = find_drivers(referrals(6, 12), now, **ASKED)
    assert found.named["group"].tolist() == ["referral source: 6"]


def test_a_higher_rate_is_found_where_volume_is_none() -> None:
    before, now = referrals(10, 12), referrals(11, 3, families=150)
    more = now["source"].eq("2A") & now["team"].eq("North")
    now.loc[more, "again"] = (np.arange(int(more.sum())) % 10 < 7).astype(int)
    found = find_drivers(before, now, of="rate", **ASKED)
    assert found.named["group"].tolist() == ["referral source: 2A, team North"]
    by_count = find_drivers(before, now, **ASKED)
    assert EVERYWHERE in by_count.named["group"].tolist()


def test_fewer_is_found_as_more_is() -> None:
    before, now = referrals(12, 12, families=150), referrals(13, 6, families=150)
    now.loc[now["source"].eq("6"), "again"] = 0
    found = find_drivers(before, now, outcome="again", groups=["source", "team"], periods=(12, 6),
                         direction="fewer")  # fmt: skip
    assert found.named["group"].tolist() == ["referral source: 6"]
    assert found.named.loc[0, "explains"] < 0
    assert found.named.loc[0, "share"] > 0.5


def test_twenty_quiet_quarters_accuse_nobody_much() -> None:
    # 20 searches at 5%: more than 4 with a name has a chance of 0.3%, were the level not held.
    accused = sum(
        len(find_drivers(referrals(100 + 2 * one, 12), referrals(101 + 2 * one, 3), **ASKED).named)
        > 0
        for one in range(20)
    )
    assert accused <= 4


def test_groups_with_the_same_cases_are_looked_at_once() -> None:
    held = read_cases(
        cases({("A", "N"): (1, 1), ("B", "S"): (1, 1)}), cases({("A", "N"): (1, 0)}),
        outcome="again", factors=("source", "team"), cluster=None,
    )  # fmt: skip
    names = [one.name for one in groups_of(held, pairs=True)]
    assert names == [EVERYWHERE, "referral source: A", "referral source: B"]


def test_named_groups_meet_their_totals() -> None:
    before, now = referrals(20, 12), referrals(21, 3)
    held = read_cases(before, now, outcome="again", factors=("source", "team"), cluster=None)
    found = groups_of(held, pairs=True)
    members = membership(found)
    facts = evidence(tallies(held, of_cases=False), members, of_cases=False, periods=(12, 3),
                     spread=1.0)  # fmt: skip
    named = [0, 1, 3, 18]
    more_by = multipliers(facts, members, named)[named]
    base = (facts.before * facts.ratio)[named]
    assert (base > 0).all()
    assert (facts.now[named] > 0).all()
    assert more_by * base == pytest.approx(facts.now[named], rel=1e-7)
    assert multipliers(facts, members, []) == pytest.approx(1)


def test_shrinking_draws_towards_the_rest_by_one_error_at_most() -> None:
    before, now = referrals(0, 12), with_spike(referrals(1, 3), 0, 27)
    found = find_drivers(before, now, **ASKED)
    outside = find_drivers(*(one[~(one["source"].eq("6") & one["team"].eq("East"))]
                             for one in (before, now)), **ASKED)  # fmt: skip
    centre = outside.groups["shrunken"].iloc[0]
    table = found.groups.iloc[1:]
    expected = table["families_expected"] / 0.25
    raw = (table["families"] + 0.5) / ((expected + 0.5) * 0.25)
    drawn = np.log(table["shrunken"])
    known = table["shrunken"].notna()
    farther = np.abs(drawn - np.log(centre)) > np.abs(np.log(raw / centre)) + 1e-9
    assert not farther[known].any()
    error = np.sqrt(1 / (table["families"] + 0.5) + 1 / (expected + 0.5))
    assert (np.abs(np.log(raw) - drawn) <= error + 1e-9)[known].all()
    assert ((table["low"] < table["shrunken"]) & (table["shrunken"] < table["high"]))[known].all()
    everywhere = find_drivers(referrals(4, 12), referrals(5, 3, families=140), **ASKED).groups
    assert everywhere["shrunken"].iloc[1:].median() == pytest.approx(
        everywhere["shrunken"].iloc[0], rel=0.15
    )


def test_edges() -> None:
    before, now = referrals(30, 12), referrals(31, 3)
    none = find_drivers(before.assign(again=0), now.assign(again=0), **ASKED)
    assert none.named.empty
    assert (none.observed, none.expected, none.elsewhere, none.tested) == (0, 0, 0, 0)
    new = find_drivers(before.assign(again=0), now.assign(again=1), **ASKED)
    assert new.named["group"].tolist()[0] == EVERYWHERE
    single = find_drivers(before[:1], now[:1], **ASKED)
    assert single.named.empty
    both = find_drivers(before, with_spike(now, 1, 30, source="never seen"), **ASKED)
    assert "referral source: never seen" in both.named["group"].iloc[0]
    as_rate = find_drivers(before, with_spike(now, 1, 30, source="never seen"), of="rate", **ASKED)
    assert "have no cases in the baseline" in as_rate.notes[-1]
    stern = find_drivers(before, with_spike(now, 1, 12), correction="any", **ASKED)
    mild = find_drivers(before, with_spike(now, 1, 12), **ASKED)
    tested = stern.groups["q"].notna()
    assert (stern.groups["q"] >= mild.groups["q"])[tested].all()
    scattered = find_drivers(before, with_spike(now, 1, 12), spread=2.0, **ASKED)
    high = mild.groups["p"] < 0.2
    assert (scattered.groups["p"] >= mild.groups["p"])[high & scattered.groups["p"].notna()].all()


def test_pictures_add_up() -> None:
    found = find_drivers(referrals(0, 12), with_spike(referrals(1, 3), 0, 27), **ASKED)
    way = found.waterfall(measure="Re-referrals")
    assert way.table["part"].tolist() == [EAST[0], "Elsewhere"]
    assert (way.start, way.end) == (found.expected, found.observed)
    shown = found.intervals(most=5)
    assert shown.table["name"].iloc[0] == EAST[0]
    assert shown.table["marked"].tolist() == [True] + [False] * 4
    quiet = find_drivers(referrals(0, 12), referrals(1, 3), **ASKED)
    assert quiet.waterfall().table["part"].tolist() == ["All cases"]


def test_what_cannot_be_searched_is_refused() -> None:
    before, now = referrals(30, 1), referrals(31, 1)
    with pytest.raises(TrendError, match="`again` must be 0 or 1 in every case"):
        find_drivers(before, now.assign(again=2), **ASKED)
    with pytest.raises(
        TrendError, match=r"`of` must be .*`direction`.*`spread` must be at least 1"
    ):
        find_drivers(before, now, outcome="again", groups="team", of="x", direction="up",
                     spread=0)  # fmt: skip
    with pytest.raises(
        TrendError, match=r"`correction`.*`false_discovery` must lie.*got 5.*`most`"
    ):
        find_drivers(before, now, outcome="again", groups="team", correction="none",
                     false_discovery=5, most=0)  # fmt: skip
    with pytest.raises(TrendError, match="`periods` must be two lengths above 0"):
        find_drivers(before, now, outcome="again", groups="team", periods=(0, 1))
    with pytest.raises(TrendError, match="`after` lacks the columns place"):
        find_drivers(before.assign(place=1), now, outcome="again", groups="place")
