"""Attacks on the outcomes of one service, beside everybody's of the same quarters."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from disclosure_intruder import World, leaks
from scipy import stats

from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.outcome_tables import protect_outcomes, quarter_words
from qa_sampling.reporting.own_service_tables import protect_own_outcomes
from qa_sampling.reporting.own_service_words import own_service_words, together_words
from qa_sampling.reporting.releases import printed_table, printed_tables, release_text
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.trends.measures import MEASURES

SERVICE = "Family Safeguarding"
WHOLE, PART = "plan_starts", "second_plans"
OWN_WHOLE, OWN_PART = (f"{name} of {SERVICE}" for name in (WHOLE, PART))
REST_WHOLE, REST_PART = "plans of other services", "second plans of other services"
OWN_OTHERS = f"others than {OWN_PART}"
COUNTS = (WHOLE, PART, OWN_WHOLE, OWN_PART, OWN_OTHERS, REST_WHOLE, REST_PART)
STARTS = pd.date_range("2024-01-01", periods=10, freq="QS")
SHOWN = 6


def counts_of(rng: np.random.Generator) -> np.ndarray:
    """Give plans of the service and of others by quarter, and the second ones among them."""
    rates = np.array([rng.choice([4, 12, 30]), rng.choice([3, 10, 40])])
    plans = rng.poisson(rates, (len(STARTS), 2))
    return np.stack([plans, rng.binomial(plans, rng.choice([0.08, 0.2, 0.4]))], axis=1)


def tables_of(truth, window, edition: str, ledger: list[str], *, careful: bool):
    """Release everybody's counts and then the service's, as the page does."""
    days = STARTS[list(window)]
    rows = [
        (name, STARTS[at], truth[at, place].sum(), float(truth[at, 0].sum()), True)
        for place, name in enumerate((WHOLE, PART))
        for at in window
    ]
    columns = ["measure", "start", "numerator", "denominator", "mature"]
    everybody = pd.DataFrame(rows, columns=columns)
    own = [
        (STARTS[at], name, truth[at, place, 0], truth[at, 0, 0])
        for place, name in enumerate((WHOLE, PART))
        for at in window
    ]
    own = pd.DataFrame(own, columns=["start", "measure", "numerator", "denominator"])
    about = {"edition": edition}
    measures = [MEASURES[WHOLE], MEASURES[PART]]
    made = []
    for protect_one in (
        lambda known: (
            protect_outcomes(
                everybody, measures, quarters=[f"{day:%Y-%m-%d}" for day in days], **about, **known
            ).tables
        ),
        lambda known: tuple(
            one.table
            for one in protect_own_outcomes(own, measures, service=SERVICE, **about, **known)
        ),
    ):
        texts = pd.Series(ledger if careful else [], dtype="str")
        for table in protect_one({"earlier": printed_tables(texts)}):
            ledger.append(release_text(table))
            made.append(table)
    return made


def intruder_finds(seed: int, *, extracts: int, careful: bool = True) -> tuple[list[str], int]:
    """Attack the pages of so many extracts; late records change the two latest quarters.

    The intruder is told which quarters were corrected, and takes all others to be as they were.
    """
    rng = np.random.default_rng(seed)
    truth, ledger, read = counts_of(rng), [], []
    names = [quarter_words(day) for day in STARTS]
    known = dict(zip(names, truth.copy(), strict=True))
    hidden = 0
    for step in range(extracts):
        for late in (step + SHOWN - 2, step + SHOWN - 1) if step else ():
            added = rng.poisson(0.7, 2)
            if added.any():
                truth[late] += [added, rng.binomial(added, 0.3)]
                names[late] = f"{quarter_words(STARTS[late])}, extract {step}"
                known[names[late]] = truth[late].copy()
            elif names[late] not in known:
                known[names[late]] = truth[late].copy()
        window = range(step, step + SHOWN)
        for table in tables_of(truth, window, f"extract {step}", ledger, careful=careful):
            hidden += table.hidden
            printed = printed_table(release_text(table))
            new = {quarter_words(STARTS[at]): names[at] for at in window}
            read.append((_renamed(printed, new), {"quarter": tuple(names[at] for at in window)}))
    values = np.array(list(known.values()))
    own, rest = values[:, :, 0], values[:, :, 1]
    by_count = [*(own + rest).T, *own.T, own[:, 0] - own[:, 1], *rest.T]
    return leaks(_world(tuple(known)), read, np.concatenate(by_count).astype(float)), hidden


def _renamed(table, names: dict[str, str]):
    rows = tuple((names.get(row[0], row[0]), *row[1:]) for row in table.rows)
    return replace(table, rows=rows)


def _world(quarters: tuple[str, ...]) -> World:
    return World(
        sizes={"quarter": quarters}, counts=COUNTS, columns={"quarter": "quarter"}, groups={},
        inside=((WHOLE, PART), (OWN_WHOLE, OWN_PART), (REST_WHOLE, REST_PART),
                (WHOLE, OWN_WHOLE), (PART, OWN_PART)),
        apart=((OWN_WHOLE, (OWN_PART, OWN_OTHERS), True),
               (WHOLE, (OWN_WHOLE, REST_WHOLE), True), (PART, (OWN_PART, REST_PART), True)),
    )  # fmt: skip


@pytest.mark.parametrize(("seed", "extracts"), [(33, 1), (33, 2), (26, 3)])
def test_nothing_is_found_of_the_service_or_of_all_others(seed, extracts):
    """These gave plans of all others away while nobody thought of first plans (see the module)."""
    found, hidden = intruder_finds(seed, extracts=extracts)
    assert found == []
    assert hidden, "there is something to find"


def test_the_attack_would_find_a_page_that_knows_nothing_of_everybody():
    assert intruder_finds(33, extracts=1, careful=False)[0]


def sentences_of(plans, seconds) -> tuple[list, list[str]]:
    """Give what is printed of eight quarters of one service among many plans, and what is said."""
    days = [*STARTS[-8:]]
    own = pd.DataFrame(
        [(day, name, counts[at], plans[at], span)
         for name, counts in ((WHOLE, plans), (PART, seconds))
         for at, (day, span) in enumerate(zip(days, ["before"] * 4 + ["now"] * 4, strict=True))],
        columns=["start", "measure", "numerator", "denominator", "span"],
    )  # fmt: skip
    measures = [MEASURES[WHOLE], MEASURES[PART]]
    shared = protect_own_outcomes(own, measures, service=SERVICE, edition="one")
    outcomes = pd.DataFrame({"measure": [PART, "plans_two_years"], "alone": 1.0})
    others = pd.DataFrame({"service": ["East", "West"], "times": [20, 30]})
    both = dict.fromkeys(("graded", "heard"), protect(others, by=["service"], counts=["times"]))
    words = own_service_words(
        SERVICE, outcomes, own.assign(measure=PART), shared, **both, fewest=10, level=0.95
    )
    words += together_words(outcomes, words, level=0.95)
    return [*shared[0].table.rows], list(words.sentences)[1:]


def possible(rows, plans: int) -> list[tuple[int, int]]:
    """Work out by trial what now and before may be: every number that fits the printed rows."""
    *quarters, last = rows
    shown = [None if row[2] == HIDDEN_MARK else int(row[2]) for row in quarters]
    gaps = [at for at, one in enumerate(shown) if one is None]
    left = int(last[2]) - sum(one for one in shown if one is not None)
    found = set()
    for tried in product(range(plans + 1), repeat=len(gaps)):
        if sum(tried) == left:
            full = [tried[gaps.index(at)] if at in gaps else one for at, one in enumerate(shown)]
            found.add((sum(full[4:]), sum(full[:4])))
    return sorted(found)


def differs(now: int, before: int, of: int) -> str:
    """Compare two shares of as many by the table of four counts, one of two comparisons (Holm)."""
    table = [[now, of - now], [before, of - before]]
    square = stats.chi2_contingency(table, correction=False)[0] * (2 * of - 1) / (2 * of)
    if stats.chi2.sf(square, 1) > 0.05 / 2:
        return "no difference that can be told from chance"
    return "higher, by more than chance" if now > before else "lower, by more than chance"


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ([30, 2, 30, 30], [12, 12, 2, 3], "lower, by more than chance, whatever"),
        ([15, 2, 15, 15], [12, 12, 2, 3], "is told on the page for named readers alone"),
        ([20, 2, 20, 20], [17, 16, 15, 4], "no difference that can be told from chance, whatever"),
        ([20, 20, 20, 20], [8, 8, 8, 8], "lower, by more than chance."),
        ([20, 20, 20, 20], [20, 20, 20, 1], "no difference that can be told from chance."),
    ],
)
def test_a_change_is_told_where_it_is_the_same_for_all_that_fits_what_is_printed(before, now, said):
    """Whether seven of 200 are fewer than twenty nearly tells which of them were one or two."""
    rows, sentences = sentences_of([50] * 8, before + now)
    assert said in sentences[0]
    assert (HIDDEN_MARK in {row[2] for row in rows}) == (2 in before or 1 in now)
    may_be = possible(rows, 50)
    assert (sum(now), sum(before)) in may_be
    assert (len(may_be) > 1) == (2 in before)
    told = {differs(*one, 200) for one in may_be}
    assert (len(told) == 1) == ("named readers" not in said)
    assert all(one in sentences[0] for one in told) or len(told) > 1
    assert "plans of two years" in sentences[-2 if len(told) == 1 else -1], "nothing is printed"


def test_comparisons_of_one_service_are_said_to_be_made_together():
    said = sentences_of([50] * 8, [20] * 4 + [8] * 4)[1]
    assert said[2].startswith("These 2 comparisons are made together (Holm)")
    assert "at most 5 of 100" in said[2]


def test_a_service_that_is_the_whole_authority():
    """One team alone: everybody's counts are its own, and nothing is left to others."""
    rng = np.random.default_rng(4)
    truth = counts_of(rng)
    truth[:, :, 1] = 0
    everybody, own = tables_of(truth, range(SHOWN), "one", [], careful=True)
    for count in (WHOLE, PART):
        theirs, its = everybody.body[count], own.body[f"{count} of {SERVICE}"]
        both = [pair for pair in zip(theirs, its, strict=True) if HIDDEN_MARK not in pair]
        assert both
        assert all(one == other for one, other in both)
        assert set(theirs[its == HIDDEN_MARK]) <= {HIDDEN_MARK}, "hidden in both or in neither"
