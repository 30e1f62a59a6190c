"""Opening the register for collecting: what is sound in the folder of forms is recorded first."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import open_register
from qa_sampling.runs.invented_forms import invent_returned
from qa_sampling.runs.invented_moderations import invent_moderated
from qa_sampling.runs.recording_batch import record_folder
from qa_sampling.runs.returns_in import open_returns, staff_of
from qa_sampling.settings.collect import CollectAudits
from qa_sampling.settings.common import Settings


def open_collect(settings: CollectAudits) -> Register:
    """Open the register after what is sound in the folder of returned forms was recorded.

    Of the invented authority the moderators' forms are sent out then, and come back too.

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
        asked = {"staff": staff_of(settings), "today": settings.extract_day}
        record_folder(settings, register, folder, **asked)
        if settings.is_invented and not settings.returned:
            again = invent_moderated(settings, register, folder)
            if again is not None:
                record_folder(settings, register, again, **asked)
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
