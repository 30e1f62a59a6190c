"""A table of words that everybody may read: sealed sentences side by side, and no counts."""

from __future__ import annotations

from dataclasses import dataclass

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.words import Words, require_title


@dataclass(frozen=True)
class WordTable:
    """Sentences that may be shared, in rows and columns.

    Attributes
    ----------
    heads : tuple of str
        Heads of the columns, without a number.
    rows : tuple of tuple of Words
        The cells; the first of a row names it.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]

    def __post_init__(self) -> None:
        """Refuse what nobody has sealed, and rows of another length."""
        for head in self.heads:
            require_title(head, what="a head of a table of words")
        cells = [cell for row in self.rows for cell in row]
        if not all(isinstance(cell, Words) for cell in cells):
            raise DisclosureError(
                "A table of words takes sealed words only. Give what say() and the sentence "
                "modules made."
            )
        if any(len(row) != len(self.heads) for row in self.rows):
            raise DisclosureError("Each row of a table of words needs a cell for every head.")

    @property
    def text(self) -> list[list[str]]:
        """The cells as text, a line a sentence."""
        return [["\n".join(cell.sentences) for cell in row] for row in self.rows]
