"""What a deep dive leaves out, by what its measure counts, and why."""

from __future__ import annotations

from qa_sampling.runs.dive.cases import Dive
from qa_sampling.runs.graded import MEASURE as AUDITED
from qa_sampling.settings.deep_dive import DeepDive

NO_CHANGE = (
    "Left out: one day alone has no change. Each extract tells its own day; give an earlier one "
    "as well, of up to a year before."
)
NO_ENTRIES = (
    "Left out: one day alone has no change, and nobody was entered for an earlier day of the year "
    "before."
)
NO_YEAR = (
    "Left out: the records do not reach back to the same day of the year before, and one day alone "
    "has no change."
)
NO_WAY = (
    "The way since the referral is left out: children counted on a day were referred at different "
    "times, most of them long before, so their ways cannot be set side by side."
)
NO_TABLE = (
    "There is no table for everybody here: how many there are on a day stands on the page of "
    "outcomes, protected together with all other measures of that day."
)
OF_AUDITS = (
    "Audits are a sample. Whether practice changed is told by estimates, which weigh each audit "
    "for the cases it stands for; what the change is made of, who carries it and what goes with "
    "it are told of the audits as they were read, without weights, and say nothing of cases that "
    "were not audited. The population is left out."
)
NO_OWN_TABLE = (
    "There is no table for everybody here: what everybody may read of this measure stands on the "
    "page of outcomes."
)


def no_change(dive: Dive) -> tuple[str, ...]:
    """Say why the change is not taken apart; nothing where it is.

    Parameters
    ----------
    dive : Dive
        The cases.
    """
    if dive.kind != "list":
        return ()
    return (_WHY_ALONE[dive.measure.base.of],)


_WHY_ALONE = {"events": NO_YEAR, "on_lists": NO_CHANGE, "measure_events": NO_ENTRIES}
_ALONE = {
    "events": "The records do not reach back a year, so there is no earlier day to hold it "
    "against:",
    "on_lists": "No earlier extract of the year before holds this list, so there is no earlier day "
    "to hold it against:",
    "measure_events": "Nobody was entered for an earlier day of the year before, so there is "
    "nothing to hold it against:",
}


def left_out(dive: Dive, settings: DeepDive) -> tuple[str, ...]:
    """Say which parts of the page are left out for this kind of measure, and why.

    Parameters
    ----------
    dive : Dive
        The cases.
    settings : DeepDive
        Name what was asked for.
    """
    if dive.kind == "period":
        return _of_a_period(dive)
    said = []
    if dive.kind == "day":
        said.append(_beside_a_day(dive))
    else:
        said.append(
            f"{_ALONE[dive.measure.base.of]} those concerned are held against the others of that "
            "day. The front door, the population and what the change is made of are left out with "
            "it."
        )
    said += [NO_WAY, NO_TABLE]
    return tuple(said)


def _beside_a_day(dive: Dive) -> str:
    months = (
        "Months are tested as well, for what is late is mostly put right within one."
        if dive.measure.watched
        else "Months are not tested one by one, for each takes over most children from the one "
        "before."
    )
    said = (
        f"This measure is counted on a day, so {dive.spans[1]} is held against {dive.spans[0]} "
        "(`over` and `baseline` are not used)"
    )
    if dive.ago.startswith("on "):
        return f"{said}, the earliest day of the year before that is told. {months}"
    return f"{said}. {months}"


def _of_a_period(dive: Dive) -> tuple[str, ...]:
    """Say what is left out of a measure that is not of the extracts' events."""
    if dive.measure.base.of == "activity":
        return (
            "The register names no child, so each entry stands alone, by team and service as far "
            "as they were written down. The way since the referral is left out, no case is drawn, "
            "and there is no table for everybody here.",
        )
    if dive.measure.name == AUDITED:
        return (OF_AUDITS, NO_OWN_TABLE)
    return (NO_OWN_TABLE,) if dive.is_elsewhere else ()
