"""A year of pages of findings: each page adds as much to think of as the one before."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from qa_sampling.reporting import suppression
from qa_sampling.reporting.disclosure import request_of
from qa_sampling.reporting.editions import changed
from qa_sampling.reporting.findings_tables import AUDITS, protect_findings
from qa_sampling.reporting.knowledge import read_tables
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.reporting.suppression import hide
from qa_sampling.reporting.table_cells import cells_of
from qa_sampling.reporting.table_grid import with_totals
from qa_sampling.schema import GRADES

STANDARD = {"assessment": "Assessment"}
MONTHS = [str(month) for month in pd.period_range("2026-01", "2026-06", freq="M")]


def audits_of(months, seed: int = 5) -> pd.DataFrame:
    """Invent some fifty audits a month, one in eight of them a month late or more."""
    random = np.random.default_rng(seed)
    made = []
    for month in months:
        number = int(random.integers(40, 56))
        late = random.random(number) < 0.125
        after = np.where(late, random.integers(32, 75, number), random.integers(9, 28, number))
        day = pd.Timestamp(month) + pd.to_timedelta(after, unit="D")
        made.append(
            pd.DataFrame(
                {
                    "period": month,
                    "completed": day.strftime("%Y-%m-%d"),
                    "service": random.choice(["A", "B"], number),
                    "overall": random.choice(GRADES, number, p=[0.2, 0.4, 0.25, 0.15]),
                    "assessment": random.choice(GRADES, number),
                    "family_feedback": "Yes",
                    "practitioner_met": random.choice(["Yes", "No"], number),
                }
            )
        )
    return pd.concat(made, ignore_index=True)


def pages_of(audits: pd.DataFrame, months, **more) -> list[list]:
    """Protect the findings of three months at a time, each month as at its end."""
    pages, out = [], []
    every = pd.date_range(audits["completed"].min(), f"{months[-1]}-28") + pd.Timedelta(days=3)
    for at, month in enumerate(months):
        now, end = months[max(0, at - 2) : at + 1], str(pd.Period(month).end_time.date())
        days = [day for day in every.strftime("%Y-%m-%d") if day <= end]
        mine = audits[audits["period"].isin(now) & (audits["completed"] <= end)]
        made = protect_findings(
            mine, STANDARD, design="monthly", months=now, days=days, earlier=out, **more
        )
        pages.append(list(made.by_title().values()))
        out += pages[-1]
    return pages


@pytest.fixture(scope="module")
def pages():
    return pages_of(audits_of(MONTHS), MONTHS)


def test_a_page_more_adds_a_fixed_number_of_counts(pages):
    thought_of = [
        len(read_tables([table for page in pages[:upto] for table in page]).index)
        for upto in range(1, len(pages) + 1)
    ]
    more = [later - earlier for earlier, later in pairwise(thought_of)]
    assert len(set(more[2:])) == 1, more


def test_what_came_between_two_pages_of_the_same_months_is_not_told():
    """April by the end of April and of May: the difference is what came late."""
    random = np.random.default_rng(8)
    for seed in random.integers(0, 10**6, 3):
        april = audits_of(["2026-04"], seed=int(seed))
        days = [str(day.date()) for day in pd.date_range("2026-04-01", "2026-06-30")]
        shown, out = [], []
        for end in ("2026-04-25", "2026-06-30"):
            made = protect_findings(
                april[april["completed"] <= end], STANDARD, design="monthly", months=["2026-04"],
                days=[day for day in days if day <= end], earlier=out,
            )  # fmt: skip
            out += list(made.by_title().values())
            shown.append(made.grades.body.set_index("grade")[AUDITS])
        between = [
            int(then) - int(first)
            for first, then in zip(*shown, strict=True)
            if HIDDEN_MARK not in (first, then)
        ]
        assert not [one for one in between if 0 < one < 6]


def test_an_audit_completed_before_its_month_is_counted_like_any_other():
    audits = audits_of(MONTHS[:2])
    audits.loc[audits["period"].eq(MONTHS[1]).idxmax(), "completed"] = "2026-01-30"
    begun = {MONTHS[1]: "2026-01-30"}
    first, second = pages_of(audits, MONTHS[:2], begun=begun)
    printed = second[0].over["month, day completed"]
    assert f"{MONTHS[1]}, 2026-01-30" in printed
    assert f"{MONTHS[1]}, 2026-01-29" not in printed
    assert not set(printed) < set(first[0].over["month, day completed"])


def test_a_ledger_that_names_months_and_days_apart_is_read_in_the_new_naming(pages):
    audits = audits_of(MONTHS)
    (told,) = pages[0][0].over.values()
    apart = {"month": tuple(MONTHS[:1]), "completed": tuple(one[-10:] for one in told)}
    old = [changed(table, over=apart) for table in pages[0]]
    mine = audits[audits["period"].isin(MONTHS[:2]) & (audits["completed"] <= "2026-02-28")]
    days = sorted({one[-10:] for one in pages[1][0].over["month, day completed"]})
    made = protect_findings(
        mine, STANDARD, design="monthly", months=MONTHS[:2], days=days, earlier=old
    )
    assert [table.rows for table in made.by_title().values()] == [one.rows for one in pages[1]]


def test_in_a_hurry_only_what_is_not_known_to_be_safe_is_looked_at_alone(monkeypatch):
    counts = np.random.default_rng(3).poisson(3.0, (12, 9))
    table = pd.DataFrame(
        [(f"T{one:02}", f"S{two}", int(n)) for (one, two), n in np.ndenumerate(counts)],
        columns=["team", "status", "cases"],
    )
    request = request_of(table, by=["team", "status"], counts=["cases"])
    cells = cells_of([(request, with_totals(request))], ()).cells
    looked_at, kept = [], suppression._cover
    monkeypatch.setattr(
        suppression, "_cover", lambda *given: looked_at.append(given[2]) or kept(*given)
    )
    hidden = hide(cells, time_limit_s=0)
    asked = int((cells.state == suppression.HIDDEN).sum())
    assert asked > 9
    assert hidden.sum() >= asked
    assert len(looked_at) < asked / 2
    assert not suppression._cuts(cells, hidden)
