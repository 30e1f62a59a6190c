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
        it may be lie at least one less than this apart. One that no table prints is safe as
        well when it is known to be 0, or to be this much or more.

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
        and not (key not in known.placed and _harmless(span, threshold))
    }


def _settled(span: tuple[float, float], threshold: int) -> bool:
    low, high = span
    return high >= threshold and high - low >= threshold - 1


def _harmless(span: tuple[float, float], threshold: int) -> bool:
    low, high = span
    return high == 0 or low >= threshold


def _spans(
    system: System, wanted: Mapping[Key, Terms], threshold: int
) -> dict[Key, tuple[float, float]]:
    """Stretch what each count may be until it is safe, or as far as it goes."""
    system.require_consistent()
    span = dict.fromkeys(wanted, (np.inf, -np.inf))
    for key, target in wanted.items():
        for sign in (-1, 1):
            if _settled(span[key], threshold):
                break
            answer = system.extreme(_times(target, sign))
            for other, direction in wanted.items():
                value = _value(answer, direction)
                if not np.isnan(value):
                    span[other] = min(span[other][0], value), max(span[other][1], value)
    return span


def _times(terms: Terms, factor: float) -> Terms:
    return {cell: factor * value for cell, value in terms.items()}


def _value(answer: np.ndarray, terms: Terms) -> float:
    return float(sum(factor * answer[cell] for cell, factor in terms.items()))
