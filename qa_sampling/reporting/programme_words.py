"""The QA programme in sentences that everybody may read, and how it was worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from qa_sampling.loop.standards import (
    DISAGREE,
    GOOD,
    MOSTLY,
    NOT_YET,
    OPEN,
    READINGS,
    Reading,
    chance_of_not_yet,
    marked,
)
from qa_sampling.reporting.event_tables import EVENTS
from qa_sampling.reporting.free_text import numbers_in
from qa_sampling.reporting.programme_tables import (
    ACTIVITIES,
    BACK,
    IN_TIME,
    OTHER_ROLES,
    PLANNED,
    ProgrammeTables,
)
from qa_sampling.reporting.quantities import Declared, cell, declared
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.reporting.word_table import WordTable
from qa_sampling.reporting.words import NOTHING_SAID, Words, _sealed, say
from qa_sampling.sampling.overlooked import Overlooked
from qa_sampling.schema import QUALITY_STANDARDS

_LEVEL = 0.05


def how_much_words(tables: ProgrammeTables, draws: pd.DataFrame) -> Words:
    """Say how much was done against the plan.

    Parameters
    ----------
    tables : ProgrammeTables
        The protected tables.
    draws : DataFrame
        Rounds of audits against the calendar: `what`, `planned`, `state`.

    Notes
    -----
    Of other activity only kinds whose count is printed are told of: whether a hidden count met a
    plan of two would tell what it is.
    """
    words = NOTHING_SAID
    if not tables.months.withheld:
        months = tables.months
        words += say(
            "{back} of {all:planned audit|planned audits} came back, {time} of them in time.",
            back=cell(months, BACK),
            all=cell(months, PLANNED),
            time=cell(months, IN_TIME),
        )
    if not tables.has_activity:
        words += _sealed("What was done besides audits cannot be told: none of it is on record.")
    words += _against_plan(
        _shown_kinds(tables),
        "kind of other activity whose number is shown",
        "kinds of other activity whose number is shown",
    )
    rounds = ("kind of audit in the calendar", "kinds of audits in the calendar")
    return words + _against_plan(draws, *rounds, done="went out as often as planned")


def _shown_kinds(tables: ProgrammeTables) -> pd.DataFrame:
    """Give the kinds of activity whose counts are printed: what is hidden is told by no state."""
    body = tables.kinds.body
    if tables.events is not None:
        own = tables.events.kinds.body.rename(columns={EVENTS: ACTIVITIES})
        body = pd.concat([own, body], ignore_index=True)
    if not tables.has_activity:
        body = body.iloc[:0]
    body = body[(body[ACTIVITIES] != HIDDEN_MARK) & (body[PLANNED] != HIDDEN_MARK)]
    done = body[ACTIVITIES].astype("int64")
    state = done.ge(body[PLANNED].astype("int64")).map({True: "On plan", False: "Behind"})
    return pd.DataFrame(
        {
            "what": body["kind"],
            "planned": body[PLANNED].astype("int64"),
            "state": state.mask(done == 0, "Not begun"),
        }
    )


def _against_plan(table: pd.DataFrame, one: str, many: str, *, done: str = "met the plan") -> Words:
    due = table[table["planned"] > 0]
    met = due["state"] == "On plan"
    if due.empty:
        return NOTHING_SAID
    return say(
        f"Of {{all:{one}|{many}}}, {{met}} {done}{{rest}}.",
        all=declared(len(due)),
        met=declared(int(met.sum())) if met.any() else "none",
        rest=_listed("; not begun", due.loc[due["state"] == "Not begun", "what"]),
    )


def _listed(before: str, names: Iterable[str]) -> str:
    held = [str(one) for one in names if not numbers_in(str(one))]
    return f"{before}: {joined(held)}" if held else ""


def joined(names: Sequence[str]) -> str:
    """Give names as a list in a sentence: "a, b and c".

    Parameters
    ----------
    names : sequence of str
        The names.
    """
    last = ", and " if any(" and " in name for name in names) else " and "
    return last.join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def scorecard_words(
    readings: Sequence[Reading], ways: Mapping[str, str], *, in_brief: bool = False
) -> Words:
    """Say how each standard is read; where sources disagree, which say what.

    Parameters
    ----------
    readings : sequence of Reading
        The scorecard.
    ways : mapping of str to str
        Direction of travel by standard.
    in_brief : bool
        Whether to name the standards whose sources disagree, without which say what.
    """
    counts = {name: sum(one.reading == name for one in readings) for name in READINGS}
    open_too = ", and of {left} it cannot be told" if counts[OPEN] else ""
    words = say(
        "Of {all} quality standards {good} read as good and {bad} as not yet good; on {apart} the "
        f"sources disagree{open_too}.",
        all=declared(len(readings)),
        good=_number(counts[GOOD] + counts[MOSTLY]),
        bad=_number(counts[NOT_YET]),
        apart=_number(counts[DISAGREE]),
        **({"left": _number(counts[OPEN])} if counts[OPEN] else {}),
    )
    for reading in READINGS:
        own = [short_of(one.standard) for one in readings if one.reading == reading]
        if own and (in_brief or reading != DISAGREE):
            words += say("{reading}: {which}.", reading=marked(reading), which=joined(own))
    apart = [] if in_brief else [one for one in readings if one.reading == DISAGREE]
    for one in apart:
        words += say(
            "{reading} on {what}: good, going by {good}; not yet good, going by {bad}.",
            reading=marked(DISAGREE),
            what=short_of(one.standard),
            good=declared(joined([lowered(name) for name in one.sources("Good")])),
            bad=declared(joined([lowered(name) for name in one.sources("Not yet")])),
        )
    moved = {way: [short_of(key) for key, told in ways.items() if told == way]
             for way in ("Better", "Worse")}  # fmt: skip
    for way, names in moved.items():
        if names:
            words += say("{way} than the months before: {which}.", way=way, which=joined(names))
    if not any(moved.values()):
        words += _sealed(
            "Going by audits, no standard has clearly moved up or down since the months before."
        )
    return words


SHORT = {
    "assessment": "assessments",
    "planning": "plans",
    "care_planning": "care planning meetings",
    "voice": "the voice of children and families",
    "difference": "making a difference",
    "oversight": "supervision and oversight",
    "statutory": "statutory requirements",
    "visits": "visits",
    "recording": "recording",
    "decisions": "decisions and thresholds",
    "interventions": "interventions",
    "culture": "organisational culture",
}
"""Each standard in a word or two."""


def _number(count: int) -> Declared | str:
    return declared(count) if count else "none"


def short_of(key: str) -> str:
    """Give a standard in a word or two, as a sentence names it.

    Parameters
    ----------
    key : str
        Of ``schema.QUALITY_STANDARDS``.
    """
    return SHORT.get(key, QUALITY_STANDARDS[key].lower())


def lowered(name: str) -> str:
    """Give the name of a source as it stands within a sentence: "moderators".

    Parameters
    ----------
    name : str
        The name.
    """
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def coverage_words(coverage: Mapping[str, Overlooked], names: Mapping[str, str]) -> Words:
    """Say whom no audit looked at, and whether chance explains it.

    Parameters
    ----------
    coverage : mapping of str to Overlooked
        By what the groups are.
    names : mapping of str to str
        What the groups are called, such as "Teams".
    """
    if not coverage:
        return _sealed(
            "Who was not looked at cannot be told: nothing of the drawn cases is on record."
        )
    words = _sealed("Who was not looked at, beside what a random draw would leave out:")
    for key, one in coverage.items():
        name = names[key].lower()
        if not one.observed:
            words += say("Audits looked at all {name}.", name=name)
            continue
        ending = (
            "more than chance explains" if one.p < _LEVEL else "no more than chance would leave out"
        )
        words += say(
            "No audit looked at {left} of {all} {name}: {ending}.",
            all=declared(len(one.table)),
            name=name,
            left=declared(one.observed),
            ending=ending,
        )
    return words


def programme_method(*, good_enough: float, fewest: int) -> Words:
    """Say how it was worked out, and what it cannot show.

    Parameters
    ----------
    good_enough : float
        Share from which a source says "good".
    fewest : int
        Gradings or answers below which a source says nothing.
    """
    words = say(
        "A source says good of a standard when the whole interval of its share is at or above "
        "{share} per cent, not yet when it is wholly below, and cannot tell otherwise; with fewer "
        "than {fewest} gradings or answers it says nothing. A measure is held against its own "
        "target.",
        share=declared(round(100 * good_enough)),
        fewest=declared(fewest),
    )
    for text in _METHOD:
        words += _sealed(text)
    return words


def border_words(readings: Sequence[Reading], *, level: float) -> Words:
    """Say how often the rule of reading is wrong at the border, beside the readings.

    Parameters
    ----------
    readings : sequence of Reading
        The scorecard.
    level : float
        Level of the intervals.
    """
    expected = sum(chance_of_not_yet(one, level=level) for one in readings)
    alone = sum(one.reading == NOT_YET and len(one.sources("Not yet")) == 1 for one in readings)
    words = say(
        "Were practice on every standard just good enough, chance would still make some source "
        "say not yet on about {expected} of the {all}.",
        expected=declared(round(expected, 1)),
        all=declared(len(readings)),
    )
    if not alone:
        return words
    return words + say(
        "Of the standards that read as not yet good {alone:rests|rest} on what a source says "
        "alone: look for another before acting on it.",
        alone=declared(alone),
    )


def roles_table(roles: pd.DataFrame) -> WordTable:
    """Give what each role of the file is to do this month, as the file declares it.

    Parameters
    ----------
    roles : DataFrame
        `role`, `what`; a row a responsibility. What others owe besides is left out.
    """
    named = roles[roles["role"] != OTHER_ROLES]
    rows = [
        (say("{text}", text=declared(role)), say("{text}", text=declared("; ".join(own))))
        for role, own in named.groupby("role", sort=False)["what"]
    ]
    return WordTable(("Role", "What it is to do this month"), tuple(rows))


_METHOD = (
    "The grades are those of Practice Evaluations, drawn from all open cases. Themed audits look "
    "at cases of their own: they are counted, and their grades speak of those cases alone.",
    "The reading of a standard never averages sources that contradict each other: if any says good "
    "and any says not yet, sources disagree. Good needs more than one source. Confidence goes by "
    "how many sources tell.",
    "Complaints, compliments and escalations are counted beside a standard and do not change how "
    "it reads: they come only where something went wrong, or well, so that no share of them says "
    "how practice is.",
    "Audits speak for all open cases by their chance of being drawn. Moderators see audits graded "
    "low more often, and each counts the less the likelier it was to be moderated; families who "
    "answer are not all families; other sources speak for what was looked at.",
    "Who was not looked at is held against random draws of the same size, month by month. Groups "
    "are taken as independent, which errs on the side of chance.",
    "Counts of 1 to 5 are hidden, and others from which they could be worked out. How many audits "
    "and activities are planned, and how many sources say something, are no counts of children.",
    "Limits: only what was recorded counts. That a curve turned after something was done does not "
    "show that it was the cause.",
)
