"""Opening the register for collecting: what is sound in the folder of forms is recorded first."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import open_register
from qa_sampling.runs.invented_forms import invent_returned
from qa_sampling.runs.recording import record_sheets
from qa_sampling.runs.returned_folder import read_folder
from qa_sampling.runs.returns_in import open_returns, staff_of
from qa_sampling.settings.collect import CollectAudits
from qa_sampling.settings.common import Settings


def open_collect(settings: CollectAudits) -> Register:
    """Open the register after what is sound in the folder of returned forms was recorded.

    Parameters
    ----------
    settings : CollectAudits
        Name the folder. Of the invented authority the month is drawn and its forms come back.

    Raises
    ------
    RegisterError
        When nothing has been drawn yet.
    FormError
        When the folder is not there, or empty.
    """
    register = open_drawn(settings)
    folder = folder_of(settings, register)
    if folder is not None:
        today = settings.extract_day
        sent, batch = read_folder(settings, register, folder, today=today)
        record_sheets(register, batch.sound, sent.draws, staff=staff_of(settings), today=today)
    return register


def open_drawn(settings: Settings) -> Register:
    """Open the register of what was drawn; nothing of the invented authority is added to it.

    Parameters
    ----------
    settings : Settings
        Say where it is.

    Raises
    ------
    RegisterError
        When there is no register: nothing has been drawn yet.
    """
    return open_register(settings) if settings.is_invented else open_returns(settings)


def folder_of(settings: CollectAudits, register: Register) -> Path | None:
    """Give the folder of returned forms; None where none is given.

    Parameters
    ----------
    settings : CollectAudits
        Name it.
    register : Register
        Of the invented authority the month is drawn in it first.
    """
    if settings.returned:
        return settings.place(settings.returned)
    return invent_returned(settings, register) if settings.is_invented else None
