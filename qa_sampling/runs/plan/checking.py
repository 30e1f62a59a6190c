"""Looking back at a published draw: whether it verifies, and why a case was drawn."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from qa_sampling.errors import QASamplingError, VerificationError
from qa_sampling.records.keys import Key
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import open_register, register_is_there
from qa_sampling.runs.keyring import load_key
from qa_sampling.runs.publication import MANIFEST, digest_of, faults_of, read_manifest
from qa_sampling.sampling import verify_draw as alone
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.sampling.verification import Explanation, draw_again, explain, verify_draw
from qa_sampling.settings.common import Settings

_VERIFICATION = Path("restricted") / "verification"


def compare_with_register(folder: Path) -> tuple[bool, tuple[str, ...]]:
    """Compare a published folder with the register that lies beside it.

    Parameters
    ----------
    folder : Path
        Published folder, such as ``outputs/2026-11``.

    Returns
    -------
    (bool, tuple of str)
        Whether there is a register to compare with, and what differs.
    """
    path = folder.resolve().parent / "register.sqlite"
    if not path.is_file():
        return False, ()
    manifest = read_manifest(folder)
    with Register.open(path) as register:
        faults = list(register.check())
        published = register.publications().set_index("manifest_sha256")["draw_id"].to_dict()
        draws = register.draws().set_index("draw_id")
    draw_id = published.get(digest_of(folder / MANIFEST))
    if draw_id is None or draw_id != manifest.get("draw_id"):
        faults.append("the register knows of no publication with this manifest")
    elif bool(draws.loc[draw_id, "superseded"]):
        faults.append(f"{draw_id} has been superseded by a redraw")
    return True, tuple(faults)


def verify_folder(folder: Path) -> tuple[str, ...]:
    """Check every file of a published folder, and derive its draw again in two ways.

    Parameters
    ----------
    folder : Path
        Published folder, such as ``outputs/2026-11``.

    Returns
    -------
    tuple of str
        What differs; empty when nothing does.

    Raises
    ------
    VerificationError
        When the folder does not hold a draw.
    """
    record, frame = _published(folder)
    faults = list(faults_of(folder))
    try:
        faults += verify_draw(record, frame)
        rows = frame.to_dict("records")
        faults += [f"by the stand-alone program: {text}" for text in alone.check(rows, record)]
    except (LookupError, TypeError, ValueError, AttributeError, QASamplingError):
        if not faults:
            raise
        faults.append("the draw cannot be derived again from the files as they are now")
    try:
        manifest = read_manifest(folder)
    except QASamplingError:
        return tuple(faults)
    for name in ("seed", "frame_fingerprint", "sample_fingerprint"):
        if manifest.get(name) != record.get(name):
            faults.append(f"the manifest and the draw's record differ in {name}")
    return tuple(faults)


def explain_case(folder: Path, case: str, settings: Settings) -> Explanation:
    """Say why a case was drawn, or was not.

    Parameters
    ----------
    folder : Path
        Published folder.
    case : str
        Case number or reference.
    settings : Settings
        Say where the key of the references is.

    Raises
    ------
    VerificationError
        When the folder does not hold a draw.
    FrameError
        When the case is not in the month's population.
    """
    record, frame_table = _published(folder)
    exclusions = _read(folder / _VERIFICATION / "exclusions.csv")
    frame, draw = draw_again(record, frame_table, exclusions)
    known = {*frame_table["case_ref"], *exclusions["case_ref"]}
    reference = case
    if case not in known:
        if not case.strip():
            raise VerificationError("Give a case number or a reference.")
        reference = _reference(folder, case, settings, known)
    return explain(frame, draw, reference)


def _reference(folder: Path, case: str, settings: Settings, known: set[str]) -> str:
    """Give the reference that a case has in a published draw, from its number or another one."""
    for reference in _of_the_same_case(case.strip().upper(), settings):
        if reference in known:
            return reference
    made_with = read_manifest(folder).get("key_id")
    key = load_key(settings, str(made_with or ""))
    ours = Key(key).key_id
    if made_with != ours:
        raise VerificationError(
            f"This draw's references were made with another key ({made_with}; yours is "
            f"{ours}). Name the authority's parameter file with -f."
        )
    return pseudonym(case, key)


def _of_the_same_case(reference: str, settings: Settings) -> list[str]:
    """Give the references that the register links to one: earlier and later ones."""
    if not register_is_there(settings):
        return []
    with open_register(settings, create=False) as register:
        latest = register.latest_references()
    newest = latest.get(reference, reference)
    return [newest, *(old for old, new in latest.items() if new == newest)]


def _published(folder: Path) -> tuple[dict, pd.DataFrame]:
    place = folder / _VERIFICATION
    try:
        record = dict(json.loads((place / "draw.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        raise VerificationError(
            f"{folder} holds no draw that could be verified (no {_VERIFICATION.as_posix()}/"
            f"draw.json). Name a published folder, such as outputs/2026-11."
        ) from None
    return record, _read(place / "frame.csv")


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError):
        raise VerificationError(f"{path.name} is missing or cannot be read.") from None
