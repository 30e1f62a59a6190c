"""The files of outcomes: every figure for named readers, and the tables everybody may read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import yaml

from qa_sampling.errors import TrendError
from qa_sampling.records.register import Register
from qa_sampling.reporting.breakdown_tables import GroupView, groups_sheet
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.reporting.outcome_signals import filled_by, handed_over
from qa_sampling.reporting.outcome_tables import OutcomeTables, protect_outcomes
from qa_sampling.reporting.outcomes_view import (
    considered_view,
    day_view,
    overview,
    overview_icons,
    proposals_view,
    rebases_view,
    signals_view,
    unable_view,
)
from qa_sampling.reporting.outcomes_workbook import MARKING, write_outcomes_workbook
from qa_sampling.reporting.overview_slide import write_overview_slide
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.extract_seams import without_seams
from qa_sampling.runs.outcome_editions import edition_of, finished_quarters
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.rolled import rolled_of
from qa_sampling.runs.outcomes.steps import Outcomes, covered_of, proposals_of
from qa_sampling.runs.shared_tables import CASE_SYSTEM, record_tables, write_shared_tables
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.signals import SHARED, SIGNALS_FILE
from qa_sampling.trends.measure_cases import KnownEvents
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.spikes import Spikes


def release_outcomes(
    told: Told,
    found: Outcomes,
    settings: OutcomeTrends,
    register: Register,
    *,
    slug: str = "",
) -> OutcomeTables:
    """Protect the counts by quarter, and enter them in the ledger before anyone reads them.

    Of the quarters asked for, those that the extracts hold.

    Parameters
    ----------
    told : Told
        The events.
    found : Outcomes
        The measures.
    settings : OutcomeTrends
        Checked parameters.
    register : Register
        Holds the ledger of releases.
    slug : str
        Name of the run that releases them; that of the settings by default.

    Raises
    ------
    DisclosureError
        When figures of the same extract contradict what was released; name an `edition` then.
    TrendError
        When the extracts hold no finished quarter.
    """
    quarters = finished_quarters(settings)
    asked = {"as_at": settings.extract_day, "period": "quarter", "covered": told.covered}
    asked |= {"first": pd.Timestamp(quarters[0]).date(), "last": pd.Timestamp(quarters[-1]).date()}
    flows = [one for one in found.measures if one.adds and one.base.of == "events"]
    events = KnownEvents.of(told.events, settings.extract_day)
    counted = pd.concat([readings_of(events, one, **asked) for one in flows])
    counted = counted.reset_index(drop=True)
    readings = without_seams(counted, flows, told.seams, period="quarter")
    tables = protect_outcomes(
        readings,
        flows,
        quarters=quarters,
        edition=edition_of(settings),
        earlier=printed_tables(register.releases()["content"]),
    )
    if not tables.tables:
        raise TrendError(
            f"No quarter up to {settings.extract_day:%d %B %Y} is whole in the extracts. Give one "
            "that reaches back to the first day of a finished quarter, such as a second extract "
            "of half a year before."
        )
    record_tables(register, slug or settings.slug, tables.by_title())
    return tables


def _more_sheets(found: Outcomes, settings: OutcomeTrends) -> dict[str, pd.DataFrame]:
    """Give rates with their estimates, rolling years and audit grades, where there are any."""
    rolled = rolled_of(found, settings)
    sheets = {"Rates": found.rates, "Rolling years": rolled.years, "Rolling rates": rolled.rates}
    if found.registered is not None:
        parts = [found.registered.grades, found.registered.by_unit]
        sheets["Audit grades"] = pd.concat(parts, ignore_index=True)
        sheets["Audit grades by month"] = found.registered.by_month
    return {name: table for name, table in sheets.items() if len(table)}


def span_of(settings: OutcomeTrends) -> str:
    """Say the quarters that everybody reads of in words.

    Parameters
    ----------
    settings : OutcomeTrends
        Checked parameters.
    """
    quarters = finished_quarters(settings)
    last = pd.Timestamp(quarters[-1]) + pd.DateOffset(months=3) - pd.Timedelta(days=1)
    return period_in_words(pd.Timestamp(quarters[0]).date(), last.date())


def publish_outcomes(
    found: Outcomes,
    signals: Spikes,
    settings: OutcomeTrends,
    register: Register,
    *,
    tables: OutcomeTables,
    groups: Sequence[GroupView] = (),
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    signals : Alerts
        The round of signals.
    settings : OutcomeTrends
        Checked parameters.
    register : Register
        Holds the ledger of releases.
    tables : OutcomeTables
        The protected tables the page shows, of the ledger of releases.
    groups : sequence of GroupView
        Measures by groups of children, protected.
    findings : Words
        What the page says first.
    """
    months, seen = covered_of(found, settings), overview(found.charts)
    icons = overview_icons(found.charts)

    def write(folder: Path) -> None:
        write_outcomes_workbook(
            folder / "restricted" / f"outcome_trends_{settings.period}.xlsx",
            {
                "Overview": seen,
                "Signals": signals_view(signals, budget=settings.budget),
                "Deep dives": handed_over(signals, file=settings.signals_file),
                "Looked at": considered_view(signals),
                "On the day": day_view(found.on_the_day),
                "By group": groups_sheet(groups),
                "Recorded rebases": rebases_view(settings.rebases),
                "Proposed rebases": proposals_view(proposals_of(found)),
                "By month": found.readings,
                f"By {settings.unit}": found.by_unit,
                **_more_sheets(found, settings),
                "Not answered": unable_view(found.unable),
            },
            title=f"Outcomes, {months}",
            as_at=settings.extract_day,
            icons={"Overview": icons},
        )
        if len(seen):
            write_overview_slide(
                folder / "restricted", seen, icons, source=f"{settings.whose}, {months}",
                marking=MARKING,
            )  # fmt: skip
        write_signals(folder / SIGNALS_FILE, signals, settings)
        shared = tables.shared(span_of(settings))
        write_shared_tables(
            folder,
            "outcome_tables",
            shared,
            settings,
            register,
            title=f"Outcomes, {span_of(settings)}",
            source=CASE_SYSTEM,
            findings=findings,
        )

    return publish_files(settings, register, write)


def write_signals(path: Path, signals: Spikes, settings: OutcomeTrends) -> None:
    """Write what each signal fills of a deep dive, with what both runs share: no count is in it.

    Parameters
    ----------
    path : Path
        The file.
    signals : Spikes
        The round of signals.
    settings : OutcomeTrends
        Checked parameters.
    """
    plain = settings.plain()
    shared = {name: plain[name] for name in SHARED if plain[name]}  # what is blank says nothing
    filled = filled_by(signals, as_at=settings.extract_day.isoformat())
    text = yaml.safe_dump(shared | {"signals": filled}, sort_keys=False, allow_unicode=True)
    path.write_text(f"{_SIGNALS_NOTE}\n{text}", encoding="utf-8", newline="\n")


_SIGNALS_NOTE = """\
# The signals of a run of the trends notebook, each with what it fills of a deep dive; and where
# its extract, tables, register and key are. Give this file with -f, and one id: -p signal ID
"""
