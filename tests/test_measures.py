"""Measures counted from events: against plain loops, hand-worked cases and planted truths."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_twins import TWINS, counted, moved
from measured_authority import small_authority

from qa_sampling.errors import SchemaError, TrendError
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.published_measures import MEASURES as PUBLISHED
from qa_sampling.records.synthetic import invent
from qa_sampling.schema import EVENT_KINDS, EVENTS
from qa_sampling.trends.duration_measures import DURATIONS
from qa_sampling.trends.measure_bases import Base
from qa_sampling.trends.measure_cases import KnownEvents
from qa_sampling.trends.measures import MEASURES, measure_of
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.readings import KINDS

AS_AT = date(2026, 10, 31)
COUNTS = ["numerator", "denominator", "children", "families", "pending", "unknown"]
ANSWERED = list(TWINS)
NOT_INVENTED = ("care_left_adopted", "adoption_decisions", "adoptions", "adoption_reversals")
"""Too rare for so small an authority; held to worked cases below."""
ELSEWHERE = [one.name for one in MEASURES.values() if one.base.of == "measure_events"]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return small_authority()


@pytest.fixture(scope="module")
def events(authority: Authority) -> pd.DataFrame:
    return authority.events.merge(authority.families, on="child_id", how="left")


def made(*rows: tuple, **more: list) -> pd.DataFrame:
    """Events of (child, event, date, end date, outcome, previous plans, category)."""
    names = ("child_id", "event", "date", "end_date", "outcome", "previous_recorded", "category")
    filled = [dict(zip(names, row, strict=False)) for row in rows]
    table = pd.DataFrame(filled, columns=list(names)).assign(**more)
    for name in EVENTS.names:
        if name not in table:
            table[name] = "North" if name in ("team", "worker") else None
    for name in ("date", "end_date"):
        table[name] = pd.to_datetime(table[name])
    whole = {"previous_recorded": "Int64", "list": "Int64"}
    return table.astype(EVENTS.empty().dtypes.to_dict() | whole)


def same_as_twin(events: pd.DataFrame, name: str, as_at: date, first: date) -> None:
    table = readings_of(events, name, as_at=as_at, unit="team", since=first)
    shown = table[COUNTS].astype("float64").fillna(-1).astype("int64")
    keys = zip(table["start"].dt.date, table["unit"], strict=True)
    fast = dict(zip(keys, map(tuple, shown.to_numpy().tolist()), strict=True))
    slow = counted(events, name, as_at, "team")
    if MEASURES[name].rule is None:
        slow = {key: (row[0], -1, *row[2:]) for key, row in slow.items()}
    first = moved(first, MEASURES[name].look_back)
    whole = {key: row for key, row in slow.items() if key[0] >= first}
    nothing = (0, -1 if MEASURES[name].rule is None else 0, 0, 0, 0, 0)
    assert {key: row for key, row in fast.items() if key[0] >= first and row != nothing} == whole
    assert all(set(row) == {-1} for key, row in fast.items() if key[0] < first)


@pytest.mark.parametrize("name", ANSWERED)
def test_invented_events_count_as_in_plain_loops(events: pd.DataFrame, name: str) -> None:
    same_as_twin(events, name, AS_AT, date(2022, 11, 1))  # as if all before were known
    some = int(readings_of(events, name, as_at=AS_AT)["numerator"].sum()) > 0
    assert some != (name in NOT_INVENTED)


FEW = st.tuples(
    st.sampled_from(["a", "b"]),
    st.sampled_from(EVENT_KINDS),
    st.dates(date(2024, 1, 1), date(2026, 4, 1)),
    st.one_of(st.none(), st.integers(-2, 800)),
    st.sampled_from(["No further action", "Plan made", "RC9", "Conference unnecessary", None])
    | st.sampled_from(["RC8", "E11", "E45", "E4A", "Adopted", "Decision reversed"]),
    st.sampled_from([0, 1, None]),
    st.sampled_from(["V3", "N1", "Neglect", None]),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(FEW, min_size=1, max_size=24), st.sampled_from(ANSWERED))
def test_any_events_count_as_in_plain_loops(rows: list[tuple], name: str) -> None:
    ended = [
        (*row[:3], None if row[3] is None else row[2] + pd.Timedelta(days=row[3]), *row[4:])
        for row in rows
    ]
    family = ["one" if row[0] == "a" else None for row in rows]
    same_as_twin(made(*ended, family_id=family), name, date(2026, 2, 11), date(2023, 1, 1))


def one_month(table: pd.DataFrame, month: str) -> pd.Series:
    return table.set_index("start").loc[pd.Timestamp(month)]


def test_a_re_referral_reaches_back_twelve_calendar_months() -> None:
    rows = [
        ("a", "Referral", "2024-03-15", None, "No further action"),
        ("a", "Referral", "2025-03-15"),  # exactly 12 months after one without further action
        ("b", "Referral", "2024-03-14"),
        ("b", "Referral", "2025-03-15"),  # a day too late
        ("c", "Referral", "2025-03-03"),
        ("c", "Referral", "2025-03-03"),  # the same day: one referral
        ("d", "Referral", "2025-03-01"),
        ("d", "Referral", "2025-03-20"),  # initial, then re-referral, in one month
        ("d", "Referral", "2025-03-21"),  # each repeat counts
    ]
    known = {"as_at": AS_AT, "since": date(2024, 3, 1)}
    by_referral = one_month(readings_of(made(*rows), "re_referrals", **known), "2025-03-01")
    assert by_referral[["numerator", "denominator", "children"]].tolist() == [3, 6, 2]
    assert by_referral["value"] == 0.5
    by_child = readings_of(made(*rows), "re_referred_children", **known)
    assert one_month(by_child, "2025-03-01")[["numerator", "denominator"]].tolist() == [2, 4]
    ahead = readings_of(made(*rows), "referrals_followed", **known)
    shown = ["numerator", "denominator", "mature"]
    assert one_month(ahead, "2025-03-01")[shown].tolist() == [2, 6, True]
    assert one_month(ahead, "2024-03-01")[shown].tolist() == [1, 2, True]
    leap = made(("a", "Referral", "2023-02-28"), ("a", "Referral", "2024-02-29"))
    counted_back = readings_of(leap, "re_referrals", as_at=AS_AT, since=date(2023, 2, 1))
    assert one_month(counted_back, "2024-02-01")["numerator"] == 1


def test_children_leave_care_and_are_adopted_in_the_month_of_the_order() -> None:
    care, decision = "Care episode", "Adoption decision"
    rows = [
        ("a", care, "2023-01-02", "2025-03-03", "E11"),
        ("b", care, "2023-01-02", "2025-03-04", "E12"),
        ("c", care, "2023-01-02", "2025-03-05", "E45"),
        ("d", care, "2023-01-02", "2025-03-06", None),  # why is not recorded: counts below
        ("e", care, "2023-01-02", "2025-03-07", "E11", None, "V3"),  # a short break is no care
        ("f", care, "2023-01-02", None, "E11"),  # not ended
        ("a", decision, "2024-03-01", "2025-03-03", "Adopted"),
        ("g", decision, "2025-03-01", "2025-03-20", "Decision reversed"),
        ("h", decision, "2025-03-31", None, "Not recorded"),
    ]
    known = {"as_at": AS_AT, "since": date(2024, 1, 1)}
    table = made(*rows)

    def of(name: str) -> list[int]:
        read = one_month(readings_of(table, name, **known), "2025-03-01")
        return read[["numerator", "denominator"]].fillna(-1).tolist()

    assert of("care_left_adopted") == [2, 4]
    assert of("care_left_guardian") == [1, 4]
    assert of("adoption_decisions") == [2, -1]
    assert of("adoptions") == [1, -1]
    assert of("adoption_reversals") == [1, -1]


def test_what_leads_to_what_counts_the_day_itself() -> None:
    rows = [
        ("a", "Contact", "2025-01-31"),
        ("a", "Referral", "2025-02-28"),  # the last day of a calendar month after
        ("b", "Contact", "2025-01-31"),
        ("b", "Referral", "2025-03-01"),  # a day more
        ("c", "Contact", "2025-01-10"),
        ("c", "Referral", "2025-01-10"),  # that day
        ("d", "Contact", "2025-01-10"),
        ("d", "Referral", "2025-01-09"),  # before: it did not lead to it
        ("d", "Contact", "2024-01-10"),  # exactly 12 months before the other
        ("c", "Contact", "2024-01-09"),  # a day more
    ]
    known = {"as_at": AS_AT, "since": date(2023, 1, 1)}
    led = one_month(readings_of(made(*rows), "contacts_to_referral", **known), "2025-01-01")
    assert led[["numerator", "denominator"]].tolist() == [2, 4]
    again = one_month(readings_of(made(*rows), "repeat_contacts", **known), "2025-01-01")
    assert again[["numerator", "denominator"]].tolist() == [1, 4]


def test_clocks_stop_on_the_last_working_day() -> None:
    rows = [
        ("a", "Referral", "2024-01-01"),
        ("a", "Assessment", "2024-06-03", "2024-08-05"),  # 45 working days
        ("b", "Assessment", "2024-06-03", "2024-08-06"),  # 46
        ("c", "Assessment", "2024-06-03", None),  # open: not counted
        ("d", "Assessment", "2024-08-06", "2024-08-05"),  # ended first: not known
        ("a", "Section 47 enquiry", "2024-12-12"),
        ("a", "Initial child protection conference", "2025-01-07"),  # 15, over Christmas
        ("b", "Section 47 enquiry", "2024-12-12"),
        ("b", "Initial child protection conference", "2025-01-08"),  # 16
        ("c", "Initial child protection conference", "2025-01-08"),  # moved in
        ("e", "Child protection plan", "2023-01-01", "2024-12-29"),  # 729 days
        ("f", "Child protection plan", "2023-01-01", "2024-12-30"),  # 730
    ]
    events = made(*rows)
    shown = ["numerator", "denominator", "unknown"]
    in_time = readings_of(events, "assessments_45_days", as_at=AS_AT)
    assert one_month(in_time, "2024-08-01")[shown].tolist() == [1, 2, 1]
    since_referral = made(
        ("a", "Referral", "2024-05-31"),
        ("a", "Assessment", "2024-06-14", "2024-08-02"),  # 45 working days from the referral
        ("b", "Referral", "2024-05-31"),
        ("b", "Assessment", "2024-06-14", "2024-08-05"),  # 46
        ("b", "Referral", "2024-06-20"),  # after the start: another
        ("c", "Referral", "2024-05-13"),
        ("c", "Assessment", "2024-06-14", "2024-08-02"),  # a referral too far back to be its own
    )
    known = {"as_at": AS_AT, "since": date(2024, 1, 1)}
    from_referral = readings_of(since_referral, "assessments_45_days_of_referral", **known)
    assert one_month(from_referral, "2024-08-01")[shown].tolist() == [1, 2, 1]
    conferences = readings_of(events, "icpc_15_days", as_at=AS_AT)
    assert one_month(conferences, "2025-01-01")[shown].tolist() == [1, 2, 1]
    long = readings_of(events, "plans_two_years", as_at=AS_AT)
    assert one_month(long, "2024-12-01")[shown].tolist() == [1, 2, 0]


def test_what_follows_counts_on_the_first_and_the_last_day() -> None:
    s47, icpc, plan = EVENT_KINDS[4], EVENT_KINDS[5], "Child protection plan"
    rows = [
        ("z", "Referral", "2023-01-01"),
        ("a", s47, "2024-03-04"),
        ("a", icpc, "2024-03-04"),  # the same day: led to it, in no working day
        ("b", s47, "2024-03-04"),
        ("b", icpc, "2024-06-04"),  # 3 calendar months
        ("c", s47, "2024-03-04"),
        ("c", icpc, "2024-06-05"),  # a day more
        ("a", plan, "2023-02-01", "2023-06-30"),
        ("a", plan, "2024-06-30"),  # 12 calendar months
        ("b", plan, "2023-02-01", "2023-06-29"),
        ("b", plan, "2024-06-30"),  # a day more
        ("c", plan, "2023-02-01", "2023-06-28"),
        ("c", plan, "2023-06-28"),  # the day it ended
        ("d", plan, "2023-06-28", "2023-06-28"),  # its own start is no other plan
    ]
    events, shown = made(*rows), ["numerator", "denominator"]
    led = readings_of(events, "s47_to_icpc", as_at=AS_AT)
    assert one_month(led, "2024-03-01")[shown].tolist() == [2, 3]
    in_time = readings_of(events, "icpc_15_days", as_at=AS_AT)
    assert one_month(in_time, "2024-03-01")[shown].tolist() == [1, 1]
    again = readings_of(events, "re_plans_12_months", as_at=AS_AT)
    assert one_month(again, "2023-06-01")[shown].tolist() == [2, 4]
    later = readings_of(events, "re_plans_24_months", as_at=AS_AT)
    assert one_month(later, "2023-06-01")[shown].tolist() == [3, 4]


def test_what_may_still_happen_is_pending_and_keeps_a_month_open() -> None:
    rows = [
        ("a", "Referral", "2026-01-01"),
        ("a", "Section 47 enquiry", "2026-08-03", None, "Conference needed"),
        ("b", "Section 47 enquiry", "2026-08-04", None, "Conference unnecessary"),
        ("c", "Section 47 enquiry", "2026-08-05", None, "Conference needed"),
        ("c", "Section 47 enquiry", "2026-08-10", None, "Conference needed"),
        ("c", "Initial child protection conference", "2026-08-20"),
        ("d", "Section 47 enquiry", "2026-07-30"),
    ]
    table = readings_of(made(*rows), "s47_to_icpc", as_at=AS_AT)
    august, july = one_month(table, "2026-08-01"), one_month(table, "2026-07-01")
    assert august[["numerator", "denominator", "pending"]].tolist() == [1, 4, 2]
    assert (august["mature"], august["note"]) == (False, "follow-up not over")
    assert (july["mature"], july["pending"], july["note"]) == (True, 0, "")
    assert one_month(table, "2026-10-01")["note"] == "follow-up not over"
    before = readings_of(made(*rows), "s47", as_at=date(2026, 8, 4))
    assert one_month(before, "2026-08-01")[["numerator", "note"]].tolist() == [
        2,
        "period not over",
    ]


def test_before_the_records_is_missing_and_nothing_is_zero() -> None:
    rows = [
        ("a", "Child protection plan", "2022-05-01", "2024-05-01"),
        ("a", "Contact", "2024-02-10"),
        ("a", "Contact", "2024-04-10"),
    ]
    events = made(*rows)
    table = readings_of(events, "contacts", as_at=date(2024, 5, 31))
    assert table["numerator"].fillna(-1).tolist() == [-1, 0, 1, 0]
    assert table["note"].tolist() == ["before the records", "", "", ""]
    assert table["families"].isna().all()
    given = readings_of(events, "contacts", as_at=date(2024, 5, 31), since=date(2024, 1, 1))
    assert given["numerator"].tolist() == [0, 1, 0, 1, 0]
    quarters = readings_of(
        events, "contacts", as_at=date(2024, 6, 30), since=date(2024, 1, 1), period="quarter"
    )
    assert quarters["numerator"].tolist() == [1, 1]
    assert quarters["mature"].all()
    ratio = readings_of(events, "re_referrals", as_at=date(2024, 5, 31))
    assert ratio["numerator"].isna().all()  # nobody knows who came in the year before
    assert ratio["note"].tolist() == ["before the records", *["too few months before it"] * 3]
    nobody = readings_of(events, "second_plans", as_at=date(2024, 5, 31), first=date(2024, 5, 1))
    assert nobody[["numerator", "denominator"]].to_numpy().tolist() == [[0, 0]]
    assert nobody["value"].isna().all()


def test_units_have_every_period_and_blanks_are_said() -> None:
    rows = [("a", "Contact", "2024-01-01"), ("b", "Contact", "2024-03-02")]
    events = made(*rows, source=["3A", None])
    table = readings_of(events, "contacts", as_at=date(2024, 3, 31), unit="source")
    assert table["unit"].tolist() == ["3A"] * 3 + ["Not recorded"] * 3
    assert table["numerator"].tolist() == [1, 0, 0, 0, 0, 1]


def test_families_are_counted_beside_children() -> None:
    rows = [(child, "Contact", "2024-01-01") for child in "abcd"]
    table = readings_of(
        made(*rows, family_id=["F1", "F1", "F1", None]), "contacts", as_at=date(2024, 1, 31)
    )
    assert table.loc[0, ["numerator", "children", "families"]].tolist() == [4, 4, 2]


@pytest.mark.parametrize(("seed", "scale"), [(11, 0.1), (2026, 1.0)])
def test_the_planted_spike_of_re_referrals_stands_out(seed: int, scale: float) -> None:
    authority = small_authority() if scale < 1 else invent(seed=seed, scale=scale)
    truth = authority.truths["re_referral_spike"]
    events = authority.events
    events = events.assign(cell=events["team"] + " | " + events["source"].astype("str"))
    table = readings_of(events, "re_referrals", as_at=AS_AT, unit="cell")
    mature = table[table["mature"]]
    months = mature.pivot(index="start", columns="unit", values="numerator").astype("float64")
    three = months.rolling(3).sum()
    excess = three - three.median()
    planted = (pd.Timestamp(max(truth["months"])), f"{truth['team']} | {truth['source']}")
    assert excess.stack().idxmax() == planted  # of all teams, sources and months


@pytest.mark.parametrize("name", ELSEWHERE)
def test_measures_of_other_records_say_what_they_need(events: pd.DataFrame, name: str) -> None:
    with pytest.raises(
        TrendError, match="cannot be counted from the extracts: it needs"
    ) as refusal:
        readings_of(events, name, as_at=AS_AT)
    assert MEASURES[name].needs in str(refusal.value)


def test_the_registry_is_sound() -> None:
    flows = [one.name for one in MEASURES.values() if isinstance(one.base, Base)]
    assert sorted(flows) == sorted([*TWINS, *(one.name for one in DURATIONS)])
    for name, one in MEASURES.items():
        assert name == one.name
        assert one.kind in KINDS
        assert one.definition.endswith(".")
        assert (one.needs == "") == (one.base.of != "measure_events")
        assert one.benchmark in {"", *PUBLISHED}
        assert (one.kind in ("count", "grade", "duration")) == (one.rule is None)
        assert (one.kind == "duration") == (one.length is not None)
        assert one.question.endswith("?")
        assert one.cluster in ("family", "young person") or one.base.of in ("activity", "audits")
        if getattr(one.base, "event", None):
            assert one.base.event in (EVENT_KINDS if one.base.of == "events" else MEASURES)
        if one.benchmark and one.better:
            assert PUBLISHED[one.benchmark].better in ("", one.better)
    assert len({one.title for one in MEASURES.values()}) == len(MEASURES)
    assert (measure_of("re_referrals").look_back, measure_of("re_plans_24_months").lag) == (12, 24)


def test_refusals_say_what_to_do(events: pd.DataFrame) -> None:
    with pytest.raises(TrendError, match=r"no measure 'rereferrals'\. Choose one of: contacts"):
        readings_of(events, "rereferrals", as_at=AS_AT)
    with pytest.raises(TrendError, match='must be "month" or "quarter"; got \'week\''):
        readings_of(events, "contacts", as_at=AS_AT, period="week")
    with pytest.raises(TrendError, match=r"no column 'service'\. Choose one of: event, date"):
        readings_of(events, "contacts", as_at=AS_AT, unit="service")
    with pytest.raises(TrendError, match=r"01 January 2027.* lies after `as_at`"):
        readings_of(events, "contacts", as_at=AS_AT, since=date(2027, 1, 1))
    with pytest.raises(TrendError, match="nothing says since when"):
        readings_of(events, "contacts", as_at=date(2020, 1, 1))
    with pytest.raises(SchemaError, match="column `outcome` is missing"):
        readings_of(events.drop(columns="outcome"), "contacts", as_at=AS_AT)


def test_events_checked_once_count_like_the_whole_table(events: pd.DataFrame) -> None:
    known = KnownEvents.of(pd.concat([events, events.iloc[:40]]), AS_AT)
    for name in ("re_referrals", "assessments_45_days", "starting_care"):
        whole = readings_of(events, name, as_at=AS_AT, unit="team")
        pd.testing.assert_frame_equal(readings_of(known, name, as_at=AS_AT, unit="team"), whole)


def test_events_known_on_another_day_are_refused(events: pd.DataFrame) -> None:
    known = KnownEvents.of(events, date(2026, 9, 30))
    with pytest.raises(TrendError, match="known on 2026-09-30; those of 2026-10-31 were asked"):
        readings_of(known, "re_referrals", as_at=AS_AT)
    with pytest.raises(SchemaError):
        KnownEvents.of(events.drop(columns="team"), AS_AT)
