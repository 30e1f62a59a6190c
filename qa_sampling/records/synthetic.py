"""A whole invented authority from one seed, with truths planted for analyses to find.

"Inventshire" is about Telford and Wrekin's size at ``scale=1``: 1,489 referrals, 1,587
assessments, 482 Section 47 enquiries, 212 initial conferences and 201 plans a year, 152
plans open, about 1,500 children in need and 412 looked after (Department for Education,
Children in need and Children looked after in England, year to March 2024). No child has
a name; staff have invented ones, because the extract holds workers' names.

Everything follows from the seed by integer arithmetic on the raw stream of PCG64, which
numpy promises never to change (see :mod:`qa_sampling.records.invented.dice`): the same
seed gives the same authority with every version of numpy and Python and on every machine.
"""

from __future__ import annotations

from datetime import date

from qa_sampling.errors import ParameterError
from qa_sampling.records.invented.audits import AuditProgramme, past_audits, restrict
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.building import build_history
from qa_sampling.records.invented.days import month_end, month_starts, to_date, to_day
from qa_sampling.records.invented.delivery import Format, Written, write_authority
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.truths import plant, tell

__all__ = ["Authority", "Format", "Written", "invent", "region", "write_authority"]


def invent(
    seed: int = 2026,
    *,
    name: str = "Inventshire",
    scale: float = 1.0,
    months: int = 36,
    until: date = date(2026, 10, 31),
) -> Authority:
    """Invent an authority.

    Parameters
    ----------
    seed : int
        Seed, not negative; the same seed gives the same authority everywhere.
    name : str
        What it is called.
    scale : float
        Size: 1 for Telford and Wrekin's, about 1,900 cases open.
    months : int
        Months of records, at least 12.
    until : date
        Last day of the records, the last day of a month.

    Raises
    ------
    ParameterError
        When an argument is out of range.
    """
    _check(seed, scale, months, until)
    turn, spike = plant(until, months, scale)
    history = build_history(seed, scale=scale, months=months, until=until, turn=turn, spike=spike)
    programme = AuditProgramme(
        history, Dice(seed, "audits"), scale, Dice(seed, "moderated answers")
    )
    audited = programme.run(months)
    return Authority(
        name=name,
        seed=seed,
        scale=scale,
        until=until,
        staff=history.staff,
        restricted=restrict(history, Dice(seed, "restricted")),
        past_audits=past_audits(audited["audits"]),
        truths=tell(history, turn, spike, programme),
        history=history,
        **audited,
    )


def _check(seed: int, scale: float, months: int, until: date) -> None:
    if seed < 0:
        raise ParameterError(f"`seed` must not be negative; got {seed}. Give 0 or more.")
    if not 0.01 <= scale <= 20:
        raise ParameterError(
            f"`scale` must lie between 0.01 and 20; got {scale}. Give 1 for about 1,900 cases."
        )
    if months < 12:
        raise ParameterError(f"`months` must be at least 12; got {months}. Give 36.")
    if to_day(until) != month_end(month_starts(until, 1)[0]):
        raise ParameterError(
            f"`until` must be the last day of a month; got {until}. Give "
            f"{to_date(month_end(month_starts(until, 1)[0]))}."
        )


def region(
    seed: int = 2026,
    authorities: int = 5,
    *,
    scale: float = 1.0,
    months: int = 36,
    until: date = date(2026, 10, 31),
) -> list[Authority]:
    """Invent several authorities of different sizes.

    Parameters
    ----------
    seed : int
        Seed of the region; each authority has one of its own that follows from it.
    authorities : int
        How many, from 1 to 16.
    scale : float
        Size of the first; the others have from a half to twice as many children.
    months, until
        As in :func:`invent`.

    Raises
    ------
    ParameterError
        When `authorities` is out of range.
    """
    if not 1 <= authorities <= len(_REGION):
        raise ParameterError(
            f"`authorities` must lie between 1 and {len(_REGION)}; got {authorities}. Give 5."
        )
    dice = Dice(seed, "region")
    invented = []
    for place, name in enumerate(_REGION[:authorities]):
        size = 1.0 if place == 0 else dice.between(50, 200) / 100
        invented.append(
            invent(
                seed * 100 + place,
                name=name,
                scale=round(scale * size, 4),
                months=months,
                until=until,
            )
        )
    return invented


_REGION = (
    "Inventshire Eastmarch Northhope Westerby Southmere Alderwick Brackenford Coldharbour "
    "Dunmarsh Elmstow Fallowdale Greystoke Hazelmere Ironbeck Juniperton Kestrelshire"
).split()
