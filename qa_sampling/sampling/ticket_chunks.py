"""Tickets and strata of a large table, chunk by chunk, whatever the columns' dtypes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import SelectionError
from qa_sampling.sampling.case_tables import key_texts
from qa_sampling.sampling.siphash import SipHash, words_of, words_of_numbers
from qa_sampling.sampling.tickets import TAGS, tickets

TicketKind = Literal["sha256", "siphash-2-4"]
Engine = Literal["auto", "numpy", "numba"]
SHA256_AT_MOST = 1_000_000
"""Cases up to which tickets are SHA-256, as in the registered draw."""


def chunks(rows: int, chunk_rows: int) -> Iterator[slice]:
    """Give the slices of a table.

    Parameters
    ----------
    rows, chunk_rows : int
        Rows in all, and at once.
    """
    for start in range(0, rows, chunk_rows):
        yield slice(start, min(start + chunk_rows, rows))


def loops_of(engine: Engine, kind: TicketKind, rows: int) -> ModuleType | None:
    """Give the compiled loops; None where numpy does the work.

    Parameters
    ----------
    engine : {"auto", "numpy", "numba"}
        "auto": numba where it is installed and the table is so large that loading it pays.
    kind : {"sha256", "siphash-2-4"}
        Only SipHash is compiled.
    rows : int
        Cases of the table.

    Raises
    ------
    SelectionError
        When the engine is unknown, or numba is asked for and cannot be imported.
    """
    if engine not in ("auto", "numpy", "numba"):
        raise SelectionError(f"`engine` {engine!r} is unknown; choose 'auto', 'numpy' or 'numba'.")
    small = engine == "auto" and rows <= SHA256_AT_MOST
    if engine == "numpy" or kind == "sha256" or small:
        return None
    try:
        return import_module("qa_sampling.sampling.compiled_tickets")
    except ImportError as missing:
        if engine == "auto":
            return None
        raise SelectionError(
            "`engine` 'numba' needs numba, which cannot be imported here. Install "
            "'qa-sampling[fast]', or leave `engine` out: the draw is the same."
        ) from missing


def siphash_key(seed: str) -> bytes:
    """Give the key of SipHash tickets: half the SHA-256 of tag, zero byte and seed."""
    return hashlib.sha256(f"{TAGS['draw']}\x00{seed}".encode()).digest()[:16]


class ChunkTickets:
    """Tickets of the references of a table, as whole numbers below 2**64.

    Parameters
    ----------
    references : Series
        Case references: text, or whole numbers (which count as their digits).
    seed : str
        Seed text.
    kind : {"sha256", "siphash-2-4"}
        "sha256": the first 8 bytes of the draw's ticket. "siphash-2-4": SipHash of the
        reference in UTF-8, keyed by :func:`siphash_key`.
    loops : module, optional
        Compiled loops (see :func:`loops_of`).
    """

    def __init__(
        self,
        references: pd.Series,
        seed: str,
        kind: TicketKind,
        loops: ModuleType | None = None,
    ) -> None:
        self._references = references
        self._seed = seed
        self._hash = SipHash(siphash_key(seed), loops) if kind == "siphash-2-4" else None
        self.loops = loops
        self._numbers = _plain_numbers(references)
        self._known: np.ndarray | None = None

    def references(self, rows: np.ndarray) -> pd.Series:
        """Give references as the table holds them."""
        return self._references.iloc[rows].reset_index(drop=True)

    def texts(self, rows: slice | np.ndarray) -> list[str]:
        """Give references as text."""
        return key_texts(self._references.iloc[rows], "case_ref")

    def of(self, rows: slice | np.ndarray) -> np.ndarray:
        """Give the tickets of some rows."""
        if self._known is not None:
            return self._known[rows]
        if self._hash is None:
            drawn = "".join([value[:16] for value in tickets(self.texts(rows), self._seed)])
            return np.frombuffer(bytes.fromhex(drawn), dtype=">u8").astype(np.uint64)
        if self._numbers is not None:
            parts, count = words_of_numbers(held := self._numbers[rows], self.loops), len(held)
        else:
            texts = [text.encode() for text in self.texts(rows)]
            parts, count = words_of(texts), len(texts)
        if len(parts) == 1:
            return self._hash.of_words(parts[0][1])
        found = np.empty(count, dtype=np.uint64)
        for places, words in parts:
            found[places] = self._hash.of_words(words)
        return found

    def every(self, rows: int, chunk_rows: int) -> np.ndarray:
        """Give the tickets of all rows, and remember them: 8 bytes a row."""
        parts = [self.of(part) for part in chunks(rows, chunk_rows)]
        self._known = np.concatenate([np.zeros(0, dtype=np.uint64), *parts])
        return self._known

    def in_full(self, rows: np.ndarray) -> list[str]:
        """Give the tickets of some rows in hexadecimal, whole."""
        if self._hash is None:
            return tickets(self.texts(rows), self._seed)
        return [f"{value:016x}" for value in self.of(rows).tolist()]


def _plain_numbers(values: pd.Series) -> np.ndarray | None:
    """Give whole numbers of 0 or more without a copy; None when the column holds others."""
    if not isinstance(values.dtype, np.dtype) or values.dtype.kind not in "iu" or not len(values):
        return None
    numbers = values.to_numpy()
    return numbers if numbers.min() >= 0 and numbers.max() < 2**63 else None


class StratumCodes:
    """Strata of a table as small whole numbers, chunk by chunk.

    Parameters
    ----------
    strata : Series
        Stratum of each case: categories (the quickest), text or whole numbers.
    """

    def __init__(self, strata: pd.Series) -> None:
        self.labels: list[str] = []
        self._place: dict[str, int] = {}
        self._strata = strata
        self._read = self._categories() if isinstance(strata.dtype, pd.CategoricalDtype) else None

    def of(self, rows: slice) -> np.ndarray:
        """Give the codes of some rows: places in `labels`."""
        if self._read is not None:
            return self._read(rows)
        codes, found = pd.factorize(self._strata.iloc[rows], use_na_sentinel=False)
        texts = key_texts(pd.Series(found, dtype=getattr(found, "dtype", object)), "stratum")
        return np.array([self._code(text) for text in texts], dtype=np.int64)[codes]

    def _code(self, text: str) -> int:
        place = self._place.setdefault(text, len(self.labels))
        if place == len(self.labels):
            self.labels.append(text)
        return place

    def _categories(self) -> Callable[[slice], np.ndarray]:
        words = pd.Series(self._strata.cat.categories)
        self.labels = key_texts(words, "stratum") if len(words) else []
        codes = self._strata.array.codes

        def read(rows: slice) -> np.ndarray:
            held = codes[rows]
            if len(held) and held.min() < 0:
                key_texts(self._strata, "stratum")
            return held

        return read
