"""Designs for the same month side by side: precision, balance, workload; no case is shown.

Every design is drawn many times with seeds of its own purpose, which are not the month's, and
only what is true of the draws together is kept: means, least and most by margin. So an
analyst can choose a design before the seed is known, and learns nothing of who will be drawn.

Precision is what an interval for a stated proportion would have: Wilson's half-width at
Kish's effective number of audits ``(Σw)² / Σw²`` (Kish 1992, Journal of Official Statistics
8:183-200), the finite number of cases taken into account. That is right where the answer
does not depend on the strata, and cautious where it does. Balance is the share of a sample that
would have to be other cases for it to look like the caseload (the index of dissimilarity).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import FrameError
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.caps import audit_caps
from qa_sampling.sampling.designs import Design, OneDraw, as_designs
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.planning_assumptions import Assumptions
from qa_sampling.sampling.selection import Size
from qa_sampling.schema import NOT_RECORDED

CHARACTERISTICS = ("status age_band gender ethnic_group primary_need disability weeks_open").split()
ALL_CASES = "All cases"
_BANDS = (0, 13, 26, 52, 104)
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
        `half_width` (mean), `without` (share of draws without an audit there).
    balance : DataFrame
        `design`, `characteristic`, `other` (share of the sample that would have to be other
        cases, mean over draws), `weighted` (the same when audits count by their weight).
    dry : DataFrame
        `design`, `part` ("row" or "stratum"), `label`, `cases`, `audits_a_month`, `months` until
        every case there was audited once, if none comes back; infinite without audits.
    proportion, level : float
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
    draws: int


def compare_designs(
    frame: Frame,
    designs: Mapping[str, Size | Design],
    *,
    proportion: float = 0.5,
    level: float = 0.95,
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
    designs : mapping of str to Size or Design
        Designs by name.
    proportion : float
        Proportion for which half-widths are given, 0 to 1; 0.5 is the widest.
    level : float
        Confidence level.
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
        When the frame is empty, the column of the domain is absent, or there are too few draws.
    AllocationError
        When a design cannot be drawn; the design is what refused.
    """
    if frame.cases.empty:
        raise FrameError("No case is eligible, so there is nothing to compare.")
    if domain not in frame.cases.columns:
        raise FrameError(f"The frame has no column {domain!r} to give precision by.")
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 2:
        raise FrameError(f"`draws` must be a whole number, 2 or more; got {draws!r}. Give 200.")
    cases = _described(frame.cases, characteristics)
    known = [name for name in characteristics if name in cases.columns]
    rests = Assumptions(proportion, None, level)
    looks = {
        name: _look(frame, cases, design, (domain, known, rests), f"{seed} {name}", draws)
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
        draws=draws,
    )


def _described(cases: pd.DataFrame, characteristics: Sequence[str]) -> pd.DataFrame:
    """Give the cases by reference, durations in bands, what is missing as a visible label."""
    table = cases.set_index("case_ref").copy()
    for name in characteristics:
        if name not in table.columns:
            continue
        if name == "weeks_open":
            weeks = pd.to_numeric(table[name]).astype("Float64").to_numpy("float64", na_value=-1.0)
            table[name] = np.searchsorted(_BANDS, weeks, side="right").astype(str)
        else:
            table[name] = table[name].astype("str").fillna(NOT_RECORDED)
    return table


def _look(
    frame: Frame,
    cases: pd.DataFrame,
    design: Design,
    asked: tuple[str, list[str], Assumptions],
    seed: str,
    draws: int,
) -> dict:
    """Draw one design many times and keep what is true of the draws together."""
    domain, known, rests = asked
    counts: dict[str, list] = {name: [] for name in ("row", "column", "stratum", domain)}
    widths: list[dict[str, float]] = []
    other: list[dict[str, tuple[float, float]]] = []
    chances = pd.Series(0.0, index=cases.index)
    told = True
    for number in range(1, draws + 1):
        one = design.once(frame, f"{seed} {number}")
        drawn = cases.loc[one.weights.index]
        for column, found in counts.items():
            found.append(drawn[column].value_counts())
        widths.append(_widths(cases, drawn, one, domain, rests))
        other.append({name: _imbalance(cases[name], drawn[name], one) for name in known})
        told = told and one.chances is not None
        if told:
            chances += one.chances.reindex(cases.index).fillna(0.0) / draws
    held = {column: _counts(cases, column, found) for column, found in counts.items()}
    margins = [held[name].assign(margin=name) for name in ("row", "column")]
    dry = [_dry(held[name]).assign(part=name) for name in ("row", "stratum")]
    return {
        "margins": pd.concat(margins)[["margin", "label", "cases", "expected", "least", "most"]],
        "precision": _precision(held[domain], widths, len(cases)),
        "balance": _balance(other, known),
        "dry": pd.concat(dry)[["part", "label", "cases", "audits_a_month", "months"]],
        "chances": chances if told else None,
        "audits": float(held["row"]["expected"].sum()),
    }


def _widths(
    cases: pd.DataFrame, drawn: pd.DataFrame, one: OneDraw, domain: str, rests: Assumptions
) -> dict[str, float]:
    """Give the half-width of each domain and of all cases in one draw."""
    weights = one.weights.to_numpy("float64")
    sizes = cases[domain].value_counts()
    groups = {label: (drawn[domain] == label).to_numpy() for label in sizes.index}
    groups[ALL_CASES] = np.ones(len(weights), dtype=bool)
    widths = {}
    for label, mask in groups.items():
        inside = weights[mask]
        worth = float(inside.sum() ** 2 / (inside**2).sum()) if inside.size else 0.0
        population = len(cases) if label == ALL_CASES else int(sizes[label])
        known = Assumptions(rests.proportion, population, rests.level)
        widths[str(label)] = known.half_width(worth)
    return widths


def _imbalance(all_cases: pd.Series, drawn: pd.Series, one: OneDraw) -> tuple[float, float]:
    """Give the share of the sample that would have to be other, plain and by weight."""
    wanted = all_cases.value_counts(normalize=True)
    plain = drawn.value_counts(normalize=True).reindex(wanted.index).fillna(0.0)
    by_weight = one.weights.groupby(drawn).sum().reindex(wanted.index).fillna(0.0)
    by_weight /= by_weight.sum() or 1.0
    return tuple(float((share - wanted).abs().sum() / 2) for share in (plain, by_weight))


def _counts(cases: pd.DataFrame, column: str, counts: list[pd.Series]) -> pd.DataFrame:
    sizes = cases[column].value_counts().sort_index()
    found = pd.DataFrame(counts).reindex(columns=sizes.index).fillna(0)
    return pd.DataFrame(
        {
            "label": sizes.index.astype("str"),
            "cases": sizes.to_numpy(),
            "expected": found.mean().to_numpy(),
            "least": found.min().astype(int).to_numpy(),
            "most": found.max().astype(int).to_numpy(),
            "without": (found == 0).mean().to_numpy(),
        }
    )


def _precision(
    domains: pd.DataFrame, widths: list[dict[str, float]], population: int
) -> pd.DataFrame:
    mean = pd.DataFrame(widths).mean()
    parts = domains[["label", "cases", "expected", "without"]].rename(columns={"label": "domain"})
    whole = {
        "domain": ALL_CASES,
        "cases": population,
        "expected": parts["expected"].sum(),
        "without": 0.0,
    }
    table = pd.concat([pd.DataFrame([whole]), parts], ignore_index=True)
    table.insert(3, "half_width", table["domain"].map(mean))
    return table


def _balance(other: list[dict[str, tuple[float, float]]], known: list[str]) -> pd.DataFrame:
    rows = []
    for name in known:
        plain, weighted = np.array([one[name] for one in other]).mean(axis=0)
        rows.append((name, float(plain), float(weighted)))
    return pd.DataFrame(rows, columns=["characteristic", "other", "weighted"])


def _dry(rows: pd.DataFrame) -> pd.DataFrame:
    monthly = rows["expected"].to_numpy("float64")
    with np.errstate(divide="ignore"):
        months = np.where(monthly > 0, rows["cases"].to_numpy("float64") / monthly, np.inf)
    return pd.DataFrame(
        {
            "label": rows["label"],
            "cases": rows["cases"],
            "audits_a_month": monthly,
            "months": months,
        }
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
