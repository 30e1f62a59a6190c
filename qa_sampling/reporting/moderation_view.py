"""What a moderation panel sees on the restricted page: counts first, then a coefficient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from qa_sampling.agreement.benchmarks import sure_word
from qa_sampling.agreement.counts import Counts
from qa_sampling.agreement.estimates import Agreement, CoefficientEstimate
from qa_sampling.agreement.moderated import ModeratedShare
from qa_sampling.agreement.pooling import Pooled
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.results import Severities

_GROUPS = {
    "": "All",
    "standard": "Standard",
    "auditor": "Auditor",
    "service": "Service",
    "team": "Team",
    "period": "Month",
}


def counts_view(met: Counts, names: Mapping[object, str] | None = None) -> pd.DataFrame:
    """Give counts as the panel reads them.

    Parameters
    ----------
    met : Counts
        How grades met.
    names : mapping, optional
        Words for the groups, such as people for staff numbers.

    Returns
    -------
    DataFrame
        Text but for counts: the group, "Moderated", "Same grade" ("61 (72%)"), without
        groups "Within one grade", "Two or more apart", "Auditor higher / lower" (with the p of
        the sign test), "Net bias in grades" ("-0.05 (-0.20, 0.10)").
    """
    table = met.table
    view = pd.DataFrame(index=table.index)
    if met.by:
        known = names or {}
        view[_GROUPS.get(met.by, met.by)] = [known.get(one, one) for one in table[met.by]]
    view["Moderated"] = table["n"]
    view["Same grade"] = _with_share(table, "exact")
    if not met.by:
        view["Within one grade"] = _with_share(table, "within_one")
    view["Two or more apart"] = table["two_or_more"]
    view["Auditor higher / lower"] = [
        f"{row.higher} / {row.lower} (p {_p_value(row.sign_p)})" for row in table.itertuples()
    ]
    view["Net bias in grades"] = [
        "too few to say"
        if row.why_not
        else _span(row.net_bias, row.net_bias_low, row.net_bias_high)
        for row in table.itertuples()
    ]
    return view


def auditors_view(met: Counts, names: Mapping[str, str]) -> pd.DataFrame:
    """Give each auditor's counts by name, in the order of the alphabet. Restricted.

    No share and no test: few audits say little of one person, and nobody is ranked.

    Parameters
    ----------
    met : Counts
        How grades met, by auditor.
    names : mapping
        Staff number to name.
    """
    table = met.table
    heads = {"n": "Moderated", "exact": "Same grade", "higher": "Auditor higher",
             "lower": "Auditor lower", "two_or_more": "Two or more apart"}  # fmt: skip
    view = table[list(heads)].rename(columns=heads)
    view.insert(0, "Auditor", [names.get(one, one) for one in table["auditor"]])
    return view.sort_values("Auditor", kind="stable").reset_index(drop=True)


def coefficients_view(
    found: Agreement,
    names: Mapping[object, str] | None = None,
    *,
    fewest_for_words: int = 10,
    pooled: Pooled | None = None,
) -> pd.DataFrame:
    """Give coefficients with intervals and what they can be called, as the panel reads them.

    The only coefficient of many groups is not named in every row; the title should name it.

    Parameters
    ----------
    found : Agreement
        Coefficients of one or many groups.
    names : mapping, optional
        Words for the groups.
    fewest_for_words : int
        Cases below which nothing is called "substantial" or anything else.
    pooled : Pooled, optional
        The same groups, each drawn towards their mean: a column beside the estimate.
    """
    known, rows = names or {}, []
    single = found.by is not None and len({one.title for one in found.estimates}) == 1
    for one in found.estimates:
        row = {} if found.by is None else {_GROUPS.get(found.by, found.by): known.get(
            one.group, one.group)}  # fmt: skip
        row |= {
            **({} if single else {"Coefficient": one.title}),
            "Cases": one.cases,
            f"Estimate ({100 * found.level:g}% interval)": _estimate(one),
            **_sure(one, fewest_for_words, in_heading=single),
        }
        rows.append(row)
    view = pd.DataFrame(rows)
    if pooled is not None:
        drawn = {
            row.group: _span(row.pooled, row.pooled_low, row.pooled_high)
            for row in pooled.table.itertuples()
        }
        told = [drawn.get(one.group, "–") for one in found.estimates]
        view.insert(len(view.columns) - 1, "Drawn towards all", told)
    return view


def _sure(
    one: CoefficientEstimate, fewest: int, *, in_heading: bool, chance: float = 0.8
) -> dict[str, str]:
    """Give the column that says how sure: in every row in full, or the word under a heading."""
    words = sure_words(one, fewest=fewest, chance=chance)
    if not in_heading:
        return {"How sure": words}
    start = f"{percent_text(chance)} sure it is at least "
    return {start.strip(): words.removeprefix(start)}


def sure_words(one: CoefficientEstimate, *, fewest: int = 10, chance: float = 0.8) -> str:
    """Say what a coefficient can be called with some sureness, by Landis and Koch's words.

    Parameters
    ----------
    one : CoefficientEstimate
        The coefficient.
    fewest : int
        Cases below which no word is given.
    chance : float
        How sure the word must be.

    Returns
    -------
    str
        Such as "80% sure it is at least substantial"; the reason why not, else.
    """
    if one.why_not:
        return one.why_not[:1].upper() + one.why_not[1:]
    if one.cases < fewest:
        return f"Too few cases for a word (fewer than {fewest})"
    if word := sure_word(one, sure=chance, even_if_few=True):
        return f"{percent_text(chance)} sure it is at least {word.lower()}"
    return f"Not {percent_text(chance)} sure that it is better than chance"


def applicability_view(
    table: pd.DataFrame,
    names: Mapping[object, str] | None = None,
    *,
    beyond_chance: Agreement | None = None,
) -> pd.DataFrame:
    """Give agreement about whether standards apply as the panel reads it.

    Parameters
    ----------
    table : DataFrame
        What ``applicability_counts`` gives by standard.
    names : mapping, optional
        Words for the standards.
    beyond_chance : Agreement, optional
        Gwet's AC1 of the same standards (``ratings.applicability()``): a column beside the share,
        in place of the number moderated, which is the sum of the others.
    """
    known = names or {}
    view = pd.DataFrame(
        {
            "Standard": [known.get(one, one) for one in table["standard"]],
            "Moderated": table["n"],
            "Applies, both": table["both_apply"],
            "Does not, both": table["neither"],
            "Only auditor / moderator": [
                f"{row.auditor_only} / {row.moderator_only}" for row in table.itertuples()
            ],
            "The same": [
                _percents(row.same_share, row.same_low, row.same_high) for row in table.itertuples()
            ],
        }
    )
    if beyond_chance is not None:
        found = {one.group: one for one in beyond_chance.estimates}
        view["Gwet’s AC1"] = [_estimate(found.get(one)) for one in table["standard"]]
        view = view.drop(columns="Moderated")
    return view


def _estimate(one: CoefficientEstimate | None) -> str:
    if one is None:
        return "–"
    ends = one.interval
    return _span(one.estimate, ends.low if ends else None, ends.high if ends else None)


def over_time_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give the months one after the other as the panel reads them.

    Parameters
    ----------
    table : DataFrame
        What ``moderation.panel.over_time`` gives.
    """
    rows = list(table.itertuples())
    return pd.DataFrame(
        {
            "Month": table["period"],
            "Moderated": table["n"],
            "Net bias, smoothed": [_span(row.net_bias, row.low, row.high) for row in rows],
            "Same grade, smoothed": [
                _percents(row.same, row.same_low, row.same_high) for row in rows
            ],
            "Signal": [f"auditors {row.signal}" if row.signal else "" for row in rows],
        }
    )


def good_view(share: ModeratedShare, *, level: float = 0.95) -> pd.DataFrame:
    """Give the share of good or better as auditors graded it and corrected by moderation.

    Parameters
    ----------
    share : ModeratedShare
        Both shares.
    level : float
        Level of the interval.
    """
    ends = share.confidence_interval(level)
    return pd.DataFrame(
        {
            "Good or better": ["As auditors graded", "Had moderators read every audit"],
            "Share": [
                percent_text(share.audited),
                _percents(share.estimate, max(ends.low, 0.0), min(ends.high, 1.0)),
            ],
            "Judged from": [
                f"{share.audits:,} audits",
                f"{share.moderated:,} of them that were read again",
            ],
        }
    )


def named_severities(found: Severities, names: Mapping[str, str]) -> Severities:
    """Give severities with people's names instead of numbers, for a restricted page.

    Parameters
    ----------
    found : Severities
        By staff number.
    names : mapping of str to str
        Number to name.
    """
    table = found.table.copy()
    table["auditor"] = [names.get(number, number) for number in table["auditor"]]
    return replace(found, table=table)


def _with_share(table: pd.DataFrame, name: str) -> list[str]:
    shares = table[f"{name}_share"]
    return [
        f"{count}" if np.isnan(share) else f"{count} ({percent_text(share)})"
        for count, share in zip(table[name], shares.astype(float), strict=True)
    ]


def _span(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or pd.isna(value):
        return "–"
    if low is None or pd.isna(low):
        return _signed(value)
    return f"{_signed(value)} ({_signed(low)}, {_signed(high)})"


def _percents(value: float, low: float, high: float) -> str:
    if pd.isna(value):
        return "–"
    if pd.isna(low):
        return percent_text(value)
    return f"{_short(value)} ({_short(low)}, {_short(high)})"


def _short(share: float) -> str:
    return percent_text(share).replace("less than ", "<").replace("more than ", ">")


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−").replace("−0.00", "0.00")


def _p_value(value: float) -> str:
    if pd.isna(value):
        return "–"
    return "below 0.001" if value < 0.001 else f"{value:.3f}"
