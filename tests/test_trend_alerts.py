"""The alert budget: false discovery rate, rank, words, what it would take, stable ids."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from trend_samples import readings, share

from qa_sampling.errors import TrendError
from qa_sampling.trends.alerts import alerts, discovery_rates, signal_id
from qa_sampling.trends.charts import chart
from qa_sampling.trends.latest import latest_test
from qa_sampling.trends.rebasing import Rebase

# Benjamini and Hochberg 1995, section 4.2: 15 p-values, four of them found at 0.05.
PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
             0.4262, 0.5719, 0.6528, 0.7590, 1.0]  # fmt: skip
STEADY = [5, 6, 4, 5, 7, 5, 4, 6, 5, 5, 6, 4] * 2


def test_discovery_rates_of_the_paper() -> None:
    found = discovery_rates(np.array(PUBLISHED))
    assert (found <= 0.05).tolist() == [True] * 4 + [False] * 11


def test_discovery_rates_are_those_of_statsmodels() -> None:
    dice = np.random.default_rng(1)
    for size in (1, 2, 17, 200):
        p = dice.uniform(size=size) ** 3
        p[: size // 3] = p[0]
        wanted = multipletests(p, method="fdr_bh")[1]
        assert discovery_rates(p) == pytest.approx(wanted, rel=1e-12)
    holes = np.array([0.01, np.nan, 0.2])
    assert discovery_rates(holes) == pytest.approx([0.02, np.nan, 0.2], nan_ok=True)
    assert not len(discovery_rates(np.array([])))


def watched() -> dict:
    found = {
        (f"Measure {one}", team): chart(readings([*STEADY, 5], better="down"))
        for one in range(6)
        for team in ("North", "South")
    }
    found["Re-referrals", "North"] = chart(readings([*STEADY, 19], better="down"))
    found["Visits", "South"] = chart(readings([*STEADY, 25], better="up"))
    found["Reviews on time", "South"] = chart(
        share([18, 17, 18, 19] * 6 + [5], [20] * 25, better="up")
    )
    found["Contacts", "West"] = chart(readings([4, 5, 6]))
    return found


def test_alerts_are_ranked_with_concerns_first() -> None:
    found = alerts(watched())
    order = list(zip(found.table["measure"], found.table["meaning"], strict=True))
    assert order == [
        ("Re-referrals", "concern"), ("Reviews on time", "concern"), ("Visits", "improvement")
    ]  # fmt: skip
    assert found.table["rank"].tolist() == [1, 2, 3]
    assert (found.table["q"] <= 0.1).all()
    assert found.table["excess_children"].iloc[0] == pytest.approx(19 - np.mean(STEADY))
    assert found.words.startswith("15 latest periods were looked at; 3 stand out")
    assert len(found.considered) == 16
    left = found.considered.set_index("measure").loc["Contacts"]
    assert np.isnan(left["p"]) and "too few periods" in left["why_not"]


def test_the_classical_view_stands_beside() -> None:
    found = alerts(watched())
    assert found.table["classical"].iloc[0] == "above the upper limit"
    beside = found.considered.set_index(["measure", "unit"])["classical"]
    assert beside["Measure 0", "North"] == ""


def test_a_budget_marks_and_never_drops() -> None:
    found = alerts(watched(), budget=1)
    assert found.table["within_budget"].tolist() == [True, False, False]
    assert "2 of them are beyond the budget" in found.words


def test_what_it_would_take_to_look_ordinary() -> None:
    series = watched()
    found = alerts(series)
    first = found.table.iloc[0]
    ordinary = int(first["ordinary"].split()[5])
    assert ordinary < 19
    # at that count it is no alert, at one more it is
    for last, wanted in ((ordinary, False), (ordinary + 1, True)):
        p = latest_test(chart(readings([*STEADY, last], better="down"))).p
        assert (p <= found.critical) is wanted
    assert f"{ordinary} or fewer" in first["words"]
    assert "5 of 20 seen" in found.table["words"].iloc[1]
    assert "of 20 or more" in found.table["words"].iloc[1]


def test_words_say_expected_limits_chance_and_meaning() -> None:
    words = alerts(watched()).table["words"].iloc[0]
    for part in ("Re-referrals, North, April 2024: 19 seen, 5.17 expected (limits 0 to 13)",
                 "13.8 above it", "about 1 in ", "q = ", "A concern."):  # fmt: skip
        assert part in words


def test_a_signal_keeps_its_id() -> None:
    # printf 'Re-referrals\0North\0002024-04-01' | sha256sum
    found = alerts(watched()).table
    assert found["signal_id"].iloc[0] == signal_id("Re-referrals", "North", "2024-04-01")
    assert signal_id("Re-referrals", "North", "2024-04-01") == "S-2436a26c91"
    assert found["signal_id"].is_unique


def test_no_team_is_taken_for_steadier_than_is_usual_for_its_measure() -> None:
    wild = [1, 9, 2, 8] * 6
    series = {("M", f"T{one}"): chart(readings([*wild, 5])) for one in range(4)}
    series["M", "steady"] = chart(readings([*STEADY, 12]))
    series["other", "steady"] = chart(readings([*STEADY, 12]))
    p = alerts(series).considered.set_index(["measure", "unit"])["p"]
    assert p["other", "steady"] == pytest.approx(latest_test(series["M", "steady"]).p)
    usual = latest_test(series["M", "T0"]).dispersion
    wanted = latest_test(series["M", "steady"], sibling_dispersion=usual).p
    assert p["M", "steady"] == pytest.approx(wanted)
    assert wanted > 2 * p["other", "steady"]


def test_the_p_value_is_the_predictive_one() -> None:
    test = latest_test(chart(readings([*STEADY, 12])))
    wanted = stats.nbinom(sum(STEADY) + 0.5, 24 / 25)
    assert test.dispersion == 1
    assert test.p == pytest.approx(2 * wanted.sf(11), rel=1e-6)
    assert (test.months, test.side) == (24, 1)


def test_measurements_are_held_to_students_t() -> None:
    values = [30.0, 32, 31, 29, 33, 30, 28, 31, 30, 32, 29, 31, 40]
    test = latest_test(chart(readings(values, kind="duration", unit="days"), "xmr"))
    before = np.array(values[:-1])
    t = (40 - before.mean()) / (before.std(ddof=1) * np.sqrt(13 / 12))
    assert test.p == pytest.approx(2 * stats.t.sf(t, 11))
    found = alerts({("Days", "North"): chart(readings(values, kind="duration"), "xmr")})
    assert np.isnan(found.table["excess_children"].iloc[0])
    assert found.table["excess"].iloc[0] == pytest.approx(40 - before.mean())


def test_measurements_that_never_changed_say_nothing_of_a_change() -> None:
    assert latest_test(chart(readings([30.0] * 20 + [31], kind="duration"), "xmr")) is None
    assert latest_test(chart(readings([30.0] * 21, kind="duration"), "xmr")).p == 1


def test_waits_are_exact() -> None:
    cases = latest_test(chart(readings([20] * 20 + [200], kind="between")))
    assert cases.p < 0.01 and cases.side == 1
    days = latest_test(chart(readings([20.5] * 20 + [200], kind="between")))
    assert days.p == pytest.approx(2 * stats.f(2, 40).sf(200 / 20.5))
    assert "or less" in alerts({("Days", "All"): chart(
        readings([20.5] * 20 + [400], kind="between"))}).table["ordinary"].iloc[0]  # fmt: skip


def test_the_latest_mature_month_of_the_latest_phase_is_tested() -> None:
    values = [*STEADY, 40, 41, 5]
    rows = readings(values, mature=[True] * 24 + [False] * 3)
    assert latest_test(chart(rows)).seen == 4
    long = readings([*STEADY, *[40, 42] * 8])
    rebase = Rebase("2024-04-01", "Head of service", "New front door")
    assert latest_test(chart(long)).months == 39
    anew = latest_test(chart(long, rebases=[rebase]))
    assert (anew.months, anew.expected) == (15, pytest.approx(np.mean([40, 42] * 7 + [40])))
    assert anew.p > 0.3


def test_false_alerts_are_rare_and_spikes_are_found() -> None:
    # A small piece of benchmarks/trend_false_alarms.py: 4 measures x 10 teams, one spike.
    dice = np.random.default_rng(20261125)
    values = dice.poisson(np.resize([2, 5, 8, 12], 40)[:, None], (40, 36))
    series = {(f"M{one // 10}", f"T{one % 10}"): chart(readings(row), "gamma_poisson")
              for one, row in enumerate(values)}  # fmt: skip
    assert len(alerts(series).table) <= 2
    values[7, -1] *= 5
    series["M0", "T7"] = chart(readings(values[7]), "gamma_poisson")
    found = alerts(series).table
    assert ("M0", "T7") in set(zip(found["measure"], found["unit"], strict=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alerts({}), "no chart to watch"),
        (lambda: alerts(watched(), rate=10), "between 0 and 1; got 10"),
        (lambda: alerts(watched(), budget=-1), "0 or more alerts; got -1"),
    ],
)
def test_what_cannot_be_is_refused(call: object, message: str) -> None:
    with pytest.raises(TrendError, match=message):
        call()


def test_nothing_to_test_and_nothing_found_are_said() -> None:
    short = alerts({("A", "B"): chart(readings([1, 2]))})
    assert short.words == "No series is long enough to be tested."
    calm = alerts({("A", "B"): chart(readings([*STEADY, 5]))})
    assert "none stands out" in calm.words and not len(calm.table)
