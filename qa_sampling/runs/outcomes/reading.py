"""What outcomes are counted from: the events of the extracts, and the lists of the newest."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.records.events import build_events
from qa_sampling.records.on_lists import build_on_lists
from qa_sampling.records.unit_columns import with_units
from qa_sampling.runs.inputs import invented_authority, read_extracts
from qa_sampling.runs.outcomes.seams import seams_of
from qa_sampling.settings.outcomes import OutcomeTrends


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
    seams : tuple of Timestamp
        First days of extracts around which conferences are in none of them.
    """

    events: pd.DataFrame
    on_lists: pd.DataFrame
    families_known: bool
    seams: tuple[pd.Timestamp, ...] = ()


def read_outcomes(settings: OutcomeTrends) -> Told:
    """Read the extracts, and join services and families.

    Parameters
    ----------
    settings : OutcomeTrends
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
    return Told(events, build_on_lists(annex, as_at=settings.extract_day), known, seams)
