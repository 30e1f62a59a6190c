"""What is known of a case when it begins: by hand, at the edges of bands, in any order."""

import pandas as pd
import pytest

from qa_sampling.errors import TrendError
from qa_sampling.trends.background import SINCE, add_background

EVENTS = pd.DataFrame(
    [
        ("a", "Referral", "2025-01-01", None, "RC", None, "East", "Ann"),
        ("a", "Child in need episode", "2025-01-02", "2025-06-30", "RC8", "N1", "East", "Ann"),
        ("a", "Referral", "2026-01-05", None, "RC", None, "West", "Bea"),
        ("a", "Child in need episode", "2026-02-10", None, None, "N4", "West", "Bea"),
        ("b", "Child in need episode", "2025-12-01", "2026-03-01", "RC7", "N5", "East", "Cat"),
        ("b", "Referral", "2026-01-05", None, "RC", None, "East", "Cat"),
        ("c", "Referral", "2026-01-05", None, "RC", None, "East", "Not recorded"),
        ("c", "Child in need episode", "2025-09-01", "2026-01-05", "RC8", None, "East", "Cat"),
    ],
    columns=["child_id", "event", "date", "end_date", "outcome", "category", "team", "worker"],
).assign(date=lambda t: pd.to_datetime(t["date"]), end_date=lambda t: pd.to_datetime(t["end_date"]))
CASES = pd.DataFrame(
    {"child_id": ["a", "b", "c", "d"], "start": pd.Timestamp("2026-01-05"),
     "family_id": ["f", "f", "f", None]}
)  # fmt: skip
CHILDREN = pd.DataFrame(
    {"child_id": ["a", "b", "c"],
     "date_of_birth": pd.to_datetime(["2016-01-06", "2016-01-05", "2026-02-01"])}
)  # fmt: skip


def test_each_column_by_hand() -> None:
    found = add_background(CASES, EVENTS, children=CHILDREN).set_index("child_id")
    assert found["age"].astype("str").tolist() == ["5 to 9", "10 to 15", "Unborn", "Not recorded"]
    assert found["need"].tolist() == ["N4", "N5", "Not recorded", "Not recorded"]
    # a: 369 days after its referral, 189 after its closure; c's episode ended that very day.
    assert found["since_referral"].tolist() == ["1 to 2 years", *["None before"] * 3]
    assert found["since_closure"].tolist() == [
        "6 to 12 months", "Still open", "Up to 3 months", "None before",
    ]  # fmt: skip
    assert found["closure_reason"].tolist() == ["RC8", "Still open", "RC8", "None before"]
    assert found["closed_by"].tolist() == ["East", "Still open", "East", "None before"]
    assert found["worker"].tolist() == [
        "Another worker", "Same worker as before", "Not recorded", "None before",
    ]  # fmt: skip
    assert found["comes_with"].tolist() == ["3 or more"] * 3 + ["Not recorded"]


@pytest.mark.parametrize(("days", "band"), [(1, 0), (91, 0), (92, 1), (182, 1), (183, 2),
                                            (365, 2), (366, 3), (730, 3), (731, 4)])  # fmt: skip
def test_bands_end_where_they_say(days: int, band: int) -> None:
    start = pd.Timestamp("2026-06-01")
    event = EVENTS[:1].assign(date=start - pd.Timedelta(days=days))
    found = add_background(CASES[:1].assign(start=start), event)
    assert found["since_referral"].tolist() == [SINCE[band]]


def test_order_and_index_do_not_matter_and_nothing_is_altered() -> None:
    cases = CASES.set_index(pd.Index([7, 3, 9, 1]))
    kept = cases.copy()
    found = add_background(cases, EVENTS, children=CHILDREN)
    turned = add_background(cases[::-1], EVENTS[::-1], children=CHILDREN[::-1])[::-1]
    pd.testing.assert_frame_equal(found, turned)
    pd.testing.assert_frame_equal(cases, kept)
    empty = add_background(CASES[:0], EVENTS)
    assert list(empty) == list(found)
    alone = add_background(CASES.drop(columns="family_id"), EVENTS[:0])
    assert alone["comes_with"].eq("Not recorded").all()
    assert alone["since_closure"].eq("None before").all()
    assert alone["age"].cat.ordered


def test_what_has_no_day_is_refused() -> None:
    with pytest.raises(TrendError, match="lacks the columns start"):
        add_background(CASES.drop(columns="start"), EVENTS)
    with pytest.raises(TrendError, match="1 cases have no day in `start`"):
        add_background(CASES.assign(start=[pd.NaT, *CASES["start"][1:]]), EVENTS)
