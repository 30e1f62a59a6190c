"""Tables of figures that are published already: the one declared way past disclosure control.

What the DfE has published is public; hiding it again would protect nobody. But "it is public" must
not become a door for counts of our own. So these tables are made here and nowhere else, from
``trends.areas.PublishedSeries`` alone, which refuses whatever is no publication of all of England;
every number in them is computed in this module from those series; and each says who published it.
What the DfE hides stays hidden, with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.benchmark_said import (
    COUNTRY_VERDICTS,
    VERDICTS,
    gathered,
    place_text,
    spans_text,
)
from qa_sampling.reporting.safe_table import _SEAL, HIDDEN_MARK, NOT_APPLICABLE_MARK, SafeTable
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.trends.areas import PublishedSeries
from qa_sampling.trends.benchmarking import Benchmark, benchmark
from qa_sampling.trends.standing import Standing, judged, standing

_MARKS = {
    "suppressed": HIDDEN_MARK,
    "rounds to zero": "[low]",
    "not applicable": NOT_APPLICABLE_MARK,
    "none in the denominator": NOT_APPLICABLE_MARK,
}
_NOT_THERE = "[x]"
PUBLISHER = "Already published by the Department for Education"
_POPULATION = "published figures of England"


@dataclass(frozen=True)
class Asked:
    """Whom to hold beside whom.

    Attributes
    ----------
    own : str
        Code of the authority.
    neighbours : tuple of str
        Codes of its neighbours.
    level : float
        Level of the intervals; 1 less the share of false discoveries.
    design_effect : float
        See ``trends.benchmarking.benchmark``.
    invented : bool
        Whether the figures are invented ones in the shape of published ones.
    """

    own: str
    neighbours: tuple[str, ...]
    level: float = 0.95
    design_effect: float = 1.0
    invented: bool = False


@dataclass(frozen=True)
class BenchmarkTables:
    """The tables of a benchmark, all of published figures.

    Attributes
    ----------
    neighbours : SafeTable
        The latest year of each measure: ours with its interval, the neighbours', the place.
    ranges : SafeTable
        Where the neighbours lie, and where one more authority like them is expected.
    country : SafeTable
        The same measures beside the region and England.
    trends : SafeTable
        Every measure and year.
    missing : SafeTable or None
        Figures that are missing, and why; None when none is.
    standings : dict of str to Standing
        By measure's title: what the verdicts rest on.
    verdicts : dict of str to (str, str)
        By measure's title: against the neighbours, against England.
    own_name, region_name : str
        What the authority and its region are called.
    """

    neighbours: SafeTable
    ranges: SafeTable
    country: SafeTable
    trends: SafeTable
    missing: SafeTable | None
    standings: Mapping[str, Standing]
    verdicts: Mapping[str, tuple[str, str]]
    own_name: str
    region_name: str

    def by_title(self) -> dict[str, SafeTable]:
        """Give the tables by the titles they are shared under."""
        return {one.title: one.table for one in self.shared()}

    def shared(self) -> tuple[SharedTable, ...]:
        """Give the tables with their titles."""
        told = [
            SharedTable(self.neighbours, "Each measure beside the neighbours, latest year"),
            SharedTable(self.ranges, "How far neighbours differ among themselves, latest year"),
            SharedTable(self.country, "Each measure beside the region and England, latest year"),
            SharedTable(self.trends, "Every year"),
        ]
        if self.missing is not None:
            told.append(SharedTable(self.missing, "Figures that are missing, and why"))
        return tuple(told)


def published_tables(series: Sequence[PublishedSeries], asked: Asked) -> BenchmarkTables:
    """Hold an authority beside its neighbours, its region and England, in tables to be shared.

    Parameters
    ----------
    series : sequence of PublishedSeries
        The measures, in the order to show them.
    asked : Asked
        Whom to hold beside whom.

    Raises
    ------
    DisclosureError
        When anything but published series is given.
    TrendError
        When the authority is unknown, or is its own neighbour.
    """
    series = [_require_published(one) for one in series]
    if not series:
        raise DisclosureError("published_tables() was given no measure. Give at least one.")
    beside = _beside(series, asked)
    standings = {one.title: standing(one.figures(), scale=one.scale, kind=one.kind, **_who(asked))
                 for one in series}  # fmt: skip
    judged_rows = judged(standings, level=asked.level).set_index("measure")
    verdicts = {title: (str(row["verdict"]), str(row["verdict_country"]))
                for title, row in judged_rows.iterrows()}  # fmt: skip
    first = next(iter(beside.values()))
    names = {"own": first.own, "region": first.region, "country": "England"}
    digits = {one.title: one.digits for one in series}
    source = _source(series, invented=asked.invented)
    return BenchmarkTables(
        neighbours=_neighbours_table(standings, verdicts, digits, names, source),
        ranges=_ranges_table(standings, judged_rows, digits, names, source),
        country=_country_table(standings, verdicts, digits, names, source),
        trends=_trends_table(series, beside, asked, source),
        missing=_missing_table(series, beside, asked, source),
        standings=standings,
        verdicts=verdicts,
        own_name=first.own,
        region_name=first.region,
    )


def funnel_table(series: PublishedSeries, asked: Asked, *, year: int) -> SafeTable:
    """Give the counts of the authority and its neighbours in one year, for a funnel.

    Parameters
    ----------
    series : PublishedSeries
        One measure; a proportion or a rate.
    asked : Asked
        Whom to hold beside whom.
    year : int
        The year.

    Raises
    ------
    DisclosureError
        When it is no published series, or a ratio, which has no limits of chance.
    """
    series = _require_published(series)
    if series.kind == "ratio":
        raise DisclosureError("A ratio has no funnel: its numerator is no part of what is below.")
    held = series.figures()
    held = held[held["year"] == year].set_index("code")
    rows = []
    for code in (asked.own, *asked.neighbours):
        if code not in held.index:
            continue
        row = held.loc[code]
        mark = _MARKS.get(row["reason"] or "", _NOT_THERE)
        counts = [mark if pd.isna(row[name]) else int(row[name])
                  for name in ("numerator", "denominator")]  # fmt: skip
        rows.append((str(row["area"]), *counts))
    labels = {"authority": "Authority", "events": "Count",
              "of": "Children" if series.kind == "rate" else "Of"}  # fmt: skip
    return _safe(("authority",), ("events", "of"), rows, labels,
                 _source([series], invented=asked.invented))  # fmt: skip


def _require_published(series: object) -> PublishedSeries:
    if not isinstance(series, PublishedSeries):
        raise DisclosureError(
            f"A table of published figures was asked for of a {type(series).__name__}. It is made "
            "from a PublishedSeries alone, which is held to be a publication of all of England; "
            "give tables of your own to protect()."
        )
    return PublishedSeries(**{name: getattr(series, name) for name in series.__dataclass_fields__})


def _who(asked: Asked) -> dict[str, object]:
    return {"own": asked.own, "neighbours": asked.neighbours, "level": asked.level,
            "design_effect": asked.design_effect}  # fmt: skip


def _beside(series: Sequence[PublishedSeries], asked: Asked) -> dict[str, Benchmark]:
    """Hold every year beside the others, as a ratio: without intervals and places, which take long.

    Figures, medians, England and the region are the same whatever the kind.
    """
    return {
        one.title: benchmark(one.figures(), scale=one.scale, **(_who(asked) | {"kind": "ratio"}))
        for one in series
    }


def _source(series: Sequence[PublishedSeries], *, invented: bool) -> str:
    files = sorted({file for one in series for file in one.files})
    said = "Invented figures in the shape of published ones" if invented else PUBLISHER
    return f"{said}, and nothing of our own: {', '.join(files)}."


def _safe(
    by: tuple[str, ...],
    publics: tuple[str, ...],
    rows: Sequence[tuple[object, ...]],
    labels: Mapping[str, str],
    source: str,
) -> SafeTable:
    return SafeTable(
        by=by, counts=(), percentages={}, within={}, rows=tuple(rows), labels=labels,
        total_label="Total", population=_POPULATION, threshold=6, zeros_shown=True, withheld="",
        hidden=0, publics=publics, published=source, seal=_SEAL,
    )  # fmt: skip


def _number(value: object, digits: int = 1) -> float | int | str:
    """Put a figure as it is printed."""
    if pd.isna(value):
        return _NOT_THERE
    return round(float(value), 1) if digits or float(value) % 1 else int(value)


def _neighbours_table(
    standings: Mapping[str, Standing],
    verdicts: Mapping[str, tuple[str, str]],
    digits: Mapping[str, int],
    names: Mapping[str, str],
    source: str,
) -> SafeTable:
    rows = []
    for title, one in standings.items():
        row = one.row
        texts = (title, str(one.year or "–"), place_text(row),
                 VERDICTS[verdicts[title][0], one.higher])  # fmt: skip
        printed = [_number(row["own"], digits[title])]
        printed += [_number(row[name]) for name in ("own_low", "own_high", "median", "pooled")]
        rows.append((*texts, *printed))
    labels = {"measure": "Measure", "year": "Year to March", "place": "Place from the lowest",
              "difference": "Beside the neighbours", "own": names["own"], "low": "From",
              "high": "To", "median": "Neighbours’ median", "pooled": "Neighbours together",
              }  # fmt: skip
    publics = ("own", "low", "high", "median", "pooled")
    return _safe(("measure", "year", "place", "difference"), publics, rows, labels, source)


def _ranges_table(
    standings: Mapping[str, Standing],
    found: pd.DataFrame,
    digits: Mapping[str, int],
    names: Mapping[str, str],
    source: str,
) -> SafeTable:
    rows = []
    for title, one in standings.items():
        ends = (one.row["own"], one.lowest, one.highest)
        printed = [_number(value, digits[title]) for value in ends]
        printed += [_number(found.at[title, name]) for name in ("low", "high")]
        rows.append((title, *printed))
    labels = {"measure": "Measure", "own": names["own"],
              "lowest": "Lowest neighbour", "highest": "Highest neighbour",
              "low": "One more like them, from", "high": "To"}  # fmt: skip
    publics = ("own", "lowest", "highest", "low", "high")
    return _safe(("measure",), publics, rows, labels, source)


def _country_table(
    standings: Mapping[str, Standing],
    verdicts: Mapping[str, tuple[str, str]],
    digits: Mapping[str, int],
    names: Mapping[str, str],
    source: str,
) -> SafeTable:
    rows = []
    for title, one in standings.items():
        words = COUNTRY_VERDICTS[verdicts[title][1], one.higher_than_country]
        printed = (_number(one.row[name], digits[title]) for name in ("own", "region", "country"))
        rows.append((title, str(one.year or "–"), words, *printed))
    labels = {
        "measure": "Measure",
        "year": "Year to March",
        "difference": "Beside England",
        **names,
    }
    return _safe(("measure", "year", "difference"), ("own", "region", "country"), rows, labels,
                 source)  # fmt: skip


_OF_YEAR = ("own", "lowest", "median", "highest", "region", "country")


def trends_table(series: Sequence[PublishedSeries], asked: Asked) -> SafeTable:
    """Give measures by year: ours, the neighbours' lowest, median and highest, region, England.

    Parameters
    ----------
    series : sequence of PublishedSeries
        The measures, in the order to show them.
    asked : Asked
        Whom to hold beside whom.

    Raises
    ------
    DisclosureError
        When anything but published series is given.
    """
    series = [_require_published(one) for one in series]
    source = _source(series, invented=asked.invented)
    return _trends_table(series, _beside(series, asked), asked, source)


def _trends_table(
    series: Sequence[PublishedSeries],
    beside: Mapping[str, Benchmark],
    asked: Asked,
    source: str,
) -> SafeTable:
    first = next(iter(beside.values()))
    years = sorted({int(year) for one in beside.values() for year in one.table["year"]})
    rows = []
    for one in series:
        table = beside[one.title].table.set_index("year")
        figures = one.figures()
        near = figures[figures["code"].isin(asked.neighbours)].groupby("year")["value"]
        ends = {"lowest": near.min(), "highest": near.max()}
        own = figures[figures["code"] == asked.own].set_index("year")
        for year in years:
            printed = []
            for name in _OF_YEAR:
                held = ends[name] if name in ends else table[name]
                printed.append(_number(held.get(year), 1 if name == "median" else one.digits))
            if printed[0] == _NOT_THERE and year in own.index:
                printed[0] = _MARKS.get(own.at[year, "reason"], _NOT_THERE)
            rows.append((one.title, str(year), *printed))
    labels = {"measure": "Measure", "year": "Year to March", "lowest": "Lowest neighbour",
              "median": "Neighbours’ median", "highest": "Highest neighbour",
              "own": first.own, "region": first.region, "country": "England"}  # fmt: skip
    return _safe(("measure", "year"), _OF_YEAR, rows, labels, source)


def _missing_table(
    series: Sequence[PublishedSeries],
    beside: Mapping[str, Benchmark],
    asked: Asked,
    source: str,
) -> SafeTable | None:
    """Put what is missing of the authority and its neighbours: where, which years, why."""
    of_year: dict[int, set[str]] = {}
    lacked: dict[tuple[str, str], dict[str, set[int]]] = {}
    for one in series:
        figures = one.figures()
        for year in figures["year"].unique():
            of_year.setdefault(int(year), set()).add(one.title)
        gaps = beside[one.title].missing[["year", "area", "reason"]]
        own = figures[(figures["code"] == asked.own) & figures["value"].isna()]
        gaps = pd.concat([own[["year", "area", "reason"]], gaps])
        for (area, reason), years in gaps.groupby(["area", "reason"], sort=False)["year"]:
            where = lacked.setdefault((str(area), str(reason)), {})
            where[one.title] = {int(year) for year in years}
    rows = [
        (title, *where, spans_text(sorted(years)), len(years))
        for where, titles in lacked.items()
        for title, years in gathered(titles, of_year).items()
    ]
    labels = {"measure": "Measure", "authority": "Authority", "reason": "Why",
              "years": "Years to March", "n": "How many years"}  # fmt: skip
    by = ("measure", "authority", "reason", "years")
    return _safe(by, ("n",), rows, labels, source) if rows else None
