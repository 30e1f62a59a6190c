"""From published files to how an authority compares: read, hold beside each other, draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.alt_texts import funnel_plot_alt
from qa_sampling.reporting.benchmark_words import Moves
from qa_sampling.reporting.derived import Derived, derive
from qa_sampling.reporting.plots import funnel_plot
from qa_sampling.reporting.plots_benchmark import benchmark_panels, benchmark_panels_alt
from qa_sampling.reporting.published_tables import (
    Asked,
    BenchmarkTables,
    funnel_table,
    published_tables,
)
from qa_sampling.reporting.quantities import DeclaredText, declared
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.runs.published_inputs import neighbours_of, published_figures, series_of
from qa_sampling.settings.benchmarking import Benchmarking
from qa_sampling.trends.areas import PublishedSeries
from qa_sampling.trends.benchmark_showing import authority_funnel, benchmark_trends
from qa_sampling.trends.movement import leaps, moved

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qa_sampling.reporting.words import Told

_LIMITS = {
    "exact": "limits of chance alone",
    "spread": "limits that allow for how authorities differ",
}


@dataclass(frozen=True)
class Compared:
    """An authority beside its neighbours and England.

    Attributes
    ----------
    series : dict of str to PublishedSeries
        By the measure's name.
    asked : Asked
        Whom is held beside whom.
    tables : BenchmarkTables
        What may be shared.
    moves : Moves
        How figures moved over the years.
    """

    series: dict[str, PublishedSeries]
    asked: Asked
    tables: BenchmarkTables
    moves: Moves


@dataclass(frozen=True)
class FunnelShown:
    """A funnel to be shared.

    Attributes
    ----------
    derived : Derived
        The funnel.
    table : SafeTable
        The counts it was drawn from.
    title : DeclaredText
        What it shows; its numbers are those of the measure's name and the year.
    """

    derived: Derived
    table: SafeTable
    title: DeclaredText

    @property
    def picture(self) -> Axes:
        """Draw it."""
        return funnel_plot(self.derived, title=self.title)

    @property
    def alt(self) -> Told:
        """Say it."""
        return funnel_plot_alt(self.derived)


def compare(settings: Benchmarking) -> Compared:
    """Read the published figures and hold the authority beside its neighbours and England.

    Parameters
    ----------
    settings : Benchmarking
        Checked parameters.

    Raises
    ------
    ParameterError, ExtractError, TrendError
        When files, measures, the authority or its neighbours are not there or not sound.
    """
    series = series_of(settings)
    asked = Asked(
        settings.authority_code,
        neighbours_of(settings),
        level=settings.level,
        design_effect=settings.design_effect,
        invented=settings.is_invented,
    )
    held = {"own": asked.own, "neighbours": asked.neighbours}
    held["design_effect"] = asked.design_effect
    moves = Moves(
        {one.title: moved(one.figures(), kind=one.kind, **held) for one in series.values()},
        {one.title: leaps(one.figures(), kind=one.kind, **held) for one in series.values()},
        settings.level,
    )
    return Compared(series, asked, published_tables(list(series.values()), asked), moves)


def files_read(settings: Benchmarking) -> pd.DataFrame:
    """Give what was read: files, years, authorities, figures, and how many are missing and why.

    Parameters
    ----------
    settings : Benchmarking
        Name the folder.
    """
    published = published_figures(settings)
    local = published[published["level"] == "authority"]
    rows = []
    for source, held in local.groupby("source", sort=True):
        reasons = held["reason"].fillna("").astype("str")
        counted = reasons[reasons != ""].value_counts()
        rows.append(
            {
                "File": f"{source}.csv",
                "Years": f"{held['year'].min()} to {held['year'].max()}",
                "Authorities": held["code"].nunique(),
                "Figures of authorities": len(held),
                "Missing": ", ".join(f"{n:,} {why}" for why, n in counted.items()) or "none",
            }
        )
    return pd.DataFrame(rows)


def trends_of(compared: Compared) -> Derived:
    """Give every measure over the years, to be drawn.

    Parameters
    ----------
    compared : Compared
        The authority beside others.
    """
    tables = compared.tables
    return derive(
        tables.trends,
        benchmark_trends,
        own_name=tables.own_name,
        region_name=tables.region_name,
    )


def trends_picture(trends: Derived) -> Axes:
    """Draw every measure over the years.

    Parameters
    ----------
    trends : Derived
        What :func:`trends_of` gave.
    """
    return benchmark_panels(trends)


def trends_alt(trends: Derived) -> Told:
    """Say what the picture of the years shows.

    Parameters
    ----------
    trends : Derived
        What :func:`trends_of` gave.
    """
    return benchmark_panels_alt(trends)


def funnels_of(compared: Compared, settings: Benchmarking) -> list[FunnelShown]:
    """Give two funnels of each measure asked for: with limits of chance alone, and with wider ones.

    A ratio has none, nor has a measure without a figure of the authority.

    Parameters
    ----------
    compared : Compared
        The authority beside others.
    settings : Benchmarking
        Name the measures.
    """
    made = []
    for key in settings.funnels:
        one = compared.series[key]
        year = compared.tables.standings[one.title].year
        if one.kind == "ratio" or not year:
            continue
        table = funnel_table(one, compared.asked, year=year)
        for limits, words in _LIMITS.items():
            derived = derive(
                table,
                authority_funnel,
                kind=one.kind,
                limits=limits,
                measure=declared(one.title),
                n_of="children" if one.kind == "rate" else "cases",
            )
            title = declared(f"{one.title}, year to March {year}: {words}")
            made.append(FunnelShown(derived, table, title))
    return made
