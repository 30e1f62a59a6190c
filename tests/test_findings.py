"""Findings: what is read from the register, estimated, told from chance, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from findings_register import GOLDEN, MONTHS, WORDS, drawn, frame, golden, shared_outputs, small

from qa_sampling.errors import EstimationError, ParameterError, RegisterError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.returned import AUDITS, OVERALL
from qa_sampling.reporting import findings_lists, findings_view
from qa_sampling.runs.drawn_returns import open_findings
from qa_sampling.runs.findings import estimates, practice
from qa_sampling.runs.findings.moderating import moderated_of, moderators_grades
from qa_sampling.runs.findings.outputs import NAMES
from qa_sampling.runs.findings.steps import findings_of, opened_cases, span_of
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.sampling.association import estimate_association
from qa_sampling.sampling.estimation import make_design
from qa_sampling.schema import GRADES, NOT_APPLICABLE, NOT_RECORDED
from qa_sampling.settings.findings import AuditFindings

GOOD = ("Outstanding", "Good")
SETTINGS = AuditFindings()


@pytest.fixture(scope="module")
def register():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(shared_outputs()))
        with open_findings(SETTINGS) as opened:
            yield opened


@pytest.fixture(scope="module")
def found(register):
    return findings_of(SETTINGS, register, invented_authority().staff)


@pytest.fixture(scope="module")
def known():
    return golden()


class TestSettings:
    def test_the_invented_authority_has_a_register_of_its_own(self):
        assert SETTINGS.register_location.name == "register_of_drawn_months.sqlite"
        assert SETTINGS.slug == "2026-10-findings"

    @pytest.mark.parametrize(
        "change", [{"window": 0}, {"designs": ["a", "b"]}, {"designs": []}, {"level": 95}]
    )
    def test_what_makes_no_sense_is_refused_by_name(self, change):
        with pytest.raises(ParameterError, match=f"`{next(iter(change))}`"):
            read_parameters("audit_findings", change, closed=True)


class TestReading:
    def test_what_came_back_is_what_a_plain_count_gives(self, register, found):
        audits = register.audits().query("draw_id.notna() and design == 'monthly'")
        grades = register.answers().query("standard == 'overall'").set_index("audit_id")["grade"]
        graded = audits["audit_id"].isin(grades.index) & audits["date_completed"].notna()
        now = audits["period"].isin(["2026-07", "2026-09", "2026-10"])
        assert found.now == ("2026-07", "2026-09", "2026-10")
        assert set(found.audited["audit_id"]) == set(audits.loc[graded & now, "audit_id"])
        assert found.before == ("2026-04", "2026-05", "2026-06")
        table = estimates.missing_audits(found)
        assert table["opened"].tolist() == audits.groupby("period").size().tolist()
        assert table["audited"].tolist() == audits[graded].groupby("period").size().tolist()

    def test_audits_without_a_draw_are_counted_and_never_weighted(self, register, found):
        held = register.audits()
        held = held[held["period"].isin(SETTINGS.all_periods)]
        assert found.undrawn == int(held["draw_id"].isna().sum()) > 0
        assert not set(found.cases["period"]) & {"2026-02", "2026-03"}

    def test_the_weights_stand_for_the_months_cases(self, register, found):
        for period, cases in found.populations.items():
            part = found.design.table["period"] == period
            assert found.design.weight[part].sum() == pytest.approx(cases, rel=0.25)
            assert cases == len(register.find_frame(period, "monthly").snapshot.split("\n")) - 2

    def test_what_came_later_is_not_known_yet(self, register, found):
        early = SETTINGS.model_copy(update={"as_at": "2026-10-10"})
        then = findings_of(early, register, None)
        assert len(then.design.table) < len(found.design.table)
        assert then.now == ("2026-06", "2026-07", "2026-09")
        assert then.before == ("2026-04", "2026-05"), "as many as there are"
        assert list(then.unanswered) == ["2026-10"]
        last = estimates.missing_audits(then).iloc[-1]
        assert (last["period"], last["audited"], last["response"]) == ("2026-10", 0, 0.0)
        assert findings_view.missing_view(estimates.missing_audits(then)).iloc[-1, 1] == (
            "nothing back yet"
        )
        assert (then.audited["date_completed"] <= pd.Timestamp("2026-10-10")).all()

    def test_groups_are_as_they_were_at_the_draw(self, register, found):
        team = register.audits().set_index("audit_id")["team"]
        back = found.audited
        assert back["team"].tolist() == team[back["audit_id"]].tolist()
        for name in ("service", "status", "age_band", "ethnic_group"):
            assert back[name].notna().all()
        assert set(back["status"]) == set(back["stratum"].str.partition(" / ")[2])

    def test_without_an_extract_or_staff_nothing_is_known_of_the_child(self, register, found):
        mine = AuditFindings(extract="", authority="Little Inventshire")
        alone = findings_of(mine, register, None)
        assert estimates.good_or_better(alone) == estimates.good_or_better(found)
        assert alone.audited["team"].tolist() == found.audited["team"].tolist()
        for name in ("service", "status", "age_band", "ethnic_group"):
            assert set(alone.audited[name]) == {NOT_RECORDED}

    def test_no_drawn_audit_no_findings(self, register):
        asked = SETTINGS.model_copy(update={"period": "2026-03", "months": 2})
        with pytest.raises(RegisterError, match="No drawn audit of 2026-02 to 2026-03"):
            findings_of(asked, register, None)

    def test_a_month_alone_has_nothing_to_compare_with(self, register):
        asked = SETTINGS.model_copy(update={"period": "2026-04", "months": 1})
        alone = findings_of(asked, register, None)
        assert (alone.now, alone.before) == (("2026-04",), ())
        assert estimates.change_of(alone) is None
        assert estimates.changes(alone, SETTINGS).empty
        assert len(estimates.rolling(alone, SETTINGS)) == 1

    def test_a_reserve_that_nobody_lost_called_is_left_out(self):
        from types import SimpleNamespace

        from qa_sampling.sampling.selection import Size, draw_sample

        whole, truth = frame("2026-05")
        draw = draw_sample(whole, Size(24, reserves=2), seed="one")
        asked = [*draw.cases["case_ref"], draw.reserves["case_ref"].iloc[0]]
        audits = truth.loc[asked].assign(audit_id=asked)
        cases, left = opened_cases(whole, SimpleNamespace(draw=draw), audits)
        assert left == 1
        assert len(cases) == len(draw.cases)
        assert (cases["outcome"] == "audited").all()

    def test_a_case_out_of_scope_is_not_missing_but_does_not_belong(self):
        from types import SimpleNamespace

        from qa_sampling.sampling.selection import Size, draw_sample

        whole, truth = frame("2026-05")
        draw = draw_sample(whole, Size(24, reserves=2), seed="one")
        asked = list(draw.cases["case_ref"])
        audits = truth.loc[asked].assign(audit_id=asked)
        audits.loc[asked[:2], "overall"] = None
        told = {asked[0]: "out_of_scope", asked[1]: "conflict"}
        cases, _ = opened_cases(whole, SimpleNamespace(draw=draw), audits, told=told)
        outcomes = cases.set_index("case_ref")["outcome"]
        assert outcomes[asked[0]] == "out_of_scope" and outcomes[asked[1]] == "unavailable"


class TestAgainstR:
    """R 4.2, survey 4.1: svydesign(~1, strata=~period, weights=~w); w is 1 / probability, times
    all weights of the month over those of its answered audits. Without a correction for the
    finite population, which makes R's standard errors about 1% larger than ours."""

    def test_good_or_better(self, known):
        one = estimates.good_or_better(known)
        assert one.estimate == pytest.approx(0.690524802420, abs=5e-13)
        assert one.standard_error == pytest.approx(0.0562990677844 * 0.99, rel=0.01)
        assert one.n == 100

    def test_the_whole_scale(self, known):
        row = estimates.by_standard(known, SETTINGS).set_index("standard").loc[OVERALL]
        for grade, share in (
            ("Outstanding", 0.1863713660916),
            ("Good", 0.5041534363280),
            ("Requires improvement", 0.2884030464623),
            ("Inadequate", 0.0210721511182),
        ):
            assert row[f"share_{grade}"] == pytest.approx(share, abs=5e-13)

    def test_a_standard_speaks_for_the_cases_it_applies_to(self, known):
        row = estimates.by_standard(known, SETTINGS).set_index("standard").loc["oversight"]
        assert row["share_good"] == pytest.approx(0.565324378573, abs=5e-12)
        assert (row["graded"], row["not_applicable"]) == (97, 3)

    @pytest.mark.parametrize(
        ("service", "share"),
        [("Children in Care", 0.862521161736), ("Early Help", 0.683839341822),
         ("Family Safeguarding", 0.550692867800), ("Leaving Care", 0.660768000594)],
    )  # fmt: skip
    def test_services(self, known, service, share):
        table = estimates.by_group(known, "service", SETTINGS).set_index("group")
        assert table.loc[service, "share_good"] == pytest.approx(share, abs=5e-12)
        assert table.loc[["Assessment", "Disabled Children"], "too_few"].all()
        assert table.loc[["Assessment", "Disabled Children"], "share_good"].isna().all()

    def test_change(self, known):
        one = estimates.change_of(known)
        assert one.first.estimate == pytest.approx(0.65508057054, abs=5e-12)
        assert one.estimate == pytest.approx(0.0354442318799, abs=5e-13)
        assert one.standard_error == pytest.approx(0.0782449683807 * 0.99, rel=0.01)
        assert not one.is_distinguishable()

    def test_pairs_of_standards(self, known):
        """Weighted tau-b pair by pair, its error by a jackknife of the audits within months."""
        one = estimate_association(known.design, "planning", "recording")
        assert one.estimate == pytest.approx(0.616944366984, abs=5e-13)
        assert one.standard_error == pytest.approx(0.0492219040917, rel=0.03)

    def test_the_standard_error_is_a_plain_sum_over_months(self, known):
        """A twin in loops: Deville and Tillé's residuals within months, one factor for all."""
        cases = known.cases
        rows, value = [], None
        back = cases[cases["outcome"] == "audited"].copy()
        for period, part in cases.groupby("period"):
            weights = 1 / part["probability"]
            scale = weights.sum() / weights[part["outcome"] == "audited"].sum()
            back.loc[back["period"] == period, "w"] = scale / back["probability"]
        inside = back["period"].isin(known.now)
        good = back[OVERALL].isin(GOOD)
        value = (back["w"] * good)[inside].sum() / back["w"][inside].sum()
        for _, part in back.groupby("period"):
            here = part["period"].isin(known.now) * part["w"] / back["w"][inside].sum()
            moved = here * (part[OVERALL].isin(GOOD) - value)
            left = 1 - part["probability"]
            middle = (left * moved).sum() / left.sum()
            rows.append((left * (moved - middle) ** 2).sum())
        open_months = back["period"].nunique()
        variance = sum(rows) * len(back) / (len(back) - open_months)
        assert estimates.good_or_better(known).standard_error == pytest.approx(variance**0.5)


class TestAssociation:
    def table(self, first, second):
        return pd.DataFrame(
            {"a": [WORDS[one] for one in first], "b": [WORDS[one] for one in second]}
        )

    @pytest.mark.parametrize("seed", range(4))
    def test_equal_weights_give_the_plain_tau_b_and_about_its_jackknife(self, seed):
        from scipy.stats import kendalltau

        codes = np.array([(3 * one + seed) % 11 for one in range(60)])
        first, second = codes % 4, np.minimum(codes // 3, 3)
        letters = np.array(list("OGRI"))
        design = make_design(self.table(letters[first], letters[second]), population=10**7)
        one = estimate_association(design, "a", "b")
        assert one.estimate == pytest.approx(kendalltau(first, second).statistic)
        without = [
            kendalltau(np.delete(first, k), np.delete(second, k)).statistic for k in range(60)
        ]
        spread = math.sqrt(59 / 60 * ((without - np.mean(without)) ** 2).sum())
        assert one.standard_error == pytest.approx(spread, rel=0.06)
        assert one.estimate in one.confidence_interval()

    def test_the_same_and_the_opposite_order(self):
        for second, expected in (("OGRIOGRI", 1.0), ("IRGOIRGO", -1.0)):
            design = make_design(self.table("OGRIOGRI", second), population=100)
            one = estimate_association(design, "a", "b")
            assert one.estimate == pytest.approx(expected)
            assert (one.confidence_interval().low, one.confidence_interval().high) == (
                pytest.approx(-1.0), pytest.approx(1.0),
            ) or one.confidence_interval().width < 1  # fmt: skip

    def test_relabelling_which_is_first_changes_nothing(self):
        design = make_design(self.table("OGRIGGRO", "OGGIRGRG"), population=100)
        there, back = (estimate_association(design, *one) for one in (("a", "b"), ("b", "a")))
        assert there.estimate == pytest.approx(back.estimate)
        assert there.standard_error == pytest.approx(back.standard_error)

    def test_one_grade_alone_tells_nothing(self):
        design = make_design(self.table("GGGG", "OGRI"), population=100)
        one = estimate_association(design, "a", "b")
        assert math.isnan(one.estimate)
        assert math.isnan(one.p_value)
        assert one.confidence_interval().width == 2

    def test_fewer_than_two_cases_are_refused(self):
        design = make_design(self.table("GN", "NO"), population=100)
        with pytest.raises(EstimationError, match="Fewer than two audits have a grade of both"):
            estimate_association(design, "a", "b")


class TestEdges:
    def test_one_audit_has_counts_alone(self):
        found = small(["G"])
        assert estimates.good_or_better(found).estimate == 1
        assert estimates.good_or_better(found).confidence_interval().low < 0.2
        table = estimates.by_standard(found, SETTINGS)
        assert table["share_good"].isna().all()
        view = findings_view.standards_view(table, NAMES)
        assert set(view["Good or better"]) == {"too few to say"}
        assert findings_lists.profiles_of(table, NAMES, span="", level=0.95).table[
            "good"
        ].isna().all()  # fmt: skip

    @pytest.mark.parametrize(("grade", "share"), [("G", 1.0), ("R", 0.0)])
    def test_all_and_none_good_keep_an_interval(self, grade, share):
        found = small([grade] * 20)
        ends = estimates.good_or_better(found).confidence_interval()
        assert estimates.good_or_better(found).estimate == share
        assert 0.1 < ends.width < 0.25
        row = estimates.by_group(found, "team", SETTINGS).iloc[0]
        assert row["share_good"] == share

    def test_a_standard_that_never_applies(self):
        found = small(["G", "R"] * 10, care_planning=NOT_APPLICABLE)
        row = estimates.by_standard(found, SETTINGS).set_index("standard").loc["care_planning"]
        assert (row["graded"], row["not_applicable"]) == (0, 20)
        assert math.isnan(row["share_good"])
        pairs = practice.weak_together(found, SETTINGS)
        assert "care_planning" not in {*pairs["first"], *pairs["second"]}
        assert not pairs["together"].any()

    def test_nobody_asked_the_family(self):
        found = small(["G", "R"] * 10, family_feedback="No")
        table = practice.answers_to(found, "family_feedback", SETTINGS).set_index("answer")
        assert table.loc["Yes", ["audits", "share"]].tolist() == [0, 0.0]
        assert 0.05 < table.loc["Yes", "high"] < 0.25
        assert table.loc["No", "audits"] == 20

    def test_bounds_hold_whatever_is_missing(self):
        found = small(["G"] * 8 + ["R"] * 8 + [""] * 4)
        ends = estimates.bounds(found, SETTINGS)
        assert (ends.least, ends.most) == (pytest.approx(8 / 20), pytest.approx(12 / 20))
        assert ends.low < ends.least < estimates.good_or_better(found).estimate < ends.most
        whole = small(["G"] * 8 + ["R"] * 8)
        same = estimates.bounds(whole, SETTINGS)
        assert same.least == same.most == estimates.good_or_better(whole).estimate

    def test_nothing_came_back(self):
        with pytest.raises(EstimationError, match="No case was audited"):
            small([""] * 5)

    def test_a_concern_without_an_action_is_said(self):
        found = small(["I", "G"], immediate_safeguarding_concern=["Yes", "No"])
        table = practice.concerns(found)
        assert table["when"].tolist() == ["no action recorded"]
        later = pd.DataFrame({"audit_id": ["A0"], "completed": [pd.NaT]})
        later["due"], later["raised"] = pd.Timestamp("2026-06-01"), pd.Timestamp("2026-05-30")
        held = found.__class__(**{**vars(found), "actions": later})
        assert practice.concerns(held)["when"].tolist() == ["later"]
        same = later.assign(raised=pd.NaT)
        held = found.__class__(**{**vars(found), "actions": same})
        assert practice.concerns(held)["when"].tolist() == ["the same day"]

    def test_themes_are_tags_and_nothing_else(self):
        found = small(["G", "R"])
        tags = pd.DataFrame(
            [("A0", "strength", "Direct work"), ("A1", "strength", "Direct work"),
             ("A0", "learning", "Drift"), ("other", "learning", "Drift")],
            columns=["audit_id", "kind", "tag"],
        )  # fmt: skip

        class Tagged:
            def audit_tags(self):
                return tags

        table = practice.themes(found, Tagged())
        assert table.to_numpy().tolist() == [
            ["strength", "Direct work", 2], ["learning", "Drift", 1]
        ]  # fmt: skip
        tags = tags.iloc[:0]
        assert practice.themes(found, Tagged()).empty


class TestTruth:
    def test_intervals_hold_the_truth_of_small_months(self):
        """A seeded piece of benchmarks/coverage_findings.py."""
        truths = [frame(period)[1][OVERALL].isin(GOOD).mean() for period in MONTHS]
        held = []
        for number in range(20):
            found = drawn(number)
            one = estimates.good_or_better(found).confidence_interval()
            change = estimates.change_of(found).confidence_interval()
            wide = estimates.bounds(found, SETTINGS)
            held.append(
                (one.low <= truths[1] <= one.high,
                 change.low <= truths[1] - truths[0] <= change.high,
                 wide.low <= truths[1] <= wide.high)
            )  # fmt: skip
        assert np.mean(held, axis=0).min() >= 17 / 20

    def test_fixed_numbers_by_stratum_are_a_stratified_design(self):
        from findings_register import findings

        cases = drawn(1).cases
        fixed = cases.assign(probability=cases["opened"] / cases["population"])
        one = findings(fixed, dict.fromkeys(MONTHS, 240), rounded=False)
        assert one.design.method.startswith("stratified")
        assert 0.3 < estimates.good_or_better(one).estimate < 0.9


class TestModerated:
    def test_the_moderated_share_is_of_these_audits(self, register, found):
        share = moderated_of(found, SETTINGS, register)
        assert share.audits == len(found.audited)
        assert share.audited == pytest.approx(found.audited[OVERALL].isin(GOOD).mean())
        again = moderators_grades(found, SETTINGS, register)
        assert share.moderated == len(again) > 10
        assert set(again["audit_id"]) <= set(found.audited["audit_id"])

    def test_none_moderated_gives_none(self, register, found):
        early = SETTINGS.model_copy(update={"as_at": "2026-07-02"})
        assert moderated_of(found, early, register) is None


def test_spans_are_said_by_their_months():
    assert span_of(("2026-07", "2026-09", "2026-10")) == "July to October 2026"
    assert span_of(("2026-10",)) == "October 2026"


def test_changes_are_called_by_their_interval(found):
    table = estimates.changes(found, SETTINGS)
    view = findings_view.changes_view(table, NAMES)
    for row, shown in zip(table.itertuples(), view["Which"], strict=True):
        told = row.low > 0 or row.high < 0
        assert (shown == findings_view.CAN) == told == row.distinguishable
    assert not {"nan", "None", "+0", "−0"} & set(
        " ".join(view.astype(str).to_numpy().ravel()).split()
    )


def test_the_golden_file_names_no_case():
    text = GOLDEN.read_text(encoding="utf-8")
    assert "case_ref" not in text
    assert set(AUDITS.names) & {"learning"}
    assert set(GRADES) == set(WORDS.values()) - {NOT_APPLICABLE, None}
