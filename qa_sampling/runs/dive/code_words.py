"""Codes of the extract in words, as a deep dive names groups: "6", a source, as "Police (6)"."""

from __future__ import annotations

from qa_sampling.records.annex_a_layout import CODES
from qa_sampling.schema import PRIMARY_NEEDS

__all__ = ["in_words"]

_PLACEMENTS = {
    "A3": "For adoption with foster carer, consent",
    "A4": "For adoption, consent",
    "A5": "For adoption with foster carer, order",
    "A6": "For adoption, order",
    "H5": "Semi-independent living",
    "K1": "Secure children's home",
    "K2": "Children's home",
    "P1": "With own parents",
    "P2": "Independent living",
    "P3": "Residential employment",
    "R1": "Residential care home",
    "R2": "NHS or other health",
    "R3": "Family centre",
    "R5": "Young offender institution",
    "S1": "Residential school",
    "U1": "Relative or friend, long term",
    "U2": "Relative or friend, for adoption",
    "U3": "Relative or friend, other",
    "U4": "Foster carer, long term",
    "U5": "Foster carer, for adoption",
    "U6": "Foster carer, other",
    "Z1": "Other placement",
}
"""Placement types of the DfE's guide to the children looked after return, shortly."""


def _said(kind: str) -> dict[str, str]:
    return {code: f"{text.rpartition(': ')[2]} ({code})" for text, code in CODES[kind].items()}


_WORDS = {
    "source": _said("source"),
    "need": PRIMARY_NEEDS,
    "category": _said("legal_status") | {
        code: f"{text} ({code})" for code, text in _PLACEMENTS.items()
    },
}  # fmt: skip


def in_words(kind: str, value: str) -> str:
    """Give a code in words: "6", a source, as "Police (6)"; other values as they are.

    Parameters
    ----------
    kind : str
        Column it stands in: of a placement or a care episode the category is a code as well.
    value : str
        The code.
    """
    return _WORDS.get(kind, {}).get(value, value)
