"""The hash chain: canonical text, digests, and every way of tampering with events."""

import hashlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.records.chain import (
    GENESIS,
    Event,
    canonical_json,
    chain_faults,
    digest_rows,
    hash_event,
    next_event,
    row_text,
)

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def chain(length):
    events, last = [], None
    for i in range(length):
        last = next_event(last, at=f"2026-11-0{i + 1}", actor="A", kind="k", body=f'{{"i":{i}}}')
        events.append(last)
    return events


@given(PLAIN)
def test_canonical_text_reads_back_exactly(value):
    text = canonical_json(value)
    assert json.loads(text) == value
    assert text.isascii()
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_does_not_count(held):
    backwards = dict(reversed(held.items()))
    assert canonical_json(backwards) == canonical_json(held)


def test_numbers_that_are_not_finite_are_refused():
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match="Out of range"):
            canonical_json(value)


def test_digest_of_rows_by_hand():
    # printf '{"a":1,"b":"x"}\n{"a":0.1}\n' | sha256sum
    expected = hashlib.sha256(b'{"a":1,"b":"x"}\n{"a":0.1}\n').hexdigest()
    assert digest_rows([{"b": "x", "a": 1}, {"a": 0.1, "b": None}]) == expected


def test_a_column_that_is_blank_leaves_the_digest_as_it_was():
    assert row_text({"a": 1, "later": None}) == row_text({"a": 1})


def test_hash_of_an_event_by_hand():
    # printf '[1,"t","A","k","{}","0000…"]' | sha256sum
    text = f'[1,"t","A","k","{{}}","{GENESIS}"]'
    assert hash_event(1, "t", "A", "k", "{}", GENESIS) == hashlib.sha256(text.encode()).hexdigest()


@given(st.text(), st.text(), st.text(), st.text())
def test_text_cannot_move_from_one_part_of_an_event_to_the_next(a, b, c, d):
    first, second = hash_event(1, a, b, "k", "", ""), hash_event(1, c, d, "k", "", "")
    assert (first == second) == ((a, b) == (c, d))


def test_a_whole_chain_is_sound():
    assert chain_faults([]) == []
    assert chain_faults(chain(5)) == []


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("part", Event._fields)
def test_every_part_of_every_event_is_held(at, part):
    events = chain(4)
    value = getattr(events[at], part)
    events[at] = events[at]._replace(**{part: value + 1 if part == "n" else value + "!"})
    assert chain_faults(events)


@pytest.mark.parametrize("at", range(3))
def test_a_missing_event_shows(at):
    events = chain(4)
    del events[at]
    assert any("missing" in fault for fault in chain_faults(events))


def test_two_events_in_another_order_show():
    events = chain(4)
    events[1], events[2] = events[2], events[1]
    assert chain_faults(events)


def test_an_event_put_between_shows():
    events = chain(3)
    events.insert(2, next_event(events[1], at="x", actor="B", kind="k", body="{}"))
    assert chain_faults(events)


def test_an_event_that_cannot_be_hashed_is_a_fault_not_a_crash():
    events = chain(2)
    events[1] = events[1]._replace(body=b"\xff")
    assert chain_faults(events) == ["event 2 was altered: its hash does not fit its text"]


class TestExpectedHead:
    def test_the_last_head_is_found(self):
        events = chain(3)
        assert chain_faults(events, expect_head=events[-1].hash) == []

    def test_an_earlier_head_is_found_when_the_chain_has_grown(self):
        events = chain(3)
        assert chain_faults(events, expect_head=events[0].hash[:16].upper() + " ") == []

    def test_a_cut_tail_shows(self):
        events = chain(3)
        faults = chain_faults(events[:2], expect_head=events[-1].hash)
        assert len(faults) == 1
        assert "cut off" in faults[0]

    def test_too_few_digits_recognise_nothing(self):
        events = chain(3)
        assert chain_faults(events, expect_head=events[-1].hash[:15])
