"""Every selection method as a design, so that it can stand beside the monthly plan's.

A :class:`SelectionDesign` draws from a frame by a method of
:data:`~qa_sampling.sampling.selection_methods.METHODS`: balanced (cube), well spread (local
pivotal), down an ordered list (systematic), with unequal probabilities (Sampford, pivotal,
Pareto …). Compared with ``comparison.compare_designs``, it answers the same questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from qa_sampling.errors import FrameError, SelectionError
from qa_sampling.sampling.designs import OneDraw
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.prepared_selection import PreparedSelection, prepare_selection
from qa_sampling.sampling.tickets import tickets


@dataclass(frozen=True)
class SelectionDesign:
    """So many cases by one of the selection methods.

    Attributes
    ----------
    sizes : int, mapping of str to int, or None
        Cases from the frame as a whole, or by label of `strata`. None with `probability_column`.
    method : str
        A name of ``selection_methods.METHODS``.
    strata : str
        Column of the frame's cases that sizes or probabilities go by, such as "service". By
        default the frame's strata for sizes by label, and else the frame as a whole.
    size_column, probability_column, order_by, serpentine_order, spread_over, balance_on
        As for ``case_selection.select_cases``.
    one_per_family : bool
        Whether one child stands for each family, the one with the lowest family ticket, as in
        the monthly plan. Not with unequal probabilities.
    """

    sizes: int | Mapping[str, int] | None
    method: str
    strata: str = ""
    size_column: str = ""
    probability_column: str = ""
    order_by: Sequence[str] = ()
    serpentine_order: bool = True
    spread_over: Sequence[str] = ()
    balance_on: Sequence[str] = ()
    one_per_family: bool = False
    _held: list = field(default_factory=list, init=False, repr=False, compare=False)

    def once(self, frame: Frame, seed: str) -> OneDraw:
        """Draw once with a seed text that is not the month's.

        Parameters
        ----------
        frame : Frame
            The cases that can be drawn.
        seed : str
            Seed text.

        Returns
        -------
        OneDraw
            Order sampling (`sequential_poisson`, `pareto`) meets its chances nearly.

        Raises
        ------
        FrameError, AllocationError, SelectionError
            When the method cannot draw so from this frame.
        """
        if frame.cases.empty:
            raise FrameError("No case is eligible, so nothing can be drawn.")
        if not self.one_per_family:
            prepared = self._prepared(frame)
            refs = pd.Index(prepared.cases["case_ref"])
            return _once(prepared, refs, prepared.probability, seed)
        if self.size_column or self.probability_column:
            raise SelectionError(
                "One child a family goes with equal probabilities only. Leave `size_column` and "
                "`probability_column` out, or `one_per_family`."
            )
        standing = _standing(frame.cases, seed)
        prepared = self._prepare(frame.cases[standing])
        children = frame.cases.groupby("family_ref")["case_ref"].transform("size")
        by_ref = children.set_axis(pd.Index(frame.cases["case_ref"]))
        refs = pd.Index(prepared.cases["case_ref"])
        drawn = _once(prepared, refs, prepared.probability / by_ref[refs].to_numpy(), seed)
        labels = prepared.cases["stratum"].tolist()
        chance = dict(zip(labels, prepared.probability.tolist(), strict=True))
        shared = self._labels(frame.cases).map(chance).fillna(0.0).to_numpy("float64")
        return OneDraw(drawn.weights, pd.Series(shared, by_ref.index) / by_ref)

    def _prepared(self, frame: Frame) -> PreparedSelection:
        """Prepare a frame once, however often it is drawn from."""
        if not self._held or self._held[0] is not frame:
            self._held[:] = [frame, self._prepare(frame.cases)]
        return self._held[1]

    def _prepare(self, cases: pd.DataFrame) -> PreparedSelection:
        return prepare_selection(
            cases.assign(stratum=self._labels(cases)),
            self.sizes,
            method=self.method,
            size_column=self.size_column,
            probability_column=self.probability_column,
            order_by=self.order_by,
            serpentine_order=self.serpentine_order,
            spread_over=self.spread_over,
            balance_on=self.balance_on,
        )

    def _labels(self, cases: pd.DataFrame) -> pd.Series:
        """Give the label that sizes go by; one for all where they go by none."""
        name = self.strata or ("stratum" if isinstance(self.sizes, Mapping) else "")
        if not name:
            return pd.Series("all", index=cases.index)
        if name not in cases.columns:
            raise FrameError(f"The frame has no column {name!r} to draw by.")
        return cases[name]


def _standing(cases: pd.DataFrame, seed: str) -> np.ndarray:
    """Say who stands for a family: the child with the lowest family ticket."""
    refs = cases["case_ref"].tolist()
    own = pd.DataFrame(
        {
            "ticket": tickets(refs, seed, purpose="family"),
            "case_ref": refs,
            "family_ref": cases["family_ref"].tolist(),
        }
    )
    lowest = own.sort_values(["ticket", "case_ref"]).drop_duplicates("family_ref").index
    return np.isin(np.arange(len(own)), lowest)


def _once(
    prepared: PreparedSelection, refs: pd.Index, probability: np.ndarray, seed: str
) -> OneDraw:
    drawn = prepared.drawn(seed)
    chances = pd.Series(probability, index=refs)
    return OneDraw(1 / chances[drawn], chances)
