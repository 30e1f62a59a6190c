"""Deep dives into every measure of the registry: what can be looked into, what is left out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from day_twins import STOCKS, stock
from measure_twins import plain
from scipy import stats

from qa_sampling.errors import ParameterError, TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.runs.dive import pictures, said, view
from qa_sampling.runs.dive.brief import in_short
from qa_sampling.runs.dive.carried import explained, take_apart, who_carries
from qa_sampling.runs.dive.cases import OUTCOME
from qa_sampling.runs.dive.comparisons import comparisons_view
from qa_sampling.runs.dive.kinds import left_out
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.reality import retest
from qa_sampling.runs.dive.sample import COMPARISON, CONCERNED, draw_reading, nothing_to_read
from qa_sampling.runs.dive.ways import coming_sooner, waited_for, ways_of
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.keyring import load_keys
from qa_sampling.trends.day_cases import cases_on, come_and_gone, why_no_cases
from qa_sampling.trends.measures import MEASURES

WITHOUT_CHILDREN = (
    "complaints", "audits_good", "strategy_discussions", "core_groups_on_time",
    "cp_reviews_all_on_time", "visits_all_on_time", "three_social_workers",
    "care_reviews_all_on_time", "education_plans", "pre_proceedings", "care_applications",
    "assessment_days", "icpc_days", "plan_days",
)  # fmt: skip
DIVED = tuple(name for name in MEASURES if name not in WITHOUT_CHILDREN)
ON_DAYS = tuple(name for name in DIVED if MEASURES[name].stock and not MEASURES[name].by_name)
ON_DAYS += ("need_disabled", "care_fostered")
"""Those of the page, and two that are counted where they are asked for by name."""
NO_OTHERS = ("cp_visits", "return_interviews", "cp_reviews", "care_reviews", "health_checks",
             "dental_checks")  # fmt: skip
"""Measures of which, on some invented day, all children may be in time."""


@pytest.fixture(scope="module")
def told(invented_told):
    known = invented_authority().families.set_index("child_id")["family_id"]
    family = invented_told.events["child_id"].map(known)
    return replace(invented_told, events=invented_told.events.assign(family_id=family))


def asked(outputs, **values):
    return read_parameters("deep_dive", {"outputs": outputs} | values)


def test_the_registry_has_both_and_no_other():
    assert len(DIVED) + len(WITHOUT_CHILDREN) == len(MEASURES) == 99
    assert {name for name, one in MEASURES.items() if why_no_cases(one)} == set(WITHOUT_CHILDREN)
    for name in DIVED:
        assert read_parameters("deep_dive", {"measure": name}).measure == name


@pytest.mark.parametrize("name", WITHOUT_CHILDREN)
def test_what_no_child_stands_behind_is_refused_in_a_sentence(name):
    with pytest.raises(ParameterError) as refused:
        read_parameters("deep_dive", {"measure": name})
    text = str(refused.value)
    assert MEASURES[name].title.lower() in text.lower() and "cannot be dived into: " in text
    why = text.partition("cannot be dived into: ")[2]
    assert "\n" not in why.strip() and why_no_cases(MEASURES[name]) in why


@pytest.mark.parametrize("name", STOCKS)
def test_the_cases_of_a_day_are_those_that_plain_loops_count(name, told):
    day, as_at = date(2025, 9, 30), date(2026, 3, 31)
    found = cases_on(told.events, MEASURES[name], day=day, as_at=as_at)
    above, below = stock(plain(told.events, as_at), name, day)
    assert found["met"].sum() == above
    assert len(found) == (above if below is None else below)
    assert found["day"].eq(pd.Timestamp(day)).all() and (found["start"] <= found["day"]).all()


@pytest.mark.parametrize("name", ON_DAYS)
def test_every_measure_of_a_day_goes_through_the_steps(name, told, invented_outputs):
    settings = asked(invented_outputs, measure=name, factors=["team", "age"])
    try:
        dive = open_dive(told, settings)
    except TrendError as refused:
        assert name in NO_OTHERS and "nobody is concerned" in str(refused)
        return
    assert dive.kind == ("day" if MEASURES[name].base.of == "events" else "list")
    real, carried = retest(told, dive, settings), who_carries(dive, settings)
    apart = take_apart(dive, settings)
    falls = pictures.change_waterfalls(apart, dive)
    if dive.kind == "list":
        assert apart is None and not falls and not real.is_signal
    else:
        ends = (dive.before[OUTCOME].sum(), dive.now[OUTCOME].sum())
        assert falls[0].table["contribution"].sum() == pytest.approx(ends[1] - ends[0], abs=1e-9)
        assert len(view.ends_view(real)) > 4
    goes_with = explained(dive, settings)
    sooner = coming_sooner(waited_for(told, dive, settings), told, dive, settings)
    ways = ways_of(told, dive, settings, carried["All"])
    assert "left out" in ways and any(ways == one for one in left_out(dive, settings))
    text = "\n".join(
        [said.looked_into(dive, settings), *said.is_it_real(dive, real, settings),
         *said.who_words(carried, dive), *said.model_words(goes_with, dive),
         *in_short(dive, real, carried, nothing_to_read("none"), settings)]
    )  # fmt: skip
    assert "left out" in text and not re.search(r"\bnan\b|since_|comes_with|closed_by", text)
    made = comparisons_view(real, apart, carried, (goes_with, sooner), ways)
    assert (made["Comparisons"] > 0).all()


def test_who_came_and_went_is_mcnemars_test_of_families():
    def cases(*children):
        return pd.DataFrame({"child_id": [one for one, _ in children],
                             "family_id": [one for _, one in children]})  # fmt: skip

    before = cases(("a", "F1"), ("b", "F2"), ("c", "F3"))
    now = cases(("b", "F2"), *((f"n{one}", f"G{one}") for one in range(9)), ("m", "G0"))
    found = come_and_gone(before, now)
    assert (found.before, found.now, found.stayed, found.came, found.gone) == (3, 11, 1, 10, 2)
    assert (found.families_came, found.families_gone) == (9, 2)
    exact = 2 * sum(stats.binom.pmf(one, 11, 0.5) for one in range(3))
    assert found.p == pytest.approx(exact)
    assert come_and_gone(now, now).p == 1


def test_a_planted_rise_of_a_day_is_told_and_named(told, invented_outputs):
    """Forty new plans of one team are more than chance, and it is that team's."""
    events = told.events
    plans = events[events["event"] == "Child protection plan"]
    row = plans[plans["team"] == plans["team"].value_counts().index[0]].iloc[0]
    more = pd.DataFrame([row] * 40).assign(
        child_id=[f"new {one}" for one in range(40)], family_id=[f"F {one}" for one in range(40)],
        date=pd.Timestamp("2026-02-02"), end_date=pd.NaT,
    )  # fmt: skip
    raised = replace(told, events=pd.concat([events, more.astype(events.dtypes)]))
    settings = asked(invented_outputs, measure="plans_open", factors=["team", "open_for"])
    dive = open_dive(raised, settings)
    real, carried = retest(raised, dive, settings), who_carries(dive, settings)
    assert real.is_signal and real.day.units["All"].children.came >= 40
    assert f"team {row['team']}" in carried["All"].words
    reading = draw_reading(raised, dive, settings, carried, key=load_keys(settings).key,
                           is_signal=real.is_signal)  # fmt: skip
    words = in_short(dive, real, carried, reading, settings)
    assert words[1].startswith("More than chance. Everybody together: ")
    assert 4 <= len(words) <= 6 and "To be read by" in words[-1]


def test_a_planted_team_that_visits_late_is_named_and_its_cases_are_drawn(told, invented_outputs):
    lists = told.on_lists.copy()
    late = (lists["list"] == 6) & (lists["team"] == lists.loc[lists["list"] == 6, "team"].mode()[0])
    lists.loc[late, "last_visit"] = pd.Timestamp("2025-12-01")
    lists.loc[late, "start"] = pd.Timestamp("2025-06-02")
    slow = replace(told, on_lists=lists)
    settings = asked(invented_outputs, measure="cin_visits", factors=["team", "age"])
    dive = open_dive(slow, settings)
    carried = who_carries(dive, settings)
    team = lists.loc[late, "team"].iloc[0]
    assert carried["All"].words.count("More than its share has") == 1
    assert f"team {team}" in carried["All"].words
    reading = draw_reading(slow, dive, settings, carried, key=load_keys(settings).key,
                           is_signal=False)  # fmt: skip
    assert reading.is_drawn and set(reading.cases["part"]) == {CONCERNED, COMPARISON}
    ours = reading.cases[reading.cases["part"] == CONCERNED]
    assert (ours[OUTCOME] == 1).all() and (ours["team"] == team).sum() >= len(ours) / 3
    shares = reading.balance.groupby("column")[["concerned", "comparison"]].sum()
    assert np.allclose(shares, 1), "each side of what was matched adds up to one"


def test_records_that_do_not_reach_back_a_year(told, invented_outputs):
    events = told.events
    short = replace(told, events=events[events["date"] >= "2025-08-01"])
    with pytest.raises(TrendError, match="a count of one day alone has nothing"):
        open_dive(short, asked(invented_outputs, measure="plans_open"))
    settings = asked(invented_outputs, measure="assessments_overdue")
    dive = open_dive(short, settings)
    assert dive.kind == "list" and dive.before.empty
    assert "do not reach back a year" in said.looked_into(dive, settings)
