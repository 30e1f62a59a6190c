"""What a moderation panel sees of changes and of checks by other methods: numbers, then words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.agreement.changes import Change
from qa_sampling.agreement.crossed import CrossedFit
from qa_sampling.agreement.homogeneity import HomogeneityTest
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.results import Severities

_MEASURES = {
    "exact": ("Share with the same grade", "rose", "fell"),
    "within_one": ("Share no more than a grade apart", "rose", "fell"),
    "distance": ("Mean distance, in grades", "grades have moved apart", "grades have come closer"),
    "net_bias": ("Net bias, in grades", "auditors have moved up", "auditors have moved down"),
}
_ASKS = {
    "Stuart-Maxwell": "Does each grade come as often from auditors as from moderators?",
    "Bhapkar": "The same, in another way",
    "Bowker": "Is every swap of two grades as frequent one way as the other?",
    "McNemar, exact": "Do both say “good or better” equally often?",
}
_SURE = 0.05
_LIMITS = 0.998


def change_view(changes: Sequence[Change], *, level: float = 0.95) -> pd.DataFrame:
    """Give changes between two periods as the panel reads them, and whether they can be chance.

    Parameters
    ----------
    changes : sequence of Change
        Second less first.
    level : float
        Level of their intervals.

    Returns
    -------
    DataFrame
        Text: "What", "First half", "Second half", "Change (95% interval)", "What it says".
    """
    heads = ("What", "First half", "Second half", f"Change ({100 * level:g}% interval)",
             "What it says")  # fmt: skip
    rows = []
    for one in changes:
        words = _MEASURES[one.measure]
        share = one.measure in ("exact", "within_one")
        if one.estimate is None or one.interval is None:
            rows.append((words[0], "–", "–", "–", f"Cannot be told: {one.why_not}"))
            continue
        ends = one.interval
        span = [_number(value, share, signed=True) for value in (one.estimate, ends.low, ends.high)]
        sides = [
            f"{_number(value, share)} of {n:,}"
            for value, n in ((one.first, one.n_first), (one.second, one.n_second))
        ]
        change = f"{span[0]} ({span[1]}, {span[2]})".replace(" points,", ",").replace(
            " points)", ")"
        )
        rows.append((words[0], *sides, change, _said_of(one, words)))
    return pd.DataFrame(rows, columns=list(heads))


def _said_of(one: Change, words: tuple[str, str, str]) -> str:
    if not one.is_distinguishable:
        return "Cannot be told from chance"
    return f"Can be told from chance: {words[1] if one.estimate > 0 else words[2]}"


def _number(value: float, share: bool, *, signed: bool = False) -> str:
    if not share:
        return f"{value:{'+' if signed else ''}.2f}".replace("-", "−")
    if not signed:
        return percent_text(value)
    return f"{100 * value:+.0f} points".replace("-", "−").replace("+0 ", "0 ").replace("−0 ", "0 ")


def margins_view(tests: Sequence[HomogeneityTest]) -> pd.DataFrame:
    """Give tests of whether two people use the grades alike, each with what it asks and says.

    Parameters
    ----------
    tests : sequence of HomogeneityTest
        Of auditors and moderators.
    """
    return pd.DataFrame(
        [(one.method.removesuffix(", exact"), _ASKS[one.method], *_told(one)) for one in tests],
        columns=["Test", "What it asks", "Result", "What it says"],
    )


def _told(one: HomogeneityTest) -> tuple[str, str]:
    if one.p_value is None:
        return "–", f"Cannot be told: {one.why_not}"
    p = "p below 0.001" if one.p_value < 0.001 else f"p {one.p_value:.3f}"
    size = (
        f"χ² {one.statistic:.2f} ({one.degrees_of_freedom} df), " if one.degrees_of_freedom else ""
    )
    few = f"{one.discordant} cases differ"
    if one.p_value < _SURE:
        return f"{size}{p}; {few}", "No: more than chance would do"
    return f"{size}{p}; {few}", "Nothing that chance would not do"


def mixed_view(fit: CrossedFit | str, shifts: Severities, names: Mapping[str, str]) -> pd.DataFrame:
    """Give what the mixed model says of auditors, beside the shifts, with its assumption.

    Parameters
    ----------
    fit : CrossedFit or str
        The model, or why there is none.
    shifts : Severities
        The shifts against moderators, of the same auditors; by staff number.
    names : mapping of str to str
        Staff number to name.

    Returns
    -------
    DataFrame
        "What", "Result": text. Who lies outside limits of 99.8% is named, in the order of the
        alphabet; nobody is ranked.
    """
    if isinstance(fit, str):
        return pd.DataFrame({"What": ["The mixed model"], "Result": [fit]})
    auditors = fit.raters[fit.raters["role"] != "moderator"].set_index("rater")
    reach = float(stats.norm.ppf((1 + _LIMITS) / 2)) * auditors["standard_error"]
    out = auditors[auditors["shift"].abs() > reach]
    told = sorted(
        f"{names.get(who, who)}: {row['shift']:+.2f} (± {reach[who]:.2f})".replace("-", "−")
        for who, row in out.iterrows()
    )
    rows = [
        ("It rests on", f"{fit.n:,} overall grades, of all audits, moderated or not"),
        ("Spread of those who grade", f"{np.sqrt(fit.variances['rater']):.2f} grades"),
        (f"Beyond {100 * _LIMITS:g}% limits", "; ".join(told) if told else "Nobody"),
        ("Do both ways agree?", _together(auditors["shift"], shifts)),
        ("What must hold", fit.assumption),
    ]
    return pd.DataFrame(rows, columns=["What", "Result"])


def _together(model: pd.Series, shifts: Severities) -> str:
    """Say how the model's shifts go along with those against moderators."""
    paired = shifts.table.dropna(subset="shift").set_index("auditor")["shift"]
    both = pd.concat([model, paired], axis=1, join="inner")
    if len(both) < 3 or (both.std() == 0).any():
        return "Too few auditors have a shift of both kinds"
    return f"Correlation {both.corr().iloc[0, 1]:.2f} of {len(both)} auditors with a shift of both"
