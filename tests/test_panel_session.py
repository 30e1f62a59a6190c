"""The panel's session: what is decided stands at once, and nothing else moves by it."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.counts import counts
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.errors import RegisterError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.register import Register
from qa_sampling.reporting.panel_view import (
    UNDECIDED,
    answers_view,
    cases_view,
    decisions_view,
    effect_view,
    progress_words,
    standards_view,
)
from qa_sampling.runs.analyses import basis_of, identifiers_of
from qa_sampling.runs.moderation.minutes import minutes_of
from qa_sampling.runs.moderation.session import (
    NEARER,
    Decision,
    meeting_of,
    record_decision,
    settled_ratings,
)
from qa_sampling.runs.moderation.steps import moderations_in, review_of
from qa_sampling.runs.returns_in import open_returns, staff_of
from qa_sampling.schema import GRADES
from qa_sampling.widgets.panel_session import PanelDesk, panel_session

DAY = date(2026, 11, 12)
ANSWERED = {"reflects_practice": "Partly", "meaningful_learning": "Yes"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the invented authority's register, which tests take copies of."""
    folder = tmp_path_factory.mktemp("panel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(folder))
        open_returns(read_parameters("panel_session", {})).close()
    return folder / "invented" / "register.sqlite"


@pytest.fixture
def settings(place, tmp_path, monkeypatch):
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
    (tmp_path / "invented").mkdir()
    shutil.copy(place, tmp_path / "invented" / "register.sqlite")
    asked = {"meeting": DAY.isoformat(), "present": ["Director", "<b>Chair</b>"]}
    return read_parameters("panel_session", asked)


@pytest.fixture
def register(settings):
    with Register.open(settings.register_location) as opened:
        yield opened


@pytest.fixture(scope="module")
def review(place):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(place.parents[1]))
        asked = read_parameters("panel_session", {})
        with Register.open(asked.register_location) as opened:
            return review_of(asked, opened, staff_of(asked))


def decide(register, audit_id, grade, note="", **more):
    return record_decision(
        register, Decision(audit_id, grade, **(ANSWERED | more), note=note), day=DAY
    )


# Recording -----------------------------------------------------------------------------------


def test_a_decision_stands_beside_the_moderation_and_moves_no_figure(
    register, settings, review
) -> None:
    before, owed = register.moderations(), moderations_in(settings, register)
    audit = meeting_of(review, settings, register).cases["audit_id"][0]
    assert decide(register, audit, "Good", "Read <i>all</i> of it").new == 1
    pd.testing.assert_frame_equal(register.moderations(), before)
    pd.testing.assert_frame_equal(moderations_in(settings, register), owed)
    again = review_of(settings, register, None)
    assert (again.moderated, again.ungraded) == (review.moderated, review.ungraded)
    np.testing.assert_array_equal(again.overall.codes, review.overall.codes)
    row = register.panel_decisions().iloc[0]
    assert (row["audit_id"], row["panel_final_grade"], row["role"]) == (audit, "Good", "Panel")
    assert (row["reflects_practice"], row["date"]) == ("Partly", pd.Timestamp(DAY))
    assert register.check() == ()
    assert "panel" not in identifiers_of(settings, register)
    assert register.corrected_since_moderation() == frozenset()


def test_another_decision_replaces_the_first_which_is_kept(register, settings, review) -> None:
    audit = meeting_of(review, settings, register).cases["audit_id"][0]
    decide(register, audit, "Good")
    head = register.head()
    assert decide(register, audit, "Good").unchanged == 1
    later = record_decision(register, Decision(audit, "Good", **ANSWERED), day=date(2026, 12, 1))
    assert later.unchanged == 1
    assert register.head() == head, "the same again writes nothing"
    assert decide(register, audit, "Inadequate").corrected == 1
    held = register.panel_decisions()
    assert held["panel_final_grade"].tolist() == ["Inadequate"]
    versions = register.moderation_versions()[f"{audit}/panel"]
    assert len(versions) == 2
    assert register.check() == ()


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"grade": "Fair"}, "final grade must be one of Outstanding"),
        ({"grade": "Not applicable"}, "final grade must be one of Outstanding"),
        ({"meaningful_learning": "Maybe"}, "answers must be one of Yes"),
        ({"audit_id": "nowhere"}, "holds no such audit"),
    ],
)
def test_what_cannot_be_a_decision_is_refused(register, settings, review, changed, match) -> None:
    audit = meeting_of(review, settings, register).cases["audit_id"][0]
    given = {"audit_id": audit, "grade": "Good"} | ANSWERED | changed
    head = register.head()
    with pytest.raises(RegisterError, match=match):
        record_decision(register, Decision(**given), day=DAY)
    assert register.head() == head


def test_a_final_grade_in_the_moderators_own_row_counts_until_the_panel_has_one(
    register, settings, review
) -> None:
    audit = meeting_of(review, settings, register).cases["audit_id"][0]
    held, told = register.moderations(), register.moderated_answers()
    mine = held[held["audit_id"] == audit].assign(panel_final_grade="Good")
    given = told[told["moderation_id"].isin(mine["moderation_id"])]
    register.record_moderations(mine, given)
    case = meeting_of(review, settings, register).cases.iloc[0]
    assert (case["final_grade"], pd.isna(case["day"]), pd.isna(case["note"])) == ("Good", 1, 1)
    decide(register, audit, "Inadequate", "Why")
    case = meeting_of(review, settings, register).cases.iloc[0]
    assert (case["final_grade"], case["note"]) == ("Inadequate", "Why")


# What it changes -----------------------------------------------------------------------------

TOLD = (
    ("A1", "Good", "Good", None),
    ("A2", "Outstanding", "Requires improvement", "Good"),
    ("A3", "Good", "Inadequate", "Good"),
    ("A4", "Inadequate", "Good", "Good"),
    ("A5", "Requires improvement", "Good", None),
    ("A6", "Good", None, "Good"),
)


def small() -> tuple[Ratings, pd.Series]:
    rows = [
        {"case_ref": audit, "rater": rater, "role": role, "grade": grade}
        for audit, first, second, _ in TOLD
        for rater, role, grade in (("a", "auditor", first), (f"m{audit}", "moderator", second))
        if grade is not None
    ]
    final = {audit: grade for audit, *_, grade in TOLD if grade is not None}
    return Ratings.from_long(pd.DataFrame(rows), scale=GRADES_SCALE), pd.Series(final)


def test_counts_after_the_panel_are_those_of_the_final_grades() -> None:
    """By hand: A1 0, A2 1 up, A3 0, A4 2 down, A5 1 down; A6 was not moderated and stays so."""
    ratings, final = small()
    row = counts(settled_ratings(ratings, final), fewest=1).table.iloc[0]
    found = row[["n", "exact", "within_one", "two_or_more", "higher", "lower"]].tolist()
    assert found == [5, 2, 4, 1, 1, 2]
    assert row["net_bias"] == pytest.approx((0 + 1 + 0 - 2 - 1) / 5)
    before = counts(ratings, fewest=1).table.iloc[0]
    assert before[["n", "exact", "two_or_more"]].tolist() == [5, 1, 3]


def test_coefficients_after_the_panel_are_those_of_a_table_made_anew() -> None:
    """A naive twin: the same grades typed into a fresh table of pairs."""
    ratings, final = small()
    rows = [
        {"case_ref": audit, "rater": role, "role": role, "grade": grade}
        for audit, first, second, _ in TOLD
        for role, grade in (("auditor", first), ("moderator", second and final.get(audit, second)))
        if grade is not None
    ]
    twin = Ratings.from_long(pd.DataFrame(rows), scale=GRADES_SCALE)
    asked = {"coefficients": ("ac2", "alpha")}
    found = agreement(settled_ratings(ratings, final), **asked).estimates
    wanted = agreement(twin, **asked).estimates
    assert [one.estimate for one in found] == pytest.approx([one.estimate for one in wanted])


def test_without_a_decision_nothing_changes() -> None:
    ratings, final = small()
    after = settled_ratings(ratings, final.iloc[:0])
    np.testing.assert_array_equal(after.codes, ratings.codes)
    view = effect_view(ratings, after, weights="quadratic", level=0.95, fewest=1)
    assert (view.iloc[:, 1] == view.iloc[:, 2]).all()


def test_where_final_grades_lie_is_counted(register, settings, review) -> None:
    cases = meeting_of(review, settings, register).cases
    wanted = Counter()
    for place, row in enumerate(cases.itertuples()):
        choices = (row.auditor_grade, row.moderator_grade, *GRADES)
        grade = choices[place] if place < 3 else GRADES[place % 4]
        decide(register, row.audit_id, grade)
        first, second, last = (GRADES.index(one) for one in (row[5], row[6], grade))
        low, high = sorted((first, second))
        wanted[
            NEARER[0] if last == first else NEARER[1] if last == second
            else NEARER[2] if low < last < high else NEARER[3]
        ] += 1  # fmt: skip
    meeting = meeting_of(review, settings, register)
    assert meeting.decided == len(cases)
    assert {name: n for name, n in meeting.nearer().items() if n} == dict(wanted)
    assert progress_words(meeting.cases) == f"All {len(cases)} cases are decided."
    assert answers_view(meeting.cases).iloc[1].tolist() == ["Partly", len(cases), 0]
    assert answers_view(meeting.cases).iloc[0].tolist() == ["Yes", 0, len(cases)]


def test_views_of_cases_and_standards(register, settings, review) -> None:
    meeting = meeting_of(review, settings, register)
    decide(register, meeting.cases["audit_id"][1], "Good", "Look twice")
    meeting = meeting_of(review, settings, register)
    view = cases_view(meeting.cases)
    assert view["Final grade"].tolist()[:3] == [UNDECIDED, "Good", UNDECIDED]
    assert not {"Auditor", "Moderator"} & set(view.columns), "nobody's name"
    told = decisions_view(meeting.cases)
    assert told.iloc[0].tolist()[2:] == ["Good", "Partly", "Yes", "Look twice", "12 November 2026"]
    mine = meeting.standards[meeting.standards["audit_id"] == meeting.cases["audit_id"][0]]
    shown = standards_view(mine, gap=2)
    far = mine["gap"].abs() >= 2
    assert shown["Auditor is"].str.endswith("◀").tolist() == far.tolist()
    assert far.any()


@pytest.mark.parametrize(
    ("grades", "words"),
    [
        ([], "No case is that far apart."),
        ([None], "0 of 1 case decided; 1 to come."),
        (["Good"], "The one case is decided."),
        (["Good", None], "1 of 2 cases decided; 1 to come."),
    ],
)
def test_how_far_the_panel_is(grades, words) -> None:
    assert progress_words(pd.DataFrame({"final_grade": pd.Series(grades, dtype="str")})) == words


# Minutes -------------------------------------------------------------------------------------


def test_the_minutes_are_a_restricted_page_without_names(register, settings, review) -> None:
    meeting = meeting_of(review, settings, register)
    assert "nothing decided" in minutes_of(meeting, settings)
    audit = meeting.cases["audit_id"][0]
    rests_on = basis_of(settings, register)
    decide(register, audit, "Good", "Read <script>alert(1)</script>")
    assert basis_of(settings, register) != rests_on
    page = minutes_of(meeting_of(review, settings, register), settings)
    assert "Restricted" in page
    assert "12 November 2026" in page
    assert f"1 of {len(meeting.cases)} cases decided" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "&lt;b&gt;Chair" in page
    people = staff_of(settings)["name"].dropna()
    assert not [name for name in people if name in page]


# The desk without a page ---------------------------------------------------------------------


def test_without_somebody_at_the_page_the_session_is_silent(capsys) -> None:
    assert panel_session(read_parameters("panel_session", {}), None) is None
    assert capsys.readouterr().out == ""


def test_the_desk_records_at_once_and_opens_where_it_was(register, settings) -> None:
    desk = PanelDesk(settings, register)
    n = len(desk.meeting.cases)
    desk.record()
    assert "Choose the final grade and whether the audit reflects" in desk.told.value
    assert "alert" in desk.told.value
    assert register.panel_decisions().empty
    desk.grade.value, desk.reflects.value, desk.learning.value = "Good", "Yes", "Not recorded"
    desk.note.value = "Ask & listen"
    desk.record()
    assert desk.told.value.endswith("Case 1 is recorded: Good. Here is case 2.</p>")
    assert (desk.list.value, desk.grade.value, desk.note.value) == (1, None, "")
    assert f"1 of {n} cases decided" in desk.progress.value
    assert len(register.panel_decisions()) == 1
    with Register.open(settings.register_location) as after_a_restart:
        again = PanelDesk(settings, after_a_restart)
        assert again.list.value == 1, "the first that is open"
        assert again.list.options[0][0].startswith("✓ 1. decided Good:")
        assert again.effect.value == desk.effect.value
        again.list.value = 0
        assert (again.grade.value, again.note.value) == ("Good", "Ask & listen")
        assert again.record_button.description == "Record the change"
        again.grade.value = "Inadequate"
        again.record()
        assert after_a_restart.panel_decisions()["panel_final_grade"].tolist() == ["Inadequate"]


def test_the_desk_writes_the_minutes_and_grows(register, settings, tmp_path) -> None:
    desk = PanelDesk(settings, register)
    desk.minutes()
    desk.minutes()
    written = list(tmp_path.rglob("panel_minutes_*.html"))
    assert [path.parent.name for path in written] == ["restricted"]
    assert "panel_minutes_2026-10.html. Restricted." in desk.minutes_told.value
    desk.size.index = 2
    assert "qa-size-2" in desk.box._dom_classes
    assert "qa-size-0" not in desk.box._dom_classes


def test_where_no_case_is_far_apart_the_desk_says_so(register, settings) -> None:
    desk = PanelDesk(settings.model_copy(update={"gap": 3}), register)
    if len(desk.meeting.cases) == 0:
        assert "No case is that far apart." in desk.progress.value
        assert desk.record_button.disabled
        desk.record()
        assert register.panel_decisions().empty
    else:
        pytest.fail("the invented authority has a case three grades apart: choose another way")
