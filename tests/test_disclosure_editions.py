"""Series that grow, thresholds that rise, zeros that are known: editions of the same figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from disclosure_intruder import World, cells_by_trying, leaks, read, spans
from disclosure_tables import hidden_keys, one_way, two_way
from scipy.optimize import Bounds, LinearConstraint

from qa_sampling.errors import DisclosureError, SchemaError
from qa_sampling.reporting import disclosure, solving, suppression
from qa_sampling.reporting.attack import given_away, intervals, key_of
from qa_sampling.reporting.coarsening import coarsened
from qa_sampling.reporting.disclosure import HIDDEN_MARK, protect, request_of
from qa_sampling.reporting.releases import printed_table, release_text

MONTHS = tuple(f"2026-{month:02}" for month in range(4, 10))
TEAMS = ("A", "B", "C")
SERIES = {"by": ["month"], "counts": ["n"], "population": "audits", "growing": ["month"]}


def series(values):
    return pd.DataFrame({"month": MONTHS[: len(values)], "n": values})


# A series that grows -------------------------------------------------------------------------


def test_each_edition_adds_a_month_to_what_is_out():
    first = protect(series([20, 31]), **SERIES)
    second = protect(series([20, 31, 44]), **SERIES, earlier=[first])
    assert second.frame["n"].tolist() == [20, 31, 44, 95]
    assert key_of(first, "n", ("Total",)) != key_of(second, "n", ("Total",))
    with pytest.raises(DisclosureError, match="contradicts what has been released"):
        plain = SERIES | {"growing": []}
        protect(series([20, 31, 44]), **plain, earlier=[protect(series([20, 31]), **plain)])
    with pytest.raises(DisclosureError, match="contradicts what has been released"):
        protect(series([20, 30, 44]), **SERIES, earlier=[first])


def test_the_total_gives_no_small_month_away():
    """51 at the end of May and 54 at the end of June: three in June."""
    may = protect(series([20, 31]), **SERIES)
    june = protect(series([20, 31, 3]), **SERIES, earlier=[may])
    assert june.frame["n"].tolist() == [20, 31, HIDDEN_MARK, HIDDEN_MARK]
    july = protect(series([20, 31, 3, 40]), **SERIES, earlier=[may, june])
    assert not july.withheld
    assert july.frame["n"].tolist()[:3] == [20, 31, HIDDEN_MARK]
    assert given_away((may, june, july), None, threshold=6) == set()


def test_the_total_of_one_month_is_that_month():
    assert protect(series([20]), **SERIES).frame["n"].tolist() == [20, 20]
    assert protect(series([3]), **SERIES).frame["n"].tolist() == [HIDDEN_MARK, HIDDEN_MARK]


def test_six_editions_with_their_year_to_date_give_nothing_away():
    """Each month: the series so far by month, and the year to date by team, all in the ledger."""
    rng = np.random.default_rng(606)
    world = World(
        sizes={"team": TEAMS, "month": MONTHS},
        counts=("n",),
        columns={"team": "team", "month": "month"},
        groups={},
    )
    hidden = 0
    for _ in range(2):
        truth = rng.poisson(rng.choice([2, 8, 15], (3, 6)))
        out = []
        for at in range(1, 7):
            so_far, covered = truth[:, :at], {"month": MONTHS[:at]}
            teams = pd.DataFrame({"team": TEAMS, "n": so_far.sum(axis=1)})
            ledger = [printed_table(release_text(one)) for one, _ in out]
            table = protect(series(so_far.sum(axis=0)), **SERIES, earlier=ledger)
            out.append((table, covered))
            date = {"by": ["team"], "counts": ["n"], "population": "audits", "over": covered}
            out.append((protect(teams, **date, earlier=[*ledger, table]), covered))
        assert leaks(world, out, truth.ravel()) == []
        hidden += sum(one.hidden for one, _ in out)
    assert hidden > 10
    truth[:, -1] = 1
    careless = [
        (protect(series(truth[:, :at].sum(axis=0)), **SERIES), {"month": MONTHS[:at]})
        for at in range(1, 7)
    ]
    assert leaks(world, careless, truth.ravel()), "without the ledger counts are given away"


def test_a_growing_series_left_out_is_what_the_table_is_summed_over():
    table = two_way([[3, 2], [30, 41]]).rename(columns={"status": "month"})
    request = request_of(
        table, by=["team", "month"], counts=["n"], growing=["month"], population="p"
    )
    smaller = coarsened(request, {"month": None})
    assert smaller.over == {"month": ("Status 0", "Status 1")}
    assert smaller.growing == ()
    merged = coarsened(request, {"month": {"Status 0": "Both", "Status 1": "Both"}})
    total = key_of(merged, "n", ("Total", "Total"))
    assert total == key_of(request, "n", ("Total", "Total"))
    assert total == key_of(smaller, "n", ("Total",))


def test_growing_must_be_a_classification():
    with pytest.raises(SchemaError, match="`growing` may name only the classifications"):
        protect(series([20]), **(SERIES | {"growing": ["year"]}))
    with pytest.raises(SchemaError, match="give `growing` instead"):
        protect(series([20]), **SERIES, made_of={"month": ("month", {"Total": MONTHS})})


# Thresholds that rise or fall ----------------------------------------------------------------

OPEN_CASES = {"by": ["kind"], "counts": ["n"], "population": "open"}


def test_what_was_shown_stays_shown_when_the_threshold_rises():
    table = one_way(3, 8, 20, 40, 60)
    first = protect(table, **OPEN_CASES)
    assert first.frame["n"].tolist() == [HIDDEN_MARK, HIDDEN_MARK, 20, 40, 60, 131]
    second = protect(table, **OPEN_CASES, threshold=25, earlier=[first])
    assert not second.withheld
    assert second.frame["n"].tolist() == first.frame["n"].tolist()
    assert "Smaller counts that are shown were released before." in second.note
    assert protect(table, **OPEN_CASES, threshold=25, earlier=[first, second]) == second


def test_a_table_whose_every_count_was_shown_is_shown_whole():
    table = one_way(8, 20)
    first = protect(table, **OPEN_CASES)
    second = protect(table, **OPEN_CASES, threshold=10, earlier=[first])
    assert second.frame["n"].tolist() == [8, 20, 28]
    assert "No count is hidden" not in second.note


def test_new_counts_follow_the_larger_threshold():
    first = protect(one_way(8, 20, 40), **OPEN_CASES)
    finer = two_way([[8, 0], [9, 11], [20, 20]]).assign(kind=["K0", "K0", "K1", "K1", "K2", "K2"])
    rules = {"by": ["kind", "status"], "counts": ["n"], "population": "open"}
    low = protect(finer, **rules, earlier=[first])
    assert low.hidden == 0
    high = protect(finer, **rules, threshold=10, earlier=[first])
    assert not high.withheld
    grid = high.grid("n")
    assert grid["Total"].tolist() == [8, 20, 40, 68]
    assert grid.loc["K1", "Status 0"] == HIDDEN_MARK
    found = intervals((first, high))
    low, high_end = found[key_of(high, "n", ("K1", "Status 0"))]
    assert high_end >= 10
    assert high_end - low >= 9


def test_the_attack_holds_new_tables_to_the_threshold_of_earlier_ones(monkeypatch):
    """A count hidden below 20 stays so when a later table asks for 6 only.

    The programme is told nothing of it here: the attack alone must see it.
    """
    first = protect(one_way(12, 3, 30, 44), **OPEN_CASES, threshold=20)
    assert first.frame["n"].tolist()[:2] == [HIDDEN_MARK, HIDDEN_MARK]
    services = pd.DataFrame({"group": ["G", "H"], "n": [15, 74]})
    rules = {"by": ["group"], "counts": ["n"], "population": "open"}
    made_of = {"group": ("kind", {"G": ["K0", "K1"], "H": ["K2", "K3"]})}
    seen = []
    attacked = disclosure.given_away

    def spy(tables, keys, *, threshold):
        seen.append(threshold)
        return attacked(tables, keys, threshold=threshold)

    monkeypatch.setattr(disclosure, "given_away", spy)
    later = protect(services, **rules, made_of=made_of, earlier=[first], threshold=6)
    assert set(seen) == {20}
    assert given_away((first, later), hidden_keys(first), threshold=20) == set()
    shown = [(15, 74), (15, HIDDEN_MARK), (HIDDEN_MARK, 74)]
    assert tuple(later.frame["n"].tolist()[:2]) not in shown


def test_a_hidden_count_keeps_the_protection_it_had_when_the_threshold_rises():
    rng = np.random.default_rng(12)
    kept = 0
    for _ in range(6):
        table = two_way(rng.poisson(rng.choice([2, 9, 20], (3, 3))))
        rules = {"by": ["team", "status"], "counts": ["n"], "population": "open"}
        first = protect(table, **rules)
        second = protect(table, **rules, threshold=10, earlier=[first])
        if first.withheld:
            continue
        kept += 1
        assert not second.withheld
        for before, after in zip(first.rows, second.rows, strict=True):
            assert after[-1] == before[-1]
        assert given_away((first, second), None, threshold=6) == set()
    assert kept >= 4


# Zeros everyone knows ------------------------------------------------------------------------

KNOWN = {"by": ["team", "status"], "counts": ["n"]}


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ([("Team 9", "Status 0")], "1 of `known_zeros` are no combinations"),
        ([("Team 0",)], "1 of `known_zeros` are no combinations"),
        ([("Team 0", "Total")], "1 of `known_zeros` are no combinations"),
        ([("Team 0", "Status 1"), ("Team 0", "Status 0")], "1 of `known_zeros` hold counts"),
    ],
)
def test_known_zeros_must_be_empty_combinations(places, message):
    with pytest.raises(SchemaError, match=message):
        protect(two_way([[0, 9], [12, 20]]), **KNOWN, known_zeros=places)


def test_known_zeros_stay_known_in_a_coarser_table():
    zeros = [("Team 0", "Status 0"), ("Team 1", "Status 0"), ("Team 0", "Status 1")]
    request = request_of(two_way([[0, 0, 9], [0, 9, 12], [7, 8, 20]]), **KNOWN, known_zeros=zeros)
    merged = coarsened(request, {"team": {"Team 0": "Both", "Team 1": "Both"}})
    assert merged.known_zeros == {("Both", "Status 0")}
    dropped = coarsened(request, {"status": None})
    assert dropped.known_zeros == set()
    assert coarsened(request, {"team": {"Team 9": "x"}}).known_zeros == set(zeros)


def test_known_zeros_are_printed_in_a_withheld_table():
    """Otherwise the attack would think that the others may be there."""
    safe = protect(
        two_way([[0, 3], [3, 0]]), **KNOWN, zeros_shown=True, known_zeros=[("Team 0", "Status 0")]
    )
    assert safe.withheld
    assert safe.grid("n").loc["Team 0", "Status 0"] == 0


# Rounding, subtotals, coarser forms ----------------------------------------------------------


@pytest.mark.parametrize("base", [0, 2, 3, 4, 7, 20, 100, -5])
def test_only_5_and_10_are_rounded_to(base):
    with pytest.raises(SchemaError, match=rf"`rounded_to` must be 1, 5 or 10; got {base}\."):
        protect(one_way(10, 20), by=["kind"], counts=["n"], rounded_to=base)


MIXED = {"kind": ("unit", {"K0": ["U1", "U2"]})}


def test_labels_of_different_dimensions_have_no_subtotal():
    rules = {"by": ["kind"], "counts": ["n"], "made_of": MIXED}
    for more in ({"subtotals_of": {"kind": {"K0": "S", "K1": "S"}}}, {"growing": ["kind"]}):
        with pytest.raises(SchemaError, match=r"different dimensions \(kind, unit\)"):
            protect(one_way(10, 20, 30), **rules, **more)
    request = request_of(one_way(10, 20, 30), **rules)
    with pytest.raises(SchemaError, match=r"different dimensions \(kind, unit\)"):
        coarsened(request, {"kind": {"K0": "S", "K1": "S"}})
    apart = coarsened(request, {"kind": {"K1": "S", "K2": "S"}})
    assert apart.made_of["kind"] == {"K0": ("unit", ("U1", "U2")), "S": ("kind", ("K1", "K2"))}


def test_labels_that_share_cases_are_refused():
    rules = {"by": ["kind"], "counts": ["n"]}
    shared = {"kind": ("unit", {"K0": ["U1", "U2"], "K1": ["U2"]})}
    with pytest.raises(SchemaError, match="whose cases count twice"):
        protect(one_way(10, 20), **rules, made_of=shared)
    with pytest.raises(SchemaError, match="is made of no labels"):
        protect(one_way(10, 20), **rules, made_of={"kind": ("unit", {"K0": []})})


def test_subtotals_stay_when_another_classification_is_left_out():
    table = two_way([[4, 4], [30, 41], [22, 35]])
    groups = {"Team 0": "East", "Team 1": "East", "Team 2": "West"}
    rules = KNOWN | {"subtotals_of": {"team": groups}, "most_hidden": 0.0}
    safe = protect(table, **rules, coarser=[{"status": None}])
    assert safe.by == ("team",)
    assert safe.frame["team"].tolist() == ["Team 0", "Team 1", "East", "Team 2", "West", "Total"]
    with pytest.raises(SchemaError, match="under the name of the total"):
        protect(table, **rules, coarser=[{"team": {"Team 0": "Total"}}])


# Time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("solved", [0, 1, 2])
def test_running_out_of_time_hides_more_and_never_less(monkeypatch, solved):
    """The integer programme gives up after some rounds of cuts."""
    rng = np.random.default_rng(17)
    world = World(
        sizes={
            "team": tuple(f"Team {i}" for i in range(4)),
            "status": tuple(f"Status {i}" for i in range(3)),
        },
        counts=("n",),
        columns={"team": "team", "status": "status"},
        groups={},
    )
    exactly = suppression._cheapest
    for _ in range(3):
        truth = rng.poisson(rng.choice([2, 8, 15], (4, 3)))
        table = two_way(truth)
        request = request_of(table, **KNOWN)
        cells = disclosure.cells_of([(request, disclosure.with_totals(request))]).cells
        best = suppression.hide(cells)
        calls = []

        def gives_up(cells, cuts, left, calls=calls):
            calls.append(1)
            return exactly(cells, cuts, left) if len(calls) <= solved else (False, None)

        monkeypatch.setattr(suppression, "_cheapest", gives_up)
        hurried = suppression.hide(cells)
        safe = protect(table, **KNOWN)
        monkeypatch.setattr(suppression, "_cheapest", exactly)
        if best is not None and hurried is not None:
            assert cells.cost[hurried].sum() >= cells.cost[best].sum() - 1e-9
            assert suppression._cuts(cells, hurried) == []
        assert leaks(world, [(safe, {})], truth.ravel()) == []


def test_the_intruder_agrees_with_trying_every_table():
    world = World(
        sizes={"kind": ("K0", "K1", "K2")},
        counts=("n",),
        columns={"kind": "kind"},
        groups={},
    )
    safe = protect(one_way(3, 8, 4), by=["kind"], counts=["n"])
    every = cells_by_trying(world, [(safe, {})], 15)
    marks = np.eye(3)
    least, most = spans(read(world, [(safe, {})]), marks, enough=lambda low, high: False)
    assert (least == every.min(axis=0)).all()
    assert (most == every.max(axis=0)).all()


# The solver ----------------------------------------------------------------------------------


def test_what_the_solver_calls_impossible_is_solved_again(monkeypatch):
    """HiGHS did so in earnest for a system of 100 cells: see test_disclosure_fuzz.py."""
    solver = solving.milp

    def hasty(objective, *, options=None, **given):
        solved = solver(objective, options=options, **given)
        if (options or {}).get("presolve", True):
            solved.status, solved.x = 2, None
        return solved

    system = LinearConstraint(np.array([[1.0, 1.0]]), [4.0], [4.0])
    arguments = np.array([1.0, 0.0]), Bounds(np.zeros(2), np.full(2, 3.0)), system
    monkeypatch.setattr(solving, "milp", hasty)
    assert solving.fitting(*arguments).tolist() == [1, 3]
    never = LinearConstraint(np.array([[1.0, 1.0]]), [9.0], [9.0])
    assert solving.fitting(*arguments[:2], never) is None


def test_numbers_that_do_not_fit_are_not_believed(monkeypatch):
    solver = solving.milp

    def careless(objective, *, options=None, **given):
        solved = solver(objective, options=options, **given)
        solved.x = solved.x + (0 if (options or {}).get("presolve") is False else 1)
        return solved

    system = LinearConstraint(np.array([[1.0, 1.0]]), [4.0], [4.0])
    monkeypatch.setattr(solving, "milp", careless)
    found = solving.fitting(np.array([1.0, 0.0]), Bounds(np.zeros(2), np.full(2, 3.0)), system)
    assert found.tolist() == [1, 3]
