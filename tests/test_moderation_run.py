"""A moderation from the register to its pages: what is read, released, refused and found."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

from qa_sampling import runner
from qa_sampling.agreement.applicability import applicability_counts
from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.counts import counts
from qa_sampling.agreement.moderated import moderated_share
from qa_sampling.agreement.severity import shifts
from qa_sampling.errors import DisclosureError, ParameterError, RegisterError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.register import Register
from qa_sampling.reporting.moderation_view import applicability_view, counts_view, over_time_view
from qa_sampling.runs.analyses import identifiers_of
from qa_sampling.runs.moderation.checks import (
    changes_between_halves,
    margin_tests,
    mixed_model,
)
from qa_sampling.runs.moderation.outputs import release_moderation
from qa_sampling.runs.moderation.panel import (
    cases_apart,
    over_time,
    panel_questions,
    planned_moderations,
    words_of,
)
from qa_sampling.runs.moderation.steps import moderations_in, review_of
from qa_sampling.runs.moderation_chance import chance_of_moderation
from qa_sampling.runs.publication import faults_of, read_manifest
from qa_sampling.runs.returns_in import open_returns, staff_of
from qa_sampling.schema import GRADES
from qa_sampling.settings.analyses import ModerationAgreement

NOTEBOOK = "moderation_agreement"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("moderation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def settings():
    return ModerationAgreement()


@pytest.fixture(scope="module")
def register(outputs, settings):
    with open_returns(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def review(settings, register):
    return review_of(settings, register, staff_of(settings))


@pytest.fixture(scope="module")
def published(outputs, settings, register):
    return runner.run(NOTEBOOK, {})


class TestMonths:
    def test_the_window_ends_with_the_period(self):
        asked = ModerationAgreement(period="2026-02", months=3)
        assert asked.all_periods == ("2025-12", "2026-01", "2026-02")
        assert (asked.first_day.isoformat(), asked.extract_day.isoformat()) == (
            "2025-12-01",
            "2026-02-28",
        )
        assert asked.slug == "2026-02-moderation"

    @pytest.mark.parametrize("change", [{"months": 0}, {"gap": 4}, {"level": 95}, {"weights": "x"}])
    def test_what_makes_no_sense_is_refused_by_name(self, change):
        with pytest.raises(ParameterError, match=f"`{next(iter(change))}`"):
            read_parameters(NOTEBOOK, change, closed=True)


class TestReview:
    def test_it_is_what_a_plain_count_of_the_register_gives(self, review, register, settings):
        audits = register.audits()
        window = audits["period"].between("2025-11", "2026-10") & audits["date_completed"].notna()
        mine = set(audits.loc[window, "audit_id"])
        seen = set(register.moderations()["audit_id"]) & mine
        assert (review.completed, review.moderated) == (len(mine), len(seen))
        first = register.answers().query("standard == 'overall'").set_index("audit_id")["grade"]
        again = register.moderations().merge(
            register.moderated_answers().query("standard == 'overall'"), on="moderation_id"
        )
        again = again.set_index("audit_id")["grade"]
        same = sum(first[one] == again[one] for one in seen)
        apart = sum(abs(GRADES.index(first[one]) - GRADES.index(again[one])) > 1 for one in seen)
        row = counts(review.overall).table.iloc[0]
        assert (row["n"], row["exact"], row["two_or_more"]) == (len(seen), same, apart)
        wide, standards = cases_apart(review, settings)
        assert len(wide) == apart
        assert set(standards["audit_id"]) == set(wide["audit_id"])

    def test_moderations_that_came_later_do_not_count(self, register):
        early = ModerationAgreement(as_at="2026-10-05")
        late = review_of(early, register, None)
        assert late.late > 0
        assert late.moderated < review_of(ModerationAgreement(), register, None).moderated
        assert (late.audits["moderation_date"].dropna() <= pd.Timestamp("2026-10-05")).all()

    def test_people_are_named_only_where_a_staff_list_is(self, register, settings, review):
        assert all("(" in name for name in review.names.values())
        alone = review_of(settings, register, None)
        assert set(alone.names) == set(alone.names.values())
        assert alone.audits["service"].isna().all()

    def test_no_months_no_review(self, register):
        with pytest.raises(RegisterError, match="No audit from 2020-01 to 2020-01 has been compl"):
            review_of(ModerationAgreement(period="2020-01", months=1), register, None)
        with pytest.raises(
            RegisterError, match="No audit from 2025-11 to 2026-10 has been completed"
        ):
            review_of(ModerationAgreement(designs=("themed",)), register, None)


class TestChanceOfModeration:
    def test_it_is_the_share_of_those_graded_alike(self):
        grades = pd.Series(["Good"] * 10 + ["Inadequate"] * 4)
        moderated = pd.Series([True] * 2 + [False] * 8 + [True] * 4)
        chance = chance_of_moderation(grades, moderated)
        assert chance.tolist() == [0.2] * 10 + [1.0] * 4

    def test_grades_with_fewer_than_two_are_put_together(self):
        grades = pd.Series(["Outstanding"] * 2 + ["Good"] * 6 + ["Inadequate"] * 2)
        moderated = pd.Series([True, False] + [True] * 2 + [False] * 4 + [False] * 2)
        chance = chance_of_moderation(grades, moderated)
        assert chance.nunique() == 1
        assert chance[0] == pytest.approx(3 / 10)

    def test_weights_undo_that_some_grades_are_always_moderated(self, review):
        audits = review.audits
        assert audits.groupby("grade")["moderated"].mean().max() > 0.8
        weights = (1 / audits["probability"])[audits["moderated"]]
        assert weights.sum() == pytest.approx(len(audits))


class TestPanel:
    def test_its_tables_show_everything_once(self, review, settings):
        reflects, learning = panel_questions(review)
        assert reflects["Moderations"].sum() == learning["Moderations"].sum() == review.moderated
        months = over_time(review)
        assert months["period"].is_monotonic_increasing
        assert over_time_view(months)["Moderated"].sum() == review.moderated
        plan = planned_moderations(review, settings)
        assert plan["Audits to moderate"][:2].str.replace(",", "").astype(int).gt(50).all()
        each = plan["Audits to moderate"][2:].str.removesuffix(" of theirs").astype(int)
        assert each.is_monotonic_decreasing and each.min() > 5
        by_standard = counts(review.standards, by="standard")
        shown = counts_view(by_standard, words_of(review))
        assert shown["Standard"].str.len().gt(10).all()
        assert not {"nan", "None"} & set(shown.to_numpy().ravel().astype(str))

    def test_a_group_of_two_shows_counts_alone(self, review):
        few = review.overall.where((review.overall.units["period"] == "2026-10").to_numpy())
        shown = counts_view(counts(few))
        assert shown["Net bias in grades"].tolist() == ["too few to say"]
        assert "%" not in shown["Same grade"][0]


class TestChecks:
    def test_the_halves_hold_every_moderation_once(self, review):
        halves = changes_between_halves(review)
        assert sorted(halves.first + halves.second) == sorted(review.audits["period"].unique())
        assert max(halves.first) < min(halves.second)
        for one in halves.changes:
            assert one.n_first + one.n_second == review.moderated
        assert halves.words.startswith(f"First half: {halves.first[0]} to ")
        share = halves.changes[0]
        early = review.audits[review.audits["period"].isin(halves.first)]
        same = early["grade"] == early["moderated_grade"]
        assert share.first == pytest.approx(same.sum() / early["moderated"].sum())

    def test_a_month_that_nobody_moderated_yet_is_in_neither_half(self, review):
        later = review.audits.head(1).assign(period="2027-01", moderated=False)
        audits = pd.concat([review.audits, later], ignore_index=True)
        assert changes_between_halves(replace(review, audits=audits)) == changes_between_halves(
            review
        )

    def test_one_month_has_no_halves(self, review):
        month = review.overall.units["period"] == "2026-09"
        audits = review.audits[review.audits["period"] == "2026-09"]
        alone = replace(review, audits=audits, overall=review.overall.where(month.to_numpy()))
        halves = changes_between_halves(alone)
        assert halves.changes == () and "Only one month" in halves.words

    def test_the_tests_count_what_is_moderated(self, review):
        found = margin_tests(review)
        told = review.audits[review.audits["moderated"]]
        apart = (told["grade"] != told["moderated_grade"]).sum()
        good = told["grade"].isin(GRADES[:2]), told["moderated_grade"].isin(GRADES[:2])
        assert [one.discordant for one in found[:3]] == [apart] * 3
        assert found[3].discordant == (good[0] != good[1]).sum()
        assert found[1].statistic == pytest.approx(
            found[0].statistic / (1 - found[0].statistic / len(told))
        )

    def test_the_mixed_model_sees_every_audit(self, review):
        fit = mixed_model(review)
        assert fit.n == review.completed + review.moderated
        few = replace(review, overall=review.overall.where(np.arange(len(review.audits)) < 2))
        assert "at least 3 cases" in mixed_model(few)

    def test_agreement_beyond_chance_stands_beside_the_shares(self, review):
        ac1 = agreement(review.standards.applicability(), by="standard", coefficients=("ac1",))
        shown = applicability_view(applicability_counts(review.standards), beyond_chance=ac1)
        assert len(shown) == 12 and "Moderated" not in shown
        assert shown["Gwet’s AC1"].str.contains("(", regex=False).all()


class TestTruth:
    def test_the_lenient_auditor_marks_higher_than_the_severe_one(self, register):
        """What was planted shows once enough was moderated: three years of it."""
        from qa_sampling.records.synthetic import invent

        whole = review_of(ModerationAgreement(months=36), register, None)
        found = shifts(whole.overall).set_index("auditor")["mean"]
        truths = invent(2026).truths
        lenient, severe = (
            truths[name]["staff_id"] for name in ("lenient_auditor", "severe_auditor")
        )
        assert found[lenient] > found.median() > found[severe]

    def test_moderation_moves_the_share_of_good(self, review):
        share = moderated_share(review.overall)
        ends = share.confidence_interval(0.95)
        assert share.audits == review.completed
        assert ends.low < share.estimate < ends.high
        assert share.audited == pytest.approx(review.audits["grade"].isin(GRADES[:2]).mean())


class TestRelease:
    def test_each_month_adds_up_with_the_months_before(self, tmp_path, monkeypatch):
        monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
        with open_returns(ModerationAgreement()) as register:
            for period in ("2026-09", "2026-10"):
                asked = ModerationAgreement(period=period)
                tables = release_moderation(asked, register)
                made = moderations_in(asked, register)
                body = tables.steps.body.set_index("steps")["moderations"]
                for step, number in body.items():
                    truth = int((made["gap"] == int(step)).sum())
                    assert number in (truth, "[c]")
                    assert number == "[c]" or not 0 < truth < 6
                assert tables.steps.totals["moderations"] in (len(made), "[c]")
                again = release_moderation(asked, register)
                assert again.steps.rows == tables.steps.rows
            assert len(register.releases("2026-10-moderation")) == 4

    def test_figures_that_changed_need_an_edition(self, tmp_path, monkeypatch):
        monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
        asked = ModerationAgreement()
        with open_returns(asked) as register:
            release_moderation(asked, register)
            moderations, answers = register.moderations(), register.moderated_answers()
            one = (
                moderations[moderations["date"].dt.strftime("%Y-%m") == "2026-09"].iloc[[0]].copy()
            )
            kept = answers[answers["moderation_id"].isin(one["moderation_id"])].copy()
            overall = kept["standard"] == "overall"
            flipped = "Inadequate" if kept.loc[overall, "grade"].iloc[0] != "Inadequate" else "Good"
            kept.loc[overall, "grade"] = flipped
            assert register.record_moderations(one, kept).corrected == 1
            with pytest.raises(DisclosureError):
                release_moderation(asked, register)
            corrected = asked.model_copy(update={"edition": "second edition"})
            release_moderation(corrected, register)
            before = review_of(asked, register, None)
            kept.loc[overall, "grade"] = "Not applicable"
            assert register.record_moderations(one, kept).corrected == 1
            after = review_of(asked, register, None)
            assert (before.ungraded, after.ungraded) == (0, 1), "left out and told, not dropped"
            assert after.moderated == before.moderated - 1


def test_the_last_gate_looks_for_references_audits_and_staff(settings, register, review):
    sought = identifiers_of(settings, register)
    person = next(iter(review.names.values())).partition(" (")[0]
    assert {person, *review.audits["case_ref"], *review.audits["auditor_id"]} <= set(sought)
    asked = settings.model_copy(update={"contact": f"{person}, Quality Assurance"})
    assert person not in identifiers_of(asked, register), "who is named as contact may be read"


@pytest.mark.slow
class TestRun:
    def test_it_publishes_two_pages_a_pack_and_tables(self, published):
        folder = published.folder
        assert published.outcome == "published"
        assert faults_of(folder) == ()
        names = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }
        assert names == {
            "restricted/40_moderation_agreement.ipynb",
            "restricted/calibration_pack_2026-10.xlsx",
            "restricted/manifest.json",
            "restricted/moderation_restricted.html",
            "shareable/manifest.json",
            "shareable/moderation.html",
            "shareable/moderation_tables.csv",
            "shareable/moderation_tables.xlsx",
        }

    def test_the_page_for_everybody_names_no_case_and_nobody(self, published, review):
        shareable = published.folder / "shareable"
        text = "".join(path.read_text(encoding="utf-8") for path in shareable.glob("*.[hjc]*"))
        people = [name.partition(" (")[0] for name in review.names.values()]
        for secret in (*review.audits["case_ref"], *review.audits["audit_id"], *people):
            assert secret not in text
        restricted = published.folder / "restricted/moderation_restricted.html"
        assert people[0] not in text
        assert any(name in restricted.read_text(encoding="utf-8") for name in people)

    def test_the_pack_has_a_sheet_a_case(self, published, review, settings):
        wide, _ = cases_apart(review, settings)
        book = openpyxl.load_workbook(published.folder / "restricted/calibration_pack_2026-10.xlsx")
        assert book.sheetnames == ["Cover", "Contents", "Cases"] + [
            f"Case {place}" for place in range(1, len(wide) + 1)
        ]
        listed = [row[1] for row in book["Cases"].iter_rows(values_only=True)]
        assert [one for one in listed if one in set(wide["audit_id"])] == wide["audit_id"].tolist()

    def test_again_is_the_same_and_new_moderations_are_another(self, published, settings):
        assert runner.run(NOTEBOOK, {}).outcome == "already published"
        before = read_manifest(published.folder)["basis"]
        assert runner.run(NOTEBOOK, {"gap": 3}).outcome == "published"
        with Register.open(settings.register_location) as register:
            runs = register.runs()
        assert set(runs["state"]) == {"completed"}
        assert runs["detail"].str.startswith("2026-10-moderation, manifest ").all()
        assert read_manifest(published.folder)["basis"] == before
        parameters = json.loads(
            (published.folder / "shareable/manifest.json").read_text(encoding="utf-8")
        )["parameters"]
        assert parameters["gap"] == 3

    def test_a_dry_run_writes_nothing(self, published):
        there = sorted(published.folder.rglob("*"))
        assert runner.run(NOTEBOOK, {"period": "2026-09"}, dry_run=True).outcome == "checked"
        assert sorted(published.folder.rglob("*")) == there
        assert not (published.folder.parent / "2026-09-moderation").exists()

    def test_months_without_a_moderation_are_refused_before_a_kernel_starts(self, published):
        with pytest.raises(RegisterError, match="holds no moderation of audits from 2026-08"):
            runner.run(NOTEBOOK, {"period": "2026-08", "months": 1})


def test_a_real_authority_without_a_register_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
    with pytest.raises(RegisterError, match="There is no register yet"):
        open_returns(ModerationAgreement(extract=str(tmp_path / "x.xlsx")))


def test_views_say_nothing_of_what_is_missing():
    table = pd.DataFrame(
        [("voice", 0, 0, 0, 0, 0, float("nan"), float("nan"), float("nan"))],
        columns=["standard", "n", "both_apply", "neither", "auditor_only", "moderator_only",
                 "same_share", "same_low", "same_high"],
    )  # fmt: skip
    assert applicability_view(table)["The same"].tolist() == ["–"]


def test_the_invented_staff_are_those_of_its_files(tmp_path) -> None:
    from qa_sampling.records.extras import read_extras
    from qa_sampling.runs.inputs import invented_files
    from qa_sampling.runs.returns_in import staff_of

    settings = read_parameters("moderation_agreement", {"outputs": str(tmp_path)})
    read = read_extras(str(invented_files(settings))).staff
    pd.testing.assert_frame_equal(staff_of(settings), read)
