"""What whoever leads an exercise reads besides: steps away by standard, and shrunken severities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.agreement.severity import severity
from qa_sampling.reporting.feedback_pack import signed_grades
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.results import Severities
from qa_sampling.runs.exercise.steps import SHORT, Graded

_NO_SIGNAL = "Cannot be told from none"
_SIGNALS = {"easier": "Marks higher", "harder": "Marks lower", "": _NO_SIGNAL}


def steps_view(graded: Graded) -> pd.DataFrame:
    """Give how far grades were away by standard: grades, not auditors. Restricted.

    Parameters
    ----------
    graded : Graded
        The exercise.
    """
    grades = graded.found.grades
    gap = grades["gap"].to_numpy()
    far = grades.assign(
        same=gap == 0,
        one=np.abs(gap) == 1,
        more=np.abs(gap) > 1,
        above=gap > 0,
        below=gap < 0,
    )
    columns = ["same", "one", "more", "above", "below"]
    table = far.groupby("standard")[columns].sum()
    table.insert(0, "n", far.groupby("standard").size())
    table = table.reindex([name for name in SHORT if name in table.index])
    table.loc["all"] = table.sum()
    return pd.DataFrame(
        {
            "Standard": [SHORT.get(name, "All") for name in table.index],
            "Grades": table["n"],
            "The same": [
                f"{same} ({percent_text(same / n)})"
                for same, n in zip(table["same"], table["n"], strict=True)
            ],
            "One grade away": table["one"],
            "Two or more": table["more"],
            "Above / below": [
                f"{above} / {below}"
                for above, below in zip(table["above"], table["below"], strict=True)
            ],
        }
    ).reset_index(drop=True)


def severities(graded: Graded) -> Severities:
    """Give each auditor's shift, shrunk towards the middle by as much as chance explains.

    A case counts once, with the mean of its standards; the scatter of a case is that of all
    auditors, so two cases tell more than by themselves. Restricted.

    Parameters
    ----------
    graded : Graded
        The exercise.
    """
    grades = graded.found.grades
    own = grades["case_ref"].astype(str) + " / " + grades["auditor"].astype(str)
    sides = [
        pd.DataFrame(
            {
                "case_ref": own,
                "standard": grades["standard"],
                "rater": rater,
                "role": role,
                "grade": grades[grade],
            }
        )
        for rater, role, grade in (
            (grades["auditor"], "auditor", "grade"),
            (graded.whose, "moderator", "held_against"),
        )
    ]
    ratings = Ratings.from_long(pd.concat(sides, ignore_index=True), scale=GRADES_SCALE)
    found = severity(ratings, level=graded.found.level, fewest=1, scope="This exercise")
    measure = f"Mean grades above {graded.whose}, shrunk towards the average"
    return replace(found, measure=measure, n_of="auditors’ cases")


def severity_view(found: Severities) -> pd.DataFrame:
    """Give shifts as the leader reads them, in the order of the alphabet. Restricted.

    Parameters
    ----------
    found : Severities
        From :func:`severities`.
    """
    rows = found.table.sort_values("auditor", key=lambda names: names.str.casefold())
    return pd.DataFrame(
        {
            "Auditor": rows["auditor"],
            "Cases": rows["n"].astype(int),
            "Mean, plain": [signed_grades(mean) for mean in rows["mean"]],
            f"Shrunk ({100 * found.level:g}% interval)": [
                f"{signed_grades(shift)} ({signed_grades(low)} to {signed_grades(high)})"
                for shift, low, high in rows[["shift", "low", "high"]].to_numpy()
            ],
            "In these cases": [_SIGNALS[signal] for signal in rows["signal"].fillna("")],
        }
    ).reset_index(drop=True)
