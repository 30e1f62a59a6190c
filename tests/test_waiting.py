"""Time to coming again: R's survival, plain counts, brute force, cohorts, edges by name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import SchemaError, TrendError
from qa_sampling.results import CohortCurves
from qa_sampling.trends.cohorts import compare_cohorts
from qa_sampling.trends.incidence import WAITING, incidence
from qa_sampling.trends.waiting import times_to_next


def ninety_cases() -> pd.DataFrame:
    place = np.arange(90)
    family = place // 2
    days = (place * 37) % 53 * 2 + 1 + np.where(family % 3 == 0, 20, 0)
    names = np.array([WAITING, "again", "care", "again"])
    state = names[(place * place + family * 5) % 7 % 4]
    state[days > 100] = WAITING
    return pd.DataFrame({"days": days, "state": state, "family_id": family})


AT = (10, 30, 60, 90)


def test_r_s_survival() -> None:
    # R 4.2, survival 3.5: f <- survfit(Surv(days, state) ~ 1, id = id, influence = TRUE) with
    # states waiting, again, care; summary(f, times)$pstate and $std.err. By family: the square root
    # of colSums(rowsum(f$influence.pstate[, , 2], family)^2). The same arithmetic for the data.
    share = [0.01123882503, 0.07027527655, 0.18360145880, 0.33370463473]
    alone = [0.01117547458, 0.02768161982, 0.04297825065, 0.05536759419]
    families = [0.01111101183, 0.02654930599, 0.03905325556, 0.04880331634]
    for cluster, errors in ((None, alone), ("family_id", families)):
        found = incidence(ninety_cases(), event="again", cluster=cluster)
        told = [found.at(day) for day in AT]
        assert [one["share"] for one in told] == pytest.approx(share, abs=5e-11)
        assert [one["standard_error"] for one in told] == pytest.approx(errors, abs=5e-11)
    assert (found.n, found.came, found.first, found.waiting) == (90, 27, 26, 37)


def test_without_what_may_come_first_it_is_kaplan_and_meier_s() -> None:
    # R: survfit(Surv(days, state == "again") ~ 1, cluster = family), 1 - surv and std.err.
    cases = ninety_cases()
    cases["state"] = cases["state"].replace("care", WAITING)
    found = incidence(cases, event="again")
    told = [found.at(day) for day in AT]
    assert [one["share"] for one in told] == pytest.approx(
        [0.01149425287, 0.07420095870, 0.20637625909, 0.42178177819], abs=5e-11
    )
    assert [one["standard_error"] for one in told] == pytest.approx(
        [0.01135906210, 0.02786462920, 0.04225234696, 0.05752499874], abs=5e-11
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from([WAITING, "again", "care"]),
                          st.integers(0, 3)), min_size=1, max_size=25))  # fmt: skip
def test_shares_and_errors_by_brute_force(rows: list) -> None:
    cases = pd.DataFrame(rows, columns=["days", "state", "family_id"])
    found = incidence(cases, event="again")

    def naive(weights: np.ndarray, until: float) -> float:
        left, share = 1.0, 0.0
        for day in sorted(set(cases["days"])):
            if day > until:
                break
            risk = weights[cases["days"] >= day].sum()
            here = cases["days"] == day
            came = weights[here & (cases["state"] == "again")].sum()
            gone = weights[here & (cases["state"] != WAITING)].sum()
            if risk > 0:
                share += left * came / risk
                left *= 1 - gone / risk
        return share

    ones = np.ones(len(cases))
    for row in found.curve.itertuples():
        assert row.share == pytest.approx(naive(ones, row.days), abs=1e-12)
        moved = []
        for family in cases["family_id"].unique():
            own = (cases["family_id"] == family).to_numpy()
            up, down = ones + 1e-5 * own, ones - 1e-5 * own
            moved.append((naive(up, row.days) - naive(down, row.days)) / 2e-5)
        assert row.standard_error == pytest.approx(np.sqrt(np.sum(np.square(moved))), abs=1e-6)


def test_when_all_are_watched_to_the_end_it_is_the_plain_share() -> None:
    cases = pd.DataFrame({"days": [5, 9, 9, 30, 30, 30, 30, 30],
                          "state": ["again", "care", "again"] + [WAITING] * 5})  # fmt: skip
    found = incidence(cases, event="again", cluster=None)
    assert found.at(30)["share"] == pytest.approx(2 / 8)
    assert found.at(30)["standard_error"] == pytest.approx(np.sqrt(0.25 * 0.75 / 8))
    early = {"share": 0, "standard_error": 0, "low": np.nan, "high": np.nan}
    assert found.at(4) == pytest.approx(early, nan_ok=True)
    assert np.isnan(found.at(31)["share"])


def test_edges_of_incidence() -> None:
    none = incidence(pd.DataFrame({"days": [], "state": []}), event="again", cluster=None)
    assert (none.n, none.longest) == (0, 0)
    assert np.isnan(none.at(0)["share"])
    still = incidence(pd.DataFrame({"days": [3, 4], "state": WAITING}), event="again", cluster=None)
    assert still.curve.empty
    assert still.at(3)["share"] == 0
    every = incidence(pd.DataFrame({"days": [3, 3], "state": "again"}), event="again", cluster=None)
    assert every.at(3) == pytest.approx(
        {"share": 1, "standard_error": 0, "low": np.nan, "high": np.nan}, nan_ok=True
    )
    good = pd.DataFrame({"days": [3.0], "state": ["again"]})
    with pytest.raises(TrendError, match="lacks the columns family_id"):
        incidence(good, event="again")
    with pytest.raises(TrendError, match="1 cases have no days of 0 or more"):
        incidence(good.assign(days=-1), event="again", cluster=None)
    with pytest.raises(TrendError, match="1 cases have no days of 0 or more, or no state"):
        incidence(good.assign(state=None), event="again", cluster=None)
    with pytest.raises(TrendError, match="`level` must lie between 0 and 1"):
        incidence(good, event="again", cluster=None, level=1)


def history(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["child_id", "event", "date", "end_date"])
    dates = {name: pd.to_datetime(table[name]) for name in ("date", "end_date")}
    return table.assign(source="6", outcome="Taken up", category=None, team="East", **dates)


def test_starts_wait_for_the_next_event_of_the_child() -> None:
    events = history(
        ("a", "Referral", "2026-01-10", None), ("a", "Referral", "2026-01-10", None),
        ("a", "Referral", "2026-03-11", None), ("b", "Referral", "2026-02-01", None),
        ("b", "Care episode", "2026-02-01", None), ("b", "Referral", "2026-05-01", None),
        ("c", "Referral", "2026-06-30", None), ("c", "Referral", "2027-01-01", None),
        ("d", "Contact", "2026-01-01", None),
    )  # fmt: skip
    birthdays = pd.to_datetime(["2008-04-01", "2020-01-01", None])
    born = pd.DataFrame({"child_id": ["a", "b", "c"], "family_id": ["f", "f", None],
                         "date_of_birth": birthdays})  # fmt: skip
    found = times_to_next(events, as_at="2026-06-30", children=born)
    wanted = [
        ("a", 60, "Referral"), ("a", 21, "Turned 18"), ("b", 0, "Care episode"),
        ("b", 60, WAITING), ("c", 0, WAITING),
    ]  # fmt: skip
    assert found[["child_id", "days", "state"]].to_records(index=False).tolist() == wanted
    assert found["family_id"].fillna("").tolist() == ["f", "f", "f", "f", ""]
    assert found["quarter"].tolist() == list(pd.to_datetime(
        ["2026-01-01", "2026-01-01", "2026-01-01", "2026-04-01", "2026-04-01"]))  # fmt: skip
    assert found["team"].eq("East").all()
    plain = times_to_next(events, as_at="2026-06-30", competing=())
    assert plain["state"].tolist() == ["Referral", WAITING, "Referral", WAITING, WAITING]
    assert plain.loc[2, "days"] == 89


def test_days_may_count_from_a_closure() -> None:
    events = history(
        ("a", "Child in need episode", "2025-10-01", "2026-01-10"),
        ("a", "Referral", "2025-12-01", None), ("a", "Referral", "2026-02-09", None),
        ("b", "Child in need episode", "2025-11-01", None),
        ("c", "Child in need episode", "2026-05-01", "2026-08-01"),
    )  # fmt: skip
    found = times_to_next(events, as_at="2026-06-30", start="Child in need episode", from_end=True)
    assert found[["child_id", "days", "state"]].to_records(index=False).tolist() == [
        ("a", 30, "Referral")
    ]
    empty = times_to_next(events[:0], as_at="2026-06-30")
    assert list(empty) == list(found)
    assert empty.empty
    with pytest.raises(TrendError, match="Kinds of event that are not known: Visit"):
        times_to_next(events, as_at="2026-06-30", event="Visit")
    with pytest.raises(TrendError, match="`as_at` is missing"):
        times_to_next(events, as_at=None)


def test_row_order_does_not_matter() -> None:
    dice = np.random.default_rng(4)
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(dice.integers(0, 500, 300), unit="D")
    events = history(*[(f"c{one}", kind, day, None) for one, kind, day in zip(
        dice.integers(0, 60, 300), dice.choice(["Referral", "Care episode"], 300), days,
        strict=True)])  # fmt: skip
    one, two = (times_to_next(held, as_at="2026-03-31") for held in
                (events, events.sample(frac=1, random_state=1)))  # fmt: skip
    pd.testing.assert_frame_equal(one, two)
    # A naive twin, start by start.
    for row in one.itertuples():
        own = events[events["child_id"] == row.child_id]
        again = own[(own["event"] == "Referral") & (own["date"] > row.start)]["date"].min()
        care = own[(own["event"] == "Care episode") & (own["date"] >= row.start)]["date"].min()
        known = [(day, order, name) for order, (day, name) in
                 enumerate(((again, "Referral"), (care, "Care episode")))
                 if day <= pd.Timestamp("2026-03-31")]  # fmt: skip
        day, _, name = min(known, default=(pd.Timestamp("2026-03-31"), 2, WAITING))
        assert (row.state, row.days) == (name, (day - row.start).days)


def test_cohorts_end_where_too_few_families_are_waited_for() -> None:
    cases = pd.concat([ninety_cases().assign(quarter=pd.Timestamp(day)) for day in
                       ("2026-01-01", "2026-04-01")])  # fmt: skip
    late = cases["quarter"] == pd.Timestamp("2026-04-01")
    cases.loc[late & (cases["days"] > 40), ["days", "state"]] = [40, WAITING]
    found = compare_cohorts(cases, event="again", at=(30, 60, 90))
    assert list(found.curves) == ["January to March 2026", "April to June 2026"]
    table = found.table.set_index(["cohort", "days"])["share"]
    assert table["January to March 2026"].iloc[0] == pytest.approx(0.07027527655, abs=5e-11)
    assert np.isnan(table["April to June 2026", 60.0])
    assert found.reach["April to June 2026"] == 40
    drawn = found.drawn(most_days=60, measure="Referred again")
    ends = drawn.table.groupby("name", sort=False)[["day", "share"]].last()
    assert ends["day"].tolist() == [60, 40]
    assert ends["share"].iloc[0] == pytest.approx(0.18360145880, abs=5e-11)
    few = compare_cohorts(cases[:10], event="again", at=(30,))
    assert few.table["share"].isna().all()
    assert few.drawn().table.empty
    with pytest.raises(TrendError, match="the column place that names"):
        compare_cohorts(cases, event="again", cohort="place")
    with pytest.raises(TrendError, match="`least` must be at least 1"):
        compare_cohorts(cases, event="again", least=0)


def test_curves_that_make_no_sense_are_refused() -> None:
    good = pd.DataFrame({"name": ["a", "a"], "day": [0.0, 5], "share": [0.0, 0.2]})
    assert CohortCurves(good).cohorts == ["a"]
    with pytest.raises(SchemaError, match="shares must not fall"):
        CohortCurves(good.assign(share=[0.2, 0.1]))
    with pytest.raises(SchemaError, match="divide by 100"):
        CohortCurves(good.assign(share=[0, 20]))
    with pytest.raises(SchemaError, match="must stand together"):
        CohortCurves(pd.concat([good, good.assign(name="b"), good.assign(day=[8, 9])]))
    with pytest.raises(SchemaError, match=r"lie outside their own interval.*`most_days`"):
        CohortCurves(good.assign(low=0.3, high=0.4), most_days=0)
    with pytest.raises(SchemaError, match="days must be 0 or more"):
        CohortCurves(good.assign(day=[-1, 5]))
