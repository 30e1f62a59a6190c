"""Titles of lines without limits: which stand at an end of what is shown."""

import pandas as pd

from qa_sampling.reporting.plot_findings import lines_finding
from qa_sampling.results import Sparklines
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
    assert words == "At its highest so far: Up; at its lowest so far: Down"
    many = lines_finding(lines(A=UP, B=UP, C=UP))
    assert many == "At its highest so far: A, B and 1 more"


def test_what_never_moved_is_short_or_can_still_change_is_at_no_end():
    nothing = "None of 1 is at its highest or lowest of the months shown"
    assert lines_finding(lines(Flat=FLAT)) == nothing
    assert lines_finding(lines(Short=UP[-11:])) == nothing
    risen = [3.0, 4.0] * 7 + [9.0]
    assert lines_finding(lines(1, Open=risen)) == nothing
    assert lines_finding(lines(0, Open=risen)) == "At its highest so far: Open"


def test_without_a_curve_the_page_says_what_to_do():
    assert curves_words(OutcomeTrends()) == NO_CURVE
    named = OutcomeTrends(curves=(CurveToTurn(measure="s47"),))
    assert curves_words(named) == "To be turned: Section 47 enquiries."
