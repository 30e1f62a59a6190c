"""Attacks on what the page of the programme leaves for everybody, in one edition and several."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from disclosure_intruder import World, leaks

from qa_sampling.loop.programme import against_plan
from qa_sampling.loop.standards import read_standard
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.reporting.plots_programme import plan_chart, plan_chart_alt
from qa_sampling.reporting.programme_tables import protect_programme
from qa_sampling.reporting.programme_words import how_much_words
from qa_sampling.reporting.releases import printed_table, printed_tables, release_text
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.sampling.progress import progress
from qa_sampling.schema import QUALITY_STANDARDS

YEAR = [f"{one:%Y-%m}" for one in pd.date_range("2025-12-01", "2026-11-01", freq="MS")]


OWED = [
    ("Director", 9, 8, 1, True),
    ("Team Manager", 40, 20, 24, True),
    ("Principal Social Worker", 11, 0, 2, True),
    ("Lead Member", 0, 0, 1, True),
    ("Quality Assurance Manager", None, None, 1, False),
    ("Other roles", 97, 50, 0, True),
]
OWED_NAMES = ["role", "owed", "overdue", "holders", "due"]


def stand_of(back: dict[str, int], *, planned: int = 40, as_at: str, late: int = 0):
    """Give audits of some months, of which so many are back in time, and so many more late."""
    rows = [
        (
            f"{month}-{n}",
            month,
            f"{month}-05",
            f"{month}-{'03' if n < number else '28'}" if n < number + late else None,
        )
        for month, number in back.items()
        for n in range(planned)
    ]
    owed = pd.DataFrame(rows, columns=["audit_id", "period", "date_due", "date_completed"])
    for name in ("date_due", "date_completed"):
        owed[name] = pd.to_datetime(owed[name])
    known = {"auditor_id": "S1", "team": "A", "service": "B"}
    return progress(owed.assign(**known, not_auditable=False, replaced=False), as_at=as_at)


def tables_of(stand, done: dict[str, int], *, as_at="2026-10-31", ledger=(), owed=None):
    """Protect as the page does: `done` by kind of activity, two of each planned."""
    if owed is None:
        owed = pd.DataFrame(OWED, columns=OWED_NAMES)
        owed = owed.astype({"owed": "Int64", "overdue": "Int64"})
    kinds = list(ACTIVITY_KINDS)
    activity = pd.DataFrame(
        {"what": kinds, "planned": 2, "done": [done.get(one, 20) for one in kinds]}
    )
    periods = [one for one in YEAR if one <= as_at[:7]]
    return protect_programme(
        stand,
        activity,
        [read_standard(key, []) for key in QUALITY_STANDARDS],
        owed,
        as_at=as_at,
        periods=periods,
        days=[f"{pd.Timestamp(as_at):%Y-%m-%d}"],
        earlier=printed_tables(pd.Series(list(ledger), dtype="str")),
    )


def test_sentences_tell_no_more_than_the_table():
    """Two talks with partners are planned: "behind" would tell one, and the total the reviews."""
    stand = stand_of({"2026-10": 20}, as_at="2026-10-31")
    draws = against_plan([], pd.DataFrame({"what": [], "period": [], "number": []}), periods=YEAR)
    said = []
    for heard, review in ((1, 7), (2, 6), (3, 5)):
        tables = tables_of(stand, {"Feedback from a partner": heard, "Rapid review": review})
        printed = tables.kinds.body.set_index("kind")["activities"]
        assert printed["Feedback from a partner"] == printed["Rapid review"] == HIDDEN_MARK
        said.append((printed.to_dict(), how_much_words(tables, draws).sentences))
    assert said[0] == said[1] == said[2], "the same table, the same sentences"
    assert "Of 6 kinds of other activity whose number is shown, 6 met the plan." in said[0][1]


MONTHS = ("Apr 2026", "May 2026", "Jun 2026", "Jul 2026", "Sep 2026", "Oct 2026", "Nov 2026")
THEN, COUNTS = "Oct 2026 in October", ("planned", "returned", "in_time")


def edition(back: dict[str, int], ledger: list[str], *, as_at: str):
    """Give what everybody has of one month's page, entering it in the ledger."""
    stand = stand_of(back, as_at=as_at)
    table = tables_of(stand, {}, as_at=as_at, ledger=ledger).months
    ledger.append(release_text(table))
    return table


def intruder_reads(tables, october: tuple[int, int], back: dict[str, int]):
    """Attack several editions; only October's audits came back between them."""
    sizes = {"month": (*MONTHS, THEN)}
    world = World(
        sizes=sizes, counts=COUNTS, columns={"month": "month"}, groups={},
        inside=(("planned", "returned"), ("returned", "in_time")),
    )  # fmt: skip
    first, *rest = (printed_table(release_text(one)) for one in tables)
    rows = tuple((THEN if row[0] == MONTHS[5] else row[0], *row[1:]) for row in first.rows)
    first = replace(first, rows=rows)
    read = [(one, {"month": tuple(row[0] for row in one.rows[:-1])}) for one in (first, *rest)]
    returned = [back.get(f"{pd.Timestamp(one):%Y-%m}", 0) for one in MONTHS]
    returned = [*returned[:5], october[1], returned[6], october[0]]
    return leaks(world, read, pd.Series([40] * 8 + returned + returned).to_numpy())


def test_a_post_of_one_person_has_no_figures_of_its_own():
    """What the Director owes is what one person owes; every role has a row, nothing due is 0."""
    roles = tables_of(stand_of({"2026-10": 20}, as_at="2026-10-31"), {}).roles.frame
    rows = dict(zip(roles["role"], roles["owed"], strict=True))
    hidden = dict.fromkeys(("Director", "Principal Social Worker", "Lead Member"), "[c]")
    others = {"Team Manager": 40, "Quality Assurance Manager": 0}
    assert rows == hidden | others | {"Other roles, not named for it": 97, "All roles": 157}


def test_of_two_posts_none_can_tell_the_others_figures():
    """The Director knows what they owe, so a third row is hidden with that of the other post."""
    owed = pd.DataFrame(OWED, columns=OWED_NAMES).astype({"owed": "Int64", "overdue": "Int64"})
    two = owed[owed["role"] != "Lead Member"]
    roles = tables_of(stand_of({"2026-10": 20}, as_at="2026-10-31"), {}, owed=two).roles.frame
    hidden = set(roles.loc[roles["owed"] == "[c]", "role"])
    assert hidden == {"Director", "Principal Social Worker", "Other roles, not named for it"}


def test_a_page_with_hidden_totals_or_a_withheld_table_still_reads():
    """Of one month with three audits nothing can be shown; with a hidden total, no sum is told."""
    draws = against_plan([], pd.DataFrame({"what": [], "period": [], "number": []}), periods=YEAR)
    tables = tables_of(stand_of({"2026-10": 3}, planned=3, as_at="2026-10-31"), {})
    assert "Oct 2026: [c]" in plan_chart_alt(tables.months)
    assert plan_chart(tables.months).get_figure()
    assert "[c]" not in " ".join(how_much_words(tables, draws).sentences)
    back = {"2026-04": 37, "2026-05": 20, "2026-06": 21, "2026-07": 22, "2026-09": 30}
    ledger: list[str] = []
    edition(back | {"2026-10": 24}, ledger, as_at="2026-10-31")
    stand = stand_of(back | {"2026-10": 24, "2026-11": 2}, as_at="2026-11-30")
    tables = tables_of(stand, {}, as_at="2026-11-30", ledger=ledger)
    assert tables.months.frame["returned"].iloc[-1] == HIDDEN_MARK
    assert "[c]" not in " ".join(how_much_words(tables, draws).sentences)
    assert "Nov 2026: [c] of 40 planned" in plan_chart_alt(tables.months)


def test_what_came_in_time_is_told_by_month_and_what_came_back_of_all_months():
    """A late audit or two of a month would tell themselves between two pages, and hide it all."""
    back, ledger = {"2026-04": 30, "2026-05": 20, "2026-06": 21}, []
    for late in (3, 4, 6):
        as_at = f"2026-{late + 3:02}-30"
        stand = stand_of(back, late=late, as_at=as_at)
        page = tables_of(stand, {}, as_at=as_at, ledger=ledger).months
        ledger.append(release_text(page))
        told = page.frame.set_index("month")
        assert told["in_time"].tolist() == [30, 20, 21, 71]
        assert told["returned"].tolist() == [*[HIDDEN_MARK] * 3, 71 + 3 * late]


def test_what_earlier_pages_gave_away_withholds_no_later_one():
    """April's first page prints all that is back; with the next pages that tells of May."""
    back, ledger = {"2026-04": 28}, []
    for month, number, late in (("04", 28, 0), ("05", 26, 8), ("06", 17, 9), ("07", 30, 8)):
        back |= {f"2026-{month}": number} | ({"2026-06": 20} if month == "07" else {})
        as_at = f"2026-{month}-30"
        stand = stand_of(back, late=late, as_at=as_at)
        page = tables_of(stand, {}, as_at=as_at, ledger=ledger).months
        ledger.append(release_text(page))
        assert not page.withheld
        assert HIDDEN_MARK not in set(page.frame["in_time"])


def test_where_none_is_late_both_are_told_by_month():
    stand = stand_of({"2026-04": 30, "2026-05": 20}, as_at="2026-05-31")
    told = tables_of(stand, {}, as_at="2026-05-31").months.frame
    assert told["in_time"].tolist() == told["returned"].tolist() == [30, 20, 50]


@pytest.mark.parametrize("later", [24, 38])
def test_pages_of_two_months_give_no_month_away(later):
    """April lacks three audits, hidden with September; November has two, and frees September."""
    back = {"2026-04": 37, "2026-05": 20, "2026-06": 21, "2026-07": 22, "2026-09": 30}
    ledger: list[str] = []
    october = edition(back | {"2026-10": 24}, ledger, as_at="2026-10-31")
    after = back | {"2026-10": later, "2026-11": 2}
    november = edition(after, ledger, as_at="2026-11-30")
    assert HIDDEN_MARK in set(october.body["returned"])
    assert not november.withheld
    assert intruder_reads([october, november], (24, later), after) == []
    again = edition(back | {"2026-10": 24}, ledger, as_at="2026-10-31")
    assert again.rows == october.rows, "a page can be made again after the next one"


def test_the_attack_on_two_months_would_find_a_careless_page():
    back = {"2026-04": 37, "2026-05": 20, "2026-06": 21, "2026-07": 22, "2026-09": 30}
    after = back | {"2026-10": 38, "2026-11": 2}
    tables = [
        edition(back | {"2026-10": 24}, [], as_at="2026-10-31"),
        edition(after, [], as_at="2026-11-30"),
    ]
    assert intruder_reads(tables, (24, 38), after), "without the ledger a month is given away"
