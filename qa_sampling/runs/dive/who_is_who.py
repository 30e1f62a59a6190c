"""Which case is concerned and who reads it, for the lead alone. Restricted."""

from __future__ import annotations

import pandas as pd

from qa_sampling.runs.dive.recording import Recorded
from qa_sampling.runs.dive.sample import Reading, parts_of


def who_is_who(reading: Reading, recorded: Recorded | None = None) -> pd.DataFrame:
    """Give which case is concerned and which is to compare, and who reads it, for the lead alone.

    Parameters
    ----------
    reading : Reading
        The cases.
    recorded : Recorded or None
        Who reads what now; a reserve that took the place of a case stands with it.
    """
    held = reading.cases.set_index("case_ref")[["part", "stratum", "inclusion_probability",
                                                "weight"]]  # fmt: skip
    heads = ["Part", "Group", "Chance", "Stands for children", "Reader", "In place of", "Not read"]
    held = held.assign(reader="", instead="", lost="")
    if recorded is not None:
        given = recorded.given
        spares = given.index[given["instead_of"].notna()]
        more = parts_of(recorded.draw.draw).reindex(spares)
        held = pd.concat([held, more])
        held["reader"] = given["reader"].reindex(held.index)
        held["instead"] = given["instead_of"].reindex(held.index)
        taken = given["taken_by"].reindex(held.index)
        held["lost"] = taken.where(taken.isna(), "a reserve took its place")
    held = held.set_axis(heads, axis=1).rename_axis("Reference").sort_index().reset_index()
    told = [name for name in heads if held[name].replace("", pd.NA).notna().any()]
    return held[["Reference", *told]]
