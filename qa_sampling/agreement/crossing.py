"""Which grade met which: the table of auditor by moderator that reporting draws and says."""

from __future__ import annotations

from itertools import product

import pandas as pd

from qa_sampling.agreement.estimates import CoefficientEstimate
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.results import AgreementTable


def grade_table(
    ratings: Ratings,
    *,
    estimate: CoefficientEstimate | None = None,
    measure: str = "Grades of auditors and moderators",
    scope: str = "",
    n_of: str = "pairs of grades",
) -> AgreementTable:
    """Count which grade of the auditor met which of the moderator.

    Parameters
    ----------
    ratings : Ratings
        With roles; every auditor is paired with every moderator of the same unit.
    estimate : CoefficientEstimate, optional
        Coefficient to show beside the counts; left out with fewer than 5 cases graded twice.
    measure, scope, n_of : str
        What the picture says of itself.

    Returns
    -------
    AgreementTable
        Unweighted counts, grades best first, unused ones included.
    """
    met = ratings.pairs()
    met = met[met["gap"].notna()]
    grades = tuple(reversed(ratings.scale.grades))
    counts = met.groupby(["auditor_grade", "moderator_grade"]).size()
    rows = [(first, second, int(counts.get((first, second), 0)))
            for first, second in product(grades, grades)]  # fmt: skip
    shown = estimate if estimate is not None and not estimate.show_counts_only else None
    return AgreementTable(
        pd.DataFrame(rows, columns=["auditor_grade", "moderator_grade", "count"]),
        grades,
        same=int((met["gap"] == 0).sum()),
        within_one=int((met["gap"].abs() <= 1).sum()),
        coefficient=shown.title if shown else "",
        estimate=shown.estimate if shown else None,
        interval=shown.interval if shown else None,
        n=len(met),
        measure=measure,
        scope=scope,
        unit="count",
        n_of=n_of,
        warnings=shown.warnings if shown else (),
    )
