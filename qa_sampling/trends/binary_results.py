"""What a model of an outcome gives, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.results import IntervalList
from qa_sampling.trends.factor_words import value_words

__all__ = ["BinaryModel", "points_words"]


@dataclass(frozen=True)
class BinaryModel:
    """What goes with an outcome. Restricted: it holds small groups.

    Attributes
    ----------
    outcome : str
        The outcome.
    table : DataFrame
        One row a value of a column: `column`, `value`, `reference` (whether the others are held
        against it), `cases`, `events`, `share` (plain), `odds_ratio`, `low`, `high`, `p` (missing
        for the reference), `adjusted` (share allowing for the other columns), `difference` (of
        adjusted shares, from the reference), `difference_low`, `difference_high`.
    columns : DataFrame
        One row a column: `column`, `values`, `p` (whether its values differ at all, allowing for
        the others).
    cases, events, families : int
        What it rests on.
    level : float
        Level of the intervals.
    notes : tuple of str
        What was put together or left out.
    """

    outcome: str
    table: pd.DataFrame
    columns: pd.DataFrame
    cases: int
    events: int
    families: int
    level: float
    notes: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Values that differ beyond chance, in plain sentences: each begins with who has more."""
        said = []
        for name, held in self.table.groupby("column", sort=False):
            base, rows = held[held["reference"]].iloc[0], held[~held["reference"]]
            ends = ["difference", "difference_low", "difference_high"]
            more = rows[rows["difference_low"] > 0]
            said += [self._more(str(name), row, [(base, *row[ends])]) for _, row in more.iterrows()]
            fewer = [
                (one, *(-one[end] for end in (ends[0], ends[2], ends[1])))
                for _, one in rows[rows["difference_high"] < 0].iterrows()
            ]
            said += [self._more(str(name), base, fewer)] if fewer else []
        return tuple(said) or ("No value differs from its reference by more than chance.",)

    def _more(
        self, name: str, own: pd.Series, others: list[tuple[pd.Series, float, float, float]]
    ) -> str:
        """Say that a value has more than others, each with how much more, and its interval."""
        level = f"{100 * self.level:g}% interval "
        than = []
        for place, (one, gap, low, high) in enumerate(others):
            ends = f"{points_words(low)} to {points_words(high)}"
            than.append(
                f"{one['value']} has {100 * one['adjusted']:.0f} "
                f"({100 * gap:+.0f}; {'' if place else level}{ends})"
            )
        return (
            f"{value_words(name, own['value'])}: {100 * own['adjusted']:.0f} in 100, allowing for "
            f"the other factors, which is more: {', '.join(than)}."
        )

    def intervals(self, **about: object) -> IntervalList:
        """Give the differences of shares, for ``plots.interval_chart``.

        Parameters
        ----------
        **about
            What ``results.Described`` takes.
        """
        table = against_references(
            self.table, "difference", "difference_low", "difference_high", same=0.0
        )
        settings = {"unit": "share", "n": self.cases, "warnings": self.notes} | about
        return IntervalList(
            table, reference=0.0, signed=True, level=self.level,
            marks=("More than chance", "Chance could do it"), **settings,
        )  # fmt: skip


def against_references(
    table: pd.DataFrame, value: str, low: str, high: str, *, same: float
) -> pd.DataFrame:
    """Give each value of each column beside its reference, for ``results.IntervalList``.

    Parameters
    ----------
    table : DataFrame
        One row a value: `column`, `value`, `reference` (whether others are held against it),
        `cases`, and the three columns named next.
    value, low, high : str
        Columns of the figure and of its interval.
    same : float
        The figure of values that do not differ: 0 of a difference, 1 of a ratio.

    Returns
    -------
    DataFrame
        `name`, `value`, `low`, `high`, `n`, `marked` (whether the interval leaves `same` out).
    """
    held = table[~table["reference"]]
    reference = table[table["reference"]].set_index("column")["value"]
    names = [
        f"{value_words(row.column, row.value)} (against {reference[row.column]})"
        for row in held.itertuples()
    ]
    return pd.DataFrame(
        {"name": names, "value": held[value].to_numpy(), "low": held[low].to_numpy(),
         "high": held[high].to_numpy(), "n": held["cases"].to_numpy(),
         "marked": ((held[low] > same) | (held[high] < same)).to_numpy()}
    )  # fmt: skip


def points_words(share: float) -> str:
    """Say an end of an interval that leaves 0 out, in points; with a digit where it is near 0.

    Parameters
    ----------
    share : float
        A difference of shares: -0.12 for 12 points less.
    """
    points = 100 * share
    return f"{points:+.0f}" if abs(points) >= 0.5 else f"{points:+.2g}"
