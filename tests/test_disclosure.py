"""Disclosure control, with attacks as the tests."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from disclosure_tables import assert_safe, one_way, printed, random_counts, two_way
from hypothesis import given, settings
from hypothesis import strategies as st
from tiers import repeats

from qa_sampling.errors import DisclosureError, SchemaError
from qa_sampling.reporting import suppression
from qa_sampling.reporting.attack import intervals
from qa_sampling.reporting.disclosure import HIDDEN_MARK, SafeTable, attack, protect, require_safe
from qa_sampling.reporting.table_cells import cells_of
from qa_sampling.reporting.table_grid import with_totals
from qa_sampling.reporting.table_request import request_of

# What a published table gave away ------------------------------------------------------------

# DfE, Characteristics of children in need 2022, Darlington: duration of Section 47 enquiry to
# initial child protection conference. Total 178, three of four durations shown, one "c".
DARLINGTON = [137, 25, 15, 1]


def test_the_attack_recovers_the_count_that_darlington_2022_hid():
    rows = [(f"K{i}", n) for i, n in enumerate([137, 25, 15])] + [("K3", "[c]"), ("Total", 178)]
    found = attack(printed(rows))
    assert found[["cell", "low", "high"]].to_numpy().tolist() == [["K3", 1, 1]]


@pytest.mark.parametrize("zeros_shown", [False, True])
def test_ours_does_not_give_darlington_away(zeros_shown):
    safe = protect(
        one_way(*DARLINGTON),
        by=["kind"],
        counts=["n"],
        percentages={"share": ("n", "total")},
        zeros_shown=zeros_shown,
    )
    assert list(safe.frame["n"]) == [137, 25, "[c]", "[c]", 178]
    assert list(safe.frame["share"]) == [77.0, 14.0, "[c]", "[c]", 100.0]
    assert_safe(safe)


def test_the_attack_uses_percentages():
    """42.9 % of 7 is 3, though the count is hidden."""
    rows = [("K0", "[c]", 42.9), ("K1", "[c]", "[c]"), ("Total", 7, 100.0)]
    found = attack(printed(rows, percentages={"share": ("n", "total")}))
    assert found.set_index("cell").loc["K0", ["low", "high"]].tolist() == [3, 3]


def test_the_attack_knows_that_hidden_counts_are_not_zero_when_zeros_are_shown():
    rows = [("K0", "[c]"), ("K1", "[c]"), ("Total", 2)]
    assert attack(printed(rows))["high"].tolist() == [2, 2]
    shown = attack(printed(rows, zeros_shown=True))
    assert shown[["low", "high"]].to_numpy().tolist() == [[1, 1], [1, 1]]


def test_the_attack_combines_tables_of_one_population():
    rows = [("K0", "[c]"), ("K1", "[c]"), ("Total", 20)]
    more = [("K0", 17), ("K1", "[c]"), ("Total", 20)]
    assert attack(printed(rows), printed(more))["high"].tolist() == [3]
    apart = attack(printed(rows), printed(more, population="closed cases"))
    assert apart["high"].tolist() == [20, 20, 3]


def test_the_attack_refuses_tables_that_contradict_each_other():
    one = printed([("K0", 17), ("K1", 3), ("Total", 20)])
    other = printed([("K0", 18), ("K1", "[c]"), ("Total", 20)])
    with pytest.raises(DisclosureError, match="contradict each other"):
        attack(one, other)


def consistent_tables(safe):
    """Naive twin: every two-way table of whole numbers that fits the printed one."""
    grid = safe.grid("n")
    inner = grid.iloc[:-1, :-1].to_numpy()
    rows, columns = grid.iloc[:-1, -1].to_numpy(), grid.iloc[-1, :-1].to_numpy()
    hidden = np.argwhere(inner == HIDDEN_MARK)
    floor = 1 if safe.zeros_shown and not safe.withheld else 0
    reach = [range(floor, int(min(rows[i], columns[j])) + 1) for i, j in hidden]
    guess = np.where(inner == HIDDEN_MARK, 0, inner).astype(int)
    for numbers in product(*reach):
        guess[tuple(hidden.T)] = numbers
        if (guess.sum(axis=1) == rows).all() and (guess.sum(axis=0) == columns).all():
            yield guess.copy()


@pytest.mark.parametrize("zeros_shown", [False, True])
def test_the_attack_agrees_with_trying_every_table(zeros_shown):
    rng = np.random.default_rng(5)
    tried = 0
    for _ in range(20):
        values = random_counts(rng, 3, 3, 8).clip(max=12)
        safe = protect(
            two_way(values), by=["team", "status"], counts=["n"], zeros_shown=zeros_shown
        )
        margins_hidden = any(row[-1] == HIDDEN_MARK for row in safe.rows if "Total" in row)
        if margins_hidden or not 0 < safe.hidden <= 4:
            continue
        tables = np.array(list(consistent_tables(safe)))
        tried += 1
        for (_, _, pairs), interval in intervals((safe,)).items():
            i, j = (int(dict(pairs)[name][-1]) for name in ("team", "status"))
            assert interval == (tables[:, i, j].min(), tables[:, i, j].max())
    assert tried >= 2


# Nothing can be recovered --------------------------------------------------------------------


@pytest.mark.parametrize("zeros_shown", [False, True])
def test_nothing_is_recovered_from_random_two_way_tables(zeros_shown):
    rng = np.random.default_rng(20261101)
    hidden, times = 0, repeats(15, 40)
    for _ in range(times):
        values = random_counts(rng, rng.integers(2, 5), rng.integers(2, 5))
        safe = protect(
            two_way(values), by=["team", "status"], counts=["n"], zeros_shown=zeros_shown
        )
        assert_safe(safe)
        hidden += safe.hidden
    assert hidden > 3 * times


@pytest.mark.parametrize("zeros_shown", [False, True])
def test_nothing_is_recovered_from_random_one_way_tables(zeros_shown):
    rng = np.random.default_rng(7)
    for _ in range(70):
        values = rng.poisson(rng.gamma(0.6, 12, rng.integers(1, 8)))
        safe = protect(
            one_way(*values),
            by=["kind"],
            counts=["n"],
            percentages={"share": ("n", "total")},
            zeros_shown=zeros_shown,
        )
        assert_safe(safe)
        assert not any(0 < n < 6 for n in safe.numbers("n", totals=True).dropna())
        if zeros_shown and not safe.withheld:
            assert (safe.body.loc[values == 0, "n"] == 0).all()


@given(
    values=st.lists(st.lists(st.integers(0, 14), min_size=3, max_size=3), min_size=1, max_size=4),
    zeros_shown=st.booleans(),
    threshold=st.sampled_from([3, 6, 10]),
)
@settings(max_examples=30, deadline=None)
def test_suppression_cannot_be_undone(values, zeros_shown, threshold):
    safe = protect(
        two_way(values),
        by=["team", "status"],
        counts=["n"],
        zeros_shown=zeros_shown,
        threshold=threshold,
    )
    assert_safe(safe)
    shown = safe.numbers("n", totals=True).dropna()
    assert not ((shown > 0) & (shown < threshold)).any()


@given(order=st.permutations(range(12)))
@settings(max_examples=15, deadline=None)
def test_row_order_does_not_change_what_is_hidden(order):
    table = two_way(random_counts(np.random.default_rng(3), 4, 3))
    arguments = {"by": ["team", "status"], "counts": ["n"]}
    plain = protect(table, **arguments).frame
    mixed = protect(table.iloc[list(order)], **arguments).frame
    assert set(map(tuple, plain.to_numpy())) == set(map(tuple, mixed.to_numpy()))


# The pattern is the cheapest -----------------------------------------------------------------


def cheapest_by_trying(table, zeros_shown):
    """Naive twin: try every pattern of hidden cells, attack each, keep the cheapest safe one."""
    request = request_of(table, by=["team", "status"], counts=["n"], zeros_shown=zeros_shown)
    tied = cells_of([(request, with_totals(request))])
    cells = tied.cells
    free = np.flatnonzero(cells.state == suppression.FREE)
    best = np.inf
    for choice in product([False, True], repeat=len(free)):
        pattern = cells.state == suppression.HIDDEN
        pattern[free[list(choice)]] = True
        cost = cells.cost[pattern].sum()
        if cost < best and not suppression._cuts(cells, pattern):
            best = cost
    return cells, best


@pytest.mark.parametrize(("seed", "zeros_shown"), [(1, False), (2, False), (3, True), (4, True)])
def test_the_pattern_is_the_cheapest_of_all(seed, zeros_shown):
    values = random_counts(np.random.default_rng(seed), 2, 2).clip(max=20)
    values[0, 0] = 3
    cells, best = cheapest_by_trying(two_way(values), zeros_shown)
    hidden = suppression.hide(cells)
    found = np.inf if hidden is None else cells.cost[hidden].sum()
    assert found == pytest.approx(best)


def test_a_table_that_takes_too_long_is_still_safe():
    rng = np.random.default_rng(9)
    table = two_way(random_counts(rng, 8, 4, 12))
    hurried = protect(table, by=["team", "status"], counts=["n"], time_limit_s=0)
    exact = protect(table, by=["team", "status"], counts=["n"])
    assert_safe(hurried)
    assert hurried.hidden >= exact.hidden > 0


@pytest.mark.parametrize("zeros_shown", [False, True])
def test_the_hurried_way_is_safe_on_random_tables(zeros_shown):
    rng = np.random.default_rng(10)
    for _ in range(8):
        table = two_way(random_counts(rng, 4, 3))
        safe = protect(
            table,
            by=["team", "status"],
            counts=["n"],
            zeros_shown=zeros_shown,
            time_limit_s=0,
        )
        assert_safe(safe)


# Counts within counts, and earlier tables ----------------------------------------------------


def test_what_is_left_over_is_protected_too():
    """8 cases of which 6 are audited would tell that 2 are not."""
    table = one_way(8, 30, 40, name="cases").assign(audits=[6, 7, 9])
    apart = protect(table, by=["kind"], counts=["cases", "audits"])
    assert apart.hidden == 0
    tied = protect(table, by=["kind"], counts=["cases", "audits"], within={"audits": "cases"})
    assert tied.hidden > 0
    rest = attack(tied).query("count == 'cases not in audits'").set_index("cell").loc["K0"]
    assert rest["high"] >= 6
    assert rest["high"] - rest["low"] >= 5


def test_counts_within_counts_are_safe_on_random_tables():
    rng = np.random.default_rng(21)
    for _ in range(5):
        values = random_counts(rng, 4, 3, 12)
        table = two_way(values, name="cases")
        table["audits"] = rng.binomial(table["cases"], 0.3)
        safe = protect(
            table,
            by=["team", "status"],
            counts=["cases", "audits"],
            within={"audits": "cases"},
        )
        assert_safe(safe)
        rest = (table["cases"] - table["audits"]).to_numpy()
        found = attack(safe).set_index(["count", "cell"])
        for (team, status), left in zip(table[["team", "status"]].to_numpy(), rest, strict=True):
            low, high = found.loc[("cases not in audits", f"{status} / {team}"), ["low", "high"]]
            assert low <= left <= high
            if 0 < left < 6:
                assert high >= 6
                assert high - low >= 5


def test_a_later_table_keeps_what_an_earlier_one_hid():
    rng = np.random.default_rng(4)
    for _ in range(6):
        table = two_way(random_counts(rng, 5, 3))
        first = protect(table, by=["team", "status"], counts=["n"])
        margin = table.groupby("team", as_index=False)["n"].sum()
        second = protect(margin, by=["team"], counts=["n"], earlier=[first])
        assert_safe(first, second)
        whole = first.frame
        whole = whole[whole["status"] == "Total"]["n"].tolist()
        if not second.withheld:
            assert second.frame["n"].tolist() == whole


def test_earlier_tables_must_be_safe_tables():
    with pytest.raises(DisclosureError, match=r"protect\(earlier=…\) was given a DataFrame"):
        protect(one_way(1, 2), by=["kind"], counts=["n"], earlier=[one_way(1, 2)])


def test_known_zeros_are_shown_and_hide_nothing():
    values = [[0, 3, 20], [9, 12, 14], [8, 7, 30]]
    safe = protect(
        two_way(values),
        by=["team", "status"],
        counts=["n"],
        known_zeros=[("Team 0", "Status 0")],
    )
    assert safe.grid("n").loc["Team 0", "Status 0"] == 0
    assert_safe(safe)


# Edges ---------------------------------------------------------------------------------------


def test_a_table_without_small_counts_is_printed_whole():
    safe = protect(one_way(10, 0, 6), by=["kind"], counts=["n"])
    assert list(safe.frame["n"]) == [10, 0, 6, 16]
    assert safe.note == "No count is hidden: none lies between 1 and 5."


def test_a_single_small_count_hides_its_total():
    safe = protect(one_way(3), by=["kind"], counts=["n"])
    assert list(safe.frame["n"]) == ["[c]", "[c]"]
    assert safe.totals == {"n": "[c]"}


def test_one_child_in_all_beside_zeros_hides_more_than_the_child():
    safe = protect(one_way(0, 4, 0), by=["kind"], counts=["n"])
    assert_safe(safe)
    assert list(safe.frame["n"])[1] == "[c]"


def test_nothing_but_zeros_is_printed():
    assert list(protect(one_way(0, 0), by=["kind"], counts=["n"]).frame["n"]) == [0, 0, 0]


def test_what_cannot_be_made_safe_is_withheld_with_the_reason():
    """Two counts of 3 that make 6, where zeros are always shown: each is 1 to 5 for certain."""
    safe = protect(one_way(3, 3, 0), by=["kind"], counts=["n"], zeros_shown=True)
    assert list(safe.frame["n"]) == ["[c]", "[c]", "[c]", 6]
    assert "The whole table is withheld" in safe.withheld
    assert safe.note == safe.withheld
    assert_safe(safe)


def test_what_earlier_tables_give_away_is_refused():
    rows = [("K0", 3), ("K1", "[c]"), ("K2", "[c]"), ("Total", "[c]")]
    loose = printed(rows, threshold=2)
    with pytest.raises(DisclosureError, match="cannot be shared"):
        protect(
            one_way(3, 4, 1).assign(kind=["K0", "K1", "K2"]),
            by=["kind"],
            counts=["n"],
            earlier=[loose, printed([*rows[:2], ("K2", 1), ("Total", 8)], threshold=2)],
        )


def test_percentages_of_nothing_are_not_applicable():
    table = pd.DataFrame({"kind": ["A", "B"], "cases": [0, 60], "audits": [0, 12]})
    safe = protect(
        table,
        by=["kind"],
        counts=["cases", "audits"],
        percentages={"rate": ("audits", "cases")},
    )
    assert list(safe.frame["rate"]) == ["[z]", 20.0, 20.0]


def test_percentages_round_half_upwards():
    table = pd.DataFrame({"kind": ["A"], "cases": [2000], "audits": [1001]})
    safe = protect(
        table, by=["kind"], counts=["cases", "audits"], percentages={"p": ("audits", "cases")}
    )
    assert safe.body["p"].tolist() == [50.1]


def test_the_note_counts_what_is_hidden():
    safe = protect(one_way(*DARLINGTON), by=["kind"], counts=["n"])
    assert "counts of 1 to 5" in safe.note
    assert "(2 of 5 counts)" in safe.note
    assert "may also be a zero" in safe.note


def test_the_callers_table_is_not_altered():
    table = two_way(random_counts(np.random.default_rng(1), 3, 3))
    before = table.copy()
    protect(table, by=["team", "status"], counts=["n"])
    pd.testing.assert_frame_equal(table, before)


def test_numbers_are_missing_where_hidden():
    safe = protect(one_way(*DARLINGTON), by=["kind"], counts=["n"])
    assert safe.numbers("n").isna().tolist() == [False, False, True, True]
    assert safe.heading("n") == "N"


# Refusals ------------------------------------------------------------------------------------


def test_a_safe_table_cannot_be_made_by_hand():
    safe = protect(one_way(*DARLINGTON), by=["kind"], counts=["n"])
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        replace(safe, rows=(("K0", 1),))
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        SafeTable((), (), {}, {}, (), {}, "", "", 6, False, "", 0)
    assert copy.deepcopy(safe) == safe


def test_altering_a_copy_does_not_alter_the_safe_table():
    safe = protect(one_way(*DARLINGTON), by=["kind"], counts=["n"])
    copied = safe.frame
    copied.loc[3, "n"] = 1
    assert safe.frame.loc[3, "n"] == "[c]"


def test_anything_but_a_safe_table_is_refused():
    with pytest.raises(DisclosureError, match="was given a DataFrame"):
        require_safe(one_way(1), what="share()")


@pytest.mark.parametrize(
    ("table", "arguments", "message"),
    [
        (one_way(1), {"by": ["team"]}, "lacks `team`"),
        (one_way(1), {"by": []}, "lacks `by` or `counts`"),
        (one_way(1, 2.5), {}, "no whole numbers"),
        (one_way(1, -2), {}, "no whole numbers"),
        (one_way(1, None), {}, "no whole numbers"),
        (one_way(1, 2).assign(kind=["A", None]), {}, "classification is blank"),
        (one_way(1, 2).assign(kind="A"), {}, "repeat"),
        (one_way(1, 2).assign(kind=["A", "Total"]), {}, "leave totals out"),
        (one_way(), {}, "has no rows"),
        (one_way(1), {"threshold": 1}, "at least 2; got 1"),
        (one_way(1), {"within": {"m": "n"}}, "may name only the count columns"),
        (
            one_way(1).assign(m=2),
            {"counts": ["n", "m"], "within": {"m": "n"}},
            "`m` is larger than `n`",
        ),
    ],
)
def test_what_is_no_table_of_counts_is_refused(table, arguments, message):
    with pytest.raises(SchemaError, match=message):
        protect(table, **({"by": ["kind"], "counts": ["n"]} | arguments))


def test_a_grid_needs_two_classifications():
    safe = protect(one_way(10, 20), by=["kind"], counts=["n"])
    with pytest.raises(ValueError, match="needs two classifications"):
        safe.grid("n")


# Decisions of ours beside counts of children --------------------------------------------------


class TestDecisions:
    @pytest.mark.parametrize("zeros_shown", [False, True])
    def test_they_are_shown_and_give_no_count_away(self, zeros_shown):
        rng = np.random.default_rng(26)
        shown, withheld, times = 0, 0, repeats(15, 60)
        for _ in range(times):
            cases = random_counts(rng, int(rng.integers(2, 7)), int(rng.integers(2, 5)))
            audits = np.minimum(rng.integers(0, 4, cases.shape), cases)
            table = two_way(cases, "cases").assign(audits=audits.reshape(-1))
            safe = protect(
                table,
                by=["team", "status"],
                counts=["cases", "audits"],
                within={"audits": "cases"},
                decisions=["audits"],
                zeros_shown=zeros_shown,
            )
            assert_safe(safe)
            withheld += bool(safe.withheld)
            if not safe.withheld:
                assert safe.body["audits"].tolist() == audits.reshape(-1).tolist()
                shown += int(((audits > 0) & (audits < 6)).sum())
        assert shown > 3 * times, "small decisions are shown"
        assert withheld < times

    def test_what_they_tell_of_a_hidden_count_is_guarded(self):
        """Five audits of at most five hidden cases would tell the count: more is hidden."""
        table = one_way(5, 7, 30, name="cases").assign(audits=[5, 0, 2])
        kept = {"by": ["kind"], "counts": ["cases", "audits"], "within": {"audits": "cases"}}
        safe = protect(table, **kept, decisions=["audits"])
        assert_safe(safe)
        assert safe.body["audits"].tolist() == [5, 0, 2]
        assert safe.body["cases"].tolist().count(HIDDEN_MARK) >= 2
        assert safe.note.endswith("audits: a plan, shown however small.")
        alone = protect(table, by=["kind"], counts=["audits"], decisions=["audits"])
        assert alone.note == "audits: a plan, shown however small."

    def test_only_counts_can_be_decisions(self):
        with pytest.raises(SchemaError, match="`decisions` may name only the count columns"):
            protect(one_way(1, 9), by=["kind"], counts=["n"], decisions=["audits"])
