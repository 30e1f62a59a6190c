"""Free text that goes where others read it: it may say what it likes, but no number of its own.

A title, a caption, a heading or the words of a template are typed by somebody, who may type a
count that a table hides. So they hold no number: neither digits, nor number words from two on,
nor "one child". Numbers come from a SafeTable through ``quantities.cell``. Left alone are dates,
years, ages, periods of time, numbers of laws and standards, and labels of the table beside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.quantities import DeclaredText
from qa_sampling.reporting.safe_table import SafeTable

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_AGE = r"(?:1?\d|2[0-5])"
_SPAN = r"(?:(?:working|school|calendar|full|whole|completed)[ -])?(?:day|week|month|quarter|year)"
_FEW = r"(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty)"
_UPHELD = (
    r"section|regulation|article|paragraph|schedule|chapter|part|annex|appendix|standard"
    r"|key stage|stage|tier|level|quarter|table|figure|note"
)
_HARMLESS = [
    # Dates and periods of the calendar.
    rf"(?:{_DAY}(?: {_MONTH})?(?: {_YEAR})? ?(?:to|and|-|–) ?)?{_DAY} {_MONTH} {_YEAR}",
    rf"{_YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?",
    rf"(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])/{_YEAR}",
    rf"{_YEAR} ?(?:-|–|/|to) ?{_YEAR}",
    rf"{_YEAR}(?:-|–|/)\d\d",
    rf"{_YEAR}",
    r"Q[1-4]",
    r"(?:1st|2nd|3rd|4th) (?:quarter|week|month|year)",
    # Laws, standards and the numbering of tables.
    rf"(?:{_UPHELD})s? \d{{1,3}}[A-Z]?",
    # Lengths of time, as a window or a limit, and ages.
    rf"(?:last|past|next|first|latest|previous|rolling|within|every|after|for|than|least) {_FEW} "
    rf"{_SPAN}s?",
    rf"{_FEW}-{_SPAN}",
    rf"(?:aged?|ages|aged (?:under|over)) {_AGE}(?: ?(?:to|and|-|–) ?{_AGE})?(?: years)?"
    r"(?: (?:and|or) (?:over|under|older|younger))?",
    rf"(?:under|over)[- ]{_AGE}s",
    r"(?:post-)?(?:16|18)\+?(?= (?:service|team|provision|services|teams|panel)s?\b)",
    rf"{_AGE}-year-olds?",
    # The rules themselves.
    r"counts? (?:of|from|between) 1 (?:to|and) \d",
    r"per (?:100|1,000|10,000|100,000)",
    r"(?:80|90|95|99)% (?:confidence )?intervals?",
]
_LEFT_ALONE = re.compile(rf"(?<![\w.,])(?:{'|'.join(_HARMLESS)})(?![\w%]|[.,]\d)", re.IGNORECASE)
_PEOPLE = (
    r"child(?:ren)?|case|case file|audit|famil(?:y|ies)|person|people|boy|girl|baby|infant|toddler"
    r"|pupil|teenager|sibling|brother|sister|mother|father|parent|carer|foster carer|care leaver"
    r"|young person|referral|assessment|plan|placement|adoption|death|incident|complaint|visit"
)
_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "thousand million twice thrice dozen dozens"
).split()
_SPELT = re.compile(
    rf"\b(?:{'|'.join(_WORDS)}|(?<!first )(?<!second )half(?!-| (?:a )?(?:term|year|day))"
    r"|(?:couple|pair) of|one per ?cent"
    r"|(?:a|one) (?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|hundredth) of"
    r"|(?:only|just|exactly|precisely|but|except|bar) one"
    rf"|(?:one|single|lone|sole|both|neither) (?:\w+ ){{0,2}}(?:{_PEOPLE}))\b",
    re.IGNORECASE,
)


def numbers_in(text: str, *, table: SafeTable | None = None) -> tuple[str, ...]:
    """Give the numbers in free text that might be counts: digits of any script, and number words.

    Parameters
    ----------
    text : str
        The text.
    table : SafeTable, optional
        The table beside it, whose labels and headings may hold numbers.

    Returns
    -------
    tuple of str
        Each as it stands there; empty when the text may be read by anybody.
    """
    bare = _without_labels(str(text), table)
    others = [one for one in bare if not one.isdecimal() and _is_number(one)]
    plain = unicodedata.normalize("NFKC", "".join(one for one in bare if one not in others))
    plain = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    plain = _LEFT_ALONE.sub(" ", " ".join(plain.split()))
    digits = re.findall(r"\S*\d\S*", plain)
    return (*digits, *others, *(found[0] for found in _SPELT.finditer(plain)))


def require_free(text: str, *, what: str, table: SafeTable | None = None) -> str:
    """Give free text back if it holds no number, and refuse it otherwise.

    Parameters
    ----------
    text : str
        A title, a caption, a heading, or words of a sentence.
    what : str
        What it is, for the message, such as "the title of share()".
    table : SafeTable, optional
        The table beside it, whose labels may stand in it.

    Raises
    ------
    DisclosureError
        When it holds a number that could be a count. The message does not repeat it.
    """
    found = () if isinstance(text, DeclaredText) else numbers_in(text, table=table)
    if found:
        raise DisclosureError(
            f"A number in {what} could be a count of children, in digits or as a word. Take it "
            "out, or let tell() put it there from the table with cell(); a number that counts no "
            "children can be given as declared()."
        )
    return text


def require_all_free(
    function: str, /, *, table: SafeTable | None = None, **texts: str | Iterable[str]
) -> None:
    """Refuse free text with a number among the arguments of a sentence.

    Parameters
    ----------
    function : str
        What they were given to.
    table : SafeTable, optional
        The table it tells of.
    **texts
        The arguments by name: text, or several.

    Raises
    ------
    DisclosureError
        When one holds a number; see :func:`require_free`.
    """
    for name, given in texts.items():
        for text in (given,) if isinstance(given, str) else given:
            require_free(text, what=f"`{name}` of {function}()", table=table)


def labels_of(table: SafeTable) -> tuple[str, ...]:
    """Give every label that a table prints, the longest first.

    Parameters
    ----------
    table : SafeTable
        The table.
    """
    labels = {str(value) for row in table.rows for value in row[: len(table.by)]}
    return tuple(sorted(labels, key=lambda label: (-len(label), label)))


def _without_labels(text: str, table: SafeTable | None) -> str:
    """Take the labels of a table out: in quotation marks any, else those with letters."""
    for label in labels_of(table) if table is not None else ():
        if not label.strip():
            continue
        text = text.replace(f"“{label}”", " ")
        if any(one.isalpha() for one in label):
            text = re.sub(rf"(?<!\w){re.escape(label)}(?!\w)", " ", text)
    return text


def _is_number(one: str) -> bool:
    return unicodedata.numeric(one, None) is not None
