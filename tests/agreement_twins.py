"""Naive twins of the coefficients: plain loops over units, raters and grades."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np

Codes = list[list[int]]


def given(row: list[int]) -> list[int]:
    return [code for code in row if code >= 0]


def observed(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    above = below = 0.0
    for row, weight in zip(codes, each, strict=True):
        pairs = list(combinations(given(row), 2))
        if pairs:
            above += weight * sum(w[a][b] for a, b in pairs) / len(pairs)
            below += weight
    return above / below


def shares(codes: Codes, q: int, each: list[float]) -> list[float]:
    found, whole = [0.0] * q, 0.0
    for row, weight in zip(codes, each, strict=True):
        if given(row):
            whole += weight
            for code in given(row):
                found[code] += weight / len(given(row))
    return [one / whole for one in found]


def beyond(pa: float, pe: float) -> float:
    return (pa - pe) / (1 - pe) if abs(1 - pe) > 1e-12 else float("nan")


def ac2(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    q = len(w)
    pi = shares(codes, q, each)
    pe = sum(sum(row) for row in w) / (q * (q - 1)) * sum(p * (1 - p) for p in pi)
    return beyond(observed(codes, w, each), pe)


def fleiss(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    q = len(w)
    pi = shares(codes, q, each)
    pe = sum(w[a][b] * pi[a] * pi[b] for a in range(q) for b in range(q))
    return beyond(observed(codes, w, each), pe)


def brennan_prediger(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    return beyond(observed(codes, w, each), sum(sum(row) for row in w) / len(w) ** 2)


def conger(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    q, margins = len(w), []
    for rater in range(len(codes[0])):
        found = [0.0] * q
        for row, weight in zip(codes, each, strict=True):
            if row[rater] >= 0:
                found[row[rater]] += weight
        if sum(found) > 0:
            margins.append([one / sum(found) for one in found])
    chances = [
        sum(w[a][b] * one[a] * two[b] for a in range(q) for b in range(q))
        for one, two in permutations(margins, 2)
    ]
    return beyond(observed(codes, w, each), sum(chances) / len(chances))


def alpha(codes: Codes, apart: np.ndarray, each: list[float]) -> float:
    """Krippendorff's alpha from his coincidences, by every pair of grades."""
    q = len(apart)
    met = [[0.0] * q for _ in range(q)]
    for row, weight in zip(codes, each, strict=True):
        grades = given(row)
        for a, b in permutations(range(len(grades)), 2):
            met[grades[a]][grades[b]] += weight / (len(grades) - 1)
    counts = [sum(row) for row in met]
    n = sum(counts)
    seen = sum(met[a][b] * apart[a][b] for a in range(q) for b in range(q)) / n
    chance = sum(counts[a] * counts[b] * apart[a][b] for a in range(q) for b in range(q))
    chance /= n * (n - 1)
    return 1 - seen / chance if chance > 1e-12 else float("nan")


def ordinal_distances(codes: Codes, q: int, each: list[float]) -> np.ndarray:
    counts = [0.0] * q
    for row, weight in zip(codes, each, strict=True):
        if len(given(row)) > 1:
            for code in given(row):
                counts[code] += weight
    apart = np.zeros((q, q))
    for a in range(q):
        for b in range(a + 1, q):
            between = sum(counts[a : b + 1]) - (counts[a] + counts[b]) / 2
            apart[a][b] = apart[b][a] = between**2
    return apart


def two_table(codes: Codes, q: int, each: list[float]) -> np.ndarray:
    table = np.zeros((q, q))
    for (a, b), weight in zip(codes, each, strict=True):
        if a >= 0 and b >= 0:
            table[a][b] += weight
    return table


def cohen(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    q = len(w)
    table = two_table(codes, q, each)
    n = table.sum()
    pa = sum(w[a][b] * table[a][b] / n for a in range(q) for b in range(q))
    first = [sum(table[a]) / n for a in range(q)]
    second = [sum(table[a][b] for a in range(q)) / n for b in range(q)]
    pe = sum(w[a][b] * first[a] * second[b] for a in range(q) for b in range(q))
    return beyond(pa, pe)


def scott(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    q = len(w)
    table = two_table(codes, q, each)
    n = table.sum()
    pa = sum(w[a][b] * table[a][b] / n for a in range(q) for b in range(q))
    share = [(sum(table[a]) + sum(table[b][a] for b in range(q))) / (2 * n) for a in range(q)]
    return beyond(pa, sum(w[a][b] * share[a] * share[b] for a in range(q) for b in range(q)))


def bangdiwala(codes: Codes, w: np.ndarray, each: list[float]) -> float:
    table = two_table(codes, len(w), each)
    below = sum(sum(table[a]) * sum(table[b][a] for b in range(len(w))) for a in range(len(w)))
    return sum(table[a][a] ** 2 for a in range(len(w))) / below if below else float("nan")


def specific(codes: Codes, grade: int, each: list[float]) -> float:
    above = below = 0.0
    for row, weight in zip(codes, each, strict=True):
        grades = given(row)
        if len(grades) > 1:
            here = grades.count(grade)
            above += weight * here * (here - 1) / (len(grades) - 1)
            below += weight * here
    return above / below if below else float("nan")
