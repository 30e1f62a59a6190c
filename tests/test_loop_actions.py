"""What has become of actions: worked by hand, held to the rules, and how long it takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loop_samples import CLOSED, COMPLETED, DAY, OPEN, WITHDRAWN, actions, staff

from qa_sampling.errors import RegisterError, SchemaError
from qa_sampling.loop.actions import (
    action_counts,
    action_faults,
    known_at,
    overdue_list,
    same_person,
    status_of,
    unverified_list,
    with_owners,
)
from qa_sampling.loop.closing import closing_times
from qa_sampling.loop.said import said_and_done
from qa_sampling.records.action_rules import check_actions

FAULTS = {
    "owner verifies": (
        COMPLETED | {"verified_by": "S1", "verified_date": "2026-06-20"},
        "Action X1 is verified by its own owner. Somebody else must see",
    ),
    "verified before completed": (
        CLOSED | {"verified_date": "2026-06-01"},
        "is verified before it was completed. Put the two days in order",
    ),
    "completed before raised": (
        COMPLETED | {"raised": "2026-06-11"},
        "is completed before it was raised",
    ),
    "due before raised": (OPEN | {"raised": "2026-07-01"}, "is due before it was raised"),
    "verified, not completed": (
        CLOSED | {"completed": None},
        "is verified but not completed. Give the day it was done",
    ),
    "verified by nobody": (CLOSED | {"verified_by": None}, "is verified by nobody"),
    "verified on no day": (CLOSED | {"verified_date": None}, "is verified on no day"),
    "called closed": (
        COMPLETED | {"status": "Closed"},
        "is called Closed, but nobody other than its owner has verified it",
    ),
    "called open": (COMPLETED | {"status": "Open"}, "is called Open, but has a day"),
    "called completed": (OPEN | {"status": "Completed"}, "its dates say otherwise"),
    "withdrawn and verified": (CLOSED | {"status": "Withdrawn"}, "withdrawn and verified"),
}


class TestStatus:
    def test_closed_is_not_completed(self):
        own = COMPLETED | {"verified_by": " s1 ", "verified_date": "2026-06-20"}
        told = status_of(actions(OPEN, COMPLETED, CLOSED, WITHDRAWN, own))
        assert told.tolist() == ["Open", "Completed", "Closed", "Withdrawn", "Completed"]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("S1", "s1", True),
            ("Ada  Birch", " ada birch", True),
            ("", "", False),
            (None, None, False),
            ("S1", "S11", False),
        ],
    )
    def test_one_person_however_written(self, one, other, same):
        assert same_person(one, other) is same

    @pytest.mark.parametrize("name", FAULTS)
    def test_what_cannot_be_so_is_refused(self, name):
        row, message = FAULTS[name]
        with pytest.raises(RegisterError, match=message):
            check_actions(actions(row))

    def test_every_action_with_a_fault_is_named_and_no_text(self):
        row = COMPLETED | {"verified_by": "S1", "verified_date": "2026-06-20", "text": "Secret"}
        with pytest.raises(RegisterError, match=r"X1, X2, X3, X4, X5 and 2 more is ver") as error:
            check_actions(actions(*[row] * 7))
        assert "Secret" not in str(error.value)

    def test_a_status_of_no_list_is_refused(self):
        with pytest.raises(SchemaError, match="outside its codes"):
            check_actions(actions({"status": "done"}))

    def test_sound_actions_have_no_fault(self):
        rows = actions(OPEN, COMPLETED, CLOSED, WITHDRAWN, CLOSED | {"status": "Closed"})
        assert action_faults(rows) == []
        check_actions(rows)
        check_actions(rows.iloc[:0])


class TestKnown:
    def test_what_came_later_has_not_happened(self):
        rows = actions(CLOSED, CLOSED | {"raised": "2026-06-12", "completed": "2026-06-13"})
        told = known_at(rows, pd.Timestamp("2026-06-11"))
        assert told["action_id"].tolist() == ["X1"]
        assert told["status"].tolist() == ["Completed"]
        assert told["verified_by"].isna().all()
        assert known_at(rows, pd.Timestamp("2026-06-09"))["status"].tolist() == ["Open"]

    def test_raised_follows_from_the_audit_where_it_is_blank(self):
        rows = actions({"raised": None, "audit_id": "A7"}, OPEN)
        told = known_at(rows, DAY, raised={"A7": pd.Timestamp("2026-04-02")})
        assert told["raised"].dt.strftime("%m-%d").tolist() == ["04-02", "05-01"]

    def test_due_today_is_not_overdue(self):
        rows = actions({"due": "2026-10-31"}, {"due": "2026-10-30"}, COMPLETED)
        told = known_at(rows, DAY)
        assert told["overdue"].tolist() == [False, True, False]
        assert told["days_overdue"].fillna(-1).tolist() == [-1, 1, -1]

    def test_a_table_without_owners_is_refused(self):
        with pytest.raises(SchemaError, match="lacks owner"):
            known_at(actions(OPEN).drop(columns="owner"), DAY)

    def test_the_callers_table_is_left_alone(self):
        rows = actions(CLOSED, OPEN)
        before = rows.copy()
        known_at(rows, pd.Timestamp("2026-06-11"))
        pd.testing.assert_frame_equal(rows, before)


class TestCounts:
    def test_by_hand(self):
        rows = actions(
            OPEN,
            OPEN | {"due": "2026-12-01"},
            COMPLETED,
            CLOSED,
            CLOSED | {"owner": "S3"},
            WITHDRAWN,
        )
        held = with_owners(known_at(rows, DAY), staff())
        (all_,) = action_counts(held).table.to_dict("records")
        assert all_ == {
            "raised": 6,
            "open": 2,
            "overdue": 1,
            "completed": 1,
            "closed": 2,
            "withdrawn": 1,
            "done": 3,
            "verified_share": pytest.approx(2 / 3),
        }
        service = action_counts(held, by="service").table.set_index("service")
        assert service["raised"].to_dict() == {"Assessment": 5, "Children in Care": 1}
        assert service["verified_share"].tolist() == [0.5, 1.0]
        standard = action_counts(held, by="standard").table
        assert standard["standard"].tolist() == ["planning", "voice"], "in the standards' order"
        assert np.isnan(standard["verified_share"][0]), "nothing of it is done"
        statuses = action_counts(held, by="status").table
        assert statuses["status"].tolist() == ["Open", "Completed", "Closed", "Withdrawn"]

    def test_owners_nobody_knows_are_not_recorded(self):
        held = with_owners(known_at(actions({"owner": "S9"}), DAY), staff())
        assert held["owner_role"].tolist() == ["Not recorded"]
        assert with_owners(held, None)["team"].tolist() == ["Not recorded"]

    def test_none(self):
        held = with_owners(known_at(actions(), DAY), staff())
        assert action_counts(held).table["raised"].tolist() == [0]
        assert len(action_counts(held, by="team").table) == 0

    def test_by_anything_else_is_refused(self):
        with pytest.raises(SchemaError, match="'child'; choose from status, standard"):
            action_counts(known_at(actions(OPEN), DAY), by="child")

    def test_lists(self):
        rows = actions(OPEN, OPEN | {"due": "2026-05-30"}, COMPLETED, CLOSED)
        held = known_at(rows, DAY)
        assert overdue_list(held)["action_id"].tolist() == ["X2", "X1"]
        assert unverified_list(held)["action_id"].tolist() == ["X3"]


days = st.integers(0, 300)
row_ = st.fixed_dictionaries(
    {
        "completed": st.none() | days,
        "verified_date": st.none() | days,
        "verified_by": st.sampled_from([None, "S1", "S2", "s1 "]),
        "status": st.sampled_from([None, "Withdrawn"]),
        "owner": st.sampled_from(["S1", "S2"]),
    }
)


@settings(max_examples=30, deadline=None)
@given(st.lists(row_, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_whatever_is_recorded_closed_is_completed_and_order_does_not_matter(rows, chance):
    start = pd.Timestamp("2026-01-01")
    dated = [
        row
        | {
            name: None if row[name] is None else start + pd.Timedelta(days=row[name])
            for name in ("completed", "verified_date")
        }
        for row in rows
    ]
    frame = actions(*dated)
    held = known_at(frame, pd.Timestamp("2026-07-01"))
    closed = held["status"] == "Closed"
    assert held.loc[closed, "completed"].notna().all()
    assert not any(
        same_person(row.owner, row.verified_by) for row in held[closed].itertuples(index=False)
    )
    mixed = frame.sample(frac=1, random_state=chance.randint(0, 9999))
    pd.testing.assert_frame_equal(known_at(mixed, pd.Timestamp("2026-07-01")), held)
    counts = action_counts(held).table.iloc[0]
    parts = counts["open"] + counts["completed"] + counts["closed"] + counts["withdrawn"]
    assert parts == counts["raised"] == len(held)


def watched(days, there):
    """Actions raised on one day, closed after so many days or still open on the last."""
    raised = pd.Timestamp("2025-01-01")
    ends = [raised + pd.Timedelta(days=one) for one in days]
    rows = [
        {"raised": raised, "completed": end, "verified_by": "S2", "verified_date": end}
        if is_there
        else {"raised": raised}
        for end, is_there in zip(ends, there, strict=True)
    ]
    named = [{"action_id": f"Y{n:02d}", "due": "2027-01-01"} | row for n, row in enumerate(rows)]
    return known_at(actions(*named), DAY)


# R version 4.2.2, survival 3.5-3: f <- survfit(Surv(t, e) ~ 1, conf.type = "log-log");
# summary(f); quantile(f, 0.5). Data: Freireich et al. (1963), Blood 21, 699-716, 6-MP arm;
# `aml` of the package; ten made up, all there, with ties. Tolerance: half the last digit.
KNOWN = {
    "6-MP": (
        [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
        [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
        [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448],
        [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346],
        (23, 13, None),
    ),
    "aml, maintained": (
        [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161],
        [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0],
        [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184],
        [0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535],
        (31, 13, None),
    ),
    "aml, not maintained": (
        [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45],
        [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1],
        [0.8333, 0.6667, 0.5833, 0.4861, 0.3889, 0.2917, 0.1944, 0.0972, 0.0],
        [0.1076, 0.1361, 0.1423, 0.1481, 0.1470, 0.1387, 0.1219, 0.0919, None],
        (23, 5, 33),
    ),
    "ties": (
        [3, 5, 5, 8, 12, 12, 12, 20, 25, 30],
        [1] * 10,
        [0.9, 0.7, 0.6, 0.3, 0.2, 0.1, 0.0],
        [0.0949, 0.1449, 0.1549, 0.1449, 0.1265, 0.0949, None],
        (12, 3, 20),
    ),
}


class TestClosing:
    @pytest.mark.parametrize("name", KNOWN)
    def test_it_is_what_r_gives(self, name):
        days, there, shares, errors, ends = KNOWN[name]
        held = watched(days, there)
        open_ = ~np.array(there, dtype=bool)
        raised = DAY - pd.to_timedelta(np.array(days, dtype=float), unit="D")
        held["raised"] = held["raised"].mask(open_, raised).astype("datetime64[us]")
        found = closing_times(held, as_at=DAY)
        assert found.curve["share_waiting"].tolist() == pytest.approx(shares, abs=6e-4)
        seen = [(a, b) for a, b in zip(found.curve["standard_error"], errors, strict=True) if b]
        assert [a for a, _ in seen] == pytest.approx([b for _, b in seen], abs=6e-5)
        assert (found.median, found.low, found.high) == ends
        assert (found.n, found.reached, found.waiting) == (
            len(days),
            sum(there),
            len(days) - sum(there),
        )

    def test_without_open_ones_it_is_the_plain_share(self):
        found = closing_times(watched([10, 20, 30, 40], [1, 1, 1, 1]), as_at=DAY)
        assert [found.share_within(days) for days in (5, 10, 25, 40)] == [
            0,
            pytest.approx(0.25),
            pytest.approx(0.5),
            1,
        ]
        assert found.share_within(41) is None
        assert found.median == 20

    def test_leaving_out_open_ones_would_flatter(self):
        found = closing_times(watched([10, 20, 30, 400], [1, 1, 1, 0]), as_at=DAY)
        assert found.median == 20
        longer = closing_times(watched([10, 400, 401, 402], [1, 0, 0, 0]), as_at=DAY)
        assert longer.median is None
        assert longer.low is not None
        assert longer.high is None

    def test_nothing_closed_and_nothing_at_all(self):
        for held in (watched([5, 9], [0, 0]), watched([], [])):
            found = closing_times(held, as_at=DAY)
            assert (found.median, found.low, found.high, found.reached) == (None, None, None, 0)
            assert found.curve.empty
        assert closing_times(watched([], []), as_at=DAY).share_within(28) is None

    def test_closed_on_the_day_it_was_raised(self):
        found = closing_times(watched([0, 0, 4], [1, 1, 1]), as_at=DAY)
        assert found.median == 0
        assert found.curve["days"].tolist() == [0, 4]

    def test_withdrawn_and_undated_are_left_out(self):
        held = known_at(actions(CLOSED, WITHDRAWN, {"raised": None}), DAY)
        found = closing_times(held, as_at=DAY)
        assert (found.n, found.left_out) == (1, 2)
        assert found.median == 50

    def test_completed_comes_before_closed(self):
        held = known_at(actions(CLOSED, COMPLETED, OPEN), DAY)
        assert closing_times(held, as_at=DAY, until="completed").reached == 2
        assert closing_times(held, as_at=DAY, until="closed").reached == 1

    def test_arguments_that_make_no_sense(self):
        held = known_at(actions(CLOSED), DAY)
        with pytest.raises(SchemaError, match="`until` must be one of closed, completed"):
            closing_times(held, as_at=DAY, until="done")
        with pytest.raises(SchemaError, match="`level` must lie between 0 and 1; got 95"):
            closing_times(held, as_at=DAY, level=95)


TOLD = {"publishable": "Yes", "you_said": "Visits are missed", "we_did": "They are booked"}


class TestSaid:
    def test_only_what_is_marked_closed_and_whole(self):
        rows = actions(
            CLOSED | TOLD,
            COMPLETED | TOLD,
            CLOSED | TOLD | {"publishable": "No"},
            CLOSED | TOLD | {"publishable": None},
            CLOSED | TOLD | {"we_did": " "},
        )
        found = said_and_done(known_at(rows, DAY))
        assert found.table["action_id"].tolist() == ["X1"]
        assert (found.held_back, found.incomplete) == (1, 1)

    def test_restricted_text_is_never_in_it(self):
        rows = actions(CLOSED | TOLD | {"text": "secret", "impact_evidence": "secret"})
        table = said_and_done(known_at(rows, DAY)).table
        assert "secret" not in table.to_string()
        assert not {"owner", "text", "audit_id", "verified_by"} & set(table.columns)
