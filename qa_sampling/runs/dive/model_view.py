"""What goes with it and what makes it come sooner, as tables. Restricted: small groups."""

from __future__ import annotations

import pandas as pd

from qa_sampling.trends.binary_results import BinaryModel
from qa_sampling.trends.factor_words import factor_words
from qa_sampling.trends.waiting_results import WaitModel, ratio_words

_NONE = "–"


def goes_with_view(found: BinaryModel | str) -> pd.DataFrame:
    """Give each value with its plain share and that allowing for the others; none without a model.

    Parameters
    ----------
    found : BinaryModel or str
        The model, or why there is none.
    """
    rows = []
    for row in () if isinstance(found, str) else found.table.itertuples():
        ends = f"{_points(row.difference_low)} to {_points(row.difference_high)}"
        gap = "held against" if row.reference else f"{_points(row.difference)} ({ends})"
        shares = (f"{row.share:.0%}", f"{row.adjusted:.0%}")
        rows.append((_title(row.column), row.value, row.cases, *shares, gap))
    heads = ["Factor", "Value", "Cases", "Share", "Allowing for others", "Points more (95%)"]
    return pd.DataFrame(rows, columns=heads)


def sooner_view(found: WaitModel | str) -> pd.DataFrame:
    """Give each value with its plain share and how much sooner it comes; no rows without a model.

    Parameters
    ----------
    found : WaitModel or str
        The model, or why there is none.
    """
    rows = []
    for row in () if isinstance(found, str) else found.table.itertuples():
        ratio = (
            ("held against", _NONE)
            if row.reference
            else (
                f"{ratio_words(row.ratio)} ({ratio_words(row.low)} to {ratio_words(row.high)})",
                _both(row.early, row.late),
            )
        )
        share = _NONE if pd.isna(row.share) else f"{row.share:.0%}"
        rows.append((_title(row.column), row.value, row.cases, row.came, share, *ratio))
    days = 365 if isinstance(found, str) else found.days
    heads = ["Factor", "Value", "Starts", "Came", f"Within {days} days", "Times as likely",
             "Early; late"]  # fmt: skip
    table = pd.DataFrame(rows, columns=heads)
    is_told = (table["Early; late"] != _NONE).any()
    return table if is_told else table.drop(columns="Early; late")


def _both(early: float, late: float) -> str:
    return _NONE if pd.isna(early) else f"{ratio_words(early)}; {ratio_words(late)}"


def _title(name: str) -> str:
    said = factor_words(name)
    return said[:1].upper() + said[1:]


def _points(share: float) -> str:
    points = round(100 * share)
    return f"{points:+d}" if points else "0"
