"""Rotation over the months, and when a row of the strata runs dry."""

import itertools
from datetime import date

import pandas as pd
import pytest
from frame_factory import KEY, make_cases, make_frame

from qa_sampling.errors import SelectionError
from qa_sampling.sampling.coordination import forecast_supply, next_starts
from qa_sampling.sampling.frame import Eligibility, build_frame
from qa_sampling.sampling.plan import Draw, Frame
from qa_sampling.sampling.selection import Size, draw_sample

AS_AT = date(2026, 10, 31)
YEAR = "the year's tickets"


def by_stratum(draw: Draw) -> dict[str, list[str]]:
    return {label: part["case_ref"].tolist() for label, part in draw.cases.groupby("stratum")}


def with_returns(frame: Frame, returns: dict[str, list[str]]) -> Frame:
    """The frame with cases excluded until a day, by row."""
    rows = [(f"{row} {day}", row, pd.Timestamp(day)) for row in returns for day in returns[row]]
    exclusions = pd.DataFrame(rows, columns=["case_ref", "row", "returns"])
    exclusions["reason"] = "audited or drawn in the last 12 months"
    exclusions["returns"] = pd.to_datetime(exclusions["returns"])
    return Frame(**{**vars(frame), "exclusions": exclusions})


# rotation ---------------------------------------------------------------------------------


def test_next_month_starts_after_the_last_audited_case() -> None:
    frame = make_frame(("N", "CP", 9), ("S", "CP", 9))
    draw = draw_sample(frame, Size(6, rounding="fixed"), seed="1", ticket_seed=YEAR)
    last = draw.cases[draw.cases["rank"] == 3].set_index("stratum")["ticket"].to_dict()
    assert next_starts([draw], YEAR) == last
    assert set(last) == {"N / CP", "S / CP"}


def test_after_wrapping_round_the_last_is_still_the_last_in_order() -> None:
    frame = make_frame(("N", "CP", 5))
    first = draw_sample(frame, Size(3), seed="1", ticket_seed=YEAR)
    start = next_starts([first], YEAR)
    second = draw_sample(frame, Size(3), seed="2", ticket_seed=YEAR, start_after=start)
    assert second.cases["ticket"].iloc[-1] < start["N / CP"]
    assert next_starts([first, second], YEAR) == {"N / CP": second.cases["ticket"].iloc[-1]}


def test_a_stratum_that_was_not_drawn_keeps_its_place() -> None:
    both = make_frame(("N", "CP", 9), ("S", "CP", 9))
    north = make_frame(("N", "CP", 9))
    first = draw_sample(both, Size(4, rounding="fixed"), seed="1", ticket_seed=YEAR)
    second = draw_sample(
        north, Size(2), seed="2", ticket_seed=YEAR, start_after=next_starts([first], YEAR)
    )
    starts = next_starts([first, second], YEAR)
    assert starts["S / CP"] == next_starts([first], YEAR)["S / CP"]
    assert starts["N / CP"] == second.cases["ticket"].iloc[-1]


def test_other_tickets_and_no_tickets_do_not_count() -> None:
    frame = make_frame(("N", "CP", 9))
    fresh = draw_sample(frame, Size(2), seed="1")
    other = draw_sample(frame, Size(2), seed="1", ticket_seed="last year's")
    assert next_starts([fresh, other], YEAR) == {}
    assert next_starts([fresh], "") == {}
    assert next_starts([], YEAR) == {}


def test_a_year_of_rotation_reaches_everybody_before_anybody_twice() -> None:
    frame = make_frame(("N", "CP", 13), ("N", "CIN", 8), ("S", "CP", 21))
    history: list[Draw] = []
    line: dict[str, list[str]] = {}
    for month in range(18):
        draw = draw_sample(
            frame,
            Size(6),
            seed=f"month {month}",
            ticket_seed=YEAR,
            start_after=next_starts(history, YEAR),
        )
        history.append(draw)
        for label, refs in by_stratum(draw).items():
            line.setdefault(label, []).extend(refs)
    for label, count in (("N / CP", 13), ("N / CIN", 8), ("S / CP", 21)):
        refs = line[label]
        assert len(refs) > count
        for first in range(len(refs) - count + 1):
            assert len(set(refs[first : first + count])) == count


def test_rotation_goes_on_when_the_last_case_has_left() -> None:
    frame = make_frame(("N", "CP", 9))
    first = draw_sample(frame, Size(3), seed="1", ticket_seed=YEAR)
    start = next_starts([first], YEAR)
    gone = set(first.cases["case_ref"])
    left = Frame(**{**vars(frame), "cases": frame.cases[~frame.cases["case_ref"].isin(gone)]})
    second = draw_sample(left, Size(3), seed="2", ticket_seed=YEAR, start_after=start)
    whole = draw_sample(frame, Size(3), seed="2", ticket_seed=YEAR, start_after=start)
    assert by_stratum(second) == by_stratum(whole)


# forecast ---------------------------------------------------------------------------------


def forecast(frame: Frame, audits: int, *, window: int = 12, months: int = 24, as_at=AS_AT):
    size = Size(audits, method="equal", rounding="fixed", one_per_family=False)
    draw = draw_sample(frame, size, seed="1")
    return forecast_supply(
        frame, draw, as_at=as_at, not_audited_within_months=window, months=months
    ).set_index("row")


@pytest.mark.parametrize(
    ("cases", "window", "lasts", "dry"),
    [
        (24, 12, 24, False),  # 2 a month for 12 months, then the first are back
        (23, 12, 11, True),
        (25, 12, 24, False),
        (2, 1, 24, False),  # back every month
        (3, 2, 1, True),
        (4, 2, 24, False),
        (2, 0, 24, False),  # no window: nobody has to wait
        (60, 36, 24, False),  # longer than the forecast
    ],
)
def test_a_row_lasts_as_long_as_its_cases(cases: int, window: int, lasts: int, dry: bool) -> None:
    table = forecast(make_frame(("N", "CP", cases)), 2, window=window)
    assert table.loc["N"].tolist() == [cases, 2.0, lasts, dry]


def naive(cases: int, a_month: int, window: int, back: dict[int, int], months: int) -> int:
    """Play the months one by one with single cases."""
    ready, waiting = cases, dict(back)
    for month in range(months):
        ready += waiting.pop(month, 0)
        if ready < a_month:
            return month
        ready -= a_month
        waiting[month + max(window, 1)] = waiting.get(month + max(window, 1), 0) + a_month
    return months


@pytest.mark.parametrize("cases", [1, 5, 11, 12, 13, 30])
@pytest.mark.parametrize("window", [0, 1, 3, 12])
@pytest.mark.parametrize("returning", [0, 1, 4])
def test_the_forecast_agrees_with_playing_the_months(
    cases: int, window: int, returning: int
) -> None:
    frame = make_frame(("N", "CP", cases))
    days = [
        f"{2027 if month > 2 else 2026}-{(10 + month - 1) % 12 + 1:02}-15" for month in range(1, 6)
    ]
    held = with_returns(frame, {"N": [day for day in days for _ in range(returning)]})
    back = dict.fromkeys(range(1, 6), returning)
    for audits in (1, 2, 3):
        if audits <= cases:
            found = forecast(held, audits, window=window).loc["N", "lasts_months"]
            assert found == naive(cases, audits, window, back, 24)


@pytest.mark.parametrize(
    ("as_at", "returns", "months_ahead"),
    [
        (date(2026, 10, 31), "2026-11-01", 1),
        (date(2026, 10, 31), "2026-11-30", 1),
        (date(2026, 10, 31), "2026-12-01", 2),
        (date(2026, 10, 31), "2027-01-31", 3),
        (date(2026, 10, 15), "2026-11-15", 1),
        (date(2026, 10, 15), "2026-11-16", 2),
        (date(2026, 10, 15), "2026-10-20", 1),
        (date(2026, 2, 28), "2026-03-31", 1),
    ],
)
def test_a_case_counts_from_the_first_month_that_finds_it_back(
    as_at: date, returns: str, months_ahead: int
) -> None:
    held = with_returns(make_frame(("N", "CP", months_ahead)), {"N": [returns]})
    early = with_returns(make_frame(("N", "CP", max(months_ahead - 1, 1))), {"N": [returns]})
    assert forecast(held, 1, as_at=as_at).loc["N", "lasts_months"] == months_ahead + 1
    if months_ahead > 1:
        assert forecast(early, 1, as_at=as_at).loc["N", "lasts_months"] == months_ahead - 1


def test_rows_are_forecast_apart() -> None:
    frame = make_frame(("N", "CP", 30), ("N", "CIN", 30), ("S", "CP", 3))
    held = with_returns(frame, {"S": ["2026-12-15"], "gone": ["2026-12-15"]})
    table = forecast(held, 3)
    assert table.index.tolist() == ["N", "S"]
    assert table["eligible"].tolist() == [60, 3]
    assert table["a_month"].tolist() == [2.0, 1.0]
    assert table["lasts_months"].tolist() == [24, 4]
    assert table["runs_dry"].tolist() == [False, True]


def test_a_row_that_gives_none_never_runs_dry() -> None:
    frame = make_frame(("N", "CP", 1), ("S", "CP", 5), families={"N.CP.1": "f", "S.CP.1": "f"})
    for seed in range(30):
        draw = draw_sample(frame, Size(2), seed=str(seed))
        table = forecast_supply(frame, draw, as_at=AS_AT, not_audited_within_months=12, months=6)
        north = table.set_index("row").loc["N"]
        if not north["eligible"]:
            assert north.tolist() == [0, 0.0, 6, False]
            return
    raise AssertionError("no seed left the row empty")


def test_expected_audits_that_are_not_whole() -> None:
    frame = make_frame(("N", "CP", 6), ("S", "CP", 6))
    draw = draw_sample(frame, Size(1), seed="1")
    table = forecast_supply(frame, draw, as_at=AS_AT, not_audited_within_months=36)
    assert table["a_month"].tolist() == [0.5, 0.5]
    assert table["lasts_months"].tolist() == [12, 12]


def test_the_forecast_reads_what_a_built_frame_excludes() -> None:
    cases = make_cases({}, {}, {}, {"team": "South"})
    audits = pd.DataFrame(
        {"child_id": ["4000001", "4000002"], "date": pd.to_datetime(["2025-12-10", "2026-02-01"])}
    )
    frame = build_frame(
        cases,
        Eligibility(not_audited_within_months=12),
        rows=("team",),
        as_at=AS_AT,
        key=KEY,
        past_audits=audits,
    )
    draw = draw_sample(frame, Size(2, rounding="fixed"), seed="1")
    table = forecast_supply(frame, draw, as_at=AS_AT, not_audited_within_months=12, months=9)
    # One is ready; the others are back for the draws of December and of February.
    assert table.set_index("row")["lasts_months"].to_dict() == {"North": 1, "South": 1}


# overlap ----------------------------------------------------------------------------------


def months_of(overlap: float, months: int = 6, cases: int = 60) -> list[set[str]]:
    frame = make_frame(("N", "CP", cases), ("S", "CP", 2 * cases))
    size = Size(30, rounding="fixed", one_per_family=False)
    draws: list[Draw] = []
    for month in range(months):
        start = next_starts(draws, YEAR, overlap=overlap, seed=f"month {month}")
        seed = f"month {month}"
        draws.append(draw_sample(frame, size, seed=seed, ticket_seed=YEAR, start_after=start))
    return [set(draw.cases["case_ref"]) for draw in draws]


@pytest.mark.parametrize(
    ("overlap", "again"), [(0.0, 0), (0.1, 3), (0.3, 9), (0.5, 15), (0.8, 24), (1.0, 30)]
)
def test_the_declared_overlap_is_met_when_nobody_moves(overlap: float, again: int) -> None:
    months = months_of(overlap)
    for before, after in itertools.pairwise(months):
        assert len(before & after) == again


def test_an_overlap_that_is_not_whole_is_met_on_average() -> None:
    frame = make_frame(("N", "CP", 40))
    size = Size(3, rounding="fixed", one_per_family=False)
    first = draw_sample(frame, size, seed="1", ticket_seed=YEAR)
    kept = []
    for seed in map(str, range(400)):
        start = next_starts([first], YEAR, overlap=0.5, seed=seed)
        after = draw_sample(frame, size, seed=seed, ticket_seed=YEAR, start_after=start)
        kept.append(len(set(first.cases["case_ref"]) & set(after.cases["case_ref"])))
    assert set(kept) == {1, 2}
    assert abs(sum(kept) / 400 - 1.5) < 3.3 * 0.5 / 20  # a z-test at level 0.001


def test_full_overlap_keeps_the_place_of_earlier_months() -> None:
    frame = make_frame(("N", "CP", 20))
    first = draw_sample(frame, Size(4), seed="1", ticket_seed=YEAR)
    moved = next_starts([first], YEAR)
    second = draw_sample(frame, Size(4), seed="2", ticket_seed=YEAR, start_after=moved)
    assert next_starts([first, second], YEAR, overlap=1) == moved
    assert next_starts([first], YEAR, overlap=1) == {}


def test_another_design_is_kept_apart_or_together_by_the_same_parameter() -> None:
    # A themed audit with the same permanent tickets: none or all of the monthly cases.
    frame = make_frame(("N", "CP", 30))
    monthly = draw_sample(frame, Size(6), seed="1", ticket_seed=YEAR)
    for overlap, shared in ((0.0, 0), (1.0, 4)):
        start = next_starts([monthly], YEAR, overlap=overlap)
        themed = draw_sample(frame, Size(4), seed="2", ticket_seed=YEAR, start_after=start)
        assert len(set(monthly.cases["case_ref"]) & set(themed.cases["case_ref"])) == shared


@pytest.mark.parametrize("overlap", [-0.1, 1.1, float("nan")])
def test_an_overlap_outside_0_to_1_is_refused(overlap: float) -> None:
    with pytest.raises(SelectionError, match="`overlap` must lie between 0 and 1; got"):
        next_starts([], YEAR, overlap=overlap, seed="1")


def test_a_partial_overlap_needs_a_seed() -> None:
    with pytest.raises(SelectionError, match="needs a `seed`"):
        next_starts([], YEAR, overlap=0.5)
