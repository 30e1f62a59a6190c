"""A deep dive on written extracts, from the draw to the review: small, and by its own commands.

The steps of the notebook are called as its cells call them; what comes back is collected and given
to another reader by the command line.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import openpyxl
import pytest
from typer.testing import CliRunner

from qa_sampling.cli import app
from qa_sampling.parameters import read_parameters
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_identity import read_form_identity
from qa_sampling.records.form_layout import lay_out
from qa_sampling.records.synthetic import invent, write_authority
from qa_sampling.runs.dive.carried import take_apart, who_carries
from qa_sampling.runs.dive.closing import agree_actions, closing_words, what_was_found
from qa_sampling.runs.dive.late_forms import open_late
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.outputs import Found, publish_dive, question_bank, release_dive
from qa_sampling.runs.dive.reality import retest
from qa_sampling.runs.dive.recording import drawn_earlier, reading_form, record_reading
from qa_sampling.runs.dive.reviewing import review, review_words
from qa_sampling.runs.dive.sample import draw_reading, parts_of
from qa_sampling.runs.dive.who_is_who import who_is_who
from qa_sampling.runs.inputs import open_register
from qa_sampling.runs.keyring import load_keys
from qa_sampling.runs.outcome_inputs import read_outcomes
from qa_sampling.runs.returned_folder import sent_out
from qa_sampling.sampling.independence import conflicts

DAYS = [dt.date(2026, 3, 31), dt.date(2026, 9, 30)]
ASKED = {
    "authority": "Little Inventshire", "measure": "referrals", "period": "2026-03",
    "baseline_months": 3, "factors": ["team", "age"], "draw_when": "always", "read": 6,
    "compare": 3, "reserves": 1, "match_on": ["age"], "unit_kind": "all",
}  # fmt: skip
ACTIONS = [{"what": "Look at every closure twice", "owner": "S0001", "due": "2026-06-30"}]


@dataclass
class Place:
    """A folder with extracts, tables and parameter files."""

    values: dict
    file: object
    folder: object

    def settings(self, **more):
        return read_parameters("deep_dive", self.values | more)

    def call(self, *words):
        return CliRunner().invoke(app, [*map(str, words), "-f", str(self.file)])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dive")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("QA_SAMPLING_KEYS", str(folder / "keys"))
        patched.setenv("QA_SAMPLING_OUTPUTS", str(folder / "out"))
        written = write_authority(invent(7, scale=0.08, until=DAYS[1]), folder, as_at=DAYS)
        first, second = ([str(path) for path in written.extracts[day]] for day in DAYS)
        values = ASKED | {"extract": first, "outputs": str(folder / "out")}
        values |= {"extra_tables": str(next(iter(written.tables.values())).parent)}
        file = folder / "own.yml"
        file.write_text(json.dumps(values), encoding="utf-8")
        made = Place(values, file, folder)
        made.later = [*first, *second]
        with pytest.MonkeyPatch.context() as same:  # the same cases are drawn each time
            same.setattr("secrets.token_bytes", lambda length: bytes(range(length)))
            assert made.call("key").exit_code == 0
        yield made


def run(settings, told, *, publish=True):
    """Do what the notebook does, cell by cell."""
    dive = open_dive(told, settings)
    real = retest(told, dive, settings)
    apart, carried = take_apart(dive, settings), who_carries(dive, settings)
    with open_register(settings) as register:
        key = load_keys(settings).key
        asked = {"key": key, "is_signal": real.is_signal}
        earlier = drawn_earlier(settings, register)
        reading = draw_reading(told, dive, settings, carried, earlier=earlier, **asked)
        title = f"Deep dive: {dive.measure.title}"
        recorded = record_reading(reading, told, settings, register, key=key, title=title)
        bank = question_bank()
        closing = what_was_found(recorded, reading, register, settings, bank)
        agreed = agree_actions(recorded, register, settings)
        found = Found(dive, real, apart, carried, reading, recorded, closing, agreed,
                      review(told, dive, settings, agreed))  # fmt: skip
        if publish:
            table = release_dive(told, found, settings, register)
            publish_dive(found, settings, register, bank=bank, table=table)
    return settings.outputs_folder / settings.slug, found


def fill(path, form, answer, *, lost="", day=dt.datetime(2026, 4, 20)):
    """Answer every question of a workbook as a reader would; a lost case has no other answer."""
    book = openpyxl.load_workbook(path)
    short = {"grade": "Good", "date": day, "standard": "Voice", "none": None}
    for sheet in (book[name] for name in book.sheetnames if name.startswith("Case")):
        for placed in lay_out(form).questions:
            asked = placed.question
            if asked.key == "cannot_audit" and lost:
                sheet.cell(placed.row + 1, 2).value = lost
                sheet.cell(placed.row + 1, 3).value = "Seen."
            if asked.key == "cannot_audit" or lost or asked.key.startswith("action_"):
                continue
            choice = asked.options[answer] if asked.options else None
            held = short.get(asked.answer, choice)
            sheet.cell(placed.row + 1, 2).value = "No" if asked.key == "immediate_concern" else held
            if asked.words != "none":
                sheet.cell(placed.row + 1, 3).value = "Seen."
    book.save(path)


def test_from_the_draw_to_the_review(place):
    told = read_outcomes(place.settings())
    folder, found = run(place.settings(), told)
    drawn = found.recorded.draw
    given = drawn.assignment.table.set_index("case_ref")["auditor_id"]
    assert len(given) == 9 and drawn.draw_id == "2026-03-dive_referrals"
    forms = sorted((folder / "restricted" / "forms").glob("*.xlsx"))
    assert len(forms) == given.nunique()

    # a case goes to another reader, by the rules and with the form of the deep dive
    cases, staff = found.recorded.plan.frame.cases, found.recorded.staff
    cases = cases[cases["case_ref"].isin(given.index)].reset_index(drop=True)
    apart = conflicts(cases, staff[staff["may_audit"]], None, rules=place.settings().rules)
    barred = apart.iloc[0]
    name = case_name(drawn.draw_id, barred["case_ref"])
    first = given[barred["case_ref"]]
    late = place_late(place, name, given, barred, staff)
    form = reading_form(question_bank(), place.settings(), drawn)
    sheets = openpyxl.load_workbook(late).sheetnames
    assert sheets[:2] == ["Start here", "Case 1"] and "Case 2" not in sheets

    # all forms come back, the old reader's of that case too; one record could not be read
    back = place.folder / "back"
    back.mkdir()
    lost, unread = one_with_a_reserve(forms, drawn, place, apart_from=barred["case_ref"])
    for number, path in enumerate([*forms, late]):
        fill(path, form, 0, lost="Record unavailable" if path == unread else "")
        (back / f"scan {number}.xlsx").write_bytes(path.read_bytes())
    taken = place.call("collect", back, "--as-at", "2026-04-24")
    assert "8 audits new" in taken.output, taken.output
    with open_register(place.settings()) as register:
        opened = open_late(place.settings(), register, name)
        sample = opened.plan.draw.sample
        (reserve, *_) = sample.loc[sample["drawn_as"] == "reserve", "case_ref"]
        reasons = {tuple(opened.against(reserve, one)) for one in able_of(staff)}
        assert () in reasons and len(reasons) > 1, "some may read a reserve and some may not"
        held = register.audits().set_index("audit_id")["auditor_id"]
        assert held[name] != first and len(held) == 8

    # its reserve has a reader and a form of its own, which comes back after the day it was due
    _, before = run(place.settings(), told, publish=False)
    assert len(before.closing.verdicts["case_ref"].unique()) == 8
    spare = reserve_of(place, case_name(drawn.draw_id, lost), staff)
    fill(spare, form, 0, day=dt.datetime(2026, 5, 10))
    (back / "late.xlsx").write_bytes(spare.read_bytes())
    taken = place.call("collect", back, "--as-at", "2026-05-12")
    assert "1 audits new" in taken.output or "1 audit new" in taken.output, taken.output
    with open_register(place.settings()) as register:
        came = register.audits().set_index("audit_id")["date_completed"]
        assert came.max().date() > drawn.due and len(came) == 9

    who_is_who_has_the_reserve(place, told, drawn, lost)

    # closed, with an action; then reviewed with the extract of then
    agreed = {"recommendation": "Look twice", "actions": ACTIONS}
    _, closed = run(place.settings(**agreed), told, publish=False)
    assert closed.reading.cases["case_ref"].tolist() == found.reading.cases["case_ref"].tolist()
    words = closing_words(closed.closing, closed.recorded)
    assert closed.closing.is_read and len(closed.closing.verdicts["case_ref"].unique()) == 9
    table = closed.closing.table
    assert len(words) > 1 and (table["drawn"] == table["read"]).all()
    assert set(table.groupby("part")["read"].first()) == {6, 3}
    assert closed.agreed["owner"].tolist() == ["S0001"]
    later = place.settings(**agreed, extract=place.later, review="2026-09")
    _, reviewed = run(later, read_outcomes(later))
    assert reviewed.review.table["when"].tolist() == ["before", "in it", "at review"]
    said = review_words(reviewed.review, later)
    assert any("Nothing that was agreed is done" in one for one in said)
    assert reviewed.agreed["action_id"].tolist() == closed.agreed["action_id"].tolist()


def who_is_who_has_the_reserve(place, told, drawn, lost):
    """Both the lead's list and the readers' have who reads the reserve, and no longer the lost."""
    _, now = run(place.settings(), told, publish=False)
    with open_register(place.settings()) as register:
        moved = register.reassignments().set_index("case_ref")
    (spare,) = moved.index[moved["instead_of"].notna()]
    names = now.recorded.staff.set_index("staff_id")["name"]
    listed = who_is_who(now.reading, now.recorded).set_index("Reference")
    groups = parts_of(drawn.draw)
    assert len(listed) == 10 and listed["Reader"].notna().all()
    assert listed.loc[spare, "Reader"] == names[moved.at[spare, "auditor_id"]]
    assert listed.loc[spare, "In place of"] == lost
    assert listed.loc[spare, ["Part", "Group"]].tolist() == groups.loc[spare].tolist()
    assert listed.loc[lost, "Not read"] == "a reserve took its place"
    assert (listed["Not read"].notna()).sum() == 1
    readers = now.recorded.table.set_index("Reader")["Cases"]
    assert readers.sum() == 9 and names[moved.at[spare, "auditor_id"]] in readers.index
    words = now.recorded.words
    assert "1 went to another reader" in words and "in its place a reserve is read" in words


def one_with_a_reserve(forms, drawn, place, *, apart_from):
    """Give a case whose group has a reserve and whose form holds no other, and that form."""
    sample = drawn.draw.sample.set_index("case_ref")
    spare = set(sample.loc[sample["drawn_as"] == "reserve", "stratum"])
    key = load_keys(place.settings()).key.secret
    for path in forms:
        refs = list(read_form_identity(path, key=key).cases.values())
        if len(refs) == 1 and refs[0] != apart_from and sample.at[refs[0], "stratum"] in spare:
            return refs[0], path
    raise AssertionError("no such case")


def reserve_of(place, lost, staff):
    """Open the reserve of a lost case with whoever may read it; give its form."""
    folder = place.settings().outputs_folder / "restricted" / "late_forms"
    before = set(folder.rglob("*.xlsx"))
    asked = ("reassign", lost, "--by", "QA lead", "--reason", "reserve", "--as-at", "2026-05-01")
    for one in able_of(staff):
        told = place.call(*asked, "--auditor", one)
        if told.exit_code == 0:
            break
    assert told.exit_code == 0, told.output + str(told.exception)
    (path,) = set(folder.rglob("*.xlsx")) - before
    return path


def able_of(staff):
    """Give the staff numbers of those who may audit."""
    return staff.loc[staff["may_audit"], "staff_id"]


def place_late(place, name, given, barred, staff):
    """Give a case to another reader; refuse whom the rules bar, and another dive's parameters."""
    asked = ("reassign", name, "--by", "QA lead", "--reason", "absence", "--as-at", "2026-04-10")
    other = place.call(*asked, "--auditor", "S0001", "-p", "measure=s47")
    assert "not of 2026-03-deep_dive-s47" in str(other.exception)
    refused = place.call(*asked, "--auditor", barred["staff_id"])
    assert barred["reason"] in str(refused.exception)
    with open_register(place.settings()) as register:
        assert register.reassignments().empty
    able = staff[staff["may_audit"] & ~staff["staff_id"].isin(given)]
    free = able.loc[able["team"].isna(), "staff_id"]
    for one in free:
        told = place.call(*asked, "--auditor", one)
        if told.exit_code == 0:
            break
    assert told.exit_code == 0, told.output + str(told.exception)
    with open_register(place.settings()) as register:
        now = sent_out(register).expected[tuple(name.rsplit("/", 1))]
        assert now.auditor_id == one
    folder = place.settings().outputs_folder / "restricted" / "late_forms"
    (path,) = folder.rglob("*.xlsx")
    return path
