"""Words that may be shared: sentences with safe counts, and text that knows its table."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Any

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable

_SEAL = object()


@dataclass(frozen=True)
class Words:
    """Sentences that may be shared. Made by :func:`say` and ``narrative`` only.

    Attributes
    ----------
    sentences : tuple of str
        The sentences, in order.
    """

    sentences: tuple[str, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made by anything but the functions of this module."""
        if seal is not _SEAL:
            raise DisclosureError(
                "Words cannot be made by hand. Give the sentence and its counts to say(), which "
                "hides small counts."
            )

    def __add__(self, other: Words) -> Words:
        """Put sentences one after the other."""
        return Words((*self.sentences, *other.sentences), _SEAL)


class Told(str):
    """Text told from a table, which it remembers: a chart's words must come from its own table.

    Attributes
    ----------
    table : SafeTable or None
        What it was told from; None when that was a plain, restricted table.
    """

    table: SafeTable | None

    @classmethod
    def of(cls, table: SafeTable | pd.DataFrame, text: str) -> Told:
        """Give text with the table it was told from.

        Parameters
        ----------
        table : SafeTable or DataFrame
            The table.
        text : str
            What was told from it.
        """
        told = cls(text)
        told.table = table if isinstance(table, SafeTable) else None
        return told


class _Count(int):
    """A count of children that says itself safely: {n} or, with its noun, {n:case|cases}."""

    threshold: int

    def __format__(self, spec: str) -> str:
        one, _, many = spec.partition("|")
        if 0 < self < self.threshold:
            said, noun = f"fewer than {self.threshold}", many
        elif self == 0:
            said, noun = "no" if spec else "0", many
        else:
            said, noun = f"{int(self):,}", one if self == 1 else many
        return f"{said} {noun}".strip()


class _Hidden(str):
    """A hidden count in a sentence."""

    def __format__(self, spec: str) -> str:
        many = spec.partition("|")[2]
        return f"a hidden number of {many}" if many else "a hidden number"


def say(template: str, *, threshold: int = 6, **values: int | str) -> Words:
    """Give one sentence with its counts, small ones hidden.

    Parameters
    ----------
    template : str
        Sentence with named places: ``{audits}``, or ``{audits:case|cases}`` to say the noun in
        the right number ("no cases", "1,612 cases", "fewer than 6 cases").
    threshold : int
        Smallest count said.
    **values : int or str
        Counts of children as whole numbers, or as a SafeTable prints them; other text as text.

    Raises
    ------
    DisclosureError
        When a value is neither, such as a whole table.
    """
    said: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str):
            said[name] = _Hidden(value) if value == HIDDEN_MARK else value
        elif isinstance(value, int) and not isinstance(value, bool):
            said[name] = _Count(value)
            said[name].threshold = threshold
        else:
            raise DisclosureError(
                f"say() was given a {type(value).__name__} for {name}; give counts as whole "
                "numbers and anything else as text."
            )
    sentence = template.format(**said)
    return Words((sentence[:1].upper() + sentence[1:],), _SEAL)


NOTHING_SAID = Words((), _SEAL)
"""No sentence."""
