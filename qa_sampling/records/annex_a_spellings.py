"""How real extracts spell the template's codes.

A cell is compared without case, punctuation and leading letters ("a) Male", "1 - Male",
"MALE" are one spelling). What remains is met first by the code itself wherever it stands
in the cell ("WBRI - White British", "White - British [WBRI]"), then by the words of the
patterns below, first match first. A cell that nothing meets is "Not recorded", counted
in the data-quality report.

The patterns were written from the kinds of spelling described for Annex A extracts; that
they meet the spellings collected by local authorities is tested against the public table
``Annex_A_schema.yml`` of SocialFinanceDigitalLabs/liia-tools-pipeline (MIT licence).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from qa_sampling.records.annex_a_layout import CODES
from qa_sampling.records.cells import plain
from qa_sampling.schema import NOT_RECORDED

_YES = r"^(y|yes|true|1|1 yes)$"
_NO = r"^(n|no|false|0|0 no|none)$"
_UNKNOWN = (
    r"^(u|unk|unknown|not (known|recorded|stated|yet )?.*|nk|n k|nobt|refu|refused|withheld)$"
)


@dataclass(frozen=True)
class CodeSet:
    """How one code set is recognised.

    Attributes
    ----------
    token : str
        Pattern of the code where it stands in the raw cell; its first group, in capitals,
        is the code. Empty when the set has no codes of its own.
    words : tuple of (str, str)
        Patterns on the normalised cell and the code each stands for.
    """

    token: str = ""
    words: tuple[tuple[str, str], ...] = ()


def _words(text: str) -> tuple[tuple[str, str], ...]:
    """Read lines of `code = pattern`."""
    pairs = (line.split(" = ", 1) for line in text.strip().splitlines())
    return tuple((pattern.strip(), code.strip()) for code, pattern in pairs)


SPELLINGS: dict[str, CodeSet] = {
    "yes_no": CodeSet(
        "",
        (
            (r"^(y|yes|true|1|1 yes|nfa|no further action|seen|child seen|seen alone)\b", "Yes"),
            (r"^(n|no|false|0|0 no|none|fa|further action|not seen|child not seen)\b", "No"),
        ),
    ),
    "gender": CodeSet(
        "",
        _words(r"""
Male = ^(1 )?(m|male|boy)$|^1$
Female = ^(2 )?(f|female|girl)$|^2$
Neither = neither|non ?binary
Not recorded = unknown|not |unspecified|withheld|unborn|^[09iu]$
"""),
    ),
    "ethnicity": CodeSet(r"\b([A-Z]{4})\b"),
    "source": CodeSet(r"\b(1[A-D]|2[AB]|3[A-F]|5[A-D]|4|6|7|8|9|10)\b"),
    "primary_need": CodeSet(r"\b(N[0-9])"),
    "closure_reason": CodeSet(r"\b(RC[1-9])\b"),
    "case_status": CodeSet(
        "",
        _words(r"""
Closed = ^(case )?closed|^closure
Looked after = ^(cla|lac|looked after|child(ren)? (looked after|in care))
Child protection plan = ^(cpp?|child protection)
Child in need plan = ^(cin|cinp|child in need)
Open assessment = assessment
"""),
    ),
    "category_of_abuse": CodeSet(
        "",
        _words(r"""
Multiple = multiple|^mul$|( and |, )
Neglect = neglect|^neg$
Physical abuse = physical|^phy$
Sexual abuse = sexual|^sab$
Emotional abuse = emotional|^emo$
"""),
    ),
    "legal_status": CodeSet(r"\b([CDEJLV][1-4])\b"),
    "permanence_plan": CodeSet(),
    "care_end_reason": CodeSet(r"\b(E4[AB15678]|E1[1-7]|E[2-9]|X1)\b"),
    "placement_type": CodeSet(r"\b(U[1-6]|A[3-6]|P[1-3]|H5|K[12]|R[1-5]|S1|Z1|T[0-4])\b"),
    "placement_provider": CodeSet(r"\b(PR[0-5])\b"),
    "placement_location": CodeSet("", _words("In = ^(in|inside|y|yes)\\b\nOut = ^(out|n|no)")),
    "eligibility": CodeSet(
        "",
        _words(r"""
Qualifying = ^(q|qualifying)
Former relevant = former relevant|^fr$
Relevant = ^(r|relevant)
Eligible = eligible|^e$
"""),
    ),
    "in_touch": CodeSet("", (("^(y|yes|1)\\b", "Yes"), ("^(n|no|2)\\b", "No"))),
    "accommodation": CodeSet(r"^\(?([B-EGHKR-Z])\d?\)?(?=$|[ :\-–])|\[([A-Z])\]$"),
    "suitability": CodeSet(
        "", (("unsuitable|not (considered )?suitable", "Unsuitable"), ("suitable", "Suitable"))
    ),
    "activity": CodeSet(r"\b([FP][1-5]|G[456])\b"),
    "adoption_reversal": CodeSet(r"\b(RD[1-4])\b"),
    "adopter_leaving": CodeSet(
        "",
        (("withdr", "Withdrew"), ("hold", "On hold"), ("refused", "Refused")),
    ),
}


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
    known = {normal_code(text): code for text, code in CODES[code_set].items()}
    known |= {normal_code(code): code for code in CODES[code_set].values()}
    return known


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
    template = _template(code_set)
    if tidy in template:
        return template[tidy]
    rules = SPELLINGS[code_set]
    if rules.token:
        for match in re.finditer(rules.token, plain(text).upper()):
            code = next(group for group in match.groups() if group)
            if code in allowed(code_set):
                return code
            if code == "N0":
                return NOT_RECORDED
    for pattern, code in rules.words:
        if re.search(pattern, tidy):
            return code
    return None
