"""What the forms of themes asked: kept when a form comes back, counted, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from collect_samples import collect, form, small_register
from register_samples import made

from qa_sampling.records import returned
from qa_sampling.records.fieldwork import TAGS
from qa_sampling.records.form_templates import load_form
from qa_sampling.records.returned_sheet import Answer
from qa_sampling.runs.form_questions import own_questions
from qa_sampling.runs.programme_page.form_answers import (
    COLUMNS,
    form_answers,
    form_answers_view,
)
from qa_sampling.runs.returned_folder import form_named
from qa_sampling.settings.common import home

MONTHS = SimpleNamespace(extract_day="2026-10-31", all_periods=("2026-09", "2026-10"))
THEMES = ("permanence", "multi_agency")


def test_every_theme_has_a_form_of_its_own_name_with_questions_of_its_own():
    for path in sorted((home() / "parameters").glob("themed_*.yml")):
        design = path.stem.removeprefix("themed_")
        assert load_form(home() / "parameters" / "forms" / f"{design}.yml").name == design
        assert own_questions(design) or design in ("senior_manager",), design
    keys = [one.key for one in own_questions("permanence")]
    assert keys[0] == "by_second_review"
    assert {"meetings_in_time", "legal_meeting", "carers_visited", "education_plan"} <= set(keys)
    assert not {"practitioner_met", "family_feedback", "immediate_concern", "learning"} & set(keys)
    assert own_questions("practice_evaluation") == ()
    assert own_questions("nothing_of_the_kind") == ()


def test_what_was_chosen_is_kept_and_what_stands_elsewhere_is_not(tmp_path):
    sheet = form()
    answers = sheet.reading.answers | {
        "by_second_review": Answer("No", "Late."),
        "route": Answer("Adoption", None),
        "siblings": Answer(None, "Words alone."),
        "practitioner_met": Answer("Yes", None),
        "family_feedback": Answer("Declined", None),
    }
    cells = dict.fromkeys(answers, "B1")
    reading = replace(sheet.reading, answers=answers, cells=cells)
    with small_register(tmp_path / "r.sqlite") as register:
        collect(register, replace(sheet, form="permanence", reading=reading))
        tags = register.audit_tags().set_index("kind")["tag"].to_dict()
    assert tags == {
        "strength": "Voice",
        "learning": "Visits",
        "answer/by_second_review": "No",
        "answer/route": "Adoption",
    }


ROWS = (
    ("A1", "permanence", "2026-09", "2026-09-20", {"by_second_review": "Yes", "route": "Adoption"}),
    ("A2", "permanence", "2026-10", "2026-10-30", {"by_second_review": "No"}),
    ("A3", "permanence", "2026-10", "2026-10-31", {"by_second_review": "Yes"}),
    ("A4", "permanence", "2026-10", "2026-11-01", {"by_second_review": "Yes"}),
    ("A5", "permanence", "2026-08", "2026-08-20", {"by_second_review": "Yes"}),
    ("A6", "multi_agency", "2026-10", "2026-10-20", {"core_groups_in_time": "Mostly"}),
)


@pytest.fixture
def register(tmp_path):
    audits = [
        {"audit_id": name, "draw_id": f"{period}-{design}", "case_ref": name, "period": period,
         "design": design, "auditor_id": "S1", "date_completed": pd.Timestamp(day)}
        for name, design, period, day, _ in ROWS
    ]  # fmt: skip
    tags = [
        {"tag_id": f"{name}/answer/{key}", "audit_id": name, "kind": f"answer/{key}", "tag": said}
        for name, *_, chosen in ROWS
        for key, said in (chosen | {"by_hand": "x"}).items()
    ]
    tags.append({"tag_id": "A1/learning", "audit_id": "A1", "kind": "learning", "tag": "Yes"})
    with made(tmp_path / "register.sqlite") as opened:
        held = pd.DataFrame(audits).reindex(columns=returned.AUDITS.names)
        answers = returned.ANSWERS.empty()
        opened.record_audits(held.astype(returned.AUDITS.empty().dtypes.to_dict()), answers)
        opened.record_audit_tags(pd.DataFrame(tags).astype(TAGS.empty().dtypes.to_dict()))
        yield opened


def test_counts_against_counting_by_hand(register):
    table = form_answers(MONTHS, register, THEMES)
    assert tuple(table.columns) == COLUMNS
    found = table.set_index(["key", "answer"])["audits"]
    assert found[("by_second_review", "Yes")] == 2, "neither after the day nor of another month"
    assert found[("by_second_review", "No")] == 1
    assert found[("by_second_review", "Not due yet")] == 0
    assert found[("route", "Adoption")] == 1
    assert set(table["key"]) == {"by_second_review", "route", "core_groups_in_time"}
    assert (table.groupby(["design", "key"])["audits"].sum() == table.groupby(
        ["design", "key"])["answered"].first()).all()  # fmt: skip
    assert form_answers(MONTHS, register, ("permanence",))["design"].unique().tolist() == [
        "permanence"
    ]


def test_the_view_has_a_row_a_question_in_the_words_of_the_form(register):
    view = form_answers_view(form_answers(MONTHS, register, THEMES))
    label = next(
        one.label
        for part in form_named("permanence").sections
        for one in part.questions
        if one.key == "by_second_review"
    )
    first = view.iloc[0].tolist()
    assert first == ["Permanence", label, 3, "Yes 2, No 1, Not due yet 0"]
    assert list(form_answers_view(form_answers(MONTHS, register, ()))) == list(view)
