"""What the QA Group sees on the restricted page of findings: tables as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from qa_sampling.agreement.moderated import ModeratedShare
from qa_sampling.reporting.number_words import half_up, percent_text
from qa_sampling.reporting.plot_captions import said
from qa_sampling.sampling.estimation import Estimate
from qa_sampling.schema import GRADES

CAN, CANNOT = "Can be told from chance", "Cannot be told from chance"


def good_view(
    good: Estimate,
    *,
    cases: int,
    moderated: ModeratedShare | None = None,
    bounds: Sequence[float] | None = None,
    response: float = 1.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give the share of good or better, as it was graded, moderated, and with audits missing.

    Parameters
    ----------
    good : Estimate
        The share of all open cases, as auditors graded.
    cases : int
        Open cases that could be drawn, in the average month.
    moderated : ModeratedShare, optional
        The share corrected by what moderators found.
    bounds : sequence of float, optional
        The estimate had all missing audits been Inadequate, and Good; and the ends of both with
        chance.
    response : float
        Share of the opened audits that came back.
    level : float
        Level of the intervals.
    """
    ends = good.confidence_interval(level)
    effect = f"design effect {good.design_effect:.2f}, as good as {good.effective_n:.0f} audits"
    rows = [
        (
            f"Of {cases:,} open cases, as auditors graded",
            _span(good.estimate, ends.low, ends.high),
            f"{good.n:,} audits drawn at random ({effect})",
        )
    ]
    if moderated is not None:
        after = moderated.confidence_interval(level)
        rows.append(
            (
                f"Auditors said {percent_text(moderated.audited)} of these audits; moderated",
                _span(moderated.estimate, max(after.low, 0.0), min(after.high, 1.0)),
                f"{moderated.moderated:,} of {moderated.audits:,} audits that were read again",
            )
        )
    if bounds is not None and bounds[0] < bounds[1]:
        least, most, low, high = (percent_text(one) for one in bounds)
        rows.append(
            (
                "Had the missing audits all been Inadequate, or all Good",
                f"{least} to {most}; with chance {low} to {high}",
                f"{percent_text(response)} of the opened came back",
            )
        )
    return pd.DataFrame(rows, columns=["Good or better", "Share", "Judged from"])


def standards_view(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Give the grades of each standard: the audits, and the share of open cases.

    Parameters
    ----------
    table : DataFrame
        Estimates by standard (``runs.findings.estimates.by_standard``).
    names : mapping of str to str
        Key of each standard and its words.
    """
    shown = pd.DataFrame({"Standard": [names.get(one, one) for one in table["standard"]]})
    shown["Audits"] = table["graded"].to_numpy()
    shown["Good or better"] = [
        _span(row.share_good, row.low_good, row.high_good) for row in table.itertuples()
    ]
    for grade in GRADES:
        shown[grade] = [
            _counted(count, share)
            for count, share in zip(table[f"count_{grade}"], table[f"share_{grade}"], strict=True)
        ]
    return shown


def precision_view(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Give to which cases each standard applies, and how much its audits tell.

    Parameters
    ----------
    table, names
        As for :func:`standards_view`.
    """
    applies = ["too few to say" if pd.isna(one) else percent_text(one) for one in table["applies"]]
    return pd.DataFrame(
        {
            "Standard": [names.get(one, one) for one in table["standard"]],
            "Graded": table["graded"],
            "Not applicable": table["not_applicable"],
            "Not recorded": table["not_recorded"],
            "Applies to, of open cases": applies,
            "Design effect": [_number(one, 2) for one in table["design_effect"]],
            "As good as so many audits": [_number(one, 0) for one in table["effective_n"]],
        }
    )


def groups_view(table: pd.DataFrame, head: str) -> pd.DataFrame:
    """Give the groups of cases: the audits by grade, and good or better where there are enough.

    Parameters
    ----------
    table : DataFrame
        Estimates by group (``runs.findings.estimates.by_group``).
    head : str
        What the groups are, such as "Team".
    """
    shares = [
        "too few to say" if row.too_few else _span(row.share_good, row.low_good, row.high_good)
        for row in table.itertuples()
    ]
    shown = {head: table["group"], "Audits": table["audits"], "Good or better": shares}
    return pd.DataFrame(shown | {grade: table[f"count_{grade}"] for grade in GRADES})


def changes_view(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Give the changes in good or better, and whether each can be told from chance.

    Parameters
    ----------
    table : DataFrame
        Changes by standard (``runs.findings.estimates.changes``).
    names : mapping of str to str
        Key of each standard and its words.
    """
    rows = list(table.itertuples())
    return pd.DataFrame(
        {
            "Standard": [names.get(row.standard, row.standard) for row in rows],
            "Before": [f"{percent_text(row.before)} of {row.n_before}" for row in rows],
            "Now": [f"{percent_text(row.now)} of {row.n_now}" for row in rows],
            "Change, points": [
                f"{_points(row.change)} ({_points(row.low)} to {_points(row.high)})" for row in rows
            ],
            "Which": [CAN if row.distinguishable else CANNOT for row in rows],
        }
    )


def rolling_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give good or better so many months at a time.

    Parameters
    ----------
    table : DataFrame
        What ``rolling_estimates`` gives.
    """
    rows = list(table.itertuples())
    return pd.DataFrame(
        {
            "Months": [
                row.start if row.start == row.end else f"{row.start} to {row.end}" for row in rows
            ],
            "Audits": [row.n for row in rows],
            "Good or better": [_span(row.estimate, row.low, row.high) for row in rows],
            "Against the window before, points": [
                ""
                if pd.isna(row.change)
                else f"{_points(row.change)} ({_points(row.change_low)} to "
                f"{_points(row.change_high)})"
                for row in rows
            ],
            "Which": [
                "" if pd.isna(row.change) else CAN if row.distinguishable else CANNOT
                for row in rows
            ],
        }
    )


def missing_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give by month what was opened, what came back, and what is missing.

    Parameters
    ----------
    table : DataFrame
        ``runs.findings.estimates.missing_audits``.
    """
    return pd.DataFrame(
        {
            "Month": table["period"],
            "Could be drawn": [
                "nothing back yet" if pd.isna(one) else f"{one:,.0f}" for one in table["population"]
            ],
            "Opened": table["opened"],
            "Came back": table["audited"],
            "Missing": table["missing"],
            "Response": [percent_text(one) for one in table["response"]],
        }
    )


def answers_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give how often each answer was given, in the audits and of open cases.

    Parameters
    ----------
    table : DataFrame
        ``runs.findings.practice.answers_to``.
    """
    return pd.DataFrame(
        {
            "Answer": table["answer"],
            "Audits": table["audits"],
            "Of open cases": [_span(row.share, row.low, row.high) for row in table.itertuples()],
        }
    )


def pairs_view(table: pd.DataFrame, names: Mapping[str, str], *, most: int = 12) -> pd.DataFrame:
    """Give the pairs of standards that go together most.

    Parameters
    ----------
    table : DataFrame
        ``runs.findings.practice.weak_together``.
    names : mapping of str to str
        Key of each standard and its words.
    most : int
        Pairs shown.
    """
    rows = list(table.head(most).itertuples())
    return pd.DataFrame(
        {
            "Standard": [names[row.first] for row in rows],
            "And": [names[row.second] for row in rows],
            "Audits": [row.n for row in rows],
            "Weak in both": [row.both_weak for row in rows],
            "Tau-b": [f"{row.tau:.2f} ({row.low:.2f} to {row.high:.2f})" for row in rows],
            "Go together": ["yes" if row.together else "cannot be told" for row in rows],
        }
    )


def concerns_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give the audits with an immediate concern, and how soon it was raised. Restricted.

    Parameters
    ----------
    table : DataFrame
        ``runs.findings.practice.concerns``.
    """
    days = {"Completed": "date_completed", "Raised": "raised", "Due": "due", "Done": "done"}
    shown = table[["audit_id", "team"]].set_axis(["Audit", "Team"], axis=1)
    for head, name in days.items():
        shown[head] = ["" if pd.isna(day) else f"{day:%d %b %Y}" for day in table[name]]
    return shown.assign(When=table["when"].to_numpy())


def _span(value: float, low: float, high: float) -> str:
    if pd.isna(value):
        return "too few to say"
    return (
        f"{percent_text(value)} ({percent_text(max(low, 0.0))} to {percent_text(min(high, 1.0))})"
    )


def _counted(count: int, share: float) -> str:
    return f"{count}" if pd.isna(share) else f"{count} · {percent_text(share)}"


def _number(value: float, places: int) -> str:
    return "–" if pd.isna(value) else f"{value:.{places}f}"


def _points(value: float) -> str:
    return said(half_up(100 * value, 0), "count", signed=True)
