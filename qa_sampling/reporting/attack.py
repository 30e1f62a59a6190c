"""What a reader can work out about hidden counts from what is printed.

Written apart from the programme that chooses which cells to hide: it starts from the printed
text alone, knows no true value, and finds for every hidden count the least and the greatest
whole number that fits all sums, all percentages and rates, all other tables of the same
population (those of other months and levels too), the rounding and the zero policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from qa_sampling.reporting.knowledge import FAR, System, Terms, read_tables
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.table_keys import Key, in_words, key_of

_MANY = (1, -1, 2, -2, 3, -3, 5, -5)
"""After how many counts the direction changes in which all are stretched at once."""

_GAP = 0.2
"""Where a trial with many counts stops short of the greatest sum: any numbers that fit will do."""
_SEED, _FEW, _SETTLED, _VAIN = 20, 24, 0.25, 8
"""Of trials with many counts at once: which, fewest counts left, share settled to try more, and how
many in a row may settle none."""

__all__ = ["FAR", "Key", "attack", "given_away", "intervals", "key_of"]


def attack(*tables: PrintedTable) -> pd.DataFrame:
    """Work out every hidden count of one or more printed tables as closely as possible.

    Parameters
    ----------
    *tables : PrintedTable
        All that a reader has; tables of one population are combined.

    Returns
    -------
    DataFrame
        One row a hidden count (and a small remainder that subtraction gives, such as cases not
        audited): `population`, `count`, `cell` (its labels), `low`, `high` (whole numbers;
        `high` is `FAR` or nearly so when nothing bounds it).

    Raises
    ------
    DisclosureError
        When the tables contradict each other, so that no numbers fit them.
    """
    return pd.DataFrame(
        [
            (key[0], key[1], in_words(key), low, high)
            for key, (low, high) in intervals(tables).items()
        ],
        columns=["population", "count", "cell", "low", "high"],
    )


def intervals(tables: Sequence[PrintedTable]) -> dict[Key, tuple[float, float]]:
    """Give what :func:`attack` finds by key: the least and the greatest possible number.

    Parameters
    ----------
    tables : sequence of PrintedTable
        All that a reader has.
    """
    known = read_tables(tables)
    system = System(known)
    system.require_consistent()
    found = {}
    for key, target in known.targets().items():
        low, high = (_value(system.extreme(_times(target, sign)), target) for sign in (1, -1))
        found[key] = (low, high)
    return found


def given_away(
    tables: Sequence[PrintedTable], keys: Iterable[Key] | None, *, threshold: int
) -> set[Key]:
    """Say which hidden counts the tables tell too much about.

    Parameters
    ----------
    tables : sequence of PrintedTable
        All that a reader has.
    keys : iterable of Key, or None
        The counts to try, as :func:`key_of` names them; what the tables print is passed over.
        None for all that is hidden, and all that other tables are made of.
    threshold : int
        A count is safe when it may be this much or more, and when the least and the greatest
        it may be lie at least one less than this apart. One that is known to be 0 is safe as
        well, and one that no table prints when it is known to be this much or more.

    Returns
    -------
    set of Key
        Those that are not safe.
    """
    known = read_tables(tables)
    targets = known.targets()
    wanted = targets if keys is None else {key: targets[key] for key in keys if key in targets}
    spans = _spans(System(known), wanted, threshold)
    return {
        key
        for key, span in spans.items()
        if not _settled(span, threshold)
        and not _harmless(span, threshold, printed=key in known.placed)
    }


def _settled(span: tuple[float, float], threshold: int) -> bool:
    low, high = span
    return high >= threshold and high - low >= threshold - 1


def _harmless(span: tuple[float, float], threshold: int, *, printed: bool) -> bool:
    low, high = span
    return high == 0 or (low >= threshold and not printed)


def _spans(
    system: System, wanted: Mapping[Key, Terms], threshold: int
) -> dict[Key, tuple[float, float]]:
    """Stretch what each count may be until it is safe, or as far as it goes.

    Many are stretched at once while that settles some; the rest one by one, as far as it goes. So
    how many are tried together decides how long it takes, never what is found.
    """
    system.require_consistent()
    span = dict.fromkeys(wanted, (np.inf, -np.inf))

    def learn(answer: np.ndarray) -> list[Key]:
        for key in waiting:
            value = _value(answer, wanted[key])
            if not np.isnan(value):
                span[key] = min(span[key][0], value), max(span[key][1], value)
        return [key for key in waiting if not _settled(span[key], threshold)]

    waiting = list(wanted)
    for many in _MANY:
        if waiting:
            waiting = learn(system.extreme(_mixed([wanted[key] for key in waiting], many)))
    random = np.random.default_rng(_SEED)
    share, idle = 0.5, 0
    while len(waiting) > _FEW and idle < _VAIN:
        picked = random.choice(len(waiting), max(1, round(share * len(waiting))), replace=False)
        tried = [waiting[at] for at in sorted(picked)]
        needed = {key: max(threshold, span[key][0] + threshold - 1) for key in tried}
        left = learn(_stretched(system, [(wanted[key], needed[key]) for key in tried]))
        settled = (len(waiting) - len(left)) / len(tried)
        share = min(1.0, share / 0.7) if settled > _SETTLED else share * 0.7
        idle = 0 if settled else idle + 1
        waiting = left
    for key in waiting:
        low, high = system.ends(wanted[key])
        for sign, known in ((-1, span[key][1] >= high), (1, span[key][0] <= low)):
            if _settled(span[key], threshold):
                break
            if not known:
                learn(system.extreme(_times(wanted[key], sign)))
    return span


def _stretched(system: System, targets: Sequence[tuple[Terms, float]]) -> np.ndarray:
    """Make many sums great at once; a single cell no greater than asked, if that is possible."""
    objective = _mixed([terms for terms, _ in targets], len(targets) + 1)
    enough = {next(iter(terms)): most for terms, most in targets if list(terms.values()) == [1.0]}
    answer = system.extreme_within(objective, enough, mip_rel_gap=_GAP)
    return system.extreme(objective) if answer is None else answer


def _mixed(targets: Sequence[Terms], many: int) -> Terms:
    """Add up many sums with signs that change after `many` of them: one answer for all."""
    mixed: dict[int, float] = {}
    for at, target in enumerate(targets):
        sign = 1.0 if (at // abs(many)) % 2 else -1.0
        for cell, factor in target.items():
            mixed[cell] = mixed.get(cell, 0.0) + factor * (sign if many > 0 else -sign)
    return mixed


def _times(terms: Terms, factor: float) -> Terms:
    return {cell: factor * value for cell, value in terms.items()}


def _value(answer: np.ndarray, terms: Terms) -> float:
    return float(sum(factor * answer[cell] for cell, factor in terms.items()))
