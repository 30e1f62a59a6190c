"""Sentences: exact at every edge, never surer than the interval, and in good grammar."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import ParameterError
from qa_sampling.reporting import number_words as numbers
from qa_sampling.reporting.dates import (
    day_in_words,
    moment_in_words,
    month_in_words,
    period_in_words,
)
from qa_sampling.reporting.saying import SayingRules
from qa_sampling.reporting.sentence_changes import change_words, groups_words, relative_words
from qa_sampling.reporting.sentence_estimates import (
    count_words,
    mean_words,
    rate_words,
    share_words,
)
from qa_sampling.reporting.sentence_targets import benchmark_words, signal_words, target_words
from qa_sampling.reporting.words import Words
from qa_sampling.results import Interval

OPEN = SayingRules(threshold=1, minimum_n=1)
GOOD = "were graded good"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def text(words: Words) -> str:
    """Give the one sentence, after checking its grammar."""
    [sentence] = words.sentences
    assert "  " not in sentence
    assert sentence == sentence.strip()
    assert sentence[0].isupper() or not sentence[0].isalpha()
    assert sentence.endswith(".")
    assert not sentence.endswith("..")
    assert not re.search(r"\s[,.;:]|\(\s|\s\)", sentence)
    assert not re.search(
        r"(?<![\d.,])1 (cases|audits|days|points|percentage points|months|grades|children)\b",
        sentence,
    )
    assert not re.search(r"(?<![\d.,])(0|[2-9]|\d\d+) (case|audit|day|month)\b", sentence)
    return sentence


def said_numbers(sentence: str) -> list[str]:
    return [found.replace(",", "") for found in NUMBER.findall(sentence)]


# --- numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-0.5, 0, "-1"),
        (57.45, 1, "57.5"),
        (0.15, 1, "0.2"),
        (1.005, 2, "1.01"),
        (100 * 0.575, 0, "58"),
        (2.4999999999999996, 0, "3"),
        (2.499, 0, "2"),
        (1412, 0, "1412"),
    ],
)
def test_halves_go_up_and_noise_of_floats_does_not_count(value, decimals, rounded):
    assert numbers.half_up(value, decimals) == Decimal(rounded)


@pytest.mark.parametrize(
    ("share", "whole", "tenth"),
    [
        (0, "0%", "0.0%"),
        (0.0001, "less than 1%", "less than 0.1%"),
        (0.004, "less than 1%", "0.4%"),
        (0.0045, "1%", "0.5%"),
        (0.005, "1%", "0.5%"),
        (0.576, "58%", "57.6%"),
        (0.5746, "58%", "57.5%"),
        (0.5744, "57%", "57.4%"),
        (0.9944, "99%", "99.4%"),
        (0.996, "more than 99%", "99.6%"),
        (0.9999, "more than 99%", "more than 99.9%"),
        (1, "100%", "100.0%"),
    ],
)
def test_shares_round_what_a_table_prints_and_never_reach_nought_or_all(share, whole, tenth):
    assert numbers.percent_text(share) == whole
    assert numbers.percent_text(share, decimals=1) == tenth


@given(st.fractions(0, 1))
def test_words_are_the_rounding_of_the_tables_tenth(share):
    """The table's tenth as disclosure control makes it, in whole numbers, rounded once more."""
    over, under = share.numerator, share.denominator
    if under > 100_000:
        return
    tenths = (2000 * over + under) // (2 * under)
    whole = (tenths + 5) // 10
    said = numbers.percent_text(over / under)
    assert said in (f"{whole}%", "less than 1%", "more than 99%")
    assert (said == "less than 1%") == (whole == 0 and over > 0)
    assert (said == "more than 99%") == (whole == 100 and over < under)


@pytest.mark.parametrize("share", [-0.1, 1.1, 58])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match=r"lies between 0 and 1; got .* Give 0\.58 for 58%"):
        numbers.percent_text(share)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (0, "0 percentage points"),
        (0.04, "less than 1 percentage point"),
        (1.2, "1 percentage point"),
        (-18.4, "18 percentage points"),
        (0.5, "1 percentage point"),
        (0.45, "1 percentage point"),
    ],
)
def test_differences_of_percentages_are_points(points, said):
    assert numbers.points_text(points) == said


@pytest.mark.parametrize(
    ("items", "said"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_lists_are_joined_as_people_do(items, said):
    assert numbers.listed(items) == said
    assert numbers.listed(["A", "B"], last="or") == "A or B"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "first"),
        (10, "tenth"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
        (103, "103rd"),
        (111, "111th"),
        (1112, "1,112th"),
    ],
)
def test_ordinals(number, said):
    assert numbers.ordinal(number) == said
    with pytest.raises(ValueError, match="An ordinal needs a number from 1; got 0"):
        numbers.ordinal(0)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "no cases"), (1, "1 case"), (2, "2 cases"), (1412, "1,412 cases")]
)
def test_nouns_agree(number, said):
    assert numbers.counted(number, "case", "cases") == said


@pytest.mark.parametrize(
    ("value", "kind", "nearest", "said"),
    [
        (820.5, "count", 1, "821"),
        (1234, "count", 10, "1,230"),
        (1235, "count", 10, "1,240"),
        (3.25, "mean", 1, "3.3"),
        (1061.25, "rate", 1, "1,061.3"),
        (0.58, "share", 1, "58%"),
    ],
)
def test_each_kind_of_number_has_its_rounding(value, kind, nearest, said):
    assert numbers.number_text(value, kind, nearest=nearest) == said


@pytest.mark.parametrize(
    ("raw", "said"),
    [("a  b", "A b."), ("done.", "Done."), ("done..", "Done."), ("“x” is", "“x” is."), ("", ".")],
)
def test_a_sentence_has_one_capital_and_one_stop(raw, said):
    assert numbers.as_sentence(raw) == said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 3), date(2026, 11, 3), "3 November 2026"),
        (date(2026, 11, 1), date(2026, 11, 30), "November 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        (date(2024, 2, 1), date(2024, 2, 28), "1 to 28 February 2024"),
        (date(2026, 4, 1), date(2026, 6, 30), "April to June 2026"),
        (date(2025, 12, 1), date(2026, 1, 31), "December 2025 to January 2026"),
        (date(2026, 11, 3), date(2026, 11, 17), "3 to 17 November 2026"),
        (date(2026, 10, 30), date(2026, 11, 2), "30 October to 2 November 2026"),
        (date(2025, 12, 30), date(2026, 1, 2), "30 December 2025 to 2 January 2026"),
    ],
)
def test_periods_are_said_shortly(first, last, said):
    assert period_in_words(first, last) == said
    assert day_in_words(date(2026, 1, 31)) == "31 January 2026"
    assert month_in_words(date(2026, 1, 31)) == "January 2026"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-11-25T18:32:08+00:00", "25 November 2026, 18:32:08 UTC"),
        ("2026-07-01T00:30:00+01:00", "30 June 2026, 23:30:00 UTC"),
        ("2026-10-31", "31 October 2026"),
        ("2026-11-25T18:32:08", "2026-11-25T18:32:08"),
        ("", ""),
    ],
)
def test_moments_are_said_as_people_write_them(written, said):
    assert moment_in_words(written) == said


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="before it begins"):
        period_in_words(date(2026, 2, 1), date(2026, 1, 1))


# --- one estimate ----------------------------------------------------------------------------

WIDE = SayingRules(widest=0.4, threshold=1)
BESIDE = SayingRules(widest=0.4, threshold=1, uncertain="beside")
SHARES = [
    (
        (0.576, (0.36, 0.77), 23, 40, 1412, SayingRules()),
        "58% (36% to 77%) of 1,412 open cases were graded good, judged from 40 audits.",
    ),
    (
        (1, (0.74, 1), 12, 12, 1412, SayingRules()),
        "All of the 12 open cases audited were graded good; of all 1,412 open cases it may be as "
        "few as 74%.",
    ),
    (
        (0, (0, 0.26), 0, 12, 1412, SayingRules()),
        "None of the 12 open cases audited were graded good; of all 1,412 open cases it may be up "
        "to 26%.",
    ),
    (
        (0.5, (0.5, 0.5), 30, 60, 60, SayingRules()),
        "All 60 open cases were audited: 30 (50%) were graded good.",
    ),
    (
        (1 / 12, (0, 1), 1, 12, 12, OPEN),
        "All 12 open cases were audited: 1 (8%) was graded good.",
    ),
    (
        (1, (1, 1), 12, 12, 12, SayingRules()),
        "All 12 open cases were audited, and all were graded good.",
    ),
    (
        (0, (0, 0), 0, 12, 12, SayingRules()),
        "All 12 open cases were audited, and none were graded good.",
    ),
    (
        (0.5, (0, 1), 2, 4, 1412, SayingRules()),
        "Too few audits were made to say what share of 1,412 open cases were graded good.",
    ),
    (
        (1, (0, 1), 1, 1, 1412, OPEN),
        "Too few audits were made to say what share of 1,412 open cases were graded good.",
    ),
    (
        (0, (0, 1), 0, 0, 1412, OPEN),
        "Too few audits were made to say what share of 1,412 open cases were graded good.",
    ),
    (
        (0, (0, 1), 0, 0, 0, OPEN),
        "Too few audits were made to say what share of no open cases were graded good.",
    ),
    (
        (0.3, (0.1, 0.6), 3, 12, 1412, SayingRules()),
        "What share of 1,412 open cases were graded good is hidden, because it rests on a small "
        "number.",
    ),
    (
        (0.7, (0.4, 0.9), 9, 12, 1412, SayingRules()),
        "What share of 1,412 open cases were graded good is hidden, because it rests on a small "
        "number.",
    ),
    (
        (0.5, (0.2, 0.8), 2, 4, 5, SayingRules()),
        "There are too few open cases to say what share were graded good.",
    ),
    (
        (0.5, (0.2, 0.8), 6, 12, 1412, WIDE),
        "What share of 1,412 open cases were graded good is too uncertain to say: anything from "
        "20% to 80% fits the 12 audits.",
    ),
    (
        (0.5, (0.2, 0.8), 6, 12, 1412, BESIDE),
        "50% (20% to 80%) of 1,412 open cases were graded good, judged from 12 audits; this is "
        "uncertain.",
    ),
    (
        (0.5, (0.31, 0.7), 6, 12, 1412, WIDE),
        "50% (31% to 70%) of 1,412 open cases were graded good, judged from 12 audits.",
    ),
    (
        (0.003, (0.001, 0.026), 6, 400, 1412, SayingRules()),
        "Less than 1% (less than 1% to 3%) of 1,412 open cases were graded good, judged from 400 "
        "audits.",
    ),
]


@pytest.mark.parametrize(("given_case", "sentence"), SHARES)
def test_shares(given_case, sentence):
    share, ends, count, n, population, rules = given_case
    words = share_words(
        share, Interval(*ends), what=GOOD, count=count, n=n, population=population, rules=rules
    )
    assert text(words) == sentence


COUNTS = [
    (
        (813.4, (508.2, 1087), 23, 40, SayingRules()),
        "About 813 (508 to 1,087) of 1,412 open cases were graded good, judged from 40 audits.",
    ),
    (
        (813.4, (508.2, 1087), 23, 40, SayingRules(nearest=10)),
        "About 810 (510 to 1,090) of 1,412 open cases were graded good, judged from 40 audits.",
    ),
    (
        (813.4, (508.2, 1087), 23, 40, SayingRules(widest=500)),
        "How many of 1,412 open cases were graded good is too uncertain to say: anything from 508 "
        "to 1,087 fits the 40 audits.",
    ),
    (
        (813.4, (508.2, 1087), 23, 40, SayingRules(widest=500, uncertain="beside")),
        "About 813 (508 to 1,087) of 1,412 open cases were graded good, judged from 40 audits; "
        "this is uncertain.",
    ),
    (
        (0, (0, 365), 0, 12, SayingRules()),
        "None of the 12 open cases audited were graded good; of all 1,412 open cases it may be up "
        "to 365.",
    ),
    (
        (1412, (1040, 1412), 12, 12, SayingRules()),
        "All of the 12 open cases audited were graded good; of all 1,412 open cases it may be as "
        "few as 1,040.",
    ),
    (
        (100, (50, 300), 3, 40, SayingRules()),
        "How many of 1,412 open cases were graded good is hidden, because it rests on a small "
        "number.",
    ),
    (
        (100, (50, 300), 0, 0, SayingRules()),
        "Too few audits were made to say how many of 1,412 open cases were graded good.",
    ),
]


@pytest.mark.parametrize(("given_case", "sentence"), COUNTS)
def test_counts(given_case, sentence):
    total, ends, count, n, rules = given_case
    words = count_words(
        total, Interval(*ends), what=GOOD, count=count, n=n, population=1412, rules=rules
    )
    assert text(words) == sentence


@pytest.mark.parametrize(
    ("mean", "ends", "n", "rules", "sentence"),
    [
        (
            3.25,
            (2.81, 3.66),
            40,
            SayingRules(),
            "The mean time was 3.3 days (2.8 to 3.7), judged from 40 audits.",
        ),
        (
            1,
            (0.5, 2),
            40,
            SayingRules(),
            "The mean time was 1.0 day (0.5 to 2.0), judged from 40 audits.",
        ),
        (3, (2, 4), 5, SayingRules(), "There are too few audits to say the mean time."),
        (3, (2, 4), 2, OPEN, "The mean time was 3.0 days (2.0 to 4.0), judged from 2 audits."),
        (3, (2, 4), 1, OPEN, "The mean time was 3.0 days (2.0 to 4.0), judged from 1 audit."),
        (
            3,
            (2, 9),
            40,
            SayingRules(widest=5),
            "The mean time is too uncertain to say: anything from 2.0 to 9.0 days fits 40 audits.",
        ),
        (
            3,
            (2, 9),
            40,
            SayingRules(widest=5, uncertain="beside"),
            "The mean time was 3.0 days (2.0 to 9.0), judged from 40 audits; this is uncertain.",
        ),
    ],
)
def test_means(mean, ends, n, rules, sentence):
    words = mean_words(
        mean, Interval(*ends), what="the mean time", unit=("day", "days"), n=n, rules=rules
    )
    assert text(words) == sentence


@pytest.mark.parametrize(
    ("rate", "ends", "count", "rules", "sentence"),
    [
        (
            61.25,
            (55, 68.04),
            390,
            SayingRules(),
            "There were 61.3 (55.0 to 68.0) plans per 10,000 children.",
        ),
        (
            0.5,
            (0.1, 1),
            3,
            SayingRules(),
            "The rate of plans is hidden, as it rests on a small number.",
        ),
        (
            0,
            (0, 0.6),
            0,
            SayingRules(),
            "There were no plans; a rate of up to 0.6 per 10,000 children fits.",
        ),
        (
            61,
            (40, 90),
            9,
            SayingRules(widest=20),
            "The rate of plans is too uncertain to say: anything from 40.0 to 90.0 per 10,000 "
            "children fits.",
        ),
        (
            61,
            (40, 90),
            9,
            SayingRules(widest=20, uncertain="beside"),
            "There were 61.0 (40.0 to 90.0) plans per 10,000 children; this is uncertain.",
        ),
    ],
)
def test_rates(rate, ends, count, rules, sentence):
    words = rate_words(rate, Interval(*ends), what="plans", count=count, rules=rules)
    assert text(words) == sentence


@pytest.mark.parametrize(("count", "n", "population"), [(5, 4, 9), (1, 9, 8), (-1, 4, 9)])
def test_counts_that_cannot_belong_together_are_refused(count, n, population):
    with pytest.raises(ParameterError, match="no larger than the one before"):
        share_words(0.5, Interval(0, 1), what=GOOD, count=count, n=n, population=population)


@pytest.mark.parametrize(
    ("value", "ends", "message"),
    [
        (0.5, (0.6, 0.7), "lies outside its interval"),
        (58, (0.3, 0.7), "Give both in the same unit"),
        (math.nan, (0.3, 0.7), "no finite number"),
        (0.5, (0.3, math.inf), "no finite number"),
    ],
)
def test_an_estimate_outside_its_interval_is_refused(value, ends, message):
    with pytest.raises(ParameterError, match=message):
        share_words(value, Interval(*ends), what=GOOD, count=20, n=40, population=1412)


def test_rules_that_cannot_be_kept_are_refused():
    with pytest.raises(ParameterError, match='"instead" or "beside"; got \'perhaps\''):
        SayingRules(uncertain="perhaps")
    with pytest.raises(ParameterError, match="must be at least 1"):
        SayingRules(threshold=0)


# --- comparisons -----------------------------------------------------------------------------

BANDS = [(0, "small"), (0.1, "moderate"), (0.2, "large")]
BETWEEN = ("October", "November 2026")
ENOUGH = (20, (30, 60))
CHANGES = [
    (
        (0.18, (0.04, 0.31), "share", ()),
        "The share graded good rose between October and November 2026 by 18 percentage points "
        "(4 to 31).",
    ),
    (
        (0.25, (0.21, 0.31), "share", BANDS),
        "The share graded good rose between October and November 2026 by 25 percentage points "
        "(21 to 31); a large change.",
    ),
    (
        (-0.18, (-0.31, -0.04), "share", BANDS),
        "The share graded good fell between October and November 2026 by 18 percentage points "
        "(4 to 31); a small to large change.",
    ),
    (
        (-0.05, (-0.12, 0.03), "share", BANDS),
        "The difference in the share graded good between October and November 2026 cannot be told "
        "from chance: anything from 12 percentage points less to 3 percentage points more fits.",
    ),
    (
        (0.05, (0.0, 0.1), "share", ()),
        "The difference in the share graded good between October and November 2026 cannot be told "
        "from chance: anything from no difference to 10 percentage points more fits.",
    ),
    (
        (-0.05, (-0.1, 0.0), "share", ()),
        "The difference in the share graded good between October and November 2026 cannot be told "
        "from chance: anything from 10 percentage points less to no difference fits.",
    ),
    (
        (0, (0, 0), "share", ()),
        "The difference in the share graded good between October and November 2026 cannot be told "
        "from chance.",
    ),
    (
        (0.05, (0.001, 0.01 + 0.09), "share", ()),
        "The share graded good rose between October and November 2026 by 5 percentage points "
        "(less than 1 to 10).",
    ),
    (
        (12.4, (0.2, 25), "count", ()),
        "The share graded good rose between October and November 2026 by 12 (less than 1 to 25).",
    ),
    (
        (4.25, (0.01, 9), "rate", ()),
        "The share graded good rose between October and November 2026 by 4.3 per 10,000 (less "
        "than 0.1 to 9.0).",
    ),
]


@pytest.mark.parametrize(("given_case", "sentence"), CHANGES)
def test_changes(given_case, sentence):
    difference, ends, kind, bands = given_case
    words = change_words(
        difference,
        Interval(*ends),
        what="the share graded good",
        between=BETWEEN,
        counts=ENOUGH,
        kind=kind,
        bands=bands,
    )
    assert text(words) == sentence


@pytest.mark.parametrize(
    ("difference", "ends", "bands", "sentence"),
    [
        (
            0.18,
            (0.12, 0.19),
            BANDS,
            "The share was 18 percentage points (12 to 19) "
            "higher in North than in South; a moderate difference.",
        ),
        (
            -0.18,
            (-0.3, -0.1),
            (),
            "The share was 18 percentage points (10 to 30) lower in North than in South.",
        ),
        (
            0.01,
            (-0.1, 0.1),
            (),
            "The difference in the share in North and in South cannot be told from chance: "
            "anything from 10 percentage points less to 10 percentage points more fits.",
        ),
    ],
)
def test_groups(difference, ends, bands, sentence):
    words = groups_words(
        difference,
        Interval(*ends),
        what="the share",
        groups=("in North", "in South"),
        counts=ENOUGH,
        bands=bands,
    )
    assert text(words) == sentence


@pytest.mark.parametrize("bands", [[(0.1, "large")], [(0, "a"), (0, "b")], [(0, "a"), (-1, "b")]])
def test_bands_that_do_not_rise_from_nought_are_refused(bands):
    with pytest.raises(ParameterError, match="must start at 0 and rise"):
        change_words(0.2, Interval(0.1, 0.3), what="x", between=BETWEEN, counts=ENOUGH, bands=bands)


@pytest.mark.parametrize(
    ("ratio", "ends", "sentence"),
    [
        (
            1.18,
            (1.04, 1.33),
            "There were 18% (4% to 33%) more referrals in November than in October.",
        ),
        (
            0.8,
            (0.7, 0.95),
            "There were 20% (5% to 30%) fewer referrals in November than in October.",
        ),
        (
            3,
            (1.001, 12),
            "There were 200% (less than 1% to 1,100%) more referrals in November than in October.",
        ),
        (
            0,
            (0, 0.5),
            "There were 100% (50% to 100%) fewer referrals in November than in October.",
        ),
        (
            1.1,
            (0.9, 1.3),
            "Whether there were more or fewer referrals in November than in October cannot be told "
            "from chance.",
        ),
        (
            1,
            (1, 1),
            "Whether there were more or fewer referrals in November than in October cannot be told "
            "from chance.",
        ),
    ],
)
def test_relative_changes_are_per_cent_and_never_points(ratio, ends, sentence):
    words = relative_words(
        ratio,
        Interval(*ends),
        what="referrals",
        between=("in October", "in November"),
        counts=ENOUGH,
    )
    assert text(words) == sentence
    assert "point" not in sentence


def test_a_ratio_below_nought_is_refused():
    with pytest.raises(ParameterError, match="A ratio cannot be below 0"):
        relative_words(0.1, Interval(-0.1, 0.5), what="x", between=BETWEEN, counts=ENOUGH)


@pytest.mark.parametrize(
    ("value", "ends", "benchmark", "kind", "sentence"),
    [
        (
            0.58,
            (0.5, 0.66),
            0.45,
            "share",
            "The share, 58% (50% to 66%), lies above England's 45%.",
        ),
        (0.4, (0.3, 0.44), 0.45, "share", "The share, 40% (30% to 44%), lies below England's 45%."),
        (
            0.58,
            (0.5, 0.66),
            0.5,
            "share",
            "The share, 58.0% (50.0% to 66.0%), cannot be told from England's 50.0%.",
        ),
        (
            0.58,
            (0.5, 0.66),
            0.62,
            "share",
            "The share, 58% (50% to 66%), cannot be told from England's 62%.",
        ),
        (
            0.58,
            (0.502, 0.66),
            0.498,
            "share",
            "The share, 58.0% (50.2% to 66.0%), lies above England's 49.8%.",
        ),
        (
            0.58,
            (0.50001, 0.66),
            0.5,
            "share",
            "The share, 58.0% (50.0% to 66.0%), cannot be told from England's 50.0%.",
        ),
        (
            61.3,
            (55, 68),
            70.04,
            "rate",
            "The share, 61.3 (55.0 to 68.0), lies below England's 70.0.",
        ),
        (
            61.3,
            (55, 68),
            68.04,
            "rate",
            "The share, 61.3 (55.0 to 68.0), cannot be told from England's 68.0.",
        ),
    ],
)
def test_benchmarks(value, ends, benchmark, kind, sentence):
    words = benchmark_words(
        value,
        Interval(*ends),
        benchmark,
        what="the share",
        name="England's",
        counts=ENOUGH,
        kind=kind,
    )
    assert text(words) == sentence


@pytest.mark.parametrize(
    ("value", "ends", "target", "good", "sentence"),
    [
        (
            0.95,
            (0.91, 0.98),
            0.9,
            "high",
            "is 95% (91% to 98%): the target of at least 90% is met.",
        ),
        (
            0.95,
            (0.9, 0.98),
            0.9,
            "high",
            "is 95.0% (90.0% to 98.0%): the target of at least 90.0% is met.",
        ),
        (
            0.8,
            (0.7, 0.85),
            0.9,
            "high",
            "is 80% (70% to 85%): the target of at least 90% is missed.",
        ),
        (
            0.88,
            (0.8, 0.95),
            0.9,
            "high",
            "is 88% (80% to 95%): the target of at least 90% may or may not be met.",
        ),
        (0.08, (0.05, 0.09), 0.1, "low", "is 8% (5% to 9%): the target of at most 10% is met."),
        (0.2, (0.15, 0.3), 0.1, "low", "is 20% (15% to 30%): the target of at most 10% is missed."),
        (
            0.2,
            (0.10001, 0.3),
            0.1,
            "low",
            "is 20.0% (10.0% to 30.0%): the target of at most 10.0% may or may not be met.",
        ),
    ],
)
def test_targets(value, ends, target, good, sentence):
    words = target_words(value, Interval(*ends), target, what="the share", counts=ENOUGH, good=good)
    assert text(words) == f"The share {sentence}"


@pytest.mark.parametrize(
    ("signal", "way", "points", "sentence"),
    [
        ("none", "", 0, "varies no more than chance would have it: there is no signal of change."),
        (
            "shift",
            "above",
            8,
            "was above its average for 8 months in a row since April 2026: a sign of change, not "
            "of its cause.",
        ),
        (
            "trend",
            "down",
            6,
            "went down for 6 months in a row since April 2026: a sign of change, not of its cause.",
        ),
        (
            "outside",
            "above",
            1,
            "was above its limits in April 2026: more than chance would have it.",
        ),
    ],
)
def test_signals(signal, way, points, sentence):
    words = signal_words(
        what="the number of referrals", signal=signal, way=way, points=points, since="April 2026"
    )
    assert text(words) == f"The number of referrals {sentence}"


@pytest.mark.parametrize(("signal", "way"), [("none", "up"), ("shift", "up"), ("trend", "above")])
def test_a_signal_goes_its_own_way_only(signal, way):
    with pytest.raises(ParameterError, match="cannot go"):
        signal_words(what="x", signal=signal, way=way)


# --- properties ------------------------------------------------------------------------------

DIRECTIONS = re.compile(r"\b(rose|fell|higher|lower|above|below|large|small)\b")
FINITE = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 6))


@st.composite
def differences(draw):
    low, middle, high = sorted(draw(st.tuples(FINITE, FINITE, FINITE)))
    return middle, Interval(low, high)


@settings(max_examples=300)
@given(differences(), st.sampled_from(["share", "count", "mean", "rate"]))
def test_no_direction_and_no_size_when_the_interval_holds_nought(difference, kind):
    value, interval = difference
    pair = ("in A", "in B")
    rest = {"what": "it", "counts": ENOUGH, "kind": kind, "bands": BANDS}
    made = [
        change_words(value, interval, between=pair, **rest),
        groups_words(value, interval, groups=pair, **rest),
    ]
    for words in made:
        sentence = text(words)
        holds = interval.low <= 0 <= interval.high
        assert bool(DIRECTIONS.search(sentence)) != holds
        assert ("cannot be told from chance" in sentence) == holds
        up = re.search(r"\b(rose|higher)\b", sentence)
        assert not up or interval.low > 0
        assert not re.search(r"\b(fell|lower)\b", sentence) or interval.high < 0


@settings(max_examples=300)
@given(differences(), FINITE)
def test_no_side_of_a_benchmark_when_the_interval_holds_it(difference, benchmark):
    value, interval = difference
    shares = [(part + 1) / 2 for part in (value, interval.low, interval.high, benchmark)]
    within = Interval(shares[1], shares[2])
    sentence = text(
        benchmark_words(shares[0], within, shares[3], what="it", counts=ENOUGH, name="England's")
    )
    if shares[1] <= shares[3] <= shares[2]:
        assert "cannot be told" in sentence
    assert "above" not in sentence or shares[1] > shares[3]
    assert "below" not in sentence or shares[2] < shares[3]
    said = [float(number) for number in said_numbers(sentence)]
    assert "cannot" in sentence or "than" in sentence or said[-1] not in said[1:-1]


def naive_percent(share: float) -> set[str]:
    """What a share may be called, by pen and paper on its decimal digits."""
    tenths = math.floor(1000 * round(share, 9) + 0.5 + 1e-9)
    whole = math.floor(tenths / 10 + 0.5 + 1e-9)
    return {str(whole), "1", "99"} if whole in (0, 100) else {str(whole)}


@settings(max_examples=300)
@given(
    st.tuples(*[st.integers(0, 10_000).map(lambda part: part / 10_000)] * 3).map(sorted),
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(0, 5000),
)
def test_every_number_said_of_a_share_is_an_input_after_rounding(ends, count, more, rest):
    low, share, high = ends
    n, population = count + more, count + more + rest
    words = share_words(
        share, Interval(low, high), what=GOOD, count=count, n=n, population=population
    )
    said = said_numbers(text(words))
    of_all = count / n if n else 0
    allowed = {str(n), str(population), str(count)}
    for value in (low, share, high, of_all):
        allowed |= naive_percent(value)
    assert set(said) <= allowed
    if (0 < count < 6) or (0 < n - count < 6):
        assert set(said) <= {str(population)}, "a small count and what rests on it stay hidden"


@settings(max_examples=200)
@given(st.tuples(*[st.floats(0, 5000).map(lambda part: round(part, 3))] * 3).map(sorted))
def test_every_number_said_of_a_count_a_mean_and_a_rate_is_an_input_after_rounding(ends):
    low, value, high = ends
    interval = Interval(low, high)
    whole = {str(Decimal(repr(one)).quantize(Decimal(1), "ROUND_HALF_UP")) for one in ends}
    tenth = {str(Decimal(repr(one)).quantize(Decimal("0.1"), "ROUND_HALF_UP")) for one in ends}
    counts = count_words(value, interval, what=GOOD, count=20, n=40, population=5000)
    assert set(said_numbers(text(counts))) <= whole | {"40", "5000", "6"}
    means = mean_words(value, interval, what="it", unit=("day", "days"), n=40)
    assert set(said_numbers(text(means))) <= tenth | {"40"}
    rates = rate_words(value, interval, what="plans", count=40)
    assert set(said_numbers(text(rates))) <= tenth | {"10000"}


def test_sentences_are_sealed():
    from dataclasses import replace

    from qa_sampling.errors import DisclosureError

    words = signal_words(what="it", signal="none")
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        replace(words, sentences=("3 children",))
