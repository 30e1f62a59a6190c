"""The way of the children concerned: by hand, against a plain test, families, edges by name."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.journeys import STEPS, journeys


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def story(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["child_id", "event", "date"])
    return table.assign(date=pd.to_datetime(table["date"]))


def cases(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["child_id", "start", "concerned"])
    return table.assign(start=pd.to_datetime(table["start"]), family_id=table["child_id"])


EVENTS = story(
    ("a", "Contact", "2025-11-01"), ("a", "Contact", "2026-01-02"), ("a", "Referral", "2026-01-05"),
    ("a", "Assessment", "2026-01-15"), ("a", "Section 47 enquiry", "2026-01-09"),
    ("a", "Initial child protection conference", "2026-01-29"),
    ("a", "Child protection plan", "2026-01-29"), ("a", "Care episode", "2026-09-01"),
    ("b", "Referral", "2026-02-01"), ("b", "Assessment", "2026-02-11"),
    ("b", "Referral", "2026-03-01"), ("b", "Section 47 enquiry", "2026-03-01"),
    ("c", "Referral", "2026-06-01"), ("c", "Care episode", "2026-06-01"),
)  # fmt: skip
CASES = cases(("a", "2026-01-05", True), ("b", "2026-02-01", True), ("c", "2026-06-01", False))


def test_each_step_by_hand() -> None:
    found = journeys(EVENTS, CASES, as_at="2026-07-31", least=1)
    table = found.concerned.table.set_index("step")
    assert table["count"].tolist() == [1, 2, 2, 1, 1, 1, 0]
    # a: assessment 10 days after the referral, the enquiry 4; b: assessment 10, cut at 1 March.
    assert table["days"].tolist() == pytest.approx([np.nan, 3, 10, 4, 14, 0, np.nan], nan_ok=True)
    assert table["share_first"].tolist() == [0.5, 1, 1, 0.5, 0.5, 0.5, 0]
    assert table["share_before"].tolist() == pytest.approx(
        [np.nan, np.nan, 1, 0.5, 1, 1, 0], nan_ok=True
    )
    assert table["pending"].sum() == 0
    other = found.others.table.set_index("step")
    assert other["count"].tolist() == [0, 1, 0, 0, 0, 0, 1]
    assert other.loc["Care episode", "days"] == 0
    # Straight into care: no share of plans, where there was none.
    assert np.isnan(other.loc["Care episode", "share_before"])
    assert other["pending"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    # c was not watched for 180 days, so nothing is compared.
    assert found.watched == (2, 0)
    assert found.table["difference"].isna().all()
    assert "Only 2 cases concerned and 0 others" in found.words[0]
    later = journeys(EVENTS, CASES, as_at="2026-12-31", within_days=300, least=1)
    assert later.concerned.table.set_index("step").loc["Care episode", "count"] == 1


def many(alike: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """100 concerned of whom 60 have an enquiry, 100 others of whom 30; families of `alike`."""
    held = cases(*[(f"c{one}", "2026-01-05", one < 100) for one in range(200)])
    held["family_id"] = [f"{one // alike}" for one in range(200)]
    met = [one for one in range(200) if one < 60 or 100 <= one < 130]
    rows = [(f"c{one}", "Referral", "2026-01-05") for one in range(200)]
    return story(*rows, *[(f"c{one}", "Section 47 enquiry", "2026-01-08") for one in met]), held


def test_differences_against_the_plain_formula() -> None:
    events, held = many(1)
    found = journeys(events, held, as_at="2026-12-31")
    row = found.table.set_index("step").loc["Section 47 enquiry"]
    assert row[["concerned", "others", "difference"]].tolist() == pytest.approx([0.6, 0.3, 0.3])
    error = np.sqrt((0.6 * 0.4 + 0.3 * 0.7) / 100 * 200 / 199)
    assert row["high"] - row["difference"] == pytest.approx(stats.t.ppf(0.975, 199) * error)
    assert found.words == (
        "Section 47 enquiry: 60 in 100 of those concerned, 30 in 100 of others (+30; 95% interval "
        "+17 to +43).",
    )
    # Families of five that share their fate: the error of a fifth of the cases.
    events, held = many(5)
    wide = journeys(events, held, as_at="2026-12-31").table.set_index("step")
    row = wide.loc["Section 47 enquiry"]
    error = np.sqrt((0.6 * 0.4 + 0.3 * 0.7) / 20 * 40 / 39)
    assert row["high"] - row["difference"] == pytest.approx(stats.t.ppf(0.975, 39) * error)
    alone = journeys(events, held, as_at="2026-12-31", cluster=None).table.set_index("step")
    assert alone.loc["Section 47 enquiry", "high"] < row["high"]


def test_row_order_and_later_events_do_not_matter() -> None:
    events, held = many(2)
    one = journeys(events, held, as_at="2026-06-30")
    late = story(("c1", "Care episode", "2026-07-02"), ("c2", "Care episode", "2026-06-30"))
    more = pd.concat([events, late]).sample(frac=1, random_state=2)
    two = journeys(more, held, as_at="2026-06-30", within_days=175)
    pd.testing.assert_frame_equal(
        one.others.table, journeys(more, held, as_at="2026-06-30").others.table
    )
    assert two.concerned.table.set_index("step").loc["Care episode", "count"] == 0
    assert two.concerned.table["pending"].sum() == 0


def test_nothing_differs_and_steps_may_be_chosen() -> None:
    events, held = many(1)
    held["concerned"] = np.arange(200) % 2 == 0
    found = journeys(events, held, as_at="2026-12-31", steps=("Referral", "Section 47 enquiry"),
                     measure="The way")  # fmt: skip
    assert found.words[0].startswith("No step is reached more or less often within 180 days")
    assert found.concerned.table["step"].tolist() == ["Referral", "Section 47 enquiry"]
    assert found.concerned.measure == "The way"
    assert STEPS[1] == "Referral"


def test_ways_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(TrendError, match="there must be cases that are concerned, and others"):
        journeys(EVENTS, CASES.assign(concerned=True), as_at="2026-07-31")
    with pytest.raises(TrendError, match=r"lacks the column family_id.*`within_days`"):
        journeys(EVENTS, CASES.drop(columns="family_id"), as_at="2026-07-31", within_days=0)
    with pytest.raises(TrendError, match=r"`steps` must name.*`level`.*`as_at` is missing"):
        journeys(EVENTS, CASES, as_at=None, steps=("Visit",), level=2)
