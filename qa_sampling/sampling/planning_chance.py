"""The chance of meeting inadequate cases: exact where it matters."""

from __future__ import annotations

import math
from fractions import Fraction

from scipy.special import bdtr, pdtr
from scipy.stats import hypergeom

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.planning_assumptions import check_population, check_share, is_number

LARGEST = 10_000_000
"""Most audits that are looked at where there is no population."""
_TIE = 1e-9


class Chance:
    """The probability of meeting no more than so many, exact where it ties with the risk.

    Parameters
    ----------
    share : float
        Share of inadequate cases, above 0.
    population : int or None
        Cases in all.
    confidence : float
        Wanted probability of meeting more.
    kind : str or None
        Distribution; None for hypergeometric with a population, else binomial.
    """

    def __init__(
        self, share: float, population: int | None, confidence: float, kind: str | None
    ) -> None:
        check_share(share, "tolerable")
        check_population(population)
        if share == 0 or not is_number(confidence) or not 0 < confidence < 1:
            raise ParameterError(
                f"A share of {share!r} with confidence {confidence!r} cannot be planned for: the "
                f"share must be above 0, the confidence between 0 and 1."
            )
        self.share, self.population = Fraction(str(share)), population
        self.risk = 1 - Fraction(str(confidence))
        self.kind = kind or ("binomial" if population is None else "hypergeometric")
        if self.kind not in ("hypergeometric", "binomial", "poisson"):
            raise ParameterError(
                f"`distribution` {kind!r} is unknown; choose hypergeometric, binomial or poisson."
            )
        if self.kind == "hypergeometric" and population is None:
            raise ParameterError("A hypergeometric plan needs the `population`.")
        self.bad = math.ceil(self.share * population) if population is not None else 0

    @property
    def most(self) -> int:
        """Most audits there can be."""
        return self.population if self.kind == "hypergeometric" else LARGEST

    def risk_of(self, n: int, accept: int) -> float:
        """Give the probability of no more than `accept` among n."""
        if self.kind == "hypergeometric":
            return float(hypergeom.cdf(accept, self.population, self.bad, n))
        if self.kind == "poisson":
            return float(pdtr(accept, n * float(self.share)))
        return float(bdtr(accept, n, float(self.share))) if n > accept else 1.0

    def holds(self, n: int, accept: int) -> bool:
        """Say whether the risk is no more than wanted."""
        risk, wanted = self.risk_of(n, accept), float(self.risk)
        if abs(risk - wanted) > _TIE * wanted or self.kind == "poisson":
            return risk <= wanted
        return self._exactly(n, accept) <= self.risk

    def _exactly(self, n: int, accept: int) -> Fraction:
        if self.kind == "hypergeometric":
            ways = sum(
                math.comb(self.bad, met) * math.comb(self.population - self.bad, n - met)
                for met in range(min(accept, n) + 1)
            )
            return Fraction(ways, math.comb(self.population, n))
        good = 1 - self.share
        return sum(
            (math.comb(n, met) * self.share**met * good ** (n - met) for met in range(accept + 1)),
            Fraction(0),
        )

    def smallest(self, accept: int) -> int:
        """Find the smallest n that meets more than `accept` with the wanted confidence."""
        if self.kind == "hypergeometric" and self.bad <= accept:
            raise ParameterError(
                f"{float(self.share):.4g} of {self.population} cases are {self.bad}, so more than "
                f"{accept} can never be met. Accept fewer or tolerate a larger share."
            )
        few, many = accept, min(self.most, accept + 1)
        while many < self.most and not self.holds(many, accept):
            few, many = many, min(2 * many, self.most)
        if not self.holds(many, accept):
            raise ParameterError(
                f"More than {self.most} audits would be needed; tolerate a larger share."
            )
        while many - few > 1:
            middle = (few + many) // 2
            few, many = (few, middle) if self.holds(middle, accept) else (middle, many)
        return many
