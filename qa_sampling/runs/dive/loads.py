"""What readers have to do beside a deep dive: audits of other plans in the same weeks."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.register import Register
from qa_sampling.runs.returned_folder import sent_out
from qa_sampling.sampling.caps import own_caps
from qa_sampling.settings.deep_dive import DeepDive


def audits_beside(register: Register, settings: DeepDive) -> pd.Series:
    """Count the audits that each member of staff owes while the cases are read.

    Those of every other plan and deep dive whose weeks overlap, as they were allocated when the
    cases were drawn and with who audits them now; not what had come back by then.

    Parameters
    ----------
    register : Register
        Holds the draws.
    settings : DeepDive
        Give the weeks: from the extract's day to the day by which it is read.

    Returns
    -------
    Series of int
        By staff number, those who owe any; named "beside".
    """
    counts = pd.Series(dtype="int64", name="beside")
    if register.draws().empty:
        return counts
    sent = sent_out(register)
    own = register.find_draw(settings.period, settings.design)
    others = {
        name
        for name, draw in sent.draws.items()
        if not draw.superseded
        and draw.due > settings.extract_day
        and draw.as_at < settings.due_day
        and (own is None or (name != own.draw_id and draw.drawn_at < own.drawn_at))
    }
    held = register.audits()
    back = held[held["date_completed"] <= pd.Timestamp(settings.extract_day)]
    done = set(back["audit_id"])
    owed = [
        one.auditor_id
        for (name, ref), one in sent.expected.items()
        if name in others and case_name(name, ref) not in done
    ]
    return pd.Series(owed, dtype="str").value_counts().astype("int64").rename("beside")


def with_room(staff: pd.DataFrame, beside: pd.Series, settings: DeepDive) -> pd.DataFrame:
    """Lower the cap of each member of staff by what they owe already.

    Parameters
    ----------
    staff : DataFrame
        ``schema.STAFF``.
    beside : Series
        Of :func:`audits_beside`.
    settings : DeepDive
        Give the caps.

    Returns
    -------
    DataFrame
        The staff with `monthly_cap` as what is left of it, at least 0.
    """
    owed = staff["staff_id"].map(beside).fillna(0).astype("int64").to_numpy()
    left = (own_caps(staff, settings.rules) - owed).clip(min=0)
    return staff.assign(monthly_cap=pd.array(left, dtype="Int64"))
