"""How real extracts spell the template's codes.

A cell is compared without case, punctuation and leading letters ("a) Male", "1 - Male",
"MALE" are one spelling). It is met, in this order, by the template's own text, by the code
itself wherever it stands in the cell ("WBRI - White British", "White - British [WBRI]"),
and by the words of :mod:`annex_a_patterns`, first match first. A cell that nothing meets is
"Not recorded", counted in the data-quality report.

That these rules meet the spellings local authorities use is tested against the public table
``Annex_A_schema.yml`` of SocialFinanceDigitalLabs/liia-tools-pipeline (MIT licence), from
which some of the patterns' words were learned.
"""

from __future__ import annotations

import re
from functools import cache

from qa_sampling.records.annex_a_layout import CODES
from qa_sampling.records.annex_a_patterns import (
    LETTERED,
    OLDER_CODES,
    OLDER_ENDINGS,
    OLDER_PLACEMENTS,
    WORDS,
)
from qa_sampling.records.cells import plain
from qa_sampling.schema import NOT_RECORDED

TOKENS: dict[str, tuple[str, ...]] = {
    "ethnicity": (r"(?<![A-Z/])(?!BOTH [^-–A(])([A-Z]{4})(?![A-Z])",),
    "source": (r"(?<![\w.])(1[A-D]|2[AB]|3[A-F]|5[A-D])(?!\w)",),
    "primary_need": (r"(?<![A-Z])(N[0-9])(?!\d)", r"^(?P<N>[1-9])[A-Z]"),
    "closure_reason": (r"\b(RC[1-9])",),
    "legal_status": (r"(?<![\w.])([CDEJLV][1-4])(?!\w)",),
    "care_end_reason": (r"(?:^|\[|[a-z]\) )S?(E4[AB1-8]|E4 [AB]|E1[1-7]|E[235-9]|X1)(?!\d)",),
    "placement_type": (
        r"(?<![A-Z])(U[1-6]|A[3-6]|P[1-3]|H5|K[12]|R[1235]|S1|Z1|T[0-4]|[FQ][1-6]|M[123])(?!\w?\d)",
    ),
    "placement_provider": (r"\b(PR[0-5])\b",),
    "accommodation": (
        r"^\(?([B-EGHKR-Z])\d?\)?(?=$|[:\-–]|\s)(?! NHS ESTAB| RESIDING)",
        r"\[([A-Z])\]$",
    ),
    "activity": (r"(?<![A-Z])([FP][1-5]|G[456])(?!\d)",),
    "adoption_reversal": (r"\b(RD[1-4])\b",),
}
"""Where the code stands in a cell in capitals; a named group is the start of the code."""
AMBIGUOUS = "?"
"""Stands for words that name more than one code: they are not guessed at."""
LATE_TOKENS = {"source": r"^[‘'(]?(4|6|7|8|9|10)(?!\d)|\[(4|6|7|8|9|10)\]$"}
"""Codes that other numbering can be taken for: tried only when no words were met."""
_OLDER = {
    "ethnicity": {old: new for olds, new in OLDER_CODES.items() for old in olds.split()},
    "placement_type": OLDER_PLACEMENTS,
    "care_end_reason": OLDER_ENDINGS | {"X1": NOT_RECORDED, "E4 A": "E4A", "E4 B": "E4B"},
    "primary_need": {"N0": NOT_RECORDED},
}
_LETTERED = re.compile(r"^\(?(?:[A-E][.: ]+)?([A-E])[A-E]?(\d)\)?$")
_GROUP_NAMES = re.compile(
    r"black african caribbean (and )?black british|asian (or )?asian brit\w*|"
    r"black (or )?black brit\w*|mixed multiple ethnic groups?"
)
"""Headings of groups, which name more than one code."""


def normal_code(text: str) -> str:
    """Give a cell in lower case, without leading list letters, punctuation and double spaces.

    Parameters
    ----------
    text : str
        The cell.
    """
    lowered = plain(text).casefold()
    lowered = re.sub(r"^\(?[a-z]{1,2}1?[).]\)?\s+(?=\S)", "", lowered)
    lowered = re.sub("['’‘`´\"“”]", "", lowered).replace("&", " and ").replace("+", " and ")
    return re.sub(r"[\W_]+", " ", lowered).strip()


@cache
def _template(code_set: str) -> dict[str, str]:
    """Give what the template's own texts, and the codes alone, stand for."""
    known = {normal_code(code): code for code in CODES[code_set].values()}
    return known | {normal_code(text): code for text, code in CODES[code_set].items()}


@cache
def _rules(code_set: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = WORDS.get(code_set, "").strip().replace("\n|", "|").splitlines()
    pairs = (line.split(" = ", 1) for line in lines)
    return tuple((re.compile(pattern), code) for code, pattern in pairs)


@cache
def allowed(code_set: str) -> frozenset[str]:
    """Give the codes a set may be read as, "Not recorded" among them.

    Parameters
    ----------
    code_set : str
        Key of :data:`annex_a_layout.CODES`.
    """
    return frozenset(CODES[code_set].values()) | {NOT_RECORDED}


def read_code(code_set: str, text: str) -> str | None:
    """Give the code that a cell's text stands for, or None when nothing meets it.

    Parameters
    ----------
    code_set : str
        Key of :data:`annex_a_layout.CODES`.
    text : str
        The cell's text.
    """
    tidy = normal_code(text)
    if not tidy:
        return None
    template = _template(code_set)
    if tidy in template:
        return template[tidy]
    capitals = plain(text).upper()
    found = _from_tokens(code_set, TOKENS.get(code_set, ()), capitals)
    if found is None and code_set == "ethnicity":
        tidy = _without_headings(tidy)
        lettered = _LETTERED.match(capitals)
        found = LETTERED.get(lettered[1] + lettered[2]) if lettered else None
    if found is None:
        found = next((code for rule, code in _rules(code_set) if rule.search(tidy)), None)
    if found is None and code_set in LATE_TOKENS:
        found = _from_tokens(code_set, (LATE_TOKENS[code_set],), capitals)
    return None if found == AMBIGUOUS else found


def _from_tokens(code_set: str, patterns: tuple[str, ...], capitals: str) -> str | None:
    older = _OLDER.get(code_set, {})
    for pattern in patterns:
        for match in re.finditer(pattern, capitals):
            start = next(iter(match.re.groupindex), "")
            code = start + next(group for group in match.groups() if group)
            if code in allowed(code_set):
                return code
            if code in older:
                return older[code]
    return None


def _without_headings(tidy: str) -> str:
    """Give an ethnicity without the heading of its group, kept as one word."""
    return _GROUP_NAMES.sub(lambda match: match[0].split()[0], tidy)
