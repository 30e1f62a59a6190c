"""What a decomposition gives: the parts of a change, by factor and by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.results import Decomposition

__all__ = ["Change", "Of"]

Of = Literal["rate", "count"]


@dataclass(frozen=True)
class Change:
    """A change taken apart. Restricted: it holds small groups.

    Attributes
    ----------
    of : {"rate", "count"}
        What changed: events per case, or events a period.
    start, end : float
        Then and now.
    parts : DataFrame
        One row a part: `part` ("Volume", "Rate", "Mix of team" …), `kind` ("volume", "rate",
        "mix"), `factor` (blank but for mix), `contribution`, `standard_error`, `low`, `high`.
        Contributions add up to the change.
    values : DataFrame
        One row a value of a factor: `factor`, `value`, `cases_before`, `cases_after`,
        `events_before`, `events_after`, `share_before`, `share_after` (of all cases),
        `rate_before`, `rate_after` (missing without cases), `rate_part`, `mix_part` and their
        standard errors `rate_error`, `mix_error`. Of each factor the rate parts add up to the
        rate part of the whole, and the mix parts to the factor's mix.
    cases : tuple of (int, int)
        Cases then and now.
    families : int
        Families of both periods.
    level : float
        Level of the intervals.
    draws : int
        Resamples behind them; 0 for none.
    seed : str
        Their seed text.
    notes : tuple of str
        What a reader must know.
    """

    of: Of
    start: float
    end: float
    parts: pd.DataFrame
    values: pd.DataFrame
    cases: tuple[int, int]
    families: int
    level: float
    draws: int
    seed: str
    notes: tuple[str, ...]

    @property
    def change(self) -> float:
        """Now less then."""
        return self.end - self.start

    def waterfall(
        self, *, start_name: str = "Before", end_name: str = "Now", **about: object
    ) -> Decomposition:
        """Give the parts as a result that ``plots.decomposition_waterfall`` draws.

        Parameters
        ----------
        start_name, end_name : str
            What then and now are called.
        **about
            What ``results.Described`` takes: `measure`, `scope`, `unit` …
        """
        table = self.parts[["part", "contribution", "low", "high"]]
        return self._drawn(table, start_name, end_name, about)

    def waterfall_of(
        self, factor: str, *, most: int = 8, start_name: str = "Before", end_name: str = "Now",
        **about: object,
    ) -> Decomposition:  # fmt: skip
        """Give what each value of one factor contributes, by its own rate and by its mix together.

        Parameters
        ----------
        factor : str
            The factor.
        most : int
            Values shown by themselves, largest first; the others are put together.
        start_name, end_name, **about
            As in :meth:`waterfall`.

        Raises
        ------
        TrendError
            When the factor is not one of those the change was taken apart by.
        """
        held = self.values[self.values["factor"] == factor]
        if held.empty:
            known = ", ".join(self.values["factor"].unique())
            raise TrendError(f"`factor` must be one of {known}; got {factor!r}.")
        own = (held["rate_part"] + held["mix_part"]).set_axis(held["value"])
        order = own.abs().sort_values(ascending=False, kind="stable").index
        shown, rest = order[:most], order[most:]
        rows = [(str(value), float(own[value])) for value in shown]
        if len(rest):
            rows.append((f"{len(rest)} others", float(own[rest].sum())))
        left = self.change - sum(part for _, part in rows)
        if not np.isclose(left, 0, atol=1e-12):
            rows.append(("Volume and mix of other factors", left))
        table = pd.DataFrame(rows, columns=["part", "contribution"])
        return self._drawn(table, start_name, end_name, about)

    def _drawn(
        self, table: pd.DataFrame, start_name: str, end_name: str, about: dict[str, object]
    ) -> Decomposition:
        settings = {"unit": "share" if self.of == "rate" and self.end <= 1 else "count",
                    "n": sum(self.cases), "warnings": self.notes} | about  # fmt: skip
        return Decomposition(
            table, self.start, self.end, start_name, end_name, level=self.level,
            method="symmetric parts (Das Gupta), families resampled" if self.draws
            else "symmetric parts (Das Gupta)", **settings,
        )  # fmt: skip
