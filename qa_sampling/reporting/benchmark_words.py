"""How an authority compares, in sentences that never call chance a difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from qa_sampling.reporting.published_tables import BenchmarkTables
from qa_sampling.reporting.quantities import Cell, cell, declared
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.words import NOTHING_SAID, Words, say
from qa_sampling.trends.movement import Movement
from qa_sampling.trends.standing import discovered

_NOTHING_LACKS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Moves:
    """How figures moved over the years.

    Attributes
    ----------
    over_all : mapping of str to Movement or None
        By measure's title, from the first year to the last.
    leaps : mapping of str to tuple of Movement
        By measure's title, changes from one year to the next that no neighbour matches.
    level : float
        1 less the share of false discoveries among the measures that are said to have moved.
    """

    over_all: Mapping[str, Movement | None]
    leaps: Mapping[str, tuple[Movement, ...]]
    level: float = 0.95

    @property
    def beyond_chance(self) -> dict[str, Movement]:
        """The measures that moved beyond chance, all of them judged together."""
        known = {title: one for title, one in self.over_all.items() if one is not None}
        found = discovered(np.array([one.chance for one in known.values()]), 1 - self.level)
        return {title: one for (title, one), yes in zip(known.items(), found, strict=True) if yes}


def benchmark_findings(
    tables: BenchmarkTables, moves: Moves, *, lacking: Mapping[str, str] = _NOTHING_LACKS
) -> Words:
    """Say where the authority differs from its neighbours and England, and where it does not.

    Parameters
    ----------
    tables : BenchmarkTables
        The tables; every figure said is one of them.
    moves : Moves
        How figures moved.
    lacking : mapping of str to str
        Titles of measures that were asked for and whose file was not given, with that file.
    """
    words = _outside_words(tables) + _apart_words(tables) + _alike_words(tables)
    words += _country_words(tables) + _leap_words(tables, moves) + _moved_words(tables, moves)
    return words + _lacking_words(lacking)


def _lacking_words(lacking: Mapping[str, str]) -> Words:
    """Name what could not be held beside anybody, so that silence is not taken for likeness."""
    if not lacking:
        return NOTHING_SAID
    listed = "; ".join(f"{title} ({file})" for title, file in lacking.items())
    return say("Not compared, since the file was not given: {listed}.", listed=declared(listed))


def _of(table: SafeTable, column: str, title: str) -> Cell:
    """Give a number of a measure's row, whatever its other labels are."""
    row = next(row for row in table.rows if row[0] == title)
    return cell(table, column, *row[: len(table.by)])


def _titles(tables: BenchmarkTables, verdict: str, *, country: bool = False) -> list[str]:
    return [title for title, both in tables.verdicts.items() if both[country] == verdict]


def _outside_words(tables: BenchmarkTables) -> Words:
    words = NOTHING_SAID
    for title in _titles(tables, "outside"):
        one = tables.standings[title]
        words += say(
            "{measure}: {own} has {value} in the year to March {year}, {way} than its neighbours "
            "and outside how they differ among themselves: one more authority like them would be "
            "expected at {low} to {high}.",
            about=tables.neighbours,
            measure=title,
            own=tables.own_name,
            value=_of(tables.neighbours, "own", title),
            year=str(one.year),
            way="higher" if one.higher else "lower",
            low=_of(tables.ranges, "low", title),
            high=_of(tables.ranges, "high", title),
        )
    if words.sentences:
        return words
    return say(
        "In no measure is {own} outside how its neighbours differ among themselves.",
        own=tables.own_name,
    )


def _apart_words(tables: BenchmarkTables) -> Words:
    titles = _titles(tables, "apart")
    words = NOTHING_SAID
    for way, higher in (("higher", True), ("lower", False)):
        listed = [title for title in titles if tables.standings[title].higher is higher]
        if listed:
            words += say(
                "Beyond chance {way} than the neighbours together, but not clearly outside how "
                "they differ: {listed}.",
                about=tables.neighbours,
                way=way,
                listed="; ".join(listed),
            )
    return words


def _alike_words(tables: BenchmarkTables) -> Words:
    words = NOTHING_SAID
    if alike := _titles(tables, "alike"):
        words += say(
            "No difference from the neighbours can be told from chance in {n:measure|measures}: "
            "{listed}.",
            about=tables.neighbours,
            n=declared(len(alike)),
            listed="; ".join(alike),
        )
    if unknown := _titles(tables, "unknown"):
        words += say(
            "Nothing can be said of {listed}: a figure is missing, or too few neighbours have one.",
            about=tables.neighbours,
            listed="; ".join(unknown),
        )
    return words


def _country_words(tables: BenchmarkTables) -> Words:
    titles = _titles(tables, "apart", country=True)
    sides = {"higher": [], "lower": []}
    for title in titles:
        sides["higher" if tables.standings[title].higher_than_country else "lower"].append(title)
    words = NOTHING_SAID
    for way, listed in sides.items():
        if listed:
            words += say(
                "Beyond chance {way} than England: {listed}.",
                about=tables.neighbours,
                way=way,
                listed="; ".join(listed),
            )
    return words


def _leap_words(tables: BenchmarkTables, moves: Moves) -> Words:
    words = NOTHING_SAID
    for title, found in moves.leaps.items():
        for one in found:
            words += say(
                "{measure} {way} from {before} in {first} to {after} in {last}: in none of "
                "{n:change|changes} from one year to the next did a neighbour’s {way2} as much.",
                about=tables.trends,
                measure=title,
                way="rose" if one.rose else "fell",
                way2="rise" if one.rose else "fall",
                n=declared(one.others),
                **_both(tables, title, one, "own"),
            )
    return words


def _moved_words(tables: BenchmarkTables, moves: Moves) -> Words:
    words = NOTHING_SAID
    for title, one in moves.beyond_chance.items():
        medians = _both(tables, title, one, "median")
        words += say(
            "{measure} {way} beyond chance from {before} in {first} to {after} in {last}; the "
            "neighbours’ median was {median_before} and {median_after}.",
            about=tables.trends,
            measure=title,
            way="rose" if one.rose else "fell",
            median_before=medians["before"],
            median_after=medians["after"],
            **_both(tables, title, one, "own"),
        )
    return words


def _both(tables: BenchmarkTables, title: str, one: Movement, column: str) -> dict[str, Cell | str]:
    """Give a column's figures of both years, as the table of all years prints them."""
    return {
        "before": cell(tables.trends, column, title, str(one.first)),
        "after": cell(tables.trends, column, title, str(one.last)),
        "first": str(one.first),
        "last": str(one.last),
    }


def benchmark_method(*, level: float, design_effect: float) -> Words:
    """Say how it was worked out, and what it cannot show.

    Parameters
    ----------
    level : float
        Level of the intervals.
    design_effect : float
        How many times wider variances were taken than of children who come independently.
    """
    words = say(
        "Figures are those the DfE has published, as printed; where it prints none they are "
        "worked out from its counts. What it hides or does not have is missing here, never nought."
    )
    words += say(
        "Intervals hold at {level}% and take variances {effect} times as large as if every child "
        "came alone, since brothers and sisters come together.",
        level=declared(f"{100 * level:g}"),
        effect=declared(f"{design_effect:g}"),
    )
    words += say(
        "A place is a range: the places that the true figure may have among the neighbours’ true "
        "figures, given their counts."
    )
    words += say(
        "Beyond chance means that counts so far apart would be rare if the true figures were the "
        "same, all measures judged together (Benjamini and Hochberg). Outside how neighbours "
        "differ means that besides, one more authority like them would rarely lie as far from "
        "their mean. Where it is expected (one more like them, at {level}%) allows for "
        "their being few and for the authority’s size. Of many measures some lie beyond it by "
        "chance, so a figure just beyond it need not be outside.",
        level=declared(f"{100 * level:g}"),
    )
    words += say(
        "The neighbours are those of the latest list, for every year. A difference says nothing "
        "of good or bad practice, and nothing of its cause: recording, thresholds and need differ "
        "too."
    )
    return words
