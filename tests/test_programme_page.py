"""Page 80 by itself: standards, what is declared of them, roles, slides of curves, plain words."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import pandas as pd
import pytest
from test_programme_attack import OWED, OWED_NAMES, stand_of
from test_programme_sparse import pairs_of

from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.loop.standards import read_standard, share_of
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.parameters import read_parameters, read_programme_files
from qa_sampling.reporting.again_tables import again_words, protect_again
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.members_page import build_members_page
from qa_sampling.reporting.outcome_families import families_of
from qa_sampling.reporting.outcome_tables import OutcomeTables, charted, titled
from qa_sampling.reporting.outcome_turning import turned
from qa_sampling.reporting.plots_programme import scorecard_chart
from qa_sampling.reporting.programme_difference_words import reconciling_words, undrawn_words
from qa_sampling.reporting.programme_tables import protect_programme
from qa_sampling.reporting.programme_view import judged_on, scorecard_view
from qa_sampling.reporting.programme_words import roles_table
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.reporting.slide_titles import finding_of
from qa_sampling.reporting.slides import Slide, write_slides
from qa_sampling.reporting.standards_words import besides_table, standards_table
from qa_sampling.reporting.word_table import WordTable
from qa_sampling.reporting.words import say
from qa_sampling.runs.programme_page.much import _title_of
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.settings.programme_files import declared_file
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.then_and_now import CHANGES

GIVEN = {"wanted": 0.7, "fewest": 10}
QUARTERS = ["Jan to Mar 2026", "Apr to Jun 2026", "Jul to Sep 2026", "Oct to Dec 2026"]


def quarters_of(parts: list[int]) -> OutcomeTables:
    """Give second plans of four quarters with forty plans each, protected."""
    frame = pd.DataFrame({"quarter": QUARTERS, "plan_starts": 40, "second_plans": parts})
    table = protect(
        frame,
        by=["quarter"],
        counts=["plan_starts", "second_plans"],
        within={"second_plans": "plan_starts"},
        percentages={"share_second_plans": ("second_plans", "plan_starts")},
        growing=["quarter"],
    )
    family = families_of([MEASURES["plan_starts"], MEASURES["second_plans"]])
    return OutcomeTables(tuple(family), (table,))


def evidence_of(key: str, good: int) -> list:
    """Give audits, and families who are too few; of plans a measure as well."""
    found = [
        share_of(key, "Audits", good, 40, **GIVEN),
        share_of(key, "Families and children", 2, 3, **GIVEN),
    ]
    if key == "planning":
        measure = MEASURES["second_plans"]
        found.append(
            share_of(key, measure.title, 30, 160, wanted=0.22, fewest=10, better=measure.better)
        )
    return [*found, *several_measures(key)] if key == "statutory" else found


SEVERAL = {
    "icpc_15_days": (95, 0.85),
    "cp_visits": (60, 0.85),
    "care_visits": (86, 0.85),
    "cp_reviews": (99, 0.85),
    "care_reviews": (98, 0.85),
    "health_checks": (85, 0.85),
    "dental_checks": (84, 0.85),
}
"""Measures of one standard: how many of a hundred, and what is wanted."""


def several_measures(key: str) -> list:
    held = [
        share_of(key, MEASURES[name].title, good, 100, wanted=wanted, fewest=10)
        for name, (good, wanted) in SEVERAL.items()
    ]
    return [*held, share_of(key, "Core groups on time", 0, 0, wanted=0.85, fewest=10)]


def table_of(goods: dict[str, int], parts: list[int]) -> dict[str, list[str]]:
    """Give each standard's cells as text, by its name."""
    keys = list(QUALITY_STANDARDS)
    counts = {key: goods.get(key, 20) for key in keys}
    readings = [read_standard(key, evidence_of(key, counts[key])) for key in keys]
    graded = protect(
        pd.DataFrame({
            "standard": list(QUALITY_STANDARDS.values()),
            "audits": 40,
            "good": [counts[key] for key in keys],
            "others": [40 - counts[key] for key in keys],
        }),
        by=["standard"],
        counts=["audits", "good", "others"],
        adding_up={"audits": ["good", "others"]},
    )  # fmt: skip
    estimates = pd.DataFrame({
        "standard": keys, "graded": 40, "count_good": [counts[key] for key in keys],
        "share_good": [counts[key] / 40 for key in keys], "low_good": 0.4, "high_good": 0.6,
    })  # fmt: skip
    told = standards_table(
        readings,
        dict.fromkeys(keys, "Not known"),
        {key: f"Good {key} is held every 6 weeks." for key in keys},
        no_measure={"visits": "No list tells of it."},
        estimates=estimates,
        graded=graded,
        quarters=quarters_of(parts),
        fewest=10,
        level=0.95,
    )
    return {row[0].partition("\n")[0]: row for row in told.text}


def test_each_standard_is_told_as_far_as_counts_are_printed():
    """36 of 160 second plans; Wilson's interval by hand, 0.167 to 0.296."""
    rows = table_of({"recording": 37}, [9, 9, 9, 9])
    assert list(rows) == list(QUALITY_STANDARDS.values())
    reads, good, tells = rows[QUALITY_STANDARDS["planning"]]
    assert "Confidence: low" in reads
    assert good == "Good planning is held every 6 weeks."
    assert "Audits: 50% (40% to 60%); not yet good." in tells
    assert "23% (17% to 30%), at most 22% wanted; cannot tell." in tells
    assert "Too little to go by from families and children." in tells
    assert "No measure: judged on audits only." in rows[QUALITY_STANDARDS["visits"]][2]
    assert "Audits: share hidden; good." in rows[QUALITY_STANDARDS["recording"]][2]


def test_a_standard_with_several_measures_tells_each_once():
    """What is counted on a day stands by what it says; what is not held is no small number."""
    reads, _, tells = table_of({}, [9, 9, 9, 9])[QUALITY_STANDARDS["statutory"]]
    lines = tells.split("\n")
    first = MEASURES["icpc_15_days"].title
    assert lines[1] == f"{first}: share not told here, at least 85% wanted; good."
    for name, says in (("cp_visits", "Not yet good"), ("care_visits", "Cannot tell"),
                       ("cp_reviews", "Good")):  # fmt: skip
        title = MEASURES[name].title[:1].lower() + MEASURES[name].title[1:]
        told = [line for line in lines if f"{title} (at least 85% wanted)" in line]
        assert len(told) == 1, name
        assert told[0].startswith(f"{says} on the latest day: ")
    assert "Sources disagree" in reads
    assert "Not counted, because the extracts do not hold it: core groups on time." in lines
    assert "No measure" not in tells
    assert len(lines) == 7, "audits, a measure by quarter, three of a day, one not held, families"


def test_no_line_is_drawn_for_a_reason_of_its_own():
    said = undrawn_words({"cp_visits": False, "second_plans": True, "core_groups_on_time": False})
    assert len(said.sentences) == 3
    assert "counted on a day" in said.sentences[0]
    assert said.sentences[1].endswith("nobody is identified: second or subsequent plans.")
    assert "extracts do not hold: core groups on time" in said.sentences[2]
    assert undrawn_words({}).sentences == ()


def test_the_marks_of_many_sources_stay_apart_and_in_their_column():
    readings = [
        read_standard(key, [*evidence_of(key, 20), *several_measures(key)])
        for key in QUALITY_STANDARDS
    ]
    activity = pd.DataFrame({"what": list(ACTIVITY_KINDS), "planned": 0, "done": 9})
    tables = protect_programme(
        stand_of({"2026-10": 20}, as_at="2026-10-31"), activity, readings,
        pd.DataFrame(OWED, columns=OWED_NAMES), as_at="2026-10-31", periods=["2026-10"],
        days=["2026-10-15"],
    )  # fmt: skip
    drawn = scorecard_chart(tables.standards)
    room = drawn.get_xlim()[1] / 3
    marks = [dots for dots in drawn.collections if len(dots.get_offsets()) > 1]
    assert max(len(dots.get_offsets()) for dots in marks) >= 4
    for dots in marks:
        across = sorted(float(x) for x, _ in dots.get_offsets())
        wide = float(dots.get_sizes()[0]) ** 0.5
        assert min(b - a for a, b in pairwise(across)) > wide
        assert int(across[0] // room) == int(across[-1] // room)


def test_a_share_that_rests_on_a_hidden_quarter_is_not_told():
    rows = table_of({}, [3, 9, 9, 9])
    assert "share hidden, at most 22% wanted" in rows[QUALITY_STANDARDS["planning"]][2]


def test_a_table_of_words_takes_sealed_words_only():
    with pytest.raises(DisclosureError, match="takes sealed words only"):
        WordTable(("Who",), (("3 children",),))
    with pytest.raises(DisclosureError, match="a cell for every head"):
        WordTable(("Who", "What"), ((say("Somebody."),),))
    with pytest.raises(DisclosureError, match="a head of a table of words"):
        WordTable(("12 children",), ((say("Somebody."),),))


def test_the_declared_standards_say_why_they_have_no_measure():
    """Recording has to be read; a file that gives neither, or both, is told of by row."""
    files = read_programme_files(read_parameters("qa_programme", {}))
    without = [one for one in files.standards.standards if not one.measures]
    assert [one.key for one in without] == ["recording"]
    assert all(one.no_measure and one.other_evidence for one in without)
    held = files.standards.model_dump(mode="json")
    held["standards"][0]["measures"] = {}
    with pytest.raises(ParameterError, match=r"row 1: assessment needs either measures"):
        declared_file("standards_file", held, named="quality_standards.yml")
    told = besides_table(
        {one.key: one.no_measure for one in without}, {"visits": "Unannounced visits."}
    )
    assert [row[1:] for row in told.text] == [
        ["Unannounced visits."],
        [f"No measure: {without[0].no_measure}"],
    ]


def test_what_a_standard_is_judged_on():
    reading = read_standard("visits", evidence_of("visits", 20))
    assert judged_on(reading, has_measure=False) == "No measure: judged on audits only"
    nothing = read_standard("visits", [])
    assert "too little to say" in judged_on(nothing, has_measure=False)
    view = scorecard_view((reading,), {"visits": "Better"}, {"visits": "Good."}, no_measure={})
    assert view["Judged on"].tolist() == ["Judged on audits"]


def test_the_roles_of_the_file_have_a_row_in_words():
    roles = [
        ("Lead Member", "Audits returned"),
        ("Lead Member", "Report read"),
        ("Chief Executive", "None due this month"),
        ("Other roles", "An audit to return"),
    ]
    told = roles_table(pd.DataFrame(roles, columns=["role", "what"])).text  # fmt: skip
    assert told == [
        ["Lead Member", "Audits returned; Report read"],
        ["Chief Executive", "None due this month"],
    ]


@pytest.mark.parametrize(
    ("better", "other", "alone", "said"),
    [
        (6, 4, 14, ["24 re-audits are back; 10 can be compared", "is not told"]),
        (11, 7, 2, ["18 re-audits can be compared", "11 of these were graded higher"]),
        (0, 0, 14, ["14 re-audits are back; none of them can be compared"]),
        (2, 1, 14, ["is hidden"]),
    ],
)
def test_re_audits_without_an_earlier_grade_are_counted(better, other, alone, said):
    table = protect_again(pairs_of(better, other), alone=alone, days=["2026-10-31"])
    words = again_words(table).sentences
    assert len(words) == len(said)
    assert all(part in sentence for part, sentence in zip(said, words, strict=True))


def test_why_a_service_and_the_curve_of_everybody_differ():
    done = pd.DataFrame({"name": ["Family Safeguarding"], "verdict": ["not shown"]})
    curve = SimpleNamespace(measure=MEASURES["second_plans"].title, better="down", done=done)
    lower = pd.DataFrame({"measure": ["second_plans"], "change": [CHANGES[1]]})
    said = reconciling_words(lower, [curve], service="Family Safeguarding").sentences
    assert len(said) == 1
    assert "lower in Family Safeguarding" in said[0]
    assert "Both can be true" in said[0]
    same = SimpleNamespace(**vars(curve) | {"done": done.assign(verdict="better")})
    assert not reconciling_words(lower, [same], service="A").sentences
    untold = lower.assign(change=CHANGES[2])
    assert not reconciling_words(untold, [curve], service="A").sentences


def test_curves_and_outcomes_have_slides(tmp_path):
    """Each says whose figures it shows, and stands in the words as well."""
    tables = quarters_of([10, 9, 12, 8])
    done = pd.DataFrame({
        "period": [pd.Timestamp("2026-04-01")], "name": ["Joint desk"], "verdict": ["better"],
    })  # fmt: skip
    curve = turned(tables, "second_plans", SimpleNamespace(done=done, target=0.22))
    line = charted(tables, "plan_starts")
    about = "All children of Inventshire, by finished quarter"
    slides = [
        Slide("curve", titled("second_plans"), curve.table, "curve", about, curve),
        Slide("line", titled("plan_starts"), line.table, "line", about, line),
    ]
    *pictures, words = write_slides(tmp_path, slides, source="Invented")
    assert [one.name for one in pictures] == ["slide_curve.png", "slide_line.png"]
    text = words.read_text(encoding="utf-8")
    assert text.count(f"{about}. From: Invented.") == 2
    assert "slide_curve.png: 20% in October to December 2026: the target of 22% is met\n" in text
    assert "slide_line.png: 40 in October to December 2026" in text
    assert "Joint desk" in text


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([30, 12, 8], "Why: “a” most often, 30 of 50"),
        ([20, 20, 10], "Why"),
        ([12, 7, 2], "Why: “a” most often, 12 of 21"),
        ([9, 5, 4], "Why: a 9"),
        ([9, 2, 3], "Why"),
    ],
)
def test_a_slide_of_bars_has_its_finding_as_a_title(counts, said):
    """Where two are as many, or a hidden one may be more, none is called the largest."""
    table = protect(pd.DataFrame({"why": list("abc"), "n": counts}), by=["why"], counts=["n"])
    assert finding_of(Slide("why", "Why", table, "bars")) == said
    assert (min(counts) < 6) == (HIDDEN_MARK in {row[1] for row in table.rows})


def test_designs_outside_the_calendar_are_named():
    assert _title_of("dive_re_referrals") == (
        "Deep dive, not in the calendar: re-referrals within 12 months"
    )
    assert _title_of("dive_re_referrals_1a2b").endswith("of one place")
    assert _title_of("re_audit") == "Not in the calendar: re audit"


def test_a_heading_is_not_said_again_on_the_members_page():
    parts = {"Family Safeguarding": say("Family Safeguarding: all is well.")}
    page = build_members_page(title="Quality assurance", parts=parts, provenance={})
    assert "<li>All is well.</li>" in page
