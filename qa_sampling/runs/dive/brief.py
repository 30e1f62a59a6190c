"""The answers first: a deep dive in a few plain sentences. Restricted: it holds small counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_sampling.records.keys import Key
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import day_in_words
from qa_sampling.runs.dive.carried import who_carries
from qa_sampling.runs.dive.cases import Dive
from qa_sampling.runs.dive.day_change import day_words
from qa_sampling.runs.dive.reality import Reality, retest
from qa_sampling.runs.dive.recording import drawn_earlier
from qa_sampling.runs.dive.said import is_it_real, question_words
from qa_sampling.runs.dive.sample import COMPARISON, CONCERNED, Reading, draw_reading
from qa_sampling.runs.graded import MEASURE as AUDITED
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.day_cases import why_no_sample
from qa_sampling.trends.driver_results import Drivers, expected_words
from qa_sampling.trends.measured import EVERYBODY

_MOST_NAMED = 3


def look(
    told: Told, dive: Dive, settings: DeepDive, *, register: Register, key: Key
) -> tuple[Reality, dict[str, Drivers], Reading]:
    """Test the measure again, find who carries it, and draw the cases to read.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    dive : Dive
        The cases.
    settings : DeepDive
        Checked parameters.
    register : Register
        Holds an earlier draw of this deep dive, which stands.
    key : Key
        Key of the references.
    """
    real, carried = retest(told, dive, settings), who_carries(dive, settings)
    asked = {"key": key, "is_signal": real.is_signal, "earlier": drawn_earlier(settings, register)}
    return real, carried, draw_reading(told, dive, settings, carried, **asked)


def in_short(
    dive: Dive, real: Reality, found: Mapping[str, Drivers], reading: Reading, settings: DeepDive
) -> tuple[str, ...]:
    """Give the answers in four to six sentences: asked, real or not, who, and what to read.

    Parameters
    ----------
    dive, real, found, reading
        What the steps found.
    settings : DeepDive
        Name the unit, and by when cases are read.
    """
    said = [question_words(dive, real, settings), _is_real(dive, real, settings), _who(dive, found)]
    said += _beside(real)
    said.append(_to_read(reading, dive, settings))
    return tuple(said)


def _is_real(dive: Dive, real: Reality, settings: DeepDive) -> str:
    if real.day is not None:
        months = f" By months: {_signals(real)}" if real.signals.signals else ""
        return f"{day_words(real.day, dive)[0]}{months}"
    if not real.is_judged:
        return "Whether it is real cannot be told: too few settled months are on record."
    if dive.measure.name == AUDITED:
        return is_it_real(dive, real, settings)[0]
    if real.median is not None:
        return _of_the_median(real, dive)
    if not real.is_signal:
        return f"It is not more than chance: {dive.measure.title}, {dive.spans[1]}."
    return _signals(real)


def _of_the_median(real: Reality, dive: Dive) -> str:
    """Say how the median moved, and whether more cases than usual are long."""
    found = real.median
    told = "More than chance" if found.is_change else "Within what chance does"
    clock = dive.measure.rule.length.clock
    said = f"{told}: the median is {found.now:.0f} {clock}, {found.before:.0f} before."
    if real.signals.signals:
        return f"{said} More are long: {_signals(real)[:1].lower()}{_signals(real)[1:]}"
    return said


def _signals(real: Reality) -> str:
    parts = []
    for one in real.signals.signals[:_MOST_NAMED]:
        whose = "everybody together" if one.unit == EVERYBODY else one.unit
        if one.out_of is not None:
            seen = f"{one.observed / one.out_of:.0%} where {one.expected / one.out_of:.0%} was"
        else:
            counted = "families" if one.on_families else "cases"
            seen = f"{one.observed:.0f} {counted} where {one.expected:.0f} were"
        parts.append(f"{whose}, {seen} expected")
    more = len(real.signals.signals) - len(parts)
    return f"It is more than chance: {'; '.join(parts)}{f'; and {more} more' if more else ''}."


def _who(dive: Dive, found: Mapping[str, Drivers]) -> str:
    # Of everybody first: a group found within a unit as well is mostly the same cases.
    named = next((one.named for one in found.values() if not one.named.empty), None)
    if named is None:
        return "No group carries it: none stands out by more than chance."
    parts = [
        f"{row.group} ({row.observed:.0f} concerned where {_its_share(row, dive)})"
        for row in named.head(_MOST_NAMED).itertuples()
    ]
    more = len(named) - len(parts)
    return f"Carried by {'; '.join(parts)}{f'; and {more} more' if more else ''}."


def _its_share(row: Any, dive: Dive) -> str:  # noqa: ANN401 - a row of a table
    if dive.kind == "list":
        return f"{row.expected:.0f} would be its share"
    return f"{expected_words(row.observed, row.expected)} expected"


def _beside(real: Reality) -> list[str]:
    """Say whether the front door or something declared could be the reason."""
    if real.declared:
        told = "; ".join(what for _, what in real.declared)
        return [f"Declared in these months: {told}. Ask about that first."]
    if real.recording.empty:
        return []
    odd = real.recording.loc[real.recording["unusual"].eq(True), "measure"].tolist()
    if odd:
        return [f"Unusual at the front door: {', '.join(odd).lower()}. Look there first."]
    if real.recording["unusual"].isna().all():
        return []
    return ["The front door was as usual: contacts, referrals and those closed at once."]


def _to_read(reading: Reading, dive: Dive, settings: DeepDive) -> str:
    if why_no_sample(dive.measure):
        return reading.why_not
    if not reading.is_drawn:
        return "Nothing has to be read, and no case was drawn (`draw_when: always` draws some)."
    parts = reading.cases["part"].value_counts()
    return (
        f"To be read by {day_in_words(settings.due_day)}: {int(parts.get(CONCERNED, 0))} cases "
        f"concerned and {int(parts.get(COMPARISON, 0))} alike to set beside them, drawn and not "
        "picked. Figures say where it is; why, only these cases can."
    )
