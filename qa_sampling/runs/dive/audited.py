"""Audits graded good or better, looked into: the audits that came back, and what they stand for.

Audits are a sample. Whether practice changed is told by estimates that weigh each audit for the
cases it stands for; who carries it and what goes with it, by the audits as they were read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist

import pandas as pd

from qa_sampling.errors import RegisterError, TrendError
from qa_sampling.records.keys import Key
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.runs.dive.cases import Dive, unit_words
from qa_sampling.runs.drawn_returns import open_findings
from qa_sampling.runs.graded import GOOD, MEASURE, Audited
from qa_sampling.runs.keyring import load_keys
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.sampling.estimation import estimate_proportion
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.trends.entered import ENTERED
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.measures import MEASURES

LEVEL = 0.95
_MONTHLY = "monthly"
FindingsOf = Callable[[AuditFindings, Register, pd.DataFrame | None], Audited]
"""Brings the audits of some months together with their draws."""


def with_audits(told: Told, settings: DeepDive, findings: FindingsOf) -> Told:
    """Give what the extracts tell with the audits, where a deep dive looks into them.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    settings : DeepDive
        Name the measure, the register and the day.
    findings : callable
        Brings audits together with their draws (``runs.findings.steps.findings_of``).

    Returns
    -------
    Told
        As it was for all other measures. Audits of children whom no extract names are left out.

    Raises
    ------
    TrendError
        When the register holds no drawn audit of these months.
    """
    if MEASURES[settings.measure].base.of != "audits":
        return told
    names = "authority extract extra_tables register_at outputs key_file period as_at"
    shared = {name: getattr(settings, name) for name in names.split()}
    months = min(120, settings.baseline_months + 12 + settings.over)
    asked = AuditFindings(**shared, designs=(_MONTHLY,), months=months)
    try:
        with open_findings(asked) as register:
            audited = findings(asked, register, staff_of(asked))
    except RegisterError as fault:
        raise TrendError(f"{MEASURES[MEASURE].title} cannot be looked into. {fault}") from fault
    return replace(
        told, entered=entries_of(audited, told, load_keys(settings).key), audited=audited
    )


def entries_of(audited: Audited, told: Told, key: Key) -> pd.DataFrame:
    """Give each audit that came back as an entry of its month, with the child it is of.

    Parameters
    ----------
    audited : Audited
        The audits.
    told : Told
        Name the children, and their families.
    key : Key
        Key of the references.

    Returns
    -------
    DataFrame
        ``entered.ENTERED`` with `service` and `family_id`.
    """
    back = audited.cases[audited.cases["outcome"] == "audited"]
    numbers = pd.Series(sorted(set(told.children["child_id"].dropna())), dtype="object")
    child = dict(zip([pseudonym(one, key.secret) for one in numbers], numbers, strict=True))
    table = pd.DataFrame(
        {
            "measure": MEASURE,
            "date": pd.PeriodIndex(back["period"], freq="M").start_time,
            "child_id": back["case_ref"].map(child).to_numpy(),
            "met": ["Yes" if one in GOOD else "No" for one in back["overall"]],
            "team": back["team"].to_numpy(),
            "service": back["service"].to_numpy(),
        }
    ).dropna(subset="child_id")
    if "family_id" in told.events:
        family = told.events.drop_duplicates("child_id").set_index("child_id")["family_id"]
        table["family_id"] = table["child_id"].map(family)
    table = table.drop_duplicates(list(ENTERED.key)).sort_values(["date", "child_id"])
    return table.reset_index(drop=True).astype(ENTERED.empty().dtypes.to_dict())


@dataclass(frozen=True)
class GradeChange:
    """How the estimated share of good practice moved. Restricted.

    Attributes
    ----------
    before, now : float
        Estimates of all open cases of both spans.
    audits : tuple of (int, int)
        Audits that they rest on.
    low, high : float
        Interval of the change, now less before.
    """

    before: float
    now: float
    audits: tuple[int, int]
    low: float
    high: float

    @property
    def is_change(self) -> bool:
        """Whether it is more than chance makes: 0 is not in the interval."""
        return self.low > 0 or self.high < 0


def grade_change(told: Told, dive: Dive, settings: DeepDive) -> GradeChange | None:
    """Set the estimates of both spans side by side; None of a measure of anything else.

    Parameters
    ----------
    told : Told
        Holds the audits with their draws.
    dive : Dive
        The months.
    settings : DeepDive
        Name the unit, a team or a service.

    Returns
    -------
    GradeChange or None
        None too where one of the spans has fewer than two audits.

    Notes
    -----
    The draws of different months are independent, so the variances add up.
    """
    if told.audited is None or dive.measure.name != MEASURE:
        return None
    unit = {settings.unit_kind: settings.unit} if settings.is_of_unit else {}
    cases = told.audited.cases[told.audited.cases["outcome"] == "audited"]
    found, audits = [], []
    for months in (dive.held, dive.own):
        periods = [f"{one:%Y-%m}" for one in months if f"{one:%Y-%m}" in set(cases["period"])]
        own = cases["period"].isin(periods)
        for name, value in unit.items():
            own &= cases[name].astype("str") == value
        if own.sum() < 2:
            return None
        where = {"period": periods} | unit
        found.append(estimate_proportion(told.audited.design, OVERALL, values=GOOD, where=where))
        audits.append(int(own.sum()))
    change = found[1].estimate - found[0].estimate
    reach = NormalDist().inv_cdf((1 + LEVEL) / 2)
    reach *= sum(one.standard_error**2 for one in found) ** 0.5
    return GradeChange(
        found[0].estimate, found[1].estimate, (audits[0], audits[1]), change - reach, change + reach
    )


def grade_words(found: GradeChange, dive: Dive, settings: DeepDive) -> str:
    """Say how the estimate moved.

    Parameters
    ----------
    found : GradeChange
        The estimates.
    dive : Dive
        The months.
    settings : DeepDive
        Name the unit.
    """
    whose = unit_words(settings) if settings.is_of_unit else EVERYBODY
    whose = "everybody together" if whose == EVERYBODY else whose
    told = "More than chance" if found.is_change else "Within what chance does"
    before, now = found.audits
    return (
        f"{told}. Good or better of all open cases, {whose}: an estimated {found.now:.0%} in "
        f"{dive.spans[1]} ({now} audits), {found.before:.0%} in {dive.spans[0]} ({before} audits): "
        f"{100 * (found.now - found.before):+.0f} points ({LEVEL:.0%} interval "
        f"{100 * found.low:+.0f} to {100 * found.high:+.0f})."
    )
