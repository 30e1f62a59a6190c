"""A deep dive into audits graded good or better: estimates, the audits read, their children."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.runs.dive import said
from qa_sampling.runs.dive.audited import entries_of, grade_change
from qa_sampling.runs.dive.brief import in_short
from qa_sampling.runs.dive.carried import take_apart, who_carries
from qa_sampling.runs.dive.cases import OUTCOME
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.pictures import change_waterfalls
from qa_sampling.runs.dive.reality import retest
from qa_sampling.runs.dive.sample import CONCERNED, draw_reading
from qa_sampling.runs.keyring import load_keys
from qa_sampling.sampling.estimation import make_design
from qa_sampling.sampling.tickets import pseudonym

POPULATION = {"North": 300, "South": 100}
"""Open cases a month; as many are audited of either, so that those of the South weigh a third."""
MONTHS = pd.period_range("2024-12", "2026-03", freq="M")


@pytest.fixture(scope="module")
def asked(invented_outputs):
    return read_parameters(
        "deep_dive",
        {"measure": "audits_good", "outputs": invented_outputs, "factors": ["team", "age"]},
    )


@pytest.fixture(scope="module")
def told(invented_told, asked):
    """Ten audits a month in each of two teams: one in five below good, of the South now most."""
    key = load_keys(asked).key
    children = sorted(set(invented_told.on_lists["child_id"]))[: 20 * len(MONTHS)]
    rows = []
    for place, child in enumerate(children):
        period, number = MONTHS[place // 20], place % 20
        team = "North" if number < 10 else "South"
        is_late = team == "South" and str(period) >= "2026-01"
        below = number % 5 == 0 or (is_late and number % 10 < 9)
        rows.append((pseudonym(child, key.secret), str(period), team, "Any",
                     "Requires improvement" if below else "Good"))  # fmt: skip
    columns = ["case_ref", "period", "team", "service", "overall"]
    cases = pd.DataFrame(rows, columns=columns).assign(outcome="audited")
    cases["population"] = cases["team"].map(POPULATION)
    lost = pd.DataFrame([("0" * 12, "2026-03", "North", "Any", "Good")], columns=columns)
    design = make_design(cases, ["period", "team"], population="population", outcome="outcome")
    audited = SimpleNamespace(cases=cases, design=design, waiting={})
    unknown = replace_cases(audited, pd.concat([cases, lost.assign(outcome="audited")]))
    entered = entries_of(unknown, invented_told, key)
    assert len(entered) == len(cases), "who is in no extract is left out"
    return replace(invented_told, entered=entered, audited=audited)


def replace_cases(audited, cases):
    return SimpleNamespace(cases=cases, design=audited.design, waiting={})


def by_hand(cases, periods):
    """The stratified estimate and its variance, stratum by stratum (Cochran 1977, 5.3)."""
    whole = len(periods) * sum(POPULATION.values())
    share, variance = 0.0, 0.0
    for _, one in cases[cases["period"].isin(periods)].groupby(["period", "team"]):
        good = (one["overall"] == "Good").to_numpy(dtype="float64")
        size, n = POPULATION[one["team"].iloc[0]], len(one)
        share += size / whole * good.mean()
        variance += (size / whole) ** 2 * (1 - n / size) * np.var(good, ddof=1) / n
    return share, variance


def test_whether_practice_changed_is_told_by_estimates(told, asked):
    dive = open_dive(told, asked)
    found = grade_change(told, dive, asked)
    spans = [[f"{one:%Y-%m}" for one in months] for months in (dive.held, dive.own)]
    (before, of_before), (now, of_now) = (by_hand(told.audited.cases, one) for one in spans)
    assert (found.before, found.now) == pytest.approx((before, now))
    reach = 1.959964 * np.sqrt(of_before + of_now)
    assert (found.low, found.high) == pytest.approx((now - before - reach, now - before + reach))
    assert found.audits == (240, 60) and found.now > dive.now["met"].mean(), "not as they were read"
    south = grade_change(told, dive, asked.model_copy(update={"unit": "South"}))
    assert south.is_change and south.now == pytest.approx(0.1)


def test_who_carries_it_and_whose_cases_are_drawn(told, asked):
    dive = open_dive(told, asked)
    real, carried = retest(told, dive, asked), who_carries(dive, asked)
    assert real.is_signal and real.population is None and not real.signals.signals
    assert "team South" in carried["All"].words and "team North" not in carried["All"].words
    (fall,) = change_waterfalls(take_apart(dive, asked), dive)
    shares = [one[OUTCOME].mean() for one in (dive.before, dive.now)]
    assert fall.unit == "share" and fall.table["contribution"].sum() == pytest.approx(
        shares[1] - shares[0]
    )
    reading = draw_reading(told, dive, asked, carried, key=load_keys(asked).key,
                           is_signal=real.is_signal)  # fmt: skip
    ours = reading.cases.loc[reading.cases["part"] == CONCERNED, "case_ref"]
    below = told.audited.cases.set_index("case_ref")["overall"] != "Good"
    assert len(ours) and below[ours].all()
    words = in_short(dive, real, carried, reading, asked)
    assert words[1].startswith("More than chance. Good or better of all open cases, everybody")
    assert "without weights" in said.looked_into(dive, asked)
    assert "Population" not in "\n".join(said.is_it_real(dive, real, asked))


def test_without_audits_it_says_what_it_needs(told, asked):
    with pytest.raises(TrendError, match="it needs the register"):
        open_dive(replace(told, entered=None), asked)
