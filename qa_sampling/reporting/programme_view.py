"""What the QA Group sees of the programme on the restricted page."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qa_sampling.loop.programme import UNKNOWN
from qa_sampling.loop.standards import SAYS, Evidence, Reading, marked
from qa_sampling.reporting.number_words import half_up, percent_text
from qa_sampling.reporting.programme_words import joined, lowered
from qa_sampling.reporting.standing_tables import month_words
from qa_sampling.sampling.overlooked import Overlooked
from qa_sampling.sampling.progress import Progress
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.trends.measures import MEASURES

_SOURCES = "Good · open · not yet"
"""Head of the numbers of sources that say so."""


def plan_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what was done against the plan, as people read it.

    Parameters
    ----------
    table : DataFrame
        What ``loop.programme.against_plan`` gives.
    """
    share = [_of_plan(one) for one in table["share"]]
    without = [len(one.split(", ")) if one else 0 for one in table["without"]]
    done = table["done"].astype("object").mask(table["state"] == UNKNOWN, "–")
    view = table.assign(share=share, without=without, done=done)
    heads = {"what": "Activity", "owner": "Owed by", "planned": "Planned", "done": "Done",
             "share": "Of the plan", "state": "State", "without": "Months without"}  # fmt: skip
    return view[list(heads)].rename(columns=heads)


def _of_plan(share: float) -> str:
    if pd.isna(share):
        return ""
    return percent_text(share) if share <= 1 else f"{half_up(100 * share):,}%"


def stand_view(stand: Progress, by: str) -> pd.DataFrame:
    """Give how audits stand by month or service: completion, lateness, exemptions.

    Parameters
    ----------
    stand : Progress
        Every drawn audit.
    by : {"period", "service", "team"}
        What to show them by.
    """
    table = stand.counts(by)
    heads = {by: by.replace("period", "month").capitalize(), "planned": "Planned",
             "on_time": "In time", "late": "Late", "overdue": "Overdue", "not_due": "Not yet due",
             "exempted": "Exempted", "not_auditable": "Not auditable",
             "replaced": "Set aside"}  # fmt: skip
    view = table[list(heads)].rename(columns=heads)
    if by == "period":
        view["Month"] = view["Month"].map(month_words)
    view["Returned of those asked"] = [
        "–" if pd.isna(one) else percent_text(one) for one in table["share_returned"]
    ]
    return view


def done_view(by_month: pd.DataFrame) -> pd.DataFrame:
    """Give other activity by month, as people read it.

    Parameters
    ----------
    by_month : DataFrame
        What ``loop.programme.done_by_month`` gives: `what`, and a column a month.
    """
    names = {one: month_words(one) for one in by_month.columns if one != "what"}
    return by_month.rename(columns={"what": "Activity"} | names)


def coverage_view(coverage: Mapping[str, Overlooked], names: Mapping[str, str]) -> pd.DataFrame:
    """Give how many groups nobody looked at, beside what chance would leave out.

    Parameters
    ----------
    coverage : mapping of str to Overlooked
        By what the groups are.
    names : mapping of str to str
        What they are called.
    """
    rows = [
        (names[key], len(one.table), one.observed, round(one.expected, 1), _chance(one.p))
        for key, one in coverage.items()
    ]
    heads = ["Groups", "In all", "Not looked at", "Expected by chance", "Chance of as many"]
    return pd.DataFrame(rows, columns=heads)


def overlooked_view(
    coverage: Mapping[str, Overlooked], names: Mapping[str, str], *, personal: tuple[str, ...]
) -> pd.DataFrame:
    """Name the groups nobody looked at; persons are counted, and never named.

    Parameters
    ----------
    coverage, names
        As for :func:`coverage_view`.
    personal : tuple of str
        Groups that are persons.
    """
    rows = [
        (names[key], str(row.group), int(row.cases), _chance(row.chance_none))
        for key, one in coverage.items()
        if key not in personal
        for row in one.table[one.table["overlooked"]].itertuples()
    ]
    heads = ["Groups", "Not looked at", "Cases that could be drawn", "Chance of none"]
    return pd.DataFrame(rows, columns=heads)


def _chance(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def scorecard_view(
    readings: tuple[Reading, ...],
    ways: Mapping[str, str],
    good: Mapping[str, str],
    *,
    no_measure: Mapping[str, str],
) -> pd.DataFrame:
    """Give the scorecard: how each standard is read, how surely, and which way it goes.

    Beside the reading stands how many sources say what, so that it hides no disagreement.

    Parameters
    ----------
    readings : tuple of Reading
        The standards.
    ways, good, no_measure : mapping of str to str
        By standard direction of travel, what good looks like, and why it has no measure.
    """
    rows = [
        (QUALITY_STANDARDS[one.standard], good[one.standard], marked(one.reading),
         _sources(one), one.confidence, way_in_short(ways[one.standard]),
         judged_on(one, has_measure=one.standard not in no_measure))
        for one in readings
    ]  # fmt: skip
    heads = ["Standard", "What good looks like", "Reading", _SOURCES, "Confidence", "Direction",
             "Judged on"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


def judged_on(one: Reading, *, has_measure: bool) -> str:
    """Say what a standard is judged on: "No measure: judged on audits and moderators only".

    Parameters
    ----------
    one : Reading
        The standard.
    has_measure : bool
        Whether it is held against a measure.
    """
    told = [lowered(part.source) for part in one.evidence if part.says != SAYS[3]]
    names = joined(told) if told else "nothing: every source has too little to say"
    return f"Judged on {names}" if has_measure else f"No measure: judged on {names} only"


def beside_view(
    no_measure: Mapping[str, str],
    other_evidence: Mapping[str, str],
    counted: Mapping[str, Mapping[str, int]],
) -> pd.DataFrame:
    """Give why a standard has no measure, what else the framework names, and what is counted.

    Parameters
    ----------
    no_measure, other_evidence : mapping of str to str
        By standard, in words.
    counted : mapping of str to mapping of str to int
        By standard the activities that name it, by kind.
    """
    rows = []
    for key, name in QUALITY_STANDARDS.items():
        numbers = ", ".join(f"{kind}: {n}" for kind, n in counted.get(key, {}).items())
        told = (no_measure.get(key, ""), other_evidence.get(key, ""), numbers)
        if any(told):
            rows.append((name, *(one or "–" for one in told)))
    heads = ["Standard", "Why there is no measure", "Other evidence the framework names",
             "Counted, and no part of the reading"]  # fmt: skip
    return pd.DataFrame(rows, columns=heads)


def way_in_short(way: str) -> str:
    """Give a direction of travel in a word or two: "No clear change".

    Parameters
    ----------
    way : str
        Of ``well.WAYS``.
    """
    return "No clear change" if way.startswith("No change") else way


def _sources(one: Reading) -> str:
    counts = (str(len(one.sources(says))) for says in SAYS[:3])
    return "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}".join(counts)


def evidence_view(
    readings: tuple[Reading, ...], measures: Mapping[tuple[str, str], str] | None = None
) -> pd.DataFrame:
    """Give every piece of evidence: its share with the interval, what it says, which way it goes.

    Parameters
    ----------
    readings : tuple of Reading
        The standards.
    measures : mapping of (str, str) to str, optional
        Which way each measure goes beside a year before, by standard and title (``Well.measures``).
    """
    ways = measures or {}
    rows = [
        (
            QUALITY_STANDARDS[one.standard],
            part.source,
            part.n,
            _span(part),
            _wanted(part),
            part.says,
            way_in_short(ways.get((one.standard, part.source), "–")),
        )
        for one in readings
        for part in one.evidence
    ]
    heads = ["Standard", "Source", "Of", "Share (interval)", "Good enough", "Says"]
    heads.append("Against a year before")
    return pd.DataFrame(rows, columns=heads)


def _span(one: Evidence) -> str:
    if one.share is None or one.low is None or one.high is None:
        return "–"
    return f"{percent_text(one.share)} ({percent_text(one.low)} to {percent_text(one.high)})"


def _wanted(one: Evidence) -> str:
    return f"{'at most' if one.better == 'down' else 'at least'} {percent_text(one.wanted)}"


def voices_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what families, children, practitioners and partners said.

    Parameters
    ----------
    table : DataFrame
        `kind`, `times`, `positive`, `mixed`, `negative`.
    """
    table = table.astype("object").mask(table["times"] == 0, "–").assign(kind=table["kind"])
    return table.set_axis(["Voice", "Times", "Positive", "Mixed", "Negative"], axis=1)


def owed_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what each role owes; what leaves no record is "Not recorded here".

    Parameters
    ----------
    table : DataFrame
        `role`, `what`, `owed`, `overdue`.
    """
    view = table[["role", "what", "owed", "overdue"]].astype({"owed": "str", "overdue": "str"})
    view["owed"] = view["owed"].replace("<NA>", "Not recorded here")
    view["overdue"] = view["overdue"].replace("<NA>", "–")
    return view.set_axis(["Role", "What is owed", "Still owed", "Of them overdue"], axis=1)


def people_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what each person owes, by role and name. Restricted.

    Parameters
    ----------
    table : DataFrame
        `person`, `role`, `what`, `reference`, `due`, `days_overdue`.
    """
    heads = {"role": "Role", "person": "Person", "what": "What is owed", "reference": "Reference",
             "due": "Due", "days_overdue": "Days overdue"}  # fmt: skip
    return table[list(heads)].rename(columns=heads)


def service_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give what is known of one service.

    Parameters
    ----------
    table : DataFrame
        `what`, `number`, `good`.
    """
    view = table.assign(good=["–" if pd.isna(one) else str(one) for one in table["good"]])
    return view.set_axis(["What", "Number", "Good, or positive"], axis=1)


def own_outcomes_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give the outcomes of one service's teams.

    Parameters
    ----------
    table : DataFrame
        `measure`, `now`, `now_of`, `before`, `before_of`, `quarters`, `low`, `high`, `change`.
    """
    rows = [
        (
            MEASURES[row.measure].title,
            3 * row.quarters,
            f"{row.now} of {row.now_of}",
            f"{row.before} of {row.before_of}",
            "–" if pd.isna(row.low) else f"{row.low:.0%} to {row.high:.0%}",
            row.change,
        )
        for row in table.itertuples()
    ]
    heads = [
        "Measure",
        "Months",
        "Latest that are whole",
        "As many before",
        "95% interval of now",
        "Change, all told together (Holm)",
    ]
    return pd.DataFrame(rows, columns=heads)
