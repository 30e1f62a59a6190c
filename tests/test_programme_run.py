"""The page of the programme from a register: what is counted, protected, written and refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from PIL import Image

from qa_sampling.errors import DisclosureError, SchemaError
from qa_sampling.loop.standards import READINGS, marked
from qa_sampling.loop.vocabulary import EVENT_KINDS, GUARDED_KINDS
from qa_sampling.parameters import read_parameters, read_programme_files
from qa_sampling.reporting.again_tables import again_words
from qa_sampling.reporting.members_page import build_members_page
from qa_sampling.reporting.plots_programme import (
    plan_chart,
    plan_chart_alt,
    scorecard_alt,
    scorecard_chart,
)
from qa_sampling.reporting.programme_difference_words import escalation_words
from qa_sampling.reporting.programme_tables import ACTIVITIES, BACK, IN_TIME, OWED, PLANNED, SOURCES
from qa_sampling.reporting.programme_words import (
    coverage_words,
    how_much_words,
    joined,
    scorecard_words,
)
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.reporting.slides import write_slides
from qa_sampling.runs.drawn_returns import open_findings
from qa_sampling.runs.findings.describing import describer
from qa_sampling.runs.findings.estimates import by_standard, changes
from qa_sampling.runs.findings.steps import findings_of
from qa_sampling.runs.loop.steps import loop_of
from qa_sampling.runs.programme_page.difference import escalations_of, owed_by
from qa_sampling.runs.programme_page.much import GROUPS, much_of
from qa_sampling.runs.programme_page.outputs import (
    publish_programme,
    release_again,
    release_programme,
    slides_of,
)
from qa_sampling.runs.programme_page.own_service import own_service
from qa_sampling.runs.programme_page.well import voices_of, well_of
from qa_sampling.runs.returned_folder import owed_audits, sent_out
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.runs.themed_returns import ROUNDS, open_programme
from qa_sampling.schema import GRADES, QUALITY_STANDARDS
from qa_sampling.trends.measured import READINGS as MEASURED


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programme")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(folder))
        yield read_parameters("qa_programme", {})


@pytest.fixture(scope="module")
def files(settings):
    return read_programme_files(settings)


@pytest.fixture(scope="module")
def register(settings):
    with open_findings(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(settings, register):
    return findings_of(settings, register, staff_of(settings))


@pytest.fixture(scope="module")
def much(settings, register, files):
    return much_of(settings, register, staff_of(settings), files, describe=describer(settings))


@pytest.fixture(scope="module")
def well(settings, register, files, found, much):
    return well_of(
        settings,
        register,
        files.standards,
        graded=by_standard(found, settings),
        changed=changes(found, settings),
        activities=much.activities,
        measured=MEASURED.empty(),
    )


@pytest.fixture(scope="module")
def loop(settings, register):
    return loop_of(settings.loop, register, staff_of(settings))


@pytest.fixture(scope="module")
def owed(settings, register, files, much, loop):
    asked = {"actions": loop.actions, "staff": staff_of(settings), "names": loop.names}
    return owed_by(settings, register, files.responsibilities, much=much, **asked)


@pytest.fixture(scope="module")
def own(settings, much, found):
    """The service by itself, of whose outcomes nothing is known."""
    outcomes = SimpleNamespace(readings=MEASURED.empty(), by_unit=MEASURED.empty())
    asked = {"audited": found.audited, "staff": staff_of(settings)}
    return own_service(settings, much, outcomes, **asked)


@pytest.fixture(scope="module")
def tables(settings, register, much, well, owed):
    return release_programme(much, well, owed, settings, register)


def test_audits_against_the_register(much, register, settings):
    audits = register.audits().dropna(subset=["draw_id"])
    back = audits["date_completed"] <= pd.Timestamp(settings.extract_day)
    counts = much.progress.counts().iloc[0]
    assert counts["planned"] == int(register.draws()["sampled"].sum())
    assert counts["returned"] + much.beside == int(back.sum())
    assert counts["returned"] == counts["on_time"] + counts["late"]
    assert f"{much.beside} audits of reserves" in much.coming_back


def test_activity_against_the_register(much, register, settings):
    held = register.activities()
    first, day = pd.Timestamp(settings.first_day), pd.Timestamp(settings.extract_day)
    held = held[held["date"].between(first, day)]
    told = much.activity.set_index("what")["done"]
    assert told.to_dict() == held["kind"].value_counts().reindex(told.index, fill_value=0).to_dict()
    rounds = much.draws.set_index("what")["done"]
    assert (rounds["Practice Evaluations"], rounds["Re-audits"]) == (6, 3)


def test_an_activity_the_plan_lacks_is_refused(settings, register, files):
    kept = tuple(one for one in files.plan.activities if one.kind != "Complaint")
    plan = files.plan.model_copy(update={"activities": kept})
    with pytest.raises(SchemaError, match="does not name Complaint"):
        much_of(settings, register, None, replace(files, plan=plan), describe=describer(settings))


def test_coverage_counts_who_was_audited(much, register):
    audited = register.audits().dropna(subset=["draw_id", "date_completed"])
    audited = audited[audited["design"] == "monthly"]
    teams = much.coverage["team"].table
    assert int(teams["looked_at"].sum()) == len(audited)
    assert set(much.coverage) == set(GROUPS)
    workers = much.coverage["worker"]
    assert workers.observed == int((workers.table["looked_at"] == 0).sum())


def test_every_standard_is_read(well):
    assert [one.standard for one in well.readings] == list(QUALITY_STANDARDS)
    assert {one.reading for one in well.readings} <= set(READINGS)
    sources = {part.source for one in well.readings for part in one.evidence}
    assert {"Audits", "Moderators", "Families and children"} <= sources
    measured = next(one for one in well.readings if one.standard == "assessment").evidence[-1]
    assert measured.says == "Silent", "no reading, nothing said"


def test_moderators_against_a_naive_count(well, register, settings):
    """Every audit by hand: how many of its overall grade were moderated, and what was said."""
    given = register.answers().set_index(["audit_id", "standard"])["grade"].to_dict()
    audits = register.audits()
    names = [one.audit_id for one in audits.itertuples()
             if one.design == "monthly" and one.period in settings.all_periods]  # fmt: skip
    overall = {one: given.get((one, "overall")) for one in names}
    overall = {one: grade for one, grade in overall.items() if grade in GRADES}
    again = {one.audit_id: one.moderation_id for one in register.moderations().itertuples()}
    said = register.moderated_answers().set_index(["moderation_id", "standard"])["grade"].to_dict()
    alike: dict[str, list[str]] = {}
    for name, grade in overall.items():
        alike.setdefault(grade, []).append(name)
    assert all(sum(one in again for one in held) > 1 for held in alike.values()), "none pooled"
    for reading in well.readings:
        whole = good = 0.0
        for name, grade in overall.items():
            told = said.get((again.get(name), reading.standard))
            if told in GRADES:
                weight = len(alike[grade]) / sum(one in again for one in alike[grade])
                whole, good = whole + weight, good + weight * (told in GRADES[:2])
        evidence = next(one for one in reading.evidence if one.source == "Moderators")
        assert evidence.share == pytest.approx(good / whole)


def test_what_is_owed(owed, much):
    waiting = much.progress.table["state"].isin(("overdue", "not_due"))
    audits = owed.people["what"] == "An audit to return"
    assert int(audits.sum()) == int(waiting.sum())
    counted = owed.roles["what"].str.contains("observed|checked|led$|Report")
    assert owed.roles.loc[~counted, "owed"].sum() == len(owed.people), "of every role"
    assert "Other roles" in set(owed.roles["role"])
    assert (owed.roles["overdue"] <= owed.roles["owed"]).all()


def test_a_report_is_done_once_it_is_recorded_whoever_led_it(settings, register, files, much, loop):
    own = [one for one in files.responsibilities.responsibilities if one.owes == "report"]
    asked = {"actions": loop.actions, "staff": None, "names": {}}
    row = {"kind": "QA Group meeting", "month": settings.period}
    held = replace(much, activities=pd.DataFrame([row]).reindex(columns=much.activities.columns))
    every = [one.model_copy(update={"months": "every"}) for one in own]
    every[0] = every[0].model_copy(update={"kind": ""})
    declared = files.responsibilities.model_copy(update={"responsibilities": tuple(every)})
    found = owed_by(settings, register, declared, much=held, **asked).roles.set_index("what")
    assert pd.isna(found.loc["Peer sharing event led", "owed"]), "no kind: only a reminder"
    assert not found.loc["Peer sharing event led", "due"]
    assert found.loc["Report to the Lead Member and the Chief Executive", "owed"] == 1
    assert found.loc["Meeting of the QA Group held", "owed"] == 0


def test_one_service_and_voices(much, own, settings, tables):
    told = own.activity.set_index("what")["number"]
    assert 0 < told["Audits returned"] <= told["Audits planned"]
    held = much.activities[much.activities["service"] == "Family Safeguarding"]
    printed = tables.own.body.set_index("group")["activities"]
    both = "Complaints and compliments"
    assert set(printed.index) == {both, "Escalations and rapid reviews"}
    assert printed[both] == held["kind"].isin(("Complaint", "Compliment")).sum()
    by_service = {row[:2]: row[2] for row in tables.events.services.rows}
    observed = sum(by_service[kind, "Family Safeguarding"] for kind in EVENT_KINDS
                   if kind.endswith("observed"))  # fmt: skip
    assert observed == told["Observations"]
    assert own.outcomes.empty
    assert all(team.startswith("Family Safeguarding") for team in own.teams)
    heard = voices_of(much.activities)
    assert (heard[["positive", "mixed", "negative"]].sum(axis=1) <= heard["times"]).all()
    months = escalations_of(much.activities, settings.all_periods)
    assert len(months) == settings.months


def test_actions_and_second_looks_of_every_design_count(loop, register, settings):
    """Re-audits are no monthly audits; their actions are owed all the same."""
    designs = register.audits().set_index("audit_id")["design"]
    assert set(loop.actions["audit_id"].map(designs)) == {"monthly", "re_audit"}
    pairs = loop.again.pairs
    second = pairs["re_audit_id"].map(designs).value_counts().to_dict()
    assert second == {"re_audit": 17, "monthly": 1}, "a monthly draw may look again as well"
    table = release_again(loop, settings, register).table
    body = table.frame.set_index("result")["re_audits"]
    assert body["With an earlier low grade on record"] == loop.again.n == len(pairs) == 18
    said = again_words(table).sentences
    assert said[0].startswith("18 re-audits can be compared with an earlier low grade on record")
    assert (loop.again.improved, loop.again.same, loop.again.worse) == (11, 7, 0)
    assert said[1].startswith("11 of these were graded higher, 7 were not")


def test_a_year_of_themed_audits_is_in_progress(settings, files, register, tmp_path):
    """Some kinds on plan, some behind, two not begun; findings and second looks as before."""
    shutil.copytree(settings.outputs_folder, tmp_path / settings.outputs_folder.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
        with open_programme(settings) as opened:
            whole = much_of(settings, opened, None, files, describe=describer(settings))
            drawn, audits = len(opened.draws()), opened.audits()
            staff = staff_of(settings)
            known = {"describe": describer(settings)}
            placed = [owed_audits(opened, sent_out(opened), staff, **more) for more in ({}, known)]
        with open_programme(settings) as again:
            assert len(again.draws()) == drawn == len(register.draws()) + len(ROUNDS)
    states = whole.draws["state"].value_counts().to_dict()
    assert states == {"Behind": 8, "On plan": 4, "Not begun": 2}
    before = register.audits()
    is_themed = ~audits["design"].isin(before["design"])
    assert set(before["audit_id"]) == set(audits.loc[~is_themed, "audit_id"])
    teams = set(staff["team"].dropna())
    alone, beside = (one[one["design"] == "permanence"] for one in placed)
    assert len(alone) > 12
    assert beside["team"].notna().mean() > 0.9, "its strata are ages"
    for one in placed:
        assert set(one["team"].dropna()) <= teams
        assert one.loc[one["team"].notna(), "service"].notna().all()
    by_service = placed[0][placed[0]["design"] == "service_level"]
    assert by_service["service"].notna().all()
    themed = audits.loc[is_themed, "case_ref"]
    assert not themed.duplicated().any()
    assert not set(themed) & set(before.dropna(subset=["draw_id"])["case_ref"])


def test_months_before_the_record_began_hold_no_escalations():
    """Six months without a record, then ten a month: no rise."""
    months = [f"2026-{month:02}" for month in range(1, 13)]
    held = pd.DataFrame({"kind": "IRO escalation", "month": months[6:] * 10})
    told = escalations_of(held, months)
    assert told["month"].tolist() == [
        f"{name} 2026" for name in ("Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    ]
    assert "no clear difference" in escalation_words(told["escalations"].tolist()).sentences[0]
    assert escalations_of(held[:0], months).empty


def test_small_counts_are_hidden(tables, much):
    for table, counts in ((tables.kinds, [ACTIVITIES]), (tables.roles, [OWED])):
        for count in counts:
            shown = [one for one in table.body[count] if one != HIDDEN_MARK]
            assert not [one for one in shown if 0 < one < 6]
    hidden = tables.kinds.body.set_index("kind")[ACTIVITIES]
    done = much.activity.set_index("what")["done"]
    assert set(hidden.index) == set(GUARDED_KINDS)
    own = tables.events.kinds.body.set_index("kind")["events"]
    assert 0 < own["Practice week"] < 6
    assert own.to_dict() == {kind: done[kind] for kind in EVENT_KINDS}, "events count nobody"
    assert hidden["Feedback from a family"] == done["Feedback from a family"]
    months = tables.months.body
    for row in months.itertuples():
        told = (getattr(row, PLANNED), getattr(row, BACK), getattr(row, IN_TIME))
        if HIDDEN_MARK not in told:
            assert not [one for one in (told[0] - told[1], told[1] - told[2]) if 0 < one < 6]
    assert set(tables.standards.body[SOURCES]) <= set(range(13)), "sources are no children"


def test_words(tables, much, well):
    amount = how_much_words(tables, much.draws)
    assert "planned audits came back" in amount.sentences[0]
    said = scorecard_words(well.readings, well.ways).sentences
    told = " ".join(said)
    for one in well.readings:
        assert (f"{one.reading} on" in told) or (f"{one.reading}: " in told)
    assert any("workers" in one for one in coverage_words(much.coverage, GROUPS).sentences)
    assert joined(["a", "b and c", "d"]) == "a, b and c, and d"
    assert "fewer" in escalation_words([20, 20, 2, 2]).sentences[0]
    assert "more" in escalation_words([2, 2, 20, 20]).sentences[0]
    assert "no clear difference" in escalation_words([3, 2, 2, 3]).sentences[0]
    assert not escalation_words([0, 0]).sentences


def test_pictures_have_the_size_of_a_slide_and_their_words(tables, tmp_path):
    paths = write_slides(tmp_path, slides_of(tables, ()), source="Invented")
    pictures = [path for path in paths if path.suffix == ".png"]
    assert len(pictures) == 4
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.size == (1920, 1080)
            assert picture.text["Description"]
    text = paths[-1].read_text(encoding="utf-8")
    assert plan_chart_alt(tables.kinds) in text
    about = "Completed audits of September to November 2026"
    *_, told = write_slides(
        tmp_path, [replace(slides_of(tables, ())[1], about=about)], source="Invented"
    )
    assert f"{about}. From: Invented." in told.read_text(encoding="utf-8").splitlines()
    assert HIDDEN_MARK in plan_chart_alt(tables.months)
    assert HIDDEN_MARK not in plan_chart_alt(tables.events.kinds)


def test_the_picture_and_the_table_say_how_each_standard_is_read(tables, well):
    labels = list(dict.fromkeys(tables.standards.body["standard"]))
    assert labels == [
        f"{QUALITY_STANDARDS[one.standard]}: {marked(one.reading)}" for one in well.readings
    ]
    drawn = {text.get_text() for text in scorecard_chart(tables.standards).texts}
    assert {one.reading for one in well.readings} <= drawn
    assert all(f"{label}: " in scorecard_alt(tables.standards) for label in labels)


def test_a_plain_table_is_no_picture(tables):
    with pytest.raises(DisclosureError):
        scorecard_chart(tables.standards.body)
    with pytest.raises(DisclosureError):
        plan_chart(tables.kinds.body)


def test_members_read_sealed_words_only():
    given = {"title": "Quality assurance", "provenance": {}}
    with pytest.raises(DisclosureError, match="was given a str under 'How'"):
        build_members_page(parts={"How": "3 children"}, **given)


def test_files(settings, register, much, well, owed, own, tables):
    parts = {"How well did we do it?": scorecard_words(well.readings, well.ways)}
    given = {"much": much, "well": well, "owed": owed, "own": own, "tables": tables}
    slug = publish_programme(settings, register, parts=parts, **given)
    folder = settings.outputs_folder / slug
    shared = folder / "shareable"
    names = set(owed.people["person"])
    text = (shared / "members_page.html").read_text(encoding="utf-8")
    text += (shared / "programme_tables.csv").read_text(encoding="utf-8-sig")
    assert names
    assert not [one for one in names if one in text]
    assert "Not yet good" in text or "Sources disagree" in text
    book = openpyxl.load_workbook(folder / "restricted" / "qa_programme_2026-10.xlsx")
    assert {"Scorecard", "Evidence", "One service", "Who owes what"} <= set(book.sheetnames)


def test_a_page_of_one_month(settings, files, register, found, loop, tmp_path):
    """The first month of an authority that begins: everything is told, or said not to be."""
    shutil.copytree(settings.outputs_folder, tmp_path / settings.outputs_folder.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
        asked = settings.model_copy(update={"months": 1})
        with open_findings(asked) as opened:
            much = much_of(asked, opened, None, files, describe=describer(asked))
            well = well_of(
                asked,
                opened,
                files.standards,
                graded=by_standard(found, asked),
                changed=changes(found, asked),
                activities=much.activities,
                measured=MEASURED.empty(),
            )
            given = {"much": much, "actions": loop.actions, "staff": None, "names": {}}
            owed = owed_by(asked, opened, files.responsibilities, **given)
            tables = release_programme(much, well, owed, asked, opened)
    assert [*asked.all_periods] == ["2026-10"] == much.progress.table["period"].unique().tolist()
    assert tables.months.frame["month"].tolist() == ["Oct 2026", "All months"]
    audits = owed.people[owed.people["what"] == "An audit to return"]
    assert set(audits["role"]) == {"Not recorded"}, "without a staff list nobody has a role"
    named = tables.roles.frame.set_index("role")["owed"]
    assert [*named.index[-2:]] == ["Other roles, not named for it", "All roles"]
    roles = {one.role for one in files.responsibilities.responsibilities}
    assert set(named.index[:-2]) == roles
    assert set(named[list(roles)]) == {HIDDEN_MARK, 0}, "nobody knows how many hold them"
    assert "planned audits came back" in how_much_words(tables, much.draws).sentences[0]
    assert coverage_words(much.coverage, GROUPS).sentences
    assert escalations_of(much.activities, asked.all_periods)["month"].tolist() == ["Oct 2026"]
    escalated = escalations_of(much.activities, asked.all_periods)["escalations"].tolist()
    assert not escalation_words(escalated * 0).sentences
    assert len(slides_of(tables, ())) == 4


def test_a_role_that_was_deleted_owes_under_other_roles(
    settings, register, files, much, loop, owed
):
    kept = tuple(one for one in files.responsibilities.responsibilities
                 if one.role != "Team Manager")  # fmt: skip
    declared = files.responsibilities.model_copy(update={"responsibilities": kept})
    asked = {"actions": loop.actions, "staff": staff_of(settings), "names": loop.names}
    found = owed_by(settings, register, declared, much=much, **asked)
    assert "Team Manager" not in set(found.roles["role"])
    rows = owed.roles["what"].str.contains("observed|checked")
    others = found.roles["what"].str.contains("observed|checked")
    assert found.roles.loc[~others, "owed"].sum() == owed.roles.loc[~rows, "owed"].sum()


def test_a_round_that_was_deleted_from_the_calendar_is_told_of(settings, register, files):
    entries = tuple(one for one in files.calendar.entries if one.name != "re_audits")
    calendar = files.calendar.model_copy(update={"entries": entries})
    designs = {name: one for name, one in files.designs.items() if name != "re_audits"}
    less = replace(files, calendar=calendar, designs=designs)
    draws = much_of(settings, register, None, less, describe=describer(settings)).draws
    row = draws.set_index("what").loc["Not in the calendar: re audit"]
    assert (row["done"], row["state"]) == (3, "Not planned")
