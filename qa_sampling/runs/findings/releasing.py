"""Findings that everybody may read: protected against all that is out, and of which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import pandas as pd

from qa_sampling.errors import DisclosureError, NothingReturned, RegisterError
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import day_in_words
from qa_sampling.reporting.findings_tables import (
    FindingsTables,
    days_released,
    days_telling,
    protect_findings,
)
from qa_sampling.reporting.findings_words import (
    RANGE_WORDS,
    earlier_day_words,
    grade_words,
    shown_counts,
)
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.saying import USUAL
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.case_places import Describer
from qa_sampling.runs.enough_audits import require_enough
from qa_sampling.runs.findings import estimates, practice
from qa_sampling.runs.findings.moderating import moderators_grades
from qa_sampling.runs.findings.steps import Findings, findings_of, span_of
from qa_sampling.runs.shared_tables import record_tables
from qa_sampling.schema import GRADES, QUALITY_STANDARDS
from qa_sampling.settings.findings import AuditFindings

_DAY = "%Y-%m-%d"
_Asked = TypeVar("_Asked", bound=AuditFindings)


@dataclass(frozen=True)
class ToldFindings:
    """Findings as everybody may read them, of the latest day of which they can be told.

    Attributes
    ----------
    found : Findings
        The audits as at that day. Restricted.
    settings : AuditFindings
        Looking back from that day.
    tables : FindingsTables
        The protected tables, of the ledger of releases.
    day : date or None
        That day, where it is not the page's own.
    """

    found: Findings
    settings: AuditFindings
    tables: FindingsTables
    day: date | None = None

    @property
    def are_told(self) -> bool:
        """Whether the tables show how many audits are good or better."""
        return shown_counts(self.tables)[0] is not None

    @property
    def words(self) -> Words:
        """What share of open cases is good or better, as far as it is shown."""
        found, level = self.found, self.settings.level
        good = estimates.good_or_better(found)
        words = grade_words(self.tables, good, cases=found.open_cases, level=level)
        has_range = any(" (" in one for one in words.sentences)
        words += RANGE_WORDS if has_range else NOTHING_SAID
        return words + (earlier_day_words(self.day) if self.day else NOTHING_SAID)

    def shared(self, *, audits: str = "Completed audits") -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions, in the order to read them.

        Parameters
        ----------
        audits : str
            What they are called, where other kinds of audits are told of beside them.
        """
        span = span_of(self.found.now)
        as_of = f", as at {day_in_words(self.day)}" if self.day else ""
        return self.tables.shared(span + as_of, audits=audits)


def tell_findings(
    found: Findings,
    settings: AuditFindings,
    register: Register,
    staff: pd.DataFrame | None,
    *,
    describe: Describer | None = None,
) -> ToldFindings:
    """Protect findings, of an earlier day where today's would hide what is told already.

    A few audits that came late have their grades hidden, and with them every sum that they are
    the only difference to: the share that last month's page told would be hidden for good. Such
    figures are told as they were when they last could be, and the page says of which day.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Checked parameters.
    register : Register
        Draws, audits, and the ledger of releases, which the tables are entered in.
    staff : DataFrame or None
        ``schema.STAFF``.
    describe : callable, optional
        Says what cases were like, where it is at hand already.

    Raises
    ------
    DisclosureError, NothingReturned
        As :func:`release_findings`.
    """
    before = _told_last(settings, register, staff, describe)
    told = None
    if before is not None and _tells_few(before[1], found):
        told = _told_again(*before, register)
    if told is None:
        tables = protected_findings(found, settings, register, brief=True)
        told = ToldFindings(found, settings, tables)
        if before is not None and not told.are_told:
            told = _told_again(*before, register) or told
    record_tables(register, settings.slug, told.tables.by_title())
    return told


def _told_last(
    settings: AuditFindings,
    register: Register,
    staff: pd.DataFrame | None,
    describe: Describer | None,
) -> tuple[AuditFindings, Findings] | None:
    """Give the findings as at the latest day before the page's of which they were told."""
    earlier = printed_tables(register.releases()["content"])
    told = days_telling(earlier, design=settings.design, edition=settings.edition)
    days = [day for day in map(date.fromisoformat, told) if day < settings.extract_day]
    if not days:
        return None
    then = as_at(settings, max(days))
    try:
        return then, findings_of(then, register, staff, describe=describe)
    except RegisterError:  # nothing is left of these months
        return None


def _tells_few(before: Findings, now: Findings) -> bool:
    """Say whether two shares of the same months would tell together of 1 to 5 audits.

    No choice of hidden counts could then show both: there is no need to look for one.
    """
    if before.now != now.now:
        return False
    both = [one.audited["overall"].isin(GRADES[:2]) for one in (before, now)]
    good, others = (
        int((both[1] == kind).sum() - (both[0] == kind).sum()) for kind in (True, False)
    )
    return USUAL.is_small(good) or USUAL.is_small(others)


def _told_again(
    settings: AuditFindings, found: Findings, register: Register
) -> ToldFindings | None:
    """Tell findings as at an earlier day again; None where they can no longer be told so."""
    earlier, day = printed_tables(register.releases()["content"]), settings.extract_day
    try:
        require_enough(settings.design, len(found.audited))
        tables = _protected(found, settings, register, earlier, day, more=False)
    except (DisclosureError, NothingReturned):  # a form of before that day was recorded since
        return None
    told = ToldFindings(found, settings, tables, day)
    return told if told.are_told else None


def release_findings(
    found: Findings, settings: AuditFindings, register: Register
) -> FindingsTables:
    """Protect the tables of findings, and enter them in the ledger before anyone reads them.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Checked parameters.
    register : Register
        Holds the ledger of releases.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    NothingReturned
        When hardly anything of a theme is back.
    """
    tables = protected_findings(found, settings, register)
    record_tables(register, settings.slug, tables.by_title())
    return tables


def protected_findings(
    found: Findings, settings: AuditFindings, register: Register, *, brief: bool = False
) -> FindingsTables:
    """Protect the tables of findings against all that is out, without entering them.

    Where no audit is dated after the latest release of the same months, that release is made
    again, of its own day: the same figures of a day more would be another set of counts to
    protect, for nothing. Moderators read audits weeks after these are done, so what they found
    may not fit what was released as at an earlier day; it is left out then.

    Parameters
    ----------
    found, settings, register
        As for :func:`release_findings`.
    brief : bool
        Whether what moderators found, and tags, are left out.

    Raises
    ------
    DisclosureError, NothingReturned
        As :func:`release_findings`.
    """
    require_enough(settings.design, len(found.audited))
    earlier = printed_tables(register.releases()["content"])
    days = [_unchanged_since(found, settings, earlier), settings.extract_day]
    refused = None
    for day in filter(None, days):
        for more in (False,) if brief else (True, False):
            try:
                return _protected(found, settings, register, earlier, day, more=more)
            except DisclosureError as error:
                refused = refused or error
    raise refused


def _unchanged_since(
    found: Findings, settings: AuditFindings, earlier: Sequence[PrintedTable]
) -> date | None:
    """Give the day of the latest release of these months, where no audit is dated after it."""
    released = days_released(earlier, design=settings.design, edition=settings.edition)
    days = [date.fromisoformat(day) for day, months in released.items() if months == found.now]
    if not days or (day := max(days)) >= settings.extract_day:
        return None
    later = found.audited["date_completed"] > pd.Timestamp(day)
    return None if later.any() else day


def _protected(
    found: Findings,
    settings: AuditFindings,
    register: Register,
    earlier: Sequence[PrintedTable],
    day: date,
    *,
    more: bool,
) -> FindingsTables:
    audits = register.audits().dropna(subset=["date_completed"])
    days = pd.date_range(audits["date_completed"].min(), pd.Timestamp(day))
    grades = moderators_grades(found, settings, register)["grade"].tolist() if more else ()
    return protect_findings(
        found.audited,
        QUALITY_STANDARDS,
        design=settings.design,
        months=found.now,
        days=tuple(days.strftime(_DAY)),
        begun=_begun(audits),
        moderated=grades,
        tags=practice.themes(found, register) if more else None,
        edition=settings.edition,
        earlier=earlier,
    )


def _begun(audits: pd.DataFrame) -> dict[str, str]:
    """Give the first day that an audit of each month can be of, for months with earlier ones."""
    first = audits.groupby("period")["date_completed"].min().dt.strftime(_DAY)
    return {month: day for month, day in first.items() if day < month}


def as_at(settings: _Asked, day: date) -> _Asked:
    """Give settings that look back from an earlier day.

    Parameters
    ----------
    settings : AuditFindings
        Checked parameters.
    day : date
        The day.
    """
    return settings.model_copy(update={"as_at": day.isoformat()})
