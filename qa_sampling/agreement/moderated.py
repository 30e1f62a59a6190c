"""What moderators would have found in all audits, grade by grade, from those they saw.

Auditors graded n audits; moderators graded some of them again. Within each grade of the auditors
the moderated audits stand for the others: the share of a grade is the sum, over auditors' grades,
of their share times how often moderators then gave that grade (Tenenbein 1970, JASA
65:1350-1361). Moderation may depend on the auditor's grade, as where every Inadequate must
be moderated; it must not depend on anything else that goes with the moderator's grade.

The variance has two parts: that of the moderated within each auditors' grade, and that of the
audits. With V the first, n audits of N cases and q the estimated mean of the squares,

    variance = V + (1 - n / N) (q - p² + V) / (n - 1)

which is unbiased, as E(p²) is above the squared mean of the audits by V (double sampling for
stratification; Särndal, Swensson and Wretman 1992, section 9.4; Rao 1973, Biometrika 60:125-133).

Audits are taken as a plain random sample. For strata with weights of their own give
:func:`phase_table` to the two-phase estimators of the sampling part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.agreement.counts import case_keys
from qa_sampling.agreement.net_bias import check_level, wilson
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError
from qa_sampling.results import GradeDistribution, Interval

__all__ = ["ModeratedShare", "misclassification", "moderated_grades", "moderated_share",
           "phase_table"]  # fmt: skip


@dataclass(frozen=True)
class ModeratedShare:
    """A share as auditors found it, and corrected by what moderation found.

    Attributes
    ----------
    audited : float
        Share among the audits by the auditors' grades.
    estimate : float
        The share corrected for what moderators found.
    standard_error : float
        Of the corrected share.
    audits, moderated : int
        Audits with an auditor's grade, and of these with a moderator's.
    effective_n : float
        Plain random audits by moderators that would tell as much.
    population : int
        Cases the estimate speaks for.
    warnings : tuple of str
        What a reader must know before believing it.
    """

    audited: float
    estimate: float
    standard_error: float
    audits: int
    moderated: int
    effective_n: float
    population: int
    warnings: tuple[str, ...] = ()

    def confidence_interval(self, level: float = 0.95) -> Interval:
        """Give Wilson's interval with the effective number, widened by Student's t.

        Parameters
        ----------
        level : float
            Confidence level.
        """
        check_level(level)
        z = stats.norm.ppf((1 + level) / 2)
        t = stats.t.ppf((1 + level) / 2, max(self.moderated - 1, 1))
        low, high = wilson(self.estimate, self.effective_n * float(z / t) ** 2, level)
        return Interval(min(low, self.estimate), max(high, self.estimate), level, "wilson, t")


def phase_table(ratings: Ratings) -> pd.DataFrame:
    """Give one row an audit with both grades, as two-phase estimators take them.

    Parameters
    ----------
    ratings : Ratings
        All grades of one standard, such as the overall grade; audits that nobody moderated too.

    Returns
    -------
    DataFrame
        One row an audit with an auditor's grade: the columns of the units, `auditor_id`,
        `auditor_grade`, `moderator_grade` (missing where not moderated; of several moderators the
        middle one, the lower of two) and `moderated` (bool).

    Raises
    ------
    AgreementError
        When a case comes several times, such as once a standard.
    """
    rows = _audits(ratings)
    scale = ratings.scale
    table = ratings.units.iloc[rows["unit"]].reset_index(drop=True)
    column = (ratings.roles[rows["unit"]] == 0).argmax(axis=1)
    return table.assign(
        auditor_id=np.array(ratings.raters, dtype=object)[column],
        auditor_grade=scale.decode(rows["auditor"]),
        moderator_grade=scale.decode(rows["moderator"]),
        moderated=(rows["moderator"] >= 0).to_numpy(),
    )


def misclassification(ratings: Ratings) -> pd.DataFrame:
    """Give what moderators say of each of the auditors' grades.

    Parameters
    ----------
    ratings : Ratings
        All grades of one standard.

    Returns
    -------
    DataFrame
        One row a grade of the auditors, best first: `auditor_grade`, `audits`, `moderated`, and
        for each grade the share of the moderated that got it from the moderator (missing where
        none was moderated).
    """
    counts, audits = _crossed(ratings)
    grades = list(reversed(ratings.scale.grades))
    moderated = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        shares = counts / moderated[:, None]
    table = pd.DataFrame(shares[::-1, ::-1], columns=grades)
    table.insert(0, "auditor_grade", grades)
    table.insert(1, "audits", audits[::-1])
    table.insert(2, "moderated", moderated[::-1])
    return table


def moderated_share(
    ratings: Ratings, *, reaching: str = "Good", population: int | None = None
) -> ModeratedShare:
    """Estimate the share that reaches a grade, corrected for what moderation found.

    Parameters
    ----------
    ratings : Ratings
        All grades of one standard, audits that nobody moderated too.
    reaching : str
        The lowest grade that counts.
    population : int, optional
        Cases the audits were drawn from; by default so many that it makes no difference.

    Raises
    ------
    AgreementError
        When nothing was moderated, the grade is unknown, or the population is too small.
    """
    counts, audits = _crossed(ratings)
    place = ratings.scale.place(reaching)
    hits = np.arange(ratings.scale.size) >= place
    return _share(counts, audits, hits, population, ratings.scale.grades)


def moderated_grades(
    ratings: Ratings, *, population: int | None = None, level: float = 0.95, scope: str = ""
) -> GradeDistribution:
    """Estimate the share of every grade, corrected for what moderation found.

    Parameters
    ----------
    ratings : Ratings
        All grades of one standard, audits that nobody moderated too.
    population : int, optional
        Cases the audits were drawn from.
    level : float
        Level of the intervals, each by itself.
    scope : str
        Place and period.

    Returns
    -------
    GradeDistribution
        `count` is the moderators' own number of that grade; further columns `audited` (the share
        by the auditors' grades) and `standard_error`.
    """
    check_level(level)
    counts, audits = _crossed(ratings)
    size, rows = ratings.scale.size, []
    for grade in reversed(range(size)):
        share = _share(counts, audits, np.arange(size) == grade, population, ratings.scale.grades)
        ends = share.confidence_interval(level)
        rows.append(
            (
                ratings.scale.grades[grade],
                share.estimate,
                ends.low,
                ends.high,
                float(counts[:, grade].sum()),
                share.audited,
                share.standard_error,
            )
        )
    names = ["grade", "share", "low", "high", "count", "audited", "standard_error"]
    return GradeDistribution(
        pd.DataFrame(rows, columns=names),
        n=int(counts.sum()),
        population=share.population,
        level=level,
        method="two phases by auditor’s grade",
        measure="Grade as moderators would have found it, estimated share of all cases",
        scope=scope,
        unit="share",
        n_of="moderated audits",
        warnings=share.warnings,
    )


def _share(
    counts: np.ndarray,
    audits: np.ndarray,
    hits: np.ndarray,
    population: int | None,
    grades: tuple[str, ...],
) -> ModeratedShare:
    """Estimate the share of the moderators' grades that count."""
    n, moderated = int(audits.sum()), counts.sum(axis=1)
    if not moderated.sum():
        raise AgreementError("No audit was moderated, so nothing can be corrected by moderation.")
    if population is not None and population < n:
        raise AgreementError(
            f"`population` is {population}, fewer than the {n} audits drawn from it. Give the "
            "number of cases in the frame."
        )
    used = audits > 0
    seen, total, mine = moderated[used], audits[used], hits[used].astype(float)
    found = counts[used][:, hits].sum(axis=1)
    each = np.where(seen > 0, found / np.maximum(seen, 1), mine)
    share = float(total @ each / n)
    fresh = 1.0 if population is None else 1 - n / population
    weight, left = total / n, 1 - seen / total
    plain = each * (1 - each) / np.maximum(seen - 1, 1)
    inner = float(weight**2 @ (left * plain))
    error = _variance(share, inner, n, fresh)
    # one more case, half of each kind, in every grade: the interval must not close
    eased = (found + 0.5) / (seen + 1)
    wide = np.where(seen > 0, eased * (1 - eased) / np.maximum(seen, 1), 0.25)
    middle = float(weight @ np.where(seen > 0, eased, mine))
    variance = _variance(middle, float(weight**2 @ (left * wide)), n, fresh)
    effective = middle * (1 - middle) / variance if variance > 0 else n
    unseen = [grades[place] for place in np.flatnonzero(used)[seen == 0]]
    return ModeratedShare(
        audited=float(total @ mine / n),
        estimate=share,
        standard_error=float(np.sqrt(error)),
        audits=n,
        moderated=int(seen.sum()),
        effective_n=float(effective),
        population=population or n,
        warnings=_unseen(unseen),
    )


def _variance(share: float, inner: float, n: int, fresh: float) -> float:
    """Give the variance of both phases for a share, whose squares are itself."""
    return inner + fresh * max(share - share**2 + inner, 0.0) / max(n - 1, 1)


def _unseen(grades: list[str]) -> tuple[str, ...]:
    if not grades:
        return ()
    return (
        f"No audit graded {' or '.join(grades)} was moderated: there the auditor’s grade stands.",
    )


def _crossed(ratings: Ratings) -> tuple[np.ndarray, np.ndarray]:
    """Give moderated audits by both grades, and audits by the auditor's, worst first."""
    rows, size = _audits(ratings), ratings.scale.size
    audits = np.bincount(rows["auditor"], minlength=size)
    both = rows[rows["moderator"] >= 0]
    place = both["auditor"].to_numpy() * size + both["moderator"].to_numpy()
    return np.bincount(place, minlength=size**2).reshape(size, size), audits


def _audits(ratings: Ratings) -> pd.DataFrame:
    """Give one row an audit with an auditor's grade: unit, both codes (-1 for none)."""
    keys = case_keys(ratings.units)
    if repeated := int(keys.duplicated().sum()):
        raise AgreementError(
            f"{repeated} rows repeat a case, such as once a standard. Give the ratings of one "
            'standard, such as ratings.by("standard")["overall"].'
        )
    audited = np.where(ratings.roles == 0, ratings.codes, -1)
    if ((ratings.roles == 0).sum(axis=1) > 1).any():
        raise AgreementError("A case has several auditors; each audit needs exactly one.")
    first = audited.max(axis=1, initial=-1)
    second = np.array([_middle(row) for row in np.where(ratings.roles == 1, ratings.codes, -1)])
    table = pd.DataFrame(
        {
            "unit": np.arange(len(first)),
            "auditor": first.astype(int),
            "moderator": second.astype(int) if len(second) else first.astype(int),
        }
    )
    return table[table["auditor"] >= 0].reset_index(drop=True)


def _middle(codes: np.ndarray) -> int:
    given = np.sort(codes[codes >= 0])
    return int(given[(len(given) - 1) // 2]) if len(given) else -1
