"""Mappings that stay as they are, all the way down: what a sealed table is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Self


class Unchanging:
    """What cannot change, and so is its own copy: a sealed table knows its pictures."""

    __slots__ = ()

    def __copy__(self) -> Self:
        """Give itself."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Give itself."""
        return self


class FrozenDict(Unchanging, dict):
    """A dictionary that cannot be changed; equal to a plain one, and written as JSON like one."""

    __slots__ = ()

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse to be changed."""
        raise TypeError(
            "A sealed table cannot be changed. Give protect() what should be in it, or make a "
            "plain dictionary of this one: dict(it)."
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce_ex__(self, protocol: object) -> tuple[type[FrozenDict], tuple[dict[Any, Any]]]:
        """Give what it holds, to be pickled."""
        return FrozenDict, (dict(self),)


def frozen(value: Any) -> Any:  # noqa: ANN401
    """Give plain data as it is, with every mapping, list and set in it made unchangeable.

    Parameters
    ----------
    value : mapping, list, tuple, set or plain value
        The data.
    """
    if isinstance(value, Mapping):
        return FrozenDict({key: frozen(one) for key, one in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen(one) for one in value)
    return frozenset(value) if isinstance(value, set | frozenset) else value
