"""Counts of events count nobody and are shown; counts of people stay guarded, and apart."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_programme_attack import OWED, OWED_NAMES, stand_of

from qa_sampling.errors import DisclosureError
from qa_sampling.loop.standards import read_standard
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS, EVENT_KINDS, GUARDED_KINDS
from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.reporting.attack import given_away
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.event_tables import (
    DECISIONS,
    EVENTS,
    event_request,
    mixed_before,
    protect_events,
)
from qa_sampling.reporting.loop_tables import KINDS_OF, protect_loop
from qa_sampling.reporting.programme_tables import protect_programme
from qa_sampling.reporting.releases import printed_table, release_text
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.schema import QUALITY_STANDARDS

ROOT = Path(__file__).parents[1]
PERIODS, DAYS = ("2026-09", "2026-10"), ("2026-09-15", "2026-10-15")
OF_PEOPLE = {
    "Feedback from a family", "Feedback from a child", "Feedback from a practitioner",
    "Feedback from a partner", "Complaint", "Compliment", "IRO escalation", "Rapid review",
}  # fmt: skip
"""Typed in: what people say or raise, and what is about one child."""


def held(seed: int = 3) -> pd.DataFrame:
    """Few of every kind, in three services and two months."""
    rng = np.random.default_rng(seed)
    rows = [
        {"activity_id": f"{kind}-{day}-{n}", "kind": kind, "date": day, "month": day[:7],
         "service": ["East", "West", None][n % 3]}
        for kind in ACTIVITY_KINDS
        for day in DAYS
        for n in range(int(rng.integers(0, 5)))
    ]  # fmt: skip
    table = pd.DataFrame(rows).reindex(columns=[*ACTIVITIES.names, "month"])
    return table.assign(date=pd.to_datetime(table["date"]))


def made(activities: pd.DataFrame, **more):
    asked = {"periods": PERIODS, "days": DAYS, "as_at": "2026-10-31"}
    asked["decisions"] = {DECISIONS[0]: 1, "Reserves called": 2}
    return protect_events(activities, {"Survey": 3}, **(asked | more))


def test_which_kinds_count_nobody():
    assert set(GUARDED_KINDS) == OF_PEOPLE
    assert set(EVENT_KINDS) == set(ACTIVITY_KINDS) - OF_PEOPLE
    assert {kind for kinds in KINDS_OF.values() for kind in kinds} == OF_PEOPLE


def test_every_event_is_shown_and_counted_as_by_hand():
    activities = held()
    tables = made(activities)
    rows = {row[0]: row[1:] for row in tables.kinds.rows}
    for kind in EVENT_KINDS:
        assert rows[kind][0] == sum(one == kind for one in activities["kind"])
    assert rows["Survey"][1] == 3
    assert 0 < min(value for value, _ in rows.values() if value) < 6, "small ones are among them"
    for table, column, label in (
        (tables.months, "month", {"2026-09": "Sep 26", "2026-10": "Oct 26"}),
        (tables.services, "service", {"East": "East", "West": "West"}),
    ):
        printed = {row[:2]: row[2] for row in table.rows}
        assert HIDDEN_MARK not in printed.values()
        for kind in EVENT_KINDS:
            for value, word in label.items():
                own = activities[(activities["kind"] == kind) & (activities[column] == value)]
                assert printed[kind, word] == len(own)
    assert dict(tables.decisions.rows)[DECISIONS[0]] == 1
    assert "Reserves called" not in dict(tables.decisions.rows)
    assert "counts no child" in tables.months.note


@pytest.mark.parametrize("kind", sorted(OF_PEOPLE))
def test_what_counts_people_is_refused(kind):
    table = pd.DataFrame({"kind": ["Survey", kind], EVENTS: [1, 1]})
    with pytest.raises(DisclosureError, match=f"{kind}: their number counts people"):
        event_request(table, by=["kind"], population="events")


def test_no_table_counts_both_and_nothing_of_people_can_be_worked_out():
    """All that a page prints, attacked together: hidden counts stay unknown."""
    activities = held()
    nothing = pd.DataFrame({"status": [], "overdue": [], "standard": []}, dtype="object")
    loop = protect_loop(nothing.astype({"overdue": "bool"}), activities, as_at="2026-10-31",
                        raised=DAYS, days=DAYS)  # fmt: skip
    tables = made(activities)
    events = (tables.kinds, tables.months, tables.services, loop.events)
    assert not mixed_before([*events, loop.groups, loop.heard], DAYS)
    printed = (*events, loop.groups, loop.heard)
    assert any(HIDDEN_MARK in row for row in (*loop.groups.rows, *loop.heard.rows))
    assert given_away(printed, None, threshold=6) == set()


def old_page(activities: pd.DataFrame):
    """A table by kind as it was before: events and people together, small counts hidden."""
    kinds = activities["kind"].value_counts().reindex(list(ACTIVITY_KINDS), fill_value=0)
    table = pd.DataFrame({"kind": list(kinds.index), "activities": kinds.to_numpy()})
    return protect(table, by=["kind"], counts=["activities"], over={"day": DAYS},
                   population="other QA activity")  # fmt: skip


def test_beside_a_page_that_counted_both_events_are_left_out():
    """Its total and hidden counts, with the events, would tell the last one: shown by doing it."""
    counts = pd.Series({kind: 90 if kind in OF_PEOPLE else 9 for kind in ACTIVITY_KINDS})
    counts["Survey"], counts["Rapid review"] = 2, 1
    activities = held().iloc[:0].reindex(range(int(counts.sum())))
    activities["kind"] = [kind for kind, n in counts.items() for _ in range(n)]
    activities["month"], activities["service"] = "2026-10", "East"
    old = printed_table(release_text(old_page(activities)))
    printed = dict(zip(old.frame["kind"], old.frame["activities"], strict=True))
    assert printed["Rapid review"] == printed["Survey"] == HIDDEN_MARK
    now = dict(row[:2] for row in made(activities).kinds.rows)
    hidden = [kind for kind, one in printed.items() if one == HIDDEN_MARK]
    assert [kind for kind in hidden if kind in OF_PEOPLE] == ["Rapid review"]
    told = [one for kind, one in printed.items() if kind not in (*hidden, "Total")]
    told += [now[kind] for kind in hidden if kind in EVENT_KINDS]
    assert printed["Total"] - sum(told) == 1, "the rapid review, by subtraction"
    assert made(activities, earlier=[old]) is None
    assert made(activities, earlier=[old], days=("2027-01-01",)) is not None


def test_the_ledger_keeps_that_they_are_events():
    table = made(held()).kinds
    text = release_text(table)
    assert printed_table(text).events == (EVENTS,)
    assert printed_table(text).decisions == (EVENTS,)
    assert '"events"' not in release_text(old_page(held())), "others are written as ever"
    again = made(held(), earlier=[printed_table(text)])
    assert again.kinds.rows == table.rows


def test_nothing_else_in_the_package_declares_events():
    """`events=` is an argument of protection in one module, which refuses kinds of people."""
    naming = {
        path.name
        for path in (ROOT / "qa_sampling").rglob("*.py")
        if re.search(r"\bevents=\[|\"events\": ?[\[(]", path.read_text(encoding="utf-8"))
    }
    assert naming == {"event_tables.py"}


def with_voices(said: dict[str, tuple[int, int, int]], done: dict[str, int]):
    voices = pd.DataFrame(
        [(kind, *views) for kind, views in said.items()],
        columns=["kind", "positive", "mixed", "negative"],
    )
    counts = [done.get(kind, 0) for kind in ACTIVITY_KINDS]
    activity = pd.DataFrame({"what": list(ACTIVITY_KINDS), "planned": 0, "done": counts})
    return protect_programme(
        stand_of({"2026-10": 20}, as_at="2026-10-31"),
        activity,
        [read_standard(key, []) for key in QUALITY_STANDARDS],
        pd.DataFrame(OWED, columns=OWED_NAMES),
        as_at="2026-10-31",
        periods=["2026-10"],
        days=["2026-10-15"],
        voices=voices,
    )


def test_what_was_said_is_shown_where_enough_said_it():
    said = {"Feedback from a family": (30, 12, 9), "Feedback from a child": (9, 3, 7)}
    tables = with_voices(said, {kind: sum(views) + 10 for kind, views in said.items()})
    printed = {row[:2]: row[2] for row in tables.voices.rows}
    family = [printed["Feedback from a family", view] for view in ("Positive", "Mixed", "Negative")]
    child = [printed["Feedback from a child", view] for view in ("Positive", "Mixed", "Negative")]
    assert HIDDEN_MARK in child
    assert [one for one in family if one != HIDDEN_MARK]
    for shown, true in zip((*family, *child), (30, 12, 9, 9, 3, 7), strict=True):
        assert shown in (true, HIDDEN_MARK)
    assert given_away((tables.kinds, tables.voices), None, threshold=6) == set()
    assert [one.title for one in tables.of_events("")] == ["What people told us, on the whole"]


def test_nothing_is_said_of_views_that_nobody_has():
    assert with_voices({"Feedback from a family": (0, 0, 0)}, {"Complaint": 9}).voices is None
