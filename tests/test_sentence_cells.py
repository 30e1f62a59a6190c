"""Comparisons: what rests on a hidden count is hidden, and no number tells more than its table."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sentences import said_numbers, text

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.saying import SayingRules
from qa_sampling.reporting.sentence_cells import difference_words
from qa_sampling.reporting.sentence_changes import change_words, groups_words, relative_words
from qa_sampling.reporting.sentence_estimates import (
    count_words,
    mean_words,
    rate_words,
    share_words,
)
from qa_sampling.reporting.sentence_tables import shares_words
from qa_sampling.reporting.sentence_targets import benchmark_words, signal_words, target_words
from qa_sampling.results import Interval

UP = Interval(1, 9)
BETWEEN = ("in May", "in June")


def months(counts, **rules):
    """A table of months with a percentage and a rate."""
    labels = ["May", "June", "July", "August", "September"][: len(counts)]
    frame = pd.DataFrame({"month": labels, "cases": counts, "people": [4000] * len(counts)})
    rules = {"zeros_shown": True} | rules
    return protect(
        frame,
        by=["month"],
        counts=["cases"],
        percentages={"share": ("cases", "total")},
        publics=["people"],
        rates={"rate": ("cases", "people")},
        **rules,
    )


COMPARED = {
    "change_words": lambda counts, **more: change_words(
        4, UP, what="the number", between=("May", "June"), kind="count", counts=counts, **more
    ),
    "groups_words": lambda counts, **more: groups_words(
        4, UP, what="the number", groups=("in A", "in B"), kind="count", counts=counts, **more
    ),
    "relative_words": lambda counts, **more: relative_words(
        4, Interval(2, 9), what="cases", between=BETWEEN, counts=counts, **more
    ),
    "benchmark_words": lambda counts, **more: benchmark_words(
        4, UP, 13, what="the number", name="England's", kind="count", counts=counts, **more
    ),
    "target_words": lambda counts, **more: target_words(
        4, UP, 13, what="the number", kind="count", counts=counts, **more
    ),
}


@pytest.mark.parametrize("name", list(COMPARED))
@pytest.mark.parametrize(
    "counts",
    [(3,), (40, 1), (40, 5), ((3, 40),), ((37, 40),), (40, (35, 40))],
    ids=["small", "one", "five", "small of a whole", "small rest", "second"],
)
def test_a_comparison_that_rests_on_a_small_count_is_hidden(name, counts):
    sentence = text(COMPARED[name](counts))
    assert sentence.endswith("is hidden, so that nobody can be identified.")
    assert said_numbers(sentence) == []


@pytest.mark.parametrize("name", list(COMPARED))
def test_a_comparison_that_rests_on_a_hidden_cell_is_hidden_however_large_it_is(name):
    """The cell that is hidden to keep another one hidden may be 20."""
    table = months([3, 20, 40, 60])
    hidden = [row[0] for row in table.rows if row[1] == "[c]"]
    assert len(hidden) > 1
    for month in hidden:
        for counts in ((cell(table, "cases", month),), (40, cell(table, "cases", month))):
            sentence = text(COMPARED[name](counts))
            assert "hidden, so that nobody" in sentence
            assert said_numbers(sentence) == []


@pytest.mark.parametrize("name", list(COMPARED))
def test_a_comparison_of_what_is_shown_is_said(name):
    table = months([40, 20])
    cells = (cell(table, "cases", "May"), cell(table, "cases", "June"))
    for counts in ((0, 6), ((30, 36),), ((40, 40),), cells, (cells,)):
        assert said_numbers(text(COMPARED[name](counts)))
    assert "hidden" in text(COMPARED[name]((9,), rules=SayingRules(threshold=10)))
    assert "hidden" not in text(COMPARED[name]((3,), rules=SayingRules(threshold=1)))


@pytest.mark.parametrize("name", list(COMPARED))
def test_what_a_comparison_rests_on_must_be_counts(name):
    table = months([43, 58], rounded_to=5)
    with pytest.raises(DisclosureError, match="needs the `counts` that its numbers rest on"):
        COMPARED[name](())
    with pytest.raises(DisclosureError, match="a count that the table rounds"):
        COMPARED[name]((cell(table, "cases", "May"),))
    with pytest.raises(DisclosureError, match="got a cell of `share`"):
        COMPARED[name]((cell(table, "share", "May"),))
    for other in (3.5, True, "40", declared(40)):
        with pytest.raises(DisclosureError, match="rests on counts; got a"):
            COMPARED[name]((other,))


def test_no_sentence_takes_a_typed_number():
    typed = "three children"
    pair, enough = (typed, "June"), (20,)
    calls = [
        lambda: change_words(4, UP, what=typed, between=BETWEEN, counts=enough),
        lambda: change_words(4, UP, what="x", between=pair, counts=enough),
        lambda: change_words(4, UP, what="x", between=BETWEEN, counts=enough, verbs=pair),
        lambda: change_words(4, UP, what="x", between=BETWEEN, counts=enough, bands=[(0, typed)]),
        lambda: groups_words(4, UP, what="x", groups=pair, counts=enough),
        lambda: relative_words(4, UP, what="x", between=pair, counts=enough),
        lambda: benchmark_words(4, UP, 3, what="x", name=typed, counts=enough),
        lambda: target_words(4, UP, 3, what=typed, counts=enough),
        lambda: signal_words(what=typed, signal="none"),
        lambda: signal_words(what="x", signal="outside", way="up", since=typed),
        lambda: share_words(0.5, UP, what=typed, count=20, n=40, population=90),
        lambda: share_words(0.5, UP, what="x", count=20, n=40, population=90, of=pair),
        lambda: count_words(5, UP, what=typed, count=20, n=40, population=90),
        lambda: mean_words(4, UP, what=typed, unit=("day", "days"), n=40),
        lambda: mean_words(4, UP, what="x", unit=pair, n=40),
        lambda: rate_words(4, UP, what=typed, count=40),
        lambda: rate_words(4, UP, what="x", count=40, of=typed),
        lambda: shares_words(months([40, 30]), "share", what=typed),
        lambda: difference_words(
            cell(months([40, 30]), "cases", "May"),
            cell(months([40, 30]), "cases", "June"),
            what=typed,
            between=BETWEEN,
        ),
    ]
    for call in calls:
        with pytest.raises(DisclosureError, match="could be a count"):
            call()


# --- estimates -------------------------------------------------------------------------------


def test_estimates_take_cells_and_hide_what_the_table_hides():
    table = months([3, 20, 40, 60])
    may, june, july = (cell(table, "cases", month) for month in ("May", "June", "July"))
    shown, hidden = (july, [may, june])
    assert all(one.hidden for one in hidden)
    for one in hidden:
        made = [
            share_words(0.5, UP, what="were good", count=one, n=40, population=900),
            share_words(0.5, UP, what="were good", count=30, n=40, population=one),
            count_words(5, UP, what="were good", count=one, n=40, population=900),
            mean_words(5, UP, what="the mean", unit=("day", "days"), n=one),
            rate_words(5, UP, what="plans", count=one),
        ]
        for words in made:
            assert text(words).endswith("is hidden, so that nobody can be identified.")
            assert not {"3", "20", "5"} & set(said_numbers(text(words)))
    words = mean_words(5, UP, what="the mean", unit=("day", "days"), n=shown)
    assert text(words).endswith("judged from 40 audits.")


@pytest.mark.parametrize(
    ("total", "ends", "sentence"),
    [
        (3.2, (1, 40), "How many open cases were good is hidden, so that nobody can be "
                       "identified."),
        (1409, (1, 1412), "How many open cases were good is hidden, so that nobody can be "
                          "identified."),
        (20, (2.4, 60), "About 20 (fewer than 6 to 60) of 1,412 open cases were good, judged from "
                        "40 audits."),
        (20, (0, 60), "About 20 (0 to 60) of 1,412 open cases were good, judged from 40 audits."),
    ],
)  # fmt: skip
def test_an_estimated_number_of_cases_keeps_to_the_threshold(total, ends, sentence):
    words = count_words(total, Interval(*ends), what="were good", count=20, n=40, population=1412)
    assert text(words) == sentence


# --- printed numbers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "column", "sentence"),
    [
        ([40, 52], "cases", "The number rose from 40 in May to 52 in June, by 12 (30%)."),
        ([52, 40], "cases", "The number fell from 52 in May to 40 in June, by 12 (23%)."),
        ([40, 40], "cases", "The number was 40 in May and 40 in June."),
        ([0, 9], "cases", "The number rose from 0 in May to 9 in June, by 9."),
        ([6, 70], "cases", "The number rose from 6 in May to 70 in June, by 64 (1,067%)."),
        ([1000, 1001], "cases",
         "The number rose from 1,000 in May to 1,001 in June, by 1 (less than 1%)."),
        ([40, 60], "share",
         "The number rose from 40.0% in May to 60.0% in June, by 20.0 percentage points."),
        ([40, 60], "rate",
         "The number rose from 100.0 per 10,000 in May to 150.0 per 10,000 in June, by 50.0."),
        ([3, 4], "cases",
         "How the number differs in May and in June is hidden, so that nobody can be identified."),
    ],
)  # fmt: skip
def test_two_printed_numbers_are_compared(counts, column, sentence):
    table = months(counts)
    pair = [cell(table, column, month) for month in ("May", "June")]
    assert text(difference_words(*pair, what="the number", between=BETWEEN)) == sentence


def test_of_rounded_counts_no_size_is_said():
    table = months([43, 58], rounded_to=5)

    def said(column):
        pair = [cell(table, column, month) for month in ("May", "June")]
        return text(difference_words(*pair, what="the number", between=BETWEEN))

    assert said("cases") == "The number rose from about 45 in May to about 60 in June."
    assert said("share").startswith("The number was about ")
    same = months([43, 44], rounded_to=5)
    pair = [cell(same, "cases", month) for month in ("May", "June")]
    sentence = text(difference_words(*pair, what="the number", between=BETWEEN))
    assert sentence == "The number was about 45 in May and about 45 in June."


def test_only_two_cells_of_one_kind_are_compared():
    table, rounded = months([40, 52]), months([40, 52], rounded_to=5)
    with pytest.raises(DisclosureError, match="Give what cell"):
        difference_words(40, cell(table, "cases", "May"), what="x", between=BETWEEN)
    for other in (cell(table, "share", "May"), cell(rounded, "cases", "May")):
        with pytest.raises(DisclosureError, match="two numbers of one kind"):
            difference_words(cell(table, "cases", "May"), other, what="x", between=BETWEEN)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=3, max_size=5), st.booleans(), st.sampled_from([1, 5]))
def test_a_difference_is_said_of_two_shown_counts_only(counts, zeros, rounded_to):
    table = months(counts, zeros_shown=zeros, rounded_to=rounded_to)
    rows = {row[0]: row[1] for row in table.rows[:-1]}
    for first in rows:
        for second in rows:
            pair = (cell(table, "cases", first), cell(table, "cases", second))
            words = text(difference_words(*pair, what="it", between=BETWEEN))
            if "[c]" in (rows[first], rows[second]):
                assert said_numbers(words) == []
                assert "rose" not in words
                assert "fell" not in words
            else:
                printed = {str(rows[first]), str(rows[second])}
                gap = abs(rows[first] - rows[second])
                assert printed <= set(said_numbers(words))
                extra = set(said_numbers(words)) - printed
                assert extra == set() if rounded_to > 1 else len(extra) <= 2
                assert rounded_to > 1 or not gap or str(gap) in said_numbers(words)


def test_some_are_never_none_nor_not_all_all():
    table = months([29_999, 6, 0])
    assert text(shares_words(table, "share", decimals=1)) == (
        "Share is more than 99.9% in “May”, less than 0.1% in “June” and 0.0% in “July”."
    )
    whole = months([29_999, 0])
    assert text(shares_words(whole, "share")) == "Share is 100% in “May” and 0% in “June”."
