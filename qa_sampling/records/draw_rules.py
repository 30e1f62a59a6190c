"""What a draw needs before the register takes it: names, a fixed frame, two who agreed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa_sampling.errors import RegisterError

_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DESIGN = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SHORTEST_REASON = 10


def require_fixed(fixed: str | None, drawn_from: str, draw_id: str) -> None:
    """Refuse a draw whose frame was not fixed beforehand.

    Parameters
    ----------
    fixed : str or None
        Fingerprint of the frame that was fixed, in hexadecimal; None when none was.
    drawn_from : str
        Fingerprint of the frame the draw was made from.
    draw_id : str
        Name of the draw, for the message.

    Raises
    ------
    RegisterError
        When no frame was fixed, or another one than was drawn from.
    """
    if fixed is None:
        raise RegisterError(
            f"No frame is fixed for {draw_id}. Fix the frame first, then give the seed, then draw."
        )
    if fixed != drawn_from:
        raise RegisterError(
            f"{draw_id} was drawn from a frame (fingerprint {drawn_from[:16]}…) that is not the "
            f"one fixed for it ({fixed[:16]}…). Draw from the fixed frame."
        )


def check_names(period: str, design: str) -> None:
    """Refuse names that could not be part of a draw's name and of a folder's."""
    if not isinstance(period, str) or not _PERIOD.fullmatch(period):
        raise RegisterError(f'`period` must be a month such as "2026-11"; got {period!r}.')
    if not isinstance(design, str) or not _DESIGN.fullmatch(design):
        raise RegisterError(
            "`design` must be a short name of small letters, digits and underscores, such as "
            f'"family_safeguarding"; got {design!r}.'
        )


def agreed(reason: str, agreed_by: Sequence[str]) -> list[str]:
    """Give the names of those who agreed to a redraw, or refuse it."""
    if len(reason.strip()) < _SHORTEST_REASON:
        raise RegisterError(
            f"A redraw needs a reason of at least {_SHORTEST_REASON} characters. Say what was "
            "wrong with the draw, without a child's details."
        )
    people = [agreed_by] if isinstance(agreed_by, str) else agreed_by
    names = [name.strip() for name in people if name.strip()]
    if len({name.casefold() for name in names}) < 2:
        raise RegisterError(
            f"A redraw needs two people who agreed to it; got {len(set(names))}. Name both."
        )
    return names


def accounted_for(what: str, *, by: str, reason: str) -> tuple[str, str]:
    """Give who does something and why, or refuse it.

    Parameters
    ----------
    what : str
        What is done, for the message.
    by : str
        Name or role.
    reason : str
        Why, in at least 10 characters.

    Raises
    ------
    RegisterError
        When either is missing.
    """
    who, why = by.strip(), reason.strip()
    if not who or len(who) > 200:
        raise RegisterError(f"{what} needs the name or role of who does it. Give `by`.")
    if len(why) < _SHORTEST_REASON:
        raise RegisterError(
            f"{what} needs a reason of at least {_SHORTEST_REASON} characters, without a child's "
            "details."
        )
    return who, why
