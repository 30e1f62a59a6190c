"""The strata that cases to read are drawn in: every driver found, and where drivers overlap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from qa_sampling.runs.dive.carried import ELSEWHERE, members
from qa_sampling.trends.driver_results import Drivers

FEWEST_STRATA = 2
"""Strata that are kept however few cases are read."""
_FORMED = ["driver", "families", "strata", "why"]
_AND = " and "
_EVERYBODY = "all that are concerned are of it"
Cell = frozenset[str]
"""The drivers that a case is of."""


@dataclass(frozen=True)
class Strata:
    """How the concerned were put into strata.

    Attributes
    ----------
    stratum : Series of str
        On the index of the cases: the drivers that a case is of, or "Elsewhere".
    formed : DataFrame
        One row a driver: `driver`, `families` (concerned), `strata` (what its families are drawn
        in), `why` (why it is no stratum of its own; mostly blank).
    """

    stratum: pd.Series
    formed: pd.DataFrame


def strata_of(
    cases: pd.DataFrame, found: Mapping[str, Drivers], *, fewest: int, read: int
) -> Strata:
    """Put the concerned into strata of every driver that was found, one of each crossing.

    A case of two drivers is in the stratum of both; of a driver within another, in that of the
    narrower. A stratum of fewer than `fewest` families joins the one without its smallest driver,
    in the end "Elsewhere", and so does the smallest while two cannot be read in each.

    Parameters
    ----------
    cases : DataFrame
        The concerned: `family_ref` and the columns of the drivers.
    found : mapping of str to Drivers
        What each search named, of everybody first.
    fewest : int
        Families that a stratum has at least; "Elsewhere" may have fewer.
    read : int
        Cases to read.
    """
    masks, same = _distinct(cases, found)
    families = {name: _families(cases, mask) for name, mask in masks.items()}
    cells = [frozenset(name for name, mask in masks.items() if mask[case]) for case in cases.index]
    most = max(FEWEST_STRATA, read // 2)
    joined = _joined(cells, cases["family_ref"], families, fewest=fewest, most=most)
    whole = [name for name, why in same.items() if why == _EVERYBODY]
    rest = whole[0] if whole and not masks else ELSEWHERE
    label = [_label(cell, masks) or rest for cell in joined]
    formed = [_formed(name, families[name], cells, joined, label, fewest) for name in masks]
    formed += [(name, pd.NA, "", why) for name, why in same.items()]
    return Strata(
        pd.Series(label, index=cases.index, dtype="object"), pd.DataFrame(formed, columns=_FORMED)
    )


def _distinct(
    cases: pd.DataFrame, found: Mapping[str, Drivers]
) -> tuple[dict[str, pd.Series], dict[str, str]]:
    """Give which cases each driver holds, and which drivers say nothing beside others."""
    masks: dict[str, pd.Series] = {}
    same: dict[str, str] = {}
    for row in (row for one in found.values() for row in one.named.itertuples()):
        mask = members(cases, row)
        if row.group in masks or not len(mask):
            continue
        twin = next((name for name, held in masks.items() if held.equals(mask)), "")
        if mask.all():
            same[row.group] = _EVERYBODY
        elif twin:
            same[row.group] = f"the same cases as {twin}"
        else:
            masks[row.group] = mask
    return masks, same


def _families(cases: pd.DataFrame, mask: pd.Series) -> int:
    return int(cases.loc[mask, "family_ref"].nunique())


def _joined(
    cells: list[Cell],
    family: pd.Series,
    families: Mapping[str, int],
    *,
    fewest: int,
    most: int,
) -> list[Cell]:
    """Join cells until each has families enough and there are not too many."""
    order = {name: place for place, name in enumerate(families)}
    while True:
        held: dict[Cell, set[str]] = {}
        for cell, one in zip(cells, family, strict=True):
            held.setdefault(cell, set()).add(one)
        sizes = {cell: len(those) for cell, those in held.items() if cell}
        if not sizes or (min(sizes.values()) >= fewest and len(held) <= most):
            return cells
        small = min(sizes, key=lambda cell: (sizes[cell], sorted(order[name] for name in cell)))
        narrow = min(small, key=lambda name: (families[name], -order[name]))
        cells = [cell - {narrow} if cell == small else cell for cell in cells]


def _label(cell: Cell, masks: Mapping[str, pd.Series]) -> str:
    """Name a cell by its drivers, but those that hold another of them whole."""
    return _AND.join(
        name
        for name in masks
        if name in cell
        and not any(other != name and (masks[name] | ~masks[other]).all() for other in cell)
    )


def _formed(
    name: str, families: int, cells: list[Cell], joined: list[Cell], label: list[str], fewest: int
) -> tuple[str, int, str, str]:
    """Say of a driver what became of it."""
    own = [place for place, cell in enumerate(cells) if name in cell]
    lost = any(name not in joined[place] for place in own)
    strata = sorted({label[place] for place in own}, key=lambda text: (text == ELSEWHERE, text))
    few = f"fewer than {fewest} families"
    part = "in part joined: too few families, or too few cases to read"
    why = few if families < fewest else part if lost else ""
    return name, families, "; ".join(strata), why
