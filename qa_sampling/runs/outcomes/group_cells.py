"""Groups of children period by period, with the small ones hidden, and one more that tells them."""

from __future__ import annotations

import pandas as pd

from qa_sampling.runs.outcomes.groups import LEAST
from qa_sampling.trends.measured import COUNTS


def protected_groups(readings: pd.DataFrame) -> pd.DataFrame:
    """Blank the small counts of groups of children, so that a period's total gives none away.

    What is shown stays with whoever works in the notebook, as the tables of page 50 do: held beside
    those, it could tell what they hide. Hidden is a group in a period in which it counts 1 to 5,
    or all but 1 to 5 of those who could. Where one group of a period is hidden alone, the smallest
    other that counts any is as well.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of one measure by one kind of unit, all its groups, by quarter: by
        month as well, a quarter less two of its months would be the third.

    Returns
    -------
    DataFrame
        The same rows; counts and value of what is hidden are missing, and `hidden` says so.
    """
    above = readings["numerator"].astype("float64")
    below = readings["denominator"].astype("float64")
    size = below.fillna(above)
    small = above.between(1, LEAST - 1) | (below - above).between(1, LEAST - 1)
    alone = small.groupby(readings["start"]).transform("sum") == 1
    others = size.where(alone & ~small & (size > 0))
    least = others.groupby(readings["start"]).transform("min")
    second = others.eq(least) & others.notna()
    second &= ~second.groupby(readings["start"]).cumsum().gt(1)
    hidden = small | second
    shown = readings.copy()
    shown[COUNTS] = shown[COUNTS].mask(hidden)
    return shown.assign(hidden=hidden)


def shown_groups(readings: pd.DataFrame) -> list[str]:
    """Give the groups of which half or more of the settled periods are shown, in order.

    Parameters
    ----------
    readings : DataFrame
        What :func:`protected_groups` gave.
    """
    settled = readings[readings["mature"] & (readings["hidden"] | readings["numerator"].notna())]
    shown = (~settled["hidden"]).groupby(settled["unit"]).mean()
    return sorted(shown.index[shown >= 0.5])
