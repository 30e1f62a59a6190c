"""What a spike or a drift is, its name, and how it is handed to a deep dive."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields
from typing import Literal

import pandas as pd

from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.series_grid import Every, period_name

__all__ = ["Signal", "Spikes", "deep_dive_parameters", "signal_name"]


@dataclass(frozen=True)
class Signal:
    """One unusual count, or one slow drift. Restricted: it holds small counts.

    Attributes
    ----------
    id : str
        Its name, the same whoever asks: `re_referrals.team.T03.2026-03`; a drift's ends with
        `.drift`.
    kind : {"spike", "drift"}
        The latest period, or the latest periods together.
    measure, unit_kind, unit : str
        What and where.
    period, since : Timestamp
        First day of the latest period, and of the first that is counted (the same for a spike).
    every : {"month", "quarter"}
        Length of a period.
    observed, expected : float
        Count that was tested and what was to be expected: families where `on_families`.
    ordinary : float
        It would have been no signal of this round at this count or fewer (more, for a fall).
    excess : float
        Children (or events) more than expected; negative for a fall.
    children : float
        Children (or events) counted.
    out_of : float or None
        Those who could, of a share; None for counts.
    p, q : float
        Chance of as much in a stable series, and the false discovery rate at which it is found.
    side : {"high", "low"}
        Which way it is off.
    method : str
        "farrington", "negative binomial" or "beta-binomial".
    why : str
        Key of the reason for the method (``spike_words.WHY``).
    on_families : bool
        Whether families were tested.
    periods : int
        Periods it was held against.
    dispersion : float
        Variance over what chance alone would make it.
    words : str
        All of it in sentences.
    """

    id: str
    kind: Literal["spike", "drift"]
    measure: str
    unit_kind: str
    unit: str
    period: pd.Timestamp
    since: pd.Timestamp
    every: Every
    observed: float
    expected: float
    ordinary: float
    excess: float
    children: float
    out_of: float | None
    p: float
    q: float
    side: Literal["high", "low"]
    method: str
    why: str
    on_families: bool
    periods: int
    dispersion: float
    words: str


@dataclass(frozen=True)
class Spikes:
    """Signals of one round, with all that was looked at. Restricted: it holds small counts.

    Attributes
    ----------
    signals : tuple of Signal
        Most excess children first.
    considered : DataFrame
        Two rows a series, its latest period and its drift: `measure`, `unit_kind`, `unit`,
        `kind`, `period`, `observed`, `expected`, `p`, `q`, `signal`, `method`, `why_not` (why it
        was not judged; blank where it was).
    level : float
        Chance that a signal of one series has at most.
    false_discovery : float
        Allowed share of false signals.
    critical : float
        A p-value at most this is a signal.
    words : str
        The round in a sentence.
    """

    signals: tuple[Signal, ...]
    considered: pd.DataFrame
    level: float
    false_discovery: float
    critical: float
    words: str

    @property
    def table(self) -> pd.DataFrame:
        """One row a signal, in order of rank, with a column for every field."""
        names = [field.name for field in fields(Signal)]
        return pd.DataFrame([vars(one) for one in self.signals], columns=names)


_MOST_MONTHS = 12
"""Months that a deep dive looks at together, at most."""


def deep_dive_parameters(signal: Signal) -> dict[str, str | int]:
    """Give what fills the parameters of a deep dive into a signal.

    Parameters
    ----------
    signal : Signal
        The signal.

    Returns
    -------
    dict
        `measure`, `period` (the month, the last one of a quarter: "2026-03"), `unit_kind`, `unit`,
        `over` (the months that the signal is of, 12 at most); `direction` as well where fewer are
        concerned: of a measure that should be high those are the cases it does not count, so that
        a fall of it is more of them.
    """
    last = signal.period + pd.DateOffset(months=0 if signal.every == "month" else 2)
    months = 12 * (last.year - signal.since.year) + last.month - signal.since.month + 1
    filled: dict[str, str | int] = {
        "measure": signal.measure,
        "period": period_name(last, "month"),
        "unit_kind": signal.unit_kind,
        "unit": signal.unit,
        "over": min(months, _MOST_MONTHS),
    }
    known = MEASURES.get(signal.measure)
    side = "low" if known is not None and known.better == "up" else "high"
    return filled if signal.side == side else filled | {"direction": "fewer"}


def signal_name(measure: str, unit_kind: str, unit: str, period: str, kind: str) -> str:
    """Name a signal, the same whoever asks: `re_referrals.team.T03.2026-03`.

    Parameters
    ----------
    measure, unit_kind, unit : str
        What and where; where one had to be altered to be part of a name, a mark of the whole
        follows it.
    period : str
        Name of the latest period.
    kind : {"spike", "drift"}
        A drift's name ends with it.
    """
    parts = [_plain(part) for part in (measure, unit_kind, unit)]
    return ".".join([*parts, period] + (["drift"] if kind == "drift" else []))


def _plain(text: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", text)
    if plain == text:
        return text
    return f"{plain}-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:6]}"
