"""Who is in scope: from population to fixed frame, every exclusion with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import pandas as pd

from qa_sampling.errors import FrameError
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.re_audits import note_not_called
from qa_sampling.sampling.strata import POOLED, form_strata
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import CASES, FRAME, STATUSES, check_table

FRAME_VERSION = "qa_sampling/frame/v1"
DESCRIPTORS = (
    "status team service worker age_band gender ethnic_group primary_need disability weeks_open"
).split()


@dataclass(frozen=True)
class Eligibility:
    """Who may be drawn.

    Attributes
    ----------
    statuses, services, teams : tuple of str
        Values in scope; empty for all.
    age_from, age_to : int or None
        Completed years, both included; None for no bound. A child before birth is -1.
    open_at_least_weeks : int
        Completed weeks a case must have been open; 0 for any. A case whose start is not
        recorded stays in scope: Annex A has none for care leavers.
    closed_within_months : int
        Closed cases count when they closed in the last so many months; 0 for open cases only.
    not_audited_within_months : int
        Cases audited (or drawn) in the last so many months are not drawn again; 0 switches
        this off.
    siblings_too : bool
        Whether that holds for all children of the audited child's family.
    last_graded : tuple of str
        For re-audits: only cases whose last graded audit has one of these grades; empty for
        all cases.
    re_audit_after_months, re_audit_within_months : int
        How long ago that audit must be at least, and may be at most (0 for no bound). A case
        that was drawn since and is not back yet is not drawn again.
    """

    statuses: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    open_at_least_weeks: int = 0
    closed_within_months: int = 0
    not_audited_within_months: int = 12
    siblings_too: bool = False
    last_graded: tuple[str, ...] = ()
    re_audit_after_months: int = 0
    re_audit_within_months: int = 0


def build_frame(
    cases: pd.DataFrame,
    eligibility: Eligibility,
    *,
    rows: tuple[str, ...],
    columns: tuple[str, ...] = (),
    as_at: date,
    key: bytes,
    families: pd.DataFrame | None = None,
    restricted: pd.DataFrame | None = None,
    past_audits: pd.DataFrame | None = None,
    without_auditor: Collection[str] = (),
    pool_below: int = 0,
) -> Frame:
    """Fix the frame: every case of the population is in it or excluded with a reason.

    Parameters
    ----------
    cases : DataFrame
        ``schema.CASES``, one row a child; never altered.
    eligibility : Eligibility
        Who may be drawn.
    rows, columns : tuple of str
        Columns that form the strata (see :func:`form_strata`).
    as_at : date
        Day the cases describe; months are counted back from it.
    key : bytes
        Secret key of the references, at least 16 bytes.
    families, restricted : DataFrame, optional
        ``schema.FAMILIES`` and ``schema.RESTRICTED``. Without families every child stands alone.
    past_audits : DataFrame, optional
        `date` and `case_ref` or `child_id` of every audit so far; for re-audits `grade`, missing
        for those that were drawn and are not back yet.
    without_auditor : collection of str
        References of cases that no auditor may audit.
    pool_below : int
        Pool rows of the strata with fewer cases than this.

    Returns
    -------
    Frame

    Raises
    ------
    SchemaError
        When a table is not as declared.
    FrameError
        When a status, team or service in scope is unknown, a child is in two families, or
        strata cannot be formed.
    """
    check_table(cases, CASES)
    _check_scope(cases, eligibility)
    population = cases.sort_values("child_id").reset_index(drop=True)
    population["case_ref"] = [pseudonym(number, key) for number in population["child_id"]]
    population["family_ref"] = _families(population, families, key)
    found = _out_of_scope(population, eligibility, as_at)
    note_not_called(found.note, population, past_audits, eligibility, as_at)
    found.note(_named(population, restricted), "restricted record")
    returns = _returns(_kin(population, families, eligibility, key), past_audits, eligibility)
    returns = returns.iloc[: len(population)]
    found.note(
        returns > pd.Timestamp(as_at),
        f"audited or drawn in the last {eligibility.not_audited_within_months} months",
    )
    found.note(population["case_ref"].isin(without_auditor), "no eligible auditor")
    left_out = found.reasons != ""
    eligible = population[~left_out]
    formed = form_strata(eligible, rows, columns, pool_below=pool_below)
    framed = pd.concat([eligible[["case_ref", "family_ref", *DESCRIPTORS]], formed], axis=1)
    where = form_strata(population, rows)["row"]
    if pool_below > 0:
        where = where.where(where.isin(set(formed["row"])), POOLED)
    order = [*FRAME.names, *DESCRIPTORS]
    framed = framed[order].sort_values("case_ref").reset_index(drop=True)
    exclusions = pd.DataFrame(
        {
            "case_ref": population["case_ref"],
            "reason": found.reasons,
            "row": where,
            "returns": returns.where(found.reasons.str.startswith("audited")),
        }
    )[left_out].sort_values("case_ref")
    return Frame(
        cases=check_table(framed, FRAME),
        link=population[["case_ref", "child_id"]].sort_values("case_ref").reset_index(drop=True),
        funnel=found.funnel(),
        exclusions=exclusions.reset_index(drop=True),
        strata=(*rows, *columns),
        fingerprint=frame_fingerprint(framed),
    )


def frame_snapshot(cases: pd.DataFrame) -> str:
    """Give the canonical text of a frame: a header line, then one line a case, sorted.

    Parameters
    ----------
    cases : DataFrame
        The columns of ``schema.FRAME``; others do not count, nor does the order of rows.
    """
    columns = FRAME.names
    rows = zip(*(cases[name].astype(str) for name in columns), strict=True)
    lines = sorted("\x1f".join(row) for row in rows)
    return "\n".join([f"{FRAME_VERSION}\x1f{','.join(columns)}\x1f{len(lines)}", *lines, ""])


def frame_fingerprint(cases: pd.DataFrame) -> str:
    """Give the SHA-256 of the canonical text of a frame (see :func:`frame_snapshot`)."""
    return hashlib.sha256(frame_snapshot(cases).encode("utf-8")).hexdigest()


def frame_from_snapshot(snapshot: str) -> pd.DataFrame:
    """Read the table of a frame back from its canonical text.

    Parameters
    ----------
    snapshot : str
        What :func:`frame_snapshot` gave.

    Raises
    ------
    FrameError
        When the text is not of the known version, or not whole.
    """
    head, *lines = snapshot.split("\n")
    if not head.startswith(FRAME_VERSION + "\x1f"):
        raise FrameError(f"The recorded frame is not of version {FRAME_VERSION!r}.")
    _, columns, count = head.split("\x1f")
    rows = [line.split("\x1f") for line in lines[:-1]]
    if len(rows) != int(count) or lines[-1] or any(len(row) != len(FRAME.names) for row in rows):
        raise FrameError(f"The recorded frame is not whole: {count} cases were recorded.")
    return pd.DataFrame(rows, columns=columns.split(","), dtype="str")


def _check_scope(cases: pd.DataFrame, eligibility: Eligibility) -> None:
    unknown = sorted(set(eligibility.statuses) - set(STATUSES))
    if unknown:
        raise FrameError(f"Status {unknown[0]!r} is unknown; choose from {', '.join(STATUSES)}.")
    for what, wanted in (("team", eligibility.teams), ("service", eligibility.services)):
        strangers = sorted(set(wanted) - set(cases[what]))
        if strangers:
            raise FrameError(
                f"No case has the {what} {strangers[0]!r}. Known: "
                f"{', '.join(sorted(set(cases[what])))}."
            )


class _Exclusions:
    """Reasons of exclusion in the order they were applied; a case keeps its first."""

    def __init__(self, cases: pd.DataFrame) -> None:
        self.reasons = pd.Series("", index=cases.index, dtype="str")
        self.order: list[str] = []

    def note(self, excluded: pd.Series, reason: str) -> None:
        """Note a reason for those of the cases that have none yet."""
        self.order.append(reason)
        self.reasons[excluded & (self.reasons == "")] = reason

    def funnel(self) -> pd.DataFrame:
        """Count from population to frame, one row a reason."""
        remaining = len(self.reasons)
        steps = [("Population", "", 0, remaining)]
        for reason in self.order:
            count = int((self.reasons == reason).sum())
            remaining -= count
            steps.append(("Excluded", reason, count, remaining))
        steps.append(("Frame", "", 0, remaining))
        return pd.DataFrame(steps, columns=["step", "reason", "excluded", "remaining"])


def _out_of_scope(population: pd.DataFrame, rule: Eligibility, as_at: date) -> _Exclusions:
    """Note the first reason of every case that is out of scope."""
    found = _Exclusions(population)
    is_open = population["is_open"].astype(bool)
    if rule.closed_within_months:
        after = pd.Timestamp(as_at) - pd.DateOffset(months=rule.closed_within_months)
        late = ~is_open & ~(population["open_to"] > after)
        found.note(late, f"closed more than {rule.closed_within_months} months ago")
    else:
        found.note(~is_open, "closed")
    scope = {"status": rule.statuses, "service": rule.services, "team": rule.teams}
    for name, wanted in scope.items():
        if wanted:
            found.note(~population[name].isin(wanted), f"{name} not in scope")
    age = population["age_years"]
    if rule.age_from is not None or rule.age_to is not None:
        low = rule.age_from if rule.age_from is not None else -1
        high = rule.age_to if rule.age_to is not None else 200
        found.note(age.isna(), "age not recorded")
        found.note(~age.between(low, high).fillna(False).astype(bool), "age not in scope")
    if rule.open_at_least_weeks:
        weeks = population["weeks_open"]
        short = (weeks < rule.open_at_least_weeks).fillna(False).astype(bool)
        found.note(short, f"open less than {rule.open_at_least_weeks} weeks")
    return found


def _families(population: pd.DataFrame, families: pd.DataFrame | None, key: bytes) -> pd.Series:
    """Give every case the reference of its family; its own when the family is unknown."""
    if families is None:
        return population["case_ref"].copy()
    known = population["child_id"].map(_family_of(families))
    refs = {number: pseudonym(f"family {number}", key) for number in known.dropna().unique()}
    return known.map(refs).where(known.notna(), population["case_ref"])


def _family_of(families: pd.DataFrame) -> pd.Series:
    """Give the family by child; children without one are left out."""
    named = families.dropna(subset=["child_id", "family_id"])
    named = named[named["family_id"].str.strip() != ""]
    named = named.drop_duplicates(["child_id", "family_id"])
    if torn := int(named["child_id"].duplicated().sum()):
        raise FrameError(
            f"The table of families puts {torn} children into more than one family. "
            f"Give every child one family."
        )
    return named.set_index("child_id")["family_id"]


def _kin(
    population: pd.DataFrame, families: pd.DataFrame | None, rule: Eligibility, key: bytes
) -> pd.DataFrame:
    """Give the population and, where siblings count, the children of its families who left it."""
    columns = ["child_id", "case_ref", "family_ref"]
    if families is None or not rule.siblings_too:
        return population[columns]
    others = _family_of(families)
    others = others[~others.index.isin(population["child_id"])]
    left = [
        (child, pseudonym(child, key), pseudonym(f"family {family}", key))
        for child, family in others.items()
    ]
    gone = pd.DataFrame(left, columns=columns, dtype="str")
    return pd.concat([population[columns], gone], ignore_index=True)


def _named(population: pd.DataFrame, table: pd.DataFrame | None) -> pd.Series:
    """Say which cases a table names, by number or by reference."""
    if table is None or table.empty:
        return pd.Series(False, index=population.index)
    named = pd.Series(False, index=population.index)
    if "child_id" in table.columns:
        named |= population["child_id"].isin(table["child_id"].dropna())
    if "case_ref" in table.columns:
        named |= population["case_ref"].isin(table["case_ref"].dropna())
    return named


def _returns(
    population: pd.DataFrame, past_audits: pd.DataFrame | None, rule: Eligibility
) -> pd.Series:
    """Give the day from which every case may be drawn again; missing if never audited."""
    days = pd.Series(pd.NaT, index=population.index, dtype="datetime64[us]")
    if past_audits is None or past_audits.empty or not rule.not_audited_within_months:
        return days
    for name in ("child_id", "case_ref"):
        if name in past_audits.columns:
            latest = past_audits.dropna(subset=[name]).groupby(name)["date"].max()
            found = population[name].map(latest).astype("datetime64[us]")
            days = pd.concat([days, found], axis=1).max(axis=1)
    if rule.siblings_too:
        days = days.groupby(population["family_ref"]).transform("max")
    return days + pd.DateOffset(months=rule.not_audited_within_months)
