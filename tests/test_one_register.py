"""One register from forms out to the loop closed: what one notebook records, the next one reads."""

from __future__ import annotations

from datetime import date, datetime

import openpyxl
import pytest

from qa_sampling.loop.actions import action_counts
from qa_sampling.parameters import read_parameters
from qa_sampling.records.action_sheet import OPEN, read_action_sheet, write_action_sheet
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.runs.collecting import open_collect
from qa_sampling.runs.findings.estimates import by_standard, good_or_better
from qa_sampling.runs.findings.practice import themes
from qa_sampling.runs.findings.steps import findings_of
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.loop.steps import loop_of
from qa_sampling.runs.moderation.steps import review_of
from qa_sampling.schema import GRADES

MONTH = {"period": "2026-09", "as_at": "2026-10-12"}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """A month drawn, its forms and moderators' forms written, filled in and collected."""
    folder = str(tmp_path_factory.mktemp("whole"))
    open_collect(read_parameters("collect_audits", MONTH | {"outputs": folder})).close()
    return folder


@pytest.fixture(scope="module")
def register(outputs):
    settings = read_parameters("collect_audits", MONTH | {"outputs": outputs})
    with Register.open(settings.register_location) as opened:
        yield opened


def settings_of(notebook, outputs, **more):
    later = {"period": "2026-10", "as_at": "2026-10-12", "outputs": outputs, "months": 2}
    return read_parameters(notebook, later | more)


def test_findings_rest_on_the_forms_that_came_back(register, outputs) -> None:
    found = findings_of(
        settings_of("audit_findings", outputs, window=1), register, invented_authority().staff
    )
    answers = register.answers()
    graded = (answers["standard"] == OVERALL) & answers["grade"].isin(GRADES)
    assert len(found.audited) == graded.sum() > 20
    assert 0 < good_or_better(found).estimate < 1
    assert len(by_standard(found, settings_of("audit_findings", outputs, window=1))) > 10
    assert themes(found, register)["audits"].sum() > 20


def test_moderations_are_held_against_the_same_audits(register, outputs) -> None:
    review = review_of(settings_of("moderation_agreement", outputs), register, None)
    moderated = set(register.moderations()["audit_id"])
    assert moderated and moderated <= set(register.audits()["audit_id"])
    graded = review.audits.query("moderated")
    assert set(graded["audit_id"]) == moderated
    told = register.moderations().set_index("audit_id")["reflects_practice"]
    assert (graded.set_index("audit_id")["reflects_practice"] == told.loc[graded["audit_id"]]).all()


def test_actions_of_the_forms_are_followed_up_and_closed(register, outputs, tmp_path) -> None:
    asked = settings_of("actions_and_activity", outputs)
    staff = invented_authority().staff
    before = loop_of(asked, register, staff)
    told = register.actions()
    assert len(told) > 20 and set(told["audit_id"]) <= set(register.audits()["audit_id"])
    assert set(before.actions["status"]) == {"Open"}
    sheet = tmp_path / "open.xlsx"
    write_action_sheet(sheet, told, staff=staff, sheet_id=f"E{register.head()[:8]}")
    book = openpyxl.load_workbook(sheet)
    page = book[OPEN]
    heads = {cell.value: cell.column for cell in page[1]}
    row = {str(page.cell(line, heads["Action"]).value): line for line in range(2, page.max_row + 1)}
    name = told["action_id"].iloc[0]
    other = next(one for one in staff["staff_id"] if one != told["owner"].iloc[0])
    for head, value in {
        "Completed": datetime(2026, 10, 1),
        "Verified on": datetime(2026, 10, 5),
        "Verified by": other,
        "How verified": "Read the record",
        "What difference it made": "The plan has dates",
    }.items():
        page.cell(row[name], heads[head]).value = value
    book.save(sheet)
    rows = read_action_sheet(sheet, told, today=date(2026, 10, 12), staff=staff)
    assert len(rows.table) == 1 and rows.unchanged == len(told) - 1
    register.record_actions(rows.table)
    after = loop_of(asked, register, staff)
    counts = action_counts(after.actions)
    assert (after.actions["status"] == "Closed").sum() == 1
    assert len(after.actions) == len(before.actions) and counts is not None
