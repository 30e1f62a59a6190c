"""The year's secret that seeds follow from, and its commitment in the register."""

from __future__ import annotations

import hashlib

from qa_sampling.errors import RegisterError, SecretError
from qa_sampling.records import keys
from qa_sampling.records.register import Register
from qa_sampling.settings.common import Settings, home

_INVENTED_SECRET = keys.Key(
    hashlib.sha256(b"qa-sampling: the invented authority's yearly secret, no secret").digest()
)


def commit_secret(settings: Settings, register: Register) -> bool:
    """Record the commitment to the year's secret, if there is one; say whether there is.

    Parameters
    ----------
    settings : Settings
        Give the year.
    register : Register
        Where it is recorded, before any frame of the year is fixed.
    """
    secret = secret_of(settings)
    if secret is None:
        return False
    try:
        register.record_commitment(settings.period_start.year, keys.commitment(secret))
    except RegisterError:
        if register.commitment(settings.period_start.year) != keys.commitment(secret):
            return False
    return True


def secret_of(settings: Settings) -> keys.Key | None:
    """Give the secret of the year; None when there is none.

    Parameters
    ----------
    settings : Settings
        Give the year; the invented authority's is known to all.
    """
    if settings.is_invented:
        return _INVENTED_SECRET
    try:
        outside = (home(), settings.outputs_folder)
        return keys.yearly_secret(settings.period_start.year, never_inside=outside)
    except SecretError:
        return None
