"""From published files to how an authority compares: read, hold beside each other, draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import ParameterError
from qa_sampling.records.published_measures import MEASURES
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
    trends_table,
)
from qa_sampling.reporting.quantities import DeclaredText, declared
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.results import Funnel
from qa_sampling.runs.published_inputs import (
    absent_measures,
    neighbours_of,
    published_figures,
    series_of,
)
from qa_sampling.settings.benchmarking import Benchmarking
from qa_sampling.trends.areas import PublishedSeries
from qa_sampling.trends.benchmark_showing import authority_funnel, benchmark_trends
from qa_sampling.trends.funnel import Limits
from qa_sampling.trends.movement import leaps, moved

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qa_sampling.reporting.words import Told

THEMES = {
    "front door": (
        "referrals", "re_referrals", "re_referred_children", "referral_nfa", "assessments",
        "assessments_45_days",
    ),
    "protection": (
        "s47", "s47_per_referral", "icpc", "icpc_per_s47", "icpc_15_days", "plans_per_icpc",
        "cp_plans", "cp_plan_starts", "cp_plan_ends", "second_plans",
    ),
    "care": (
        "children_in_need", "looked_after", "starting_care", "ceasing_care", "three_placements",
        "same_carer_two_years", "three_social_workers", "health_assessments", "dental_checks",
    ),
    "leaving care": (
        "adopted", "special_guardianship",
        "care_leavers_in_touch_17_18", "care_leavers_in_touch_19_21",
        "care_leavers_accommodation_17_18", "care_leavers_accommodation_19_21",
        "care_leavers_activity_17_18", "care_leavers_activity_19_21",
    ),
}  # fmt: skip
"""Measures that are drawn together."""
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
    lacking : dict of str to str
        Titles of measures that were asked for and whose file is not there, with that file.
    """

    series: dict[str, PublishedSeries]
    asked: Asked
    tables: BenchmarkTables
    moves: Moves
    lacking: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A picture to be shared.

    Attributes
    ----------
    derived : Derived
        What is drawn: a funnel, or panels of measures over the years.
    table : SafeTable
        What it was drawn from.
    title : DeclaredText
        What it shows; its numbers are those of the measure's name and the year.
    finding : DeclaredText or str
        What it finds in a few words; blank where no rule says so.
    funnel : bool
        Whether it is a funnel.
    """

    derived: Derived
    table: SafeTable
    title: DeclaredText
    finding: DeclaredText | str = ""
    funnel: bool = False

    @property
    def picture(self) -> Axes:
        """Draw it."""
        draw = funnel_plot if self.funnel else benchmark_panels
        return draw(self.derived, title=self.finding)

    @property
    def alt(self) -> Told:
        """Say it."""
        return (funnel_plot_alt if self.funnel else benchmark_panels_alt)(self.derived)


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
    lacking = {MEASURES[key].title: file for key, file in absent_measures(settings).items()}
    tables = published_tables(list(series.values()), asked)
    return Compared(series, asked, tables, moves, lacking)


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
    for file in sorted(set(absent_measures(settings).values())):
        rows.append(dict.fromkeys(rows[0], "–") | {"File": file, "Missing": "the file"})
    return pd.DataFrame(rows)


def trends_of(compared: Compared, theme: str) -> list[Shown]:
    """Give the measures of a theme over the years, to be drawn.

    Parameters
    ----------
    compared : Compared
        The authority beside others.
    theme : {"front door", "protection", "care", "leaving care"}
        Which measures.

    Returns
    -------
    list of Shown
        None of a theme of which no measure was asked for.

    Raises
    ------
    ParameterError
        When there is no such theme.
    """
    if theme not in THEMES:
        raise ParameterError(f"There is no theme {theme!r}; choose from {', '.join(THEMES)}.")
    series = [one for key, one in compared.series.items() if key in THEMES[theme]]
    if not series:
        return []
    table, tables = trends_table(series, compared.asked), compared.tables
    names = {"own_name": tables.own_name, "region_name": tables.region_name}
    derived = derive(table, benchmark_trends, **names)
    finding = theme_finding(tables, [one.title for one in series])
    return [Shown(derived, table, declared(f"Over the years: {theme}"), declared(finding))]


def theme_finding(tables: BenchmarkTables, titles: Sequence[str]) -> str:
    """Say which of some measures lie outside how neighbours differ; the verdicts say so.

    Parameters
    ----------
    tables : BenchmarkTables
        Hold the verdicts.
    titles : sequence of str
        The measures.
    """
    known = [one for one in titles if tables.verdicts[one][0] != "unknown"]
    outside = [
        f"{title} ({'higher' if tables.standings[title].higher else 'lower'})"
        for title in known
        if tables.verdicts[title][0] == "outside"
    ]
    if outside:
        return f"Outside how neighbours differ: {'; '.join(outside)}"
    return f"None of {len(known)} lies outside how neighbours differ" if known else ""


def funnels_of(compared: Compared, settings: Benchmarking, limits: Limits) -> list[Shown]:
    """Give a funnel of each measure asked for.

    A ratio has none, nor has a measure without a figure of the authority or without its file.

    Parameters
    ----------
    compared : Compared
        The authority beside others.
    settings : Benchmarking
        Name the measures.
    limits : {"exact", "spread"}
        Limits of chance alone, or limits that allow for how authorities differ.
    """
    made = []
    for key in settings.funnels:
        one = compared.series.get(key)
        if one is None:
            continue
        year = compared.tables.standings[one.title].year
        if one.kind == "ratio" or not year:
            continue
        table = funnel_table(one, compared.asked, year=year)
        derived = derive(
            table,
            authority_funnel,
            kind=one.kind,
            limits=limits,
            measure=declared(one.title),
            n_of="children" if one.kind == "rate" else "cases",
            own=compared.tables.own_name,
        )
        title = declared(f"{one.title}, year to March {year}: {_LIMITS[limits]}")
        finding = declared(_funnel_finding(derived.result, limits))
        made.append(Shown(derived, table, title, finding, funnel=True))
    return made


def _funnel_finding(drawn: Funnel, limits: Limits) -> str:
    """Say on which side of the limits the ringed authority lies."""
    ours = drawn.table[drawn.table["unit"] == drawn.own]
    if ours.empty or ours["value"].isna().all():
        return ""
    where = "outside" if ours["signal"].iloc[0] else "within"
    return f"{drawn.own} lies {where} the {_LIMITS[limits]}"
