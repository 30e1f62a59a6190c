"""Rotating the key of the references: from the settings to the files and the register."""

from __future__ import annotations

from collections.abc import Callable, Collection

from qa_sampling.errors import ParameterError
from qa_sampling.records.key_rotation import Rotated, rotate_key
from qa_sampling.runs.inputs import case_numbers, open_register
from qa_sampling.runs.keyring import key_place, never_inside
from qa_sampling.runs.publication import only_run
from qa_sampling.settings.common import Settings

_SHORTEST_NUMBER = 5


def rotate(
    settings: Settings,
    *,
    by: str,
    reason: str,
    lost: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Rotated:
    """Rotate the key of an authority: references are made with a new one from now on.

    Parameters
    ----------
    settings : Settings
        Say where the key, the register, the extract and the extra tables are. The case numbers
        of these files are linked; more extracts link more.
    by, reason : str
        Who rotates, and why in at least 10 characters. No child's details.
    lost : bool
        Whether the current key is lost.
    progress : callable, optional
        Told each step in words.

    Raises
    ------
    ParameterError
        For the invented authority, or when `by` or `reason` holds a case number.
    RegisterError, SecretError, ExtractError
        As :func:`~qa_sampling.records.key_rotation.rotate_key` and
        :func:`~qa_sampling.runs.inputs.case_numbers`.
    """
    if settings.is_invented:
        raise ParameterError(
            "The invented authority's key is public and is never rotated. Name your authority's "
            "extract in parameters/authority.yml first, or give its parameter file with -f."
        )
    tell = progress or (lambda step: None)
    with open_register(settings, create=False) as register:
        tell("reading the case numbers")
        numbers = case_numbers(settings)
        require_no_number({"by": by, "reason": reason}, numbers)
        tell("rotating the key")
        with only_run(settings.outputs_folder, "key-rotation"):
            return rotate_key(
                key_place(settings),
                register,
                numbers,
                by=by,
                reason=reason,
                lost=lost,
                never_inside=never_inside(settings),
            )


def require_no_number(texts: dict[str, str], numbers: Collection[str]) -> None:
    """Refuse words for the register that hold a case number.

    Parameters
    ----------
    texts : dict of str to str
        By name, what is to be recorded.
    numbers : collection of str
        Case numbers; those of fewer than five characters cannot be told from other numbers.

    Raises
    ------
    ParameterError
        Naming the text, never the number.
    """
    for name, text in texts.items():
        if any(number in text for number in numbers if len(number) >= _SHORTEST_NUMBER):
            raise ParameterError(
                f"`{name}` holds a case number, and it would be kept in the register for good. "
                "Say it without."
            )
