"""How the moderations of the months stand, by moderator. Restricted: it names people."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qa_sampling.records.register import Register
from qa_sampling.runs.moderation_owed import STATES

_BY_GRADE = "By grade: given to somebody with the forms"
_CORRECTED = "Audit corrected since"


def moderations_view(
    owed: pd.DataFrame, register: Register, names: Mapping[str, str]
) -> pd.DataFrame:
    """Give the moderations by moderator and how they stand, with a row for all. Restricted.

    Who moderates an audit because of its grade is settled when the forms are written, so such
    audits stand under a line of their own until they are back.

    Parameters
    ----------
    owed : DataFrame
        ``runs.moderation_owed.owed_moderations``.
    register : Register
        Knows which audits were corrected after they had been moderated.
    names : mapping of str to str
        Staff number to name.

    Returns
    -------
    DataFrame
        "Moderator", "To moderate", the words of ``STATES``, "Audit corrected since" (of those
        that are back); the last row is "All". Empty when nothing is to be moderated.
    """
    columns = ["Moderator", "To moderate", *STATES.values(), _CORRECTED]
    if owed.empty:
        return pd.DataFrame(columns=columns)
    who = owed["moderated_by"].fillna(owed["moderator_id"])
    corrected = owed["audit_id"].isin(register.corrected_since_moderation())
    table = pd.DataFrame(
        {
            "Moderator": [_BY_GRADE if pd.isna(one) else names.get(one, one) for one in who],
            "To moderate": 1,
            **{words: (owed["state"] == state).astype(int) for state, words in STATES.items()},
            _CORRECTED: corrected.astype(int),
        }
    )
    counted = table.groupby("Moderator").sum().reset_index().sort_values("Moderator")
    whole = counted.drop(columns="Moderator").sum().to_frame().T.assign(Moderator="All")
    return pd.concat([counted, whole])[columns].reset_index(drop=True)


def moderation_lines(owed: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Give how many moderations stand how: a label and a number each.

    Parameters
    ----------
    owed : DataFrame
        ``runs.moderation_owed.owed_moderations``.
    """
    counts = owed["state"].value_counts()
    lines = ((f"Moderations: {words.lower()}", state) for state, words in STATES.items())
    return tuple((label, str(int(counts.get(state, 0)))) for label, state in lines)
