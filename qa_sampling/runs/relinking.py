"""From references back to case numbers: into a restricted workbook, and recorded.

The numbers go nowhere else: not to the screen, not into a log, not into the register, which
learns who asked, when, why and for how many.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.errors import ParameterError, PublicationError, VerificationError
from qa_sampling.records.key_files import KeyRing, find_keys
from qa_sampling.records.keys import Key
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import case_numbers, open_register
from qa_sampling.runs.keyring import key_place, load_keys, never_inside
from qa_sampling.runs.publication import MANIFEST
from qa_sampling.runs.rotating import require_no_number
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.common import Settings
from qa_sampling.workbooks import Formats, open_workbook, write_sheet, write_text_sheet

RESTRICTED_FOLDER = "restricted"
_REFERENCE = re.compile(r"[A-Z2-7]{26}")
_COLUMNS = ["Reference", "Case number", "Key"]


@dataclass(frozen=True)
class Relinked:
    """What a re-linking did. It holds no case number; the workbook does.

    Attributes
    ----------
    path : Path
        The restricted workbook.
    asked_for, found : int
        How many references, and how many of them have a case number in the present files.
    """

    path: Path
    asked_for: int
    found: int


def relink(
    settings: Settings,
    references: Sequence[str],
    *,
    by: str,
    reason: str,
    save: Path | None = None,
    source: str = "references that were given",
) -> Relinked:
    """Write the case numbers of references into a workbook below a folder called restricted.

    Parameters
    ----------
    settings : Settings
        Say where the keys, the register, the extract and the extra tables are. The numbers of
        these files are tried, under the current key and every earlier one that is kept.
    references : sequence of str
        References of cases, of any key.
    by, reason : str
        Who asks, and why in at least 10 characters; recorded. No child's details.
    save : Path, optional
        New .xlsx file below a folder called ``restricted``, outside what was published; by
        default one in ``restricted`` of the outputs.
    source : str
        Where the references are from, for the register.

    Returns
    -------
    Relinked

    Raises
    ------
    ParameterError
        When there is no reference, one is not of the form of a reference, `save` is not
        restricted, or a text for the register holds a case number.
    RegisterError
        When there is no register, or `by` or `reason` is missing.
    SecretError, ExtractError
        As for a run.
    """
    wanted = _checked(references)
    path = _restricted_path(settings, save)
    with open_register(settings, create=False) as register:
        numbers = case_numbers(settings)
        require_no_number({"by": by, "reason": reason, "source": source}, numbers)
        latest = register.latest_references()
        table = _linked(wanted, numbers, _all_keys(settings, register), latest)
        found = int(table["Case number"].notna().sum())
        counts = {"asked_for": len(wanted), "found": found}
        draft = path.with_name(f".{uuid.uuid4().hex}.xlsx")
        try:
            draft.touch(mode=0o600)
            _write(draft, table, by=by, reason=reason, source=source)
            register.record_relinking(by=by, reason=reason, source=source, **counts)
            draft.rename(path)
        except OSError as error:
            raise PublicationError(
                f"The workbook could not be written ({error.strerror}). Name another place with "
                "`save`."
            ) from None
        finally:
            draft.unlink(missing_ok=True)
    return Relinked(path, **counts)


def published_references(folder: Path) -> list[str]:
    """Give the references of the cases and reserves that a published folder drew.

    Parameters
    ----------
    folder : Path
        Published folder, such as ``outputs/2026-11``.

    Raises
    ------
    VerificationError
        When it holds no draw.
    """
    place = folder / RESTRICTED_FOLDER / "verification" / "draw.json"
    try:
        return [row[0] for row in json.loads(place.read_text(encoding="utf-8"))["sample"]]
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        raise VerificationError(
            f"{folder} holds no draw (no {RESTRICTED_FOLDER}/verification/draw.json). Name a "
            "published folder, such as outputs/2026-11."
        ) from None


def _checked(references: Sequence[str]) -> list[str]:
    """Give the references once each; one that is none may be a case number and is not quoted."""
    wanted = list(dict.fromkeys(text.strip().upper() for text in references))
    if not wanted:
        raise ParameterError("No reference was given. Give some, or a published folder.")
    wrong = [str(place) for place, text in enumerate(wanted, 1) if not _REFERENCE.fullmatch(text)]
    if wrong:
        raise ParameterError(
            f"No reference stands at place {', '.join(wrong[:5])}: a reference has 26 characters, "
            "A to Z and 2 to 7. Case numbers are not given here."
        )
    return wanted


def _restricted_path(settings: Settings, save: Path | None) -> Path:
    """Give where the workbook goes; refuse every place that is not restricted."""
    if save is None:
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        folder = settings.outputs_folder / RESTRICTED_FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        save = folder / f"relinked_{stamp}.xlsx"
        while save.exists():
            save = folder / f"relinked_{stamp}_{uuid.uuid4().hex[:8]}.xlsx"
    path = save.expanduser().resolve()
    folders = [folder.name for folder in path.parents]
    if RESTRICTED_FOLDER not in folders or "shareable" in folders:
        raise ParameterError(
            f"Case numbers are written below a folder called {RESTRICTED_FOLDER} only, and never "
            f"shown on the screen. Give `save` such a place, or leave it out."
        )
    if any((folder / MANIFEST).is_file() for folder in path.parents):
        raise ParameterError(
            "`save` lies in a published folder, which would not be whole any more. Give a place "
            f"in another folder called {RESTRICTED_FOLDER}."
        )
    if path.suffix.lower() != ".xlsx" or path.exists() or not path.parent.is_dir():
        raise ParameterError("`save` must name a new .xlsx file in a folder that exists.")
    return path


def _all_keys(settings: Settings, register: Register) -> KeyRing:
    """Give the current key and every earlier one that is kept."""
    if not settings.is_invented:
        known = register.key_ids_in_order()
        found = find_keys(key_place(settings), known, never_inside=never_inside(settings))
        if found:
            return KeyRing(found[-1], found[:-1])
    return load_keys(settings)


def _linked(
    wanted: Sequence[str], numbers: frozenset[str], ring: KeyRing, latest: dict[str, str]
) -> pd.DataFrame:
    """Try every number under every key; a reference whose key is lost goes by its newest one."""
    sought = {*wanted, *(latest[ref] for ref in wanted if ref in latest)}
    found: dict[str, tuple[str, Key]] = {}
    for key in (*ring.earlier, ring.key):
        for number in numbers:
            if number.strip() and (ref := pseudonym(number, key.secret)) in sought:
                found[ref] = (number.strip(), key)
    rows = []
    for ref in wanted:
        number, key = found.get(ref) or found.get(latest.get(ref, ref)) or (None, None)
        rows.append((ref, number, key.key_id if key else "not found"))
    return pd.DataFrame(rows, columns=_COLUMNS, dtype="str")


def _write(path: Path, table: pd.DataFrame, *, by: str, reason: str, source: str) -> None:
    today = dt.datetime.now(dt.UTC).date()
    absent = int(table["Case number"].isna().sum())
    where = "in no file that was read"
    not_found = f"1: its case number is {where}." if absent == 1 else (
        f"{absent}: their case numbers are {where}." if absent else "None."
    )  # fmt: skip
    about: list[tuple[str, object] | str] = [
        ("Asked by", by),
        ("Why", reason),
        ("References from", source),
        ("Day", today),
        ("References", str(len(table))),
        ("Not found", not_found),
        ("Handling", "Delete this workbook as soon as it has served. The register holds who "
         "asked, when, why and for how many, and none of the numbers."),
    ]  # fmt: skip
    with open_workbook(path, created=today, title="References re-linked") as workbook:
        formats = Formats(workbook)
        write_text_sheet(workbook, "About", "References re-linked", about, formats, contents=None)
        write_sheet(
            workbook,
            "Case numbers",
            "Case numbers of references",
            ["Key: the id of the key the reference, or the newest one of its case, is made with."],
            table,
            formats,
            widths={"Reference": 36, "Case number": 20, "Key": 14},
            contents="About",
        )
