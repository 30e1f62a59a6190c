"""Words: right for zero, one, many and hidden; nothing hidden is said."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from plan_factory import make_plan, plan_from

from qa_sampling.errors import DisclosureError
from qa_sampling.records.extras import WITHOUT
from qa_sampling.reporting import narrative
from qa_sampling.reporting.disclosure import HIDDEN_MARK, protect
from qa_sampling.reporting.method_words import plan_method
from qa_sampling.reporting.plan_tables import SHARES, allocation_table, coverage_table, protect_plan
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.words import Words, say

TEAMS = pd.DataFrame({"team": ["A", "B", "C", "D"], "cases": [0, 3, 4, 1612], "staff": [1] * 4})


def teams(**rules):
    return protect(
        TEAMS,
        by=["team"],
        counts=["cases", "staff"],
        decisions=["staff"],
        percentages={"share": ("cases", "total")},
        **({"zeros_shown": True} | rules),
    )


@pytest.mark.parametrize(
    ("team", "said"),
    [
        ("A", "No cases wait."),
        ("B", "A hidden number of cases wait."),
        ("C", "A hidden number of cases wait."),
        ("D", "1,612 cases wait."),
    ],
)
def test_counts_are_said_in_the_right_number(team, said):
    assert say("{n:case|cases} wait.", n=cell(teams(), "cases", team)).sentences == (said,)


@pytest.mark.parametrize(("team", "said"), [("A", "0"), ("B", "a hidden number"), ("D", "1,612")])
def test_counts_without_a_noun(team, said):
    assert said in say("There are {n}.", n=cell(teams(), "cases", team)).sentences[0]


def test_one_is_said_in_the_singular_and_rounded_counts_are_about():
    assert say("{n:auditor|auditors}.", n=cell(teams(), "staff", "A")).sentences == ("1 auditor.",)
    assert say("{n:auditor|auditors}.", n=declared(1)).sentences == ("1 auditor.",)
    assert say("{n:auditor|auditors}.", n=declared(0)).sentences == ("No auditors.",)
    rounded = teams(rounded_to=5)
    assert say("{n:case|cases}.", n=cell(rounded, "cases", "D")).sentences == (
        "About 1,610 cases.",
    )
    assert say("{n} of them.", n=cell(teams(), "share", "B")).sentences == (
        "A hidden number of them.",
    )


def test_the_mark_of_a_hidden_count_is_said_as_hidden():
    assert say("{n:case|cases}.", n="[c]").sentences == ("A hidden number of cases.",)


@pytest.mark.parametrize("value", [12, 1.5, True, pd.DataFrame(), None])
def test_numbers_come_from_tables_only(value):
    with pytest.raises(DisclosureError, match=r"say\(\) was given a .*as cell\(\) of a SafeTable"):
        say("{n}", n=value)


def test_words_cannot_be_made_by_hand():
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        Words(("3 children",))
    with pytest.raises(DisclosureError, match="cannot be made by hand"):
        replace(say("Yes."), sentences=("3 children",))


def test_the_findings_of_a_small_plan_say_no_small_count():
    plan = make_plan()
    tables = protect_plan(plan)
    sentences = narrative.plan_findings(tables, due=plan.due, as_at=plan.as_at).sentences
    text = " ".join(sentences)
    assert sentences[0].startswith("Some of the 14 eligible cases open on 31 October 2026")
    assert sentences[0].endswith("it cannot be said how many.")
    without_audits = re.sub(r"\d auditors? take part|\b\d audits?\b", "", text)
    without_dates = re.sub(r"\d+ [A-Z][a-z]+ 2026|last 12 months", "", without_audits)
    assert not re.search(r"\b[1-5]\b(?!,)", without_dates.replace("fewer than 6", ""))


def test_a_plan_of_five_cases_says_no_number_of_cases():
    plan = plan_from(
        pd.DataFrame([("T", "S", 5, 2)], columns=["row", "column", "population", "sampled"]),
        excluded={"closed": 8},
    )
    sentences = narrative.plan_findings(protect_plan(plan), due=plan.due, as_at=plan.as_at)
    assert sentences.sentences == (
        "Cases open on 31 October 2026 will be audited by 30 November 2026; there are too few to "
        "say how many.",
        "Auditors have been named.",
    )


def test_exclusions_that_are_not_listed_are_not_denied():
    table = pd.DataFrame([("T", "S", 90, 8)], columns=["row", "column", "population", "sampled"])
    for excluded in ({"closed": 2}, {}):
        plan = plan_from(table, excluded=excluded)
        said = narrative.plan_findings(protect_plan(plan), due=plan.due, as_at=plan.as_at)
        assert said.sentences[2] == "90 cases can be drawn."


def test_the_most_audits_of_anyone_are_not_said_when_roles_are_hidden():
    table = pd.DataFrame([("T", "S", 40, 12)], columns=["row", "column", "population", "sampled"])
    roles = ("Team Manager", "Team Manager", "Director")
    plan = plan_from(table, roles=roles)
    tables = protect_plan(plan)
    assert HIDDEN_MARK in set(tables.by_role.frame["audits"])
    said = narrative.plan_findings(tables, due=plan.due, as_at=plan.as_at).sentences
    assert "3 auditors take part." in said


def test_the_findings_of_a_usual_plan():
    plan = make_plan()
    rows = [("A", "Looked after", 90, 12), ("B", "Care leaver", 70, 9)]
    allocation = pd.DataFrame(rows, columns=["row", "column", "population", "sampled"])
    funnel = plan.frame.funnel.assign(excluded=[0, 30, 7, 0])
    cases = pd.concat([plan.frame.cases] * 12).iloc[:160]
    plan = replace(
        plan,
        draw=replace(plan.draw, allocation=allocation),
        frame=replace(plan.frame, funnel=funnel, cases=cases),
    )
    said = narrative.plan_findings(protect_plan(plan), due=plan.due, as_at=plan.as_at).sentences
    assert said[0].startswith("21 of the 160 eligible cases open on 31 October 2026 will be")
    assert said[1] == "The largest group shown is “Looked after”: 90 cases, 12 audits."
    assert said[2] == "Of 197 cases in the extract, 160 can be drawn."
    assert said[3].endswith("“Audited in the last 12 months”: 30 cases.")
    assert said[4] == "4 auditors take part; nobody has more than 3 audits."


def test_alt_text_says_what_the_charts_show():
    table = pd.DataFrame({"status": ["A", "B", "C"], "cases": [90, 60, 50], "audits": [10, 4, 3]})
    safe = protect(table, by=["status"], counts=["cases", "audits"], percentages=SHARES)
    assert "A: 45.0% of cases, 58.8% of audits" in narrative.allocation_alt(safe)
    assert "B: 30.0% of cases, hidden of audits" in narrative.allocation_alt(safe)
    funnel = table[["status", "cases"]].assign(cases=[4, 3, 90])
    alt = narrative.funnel_alt(protect(funnel, by=["status"], counts=["cases"]))
    assert alt.endswith("A: hidden; B: hidden; C: 90.")


def test_alt_text_of_the_coverage_map_carries_suppression():
    plan = make_plan()
    tables = protect_plan(plan)
    safe = narrative.coverage_alt(tables.coverage)
    assert re.search(r"\d+ of 9 cells hidden", safe)
    assert "Most cases" not in safe
    plain = narrative.coverage_alt(coverage_table(plan.draw, down="team", across="status"))
    assert "Most cases" in plain
    assert "hidden" not in plain


def test_alt_text_of_restricted_charts():
    plan = make_plan()
    alt = narrative.load_alt(plan.assignment.loads)
    assert "Team Manager: 2 people, 3 audits each" in alt
    table = allocation_table(plan.draw, by="column", name="status")
    assert "% of cases" in narrative.allocation_alt(table)


@pytest.mark.parametrize(
    ("audits", "zeros_shown", "said"),
    [
        ([9, 8, 7], False, "Every team that has cases has at least one audit"),
        ([9, 0, 7], False, "2 of 3 teams that have cases have an audit"),
        ([9, 3, 2], True, "Every team that has cases has at least one audit"),
        ([9, 3, 0], False, "Cases and audits by team"),
        ([3, 3, 0], True, "Cases and audits by team"),
    ],
)
def test_headings_tell_no_more_than_the_table(audits, zeros_shown, said):
    table = pd.DataFrame({"team": ["A", "B", "C"], "audits": audits})
    safe = protect(table, by=["team"], counts=["audits"], zeros_shown=zeros_shown)
    assert narrative.audited_rows_heading(safe) == said


def test_the_findings_without_auditors():
    plan = make_plan()
    tables = replace(protect_plan(plan), auditors=0, most_audits=0, moderated=0)
    sentences = narrative.plan_findings(tables, due=plan.due, as_at=plan.as_at).sentences
    assert sentences[-1] == "Auditors are still to be named."


def test_the_method_says_what_this_draw_did():
    plan = make_plan()
    alone = plan.frame.cases
    together = alone.assign(family_ref=[*alone["case_ref"][:1], *alone["case_ref"][:-1]])
    plan = replace(plan, frame=replace(plan.frame, cases=together))
    usual = {
        "rounding": "controlled",
        "method": "square_root",
        "ticket_seed": "",
        "one_per_family": True,
    }
    other = usual | {"rounding": "fixed", "ticket_seed": "2026", "one_per_family": False}
    said = []
    for parameters in (usual, other):
        drawn = replace(plan.draw, parameters=parameters)
        said.append(" ".join(plan_method(replace(plan, draw=drawn)).sentences))
    assert "a square-root table of targets, rounded at random" in said[0]
    assert "One child stands for each family" in said[0]
    assert "the same whatever the seed" in said[1]
    assert "each month goes on where the last one stopped" in said[1]
    assert "Brothers and sisters can be drawn" in said[1]
    nobody = replace(plan.assignment, table=plan.assignment.table.iloc[:0])
    alone = replace(plan, assignment=nobody, draw=replace(plan.draw, parameters=usual))
    missing = list(WITHOUT.values())  # as they are, of a run without any extra table
    text = " ".join(plan_method(alone, cannot_guarantee=missing).sentences)
    assert "no staff list was given" in text
    assert all(sentence in text for sentence in missing)


def test_all_cases_together_are_no_group():
    plan = make_plan()
    together = plan.draw.allocation.assign(column="All cases")
    tables = protect_plan(replace(plan, draw=replace(plan.draw, allocation=together)))
    assert tables.by_main is tables.by_row
    assert "All cases" not in " ".join(
        narrative.plan_findings(tables, due=plan.due, as_at=plan.as_at).sentences
    )


def test_ages_rise_and_their_column_is_said_in_words():
    from qa_sampling.reporting.known_order import in_known_order

    bands = ["10 to 15", "Smaller ones together", "1 to 4", "5 to 9"]
    table = pd.DataFrame({"age_band": bands, "cases": [40, 12, 20, 30], "audits": [2, 1, 1, 0]})
    ordered = in_known_order(table, ("age_band",))
    assert ordered["age_band"].tolist() == ["1 to 4", "5 to 9", "10 to 15", "Smaller ones together"]
    assert ordered["cases"].tolist() == [20, 30, 40, 12]
    safe = protect(ordered, by=["age_band"], counts=["cases", "audits"], decisions=["audits"])
    heading = str(narrative.audited_rows_heading(safe))
    assert heading == "3 of 4 age bands that have cases have an audit"


@pytest.mark.parametrize(
    ("column", "many"), [("status", "statuses"), ("disability", "disabilities"), ("team", "teams")]
)
def test_classes_are_said_in_the_plural(column, many):
    table = pd.DataFrame({column: ["A", "B"], "cases": [40, 20], "audits": [2, 0]})
    safe = protect(table, by=[column], counts=["cases", "audits"], decisions=["audits"])
    assert f"1 of 2 {many} that have" in str(narrative.audited_rows_heading(safe))
