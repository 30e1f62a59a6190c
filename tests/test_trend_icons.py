"""Icons, meanings, words, and the results that pictures are drawn from."""

import numpy as np
import pandas as pd
import pytest
from trend_samples import readings, share

from qa_sampling.errors import TrendError
from qa_sampling.reporting import plots
from qa_sampling.reporting.alt_texts import control_chart_alt
from qa_sampling.trends.between import waits
from qa_sampling.trends.charts import chart
from qa_sampling.trends.icons import ASSURANCE, VARIATION, assurance_of, icons_of
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase
from qa_sampling.trends.showing import control_chart_of, sparklines_of
from qa_sampling.trends.signals import meaning_of, meanings


@pytest.mark.parametrize(
    ("low", "high", "up", "down"),
    [
        (1, 3, "consistent_fail", "consistent_pass"),
        (5, 7, "consistent_pass", "consistent_fail"),
        (1, 5, "inconsistent", "inconsistent"),
    ],
)
def test_assurance_of_nhsr(low: float, high: float, up: str, down: str) -> None:
    # NHSRplotthedots 0.2.2, test-ptd_calculate_assurance_type.R: a target of 4.
    assert assurance_of(4, low, high, better="up") == up
    assert assurance_of(4, low, high, better="down") == down
    assert assurance_of(4, low, high, better="") == ""


@pytest.mark.parametrize("better", ["up", "down"])
def test_a_target_on_a_limit(better: str) -> None:
    # Making Data Count counts it as never met (PowerBI-SPC, issue 116); NHSRplotthedots does not.
    low, high = (2, 4) if better == "up" else (4, 6)
    assert assurance_of(4, low, high, better=better) == "inconsistent"
    assert assurance_of(4, low, high, better=better, at_limit=True) == "consistent_fail"


def test_limits_cut_at_the_end_of_what_is_possible() -> None:
    possible = (0.0, 1.0)
    assert assurance_of(0.0, 0.0, 0.3, better="up", possible=possible) == "cannot_miss"
    assert assurance_of(1.0, 0.7, 1.0, better="down", possible=possible) == "cannot_miss"
    assert assurance_of(1.1, 0.7, 1.0, better="up", possible=possible) == "cannot_pass"
    # a limit of 100% was cut there: reaching 100% is possible, so the target is not always missed
    for at_limit in (True, False):
        found = assurance_of(1.0, 0.7, 1.0, better="up", possible=possible, at_limit=at_limit)
        assert found == "inconsistent"


def test_a_series_always_at_100_per_cent_does_not_fail() -> None:
    # PowerBI-SPC, issue 463.
    found = icons_of(chart(share([14] * 24, [14] * 24, better="up", target=0.95)))
    assert (found.variation, found.assurance) == ("no_change", "consistent_pass")
    assert found.words == "No change at all; the target is met whatever chance does."


def test_unrounded_values_are_held_to_the_target() -> None:
    # biSPCharts, issue 470: rounding turned a verdict.
    assert assurance_of(4, 4.0004, 6, better="up") == "consistent_pass"
    assert assurance_of(4, 3.9996, 6, better="up") == "inconsistent"


@pytest.mark.parametrize(
    ("side", "better", "wanted"),
    [(1, "up", "improvement"), (1, "down", "concern"), (-1, "down", "improvement"),
     (-1, "up", "concern"), (1, "", "neutral"), (0, "up", "")],
)  # fmt: skip
def test_meaning(side: int, better: str, wanted: str) -> None:
    assert meaning_of(side, better) == wanted


@pytest.mark.parametrize(
    ("last", "better", "wanted"),
    [(40, "down", "concern_high"), (40, "up", "improvement_high"), (40, "", "neutral_high"),
     (11, "up", "common_cause"), (0, "up", "concern_low")],
)  # fmt: skip
def test_variation_is_that_of_the_latest_point(last: int, better: str, wanted: str) -> None:
    found = icons_of(chart(readings([10, 12] * 12 + [last], better=better), "xmr"))
    assert found.variation == wanted
    assert VARIATION[wanted] in found.words.lower()


def test_limits_of_a_moving_process_are_said_to_be() -> None:
    found = icons_of(chart(readings([10, 12] * 12 + [40], better="down", target=2), "xmr"))
    assert found.assurance == "consistent_fail"
    assert "if the process stays as it was" in found.words
    assert "(above the upper limit)" in found.words
    assert set(ASSURANCE) >= {found.assurance}


def test_assurance_is_that_of_the_latest_phase() -> None:
    # NHSRplotthedots, issue 172: wrong after a rebase.
    values = [40, 42] * 7 + [10, 12] * 7
    rebase = Rebase("2023-06-01", "Head of service", "New front door")
    rows = readings(values, better="down", target=30)
    found = icons_of(chart(rows, "xmr", rebases=[rebase]))
    assert found.assurance == "consistent_pass"
    assert icons_of(chart(rows, "xmr")).assurance == "inconsistent"


def test_too_short_has_no_icon() -> None:
    found = icons_of(chart(readings([3, 4, 5], better="up", target=4), "xmr"))
    assert (found.variation, found.assurance) == ("too_short", "")
    assert icons_of(chart(readings([3, 4, 5]))).variation == "too_short"
    # the workbook of Making Data Count shows icons from 13 points
    twelve = readings([10, 12] * 6)
    assert icons_of(chart(twelve, "xmr", preset="mdc")).variation == "common_cause"
    assert icons_of(chart(twelve, "xmr", preset="excel")).variation == "too_short"


def test_all_rules_in_words_and_both_ways() -> None:
    # falling for seven months and still above the limit; the last 12 of the baseline is above, too
    values = [10, 12] * 10 + [60, 55, 50, 45, 40, 35, 30]
    rows = readings(values, better="down")
    found = meanings(chart(rows, "xmr", baseline=20)).iloc[-1]
    assert found["rules"] == (
        "above the upper limit; 7 in a row falling; 2 of 3 near the upper limit; "
        "8 above the centre line"
    )
    assert found["both_ways"]
    assert (found["label"], found["signal"]) == ("beyond_limit", "concern")
    excel = meanings(chart(rows, "xmr", baseline=20, preset="excel")).iloc[-1]
    assert (excel["label"], excel["signal"]) == ("trend", "improvement")


def test_a_whole_run_is_counted_over_gaps() -> None:
    values = [10, 12] * 8 + [11.5, 11.6, np.nan, 11.5, 11.7, 11.6, 11.5, 11.6, 11.8]
    found = meanings(chart(readings(values, kind="duration"), "xmr", baseline=16))
    # the last point of the baseline, 12, belongs to the run as well
    assert found["rules"].iloc[-1] == "9 above the centre line"
    assert found["rules"].iloc[18] == ""


def awkward() -> dict[str, object]:
    rebases = [
        Rebase("2023-06-01", "Head of service", "New front door team"),
        Rebase("2024-08-01", "Head of service", "New case system"),
    ]
    gap = [20, 25, 18, 22, 30, 21] * 6
    gap[15:17] = [np.nan] * 2
    gap[30] = 70
    return {
        "rare": chart(readings([0, 0, 1, 0, 0, 0] * 5, better="down")),
        "full": chart(share([14] * 30 + [9], [14] * 31, better="up", target=0.9)),
        "gap": chart(readings(gap, mature=[True] * 33 + [False] * 3)),
        "rebases": chart(readings([60, 70] * 7 + [90, 99] * 7 + [50, 60] * 6), rebases=rebases),
        "still": chart(readings([5] * 15)),
        "short": chart(readings([5, 6, 4])),
        "empty": chart(readings([])),
    }


@pytest.mark.parametrize("name", awkward())
def test_awkward_series_can_be_drawn_and_told(name: str) -> None:
    drawn = awkward()[name]
    found = control_chart_of(drawn)
    assert len(found.table) == len(drawn.table)
    assert found.warnings == drawn.notes
    text = str(control_chart_alt(found))
    assert "nan" not in text.lower()
    assert found.limits == "" or "997 of 1,000" in found.limits or "either side" in found.limits


def test_what_is_drawn_is_what_was_found() -> None:
    found = control_chart_of(awkward()["full"])
    last = found.table.iloc[-1]
    assert (last["signal"], last["rules"], last["n"]) == ("concern", "below the lower limit", 14)
    assert found.baseline == "April 2022 to September 2024, 30 months"
    anew = control_chart_of(awkward()["rebases"])
    assert anew.rebases == ("New front door team", "New case system")
    assert anew.table["phase"].max() == 2


def test_events_stand_side_by_side() -> None:
    # two events of one month must not lie on each other
    days = pd.to_datetime("2025-01-01") + pd.to_timedelta(np.cumsum([3, 9, 40, 2, 21] * 4), "D")
    rows = Readings(waits(days), kind="between", unit="days", frequency="event", better="up")
    found = control_chart_of(chart(rows, "t"))
    ax = plots.control_chart(found)
    assert ax.get_xlim() == pytest.approx((-0.7, 18.7))
    assert found.baseline.startswith("13 January 2025 to ")
    assert found.baseline.endswith(", 18 events")
    assert " on 24 February 2025" in str(control_chart_alt(found))


def test_sparklines_of_many() -> None:
    charts = [
        chart(readings([5, 6] * 9 + [30], better="down", series="North")),
        chart(readings([5] * 15, better="down", series="South")),
        chart(readings([np.nan] * 14, better="down", series="West")),
    ]
    found = sparklines_of(charts, measure="Referrals")
    assert found.lines["words"].tolist() == [
        "above the upper limit", "no change in 15 months", "no period yet that can no longer change"
    ]  # fmt: skip
    assert found.lines["signal"].tolist() == ["concern", "", ""]
    with pytest.raises(TrendError, match="a `series` of its own"):
        sparklines_of([charts[0], charts[0]])
    with pytest.raises(TrendError, match="one unit and one frequency"):
        sparklines_of([charts[0], chart(share([1] * 3, [2] * 3, series="East"))])
