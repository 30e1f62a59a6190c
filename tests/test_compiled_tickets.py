"""Compiled loops of large draws: the same words, hashes and draws as numpy's, or none at all."""

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import SelectionError
from qa_sampling.sampling import ticket_chunks
from qa_sampling.sampling.large_draws import count_strata, draw_large
from qa_sampling.sampling.siphash import SipHash, words_of_numbers
from qa_sampling.sampling.ticket_chunks import SHA256_AT_MOST, loops_of

needs_numba = pytest.mark.skipif(
    find_spec("numba") is None, reason="numba, the extra `fast`, is not installed"
)
KEY = bytes(range(16))
EDGES = sorted(
    {
        near
        for power in range(19)
        for many in (1, 5, 9)
        for near in (many * 10**power - 1, many * 10**power, many * 10**power + 1)
        if near < 2**63
    }
    | {high * 10**8 + low for high in (1, 9_999_999) for low in (0, 99_999_999)}
)


def frame(cases: int = 4_000) -> pd.DataFrame:
    dice = np.random.default_rng(3)
    labels = [f"S{place:03}" for place in range(300)]
    codes = np.minimum(dice.geometric(0.02, cases) - 1, 299).astype(np.int16)
    refs = np.unique(np.r_[EDGES, 10 ** dice.uniform(0, 18, 2 * cases)].astype(np.int64))
    return pd.DataFrame(
        {
            "case_ref": dice.choice(refs, cases, replace=False),
            "stratum": pd.Categorical.from_codes(codes, labels),
        }
    )


@needs_numba
def test_digits_are_cut_alike_at_every_edge() -> None:
    loops = loops_of("numba", "siphash-2-4", 1)
    for (here, mine), (there, theirs) in zip(
        words_of_numbers(np.array(EDGES), loops), words_of_numbers(np.array(EDGES)), strict=True
    ):
        assert here.tolist() == there.tolist()
        assert mine.tolist() == theirs.tolist()


@needs_numba
@given(st.lists(st.integers(0, 10**15 - 1), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_numbers_hash_alike(numbers: list[int]) -> None:
    loops = loops_of("numba", "siphash-2-4", 1)
    parts = words_of_numbers(np.array(numbers, dtype=np.int64))
    for _, words in parts:
        assert SipHash(KEY, loops).of_words(words).tolist() == SipHash(KEY).of_words(words).tolist()


@needs_numba
def test_the_known_answers_hold_compiled() -> None:
    # The authors' table (veorq/SipHash, vectors.h): messages 00 .. 06 and 00 .. 0e.
    loops = loops_of("numba", "siphash-2-4", 1)
    for length, known in ((7, "37d1018bf50002ab"), (15, "e545be4961ca29a1")):
        message = bytes(range(length)).ljust(8 * (length // 8 + 1), b"\0")
        words = np.frombuffer(message, dtype="<u8").reshape(-1, 1).copy()
        words[-1] |= np.uint64(length << 56)
        found = SipHash(KEY, loops).of_words(words)
        assert int(found[0]).to_bytes(8, "little").hex() == known


@needs_numba
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 1.0])
@pytest.mark.parametrize("dtype", ["int64", "uint64", "str"])
@pytest.mark.parametrize("stratum", ["category", "str"])
def test_draws_are_the_same(share: float, dtype: str, stratum: str) -> None:
    table = frame().astype({"case_ref": dtype, "stratum": stratum})
    counts = count_strata(table, engine="numba")
    assert counts == count_strata(table, engine="numpy")
    sizes = {label: int(n * share) for label, n in counts.items()}
    given = {"seed": "a seed", "ticket": "siphash-2-4", "chunk_rows": 977}
    known = draw_large(table, sizes, engine="numpy", **given)
    found = draw_large(table, sizes, engine="numba", **given)
    assert found.fingerprint == known.fingerprint
    pd.testing.assert_frame_equal(found.sample, known.sample)
    pd.testing.assert_frame_equal(found.strata, known.strata)


@needs_numba
def test_a_large_draw_is_compiled_where_that_can_be() -> None:
    assert loops_of("auto", "siphash-2-4", SHA256_AT_MOST + 1) is not None
    assert loops_of("numba", "sha256", 10) is None


def test_a_small_draw_does_not_load_numba() -> None:
    assert loops_of("auto", "siphash-2-4", SHA256_AT_MOST) is None
    assert loops_of("numpy", "siphash-2-4", SHA256_AT_MOST + 1) is None


def test_without_numba_the_draw_is_numpy_s(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(ticket_chunks, "import_module", absent)
    assert loops_of("auto", "siphash-2-4", SHA256_AT_MOST + 1) is None
    with pytest.raises(SelectionError, match=r"needs numba.*Install 'qa-sampling\[fast\]'"):
        draw_large(frame(), {}, seed="1", ticket="siphash-2-4", engine="numba")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(SelectionError, match="`engine` 'cython' is unknown; choose 'auto'"):
        draw_large(frame(), {}, seed="1", engine="cython")
