"""What outcomes are counted from: the events of the extracts, and the lists of the newest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.records.cases import build_cases
from qa_sampling.records.events import build_events
from qa_sampling.records.on_lists import build_on_lists
from qa_sampling.records.unit_columns import with_units
from qa_sampling.runs.extract_seams import seams_of
from qa_sampling.runs.inputs import invented_authority, read_extracts
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.deep_dive import DeepDive


@dataclass(frozen=True)
class Told:
    """What the extracts tell. Restricted: a row a child and event.

    Attributes
    ----------
    events : DataFrame
        ``schema.EVENTS``, with `service` and, where families are known, `family_id`.
    on_lists : DataFrame
        ``on_lists.ON_LISTS`` of the day of the newest extract.
    families_known : bool
        Whether families can be counted beside children.
    children : DataFrame
        A row a child of the lists: `child_id`, `date_of_birth`.
    never_drawn : frozenset of str
        Children whose records are restricted, and who are never drawn.
    seams : tuple of Timestamp
        First days of extracts around which conferences are in none of them.
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
    cases: pd.DataFrame | None = None
    staff: pd.DataFrame | None = None
    case_roles: pd.DataFrame | None = None


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
    events = with_units(events, staff=extras.staff, families=extras.families)
    known = extras.families is not None and len(extras.families) > 0
    seams = () if settings.is_invented else seams_of(annex)
    on_lists = build_on_lists(annex, as_at=settings.extract_day)
    kept = frozenset() if extras.restricted is None else frozenset(extras.restricted["child_id"])
    children = _invented_children() if settings.is_invented else _children(annex)
    told = Told(events, on_lists, known, children, kept, seams)
    if not isinstance(settings, DeepDive):
        return told
    cases = build_cases(annex, as_at=settings.extract_day, staff=extras.staff)
    return replace(told, cases=cases, staff=extras.staff, case_roles=extras.case_roles)


def _invented_children() -> pd.DataFrame:
    held = invented_authority().history.children
    born = pd.Timestamp(0) + pd.to_timedelta(held["born"], unit="D")
    return pd.DataFrame({"child_id": held["child_id"].astype("str"), "date_of_birth": born})


def _children(annex: AnnexA) -> pd.DataFrame:
    """Give each child of the lists once, with the day of birth that any list has."""
    names = ["child_id", "date_of_birth"]
    parts = [rows[names] for rows in annex.lists.values() if set(names) <= set(rows.columns)]
    if not parts:
        return pd.DataFrame(columns=names)
    every = pd.concat(parts, ignore_index=True).dropna()
    return every.drop_duplicates("child_id").reset_index(drop=True)
