"""What a review found disclosure control to give away or to refuse wrongly, and no longer does."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest
from disclosure_tables import one_way, printed
from plan_factory import plan_of
from tiers import repeats

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.attack import intervals, key_of
from qa_sampling.reporting.disclosure import HIDDEN_MARK, PrintedTable, protect
from qa_sampling.reporting.narrative import plan_findings
from qa_sampling.reporting.plan_tables import protect_plan

TEAMS = ["A", "B", "C"]
KEPT = {
    "by": ["team"],
    "counts": ["cases", "audits"],
    "within": {"audits": "cases"},
    "population": "p",
    "zeros_shown": True,
}


def month(cases, audits):
    return pd.DataFrame({"team": TEAMS, "cases": cases, "audits": audits})


# Counts within counts, over months -----------------------------------------------------------


def test_the_attack_knows_that_audits_are_cases_in_every_month():
    """B and C were audited whole over both months, so in each: A's audits follow."""
    first = printed(
        [("A", 7, "[c]"), ("B", "[c]", "[c]"), ("C", "[c]", "[c]"), ("Total", 14, 8)],
        by=("team",), counts=("cases", "audits"), within={"audits": "cases"},
        population="p", zeros_shown=True, over={"month": ("m1",)},
    )  # fmt: skip
    both = printed(
        [("A", 16, 10), ("B", 9, 9), ("C", 9, 9), ("Total", 34, 28)],
        by=("team",), counts=("cases", "audits"), within={"audits": "cases"},
        population="p", zeros_shown=True, over={"month": ("m1", "m2")},
    )  # fmt: skip
    found = intervals((first, both))
    assert found[key_of(first, "audits", ("A",))] == (1, 1)


def test_a_year_to_date_of_audits_among_cases_does_not_give_a_month_away():
    first = protect(month([7, 5, 2], [1, 5, 2]), over={"month": "m1"}, **KEPT)
    both = protect(
        month([16, 9, 9], [10, 9, 9]), over={"month": ["m1", "m2"]}, earlier=[first], **KEPT
    )
    assert possible(first, both)["audits", "A"] >= 2


def possible(first, both):
    """Naive twin: how many values each hidden count of the first month can have, by trying."""
    shown = {row[0]: row[1:] for row in first.rows}, {row[0]: row[1:] for row in both.rows}
    top = 12

    def fits(value, told):
        return told == HIDDEN_MARK or value == told

    pairs = [(c, a) for c in range(top) for a in range(c + 1)]
    per_team = []
    for team in TEAMS:
        (c1, a1), (c2, a2) = shown[0][team], shown[1][team]
        per_team.append(
            [
                (c, a)
                for c, a in pairs
                if fits(c, c1) and fits(a, a1)
                and (c2 == HIDDEN_MARK or c <= c2)
                and (a2 == HIDDEN_MARK or a <= a2)
                and (HIDDEN_MARK in (c2, a2) or 0 <= a2 - a <= c2 - c)
                and not (c1 == HIDDEN_MARK and c == 0)
                and not (a1 == HIDDEN_MARK and a == 0)
            ]
        )  # fmt: skip
    seen: dict[tuple[str, str], set[int]] = {}
    for chosen in itertools.product(*per_team):
        totals = [sum(part) for part in zip(*chosen, strict=True)]
        if all(fits(v, t) for v, t in zip(totals, shown[0]["Total"], strict=True)):
            for team, (c, a) in zip(TEAMS, chosen, strict=True):
                seen.setdefault(("cases", team), set()).add(c)
                seen.setdefault(("audits", team), set()).add(a)
    return {key: len(values) for key, values in seen.items()}


def test_no_random_month_is_recovered_from_its_year_to_date():
    rng = np.random.default_rng(886)
    tried = 0
    for _ in range(repeats(10, 25)):
        cases = rng.integers(0, 8, (2, 3))
        audits = np.where(rng.random((2, 3)) < 0.7, cases, rng.integers(0, cases + 1))
        first = protect(month(cases[0], audits[0]), over={"month": "m1"}, **KEPT)
        try:
            both = protect(
                month(cases.sum(axis=0), audits.sum(axis=0)),
                over={"month": ["m1", "m2"]},
                earlier=[first],
                **KEPT,
            )
        except DisclosureError:
            continue
        if first.withheld or both.withheld:
            continue
        found = possible(first, both)
        for team, c, a in first.rows[:3]:
            for count, value in (("cases", c), ("audits", a)):
                if value == HIDDEN_MARK:
                    tried += 1
                    assert found[count, team] >= 2
    assert tried >= repeats(4, 10)


# Thresholds, forged tables, subtotals --------------------------------------------------------


def test_a_hand_made_table_does_not_come_back_sealed():
    forged = PrintedTable(
        by=("kind",), counts=("n",), percentages={}, within={},
        rows=(("K0", 2), ("K1", 30), ("Total", 32)), labels={}, total_label="Total",
        population="p", threshold=6, zeros_shown=False, withheld="", hidden=0,
    )  # fmt: skip
    arguments = {"by": ["kind"], "counts": ["n"], "population": "p"}
    made = protect(one_way(2, 30), **arguments, earlier=[forged])
    assert made.frame["n"].tolist()[0] == HIDDEN_MARK
    assert made.withheld
    careless = PrintedTable(
        **{
            **{name: getattr(forged, name) for name in PrintedTable.__dataclass_fields__},
            "rows": (("K0", "[c]"), ("K1", 30), ("Total", 32)),
            "hidden": 1,
        }
    )
    with pytest.raises(DisclosureError):
        protect(one_way(2, 30), **arguments, earlier=[careless])


def test_a_subtotal_of_one_label_is_that_label():
    table = pd.DataFrame({"team": TEAMS, "n": [12, 20, 30]})
    groups = {"A": "North", "B": "South", "C": "South"}
    safe = protect(table, by=["team"], counts=["n"], subtotals_of={"team": groups})
    assert safe.frame["n"].tolist() == [12, 12, 20, 30, 50, 62]
    small = table.assign(n=[3, 20, 30])
    hidden = protect(small, by=["team"], counts=["n"], subtotals_of={"team": groups})
    shown = hidden.frame.set_index("team")["n"]
    assert shown["A"] == shown["North"] == HIDDEN_MARK


# The plan's findings -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [3, 11])
def test_findings_are_said_when_audits_are_hidden(seed):
    tables = protect_plan(plan_of(seed))
    said = plan_findings(tables, due=date(2026, 11, 30), as_at=date(2026, 10, 31))
    text = " ".join(said.sentences)
    assert HIDDEN_MARK not in text
    if tables.coverage.totals["audits"] == HIDDEN_MARK:
        assert "take part" not in text
        assert "moderator" not in text
