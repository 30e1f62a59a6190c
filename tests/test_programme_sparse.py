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
from qa_sampling.parameters import read_parameters, read_programme_files
from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.reporting.again_tables import again_words, protect_again
from qa_sampling.reporting.loop_tables import protect_loop
from qa_sampling.reporting.own_service_words import own_service_words
from qa_sampling.reporting.programme_difference_words import actions_words, difference_words
from qa_sampling.reporting.programme_view import plan_view, service_view
from qa_sampling.reporting.programme_words import border_words, coverage_words, how_much_words
from qa_sampling.reporting.tables import that_count
from qa_sampling.runs.programme_page.outputs import slides_of
from qa_sampling.runs.programme_page.own_outcomes import (
    by_quarter,
    outcomes_of_teams,
    then_and_now,
)
from qa_sampling.trends.measured import READINGS
from qa_sampling.trends.then_and_now import CHANGES

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


def pairs_of(better: int, other: int) -> pd.DataFrame:
    return pd.DataFrame({"change": [1] * better + [0, -1] * (other // 2) + [-1] * (other % 2)})


@pytest.mark.parametrize(
    ("better", "other", "said"),
    [
        (0, 0, ["no case that called"]),
        (2, 1, ["some are too few"]),
        (9, 2, ["11 re-audits are back; 11 can be compared", "is not told"]),
        (11, 7, ["18 re-audits are back; 18", "11 of these were graded higher, 7 were not;"]),
        (15, 0, ["15 re-audits are back; 15", "15 of these were graded higher, none were not;"]),
        (0, 15, ["15 re-audits are back; 15", "None of these were graded higher, 15 were not;"]),
    ],
)
def test_second_looks(better, other, said):
    pairs = pairs_of(better, other)
    words = again_words(protect_again(pairs, days=["2026-10-31"])).sentences
    assert len(words) == len(said)
    assert all(part in sentence for part, sentence in zip(said, words, strict=True))


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


QUARTERS = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-10-01", "2026-07-01", freq="QS")]


def two_services() -> SimpleNamespace:
    """Half as many families as children: 60 of 120 fell to 12 of 120, as 30 of 60 to 6 of 60."""
    mine, other = readings_of("A", (5, 10), (1, 10)), readings_of("B", (5, 10), (5, 10))
    return SimpleNamespace(readings=mine, by_unit=pd.concat([mine, other], ignore_index=True))


def test_the_outcomes_of_a_services_teams():
    """Seven of the eight quarters are whole: three beside three."""
    held = two_services()
    asked = {"measures": ["second_plans", "plans_two_years"], "quarters": QUARTERS}
    counted = then_and_now(held, ("A",), **asked)
    assert counted["span"].tolist() == ["before"] * 3 + ["now"] * 3
    told = outcomes_of_teams(counted, fewest=10, level=0.95).iloc[0]
    numbers = told[["now", "now_of", "before", "before_of", "quarters"]].tolist()
    assert numbers == [9, 90, 5 * 7 + 2, 90, 3]
    assert told["alone"] == 0.5
    assert told["low"] == pytest.approx(0.0416, abs=5e-5)  # Wilson of 4.5 in 45, by hand
    assert told["high"] == pytest.approx(0.2213, abs=5e-5)
    assert told["change"] == "Lower"
    same = outcomes_of_teams(then_and_now(held, ("B",), **asked), fewest=10, level=0.95)
    assert same["change"].tolist() == [CHANGES[2]]
    assert outcomes_of_teams(counted, fewest=200, level=0.95)["change"].tolist() == [CHANGES[3]]
    assert then_and_now(held, (), **asked).empty
    sums = by_quarter(held, ("A",), measures=["second_plans"], quarters=QUARTERS[-3:])
    assert sums["numerator"].tolist() == [3, 3, 3]
    assert sums["denominator"].tolist() == [30, 30, 30]
    assert by_quarter(held, (), measures=["second_plans"], quarters=QUARTERS[-3:]).empty


def test_a_service_that_is_not_there(loop_tables):
    counted = then_and_now(two_services(), (), measures=["second_plans"], quarters=QUARTERS)
    nothing = outcomes_of_teams(counted, fewest=10, level=0.95)
    both = {"graded": loop_tables.heard, "heard": loop_tables.heard, "fewest": 10, "level": 0.95}
    said = own_service_words("Edge of Care", nothing, counted, (), **both).sentences
    assert "no audits of its own are shown" in said[0]
    assert "are not told" in said[-1]
    assert own_service_words("", nothing, counted, (), **both).sentences == ()


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


def test_what_difference_it_made_in_words():
    """Of four rows two are of one series, and one is too short to be judged."""
    rows = [("A", "all", "All", ""), ("A", "all", "All", ""), ("A", "team", "N", ""),
            ("A", "team", "S", "too short")]  # fmt: skip
    considered = pd.DataFrame(rows, columns=["measure", "unit_kind", "unit", "why_not"])
    one = SimpleNamespace(measure="re_referrals", unit="All")
    done = pd.DataFrame({"name": ["Joint desk", "Desk 2"], "verdict": ["better", "worse"]})
    curve = SimpleNamespace(measure="Re-referrals", done=done)
    for signals, told in (((one,), "1 moved further"), ((), "none moved further")):
        found = SimpleNamespace(considered=considered, signals=signals)
        said = difference_words([curve], [2, 2, 20, 20], found).sentences
        assert said[0].startswith("Outcomes: of 2 figures followed month by month")
        assert told in said[0]
    everybody = difference_words([], [], SimpleNamespace(considered=considered, signals=(one,)))
    assert everybody.sentences[1].startswith("For all children these did: Re-referrals")
    assert said[1] == (
        "Re-referrals, for all children, since Joint desk: it has got better, by more than chance."
    )
    assert "Desk 2" not in " ".join(said), "a name with a number might be a count"
    assert "more in the later months" in said[2]


def test_a_measure_has_one_target():
    told = read_parameters(
        "qa_programme", {"curves": [{"measure": "second_plans", "target": 0.15, "done": []}]}
    )
    with pytest.raises(ParameterError, match=r"second_plans is 0\.15.*against 0\.22"):
        read_programme_files(told)
