"""Tables at several levels, of several months, several at once, coarser ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from disclosure_tables import assert_safe, hidden_keys, one_way, random_counts, two_way
from tiers import repeats

from qa_sampling.errors import DisclosureError, SchemaError
from qa_sampling.reporting import suppression
from qa_sampling.reporting.attack import given_away, intervals, key_of
from qa_sampling.reporting.disclosure import (
    HIDDEN_MARK,
    SafeTable,
    protect,
    protect_linked,
    request_of,
)
from qa_sampling.reporting.releases import printed_table, release_text
from qa_sampling.reporting.table_cells import cells_of
from qa_sampling.reporting.table_grid import with_totals

SERVICE = {"Team 0": "East", "Team 1": "East", "Team 2": "West", "Team 3": "West"}
MADE_OF = {"service": ("team", {"East": ["Team 0", "Team 1"], "West": ["Team 2", "Team 3"]})}
BY = {"by": ["team", "status"], "counts": ["n"]}


def test_subtotals_stand_after_their_labels_and_add_up():
    values = [[10, 20], [30, 40], [50, 60], [70, 80]]
    safe = protect(two_way(values), **BY, subtotals_of={"team": SERVICE})
    grid = safe.grid("n")
    assert list(grid.index) == [
        "Team 0", "Team 1", "East", "Team 2", "Team 3", "West", "Total",
    ]  # fmt: skip
    assert grid.loc["East"].tolist() == [40, 60, 100]
    assert grid.loc["Total"].tolist() == [160, 200, 360]
    assert set(safe.body["team"]) == set(SERVICE), "subtotals are no rows of the body"


@pytest.mark.parametrize("zeros_shown", [False, True])
def test_nothing_is_recovered_through_subtotals(zeros_shown):
    rng = np.random.default_rng(41)
    hidden = 0
    for _ in range(10):
        table = two_way(random_counts(rng, 4, 3, 10))
        safe = protect(table, **BY, zeros_shown=zeros_shown, subtotals_of={"team": SERVICE})
        assert_safe(safe)
        hidden += safe.hidden
    assert hidden > 60


def test_a_subtotal_alone_would_give_a_count_away():
    """Without the subtotals, hiding one count in each service is enough; with them it is not."""
    table = pd.DataFrame({"team": list(SERVICE), "n": [3, 30, 9, 40]})
    plain = protect(table, by=["team"], counts=["n"])
    assert plain.frame["n"].tolist() == ["[c]", 30, "[c]", 40, 82]
    tied = protect(table, by=["team"], counts=["n"], subtotals_of={"team": SERVICE})
    east = tied.frame.set_index("team")["n"]
    assert east["Team 0"] == HIDDEN_MARK
    assert HIDDEN_MARK in (east["Team 1"], east["East"])
    assert_safe(tied)


def test_a_table_of_services_is_tied_to_the_table_of_teams():
    """The service's count minus its other team would give the hidden team away."""
    teams = pd.DataFrame({"team": list(SERVICE), "n": [3, 30, 9, 40]})
    first = protect(teams, by=["team"], counts=["n"], population="plans")
    services = pd.DataFrame({"service": ["East", "West"], "n": [33, 49]})
    loose = protect(services, by=["service"], counts=["n"], population="plans")
    assert loose.frame["n"].tolist() == [33, 49, 82]
    tied = protect(
        services,
        by=["service"],
        counts=["n"],
        population="plans",
        made_of=MADE_OF,
        earlier=[first],
    )
    assert_safe(first, tied)
    assert tied.frame["n"].tolist()[:2] == ["[c]", "[c]"]
    told = protect(services, by=["service"], counts=["n"], population="plans", made_of=MADE_OF)
    assert intervals((first, told))[key_of(first, "n", ("Team 0",))] == (3, 3)


def test_a_table_by_three_classifications():
    rng = np.random.default_rng(5)
    rows = [
        (f"T{i}", f"S{j}", f"A{k}", int(n))
        for (i, j, k), n in zip(
            product(range(3), range(2), range(2)), random_counts(rng, 12, 1, 9).ravel(), strict=True
        )
    ]
    table = pd.DataFrame(rows, columns=["team", "status", "age", "n"])
    safe = protect(table, by=["team", "status", "age"], counts=["n"])
    assert_safe(safe)
    assert len(safe.rows) == 4 * 3 * 3
    assert len(safe.body) == 12
    assert safe.hidden


# Several tables at once ----------------------------------------------------------------------


def linked_requests(seed):
    """Two tables of one caseload that share the margin by team; one team is small."""
    means = np.repeat([0.6, 5, 6, 7], 4)
    places = product(range(4), range(2), range(2))
    counts = np.random.default_rng(seed).poisson(means)
    cube = pd.DataFrame(
        [
            (f"Team {i}", f"Status {j}", f"Age {k}", int(n))
            for (i, j, k), n in zip(places, counts, strict=True)
        ],
        columns=["team", "status", "age", "n"],
    )
    return [
        request_of(
            cube.groupby(by, as_index=False)["n"].sum(), by=by, counts=["n"], population="open"
        )
        for by in (["team", "status"], ["team", "age"])
    ]


def cost_of(requests, tables):
    """What the hidden cells cost, each counted once."""
    tied = cells_of([(request, with_totals(request)) for request in requests])
    hidden = hidden_keys(*tables)
    return sum(tied.cells.cost[at] for key, at in tied.index.items() if key in hidden)


@pytest.mark.parametrize(("seed", "cheaper"), [(18, True), (35, True), (1, False), (2, False)])
def test_linked_tables_are_safe_together_and_cost_no_more_than_in_turn(seed, cheaper):
    requests = linked_requests(seed)
    joint = protect_linked(requests)
    first = protect_linked(requests[:1])
    second = protect_linked(requests[1:], earlier=first)
    assert_safe(*joint)
    assert_safe(*first, *second)
    together, apart = (cost_of(requests, one) for one in (joint, [*first, *second]))
    assert together <= apart + 1e-9
    assert (together < apart - 1e-9) == cheaper


def test_linked_tables_that_disagree_are_refused():
    requests = [
        request_of(one_way(10, 20), by=["kind"], counts=["n"], population="open"),
        request_of(one_way(10, 21), by=["kind"], counts=["n"], population="open"),
    ]
    with pytest.raises(SchemaError, match="different numbers for the same count"):
        protect_linked(requests)


# Month against year to date ------------------------------------------------------------------

MONTHS = ["2026-04", "2026-05", "2026-06"]


def month_series(rng):
    """Three months of counts by team and status, each table safe alone."""
    return {month: random_counts(rng, 4, 3, 6) for month in MONTHS}


def released(series, *, ledger):
    """Release each month, and each year to date; with or without the ledger."""
    out: list[SafeTable] = []
    so_far = np.zeros((4, 3), dtype=int)
    for at, month in enumerate(MONTHS):
        so_far = so_far + series[month]
        for values, months in ((series[month], [month]), (so_far, MONTHS[: at + 1])):
            if at or len(out) == 0:
                out.append(
                    protect(
                        two_way(values),
                        **BY,
                        population="audits completed",
                        over={"month": months},
                        earlier=out if ledger else [],
                    )
                )
    return out


def recovered(tables):
    """Hidden counts that all the tables together give exactly."""
    found = intervals(tables)
    return [key for key in hidden_keys(*tables) & set(found) if found[key][0] == found[key][1]]


def test_a_year_to_date_gives_months_away_unless_the_ledger_is_used():
    rng = np.random.default_rng(77)
    leaked = 0
    times = repeats(2, 5)
    for _ in range(times):
        series = month_series(rng)
        alone = released(series, ledger=False)
        leaked += bool(recovered(alone))
        kept = released(series, ledger=True)
        assert given_away(kept, None, threshold=6) == set()
        assert not recovered(kept)
    assert leaked == times, "without a ledger every series gives a count away"


def test_a_month_that_was_never_released_is_not_given_away_by_subtraction():
    """Year to date in May, then in June: their difference is June, in which 2 were audited."""
    may = protect(
        one_way(40, 50),
        by=["kind"],
        counts=["n"],
        population="audits",
        over={"month": MONTHS[:2]},
    )
    assert may.frame["n"].tolist() == [40, 50, 90]
    arguments = {
        "by": ["kind"],
        "counts": ["n"],
        "population": "audits",
        "over": {"month": MONTHS},
    }
    june = one_way(42, 58)
    loose = protect(june, **arguments)
    assert loose.frame["n"].tolist() == [42, 58, 100]
    kept = protect(june, **arguments, earlier=[may])
    assert kept.frame["n"].tolist() == ["[c]", "[c]", 100]
    assert given_away((may, kept), None, threshold=6) == set()


def test_what_was_released_is_given_again_as_it_was():
    table = two_way(random_counts(np.random.default_rng(3), 4, 3))
    first = protect(table, **BY, population="open")
    other = protect(one_way(7, 9), by=["kind"], counts=["n"])
    ledger = [printed_table(release_text(one)) for one in (other, first)]
    again = protect(table, **BY, population="open", earlier=ledger)
    assert again == first
    assert isinstance(again, SafeTable)


def test_a_withheld_table_is_given_again_as_it_was():
    arguments = {"by": ["kind"], "counts": ["n"], "zeros_shown": True, "population": "open"}
    first = protect(one_way(3, 3, 0), **arguments)
    assert first.withheld
    assert protect(one_way(3, 3, 0), **arguments, earlier=[first]) == first


def test_a_coarser_table_is_given_again_as_it_was():
    arguments = {"by": ["kind"], "counts": ["n"], "zeros_shown": True, "population": "open"}
    step = {"kind": {"K0": "Low", "K1": "Low", "K2": "Low"}}
    first = protect(one_way(3, 3, 0), **arguments, coarser=[step])
    again = protect(one_way(3, 3, 0), **arguments, coarser=[step], earlier=[first])
    assert again == first


def test_corrected_figures_of_the_same_name_are_refused():
    arguments = {"by": ["kind"], "counts": ["n"], "population": "open, 31 October"}
    first = protect(one_way(40, 50), **arguments)
    with pytest.raises(DisclosureError, match="contradicts what has been released"):
        protect(one_way(41, 50), **arguments, earlier=[first])


def test_a_rounded_table_before_an_exact_one_is_taken_for_what_it_tells():
    arguments = {"by": ["kind"], "counts": ["n"], "population": "open"}
    table = one_way(3, 30, 41, 60)
    wide = protect(table, **arguments, rounded_to=10)
    exact = protect(table, **arguments, earlier=[wide])
    assert_safe(exact, wide)
    assert exact.frame["n"].tolist()[1:].count(HIDDEN_MARK) == 1


# Coarser tables ------------------------------------------------------------------------------

BANDS = {"K0": "K0 to K2", "K1": "K0 to K2", "K2": "K0 to K2"}


def test_a_table_that_cannot_be_made_safe_is_made_coarser():
    table = one_way(3, 3, 0, 40)
    arguments = {"by": ["kind"], "counts": ["n"], "zeros_shown": True}
    step = {"K0": "Low", "K1": "Low", "K2": "Low"}
    whole = protect(one_way(3, 3, 0), **arguments)
    assert whole.withheld
    safe = protect(one_way(3, 3, 0), **arguments, coarser=[{"kind": step}])
    assert not safe.withheld
    assert safe.frame.to_numpy().tolist() == [["Low", 6], ["Total", 6]]
    assert "put together: kind" in safe.note
    assert protect(table, **arguments).columns == ("kind", "n")


def test_a_table_that_hides_too_much_is_made_coarser_when_asked():
    table = two_way([[3, 2, 9], [4, 12, 2], [30, 40, 50], [20, 3, 60]])
    full = protect(table, **BY)
    share = full.hidden / len(full.rows)
    assert share > 0.25
    coarse = protect(table, **BY, most_hidden=0.25, coarser=[{"status": None}])
    assert coarse.by == ("team",)
    assert coarse.hidden / len(coarse.rows) <= 0.25
    assert "left out: status" in coarse.note
    assert protect(table, **BY, most_hidden=0.25) == full, "without a coarser form it stays"


def test_coarser_forms_are_tried_in_order():
    steps = [{"kind": {"K0": "A", "K1": "A"}}, {"kind": BANDS}]
    table = one_way(1, 1, 7, 50)
    safe = protect(table, by=["kind"], counts=["n"], zeros_shown=True, coarser=steps, most_hidden=0)
    assert safe.frame["kind"].tolist() == ["K0 to K2", "K3", "Total"]
    assert safe.frame["n"].tolist() == [9, 50, 59]


def test_merged_labels_stay_tied_to_what_they_were_made_of():
    fine = protect(one_way(3, 8, 20, 40), by=["kind"], counts=["n"], population="open")
    table = one_way(3, 8, 20, 40)
    coarse = protect(
        table,
        by=["kind"],
        counts=["n"],
        population="open",
        most_hidden=0,
        coarser=[{"kind": {"K1": "Others", "K2": "Others", "K3": "Others"}}],
        earlier=[fine],
    )
    assert_safe(fine, coarse)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"team": None}, "may name only the classifications"),
        ({"kind": None}, "leaves no classification"),
    ],
)
def test_coarser_forms_that_make_no_sense_are_refused(step, message):
    with pytest.raises(SchemaError, match=message):
        protect(one_way(3, 3), by=["kind"], counts=["n"], zeros_shown=True, coarser=[step])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"subtotals_of": {"team": {}}}, "may name only the classifications"),
        ({"made_of": {"team": ("x", {})}}, "may name only the classifications"),
        ({"subtotals_of": {"kind": {"K0": "K1"}}}, "has the name of one of its labels"),
        ({"subtotals_of": {"kind": {"K0": "Total"}}}, "has the name of one of its labels"),
        ({"over": {"kind": "K0"}}, "dimensions that are no columns"),
        ({"over": {"month": []}}, "must give labels"),
        (
            {"over": {"month": "2026-04"}, "made_of": {"kind": ("month", {"K0": ["2026-05"]})}},
            "speak of the same dimension",
        ),
    ],
)
def test_levels_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(SchemaError, match=message):
        protect(one_way(10, 20), **({"by": ["kind"], "counts": ["n"]} | arguments))


def test_a_sum_whose_others_are_rounded_needs_no_second_hidden_cell():
    request = request_of(one_way(3, 30, 40), by=["kind"], counts=["n"], rounded_to=10)
    cells = cells_of([(request, with_totals(request))]).cells
    assert suppression.hide(cells).sum() == 1
