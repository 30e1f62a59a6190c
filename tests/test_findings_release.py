"""What findings leave for everybody: protected, tied to the months before, and attacked."""

from __future__ import annotations

from itertools import product

import numpy as np
import openpyxl
import pandas as pd
import pytest
from findings_register import shared_outputs, small
from scipy.optimize import Bounds, LinearConstraint, milp

from qa_sampling.errors import DisclosureError, RegisterError
from qa_sampling.records.register import Register
from qa_sampling.reporting.findings_tables import AUDITS, GOOD, LESS, protect_findings
from qa_sampling.reporting.findings_words import groups_said, response_words
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.runs.analyses import ANALYSES, identifiers_of
from qa_sampling.runs.drawn_returns import open_findings
from qa_sampling.runs.findings import estimates
from qa_sampling.runs.findings.moderating import moderated_of
from qa_sampling.runs.findings.outputs import (
    groups_in_words,
    publish_findings,
    words_of,
)
from qa_sampling.runs.findings.releasing import release_findings
from qa_sampling.runs.findings.steps import findings_of
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.publication import faults_of
from qa_sampling.schema import GRADES, QUALITY_STANDARDS
from qa_sampling.settings.findings import AuditFindings

MONTHS = ("2026-09", "2026-10")
KIND = {grade: GOOD if grade in GRADES[:2] else LESS for grade in GRADES}


@pytest.fixture(scope="module")
def outputs():
    folder = shared_outputs()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_SAMPLING_OUTPUTS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def register(outputs):
    with open_findings(AuditFindings()) as opened:
        yield opened


@pytest.fixture(scope="module")
def months(register):
    """Two months, released one after the other: settings, findings, tables, words."""
    staff, made = invented_authority().staff, []
    for period in MONTHS:
        asked = AuditFindings(period=period)
        found = findings_of(asked, register, staff)
        tables = release_findings(found, asked, register)
        words = words_of(found, asked, tables, moderated_of(found, asked, register))
        made.append((asked, found, tables, words + groups_in_words(found, asked, tables)))
    return made


def test_tables_print_the_truth_or_nothing(months):
    for _, found, tables, _ in months:
        truth = found.audited["overall"].value_counts()
        shown = tables.grades.body.set_index("grade")[AUDITS]
        for grade, number in shown.items():
            assert number in (truth.get(grade, 0), HIDDEN_MARK)
        for table in tables.by_title().values():
            counts = table.body[list(table.counts)].to_numpy().ravel()
            assert not [one for one in counts if one != HIDDEN_MARK and 0 < int(one) < 6]


def test_no_standard_has_one_hidden_count_beside_its_sum(months):
    for _, _, tables, _ in months:
        for row in tables.standards.body.itertuples():
            assert [row.good, row.others].count(HIDDEN_MARK) != 1 or row.gradings == HIDDEN_MARK


class Intruder:
    """Knows both months' tables of grades and services, and which months and days they count.

    Audits of the first window were completed by September; of the second by October. So there are
    four groups: June's, those of July and September by September, those since, October's.
    """

    WINDOWS = ((0, 1), (1, 2, 3))

    def __init__(self, months):
        services = sorted({one for _, _, tables, _ in months
                           for one in tables.services.body["service"]})  # fmt: skip
        self.cells = list(product(range(4), services, GRADES))
        self.place = {cell: number for number, cell in enumerate(self.cells)}
        self.lines, self.hidden = [], {}
        for number, (_, _, tables, _) in enumerate(months):
            self.read(number, tables.grades, ("grade",))
            self.read(number, tables.services, ("service", "kind"))

    def read(self, window, table, by):
        for row in table.rows:
            labels = dict(zip(by, row, strict=False))
            line = np.zeros(len(self.cells))
            for (group, service, grade), place in self.place.items():
                own = {"service": service, "grade": grade, "kind": KIND[grade]}
                fits = all(label in (own[name], table.total_label)
                           for name, label in labels.items())  # fmt: skip
                line[place] = group in self.WINDOWS[window] and fits
            if row[len(by)] == HIDDEN_MARK:
                self.hidden[window, *labels.values()] = line
            else:
                self.lines.append((line, int(row[len(by)])))

    def range_of(self, line):
        matrix = np.array([one for one, _ in self.lines])
        sums = np.array([number for _, number in self.lines])
        ends = []
        for sign in (1, -1):
            solved = milp(
                sign * line,
                constraints=LinearConstraint(matrix, sums, sums),
                integrality=np.ones(len(line)),
                bounds=Bounds(0, np.inf),
            )
            assert solved.success, "the intruder's equations can be true"
            ends.append(round(sign * solved.fun))
        return tuple(ends)


@pytest.mark.slow
def test_two_months_give_no_hidden_count_away(months):
    intruder = Intruder(months)
    assert intruder.hidden, "something is hidden"
    for where, line in intruder.hidden.items():
        low, high = intruder.range_of(line)
        assert high >= 6, where
        assert high - low >= 5, where
        window, *labels = where
        cases = months[window][1].audited
        truth = cases.assign(kind=cases["overall"].map(KIND))
        if len(labels) == 1:
            count = int((truth["overall"] == labels[0]).sum())
        else:
            count = int(((truth["service"] == labels[0]) & (truth["kind"] == labels[1])).sum())
        assert low <= count <= high or labels[0] == "Total", "the equations are true"


@pytest.mark.slow
def test_the_intruder_would_find_a_count_that_is_alone(months):
    intruder = Intruder(months)
    where = next(iter(intruder.hidden))
    line = intruder.hidden.pop(where)
    truth = months[0][1].audited["overall"].value_counts()
    for grade in GRADES:
        if (0, grade) in intruder.hidden and (0, grade) != where:
            careless = intruder.hidden.pop((0, grade))
            intruder.lines.append((careless, int(truth.get(grade, 0))))
    low, high = intruder.range_of(line)
    assert low == high == int(truth.get(where[1], 0))


def test_the_words_are_of_the_findings_and_hide_small_groups(months):
    for asked, found, tables, words in months:
        good = estimates.good_or_better(found)
        first = words.sentences[0]
        assert f"{100 * good.estimate:.0f}%" in first
        assert f"of {found.open_cases:,} open cases were graded good or better" in first
        text = " ".join(words.sentences)
        assert "cannot be told from chance" in text or "percentage points" in text
        assert "Had moderators graded every audit" in text or "is hidden" in text
        table = estimates.by_group(found, "service", asked)
        for row in table.itertuples():
            rest = row.audits - row.count_good
            small_one = 0 < row.count_good < 6 or 0 < rest < 6 or row.audits < 10
            assert not (small_one and f"Service “{row.group}”: " in text)
        assert tables.services.by == ("service", "kind")


def test_the_same_again_is_the_same_and_other_figures_need_an_edition(months, register):
    asked, found, tables, _ = months[-1]
    again = release_findings(found, asked, register)
    assert again.grades.rows == tables.grades.rows
    changed = found.cases.copy()
    here = changed.index[(changed["period"].isin(found.now)) & (changed["overall"] == "Good")]
    changed.loc[here[:20], "overall"] = "Requires improvement"
    other = found.__class__(**{**vars(found), "cases": changed})
    with pytest.raises(DisclosureError, match="contradict what was published"):
        release_findings(other, asked, register)


@pytest.mark.slow
def test_files_are_published_and_name_nobody(months, register, outputs):
    asked, found, tables, words = months[0]
    slug = publish_findings(found, asked, register, tables=tables, findings=words)
    folder = outputs / "invented" / slug
    assert faults_of(folder) == ()
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "restricted/audit_findings_2026-09.xlsx",
        "restricted/manifest.json",
        "shareable/findings_tables.csv",
        "shareable/findings_tables.xlsx",
        "shareable/manifest.json",
    }
    book = openpyxl.load_workbook(folder / "restricted/audit_findings_2026-09.xlsx")
    assert {"Standards", "By team", "Change", "Concerns", "Missing"} <= set(book.sheetnames)
    teams = [row[0] for row in book["By team"].iter_rows(values_only=True)]
    assert set(found.audited["team"]) <= set(teams)
    text = (folder / "shareable/findings_tables.csv").read_text(encoding="utf-8")
    assert not [one for one in identifiers_of(asked, register) if one in text]
    assert not [one for one in found.audited["team"] if one in text]


class TestSmall:
    def protect(self, found, **more):
        return protect_findings(
            found.audited, QUALITY_STANDARDS, design="monthly", months=["2026-05"],
            days=["2026-05-28"], **more,
        )  # fmt: skip

    @pytest.mark.parametrize("grades", [["G"], ["G"] * 20, ["R"] * 20, ["G"] * 4 + ["I"]])
    def test_few_and_equal_audits_are_protected(self, grades):
        found = small(grades)
        tables = self.protect(found)
        for table in tables.by_title().values():
            shown = [one for row in table.rows for one in row if isinstance(one, int)]
            assert not [one for one in shown if 0 < one < 6]
        words = words_of(found, AuditFindings(), tables, None)
        assert len(words.sentences) >= 1

    def test_tags_are_counted_and_hidden_like_audits(self):
        tags = pd.DataFrame(
            [("strength", "Direct work", 9), ("strength", "Visits", 7), ("learning", "Drift", 2)],
            columns=["kind", "tag", "audits"],
        )
        tables = self.protect(small(["G", "R"] * 10), tags=tags)
        assert set(tables.themes) == {"strength", "learning"}
        assert tables.themes["strength"].body["mentions of strength"].tolist() == [9, 7]
        assert tables.themes["learning"].body["mentions of learning"].tolist() == [HIDDEN_MARK]

    def test_moderations_are_some_of_the_audits(self):
        tables = self.protect(small(["G", "R"] * 10), moderated=["Good"] * 3 + ["Inadequate"] * 9)
        assert HIDDEN_MARK in tables.moderated.body["moderated"].tolist()
        assert "What moderators found" in tables.by_title()

    def test_a_share_that_leaves_few_is_not_said(self):
        found = small(["G"] * 17 + ["R"] * 3)
        tables = self.protect(found)
        table = estimates.by_group(found, "service", AuditFindings())
        words = groups_said(
            table.assign(n=table["audits"]), tables.services, fewest=10, rest="services",
            cell_of={"Service A": (AUDITS, "Service A", GOOD)},
        )  # fmt: skip
        assert words.sentences == (
            "Services hidden, so that nobody can be identified: “Service A”.",
        )

    def test_response_is_said_by_what_is_missing(self):
        assert response_words(20, 20, 0.4, 0.6).sentences == (
            "Every audit that was opened came back.",
        )
        assert "nearly all" in response_words(19, 20, 0.4, 0.6).sentences[0].lower()
        assert response_words(100, 128, 0.43, 0.83).sentences == (
            "78% of the audits that were opened came back; whatever the others would have found, "
            "43% to 83% fits.",
        )


def test_months_without_a_drawn_audit_are_refused_before_a_kernel_starts(register):
    need = ANALYSES["audit_findings"].need
    need(AuditFindings(), register)
    with pytest.raises(RegisterError, match="holds no drawn audit of 2026-02 to 2026-03"):
        need(AuditFindings(period="2026-03", months=2), register)


def test_a_real_authority_without_a_register_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path))
    with pytest.raises(RegisterError, match="There is no register yet"):
        open_findings(AuditFindings(extract=str(tmp_path / "x.xlsx")))


def test_opening_twice_records_once(register):
    head = register.head()
    with open_findings(AuditFindings()) as again:
        assert isinstance(again, Register)
        assert again.head() == head
