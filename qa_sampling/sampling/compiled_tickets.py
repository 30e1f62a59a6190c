"""The inner loops of a large draw, compiled by numba where it is installed.

``pip install "qa-sampling[fast]"`` installs it. The steps are those of :mod:`siphash` and
:mod:`large_draws` in numpy, and so is every result; tests compare the two. Only this module
imports numba, and it is imported only where numba is there (loading it takes a second and some
120 MB, once a process). The machine's code is kept
beside Python's own, in ``__pycache__``, so it is made once.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_U = np.uint64
MOST_DIGITS = 15
"""Digits of the longest whole numbers that are cut here; longer ones are left to numpy."""

_compiled = njit(nogil=True, cache=True)


@_compiled
def count_codes(codes: np.ndarray, counts: np.ndarray) -> None:
    """Add to `counts` how often each code is there; codes are 0 or more."""
    for row in range(len(codes)):
        counts[codes[row]] += 1


@_compiled
def _eight_digits(number: int) -> int:
    # 109951163 / 2**40 is 1 / 10**4 closely enough for every number below 10**8
    high = (number * _U(109_951_163)) >> _U(40)
    word = high + ((number - high * _U(10_000)) << _U(32))
    high = ((word * _U(10_486)) >> _U(20)) & _U(0x7F_0000_007F)
    word = high + ((word - high * _U(100)) << _U(16))
    high = ((word * _U(103)) >> _U(10)) & _U(0x0F_000F_000F_000F)
    return high + ((word - high * _U(10)) << _U(8)) + _U(0x3030303030303030)


@_compiled
def cut_digits(numbers: np.ndarray, length: int, words: np.ndarray) -> None:
    """Cut whole numbers of one length, at most 15 digits, into the words of their digits.

    Parameters
    ----------
    numbers : ndarray of int
        Whole numbers of `length` digits each.
    length : int
        From 1 to 15.
    words : ndarray of uint64, words by numbers
        Filled as ``siphash.words_of_numbers`` gives them: 1 word up to 7 digits, else 2.
    """
    end = _U(length) << _U(56)
    if length < 8:
        unused = _U(8 * (8 - length))
        for row in range(len(numbers)):
            words[0, row] = (_eight_digits(_U(numbers[row])) >> unused) | end
        return
    # Of 16 digits, zeros in front, the first 16 - length are cut off; half at a time, because a
    # word must not be shifted by all its 64 bits.
    half, back = _U(4 * (16 - length)), _U(8 * (length - 8))
    last = words[1]
    first = words[0]
    for row in range(len(numbers)):
        number = np.int64(numbers[row])
        high = np.int64(np.float64(number) * 1e-8)  # right, or wrong by one
        rest = number - high * 100_000_000
        wrong = (rest >= 100_000_000) - (rest < 0)
        low = _eight_digits(_U(rest - wrong * 100_000_000))
        top = _eight_digits(_U(high + wrong))
        first[row] = ((top >> half) >> half) | (low << back)
        last[row] = ((low >> half) >> half) | end


@_compiled
def _round(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    a = a + b
    c = c + d
    b = ((b << _U(13)) | (b >> _U(51))) ^ a
    d = ((d << _U(16)) | (d >> _U(48))) ^ c
    a = (a << _U(32)) | (a >> _U(32))
    c = c + b
    a = a + d
    b = ((b << _U(17)) | (b >> _U(47))) ^ c
    d = ((d << _U(21)) | (d >> _U(43))) ^ a
    c = (c << _U(32)) | (c >> _U(32))
    return a, b, c, d


@_compiled
def _take_in(word: int, a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    a, b, c, d = _round(a, b, c, d ^ word)
    a, b, c, d = _round(a, b, c, d)
    return a ^ word, b, c, d


@_compiled
def _finish(a: int, b: int, c: int, d: int) -> int:
    a, b, c, d = _round(a, b, c ^ _U(0xFF), d)
    a, b, c, d = _round(a, b, c, d)
    a, b, c, d = _round(a, b, c, d)
    a, b, c, d = _round(a, b, c, d)
    return a ^ b ^ c ^ d


@_compiled
def hash_words(start: np.ndarray, words: np.ndarray, found: np.ndarray) -> None:
    """Hash messages of one or two words by SipHash-2-4.

    Parameters
    ----------
    start : ndarray of uint64, 4
        State at the start: the key and the constants.
    words : ndarray of uint64, words by messages
        As ``siphash.SipHash.of_words`` takes them.
    found : ndarray of uint64
        Filled with the hashes.
    """
    p, q, r, s = start[0], start[1], start[2], start[3]
    first, last = words[0], words[len(words) - 1]
    if len(words) == 1:
        for row in range(len(found)):
            a, b, c, d = _take_in(last[row], p, q, r, s)
            found[row] = _finish(a, b, c, d)
    else:
        for row in range(len(found)):
            a, b, c, d = _take_in(first[row], p, q, r, s)
            a, b, c, d = _take_in(last[row], a, b, c, d)
            found[row] = _finish(a, b, c, d)


@_compiled
def keep_near(ticket: np.ndarray, codes: np.ndarray, limits: np.ndarray, places: np.ndarray) -> int:
    """Note the places of the tickets within the limits of their strata.

    Parameters
    ----------
    ticket : ndarray of uint64
    codes : ndarray of int
        Strata, as places in `limits`.
    limits : ndarray of uint64
    places : ndarray of int
        Room for one place more than there are tickets; filled from the start.

    Returns
    -------
    int
        How many there are.
    """
    kept = 0
    for row in range(len(ticket)):
        places[kept] = row
        kept += ticket[row] <= limits[codes[row]]
    return kept
