"""Bounds of an allocation: read, completed, and refused when they cannot be met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from qa_sampling.errors import AllocationError

MOST_CASES = 2**62
"""More than any stratum holds, and as far as sizes are counted."""

Bound = int | Mapping[str, int] | None
"""One number for all, numbers by label, or none."""


def whole_cases(populations: Mapping[str, int]) -> dict[str, int]:
    """Give the cases by stratum as whole numbers under text labels.

    Parameters
    ----------
    populations : mapping or Series of int
        Cases by stratum.

    Raises
    ------
    AllocationError
        When two labels read alike, or a number of cases is negative, missing or not whole.
    """
    if not isinstance(populations, Mapping | pd.Series):
        raise AllocationError(
            f"Cases by stratum must be a mapping, such as {{'North': 120}}; got {populations!r}."
        )
    sizes = {}
    for label, size in populations.items():
        number = isinstance(size, int | float | np.number) and not isinstance(size, bool)
        if not number or not 0 <= size < MOST_CASES or size != int(size):
            raise AllocationError(
                f"Stratum {str(label)!r} holds {size!r} cases; give a whole number, 0 or more."
            )
        sizes[str(label)] = int(size)
    if len(sizes) != len(populations):
        raise AllocationError("Two strata have the same label; every stratum needs its own.")
    return sizes


def bounds_of(
    given: Bound, labels: Mapping[str, int], *, default: int | None, what: str, known: Iterable[str]
) -> dict[str, int]:
    """Read one bound into a whole number for every label.

    Parameters
    ----------
    given : int, mapping of str to int, or None
        One number for all (bent to the cases there are), or numbers by label (kept as given).
    labels : mapping of str to int
        Cases by label.
    default : int or None
        Bound of labels that `given` does not name; None for all their cases.
    what : str
        What the bound is called in messages, such as "minimum".
    known : iterable of str
        All labels that may be named, also those without cases.

    Raises
    ------
    AllocationError
        When a number is negative or not whole, or a label is unknown.
    """
    numbers = list(given.values()) if isinstance(given, Mapping) else [given]
    for value in numbers:
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int) or value < 0
        ):
            raise AllocationError(f"A {what} must be a whole number, 0 or more; got {value!r}.")
    fallback = {label: size if default is None else default for label, size in labels.items()}
    if given is None:
        return fallback
    if not isinstance(given, Mapping):
        return {label: min(given, size) for label, size in labels.items()}
    strangers = sorted(set(map(str, given)) - set(known))
    if strangers:
        raise AllocationError(
            f"A {what} is given for {strangers[0]!r}, which is not in the frame. "
            f"Known: {', '.join(sorted(known)) or 'none'}."
        )
    vain = sorted(str(label) for label in given if given[label] and str(label) not in labels)
    if vain and default is not None:
        raise AllocationError(
            f"The {what} of {vain[0]!r} is {given[vain[0]]}, but no case can be drawn there."
        )
    return fallback | {str(label): value for label, value in given.items() if str(label) in labels}


def stratum_bounds(
    filled: Mapping[str, int],
    minimum: Bound,
    maximum: Bound,
    certainty: tuple[str, ...],
    sizes: Mapping[str, int],
) -> tuple[dict[str, int], dict[str, int]]:
    """Read the bounds of the strata and refuse those that their cases cannot meet.

    Parameters
    ----------
    filled : mapping of str to int
        Cases by non-empty stratum.
    minimum, maximum : int, mapping of str to int, or None
        Bounds by stratum.
    certainty : tuple of str
        Strata that are taken whole; they pass over a maximum that is one number for all.
    sizes : mapping of str to int
        Cases by stratum, empty ones included.

    Raises
    ------
    AllocationError
        When a stratum is unknown or its bounds cannot be met.
    """
    low = bounds_of(minimum, filled, default=1, what="minimum", known=sizes)
    high = bounds_of(maximum, filled, default=None, what="maximum", known=sizes)
    strangers = sorted(set(certainty) - set(sizes))
    if strangers:
        raise AllocationError(f"Certainty stratum {strangers[0]!r} is not in the frame.")
    for label in certainty:
        if label in filled:
            if isinstance(maximum, Mapping) and high[label] < filled[label]:
                raise AllocationError(
                    f"Stratum {label!r} is to be taken whole, but its maximum is {high[label]} of "
                    f"{filled[label]} cases. Drop one of the two."
                )
            low[label] = high[label] = filled[label]
    for label, size in filled.items():
        if low[label] > size:
            raise AllocationError(
                f"The minimum of stratum {label!r} is {low[label]}, but it holds {size} cases."
            )
        high[label] = min(high[label], size)
        if isinstance(minimum, Mapping) and label in minimum and low[label] > high[label]:
            raise AllocationError(
                f"The minimum of stratum {label!r} ({low[label]}) is above its maximum "
                f"({high[label]})."
            )
        low[label] = min(low[label], high[label])
    return low, high


def check_reachable(
    filled: Mapping[str, int], n: int, low: Mapping[str, int], high: Mapping[str, int]
) -> None:
    """Refuse a number of audits that lies outside the bounds of the strata taken together.

    Parameters
    ----------
    filled, low, high : mapping of str to int
        Cases and bounds by non-empty stratum.
    n : int
        Audits in all.

    Raises
    ------
    AllocationError
        With the bound that cannot be met.
    """
    floor, ceiling = sum(low.values()), sum(high.values())
    if n < floor:
        unreached = len(filled) - n if n < len(filled) else 0
        reason = (
            f" With {len(filled)} non-empty strata at least {unreached} would have no chance of "
            f"selection."
            if unreached
            else ""
        )
        raise AllocationError(
            f"{n} audits cannot meet the minima, which add up to {floor}.{reason} Lower the "
            f"minima, audit more, form fewer strata, or use rounding='controlled', which leaves "
            f"every case a chance."
        )
    if n > ceiling:
        raise AllocationError(
            f"{n} audits are more than the maxima allow ({ceiling}). "
            f"Raise the maxima or audit fewer."
        )


def group_bounds(
    filled: Mapping[str, int],
    low: Mapping[str, int],
    high: Mapping[str, int],
    member: Mapping[str, str],
    group_minimum: Bound,
    group_maximum: Bound,
    *,
    what: str = "group",
) -> tuple[dict[str, int], dict[str, int]]:
    """Read the bounds by group and refuse those that the strata within cannot meet.

    Parameters
    ----------
    filled, low, high : mapping of str to int
        Cases and bounds by non-empty stratum.
    member : mapping of str to str
        Group by stratum.
    group_minimum, group_maximum : int, mapping of str to int, or None
        Bounds by group.
    what : str
        What a group is called in messages.

    Raises
    ------
    AllocationError
        When a group is unknown or its bounds cannot be met.
    """
    held, floor, room = (dict.fromkeys(member.values(), 0) for _ in range(3))
    for label, group in member.items():
        held[group] += filled[label]
        floor[group] += low[label]
        room[group] += high[label]
    least = bounds_of(group_minimum, held, default=0, what=f"{what} minimum", known=held)
    most = bounds_of(group_maximum, held, default=None, what=f"{what} maximum", known=held)
    for group in held:
        needed, allowed = max(least[group], floor[group]), min(most[group], room[group])
        if needed > allowed:
            raise AllocationError(
                f"The bounds of {group!r} cannot be met: at least {needed} audits are asked for, "
                f"at most {allowed} allowed."
            )
    return least, most
