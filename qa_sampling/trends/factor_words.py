"""What the columns that a deep dive looks at are called where people read them."""

from __future__ import annotations

__all__ = ["factor_words", "value_words"]

_WORDS = {
    "source": "referral source",
    "since_referral": "time since the last referral",
    "since_closure": "time since the last closure",
    "closure_reason": "reason of the last closure",
    "closed_by": "team that closed it last",
    "comes_with": "children of the family that day",
    "open_for": "time open",
    "child_id": "child",
    "family_id": "family",
}
"""Columns whose names are no words, or do not say of what; others are called as they are."""
_APART = ("need", "category")
"""Columns whose word and value would run together: "need Abuse or neglect"."""


def factor_words(name: str) -> str:
    """Say what a column holds: "time since the last closure" for ``since_closure``.

    Parameters
    ----------
    name : str
        Name of a column; one without words of its own has its underscores taken out.
    """
    return _WORDS.get(name, name.replace("_", " "))


def value_words(name: str, value: object) -> str:
    """Say a value of a column: "team East", "referral source: Police (6)".

    Parameters
    ----------
    name : str
        Name of the column.
    value : object
        Its value.
    """
    words = factor_words(name)
    apart = " " in words or name in _APART
    return f"{words}: {value}" if apart else f"{words} {value}"
