"""One page that links all pages of a month, in the style of the others. It holds no count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.page_render import render_page
from qa_sampling.reporting.words import require_title


@dataclass(frozen=True)
class Link:
    """A link: its address from the page, with forward slashes, and its words."""

    href: str
    text: str


@dataclass(frozen=True)
class Linked:
    """A run that is published: its title, a line about it, and what it leads to."""

    title: str
    about: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Missing:
    """A run that is not published: its title, and why."""

    title: str
    why: str


@dataclass(frozen=True)
class Due:
    """What stands in the calendar without a run: its title, and the role that owes it."""

    title: str
    owner: str


def build_index(
    *,
    title: str,
    question: str,
    audience: Literal["restricted", "shareable"],
    published: Sequence[Linked],
    missing: Sequence[Missing],
    due: Sequence[Due],
    provenance: Mapping[str, str],
) -> str:
    """Give the index as one HTML page that opens offline and asks for nothing.

    Parameters
    ----------
    title, question : str
        Title of the page, and what it answers.
    audience : {"restricted", "shareable"}
        "shareable": only links to what may be shared, and no number that was typed.
    published, missing, due : sequence
        What it lists; an empty one is left out.
    provenance : mapping of str to str
        What stands at the foot.

    Returns
    -------
    str
        HTML, to be written as UTF-8.

    Raises
    ------
    DisclosureError
        When a shareable index would lead to a restricted file, or a title holds a number.
    """
    if audience == "shareable":
        _require_shareable(title, published, missing, due)
    return render_page(
        "index.html.j2",
        title=title,
        question=question,
        audience=audience,
        published=published,
        missing=missing,
        due=due,
        provenance=dict(provenance),
    )


def _require_shareable(
    title: str, published: Sequence[Linked], missing: Sequence[Missing], due: Sequence[Due]
) -> None:
    """Refuse a link to what is not for everybody, and numbers nobody checked."""
    require_title(title, what="the title of the page")
    links = [link for one in published for link in one.links]
    if any("/shareable/" not in link.href or "/restricted/" in link.href for link in links):
        raise DisclosureError("An index for everybody may lead to shareable files only.")
    for one in (*published, *missing, *due):
        require_title(one.title, what=f"the calendar's title {one.title!r}")
    for entry in due:
        require_title(entry.owner, what=f"the owner of {entry.title!r}")
    for one in missing:
        require_title(one.why, what=f"why {one.title!r} is missing")
