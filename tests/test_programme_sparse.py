"""A programme of which little is on record: it says so, and prints no nought in place of it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_programme_attack import stand_of, tables_of

from qa_sampling.errors import ParameterError
from qa_sampling.loop.programme import UNKNOWN, against_plan
from qa_sampling.loop.standards import (
    DISAGREE,
    NOT_YET,
    chance_of_not_yet,
    read_standard,
    share_of,
)
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.parameters import read_parameters
from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.reporting.again_tables import again_words, protect_again
from qa_sampling.reporting.loop_tables import protect_loop
from qa_sampling.reporting.own_service_words import own_service_words
from qa_sampling.reporting.programme_view import plan_view, service_view
from qa_sampling.reporting.programme_words import (
    actions_words,
    border_words,
    coverage_words,
    how_much_words,
)
from qa_sampling.reporting.tables import that_count
from qa_sampling.runs.programme_page.outputs import slides_of
from qa_sampling.runs.programme_page.own_service import CHANGES, by_quarter, outcomes_of_teams
from qa_sampling.trends.measured import READINGS

NOTHING = dict.fromkeys(ACTIVITY_KINDS, 0)


@pytest.fixture(scope="module")
def bare():
    return tables_of(stand_of({"2026-10": 20}, as_at="2026-10-31"), NOTHING)


@pytest.fixture(scope="module")
def loop_tables():
    actions = pd.DataFrame({"status": [], "overdue": [], "standard": []}, dtype="object")
    day = ["2026-10-31"]
    given = {"as_at": day[0], "raised": day, "days": day}
    return protect_loop(actions.astype({"overdue": "bool"}), ACTIVITIES.empty(), **given)


def test_activity_that_was_never_recorded_is_no_nought(bare):
    draws = against_plan([], pd.DataFrame({"what": [], "period": [], "number": []}), periods=[])
    said = " ".join(how_much_words(bare, draws).sentences)
    assert "none of it is on record" in said
    assert "kinds of other activity" not in said
    assert [name for _, name in bare.pictured] == ["Audits"]
    assert [one.stem for one in slides_of(bare, ())] == ["standards", "audits"]


def test_tables_of_nothing_are_left_out(loop_tables):
    assert that_count(loop_tables.shared("2026")) == ()
    assert actions_words(loop_tables).sentences == ("No action of these months is on record.",)


def test_what_is_unknown_is_a_dash():
    rows = {"what": ["Survey"], "owner": [""], "planned": [1], "done": [0], "share": [0.0],
            "state": [UNKNOWN], "without": [""]}  # fmt: skip
    assert plan_view(pd.DataFrame(rows))["Done"].tolist() == ["–"]
    own = pd.DataFrame({"what": ["Audits planned"], "number": [3], "good": [pd.NA]})
    assert service_view(own)["Good, or positive"].tolist() == ["–"]


def test_nobody_knows_who_was_looked_at():
    assert "cannot be told" in coverage_words({}, {}).sentences[0]


@pytest.mark.parametrize(
    ("better", "worse", "said"),
    [(0, 0, "no case that called"), (2, 1, "too few"), (9, 2, "cases were audited again")],
)
def test_second_looks(better, worse, said):
    pairs = pd.DataFrame({"change": [1] * better + [0] * worse})
    words = again_words(protect_again(pairs, days=["2026-10-31"])).sentences
    assert said in words[0]
    assert len(words) == 1, "two that did not improve are hidden"


def readings_of(unit: str, before: tuple[int, int], now: tuple[int, int]) -> pd.DataFrame:
    """Give two years of second plans; the same families all along."""
    days = pd.date_range("2024-11-01", periods=24, freq="MS")
    rows = READINGS.empty().reindex(range(24))
    part, whole = zip(*([before] * 12 + [now] * 12), strict=True)
    return rows.assign(
        measure="second_plans", unit_kind="team", unit=unit, start=days, adds=True, mature=True,
        numerator=np.array(part, float), denominator=np.array(whole, float),
        families=np.array(part, float) / 2,
    )  # fmt: skip


def test_the_outcomes_of_a_services_teams():
    """Half as many families as children: 60 of 120 fell to 12 of 120, as 30 of 60 to 6 of 60."""
    mine, other = readings_of("A", (5, 10), (1, 10)), readings_of("B", (5, 10), (5, 10))
    held = SimpleNamespace(readings=mine, by_unit=pd.concat([mine, other], ignore_index=True))
    asked = {"measures": ["second_plans", "plans_two_years"], "fewest": 10}
    told = outcomes_of_teams(held, ("A",), **asked).iloc[0]
    assert (told["now"], told["now_of"], told["before"], told["before_of"]) == (12, 120, 60, 120)
    assert told["low"] == pytest.approx(0.0466, abs=5e-5)  # Wilson of 6 in 60, by hand
    assert told["high"] == pytest.approx(0.2015, abs=5e-5)
    assert told["change"] == "Lower"
    assert outcomes_of_teams(held, ("B",), **asked)["change"].tolist() == [CHANGES[2]]
    few = outcomes_of_teams(held, ("A",), measures=["second_plans"], fewest=200)
    assert few["change"].tolist() == [CHANGES[3]]
    assert outcomes_of_teams(held, (), **asked).empty
    quarters = ["2026-01-01", "2026-04-01", "2026-07-01"]
    sums = by_quarter(held, ("A",), measures=["second_plans"], quarters=quarters)
    assert sums["numerator"].tolist() == [3, 3, 3]
    assert by_quarter(held, (), measures=["second_plans"], quarters=quarters).empty


def test_a_service_that_is_not_there(loop_tables):
    nothing = outcomes_of_teams(
        SimpleNamespace(readings=READINGS.empty(), by_unit=READINGS.empty()), (),
        measures=["second_plans"], fewest=10,
    )  # fmt: skip
    both = {"graded": loop_tables.heard, "heard": loop_tables.heard}
    said = own_service_words("Edge of Care", nothing, **both).sentences
    assert "no audits of its own are shown" in said[0]
    assert "are not told" in said[-1]
    assert own_service_words("", nothing, **both).sentences == ()


def test_a_measure_that_is_no_share_is_refused():
    with pytest.raises(ParameterError, match="is no share of cases over time"):
        read_parameters("qa_programme", {"own_measures": ["referrals"]})


def test_how_often_the_reading_is_wrong_at_the_border():
    """Against drawing gradings ten thousand times, with five sources of forty at 70 per cent."""
    given = {"wanted": 0.7, "fewest": 10}
    rng = np.random.default_rng(20261126)
    evidence = [share_of("visits", f"S{one}", 28, 40, **given) for one in range(5)]
    once = {good: share_of("visits", "S", good, 40, **given) for good in range(41)}
    drawn = rng.binomial(40, 0.7, size=(10_000, 5))
    read = [read_standard("visits", [once[one] for one in row]).reading for row in drawn]
    wrong = np.isin(read, [NOT_YET, DISAGREE]).mean()
    reading = read_standard("visits", evidence)
    assert chance_of_not_yet(reading) == pytest.approx(wrong, abs=0.011)
    assert wrong == pytest.approx(0.15, abs=0.011), "far above one in twenty"
    assert chance_of_not_yet(read_standard("visits", [])) == 0
    said = border_words([reading] * 12, level=0.95).sentences
    assert said == (
        "Were practice on every standard just good enough, chance would still make some source "
        "say not yet on about 1.8 of the 12.",
    )
