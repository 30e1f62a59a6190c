"""Cases that are audited again: which are due, which improved, and how they are drawn."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from loop_samples import DAY
from scipy import stats

from qa_sampling.errors import FrameError, ParameterError, SchemaError
from qa_sampling.loop.re_audits import re_audit_result, re_audits_due
from qa_sampling.parameters import load_parameters, read_parameters
from qa_sampling.sampling.frame import Eligibility, build_frame
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import CASES
from qa_sampling.settings.common import home

KEY = b"k" * 32


def audits(*rows):
    frame = pd.DataFrame(rows, columns=["audit_id", "case_ref", "date_completed", "grade"])
    frame["date_completed"] = pd.to_datetime(frame["date_completed"])
    return frame


TOLD = audits(
    ("A1", "C1", "2026-01-10", "Inadequate"),
    ("A2", "C1", "2026-05-10", "Good"),
    ("A3", "C2", "2026-03-10", "Inadequate"),
    ("A4", "C3", "2026-09-01", "Inadequate"),
    ("A5", "C4", "2026-02-01", "Inadequate"),
    ("A6", "C4", "2026-06-01", "Inadequate"),
    ("A7", "C5", "2026-02-01", "Requires improvement"),
    ("A8", "C5", "2026-08-01", "Inadequate"),
    ("A9", "C6", "2026-11-05", "Inadequate"),
    ("AX", "C7", "2026-04-01", "Good"),
)


class TestDue:
    def test_the_last_audit_counts(self):
        found = re_audits_due(TOLD, as_at=DAY, after_months=3)
        assert found.table["case_ref"].tolist() == ["C2", "C4", "C5", "C3"]
        assert found.table["is_due"].tolist() == [True, True, False, False]
        assert found.due["audit_id"].tolist() == ["A3", "A6"]

    def test_what_was_drawn_since_is_under_way(self):
        drawn = pd.DataFrame(
            {"case_ref": ["C2", "C4"], "date": pd.to_datetime(["2026-09-30", "2026-05-31"])}
        )
        found = re_audits_due(TOLD, as_at=DAY, drawn=drawn)
        assert found.due["case_ref"].tolist() == ["C4"], "C4 was drawn before its last audit"

    def test_nobody_is_due(self):
        found = re_audits_due(
            TOLD.iloc[:0], as_at=DAY, drawn=pd.DataFrame({"case_ref": [], "date": []})
        )
        assert found.due.empty

    def test_grades_and_months_that_make_no_sense(self):
        with pytest.raises(SchemaError, match="`graded` must name grades"):
            re_audits_due(TOLD, as_at=DAY, graded=("Bad",))
        with pytest.raises(SchemaError, match="`after_months` must be 0 or more; got -1"):
            re_audits_due(TOLD, as_at=DAY, after_months=-1)
        with pytest.raises(SchemaError, match="audits lacks grade"):
            re_audits_due(TOLD.drop(columns="grade"), as_at=DAY)


class TestResult:
    def test_by_hand(self):
        found = re_audit_result(TOLD, as_at=DAY)
        assert found.pairs[["audit_id", "re_audit_id", "change"]].to_numpy().tolist() == [
            ["A1", "A2", 2],
            ["A5", "A6", 0],
        ]
        assert (found.n, found.improved, found.same, found.worse) == (2, 1, 1, 0)
        assert found.sign_p is None, "from the lowest grade none could have got worse"
        assert found.usual == pytest.approx(2 / 7), "A7 and AX of the seven other audits by the day"

    def test_both_ways(self):
        found = re_audit_result(TOLD, as_at=DAY, graded=("Inadequate", "Requires improvement"))
        assert (found.improved, found.same, found.worse, found.could_worsen) == (1, 1, 1, 1)
        assert found.sign_p == pytest.approx(1.0)

    def test_within_months(self):
        assert re_audit_result(TOLD, as_at=DAY, within_months=3).n == 0
        assert re_audit_result(TOLD, as_at=DAY, within_months=4).n == 2

    # R version 4.2.2: binom.test(7, 10)$conf.int; prop.test(7, 10, correct = FALSE)$conf.int;
    # binom.test(9, 11)$p.value. Tolerance: half the last digit.
    def test_intervals_and_sign_test_are_what_r_gives(self):
        rows = []
        for n in range(10):
            rows.append((f"A{n}", f"C{n}", "2026-01-01", "Inadequate"))
            again = "Good" if n < 7 else "Inadequate"
            rows.append((f"B{n}", f"C{n}", "2026-06-01", again))
        found = re_audit_result(audits(*rows), as_at=DAY)
        exact = found.confidence_interval(method="exact")
        assert (exact.low, exact.high) == pytest.approx((0.3475471, 0.9332605), abs=5e-8)
        wilson = found.confidence_interval()
        assert (wilson.low, wilson.high) == pytest.approx((0.3967781, 0.8922087), abs=5e-8)
        assert stats.binomtest(9, 11).pvalue == pytest.approx(0.06542969, abs=5e-9)

    def test_no_pair_has_no_share(self):
        found = re_audit_result(TOLD.iloc[:1], as_at=DAY)
        assert found.share_improved is None
        with pytest.raises(SchemaError, match="No case was audited again"):
            found.confidence_interval()
        with pytest.raises(SchemaError, match="one of wilson, exact; got 'wald'"):
            re_audit_result(TOLD, as_at=DAY).confidence_interval(method="wald")

    def test_the_order_of_rows_is_irrelevant(self):
        mixed = TOLD.sample(frac=1, random_state=3)
        one, other = re_audit_result(TOLD, as_at=DAY), re_audit_result(mixed, as_at=DAY)
        pd.testing.assert_frame_equal(one.pairs, other.pairs)


def cases(*numbers):
    usual = {"status": "Looked after", "team": "T", "service": "S", "worker": "W", "gender": "Male"}
    usual |= {"ethnicity": "WBRI", "ethnic_group": "White", "age_years": 9, "age_band": "5 to 9"}
    usual |= {
        "disability": "No",
        "primary_need": "N1",
        "is_open": True,
        "weeks_open": 40,
        "lists": "8",
    }
    frame = pd.DataFrame([usual | {"child_id": one} for one in numbers]).reindex(
        columns=CASES.names
    )
    return frame.astype(CASES.empty().dtypes.to_dict())


def frame_for(past, **rule):
    given = {"last_graded": ("Inadequate",), "re_audit_after_months": 3} | rule
    return build_frame(
        cases("1", "2", "3", "4"),
        Eligibility(**{"not_audited_within_months": 0} | given),
        rows=("service",),
        as_at=dt.date(2026, 10, 31),
        key=KEY,
        past_audits=past,
    )


def past(*rows):
    frame = pd.DataFrame(rows, columns=["child_id", "date", "grade", "kind"])
    frame["date"] = pd.to_datetime(frame["date"])
    return frame


class TestFrame:
    PAST = past(
        ("1", "2026-06-30", "inadequate", None),
        ("2", "2026-01-15", "Inadequate", None),
        ("2", "2026-05-15", "RI to be good", None),
        ("3", "2026-09-30", "I", None),
        ("4", "2025-06-30", "Inadequate", None),
    )

    def refs(self, *numbers):
        return sorted(pseudonym(one, KEY) for one in numbers)

    def test_only_cases_whose_last_grade_calls_once_time_has_passed(self):
        assert frame_for(self.PAST).cases["case_ref"].tolist() == self.refs("1", "4")
        bounded = frame_for(self.PAST, re_audit_within_months=12)
        assert bounded.cases["case_ref"].tolist() == self.refs("1")
        reasons = bounded.exclusions["reason"].tolist()
        assert sorted(reasons) == [
            "graded less than 3 months ago",
            "graded more than 12 months ago",
            "last audit not graded Inadequate",
        ]
        assert bounded.funnel["remaining"].iloc[-1] == 1

    def test_a_case_drawn_since_is_not_drawn_again(self):
        both = pd.concat([self.PAST, past(("1", "2026-09-30", None, "assigned"))])
        assert frame_for(both).cases["case_ref"].tolist() == self.refs("4")
        before = pd.concat([self.PAST, past(("1", "2026-05-31", None, "assigned"))])
        assert frame_for(before).cases["case_ref"].tolist() == self.refs("1", "4")

    def test_references_of_the_register_do_as_well(self):
        known = self.PAST.assign(case_ref=[pseudonym(one, KEY) for one in self.PAST["child_id"]])
        found = frame_for(known.drop(columns="child_id"))
        assert found.cases["case_ref"].tolist() == self.refs("1", "4")

    def test_what_is_audited_after_the_day_does_not_count(self):
        later = pd.concat([self.PAST, past(("1", "2026-11-10", "Good", None))])
        assert frame_for(later).cases["case_ref"].tolist() == self.refs("1", "4")

    def test_without_grades_it_is_refused(self):
        with pytest.raises(FrameError, match="no past audit has a grade"):
            frame_for(self.PAST.assign(grade=None))
        with pytest.raises(FrameError, match="Grade 'Bad' is unknown"):
            frame_for(self.PAST, last_graded=("Bad",))

    def test_without_asking_nothing_changes(self):
        plain = frame_for(self.PAST, last_graded=())
        assert len(plain.cases) == 4
        assert "graded" not in " ".join(plain.funnel["reason"])


class TestSettings:
    FILE = home() / "parameters" / "re_audit.yml"

    def test_the_parameters_file_takes_all(self):
        asked = read_parameters("monthly_audit_plan", load_parameters([self.FILE]), closed=True)
        assert asked.slug == "2026-11-re_audit"
        assert asked.eligibility.last_graded == ("Inadequate",)
        assert asked.size_of(["F1", "F1", "F2"]).audits == 3
        assert asked.model_copy(update={"one_per_family": True}).size_of(["F1", "F1"]).audits == 1
        assert asked.model_copy(update={"audit_all": False}).size_of(["F1"]).audits == asked.audits

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"not_audited_within_months": 12}, "write not_audited_within_months: 0"),
            ({"re_audit_within_months": 2}, "re_audit_within_months is below"),
            ({"last_graded": ["Bad"]}, "holds 'Bad'; choose from Outstanding"),
        ],
    )
    def test_what_contradicts_itself_is_refused(self, change, words):
        values = load_parameters([self.FILE]) | change
        with pytest.raises(ParameterError, match=words):
            read_parameters("monthly_audit_plan", values)
