"""How good practice is with the cases of each theme: the grades of themed audits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from qa_sampling.records.register import Register
from qa_sampling.reporting.themed_words import ThemedGrades, themed_words
from qa_sampling.reporting.words import Words
from qa_sampling.results import Interval
from qa_sampling.runs.case_places import Describer
from qa_sampling.runs.enough_audits import FEWEST_OF_A_THEME
from qa_sampling.runs.findings import estimates
from qa_sampling.runs.findings.releasing import ToldFindings, tell_findings
from qa_sampling.runs.findings.steps import Findings, findings_of
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.programme import QaProgramme
from qa_sampling.settings.programme_files import ProgrammeFiles


@dataclass(frozen=True)
class Theme:
    """The audits of one themed design. Restricted.

    Attributes
    ----------
    design : str
        The design.
    graded : ThemedGrades
        What they say.
    found : Findings or None
        The audits with their draws; None when none has come back.
    """

    design: str
    graded: ThemedGrades
    found: Findings | None


def themes_of(
    settings: QaProgramme,
    register: Register,
    staff: pd.DataFrame | None,
    files: ProgrammeFiles,
    *,
    describe: Describer,
) -> tuple[Theme, ...]:
    """Estimate good or better for the cases of every theme of the calendar that was drawn.

    Each theme has a frame of its own, so each is estimated by its own draws: every round of the
    months looked at, together. Re-audits have a section of their own.

    Parameters
    ----------
    settings : QaProgramme
        Say which months, and below how many audits there is no share.
    register : Register
        Draws and audits.
    staff : DataFrame or None
        ``schema.STAFF``.
    files : ProgrammeFiles
        The calendar, with the design of each of its entries.
    describe : callable
        Says what cases were like.
    """
    draws, audits = register.draws(), register.audits()
    draws = draws[draws["period"].isin(settings.all_periods)]
    draws = draws[~draws["superseded"].fillna(False).astype(bool)]
    back = audits[audits["date_completed"] <= pd.Timestamp(settings.extract_day)]
    themes = []
    for design in dict.fromkeys(files.themes):
        own = draws[draws["design"] == design]
        if own.empty:
            continue
        found = None
        if back["draw_id"].isin(own["draw_id"]).any():
            asked = settings.of_theme(design)
            found = findings_of(asked, register, staff, describe=describe)
        title, rounds = str(own["title"].iloc[-1]), len(own)
        graded = ThemedGrades(title, rounds, int(own["sampled"].sum()), 0, 0, None)
        graded = graded if found is None else _graded(title, rounds, found, settings)
        themes.append(Theme(design, graded, found))
    return tuple(themes)


def _graded(title: str, rounds: int, found: Findings, settings: AuditFindings) -> ThemedGrades:
    audited = found.audited
    opened = len(found.cases) + sum(found.unanswered.values())
    good = int(audited["overall"].isin(estimates.GOOD).sum())
    told = (title, rounds, opened, len(audited), good, found.open_cases)
    if len(audited) < settings.fewest_for_interval:
        return ThemedGrades(*told)
    one, fits = estimates.good_or_better(found), estimates.bounds(found, settings)
    ends = one.confidence_interval(settings.level)
    reach = Interval(fits.low, fits.high)
    return ThemedGrades(*told, share=one.estimate, interval=ends, range=reach)


def release_themes(
    themes: Sequence[Theme],
    settings: QaProgramme,
    register: Register,
    staff: pd.DataFrame | None,
    *,
    describe: Describer,
) -> Words:
    """Protect the tables of every theme with those of its own page, and say what may be said.

    Parameters
    ----------
    themes, settings, register, staff, describe
        As for :func:`tell_themes`.
    """
    told = tell_themes(themes, settings, register, staff, describe=describe)
    said = []
    for one in themes:
        theirs = told.get(one.design)
        graded = one.graded
        if theirs is not None and theirs.day is not None:
            then = _graded(graded.title, graded.rounds, theirs.found, settings)
            graded = replace(then, day=theirs.day)
        said.append((graded, theirs and theirs.tables))
    return themed_words(said)


def tell_themes(
    themes: Sequence[Theme],
    settings: QaProgramme,
    register: Register,
    staff: pd.DataFrame | None,
    *,
    describe: Describer,
) -> dict[str, ToldFindings]:
    """Protect the tables of every theme of which enough is back, and enter them in the ledger.

    Parameters
    ----------
    themes : sequence of Theme
        What was found.
    settings : QaProgramme
        Checked parameters.
    register : Register
        Holds the ledger of releases.
    staff : DataFrame or None
        ``schema.STAFF``.
    describe : callable
        Says what cases were like.

    Returns
    -------
    dict of str to ToldFindings
        By design.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    return {
        one.design: tell_findings(
            one.found, settings.of_theme(one.design), register, staff, describe=describe
        )
        for one in themes
        if one.found is not None and one.graded.audited >= FEWEST_OF_A_THEME
    }
