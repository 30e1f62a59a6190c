"""Titles of lines without limits: which stand at an end of what is shown."""

import pandas as pd

from qa_sampling.reporting.plot_findings import estimates_finding, lines_finding
from qa_sampling.results import IntervalList, Sparklines
from qa_sampling.runs.outcomes.curves import NO_CURVE, curves_words
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.turning import CurveToTurn


def lines(open_last=0, **series):
    parts = []
    for name, values in series.items():
        periods = pd.date_range("2024-01-01", periods=len(values), freq="MS")
        table = pd.DataFrame({"series": name, "period": periods, "value": values, "mature": True})
        table.loc[len(values) - open_last :, "mature"] = False
        parts.append(table)
    return Sparklines(pd.concat(parts, ignore_index=True), pd.DataFrame({"series": list(series)}))


UP, DOWN, FLAT = [*range(12), 20.0], [*range(12, 0, -1), 0.0], [5.0] * 13


def test_the_title_names_what_is_at_an_end():
    words = lines_finding(lines(Up=UP, Down=DOWN, Flat=FLAT))
    assert words == "Of the months shown, at its highest: Up; at its lowest: Down"
    many = lines_finding(lines(A=UP, B=UP, C=UP))
    assert many == "Of the months shown, at their highest: A, B and 1 more"


def test_what_never_moved_is_short_or_can_still_change_is_at_no_end():
    nothing = "None of 1 is at its highest or lowest of the months shown"
    assert lines_finding(lines(Flat=FLAT)) == nothing
    assert lines_finding(lines(Short=UP[-11:])) == nothing
    risen = [3.0, 4.0] * 7 + [9.0]
    assert lines_finding(lines(1, Open=risen)) == nothing
    assert lines_finding(lines(0, Open=risen)) == "Of the months shown, at its highest: Open"


def test_without_a_curve_the_page_says_what_to_do():
    assert curves_words(OutcomeTrends()) == NO_CURVE
    named = OutcomeTrends(curves=(CurveToTurn(measure="s47"),))
    assert curves_words(named) == "To be turned: Section 47 enquiries."


def test_an_estimate_is_that_of_the_latest_settled_period():
    rows = [("Jun 2026", 0.64, 0.44, 0.83), ("Jul 2026", 0.65, 0.42, 0.84)]
    rows += [("Oct 2026, open", 0.84, 0.64, 0.95)]
    table = pd.DataFrame(rows, columns=["name", "value", "low", "high"])
    assert estimates_finding(IntervalList(table, unit="share")) == (
        "Jul 2026: 65%, between 42% and 84%"
    )
    last = IntervalList(table.tail(1).reset_index(drop=True), unit="share")
    assert estimates_finding(last) == "Oct 2026, open: 84%, between 64% and 95%"
