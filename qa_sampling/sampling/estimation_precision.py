"""How sure estimates are, for one domain or for hundreds in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_columns import compact
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_results import Estimate, Kind
from qa_sampling.sampling.estimation_variance import StratifiedVariance


@dataclass(frozen=True, eq=False)
class Linear:
    """Estimates by domain and their linear part, one value a row.

    Attributes
    ----------
    kind : str
        What is estimated.
    estimates : ndarray of float
        One a domain.
    values : ndarray of float
        Weighted values, one a row; their sum over a domain varies as its estimate does.
    domain : ndarray of int
        Domain of every row; -1 outside.
    residuals : ndarray of float
        Values around the estimate (totals: the values), for the plain random sample's variance.
    reach : tuple of float
        The lowest and highest a case's value can be.
    settled : bool
        Whether the strata settle who belongs to a domain, cases not drawn included.
    """

    kind: Kind
    estimates: np.ndarray
    values: np.ndarray
    domain: np.ndarray
    residuals: np.ndarray
    reach: tuple[float, float]
    settled: bool

    @property
    def rows(self) -> np.ndarray:
        """Rows that the estimates rest on."""
        return self.domain >= 0

    @property
    def domains(self) -> int:
        """How many domains there are."""
        return len(self.estimates)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Add up values by domain.

        Parameters
        ----------
        values : ndarray
            One a row.
        """
        inside = self.domain + 1
        return np.bincount(inside, values, minlength=self.domains + 1)[1:]


def precise(
    design: Design, linear: Linear, *, domain_population: int | None = None
) -> list[Estimate]:
    """Turn linear parts into estimates with everything beside them.

    Parameters
    ----------
    design : Design
        The sample.
    linear : Linear
        The estimates and their linear part.
    domain_population : int, optional
        Cases of the (only) domain, where known.

    Returns
    -------
    list of Estimate
        One a domain.
    """
    n = linear.sums(np.ones(len(linear.domain))).astype(int)
    _check_domain(design, int(n[0]), domain_population)
    told, careful = _variances(design, linear)
    variances, careful = _without_noise(linear, told), _without_noise(linear, careful)
    plain, kish = _plain_variances(design, linear), _kish(design, linear)
    places = _places(design, linear)
    # unequal weights add up to the population on average only; its share does not exceed it
    weights = linear.sums(design.weight) * (design.population / design.weight.sum())
    found = linear.sums((linear.residuals > 0).astype(float))
    method, rate = design.method, design.response_rate
    if design.adjustment is not None:
        method = f"{method}, {design.adjustment.method} calibration"
    estimates = []
    for one in range(linear.domains):
        varies = variances[one] > 0 and plain[one] > 0
        effect = float(variances[one] / plain[one] if varies else kish[one])
        value = float(linear.estimates[one])
        seen = int(n[one] if value >= 1 and linear.kind != "total" else found[one])
        place = places[one]
        population = domain_population or place.population or float(weights[one])
        estimates.append(
            Estimate(
                kind=linear.kind,
                estimate=value,
                standard_error=float(np.sqrt(variances[one])),
                n=int(n[one]),
                population=float(population),
                degrees_of_freedom=max(1, design.after_calibration(place.degrees_of_freedom)),
                design_effect=effect,
                effective_n=float(n[one] / (max(effect, 1.0) if design.adjustment else effect)),
                method=method,
                response_rate=rate,
                flags=_flags(design, linear, one, int(n[one]), float(variances[one]), place),
                is_complete=place.is_complete,
                exact=_exact(linear, place, seen, int(n[one]), domain_population),
                reach=_reach(design, linear, place, seen, int(n[one])),
                units=place.units,
                asked=_asked(design, linear),
                counted=float(design.weight.sum()) if _is_count(linear) else None,
                interval_error=float(np.sqrt(careful[one])),
            )
        )
    return estimates


@dataclass(frozen=True)
class _Place:
    """Where a domain lies among the strata.

    `units` counts the cases or clusters it holds. `population` is known (None when it is not)
    where the domain is whole strata, all in scope; `plain` says that the domain's cases are a
    plain random sample of one stratum.
    """

    degrees_of_freedom: int
    units: int
    is_complete: bool
    population: float | None
    plain: bool


def _variances(design: Design, linear: Linear) -> tuple[np.ndarray, np.ndarray]:
    """Give the variances by domain, and those that intervals rest on."""
    variance, domains = design.variance, linear.domains
    if isinstance(variance, StratifiedVariance) and design.adjustment is None:
        domain = np.where(linear.rows, linear.domain, domains)
        found = variance.domain_variances(linear.values, domain, domains + 1)[:domains]
        found = found * (found > 1e-20 * linear.sums(linear.values**2))
        return found, found
    told, careful = np.empty(domains), np.empty(domains)
    for first in range(0, domains, 64):
        some = np.arange(first, min(first + 64, domains))
        columns = linear.values[:, None] * (linear.domain[:, None] == some)
        # what is explained wholly leaves rounding, not spread
        noise = 1e-20 * (columns**2).sum(axis=0)
        for into, found in (
            (told, design.variances(columns)),
            (careful, design.careful_variances(columns)),
        ):
            into[some] = found * (found > noise)
    return told, careful


def _without_noise(linear: Linear, variances: np.ndarray) -> np.ndarray:
    """Say 0 where all values of a domain are equal up to rounding."""
    if linear.kind == "total":
        return variances
    largest = np.zeros(linear.domains)
    np.maximum.at(largest, linear.domain[linear.rows], np.abs(linear.residuals[linear.rows]))
    scale = max(
        1.0, float(np.abs(linear.residuals).max()), abs(linear.reach[0]), abs(linear.reach[1])
    )
    return np.where(largest <= 1e-12 * scale, 0.0, variances)


def _is_count(linear: Linear) -> bool:
    """Say whether a total counts cases: all values are 0 or 1, and so are the bounds."""
    if linear.kind != "total" or linear.reach[0] < 0 or linear.reach[1] > 1:
        return False
    return bool(np.isin(linear.residuals, (0.0, 1.0)).all())


def _asked(design: Design, linear: Linear) -> int | None:
    """Count the units a total rests on, those outside the domain included."""
    if linear.kind != "total":
        return None
    variance, weight = design.variance, design.weight
    units = len(variance.stratum) if isinstance(variance, StratifiedVariance) else len(weight)
    kish = len(weight) * (weight @ weight) / weight.sum() ** 2
    return max(1, int(units / kish + 1e-9))


def _plain_variances(design: Design, linear: Linear) -> np.ndarray:
    """Give the variances of a plain random sample as large, without replacement."""
    weight = design.weight
    if linear.kind == "total":
        cases, n = weight.sum(), len(weight)
        square = linear.sums(weight * linear.residuals**2) / cases - (linear.estimates / cases) ** 2
        left = max(1 - n / cases, 0.0) * cases**2
        return np.maximum(square, 0) / max(n - 1, 1) * left
    n, cases = linear.sums(np.ones(len(weight))), linear.sums(weight)
    square = linear.sums(weight * linear.residuals**2) / cases
    return square / np.maximum(n - 1, 1) * np.clip(1 - n / cases, 0, None) * (n > 1)


def _kish(design: Design, linear: Linear) -> np.ndarray:
    """Give the design effect of weights alone (Kish 1965)."""
    weight = design.weight
    if linear.kind == "total":
        return np.full(linear.domains, len(weight) * (weight @ weight) / weight.sum() ** 2)
    n, cases = linear.sums(np.ones(len(weight))), linear.sums(weight)
    return n * linear.sums(weight**2) / cases**2


def _places(design: Design, linear: Linear) -> list[_Place]:
    """Say, for every domain, which strata it touches and whether it is whole strata."""
    variance, rows = design.variance, linear.rows
    if not isinstance(variance, StratifiedVariance):
        return [_place_of(design, linear, linear.domain == one) for one in range(linear.domains)]
    stratum, strata = variance.stratum[variance.unit], len(variance.population)
    every = linear.domain[rows] * strata + stratum[rows]
    cells, _, counts = compact(every, linear.domains * strata)
    domain, place = cells // strata, cells % strata

    def over_strata(values: np.ndarray) -> np.ndarray:
        return np.bincount(domain, values, minlength=linear.domains)

    is_open = ~variance.is_whole[place]
    units = _units(variance, linear, cells, counts)
    in_stratum = np.bincount(stratum, minlength=strata)
    in_scope = np.bincount(stratum, design.in_scope, minlength=strata)
    is_all = (counts == in_stratum[place]) & (in_scope[place] == in_stratum[place])
    known = (over_strata(~is_all) == 0) & linear.settled & variance.rows_are_units
    known &= variance.standing is None
    size, everything = over_strata(variance.population[place]), over_strata(counts) == len(stratum)
    touched, single = over_strata(is_open), over_strata(np.ones(len(cells))) == 1
    complete = (
        touched == 0 if linear.settled else np.full(len(known), not (~variance.is_whole).any())
    )
    held = over_strata((variance.sizes[place] - 1) * is_open)
    df = np.maximum(1, np.minimum(held, over_strata(units * is_open) - 1)).astype(int)
    if design.degrees == "r":
        df = [variance.degrees_of_freedom(linear.domain == one, "r") for one in range(len(known))]
    whole = over_strata(units)
    return [
        _Place(
            int(df[one]),
            int(whole[one]),
            bool(complete[one]),
            _known_population(design, bool(known[one]), float(size[one]), bool(everything[one])),
            bool(single[one]) and _is_plain(design, linear, one, strata, bool(known[one])),
        )
        for one in range(linear.domains)
    ]


def _known_population(design: Design, known: bool, size: float, everything: bool) -> float | None:
    if design.adjustment is not None and everything:
        known = False  # the totals that were calibrated to say how many cases there are
    if known and np.isfinite(size):
        return size
    told = np.isfinite(design.variance.population).all()
    return design.population if told and everything and design.in_scope.all() else None


def _is_plain(design: Design, linear: Linear, one: int, strata: int, known: bool) -> bool:
    """Say whether a domain within one stratum is a plain random sample of equal weights."""
    variance = design.variance
    if design.adjustment is not None or design.collapsed or not variance.rows_are_units:
        return False
    if variance.standing is not None:
        return False
    if not known and strata > 1:
        return False
    weight = design.weight[linear.domain == one]
    places = design.variance.stratum[design.variance.unit]
    place = places[np.argmax(linear.domain == one)]
    stands = design.variance.population[place] / np.count_nonzero(places == place)
    if np.isfinite(stands) and abs(weight[0] / stands - 1) > 0.01:
        return False
    return bool(np.ptp(weight) <= 1e-9 * weight.max())


def _units(
    variance: StratifiedVariance, linear: Linear, cells: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Count the units that every cell of domain and stratum holds."""
    if variance.rows_are_units:
        return counts
    rows, strata = linear.rows, len(variance.population)
    pairs = np.unique(linear.domain[rows] * len(variance.stratum) + variance.unit[rows])
    cell = (pairs // len(variance.stratum)) * strata + variance.stratum[
        pairs % len(variance.stratum)
    ]
    return np.bincount(np.searchsorted(cells, cell), minlength=len(cells))


def _place_of(design: Design, linear: Linear, rows: np.ndarray) -> _Place:
    """Place one domain in a rounded draw."""
    df = design.variance.degrees_of_freedom(rows, design.degrees)
    asked = rows if linear.settled else np.ones(len(rows), dtype=bool)
    everything = bool(rows.all())
    population = design.population if everything else None
    complete = design.variance.is_complete(asked)
    return _Place(df, int(rows.sum()), complete, population, False)


def _check_domain(design: Design, n: int, domain_population: object) -> None:
    """Refuse a number of the domain's cases that the sample or the frame contradicts."""
    if domain_population is None:
        return
    said = f"`domain_population` is {domain_population!r}"
    if isinstance(domain_population, bool) or not isinstance(domain_population, int | np.integer):
        raise EstimationError(f"{said}; it must be a whole number of cases.")
    if domain_population < n:
        raise EstimationError(f"{said}, but {n} of its cases were audited.")
    variance = design.variance
    known = isinstance(variance, StratifiedVariance) and variance.rows_are_units
    most = design.population - (len(design.weight) - n)
    if known and np.isfinite(variance.population).all() and domain_population > most + 1e-6:
        raise EstimationError(
            f"{said}, but the frame holds {design.population:g} cases, of which "
            f"{len(design.weight) - n} were found outside. Give the cases of the frame that "
            f"belong to the domain."
        )


def _exact(
    linear: Linear, place: _Place, found: int, n: int, domain_population: int | None
) -> tuple[int, int, int] | None:
    """Give found, audited and population where the sample is a plain random one."""
    size = domain_population or place.population
    if linear.kind != "proportion" or not place.plain or size is None or not np.isfinite(size):
        return None
    return found, n, round(size)


def _has_standing(design: Design) -> bool:
    """Say whether one child stands for each family, so that siblings were not seen."""
    return getattr(design.variance, "standing", None) is not None


def _reach(
    design: Design, linear: Linear, place: _Place, found: int, n: int
) -> tuple[float, float]:
    """Say what can be: for a proportion, what the cases that were seen leave possible."""
    if linear.kind == "total":
        cases = float(design.weight.sum())
        if _is_count(linear):
            if design.adjustment is not None or _has_standing(design) or (design.weight < 1).any():
                return 0.0, cases
            return float(found), cases - (len(design.weight) - found)
        return linear.reach[0] * cases, linear.reach[1] * cases
    size = place.population
    if linear.kind != "proportion" or size is None or not np.isfinite(size):
        return linear.reach
    if design.adjustment is not None or not design.in_scope.all() or (design.weight < 1).any():
        return linear.reach
    return found / size, 1 - (n - found) / size


def _flags(
    design: Design, linear: Linear, one: int, n: int, variance: float, place: _Place
) -> tuple[str, ...]:
    is_share = linear.kind == "proportion"
    said = {
        "none": is_share and linear.estimates[one] <= 0,
        "all": is_share and linear.estimates[one] >= 1,
        "no spread": variance == 0 and not place.is_complete,
        "one case": n == 1,
        "strata collapsed": bool(design.collapsed),
        "weights calibrated": design.adjustment is not None,
        "group of one case": design.adjustment is not None
        and bool((np.count_nonzero(design.adjustment.auxiliaries, axis=0) < 2).any()),
    }
    return tuple(name for name, holds in said.items() if holds)
