"""What a deep dive says of how many children there are. Restricted: small counts."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.dates import month_in_words
from qa_sampling.runs.dive.population import Carried, Estimates, PopulationChange


def population_words(found: PopulationChange | None, title: str, last: pd.Timestamp) -> str:
    """Say whether there are more children, and what that does to the change.

    Parameters
    ----------
    found : PopulationChange or None
        The counts beside the children.
    title : str
        What the measure is called.
    last : Timestamp
        The last month looked at.
    """
    if found is None:
        return (
            "Population: no estimate of the children is given for these months (`population`), so "
            "whether there are more of them cannot be told."
        )
    row = found.rates.iloc[-1]
    pace = "at a year's pace" if row["annual"] else found.per
    ends = f"{row['before']:.1f} before, {row['now']:.1f} now"
    rates = f"{title} per 10,000 children, {pace}: {ends}."
    measured = _measured(found)
    if not found.is_late:
        return f"{measured} {rates}"
    age = (
        f"The latest estimate, of the middle of {max(found.now.years)}, lies {found.months_old} "
        f"months before {month_in_words(last.date())}."
    )
    return f"{measured} {rates} {age} {_if_carried(found)}"


def _measured(found: PopulationChange) -> str:
    """Say what the estimates tell."""
    if found.is_one_estimate:
        return (
            f"Population: both spans rest on {found.now.children:,.0f} children "
            f"({_estimate(found.now)}), so how many came or went since is not known."
        )
    grown = found.now.children / found.before.children - 1
    revised = ""
    if set(found.now.vintages) != set(found.before.vintages):
        revised = " The estimates are of different vintages, so part of it may be a revision."
    return (
        f"Population: {found.now.children:,.0f} children ({_estimate(found.now)}), "
        f"{found.before.children:,.0f} before ({_estimate(found.before)}), {grown:+.1%}. "
        f"Of a change of {found.change:+.1f} {found.per}, the number of children makes "
        f"{found.by_children:+.1f}.{revised}"
    )


def _if_carried(found: PopulationChange) -> str:
    """Say what more or fewer children since would do at most, which is an assumption."""
    held = found.carried
    if held is None:
        return (
            "Give the estimate of the year before as well (`population`), and it is carried "
            "forward by how the children grew."
        )
    grew = f"{held.growth:+.1%} a year"
    span = f"; {held.low:+.1%} to {held.high:+.1%} over {held.growths} years" * (held.growths > 1)
    revised = " (of several vintages, so part may be a revision)" * held.is_revised
    ends = " to ".join(dict.fromkeys(_signed(one) for one in held.by_children[1:]))
    return (
        f"Were children to grow on as in the last year known ({grew}{span}){revised}, there would "
        f"be {held.now:,.0f} now and {held.before:,.0f} before: an assumption, not a count. By "
        f"that range their number would make {ends} of the change of {found.change:+.1f} "
        f"{found.per}, {_most(found.change, held)}."
    )


def _most(change: float, held: Carried) -> str:
    """Say what part of the change the children could make at most."""
    if not change:
        return "which is none"
    most = max(one / change for one in held.by_children)
    if most <= 0:
        return "so none of it"
    return "less than 1% of it" if most < 0.01 else f"at most {most:.0%} of it"


def _signed(value: float) -> str:
    text = f"{value:+.1f}"
    return "0.0" if float(text) == 0 else text


def _estimate(one: Estimates) -> str:
    return f"{estimate_words(one)}: {', '.join(one.vintages)}"


def estimate_words(one: Estimates) -> str:
    """Give the years of estimates: "middle of 2023 and 2024".

    Parameters
    ----------
    one : Estimates
        The estimates.
    """
    return f"middle of {' and '.join(str(year) for year in one.years)}"
