"""What a design is to whoever compares designs: a way of choosing cases from a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pandas as pd

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.tickets import tickets


@dataclass(frozen=True)
class OneDraw:
    """One draw of a design, for comparison only.

    Attributes
    ----------
    weights : Series
        Weight of every case that is drawn, indexed by `case_ref`.
    chances : Series or None
        Inclusion probability of every case of the frame, indexed by `case_ref`, given what chance
        has decided before (such as who stands for a family); their mean over draws is the
        inclusion probability. None where a design cannot say.
    """

    weights: pd.Series
    chances: pd.Series | None = None


@runtime_checkable
class SampleDesign(Protocol):
    """A way of choosing cases; other selection methods join a comparison by having this method."""

    def once(self, frame: Frame, seed: str) -> OneDraw:
        """Draw once with a seed text that is not the month's."""


@dataclass(frozen=True)
class TicketDesign:
    """The stratified draw by tickets, as the monthly plan makes it.

    Attributes
    ----------
    size : Size
        How many, and from where.
    """

    size: Size

    def once(self, frame: Frame, seed: str) -> OneDraw:
        """Draw once; chances are target over available over children of the family."""
        draw = draw_sample(frame, self.size, seed=seed)
        drawn = draw.cases.set_index("case_ref")["weight"]
        cases = frame.cases
        table = draw.allocation.set_index("stratum")
        available = table["available"].astype("float64")
        shares = (table["target"] / available.where(available > 0)).fillna(0.0)
        chances = cases["stratum"].map(shares).astype("float64")
        if self.size.one_per_family:
            children = cases.groupby("family_ref")["case_ref"].transform("size")
            chances = chances / children
        chances.index = pd.Index(cases["case_ref"])
        return OneDraw(drawn.astype("float64"), chances)


@dataclass(frozen=True)
class AtRandom:
    """So many cases at random from all, without strata: what the others are measured against.

    Attributes
    ----------
    audits : int
        Audits in all.
    """

    audits: int

    def once(self, frame: Frame, seed: str) -> OneDraw:
        """Draw the cases with the lowest tickets."""
        refs = frame.cases["case_ref"].tolist()
        if not 0 < self.audits <= len(refs):
            raise AllocationError(
                f"{self.audits} audits cannot be drawn at random from {len(refs)} cases; ask for 1 "
                f"to {len(refs)}."
            )
        order = sorted(zip(tickets(refs, seed), refs, strict=True))
        drawn = [ref for _, ref in order[: self.audits]]
        chance = self.audits / len(refs)
        return OneDraw(pd.Series(1 / chance, index=drawn), pd.Series(chance, index=pd.Index(refs)))


def as_designs(given: Mapping[str, Size | SampleDesign]) -> dict[str, SampleDesign]:
    """Read designs by name; a `Size` is the draw by tickets.

    Parameters
    ----------
    given : mapping of str to Size or SampleDesign
        Designs by the name people know them by.

    Raises
    ------
    AllocationError
        When there are none, or one is neither.
    """
    if not given:
        raise AllocationError("Give at least one design, such as {'In proportion': Size(40)}.")
    designs: dict[str, SampleDesign] = {}
    for name, one in given.items():
        if isinstance(one, Size):
            designs[name] = TicketDesign(one)
        elif isinstance(one, SampleDesign):
            designs[name] = one
        else:
            raise AllocationError(
                f"Design {name!r} is neither a `Size` nor something that can draw once; got "
                f"{type(one).__name__}."
            )
    return designs
