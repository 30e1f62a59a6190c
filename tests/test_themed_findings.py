"""Grades of themed audits: estimated by their own draws, and said as far as may be said."""

from __future__ import annotations

from datetime import date
from itertools import product

import pandas as pd
import pytest
from test_findings_release import KIND, Intruder

from qa_sampling.errors import NothingReturned
from qa_sampling.parameters import read_parameters, read_programme_files
from qa_sampling.records.fieldwork import case_name
from qa_sampling.reporting.findings_words import shown_counts
from qa_sampling.reporting.themed_words import (
    ThemedGrades,
    good_between,
    themed_view,
    themed_words,
)
from qa_sampling.runs.collect.granting import grant, reassign
from qa_sampling.runs.enough_audits import need_graded
from qa_sampling.runs.findings.describing import describer
from qa_sampling.runs.findings.outputs import words_of
from qa_sampling.runs.findings.releasing import release_findings
from qa_sampling.runs.findings.steps import findings_of
from qa_sampling.runs.findings.themed import release_themes, tell_themes, themes_of
from qa_sampling.runs.programme_page.exceptions import (
    EXEMPTED,
    EXTENDED,
    MOVED,
    dives_of,
    exceptions_of,
    exceptions_view,
)
from qa_sampling.runs.programme_page.much import audits_stand
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.runs.themed_returns import open_design, open_programme
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.programme import QaProgramme

GOOD = ("Outstanding", "Good")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path_factory.mktemp("themes")))
        yield read_parameters("qa_programme", {})


@pytest.fixture(scope="module")
def files(settings):
    return read_programme_files(settings)


@pytest.fixture(scope="module")
def register(settings):
    with open_programme(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def themes(settings, register, files):
    asked = {"describe": describer(settings)}
    return themes_of(settings, register, staff_of(settings), files, **asked)


@pytest.fixture(scope="module")
def released(themes, settings, register):
    asked = {"describe": describer(settings)}
    told = tell_themes(themes, settings, register, staff_of(settings), **asked)
    assert {one.day for one in told.values()} == {None}
    return {design: one.tables for design, one in told.items()}


def asked_of(design: str, period: str) -> AuditFindings:
    return AuditFindings(designs=(design,), period=period, window=12)


def test_every_theme_that_was_drawn_is_estimated_and_no_other(themes, files, register):
    assert "monthly" not in files.themes
    assert files.again == {"re_audit"}
    drawn = set(register.draws()["design"])
    assert [one.design for one in themes] == [one for one in files.themes if one in drawn]
    assert len(themes) == 10
    view = themed_view([one.graded for one in themes]).set_index("Theme")
    assert view.loc["Multi agency audits", "Share of these"] == "too few"
    assert view.loc["Senior manager audits", "Rounds"] == 3


@pytest.mark.parametrize("design", ["permanence", "senior_manager", "service_level"])
def test_a_share_is_that_of_each_audit_counted_by_its_chance(themes, register, design):
    """By hand: each audit counts for 1 / its chance of being drawn, each round for its cases."""
    theme = next(one for one in themes if one.design == design)
    answers = register.answers().query("standard == 'overall'").set_index("audit_id")["grade"]
    audits = register.audits().dropna(subset=["date_completed"])
    above = below = 0.0
    for period in sorted(theme.found.cases["period"].unique()):
        draw = register.find_draw(period, design)
        own = audits[audits["draw_id"] == draw.draw_id].set_index("case_ref")["audit_id"]
        weight = draw.draw.cases.set_index("case_ref")["weight"]
        back = weight[weight.index.isin(own.index)]
        scale = weight.sum() / back.sum()
        good = own.map(answers).reindex(back.index).isin(GOOD)
        above += scale * float(back[good].sum())
        below += scale * float(back.sum())
    assert theme.graded.share == pytest.approx(above / below, abs=1e-9)
    ends = theme.graded.interval
    assert ends.low < theme.graded.share < ends.high
    assert theme.graded.range.low <= ends.low
    assert theme.graded.range.high >= ends.high


def test_words_say_what_the_tables_of_the_theme_show(themes, released, settings, register):
    words = themed_words([(one.graded, released.get(one.design)) for one in themes])
    text = " ".join(words.sentences)
    for one in themes:
        named = f"“{one.graded.title}”"
        assert named in text
        said = f"{named}, {one.graded.audited} audits: {one.graded.share or 0:.0%}" in text
        rest = one.graded.audited - one.graded.good
        enough = min(one.graded.good, rest) >= 6 and one.graded.share is not None
        assert not said or enough, one.design
    assert "“Permanence audits”, 21 audits: " in text
    assert "“Family safeguarding audits”, 24 audits: at least 58% good or better" in text
    assert "“Journey of the child audits” (7 of 7)" in text
    some = [one for one in themes if one.design in ("permanence", "multi_agency")]
    asked = {"describe": describer(settings)}
    again = release_themes(some, settings, register, staff_of(settings), **asked)
    assert {*again.sentences} <= {*words.sentences}
    assert len(again.sentences) == 3
    assert themed_words([]).sentences == ()


def test_no_more_is_hidden_than_the_rule_asks_for(themes, released):
    """A share is hidden where one to five audits are good, or are not; what is said instead fits.

    By trial: every number of audits that fits what is printed lies between the ends, and the true
    one is never alone there.
    """
    hidden = 0
    for one in (theme for theme in themes if theme.graded.audited >= 6):
        tables = released[one.design]
        good, n = one.graded.good, one.graded.audited
        shown = dict(tables.grades.body.itertuples(index=False))
        ranges = [range(n + 1) if cell == "[c]" else [int(cell)] for cell in shown.values()]
        fits = {row[0] + row[1] for row in product(*ranges) if sum(row) == n}
        least, most, of = good_between(tables)
        assert of == n
        assert least <= good <= most
        if shown_counts(tables)[0] is None:
            hidden += 1
            assert 1 <= min(good, n - good) <= 5, "nothing else asks for it"
            assert most - least >= 5
            assert fits >= {*range(least + 1, most)}, "no narrower than what is printed"
    assert hidden == 5


def test_nothing_is_said_of_few_audits():
    few = ThemedGrades("Audits of a theme", 1, 8, 4, 2, 100)
    assert themed_words([(few, None)]).sentences[1:] == (
        "Themes of which too little has come back to say anything: “Audits of a theme”.",
    )


def test_the_page_of_a_theme_is_tied_to_that_of_the_programme(released, register):
    page = asked_of("permanence", "2026-10")
    found = findings_of(page, register, staff_of(page))
    tables = release_findings(found, page, register)
    held = released["permanence"]
    assert tables.grades.rows == held.grades.rows
    assert tables.standards.rows == held.standards.rows
    first = words_of(found, page, tables, None).sentences[0]
    assert first.startswith("Permanence audits, drawn at random from the cases of their theme")


class Rounds(Intruder):
    """The first round alone, then both."""

    WINDOWS = ((0,), (0, 1))


def test_a_second_round_gives_no_hidden_count_of_the_first_away(settings, register):
    made = []
    for period in ("2026-03", "2026-10"):
        page = asked_of("permanence", period)
        found = findings_of(page, register, staff_of(page))
        made.append((page, found, release_findings(found, page, register), None))
    intruder = Rounds(made)
    assert intruder.hidden
    for where, line in intruder.hidden.items():
        low, high = intruder.range_of(line)
        assert high >= 6, where
        assert high - low >= 5, where
        window, *labels = where
        cases = made[window][1].audited
        kinds = cases["overall"] if len(labels) == 1 else cases["overall"].map(KIND)
        assert low <= int((kinds == labels[-1]).sum()) <= high


def test_a_theme_of_few_audits_has_no_page(register):
    page = asked_of("multi_agency", "2026-10")
    found = findings_of(page, register, staff_of(page))
    assert len(found.audited) < 6
    with pytest.raises(NothingReturned, match="too few for a page"):
        release_findings(found, page, register)
    with pytest.raises(NothingReturned, match="too few for a page"):
        need_graded(page, register)
    need_graded(asked_of("permanence", "2026-10"), register)


def test_each_design_has_a_folder_of_its_own(settings):
    assert AuditFindings().slug == "2026-10-findings"
    assert asked_of("permanence", "2026-08").slug == "2026-08-findings-permanence"
    assert settings.slug == "2026-10-programme" == settings.loop.slug
    assert settings.of_theme("permanence").window == 12


def test_the_invented_authority_has_themed_rounds_where_they_are_asked_for(register):
    with open_design(asked_of("permanence", "2026-10")) as opened:
        assert set(opened.draws()["draw_id"]) == set(register.draws()["draw_id"])


def test_exceptions_are_counted(settings, register):
    """Last of the file: the register has leave and another auditor from here on."""
    staff, today = staff_of(settings), date(2026, 10, 20)
    stand = audits_stand(settings, register, staff)
    before = exceptions_of(settings, register, stand).set_index("exception")["number"]
    assert before.sum() == 0
    waiting = stand.table[stand.table["state"].isin(("overdue", "not_due"))]
    names = [name for name in waiting["audit_id"] if name.startswith("2026-10-monthly/")]
    assert case_name(*names[0].split("/")) == names[0]
    asked = {"reason": "On leave", "by": "Head", "today": today}
    grant(register, names[0], until=None, **asked)
    grant(register, names[1], until=date(2026, 11, 30), **asked)
    grant(register, names[2], until=date(2026, 11, 30), **asked)
    grant(register, names[2], until=None, **asked)
    held = waiting.set_index("audit_id")["auditor_id"]
    free = staff[staff["may_audit"] & ~staff["staff_id"].isin(held)]["staff_id"].iloc[-1]
    given = {"auditor": str(free), "by": "Head", "reason": "absence", "today": today}
    reassign(register, names[3], staff=staff, against=lambda ref, who: (), **given)
    table = exceptions_of(settings, register, audits_stand(settings, register, staff))
    counts = table.set_index("exception")["number"]
    assert (counts[EXEMPTED], counts[EXTENDED], counts[MOVED]) == (2, 1, 1)
    assert exceptions_view(table)["Of these back"].tolist() == ["–", 0, 0, 0, "–"]
    early = settings.model_copy(update={"as_at": "2026-10-19"})
    assert exceptions_of(early, register, stand)["number"].sum() == 0


def test_without_a_deep_dive_there_is_no_row(settings, register):
    assert dives_of(settings, register, pd.DataFrame()).empty
    assert isinstance(settings, QaProgramme)
