"""From population to frame: every exclusion counted once, nobody lost, one fingerprint."""

from datetime import date

import pandas as pd
import pytest
from frame_factory import KEY, make_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import FrameError, SchemaError
from qa_sampling.sampling.frame import (
    DESCRIPTORS,
    Eligibility,
    build_frame,
    frame_fingerprint,
    frame_from_snapshot,
    frame_snapshot,
)
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import FRAME, check_table

AS_AT = date(2026, 10, 31)
ANYBODY = Eligibility(not_audited_within_months=0)


def ref(child_id: str) -> str:
    return pseudonym(child_id, KEY)


def build(cases: pd.DataFrame, eligibility: Eligibility = ANYBODY, **given) -> Frame:
    settled = {"rows": ("team",), "columns": ("status",), "as_at": AS_AT, "key": KEY}
    return build_frame(cases, eligibility, **settled | given)


def reasons(frame: Frame) -> dict[str, str]:
    """Why each child was excluded, by the child's number."""
    left_out = frame.exclusions.merge(frame.link, on="case_ref")
    return dict(zip(left_out["child_id"], left_out["reason"], strict=True))


def check_funnel(frame: Frame) -> None:
    funnel = frame.funnel
    assert funnel["step"].iloc[0] == "Population"
    assert funnel["step"].iloc[-1] == "Frame"
    assert funnel["remaining"].iloc[0] == len(frame.link)
    assert funnel["remaining"].iloc[-1] == len(frame.cases) == frame.size
    assert funnel["excluded"].sum() == len(frame.exclusions)
    left = funnel["remaining"].shift(fill_value=len(frame.link)) - funnel["excluded"]
    assert left.tolist() == funnel["remaining"].tolist()
    assert set(frame.exclusions["case_ref"]) | set(frame.cases["case_ref"]) == set(
        frame.link["case_ref"]
    )
    counted = frame.exclusions["reason"].value_counts().to_dict()
    listed = funnel[funnel["excluded"] > 0]
    assert dict(zip(listed["reason"], listed["excluded"], strict=True)) == counted


# what comes out ---------------------------------------------------------------------------


def test_a_frame_is_as_declared_and_holds_no_childs_number() -> None:
    cases = make_cases({}, {"team": "South"}, {"status": "Looked after"})
    frame = build(cases)
    check_table(frame.cases, FRAME)
    assert list(frame.cases.columns) == [*FRAME.names, *DESCRIPTORS]
    assert frame.cases["case_ref"].is_monotonic_increasing
    assert set(frame.cases["case_ref"]) == {ref(number) for number in cases["child_id"]}
    assert frame.strata == ("team", "status")
    text = frame_snapshot(frame.cases) + frame.cases.to_csv() + frame.exclusions.to_csv()
    assert not any(number in text for number in cases["child_id"])
    check_funnel(frame)


def test_the_tables_given_are_not_altered() -> None:
    cases = make_cases({}, {})
    before = cases.copy(deep=True)
    build(cases)
    pd.testing.assert_frame_equal(cases, before)


def test_a_missing_team_is_a_stratum_of_its_own() -> None:
    frame = build(make_cases({"team": "Not recorded"}, {}))
    assert sorted(frame.cases["row"]) == ["North", "Not recorded"]


def test_a_missing_value_of_any_column_is_a_stratum_of_its_own() -> None:
    cases = make_cases({}, {}).assign(hub=["West", None])
    frame = build(cases, rows=("hub",))
    assert sorted(frame.cases["row"]) == ["Not recorded", "West"]
    assert frame.size == 2


@pytest.mark.parametrize(
    "team", ["O'Brien & Søn", 'A "quoted", team', "日本 / チーム", "=1+1", "nan"]
)
def test_odd_row_labels_survive(team: str) -> None:
    frame = build(make_cases({"team": team}, {}))
    assert team in set(frame.cases["row"])
    again = frame_from_snapshot(frame_snapshot(frame.cases))
    assert team in set(again["row"])


# exclusions -------------------------------------------------------------------------------

RULES = [
    ({"is_open": False, "status": "Closed"}, ANYBODY, "closed"),
    (
        {"status": "Early help"},
        Eligibility(statuses=("Looked after", "Child in need plan"), not_audited_within_months=0),
        "status not in scope",
    ),
    (
        {"service": "Other"},
        Eligibility(services=("Safeguarding",), not_audited_within_months=0),
        "service not in scope",
    ),
    (
        {"team": "South"},
        Eligibility(teams=("North",), not_audited_within_months=0),
        "team not in scope",
    ),
    ({"age_years": 3}, Eligibility(age_from=4, not_audited_within_months=0), "age not in scope"),
    ({"age_years": 18}, Eligibility(age_to=17, not_audited_within_months=0), "age not in scope"),
    ({"age_years": -1}, Eligibility(age_from=0, not_audited_within_months=0), "age not in scope"),
    ({"age_years": None}, Eligibility(age_to=17, not_audited_within_months=0), "age not recorded"),
    (
        {"weeks_open": 11},
        Eligibility(open_at_least_weeks=12, not_audited_within_months=0),
        "open less than 12 weeks",
    ),
]


@pytest.mark.parametrize(("child", "rule", "reason"), RULES, ids=lambda value: str(value)[:40])
def test_each_reason_of_exclusion(child: dict, rule: Eligibility, reason: str) -> None:
    cases = make_cases({}, child, {})
    frame = build(cases, rule)
    assert reasons(frame) == {"4000002": reason}
    assert frame.exclusions["returns"].isna().all()
    check_funnel(frame)


@pytest.mark.parametrize("age", [4, 17])
def test_both_ends_of_an_age_range_are_in_scope(age: int) -> None:
    rule = Eligibility(age_from=4, age_to=17, not_audited_within_months=0)
    assert build(make_cases({"age_years": age}), rule).size == 1


def test_an_unborn_child_is_in_scope_without_a_lower_age() -> None:
    rule = Eligibility(age_to=17, not_audited_within_months=0)
    assert build(make_cases({"age_years": -1, "age_band": "Unborn"}), rule).size == 1


def test_without_an_age_rule_a_missing_age_excludes_nobody() -> None:
    assert build(make_cases({"age_years": None, "weeks_open": None})).size == 1


@pytest.mark.parametrize("weeks", [12, None])
def test_exactly_the_weeks_asked_for_are_enough_and_so_are_unknown_ones(weeks: int | None) -> None:
    rule = Eligibility(open_at_least_weeks=12, not_audited_within_months=0)
    assert build(make_cases({"weeks_open": weeks}), rule).size == 1


@pytest.mark.parametrize(
    ("closed", "months", "in_frame"),
    [
        ("2026-05-01", 6, True),
        ("2026-04-30", 6, False),  # six months before 31 October is 30 April: the window is over
        ("2026-10-31", 1, True),
        ("2026-09-30", 1, False),
        (None, 6, False),
    ],
)
def test_cases_closed_lately_count_when_asked_for(
    closed: str | None, months: int, in_frame: bool
) -> None:
    child = {"is_open": False, "status": "Closed", "open_to": pd.Timestamp(closed or "NaT")}
    rule = Eligibility(closed_within_months=months, not_audited_within_months=0)
    frame = build(make_cases(child, {}), rule)
    assert frame.size == 1 + in_frame
    if not in_frame:
        assert set(reasons(frame).values()) == {f"closed more than {months} months ago"}


def test_a_case_keeps_its_first_reason_and_is_counted_once() -> None:
    child = {"is_open": False, "status": "Closed", "team": "South", "age_years": 40}
    rule = Eligibility(teams=("North",), age_to=17)
    audits = pd.DataFrame({"child_id": ["4000001"], "date": [pd.Timestamp(2026, 9, 1)]})
    restricted = pd.DataFrame({"child_id": ["4000001"], "reason": ["known to the panel"]})
    frame = build(make_cases(child, {}), rule, past_audits=audits, restricted=restricted)
    assert reasons(frame) == {"4000001": "closed"}
    assert frame.exclusions["returns"].isna().all()
    check_funnel(frame)


def test_nobody_left_is_a_frame_of_none() -> None:
    frame = build(make_cases({"is_open": False, "status": "Closed"}), pool_below=3)
    assert frame.size == 0
    check_table(frame.cases, FRAME)
    check_funnel(frame)


def test_a_case_that_no_auditor_may_audit() -> None:
    frame = build(make_cases({}, {}), without_auditor={ref("4000001")})
    assert reasons(frame) == {"4000001": "no eligible auditor"}
    check_funnel(frame)


@pytest.mark.parametrize("by", ["child_id", "case_ref"])
def test_a_restricted_case_is_never_drawn(by: str) -> None:
    named = {"child_id": "4000002", "case_ref": ref("4000002")}[by]
    restricted = pd.DataFrame({by: [named, "unknown"], "reason": ["why", "why"]})
    frame = build(make_cases({}, {}), restricted=restricted)
    assert reasons(frame) == {"4000002": "restricted record"}
    assert build(make_cases({}, {}), restricted=restricted.iloc[:0]).size == 2


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_funnel_adds_up(data: st.DataObject) -> None:
    child = st.fixed_dictionaries(
        {
            "status": st.sampled_from(["Looked after", "Child in need plan", "Closed"]),
            "team": st.sampled_from(["North", "South", "Not recorded"]),
            "age_years": st.one_of(st.none(), st.integers(-1, 20)),
            "weeks_open": st.one_of(st.none(), st.integers(0, 60)),
            "is_open": st.booleans(),
            "open_to": st.sampled_from([pd.NaT, pd.Timestamp(2026, 8, 1)]),
        }
    )
    cases = make_cases(*data.draw(st.lists(child, min_size=1, max_size=8)))
    rule = Eligibility(
        statuses=data.draw(st.sampled_from([(), ("Looked after",)])),
        age_from=data.draw(st.sampled_from([None, 0, 5])),
        open_at_least_weeks=data.draw(st.sampled_from([0, 12])),
        closed_within_months=data.draw(st.sampled_from([0, 6])),
    )
    audited = data.draw(st.lists(st.sampled_from(cases["child_id"].tolist()), max_size=3))
    audits = pd.DataFrame(
        {"child_id": audited, "date": pd.to_datetime(["2026-03-03"] * len(audited))}
    )
    frame = build(cases, rule, past_audits=audits)
    check_funnel(frame)
    assert not set(map(ref, audited)) & set(frame.cases["case_ref"])


# audited before ---------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["child_id", "case_ref"])
@pytest.mark.parametrize(
    ("audited", "as_at", "months", "returns", "in_frame"),
    [
        ("2025-10-31", date(2026, 10, 31), 12, "2026-10-31", True),  # to the day
        ("2025-11-01", date(2026, 10, 31), 12, "2026-11-01", False),
        ("2024-02-29", date(2025, 2, 28), 12, "2025-02-28", True),  # leap day
        ("2024-02-29", date(2025, 2, 27), 12, "2025-02-28", False),
        ("2026-08-31", date(2026, 9, 30), 1, "2026-09-30", True),  # a month has no 31st
        ("2026-08-31", date(2027, 2, 28), 6, "2027-02-28", True),
        ("2026-08-31", date(2027, 2, 27), 6, "2027-02-28", False),
        ("2026-10-31", date(2026, 10, 31), 1, "2026-11-30", False),  # the same day
        ("2026-12-01", date(2026, 10, 31), 1, "2027-01-01", False),  # after the extract
    ],
)
def test_audited_within_so_many_months(
    by: str, audited: str, as_at: date, months: int, returns: str, in_frame: bool
) -> None:
    named = {"child_id": "4000001", "case_ref": ref("4000001")}[by]
    audits = pd.DataFrame({by: [named], "date": [pd.Timestamp(audited)]})
    rule = Eligibility(not_audited_within_months=months)
    frame = build(make_cases({}, {}), rule, as_at=as_at, past_audits=audits)
    assert frame.size == 1 + in_frame
    if not in_frame:
        assert reasons(frame) == {"4000001": f"audited or drawn in the last {months} months"}
        assert frame.exclusions["returns"].tolist() == [pd.Timestamp(returns)]
        assert frame.exclusions["row"].tolist() == ["North"]


def test_the_latest_audit_counts_by_number_or_by_reference() -> None:
    audits = pd.DataFrame(
        {
            "child_id": ["4000001", "4000001", None],
            "case_ref": [None, None, ref("4000001")],
            "date": pd.to_datetime(["2020-01-01", "2025-12-24", "2024-01-01"]),
        }
    )
    frame = build(make_cases({}), Eligibility(), past_audits=audits)
    assert frame.exclusions["returns"].tolist() == [pd.Timestamp(2026, 12, 24)]
    again = build(make_cases({}), Eligibility(), past_audits=audits.iloc[::-1])
    assert again.exclusions["returns"].tolist() == [pd.Timestamp(2026, 12, 24)]


def test_the_window_can_be_switched_off() -> None:
    audits = pd.DataFrame({"child_id": ["4000001"], "date": [pd.Timestamp(2026, 10, 1)]})
    assert build(make_cases({}), ANYBODY, past_audits=audits).size == 1
    assert build(make_cases({}), Eligibility(), past_audits=audits.iloc[:0]).size == 1


KIN = pd.DataFrame({"child_id": ["4000001", "4000002", "4009999"], "family_id": ["F1", "F1", "F1"]})


@pytest.mark.parametrize("siblings_too", [False, True])
def test_siblings_of_an_audited_child(siblings_too: bool) -> None:
    audits = pd.DataFrame({"child_id": ["4000001"], "date": [pd.Timestamp(2026, 9, 1)]})
    rule = Eligibility(siblings_too=siblings_too)
    frame = build(make_cases({}, {}, {}), rule, families=KIN, past_audits=audits)
    expected = {"4000001", "4000002"} if siblings_too else {"4000001"}
    assert set(reasons(frame)) == expected
    check_funnel(frame)


@pytest.mark.parametrize("by", ["child_id", "case_ref"])
def test_siblings_of_an_audited_child_who_has_left_the_extract(by: str) -> None:
    named = {"child_id": "4009999", "case_ref": ref("4009999")}[by]
    audits = pd.DataFrame({by: [named], "date": [pd.Timestamp(2026, 9, 1)]})
    rule = Eligibility(siblings_too=True)
    frame = build(make_cases({}, {}, {}), rule, families=KIN, past_audits=audits)
    assert set(reasons(frame)) == {"4000001", "4000002"}
    assert len(frame.link) == 3
    assert build(make_cases({}, {}, {}), rule, past_audits=audits).size == 3


# families ---------------------------------------------------------------------------------


def test_siblings_share_a_family_and_others_stand_alone() -> None:
    frame = build(make_cases({}, {}, {}), families=KIN)
    family = frame.cases.set_index("case_ref")["family_ref"]
    assert family[ref("4000001")] == family[ref("4000002")] == ref("family F1")
    assert family[ref("4000003")] == ref("4000003")


def test_without_families_every_child_stands_alone() -> None:
    frame = build(make_cases({}, {}))
    assert frame.cases["family_ref"].tolist() == frame.cases["case_ref"].tolist()


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_an_unknown_family_is_none(blank: str | None) -> None:
    families = pd.DataFrame({"child_id": ["4000001", "4000002"], "family_id": [blank, blank]})
    frame = build(make_cases({}, {}), families=families.astype("str" if blank else object))
    assert frame.cases["family_ref"].tolist() == frame.cases["case_ref"].tolist()


def test_a_family_written_twice_is_one() -> None:
    frame = build(make_cases({}, {}), families=pd.concat([KIN, KIN.iloc[::-1]]))
    assert frame.cases["family_ref"].nunique() == 1


def test_a_child_in_two_families_is_refused() -> None:
    torn = pd.concat([KIN, pd.DataFrame({"child_id": ["4000001"], "family_id": ["F2"]})])
    with pytest.raises(FrameError, match="puts 1 children into more than one family"):
        build(make_cases({}, {}), families=torn)


# strata -----------------------------------------------------------------------------------


def test_pooled_rows_are_pooled_among_the_excluded_too() -> None:
    cases = make_cases({}, {}, {}, {"team": "Tiny"}, {"team": "Tiny"}, {"team": "Gone"})
    audits = pd.DataFrame(
        {"child_id": ["4000001", "4000005", "4000006"], "date": pd.Timestamp(2026, 9, 1)}
    )
    frame = build(cases, Eligibility(), past_audits=audits, pool_below=2)
    assert set(frame.cases["row"]) == {"North", "Smaller ones together"}
    assert sorted(frame.exclusions["row"]) == ["North"] + ["Smaller ones together"] * 2
    plain = build(cases, Eligibility(), past_audits=audits)
    assert sorted(plain.exclusions["row"]) == ["Gone", "North", "Tiny"]


# fingerprint and snapshot -----------------------------------------------------------------


def test_the_fingerprint_does_not_depend_on_order_or_on_other_columns() -> None:
    cases = make_cases({}, {"team": "South"}, {}, {"status": "Looked after"})
    known = build(cases)
    for turn in range(4):
        shuffled = build(cases.sample(frac=1, random_state=turn))
        assert shuffled.fingerprint == known.fingerprint
        pd.testing.assert_frame_equal(shuffled.cases, known.cases)
    assert build(cases.assign(worker="Another")).fingerprint == known.fingerprint
    for dtype in ("object", "category", "string"):
        assert frame_fingerprint(known.cases.astype(dtype)) == known.fingerprint


def test_the_fingerprint_follows_everything_that_matters() -> None:
    children = [{}, {"team": "South"}, {}]
    cases = make_cases(*children)
    known = build(cases, families=KIN).fingerprint
    changed = [
        build(cases).fingerprint,
        build(make_cases(*children, {}), families=KIN).fingerprint,
        build(make_cases(*children[:2]), families=KIN).fingerprint,
        build(make_cases({}, {}, {"team": "South"}), families=KIN).fingerprint,
        build(make_cases({"status": "Looked after"}, *children[1:]), families=KIN).fingerprint,
        build(cases, families=KIN, key=b"another key of sixteen bytes").fingerprint,
        build(cases, families=KIN, columns=()).fingerprint,
        build(cases, families=KIN, rows=("status",), columns=("team",)).fingerprint,
    ]
    assert len({known, *changed}) == 1 + len(changed)


def test_a_snapshot_is_the_canonical_text() -> None:
    table = pd.DataFrame(
        [["b", "N / CP", "N", "CP", "b"], ["a", "S / CP", "S", "CP", "f"]], columns=FRAME.names
    )
    header = "qa_sampling/frame/v1\x1fcase_ref,stratum,row,column,family_ref\x1f2\n"
    lines = "a\x1fS / CP\x1fS\x1fCP\x1ff\nb\x1fN / CP\x1fN\x1fCP\x1fb\n"
    assert frame_snapshot(table) == header + lines
    # coreutils: printf '…' | sha256sum
    golden = "078bd776774a1f64a00ee5ad16dce2ced80951d731e342df3cb4e70bdd52dc4d"
    assert frame_fingerprint(table) == golden


def test_a_snapshot_gives_the_frame_back() -> None:
    frame = build(make_cases({}, {"team": "a,b\tc"}, {"status": "Looked after"}), families=KIN)
    again = frame_from_snapshot(frame_snapshot(frame.cases))
    pd.testing.assert_frame_equal(again, frame.cases[FRAME.names])
    assert frame_fingerprint(again) == frame.fingerprint


def test_a_snapshot_of_an_empty_frame() -> None:
    again = frame_from_snapshot(frame_snapshot(build(make_cases({})).cases.iloc[:0]))
    assert again.empty
    assert list(again.columns) == FRAME.names


@pytest.mark.parametrize("text", ["", "\n", "qa_sampling/frame/v2\x1fcase_ref\x1f0\n", "[1, 2]"])
def test_a_snapshot_of_another_version_is_refused(text: str) -> None:
    with pytest.raises(FrameError, match="not of version 'qa_sampling/frame/v1'"):
        frame_from_snapshot(text)


def test_a_snapshot_cut_short_is_refused() -> None:
    whole = frame_snapshot(build(make_cases({}, {}, {})).cases)
    lines = whole.splitlines(keepends=True)
    for cut in ("".join(lines[:-1]), whole[:-3], whole[:-1], whole + lines[-1]):
        with pytest.raises(FrameError, match="The recorded frame is not whole: 3 cases"):
            frame_from_snapshot(cut)


# refusals ---------------------------------------------------------------------------------

REFUSALS = [
    (Eligibility(statuses=("Lost",)), {}, "Status 'Lost' is unknown; choose from Looked after"),
    (Eligibility(teams=("West",)), {}, r"No case has the team 'West'\. Known: North\."),
    (Eligibility(services=("Other",)), {}, "No case has the service 'Other'. Known: Safeguarding"),
    (ANYBODY, {"rows": ("tame",)}, "by tame, but the cases have no such column"),
    (ANYBODY, {"columns": ("team",)}, "`team` cannot form both margins"),
]


@pytest.mark.parametrize(("rule", "changed", "message"), REFUSALS)
def test_what_cannot_be_framed_is_refused(rule: Eligibility, changed: dict, message: str) -> None:
    with pytest.raises(FrameError, match=message):
        build(make_cases({}), rule, **changed)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        build(make_cases({}), key=b"short")


def test_a_table_that_is_not_as_declared_is_refused() -> None:
    with pytest.raises(SchemaError, match="column `team` is missing"):
        build(make_cases({}).drop(columns="team"))
    with pytest.raises(SchemaError, match="1 rows repeat the key"):
        build(make_cases({"child_id": "1"}, {"child_id": "1"}))


def test_two_numbers_that_differ_in_white_space_only_are_refused() -> None:
    with pytest.raises(SchemaError, match=r"1 rows repeat the key \(case_ref\)"):
        build(make_cases({"child_id": "1"}, {"child_id": "1 "}))


def test_no_message_holds_a_childs_number() -> None:
    torn = pd.DataFrame({"child_id": ["4000001"] * 2, "family_id": ["F1", "F2"]})
    with pytest.raises(FrameError) as refused:
        build(make_cases({}), families=torn)
    assert "4000001" not in str(refused.value)
