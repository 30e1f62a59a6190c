"""SipHash-2-4 of many messages at once, in plain numpy.

Aumasson and Bernstein (2012, INDOCRYPT, LNCS 7668:489-508): a keyed function of 64 bits that
nobody without the key can predict. Known answer: key 00 01 … 0f, message 00 01 … 0e gives
a129ca6149be45e5.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

_START = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
_U = np.uint64


class SipHash:
    """SipHash-2-4 under one key, for chunks of messages of one length in words.

    Parameters
    ----------
    key : bytes
        16 bytes.
    loops : module, optional
        :mod:`compiled_tickets`, to hash messages of one or two words with.

    Raises
    ------
    ValueError
        When the key has another length.
    """

    def __init__(self, key: bytes, loops: ModuleType | None = None) -> None:
        if len(key) != 16:
            raise ValueError(f"`key` must hold 16 bytes; got {len(key)}.")
        low, high = (int.from_bytes(part, "little") for part in (key[:8], key[8:]))
        self._start = [word ^ part for word, part in zip(_START, (low, high) * 2, strict=True)]
        self._rooms = np.empty((5, 0), dtype=np.uint64)
        self._loops = loops

    def of_words(self, words: np.ndarray) -> np.ndarray:
        """Give the hashes of messages that were cut into words.

        Parameters
        ----------
        words : ndarray of uint64, words by messages
            Little-endian words of 8 bytes; the last holds the remaining bytes and, in its top
            byte, the message's length modulo 256.

        Returns
        -------
        ndarray of uint64
            One a message.
        """
        count = words.shape[1]
        if self._loops is not None and len(words) <= 2:
            found = np.empty(count, dtype=np.uint64)
            self._loops.hash_words(np.array(self._start, dtype=np.uint64), words, found)
            return found
        if self._rooms.shape[1] < count:
            self._rooms = np.empty((5, count), dtype=np.uint64)
        a, b, c, d, spare = (room[:count] for room in self._rooms)
        for room, value in zip((a, b, c, d), self._start, strict=True):
            room.fill(value)
        for word in words:
            d ^= word
            _round(a, b, c, d, spare)
            _round(a, b, c, d, spare)
            a ^= word
        c ^= _U(0xFF)
        for _ in range(4):
            _round(a, b, c, d, spare)
        return a ^ b ^ c ^ d


def _turn(word: np.ndarray, bits: int, spare: np.ndarray) -> None:
    """Rotate to the left, in place."""
    np.right_shift(word, _U(64 - bits), out=spare)
    np.left_shift(word, _U(bits), out=word)
    np.bitwise_or(word, spare, out=word)


def _round(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, spare: np.ndarray) -> None:
    np.add(a, b, out=a)
    np.add(c, d, out=c)
    _turn(b, 13, spare)
    _turn(d, 16, spare)
    np.bitwise_xor(b, a, out=b)
    np.bitwise_xor(d, c, out=d)
    _turn(a, 32, spare)
    np.add(c, b, out=c)
    np.add(a, d, out=a)
    _turn(b, 17, spare)
    _turn(d, 21, spare)
    np.bitwise_xor(b, c, out=b)
    np.bitwise_xor(d, a, out=d)
    _turn(c, 32, spare)


def words_of(texts: list[bytes]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut messages into the words that :class:`SipHash` reads.

    Parameters
    ----------
    texts : list of bytes
        Messages of any length.

    Returns
    -------
    list of (ndarray of int, ndarray of uint64)
        By number of words: places of the messages, and their words by messages.
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    needed = lengths // 8 + 1
    parts = []
    for count in np.unique(needed).tolist():
        places = np.flatnonzero(needed == count)
        width = 8 * count
        if len(places) == len(texts):
            joined = b"".join([text.ljust(width, b"\0") for text in texts])
        else:
            joined = b"".join([texts[place].ljust(width, b"\0") for place in places.tolist()])
        words = np.frombuffer(joined, dtype="<u8").reshape(-1, count).astype(np.uint64).T.copy()
        words[-1] |= (lengths[places].astype(np.uint64) & _U(0xFF)) << _U(56)
        parts.append((places, words))
    return parts


def words_of_numbers(
    numbers: np.ndarray, loops: ModuleType | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut the decimal digits of whole numbers into words, as :func:`words_of` does their text.

    Parameters
    ----------
    numbers : ndarray of int
        Whole numbers, 0 or more, below 2**63.
    loops : module, optional
        :mod:`compiled_tickets`, to cut with.

    Returns
    -------
    list of (ndarray of int, ndarray of uint64)
        As :func:`words_of`.
    """
    left = numbers.astype(np.uint64)
    if not len(left):
        return []
    shortest, longest = len(str(left.min())), len(str(left.max()))
    if shortest == longest:
        return [(np.arange(len(left)), _digit_words(left, longest, loops))]
    digits = np.searchsorted(_TENS, left, side="right") + (left == 0)
    parts = []
    for length in np.unique(digits).tolist():
        whole = digits == length
        places = np.flatnonzero(whole)
        parts.append((places, _digit_words(left[places], length, loops)))
    return parts


_TENS = 10 ** np.arange(19, dtype=np.uint64)


def _digit_words(numbers: np.ndarray, length: int, loops: ModuleType | None) -> np.ndarray:
    words = np.zeros((length // 8 + 1, len(numbers)), dtype=np.uint64)
    if loops is not None and length <= loops.MOST_DIGITS:
        loops.cut_digits(numbers, length, words)
        return words
    words[-1] = _U(length) << _U(56)
    rest = numbers
    for word in range((length + 7) // 8):
        held = min(8, length - 8 * word)
        unit = _U(10 ** (length - 8 * word - held))
        part = rest // unit if unit > 1 else rest
        if held == 1:
            words[word] |= part + _U(0x30)
        else:
            eight = _eight_digits(part * _U(10 ** (8 - held)) if held < 8 else part)
            words[word] |= eight & _U((1 << 8 * held) - 1)
        rest = rest - part * unit
    return words


def _eight_digits(numbers: np.ndarray) -> np.ndarray:
    """Give eight decimal digits as ASCII in a little-endian word, the first digit lowest.

    Halves, quarters and single digits are divided side by side within the word.
    """
    high = numbers // _U(10_000)
    word = high + ((numbers - high * _U(10_000)) << _U(32))
    high = ((word * _U(10_486)) >> _U(20)) & _U(0x7F_0000_007F)
    word = high + ((word - high * _U(100)) << _U(16))
    high = ((word * _U(103)) >> _U(10)) & _U(0x0F_000F_000F_000F)
    word = high + ((word - high * _U(10)) << _U(8))
    return word + _U(0x3030303030303030)
