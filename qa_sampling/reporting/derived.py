"""Results that may be shared: worked out from what a SafeTable prints, and from nothing else.

A centre line, a limit or a total that was computed from hidden counts would tell of them. So a
picture of a result can be shared only when the result came through ``derive``, which hands the
method the printed numbers, missing where they are hidden.
"""

from __future__ import annotations

import pickle
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import date
from typing import Any, NoReturn

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.frozen import Unchanging
from qa_sampling.reporting.safe_table import SafeTable, require_safe
from qa_sampling.reporting.words import require_title
from qa_sampling.results import Described

_SEAL = object()
_METHODS_OF = ("qa_sampling",)
_PLAIN = (str, int, float, bool, date, type(None))


@dataclass(frozen=True)
class Derived(Unchanging):
    """A result worked out from the printed numbers of a SafeTable. Made by :func:`derive` only.

    Attributes
    ----------
    table : SafeTable
        The table whose printed numbers the method was given.
    held : bytes
        What the method gave, in a form that cannot be changed.
    """

    table: SafeTable
    held: bytes = field(repr=False)
    seal: InitVar[object] = None

    def __init_subclass__(cls, **kwargs: object) -> NoReturn:
        """Refuse a class of the same name for what was never checked."""
        raise DisclosureError("A sealed class cannot be derived from.")

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made by anything but :func:`derive`."""
        if seal is not _SEAL:
            raise DisclosureError(
                "A Derived result cannot be made by hand. Give the SafeTable and the method to "
                "derive(), which hands over printed numbers only."
            )

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled: what comes back could be another result."""
        raise DisclosureError("A Derived result cannot be pickled. Derive it again.")

    @property
    def result(self) -> Described:
        """The method's result, as a copy."""
        return pickle.loads(self.held)  # noqa: S301 - made by derive() in this very process


def printed(table: SafeTable) -> pd.DataFrame:
    """Give the rows of a SafeTable as numbers, as a method of ``derive`` gets them.

    Parameters
    ----------
    table : SafeTable
        The protected table.

    Returns
    -------
    DataFrame
        Its rows without totals and subtotals: classifications as text, the other columns as
        numbers as printed (rounded where these are), missing where hidden (percentages and rates
        also where not applicable), and the flag `hidden`: whether any count of the row is hidden.

    Raises
    ------
    DisclosureError
        When the table has a column called `hidden` of its own.
    """
    if "hidden" in table.columns:
        raise DisclosureError(
            "The SafeTable has a column called `hidden`, which derive() needs for its own flag. "
            "Rename that column before protect()."
        )
    frame = table.body[list(table.by)].astype("str")
    for name in table.columns[len(table.by) :]:
        frame[name] = table.numbers(name).astype("float64").to_numpy()
    return frame.assign(hidden=frame[list(table.counts)].isna().any(axis=1))


def derive(table: SafeTable, method: Callable[..., Described], **arguments: Any) -> Derived:  # noqa: ANN401
    """Work out a result from the printed numbers of a SafeTable, so that it may be shared.

    Parameters
    ----------
    table : SafeTable
        The protected table.
    method : callable
        A function of this package at the top of its module: takes the DataFrame of
        :func:`printed`, and gives a result of ``qa_sampling.results``.
    **arguments
        Its further arguments: plain values (text, numbers, dates, or tuples, lists and mappings
        of them). Text holds no number, as it may be printed. A number is a setting, such as a
        target; one that was computed from unprotected data cannot be told from a setting here,
        so take numbers of a table from its `totals` or as `cell(…).value`.

    Returns
    -------
    Derived
        The result with the table it came from.

    Raises
    ------
    DisclosureError
        When the table is no SafeTable; when the method is not this package's own and could know
        other data; when an argument is a table; when it gives no declared result.
    """
    table = require_safe(table, what="derive()")
    _require_known(method)
    for name, value in arguments.items():
        for text in _texts(value):
            require_title(text, what=f"`{name}` of derive()", table=table)
        if not _plain(value):
            raise DisclosureError(
                f"derive() was given a {type(value).__name__} for `{name}`. A method that may be "
                "shared works from the SafeTable alone: give plain values, such as text, "
                "numbers, dates or tuples of them, not what was computed by pandas or numpy."
            )
    made = method(printed(table), **arguments)
    if not isinstance(made, Described):
        raise DisclosureError(
            f"`{method.__name__}` gave a {type(made).__name__}; derive() shares only results of "
            "qa_sampling.results, whose fields are declared."
        )
    return Derived(table, pickle.dumps(made), _SEAL)


def _require_known(method: object) -> None:
    """Refuse what could carry other data along: lambdas, inner functions, methods of objects."""
    known = (
        isinstance(method, types.FunctionType)
        and method.__closure__ is None
        and method.__qualname__ == method.__name__ != "<lambda>"
        and method.__module__.partition(".")[0] in _METHODS_OF
    )
    if not known:
        raise DisclosureError(
            "derive() takes a function of this package that stands at the top of its module, so "
            "that it is known to work from its arguments alone; got "
            f"{getattr(method, '__qualname__', type(method).__name__)!r}. Name a method of "
            "qa_sampling, and give its settings as arguments."
        )


def _texts(value: object) -> Iterator[str]:
    """Give every text in an argument; names of columns and labels are text without numbers too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts([*value.keys(), *value.values()])
    elif isinstance(value, tuple | list | frozenset | set):
        for one in value:
            yield from _texts(one)


def _plain(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(_plain(key) and _plain(one) for key, one in value.items())
    if isinstance(value, tuple | list | frozenset | set):
        return all(_plain(one) for one in value)
    return isinstance(value, _PLAIN) and type(value).__module__ != "numpy"


def opened(result: object, kind: type) -> tuple[Any, SafeTable | None]:
    """Give the result to draw or tell, with its SafeTable when it may be shared.

    Parameters
    ----------
    result : object
        A result, or a Derived one.
    kind : type
        What is expected.

    Raises
    ------
    DisclosureError
        When it is something else.
    """
    table = result.table if isinstance(result, Derived) else None
    inner = result.result if isinstance(result, Derived) else result
    if not isinstance(inner, kind):
        raise DisclosureError(
            f"This takes a {kind.__name__}, or a Derived of one; got a {type(inner).__name__}."
        )
    return inner, table
