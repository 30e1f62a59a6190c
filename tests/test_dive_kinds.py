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

from qa_sampling.errors import TrendError
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.runs.dive import pictures, said, view
from qa_sampling.runs.dive.brief import in_short
from qa_sampling.runs.dive.carried import explained, take_apart, who_carries
from qa_sampling.runs.dive.cases import OUTCOME
from qa_sampling.runs.dive.comparisons import comparisons_view
from qa_sampling.runs.dive.kinds import left_out
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.reality import retest
from qa_sampling.runs.dive.reviewing import review
from qa_sampling.runs.dive.sample import COMPARISON, CONCERNED, draw_reading, nothing_to_read
from qa_sampling.runs.dive.ways import coming_sooner, waited_for, ways_of
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.keyring import load_keys
from qa_sampling.runs.outcomes.outputs import write_signals
from qa_sampling.runs.outcomes.steps import outcomes_of, signals_of
from qa_sampling.runs.returns_in import invented_activities
from qa_sampling.trends.day_cases import cases_on, come_and_gone, why_no_cases, why_no_sample
from qa_sampling.trends.entered import ENTERED
from qa_sampling.trends.measure_cases import cases_of
from qa_sampling.trends.measures import MEASURES

ENTERED_ALONE = (
    "strategy_discussions", "core_groups_on_time", "cp_reviews_all_on_time", "visits_all_on_time",
    "three_social_workers", "care_reviews_all_on_time", "education_plans", "pre_proceedings",
    "care_applications",
)  # fmt: skip
"""Told by the optional table of measure events."""
LENGTHS = ("assessment_days", "icpc_days", "plan_days")
WHOLE = (
    "plans_open", "assessments_overdue", "cin_visits", "three_placements", "strategy_discussions",
    "core_groups_on_time", "education_plans", "assessment_days", "complaints", "starting_care",
)  # fmt: skip
"""Measures that go through every step: one of each way through them (base, rule and table)."""
OPENED = (
    "looked_after", "need_disabled", "care_leavers_in_touch_19_21", "re_referrals",
    *(name for name in (*ENTERED_ALONE, *LENGTHS) if name not in WHOLE),
)  # fmt: skip
"""Others of the same ways, of which the cases are opened; re-referrals have a page of their own."""


@pytest.fixture(scope="module")
def told(invented_told):
    """The invented authority, with a table of every measure that it may enter."""
    known = invented_authority().families.set_index("child_id")["family_id"]
    family = invented_told.events["child_id"].map(known)
    held = invented_activities()
    held = held[held["date"] <= "2026-03-31"].reset_index(drop=True)
    return replace(
        invented_told,
        events=invented_told.events.assign(family_id=family),
        entered=everything_entered(invented_told, known),
        logged=held.assign(child_id=[f"entry {place}" for place in held.index]),
    )


def everything_entered(told, known):
    """Entries of all nine measures, a child in eight late; of one team every other."""
    lists = told.on_lists[told.on_lists["list"] == 8].reset_index(drop=True)
    rows = lists[["day", "child_id", "team"]].rename(columns={"day": "date"})
    number = rows["child_id"].str.extract(r"(\d+)", expand=False).astype("int64")
    number += rows["date"].dt.month
    late = (number % 8 == 0) | ((rows["team"] == BAD) & (number % 2 == 0))
    rows = rows.assign(family_id=rows["child_id"].map(known))
    parts = []
    for name in ENTERED_ALONE:
        one = MEASURES[name]
        met = None if one.rule is None else late.map({True: "No", False: "Yes"})
        if met is not None and one.better == "down":
            met = late.map({True: "Yes", False: "No"})
        part = rows.assign(measure=name, met=met)
        parts.append(part if one.rule else part[number % 9 == 0])
    whole = pd.concat(parts, ignore_index=True)
    return whole.astype(ENTERED.empty().dtypes.to_dict())


BAD = "Children in Care 2"


def asked(outputs, **values):
    return read_parameters("deep_dive", {"outputs": outputs} | values)


def without_cases(told, names):
    """Name the measures that have no case in the year to March."""
    day = date(2026, 3, 31)
    known, none = told.known_on(day), []
    for name in names:
        one = MEASURES[name]
        own = told.own_table(one)
        if one.stock:
            cases = cases_on(known, one, day=day, as_at=day, on_lists=told.on_lists, entered=own)
        else:
            first = date(2025, 4, 1)
            cases = cases_of(known, one, as_at=day, first=first, last=day, entered=own)
        none += [name] if cases.empty else []
    return none


def test_every_measure_of_the_registry_has_cases(told, invented_outputs):
    """What a deep dive cannot do without; those of audits are tested with the audits."""
    assert len(MEASURES) == 99
    assert not [name for name, one in MEASURES.items() if why_no_cases(one)]
    assert [name for name, one in MEASURES.items() if why_no_sample(one)] == ["complaints"]
    for name in MEASURES:
        assert asked(invented_outputs, measure=name).measure == name
    some = told.events["child_id"].str[-1].isin(["1", "4", "7"])
    part = replace(told, events=told.events[some])
    rare = without_cases(part, [name for name in MEASURES if name != "audits_good"])
    assert len(rare) < len(MEASURES) / 4
    none = without_cases(told, rare)
    assert none == ["adoption_decisions", "adoptions", "adoption_reversals"], "it invents none"


def test_what_no_table_tells_is_refused_with_what_it_needs(told, invented_outputs):
    lacking = replace(told, entered=None, logged=None)
    for name, needs in (("education_plans", "it needs the virtual school's list of plans"),
                        ("complaints", "it needs the register with its entries")):  # fmt: skip
        with pytest.raises(TrendError, match=needs):
            open_dive(lacking, asked(invented_outputs, measure=name))


@pytest.fixture(scope="module")
def events_in_loops(told):
    return plain(told.events, date(2026, 3, 31))


@pytest.mark.parametrize("name", STOCKS)
def test_the_cases_of_a_day_are_those_that_plain_loops_count(name, told, events_in_loops):
    day, as_at = date(2025, 9, 30), date(2026, 3, 31)
    found = cases_on(told.known_on(as_at), MEASURES[name], day=day, as_at=as_at)
    above, below = stock(events_in_loops, name, day)
    assert found["met"].sum() == above
    assert len(found) == (above if below is None else below)
    assert found["day"].eq(pd.Timestamp(day)).all() and (found["start"] <= found["day"]).all()


def opened(name, told, outputs):
    """Open a measure's dive; its cases are those of its figure."""
    settings = asked(outputs, measure=name, factors=["team", "age"])
    dive = open_dive(told, settings)
    assert dive.kind == ("day" if MEASURES[name].stock else "period")
    assert dive.is_long == (name in LENGTHS)
    own = dive.readings[dive.readings["start"].isin(dive.own)]
    assert own["numerator"].sum() == dive.now["met"].sum(), "its cases are those of its figure"
    return settings, dive


@pytest.mark.parametrize("name", OPENED)
def test_measures_of_every_kind_are_opened(name, told, invented_outputs):
    settings, dive = opened(name, told, invented_outputs)
    words = said.looked_into(dive, settings)
    assert words.startswith(f"{dive.measure.title}: ") and "nan" not in words
    assert 0 < dive.now[OUTCOME].sum() <= len(dive.now)


@pytest.mark.parametrize("name", WHOLE)
def test_measures_of_every_kind_go_through_the_steps(name, told, invented_outputs):
    settings, dive = opened(name, told, invented_outputs)
    real, carried = retest(told, dive, settings), who_carries(dive, settings)
    apart = take_apart(dive, settings)
    falls = pictures.change_waterfalls(apart, dive)
    ends = [one[OUTCOME].sum() / months
            for one, months in zip((dive.before, dive.now), dive.months, strict=True)]  # fmt: skip
    assert falls[0].table["contribution"].sum() == pytest.approx(ends[1] - ends[0], abs=1e-9)
    goes_with = explained(dive, settings)
    sooner = coming_sooner(waited_for(told, dive, settings), told, dive, settings)
    ways = ways_of(told, dive, settings, carried["All"])
    reading = nothing_to_read("none")
    if name == "complaints":
        reading = draw_reading(told, dive, settings, carried, key=load_keys(settings).key,
                               is_signal=True)  # fmt: skip
        assert not reading.is_drawn and "names no child" in reading.why_not
    text = "\n".join(
        [said.looked_into(dive, settings), *said.is_it_real(dive, real, settings),
         *said.who_words(carried, dive), *said.model_words(goes_with, dive),
         *in_short(dive, real, carried, reading, settings)]
    )  # fmt: skip
    assert not re.search(r"\bnan\b|since_|comes_with|closed_by", text)
    if dive.kind == "day":
        assert len(view.ends_view(real)) > 4 and ways in left_out(dive, settings)
    assert (real.median is not None) == (name in LENGTHS)
    made = comparisons_view(real, apart, carried, (goes_with, sooner), ways)
    assert (made["Comparisons"] > 0).all()


@pytest.mark.parametrize("name", ["three_social_workers", "education_plans"])
def test_a_team_entered_late_is_named_and_its_children_are_drawn(name, told, invented_outputs):
    settings = asked(invented_outputs, measure=name, factors=["team", "age"], draw_when="always")
    own = (told.entered["team"] == BAD) & (told.entered["date"] < "2026-03-01")
    usual = {"three_social_workers": "No"}.get(name, "Yes")
    before = told.entered.assign(met=told.entered["met"].mask(own, usual))
    now = replace(told, entered=before)
    dive = open_dive(now, settings)
    rows = [row for row in now.entered.itertuples() if row.measure == name]
    ends = [[row for row in rows if row.date == pd.Timestamp(day)]
            for day in ("2025-03-31", "2026-03-31")]  # fmt: skip
    late = {"three_social_workers": "Yes"}.get(name, "No")
    for table, those in zip((dive.before, dive.now), ends, strict=True):
        assert sorted(table["child_id"]) == sorted(row.child_id for row in those)
        assert table[OUTCOME].sum() == sum(row.met == late for row in those)
    carried = who_carries(dive, settings)
    assert f"team {BAD}" in carried["All"].words
    reading = draw_reading(now, dive, settings, carried, key=load_keys(settings).key,
                           is_signal=False)  # fmt: skip
    ours = reading.cases[reading.cases["part"] == CONCERNED]
    assert (ours[OUTCOME] == 1).all() and (ours["team"] == BAD).any()


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
    newest = lists["day"] == lists["day"].max()
    slow = replace(told, on_lists=lists[newest])
    settings = asked(invented_outputs, measure="cin_visits", factors=["team", "age"])
    dive = open_dive(slow, settings)
    carried = who_carries(dive, settings)
    team = lists.loc[late, "team"].iloc[0]
    assert dive.kind == "list" and "no earlier" in said.looked_into(dive, settings).lower()
    assert carried["All"].words.count("More than its share has") == 1
    assert f"team {team}" in carried["All"].words
    reading = draw_reading(slow, dive, settings, carried, key=load_keys(settings).key,
                           is_signal=False)  # fmt: skip
    assert reading.is_drawn and set(reading.cases["part"]) == {CONCERNED, COMPARISON}
    ours = reading.cases[reading.cases["part"] == CONCERNED]
    assert (ours[OUTCOME] == 1).all() and (ours["team"] == team).sum() >= len(ours) / 3
    shares = reading.balance.groupby("column")[["concerned", "comparison"]].sum()
    assert np.allclose(shares, 1), "each side of what was matched adds up to one"


def test_signals_of_lists_and_of_entries_start_their_dive_by_id(told, invented_outputs, tmp_path):
    """Planted late in the latest month; page 50's file and an id fill all the rest."""
    lists, entered = told.on_lists.copy(), told.entered.copy()
    team = lists.loc[lists["list"] == 6, "team"].mode()[0]
    late = (lists["list"] == 6) & (lists["team"] == team) & (lists["day"] == lists["day"].max())
    lists.loc[late, ["last_visit", "start"]] = pd.to_datetime(["2025-12-01", "2025-06-02"])
    own = (entered["measure"] == "core_groups_on_time") & (entered["team"] == BAD)
    usual = entered["date"] < "2026-03-01"
    entered.loc[own, "met"] = (
        usual[own].map({True: "Yes", False: "No"}).astype(entered["met"].dtype)
    )
    planted = replace(told, on_lists=lists, entered=entered)
    names = ["cin_visits", "core_groups_on_time"]
    values = {"period": "2026-03", "measures": names, "pictured": names}
    settings = read_parameters("outcome_trends", values | {"outputs": invented_outputs})
    found = signals_of(outcomes_of(planted, settings), settings)
    write_signals(tmp_path / "signals.yml", found, settings)
    for name, unit in zip(names, (team, BAD), strict=True):
        one = next(one for one in found.signals if (one.measure, one.unit) == (name, unit))
        given = load_parameters([tmp_path / "signals.yml"]) | {"signal": one.id}
        asked_for = read_parameters("deep_dive", given | {"factors": ["team", "age"]})
        assert (asked_for.measure, asked_for.unit, asked_for.period) == (name, unit, "2026-03")
        dive = open_dive(planted, asked_for)
        assert retest(planted, dive, asked_for).is_signal
        assert f"team {unit}" in who_carries(dive, asked_for)["All"].words


def test_records_that_do_not_reach_back_a_year(told, invented_outputs):
    events = told.events
    short = replace(told, events=events[events["date"] >= "2025-08-01"])
    with pytest.raises(TrendError, match="a count of one day alone has nothing"):
        open_dive(short, asked(invented_outputs, measure="plans_open"))
    settings = asked(invented_outputs, measure="assessments_overdue")
    dive = open_dive(short, settings)
    assert dive.kind == "list" and dive.before.empty
    assert "do not reach back a year" in said.looked_into(dive, settings)


def test_lists_are_held_against_the_earliest_extract_of_the_year_before(told, invented_outputs):
    """Of extracts of six months alone the oldest; a planted rise since is that team's."""
    lists = told.on_lists[told.on_lists["day"] >= "2025-10-01"].copy()
    team = lists.loc[lists["list"] == 6, "team"].mode()[0]
    late = (lists["list"] == 6) & (lists["team"] == team) & (lists["day"] == lists["day"].max())
    lists.loc[late, ["last_visit", "start"]] = pd.to_datetime(["2025-12-01", "2025-06-02"])
    told = replace(told, on_lists=lists)
    settings = asked(invented_outputs, measure="cin_visits", factors=["team", "age"])
    dive = open_dive(told, settings)
    assert dive.kind == "day" and dive.spans == ("31 October 2025", "31 March 2026")
    real, carried = retest(told, dive, settings), who_carries(dive, settings)
    assert real.is_signal and f"team {team}" in carried["All"].words
    assert "on 31 October 2025" in said.is_it_real(dive, real, settings)[0]
    assert pictures.change_waterfalls(take_apart(dive, settings), dive)[0].start_name == (
        "On 31 October 2025"
    )


def test_a_measure_of_lists_is_told_again_at_review(told, invented_outputs):
    asked_for = {"measure": "cin_visits", "period": "2025-12", "review": "2026-03"}
    settings = asked(invented_outputs, factors=["team", "age"], **asked_for)
    dive = open_dive(told, settings)
    found = review(told, dive, settings, pd.DataFrame({"completed": []}))
    assert found.table["when"].tolist() == ["before", "in it", "at review"]
    days = [pd.Timestamp(one) for one in ("2024-12-31", "2025-12-31", "2026-03-31")]
    cases = [cases_on(told.events, dive.measure, day=day.date(), as_at=date(2026, 3, 31),
                      on_lists=told.on_lists) for day in days]  # fmt: skip
    assert found.table["concerned"].tolist() == [one["met"].sum() for one in cases]
    assert found.table["of"].tolist() == [len(one) for one in cases]
