"""Measures of the table that an authority enters: read, refused where dirty, counted over time."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta

import pandas as pd
import pytest
from annex_a_factory import row, write_lists
from measured_authority import small_authority

from qa_sampling.errors import ExtractError, TrendError
from qa_sampling.records.extras import read_extras, write_templates
from qa_sampling.runs.outcome_inputs import read_outcomes
from qa_sampling.runs.outcomes.exploring import Asked, Exploration
from qa_sampling.runs.outcomes.steps import outcomes_of
from qa_sampling.settings.explorer import TrendExplorer
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.elsewhere_measures import FROM_ELSEWHERE
from qa_sampling.trends.entered import ENTERED
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of

AS_AT = date(2026, 9, 30)
NAMES = [one.name for one in FROM_ELSEWHERE]


def entries(*rows: tuple) -> pd.DataFrame:
    """Rows of measure, day, child, mark and team."""
    table = pd.DataFrame(rows, columns=ENTERED.names)
    table["date"] = pd.to_datetime(table["date"])
    return table.astype(ENTERED.empty().dtypes.to_dict())


def written(folder, rows, header=None):
    folder.mkdir(exist_ok=True)
    with (folder / "measure_events.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header or ENTERED.names, *rows])
    return folder


def some(seed: int = 5) -> list[tuple]:
    """A year and a half of every measure; those of a day at each month's end."""
    chance, found = random.Random(seed), set()
    for one in FROM_ELSEWHERE:
        for child in range(1, 31):
            for month in range(18):
                first = (pd.Timestamp("2025-04-01") + pd.DateOffset(months=month)).date()
                end = (pd.Timestamp(first) + pd.offsets.MonthEnd(0)).date()
                if chance.random() < 0.6:
                    continue
                day = end if one.stock else first + timedelta(chance.randrange(28))
                mark = chance.choice(["Yes", "No", ""]) if one.rule else ""
                found.add((one.name, day, str(child), mark, chance.choice(["North", "South"])))
    return [*sorted(found), ("care_applications", date(2026, 9, 29), "99", "", "North")]


def naive(rows: list[tuple], name: str, year: int, month: int, team: str | None) -> tuple[int, int]:
    """Count in plain loops: above, below."""
    above = below = 0
    for measure, day, _, mark, held in rows:
        if measure != name or (day.year, day.month) != (year, month) or team not in (None, held):
            continue
        if MEASURES[name].kind == "count":
            above += 1
        elif mark:
            above, below = above + (mark == "Yes"), below + 1
    return above, below


@pytest.mark.parametrize("name", NAMES)
def test_every_month_counts_as_in_plain_loops(name: str) -> None:
    rows = some()
    table = entries(*((m, d, c, mark or None, team) for m, d, c, mark, team in rows))
    for unit, team in ((None, None), ("team", "South")):
        read = readings_of(table, name, as_at=AS_AT, first=date(2025, 5, 1), unit=unit)
        read = read if team is None else read[read["unit"] == team]
        assert len(read) == 17
        for one in read.to_dict("records"):
            above, below = naive(rows, name, one["start"].year, one["start"].month, team)
            assert one["numerator"] == above
            assert (
                pd.isna(one["denominator"])
                if MEASURES[name].kind == "count"
                else (one["denominator"] == below)
            )
            assert one["mature"]


def test_months_after_the_table_are_gaps_and_months_within_it_noughts() -> None:
    name, other = "care_applications", "pre_proceedings"
    table = entries(
        (name, date(2026, 1, 1), "1", None, "North"),
        (name, date(2026, 3, 9), "2", None, "North"),
        (other, date(2026, 5, 6), "3", None, "North"),
    )
    read = readings_of(table, name, as_at=date(2026, 7, 31))
    assert read["numerator"].fillna(-1).tolist() == [1, 0, 1, 0, 0, -1, -1]
    assert read["note"].tolist()[-2:] == ["no extract covers it"] * 2
    late = readings_of(table, other, as_at=date(2026, 7, 31), first=date(2026, 4, 1))
    assert late["numerator"].isna().all(), "its first month is not whole, and then the table ends"


def test_children_on_a_day_are_those_of_the_months_last_day() -> None:
    name = "three_social_workers"
    table = entries(
        (name, date(2026, 5, 31), "1", "Yes", "North"),
        (name, date(2026, 5, 31), "2", "No", "North"),
        (name, date(2026, 5, 15), "3", "Yes", "North"),
        (name, date(2026, 7, 31), "1", None, "North"),
        (name, date(2026, 7, 31), "2", "No", "North"),
    )
    read = readings_of(table, name, as_at=date(2026, 7, 31))
    assert read["numerator"].fillna(-1).tolist() == [1, -1, 0]
    assert read["denominator"].fillna(-1).tolist() == [2, -1, 1]
    assert read["unknown"].fillna(-1).tolist() == [0, -1, 1]
    assert read["carries_over"].all() and not read["adds"].any()


def test_a_clean_table_is_read_and_its_marks_are_told(tmp_path) -> None:
    rows = [
        ("Core groups on time", "03/02/2026", "0012", "y", "North"),
        ("core_groups_on_time", "2026-02-04", "0013", "0", ""),
        ("core_groups_on_time", "04/02/2026", "0014", "", "South"),
        ("care_applications", "05/02/2026", "0012", "", "South"),
        ("care_applications", "05/02/2026", "0012", "", "South"),
    ]
    extras = read_extras(written(tmp_path, rows))
    table = extras.measure_events
    assert table["measure"].tolist() == ["core_groups_on_time"] * 3 + ["care_applications"]
    assert table["met"].fillna("").tolist() == ["Yes", "No", "", ""]
    assert table["child_id"].tolist() == ["0012", "0013", "0014", "0012"]
    faults = set(extras.quality["fault"])
    assert {"the mark is blank", "the row repeats an earlier one"} <= faults
    assert not any("measure" in words for words in extras.cannot_guarantee)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("visits", "03/02/2026", "1", "Yes", "")], "none that this table serves.*Write one of"),
        ([("education_plans", "03/02/2026", "1", "perhaps", "")], "neither yes nor no.*Write Yes"),
        ([("education_plans", "soon", "1", "Yes", "")], "Write a day, dd/mm/yyyy"),
        (
            [("education_plans", "03/02/2026", "1", word, "") for word in ("Yes", "No")],
            "given twice with other facts",
        ),
    ],
)
def test_a_dirty_table_stops_the_run_and_says_what_to_do(tmp_path, rows, says) -> None:
    with pytest.raises(ExtractError, match=f"(?s){says}"):
        read_extras(written(tmp_path, rows))
    with pytest.raises(ExtractError, match="the column is missing"):
        read_extras(written(tmp_path, [("a", "b")], header=["measure", "date"]))


def test_the_template_names_every_measure(tmp_path) -> None:
    paths = {path.name: path for path in write_templates(tmp_path)}
    assert paths["measure_events.csv"].read_text(encoding="utf-8-sig").strip() == ",".join(
        ENTERED.names
    )
    assert read_extras(tmp_path).measure_events is None


def test_the_page_counts_what_was_entered_and_names_the_table_otherwise(tmp_path) -> None:
    lists = {1: [row(1, "1", date(2026, 9, 3))], 7: [row(7, "1", date(2026, 5, 1))]}
    write_lists(tmp_path / "annex_a_2026-09-30.xlsx", lists)
    rows = [(m, f"{d:%d/%m/%Y}", c, mark, team) for m, d, c, mark, team in some()]
    asked = {"extract": str(tmp_path / "annex_a_2026-09-30.xlsx"), "authority": "Elsewhere"}
    asked |= {"outputs": str(tmp_path / "out"), "period": "2026-09", "months": 13}
    asked |= {"measures": ("contacts", *NAMES)}
    without = OutcomeTrends(**asked)
    needs = outcomes_of(read_outcomes(without), without).unable.set_index("measure")["needs"]
    for one in FROM_ELSEWHERE:
        assert needs[one.title] == one.needs
        assert f"List them as {one.name} in the table measure_events" in one.needs
    given = OutcomeTrends(**asked, extra_tables=str(written(tmp_path / "tables", rows)))
    told = read_outcomes(given)
    found = outcomes_of(told, given)
    assert {one.name for one in found.measures} >= set(NAMES) and found.unable.empty
    assert {"strategy_discussions", "visits_all_on_time"} <= set(found.charts)
    assert "education_plans" not in found.charts, "the same children, month after month"
    last = found.readings[found.readings["start"] == "2026-08-01"].set_index("measure")
    for name in NAMES:
        assert last.loc[name, "numerator"] == naive(some(), name, 2026, 8, None)[0]
    desk = Exploration(told, TrendExplorer(period="2026-09", months=13), given)
    assert desk.look(Asked("core_groups_on_time", "team", "South")).chart is not None
    assert desk.readings("pre_proceedings", "service", "month").empty


def test_the_extracts_alone_do_not_answer_them() -> None:
    with pytest.raises(TrendError, match="cannot be counted from the extracts: it needs"):
        readings_of(small_authority().events, "care_applications", as_at=AS_AT)
    with pytest.raises(TrendError, match="holds no row of pre_proceedings"):
        readings_of(entries(("care_applications", date(2026, 1, 1), "1", None, "N")),
                    "pre_proceedings", as_at=AS_AT)  # fmt: skip


def test_the_invented_authority_enters_what_its_records_say() -> None:
    authority = small_authority()
    table = authority.measure_events_at(AS_AT)
    assert set(table["measure"]) == {
        "strategy_discussions", "core_groups_on_time", "care_applications",
    }  # fmt: skip
    assert table["date"].max() <= pd.Timestamp(AS_AT)
    held = authority.events
    enquiries = held[(held["event"] == "Section 47 enquiry") & (held["date"] <= "2026-09-30")]
    talked = table[table["measure"] == "strategy_discussions"]
    both = enquiries.merge(talked, on=["child_id", "date"])
    assert len(both) == len(enquiries) < len(talked), "every enquiry began with a discussion"
    groups = table[table["measure"] == "core_groups_on_time"]
    assert 0.8 < (groups["met"] == "Yes").mean() < 0.95
