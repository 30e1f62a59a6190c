"""What pictures find, said in their titles where a rule says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import matplotlib.pyplot as plt
import pandas as pd
import picture_factory as made
import pytest
from picture_checks import written

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting import plots
from qa_sampling.reporting.derived import derive
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.outcome_rates_view import estimates_words, rates_tables
from qa_sampling.reporting.outcome_tables import quarters_charted
from qa_sampling.reporting.outcome_turning import quarters_turned
from qa_sampling.reporting.plot_findings import (
    chart_finding,
    many_finding,
    quarters_finding,
    turning_finding,
)
from qa_sampling.trends.population_rates import RATES

NAN = float("nan")


def test_many_series_name_those_that_stand_out():
    assert many_finding(made.many(2)) == "None of 2 stands out in its latest settled month"
    assert many_finding(made.many(3)) == "1 of 3 stands out: Assessments, Assessment North"
    several = many_finding(made.many(18))
    assert several.startswith("5 of 18 stand out: Assessments, Assessment North, ")
    assert several.endswith(" and 3 more")
    many = made.many(3)
    bare = many.lines.assign(low=NAN, high=NAN, centre=NAN, signal="")
    assert many_finding(replace(many, lines=bare)) == ""


def test_a_chart_says_its_latest_settled_month():
    chart = made.control()
    assert chart_finding(chart) == "As usual in July 2026; last a signal in November 2025"
    quiet = chart.table.assign(signal="", rules="")
    assert chart_finding(replace(chart, table=quiet)) == "As usual in July 2026"
    high = quiet.assign(signal=quiet["signal"].where(quiet.index != 27, "concern"))
    high["rules"] = high["rules"].where(high.index != 27, "above the upper limit")
    assert chart_finding(replace(chart, table=high)) == (
        "Concern in July 2026: above the upper limit"
    )
    for lacking in (quiet.assign(low=NAN, high=NAN), quiet.assign(mature=False), quiet.iloc[:0]):
        assert chart_finding(replace(chart, table=lacking)) == ""


def test_a_curve_says_its_chance():
    turning = made.turning()
    assert turning_finding(turning) == (
        "Target 15% in June 2027: a chance of 21% if nothing changes"
    )
    sure = replace(turning, chance=0.999)
    assert "a chance of more than 99% if" in turning_finding(sure)
    assert turning_finding(replace(turning, chance=None)) == ""


QUARTERS = ["Jan to Mar 2025", "Apr to Jun 2025", "Jul to Sep 2025", "Oct to Dec 2025",
            "Jan to Mar 2026"]  # fmt: skip
ASKED = {"column": "share_again", "share": True, "better": "down", "measure": "Re-referrals"}


def by_quarter(again, referrals=100):
    """A protected table of five quarters; counts of 1 to 5 are hidden in it."""
    table = pd.DataFrame({"quarter": QUARTERS, "referrals": referrals, "again": again})
    return protect(
        table, by=["quarter"], counts=["referrals", "again"], within={"again": "referrals"},
        percentages={"share_again": ("again", "referrals")}, growing=["quarter"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("again", "words"),
    [
        ([20, 30, 25, 28, 40], "40% in Jan to Mar 2026, above the 20% to 30% of the 4 earlier"),
        ([20, 30, 25, 28, 10], "10% in Jan to Mar 2026, below the 20% to 30% of the 4 earlier"),
        ([20, 30, 25, 28, 30], "30% in Jan to Mar 2026, within the 20% to 30% of the 4 earlier"),
        ([25, 25, 25, 25, 25], "25% in Jan to Mar 2026, as in the 4 earlier quarters shown"),
        ([20, 30, 25, 2, 40], "40% in Jan to Mar 2026, above the 25% to 30% of the 2 earlier"),
        ([20, 30, 25, 28, 3], "28% in Oct to Dec 2025, within the 25% to 30% of the 2 earlier"),
    ],
)
def test_a_line_by_quarter_says_where_the_latest_printed_quarter_stands(again, words):
    table = by_quarter(again)
    line = derive(table, quarters_charted, **ASKED)
    title = quarters_finding(line)
    assert title.startswith(words) and title.table is table
    ax = plots.control_chart(line, title=title)  # a title from the table may be shared with it
    assert words[:12] in written(ax).replace("\n", " ")
    with pytest.raises(DisclosureError, match="number"):
        plots.control_chart(line, title=str(title))
    plt.close("all")


def test_a_turned_curve_by_quarter_says_what_was_done_last():
    done = [(date(2025, 7, 1), "New front door", "better")]
    curve = derive(
        by_quarter([40, 38, 20, 25, 22]), quarters_turned, done=done, target=0.2, **ASKED
    )
    assert quarters_finding(curve) == (
        "New front door: turned for the better; 22% in Jan to Mar 2026"
    )
    assert quarters_finding(derive(by_quarter([2, 3, 1, 4, 40]), quarters_charted, **ASKED)) == ""


def test_without_a_population_there_is_a_sentence_and_no_table():
    none = RATES.empty()
    assert rates_tables({}, none) == {}
    assert estimates_words(none) == "No `population` is given, so there are counts and no rates."
