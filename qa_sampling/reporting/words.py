"""Words that may be shared: sentences with safe numbers, and text that knows its table."""

from __future__ import annotations

import string
from dataclasses import InitVar, dataclass
from typing import Any, NoReturn

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.free_text import require_free
from qa_sampling.reporting.frozen import Unchanging
from qa_sampling.reporting.quantities import Cell, Declared, DeclaredText
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable, require_safe

_SEAL = object()


@dataclass(frozen=True)
class Words(Unchanging):
    """Sentences that may be shared. Made by :func:`say` and the sentence modules only.

    Attributes
    ----------
    sentences : tuple of str
        The sentences, in order.
    """

    sentences: tuple[str, ...]
    seal: InitVar[object] = None

    def __init_subclass__(cls, **kwargs: object) -> NoReturn:
        """Refuse a class of the same name for what was never checked."""
        raise DisclosureError("A sealed class cannot be derived from.")

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made by anything but the functions of this module."""
        if seal is not _SEAL:
            raise DisclosureError(
                "Words cannot be made by hand. Give the sentence to say(), and its numbers as "
                "cell() of a SafeTable."
            )

    def __add__(self, other: Words) -> Words:
        """Put sentences one after the other."""
        return Words((*self.sentences, *other.sentences), _SEAL)

    def __reduce_ex__(self, protocol: int) -> NoReturn:
        """Refuse to be pickled: what comes back could be other words."""
        raise DisclosureError("Words cannot be pickled. Say them again where they are shared.")


class Told(Unchanging, str):
    """Text told from a table, which it remembers: a chart's words must come from its own table.

    Made by :func:`tell` and by the functions of this package that tell a picture. What is done
    to it as text (joined, replaced, formatted) gives plain text, which remembers nothing.
    """

    __slots__ = ("_table",)

    def __init_subclass__(cls, **kwargs: object) -> NoReturn:
        """Refuse a class of the same name for what was never checked."""
        raise DisclosureError("A sealed class cannot be derived from.")

    @property
    def table(self) -> SafeTable | None:
        """What it was told from; None when that was a plain, restricted table."""
        return getattr(self, "_table", None)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse to remember another table."""
        raise DisclosureError("Words told from a table cannot be said to come from another one.")

    def __reduce_ex__(self, protocol: int) -> tuple[type[str], tuple[str]]:
        """Give plain text when pickled, which remembers no table."""
        return str, (str(self),)


def _told(table: SafeTable | pd.DataFrame | None, text: str) -> Told:
    """Seal text whose numbers come from a table: for the modules that made it from that table."""
    made = Told(text)
    object.__setattr__(made, "_table", table if isinstance(table, SafeTable) else None)
    return made


def tell(table: SafeTable, template: str, **values: Cell | Declared | str) -> Told:
    """Tell something of a protected table: its title, caption or the words of its picture.

    Parameters
    ----------
    table : SafeTable
        The table it stands beside.
    template : str
        Text with named places; its own words hold no number, as for :func:`say`, but for labels
        of the table.
    **values : Cell, Declared or str
        ``cell`` of this table; text without a number.

    Raises
    ------
    DisclosureError
        When it is no SafeTable; when a number is not from this table.

    Examples
    --------
    ``tell(table, "{north:case|cases} in the North", north=cell(table, "cases", "North"))``
    """
    safe = require_safe(table, what="tell()")
    for name, value in values.items():
        if isinstance(value, Cell) and value.table is not safe:
            raise DisclosureError(
                f"tell() was given a cell of another table for {name}. Give one of the table that "
                "it tells of."
            )
    return _told(safe, _filled(template, values, safe, "tell()"))


def say(template: str, *, about: SafeTable | None = None, **values: Cell | Declared | str) -> Words:
    """Give one sentence with its numbers, as protected tables print them.

    Parameters
    ----------
    template : str
        Sentence with named places: ``{audits}``, or ``{audits:case|cases}`` to say the noun in
        the right number ("no cases", "1,612 cases", "a hidden number of cases"). Its own words
        hold no number, but for dates, ages, periods and the like; see ``free_text``.
    about : SafeTable, optional
        A table whose labels may stand in it.
    **values : Cell, Declared or str
        Numbers as ``cell`` of a SafeTable, or ``declared`` to count no children; the mark of a
        hidden count; other text without a number.

    Raises
    ------
    DisclosureError
        When a value is anything else, such as a plain number; when the words hold a number.
    """
    table = None if about is None else require_safe(about, what="`about` of say()")
    return _sealed(_filled(template, values, table, "say()"))


def _filled(template: str, values: dict[str, Any], table: SafeTable | None, what: str) -> str:
    """Fill a template; what remains without its numbers must hold none."""
    for _, name, _, conversion in string.Formatter().parse(template):
        if name is not None and (not name.isidentifier() or conversion):
            raise DisclosureError(
                f"{what} takes places such as {{audits}} or {{audits:audit|audits}}, without "
                "attributes, indices or conversions."
            )
    said = {name: _value(name, value, table, what) for name, value in values.items()}
    bare = {name: one if type(one) is str else _Stand() for name, one in said.items()}
    require_free(template.format(**bare), what=f"the words of {what}", table=table)
    return template.format(**said)


def _value(name: str, value: object, table: SafeTable | None, what: str) -> Any:  # noqa: ANN401
    """Give what may be put into a template."""
    if isinstance(value, Cell | Declared | DeclaredText):
        return value
    if isinstance(value, Told) and value.table is not None and table in (None, value.table):
        return value
    if isinstance(value, str):
        return _Hidden(value) if value == HIDDEN_MARK else str(value)
    raise DisclosureError(
        f"{what} was given a {type(value).__name__} for {name}. Give numbers as cell() of a "
        "SafeTable, or as declared() when they count no children; anything else as text."
    )


class _Stand:
    """Stands for a safe number while the words around it are looked at."""

    def __format__(self, spec: str) -> str:
        return f"x {spec.replace('|', ' ')}"


def require_title(text: str, *, what: str, table: SafeTable | None = None) -> str:
    """Give a title, a caption or a heading that others may read, and refuse typed numbers.

    Parameters
    ----------
    text : str
        Text without a number but for labels of the table; or text that ``tell`` or a function
        of this package told from a SafeTable; or text that was ``declared``.
    what : str
        What it is, for the message.
    table : SafeTable, optional
        The table it stands beside.

    Raises
    ------
    DisclosureError
        When it holds a number that nobody checked.
    """
    if isinstance(text, Told) and text.table is not None:
        return str(text)
    if not isinstance(text, str):
        raise DisclosureError(
            f"{what[:1].upper()}{what[1:]} must be text; got a {type(text).__name__}."
        )
    return str(require_free(text, what=what, table=table))


class _Hidden(str):
    """A hidden count in a sentence."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        many = spec.partition("|")[2]
        return f"a hidden number of {many}" if many else "a hidden number"


def _sealed(sentence: str) -> Words:
    """Seal one sentence whose numbers are safe: for modules whose templates saw to that."""
    return Words((sentence[:1].upper() + sentence[1:],), _SEAL)


NOTHING_SAID = Words((), _SEAL)
"""No sentence."""


def require_words_beside(table: SafeTable, *, what: str, **words: str) -> dict[str, str]:
    """Give the words a table is shared under; they and its headings hold no unchecked number.

    Parameters
    ----------
    table : SafeTable
        The table.
    what : str
        Who shares it, for the message, such as "share()".
    **words : str
        Title, caption and the like, by name.

    Raises
    ------
    DisclosureError
        When one holds a number; see :func:`require_title`.
    """
    require_title(table.total_label, what="the label of the totals")
    for name in table.columns:
        require_title(table.heading(name), what="a heading of the table", table=table)
    return {
        name: require_title(text, what=f"the {name} of {what}", table=table)
        for name, text in words.items()
    }
