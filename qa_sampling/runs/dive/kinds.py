"""What a deep dive leaves out, by what its measure counts, and why."""

from __future__ import annotations

from qa_sampling.runs.dive.cases import Dive
from qa_sampling.settings.deep_dive import DeepDive

NO_CHANGE = (
    "Left out: lists hold the latest visit or review of each child, "
    "so that no earlier day can be told from them, and one day alone has no change."
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


def no_change(dive: Dive) -> tuple[str, ...]:
    """Say why the change is not taken apart; nothing where it is.

    Parameters
    ----------
    dive : Dive
        The cases.
    """
    if dive.kind != "list":
        return ()
    return (NO_CHANGE if dive.measure.base.of == "on_lists" else NO_YEAR,)


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
        return ()
    said = []
    if dive.kind == "day":
        said.append(
            f"This measure is counted on a day, so {dive.spans[1]} is held against "
            f"{dive.spans[0]} (`over` and `baseline` are not used). Months are not tested one by "
            "one, for each takes over most children from the one before."
        )
    elif dive.measure.base.of == "on_lists":
        said.append(
            f"This measure is told by the list of one extract, of {dive.spans[1]}, so those "
            "concerned are held against the others of that day. The test of months, the front "
            "door, the population and what the change is made of are left out with it."
        )
    else:
        said.append(
            "The records do not reach back a year, so there is no earlier day to hold it against: "
            "those concerned are held against the others of that day. The test of months, the "
            "front door, the population and what the change is made of are left out with it."
        )
    said += [NO_WAY, NO_TABLE]
    return tuple(said)
