"""Findings are told of the latest day they can be told of, and as one release while they stay."""

from __future__ import annotations

from datetime import date

import pytest

from qa_sampling.errors import DisclosureError
from qa_sampling.parameters import read_parameters
from qa_sampling.reporting.findings_tables import days_released, days_telling
from qa_sampling.reporting.releases import printed_tables, release_text
from qa_sampling.reporting.themed_words import themed_words
from qa_sampling.runs.findings import releasing
from qa_sampling.runs.findings.describing import describer
from qa_sampling.runs.findings.moderating import moderated_of, moderators_grades
from qa_sampling.runs.findings.outputs import words_of
from qa_sampling.runs.findings.releasing import as_at, release_findings, tell_findings
from qa_sampling.runs.findings.steps import findings_of
from qa_sampling.runs.findings.themed import Theme, _graded, release_themes
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.runs.themed_returns import open_programme

MARCH, APRIL, MAY, JUNE = (
    date.fromisoformat(f"2026-{one}") for one in ("03-31", "04-30", "05-31", "06-30")
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path_factory.mktemp("told")))
        yield read_parameters("qa_programme", {})


@pytest.fixture(scope="module")
def page(settings):
    """Give a function that makes a design's page, as at a day: its settings and findings."""
    staff, describe = staff_of(settings), describer(settings)
    with open_programme(settings) as register:

        def made(design: str, day: date):
            asked = as_at(settings.of_theme(design), day)
            return asked, findings_of(asked, register, staff, describe=describe)

        made.register, made.staff, made.describe = register, staff, describe
        yield made


def told_on(page, design: str, day: date):
    asked, found = page(design, day)
    return tell_findings(found, asked, page.register, page.staff, describe=page.describe)


def texts(tables) -> list[str]:
    return [release_text(table) for table in tables.by_title().values()]


def ledger(page):
    return printed_tables(page.register.releases()["content"])


def test_a_page_with_nothing_new_is_the_same_release(page):
    first = told_on(page, "permanence", MARCH)
    size = len(ledger(page))
    for day in (APRIL, MAY):
        again = told_on(page, "permanence", day)
        assert again.day is None
        assert texts(again.tables) == texts(first.tables)
    assert len(ledger(page)) == size
    assert list(days_released(ledger(page), design="permanence")) == ["2026-03-31"]


def test_a_share_that_one_late_audit_would_hide_is_told_as_at_the_day_before_it(page):
    april, may = told_on(page, "service_level", APRIL), told_on(page, "service_level", MAY)
    late = page("service_level", MAY)[1]
    assert len(late.audited) == len(april.found.audited) + 1
    assert (april.day, may.day) == (None, APRIL)
    assert april.are_told
    assert texts(may.tables) == texts(april.tables)
    assert may.words.sentences[0] == april.words.sentences[0]
    assert may.words.sentences[-1].startswith("These are the figures as at 30 April 2026, the last")
    assert {one.caption for one in may.shared()[:1]} == {
        "Completed audits of April 2026, as at 30 April 2026"
    }
    assert days_telling(ledger(page), design="service_level") == ("2026-04-30",)


def test_the_shortcut_finds_what_the_whole_search_does(page, monkeypatch):
    april = told_on(page, "service_level", APRIL)
    monkeypatch.setattr(releasing, "_tells_few", lambda *_: False)
    searched = told_on(page, "service_level", JUNE)
    assert searched.day == APRIL
    assert texts(searched.tables) == texts(april.tables)


def test_of_a_theme_the_day_is_said_and_why(page, settings):
    told_on(page, "service_level", APRIL)
    asked, found = page("service_level", MAY)
    graded = _graded("Service level audits", 1, found, asked)
    themes = [Theme("service_level", graded, found)]
    given = {"describe": page.describe}
    words = release_themes(themes, as_at(settings, MAY), page.register, page.staff, **given)
    assert words.sentences[1].startswith("“Service level audits” as at 30 April 2026, 17 audits: ")
    assert words.sentences[-1].startswith("Where a day is named, newer figures of that theme are")
    assert not [one for one in themed_words([(graded, None)]).sentences if "Where a day" in one]


def test_moderation_after_a_page_refuses_no_later_one(page):
    """An audit of March is moderated in April: no audit is new, yet what moderators found is."""
    (then, first), (now, second) = (page("practitioner_summary", day) for day in (MARCH, APRIL))
    grades = [
        moderators_grades(found, asked, page.register)
        for asked, found in ((then, first), (now, second))
    ]
    assert [len(one) for one in grades] == [1, 2]
    before = release_findings(first, then, page.register)
    after = release_findings(second, now, page.register)
    assert before.moderated is not None
    assert after.moderated is None
    assert after.grades.rows == before.grades.rows


def test_moderators_findings_that_are_left_out_are_called_hidden(page):
    april = told_on(page, "service_level", APRIL)
    share = moderated_of(april.found, april.settings, page.register)
    assert april.are_told
    assert april.tables.moderated is None
    assert share is not None
    for given, said in ((share, True), (None, False)):
        words = words_of(april.found, april.settings, april.tables, given)
        assert any("What moderators found is hidden" in one for one in words.sentences) is said


def test_a_form_recorded_late_is_counted_and_refuses_nothing(page):
    """It is of before the page's day, and came after: the same days cannot be said again."""
    (then, whole), (now, later) = (page("supervision", day) for day in (MAY, JUNE))
    last = whole.cases.index[whole.cases["outcome"] == "audited"][-1]
    less = whole.__class__(**{**vars(whole), "cases": whole.cases.drop(last)})
    release_findings(less, then, page.register)
    assert len(less.audited) + 1 == len(whole.audited)
    release_findings(later, now, page.register)
    days = list(days_released(ledger(page), design="supervision"))
    assert days == ["2026-06-30", "2026-05-31"]


def test_figures_that_were_taken_back_still_need_an_edition(page):
    asked, found = page("voice_of_the_child", MAY)
    release_findings(found, asked, page.register)
    later, same = page("voice_of_the_child", JUNE)
    half = same.cases.index[same.cases["outcome"] == "audited"][:7]
    fewer = same.__class__(**{**vars(same), "cases": same.cases.drop(half)})
    with pytest.raises(DisclosureError, match="contradict what was published"):
        release_findings(fewer, later, page.register)
