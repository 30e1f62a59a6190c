"""Whether enough has come back for a page: of any audits, and of those of a theme."""

from __future__ import annotations

import pandas as pd

from qa_sampling.errors import NothingReturned
from qa_sampling.records.register import Register
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.findings import MONTHLY

FEWEST_OF_A_THEME = 6
"""Audits of a theme below which there is no page of its findings."""


def need_returns(settings: AnalysisSettings, register: Register) -> None:
    """Refuse an analysis of audits of which nothing has come back.

    Parameters
    ----------
    settings : AnalysisSettings
        Say which months and designs.
    register : Register
        Holds draws and audits.

    Raises
    ------
    NothingReturned
        When no drawn audit of these is back.
    """
    audits = register.audits()
    asked = audits["period"].between(settings.first_period, settings.period)
    asked &= audits["date_completed"] <= pd.Timestamp(settings.extract_day)
    draws = register.draws()
    if settings.designs:
        draws = draws[draws["design"].isin(settings.designs)]
    if not draws["draw_id"].isin(audits.loc[asked, "draw_id"]).any():
        raise NothingReturned(
            f"The register holds no drawn audit of {settings.first_period} to {settings.period} "
            f"that has come back. Collect the forms first, or ask for other months with `period` "
            f"and `months`."
        )


def require_enough(design: str, number: int) -> None:
    """Refuse the findings of a theme of which hardly anything is back.

    The tables of one to five audits hold nothing that may be shared, and their many margins would
    give the number away.

    Parameters
    ----------
    design : str
        The design.
    number : int
        Its audits that are back.

    Raises
    ------
    NothingReturned
        When there are fewer than :data:`FEWEST_OF_A_THEME`.
    """
    if design != MONTHLY and number < FEWEST_OF_A_THEME:
        raise NothingReturned(
            f"Fewer than {FEWEST_OF_A_THEME} audits of this theme are back, too few for a page. "
            "Collect more forms, or look at more rounds together with `months` and `window`."
        )


def need_graded(settings: AnalysisSettings, register: Register) -> None:
    """Refuse the findings of a design of which nothing, or of a theme hardly anything, is back.

    Parameters
    ----------
    settings : AnalysisSettings
        Say which months, and the design.
    register : Register
        Holds draws and audits.

    Raises
    ------
    NothingReturned
        When there is too little.
    """
    need_returns(settings, register)
    audits, drawn = register.audits(), register.draws()
    drawn = drawn.loc[drawn["design"].isin(settings.designs), "draw_id"]
    asked = audits["period"].between(settings.first_period, settings.period)
    asked &= audits["date_completed"] <= pd.Timestamp(settings.extract_day)
    back = int((asked & audits["draw_id"].isin(drawn)).sum())
    require_enough(settings.designs[0], back)
