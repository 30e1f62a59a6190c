"""Cases graded Inadequate are audited again: which are due, and what the second look found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import SchemaError
from qa_sampling.results import Interval
from qa_sampling.schema import GRADES

_COLUMNS = ("audit_id", "case_ref", "date_completed", "grade")


@dataclass(frozen=True)
class ReAuditsDue:
    """Cases whose last audit calls for another.

    Attributes
    ----------
    graded : tuple of str
        Grades that call for it.
    after_months : int
        Months from the audit to the re-audit.
    table : DataFrame
        One row a case, the longest due first: `case_ref`, `audit_id`, `date_completed`, `grade`
        (of its last graded audit), `due` (day from which it is to be audited again), `is_due`
        (bool, on the day looked at), `under_way` (bool: drawn since, and not back yet).
    """

    graded: tuple[str, ...]
    after_months: int
    table: pd.DataFrame

    @property
    def due(self) -> pd.DataFrame:
        """Those that are due and not under way."""
        now = self.table["is_due"] & ~self.table["under_way"]
        return self.table[now].reset_index(drop=True)


@dataclass(frozen=True)
class ReAuditResult:
    """What re-audits found beside the audits before them.

    Attributes
    ----------
    pairs : DataFrame
        One row a re-audited case and audit: `case_ref`, `audit_id`, `grade`, `date_completed`,
        `re_audit_id`, `re_grade`, `re_date_completed`, `change` (grades gained; below 0 lost).
    n, improved, same, worse : int
        How many pairs, and which way they went.
    could_worsen : int
        Pairs whose first grade was not the lowest.
    sign_p : float or None
        p of the two-sided sign test that improvement and decline are equally likely; None when
        no pair could have got worse, or none changed.
    usual : float or None
        Share of all other audits with a grade above the lowest of `graded`: what a second look
        at any case would show without anything having changed.
    """

    pairs: pd.DataFrame
    n: int
    improved: int
    same: int
    worse: int
    could_worsen: int
    sign_p: float | None
    usual: float | None

    @property
    def share_improved(self) -> float | None:
        """Share of the pairs that improved; None when there is none."""
        return self.improved / self.n if self.n else None

    def confidence_interval(self, level: float = 0.95, *, method: str = "wilson") -> Interval:
        """Give the interval of the share that improved.

        Parameters
        ----------
        level : float
            Level.
        method : {"wilson", "exact"}
            Wilson's score interval, or that of Clopper and Pearson.

        Raises
        ------
        SchemaError
            When there is no pair, or the method is unknown.
        """
        from scipy import stats

        if not self.n or method not in ("wilson", "exact"):
            raise SchemaError(
                "No case was audited again, so there is no share."
                if not self.n
                else f"`method` must be one of wilson, exact; got {method!r}."
            )
        ends = stats.binomtest(self.improved, self.n).proportion_ci(level, method=method)
        return Interval(float(ends.low), float(ends.high), level, method)


def re_audits_due(
    audits: pd.DataFrame,
    *,
    as_at: pd.Timestamp,
    graded: Collection[str] = ("Inadequate",),
    after_months: int = 3,
    drawn: pd.DataFrame | None = None,
) -> ReAuditsDue:
    """Give the cases whose last audit calls for another.

    Parameters
    ----------
    audits : DataFrame
        Completed audits: `audit_id`, `case_ref`, `date_completed`, `grade` (overall).
    as_at : Timestamp
        Day looked at; audits completed later do not count.
    graded : collection of str
        Grades that call for a re-audit, of ``schema.GRADES``.
    after_months : int
        Months from the audit to the re-audit.
    drawn : DataFrame, optional
        `case_ref` and `date` of cases that were drawn and are not back yet.
    """
    _check(graded, after_months)
    last = _known(audits, as_at).drop_duplicates("case_ref", keep="last")
    called = last[last["grade"].isin(tuple(graded))].copy()
    called["due"] = called["date_completed"] + pd.DateOffset(months=after_months)
    called["is_due"] = called["due"] <= as_at
    since = {} if drawn is None else drawn.groupby("case_ref")["date"].max().to_dict()
    latest = pd.to_datetime(called["case_ref"].map(since))
    called["under_way"] = (latest > called["date_completed"]).astype(bool)
    table = called[[*list(_COLUMNS), "due", "is_due", "under_way"]]
    table = table.sort_values(["due", "case_ref"]).reset_index(drop=True)
    return ReAuditsDue(tuple(graded), after_months, table)


def re_audit_result(
    audits: pd.DataFrame,
    *,
    as_at: pd.Timestamp,
    graded: Collection[str] = ("Inadequate",),
    within_months: int | None = None,
) -> ReAuditResult:
    """Compare each audit with one of these grades with the next audit of the same case.

    Parameters
    ----------
    audits, as_at, graded
        As for :func:`re_audits_due`.
    within_months : int, optional
        Most months to the next audit; any by default.

    Notes
    -----
    Cases chosen because they were graded low are graded higher the next time more often than
    not, also when nothing has changed (regression to the mean): `usual` says how often any
    other audit is above the lowest of these grades, to compare the share that improved with.
    """
    _check(graded, 0)
    held = _known(audits, as_at)
    held["code"] = held["grade"].map({grade: len(GRADES) - i for i, grade in enumerate(GRADES)})
    following = held.groupby("case_ref").shift(-1)
    pairs = held.assign(
        re_audit_id=following["audit_id"],
        re_grade=following["grade"],
        re_date_completed=following["date_completed"],
        change=following["code"] - held["code"],
    )
    asked = pairs["grade"].isin(tuple(graded)) & pairs["re_audit_id"].notna()
    if within_months is not None:
        latest = pairs["date_completed"] + pd.DateOffset(months=within_months)
        asked &= pairs["re_date_completed"] <= latest
    lowest = min(len(GRADES) - GRADES.index(grade) for grade in graded)
    rest = held[~held["audit_id"].isin(pairs.loc[asked, "re_audit_id"])]
    usual = float((rest["code"] > lowest).mean()) if len(rest) else None
    found = pairs[asked].reset_index(drop=True)
    improved, worse = int((found["change"] > 0).sum()), int((found["change"] < 0).sum())
    could = int((found["code"] > 1).sum())
    columns = [*_COLUMNS, "re_audit_id", "re_grade", "re_date_completed", "change"]
    found["change"] = found["change"].astype("Int64")
    return ReAuditResult(
        pairs=found[columns],
        n=len(found),
        improved=improved,
        same=len(found) - improved - worse,
        worse=worse,
        could_worsen=could,
        sign_p=_sign_p(improved, worse) if could else None,
        usual=usual,
    )


def _sign_p(improved: int, worse: int) -> float | None:
    from scipy import stats

    if not improved + worse:
        return None
    return float(stats.binomtest(improved, improved + worse, 0.5).pvalue)


def _known(audits: pd.DataFrame, as_at: pd.Timestamp) -> pd.DataFrame:
    missing = [name for name in _COLUMNS if name not in audits.columns]
    if missing:
        raise SchemaError(f"The table of audits lacks {', '.join(missing)}. Give them.")
    held = audits[(audits["date_completed"] <= as_at) & audits["grade"].isin(GRADES)]
    held = held.sort_values(["date_completed", "audit_id"]).reset_index(drop=True)
    return held[list(_COLUMNS)].copy()


def _check(graded: Collection[str], after_months: int) -> None:
    unknown = [grade for grade in graded if grade not in GRADES]
    if unknown or not graded:
        raise SchemaError(
            f"`graded` must name grades of {', '.join(GRADES)}; got {list(graded)}. "
            "Give ['Inadequate']."
        )
    if not np.isfinite(after_months) or after_months < 0:
        raise SchemaError(f"`after_months` must be 0 or more; got {after_months}. Give 3.")
