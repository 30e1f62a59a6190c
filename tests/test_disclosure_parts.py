"""Counts that exclude each other as columns: what adding and subtracting them tells."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from disclosure_tables import assert_safe, hidden_keys, one_way, printed

from qa_sampling.errors import SchemaError
from qa_sampling.reporting.attack import attack, given_away, intervals, key_of
from qa_sampling.reporting.disclosure import (
    HIDDEN_MARK,
    protect,
    protect_linked,
    request_of,
)
from qa_sampling.reporting.releases import printed_table, release_text

GRADES = ("good", "fair", "poor")
ALL = {"audited": GRADES}
COUNTS = ("audited", *GRADES)


def graded(*rows):
    """A table of teams; each row gives the counts of the grades, and the audits if more."""
    table = pd.DataFrame([row[:3] for row in rows], columns=list(GRADES))
    audited = [row[3] if len(row) > 3 else sum(row) for row in rows]
    return table.assign(team=[f"T{i}" for i in range(len(rows))], audited=audited)


RULES = {"by": ["team"], "counts": list(COUNTS), "population": "p"}


# What the attack knows -----------------------------------------------------------------------


def loose(**rules):
    rows = [
        ("T0", 20, 12, "[c]", "[c]"),
        ("T1", 30, 12, 9, 9),
        ("Total", 50, 24, "[c]", "[c]"),
    ]
    return printed(rows, by=("team",), counts=COUNTS, population="p", **rules)


def test_the_attack_adds_grades_up_and_subtracts_them():
    """20 audits, 12 good: the two hidden grades share 8, which nothing else says."""
    key = key_of(loose(), "poor", ("T0",))
    assert intervals((loose(),))[key][1] > 1000
    assert intervals((loose(exclusive={"audited": (GRADES,)}),))[key] == (0, 8)
    assert intervals((loose(adding_up={"audited": (GRADES,)}),))[key] == (0, 8)
    one = printed(
        [("T0", 20, 12, 5, "[c]"), ("Total", 20, 12, 5, "[c]")],
        by=("team",), counts=COUNTS, adding_up={"audited": (GRADES,)},
    )  # fmt: skip
    assert intervals((one,))[key_of(one, "poor", ("T0",))] == (3, 3)


def test_what_is_left_of_the_whole_is_found_too():
    rows = [("T0", 20, 12, 5), ("Total", 20, 12, 5)]
    found = attack(
        printed(
            rows, counts=("audited", "late", "sent"), exclusive={"audited": (("late", "sent"),)}
        )
    )
    assert set(found["count"]) == {"audited not in late or sent"}
    assert found[["low", "high"]].to_numpy().tolist() == [[3, 3], [3, 3]]


def test_what_one_table_says_of_counts_holds_in_all_tables_of_the_population():
    table = loose()
    key = key_of(table, "poor", ("T0",))
    other = printed(
        [("2026", 50, 24, 13, 13), ("Total", 50, 24, 13, 13)],
        by=("year",), counts=COUNTS, population="p", adding_up={"audited": (GRADES,)},
    )  # fmt: skip
    assert intervals((table, other))[key] == (4, 4)
    apart = printed(other.rows, by=("year",), counts=COUNTS, adding_up={"audited": (GRADES,)})
    assert intervals((table, apart))[key][1] > 1000


# What is printed -----------------------------------------------------------------------------


def possible(table, nothing, top):
    """Naive twin: all values of every cell in any table of whole numbers printed like this."""
    body = [row[1:] for row in table.rows[:-1]]
    floor = 1 if table.zeros_shown else 0

    def fits(value, told):
        return value >= floor if told == HIDDEN_MARK else value == told

    per_team = []
    for told in body:
        most = [top if total == HIDDEN_MARK else total + 1 for total in table.rows[-1][2:]]
        room = [
            range(end) if value == HIDDEN_MARK else [value]
            for value, end in zip(told[1:], most, strict=True)
        ]
        per_team.append(
            [
                (whole, *parts)
                for parts in product(*room)
                for whole in (range(sum(parts), sum(parts) + (1 if nothing else top)))
                if fits(whole, told[0]) and all(map(fits, parts, told[1:]))
            ]
        )
    seen = {}
    for chosen in product(*per_team):
        totals = [sum(column) for column in zip(*chosen, strict=True)]
        if all(map(fits, totals, table.rows[-1][1:])):
            for team, values in enumerate(chosen):
                for count, value in zip(COUNTS, values, strict=True):
                    seen.setdefault((team, count), set()).add(value)
                if not nothing:
                    seen.setdefault((team, "rest"), set()).add(values[0] - sum(values[1:]))
    return seen


def gives_away(table, known):
    return any(
        told == HIDDEN_MARK and max(known[team, count]) < 6
        for team, row in enumerate(table.rows[:-1])
        for count, told in zip(COUNTS, row[1:], strict=True)
    )


@pytest.mark.parametrize("nothing", [True, False])
def test_trying_every_table_finds_no_count_and_agrees_with_the_attack(nothing):
    rng = np.random.default_rng(14)
    name, tried, weak = ("adding_up" if nothing else "exclusive"), 0, 0
    for number in range(20):
        size = (3, 3) if nothing else (2, 3)
        values = rng.poisson(rng.choice([2, 6, 7] if nothing else [1, 3, 9], size))
        others = rng.integers(0, 1 if nothing else 7, len(values))
        whole = values.sum(axis=1) + others
        table = graded(*np.column_stack([values, whole]))
        arguments = RULES | {"zeros_shown": number % 3 == 0}
        safe = protect(table, **arguments, **{name: ALL})
        if safe.withheld or safe.hidden == 0 or HIDDEN_MARK in safe.rows[-1][1:]:
            continue
        if safe.hidden > (6 if nothing else 5):
            continue
        top = int(table["audited"].sum()) + 1
        seen, found = possible(safe, nothing, top), intervals((safe,))
        tried += 1
        for team, row in enumerate(safe.rows[:-1]):
            for count, told in zip(COUNTS, row[1:], strict=True):
                if told == HIDDEN_MARK:
                    could = seen[team, count]
                    assert found[key_of(safe, count, row)] == (min(could), max(could))
                    assert max(could) >= 6
                    assert max(could) - min(could) >= 5
        plain = protect(table, **arguments)
        if not plain.withheld and plain.hidden < 6:
            weak += gives_away(plain, possible(plain, nothing, top))
    assert tried >= 2
    assert weak or not nothing, "without the declaration counts are given away"


def test_a_small_remainder_is_protected():
    table = graded((12, 9, 8, 32), (30, 40, 20, 97))
    rules = RULES | {"exclusive": ALL}
    assert protect(table, **RULES).hidden == 0
    safe = protect(table, **rules)
    assert safe.hidden
    name = "audited not in good or fair or poor"
    low, high = intervals((safe,))[key_of(safe, name, ("T0",))]
    assert high >= 6
    assert high - low >= 5
    everything = graded((12, 9, 8, 29), (30, 40, 20, 90))
    assert protect(everything, **rules).hidden == 0, "nothing left is nobody"


def test_months_of_grades_are_not_given_away_by_their_year_to_date():
    rng = np.random.default_rng(5)
    told = 0
    for _ in range(4):
        months = rng.poisson(rng.choice([2, 5, 9], (2, 3, 3)))
        out = []
        for values, covered in ((months[0], ["m1"]), (months.sum(axis=0), ["m1", "m2"])):
            out.append(
                protect(
                    graded(*values), **RULES, adding_up=ALL, over={"month": covered}, earlier=out
                )
            )
        assert given_away(out, None, threshold=6) == set()
        told += not out[-1].withheld
    assert told >= 1


def test_several_groups_of_one_count():
    table = graded((12, 9, 3), (30, 40, 20)).assign(early=[12, 45], late=[12, 45])
    safe = protect(
        table,
        by=["team"],
        counts=["audited", *GRADES, "early", "late"],
        adding_up={"audited": [GRADES, ("early", "late")]},
    )
    assert_safe(safe)
    assert safe.adding_up == {"audited": (GRADES, ("early", "late"))}


def test_the_ledger_keeps_what_excludes_each_other():
    for rules in ({"adding_up": ALL}, {"exclusive": {"audited": [GRADES, ("good",)]}}):
        safe = protect(graded((12, 9, 3), (30, 40, 20)), **RULES, **rules)
        back = printed_table(release_text(safe))
        assert (back.adding_up, back.exclusive) == (safe.adding_up, safe.exclusive)
        assert protect(graded((12, 9, 3), (30, 40, 20)), **RULES, **rules, earlier=[back]) == safe


def test_a_whole_may_be_counted_by_another_table():
    """Audits in one table, cases in the other: 8 cases less 6 audits are 2."""
    cases = one_way(8, 30, 40, name="cases")
    audits = one_way(6, 7, 9, name="audits")
    rules = {"by": ["kind"], "population": "p"}
    first = protect(cases, counts=["cases"], **rules)
    untied = protect(audits, counts=["audits"], **rules, earlier=[first])
    assert first.hidden == untied.hidden == 0
    tied = protect(audits, counts=["audits"], within={"audits": "cases"}, **rules, earlier=[first])
    assert tied.hidden
    low, high = intervals((first, tied))[key_of(tied, "cases not in audits", ("K0",))]
    assert high >= 6
    assert high - low >= 5
    assert not hidden_keys(first)


# Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"adding_up": {"audited": ["good", "bad"]}}, "may name only the count columns"),
        ({"exclusive": {"audited": ["good", "good"]}}, "different other counts, each once"),
        ({"exclusive": {"audited": []}}, "different other counts, each once"),
        ({"adding_up": {"audited": ["audited", "good"]}}, "different other counts, each once"),
        ({"adding_up": {"audited": ["good", "fair"]}}, "do not add up to `audited`"),
        ({"exclusive": {"good": ["fair", "poor"]}}, "together are larger than `good`"),
        ({"adding_up": {"good": ["fair", "poor"]}}, "together are larger than `good`"),
        ({"within": {"good": "good"}}, "is within itself"),
    ],
)
def test_counts_that_do_not_fit_are_refused(rules, message):
    with pytest.raises(SchemaError, match=message):
        protect(graded((12, 9, 8), (3, 40, 20)), **RULES, **rules)


# Places that are hidden however large ----------------------------------------------------------


def test_concealed_places_are_hidden_and_cannot_be_worked_out():
    table = pd.DataFrame({"team": ["A", "A", "B", "B", "C", "C"], "away": ["yes", "no"] * 3,
                          "audits": [9, 8, 12, 0, 7, 10]})  # fmt: skip
    asked = {"by": ["team", "away"], "counts": ["audits"], "population": "p"}
    plain = protect_linked([request_of(table, **asked)])[0]
    assert plain.hidden == 0
    row = [("B", "yes"), ("B", "no")]
    told = protect_linked([request_of(table, **asked, concealed=row)])[0]
    hidden = {(line[0], line[1]) for line in told.rows if line[2] == HIDDEN_MARK}
    assert set(row) < hidden, "the totals tell a row that is hidden alone"
    found = attack(told).set_index("cell")
    assert (found["high"] - found["low"] >= 5).all()
    every = [(team, away) for team in ("A", "B", "C", "Total") for away in ("yes", "no", "Total")]
    whole = protect_linked([request_of(table, **asked, concealed=every)])[0]
    assert whole.hidden == 12
