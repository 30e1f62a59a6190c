"""Groups of children in the explorer and on page 50: what a reader of both can work out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from qa_sampling.reporting.breakdown_tables import breakdown_view, protect_breakdowns
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.runs.outcomes.breakdowns import broken_down, broken_down_alone
from qa_sampling.runs.outcomes.group_cells import printed_on_the_page, protected_groups
from qa_sampling.runs.outcomes.steps import outcomes_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.breakdown import BrokenDown, breakdown_of
from qa_sampling.trends.measured import READINGS
from qa_sampling.trends.measures import MEASURES

GROUPS = ("Female", "Male", "Not recorded", "Unknown")
QUARTERS = pd.date_range("2025-01-01", periods=5, freq="QS")
"""The latest of the page and the four before."""


def told(counts, of=None):
    """Readings by gender and quarter; `counts` and `of` have a row a group."""
    rows = []
    for (at, unit), (place, start) in product(enumerate(GROUPS), enumerate(QUARTERS)):
        below = np.nan if of is None else float(of[at][place])
        value = int(counts[at][place])
        rows.append({
            "measure": "referrals" if of is None else "re_referrals", "unit_kind": "gender",
            "unit": unit, "start": start, "days": 90, "adds": True, "carries_over": False,
            "kind": "count" if of is None else "proportion", "numerator": value,
            "denominator": below, "value": value / below if of is not None and below else value,
            "children": value, "families": pd.NA, "pending": pd.NA, "unknown": pd.NA,
            "mature": True, "note": "",
        })  # fmt: skip
    return pd.DataFrame(rows).astype(READINGS.empty().dtypes.to_dict())


def page_of(readings):
    """What page 50 makes of these readings: the breakdown, and its table as it is printed."""
    parts = {"gender": breakdown_of(readings)}
    found = BrokenDown(MEASURES[readings["measure"].iloc[0]], parts, ())
    return found, protect_breakdowns(found.measure, parts)["gender"].frame.set_index("gender")


def worked_out(shown, counts, of, page):
    """The least and greatest each hidden count may be, for a reader of page and explorer.

    Written apart from the package: one whole number a group, quarter and count; what is printed,
    and everybody by quarter, are sums of them.
    """
    whole = [np.array(counts)] + ([np.array(of)] if of is not None else [])
    shape = (len(whole), *whole[0].shape)
    rows, sums = [], []

    def learn(what, groups, quarters, total):
        mark = np.zeros(shape)
        mark[np.ix_([what], groups, quarters)] = 1
        rows.append(mark.ravel())
        sums.append(total)

    hidden = shown["hidden"].to_numpy().reshape(shape[1:])
    for what, group, quarter in np.ndindex(shape):
        if not hidden[group, quarter]:
            learn(what, [group], [quarter], whole[what][group, quarter])
    for what, quarter in product(range(shape[0]), range(shape[2])):
        learn(what, list(range(shape[1])), [quarter], whole[what][:, quarter].sum())
    for what, when in product(range(shape[0]), ("latest", "before")):
        column = page[when if what == 0 else f"{when}_of"]
        for group, name in enumerate(GROUPS):
            if column[name] != HIDDEN_MARK:
                learn(what, [group], [4] if when == "latest" else [0, 1, 2, 3], column[name])
    limits = [LinearConstraint(np.array(rows), sums, sums)]
    if of is not None:  # no more met it than could
        half = np.eye(shape[1] * shape[2])
        limits.append(LinearConstraint(np.hstack([half, -half]), -np.inf, 0))
    found = {}
    for what, group, quarter in np.ndindex(shape):
        if hidden[group, quarter]:
            goal = np.zeros(shape)
            goal[what, group, quarter] = 1
            ends = [
                milp(sign * goal.ravel(), constraints=limits, bounds=Bounds(0, 500),
                     integrality=np.ones(goal.size)).x @ goal.ravel()
                for sign in (1, -1)
            ]  # fmt: skip
            found[what, group, quarter] = tuple(round(one) for one in ends)
    return found


COUNTS = [[3, 12, 13, 14, 30], [9, 20, 22, 24, 40], [20, 21, 19, 18, 25], [30, 31, 28, 27, 33]]


def test_without_the_page_in_mind_a_reader_of_both_works_a_count_out():
    readings = told(COUNTS)
    found, page = page_of(readings)
    alone = protected_groups(readings)
    assert alone["hidden"].sum() == 2, "the small one, and one more of its quarter"
    assert worked_out(alone, COUNTS, None, page)[0, 0, 0] == (3, 3), "given away"
    both = protected_groups(readings, printed_on_the_page(found)["gender"])
    spans = worked_out(both, COUNTS, None, page)
    low, high = spans[0, 0, 0]
    assert low <= 3 <= high and high >= 6 and high - low >= 5
    assert both["hidden"].sum() < 10, "most is still shown"


@pytest.mark.parametrize("seed", range(4))
def test_no_small_count_is_worked_out_from_page_and_explorer(seed):
    dice = np.random.default_rng([20261127, seed])
    of = dice.poisson(dice.gamma(4, 8, 4)[:, None] + 6, (4, 5))
    counts = dice.binomial(of, dice.beta(2, 5, 4)[:, None])
    of = None if seed % 2 else of
    readings = told(counts, of)
    found, page = page_of(readings)
    shown = protected_groups(readings, printed_on_the_page(found)["gender"])
    small = (counts > 0) & (counts < 6)
    if of is not None:
        small |= (of > counts) & (of - counts < 6)
    hidden = shown["hidden"].to_numpy().reshape(counts.shape)
    assert small.any() and hidden[small].all()
    assert not hidden.all(), "something is shown"
    spans = worked_out(shown, counts, of, page)
    for group, quarter in np.argwhere((counts > 0) & (counts < 6)):
        low, high = spans[0, group, quarter]
        assert high >= 6 and high - low >= 5, (seed, group, quarter, low, high)


def test_the_explorer_knows_the_tables_that_the_page_shows(invented_told):
    asked = OutcomeTrends(
        period="2026-03", measures=("starting_care",), breakdowns=("starting_care",),
        breakdowns_by=("age",),
    )  # fmt: skip
    (there,) = broken_down(invented_told, outcomes_of(invented_told, asked), asked)
    here = broken_down_alone(invented_told, MEASURES["starting_care"], asked)
    tables = [protect_breakdowns(one.measure, one.parts) for one in (there, here)]
    views = [
        breakdown_view(one.measure, one.parts, table)
        for one, table in zip((there, here), tables, strict=True)
    ]
    pd.testing.assert_frame_equal(*views)
    latest, before = printed_on_the_page(here)["age"]
    assert latest.over["quarter"] == ("2026-01-01",)
    assert before.over["quarter"] == tuple(f"2025-{month:02}-01" for month in (1, 4, 7, 10))
    assert [row[1] for row in latest.rows] == tables[0]["age"].frame["latest"].tolist()
    assert broken_down_alone(invented_told, MEASURES["s47"], asked) is None
