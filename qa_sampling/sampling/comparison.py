"""Designs for the same month side by side: precision, balance, workload; no case is shown.

Every design is drawn many times with seeds of its own purpose, which are not the month's, and
only what is true of the draws together is kept: means, least and most by margin. So an
analyst can choose a design before the seed is known, and learns nothing of who will be drawn.

Precision is what an interval for a stated proportion would have: Wilson's half-width at
Kish's effective number of audits ``(Σw)² / Σw²`` (Kish 1992, Journal of Official Statistics
8:183-200), the finite number of cases taken into account. That is right where the answer
does not depend on the strata, and cautious where it does. Balance is the share of a sample that
would have to be other cases for it to look like the caseload (the index of dissimilarity).

A balanced or well-spread sample is more precise as far as the answer depends on what it is
balanced on. How much, is told for a stated share of the answer's variance (`explained`): that
part varies as the weighted shares of the characteristics do over the draws, the rest as before
(the anticipated variance; Isaki and Fuller 1982, Journal of the American Statistical
Association 77:89-96).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import FrameError
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.caps import audit_caps
from qa_sampling.sampling.comparison_looks import ALL_CASES, Asked, described, look_at
from qa_sampling.sampling.designs import SampleDesign, as_designs
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.planning_assumptions import Assumptions
from qa_sampling.sampling.selection import Size

CHARACTERISTICS = ("status age_band gender ethnic_group primary_need disability weeks_open").split()
_YEAR = 12


@dataclass(frozen=True)
class DesignComparison:
    """Designs side by side; nothing in it tells which cases would be drawn.

    Attributes
    ----------
    summary : DataFrame
        One row a question (`question`, `unit`), one column a design; missing where a design
        cannot say.
    margins : DataFrame
        `design`, `margin` ("row" or "column"), `label`, `cases`, and audits over the draws:
        `expected` (mean), `least`, `most`.
    precision : DataFrame
        `design`, `domain` ("All cases" or a service), `cases`, `expected` audits,
        `half_width` (mean), `explained` (the half-width for all cases where the characteristics
        explain their share; missing for a domain), `without` (share of draws without an audit
        there).
    balance : DataFrame
        `design`, `characteristic`, `other` (share of the sample that would have to be other
        cases, mean over draws), `weighted` (the same when audits count by their weight).
    dry : DataFrame
        `design`, `part` ("row" or "stratum"), `label`, `cases`, `audits_a_month`, `months` until
        every case there was audited once, if none comes back; infinite without audits.
    proportion, level, explained : float
        What the half-widths are for.
    draws : int
        Draws that were simulated for each design.
    """

    summary: pd.DataFrame
    margins: pd.DataFrame
    precision: pd.DataFrame
    balance: pd.DataFrame
    dry: pd.DataFrame
    proportion: float
    level: float
    explained: float
    draws: int


def compare_designs(
    frame: Frame,
    designs: Mapping[str, Size | SampleDesign],
    *,
    proportion: float = 0.5,
    level: float = 0.95,
    explained: float = 0.25,
    domain: str = "service",
    characteristics: Sequence[str] = tuple(CHARACTERISTICS),
    staff: pd.DataFrame | None = None,
    rules: AssignmentRules | None = None,
    draws: int = 200,
    seed: str = "comparison",
) -> DesignComparison:
    """Compare designs for the same month.

    Parameters
    ----------
    frame : Frame
        The cases that can be drawn; it need not be fixed yet.
    designs : mapping of str to Size or SampleDesign
        Designs by name.
    proportion : float
        Proportion for which half-widths are given, 0 to 1; 0.5 is the widest.
    level : float
        Confidence level.
    explained : float
        Share of the answer's variance that the characteristics explain, 0 to 1, for the second
        half-width. For grades it is seldom more than a quarter.
    domain : str
        Column of the frame's cases by which precision is given beside all cases.
    characteristics : sequence of str
        Columns in which a sample should look like the caseload; those that the frame lacks
        are left out. `weeks_open` is put into bands.
    staff, rules : DataFrame and AssignmentRules, optional
        For the auditors' workload.
    draws : int
        Draws of each design to simulate, at least 2.
    seed : str
        Text that the simulated draws' seeds are made from; not the month's seed.

    Returns
    -------
    DesignComparison

    Raises
    ------
    FrameError
        When the frame is empty, the column of the domain is absent, there are too few draws,
        or `explained` is no share.
    AllocationError
        When a design cannot be drawn; the design is what refused.
    """
    if frame.cases.empty:
        raise FrameError("No case is eligible, so there is nothing to compare.")
    if domain not in frame.cases.columns:
        raise FrameError(f"The frame has no column {domain!r} to give precision by.")
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 2:
        raise FrameError(f"`draws` must be a whole number, 2 or more; got {draws!r}. Give 200.")
    if not 0 <= explained <= 1:
        raise FrameError(f"`explained` must lie between 0 and 1; got {explained!r}. Give 0.25.")
    cases = described(frame.cases, characteristics)
    known = [name for name in characteristics if name in cases.columns]
    asked = Asked(domain, known, Assumptions(proportion, None, level), explained)
    looks = {
        name: look_at(frame, cases, design, asked, f"{seed} {name}", draws)
        for name, design in as_designs(designs).items()
    }
    tables = {
        part: pd.concat([look[part].assign(design=name) for name, look in looks.items()])
        for part in ("margins", "precision", "balance", "dry")
    }
    ordered = {
        part: table[["design", *table.columns.drop("design")]].reset_index(drop=True)
        for part, table in tables.items()
    }
    capacity = None if staff is None or rules is None else audit_caps(staff, rules)
    return DesignComparison(
        summary=_summary(looks, domain, capacity),
        **ordered,
        proportion=proportion,
        level=level,
        explained=explained,
        draws=draws,
    )


def _soon_dry(dry: pd.DataFrame, part: str) -> int:
    return int(((dry["part"] == part) & (dry["months"] <= _YEAR)).sum())


def _summary(looks: Mapping[str, dict], domain: str, capacity: np.ndarray | None) -> pd.DataFrame:
    """Put the answers side by side: a row a question, a column a design."""
    columns = {name: _answers(look, domain, capacity) for name, look in looks.items()}
    first = next(iter(columns.values()))
    table = pd.DataFrame({"question": [key[0] for key in first], "unit": [key[1] for key in first]})
    for name, answers in columns.items():
        table[name] = list(answers.values())
    return table


def _answers(look: dict, domain: str, capacity: np.ndarray | None) -> dict:
    precision = look["precision"].set_index("domain")
    parts = precision.drop(index=ALL_CASES)
    margins, dry, chances = look["margins"], look["dry"], look["chances"]
    teams = margins[margins["margin"] == "row"]
    answers = {
        ("Audits", "audits a month"): look["audits"],
        ("How precise, all cases?", "± share"): precision.loc[ALL_CASES, "half_width"],
        ("The same, if characteristics count", "± share"): precision.loc[ALL_CASES, "explained"],
        (f"How precise, the worst {domain}?", "± share"): parts["half_width"].max(),
        (f"A {domain} without any audit", "share of months"): parts["without"].max(),
        ("Smallest chance of a case", "share"): None if chances is None else chances.min(),
        ("Cases without any chance", "share"): (
            None if chances is None else float((chances <= 0).mean())
        ),
        ("Sample unlike the caseload", "share"): look["balance"]["other"].mean(),
        ("The same when weighted", "share"): look["balance"]["weighted"].mean(),
        ("Fewest audits of a row in a month", "audits"): int(teams["least"].min()),
        ("Most audits of a row in a month", "audits"): int(teams["most"].max()),
        ("Strata that run dry within a year", "strata"): _soon_dry(dry, "stratum"),
        ("Rows that run dry within a year", "rows"): _soon_dry(dry, "row"),
        ("The first row runs dry after", "months"): dry.loc[dry["part"] == "row", "months"].min(),
    }
    if capacity is not None:
        auditors, room = int((capacity > 0).sum()), int(capacity.sum())
        answers[("Audits an auditor", "audits a month")] = look["audits"] / max(auditors, 1)
        answers[("Auditors' room that is used", "share")] = look["audits"] / max(room, 1)
    return answers
