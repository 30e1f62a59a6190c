"""The random moderation phase: which audits a second person grades too, and with what probability.

Each auditor is a stratum. An auditor with m audits that can be moderated has the target
``min(m, max(k, rate * m))``, k being the fewest an auditor should have. Targets that are
not whole are rounded up or down at random so that each is met on average exactly and the
total is off by less than one (systematic rounding in a random order). Within the auditor
the audits with the lowest moderation tickets are taken. Every audit of the auditor thus
has the probability target / m, also those not taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd

from qa_sampling.errors import AssignmentError
from qa_sampling.sampling.assignment_explanation import explain
from qa_sampling.sampling.assignment_problem import AssignmentProblem
from qa_sampling.sampling.assignment_programme import Programme, Spread, solve
from qa_sampling.sampling.assignment_relaxation import Candidates, find_relaxation
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.caps import moderation_caps, own_moderation_caps
from qa_sampling.sampling.independence import line_above
from qa_sampling.sampling.tickets import ticket, tickets

_ROUNDING = "moderation"


def moderation_targets(
    audits: Mapping[str, int], *, rate: float, minimum: int
) -> dict[str, Fraction]:
    """Give the expected moderations of each auditor, exactly.

    Parameters
    ----------
    audits : mapping of str to int
        Auditor -> audits that can be moderated.
    rate : float
        Share of the audits, 0 to 1; read as the decimal it is written as.
    minimum : int
        Fewest moderations of each auditor, if they have as many audits.
    """
    share = Fraction(str(rate))
    return {
        auditor: min(Fraction(count), max(Fraction(minimum), share * count))
        for auditor, count in audits.items()
    }


def round_targets(targets: Mapping[str, Fraction], *, seed: str) -> dict[str, int]:
    """Round targets at random: each up or down, exact on average, the total off by less than 1.

    Parameters
    ----------
    targets : mapping of str to Fraction
        Auditor -> expected moderations.
    seed : str
        Seed text. The order of the auditors and the start follow from tickets of the purpose
        "rounding" for "moderation", the unit separator and the staff number (the start:
        nothing).
    """
    start = Fraction(int(ticket(f"{_ROUNDING}\x1f", seed, purpose="rounding"), 16), 2**256)
    order = sorted(
        targets,
        key=lambda who: (ticket(f"{_ROUNDING}\x1f{who}", seed, purpose="rounding"), who),
    )
    sizes = round_in_order([targets[auditor] for auditor in order], start)
    return dict(zip(order, sizes, strict=True))


def round_in_order(targets: Sequence[Fraction], start: Fraction) -> list[int]:
    """Round targets one after the other: the whole numbers that their running sum passes.

    Parameters
    ----------
    targets : sequence of Fraction
        What is rounded, not negative.
    start : Fraction
        Where the running sum starts, 0 to 1. Over an even start each target is met exactly
        on average.
    """
    rounded = []
    passed = start
    for target in targets:
        rounded.append(floor(passed + target) - floor(passed))
        passed += target
    return rounded


def draw_moderations(table: pd.DataFrame, *, rules: AssignmentRules, seed: str) -> pd.DataFrame:
    """Draw the random moderation phase.

    Parameters
    ----------
    table : DataFrame
        One row an audit: `case_ref`, `auditor_id`, `can_be_moderated` (bool: somebody
        independent may moderate it).
    rules : AssignmentRules
        Gives `moderation_rate` and `moderation_min_per_auditor`.
    seed : str
        Seed text.

    Returns
    -------
    DataFrame
        In the order of `table`: `case_ref`, `moderated` (bool), `moderation_probability`
        (given who audits; 0 for audits that nobody may moderate).
    """
    possible = table["can_be_moderated"].to_numpy(dtype=bool)
    auditors = table["auditor_id"].to_numpy(dtype=object)
    audits = {auditor: int((auditors[possible] == auditor).sum()) for auditor in set(auditors)}
    targets = moderation_targets(
        audits, rate=rules.moderation_rate, minimum=rules.moderation_min_per_auditor
    )
    sizes = round_targets(targets, seed=seed)
    drawn = np.array(tickets(table["case_ref"], seed, purpose="moderation"), dtype=object)
    moderated = np.zeros(len(table), dtype=bool)
    probability = np.zeros(len(table))
    for auditor, size in sizes.items():
        mine = np.flatnonzero(possible & (auditors == auditor))
        if len(mine):
            moderated[mine[np.argsort(drawn[mine])][:size]] = True
            probability[mine] = float(targets[auditor] / len(mine))
    return pd.DataFrame(
        {
            "case_ref": table["case_ref"].to_numpy(),
            "moderated": moderated,
            "moderation_probability": probability,
        }
    )


@dataclass(frozen=True)
class ModerationPhase:
    """The random moderation phase of an assignment.

    Attributes
    ----------
    moderator : ndarray of int
        Staff row of each case's moderator; -1 where the case was not drawn.
    probability : ndarray of float
        Probability of each case to be drawn, given who audits.
    is_asked : bool
        Whether the rules ask for a phase at all.
    in_line : int
        Moderations by someone in line with the auditor, because nobody else could.
    beyond : int
        Audits that nobody may moderate; their probability is 0.
    """

    moderator: np.ndarray
    probability: np.ndarray
    is_asked: bool
    in_line: int
    beyond: int


def moderation_phase(problem: AssignmentProblem, auditor: np.ndarray, seed: str) -> ModerationPhase:
    """Draw the moderation phase and give each case in it a moderator.

    Parameters
    ----------
    problem : AssignmentProblem
        Cases, staff and conflicts.
    auditor : ndarray of int
        Staff row of each case's auditor.
    seed : str
        Seed text.

    Raises
    ------
    AssignmentError
        When a phase is required and nobody may moderate, or the moderators' caps do not
        suffice (with the smallest relaxation that helps).
    """
    rules = problem.rules
    allowed, in_line = _pairs(problem, auditor)
    is_asked = rules.moderation_rate > 0 or rules.moderation_min_per_auditor > 0
    if len(auditor) and is_asked and rules.moderation_required and not allowed.any():
        raise AssignmentError(
            "A moderation phase is required, but nobody independent may moderate. Fill in "
            "`may_moderate` for those who may, raise `moderator_cap`, or set "
            "`moderation_required` to false."
        )
    audits = pd.DataFrame(
        {
            "case_ref": problem.cases["case_ref"],
            "auditor_id": problem.names(auditor),
            "can_be_moderated": allowed.any(axis=1),
        }
    )
    phase = draw_moderations(audits, rules=rules, seed=seed)
    chosen = np.flatnonzero(phase["moderated"])
    moderator = np.full(len(auditor), -1)
    moderator[chosen] = _moderators(problem, auditor, chosen, allowed, in_line, seed)
    return ModerationPhase(
        moderator=moderator,
        probability=phase["moderation_probability"].to_numpy(dtype=float),
        is_asked=is_asked,
        in_line=int(in_line[chosen, moderator[chosen]].sum()),
        beyond=int((~allowed.any(axis=1)).sum()),
    )


def _moderators(
    problem: AssignmentProblem,
    auditor: np.ndarray,
    chosen: np.ndarray,
    allowed: np.ndarray,
    in_line: np.ndarray,
    seed: str,
) -> np.ndarray:
    programme = Programme(
        eligible=allowed[chosen],
        caps=moderation_caps(problem.staff, problem.rules, len(chosen)),
        tickets=problem.tickets(seed, problem.may_moderate, "moderator")[chosen],
        avoided=in_line[chosen].astype(np.int64),
        penalties=np.zeros(allowed[chosen].shape, dtype=np.int64),
        spreads=(Spread(auditor[chosen], 1),),
    )
    found = solve(programme)
    if found is None:
        raise AssignmentError(_infeasible(problem, programme, chosen))
    return found


def _pairs(problem: AssignmentProblem, auditor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give who may moderate which audit, and which of those are in line with its auditor."""
    above = line_above(problem.staff, problem.rules.manager_levels)
    in_line = (above | above.T)[auditor]
    themselves = np.arange(len(problem.staff)) == auditor[:, None]
    caps = moderation_caps(problem.staff, problem.rules, len(auditor))
    allowed = problem.free & problem.may_moderate & (caps > 0) & ~themselves
    if not problem.rules.allow_line_moderation:
        allowed = allowed & ~in_line
    return allowed, in_line & allowed


def _infeasible(problem: AssignmentProblem, programme: Programme, chosen: np.ndarray) -> str:
    members = np.flatnonzero(problem.may_moderate)
    eligible = programme.eligible[:, members]
    relaxation = find_relaxation(
        Candidates(
            teams=problem.teams[chosen].tolist(),
            staff=problem.names(members),
            eligible=eligible,
            caps=programme.caps[members],
            can_take_more=eligible.any(axis=0),
            waivable={},
            reasons={},
        )
    )
    own = own_moderation_caps(problem.staff, problem.rules, len(chosen))
    caps = problem.raised_caps(relaxation.raised, own)
    return explain(relaxation, person="moderator", cap="moderator_caps", caps=caps, switches={})
