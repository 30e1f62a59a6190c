"""Attacks on successive pages of the programme, and on the pages of a month beside each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from disclosure_intruder import World, leaks
from test_programme_attack import OWED, OWED_NAMES, stand_of, tables_of

from qa_sampling.loop.standards import read_standard
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.reporting.collect_tables import IN_TIME, OTHERWISE, protect_progress
from qa_sampling.reporting.loop_tables import KINDS_OF, by_group, protect_loop
from qa_sampling.reporting.programme_tables import protect_programme
from qa_sampling.reporting.releases import printed_table, printed_tables, release_text
from qa_sampling.schema import QUALITY_STANDARDS

KINDS, SERVICES = tuple(ACTIVITY_KINDS), ("East", "West", "Family Safeguarding")
FAMILY = ("Feedback from a family", "Feedback from a child")
APART = tuple(kind for group, held in KINDS_OF.items() if group != "Feedback" for kind in held)
PEOPLE = tuple(kind for held in KINDS_OF.values() for kind in held)
DAY = {"first month": "2025-11-15", "eleven months": "2026-05-15", "new month": "2026-11-15"}
PAGES = (
    (("first month", "eleven months"), "2026-10-31"),
    (("eleven months", "new month"), "2026-11-30"),
)
WORLD = World(
    sizes={"kind": KINDS, "service": SERVICES, "block": tuple(DAY)},
    counts=("activities",),
    columns={"kind": "kind", "group": "kind", "service": "service"},
    groups={group: tuple(kinds) for group, kinds in KINDS_OF.items()},
)


def year_of(seed: int) -> dict[tuple[str, str, str], int]:
    rng = np.random.default_rng(seed)
    places = [(kind, service, block) for kind in KINDS for service in SERVICES for block in DAY]
    return dict(zip(places, rng.choice([0, 0, 0, 1, 2, 3, 8], len(places)).tolist(), strict=True))


def page_of(year, blocks, as_at: str, ledger: list[str], *, careful: bool):
    """Give what one month's page prints of activity, entering it in the ledger.

    A careless page protects each of its parts as if nothing else were out.
    """
    days = [DAY[block] for block in blocks]
    rows = [
        (f"N{place}-{n}", DAY[block], kind, service)
        for place, ((kind, service, block), number) in enumerate(year.items())
        if block in blocks
        for n in range(number)
    ]
    held = pd.DataFrame(rows, columns=["activity_id", "date", "kind", "service"])
    held["date"] = pd.to_datetime(held["date"])
    held = held.reindex(columns=ACTIVITIES.names).astype(ACTIVITIES.empty().dtypes.to_dict())
    done = held["kind"].value_counts().reindex(list(KINDS), fill_value=0)
    known = {"earlier": printed_tables(pd.Series(ledger, dtype="str"))}
    own = held[held["service"] == SERVICES[2]]
    programme = protect_programme(
        stand_of({"2026-10": 20}, as_at=as_at),
        pd.DataFrame({"what": KINDS, "planned": 0, "done": done.to_numpy()}),
        [read_standard(key, []) for key in QUALITY_STANDARDS],
        pd.DataFrame(OWED, columns=OWED_NAMES),
        as_at=as_at,
        periods=["2026-10"],
        days=days,
        own=(SERVICES[2], by_group(own)),
        **known,
    )
    ledger += [release_text(programme.kinds), release_text(programme.own)]
    known = {"earlier": printed_tables(pd.Series(ledger if careful else [], dtype="str"))}
    nothing = pd.DataFrame({"status": [], "overdue": [], "standard": []}, dtype="object")
    nothing = nothing.astype({"overdue": "bool"})
    loop = protect_loop(nothing, held, as_at=as_at, raised=days, days=days, **known)
    ledger += [release_text(loop.groups), release_text(loop.heard)]
    return [
        (programme.kinds, {"kind": PEOPLE}),
        (programme.own, {"service": SERVICES[2:], "kind": APART}),
        (loop.groups, {"kind": PEOPLE}),
        (loop.heard, {"kind": FAMILY}),
    ]


def intruder_finds(seed: int, *, careful: bool) -> list[str]:
    year, ledger, read = year_of(seed), [], []
    for blocks, as_at in PAGES:
        for table, restricted in page_of(
            year, blocks, as_at, ledger if careful else [], careful=careful
        ):
            read.append((printed_table(release_text(table)), restricted | {"block": blocks}))
    return leaks(WORLD, read, np.array(list(year.values()), dtype="float64"))


@pytest.mark.parametrize("seed", [0, 29])
def test_pages_that_cover_twelve_months_each_give_no_month_away(seed):
    """One month falls out and one comes in; parts that knew nothing would tell."""
    assert intruder_finds(seed, careful=True) == []


def test_the_attack_would_find_pages_whose_parts_know_nothing_of_each_other():
    assert intruder_finds(0, careful=False)


def returned(states: dict[str, int]) -> pd.DataFrame:
    rows = [state for state, number in states.items() for _ in range(number)]
    return pd.DataFrame({"state": rows, "service": "East"})


def both_pages(*, late: int, collected_first: bool, same_day: bool):
    """Give October's row of both pages: 40 audits, `late` of them late, 30 in time."""
    ledger: list[str] = []
    day = "2026-10-31" if same_day else "2026-11-30"

    def collect():
        states = {"on_time": 30, "late": late, "overdue": 10 - late}
        known = printed_tables(pd.Series(ledger, dtype="str"))
        made = protect_progress(returned(states), as_at=day, periods=["2026-10"], earlier=known)
        ledger.append(release_text(made.states))
        return made.states

    def programme():
        stand = stand_of({"2026-09": 20, "2026-10": 30}, as_at="2026-10-31")
        owed = stand.table
        missing = owed.index[(owed["period"] == "2026-10") & (owed["state"] == "overdue")][:late]
        owed.loc[missing, "state"] = "late"
        table = tables_of(replace(stand, table=owed), {}, ledger=ledger).months
        ledger.append(release_text(table))
        return table

    if collected_first:
        return collect(), programme()
    table = programme()
    return collect(), table


@pytest.mark.parametrize("collected_first", [True, False])
@pytest.mark.parametrize("same_day", [True, False])
def test_the_page_of_returned_audits_does_not_tell_who_was_late(collected_first, same_day):
    """Two were late: what came back and what came back in time may not both be known."""
    states, months = both_pages(late=2, collected_first=collected_first, same_day=same_day)
    row = months.body.set_index("month").loc["Oct 2026"]
    in_time = {states.body.set_index("stand")["audits"][IN_TIME], row["in_time"]}
    assert row["returned"] == "[c]" or in_time == {"[c]"}
    assert {30, 32, "[c]"} >= in_time | {row["returned"]}


def test_what_hides_nothing_is_printed_on_both_pages():
    states, months = both_pages(late=8, collected_first=True, same_day=True)
    assert states.body["audits"].tolist() == [30, 10]
    assert states.body["stand"].tolist() == [IN_TIME, OTHERWISE]
    assert months.body.set_index("month").loc["Oct 2026", "in_time"] == 30


def test_a_page_of_two_months_keeps_how_many_came_in_time_to_itself():
    """The programme's page may print one of the two, and hide the other."""
    people = pd.concat([returned({"on_time": 25, "late": 9, "overdue": 6})] * 2, ignore_index=True)
    people["service"] = ["East"] * 40 + ["West"] * 40
    made = protect_progress(people, as_at="2026-10-31", periods=["2026-09", "2026-10"], earlier=())
    assert made.states.body.set_index("stand")["audits"][IN_TIME] == "[c]"
    assert not {50, "50"} & {value for row in made.services.rows for value in row}
    one = protect_progress(people, as_at="2026-10-31", periods=["2026-10"], earlier=())
    assert one.states.body.set_index("stand")["audits"][IN_TIME] == 50
