"""What the cases of a draw were like when they were drawn: status, age band, ethnic group.

The register keeps of a case what its draw needs, and no more. Who a case is, is read from the
extract, by its reference.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import pandas as pd

from qa_sampling.runs.case_places import Describer
from qa_sampling.runs.inputs import invented_authority, load_inputs
from qa_sampling.runs.invented_kept import kept
from qa_sampling.runs.keyring import load_keys
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.findings import AuditFindings

_COLUMNS = ["team", "service", "status", "age_band", "ethnic_group", "worker"]


def describer(settings: AuditFindings) -> Describer:
    """Give what says what cases were like; the extract is read once.

    Parameters
    ----------
    settings : AuditFindings
        Say where the extract is. The invented authority is looked at as it was on the day; of a
        real one the extract that is given tells, so that what changed since is as it is there.

    Returns
    -------
    callable
        Gives `case_ref`, `team`, `service`, `status`, `age_band`, `ethnic_group`, `worker`; cases
        that are in no extract are absent.
    """
    whole = None if settings.is_invented else _extract(settings)

    def describe(day: dt.date, refs: pd.Series) -> pd.DataFrame:
        known = _invented(day) if whole is None else whole
        return known[known["case_ref"].isin(set(refs))].reset_index(drop=True)

    return describe


@lru_cache(maxsize=24)
def _invented(day: dt.date) -> pd.DataFrame:
    from qa_sampling.records.invented.cases_of_day import cases_of_day
    from qa_sampling.records.keys import INVENTED_KEY

    def known() -> pd.DataFrame:
        return _referred(cases_of_day(invented_authority(), day), INVENTED_KEY.secret)

    return kept(f"known-{day}", known)


def _extract(settings: AuditFindings) -> pd.DataFrame:
    """Read the extract that is named; nothing is known when none is."""
    if not settings.extract:
        return pd.DataFrame(columns=["case_ref", *_COLUMNS], dtype="str")
    return _referred(load_inputs(settings).cases, load_keys(settings).key.secret)


def _referred(cases: pd.DataFrame, key: bytes) -> pd.DataFrame:
    refs = [pseudonym(number, key) for number in cases["child_id"]]
    return cases[_COLUMNS].assign(case_ref=refs)[["case_ref", *_COLUMNS]]
