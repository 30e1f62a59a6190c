"""What outcomes are counted from: the events of the extracts, and the lists of each on its day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.records.cases import build_cases
from qa_sampling.records.events import build_events
from qa_sampling.records.events_covered import covered_by
from qa_sampling.records.unit_columns import with_units
from qa_sampling.runs.extract_gaps import gaps_in_words
from qa_sampling.runs.extract_seams import seams_of
from qa_sampling.runs.graded import Audited
from qa_sampling.runs.inputs import (
    invented_authority,
    open_register,
    read_extracts,
    register_is_there,
)
from qa_sampling.runs.outcome_lists import entered_of, lists_over_time
from qa_sampling.runs.returns_in import invented_activities
from qa_sampling.schema import NOT_RECORDED
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.coverage import Coverage
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_cases import KnownEvents
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.on_lists import KnownLists


@dataclass(frozen=True)
class Told:
    """What the extracts tell. Restricted: a row a child and event.

    Attributes
    ----------
    events : DataFrame
        ``schema.EVENTS``, with the columns to count by (``unit_columns.with_units``) that the
        extra tables and the lists give.
    on_lists : DataFrame
        ``on_lists.ON_LISTS`` of the day of each extract, with the same columns.
    families_known : bool
        Whether families can be counted beside children.
    children : DataFrame
        A row a child of the lists: `child_id`, `date_of_birth`, `gender`, `ethnicity`.
    never_drawn : frozenset of str
        Children whose records are restricted, and who are never drawn.
    seams : tuple of Timestamp
        First days of extracts around which conferences are in none of them.
    covered : Coverage or None
        Which days the extracts hold of each kind of event; None where all are held.
    entered : DataFrame or None
        ``entered.ENTERED`` with the columns to count by; None where no such table was given.
    logged : DataFrame or None
        ``measuring.LOGGED`` with a `child_id` that tells entries apart; for a deep dive into what
        the register holds.
    audited : Audited or None
        The audits with their draws, for a deep dive into them; `entered` holds them as entries.
    cases : DataFrame or None
        ``schema.CASES`` of that day: who holds a case now; for a deep dive.
    staff, case_roles : DataFrame or None
        The extra tables that were given, for a deep dive.
    """

    events: pd.DataFrame
    on_lists: pd.DataFrame
    families_known: bool
    children: pd.DataFrame
    never_drawn: frozenset[str]
    seams: tuple[pd.Timestamp, ...] = ()
    covered: Coverage | None = None
    entered: pd.DataFrame | None = None
    logged: pd.DataFrame | None = None
    audited: Audited | None = None
    cases: pd.DataFrame | None = None
    staff: pd.DataFrame | None = None
    case_roles: pd.DataFrame | None = None

    @cached_property
    def lists(self) -> KnownLists:
        """The children on lists, checked once."""
        return KnownLists.of(self.on_lists)

    @cached_property
    def _known(self) -> dict[date, KnownEvents]:
        return {}

    def known_on(self, as_at: date) -> KnownEvents:
        """Give the events as known on a day, checked once a day.

        Parameters
        ----------
        as_at : date
            The day.

        Raises
        ------
        SchemaError
            When the events are not as declared.
        """
        if as_at not in self._known:
            self._known[as_at] = KnownEvents.of(self.events, as_at)
        return self._known[as_at]

    def own_table(self, measure: Measure) -> pd.DataFrame | None:
        """Give the table that a measure is counted from, where it is not of the extracts.

        Parameters
        ----------
        measure : Measure
            The measure.

        Returns
        -------
        DataFrame or None
            None of the extracts' own, and where no such table was given.
        """
        return {"measure_events": self.entered, "activity": self.logged}.get(measure.base.of)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Say which months are not on record; empty where all are."""
        return gaps_in_words(self.covered) if self.covered else ()


def read_outcomes(settings: AnalysisSettings) -> Told:
    """Read the extracts, and join services and families.

    Parameters
    ----------
    settings : AnalysisSettings
        Name the extracts and the extra tables. Of the invented authority all its records are
        known, not only the half year of an extract.

    Raises
    ------
    ExtractError
        With every fault of the files that cannot be mended.
    """
    annex, extras = read_extracts(settings)
    events = invented_authority().events if settings.is_invented else build_events(annex)
    children = _invented_children() if settings.is_invented else _children(annex)
    about = {"staff": extras.staff, "families": extras.families}
    about |= {"children": children, "events": events}
    covered = None if settings.is_invented else covered_by(annex, events)
    events = with_units(events, **about)
    known = extras.families is not None and len(extras.families) > 0
    seams = () if settings.is_invented else seams_of(annex)
    on_lists = with_units(lists_over_time(annex, settings), **about)
    kept = frozenset() if extras.restricted is None else frozenset(extras.restricted["child_id"])
    given = entered_of(extras, settings)
    entered = None if given is None else with_units(given, **about)
    told = Told(events, on_lists, known, children, kept, seams, covered, entered)
    if not isinstance(settings, DeepDive):
        return told
    cases = build_cases(annex, as_at=settings.extract_day, staff=extras.staff)
    told = replace(told, logged=_logged(settings))
    return replace(told, cases=cases, staff=extras.staff, case_roles=extras.case_roles)


def _logged(settings: DeepDive) -> pd.DataFrame | None:
    """Give the register's activity up to the day, where a deep dive looks into it."""
    if MEASURES[settings.measure].base.of != "activity":
        return None
    if settings.is_invented:
        held = invented_activities()
    elif register_is_there(settings):
        with open_register(settings) as register:
            held = register.activities()
    else:
        return None
    held = held[held["date"] <= pd.Timestamp(settings.extract_day)].reset_index(drop=True)
    return held.assign(child_id=[f"entry {place}" for place in held.index])


def _invented_children() -> pd.DataFrame:
    held = invented_authority().history.children
    born = pd.Timestamp(0) + pd.to_timedelta(held["born"], unit="D")
    known = held[["gender", "ethnicity"]].reset_index(drop=True)
    number = held["child_id"].astype("str").reset_index(drop=True)
    return known.assign(child_id=number, date_of_birth=born.reset_index(drop=True))


_OF_CHILD = ("date_of_birth", "gender", "ethnicity")


def _children(annex: AnnexA) -> pd.DataFrame:
    """Give each child of the lists once, with what the newest row that says something says."""
    known = {}
    for name in _OF_CHILD:
        parts = [
            annex.all_rows(number)[["in_newest", "child_id", name]]
            for number in annex.lists
            if {"child_id", name} <= set(annex.all_rows(number).columns)
        ]
        every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if not every.empty:
            said = every[every[name].notna() & (every[name] != NOT_RECORDED)]
            said = said.dropna(subset="child_id").sort_values("in_newest", kind="stable")
            known[name] = said.drop_duplicates("child_id", keep="last").set_index("child_id")[name]
    if not known:
        return pd.DataFrame(columns=["child_id", *_OF_CHILD])
    return (
        pd.DataFrame(known).reindex(columns=list(_OF_CHILD)).rename_axis("child_id").reset_index()
    )
