"""How many comparisons the page of a deep dive makes, and what allows for so many."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qa_sampling.runs.dive.carried import Apart
from qa_sampling.runs.dive.reality import Reality
from qa_sampling.trends.binary_results import BinaryModel
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.journeys import Journeys
from qa_sampling.trends.waiting_results import WaitModel

_HEADS = ["Question", "Comparisons", "What allows for so many"]


def comparisons_view(
    real: Reality,
    apart: Apart | None,
    found: Mapping[str, Drivers],
    models: tuple[BinaryModel | str, WaitModel | str],
    ways: Journeys | str,
) -> pd.DataFrame:
    """Give each family of comparisons that the page makes: how many, and how it is corrected.

    Parameters
    ----------
    real : Reality
        The tests of step 1.
    apart : Apart or None
        The change taken apart.
    found : mapping of str to Drivers
        The searches.
    models : (BinaryModel or str, WaitModel or str)
        What goes with it, and what makes it come sooner.
    ways : Journeys or str
        The ways.
    """
    rows = [*_of_step_1(real), *_of_mix(apart), *_of_medians(real)]
    tested = sum(one.tested for one in found.values())
    rate = next(iter(found.values())).false_discovery
    rows.append(
        ("Who carries it", tested,
         f"All together: of groups named, at most {rate:.0%} are expected to be innocent "
         "(Benjamini and Hochberg)")
    )  # fmt: skip
    rows += _of_models(*models)
    if not isinstance(ways, str):
        told = ways.table["difference"].notna() & (ways.table["step"] != "Referral")
        steps = int(told.sum())
        rows.append(("What became of the children", steps, "All steps together (Holm, 95%)"))
    return pd.DataFrame([row for row in rows if row[1]], columns=_HEADS)


def _of_step_1(real: Reality) -> list[tuple[str, int, str]]:
    if real.day is not None:
        once = "One question; where a unit is looked into, that of everybody is only beside it"
        return [("Is it real", len(real.day.units), once), _front_door(real)]
    tested = int(real.signals.considered["p"].notna().sum())
    said = (
        f"All together: false signals are at most {real.signals.false_discovery:.0%} of them "
        f"(Benjamini and Hochberg), and each is rarer than {real.signals.level:.1%} by itself"
    )
    return [("Is it real", tested, said), _front_door(real)]


def _front_door(real: Reality) -> tuple[str, int, str]:
    judged = int(real.recording["unusual"].notna().sum())
    return ("Recording and the front door", judged, "Each by itself, rarer than 0.1%")


def _of_mix(apart: Apart | None) -> list[tuple[str, int, str]]:
    if apart is None or (apart.table["mix"] == 0).all():
        return []
    number = len(apart.each)
    return [("Mix of each factor", number, _alone(number))]


def _of_medians(real: Reality) -> list[tuple[str, int, str]]:
    if real.median is None:
        return []
    number = int(real.median.groups["change"].notna().sum())
    return [("Medians of groups", number, _alone(number))]


def _of_models(
    goes_with: BinaryModel | str, sooner: WaitModel | str
) -> list[tuple[str, int, str]]:  # fmt: skip
    rows = []
    if not isinstance(goes_with, str):
        number = int((~goes_with.table["reference"]).sum())
        rows.append(("What goes with it", number, _alone(number)))
    if not isinstance(sooner, str):
        number = len(sooner.columns)
        said = f"{_alone(number)}; values are told only of a factor that differs as a whole"
        rows.append(("What makes it come sooner", number, said))
    return rows


def _alone(number: int) -> str:
    """Say that each is judged by itself, and how many chance makes."""
    return f"None: each by itself at 95%, so chance alone makes {number / 20:.1f} of {number}"
