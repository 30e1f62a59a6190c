"""Large ticket draws: SipHash against its reference, the draw against a full sort, edges."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.errors import AllocationError, FrameError, SelectionError
from qa_sampling.sampling import large_draws
from qa_sampling.sampling.large_draws import count_strata, draw_large
from qa_sampling.sampling.siphash import SipHash, words_of, words_of_numbers
from qa_sampling.sampling.ticket_chunks import siphash_key
from qa_sampling.sampling.tickets import TAGS, ticket

# The authors' reference table (veorq/SipHash, vectors.h): key 00 .. 0f, messages 00 01 .. of
# length 0 to 15, the eight bytes of each hash as printed.
REFERENCE = (
    "310e0edd47db6f72 fd67dc93c539f874 5a4fa9d909806c0d 2d7efbd796666785 b7877127e09427cf "
    "8da699cd64557618 cee3fe586e46c9cb 37d1018bf50002ab 6224939a79f5f593 b0e4a90bdf82009e "
    "f3b9dd94c5bb5d7a a7ad6b22462fb3f4 fbe50e86bc8f1e75 903d84c02756ea14 eef27a8e90ca23f7 "
    "e545be4961ca29a1"
).split()
KEY = bytes(range(16))


def hashes(parts: list, count: int, key: bytes = KEY) -> list[int]:
    found = [0] * count
    for places, words in parts:
        for place, value in zip(
            places.tolist(), SipHash(key).of_words(words).tolist(), strict=True
        ):
            found[place] = value
    return found


def naive_siphash(message: bytes, key: bytes) -> int:
    """SipHash-2-4 on Python's integers, one message."""
    mask = 2**64 - 1
    k0, k1 = (int.from_bytes(key[at : at + 8], "little") for at in (0, 8))
    v = [
        0x736F6D6570736575 ^ k0,
        0x646F72616E646F6D ^ k1,
        0x6C7967656E657261 ^ k0,
        0x7465646279746573 ^ k1,
    ]

    def turn(x: int, bits: int) -> int:
        return (x << bits | x >> (64 - bits)) & mask

    def rounds(times: int) -> None:
        for _ in range(times):
            v[0] = (v[0] + v[1]) & mask
            v[1] = turn(v[1], 13) ^ v[0]
            v[0] = turn(v[0], 32)
            v[2] = (v[2] + v[3]) & mask
            v[3] = turn(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & mask
            v[3] = turn(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & mask
            v[1] = turn(v[1], 17) ^ v[2]
            v[2] = turn(v[2], 32)

    padded = message + b"\0" * (7 - len(message) % 8) + bytes([len(message) % 256])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


# siphash ----------------------------------------------------------------------------------


def test_siphash_agrees_with_its_reference_table() -> None:
    messages = [bytes(range(length)) for length in range(16)]
    found = hashes(words_of(messages), 16)
    assert [value.to_bytes(8, "little").hex() for value in found] == REFERENCE
    assert f"{found[15]:016x}" == "a129ca6149be45e5"


@given(st.lists(st.binary(max_size=300), max_size=12), st.binary(min_size=16, max_size=16))
@settings(max_examples=60, deadline=None)
def test_siphash_of_many_agrees_with_one_by_one(messages: list[bytes], key: bytes) -> None:
    assert hashes(words_of(messages), len(messages), key) == [
        naive_siphash(message, key) for message in messages
    ]


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=40), st.integers(0, 19))
@settings(max_examples=100, deadline=None)
def test_a_number_counts_as_its_digits(numbers: list[int], power: int) -> None:
    numbers = [*numbers, 10**power % 2**63, max(10**power - 1, 0) % 2**63, 0]
    texts = [str(number).encode() for number in numbers]
    found = hashes(words_of_numbers(np.array(numbers, dtype=np.int64)), len(numbers))
    assert found == hashes(words_of(texts), len(texts))


@pytest.mark.parametrize("length", [0, 15, 17])
def test_another_key_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"must hold 16 bytes; got {length}"):
        SipHash(b"k" * length)


def test_no_numbers_need_no_words() -> None:
    assert words_of_numbers(np.zeros(0, dtype=np.int64)) == []
    assert words_of([]) == []


def test_the_key_follows_from_the_seed() -> None:
    told = hashlib.sha256(TAGS["draw"].encode() + b"\0" + b"a seed").digest()[:16]
    assert siphash_key("a seed") == told


# the draw ---------------------------------------------------------------------------------


def frame(cases: int = 3_000, strata: int = 12, seed: int = 1) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    codes = np.minimum(dice.geometric(0.25, cases) - 1, strata - 1)
    return pd.DataFrame(
        {"case_ref": dice.permutation(cases) + 95_000, "stratum": [f"S{c:02}" for c in codes]}
    )


def sizes_of(table: pd.DataFrame, share: float) -> dict[str, int]:
    return {label: max(1, int(n * share)) for label, n in count_strata(table).items()}


def full_sort(table: pd.DataFrame, sizes: dict[str, int], seed: str, kind: str) -> list[tuple]:
    """Every ticket, sorted: the naive twin."""
    key = siphash_key(seed)
    rows = []
    for ref, label in table[["case_ref", "stratum"]].itertuples(index=False, name=None):
        value = (
            naive_siphash(str(ref).encode(), key)
            if kind == "siphash-2-4"
            else int(ticket(str(ref), seed)[:16], 16)
        )
        rows.append((label, value, str(ref)))
    rows.sort()
    drawn: list[tuple] = []
    ranks: dict[str, int] = {}
    for label, value, ref in rows:
        ranks[label] = ranks.get(label, 0) + 1
        if ranks[label] <= sizes.get(label, 0):
            drawn.append((ref, label, ranks[label], value))
    return drawn


def rows_of(draw: large_draws.LargeDraw) -> list[tuple]:
    columns = draw.sample[["case_ref", "stratum", "rank", "ticket"]]
    return [(str(r), s, k, t) for r, s, k, t in columns.itertuples(index=False, name=None)]


@pytest.mark.parametrize("kind", ["sha256", "siphash-2-4"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 1.0])
def test_the_draw_equals_the_full_sort(kind: str, share: float) -> None:
    table = frame()
    sizes = sizes_of(table, share)
    found = draw_large(table, sizes, seed="a seed", ticket=kind)
    assert rows_of(found) == full_sort(table, sizes, "a seed", kind)
    assert found.ticket == kind
    assert found.strata["sampled"].sum() == len(found.sample)
    assert found.sample["weight"].sum() == pytest.approx(3_000)


@pytest.mark.parametrize("kind", ["sha256", "siphash-2-4"])
def test_the_answer_never_depends_on_the_limit(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Limits so low that most strata fall short, some by everything, and are read again in full.
    table = frame()
    sizes = sizes_of(table, 0.05)
    known = draw_large(table, sizes, seed="a seed", ticket=kind)
    for share in (0, 2**54, 2**59, 2**60):
        monkeypatch.setattr(
            large_draws,
            "_limits",
            lambda wanted, counts, share=share: np.full(len(wanted), share, dtype=np.uint64),
        )
        again = draw_large(table, sizes, seed="a seed", ticket=kind)
        assert again.fingerprint == known.fingerprint
        pd.testing.assert_frame_equal(again.sample, known.sample)


@pytest.mark.parametrize("kind", ["sha256", "siphash-2-4"])
@pytest.mark.parametrize(
    "dtype", ["int32", "int64", "uint64", "Int64", "str", "object", "category"]
)
@pytest.mark.parametrize("chunk_rows", [1, 97, 100_000])
def test_order_dtype_and_chunks_change_nothing(kind: str, dtype: str, chunk_rows: int) -> None:
    table = frame(400)
    known = draw_large(table, sizes_of(table, 0.1), seed="7", ticket=kind)
    other = table.sample(frac=1, random_state=3).astype(
        {"case_ref": dtype, "stratum": "category" if dtype in ("int32", "object") else "str"}
    )
    found = draw_large(other, sizes_of(other, 0.1), seed="7", ticket=kind, chunk_rows=chunk_rows)
    assert found.fingerprint == known.fingerprint
    assert rows_of(found) == rows_of(known)


def test_sha256_tickets_are_those_of_the_registered_draw() -> None:
    table = frame(200).astype({"case_ref": "str"})
    found = draw_large(table, sizes_of(table, 0.1), seed="7")
    assert found.ticket == "sha256"
    for ref, value in found.sample[["case_ref", "ticket"]].itertuples(index=False):
        assert ticket(ref, "7").startswith(f"{value:016x}")


def test_above_a_million_cases_the_tickets_are_siphash() -> None:
    table = pd.DataFrame({"case_ref": np.arange(1_000_001), "stratum": "all"})
    table["stratum"] = table["stratum"].astype("category")
    assert draw_large(table, {"all": 3}, seed="1").ticket == "siphash-2-4"
    assert draw_large(table.iloc[:1_000], {"all": 3}, seed="1").ticket == "sha256"


def test_another_stratum_or_case_changes_only_its_own() -> None:
    table = frame()
    sizes = sizes_of(table, 0.1)
    before = draw_large(table, sizes, seed="7").sample
    more = pd.DataFrame({"case_ref": ["x", "y"], "stratum": ["new", "S01"]})
    wider = pd.concat([table.astype({"case_ref": "str"}), more])
    after = draw_large(wider, sizes | {"new": 1}, seed="7").sample
    for label in sizes:
        first, second = (
            set(part.loc[part["stratum"] == label, "case_ref"].astype(str))
            for part in (before, after)
        )
        assert len(first - second) <= (label == "S01")
        assert second - first <= {"y"}


def test_strata_of_one_size_do_not_get_the_same_places() -> None:
    # 200 strata of 10, 2 each: 45 pairs; a seeded recipe of a data-frame library gives one.
    rows = [(f"{s:03}{place}", f"{s:03}") for s in range(200) for place in "abcdefghij"]
    table = pd.DataFrame(rows, columns=["case_ref", "stratum"])
    found = draw_large(table, {f"{s:03}": 2 for s in range(200)}, seed="1", ticket="siphash-2-4")
    pairs = found.sample.groupby("stratum")["case_ref"].agg(lambda r: "".join(sorted(r.str[-1])))
    counts = pairs.value_counts()
    assert len(counts) >= 40
    assert stats.chisquare([*counts, *[0] * (45 - len(counts))]).pvalue > 0.001


def test_every_case_is_drawn_equally_often_over_seeds() -> None:
    # Level 0.001 over 30 z-tests, Bonferroni.
    table = pd.DataFrame({"case_ref": range(30), "stratum": ["a"] * 10 + ["b"] * 20})
    seen = np.zeros(30)
    seeds = 1_500
    for seed in range(seeds):
        draw = draw_large(table, {"a": 3, "b": 4}, seed=str(seed), ticket="siphash-2-4")
        seen[draw.sample["case_ref"].to_numpy()] += 1
    share = np.r_[np.full(10, 0.3), np.full(20, 0.2)]
    z = (seen / seeds - share) / np.sqrt(share * (1 - share) / seeds)
    assert np.abs(z).max() < stats.norm.isf(0.001 / 30 / 2)


# edges and refusals -----------------------------------------------------------------------


def test_none_and_all() -> None:
    table = frame(50)
    assert draw_large(table, {}, seed="1").sample.empty
    everyone = draw_large(table, count_strata(table), seed="1")
    assert len(everyone.sample) == 50
    assert set(everyone.sample["weight"]) == {1.0}
    assert everyone.strata["stratum"].tolist() == sorted(everyone.strata["stratum"])


def test_unused_categories_do_not_count() -> None:
    table = frame(50).astype(
        {"stratum": pd.CategoricalDtype(["empty", *sorted(set(frame(50)["stratum"]))])}
    )
    assert "empty" not in count_strata(table)
    assert "empty" not in draw_large(table, {}, seed="1").strata["stratum"].tolist()


def test_equal_first_bytes_are_told_apart_by_the_whole_ticket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = pd.DataFrame({"case_ref": [f"{n}" for n in range(20)], "stratum": "a"})
    monkeypatch.setattr(
        large_draws.ChunkTickets,
        "of",
        lambda self, rows: np.zeros(len(self._references.iloc[rows]), dtype=np.uint64),
    )
    found = draw_large(table, {"a": 20}, seed="1")
    assert found.sample["case_ref"].tolist() == sorted(
        table["case_ref"], key=lambda ref: ticket(ref, "1")
    )


@pytest.mark.parametrize(
    ("columns", "sizes", "message"),
    [
        ({"stratum": ["a", None, "b"]}, {}, "`stratum` is missing in 1 rows"),
        ({"stratum": ["a", " ", "b"]}, {}, "`stratum` is blank in 1 rows"),
        ({"stratum": pd.Categorical(["a", None, "b"])}, {}, "`stratum` is missing in 1 rows"),
        ({"stratum": [1.0, 2.0, 1.0]}, {}, "`stratum` holds numbers with a point"),
        ({"case_ref": ["1", None, "2"]}, {}, "`case_ref` is missing in 1 rows"),
        ({"case_ref": [1, 2, 1]}, {}, "1 rows or more repeat a `case_ref`"),
        ({"case_ref": [1, 2, "1"]}, {}, "1 rows or more repeat a `case_ref`"),
        ({"case_ref": [1.0, 2.0, 3.0]}, {}, "`case_ref` holds numbers with a point"),
        ({}, {"z": 1}, "Stratum 'z' has a size but no case"),
        ({}, {"a": 3}, "3 cases were asked for from 'a', which holds 2"),
        ({}, {"a": 1.5}, "must be a whole number, 0 or more; got 1.5"),
        ({}, {"a": -1}, "must be a whole number"),
    ],
)
def test_what_is_not_in_order_is_refused(columns: dict, sizes: dict, message: str) -> None:
    table = pd.DataFrame({"case_ref": ["x", "y", "z"], "stratum": ["a", "a", "b"]})
    with pytest.raises((FrameError, AllocationError), match=message):
        draw_large(table.assign(**columns), sizes, seed="1")


def test_a_repetition_among_the_drawn_is_found_above_a_million_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(large_draws, "SHA256_AT_MOST", 2)
    table = pd.DataFrame({"case_ref": ["x", "y", "x"], "stratum": ["a", "a", "b"]})
    with pytest.raises(FrameError, match="repeat a `case_ref`"):
        draw_large(table, {"a": 1, "b": 1}, seed="1")


def test_a_blank_seed_and_an_unknown_ticket_are_refused() -> None:
    table = frame(10)
    with pytest.raises(FrameError, match="`seed` is blank"):
        draw_large(table, {}, seed=" ")
    with pytest.raises(SelectionError, match="'md5' is unknown; choose 'auto', 'sha256'"):
        draw_large(table, {}, seed="1", ticket="md5")


@pytest.mark.parametrize("chunk_rows", [0, -5, 2.5, True])
def test_impossible_chunks_are_refused(chunk_rows: int) -> None:
    table = pd.DataFrame({"case_ref": ["a", "b"], "stratum": ["A", "A"]})
    with pytest.raises(SelectionError, match="`chunk_rows` must be a whole number, 1 or more"):
        draw_large(table, {"A": 1}, seed="7", chunk_rows=chunk_rows)
    with pytest.raises(SelectionError, match="`chunk_rows` must be a whole number, 1 or more"):
        count_strata(table, chunk_rows=chunk_rows)
