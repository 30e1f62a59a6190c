"""One published measure by area and year, with the counts behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.declared import check_table
from qa_sampling.errors import ExtractError
from qa_sampling.records.published_catalogue import MEASURES, Part
from qa_sampling.trends.areas import AREAS


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
    wanted = _rows_of(published, part)
    missing = [name for name in part.figures if name not in set(wanted["figure"])]
    if missing:
        of = f" of {part.breakdown}" if part.breakdown else ""
        which = f"{part.file}.csv, which has them," if part.file else "the file that has them"
        raise ExtractError(
            f"The measure {key} needs the published figures {', '.join(missing)}{of}, which are "
            f"in none of the files. Download {which} and put it beside the others."
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


_OLDER_FIGURES = {
    "number": "children_count",
    "percentage": "children_percent",
    "care_leaver_count": "children_count",
    "care_leaver_percent": "children_percent",
}
"""What releases call the figures of children in care and care leavers: their one name here."""
_OLDER_WORDS = {
    r"Aged (\d+) to (\d+)": r"\1 to \2 years",
    "Suitability total": "Total",
    r"2\.5 years at 31 March": "2.5 years on 31 March",
}


def _rows_of(published: pd.DataFrame, part: Part) -> pd.DataFrame:
    """Give the rows that a part is made of; of several releases the newest first."""
    held = published
    if part.file:
        last = published[_from(published, part.file)].groupby("source")["year"].max()
        named = list(last.sort_values(ascending=False, kind="stable").index)
        held = pd.concat([published.iloc[:0], *(published[published["source"] == one]
                                                for one in named)])  # fmt: skip
        words = pd.Series(held["breakdown"].unique(), dtype="str")
        todays = dict(zip(words, words.replace(_OLDER_WORDS, regex=True), strict=True))
        held = held.assign(
            breakdown=held["breakdown"].map(todays),
            figure=held["figure"].map(lambda name: _OLDER_FIGURES.get(name, name)),
        )
    wanted = held[held["figure"].isin(part.figures)]
    return wanted[wanted["breakdown"] == part.breakdown] if part.breakdown else wanted


def _from(published: pd.DataFrame, file: str) -> pd.Series:
    """Tell the rows of files whose names begin so."""
    named = [one for one in published["source"].unique() if one.startswith(file)]
    return published["source"].isin(named)


def files_of(published: pd.DataFrame, key: str) -> tuple[str, ...]:
    """Give the names of the files that a measure is read from.

    Parameters
    ----------
    published : DataFrame
        ``PUBLISHED``.
    key : str
        Name in ``MEASURES``.
    """
    rows = [_rows_of(published, part)["source"] for part in _parts(key)]
    found = {source for sources in rows for source in sources.unique()}
    return tuple(sorted(f"{name}.csv" for name in found))


def absent(published: pd.DataFrame, key: str) -> str:
    """Say which file a measure lacks; blank when nothing is missing.

    Parameters
    ----------
    published : DataFrame
        ``PUBLISHED``.
    key : str
        Name in ``MEASURES``.
    """
    for part in _parts(key):
        if not set(_rows_of(published, part)["figure"]).issuperset(part.figures):
            return f"{part.file}.csv" if part.file else f"the file with {', '.join(part.figures)}"
    return ""


def _parts(key: str) -> list[Part]:
    one = MEASURES[key]
    return [part for part in (one.numerator, one.denominator, one.printed) if part]
