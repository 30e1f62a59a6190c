"""Why no assignment exists, and the smallest relaxation of the rules that helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_sampling.sampling.assignment_programme import Programme, solve
from qa_sampling.sampling.pair_tickets import pair_tickets


@dataclass(frozen=True)
class Bottleneck:
    """Cases that compete for too little room.

    Attributes
    ----------
    teams : tuple of str
        Teams of the cases, sorted.
    cases : int
        How many cases.
    staff : tuple of str
        The only staff who may take them; empty when there is nobody.
    room : int
        How many cases those staff can take.
    why_nobody : mapping of str to int
        When there is nobody: reason -> staff.
    """

    teams: tuple[str, ...]
    cases: int
    staff: tuple[str, ...]
    room: int
    why_nobody: Mapping[str, int]


@dataclass(frozen=True)
class Relaxation:
    """What is wrong with an assignment that does not exist, and what would mend it.

    Attributes
    ----------
    cases : int
        Cases to give out.
    assignable : int
        The most that can be given out under the rules.
    bottlenecks : tuple of Bottleneck
        What binds.
    raised : mapping of str to int
        Staff number -> how many cases more than their cap; as few in all as can be, then
        spread over staff.
    waived : mapping of str to mapping of str to int
        Rule -> team -> cases for which it would be waived; used only where caps cannot help.
    beyond_help : mapping of str to int
        Team -> cases that neither helps.
    """

    cases: int
    assignable: int
    bottlenecks: tuple[Bottleneck, ...]
    raised: Mapping[str, int]
    waived: Mapping[str, Mapping[str, int]]
    beyond_help: Mapping[str, int]

    @property
    def is_needed(self) -> bool:
        """Whether the rules as they are cannot be met."""
        return self.assignable < self.cases


@dataclass(frozen=True)
class Candidates:
    """Who could take which case, for looking for a relaxation.

    Attributes
    ----------
    teams : sequence of str
        Team of each case.
    staff : sequence of str
        Staff numbers.
    eligible : ndarray of bool, (cases, staff)
        Pairs without a conflict; whoever is away is nobody's.
    caps : ndarray of int
        Most cases of each.
    can_take_more : ndarray of bool
        Whose cap could be raised: those who are at work at all.
    waivable : mapping of str to ndarray of bool
        Rule -> pairs that only this rule forbids; the mildest rule first.
    reasons : mapping of str to ndarray of bool
        Reason -> pairs it forbids, for the explanation.
    """

    teams: Sequence[str]
    staff: Sequence[str]
    eligible: np.ndarray
    caps: np.ndarray
    can_take_more: np.ndarray
    waivable: Mapping[str, np.ndarray]
    reasons: Mapping[str, np.ndarray]


def find_relaxation(candidates: Candidates) -> Relaxation:
    """Find what binds and the smallest relaxation that helps.

    An elastic programme: cases left over count most, then pairs for which a rule is waived
    (the gravest rule most), then audits above a cap. Ties are broken by tickets of a fixed
    seed, so the answer does not depend on the solver.

    Parameters
    ----------
    candidates : Candidates
        Cases and people in a canonical order.
    """
    given = _most_assignable(candidates)
    nobody = len(candidates.staff)
    chosen, rule = _elastic(candidates)
    person = chosen % max(nobody, 1)
    over = Counter(int(who) for who in person[(chosen >= nobody) & (chosen < 2 * nobody)])
    left = chosen == 2 * nobody
    teams = np.array(candidates.teams, dtype=object)
    waived = {}
    for name in candidates.waivable:
        mine = ~left & (rule == name)
        if mine.any():
            waived[name] = dict(sorted(Counter(teams[mine]).items()))
    return Relaxation(
        cases=len(teams),
        assignable=int((given < nobody).sum()),
        bottlenecks=_bottlenecks(candidates, given),
        raised={candidates.staff[who]: over[who] for who in sorted(over)},
        waived=waived,
        beyond_help=dict(sorted(Counter(teams[left]).items())),
    )


def _most_assignable(candidates: Candidates) -> np.ndarray:
    """Give each case's person when as many as can be are given out; the last is nobody."""
    cases, people = candidates.eligible.shape
    eligible = np.column_stack([candidates.eligible, np.ones(cases, dtype=bool)])
    avoided = np.zeros((cases, people + 1), dtype=np.int64)
    avoided[:, people] = 1
    return _solved(eligible, np.append(candidates.caps, cases), avoided)


def _elastic(candidates: Candidates) -> tuple[np.ndarray, np.ndarray]:
    """Give each case's choice (person, person above cap, nobody) and the rule it waives."""
    cases, people = candidates.eligible.shape
    step = min(cases + 1, 1000)
    cost = np.where(candidates.eligible, 0, -1).astype(np.int64)
    rule = np.full((cases, people), "", dtype=object)
    for power, (name, pairs) in enumerate(candidates.waivable.items(), start=1):
        new = pairs & (cost < 0)
        cost[new], rule[new] = step**power, name
    allowed = cost >= 0
    more = allowed & candidates.can_take_more
    nobody = np.full((cases, 1), step ** (len(candidates.waivable) + 1))
    eligible = np.column_stack([allowed, more, np.ones(cases, dtype=bool)])
    caps = np.concatenate([candidates.caps, np.full(people + 1, cases)])
    chosen = _solved(eligible, caps, np.column_stack([cost, cost + 1, nobody]))
    inside = chosen < 2 * people
    waived = np.full(cases, "", dtype=object)
    waived[inside] = rule[np.flatnonzero(inside), chosen[inside] % max(people, 1)]
    return chosen, waived


def _solved(eligible: np.ndarray, caps: np.ndarray, avoided: np.ndarray) -> np.ndarray:
    cases, people = eligible.shape
    names = [str(number) for number in range(max(cases, people))]
    drawn = pair_tickets(names[:cases], names[:people], "relaxation")
    nothing = np.zeros_like(avoided)
    return solve(Programme(eligible, caps, drawn, avoided, nothing))


def _bottlenecks(candidates: Candidates, given: np.ndarray) -> tuple[Bottleneck, ...]:
    """Follow from each case left over to all it competes with; join what shares staff."""
    teams = np.array(candidates.teams, dtype=object)
    groups: list[tuple[np.ndarray, np.ndarray]] = []
    for case in np.flatnonzero(given == len(candidates.staff)):
        if not any(cases[case] for cases, _ in groups):
            groups = _joined(groups, _competing(candidates.eligible, given, case), teams)
    found = []
    for cases, staff in groups:
        numbers = np.flatnonzero(staff)
        found.append(
            Bottleneck(
                teams=tuple(sorted(set(teams[cases]))),
                cases=int(cases.sum()),
                staff=tuple(candidates.staff[number] for number in numbers),
                room=int(candidates.caps[numbers].sum()),
                why_nobody={} if staff.any() else _why_nobody(candidates, cases),
            )
        )
    return tuple(sorted(found, key=lambda item: (item.staff, item.teams)))


def _joined(
    groups: list[tuple[np.ndarray, np.ndarray]],
    new: tuple[np.ndarray, np.ndarray],
    teams: np.ndarray,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Join a group to those it shares staff with or, where there are no staff, the team."""
    cases, staff = new
    apart = []
    for others, their_staff in groups:
        nobody = not staff.any() and not their_staff.any()
        same_team = nobody and set(teams[others]) == set(teams[cases])
        if (staff & their_staff).any() or same_team:
            cases, staff = cases | others, staff | their_staff
        else:
            apart.append((others, their_staff))
    return [*apart, (cases, staff)]


def _competing(pairs: np.ndarray, given: np.ndarray, case: int) -> tuple[np.ndarray, np.ndarray]:
    reach = np.zeros(len(given), dtype=bool)
    reach[case] = True
    while True:
        staff = pairs[reach].any(axis=0)
        wider = reach | np.isin(given, np.flatnonzero(staff))
        if (wider == reach).all():
            return reach, staff
        reach = wider


def _why_nobody(candidates: Candidates, cases: np.ndarray) -> dict[str, int]:
    left = np.ones(len(candidates.staff), dtype=bool)
    reasons = {}
    for reason, mask in candidates.reasons.items():
        mine = left & mask[cases].any(axis=0)
        left &= ~mine
        if mine.any():
            reasons[reason] = int(mine.sum())
    return reasons
