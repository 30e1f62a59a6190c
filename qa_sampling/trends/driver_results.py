"""What a search for drivers found: every group, those that are named, and what they explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from qa_sampling.results import Decomposition, IntervalList
from qa_sampling.trends.driver_groups import Group, Tallies
from qa_sampling.trends.driver_ratios import ratio_of_the_rest, shrunken_ratios
from qa_sampling.trends.driver_tests import Evidence

__all__ = ["Drivers", "drivers_of", "expected_words"]


EXPECTED = "Expected"
"""What a way from expected to observed begins with."""


@dataclass(frozen=True)
class Drivers:
    """Who carries it. Restricted: it holds small groups.

    Attributes
    ----------
    of : {"count", "rate", "share"}
        What was held against the baseline; "share" where each group is held against the others of
        one day (``day_groups.find_day_groups``).
    direction : {"more", "fewer"}
        Which way was looked.
    observed, expected : float
        Events of all cases now, and what the baseline leads one to expect.
    groups : DataFrame
        One row a group that was looked at: `group`, `columns` (how many: 0 for all cases, 1, 2),
        `observed`, `expected`, `excess` (events), `families`, `families_expected` (each counted
        once), `ratio` (families over expected), `shrunken`, `low`, `high` (the ratio drawn towards
        that outside the named groups, with its interval; that of all cases is not drawn), `p`, `q`
        (missing where too few to be tested), `named`.
    named : DataFrame
        The groups that carry it, in order of naming: `group`, `columns`, `values` (tuples),
        `observed`, `expected`, `excess`, `families`, `families_expected`, `ratio`, `shrunken`,
        `low`, `high`, `p`, `q` (beyond those named before it), `explains` (events of the excess,
        each case counted once: to the narrowest named group it is in), `share` (of the excess of
        all cases; missing where that is not above 0, or below 0 when fewer are looked for).
    elsewhere : float
        Excess outside the named groups. With the column `explains` it adds up to the excess.
    false_discovery : float
        Expected share of named groups that are innocent, at most.
    tested : int
        Groups that were tested.
    families : int
        Families of both periods.
    level : float
        Level of the intervals.
    notes : tuple of str
        What a reader must know.
    """

    of: str
    direction: str
    observed: float
    expected: float
    groups: pd.DataFrame
    named: pd.DataFrame
    elsewhere: float
    false_discovery: float
    tested: int
    families: int
    level: float
    notes: tuple[str, ...]

    @property
    def excess(self) -> float:
        """Observed less expected."""
        return self.observed - self.expected

    @property
    def words(self) -> str:
        """Who carries it, in a few plain sentences."""
        return _words(self)

    def waterfall(self, **about: object) -> Decomposition:
        """Give the way from expected to observed, for ``plots.decomposition_waterfall``.

        Parameters
        ----------
        **about
            What ``results.Described`` takes: `measure`, `scope` …
        """
        rows = [(str(row.group), float(row.explains)) for row in self.named.itertuples()]
        rows.append(("Elsewhere" if rows else "All cases", self.elsewhere))
        return Decomposition(
            pd.DataFrame(rows, columns=["part", "contribution"]), self.expected, self.observed,
            EXPECTED, "Observed", level=self.level, method="each case in its narrowest group",
            **({"unit": "count", "warnings": self.notes} | about),
        )  # fmt: skip

    def intervals(self, *, most: int = 10, **about: object) -> IntervalList:
        """Give the shrunken ratios of named and highest groups, for ``plots.interval_chart``.

        A group of which less than one family is expected is shown only when it is named: its
        interval would squeeze all others.

        Parameters
        ----------
        most : int
            Groups shown; named ones always.
        **about
            What ``results.Described`` takes.
        """
        told = self.groups["p"].notna() & (self.groups["families_expected"] >= 1)
        held = self.groups[told | self.groups["named"]].copy()
        held["order"] = held["p"].where(~held["named"], -1.0)
        held = held.sort_values(["order", "p"], kind="stable")
        held = held.head(max(most, int(held["named"].sum())))
        table = pd.DataFrame(
            {"name": held["group"], "value": held["shrunken"], "low": held["low"],
             "high": held["high"], "n": held["observed"], "marked": held["named"]}
        )  # fmt: skip
        settings = {"measure": "Families over expected, shrunken (1: as expected)", "unit": "rate",
                    "warnings": self.notes} | about  # fmt: skip
        marks = ("Carries it", "Explained by those, or by chance")
        return IntervalList(table, reference=1.0, marks=marks, level=self.level, **settings)


class _Searched(Protocol):
    p: np.ndarray
    q: np.ndarray
    tested: np.ndarray
    when_named: dict[int, tuple[float, float]]


def drivers_of(
    groups: list[Group], members: np.ndarray, held: Tallies, facts: Evidence, search: _Searched,
    named: list[int], *, of: str, periods: tuple[float, float], direction: str,
    false_discovery: float, level: float, families: int,
) -> Drivers:  # fmt: skip
    """Put a search's result together.

    Parameters
    ----------
    groups : list of Group
        Groups that were looked at, all cases first.
    members : array, (cells, groups)
        Which cells are in which group.
    held : Tallies
        Counts by cell.
    facts : Evidence
        Families by group.
    search : _Searched
        Chances of each group by itself, and of the named ones when they were named.
    named : list of int
        Named groups, in order.
    of, periods, direction, false_discovery, level
        As in :func:`drivers.find_drivers`.
    families : int
        Families of both periods.

    Returns
    -------
    Drivers
    """
    observed, expected = _events(held, members, of, periods)
    table = pd.DataFrame(
        {
            "group": [group.name for group in groups],
            "columns": [len(group.columns) for group in groups],
            "observed": observed,
            "expected": expected,
            "excess": observed - expected,
            "families": facts.now,
            "families_expected": facts.before * np.where(facts.before > 0, facts.ratio, 0.0),
            **shrunken_ratios(
                groups, facts, ratio_of_the_rest(groups, facts, held, named, of), level
            ),
            "p": search.p,
            "q": search.q,
            "named": np.isin(np.arange(len(groups)), named),
        }
    )
    explains = _explained(groups, members, held, of, periods, named)
    carried = table.loc[named].assign(
        columns=[groups[one].columns for one in named],
        values=[groups[one].values for one in named],
        p=[search.when_named[one][0] for one in named],
        q=[search.when_named[one][1] for one in named],
        explains=explains,
    )
    total = float(observed[0] - expected[0])
    sign = 1.0 if direction == "more" else -1.0
    carried["share"] = carried["explains"] / total if sign * total > 0 else np.nan
    order = ["group", "columns", "values", *table.columns[2:-3], "p", "q", "explains", "share"]
    return Drivers(
        of=of, direction=direction, observed=float(observed[0]), expected=float(expected[0]),
        groups=table, named=carried[order].reset_index(drop=True),
        elsewhere=total - float(sum(explains)), false_discovery=false_discovery,
        tested=int(search.tested.sum()), families=families, level=level,
        notes=_notes(held, of, table),
    )  # fmt: skip


def _events(
    held: Tallies, members: np.ndarray, of: str, periods: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Give each group's events now, and the expected ones; 0 where a rate is not known."""
    before, now = held.events @ members
    if of == "count":
        return now, before * periods[1] / periods[0]
    then, here = held.cases @ members
    return now, np.divide(before * here, then, out=np.zeros(len(now)), where=then > 0)


def _explained(
    groups: list[Group], members: np.ndarray, held: Tallies, of: str,
    periods: tuple[float, float], named: list[int],
) -> list[float]:  # fmt: skip
    """Give the excess in each named group, each cell in the narrowest one it is in."""
    if not named:
        return []
    order = sorted(named, key=lambda one: -len(groups[one].columns))
    free = np.ones(len(members), dtype=bool)
    found = {}
    for place in order:
        own = (free & groups[place].cells).astype("float64")[:, None]
        observed, expected = _events(held, own, of, periods)
        found[place] = float(observed[0] - expected[0])
        free &= ~groups[place].cells
    return [found[place] for place in named]


def _notes(held: Tallies, of: str, table: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    events, families = held.events[1].sum(), held.families[1].sum()
    if of == "count" and families and events > 1.25 * families:
        notes.append(
            f"{events:.0f} cases of {families:.0f} families: families are counted once in the "
            "tests."
        )
    if of == "rate":
        new = table[(table["expected"] == 0) & (table["observed"] > 0) & table["p"].isna()]
        if len(new):
            notes.append(
                f"{len(new)} groups have no cases in the baseline, so nothing is expected of them."
            )
    return tuple(notes)


def _day_words(found: Drivers) -> str:
    """Say who is concerned on one day."""
    if found.named.empty:
        return (
            f"{found.observed:.0f} are concerned. No group stands out: of {found.tested} groups "
            "none holds so many families concerned that chance would not explain it."
        )
    parts = [
        f"{row.group}: {row.observed:.0f} where {row.expected:.0f} would be by the share of all"
        for row in found.named.itertuples()
    ]
    return (
        f"{found.observed:.0f} are concerned. More than its share has {'; '.join(parts)}. "
        f"Elsewhere {found.elsewhere:+.0f}."
    )


def expected_words(observed: float, expected: float) -> str:
    """Say how many were expected, so that the difference is that of what is shown: "9 were".

    Parameters
    ----------
    observed, expected : float
        Cases.
    """
    shown = f"{expected:.0f}"
    if int(f"{observed:.0f}") - int(shown) != int(f"{observed - expected:.0f}"):
        shown = f"{expected:.1f}"
    return f"{shown} {'was' if shown == '1' else 'were'}"


def _words(found: Drivers) -> str:
    if found.of == "share":
        return _day_words(found)
    more = found.direction == "more"
    expected = expected_words(found.observed, found.expected)
    start = f"{found.observed:.0f} seen where {expected} expected ({found.excess:+.0f})."
    if found.named.empty and found.tested <= 1:
        return f"{start} There are too few for any group by itself to be tested."
    if found.named.empty:
        return (
            f"{start} No group stands out: of {found.tested} groups none holds so many "
            f"{'more' if more else 'fewer'} families that chance would not explain it."
        )
    parts = []
    for row in found.named.itertuples():
        share = "" if np.isnan(row.share) else f", {100 * row.share:.0f}% of the difference"
        expected = expected_words(row.observed, row.expected)
        parts.append(
            f"{row.group}: {row.observed:.0f} where {expected} expected "
            f"({row.explains:+.0f}{share})"
        )
    return f"{start} It is carried by {'; '.join(parts)}. Elsewhere {found.elsewhere:+.0f}."
