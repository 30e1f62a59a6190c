"""Where a month's audits stand, against hand-worked cases and a naive twin."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import SchemaError
from qa_sampling.sampling.progress import GRANTED, OWED, STATES, progress

DAY = pd.Timestamp("2026-11-30")


def owed(*rows: dict) -> pd.DataFrame:
    plain = {
        "auditor_id": "S1",
        "team": "North",
        "service": "Care",
        "date_due": "2026-11-30",
        "date_completed": None,
        "not_auditable": False,
        "replaced": False,
    }
    table = pd.DataFrame([{"audit_id": f"A{n}"} | plain | row for n, row in enumerate(rows)])
    table = table.reindex(columns=OWED.names) if len(table) else OWED.empty()
    for name in ("date_due", "date_completed"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    return table


def granted(*rows: dict) -> pd.DataFrame:
    plain = {
        "audit_id": "A0",
        "kind": "exempted",
        "new_due": None,
        "reason": "long leave",
        "approved_by": "Head of service",
        "date": "2026-11-20",
    }
    table = pd.DataFrame([plain | row for row in rows]).reindex(columns=GRANTED.names)
    for name in ("new_due", "date"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    return table


@pytest.mark.parametrize(
    ("row", "state", "days"),
    [
        ({"date_completed": "2026-11-30"}, "on_time", 0),
        ({"date_due": "2026-11-20", "date_completed": "2026-11-23"}, "late", 3),
        ({"date_due": "2026-11-20"}, "overdue", 10),
        ({"date_due": "2026-11-30"}, "not_due", 0),
        ({"date_due": "2026-12-07"}, "not_due", 0),
        ({"date_due": "2026-11-20", "not_auditable": True}, "not_auditable", 0),
        ({"date_due": "2026-11-20", "replaced": True}, "replaced", 0),
        ({"date_due": "2026-11-20", "date_completed": "2026-12-01"}, "overdue", 10),
    ],
)
def test_states_worked_by_hand(row: dict, state: str, days: int) -> None:
    found = progress(owed(row), as_at=DAY).table.iloc[0]
    assert (found["state"], found["days_late"]) == (state, days)


def test_an_exemption_and_an_extension() -> None:
    late = {"date_due": "2026-11-20"}
    asked = owed(late, late, late | {"date_completed": "2026-11-25"}, late)
    given_out = granted(
        {},
        {"audit_id": "A1", "kind": "extended", "new_due": "2026-11-27"},
        {"audit_id": "A2", "kind": "extended", "new_due": "2026-11-27"},
        {"audit_id": "A3", "date": "2026-12-02"},
    )
    found = progress(asked, as_at=DAY, granted=given_out).table
    assert list(found["state"]) == ["exempted", "overdue", "on_time", "overdue"]
    assert list(found["days_late"]) == [0, 3, 0, 10]
    assert list(found["reason"]) == ["long leave"] * 3 + [""]


def test_the_last_that_was_granted_holds() -> None:
    rows = (
        {"kind": "extended", "new_due": "2026-12-04", "date": "2026-11-25"},
        {"kind": "exempted", "date": "2026-11-20"},
    )
    found = progress(owed({}), as_at="2026-12-10", granted=granted(*rows)).table.iloc[0]
    assert (found["state"], found["days_late"]) == ("overdue", 6)


def test_an_exempted_audit_that_came_back_counts_as_done() -> None:
    found = progress(owed({"date_completed": "2026-11-10"}), as_at=DAY, granted=granted({}))
    assert list(found.table["state"]) == ["on_time"]


def test_counts_and_shares_by_group() -> None:
    found = progress(
        owed(
            {"date_completed": "2026-11-10"},
            {"date_due": "2026-11-10", "date_completed": "2026-11-12"},
            {"date_due": "2026-11-10", "team": "South"},
            {"team": "South"},
            {"team": None, "not_auditable": True},
        ),
        as_at=DAY,
    )
    by = found.counts("team").set_index("team")
    assert list(by.index) == ["North", "Not recorded", "South"]
    assert by.loc["North", ["planned", "returned", "late"]].tolist() == [2, 2, 1]
    assert by.loc["South", ["overdue", "not_due", "share_returned"]].tolist() == [1, 1, 0]
    assert by.loc["North", "share_on_time"] == 0.5
    assert pd.isna(by.loc["Not recorded", "share_returned"])
    whole = found.counts().iloc[0]
    assert whole["planned"] == 5 and whole["asked"] == 4 and whole["outstanding"] == 2
    assert whole["share_on_time"] == pytest.approx(1 / 3)


def test_the_chase_list_has_the_longest_overdue_first() -> None:
    asked = owed(
        {"date_due": "2026-12-03"},
        {"date_due": "2026-11-20"},
        {"date_due": "2026-12-30"},
        {"date_due": "2026-11-01"},
        {"date_due": "2026-11-01", "date_completed": "2026-11-02"},
    )
    found = progress(asked, as_at=DAY)
    assert list(found.chase()["audit_id"]) == ["A3", "A1", "A0"]
    assert list(found.chase()["days_left"]) == [-29, -10, 3]
    assert list(found.chase(due_within_days=0)["audit_id"]) == ["A3", "A1"]


def test_nothing_was_asked_for() -> None:
    found = progress(OWED.empty(), as_at=DAY)
    assert found.counts().iloc[0]["planned"] == 0
    assert pd.isna(found.counts().iloc[0]["share_returned"])
    assert len(found.counts("team")) == 0 and len(found.chase()) == 0


def test_faults_are_told() -> None:
    with pytest.raises(SchemaError, match="1 extensions name no new day"):
        progress(owed({}), as_at=DAY, granted=granted({"kind": "extended"}))
    with pytest.raises(SchemaError, match="1 rows are of audits that nobody was asked for"):
        progress(owed({}), as_at=DAY, granted=granted({"audit_id": "A9"}))
    with pytest.raises(SchemaError, match="`by` names region"):
        progress(owed({}), as_at=DAY).counts("region")
    with pytest.raises(SchemaError, match="must be 0 or more; got -1"):
        progress(owed({}), as_at=DAY).chase(due_within_days=-1)
    with pytest.raises(SchemaError, match="column `team` is missing"):
        progress(owed({}).drop(columns="team"), as_at=DAY)


DAYS = st.dates(pd.Timestamp("2026-10-01").date(), pd.Timestamp("2026-12-31").date()).map(str)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "date_due": DAYS,
            "date_completed": st.none() | DAYS,
            "team": st.sampled_from(["North", "South", None]),
            "not_auditable": st.booleans(),
            "replaced": st.booleans(),
        }
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, exempt=st.sets(st.integers(0, 11)), order=st.randoms())
def test_twin_in_plain_words_and_order_does_not_matter(rows, exempt, order) -> None:
    asked = owed(*rows)
    given_out = granted(*({"audit_id": f"A{n}"} for n in sorted(exempt) if n < len(rows)))
    found = progress(asked, as_at=DAY, granted=given_out)
    states = []
    for n, row in enumerate(rows):
        back = row["date_completed"] is not None and row["date_completed"] <= "2026-11-30"
        if row["replaced"]:
            states.append("replaced")
        elif row["not_auditable"]:
            states.append("not_auditable")
        elif back:
            states.append("late" if row["date_completed"] > row["date_due"] else "on_time")
        elif n in exempt:
            states.append("exempted")
        else:
            states.append("overdue" if row["date_due"] < "2026-11-30" else "not_due")
    assert list(found.table["state"]) == states
    counted = found.counts("team")
    assert counted["planned"].sum() == len(rows)
    assert (counted[list(STATES)].sum(axis=1) == counted["planned"]).all()
    shuffled = list(range(len(rows)))
    order.shuffle(shuffled)
    again = progress(asked.iloc[shuffled], as_at=DAY, granted=given_out)
    pd.testing.assert_frame_equal(again.counts("team"), counted)
    pd.testing.assert_frame_equal(again.chase(), found.chase(), check_dtype=False)
