"""Tickets of pairs of a case and a person: what breaks ties when people are assigned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa_sampling.sampling.tickets import tickets

PAIR_BITS = 40
"""How many leading bits of a pair's ticket are used; a multiple of 8."""


def pair_tickets(
    references: Sequence[str],
    staff: Sequence[str],
    seed: str,
    *,
    task: str = "",
) -> np.ndarray:
    """Give the leading 40 bits of the "assignment" tickets of all pairs: references by staff.

    Parameters
    ----------
    references, staff : sequence of str
        The ticket of a pair is that of the case's reference, the staff number and, when
        given, the task, joined by the unit separator.
    seed : str
        Seed text.
    task : str
        Sets apart two assignments of one plan; blank for auditors.
    """
    end = f"\x1f{task}" if task else ""
    named = (f"{case}\x1f{person}{end}" for case in references for person in staff)
    digits = PAIR_BITS // 4
    drawn = [int(value[:digits], 16) for value in tickets(named, seed, purpose="assignment")]
    return np.array(drawn, dtype=np.int64).reshape(len(references), len(staff))
