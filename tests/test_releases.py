"""What the ledger of releases keeps, and what it gives back."""

from __future__ import annotations

import pytest
from disclosure_tables import one_way, two_way

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.disclosure import PrintedTable, SafeTable, protect
from qa_sampling.reporting.releases import (
    printed_table,
    printed_tables,
    release_fingerprint,
    release_text,
)
from qa_sampling.reporting.share import share


def rich_table():
    table = two_way([[3, 20], [30, 41], [8, 9]])
    table["seen"] = table["n"] // 2
    table["people"] = 1000
    return protect(
        table,
        by=["team", "status"],
        counts=["n", "seen"],
        within={"seen": "n"},
        publics=["people"],
        rates={"rate": ("n", "people")},
        percentages={"share": ("seen", "n")},
        subtotals_of={"team": {"Team 0": "East", "Team 1": "East"}},
        made_of={"status": ("state", {"Status 0": ["a", "b"]})},
        over={"month": ["2026-04", "2026-05"]},
        labels={"n": "Cases"},
        population="open",
    )


def test_a_table_comes_back_as_it_was_printed():
    table = rich_table()
    back = printed_table(release_text(table))
    plain = {name: getattr(table, name) for name in PrintedTable.__dataclass_fields__}
    assert {name: getattr(back, name) for name in plain} == plain
    assert back.note == table.note
    assert release_text(table) == release_text(rich_table())
    assert len(release_fingerprint(table)) == 64


def test_what_comes_back_cannot_be_shared():
    back = printed_table(release_text(rich_table()))
    assert not isinstance(back, SafeTable)
    with pytest.raises(DisclosureError, match="was given a PrintedTable"):
        share(back, title="Again")
    with pytest.raises(DisclosureError, match="was given a PrintedTable"):
        release_text(back)


def test_the_text_holds_no_hidden_number():
    table = protect(one_way(4444, 67, 9999, 78), by=["kind"], counts=["n"], threshold=100)
    text = release_text(table)
    assert "4444" in text
    assert "67" not in text
    assert "78" not in text
    assert table.hidden >= 2


def test_each_release_is_given_once():
    text = release_text(rich_table())
    assert len(printed_tables([text, text])) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}', '{"format": 1}'])
def test_a_text_that_cannot_be_read_is_refused(text):
    with pytest.raises(DisclosureError, match="cannot be read by this version"):
        printed_table(text)


def test_only_a_safe_table_has_a_release_text():
    with pytest.raises(DisclosureError, match="was given a DataFrame"):
        release_text(one_way(1))
