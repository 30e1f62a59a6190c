"""What an allocation method minimises: the square of its measure, exactly, by stratum.

Every method minimises the sum of ``a²/n`` over strata. The measure ``a`` names it:

- *proportional*: the cases N;
- *equal*: one;
- *square_root*: the square root of N;
- *power* (Bankier 1988, The American Statistician 42:174-177): ``X^q S / m``, with the size X
  (the cases unless `importance` is given), the power q, and the coefficient of variation S / m
  where it is known: between equal (0) and proportional (1);
- *neyman*: N S, with the standard deviation S (Neyman 1934);
- *cost_optimal*: ``N S / √c``, with the cost c of an audit (Cochran 1977, Sampling Techniques,
  ch. 5.5).

Squares are fractions, so that no machine rounds to another allocation. Where ``X^(2q)`` is not
a fraction it is taken to 50 digits by decimal arithmetic, which is the same everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Literal

import pandas as pd

from qa_sampling.errors import AllocationError

_LARGEST = 1e100

Method = Literal["proportional", "equal", "square_root", "power", "neyman", "cost_optimal"]
METHODS: tuple[str, ...] = (
    "proportional",
    "equal",
    "square_root",
    "power",
    "neyman",
    "cost_optimal",
)
_DIGITS = Context(prec=50)


@dataclass(frozen=True)
class Known:
    """What is known of the strata beside their cases; all by stratum.

    Attributes
    ----------
    standard_deviations, means : mapping of str to float or None
        Of what is measured.
    costs : mapping of str to float or None
        Cost of an audit, in any unit; above 0.
    importance : mapping of str to float or None
        Size X of "power"; the cases where it is None.
    power : float
        The power q of "power", from 0 to 1.
    """

    standard_deviations: Mapping[str, float] | None = None
    means: Mapping[str, float] | None = None
    costs: Mapping[str, float] | None = None
    importance: Mapping[str, float] | None = None
    power: float = 0.5
    _powers: dict = field(default_factory=dict, repr=False, compare=False)

    def value(self, name: str, label: str, default: int | None = None) -> Fraction:
        """Give one value as a fraction; `default` where that kind is not given at all."""
        given = getattr(self, name)
        return Fraction(default if given is None else given[label])

    def raised(self, size: Fraction) -> Fraction:
        """Give a size to the power 2q: exactly where that is whole, else to 50 digits."""
        if size not in self._powers:
            self._powers[size] = _power(size, 2 * Fraction(str(self.power)))
        return self._powers[size]


def squared_measure(
    populations: Mapping[str, int],
    method: Method,
    standard_deviations: Mapping[str, float] | None = None,
    *,
    means: Mapping[str, float] | None = None,
    costs: Mapping[str, float] | None = None,
    importance: Mapping[str, float] | None = None,
    power: float | None = None,
) -> dict[str, Fraction]:
    """Give the square of a method's measure for every stratum, exactly.

    Parameters
    ----------
    populations : mapping of str to int
        Cases by stratum.
    method : {"proportional", "equal", "square_root", "power", "neyman", "cost_optimal"}
        The method.
    standard_deviations : mapping of str to float, optional
        Standard deviation of what is measured, by stratum; needed for "neyman" and
        "cost_optimal", used by "power".
    means : mapping of str to float, optional
        Mean of what is measured, by stratum, above 0; used by "power".
    costs : mapping of str to float, optional
        Cost of an audit by stratum, above 0; needed for "cost_optimal".
    importance : mapping of str to float, optional
        Size of "power", by stratum, above 0; the cases by default.
    power : float, optional
        Power of "power", from 0 to 1; 0.5 by default.

    Raises
    ------
    AllocationError
        When the method is unknown, or a value it needs is missing or impossible.
    """
    if method not in METHODS:
        raise AllocationError(
            f"`method` {method!r} is unknown; choose one of {', '.join(METHODS)}."
        )
    values = (plain_values(part) for part in (standard_deviations, means, costs, importance))
    known = Known(*values, _checked_power(power))
    _check_known(populations, method, known)
    return {label: _square(method, label, int(size), known) for label, size in populations.items()}


def plain_values(given: Mapping[str, float] | None) -> dict | None:
    """Give values by stratum as Python's own numbers, which do not overflow.

    Parameters
    ----------
    given : mapping or Series, or None
        Numbers by stratum, of any kind.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping | pd.Series):
        raise AllocationError(
            f"Numbers by stratum must be a mapping, such as {{'North': 0.5}}; got {given!r}."
        )
    return {label: plain(value) for label, value in given.items()}


def plain(value: float) -> float:
    """Give a number as Python's own: whole numbers as int, others as float."""
    if isinstance(value, int | float | Fraction | Decimal):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def _square(method: str, label: str, size: int, known: Known) -> Fraction:
    if method == "equal":
        return Fraction(1)
    if method == "square_root":
        return Fraction(size)
    if method == "proportional":
        return Fraction(size) ** 2
    spread = known.value("standard_deviations", label, 1) ** 2
    if method == "power":
        raised = known.raised(known.value("importance", label, size))
        return raised * spread / known.value("means", label, 1) ** 2
    square = size**2 * spread
    return square / known.value("costs", label) if method == "cost_optimal" else square


def _power(size: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1:
        return size ** int(exponent)
    base = _DIGITS.divide(Decimal(size.numerator), Decimal(size.denominator))
    raised = _DIGITS.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))
    return Fraction(_DIGITS.power(base, raised))


def _checked_power(power: float | None) -> float:
    if power is None:
        return 0.5
    if isinstance(power, bool) or not isinstance(power, int | float) or not 0 <= power <= 1:
        raise AllocationError(
            f"`power` must lie between 0 (equal) and 1 (proportional); got {power!r}. Give 0.5."
        )
    return power


def _check_known(populations: Mapping[str, int], method: str, known: Known) -> None:
    """Refuse values that are missing or impossible, by the method that needs them."""
    name = {"neyman": "Neyman", "cost_optimal": "Cost-optimal"}.get(method, "Power")
    spreads, costs = known.standard_deviations, known.costs
    if method in ("neyman", "cost_optimal"):
        _check_all(populations, spreads or {}, name, "a standard deviation")
    if method == "cost_optimal":
        _check_all(populations, costs or {}, name, "a cost")
    if method == "power":
        for given, what in ((spreads, "a standard deviation"), (known.means, "a mean")):
            if given is not None:
                _check_all(populations, given, name, what)
        if known.importance is not None:
            _check_all(populations, known.importance, name, "an importance")
        check_positive(known.means, "mean")
        check_positive(known.importance, "importance")
    if method in ("neyman", "cost_optimal", "power"):
        check_deviations(spreads)
    check_positive(costs, "cost")


def check_deviations(given: Mapping[str, float] | None) -> None:
    """Refuse standard deviations that are negative, missing or infinite.

    Parameters
    ----------
    given : mapping of str to float or None
        By stratum.

    Raises
    ------
    AllocationError
        When one is.
    """
    if not all(
        isinstance(value, Real | Decimal) and 0 <= value < _LARGEST
        for value in (given or {}).values()
    ):
        raise AllocationError(
            "A standard deviation is negative, missing or infinite; give values of 0 or more."
        )


def check_positive(given: Mapping[str, float] | None, what: str) -> None:
    """Refuse values that are not above 0 and finite.

    Parameters
    ----------
    given : mapping of str to float or None
        By stratum.
    what : str
        What the values are called in the message, such as "cost".

    Raises
    ------
    AllocationError
        With the first stratum whose value is not possible.
    """
    for label, value in (given or {}).items():
        if not 0 < value < math.inf:
            raise AllocationError(
                f"The {what} of {str(label)!r} is {value!r}; give a number above 0."
            )


def _check_all(
    populations: Mapping[str, int], given: Mapping[str, float], name: str, what: str
) -> None:
    absent = [label for label in populations if label not in given]
    if absent:
        raise AllocationError(
            f"{name} allocation needs {what} for every stratum; "
            f"{len(absent)} have none, such as {absent[0]!r}."
        )
