"""The authority's records in the making: one list of rows a table."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

TABLES: dict[str, str] = {
    "contacts": "child start source",
    "early_help": "child start completion end",
    "referrals": "child start source nfa",
    "episodes": "child start end reason need",
    "assessments": "child start end support seen",
    "enquiries": "child start end outcome",
    "plans": "child start end first_category category previous emergency",
    "care": "child start end reason need permanence",
    "placements": "child care start kind provider authority postcode urn",
    "legal": "child care start status",
    "missing": "child care start kind offered accepted",
    "leavers": "child start left_care end luck_1 luck_2",
    "adoptions": "child start decision order matched placed adopted reversed reason early",
    "adopters": (
        "number household enquiry stage_1 stage_1_end stage_2 stage_2_end application approval "
        "matched placed children adopted left reason gender ethnicity disabled early"
    ),
    "phases": "child start end kind",
}
"""Columns of every table of records; days are whole numbers (see ``days``)."""


@dataclass(slots=True)
class Rows:
    """Rows of every table of :data:`TABLES`, in the order in which they were made."""

    contacts: list = field(default_factory=list)
    early_help: list = field(default_factory=list)
    referrals: list = field(default_factory=list)
    episodes: list = field(default_factory=list)
    assessments: list = field(default_factory=list)
    enquiries: list = field(default_factory=list)
    plans: list = field(default_factory=list)
    care: list = field(default_factory=list)
    placements: list = field(default_factory=list)
    legal: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    leavers: list = field(default_factory=list)
    adoptions: list = field(default_factory=list)
    adopters: list = field(default_factory=list)
    phases: list = field(default_factory=list)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Give every table as a frame, sorted by day and child."""
        frames = {}
        for name, columns in TABLES.items():
            frame = pd.DataFrame(getattr(self, name), columns=columns.split())
            if "child" in frame:
                frame = frame.sort_values(["start", "child"], kind="stable", ignore_index=True)
            frames[name] = frame
        return frames
