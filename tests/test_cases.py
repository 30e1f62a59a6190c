"""Cases and events: which list decides, what is open, and what a row of each table says."""

import datetime as dt
import random

import pandas as pd
import pytest
from annex_a_factory import AS_AT, row, write_lists

from qa_sampling.records.annex_a import AnnexA, read_annex_a
from qa_sampling.records.annex_a_layout import CODES, LISTS
from qa_sampling.records.cases import age_band, build_cases, build_events
from qa_sampling.schema import CASES, EVENTS, NOT_RECORDED, STAFF, STATUSES, check_table

OLD, MAY, JULY, SEPT = (dt.date(2026, month, 4) for month in (1, 5, 7, 9))
LATER = AS_AT + dt.timedelta(days=9)


@pytest.fixture
def build(tmp_path):
    """Read lists written as a workbook and build the cases."""

    def make(lists, *, staff=None, as_at=AS_AT):
        annex = read_annex_a(write_lists(tmp_path / "a.xlsx", lists), as_at=as_at)
        cases = build_cases(annex, as_at=as_at, staff=staff)
        check_table(cases, CASES)
        return cases.set_index("child_id")

    return make


@pytest.fixture
def events(tmp_path):
    def make(lists):
        annex = read_annex_a(write_lists(tmp_path / "a.xlsx", lists), as_at=AS_AT)
        return check_table(build_events(annex), EVENTS)

    return make


# -- status -----------------------------------------------------------------------------

CARE, PLAN = row(8, "1", MAY), row(7, "1", MAY)
NEED, ASSESSING = row(6, "1", MAY), row(4, "1", MAY, authorisation_date=None)
HELP, LEAVER = row(2, "1", MAY), row(9, "1")
CLOSED = row(6, "1", OLD, closure_date=JULY, case_status="e) Closed episode")

PRECEDENCE = [
    ({8: [CARE], 7: [PLAN], 6: [NEED], 4: [ASSESSING], 9: [LEAVER], 2: [HELP]}, "Looked after"),
    ({7: [PLAN], 6: [NEED], 4: [ASSESSING], 9: [LEAVER], 2: [HELP]}, "Child protection plan"),
    ({6: [NEED], 4: [ASSESSING], 9: [LEAVER], 2: [HELP]}, "Child in need plan"),
    ({4: [ASSESSING], 9: [LEAVER], 2: [HELP]}, "Open assessment"),
    ({9: [LEAVER], 2: [HELP]}, "Care leaver"),
    ({2: [HELP]}, "Early help"),
    ({6: [CLOSED]}, "Closed"),
    # what list 6 says of the status
    ({6: [row(6, "1", case_status="a) Looked after child")]}, "Looked after"),
    ({6: [row(6, "1", case_status="b) Child Protection plan")]}, "Child protection plan"),
    ({6: [row(6, "1", case_status="d) Open assessment")]}, "Open assessment"),
    ({6: [row(6, "1", case_status="?")]}, "Child in need plan"),
    # list 6 is believed unless lists 7 and 8 say it has ended
    ({6: [row(6, "1", case_status="a) Looked after child")], 8: [row(8, "1", OLD, end_date=JULY)]},
     "Child in need plan"),
    ({6: [row(6, "1", case_status="b) Child Protection plan")],
      7: [row(7, "1", OLD, end_date=JULY)]}, "Child in need plan"),
    ({6: [row(6, "1", case_status="a) Looked after child")], 8: [row(8, "2")]}, "Looked after"),
    ({8: [row(8, "1", OLD, end_date=JULY), row(8, "1", SEPT)]}, "Looked after"),
    # closed
    ({6: [row(6, "1", OLD, closure_date=JULY)]}, "Closed"),
    ({6: [row(6, "1", OLD, case_status="e) Closed episode")]}, "Closed"),
    ({6: [CLOSED, row(6, "1", SEPT)]}, "Child in need plan"),
    ({7: [row(7, "1", OLD, end_date=JULY)]}, "Closed"),
    ({8: [row(8, "1", OLD, end_date=JULY)]}, "Closed"),
    ({4: [row(4, "1", MAY, authorisation_date=JULY)]}, "Closed"),
    # an end after the as-at date is no end yet
    ({6: [row(6, "1", MAY, closure_date=LATER)]}, "Child in need plan"),
    ({8: [row(8, "1", MAY, end_date=LATER)]}, "Looked after"),
    # closed on list 6, open elsewhere
    ({6: [CLOSED], 9: [LEAVER]}, "Care leaver"),
    ({6: [CLOSED], 8: [row(8, "1", SEPT)]}, "Looked after"),
    ({6: [CLOSED], 4: [row(4, "1", SEPT, authorisation_date=None)]}, "Open assessment"),
    ({6: [CLOSED], 4: [row(4, "1", MAY, authorisation_date=None)]}, "Closed"),
    ({6: [CLOSED], 2: [row(2, "1", SEPT)]}, "Early help"),
    ({6: [CLOSED], 2: [row(2, "1", MAY)]}, "Closed"),
    ({6: [CLOSED | {"closure_reason": "RC9"}], 2: [row(2, "1", MAY)]}, "Early help"),
    ({9: [row(9, "1", in_touch="c) Died")], 6: [CLOSED]}, "Closed"),
    ({9: [row(9, "1", in_touch="d) Refu")]}, "Care leaver"),
    # without a start date the child is still a case
    ({8: [row(8, "1", start_date=None)]}, "Looked after"),
    ({6: [row(6, "1", start_date=None)]}, "Child in need plan"),
]  # fmt: skip


@pytest.mark.parametrize(("lists", "status"), PRECEDENCE)
def test_status_by_precedence(build, lists, status):
    case = build(lists).loc["1"]
    assert case["status"] == status
    assert case["is_open"] == (status != "Closed")


@pytest.mark.parametrize("number", [1, 3, 5, 10])
def test_contacts_referrals_enquiries_and_adoption_make_no_case(build, number):
    assert build({number: [row(number, "1")], 6: [row(6, "2")]}).index.tolist() == ["2"]


def test_a_leaver_who_died_and_is_on_no_other_list_is_no_case(build):
    assert build({9: [row(9, "1", in_touch="c) Died")], 6: [row(6, "2")]}).index.tolist() == ["2"]


def test_nobody_is_a_case(build):
    assert build({1: [row(1)]}).empty


def test_only_the_newest_extract_makes_cases(tmp_path):
    write_lists(tmp_path / "2026-09.xlsx", {6: [row(6, "1"), row(6, "2")], 2: [row(2, "3")]})
    write_lists(tmp_path / "2026-10.xlsx", {6: [row(6, "1")]})
    cases = build_cases(read_annex_a(tmp_path, as_at=AS_AT), as_at=AS_AT)
    assert dict(zip(cases["child_id"], cases["status"], strict=True)) == {
        "1": "Child in need plan",
        "3": "Early help",
    }


def naive_status(lists):
    """The rule of the module's first page, one child at a time and one list after another."""

    def rows(number):
        return list(lists.get(number, ()))

    def over(r, field):
        return r[field] is not None and r[field] <= AS_AT

    def closed(r):
        return over(r, "closure_date") or r["case_status"].startswith("e)")

    in_care = [r for r in rows(8) if not over(r, "end_date")]
    on_plan = [r for r in rows(7) if not over(r, "end_date")]
    open_need = [r for r in rows(6) if not closed(r)]
    said = {r["case_status"][3:].casefold() for r in open_need}
    if in_care or ("looked after child" in said and not rows(8)):
        return "Looked after"
    if on_plan or ("child protection plan" in said and not rows(7)):
        return "Child protection plan"
    if said - {"open assessment"}:
        return "Child in need plan"
    last = max((r["closure_date"] or LATER for r in rows(6) if closed(r)), default=None)
    last = None if open_need else last
    unfinished = [r for r in rows(4) if not over(r, "authorisation_date")]
    if said or any(last is None or r["start_date"] > last for r in unfinished):
        return "Open assessment"
    if rows(9):
        return "Care leaver"
    if any(last is None or r["start_date"] > last for r in rows(2)):
        return "Early help"
    ended = [r for n in (4, 6, 7, 8) for r in rows(n)]
    return "Closed" if ended else None


def test_status_agrees_with_a_naive_twin_on_random_children(build):
    dice = random.Random(20261031)
    days = [OLD, MAY, JULY, SEPT]
    children = {}
    for number in range(400):
        child, lists = str(number), {}
        start, end = dice.choice(days), dice.choice([None, None, *days, LATER])
        end = None if end is not None and end <= start else end
        if dice.random() < 0.3:
            lists[8] = [row(8, child, start, end_date=end)]
        if dice.random() < 0.3:
            lists[7] = [row(7, child, start, end_date=dice.choice([end, None]))]
        if dice.random() < 0.6:
            status = dice.choice(list(CODES["case_status"]))
            lists[6] = [
                row(6, child, start, case_status=status, closure_date=dice.choice([end, None]))
            ]
        if dice.random() < 0.3:
            lists[4] = [row(4, child, dice.choice(days), authorisation_date=None)]
        if dice.random() < 0.2:
            lists[9] = [row(9, child)]
        if dice.random() < 0.3:
            lists[2] = [row(2, child, dice.choice(days))]
        children[child] = lists
    pooled = {n: [r for lists in children.values() for r in lists.get(n, ())] for n in LISTS}
    cases = build({n: rows for n, rows in pooled.items() if rows})
    expected = {child: naive_status(lists) for child, lists in children.items()}
    expected = {child: status for child, status in expected.items() if status}
    assert cases["status"].to_dict() == expected
    assert set(expected.values()) == set(STATUSES)


def test_order_of_rows_changes_nothing(tmp_path):
    lists = {6: [row(6, str(n), MAY) for n in range(20)] + [CLOSED], 8: [row(8, "3"), CARE]}
    annex = read_annex_a(write_lists(tmp_path / "a.xlsx", lists), as_at=AS_AT)
    turned = AnnexA(
        {n: f.iloc[::-1].reset_index(drop=True) for n, f in annex.lists.items()},
        annex.quality, annex.files, annex.as_at, annex.absent,
    )  # fmt: skip
    pd.testing.assert_frame_equal(build_cases(annex, as_at=AS_AT), build_cases(turned, as_at=AS_AT))
    pd.testing.assert_frame_equal(build_events(annex), build_events(turned))


def test_the_extract_is_not_altered(tmp_path):
    annex = read_annex_a(write_lists(tmp_path / "a.xlsx", {6: [NEED], 8: [CARE]}), as_at=AS_AT)
    before = {n: f.copy() for n, f in annex.lists.items()}
    build_cases(annex, as_at=AS_AT)
    build_events(annex)
    for number, frame in before.items():
        pd.testing.assert_frame_equal(frame, annex.lists[number])


# -- facts ------------------------------------------------------------------------------


def test_episode_facts_come_from_the_list_that_decides(build):
    care = row(8, "1", SEPT, team="Care", worker="A", last_visit=dt.date(2026, 10, 20))
    need = row(6, "1", OLD, team="Need", worker="B", last_seen=dt.date(2026, 10, 1))
    case = build({8: [care], 6: [need], 3: [row(3, "1")]}).loc["1"]
    assert (case["team"], case["worker"], case["lists"]) == ("Care", "A", "3,6,8")
    assert case["open_from"] == pd.Timestamp(SEPT) and pd.isna(case["open_to"])
    assert case["weeks_open"] == (AS_AT - SEPT).days // 7
    assert case["last_seen"] == pd.Timestamp(2026, 10, 20)


def test_closed_episode_is_the_latest(build):
    rows = [row(6, "1", OLD, closure_date=MAY), row(6, "1", JULY, closure_date=SEPT)]
    case = build({6: rows}).loc["1"]
    assert (case["open_from"], case["open_to"]) == (pd.Timestamp(JULY), pd.Timestamp(SEPT))
    assert case["weeks_open"] == (SEPT - JULY).days // 7


def test_missing_facts_come_from_other_lists(build):
    blank = {"team": None, "gender": None, "ethnicity": "u) UNKNOWN", "date_of_birth": None}
    lists = {
        8: [row(8, "1", disability="c) Unknown", **blank)],
        6: [row(6, "1", disability="a) Yes")],
    }
    case = build(lists).loc["1"]
    assert (case["team"], case["gender"], case["ethnicity"]) == ("North Team", "Female", "WBRI")
    assert (case["disability"], case["date_of_birth"]) == ("Yes", pd.Timestamp(2015, 6, 1))


def test_nothing_known_is_not_recorded(build):
    blank = dict.fromkeys(("team", "worker", "gender", "ethnicity", "disability", "age"), None)
    case = build({6: [row(6, "1", date_of_birth=None, primary_need=None, **blank)]}).loc["1"]
    fields = ["team", "worker", "service", "gender", "ethnicity", "ethnic_group", "age_band",
              "disability", "primary_need"]  # fmt: skip
    assert case[fields].eq(NOT_RECORDED).all()
    assert pd.isna(case["age_years"])


def test_early_help_is_the_organisations(build):
    case = build({2: [row(2, "1", organisation="Early Help Hub")]}).loc["1"]
    assert (case["team"], case["worker"]) == ("Early Help Hub", NOT_RECORDED)


def test_service_of_the_team(build):
    staff = pd.DataFrame(
        [["1", "North  team", "A"], ["2", "NORTH TEAM", "A"], ["3", "North Team", "B"],
         ["4", "South", "D"], ["5", "South", "C"], ["6", "East", None]],
        columns=["staff_id", "team", "service"],
    ).reindex(columns=STAFF.names)  # fmt: skip
    rows = [
        row(6, "1"),
        row(6, "2", team="South"),
        row(6, "3", team="East"),
        row(6, "4", team=None),
    ]
    cases = build({6: rows}, staff=staff)
    assert cases["service"].tolist() == ["A", "C", NOT_RECORDED, NOT_RECORDED]


@pytest.mark.parametrize(
    ("born", "age", "years", "band"),
    [
        (dt.date(2015, 10, 31), None, 11, "10 to 15"),
        (dt.date(2015, 11, 1), None, 10, "10 to 15"),
        (dt.date(2026, 10, 31), None, 0, "Under 1"),
        (dt.date(2026, 11, 1), None, -1, "Unborn"),
        (dt.date(2024, 2, 29), None, 2, "1 to 4"),
        (dt.date(2008, 10, 31), None, 18, "18 and over"),
        (dt.date(2008, 11, 1), None, 17, "16 to 17"),
        (None, 6.138, 6, "5 to 9"),
        (None, -1, -1, "Unborn"),
        (dt.date(2015, 10, 31), 3.0, 11, "10 to 15"),
        (None, None, None, NOT_RECORDED),
    ],
)
def test_age_at_the_as_at_date(build, born, age, years, band):
    case = build({6: [row(6, "1", date_of_birth=born, age=age)]}).loc["1"]
    assert case["age_band"] == band
    assert pd.isna(case["age_years"]) if years is None else case["age_years"] == years


def test_age_bands():
    bands = [age_band(years) for years in (-1, 0, 1, 4, 5, 9, 10, 15, 16, 17, 18, 40, None)]
    expected = "Unborn;Under 1;1 to 4;1 to 4;5 to 9;5 to 9;10 to 15;10 to 15;16 to 17;16 to 17"
    assert bands == [*expected.split(";"), "18 and over", "18 and over", NOT_RECORDED]


# -- events -----------------------------------------------------------------------------


def test_every_list_of_events_gives_its_events(events):
    table = events({number: [row(number, "1")] for number in LISTS if number not in (9, 11)})
    assert sorted(table["event"].unique()) == [
        "Adoption decision",
        "Assessment",
        "Care episode",
        "Child in need episode",
        "Child protection plan",
        "Contact",
        "Early help assessment",
        "Referral",
        "Section 47 enquiry",
    ]


def test_a_placement_that_begins_later_than_the_care_is_a_move(events):
    stay = {"start_date": "01/02/2026", "end_date": "", "legal_status": "C1"}
    table = events({8: [
        row(8, "first", **stay, placement_date="01/02/2026"),
        row(8, "moved", **stay, placement_date="03/02/2026"),
        row(8, "blank", **stay, placement_date=""),
        row(8, "after", **(stay | {"end_date": "05/02/2026"}), placement_date="06/02/2026"),
        row(8, "break", **(stay | {"legal_status": "V4"}), placement_date="03/02/2026"),
    ]})  # fmt: skip
    moves = table[table["event"] == "Placement move"]
    assert moves["child_id"].tolist() == ["moved"]
    assert moves["date"].tolist() == [pd.Timestamp("2026-02-03")]


def test_outcomes_in_words(events):
    table = events(
        {
            3: [row(3, str(n), nfa=x) for n, x in enumerate(["a) Yes", "No", None, "?"])],
            5: [row(5, "1", icpc_date=SEPT, plan_made="a) Yes", icpc_12m=1),
                row(5, "2", icpc_date=SEPT, plan_made="b) No"), row(5, "3")],
            10: [row(10, "1", adoption_order_date=SEPT),
                 row(10, "2", reversal_date=SEPT), row(10, "3")],
        }
    )  # fmt: skip
    outcomes = {
        event: rows.sort_values("child_id")["outcome"].tolist()
        for event, rows in table.groupby("event")
    }
    assert outcomes["Referral"] == [
        "No further action",
        "Further action",
        NOT_RECORDED,
        NOT_RECORDED,
    ]
    assert outcomes["Initial child protection conference"] == ["Plan made", "No plan"]
    assert outcomes["Adoption decision"] == ["Adopted", "Decision reversed", NOT_RECORDED]


def test_earlier_events_as_recorded(events):
    table = events({3: [row(3, "1", referrals_12m=2)], 7: [row(7, "1", previous_plans=3)]})
    recorded = dict(zip(table["event"], table["previous_recorded"], strict=True))
    assert recorded == {"Referral": 2, "Child protection plan": 3}


def test_one_event_of_a_kind_a_child_a_day(events):
    table = events({1: [row(1), row(1, source="s) 8: Other")], 5: [
        row(5, "1", MAY, icpc_date=JULY), row(5, "1", OLD, icpc_date=JULY)]})  # fmt: skip
    assert table["event"].value_counts()["Contact"] == 1
    assert table["event"].value_counts()["Initial child protection conference"] == 1


def test_rows_without_a_date_are_no_events(events):
    assert events({8: [row(8, "1", start_date=None)], 7: [row(7)]})["event"].tolist() == [
        "Child protection plan"
    ]


def test_events_of_all_months_are_kept(tmp_path):
    write_lists(tmp_path / "2026-05.xlsx", {3: [row(3, "1", OLD)], 1: [row(1, "1", OLD)]})
    write_lists(tmp_path / "2026-10.xlsx", {3: [row(3, "1", SEPT)]})
    table = build_events(read_annex_a(tmp_path, as_at=AS_AT))
    assert table["date"].tolist() == [pd.Timestamp(OLD), pd.Timestamp(OLD), pd.Timestamp(SEPT)]


def test_no_events(events):
    assert events({9: [row(9, "1")]}).empty
