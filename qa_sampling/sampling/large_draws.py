"""Stratified ticket draws from frames of up to ten million cases, exact and in little memory.

As in the registered draw, the cases with the lowest tickets of each stratum are drawn. Tickets
are SHA-256 up to a million cases, SipHash-2-4 above, and the result says which. The table
is read in chunks. Only tickets below a stratum's limit are kept, a little more than will be drawn
(Meng 2013, ICML, ScaSRS); they alone are sorted. A stratum whose kept tickets fall short is
read again in full, so that the answer never depends on the limit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import AllocationError, FrameError, SelectionError
from qa_sampling.sampling.case_tables import check_seed, check_table, key_texts
from qa_sampling.sampling.ticket_chunks import (
    SHA256_AT_MOST,
    ChunkTickets,
    Engine,
    StratumCodes,
    TicketKind,
    chunks,
    loops_of,
)

LARGE_VERSION = "qa_sampling/large-draw/v1"
_ALL = 2**64 - 1
_LINES = 4_096
_COLUMNS = ["case_ref", "stratum", "rank", "ticket", "inclusion_probability", "weight"]


@dataclass(frozen=True)
class LargeDraw:
    """A stratified ticket draw from a large table.

    Attributes
    ----------
    sample : DataFrame
        One row a drawn case, by stratum and rank: `case_ref` (as in the table), `stratum`,
        `rank`, `ticket` (a whole number below 2**64: of SHA-256 the first 8 bytes),
        `inclusion_probability`, `weight`.
    strata : DataFrame
        One row a stratum, by label: `stratum`, `population`, `sampled`.
    ticket : {"sha256", "siphash-2-4"}
        What the tickets are.
    seed : str
        Seed text.
    fingerprint : str
        SHA-256 of the canonical text of the sample.
    """

    sample: pd.DataFrame
    strata: pd.DataFrame
    ticket: TicketKind
    seed: str
    fingerprint: str


def count_strata(
    table: pd.DataFrame, *, chunk_rows: int = 16_384, engine: Engine = "auto"
) -> dict[str, int]:
    """Count the cases of every stratum of a large table, by label.

    Parameters
    ----------
    table : DataFrame
        With `stratum`: categories, text or whole numbers.
    chunk_rows : int
        Rows read at once; it changes nothing.
    engine : {"auto", "numpy", "numba"}
        What counts, as in :func:`draw_large`; it changes nothing.

    Raises
    ------
    FrameError
        When a stratum is missing or blank.
    SelectionError
        When `chunk_rows` is not 1 or more, or the engine is unknown or not there.
    """
    _check_columns(table, "stratum")
    _check_chunk(chunk_rows)
    codes = StratumCodes(table["stratum"])
    loops = loops_of(engine, "siphash-2-4", len(table))
    counts = _counts(codes, len(table), chunk_rows, loops)
    return {codes.labels[code]: int(counts[code]) for code in _by_label(codes) if counts[code]}


def draw_large(
    table: pd.DataFrame,
    sizes: Mapping[str, int],
    *,
    seed: str,
    ticket: Literal["auto", "sha256", "siphash-2-4"] = "auto",
    chunk_rows: int = 16_384,
    engine: Engine = "auto",
) -> LargeDraw:
    """Draw the cases with the lowest tickets of every stratum of a large table.

    Parameters
    ----------
    table : DataFrame
        One row a case: `case_ref` (text or whole numbers), `stratum`.
    sizes : mapping of str to int
        Cases from every stratum by label; strata left out give none.
    seed : str
        Seed text.
    ticket : {"auto", "sha256", "siphash-2-4"}
        "auto": SHA-256 for up to a million cases, SipHash-2-4 above.
    chunk_rows : int
        Rows read at once; it changes nothing but speed and memory.
    engine : {"auto", "numpy", "numba"}
        What does the work of SipHash tickets; it changes nothing but speed. "auto": numba where
        it is installed, for which the extra `fast` is.

    Returns
    -------
    LargeDraw

    Raises
    ------
    FrameError
        When a key is missing or blank, the seed is blank, or a case is repeated. Up to a million
        cases every repetition is found; above, one that meets the cases near the draw.
    AllocationError
        When a size is not a whole number, larger than its stratum, or of no stratum.
    SelectionError
        When the kind of ticket or the engine is unknown, numba is asked for and is not there, or
        `chunk_rows` is not 1 or more.

    Notes
    -----
    Of a stratum of N cases that gives n the limit keeps n + 6 sqrt(n) + 10 tickets on average;
    fewer than n remain in less than one stratum in 10**8. Memory above the table is some 20 bytes
    a kept ticket, so large shares of the cases need more.
    """
    _check_columns(table, "case_ref", "stratum")
    kind = _kind(ticket, len(table))
    _check_chunk(chunk_rows)
    check_seed(seed)
    loops = loops_of(engine, kind, len(table))
    codes = StratumCodes(table["stratum"])
    drawn = ChunkTickets(table["case_ref"], seed, kind, loops)
    counts = _counts(codes, len(table), chunk_rows, loops)
    wanted = _wanted(codes, counts, sizes)
    if len(table) <= SHA256_AT_MOST:
        every = drawn.every(len(table), chunk_rows)
        _check_repeated(drawn, np.arange(len(table)), every)
    kept = _lowest(codes, drawn, wanted, counts, chunk_rows)
    rows = _in_order(codes, drawn, *kept, wanted)
    del kept
    return _result(codes, drawn, rows, counts, wanted, kind, seed)


def _lowest(
    codes: StratumCodes,
    drawn: ChunkTickets,
    wanted: np.ndarray,
    counts: np.ndarray,
    chunk_rows: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give rows, codes and tickets among which the lowest of every stratum are."""
    total = int(counts.sum())
    kept = _scan(codes, drawn, _limits(wanted, counts), total, chunk_rows)
    short = np.bincount(kept[1], minlength=len(wanted)) < wanted
    if not short.any():
        return kept
    again = _scan(codes, drawn, _limits(wanted, counts), total, chunk_rows, short)
    first = ~short[kept[1]]
    row, code, ticket = (np.concatenate([a[first], b]) for a, b in zip(kept, again, strict=True))
    return row, code, ticket


def _kind(ticket: str, rows: int) -> TicketKind:
    if ticket == "auto":
        return "sha256" if rows <= SHA256_AT_MOST else "siphash-2-4"
    if ticket not in ("sha256", "siphash-2-4"):
        raise SelectionError(
            f"`ticket` {ticket!r} is unknown; choose 'auto', 'sha256' or 'siphash-2-4'."
        )
    return ticket


def _check_columns(table: pd.DataFrame, *names: str) -> None:
    check_table(table)
    for name in names:
        if name not in table.columns:
            raise FrameError(f"The table has no column `{name}`; every case needs one.")


def _check_chunk(chunk_rows: int) -> None:
    if isinstance(chunk_rows, bool) or not isinstance(chunk_rows, int) or chunk_rows < 1:
        raise SelectionError(
            f"`chunk_rows` must be a whole number, 1 or more; got {chunk_rows!r}. Give 16384."
        )


def _by_label(codes: StratumCodes) -> list[int]:
    return sorted(range(len(codes.labels)), key=codes.labels.__getitem__)


def _counts(
    codes: StratumCodes, rows: int, chunk_rows: int, loops: ModuleType | None
) -> np.ndarray:
    """Count the cases by code."""
    counts = np.zeros(len(codes.labels), dtype=np.int64)
    for part in chunks(rows, chunk_rows):
        code = codes.of(part)
        if new := len(codes.labels) - len(counts):
            counts = np.append(counts, np.zeros(new, dtype=np.int64))
        if loops is not None:
            loops.count_codes(code, counts)
        else:
            counts += np.bincount(code, minlength=len(counts))
    return counts


def _wanted(codes: StratumCodes, counts: np.ndarray, sizes: Mapping[str, int]) -> np.ndarray:
    if not isinstance(sizes, Mapping):
        raise AllocationError(
            f"`sizes` must say how many from which stratum, such as {{'North': 12}}; got {sizes!r}."
        )
    asked = {str(label): n for label, n in sizes.items()}
    held = {label for label, count in zip(codes.labels, counts.tolist(), strict=True) if count}
    if strangers := sorted(label for label, n in asked.items() if label not in held and n):
        raise AllocationError(f"Stratum {strangers[0]!r} has a size but no case. Leave it out.")
    wanted = np.zeros(len(counts), dtype=np.int64)
    for code, label in enumerate(codes.labels):
        n = asked.get(label, 0)
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 0:
            raise AllocationError(
                f"The size of {label!r} must be a whole number, 0 or more; got {n!r}."
            )
        if n > counts[code]:
            raise AllocationError(
                f"{n} cases were asked for from {label!r}, which holds {counts[code]}. Ask for "
                f"fewer."
            )
        wanted[code] = n
    return wanted


def _limits(wanted: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Give the highest ticket that each stratum keeps."""
    limits = []
    for n, count in zip(wanted.tolist(), counts.tolist(), strict=True):
        share = (n + 6 * n**0.5 + 10) / count if n else 0.0
        limits.append(_ALL if share >= 1 else int(share * 2**64))
    return np.array(limits, dtype=np.uint64)


def _scan(
    codes: StratumCodes,
    drawn: ChunkTickets,
    limits: np.ndarray,
    rows: int,
    chunk_rows: int,
    only: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the rows, codes and tickets that lie within the limits of their strata."""
    small = np.int32 if rows < 2**31 else np.int64
    found = [(np.zeros(0, small), np.zeros(0, np.int16), np.zeros(0, np.uint64))]
    for part in chunks(rows, chunk_rows):
        code = codes.of(part)
        if only is None:
            ticket = drawn.of(part)
            near = _near(ticket, code, limits, drawn.loops)
            ticket = ticket[near]
        else:
            near = np.flatnonzero(only[code])
            ticket = drawn.of(part.start + near) if len(near) else found[0][2]
        found.append(((part.start + near).astype(small), code[near], ticket))
    row, code, ticket = (np.concatenate(pieces) for pieces in zip(*found, strict=True))
    return row, code, ticket


def _near(
    ticket: np.ndarray, code: np.ndarray, limits: np.ndarray, loops: ModuleType | None
) -> np.ndarray:
    """Give the places of the tickets within the limits of their strata."""
    if loops is None:
        return np.flatnonzero(ticket <= limits.take(code))
    places = np.empty(len(ticket) + 1, dtype=np.int64)
    return places[: loops.keep_near(ticket, code, limits, places)]


def _check_repeated(drawn: ChunkTickets, rows: np.ndarray, ticket: np.ndarray) -> None:
    """Refuse references that come twice: their tickets are equal."""
    ordered = np.sort(ticket)
    equal = ordered[1:][ordered[1:] == ordered[:-1]]
    texts = drawn.texts(rows[np.isin(ticket, equal)]) if len(equal) else []
    if repeated := len(texts) - len(set(texts)):
        raise FrameError(
            f"{repeated} rows or more repeat a `case_ref` (1 and '1' are the same). Give every "
            f"case one row."
        )


def _in_order(
    codes: StratumCodes,
    drawn: ChunkTickets,
    row: np.ndarray,
    code: np.ndarray,
    ticket: np.ndarray,
    wanted: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give rows, codes, tickets and ranks of the cases that are drawn, by stratum and rank."""
    _check_repeated(drawn, row, ticket)
    by_label = _by_label(codes)
    place = np.empty(len(by_label), dtype=np.int16 if len(by_label) < 2**15 else np.int32)
    place[by_label] = np.arange(len(by_label))
    order = _without_ties(drawn, row, place[code], ticket)
    code = code[order]
    begins = np.flatnonzero(np.r_[True, code[1:] != code[:-1]]) if len(code) else np.zeros(0, int)
    rank = np.arange(len(code), dtype=np.int32)
    rank -= np.repeat(begins, np.diff(np.r_[begins, len(code)])).astype(np.int32)
    taken = np.flatnonzero(rank < wanted[code])
    order = order[taken]
    return row[order], code[taken], ticket[order], rank[taken] + 1


def _result(
    codes: StratumCodes,
    drawn: ChunkTickets,
    rows: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    counts: np.ndarray,
    wanted: np.ndarray,
    kind: TicketKind,
    seed: str,
) -> LargeDraw:
    row, code, ticket, rank = rows
    share = wanted[code] / counts[code]
    labels = pd.Series(codes.labels, dtype="str").take(code).reset_index(drop=True)
    rank = rank.astype(np.int64)
    columns = (drawn.references(row), labels, rank, ticket, share, 1 / share)
    sample = pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)))
    listed = [here for here in _by_label(codes) if counts[here]]
    strata = pd.DataFrame(
        {
            "stratum": pd.Series([codes.labels[here] for here in listed], dtype="str"),
            "population": counts[listed],
            "sampled": wanted[listed],
        }
    )
    return LargeDraw(sample, strata, kind, seed, _fingerprint(sample, kind))


def _without_ties(
    drawn: ChunkTickets, row: np.ndarray, place: np.ndarray, ticket: np.ndarray
) -> np.ndarray:
    """Order by stratum and ticket; equal first 8 bytes by the whole ticket, then by reference."""
    order = np.argsort(ticket)  # with the next line quicker than lexsort, and the same
    order = order[np.argsort(place[order], kind="stable")]
    same = (place[order][1:] == place[order][:-1]) & (ticket[order][1:] == ticket[order][:-1])
    if not same.any():
        return order
    fine = np.zeros(len(row), dtype=np.int64)
    doubt = np.unique(np.r_[order[:-1][same], order[1:][same]])
    keys = list(zip(drawn.in_full(row[doubt]), drawn.texts(row[doubt]), strict=True))
    fine[doubt[sorted(range(len(doubt)), key=keys.__getitem__)]] = np.arange(len(doubt))
    return np.lexsort((fine, ticket, place))


def _fingerprint(sample: pd.DataFrame, kind: str) -> str:
    """Give the SHA-256 of the sample's lines, by stratum and rank."""
    digest = hashlib.sha256(f"{LARGE_VERSION}\x1f{kind}\x1f{len(sample)}\n".encode())
    for part in chunks(len(sample), _LINES):
        held = sample.iloc[part]
        values = held["ticket"].to_numpy().astype(">u8").tobytes().hex(" ", 8)
        texts = ["", "\x1f", "", "\x1f", "", "\x1f", "", "\n"] * len(held)
        texts[0::8] = key_texts(held["case_ref"], "case_ref")
        texts[2::8] = held["stratum"].tolist()
        texts[4::8] = map(str, held["rank"].tolist())
        texts[6::8] = values.split(" ")
        digest.update("".join(texts).encode())
    return digest.hexdigest()
