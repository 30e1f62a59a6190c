"""How well did we do it? The twelve quality standards, with all that tells of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.loop.activity import activity_counts
from qa_sampling.loop.standards import (
    Evidence,
    Reading,
    read_standard,
    share_of,
    weighted_share_of,
)
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS, FEEDBACK
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.runs.moderation_chance import chance_of_moderation
from qa_sampling.runs.programme_page.standard_measures import (
    WAYS,
    measures_told,
    ways_of_measures,
)
from qa_sampling.schema import GRADES, QUALITY_STANDARDS

if TYPE_CHECKING:
    from qa_sampling.settings.programme import QaProgramme
    from qa_sampling.settings.programme_files import QualityStandards

AUDITS, MODERATORS, SEEN = "Audits", "Moderators", "Observations and checks"
FAMILIES, STAFF = "Families and children", "Practitioners and partners"
SOURCES = (AUDITS, MODERATORS, SEEN, FAMILIES, STAFF, "Measures")
"""What tells of a standard, in the order to show it; measures come under their own names."""
_HEARD = {
    FAMILIES: ("Feedback from a family", "Feedback from a child"),
    STAFF: ("Feedback from a practitioner", "Feedback from a partner"),
}


@dataclass(frozen=True)
class Well:
    """The scorecard. Restricted.

    Attributes
    ----------
    readings : tuple of Reading
        One a standard, in the order of the file.
    ways : dict of str to str
        Direction of travel by standard, of :data:`WAYS`.
    good : dict of str to str
        What good looks like.
    no_measure, other_evidence : dict of str to str
        By standard why it is held against no measure, and what further evidence the framework
        names; only where the file says so.
    counted : dict of str to dict of str to int
        By standard how many activities of the kinds that stand beside its reading name it.
    measures : dict of (str, str) to str
        Which way each measure goes beside a year before, of :data:`WAYS`, by standard and title.
    """

    readings: tuple[Reading, ...]
    ways: dict[str, str]
    good: dict[str, str]
    no_measure: dict[str, str] = field(default_factory=dict)
    other_evidence: dict[str, str] = field(default_factory=dict)
    counted: dict[str, dict[str, int]] = field(default_factory=dict)
    measures: dict[tuple[str, str], str] = field(default_factory=dict)


def well_of(
    settings: QaProgramme,
    register: Register,
    standards: QualityStandards,
    *,
    graded: pd.DataFrame,
    changed: pd.DataFrame,
    activities: pd.DataFrame,
    measured: pd.DataFrame,
) -> Well:
    """Read every standard from all that tells of it.

    Parameters
    ----------
    settings : QaProgramme
        Give the level, and below how many a source says nothing.
    register : Register
        Holds the moderations, each counted for 1 / its chance.
    standards : QualityStandards
        What good looks like, and the measures.
    graded : DataFrame
        Grades of open cases by standard, with the interval of good or better: `standard`,
        `graded`, `share_good`, `low_good`, `high_good`.
    changed : DataFrame
        Change by standard: `standard`, `change`, `distinguishable`.
    activities : DataFrame
        Other activity of the months.
    measured : DataFrame
        ``measured.READINGS`` of everybody by month.
    """
    counts = {
        SEEN: _by_standard(activities[~activities["kind"].isin(sum(_HEARD.values(), ()))]),
        **{name: _by_standard(activities[activities["kind"].isin(kinds)])
           for name, kinds in _HEARD.items()},
    }  # fmt: skip
    moderated = _moderated(settings, register)
    given = {"wanted": standards.good_enough, "level": settings.level}
    given["fewest"] = settings.fewest_for_reading
    audited = graded.set_index("standard")
    held = measures_told(standards, measured, settings)
    readings = []
    for one in standards.standards:
        own = moderated[moderated["standard"] == one.key]
        good, chances = list(own["good"]), list(own["probability"])
        evidence = [
            _audits(one.key, audited, standards.good_enough),
            weighted_share_of(one.key, MODERATORS, good, chances, **given),
            _seen(one.key, counts[SEEN], given),
            *(_heard(one.key, name, counts[name], given) for name in _HEARD),
            *(part.evidence for part in held if part.standard == one.key),
        ]
        readings.append(read_standard(one.key, evidence))
    return Well(
        tuple(readings),
        _ways(changed),
        {one.key: one.good for one in standards.standards},
        {one.key: one.no_measure for one in standards.standards if one.no_measure},
        {one.key: one.other_evidence for one in standards.standards if one.other_evidence},
        _counted(standards, activities),
        ways_of_measures(held),
    )


def _audits(key: str, audited: pd.DataFrame, wanted: float) -> Evidence:
    row = audited.loc[key]
    ends = [row["share_good"], row["low_good"], row["high_good"]]
    known = [None if pd.isna(value) else float(value) for value in ends]
    return Evidence(key, AUDITS, int(row["graded"]), *known, wanted)


def _counted(standards: QualityStandards, activities: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count the activities that stand beside a reading, by standard and kind.

    Those the file names for a standard are there with none too, others where any names it.
    """
    table = activity_counts(activities, by=["standard", "kind"]).table
    held = table.set_index(["standard", "kind"])["activities"]
    kinds = list(dict.fromkeys(kind for one in standards.standards for kind in one.counted))
    counts = {
        one.key: {
            kind: int(held.get((one.key, kind), 0))
            for kind in kinds
            if kind in one.counted or (one.key, kind) in held.index
        }
        for one in standards.standards
    }
    return {key: numbers for key, numbers in counts.items() if numbers}


def _by_standard(activities: pd.DataFrame) -> pd.DataFrame:
    return activity_counts(activities, by=["standard"]).table.set_index("standard")


def _seen(key: str, counts: pd.DataFrame, given: dict) -> Evidence:
    row = counts.loc[key] if key in counts.index else None
    good, n = (0, 0) if row is None else (int(row["good"]), int(row["graded"]))
    return share_of(key, SEEN, good, n, **given)


def _heard(key: str, name: str, counts: pd.DataFrame, given: dict) -> Evidence:
    row = counts.loc[key] if key in counts.index else None
    good, n = (0, 0) if row is None else (int(row["positive"]), int(row["viewed"]))
    return share_of(key, name, good, n, **given)


def _moderated(settings: QaProgramme, register: Register) -> pd.DataFrame:
    """Give the moderators' grades of the months: `standard`, `good`, `probability`.

    Audits graded low are moderated more often, so each grade has its chance of having been given.
    Of several moderations of an audit the latest counts.
    """
    told = register.answers()
    overall = told[told["standard"] == OVERALL].set_index("audit_id")["grade"]
    audits = register.audits()
    audits = audits[audits["period"].between(settings.first_period, settings.period)]
    audits = audits[audits["date_completed"] <= pd.Timestamp(settings.extract_day)]
    audits = audits[audits["design"].isin(settings.designs)]
    audits = audits.assign(grade=audits["audit_id"].map(overall))
    audits = audits[audits["grade"].isin(GRADES)]
    held = register.moderations()
    held = held[held["date"] <= pd.Timestamp(settings.extract_day)]
    held = held[held["audit_id"].isin(audits["audit_id"])].sort_values(["date", "moderation_id"])
    held = held.drop_duplicates("audit_id", keep="last")
    answers = register.moderated_answers().merge(held[["moderation_id", "audit_id"]])
    answers = answers[answers["grade"].isin(GRADES) & answers["standard"].isin(QUALITY_STANDARDS)]
    chances = audits.set_index("audit_id")["grade"].to_frame()
    chances["moderated"] = chances.index.isin(held["audit_id"])
    if chances["moderated"].any():
        chance = chance_of_moderation(chances["grade"], chances["moderated"])
        answers = answers.assign(probability=answers["audit_id"].map(chance))
    else:
        answers = answers.assign(probability=1.0)
    return answers.assign(good=answers["grade"].isin(GRADES[:2]))


def _ways(changed: pd.DataFrame) -> dict[str, str]:
    """Say of each standard which way it goes."""
    ways = dict.fromkeys(QUALITY_STANDARDS, WAYS[3])
    for row in changed.itertuples():
        if row.standard in ways:
            told = WAYS[0] if row.change > 0 else WAYS[1]
            ways[row.standard] = told if row.distinguishable else WAYS[2]
    return ways


def voices_of(activities: pd.DataFrame) -> pd.DataFrame:
    """Count what families, children, practitioners and partners said. Restricted.

    Parameters
    ----------
    activities : DataFrame
        Other activity of the months.

    Returns
    -------
    DataFrame
        `kind`, `times`, `positive`, `mixed`, `negative` (of those with a view).
    """
    kinds = [name for name, kind in ACTIVITY_KINDS.items() if kind.group == FEEDBACK]
    table = activity_counts(activities[activities["kind"].isin(kinds)]).table.set_index("kind")
    table = table.reindex(kinds).fillna(0).astype("int64").reset_index()
    mixed = table["viewed"] - table["positive"] - table["negative"]
    table = table.rename(columns={"activities": "times"}).assign(mixed=mixed)
    return table[["kind", "times", "positive", "mixed", "negative"]]
