"""Grades of themed audits: as named readers see them, and in sentences for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from qa_sampling.reporting.dates import day_in_words
from qa_sampling.reporting.findings_tables import AUDITS, GOOD, LESS, FindingsTables
from qa_sampling.reporting.findings_words import shown_counts
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import counted, listed, percent_text
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.reporting.saying import USUAL, _said, rests_on_hidden
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed
from qa_sampling.results import Interval
from qa_sampling.schema import GRADES


@dataclass(frozen=True)
class ThemedGrades:
    """What the audits of one theme say of the cases it is about. Restricted.

    Attributes
    ----------
    title : str
        What people call them.
    rounds, opened, audited : int
        Months that were drawn; cases that were opened; audits of these that are back, graded.
    good : int
        Audits that are good or better.
    cases : int
        Cases of the theme that could be drawn, in the average month.
    share : float or None
        Good or better, of these cases; None with too few audits.
    interval : Interval or None
        Of the share.
    range : Interval or None
        What fits whatever the missing audits would have found.
    day : date or None
        The day they are told of, where it is not the page's own.
    """

    title: str
    rounds: int
    opened: int
    audited: int
    good: int
    cases: int | None
    share: float | None = None
    interval: Interval | None = None
    range: Interval | None = None
    day: date | None = None


def themed_view(themes: Sequence[ThemedGrades]) -> pd.DataFrame:
    """Give the grades of themed audits as named readers see them.

    Parameters
    ----------
    themes : sequence of ThemedGrades
        By theme.
    """
    rows = [
        (
            one.title, one.rounds, one.opened, one.audited, one.good,
            "–" if one.cases is None else one.cases,
            "too few" if one.share is None else percent_text(one.share),
            _ends(one.interval), _ends(one.range),
        )
        for one in themes
    ]  # fmt: skip
    heads = ["Theme", "Rounds", "Cases opened", "Audits back", "Good or better", "Cases there are",
             "Share of these", "Interval", "Whatever is missing"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


def _ends(one: Interval | None) -> str:
    if one is None:
        return "–"
    return f"{percent_text(max(one.low, 0.0))} to {percent_text(min(one.high, 1.0))}"


def themed_words(told: Sequence[tuple[ThemedGrades, FindingsTables | None]]) -> Words:
    """Say of each theme how many audits are back and what share is good or better.

    A share is said where the protected tables of its theme show how many are good or better, and
    how many are not; with too few audits for a share their numbers are. Where they are hidden, what
    the shown counts leave possible is said: how many at least, and at most.

    Parameters
    ----------
    told : sequence of (ThemedGrades, FindingsTables or None)
        By theme; None where hardly anything has come back.
    """
    require_all_free("themed_words", titles=[one.title for one, _ in told])
    words, few, hidden, silent = NOTHING_SAID, [], [], []
    for one, tables in told:
        name = f"“{one.title}”" + (f" as at {day_in_words(one.day)}" if one.day else "")
        if tables is None:
            silent.append(name)
            continue
        count, n = shown_counts(tables)
        if count is None or rests_on_hidden([(count, n)], USUAL, what="themed_words()"):
            if bound := _at_least_words(tables):
                words += _said(f"{name}, {bound}")
            else:
                hidden.append(name)
        elif one.share is None or one.interval is None:
            few.append(f"{name} ({count} of {n})")
        else:
            words += _said(
                f"{name}, {counted(n, 'audit', 'audits')}: {percent_text(one.share)} good or "
                f"better ({_ends(one.interval)})"
            )
    for names, text in ((few, _FEW), (hidden, _HIDDEN), (silent, _SILENT)):
        if names:
            words += _said(f"{text}: {listed(names)}")
    if any(one.day for one, _ in told):
        words += _said(_EARLIER)
    return _sealed(_HEADING) + words if told else NOTHING_SAID


def _at_least_words(tables: FindingsTables) -> str:
    """Say what the shown counts leave possible of a share that is hidden; blank for nothing."""
    found = good_between(tables)
    if found is None:
        return ""
    least, most, n = found
    ends = [f"at least {percent_text(least / n)}"] if 2 * least >= n else []
    ends += [f"at most {percent_text(most / n)}"] if 2 * most <= n else []
    said = " and ".join(ends)
    return said and (
        f"{counted(n, 'audit', 'audits')}: {said} good or better; how many is told on the "
        "page for named readers alone"
    )


def good_between(tables: FindingsTables) -> tuple[int, int, int] | None:
    """Give the least and the greatest number of audits that may be good or better, and of all.

    Parameters
    ----------
    tables : FindingsTables
        The protected tables; what they print decides, so that it is known to every reader.

    Returns
    -------
    tuple of int, or None
        None where the number of all audits is hidden.
    """
    n = tables.grades.totals[AUDITS]
    if isinstance(n, str) or not n:
        return None
    grades = tables.grades.body.set_index("grade")[AUDITS]
    shown = {GOOD: _shown(grades.loc[list(GRADES[:2])]), LESS: _shown(grades.loc[list(GRADES[2:])])}
    if not tables.services.withheld and "kind" in tables.services.by:
        services = tables.services.body
        for kind, least in shown.items():
            shown[kind] = max(least, _shown(services.loc[services["kind"] == kind, AUDITS]))
    return shown[GOOD], int(n) - shown[LESS], int(n)


def _shown(counts: pd.Series) -> int:
    return sum(int(one) for one in counts if one != HIDDEN_MARK)


_HEADING = (
    "Themed audits, each of the open cases that its theme is about; themes are about different "
    "cases, so they are not ranked."
)
_FEW = "themes with too few audits for a share, and how many are good or better"
_HIDDEN = (
    "themes whose share is hidden so that nobody can be identified, and told on the page for named "
    "readers alone"
)
_EARLIER = (
    "where a day is named, newer figures of that theme are hidden, so that nobody can be "
    "identified, and told on the page for named readers alone"
)
_SILENT = "themes of which too little has come back to say anything"


def of_theme_words(title: str) -> Words:
    """Say whom the audits of a theme speak for.

    Parameters
    ----------
    title : str
        What people call them, without a number.
    """
    require_all_free("of_theme_words", title=title)
    return _said(
        f"{title}, drawn at random from the cases of their theme, speak for these and not for all "
        "open cases"
    )
