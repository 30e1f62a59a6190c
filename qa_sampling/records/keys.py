"""Keys and secrets: files that stay with one authority, outside repository and outputs.

Two kinds. The **key** turns the case system's numbers into references; whoever holds
it can turn them back by trying, so it is guarded like the records themselves. A
**yearly secret** gives the seeds of unattended runs: its SHA-256 is recorded before
the year's first frame is fixed, and the secret is shown after the year's last draw,
so that anyone can see that no seed was chosen to suit.

Neither is ever printed, logged or written to the register.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa_sampling.errors import ParameterError, SecretError

FOLDER_VARIABLE = "QA_SAMPLING_KEYS"
"""Environment variable that names the folder of the keys."""

_HEADING = "qa-sampling secret v1: keep this file to yourself, back it up, never share it"
_LENGTH = 32
_SEED_TAG = "qa_sampling/seed/v1"
_SHORTEST_SEED = 10
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, eq=False)
class Key:
    """A key or a yearly secret. Two are compared in a time that says nothing of them.

    Attributes
    ----------
    secret : bytes
        32 bytes; never shown.
    """

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Eight digits to tell keys apart by, which say nothing of the key."""
        return hmac.new(self.secret, b"id", hashlib.sha256).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"Key({self.key_id})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Key):
            return NotImplemented
        return hmac.compare_digest(self.secret, other.secret)

    def __hash__(self) -> int:
        return hash(self.key_id)

    def file_text(self) -> str:
        """Give the text of its file: a heading, and the secret in hexadecimal. Never show it."""
        return f"{_HEADING}\n{self.secret.hex()}\n"


INVENTED_KEY = Key(hashlib.sha256(b"qa-sampling: the invented authority's key, no secret").digest())
"""Key of the invented authority. It is public: NEVER use it with real children's numbers."""


def key_folder() -> Path:
    """Give the folder of the keys: the environment's, or the user's own data folder."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_dir

    return Path(user_data_dir("qa-sampling", appauthor=False))


def key_path() -> Path:
    """Give the usual file of the key of the references."""
    return key_folder() / "references.key"


def create_key(path: Path | None = None, *, never_inside: Sequence[Path] = ()) -> Key:
    """Make a new key and keep it in a file that only its owner can read.

    Parameters
    ----------
    path : Path, optional
        File to make; "references.key" in :func:`key_folder` by default.
    never_inside : sequence of Path
        Folders the key must not live in: the repository, the outputs.

    Raises
    ------
    SecretError
        When there is one already (references made with it could not be made again), when it
        would live in a forbidden folder, or the file cannot be written.
    """
    return _create(path or key_path(), never_inside, what="key")


def load_key(path: Path | None = None, *, never_inside: Sequence[Path] = ()) -> Key:
    """Read the key.

    Parameters
    ----------
    path : Path, optional
        Its file; "references.key" in :func:`key_folder` by default.
    never_inside : sequence of Path
        Folders the key must not live in: the repository, the outputs.

    Raises
    ------
    SecretError
        When it is missing, damaged, readable by others, or in a forbidden folder.
    """
    return _load(path or key_path(), never_inside, what="key")


def yearly_secret(
    year: int,
    *,
    folder: Path | None = None,
    create: bool = False,
    never_inside: Sequence[Path] = (),
) -> Key:
    """Read the secret that a year's unattended seeds come from; make it when asked to.

    Parameters
    ----------
    year : int
        Year of the periods it serves, such as 2027.
    folder : Path, optional
        Where it is kept; :func:`key_folder` by default.
    create : bool
        Make it when there is none. Then record its :func:`commitment` at once.
    never_inside : sequence of Path
        Folders it must not live in.

    Raises
    ------
    SecretError
        As :func:`load_key`.
    ParameterError
        When the year is not one.
    """
    if isinstance(year, bool) or not isinstance(year, int) or not 2000 <= year <= 9999:
        raise ParameterError(f"`year` must be a year such as 2027; got {year!r}.")
    path = (folder or key_folder()) / f"seeds-{year}.key"
    if create and not path.exists():
        return _create(path, never_inside, what=f"secret of {year}")
    return _load(path, never_inside, what=f"secret of {year}")


def commitment(secret: Key) -> str:
    """Give what is published of a secret beforehand: the SHA-256 of its 32 bytes, in hex."""
    return hashlib.sha256(secret.secret).hexdigest()


def seed_from_secret(
    secret: Key, period: str, design: str, frame_fingerprint: str, *, redraw: int = 0
) -> str:
    """Give the seed text of one draw: 64 hexadecimal digits.

    It is HMAC-SHA256, under the secret's 32 bytes, of these texts joined by zero bytes:
    "qa_sampling/seed/v1", period, design, number of the redraw, fingerprint of the frame.

    Parameters
    ----------
    secret : Key
        The year's secret.
    period : str
        Month, as "2026-11".
    design : str
        Name of the design.
    frame_fingerprint : str
        Fingerprint of the fixed frame: the seed cannot be known before it.
    redraw : int
        0 for the first draw.

    Raises
    ------
    ParameterError
        When a part is blank or the fingerprint is none.
    """
    if not period.strip() or not design.strip() or "\x00" in period + design:
        raise ParameterError("`period` and `design` must name the draw the seed is for.")
    if not _FINGERPRINT.fullmatch(frame_fingerprint):
        raise ParameterError(
            "`frame_fingerprint` must be 64 small hexadecimal digits. Fix the frame first."
        )
    return keyed_text(secret, _SEED_TAG, period, design, str(int(redraw)), frame_fingerprint)


def keyed_text(key: Key, *parts: str) -> str:
    """Give HMAC-SHA256, under the key, of texts joined by zero bytes: 64 hexadecimal digits.

    Parameters
    ----------
    key : Key
        The key.
    *parts : str
        A tag that says what the text is for, then what it is of.
    """
    text = "\x00".join(parts).encode("utf-8")
    return hmac.new(key.secret, text, hashlib.sha256).hexdigest()


def check_seed(seed: str) -> str:
    """Hold a seed text to what a fair throw looks like, and give it back.

    Parameters
    ----------
    seed : str
        At least ten characters that are not all alike, such as the digits of ten or more dice.

    Raises
    ------
    ParameterError
        When it is not text, too short, all alike, or has white space around it or control
        characters in it (it could not be typed again from paper).
    """
    if not isinstance(seed, str):
        raise ParameterError(
            f"`seed` must be text; got {type(seed).__name__}. Put it in quotation marks, so that "
            "no digit is lost."
        )
    if seed != seed.strip() or not seed.isprintable():
        raise ParameterError(
            "`seed` has white space around it or control characters in it. Give one line, exactly "
            "as published."
        )
    thrown = [character for character in seed if not character.isspace()]
    if len(thrown) < _SHORTEST_SEED:
        raise ParameterError(
            f"`seed` must have at least {_SHORTEST_SEED} characters; got {len(thrown)}. Throw more "
            "dice and write down every digit."
        )
    if len(set(thrown)) == 1:
        raise ParameterError("`seed` repeats one character. Throw dice and write down every digit.")
    return seed


def _create(path: Path, never_inside: Sequence[Path], what: str) -> Key:
    _keep_out(path, never_inside, what)
    key = Key(secrets.token_bytes(_LENGTH))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.write(key.file_text())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if path.exists():
            raise SecretError(
                f"There is a {what} at {path} already, and another would break with all that was "
                "made with it. Use it, or give the new one a file of its own."
            ) from None
        raise SecretError(f"The {what} could not be kept at {path} ({error.strerror}).") from None
    return key


def _load(path: Path, never_inside: Sequence[Path], what: str) -> Key:
    _keep_out(path, never_inside, what)
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretError(
                f"The {what} at {path} can be read by others. Take their access away "
                "(`chmod 600`), and think about who may have read it."
            )
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise SecretError(
            f"There is no {what} at {path}. Copy it there from where it is kept safe; only if "
            "there never was one, make it (`qa-sampling key`)."
        ) from None
    except OSError as error:
        raise SecretError(f"The {what} at {path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        text = ""
    lines = text.splitlines()
    if len(lines) != 2 or lines[0] != _HEADING or not _FINGERPRINT.fullmatch(lines[1]):
        raise SecretError(
            f"The {what} at {path} is damaged or not one of this package. Copy it again from "
            "where it is kept safe."
        )
    return Key(bytes.fromhex(lines[1]))


def _keep_out(path: Path, never_inside: Sequence[Path], what: str) -> None:
    place = path.expanduser().resolve()
    for folder in never_inside:
        if place.is_relative_to(Path(folder).expanduser().resolve()):
            raise SecretError(
                f"The {what} must not live inside {folder}: whoever is given that folder could "
                f"turn references back. Keep it elsewhere, or set {FOLDER_VARIABLE}."
            )
