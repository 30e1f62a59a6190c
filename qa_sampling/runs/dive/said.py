"""What a deep dive says, in sentences, for those who look into it. Restricted: small counts."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.dates import day_in_words, month_in_words
from qa_sampling.runs.dive.audited import grade_words
from qa_sampling.runs.dive.carried import monthly_scatter
from qa_sampling.runs.dive.cases import Dive, unit_words
from qa_sampling.runs.dive.day_change import day_words
from qa_sampling.runs.dive.front_door import front_door_words
from qa_sampling.runs.dive.kinds import left_out
from qa_sampling.runs.dive.medians import median_words
from qa_sampling.runs.dive.population_said import population_words
from qa_sampling.runs.dive.reality import Reality
from qa_sampling.runs.dive.recording import Recorded
from qa_sampling.runs.dive.sample import Reading
from qa_sampling.runs.graded import MEASURE as AUDITED
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.binary_results import BinaryModel
from qa_sampling.trends.day_cases import why_no_sample
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.factor_words import value_words
from qa_sampling.trends.journeys import Journeys
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.waiting_results import WaitModel


def looked_into(dive: Dive, settings: DeepDive) -> str:
    """Say what is looked into, and of whom figures are.

    Parameters
    ----------
    dive : Dive
        The months.
    settings : DeepDive
        Name the unit.
    """
    said = [f"{dive.measure.title}: {dive.against}."]
    if dive.is_share:
        concerned = f"the cases of which that is {'so' if settings.looks_at_met else 'not so'}"
        if dive.is_long:
            concerned = "those that took longer" if settings.looks_at_met else "those that did not"
        said[0] += f" Concerned are {concerned}."
    if dive.everybody:
        said[0] += (
            f" Looked into: {unit_words(settings)}. Figures that do not name it are of "
            f"{_lower(dive.everybody)}."
        )
    return "\n".join([*said, *left_out(dive, settings)])


def question_words(dive: Dive, real: Reality, settings: DeepDive) -> str:
    """Say what a deep dive asks.

    Parameters
    ----------
    dive : Dive
        The months or the day.
    real : Reality
        Whether there is a signal.
    settings : DeepDive
        Name the unit.
    """
    whose = f" in {unit_words(settings)}" if settings.is_of_unit else ""
    what = f"{'the median of ' if dive.is_long else ''}{_lower(dive.title)}{whose}"
    if dive.kind == "list":
        return f"{dive.measure.title}{whose}, {dive.spans[1]}: who is concerned, and why?"
    asked = "Why did" if real.is_signal else "Did"
    cases = "entries" if why_no_sample(dive.measure) else "cases"
    if dive.kind == "day":
        counted = "share" if dive.is_share else "number"
        move = f"the {counted} of {what} change between {dive.spans[0]} and {dive.spans[1]}"
    else:
        move = f"{what} change in {dive.spans[1]}, against {dive.spans[0]}"
    return f"{asked} {move}? Who carries it, and what do their {cases} tell?"


def is_it_real(dive: Dive, real: Reality, settings: DeepDive) -> tuple[str, ...]:
    """Say whether there is a spike, what else moved, and what would be needed where there is none.

    Parameters
    ----------
    dive : Dive
        The cases.
    real : Reality
        The tests.
    settings : DeepDive
        Name the measure and the period.
    """
    said = list(day_words(real.day, dive)) if real.day else [_answer(dive, real)]
    if dive.measure.name == AUDITED:
        said = [_of_audits(dive, real, settings)]
    if real.median is not None:
        said.append(median_words(real.median, dive, settings))
    said += [one.words for one in real.signals.signals]
    if real.day and dive.measure.watched and not real.signals.signals:
        said.append(f"By months: {real.signals.words}")
    if not real.is_signal and real.day is None and dive.measure.name != AUDITED:
        said += _needed(real, dive)
    if dive.kind != "list":
        said.append(front_door_words(real, dive))
    if dive.kind != "list" and dive.measure.name != AUDITED:
        said.append(population_words(real.population, dive.called, dive.own.max()))
    said += [f"Declared: {what} ({_month(month)}). Ask whether that is it before anything else."
             for month, what in real.declared]  # fmt: skip
    if not settings.events_declared:
        said.append(
            "No change of system, threshold or recording was declared (`events_declared`); ask "
            "those who would know."
        )
    if dive.dropped:
        said.append(
            f"Figures of the latest {dive.dropped} months can still change, so the months looked "
            f"at end before {settings.period}: {dive.spans[1]}."
        )
    return tuple(said)


def _of_audits(dive: Dive, real: Reality, settings: DeepDive) -> str:
    if real.grades is not None:
        return grade_words(real.grades, dive, settings)
    return "Whether practice changed cannot be told: too few audits came back then or now."


def _month(text: str) -> str:
    return month_in_words(pd.Timestamp(f"{text}-01").date())


def _answer(dive: Dive, real: Reality) -> str:
    title, signals = dive.measure.title, real.signals.signals
    if not real.signals.considered["p"].notna().any():
        return (
            f"Whether there is a spike cannot be told: the records hold too few settled months of "
            f"{_lower(title)} up to {dive.spans[1]} to say what is usual. Give earlier extracts as "
            "well; a measure that looks back a year is known from a year after the records begin."
        )
    if not signals:
        return (
            f"There is no spike: {title}, {dive.spans[1]}, is within what chance does. "
            f"{real.signals.words}"
        )
    where = ", ".join("everybody together" if one.unit == EVERYBODY else one.unit
                      for one in signals)  # fmt: skip
    families = " with families counted once" if any(one.on_families for one in signals) else ""
    return (
        f"It is more than chance{families}, in settled months only: {title}, {where}. Whether "
        "practice, demand or recording made it, the steps below and the cases say."
    )


def _needed(real: Reality, dive: Dive) -> list[str]:
    """Say how far the latest month is from standing out, and what can be done meanwhile."""
    said = []
    for unit, one in real.charts.items():
        if one.latest is None:
            continue
        row = one.table.iloc[one.latest]
        whose = "Everybody" if unit == EVERYBODY else unit
        share = one.readings.kind == "proportion"
        scale, sign = (100, "%") if share else (1, "")
        told = [f"{scale * float(row[end]):.0f}{sign}" for end in ("value", "low", "high")
                if pd.notna(row[end])]  # fmt: skip
        if len(told) == 3:
            said.append(
                f"{whose}, {month_in_words(row['period'].date())}: {told[0]}. To stand out it "
                f"would have to lie outside {told[1]} to {told[2]}, or stay on one side of its "
                "usual level for months."
            )
    if not real.is_judged:
        return [*said, "A group named below is held against few months; read with that in mind."]
    if why_no_sample(dive.measure):
        return [*said, "So no reason has to be looked for. Run this again next month."]
    said.append(
        "So no reason has to be looked for. What would be needed: more months of the same kind "
        "(run this again next month), a reason to look from elsewhere (a complaint, a partner's "
        "concern), or a question that counts do not answer; then read cases by draw_when: always."
    )
    return said


def who_words(found: dict[str, Drivers], dive: Dive) -> tuple[str, ...]:
    """Say who carries it, of everybody and within the unit.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    dive : Dive
        The months.
    """
    whose = {unit: dive.of_everybody if unit == EVERYBODY else f"Within {unit}: {{}}".format
             for unit in found}  # fmt: skip
    said = [whose[unit](_carried(one, dive)) for unit, one in found.items()]
    said += [whose[unit](note) for unit, one in found.items() for note in one.notes]
    scatter = monthly_scatter(dive)
    if scatter >= 1.05:  # said to one place
        said.append(
            f"Months before scattered {scatter:.1f} times as much as chance, which the tests allow "
            "for."
        )
    return tuple(dict.fromkeys(said))


def _carried(one: Drivers, dive: Dive) -> str:
    """Say who carries it; entries of the register are of no family."""
    return (
        one.words.replace(" families ", " entries ") if why_no_sample(dive.measure) else one.words
    )


def terms_of_reference(
    dive: Dive,
    real: Reality,
    found: dict[str, Drivers],
    reading: Reading,
    settings: DeepDive,
    *,
    recorded: Recorded | None = None,
    hypotheses: tuple[str, ...],
) -> tuple[tuple[str, str], ...]:
    """Give the page that those who look into it agree on: what is asked, known, read and by whom.

    Parameters
    ----------
    dive, real, found, reading
        What the steps found.
    settings : DeepDive
        Name who leads and reads, and by when.
    recorded : Recorded or None
        Who reads what.
    hypotheses : tuple of str
        Ideas that the questions test.
    """
    ideas = settings.hypotheses or hypotheses
    numbered = " ".join(f"{place}. {one}" for place, one in enumerate(ideas, 1))
    return (
        ("Question", question_words(dive, real, settings)),
        ("Is it real", is_it_real(dive, real, settings)[0]),
        ("Who carries it", dive.of_everybody(_carried(found[EVERYBODY], dive))),
        ("Ideas to test", numbered if reading.is_drawn else "None while no case is read."),
        ("Sample", sample_words(reading, settings)),
        ("Who", _who(recorded, settings, is_read=not why_no_sample(dive.measure))),
        ("By when", day_in_words(settings.due_day) if reading.is_drawn else "–"),
        ("Afterwards", "Each idea: borne out, not borne out or open, with how many cases say so; "
                       "a recommendation, an action with an owner, and the month in which the "
                       "measure is tested again."),
    )  # fmt: skip


def _who(recorded: Recorded | None, settings: DeepDive, *, is_read: bool) -> str:
    """Say who leads and reads: once readers are drawn, no longer the default's words of them."""
    default = settings.readers == DeepDive.model_fields["readers"].default
    is_given = recorded is not None and len(recorded.draw.assignment.table) > 0
    said = [f"Lead: {settings.lead}."]
    if is_read and not (default and is_given):
        said.append(f"Readers: {settings.readers}.")
    return " ".join([*said, *([recorded.words] if recorded else [])])


def published_words(published: str, *, is_shared: bool) -> str:
    """Say where everything is.

    Parameters
    ----------
    published : str
        Name of the run's folder.
    is_shared : bool
        Whether there is a table for everybody.
    """
    shared = "one table for everybody" if is_shared else "no table for everybody"
    return f"{published}: everything for those who look into it, and {shared}"


def _lower(title: str) -> str:
    return title if title.startswith("Section") else title[:1].lower() + title[1:]


def sample_words(reading: Reading, settings: DeepDive) -> str:
    """Say how the cases to read were drawn.

    Parameters
    ----------
    reading : Reading
        The cases.
    settings : DeepDive
        Name the unit.
    """
    if not reading.is_drawn:
        return reading.why_not
    counts = reading.cases["part"].value_counts()
    ours = reading.strata[reading.strata["part"] == "Concerned"]
    parts = ", ".join(
        f"{row.stratum}: {row.sampled} of {row.population}" for row in ours.itertuples()
    )
    other = int(counts.get("Comparison", 0))
    left = (
        f" Children whose records are restricted cannot be drawn: {reading.withheld}."
        if reading.withheld
        else ""
    )
    whose = f" of {unit_words(settings)}" if settings.is_of_unit else ""
    return (
        f"{int(counts['Concerned'])} families concerned{whose} ({parts}), and {other} others alike "
        f"in what was matched; one child a family, drawn by tickets from a frame that was fixed "
        f"before its seed.{left} {reading.size_words}{f' {reading.note}' if reading.note else ''}"
    )


def balance_words(reading: Reading) -> str:
    """Say how far the concerned and those set beside them differ in what was matched.

    Parameters
    ----------
    reading : Reading
        The cases.
    """
    held = reading.balance
    counts = reading.cases["part"].value_counts()
    other = int(counts.get("Comparison", 0))
    if held.empty or not other:
        return ""
    gaps = (held["concerned"] - held["comparison"]).abs()
    row = held.loc[gaps.idxmax()]
    return (
        f"How alike they are: the largest gap is in {value_words(row['column'], row['value'])}, "
        f"{row['concerned']:.0%} of the {int(counts['Concerned'])} concerned and "
        f"{row['comparison']:.0%} of the {other} beside them, of whom one alone is "
        f"{100 / other:.0f} points. It is shown below and not tuned."
    )


def model_words(found: BinaryModel | WaitModel | str, dive: Dive) -> tuple[str, ...]:
    """Say what goes with it, or why that cannot be said.

    Parameters
    ----------
    found : BinaryModel, WaitModel or str
        The model, or why there is none.
    dive : Dive
        Says whose figures they are.
    """
    if isinstance(found, str):
        return (found,)
    said = (f"{one[:1].upper()}{one[1:]}" for one in (*found.words, *found.notes))
    return _of_everybody(tuple(said), dive)


def way_words(found: Journeys | str, dive: Dive) -> tuple[str, ...]:
    """Say where the ways differ, or why they could not be compared.

    Parameters
    ----------
    found : Journeys or str
        The ways, or why there are none.
    dive : Dive
        Says whose figures they are.
    """
    return (found,) if isinstance(found, str) else _of_everybody(found.words, dive)


def _of_everybody(words: tuple[str, ...], dive: Dive) -> tuple[str, ...]:
    """Say first whose figures they are, where they could be taken for the unit's."""
    first = (f"These figures are of {_lower(dive.everybody)}.",) if dive.everybody else ()
    return (*first, *words)
