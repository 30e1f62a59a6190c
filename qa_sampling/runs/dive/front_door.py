"""What a deep dive says of recording and the front door. Restricted."""

from __future__ import annotations

import pandas as pd

from qa_sampling.runs.dive.cases import Dive
from qa_sampling.runs.dive.reality import Reality

__all__ = ["front_door_words"]


def front_door_words(real: Reality, dive: Dive) -> str:
    """Say how the front door's figures moved, and what of them is unusual by itself.

    Parameters
    ----------
    real : Reality
        The tests.
    dive : Dive
        Says whose figures they are.
    """
    held = real.recording
    if held.empty:
        return "The front door's figures are not in the extract, so recording cannot be judged."
    parts = []
    for row in held.itertuples():
        scale, form = (100, "{:.0f}%") if row.unit == "share" else (1, "{:.0f} a month")
        ends = [form.format(scale * one) if pd.notna(one) else "not known"
                for one in (row.before, row.now)]  # fmt: skip
        parts.append(f"{row.measure.lower()} {ends[0]} before, {ends[1]} now")
    close = " ".join(_judged(held, is_signal=real.is_signal))
    whose = f", {dive.everybody[:1].lower()}{dive.everybody[1:]}" if dive.everybody else ""
    return f"Recording and the front door{whose}: {'; '.join(parts)}. {close}"


def _judged(held: pd.DataFrame, *, is_signal: bool) -> list[str]:
    """Say what of the front door is unusual, what is not, and what could not be judged."""
    odd = held.loc[held["unusual"].eq(True), "measure"].tolist()
    unknown = held.loc[held["unusual"].isna(), "measure"].tolist()
    known = len(held) - len(unknown)
    said = []
    if odd:
        then = "So look at the front door first." if is_signal else "Look at them for themselves."
        said.append(f"Unusual by themselves: {', '.join(odd).lower()}. {then}")
    elif known:
        those = "None" if not unknown else "None of those that could be judged"
        said.append(
            f"{those} is unusual by itself. That does not rule out a change of recording, which "
            "need not show here."
        )
    if unknown:
        said.append(
            f"Not judged, for there are too few settled months: {', '.join(unknown).lower()}."
        )
    if not known:
        said.append("So they speak neither for nor against a change of recording.")
    return said
