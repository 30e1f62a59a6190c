"""Attacks on what the page of the programme leaves for everybody, in one edition and several."""

from __future__ import annotations

import pandas as pd

from qa_sampling.loop.programme import against_plan
from qa_sampling.loop.standards import read_standard
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.reporting.programme_tables import protect_programme
from qa_sampling.reporting.programme_words import how_much_words
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.sampling.progress import progress
from qa_sampling.schema import QUALITY_STANDARDS

YEAR = [f"{one:%Y-%m}" for one in pd.date_range("2025-12-01", "2026-11-01", freq="MS")]


def stand_of(back: dict[str, int], *, planned: int = 40, as_at: str):
    """Give audits of some months, of which so many are back in time."""
    rows = [
        (f"{month}-{n}", month, f"{month}-05", f"{month}-03" if n < number else None)
        for month, number in back.items()
        for n in range(planned)
    ]
    owed = pd.DataFrame(rows, columns=["audit_id", "period", "date_due", "date_completed"])
    for name in ("date_due", "date_completed"):
        owed[name] = pd.to_datetime(owed[name])
    known = {"auditor_id": "S1", "team": "A", "service": "B"}
    return progress(owed.assign(**known, not_auditable=False, replaced=False), as_at=as_at)


def tables_of(stand, done: dict[str, int], *, as_at: str = "2026-10-31", ledger=()):
    """Protect as the page does: `done` by kind of activity, two of each planned."""
    kinds = list(ACTIVITY_KINDS)
    activity = pd.DataFrame(
        {"what": kinds, "planned": 2, "done": [done.get(one, 20) for one in kinds]}
    )
    periods = [one for one in YEAR if one <= as_at[:7]]
    return protect_programme(
        stand,
        activity,
        [read_standard(key, []) for key in QUALITY_STANDARDS],
        pd.DataFrame({"role": ["Director"], "owed": [0], "overdue": [0]}),
        as_at=as_at,
        periods=periods,
        days=[f"{pd.Timestamp(as_at):%Y-%m-%d}"],
        earlier=printed_tables(pd.Series(list(ledger), dtype="str")),
    )


def test_sentences_tell_no_more_than_the_table():
    """Two practice weeks are planned: "behind" would be one, and the total tells the reviews."""
    stand = stand_of({"2026-10": 20}, as_at="2026-10-31")
    draws = against_plan([], pd.DataFrame({"what": [], "period": [], "number": []}), periods=YEAR)
    said = []
    for week, review in ((1, 7), (2, 6), (3, 5)):
        tables = tables_of(stand, {"Practice week": week, "Rapid review": review})
        printed = tables.kinds.body.set_index("kind")["activities"]
        assert printed["Practice week"] == printed["Rapid review"] == HIDDEN_MARK
        said.append((printed.to_dict(), how_much_words(tables, draws).sentences))
    assert said[0] == said[1] == said[2], "the same table, the same sentences"
    assert "Of 19 kinds of other activity 19 met the plan." in said[0][1]
