"""One authority beside its statistical neighbours, its region and England, year by year.

The neighbours' median is what the sector's tools show; it weighs a small authority like a large
one and hides how many are missing. It is shown with the pooled figure, the spread, the number
that have a figure, and the reason of each that has none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from qa_sampling.declared import check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.areas import AREAS
from qa_sampling.trends.intervals import rate_interval, wilson
from qa_sampling.trends.ranks import Rank, rank_of

Kind = Literal["proportion", "rate", "ratio"]

CHANGES: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {
    2020: (("835", "836", "837"), ("838", "839")),
    2022: (("928",), ("940", "941")),
    2024: (("909",), ("942", "943")),
}
"""First reporting year of new authorities, with the codes that ended and those that began.

Dorset, Poole and Bournemouth (April 2019); Northamptonshire (April 2021); Cumbria (April 2023):
Structural Changes Orders of 2018, 2020 and 2022.
"""


@dataclass(frozen=True)
class Benchmark:
    """One authority beside others.

    Attributes
    ----------
    table : DataFrame
        One row a year: `year`; `own` with `own_low`, `own_high`; `median`, `quarter_low`,
        `quarter_high` (of the neighbours that have a value), `pooled` with `pooled_low`,
        `pooled_high` (their events over their denominators), `neighbours` (with a value), `of`
        (listed); `region`, `country`; `place` with `place_low`, `place_high` and `among` (the
        authority among its neighbours; 1 is the lowest). Missing where there is none. A ratio
        has no intervals and no place.
    missing : DataFrame
        One row a neighbour and year without a value: `year`, `code`, `area`, `reason`.
    ranks : dict of int to Rank
        The distribution of the place, by year.
    own : str
        Name of the authority.
    region : str
        Name of its region.
    kind : {"proportion", "rate", "ratio"}
        What the measure is.
    """

    table: pd.DataFrame
    missing: pd.DataFrame
    ranks: dict[int, Rank]
    own: str
    region: str
    kind: Kind


def benchmark(
    areas: pd.DataFrame,
    *,
    own: str,
    neighbours: Collection[str],
    kind: Kind,
    scale: float,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> Benchmark:
    """Hold one authority beside its neighbours, its region and England.

    Parameters
    ----------
    areas : DataFrame
        ``AREAS``, one measure.
    own : str
        Code of the authority.
    neighbours : collection of str
        Codes of its neighbours; itself is not among them.
    kind : {"proportion", "rate", "ratio"}
        What the measure is; it decides the intervals.
    scale : float
        What a quotient is multiplied by: 100 for per cent, 10,000 for rates.
    level : float
        Confidence level.
    design_effect : float
        How many times wider than of independent events a variance is, 1 or more. Brothers and
        sisters are referred together: with two children a family it is near 2. Published figures
        do not tell it; 1 makes the intervals as narrow as they can be.

    Returns
    -------
    Benchmark
        Every year in which the authority or one of its neighbours has a row.

    Raises
    ------
    TrendError
        When the authority is unknown, is its own neighbour, or has no neighbour.
    """
    check_table(areas, AREAS)
    codes = list(dict.fromkeys(neighbours))
    _check(areas, own, codes, kind)
    if not design_effect >= 1:
        raise TrendError(f"`design_effect` must be 1 or more; got {design_effect}.")
    names = areas.drop_duplicates("code", keep="last").set_index("code")
    region = str(names.at[own, "region"])
    by = areas.set_index(["year", "code"])
    years = sorted(set(areas.loc[areas["code"].isin([own, *codes]), "year"]))
    rows, gaps, ranks = [], [], {}
    for year in years:
        held = by.loc[year]
        near = held.reindex(codes)
        with_value = near[near["value"].notna()]
        row = {"year": year, "neighbours": len(with_value), "of": len(codes)}
        fewer = held.assign(
            numerator=held["numerator"] / design_effect,
            denominator=held["denominator"] / design_effect,
        )
        near_fewer = fewer.loc[with_value.index]
        row |= _own(fewer, own, kind, level) | _together(near_fewer, kind, scale, level)
        row |= _around(held, region)
        if kind != "ratio" and own in held.index:
            found = _rank(fewer.loc[[own]], near_fewer, kind)
            if found is not None:
                ranks[int(year)] = found
                ends = found.confidence_interval(level)
                row |= {"place": found.place, "place_low": ends.low, "place_high": ends.high}
                row["among"] = found.of
        rows.append(row)
        gaps += [
            _gap(int(year), code, names, near) for code in codes if code not in with_value.index
        ]
    table = pd.DataFrame(rows).reindex(columns=_COLUMNS).astype(_KINDS)
    missing = pd.DataFrame(gaps, columns=["year", "code", "area", "reason"])
    return Benchmark(table, missing, ranks, str(names.at[own, "area"]), region, kind)


_ENDS = (
    "own own_low own_high median quarter_low quarter_high pooled pooled_low pooled_high region "
    "country place place_low place_high"
).split()
_COLUMNS = ["year", *_ENDS[:9], "neighbours", "of", *_ENDS[9:], "among"]
_KINDS = dict.fromkeys(_ENDS, "float64") | dict.fromkeys(
    ("year", "neighbours", "of", "among"), "Int64"
)


def _check(areas: pd.DataFrame, own: str, codes: list[str], kind: str) -> None:
    if kind not in ("proportion", "rate", "ratio"):
        raise TrendError(f'`kind` must be "proportion", "rate" or "ratio"; got {kind!r}.')
    known = areas.loc[areas["level"] == "authority", "code"]
    if own not in set(known):
        raise TrendError(
            f"No authority has the code {own!r}. Give its three digits as in the published "
            "files, such as 894."
        )
    if own in codes or not codes:
        raise TrendError("`neighbours` must be the codes of other authorities, at least one.")


def _own(held: pd.DataFrame, own: str, kind: Kind, level: float) -> dict[str, float]:
    if own not in held.index:
        return {}
    one = held.loc[own]
    return {"own": one["value"]} | _ends(
        "own", one["numerator"], one["denominator"], one["value"], kind, level
    )


def _ends(
    name: str, events: float, size: float, value: float, kind: Kind, level: float
) -> dict[str, float]:
    """Give an interval in the unit of a value, from the counts behind it."""
    if kind == "ratio" or pd.isna(events) or pd.isna(size) or size <= 0 or pd.isna(value):
        return {}
    if kind == "proportion":
        found, per = wilson(events, size, level=level), 100.0
    else:
        found = rate_interval(events, level=level)
        per = value / events if events > 0 else 10_000 / size
    return {f"{name}_low": per * found.low, f"{name}_high": per * found.high}


def _together(near: pd.DataFrame, kind: Kind, scale: float, level: float) -> dict[str, float]:
    if near.empty:
        return {}
    values = near["value"]
    found = {
        "median": values.median(),
        "quarter_low": values.quantile(0.25),
        "quarter_high": values.quantile(0.75),
    }
    counted = near[near[["numerator", "denominator"]].notna().all(axis=1)]
    events, size = counted["numerator"].sum(), counted["denominator"].sum()
    if size > 0:
        pooled = scale * events / size
        found["pooled"] = pooled
        found |= _ends("pooled", events, size, pooled, kind, level)
    return found


def _around(held: pd.DataFrame, region: str) -> dict[str, float]:
    regions = held[(held["level"] == "region") & (held["area"] == region)]["value"]
    country = held[held["level"] == "country"]["value"]
    return {
        "region": regions.iloc[0] if len(regions) else float("nan"),
        "country": country.iloc[0] if len(country) else float("nan"),
    }


def _rank(own: pd.DataFrame, near: pd.DataFrame, kind: Kind) -> Rank | None:
    both = pd.concat([own, near])
    usable = both[both[["value", "numerator", "denominator"]].notna().all(axis=1)]
    usable = usable[usable["denominator"] > 0]
    if own.index[0] not in usable.index or len(usable) < 2:
        return None
    size = usable["denominator"].to_numpy()
    return rank_of(0, usable["numerator"].to_numpy(), size, kind=kind)


def _gap(year: int, code: str, names: pd.DataFrame, near: pd.DataFrame) -> dict[str, object]:
    reason = near.at[code, "reason"]
    if pd.isna(near.at[code, "area"]):
        reason = "not in the files"
        for first, (ended, began) in CHANGES.items():
            if (code in began and year < first) or (code in ended and year >= first):
                reason = "did not exist" if code in began else "had been divided or merged"
    area = names.at[code, "area"] if code in names.index else code
    return {"year": year, "code": code, "area": str(area), "reason": str(reason)}
