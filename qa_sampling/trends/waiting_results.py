"""What a model of waits gives, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from qa_sampling.results import IntervalList
from qa_sampling.trends.binary_results import against_references
from qa_sampling.trends.factor_words import factor_words, value_words

__all__ = ["WaitModel", "ratio_words"]

_UNSTEADY = 0.01


def ratio_words(ratio: float) -> str:
    """Give a ratio with two figures: "2.8", "0.35".

    Parameters
    ----------
    ratio : float
        The ratio.
    """
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}"


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


@dataclass(frozen=True)
class WaitModel:
    """What makes it come sooner. Restricted: it holds small groups.

    Attributes
    ----------
    event : str
        What is waited for.
    table : DataFrame
        One row a value of a column: `column`, `value`, `reference` (whether the others are held
        against it), `cases`, `came`, `first` (something else came first), `share`, `share_low`,
        `share_high` (of which it had come by `days`, allowing for nothing), `ratio` (how many
        times as likely on any day of waiting, allowing for the other columns), `low`, `high`, `p`
        (missing for the reference), `early`, `late` (the ratio up to the `half` day and after it;
        missing where they could not be told apart).
    columns : DataFrame
        One row a column: `column`, `values`, `p` (whether its values differ at all, allowing for
        the others), `p_steady` (whether early and late ratios differ; missing where not told).
    cases, came, first, families : int
        What it rests on.
    families_came : int
        Families in which it came.
    days, half : int
        The day of the shares; the day by which half of those had come that came.
    level : float
        Level of the intervals.
    notes : tuple of str
        What was put together or left out.
    """

    event: str
    table: pd.DataFrame
    columns: pd.DataFrame
    cases: int
    came: int
    first: int
    families: int
    families_came: int
    days: int
    half: int
    level: float
    notes: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What it rests on, and each value that differs beyond chance, in plain sentences."""
        said = [self._basis()]
        bases = self.table[self.table["reference"]].set_index("column")
        differ = self.columns[self.columns["p"] < 1 - self.level]["column"]
        rows = self.table[~self.table["reference"] & self.table["column"].isin(differ)]
        said += [self._of(row, bases.loc[row.column]) for row in rows.itertuples()
                 if not row.low <= 1 <= row.high]  # fmt: skip
        if len(said) == 1:
            said.append(
                "No factor, taken as a whole, makes it come sooner or later by more than chance."
            )
        unsteady = self.columns[self.columns["p_steady"] < _UNSTEADY]["column"]
        said += [
            f"What the {factor_words(name)} does is not the same early and late (before and after "
            f"{self.half} days), so its ratios are averages: see both in the table."
            for name in unsteady
        ]
        if self.table["early"].isna().all():
            said.append(
                "Whether ratios change while one waits cannot be told here: in some value too few "
                f"came before or after {self.half} days."
            )
        return tuple(said)

    def _basis(self) -> str:
        other = (
            f"; in {self.first} something else came first, which ends the wait and is no event"
            if self.first
            else ""
        )
        return (
            f"Of {self.cases:,} starts of {self.families:,} families, {self.came:,} were followed "
            f"by {_article(self.event.lower())}{other}."
        )

    def _of(self, row: Any, base: pd.Series) -> str:  # noqa: ANN401 - a row of a table
        """Say whom it comes to sooner, named first, and than to whom."""
        shares = (float(row.share), float(base["share"]))
        values, ends = (row.value, base["value"]), (row.ratio, row.low, row.high)
        if row.ratio < 1:
            shares, values = shares[::-1], values[::-1]
            ends = (1 / row.ratio, 1 / row.high, 1 / row.low)
        plain = (
            f" Without allowing for anything, it had come within {self.days} days in "
            f"{100 * shares[0]:.0f} in 100 and in {100 * shares[1]:.0f} in 100."
            if all(pd.notna(one) for one in shares)
            else ""
        )
        ratio, low, high = (ratio_words(one) for one in ends)
        return (
            f"{value_words(row.column, values[0])}: on any day of waiting {ratio} times as likely "
            f"as with {values[1]}, allowing for the other factors ({100 * self.level:g}% "
            f"interval {low} to {high}).{plain}"
        )

    def intervals(self, **about: object) -> IntervalList:
        """Give the ratios, for ``plots.interval_chart``.

        Parameters
        ----------
        **about
            What ``results.Described`` takes.
        """
        table = against_references(self.table, "ratio", "low", "high", same=1.0)
        settings = {"unit": "rate", "n": self.cases, "warnings": self.notes} | about
        return IntervalList(
            table, reference=1.0, level=self.level,
            marks=("More than chance", "Chance could do it"), **settings,
        )  # fmt: skip
