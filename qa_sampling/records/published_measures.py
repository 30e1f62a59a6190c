"""Which published figures make which measure, and one measure's table by area and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.declared import check_table
from qa_sampling.errors import ExtractError
from qa_sampling.trends.areas import AREAS

Kind = Literal["proportion", "rate", "ratio"]
_POPULATION = "population_estimate"
_SCALES = {"proportion": 100, "rate": 10_000, "ratio": 100}


@dataclass(frozen=True)
class Part:
    """Figures that are added up, of one breakdown.

    Attributes
    ----------
    figures : tuple of str
        Names of figures; the sum is missing when one of them is.
    breakdown : str
        Breakdown they stand under; blank for whichever they have.
    years_before : int
        How many years before the measure's year the figure is of.
    """

    figures: tuple[str, ...]
    breakdown: str = ""
    years_before: int = 0


POPULATION = Part((_POPULATION,), "Children aged 0 to 17 years", years_before=1)
"""Children aged 0 to 17 in the middle of the year before: what the DfE divides by."""


@dataclass(frozen=True)
class PublishedMeasure:
    """How a published measure is made up.

    Attributes
    ----------
    title : str
        What it is called.
    kind : {"proportion", "rate", "ratio"}
        A part of a whole in per cent; a count per 10,000 children; one count in per cent of
        another that does not hold it.
    numerator, denominator : Part
        What is divided by what.
    printed : Part or None
        The figure as the DfE prints it; None when it prints none.
    digits : int
        Decimal places it is printed with.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    """

    title: str
    kind: Kind
    numerator: Part
    denominator: Part
    printed: Part | None = None
    digits: int = 1
    better: Literal["up", "down", ""] = ""

    @property
    def scale(self) -> int:
        """What the quotient is multiplied by."""
        return _SCALES[self.kind]


def _rate(
    title: str, count: str, printed: str = "", *, breakdown: str = "", digits: int = 1
) -> PublishedMeasure:
    shown = Part((printed,), breakdown) if printed else None
    return PublishedMeasure(title, "rate", Part((count,), breakdown), POPULATION, shown, digits)


def _share(
    title: str,
    part: str | tuple[str, ...],
    whole: str,
    printed: str = "",
    *,
    better: Literal["up", "down", ""] = "",
    kind: Kind = "proportion",
) -> PublishedMeasure:
    above = Part((part,) if isinstance(part, str) else part)
    shown = Part((printed,)) if printed else None
    return PublishedMeasure(title, kind, above, Part((whole,)), shown, 1, better)


def _care(title: str, group: str, kept: str, *, better: Literal["up", "down"]) -> PublishedMeasure:
    def part(figure: str, row: str) -> Part:
        return Part((figure,), f"{group} | {row}")

    count = "children_count"
    whole, shown = part(count, "Total children"), part("children_percent", kept)
    return PublishedMeasure(title, "proportion", part(count, kept), whole, shown, 0, better)


_IN_CARE = "rate_per_10000"
_TO_45 = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")

MEASURES: dict[str, PublishedMeasure] = {
    "referrals": _rate("Referrals", "referral_count"),
    "re_referrals": _share(
        "Re-referrals within 12 months",
        "rereferral_count",
        "referral_count",
        "rereferral_percent",
        better="down",
    ),
    "re_referred_children": _share(
        "Children re-referred within 12 months",
        "rereferral_child_count",
        "referral_child_count",
        "rereferral_child_percent",
        better="down",
    ),
    "referral_nfa": _share(
        "Referrals with no further action",
        "no_further_action_count",
        "referral_count",
        "no_further_action_percent",
    ),
    "assessments": _rate("Assessments", "Assessments_completed", "Assessments_completed_rate"),
    "assessments_45_days": _share(
        "Assessments within 45 working days", _TO_45, "Assessments_completed", better="up"
    ),
    "s47": _rate("Section 47 enquiries", "Section47", "Section47_rate"),
    "s47_per_referral": _share(
        "Section 47 enquiries per 100 referrals", "Section47", "referral_count", kind="ratio"
    ),
    "icpc": _rate("Initial child protection conferences", "ICPC", "ICPC_rate"),
    "icpc_per_s47": _share(
        "Initial conferences per 100 Section 47 enquiries", "ICPC", "Section47", kind="ratio"
    ),
    "icpc_15_days": _share(
        "Initial conferences within 15 working days",
        ("Duration_0-10_days", "Duration_11-15_days"),
        "ICPC",
        better="up",
    ),
    "plans_per_icpc": _share(
        "Plans per 100 initial conferences", "CPP_start", "ICPC", kind="ratio"
    ),
    "cp_plans": _rate("Child protection plans on 31 March", "CPP_At31", "CPP_At31_rate"),
    "cp_plan_starts": _rate("Child protection plans started", "CPP_start", "CPP_start_rate"),
    "cp_plan_ends": _rate("Child protection plans ended", "CPP_end", "CPP_end_rate"),
    "second_plans": _share(
        "Second or subsequent plans",
        "CPP_subsequent",
        "CPP_start",
        "CPP_subsequent_percent",
    ),
    "children_in_need": _rate("Children in need on 31 March", "At31_episodes"),
    "looked_after": _rate(
        "Children looked after on 31 March",
        "children_count",
        _IN_CARE,
        breakdown="Children looked after on 31 March each year",
        digits=0,
    ),
    "starting_care": _rate(
        "Children starting to be looked after",
        "children_count",
        _IN_CARE,
        breakdown="Children starting to be looked after each year",
        digits=0,
    ),
    "ceasing_care": _rate(
        "Children ceasing to be looked after",
        "children_count",
        _IN_CARE,
        breakdown="Children ceasing to be looked after each year",
        digits=0,
    ),
    "three_placements": _care(
        "Looked-after children with three or more placements in the year",
        "CLA on 31 March",
        "With 3 or more placements during the year",
        better="down",
    ),
    "same_carer_two_years": _care(
        "Children in long-term care with the same carer for two years",
        "Children looked after continuously for at least 2.5 years on 31 March aged under 16 years",
        "Living with the same carer for at least 2 years",
        better="up",
    ),
}
"""By the measure's key for benchmarks."""


def published_series(published: pd.DataFrame, key: str) -> pd.DataFrame:
    """Give one measure by area and year, as published and with the counts behind it.

    Parameters
    ----------
    published : DataFrame
        ``PUBLISHED``, of all files that the measure needs.
    key : str
        Name in ``MEASURES``.

    Returns
    -------
    DataFrame
        ``trends.areas.AREAS`` by year and code, and `recomputed` (numerator over denominator,
        unrounded) and `agrees` (whether it rounds to the printed figure; missing where one of
        them is). `value` is the printed figure; of an area and year that no file prints, the
        recomputed one.
        An authority's code is its three digits.

    Raises
    ------
    ExtractError
        When the measure is unknown, or figures it needs are in no file.

    Notes
    -----
    A rate printed years ago was divided by the population as it was estimated then; with later
    estimates the recomputed rate differs and `agrees` is False. The counts of regions and of
    England are rounded to 10, their figures were not made from rounded counts; so theirs may
    differ by what such rounding can do.
    """
    if key not in MEASURES:
        raise ExtractError(
            f"There is no published measure {key!r}. Choose one of: {', '.join(MEASURES)}."
        )
    measure = MEASURES[key]
    above = _part(published, measure.numerator, key)
    below = _part(published, measure.denominator, key)
    table = above.rename(columns={"value": "numerator"}).drop(columns=["area", "region", "level"])
    held = table.merge(
        below.rename(columns={"value": "denominator", "reason": "reason_below"}),
        on=["code", "year"],
        how="outer" if measure.kind == "proportion" else "left",
    )
    names = above.set_index(["code", "year"])[["area", "region", "level"]]
    held = held.drop(columns=["area", "region", "level"]).join(names, on=["code", "year"])
    held["recomputed"] = measure.scale * held["numerator"] / held["denominator"].replace(0, np.nan)
    held["value"], held["agrees"] = held["recomputed"], pd.NA
    reasons = [held["reason"], held["reason_below"]]
    if measure.printed:
        shown = _part(published, measure.printed, key).set_index(["code", "year"])
        shown = shown[["value", "reason"]].add_suffix("_printed")
        held = held.join(shown, on=["code", "year"])
        printed = held.pop("value_printed")
        gap = (printed - held["recomputed"]).abs()
        allowed = 0.5 * 10.0**-measure.digits + 1e-9 + _rounding(held, measure.scale)
        near = (gap <= allowed).astype("boolean")
        held["agrees"] = near.where(gap.notna())
        held["value"] = printed.where(held["reason_printed"].notna(), held["recomputed"])
        reasons.insert(0, held["reason_printed"])
    blank = pd.Series("", index=held.index, dtype="str")
    reason = blank
    for given in reasons:
        reason = reason.mask(reason == "", given.fillna(""))
    reason = reason.mask((reason == "") & (held["denominator"] == 0), "none in the denominator")
    reason = reason.mask(reason == "", "not published")
    held["reason"] = reason.mask(held["value"].notna(), "")
    held["agrees"] = held["agrees"].astype("boolean")
    kinds = AREAS.empty().dtypes.to_dict()
    ordered = held.sort_values(["year", "code"], kind="stable", ignore_index=True)
    return check_table(ordered[[*AREAS.names, "recomputed", "agrees"]].astype(kinds), AREAS)


def _rounding(held: pd.DataFrame, scale: int) -> pd.Series:
    """Give how far counts rounded to 10 can move a quotient; 0 for an authority."""
    moved = 5 * (scale + held["recomputed"].abs()) / held["denominator"]
    return moved.where(held["level"] != "authority", 0.0)


def _part(published: pd.DataFrame, part: Part, key: str) -> pd.DataFrame:
    """Give the sum of a part by area and year, with the reason where it is missing."""
    wanted = published[published["figure"].isin(part.figures)]
    if part.breakdown:
        wanted = wanted[wanted["breakdown"] == part.breakdown]
    missing = [name for name in part.figures if name not in set(wanted["figure"])]
    if missing:
        of = f" of {part.breakdown}" if part.breakdown else ""
        raise ExtractError(
            f"The measure {key} needs the published figures {', '.join(missing)}{of}, which are "
            "in none of the files. Download the file that has them and put it beside the others."
        )
    wanted = wanted.drop_duplicates(["code", "year", "figure"])  # the same figure in two files
    code = wanted["old_code"].mask(wanted["level"] != "authority", wanted["code"])
    wanted = wanted.assign(code=code, year=wanted["year"] + part.years_before)
    wanted = wanted.assign(reason=wanted["reason"].fillna(""))
    grouped = wanted.groupby(["code", "year"], sort=False)
    table = grouped.agg(
        area=("area", "first"),
        region=("region", "first"),
        level=("level", "first"),
        reason=("reason", "max"),
    )
    table.insert(3, "value", grouped["value"].sum(skipna=False))
    short = grouped["figure"].nunique().to_numpy() < len(part.figures)
    return table.assign(value=table["value"].mask(short)).reset_index()
