"""How likely an audit was to be moderated, by the auditor's grade."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.agreement.scale import GRADES_SCALE


def chance_of_moderation(grades: pd.Series, moderated: pd.Series) -> pd.Series:
    """Give each audit's chance of being moderated: the share moderated of those graded alike.

    Some grades are always moderated, the rest by a random share. Grades of which fewer than
    two audits were moderated are put together with the next ones of the scale.

    Parameters
    ----------
    grades : Series of str
        The auditors' overall grades.
    moderated : Series of bool
        Whether each was moderated.

    Returns
    -------
    Series of float
        Above 0 and at most 1, where any was moderated.
    """
    place = grades.map({grade: code for code, grade in enumerate(GRADES_SCALE.grades)})
    counts = np.bincount(place[moderated], minlength=GRADES_SCALE.size)
    classes, current, held = [], 0, 0
    for count in counts:
        classes.append(current)
        held += count
        if held >= _FEWEST:
            current, held = current + 1, 0
    last = max(classes) if held == 0 and counts[-1] else max(current - 1, 0)
    groups = place.map(dict(enumerate(min(one, last) for one in classes)))
    return moderated.groupby(groups).transform("mean")


_FEWEST = 2
