"""A year of an invented authority: two months on one register, and what comes back between."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml
from year_samples import CALENDAR, plan_of, settings_in

from qa_sampling.errors import FormError, ParameterError
from qa_sampling.parameters import load_parameters
from qa_sampling.records.action_sheet import read_action_sheet
from qa_sampling.records.activity_sheet import read_activity_sheet
from qa_sampling.records.form_layout import form_sections
from qa_sampling.runs.plan.moderation_month import write_month_moderations
from qa_sampling.runs.recording_batch import record_folder
from qa_sampling.runs.returned_folder import form_named
from qa_sampling.runs.returns_in import staff_of, teams_of
from qa_sampling.runs.year import making
from qa_sampling.runs.year.auditors import Sheet, completed_on, graded_forms, written_on
from qa_sampling.runs.year.decisions import Decided, decided, decision_lines
from qa_sampling.runs.year.dives import DIVES, dive_lines, write_agreed
from qa_sampling.runs.year.filling import fill_month
from qa_sampling.runs.year.folder import InventedYear, collecting_day, day_before, open_year
from qa_sampling.runs.year.making import make_year, quarterly_extracts
from qa_sampling.runs.year.running import _unnamed, lines_after, lines_before, month_line
from qa_sampling.runs.year.sheets import _became

ROOT = Path(__file__).parents[1]


def silent(step: str) -> None:
    pass


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> InventedYear:
    with pytest.MonkeyPatch.context() as patch:
        days = [day_before(f"2026-{month:02d}") for month in (1, 2, 3)]
        patch.setattr(making, "_days", lambda one: days)
        return make_year(tmp_path_factory.mktemp("years") / "year", scale=0.08, tell=silent)


def test_two_months_on_one_register(made):
    """January is drawn, its forms come back in February, and nobody is drawn twice."""
    register = plan_of(made, "2026-01")
    drawn = set(register.get_draw("2026-01-monthly").draw.cases["case_ref"])

    assert fill_month(made, CALENDAR, "2026-02") > 1
    assert fill_month(made, CALENDAR, "2026-02") == 0
    settings, day = settings_in(made, "2026-02"), collecting_day("2026-02")
    staff, folder = staff_of(settings), made.returned("2026-02")
    batch = record_folder(settings, register, folder, staff=staff, today=day).batch
    counts = batch.counts()
    assert counts["not_ours"] == 0
    assert counts["sound"] >= 1
    audits = register.audits()
    assert set(audits["case_ref"]) <= drawn
    assert len(audits) == counts["sound"] - counts["cannot"]
    assert audits["date_completed"].between("2026-01-14", pd.Timestamp(day)).all()
    assert len(register.answers()) > 8 * len(audits)

    second = plan_of(made, "2026-02")
    free = {"against": lambda period, ref, who: ()}
    lines = decision_lines(made, "2026-02", staff, **free)
    kinds = [line[0] for line in lines if line[1].startswith("2026-02")]
    assert kinds == ["exempt", "reassign"], "more time for one, another auditor for one"
    moved = next(line for line in lines if line[0] == "reassign")
    given = second.get_draw("2026-02-monthly").assignment.table.set_index("case_ref")
    own = given.loc[moved[1].rpartition("/")[2], ["auditor_id", "moderator_id"]]
    assert moved[moved.index("--auditor") + 1] not in set(own)
    assert decided(second).now == {}

    moderations = made.outputs / "restricted" / "moderation_forms" / f"2026-01_{day}"
    asked = settings_in(made, "2026-01")
    sent = write_month_moderations(asked, register, moderations, as_at=day)
    assert sent.audits >= 1

    again = set(second.get_draw("2026-02-monthly").draw.cases["case_ref"])
    assert len(again) == 8
    assert not again & drawn

    assert fill_month(made, CALENDAR, "2026-03") > 1
    day = collecting_day("2026-03")
    taken = record_folder(settings, register, made.returned("2026-03"), staff=staff, today=day)
    assert len(register.moderations()) == taken.moderations.new >= 1
    assert set(register.audits()["period"]) == {"2026-01", "2026-02"}

    asked = {"today": day, "staff": staff}
    rows = read_action_sheet(made.sheet("actions", "2026-03"), register.actions(), **asked)
    assert rows.table["completed"].notna().any()
    register.record_actions(rows.table)
    sheet = made.sheet("activities", "2026-03")
    told = read_activity_sheet(sheet, register.activities(), today=day, teams=teams_of(staff))
    assert told.table["date"].between("2026-02-11", pd.Timestamp(day)).all()
    assert register.check() == ()


@pytest.fixture
def bare(tmp_path) -> InventedYear:
    return InventedYear(tmp_path, 2026, 1, 0.1)


def test_the_lines_of_a_month(bare):
    assert lines_before(bare, "2026-01")[0][:2] == ("secret", "2026")
    assert lines_before(bare, "2026-02") == ()
    bare.returned("2026-04").mkdir(parents=True)
    words = month_line(bare, CALENDAR, "2026-04")
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    assert words[:2] == ("month", "2026-04")
    assert pairs["collected.as_at"] == "2026-04-10"
    extracts = [Path(path).stem for path in json.loads(pairs["outcomes.extract"])]
    assert extracts[-1] == "annex_a_2026-03-31"
    assert len(extracts) == len(quarterly_extracts(bare, "2026-04")) == 9
    dived = dict(one.split("=", 1) for one in month_line(bare, CALENDAR, "2026-11") if "=" in one)
    extracts = [Path(one).stem for one in json.loads(dived["deep_dive_re_referrals.extract"])]
    assert extracts[-1] == "annex_a_2026-10-31"
    forms = [line[:2] for line in lines_after(bare, CALENDAR, "2026-05") if line[0] != "run"]
    plans = [one for one in CALENDAR.of_month("2026-04") if one.run == "monthly_audit_plan"]
    assert forms == [("moderation-forms", "2026-04")] * len(plans)
    assert len(plans) >= 4


def test_each_deep_dive_is_drawn_closed_and_reviewed_in_the_year(bare):
    by_month = {int(one[5:]): dive_lines(bare, one) for one in bare.months}
    assert sum(map(len, by_month.values())) == 3 * len(DIVES)
    for one in DIVES:
        assert one.drawn < one.closed - 1
        assert one.closed < one.reviewed <= 12
        drawn, closed, reviewed = (
            next(line for line in by_month[month] if one.file in line)
            for month in (one.drawn, one.closed, one.reviewed)
        )
        assert len({line[line.index("--period") + 1] for line in (drawn, closed, reviewed)}) == 1
        agreed = str(one.agreed_file(bare))
        assert agreed not in drawn
        assert [word for word in closed if word not in (agreed, "-f")] == [
            word for word in drawn if word != "-f"
        ]
        assert f"review={bare.year}-{one.reviewed - 1:02d}" in reviewed
    (bare.folder / "restricted").mkdir()
    roles = ["Service Delivery Manager", "Senior Manager", "Principal Social Worker"]
    staff = pd.DataFrame({"staff_id": ["S1", "S2", "S3"], "role": roles})
    assert write_agreed(bare, "2026-01", staff) == 0
    assert write_agreed(bare, "2026-07", staff) == 1
    agreed = load_parameters([DIVES[0].agreed_file(bare)])
    assert [one["owner"] for one in agreed["actions"]] == ["S1", "S2"]
    assert {one["due"] for one in agreed["actions"]} == {"2026-08-21"}
    staff = staff.assign(name=staff["staff_id"], may_moderate=True)
    for number in range(20):
        action = pd.Series({"raised": pd.Timestamp("2026-06-23"), "due": pd.Timestamp("2026-08-21"),
                            "source": "Deep dive", "owner": "S1", "standard": None})  # fmt: skip
        became = _became(f"a/{number}", action, staff, date(2026, 12, 10))
        assert date(2026, 7, 10) < became["completed"] <= date(2026, 8, 24), "agreed, then done"


def test_printed_lines_name_no_case():
    assert _unnamed("2026-02-monthly/" + "A2" * 13) == "2026-02-monthly/CASE"
    assert _unnamed("parameters/deep_dive_re_referrals.yml").endswith("re_referrals.yml")


def test_forms_follow_what_was_decided():
    since = date(2026, 2, 20)
    held = Decided(frozenset(), frozenset({"d/A"}), {"d/B": ("S2", since)})
    assert not held.is_owed("d/A", "S1")
    assert [held.is_owed("d/B", who) for who in ("S1", "S2")] == [False, True]
    assert held.is_owed("d/C", "S1")


def test_what_is_refused(tmp_path, made):
    with pytest.raises(ParameterError, match="may not lie in the project"):
        make_year(ROOT / "year", tell=silent)
    with pytest.raises(ParameterError, match="there already"):
        make_year(made.folder, tell=silent)
    with pytest.raises(ParameterError, match="holds no invented year"):
        open_year(tmp_path)
    again = open_year(made.folder)
    assert (again.year, again.scale, again.until) == (2026, 0.08, date(2026, 12, 31))
    values = yaml.safe_load(made.month_file("2026-03").read_text(encoding="utf-8"))
    assert values["authority"].endswith("(invented)")


def test_forms_of_deep_dives_are_filled_in_as_well():
    """They are no file in `parameters/forms`: the question bank makes them."""
    form = form_named("dive_re_referrals")
    sheet = Sheet(
        path=Path("a.xlsx"), name="Case 1", case_ref="AAAA", auditor="S0001", form=form.name,
        owner="S0002", manager="S0003", facts={},
    )  # fmt: skip
    staff = pd.DataFrame({"staff_id": ["S0001", "S0002", "S0003"]})
    known = {"sent": "2026-06", "until": date(2026, 12, 31)}
    told = graded_forms(1, "2026-05-dive_re_referrals", [sheet], staff, **known)
    assert completed_on(told, sheet) >= date(2026, 6, 1)
    asked = {one.key for part in form_sections(form) for one in part.questions}
    written = written_on(told, sheet, mended=True)
    assert set(written) & asked
    assert set(written) <= asked
    with pytest.raises(FormError, match="no form at dive_nothing"):
        form_named("dive_nothing")
