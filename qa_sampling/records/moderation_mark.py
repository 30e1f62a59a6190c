"""What the mark of a moderation's sheet says besides the case: which form, and of which audit.

The mark is an audit form's (:mod:`qa_sampling.records.form_identity`). Where that names the form,
a moderation's names the form, "@" and the edition of the audit it was written from: a keyed digest
of what the auditor had said. No form's name has an "@", so neither can be taken for the other, and
an audit that was corrected after the sheet was sent out is found by its edition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qa_sampling.records.chain import canonical_json
from qa_sampling.records.keys import Key, keyed_text

_BETWEEN = "@"
_TAG = "qa_sampling/audit_edition/v1"
_DIGITS = 16


@dataclass(frozen=True)
class AuditRead:
    """What a moderator is told of an audit.

    Attributes
    ----------
    audit_id : str
        Name of the audit.
    grades, evidence : dict of str to str
        By key of the standard, "overall" among them; evidence only where something was written.
    learning : str
        What is to be learned; blank where nothing was written.
    actions : tuple of str
        What is to be done.
    """

    audit_id: str
    grades: Mapping[str, str]
    evidence: Mapping[str, str]
    learning: str = ""
    actions: tuple[str, ...] = ()


def edition_of(audit: AuditRead, key: bytes) -> str:
    """Give the edition of an audit: the same as long as grades, evidence and learning are.

    Actions do not count: they are followed up, and the audit stays what it was.

    Parameters
    ----------
    audit : AuditRead
        What the register holds of it.
    key : bytes
        The authority's secret key, at least 16 bytes.
    """
    said = [dict(audit.grades), dict(audit.evidence), audit.learning]
    return keyed_text(Key(key), _TAG, audit.audit_id, canonical_json(said))[:_DIGITS]


def moderation_form(form: str, edition: str) -> str:
    """Give what a moderation's mark has in place of the form's name.

    Parameters
    ----------
    form : str
        Name of the form.
    edition : str
        Edition of the audit (see :func:`edition_of`).
    """
    return f"{form}{_BETWEEN}{edition}"


def is_moderation(form: str) -> bool:
    """Say whether a mark's form is a moderation's.

    Parameters
    ----------
    form : str
        As the mark has it.
    """
    return _BETWEEN in form


def plain_form(form: str) -> str:
    """Give the name of a mark's form, without the edition.

    Parameters
    ----------
    form : str
        As the mark has it.
    """
    return form.partition(_BETWEEN)[0]


def is_edition(form: str, audit: AuditRead, keys: Iterable[bytes]) -> bool:
    """Say whether a moderation was written from the audit as it stands.

    Parameters
    ----------
    form : str
        As the mark has it.
    audit : AuditRead
        What the register holds now.
    keys : iterable of bytes
        The authority's key, and those before it.
    """
    made = form.partition(_BETWEEN)[2]
    return any(edition_of(audit, key) == made for key in keys)
