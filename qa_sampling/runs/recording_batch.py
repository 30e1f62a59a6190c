"""A folder of returned forms into the register: audits first, then what moderators made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.records.register import Register
from qa_sampling.records.return_records import Recorded
from qa_sampling.records.returned_batch import Batch
from qa_sampling.runs.moderation_owed import moderation_form, owed_moderations
from qa_sampling.runs.moderation_returns import moderators_concerns, record_moderations
from qa_sampling.runs.recording import Collected, record_sheets
from qa_sampling.runs.returned_folder import read_folder
from qa_sampling.settings.common import Settings


@dataclass(frozen=True)
class Taken:
    """What a folder held, and what it left in the register.

    Attributes
    ----------
    batch : Batch
        What was read.
    audits : Collected
        Audits and what belongs to them.
    moderations : Recorded
        Moderations.
    concerns : int
        Audits and moderations that tell of a child at risk of harm.
    owed : DataFrame
        Every moderation that is asked for, and how it stands now.
    """

    batch: Batch
    audits: Collected
    moderations: Recorded
    concerns: int
    owed: pd.DataFrame


def record_folder(
    settings: Settings,
    register: Register,
    folder: Path,
    *,
    staff: pd.DataFrame | None,
    today: date,
) -> Taken:
    """Read a folder of returned forms and record what is sound.

    Parameters
    ----------
    settings : Settings
        Say where the keys are.
    register : Register
        Where it is recorded.
    folder : Path
        The folder.
    staff : DataFrame or None
        ``schema.STAFF``, for roles.
    today : date
        Day it is read on.

    Raises
    ------
    FormError
        When the folder is not there, or holds no file.
    RegisterError
        When nothing has been drawn yet.

    Notes
    -----
    A moderation of an audit that this very batch corrects is noted: the batch is read again then.
    """
    sent, batch = read_folder(settings, register, folder, today=today)
    done = record_sheets(register, batch.sound, sent.draws, staff=staff, today=today)
    moderated = any(sheet.is_moderation for sheet in batch.sound)
    if moderated and done.audits.corrected:
        _, batch = read_folder(settings, register, folder, today=today)
    made = record_moderations(register, batch.sound, staff=staff)
    concerns = done.concerns + moderators_concerns(batch.sound)
    owed = owed_moderations(register, sent, form=moderation_form(), as_at=today)
    return Taken(batch, done, made, concerns, owed)
