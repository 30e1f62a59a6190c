"""References and tickets against other programs, and what they must not depend on."""

import hashlib
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.sampling.tickets import TAGS, as_fraction, pseudonym, ticket, tickets

GOLDEN = Path(__file__).parent / "golden"
TICKETS = json.loads((GOLDEN / "tickets.json").read_text(encoding="utf-8"))["vectors"]
REFERENCES = json.loads((GOLDEN / "references.json").read_text(encoding="utf-8"))["vectors"]
KEY = b"an invented key of 32 bytes only"


def test_there_are_68_ticket_vectors() -> None:
    assert len(TICKETS) == 68
    assert {vector["purpose"] for vector in TICKETS} == set(TAGS)


@pytest.mark.parametrize("vector", TICKETS, ids=lambda vector: vector["ticket"][:8])
def test_ticket_agrees_with_sha256sum(vector: dict) -> None:
    drawn = ticket(vector["reference"], vector["seed"], purpose=vector["purpose"])
    assert drawn == vector["ticket"]
    many = tickets([vector["reference"]] * 2, vector["seed"], purpose=vector["purpose"])
    assert many == [vector["ticket"]] * 2


@pytest.mark.parametrize("vector", REFERENCES, ids=lambda vector: vector["reference"][:8])
def test_reference_agrees_with_openssl(vector: dict) -> None:
    reference = pseudonym(vector["identifier"], vector["key"].encode())
    assert reference == vector["reference"]
    assert len(reference) == 26


def test_the_default_purpose_is_the_draw() -> None:
    assert ticket("00123", "20250401") == ticket("00123", "20250401", purpose="draw")
    assert tickets(["00123"], "20250401") == [ticket("00123", "20250401")]


def test_leading_zeros_count() -> None:
    assert pseudonym("00123", KEY) != pseudonym("123", KEY)
    assert ticket("00123", "1") != ticket("123", "1")


@pytest.mark.parametrize("around", ["{} ", " {}", "\t{}\n", "\u00a0{}\u3000"])
def test_white_space_around_a_number_does_not_count(around: str) -> None:
    assert pseudonym(around.format("0040123"), KEY) == pseudonym("0040123", KEY)


def test_white_space_within_a_number_counts() -> None:
    assert pseudonym("0040 123", KEY) != pseudonym("0040123", KEY)


def test_composed_and_decomposed_letters_are_one_number() -> None:
    composed, decomposed = "\u00e9-7", "e\u0301-7"
    assert composed != decomposed
    assert pseudonym(composed, KEY) == pseudonym(decomposed, KEY)


def test_look_alikes_stay_apart() -> None:
    latin, cyrillic, ligature = pseudonym("A1", KEY), pseudonym("А1", KEY), pseudonym("ﬁ", KEY)
    assert latin != cyrillic
    assert ligature != pseudonym("fi", KEY)


def test_a_reference_follows_from_the_key() -> None:
    assert pseudonym("1", KEY) != pseudonym("1", KEY[:-1] + b"Y")


@pytest.mark.parametrize("length", [0, 1, 15])
def test_a_short_key_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"at least 16 bytes; got {length}"):
        pseudonym("1", b"k" * length)
    assert pseudonym("1", b"k" * 16)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\t"])
def test_a_blank_number_is_refused(blank: str) -> None:
    with pytest.raises(ValueError, match="`identifier` is blank"):
        pseudonym(blank, KEY)


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(KeyError):
        ticket("1", "1", purpose="luck")
    with pytest.raises(KeyError):
        tickets(["1"], "1", purpose="luck")


def test_two_purposes_never_share_tickets() -> None:
    drawn = {ticket("1", "1", purpose=purpose) for purpose in TAGS}
    assert len(drawn) == len(TAGS) == len(set(TAGS.values()))


@pytest.mark.parametrize(
    ("value", "number"),
    [("0" * 64, 0.0), ("8" + "0" * 63, 0.5), ("f" * 64, 1 - 16.0**-13), ("4" + "f" * 63, None)],
)
def test_a_ticket_reads_as_a_number_below_one(value: str, number: float | None) -> None:
    read = as_fraction(value)
    assert 0 <= read < 1
    assert read == (number if number is not None else (0x4FFFFFFFFFFFF) / 16**13)


@given(st.text(max_size=20), st.lists(st.text(max_size=12), max_size=6))
def test_tickets_one_by_one_and_together_agree(seed: str, references: list[str]) -> None:
    expected = [
        hashlib.sha256(b"qa_sampling/ticket/v1\0" + f"{seed}\0{name}".encode()).hexdigest()
        for name in references
    ]
    assert tickets(references, seed) == expected
    assert [ticket(name, seed) for name in references] == expected


@given(st.text(min_size=1, max_size=12).filter(str.strip))
def test_a_reference_is_the_same_in_every_normal_form(number: str) -> None:
    known = pseudonym(number, KEY)
    for form in ("NFC", "NFD"):
        assert pseudonym(unicodedata.normalize(form, number), KEY) == known
