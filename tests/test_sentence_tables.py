"""Sentences told from protected tables: what the table hides stays hidden."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sentences import said_numbers, text

from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.reporting.attack import attack
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.saying import SayingRules
from qa_sampling.reporting.sentence_agreement import agreement_text, agreement_words
from qa_sampling.reporting.sentence_grades import grades_words
from qa_sampling.reporting.sentence_tables import cell_words, counts_words, shares_words
from qa_sampling.results import GradeDistribution

GRADES = ("Outstanding", "Good", "Requires improvement", "Inadequate")
SHARE = {"share": ("cases", "total")}


def protected(counts, *, labels=None, by="team", **options):
    names = labels or [f"T{at}" for at in range(len(counts))]
    frame = pd.DataFrame({by: [str(name) for name in names], "cases": counts})
    return protect(frame, by=[by], counts=["cases"], percentages=SHARE, **options)


# --- counts and shares of a table ------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "options", "sentence"),
    [
        ([40, 9], {}, "Of 49 cases there are 40 in “T0” and 9 in “T1”."),
        (
            [40, 9, 3, 3, 8],
            {},
            "Of 63 cases there are 40 in “T0”, 9 in “T1” and 8 in “T4”; the numbers in “T2” and "
            "“T3” are hidden.",
        ),
        ([40, 0], {"zeros_shown": True}, "Of 40 cases there are 40 in “T0” and none in “T1”."),
        ([3, 2], {}, "The numbers of cases by team are hidden."),
        ([7] * 7, {}, "The numbers of cases by team are in the table; none is hidden."),
        (
            [7, 7, 7, 7, 7, 1, 2, 6],
            {},
            "The numbers of cases by team are in the table; 3 of 8 are hidden.",
        ),
    ],
)
def test_counts_by_group(counts, options, sentence):
    safe = protected(counts, **options)
    assert text(counts_words(safe, "cases")) == sentence


@pytest.mark.parametrize(
    ("counts", "options", "decimals", "sentence"),
    [
        ([40, 9], {}, 0, "Share is 82% in “T0” and 18% in “T1”."),
        ([40, 9], {}, 1, "Share is 81.6% in “T0” and 18.4% in “T1”."),
        (
            [40, 9, 3, 3],
            {},
            0,
            "Share is 73% in “T0”, 16% in “T1”, hidden in “T2” and hidden in “T3”.",
        ),
        ([3, 2], {}, 0, "Share by team cannot be shown."),
        ([7] * 7, {}, 0, "Share by team is in the table; none is hidden."),
        (
            [995, 0, 5 + 1],
            {"zeros_shown": True},
            0,
            "Share is 99% in “T0”, 0% in “T1” and 1% in “T2”.",
        ),
    ],
)
def test_shares_by_group(counts, options, decimals, sentence):
    assert text(shares_words(protected(counts, **options), "share", decimals=decimals)) == sentence


def test_one_cell_is_said_as_printed():
    frame = pd.DataFrame({"team": ["A", "B", "C"], "cases": [41, 3, 4], "audits": [8, 0, 0]})
    safe = protect(
        frame,
        by=["team"],
        counts=["cases", "audits"],
        percentages={"audited": ("audits", "cases")},
        decisions=["audits"],
    )
    said = [
        text(cell_words(safe, "cases", name, what="the number of cases", noun=("case", "cases")))
        for name in ("A", "B")
    ]
    assert said == ["The number of cases is 41 cases.", "The number of cases is hidden."]
    assert text(cell_words(safe, "audited", "A", what="the share")) == "The share is 20%."
    assert text(cell_words(safe, "audits", "B", what="the number")) == "The number is none."
    empty = protect(
        frame.assign(cases=[41, 0, 9], audits=[8, 0, 9]),
        by=["team"],
        counts=["cases", "audits"],
        percentages={"audited": ("audits", "cases")},
        zeros_shown=True,
    )
    sentence = text(cell_words(empty, "audited", "B", what="the share"))
    assert sentence == "There is no number for the share."


def test_rounded_counts_are_about_and_rates_have_their_unit():
    frame = pd.DataFrame({"team": ["A", "B"], "cases": [43, 58], "children": [4000, 5000]})
    safe = protect(
        frame,
        by=["team"],
        counts=["cases"],
        publics=["children"],
        rates={"rate": ("cases", "children")},
        rounded_to=5,
    )
    assert text(counts_words(safe, "cases")) == (
        "Of about 100 cases there are about 45 in “A” and about 60 in “B”."
    )
    said = [text(cell_words(safe, name, "A", what="it")) for name in ("cases", "children", "rate")]
    assert said == ["It is about 45.", "It is 4,000.", "It is 112.5 per 10,000."]
    steps = protect(
        pd.DataFrame({"steps": ["0", "1"], "n": [43, 58]}),
        by=["steps"],
        counts=["n"],
        rounded_to=5,
    )
    with pytest.raises(DisclosureError, match="was given rounded counts"):
        agreement_words(steps, count="n")


def test_only_protected_tables_and_their_own_columns_are_said():
    plain = pd.DataFrame({"team": ["A"], "cases": [3]})
    safe = protected([40, 9])
    for function in (counts_words, shares_words):
        with pytest.raises(DisclosureError, match="may hold counts that identify a child"):
            function(plain, "cases")
        with pytest.raises(DisclosureError, match="needs a table with one classification"):
            function(safe, "team")
    with pytest.raises(DisclosureError, match="may hold counts that identify a child"):
        cell_words(plain, "cases", "A", what="x")
    with pytest.raises(DisclosureError, match=r"needs one of cases, share and 1 labels"):
        cell_words(safe, "team", "T0", what="x")
    with pytest.raises(DisclosureError, match="a group that the table does not have"):
        cell_words(safe, "cases", "T9", what="x")


# --- agreement -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            {0: 9, 1: 2, -1: 1},
            "In 9 of 12 audits the moderator gave the same grade as the auditor; in 2 the auditor "
            "was one grade higher; in 1 the auditor was one grade lower.",
        ),
        (
            {0: 9, 1: 2, 2: 1},
            "In 9 of 12 audits the moderator gave the same grade as the auditor; in 2 the auditor "
            "was one grade higher and in 1 two grades higher.",
        ),
        ({0: 12}, "In all 12 audits the moderator gave the same grade as the auditor."),
        ({0: 12, 1: 0}, "In all 12 audits the moderator gave the same grade as the auditor."),
        ({0: 1}, "In the 1 audit the moderator gave the same grade as the auditor."),
        (
            {-3: 2},
            "In none of 2 audits did the moderator give the same grade as the auditor; in 2 the "
            "auditor was three grades lower.",
        ),
        (
            {-1: 1},
            "In none of 1 audit did the moderator give the same grade as the auditor; in 1 the "
            "auditor was one grade lower.",
        ),
        ({}, "No audit was graded by both auditor and moderator."),
    ],
)
def test_agreement_counts_first_and_ranks_nobody(counts, sentence):
    said = agreement_text(counts, sum(counts.values()))
    assert said == sentence
    assert not re.search(r"better|worse|right|wrong|harsh|lenient|too", said)
    assert type(said) is str, "plain counts give plain text, which cannot be shared"


def test_agreement_of_a_protected_table_hides_what_it_hides():
    safe = protected([40, 9, 4, 3], labels=[0, 1, -1, -2], by="steps")
    assert text(agreement_words(safe, count="cases")) == (
        "In 40 of 56 audits the moderator gave the same grade as the auditor; in 9 the auditor was "
        "one grade higher; in a hidden number the auditor was one grade lower and in a hidden "
        "number two grades lower."
    )
    hidden = protected([3, 2], labels=[0, 1], by="steps")
    assert not set(said_numbers(text(agreement_words(hidden, count="cases")))) & {"2", "3", "5"}


def test_agreement_needs_steps_and_a_protected_table():
    with pytest.raises(DisclosureError, match="may hold counts that identify a child"):
        agreement_words(pd.DataFrame({"steps": ["0"], "n": [3]}), count="n")
    with pytest.raises(DisclosureError, match="one classification"):
        agreement_words(protected([9, 9]), count="audits")
    with pytest.raises(ParameterError, match="holds whole numbers as text"):
        agreement_words(protected([9, 9]), count="cases")


# --- grades ----------------------------------------------------------------------------------


def distribution(counts, *, population=1412, width=0.1):
    n = sum(counts)
    shares = [count / n for count in counts]
    table = pd.DataFrame(
        {
            "grade": GRADES,
            "share": shares,
            "low": [max(0, share - width) for share in shares],
            "high": [min(1, share + width) for share in shares],
            "count": counts,
        }
    )
    return GradeDistribution(table, n, population, 0.95, "wilson")


@pytest.mark.parametrize(
    ("counts", "options", "sentence"),
    [
        (
            [6, 20, 14, 0],
            {},
            "Of 1,412 open cases an estimated 15% (5% to 25%) are Outstanding, 50% (40% to 60%) "
            "are Good, 35% (25% to 45%) are Requires improvement and 0% (0% to 10%) are "
            "Inadequate; judged from 40 audits.",
        ),
        (
            [3, 20, 14, 3],
            {},
            "Of 1,412 open cases an estimated 50% (40% to 60%) are Good and 35% (25% to 45%) are "
            "Requires improvement; hidden: Outstanding and Inadequate; judged from 40 audits.",
        ),
        (
            [6, 20, 14, 0],
            {"rules": SayingRules(widest=0.05)},
            "Too uncertain to say: Outstanding, Good, Requires improvement and Inadequate; judged "
            "from 40 audits.",
        ),
        (
            [20, 20, 0, 0],
            {"rules": SayingRules(widest=0.15, uncertain="beside")},
            "Of 1,412 open cases an estimated 50% (40% to 60%, uncertain) are Outstanding, 50% "
            "(40% to 60%, uncertain) are Good, 0% (0% to 10%) are Requires improvement and 0% "
            "(0% to 10%) are Inadequate; judged from 40 audits.",
        ),
        (
            [20, 20, 0, 0],
            {"rules": SayingRules(minimum_n=50)},
            "Too few audits were made to say the shares of open cases by grade.",
        ),
    ],
)
def test_grades(counts, options, sentence):
    safe = protected(counts, labels=GRADES, by="grade", zeros_shown=0 in counts)
    words = grades_words(distribution(counts), safe, count="cases", **options)
    assert text(words) == sentence


def test_a_grade_hidden_alone_hides_all_shares_because_they_add_up():
    counts = [6, 20, 14, 3]
    safe = protected(counts, labels=GRADES, by="grade", zeros_shown=True)
    hidden = sum(row[1] == "[c]" for row in safe.rows[:-1])
    sentence = text(grades_words(distribution(counts), safe, count="cases"))
    if hidden == 1 or safe.totals["cases"] == "[c]":
        assert sentence == (
            "The shares of open cases by grade are hidden, as they rest on small numbers."
        )
    else:
        assert sentence.count("hidden") == 1
    small = distribution(counts, population=4)
    assert "hidden" in text(grades_words(small, safe, count="cases"))


def test_grades_need_the_table_of_the_distribution():
    safe = protected([6, 20, 14, 0], labels=GRADES, by="grade", zeros_shown=True)
    with pytest.raises(DisclosureError, match="is not that of the distribution"):
        grades_words(distribution([7, 20, 13, 0]), safe, count="cases")
    with pytest.raises(DisclosureError, match="one classification"):
        grades_words(distribution([6, 20, 14, 0]), safe, count="audits")


# --- the attack ------------------------------------------------------------------------------


def allowed_numbers(safe, hidden: int, groups: int) -> set[str]:
    """Everything a sentence may print: what the table prints, and its roundings."""
    allowed = {"1", "99", str(hidden), str(groups)}
    for row in safe.rows:
        for value in row[len(safe.by) :]:
            if isinstance(value, str):
                continue
            allowed |= {str(value), f"{value:g}"}
            if isinstance(value, float):
                allowed.add(str(int(value + 0.5)))
    return allowed


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=8),
    st.booleans(),
    st.integers(3, 10),
)
def test_sentences_say_no_number_that_the_table_does_not_print(counts, zeros, threshold):
    labels = [f"T{'abcdefgh'[at]}" for at in range(len(counts))]
    safe = protected(counts, labels=labels, zeros_shown=zeros, threshold=threshold)
    printed = [row[1] for row in safe.rows[:-1]]
    hidden = printed.count("[c]")
    sentences = [text(counts_words(safe, "cases")), text(shares_words(safe, "share"))]
    for label in labels:
        sentences.append(text(cell_words(safe, "cases", label, what="it")))
        sentences.append(text(cell_words(safe, "share", label, what="it")))
    said = {number for sentence in sentences for number in said_numbers(sentence)}
    assert said <= allowed_numbers(safe, hidden, len(counts))
    if hidden and not safe.withheld:
        found = attack(safe)
        found = found[found["count"] == "cases"]
        assert (found["high"] >= threshold).all()
        assert (found["high"] - found["low"] >= threshold - 1).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=5, max_size=5), st.booleans())
def test_agreement_and_grades_say_no_hidden_number(counts, zeros):
    steps = protected(counts, labels=[-2, -1, 0, 1, 2], by="steps", zeros_shown=zeros)
    words = text(agreement_words(steps, count="cases"))
    assert set(said_numbers(words)) <= allowed_numbers(steps, 0, 0)
    four = counts[:4]
    if not sum(four):
        return
    safe = protected(four, labels=GRADES, by="grade", zeros_shown=zeros)
    hidden = [row[0] for row in safe.rows[:-1] if row[1] == "[c]"]
    made = distribution(four)
    sentence = text(grades_words(made, safe, count="cases"))
    for grade in hidden:
        assert not re.search(rf"\d% \([^)]*\) are {grade}\b", sentence)
    shown = re.findall(r"(\d+)% \(", sentence)
    assert len(hidden) != 1 or not shown
    assert safe.totals["cases"] != "[c]" or not shown
