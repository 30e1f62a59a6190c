"""The design of two phases: audits, and the random part of them that is moderated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation import of_a_kind
from qa_sampling.sampling.estimation_columns import (
    check_present,
    codes_of,
    column_of,
    numbers_of,
)
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_outcomes import UNAVAILABLE


@dataclass(frozen=True, eq=False)
class TwoPhaseDesign:
    """Audits and, within them, moderations. Made by :func:`add_phase`.

    Attributes
    ----------
    first : Design
        The audits.
    rows : ndarray of int
        Rows of ``first.table`` that were moderated.
    probability : ndarray of float
        Probability of moderation of these rows, given that they were audited.
    joint : ndarray of float
        Probability of two of these rows to be moderated together (rows by rows).
    groups : int
        Strata of the moderation, such as auditors, of which an audit was moderated.
    """

    first: Design
    rows: np.ndarray
    probability: np.ndarray
    joint: np.ndarray
    groups: int

    def parts(
        self,
        first: np.ndarray,
        second: np.ndarray,
        *,
        by_differences: bool = True,
        careful: bool = False,
    ) -> tuple[float, float]:
        """Give the two parts of a variance.

        Parameters
        ----------
        first : ndarray of float
            Audit weight times value, a moderated row each: what the first phase leaves to chance.
        second : ndarray of float
            Audit weight times residual: what the second phase leaves to chance.
        by_differences : bool
            Whether the first part is found from squared differences (Yates and Grundy), where
            that is without bias too. They move less and are not below 0; R's survey does not
            use them.
        careful : bool
            Whether the first part is that which intervals rest on; larger after a calibration
            of the audits.

        Returns
        -------
        tuple of float
            Variance of the first phase and of the second; the first not below 0.
        """
        whole = np.zeros((len(self.first.weight), len(self.rows)))
        whole[self.rows, np.arange(len(self.rows))] = 1.0
        ones = np.ones((len(whole), 1))
        moved = np.hstack([whole, ones])
        ways = self.first.careful_deviations(moved) if careful else [self.first.deviations(moved)]
        parts = []
        for way in ways:
            # equal values have no variance: squared differences are without bias too
            is_centred = by_differences and float(way[:, -1] @ way[:, -1]) < 1e-9
            form = way[:, :-1].T @ way[:, :-1]
            parts.append(_quadratic(form / self.joint, first, is_centred))
        spread = self.joint / np.outer(self.probability, self.probability)
        given = (1 - 1 / spread) / np.outer(self.probability, self.probability)
        return max(parts), _quadratic(given, second, is_centred=False)


def _quadratic(form: np.ndarray, values: np.ndarray, is_centred: bool) -> float:
    """Give the quadratic form, not below 0; by squared differences where that is the same."""
    if is_centred:
        return max(float(-(form * (values[:, None] - values) ** 2).sum() / 2), 0.0)
    return max(float(values @ form @ values), 0.0)


def add_phase(
    design: Design,
    moderated: str,
    *,
    within: str | None = None,
    probability: str | None = None,
    joint: pd.DataFrame | None = None,
    key: str = "case_ref",
) -> TwoPhaseDesign:
    """Add the second phase to a design.

    Parameters
    ----------
    design : Design
        The audits.
    moderated : str
        Column of yes or no (bool, or 1 and 0): whether the audit was moderated.
    within : str, optional
        Column of the strata of the moderation, such as the auditor. None for one stratum.
    probability : str, optional
        Column of probabilities of moderation given the audit, equal within a stratum (such as
        `moderation_probability` of an assignment); the number moderated may then be the expected
        one rounded up or down at random. By default moderated over audits in the stratum.
    joint : DataFrame, optional
        Joint probabilities of moderation given the audits, by case in rows and columns, where
        they are known. By default the numbers moderated of two strata are independent.
    key : str
        Column that tells cases, for `joint`.

    Returns
    -------
    TwoPhaseDesign

    Raises
    ------
    EstimationError
        When nothing was moderated, an audit that could not be was, probabilities are not those
        of a rounded number, or a stratum of the moderation had no chance to be reached.
    """
    flags = of_a_kind(design, moderated, design.in_scope, None).astype(bool) & design.in_scope
    if not flags.any():
        raise EstimationError(
            "No audit was moderated, so moderators' findings cannot be estimated."
        )
    codes, labels = codes_of(design.table, within)
    audits = np.bincount(codes[design.in_scope], minlength=len(labels))
    taken = np.bincount(codes[flags], minlength=len(labels))
    expected = _expected(design, probability, codes, audits, taken)
    rows = np.flatnonzero(flags)
    place, chance = codes[rows], expected / np.maximum(audits, 1)
    if joint is None:
        together = np.outer(chance[place], chance[place])
        same = place[:, None] == place
        inside = np.broadcast_to(_pairs(expected, audits)[place][:, None], together.shape)
        together[same] = inside[same]
    else:
        together = _joint_of(joint, column_of(design.table, key).to_numpy()[rows])
    np.fill_diagonal(together, chance[place])
    return TwoPhaseDesign(design, rows, chance[place], together, len(np.unique(place)))


def _expected(
    design: Design,
    probability: str | None,
    codes: np.ndarray,
    audits: np.ndarray,
    taken: np.ndarray,
) -> np.ndarray:
    """Give the expected number moderated by stratum of the moderation; refuse what cannot be."""
    expected, without = taken.astype(float), int(audits[(audits > 0) & (taken == 0)].sum())
    if probability is not None:
        chances = numbers_of(design.table, probability)
        check_present(chances, design.in_scope, probability)
        without = int((design.in_scope & (chances <= 0)).sum())
        inside = codes[design.in_scope]
        expected = np.bincount(inside, chances[design.in_scope], minlength=len(audits))
    if without:
        raise EstimationError(
            f"{without} audits had no chance of moderation, so nothing speaks for them. Give them "
            f"to coarser strata in `within`, or leave their cases out of the sample: then the "
            f"estimate speaks for the rest only."
        )
    if probability is not None:
        mean = (expected / np.maximum(audits, 1))[codes]
        if (np.abs(chances - mean) > 1e-9)[design.in_scope].any():
            raise EstimationError(
                f"`{probability}` differs within a stratum of the moderation. Name in `within` "
                f"the column in which audits had the same chance, such as the auditor."
            )
    # audits that were not to be had counted among those assigned, in a stratum not known here
    gone, chance = int(design.response[UNAVAILABLE].sum()), expected / np.maximum(audits, 1)
    over, under = taken - expected - gone * chance, expected - taken - gone * (1 - chance)
    if (np.maximum(over, under) >= 1).any():
        raise EstimationError(
            "More or fewer audits of a stratum were moderated than its probabilities, rounded up "
            "or down, allow. Give the probabilities of this draw."
        )
    return expected


def _joint_of(joint: pd.DataFrame, keys: np.ndarray) -> np.ndarray:
    """Give the joint probabilities of the moderated cases, in their order."""
    if not (set(keys) <= set(joint.index) and set(keys) <= set(joint.columns)):
        raise EstimationError("`joint` lacks a moderated case. Give all cases in rows and columns.")
    together = joint.loc[keys, keys].to_numpy(dtype=float).copy()
    if not (together > 0).all():
        raise EstimationError(
            "`joint` says 0 for two cases that were moderated together. Give the joint "
            "probabilities of this draw."
        )
    return together


def _pairs(expected: np.ndarray, audits: np.ndarray) -> np.ndarray:
    """Give the chance of two audits of a stratum to be moderated together.

    The number moderated is `expected` rounded up or down with that mean.
    """
    low = np.floor(expected + 1e-9)
    rest = np.maximum(expected - low, 0)
    pairs = (1 - rest) * low * (low - 1) + rest * (low + 1) * low
    return pairs / np.maximum(audits * (audits - 1), 1)
