"""One page for elected members: plain words and what stands behind them, on one sheet of A4."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.page_render import render_page
from qa_sampling.reporting.words import Words, require_title

_LINES, _LINES_OF_A_HEADING, _LETTERS = 59, 3, 112
"""Lines of a sheet of A4 below its title, those that a heading takes, and letters in a line."""
_MORE = "There is more on the page for everybody."
QUESTION = "How much did we do, how well did we do it, and what difference did it make?"


def build_members_page(
    *, title: str, parts: Mapping[str, Words], provenance: Mapping[str, str]
) -> str:
    """Give the page as HTML that opens offline.

    Parameters
    ----------
    title : str
        Its title; without a number, or declared.
    parts : mapping of str to Words
        Sentences that may be shared, by the heading they stand under; empty ones are left out.
    provenance : mapping of str to str
        What stands at the foot.

    Raises
    ------
    DisclosureError
        When anything but sealed words is given, or a title holds a number.
    """
    require_title(title, what="the title of the page")
    for heading, words in parts.items():
        require_title(heading, what="a heading of the page")
        if not isinstance(words, Words):
            raise DisclosureError(
                f"build_members_page() was given a {type(words).__name__} under {heading!r}. "
                "Give what the sentence modules made."
            )
    told = {
        heading: [_without(heading, one) for one in words.sentences]
        for heading, words in parts.items()
        if words.sentences
    }
    return render_page(
        "members.html.j2",
        title=title,
        question=QUESTION,
        parts=_on_one_sheet(told),
        provenance=dict(provenance),
    )


def _on_one_sheet(told: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out the last sentences of the last part until all of it fits on a sheet of A4.

    Letters are not made smaller: who reads on paper has to read them.
    """
    if not told:
        return told
    *_, last = told
    room, kept = _LINES - _LINES_OF_A_HEADING * len(told), list(told[last])
    used = sum(_lines(one) for heading, own in told.items() if heading != last for one in own)
    if used + sum(map(_lines, kept)) <= room:
        return told
    while kept and used + sum(map(_lines, kept)) + 1 > room:
        kept.pop()
    return told | {last: [*kept, _MORE]}


def _lines(sentence: str) -> int:
    return -(-len(sentence) // _LETTERS)


def _without(heading: str, sentence: str) -> str:
    """Give a sentence without the heading that it begins with and stands under."""
    rest = sentence.removeprefix(f"{heading}: ")
    return rest[:1].upper() + rest[1:]
