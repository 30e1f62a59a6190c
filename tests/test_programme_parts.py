"""The programme's parts: done against the plan, standards read together, the overlooked."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import prod
from pathlib import Path

import pandas as pd
import pytest
import yaml

from qa_sampling.errors import ParameterError, SchemaError
from qa_sampling.loop.programme import PlannedRow, against_plan, done_by_month
from qa_sampling.loop.standards import (
    DISAGREE,
    GOOD,
    MARKS,
    MOSTLY,
    NOT_YET,
    OPEN,
    READINGS,
    Evidence,
    marked,
    read_standard,
    reading_of,
    share_of,
    weighted_share_of,
)
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.parameters import load_parameters, read_parameters, read_programme_files
from qa_sampling.reporting.programme_view import plan_view, scorecard_view
from qa_sampling.sampling.overlooked import overlooked
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.settings.programme_files import declared_file

ROOT = Path(__file__).parents[1]
MONTHS = ("2026-01", "2026-02", "2026-03")


class TestAgainstPlan:
    def test_counts_and_states(self):
        plan = [
            PlannedRow("Visits", "Managers", 2, ("2026-01", "2026-02")),
            PlannedRow("Events", "Lead", 1, ("2026-03", "2026-04")),
            PlannedRow("Complaints", "Team", 0, MONTHS),
            PlannedRow("Week", "Lead", 1, ("2026-04",)),
            PlannedRow("Checks", "Lead", 1, ("2026-02",)),
        ]
        done = pd.DataFrame(
            [("Visits", "2026-01", 3), ("Complaints", "2026-02", 5), ("Checks", "2026-03", 1),
             ("Visits", "2026-04", 9)],
            columns=["what", "period", "number"],
        )  # fmt: skip
        found = against_plan(plan, done, periods=MONTHS).set_index("what")
        assert found["planned"].to_dict() == {
            "Visits": 4, "Events": 1, "Complaints": 0, "Week": 0, "Checks": 1,
        }  # fmt: skip
        assert found["done"].tolist() == [3, 0, 5, 0, 1]
        assert found["state"].tolist() == [
            "Behind", "Not begun", "Not planned", "Nothing was due", "On plan",
        ]  # fmt: skip
        assert found.loc["Visits", "without"] == "2026-02"
        assert found.loc["Visits", "share"] == 0.75
        assert pd.isna(found.loc["Complaints", "share"])
        wide = done_by_month(done, periods=MONTHS).set_index("what")
        assert wide.loc["Visits"].tolist() == [3, 0, 0]

    def test_what_the_plan_does_not_name_is_refused(self):
        done = pd.DataFrame({"what": ["Other"], "period": ["2026-01"], "number": [1]})
        with pytest.raises(SchemaError, match="does not name Other"):
            against_plan([], done, periods=MONTHS)

    def test_nothing_done(self):
        none = pd.DataFrame({"what": [], "period": [], "number": []})
        plan = [PlannedRow("Visits", "Managers", 1, MONTHS)]
        assert against_plan(plan, none, periods=MONTHS)["state"].tolist() == ["Not begun"]
        assert done_by_month(none, periods=MONTHS).empty


class TestStandards:
    def one(self, says: str) -> Evidence:
        low, high = {"Good": (0.8, 0.9), "Not yet": (0.1, 0.2), "Open": (0.5, 0.9)}[says]
        return Evidence("voice", says, 20, (low + high) / 2, low, high, 0.7)

    @pytest.mark.parametrize(
        ("says", "reading", "confidence"),
        [
            (["Good", "Good", "Open"], GOOD, "Medium"),
            (["Good", "Good", "Good", "Good"], GOOD, "High"),
            (["Good", "Open"], MOSTLY, "Low"),
            (["Not yet"], NOT_YET, "Low"),
            (["Open", "Open"], OPEN, "None"),
            ([], OPEN, "None"),
            (["Good"] * 5 + ["Not yet"], DISAGREE, "Low"),
            (["Not yet"] * 5 + ["Good"], DISAGREE, "Low"),
        ],
    )
    def test_the_rule(self, says, reading, confidence):
        found = read_standard("voice", [self.one(one) for one in says])
        assert (found.reading, found.confidence) == (reading, confidence)
        assert found.sources("Good") == tuple(one for one in says if one == "Good")

    def test_the_mark_never_hides_that_sources_disagree(self):
        for good in range(5):
            for bad in range(5):
                says = ["Good"] * good + ["Not yet"] * bad + ["Open"]
                found = read_standard("voice", [self.one(one) for one in says])
                assert found.reading == reading_of(good, bad)
                assert (found.reading == DISAGREE) == (good > 0 and bad > 0)
                said = ({"voice": "Better"}, {"voice": "Heard"})
                view = scorecard_view((found,), *said, no_measure={})
                told = view.iloc[0]
                assert told["Reading"] == marked(found.reading)
                sources = told["Good · open · not yet"].replace("\N{NO-BREAK SPACE}", " ")
                assert sources == f"{good} · 1 · {bad}"
        assert len(set(MARKS.values())) == len(MARKS) == len(READINGS)

    def test_wilson_as_published(self):
        """Newcombe (1998), Statistics in Medicine 17, table I: 81/263 is 0.2553 to 0.3662."""
        one = share_of("voice", "Audits", 81, 263, wanted=0.2, fewest=10)
        assert one.low == pytest.approx(0.2553, abs=5e-5)
        assert one.high == pytest.approx(0.3662, abs=5e-5)
        assert one.says == "Good"
        turned = share_of("voice", "Measure", 81, 263, wanted=0.2, fewest=10, better="down")
        assert turned.says == "Not yet"

    def test_low_grades_that_were_all_moderated_do_not_weigh_more(self):
        """100 audits: 20 Inadequate, all moderated; of 80 others 16, of which 15 are good."""
        good, chances = [False] * 20 + [True] * 15 + [False], [1.0] * 20 + [0.2] * 16
        one = weighted_share_of("voice", "Moderators", good, chances, wanted=0.7, fewest=10)
        assert one.share == pytest.approx(15 * 5 / 100)
        assert one.says == "Open"
        plain = share_of("voice", "Moderators", sum(good), 36, wanted=0.7, fewest=10)
        assert plain.says == "Not yet", "unweighted, the choice of cases would be the verdict"

    def test_equal_chances_are_wilsons_interval(self):
        good = [True] * 81 + [False] * 182
        one = weighted_share_of("voice", "M", good, [0.25] * 263, wanted=0.2, fewest=10)
        assert (one.low, one.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
        assert weighted_share_of("v", "M", [True], [1.0], wanted=0.2, fewest=2).says == "Silent"
        with pytest.raises(SchemaError, match="chance above 0"):
            weighted_share_of("v", "M", [True], [0.0], wanted=0.2, fewest=1)

    def test_too_little_is_silent(self):
        assert share_of("voice", "Audits", 9, 9, wanted=0.2, fewest=10).says == "Silent"
        with pytest.raises(SchemaError, match="9 good of 8 cannot be"):
            share_of("voice", "Audits", 9, 8, wanted=0.2, fewest=1)


class TestOverlooked:
    CASES = pd.DataFrame(
        {
            "period": ["a"] * 5 + ["b"] * 4,
            "team": ["N", "N", "S", "S", "E", "N", "S", "S", None],
            "looked_at": [True, False, True, False, False, True, False, False, False],
        }
    )

    def naive(self, team: str) -> Fraction:
        """Try every draw of the same size."""
        chances = []
        for _, rows in self.CASES.groupby("period"):
            own = set(rows.index[rows["team"] == team])
            draws = list(combinations(rows.index, int(rows["looked_at"].sum())))
            chances.append(Fraction(sum(not own & set(draw) for draw in draws), len(draws)))
        return prod(chances)

    def test_every_draw_tried(self):
        found = overlooked(self.CASES, by="team")
        told = found.table.set_index("group")
        for team in ("N", "S", "E"):
            assert told.loc[team, "chance_none"] == pytest.approx(float(self.naive(team)))
        assert told["looked_at"].to_dict() == {"E": 0, "N": 2, "S": 1}
        assert found.observed == 1
        assert found.expected == pytest.approx(float(sum(map(self.naive, "NSE"))))
        none = prod(1 - self.naive(team) for team in "NSE")
        assert found.p == pytest.approx(float(1 - none))

    def test_order_of_rows_does_not_matter(self):
        turned = overlooked(self.CASES[::-1].reset_index(drop=True), by="team")
        pd.testing.assert_frame_equal(turned.table, overlooked(self.CASES, by="team").table)

    def test_refusals(self):
        with pytest.raises(SchemaError, match="lack worker"):
            overlooked(self.CASES, by="worker")
        with pytest.raises(SchemaError, match="no case that could"):
            overlooked(self.CASES[:0], by="team")


class TestDeclaredFiles:
    def test_those_that_come_with_the_package(self):
        files = read_programme_files(read_parameters("qa_programme", {}))
        assert {one.kind for one in files.plan.activities} == set(ACTIVITY_KINDS)
        assert [one.key for one in files.standards.standards] == list(QUALITY_STANDARDS)
        assert files.designs["re_audits"] == "re_audit"
        assert files.designs["monthly"] == "monthly"

    @pytest.mark.parametrize(
        ("parameter", "change", "message"),
        [
            ("plan_file", lambda v: v["activities"].pop(), "Report to members is missing"),
            ("plan_file", lambda v: v["activities"][1].update(kind="Tea"), "row 2, kind: is no"),
            ("plan_file", lambda v: v["activities"][0].update(months=[13]), "row 1, months"),
            ("standards_file", lambda v: v["standards"].pop(0), "assessment is missing"),
            ("standards_file", lambda v: v.update(good_enough=70), "good_enough: .*less than 1"),
            (
                "standards_file",
                lambda v: v["standards"][9].update(measures={"s47_to_icpc": 0.35}),
                "row 10, measures: s47_to_icpc is neither better",
            ),
            (
                "responsibilities_file",
                lambda v: v["responsibilities"].append(v["responsibilities"][0]),
                "Team Manager owes audits in two rows",
            ),
            (
                "responsibilities_file",
                lambda v: v["responsibilities"][0].update(kind="Survey"),
                "row 1: has a kind",
            ),
            (
                "responsibilities_file",
                lambda v: v["responsibilities"][2].update(role=""),
                "row 3, role: ",
            ),
        ],
    )
    def test_faults_are_told_by_row_and_field(self, parameter, change, message):
        name = getattr(read_parameters("qa_programme", {}), parameter)
        values = load_parameters([ROOT / name])
        change(values)
        with pytest.raises(ParameterError, match=message):
            declared_file(parameter, values, named="declared.yml")

    def test_an_empty_file_or_none_says_what_is_expected(self, tmp_path):
        for parameter in ("plan_file", "standards_file", "responsibilities_file"):
            with pytest.raises(ParameterError, match=r"declared\.yml"):
                declared_file(parameter, {}, named="declared.yml")
        asked = read_parameters("qa_programme", {"plan_file": str(tmp_path / "gone.yml")})
        with pytest.raises(ParameterError, match=r"gone\.yml cannot be read; give a YAML file"):
            read_programme_files(asked)

    def test_two_targets_of_one_measure_in_one_file_are_refused(self):
        values = load_parameters([ROOT / read_parameters("qa_programme", {}).standards_file])
        visits = next(one for one in values["standards"] if one["key"] == "visits")
        visits["measures"] = {"cp_visits": 0.5, "cin_visits": 0.9}
        with pytest.raises(ParameterError, match=r"cp_visits has targets 0\.9 and 0\.5"):
            declared_file("standards_file", values, named="declared.yml")

    def test_the_page_of_outcomes_has_the_targets_of_the_standards(self, tmp_path):
        """Two pages of one month would read one figure as good and as missed."""
        asked = read_parameters("qa_programme", {})
        targets = read_programme_files(asked).standards.targets
        trends = load_parameters([ROOT / "parameters" / "outcome_trends.yml"])
        assert len(targets.keys() & trends["targets"].keys()) >= 3
        text = (ROOT / asked.calendar_file).read_text(encoding="utf-8")
        entry = yaml.safe_load(text)
        held = [one for one in entry["entries"] if one.get("run") == "outcome_trends"]
        assert len(held) == 1
        held[0]["parameters"] = {"targets": {"cp_visits": 0.5}}
        other = tmp_path / "calendar.yml"
        other.write_text(yaml.safe_dump(entry, sort_keys=False), encoding="utf-8")
        with pytest.raises(ParameterError, match=r"cp_visits is 0\.5, and quality_standards\.yml"):
            read_programme_files(asked.model_copy(update={"calendar_file": str(other)}))

    def test_several_deleted_are_named_together(self):
        name = read_parameters("qa_programme", {}).standards_file
        values = load_parameters([ROOT / name])
        values["standards"] = values["standards"][2:]
        with pytest.raises(ParameterError, match=r"assessment.*planning"):
            declared_file("standards_file", values, named="declared.yml")


def test_what_was_done_beyond_the_plan_is_a_number_too():
    """Words beside numbers would stand against them; what is not planned has no share."""
    columns = {"what": ["a", "b", "c"], "owner": "PSW", "planned": [48, 12, 0]}
    columns |= {"done": [58, 12, 9], "share": [58 / 48, 1.0, float("nan")]}
    columns |= {"state": "On plan", "without": ""}
    assert plan_view(pd.DataFrame(columns))["Of the plan"].tolist() == ["121%", "100%", ""]
