"""How a returned form is recognised: a keyed token on every case's sheet.

The token is HMAC-SHA256, under the authority's key, of a version tag, the draw's number, the
case's reference, the auditor, the form's name and its version. It names no child, cannot be
made without the key, and belongs to one case of one auditor in one draw.
"""

from __future__ import annotations

import hashlib
import hmac
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from qa_sampling.errors import FormError
from qa_sampling.records.form_layout import ROW_KEY

TAG = "qa_sampling/form/v1"
_SEPARATOR = "|"
_LARGEST_BYTES = 100_000_000
_PARTS = ("tag", "draw_id", "case_ref", "auditor_id", "form", "version", "token")


def form_token(
    draw_id: str, case_ref: str, auditor_id: str, form: str, version: int, key: bytes
) -> str:
    """Give the token of one case's sheet: 64 hexadecimal digits.

    Parameters
    ----------
    draw_id : str
        Number of the draw in the register.
    case_ref : str
        Keyed reference of the case.
    auditor_id : str
        Staff number of the auditor.
    form : str
        Name of the form.
    version : int
        Version of the form.
    key : bytes
        The authority's secret key, at least 16 bytes.

    Raises
    ------
    ValueError
        When the key is shorter than 16 bytes.
    """
    if len(key) < 16:
        raise ValueError(f"`key` must hold at least 16 bytes; got {len(key)}.")
    text = "\x00".join((TAG, draw_id, case_ref, auditor_id, form, str(version)))
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def identity_text(
    draw_id: str, case_ref: str, auditor_id: str, form: str, version: int, key: bytes
) -> str:
    """Give the text of a sheet's hidden identity cell (see :func:`form_token`).

    Parameters
    ----------
    draw_id : str
        Number of the draw in the register.
    case_ref : str
        Keyed reference of the case.
    auditor_id : str
        Staff number of the auditor.
    form : str
        Name of the form.
    version : int
        Version of the form.
    key : bytes
        The authority's secret key, at least 16 bytes.

    Returns
    -------
    str
        A tag, the parts but for the key, and the token, with "|" between.

    Raises
    ------
    ValueError
        When the key is shorter than 16 bytes.
    """
    token = form_token(draw_id, case_ref, auditor_id, form, version, key)
    parts = (TAG, draw_id, case_ref, auditor_id, form, str(version), token)
    return _SEPARATOR.join(quote(part, safe="/ ") for part in parts)


@dataclass(frozen=True)
class FormIdentity:
    """Whose form a returned workbook is.

    Attributes
    ----------
    draw_id : str
        Number of the draw.
    auditor_id : str
        Staff number of the auditor it was made for.
    form : str
        Name of the form.
    version : int
        Version of the form.
    cases : dict of str to str
        Name of a case's sheet to the case's reference.
    tokens_valid : bool or None
        Whether every sheet's token is right and all agree; None when no key was given.
    not_valid : tuple of str
        Sheets whose token is not right, or that belong to another form.
    """

    draw_id: str
    auditor_id: str
    form: str
    version: int
    cases: Mapping[str, str]
    tokens_valid: bool | None
    not_valid: tuple[str, ...]


def read_form_identity(path: Path, *, key: bytes | None = None) -> FormIdentity:
    """Recognise a returned form.

    The hidden identity cells are what counts; file name and document properties may have
    been changed on the way.

    Parameters
    ----------
    path : Path
        A workbook that an auditor sent back.
    key : bytes, optional
        The authority's secret key; without it tokens are read but not checked.

    Raises
    ------
    FormError
        When the file is not a workbook, is too large, or holds no case of ours.
    """
    sheets = _identities(path)
    if not sheets:
        raise FormError(
            f"{path.name} is not an audit form of ours: no sheet carries our mark. "
            "Ask for the workbook that was sent out, with all its sheets."
        )
    first = next(iter(sheets.values()))
    shared = ("draw_id", "auditor_id", "form", "version")
    faulty = [
        sheet
        for sheet, parts in sheets.items()
        if any(parts[name] != first[name] for name in shared) or not _is_genuine(parts, key)
    ]
    return FormIdentity(
        draw_id=first["draw_id"],
        auditor_id=first["auditor_id"],
        form=first["form"],
        version=int(first["version"]),
        cases={sheet: parts["case_ref"] for sheet, parts in sheets.items()},
        tokens_valid=None if key is None else not faulty,
        not_valid=tuple(faulty),
    )


def _is_genuine(parts: Mapping[str, str], key: bytes | None) -> bool:
    if key is None:
        return True
    named = (parts[name] for name in ("draw_id", "case_ref", "auditor_id", "form"))
    expected = form_token(*named, int(parts["version"]), key)
    return hmac.compare_digest(expected, parts["token"])


def _identities(path: Path) -> dict[str, dict[str, str]]:
    """Read the identity cell of every sheet that has one."""
    import openpyxl

    _check_archive(path)
    try:
        workbook = openpyxl.load_workbook(path, read_only=True)
    except Exception as error:
        raise FormError(
            f"{path.name} cannot be read as a workbook ({type(error).__name__}). "
            "Open it, save it as .xlsx and send it again."
        ) from None
    found = {}
    try:
        for sheet in workbook.worksheets:
            cells = sheet.iter_rows(1, 1, ROW_KEY + 1, ROW_KEY + 1, values_only=True)
            value = next(cells, (None,))[0]
            parts = [unquote(part) for part in str(value or "").split(_SEPARATOR)]
            if parts[0] == TAG and len(parts) == len(_PARTS) and parts[5].isdecimal():
                found[sheet.title] = dict(zip(_PARTS, parts, strict=True))
    finally:
        workbook.close()
    return found


def _check_archive(path: Path) -> None:
    """Refuse what is not a workbook, or would unpack to more than a form ever holds."""
    if not path.is_file():
        raise FormError(f"There is no file {path.name}; check the folder and the name.")
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise FormError(
            f"{path.name} is not an .xlsx workbook, or is protected by a password. "
            "Save an unprotected copy as .xlsx and send it again."
        ) from None
    if size > _LARGEST_BYTES:
        raise FormError(f"{path.name} is too large for an audit form; send the form itself.")
