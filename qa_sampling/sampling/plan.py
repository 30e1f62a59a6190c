"""The month's plan as one result: what was drawn, from what, and who audits it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

_MONTHS = (
    "January February March April May June July August September October November December"
).split()


@dataclass(frozen=True)
class Frame:
    """The cases that can be drawn, fixed before the seed is given.

    Attributes
    ----------
    cases : DataFrame
        One row an eligible case, sorted by `case_ref`: the columns of ``schema.FRAME``,
        then the descriptors (status, team, service, worker, age_band, gender,
        ethnic_group, primary_need, weeks_open). No child's number.
    link : DataFrame
        `case_ref`, `child_id` of every case of the population. Restricted.
    funnel : DataFrame
        From population to frame: `step`, `reason`, `excluded`, `remaining` (cases).
    exclusions : DataFrame
        One row an excluded case: `case_ref`, `reason`, `row` (label of the first margin) and
        `returns` (day from which a case audited before may be drawn again, else missing).
    strata : tuple of str
        Columns that form the strata.
    fingerprint : str
        SHA-256 of the canonical text of the frame; row order does not count.
    """

    cases: pd.DataFrame
    link: pd.DataFrame
    funnel: pd.DataFrame
    exclusions: pd.DataFrame
    strata: tuple[str, ...]
    fingerprint: str

    @property
    def size(self) -> int:
        """Number of eligible cases."""
        return len(self.cases)


@dataclass(frozen=True)
class Draw:
    """A stratified draw by tickets.

    Attributes
    ----------
    sample : DataFrame
        Columns of ``schema.SAMPLE``: the cases drawn and their reserves, by stratum and rank.
    allocation : DataFrame
        One row a stratum: `stratum`, `row`, `column`, `population` (cases in the frame),
        `available` (cases left when one child stands for each family), `target` (expected
        audits, not whole), `sampled`, `reserves`, `bound` (what bound, or blank).
    set_aside : DataFrame
        Siblings for whom another child of the family stands: `case_ref`, `reason`.
    seed : str
        Seed text.
    frame_fingerprint : str
        Fingerprint of the frame it was drawn from.
    method : str
        Allocation method.
    parameters : dict
        All arguments of the draw, in plain values that JSON can hold.
    fingerprint : str
        SHA-256 of the canonical text of the sample.
    """

    sample: pd.DataFrame
    allocation: pd.DataFrame
    set_aside: pd.DataFrame
    seed: str
    frame_fingerprint: str
    method: str
    parameters: dict
    fingerprint: str

    @property
    def cases(self) -> pd.DataFrame:
        """The sampled cases without the reserves."""
        drawn = self.sample["drawn_as"] == "sample"
        return self.sample[drawn].reset_index(drop=True)

    @property
    def reserves(self) -> pd.DataFrame:
        """The reserves, in the order in which they stand by."""
        drawn = self.sample["drawn_as"] == "reserve"
        return self.sample[drawn].reset_index(drop=True)


@dataclass(frozen=True)
class Assignment:
    """Auditors and moderators of the sampled cases.

    Attributes
    ----------
    table : DataFrame
        Columns of ``schema.ASSIGNMENTS``, one row a sampled case.
    loads : DataFrame
        One row a member of staff who may audit or moderate: `staff_id`, `role`, `team`,
        `service`, `cap`, `audits`, `moderations`.
    checks : DataFrame
        The rules that were held: `rule`, `held` (how), `cannot_be_guaranteed` (why, or blank).
    parameters : dict
        All arguments, in plain values that JSON can hold.
    """

    table: pd.DataFrame
    loads: pd.DataFrame
    checks: pd.DataFrame
    parameters: dict


def folder_name(period: str, design: str, redraw: int = 0) -> str:
    """Name a plan's folder: the period, the design unless monthly, the redraw unless first.

    Parameters
    ----------
    period, design : str
        What was drawn.
    redraw : int
        0 for the first draw.
    """
    parts = [period, *([] if design == "monthly" else [design])]
    return "-".join([*parts, *([f"r{redraw}"] if redraw else [])])


@dataclass(frozen=True)
class AuditPlan:
    """A month's audit plan: what every output of the plan is made from.

    Attributes
    ----------
    period : str
        Month, as "2026-11".
    design : str
        Name of the design, such as "monthly" or "family_safeguarding".
    title : str
        What people call it, such as "Practice Evaluations".
    as_at : date
        Day the extract describes.
    due : date
        Day the audits are due.
    frame, draw, assignment
        What was drawn, from what, and who audits it.
    draw_id : str
        Number under which the register keeps the draw.
    notes : tuple of str
        What cannot be guaranteed, and why; shown on every output.
    """

    period: str
    design: str
    title: str
    as_at: date
    due: date
    frame: Frame
    draw: Draw
    assignment: Assignment
    draw_id: str
    notes: tuple[str, ...] = field(default=())

    @property
    def month(self) -> str:
        """The period in words, such as "November 2026"; as it is when it is not a month."""
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", self.period)
        return f"{_MONTHS[int(found[2]) - 1]} {found[1]}" if found else self.period

    @property
    def folder_name(self) -> str:
        """Name of the plan's folder in the outputs: "2026-11", "2026-11-r1", "2026-11-themed"."""
        redraw = self.draw_id.removeprefix(f"{self.period}-{self.design}").removeprefix("-r")
        return folder_name(self.period, self.design, int(redraw or 0))

    @property
    def cases(self) -> pd.DataFrame:
        """The sampled cases as people read them, in the plan's order. Restricted.

        `order` (1 for the first), `child_id` (missing when the link lacks it), the columns
        of ``schema.SAMPLE``, of ``Frame.cases`` and of ``schema.ASSIGNMENTS``.
        """
        sample = self.draw.cases
        described = self.frame.cases.drop(columns="stratum")
        listed = (
            sample.merge(self.frame.link, on="case_ref", how="left")
            .merge(described, on="case_ref", how="left")
            .merge(self.assignment.table, on="case_ref", how="left")
        )
        listed.insert(0, "order", range(1, len(listed) + 1))
        return listed
