"""Two phases together: audits, then the moderation subsample, with both probabilities.

The first phase draws the audits, the second (``moderation_phase``) which of them somebody
else grades too. An estimate from the moderated audits weighs each by the reciprocal of both
probabilities; a double-sampling estimate weighs audits by the first and the corrections by both.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import comb, lcm

import numpy as np
import pandas as pd

from qa_sampling.errors import SelectionError
from qa_sampling.sampling.plan import Draw

_MOST_STEPS = 10_000


@dataclass(frozen=True)
class TwoPhase:
    """The probabilities of both phases.

    Attributes
    ----------
    cases : DataFrame
        One row an audit, by `case_ref`: `case_ref`, `stratum`, `auditor_id`,
        `first_probability` (to be audited), `second_probability` (to be moderated, given who
        audits), `probability` (their product), `moderated` (bool), `audit_weight`
        (1 / first), `weight` (1 / probability where moderated, else 0).
    """

    cases: pd.DataFrame

    def second_joint(self) -> pd.DataFrame:
        """Give the joint probabilities of the second phase, given who audits.

        One auditor's audits are a simple random sample of a random number; the numbers of two
        auditors depend on each other, because their targets are rounded together, in random order
        with one random start. Both are exact. The diagonal holds the second-phase probabilities.
        """
        counts, targets = _targets(self.cases)
        pairs = expected_products(targets)
        auditors = self.cases["auditor_id"].tolist()
        chance = self.cases["second_probability"].to_numpy()
        joint = np.zeros((len(auditors), len(auditors)))
        for one, first in enumerate(auditors):
            for other, second in enumerate(auditors):
                ways = counts[first] * (counts[second] - (first == second))
                if one == other:
                    joint[one, other] = chance[one]
                elif chance[one] > 0 and chance[other] > 0 and ways:
                    joint[one, other] = float(pairs[first, second] / ways)
        refs = self.cases["case_ref"].to_numpy()
        return pd.DataFrame(joint, index=refs, columns=refs)

    def joint(self, first_joint: pd.DataFrame) -> pd.DataFrame:
        """Give the joint probabilities of both phases.

        Parameters
        ----------
        first_joint : DataFrame
            Joint probabilities of the first phase, by `case_ref` in rows and columns.

        Raises
        ------
        SelectionError
            When an audit is missing in it.
        """
        second = self.second_joint()
        if not set(second.index) <= set(first_joint.index):
            raise SelectionError("`first_joint` lacks an audited case; give it for all of them.")
        return first_joint.loc[second.index, second.index] * second


def two_phase(sample: pd.DataFrame, assignment: pd.DataFrame) -> TwoPhase:
    """Put the probabilities of the audits and of the moderations together.

    Parameters
    ----------
    sample : DataFrame
        The audits: `case_ref`, `stratum`, `inclusion_probability` (such as ``Draw.cases`` or
        ``Selection.sample``).
    assignment : DataFrame
        `case_ref`, `auditor_id`, `moderator_id` (missing when not moderated) and
        `moderation_probability`, such as ``Assignment.table``.

    Returns
    -------
    TwoPhase

    Raises
    ------
    SelectionError
        When the two tables hold different cases, or a moderated audit had no chance of it (such
        as a moderation that a grade made mandatory: it belongs to no random phase).
    """
    if sorted(sample["case_ref"]) != sorted(assignment["case_ref"]):
        raise SelectionError(
            "The sample and the assignment hold different cases; give both of one draw."
        )
    cases = sample[["case_ref", "stratum", "inclusion_probability"]].merge(
        assignment[["case_ref", "auditor_id", "moderator_id", "moderation_probability"]],
        on="case_ref",
    )
    first, second = cases["inclusion_probability"], cases["moderation_probability"].fillna(0.0)
    moderated = cases["moderator_id"].notna()
    if impossible := int((moderated & (second <= 0)).sum()):
        raise SelectionError(
            f"{impossible} moderated audits had no chance of being drawn. Give the random phase "
            f"alone, without moderations that a grade made mandatory."
        )
    table = pd.DataFrame(
        {
            "case_ref": cases["case_ref"],
            "stratum": cases["stratum"],
            "auditor_id": cases["auditor_id"],
            "first_probability": first.astype(float),
            "second_probability": second.astype(float),
            "probability": (first * second).astype(float),
            "moderated": moderated,
            "audit_weight": 1 / first.astype(float),
        }
    )
    table["weight"] = (1 / table["probability"]).where(moderated, 0.0)
    return TwoPhase(table.sort_values("case_ref", ignore_index=True))


def first_phase_joint(draw: Draw) -> pd.DataFrame:
    """Give the joint inclusion probabilities of the audits of a draw with fixed numbers.

    Parameters
    ----------
    draw : Draw
        Drawn with ``rounding="fixed"`` and without families.

    Returns
    -------
    DataFrame
        By `case_ref` of the audits in rows and columns.

    Raises
    ------
    SelectionError
        When numbers were rounded at random or one child stood for each family: joint
        probabilities then have no closed form.
    """
    if draw.parameters["rounding"] != "fixed" or draw.parameters["one_per_family"]:
        raise SelectionError(
            "Joint probabilities are known for rounding='fixed' and one_per_family=False only; "
            "controlled rounding ties the strata together."
        )
    here = draw.allocation.set_index("stratum").loc[draw.cases["stratum"]]
    n, count = here["sampled"].to_numpy(dtype=float), here["available"].to_numpy(dtype=float)
    labels = draw.cases["stratum"].to_numpy()
    together = labels[:, None] == labels[None, :]
    joint = np.outer(n / count, n / count)
    inside = n * (n - 1) / (count * np.maximum(count - 1, 1))
    joint = np.where(together, inside[:, None], joint)
    np.fill_diagonal(joint, n / count)
    refs = draw.cases["case_ref"].to_numpy()
    return pd.DataFrame(joint, index=refs, columns=refs)


def _targets(cases: pd.DataFrame) -> tuple[dict[str, int], dict[str, Fraction]]:
    """Give by auditor the audits that can be moderated and the expected moderations."""
    possible = cases[cases["second_probability"] > 0]
    counts = Counter(possible["auditor_id"].tolist())
    sums = possible.groupby("auditor_id")["second_probability"].sum()
    targets = {who: Fraction(value).limit_denominator(1_000) for who, value in sums.items()}
    for who in cases["auditor_id"]:
        targets.setdefault(who, Fraction(0))
    return counts, targets


def expected_products(targets: dict[str, Fraction]) -> dict[tuple[str, str], Fraction]:
    """Give, for targets that are rounded together, the expected products of the whole numbers.

    Parameters
    ----------
    targets : dict of str to Fraction
        Auditor -> expected moderations, rounded by
        :func:`~qa_sampling.sampling.moderation_phase.round_targets`.

    Returns
    -------
    dict of (str, str) to Fraction
        E[M M'] of every two auditors; E[M (M - 1)] of an auditor with themselves.

    Raises
    ------
    SelectionError
        When the targets have no common denominator up to 10,000.
    """
    parts = {who: target - target // 1 for who, target in targets.items()}
    rising = sorted(part for part in parts.values() if part)
    known: dict[tuple[Fraction, Fraction], Fraction] = {}
    products = {}
    for one, first in targets.items():
        for other, second in targets.items():
            low, high = first // 1, second // 1
            f, g = parts[one], parts[other]
            if one == other:
                products[one, one] = (1 - f) * low * (low - 1) + f * (low + 1) * low
                continue
            if f and g and (min(f, g), max(f, g)) not in known:
                known[min(f, g), max(f, g)] = _both_up(f, g, rising)
            both = known[min(f, g), max(f, g)] if f and g else Fraction(0)
            products[one, other] = low * high + low * g + high * f + both
    return products


def _both_up(f: Fraction, g: Fraction, rising: list[Fraction]) -> Fraction:
    """Give the probability that two targets with these fractions are both rounded up.

    Between the two lie k of the other fractional targets, any k alike; the start is even. So the
    probability is the mean overlap of two arcs of a circle, over all sums that can lie between.
    """
    others = list(rising)
    others.remove(f)
    others.remove(g)
    steps = lcm(*(part.denominator for part in rising))
    if steps > _MOST_STEPS:
        raise SelectionError(
            f"The targets have the common denominator {steps}; joint probabilities are given up "
            f"to {_MOST_STEPS}. Use a rate with fewer decimals."
        )
    ways = _subset_sums([int(part * steps) for part in others], steps)
    a, b, count = int(f * steps), int(g * steps), len(rising)
    total = Fraction(0)
    for k, sums in enumerate(ways):
        share = Fraction(2 * (count - 1 - k), count * (count - 1)) / comb(count - 2, k)
        held = sum(
            n * (_overlap(s, a, b, steps) + _overlap(s, b, a, steps)) for s, n in sums.items()
        )
        total += share * Fraction(held, 2 * steps)
    return total


def _subset_sums(parts: list[int], steps: int) -> list[Counter]:
    """Count, by how many are chosen, the sums of the chosen, modulo `steps`."""
    ways: list[Counter] = [Counter({0: 1})] + [Counter() for _ in parts]
    for part in parts:
        for k in range(len(parts) - 1, -1, -1):
            for s, n in ways[k].items():
                ways[k + 1][(s + part) % steps] += n
    return ways


def _overlap(between: int, first: int, second: int, steps: int) -> int:
    """Give the steps of the arc from `between` of length `first` within the last `second`."""
    return sum(
        max(0, min(between + first, turn + steps) - max(between, turn + steps - second))
        for turn in (0, steps)
    )
