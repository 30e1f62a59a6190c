"""One design looked at over many draws: what is true of the draws together, in plain counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.sampling.designs import SampleDesign
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.planning_assumptions import Assumptions
from qa_sampling.schema import NOT_RECORDED

ALL_CASES = "All cases"
_BANDS = (0, 13, 26, 52, 104)


@dataclass(frozen=True)
class Asked:
    """What is asked of every design.

    Attributes
    ----------
    domain : str
        Column by which precision is given beside all cases.
    characteristics : list of str
        Columns in which a sample should look like the caseload.
    rests : Assumptions
        Proportion and level.
    explained : float
        Share of the answer's variance that the characteristics explain.
    """

    domain: str
    characteristics: list[str]
    rests: Assumptions
    explained: float


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of labels as numbers.

    Attributes
    ----------
    codes : ndarray of int
        Label of every case, 0 for the first.
    names : list of str
        The labels, sorted.
    """

    codes: np.ndarray
    names: list[str]

    @property
    def cases(self) -> np.ndarray:
        """Cases of every label."""
        return np.bincount(self.codes, minlength=len(self.names))

    def sums(self, places: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Add up values at some places by label.

        Parameters
        ----------
        places : ndarray of int
            Cases.
        values : ndarray of float
            One a place.
        """
        return np.bincount(self.codes[places], values, minlength=len(self.names))


def described(cases: pd.DataFrame, characteristics: Sequence[str]) -> pd.DataFrame:
    """Give the cases by reference, durations in bands, what is missing as a visible label.

    Parameters
    ----------
    cases : DataFrame
        The frame's cases.
    characteristics : sequence of str
        Columns; those that are absent are passed over.
    """
    table = cases.set_index("case_ref").copy()
    for name in characteristics:
        if name not in table.columns:
            continue
        if name == "weeks_open":
            weeks = pd.to_numeric(table[name]).astype("Float64").to_numpy("float64", na_value=-1.0)
            table[name] = np.searchsorted(_BANDS, weeks, side="right").astype(str)
        else:
            table[name] = table[name].astype("str").fillna(NOT_RECORDED)
    return table


def look_at(
    frame: Frame, cases: pd.DataFrame, design: SampleDesign, asked: Asked, seed: str, draws: int
) -> dict:
    """Draw one design many times and keep what is true of the draws together.

    Parameters
    ----------
    frame : Frame
        The cases that can be drawn.
    cases : DataFrame
        What :func:`described` gave.
    design : SampleDesign
        The design.
    asked : Asked
        What is asked.
    seed : str
        Text that the draws' seeds begin with.
    draws : int
        How many.

    Returns
    -------
    dict
        `margins`, `precision`, `balance`, `dry` (tables), `chances` (Series or None), `audits`.
    """
    margins = {name: _labels(cases[name]) for name in ("row", "column", "stratum", asked.domain)}
    known = {name: _labels(cases[name]) for name in asked.characteristics}
    counts: dict[str, list[np.ndarray]] = {name: [] for name in margins}
    widths, worths, told = [], [], True
    shares: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {name: [] for name in known}
    chances = pd.Series(0.0, index=cases.index)
    for number in range(1, draws + 1):
        one = design.once(frame, f"{seed} {number}")
        places, weights = (
            cases.index.get_indexer(one.weights.index),
            one.weights.to_numpy("float64"),
        )
        plain = np.ones(len(places))
        for name, labels in margins.items():
            counts[name].append(labels.sums(places, plain))
        worth = _worths(margins[asked.domain], places, weights)
        worths.append(worth[-1])
        widths.append(_half_widths(asked.rests, margins[asked.domain], worth, len(cases)))
        for name, labels in known.items():
            pair = (labels.sums(places, plain), labels.sums(places, weights))
            shares[name].append(pair)
        told = told and one.chances is not None
        if told:
            chances += one.chances.reindex(cases.index).fillna(0.0) / draws
    held = {name: _counts(labels, np.array(counts[name])) for name, labels in margins.items()}
    both = [held[name].assign(margin=name) for name in ("row", "column")]
    dry = [_dry(held[name]).assign(part=name) for name in ("row", "stratum")]
    best = _explained_width(known, shares, np.array(worths), asked, len(cases))
    return {
        "margins": pd.concat(both)[["margin", "label", "cases", "expected", "least", "most"]],
        "precision": _precision(held[asked.domain], np.array(widths), len(cases), best),
        "balance": _balance(known, shares),
        "dry": pd.concat(dry)[["part", "label", "cases", "audits_a_month", "months"]],
        "chances": chances if told else None,
        "audits": float(held["row"]["expected"].sum()),
    }


def _labels(values: pd.Series) -> Labels:
    names, codes = np.unique(values.astype("str").to_numpy(dtype=object), return_inverse=True)
    return Labels(codes, names.tolist())


def _worths(domains: Labels, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give what the audits of each domain, and of all cases (last), are worth (Kish)."""
    first = domains.sums(places, weights)
    second = domains.sums(places, weights**2)
    first, second = (np.append(each, each.sum()) for each in (first, second))
    return np.divide(first**2, second, out=np.zeros(len(first)), where=second > 0)


def _half_widths(
    rests: Assumptions, domains: Labels, worths: np.ndarray, population: int
) -> list[float]:
    sizes = [*domains.cases.tolist(), population]
    return [
        Assumptions(rests.proportion, int(size), rests.level).half_width(float(worth))
        for size, worth in zip(sizes, worths, strict=True)
    ]


def _explained_width(
    known: dict[str, Labels],
    shares: dict[str, list[tuple[np.ndarray, np.ndarray]]],
    worths: np.ndarray,
    asked: Asked,
    population: int,
) -> float | None:
    """Give the half-width for all cases when the characteristics explain their share."""
    spread = moved = 0.0
    for name, labels in known.items():
        wanted = labels.cases / population
        found = _shares([weighted for _, weighted in shares[name]])
        spread += float((wanted * (1 - wanted)).sum())
        moved += float(((found - wanted) ** 2).mean(axis=0).sum())
    if not spread:
        return None
    rest = float((1 / np.maximum(worths, 1) - 1 / population).mean())
    variance = (1 - asked.explained) * rest + asked.explained * moved / spread
    worth = 1 / (variance + 1 / population)
    held = Assumptions(asked.rests.proportion, population, asked.rests.level)
    return held.half_width(float(worth))


def _shares(sums: Sequence[np.ndarray]) -> np.ndarray:
    """Give shares by draw; all 0 where nobody was drawn."""
    found = np.array(sums)
    return found / np.where(found.sum(axis=1) > 0, found.sum(axis=1), 1.0)[:, None]


def _counts(labels: Labels, found: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": pd.Series(labels.names, dtype="str"),
            "cases": labels.cases,
            "expected": found.mean(axis=0),
            "least": found.min(axis=0).astype(int),
            "most": found.max(axis=0).astype(int),
            "without": (found == 0).mean(axis=0),
        }
    )


def _precision(
    domains: pd.DataFrame, widths: np.ndarray, population: int, explained: float | None
) -> pd.DataFrame:
    parts = domains[["label", "cases", "expected", "without"]].rename(columns={"label": "domain"})
    whole = {
        "domain": ALL_CASES,
        "cases": population,
        "expected": parts["expected"].sum(),
        "without": 0.0,
    }
    table = pd.concat([pd.DataFrame([whole]), parts], ignore_index=True)
    mean = widths.mean(axis=0)
    table.insert(3, "half_width", np.append(mean[-1], mean[:-1]))
    none = np.full(len(parts), np.nan)
    table.insert(4, "explained", np.append(np.nan if explained is None else explained, none))
    return table


def _balance(
    known: dict[str, Labels], shares: dict[str, list[tuple[np.ndarray, np.ndarray]]]
) -> pd.DataFrame:
    """Give the share of the sample that would have to be other, plain and by weight."""
    rows = []
    for name, labels in known.items():
        wanted = labels.cases / labels.cases.sum()
        some = [pair for pair in shares[name] if pair[0].sum() > 0]  # Poisson may draw nobody
        apart = [
            float(np.abs(_shares([pair[side] for pair in some]) - wanted).sum(axis=1).mean() / 2)
            if some
            else 1.0
            for side in (0, 1)
        ]
        rows.append((name, *apart))
    return pd.DataFrame(rows, columns=["characteristic", "other", "weighted"])


def _dry(rows: pd.DataFrame) -> pd.DataFrame:
    monthly = rows["expected"].to_numpy("float64")
    with np.errstate(divide="ignore"):
        months = np.where(monthly > 0, rows["cases"].to_numpy("float64") / monthly, np.inf)
    return pd.DataFrame(
        {
            "label": rows["label"],
            "cases": rows["cases"],
            "audits_a_month": monthly,
            "months": months,
        }
    )
